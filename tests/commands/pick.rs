//! `pick`: off the shelf for a sales order, scanned against its allocation.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    expect![[r#"
        $ scantrail pick --so SO-2001 --op-id one
        < WH1/A-01\x0A1\x0ASN1\x0AMILK-1L\x0A6\x0AB8\x0A
        Operation 10 (pick) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM      TO
          1 each  LAPTOP-15       SN1      WH1/A-01  WH1/STAGING
          6 each  MILK-1L    B8            WH1/A-01  WH1/STAGING
        exit 0

        $ scantrail pick --so SO-2001 --op-id two
        < 1\x0ASN4\x0A
        Operation 11 (pick) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          1 each  LAPTOP-15  SN4      WH1/A-01  WH1/STAGING
        Given back, because other units took their place:
        QUANTITY  ITEM       SERIALS  FROM      TO
          1 each  LAPTOP-15  SN2      WH1/A-01  free again
        exit 0

        $ scantrail order show SO-2001 --json
        {"order":"SO-2001","kind":"sales","partner":"BOB","lines":[{"item":"LAPTOP-15","ordered":"2","allocated":"0","picked":"2","shipped":"0","received":"0","returned":"0","lots":[],"serials":["SN1","SN4"]},{"item":"MILK-1L","ordered":"6","allocated":"0","picked":"6","shipped":"0","received":"0","returned":"0","lots":["B8"],"serials":[]}],"fields":{}}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("pick --so SO-2001 --op-id one", "WH1/A-01\n1\nSN1\nMILK-1L\n6\nB8\n"),
        // A swap: another good unit, and the allocation of SN2 is given back.
        ("pick --so SO-2001 --op-id two", "1\nSN4\n"),
        ("order show SO-2001 --json", ""),
    ]));
}

#[test]
fn another_good_unit_takes_the_place_of_the_allocated_one() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    let document = world.json("pick --so SO-2001", "1\nSN4\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN4"]));
    assert_eq!(document["released"][0]["serials"], json!(["SN2"]), "the last one allocated: {document}");
    assert_eq!(
        world.stock("LAPTOP-15"),
        ["WH1/A-01 SN1 1 (1)", "WH1/A-01 SN2 1", "WH1/A-01 SN3 1", "WH1/STAGING SN4 1 (1)"]
    );
    // SN2 is free for the other order now.
    world.ok("pick --so SO-2002", "1\nSN2\n");
    // Another lot swaps too.
    let document = world.json("pick --so SO-2001", "MILK-1L\n4\nB7\n");
    assert_eq!(document["released"][0]["lot"], "B8");
    assert_eq!(document["released"][0]["quantity"], "4");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 6", "WH1/A-01 B8 10 (2)", "WH1/STAGING B7 4 (4)"]);
}

#[test]
fn without_an_allocation_it_allocates_as_it_goes() {
    let world = World::stocked();
    world.ok("pick --so so-2001", "LAPTOP-15\n2\nSN1\nSN3\n");
    let order = world.json("order show SO-2001", "");
    assert_eq!(order["lines"][0]["picked"], "2");
    assert_eq!(order["lines"][0]["serials"], json!(["SN1", "SN3"]));
    assert_eq!(world.refused_codes("pick --so SO-2001", "1\nSN2\n"), ["over-ordered"]);
}

#[test]
fn the_allocated_place_is_where_a_lot_leaves_from() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    // 6 of B8 are allocated at A-01; the rest of B8 goes to A-02, so B8 lies in two places.
    world.ok("transfer --to WH1/A-02", "MILK-1L\n10\nB8\n");
    world.ok("transfer --from WH1/A-02 --to WH1/A-01", "MILK-1L\n3\nB8\n");
    let document = world.json("pick --so SO-2001", "MILK-1L\n3\nB8\n");
    assert_eq!(document["lines"][0]["from"].as_str().map(|place| place.starts_with("WH1/A-0")), Some(true));
    let order = world.json("order show SO-2001", "");
    assert_eq!((&order["lines"][1]["allocated"], &order["lines"][1]["picked"]), (&json!("3"), &json!("3")));
}

#[test]
fn a_place_in_the_stream_is_where_goods_leave_from() {
    let world = World::stocked();
    world.ok("transfer --to WH1/A-02", "MILK-1L\n4\nB7\n");
    assert_eq!(world.refused_codes("pick --so SO-2001", "MILK-1L\n2\nB7\n"), ["place-required"]);
    let document = world.json("pick --so SO-2001", "WH1/A-02\nMILK-1L\n2\nB7\nWH1/A-01\nMILK-1L\n1\nB7\n");
    assert_eq!(document["lines"][0]["from"], "WH1/A-02");
    assert_eq!(document["lines"][1]["from"], "WH1/A-01");
    assert_eq!(world.refused("pick --so SO-2001", "WH1/A-02\n1\nSN1\n"), ["3 SN1 serial-not-here"]);
    world.ok("pick --so SO-2001 --from WH1/A-01", "1\nSN1\n");
}

#[test]
fn picked_goods_wait_in_the_only_staging_place_or_where_it_is_said() {
    let world = World::stocked();
    world.ok("location add WH1/STAGING-2 --kind staging", "");
    assert_eq!(world.refused("pick --so SO-2001", "LAPTOP-15\n1\nSN1\n"), ["1 LAPTOP-15 place-required"]);
    let document = world.json("pick --so SO-2001 --to wh1/staging-2", "LAPTOP-15\n1\nSN1\n");
    assert_eq!(document["lines"][0]["to"], "WH1/STAGING-2");
}

#[test]
fn the_sheet_shows_what_was_picked() {
    let world = World::stocked();
    let document = world.json("pick --so SO-2001 --sheet picked.pdf", "1\nSN1\n");
    assert_eq!(document["files"], json!(["picked.pdf"]));
    assert!(std::fs::read(world.path("picked.pdf")).unwrap().starts_with(b"%PDF-"));
}
