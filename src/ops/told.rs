//! What is to be known of an operation besides the goods that it moved.

use std::collections::BTreeSet;

use serde_json::Value;

use super::site;
use crate::codes::shown;
use crate::store::RecordedOperation;

/// How far an allocation of measured units reaches over what is ordered, as SKU and quantity.
pub fn over_of(operation: &RecordedOperation) -> Vec<(String, String)> {
    listed_in_detail(operation, "over", "quantity")
}

/// What an allocation could not find, as SKU and quantity.
pub fn short_of(operation: &RecordedOperation) -> Vec<(String, String)> {
    listed_in_detail(operation, "short", "quantity")
}

/// How much an allocation passed over because it waits for a certificate, as SKU and quantity, where anything did.
pub fn waiting_of(operation: &RecordedOperation) -> Vec<(String, String)> {
    listed_in_detail(operation, "short", "waiting_for_certificate")
}

/// What is to be known of a transfer between sites: where the goods are now, or what is missing and what came besides.
pub fn shipment_told(operation: &RecordedOperation) -> Vec<String> {
    let detail = operation.detail_document();
    let mut told = Vec::new();
    if let Some(to) = detail["sent_to"].as_str() {
        let (sites, number) = (sites_left(operation), operation.number);
        told.push(format!("in transit from {sites} to {to}; there: scantrail transfer --arrived {number}"));
    }
    let text = |row: &Value, key: &str| row[key].as_str().map(|text| shown(text.as_bytes()));
    for (key, word) in [("short", "did not arrive"), ("extra", "came besides")] {
        for row in detail["arrived"].as_i64().and(detail[key].as_array()).into_iter().flatten() {
            let lot = text(row, "lot").map(|lot| format!(" lot {lot}")).unwrap_or_default();
            let serial = text(row, "serial").map(|serial| format!(" {serial}")).unwrap_or_default();
            let (quantity, item) = (text(row, "quantity").unwrap_or_default(), text(row, "item").unwrap_or_default());
            told.push(format!("{key}: {quantity} of {item}{lot}{serial} {word}"));
        }
    }
    told
}

fn listed_in_detail(operation: &RecordedOperation, key: &str, quantity: &str) -> Vec<(String, String)> {
    let detail = operation.detail_document();
    let rows = detail[key].as_array().cloned().unwrap_or_default();
    let pair = |row: &Value| Some((row["item"].as_str()?.to_owned(), row[quantity].as_str()?.to_owned()));
    rows.iter().filter_map(pair).collect()
}

/// The items that an allocation left to people, by SKU.
pub fn by_hand(operation: &RecordedOperation) -> Vec<String> {
    let detail = operation.detail_document();
    let rows = detail["short"].as_array().cloned().unwrap_or_default();
    let left = rows.iter().filter(|row| row["why"].is_string());
    left.map(|row| row["item"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The sites that goods of an operation left.
pub(super) fn sites_left(operation: &RecordedOperation) -> String {
    let sites: BTreeSet<&str> = operation.lines.iter().map(|line| site::root_of(&line.from.place.path)).collect();
    sites.into_iter().collect::<Vec<_>>().join(", ")
}
