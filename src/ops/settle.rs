//! The movements of known goods, and what the orders they were set aside for give back.

use std::collections::{BTreeMap, HashSet};

use super::Result;
use crate::ledger::{
    Claim, Holding, Movement, OrderPlan, Outstanding, SerialHop, SerialRecord, Spot, Stage, Standing, Verb,
    measured_released_by_swap, released_by_swap,
};
use crate::model::{ClaimId, ItemId, LotId, Quantity, SerialId};
use crate::scan::Line;
use crate::store::{Unit, View};

/// The movements of lines of known goods, each to the spot that `to` gives for where it stands.
pub fn movements(lines: &[Line], to: impl Fn(&Line, &Standing) -> Spot) -> Vec<Movement> {
    let mut movements = Vec::new();
    for line in lines {
        for record in line.serials.iter().filter_map(|serial| serial.record.as_ref()) {
            let to = to(line, &record.standing);
            movements.push(movement_of_unit(record, to));
        }
        for taken in &line.taken {
            movements.push(Movement {
                item: line.item.id,
                lot: taken.holding.lot.as_ref().map(|lot| lot.id),
                serial: None,
                quantity: taken.quantity,
                from: taken.holding.standing.spot(),
                to: to(line, &taken.holding.standing),
            });
        }
    }
    movements
}

fn movement_of_unit(record: &SerialRecord, to: Spot) -> Movement {
    Movement {
        item: record.item,
        lot: record.lot.as_ref().map(|lot| lot.id),
        serial: Some(SerialHop { serial: record.id, hop: record.hop + 1 }),
        quantity: record.quantity,
        from: record.standing.spot(),
        to,
    }
}

/// A unit of a holding as it is recorded.
pub fn record_of(holding: &Holding, unit: Unit) -> Option<SerialRecord> {
    Some(SerialRecord {
        id: unit.serial,
        item: holding.item,
        code: crate::model::SerialCode::new(&unit.code).ok()?,
        lot: holding.lot.clone(),
        standing: holding.standing.clone(),
        hop: unit.hop,
        quantity: unit.quantity,
    })
}

/// The movement that changes only the claim of a unit, or of so much of a holding.
pub fn reclaim(holding: &Holding, serial: Option<&SerialRecord>, quantity: Quantity, claim: ClaimId) -> Movement {
    let to = Spot { place: holding.standing.place.id, claim };
    match serial {
        Some(record) => movement_of_unit(record, to),
        None => Movement {
            item: holding.item,
            lot: holding.lot.as_ref().map(|lot| lot.id),
            serial: None,
            quantity,
            from: holding.standing.spot(),
            to,
        },
    }
}

/// When goods were taken for an order that were not set aside for it, the allocation follows: what they replace is given
/// back, and so is what the order can no longer use.
pub fn swaps(view: &View<'_>, verb: Verb, order: &OrderPlan, movements: &[Movement]) -> Result<Vec<Movement>> {
    let mut replaced: BTreeMap<ItemId, (Quantity, Quantity, HashSet<_>)> = BTreeMap::new();
    for movement in movements {
        let own = view.claim(movement.from.claim)?.is_some_and(|claim| claim.order == order.id);
        let entry = replaced.entry(movement.item).or_default();
        entry.1 = entry.1.plus(movement.quantity);
        if !own {
            entry.0 = entry.0.plus(movement.quantity);
            entry.2.insert(movement.from.place);
        }
    }
    let mut released = Vec::new();
    for (item, (new, all, places)) in replaced {
        if new.is_zero() {
            continue;
        }
        let outstanding = outstanding(view, verb, order, item, movements)?;
        let (ordered, done) = order.items.get(&item).copied().unwrap_or_default();
        let room = ordered.less(done.plus(all));
        let given_back = match view.item(item)?.rules.is_measured {
            true => measured_released_by_swap(&outstanding, room),
            false => released_by_swap(&outstanding, new, room, &places),
        };
        for (index, quantity) in given_back {
            let one = &outstanding[index];
            released.push(reclaim(&one.holding, one.serial.as_ref(), quantity, ClaimId::FREE));
        }
    }
    Ok(released)
}

/// What is set aside for the order, less what this batch has taken of it.
fn outstanding(
    view: &View<'_>,
    verb: Verb,
    order: &OrderPlan,
    item: ItemId,
    movements: &[Movement],
) -> Result<Vec<Outstanding>> {
    let stages: &[Stage] = if verb == Verb::Sell { &[Stage::Allocated, Stage::Picked] } else { &[Stage::Allocated] };
    let taken_units: HashSet<SerialId> = movements.iter().filter_map(|one| one.serial.map(|hop| hop.serial)).collect();
    let mut found = Vec::new();
    for stage in stages {
        let holdings = view.claimed(view.claim_of(order.id, *stage)?)?;
        for holding in holdings.into_iter().filter(|holding| holding.item == item) {
            if view.item(item)?.tracking.by_serial() {
                let units = view.units(&holding, usize::MAX)?;
                let left = units.into_iter().filter(|unit| !taken_units.contains(&unit.serial));
                found.extend(left.map(|unit| Outstanding {
                    holding: Holding { quantity: unit.quantity, ..holding.clone() },
                    serial: record_of(&holding, unit),
                }));
            } else {
                let taken = taken_of(movements, &holding);
                let quantity = holding.quantity.less(taken);
                if quantity.is_positive() {
                    found.push(Outstanding { holding: Holding { quantity, ..holding }, serial: None });
                }
            }
        }
    }
    Ok(found)
}

fn taken_of(movements: &[Movement], holding: &Holding) -> Quantity {
    let lot: Option<LotId> = holding.lot.as_ref().map(|lot| lot.id);
    let same = |one: &&Movement| one.item == holding.item && one.lot == lot && one.from == holding.standing.spot();
    movements.iter().filter(same).map(|one| one.quantity).sum()
}

/// The claim that goods keep when they move to another place: an allocation follows them, except to places that nothing
/// is allocated in.
pub fn claim_after_move(standing: &Standing, to_is_pickable: bool) -> ClaimId {
    match standing.claim.as_deref() {
        Some(Claim { id, .. }) if to_is_pickable => *id,
        _ => ClaimId::FREE,
    }
}
