//! `release`: what is set aside for a sales order is given back.

use serde_json::json;

use crate::world::World;

#[test]
fn what_is_allocated_is_free_again() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    let document = world.json("release so-2001", "");
    assert_eq!(document["kind"], "release");
    assert_eq!(document["document"], "SO-2001");
    assert_eq!(document["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 10", "WH1/A-01 B8 10"]);
    let other = world.json("allocate SO-2002", "");
    assert_eq!(other["lines"][1]["serials"], json!(["SN1"]));
    assert_eq!(world.refused("release SO-2001", ""), ["- - nothing-allocated"]);
}

#[test]
fn what_is_picked_stays_picked_unless_it_is_asked_for() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "1\nSN1\n");
    world.ok("release SO-2001", "");
    let order = world.json("order show SO-2001", "");
    assert_eq!((&order["lines"][0]["allocated"], &order["lines"][0]["picked"]), (&json!("0"), &json!("1")));
    assert_eq!(world.refused_codes("sell --to CAROL", "1\nSN1\n"), ["allocated-to-other-order"]);
    // It waits where it was put, and is free there.
    world.ok("release SO-2001 --picked", "");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/STAGING SN1 1".to_owned()));
    world.ok("sell --to CAROL", "1\nSN1\n");
}
