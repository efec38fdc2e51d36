//! The same vectors through the program.

use std::io::Write;
use std::process::{Command, Stdio};

use scantrail::codes::Profile;
use serde_json::{Value, json};

use super::lines::read_line;
use super::{Table, elements_of, unescaped};

/// Runs `decode` without a database, and gives what it prints.
fn run(input: &[u8], arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
    command.env_clear().env("HOME", home.path()).env("SCANTRAIL_NOW", "2026-11-23T08:00:00+01:00");
    command.arg("decode").args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let is_raw = |character: char| character.is_control() && character != '\n';
    assert!(!text.contains(is_raw), "a control character reaches the terminal: {text:?}");
    text
}

pub fn scans(input: &[u8], arguments: &[&str]) -> Vec<Value> {
    let document: Value = serde_json::from_str(&run(input, &[&["--json"], arguments].concat())).unwrap();
    document["scans"].as_array().unwrap().clone()
}

#[test]
fn every_line_says_the_same_through_the_program() {
    let table = Table::of_the_project("vectors-wedge.tsv");
    // One run for all lines that are told nothing. The line with a byte order mark stands anywhere in it.
    let inputs: Vec<Vec<u8>> = table.rows().map(|row| unescaped(row["input"])).collect();
    let found = scans(&inputs.concat(), &["--today", "2026-11-23"]);
    let expected: Vec<_> = inputs.iter().flat_map(|input| read_line(input, &Profile::default())).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let Some(expected) = expected else {
            assert_eq!(found["refused"]["code"], "scan-too-long");
            continue;
        };
        assert_eq!(found["elements"], json!(expected.reading.elements), "{found}");
        assert_eq!(found["refused"].is_null(), expected.fault.is_none(), "{found}");
        assert_eq!(found["lot"], json!(expected.reading.lot.map(|lot| lot.to_string())), "{found}");
    }
    run(&inputs.concat(), &[]);
}

#[test]
fn settings_are_flags() {
    let table = Table::of_the_project("vectors-wedge.tsv");
    let mut count = 0;
    for row in table.rows().filter(|row| row["setting_needed"].contains('=') && row["recover"] == "config") {
        let found = scans(&unescaped(row["input"]), &["--setting", row["setting_needed"]]);
        let elements: Vec<_> = found.iter().map(|scan| scan["elements"].clone()).collect();
        assert_eq!(json!(elements), json!(elements_of(&row).unwrap()), "{row:?}");
        assert!(found.iter().all(|scan| scan["confidence"] == "sure" && scan["refused"].is_null()), "{row:?}");
        count += 1;
    }
    assert_eq!(count, 28);
}

#[test]
fn single_scans_say_the_same_through_the_program() {
    let table = Table::of_the_project("vectors-extra.tsv");
    let rows: Vec<_> = table.rows().filter(|row| row["kind"] == "scan").collect();
    let input: Vec<u8> = rows.iter().flat_map(|row| [unescaped(row["input"]), b"\n".to_vec()].concat()).collect();
    let found = scans(&input, &[]);
    assert_eq!(found.len(), rows.len());
    for (row, found) in rows.iter().zip(&found) {
        if row["syntax_ok"] == "1" {
            let expected: Value = serde_json::from_str(row["ais"]).unwrap();
            assert_eq!((&found["elements"], &found["refused"]), (&expected, &Value::Null), "{row:?}");
        }
    }
    let typed = |text: &str| scans(text.as_bytes(), &["--typed"])[0]["elements"].clone();
    assert_eq!(typed("(01)09521234543213(10)ABC123"), json!([["01", "09521234543213"], ["10", "ABC123"]]));
}

#[test]
fn a_weight_inside_an_ean_code() {
    let found = scans(b"]E02112345015002\n", &["--ean-rule", "weight=21.....{NNDDD}"]);
    assert_eq!(found[0]["item"], "02112345000008");
    assert_eq!((&found[0]["measure"], &found[0]["unit"]), (&json!("1.500"), &json!("kg")));
}

#[test]
fn the_document_has_the_agreed_keys() {
    let found = scans(b"]d201095212345432131727013110B7\n4006381333931\nA\x1b[2J\n", &[]);
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    let agreed = [
        "line",
        "raw",
        "symbology",
        "kind",
        "elements",
        "readings",
        "item",
        "lot",
        "serial",
        "expires",
        "quantity",
        "measure",
        "confidence",
        "warnings",
        "refused",
    ];
    assert_eq!(keys[..agreed.len()], agreed);
    let first = json!({
        "line": 1, "raw": "]d201095212345432131727013110B7", "symbology": "]d2", "kind": "gs1",
        "elements": [["01", "09521234543213"], ["17", "270131"], ["10", "B7"]], "readings": [],
        "item": "09521234543213", "lot": "B7", "serial": null, "expires": "2027-01-31", "quantity": null,
        "measure": null, "confidence": "sure", "warnings": [], "refused": null,
    });
    agreed.iter().for_each(|key| assert_eq!(found[0][key], first[key], "{key}"));
    assert_eq!((&found[1]["kind"], &found[1]["item"]), (&json!("ean"), &json!("04006381333931")));
    assert_eq!((&found[1]["elements"], &found[1]["confidence"]), (&json!([]), &json!("guess")));
    assert_eq!((&found[2]["raw"], &found[2]["refused"]["code"]), (&json!("A\\x1B[2J"), &json!("scan-not-readable")));
}

#[test]
fn text_for_people_lines_up() {
    let text = run(b"]C1010952123454321310B717270131\n", &["--today", "2026-11-23"]);
    let expected = r"1: ]C1010952123454321310B717270131
  gs1 ]C1, ambiguous
  (01)  09521234543213  item (GTIN)
  (10)  B717270131      batch or lot
  item  09521234543213
  lot   B717270131
  or  (01)09521234543213(10)B7(17)270131
  warning [hidden-element] a separator may be missing: it may also be (01)09521234543213(10)B7(17)270131
";
    assert_eq!(text, expected);
}
