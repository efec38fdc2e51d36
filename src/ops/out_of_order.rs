//! Goods that a batch takes while others should have gone first: told, and written into its operation.

use serde_json::{Value, json};

use super::record::Warning;
use crate::scan::Line;

/// Goods that were taken while others should have gone first.
#[derive(Default)]
pub struct OutOfOrderPicks {
    /// One row for each lot that was taken and the one instead of which it was.
    pub rows: Vec<Value>,
    /// The same for people.
    pub warnings: Vec<Warning>,
}

impl OutOfOrderPicks {
    /// Finds them in the lines of a batch.
    pub fn of(lines: &[Line]) -> OutOfOrderPicks {
        let mut found = OutOfOrderPicks::default();
        for line in lines {
            let of_lot = line.lot.iter().filter_map(|lot| Some((&lot.code, lot.passed_over.as_ref()?)));
            let of_units = line
                .serials
                .iter()
                .filter_map(|unit| Some((&unit.record.as_ref()?.lot.as_ref()?.code, unit.passed_over.as_deref()?)));
            for (taken, (first, why)) in of_lot.chain(of_units) {
                let (sku, first) = (&line.item.sku, &first.code);
                let row = json!({
                    "item": sku.as_str(), "lot": taken.as_str(), "instead_of": first.as_str(),
                    "reason": Some(why.trim()).filter(|why| !why.is_empty()),
                });
                if found.rows.contains(&row) {
                    continue;
                }
                found.rows.push(row);
                let message = format!("lot {taken} of {sku} was taken, and {first} should have gone first");
                found.warnings.push(Warning { code: "out-of-order", line: None, scan: None, message });
            }
        }
        found
    }
}
