//! Bytes, files, streams and disks that are not as they should be: each has its exit code and a message that says what to
//! do, and none stops the program.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::expect;
use serde_json::json;

use crate::world::{Outcome, World, finish, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

// ---- what is scanned -------------------------------------------------------------------------------------------------

#[test]
fn any_bytes_in_any_slot_are_refused_or_taken_but_never_stop_the_program() {
    let world = World::stocked();
    let bytes: &[&[u8]] = &[
        b"\xFF",
        b"\0",
        b"\x1b[2J\x1b]0;title\x07",
        b"\xC3\x28",
        b"\xED\xA0\x80",
        b"\xF0\x9F\x92",
        b"\x1d",
        b"\x1d\x1d",
        b"\x02\x03",
        b"]",
        b"]C",
        b"]C1",
        b"]d2",
        b"]d201",
        b"]E0",
        b"]Q3\xFF",
        b"(01)04006381333931",
        b"' OR 1=1 --",
        b"=cmd|'/c calc'!A1",
        b"../../etc/passwd",
        b"%s%n%x",
        b"\xE2\x80\xAE evil",
        b"\xEF\xBB\xBFBOLT",
        b"-1",
        b"1e9",
        b"NaN",
        b"99999999999999999999",
        b"000000",
        b"0.0000000",
        b"1.",
        b".5",
        b"1,5",
        b"\xD9\xA3",
        b"@scrap",
        b"@customer/BOB",
        b"SCANTRAIL",
        b"DONE",
        b"\x7f",
        b"\xC2\x9B",
    ];
    let slots: &[(&str, &[u8], &[u8])] = &[
        (RECEIVE, b"", b"\nBOLT\n1\n"),
        (RECEIVE, b"LAPTOP-15\n", b"\nA\n"),
        (RECEIVE, b"LAPTOP-15\n1\n", b"\n"),
        (RECEIVE, b"PUMP\n1\n", b"\nP9\n"),
        ("transfer --to WH1/A-02", b"1\n", b"\n"),
    ];
    for (index, one) in bytes.iter().enumerate() {
        let (line, before, after) = slots[index % slots.len()];
        for (line, before, after) in [(line, before, after), slots[0], slots[2]] {
            let scans = [before, one, after].concat();
            let outcome = world.run(&format!("{line} --dry-run --json"), scans);
            assert!(matches!(outcome.exit, 0 | 3), "{outcome}");
            outcome.document();
        }
    }
}

#[test]
fn a_line_of_a_megabyte_and_a_hundred_thousand_lines() {
    let world = World::stocked();
    let refused = world.refused(RECEIVE, [b"BOLT\n1\n", vec![b'x'; 1 << 20].as_slice(), b"\n"].concat());
    assert_eq!(refused, [format!("3 {}… scan-too-long", "x".repeat(32))]);
    let mut many = b"LAPTOP-15\n2\n".to_vec();
    (0..20_000).for_each(|_| many.extend(b"SN1\n"));
    let refused = world.refused(RECEIVE, many);
    assert_eq!(refused.len(), 2 + 1, "two slots are taken, and the rest is passed over after the first");
    assert_eq!(refused[2], "5 SN1 unknown-item");
}

#[test]
fn no_last_line_end_and_an_empty_file() {
    let world = World::stocked();
    world.ok(RECEIVE, "LAPTOP-15\n1\nSN9");
    world.write("empty.txt", "");
    assert_eq!(world.refused(&format!("{RECEIVE} --scans empty.txt"), "BOLT\n1\n"), ["- - batch-incomplete"]);
}

#[test]
fn what_is_shown_never_steers_the_terminal() {
    let world = World::stocked();
    // The harness looks at every output; these put an escape sequence into every kind of text.
    for line in [
        "trace '\x1b[31mX'",
        "stock --item '\x1b[31mX'",
        "stock --location '\x1b[31mX'",
        "stock --lot '\x1b[31mX'",
        "order show '\x1b[31mX'",
        "item add '\x1b[31mX' --name x --track none",
        "item add X --name '\x1b[31mX' --track none",
        "partner add '\x1b[31mX' --kind supplier --name x",
        "location add '\x1b[31mX'",
        "order add X --kind sales --partner '\x1b[31mX' --line BOLT=1",
        "order add X --kind sales --partner BOB --line 'BOLT=\x1b[31m'",
        "label serial '\x1b[31mX' --out x.pdf",
        "receive --from '\x1b[31mX'",
        "receive --po '\x1b[31mX'",
        "receive --from ACME --to '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --item '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --lot '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --scans '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --at '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --field '\x1b[31mX'",
        "receive --from ACME --to WH1/A-01 --stock '\x1b[31mX'",
        "receive --from ACME --expires '\x1b[31mX'",
        "import items '\x1b[31mX'",
        "'\x1b[31mX'",
        "stock '--\x1b[31mX'",
        "--db '\x1b[31mX' stock",
        "--db '\x1b[31mX://y' stock",
        "label serial SN1 --out 'no/\x1b[31mX'",
        "log --since '\x1b[31mX'",
    ] {
        assert_ne!(world.run(line, "BOLT\n1\n").exit, 0, "{line:?}");
        assert_ne!(world.run(&format!("{line} --json"), "BOLT\n1\n").exit, 0, "{line:?}");
    }
    // And these are recorded, and shown as what they are.
    let line = format!(
        "{RECEIVE} --op-id '\x1b[31mid' --note '\x1b[31mnote' --reason '\x1b[31mwhy' --field '\x1b[31m=\x1b[32m' --operator '\x1b[31mann' --station '\x1b[31mdock' --invoice '\x1b[31m7' --labels '\x1b[31mfile.pdf'"
    );
    world.ok(&line, "LAPTOP-15\n1\nSN9\n");
    let again = world.ok(&format!("{line} --json"), "LAPTOP-15\n1\nSN9\n").document();
    assert_eq!(again["note"], "\x1b[31mnote", "what was said is kept");
    assert_eq!(world.refused_codes(&line, "BOLT\n1\n"), ["op-id-reused"]);
    world.run(&line, "BOLT\n1\n");
    world.ok("log", "");
    world.ok("trace SN9", "");
    world.ok("label order SO-2001 --out '\x1b[31mfile.pdf'", "");
    world.ok("--db '\x1b[31mnew.db' init", "");
    world.ok("--db '\x1b[31mnew.db' init", "");
}

#[test]
fn arguments_that_are_not_text() {
    let world = World::stocked();
    let bad = || OsString::from_vec(b"SN\xFF1".to_vec());
    for arguments in [
        vec!["trace".into(), bad(), "--json".into()],
        vec!["stock".into(), "--item".into(), bad(), "--json".into()],
        vec![bad(), "--json".into()],
        vec!["--json".into(), "receive".into(), "--from".into(), bad()],
    ] {
        assert_eq!(world.run_words(&arguments, "").error_code(2), "usage");
    }
    // A path need not be text.
    let path = OsString::from_vec(b"data\xFF.db".to_vec());
    assert_eq!(world.run_words(&["--db".into(), path.clone(), "init".into()], "").exit, 0);
    assert!(world.folder().join(&path).exists());
    assert_eq!(world.run_words(&["--db".into(), path, "stock".into()], "").exit, 0);
}

#[test]
fn scans_from_what_is_no_file() {
    let world = World::stocked_in_a_file();
    for name in [".", "missing.txt", "missing/folder.txt"] {
        let outcome = world.run(&format!("{RECEIVE} --scans {name} --json"), "BOLT\n1\n");
        assert_eq!(outcome.error_code(1), "file", "{outcome}");
    }
    let mut command = world.scantrail();
    command.args(words(&format!("{RECEIVE} --json"))).stdin(File::open(world.folder()).unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "a folder on stdin: {}", String::from_utf8_lossy(&output.stderr));
    // A file that is not scans is refused line by line, and not written.
    std::fs::copy(world.path("scantrail.db"), world.path("copy.bin")).unwrap();
    let outcome = world.run(&format!("{RECEIVE} --scans copy.bin --json"), "");
    assert_eq!(outcome.exit, 3, "{}", outcome.stderr.len());
}

// ---- where results go ------------------------------------------------------------------------------------------------

/// Runs with stdout on something that cannot take it.
fn run_into(world: &World, line: &str, stdin: &str, stdout: Stdio) -> (i32, String) {
    use std::io::Write;
    let mut command = world.scantrail();
    command.args(words(line)).stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked") && !stderr.contains('\x1b'), "{stderr}");
    (output.status.code().unwrap(), stderr)
}

fn broken_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn full_disk() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn a_recorded_operation_whose_result_is_lost_says_how_to_get_it() {
    for stdout in [broken_pipe, full_disk] {
        for flag in ["", "--json"] {
            let world = World::stocked();
            let (exit, stderr) = run_into(&world, &format!("{RECEIVE} {flag}"), "LAPTOP-15\n1\nSN9\n", stdout());
            assert_eq!(exit, 6, "{stderr}");
            assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN9 1".to_owned()));
            let id = stderr.split("--op-id ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
            let again = world.json(&format!("{RECEIVE} --op-id {id}"), "LAPTOP-15\n1\nSN9\n");
            assert_eq!((&again["already_recorded"], &again["operation"]), (&json!(true), &json!(9)));
        }
    }
}

#[test]
fn a_command_that_only_reads_is_silent_on_a_broken_pipe_and_loud_on_a_full_disk() {
    let world = World::stocked();
    for line in
        ["stock", "stock --json", "log", "trace SN1", "item list", "order show SO-2001", "--help", "receive --help"]
    {
        let (exit, stderr) = run_into(&world, line, "", broken_pipe());
        assert_eq!((exit, stderr.as_str()), (1, ""), "{line}");
        let (exit, stderr) = run_into(&world, line, "", full_disk());
        assert_eq!(exit, 1, "{line}");
        assert!(stderr.contains("error:") && stderr.contains("hint:"), "{line}: {stderr}");
    }
    // A dry run writes nothing either.
    let (exit, _) = run_into(&world, &format!("{RECEIVE} --dry-run"), "BOLT\n1\n", full_disk());
    assert_eq!(exit, 1);
    // A refusal stays a refusal, and an error an error.
    assert_eq!(run_into(&world, &format!("{RECEIVE} --json"), "NOPE\n1\n", full_disk()).0, 3);
    assert_eq!(run_into(&world, "--db missing.db stock --json", "", broken_pipe()).0, 1);
    assert_eq!(run_into(&world, "nonsense --json", "", broken_pipe()).0, 2);
}

#[test]
fn nobody_hears_the_errors() {
    let world = World::stocked();
    for scans in ["NOPE\n1\n", "BOLT\n1\n"] {
        let mut command = world.scantrail();
        command
            .args(words(RECEIVE))
            .stdin(Stdio::from(scan_file(&world, scans)))
            .stdout(full_disk())
            .stderr(full_disk());
        let exit = command.status().unwrap().code();
        assert_eq!(exit, Some(if scans.starts_with("NOPE") { 3 } else { 6 }));
    }
    // Streams that are closed altogether.
    for redirection in [">&-", "2>&-", "<&-", ">&- 2>&- <&-"] {
        let script = format!("exec \"$0\" \"$@\" {redirection}");
        let mut command = world.sealed("/bin/sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_scantrail")]).args(words("stock --item BOLT"));
        let outcome = finish(command, redirection, b"");
        // A stdout that was closed before the program began cannot be told from the null device.
        assert_eq!(outcome.exit, 0, "{outcome}");
    }
}

