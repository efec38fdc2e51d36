//! Serial ranges as people type them: `SN100..SN149`, or `SN100+49` for it and the 49 after it.

use crate::model::Quantity;

/// The most serials that one range may stand for.
pub const MOST_SERIALS: usize = 10_000;

/// More digits than this are no number of a range.
const MOST_DIGITS: usize = 30;

/// Serials that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    before: String,
    first: u128,
    /// How many digits the first number has, leading zeros included.
    digits: usize,
    after: String,
    count: usize,
}

/// Why a text that is written like a range is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeFault {
    /// The last number is smaller than the first.
    #[error("it ends before it begins")]
    EndsBeforeItBegins,
    /// `SN08..SN102`: leading zeros say how many digits there are, and the two ends differ.
    #[error("its first and its last serial have not the same number of digits")]
    DigitsDiffer,
    /// `SN98+5`: the numbers grow by a digit, which only a written last serial can mean.
    #[error("its numbers would grow by a digit; if that is meant, write the last serial: FIRST..LAST")]
    GrowsByADigit,
    /// More than [`MOST_SERIALS`].
    #[error("it stands for more than {MOST_SERIALS} serials")]
    TooMany,
}

/// A text that is written like a range, read as one.
pub type Found = Result<Range, RangeFault>;

impl Range {
    /// Reads a range: `None` for a text that is not written like one.
    ///
    /// Both ends of `FIRST..LAST` are the same but for one number. In `FIRST+MORE` the number is the last one of `FIRST`.
    pub fn parse(text: &str) -> Option<Found> {
        let text = text.trim();
        match text.split_once("..") {
            Some((first, last)) => Range::from_ends(first.trim(), last.trim()),
            None => Range::from_count(text.rsplit_once('+')?),
        }
    }

    /// True for a text written with `..`, which hardly any serial holds.
    pub fn is_plain_to_see(text: &str) -> bool {
        text.contains("..")
    }

    fn from_ends(first: &str, last: &str) -> Option<Found> {
        let same = first.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
        let before = first.as_bytes()[..same].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
        let (head, first) = first.split_at_checked(before)?;
        let (_, last) = last.split_at_checked(before)?;
        let (first, tail) = number(first)?;
        let (last, other_tail) = number(last)?;
        if tail != other_tail {
            return None;
        }
        let is_padded = [first, last].iter().any(|digits| digits.len() > 1 && digits.starts_with('0'));
        if first.len() != last.len() && is_padded {
            return Some(Err(RangeFault::DigitsDiffer));
        }
        Some(Range::from_numbers(head, first, last.parse().ok()?, tail))
    }

    fn from_count((first, more): (&str, &str)) -> Option<Found> {
        let after = first.bytes().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (body, tail) = first.split_at_checked(first.len() - after)?;
        let digits = body.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (head, first) = body.split_at_checked(body.len() - digits)?;
        let (first, _) = number(first)?;
        let (more, rest) = number(more)?;
        if !rest.is_empty() || !Quantity::looks_like_one(more) {
            return None;
        }
        let last = first.parse::<u128>().ok()?.checked_add(more.parse().ok()?)?;
        if last.to_string().len() > first.len() {
            return Some(Err(RangeFault::GrowsByADigit));
        }
        Some(Range::from_numbers(head, first, last, tail))
    }

    fn from_numbers(before: &str, digits: &str, last: u128, after: &str) -> Found {
        let first: u128 = digits.parse().map_err(|_| RangeFault::TooMany)?;
        let more = last.checked_sub(first).ok_or(RangeFault::EndsBeforeItBegins)?;
        let count = usize::try_from(more).ok().filter(|more| *more < MOST_SERIALS).ok_or(RangeFault::TooMany)? + 1;
        Ok(Range { before: before.to_owned(), first, digits: digits.len(), after: after.to_owned(), count })
    }

    /// How many serials it stands for, at least 1.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Its first serial.
    pub fn first(&self) -> String {
        self.serial(0)
    }

