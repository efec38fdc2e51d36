//! Patterns of makers' numbers: what a serial or a lot says of its model, its day of manufacture and its plant.
//!
//! A pattern is a regular expression with named groups, tables that decode the groups, and perhaps a check character. It
//! fits a whole number or not at all, so it also notices a scan of the wrong barcode. The time for a match grows with
//! the length of the number alone, whatever the expression is (the crate `regex-lite` simulates an automaton).

mod decode;
mod definition;
mod fault;
mod groups;
mod made;
mod tables;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use regex_lite::{Regex, RegexBuilder};

pub use definition::{Definition, Numbered};
pub use fault::{Mismatch, PatternFault};
pub use made::Made;

use super::{CheckCharacter, shown};
use groups::Groups;
use tables::Tables;

/// The longest regular expression, in characters.
pub const MOST_REGEX_CHARACTERS: usize = 1_000;
/// The longest number that is compared, in bytes.
const MOST_NUMBER_BYTES: usize = 4_096;
/// The most memory that a compiled expression may take, in bytes: counted repetitions are the only way to reach it.
const MOST_COMPILED_BYTES: usize = 1 << 16;

/// A pattern that was read and can be asked.
#[derive(Debug, Clone)]
pub struct Pattern {
    definition: Definition,
    regex: Regex,
    groups: Groups,
    tables: Tables,
    check: Option<CheckCharacter>,
}

/// What a number says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// The name of the pattern.
    pub pattern: String,
    /// Who made it: what the number says, else whom the pattern applies to.
    pub maker: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// When it was made, as exactly as the number says.
    pub made: Option<Made>,
    /// The plant where it was made.
    pub plant: Option<String>,
    /// Its number within all of that.
    pub sequence: Option<String>,
    /// All other groups with what they say, in the order of the expression; `model year` is among them.
    pub further: Vec<(String, String)>,
}

impl Pattern {
    /// Reads a pattern. Its examples are not looked at; see [`Pattern::prove`].
    ///
    /// # Errors
    /// See [`PatternFault`].
    pub fn parse(definition: &Definition) -> Result<Pattern, PatternFault> {
        if definition.name.trim().is_empty() {
            return Err(PatternFault::NoName);
        }
        let regex = anchored(&definition.regex)?;
        let groups = Groups::of(&regex);
        let tables = Tables::parse(&definition.tables)?;
        tables.must_fit(&groups)?;
        let check = match definition.check.trim() {
            "" => None,
            word => Some(
                CheckCharacter::from_word(word).ok_or_else(|| PatternFault::UnknownCheck(shown(word.as_bytes())))?,
            ),
        };
        match (check, groups.has("check")) {
            (Some(_), false) => Err(PatternFault::CheckWithoutGroup),
            (None, true) => Err(PatternFault::GroupWithoutCheck),
            _ => Ok(Pattern { definition: definition.clone(), regex, groups, tables, check }),
        }
    }

    /// Decodes every example of the definition, as the proof that the pattern does what its author meant.
    ///
    /// # Errors
    /// [`PatternFault::NoExample`], or the first example that does not fit.
    pub fn prove(&self, today: NaiveDate) -> Result<Vec<Decoded>, PatternFault> {
        let mut decoded = Vec::new();
        for example in self.definition.example.split(';').map(str::trim).filter(|example| !example.is_empty()) {
            decoded.push(
                self.decode(example, today)
                    .map_err(|mismatch| PatternFault::Example { example: shown(example.as_bytes()), mismatch })?,
            );
        }
        if decoded.is_empty() { Err(PatternFault::NoExample) } else { Ok(decoded) }
    }

    /// What it was read from.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// What a number says by this pattern. A year that is stated by its last digits is the latest that lies not after
    /// today.
    ///
    /// # Errors
    /// See [`Mismatch`]: it is no such number, or it was not read as it was printed.
    pub fn decode(&self, number: &str, today: NaiveDate) -> Result<Decoded, Mismatch> {
        decode::decode(self, number, today)
    }
}

fn compiled(text: &str) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(text).size_limit(MOST_COMPILED_BYTES).build()
}

/// Compiles an expression so that it fits whole numbers only.
fn anchored(text: &str) -> Result<Regex, PatternFault> {
    if text.trim().is_empty() {
        return Err(PatternFault::NoRegex);
    }
    if text.chars().count() > MOST_REGEX_CHARACTERS {
        return Err(PatternFault::RegexTooLong);
    }
    if let Err(error) = compiled(text) {
        return Err(PatternFault::Regex { right_up_to: right_up_to(text), reason: error.to_string() });
    }
    // A comment of the mode (?x) would swallow the bracket; and alternatives must be held together.
    compiled(&format!("^(?:{text})$")).map_err(|_| PatternFault::CannotBeAnchored)
}

/// How many characters from the beginning are an expression of their own: the fault comes right behind them. The crate
/// does not say where it stumbled.
fn right_up_to(text: &str) -> usize {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let is_right = |end: &usize| text.get(..*end).is_some_and(|beginning| compiled(beginning).is_ok());
    ends.iter().rposition(is_right).unwrap_or(0)
}
