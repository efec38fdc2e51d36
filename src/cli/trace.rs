//! `trace`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::table::{Align, table};
use super::{attach, output, paper};
use crate::ledger::HeldBy;
use crate::ops::{OpError, Subject, SubjectKind, Trace, TraceNow, Traced, trace, trace_by_fields, trace_paper};
use crate::store::Event;

/// Show where a serial, a lot or the goods of an order came from, have been and are
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail trace SN001
  scantrail trace B7 --item MILK-1L --pdf trace.pdf
  scantrail trace SO-2001 --kind order --json")]
pub struct Args {
    /// A serial, a lot, an order, or a scan of a label; left out with --field, which finds by free fields
    code: Option<String>,
    /// Of which item, where the code fits several
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// What sort of thing, where the code fits several
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Print the report
    #[arg(long, value_name = "FILE.pdf")]
    pdf: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Serial,
    #[value(alias = "batch", alias = "code-number")]
    Lot,
    Order,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let kind = args.kind.map(|kind| match kind {
        Kind::Serial => SubjectKind::Serial,
        Kind::Lot => SubjectKind::Lot,
        Kind::Order => SubjectKind::Order,
    });
    let today = context.now().date_naive();
    let fields = context.fields()?;
    let found = match (&args.code, fields.is_empty()) {
        (Some(code), true) => store.read(|view| trace(view, code, args.item.as_deref(), kind, today))?,
        (None, false) => store.read(|view| trace_by_fields(view, &fields, today))?,
        _ => return Err(Failure::usage("name a code, or what to look for with --field KEY=VALUE, and not both")),
    };
    let trace = match found {
        Traced::One(trace) => trace,
        Traced::Several(subjects) => return Err(ambiguous(args.code.as_deref(), &subjects)),
    };
    let mut files = Vec::new();
    if let Some(path) = &args.pdf {
        let made = trace_paper(&trace, context.now()).map_err(|error: OpError| Failure::from(error))?;
        files = paper::write(&made, path, context)?;
    }
    output::result(&if context.globals.json { output::json(&document(&trace, &files)) } else { text(&trace, &files) })
}

fn subject(subject: &Subject) -> Value {
    json!({ "kind": subject.kind.word(), "item": subject.item, "code": subject.code })
}

fn ambiguous(code: Option<&str>, subjects: &[Subject]) -> Failure {
    let mut text = match code {
        Some(code) => format!("refused [ambiguous] {} is the code of several things:\n", output::safe(code)),
        None => "refused [ambiguous] several things have these fields:\n".to_owned(),
    };
    for one in subjects {
        let of = one.item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
        text.push_str(&format!("  {} {}{of}\n", one.kind.word(), output::safe(&one.code)));
    }
    text.push_str("  hint: name the item with --item, or the kind with --kind");
    Failure::Ambiguous(json!({ "ambiguous": subjects.iter().map(subject).collect::<Vec<_>>() }), text)
}

fn document(trace: &Trace, files: &[String]) -> Value {
    let now = |row: &TraceNow| {
        let document = json!({
            "item": row.item.sku.as_str(), "lot": row.lot.as_ref().map(|lot| lot.code.as_str()), "serial": row.serial,
            "location": row.standing.place.path, "quantity": row.item.counted(row.quantity, 1), "state": row.state(),
            "order": row.standing.claim.as_ref().map(|claim| claim.order_code.as_str()),
            "held": row.held.is_some(), "held_because": row.held.as_ref().map(HeldBy::reason),
            "hold": row.held.as_ref().and_then(HeldBy::operation).map(|number| number.0),
            "expires": row.lot.as_ref().and_then(|lot| lot.dates.expires).map(|date| date.to_string()),
            "best_before": row.lot.as_ref().and_then(|lot| lot.dates.best_before).map(|date| date.to_string()),
            "owner": row.owner,
        });
        with_measure(document, row.item.measured(row.quantity))
    };
    let event = |event: &Event| {
        let document = json!({
            "operation": event.operation.0, "kind": event.kind, "at": event.at.to_rfc3339(),
            "from": event.from.place.path, "to": event.to.place.path,
            "quantity": event.item.counted(event.quantity, 1), "item": event.item.sku.as_str(),
            "lot": event.lot.as_ref().map(|lot| lot.code.as_str()), "serial": event.serial,
            "document": event.document, "invoice": event.invoice, "partner": event.partner,
            "reverses": event.reverses.map(|number| number.0), "remark": event.remark,
        });
        let mut document = with_measure(document, event.item.measured(event.quantity));
        if let Some([unit, piece]) = &event.cut {
            document["cut"] = json!({ "serial": unit, "piece": piece });
        }
        document
    };
    let mut document = json!({
        "subject": subject(&trace.subject),
        "now": trace.now.iter().map(now).collect::<Vec<_>>(),
        "events": trace.events.iter().map(event).collect::<Vec<_>>(),
        "attachments": trace.attachments.iter().map(attach::document).collect::<Vec<_>>(),
    });
    if !files.is_empty() {
        document["files"] = json!(files);
    }
    document
}

