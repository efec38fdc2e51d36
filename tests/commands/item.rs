//! `item add`, `item set`, `item list`, `item show`.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::new();
    expect![[r#"
        $ scantrail item add LAPTOP-15 --name 'Laptop 15 inch' --track serial --gtin 4006381333931 --barcode OLD-77 --op-id one
        Operation 1 (item-add) is recorded.
        exit 0

        $ scantrail item add FLOUR --name Mehl --track batch --unit kg --scale 3 --op-id two --json
        {"operation":2,"op_id":"two","kind":"item-add","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[],"already_recorded":false,"files":[],"item":"FLOUR","warnings":[]}
        exit 0

        $ scantrail item set flour --name 'Flour, wheat' --gtin 9506000134352 --op-id three
        Operation 3 (item-set) is recorded.
        exit 0

        $ scantrail item list
        ITEM       NAME            TRACKED BY  UNIT  DECIMALS  BARCODES
        FLOUR      Flour, wheat    lot         kg           3  09506000134352
        LAPTOP-15  Laptop 15 inch  serial      each            04006381333931 OLD-77
        exit 0

        $ scantrail item show 9506000134352 --json
        {"item":"FLOUR","name":"Flour, wheat","track":"lot","gtins":["09506000134352"],"barcodes":[],"packs":[],"supplier_barcodes":[],"unit":"kg","scale":3,"rules":{},"holds":[],"fields":{}}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("item add LAPTOP-15 --name 'Laptop 15 inch' --track serial --gtin 4006381333931 --barcode OLD-77 --op-id one", ""),
        ("item add FLOUR --name Mehl --track batch --unit kg --scale 3 --op-id two --json", ""),
        ("item set flour --name 'Flour, wheat' --gtin 9506000134352 --op-id three", ""),
        ("item list", ""),
        ("item show 9506000134352 --json", ""),
    ]));
}

#[test]
fn what_is_not_named_stays_and_codes_are_added() {
    let world = World::new();
    world.ok("item add A --name One --track none --unit box --barcode A1", "");
    world.ok("item set A --barcode A2 --barcode A1", "");
    world.ok("item set a --scale 2", "");
    let item = world.json("item show A2", "");
    assert_eq!(
        item,
        json!({"item": "A", "name": "One", "track": "none", "gtins": [], "barcodes": ["A1", "A2"],
            "packs": [], "supplier_barcodes": [], "unit": "box", "scale": 2, "rules": {}, "holds": [], "fields": {}})
    );
    assert_eq!(world.refused_codes("item set B --name x", ""), ["unknown-item"]);
}

#[test]
fn all_words_for_tracking_are_understood() {
    let world = World::new();
    let words =
        [("none", "none"), ("batch", "lot"), ("LOT", "lot"), ("Serial", "serial"), ("lot+serial", "lot+serial")];
    for (index, (word, track)) in words.into_iter().enumerate() {
        world.ok(&format!("item add I{index} --name x --track {word}"), "");
        assert_eq!(world.json(&format!("item show I{index}"), "")["track"], track, "{word}");
    }
    assert_eq!(world.run("item add X --name x --track maybe", "").exit, 2);
    assert_eq!(world.run("item add X --name x --track none --scale 7", "").exit, 2);
}

#[test]
fn goods_in_the_ledger_or_on_orders_fix_tracking_and_scale_but_not_the_name() {
    let world = World::stocked();
    assert_eq!(world.refused_codes("item set BOLT --track lot", ""), ["item-in-use"]);
    assert_eq!(world.refused_codes("item set BOLT --scale 1", ""), ["item-in-use"]);
    world.ok("item set BOLT --name 'Bolt M8x40' --unit piece --track none --scale 0", "");
    world.ok("item set TABLET --track lot+serial", "");
}

#[test]
fn one_namespace_in_every_length_of_a_gtin() {
    let world = World::shop();
    // MILK-1L has the EAN-13 4006381333931; as GTIN-14 it is the same code.
    for line in [
        "item add X --name x --track none --gtin 04006381333931",
        "item add X --name x --track none --barcode 4006381333931",
        "item add 04006381333931 --name x --track none",
        "item set BOLT --gtin 4006381333931",
        "item add X --name x --track none --barcode vAn-1",
        "location add 4006381333931",
        "location add milk-1l",
    ] {
        assert_eq!(world.refused_codes(line, ""), ["code-taken"], "{line}");
    }
    // The other way round: a barcode first, its GTIN later.
    world.ok("item add Y --name y --track none --barcode 4012345678901", "");
    assert_eq!(world.refused_codes("item add Z --name z --track none --gtin 4012345678901", ""), ["code-taken"]);
    assert_eq!(world.refused_codes("item add Z --name z --track none --gtin 04012345678901", ""), ["code-taken"]);
    assert_eq!(world.json("item show 04012345678901", "")["item"], "Y");
    world.ok("receive --from ACME --to WH1/A-01", "]C10104012345678901\n3\n");
    assert_eq!(world.stock("Y"), ["WH1/A-01 3"]);
    // The same code twice in one command is one code.
    world.ok("item add W --name w --track none --barcode W1 --barcode W1", "");
    assert_eq!(world.refused_codes("item add V --name v --track none --barcode V", ""), ["code-taken"]);
    let line =
        "item add V --name v --track none --barcode V1 --gtin 4012345678918 --barcode v1 --barcode 4012345678918";
    assert_eq!(world.refused_codes(line, "").first().map(String::as_str), Some("code-taken"));
}

