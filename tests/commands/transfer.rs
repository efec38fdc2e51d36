//! `transfer`: from place to place, and the scan stream for goods that are known.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail transfer --to WH1/A-02 --op-id one
        < 2\x0ASN1\x0ASN3\x0ABOLT\x0A5\x0A
        Operation 9 (transfer) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          2 each  LAPTOP-15  SN1 SN3  WH1/A-01  WH1/A-02
          5 each  BOLT                WH1/A-01  WH1/A-02
        exit 0

        $ scantrail transfer --from WH1/A-01 --to WH1/STAGING --op-id two --json
        < MILK-1L\x0A4\x0AB7\x0A
        {"operation":10,"op_id":"two","kind":"transfer","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[{"item":"MILK-1L","quantity":"4","lot":"B7","expires":"2026-12-01","best_before":null,"serials":[],"from":"WH1/A-01","to":"WH1/STAGING"}],"already_recorded":false,"files":[],"warnings":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("transfer --to WH1/A-02 --op-id one", "2\nSN1\nSN3\nBOLT\n5\n"),
        ("transfer --from WH1/A-01 --to WH1/STAGING --op-id two --json", "MILK-1L\n4\nB7\n"),
    ]));
}

#[test]
fn serials_name_their_items_in_a_group_that_begins_with_a_quantity() {
    let world = World::stocked();
    // The pump brings its lot along, and stands at A-02 while the laptops stand at A-01.
    let document = world.json("transfer --to WH1/STAGING", "3\nSN1\nP1\nSN2\n");
    let lines: Vec<_> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (&line["item"], &line["lot"], &line["serials"]))
        .collect();
    assert_eq!(
        lines,
        [(&json!("LAPTOP-15"), &json!(null), &json!(["SN1", "SN2"])), (&json!("PUMP"), &json!("L1"), &json!(["P1"]))]
    );
    // Unit scans in such a group.
    world.ok("transfer --to WH1/A-01", "2\n]d2010950600013435221SN1\nSN2\n");
    assert_eq!(world.stock("LAPTOP-15")[0], "WH1/A-01 SN1 1");
}

#[test]
fn a_unit_that_exists_for_two_items_is_told_apart_by_its_item() {
    let world = World::stocked();
    world.ok("receive --from ACME --to WH1/A-01", "TABLET\n1\nSN1\n");
    assert_eq!(world.refused("transfer --to WH1/A-02", "1\nSN1\n"), ["2 SN1 ambiguous-scan"]);
    world.ok("transfer --to WH1/A-02", "TABLET\n1\nSN1\n");
    assert_eq!(world.stock("TABLET"), ["WH1/A-02 SN1 1"]);
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN1 1".to_owned()));
    world.ok("transfer --to WH1/A-02", "1\n]d2010950600013435221SN1\n");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-02 SN1 1".to_owned()));
}

#[test]
fn a_scanned_place_is_where_the_groups_after_it_go() {
    let world = World::stocked();
    world.ok("transfer", "WH1/A-02\n1\nSN1\nBOLT\n5\nVAN-1\nBOLT\n3\n");
    assert_eq!(world.stock("BOLT"), ["VAN-1 3", "WH1/A-01 12", "WH1/A-02 5"]);
    assert_eq!(world.stock("LAPTOP-15")[3], "WH1/A-02 SN1 1");
}

#[test]
fn a_lot_leaves_its_only_place_else_it_must_be_named() {
    let world = World::stocked();
    world.ok("transfer --to WH1/A-02", "MILK-1L\n4\nB7\n");
    assert_eq!(world.refused("transfer --to WH1/STAGING", "MILK-1L\n1\nB7\n"), ["2 1 place-required"]);
    // The other lot lies in one place.
    world.ok("transfer --to WH1/STAGING", "MILK-1L\n1\nB8\n");
    world.ok("transfer --from WH1/A-02 --to WH1/STAGING", "MILK-1L\n4\nB7\n");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 6", "WH1/A-01 B8 9", "WH1/STAGING B7 4", "WH1/STAGING B8 1"]);
    // Where it goes is no place where it can leave from.
    world.ok("transfer --to WH1/STAGING", "MILK-1L\n6\nB7\n");
}

