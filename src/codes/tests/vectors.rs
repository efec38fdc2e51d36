//! The project's vectors of single scans in `fixtures/vectors`. Whole lines, and all of them through `decode`, are in
//! `tests/vectors.rs`.

use std::collections::HashSet;

use super::*;
use crate::codes::check_digit::{is_digits, verify};
use crate::codes::{EmbeddedRule, Gtin, Kind, Rules, date_of_six_digits, read_by, read_typed};

const DATES: &str = include_str!("../../../fixtures/vectors/dates.tsv");
const CHECK_DIGITS: &str = include_str!("../../../fixtures/vectors/checkdigits.tsv");
const EXTRA: &str = include_str!("../../../fixtures/vectors/vectors-extra.tsv");
const EMBEDDED: &str = include_str!("../../../fixtures/vectors/vectors-ean-embedded.tsv");
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

#[test]
fn values_inside_ean_codes() {
    let mut count = 0;
    for row in rows(EMBEDDED) {
        let rule = EmbeddedRule::parse(row[1]).unwrap();
        let cut = rule.cut(row[2]);
        let expected = (row[3] == "1").then(|| (row[4].to_owned(), row[5].to_owned()));
        assert_eq!(cut, expected, "{row:?}");
        let rules = Rules { embedded: vec![rule], ..Rules::default() };
        let scanned = read_by(format!("]E0{}", row[2]).as_bytes(), &rules, today());
        match expected {
            Some((base, _)) => {
                let reading = scanned.whole().unwrap();
                assert_eq!(reading.item, Gtin::new(&base).ok(), "{row:?}");
                assert!(reading.measure.is_some(), "{row:?}");
            }
            None => assert!(scanned.fault.is_some(), "{row:?}"),
        }
        count += 1;
    }
    assert_eq!(count, 22);
}

/// What GS1's engine calls pairs that exclude each other is a warning here; where the pair contradicts itself, it is
/// refused here too.
fn is_only_a_pair(row: &[&str]) -> bool {
    row[5] == "INVALID_AI_PAIRS" && !["X082", "X131"].contains(&row[0])
}

#[test]
fn scans_that_gs1s_engine_takes_say_the_same_here() {
    let mut count = 0;
    for row in rows(EXTRA).filter(|row| row[1] == "scan" && row[3] == "1") {
        let expected: Vec<(String, String)> = serde_json::from_str(row[4]).unwrap();
        let reading = read(&unescaped(row[2]), today()).unwrap_or_else(|fault| panic!("{row:?}: {fault}"));
        assert_eq!(reading.elements, expected, "{row:?}");
        let lacks_a_companion = row[7] == "REQUIRED_AIS_NOT_SATISFIED";
        let is_warned = reading.warnings.iter().any(|warning| warning.code == "missing-companion");
        // The engine lets an item in the first part of a composite code count for the second.
        if row[0] != "X154" && !expected.is_empty() {
            assert_eq!(is_warned, lacks_a_companion, "{row:?}");
        }
        count += 1;
    }
    assert_eq!(count, 79);
}

#[test]
fn scans_that_gs1s_engine_refuses_are_refused_or_warned_about_here() {
    let stricter: HashSet<&str> = STRICTER.lines().filter_map(|line| line.split('\t').next()).collect();
    let stricter: HashSet<&str> = stricter.into_iter().filter_map(|line| line.split(':').next()).collect();
    let mut refused = 0;
    for row in rows(EXTRA).filter(|row| row[1] == "scan" && row[3] == "0" && !stricter.contains(row[0])) {
        let reading = read(&unescaped(row[2]), today());
        if is_only_a_pair(&row) {
            let reading = reading.unwrap();
            assert!(reading.warnings.iter().any(|warning| warning.code == "excluded-companion"), "{row:?}");
        } else if row[0] == "X152" {
            // `]C` is too short for an identifier, and is a text.
            assert_eq!(reading.unwrap().plain(), Some("]C"));
        } else {
            assert!(reading.is_err(), "{row:?} gives {reading:?}");
            refused += 1;
        }
    }
    assert_eq!(refused, 38);
}

#[test]
fn where_gs1s_engine_is_stricter() {
    for (id, kind, said) in [
        ("X010", Kind::Gs1, "(01)09521234543213(10)B7"),
        ("X011", Kind::Gs1, "(01)09521234543213(10)B7(17)270131"),
        ("X136", Kind::Ean, "012345678905"),
        ("X141", Kind::Plain, "19521234543213"),
        ("X142", Kind::Plain, "ABC123"),
        ("X143", Kind::Plain, "ABC123"),
        ("X150", Kind::Plain, "ABC"),
        ("X151", Kind::Gs1, "(01)09521234543213"),
        ("X155", Kind::Plain, "10B7"),
        ("X173", Kind::Plain, "https://id.gs1.org/gtin/09521234543213"),
        ("X183", Kind::Plain, "https://id.gs1.org/01/09521234543213/"),
        ("X186", Kind::Plain, "https://example.com/shop/item/42"),
        ("X187", Kind::Plain, "https://id.gs1.org/"),
    ] {
        let row = rows(EXTRA).find(|row| row[0] == id).unwrap();
        let reading = read(&unescaped(row[2]), today()).unwrap();
        assert_eq!((reading.kind, reading.in_brackets().as_str()), (kind, said), "{row:?}");
    }
    let doubled = rows(EXTRA).find(|row| row[0] == "X011").unwrap();
    assert_eq!(read(&unescaped(doubled[2]), today()).unwrap().warnings[0].code, "doubled-separator");
}

#[test]
fn what_people_type() {
    let mut count = 0;
    for row in rows(EXTRA).filter(|row| row[1] == "bracketed" && row[2].starts_with('(')) {
        let text = String::from_utf8(unescaped(row[2])).unwrap();
        let reading = read_typed(&text, today());
        if row[3] == "1" {
            let expected: Vec<(String, String)> = serde_json::from_str(row[4]).unwrap();
            assert_eq!(reading.unwrap().elements, expected, "{row:?}");
        } else {
            assert!(reading.is_err(), "{row:?} gives {reading:?}");
        }
        count += 1;
    }
    assert_eq!(count, 6);
}
