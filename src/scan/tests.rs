//! Whole lines as keyboard wedges deliver them, cut and read: the project's vectors in `fixtures/vectors`, as far as they
//! are about what is read so far.

use chrono::NaiveDate;

use super::{Framed, frames};
use crate::codes::read;
use crate::codes::tests::unescaped;

const WEDGE: &str = include_str!("../../fixtures/vectors/vectors-wedge.tsv");

/// Application identifiers with their values.
type Elements = Vec<(String, String)>;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// True for the rows whose scans arrive as they were sent, apart from the line end, spaces, STX and ETX, the symbology
/// identifier, and separators that are doubled, in front or at the end. Stand-ins for the separator, other keyboard
/// layouts, stray bytes, URLs and lines that hold two scans are read by later parts of the program.
fn arrives_as_sent(row: &[&str]) -> bool {
    let (group, base, what_happened, recover) = (row[1], row[2], row[3], row[6]);
    let needs_setting = recover.starts_with("calib") || (recover == "config" && row[4] != "suffix=TAB");
    let is_read_later = base == "DLURI" || recover == "split" || needs_setting;
    let has_real_separators =
        ["0x1D", "two GS in a row", "trailing GS"].iter().any(|text| what_happened.contains(text));
    let has_plain_prefix =
        ["STX", "TAB", "leading spaces", "stray LF"].iter().any(|text| what_happened.starts_with(text));
    !is_read_later
        && match group {
            "suffix" | "aim-off" | "aim-off-ambiguous" | "gs-dropped" | "caps" | "double" | "damage" => true,
            "gs" | "gs+aim-off" => has_real_separators,
            "prefix" => has_plain_prefix,
            "charset" => ["invalid UTF-8", "print escaped, never raw", "nothing in it"].contains(&row[9]),
            _ => false,
        }
}

/// The elements of every scan of a line; `None` for one that is refused.
fn elements_of_line(input: &str) -> Vec<Option<Elements>> {
    let bytes = unescaped(input);
    let scans = frames(&bytes[..]).map(|framed| match framed.unwrap() {
        Framed::Scan { bytes, .. } => read(&bytes, today()).ok().map(|reading| reading.elements),
        Framed::TooLong { .. } => None,
    });
    scans.collect()
}

#[test]
fn lines_of_keyboard_wedges() {
    let mut count = 0;
    let rows = WEDGE.lines().skip(1).map(|line| line.split('\t').collect());
    for row in rows.filter(|row: &Vec<&str>| arrives_as_sent(row)) {
        let expected: Option<Vec<Option<Elements>>> = serde_json::from_str(row[8]).unwrap();
        let found = elements_of_line(row[5]);
        let is_plain_text = row[6] == "ambiguous" || row[1] == "aim-off-ambiguous";
        match expected {
            _ if is_plain_text => assert_eq!(found, [Some(Vec::new())], "{row:?}"),
            Some(expected) => assert_eq!(found, expected, "{row:?}"),
            None => assert_eq!(found, [None], "{row:?}"),
        }
        count += 1;
    }
    assert_eq!(count, 76);
}
