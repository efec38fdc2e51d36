//! Goods that wait for their certificate: nothing of them is set aside, picked or sold before it is there.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;

use super::record::Warning;
use super::{OpError, Result};
use crate::codes::shown;
use crate::ledger::{Holding, Movement, Refusal, SerialRecord, certificate_missing};
use crate::model::{Item, LotId, OperationNumber, OrderId, Quantity, SerialId};
use crate::store::{CERTIFICATE, FreeStockOrder, RecordedOperation, StockRow, Target, View};

/// So many serials are named in one warning.
const MOST_NAMED: usize = 3;

/// The units and lots of movements whose item requires a certificate: a unit is asked for itself, else its lot is.
fn asked_for(view: &View<'_>, movements: &[Movement]) -> Result<(BTreeSet<LotId>, BTreeSet<SerialId>)> {
    let (mut lots, mut units) = (BTreeSet::new(), BTreeSet::new());
    for movement in movements {
        if !view.item(movement.item)?.rules.requires_certificate {
            continue;
        }
        match movement.serial {
            Some(hop) => drop(units.insert(hop.serial)),
            None => lots.extend(movement.lot),
        }
    }
    Ok((lots, units))
}

/// May these goods leave? What was scanned was judged already; this holds whichever way goods came into a sale.
///
/// # Errors
/// `certificate-missing` for each lot and unit.
pub(super) fn judge_movements(view: &View<'_>, movements: &[Movement]) -> Result<()> {
    let (lots, units) = asked_for(view, movements)?;
    view.find_certificates_of(&lots, &units)?;
    let mut refusals: Vec<Refusal> = Vec::new();
    for lot in lots {
        if !view.is_lot_certified(lot)? {
            let (item, record) = (view.item_of_lot(lot)?, view.lot_record(lot)?);
            refusals.push(certificate_missing(&item, "lot", record.code.as_str()));
        }
    }
    for movement in movements {
        let Some(serial) = movement.serial.map(|hop| hop.serial).filter(|serial| units.contains(serial)) else {
            continue;
        };
        if !view.is_unit_certified(serial)? {
            let (item, code) = (view.item(movement.item)?, view.serial_code(serial)?.unwrap_or_default());
            refusals.push(certificate_missing(&item, "serial", &code));
        }
    }
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(OpError::Refused(refusals.into_iter().collect())),
    }
}

/// The holdings of an item that need not wait: for one that is tracked by lot alone, and has the rule.
pub(super) fn without_waiting(view: &View<'_>, item: &Item, stock: Vec<Holding>) -> Result<Vec<Holding>> {
    if !item.rules.requires_certificate || item.tracking.by_serial() {
        return Ok(stock);
    }
    let lots: Vec<LotId> = stock.iter().filter_map(|holding| holding.lot.as_ref().map(|lot| lot.id)).collect();
    let certified = view.certified_lots(&lots)?;
    let goes = |holding: &Holding| holding.lot.as_ref().is_some_and(|lot| certified.contains(&lot.id));
    Ok(stock.into_iter().filter(goes).collect())
}

/// The units of an item that need not wait.
pub(super) fn units_without_waiting<'h>(
    view: &View<'_>,
    item: &Item,
    units: Vec<(&'h Holding, SerialRecord)>,
) -> Result<Vec<(&'h Holding, SerialRecord)>> {
    if !item.rules.requires_certificate {
        return Ok(units);
    }
    let certified = view.certified_units(&units.iter().map(|(_, unit)| unit.id).collect::<Vec<_>>())?;
    Ok(units.into_iter().filter(|(_, unit)| certified.contains(&unit.id)).collect())
}

/// How much free stock of an item is passed over only because it waits for its certificate; `None` where none does.
pub(super) fn waiting_quantity(view: &View<'_>, item: &Item, day: NaiveDate) -> Result<Option<Quantity>> {
    if !item.rules.requires_certificate {
        return Ok(None);
    }
    let (mut free, mut stock) = (view.free_stock(item.id, FreeStockOrder::FirstIn, day), Vec::new());
    while let Some(lot) = free.next_lot()? {
        stock.extend(lot);
    }
    stock.retain(|holding| holding.lot.as_ref().is_none_or(|lot| !lot.dates.expired_on(day)));
    let all: Quantity = stock.iter().map(|holding| holding.quantity).sum();
    let goes: Quantity = if item.tracking.by_serial() {
        let mut units = Vec::new();
        for holding in &stock {
            units.extend(view.units(holding, usize::MAX)?);
        }
        let certified = view.certified_units(&units.iter().map(|unit| unit.serial).collect::<Vec<_>>())?;
        units.iter().filter(|unit| certified.contains(&unit.serial)).map(|unit| unit.quantity).sum()
    } else {
        without_waiting(view, item, stock)?.iter().map(|holding| holding.quantity).sum()
    };
    // What was set aside a moment ago still stands free here, and does not wait.
    let waiting = all.less(goes);
    Ok(waiting.is_positive().then_some(waiting))
}

