//! `sell`: goods out to a customer, scanned or as they were picked.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    world.ok("pick --so SO-2001", "1\nSN1\nMILK-1L\n6\nB8\n");
    expect![[r#"
        $ scantrail sell --so SO-2001 --picked --invoice R-77 --op-id one
        Operation 10 (sell) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM         TO
          6 each  MILK-1L    B8            WH1/STAGING  @customer/BOB
          1 each  LAPTOP-15       SN1      WH1/STAGING  @customer/BOB
        exit 0

        $ scantrail sell --to CAROL --op-id two --json
        < 1\x0AP1\x0ABOLT\x0A3\x0A
        {"operation":11,"op_id":"two","kind":"sell","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":"CAROL","invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[{"item":"PUMP","quantity":"1","lot":"L1","expires":null,"best_before":null,"serials":["P1"],"from":"WH1/A-02","to":"@customer/CAROL"},{"item":"BOLT","quantity":"3","lot":null,"expires":null,"best_before":null,"serials":[],"from":"WH1/A-01","to":"@customer/CAROL"}],"already_recorded":false,"files":[],"warnings":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("sell --so SO-2001 --picked --invoice R-77 --op-id one", ""),
        ("sell --to CAROL --op-id two --json", "1\nP1\nBOLT\n3\n"),
    ]));
}

#[test]
fn what_is_picked_is_shipped_without_scans() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "1\nSN1\n");
    let document = world.json("sell --so so-2001 --picked --invoice R-1 --slip slip.pdf", "ignored\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN1"]));
    assert_eq!(document["lines"][0]["from"], "WH1/STAGING");
    assert_eq!(document["lines"][0]["to"], "@customer/BOB");
    assert_eq!((&document["document"], &document["partner"]), (&json!("SO-2001"), &json!("BOB")));
    assert_eq!(document["files"], json!(["slip.pdf"]));
    let order = world.json("order show SO-2001", "");
    let line = &order["lines"][0];
    assert_eq!((&line["allocated"], &line["picked"], &line["shipped"]), (&json!("1"), &json!("1"), &json!("1")));
    assert_eq!(line["serials"], json!(["SN1", "SN2"]));
    assert_eq!(world.refused("sell --so SO-2001 --picked", ""), ["- - nothing-picked"]);
}

#[test]
fn a_sale_swaps_too_and_gives_back_what_the_order_cannot_use() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "1\nSN1\n");
    // Two are ordered: SN1 is picked, SN2 is allocated. Selling SN3 and SN4 gives both back.
    let document = world.json("sell --so SO-2001", "2\nSN3\nSN4\n");
    let mut released: Vec<_> = document["released"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|line| line["serials"].as_array().cloned().unwrap_or_default())
        .collect();
    released.sort_by_key(ToString::to_string);
    assert_eq!(released, [json!("SN1"), json!("SN2")]);
    assert_eq!(world.stock("LAPTOP-15"), ["WH1/A-01 SN2 1", "WH1/STAGING SN1 1"]);
    assert_eq!(world.refused_codes("sell --so SO-2001", "1\nSN1\n"), ["over-ordered"]);
}

#[test]
fn a_customer_without_an_order() {
    let world = World::stocked();
    let document = world.json("sell --to bob --from WH1/A-01", "1\nSN1\nMILK-1L\n2\nB7\n");
    assert_eq!((&document["document"], &document["partner"]), (&json!(null), &json!("BOB")));
    assert_eq!(world.run("sell", "1\nSN2\n").exit, 2);
    assert_eq!(world.run("sell --to BOB --picked", "").exit, 2);
    // What a customer has is seen by its place.
    let document = world.json("stock --location @customer/BOB", "");
    assert_eq!(document["stock"].as_array().map(Vec::len), Some(2), "{document}");
}

#[test]
fn the_order_is_not_exceeded_over_several_sales() {
    let world = World::stocked();
    world.ok("sell --so SO-2001", "MILK-1L\n4\nB7\n");
    assert_eq!(world.refused("sell --so SO-2001", "MILK-1L\n3\nB7\n"), ["2 3 over-ordered"]);
    world.ok("sell --so SO-2001", "MILK-1L\n2\nB7\n");
    assert_eq!(world.refused_codes("sell --so SO-2001", "BOLT\n1\n"), ["not-on-order"]);
}

#[test]
fn expired_goods_are_not_shipped_even_when_they_were_picked() {
    let mut world = World::stocked();
    world.ok("pick --so SO-2001", "MILK-1L\n6\nB8\n");
    world.set_now("2026-12-01T08:00:00+00:00");
    assert_eq!(world.refused("sell --so SO-2001 --picked", ""), ["- - lot-expired"]);
    // On the day of the event it was still good.
    world.ok("sell --so SO-2001 --picked --at 2026-11-30T23:00", "");
}

#[test]
fn picked_goods_are_sold_before_allocated_ones_and_those_before_free_ones() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "MILK-1L\n2\nB8\n");
    let document = world.json("sell --so SO-2001", "MILK-1L\n3\nB8\n");
    let from: Vec<_> =
        document["lines"].as_array().into_iter().flatten().map(|line| (&line["quantity"], &line["from"])).collect();
    assert_eq!(from, [(&json!("2"), &json!("WH1/STAGING")), (&json!("1"), &json!("WH1/A-01"))]);
    let order = world.json("order show SO-2001", "");
    assert_eq!((&order["lines"][1]["allocated"], &order["lines"][1]["shipped"]), (&json!("3"), &json!("3")));
}
