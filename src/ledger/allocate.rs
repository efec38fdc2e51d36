//! Which lots go first, and how far the stock reaches.

use super::Holding;
use crate::model::Quantity;

/// In which order stock is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// First expired, first out; where no date is known, first in, first out.
    #[default]
    FirstExpired,
    /// First in, first out, whatever the dates say.
    FirstIn,
    /// Along the places, in the order of their paths.
    Place,
    /// As few lots as possible: a lot that is exactly what is needed, else the largest first.
    FewestLots,
    /// By nobody but people: nothing is set aside by itself.
    Manual,
}

impl Strategy {
    /// Every strategy with the word of the command line.
    pub const WORDS: [(Strategy, &'static str); 5] = [
        (Strategy::FirstExpired, "fefo"),
        (Strategy::FirstIn, "fifo"),
        (Strategy::Place, "place"),
        (Strategy::FewestLots, "fewest-lots"),
        (Strategy::Manual, "manual"),
    ];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        Strategy::WORDS.iter().find(|(strategy, _)| *strategy == self).map_or("fefo", |(_, word)| word)
    }

    /// The strategy for its word, in either case.
    pub fn from_word(word: &str) -> Option<Strategy> {
        let word = word.trim().to_ascii_lowercase();
        Strategy::WORDS.iter().find(|(_, text)| *text == word).map(|(strategy, _)| *strategy)
    }
}

/// Sorts free stock into the order in which it is set aside: by date and age of the lot, and within a lot by place.
/// Lots without a date come after those with one. Lots are numbered in the order of their first receipt, so the number
/// is the age. Only the dates of [`Strategy::FirstExpired`] count; for the other orders see `picking_order`.
pub fn first_out_order(strategy: Strategy, holdings: &mut [Holding]) {
    holdings.sort_by(|one, two| {
        let key = |holding: &Holding| {
            let lot = holding.lot.as_deref();
            let date = lot.and_then(|lot| lot.dates.first_out()).filter(|_| strategy == Strategy::FirstExpired);
            (date.is_none(), date, lot.map(|lot| lot.id), holding.standing.place.kind)
        };
        key(one).cmp(&key(two)).then_with(|| one.standing.place.path.cmp(&two.standing.place.path))
    });
}

/// How much of an item an order still needs.
pub type Need = Quantity;

/// What was found for a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// So much of the holding with this index.
    pub taken: Vec<(usize, Quantity)>,
    /// What could not be found.
    pub short: Quantity,
}

/// Sets aside from the first holdings on until the need is met.
pub fn allocate(need: Need, holdings: &[Holding]) -> Allocation {
    let mut left = need;
    let mut taken = Vec::new();
    for (index, holding) in holdings.iter().enumerate() {
        if left.is_zero() {
            break;
        }
        let quantity = left.min(holding.quantity);
        taken.push((index, quantity));
        left = left.less(quantity);
    }
    Allocation { taken, short: left }
}
