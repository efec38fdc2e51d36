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
    /// Take back the last operation that this station recorded.
    UndoLastOperation,
    /// Say the last answer and what is due again.
    Repeat,
    /// The digits that were scanned are a quantity.
    Enter,
    /// What a station does with the scans that follow.
    Mode(Mode),
    /// What a station is asked about the next scan.
    Question(Question),
    /// This many, from 1 to 999,999.
    Quantity(u32),
    /// One digit of a quantity, 0 to 9.
    Digit(u8),
    /// This person works at the station.
    Badge(BadgeName),
}

/// What a station does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Goods in.
    Receive,
    /// From place to place.
    Transfer,
    /// Off the shelf.
    Pick,
    /// Out to a customer.
    Sell,
    /// Back from a customer.
    Return,
}

/// What a station is asked about one scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// What it is.
    WhatIsThis,
    /// Where it is.
    WhereIsThis,
    /// Its label, printed.
    PrintItsLabel,
}

/// The longest name on a badge: a longer one has bars that fit on no sheet.
const MOST_BADGE_CHARACTERS: usize = 12;

/// A name on a badge: 1 to 12 letters A to Z and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BadgeName {
    characters: [u8; MOST_BADGE_CHARACTERS],
    length: u8,
}

impl BadgeName {
    /// A name, in capitals. `None` for anything but 1 to 12 ASCII letters and digits.
    pub fn new(name: &str) -> Option<BadgeName> {
        let length = u8::try_from(name.len())
            .ok()
            .filter(|length| (1..=MOST_BADGE_CHARACTERS).contains(&usize::from(*length)))?;
        let mut characters = [0; MOST_BADGE_CHARACTERS];
        for (character, byte) in characters.iter_mut().zip(name.bytes()) {
            *character = byte.is_ascii_alphanumeric().then(|| byte.to_ascii_uppercase())?;
        }
        Some(BadgeName { characters, length })
    }

    /// The name, in capitals.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.characters[..usize::from(self.length)]).unwrap_or_default()
    }
}

/// Why a text that begins like a command scan is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandFault {
    /// Something other than letters A to Z and digits, or nothing behind the prefix.
    #[error("it is cut short or holds other characters than letters and digits")]
    Malformed,
    /// One character of the prefix is wrong, lost or too many.
    #[error("a character of its beginning is damaged; scan it again")]
    Damaged,
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

impl Mode {
    /// Every mode with its word.
    pub const WORDS: [(Mode, &'static str); 5] = [
        (Mode::Receive, "receive"),
        (Mode::Transfer, "transfer"),
        (Mode::Pick, "pick"),
        (Mode::Sell, "sell"),
        (Mode::Return, "return"),
    ];

    /// The word, which is the name of the command that does the same.
    pub fn word(self) -> &'static str {
        Mode::WORDS.iter().find(|(mode, _)| *mode == self).map_or("", |(_, word)| word)
    }
}

/// The words that stand for one command each.
const FIXED: [(Command, &str); 14] = [
    (Command::Done, "DONE"),
    (Command::Cancel, "CANCEL"),
    (Command::UndoLastScan, "UNDO"),
    (Command::UndoLastOperation, "UNDOOP"),
    (Command::Repeat, "REPEAT"),
    (Command::Enter, "ENTER"),
    (Command::Mode(Mode::Receive), "RECEIVE"),
    (Command::Mode(Mode::Transfer), "TRANSFER"),
    (Command::Mode(Mode::Pick), "PICK"),
    (Command::Mode(Mode::Sell), "SELL"),
    (Command::Mode(Mode::Return), "RETURN"),
    (Command::Question(Question::WhatIsThis), "WHATIS"),
    (Command::Question(Question::WhereIsThis), "WHEREIS"),
    (Command::Question(Question::PrintItsLabel), "LABEL"),
];

// Short, so that a chart of them has bars that can be read.
const QUANTITY: &str = "Q";
const DIGIT: &str = "D";
// No fixed word begins with it.
const BADGE: &str = "B";
const MOST_QUANTITY: u32 = 999_999;
/// The longest command scan: a badge with the longest name.
const MOST_CHARACTERS: usize = PREFIX.len() + BADGE.len() + MOST_BADGE_CHARACTERS + 1;

