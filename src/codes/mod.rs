//! What a barcode says.
//!
//! [`read`] takes one scan, already cut from the stream, and says what stands in it: the elements of a GS1 symbol, an
//! EAN or UPC code, one of scantrail's own command scans, or plain text. Nothing here knows about stock: whether a text
//! is an item, a lot or a place is decided by whoever asked for the scan. Everything is pure; today is handed in.
//!
//! Understood are the GS1 element strings with a real separator (0x1D) or elements of fixed length, with or without an
//! AIM symbology identifier. Not here: stand-ins for the separator, Digital Link, data identifiers and weights inside
//! EAN codes.
//!
//! Where to add what: a GS1 element is a row in `identifiers`, the use of its value is a line in `gs1`, a further
//! syntax is a module of its own and an arm in `reader`.

mod check_digit;
mod command;
mod dates;
mod elements;
mod gs1;
mod gtin;
mod identifiers;
mod reader;
mod reading;
mod shown;
mod symbology;
mod unreadable;

#[cfg(test)]
pub(crate) mod tests;

pub use check_digit::WrongCheckDigit;
pub use command::{Command, CommandFault};
pub use dates::{DateFault, date_of_six_digits};
pub use gtin::{Gtin, GtinError};
pub use reader::read;
pub use reading::{Kind, Reading, Warning};
pub use shown::shown;
pub use unreadable::{ElementFault, Unreadable};
