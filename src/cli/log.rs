//! `log`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::context::Context;
use super::table::{Align, table};
use super::{document, output};
use crate::ops::{Bearer, OpError, bearers_of};
use crate::store::{CLOCK_WENT_BACK, RecordedOperation};

/// List operations, newest last
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail log
  scantrail log --since 2026-11-01
  scantrail log --limit 10 --json
  scantrail log --field truck=7")]
pub struct Args {
    /// Only what happened at this time or later
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only the newest
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Changes of items, places, partners and orders too
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let since = args.since.as_deref().map(|text| context.time(text)).transpose()?;
    let (store, fields) = (context.store()?, context.fields()?);
    let (documents, rows) = store.read(|view| {
        let limit = args.limit.filter(|_| fields.is_empty());
        let mut operations = view.operations_since(since, args.all, limit)?;
        if !fields.is_empty() {
            let bearers = bearers_of(view, &fields)?;
            operations.retain(|operation| has_fields(operation, &fields, &bearers));
            let most = args.limit.unwrap_or(usize::MAX);
            operations.drain(..operations.len().saturating_sub(most));
        }
        let mut documents = Vec::new();
        let mut rows = Vec::new();
        for operation in &operations {
            let document = document::operation(view, operation)?;
            rows.push(row(operation, &document));
            documents.push(Value::Object(document));
        }
        Ok::<_, OpError>((documents, rows))
    })?;
    if context.globals.json {
        return output::result(&output::json(&json!({ "operations": documents })));
    }
    let columns = [
        ("operation", Align::Right),
        ("when", Align::Left),
        ("what", Align::Left),
        ("document", Align::Left),
        ("partner", Align::Left),
        ("goods", Align::Left),
        ("who", Align::Left),
        ("station", Align::Left),
        ("remark", Align::Left),
    ];
    output::result(&if rows.is_empty() { "no operations yet\n".to_owned() } else { table(&columns, &rows) })
}

/// True for an operation that has the fields itself, or whose order, goods or lots have them.
fn has_fields(operation: &RecordedOperation, fields: &BTreeMap<String, String>, bearers: &BTreeSet<Bearer>) -> bool {
    let own: BTreeMap<String, String> = serde_json::from_str(&operation.fields).unwrap_or_default();
    if fields.iter().all(|(name, value)| own.get(name).is_some_and(|own| own.trim() == value.trim())) {
        return true;
    }
    let of_lines = operation.lines.iter().flat_map(|line| {
        [
            Some(Bearer::Item(line.item.id)),
            line.lot.as_ref().map(|lot| Bearer::Lot(lot.id)),
            line.unit.map(Bearer::Unit),
        ]
    });
    operation.order.map(Bearer::Order).into_iter().chain(of_lines.flatten()).any(|bearer| bearers.contains(&bearer))
}

fn row(operation: &RecordedOperation, document: &serde_json::Map<String, Value>) -> Vec<String> {
    let text = |key: &str| document.get(key).and_then(Value::as_str).map(output::safe).unwrap_or_default();
    let goods: Vec<String> = document
        .get("lines")
        .and_then(Value::as_array)
        .map(|lines| lines.iter().take(3).map(goods).collect())
        .unwrap_or_default();
    let more = document.get("lines").and_then(Value::as_array).map_or(0, |lines| lines.len().saturating_sub(3));
    let goods = if more > 0 { format!("{}, and {more} more", goods.join(", ")) } else { goods.join(", ") };
    let goods = super::hold_text::what(document).or_else(|| lost(document)).unwrap_or(goods);
    let what = operation.reverses.map_or(operation.kind.clone(), |reversed| format!("undo of {reversed}"));
    let mut remark: Vec<String> =
        ["reason", "note"].iter().map(|key| text(key)).filter(|text| !text.is_empty()).collect();
    remark.extend(document.contains_key("overridden").then(|| "sold although held".to_owned()));
    remark.extend(document.contains_key(CLOCK_WENT_BACK).then(|| "the clock went back".to_owned()));
    vec![
        operation.number.to_string(),
        operation.stamp.at.format("%Y-%m-%d %H:%M").to_string(),
        what,
        text("document"),
        text("partner"),
        goods,
        output::safe(&operation.stamp.operator),
        output::safe(&operation.stamp.station),
        remark.join("; "),
    ]
}

/// The operations that an accepted loss names.
fn lost(document: &serde_json::Map<String, Value>) -> Option<String> {
    let lost = document.get("lost")?.as_array()?;
    let numbers: Vec<String> = lost.iter().map(|one| one["operation"].to_string()).collect();
    Some(format!("lost: {}", if numbers.is_empty() { "none that is known".to_owned() } else { numbers.join(", ") }))
}

fn goods(line: &Value) -> String {
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let lot = line["lot"].as_str().map(|lot| format!(" lot {}", output::safe(lot))).unwrap_or_default();
    format!("{} {}{lot}", text("quantity"), output::safe(text("item")))
}
