//! What people read when a scan does not fit its slot.

use crate::codes::Reading;
use crate::ledger::{Code, Refusal};
use crate::model::{Item, QuantityError, SerialCode};
use crate::scan::Known;

pub(super) fn unknown(reading: &Reading, text: &str) -> Refusal {
    if let Some(gtin) = &reading.item {
        let hint = format!("scantrail item set SKU --gtin {gtin}");
        return Refusal::new(Code::UnknownItem, format!("no item has the GTIN {gtin}"), hint);
    }
    if text.contains('/') || reading.place.is_some() {
        let shown = crate::codes::shown(reading.place.as_deref().unwrap_or(text).as_bytes());
        return Refusal::new(
            Code::UnknownLocation,
            format!("no item or place has the code {shown}"),
            "scantrail location list",
        );
    }
    let message = if text.is_empty() {
        "this code names no item".to_owned()
    } else {
        format!("no item has the code {}", crate::codes::shown(text.as_bytes()))
    };
    Refusal::new(Code::UnknownItem, message, "scantrail item list, or make it: scantrail item add")
}

pub(super) fn wrong_kind(reading: &Reading, known: &Known, due: &str, item: Code, place: Code) -> Result<(), Refusal> {
    let hint = "scan the right barcode on the label; this one counts for nothing";
    if let Some(found) = &known.item {
        return Err(Refusal::new(item, format!("{due} is due, and this is the code of item {}", found.sku), hint));
    }
    if let Some(found) = &known.place {
        return Err(Refusal::new(place, format!("{due} is due, and this is the place {}", found.path), hint));
    }
    let is_serial = item == Code::ItemWhereSerialExpected;
    if reading.container.is_some() {
        let code = if is_serial { Code::ContainerWhereSerialExpected } else { Code::ContainerWhereQuantityExpected };
        return Err(Refusal::new(code, format!("{due} is due, and this is a container"), hint));
    }
    if reading.item.is_some() || (is_serial && reading.plain().is_none()) {
        return Err(Refusal::new(item, format!("{due} is due, and this is the code of an item or a lot"), hint));
    }
    Ok(())
}

pub(super) fn other_item(code: &SerialCode, other: &Item, item: &Item) -> Refusal {
    Refusal::new(
        Code::SerialOfOtherItem,
        format!("serial {code} belongs to {}, not to {}", other.sku, item.sku),
        "put the unit aside and scan it in a group of its own item",
    )
}

pub(super) fn quantity_refusal(text: &str, error: QuantityError, what: &str) -> Refusal {
    let code = match error {
        QuantityError::NotANumber | QuantityError::TooLarge => Code::QuantityNotANumber,
        QuantityError::NotPositive => Code::QuantityNotPositive,
        QuantityError::NotWhole => Code::QuantityNotWhole,
        QuantityError::TooPrecise(_) => Code::QuantityTooPrecise,
    };
    let shown = crate::codes::shown(text.as_bytes());
    Refusal::new(
        code,
        format!("a quantity of {what} is due, and {shown} is none: {error}"),
        "scan or type how many, such as 3",
    )
}

pub(super) fn not_readable(what: &str, why: &str) -> Refusal {
    Refusal::new(Code::ScanNotReadable, format!("{what} is due, and this is none: {why}"), "scan it again")
}
