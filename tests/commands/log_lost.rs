//! The write-ahead log of an SQLite file: when it is missing, older, cut or another one's; when the file alone is the ledger;
//! and names under which a file must not be opened.

use std::fs;
use std::path::{Path, PathBuf};

use scantrail::codes::{Command, Mode};
use serde_json::Value;

use crate::world::World;

const FILE: &str = "scantrail.db";
const LOG: &str = "scantrail.db-wal";

/// A ledger in a file, with operations of two stations that are in the log only.
fn world() -> World {
    let world = World::stocked_in_a_file();
    world.ok("receive --from ACME --to WH1/A-01 --op-id first", "LAPTOP-15\n1\nNEW1\n");
    world.ok("receive --from ACME --to WH1/A-01 --op-id second --station dock-2", "LAPTOP-15\n1\nNEW2\n");
    world.ok("receive --from ACME --to WH1/A-01 --op-id third", "LAPTOP-15\n1\nNEW3\n");
    assert!(fs::metadata(world.path(LOG)).unwrap().len() > 0, "the log is folded in: this proves nothing");
    world
}

/// Where the pages of a database file end, as its header says.
fn end_of_pages(bytes: &[u8]) -> usize {
    let size = u16::from_be_bytes([bytes[16], bytes[17]]);
    let count = u32::from_be_bytes([bytes[28], bytes[29], bytes[30], bytes[31]]);
    usize::from(size) * usize::try_from(count).unwrap()
}

/// Puts files into a folder of their own, and gives the database there.
fn copy(world: &World, name: &str, file: &[u8], log: Option<&[u8]>) -> PathBuf {
    let folder = world.path(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(FILE), file).unwrap();
    if let Some(log) = log {
        fs::write(folder.join(LOG), log).unwrap();
    }
    folder.join(FILE)
}

fn read(world: &World, name: &str) -> Vec<u8> {
    fs::read(world.path(name)).unwrap()
}

/// Every command stops with exit 1 and changes neither file nor log; gives the error.
#[track_caller]
fn stops(world: &World, database: &Path) -> Value {
    let log = database.with_file_name(LOG);
    let before = (fs::read(database).unwrap(), fs::read(&log).ok());
    let shown = database.display();
    let mut error = Value::Null;
    for (line, scans) in [
        ("log --all", ""),
        ("stock", ""),
        ("trace NEW1", ""),
        ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nLATE1\n"),
        ("receive --from ACME --to WH1/A-01 --op-id third", "LAPTOP-15\n1\nNEW3\n"),
        ("undo 1 --reason no", ""),
        ("init", ""),
    ] {
        let outcome = world.run(&format!("--db {shown} --json {line}"), scans);
        assert_eq!(outcome.error_code(1), "log-lost", "{outcome}");
        error = outcome.document()["error"].clone();
    }
    let log_after = fs::read(&log).ok().filter(|bytes| before.1.is_some() || !bytes.is_empty());
    assert!(fs::read(database).unwrap() == before.0 && log_after == before.1, "something was written");
    error
}

fn numbers_of(world: &World, database: &Path) -> Vec<i64> {
    let log = world.json(&format!("--db {} log --all", database.display()), "");
    log["operations"].as_array().unwrap().iter().map(|one| one["operation"].as_i64().unwrap()).collect()
}

#[test]
fn the_file_without_its_log_says_what_is_missing() {
    let world = world();
    let lone = copy(&world, "lone", &read(&world, FILE), None);
    let error = stops(&world, &lone);
    let message = error["message"].as_str().unwrap();
    let last = *numbers_of(&world, &world.path(FILE)).last().unwrap();
    for part in [
        format!("knows of operation {last}"),
        format!("{last} (receive at dock-1, 2026-11-23 10:00)"),
        format!("{} (receive at dock-2, 2026-11-23 10:00)", last - 1),
    ] {
        assert!(message.contains(&part), "no {part:?} in {message}");
    }
    assert!(error["hint"].as_str().unwrap().contains("scantrail log --accept-loss"), "{error}");
    assert_eq!(
        world.redacted(message).replace("/lone", ""),
        "the write-ahead log <folder>/scantrail.db-wal is missing, too old or damaged: the ledger ends with operation 1, and <folder>/scantrail.db knows of operation 11. Missing: 5 older ones and 7 (receive at dock-1, 2026-11-23 10:00), 8 (receive at dock-1, 2026-11-23 10:00), 9 (receive at dock-1, 2026-11-23 10:00), 10 (receive at dock-2, 2026-11-23 10:00), 11 (receive at dock-1, 2026-11-23 10:00)"
    );
}