/// Tells of goods that arrive and will have to wait. The receipt itself is not recorded yet.
pub(super) fn warn_of_arrivals(
    view: &View<'_>,
    order: Option<(OrderId, &str)>,
    movements: &[Movement],
) -> Result<Vec<Warning>> {
    let (_, units) = asked_for(view, movements)?;
    let mut by_item: BTreeMap<_, Vec<&Movement>> = BTreeMap::new();
    for movement in movements {
        if view.item(movement.item)?.rules.requires_certificate {
            by_item.entry(movement.item).or_default().push(movement);
        }
    }
    if by_item.is_empty() {
        return Ok(Vec::new());
    }
    if let Some((order, _)) = order
        && has_own(view, Target::Order(order))?
    {
        return Ok(Vec::new());
    }
    let certified_units = view.certified_units(&units.into_iter().collect::<Vec<_>>())?;
    let mut warnings = Vec::new();
    for (item, movements) in by_item {
        let item = view.item(item)?;
        let waiting = if item.tracking.by_lot() {
            lots_that_wait(view, &item, &movements)?
        } else {
            units_that_wait(view, &item, order.map(|(_, code)| code), &movements, &certified_units)?
        };
        warnings.extend(waiting.into_iter().map(|message| Warning {
            code: "certificate-missing",
            line: None,
            scan: None,
            message,
        }));
    }
    Ok(warnings)
}

/// Whether the certificate of each row of the stock is there; `None` for items that require none.
///
/// # Errors
/// What the database says.
pub fn certificates_of_stock(view: &View<'_>, rows: &[StockRow]) -> Result<Vec<Option<bool>>> {
    let (mut lots, mut units) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.iter().filter(|row| row.item.rules.requires_certificate) {
        match row.unit {
            Some(unit) => drop(units.insert(unit)),
            None => lots.extend(row.lot.as_ref().map(|lot| lot.id)),
        }
    }
    view.find_certificates_of(&lots, &units)?;
    let state = |row: &StockRow| match (row.item.rules.requires_certificate, row.unit, &row.lot) {
        (true, Some(unit), _) => view.is_unit_certified(unit).map(Some),
        (true, None, Some(lot)) => view.is_lot_certified(lot.id).map(Some),
        _ => Ok(None),
    };
    Ok(rows.iter().map(state).collect::<crate::store::Result<_>>()?)
}

/// Tells of goods that have no certificate once its attachment is undone. What was sold with it stays sold.
pub(super) fn warn_of_undo(view: &View<'_>, undone: &RecordedOperation) -> Result<Vec<Warning>> {
    let attached = if undone.sign == 1 { view.attachment(undone.root)? } else { None };
    let Some(attached) = attached.filter(|one| one.kind == CERTIFICATE) else { return Ok(Vec::new()) };
    let others = view.attachments_of(&[attached.target], OperationNumber(i64::MAX))?;
    if others.iter().any(|one| one.kind == CERTIFICATE && one.operation != attached.operation) {
        return Ok(Vec::new());
    }
    let what = match attached.target {
        Target::Lot(item, lot) => {
            view.item(item)?.rules.requires_certificate.then_some(("lot", view.lot_record(lot)?.code.to_string()))
        }
        Target::Serial(item, serial) => match view.item(item)?.rules.requires_certificate {
            true => view.serial_code(serial)?.map(|code| ("serial", code)),
            false => None,
        },
        Target::Order(order) => Some(("order", view.order(order)?.code.to_string())),
    };
    let warning = |(kind, code): (&str, String)| Warning {
        code: "certificate-missing",
        line: None,
        scan: None,
        message: format!(
            "{kind} {} has no certificate of its own any more; what was picked or sold with it stays so, and the rest waits",
            shown(code.as_bytes())
        ),
    };
    Ok(what.map(warning).into_iter().collect())
}

/// True when a certificate is attached to the thing itself.
fn has_own(view: &View<'_>, target: Target) -> Result<bool> {
    let attached = view.attachments_of(&[target], OperationNumber(i64::MAX))?;
    Ok(attached.iter().any(|one| one.kind == CERTIFICATE))
}

fn lots_that_wait(view: &View<'_>, item: &Item, movements: &[&Movement]) -> Result<Vec<String>> {
    let lots: BTreeSet<LotId> = movements.iter().filter_map(|one| one.lot).collect();
    let mut messages = Vec::new();
    for lot in lots {
        // An earlier receipt on another order counts for a lot, and not for the units of this one.
        let is_there = match item.tracking.by_serial() {
            true => has_own(view, Target::Lot(item.id, lot))?,
            false => view.is_lot_certified(lot)?,
        };
        if !is_there {
            let (sku, code) = (&item.sku, shown(view.lot_record(lot)?.code.as_str().as_bytes()));
            messages.push(format!(
                "lot {code} of {sku} waits for its certificate, and is not set aside, picked or sold before it is there: \
                 scantrail attach lot {code} FILE --item {sku}"
            ));
        }
    }
    Ok(messages)
}

fn units_that_wait(
    view: &View<'_>,
    item: &Item,
    order: Option<&str>,
    movements: &[&Movement],
    certified: &HashSet<SerialId>,
) -> Result<Vec<String>> {
    let waiting = movements.iter().filter_map(|one| one.serial.map(|hop| hop.serial));
    let waiting: Vec<SerialId> = waiting.filter(|serial| !certified.contains(serial)).collect();
    let mut named = Vec::new();
    for serial in waiting.iter().take(MOST_NAMED) {
        named.extend(view.serial_code(*serial)?.map(|code| shown(code.as_bytes())));
    }
    let Some(first) = named.first() else { return Ok(Vec::new()) };
    let more = if waiting.len() > named.len() { ", …" } else { "" };
    let for_all = order.map(|order| format!("; or for all of the order: scantrail attach order {order} FILE"));
    let (sku, count) = (&item.sku, waiting.len());
    let units = if count == 1 { "1 unit".to_owned() } else { format!("{count} units") };
    Ok(vec![format!(
        "{units} of {sku} ({}{more}) without a certificate: not set aside, picked or sold before it is there: scantrail attach \
         serial {first} FILE --item {sku}{}",
        named.join(", "),
        for_all.unwrap_or_default()
    )])
}
