//! Whoever waits for a station that writes is told whom it waits for.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";
const FILE: &str = "SCANTRAIL_TEST_HOLDS";

/// No test by itself: another process of this program, which has the write lock of a ledger until its stdin ends.
#[test]
#[ignore = "started by the tests that wait for it"]
fn holds_the_write_lock() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    writeln!(std::io::stdout(), "\nheld").unwrap();
    std::io::stdin().lines().for_each(drop);
}

/// A process that writes.
struct Writer(Child);

impl Writer {
    fn begin(world: &World) -> Writer {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "busy::holds_the_write_lock", "--ignored", "--nocapture"]);
        command.env(FILE, world.path("scantrail.db")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut writer = command.spawn().unwrap();
        let lines = BufReader::new(writer.stdout.as_mut().unwrap()).lines();
        assert!(lines.map_while(Result::ok).any(|line| line == "held"));
        Writer(writer)
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.0.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

/// The name that the system has for this program.
fn own_name() -> String {
    std::fs::read_to_string("/proc/self/comm").unwrap().trim_end().to_owned()
}

#[test]
fn a_writer_that_takes_long_is_named_and_waited_for() {
    let world = World::stocked_in_a_file();
    let writer = Writer::begin(&world);
    let mut command = world.scantrail();
    command.args(words(RECEIVE)).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut waiting = command.spawn().unwrap();
    waiting.stdin.take().unwrap().write_all(b"BOLT\n1\n").unwrap();
    let mut told = String::new();
    BufReader::new(waiting.stderr.as_mut().unwrap()).read_line(&mut told).unwrap();
    let process = writer.0.id();
    assert_eq!(
        told.trim_end(),
        format!(
            "another station is writing: process {process} ({}), which is running; if it does not end by itself, look at \
             what it does: ps -p {process}",
            own_name()
        )
    );
    writer.end();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 21"]);
}

#[test]
fn a_writer_that_is_stopped_is_named_with_what_lets_it_go_on() {
    let world = World::stocked_in_a_file();
    let writer = Writer::begin(&world);
    writer.signal("STOP");
    let outcome = world.run(&format!("{RECEIVE} --json"), "BOLT\n1\n");
    let (process, name) = (writer.0.id(), own_name());
    let go_on = format!("to let it go on: kill -CONT {process}");
    assert_eq!(outcome.error_code(1), "database-busy");
    let error = &outcome.document()["error"];
    assert_eq!(
        error["message"],
        format!("the database is busy: process {process} ({name}), which is stopped, has been writing for a long time")
    );
    assert_eq!(error["hint"], go_on.as_str());
    let told = format!("another station is writing: process {process} ({name}), which is stopped; {go_on}");
    assert!(outcome.stderr.contains(&told), "{outcome}");
    writer.signal("CONT");
    writer.end();
    world.ok(RECEIVE, "BOLT\n1\n");
}
