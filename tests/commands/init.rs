//! `init`: the only command that makes a database.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::of_files();
    expect![[r#"
        $ scantrail stock
        ! error: there is no database at scantrail.db
        !   hint: name the right file with --db or SCANTRAIL_DB, or make a new one: scantrail init
        exit 1

        $ scantrail init
        Made the database scantrail.db
        exit 0

        $ scantrail init
        scantrail.db is a scantrail database already; nothing was changed
        exit 0

        $ scantrail --db other.db init --json
        {"database":"other.db","created":true}
        exit 0

        $ scantrail stock
        nothing is in stock
        exit 0

    "#]]
    .assert_eq(&world.transcript(&[
        ("stock", ""),
        ("init", ""),
        ("init", ""),
        ("--db other.db init --json", ""),
        ("stock", ""),
    ]));
}

#[test]
fn a_database_that_is_there_is_left_as_it_is() {
    let world = World::stocked_in_a_file();
    let before = world.state();
    assert_eq!(world.json("init", ""), json!({"database": "scantrail.db", "created": false}));
    assert_eq!(world.state(), before);
}

#[test]
fn other_files_are_left_alone() {
    let world = World::of_files();
    world.write("text.db", "this is no database, whatever its name says, and it is long enough to be looked at as one");
    assert_eq!(world.run("--db text.db init --json", "").error_code(1), "not-a-database");
    let other = rusqlite::Connection::open(world.path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE mine (id); PRAGMA user_version = 1;").unwrap();
    drop(other);
    assert_eq!(world.run("--db other.db init --json", "").error_code(1), "not-a-database");
    assert_eq!(world.run("--db . init --json", "").error_code(1), "not-a-database");
    assert!(std::fs::read(world.path("text.db")).unwrap().starts_with(b"this is no database"));
    // An empty file holds nothing that could be lost.
    world.write("empty.db", "");
    assert_eq!(world.json("--db empty.db init", "")["created"], true);
}

#[test]
fn a_dry_run_makes_nothing() {
    let world = World::of_files();
    assert_eq!(world.json("init --dry-run", "")["created"], true);
    assert!(!world.path("scantrail.db").exists());
    world.ok("--db folder/below/it.db init", "");
    assert!(world.path("folder/below/it.db").exists());
}

#[test]
fn where_the_database_is() {
    let mut world = World::of_files();
    // The flag wins over the variable, which wins over the config file, which wins over the user's folder.
    world.set("SCANTRAIL_DB", "");
    world.ok("init", "");
    assert!(world.path(".local/share/scantrail/scantrail.db").exists());
    std::fs::create_dir_all(world.path(".config/scantrail")).unwrap();
    let configured = world.path("configured.db").display().to_string();
    world.write(".config/scantrail/config.toml", format!("database = {configured:?}\n"));
    world.ok("init", "");
    assert!(world.path("configured.db").exists());
    world.set("SCANTRAIL_DB", world.path("variable.db"));
    world.ok("init", "");
    assert!(world.path("variable.db").exists());
    world.ok("--db flag.db init", "");
    assert!(world.path("flag.db").exists());
    world.set("XDG_DATA_HOME", world.path("data"));
    world.set("XDG_CONFIG_HOME", world.path("config"));
    world.set("SCANTRAIL_DB", "");
    world.ok("init", "");
    assert!(world.path("data/scantrail/scantrail.db").exists());
}
