//! How much the ledger costs, beside a bare program that does the least possible work for the same durable rows and
//! indexes, in the same run.
//!
//! `cargo bench --bench ledger` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`).
//! The bare program is this one, started again with another first argument. What was measured is in
//! `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use scantrail::ops::{SubjectKind, Traced, trace};
use scantrail::store::{Address, Options, Store};

fn main() {
    let arguments: Vec<String> = std::env::args_os().map(|one| one.to_string_lossy().into_owned()).collect();
    if let [_, mode, database, first, count] = arguments.as_slice()
        && mode == "bare"
    {
        return bare(Path::new(database), first.parse().unwrap(), count.parse().unwrap());
    }
    let is_wanted = arguments.iter().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    let folder = Folder::new();
    let sizes = if is_short {
        Sizes { rounds: 5, large: 2_000, large_rounds: 1, few: 1_000, many: 10_000, traces: 5 }
    } else {
        Sizes { rounds: 200, large: 100_000, large_rounds: 5, few: 10_000, many: 1_000_000, traces: 100 }
    };
    println!(
        "| what | scantrail | bare, with the triggers | bare, without triggers | ratio | ratio without triggers | aim |"
    );
    println!("|---|---|---|---|---|---|---|");
    one_serial(&folder.0, &sizes);
    many_serials(&folder.0, &sizes);
    println!();
    traces(&folder.0, &sizes);
}

/// A folder that goes when the measuring is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("scantrail-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Sizes {
    /// How often one serial is received.
    rounds: usize,
    /// How many serials one large receipt has, and how often it is made.
    large: usize,
    large_rounds: usize,
    /// How many serials the two databases of the traces hold.
    few: usize,
    many: usize,
    traces: usize,
}

// ---- the bare program ---------------------------------------------------------------------------------------------

/// Inserts the rows of one receipt with the fewest statements, and with the same durability.
fn bare(database: &Path, first: usize, count: usize) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).unwrap();
    connection.execute_batch("PRAGMA synchronous = FULL").unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let sql =
        "INSERT INTO operation (op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator, station,
                 partner, fields, root, sign, station_sequence, hash)
               VALUES (?1, ?2, 'receive', 1, 0, 1, 0, 'ann', 'bare', 1, '{}', 0, 1, ?3, ?2) RETURNING number";
    let name = format!("0123456789abcdef01234567{first:08}");
    let number: i64 = connection.query_row(sql, (name, [7_u8; 32], first as i64 + 1), |row| row.get(0)).unwrap();
    {
        let mut unit = connection.prepare("INSERT INTO serial (item, code) VALUES (1, ?1) RETURNING id").unwrap();
        let mut movement = connection
            .prepare(
                "INSERT INTO movement (operation, line, item, serial, hop, quantity, from_place, from_claim, to_place,
                   to_claim) VALUES (?1, ?2, 1, ?3, 1, 1, 4, 0, 3, 0)",
            )
            .unwrap();
        let sql = "INSERT INTO position (serial, item, lot, place, claim, hop) VALUES (?1, 1, 0, 3, 0, 1)";
        let mut position = connection.prepare(sql).unwrap();
        for index in 0..count {
            let serial: i64 = unit.query_row([serial(first + index)], |row| row.get(0)).unwrap();
            movement.execute((number, index as i64 + 1, serial)).unwrap();
            position.execute([serial]).unwrap();
        }
    }
    let balance = "INSERT INTO balance (item, lot, place, claim, quantity, bounded) VALUES (1, 0, ?1, 0, ?2, ?3)
                   ON CONFLICT DO UPDATE SET quantity = quantity + ?2";
    connection.execute(balance, (3, count as i64, 1)).unwrap();
    connection.execute(balance, (4, -(count as i64), 0)).unwrap();
    connection.execute_batch("COMMIT").unwrap();
}

fn serial(index: usize) -> String {
    format!("SN{index:09}")
}

// ---- the world ----------------------------------------------------------------------------------------------------