fn with_measure(mut document: Value, measure: Option<String>) -> Value {
    if let Some(measure) = measure {
        document["measure"] = measure.into();
    }
    document
}

fn text(trace: &Trace, files: &[String]) -> String {
    let of = trace.subject.item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
    let mut text = format!("{} {}{of}\n\nNow\n", trace.subject.kind.word(), output::safe(&trace.subject.code));
    let now: Vec<Vec<String>> = trace
        .now
        .iter()
        .map(|row| {
            let order = row.standing.claim.as_ref().map(|claim| format!(" for {}", claim.order_code));
            vec![
                row.item.sku.to_string(),
                row.lot.as_ref().map(|lot| output::safe(lot.code.as_str())).unwrap_or_default(),
                row.serial.as_deref().map(output::safe).unwrap_or_default(),
                row.standing.place.path.clone(),
                row.quantity.display(row.item.scale),
                format!("{}{}{}", row.state(), order.unwrap_or_default(), why_held(row)),
                row.owner.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let columns = [
        ("item", Align::Left),
        ("lot", Align::Left),
        ("serial", Align::Left),
        ("where", Align::Left),
        ("quantity", Align::Right),
        ("state", Align::Left),
        ("owner", Align::Left),
    ];
    text.push_str(&if now.is_empty() { "nowhere\n".to_owned() } else { table(&columns, &now) });
    text.push_str("\nHistory\n");
    text.push_str(&events(&trace.events));
    if !trace.attachments.is_empty() {
        text.push_str(&format!("\nFiles\n{}", attach::text(&trace.attachments)));
    }
    files.iter().for_each(|file| text.push_str(&format!("\nWrote {}\n", output::safe(file))));
    text
}

/// Why goods are held, and since which operation.
fn why_held(row: &TraceNow) -> String {
    let Some(held) = &row.held else { return String::new() };
    let since = held.operation().map(|number| format!(" (operation {number})")).unwrap_or_default();
    format!(": {}{since}", output::safe(&held.reason()))
}

fn events(events: &[Event]) -> String {
    let rows: Vec<Vec<String>> = events
        .iter()
        .map(|event| {
            let documents: Vec<&str> = event.document.iter().chain(&event.invoice).map(String::as_str).collect();
            vec![
                event.operation.to_string(),
                event.at.format("%Y-%m-%d %H:%M").to_string(),
                output::safe(&event.what()),
                event.item.sku.to_string(),
                event.lot.as_ref().map(|lot| output::safe(lot.code.as_str())).unwrap_or_default(),
                event.serial.as_deref().map(output::safe).unwrap_or_default(),
                event.quantity.display(event.item.scale),
                event.from.place.path.clone(),
                event.to.place.path.clone(),
                output::safe(&documents.join(" ")),
                event.partner.clone().unwrap_or_default(),
                event.remark.as_deref().map(output::safe).unwrap_or_default(),
            ]
        })
        .collect();
    let columns = [
        ("operation", Align::Right),
        ("when", Align::Left),
        ("what", Align::Left),
        ("item", Align::Left),
        ("lot", Align::Left),
        ("serial", Align::Left),
        ("quantity", Align::Right),
        ("from", Align::Left),
        ("to", Align::Left),
        ("document", Align::Left),
        ("partner", Align::Left),
        ("remark", Align::Left),
    ];
    if rows.is_empty() { "nothing yet\n".to_owned() } else { table(&columns, &rows) }
}
