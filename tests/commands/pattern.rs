//! Patterns of makers' numbers: imported, shown, used to refuse what was misread, to fill dates and to decode.

use serde_json::json;

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

const PATTERNS: &str = "name,applies to,of,regex,tables,check,example,note
camera,LAPTOP-15,serial,(?<plant>[AB])(?<year>[0-9]{2})(?<month>[1-9XYZ])(?<sequence>[0-9]{4}),plant: A=Cork B=Osaka; month: 1=1 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9 X=10 Y=11 Z=12,,A25Z0001,made up for this test
dairy,MILK-1L,lot,D(?<year>[0-9]{2})(?<month>[0-9]{2})(?<day>[0-9]{2})(?<sequence>[A-Z]),,,D261122A,made up for this test
imei,*,serial,(?<model>[0-9]{8})(?<sequence>[0-9]{6})(?<check>[0-9]),,luhn,990008624718537,3GPP TS 23.003
";

fn shop() -> World {
    let world = World::shop();
    world.write("patterns.csv", PATTERNS);
    world.ok("import patterns patterns.csv", "");
    world
}

#[test]
fn a_serial_that_does_not_fit_is_refused() {
    let world = shop();
    world.ok(RECEIVE, "LAPTOP-15\n1\nA25Z0001\n");
    // The EAN beside the serial, a swapped letter, a month that does not exist.
    for wrong in ["4006381333931X", "C25Z0001", "A2500001"] {
        let refused = world.refused(RECEIVE, format!("LAPTOP-15\n1\n{wrong}\n"));
        assert_eq!(refused, [format!("3 {wrong} serial-does-not-fit")]);
    }
    world.ok(&format!("{RECEIVE} --allow-odd-serials"), "LAPTOP-15\n1\nSAMPLE-1\n");
    // What is known is known, whatever the pattern says.
    world.ok("sell --to BOB", "1\nSAMPLE-1\n");
    // Other items have no pattern.
    world.ok(RECEIVE, "PUMP\n1\nL9\nXYZ\n");
}

#[test]
fn an_item_names_a_pattern_or_holds_an_expression() {
    let world = shop();
    world.ok("item add PHONE --name Phone --track serial --serial-pattern imei", "");
    assert_eq!(world.refused_codes(RECEIVE, "PHONE\n1\n990008624718538\n"), ["serial-does-not-fit"]);
    world.ok(RECEIVE, "PHONE\n1\n990008624718537\n");
    world.ok("item add BOX --name Box --track serial --serial-pattern BX[0-9]{4}", "");
    assert_eq!(world.refused_codes(RECEIVE, "BOX\n1\nBX123\n"), ["serial-does-not-fit"]);
    world.ok(RECEIVE, "BOX\n1\nBX1234\n");
    world.ok("item set BOX --serial-pattern ''", "");
    world.ok(RECEIVE, "BOX\n1\nBX123\n");
    assert_eq!(world.refused_codes("item set BOX --serial-pattern BX[0-9", ""), ["not-valid"]);
}

#[test]
fn a_lot_says_when_it_was_made_and_shelf_life_follows() {
    let world = shop();
    world.ok(RECEIVE, "MILK-1L\n6\nD261122A\n");
    let mut tables = world.inspector();
    let made = tables.rows("SELECT made FROM lot_dates");
    assert_eq!(made, [[Some("2026-11-22".to_owned())]]);
    assert_eq!(world.refused(RECEIVE, "MILK-1L\n6\nX261122A\n"), ["3 X261122A lot-does-not-fit"]);
    assert_eq!(world.refused(RECEIVE, "MILK-1L\n6\nD261332A\n"), ["3 D261332A lot-does-not-fit"]);
}

#[test]
fn decode_says_what_a_maker_says() {
    let world = shop();
    let scans = world.json("decode", "A25Z0001\n990008624718537\nhello\n")["scans"].clone();
    let camera = &scans[0]["patterns"][0];
    assert_eq!(
        (&camera["plant"], &camera["made"], &camera["sequence"]),
        (&json!("Cork"), &json!("2025-12"), &json!("0001"))
    );
    assert_eq!(scans[1]["patterns"][0]["model"], "99000862");
    assert_eq!(scans[2]["patterns"], json!([]));
    let text = world.ok("decode", "A25Z0001\n").stdout;
    assert!(text.contains("pattern camera") && text.contains("plant") && text.contains("Cork"), "{text}");
}

#[test]
fn a_pattern_is_proven_by_its_examples_and_every_bad_row_is_named() {
    let world = World::shop();
    world.write("bad.csv", "name,applies to,regex,tables,example\na,*,A[0-9],,B1\nb,*,A[0-9,,A1\nc,*,(?<year>[A-Z]),plant: A=1,A\nd,*,A[0-9],,A1\n");
    let refused = world.refused_document("import patterns bad.csv", "");
    let lines: Vec<i64> =
        refused["refused"].as_array().unwrap().iter().map(|one| one["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 4]);
    assert_eq!(world.json("pattern list", "")["patterns"], json!([]));
}

#[test]
fn patterns_are_listed_and_shown_and_a_later_one_replaces() {
    let world = shop();
    let text = world.ok("pattern list", "").stdout;
    assert!(text.contains("camera") && text.contains("LAPTOP-15") && text.contains("990008624718537"), "{text}");
    assert_eq!(world.json("pattern show IMEI", "")["check"], "luhn");
    assert!(world.ok("pattern show dairy", "").stdout.contains("made up for this test"));
    assert_eq!(world.refused_codes("pattern show nothing", ""), ["not-valid"]);
    world.write("new.csv", "name,applies to,regex,example\ncamera,*,N[0-9]+,N1\n");
    world.ok("import patterns new.csv", "");
    assert_eq!(world.json("pattern list", "")["patterns"].as_array().unwrap().len(), 3);
    world.ok(RECEIVE, "LAPTOP-15\n1\nanything\n");
}

#[test]
fn the_patterns_that_come_along_are_imported() {
    let world = World::shop();
    let patterns = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/patterns.csv")).unwrap();
    world.write("patterns.csv", &patterns);
    world.ok("import patterns patterns.csv", "");
    for pattern in world.json("pattern list", "")["patterns"].as_array().unwrap() {
        let name = &pattern["pattern"];
        for example in pattern["example"].as_str().unwrap().split(';') {
            let decoded = world.json("decode --typed", format!("{}\n", example.trim()))["scans"][0]["patterns"].clone();
            assert!(decoded.as_array().unwrap().iter().any(|one| &one["pattern"] == name), "{name}: {decoded}");
        }
    }
}