fn scantrail(database: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
    command.env_clear().env("SCANTRAIL_DB", database).env("HOME", database.parent().unwrap());
    command.env("SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM", "1");
    command.args(["--operator", "ann", "--station", "dock-1", "--quiet"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command
}

/// A database with one item (row 1), one storage place (row 3) and one supplier (place 4).
fn make(folder: &Path, name: &str) -> PathBuf {
    let database = folder.join(name);
    let masters: [&[&str]; 4] = [
        &["init"],
        &["item", "add", "LAPTOP-15", "--name", "Laptop", "--track", "serial"],
        &["location", "add", "WH1/A-01"],
        &["partner", "add", "ACME", "--kind", "supplier", "--name", "Acme"],
    ];
    for arguments in masters {
        assert!(scantrail(&database, arguments).status().unwrap().success());
    }
    database
}

/// The same without triggers: only the rows and the indexes.
fn without_triggers(database: PathBuf) -> PathBuf {
    let connection = Connection::open(&database).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
    let names: Vec<String> =
        connection.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(|name| name.unwrap()).collect();
    names.iter().for_each(|name| connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    database
}

fn receipt(first: usize, count: usize) -> String {
    let serials: String = (first..first + count).map(|index| serial(index) + "\n").collect();
    format!("LAPTOP-15\n{count}\n{serials}")
}

/// Starts, feeds and waits; gives the time and the most memory that was in use, in bytes.
fn run(mut command: Command, input: &str, watch: bool) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let memory = if watch { most_memory(&mut child) } else { 0 };
    assert!(child.wait().unwrap().success());
    (started.elapsed(), memory)
}

fn most_memory(child: &mut Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(kilobytes.unwrap_or(0) * 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    most
}

fn bare_command(database: &Path, first: usize, count: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("bare").arg(database).arg(first.to_string()).arg(count.to_string());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

fn ratio(one: Duration, other: Duration) -> String {
    format!("{:.2}", one.as_secs_f64() / other.as_secs_f64())
}

fn row(what: &str, [ours, with, without]: [Duration; 3], aim: &str) {
    println!(
        "| {what} | {} | {} | {} | {} | {} | {aim} |",
        milliseconds(ours),
        milliseconds(with),
        milliseconds(without),
        ratio(ours, with),
        ratio(ours, without)
    );
}

// ---- what is measured ---------------------------------------------------------------------------------------------

const RECEIVE: [&str; 3] = ["receive", "--from", "ACME"];

fn one_serial(folder: &Path, sizes: &Sizes) {
    let ours = make(folder, "one.db");
    let with = make(folder, "one-bare.db");
    let without = without_triggers(make(folder, "one-barer.db"));
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..sizes.rounds {
        times[0].push(run(scantrail(&ours, &RECEIVE), &receipt(round, 1), false).0);
        times[1].push(run(bare_command(&with, round, 1), "", false).0);
        times[2].push(run(bare_command(&without, round, 1), "", false).0);
    }
    row("`receive` of 1 serial, from process start to exit", times.map(median), "2");
}

fn many_serials(folder: &Path, sizes: &Sizes) {
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    let mut most = 0;
    let scans = receipt(0, sizes.large);
    for round in 0..sizes.large_rounds {
        let ours = make(folder, &format!("many-{round}.db"));
        let with = make(folder, &format!("many-bare-{round}.db"));
        let without = without_triggers(make(folder, &format!("many-barer-{round}.db")));
        let (time, memory) = run(scantrail(&ours, &RECEIVE), &scans, true);
        times[0].push(time);
        most = most.max(memory);
        times[1].push(run(bare_command(&with, 0, sizes.large), "", true).0);
        times[2].push(run(bare_command(&without, 0, sizes.large), "", true).0);
        for database in [ours, with, without] {
            std::fs::remove_file(&database).unwrap();
            let _ = std::fs::remove_file(database.with_extension("db-wal"));
        }
    }
    row(&format!("`receive` of {} serials in one batch", sizes.large), times.map(median), "3");
    println!();
    println!("Most memory of that receipt: {:.0} MB (aim: under 200)", most as f64 / 1_048_576.0);
}

fn open(database: &Path) -> Store {
    let options = Options { allow_network_file_system: true, seed: 1, now: chrono::DateTime::default(), tell: |_| {} };
    Store::open(&Address::File(database.to_owned()), &options).unwrap()
}

fn traces(folder: &Path, sizes: &Sizes) {
    let few = stocked(folder, "few.db", sizes.few);
    let many = stocked(folder, "many.db", sizes.many);
    let mut processes = [Vec::new(), Vec::new()];
    let mut calls = [Vec::new(), Vec::new()];
    let stores = [&few, &many].map(|database| open(database));
    for round in 0..sizes.traces {
        for (index, (database, count)) in [(&few, sizes.few), (&many, sizes.many)].into_iter().enumerate() {
            // Spread over the whole database, and never the same unit twice.
            let code = serial(round * 7_919_777 % count);
            processes[index].push(run(scantrail(database, &["trace", &code, "--json"]), "", false).0);
            let code = serial((round * 7_919_777 + 13) % count);
            let started = Instant::now();
            let day = "2026-11-23".parse().unwrap();
            let found = stores[index].read(|view| trace(view, &code, None, Some(SubjectKind::Serial), day));
            calls[index].push(started.elapsed());
            assert!(matches!(found, Ok(Traced::One(found)) if found.events.len() == 1));
        }
    }
    println!("| trace of a serial | among {} | among {} | ratio |", sizes.few, sizes.many);
    println!("|---|---|---|---|");
    for (what, times) in [("from process start to exit", processes), ("the call alone", calls)] {
        let [few, many] = times.map(median);
        let show = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1_000.0);
        println!("| {what} | {} | {} | {} |", show(few), show(many), ratio(many, few));
    }
}

/// A database with so many serials, received by the program itself.
fn stocked(folder: &Path, name: &str, count: usize) -> PathBuf {
    let database = make(folder, name);
    let batch = count.min(100_000);
    for first in (0..count).step_by(batch) {
        run(scantrail(&database, &RECEIVE), &receipt(first, batch), false);
    }
    database
}
