//! `allocate`: exact lots and serials, first expired or first in first.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

/// The lines of an operation as `quantity item lot serials`, in the order of the catalogue: milk before laptops.
fn lines(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = document["lines"].as_array().into_iter().flatten();
    lines
        .map(|line| {
            let serials: Vec<String> = line["serials"].as_array().into_iter().flatten().map(text).collect();
            format!("{} [{}]", ["quantity", "item", "lot"].map(|key| text(&line[key])).join(" "), serials.join(" "))
        })
        .collect()
}

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail allocate SO-2001 --op-id one
        Operation 9 (allocate) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          6 each  MILK-1L    B8            WH1/A-01  allocated for SO-2001
          2 each  LAPTOP-15       SN1 SN2  WH1/A-01  allocated for SO-2001
        exit 0

        $ scantrail allocate so-2003 --op-id two --json
        {"operation":10,"op_id":"two","kind":"allocate","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":"SO-2003","partner":"BOB","invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[{"item":"BOLT","quantity":"10","lot":null,"expires":null,"best_before":null,"serials":[],"from":"WH1/A-01","to":"WH1/A-01"},{"item":"PUMP","quantity":"1","lot":"L1","expires":null,"best_before":null,"serials":["P1"],"from":"WH1/A-02","to":"WH1/A-02"}],"already_recorded":false,"files":[],"short":[],"warnings":[]}
        exit 0

        $ scantrail release SO-2003 --op-id three
        Operation 11 (release) is recorded.
        QUANTITY  ITEM  LOT  SERIALS  FROM      TO
         10 each  BOLT                WH1/A-01  free again
          1 each  PUMP  L1   P1       WH1/A-02  free again
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("allocate SO-2001 --op-id one", ""),
        ("allocate so-2003 --op-id two --json", ""),
        ("release SO-2003 --op-id three", ""),
    ]));
}

#[test]
fn first_expired_goes_first_else_first_in() {
    let world = World::stocked();
    // B8 came later and expires earlier.
    assert_eq!(lines(&world.json("allocate SO-2001", "")), ["6 MILK-1L B8 []", "2 LAPTOP-15 - [SN1 SN2]"]);
    // What is left of B8 goes before B7.
    assert_eq!(
        lines(&world.json("allocate SO-2002", "")),
        ["4 MILK-1L B8 []", "2 MILK-1L B7 []", "1 LAPTOP-15 - [SN3]"]
    );
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 10 (2)", "WH1/A-01 B8 10 (10)"]);

    let world = World::stocked();
    assert_eq!(
        lines(&world.json("allocate SO-2001 --strategy fifo", "")),
        ["6 MILK-1L B7 []", "2 LAPTOP-15 - [SN1 SN2]"]
    );
}

#[test]
fn lots_without_a_date_come_after_those_with_one_and_expired_ones_never() {
    let mut world = World::shop();
    world.ok("receive --from ACME --to WH1/A-01", "MILK-1L\n2\nNODATE\n");
    world.ok("receive --from ACME --to WH1/A-01 --expires 2026-11-22 --lot PAST", "MILK-1L\n50\n");
    world.ok("receive --from ACME --to WH1/A-01 --expires 2026-11-23 --lot TODAY", "MILK-1L\n1\n");
    world.ok("receive --from ACME --to WH1/A-01 --expires 2027-11-23 --lot LATER", "MILK-1L\n1\n");
    let document = world.json("allocate SO-2001", "");
    assert_eq!(lines(&document), ["1 MILK-1L TODAY []", "1 MILK-1L LATER []", "2 MILK-1L NODATE []"]);
    assert_eq!(
        document["short"],
        json!([{"item": "MILK-1L", "quantity": "2"}, {"item": "LAPTOP-15", "quantity": "2"}])
    );
    // The day after, what expired today cannot be picked any more.
    world.set_now("2026-11-24T08:00:00+00:00");
    assert_eq!(world.refused_codes("pick --so SO-2001", "MILK-1L\n1\nTODAY\n"), ["lot-expired"]);
}

