//! `stock`: what is where.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("allocate SO-2002", "");
    expect![[r#"
        $ scantrail stock
        ITEM       LOCATION  LOT  EXPIRES     SERIAL  QUANTITY  UNIT  ALLOCATED  FOR
        BOLT       WH1/A-01                                 20  each
        LAPTOP-15  WH1/A-01                   SN1            1  each          1  SO-2001
        LAPTOP-15  WH1/A-01                   SN2            1  each          1  SO-2001
        LAPTOP-15  WH1/A-01                   SN3            1  each          1  SO-2002
        LAPTOP-15  WH1/A-01                   SN4            1  each
        MILK-1L    WH1/A-01  B7   2026-12-01                10  each          2  SO-2002
        MILK-1L    WH1/A-01  B8   2026-11-30                10  each         10  SO-2001 SO-2002
        PUMP       WH1/A-02  L1               P1             1  each
        PUMP       WH1/A-02  L1               P2             1  each
        exit 0

        $ scantrail stock --item MILK-1L --json
        {"stock":[{"item":"MILK-1L","location":"WH1/A-01","lot":"B7","serial":null,"quantity":"10","allocated":"2","expires":"2026-12-01","best_before":null,"orders":["SO-2002"],"held":false,"held_because":null,"hold":null,"certificate":null,"owner":null},{"item":"MILK-1L","location":"WH1/A-01","lot":"B8","serial":null,"quantity":"10","allocated":"10","expires":"2026-11-30","best_before":null,"orders":["SO-2001","SO-2002"],"held":false,"held_because":null,"hold":null,"certificate":null,"owner":null}]}
        exit 0

    "#]].assert_eq(&world.transcript(&[("stock", ""), ("stock --item MILK-1L --json", "")]));
    expect![[r#"
        $ scantrail stock
        nothing is in stock
        exit 0

        $ scantrail stock --json
        {"stock":[]}
        exit 0

    "#]]
    .assert_eq(&World::shop().transcript(&[("stock", ""), ("stock --json", "")]));
}

#[test]
fn filters_by_item_place_and_lot() {
    let world = World::stocked();
    let count = |line: &str| world.json(line, "")["stock"].as_array().map(Vec::len);
    assert_eq!(count("stock --item 9506000134352"), Some(4));
    assert_eq!(count("stock --location wh1/a-02"), Some(2));
    assert_eq!(count("stock --location WH1"), Some(9), "the places below it");
    assert_eq!(count("stock --location WH1/"), Some(9));
    assert_eq!(count("stock --lot B7"), Some(1));
    assert_eq!(count("stock --batch B7 --item MILK-1L --location WH1/A-01"), Some(1));
    assert_eq!(count("stock --batch B7 --location WH1/A-02"), Some(0));
    assert_eq!(world.refused_codes("stock --item NOPE", ""), ["unknown-item"]);
    assert_eq!(world.refused_codes("stock --lot b7", ""), ["unknown-lot"]);
    assert_eq!(world.refused_codes("stock --location WH", ""), ["unknown-location"]);
}

#[test]
fn free_and_allocated_goods_of_one_place_are_one_row() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("allocate SO-2002", "");
    let document = world.json("stock --lot B8", "");
    assert_eq!(document["stock"].as_array().map(Vec::len), Some(1));
    let row = &document["stock"][0];
    assert_eq!((&row["quantity"], &row["allocated"], &row["serial"]), (&json!("10"), &json!("10"), &json!(null)));
    // A row for each serial, with its own claim.
    assert_eq!(
        world.stock("LAPTOP-15"),
        ["WH1/A-01 SN1 1 (1)", "WH1/A-01 SN2 1 (1)", "WH1/A-01 SN3 1 (1)", "WH1/A-01 SN4 1"]
    );
}

#[test]
fn what_left_is_not_in_stock() {
    let world = World::stocked();
    world.ok("sell --to BOB", "4\nSN1\nSN2\nSN3\nSN4\nBOLT\n20\n");
    assert_eq!(world.stock("LAPTOP-15"), [] as [&str; 0]);
    assert_eq!(world.stock("BOLT"), [] as [&str; 0]);
}
