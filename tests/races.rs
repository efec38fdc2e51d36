//! Sixteen processes at once on one ledger: no lost and no double unit, and nobody is turned away because others are busy.
//! On PostgreSQL also with READ COMMITTED, to show that the constraints and locks of the schema hold alone.
//!
//! Every process waits for its scans before it begins, so all are started first and fed together.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/inspector.rs"]
mod inspector;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "proofs/shop.rs"]
mod shop;
#[path = "proofs/sums.rs"]
mod sums;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Child;

use ledger::Engine;
use shop::{Ended, Shop};

const STATIONS: usize = 16;

/// A shop for each way in which transactions that cross each other are kept apart.
fn shops() -> Vec<Shop> {
    match Engine::of_this_run() {
        Engine::Sqlite => vec![Shop::new()],
        Engine::Postgresql => {
            ["serializable", "read-committed"].map(|one| Shop::with(&[("SCANTRAIL_POSTGRESQL_ISOLATION", one)])).into()
        }
    }
}

/// Where transactions are not kept apart, a command may have looked for its op id, or for an undo, before another station
/// commits it, and sees the goods after: then it is refused by a rule, and not told what is recorded. Repeated, it is.
fn or_late<'c>(shop: &Shop, codes: &[&'c str], late: &'c str) -> Vec<&'c str> {
    let may_be_late = shop.is_given("SCANTRAIL_POSTGRESQL_ISOLATION", "read-committed");
    codes.iter().copied().chain(may_be_late.then_some(late)).collect()
}

/// Starts all, then feeds all, then waits for all.
fn at_once(shop: &Shop, commands: &[(Vec<String>, String)]) -> Vec<Ended> {
    let start = |(index, (arguments, _)): (usize, &(Vec<String>, String))| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let station = format!("dock-{}", index % STATIONS);
        shop.command(&arguments).args(["--station", &station]).spawn().unwrap()
    };
    let mut children: Vec<Child> = commands.iter().enumerate().map(start).collect();
    for (child, (_, scans)) in children.iter_mut().zip(commands) {
        let _ = child.stdin.take().unwrap().write_all(scans.as_bytes());
    }
    children.into_iter().map(|child| Ended::of(child.wait_with_output().unwrap())).collect()
}

fn command(arguments: &[&str], scans: &str) -> (Vec<String>, String) {
    (arguments.iter().map(|argument| (*argument).to_owned()).collect(), scans.to_owned())
}

/// Done or refused: nothing else happens in a race.
#[track_caller]
fn count_done(ended: &[Ended], refused_as: &[&str]) -> usize {
    for one in ended {
        match one.exit {
            Some(0) => {}
            Some(3) => {
                let codes = one.refused();
                assert!(!codes.is_empty() && codes.iter().all(|code| refused_as.contains(code)), "{}", one.told);
            }
            other => panic!("a process ended with {other:?}: {}", one.told),
        }
    }
    ended.iter().filter(|one| one.exit == Some(0)).count()
}

#[test]
fn the_same_serial_is_received_once() {
    shops().iter().for_each(the_same_serial_is_received_once_in);
}

fn the_same_serial_is_received_once_in(shop: &Shop) {
    let receive = ["receive", "--from", "ACME", "--to", "A"];
    // All want SN-1; each has one of its own beside it, which must not stay when SN-1 is refused.
    let commands: Vec<_> =
        (0..STATIONS).map(|index| command(&receive, &format!("LAP\n2\nOWN-{index}\nSN-1\n"))).collect();
    let ended = at_once(shop, &commands);
    assert_eq!(count_done(&ended, &["serial-already-in-stock"]), 1);
    assert_eq!(shop.number("SELECT count(*) FROM serial"), 2);
    assert_eq!(shop.number("SELECT sum(quantity) FROM balance b JOIN place p ON p.id = b.place WHERE p.path = 'A'"), 2);
    shop.check("after the race");
}

#[test]
fn different_goods_are_all_received() {
    shops().iter().for_each(different_goods_are_all_received_in);
}

