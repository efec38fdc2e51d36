//! `order add`, `order list`, `order show`.

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::table::{Align, table};
use super::{output, paper};
use crate::ledger::{Code, Refusal};
use crate::ops::{AddOrder, OpError, OrderReport, OrderReportLine, add_order, order_report};

/// Purchase, sales, work and return orders
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Goods that a supplier will deliver
    Purchase,
    /// Goods that a customer will get
    Sales,
    /// Goods that are made or repaired
    Work,
    /// Goods that a customer sends back
    Return,
}

#[derive(Subcommand)]
enum Command {
    /// Make an order
    #[command(after_help = "Examples:
  scantrail order add PO-1001 --kind purchase --partner ACME --line LAPTOP-15=3 --line MILK-1L=24
  scantrail order add SO-2001 --kind sales --partner BOB --line LAPTOP-15=1")]
    Add {
        /// Its number
        code: String,
        /// What it asks for
        #[arg(long, value_enum)]
        kind: Kind,
        /// The supplier or customer; a work order may have none
        #[arg(long, value_name = "CODE", required_if_eq_any([("kind", "purchase"), ("kind", "sales"), ("kind", "return")]))]
        partner: Option<String>,
        /// An item and how much of it; may be given again
        #[arg(long = "line", value_name = "SKU=QTY", required = true)]
        lines: Vec<String>,
    },
    /// List all orders
    List,
    /// Show an order and what was done on it
    Show {
        /// Its number
        code: String,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    match args.command {
        Command::Add { code, kind, partner, lines } => {
            let lines = lines.iter().map(|line| split(line)).collect::<Result<Vec<_>, Failure>>()?;
            let kind = kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            let store = context.store()?;
            let change = AddOrder { code, kind, partner, lines };
            let recorded = context.record(|request| add_order(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => list(context),
        Command::Show { code } => show(&code, context),
    }
}

fn split(line: &str) -> Result<(String, String, Option<u32>), Failure> {
    match line.rsplit_once('=') {
        Some((sku, quantity)) if !sku.trim().is_empty() => {
            Ok((sku.trim().to_owned(), quantity.trim().to_owned(), None))
        }
        _ => Err(Failure::usage(format!("--line {} is not SKU=QTY, such as LAPTOP-15=3", output::safe(line)))),
    }
}

fn list(context: &Context) -> super::Result {
    let orders = context.store()?.read(|view| {
        let mut rows = Vec::new();
        for order in view.orders()? {
            let partner = order.partner.map(|id| view.partner(id)).transpose()?.map(|partner| partner.code);
            rows.push((order, partner));
        }
        Ok::<_, OpError>(rows)
    })?;
    output::result(&if context.globals.json {
        let rows: Vec<Value> = orders
            .iter()
            .map(|(order, partner)| json!({ "order": order.code.as_str(), "kind": order.kind.word(), "partner": partner }))
            .collect();
        output::json(&json!({ "orders": rows }))
    } else {
        let rows: Vec<Vec<String>> = orders
            .iter()
            .map(|(order, partner)| {
                vec![order.code.to_string(), order.kind.word().to_owned(), partner.clone().unwrap_or_default()]
            })
            .collect();
        table(&[("order", Align::Left), ("kind", Align::Left), ("partner", Align::Left)], &rows)
    })
}

fn show(code: &str, context: &Context) -> super::Result {
    let report = context.store()?.read(|view| match view.order_named(code)? {
        Some(order) => order_report(view, &order),
        None => {
            let message = format!("no order has the number {}", output::safe(code));
            Err(Refusal::new(Code::UnknownOrder, message, "scantrail order list").into())
        }
    })?;
    output::result(&if context.globals.json { output::json(&document(&report)) } else { text(&report) })
}

fn document(report: &OrderReport) -> Value {
    let line = |line: &OrderReportLine| {
        let show = |quantity: crate::model::Quantity| quantity.display(line.item.scale);
        json!({
            "item": line.item.sku.as_str(), "ordered": show(line.ordered), "allocated": show(line.allocated),
            "picked": show(line.picked), "shipped": show(line.shipped), "received": show(line.received),
            "returned": show(line.returned), "lots": line.lots, "serials": line.serials,
        })
    };
    json!({
        "order": report.order.code.as_str(), "kind": report.order.kind.word(), "partner": report.partner,
        "lines": report.lines.iter().map(line).collect::<Vec<_>>(), "fields": report.fields,
    })
}

fn text(report: &OrderReport) -> String {
    let partner = report.partner.as_ref().map(|partner| format!(" with {partner}")).unwrap_or_default();
    let mut text = format!("{} is a {} order{partner}\n", report.order.code, report.order.kind.word());
    let row = |line: &OrderReportLine| {
        let show = |quantity: crate::model::Quantity| {
            if quantity.is_zero() { String::new() } else { quantity.display(line.item.scale) }
        };
        vec![
            line.item.sku.to_string(),
            show(line.ordered),
            show(line.allocated),
            show(line.picked),
            show(line.shipped),
            show(line.received),
            show(line.returned),
            line.lots.iter().map(|lot| output::safe(lot)).collect::<Vec<_>>().join(" "),
            line.serials.iter().map(|serial| output::safe(serial)).collect::<Vec<_>>().join(" "),
        ]
    };
    let numbers = ["ordered", "allocated", "picked", "shipped", "received", "returned"];
    let mut columns = vec![("item", Align::Left)];
    columns.extend(numbers.map(|name| (name, Align::Right)));
    columns.extend([("lots", Align::Left), ("serials", Align::Left)]);
    text.push_str(&table(&columns, &report.lines.iter().map(row).collect::<Vec<_>>()));
    text
}
