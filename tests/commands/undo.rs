//! `undo`: a linked reversal, or the list of what depends on it.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

/// The number of a new operation.
fn number(world: &World, line: &str, scans: &str) -> i64 {
    let document = world.json(line, scans);
    document["operation"].as_i64().unwrap_or_else(|| panic!("no number: {document}"))
}

fn dependants(world: &World, operation: i64) -> Value {
    let document = world.refused_document(&format!("undo {operation} --reason wrong"), "");
    assert_eq!(document["refused"][0]["code"], "has-dependants", "{document}");
    document["refused"][0]["dependants"].clone()
}

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail transfer --to WH1/A-02 --op-id one
        < 1\x0ASN1\x0ABOLT\x0A5\x0A
        Operation 9 (transfer) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          1 each  LAPTOP-15  SN1      WH1/A-01  WH1/A-02
          5 each  BOLT                WH1/A-01  WH1/A-02
        exit 0

        $ scantrail undo 5 --reason 'wrong delivery note'
        ! refused [has-dependants] operation 5 cannot be undone while these build on it: 9 (transfer)
        !   hint: scantrail undo 9 --reason TEXT
        exit 3

        $ scantrail undo 9 --reason 'wrong shelf' --op-id two
        Operation 10 (undo) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          5 each  BOLT                WH1/A-02  WH1/A-01
          1 each  LAPTOP-15  SN1      WH1/A-02  WH1/A-01
        exit 0

        $ scantrail undo 10 --reason 'right after all' --op-id three --json
        {"operation":11,"op_id":"three","kind":"undo","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":"right after all","fields":{},"reverses":10,"lines":[{"item":"LAPTOP-15","quantity":"1","lot":null,"expires":null,"best_before":null,"serials":["SN1"],"from":"WH1/A-01","to":"WH1/A-02"},{"item":"BOLT","quantity":"5","lot":null,"expires":null,"best_before":null,"serials":[],"from":"WH1/A-01","to":"WH1/A-02"}],"already_recorded":false,"files":[],"warnings":[]}
        exit 0

        $ scantrail undo 9 --reason again
        ! refused [already-undone] operation 9 was undone by operation 10
        !   hint: to do it again after all: scantrail undo 10 --reason TEXT
        exit 3

        $ scantrail undo 9
        ! error: an undo has a reason: give it with --reason TEXT
        !   hint: scantrail --help
        exit 2

    "#]].assert_eq(&world.transcript(&[
        ("transfer --to WH1/A-02 --op-id one", "1\nSN1\nBOLT\n5\n"),
        ("undo 5 --reason 'wrong delivery note'", ""),
        ("undo 9 --reason 'wrong shelf' --op-id two", ""),
        ("undo 10 --reason 'right after all' --op-id three --json", ""),
        ("undo 9 --reason again", ""),
        ("undo 9", ""),
    ]));
}

#[test]
fn goods_stand_where_they_stood() {
    let world = World::stocked();
    let before = world.json("stock", "");
    for (line, scans) in [
        ("receive --from ACME --to WH1/A-02", "LAPTOP-15\n1\nNEW\nMILK-1L\n3\nB9\nBOLT\n1\n"),
        ("transfer --to WH1/A-02", "2\nSN1\nSN2\nMILK-1L\n3\nB7\n"),
        ("allocate SO-2001", ""),
        ("pick --so SO-2001", "1\nSN4\nMILK-1L\n2\nB7\n"),
        ("sell --to BOB", "2\nSN1\nP1\nBOLT\n20\n"),
        ("return --to-supplier ACME", "1\nSN1\nBOLT\n4\n"),
    ] {
        let operation = number(&world, line, scans);
        assert_ne!(world.json("stock", ""), before, "{line}");
        let undone = world.json(&format!("undo {operation} --reason wrong"), "");
        assert_eq!((&undone["kind"], &undone["reverses"]), (&json!("undo"), &json!(operation)), "{line}");
        assert_eq!(world.json("stock", ""), before, "after {line} was undone");
    }
}

