//! Taking an operation back by a linked reversal, or naming what depends on it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::record::{record, record_alone};
use super::{Content, Draft, Recorded, Request, Result, certificates, resolve};
use super::{held, hold};
use crate::ledger::{
    Code, Movement, Receipt, Refusal, Reversal, Spot, Stage, Verb, effective_hops, judge_arriving_dates, reversed,
};
use crate::model::{ItemId, LotDates, LotId, OperationNumber, OrderId, Quantity, SerialId};
use crate::store::{LaterHop, LotStatement, RecordedOperation, Store, View, Writer};

/// Operations that move goods or claims, or attach files, and corrections of lots. Other master data is changed by setting it again.
const KINDS: [&str; 14] = [
    "receive",
    "transfer",
    "allocate",
    "release",
    "pick",
    "sell",
    "return",
    "cut",
    "attach",
    "hold",
    "release-hold",
    "lot-set",
    "owner-set",
    "undo",
];

/// Takes an operation back.
///
/// # Errors
/// `unknown-operation`, `cannot-undo`, `already-undone`, `has-dependants` with the list, `lot-on-hold`.
pub fn undo(store: &Store, number: OperationNumber, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("undo", request);
    content.flag("operation", Some(&number.to_string()));
    let is_hold = store.read(|view| is_of_hold(view, number))?;
    let decide = |writer: &Writer<'_>| {
        let target = find(writer, number)?;
        if is_hold {
            return hold::undone(writer, number, request);
        }
        if let Some(order) = target.order {
            writer.lock_order(order)?;
        }
        let movements = writer.movements(number)?;
        let later = writer.hops_since(number)?;
        let dependants = dependants(writer, number, &movements, &later)?;
        if !dependants.is_empty() {
            return Err(has_dependants(writer, number, &dependants)?.into());
        }
        let own = movements.iter().filter_map(|one| one.serial.map(|hop| (hop.serial, hop.hop)));
        let mut last_hops: HashMap<SerialId, u32> = own.chain(later.iter().map(|hop| (hop.serial, hop.hop))).collect();
        let reversal = reversed(&movements, |hop| {
            let last = last_hops.entry(hop.serial).or_insert(hop.hop);
            *last += 1;
            *last
        });
        let owners = writer.owners_before(number)?;
        if !owners.is_empty() {
            writer.set_owners(&owners)?;
        }
        for (item, lot, name) in writer.lot_names_without(number)? {
            writer.name_lot(item, lot, &name)?;
        }
        let root = writer.operation(target.root)?;
        let takes_back = root.as_ref().map(|root| root.kind.as_str()).unwrap_or_default();
        let movements = held::judge_undo(writer, number, takes_back, reversal)?;
        let receipt = root.as_ref().filter(|root| root.kind == "receive" && target.sign < 0);
        let receipt = receipt.map(|root| Receipt { supplier: root.partner, at: root.stamp.at.timestamp() });
        let warnings = certificates::warn_of_undo(writer, &target)?;
        let mut draft = Draft {
            kind: "undo",
            order: target.order,
            partner: target.partner,
            invoice: target.invoice,
            reverses: Some(number),
            movements,
            lot_dates: dates_without(writer, number)?,
            warnings,
            ..Draft::default()
        };
        held::on_arrival(writer, receipt, &mut draft)?;
        Ok(draft)
    };
    if is_hold {
        record_alone(store, request, content.digest(), decide)
    } else {
        record(store, request, content.digest(), decide)
    }
}

/// True for a hold, for its release, and for what takes them back.
fn is_of_hold(view: &View<'_>, number: OperationNumber) -> Result<bool> {
    let root = view.operation(number)?.map(|target| target.root);
    let root = root.map(|root| view.operation(root)).transpose()?.flatten();
    Ok(root.is_some_and(|root| matches!(root.kind.as_str(), "hold" | "release-hold")))
}

fn find(view: &View<'_>, number: OperationNumber) -> Result<RecordedOperation> {
    let Some(target) = view.operation(number)? else {
        let message = format!("there is no operation {number}");
        return Err(Refusal::new(Code::UnknownOperation, message, "scantrail log").into());
    };
    if !KINDS.contains(&target.kind.as_str()) {
        let message = format!("operation {number} is {}, which moved no goods", target.kind);
        return Err(Refusal::new(
            Code::CannotUndo,
            message,
            "items are changed with `scantrail item set`; places, partners and orders stay as they were made",
        )
        .into());
    }
    if let Some(undone_by) = view.reversal_of(number)? {
        let message = format!("operation {number} was undone by operation {undone_by}");
        let hint = format!("to do it again after all: scantrail undo {undone_by} --reason TEXT");
        return Err(Refusal::new(Code::AlreadyUndone, message, hint).into());
    }
    Ok(target)
}

