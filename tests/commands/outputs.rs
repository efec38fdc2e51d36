//! The files that commands write: each in its place or told, none where the database is, and nothing left of the killed.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// A world with goods that have a certificate, in a file.
fn world_with_certificates() -> World {
    let world = World::stocked_in_a_file();
    world.write("c.pdf", "a certificate");
    world.ok("attach lot B7 c.pdf", "");
    world
}

/// The names in the folder of a world, hidden ones too.
fn names(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.folder()).unwrap();
    let mut names: Vec<String> = entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

// ---- several that fail -----------------------------------------------------------------------------------------------

#[test]
fn all_outputs_that_fail_are_named_in_one_answer() {
    let world = world_with_certificates();
    std::fs::create_dir(world.path("folder.pdf")).unwrap();
    let mut command = world.scantrail();
    let line = "sell --to BOB --op-id sale --slip missing/slip.pdf --certificates c.pdf/out";
    command.args(words(line)).stdin(Stdio::piped()).stderr(Stdio::piped());
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"MILK-1L\n1\nB7\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{told}");
    for output in ["missing/slip.pdf", "c.pdf/out", "the result could not be written"] {
        assert!(told.contains(output), "{output}: {told}");
    }
    assert_eq!(told.matches("recorded as operation").count(), 1, "{told}");
    for way in ["--op-id sale", "--stock", "--certificates"] {
        assert!(told.contains(way), "{way}: {told}");
    }
    let again = world.json("sell --to BOB --op-id sale --slip slip.pdf --certificates out", "MILK-1L\n1\nB7\n");
    assert_eq!(again["already_recorded"], true);
    assert_eq!(again["files"].as_array().unwrap().len(), 3, "{again}");
}

#[test]
fn every_file_of_one_document_that_fails_is_named() {
    let world = World::stocked_in_a_file();
    for name in ["labels.pdf", "labels-2.pdf"] {
        std::fs::create_dir(world.path(name)).unwrap();
    }
    let serials: String = (0..6_000).map(|unit| format!("L-{unit}\n")).collect();
    let outcome =
        world.run(&format!("{RECEIVE} --labels labels.pdf --op-id id"), format!("LAPTOP-15\n6000\n{serials}"));
    assert_eq!(outcome.exit, 6, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("labels.pdf: ") && outcome.stderr.contains("labels-2.pdf: "), "{}", outcome.stderr);
}

// ---- where the database is -------------------------------------------------------------------------------------------

/// Command lines that write a file whose name follows, with their scans.
const WRITERS: [(&str, &str); 9] = [
    ("label item BOLT --out", ""),
    ("label commands --out", ""),
    ("scanner calibrate --sheet", ""),
    ("trace SN1 --pdf", ""),
    ("attach get NUMBER --out", ""),
    ("receive --from ACME --to WH1/A-01 --labels", "BOLT\n9\n"),
    ("sell --to BOB --from WH1/A-01 --slip", "BOLT\n1\n"),
    ("sell --to BOB --from WH1/A-01 --certificates", "BOLT\n1\n"),
    ("transfer --to WH1/A-02 --from WH1/A-01 --slip", "BOLT\n1\n"),
];

#[test]
fn no_output_has_a_name_that_belongs_to_the_database() {
    let world = world_with_certificates();
    let number = world.json("attach list", "")["attachments"][0]["operation"].to_string();
    std::fs::create_dir(world.path("sub")).unwrap();
    symlink("scantrail.db-journal", world.path("dangling.pdf")).unwrap();
    symlink("scantrail.db", world.path("soft.pdf")).unwrap();
    symlink(".", world.path("here")).unwrap();
    let own = [
        "scantrail.db",
        "scantrail.db-wal",
        "scantrail.db-shm",
        "scantrail.db-journal",
        "./scantrail.db-journal",
        "sub/../scantrail.db-journal",
        "here/scantrail.db-journal",
        "dangling.pdf",
        "soft.pdf",
        "scantrail.db-files",
        "scantrail.db-files/out.pdf",
    ];
    let before = names(&world);
    for (line, scans) in WRITERS {
        let line = line.replace("NUMBER", &number);
        for name in own {
            let outcome = world.run(&format!("{line} {name}"), scans);
            assert!(matches!(outcome.exit, 1 | 6), "{line} {name}: {outcome}");
            assert!(outcome.stderr.contains("it belongs to the database"), "{line} {name}: {outcome}");
            assert_eq!(names(&world), before, "{line} {name}");
        }
    }
    // In an absolute spelling, and where another folder is the current one.
    let outcome = world.run(&format!("label item BOLT --out {}", world.path("scantrail.db-journal").display()), "");
    assert_eq!(outcome.exit, 1, "{outcome}");
    world.ok("label item BOLT --out free.pdf", "");
    world.json("log --all", "");
}

/// The names of the files are made of our codes: a database may have one of them.
#[test]
fn no_certificate_takes_the_place_of_the_database() {
    let world = world_with_certificates();
    let line = "--db MILK-1L-B7-1.pdf sell --to BOB --certificates .";
    world.ok("copy-db scantrail.db MILK-1L-B7-1.pdf", "");
    let outcome = world.run(line, "MILK-1L\n1\nB7\n");
    assert_eq!(outcome.exit, 6, "{outcome}");
    assert!(outcome.stderr.contains("belongs to the database"), "{outcome}");
    world.ok("--db MILK-1L-B7-1.pdf log", "");
}

