//! Data identifiers of ANSI MH10.8.2: up to three digits and a letter in front of a value.

use chrono::NaiveDate;

use super::{Confidence, Kind, Measure, Reading, Unreadable, check_digit, dates, shown};
use crate::model::{LotCode, SerialCode};

/// The identifier and the value of a field; zeros in front of the identifier are left out. `None` for a field without
/// one.
pub(super) fn split(field: &str) -> Option<(&str, &str)> {
    let trimmed = field.trim_start_matches('0');
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let has_letter = trimmed.as_bytes().get(digits).is_some_and(u8::is_ascii_uppercase);
    (digits <= 3 && has_letter).then(|| trimmed.split_at(digits + 1))
}

/// Adds a field to a reading: its pair, and what it says.
pub(super) fn put(reading: &mut Reading, field: &str) {
    let Some((identifier, value)) = split(field) else {
        reading.elements.push((String::new(), field.to_owned()));
        reading.warn("unknown-field", format!("{} has no data identifier", shown(field.as_bytes())));
        reading.doubt(Confidence::Guess);
        return;
    };
    if !value.is_ascii() {
        let message = format!("({identifier}) holds {}: labels hold plain letters", shown(value.as_bytes()));
        reading.warn("foreign-character", message);
        reading.doubt(Confidence::Guess);
    }
    reading.elements.push((identifier.to_owned(), value.to_owned()));
    if value.is_empty() {
        return;
    }
    understand(reading, identifier, value);
}

fn understand(reading: &mut Reading, identifier: &str, value: &str) {
    match identifier {
        // Customer's, supplier's and other part numbers, and a pharmacy product number.
        "P" | "1P" | "30P" | "31P" | "32P" | "9N" | "25P" => reading.item_codes.push(value.to_owned()),
        // The supplier's lot is on every package; the others are kept beside it.
        "1T" | "T" | "25T" | "30T" => match LotCode::new(value) {
            Ok(lot) if reading.lot.is_none() || identifier == "1T" => {
                if let Some(other) = reading.lot.replace(lot).filter(|other| other.as_str() != value) {
                    not_used(reading, format!("the lot {} stands there beside (1T)", shown(other.as_str().as_bytes())));
                }
            }
            _ => not_used(reading, format!("({identifier}) is no lot, or a second one")),
        },
        "S" => match SerialCode::new(value) {
            Ok(serial) if reading.serial.is_none() => reading.serial = Some(serial),
            _ => not_used(reading, format!("({identifier}) is no serial, or a second one")),
        },
        "Q" => match decimal(value) {
            Some(count) => reading.count = Some(count),
            None => not_a_quantity(reading, identifier, value),
        },
        "7Q" => quantity_with_unit(reading, value),
        "L" | "1L" => reading.place = Some(value.to_owned()),
        "J" | "1J" | "2J" | "3J" | "4J" | "5J" | "6J" => reading.container = Some(value.to_owned()),
        "14D" => reading.dates.expires = date_of_eight(reading, identifier, value),
        "16D" => reading.dates.made = date_of_eight(reading, identifier, value),
        _ => {}
    }
}

fn not_used(reading: &mut Reading, message: String) {
    reading.warn("not-used", message);
    reading.doubt(Confidence::Guess);
}

/// What should be a quantity and is no number: nothing is counted by it.
pub(super) fn not_a_quantity(reading: &mut Reading, identifier: &str, value: &str) {
    let message = format!("({identifier}) holds {}, which is no number", shown(value.as_bytes()));
    reading.warn("not-a-quantity", message);
    reading.doubt(Confidence::Guess);
}

/// The same statement with two values: two labels in one scan, or a label of several packages.
pub(super) fn contradiction(reading: &Reading) -> Option<Unreadable> {
    let value =
        |wanted: &str| reading.elements.iter().find(|(identifier, _)| identifier == wanted).map(|(_, value)| value);
    // The quantity with its unit counts the same things as the one without, when the unit is pieces.
    let pieces = value("7Q").and_then(|value| value.strip_suffix("EA").or_else(|| value.strip_suffix("PC")));
    if let Some((one, other)) = value("Q").and_then(|one| decimal(one)).zip(pieces.and_then(decimal))
        && one != other
    {
        return Some(Unreadable::Contradiction { identifier: "Q".to_owned(), first: one, second: other });
    }
    let states_once = |identifier: &str| matches!(identifier, "1P" | "Q" | "1T" | "S" | "1J" | "3S" | "14D");
    let mut stated: Vec<&(String, String)> = Vec::new();
    for pair in reading.elements.iter().filter(|(identifier, value)| states_once(identifier) && !value.is_empty()) {
        if let Some(first) = stated.iter().find(|(identifier, value)| *identifier == pair.0 && *value != pair.1) {
            return Some(Unreadable::Contradiction {
                identifier: pair.0.clone(),
                first: shown(first.1.as_bytes()),
                second: shown(pair.1.as_bytes()),
            });
        }
        stated.push(pair);
    }
    None
}

