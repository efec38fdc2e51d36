//! How much many stations record at once, on both engines, and how much a large receipt costs on PostgreSQL beside a bare
//! COPY of the same rows into the same tables and indexes, in the same run.
//!
//! `cargo bench --bench stations` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`).
//! Both engines keep what they acknowledge: `synchronous=FULL`, and `fsync=on` on the server, which is a private one on
//! loopback. What was measured is in `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "../tests/support/inspector.rs"]
mod inspector;
#[path = "../tests/support/ledger.rs"]
mod ledger;
#[path = "../tests/support/postgresql.rs"]
mod postgresql;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use ::postgres::Client;
use ::postgres::binary_copy::BinaryCopyInWriter;
use ::postgres::types::Type;
use postgresql::{Database, Server};
use scantrail::model::Stamp;
use scantrail::ops::{BatchOptions, Receive, Request, record_batch};
use scantrail::scan::{Framed, Scans};
use scantrail::store::{Address, Options, Store};

struct Sizes {
    /// How many operations all stations together record for one figure.
    operations: usize,
    /// How many operations and serials the ledger has before.
    past: usize,
    /// How many serials the large receipt has, and how often it is made.
    large: usize,
    rounds: usize,
}

fn main() {
    let is_wanted = std::env::args_os().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    let sizes = match is_short {
        true => Sizes { operations: 16, past: 100, large: 2_000, rounds: 1 },
        false => Sizes { operations: 480, past: 20_000, large: 100_000, rounds: 5 },
    };
    let server = Server::start(&["fsync=on", "full_page_writes=on", "autovacuum=on"]);
    // `cargo bench --bench stations -- large` leaves out what takes minutes.
    if std::env::args_os().all(|argument| argument != "large") {
        many_stations(&server, &sizes);
        println!();
    }
    large_receipt(&server, &sizes);
}

/// A ledger with two items, sixteen places and a supplier.
struct World {
    folder: tempfile::TempDir,
    address: OsString,
    isolation: &'static str,
    database: Option<Database>,
}

impl World {
    fn on(server: Option<&Server>, isolation: &'static str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let database = server.map(Server::database);
        let address = match &database {
            Some(database) => OsString::from(database.url()),
            None => folder.path().join("stock.db").into_os_string(),
        };
        let world = World { folder, address, isolation, database };
        world.done(&["init"], "");
        for item in (0..16).map(|number| format!("ITEM-{number}")) {
            world.done(&["item", "add", &item, "--name", "Item", "--track", "serial"], "");
        }
        for place in (0..16).map(|number| format!("WH1/{number}")) {
            world.done(&["location", "add", &place], "");
        }
        world.done(&["partner", "add", "ACME", "--kind", "supplier", "--name", "Acme"], "");
        world
    }

    /// With the past of some months: a new ledger is a special case, because all that the stations do falls on the same
    /// few pages.
    fn with_a_past(server: Option<&Server>, isolation: &'static str, operations: usize) -> World {
        let world = World::on(server, isolation);
        let mut tables = match &world.database {
            Some(database) => inspector::Inspector::of_url(database.url()),
            None => inspector::Inspector::of_file(Path::new(&world.address)),
        };
        let (op_id, bytes) = match tables.is_server() {
            true => ("md5(n::text)", "decode(md5(n::text) || md5(n::text), 'hex')"),
            false => ("lower(hex(randomblob(16)))", "randomblob(32)"),
        };
        tables.done(&format!(
            "INSERT INTO operation (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
                                    station, fields, root, sign, station_sequence, hash)
             WITH RECURSIVE past (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM past WHERE n < {operations})
             SELECT 1000 + n, {op_id}, {bytes}, 'receive', n, 0, n, 0, 'ann', 'dock-' || (n % 16), '{{}}', 1000 + n, 1,
                    1 + n / 16, {bytes} FROM past"
        ));
        if tables.is_server() {
            tables.done(&format!("SELECT setval('operation_number_seq', {})", 1_000 + operations));
            tables.done("ANALYZE");
        }
        let serials: String = (0..operations).map(|index| format!("PAST-{index:09}\n")).collect();
        let receipt = format!("ITEM-0\n{operations}\n{serials}");
        world.done(&["--station", "old", "receive", "--from", "ACME", "--to", "WH1/15"], &receipt);
        world
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
        command.env_clear().env("SCANTRAIL_DB", &self.address).env("HOME", self.folder.path());
        command.env("SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM", "1");
        command.env("SCANTRAIL_POSTGRESQL_ISOLATION", self.isolation);
        command.args(["--operator", "ann", "--quiet"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit());
        command
    }

