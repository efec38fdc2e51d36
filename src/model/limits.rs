//! How long texts may be and how far times reach, wherever they come in. One limit for every engine, so that each ledger can
//! be copied to the other: a b-tree of PostgreSQL takes keys of about 2,700 bytes, and its rules for times end with the year
//! 9999, as dates that are compared as texts do.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

/// The longest code of a thing that people name, in characters: SKU, place, partner or order.
pub const MOST_CHARACTERS: usize = 120;

/// The longest lot or serial, in bytes: four times a scan, as composing may lengthen what a scan gave.
pub const LONGEST_UNIT_CODE: usize = 16_384;

/// The longest name, in bytes: of an operation, a person, a station, an item, a partner, a unit, an invoice or a pattern; and
/// the longest template of our own numbers.
pub const LONGEST_NAME: usize = 1_000;

/// The longest name of a free field, in bytes.
pub const LONGEST_FIELD_NAME: usize = 200;

/// The longest value of a free field, in bytes. What carries it is found by an index (`setting_value`).
pub const LONGEST_FIELD: usize = 2_000;

/// The longest remark, reason, setting or expression, in bytes.
pub const LONGEST_REMARK: usize = 4_096;

/// The longest pattern of a maker's numbers with its tables and examples, in bytes.
pub const LONGEST_PATTERN: usize = 100_000;

/// The longest shelf life, in days: about a hundred years.
pub const LONGEST_SHELF_LIFE: u32 = 36_500;

/// So much of a text is shown in a refusal, a warning or an error, in characters.
pub const MOST_SHOWN: usize = 1_000;

/// So much of a text is shown in a cell of a table that others stand right of, in characters.
pub const MOST_SHOWN_IN_A_CELL: usize = 200;

/// A text that is not kept because it is too long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {length} bytes long, and at most {most} are kept")]
pub struct TooLong {
    what: String,
    length: usize,
    most: usize,
}

/// Checks that a text is short enough to be kept; `what` begins the sentence that says that it is not.
///
/// # Errors
/// [`TooLong`].
pub fn fits(what: &str, text: &str, most: usize) -> Result<(), TooLong> {
    match text.len() {
        length if length > most => {
            Err(TooLong { what: shortened(what, MOST_SHOWN_IN_A_CELL).into_owned(), length, most })
        }
        _ => Ok(()),
    }
}

/// True in the years 1 to 9999.
pub fn is_kept_day(day: NaiveDate) -> bool {
    (1..=9_999).contains(&day.year())
}

/// True when a time lies in the years 1 to 9999, where it is told and in UTC.
pub fn is_kept_time(time: &DateTime<FixedOffset>) -> bool {
    is_kept_day(time.date_naive()) && is_kept_day(time.naive_utc().date())
}

/// A date such as 2026-11-23, of the years 1 to 9999. Anything else is none.
pub fn date(text: &str) -> Option<NaiveDate> {
    text.trim().parse().ok().filter(|day| is_kept_day(*day))
}

/// A text as it is shown where it would drown the rest: its beginning and its end, with the count of the characters that were
/// left out between.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    // A text has at most as many characters as bytes.
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let length = text.chars().count();
    if length <= most {
        return Cow::Borrowed(text);
    }
    let (beginning, end) = (most - most / 3, most / 3);
    let at = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte);
    let left_out = length - beginning - end;
    let (beginning, end) = (&text[..at(beginning)], &text[at(length - end)..]);
    Cow::Owned(format!("{beginning}… ({left_out} characters left out) …{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_middle_is_left_out_and_counted() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened(&"ä".repeat(1_000), 1_000), "ä".repeat(1_000));
        let long = format!("begin{}end", "ä".repeat(1_000_000));
        let shown = shortened(&long, 30);
        assert!(shown.starts_with("beginä") && shown.ends_with("äend"), "{shown}");
        assert!(shown.contains("(999978 characters left out)"), "{shown}");
    }

    #[test]
    fn dates_have_four_digits_for_their_year() {
        for text in ["0001-01-01", " 9999-12-31 "] {
            assert!(date(text).is_some(), "{text}");
        }
        for text in ["+10000-01-01", "10000-01-01", "0000-12-31", "-0001-01-01", "2026-02-30", ""] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn times_lie_in_the_years_1_to_9999_here_and_in_utc() {
        let is_kept = |text: &str| is_kept_time(&DateTime::parse_from_rfc3339(text).unwrap());
        assert!(is_kept("0001-01-01T00:00:00+00:00") && is_kept("9999-12-31T23:59:59+00:00"));
        assert!(!is_kept("9999-12-31T23:59:59-01:00") && !is_kept("0001-01-01T00:00:00+01:00"));
        let there = DateTime::parse_from_rfc3339("9999-12-31T23:30:00+00:00").unwrap();
        assert!(!is_kept_time(&there.with_timezone(&FixedOffset::east_opt(3_600).unwrap())));
    }
}