#[test]
fn codes_ignore_ascii_case_and_are_composed() {
    let world = World::shop();
    let (composed, decomposed) = ("K\u{e4}se/1", "Ka\u{308}se/1");
    world.ok(&format!("item add {decomposed} --name Cheese --track none"), "");
    for code in [composed, decomposed, "k\u{e4}SE/1"] {
        assert_eq!(world.json(&format!("item show {code}"), "")["item"], composed);
        world.ok("receive --from ACME --to WH1/A-01", format!("{code}\n1\n"));
    }
    assert_eq!(world.refused_codes(&format!("location add {decomposed}"), ""), ["code-taken"]);
    world.ok(&format!("order add {composed} --kind sales --partner BOB --line {decomposed}=1"), "");
    world.ok(&format!("allocate {decomposed}"), "");
}

#[test]
fn rules_are_set_kept_and_taken_away() {
    let world = World::new();
    world.ok("item add MILK --name Milk --track lot --shelf-life 14 --picking FIFO --lot-template L{yyjjj}{seq:2}", "");
    let rules = |world: &World| world.json("item show MILK", "")["rules"].clone();
    assert_eq!(rules(&world), json!({"shelf_life_days": 14, "picking": "fifo", "lot_template": "L{yyjjj}{seq:2}"}));
    world.ok("item set MILK --require-certificate --shelf-life 0 --lot-template ''", "");
    assert_eq!(rules(&world), json!({"picking": "fifo", "requires_certificate": true}));
    world.ok("item set MILK --require-certificate no --picking ''", "");
    assert_eq!(rules(&world), json!({}));
    world.ok("item add SLATE --name Slate --track serial --measure sqft --scale 2", "");
    let slate = world.json("item show SLATE", "");
    let expected = (json!("sqft"), json!(2), json!({"is_measured": true}));
    assert_eq!((slate["unit"].clone(), slate["scale"].clone(), slate["rules"].clone()), expected);
}

#[test]
fn a_rule_that_does_not_fit_is_refused() {
    let world = World::new();
    for (track, flags, why) in [
        ("serial", "--shelf-life 3", "it has no lots"),
        ("none", "--require-certificate", "it has neither"),
        ("lot", "--serial-template S{seq}", "no serials to make"),
        ("serial", "--lot-template L{seq}", "no lots to make"),
        ("none", "--serial-pattern [0-9]+", "it has no serials"),
        ("lot", "--measure kg", "only units with serials"),
        ("lot", "--picking lifo", "stock does not go out by lifo"),
        ("serial", "--scale 2", "counted whole"),
    ] {
        let refused = world.refused_document(&format!("item add X --name x --track {track} {flags}"), "");
        let message = refused["refused"][0]["message"].as_str().unwrap();
        assert!(message.contains(why) && refused["refused"][0]["code"] == "not-valid", "{flags}: {message}");
    }
    assert_eq!(world.run("item add X --name x --track lot --shelf-life -1", "").exit, 2);
    assert_eq!(world.run("item add X --name x --track lot --require-certificate perhaps", "").exit, 2);
}

/// What is in kilograms is no amount in pounds; another spelling of the same unit is.
#[test]
fn the_unit_of_amounts_stays_once_there_are_some() {
    let world = World::stocked();
    world.ok("item add SLATE --name Slate --track serial --measure sqft --scale 2", "");
    world.ok("item set SLATE --measure 'sq ft'", "");
    world.ok("receive --from ACME --to WH1/A-01", "SLATE\n1\nSL-1\n150\n");
    assert_eq!(world.refused_codes("item set SLATE --measure kg", ""), ["item-in-use"]);
    assert_eq!(world.refused_codes("item set SLATE --unit m", ""), ["item-in-use"]);
    world.ok("item set SLATE --measure ft²", "");
    world.ok("receive --from ACME --to WH1/A-01", "FLOUR\n2.5\nF1\n");
    assert_eq!(world.refused_codes("item set FLOUR --unit lb", ""), ["item-in-use"]);
    world.ok("item set BOLT --unit piece", "");
}
