//! Command scans: barcodes on a card beside the scanner that steer it.
//!
//! A command is `SCANTRAIL`, a word and a check character, letters A to Z and digits only, because those come through
//! every keyboard layout that keeps them apart at all.
//!
//! The check character: every character is a number from 0 to 35 (0 to 9, then A to Z), taken as a pair of a field
//! element of GF(4) (the number divided by 9) and one of GF(9) (the remainder). From the left, the sum so far is
//! multiplied by x in both fields and the character added; with the check character the sum is zero. Because neither x
//! nor x − 1 is zero in either field, every single wrong character and every swap of two neighbours is caught, which
//! no weights modulo 36 can do.

use super::Unreadable;

const PREFIX: &str = "SCANTRAIL";

/// What a command scan asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// The operation is complete: write it.
    Done,
    /// Give the operation up: nothing is written.
    Cancel,
    /// Take back the last accepted scan.
    UndoLastScan,
}

/// Why a text that begins like a command scan is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandFault {
    /// Something other than letters A to Z and digits, or nothing behind the prefix.
    #[error("it is cut short or holds other characters than letters and digits")]
    Malformed,
    /// The check character does not fit the rest.
    #[error("its check character {found} should be {expected}; scan it again")]
    WrongCheckCharacter {
        /// The character that stands there.
        found: char,
        /// The one that should.
        expected: char,
    },
    /// The check character fits, but there is no such command.
    #[error("this version has no command {0}")]
    UnknownWord(String),
}

impl Command {
    /// Every command, in the order in which a card lists them.
    pub const ALL: [Command; 3] = [Command::Done, Command::Cancel, Command::UndoLastScan];

    /// The word between the prefix and the check character.
    pub fn word(self) -> &'static str {
        match self {
            Command::Done => "DONE",
            Command::Cancel => "CANCEL",
            Command::UndoLastScan => "UNDO",
        }
    }

    /// The text of its barcode.
    pub fn code(self) -> String {
        let mut code = format!("{PREFIX}{}", self.word());
        code.extend(check_character(&code));
        code
    }

    /// Reads a command scan: `None` when the text does not begin like one. Letters may be in either case, because a
    /// keyboard with caps lock turns them.
    ///
    /// # Errors
    /// [`Unreadable::Command`] for a text that begins like a command scan and is none; it is never an item or a lot.
    pub fn from_scan(text: &str) -> Option<Result<Command, Unreadable>> {
        let beginning = text.get(..PREFIX.len())?;
        if !beginning.eq_ignore_ascii_case(PREFIX) {
            return None;
        }
        let unreadable = |fault| Unreadable::Command { text: super::shown(text.as_bytes()), fault };
        Some(Command::parse(&text.to_ascii_uppercase()).map_err(unreadable))
    }

    fn parse(code: &str) -> Result<Command, CommandFault> {
        let found = code.chars().last().ok_or(CommandFault::Malformed)?;
        let body = code.strip_suffix(found).ok_or(CommandFault::Malformed)?;
        let word = body.strip_prefix(PREFIX).filter(|word| !word.is_empty()).ok_or(CommandFault::Malformed)?;
        value(found).ok_or(CommandFault::Malformed)?;
        let expected = check_character(body).ok_or(CommandFault::Malformed)?;
        if found != expected {
            return Err(CommandFault::WrongCheckCharacter { found, expected });
        }
        let command = Command::ALL.into_iter().find(|command| command.word() == word);
        command.ok_or_else(|| CommandFault::UnknownWord(word.to_owned()))
    }
}

/// An element of GF(4) × GF(9).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pair {
    /// A polynomial over GF(2) as two bits, with x² = x + 1.
    of_four: u8,
    /// A polynomial over GF(3): its coefficient of x, and its constant, with x² = x + 1.
    of_nine: (u8, u8),
}

impl Pair {
    const ZERO: Pair = Pair { of_four: 0, of_nine: (0, 0) };

    fn from_value(value: u8) -> Pair {
        Pair { of_four: value / 9, of_nine: (value % 9 / 3, value % 3) }
    }

    fn value(self) -> u8 {
        self.of_four * 9 + self.of_nine.0 * 3 + self.of_nine.1
    }

    fn times_x(self) -> Pair {
        let (linear, constant) = self.of_nine;
        Pair { of_four: [0, 2, 3, 1][usize::from(self.of_four % 4)], of_nine: ((linear + constant) % 3, linear) }
    }