    fn done(&self, arguments: &[&str], scans: &str) {
        let mut child = self.command(arguments).spawn().unwrap();
        child.stdin.take().unwrap().write_all(scans.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}");
    }

    fn store(&self, seed: u64) -> Store {
        let variable = |name: &str| (name == "SCANTRAIL_POSTGRESQL_ISOLATION").then(|| self.isolation.to_owned());
        let address = Address::parse(&self.address, &variable).unwrap();
        Store::open(
            &address,
            &Options { allow_network_file_system: true, seed, now: chrono::DateTime::default(), tell: |_| {} },
        )
        .unwrap()
    }
}

/// What a station does again and again: it receives one unit, of an item and into a place of its own or of all.
#[derive(Clone, Copy)]
enum Goods {
    OfItsOwn,
    OfAll,
}

impl Goods {
    fn of(self, station: usize) -> (String, String) {
        let number = match self {
            Goods::OfItsOwn => station,
            Goods::OfAll => 0,
        };
        (format!("ITEM-{number}"), format!("WH1/{number}"))
    }
}

fn serial(station: usize, round: usize) -> String {
    format!("SN-{station}-{round}")
}

/// A command for each operation: it starts, connects, records and ends.
fn by_commands(world: &World, stations: usize, each: usize, goods: Goods) -> Duration {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for station in 0..stations {
            scope.spawn(move || {
                let (item, place) = goods.of(station);
                let name = format!("dock-{station}");
                for round in 0..each {
                    let scans = format!("{item}\n1\n{}\n", serial(station, round));
                    world.done(&["--station", &name, "receive", "--from", "ACME", "--to", &place], &scans);
                }
            });
        }
    });
    started.elapsed()
}

/// A connection that stays, as in a long session: only the operations themselves.
fn by_sessions(world: &World, stations: usize, each: usize, goods: Goods) -> Duration {
    // All connect first, and begin together.
    let connected = Barrier::new(stations + 1);
    let mut started = Instant::now();
    std::thread::scope(|scope| {
        for station in 0..stations {
            let connected = &connected;
            scope.spawn(move || {
                let store = world.store(station as u64 + 1);
                let (item, place) = goods.of(station);
                connected.wait();
                for round in 0..each {
                    receive(&store, station, round, &item, &place);
                }
            });
        }
        connected.wait();
        started = Instant::now();
    });
    started.elapsed()
}

fn receive(store: &Store, station: usize, round: usize, item: &str, place: &str) {
    let now = chrono::DateTime::parse_from_rfc3339("2026-11-25T10:00:00+00:00").unwrap();
    let request = Request {
        op_id: format!("op-{station}-{round}"),
        stamp: Stamp { at: now, recorded_at: now, operator: "ann".to_owned(), station: format!("dock-{station}") },
        at_is_given: false,
        note: None,
        reason: None,
        fields: Default::default(),
        dry_run: false,
    };
    let verb = Receive {
        supplier: Some("ACME".to_owned()),
        to: Some(place.to_owned()),
        options: BatchOptions::default(),
        ..Receive::default()
    };
    let texts = [item.to_owned(), "1".to_owned(), format!("S{}", serial(station, round))];
    let scans: Scans =
        (1..).zip(texts).map(|(line, text)| Framed::Scan(scantrail::scan::Scan::new(line, text))).collect();
    record_batch(store, &verb, &request, &scans).unwrap();
}

type Way = fn(&World, usize, usize, Goods) -> Duration;

fn many_stations(server: &Server, sizes: &Sizes) {
    println!("| operations a second | engine | 1 station | 4 stations | 16 stations |");
    println!("|---|---|---|---|---|");
    let ways: [(&str, Way); 2] = [("a command for each", by_commands), ("a connection that stays", by_sessions)];
    let goods = [("each station its own item", Goods::OfItsOwn), ("all the same item and place", Goods::OfAll)];
    let engines = [
        ("SQLite", None, "serializable"),
        ("PostgreSQL", Some(server), "serializable"),
        ("PostgreSQL, read committed", Some(server), "read-committed"),
    ];
    for (way, record) in ways {
        for (what, goods) in goods {
            for (engine, server, isolation) in engines {
                let figure = |stations: usize| {
                    let world = World::with_a_past(server, isolation, sizes.past);
                    let each = sizes.operations / stations;
                    let time = record(&world, stations, each, goods);
                    format!("{:.0}", (each * stations) as f64 / time.as_secs_f64())
                };
                println!("| {way}, {what} | {engine} | {} | {} | {} |", figure(1), figure(4), figure(16));
            }
        }
    }
}

