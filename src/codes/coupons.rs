//! The coupon codes of North America, (8110) and (8112) (GS1 US, North American Coupon Application Guideline): fields
//! whose first digit says how long they are.

use chrono::NaiveDate;

use super::check_digit::is_digits;
use super::dates;

/// What is left to be read of a coupon.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn digit(&mut self) -> Option<usize> {
        self.take(1)?.parse().ok()
    }

    /// A field whose length a digit gives, at most `most`, counted from `shortest` on.
    fn field(&mut self, shortest: usize, digits: std::ops::RangeInclusive<usize>) -> Option<&'a str> {
        let length = self.digit().filter(|digit| digits.contains(digit))?;
        self.take(shortest + length)
    }

    fn one_of(&mut self, allowed: &[usize]) -> Option<()> {
        self.digit().filter(|digit| allowed.contains(digit)).map(drop)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

const REQUIREMENT_CODES: &[usize] = &[0, 1, 2, 3, 4, 9];

/// True for a well-formed coupon code.
pub(super) fn is_coupon(text: &str, today: NaiveDate) -> bool {
    is_digits(text) && coupon(&mut Rest(text), today).is_some()
}

/// True for a well-formed coupon of a positive offer file.
pub(super) fn is_offer(text: &str) -> bool {
    is_digits(text) && offer(&mut Rest(text)).is_some()
}

fn offer(rest: &mut Rest<'_>) -> Option<()> {
    rest.one_of(&[0, 1])?;
    rest.field(6, 0..=6)?;
    rest.take(6)?;
    rest.field(6, 0..=9)?;
    rest.is_empty().then_some(())
}

fn coupon(rest: &mut Rest<'_>, today: NaiveDate) -> Option<()> {
    rest.field(6, 0..=6)?;
    rest.take(6)?;
    rest.field(0, 1..=5)?;
    purchase(rest)?;
    let (mut expiry, mut start) = (None, None);
    while !rest.is_empty() {
        match rest.digit()? {
            1 => {
                rest.one_of(&[0, 1, 2, 3])?;
                other_purchase(rest)?;
            }
            2 => other_purchase(rest)?,
            3 => expiry = Some(date(rest, today)?),
            4 => start = Some(date(rest, today)?),
            5 => drop(rest.field(6, 0..=9)?),
            6 => drop(rest.field(6, 1..=7)?),
            9 => {
                rest.one_of(&[0, 1, 2, 5, 6])?;
                rest.one_of(&[0, 1, 2])?;
                rest.digit()?;
                rest.one_of(&[0, 1])?;
            }
            _ => return None,
        }
    }
    match (start, expiry) {
        (Some(start), Some(expiry)) if expiry < start => None,
        _ => Some(()),
    }
}

/// A date, whose day must be there.
fn date(rest: &mut Rest<'_>, today: NaiveDate) -> Option<NaiveDate> {
    let digits = rest.take(6).filter(|digits| !digits.ends_with("00"))?;
    dates::date_of_six_digits(digits, today).ok()
}

/// How much must be bought, counted how, of which family.
fn purchase(rest: &mut Rest<'_>) -> Option<()> {
    rest.field(0, 1..=5)?;
    rest.one_of(REQUIREMENT_CODES)?;
    rest.take(3).map(drop)
}

/// The same for a second or third purchase, with its company unless that is the first one's.
fn other_purchase(rest: &mut Rest<'_>) -> Option<()> {
    purchase(rest)?;
    match rest.digit()? {
        9 => Some(()),
        length @ 0..=6 => rest.take(6 + length).map(drop),
        _ => None,
    }
}
