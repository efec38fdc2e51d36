//! AIM symbology identifiers (ISO/IEC 15424): `]`, a letter for the symbology and a modifier, sent before the data by
//! scanners that are set so.

/// How the data behind an identifier is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carries {
    /// GS1 elements (GS1 General Specifications, section 5.1.3): GS1-128, GS1 DataBar and composite, GS1 DataMatrix,
    /// GS1 QR Code, GS1 DotCode.
    Elements,
    /// An EAN or UPC number.
    Ean,
    /// Anything.
    Text,
}

/// The letters that ISO/IEC 15424 gives to symbologies.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVXYZcdefhiosz";

/// Takes the identifier off the beginning of a scan: the identifier with its `]`, if there is one, and the rest.
pub(super) fn split(text: &str) -> (Option<&str>, &str) {
    if at(text.as_bytes(), 0) {
        return text.split_at_checked(3).map_or((None, text), |(identifier, rest)| (Some(identifier), rest));
    }
    (None, text)
}

/// True when something like an identifier stands there.
pub(super) fn at(bytes: &[u8], index: usize) -> bool {
    matches!(bytes.get(index..), Some([b']', letter, modifier, ..])
        if letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric())
}

/// True when an identifier of a symbology that there is stands there.
pub(super) fn is_known_at(bytes: &[u8], index: usize) -> bool {
    at(bytes, index) && bytes.get(index + 1).is_some_and(|letter| LETTERS.contains(letter))
}

/// Symbologies of plain texts that scanners in stock rooms are likely to name.
const COMMON: [&str; 10] = ["]A0", "]C0", "]I0", "]I1", "]L0", "]Q0", "]Q1", "]d0", "]d1", "]z0"];

/// True for an identifier that is hardly there by chance: one of GS1's symbologies or a common one.
pub(super) fn is_common(identifier: &str) -> bool {
    carries(identifier) != Carries::Text || COMMON.contains(&identifier)
}

/// What an identifier says about the data behind it.
pub(super) fn carries(identifier: &str) -> Carries {
    match identifier {
        "]C1" | "]e0" | "]d2" | "]d5" | "]Q3" | "]Q4" | "]J1" => Carries::Elements,
        "]E0" | "]E1" | "]E2" | "]E3" | "]E4" => Carries::Ean,
        _ => Carries::Text,
    }
}

/// The identifier as it should be when its letter is in the wrong case: only where no symbology has that letter, or
/// where the data behind it says so.
pub(super) fn with_other_case(identifier: &str) -> Option<&'static str> {
    match identifier {
        "]c1" => Some("]C1"),
        "]E0" => Some("]e0"),
        "]D2" => Some("]d2"),
        "]D1" => Some("]d1"),
        "]q3" => Some("]Q3"),
        "]q1" => Some("]Q1"),
        "]j1" => Some("]J1"),
        "]c0" => Some("]C0"),
        "]a0" => Some("]A0"),
        _ => None,
    }
}
