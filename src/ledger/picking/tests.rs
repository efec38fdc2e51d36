//! The orders of picking, against what each of them promises.

use std::cmp::Ordering;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;

use super::{allocate_by, lot_of, natural_order, passed_over};
use crate::ledger::{Holding, LotRecord, Standing, Strategy};
use crate::model::{ItemId, LotCode, LotDates, LotId, Place, PlaceId, PlaceKind, Quantity};

fn quantity(units: i64) -> Quantity {
    Quantity::from_smallest_units(units)
}

/// A lot (0 for none), the days until it expires and until it is past its best, a place and a quantity.
fn holding(lot: i64, expires: Option<u64>, best_before: Option<u64>, place: &str, units: i64) -> Holding {
    let day = |days: u64| chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap() + chrono::Days::new(days);
    let dates = LotDates { expires: expires.map(day), best_before: best_before.map(day), made: None };
    let code = LotCode::new(&format!("L{lot}")).unwrap();
    let record = LotRecord { id: LotId(lot), code, dates, also: Vec::new(), made_as: None };
    let place = Rc::new(Place { id: PlaceId(1), path: place.to_owned(), kind: PlaceKind::Storage });
    Holding {
        item: ItemId(1),
        lot: (lot > 0).then(|| Rc::new(record)),
        standing: Standing { place, claim: None },
        quantity: quantity(units),
    }
}

fn taken(strategy: Strategy, need: i64, holdings: &[Holding]) -> (Vec<(String, i64)>, i64) {
    let mut holdings = holdings.to_vec();
    let found = allocate_by(strategy, quantity(need), &mut holdings);
    let named = |(index, quantity): &(usize, Quantity)| {
        let holding = &holdings[*index];
        let lot = holding.lot.as_ref().map_or("-", |lot| lot.code.as_str());
        (format!("{lot}@{}", holding.standing.place.path), quantity.smallest_units())
    };
    (found.taken.iter().map(named).collect(), found.short.smallest_units())
}

#[test]
fn each_strategy_has_its_order() {
    let stock = [
        holding(1, None, None, "A-10", 50),
        holding(2, Some(30), None, "A-2", 20),
        holding(3, None, Some(10), "B-1", 5),
        holding(2, Some(30), None, "a-3", 30),
    ];
    for (strategy, need, expected, short) in [
        (Strategy::FirstExpired, 60, &[("L3@B-1", 5), ("L2@A-2", 20), ("L2@a-3", 30), ("L1@A-10", 5)][..], 0),
        (Strategy::FirstIn, 60, &[("L1@A-10", 50), ("L2@A-2", 10)], 0),
        (Strategy::Place, 60, &[("L2@A-2", 20), ("L2@a-3", 30), ("L1@A-10", 10)], 0),
        (Strategy::FewestLots, 60, &[("L1@A-10", 50), ("L2@a-3", 10)], 0),
        (Strategy::FewestLots, 5, &[("L3@B-1", 5)], 0),
        (Strategy::FewestLots, 55, &[("L1@A-10", 50), ("L3@B-1", 5)], 0),
        (Strategy::FewestLots, 70, &[("L1@A-10", 50), ("L2@A-2", 20)], 0),
        (Strategy::Manual, 60, &[], 60),
        (Strategy::FirstIn, 200, &[("L1@A-10", 50), ("L2@A-2", 20), ("L2@a-3", 30), ("L3@B-1", 5)], 95),
    ] {
        let expected = expected.iter().map(|(name, units)| ((*name).to_owned(), *units)).collect();
        assert_eq!(taken(strategy, need, &stock), (expected, short), "{strategy:?} {need}");
    }
}

#[test]
fn places_are_sorted_as_people_walk() {
    let mut paths = ["WH1/A-10", "WH1/A-2", "wh1/A-02x", "WH1", "WH1/Ä", "WH1/A-2/1", "WH2", "WH10", "WH1/"];
    paths.sort_by(|one, other| natural_order(one, other));
    assert_eq!(paths, ["WH1", "WH1/", "WH1/A-2", "WH1/A-2/1", "wh1/A-02x", "WH1/A-10", "WH1/Ä", "WH2", "WH10"]);
}

#[test]
fn a_lot_that_was_passed_over_is_named() {
    let stock = [
        holding(1, None, None, "A", 1),
        holding(2, Some(30), None, "A", 1),
        holding(3, None, Some(10), "B", 1),
        holding(4, Some(30), None, "C", 1),
    ];
    for (strategy, picked, expected) in [
        (Strategy::FirstExpired, 0, Some(2)),
        (Strategy::FirstExpired, 1, Some(2)),
        (Strategy::FirstExpired, 2, None),
        (Strategy::FirstExpired, 3, Some(2)),
        (Strategy::FirstIn, 0, None),
        (Strategy::FirstIn, 3, Some(0)),
        (Strategy::Place, 3, None),
        (Strategy::FewestLots, 3, None),
        (Strategy::Manual, 3, None),
    ] {
        let found = passed_over(strategy, &stock[picked], &stock);
        assert_eq!(found, expected.map(|at: usize| &stock[at]), "{strategy:?} {picked}");
    }
    // The same day is as good, whichever lot came first.
    assert_eq!(passed_over(Strategy::FirstExpired, &stock[3], &stock[1..2]), None);
}

