//! What the elements of a GS1 code say together.

use chrono::NaiveDate;

use super::elements::{self, Element};
use super::{Confidence, Gtin, Kind, Measure, Reading, Scanned, Unreadable, check_digit, companions, dates, hidden};
use super::{identifiers, shown};
use crate::model::{LotCode, LotDates, SerialCode};

const DOUBLED_SEPARATOR: &str = "\u{1d}\u{1d}";

/// Reads GS1 data, without the symbology identifier, as it stands. Where a separator may have been lost, the other
/// readings are in it.
pub(super) fn read(data: &str, today: NaiveDate) -> Scanned {
    let mut scanned = read_literally(data, today);
    if !data.contains(elements::SEPARATOR) {
        hidden::look_for(&mut scanned, data, today);
    }
    scanned
}

/// Reads GS1 data as it stands.
pub(super) fn read_literally(data: &str, today: NaiveDate) -> Scanned {
    let cut = elements::cut(data, today);
    if cut.elements.is_empty() && cut.fault.is_none() {
        return Scanned::unread(data, Unreadable::Empty);
    }
    let mut scanned = of_elements(&cut.elements, today);
    scanned.fault = cut.fault.or(scanned.fault);
    data.clone_into(&mut scanned.reading.text);
    if data.contains(DOUBLED_SEPARATOR) {
        scanned.reading.warn("doubled-separator", "two separators stand in a row; a value may be missing between them");
    }
    scanned
}

/// What right elements say together.
pub(super) fn of_elements(elements: &[Element<'_>], today: NaiveDate) -> Scanned {
    let contents = Contents { elements, today };
    let pair = |element: &Element<'_>| (element.identifier.to_owned(), element.value.to_owned());
    let mut reading = Reading {
        kind: Kind::Gs1,
        item: contents.item(),
        dates: contents.dates(),
        count: contents.count(),
        measure: contents.measure(),
        container: contents.value("00").map(str::to_owned),
        place: contents.place(),
        elements: elements.iter().map(pair).collect(),
        ..Reading::default()
    };
    let mut fault = companions::refuse_two_scans(elements).or_else(|| companions::refuse_contradictions(elements));
    fault = fault.or_else(|| companions::refuse_forbidden_pairs(elements));
    match contents.lot() {
        Ok(lot) => reading.lot = lot,
        Err(wrong) => fault = fault.or(Some(wrong)),
    }
    match contents.serial() {
        Ok(serial) => reading.serial = serial,
        Err(wrong) => fault = fault.or(Some(wrong)),
    }
    contents.warn(&mut reading);
    companions::warn(elements, &mut reading);
    Scanned { reading, fault }
}

/// Reads a text that does not say that it is GS1 data: only when it begins with the whole number of an item or a
/// container, check digit included, and parses to its end.
pub(super) fn guess(text: &str, today: NaiveDate) -> Option<Reading> {
    if !begins_with_a_number(text) {
        return None;
    }
    let mut reading = read(text, today).whole().ok()?;
    reading.is_guess = true;
    reading.doubt(Confidence::Guess);
    Some(reading)
}

/// True for a text that begins with (01), (02) or (00) and a whole number with a right check digit.
pub(super) fn begins_with_a_number(text: &str) -> bool {
    match text.get(..2) {
        Some("01" | "02") => text.get(2..16).and_then(Gtin::candidate).is_some(),
        Some("00") => {
            text.get(2..20).is_some_and(|code| check_digit::is_digits(code) && check_digit::verify(code).is_ok())
        }
        _ => false,
    }
}

/// Elements, and how they are used.
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

    fn has(&self, identifier: &str) -> bool {
        self.element(identifier).is_some()
    }

    /// The trade item: (01), or (02) for the content of a container when (37) counts it, or the item of a piece.
    fn item(&self) -> Option<Gtin> {
        let content = || self.value("37").and_then(|_| self.value("02"));
        let piece = || self.value("8006").and_then(|piece| piece.get(..14));
        self.value("01").or_else(content).or_else(piece).and_then(|number| Gtin::new(number).ok())
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
        let digits = self.value(identifier)?.get(..6)?;
        dates::date_of_six_digits(digits, self.today).ok()
    }

    fn dates(&self) -> LotDates {
        LotDates {
            expires: self.date("17").or_else(|| self.date("7003")),
            best_before: self.date("15"),
            made: self.date("11"),
        }
    }

    /// (37) counts the content (02), (30) the thing itself.
    fn count(&self) -> Option<String> {
        let content = self.value("02").and_then(|_| self.value("37"));
        let digits = content.or_else(|| self.value("30"))?.trim_start_matches('0');
        Some(if digits.is_empty() { "0" } else { digits }.to_owned())
    }

    fn measure(&self) -> Option<Measure> {
        self.elements.iter().filter(|element| is_of_goods(element.identifier)).find_map(|element| {
            let (unit, decimals) = identifiers::measure(element.identifier)?;
            Some(Measure { value: decimal(element.value, decimals), unit })
        })
    }

    fn place(&self) -> Option<String> {
        let number = self.value("414")?;
        Some(self.value("254").map_or_else(|| number.to_owned(), |extension| format!("{number}/{extension}")))
    }

    fn warn(&self, reading: &mut Reading) {
        for element in self.elements.iter().filter(|element| identifiers::assigned(element.identifier).is_none()) {
            let value = shown(element.value.as_bytes());
            let message = format!("element ({}) is not assigned: {value} is not used", element.identifier);
            reading.warn("unknown-element", message);
            reading.doubt(Confidence::Guess);
        }
        if (self.has("01") || (self.has("02") && self.has("37"))) && reading.item.is_none() {
            reading.warn("item-all-zeros", "the item number is all zeros and names no item");
        }
        let dates = reading.dates;
        let is_made_later = dates.made.zip(dates.expires.or(dates.best_before)).is_some_and(|(made, end)| made > end);
        let contradicts = self.date("17").zip(self.date("7003")).is_some_and(|(one, other)| one != other);
        if is_made_later || contradicts {
            reading.warn(
                "dates-differ",
                "its dates do not fit each other: was it made after it expired, or does it expire twice?",
            );
            reading.doubt(Confidence::Guess);
        }
        let times = |identifier: &str| self.elements.iter().filter(|element| element.identifier == identifier).count();
        if let Some(doubled) = ["00", "01", "02"].into_iter().find(|identifier| times(identifier) > 1) {
            reading.warn("doubled-text", format!("({doubled}) stands there more than once: did scans run together?"));
            reading.doubt(Confidence::Guess);
        }
        let letters =
            || self.elements.iter().flat_map(|element| element.value.chars()).filter(char::is_ascii_alphabetic);
        let is_small = letters().count() > 0 && letters().all(|letter| letter.is_ascii_lowercase());
        if is_small && (self.has("10") || self.has("21")) {
            let message = "all letters are small: is the scanner set to small letters, or Caps Lock on?";
            reading.warn("small-letters", message);
            reading.doubt(Confidence::Guess);
        }
    }
}

/// True for measures of the goods themselves, and not of the logistic unit around them.
fn is_of_goods(identifier: &str) -> bool {
    identifiers::measure(identifier).is_some()
        && identifiers::assigned(identifier).is_some_and(|row| row.needs.iter().any(|need| need.contains("02")))
}

/// Digits with a decimal point before the last `decimals` of them, without needless zeros in front.
pub(super) fn decimal(digits: &str, decimals: usize) -> String {
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
