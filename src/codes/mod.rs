//! What a barcode says.
//!
//! [`read`] takes one scan, already cut from the stream, and says what stands in it: the elements of a GS1 symbol, an
//! EAN or UPC code, one of scantrail's own command scans, or plain text. Nothing here knows about stock: whether a text
//! is an item, a lot or a place is decided by whoever asked for the scan. Everything is pure; today is handed in.
//!
//! [`read_by`] says more: what could be read of a scan that is wrong, and it takes rules of the house. [`take_apart`] cuts
//! a line that holds two scans. A [`Profile`] undoes what a station's scanner and host do to characters, and
//! [`calibrate`] derives one. Where a scan has several readings, [`Reading::settle`] ranks them by what is known.
//!
//! Where to add what: a GS1 element is a row in `identifiers::table`, a rule for values a line in `values`, the use of a
//! value is in `gs1`; a disguise of the separator is a row in `disguise`; a data identifier is a line in
//! `data_identifiers`; a further syntax is a module of its own and an arm in `reader`; a keyboard layout is a row in
//! `host_layouts`; a warning that must be told to whoever books the scan is a word in `settle`.

mod brackets;
mod check_character;
mod check_digit;
mod command;
mod companions;
mod coupons;
mod damaged;
mod data_identifiers;
mod dates;
mod decided;
mod disguise;
mod distributors;
mod ean;
mod elements;
mod embedded;
mod encoding;
mod glued;
mod gs1;
mod gtin;
mod hibc;
mod hidden;
mod host_layouts;
mod identifiers;
mod inside;
mod isbt;
mod label;
mod link;
mod lists;
mod misread;
mod pattern;
mod plain;
mod profile;
mod reader;
mod reading;
mod rules;
mod settle;
mod shown;
mod symbology;
mod template;
mod unreadable;
mod values;

#[cfg(test)]
pub(crate) mod tests;

pub use brackets::read_typed;
pub use check_character::{CheckCharacter, CheckFault};
pub use check_digit::WrongCheckDigit;
pub use command::{BadgeName, Command, CommandFault, Mode, Question};
pub use dates::{DateFault, date_of_six_digits};
pub use decided::{DatesChoice, Decided};
pub use embedded::{Embedded, EmbeddedRule, RuleFault};
pub use encoding::Encoding;
pub use glued::take_apart;
pub use gtin::{Gtin, GtinError};
pub use pattern::{Decoded, Definition, Made, Mismatch, Numbered, Pattern, PatternFault};
pub use profile::{
    Calibration, CalibrationFault, LineEnd, Loss, Profile, ProfileFault, SettingFault, calibrate, calibrate_all, sheet,
};
pub use reader::{read, read_by};
pub use reading::{Confidence, Kind, Measure, Reading, Scanned, Warning, is_same_unit};
pub use rules::{Rules, without_lot_word};
pub use settle::{Facts, Questions};
pub use shown::{shown, shows_itself};
pub use template::{Field, NumberFault, Template, TemplateFault, TemplateWarning, Values};
pub use unreadable::{ElementFault, Unreadable};

/// What the value of a GS1 element is, in a few words, such as `batch or lot`; `None` for numbers that are not assigned.
pub fn title_of_element(identifier: &str) -> Option<&'static str> {
    identifiers::assigned(identifier).map(|row| row.title)
}
