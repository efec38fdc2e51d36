//! `return`: goods back from a customer.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

/// The stocked shop after SN1, SN2 and 6 of milk B8 went to BOB on SO-2001, and SN3 to CAROL without an order.
fn sold() -> World {
    let world = World::stocked();
    world.ok("sell --so SO-2001 --invoice R-1", "2\nSN1\nSN2\nMILK-1L\n6\nB8\n");
    world.ok("sell --to CAROL", "1\nSN3\n");
    world
}

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = sold();
    expect![[r#"
        $ scantrail return --so SO-2001 --to WH1/A-01 --reason 'does not start' --op-id one
        < 1\x0ASN1\x0A
        Operation 11 (return) is recorded.
        QUANTITY  ITEM       SERIALS  FROM           TO
          1 each  LAPTOP-15  SN1      @customer/BOB  WH1/A-01
        exit 0

        $ scantrail return --from BOB --disposition quarantine --op-id two --json
        < MILK-1L\x0A2\x0AB8\x0A
        {"operation":12,"op_id":"two","kind":"return","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":"BOB","invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[{"item":"MILK-1L","quantity":"2","lot":"B8","expires":"2026-11-30","best_before":null,"serials":[],"from":"@customer/BOB","to":"WH1/QUAR"}],"already_recorded":false,"files":[],"disposition":"quarantine","put_away":[{"item":"MILK-1L","lot":"B8","location":"WH1/A-01","quantity":"4"}],"warnings":[]}
        ! put away: lot B8 of MILK-1L is at WH1/A-01 (4)
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("return --so SO-2001 --to WH1/A-01 --reason 'does not start' --op-id one", "1\nSN1\n"),
        ("return --from BOB --disposition quarantine --op-id two --json", "MILK-1L\n2\nB8\n"),
    ]));
}

#[test]
fn only_what_the_order_sold_comes_back_wherever_it_is() {
    let world = sold();
    let back = "return --so SO-2001 --to WH1/A-01";
    // At another customer, in stock, scrapped, of another item, never seen: all of it was not sold on this order.
    world.ok("return --from CAROL --disposition scrap", "1\nSN3\n");
    assert_eq!(
        world.refused(back, "3\nSN3\nSN4\nP1\nBOLT\n1\nLAPTOP-15\n1\nSN99\n"),
        [
            "2 SN3 not-sold-on-order",
            "3 SN4 not-sold-on-order",
            "4 P1 not-sold-on-order",
            "5 BOLT not-sold-on-order",
            "9 SN99 not-sold-on-order"
        ]
    );
    assert_eq!(world.refused_codes(back, "MILK-1L\n1\nB7\n"), ["not-sold-on-order"]);
    assert_eq!(world.refused_codes(back, "MILK-1L\n7\nB8\n"), ["not-sold-on-order"]);
    assert_eq!(world.refused_codes(back, "MILK-1L\n1\nNO-LOT\n"), ["not-sold-on-order"]);
    world.ok(back, "MILK-1L\n4\nB8\n1\nSN1\n");
    // What came back already.
    assert_eq!(world.refused_codes(back, "MILK-1L\n3\nB8\n"), ["not-sold-on-order"]);
    assert_eq!(world.refused_codes(back, "1\nSN1\n"), ["serial-already-in-stock"]);
    let order = world.json("order show SO-2001", "");
    assert_eq!((&order["lines"][0]["shipped"], &order["lines"][0]["returned"]), (&json!("2"), &json!("1")));
    assert_eq!((&order["lines"][1]["shipped"], &order["lines"][1]["returned"]), (&json!("6"), &json!("4")));
}

