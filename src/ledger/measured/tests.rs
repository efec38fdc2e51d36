//! Choices of measured units, against every subset of small stocks.

use proptest::prelude::*;

use super::sparse::Sparse;
use super::*;

fn quantity(units: i64) -> Quantity {
    Quantity::from_smallest_units(units)
}

fn stock(measures: &[i64]) -> Vec<(usize, Quantity)> {
    measures.iter().map(|each| quantity(*each)).enumerate().collect()
}

fn keys(choice: &Choice<usize>) -> Vec<usize> {
    choice.units.iter().map(|(key, _)| *key).collect()
}

#[test]
fn an_order_is_reached_by_the_units_that_fit() {
    use MeasuredStrategy::{FewestUnits, InOrder, LeastOvershoot};
    for (measures, wanted, strategy, picked, over, short) in [
        (&[150, 200, 150, 180][..], 320, LeastOvershoot, &[0, 3][..], 10, 0),
        (&[150, 200, 150, 180], 320, FewestUnits, &[0, 3], 10, 0),
        (&[150, 200, 150, 180], 320, InOrder, &[0, 1], 30, 0),
        (&[100, 100, 100, 305], 300, LeastOvershoot, &[0, 1, 2], 0, 0),
        (&[100, 100, 100, 305], 300, FewestUnits, &[3], 5, 0),
        (&[100, 100, 100, 300], 300, LeastOvershoot, &[3], 0, 0),
        (&[50, 50, 50, 50], 100, LeastOvershoot, &[0, 1], 0, 0),
        (&[70, 50, 60, 50, 60], 110, FewestUnits, &[1, 2], 0, 0),
        (&[500, 400], 100, LeastOvershoot, &[1], 300, 0),
        (&[500, 400], 100, InOrder, &[0], 400, 0),
        (&[150, 200], 400, LeastOvershoot, &[0, 1], 0, 50),
        (&[150, 200], 400, InOrder, &[0, 1], 0, 50),
        (&[150, 200], 350, FewestUnits, &[0, 1], 0, 0),
        (&[150, 0, -5, 200], 150, LeastOvershoot, &[0], 0, 0),
        (&[0, 0], 5, LeastOvershoot, &[], 0, 5),
        (&[], 5, FewestUnits, &[], 0, 5),
        (&[150, 200], 0, LeastOvershoot, &[], 0, 0),
        (&[150, 200], -7, InOrder, &[], 0, 0),
    ] {
        let choice = choose(&stock(measures), quantity(wanted), strategy);
        let case = format!("{measures:?} for {wanted} by {strategy:?}");
        assert_eq!(keys(&choice), picked, "{case}");
        assert_eq!((choice.over, choice.short), (quantity(over), quantity(short)), "{case}");
        assert!(choice.is_proven && choice.is_tie_proven, "{case}");
    }
    assert_eq!(MeasuredStrategy::from_word("fefo"), Some(InOrder));
    assert_eq!(MeasuredStrategy::from_word("least-overshoot"), Some(LeastOvershoot));
    assert_eq!(MeasuredStrategy::from_word("most"), None);
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    for strategy in [MeasuredStrategy::LeastOvershoot, MeasuredStrategy::FewestUnits, MeasuredStrategy::InOrder] {
        let units = stock(&[i64::MAX, i64::MAX - 1, i64::MAX - 5, 7]);
        let choice = choose(&units, quantity(i64::MAX), strategy);
        assert!(choice.short.is_zero());
        assert_eq!(keys(&choice), [0]);
        let choice = choose(&units[1..], quantity(i64::MAX), strategy);
        assert!(choice.units.len() == 2 && choice.short.is_zero(), "{strategy:?}");
    }
}

/// Every measure is a multiple of a thousand but for one, so that no total is near what is wanted.
fn lumpy(count: i64) -> Vec<(usize, Quantity)> {
    let measures: Vec<i64> = (0..count).map(|at| if at == 0 { 1 } else { (at * 7_919 % 10_000 + 1) * 1_000 }).collect();
    stock(&measures)
}

#[test]
fn what_is_not_proven_is_said_and_bounded() {
    let choice = choose(&lumpy(3_000), quantity(3_000_500), MeasuredStrategy::LeastOvershoot);
    assert_eq!(choice.total, quantity(3_001_000));
    assert!(choice.least_total >= quantity(3_000_500) && choice.least_total <= choice.total);
    let small = choose(&lumpy(30), quantity(30_500), MeasuredStrategy::LeastOvershoot);
    assert!(small.is_proven);
    assert_eq!(small.least_total, small.total);
}