    /// Its last serial.
    pub fn last(&self) -> String {
        self.serial(self.count - 1)
    }

    /// Its serials, in order.
    pub fn serials(&self) -> impl Iterator<Item = String> {
        (0..self.count).map(|index| self.serial(index))
    }

    fn serial(&self, index: usize) -> String {
        let Range { before, first, digits, after, .. } = self;
        format!("{before}{:0digits$}{after}", first + index as u128)
    }
}

/// The digits that a text begins with, and the rest.
fn number(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=MOST_DIGITS).contains(&digits).then(|| text.split_at_checked(digits)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(text: &str) -> Option<Result<(String, String, usize), RangeFault>> {
        Range::parse(text).map(|found| found.map(|range| (range.first(), range.last(), range.count())))
    }

    #[test]
    fn what_is_a_range() {
        let cases: [(&str, (&str, &str, usize)); 16] = [
            ("SN100..SN149", ("SN100", "SN149", 50)),
            ("SN100+49", ("SN100", "SN149", 50)),
            (" SN100 .. SN149 ", ("SN100", "SN149", 50)),
            ("SN001..SN010", ("SN001", "SN010", 10)),
            ("SN001+9", ("SN001", "SN010", 10)),
            ("SN098..SN102", ("SN098", "SN102", 5)),
            ("SN098+4", ("SN098", "SN102", 5)),
            ("SN98..SN102", ("SN98", "SN102", 5)),
            ("SN100A..SN149A", ("SN100A", "SN149A", 50)),
            ("SN100A+49", ("SN100A", "SN149A", 50)),
            ("A1-7..A1-9", ("A1-7", "A1-9", 3)),
            ("A9-B..A11-B", ("A9-B", "A11-B", 3)),
            ("7..9", ("7", "9", 3)),
            ("Ä7..Ä7", ("Ä7", "Ä7", 1)),
            ("SN1..SN10000", ("SN1", "SN10000", 10_000)),
            ("99999999999999999998..100000000000000000001", ("99999999999999999998", "100000000000000000001", 4)),
        ];
        for (text, (first, last, count)) in cases {
            assert_eq!(ends(text), Some(Ok((first.to_owned(), last.to_owned(), count))), "{text}");
        }
    }

    #[test]
    fn what_is_written_like_a_range_and_is_none() {
        for (text, fault) in [
            ("SN149..SN100", RangeFault::EndsBeforeItBegins),
            ("SN08..SN102", RangeFault::DigitsDiffer),
            ("SN8..SN010", RangeFault::DigitsDiffer),
            ("SN98+2", RangeFault::GrowsByADigit),
            ("SN999A+1", RangeFault::GrowsByADigit),
            ("SN0..SN10000", RangeFault::TooMany),
            ("SN10000+10000", RangeFault::TooMany),
        ] {
            assert_eq!(ends(text), Some(Err(fault)), "{text}");
        }
    }

    #[test]
    fn what_is_a_serial_like_any_other() {
        for text in [
            "",
            "..",
            "+",
            "SN100",
            "SN..SN9",
            "SN1..SN",
            "SN100..TN149",
            "SN100A..SN149B",
            "SN1..SN5..SN9",
            "A+B",
            "SN+5",
            "SN5+",
            "SN5+x",
            "SN5+1000000",
            "+A99+5x",
            "1+2+",
            "SN5.SN9",
            "SN1000000000000000000000000000000..SN1000000000000000000000000000001",
        ] {
            assert_eq!(ends(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in "[A0-9.+ Ä]{0,12}") {
            if let Some(Ok(range)) = Range::parse(&text) {
                let serials: Vec<String> = range.serials().collect();
                prop_assert_eq!(serials.len(), range.count());
                prop_assert_eq!(serials.first(), Some(&range.first()));
                prop_assert_eq!(serials.last(), Some(&range.last()));
                let different: std::collections::HashSet<&String> = serials.iter().collect();
                prop_assert_eq!(different.len(), serials.len());
            }
        }
    }
}
