//! L13: which stock goes first, by the rule of the item or by the word of the order; and what is picked out of that order.

use serde_json::{Value, json};

use crate::world::World;

fn lots(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = document["lines"].as_array().into_iter().flatten();
    lines.map(|line| ["quantity", "lot", "from"].map(|key| text(&line[key])).join(" ")).collect()
}

/// Lots A to D of different sizes, dates and places, in the order in which they came.
fn world() -> World {
    let world = World::shop();
    for (lot, quantity, expires, place) in [
        ("A", 4, "2027-03-01", "WH1/A-02"),
        ("B", 9, "2027-01-01", "WH1/A-02"),
        ("C", 2, "2027-02-01", "WH1/A-01"),
        ("D", 6, "2027-04-01", "WH1/A-01"),
    ] {
        world.ok(
            &format!("receive --from ACME --to {place} --lot {lot} --expires {expires}"),
            format!("MILK-1L\n{quantity}\n"),
        );
    }
    world.ok("order add SO-9 --kind sales --partner BOB --line MILK-1L=12", "");
    world
}

const FEFO: [&str; 3] = ["9 B WH1/A-02", "2 C WH1/A-01", "1 A WH1/A-02"];
const FIFO: [&str; 2] = ["4 A WH1/A-02", "8 B WH1/A-02"];
const PLACE: [&str; 3] = ["2 C WH1/A-01", "6 D WH1/A-01", "4 B WH1/A-02"];
const FEWEST: [&str; 2] = ["9 B WH1/A-02", "3 D WH1/A-01"];

#[test]
fn every_order_of_picking_by_the_command_line_and_by_the_rule_of_the_item() {
    for (word, expected) in [("fefo", FEFO.as_slice()), ("fifo", &FIFO), ("place", &PLACE), ("fewest-lots", &FEWEST)] {
        let world = world();
        assert_eq!(lots(&world.json(&format!("allocate SO-9 --strategy {word}"), "")), expected, "{word}");
        world.ok("release SO-9", "");
        world.ok(&format!("item set MILK-1L --picking {word}"), "");
        assert_eq!(lots(&world.json("allocate SO-9", "")), expected, "the rule {word}");
        world.ok("release SO-9", "");
        // The command line wins over the rule.
        assert_eq!(lots(&world.json("allocate SO-9 --strategy fifo", "")), FIFO, "fifo over {word}");
    }
}

#[test]
fn what_is_left_exactly_is_one_lot_where_there_is_one() {
    let world = world();
    world.ok("order add SO-8 --kind sales --partner BOB --line MILK-1L=6", "");
    assert_eq!(lots(&world.json("allocate SO-8 --strategy fewest-lots", "")), ["6 D WH1/A-01"]);
}

#[test]
fn an_item_that_is_picked_by_hand_is_left_to_people() {
    let world = world();
    world.ok("item set MILK-1L --picking manual", "");
    let outcome = world.ok("allocate SO-9 --json", "");
    let document = outcome.document();
    assert_eq!(document["lines"], json!([]));
    assert_eq!(document["short"][0]["quantity"], "12");
    assert!(document["short"][0]["why"].as_str().is_some_and(|why| why.contains("by hand")), "{document}");
    assert!(outcome.stderr.contains("MILK-1L is picked by hand"), "{outcome}");
    assert_eq!(world.refused_codes("allocate SO-9 --all-or-nothing", ""), ["not-enough-stock"]);
    assert_eq!(lots(&world.json("allocate SO-9 --strategy fefo", "")), FEFO);
}

