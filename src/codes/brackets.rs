//! GS1 elements as they stand in writing below a barcode, and as people type them: `(01)…(10)…`.

use chrono::NaiveDate;

use super::elements::{self, Element};
use super::{Kind, Scanned, Unreadable, gs1, identifiers, shown};

/// Reads a text that somebody typed from a label: in brackets, or as [`super::read`] does. A bracket that belongs to a
/// value is written `\(`.
///
/// # Errors
/// What is wrong with it.
pub fn read_typed(text: &str, today: NaiveDate) -> Result<super::Reading, Unreadable> {
    match read(text.trim(), today) {
        Some(scanned) => scanned.whole(),
        None => super::read(text.as_bytes(), today),
    }
}

/// Reads elements in brackets; `None` for a text that does not begin with an identifier in brackets.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Scanned> {
    let first = text.strip_prefix('(')?;
    let (identifier, _) = first.split_once(')')?;
    if !(2..=4).contains(&identifier.len()) || !identifier.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match pairs(text) {
        Ok(pairs) => of_pairs(text, &pairs, today),
        Err(fault) => Scanned::unread(text, fault),
    })
}

fn wrong(what: impl Into<String>) -> Unreadable {
    Unreadable::Brackets(what.into())
}

/// The identifiers and values. A value ends at the next bracket that is not escaped; `|` separates the parts of a
/// composite code.
fn pairs(text: &str) -> Result<Vec<(&str, String)>, Unreadable> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while let Some(opened) = rest.strip_prefix('(') {
        let (identifier, behind) = opened.split_once(')').ok_or_else(|| wrong("is not closed"))?;
        let is_assigned = identifiers::at_beginning_of(identifier) == Some(identifier);
        if !is_assigned {
            return Err(wrong(format!("has no element ({})", shown(identifier.as_bytes()))));
        }
        let (value, length) = value_at(behind);
        rest = behind.get(length..).unwrap_or_default();
        let value = value.strip_suffix('|').map(str::to_owned).filter(|_| rest.starts_with('(')).unwrap_or(value);
        if value.is_empty() {
            return Err(wrong(format!("has no value behind ({identifier})")));
        }
        pairs.push((identifier, value));
    }
    if rest.is_empty() { Ok(pairs) } else { Err(wrong("does not go on with an element")) }
}

/// The value, and how many bytes it takes with its escapes.
fn value_at(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '(' => return (value, at),
            '\\' if characters.peek().is_some_and(|(_, next)| *next == '(') => {
                value.push('(');
                characters.next();
            }
            other => value.push(other),
        }
    }
    (value, text.len())
}

fn of_pairs(text: &str, pairs: &[(&str, String)], today: NaiveDate) -> Scanned {
    let mut fault = None;
    let mut right = Vec::new();
    for (index, (identifier, value)) in pairs.iter().enumerate() {
        let element = Element { identifier, value, position: index + 1 };
        match elements::verify(&element, today) {
            Ok(()) if identifiers::predefined_length(identifier).is_some_and(|length| length != value.len()) => {
                fault = fault.or_else(|| Some(wrong(format!("has a wrong length behind ({identifier})"))));
            }
            Ok(()) => right.push(element),
            Err(why) => fault = fault.or_else(|| Some(wrong(format!("has element ({identifier}), which {why}")))),
        }
    }
    let mut scanned = gs1::of_elements(&right, today);
    scanned.fault = fault.or(scanned.fault);
    scanned.reading.kind = Kind::Gs1;
    text.clone_into(&mut scanned.reading.text);
    scanned
}
