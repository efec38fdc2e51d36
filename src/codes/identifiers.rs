//! The application identifiers of GS1: how long they are, and what their values look like.
//!
//! The facts are those of the GS1 General Specifications: section 3.2 for the identifiers and their values, figure
//! 7.8.5-2 for the lengths that need no separator.

/// What the value of an element must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Digits only; the length comes from [`fixed_length`].
    Digits,
    /// Digits, the last of which checks the others.
    CheckedDigits,
    /// Six digits that are a date.
    Date,
    /// One digit up to so many.
    Number { most: usize },
    /// One character up to so many, of character set 82.
    Text { most: usize },
}

/// The elements whose values are understood.
const UNDERSTOOD: [(&str, Format); 22] = [
    ("00", Format::CheckedDigits),
    ("01", Format::CheckedDigits),
    ("02", Format::CheckedDigits),
    ("10", Format::Text { most: 20 }),
    ("11", Format::Date),
    ("12", Format::Date),
    ("13", Format::Date),
    ("15", Format::Date),
    ("16", Format::Date),
    ("17", Format::Date),
    ("21", Format::Text { most: 20 }),
    ("30", Format::Number { most: 8 }),
    ("37", Format::Number { most: 8 }),
    ("254", Format::Text { most: 20 }),
    ("410", Format::CheckedDigits),
    ("411", Format::CheckedDigits),
    ("412", Format::CheckedDigits),
    ("413", Format::CheckedDigits),
    ("414", Format::CheckedDigits),
    ("415", Format::CheckedDigits),
    ("416", Format::CheckedDigits),
    ("417", Format::CheckedDigits),
];

/// The longest value of any element, which is that of the company internal ones, (91) to (99).
const MOST_CHARACTERS: usize = 90;

/// The format of an element that is understood.
pub(super) fn understood(identifier: &str) -> Option<Format> {
    UNDERSTOOD.iter().find(|(digits, _)| *digits == identifier).map(|(_, format)| *format)
}

/// The format of any element: what is not understood has at least to be cut rightly.
pub(super) fn format(identifier: &str) -> Format {
    understood(identifier).unwrap_or(match fixed_length(identifier) {
        Some(_) => Format::Digits,
        None => Format::Text { most: MOST_CHARACTERS },
    })
}

/// The identifier at the beginning of a text, or `None` when none that GS1 has assigned or reserved begins so. Its
/// first two digits say how long it is.
pub(super) fn at_beginning_of(text: &str) -> Option<&str> {
    let length = match text.get(..2)? {
        "00" | "01" | "02" | "03" | "04" | "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19"
        | "20" | "21" | "22" | "30" | "37" | "90" | "91" | "92" | "93" | "94" | "95" | "96" | "97" | "98" | "99" => 2,
        "23" | "24" | "25" | "40" | "41" | "42" | "71" => 3,
        "31" | "32" | "33" | "34" | "35" | "36" | "39" | "43" | "70" | "72" | "80" | "81" | "82" => 4,
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

/// How many digits the value has, for the elements that need no separator behind them.
pub(super) fn fixed_length(identifier: &str) -> Option<usize> {
    match identifier.get(..2)? {
        "00" => Some(18),
        "01" | "02" | "03" => Some(14),
        "04" => Some(16),
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Some(6),
        "20" => Some(2),
        "31" | "32" | "33" | "34" | "35" | "36" => Some(6),
        "41" => Some(13),
        _ => None,
    }
}

/// True for the 82 characters that GS1 data may hold (figure 7.11-1).
pub(super) fn is_in_character_set_82(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(character)
}
