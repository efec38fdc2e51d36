//! Codes of all kinds in the commands that write, and what known lots and items do for `decode`.

use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// The lines of an operation as `quantity item lot expires`.
fn lines(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = document["lines"].as_array().unwrap().iter();
    lines.map(|line| ["quantity", "item", "lot", "expires"].map(|key| text(&line[key])).join(" ")).collect()
}

/// The separator between lot and expiry was lost.
const LOST: &str = "]C1010400638133393110B717270131\n5\n";

#[test]
fn a_lost_separator_is_refused_with_the_readings_until_a_guess_is_accepted() {
    let world = World::shop();
    let document = world.refused_document(RECEIVE, LOST);
    let refused = &document["refused"][0];
    assert_eq!((&refused["line"], &refused["code"]), (&json!(1), &json!("ambiguous-scan")));
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("(10)B717270131, or (01)04006381333931(10)B7(17)270131"), "{message}");
    assert!(refused["hint"].as_str().unwrap().contains("--accept-guess"));
    let document = world.json(&format!("{RECEIVE} --accept-guess"), LOST);
    assert_eq!(lines(&document), ["5 MILK-1L B7 2027-01-31"]);
}

#[test]
fn a_lot_that_is_known_settles_what_a_scan_means() {
    let world = World::shop();
    world.ok(RECEIVE, "MILK-1L\n1\nB717270131\n");
    let document = world.json(RECEIVE, LOST);
    assert_eq!(lines(&document), ["5 MILK-1L B717270131 -"]);
    // Two digits that may be an identifier ask for nothing, unless they hide a lot that is there.
    let document = world.json(RECEIVE, "]C1010400638133393110C21X\n1\n");
    assert_eq!(lines(&document), ["1 MILK-1L C21X -"]);
    assert_eq!(document["warnings"][0]["code"], "hidden-element");
    world.ok(RECEIVE, "MILK-1L\n1\nD7\n");
    let refused = world.refused(RECEIVE, "]C1010400638133393110D721X\n1\n");
    assert_eq!(refused, ["1 ]C1010400638133393110D721X ambiguous-scan"]);
}

#[test]
fn the_op_id_of_a_guess_is_not_that_of_the_question() {
    let world = World::shop();
    let guess = format!("{RECEIVE} --accept-guess --op-id g1");
    world.ok(&guess, LOST);
    assert_eq!(world.json(&guess, LOST)["already_recorded"], true);
    assert_eq!(world.refused_codes(&format!("{RECEIVE} --op-id g1"), LOST), ["op-id-reused"]);
}

#[test]
fn two_texts_that_ran_together_are_no_serial() {
    let world = World::shop();
    let refused = world.refused(RECEIVE, "LAPTOP-15\n2\nSN-001SN-001\nSN-002\n");
    assert_eq!(refused, ["3 SN-001SN-001 ambiguous-scan"]);
    let document = world.json(&format!("{RECEIVE} --accept-guess"), "LAPTOP-15\n2\nSN-001SN-001\nSN-002\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN-001", "SN-002"]));
    // Numbers that look like GS1 data are serials where a serial is due.
    world.ok(RECEIVE, "LAPTOP-15\n2\n2112345\n10B7\n");
}

#[test]
fn what_may_have_been_read_wrongly_is_told() {
    let world = World::shop();
    for (lot, code) in [
        ("Item: 5", "named-text"),
        ("https://www.example.com/x", "web-address"),
        ("+Q1LOTß42", "other-layout"),
        ("SN0001SN0002", "doubled-text"),
        ("0109521234543213X", "odd-end"),
        ("19521234543213", "wrong-check-digit"),
        ("010400638133393110B7#17270131", "separator-disguised"),
    ] {
        let document = world.json(&format!("{RECEIVE} --dry-run"), format!("MILK-1L\n1\n{lot}\n"));
        assert_eq!(document["warnings"][0]["code"], code, "{document}");
    }
    // What is left to the slot is not told.
    let document = world.json(&format!("{RECEIVE} --dry-run"), "MILK-1L\n1\n10B7\n");
    assert_eq!((&document["warnings"], lines(&document)), (&json!([]), vec!["1 MILK-1L 10B7 -".to_owned()]));
}