// ---- a large receipt ----------------------------------------------------------------------------------------------

fn large_receipt(server: &Server, sizes: &Sizes) {
    let serials: String = (0..sizes.large).map(|index| format!("SN{index:09}\n")).collect();
    let scans = format!("ITEM-0\n{}\n{serials}", sizes.large);
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..sizes.rounds {
        let world = World::on(Some(server), "serializable");
        let started = Instant::now();
        world.done(&["--station", "dock-1", "receive", "--from", "ACME", "--to", "WH1/0"], &scans);
        ours.push(started.elapsed());
        let world = World::on(Some(server), "serializable");
        bare.push(bare_copy(Path::new(&world.address).to_str().unwrap(), sizes.large));
    }
    let (ours, bare) = (median(ours), median(bare));
    println!("| what | scantrail | bare COPY | ratio | aim |");
    println!("|---|---|---|---|---|");
    println!(
        "| `receive` of {} serials in one batch on PostgreSQL | {:.0} ms | {:.0} ms | {:.2} | 3 |",
        sizes.large,
        ours.as_secs_f64() * 1_000.0,
        bare.as_secs_f64() * 1_000.0,
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The same rows in one transaction, with the same indexes, and without any trigger or foreign key.
fn bare_copy(url: &str, count: usize) -> Duration {
    let tables = ["operation", "serial", "movement", "position", "balance"];
    let mut owner = postgresql::connect(url);
    tables.iter().for_each(|table| owner.batch_execute(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).unwrap());
    let started = Instant::now();
    let mut client = postgresql::connect(url);
    client.batch_execute("BEGIN").unwrap();
    let sql =
        "INSERT INTO operation (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
                 station, partner, fields, root, sign, station_sequence, hash)
               VALUES (1000, 'bare', $1, 'receive', 1, 0, 1, 0, 'ann', 'bare', 1, '{}', 1000, 1, 1, $1)";
    client.execute(sql, &[&[7_u8; 32].as_slice()]).unwrap();
    let (number, text) = (Type::INT8, Type::TEXT);
    copy(
        &mut client,
        "COPY serial (id, item, code) FROM STDIN BINARY",
        &[number.clone(), number.clone(), text],
        count,
        |writer, row| writer.write(&[&row, &1_i64, &format!("SN{:09}", row - 1)]),
    );
    let sql = "COPY movement (operation, line, item, serial, hop, quantity, from_place, from_claim, to_place, to_claim)
               FROM STDIN BINARY";
    copy(&mut client, sql, &vec![number.clone(); 10], count, |writer, row| {
        writer.write(&[&1_000_i64, &row, &1_i64, &row, &1_i64, &1_i64, &19_i64, &0_i64, &3_i64, &0_i64])
    });
    let sql = "COPY position (serial, item, lot, place, claim, hop) FROM STDIN BINARY";
    copy(&mut client, sql, &vec![number; 6], count, |writer, row| {
        writer.write(&[&row, &1_i64, &0_i64, &3_i64, &0_i64, &1_i64])
    });
    let balance = "INSERT INTO balance VALUES (1, 0, 3, 0, $1, 1), (1, 0, 19, 0, -$1, 0)";
    client.execute(balance, &[&(count as i64)]).unwrap();
    client.batch_execute("COMMIT").unwrap();
    started.elapsed()
}

fn copy(
    client: &mut Client,
    sql: &str,
    types: &[Type],
    count: usize,
    write: impl Fn(&mut BinaryCopyInWriter<'_>, i64) -> Result<(), ::postgres::Error>,
) {
    let mut writer = BinaryCopyInWriter::new(client.copy_in(sql).unwrap(), types);
    (1..=count as i64).for_each(|row| write(&mut writer, row).unwrap());
    writer.finish().unwrap();
}
