//! The application identifiers of GS1: which there are, how long their values are, and what these look like.
//!
//! The facts are those of the GS1 General Specifications: section 3.2 for the identifiers and their values, section 4.13
//! for what belongs together and what excludes what, figure 7.8.5-2 for the lengths that need no separator. The rows are
//! in `table` and `measures`.

mod measures;
mod table;

use super::values::Check;

/// The characters that a part of a value may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Characters {
    /// 0 to 9.
    Digits,
    /// GS1 character set 82 (figure 7.11-1).
    Set82,
    /// GS1 character set 39 (figure 7.11-2).
    Set39,
    /// File-safe, URI-safe base 64 (figure 7.11-3).
    Set64,
}

/// One part of a value: so many characters of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// What it may hold.
    pub characters: Characters,
    /// The fewest characters it may have.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// It may be missing, together with those behind it.
    pub is_optional: bool,
    /// What else must hold.
    pub check: Option<Check>,
}

impl Part {
    const fn new(characters: Characters, least: usize, most: usize) -> Part {
        Part { characters, least, most, is_optional: false, check: None }
    }

    const fn checked(mut self, check: Check) -> Part {
        self.check = Some(check);
        self
    }

    const fn optional(mut self) -> Part {
        self.is_optional = true;
        self
    }
}

/// So many digits.
const fn digits(length: usize) -> Part {
    Part::new(Characters::Digits, length, length)
}

/// One digit up to so many.
const fn digits_to(most: usize) -> Part {
    Part::new(Characters::Digits, 1, most)
}

/// So many characters.
const fn text(length: usize) -> Part {
    Part::new(Characters::Set82, length, length)
}

/// One character up to so many.
const fn text_to(most: usize) -> Part {
    Part::new(Characters::Set82, 1, most)
}

/// One application identifier, or several with consecutive numbers that are alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identifier {
    /// The first number.
    first: &'static str,
    /// The last number, of the same length.
    last: &'static str,
    /// What its value is, in a few words.
    pub title: &'static str,
    /// What its value is made of.
    pub parts: &'static [Part],
    /// Each of these must be there too: alternatives are separated by spaces, `+` joins what must be there together.
    /// A number stands for all identifiers that begin with it.
    pub needs: &'static [&'static str],
    /// None of these may be there, separated by spaces, written as in `needs`.
    pub excludes: &'static str,
    /// What it is in a Digital Link.
    pub in_link: InLink,
}

/// How an identifier may stand in a GS1 Digital Link URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InLink {
    /// Only behind the key that it qualifies, in the path.
    Qualifier,
    /// In the query.
    Attribute,
    /// As the key in the path, with these qualifiers in this order; alternatives are separated by `|`.
    Key(&'static str),
}

impl Identifier {
    const fn new(number: &'static str, title: &'static str, parts: &'static [Part]) -> Identifier {
        let (first, last) = (number, number);
        Identifier { first, last, title, parts, needs: &[], excludes: "", in_link: InLink::Attribute }
    }

    const fn to(mut self, last: &'static str) -> Identifier {
        self.last = last;
        self
    }

    const fn needs(mut self, needs: &'static [&'static str]) -> Identifier {
        self.needs = needs;
        self
    }

    const fn excludes(mut self, excludes: &'static str) -> Identifier {
        self.excludes = excludes;
        self
    }

    const fn qualifier(mut self) -> Identifier {
        self.in_link = InLink::Qualifier;
        self
    }

    const fn key(mut self, qualifiers: &'static str) -> Identifier {
        self.in_link = InLink::Key(qualifiers);
        self
    }

    /// The fewest and the most characters that the value may have.
    pub(super) fn lengths(&self) -> (usize, usize) {
        let least = self.parts.iter().filter(|part| !part.is_optional).map(|part| part.least).sum();
        (least, self.parts.iter().map(|part| part.most).sum())
    }
}

/// What is known of an identifier; `None` for numbers that GS1 has not assigned.
pub(super) fn assigned(number: &str) -> Option<&'static Identifier> {
    measures::find(number).or_else(|| {
        let after = table::TABLE.partition_point(|row| row.first <= number);
        let row = table::TABLE.get(after.checked_sub(1)?)?;
        (row.first.len() == number.len() && number <= row.last).then_some(row)
    })
}

/// The measure that an identifier of the 31nn to 36nn family states: its unit, as items are counted in it, and how many
/// of the six digits are decimals.
pub(super) fn measure(number: &str) -> Option<(&'static str, usize)> {
    let unit = measures::unit(number)?;
    Some((unit, usize::from(number.as_bytes().last()? - b'0')))
}

/// True when the values of two identifiers may not both be there.
pub(super) fn exclude_each_other(one: &str, other: &str) -> bool {
    let excludes = |one: &str, other: &str| {
        let listed = assigned(one).map_or("", |row| row.excludes);
        listed.split_whitespace().any(|number| other.starts_with(number))
    };
    one != other && (excludes(one, other) || excludes(other, one))
}