fn different_goods_are_all_received_in(shop: &Shop) {
    let receive = ["receive", "--from", "ACME", "--to", "A"];
    let commands: Vec<_> = (0..3 * STATIONS)
        .map(|index| command(&receive, &format!("LAP\n1\nSN-{index}\nMILK\n5\nLOT-A\nBULK\n2\n")))
        .collect();
    let ended = at_once(shop, &commands);
    assert_eq!(count_done(&ended, &[]), 3 * STATIONS);
    assert_eq!(shop.number("SELECT count(*) FROM serial"), 3 * STATIONS as i64);
    assert_eq!(shop.number("SELECT count(*) FROM lot"), 1);
    let sum = |item: &str| {
        shop.number(&format!(
            "SELECT b.quantity FROM balance b JOIN place p ON p.id = b.place JOIN item i ON i.id = b.item
             WHERE p.path = 'A' AND i.sku = '{item}'"
        ))
    };
    assert_eq!((sum("MILK"), sum("BULK")), (15 * STATIONS as i64, 6 * STATIONS as i64));
    let numbers: BTreeSet<i64> = ended.iter().map(|one| one.document["operation"].as_i64().unwrap()).collect();
    assert_eq!(numbers.len(), 3 * STATIONS, "two operations have one number");
    shop.check("after the race");
}

#[test]
fn the_same_unit_is_moved_picked_or_sold_once() {
    shops().iter().for_each(the_same_unit_is_moved_picked_or_sold_once_in);
}

fn the_same_unit_is_moved_picked_or_sold_once_in(shop: &Shop) {
    shop.receive(&["LAP", "6", "SN-1", "SN-2", "SN-3", "SN-4", "SN-5", "SN-6"]);
    let mut commands = Vec::new();
    for serial in 1..=6 {
        let (unit, scanned) = (format!("1\nSN-{serial}\n"), format!("LAP\n1\nSN-{serial}\n"));
        commands.push(command(&["sell", "--to", "BOB"], &unit));
        commands.push(command(&["pick", "--so", "SO-1"], &scanned));
        commands.push(command(&["pick", "--so", "SO-2"], &scanned));
        commands.push(command(&["sell", "--so", "SO-2"], &scanned));
        commands.push(command(&["transfer", "--to", "B"], &unit));
    }
    for some in commands.chunks(STATIONS) {
        let ended = at_once(shop, some);
        let mut refusals = vec!["serial-not-here", "allocated-to-other-order", "over-ordered", "already-at-place"];
        refusals.push("already-picked");
        count_done(&ended, &refusals);
        shop.check("after a round");
    }
    // Every unit went out or is somewhere of ours, once; the orders have no more than they asked for.
    assert_eq!(shop.number("SELECT count(*) FROM position"), 6);
    let away = "SELECT count(*) FROM position p JOIN place l ON l.id = p.place WHERE l.kind = 'customer'";
    let sold = "SELECT count(*) FROM movement m JOIN place l ON l.id = m.to_place WHERE l.kind = 'customer'";
    assert_eq!(shop.number(away), shop.number(sold), "a unit was sold twice");
    for order in ["SO-1", "SO-2"] {
        let has = shop.number(&format!(
            "SELECT (SELECT count(*) FROM movement m JOIN operation o ON o.number = m.operation
                     JOIN trade_order t ON t.id = o.order_id WHERE t.code = '{order}' AND o.kind = 'sell'
                     AND m.from_place <> m.to_place)
                  + (SELECT coalesce(sum(b.quantity), 0) FROM balance b JOIN claim c ON c.id = b.claim
                     JOIN trade_order t ON t.id = c.order_id WHERE t.code = '{order}')"
        ));
        assert!(has <= 4, "{order} has {has} and asked for 4");
    }
}

#[test]
fn a_lot_is_not_sold_beyond_what_there_is() {
    shops().iter().for_each(a_lot_is_not_sold_beyond_what_there_is_in);
}

fn a_lot_is_not_sold_beyond_what_there_is_in(shop: &Shop) {
    shop.receive(&["MILK", "20", "LOT-A"]);
    let sell = ["sell", "--to", "BOB", "--from", "A"];
    let mut commands: Vec<_> = (0..STATIONS).map(|_| command(&sell, "MILK\n3\nLOT-A\n")).collect();
    commands.extend((0..STATIONS).map(|_| command(&["transfer", "--from", "A", "--to", "B"], "MILK\n2\nLOT-A\n")));
    let ended = at_once(shop, &commands);
    count_done(&ended, &["not-enough-stock"]);
    let sold = ended[..STATIONS].iter().filter(|one| one.exit == Some(0)).count() as i64;
    let moved = ended[STATIONS..].iter().filter(|one| one.exit == Some(0)).count() as i64;
    let at = |place: &str| {
        shop.number(&format!(
            "SELECT coalesce(sum(quantity), 0) FROM balance b JOIN place p ON p.id = b.place WHERE p.path = '{place}'"
        ))
    };
    assert_eq!((at("@customer/BOB"), at("B"), at("A")), (3 * sold, 2 * moved, 20 - 3 * sold - 2 * moved));
    assert!(at("A") < 3, "goods are left, and somebody was refused");
    shop.check("after the race");
}

