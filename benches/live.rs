//! How long a live scan takes to be answered, on a ledger of a million serials, beside the least that can be done: one
//! append and one fsync of as many bytes, in the same run and the same folder.
//!
//! `cargo bench --bench live` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`). The
//! program runs behind a pipe, as a station sees it: from the last byte of the scan to the last byte of the next prompt.
//! Each scan is in the draft, with its fsync, before it is answered. What was measured is in `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// A record of a draft: a serial of nine characters with its frame.
const RECORD_BYTES: usize = 45;

fn main() {
    let is_wanted = std::env::args_os().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    let (serials, scans) = if is_short { (1_000, 20) } else { (1_000_000, 500) };
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), serials);
    let mut floor = Floor::new(folder.path());
    println!("| a live scan, {serials} serials in the ledger | median | 99 of 100 | longest | aim |");
    println!("|---|---|---|---|---|");
    for (what, line, prefix) in [
        ("`receive --live`, a serial that is new", "receive --from ACME --to A", "N"),
        ("`transfer --live`, a serial that is there", "transfer --to B", "S"),
    ] {
        let (floors, times) = session(folder.path(), &mut floor, line, prefix, scans);
        row(what, &times, "10 ms");
        row("append and fsync alone, between these scans", &floors, "");
    }
}

fn row(what: &str, times: &[Duration], aim: &str) {
    let mut times = times.to_vec();
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
    println!("| {what} | {:.2} ms | {:.2} ms | {:.2} ms | {aim} |", at(50), at(99), at(100));
}

fn scantrail(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
    command.env_clear().env("HOME", folder).env("SCANTRAIL_DB", folder.join("stock.db")).current_dir(folder);
    command.args(line.split(' ')).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn done(folder: &Path, line: &str, scans: &str) {
    let mut child = scantrail(folder, line).spawn().unwrap();
    child.stdin.take().unwrap().write_all(scans.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn fill(folder: &Path, serials: usize) {
    done(folder, "init", "");
    done(folder, "item add LAP --name Laptop --track serial", "");
    ["A", "B"].iter().for_each(|place| done(folder, &format!("location add {place}"), ""));
    done(folder, "partner add ACME --kind supplier --name Acme", "");
    let part = serials.min(100_000);
    for first in (0..serials).step_by(part) {
        let scans: String = (first..first + part).map(|serial| format!("S{serial:08}\n")).collect();
        done(folder, "receive --from ACME --to A", &format!("LAP\n{part}\n{scans}"));
    }
}

/// Appends with an fsync each, as a draft is written, and nothing else.
struct Floor(File);

impl Floor {
    fn new(folder: &Path) -> Floor {
        Floor(OpenOptions::new().create_new(true).append(true).open(folder.join("floor")).unwrap())
    }

    fn append(&mut self) -> Duration {
        let started = Instant::now();
        self.0.write_all(&[7; RECORD_BYTES]).unwrap();
        self.0.sync_data().unwrap();
        started.elapsed()
    }
}

/// One live session with a group of so many serials, each timed, and before each the floor, because a disk is not always
/// equally fast.
fn session(folder: &Path, floor: &mut Floor, line: &str, prefix: &str, count: usize) -> (Vec<Duration>, Vec<Duration>) {
    let mut station = Station::start(folder, &format!("{line} --live"));
    station.scan("LAP");
    station.scan(&count.to_string());
    let pair = |serial| (floor.append(), station.scan(&format!("{prefix}{serial:08}")));
    let times = (0..count).map(pair).unzip();
    drop(station.scanner);
    assert!(station.child.wait().unwrap().success());
    times
}

struct Station {
    child: Child,
    scanner: ChildStdin,
    screen: ChildStderr,
}

impl Station {
    fn start(folder: &Path, line: &str) -> Station {
        let mut child = scantrail(folder, line).spawn().unwrap();
        let (scanner, screen) = (child.stdin.take().unwrap(), child.stderr.take().unwrap());
        let mut station = Station { child, scanner, screen };
        station.wait_for_prompt();
        station
    }

    fn scan(&mut self, text: &str) -> Duration {
        let bytes = format!("{text}\n");
        let started = Instant::now();
        self.scanner.write_all(bytes.as_bytes()).unwrap();
        let said = self.wait_for_prompt();
        let took = started.elapsed();
        assert!(said.contains("  ok  "), "{said}");
        took
    }

    fn wait_for_prompt(&mut self) -> String {
        let mut text = Vec::new();
        while !text.ends_with(b" > ") {
            let mut bytes = [0; 512];
            let count = self.screen.read(&mut bytes).unwrap();
            assert!(count > 0, "ended: {}", String::from_utf8_lossy(&text));
            text.extend(&bytes[..count]);
        }
        String::from_utf8(text).unwrap()
    }
}
