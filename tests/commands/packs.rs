//! Barcodes that stand for several units, and what suppliers call our items.

use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

fn quantities(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = document["lines"].as_array().unwrap().iter();
    lines.map(|line| ["quantity", "item", "lot"].map(|key| text(&line[key])).join(" ")).collect()
}

fn shop_with_packs() -> World {
    let world = World::shop();
    world.ok("item set BOLT --pack 19506000134359=100 --pack BOLT-BAG=12", "");
    world.ok("item set MILK-1L --pack MILK-CRATE=6", "");
    world.ok("item set LAPTOP-15 --pack LAPTOP-BOX=2", "");
    world
}

#[test]
fn a_pack_counts_its_units_and_a_quantity_counts_packs() {
    let world = shop_with_packs();
    for (scans, lines) in [
        ("BOLT-BAG\n", &["12 BOLT -"][..]),
        ("BOLT-BAG\n3\n", &["36 BOLT -"]),
        ("BOLT-BAG\nBOLT-BAG\n19506000134359\n", &["124 BOLT -"]),
        ("]C10119506000134359\n2\n", &["200 BOLT -"]),
        ("]C101195060001343593750\n", &["100 BOLT -"]),
        ("]C10219506000134359370002\n", &["200 BOLT -"]),
        ("]C10119506000134359302\n", &["200 BOLT -"]),
        ("]C10119506000134359\n]C1302\n", &["200 BOLT -"]),
        ("https://id.gs1.org/01/19506000134359?30=2\n", &["200 BOLT -"]),
        ("[)>\u{1e}06\u{1d}PBOLT-BAG\u{1d}Q3\u{1e}\u{4}\n", &["36 BOLT -"]),
        ("MILK-CRATE\n2\nB9\nBOLT\n5\n", &["12 MILK-1L B9", "5 BOLT -"]),
        ("MILK-CRATE\nB10\n", &["6 MILK-1L B10"]),
        ("LAPTOP-BOX\nP1\nP2\nBOLT\n1\n", &["2 LAPTOP-15 -", "1 BOLT -"]),
        ("LAPTOP-BOX\n2\nQ1\nQ2\nQ3\nQ4\n", &["4 LAPTOP-15 -"]),
    ] {
        assert_eq!(quantities(&world.json(RECEIVE, scans)), lines, "{scans:?}");
    }
}

#[test]
fn a_pack_that_is_not_full_is_refused() {
    let world = shop_with_packs();
    let refused = world.refused_document(RECEIVE, "LAPTOP-BOX\nP1\n");
    assert!(refused["refused"][0]["message"].as_str().unwrap().contains("serials 1 of 2"), "{refused}");
    assert_eq!(world.refused_codes(RECEIVE, "LAPTOP-BOX\nBOLT\n5\n"), ["batch-incomplete"]);
    assert_eq!(world.refused_codes(RECEIVE, "MILK-CRATE\nBOLT\n5\n"), ["batch-incomplete"]);
    assert_eq!(world.refused_codes(RECEIVE, "BOLT-BAG\n1.5\n"), ["quantity-not-whole"]);
    assert_eq!(world.refused_codes(RECEIVE, "BOLT-BAG\n0\n"), ["quantity-not-positive"]);
    // A pack where a serial is due is the code of an item.
    assert_eq!(world.refused_codes(RECEIVE, "LAPTOP-15\n1\nLAPTOP-BOX\nS1\n"), ["item-where-serial-expected"]);
}

#[test]
fn packs_go_out_too_and_no_more_than_is_there() {
    let world = shop_with_packs();
    world.ok(RECEIVE, "BOLT-BAG\n2\n");
    assert_eq!(world.refused_codes("sell --to BOB", "BOLT-BAG\n3\n"), ["not-enough-stock"]);
    world.ok("sell --to BOB", "BOLT-BAG\n");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 12"]);
}

#[test]
fn packs_are_codes_like_others() {
    let world = shop_with_packs();
    assert_eq!(world.refused_codes("item set MILK-1L --pack BOLT-BAG=3", ""), ["code-taken"]);
    assert_eq!(world.refused_codes("item set BOLT --pack BOLT-BAG=24", ""), ["code-taken"]);
    world.ok("item set BOLT --pack BOLT-BAG=12", "");
    for wrong in ["X", "X=", "X=0", "X=1.5", "=3"] {
        assert_eq!(world.refused_codes(&format!("item set BOLT --pack {wrong}"), ""), ["not-valid"], "{wrong}");
    }
    let shown = world.json("item show BOLT-BAG", "");
    let packs = json!([{"barcode": "19506000134359", "quantity": "100"}, {"barcode": "BOLT-BAG", "quantity": "12"}]);
    assert_eq!((&shown["item"], &shown["packs"]), (&json!("BOLT"), &packs));
    assert!(world.ok("item list", "").stdout.contains("BOLT-BAG=12"));
}

#[test]
fn what_a_supplier_calls_an_item_counts_with_that_supplier_only() {
    let world = World::shop();
    world.ok("item set BOLT --supplier-barcode ACME=AC-4711", "");
    world.ok("partner add OTHER --kind supplier --name Other", "");
    assert_eq!(quantities(&world.json(RECEIVE, "AC-4711\n5\n")), ["5 BOLT -"]);
    assert_eq!(quantities(&world.json("return --to-supplier ACME", "AC-4711\n2\n")), ["2 BOLT -"]);
    assert_eq!(world.refused_codes("receive --from OTHER --to WH1/A-01", "AC-4711\n5\n"), ["unknown-item"]);
    assert_eq!(world.refused_codes("sell --to BOB", "AC-4711\n5\n"), ["unknown-item"]);
    // Eight scans and more are looked up together.
    let many = "AC-4711\n5\n".repeat(6);
    assert_eq!(quantities(&world.json(RECEIVE, &many)), ["30 BOLT -"]);
    // A supplier's label names the item in the supplier's words.
    let label = "[)>\u{1e}06\u{1d}PAC-4711\u{1d}Q10\u{1e}\u{4}\n";
    assert_eq!(quantities(&world.json(RECEIVE, label)), ["10 BOLT -"]);
    let shown = world.json("item show BOLT", "");
    assert_eq!(shown["supplier_barcodes"], json!([{"supplier": "ACME", "barcode": "AC-4711"}]));
}

#[test]
fn a_word_means_one_thing() {
    let world = World::shop();
    world.ok("item set BOLT --supplier-barcode ACME=4711", "");
    world.ok("item set BOLT --supplier-barcode acme=4711", "");
    assert_eq!(world.refused_codes("item set MILK-1L --supplier-barcode ACME=4711", ""), ["code-taken"]);
    assert_eq!(world.refused_codes("item set MILK-1L --barcode 4711", ""), ["code-taken"]);
    assert_eq!(world.refused_codes("item set MILK-1L --supplier-barcode ACME=BOLT", ""), ["code-taken"]);
    assert_eq!(world.refused_codes("item set MILK-1L --supplier-barcode NOBODY=1", ""), ["unknown-partner"]);
    assert_eq!(world.refused_codes("item set MILK-1L --supplier-barcode ACME", ""), ["not-valid"]);
}

#[test]
fn packs_and_words_of_suppliers_are_imported() {
    let world = World::shop();
    world.write("more.csv", "sku,name,track,packs,supplier barcodes\nNUT,Nut,none,NUT-BAG=50 NUT-BOX=500,ACME=77\n");
    world.ok("import items more.csv", "");
    assert_eq!(quantities(&world.json(RECEIVE, "NUT-BOX\n77\n1\n")), ["501 NUT -"]);
}
