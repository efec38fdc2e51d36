//! L4: all of a lot is kept in one place if possible. Receipts and returns say where it lies, and split lots are listed.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

fn warnings(document: &Value) -> Vec<&str> {
    document["warnings"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01 --op-id one
        < MILK-1L\x0A5\x0AB7\x0A
        Operation 9 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
          5 each  MILK-1L  B7   @supplier/ACME  WH1/A-01
        ! put away: lot B7 of MILK-1L is at WH1/A-01 (10)
        exit 0

        $ scantrail receive --from ACME --to WH1/A-02 --op-id two
        < MILK-1L\x0A5\x0AB7\x0A
        Operation 10 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
          5 each  MILK-1L  B7   @supplier/ACME  WH1/A-02
        ! warning [lot-split] lot B7 of MILK-1L lies in more than one place now: WH1/A-01, WH1/A-02
        ! put away: lot B7 of MILK-1L is at WH1/A-01 (15)
        exit 0

        $ scantrail receive --from ACME --to WH1/STAGING --op-id three --json
        < MILK-1L\x0A5\x0AB7\x0AMILK-1L\x0A1\x0AB8\x0A
        {"operation":11,"op_id":"three","kind":"receive","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":"ACME","invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[{"item":"MILK-1L","quantity":"5","lot":"B7","expires":"2026-12-01","best_before":null,"serials":[],"from":"@supplier/ACME","to":"WH1/STAGING"},{"item":"MILK-1L","quantity":"1","lot":"B8","expires":"2026-11-30","best_before":null,"serials":[],"from":"@supplier/ACME","to":"WH1/STAGING"}],"already_recorded":false,"files":[],"put_away":[{"item":"MILK-1L","lot":"B7","location":"WH1/A-01","quantity":"15"},{"item":"MILK-1L","lot":"B7","location":"WH1/A-02","quantity":"5"},{"item":"MILK-1L","lot":"B8","location":"WH1/A-01","quantity":"10"}],"warnings":[]}
        ! put away: lot B7 of MILK-1L is at WH1/A-01 (15), WH1/A-02 (5)
        ! put away: lot B8 of MILK-1L is at WH1/A-01 (10)
        exit 0

        $ scantrail stock --split-lots
        ITEM     LOCATION  LOT  EXPIRES     QUANTITY  UNIT
        MILK-1L  WH1/A-01  B7   2026-12-01        15  each
        MILK-1L  WH1/A-02  B7   2026-12-01         5  each
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01 --op-id one", "MILK-1L\n5\nB7\n"),
        ("receive --from ACME --to WH1/A-02 --op-id two", "MILK-1L\n5\nB7\n"),
        ("receive --from ACME --to WH1/STAGING --op-id three --json", "MILK-1L\n5\nB7\nMILK-1L\n1\nB8\n"),
        ("stock --split-lots", ""),
    ]));
}

#[test]
fn a_live_station_says_where_the_lot_lies_when_it_is_scanned() {
    let world = World::stocked();
    let outcome = world.ok("receive --from ACME --live", "WH1/A-02\nMILK-1L\n5\nB7\ndone\n");
    assert!(outcome.stderr.contains("lot B7; lot B7 is at WH1/A-01 (10)"), "{outcome}");
    let new = world.ok("receive --from ACME --live", "WH1/A-02\nMILK-1L\n5\nNEW\ndone\n");
    assert!(new.stderr.contains("ok  lot NEW\n"), "{new}");
}

#[test]
fn a_lot_is_split_when_it_goes_to_a_second_storage_place() {
    let world = World::stocked();
    world.ok("sell --to BOB --from WH1/A-01", "MILK-1L\n4\nB7\n");
    let places = |document: &Value| document["put_away"].clone();
    let there =
        |quantity: &str| json!([{"item": "MILK-1L", "lot": "B7", "location": "WH1/A-01", "quantity": quantity}]);
    // Back where it lies: no warning.
    let back = world.json("return --from BOB --to WH1/A-01", "MILK-1L\n1\nB7\n");
    assert_eq!((places(&back), warnings(&back)), (there("6"), vec![]));
    // To somebody who looks at it first: nothing is kept there.
    let looked_at = world.json("return --from BOB --disposition quarantine", "MILK-1L\n1\nB7\n");
    assert_eq!((places(&looked_at), warnings(&looked_at)), (there("7"), vec![]));
    assert_eq!(world.json("stock --split-lots", "")["stock"], json!([]));
    // To another shelf.
    let elsewhere = world.json("return --from BOB --to WH1/A-02", "MILK-1L\n1\nB7\n");
    assert_eq!((places(&elsewhere), warnings(&elsewhere)), (there("7"), vec!["lot-split"]));
    let split = world.json("stock --split-lots", "");
    let rows: Vec<String> = split["stock"].as_array().unwrap().iter().map(|row| row["location"].to_string()).collect();
    assert_eq!(rows, ["\"WH1/A-01\"", "\"WH1/A-02\""]);
    // Once it is there, more of it may go to either place.
    assert_eq!(warnings(&world.json("receive --from ACME --to WH1/A-02", "MILK-1L\n1\nB7\n")), Vec::<&str>::new());
}

#[test]
fn a_new_lot_is_split_by_its_own_receipt_and_other_goods_are_never_mentioned() {
    let world = World::shop();
    let scans = "WH1/A-01\nMILK-1L\n5\nNEW\nWH1/A-02\nMILK-1L\n5\nNEW\nWH1/A-01\nBOLT\n5\nLAPTOP-15\n1\nSN1\n";
    let done = world.json("receive --from ACME", scans);
    assert_eq!((warnings(&done), &done["put_away"]), (vec!["lot-split"], &Value::Null));
    // Units with a lot and a serial have a place, too.
    world.ok("receive --from ACME --to WH1/A-01", "PUMP\n1\nL1\nP1\n");
    let second = world.json("receive --from ACME --to WH1/A-02", "PUMP\n1\nL1\nP2\n");
    assert_eq!(second["put_away"], json!([{"item": "PUMP", "lot": "L1", "location": "WH1/A-01", "quantity": "1"}]));
    assert_eq!(warnings(&second), ["lot-split"]);
}

#[test]
fn a_transfer_that_splits_a_lot_says_so_and_one_that_moves_all_of_it_does_not() {
    let world = World::stocked();
    assert_eq!(warnings(&world.json("transfer --to WH1/A-02", "MILK-1L\n4\nB7\n")), ["lot-split"]);
    assert_eq!(warnings(&world.json("transfer --from WH1/A-01 --to WH1/A-02", "MILK-1L\n6\nB7\n")), Vec::<&str>::new());
}

#[test]
fn each_site_keeps_a_lot_for_itself() {
    let world = World::stocked();
    world.ok("location add EAST/A-01", "");
    world.ok("location set EAST", "");
    world.ok("location set WH1", "");
    let east = world.json("receive --from ACME --to EAST/A-01", "MILK-1L\n5\nB7\n");
    assert_eq!((warnings(&east), &east["put_away"]), (vec![], &Value::Null));
    assert_eq!(world.json("stock --split-lots", "")["stock"], json!([]));
    world.ok("receive --from ACME --to WH1/A-02", "MILK-1L\n5\nB7\n");
    assert_eq!(world.json("stock --split-lots", "")["stock"].as_array().map(Vec::len), Some(2));
}
