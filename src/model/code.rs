//! The texts that name things, checked and normalised in one place.
//!
//! SKUs, places, partners and orders ignore ASCII case and keep the case they were made with ([`folded`] is their key).
//! Lots and serials are exact. All are trimmed and in Unicode normalisation form C.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::limits::{LONGEST_UNIT_CODE, MOST_CHARACTERS};

/// Why a text cannot name something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing is left after trimming.
    #[error("it is empty")]
    Empty,
    /// A control character, which no printed code contains.
    #[error("it contains a control character")]
    ControlCharacter,
    /// `@…` names the other ends of the ledger, `]…` is what scanners put before a code, `SCANTRAIL…` are command scans.
    #[error("codes that begin with @, ] or SCANTRAIL have a meaning of their own")]
    Reserved,
    /// `WH1//A`, `/WH1` or `WH1/`.
    #[error("a place is a path such as WH1/A-01, without empty parts")]
    EmptyPathPart,
    /// More than [`MOST_CHARACTERS`].
    #[error("it is longer than {MOST_CHARACTERS} characters")]
    TooLong,
    /// More than [`LONGEST_UNIT_CODE`], for lots and serials.
    #[error("it is longer than {LONGEST_UNIT_CODE} bytes")]
    TooManyBytes,
}

/// The key under which a code that ignores case is found: composed (NFC), ASCII letters in upper case, all else as it is.
pub fn folded(text: &str) -> String {
    if is_nfc(text) { text.to_ascii_uppercase() } else { text.nfc().collect::<String>().to_ascii_uppercase() }
}

fn normalised(text: &str) -> Result<String, CodeError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(CodeError::Empty);
    }
    if trimmed.chars().any(char::is_control) {
        return Err(CodeError::ControlCharacter);
    }
    Ok(if is_nfc(trimmed) { trimmed.to_owned() } else { trimmed.nfc().collect() })
}

fn unit_code(text: &str) -> Result<String, CodeError> {
    match normalised(text)? {
        text if text.len() > LONGEST_UNIT_CODE => Err(CodeError::TooManyBytes),
        text => Ok(text),
    }
}

pub(super) fn people_code(text: &str) -> Result<String, CodeError> {
    let text = normalised(text)?;
    if text.starts_with(['@', ']']) || folded(&text).starts_with("SCANTRAIL") {
        return Err(CodeError::Reserved);
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(CodeError::TooLong);
    }
    Ok(text)
}

macro_rules! code {
    ($($(#[$doc:meta])* $name:ident by $check:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(std::rc::Rc<str>);

        impl $name {
            /// Trims and normalises a text.
            ///
            /// # Errors
            /// See [`CodeError`].
            pub fn new(text: &str) -> Result<$name, CodeError> {
                $check(text).map(|text| $name(text.into()))
            }

            /// The text as it is kept and printed.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, held together with all who hold the code.
            pub fn shared(&self) -> std::rc::Rc<str> {
                self.0.clone()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}
pub(super) use code;

code! {
    /// The code of an item ("stock keeping unit"). Ignores ASCII case.
    Sku by people_code,
    /// The code of a supplier or customer. Ignores ASCII case.
    PartnerCode by people_code,
    /// A lot number (batch, code number): exact, and unique per item.
    LotCode by unit_code,
    /// A serial number: exact, and unique per item.
    SerialCode by unit_code,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_and_composes() {
        assert_eq!(LotCode::new("  B7 ").unwrap().as_str(), "B7");
        assert_eq!(SerialCode::new("Ka\u{308}se").unwrap().as_str(), "Käse");
        assert_eq!(folded("wh1/ä-01"), "WH1/ä-01");
    }

    #[test]
    fn refuses_what_cannot_be_printed_or_is_ours() {
        assert_eq!(LotCode::new(" \t"), Err(CodeError::Empty));
        assert_eq!(SerialCode::new("A\u{1b}[2J"), Err(CodeError::ControlCharacter));
        for reserved in ["@scrap", "]C1123", "scantrailDone"] {
            assert_eq!(Sku::new(reserved), Err(CodeError::Reserved), "{reserved}");
        }
        assert_eq!(SerialCode::new("@1").unwrap().as_str(), "@1");
        assert_eq!(Sku::new(&"x".repeat(121)), Err(CodeError::TooLong));
        assert_eq!(LotCode::new(&"x".repeat(16_385)), Err(CodeError::TooManyBytes));
    }
}