#[test]
fn what_is_certainly_no_lot_is_refused() {
    let world = World::shop();
    for (lot, code) in [
        ("+d2010400638133393110B7", "scan-not-readable"),
        ("010400638133393117270231", "scan-not-readable"),
        ("2010400638133393110B7", "scan-not-readable"),
        ("CANTRAILDONER", "scan-not-readable"),
        ("https://id.gs1.org/ARHKVAdpkUc0TCH2uQA", "scan-not-readable"),
        ("1727013110B7", "ambiguous-scan"),
        ("(01)04006381333931(10)B7", "ambiguous-scan"),
        ("]d1010400638133393110B7", "ambiguous-scan"),
        ("LOT-1]C110B7", "ambiguous-scan"),
        ("`B123ITEM0010-$$0228LOTß72", "ambiguous-scan"),
    ] {
        let codes = world.refused_codes(RECEIVE, format!("MILK-1L\n1\n{lot}\n"));
        assert_eq!(codes[0], code, "{lot}");
    }
}

#[test]
fn a_separator_in_disguise_is_not_stored_in_a_lot() {
    let world = World::shop();
    let mut lots = vec![];
    for text in [
        "10L7{GS}17270131",
        "10L7^17270131",
        "10L7|17270131",
        "10L7#17270131",
        "10L7 17270131",
        "10L7<GS>17270131",
        "10L7\u{241d}17270131",
        "17270131{GS}10L7",
        "10L7|0104006381333931",
        "10L7|",
    ] {
        let scans = format!("MILK-1L\n5\n{text}\n");
        if text.ends_with('|') {
            world.ok(&format!("{RECEIVE} --dry-run"), &scans);
            continue;
        }
        assert_eq!(world.refused_codes(RECEIVE, &scans)[0], "ambiguous-scan", "{text}");
        lots.extend(lines(&world.json(&format!("{RECEIVE} --accept-guess --dry-run"), &scans)));
    }
    assert!(lots.iter().all(|line| line.starts_with("5 MILK-1L L7 ")), "{lots:?}");
    assert_eq!(lots.iter().filter(|line| line.ends_with("2027-01-31")).count(), 8, "{lots:?}");
    // Plain lots are left alone.
    for text in ["10-44", "A#1", "10#44", "10A 21B", "10 17270131", "10L7|17279931", "10L7|17990131", "10L7-17270131"] {
        let document = world.json(&format!("{RECEIVE} --dry-run"), format!("MILK-1L\n5\n{text}\n"));
        assert_eq!(document["lines"][0]["lot"], text);
    }
}

#[test]
fn a_scan_that_ran_on_into_the_next_one_is_no_serial_and_no_lot() {
    let world = World::shop();
    for (scans, code) in [
        ("LAPTOP-15\n1\nS9SCANTRAILDONER\n", "scan-not-readable"),
        ("LAPTOP-15\n1\ns9scantraildonerS10\n", "scan-not-readable"),
        ("LAPTOP-15\n1\nS104006381333931\n", "ambiguous-scan"),
        ("LAPTOP-15\n1\nS1004006381333931\n", "ambiguous-scan"),
        ("LAPTOP-15\n1\nS10WH1/A-01\n", "ambiguous-scan"),
        ("LAPTOP-15\n1\nS10wh1/a-01\n", "ambiguous-scan"),
        ("MILK-1L\n5\nL7SCANTRAILDONER\n", "scan-not-readable"),
        ("]C1010400638133393110L7SCANTRAILDONER\n5\n", "scan-not-readable"),
        ("MILK-1L\n5\nL74006381333931\n", "ambiguous-scan"),
        ("MILK-1L\n5\nL7WH1/A-01\n", "ambiguous-scan"),
    ] {
        assert_eq!(world.refused_codes(RECEIVE, scans)[0], code, "{scans}");
    }
    for scans in ["LAPTOP-15\n2\nS104006381333932\nS10/A-01\n", "MILK-1L\n5\nMY-SCANTRAIL\n"] {
        world.ok(RECEIVE, scans);
    }
    world.ok(&format!("{RECEIVE} --accept-guess"), "MILK-1L\n5\nL74006381333931\n");
    world.ok(&format!("{RECEIVE} --allow-odd-serials"), "LAPTOP-15\n1\nS10WH1/A-01\n");
    world.ok(&format!("{RECEIVE} --lot L84006381333931"), "MILK-1L\n5\n");
    // What is known is one text.
    world.ok(RECEIVE, "MILK-1L\n5\nL74006381333931\n");
    world.ok("sell --to BOB", "LAPTOP-15\n1\nS10WH1/A-01\n");
}

#[test]
fn two_scans_in_one_line_are_two() {
    let world = World::shop();
    let document = world.json(RECEIVE, "]E09506000134352]Q12\n]Q1SN1]Q1SN2\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN1", "SN2"]));
}

