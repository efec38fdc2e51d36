//! Whole lines as keyboard wedges deliver them: every row, by what its `recover` column says must hold.

use std::collections::{BTreeMap, HashMap};

use scantrail::codes::{Confidence, Profile, Rules, Scanned, calibrate, read_by};
use scantrail::scan::{Framed, Framer, frames_by, repaired};

use super::{Elements, Table, elements_of, today, unescaped};

/// What `decode` does, without a database: cut, repair, take apart, read. `None` is a scan that is too long, or that the
/// profile cannot repair.
pub fn read_line(input: &[u8], profile: &Profile) -> Vec<Option<Scanned>> {
    let mut scans = Vec::new();
    for framed in frames_by(input, Framer::new().keeping_tabs(profile.keeps_tabs())) {
        for framed in repaired(framed.unwrap(), profile) {
            scans.push(match framed {
                Framed::Scan(scan) => Some(read_by(&scan.bytes, &Rules::default(), today())),
                Framed::NotRepaired { .. } | Framed::TooLong { .. } => None,
            });
        }
    }
    scans
}

/// The elements of a scan; `None` for one that is refused.
fn elements(scan: &Option<Scanned>) -> Elements {
    let scanned = scan.as_ref().filter(|scanned| scanned.fault.is_none())?;
    Some(scanned.reading.elements.clone())
}

fn confidences(scans: &[Option<Scanned>]) -> Vec<Confidence> {
    scans.iter().flatten().map(|scanned| scanned.reading.confidence).collect()
}

/// The settings that a row names, those of layouts left out: a calibration finds them.
pub fn profile_of(row: &HashMap<&str, &str>) -> Profile {
    let mut profile = Profile::default();
    let setting = row["setting_needed"];
    if row["what_happened"] == "same text as Latin-1 bytes" {
        profile.set("encoding=latin-1").unwrap();
    } else if !setting.is_empty() && !setting.starts_with("layout=") {
        profile.set(setting).unwrap();
    }
    profile
}

/// The first of the scans that a row says its line means.
fn canonical(row: &HashMap<&str, &str>) -> String {
    let scans: Vec<String> = serde_json::from_str(row["canonical_scans"]).unwrap();
    String::from_utf8(unescaped(&scans[0])).unwrap()
}

/// A profile for each keyboard layout, from all scans of the table that went through it.
fn calibrated(table: &Table) -> BTreeMap<String, Profile> {
    let mut known: BTreeMap<String, (String, Vec<u8>)> = BTreeMap::new();
    for row in table.rows().filter(|row| row["group"] == "layout") {
        let (expected, arrived) = known.entry(row["setting_needed"].to_owned()).or_default();
        expected.push_str(&canonical(&row));
        let line = unescaped(row["input"]);
        arrived.extend(line.strip_suffix(b"\n").unwrap());
    }
    let profile = |(expected, arrived): (String, Vec<u8>)| calibrate(&expected, &arrived).unwrap().profile;
    known.into_iter().map(|(layout, known)| (layout, profile(known))).collect()
}

fn must_be_sure(row: &HashMap<&str, &str>, scans: &[Option<Scanned>], expected: &[Elements]) {
    let found: Vec<Elements> = scans.iter().map(elements).collect();
    assert_eq!(found, expected, "{row:?}");
    assert!(confidences(scans).iter().all(|confidence| *confidence == Confidence::Sure), "{row:?} {scans:?}");
}

