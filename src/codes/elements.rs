//! GS1 element strings, cut into elements (GS1 General Specifications, section 7.8).

use chrono::NaiveDate;

use super::identifiers::{self, Characters};
use super::{ElementFault, Unreadable, shown, values};

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

/// What is in a row of elements: those that are right, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut<'a> {
    /// The elements whose form is right, in their order.
    pub elements: Vec<Element<'a>>,
    /// The first fault.
    pub fault: Option<Unreadable>,
}

/// Cuts GS1 data into its elements and checks the form of every value. Separators are skipped where an element may
/// begin: in front, doubled and at the end. After a fault it goes on behind the next separator, or behind the element
/// when its length is predefined, so that one wrong element does not lose the others.
pub(super) fn cut(data: &str, today: NaiveDate) -> Cut<'_> {
    let mut cut = Cut { elements: Vec::new(), fault: None };
    let mut rest = data.trim_start_matches(SEPARATOR);
    while !rest.is_empty() {
        let position = position_of(data, rest);
        let behind = match first_element(rest, position) {
            Ok((element, behind)) => {
                match verify(&element, today) {
                    Ok(()) => cut.elements.push(element),
                    Err(fault) => cut.fault = cut.fault.or(Some(element.fault(fault))),
                }
                behind
            }
            Err(fault) => {
                cut.fault = cut.fault.or(Some(fault));
                rest.split_once(SEPARATOR).map_or("", |(_, behind)| behind)
            }
        };
        rest = behind.trim_start_matches(SEPARATOR);
    }
    cut
}

/// The character, from 1, at which `rest` begins in `data`, of which it is the end.
fn position_of(data: &str, rest: &str) -> usize {
    data.get(..data.len() - rest.len()).map_or(0, |before| before.chars().count()) + 1
}

fn first_element(rest: &str, position: usize) -> Result<(Element<'_>, &str), Unreadable> {
    let Some(identifier) = identifiers::at_beginning_of(rest) else {
        let found: String = rest.chars().take(4).collect();
        return Err(Unreadable::NoIdentifier { position, found: shown(found.as_bytes()) });
    };
    let behind = &rest[identifier.len()..];
    let end = behind.find(SEPARATOR).unwrap_or(behind.len());
    let length = match identifiers::predefined_length(identifier) {
        Some(length) if behind.is_char_boundary(length) => length.min(end),
        _ => end,
    };
    let (value, behind) = behind.split_at(length);
    Ok((Element { identifier, value, position }, behind))
}

/// Checks the form of a value; of an identifier that is not assigned, what holds for all.
pub(super) fn verify(element: &Element<'_>, today: NaiveDate) -> Result<(), ElementFault> {
    match identifiers::assigned(element.identifier) {
        Some(row) => values::verify(element.value, row.parts, today),
        None => verify_unassigned(element),
    }
}

/// The longest value of any element, which is that of the company internal ones, (91) to (99).
const MOST_CHARACTERS: usize = 90;

fn verify_unassigned(element: &Element<'_>) -> Result<(), ElementFault> {
    let predefined = identifiers::predefined_length(element.identifier);
    let characters = if predefined.is_some() { Characters::Digits } else { Characters::Set82 };
    let foreign = element.value.chars().find(|character| !characters.contain(*character));
    match (foreign, predefined, element.value.len()) {
        (_, _, 0) => Err(ElementFault::Empty),
        (Some(foreign), predefined, _) => {
            let shown = shown(foreign.encode_utf8(&mut [0; 4]).as_bytes());
            Err(match predefined {
                Some(_) => ElementFault::NotDigits(shown),
                None => ElementFault::ForeignCharacter(shown),
            })
        }
        (None, Some(expected), found) if found < expected => Err(ElementFault::TooShort { found, expected }),
        (None, None, found) if found > MOST_CHARACTERS => Err(ElementFault::TooLong { found, most: MOST_CHARACTERS }),
        _ => Ok(()),
    }
}