#[test]
fn a_log_that_is_cut_older_or_changed_is_noticed() {
    let world = World::stocked_in_a_file();
    let older = read(&world, LOG);
    world.ok("receive --from ACME --to WH1/A-01 --op-id third", "LAPTOP-15\n1\nNEW3\n");
    let (file, log) = (read(&world, FILE), read(&world, LOG));
    assert!(older.len() < log.len(), "the older log is not shorter: this proves nothing");
    stops(&world, &copy(&world, "older", &file, Some(&older)));
    stops(&world, &copy(&world, "empty", &file, Some(&[])));
    stops(&world, &copy(&world, "cut", &file, Some(&log[..log.len() - 1])));
    for (name, at) in [("header", 17), ("first", 32 + 24 + 100), ("last", log.len() - 100)] {
        let mut changed = log.clone();
        changed[at] ^= 1;
        stops(&world, &copy(&world, name, &file, Some(&changed)));
    }
    // A log with bytes behind its end is whole, as after a commit that was killed.
    let longer = copy(&world, "longer", &file, Some(&[&log[..], &[7; 5000]].concat()));
    assert_eq!(numbers_of(&world, &longer), numbers_of(&world, &world.path(FILE)));
}

/// A backup of the file that was put back beside the log of today, and a log of yesterday beside the file of today.
#[test]
fn a_file_and_a_log_of_two_times_are_not_read_together() {
    let mut world = world();
    let yesterday = (read(&world, FILE), read(&world, LOG));
    world.set_now("2026-11-23T11:00:00+00:00");
    world.ok("stock", "");
    assert_eq!(fs::metadata(world.path(LOG)).unwrap().len(), 0, "whoever looks after a quiet time folds the log in");
    let folded = read(&world, FILE);
    for unit in ["M1", "M2", "M3"] {
        world.ok("receive --from ACME --to WH1/A-02", format!("TABLET\n1\n{unit}\n"));
    }
    world.set_now("2026-11-23T12:00:00+00:00");
    world.ok("stock", "");
    world.ok("receive --from ACME --to WH1/A-01", "BOLT\n5\n");
    world.set_now("2026-11-23T12:00:01+00:00");
    world.ok("receive --from ACME --to WH1/A-01", "BOLT\n5\n");
    let today = (read(&world, FILE), read(&world, LOG));
    assert!(!today.1.is_empty(), "the log is folded in: this proves nothing");
    for (name, file, log) in [
        ("old-file-with-records", &yesterday.0, &today.1),
        ("old-whole-file", &folded, &today.1),
        ("old-log", &today.0, &yesterday.1),
    ] {
        let mixed = copy(&world, name, file, Some(log));
        let error = stops(&world, &mixed);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("one of the two was put there from elsewhere"), "{name}: {message}");
        // The way out keeps the log, and goes on with what the file alone holds.
        let accepted = world.ok(&format!("--db {} log --all --accept-loss --json", mixed.display()), "");
        assert!(accepted.stderr.contains("the log that was there is kept as"), "{accepted}");
        let kept = fs::read_dir(mixed.parent().unwrap()).unwrap().map(|one| one.unwrap().path());
        let kept = kept.filter(|path| path.to_string_lossy().contains("-wal.lost-")).collect::<Vec<_>>();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(&fs::read(&kept[0]).unwrap(), log);
        numbers_of(&world, &mixed);
    }
    let pair = copy(&world, "pair", &today.0, Some(&today.1));
    assert_eq!(numbers_of(&world, &pair), numbers_of(&world, &world.path(FILE)));
}

