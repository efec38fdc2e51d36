//! Which sums can be reached, as a sorted list, for few units of large measures.

use super::greedy::size;

/// A sum that can be reached with so many units, and the unit that reached it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    sum: u64,
    count: u32,
    by: usize,
}

/// The most states at once, and the most that are looked at.
const MOST_STATES: usize = 1 << 18;
const MOST_STEPS: usize = 1 << 21;

/// Every sum below the target, and every one up to `most` that reaches it, with every number of units up to a bound.
/// `None` when they are too many.
pub(super) struct Sparse {
    states: Vec<State>,
}

impl Sparse {
    pub(super) fn of(sizes: &[u64], target: u64, most: u64, most_units: usize) -> Option<Sparse> {
        let most_units = u32::try_from(most_units).unwrap_or(u32::MAX);
        let mut states = vec![State { sum: 0, count: 0, by: usize::MAX }];
        let mut steps = 0;
        for (at, size) in sizes.iter().enumerate() {
            steps += states.len() * 2;
            if states.len() > MOST_STATES || steps > MOST_STEPS {
                return None;
            }
            let grows = |state: &&State| state.sum < target && state.count < most_units;
            let grown = states.iter().filter(grows).filter_map(|state| {
                let sum = state.sum.checked_add(*size).filter(|sum| *sum <= most)?;
                Some(State { sum, count: state.count + 1, by: at })
            });
            states = merged(&states, &grown.collect::<Vec<_>>());
        }
        Some(Sparse { states })
    }

    /// The least sum that reaches the target, the fewest units of it, and the units.
    pub(super) fn best(&self, sizes: &[u64], target: u64, by_count: bool) -> Option<Vec<usize>> {
        let reaching = self.states.iter().filter(|state| state.sum >= target);
        let key = |state: &&State| {
            if by_count { (u64::from(state.count), state.sum) } else { (state.sum, u64::from(state.count)) }
        };
        let mut state = *reaching.min_by_key(key)?;
        let mut picked = Vec::new();
        while state.count > 0 {
            picked.push(state.by);
            let before = (state.sum - size(sizes, state.by), state.count - 1);
            let found = self.states.binary_search_by_key(&before, |state| (state.sum, state.count)).ok()?;
            state = *self.states.get(found)?;
        }
        Some(picked)
    }
}

/// Both lists in one, sorted by sum and count; what was reached before stays.
fn merged(old: &[State], new: &[State]) -> Vec<State> {
    let mut merged = Vec::with_capacity(old.len() + new.len());
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let next = match (old.peek(), new.peek()) {
            (None, None) => return merged,
            (Some(_), None) => old.next(),
            (None, Some(_)) => new.next(),
            (Some(one), Some(other)) => match (one.sum, one.count).cmp(&(other.sum, other.count)) {
                std::cmp::Ordering::Less => old.next(),
                std::cmp::Ordering::Greater => new.next(),
                std::cmp::Ordering::Equal => {
                    new.next();
                    old.next()
                }
            },
        };
        merged.extend(next.copied());
    }
}