#[test]
fn nearly_all_of_a_large_stock_is_chosen_by_what_is_left() {
    let measures: Vec<i64> = (0..5_000).map(|at| 10_000 + at * 37 % 9_001).collect();
    let sum: i64 = measures.iter().sum();
    let choice = choose(&stock(&measures), quantity(sum - 123_456), MeasuredStrategy::LeastOvershoot);
    assert!(choice.is_proven);
    assert!(choice.over < quantity(10));
}

/// Total, number of units, and the places from the newest on: smaller is better.
type Merit = (i64, usize, Vec<usize>);

fn best_of_all_subsets(measures: &[i64], wanted: i64, strategy: MeasuredStrategy) -> Option<Merit> {
    let merits = (0_u32..1 << measures.len()).filter_map(|subset| {
        let places: Vec<usize> = (0..measures.len()).rev().filter(|at| subset >> at & 1 == 1).collect();
        let total: i64 = places.iter().map(|at| measures[*at]).sum();
        (total >= wanted).then_some((total, places.len(), places))
    });
    match strategy {
        MeasuredStrategy::FewestUnits => merits.min_by_key(|(total, count, places)| (*count, *total, places.clone())),
        _ => merits.min(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn small_stocks_are_chosen_as_by_trying_everything(
        measures in prop::collection::vec(prop_oneof![1_i64..12, 1_i64..400, Just(100_i64), 1_i64..3_000_000_000], 1..10),
        part in 1_i64..100,
        is_fewest: bool,
    ) {
        let strategy = if is_fewest { MeasuredStrategy::FewestUnits } else { MeasuredStrategy::LeastOvershoot };
        let sum: i64 = measures.iter().sum();
        let wanted = (sum * part / 100).max(1);
        let choice = choose(&stock(&measures), quantity(wanted), strategy);
        let (total, _, places) = best_of_all_subsets(&measures, wanted, strategy).unwrap();
        prop_assert!(choice.is_proven && choice.is_tie_proven);
        prop_assert_eq!(choice.total, quantity(total));
        let mut found = keys(&choice);
        found.reverse();
        prop_assert_eq!(found, places);
    }

    #[test]
    fn any_choice_adds_up_and_holds_nothing_needless(
        measures in prop::collection::vec(-5_i64..9_000, 0..100),
        wanted in 0_i64..120_000,
        strategy in prop::sample::select(vec![
            MeasuredStrategy::LeastOvershoot, MeasuredStrategy::FewestUnits, MeasuredStrategy::InOrder,
        ]),
    ) {
        let units = stock(&measures);
        let choice = choose(&units, quantity(wanted), strategy);
        let found = keys(&choice);
        prop_assert!(found.is_sorted_by(|one, other| one < other));
        prop_assert!(choice.units.iter().all(|(key, each)| units[*key].1 == *each && each.is_positive()));
        let total: i64 = found.iter().map(|at| measures[*at]).sum();
        prop_assert_eq!(choice.total, quantity(total));
        prop_assert_eq!(choice.over, quantity((total - wanted).max(0)));
        prop_assert_eq!(choice.short, quantity((wanted - total).max(0)));
        let all: i64 = measures.iter().filter(|each| **each > 0).sum();
        prop_assert_eq!(choice.short, quantity((wanted - all).max(0)));
        prop_assert!(choice.least_total <= choice.total);
        if strategy != MeasuredStrategy::InOrder {
            prop_assert!(choice.over.is_zero() || found.iter().all(|at| measures[*at] > total - wanted));
        }
        prop_assert_eq!(&choice, &choose(&units, quantity(wanted), strategy));
    }

    /// Two ways of computing the same, on stocks too large to try everything.
    #[test]
    fn long_tables_and_lists_agree(measures in prop::collection::vec(1_u64..60, 1..60), part in 1_u64..100) {
        let sum: u64 = measures.iter().sum();
        let target = (sum * part / 100).max(1);
        let units: Vec<_> = measures.iter().map(|each| i64::try_from(*each).unwrap()).collect();
        let list = Sparse::of(&measures, target, target + 60, measures.len()).unwrap();
        for strategy in [MeasuredStrategy::LeastOvershoot, MeasuredStrategy::FewestUnits] {
            let choice = choose(&stock(&units), quantity(i64::try_from(target).unwrap()), strategy);
            let mut expected = list.best(&measures, target, strategy == MeasuredStrategy::FewestUnits).unwrap();
            expected.sort_unstable();
            prop_assert_eq!(keys(&choice), expected);
        }
    }
}