// ---- what the killed left --------------------------------------------------------------------------------------------

#[test]
fn what_a_killed_command_left_goes_with_the_next_output() {
    let world = World::stocked_in_a_file();
    let left = [".scantrail-1-0.new", ".scantrail-999999-3.new"];
    left.iter().for_each(|name| world.write(name, "half of a document"));
    std::fs::create_dir_all(world.path(".scantrail-other.db.new/ledger.db-files/ab")).unwrap();
    world.write(".scantrail-other.db.new/ledger.db", "half of a copy");
    // Another station is writing these at this moment: it holds their locks.
    world.write(".scantrail-2-0.new", "being written");
    std::fs::create_dir(world.path(".scantrail-copy.db.new")).unwrap();
    let held = [".scantrail-2-0.new", ".scantrail-copy.db.new"].map(|name| File::open(world.path(name)).unwrap());
    for file in &held {
        rustix::fs::flock(file, rustix::fs::FlockOperation::LockExclusive).unwrap();
    }
    // No names of ours.
    world.write(".labels.pdf.new", "somebody's");
    symlink("scantrail.db", world.path(".scantrail-3-0.new")).unwrap();
    world.ok("label item BOLT --out labels.pdf", "");
    let stay = [".labels.pdf.new", ".scantrail-2-0.new", ".scantrail-3-0.new", ".scantrail-copy.db.new"];
    let hidden: Vec<String> = names(&world).into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(hidden, stay);
    drop(held);
    world.ok("trace SN1 --pdf trace.pdf", "");
    assert!(!world.path(".scantrail-2-0.new").exists() && !world.path(".scantrail-copy.db.new").exists());
    world.json("log --all", "");
}

#[test]
fn what_a_killed_attachment_left_goes_with_the_next_one() {
    let world = World::stocked_in_a_file();
    let large = vec![7; 2_000_000];
    std::fs::create_dir(world.path("scantrail.db-files")).unwrap();
    let incoming = |name: &str| world.path(&format!("scantrail.db-files/.incoming-{name}"));
    ["1-0", "2-0"].iter().for_each(|name| std::fs::write(incoming(name), "half").unwrap());
    let held = File::open(incoming("2-0")).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    world.write("large.pdf", &large);
    world.ok("attach lot B7 large.pdf", "");
    assert!(!incoming("1-0").exists() && incoming("2-0").exists());
    let entries = std::fs::read_dir(world.path("scantrail.db-files")).unwrap().count();
    assert_eq!(entries, 2, "the file's folder, and what is being written");
    let number = world.json("attach list", "")["attachments"][0]["operation"].to_string();
    world.ok(&format!("attach get {number} --out got.pdf"), "");
    assert_eq!(std::fs::read(world.path("got.pdf")).unwrap(), large);
}

/// Sends a signal to a process that we started.
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The temporary names in a folder.
fn temporary(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|one| one.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".incoming-") || name.starts_with(".scantrail-")).collect()
}

/// Begins a command that writes for a while, and halts it when it has begun to write into a folder.
fn halted(world: &World, line: &str, folder: &Path) -> Child {
    let before = temporary(folder).len();
    let mut command = world.scantrail();
    command.args(words(line)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while temporary(folder).len() == before {
        assert!(child.try_wait().unwrap().is_none(), "{line} was faster");
    }
    signal(&child, "-STOP");
    assert_eq!(temporary(folder).len(), before + 1, "{line} was faster");
    child
}

#[test]
fn what_is_being_written_stays_and_what_the_killed_left_goes() {
    let world = World::stocked_in_a_file();
    let files = world.path("scantrail.db-files");
    File::create(world.path("huge.pdf")).unwrap().set_len(200 << 20).unwrap();
    world.write("large.pdf", vec![7; 2_000_000]);
    world.write("larger.pdf", vec![8; 2_000_000]);
    let mut attaching = halted(&world, "attach lot B7 huge.pdf", &files);
    world.ok("attach lot B7 large.pdf", "");
    assert_eq!(temporary(&files).len(), 1, "it is being written");
    signal(&attaching, "-CONT");
    assert!(attaching.wait().unwrap().success());
    assert_eq!(temporary(&files).len(), 0);

    let hash = world.json("attach list", "")["attachments"][1]["sha256"].as_str().unwrap().to_owned();
    let writing = format!("attach get {hash} --out got.pdf");
    let mut getting = halted(&world, &writing, world.folder());
    world.ok("label item BOLT --out labels.pdf", "");
    assert_eq!(temporary(world.folder()).len(), 1, "it is being written");
    getting.kill().unwrap();
    getting.wait().unwrap();
    world.ok("label item BOLT --out labels.pdf", "");
    assert_eq!(temporary(world.folder()).len(), 0);

    File::options().write(true).open(world.path("huge.pdf")).unwrap().set_len(201 << 20).unwrap();
    let mut attaching = halted(&world, "attach lot B7 huge.pdf", &files);
    attaching.kill().unwrap();
    attaching.wait().unwrap();
    world.ok("attach lot B7 larger.pdf", "");
    assert_eq!(temporary(&files).len(), 0);
}
