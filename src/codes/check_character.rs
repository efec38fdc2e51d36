//! Check characters, which make a mistyped or misread number show itself.
//!
//! Each way looks at the characters that it knows and passes over all others, so that `LTN-0001` has the same check
//! digit as `0001`. Letters count in either case.

use super::check_digit::check_digit;

/// A way to compute check characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckCharacter {
    /// One digit as in GTIN and SSCC (GS1 General Specifications, section 7.9.1). Digits count.
    Mod10,
    /// One digit as on bank cards and in IMEI numbers (ISO/IEC 7812-1, annex B). Digits count.
    Luhn,
    /// One digit or X for ten, as in ISBN-10 (ISO 2108:1992) and ISSN: weights 2 to 10 from the right, then 2 again. Digits
    /// count.
    Mod11,
    /// One digit or X for ten by ISO 7064 MOD 11-2, as in ISNI and ORCID. Digits count.
    Mod11Of2,
    /// One digit or letter by ISO 7064 MOD 37,36, as in GRid and ISAN. Digits and letters count.
    Mod37Of36,
    /// Two digits by ISO 7064 MOD 97-10, letters as in the LEI (ISO 17442): A is 10, Z is 35. Digits and letters count.
    Mod97,
    /// The ninth character of a vehicle's number (49 CFR 565.15(c)), for the sixteen others; digit or X.
    Vin,
    /// The last digit of a freight container's number (ISO 6346, annex A), for the ten characters before it.
    Container,
}

/// Why a text has no check character of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckFault {
    /// None of its characters counts.
    #[error("it has no character that a check character is computed from")]
    NothingToCheck,
    /// A vehicle's or container's number has a length of its own.
    #[error("{found} characters count, and {expected} are needed")]
    WrongLength {
        /// How many count.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// I, O and Q do not occur in a vehicle's number.
    #[error("{0} does not occur in such a number")]
    ForbiddenLetter(char),
}

impl CheckCharacter {
    /// Every way, with the word that templates and patterns use.
    pub const WORDS: [(CheckCharacter, &'static str); 8] = [
        (CheckCharacter::Mod10, "mod10"),
        (CheckCharacter::Luhn, "luhn"),
        (CheckCharacter::Mod11, "mod11"),
        (CheckCharacter::Mod11Of2, "iso7064-mod11-2"),
        (CheckCharacter::Mod37Of36, "iso7064-mod37-36"),
        (CheckCharacter::Mod97, "mod97"),
        (CheckCharacter::Vin, "vin"),
        (CheckCharacter::Container, "iso6346"),
    ];

    /// The way that a word names, in either case.
    pub fn from_word(word: &str) -> Option<CheckCharacter> {
        let word = word.trim().to_ascii_lowercase();
        CheckCharacter::WORDS.iter().find(|(_, text)| *text == word).map(|(way, _)| *way)
    }

    /// The word of templates and patterns.
    pub fn word(self) -> &'static str {
        CheckCharacter::WORDS.iter().find(|(way, _)| *way == self).map_or("mod10", |(_, word)| word)
    }

    /// How many characters it adds: 1 or 2.
    pub fn length(self) -> usize {
        if self == CheckCharacter::Mod97 { 2 } else { 1 }
    }

    /// True for the ways that work for numbers of any length, and so for templates.
    pub fn is_for_any_length(self) -> bool {
        !matches!(self, CheckCharacter::Vin | CheckCharacter::Container)
    }