#[test]
fn it_takes_what_there_is_and_lists_what_is_short() {
    let world = World::stocked();
    world.ok("order add SO-9 --kind sales --partner BOB --line LAPTOP-15=9 --line BOLT=5 --line TABLET=1", "");
    let outcome = world.ok("allocate SO-9", "");
    assert!(outcome.stderr.contains("short: 5 of LAPTOP-15"), "{outcome}");
    let world = World::stocked();
    world.ok("order add SO-9 --kind sales --partner BOB --line LAPTOP-15=9 --line BOLT=5 --line TABLET=1", "");
    // All or nothing: refused for each item that is short.
    assert_eq!(world.refused_codes("allocate SO-9 --all-or-nothing", ""), ["not-enough-stock", "not-enough-stock"]);
    let document = world.json("allocate SO-9", "");
    assert_eq!(lines(&document), ["5 BOLT - []", "4 LAPTOP-15 - [SN1 SN2 SN3 SN4]"]);
    assert_eq!(document["short"], json!([{"item": "LAPTOP-15", "quantity": "5"}, {"item": "TABLET", "quantity": "1"}]));
    // Once more takes only what is still needed: nothing is there.
    let again = world.json("allocate SO-9", "");
    assert_eq!(again["lines"], json!([]));
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nSN5\nTABLET\n1\nT1\n");
    let again = world.json("allocate SO-9", "");
    assert_eq!(lines(&again), ["1 LAPTOP-15 - [SN5]", "1 TABLET - [T1]"]);
}

#[test]
fn two_orders_never_get_the_same_unit() {
    let world = World::stocked();
    world.ok("order add SO-9 --kind sales --partner BOB --line LAPTOP-15=3", "");
    let first = world.json("allocate SO-9", "");
    let second = world.json("allocate SO-2001", "");
    assert_eq!(first["lines"][0]["serials"], json!(["SN1", "SN2", "SN3"]));
    assert_eq!(second["lines"][1]["serials"], json!(["SN4"]));
    assert_eq!(second["short"], json!([{"item": "LAPTOP-15", "quantity": "1"}]));
    for (command, scans) in
        [("pick --so SO-2001", "1\nSN1\n"), ("sell --so SO-2001", "1\nSN1\n"), ("sell --to BOB", "LAPTOP-15\n1\nSN1\n")]
    {
        assert_eq!(world.refused_codes(command, scans), ["allocated-to-other-order"], "{command}");
    }
}

#[test]
fn quarantine_and_transit_are_never_allocated() {
    let world = World::stocked();
    world.ok("transfer", "WH1/QUAR\n2\nSN1\nSN2\nVAN-1\n1\nSN3\n");
    let document = world.json("allocate SO-2001", "");
    assert_eq!(document["lines"][1]["serials"], json!(["SN4"]));
}

#[test]
fn what_is_shipped_or_picked_is_not_needed_again() {
    let world = World::stocked();
    world.ok("sell --so SO-2001", "1\nSN4\n");
    world.ok("pick --so SO-2001", "MILK-1L\n2\nB7\n");
    assert_eq!(lines(&world.json("allocate SO-2001", "")), ["4 MILK-1L B8 []", "1 LAPTOP-15 - [SN1]"]);
}

#[test]
fn the_sheet_is_written_and_written_again() {
    let world = World::stocked();
    let document = world.json("allocate SO-2001 --sheet pick.pdf --op-id once", "");
    assert_eq!(document["files"], json!(["pick.pdf"]));
    let before = std::fs::read(world.path("pick.pdf")).unwrap();
    assert!(before.starts_with(b"%PDF-"));
    std::fs::remove_file(world.path("pick.pdf")).unwrap();
    let again = world.json("allocate SO-2001 --sheet pick.pdf --op-id once", "");
    assert_eq!(again["already_recorded"], true);
    assert_eq!(std::fs::read(world.path("pick.pdf")).unwrap(), before);
}