fn warnings(document: &Value) -> Vec<&str> {
    document["warnings"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
}

#[test]
fn in_a_pipe_a_pick_out_of_order_is_told_and_written_down() {
    let world = world();
    // Without a rule nobody is told anything.
    assert_eq!(warnings(&world.json("pick --so SO-9", "MILK-1L\n1\nD\n")), Vec::<&str>::new());
    world.ok("item set MILK-1L --picking fefo", "");
    let picked = world.json("pick --so SO-9 --reason 'B is at the bottom'", "MILK-1L\n1\nD\n");
    assert_eq!(warnings(&picked), ["out-of-order"]);
    let row = json!([{"item": "MILK-1L", "lot": "D", "instead_of": "B", "reason": "B is at the bottom"}]);
    assert_eq!(picked["out_of_order"], row);
    // In order: B first, and what comes after it once the batch has taken all of B.
    assert_eq!(warnings(&world.json("pick --so SO-9", "MILK-1L\n9\nB\nMILK-1L\n1\nC\n")), Vec::<&str>::new());
    world.ok("item set MILK-1L --picking fifo", "");
    let sold = world.json("sell --to BOB", "MILK-1L\n1\nC\n");
    assert_eq!(sold["out_of_order"][0]["instead_of"], "A");
    assert_eq!(sold["out_of_order"][0]["reason"], Value::Null);
}

#[test]
fn what_is_set_aside_for_the_order_is_never_out_of_order() {
    let world = world();
    world.ok("item set MILK-1L --picking fefo", "");
    world.ok("allocate SO-9 --strategy place", "");
    assert_eq!(warnings(&world.json("pick --so SO-9", "MILK-1L\n6\nD\n")), Vec::<&str>::new());
}

#[test]
fn a_house_may_want_a_reason() {
    let world = world();
    world.ok("item set MILK-1L --picking fefo", "");
    world.ok("setting set enforce-picking-order yes", "");
    assert_eq!(world.refused("pick --so SO-9", "MILK-1L\n1\nD\n"), ["3 D out-of-order"]);
    let picked = world.json("pick --so SO-9 --reason 'B leaks'", "MILK-1L\n1\nD\n");
    assert_eq!(picked["out_of_order"][0]["reason"], "B leaks");
    // Live, only a reason will do.
    let live = world.ok("pick --so SO-9 --live --json", "MILK-1L\n1\nD\n1\nB leaks\ndone\n");
    assert_eq!(live.document()["out_of_order"][0]["reason"], "B leaks", "{live}");
    let insisted = world.run("pick --so SO-9 --live --json", "MILK-1L\n1\nD\nD\nB\ndone\n");
    assert_eq!(lots(&insisted.document()), ["1 B WH1/A-02"], "{insisted}");
}

#[test]
fn a_live_station_asks_why() {
    for (answers, why) in [("1\nB leaks\n", json!("B leaks")), ("D\n", Value::Null)] {
        let world = world();
        world.ok("item set MILK-1L --picking fefo", "");
        let outcome = world.ok("pick --so SO-9 --live --json", format!("MILK-1L\n1\nD\n{answers}done\n"));
        assert!(outcome.stderr.contains("lot B (2027-01-01) of MILK-1L should go before D (2027-04-01)"), "{outcome}");
        assert_eq!(lots(&outcome.document()), ["1 D WH1/A-01"]);
        assert_eq!(outcome.document()["out_of_order"][0]["reason"], why);
    }
    // A lot or the end is no reason.
    let other = self::world();
    other.ok("item set MILK-1L --picking fefo", "");
    let outcome = other.ok("pick --so SO-9 --live --json", "MILK-1L\n1\nD\n1\nB\ndone\n");
    assert_eq!(lots(&outcome.document()), ["1 B WH1/A-02"], "{outcome}");
    // The right lot instead.
    let world = world();
    world.ok("item set MILK-1L --picking fefo", "");
    let outcome = world.ok("pick --so SO-9 --live --json", "MILK-1L\n1\nD\nB\ndone\n");
    assert_eq!(lots(&outcome.document()), ["1 B WH1/A-02"], "{outcome}");
    assert!(outcome.stderr.contains("were not taken"), "{outcome}");
}

#[test]
fn units_with_a_serial_are_looked_at_by_their_lot() {
    let world = World::shop();
    world.ok("item set PUMP --picking fefo", "");
    for (lot, expires, serials) in [("L1", "2027-06-01", "P1"), ("L2", "2027-01-01", "P2")] {
        let line = format!("receive --from ACME --to WH1/A-01 --lot {lot} --expires {expires}");
        world.ok(&line, format!("PUMP\n1\n{serials}\n"));
    }
    let picked = world.json("sell --to BOB --dry-run", "1\nP1\n");
    assert_eq!(picked["out_of_order"][0]["instead_of"], "L2");
    assert_eq!(warnings(&world.json("sell --to BOB", "2\nP2\nP1\n")), Vec::<&str>::new());
}

#[test]
fn of_many_lots_with_random_dates_the_first_ones_go_first() {
    let world = World::shop();
    // Every lot has a date of its own, in an order that nobody sees through.
    let day = |index: u64| index.wrapping_mul(2_654_435_761) % 97;
    let mut order: Vec<(u64, u64)> = (0..60).map(|index| (day(index), index)).collect();
    for index in 0..60 {
        let date = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).unwrap() + chrono::Days::new(day(index));
        let line = format!("receive --from ACME --to WH1/A-0{} --lot L{index} --expires {date}", 1 + index % 2);
        world.ok(&line, "MILK-1L\n2\n");
    }
    order.sort_unstable();
    world.ok("order add SO-9 --kind sales --partner BOB --line MILK-1L=100", "");
    let allocated = world.json("allocate SO-9", "");
    let found: Vec<String> = lots(&allocated).iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect();
    let expected: Vec<String> = order.iter().take(50).map(|(_, index)| format!("L{index}")).collect();
    assert_eq!(found, expected);
}
