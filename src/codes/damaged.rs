//! GS1 data that came without symbology identifier and is not whole: nothing says that it is GS1 data, but the number at its
//! beginning does. Taking it for a plain text would store a broken label as a lot.

use chrono::NaiveDate;

use super::{ElementFault, Reading, Unreadable, check_digit, gs1, identifiers};

/// What is left of a symbology identifier of GS1 data when its beginning is lost.
const REST_OF_IDENTIFIERS: [&str; 18] =
    ["d2", "D2", "C1", "c1", "Q3", "q3", "e0", "E0", "J1", "j1", "]2", "]1", "]3", "]0", "0", "1", "2", "3"];

/// What is wrong with GS1 data behind a symbology identifier whose last digit came twice.
pub(super) fn doubled_modifier(data: &str) -> Option<Unreadable> {
    let rest = data.strip_prefix(['2', '3']);
    rest.is_some_and(gs1::begins_with_a_number).then_some(Unreadable::CutBeginning)
}

/// What is wrong with a text that begins with the rest of a symbology identifier, and then with a number and elements: the
/// beginning of the scan was lost. As it stands it may parse, and wrongly.
pub(super) fn cut_beginning(data: &str, today: NaiveDate) -> Option<Unreadable> {
    if gs1::begins_with_a_number(data) {
        return None;
    }
    if begins_behind_its_start(data, today) {
        return Some(Unreadable::CutBeginning);
    }
    let rest = |front: &&str| data.strip_prefix(*front).filter(|rest| gs1::begins_with_a_number(rest));
    let (front, rest) = REST_OF_IDENTIFIERS.iter().find_map(|front| Some((front, rest(front)?)))?;
    let elements = gs1::read_literally(rest, today).whole().ok()?.elements.len();
    // A digit and a number alone is a number of 17 digits.
    (front.len() > 1 || elements > 1).then_some(Unreadable::CutBeginning)
}

/// True for GS1 data whose first one or two characters were lost: with them it is whole.
fn begins_behind_its_start(data: &str, today: NaiveDate) -> bool {
    let lost = match data.as_bytes() {
        [b'1' | b'2', b'0'..=b'9', ..] => "0",
        [b'0'..=b'9', ..] => "01",
        _ => return false,
    };
    if gs1::read_literally(data, today).fault.is_none() {
        return false;
    }
    let is_whole = |candidate: &str| {
        let read = gs1::read_literally(candidate, today).whole();
        read.is_ok_and(|reading| reading.elements.get(1).is_some_and(|(second, _)| is_formed(second)))
    };
    [lost, "01"]
        .into_iter()
        .map(|lost| format!("{lost}{data}"))
        .any(|candidate| gs1::begins_with_a_number(&candidate) && is_whole(&candidate))
}

/// How a text without separators that begins like the number of an item or a container goes on.
pub(super) enum Damage {
    /// It has the form of GS1 data, with this fault.
    Certain(Unreadable),
    /// It may be GS1 data. The warning's code, and what is odd.
    Possible(&'static str, &'static str),
}

/// Looks at a text that is no whole GS1 data.
pub(super) fn look(data: &str, today: NaiveDate) -> Option<Damage> {
    let length = match data.get(..2)? {
        "00" => 20,
        "01" | "02" => 16,
        _ => return None,
    };
    let Some(digits) = data.get(2..length).filter(|digits| check_digit::is_digits(digits)) else {
        return is_almost_a_number(data)
            .then_some(Damage::Possible("odd-end", "it begins like GS1 data, with a number that is not whole"));
    };
    if digits.bytes().all(|digit| digit == b'0') {
        return None;
    }
    let scanned = gs1::read_literally(data, today);
    let fault = scanned.fault?;
    if gs1::begins_with_a_number(data) {
        let is_odd = matches!(&fault, Unreadable::NoIdentifier { position, .. } if *position == length + 1);
        let odd = Damage::Possible(
            "odd-end",
            "it begins like GS1 data, with the number of an item or container, and goes on otherwise",
        );
        return Some(if is_odd { odd } else { Damage::Certain(fault) });
    }
    let is_wrong_number = matches!(&fault, Unreadable::Element { position: 1, fault: ElementFault::CheckDigit(_), .. });
    if is_wrong_number && has_form(&scanned.reading) {
        return Some(Damage::Certain(fault));
    }
    if is_almost_a_number(data) && data.len() > length {
        return Some(Damage::Possible("odd-end", "it begins like GS1 data, with a number that is not right"));
    }
    let odd = "it may be the number of an item or container with a wrong check digit";
    (data.len() == length).then_some(Damage::Possible("wrong-check-digit", odd))
}

/// True for a text that is longer than lots and serials are, with digits in front.
fn is_almost_a_number(data: &str) -> bool {
    const MOST_OF_A_LOT: usize = 20;
    const FEWEST_DIGITS: usize = 10;
    data.len() > MOST_OF_A_LOT && data.bytes().take(12).filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS
}

/// True when an element is there that a number seldom goes on with by chance.
fn has_form(reading: &Reading) -> bool {
    reading.elements.iter().any(|(identifier, _)| is_formed(identifier))
}

fn is_formed(identifier: &str) -> bool {
    identifiers::predefined_length(identifier).is_some()
}
