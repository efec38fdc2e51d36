//! GS1 element strings, cut into elements (GS1 General Specifications, section 7.8).

use chrono::NaiveDate;

use super::identifiers::{self, Format};
use super::{ElementFault, Unreadable, check_digit, dates, shown};

/// The separator between elements: FNC1 as scanners send it.
pub(super) const SEPARATOR: char = '\u{1d}';

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Its application identifier.
    pub identifier: &'a str,
    /// Its value, never empty and right in its form.
    pub value: &'a str,
    /// The character at which its identifier begins, from 1.
    pub position: usize,
}

impl Element<'_> {
    /// The error that says what is wrong with this element.
    pub(super) fn fault(&self, fault: ElementFault) -> Unreadable {
        Unreadable::Element { identifier: self.identifier.to_owned(), position: self.position, fault }
    }
}

/// Cuts GS1 data into its elements and checks the form of every value. Separators are skipped where an element may
/// begin: in front, doubled and at the end.
///
/// # Errors
/// [`Unreadable::NoIdentifier`] or [`Unreadable::Element`], for the first fault.
pub(super) fn cut(data: &str, today: NaiveDate) -> Result<Vec<Element<'_>>, Unreadable> {
    let mut elements = Vec::new();
    let mut rest = data.trim_start_matches(SEPARATOR);
    while !rest.is_empty() {
        // All before `rest` is ASCII, so bytes are characters.
        let element = first_element(rest, data.len() - rest.len() + 1)?;
        check_value(&element, today).map_err(|fault| element.fault(fault))?;
        rest = &rest[element.identifier.len() + element.value.len()..];
        rest = rest.trim_start_matches(SEPARATOR);
        elements.push(element);
    }
    Ok(elements)
}

fn first_element(rest: &str, position: usize) -> Result<Element<'_>, Unreadable> {
    let Some(identifier) = identifiers::at_beginning_of(rest) else {
        let found: String = rest.chars().take(4).collect();
        return Err(Unreadable::NoIdentifier { position, found: shown(found.as_bytes()) });
    };
    let behind = &rest[identifier.len()..];
    let until_separator = behind.split(SEPARATOR).next().unwrap_or_default();
    let value = match identifiers::fixed_length(identifier) {
        Some(length) => until_separator.get(..length).unwrap_or(until_separator),
        None => until_separator,
    };
    Ok(Element { identifier, value, position })
}

fn check_value(element: &Element<'_>, today: NaiveDate) -> Result<(), ElementFault> {
    let (value, format) = (element.value, identifiers::format(element.identifier));
    if value.is_empty() {
        return Err(ElementFault::Empty);
    }
    let is_allowed: fn(char) -> bool = match format {
        Format::Text { .. } => identifiers::is_in_character_set_82,
        _ => |character| character.is_ascii_digit(),
    };
    if let Some(foreign) = value.chars().find(|character| !is_allowed(*character)) {
        return Err(foreign_character(foreign, format));
    }
    check_length(value.len(), identifiers::fixed_length(element.identifier), format)?;
    match format {
        Format::CheckedDigits => check_digit::verify(value)?,
        Format::Date => drop(dates::date_of_six_digits(value, today)?),
        Format::Digits | Format::Number { .. } | Format::Text { .. } => {}
    }
    Ok(())
}

fn foreign_character(character: char, format: Format) -> ElementFault {
    let shown = shown(character.encode_utf8(&mut [0; 4]).as_bytes());
    match format {
        Format::Text { .. } => ElementFault::ForeignCharacter(shown),
        _ => ElementFault::NotDigits(shown),
    }
}

fn check_length(found: usize, fixed: Option<usize>, format: Format) -> Result<(), ElementFault> {
    match (fixed, format) {
        (Some(expected), _) if found < expected => Err(ElementFault::TooShort { found, expected }),
        (None, Format::Text { most } | Format::Number { most }) if found > most => {
            Err(ElementFault::TooLong { found, most })
        }
        _ => Ok(()),
    }
}