/// The identifier at the beginning of a text, or `None` when none that GS1 has assigned or may assign begins so. Its
/// first two digits say how long it is (section 3.2).
pub(super) fn at_beginning_of(text: &str) -> Option<&str> {
    let length = match text.as_bytes().get(..2)? {
        b"00" | b"01" | b"02" | b"03" | b"04" | b"10" | b"11" | b"12" | b"13" | b"14" | b"15" | b"16" | b"17"
        | b"18" | b"19" | b"20" | b"21" | b"22" | b"30" | b"37" | b"90" | b"91" | b"92" | b"93" | b"94" | b"95"
        | b"96" | b"97" | b"98" | b"99" => 2,
        b"23" | b"24" | b"25" | b"40" | b"41" | b"42" | b"71" => 3,
        b"31" | b"32" | b"33" | b"34" | b"35" | b"36" | b"39" | b"43" | b"70" | b"72" | b"80" | b"81" | b"82" => 4,
        _ => return None,
    };
    let identifier = text.get(..length).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    (!has_too_many_decimals(identifier)).then_some(identifier)
}

/// The last digit of a measure's identifier says how many of its six digits are decimals: 5 at most.
fn has_too_many_decimals(identifier: &str) -> bool {
    matches!(identifier.get(..2), Some("31" | "32" | "33" | "34" | "35" | "36"))
        && identifier.ends_with(['6', '7', '8', '9'])
}

/// How many characters the value has, for the elements that need no separator behind them, assigned or not.
pub(super) fn predefined_length(identifier: &str) -> Option<usize> {
    match identifier.as_bytes().get(..2)? {
        b"00" => Some(18),
        b"01" | b"02" | b"03" => Some(14),
        b"04" => Some(16),
        b"11" | b"12" | b"13" | b"14" | b"15" | b"16" | b"17" | b"18" | b"19" => Some(6),
        b"20" => Some(2),
        b"31" | b"32" | b"33" | b"34" | b"35" | b"36" => Some(6),
        b"41" => Some(13),
        _ => None,
    }
}

/// True for the 82 characters that GS1 data may hold (figure 7.11-1).
pub(super) fn is_in_character_set_82(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(character)
}

impl Characters {
    /// True for a character that this set has.
    pub(super) fn contain(self, character: char) -> bool {
        match self {
            Characters::Digits => character.is_ascii_digit(),
            Characters::Set82 => is_in_character_set_82(character),
            Characters::Set39 => {
                character.is_ascii_uppercase() || character.is_ascii_digit() || "#-/".contains(character)
            }
            Characters::Set64 => character.is_ascii_alphanumeric() || "-_=".contains(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_stand_in_order_and_do_not_overlap() {
        for pair in table::TABLE.windows(2) {
            assert!(pair[0].last < pair[1].first, "{} before {}", pair[0].first, pair[1].first);
        }
        for row in table::TABLE {
            assert_eq!(row.first.len(), row.last.len(), "{}", row.first);
            assert!(row.first <= row.last, "{}", row.first);
            assert_eq!(at_beginning_of(row.first), Some(row.first), "{}", row.first);
            let optional_from = row.parts.iter().position(|part| part.is_optional).unwrap_or(row.parts.len());
            assert!(row.parts[optional_from..].iter().all(|part| part.is_optional), "{}", row.first);
            let variable_from = row.parts.iter().position(|part| part.least != part.most).unwrap_or(row.parts.len());
            assert!(variable_from + 1 >= row.parts.len(), "only the last part may vary: {}", row.first);
            if let Some(length) = predefined_length(row.first) {
                assert_eq!(row.lengths(), (length, length), "{}", row.first);
            }
        }
    }

    #[test]
    fn what_a_row_names_is_there() {
        let all = table::TABLE.iter().chain(measures::rows());
        let is_there = |number: &str| {
            table::TABLE.iter().chain(measures::rows()).any(|row| row.first.starts_with(number) || number == row.first)
        };
        for row in all {
            let needed = row.needs.iter().flat_map(|need| need.split([' ', '+']));
            for number in needed.chain(row.excludes.split_whitespace()) {
                assert!(is_there(number), "{} names {number}", row.first);
            }
            if let InLink::Key(qualifiers) = row.in_link {
                for number in qualifiers.split([' ', '|']).filter(|number| !number.is_empty()) {
                    assert!(assigned(number).is_some(), "{} is qualified by {number}", row.first);
                }
            }
        }
    }

    #[test]
    fn every_number_is_found() {
        for (number, title) in [
            ("00", Some("logistic unit (SSCC)")),
            ("10", Some("batch or lot")),
            ("18", None),
            ("235", Some("serial by a third party (TPX)")),
            ("236", None),
            ("3103", Some("net weight")),
            ("3106", None),
            ("3379", None),
            ("3915", Some("amount payable, with currency")),
            ("3944", None),
            ("7039", Some("processor")),
            ("7042", None),
            ("8026", Some("piece inside a logistic unit (ITIP)")),
            ("95", Some("company internal")),
            ("89", None),
        ] {
            assert_eq!(assigned(number).map(|row| row.title), title, "{number}");
        }
        assert_eq!(measure("3103"), Some(("kg", 3)));
        assert_eq!(measure("3225"), Some(("ft", 5)));
        assert_eq!(measure("3103x").or(measure("30")).or(measure("3106")), None);
    }

    #[test]
    fn the_character_sets_have_their_sizes() {
        let size = |set: Characters| ('\0'..='\u{ff}').filter(|character| set.contain(*character)).count();
        let sizes = [Characters::Digits, Characters::Set82, Characters::Set39, Characters::Set64].map(size);
        assert_eq!(sizes, [10, 82, 39, 65]);
    }
}
