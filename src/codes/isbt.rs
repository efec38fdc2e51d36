//! ISBT 128, the codes of blood, tissues and cells (ISBT 128 Standard Technical Specification, ICCBBA): two characters
//! say what a structure is, and each has its own length. Read is what identifies: donation, product, dates, lot.

use chrono::{Datelike, NaiveDate};

use super::{Confidence, Kind, Reading, Scanned, Unreadable, check_digit};
use crate::model::{LotCode, SerialCode};

/// A structure with two characters in front.
struct Structure {
    identifier: &'static str,
    /// How many characters follow.
    length: usize,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Letters and digits, and the signs that some structures use.
    Text,
    /// Century, year and day of the year.
    Date,
    /// The same, with hour and minute.
    DateAndTime,
    /// A processor's product: five characters of a facility, six of the product, five of the description.
    Product,
    /// How many structures follow, and how they are passed on.
    Header,
    /// A lot of 18 characters, filled up with zeros.
    Lot,
}

const STRUCTURES: &[Structure] = &[
    Structure { identifier: "=%", length: 4, form: Form::Text },
    Structure { identifier: "=<", length: 8, form: Form::Text },
    Structure { identifier: "=>", length: 6, form: Form::Date },
    Structure { identifier: "=}", length: 6, form: Form::Date },
    Structure { identifier: "=*", length: 6, form: Form::Date },
    Structure { identifier: "&>", length: 10, form: Form::DateAndTime },
    Structure { identifier: "&}", length: 10, form: Form::DateAndTime },
    Structure { identifier: "&*", length: 10, form: Form::DateAndTime },
    Structure { identifier: "=\\", length: 18, form: Form::Text },
    Structure { identifier: "=,", length: 6, form: Form::Text },
    Structure { identifier: "=/", length: 16, form: Form::Product },
    Structure { identifier: "=+", length: 5, form: Form::Header },
    Structure { identifier: "&,1", length: 18, form: Form::Lot },
];

/// A donation: facility, year and sequence number, then two characters of flags.
const DONATION: usize = 15;

/// Reads an ISBT 128 code; `None` for a text that is none.
pub(super) fn read(text: &str) -> Option<Scanned> {
    if !text.starts_with(['=', '&']) || !text.is_ascii() {
        return None;
    }
    let pieces = cut(text)?;
    let mut reading = Reading { kind: Kind::Isbt, text: text.to_owned(), ..Reading::default() };
    let announced = pieces.first().filter(|(identifier, _)| *identifier == "=+").map(|(_, value)| *value);
    let is_complete = announced
        .is_none_or(|header| header.get(..2).and_then(|count| count.parse::<usize>().ok()) == Some(pieces.len() - 1));
    let is_concatenated = pieces.len() > 1 && announced.is_none();
    let mut identifiers: Vec<&str> = pieces.iter().map(|(identifier, _)| *identifier).collect();
    identifiers.sort_unstable();
    if is_concatenated && identifiers.windows(2).any(|two| two[0] == two[1]) {
        return Some(Scanned { reading, fault: Some(Unreadable::TwoScans) });
    }
    let mut fault = (!is_complete).then_some(Unreadable::Isbt("announces another number of structures"));
    let is_compound = pieces.len() > 1;
    for (identifier, value) in pieces {
        let taken = if identifier == "=" {
            donation(&mut reading, value, is_compound)
        } else {
            structure(&mut reading, identifier, value)
        };
        fault = fault.or(taken.err());
    }
    if is_concatenated {
        reading.warn(
            "concatenated",
            "two codes stand in one scan: that is right when the scanner reads neighbours together",
        );
        reading.doubt(Confidence::Guess);
    }
    Some(Scanned { reading, fault })
}

/// Cuts a text into structures; `None` when it does not come out even.
fn cut(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let found = STRUCTURES.iter().find(|structure| rest.starts_with(structure.identifier));
        let (identifier, length) = match found {
            Some(structure) => (structure.identifier.len(), structure.length),
            None => {
                let first = rest.as_bytes().get(1)?;
                let is_donation = rest.starts_with('=') && first.is_ascii_alphanumeric();
                (is_donation.then_some(1)?, DONATION)
            }
        };
        let (piece, behind) = rest.split_at_checked(identifier + length)?;
        pieces.push(piece.split_at(identifier));
        rest = behind;
    }
    Some(pieces)
}

