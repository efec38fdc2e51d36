//! The project's vectors in `fixtures/vectors`, as far as they are about what is read so far.

use std::collections::HashSet;

use super::*;
use crate::codes::check_digit::{is_digits, verify};
use crate::codes::{Gtin, Kind, date_of_six_digits};

const DATES: &str = include_str!("../../../fixtures/vectors/dates.tsv");
const CHECK_DIGITS: &str = include_str!("../../../fixtures/vectors/checkdigits.tsv");
const EXTRA: &str = include_str!("../../../fixtures/vectors/vectors-extra.tsv");
const STRICTER: &str = include_str!("../../../fixtures/vectors/engine-stricter.txt");

/// The rows of a table, without the names of its columns.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

#[test]
fn dates() {
    let mut count = 0;
    for row in rows(DATES) {
        let date = date_of_six_digits(row[1], row[2].parse().unwrap());
        assert_eq!(date.map_or(String::new(), |date| date.to_string()), row[3], "{row:?}");
        count += 1;
    }
    assert_eq!(count, 68);
}

#[test]
fn check_digits() {
    for row in rows(CHECK_DIGITS) {
        let (kind, value, is_right) = (row[1], row[2], row[3] == "1");
        if let Some((one, other)) = value.split_once(" = ") {
            assert_eq!(Gtin::new(one), Gtin::new(other), "{row:?}");
            assert!(Gtin::new(one).is_ok(), "{row:?}");
            continue;
        }
        let length = match kind {
            "SSCC" | "GSRN" => 18,
            _ => kind.trim_start_matches("GTIN-").parse().unwrap(),
        };
        let is_found_right = value.len() == length && is_digits(value) && verify(value).is_ok();
        assert_eq!(is_found_right, is_right, "{row:?}");
        if kind.starts_with("GTIN") && value.len() == length {
            let is_refused_by_policy = row[4].contains("refuse by policy");
            assert_eq!(Gtin::new(value).is_ok(), is_right && !is_refused_by_policy, "{row:?}");
        }
    }
}

/// Rows that GS1's engine refuses for the form of an element whose form is not looked at yet: (7003), (8003), (8004),
/// (8006), (90), and two weights in one scan.
const FORM_NOT_LOOKED_AT: [&str; 7] = ["X067", "X068", "X082", "X086", "X088", "X091", "X113"];

/// (37) beside (01): the engine refuses the pair, a stock room goes on with the item and lets (37) count nothing.
const COUNTS_NOTHING: &str = "X040";

fn is_gs1(scan: &str) -> bool {
    ["]C1", "]e0", "]d2", "]Q3", "]J1"].iter().any(|identifier| scan.starts_with(identifier))
}

#[test]
fn element_strings() {
    let stricter: HashSet<&str> = STRICTER.lines().filter_map(|line| line.split('\t').next()).collect();
    let (mut right, mut wrong) = (0, 0);
    for row in rows(EXTRA).filter(|row| row[1] == "scan" && is_gs1(row[2])) {
        let reading = read(&unescaped(row[2]), today());
        if row[3] == "1" {
            let expected: Vec<(String, String)> = serde_json::from_str(row[4]).unwrap();
            assert_eq!(reading.as_ref().map(|reading| &reading.elements), Ok(&expected), "{row:?}");
            right += 1;
        } else if row[0] == COUNTS_NOTHING {
            let reading = reading.unwrap();
            assert!(reading.item.is_some() && reading.count.is_none() && !reading.warnings.is_empty(), "{row:?}");
        } else if !stricter.contains(row[0]) && !FORM_NOT_LOOKED_AT.contains(&row[0]) {
            assert!(reading.is_err(), "{row:?} gives {reading:?}");
            wrong += 1;
        }
    }
    assert_eq!((right, wrong), (56, 25));
}

#[test]
fn separators_that_the_engine_refuses_are_skipped() {
    for row in rows(EXTRA).filter(|row| ["X010", "X011"].contains(&row[0])) {
        let reading = read(&unescaped(row[2]), today()).unwrap();
        assert!(bracketed(&reading).starts_with("(01)09521234543213(10)B7"), "{row:?}");
        assert_eq!(!reading.warnings.is_empty(), row[0] == "X011");
    }
}

#[test]
fn ean_and_plain_scans() {
    for row in rows(EXTRA).filter(|row| row[1] == "scan" && !is_gs1(row[2]) && !row[2].contains(['|', ':'])) {
        let reading = read(&unescaped(row[2]), today());
        let (kind, item) = match row[0] {
            "X134" => {
                assert!(reading.is_err(), "{row:?}");
                continue;
            }
            "X133" | "X136" | "X137" | "X139" | "X140" => (Kind::Ean, true),
            "X151" => (Kind::Gs1, true),
            _ => (Kind::Plain, false),
        };
        let reading = reading.unwrap();
        assert_eq!((reading.kind, reading.item.is_some()), (kind, item), "{row:?}");
    }
}
