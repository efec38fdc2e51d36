//! The same script of command lines on both engines: the same answers, word for word, the same exit codes, and in the end
//! the same ledger.
//!
//! The script is random; its seed is printed, and `SCANTRAIL_SEED` repeats it. `SCANTRAIL_LONG=1` plays a longer one.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "support/inspector.rs"]
mod inspector;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "engines_agree/script.rs"]
mod script;
#[path = "support/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::ffi::OsString;

use inspector::Inspector;
use ledger::Engine;
use script::{Script, Step};
use world::World;

fn seed() -> u64 {
    let given = std::env::var("SCANTRAIL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| getrandom::u64().unwrap());
    eprintln!("SCANTRAIL_SEED={seed} repeats this script");
    seed
}

fn commands() -> usize {
    let is_long = std::env::var_os("SCANTRAIL_LONG").is_some_and(|value| value == "1");
    if is_long { 5_000 } else { 400 }
}

/// How a step went, as it stands on a screen.
fn play(world: &World, step: &Step) -> (i32, String) {
    if let Some(rows) = &step.rows {
        world.write("rows.csv", rows);
    }
    let words: Vec<OsString> = step.words.iter().map(OsString::from).collect();
    let outcome = world.run_words(&words, &step.scans);
    (outcome.exit, world.redacted(&outcome.to_string()))
}

#[test]
fn both_engines_answer_alike_and_hold_the_same() {
    let worlds = [World::stocked_in_a_file(), World::of(Engine::Postgresql)];
    // The same names of operations that nobody named.
    worlds[0].ok(&format!("copy-db scantrail.db {} --quiet", worlds[1].address()), "");
    for step in script::opening() {
        let (exit, told) = play(&worlds[0], &step);
        assert_eq!((exit, &told), (0, &play(&worlds[1], &step).1), "{told}");
    }
    let mut script = Script::new(seed());
    let mut exits: BTreeMap<i32, usize> = BTreeMap::new();
    for number in 0..commands() {
        let step = script.step();
        let (exit, on_file) = play(&worlds[0], &step);
        let (_, on_server) = play(&worlds[1], &step);
        assert_eq!(on_file, on_server, "command {number}");
        *exits.entry(exit).or_default() += 1;
    }
    eprintln!("commands by exit code: {exits:?}");
    let share = |exit: i32| exits.get(&exit).copied().unwrap_or(0) * 100 / commands();
    assert!(share(0) >= 25 && share(3) >= 20, "a script in which nothing happens shows nothing: {exits:?}");
    for line in ["stock", "log --all", "item list", "location list", "partner list", "order list"] {
        let [file, server] = worlds.each_ref().map(|world| world.json(line, ""));
        assert_eq!(file, server, "{line}");
    }
    let [file, server] = worlds.each_ref().map(copied);
    for (table, rows) in &file {
        assert!(!rows.is_empty(), "{table} is empty");
        assert_eq!(rows, &server[table], "{table}");
    }
}

/// What each table holds, by names: the numbers of rows differ, because a server gives away some that are not used.
const TABLES: [(&str, &str); 11] = [
    ("scans", "SELECT * FROM scans"),
    (
        "operation",
        "SELECT o.number, o.op_id, o.content, o.kind, o.at, o.at_offset, o.recorded_at, o.recorded_offset, o.operator,
                o.station, t.code, p.code, p.kind, o.invoice, o.note, o.reason, o.fields, o.detail, o.reverses, o.root, o.sign,
                o.station_sequence
         FROM operation o LEFT JOIN trade_order t ON t.id = o.order_id LEFT JOIN partner p ON p.id = o.partner",
    ),
    (
        "movement",
        "SELECT m.operation, m.line, i.sku, l.code, s.code, m.hop, m.quantity, f.path, fo.code, fc.stage, t.path, o.code,
                tc.stage
         FROM movement m JOIN item i ON i.id = m.item LEFT JOIN lot l ON l.id = m.lot LEFT JOIN serial s ON s.id = m.serial
         JOIN place f ON f.id = m.from_place JOIN claim fc ON fc.id = m.from_claim
         LEFT JOIN trade_order fo ON fo.id = fc.order_id
         JOIN place t ON t.id = m.to_place JOIN claim tc ON tc.id = m.to_claim LEFT JOIN trade_order o ON o.id = tc.order_id",
    ),
    (
        "balance",
        "SELECT i.sku, l.code, p.path, o.code, c.stage, b.quantity, b.bounded
         FROM balance b JOIN item i ON i.id = b.item LEFT JOIN lot l ON l.id = b.lot JOIN place p ON p.id = b.place
         JOIN claim c ON c.id = b.claim LEFT JOIN trade_order o ON o.id = c.order_id",
    ),
    (
        "position",
        "SELECT i.sku, s.code, l.code, p.path, o.code, c.stage, x.hop
         FROM position x JOIN serial s ON s.id = x.serial JOIN item i ON i.id = x.item LEFT JOIN lot l ON l.id = x.lot
         JOIN place p ON p.id = x.place JOIN claim c ON c.id = x.claim LEFT JOIN trade_order o ON o.id = c.order_id",
    ),
    (
        "lot_dates",
        "SELECT i.sku, l.code, d.operation, d.expires, d.best_before, d.made, d.said_expires, d.said_best_before, d.said_made
         FROM lot_dates d JOIN lot l ON l.id = d.lot JOIN item i ON i.id = l.item",
    ),
    ("item", "SELECT sku, key, name, tracking, unit, scale, operation FROM item"),
    ("code", "SELECT c.key, c.text, c.kind, i.sku, p.path FROM code c LEFT JOIN item i ON i.id = c.item
              LEFT JOIN place p ON p.id = c.place"),
    ("place", "SELECT path, key, kind, operation FROM place"),
    ("partner", "SELECT n.kind, n.code, n.key, n.name, p.path, n.operation FROM partner n JOIN place p ON p.id = n.place"),
    (
        "order_line",
        "SELECT t.code, t.key, t.kind, n.code, t.operation, o.line, i.sku, o.quantity
         FROM order_line o JOIN trade_order t ON t.id = o.order_id JOIN item i ON i.id = o.item
         LEFT JOIN partner n ON n.id = t.partner",
    ),
];

type Tables = BTreeMap<&'static str, Vec<Vec<Option<String>>>>;

/// The tables of a ledger, read from its copy in a file.
fn copied(world: &World) -> Tables {
    world.ok(&format!("copy-db {} copy.db --quiet", world.address()), "");
    let mut copy = Inspector::of_file(&world.path("copy.db"));
    let mut rows = |sql: &str| {
        let mut rows = copy.rows(sql);
        rows.sort();
        rows
    };
    TABLES.into_iter().map(|(table, sql)| (table, rows(sql))).collect()
}