#[test]
fn a_loss_that_is_accepted_is_recorded_for_ever() {
    let world = world();
    let log = read(&world, LOG);
    let lone = copy(&world, "lone", &read(&world, FILE), Some(&log[..log.len() / 2]));
    let shown = lone.display();
    let all = numbers_of(&world, &world.path(FILE));
    let last = *all.last().unwrap();
    let outcome = world.run(&format!("--db {shown} log --accept-loss --dry-run"), "");
    assert_eq!(outcome.exit, 2, "{outcome}");
    stops(&world, &lone);

    let outcome =
        world.ok(&format!("--db {shown} log --all --json --accept-loss --station office --reason 'disk died'"), "");
    assert!(outcome.stderr.contains("lost for good: operations"), "{outcome}");
    let document = outcome.document();
    let accepted: Vec<&Value> =
        document["operations"].as_array().unwrap().iter().filter(|one| one["kind"] == "accept-loss").collect();
    // One for the chain of each station that lost something, behind all numbers that were ever given.
    let of = |station: &str| *accepted.iter().find(|one| one["station"] == station).unwrap();
    assert_eq!(accepted.len(), 2, "{document}");
    for (station, op_ids) in [("dock-1", vec!["first", "third"]), ("dock-2", vec!["second"])] {
        let one = of(station);
        let lost: Vec<&str> =
            one["lost"].as_array().unwrap().iter().map(|lost| lost["op_id"].as_str().unwrap()).collect();
        assert!(op_ids.iter().all(|op_id| lost.contains(op_id)), "{station}: {lost:?}");
        assert!(one["operation"].as_i64().unwrap() > last, "a number was given twice: {one}");
        assert_eq!((one["accepted_at"].as_str(), one["reason"].as_str()), (Some("office"), Some("disk died")));
    }
    // From now on nobody asks again, the work goes on, and no place in a chain is given twice.
    let again = world.ok(&format!("--db {shown} log --accept-loss"), "");
    assert!(!again.stderr.contains("lost for good"), "{again}");
    assert!(again.stdout.contains("lost: "), "{again}");
    let number = world.json(&format!("--db {shown} receive --from ACME --to WH1/A-01"), "LAPTOP-15\n1\nAFTER\n");
    assert!(number["operation"].as_i64().unwrap() > last + 2, "{number}");
    let sequence = |database: &Path, sql: &str| crate::inspector::Inspector::of_file(database).number(sql);
    let newest = "SELECT max(station_sequence) FROM operation WHERE station = 'dock-1'";
    let before = sequence(&world.path(FILE), newest);
    assert_eq!(sequence(&lone, newest), before + 2);
    let undone = world.refused_codes(&format!("--db {shown} undo {} --reason no", of("dock-1")["operation"]), "");
    assert_eq!(undone, ["cannot-undo"]);
}

/// A record that was damaged leaves a gap in the numbers, which is told too.
#[test]
fn a_damaged_record_is_a_gap_that_is_told() {
    let world = world();
    let mut file = read(&world, FILE);
    let at = file.windows(6).rposition(|window| window == b"second").unwrap();
    file[at] ^= 1;
    let lone = copy(&world, "lone", &file, None);
    let error = stops(&world, &lone);
    let all = numbers_of(&world, &world.path(FILE));
    let second = all[all.len() - 2];
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with(&format!("; and {second}, of which only the number is known")), "{message}");
    let accepted = world.ok(&format!("--db {} log --accept-loss --all --json", lone.display()), "");
    assert!(accepted.stderr.contains(&format!(", {second}, ")), "{accepted}");
    let operations = accepted.document()["operations"].as_array().unwrap().clone();
    assert!(operations.iter().any(|one| one["unnamed"] == serde_json::json!([second])), "{accepted}");
}