#[test]
fn an_order_is_allocated_once() {
    shops().iter().for_each(an_order_is_allocated_once_in);
}

fn an_order_is_allocated_once_in(shop: &Shop) {
    shop.receive(&["LAP", "6", "SN-1", "SN-2", "SN-3", "SN-4", "SN-5", "SN-6", "MILK", "50", "LOT-A"]);
    let commands: Vec<_> = (0..STATIONS).map(|_| command(&["allocate", "SO-1"], "")).collect();
    assert_eq!(count_done(&at_once(shop, &commands), &[]), STATIONS);
    assert_eq!(shop.number("SELECT sum(quantity) FROM balance WHERE claim > 0"), 4);
    // Two orders want more than there is: no unit is set aside for both.
    let commands: Vec<_> =
        (0..STATIONS).map(|index| command(&["allocate", ["SO-1", "SO-2", "SO-3"][index % 3]], "")).collect();
    assert_eq!(count_done(&at_once(shop, &commands), &[]), STATIONS);
    assert_eq!(
        shop.number(
            "SELECT sum(quantity) FROM balance b JOIN item i ON i.id = b.item
                            WHERE claim > 0 AND i.sku = 'LAP'"
        ),
        6
    );
    assert_eq!(
        shop.number(
            "SELECT sum(quantity) FROM balance b JOIN item i ON i.id = b.item
                            WHERE claim > 0 AND i.sku = 'MILK'"
        ),
        40
    );
    shop.check("after the race");
}

#[test]
fn nothing_leaves_after_a_hold() {
    shops().iter().for_each(nothing_leaves_after_a_hold_in);
}

/// Whoever comes first: what is picked or sold before the hold is, and after it nothing is set aside any more.
fn nothing_leaves_after_a_hold_in(shop: &Shop) {
    for round in 0..4 {
        let serials: Vec<String> = (0..12).map(|index| format!("SN-{round}-{index}")).collect();
        let mut scans = vec!["LAP", "12"];
        scans.extend(serials.iter().map(String::as_str));
        shop.receive(&scans);
        let sell = |serial: &String| command(&["sell", "--to", "BOB"], &format!("1\n{serial}\n"));
        let pick = |serial: &String| command(&["pick", "--so", "SO-1"], &format!("LAP\n1\n{serial}\n"));
        let mut commands: Vec<_> = serials[..8].iter().map(sell).collect();
        commands.extend(serials[8..10].iter().map(pick));
        commands.extend(["SO-1", "SO-2", "SO-2"].map(|order| command(&["allocate", order], "")));
        commands.insert(2 + round * 3, command(&["hold", "LAP", "--reason", "recall"], ""));
        let ended = at_once(shop, &commands);
        count_done(&ended, &["lot-on-hold", "allocated-to-other-order", "over-ordered", "already-picked"]);
        let hold = shop.number("SELECT max(number) FROM operation WHERE kind = 'hold'");
        let after = shop.number(&format!(
            "SELECT count(*) FROM movement m JOIN place p ON p.id = m.to_place JOIN claim c ON c.id = m.to_claim
             WHERE m.operation > {hold} AND (p.kind = 'customer' OR c.stage <> 'free')"
        ));
        assert_eq!(after, 0, "goods on hold were set aside, picked or sold");
        let allocated = "SELECT count(*) FROM position p JOIN claim c ON c.id = p.claim WHERE c.stage = 'allocated'";
        assert_eq!(shop.number(allocated), 0, "goods on hold are set aside");
        shop.check("after a round");
        shop.run(&["release-hold", "LAP", "--reason", "good"], "").ok();
    }
}

#[test]
fn the_same_op_id_is_recorded_once() {
    shops().iter().for_each(the_same_op_id_is_recorded_once_in);
}