#[test]
fn the_null_device_takes_everything_and_what_is_open_for_reading_takes_nothing() {
    let world = World::stocked();
    let null =
        |read: bool, write: bool| Stdio::from(File::options().read(read).write(write).open("/dev/null").unwrap());
    for flag in ["", " --json"] {
        // Other programs open it for both when they throw output away.
        for read in [false, true] {
            assert_eq!(run_into(&world, &format!("stock{flag}"), "", null(read, true)), (0, String::new()));
            let (exit, stderr) = run_into(&world, &format!("{RECEIVE}{flag}"), "BOLT\n1\n", null(read, true));
            assert_eq!(exit, 0, "{stderr}");
        }
        let (exit, stderr) = run_into(&world, &format!("stock{flag}"), "", null(true, false));
        assert!(exit == 1 && stderr.contains("stdout is not open for writing"), "{exit} {stderr}");
        let (exit, stderr) = run_into(&world, &format!("{RECEIVE}{flag}"), "BOLT\n1\n", null(true, false));
        assert!(exit == 6 && stderr.contains("stdout is not open for writing"), "{exit} {stderr}");
    }
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 26"]);
}

fn scan_file(world: &World, scans: &str) -> File {
    world.write("scans.txt", scans);
    File::open(world.path("scans.txt")).unwrap()
}