#[test]
fn every_line_is_read_as_its_recover_column_says() {
    let table = Table::of_the_project("vectors-wedge.tsv");
    let layouts = calibrated(&table);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in table.rows() {
        let input = unescaped(row["input"]);
        let untold = read_line(&input, &Profile::default());
        let expected = elements_of(&row);
        *counts.entry(if expected.is_some() { row["recover"] } else { "charset" }).or_default() += 1;
        let Some(expected) = expected else {
            characters(&row, &untold, &input);
            continue;
        };
        match row["recover"] {
            "auto" | "split" => must_be_sure(&row, &untold, &expected),
            "auto-guess" => {
                assert_eq!(untold.iter().map(elements).collect::<Vec<_>>(), expected, "{row:?}");
                assert_eq!(confidences(&untold), [Confidence::Guess], "{row:?}");
            }
            "config" => must_be_sure(&row, &read_line(&input, &profile_of(&row)), &expected),
            "calib" if row["group"] == "caps" => {
                let scans = read_line(&input, &profile_of(&row));
                let canonical = read_line(canonical(&row).as_bytes(), &Profile::default());
                // The row about a Digital Link leaves out its attribute.
                assert_eq!(elements(&scans[0]), elements(&canonical[0]), "{row:?}");
                assert!(expected[0].iter().flatten().all(|one| elements(&scans[0]).unwrap().contains(one)), "{row:?}");
            }
            "calib" => {
                let layout = &layouts[row["setting_needed"]];
                must_be_sure(&row, &read_line(&input, layout), &expected);
                never_silently_wrong(&row, &untold, &expected);
            }
            "calib-or-rescue" => {
                let scans = read_line(&input, &layouts[row["setting_needed"]]);
                never_silently_wrong(&row, &scans, &expected);
                never_silently_wrong(&row, &untold, &expected);
            }
            "ambiguous" => {
                assert_eq!(confidences(&untold), [Confidence::Ambiguous], "{row:?} {untold:?}");
                assert_eq!(untold.iter().map(elements).collect::<Vec<_>>(), [Some(Vec::new())], "{row:?}");
            }
            "suspicious" => {
                assert_eq!(untold.iter().map(elements).collect::<Vec<_>>(), expected, "{row:?}");
                let reading = &untold[0].as_ref().unwrap().reading;
                assert!(!reading.warnings.is_empty() && reading.confidence != Confidence::Sure, "{row:?}");
            }
            "reject" => assert_eq!(untold.iter().map(elements).collect::<Vec<_>>(), [None], "{row:?}"),
            other => panic!("a new word, {other}"),
        }
    }
    let expected = [
        ("ambiguous", 5),
        ("auto", 117),
        ("auto-guess", 5),
        ("calib", 67),
        ("calib-or-rescue", 34),
        ("charset", 10),
        ("config", 29),
        ("reject", 5),
        ("split", 2),
        ("suspicious", 3),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}

/// Whatever a layout did to the line: it is refused, or its elements are right, or it is read as a plain text that is not
/// one of ours; only what looks perfectly right, because the layout changed one letter of a lot into another that GS1
/// data may hold, cannot be told without a calibration.
fn never_silently_wrong(row: &HashMap<&str, &str>, scans: &[Option<Scanned>], expected: &[Elements]) {
    let found: Vec<Elements> = scans.iter().map(elements).collect();
    let is_refused = found.iter().all(Option::is_none);
    let is_right = found == expected;
    let changes_only_the_lot = row["input"].starts_with("]C1") && row["base"] == "LOTEXP";
    assert!(is_refused || is_right || changes_only_the_lot, "{row:?} gives {found:?}");
}

/// The rows about characters say in words what must hold.
fn characters(row: &HashMap<&str, &str>, scans: &[Option<Scanned>], input: &[u8]) {
    let readings: Vec<_> = scans.iter().flatten().filter(|scanned| scanned.fault.is_none()).collect();
    let only = || &readings[0].reading;
    match row["recover"] {
        "config" => {
            assert!(readings.is_empty(), "{row:?}");
            let told = read_line(input, &profile_of(row));
            assert_eq!(told[0].as_ref().unwrap().reading.plain(), Some("Lagerplatz Süd-03"));
        }
        "ambiguous" => {
            assert_eq!(only().confidence, Confidence::Ambiguous, "{row:?}");
            assert_eq!(only().readings[0].plain(), Some("Lagerplatz Süd-03"));
        }
        "reject" => assert!(!scans.is_empty() && readings.is_empty(), "{row:?}"),
        "suspicious" if readings.is_empty() => assert!(row["note"].contains("never raw"), "{row:?}"),
        "suspicious" => assert!(!only().warnings.is_empty() && only().confidence != Confidence::Sure, "{row:?}"),
        "auto" if row["what_happened"] == "empty line" => assert!(scans.is_empty()),
        "auto" if row["what_happened"] == "5000 characters" => assert_eq!(scans, [None]),
        "auto" => {
            let sent = String::from_utf8(input.to_vec()).unwrap();
            assert_eq!(only().plain(), Some(sent.trim_end().trim_start_matches("]Q1")), "{row:?}");
            assert_eq!(only().confidence, Confidence::Sure);
        }
        other => panic!("a new word, {other}"),
    }
}
