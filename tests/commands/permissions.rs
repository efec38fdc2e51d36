//! What a user may not do with the file, and files that are not what they say: one sentence with the remedy.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use rusqlite::Connection;

use crate::world::{Outcome, World, finish};

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root(world: &World) -> bool {
    std::fs::metadata(world.folder()).unwrap().uid() == 0
}

/// As a user to whom permissions mean something: root becomes nobody.
fn as_a_user(world: &World, line: &str) -> Outcome {
    let mut command = world.scantrail();
    command.args(line.split(' '));
    if is_root(world) {
        command.uid(65_534).gid(65_534);
    }
    finish(command, line, b"")
}

#[test]
fn a_missing_permission_is_told_as_one() {
    let world = World::stocked_in_a_file();
    let is_root = is_root(&world);
    let file = world.path("scantrail.db");
    // The file may not be read; the log beside it may not be; the folder may not be looked into.
    set_mode(world.folder(), 0o777);
    for (mode, line) in [(0o000, "stock --json"), (0o000, "init --json")] {
        set_mode(&file, mode);
        let told = as_a_user(&world, line);
        assert_eq!(told.error_code(1), "no-permission", "{line}: {}", told.stderr);
        assert!(told.stderr.contains("permission denied: this user may not"), "{}", told.stderr);
    }
    set_mode(&file, 0o666);
    if is_root {
        set_mode(world.folder(), 0o755);
        let told = as_a_user(&world, "stock --json");
        assert_eq!(told.error_code(1), "no-permission", "{}", told.stderr);
        assert!(told.stderr.contains("may not"), "{}", told.stderr);
    }
    let below = world.path("below");
    std::fs::create_dir(&below).unwrap();
    world.ok("--db below/stock.db init", "");
    set_mode(&below, 0o000);
    let told = as_a_user(&world, "--db below/stock.db stock --json");
    set_mode(&below, 0o700);
    assert_eq!(told.error_code(1), "no-permission", "{}", told.stderr);
}

#[test]
fn a_file_with_another_version_or_other_tables_is_told_in_one_sentence() {
    for change in [
        "PRAGMA user_version = 2",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -7",
        "PRAGMA writable_schema = 1; DELETE FROM sqlite_schema WHERE name = 'balance' OR tbl_name = 'balance'",
    ] {
        let world = World::stocked_in_a_file();
        Connection::open(world.path("scantrail.db")).unwrap().execute_batch(change).unwrap();
        let told = world.run("stock --json", "");
        assert_eq!(told.error_code(1), "database-damaged", "{change}: {}", told.stderr);
        assert!(told.stderr.len() < 400 && !told.stderr.contains("bug"), "{change}: {}", told.stderr);
        assert!(told.stderr.contains("backup"), "{change}: {}", told.stderr);
    }
}
