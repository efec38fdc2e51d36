//! When another good unit is taken for an order, the allocation follows: what it replaces is given back.

use std::collections::HashSet;

use super::{Holding, SerialRecord, Spot, Stage};
use crate::model::{PlaceId, Quantity};

/// Something that is set aside for the order and was not scanned in this batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    /// Where it stands and how much; for a unit with a serial, one.
    pub holding: Holding,
    /// The unit, for items tracked by serial.
    pub serial: Option<SerialRecord>,
}

impl Outstanding {
    fn stage(&self) -> Stage {
        self.holding.standing.claim.as_ref().map_or(Stage::Allocated, |claim| claim.stage)
    }

    /// The spot after it was given back.
    pub fn given_back_at(&self) -> Spot {
        Spot::free(&self.holding.standing.place)
    }
}

/// Which outstanding measured units are given back, by index: as many as can be while what stays set aside still reaches
/// what the order can use after this batch. Picked units last.
pub fn measured_released_by_swap(outstanding: &[Outstanding], room: Quantity) -> Vec<(usize, Quantity)> {
    let mut order: Vec<usize> = (0..outstanding.len()).collect();
    order.sort_by_key(|index| {
        (
            outstanding[*index].stage(),
            std::cmp::Reverse(outstanding[*index].holding.quantity),
            std::cmp::Reverse(*index),
        )
    });
    let mut left: Quantity = outstanding.iter().map(|one| one.holding.quantity).sum();
    let mut released = Vec::new();
    for index in order {
        let quantity = outstanding[index].holding.quantity;
        if left.less(quantity) >= room {
            released.push((index, quantity));
            left = left.less(quantity);
        }
    }
    released
}

/// Which outstanding units are given back, by index, and how much of each.
///
/// `replaced` is how much was taken that was not set aside for the order: so much of the outstanding allocation is
/// given back, from the `places` where it was taken first. `room` is how much the order can still use after this
/// batch: what is outstanding beyond it is given back too, picked units last.
pub fn released_by_swap(
    outstanding: &[Outstanding],
    replaced: Quantity,
    room: Quantity,
    places: &HashSet<PlaceId>,
) -> Vec<(usize, Quantity)> {
    let mut order: Vec<usize> = (0..outstanding.len()).collect();
    order.sort_by_key(|index| {
        let one = &outstanding[*index];
        let elsewhere = !places.contains(&one.holding.standing.place.id);
        (one.stage(), elsewhere, std::cmp::Reverse(*index))
    });
    let mut replaced_left = replaced;
    let mut outstanding_left: Quantity = outstanding.iter().map(|one| one.holding.quantity).sum();
    let mut released = Vec::new();
    for index in order {
        let one = &outstanding[index];
        let by_swap = if one.stage() == Stage::Allocated { replaced_left } else { Quantity::ZERO };
        let quantity = one.holding.quantity.min(by_swap.max(outstanding_left.less(room)));
        if quantity.is_positive() {
            released.push((index, quantity));
            replaced_left = replaced_left.less(quantity);
            outstanding_left = outstanding_left.less(quantity);
        }
    }
    released
}
