//! Equal units as bundles of 1, 2, 4, … of them: any number of them is a sum of bundles, so a stock of few sorts is as
//! quick to search as one of few units.

use std::collections::HashMap;

use super::greedy::size;

/// Bundles of the units that were handed in.
pub(super) struct Bundles {
    /// The size of each bundle.
    pub(super) sizes: Vec<u64>,
    /// For each bundle of which sort it is, and how many units.
    of: Vec<(usize, usize)>,
    /// The units of each sort, in the order in which they were handed in.
    sorts: Vec<Vec<usize>>,
}

impl Bundles {
    pub(super) fn of(sizes: &[u64], units: impl Iterator<Item = usize>) -> Bundles {
        let mut sorts: Vec<Vec<usize>> = Vec::new();
        let mut known: HashMap<u64, usize> = HashMap::new();
        for at in units {
            let sort = *known.entry(size(sizes, at)).or_insert(sorts.len());
            match sorts.get_mut(sort) {
                Some(units) => units.push(at),
                None => sorts.push(vec![at]),
            }
        }
        let mut bundles = Bundles { sizes: Vec::new(), of: Vec::new(), sorts: Vec::new() };
        for (sort, units) in sorts.iter().enumerate() {
            let each = units.first().map_or(0, |at| size(sizes, *at));
            let (mut left, mut next) = (units.len(), 1);
            while left > 0 {
                let copies = next.min(left);
                bundles.sizes.push(each.saturating_mul(u64::try_from(copies).unwrap_or(u64::MAX)));
                bundles.of.push((sort, copies));
                left -= copies;
                next = copies.saturating_mul(2);
            }
        }
        bundles.sorts = sorts;
        bundles
    }

    /// The units of these bundles: of each sort the first ones.
    pub(super) fn units(&self, bundles: &[usize]) -> Vec<usize> {
        let mut copies = vec![0_usize; self.sorts.len()];
        for (sort, more) in bundles.iter().filter_map(|bundle| self.of.get(*bundle)) {
            if let Some(count) = copies.get_mut(*sort) {
                *count += more;
            }
        }
        let taken = self.sorts.iter().zip(copies).flat_map(|(units, count)| units.iter().take(count));
        taken.copied().collect()
    }
}
