//! A pattern as people write it: one row of a table.

use super::{Pattern, PatternFault};
use crate::codes::shown;

/// What sort of number a pattern is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Numbered {
    /// Serial numbers.
    #[default]
    Serial,
    /// Lot numbers and date codes.
    Lot,
}

impl Numbered {
    /// The word of the column `of`.
    pub fn word(self) -> &'static str {
        match self {
            Numbered::Serial => "serial",
            Numbered::Lot => "lot",
        }
    }

    /// The sort for its word; `batch` is a lot.
    pub fn from_word(word: &str) -> Option<Numbered> {
        match word.trim().to_ascii_lowercase().as_str() {
            "serial" | "" => Some(Numbered::Serial),
            "lot" | "batch" => Some(Numbered::Lot),
            _ => None,
        }
    }
}

/// The texts of a pattern, as they stand in a row of an import and are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definition {
    /// What people call it.
    pub name: String,
    /// The item's code or the maker it is for; `*` for whoever names it.
    pub applies_to: String,
    /// Serials or lots.
    pub of: Numbered,
    /// The regular expression with its named groups. It fits whole numbers only, with or without `^` and `$`.
    pub regex: String,
    /// Tables for groups: `year: A=2010 B=2011; plant: C=Cork`.
    pub tables: String,
    /// The word of the check character in the group `check`, or nothing.
    pub check: String,
    /// Numbers that fit, separated by semicolons.
    pub example: String,
    /// Where the rule is documented, and what it does not cover.
    pub note: String,
}

impl Definition {
    /// The columns of an import, and whether each must be there.
    pub const COLUMNS: [(&'static str, bool); 8] = [
        ("name", true),
        ("applies_to", true),
        ("of", false),
        ("regex", true),
        ("tables", false),
        ("check", false),
        ("example", true),
        ("note", false),
    ];

    /// Takes a row apart. `cell` gives the text in a column, `""` where there is none.
    ///
    /// # Errors
    /// [`PatternFault::UnknownNumbered`]; whether the rest is right is for [`Pattern::parse`] to say.
    pub fn from_row<'r>(cell: impl Fn(&str) -> &'r str) -> Result<Definition, PatternFault> {
        let text = |column| cell(column).trim().to_owned();
        let of = cell("of");
        Ok(Definition {
            name: text("name"),
            applies_to: text("applies_to"),
            of: Numbered::from_word(of).ok_or_else(|| PatternFault::UnknownNumbered(shown(of.as_bytes())))?,
            regex: text("regex"),
            tables: text("tables"),
            check: text("check"),
            example: text("example"),
            note: text("note"),
        })
    }

    /// The pattern of a row, proven by its examples.
    ///
    /// # Errors
    /// See [`PatternFault`].
    pub fn proven(&self, today: chrono::NaiveDate) -> Result<Pattern, PatternFault> {
        let pattern = Pattern::parse(self)?;
        pattern.prove(today)?;
        Ok(pattern)
    }
}
