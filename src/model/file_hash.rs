//! The name of a file: what it holds, and not what somebody called it.

use std::fmt::{Display, Formatter};

/// The SHA-256 of a file's content (FIPS 180-4), written as 64 small hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileHash(pub [u8; 32]);

/// So many digits name a file on paper, and are enough to ask for it.
pub const SHORT_HASH: usize = 12;

impl FileHash {
    /// The first digits, for paper and for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(SHORT_HASH).collect()
    }

    /// The smallest and the largest hash that begin with these digits, at least [`SHORT_HASH`] of them. `None` for
    /// anything else.
    pub fn range(digits: &str) -> Option<(FileHash, FileHash)> {
        let is_hash =
            (SHORT_HASH..=64).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hash.then(|| (filled(digits, 0x0), filled(digits, 0xF)))
    }
}

/// The hash that begins with these digits and goes on with one digit.
fn filled(digits: &str, rest: u8) -> FileHash {
    let mut bytes = [rest << 4 | rest; 32];
    for (index, digit) in digits.bytes().enumerate().take(64) {
        let value = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or_default();
        let byte = &mut bytes[index / 2];
        *byte = if index % 2 == 0 { value << 4 | (*byte & 0x0F) } else { (*byte & 0xF0) | value };
    }
    FileHash(bytes)
}

impl Display for FileHash {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_name_a_range() {
        let (first, last) = FileHash::range("ABCDEF0123456").unwrap();
        assert_eq!(first.to_string(), format!("abcdef0123456{}", "0".repeat(51)));
        assert_eq!(last.to_string(), format!("abcdef0123456{}", "f".repeat(51)));
        assert_eq!(first.short(), "abcdef012345");
        let whole = first.to_string();
        assert_eq!(FileHash::range(&whole), Some((first, first)));
        for wrong in ["", "abcdef01234", "abcdef01234g", "äbcdef012345", &"a".repeat(65)] {
            assert_eq!(FileHash::range(wrong), None, "{wrong}");
        }
    }
}