    /// The check characters for a text: digits, X or a capital letter.
    ///
    /// # Errors
    /// See [`CheckFault`].
    pub fn of(self, text: &str) -> Result<String, CheckFault> {
        let counts_letters = !matches!(
            self,
            CheckCharacter::Mod10 | CheckCharacter::Luhn | CheckCharacter::Mod11 | CheckCharacter::Mod11Of2
        );
        let counted: Vec<u8> = text
            .bytes()
            .filter(|byte| byte.is_ascii_digit() || (counts_letters && byte.is_ascii_alphabetic()))
            .map(|byte| byte.to_ascii_uppercase())
            .collect();
        if counted.is_empty() {
            return Err(CheckFault::NothingToCheck);
        }
        Ok(match self {
            CheckCharacter::Mod10 => check_digit(&counted).to_string(),
            CheckCharacter::Luhn => luhn(&counted).to_string(),
            CheckCharacter::Mod11 => digit_or_x((11 - weighted_from_the_right(&counted) % 11) % 11).to_string(),
            CheckCharacter::Mod11Of2 => {
                let sum = values(&counted).fold(0, |sum: u32, value| (sum + value) * 2 % 11);
                digit_or_x((12 - sum) % 11).to_string()
            }
            CheckCharacter::Mod37Of36 => mod37_of_36(&counted).to_string(),
            CheckCharacter::Mod97 => {
                let shifted = |rest: u32, value: u32| (if value < 10 { rest * 10 } else { rest * 100 } + value) % 97;
                format!("{:02}", 98 - values(&counted).fold(0, shifted) * 100 % 97)
            }
            CheckCharacter::Vin => vin(&counted)?.to_string(),
            CheckCharacter::Container => container(&counted)?.to_string(),
        })
    }
}

/// 0 to 9 for digits, 10 to 35 for letters.
fn values(counted: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    counted.iter().map(|byte| char::from(*byte).to_digit(36).unwrap_or(0))
}

fn digit_or_x(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('X')
}

/// Every second digit is doubled, from the last one on, and the digits of the doubles are added.
fn luhn(digits: &[u8]) -> char {
    let doubled = |(index, value): (usize, u32)| match (index % 2, value * 2) {
        (0, double) if double > 9 => double - 9,
        (0, double) => double,
        _ => value,
    };
    let sum: u32 = values(digits).rev().enumerate().map(doubled).sum();
    digit_or_x((10 - sum % 10) % 10)
}

fn weighted_from_the_right(digits: &[u8]) -> u32 {
    values(digits).rev().zip((2..=10).cycle()).map(|(value, weight)| value * weight).sum()
}