fn any_holding() -> impl proptest::strategy::Strategy<Value = Holding> {
    let days = || prop::option::of(0_u64..20);
    (0_i64..6, "[AB]-[0-9]{1,2}", 1_i64..50).prop_flat_map(move |(lot, place, units)| {
        (days(), days()).prop_map(move |(expires, best)| holding(lot, expires, best, &place, units))
    })
}

fn any_stock() -> impl proptest::strategy::Strategy<Value = Vec<Holding>> {
    // One lot has one set of dates.
    prop::collection::vec(any_holding(), 0..12).prop_map(|mut stock| {
        let mut known = std::collections::HashMap::new();
        for holding in &mut stock {
            let lot = holding.lot.take();
            holding.lot = lot.map(|lot| known.entry(lot.id).or_insert(lot).clone());
        }
        stock
    })
}

const ALL: [Strategy; 5] =
    [Strategy::FirstExpired, Strategy::FirstIn, Strategy::Place, Strategy::FewestLots, Strategy::Manual];

proptest! {
    #[test]
    fn an_allocation_never_exceeds_and_misses_nothing(stock in any_stock(), need in 0_i64..400) {
        for strategy in ALL {
            let mut sorted = stock.clone();
            let found = allocate_by(strategy, quantity(need), &mut sorted);
            let sum: Quantity = found.taken.iter().map(|(_, quantity)| *quantity).sum();
            prop_assert_eq!(sum.plus(found.short), quantity(need));
            prop_assert!(found.taken.iter().all(|(at, taken)| taken.is_positive() && *taken <= sorted[*at].quantity));
            let all: Quantity = stock.iter().map(|holding| holding.quantity).sum();
            let expected = if strategy == Strategy::Manual { quantity(need) } else { quantity(need).less(all) };
            prop_assert_eq!(found.short, expected);
            prop_assert_eq!(sorted.len(), stock.len());
            prop_assert!(stock.iter().all(|holding| sorted.contains(holding)));
        }
    }

    /// No lot is touched while one that expires earlier is not used up.
    #[test]
    fn first_expired_goes_first(stock in any_stock(), need in 0_i64..400) {
        let mut sorted = stock;
        let found = allocate_by(Strategy::FirstExpired, quantity(need), &mut sorted);
        let date = |holding: &Holding| holding.lot.as_ref().and_then(|lot| lot.dates.first_out());
        let key = |holding: &Holding| (date(holding).is_none(), date(holding), lot_of(holding));
        let last = found.taken.last().map(|(at, _)| key(&sorted[*at]));
        for (at, holding) in sorted.iter().enumerate() {
            let taken = found.taken.iter().find(|(index, _)| *index == at).map_or(Quantity::ZERO, |(_, taken)| *taken);
            prop_assert!(last.is_none_or(|last| key(holding) >= last || taken == holding.quantity));
        }
        for pair in found.taken.windows(2) {
            prop_assert!(key(&sorted[pair[0].0]) <= key(&sorted[pair[1].0]));
        }
    }

    /// No other choice touches fewer lots, and a lot that is exactly what is needed is the only one.
    #[test]
    fn fewest_lots_are_the_fewest(stock in any_stock(), need in 1_i64..400) {
        let mut sorted = stock;
        let found = allocate_by(Strategy::FewestLots, quantity(need), &mut sorted);
        let mut lots: Vec<_> = found.taken.iter().map(|(at, _)| lot_of(&sorted[*at])).collect();
        lots.sort_unstable();
        lots.dedup();
        let mut totals = std::collections::BTreeMap::new();
        for holding in &sorted {
            *totals.entry(lot_of(holding)).or_insert(0) += holding.quantity.smallest_units();
        }
        let least = (0_u32..1 << totals.len()).filter_map(|subset| {
            let chosen = totals.values().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
            (chosen.map(|(_, total)| total).sum::<i64>() >= need).then_some(subset.count_ones() as usize)
        });
        if let Some(least) = least.min() {
            prop_assert_eq!(lots.len(), least);
        }
        if totals.values().any(|total| *total == need) {
            prop_assert_eq!(totals[&lots[0]], need);
        }
    }

    #[test]
    fn natural_order_is_an_order(mut paths in prop::collection::vec("[aA0-2/ä]{0,5}", 3)) {
        paths.sort_by(|one, other| natural_order(one, other));
        prop_assert!(natural_order(&paths[0], &paths[2]) != Ordering::Greater);
        prop_assert_eq!(natural_order(&paths[0], &paths[1]), natural_order(&paths[1], &paths[0]).reverse());
    }
}
