//! How long the allocation of one order takes over many lots, on both engines, beside the least that can be done: one query
//! of the first lots by the index, and one durable row, in the same run and the same database.
//!
//! `cargo bench --bench allocation` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`).
//! PostgreSQL is measured where `SCANTRAIL_TEST_POSTGRESQL` names a server. The orders ask for twelve units of lots of one
//! unit each. What was measured is in `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "../tests/support/inspector.rs"]
mod inspector;
#[path = "../tests/support/ledger.rs"]
mod ledger;
#[path = "../tests/support/postgresql.rs"]
mod postgresql;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use inspector::Inspector;
use ledger::{Engine, Ledger};
use scantrail::ledger::Strategy;
use scantrail::model::Stamp;
use scantrail::ops::{Allocate, Release, Request};
use scantrail::store::{Address, Options, Store};

const FIRST_LOTS: &str = "SELECT item, lot, place, claim, quantity FROM balance
    WHERE item = 1 AND claim = 0 AND quantity > 0 AND expires >= '2026-11-23'
    ORDER BY first_out, lot, place LIMIT 16";

fn main() {
    let is_wanted = std::env::args_os().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    let (few, many, rounds) = if is_short { (100, 2_000, 3) } else { (1_000, 100_000, 50) };
    println!("| `allocate`, an order of 12 | lots | median | longest | least that can be done | ratio | aim |");
    println!("|---|---|---|---|---|---|---|");
    let server = std::env::var_os("SCANTRAIL_TEST_POSTGRESQL").is_some();
    for engine in [Engine::Sqlite].into_iter().chain(server.then_some(Engine::Postgresql)) {
        for lots in [few, many] {
            measure(engine, lots, rounds);
        }
    }
}

fn measure(engine: Engine, lots: usize, rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::empty(engine, "lots.db");
    let mut tables = fill(&ledger, folder.path(), lots);
    let path = folder.path().join(ledger.address());
    let address = if ledger.is_file() { path.into_os_string() } else { ledger.address().into() };
    let options = Options { allow_network_file_system: true, seed: 1, now: chrono::DateTime::default(), tell: |_| {} };
    let store = Store::open(&Address::parse(&address, &|name| std::env::var(name).ok()).unwrap(), &options).unwrap();
    let name = if ledger.is_file() { "SQLite" } else { "PostgreSQL" };
    for strategy in [Strategy::FirstExpired, Strategy::FirstIn, Strategy::Place, Strategy::FewestLots] {
        let (mut times, mut floors) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            floors.push(least(&mut tables, &format!("{}-{round}", strategy.word())));
            let verb = Allocate {
                sales_order: "SO-1".to_owned(),
                strategy: Some(strategy),
                all_or_nothing: true,
                ..Allocate::default()
            };
            let started = Instant::now();
            verb.run(&store, &request(&format!("a-{}-{round}", strategy.word()))).unwrap();
            times.push(started.elapsed());
            let release = Release { sales_order: "SO-1".to_owned(), ..Release::default() };
            release.run(&store, &request(&format!("r-{}-{round}", strategy.word()))).unwrap();
        }
        let longest = times.iter().max().copied().unwrap_or_default();
        let (median, floor) = (median(times), median(floors));
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!(
            "| {name}, {} | {lots} | {:.2} ms | {:.2} ms | {:.2} ms | {:.1} | 200 ms |",
            strategy.word(),
            milliseconds(median),
            milliseconds(longest),
            milliseconds(floor),
            milliseconds(median) / milliseconds(floor)
        );
    }
}

/// The first lots by the index, and one row that is on disk.
fn least(tables: &mut Inspector, scope: &str) -> Duration {
    let started = Instant::now();
    assert!(!tables.rows(FIRST_LOTS).is_empty());
    tables.done(&format!("INSERT INTO sequence (scope, last) VALUES ('{scope}', 1)"));
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn request(op_id: &str) -> Request {
    let at = "2026-11-23T10:00:00+00:00".parse().unwrap();
    let (operator, station) = ("ann".to_owned(), "dock-1".to_owned());
    Request {
        op_id: op_id.to_owned(),
        stamp: Stamp { at, recorded_at: at, operator, station },
        at_is_given: false,
        note: None,
        reason: None,
        fields: BTreeMap::new(),
        dry_run: false,
    }
}

/// One item with so many lots of one unit each in ten places, and an order of twelve. The rows are made as receipts would
/// leave them.
fn fill(ledger: &Ledger, folder: &std::path::Path, lots: usize) -> Inspector {
    let done = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
        command.env_clear().env("HOME", folder).env("SCANTRAIL_DB", ledger.address()).current_dir(folder);
        command.env("SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM", "1").arg("--quiet").args(line.split(' '));
        assert!(command.output().unwrap().status.success(), "{line}");
    };
    done("init");
    done("item add MILK --name Milk --track lot");
    (0..10).for_each(|place| done(&format!("location add A-{place}")));
    done("partner add BOB --kind customer --name Bob");
    done("order add SO-1 --kind sales --partner BOB --line MILK=12");
    let mut tables = ledger.inspector(folder);
    let first: i64 = tables.number("SELECT id FROM place WHERE path = 'A-0'");
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {lots}),
         one AS (SELECT i, '20' || (30 + i * 7919 % 60) || '-' || (10 + i * 31 % 3) || '-' || (10 + i * 17 % 19) AS day
                 FROM n)"
    );
    if !ledger.is_file() {
        for table in ["lot", "lot_dates", "balance", "sequence"] {
            tables.done(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL"));
        }
    }
    tables.done(&format!("INSERT INTO lot (id, item, code) {numbers} SELECT i, 1, 'LOT-' || i FROM one"));
    tables.done(&format!(
        "INSERT INTO lot_dates (lot, operation, expires, said_expires) {numbers} SELECT i, 2, day, day FROM one"
    ));
    tables.done(&format!(
        "INSERT INTO balance (item, lot, place, claim, quantity, bounded, expires, first_out)
         {numbers} SELECT 1, i, {first} + i % 10, 0, 1, 1, day, day FROM one"
    ));
    tables.done("ANALYZE");
    tables
}
