//! In which order stock is taken for an order: five ways, each a pure sorting of what is free.

#[cfg(test)]
mod tests;

use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};

use super::{Allocation, Holding, Need, Strategy, allocate, first_out_order};
use crate::model::{LotId, Place, Quantity};

/// Sorts free stock into the order in which a need is met, by [`Strategy`]. Only fewest lots looks at how much is needed.
pub fn picking_order(strategy: Strategy, need: Need, holdings: &mut Vec<Holding>) {
    match strategy {
        Strategy::FirstExpired | Strategy::FirstIn | Strategy::Manual => first_out_order(strategy, holdings),
        Strategy::Place => {
            first_out_order(Strategy::FirstExpired, holdings);
            let ranks = ranks_of_places(holdings);
            holdings.sort_by_key(|holding| ranks.get(&holding.standing.place.path).copied());
        }
        Strategy::FewestLots => *holdings = fewest_lots(need, std::mem::take(holdings)),
    }
}

/// Sets stock aside in the order of a strategy. Nothing with [`Strategy::Manual`], where people choose.
pub fn allocate_by(strategy: Strategy, need: Need, holdings: &mut Vec<Holding>) -> Allocation {
    picking_order(strategy, need, holdings);
    if strategy == Strategy::Manual {
        return Allocation { taken: Vec::new(), short: need };
    }
    allocate(need, holdings)
}

/// A free lot that should have gone before this one; `None` where the order of the strategy is kept, or it has none by
/// age. Which place of a lot is emptied first is nobody's mistake.
pub fn passed_over<'h>(strategy: Strategy, picked: &Holding, free: &'h [Holding]) -> Option<&'h Holding> {
    if !matches!(strategy, Strategy::FirstExpired | Strategy::FirstIn) {
        return None;
    }
    let date = |holding: &Holding| {
        let dates = holding.lot.as_ref().map(|lot| lot.dates).filter(|_| strategy == Strategy::FirstExpired);
        dates.and_then(|dates| dates.first_out())
    };
    let key = |holding: &Holding| (date(holding).is_none(), date(holding), lot_of(holding));
    let is_same_day = |holding: &Holding| date(picked).is_some() && date(holding) == date(picked);
    let earlier = free.iter().filter(|holding| key(holding) < key(picked) && !is_same_day(holding));
    earlier.min_by_key(|holding| key(holding))
}

fn lot_of(holding: &Holding) -> Option<LotId> {
    holding.lot.as_ref().map(|lot| lot.id)
}

/// The lots of an item in the order in which they meet a need with as few of them as can be, each with how much of it there
/// is: as [`picking_order`] does for [`Strategy::FewestLots`], for whoever has not looked up where they lie.
pub fn fewest_first<T>(need: Need, lots: &mut [T], quantity: impl Fn(&T) -> Quantity) {
    largest_and_then_the_one_that_fits(need, lots, quantity);
}

/// The order in which people walk along places.
pub fn walking_order(one: &Place, other: &Place) -> Ordering {
    natural_order(&one.path, &other.path)
}

/// The largest lots first, and the last one such that it is used up where there is one; within a lot its places the same
/// way.
fn fewest_lots(need: Need, mut holdings: Vec<Holding>) -> Vec<Holding> {
    first_out_order(Strategy::FirstIn, &mut holdings);
    let mut lots: Vec<Vec<Holding>> = Vec::new();
    for holding in holdings {
        match lots.last_mut() {
            Some(lot) if lot.last().map(lot_of) == Some(lot_of(&holding)) => lot.push(holding),
            _ => lots.push(vec![holding]),
        }
    }
    let measure = |lot: &Vec<Holding>| lot.iter().map(|holding| holding.quantity).sum::<Quantity>();
    let mut lots: Vec<(Quantity, Vec<Holding>)> = lots.into_iter().map(|lot| (measure(&lot), lot)).collect();
    largest_and_then_the_one_that_fits(need, &mut lots, |(quantity, _)| *quantity);
    let mut left = need;
    for (quantity, lot) in &mut lots {
        largest_and_then_the_one_that_fits(left, lot, |holding| holding.quantity);
        left = left.less(*quantity);
    }
    lots.into_iter().flat_map(|(_, lot)| lot).collect()
}

/// Sorts by size, the largest first; where the rest of a need is exactly one of them, that one goes next.
fn largest_and_then_the_one_that_fits<T>(need: Need, things: &mut [T], size: impl Fn(&T) -> Quantity) {
    things.sort_by_key(|thing| Reverse(size(thing)));
    let mut left = need;
    let mut rest = things;
    while left.is_positive() && !rest.is_empty() {
        let found = rest.partition_point(|thing| size(thing) > left);
        if rest.get(found).is_some_and(|thing| size(thing) == left)
            && let Some(larger) = rest.get_mut(..=found)
        {
            larger.rotate_right(1);
            return;
        }
        let Some((largest, others)) = rest.split_first_mut() else { return };
        left = left.less(size(largest));
        rest = others;
    }
}

/// Where each place comes on the way. There are far fewer places than lots, so they are sorted once.
fn ranks_of_places(holdings: &[Holding]) -> HashMap<String, usize> {
    let places: HashSet<&str> = holdings.iter().map(|holding| holding.standing.place.path.as_str()).collect();
    let mut places: Vec<&str> = places.into_iter().collect();
    places.sort_by(|one, other| natural_order(one, other));
    places.into_iter().enumerate().map(|(rank, path)| (path.to_owned(), rank)).collect()
}

/// Paths as people walk them: `A-2` before `A-10`, and without regard to ASCII case.
fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut one_left, mut other_left) = (one, other);
    loop {
        let ((first, one_rest), (second, other_rest)) = match (piece(one_left), piece(other_left)) {
            (Some(first), Some(second)) => (first, second),
            (first, second) => return first.is_some().cmp(&second.is_some()).then_with(|| one.cmp(other)),
        };
        let order = match (digits(first), digits(second)) {
            (Some(first), Some(second)) => first.len().cmp(&second.len()).then_with(|| first.cmp(second)),
            _ => first
                .bytes()
                .map(|byte| byte.to_ascii_uppercase())
                .cmp(second.bytes().map(|byte| byte.to_ascii_uppercase())),
        };
        if order != Ordering::Equal {
            return order;
        }
        (one_left, other_left) = (one_rest, other_rest);
    }
}

/// The first run of digits or the first other character of a text, and what follows it.
fn piece(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(if digits > 0 { digits } else { first.len_utf8() })
}

/// The digits of a number without zeros in front.
fn digits(piece: &str) -> Option<&str> {
    piece.starts_with(|first: char| first.is_ascii_digit()).then(|| piece.trim_start_matches('0'))
}
