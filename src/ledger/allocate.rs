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
}

/// Sorts free stock into the order in which it is set aside: by date and age of the lot, and within a lot by place.
/// Lots without a date come after those with one. Lots are numbered in the order of their first receipt, so the number
/// is the age.
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