#[test]
fn paper_that_cannot_be_written_never_touches_the_stock() {
    let world = World::stocked_in_a_file();
    std::fs::create_dir(world.path("folder.pdf")).unwrap();
    let bad = ["folder.pdf", "missing/labels.pdf", "scantrail.db", "./scantrail.db-wal", "/proc/x.pdf"];
    for (index, bad) in bad.into_iter().enumerate() {
        let line = format!("{RECEIVE} --op-id id-{index}");
        let serial = format!("LAPTOP-15\n1\nNEW{index}\n");
        let outcome = world.run(&format!("{line} --labels {bad} --json"), &serial);
        assert_eq!(outcome.exit, 6, "{outcome}");
        // It is recorded, and says so.
        let document = outcome.document();
        assert!(document["operation"].is_i64(), "{outcome}");
        assert_eq!(document["files"], json!([]), "{outcome}");
        assert!(outcome.stderr.contains(&format!("--op-id id-{index}")), "{outcome}");
        // The same op id with a good name delivers.
        let again = world.json(&format!("{line} --labels good.pdf"), &serial);
        assert_eq!((&again["already_recorded"], &again["files"]), (&json!(true), &json!(["good.pdf"])));
        std::fs::remove_file(world.path("good.pdf")).unwrap();
    }
    assert_eq!(world.stock("LAPTOP-15").len(), 4 + 5, "the database is whole");
    // Commands that only print fail without having done anything.
    for bad in ["folder.pdf", "scantrail.db"] {
        assert_eq!(world.run(&format!("label serial SN1 --out {bad} --json"), "").error_code(1), "file", "{bad}");
        assert_eq!(world.run(&format!("trace SN1 --pdf {bad} --json"), "").error_code(1), "file", "{bad}");
    }
    world.ok("stock", "");
}

