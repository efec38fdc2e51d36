//! Who, when and where: handed in from the outside, never asked for below `cli/`.

use chrono::{DateTime, FixedOffset, NaiveDate};

/// The circumstances of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When it happened, as somebody claims.
    pub at: DateTime<FixedOffset>,
    /// When it was recorded.
    pub recorded_at: DateTime<FixedOffset>,
    /// Who did it.
    pub operator: String,
    /// At which station.
    pub station: String,
}

impl Stamp {
    /// The day on which it happened, where it happened.
    pub fn day(&self) -> NaiveDate {
        self.at.date_naive()
    }
}

/// The dates of a lot. A date that is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LotDates {
    /// The last day on which it may be used: GS1 (17).
    pub expires: Option<NaiveDate>,
    /// The last day of full quality: GS1 (15).
    pub best_before: Option<NaiveDate>,
    /// The day it was made: GS1 (11).
    pub made: Option<NaiveDate>,
}

impl LotDates {
    /// True when no date is known.
    pub fn is_empty(&self) -> bool {
        *self == LotDates::default()
    }

    /// True when it may not be used on `day`: the day after its expiry and later.
    pub fn expired_on(&self, day: NaiveDate) -> bool {
        self.expires.is_some_and(|expires| expires < day)
    }

    /// The date by which "first expired, first out" sorts: the expiry, else the best-before date.
    pub fn first_out(&self) -> Option<NaiveDate> {
        self.expires.or(self.best_before)
    }

    /// These dates, with those of `other` where one is missing here.
    pub fn or(self, other: LotDates) -> LotDates {
        LotDates {
            expires: self.expires.or(other.expires),
            best_before: self.best_before.or(other.best_before),
            made: self.made.or(other.made),
        }
    }

    /// These dates without those that are known otherwise.
    pub fn agreeing_with(self, known: &LotDates) -> LotDates {
        let agreeing = |said: Option<NaiveDate>, known: Option<NaiveDate>| {
            said.filter(|_| known.is_none_or(|known| Some(known) == said))
        };
        LotDates {
            expires: agreeing(self.expires, known.expires),
            best_before: agreeing(self.best_before, known.best_before),
            made: agreeing(self.made, known.made),
        }
    }

    /// True when some date is known in both and is not the same.
    pub fn contradicts(&self, other: &LotDates) -> bool {
        let differs = |one: Option<NaiveDate>, two: Option<NaiveDate>| one.is_some() && two.is_some() && one != two;
        differs(self.expires, other.expires)
            || differs(self.best_before, other.best_before)
            || differs(self.made, other.made)
    }
}
