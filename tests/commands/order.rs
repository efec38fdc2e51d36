//! `order add`, `order list`, `order show`.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    world.ok("sell --so SO-2002", "1\nSN1\nMILK-1L\n2\nB7\n");
    expect![[r#"
        $ scantrail order add SO-9 --kind sales --partner bob --line bolt=5 --line FLOUR=1.25 --op-id one
        Operation 10 (order-add) is recorded.
        exit 0

        $ scantrail order list
        ORDER    KIND      PARTNER
        PO-1001  purchase  ACME
        SO-2001  sales     BOB
        SO-2002  sales     CAROL
        SO-2003  sales     BOB
        SO-9     sales     BOB
        exit 0

        $ scantrail order show SO-2002
        SO-2002 is a sales order with CAROL
        ITEM       ORDERED  SHIPPED  LOTS  SERIALS
        LAPTOP-15        1        1        SN1
        MILK-1L          6        2  B7
        exit 0

        $ scantrail order show so-9 --json
        {"order":"SO-9","kind":"sales","partner":"BOB","lines":[{"item":"BOLT","ordered":"5","allocated":"0","picked":"0","shipped":"0","received":"0","returned":"0","lots":[],"serials":[]},{"item":"FLOUR","ordered":"1.250","allocated":"0.000","picked":"0.000","shipped":"0.000","received":"0.000","returned":"0.000","lots":[],"serials":[]}],"fields":{}}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("order add SO-9 --kind sales --partner bob --line bolt=5 --line FLOUR=1.25 --op-id one", ""),
        ("order list", ""),
        ("order show SO-2002", ""),
        ("order show so-9 --json", ""),
    ]));
}

#[test]
fn every_kind_has_its_partner() {
    let world = World::shop();
    world.ok("order add P --kind purchase --partner ZENITH --line BOLT=1", "");
    world.ok("order add R --kind return --partner BOB --line BOLT=1", "");
    world.ok("order add W --kind work --line BOLT=1", "");
    assert_eq!(world.run("order add X --kind sales --line BOLT=1", "").exit, 2);
    assert_eq!(world.run("order add X --kind sales --partner BOB", "").exit, 2);
    assert_eq!(world.run("order add X --kind sales --partner BOB --line BOLT", "").exit, 2);
    assert_eq!(world.refused_codes("order add X --kind sales --partner ACME --line BOLT=1", ""), ["unknown-partner"]);
    assert_eq!(world.refused_codes("order add X --kind purchase --partner BOB --line BOLT=1", ""), ["unknown-partner"]);
}

#[test]
fn every_bad_line_is_named() {
    let world = World::shop();
    assert_eq!(
        world.refused_codes(
            "order add X --kind sales --partner BOB --line NOPE=1 --line BOLT=0 --line BOLT=1.5 --line FLOUR=1.2345 --line BOLT=x",
            ""
        ),
        ["unknown-item", "quantity-not-positive", "quantity-not-whole", "quantity-too-precise", "quantity-not-a-number"]
    );
}

#[test]
fn an_item_on_several_lines_is_filled_in_their_order() {
    let world = World::stocked();
    world.ok("order add SO-9 --kind sales --partner BOB --line BOLT=5 --line CABLE=1 --line BOLT=7", "");
    world.ok("allocate SO-9", "");
    world.ok("sell --so SO-9", "BOLT\n6\n");
    let order = world.json("order show SO-9", "");
    let shipped: Vec<_> = order["lines"].as_array().unwrap().iter().map(|line| &line["shipped"]).collect();
    assert_eq!(shipped, [&json!("5"), &json!("0.00"), &json!("1")]);
}
