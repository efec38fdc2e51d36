//! The lost separator: a value that runs on into the next element.
//!
//! Where a scanner drops FNC1, most scans still parse, and wrongly: lot `B7` and expiry 2027-01-31 become the lot
//! `B717270131`. Nothing in the scan proves it, so the literal reading stays, and the others are put beside it. An
//! element that has a form of its own (a date near today, a number with its check digit, a measure) makes the scan
//! ambiguous; two digits that happen to be the identifier of a lot, a serial or a count only make it a guess.

use chrono::{Datelike, NaiveDate};

use super::elements::{self, Element};
use super::{Confidence, Gtin, Reading, Scanned, Unreadable, check_digit, dates, gs1, identifiers, shown};

/// How many readings are kept beside the literal one.
const MOST_READINGS: usize = 8;
/// How many separators in a row of elements may be lost.
const MOST_LOST: usize = 3;
/// How many ways of cutting are looked at.
const MOST_TRIED: usize = 64;
/// How far from today a date is believed.
const YEARS_BACK: i32 = 10;
const YEARS_AHEAD: i32 = 15;

/// How much an element looks like one that is really there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Looks {
    /// It may be two digits of the value before it.
    Weak,
    /// It has a form that a value seldom has by chance.
    Strong,
}

/// Looks for elements that the values of a scan without separators hide, and puts what it finds into the reading.
pub(super) fn look_for(scanned: &mut Scanned, data: &str, today: NaiveDate) {
    let mut search = Search { today, tried: 0, found: Vec::new(), hides_a_label: false };
    search.cut(data, Vec::new(), None);
    search.found.sort_by_key(|(looks, reading)| std::cmp::Reverse((*looks, forms(reading))));
    search.found.truncate(MOST_READINGS);
    if search.hides_a_label {
        scanned.fault = scanned.fault.take().or(Some(Unreadable::TwoScans));
        return;
    }
    let Some((best, first)) = search.found.first() else { return warn_of_number(&mut scanned.reading) };
    let literal = &mut scanned.reading;
    let message = format!("a separator may be missing: it may also be {}", shown(first.in_brackets().as_bytes()));
    literal.warn("hidden-element", message);
    literal.doubt(if *best == Looks::Strong { Confidence::Ambiguous } else { Confidence::Guess });
    literal.readings = search.found.into_iter().map(|(_, reading)| reading).collect();
}

/// The digits of an EAN code behind the last value: the next scan may have run on into it.
fn warn_of_number(reading: &mut Reading) {
    const EAN_13: usize = 13;
    let Some((identifier, value)) = reading.elements.last() else { return };
    let Some((before, number)) = value.len().checked_sub(EAN_13).and_then(|at| value.split_at_checked(at)) else {
        return;
    };
    if is_cuttable(identifier) && !before.is_empty() && Gtin::candidate(number).is_some() {
        reading.warn("doubled-text", format!("it may have run together with the EAN code {number}"));
        reading.doubt(Confidence::Guess);
    }
}

/// How many elements have a form of their own.
fn forms(reading: &Reading) -> usize {
    reading.elements.iter().filter(|(identifier, _)| identifiers::predefined_length(identifier).is_some()).count()
}

/// True for a date that goods may well have.
pub(super) fn is_near(date: NaiveDate, today: NaiveDate) -> bool {
    (today.year().saturating_sub(YEARS_BACK)..=today.year().saturating_add(YEARS_AHEAD)).contains(&date.year())
}

struct Search {
    today: NaiveDate,
    /// An element that names a thing stands there a second time.
    hides_a_label: bool,
    tried: usize,
    found: Vec<(Looks, Reading)>,
}

impl Search {
    /// Cuts the rest of the data in every believable way that loses at least one separator. `looks` is how the weakest
    /// hidden element looks so far, if there is one.
    fn cut<'d>(&mut self, rest: &'d str, before: Vec<(Element<'d>, bool)>, looks: Option<Looks>) {
        if rest.is_empty() {
            if let Some(looks) = looks {
                self.keep(&before, looks);
            }
            return;
        }
        let Some(identifier) = identifiers::at_beginning_of(rest) else { return };
        let behind = &rest[identifier.len()..];
        if let Some(length) = identifiers::predefined_length(identifier) {
            if let Some((value, after)) = behind.split_at_checked(length) {
                self.go_on(identifier, value, after, before, looks);
            }
            return;
        }
        let lost = before.iter().filter(|(_, is_cut)| *is_cut).count();
        let most = identifiers::assigned(identifier).map_or(0, |row| row.lengths().1);
        for length in (1..=behind.len().min(most)).rev() {
            let Some((value, after)) = behind.split_at_checked(length) else { continue };
            let next = if after.is_empty() { looks } else { self.looks_hidden(value, after) };
            let is_cut = !after.is_empty();
            if is_cut && (next.is_none() || lost >= MOST_LOST || !is_cuttable(identifier)) {
                continue;
            }
            let both = if is_cut { looks.max(next) } else { looks };
            let mut elements = before.clone();
            elements.push((Element { identifier, value, position: 0 }, is_cut));
            self.next(elements, after, both);
        }
    }