impl Command {
    /// The quantities that a sheet has.
    pub const QUANTITIES: [u32; 17] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 24, 25, 48, 50, 100];

    /// Every command of the sheet, in the order in which it lists them. Badges are printed one by one.
    pub fn all() -> Vec<Command> {
        let fixed = FIXED.into_iter().map(|(command, _)| command);
        let quantities = Command::QUANTITIES.into_iter().map(Command::Quantity);
        fixed.chain(quantities).chain((0..=9).map(Command::Digit)).collect()
    }

    /// The word between the prefix and the check character.
    pub fn word(self) -> String {
        match self {
            Command::Quantity(count) => format!("{QUANTITY}{count}"),
            Command::Digit(digit) => format!("{DIGIT}{digit}"),
            Command::Badge(name) => format!("{BADGE}{}", name.as_str()),
            fixed => FIXED.iter().find(|(command, _)| *command == fixed).map_or("", |(_, word)| word).to_owned(),
        }
    }

    fn from_word(word: &str) -> Option<Command> {
        if let Some((command, _)) = FIXED.iter().find(|(_, one)| *one == word) {
            return Some(*command);
        }
        let digits =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        if let Some(count) = word.strip_prefix(QUANTITY) {
            let count = digits(count).filter(|count| (1..=MOST_QUANTITY).contains(count))?;
            return Some(Command::Quantity(count)).filter(|command| command.word() == word);
        }
        if let Some(digit) = word.strip_prefix(DIGIT) {
            let digit = digits(digit).and_then(|digit| u8::try_from(digit).ok())?;
            return Some(Command::Digit(digit)).filter(|command| command.word() == word && digit <= 9);
        }
        word.strip_prefix(BADGE).and_then(BadgeName::new).map(Command::Badge)
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
        let unreadable = |fault| Unreadable::Command { text: super::shown(text.as_bytes()), fault };
        if !text.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX) {
            return begins_almost(text.as_bytes()).then(|| Err(unreadable(CommandFault::Damaged)));
        }
        Some(Command::parse(&text.to_ascii_uppercase()).map_err(unreadable))
    }

    /// The command scan that stands in a text behind something else: the end of the scan before it was lost.
    pub(super) fn inside(text: &str) -> Option<String> {
        let capitals = text.to_ascii_uppercase();
        capitals.match_indices(PREFIX).filter(|(at, _)| *at > 0).find_map(|(at, _)| {
            let rest = capitals.get(at..)?;
            let ends = (PREFIX.len() + 2..=rest.len().min(MOST_CHARACTERS)).rev();
            ends.filter_map(|end| rest.get(..end)).find(|code| Command::parse(code).is_ok()).map(str::to_owned)
        })
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
        Command::from_word(word).ok_or_else(|| CommandFault::UnknownWord(word.to_owned()))
    }
}

