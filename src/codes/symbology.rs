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

/// Takes the identifier off the beginning of a scan: the identifier with its `]`, if there is one, and the rest.
pub(super) fn split(text: &str) -> (Option<&str>, &str) {
    match text.as_bytes() {
        [b']', letter, modifier, ..] if letter.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() => {
            text.split_at_checked(3).map_or((None, text), |(identifier, rest)| (Some(identifier), rest))
        }
        _ => (None, text),
    }
}

/// What an identifier says about the data behind it.
pub(super) fn carries(identifier: &str) -> Carries {
    match identifier {
        "]C1" | "]e0" | "]d2" | "]Q3" | "]J1" => Carries::Elements,
        "]E0" | "]E4" => Carries::Ean,
        _ => Carries::Text,
    }
}