#[test]
fn undoing_a_pick_restores_its_allocation() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    let allocated = world.json("order show SO-2001", "");
    let stock = world.json("stock", "");
    // A swap: SN4 instead of SN2. The reversal takes the swap back too.
    let pick = number(&world, "pick --so SO-2001", "2\nSN1\nSN4\nMILK-1L\n6\nB7\n");
    world.ok(&format!("undo {pick} --reason wrong"), "");
    assert_eq!(world.json("order show SO-2001", ""), allocated);
    assert_eq!(world.json("stock", ""), stock);
    world.ok("pick --so SO-2001", "1\nSN2\n");
}

#[test]
fn undoing_a_sale_gives_the_picked_goods_back_to_the_order() {
    let world = World::stocked();
    world.ok("pick --so SO-2001", "1\nSN1\n");
    let picked = world.json("order show SO-2001", "");
    let sale = number(&world, "sell --so SO-2001 --picked", "");
    world.ok(&format!("undo {sale} --reason wrong"), "");
    assert_eq!(world.json("order show SO-2001", ""), picked);
    // A sale that was undone sold nothing.
    assert_eq!(world.refused_codes("return --so SO-2001 --to WH1/A-01", "1\nSN1\n"), ["not-sold-on-order"]);
    world.ok("sell --so SO-2001 --picked", "");
}

#[test]
fn later_operations_stand_in_the_way_until_they_are_undone() {
    let world = World::stocked();
    let moved = number(&world, "transfer --to WH1/A-02", "2\nSN1\nSN2\nBOLT\n15\n");
    let sold = number(&world, "sell --to BOB", "WH1/A-02\n1\nSN1\nBOLT\n12\n");
    let back = number(&world, "return --from BOB --to WH1/A-01", "1\nSN1\n");
    assert_eq!(dependants(&world, moved), json!([sold, back]));
    assert_eq!(dependants(&world, sold), json!([back]));
    world.ok(&format!("undo {back} --reason wrong"), "");
    world.ok(&format!("undo {sold} --reason wrong"), "");
    world.ok(&format!("undo {moved} --reason wrong"), "");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 20"]);
}

#[test]
fn a_balance_that_would_be_negative_names_what_used_it_up() {
    let world = World::stocked();
    let received = number(&world, "receive --from ACME --to WH1/A-02", "MILK-1L\n5\nNEW\n");
    world.ok("transfer --from WH1/A-02 --to WH1/A-01", "MILK-1L\n2\nNEW\n");
    let sold = number(&world, "sell --to BOB", "WH1/A-02\nMILK-1L\n3\nNEW\n");
    let found = dependants(&world, received);
    assert!(found.as_array().is_some_and(|found| found.contains(&json!(sold))), "{found}");
    // Enough of the same lot came later: then nothing depends on it.
    world.ok("receive --from ACME --to WH1/A-02", "MILK-1L\n50\nNEW\n");
    world.ok(&format!("undo {received} --reason wrong"), "");
}

#[test]
fn an_undo_can_be_undone_and_nothing_twice() {
    let world = World::stocked();
    let sale = number(&world, "sell --to BOB", "1\nSN1\n");
    let undo = number(&world, &format!("undo {sale} --reason wrong"), "");
    assert_eq!(world.refused_codes(&format!("undo {sale} --reason wrong"), ""), ["already-undone"]);
    let redo = number(&world, &format!("undo {undo} --reason 'was right'"), "");
    assert_eq!(world.json("trace SN1", "")["now"][0]["location"], "@customer/BOB");
    // The sale counts again for a return.
    assert_eq!(world.refused_codes(&format!("undo {undo} --reason x"), ""), ["already-undone"]);
    world.ok(&format!("undo {redo} --reason x"), "");
    assert_eq!(world.json("trace SN1", "")["now"][0]["location"], "WH1/A-01");
}

#[test]
fn a_sale_that_was_redone_is_a_sale_for_its_order() {
    let world = World::stocked();
    let sale = number(&world, "sell --so SO-2001", "1\nSN1\nMILK-1L\n2\nB7\n");
    let undo = number(&world, &format!("undo {sale} --reason wrong"), "");
    world.ok(&format!("undo {undo} --reason right"), "");
    let order = world.json("order show SO-2001", "");
    assert_eq!((&order["lines"][0]["shipped"], &order["lines"][1]["shipped"]), (&json!("1"), &json!("2")));
    world.ok("return --so SO-2001 --to WH1/A-01", "1\nSN1\nMILK-1L\n2\nB7\n");
}