fn the_same_op_id_is_recorded_once_in(shop: &Shop) {
    let receive = ["receive", "--from", "ACME", "--to", "A", "--op-id", "delivery-7"];
    let commands: Vec<_> = (0..STATIONS).map(|_| command(&receive, "LAP\n1\nSN-1\nBULK\n5\n")).collect();
    let ended = at_once(shop, &commands);
    let late = or_late(shop, &[], "serial-already-in-stock");
    let done = count_done(&ended, &late);
    assert!(done == STATIONS || !late.is_empty(), "{done} were told what is recorded");
    let first = ended.iter().filter(|one| one.document["already_recorded"] == false).count();
    assert_eq!(first, 1, "the operation was recorded anew {first} times");
    let numbers: BTreeSet<i64> = ended.iter().filter_map(|one| one.document["operation"].as_i64()).collect();
    assert_eq!(numbers.len(), 1);
    let again = shop.run(&receive, "LAP\n1\nSN-1\nBULK\n5\n").ok();
    assert_eq!((&again["already_recorded"], again["operation"].as_i64()), (&true.into(), numbers.first().copied()));
    assert_eq!(shop.number("SELECT count(*) FROM operation WHERE kind = 'receive'"), 1);
    // Other content under that id is refused, to each of them.
    let commands: Vec<_> =
        (0..STATIONS).map(|index| command(&receive, &format!("LAP\n1\nSN-{}\n", index + 10))).collect();
    assert_eq!(count_done(&at_once(shop, &commands), &["op-id-reused"]), 0);
    shop.check("after the race");
}

#[test]
fn an_operation_is_undone_once() {
    shops().iter().for_each(an_operation_is_undone_once_in);
}

fn an_operation_is_undone_once_in(shop: &Shop) {
    let number = shop.receive(&["LAP", "1", "SN-1", "BULK", "5"]).to_string();
    let undo = ["undo", &number, "--reason", "twice delivered"];
    let commands: Vec<_> = (0..STATIONS).map(|_| command(&undo, "")).collect();
    assert_eq!(count_done(&at_once(shop, &commands), &or_late(shop, &["already-undone"], "has-dependants")), 1);
    assert_eq!(shop.number("SELECT count(*) FROM operation WHERE kind = 'undo'"), 1);
    let stock = "SELECT coalesce(sum(quantity), 0) FROM balance WHERE bounded = 1";
    assert_eq!(shop.number(stock), 0);
    shop.check("after the race");
}

/// A lot is corrected to a text, or a new one arrives under it: whoever comes first has it. Only transactions that are kept
/// apart see this, because the text of a lot and a later name of it stand in two tables.
#[test]
fn a_text_is_never_the_one_of_two_lots() {
    let all = shops();
    let is_serializable = |shop: &&Shop| !shop.is_given("SCANTRAIL_POSTGRESQL_ISOLATION", "read-committed");
    all.iter().filter(is_serializable).for_each(a_text_is_never_the_one_of_two_lots_in);
}

fn a_text_is_never_the_one_of_two_lots_in(shop: &Shop) {
    let lots: String = (0..STATIONS).map(|index| format!("MILK\n1\nLOT-{index}\n")).collect();
    shop.receive(&[lots.as_str()]);
    let commands: Vec<_> = (0..STATIONS)
        .map(|index| match index % 2 {
            0 => {
                let lot = format!("LOT-{index}");
                command(&["lot", "set", &lot, "--item", "MILK", "--code", "SAME", "--reason", "label"], "")
            }
            _ => command(&["receive", "--from", "ACME", "--to", "A"], "MILK\n1\nSAME\n"),
        })
        .collect();
    let ended = at_once(shop, &commands);
    // All receipts are taken: the first one makes the lot where no correction did.
    assert!(count_done(&ended, &["code-taken"]) >= STATIONS / 2);
    let named = "SELECT count(*) FROM (SELECT id FROM lot WHERE code = 'SAME'
                 UNION SELECT lot FROM lot_name WHERE code = 'SAME') AS named";
    assert_eq!(shop.number(named), 1);
    shop.check("after the race");
}

#[test]
fn a_database_is_made_once() {
    let shop = Shop::unmade();
    let commands: Vec<_> = (0..STATIONS).map(|_| command(&["init"], "")).collect();
    let ended = at_once(&shop, &commands);
    assert_eq!(count_done(&ended, &[]), STATIONS);
    assert_eq!(ended.iter().filter(|one| one.document["created"] == true).count(), 1);
}
