//! Batches of very many scans: nothing is lost at the seams of the parts that they are looked up in, and memory is bounded.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::world::{World, finish, refusals_of, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// Groups of laptops with serials from one number to before another one.
fn laptops(from: usize, to: usize) -> String {
    let mut scans = String::new();
    for first in (from..to).step_by(50_000) {
        let last = to.min(first + 50_000);
        let _ = writeln!(scans, "LAPTOP-15\n{}", last - first);
        for number in first..last {
            let _ = writeln!(scans, "MANY{number:07}");
        }
    }
    scans
}

#[test]
fn a_long_batch_is_one_batch() {
    let world = World::stocked();
    world.write("in.txt", laptops(0, 20_000) + "WH1/A-02\nBOLT\n5\n");
    let document = world.json(&format!("{RECEIVE} --op-id long --scans in.txt"), "");
    let count = |key: &str| -> usize {
        document["lines"].as_array().unwrap().iter().map(|line| line[key].as_array().unwrap().len()).sum()
    };
    assert_eq!(count("serials"), 20_000);
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 20", "WH1/A-02 5"]);
    assert_eq!(world.json(&format!("{RECEIVE} --op-id long --scans in.txt"), "")["already_recorded"], true);
    // Known units, and one of them twice, far apart.
    let known = laptops(0, 20_000);
    world.write("out.txt", format!("{known}LAPTOP-15\n1\nMANY0000003\n"));
    assert_eq!(world.refused("transfer --to WH1/A-02 --scans out.txt", ""), ["20005 MANY0000003 duplicate-in-batch"]);
    world.write("out.txt", known);
    world.json("transfer --to WH1/A-02 --scans out.txt", "");
    assert_eq!(world.stock("LAPTOP-15").iter().filter(|row| row.starts_with("WH1/A-02 MANY")).count(), 20_000);
    // The scans are kept as they arrived.
    let kept = world.inspector().rows("SELECT length(stream) FROM scans ORDER BY operation DESC LIMIT 1");
    assert_eq!(kept, [[Some((20_000 * 12 + "LAPTOP-15\n20000".len()).to_string())]]);
}

#[test]
fn refusals_beyond_some_thousands_are_counted() {
    let world = World::stocked();
    world.write("bad.txt", format!("LAPTOP-15\n7000\n{}", "SN1\n".repeat(7_000)));
    let document = world.refused_document(&format!("{RECEIVE} --scans bad.txt"), "");
    let refused = refusals_of(&document);
    assert_eq!((refused.len(), &document["more"]), (5_000, &json!(2_000)));
    assert_eq!(refused[4_999], "5002 SN1 serial-already-in-stock");
    let outcome = world.run(&format!("{RECEIVE} --scans bad.txt"), "");
    assert!(outcome.stderr.ends_with("2000 more refusals are only counted\n7000 refusals; nothing was written\n"));
    // Rows of a file are refused in the same way.
    world.write("bad.csv", format!("code\n{}", "@no\n".repeat(5_001)));
    let document = world.refused_document("import locations bad.csv", "");
    assert_eq!((refusals_of(&document).len(), &document["more"]), (5_000, &json!(1)));
    // Few are all listed, and nothing is said of more.
    assert!(world.refused_document(RECEIVE, "NOPE\n").get("more").is_none());
}

#[test]
fn many_scans_need_little_memory() {
    let world = World::stocked_in_a_file();
    world.write("many.txt", laptops(0, 250_000));
    world.write("bad.txt", format!("LAPTOP-15\n250000\n{}", "SN1\n".repeat(250_000)));
    for (scans, exit) in [("many.txt", 0), ("bad.txt", 3)] {
        // KiB of memory that the program may ask for.
        let script = "ulimit -v 150000 && exec \"$0\" \"$@\"";
        let mut command = world.sealed("/bin/sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_scantrail")]);
        command.args(words(&format!("{RECEIVE} --dry-run --scans {scans}")));
        let outcome = finish(command, scans, b"");
        assert_eq!(outcome.exit, exit, "{}", outcome.stderr.chars().take(500).collect::<String>());
    }
    // The shell does set such limits.
    let script = "ulimit -v 1000 && exec \"$0\" --version";
    let status =
        Command::new("/bin/sh").args(["-c", script, env!("CARGO_BIN_EXE_scantrail")]).stderr(Stdio::null()).status();
    assert!(!status.unwrap().success());
}
