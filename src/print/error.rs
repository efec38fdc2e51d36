//! Why something cannot be printed.

use super::page::{Micrometres, in_millimetres};
use super::symbol::Symbology;

/// Why something cannot be printed: what, why and what to do, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// A barcode without content.
    #[error("a barcode cannot be printed for an empty code: give the code")]
    EmptyCode,
    /// A character that the symbology has no bars for.
    #[error(
        "{code:?} cannot be printed as {symbology}: it has no bars for {character:?}; print it as text, or give the thing a \
         code of plain letters and digits"
    )]
    NotEncodable {
        /// The whole code.
        code: String,
        /// The first character that does not go.
        character: char,
        /// What it was to be printed as.
        symbology: Symbology,
    },
    /// Not 12 or 13 digits.
    #[error("{code:?} cannot be printed as ean13: it takes 12 digits, or 13 with the check digit; use code128")]
    NotAnEan13 {
        /// The whole code.
        code: String,
    },
    /// Thirteen digits of which the last is not the check digit.
    #[error("{code} cannot be printed as ean13: its check digit is {expected}, not {found}; correct the last digit")]
    WrongCheckDigit {
        /// The whole code.
        code: String,
        /// The check digit of its first twelve digits.
        expected: char,
        /// The thirteenth digit.
        found: char,
    },
    /// GS1-128 holds at most 48 characters, separators included (GS1 General Specifications 5.4).
    #[error("the {length} characters of {code:?} do not go into one gs1-128, which holds 48: leave out an element")]
    TooLongForGs1 {
        /// The element string; separators are U+001D.
        code: String,
        /// Its length in characters.
        length: usize,
    },
    /// The bars at the narrowest module that a printer keeps are wider than the label.
    #[error(
        "{code:?} does not fit on a label of {stock}: its {symbology} bars need {} mm and {} mm are there; {}",
        in_millimetres(*.needed), in_millimetres(*.available), stocks_that_fit(.fitting)
    )]
    TooWide {
        /// What was to be encoded.
        code: String,
        /// How.
        symbology: Symbology,
        /// The stock's name.
        stock: &'static str,
        /// The narrowest width of the symbol with its quiet zones.
        needed: Micrometres,
        /// The width that the stock has.
        available: Micrometres,
        /// The stocks on which it fits.
        fitting: Vec<&'static str>,
    },
    /// The code in clear takes more lines than the label has.
    #[error("{code:?} does not fit on a label of {stock} in clear text: use larger labels, or a shorter code")]
    TextTooLong {
        /// The code in clear.
        code: String,
        /// The stock's name.
        stock: &'static str,
    },
    /// The first position is not on the sheet.
    #[error("a sheet of {stock} has the positions 1 to {positions}: it cannot start at {start}")]
    StartOutOfRange {
        /// The position asked for.
        start: usize,
        /// How many there are.
        positions: usize,
        /// The stock's name.
        stock: &'static str,
    },
    /// More labels than one file may have.
    #[error("{count} labels are too many for one file, which holds {most}: print them in parts")]
    TooManyLabels {
        /// The labels asked for.
        count: usize,
        /// The most that one file holds.
        most: usize,
    },
    /// The PDF could not be built. This is a bug.
    #[error("the PDF could not be built: {reason}; please report this")]
    Pdf {
        /// What failed.
        reason: String,
    },
}

fn stocks_that_fit(stocks: &[&str]) -> String {
    match stocks {
        [] => "no stock is wide enough: use a shorter code".to_owned(),
        stocks => format!("it fits on {}", stocks.join(" and ")),
    }
}
