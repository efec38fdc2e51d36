//! Our own lot and serial numbers: made from templates while goods are received, each once, on many stations too.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::json;

use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

fn shop() -> World {
    let world = World::shop();
    world.ok("item set LAPTOP-15 --serial-template LT{yy}{seq:5}", "");
    world.ok("item set MILK-1L --lot-template L{yyjjj}-{seq:2}", "");
    world
}

fn serials(world: &World, line: &str) -> Vec<String> {
    let document = world.json(line, "");
    let serials = document["lines"][0]["serials"].as_array().unwrap();
    serials.iter().map(|serial| serial.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_whole_text() {
    let world = World::shop();
    expect![[r#"
        $ scantrail item set LAPTOP-15 --serial-template LT{yy}{seq:5} --op-id one
        Operation 5 (item-set) is recorded.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item LAPTOP-15 --new-serials 3 --labels labels.pdf --op-id two
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM       SERIALS                        FROM            TO
          3 each  LAPTOP-15  LT2600001 LT2600002 LT2600003  @supplier/ACME  WH1/A-01
        Wrote labels.pdf
        exit 0

        $ scantrail item set MILK-1L --lot-template L{yyjjj}-{seq:2} --op-id three
        Operation 7 (item-set) is recorded.
        ! warning [template] - may arrive as other characters where a keyboard layout or Caps Lock differs; A to Z and 0 to 9 never do
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --item MILK-1L --new-lot --op-id four
        < 24\x0A
        Operation 8 (receive) is recorded.
        QUANTITY  ITEM     LOT        FROM            TO
         24 each  MILK-1L  L26327-01  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail stock
        ITEM       LOCATION  LOT        SERIAL     QUANTITY  UNIT
        LAPTOP-15  WH1/A-01             LT2600001         1  each
        LAPTOP-15  WH1/A-01             LT2600002         1  each
        LAPTOP-15  WH1/A-01             LT2600003         1  each
        MILK-1L    WH1/A-01  L26327-01                   24  each
        exit 0

        $ scantrail item set PUMP --serial-template P{nr} --op-id five
        ! refused [not-valid] the serial template P{nr} is none: there is no field {nr}; there are {yymmdd}, {yyyymmdd}, {yyjjj}, {yy}, {yyyy}, {mm}, {dd}, {jjj}, {ww}, {gggg}, {po}, {order}, {item}, {site}, {size}, {supplier}, {document}, {seq}, {seq:4} and {check:…}
        !   hint: docs/numbers.md lists the fields; such as S{yy}{seq:6}
        exit 3

        $ scantrail receive --from ACME --to WH1/A-01 --item BOLT --new-serials 3
        ! refused [not-valid] BOLT has no serials
        !   hint: scantrail item show BOLT
        exit 3

        $ scantrail receive --from ACME --to WH1/A-01 --item PUMP --new-serials 1 --lot L1
        ! refused [not-valid] nothing says how serials of PUMP are made
        !   hint: scantrail item set PUMP --serial-template "S{yy}{seq:6}"
        exit 3

    "#]].assert_eq(&world.transcript(&[
        ("item set LAPTOP-15 --serial-template LT{yy}{seq:5} --op-id one", ""),
        ("receive --from ACME --to WH1/A-01 --item LAPTOP-15 --new-serials 3 --labels labels.pdf --op-id two", ""),
        ("item set MILK-1L --lot-template L{yyjjj}-{seq:2} --op-id three", ""),
        ("receive --from ACME --to WH1/A-01 --item MILK-1L --new-lot --op-id four", "24\n"),
        ("stock", ""),
        ("item set PUMP --serial-template P{nr} --op-id five", ""),
        ("receive --from ACME --to WH1/A-01 --item BOLT --new-serials 3", ""),
        ("receive --from ACME --to WH1/A-01 --item PUMP --new-serials 1 --lot L1", ""),
    ]));
}

#[test]
fn serials_are_made_one_for_each_unit() {
    let world = shop();
    let line = format!("{RECEIVE} --item LAPTOP-15 --new-serials");
    assert_eq!(serials(&world, &format!("{line} 3")), ["LT2600001", "LT2600002", "LT2600003"]);
    assert_eq!(serials(&world, &format!("{line} 2")), ["LT2600004", "LT2600005"]);
    // A dry run shows them and uses none up; a repeated operation has those of the first time.
    assert_eq!(serials(&world, &format!("{line} 1 --dry-run")), ["LT2600006"]);
    assert_eq!(serials(&world, &format!("{line} 1 --op-id n1")), ["LT2600006"]);
    assert_eq!(serials(&world, &format!("{line} 1 --op-id n1")), ["LT2600006"]);
    assert_eq!(world.refused_codes(&format!("{line} 2 --op-id n1"), ""), ["op-id-reused"]);
    // What is refused uses none up.
    assert_eq!(
        world.refused_codes("receive --po PO-1001 --to NOWHERE --item LAPTOP-15 --new-serials 1", ""),
        ["unknown-location"]
    );
    assert_eq!(serials(&world, &format!("{line} 1")), ["LT2600007"]);
}

#[test]
fn numbers_that_are_taken_are_passed_over_and_strangers_move_nothing() {
    let world = shop();
    world.ok(RECEIVE, "LAPTOP-15\n4\nLT2600002\nLT2600003\nLT2699999\nZZ-77\n");
    let line = format!("{RECEIVE} --item LAPTOP-15 --new-serials");
    assert_eq!(serials(&world, &format!("{line} 3")), ["LT2600001", "LT2600004", "LT2600005"]);
    let many = serials(&world, &format!("{line} 200"));
    assert_eq!((many.first().unwrap().as_str(), many.last().unwrap().as_str()), ("LT2600006", "LT2600205"));
}

#[test]
fn a_day_an_order_a_site_and_a_size_have_sequences_of_their_own() {
    let mut world = shop();
    let lot = |world: &World, line: &str| world.json(line, "6\n")["lines"][0]["lot"].as_str().unwrap().to_owned();
    let line = format!("{RECEIVE} --item MILK-1L --new-lot");
    assert_eq!([lot(&world, &line), lot(&world, &line)], ["L26327-01", "L26327-02"]);
    world.set_now("2026-11-24T09:00:00+00:00");
    assert_eq!(lot(&world, &line), "L26328-01");
    let template = "--lot-template 'LTN-{site}-{item}-{supplier}-{size}-{seq:4}'";
    let small = lot(&world, &format!("{line} {template} --size S"));
    assert_eq!(small, "LTN-WH1-MILK-1L-ACME-S-0001");
    assert_eq!(lot(&world, &format!("{line} {template} --size XL")), "LTN-WH1-MILK-1L-ACME-XL-0001");
    assert_eq!(lot(&world, &format!("{line} {template} --size S")), "LTN-WH1-MILK-1L-ACME-S-0002");
    let refused = world.refused_document(&format!("{line} {template}"), "6\n");
    assert!(refused["refused"][0]["message"].as_str().unwrap().contains("give it with --size"), "{refused}");
    let order = "receive --from ACME --to WH1/A-01 --item BOLT --new-lot";
    assert_eq!(world.refused_codes(order, "1\n"), ["not-valid"], "bolts have no lots");
}

#[test]
fn check_characters_are_part_of_a_number() {
    let world = World::shop();
    world.ok("item set LAPTOP-15 --serial-template 40{seq:6}{check:mod10}", "");
    assert_eq!(serials(&world, &format!("{RECEIVE} --item LAPTOP-15 --new-serials 2")), ["400000013", "400000020"]);
}

#[test]
fn a_unit_with_lot_and_serial_gets_both() {
    let world = World::shop();
    world.ok("item set PUMP --serial-template P{seq:3} --lot-template B{seq}", "");
    let document = world.json(&format!("{RECEIVE} --item PUMP --new-serials 2 --new-lot"), "");
    let line = &document["lines"][0];
    assert_eq!((&line["lot"], &line["serials"]), (&json!("B1"), &json!(["P001", "P002"])));
}

#[test]
fn a_live_session_shows_the_lot_that_comes_next() {
    let world = shop();
    let line = format!("{RECEIVE} --item MILK-1L --new-lot --live --json");
    let outcome = world.ok(&line, "6\nDONE\n");
    assert_eq!(outcome.document()["lines"][0]["lot"], "L26327-01");
    assert!(outcome.stderr.contains("L26327-01"), "{outcome}");
    world.run(&line, "6\n4\n");
    assert_eq!(world.json(&format!("{RECEIVE} --item MILK-1L --new-lot"), "1\n")["lines"][0]["lot"], "L26327-03");
}

#[test]
fn sixteen_stations_never_get_the_same_number() {
    let world = shop();
    let line = format!("{RECEIVE} --item LAPTOP-15 --new-serials 5 --json");
    let started: Vec<_> = (0..16)
        .map(|station| {
            let mut command = world.scantrail();
            command.args(words(&line)).args(["--station", &format!("dock-{station}")]);
            command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut made = Vec::new();
    for child in started {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        made.extend(
            document["lines"][0]["serials"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()),
        );
    }
    let different: BTreeSet<&String> = made.iter().collect();
    assert_eq!((made.len(), different.len()), (80, 80));
    let expected: Vec<String> = (1..=80).map(|number| format!("LT26{number:05}")).collect();
    assert_eq!(different.into_iter().cloned().collect::<Vec<_>>(), expected, "no gap where nothing was refused");
}

#[test]
fn wrong_words_are_told() {
    let world = shop();
    for line in ["--new-serials 3", "--new-lot", "--item LAPTOP-15 --new-serials 0", "--item MILK-1L --new-lot --lot X"]
    {
        assert_eq!(world.run(&format!("{RECEIVE} {line}"), "").exit, 2, "{line}");
    }
    for template in ["S{nr}", "S", "S{seq}{seq}", "S{seq"] {
        let refused = world.refused_codes(&format!("item set LAPTOP-15 --serial-template {template}"), "");
        assert_eq!(refused, ["not-valid"], "{template}");
    }
    let outcome = world.ok("item set LAPTOP-15 --serial-template S-{seq}", "");
    assert!(outcome.stderr.contains("keyboard layout"), "{outcome}");
}
