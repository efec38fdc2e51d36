//! The rules of the house, and what they change in all commands.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

#[test]
fn the_whole_text() {
    let world = World::new();
    expect![[r#"
        $ scantrail setting list
        SETTING                VALUE  WHAT IT DOES
        lot-words                     words in front of a lot that do not belong to it, with commas between
        ean-rules                     EAN codes that hold a weight, a price or a count, with semicolons between
        data-identifiers       no     texts such as Q2500 and 1TL240529A are data identifiers with their values: yes or no
        enforce-picking-order  no     a lot is picked before one that should go first only with a reason: yes or no
        override-hold          no     held and expired goods may be sold with --override-hold and a reason: yes or no
        exit 0

        $ scantrail setting set lot-words 'lot, lot no' --op-id one
        Operation 1 (setting-set) is recorded.
        exit 0

        $ scantrail setting list --json
        {"settings":[{"name":"lot-words","value":"lot, lot no","about":"words in front of a lot that do not belong to it, with commas between"},{"name":"ean-rules","value":"","about":"EAN codes that hold a weight, a price or a count, with semicolons between"},{"name":"data-identifiers","value":"no","about":"texts such as Q2500 and 1TL240529A are data identifiers with their values: yes or no"},{"name":"enforce-picking-order","value":"no","about":"a lot is picked before one that should go first only with a reason: yes or no"},{"name":"override-hold","value":"no","about":"held and expired goods may be sold with --override-hold and a reason: yes or no"}]}
        exit 0

        $ scantrail setting set colour red
        ! refused [not-valid] there is no setting colour
        !   hint: scantrail setting list
        exit 3

        $ scantrail setting set data-identifiers maybe
        ! refused [not-valid] maybe is neither yes nor no
        !   hint: scantrail setting set data-identifiers "yes"
        exit 3

        $ scantrail setting set ean-rules 21
        ! refused [not-valid] a pattern holds digits, points, and once {N…D…}, such as 21.....{NNDDD}
        !   hint: scantrail setting set ean-rules "weight=21.....{NNDDD}"
        exit 3

    "#]].assert_eq(&world.transcript(&[
        ("setting list", ""),
        ("setting set lot-words 'lot, lot no' --op-id one", ""),
        ("setting list --json", ""),
        ("setting set colour red", ""),
        ("setting set data-identifiers maybe", ""),
        ("setting set ean-rules 21", ""),
    ]));
}

#[test]
fn the_word_before_a_lot_is_known_to_all_commands() {
    let world = World::shop();
    world.ok(RECEIVE, "MILK-1L\n6\n114321\n");
    // Without the rule it is part of the text.
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nLot 114321\n"), ["unknown-lot"]);
    world.ok("setting set lot-words 'lot, lot no, batch'", "");
    for text in ["Lot 114321", "LOT114321", "114321", "lot no. 114321", "Batch: 114321"] {
        world.ok("sell --to BOB", format!("MILK-1L\n1\n{text}\n"));
    }
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 114321 1"]);
    let decoded = world.json("decode", "Lot 114321\n");
    assert_eq!(decoded["scans"][0]["lot"], "114321");
    assert_eq!(world.json("trace 'Lot 114321'", "")["subject"]["code"], "114321");
    assert!(world.ok("stock --lot 'LOT114321'", "").stdout.contains("114321"));
    // A lot that is known with the word is that one.
    world.ok("setting set lot-words ''", "");
    world.ok(RECEIVE, "MILK-1L\n3\nLot 7\n");
    world.ok("setting set lot-words lot", "");
    world.ok("sell --to BOB", "MILK-1L\n1\nLot 7\n");
}

#[test]
fn weights_in_codes_fill_quantities() {
    let world = World::shop();
    world.ok("item set FLOUR --gtin 2112345000008", "");
    world.ok("setting set ean-rules 'weight=21.....{NNDDD}'", "");
    assert_eq!(world.json("decode", "]E02112345012346\n")["scans"][0]["measure"], "1.234");
    let line = world.json(RECEIVE, "]E02112345012346\nF1\n")["lines"][0].clone();
    assert_eq!((&line["item"], &line["quantity"], &line["lot"]), (&json!("FLOUR"), &json!("1.234"), &json!("F1")));
}

#[test]
fn data_identifiers_are_read_where_the_house_says_so() {
    let world = World::shop();
    assert_eq!(world.json("decode", "1TL240529A\n")["scans"][0]["lot"], json!(null));
    world.ok("setting set data-identifiers yes", "");
    assert_eq!(world.json("decode", "1TL240529A\n")["scans"][0]["lot"], "L240529A");
    let document = world.json(RECEIVE, "MILK-1L\nQ25\n1TL240529A\n");
    assert_eq!((&document["lines"][0]["quantity"], &document["lines"][0]["lot"]), (&json!("25"), &json!("L240529A")));
}

#[test]
fn a_rule_is_an_operation_and_repeats_safely() {
    let world = World::new();
    let line = "setting set lot-words lot --op-id r1";
    world.ok(line, "");
    assert_eq!(world.json(line, "")["already_recorded"], true);
    assert_eq!(world.json("log --all", "")["operations"][0]["kind"], "setting-set");
    world.ok("setting set override-hold yes --dry-run", "");
    assert_eq!(world.json("setting list", "")["settings"][3]["value"], "no");
}
