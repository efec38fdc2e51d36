//! The scan vectors, whole lines and single scans, through the library and through `decode`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test that cannot go on fails"
)]

mod calibration;
mod decode;
mod layouts;
mod lines;
mod own;
mod reference;

use std::collections::HashMap;

use chrono::NaiveDate;

/// The day on which the vectors are read.
fn today() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

/// A table with a first line that names its columns.
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(path: &std::path::Path) -> Table {
        let text = std::fs::read_to_string(path).unwrap();
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<String>>();
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let columns = cells(lines.next().unwrap());
        Table { columns, rows: lines.map(cells).collect() }
    }

    fn of_the_project(name: &str) -> Table {
        Table::read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors").join(name))
    }

    fn rows(&self) -> impl Iterator<Item = HashMap<&str, &str>> {
        self.rows
            .iter()
            .map(|row| self.columns.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect())
    }
}

/// The bytes behind a text with `\xHH`, and with `{9*5000}` for so many of a character.
fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once("\\x") {
        bytes.extend(plain.bytes());
        bytes.push(u8::from_str_radix(&escape[..2], 16).unwrap());
        rest = &escape[2..];
    }
    bytes.extend(rest.bytes());
    match text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (repeat, behind))) if repeat.contains('*') => {
            let (character, count) = repeat.split_once('*').unwrap();
            let repeated = character.repeat(count.parse().unwrap());
            [before.as_bytes(), repeated.as_bytes(), &unescaped(behind)].concat()
        }
        _ => bytes,
    }
}

/// Elements as JSON has them; `None` where nothing can be said.
type Elements = Option<Vec<(String, String)>>;

/// The elements of every scan of a line.
fn elements_of(row: &HashMap<&str, &str>) -> Option<Vec<Elements>> {
    serde_json::from_str(row["ais_per_scan"]).unwrap()
}
