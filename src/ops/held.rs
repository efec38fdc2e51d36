//! What holds and expiry do to the other verbs: who is refused, what arrives on hold, and what is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::record::Warning;
use super::settle::reclaim;
use super::{Draft, House, Result};
use crate::ledger::{
    Code, HeldBy, Hold, Holding, LotRecord, Movement, Receipt, Refusal, Stage, Verb, judge_expiry, judge_hold,
};
use crate::model::{ClaimId, Item, ItemId, LotId, OperationNumber, Place, PlaceKind, Quantity, SerialId, Stamp};
use crate::store::{Unit, View};

/// May held and expired goods be sold in this house?
///
/// # Errors
/// `override-not-allowed`.
pub fn judge_override(view: &View<'_>) -> Result<()> {
    if House::of(view, NaiveDate::default())?.may_override_hold() {
        return Ok(());
    }
    let message = "no rule of the house allows it to sell goods that are on hold or expired";
    Err(Refusal::new(Code::OverrideNotAllowed, message, "scantrail setting set override-hold yes").into())
}

/// Why goods that were picked may not be shipped: one refusal for each unit or lot.
pub fn refusals(
    view: &View<'_>,
    item: &Item,
    holding: &Holding,
    units: &[Unit],
    day: NaiveDate,
) -> Result<Vec<Refusal>> {
    let lot = holding.lot.as_ref();
    let lot_id = lot.map(|lot| lot.id);
    let mut found = Vec::new();
    if item.tracking.by_serial() {
        view.find_receipts_ahead(&units.iter().map(|unit| (item.id, unit.serial)).collect::<Vec<_>>())?;
        for unit in units {
            if let Some(hold) = view.hold_over(item.id, lot_id, Some(unit.serial), None)? {
                found.extend(judge_hold(&format!("{} {}", item.sku, unit.code), &hold).err());
            }
        }
    } else if let Some(hold) = view.hold_over(item.id, lot_id, None, None)? {
        found.extend(judge_hold(&name_of(item, lot.map(Rc::as_ref)), &hold).err());
    }
    if let Some(lot) = lot.filter(|_| found.is_empty()) {
        found.extend(judge_expiry(Verb::Sell, item, lot, day).err());
    }
    Ok(found)
}

fn name_of(item: &Item, lot: Option<&LotRecord>) -> String {
    lot.map_or_else(|| item.sku.to_string(), |lot| format!("lot {} of {}", lot.code, item.sku))
}

/// Why goods in a place may not be picked or sold.
///
/// # Errors
/// What the database says.
pub fn held_by(
    view: &View<'_>,
    item: ItemId,
    lot: Option<&LotRecord>,
    unit: Option<SerialId>,
    place: &Place,
    day: NaiveDate,
) -> Result<Option<HeldBy>> {
    if !place.kind.is_internal() {
        return Ok(None);
    }
    if let Some(hold) = view.hold_over(item, lot.map(|lot| lot.id), unit, None)? {
        return Ok(Some(HeldBy::Hold(hold)));
    }
    let expired = lot.filter(|lot| lot.dates.expired_on(day)).and_then(|lot| lot.dates.expires);
    Ok(match expired {
        Some(expired) => Some(HeldBy::Expired(expired)),
        None => (place.kind == PlaceKind::Quarantine).then_some(HeldBy::Quarantine),
    })
}

/// Goods that arrive and are on hold at once are told. Where a lot is now on hold because more of it came from somebody
/// whose goods are, what is allocated of it is given back. `arriving` is the receipt that it is.
pub fn on_arrival(view: &View<'_>, arriving: Option<Receipt>, draft: &mut Draft) -> Result<Vec<Warning>> {
    let items: BTreeSet<ItemId> = draft.movements.iter().map(|one| one.item).collect();
    view.find_holds_ahead(&items.into_iter().collect::<Vec<_>>())?;
    let mut arrived: Vec<&Movement> = Vec::new();
    for one in &draft.movements {
        let arrives = !view.place(one.from.place)?.kind.is_internal() && view.place(one.to.place)?.kind.is_internal();
        if arrives && !view.holds_of(one.item)?.is_empty() {
            arrived.push(one);
        }
    }
    let units = arrived.iter().filter_map(|one| Some((one.item, one.serial?.serial)));
    view.find_receipts_ahead(&units.collect::<Vec<_>>())?;
    let mut held: BTreeMap<(ItemId, Option<LotId>, OperationNumber), (Rc<Hold>, Quantity)> = BTreeMap::new();
    for one in arrived {
        let unit = one.serial.map(|hop| hop.serial);
        if let Some(hold) = view.hold_over(one.item, one.lot, unit, arriving)? {
            let entry = held.entry((one.item, one.lot, hold.operation)).or_insert((hold, Quantity::ZERO));
            entry.1 = entry.1.plus(one.quantity);
        }
    }
    let mut warnings = Vec::new();
    for ((item, lot, number), (hold, quantity)) in held {
        let item = view.item(item)?;
        let lot = lot.map(|lot| view.lot_record(lot)).transpose()?;
        let (quantity, name) = (quantity.display(item.scale), name_of(&item, lot.as_deref()));
        let message = format!("{quantity} of {name} arrived, on hold since operation {number}: {}", hold.reason);
        warnings.push(Warning { code: "held-on-arrival", line: None, scan: None, message });
        if let Some(lot) = lot.filter(|_| !item.tracking.by_serial()) {
            draft.movements.extend(given_back(view, item.id, lot.id)?);
        }
    }
    Ok(warnings)
}