#[test]
fn an_allocation_moves_along_except_to_where_nothing_is_allocated() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("transfer --to WH1/A-02", "2\nSN1\nSN2\nMILK-1L\n6\nB8\n");
    assert_eq!(
        world.stock("LAPTOP-15"),
        ["WH1/A-01 SN3 1", "WH1/A-01 SN4 1", "WH1/A-02 SN1 1 (1)", "WH1/A-02 SN2 1 (1)"]
    );
    // The allocated ones are asked for by the pick from where they are now.
    let order = world.json("order show SO-2001", "");
    assert_eq!(order["lines"][0]["allocated"], "2");
    world.ok("transfer --to WH1/QUAR", "1\nSN1\n");
    let order = world.json("order show SO-2001", "");
    assert_eq!(order["lines"][0]["allocated"], "1");
    assert_eq!(order["lines"][0]["serials"], json!(["SN2"]));
}

#[test]
fn gs1_scans_move_lots_and_units() {
    let world = World::stocked();
    world.ok("transfer --to WH1/A-02", "]C1010400638133393110B7\u{1d}304\n]C1010950600013435221SN1\n");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 6", "WH1/A-01 B8 10", "WH1/A-02 B7 4"]);
    // A label that contradicts the record.
    assert_eq!(
        world.refused_codes("transfer --to WH1/A-02", "]C10104006381333931172612020010B7\n1\n"),
        ["scan-not-readable"]
    );
    assert_eq!(
        world.refused_codes("transfer --to WH1/A-02", "]C1010400638133393117261202\u{1d}10B7\n1\n"),
        ["expiry-differs"]
    );
    let scans = "]C1010590123412345710L2\u{1d}21P1\n";
    assert_eq!(world.refused_codes("transfer --to WH1/STAGING", scans), ["unknown-lot"]);
    // One unit of an item that is tracked by lot must be there, also if no quantity follows.
    world.ok("transfer --from WH1/A-02 --to WH1/STAGING", "]C1010400638133393110B7\n1\n");
}

#[test]
fn quantities_keep_the_decimals_of_the_item() {
    let world = World::shop();
    world.ok("receive --from ACME --to WH1/A-01", "FLOUR\n150.250\nF1\nCABLE\n10\n");
    world.ok("transfer --to WH1/A-02", "FLOUR\n0.001\nF1\nCABLE\n0.5\n");
    assert_eq!(world.stock("FLOUR"), ["WH1/A-01 F1 150.249", "WH1/A-02 F1 0.001"]);
    assert_eq!(world.stock("CABLE"), ["WH1/A-01 9.50", "WH1/A-02 0.50"]);
}

#[test]
fn a_unit_scan_of_goods_without_serials_counts_one_unless_a_quantity_follows() {
    let world = World::stocked();
    // The label has a serial, and the item is tracked by lot only: each scan is one of the lot.
    let unit = "]d2010400638133393110B7\u{1d}21X1\n";
    world.ok("transfer --to WH1/A-02", format!("{unit}{unit}"));
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 8", "WH1/A-01 B8 10", "WH1/A-02 B7 2"]);
    world.ok("transfer --from WH1/A-01 --to WH1/A-02", format!("{unit}WH1/STAGING\n{unit}5\n{unit}BOLT\n1\n"));
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 1", "WH1/A-01 B8 10", "WH1/A-02 B7 3", "WH1/STAGING B7 6"]);
    // No more than there are, over the whole batch.
    let scans = format!("{unit}{unit}SCANTRAILDONER\n");
    assert_eq!(world.refused_codes("transfer --from WH1/A-01 --to WH1/A-02", scans), ["not-enough-stock"]);
}
