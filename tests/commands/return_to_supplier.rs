//! `return --to-supplier`: goods back to where they came from.

use serde_json::json;

use crate::world::World;

#[test]
fn goods_go_back_to_who_delivered_them_and_may_come_in_again() {
    let world = World::shop();
    world.ok("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n3\nSN1\nSN2\nSN3\nMILK-1L\n24\nB1\n");
    let document = world.json("return --to-supplier acme --po po-1001", "1\nSN1\nMILK-1L\n4\nB1\n");
    assert_eq!((&document["kind"], &document["partner"]), (&json!("return"), &json!("ACME")));
    assert_eq!((&document["document"], &document["lines"][0]["to"]), (&json!("PO-1001"), &json!("@supplier/ACME")));
    let order = world.json("order show PO-1001", "");
    assert_eq!((&order["lines"][0]["received"], &order["lines"][0]["returned"]), (&json!("3"), &json!("1")));
    // What went back is asked for again, and not more.
    assert_eq!(world.refused("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n2\nSN1\nSN4\n"), ["2 2 over-ordered"]);
    world.ok("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nSN1\nMILK-1L\n4\nB1\n");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B1 24"]);
}

#[test]
fn not_to_somebody_else_not_twice_and_not_more_than_came() {
    let world = World::stocked();
    world.ok("receive --from ZENITH --to WH1/A-01", "BOLT\n5\nLAPTOP-15\n1\nZ1\n");
    let back = "return --to-supplier ZENITH";
    assert_eq!(world.refused_codes(back, "2\nSN1\nZ1\n"), ["not-received-from-supplier"]);
    assert_eq!(world.refused_codes(back, "BOLT\n6\n"), ["not-received-from-supplier"]);
    assert_eq!(world.refused_codes(back, "BOLT\n3\nBOLT\n3\n"), ["not-received-from-supplier"]);
    world.ok(back, "BOLT\n5\n1\nZ1\n");
    assert_eq!(world.refused_codes(back, "BOLT\n1\n"), ["not-received-from-supplier"]);
    assert_eq!(world.refused_codes(back, "1\nZ1\n"), ["serial-not-here"]);
    assert_eq!(world.refused_codes("return --to-supplier BOB", "1\nSN1\n"), ["unknown-partner"]);
    assert_eq!(
        world.refused_codes("return --to-supplier ACME --po PO-1001", "1\nSN1\n"),
        ["not-received-from-supplier"]
    );
    assert_eq!(world.run("return --po PO-1001", "1\nSN1\n").exit, 2);
    assert_eq!(world.run("return --to-supplier ACME --so SO-2001", "1\nSN1\n").exit, 2);
}

#[test]
fn from_quarantine_it_may_go_and_from_an_order_it_may_not() {
    let world = World::stocked();
    world.ok("transfer --to WH1/QUAR", "1\nSN1\n");
    world.ok("return --to-supplier ACME --from WH1/QUAR", "1\nSN1\n");
    world.ok("allocate SO-2001", "");
    assert_eq!(world.refused_codes("return --to-supplier ACME", "1\nSN2\n"), ["allocated-to-other-order"]);
}
