//! Which sums can be reached, as one bit for each sum, for many units of small measures.
//!
//! A row of bits is shifted by a unit's size and joined with what was reached before. For each sum the unit that reached
//! it first is kept: without that unit the rest was reachable by units before it, so the choice can be followed back,
//! and of all choices it is the one whose newest unit is the oldest.

/// The sums that can be reached with each number of units up to a bound, or with any number.
pub(super) struct Dense {
    most: usize,
    words: usize,
    rows: Vec<Row>,
    /// True when there is one row for any number of units.
    is_any_count: bool,
    /// How many words may still be looked at.
    steps: u64,
    is_finished: bool,
}

struct Row {
    bits: Vec<u64>,
    first_by: Vec<u32>,
    /// The last word that has a bit.
    top: usize,
}

/// The most sums of all rows together: four bytes each.
pub(super) const MOST_SUMS: u64 = 1 << 22;
/// The most words that one search looks at: some ten milliseconds.
pub(super) const MOST_STEPS: u64 = 1 << 24;

impl Dense {
    /// For sums up to `most` with any number of units. `None` when the table would be too large.
    pub(super) fn of_any_count(most: u64) -> Option<Dense> {
        Dense::new(most, 1, true)
    }

    /// For sums up to `most` with up to `count` units.
    pub(super) fn by_count(most: u64, count: usize) -> Option<Dense> {
        Dense::new(most, count.checked_add(1)?, false)
    }

    fn new(most: u64, rows: usize, is_any_count: bool) -> Option<Dense> {
        let sums = most.checked_add(1)?;
        if sums.checked_mul(u64::try_from(rows).ok()?)? > MOST_SUMS {
            return None;
        }
        let most = usize::try_from(most).ok()?;
        let words = most / 64 + 1;
        let row = || Row { bits: vec![0; words], first_by: vec![u32::MAX; most + 1], top: 0 };
        let mut dense = Dense {
            most,
            words,
            rows: (0..rows).map(|_| row()).collect(),
            is_any_count,
            steps: MOST_STEPS,
            is_finished: true,
        };
        // Nothing is reached with no unit.
        if let Some(word) = dense.rows.first_mut().and_then(|row| row.bits.first_mut()) {
            *word = 1;
        }
        Some(dense)
    }

    /// Adds units in this order, until the sum is reached with this number of units (any row where it is `None`), all
    /// are added or the steps are used up.
    pub(super) fn add(&mut self, sizes: &[u64], order: impl Iterator<Item = usize>, until: (Option<usize>, u64)) {
        for at in order {
            if self.reaches(until.0, until.1) {
                return;
            }
            let Some(size) = sizes.get(at).and_then(|size| usize::try_from(*size).ok()) else { continue };
            if size == 0 || size > self.most {
                continue;
            }
            if self.steps == 0 {
                self.is_finished = false;
                return;
            }
            let item = u32::try_from(at).unwrap_or(u32::MAX);
            if self.is_any_count {
                self.shift(0, 0, size, item);
            } else {
                for row in (1..self.rows.len()).rev() {
                    self.shift(row - 1, row, size, item);
                }
            }
        }
    }

    /// Joins a row, shifted by the size, into a row: the same one, or another. Words go from the last to the first, so that
    /// a row shifted into itself is read before it is written.
    fn shift(&mut self, from: usize, to: usize, size: usize, item: u32) {
        let (whole, part) = (size / 64, size % 64);
        let top = (self.rows[from].top + whole + 1).min(self.words - 1);
        self.steps = self.steps.saturating_sub(u64::try_from(top.saturating_sub(whole) + 1).unwrap_or(u64::MAX));
        let last_bits = u64::MAX >> (63 - self.most % 64);
        for word in (whole..=top).rev() {
            let source = &self.rows[from].bits;
            let mut shifted = source[word - whole] << part;
            if part > 0 && word > whole {
                shifted |= source[word - whole - 1] >> (64 - part);
            }
            if word == self.words - 1 {
                shifted &= last_bits;
            }
            let row = &mut self.rows[to];
            let mut new = shifted & !row.bits[word];
            if new == 0 {
                continue;
            }
            row.bits[word] |= new;
            row.top = row.top.max(word);
            while new != 0 {
                let bit = new.trailing_zeros() as usize;
                row.first_by[word * 64 + bit] = item;
                new &= new - 1;
            }
        }
    }

    fn row(&self, count: Option<usize>) -> Option<&Row> {
        self.rows.get(count.unwrap_or(0))
    }

    /// Whether this sum was reached with this number of units.
    pub(super) fn reaches(&self, count: Option<usize>, sum: u64) -> bool {
        let Ok(sum) = usize::try_from(sum) else { return false };
        let word = self.row(count).and_then(|row| row.bits.get(sum / 64));
        sum <= self.most && word.is_some_and(|word| word >> (sum % 64) & 1 == 1)
    }

    /// The least sum from this one on that was reached.
    pub(super) fn least_from(&self, count: Option<usize>, sum: u64) -> Option<u64> {
        let sum = usize::try_from(sum).ok()?;
        let bits = &self.row(count)?.bits;
        let masked = |word: usize| bits[word] & if word == sum / 64 { u64::MAX << (sum % 64) } else { u64::MAX };
        let word = (sum / 64..bits.len()).find(|word| masked(*word) != 0)?;
        u64::try_from(word * 64).ok().map(|first| first + u64::from(masked(word).trailing_zeros()))
    }

    /// The greatest sum that was reached with any number of units.
    pub(super) fn greatest(&self) -> Option<u64> {
        let row = self.row(None)?;
        let last = u64::from(row.bits.get(row.top)?.checked_ilog2()?);
        u64::try_from(row.top * 64).ok().map(|first| first + last)
    }

    /// False when the steps were used up before all units were added.
    pub(super) fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The units that reached a sum.
    pub(super) fn picked(&self, sizes: &[u64], count: Option<usize>, sum: u64) -> Vec<usize> {
        let mut picked = Vec::new();
        let (mut count, mut left) = (count, usize::try_from(sum).unwrap_or(0));
        while left > 0 {
            let by = self.row(count).and_then(|row| row.first_by.get(left)).copied().unwrap_or(u32::MAX);
            let at = usize::try_from(by).unwrap_or(usize::MAX);
            let Some(size) = sizes.get(at).and_then(|size| usize::try_from(*size).ok()) else { return Vec::new() };
            picked.push(at);
            left = left.saturating_sub(size);
            count = count.map(|count| count.saturating_sub(1));
        }
        picked
    }
}
