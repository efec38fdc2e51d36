//! Which measured units reach an ordered measure: pallets of 150 and of 200 square feet for an order of 320.
//!
//! All arithmetic is in whole smallest units. The answer is the same for the same input, and it says what of it is
//! proven: to find the least overshoot is a subset sum, which nobody can do fast for every input. It is exact wherever
//! bounded tables hold the question, which is nearly always; else it is the best that was found, with a bound.

mod bundles;
mod dense;
mod greedy;
mod search;
mod sparse;
#[cfg(test)]
mod tests;

use crate::model::Quantity;

/// What makes one choice of units better than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MeasuredStrategy {
    /// The least total that reaches what is wanted; among those the fewest units; among those the oldest.
    #[default]
    LeastOvershoot,
    /// The fewest units; among those the least total; among those the oldest.
    FewestUnits,
    /// One unit after the other as they are handed in, until what is wanted is reached.
    InOrder,
}

impl MeasuredStrategy {
    /// The words of the command line; for `fifo` and `fefo` the caller hands the units in that order.
    pub const WORDS: [(MeasuredStrategy, &'static str); 4] = [
        (MeasuredStrategy::LeastOvershoot, "least-overshoot"),
        (MeasuredStrategy::FewestUnits, "fewest-units"),
        (MeasuredStrategy::InOrder, "fifo"),
        (MeasuredStrategy::InOrder, "fefo"),
    ];

    /// The strategy that a word names.
    pub fn from_word(word: &str) -> Option<MeasuredStrategy> {
        MeasuredStrategy::WORDS.iter().find(|(_, text)| *text == word).map(|(strategy, _)| *strategy)
    }
}

/// The units that were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<K> {
    /// Each unit with its measure, in the order in which they were handed in.
    pub units: Vec<(K, Quantity)>,
    /// What they measure together.
    pub total: Quantity,
    /// How far that is over what is wanted.
    pub over: Quantity,
    /// What is missing when all units together are not enough.
    pub short: Quantity,
    /// True when nothing is better by what the strategy asks first: no smaller total, or no fewer units.
    pub is_proven: bool,
    /// True when, besides, nothing is better by what it asks second: no fewer units with this total, or no smaller total
    /// with so few units.
    pub is_tie_proven: bool,
    /// No choice that reaches what is wanted has a smaller total than this; the total itself where that is proven.
    pub least_total: Quantity,
}

/// Chooses units to reach a measure. Units without a measure are passed over. `units` are handed in with the oldest, or
/// the first to expire, in front.
///
/// Among choices that are equally good in what the strategy asks first and second, the newest unit in it is as old as can
/// be, then its second newest, and so on; this holds wherever the bounded tables hold the question.
pub fn choose<K: Copy>(units: &[(K, Quantity)], wanted: Quantity, strategy: MeasuredStrategy) -> Choice<K> {
    let measure = |quantity: Quantity| u64::try_from(quantity.smallest_units()).unwrap_or(0);
    let measured: Vec<(usize, u64)> =
        units.iter().enumerate().map(|(at, (_, each))| (at, measure(*each))).filter(|(_, each)| *each > 0).collect();
    let sum: u128 = measured.iter().map(|(_, each)| u128::from(*each)).sum();
    let target = measure(wanted);
    // All totals are multiples of what divides every measure, so whole tens make a table a tenth as long.
    let divisor = measured.iter().fold(0, |divisor, (_, each)| greatest_common_divisor(divisor, *each)).max(1);

    let found = if target == 0 {
        Found { picked: Vec::new(), is_proven: true, is_tie_proven: true, least: target }
    } else if sum <= u128::from(target) {
        Found { picked: (0..measured.len()).collect(), is_proven: true, is_tie_proven: true, least: target }
    } else if strategy == MeasuredStrategy::InOrder {
        in_order(&measured, target)
    } else {
        let sizes: Vec<u64> = measured.iter().map(|(_, each)| each / divisor).collect();
        let found = search::search(&sizes, target.div_ceil(divisor), strategy);
        Found { least: found.least.saturating_mul(divisor), ..found }
    };

    let mut picked: Vec<usize> = found.picked.iter().filter_map(|at| measured.get(*at)).map(|(at, _)| *at).collect();
    picked.sort_unstable();
    let units: Vec<(K, Quantity)> = picked.iter().filter_map(|at| units.get(*at).copied()).collect();
    let total: Quantity = units.iter().map(|(_, each)| *each).sum();
    let least = Quantity::from_smallest_units(i64::try_from(found.least).unwrap_or(i64::MAX));
    Choice {
        total,
        over: total.less(wanted.max(Quantity::ZERO)),
        short: wanted.less(total),
        is_proven: found.is_proven,
        is_tie_proven: found.is_tie_proven,
        least_total: total.min(least),
        units,
    }
}

/// Which sizes were picked, and what is known of it.
struct Found {
    picked: Vec<usize>,
    is_proven: bool,
    is_tie_proven: bool,
    /// No total that reaches the target is less.
    least: u64,
}

fn in_order(measured: &[(usize, u64)], target: u64) -> Found {
    let mut left = target;
    let reaching = measured.iter().take_while(|(_, each)| {
        let is_needed = left > 0;
        left = left.saturating_sub(*each);
        is_needed
    });
    let count = reaching.count();
    Found { picked: (0..count).collect(), is_proven: true, is_tie_proven: true, least: target }
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
