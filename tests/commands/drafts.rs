//! Drafts of live sessions: on disk before the answer, announced, resumed, dropped.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};

use scantrail::codes::Command;
use scantrail::scan::draft;

use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01 --live";

/// A live session with a pipe in the place of the scanner.
struct Piped {
    child: Child,
    scanner: Option<ChildStdin>,
}

impl Piped {
    fn start(world: &World, line: &str) -> Piped {
        let mut command = world.scantrail();
        command.args(words(line)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let scanner = child.stdin.take();
        let mut piped = Piped { child, scanner };
        piped.wait_for_prompt();
        piped
    }

    fn wait_for_prompt(&mut self) -> String {
        let mut text = Vec::new();
        while !text.ends_with(b" > ") {
            let mut byte = [0];
            let count = self.child.stderr.as_mut().unwrap().read(&mut byte).unwrap();
            assert_eq!(count, 1, "ended: {}", String::from_utf8_lossy(&text));
            text.push(byte[0]);
        }
        String::from_utf8(text).unwrap()
    }

    fn scan(&mut self, text: &str) -> String {
        self.scanner.as_mut().unwrap().write_all(format!("{text}\n").as_bytes()).unwrap();
        self.wait_for_prompt()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the input, and gives the exit code and what was said.
    fn end(mut self) -> (i32, String) {
        drop(self.scanner.take());
        let output = self.child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}

fn drafts(world: &World) -> Vec<PathBuf> {
    let folder = world.path(".local/state/scantrail/drafts");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn kept(world: &World) -> Vec<String> {
    let paths = drafts(world);
    assert_eq!(paths.len(), 1, "{paths:?}");
    let read = draft::read(&std::fs::read(&paths[0]).unwrap()).unwrap();
    let text = |kept: &draft::Kept| match &kept.framed {
        scantrail::scan::Framed::Scan(scan) => scantrail::codes::shown(&scan.bytes),
        other => panic!("{other:?}"),
    };
    read.kept.iter().map(text).collect()
}

#[test]
fn every_accepted_scan_is_on_disk_before_it_is_answered() {
    let world = World::stocked();
    let mut session = Piped::start(&world, RECEIVE);
    assert!(drafts(&world).is_empty(), "nothing was accepted yet");
    session.scan("NOPE");
    assert!(drafts(&world).is_empty(), "a refused scan is not kept");
    session.scan("LAPTOP-15");
    assert_eq!(kept(&world), ["LAPTOP-15"]);
    session.scan("2");
    session.scan("SN1");
    assert_eq!(kept(&world), ["LAPTOP-15", "2"]);
    session.scan("SN8");
    assert_eq!(kept(&world), ["LAPTOP-15", "2", "SN8"]);
    session.scan(&Command::UndoLastScan.code());
    assert_eq!(kept(&world), ["LAPTOP-15", "2"]);
    let name = drafts(&world)[0].file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.ends_with("-1.draft") && name.len() == 32 + "-1.draft".len(), "{name}");
    session.scan("SN8");
    session.scan("SN9");
    let (exit, said) = session.end();
    assert_eq!(exit, 0, "{said}");
    assert!(drafts(&world).is_empty(), "a recorded batch leaves no draft");
}

#[test]
fn a_draft_is_announced_and_nothing_begins_until_somebody_decides() {
    let world = World::stocked();
    let mut session = Piped::start(&world, RECEIVE);
    session.scan("LAPTOP-15");
    session.scan("2");
    session.kill();
    let refused = world.refused_document(RECEIVE, "BOLT\n5\n");
    assert_eq!(refused["refused"][0]["code"], "draft-exists");
    assert_eq!(
        refused["refused"][0]["message"],
        "2 scans are kept of `receive --from ACME --to WH1/A-01`, begun on 2026-11-23 at 10:00 by ann at dock-1"
    );
    assert_eq!(kept(&world), ["LAPTOP-15", "2"]);
    // Another command, another draft.
    world.ok("receive --from ZENITH --to WH1/A-01 --live", "BOLT\n1\n");
    let outcome = world.ok(&format!("{RECEIVE} --resume --json"), "SN8\nSN9\n");
    assert!(outcome.stderr.contains("resumed  2 scans count"), "{outcome}");
    assert_eq!(outcome.document()["lines"][0]["serials"], serde_json::json!(["SN8", "SN9"]));
    assert!(drafts(&world).is_empty());

    let mut session = Piped::start(&world, RECEIVE);
    session.scan("BOLT");
    session.kill();
    let outcome = world.ok(&format!("{RECEIVE} --discard-draft"), "BOLT\n5\n");
    assert!(
        outcome.stderr.contains("1 scan is kept of `receive") && outcome.stderr.contains("it is dropped"),
        "{outcome}"
    );
    assert!(drafts(&world).is_empty());
}

#[test]
fn what_has_no_draft_cannot_be_resumed() {
    let world = World::stocked();
    let refused = world.refused_document(&format!("{RECEIVE} --resume"), "BOLT\n5\n");
    assert_eq!(refused["refused"][0]["code"], "no-draft");
    assert_eq!(
        refused["refused"][0]["message"],
        "there is no draft of `receive --from ACME --to WH1/A-01` on this database"
    );
    world.ok(&format!("{RECEIVE} --discard-draft"), "BOLT\n5\n");
    for line in ["receive --from ACME --resume", "receive --from ACME --discard-draft"] {
        let outcome = world.run(line, "BOLT\n5\n");
        assert_eq!(outcome.exit, 2, "{outcome}");
        assert!(outcome.stderr.contains("are for live sessions: at a terminal, or with --live"), "{outcome}");
    }
    world.write("scans.txt", "BOLT\n5\n");
    let outcome = world.run(&format!("{RECEIVE} --scans scans.txt --resume"), "");
    assert_eq!(outcome.exit, 2, "{outcome}");
    assert!(outcome.stderr.contains("a dry run or a file of scans keeps none"), "{outcome}");
    world.ok(&format!("{RECEIVE} --scans scans.txt"), "");
    world.ok(&format!("{RECEIVE} --dry-run"), "BOLT\n5\n");
    assert!(drafts(&world).is_empty());
}

#[test]
fn a_cancelled_batch_leaves_no_draft_and_an_incomplete_one_does() {
    let world = World::stocked();
    world.refused_codes(RECEIVE, format!("BOLT\n5\n{}\n", Command::Cancel.code()));
    assert!(drafts(&world).is_empty());
    let outcome = world.run(RECEIVE, "LAPTOP-15\n2\nSN8\n");
    assert_eq!(outcome.exit, 3, "{outcome}");
    assert!(
        outcome.stderr.contains("3 scans are kept as a draft: repeat the command with --resume to go on"),
        "{outcome}"
    );
    world.ok(&format!("{RECEIVE} --resume"), "SN9\n");
    assert!(drafts(&world).is_empty());
    // Everything taken back is nothing to keep.
    let undo = Command::UndoLastScan.code();
    assert_eq!(world.run(RECEIVE, format!("BOLT\n{undo}\n")).exit, 3);
    assert!(drafts(&world).is_empty());
}

#[test]
fn a_torn_record_is_dropped_and_told() {
    let world = World::stocked();
    let mut session = Piped::start(&world, RECEIVE);
    session.scan("LAPTOP-15");
    session.scan("2");
    session.scan("SN8");
    session.kill();
    let path = drafts(&world).remove(0);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
    let outcome = world.ok(&format!("{RECEIVE} --resume --json"), "SN10\nSN11\n");
    assert!(outcome.stderr.contains("the last record of the draft was cut short"), "{outcome}");
    assert!(outcome.stderr.contains("resumed  2 scans count"), "{outcome}");
    assert_eq!(outcome.document()["lines"][0]["serials"], serde_json::json!(["SN10", "SN11"]));

    let mut session = Piped::start(&world, RECEIVE);
    session.scan("BOLT");
    session.kill();
    std::fs::write(drafts(&world).remove(0), "nothing that is a draft").unwrap();
    let refused = world.refused_document(&format!("{RECEIVE} --resume"), "5\n");
    assert_eq!(
        refused["refused"][0]["message"],
        "a draft of this command is there, and cannot be read: nothing of it is left"
    );
    world.ok(&format!("{RECEIVE} --discard-draft"), "BOLT\n1\n");
}

#[test]
fn each_scan_of_a_draft_is_judged_by_the_ledger_as_it_is_now() {
    let world = World::stocked();
    let mut session = Piped::start(&world, RECEIVE);
    for scan in ["LAPTOP-15", "3", "SN7", "SN8", "SN9", "MILK-1L", "5", "B9"] {
        session.scan(scan);
    }
    session.kill();
    world.ok("receive --from ZENITH --to WH1/A-02", "LAPTOP-15\n1\nSN8\n");
    let mut session = Piped::start(&world, &format!("{RECEIVE} --resume"));
    // SN9 goes into the second slot; a quantity never goes into the slot of a serial.
    let said = session.scan("SN10");
    assert!(said.contains("ok  SN10, 3 of 3") && said.contains("taken in again  3 scans count"), "{said}");
    let (exit, said) = session.end();
    assert_eq!(exit, 0, "{said}");
    let stock = world.stock("LAPTOP-15");
    assert!(stock.contains(&"WH1/A-02 SN8 1".to_owned()) && stock.contains(&"WH1/A-01 SN10 1".to_owned()), "{stock:?}");
    assert!(!stock.iter().any(|row| row.ends_with(" 5 1")), "{stock:?}");
    assert!(world.stock("MILK-1L").contains(&"WH1/A-01 B9 5".to_owned()));
}

#[test]
fn the_end_of_a_pipe_with_a_gap_is_refused_and_kept() {
    let world = World::stocked();
    let transfer = "transfer --to WH1/A-02 --live";
    let mut session = Piped::start(&world, transfer);
    for scan in ["LAPTOP-15", "1", "SN1", "BOLT", "2"] {
        session.scan(scan);
    }
    world.ok("sell --to BOB", "1\nSN1\n");
    let (exit, said) = session.end();
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("line 3, scan SN1") && said.contains("5 scans are kept as a draft"), "{said}");
    let outcome = world.run(&format!("{transfer} --resume"), "");
    assert_eq!(outcome.exit, 3, "{outcome}");
    assert!(outcome.stderr.contains("2 scans from BOLT on wait for the gap before them"), "{outcome}");
    world.ok(&format!("{transfer} --resume"), "SN2\n");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 18", "WH1/A-02 2"]);
}

#[test]
fn a_session_that_was_killed_after_its_commit_is_recorded_once() {
    let world = World::stocked();
    let done = Command::Done.code();
    let mut session = Piped::start(&world, RECEIVE);
    session.scan("LAPTOP-15");
    session.scan("1");
    session.scan("SN8");
    let path = drafts(&world).remove(0);
    let before_done = std::fs::read(&path).unwrap();
    let op_id = draft::read(&before_done).unwrap().header.op_id;
    session.kill();
    let scan = draft::Kept {
        slot: "opening".to_owned(),
        framed: scantrail::scan::Framed::Scan(scantrail::scan::Scan::new(4, done.as_str())),
    };
    let with_done = [before_done, draft::scan(4, &scan).unwrap()].concat();
    std::fs::write(&path, &with_done).unwrap();
    // DONE was on disk: nothing more is asked.
    let first = world.json(&format!("{RECEIVE} --resume"), "");
    assert_eq!((first["op_id"].as_str(), first["already_recorded"].as_bool()), (Some(op_id.as_str()), Some(false)));
    // As if the kill had come between the commit and the end of the draft.
    std::fs::write(&path, &with_done).unwrap();
    let again = world.json(&format!("{RECEIVE} --resume"), "");
    assert_eq!(
        (again["operation"].clone(), again["already_recorded"].as_bool()),
        (first["operation"].clone(), Some(true))
    );
    assert!(drafts(&world).is_empty());
    std::fs::write(&path, &with_done).unwrap();
    let outcome = world.ok(RECEIVE, "BOLT\n1\n");
    assert!(
        outcome.stderr.contains("the session before was recorded, as operation 9; its draft is dropped"),
        "{outcome}"
    );
    assert!(drafts(&world).is_empty());
    assert_eq!(world.stock("LAPTOP-15").len(), 5);
}

#[test]
fn the_op_id_of_a_draft_is_its_own() {
    let world = World::stocked();
    let named = format!("{RECEIVE} --op-id one");
    let mut session = Piped::start(&world, &named);
    session.scan("BOLT");
    session.kill();
    let outcome = world.run(&format!("{RECEIVE} --op-id two --resume"), "5\n");
    assert_eq!(outcome.exit, 2, "{outcome}");
    assert!(outcome.stderr.contains("the draft has the op id one"), "{outcome}");
    assert_eq!(world.json(&format!("{RECEIVE} --resume"), "5\n")["op_id"], "one");
}

#[test]
fn sessions_of_the_same_command_at_once_keep_drafts_of_their_own() {
    let world = World::stocked();
    let mut one = Piped::start(&world, RECEIVE);
    one.scan("LAPTOP-15");
    one.scan("1");
    let mut two = Piped::start(&world, RECEIVE);
    two.scan("BOLT");
    assert_eq!(drafts(&world).len(), 2);
    one.kill();
    two.scan("7");
    assert_eq!(two.end().0, 0);
    assert_eq!(kept(&world), ["LAPTOP-15", "1"]);
    world.ok(&format!("{RECEIVE} --resume"), "SN8\n");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN8 1".to_owned()));
}

#[test]
fn without_a_place_for_drafts_no_session_begins() {
    let mut world = World::stocked();
    world.set("HOME", "");
    world.set("XDG_STATE_HOME", "not/absolute");
    let outcome = world.run(&format!("{RECEIVE} --db {}", world.address()), "BOLT\n5\n");
    assert!(outcome.exit == 2 || outcome.exit == 0, "{outcome}");
    world.write("a-file", "");
    world.set("XDG_STATE_HOME", world.path("a-file"));
    let outcome = world.run(&format!("{RECEIVE} --json"), "BOLT\n5\n");
    assert_eq!(outcome.error_code(1), "draft");
    world.set("XDG_STATE_HOME", world.path("state"));
    world.ok(RECEIVE, "BOLT\n5\n");
    assert!(world.path("state/scantrail/drafts").is_dir());
}

/// A reader that reads ahead would take these scans along when it is killed.
#[test]
fn what_was_not_answered_is_still_in_the_pipe() {
    let world = World::stocked();
    world.write("scans", "BOLT\n5\nDONE\nMILK-1L\n1\nB7\n");
    let file = std::fs::File::open(world.path("scans")).unwrap();
    let mut command = world.scantrail();
    command.args(words(RECEIVE)).stdin(file.try_clone().unwrap());
    assert!(command.output().unwrap().status.success());
    let mut rest = String::new();
    (&file).read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "MILK-1L\n1\nB7\n");
}
