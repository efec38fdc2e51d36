//! The modulo-10 check digit of GTIN, SSCC and GLN (GS1 General Specifications, section 7.9.1).

/// A check digit that does not fit the digits before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has check digit {found}, it should be {expected}")]
pub struct WrongCheckDigit {
    /// The last digit as it stands there, `0` to `9`.
    pub found: char,
    /// The last digit as it should be, `0` to `9`.
    pub expected: char,
}

/// The digit that belongs behind `body`, as a character: weights 3 and 1 in turn, 3 at the right end, to the next ten.
pub(super) fn check_digit(body: &[u8]) -> char {
    let weighted = |(index, digit): (usize, &u8)| u32::from(digit % 16) * if index % 2 == 0 { 3 } else { 1 };
    let sum: u32 = body.iter().rev().enumerate().map(weighted).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Checks the last digit of a text that consists of ASCII digits. A text without digits has nothing to check.
///
/// # Errors
/// The digit that stands there, and the one that should.
pub(super) fn verify(digits: &str) -> Result<(), WrongCheckDigit> {
    let Some((last, body)) = digits.as_bytes().split_last() else { return Ok(()) };
    let (found, expected) = (char::from(*last), check_digit(body));
    if found == expected { Ok(()) } else { Err(WrongCheckDigit { found, expected }) }
}

/// True for a text of ASCII digits only, and at least one.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
