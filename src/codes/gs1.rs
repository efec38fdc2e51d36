//! What the elements of a GS1 symbol say together.

use chrono::NaiveDate;

use super::elements::{self, Element};
use super::{Gtin, Kind, Reading, Unreadable, Warning, check_digit, dates, identifiers, shown};
use crate::model::{LotCode, LotDates, SerialCode};

const DOUBLED_SEPARATOR: &str = "\u{1d}\u{1d}";

/// Reads GS1 data, without the symbology identifier.
///
/// # Errors
/// The first fault in the data.
pub(super) fn read(data: &str, today: NaiveDate) -> Result<Reading, Unreadable> {
    let elements = elements::cut(data, today)?;
    if elements.is_empty() {
        return Err(Unreadable::Empty);
    }
    refuse_two_scans(&elements)?;
    refuse_contradictions(&elements)?;
    refuse_forbidden_pairs(&elements)?;
    let contents = Contents { elements: &elements, today };
    Ok(Reading {
        kind: Kind::Gs1,
        text: data.to_owned(),
        item: contents.item(),
        lot: contents.lot()?,
        serial: contents.serial()?,
        dates: contents.dates(),
        count: contents.count(),
        container: contents.value("00").map(str::to_owned),
        place: contents.place(),
        warnings: contents.warnings(data),
        elements: elements.iter().map(|element| (element.identifier.to_owned(), element.value.to_owned())).collect(),
        ..Reading::default()
    })
}

/// Reads a text that does not say that it is GS1 data: only when it begins with the whole number of an item or a
/// container, check digit included, and parses to its end.
pub(super) fn guess(text: &str, today: NaiveDate) -> Option<Reading> {
    if !begins_with_a_number(text) {
        return None;
    }
    read(text, today).ok().map(|reading| Reading { is_guess: true, ..reading })
}

fn begins_with_a_number(text: &str) -> bool {
    match text.get(..2) {
        Some("01" | "02") => text.get(2..16).and_then(Gtin::candidate).is_some(),
        Some("00") => {
            text.get(2..20).is_some_and(|code| check_digit::is_digits(code) && check_digit::verify(code).is_ok())
        }
        _ => false,
    }
}

/// Two labels that ran together without a line end: the same row of different elements twice. One element alone may be
/// repeated.
fn refuse_two_scans(elements: &[Element<'_>]) -> Result<(), Unreadable> {
    let (first, second) = elements.split_at(elements.len() / 2);
    let same = |(one, two): (&Element<'_>, &Element<'_>)| one.identifier == two.identifier && one.value == two.value;
    let is_varied = first.iter().any(|element| element.identifier != first[0].identifier);
    if is_varied && first.len() == second.len() && first.iter().zip(second).all(same) {
        return Err(Unreadable::TwoScans);
    }
    Ok(())
}

fn refuse_contradictions(elements: &[Element<'_>]) -> Result<(), Unreadable> {
    for (index, element) in elements.iter().enumerate() {
        let contradicts = |other: &&Element<'_>| other.identifier == element.identifier && other.value != element.value;
        if let Some(other) = elements[index + 1..].iter().find(contradicts) {
            return Err(Unreadable::Contradiction {
                identifier: element.identifier.to_owned(),
                first: element.value.to_owned(),
                second: other.value.to_owned(),
            });
        }
    }
    Ok(())
}

fn refuse_forbidden_pairs(elements: &[Element<'_>]) -> Result<(), Unreadable> {
    let has = |identifier: &str| elements.iter().any(|element| element.identifier == identifier);
    for (first, second, why) in [("01", "02", "one names the thing itself, the other what is inside it")] {
        if has(first) && has(second) {
            return Err(Unreadable::ForbiddenPair { first, second, why });
        }
    }
    Ok(())
}

/// Elements that do not contradict each other, and how they are used.
struct Contents<'a> {
    elements: &'a [Element<'a>],
    today: NaiveDate,
}

impl Contents<'_> {
    fn element(&self, identifier: &str) -> Option<&Element<'_>> {
        self.elements.iter().find(|element| element.identifier == identifier)
    }

    fn value(&self, identifier: &str) -> Option<&str> {
        self.element(identifier).map(|element| element.value)
    }

    /// The trade item: (01), or (02) for the content of a container when (37) counts it.
    fn item(&self) -> Option<Gtin> {
        let content = || self.value("37").and_then(|_| self.value("02"));
        self.value("01").or_else(content).and_then(|number| Gtin::new(number).ok())
    }

    fn lot(&self) -> Result<Option<LotCode>, Unreadable> {
        let Some(element) = self.element("10") else { return Ok(None) };
        LotCode::new(element.value).map(Some).map_err(|error| element.fault(error.into()))
    }

    fn serial(&self) -> Result<Option<SerialCode>, Unreadable> {
        let Some(element) = self.element("21") else { return Ok(None) };
        SerialCode::new(element.value).map(Some).map_err(|error| element.fault(error.into()))
    }

    fn date(&self, identifier: &str) -> Option<NaiveDate> {
        self.value(identifier).and_then(|digits| dates::date_of_six_digits(digits, self.today).ok())
    }

    fn dates(&self) -> LotDates {
        LotDates { expires: self.date("17"), best_before: self.date("15"), made: self.date("11") }
    }

    /// (37) counts the content (02), (30) the thing itself.
    fn count(&self) -> Option<String> {
        let content = self.value("02").and_then(|_| self.value("37"));
        let digits = content.or_else(|| self.value("30"))?.trim_start_matches('0');
        Some(if digits.is_empty() { "0" } else { digits }.to_owned())
    }

    fn place(&self) -> Option<String> {
        let number = self.value("414")?;
        Some(self.value("254").map_or_else(|| number.to_owned(), |extension| format!("{number}/{extension}")))
    }

    fn warnings(&self, data: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |code, message: String| warnings.push(Warning { code, message });
        if data.contains(DOUBLED_SEPARATOR) {
            warn("doubled-separator", "two separators stand in a row; a value may be missing between them".to_owned());
        }
        for element in self.elements.iter().filter(|element| identifiers::understood(element.identifier).is_none()) {
            let message = format!(
                "element ({}) is not understood: {} is not used",
                element.identifier,
                shown(element.value.as_bytes())
            );
            warn("unknown-element", message);
        }
        let has = |identifier| self.value(identifier).is_some();
        if (has("01") || (has("02") && has("37"))) && self.item().is_none() {
            warn("item-all-zeros", "the item number is all zeros and names no item".to_owned());
        }
        if has("37") && !has("02") {
            warn(
                "count-without-content",
                "(37) counts the content of a container, but (02) does not name it".to_owned(),
            );
        }
        if has("02") && !has("37") {
            warn(
                "content-without-count",
                "(02) names the content of a container, but (37) does not count it".to_owned(),
            );
        }
        warnings
    }
}
