//! The project's own lines, in the form of those that keyboard wedges deliver, with stricter demands: what is not sure
//! has a warning or is refused, and what has several readings must be asked about.

use std::collections::HashMap;

use scantrail::codes::{Confidence, Kind, Profile, Reading, Scanned};
use serde_json::json;

use super::decode::scans;
use super::lines::{profile_of, read_line};
use super::{Table, elements_of, unescaped};

/// What the text is that a row means, without its symbology identifier.
fn plain_texts(row: &HashMap<&str, &str>) -> Vec<String> {
    let texts: Vec<String> = serde_json::from_str(row["canonical_scans"]).unwrap();
    let text = |text: String| {
        let text = String::from_utf8_lossy(&unescaped(&text)).into_owned();
        text.strip_prefix(']').and_then(|text| text.get(2..)).map(str::to_owned).unwrap_or(text)
    };
    texts.into_iter().map(text).collect()
}

fn is_as_demanded(recover: &str, reading: &Reading) -> bool {
    match recover {
        "auto" | "config" | "split" => reading.confidence == Confidence::Sure && !reading.must_be_asked(),
        "auto-guess" => reading.confidence == Confidence::Guess,
        "suspicious" => reading.confidence == Confidence::Guess && !reading.warnings.is_empty(),
        "ambiguous" => reading.confidence == Confidence::Ambiguous && !reading.readings.is_empty(),
        other => panic!("a new word, {other}"),
    }
}

#[test]
fn every_line_is_read_as_it_should_be() {
    let table = Table::of_the_project("vectors-own.tsv");
    let mut wrong = Vec::new();
    for row in table.rows() {
        let found = read_line(&unescaped(row["input"]), &profile_of(&row));
        let elements = |scan: &Option<Scanned>| {
            let scanned = scan.as_ref().filter(|scanned| scanned.fault.is_none())?;
            Some(scanned.reading.elements.clone())
        };
        let mut is_right = Some(found.iter().map(elements).collect::<Vec<_>>()) == elements_of(&row);
        let readings: Vec<&Reading> =
            found.iter().flatten().filter(|one| one.fault.is_none()).map(|one| &one.reading).collect();
        is_right &= readings.iter().all(|reading| is_as_demanded(row["recover"], reading));
        let is_plain = |reading: &&&Reading| reading.kind == Kind::Plain && reading.symbology.as_deref() != Some("]q1");
        let texts = plain_texts(&row);
        is_right &= readings.len() != texts.len()
            || row["group"] == "caps"
            || readings
                .iter()
                .zip(&texts)
                .filter(|(reading, _)| is_plain(reading))
                .all(|(reading, text)| reading.text == *text);
        // What may be GS1 data is a plain text where a slot asks for one; everything else that is ambiguous is asked about.
        let has_warning =
            |code: &str| readings.iter().any(|one| one.warnings.iter().any(|warning| warning.code == code));
        let is_left_to_the_slot = has_warning("may-be-gs1") && row["group"] == "aim-off-ambiguous";
        is_right &= row["recover"] != "ambiguous"
            || readings.iter().all(|reading| reading.must_be_asked() != is_left_to_the_slot);
        if !is_right {
            wrong.push(format!(
                "{} {} {} {}\n    {found:?}",
                row["id"], row["what_happened"], row["input"], row["recover"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(table.rows().count() > 700);
}

#[test]
fn every_line_says_the_same_through_the_program() {
    let table = Table::of_the_project("vectors-own.tsv");
    let rows: Vec<_> = table.rows().filter(|row| row["setting_needed"].is_empty()).collect();
    // A line without an end stands for its own; a line end behind it changes nothing.
    let inputs: Vec<Vec<u8>> = rows.iter().map(|row| [unescaped(row["input"]), b"\n".to_vec()].concat()).collect();
    let found = scans(&inputs.concat(), &["--today", "2026-11-23"]);
    let expected: Vec<_> = inputs.iter().flat_map(|input| read_line(input, &Profile::default())).flatten().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found["elements"], json!(expected.reading.elements), "{found}");
        assert_eq!(found["refused"].is_null(), expected.fault.is_none(), "{found}");
    }
}