    fn go_on<'d>(
        &mut self,
        identifier: &'d str,
        value: &'d str,
        after: &'d str,
        mut before: Vec<(Element<'d>, bool)>,
        looks: Option<Looks>,
    ) {
        before.push((Element { identifier, value, position: 0 }, false));
        self.next(before, after, looks);
    }

    fn next<'d>(&mut self, elements: Vec<(Element<'d>, bool)>, after: &'d str, looks: Option<Looks>) {
        let is_right = elements.last().is_some_and(|(element, _)| elements::verify(element, self.today).is_ok());
        if is_right && self.tried < MOST_TRIED && self.found.len() < MOST_READINGS * 2 {
            self.tried += 1;
            self.cut(after, elements, looks);
        }
    }

    fn keep(&mut self, elements: &[(Element<'_>, bool)], looks: Looks) {
        let elements: Vec<Element<'_>> = elements.iter().map(|(element, _)| *element).collect();
        let repeats = |(index, one): (usize, &Element<'_>)| {
            elements[..index].iter().any(|other| other.identifier == one.identifier)
        };
        if elements.iter().enumerate().any(repeats) {
            let names_a_thing =
                |pair: (usize, &Element<'_>)| matches!(pair.1.identifier, "00" | "01" | "02") && repeats(pair);
            self.hides_a_label |= looks == Looks::Strong && elements.iter().enumerate().any(names_a_thing);
            return;
        }
        if let Ok(mut reading) = gs1::of_elements(&elements, self.today).whole() {
            reading.warnings.clear();
            reading.confidence = Confidence::Guess;
            reading.text = joined(&elements);
            self.found.push((looks, reading));
        }
    }

    /// How an element looks that would begin a text here, hidden behind the value before it; `None` for what is not
    /// believed. A count behind digits is not: that is how most numbers of lots look.
    fn looks_hidden(&self, before: &str, text: &str) -> Option<Looks> {
        let identifier = identifiers::at_beginning_of(text)?;
        let behind = &text[identifier.len()..];
        let digits = |length: usize| behind.get(..length).filter(|digits| check_digit::is_digits(digits));
        match identifier {
            "01" | "02" => digits(14).filter(|number| check_digit::verify(number).is_ok()).map(|_| Looks::Strong),
            "00" => digits(18).filter(|number| check_digit::verify(number).is_ok()).map(|_| Looks::Strong),
            "11" | "12" | "13" | "15" | "16" | "17" => digits(6).and_then(|six| self.looks_of_date(six)),
            "410" | "411" | "412" | "413" | "414" | "415" | "416" | "417" => {
                digits(13).filter(|number| check_digit::verify(number).is_ok()).map(|_| Looks::Strong)
            }
            "7003" => digits(10).and_then(|time| self.looks_of_date(time.get(..6)?)),
            "240" | "241" | "250" | "251" | "400" | "401" | "403" | "420" | "421" | "422" => {
                (!behind.is_empty()).then_some(Looks::Weak)
            }
            "30" | "37" if check_digit::is_digits(before) => None,
            "10" | "21" | "30" | "37" => (!behind.is_empty()).then_some(Looks::Weak),
            measure if identifiers::measure(measure).is_some() => digits(6).map(|_| Looks::Strong),
            _ => None,
        }
    }

    /// A date near today is seldom there by chance; one that is far from it may be.
    fn looks_of_date(&self, six: &str) -> Option<Looks> {
        let date = dates::date_of_six_digits(six, self.today).ok()?;
        Some(if is_near(date, self.today) { Looks::Strong } else { Looks::Weak })
    }
}

/// The elements that need a separator behind them.
fn is_cuttable(identifier: &str) -> bool {
    identifiers::predefined_length(identifier).is_none() && identifiers::assigned(identifier).is_some()
}

/// The elements with the separators that were lost.
fn joined(elements: &[Element<'_>]) -> String {
    let mut text = String::new();
    for (index, element) in elements.iter().enumerate() {
        text.push_str(element.identifier);
        text.push_str(element.value);
        if index + 1 < elements.len() && identifiers::predefined_length(element.identifier).is_none() {
            text.push(elements::SEPARATOR);
        }
    }
    text
}