#[test]
fn a_pipe_is_not_replaced_by_a_file_and_a_link_is() {
    let world = World::stocked();
    let made = Command::new("mkfifo").arg(world.path("pipe.pdf")).status().unwrap();
    assert!(made.success());
    assert_eq!(world.run("label serial SN1 --out pipe.pdf --json", "").error_code(1), "file");
    world.write("precious.txt", "precious");
    std::os::unix::fs::symlink("precious.txt", world.path("link.pdf")).unwrap();
    world.ok("label serial SN1 --out link.pdf", "");
    assert_eq!(std::fs::read(world.path("precious.txt")).unwrap(), b"precious", "a link is replaced and not followed");
    assert!(std::fs::read(world.path("link.pdf")).unwrap().starts_with(b"%PDF-"));
}

// ---- the database ----------------------------------------------------------------------------------------------------

/// Reading and writing commands that must end alike on a database that cannot be used.
fn both_ways(world: &World, exit: i32, code: &str) {
    for (line, scans) in [("stock", ""), (RECEIVE, "BOLT\n1\n"), ("undo 5 --reason x", ""), ("item list", "")] {
        let outcome = world.run(&format!("{line} --json"), scans);
        assert_eq!(outcome.error_code(exit), code, "{outcome}");
    }
}

#[test]
fn a_database_that_is_none() {
    let world = World::of_files();
    both_ways(&world, 1, "database-missing");
    assert!(!world.path("scantrail.db").exists(), "only init makes one");
    std::fs::create_dir(world.path("scantrail.db")).unwrap();
    both_ways(&world, 1, "not-a-database");
    std::fs::remove_dir(world.path("scantrail.db")).unwrap();
    world.write("scantrail.db", "");
    both_ways(&world, 1, "not-a-database");
    world.write(
        "scantrail.db",
        "This is a text of more than a hundred bytes, which an SQLite database would begin quite differently from.",
    );
    both_ways(&world, 1, "not-a-database");
    std::fs::remove_file(world.path("scantrail.db")).unwrap();
    let other = rusqlite::Connection::open(world.path("scantrail.db")).unwrap();
    other.execute_batch("CREATE TABLE mine (id)").unwrap();
    drop(other);
    both_ways(&world, 1, "not-a-database");
    let other = rusqlite::Connection::open(world.path("scantrail.db")).unwrap();
    assert_eq!(
        other.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)),
        Ok(1),
        "left alone"
    );
}