#[test]
fn a_unit_sold_again_on_another_order_is_of_that_order() {
    let world = sold();
    world.ok("return --so SO-2001 --to WH1/A-01", "1\nSN1\n");
    world.ok("sell --so SO-2002", "1\nSN1\n");
    assert_eq!(world.refused_codes("return --so SO-2001 --to WH1/A-01", "1\nSN1\n"), ["not-sold-on-order"]);
    let document = world.json("return --so SO-2002 --to WH1/A-01", "1\nSN1\n");
    assert_eq!(document["lines"][0]["from"], "@customer/CAROL");
}

#[test]
fn without_an_order_what_that_customer_has() {
    let world = sold();
    assert_eq!(world.refused_codes("return --from CAROL --to WH1/A-01", "1\nSN1\n"), ["serial-not-here"]);
    assert_eq!(world.refused_codes("return --from CAROL --to WH1/A-01", "MILK-1L\n1\nB8\n"), ["not-enough-stock"]);
    assert_eq!(world.refused_codes("return --to WH1/A-01", "1\nSN4\n"), ["serial-already-in-stock"]);
    assert_eq!(world.refused_codes("return --to WH1/A-01", "1\nSN99\n"), ["unknown-serial"]);
    world.ok("sell --to CAROL", "MILK-1L\n1\nB8\n");
    assert_eq!(world.refused_codes("return --to WH1/A-01", "MILK-1L\n1\nB8\n"), ["place-required"]);
    // Any customer's.
    let document = world.json("return", "WH1/A-02\n2\nSN1\nSN3\n");
    let from: Vec<_> = document["lines"].as_array().into_iter().flatten().map(|line| &line["from"]).collect();
    assert_eq!(from, [&json!("@customer/BOB"), &json!("@customer/CAROL")]);
    assert_eq!(document["partner"], json!(null), "two customers are no partner");
}

#[test]
fn dispositions_say_where_goods_go() {
    let world = sold();
    // The only quarantine place.
    let document = world.json("return --so SO-2001 --disposition quarantine", "1\nSN1\n");
    assert_eq!(document["lines"][0]["to"], "WH1/QUAR");
    assert_eq!(document["disposition"], "quarantine");
    assert_eq!(world.refused_codes("pick --so SO-2002", "1\nSN1\n"), ["place-not-pickable"]);
    // Scrap is the end, whatever place is scanned, and takes no --to.
    assert_eq!(world.run("return --so SO-2001 --disposition scrap --to WH1/A-01", "1\nSN2\n").exit, 2);
    let document = world.json("return --so SO-2001 --disposition scrap", "1\nSN2\n");
    assert_eq!(document["lines"][0]["to"], "@scrap");
    assert_eq!(world.json("trace SN2", "")["now"][0]["state"], "gone");
    // Restock with two storage places needs to know which; a place in the stream does.
    assert_eq!(world.refused("return --from CAROL", "1\nSN3\n"), ["1 1 place-required"]);
    assert_eq!(
        world.refused("return --from CAROL --disposition quarantine", "WH1/A-01\n1\nSN3\n"),
        ["1 WH1/A-01 place-does-not-fit"]
    );
    let document = world.json("return --from CAROL", "WH1/A-02\n1\nSN3\n");
    assert_eq!(document["lines"][0]["to"], "WH1/A-02");
}

#[test]
fn the_pick_of_the_order_stays_as_the_record() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "2\nSN1\nSN2\nMILK-1L\n6\nB8\n");
    world.ok("sell --so SO-2001 --picked", "");
    world.ok("return --so SO-2001 --to WH1/A-01 --slip slip.pdf", "1\nSN1\nMILK-1L\n6\nB8\n");
    let order = world.json("order show SO-2001", "");
    assert_eq!(order["lines"][0]["serials"], json!(["SN1", "SN2"]));
    assert_eq!(order["lines"][1]["lots"], json!(["B8"]));
    assert_eq!((&order["lines"][0]["picked"], &order["lines"][0]["returned"]), (&json!("2"), &json!("1")));
    assert!(std::fs::read(world.path("slip.pdf")).unwrap().starts_with(b"%PDF-"));
}
