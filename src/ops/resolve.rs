//! From the words of the command line to things that exist.

use std::rc::Rc;

use super::Result;
use crate::codes::Gtin;
use crate::ledger::{Code, OrderPlan, Refusal, SerialRecord, Stage, Verb};
use crate::model::{Item, Order, OrderKind, PartnerKind, Place, Quantity, QuantityError, SerialCode};
use crate::store::{Found, Partner, ProgressKind, View, Writer};

/// What a text names: as it stands, or as a GTIN of another length.
pub fn code(view: &View<'_>, text: &str) -> Result<Option<Found>> {
    for spelling in spellings(text) {
        if let Some(found) = view.find_code(&spelling)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A code as it stands, then as a GTIN of other lengths: the same number may be kept with 14, 13, 12 or 8 digits when it
/// was given as a barcode.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![text.trim().to_owned()];
    if let Ok(gtin) = Gtin::new(text) {
        let halves = [0, 1, 2, 6].map(|zeros| gtin.as_str().split_at(zeros));
        let shorter = halves.into_iter().filter(|(before, _)| before.bytes().all(|digit| digit == b'0'));
        spellings.extend(shorter.map(|(_, digits)| digits.to_owned()).filter(|digits| *digits != text.trim()));
    }
    spellings
}

/// Keeps other stations from working on the same order until the transaction ends. What was read of the order before is
/// not to be trusted.
pub(super) fn lock_order(writer: &Writer<'_>, text: &str) -> Result<()> {
    match writer.order_named(text)? {
        Some(order) => Ok(writer.lock_order(order.id)?),
        None => Ok(()),
    }
}

/// An item by its SKU, barcode or GTIN.
pub fn item(view: &View<'_>, text: &str) -> Result<Rc<Item>> {
    match code(view, text)? {
        Some(Found::Item(item) | Found::Pack(item, _)) => Ok(item),
        Some(Found::Place(place)) => {
            let message = format!("{} is a place, and an item is wanted", place.path);
            Err(Refusal::new(Code::UnknownItem, message, "scantrail item list").into())
        }
        None => {
            let message = format!("no item has the code {}", crate::codes::shown(text.as_bytes()));
            Err(Refusal::new(Code::UnknownItem, message, "scantrail item list").into())
        }
    }
}

/// The unit with a serial, and its item: of the one that is named, else the only one that has such a unit.
///
/// # Errors
/// `unknown-item`, `unknown-serial`, `ambiguous-scan`.
pub fn unit(view: &View<'_>, serial: &str, of: Option<&str>) -> Result<(Rc<Item>, SerialRecord)> {
    let of = of.map(|text| item(view, text)).transpose()?;
    let shown = crate::codes::shown(serial.as_bytes());
    let code = SerialCode::new(serial).ok();
    let mut found = code.map(|code| view.serials_named(&code)).transpose()?.unwrap_or_default();
    found.retain(|record| of.as_ref().is_none_or(|item| item.id == record.item));
    match found.as_slice() {
        [only] => Ok((view.item(only.item)?, only.clone())),
        [] => {
            let message = format!("no unit has the serial {shown}");
            Err(Refusal::new(Code::UnknownSerial, message, "serials are exact; look at: scantrail stock").into())
        }
        several => {
            let skus = several.iter().map(|record| Ok(view.item(record.item)?.sku.to_string()));
            let skus = skus.collect::<Result<Vec<String>>>()?.join(" and of ");
            let message = format!("serial {shown} is one of {skus}");
            Err(Refusal::new(Code::AmbiguousScan, message, "name the item: --item SKU").into())
        }
    }
}

/// The code of a refused quantity.
pub(super) fn quantity_code(error: QuantityError) -> Code {
    match error {
        QuantityError::NotWhole => Code::QuantityNotWhole,
        QuantityError::TooPrecise(_) => Code::QuantityTooPrecise,
        QuantityError::NotPositive => Code::QuantityNotPositive,
        QuantityError::NotANumber | QuantityError::TooLarge => Code::QuantityNotANumber,
    }
}

/// A place of our own by its path.
pub fn place(view: &View<'_>, text: &str) -> Result<Rc<Place>> {
    let found = view.place_named(text)?.filter(|place| place.kind.is_internal());
    found.ok_or_else(|| {
        let message = format!("no place has the code {}", crate::codes::shown(text.as_bytes()));
        Refusal::new(Code::UnknownLocation, message, "scantrail location list").into()
    })
}

/// A place of our own, if one is named.
pub fn place_if_named(view: &View<'_>, text: Option<&str>) -> Result<Option<Rc<Place>>> {
    text.map(|text| place(view, text)).transpose()
}

/// A supplier or customer by its code; `@supplier/ACME` is understood too.
pub fn partner(view: &View<'_>, kind: PartnerKind, text: &str) -> Result<Partner> {
    let prefix = format!("@{}/", kind.word());
    let bare = text.strip_prefix(prefix.as_str()).unwrap_or(text);
    view.partner_named(kind, bare)?.ok_or_else(|| {
        let message = format!("no {} has the code {}", kind.word(), crate::codes::shown(bare.as_bytes()));
        Refusal::new(
            Code::UnknownPartner,
            message,
            format!("scantrail partner add CODE --kind {} --name NAME", kind.word()),
        )
        .into()
    })
}

/// An order of one kind by its number.
pub fn order(view: &View<'_>, kind: OrderKind, text: &str) -> Result<Order> {
    let shown = crate::codes::shown(text.as_bytes());
    match view.order_named(text)? {
        Some(order) if order.kind == kind => Ok(order),
        Some(order) => {
            let message =
                format!("{} is a {} order, and a {} order is wanted", order.code, order.kind.word(), kind.word());
            Err(Refusal::new(Code::UnknownOrder, message, "scantrail order list").into())
        }
        None => {
            Err(Refusal::new(Code::UnknownOrder, format!("no order has the number {shown}"), "scantrail order list")
                .into())
        }
    }
}

/// The partner of an order, or the one that is named; both must be the same when both are there.
pub fn partner_of(
    view: &View<'_>,
    kind: PartnerKind,
    order: Option<&Order>,
    named: Option<&str>,
) -> Result<Option<Partner>> {
    let of_order = order.and_then(|order| order.partner).map(|id| view.partner(id)).transpose()?;
    let named = named.map(|text| partner(view, kind, text)).transpose()?;
    match (of_order, named, order) {
        (Some(one), Some(other), Some(order)) if one.id != other.id => {
            let message = format!("order {} is with {}, not with {}", order.code, one.code, other.code);
            Err(Refusal::new(Code::PartnerDiffers, message, "leave the partner out, or name the right order").into())
        }
        (of_order, named, _) => Ok(of_order.or(named)),
    }
}

/// What an order still asks of a verb.
pub fn order_plan(view: &View<'_>, order: &Order, verb: Verb, allow_over: bool) -> Result<OrderPlan> {
    let mut items = std::collections::HashMap::new();
    for line in view.order_lines(order.id)? {
        let entry: &mut (Quantity, Quantity) = items.entry(line.item).or_default();
        entry.0 = entry.0.plus(line.quantity);
    }
    for done in view.progress(order.id)? {
        let entry = items.entry(done.item).or_default();
        match (verb, done.kind) {
            (Verb::Receive, ProgressKind::Received) | (Verb::Pick | Verb::Sell, ProgressKind::Shipped) => {
                entry.1 = entry.1.plus(done.quantity);
            }
            // What went back to the supplier is asked for again.
            (Verb::Receive, ProgressKind::Returned) => {
                entry.1 = Quantity::from_smallest_units(entry.1.smallest_units() - done.quantity.smallest_units());
            }
            _ => {}
        }
    }
    if verb == Verb::Pick {
        for holding in view.claimed(view.claim_of(order.id, Stage::Picked)?)? {
            let entry = items.entry(holding.item).or_default();
            entry.1 = entry.1.plus(holding.quantity);
        }
    }
    Ok(OrderPlan { id: order.id, code: order.code.to_string(), items, allow_over })
}