#[test]
fn messages_about_the_database_say_what_to_do() {
    let world = World::of_files();
    world.write(
        "text.db",
        "This is a text of more than a hundred bytes, which an SQLite database would begin quite differently from.",
    );
    world.ok("--db newer.db init", "");
    let newer = rusqlite::Connection::open(world.path("newer.db")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    expect![[r#"
        $ scantrail --db missing.db stock
        ! error: there is no database at missing.db
        !   hint: name the right file with --db or SCANTRAIL_DB, or make a new one: scantrail init
        exit 1

        $ scantrail --db text.db stock
        ! error: text.db is not a scantrail database: it is not an SQLite file
        !   hint: name the right file with --db or SCANTRAIL_DB
        exit 1

        $ scantrail --db . stock
        ! error: . is not a scantrail database: it is a folder
        !   hint: name the right file with --db or SCANTRAIL_DB
        exit 1

        $ scantrail --db newer.db stock
        ! error: the database has schema 99, and this scantrail knows schemas up to 4
        !   hint: install the scantrail that made it; nothing was changed
        exit 1

    "#]]
    .assert_eq(&world.transcript(&[
        ("--db missing.db stock", ""),
        ("--db text.db stock", ""),
        ("--db . stock", ""),
        ("--db newer.db stock", ""),
    ]));
}

#[test]
fn a_newer_database_is_left_alone() {
    let world = World::stocked_in_a_file();
    let newer = rusqlite::Connection::open(world.path("scantrail.db")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    both_ways(&world, 1, "database-newer");
    assert_eq!(world.run("init --json", "").error_code(1), "database-newer");
}

/// What is not understood is never passed over: with the rule the duty that it sets would be gone.
#[test]
fn an_unknown_rule_of_an_item_is_damage() {
    // A server does not take such a change at all.
    let world = World::stocked_in_a_file();
    let sell = "sell --to BOB --dry-run";
    world.ok("item set LAPTOP-15 --require-certificate yes", "");
    assert_eq!(world.refused_codes(sell, "LAPTOP-15\n1\nSN1\n"), ["certificate-missing"]);
    for rules in [
        r#"{"requires_certificate":true,"picking":"lifo"}"#,
        r#"{"requires_certificate":true,"never_heard_of":1}"#,
        r#"{"requires_certificate":"yes"}"#,
        "[]",
    ] {
        world.inspector().done(&format!("UPDATE item SET rules = '{rules}' WHERE sku = 'LAPTOP-15'"));
        for (line, scans) in [(sell, "LAPTOP-15\n1\nSN1\n"), ("stock", ""), ("item list", "")] {
            let outcome = world.run(&format!("{line} --json"), scans);
            assert_eq!(outcome.error_code(1), "database-damaged", "{rules}: {outcome}");
            assert!(outcome.stderr.contains("the rules of an item"), "{outcome}");
        }
    }
}

#[test]
fn a_damaged_database_is_told_and_not_made_worse() {
    let world = World::stocked_in_a_file();
    // Everything into the one file, then rubbish over all pages but the first.
    let connection = rusqlite::Connection::open(world.path("scantrail.db")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let whole = std::fs::read(world.path("scantrail.db")).unwrap();
    let page = usize::from(u16::from_be_bytes([whole[16], whole[17]]));
    let mut damaged = whole.clone();
    damaged[page..].fill(0xA5);
    world.write("scantrail.db", &damaged);
    both_ways(&world, 1, "database-damaged");
    // Cut off in the middle.
    world.write("scantrail.db", &whole[..whole.len() / 2]);
    let outcome = world.run("stock --json", "");
    assert!(outcome.exit == 0 || outcome.error_code(1) == "database-damaged", "{outcome}");
    // Every page damaged alone: each command ends well or says so.
    for (index, start) in (page..whole.len()).step_by(page).enumerate() {
        let mut damaged = whole.clone();
        damaged[start..start + page].fill(0xA5);
        let _ = std::fs::remove_file(world.path("scantrail.db-wal"));
        let _ = std::fs::remove_file(world.path("scantrail.db-shm"));
        world.write("scantrail.db", &damaged);
        let (line, scans) =
            [("stock", ""), (RECEIVE, "LAPTOP-15\n1\nN\n"), ("trace SN1", ""), ("allocate SO-2001", "")][index % 4];
        let outcome = world.run(&format!("{line} --json"), scans);
        assert!(matches!(outcome.exit, 0 | 1 | 3), "page {index}: {outcome}");
        outcome.document();
    }
}

/// Runs as a user who may not write, unless the tests run as one already.
fn as_nobody(world: &World, line: &str, stdin: &str) -> Outcome {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0);
    let mut command = if is_root {
        let mut command = world.sealed("/usr/bin/env");
        command.env("PATH", "/usr/bin:/bin");
        command.args(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(world.path("program"));
        // Where the program was built, others may not look. Another process copies it: a file that this one has open for
        // writing, or that a child it starts meanwhile inherits, could not be run.
        if !world.path("program").exists() {
            let copied =
                Command::new("cp").arg(env!("CARGO_BIN_EXE_scantrail")).arg(world.path("program")).status().unwrap();
            assert!(copied.success());
        }
        command
    } else {
        world.sealed(env!("CARGO_BIN_EXE_scantrail"))
    };
    command.args(words(line));
    finish(command, line, stdin.as_bytes())
}

fn permit(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn what_may_not_be_written_is_told() {
    let world = World::stocked_in_a_file();
    let connection = rusqlite::Connection::open(world.path("scantrail.db")).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    std::fs::create_dir(world.path("locked")).unwrap();
    // The file is read-only, the folder is not.
    permit(world.folder(), 0o777);
    permit(&world.path("scantrail.db"), 0o444);
    for name in ["scantrail.db-wal", "scantrail.db-shm"] {
        let _ = std::fs::remove_file(world.path(name));
    }
    let outcome = as_nobody(&world, &format!("{RECEIVE} --json"), "BOLT\n1\n");
    assert_eq!(outcome.error_code(1), "database-read-only", "{outcome}");
    assert!(outcome.stderr.contains("this user may not read and write"), "it says why: {outcome}");
    // The folder is read-only too.
    permit(&world.path("locked"), 0o555);
    let outcome = as_nobody(&world, "--db locked/new.db init --json", "");
    assert_eq!(outcome.error_code(1), "no-permission", "{outcome}");
    assert!(outcome.stdout.contains("locked"), "it names the file: {outcome}");
    let outcome = as_nobody(&world, "--db locked/below/new.db init --json", "");
    assert_eq!(outcome.error_code(1), "file", "{outcome}");
}

#[test]
fn an_unwritable_folder_for_paper() {
    let world = World::stocked_in_a_file();
    permit(world.folder(), 0o777);
    ["scantrail.db", "scantrail.db-wal", "scantrail.db-shm"]
        .iter()
        .filter(|name| world.path(name).exists())
        .for_each(|name| permit(&world.path(name), 0o666));
    std::fs::create_dir(world.path("locked")).unwrap();
    permit(&world.path("locked"), 0o555);
    let line = format!("{RECEIVE} --op-id x --json --labels");
    let outcome = as_nobody(&world, &format!("{line} locked/x.pdf"), "BOLT\n1\n");
    assert_eq!(outcome.exit, 6, "{outcome}");
    let outcome = as_nobody(&world, &format!("{line} fine.pdf"), "BOLT\n1\n");
    assert_eq!(outcome.document()["files"], json!(["fine.pdf"]), "{outcome}");
}

/// With a limit on the size of files, writes fail as on a full disk, at a place that moves through the whole command.
#[test]
fn a_full_disk_writes_nothing_or_says_that_it_does_not_know() {
    let world = World::stocked_in_a_file();
    let mut seen = std::collections::BTreeSet::new();
    // In blocks of 512 bytes; a page with its header takes a little more than 8 of them.
    for step in 0..28 {
        let size = std::fs::metadata(world.path("scantrail.db-wal")).map_or(0, |found| found.len());
        let blocks = if step < 8 { step * 10 } else { size / 512 + (step - 8) * 12 };
        let id = format!("full-{step}");
        let before = world.json("stock --item BOLT", "");
        let line = format!("{RECEIVE} --op-id {id} --json");
        let mut command = world.sealed("/bin/sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_scantrail")]).args(words(&line));
        let outcome = finish(command, &line, b"BOLT\n1\n");
        seen.insert(outcome.exit);
        match outcome.exit {
            0 => {}
            1 => {
                outcome.error_code(1);
                assert_eq!(world.json("stock --item BOLT", ""), before, "exit 1 wrote something: {outcome}");
            }
            5 => {
                outcome.error_code(5);
                assert!(outcome.stdout.contains(&format!("--op-id {id}")), "it says how to repeat: {outcome}");
            }
            _ => panic!("neither 0, 1 nor 5: {outcome}"),
        }
        // With space again, the same op id records it once.
        let after = world.json(&format!("{RECEIVE} --op-id {id}"), "BOLT\n1\n");
        let operation = after["operation"].as_i64();
        let again = world.json(&format!("{RECEIVE} --op-id {id}"), "BOLT\n1\n");
        assert_eq!((again["operation"].as_i64(), &again["already_recorded"]), (operation, &json!(true)));
        let quantity = |stock: &serde_json::Value| {
            stock["stock"][0]["quantity"].as_str().and_then(|text| text.parse::<i64>().ok())
        };
        assert_eq!(
            quantity(&world.json("stock --item BOLT", "")),
            quantity(&before).map(|before| before + 1),
            "{outcome}"
        );
    }
    assert!(
        seen.contains(&0) && (seen.contains(&1) || seen.contains(&5)),
        "the limit was never or always hit: {seen:?}"
    );
}

#[test]
fn every_command_whose_outcome_is_unknown_names_its_op_id() {
    for (line, scans) in crate::everywhere::WRITING {
        let world = World::stocked_in_a_file();
        world.write("places.csv", "code\nFROM-FILE\n");
        let size = std::fs::metadata(world.path("scantrail.db-wal")).map_or(0, |found| found.len());
        let mut command = world.sealed("/bin/sh");
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", size.div_ceil(512));
        command.args(["-c", &script, env!("CARGO_BIN_EXE_scantrail"), "--operator", "ann", "--station", "dock-1"]);
        command.args(words(line));
        let outcome = finish(command, line, scans.as_bytes());
        assert_eq!(outcome.exit, 5, "{outcome}");
        let id = outcome.stderr.split("--op-id ").nth(1).and_then(|rest| rest.split([' ', ':', '\n']).next());
        let id = id.unwrap_or_else(|| panic!("no op id to repeat with: {outcome}"));
        let again = world.json(&format!("{line} --op-id {id}"), scans);
        assert!(again["operation"].is_i64(), "{again}");
    }
}

#[test]
fn a_config_file_that_is_not_understood() {
    let world = World::stocked();
    std::fs::create_dir_all(world.path(".config/scantrail")).unwrap();
    for text in [&b"databse = \"x\"\n"[..], b"operator = 7\n", b"\xFF\xFE", b"= = ="] {
        world.write(".config/scantrail/config.toml", text);
        let outcome = world.run("stock --json", "");
        assert!(matches!(outcome.exit, 1 | 2), "{outcome}");
        outcome.error_code(outcome.exit);
    }
}