#[test]
fn a_receipt_that_was_undone_may_come_in_again_with_another_lot() {
    let world = World::stocked();
    let receive = "receive --from ACME --to WH1/A-01";
    let wrong = number(&world, receive, "PUMP\n1\nL8\nP8\n");
    world.ok(&format!("undo {wrong} --reason 'wrong lot'"), "");
    assert!(world.refused_codes("trace P9", "") == ["unknown-code"]);
    world.ok(receive, "PUMP\n1\nL9\nP8\n");
    assert!(world.stock("PUMP").contains(&"WH1/A-01 L9 P8 1".to_owned()), "{:?}", world.stock("PUMP"));
}

#[test]
fn dates_that_an_undone_receipt_stated_do_not_count_any_more() {
    let world = World::shop();
    let receive = "receive --from ACME --to WH1/A-01";
    world.ok(receive, "MILK-1L\n1\nB1\n");
    let wrong = number(&world, &format!("{receive} --lot B1 --expires 2027-01-01"), "MILK-1L\n1\n");
    world.ok(&format!("undo {wrong} --reason 'wrong date'"), "");
    world.ok(&format!("{receive} --lot B1 --expires 2027-02-02"), "MILK-1L\n1\n");
    assert_eq!(world.json("stock --item MILK-1L", "")["stock"][0]["expires"], "2027-02-02");
}

#[test]
fn a_reason_is_wanted_and_a_repetition_is_safe() {
    let world = World::stocked();
    assert_eq!(world.run("undo 5", "").exit, 2);
    assert_eq!(world.run("undo 5 --reason ' '", "").exit, 2);
    assert_eq!(world.run("undo nonsense --reason x", "").exit, 2);
    let first = world.json("undo 8 --reason wrong --op-id u", "");
    let again = world.json("undo 8 --reason wrong --op-id u", "");
    assert_eq!((&first["operation"], &again["already_recorded"]), (&again["operation"], &json!(true)));
    let dry = world.json("undo 5 --reason wrong --dry-run", "");
    assert_eq!(dry["operation"], json!(null));
    world.ok("undo 5 --reason wrong", "");
}

#[test]
fn an_undo_brings_back_no_date_that_was_stated_otherwise_since() {
    let world = World::stocked();
    let receive = "receive --from ACME --to WH1/A-01";
    let first = number(&world, &format!("{receive} --expires 2031-01-01"), "MILK-1L\n1\nLD\n");
    let undone = number(&world, &format!("undo {first} --reason x"), "");
    world.ok(&format!("{receive} --expires 2031-02-01"), "MILK-1L\n1\nLD\n");
    assert_eq!(world.refused_codes(&format!("undo {undone} --reason y"), ""), ["expiry-differs"]);
    assert_eq!(world.json("stock --lot LD", "")["stock"][0]["expires"], "2031-02-01");
}

#[test]
fn an_undo_gives_an_order_no_more_than_it_asks_for() {
    let world = World::stocked();
    world.ok("order add SO-UNDO --kind sales --partner BOB --line BOLT=2", "");
    let sold = number(&world, "sell --so SO-UNDO", "BOLT\n2\n");
    let undone = number(&world, &format!("undo {sold} --reason x"), "");
    world.ok("sell --so SO-UNDO", "BOLT\n2\n");
    assert_eq!(world.refused_codes(&format!("undo {undone} --reason y"), ""), ["has-dependants"]);
    assert_eq!(world.json("order show SO-UNDO", "")["lines"][0]["shipped"], "2");
}

#[test]
fn an_undone_date_goes_even_when_a_later_receipt_stated_another_kind_of_date() {
    let world = World::stocked();
    let receive = "receive --from ACME --to WH1/A-01";
    let wrong = number(&world, &format!("{receive} --expires 2031-01-01"), "MILK-1L\n1\nLD\n");
    world.ok(&format!("{receive} --made 2026-01-01"), "MILK-1L\n1\nLD\n");
    let undone = number(&world, &format!("undo {wrong} --reason 'wrong date'"), "");
    let expires = || world.json("stock --lot LD", "")["stock"][0]["expires"].clone();
    assert_eq!(expires(), json!(null), "nothing that still counts stated it");
    world.ok(&format!("undo {undone} --reason 'it was right'"), "");
    assert_eq!(expires(), "2031-01-01");
}