/// True for a text that begins with the prefix but for one character, or for two that changed places.
fn begins_almost(text: &[u8]) -> bool {
    let prefix = PREFIX.as_bytes();
    let same = text.iter().zip(prefix).take_while(|(one, other)| one == other).count();
    let (text, prefix) = (text.get(same..).unwrap_or_default(), prefix.get(same..).unwrap_or_default());
    let behind = |rest: &'static [u8], at: usize| rest.get(at..).unwrap_or_default();
    let goes_on = |at: usize, rest: &[u8]| text.get(at..).is_some_and(|text| text.starts_with(rest));
    let is_swapped = text.first() == prefix.get(1) && text.get(1) == prefix.first() && goes_on(2, behind(prefix, 2));
    goes_on(0, behind(prefix, 1)) || goes_on(1, behind(prefix, 1)) || goes_on(1, prefix) || is_swapped
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

    fn everything() -> Vec<Command> {
        let badge = |name| Command::Badge(BadgeName::new(name).unwrap());
        let mut commands = Command::all();
        commands.extend([badge("A"), badge("ANN7"), badge(&"Z".repeat(12)), Command::Quantity(999_999)]);
        commands
    }

    fn is_accepted(text: &str) -> bool {
        matches!(Command::from_scan(text), Some(Ok(_)))
    }

    #[test]
    fn the_codes_never_change() {
        let codes: Vec<String> = Command::all().into_iter().map(Command::code).collect();
        let rows: Vec<String> = codes.chunks(6).map(|row| row.join(" ")).collect();
        assert_eq!(
            rows,
            [
                "SCANTRAILDONER SCANTRAILCANCEL1 SCANTRAILUNDOW SCANTRAILUNDOOP2 SCANTRAILREPEAT7 SCANTRAILENTERA",
                "SCANTRAILRECEIVEY SCANTRAILTRANSFERB SCANTRAILPICKD SCANTRAILSELLQ SCANTRAILRETURNV SCANTRAILWHATISE",
                "SCANTRAILWHEREISU SCANTRAILLABELQ SCANTRAILQ1D SCANTRAILQ2A SCANTRAILQ3C SCANTRAILQ49",
                "SCANTRAILQ5F SCANTRAILQ6B SCANTRAILQ7H SCANTRAILQ8E SCANTRAILQ9Y SCANTRAILQ10P",
                "SCANTRAILQ12J SCANTRAILQ20L SCANTRAILQ24Q SCANTRAILQ25N SCANTRAILQ48P SCANTRAILQ50Q",
                "SCANTRAILQ100T SCANTRAILD0X SCANTRAILD1U SCANTRAILD2R SCANTRAILD3W SCANTRAILD4T",
                "SCANTRAILD5Z SCANTRAILD6S SCANTRAILD7Y SCANTRAILD8V SCANTRAILD9F",
            ]
        );
    }

    #[test]
    fn every_command_reads_back_in_either_case() {
        for command in everything() {
            assert_eq!(Command::from_scan(&command.code()), Some(Ok(command)));
            assert_eq!(Command::from_scan(&command.code().to_lowercase()), Some(Ok(command)));
        }
    }

    #[test]
    fn every_single_wrong_character_is_caught() {
        for code in everything().into_iter().map(Command::code) {
            for (index, right) in code.char_indices() {
                for wrong in ALPHABET.chars().filter(|wrong| *wrong != right) {
                    let mut text = code.clone();
                    text.replace_range(index..=index, &wrong.to_string());
                    assert!(!is_accepted(&text), "{text}");
                    assert!(Command::from_scan(&text).is_some(), "{text}");
                    assert_ne!(check_character(&text[..text.len() - 1]), text.chars().last(), "{text}");
                }
            }
        }
    }

    #[test]
    fn every_swap_of_neighbours_is_caught() {
        for code in everything().into_iter().map(Command::code) {
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
    fn words_with_a_value_are_written_in_one_way_only() {
        for word in ["Q", "Q0", "Q012", "Q1000000", "Q5X", "D", "D10", "DX", "D05", "BADGEABCDEFGHIJKLMNOPQRSTU", ""] {
            assert_eq!(Command::from_word(word), None, "{word}");
        }
        assert_eq!(BadgeName::new("ann").unwrap().as_str(), "ANN");
        for name in ["", "ann-b", "Ännchen", "a b"] {
            assert_eq!(BadgeName::new(name), None, "{name}");
        }
    }

    #[test]
    fn what_begins_like_a_command_is_never_anything_else() {
        let unknown = format!("{PREFIX}DANCE{}", check_character("SCANTRAILDANCE").unwrap());
        for text in [
            PREFIX,
            "SCANTRAILX",
            "SCANTRAIL-STAND",
            "SCANTRAILDONÉ",
            "SCANTRAILDONE",
            "SCANTRAILDONE\u{1}",
            &unknown,
            "XSCANTRAILDONE",
            "CANTRAILDONER",
            "SCNATRAILDONER",
            "SCANTRAALDONER",
            "SCANTRAIDONER",
        ] {
            assert!(matches!(Command::from_scan(text), Some(Err(Unreadable::Command { .. }))), "{text}");
        }
        for text in ["", "DONE", "SCANTRAI", "SCANTRÄL", "TRAILDONER", "SCANDONER"] {
            assert!(Command::from_scan(text).is_none(), "{text}");
        }
        assert_eq!(
            Command::from_scan(&unknown).unwrap().unwrap_err().to_string(),
            format!("{unknown} begins like a command scan, but this version has no command DANCE")
        );
    }
}