/// The donation, whose flags may hold a check: 60 and more is 60 plus the check value modulo 37 (ISO/IEC 7064).
fn donation(reading: &mut Reading, value: &str, is_compound: bool) -> Result<(), Unreadable> {
    let (number, flags) = value.split_at(DONATION - 2);
    let is_formed = number.bytes().enumerate().all(|(index, byte)| match index {
        0 => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        1..=4 => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    });
    if !is_formed {
        return Err(Unreadable::Isbt("has a donation number with a character where a digit is due"));
    }
    if is_compound {
        reading.elements.push(("=din".to_owned(), value.to_owned()));
    } else {
        reading.elements.push(("din".to_owned(), number.to_owned()));
        reading.elements.push(("flags".to_owned(), flags.to_owned()));
    }
    let check = check_value(number);
    if let Some(flag) = flags.parse::<u32>().ok().filter(|flag| (60..=96).contains(flag)) {
        if Some(flag - 60) != check {
            return Err(Unreadable::Isbt("has flags that do not fit its donation number: scan it again"));
        }
        if !is_compound {
            let character =
                "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*".chars().nth(usize::try_from(flag - 60).unwrap_or(0));
            reading.elements.push(("check".to_owned(), character.map(String::from).unwrap_or_default()));
        }
    }
    reading.serial = SerialCode::new(number).ok();
    Ok(())
}

/// ISO/IEC 7064, modulo 37-2.
fn check_value(number: &str) -> Option<u32> {
    let sum = number.chars().try_fold(0, |sum, character| Some((sum + character.to_digit(36)?) * 2 % 37))?;
    Some((38 - sum) % 37)
}

fn structure(reading: &mut Reading, identifier: &str, value: &str) -> Result<(), Unreadable> {
    let form = STRUCTURES.iter().find(|one| one.identifier == identifier).map_or(Form::Text, |one| one.form);
    let mut shown = value.to_owned();
    match form {
        Form::Text => {}
        Form::Header if check_digit::is_digits(value) => {}
        Form::Header => return Err(Unreadable::Isbt("has letters where digits are due")),
        Form::Date => {
            let date = date(value).ok_or(Unreadable::Isbt("has no date: century, year and day of the year"))?;
            shown = date.to_string();
            put_date(reading, identifier, date);
        }
        Form::DateAndTime => {
            let (day, time) = value.split_at(6);
            let (hour, minute) = time.split_at(2);
            let is_time = check_digit::is_digits(time) && hour <= "23" && minute <= "59";
            let date = date(day).filter(|_| is_time).ok_or(Unreadable::Isbt("has no date and time"))?;
            shown = format!("{date}T{hour}:{minute}");
            put_date(reading, identifier, date);
        }
        Form::Product => {
            let facility = value.get(..5).unwrap_or_default().as_bytes();
            let is_formed = facility.first().is_some_and(u8::is_ascii_alphanumeric)
                && facility.iter().skip(1).all(u8::is_ascii_digit)
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !is_formed {
                return Err(Unreadable::Isbt("has a facility with a letter where a digit is due"));
            }
            reading.item_codes = vec![value.to_owned()];
        }
        Form::Lot => {
            let lot = value.trim_start_matches('0');
            reading.lot = LotCode::new(lot).ok();
        }
    }
    reading.elements.push((identifier.to_owned(), shown));
    Ok(())
}

fn put_date(reading: &mut Reading, identifier: &str, date: NaiveDate) {
    match identifier {
        "=>" | "&>" => reading.dates.expires = Some(date),
        "=}" | "&}" => reading.dates.made = Some(date),
        _ => {}
    }
}

/// `CYYJJJ`: the century, 0 for 20 and 9 for 19, the year in it and the day of the year.
fn date(text: &str) -> Option<NaiveDate> {
    if !check_digit::is_digits(text) {
        return None;
    }
    let century: i32 = text.get(..1)?.parse().ok()?;
    let year: i32 = text.get(1..3)?.parse().ok()?;
    let first = if century == 9 { 1900 } else { 2000 + century * 100 };
    let date = NaiveDate::from_yo_opt(first + year, text.get(3..6)?.parse().ok()?)?;
    (date.year() == first + year).then_some(date)
}