    fn plus(self, other: Pair) -> Pair {
        let sum = |one: u8, two: u8| (one + two) % 3;
        Pair {
            of_four: self.of_four ^ other.of_four,
            of_nine: (sum(self.of_nine.0, other.of_nine.0), sum(self.of_nine.1, other.of_nine.1)),
        }
    }

    fn negative(self) -> Pair {
        Pair { of_four: self.of_four, of_nine: ((3 - self.of_nine.0) % 3, (3 - self.of_nine.1) % 3) }
    }
}

fn value(character: char) -> Option<u8> {
    match character {
        '0'..='9' | 'A'..='Z' => character.to_digit(36).and_then(|value| u8::try_from(value).ok()),
        _ => None,
    }
}

/// The check character behind `body`, or `None` when that holds something other than A to Z and 0 to 9.
fn check_character(body: &str) -> Option<char> {
    let add = |sum: Pair, character| value(character).map(|value| sum.times_x().plus(Pair::from_value(value)));
    let sum = body.chars().try_fold(Pair::ZERO, add)?;
    char::from_digit(u32::from(sum.times_x().negative().value()), 36).map(|check| check.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn is_accepted(text: &str) -> bool {
        matches!(Command::from_scan(text), Some(Ok(_)))
    }

    #[test]
    fn the_codes_never_change() {
        let codes: Vec<String> = Command::ALL.into_iter().map(Command::code).collect();
        assert_eq!(codes, ["SCANTRAILDONER", "SCANTRAILCANCEL1", "SCANTRAILUNDOW"]);
    }

    #[test]
    fn every_command_reads_back_in_either_case() {
        for command in Command::ALL {
            assert_eq!(Command::from_scan(&command.code()), Some(Ok(command)));
            assert_eq!(Command::from_scan(&command.code().to_lowercase()), Some(Ok(command)));
        }
    }

    #[test]
    fn every_single_wrong_character_is_caught() {
        for code in Command::ALL.map(Command::code) {
            for (index, right) in code.char_indices() {
                for wrong in ALPHABET.chars().filter(|wrong| *wrong != right) {
                    let mut text = code.clone();
                    text.replace_range(index..=index, &wrong.to_string());
                    assert!(!is_accepted(&text), "{text}");
                    assert_eq!(Command::from_scan(&text).is_some(), index >= PREFIX.len(), "{text}");
                    assert_ne!(check_character(&text[..text.len() - 1]), text.chars().last(), "{text}");
                }
            }
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_caught() {
        for code in Command::ALL.map(Command::code) {
            for index in 1..code.len() {
                let mut bytes = code.clone().into_bytes();
                bytes.swap(index - 1, index);
                let text = String::from_utf8(bytes).unwrap();
                assert!(text == code || !is_accepted(&text), "{text}");
            }
        }
    }

    #[test]
    fn the_check_catches_errors_between_any_characters() {
        for one in ALPHABET.chars() {
            let checks: std::collections::BTreeSet<_> =
                ALPHABET.chars().map(|other| check_character(&format!("{one}{other}"))).collect();
            assert_eq!(checks.len(), 36);
            for other in ALPHABET.chars().filter(|other| *other != one) {
                assert_ne!(check_character(&format!("{one}{other}")), check_character(&format!("{other}{one}")));
                // A swap of the last character with its check character.
                let check = check_character(&format!("{one}{other}")).unwrap();
                let swapped = check_character(&format!("{one}{check}"));
                assert!(check == other || swapped != Some(other));
            }
        }
    }

    #[test]
    fn what_begins_like_a_command_is_never_anything_else() {
        let unknown = format!("{PREFIX}DANCE{}", check_character("SCANTRAILDANCE").unwrap());
        for text in
            [PREFIX, "SCANTRAILX", "SCANTRAIL-STAND", "SCANTRAILDONÉ", "SCANTRAILDONE", "SCANTRAILDONE\u{1}", &unknown]
        {
            assert!(matches!(Command::from_scan(text), Some(Err(Unreadable::Command { .. }))), "{text}");
        }
        for text in ["", "DONE", "SCANTRAI", "SCANTRAÏL", "XSCANTRAILDONE"] {
            assert!(Command::from_scan(text).is_none(), "{text}");
        }
        assert_eq!(
            Command::from_scan(&unknown).unwrap().unwrap_err().to_string(),
            format!("{unknown} begins like a command scan, but this version has no command DANCE")
        );
    }
}
