//! What an operation says of holds, in sentences.

use serde_json::{Map, Value};

use super::output::safe;
use crate::store::RecordedOperation;

/// How many rows of a kind are told.
const MOST_ROWS: usize = 40;

/// What an operation did to holds, or against them.
pub fn of(operation: &RecordedOperation) -> String {
    let detail = operation.detail_document();
    let mut text = String::new();
    let is_held = detail["here"].is_array();
    for hold in rows(&detail, "holds") {
        let verb = if is_held { "On hold" } else { "No longer on hold" };
        text.push_str(&format!("{verb}: {}\n", word(hold, "what")));
    }
    for hold in rows(&detail, "still_on_hold") {
        text.push_str(&format!("Still on hold: {} (operation {})\n", word(hold, "what"), hold["hold"]));
    }
    if is_held {
        tell(&mut text, &detail, "released", |row| {
            let order = word(row, "order");
            format!("No longer set aside for {order}: {}. To find others: scantrail allocate {order}", goods(row))
        });
        tell(&mut text, &detail, "picked", |row| {
            format!("Picked for {}, and cannot be sold: {}", word(row, "order"), goods(row))
        });
        tell(&mut text, &detail, "here", |row| {
            let stood = match row["state"].as_str() {
                Some("allocated") => format!(", was set aside for {}", word(row, "order")),
                Some("picked") => format!(", picked for {}", word(row, "order")),
                _ => String::new(),
            };
            format!("Here: {} at {}{stood}", goods(row), word(row, "location"))
        });
        tell(&mut text, &detail, "elsewhere", |row| {
            format!("With a customer: {} ({}) has {}", word(row, "name"), word(row, "partner"), goods(row))
        });
        if ["here", "elsewhere"].iter().all(|place| rows(&detail, place).is_empty()) {
            text.push_str("Nothing of it is here or with a customer. What arrives later is held.\n");
        }
    }
    tell(&mut text, &detail, "overridden", |row| format!("Sold although held: {}: {}", goods(row), word(row, "held")));
    text
}

/// What the holds of an operation are about, in a few words.
pub fn what(document: &Map<String, Value>) -> Option<String> {
    let holds = document.get("holds").and_then(Value::as_array)?;
    Some(holds.iter().map(|hold| word(hold, "what")).collect::<Vec<_>>().join(", "))
}

/// The holds of an item that are on.
pub fn holds(holds: &[Value]) -> String {
    let line = |hold: &Value| {
        format!("On hold since operation {}: {}: {}\n", hold["hold"], word(hold, "what"), word(hold, "reason"))
    };
    holds.iter().map(line).collect()
}

fn rows<'d>(detail: &'d Value, key: &str) -> &'d [Value] {
    detail[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn tell(text: &mut String, detail: &Value, key: &str, sentence: impl Fn(&Value) -> String) {
    let rows = rows(detail, key);
    for row in rows.iter().take(MOST_ROWS) {
        text.push_str(&sentence(row));
        text.push('\n');
    }
    if rows.len() > MOST_ROWS {
        text.push_str(&format!("… and {} more such lines\n", rows.len() - MOST_ROWS));
    }
}

fn word(row: &Value, key: &str) -> String {
    row[key].as_str().map(safe).unwrap_or_default()
}

/// "2 of PUMP lot L1 (P1 P2)".
fn goods(row: &Value) -> String {
    let lot = row["lot"].as_str().map(|lot| format!(" lot {}", safe(lot))).unwrap_or_default();
    let one = row["serial"].as_str().into_iter();
    let serials: Vec<&str> =
        one.chain(row["serials"].as_array().into_iter().flatten().filter_map(Value::as_str)).collect();
    let serials = match serials.as_slice() {
        [] => String::new(),
        [first, .., last] if serials.len() > 3 => format!(" ({} … {})", safe(first), safe(last)),
        few => format!(" ({})", few.iter().map(|serial| safe(serial)).collect::<Vec<_>>().join(" ")),
    };
    format!("{} of {}{lot}{serials}", word(row, "quantity"), word(row, "item"))
}