/// On a pharmacy's label, (D) is the expiry (IFA Coding System).
fn is_pharmacy(reading: &Reading) -> bool {
    reading.elements.iter().any(|(identifier, _)| identifier == "9N")
}

fn expire(reading: &mut Reading, today: NaiveDate) {
    let value = reading.elements.iter().find(|(identifier, _)| identifier == "D").map(|(_, value)| value.clone());
    let Some(value) = value.filter(|value| !value.is_empty() && reading.dates.expires.is_none()) else { return };
    match dates::date_of_six_digits(&value, today) {
        Ok(date) => reading.dates.expires = Some(date),
        Err(fault) => {
            reading.warn("not-a-date", format!("(D) is no date: {fault}"));
            reading.doubt(Confidence::Guess);
        }
    }
}

fn date_of_eight(reading: &mut Reading, identifier: &str, value: &str) -> Option<NaiveDate> {
    let date = dates::date_of_eight_digits(value);
    if let Err(fault) = &date {
        reading.warn("not-a-date", format!("({identifier}) is no date: {fault}"));
        reading.doubt(Confidence::Guess);
    }
    date.ok()
}

/// A plain decimal without needless zeros in front.
pub(super) fn decimal(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let is_number = check_digit::is_digits(whole) && fraction.is_none_or(check_digit::is_digits) && text.len() <= 15;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    is_number.then(|| fraction.map_or_else(|| whole.to_owned(), |fraction| format!("{whole}.{fraction}")))
}

/// (7Q): a number with two characters behind it for the unit (ANSI X12.3).
fn quantity_with_unit(reading: &mut Reading, value: &str) {
    let cut = value.len().checked_sub(2).and_then(|at| value.split_at_checked(at));
    let number = cut.and_then(|(number, unit)| Some((decimal(number)?, unit)));
    match number {
        Some((number, "EA" | "PC" | "PE")) => reading.count = Some(number),
        Some((value, unit)) => {
            let unit = match unit {
                "KG" => "kg",
                "GR" => "g",
                "LB" => "lb",
                "MR" | "LM" => "m",
                "LT" => "l",
                "FT" => "ft",
                _ => "",
            };
            reading.measure = Some(Measure { value, unit });
        }
        None => not_a_quantity(reading, "7Q", value),
    }
}

/// What all fields say together, and the order in which the names of the item are tried: the supplier's own part number first, because that one is on
/// every label of the part.
pub(super) fn settle(reading: &mut Reading, today: NaiveDate) {
    if is_pharmacy(reading) {
        expire(reading, today);
    }
    let rank = |identifier: &str| match identifier {
        "1P" => 0,
        "30P" => 1,
        "P" => 2,
        _ => 3,
    };
    let mut named: Vec<(u8, String)> = reading
        .elements
        .iter()
        .filter(|(_, value)| reading.item_codes.contains(value))
        .map(|(identifier, value)| (rank(identifier), value.clone()))
        .collect();
    named.sort_by_key(|(rank, _)| *rank);
    reading.item_codes = named.into_iter().map(|(_, value)| value).collect();
    reading.item_codes.dedup();
}

/// Reads a text that is one data identifier with its value and nothing around it, as linear codes on supplier labels
/// are. Only a rule can say that a text is one, or a licence plate's issuer.
pub(super) fn read_bare(text: &str, is_expected: bool) -> Option<Reading> {
    let (identifier, value) = split(text)?;
    let is_known = matches!(
        identifier,
        "P" | "1P"
            | "30P"
            | "Q"
            | "7Q"
            | "1T"
            | "T"
            | "S"
            | "L"
            | "1L"
            | "K"
            | "V"
            | "1V"
            | "4L"
            | "9D"
            | "10D"
            | "14D"
            | "16D"
            | "1J"
            | "2J"
            | "3J"
            | "4J"
            | "5J"
            | "6J"
            | "J"
    );
    let is_plate = is_licence_plate(identifier, value);
    if value.is_empty() || !(is_plate || (is_expected && is_known)) {
        return None;
    }
    let mut reading = Reading { kind: Kind::SupplierLabel, text: text.to_owned(), ..Reading::default() };
    put(&mut reading, text);
    reading.is_guess = true;
    reading.doubt(Confidence::Guess);
    Some(reading)
}

/// A licence plate (ISO/IEC 15459-1) of a company with a D-U-N-S number, as the automotive industry has them.
fn is_licence_plate(identifier: &str, value: &str) -> bool {
    let is_plate = matches!(identifier, "1J" | "2J" | "3J" | "4J" | "5J" | "6J");
    let company = value.strip_prefix("UN").and_then(|rest| rest.split_at_checked(9));
    is_plate
        && company.is_some_and(|(number, unit)| {
            let is_unit = (1..=20).contains(&unit.len())
                && unit.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
            check_digit::is_digits(number) && is_unit
        })
}
