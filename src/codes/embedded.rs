//! Weights and prices inside EAN codes, as scales in shops print them. Which digits hold them is a rule of the house:
//! numbers that begin with 2 or 02 mean what each shop agrees with itself (GS1 General Specifications, section 2.1.12).

use super::{Gtin, Kind, Measure, Reading, check_digit};

/// What the digits inside say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embedded {
    /// A weight, in the unit in which the item is counted; `kg` where nothing else is said.
    Weight,
    /// A price, in the currency of the house.
    Price,
    /// How many.
    Count,
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Not a pattern of 13, 12 or 8 places.
    #[error("a pattern has 8, 12 or 13 places, this one has {0}")]
    WrongLength(usize),
    /// Something other than digits, points, and N and D in braces.
    #[error("a pattern holds digits, points, and once {{N…D…}}, such as 21.....{{NNDDD}}")]
    NotAPattern,
    /// The kind before `=` is not known.
    #[error("the kind before = is weight, price or count, not {0}")]
    NoSuchKind(String),
}

/// A rule: which codes hold a value, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedRule {
    what: Embedded,
    places: Vec<Place>,
    decimals: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// This digit.
    Fixed(char),
    /// Any digit of the item.
    Item,
    /// A digit of the value.
    Value,
    /// The check digit.
    Check,
}

impl EmbeddedRule {
    /// Reads a rule such as `weight=21.....{NNDDD}`: fixed digits, a point for each digit of the item, and in braces an N
    /// for each digit of the value and a D for each decimal. The check digit behind it is not written. Without a kind
    /// it is a weight.
    ///
    /// # Errors
    /// See [`RuleFault`].
    pub fn parse(text: &str) -> Result<EmbeddedRule, RuleFault> {
        let (what, pattern) = match text.split_once('=') {
            None => (Embedded::Weight, text),
            Some(("weight", pattern)) => (Embedded::Weight, pattern),
            Some(("price", pattern)) => (Embedded::Price, pattern),
            Some(("count", pattern)) => (Embedded::Count, pattern),
            Some((kind, _)) => return Err(RuleFault::NoSuchKind(kind.to_owned())),
        };
        let (before, rest) = pattern.split_once('{').ok_or(RuleFault::NotAPattern)?;
        let (value, behind) = rest.split_once('}').ok_or(RuleFault::NotAPattern)?;
        let mut places = Vec::new();
        places.extend(places_of(before)?);
        let decimals = value.trim_start_matches('N');
        if value.is_empty() || decimals.bytes().any(|byte| byte != b'D') {
            return Err(RuleFault::NotAPattern);
        }
        places.extend(value.bytes().map(|_| Place::Value));
        places.extend(places_of(behind)?);
        places.push(Place::Check);
        if !matches!(places.len(), 8 | 12 | 13) {
            return Err(RuleFault::WrongLength(places.len()));
        }
        Ok(EmbeddedRule { what, places, decimals: decimals.len() })
    }

    /// The item and the value of a code that follows the rule: the number with zeros in place of the value and its own
    /// check digit, and the digits of the value as a decimal, with zeros in front. `None` for other codes, and for those
    /// with a wrong check digit.
    pub fn cut(&self, digits: &str) -> Option<(String, String)> {
        let fits = |(place, digit): (&Place, char)| match place {
            Place::Fixed(fixed) => *fixed == digit,
            _ => digit.is_ascii_digit(),
        };
        if digits.len() != self.places.len() || !self.places.iter().zip(digits.chars()).all(fits) {
            return None;
        }
        check_digit::verify(digits).ok()?;
        let pairs = || self.places.iter().zip(digits.chars());
        let body: String = pairs()
            .filter(|(place, _)| **place != Place::Check)
            .map(|(place, digit)| if *place == Place::Value { '0' } else { digit })
            .collect();
        let value: String = pairs().filter(|(place, _)| **place == Place::Value).map(|(_, digit)| digit).collect();
        let (whole, fraction) = value.split_at(value.len() - self.decimals);
        let value = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
        let check = check_digit::check_digit(body.as_bytes());
        Some((format!("{body}{check}"), value))
    }
}

fn places_of(text: &str) -> Result<Vec<Place>, RuleFault> {
    let place = |character| match character {
        '.' => Ok(Place::Item),
        digit if digit.is_ascii_digit() => Ok(Place::Fixed(digit)),
        _ => Err(RuleFault::NotAPattern),
    };
    text.chars().map(place).collect()
}

/// Reads an EAN code by the first rule that fits; `None` when none does.
pub(super) fn read(digits: &str, rules: &[EmbeddedRule]) -> Option<Reading> {
    // The scanner may send a UPC code of 12 digits as 13.
    let shorter = digits.strip_prefix('0').unwrap_or(digits);
    let (rule, (base, value)) = rules.iter().find_map(|rule| {
        let cut = rule.cut(digits).or_else(|| rule.cut(shorter).filter(|_| shorter.len() == 12))?;
        Some((rule, cut))
    })?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value.as_str(), ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let value = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    let mut reading =
        Reading { kind: Kind::Ean, text: digits.to_owned(), item: Gtin::new(&base).ok(), ..Reading::default() };
    match rule.what {
        Embedded::Weight => reading.measure = Some(Measure { value, unit: "kg" }),
        Embedded::Price => reading.price = Some(value),
        Embedded::Count => reading.count = Some(value),
    }
    Some(reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_patterns() {
        for (rule, fault) in [
            ("21.....{NNDDD}", None),
            ("price=23.....{NNNDD}", None),
            ("count=2....{NN}", None),
            ("21...{NNDDD}", Some(RuleFault::WrongLength(11))),
            ("21.....{}", Some(RuleFault::NotAPattern)),
            ("21.....{DDNNN}", Some(RuleFault::NotAPattern)),
            ("21.....NNDDD", Some(RuleFault::NotAPattern)),
            ("mass=21.....{NNDDD}", Some(RuleFault::NoSuchKind("mass".to_owned()))),
        ] {
            assert_eq!(EmbeddedRule::parse(rule).err(), fault, "{rule}");
        }
    }

    #[test]
    fn a_value_is_cut_out_and_the_item_gets_its_own_check_digit() {
        let rule = EmbeddedRule::parse("21.....{NNDDD}").unwrap();
        assert_eq!(rule.cut("2112345015002"), Some(("2112345000008".to_owned(), "01.500".to_owned())));
        for other in ["2112345015003", "2212345015009", "211234501500", "21123450l5002", ""] {
            assert_eq!(rule.cut(other), None, "{other}");
        }
    }
}
