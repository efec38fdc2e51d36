//! When something was made, as exactly as its number says.

use std::fmt;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::{Mismatch, shown};

/// A day, or the week, month or year in which something was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Made {
    /// On this day.
    Day(NaiveDate),
    /// In this week as the maker counts them, 1 to 54. Makers differ by a few days in when week 1 begins.
    Week {
        /// The year.
        year: i32,
        /// The week.
        week: u32,
    },
    /// In this month.
    Month {
        /// The year.
        year: i32,
        /// The month, 1 to 12.
        month: u32,
    },
    /// In this year.
    Year(i32),
}

impl Made {
    /// The first day that it can mean; `None` for days that do not exist. Week 1 may begin up to six days before the year,
    /// so a later week may begin that much before its seventh days.
    pub fn first_day(self) -> Option<NaiveDate> {
        match self {
            Made::Day(day) => Some(day),
            Made::Week { year, week } => {
                let new_year = NaiveDate::from_ymd_opt(year, 1, 1)?;
                let days = (7 * (i64::from(week) - 1) - 6).max(0);
                let day = new_year.checked_add_signed(TimeDelta::try_days(days)?)?;
                (day.year() == year).then_some(day)
            }
            Made::Month { year, month } => NaiveDate::from_ymd_opt(year, month, 1),
            Made::Year(year) => NaiveDate::from_ymd_opt(year, 1, 1),
        }
    }

    /// The day, where the number says one.
    pub fn day(self) -> Option<NaiveDate> {
        if let Made::Day(day) = self { Some(day) } else { None }
    }
}

impl fmt::Display for Made {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Made::Day(day) => day.fmt(formatter),
            Made::Week { year, week } => write!(formatter, "{year:04}-W{week:02}"),
            Made::Month { year, month } => write!(formatter, "{year:04}-{month:02}"),
            Made::Year(year) => write!(formatter, "{year:04}"),
        }
    }
}

/// The years that a text can mean, the latest first, and how many weeks lie before its first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Years {
    years: Vec<i32>,
    weeks_before: u32,
}

impl Years {
    /// From the value of a table: `2010`, `1986/2012`, `2010+26`.
    pub(super) fn of_table(value: &str) -> Option<Years> {
        let (years, weeks_before) = match value.split_once('+') {
            Some((years, weeks)) => (years, is_within(weeks, 53)?),
            None => (value, 0),
        };
        let mut years = years.split('/').map(|year| digits(year, 4)).collect::<Option<Vec<_>>>()?;
        years.sort_unstable_by(|one, two| two.cmp(one));
        Some(Years { years, weeks_before })
    }

    /// From digits without a table: all four of a year, or its last one or two.
    fn of_digits(text: &str, latest: i32) -> Option<Years> {
        let years = match text.len() {
            4 => vec![digits(text, 4)?],
            length @ (1 | 2) => {
                let (cycle, last) = (if length == 1 { 10 } else { 100 }, digits(text, length)?);
                let newest = latest.checked_sub((latest.checked_sub(last)?).rem_euclid(cycle))?;
                // A leap day in a decade can lie two decades back. Two digits mean a year from 49 years ago to 50 years
                // from now (GS1 General Specifications, section 7.12): what has not come yet is no day of 1926.
                let years = (0..4).filter_map(|back| newest.checked_sub(back * cycle));
                years.filter(|year| length == 1 || latest.saturating_sub(*year) < 50).collect()
            }
            _ => return None,
        };
        Some(Years { years, weeks_before: 0 })
    }

    /// The value of a group, from its table or from digits.
    pub(super) fn of(value: &str, latest: i32) -> Option<Years> {
        Years::of_digits(value, latest).or_else(|| Years::of_table(value))
    }

    /// The latest of them up to this one.
    pub(super) fn up_to(&self, latest: i32) -> Option<i32> {
        self.years.iter().copied().find(|year| *year <= latest)
    }
}

/// The texts of the groups that say when, as far as there are any.
#[derive(Debug, Clone, Default)]
pub(super) struct When {
    pub(super) year: Option<String>,
    pub(super) month: Option<String>,
    pub(super) week: Option<String>,
    pub(super) day: Option<String>,
}

impl When {
    /// What they come to: the latest day, week, month or year that has begun by today. A day without a month is a day of
    /// the year. `None` without a year.
    pub(super) fn made(&self, today: NaiveDate) -> Result<Option<Made>, Mismatch> {
        let Some(year) = &self.year else { return Ok(None) };
        let years = Years::of(year, today.year()).ok_or_else(|| not_a_date("year", year))?;
        let month = number("month", self.month.as_deref(), 12)?;
        let week = number("week", self.week.as_deref(), 54)?;
        let day = number("day", self.day.as_deref(), 366)?;
        let in_year = |year: i32| match (month, week, day) {
            (Some(month), _, Some(day)) => NaiveDate::from_ymd_opt(year, month, day).map(Made::Day),
            (None, _, Some(day)) => NaiveDate::from_yo_opt(year, day).map(Made::Day),
            (_, Some(week), None) => Some(Made::Week { year, week: week + years.weeks_before }),
            (Some(month), None, None) => Some(Made::Month { year, month }),
            (None, None, None) => Some(Made::Year(year)),
        };
        let has_begun = |made: &Made| made.first_day().is_some_and(|first| first <= today);
        let kept = years.years.iter().filter(|year| **year >= 1);
        let latest = kept.filter_map(|year| in_year(*year)).find(has_begun);
        latest.map(Some).ok_or(Mismatch::NoSuchDay)
    }
}

fn not_a_date(group: &'static str, value: &str) -> Mismatch {
    Mismatch::NotADate { group, value: shown(value.as_bytes()) }
}

fn number(group: &'static str, text: Option<&str>, most: u32) -> Result<Option<u32>, Mismatch> {
    text.map(|text| is_within(text, most).ok_or_else(|| not_a_date(group, text))).transpose()
}

/// The number of a text of up to three digits, if it lies between 1 and `most`.
pub(super) fn is_within(text: &str, most: u32) -> Option<u32> {
    let is_short = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_short && (1..=most).contains(number))
}

fn digits(text: &str, length: usize) -> Option<i32> {
    let are_digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| are_digits)
}