/// The operations that would have to be undone first: those that moved a serial on, and those that used up a balance
/// which the reversal needs.
fn dependants(
    view: &View<'_>,
    number: OperationNumber,
    movements: &[Movement],
    later: &[LaterHop],
) -> Result<BTreeSet<OperationNumber>> {
    let mut found = BTreeSet::new();
    let arrivals: HashMap<SerialId, Spot> =
        movements.iter().filter_map(|one| one.serial.map(|hop| (hop.serial, one.to))).collect();
    for hops in later.chunk_by(|one, two| one.serial == two.serial) {
        let history: Vec<Reversal> = hops.iter().map(|hop| hop.reversal).collect();
        let effective = effective_hops(&history);
        let moved_on = hops.iter().any(|hop| hop.changes_place && effective.contains(&hop.reversal.operation));
        let stands = hops.last().map(|hop| hop.to);
        if moved_on || stands != arrivals.get(&hops[0].serial).copied() {
            found.extend(effective);
        }
    }
    let mut changes: BTreeMap<(ItemId, Option<LotId>, Spot), i64> = BTreeMap::new();
    for movement in movements.iter().filter(|movement| movement.serial.is_none()) {
        let units = movement.quantity.smallest_units();
        *changes.entry((movement.item, movement.lot, movement.to)).or_default() -= units;
        *changes.entry((movement.item, movement.lot, movement.from)).or_default() += units;
    }
    for ((item, lot, spot), change) in changes {
        let stands = view.balance(item, lot, spot)?.smallest_units();
        if change < 0 && stands + change < 0 && view.place(spot.place)?.kind.is_bounded() {
            found.extend(effective_hops(&view.operations_at_spot(number, item, lot, spot)?));
        }
    }
    found.extend(in_place_of(view, number, movements)?);
    Ok(found)
}

/// The operations that set aside or shipped for an order what the reversal would give it once more: together they would
/// be more than it asks for.
fn in_place_of(view: &View<'_>, number: OperationNumber, movements: &[Movement]) -> Result<BTreeSet<OperationNumber>> {
    let mut found = BTreeSet::new();
    let Some(target) = view.operation(number)? else { return Ok(found) };
    let is_sale = view.operation(target.root)?.is_some_and(|root| root.kind == "sell");
    let mut gains: BTreeMap<(OrderId, ItemId), i64> = BTreeMap::new();
    for one in movements {
        let units = one.quantity.smallest_units();
        if let Some(order) = target.order.filter(|_| is_sale && !one.stays_in_place()) {
            *gains.entry((order, one.item)).or_default() -= units * target.sign;
        }
        if let Some(claim) = view.claim(one.from.claim)? {
            *gains.entry((claim.order, one.item)).or_default() += units;
        }
        if let Some(claim) = view.claim(one.to.claim)? {
            *gains.entry((claim.order, one.item)).or_default() -= units;
        }
    }
    for ((order, item), gain) in gains.into_iter().filter(|(_, gain)| *gain > 0) {
        let plan = resolve::order_plan(view, &view.order(order)?, Verb::Pick, false)?;
        let (ordered, done) = plan.items.get(&item).copied().unwrap_or_default();
        let allocated = view.claimed(view.claim_of(order, Stage::Allocated)?)?.into_iter();
        let allocated: Quantity = allocated.filter(|one| one.item == item).map(|one| one.quantity).sum();
        if done.plus(allocated).plus(Quantity::from_smallest_units(gain)) > ordered {
            let mut later: Vec<Reversal> = view
                .order_events(order)?
                .iter()
                .filter(|event| event.operation > number && event.item.id == item)
                .map(|event| Reversal { operation: event.operation, reverses: event.reverses })
                .collect();
            later.dedup_by_key(|step| step.operation);
            found.extend(effective_hops(&later).into_iter().filter(|one| *one != number));
        }
    }
    Ok(found)
}

fn has_dependants(view: &View<'_>, number: OperationNumber, found: &BTreeSet<OperationNumber>) -> Result<Refusal> {
    let mut names = Vec::new();
    for dependant in found {
        let kind = view.operation(*dependant)?.map(|operation| operation.kind).unwrap_or_default();
        names.push(format!("{dependant} ({kind})"));
    }
    let message = format!("operation {number} cannot be undone while these build on it: {}", names.join(", "));
    let last = found.last().copied().unwrap_or(number);
    let mut refusal = Refusal::new(Code::HasDependants, message, format!("scantrail undo {last} --reason TEXT"));
    refusal.dependants = found.iter().map(|number| number.0).collect();
    Ok(refusal)
}

/// What is known of lot dates once the operation no longer counts. Taking back the undo of a receipt may bring back a
/// date that a later receipt stated otherwise, and no expiry changes silently.
fn dates_without(view: &View<'_>, number: OperationNumber) -> Result<Vec<LotStatement>> {
    let mut dates = Vec::new();
    for lot in view.lots_dated_by(number)? {
        let stated = view.stated_dates(lot)?;
        let history: Vec<Reversal> = stated
            .iter()
            .filter(|one| one.operation != number)
            .map(|one| Reversal { operation: one.operation, reverses: one.reverses })
            .collect();
        let effective = effective_hops(&history);
        let left = stated.iter().filter(|one| effective.contains(&one.operation));
        let restored = left.fold(LotDates::default(), |known, one| match one.is_correction {
            true => one.said.or(known),
            false => known.or(one.said),
        });
        let record = view.lot_record(lot)?;
        let sku = view.item_of_lot(lot)?.sku.to_string();
        // Whoever takes a correction back wants the dates that held before it.
        if !stated.iter().any(|one| one.operation == number && one.is_correction) {
            judge_arriving_dates(&sku, record.code.as_str(), &record.dates, &restored)?;
        }
        dates.push(LotStatement { lot, said: LotDates::default(), known: restored });
    }
    Ok(dates)
}
