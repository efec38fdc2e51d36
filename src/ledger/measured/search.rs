//! Which way of searching for which question.

use super::bundles::Bundles;
use super::dense::{Dense, MOST_STEPS, MOST_SUMS};
use super::greedy::{self, largest_first, size, total};
use super::sparse::Sparse;
use super::{Found, MeasuredStrategy};

/// A question: which sizes reach the target? All together are more than it.
struct Question<'q> {
    sizes: &'q [u64],
    target: u64,
    /// The indexes of the sizes, the largest first.
    order: Vec<usize>,
    /// The fewest that can reach the target.
    fewest: usize,
    /// No total is less: so many of the smallest, or the target.
    bound: u64,
}

/// Picks sizes that reach the target.
pub(super) fn search(sizes: &[u64], target: u64, strategy: MeasuredStrategy) -> Found {
    let order = largest_first(sizes);
    let fewest = greedy::fewest(sizes, &order, target);
    let smallest = order.iter().rev().take(fewest);
    let bound = smallest.fold(0_u64, |sum, at| sum.saturating_add(size(sizes, *at))).max(target);
    let question = Question { sizes, target, order, fewest, bound };
    if strategy == MeasuredStrategy::FewestUnits {
        return question.fewest_units();
    }
    let (picked, is_proven) = question.least_total();
    let least = if is_proven { total(sizes, &picked) } else { bound };
    let (picked, is_tie_proven) = question.fewer(picked);
    Found { picked, is_proven, is_tie_proven: is_proven && is_tie_proven, least }
}

