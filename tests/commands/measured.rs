//! Units that carry a measure each: received, kept, sold and cut by measure.

use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// A yard with slate: pallets SL-1 to SL-4 of 150, 200, 175.5 and 160 square feet.
fn yard() -> World {
    let world = World::shop();
    world.ok("item add SLATE --name 'Slate pallet' --track serial --measure sqft --scale 2 --gtin 9521234543213", "");
    world.ok(RECEIVE, "SLATE\n4\nSL-1\n150\nSL-2\n200\nSL-3\n175.5\nSL-4\n160.00\n");
    world
}

/// Each unit of the stock as `serial measure place allocated`.
fn units(world: &World) -> Vec<String> {
    let stock = world.json("stock --item SLATE", "")["stock"].clone();
    let text =
        |row: &Value| ["serial", "measure", "location", "allocated"].map(|key| row[key].as_str().unwrap().to_owned());
    stock.as_array().unwrap().iter().map(|row| text(row).join(" ")).collect()
}

fn serials(line: &Value) -> Vec<&str> {
    line["serials"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn each_serial_is_followed_by_its_measure() {
    let world = World::shop();
    world.ok("item add SLATE --name 'Slate pallet' --track serial --measure sqft --scale 2", "");
    let document = world.json(RECEIVE, "SLATE\n2\nSL-1\n150\nSL-2\n200.25\nBOLT\n5\n");
    let line = &document["lines"][0];
    assert_eq!((&line["quantity"], &line["measure"]), (&json!("2"), &json!("350.25")));
    assert_eq!((serials(line), &line["measures"]), (vec!["SL-1", "SL-2"], &json!(["150.00", "200.25"])));
    assert_eq!(units(&world), ["SL-1 150.00 WH1/A-01 0", "SL-2 200.25 WH1/A-01 0"]);
    let row = world.json("stock --item SLATE", "")["stock"][0].clone();
    assert_eq!(row["quantity"], "1");
    let text = world.ok("stock --item SLATE", "").stdout;
    assert!(text.contains("150.00  sqft"), "{text}");
}

#[test]
fn the_measure_of_a_label_is_taken() {
    let world = World::shop();
    world.ok("item add SLATE --name Slate --track serial --measure 'sq ft' --scale 2 --gtin 9521234543213", "");
    // (01)(3512)(21): 150.00 square feet.
    let document = world.json(RECEIVE, "]C10109521234543213351201500021SL-9\n");
    assert_eq!((&document["lines"][0]["measure"], &document["warnings"]), (&json!("150.00"), &json!([])));
    // In a serial slot, and a plain one with its measure behind it.
    let scans = "SLATE\n3\n]C10109521234543213351201600021SL-10\nSL-11\n170\n]C10109521234543213351201800021SL-12\n";
    let document = world.json(RECEIVE, scans);
    assert_eq!(document["lines"][0]["measures"], json!(["160.00", "170.00", "180.00"]));
    // A measure alone, where a measure is due.
    world.ok(RECEIVE, "SLATE\n1\nSL-13\n]C13512015500\n");
    assert!(units(&world).contains(&"SL-13 155.00 WH1/A-01 0".to_owned()));
}

#[test]
fn what_is_no_measure_is_refused() {
    let world = yard();
    for (scans, refused) in [
        ("SLATE\n1\nSL-9\n", &["- - batch-incomplete"][..]),
        ("SLATE\n1\nSL-9\nhello\n100\n", &["4 hello quantity-not-a-number"]),
        ("SLATE\n1\nSL-9\n1.234\n", &["4 1.234 quantity-too-precise"]),
        ("SLATE\n1\nSL-9\n0\n", &["4 0 quantity-not-positive"]),
        ("SLATE\n1.5\n", &["2 1.5 quantity-not-whole"]),
        // The measure of a refused unit is passed over.
        ("SLATE\n2\nSL-1\n100\nSL-9\n110\nBOLT\n1\n", &["3 SL-1 serial-already-in-stock"]),
        ("SLATE\n2\nSL-9\n110\nSL-9\n110\nBOLT\n1\n", &["5 SL-9 duplicate-in-batch"]),
        ("SLATE\n1\nSL-9\nWH1/A-02\n100\n", &["4 WH1/A-02 quantity-not-a-number"]),
    ] {
        assert_eq!(world.refused(RECEIVE, scans), refused, "{scans:?}");
    }
}

#[test]
fn units_move_with_their_measure_and_sums_are_exact() {
    let world = yard();
    world.ok("transfer --to WH1/A-02", "SLATE\n2\nSL-1\nSL-3\n");
    let document = world.json("sell --to BOB", "2\nSL-1\nSL-4\n");
    assert_eq!((&document["lines"][0]["quantity"], &document["lines"][0]["measure"]), (&json!("1"), &json!("150.00")));
    let document = world.json("return --from BOB --to WH1/A-01", "SLATE\n1\nSL-1\n");
    assert_eq!(document["lines"][0]["measure"], "150.00");
    world.ok(&format!("undo {} --reason wrong", document["operation"]), "");
    let now = world.json("trace SL-1", "")["now"][0].clone();
    assert_eq!((&now["location"], &now["measure"]), (&json!("@customer/BOB"), &json!("150.00")));
    let mut tables = world.inspector();
    let sum = "SELECT sum(quantity) FROM balance WHERE item = (SELECT id FROM item WHERE sku = 'SLATE')";
    assert_eq!(tables.number(sum), 0);
}

#[test]
fn an_order_is_in_the_measure_and_allocation_reaches_it_with_the_least_left_over() {
    let world = yard();
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=320", "");
    let document = world.json("allocate SO-S", "");
    // 150 + 175.5 = 325.5 is nearer to 320 than 150 + 200, 160 + 175.5 or 160 + 200.
    assert_eq!(serials(&document["lines"][0]), ["SL-1", "SL-3"]);
    assert_eq!(document["over"], json!([{"item": "SLATE", "quantity": "5.50", "is_least": true}]));
    assert_eq!(document["short"], json!([]));
    let outcome = world.ok("allocate SO-S --dry-run", "");
    assert!(!outcome.stderr.contains("over"), "nothing is left to allocate: {outcome}");
    let shown = world.json("order show SO-S", "")["lines"][0].clone();
    assert_eq!((&shown["ordered"], &shown["allocated"]), (&json!("320.00"), &json!("325.50")));
    world.ok("pick --so SO-S --to WH1/STAGING", "SLATE\n2\nSL-1\nSL-3\n");
    world.ok("sell --so SO-S --picked", "");
    let shown = world.json("order show SO-S", "")["lines"][0].clone();
    assert_eq!(shown["shipped"], "325.50");
    // What is reached is reached.
    assert_eq!(world.refused_codes("sell --so SO-S", "SLATE\n1\nSL-2\n"), ["over-ordered"]);
}

#[test]
fn the_strategy_decides() {
    for (strategy, chosen, over) in [
        ("least-overshoot", &["SL-2", "SL-4"][..], "0.00"),
        ("fewest-units", &["SL-2", "SL-4"], "0.00"),
        ("fifo", &["SL-1", "SL-2", "SL-3"], "165.50"),
    ] {
        let world = yard();
        world.ok("order add SO-S --kind sales --partner BOB --line SLATE=360", "");
        let document = world.json(&format!("allocate SO-S --strategy {strategy}"), "");
        assert_eq!(serials(&document["lines"][0]), chosen, "{strategy}");
        let found = document["over"][0]["quantity"].as_str().unwrap_or("0.00");
        assert_eq!(found, over, "{strategy}");
    }
    let world = yard();
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=900", "");
    let document = world.json("allocate SO-S", "");
    assert_eq!(document["short"], json!([{"item": "SLATE", "quantity": "214.50"}]));
}

#[test]
fn another_good_unit_swaps_and_enough_stays_set_aside() {
    let world = yard();
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=320", "");
    world.ok("allocate SO-S", "");
    let document = world.json("pick --so SO-S --to WH1/STAGING", "SLATE\n1\nSL-2\n");
    // 200 are picked and 120 are still to come: 150 stay set aside, 175.5 are given back.
    assert_eq!(serials(&document["released"][0]), ["SL-3"]);
    assert_eq!(world.refused_codes("pick --so SO-S --to WH1/STAGING", "SLATE\n1\nSL-2\n"), ["already-picked"]);
    world.ok("pick --so SO-S --to WH1/STAGING", "SLATE\n1\nSL-1\n");
}

#[test]
fn a_piece_is_cut_off_and_the_rest_keeps_its_number() {
    let world = yard();
    let document = world.json("cut SL-2 30 --op-id c1", "");
    assert_eq!(
        document["cut"],
        json!({"item": "SLATE", "serial": "SL-2", "was": "200.00", "rest": "170.00", "piece": "SL-2-1", "measure": "30.00"})
    );
    assert_eq!(world.json("cut SL-2 30 --op-id c1", "")["already_recorded"], true);
    world.ok("cut SL-2 20.5 --new-serial OFFCUT-7 --labels cut.pdf", "");
    assert!(world.path("cut.pdf").exists());
    let expected = [
        "OFFCUT-7 20.50 WH1/A-01 0",
        "SL-1 150.00 WH1/A-01 0",
        "SL-2 149.50 WH1/A-01 0",
        "SL-2-1 30.00 WH1/A-01 0",
        "SL-3 175.50 WH1/A-01 0",
        "SL-4 160.00 WH1/A-01 0",
    ];
    assert_eq!(units(&world), expected);
    let events = world.json("trace SL-2-1", "")["events"].clone();
    assert_eq!((&events[0]["kind"], &events[0]["measure"]), (&json!("cut"), &json!("30.00")));
    // Undone in the reverse order, the unit is whole again.
    let cuts = world.json("log", "")["operations"].as_array().unwrap().clone();
    let number = |index: usize| cuts[cuts.len() - index]["operation"].as_i64().unwrap();
    assert_eq!(world.refused_codes(&format!("undo {} --reason wrong", number(2)), ""), ["has-dependants"]);
    world.ok(&format!("undo {} --reason wrong", number(1)), "");
    world.ok(&format!("undo {} --reason wrong", number(2)), "");
    assert!(units(&world).contains(&"SL-2 200.00 WH1/A-01 0".to_owned()));
    assert!(!units(&world).iter().any(|unit| unit.starts_with("SL-2-1")));
}

/// A hold on a unit reaches what was cut off it before.
#[test]
fn a_hold_on_a_unit_reaches_its_pieces() {
    let world = yard();
    world.ok("cut SL-2 30", "");
    world.ok("cut SL-2-1 10", "");
    world.ok("sell --to BOB", "1\nSL-2-1-1\n");
    let held = world.json("hold SLATE --serial SL-2 --reason crack", "");
    let here = held["here"].as_array().unwrap().iter().flat_map(serials).collect::<Vec<_>>();
    assert_eq!(here, ["SL-2", "SL-2-1"]);
    assert_eq!(serials(&held["elsewhere"][0]), ["SL-2-1-1"]);
    assert_eq!(world.refused_codes("sell --to BOB", "1\nSL-2-1\n"), ["lot-on-hold"]);
    world.ok("sell --to BOB", "1\nSL-1\n");
    world.ok("release-hold SLATE --serial SL-2 --reason fine", "");
    world.ok("sell --to BOB", "1\nSL-2-1\n");
}

/// What was delivered can go back in pieces.
#[test]
fn a_piece_goes_back_to_the_supplier_of_its_unit() {
    let world = yard();
    world.ok("partner add OTHER --kind supplier --name Other", "");
    world.ok("cut SL-2 30", "");
    world.ok("cut SL-2-1 10", "");
    let back = |supplier: &str| format!("return --to-supplier {supplier}");
    assert_eq!(world.refused_codes(&back("OTHER"), "1\nSL-2-1\n"), ["not-received-from-supplier"]);
    world.ok(&back("ACME"), "2\nSL-2-1\nSL-2-1-1\n");
}

#[test]
fn what_cannot_be_cut_is_refused() {
    let world = yard();
    world.ok("sell --to BOB", "1\nSL-1\n");
    for (line, code) in [
        ("cut SL-1 10", "serial-not-here"),
        ("cut NOPE 10", "unknown-serial"),
        ("cut SL-2 200", "measure-too-large"),
        ("cut SL-2 0", "quantity-not-positive"),
        ("cut SL-2 1.234", "quantity-too-precise"),
        ("cut SL-2 some", "quantity-not-a-number"),
        ("cut SL-2 10 --new-serial SL-3", "serial-already-in-stock"),
    ] {
        assert_eq!(world.refused_codes(line, ""), [code], "{line}");
    }
}

/// More than went into scrap cannot come out of it.
#[test]
fn a_scrapped_unit_comes_in_again_with_no_more_than_before() {
    let world = yard();
    world.ok("sell --to BOB", "1\nSL-1\n");
    world.ok("return --from BOB --disposition scrap", "1\nSL-1\n");
    let whole = world.json("trace SL-1", "")["now"][0]["measure"].as_str().unwrap().to_owned();
    let receive = "receive --from ACME --to WH1/A-01";
    let refused = world.refused_document(receive, format!("SLATE\n1\nSL-1\n{}\n", whole.replace("0.", "1.")));
    assert_eq!(crate::world::refusals_of(&refused), [format!("4 {} measure-too-large", whole.replace("0.", "1."))]);
    let message = refused["refused"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("SL-1 was scrapped with ") && message.contains("cannot come in again with"),
        "{message}"
    );
    world.ok(receive, "SLATE\n1\nSL-1\n20\n");
}

#[test]
fn an_allocated_unit_keeps_its_order_and_the_piece_is_free() {
    let world = yard();
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=320", "");
    world.ok("allocate SO-S", "");
    let told = world.ok("cut SL-3 5.5", "").stderr;
    assert!(told.contains("SL-3 is set aside for SO-S, which has 5.50 sqft less by this"), "{told}");
    let found = units(&world);
    assert!(found.contains(&"SL-3 170.00 WH1/A-01 1".to_owned()), "{found:?}");
    assert!(found.contains(&"SL-3-1 5.50 WH1/A-01 0".to_owned()), "{found:?}");
}

#[test]
fn new_units_with_a_measure_are_made() {
    let world = World::shop();
    world.ok("item add SLATE --name Slate --track serial --measure sqft --scale 2 --serial-template SL{seq:4}", "");
    let document = world.json(&format!("{RECEIVE} --item SLATE --new-serials 2 --each-measure 150"), "");
    assert_eq!(
        (serials(&document["lines"][0]), &document["lines"][0]["measure"]),
        (vec!["SL0001", "SL0002"], &json!("300.00"))
    );
    assert_eq!(world.refused_codes(&format!("{RECEIVE} --item SLATE --new-serials 2"), ""), ["not-valid"]);
    assert_eq!(world.json("cut SL0001 50", "")["cut"]["piece"], "SL0003");
}

#[test]
fn a_live_session_asks_for_each_measure() {
    let world = World::shop();
    world.ok("item add SLATE --name Slate --track serial --measure sqft --scale 2", "");
    let outcome = world.ok(&format!("{RECEIVE} --live --json"), "SLATE\n1\nSL-1\nhello\n150\nDONE\n");
    assert!(outcome.stderr.contains("measure of SLATE in sqft, 1 of 1"), "{outcome}");
    assert!(outcome.stderr.contains("refused [quantity-not-a-number]"), "{outcome}");
    assert_eq!(outcome.document()["lines"][0]["measure"], "150.00");
    // A draft keeps the measure with its unit.
    world.run(&format!("{RECEIVE} --live"), "SLATE\n2\nSL-2\n150\nSL-3\n");
    let outcome = world.ok(&format!("{RECEIVE} --live --resume --json"), "160\n");
    assert_eq!(outcome.document()["lines"][0]["measures"], json!(["150.00", "160.00"]));
}

/// A piece is as good as what it was cut off: no hold is passed by with a saw.
#[test]
fn a_held_unit_is_not_cut_and_a_recall_reaches_the_pieces() {
    let world = yard();
    world.ok("cut SL-1 50", "");
    world.ok("cut SL-1-1 10", "");
    world.ok("hold SLATE --serial SL-2 --reason cracked", "");
    assert_eq!(world.refused_codes("cut SL-2 50", ""), ["lot-on-hold"]);
    world.ok("hold SLATE --from-supplier ACME --reason recall", "");
    for serial in ["SL-1", "SL-1-1", "SL-1-1-1"] {
        assert_eq!(world.refused_codes("sell --to BOB", format!("1\n{serial}\n")), ["lot-on-hold"], "{serial}");
    }
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=20", "");
    assert_eq!(world.json("allocate SO-S", "")["lines"], json!([]));
}

/// The undo of a hold sets aside again what the unit measures, and not one of it.
#[test]
fn what_was_set_aside_before_a_hold_comes_back_whole() {
    let world = yard();
    world.ok("order add SO-S --kind sales --partner BOB --line SLATE=320", "");
    world.ok("allocate SO-S", "");
    let before = units(&world);
    world.ok("sell --to BOB", "1\nSL-2\n");
    let before = [&before[..1], &before[2..]].concat();
    let told = world.ok("hold SLATE --reason recall --dry-run", "").stdout;
    for line in [
        "No longer set aside for SO-S: 150.00 of SLATE (SL-1).",
        "Here: 160.00 of SLATE (SL-4) at WH1/A-01",
        "With a customer: Bob's Bikes (BOB) has 200.00 of SLATE (SL-2)",
    ] {
        assert!(told.contains(line), "{told}");
    }
    let hold = world.json("hold SLATE --reason recall", "")["operation"].clone();
    world.ok(&format!("undo {hold} --reason mistake"), "");
    assert_eq!(units(&world), before);
    assert_eq!(world.json("order show SO-S", "")["lines"][0]["allocated"], "325.50");
}
