//! How fast scans are read, beside another parser of GS1's rules that is kept well: biip, for Python, where it can be
//! had. Ours checks more (every element, pairs, lost separators); the ratio says whether reading can ever be what a
//! batch waits for.
//!
//! `cargo bench --bench reading` measures, `SCANTRAIL_SHORT=1` only shows that it runs (so does `cargo test --benches`).
//! `SCANTRAIL_PYTHON` names a Python in which `pip install biip` was done. What was measured is in `docs/performance.md`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use scantrail::codes::{Rules, read, read_by, take_apart};
use scantrail::scan::{Framed, frames};

/// Scans of all kinds, with a number in each, so that none is the same: for the whole mixture, and for those that the
/// other parser understands too.
fn scan(index: usize, only_gs1: bool) -> String {
    let kinds = if only_gs1 { 4 } else { 12 };
    match index % kinds {
        0 => format!("]d2010952123454321321SN{index:07}\u{1d}1727013110B{}", index % 97),
        1 => format!("]C1010952123454321310LOT-{index}\u{1d}17270131"),
        2 => "]E04006381333931".to_owned(),
        3 => format!("]C10109521234543213310300{:04}10W{}", index % 10_000, index % 977),
        4 => format!("SN{index:09}"),
        5 => format!("LOT-2026/{index}"),
        6 => format!("{}", index % 500),
        7 => format!("010952123454321310AB-{}|17270131", index % 1_000),
        8 => format!("https://id.gs1.org/01/09521234543213/10/A{index}?17=270131"),
        9 => format!("[)>\u{1e}06\u{1d}1PNE555DR\u{1d}Q{}\u{1d}1TL{index}\u{1e}\u{4}", index % 5_000),
        10 => format!("]C1010952123454321310L{}17270131", index % 100),
        _ => format!("WH{}/A-{:02}", index % 9, index % 99),
    }
}

const PYTHON: &str = "
import sys, time
import biip
lines = sys.stdin.buffer.read().decode().split('\\n')[:-1]
started = time.perf_counter()
parsed = 0
for line in lines:
    try:
        biip.parse(line)
        parsed += 1
    except Exception:
        pass
print(time.perf_counter() - started, parsed)
";

/// The time that biip takes for these scans, and how many it understood; `None` where it cannot be had.
fn other_parser(scans: &[String]) -> Option<(Duration, usize)> {
    let python = std::env::var_os("SCANTRAIL_PYTHON").unwrap_or_else(|| "python3".into());
    let probe = Command::new(&python).args(["-c", "import biip"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        return None;
    }
    let mut child =
        Command::new(&python).args(["-c", PYTHON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    child.stdin.take()?.write_all((scans.join("\n") + "\n").as_bytes()).ok()?;
    let output = String::from_utf8(child.wait_with_output().ok()?.stdout).ok()?;
    let (seconds, parsed) = output.trim().split_once(' ')?;
    Some((Duration::from_secs_f64(seconds.parse().ok()?), parsed.parse().ok()?))
}

fn each(time: Duration, count: usize) -> String {
    format!("{:.3} µs", time.as_secs_f64() * 1e6 / count as f64)
}

fn main() {
    let is_wanted = std::env::args_os().any(|argument| argument == "--bench");
    let is_short = !is_wanted || std::env::var_os("SCANTRAIL_SHORT").is_some_and(|value| value == "1");
    let count = if is_short { 10_000 } else { 1_000_000 };
    let today = "2026-11-25".parse().unwrap();

    let mixed: Vec<String> = (0..count).map(|index| scan(index, false)).collect();
    let stream = mixed.join("\n");
    let started = Instant::now();
    let mut understood = 0;
    for framed in frames(stream.as_bytes()) {
        let Framed::Scan(scantrail::scan::Scan { bytes, .. }) = framed.unwrap() else { panic!("too long") };
        for piece in take_apart(&bytes) {
            understood += usize::from(read_by(piece, &Rules::default(), today).fault.is_none());
        }
    }
    let time = started.elapsed();
    assert_eq!(understood, count);
    println!("{count} mixed scans, cut, taken apart and read: {:.2?}, {} each", time, each(time, count));

    let gs1: Vec<String> = (0..count).map(|index| scan(index, true)).collect();
    let started = Instant::now();
    assert!(gs1.iter().all(|scan| read(scan.as_bytes(), today).is_ok()));
    let ours = started.elapsed();
    println!("{count} GS1 and EAN scans: {ours:.2?}, {} each", each(ours, count));

    // A part is enough for the other one: it is slower by far.
    let part = gs1[..count.div_ceil(10)].to_vec();
    match other_parser(&part) {
        Some((time, parsed)) => {
            let ratio = (time.as_secs_f64() / part.len() as f64) / (ours.as_secs_f64() / count as f64);
            println!("the same in biip (Python), {parsed} of {} of them: {}", part.len(), each(time, part.len()));
            println!("ratio: {ratio:.0}");
        }
        None => println!("biip was not measured: no Python with biip was found (SCANTRAIL_PYTHON)"),
    }
}