/// A lot that was given a name under which goods are on hold: what is allocated of it is given back.
pub fn after_renaming(view: &View<'_>, item: &Item, lot: LotId) -> Result<Vec<Movement>> {
    match view.hold_over(item.id, Some(lot), None, None)? {
        Some(_) if !item.tracking.by_serial() => given_back(view, item.id, lot),
        _ => Ok(Vec::new()),
    }
}

/// What is allocated of a lot is given back.
fn given_back(view: &View<'_>, item: ItemId, lot: LotId) -> Result<Vec<Movement>> {
    let allocated = view.holdings(item, Some(lot))?.into_iter().filter(is_allocated);
    Ok(allocated.map(|holding| reclaim(&holding, None, holding.quantity, ClaimId::FREE)).collect())
}

/// True for what is set aside where it lies.
pub fn is_allocated(holding: &Holding) -> bool {
    holding.standing.claim.as_ref().is_some_and(|claim| claim.stage == Stage::Allocated)
}

/// Writes down in the operation what is sold although it is on hold or expired.
pub fn write_down(view: &View<'_>, stamp: &Stamp, draft: &mut Draft) -> Result<()> {
    let day = stamp.day();
    let mut rows: BTreeMap<(ItemId, Option<LotId>, Option<OperationNumber>), (HeldBy, Quantity, Vec<String>)> =
        BTreeMap::new();
    for one in draft.movements.iter().filter(|one| !one.stays_in_place()) {
        let unit = one.serial.map(|hop| hop.serial);
        let lot = one.lot.map(|lot| view.lot_record(lot)).transpose()?;
        let place = view.place(one.from.place)?;
        if let Some(held) = held_by(view, one.item, lot.as_deref(), unit, &place, day)? {
            let row = rows.entry((one.item, one.lot, held.operation())).or_insert((held, Quantity::ZERO, Vec::new()));
            row.1 = row.1.plus(one.quantity);
            row.2.extend(unit.map(|unit| view.serial_code(unit)).transpose()?.flatten());
        }
    }
    let mut overridden = Vec::new();
    for ((item, lot, hold), (held, quantity, serials)) in rows {
        let item = view.item(item)?;
        let lot = lot.map(|lot| view.lot_record(lot)).transpose()?;
        overridden.push(json!({
            "item": item.sku.as_str(), "lot": lot.map(|lot| lot.code.to_string()), "serials": serials,
            "quantity": quantity.display(item.scale), "hold": hold.map(|number| number.0), "held": held.reason(),
        }));
    }
    if !overridden.is_empty() {
        add_detail(draft, "overridden", overridden.into());
    }
    Ok(())
}

/// Adds to what else an operation records.
pub fn add_detail(draft: &mut Draft, key: &str, value: Value) {
    let before = draft.detail.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let mut detail: Map<String, Value> = before.unwrap_or_default();
    detail.insert(key.to_owned(), value);
    draft.detail = Some(Value::Object(detail).to_string());
}

/// An undo must not set aside or ship what is on hold since. Goods that come back by it are not set aside again, and what
/// a receipt took from orders, because more of a lot came, stays free.
///
/// # Errors
/// `lot-on-hold`.
pub fn judge_undo(
    view: &View<'_>,
    number: OperationNumber,
    takes_back: &str,
    movements: Vec<Movement>,
) -> Result<Vec<Movement>> {
    view.find_holds_ahead(&movements.iter().map(|one| one.item).collect::<Vec<_>>())?;
    let mut kept = Vec::with_capacity(movements.len());
    for mut one in movements {
        let stage = view.claim(one.to.claim)?.map(|claim| claim.stage);
        let comes_back = !view.place(one.from.place)?.kind.is_internal();
        let is_shipped = takes_back == "sell" && view.place(one.to.place)?.kind == PlaceKind::Customer;
        let is_set_aside = stage.is_some() && one.to.claim != one.from.claim;
        let hold = match is_shipped || is_set_aside {
            true => view.hold_over(one.item, one.lot, one.serial.map(|hop| hop.serial), None)?,
            false => None,
        };
        match hold {
            Some(_) if comes_back && stage == Some(Stage::Allocated) => one.to.claim = ClaimId::FREE,
            Some(_) if matches!(takes_back, "receive" | "return") && one.stays_in_place() => continue,
            Some(hold) if !comes_back => return Err(no_way_round(view, number, &one, &hold, is_shipped)?.into()),
            _ => {}
        }
        kept.push(one);
    }
    Ok(kept)
}

/// The refusal of an undo that would be a way round a hold.
fn no_way_round(
    view: &View<'_>,
    number: OperationNumber,
    movement: &Movement,
    hold: &Hold,
    is_shipped: bool,
) -> Result<Refusal> {
    let item = view.item(movement.item)?;
    let lot = movement.lot.map(|lot| view.lot_record(lot)).transpose()?;
    let code = movement.serial.map(|hop| view.serial_code(hop.serial)).transpose()?.flatten();
    let name = code.map_or_else(|| name_of(&item, lot.as_deref()), |code| format!("{} {code}", item.sku));
    let does = if is_shipped { "ship" } else { "set aside" };
    let message = format!(
        "to undo operation {number} would {does} {name}, which is on hold since operation {}: {}",
        hold.operation, hold.reason
    );
    let hint = match view.claim(movement.from.claim)? {
        Some(claim) if claim.stage == Stage::Picked => {
            format!("what is picked is given back by: scantrail release {} --picked", claim.order_code)
        }
        _ => format!("once it is good: scantrail release-hold --hold {} --reason TEXT", hold.operation),
    };
    Ok(Refusal::new(Code::LotOnHold, message, hint))
}
