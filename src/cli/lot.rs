//! `lot list`, `lot show`, `lot set`.

use clap::Subcommand;
use serde_json::{Value, json};

use chrono::NaiveDate;

use super::context::Context;
use super::failure::Failure;
use super::output::safe;
use super::scans::date;
use super::table::{Align, table};
use super::{output, paper};
use crate::model::LotDates;
use crate::ops::{LotView, OpError, SetLot, lot_view, resolve_item, set_lot};

/// Lots (batches): what is known of them, and their correction
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List all lots
    List {
        /// Only lots of this item
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
    /// Show one lot: its dates, its texts and where it is
    Show {
        /// Its text, one that it had before, or the one of its supplier
        lot: String,
        /// Its item, where lots of several items have the text
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
    /// Correct a lot; a text that it had before goes on to scan
    #[command(after_help = "Examples:
  scantrail lot set B-7 --item MILK-1L --code B7 --reason \"typed with a dash\"
  scantrail lot set B7 --item MILK-1L --expires 2027-02-28 --reason \"label was misread\"
  scantrail lot set B7 --item MILK-1L --supplier-lot ACME=114321 --reason \"from the delivery note\"")]
    Set {
        /// Its text, or one that it had before
        lot: String,
        /// Its item
        #[arg(long, value_name = "ITEM")]
        item: String,
        /// What it is called from now on
        #[arg(long, value_name = "TEXT")]
        code: Option<String>,
        /// When it expires
        #[arg(long, value_name = "DATE", value_parser = date)]
        expires: Option<NaiveDate>,
        /// Until when it has its full quality
        #[arg(long, value_name = "DATE", value_parser = date)]
        best_before: Option<NaiveDate>,
        /// When it was made
        #[arg(long, value_name = "DATE", value_parser = date)]
        made: Option<NaiveDate>,
        /// What a supplier calls it; may be given again
        #[arg(long = "supplier-lot", value_name = "SUPPLIER=TEXT")]
        supplier_lots: Vec<String>,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let today = context.now().date_naive();
    match args.command {
        Command::List { item } => {
            let lots = context.store()?.read(|view| {
                let item = item.as_deref().map(|text| resolve_item(view, text)).transpose()?;
                let lots = view.lots(item.map(|item| item.id))?;
                lots.iter().map(|(item, lot)| lot_view(view, item, lot)).collect::<Result<Vec<_>, OpError>>()
            })?;
            output::result(&if context.globals.json {
                output::json(&json!({ "lots": lots.iter().map(document).collect::<Vec<_>>() }))
            } else {
                list(&lots)
            })
        }
        Command::Show { lot, item } => {
            let lot = context.store()?.read(|view| LotView::named(view, &lot, item.as_deref(), today))?;
            output::result(&if context.globals.json { output::json(&document(&lot)) } else { text(&lot) })
        }
        Command::Set { lot, item, code, expires, best_before, made, supplier_lots } => {
            if context.globals.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
                return Err(Failure::usage("the correction of a lot has a reason: give it with --reason TEXT"));
            }
            let store = context.store()?;
            let change = SetLot { lot, item, code, dates: LotDates { expires, best_before, made }, supplier_lots };
            let recorded = context.record(|request| set_lot(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
    }
}

fn document(view: &LotView) -> Value {
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    let dates = &view.lot.dates;
    let supplier_lots = view.supplier_lots.iter();
    let supplier_lots = supplier_lots.map(|(supplier, text)| json!({ "supplier": supplier, "lot": text.as_str() }));
    let places = view.holdings.iter().map(|holding| {
        json!({
            "location": holding.standing.place.path,
            "quantity": holding.quantity.display(view.item.scale),
            "order": holding.standing.claim.as_ref().map(|claim| claim.order_code.as_str()),
        })
    });
    json!({
        "item": view.item.sku.as_str(), "lot": view.lot.code.as_str(),
        "also": view.lot.also.iter().map(|text| text.as_str()).collect::<Vec<_>>(),
        "expires": date(dates.expires), "best_before": date(dates.best_before), "made": date(dates.made),
        "supplier_lots": supplier_lots.collect::<Vec<_>>(),
        "in_stock": view.in_stock().display(view.item.scale),
        "now": places.collect::<Vec<_>>(), "fields": view.fields,
    })
}

fn row(view: &LotView) -> Vec<String> {
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let theirs = view.supplier_lots.iter().map(|(supplier, text)| format!("{supplier}:{}", safe(text.as_str())));
    let also = view.lot.also.iter().map(|text| safe(text.as_str()));
    vec![
        view.item.sku.to_string(),
        safe(view.lot.code.as_str()),
        date(view.lot.dates.expires),
        date(view.lot.dates.best_before),
        date(view.lot.dates.made),
        format!("{} {}", view.in_stock().display(view.item.scale), view.item.unit),
        also.chain(theirs).collect::<Vec<_>>().join(" "),
    ]
}

const COLUMNS: [(&str, Align); 7] = [
    ("item", Align::Left),
    ("lot", Align::Left),
    ("expires", Align::Left),
    ("best before", Align::Left),
    ("made", Align::Left),
    ("in stock", Align::Right),
    ("also called", Align::Left),
];

fn list(lots: &[LotView]) -> String {
    if lots.is_empty() {
        return "there are no lots\n".to_owned();
    }
    table(&COLUMNS, &lots.iter().map(row).collect::<Vec<_>>())
}

fn text(view: &LotView) -> String {
    let mut text = table(&COLUMNS, &[row(view)]);
    let places = view.holdings.iter().map(|holding| {
        let order = holding.standing.claim.as_ref();
        vec![
            holding.standing.place.path.clone(),
            holding.quantity.display(view.item.scale),
            order.map(|claim| format!("{} for {}", claim.stage.word(), claim.order_code)).unwrap_or_default(),
        ]
    });
    let places: Vec<Vec<String>> = places.collect();
    if !places.is_empty() {
        text.push('\n');
        text.push_str(&table(&[("where", Align::Left), ("quantity", Align::Right), ("", Align::Left)], &places));
    }
    text
}