/// The hybrid system of ISO 7064 with two moduli: one step for each character.
fn mod37_of_36(counted: &[u8]) -> char {
    let product = values(counted).fold(36, |product, value| {
        let sum = (product + value) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    char::from_digit((37 - product) % 36, 36).unwrap_or('0').to_ascii_uppercase()
}

fn of_length(counted: &[u8], expected: usize) -> Result<(), CheckFault> {
    match counted.len() {
        found if found == expected => Ok(()),
        found => Err(CheckFault::WrongLength { found, expected }),
    }
}

fn vin(counted: &[u8]) -> Result<char, CheckFault> {
    const WEIGHTS: [u32; 16] = [8, 7, 6, 5, 4, 3, 2, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    of_length(counted, WEIGHTS.len())?;
    let value = |byte: &u8| match byte {
        b'A'..=b'H' => Ok(u32::from(byte - b'A') + 1),
        b'I' | b'O' | b'Q' => Err(CheckFault::ForbiddenLetter(char::from(*byte))),
        b'J'..=b'R' => Ok(u32::from(byte - b'J') + 1),
        b'S'..=b'Z' => Ok(u32::from(byte - b'S') + 2),
        digit => Ok(u32::from(digit % 16)),
    };
    let mut sum = 0;
    for (byte, weight) in counted.iter().zip(WEIGHTS) {
        sum += value(byte)? * weight;
    }
    Ok(digit_or_x(sum % 11))
}

/// Letters have the values from 10 on without the multiples of 11, weights are the powers of two; ten counts as zero.
fn container(counted: &[u8]) -> Result<char, CheckFault> {
    of_length(counted, 10)?;
    let value = |value: u32| if value < 10 { value } else { value + value.div_ceil(10) - 1 };
    let sum: u32 = values(counted).enumerate().map(|(index, one)| value(one) << index).sum();
    Ok(digit_or_x(sum % 11 % 10))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_numbers_have_their_check_characters() {
        for (word, body, check) in [
            ("mod10", "400638133393", "1"),
            ("mod10", "10614141234567890", "8"),
            ("mod10", "LTN-400638133393", "1"),
            ("luhn", "7992739871", "3"),
            ("luhn", "49015420323751", "8"),
            ("mod11", "030640615", "2"),
            ("mod11", "0-8044-2957", "X"),
            ("mod11", "0378595", "5"),
            ("iso7064-mod11-2", "0000-0002-1825-009", "7"),
            ("iso7064-mod11-2", "0000-0002-1694-233", "X"),
            ("iso7064-mod37-36", "A1-2425G-ABC1234002-", "M"),
            ("iso7064-mod37-36", "a12425gabc1234002", "M"),
            ("mod97", "5493000IBP32UQZ0KL", "24"),
            ("mod97", "HWUPKR0MPOU8FGXBT3", "94"),
            ("mod97", "794", "44"),
            ("vin", "1M8GDM9AKP042788", "X"),
            ("vin", "1G4AH59H5G118341", "4"),
            ("vin", "1111111111111111", "1"),
            ("iso6346", "CSQU305438", "3"),
            ("iso6346", "ABCU123456", "0"),
        ] {
            assert_eq!(CheckCharacter::from_word(word).unwrap().of(body).unwrap(), check, "{word} of {body}");
        }
    }

    #[test]
    fn container_letters_pass_over_multiples_of_eleven() {
        // The table of ISO 6346: A 10, B 12, K 21, L 23, U 32, V 34, Z 38. Only the first character differs from zero.
        for (letter, value) in [('A', 10), ('B', 12), ('K', 21), ('L', 23), ('U', 32), ('V', 34), ('Z', 38)] {
            let check = container(format!("{letter}000000000").as_bytes()).unwrap();
            assert_eq!(check, digit_or_x(value % 11 % 10), "{letter}");
        }
    }

    #[test]
    fn what_cannot_be_checked_is_named() {
        for (word, body, fault) in [
            ("mod10", "", CheckFault::NothingToCheck),
            ("mod10", "LTN-", CheckFault::NothingToCheck),
            ("mod97", "--ä", CheckFault::NothingToCheck),
            ("vin", "1M8", CheckFault::WrongLength { found: 3, expected: 16 }),
            ("vin", "1M8GDM9AKPO42788", CheckFault::ForbiddenLetter('O')),
            ("iso6346", "CSQU3054383", CheckFault::WrongLength { found: 11, expected: 10 }),
        ] {
            assert_eq!(CheckCharacter::from_word(word).unwrap().of(body), Err(fault), "{word} of {body}");
        }
        assert_eq!(CheckCharacter::from_word("mod12"), None);
    }

    fn for_any_length() -> impl Strategy<Value = CheckCharacter> {
        let ways: Vec<_> =
            CheckCharacter::WORDS.iter().map(|(way, _)| *way).filter(|way| way.is_for_any_length()).collect();
        proptest::sample::select(ways)
    }

    proptest! {
        #[test]
        fn any_text_is_checked_or_named(text in ".*") {
            for (way, _) in CheckCharacter::WORDS {
                if let Ok(check) = way.of(&text) {
                    prop_assert_eq!(check.len(), way.length());
                    prop_assert!(check.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()));
                }
            }
        }

        /// Each way finds every single digit that was misread: that is what it is for.
        #[test]
        fn one_wrong_digit_shows(way in for_any_length(), body in "[0-9]{1,24}", at: prop::sample::Index, by in 1_u8..10) {
            let mut wrong = body.clone().into_bytes();
            let at = at.index(wrong.len());
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_ne!(way.of(&body), way.of(&wrong));
        }
    }
}