#[test]
fn links_supplier_labels_and_measures_fill_slots() {
    let world = World::shop();
    world.ok("item set BOLT --barcode LM358BIDDFR", "");
    world.ok("item set FLOUR --gtin 9521234543213", "");
    let document = world.json(RECEIVE, "https://id.gs1.org/01/04006381333931/10/B1?17=270131\n6\n");
    assert_eq!(lines(&document), ["6 MILK-1L B1 2027-01-31"]);
    let label = "[)>\u{1e}06\u{1d}P296-LM358BIDDFRCT-ND\u{1d}1PLM358BIDDFR\u{1d}Q10\u{1e}\u{4}\n";
    assert_eq!(lines(&world.json(RECEIVE, label)), ["10 BOLT - -"]);
    let document = world.json(RECEIVE, "]C10109521234543213310300019510F1\n");
    assert_eq!(lines(&document), ["0.195 FLOUR F1 -"]);
    assert_eq!(document["warnings"], json!([]));
}

#[test]
fn decode_is_helped_by_what_is_known() {
    let decode = |world: &World| world.json("decode", LOST.split('\n').next().unwrap())["scans"][0].clone();
    let world = World::shop();
    let unknown = decode(&world);
    assert_eq!((&unknown["confidence"], &unknown["lot"]), (&json!("ambiguous"), &json!("B717270131")));
    assert_eq!(unknown["readings"][0]["lot"], "B7");
    assert_eq!(unknown["readings"][0]["expires"], "2027-01-31");
    world.ok(RECEIVE, "MILK-1L\n1\nB717270131\n");
    assert_eq!(decode(&world)["confidence"], "sure");
    // The whole text is looked up before it is taken for elements.
    let number = |world: &World| world.json("decode", "0109521234543213\n")["scans"][0]["kind"].clone();
    assert_eq!(number(&world), "gs1");
    world.ok("item add 0109521234543213 --name Odd --track none", "");
    assert_eq!(number(&world), "plain");
}

#[test]
fn decode_needs_no_database() {
    let world = World::empty();
    let document = world.json("decode --today 2026-11-23", "]C117270131\nhello\n");
    assert_eq!(document["scans"].as_array().unwrap().len(), 2);
    assert_eq!(document["scans"][0]["expires"], "2027-01-31");
    assert_eq!(world.run("decode --db nowhere.db", "A\n").exit, 1);
    assert_eq!(world.run("decode --setting gs", "A\n").exit, 2);
    assert_eq!(world.run("decode --ean-rule 21", "A\n").exit, 2);
}

#[test]
fn a_live_session_asks_which_reading_is_meant() {
    let world = World::shop();
    let ambiguous = LOST.split('\n').next().unwrap();
    // The number of a reading, typed or scanned, takes it; the prompt stays where it was until then.
    let outcome = world.ok(&format!("{RECEIVE} --live --json"), format!("{ambiguous}\n2\n5\n"));
    assert!(outcome.stderr.contains("1  (01)04006381333931(10)B717270131"), "{outcome}");
    assert!(outcome.stderr.contains("2  (01)04006381333931(10)B7(17)270131"), "{outcome}");
    assert_eq!(lines(&outcome.document()), ["5 MILK-1L B7 2027-01-31"]);
    let digit = scantrail::codes::Command::Digit(1).code();
    let outcome = world.ok(&format!("{RECEIVE} --live --json"), format!("{ambiguous}\n{digit}\n5\n"));
    assert_eq!(lines(&outcome.document()), ["5 MILK-1L B717270131 -"]);
    // Anything else drops it, and says so.
    let world = World::shop();
    let outcome = world.ok(&format!("{RECEIVE} --live --json"), format!("{ambiguous}\nBOLT\n5\n"));
    assert!(outcome.stderr.contains(&format!("{} was not taken", &ambiguous[3..])), "{outcome}");
    assert_eq!(lines(&outcome.document()), ["5 BOLT - -"]);
}

#[test]
fn the_chosen_reading_is_kept_in_the_draft_and_with_the_operation() {
    let world = World::shop();
    let ambiguous = LOST.split('\n').next().unwrap();
    world.run(&format!("{RECEIVE} --live"), format!("{ambiguous}\n2\n"));
    let outcome = world.ok(&format!("{RECEIVE} --live --resume --json"), "5\n");
    assert_eq!(lines(&outcome.document()), ["5 MILK-1L B7 2027-01-31"]);
    let kept = world.inspector().rows("SELECT stream FROM scans ORDER BY operation DESC LIMIT 1");
    let bytes = format!("{ambiguous}\r{ambiguous}\r(01)04006381333931(10)B7(17)270131\n5");
    let hex: String = bytes.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(kept[0][0].as_deref(), Some(hex.as_str()));
}
