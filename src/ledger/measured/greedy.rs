//! Choices that are found at once and bound the search.

/// The indexes of the sizes, the largest first, equal ones in the order in which they were handed in.
pub(super) fn largest_first(sizes: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(size(sizes, *at)));
    order
}

/// How many of the largest it takes to reach the target.
pub(super) fn fewest(sizes: &[u64], order: &[usize], target: u64) -> usize {
    let mut sum = 0_u64;
    order
        .iter()
        .take_while(|at| {
            let is_needed = sum < target;
            sum = sum.saturating_add(size(sizes, **at));
            is_needed
        })
        .count()
}

/// The largest that still fit below the target, and then the smallest single one that reaches it: a total that is
/// seldom far over, and few units.
pub(super) fn close_from_below(sizes: &[u64], order: &[usize], target: u64) -> Vec<usize> {
    let mut left = target;
    let mut picked = Vec::new();
    let mut passed_over = Vec::new();
    for at in order {
        if size(sizes, *at) < left {
            left -= size(sizes, *at);
            picked.push(*at);
        } else {
            passed_over.push(*at);
        }
    }
    // Each of those passed over reaches the target, because no more is left now than then, and the last is the smallest.
    picked.extend(passed_over.last().copied());
    without_the_needless(sizes, picked, target)
}

/// Drops units that are not needed, the largest first that can go.
fn without_the_needless(sizes: &[u64], mut picked: Vec<usize>, target: u64) -> Vec<usize> {
    let mut over = total(sizes, &picked).saturating_sub(target);
    picked.sort_by_key(|at| std::cmp::Reverse(size(sizes, *at)));
    picked.retain(|at| {
        let is_needed = size(sizes, *at) > over;
        if !is_needed {
            over -= size(sizes, *at);
        }
        is_needed
    });
    picked
}

/// As many of the largest as it takes, each then replaced by the smallest other one that still lets them reach the target.
pub(super) fn fewest_and_close(sizes: &[u64], order: &[usize], target: u64) -> Vec<usize> {
    let count = fewest(sizes, order, target);
    let (picked, rest) = order.split_at(count.min(order.len()));
    let mut picked = picked.to_vec();
    let mut is_used = vec![false; rest.len()];
    let mut over = total(sizes, &picked).saturating_sub(target);
    for at in picked.iter_mut().rev() {
        let least = size(sizes, *at).saturating_sub(over);
        let beginning = rest.partition_point(|other| size(sizes, *other) >= least);
        let Some(found) = (0..beginning).rev().find(|place| !is_used.get(*place).copied().unwrap_or(true)) else {
            continue;
        };
        let (Some(used), Some(other)) = (is_used.get_mut(found), rest.get(found)) else { continue };
        *used = true;
        over = over.saturating_sub(size(sizes, *at).saturating_sub(size(sizes, *other)));
        *at = *other;
    }
    picked
}

pub(super) fn size(sizes: &[u64], at: usize) -> u64 {
    sizes.get(at).copied().unwrap_or(0)
}

pub(super) fn total(sizes: &[u64], picked: &[usize]) -> u64 {
    picked.iter().fold(0, |sum, at| sum.saturating_add(size(sizes, *at)))
}
