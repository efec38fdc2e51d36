//! Which elements may, must and must not stand in one scan together (GS1 General Specifications, sections 4.13 and 4.14).
//! What would make a reading wrong is refused; what is only incomplete or odd is a warning, because one label of two,
//! with lot and expiry but without the item, is normal.

use super::elements::Element;
use super::{Reading, Unreadable, gs1, identifiers, shown};

/// Two labels that ran together without a line end: the same row of different elements twice. One element alone may be
/// repeated.
pub(super) fn refuse_two_scans(elements: &[Element<'_>]) -> Option<Unreadable> {
    let (first, second) = elements.split_at(elements.len() / 2);
    let same = |(one, two): (&Element<'_>, &Element<'_>)| one.identifier == two.identifier && one.value == two.value;
    let is_varied = first.iter().any(|element| element.identifier != first[0].identifier);
    let is_doubled = is_varied && first.len() == second.len() && first.iter().zip(second).all(same);
    is_doubled.then_some(Unreadable::TwoScans)
}

/// The same element with two values, or the same measure stated twice and differently.
pub(super) fn refuse_contradictions(elements: &[Element<'_>]) -> Option<Unreadable> {
    for (index, element) in elements.iter().enumerate() {
        let contradicts = |other: &&Element<'_>| {
            if other.identifier == element.identifier {
                return other.value != element.value;
            }
            let is_same_measure = identifiers::measure(element.identifier).is_some()
                && element.identifier.get(..3) == other.identifier.get(..3);
            is_same_measure && amount(element) != amount(other)
        };
        if let Some(other) = elements[index + 1..].iter().find(contradicts) {
            return Some(Unreadable::Contradiction {
                identifier: element.identifier.to_owned(),
                first: shown(element.value.as_bytes()),
                second: shown(other.value.as_bytes()),
            });
        }
    }
    None
}

/// A measure as a decimal without needless zeros, so that equal ones are equal texts.
fn amount(element: &Element<'_>) -> Option<String> {
    let (_, decimals) = identifiers::measure(element.identifier)?;
    let text = gs1::decimal(element.value, decimals);
    Some(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text })
}

/// The thing itself and what is inside it cannot both be the item.
pub(super) fn refuse_forbidden_pairs(elements: &[Element<'_>]) -> Option<Unreadable> {
    let has = |identifier: &str| elements.iter().any(|element| element.identifier == identifier);
    let why = "one names the thing itself, the other what is inside it";
    (has("01") && has("02")).then_some(Unreadable::ForbiddenPair { first: "01", second: "02", why })
}

/// Names what is missing beside an element, and what should not be beside it.
pub(super) fn warn(elements: &[Element<'_>], reading: &mut Reading) {
    let mut told: Vec<&str> = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        if told.contains(&element.identifier) {
            continue;
        }
        told.push(element.identifier);
        for other in &elements[index + 1..] {
            if identifiers::exclude_each_other(element.identifier, other.identifier) {
                let message = format!("({}) and ({}) should not stand together", element.identifier, other.identifier);
                reading.warn("excluded-companion", message);
            }
        }
        let Some(row) = identifiers::assigned(element.identifier) else { continue };
        for need in row.needs.iter().filter(|need| !is_met(need, elements)) {
            let message = format!("({}) should stand with {}", element.identifier, in_words(need));
            reading.warn("missing-companion", message);
        }
    }
    let unsigned = ["253", "255", "8003"];
    let is_short = |element: &Element<'_>| {
        let least = identifiers::assigned(element.identifier).map_or(0, |row| row.lengths().0);
        unsigned.contains(&element.identifier) && element.value.len() == least
    };
    if elements.iter().any(|element| element.identifier == "8030") && elements.iter().any(is_short) {
        reading.warn("missing-companion", "(8030) signs one piece, and the key beside it has no serial");
    }
}

fn is_met(need: &str, elements: &[Element<'_>]) -> bool {
    let has = |number: &str| elements.iter().any(|element| element.identifier.starts_with(number));
    need.split(' ').any(|alternative| alternative.split('+').all(has))
}

fn in_words(need: &str) -> String {
    let alternative = |one: &str| one.split('+').map(|number| format!("({number})")).collect::<Vec<_>>().join(" and ");
    need.split(' ').map(alternative).collect::<Vec<_>>().join(" or ")
}
