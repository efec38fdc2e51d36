//! The dates of GS1 elements: six digits, year, month and day.

use chrono::{Datelike, NaiveDate};

use crate::model::limits::is_kept_day;

use super::check_digit::is_digits;

/// Why six digits are not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Not exactly six digits.
    #[error("a date is six digits, year, month and day")]
    NotSixDigits,
    /// Not exactly eight digits, in a date with its century.
    #[error("a date with its century is eight digits, year, month and day")]
    NotEightDigits,
    /// A month that does not exist.
    #[error("there is no month {0:02}")]
    NoSuchMonth(u32),
    /// A day that this month does not have.
    #[error("there is no day {day:02} in {year}-{month:02}")]
    NoSuchDay {
        /// The year, with its century.
        year: i32,
        /// The month.
        month: u32,
        /// The day.
        day: u32,
    },
}

/// The date that `YYMMDD` means today. The century is the one that brings the year nearest: a year more than 50 ahead
/// is in the last century, one 50 or more behind is in the next (GS1 General Specifications, section 7.12). Day 00 is
/// the last day of the month (sections 3.4.2 to 3.4.7).
///
/// # Errors
/// See [`DateFault`].
pub fn date_of_six_digits(text: &str, today: NaiveDate) -> Result<NaiveDate, DateFault> {
    if text.len() != 6 || !is_digits(text) {
        return Err(DateFault::NotSixDigits);
    }
    let number: u32 = text.parse().map_err(|_| DateFault::NotSixDigits)?;
    let (short_year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let year = full_year(short_year, today.year());
    if !(1..=12).contains(&month) {
        return Err(DateFault::NoSuchMonth(month));
    }
    let date = if day == 0 { last_day_of(year, month) } else { NaiveDate::from_ymd_opt(year, month, day) };
    date.ok_or(DateFault::NoSuchDay { year, month, day })
}

/// The date that `YYYYMMDD` means.
///
/// # Errors
/// See [`DateFault`].
pub(super) fn date_of_eight_digits(text: &str) -> Result<NaiveDate, DateFault> {
    if text.len() != 8 || !is_digits(text) {
        return Err(DateFault::NotEightDigits);
    }
    let number: u32 = text.parse().map_err(|_| DateFault::NotEightDigits)?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let year = i32::try_from(year).unwrap_or_default();
    if !(1..=12).contains(&month) {
        return Err(DateFault::NoSuchMonth(month));
    }
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|day| is_kept_day(*day));
    date.ok_or(DateFault::NoSuchDay { year, month, day })
}

/// The date that `YYJJJ` means, with the day of the year from 001; the century is the nearest.
pub(super) fn date_of_year_and_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (year, day) = text.split_at_checked(2)?;
    if day.len() != 3 || !is_digits(text) {
        return None;
    }
    NaiveDate::from_yo_opt(full_year(year.parse().ok()?, today.year()), day.parse().ok()?)
}

fn full_year(short_year: u32, this_year: i32) -> i32 {
    let short_year = i32::try_from(short_year).unwrap_or_default();
    let century = this_year - this_year.rem_euclid(100);
    match short_year - this_year.rem_euclid(100) {
        51.. => century - 100 + short_year,
        ..=-50 => century + 100 + short_year,
        _ => century + short_year,
    }
}

pub(super) fn last_day_of(year: i32, month: u32) -> Option<NaiveDate> {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}