/// The log is removed, or the file replaced, under a session: what it records next would go where nobody can read it.
#[cfg(unix)]
#[test]
fn nothing_is_recorded_into_a_log_that_is_gone() {
    use std::io::Write;
    for is_folded in [true, false] {
        let mut world = world();
        if is_folded {
            world.set_now("2026-11-23T11:00:00+00:00");
            world.ok("stock", "");
        }
        let mut command = world.scantrail();
        command.args(["receive", "--live", "--json", "--from", "ACME", "--to", "WH1/A-01"]);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut session = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let mut scans = session.stdin.take().unwrap();
        scans.write_all(b"LAPTOP-15\n1\nUNDER\n").unwrap();
        // The draft is on disk once the first scan was answered, and the ledger is open then.
        let drafts = world.path(".local/state/scantrail/drafts");
        while fs::read_dir(&drafts).map_or(0, Iterator::count) == 0 {
            assert!(session.try_wait().unwrap().is_none(), "the session ended before its first scan was kept");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        fs::remove_file(world.path(LOG)).unwrap();
        scans.write_all(b"DONE\n").unwrap();
        drop(scans);
        let ended = session.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{told}");
        let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert_eq!(document["error"]["code"], "database-moved", "{told}");
        assert!(told.contains("was removed or replaced while it was in use"), "{told}");
    }
}

#[test]
fn a_log_whose_file_is_gone_is_not_thrown_away() {
    let world = world();
    let before = read(&world, LOG);
    fs::rename(world.path(FILE), world.path("elsewhere.db")).unwrap();
    let outcome = world.run("init --json", "");
    assert_eq!(outcome.error_code(1), "file", "{outcome}");
    assert!(outcome.stderr.contains("is the log of a database that is gone"), "{outcome}");
    fs::rename(world.path("elsewhere.db"), world.path(FILE)).unwrap();
    assert_eq!(read(&world, LOG), before);
    world.ok("log", "");
    for name in ["x.db-wal", "x.db-shm", "x.db-journal"] {
        let outcome = world.run(&format!("--db {name} init --json"), "");
        assert_eq!(outcome.error_code(1), "file", "{outcome}");
        assert!(outcome.stderr.contains("take another one"), "{outcome}");
    }
}

/// No paper takes the place of a ledger, whichever it is.
#[test]
fn an_output_replaces_no_other_ledger() {
    let world = world();
    world.ok("--db other.db init", "");
    world.ok("--db other.db item add BOLT --name Bolt --track none", "");
    fs::write(world.path("kept.lost"), read(&world, LOG)).unwrap();
    for name in ["other.db", "other.db-wal", "kept.lost"] {
        let before = read(&world, name);
        let outcome = world.run(&format!("label item BOLT --out {name} --json"), "");
        assert_eq!(outcome.error_code(1), "file", "{outcome}");
        assert!(outcome.stderr.contains("it is a database, or the log of one"), "{outcome}");
        assert_eq!(read(&world, name), before);
    }
}

/// A command that is killed at its sync, or told that it failed, leaves a commit of which nobody knows whether it is on disk.
/// Whoever finds it puts it there before saying anything: here the file alone must hold it.
#[test]
fn what_is_found_is_on_disk_before_it_is_answered() {
    for line in ["receive --from ACME --to WH1/A-01 --op-id third", "log", "stock"] {
        let world = world();
        let file = read(&world, FILE);
        let untold = copy(&world, "untold", &file[..end_of_pages(&file)], Some(&read(&world, LOG)));
        let scans = if line.starts_with("receive") { "LAPTOP-15\n1\nNEW3\n" } else { "" };
        let outcome = world.ok(&format!("--db {} --json {line}", untold.display()), scans);
        if line.starts_with("receive") {
            assert_eq!(outcome.document()["already_recorded"], true, "{outcome}");
        }
        let lone = copy(&world, "lone", &fs::read(&untold).unwrap(), None);
        assert_eq!(numbers_of(&world, &lone), numbers_of(&world, &world.path(FILE)), "after {line}");
    }
}

/// A draft of a session that was recorded is dropped only when the operation is on disk.
#[test]
fn a_draft_is_dropped_when_its_operation_is_on_disk() {
    let world = World::stocked_in_a_file();
    let live = "receive --live --from ACME --to WH1/A-01 --op-id live-1";
    // The pipe ends too early: the draft stays. Then the same operation is recorded by somebody else.
    let outcome = world.run(live, "LAPTOP-15\n2\nLIVE1\n");
    assert_eq!(outcome.exit, 3, "{outcome}");
    world.ok("receive --from ACME --to WH1/A-01 --op-id live-1", "LAPTOP-15\n1\nLIVE1\n");
    let file = read(&world, FILE);
    fs::write(world.path(FILE), &file[..end_of_pages(&file)]).unwrap();
    let outcome = world.run(live, "");
    assert!(outcome.stderr.contains("was recorded, as operation"), "{outcome}");
    let lone = copy(&world, "lone", &read(&world, FILE), None);
    assert_eq!(numbers_of(&world, &lone), numbers_of(&world, &world.path(FILE)));
}

#[test]
fn after_a_quiet_time_the_file_alone_is_the_ledger() {
    let mut world = World::stocked_in_a_file();
    let is_whole = |world: &World, name: &str| {
        let lone = copy(world, name, &read(world, FILE), None);
        let outcome = world.run(&format!("--db {} log --json", lone.display()), "");
        if outcome.exit == 1 {
            assert_eq!(outcome.error_code(1), "log-lost");
        }
        outcome.exit == 0
    };
    let receive = |world: &World, unit: &str| {
        world.ok("receive --from ACME --to WH1/A-01", format!("TABLET\n1\n{unit}\n"));
    };
    assert!(!is_whole(&world, "burst"), "operations without a pause are in the log only");
    world.set_now("2026-11-23T10:00:20+00:00");
    receive(&world, "T1");
    assert!(is_whole(&world, "pause"), "the operation after a pause folds");
    receive(&world, "T2");
    assert!(!is_whole(&world, "again"));
    world.set_now("2026-11-23T10:00:25+00:00");
    world.ok("stock", "");
    assert!(!is_whole(&world, "soon"));
    world.set_now("2026-11-23T10:00:35+00:00");
    world.ok("stock", "");
    assert!(is_whole(&world, "looked"), "whoever looks after a pause folds");
    for second in 36..60 {
        world.set_now(&format!("2026-11-23T10:00:{second}+00:00"));
        receive(&world, &format!("U{second}"));
    }
    assert!(!is_whole(&world, "busy"));
    for second in 0..40 {
        world.set_now(&format!("2026-11-23T10:01:{second:02}+00:00"));
        receive(&world, &format!("V{second}"));
        if second == 37 {
            assert!(is_whole(&world, "minute"), "a log that is a minute old is folded");
        }
    }
    receive(&world, "W1");
    assert!(!is_whole(&world, "last"));
    let (mode, done) = (Command::Mode(Mode::Receive).code(), Command::Done.code());
    let one = Command::Quantity(1).code();
    let shift = [&mode, "PO-1001", "WH1/A-02", "LAPTOP-15", &one, "SN21", &done, "LAPTOP-15", &one, "SN22", &done];
    let shift: String = shift.iter().map(|scan| format!("{scan}\n")).collect();
    world.json("station", shift);
    assert!(is_whole(&world, "shift"), "a session that ends folds");
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_refused() {
    let world = World::stocked_in_a_file();
    fs::hard_link(world.path(FILE), world.path("other.db")).unwrap();
    for name in [FILE, "other.db"] {
        let outcome = world.run(&format!("--db {name} --json stock"), "");
        assert_eq!(outcome.error_code(1), "hard-links");
        assert!(outcome.stderr.contains("has 2 names (hard links)"), "{outcome}");
        let outcome = world.run(&format!("--db {name} --json receive --from ACME --to WH1/A-01"), "BOLT\n1\n");
        assert_eq!(outcome.error_code(1), "hard-links");
    }
    fs::remove_file(world.path("other.db")).unwrap();
    std::os::unix::fs::symlink(world.path(FILE), world.path("link.db")).unwrap();
    assert_eq!(world.json("--db link.db stock", ""), world.json("stock", ""));
}

#[test]
fn a_name_is_a_name_and_no_uri() {
    let world = World::of_files();
    for name in ["file:x?mode=memory", "file:stock.db?nolock=1", "100%25.db", "with#hash?.db"] {
        let outcome = world.run(&format!("--db {name} --json stock"), "");
        assert_eq!(outcome.error_code(1), "database-missing");
        world.ok(&format!("--db {name} init"), "");
        assert!(world.path(name).is_file(), "{name} was not made");
        world.ok(&format!("--db {name} item add BOLT --name Bolt --track none"), "");
        let items = world.json(&format!("--db {name} item list"), "");
        assert_eq!(items["items"].as_array().unwrap().len(), 1);
    }
    assert!(!world.path("x").exists() && !world.path("stock.db").exists());
}

#[cfg(unix)]
#[test]
fn a_new_file_follows_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    for (umask, expected) in [("002", 0o664), ("022", 0o644), ("077", 0o600)] {
        let world = World::of_files();
        let mut shell = world.sealed("sh");
        let program = env!("CARGO_BIN_EXE_scantrail");
        shell
            .arg("-c")
            .arg(format!("umask {umask} && '{program}' init && '{program}' item add A --name A --track none"));
        let outcome = crate::world::finish(shell, "init under a umask", b"");
        assert_eq!(outcome.exit, 0, "{outcome}");
        for name in [FILE, LOG] {
            let mode = fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, expected, "{name} under {umask}");
        }
    }
}
