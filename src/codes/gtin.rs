//! Global Trade Item Numbers.

use super::check_digit::{self, WrongCheckDigit};
use super::shown;

/// Why a text is not a GTIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    /// Something other than the digits 0 to 9.
    #[error("{0} is not a GTIN: it holds something other than digits")]
    NotDigits(String),
    /// Not 8, 12, 13 or 14 digits.
    #[error("{text} has {digits} digits, a GTIN has 8, 12, 13 or 14")]
    WrongLength {
        /// The text.
        text: String,
        /// How many digits it has.
        digits: usize,
    },
    /// The last digit does not fit the others.
    #[error("{text} {fault}")]
    WrongCheckDigit {
        /// The text.
        text: String,
        /// The digit that stands there, and the one that should.
        fault: WrongCheckDigit,
    },
    /// Zeros only, which fit the check digit and name nothing.
    #[error("{0} is all zeros and names no item")]
    AllZeros(String),
}

/// A Global Trade Item Number in its 14-digit form (GS1 General Specifications, section 3.3.2): GTIN-8, GTIN-12 (UPC)
/// and GTIN-13 (EAN) are filled with zeros on the left, so that one item has one number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gtin([u8; 14]);

impl Gtin {
    /// Reads 8, 12, 13 or 14 digits with a right check digit; spaces around them do not count.
    ///
    /// # Errors
    /// See [`GtinError`]. Zeros only are refused although their check digit fits.
    pub fn new(text: &str) -> Result<Gtin, GtinError> {
        let text = text.trim();
        if !check_digit::is_digits(text) {
            return Err(GtinError::NotDigits(shown(text.as_bytes())));
        }
        if !Gtin::has_fitting_length(text) {
            return Err(GtinError::WrongLength { text: text.to_owned(), digits: text.len() });
        }
        check_digit::verify(text).map_err(|fault| GtinError::WrongCheckDigit { text: text.to_owned(), fault })?;
        if text.bytes().all(|digit| digit == b'0') {
            return Err(GtinError::AllZeros(text.to_owned()));
        }
        let mut digits = [b'0'; 14];
        digits.iter_mut().rev().zip(text.bytes().rev()).for_each(|(to, from)| *to = from);
        Ok(Gtin(digits))
    }

    /// The GTIN that a text may be, when its length, digits and check digit fit. Costs nothing for other texts.
    pub(super) fn candidate(text: &str) -> Option<Gtin> {
        if Gtin::has_fitting_length(text) && check_digit::is_digits(text) { Gtin::new(text).ok() } else { None }
    }

    fn has_fitting_length(text: &str) -> bool {
        matches!(text.len(), 8 | 12 | 13 | 14)
    }

    /// The 14 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 13 digits of an EAN-13 symbol, when the number begins with 0: cases and pallets, which do not, have none.
    pub fn ean13(&self) -> Option<&str> {
        self.as_str().strip_prefix('0')
    }
}

impl std::fmt::Display for Gtin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl std::fmt::Debug for Gtin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Gtin({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_item_has_one_number() {
        for (text, number, ean13) in [
            ("96385074", "00000096385074", Some("0000096385074")),
            ("036000291452", "00036000291452", Some("0036000291452")),
            (" 4006381333931 ", "04006381333931", Some("4006381333931")),
            ("54009171452114", "54009171452114", None),
        ] {
            let gtin = Gtin::new(text).unwrap();
            assert_eq!(gtin.as_str(), number);
            assert_eq!(gtin.ean13(), ean13);
            assert_eq!(gtin.to_string(), number);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, message) in [
            ("4006381333932", "4006381333932 has check digit 2, it should be 1"),
            ("400638133393", "400638133393 has check digit 3, it should be 0"),
            ("40063813339", "40063813339 has 11 digits, a GTIN has 8, 12, 13 or 14"),
            ("40063813339\x1b[", r"40063813339\x1B[ is not a GTIN: it holds something other than digits"),
            ("٤٠٠٦٣٨١٣", "٤٠٠٦٣٨١٣ is not a GTIN: it holds something other than digits"),
            ("", " is not a GTIN: it holds something other than digits"),
            ("00000000", "00000000 is all zeros and names no item"),
        ] {
            assert_eq!(Gtin::new(text).unwrap_err().to_string(), message);
        }
    }
}
