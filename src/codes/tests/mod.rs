//! Tests of the whole floor: rules by table, the project's vectors, and random scans.

mod rules;
mod scrambled;
mod vectors;

use chrono::NaiveDate;

use super::{Reading, Unreadable, read};

/// The day on which the tests read scans.
pub(crate) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn read_text(text: &str) -> Result<Reading, Unreadable> {
    read(text.as_bytes(), today())
}

/// The elements as one text, such as `(01)09521234543213(10)B7`.
fn bracketed(reading: &Reading) -> String {
    reading.elements.iter().map(|(identifier, value)| format!("({identifier}){value}")).collect()
}

/// The bytes behind a text with `\xHH`.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once("\\x") {
        bytes.extend(plain.bytes());
        bytes.push(u8::from_str_radix(&escape[..2], 16).unwrap());
        rest = &escape[2..];
    }
    bytes.extend(rest.bytes());
    bytes
}