impl Question<'_> {
    fn total(&self, picked: &[usize]) -> u64 {
        total(self.sizes, picked)
    }

    /// The smallest that reaches the target by itself, the oldest of them.
    fn smallest_single(&self) -> Option<usize> {
        let reaching = (0..self.sizes.len()).filter(|at| size(self.sizes, *at) >= self.target);
        reaching.min_by_key(|at| size(self.sizes, *at))
    }

    /// The least total that reaches the target, and whether it is proven to be that.
    fn least_total(&self) -> (Vec<usize>, bool) {
        let mut best = greedy::close_from_below(self.sizes, &self.order, self.target);
        let mut consider = |picked: Vec<usize>| {
            let sum = self.total(&picked);
            if sum >= self.target && sum < self.total(&best) {
                best = picked;
            }
            self.total(&best)
        };
        consider(self.smallest_single().into_iter().collect());
        let most = consider(greedy::fewest_and_close(self.sizes, &self.order, self.target));
        if most == self.bound {
            return (best, true);
        }
        if let Some((picked, is_finished)) = self.reach(most)
            && (consider(picked) == self.bound || is_finished)
        {
            return (best, true);
        }
        if let Some((picked, is_finished)) = self.leave()
            && (consider(picked) == self.bound || is_finished)
        {
            return (best, true);
        }
        if let Some(list) = Sparse::of(self.sizes, self.target, most, self.sizes.len()) {
            consider(list.best(self.sizes, self.target, false).unwrap_or_default());
            return (best, true);
        }
        let is_exact = consider(self.tail()) == self.bound;
        (best, is_exact)
    }

    /// Searches all totals up to one that is known to be possible.
    fn reach(&self, most: u64) -> Option<(Vec<usize>, bool)> {
        let bundles = Bundles::of(self.sizes, 0..self.sizes.len());
        let mut dense = Dense::of_any_count(most)?;
        dense.add(&bundles.sizes, 0..bundles.sizes.len(), (None, self.target));
        let found = dense.least_from(None, self.target).map(|sum| dense.picked(&bundles.sizes, None, sum));
        Some((bundles.units(&found.unwrap_or_default()), dense.is_finished()))
    }

    /// The other way round: the most that can be left so that the rest reaches the target. Quick where nearly all is
    /// wanted.
    fn leave(&self) -> Option<(Vec<usize>, bool)> {
        let sum: u128 = self.sizes.iter().map(|size| u128::from(*size)).sum();
        let most = u64::try_from(sum.checked_sub(u128::from(self.target))?).ok()?;
        // The newest are left.
        let bundles = Bundles::of(self.sizes, (0..self.sizes.len()).rev());
        let mut dense = Dense::of_any_count(most)?;
        dense.add(&bundles.sizes, 0..bundles.sizes.len(), (None, most));
        let left = bundles.units(&dense.picked(&bundles.sizes, None, dense.greatest()?));
        Some((others(self.sizes.len(), &left), dense.is_finished()))
    }

    /// Takes the largest until little is missing, and searches for that among the others.
    fn tail(&self) -> Vec<usize> {
        let units = u64::try_from(self.sizes.len().max(1)).unwrap_or(u64::MAX);
        let room = (MOST_STEPS * 32 / units).clamp(4_096, MOST_SUMS / 4);
        let mut left = self.target;
        let mut picked = Vec::new();
        for at in self.order.iter().copied() {
            let size = size(self.sizes, at);
            if left <= room.max(size.saturating_mul(4).min(MOST_SUMS / 2)) {
                break;
            }
            if size < left {
                left -= size;
                picked.push(at);
            }
        }
        let bundles = Bundles::of(self.sizes, others(self.sizes.len(), &picked).into_iter());
        let Some(mut dense) = Dense::of_any_count(left.saturating_add(room)) else { return Vec::new() };
        dense.add(&bundles.sizes, 0..bundles.sizes.len(), (None, left));
        let Some(sum) = dense.least_from(None, left) else { return Vec::new() };
        picked.extend(bundles.units(&dense.picked(&bundles.sizes, None, sum)));
        picked
    }

    /// The same total with the fewest units, and whether they are proven to be that.
    fn fewer(&self, picked: Vec<usize>) -> (Vec<usize>, bool) {
        let sum = self.total(&picked);
        let fitting = || self.order.iter().copied().filter(|at| size(self.sizes, *at) <= sum);
        let least = greedy::fewest(self.sizes, &fitting().collect::<Vec<_>>(), sum);
        let mut best = picked;
        if best.len() > least
            && let Some(mut dense) = Dense::of_any_count(sum)
        {
            // The sum may be reached by the largest alone, and then by few.
            let bundles = Bundles::of(self.sizes, fitting());
            dense.add(&bundles.sizes, 0..bundles.sizes.len(), (None, sum));
            let found = bundles.units(&dense.picked(&bundles.sizes, None, sum));
            if self.total(&found) == sum && found.len() < best.len() {
                best = found;
            }
        }
        if let Some(mut dense) = Dense::by_count(sum, best.len()) {
            dense.add(self.sizes, 0..self.sizes.len(), (Some(least), sum));
            let is_proven = dense.is_finished() || dense.reaches(Some(least), sum);
            if let Some(count) = (least..=best.len()).find(|count| dense.reaches(Some(*count), sum))
                && (is_proven || count < best.len())
            {
                return (dense.picked(self.sizes, Some(count), sum), is_proven || count == least);
            }
        }
        if let Some(list) = Sparse::of(self.sizes, sum, sum, best.len())
            && let Some(found) = list.best(self.sizes, sum, false)
        {
            return (found, true);
        }
        let is_proven = best.len() == least;
        (best, is_proven)
    }

    fn fewest_units(&self) -> Found {
        let found = |picked: Vec<usize>, is_tie_proven| {
            let is_tie_proven = is_tie_proven || self.total(&picked) == self.bound;
            Found { picked, is_proven: true, is_tie_proven, least: self.bound }
        };
        if let Some(single) = self.smallest_single() {
            return found(vec![single], true);
        }
        let mut best = greedy::fewest_and_close(self.sizes, &self.order, self.target);
        let most = self.total(&best);
        let count = Some(self.fewest);
        if let Some(mut dense) = Dense::by_count(most, self.fewest) {
            dense.add(self.sizes, 0..self.sizes.len(), (count, self.target));
            let is_proven = dense.is_finished() || dense.reaches(count, self.target);
            if let Some(sum) = dense.least_from(count, self.target)
                && (is_proven || sum < most)
            {
                best = dense.picked(self.sizes, count, sum);
            }
            if is_proven {
                return found(best, true);
            }
        }
        let list = Sparse::of(self.sizes, self.target, most, self.fewest);
        match list.and_then(|list| list.best(self.sizes, self.target, true)) {
            Some(picked) => found(picked, true),
            None => found(best, false),
        }
    }
}

/// All places that are not among these.
fn others(count: usize, picked: &[usize]) -> Vec<usize> {
    let mut is_picked = vec![false; count];
    for at in picked {
        if let Some(flag) = is_picked.get_mut(*at) {
            *flag = true;
        }
    }
    is_picked.iter().enumerate().filter(|(_, is_picked)| !**is_picked).map(|(at, _)| at).collect()
}
