//! `copy-db`: a whole ledger goes from a file to a server and back, arrives as it was or not at all, and lives on there.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "support/inspector.rs"]
mod inspector;
#[path = "histories/invariants.rs"]
#[allow(dead_code)]
mod invariants;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "proofs/shop.rs"]
mod shop;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use inspector::Inspector;
use ledger::{Engine, Ledger};
use postgresql::{Database, Server};
use shop::{Ended, Shop};

/// A ledger in the file `shop.db` with a row in every table, an undo, and operations of several stations.
fn full_shop() -> Shop {
    let shop = Shop::at(Ledger::empty(Engine::Sqlite, "shop.db")).with_masters().stocked();
    let mistake = shop.receive(&["LAP", "1", "SN-9", "BULK", "7"]).to_string();
    shop.run(&["undo", &mistake, "--reason", "twice delivered", "--note", "Größe „M“ 📦"], "").ok();
    for (index, station) in ["dock-2", "dock-3", "dock-2"].iter().enumerate() {
        let unit = format!("LAP\n1\nUNIT-{index}\n");
        shop.run(&["receive", "--from", "ACME", "--to", "B", "--station", station, "--field", "truck=7"], &unit).ok();
    }
    shop.run(&["pick", "--so", "SO-1", "--to", "STG"], "LAP\n1\nSN-1\n").ok();
    shop.run(&["sell", "--so", "SO-1", "--picked", "--invoice", "R-1"], "").ok();
    shop.run(&["item", "set", "LAP", "--name", "Laptop"], "").ok();
    shop.attach("LOT-B", "large.pdf", &large(2_000_000));
    let mut database = shop.inspector();
    for table in ["order_line", "lot_dates", "scans", "code", "claim", "balance", "position", "file", "attachment"] {
        assert!(database.number(&format!("SELECT count(*) FROM {table}")) > 0, "{table} is empty");
    }
    shop
}

/// Bytes that do not repeat soon.
fn large(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index * 31 + index / 251) as u8).collect()
}

/// Copies, in the folder of the shop.
fn copy(shop: &Shop, from: &str, to: &str) -> Ended {
    shop.run(&["copy-db", from, to], "")
}

fn digest(document: &Value) -> &str {
    let digest = document["digest"].as_str().unwrap();
    assert_eq!(digest.len(), 64, "{document}");
    digest
}

/// Everything that commands show of the ledger at an address.
fn shown(shop: &Shop, address: &str) -> Vec<Value> {
    let show = |line: &str| {
        let words: Vec<&str> = ["--db", address].into_iter().chain(line.split_whitespace()).collect();
        shop.run(&words, "").ok()
    };
    let lines = [
        "stock",
        "log --all",
        "trace SN-1",
        "trace SN-9",
        "trace LOT-A",
        "attach list",
        "trace SO-1",
        "order show SO-1",
        "order show SO-3",
        "order list",
        "item list",
        "item show LAP",
        "location list",
        "partner list",
    ];
    lines.into_iter().map(show).collect()
}

/// The tables hold what must always hold, and the chain of hashes is whole.
fn is_sound(mut database: Inspector, which: &str) {
    invariants::check(&mut database, which);
    invariants::check_chains(&mut database, which);
    database.check_file();
}

/// The next operation there gets the next number, and the one before is its neighbour in the chain.
fn goes_on(shop: &Shop, address: &str) {
    let last = shop.run(&["--db", address, "log", "--all"], "").ok();
    let last = last["operations"].as_array().unwrap().last().unwrap()["operation"].as_i64().unwrap();
    let receive = ["--db", address, "receive", "--from", "ACME", "--to", "A"];
    let next = shop.run(&receive, "LAP\n1\nNEW-1\nVIAL\n1\nLOT-NEW\nV-NEW\n").ok();
    assert_eq!(next["operation"], last + 1);
    let order = ["--db", address, "order", "add", "SO-9", "--kind", "sales", "--partner", "BOB", "--line", "LAP=1"];
    assert_eq!(shop.run(&order, "").ok()["operation"], last + 2);
    shop.run(&["--db", address, "allocate", "SO-9"], "").ok();
}

fn file(shop: &Shop, name: &str) -> Inspector {
    Inspector::of_file(&shop.folder().join(name))
}

#[test]
fn a_ledger_goes_to_a_server_and_back() {
    let shop = full_shop();
    let (first, second) = (Server::shared().database(), Server::shared().database());
    let told = copy(&shop, "shop.db", first.url()).ok();
    let ways = [(first.url(), second.url()), (second.url(), "back.db"), ("back.db", "again.db")];
    for (from, to) in ways {
        let onward = copy(&shop, from, to).ok();
        assert_eq!(digest(&onward), digest(&told));
        assert_eq!(onward["rows"], told["rows"]);
    }
    let original = shown(&shop, "shop.db");
    for (address, database) in [
        (first.url(), Inspector::of_url(first.url())),
        (second.url(), Inspector::of_url(second.url())),
        ("back.db", file(&shop, "back.db")),
        ("again.db", file(&shop, "again.db")),
    ] {
        assert_eq!(shown(&shop, address), original);
        is_sound(database, address);
        goes_on(&shop, address);
    }
    is_sound(Inspector::of_url(first.url()), "after it went on");
    is_sound(file(&shop, "again.db"), "after it went on");
    // The source is as it was.
    assert_eq!(shown(&shop, "shop.db"), original);
}

#[test]
fn what_is_told() {
    let shop = full_shop();
    let target = Server::shared().database();
    let count = |table: &str| json!(shop.number(&format!("SELECT count(*) FROM {table}")));
    let dry = shop.run(&["copy-db", "shop.db", target.url(), "--dry-run"], "").ok();
    let told = copy(&shop, "shop.db", target.url()).ok();
    assert_eq!(told["from"], "shop.db");
    assert_eq!(told["to"], without_password(&target));
    assert_eq!((&dry["copied"], &told["copied"]), (&json!(false), &json!(true)));
    assert_eq!((&told["operations"], &told["rows"]["movement"]), (&count("operation"), &count("movement")));
    let rows = told["rows"].as_object().unwrap();
    // Every table that there is.
    let tables = shop.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    assert_eq!(rows.len() as i64, tables);
    rows.iter().for_each(|(table, rows)| assert_eq!(*rows, count(table), "{table}"));
    assert_eq!((&dry["rows"], digest(&dry)), (&told["rows"], digest(&told)));
}

fn without_password(database: &Database) -> String {
    let (user, host) = database.url().rsplit_once('@').unwrap();
    format!("{}@{host}", user.rsplit_once(':').unwrap().0)
}

impl Shop {
    fn number(&self, sql: &str) -> i64 {
        self.inspector().number(sql)
    }
}

#[test]
fn a_dry_run_makes_nothing() {
    let shop = full_shop();
    let target = Server::shared().database();
    for to in [target.url(), "copy.db", "folder/copy.db"] {
        let told = shop.run(&["copy-db", "shop.db", to, "--dry-run"], "").ok();
        assert_eq!(told["rows"]["serial"], shop.number("SELECT count(*) FROM serial"));
    }
    assert!(!shop.folder().join("copy.db").exists() && !shop.folder().join("folder").exists());
    assert_eq!(could_not(&shop.run(&["--db", target.url(), "stock"], "")), "database-missing");
    // Where there is a ledger without operations, it stays without.
    shop.run(&["--db", target.url(), "init"], "").ok();
    shop.run(&["copy-db", "shop.db", target.url(), "--dry-run"], "").ok();
    assert_eq!(Inspector::of_url(target.url()).number("SELECT count(*) FROM item"), 0);
}

/// The code of a command that could not.
#[track_caller]
fn could_not(ended: &Ended) -> &str {
    assert_eq!(ended.exit, Some(1), "{}", ended.told);
    assert!(!ended.document["error"]["hint"].as_str().unwrap().is_empty());
    ended.document["error"]["code"].as_str().unwrap()
}

#[test]
fn a_target_that_holds_something_is_left_as_it_was() {
    let shop = full_shop();
    let target = Server::shared().database();
    let other = Shop::at(Ledger::Elsewhere(target.url().to_owned())).with_masters();
    let before = other.run(&["log", "--all"], "").ok();
    assert_eq!(could_not(&copy(&shop, "shop.db", target.url())), "database-not-empty");
    assert_eq!(could_not(&shop.run(&["copy-db", "shop.db", target.url(), "--dry-run"], "")), "database-not-empty");
    assert_eq!(other.run(&["log", "--all"], "").ok(), before);
    let before = shown(&shop, "shop.db");
    assert_eq!(could_not(&copy(&shop, target.url(), "shop.db")), "database-not-empty");
    assert_eq!(could_not(&copy(&shop, "shop.db", "shop.db")), "database-not-empty");
    assert_eq!(shown(&shop, "shop.db"), before);
}

#[test]
fn a_source_that_is_not_there_is_told_and_nothing_is_made() {
    let shop = full_shop();
    let target = Server::shared().database();
    assert_eq!(could_not(&copy(&shop, "nowhere.db", target.url())), "database-missing");
    assert_eq!(could_not(&copy(&shop, target.url(), "copy.db")), "database-missing");
    assert!(!shop.folder().join("copy.db").exists());
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(Inspector::of_url(target.url()).number(tables), 0);
    std::fs::write(shop.folder().join("text.db"), "no database, and long enough to be looked at as if it were one")
        .unwrap();
    assert_eq!(could_not(&copy(&shop, "text.db", target.url())), "not-a-database");
}

/// Where the files of the ledger lie: how many in the database, and how many in the folder beside it.
fn places_of_files(shop: &Shop, address: &str) -> (i64, usize) {
    let is_server = address.contains("://");
    let mut database = if is_server { Inspector::of_url(address) } else { file(shop, address) };
    let folder = std::fs::read_dir(shop.folder().join(format!("{address}-files")));
    (database.number("SELECT count(*) FROM file WHERE content IS NOT NULL"), folder.map_or(0, |folder| folder.count()))
}

/// A file of 2 MB lies beside an SQLite file, and in the database of a server.
#[test]
fn attached_files_go_along() {
    let shop = full_shop();
    let server = Server::shared().database();
    assert_eq!(places_of_files(&shop, "shop.db"), (1, 1));
    let told = copy(&shop, "shop.db", server.url()).ok();
    assert_eq!(told["rows"]["file"], 2);
    assert_eq!(places_of_files(&shop, server.url()), (2, 0));
    for (from, to) in [(server.url(), "back.db"), ("shop.db", "beside.db")] {
        assert_eq!(digest(&copy(&shop, from, to).ok()), digest(&told));
        assert_eq!(places_of_files(&shop, to), (1, 1));
    }
    let number = shop.run(&["attach", "list", "lot", "LOT-B"], "").ok()["attachments"][0]["operation"].to_string();
    for address in ["shop.db", server.url(), "back.db", "beside.db"] {
        shop.run(&["--db", address, "attach", "get", &number, "--out", "got.pdf"], "").ok();
        assert_eq!(std::fs::read(shop.folder().join("got.pdf")).unwrap(), large(2_000_000), "{address}");
    }
}

#[test]
fn a_damaged_file_is_not_copied() {
    let shop = full_shop();
    let server = Server::shared().database();
    let hash = shop.run(&["attach", "list", "lot", "LOT-B"], "").ok()["attachments"][0]["sha256"].clone();
    let hash = hash.as_str().unwrap();
    std::fs::write(shop.folder().join("shop.db-files").join(&hash[..2]).join(hash), large(1_999_999)).unwrap();
    for to in [server.url(), "copy.db"] {
        assert_eq!(could_not(&shop.run(&["copy-db", "shop.db", to, "--dry-run"], "")), "file-damaged");
        assert_eq!(could_not(&copy(&shop, "shop.db", to)), "file-damaged");
    }
    holds_nothing(&shop, server.url());
    holds_nothing(&shop, "copy.db");
}

/// The file that is damaged comes last, after large ones that were copied.
#[test]
fn a_copy_that_fails_leaves_nothing_that_it_made() {
    let shop = full_shop();
    let list = shop.run(&["attach", "list", "lot", "LOT-B"], "").ok();
    let good = list["attachments"][0]["sha256"].as_str().unwrap().to_owned();
    // Files are copied in the order of their hashes.
    let later = (0u8..=255).find_map(|first| {
        shop.attach("LOT-B", "later.pdf", &[&[first][..], &large(1_500_000)].concat());
        let list = shop.run(&["attach", "list", "lot", "LOT-B"], "").ok();
        let all = list["attachments"].as_array().unwrap().clone();
        all.iter().map(|one| one["sha256"].as_str().unwrap().to_owned()).find(|hash| *hash > good)
    });
    let later = later.unwrap();
    std::fs::write(shop.folder().join("shop.db-files").join(&later[..2]).join(&later), "damaged").unwrap();
    std::fs::write(shop.folder().join("empty.db"), "").unwrap();
    let before = names(&shop);
    for to in ["copy.db", "new/folder/copy.db", "./new/../copy.db"] {
        assert_eq!(could_not(&copy(&shop, "shop.db", to)), "file-damaged", "{to}");
        assert_eq!(names(&shop), before, "{to}");
    }
    // A file that was there stays, with what SQLite keeps beside it, and without anything in it.
    assert_eq!(could_not(&copy(&shop, "shop.db", "empty.db")), "file-damaged");
    assert!(!shop.folder().join("empty.db-files").exists());
    assert_eq!(could_not(&shop.run(&["--db", "empty.db", "log"], "")), "not-a-database");
    // So does a database that somebody made.
    shop.run(&["--db", "made.db", "init"], "").ok();
    std::fs::create_dir(shop.folder().join("made.db-files")).unwrap();
    std::fs::write(shop.folder().join("made.db-files/mine"), "").unwrap();
    assert_eq!(could_not(&copy(&shop, "shop.db", "made.db")), "file-damaged");
    let files = std::fs::read_dir(shop.folder().join("made.db-files")).unwrap();
    assert_eq!(files.map(|one| one.unwrap().file_name()).collect::<Vec<_>>(), ["mine"]);
}

/// Everything in the folder of the shop, hidden names too.
fn names(shop: &Shop) -> Vec<String> {
    let entries = std::fs::read_dir(shop.folder()).unwrap();
    let mut names: Vec<String> = entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// There is nothing at an address that was made for a copy: no schema, no file, and none beside it.
#[track_caller]
fn holds_nothing(shop: &Shop, address: &str) {
    if address.contains("://") {
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(Inspector::of_url(address).number(tables), 0);
        return;
    }
    let left: Vec<String> = names(shop).into_iter().filter(|name| name.contains(address)).collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_file_that_a_server_does_not_keep_is_told_before_anything_is_made() {
    let shop = full_shop();
    let server = Server::shared().database();
    std::fs::File::create(shop.folder().join("huge.pdf")).unwrap().set_len((64 << 20) + 1).unwrap();
    shop.run(&["attach", "order", "SO-1", "huge.pdf"], "").ok();
    assert_eq!(could_not(&copy(&shop, "shop.db", server.url())), "file-too-large");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(Inspector::of_url(server.url()).number(tables), 0);
    copy(&shop, "shop.db", "copy.db").ok();
    assert_eq!(places_of_files(&shop, "copy.db"), (1, 2));
}

/// Somebody took the triggers away and changed a row. The target, whose rules are in force, does not take it.
#[test]
fn a_source_that_breaks_a_rule_is_refused() {
    for (what, tampering) in [
        ("a hop from nowhere", "UPDATE movement SET from_place = 1 WHERE serial IS NOT NULL AND hop = 2"),
        ("less than nothing", "UPDATE balance SET quantity = -5 WHERE bounded = 1"),
        ("a movement of nothing", "UPDATE movement SET lot = 999 WHERE lot IS NOT NULL"),
    ] {
        let shop = full_shop();
        let mut source = shop.inspector();
        let triggers = source.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'");
        triggers.iter().flatten().flatten().for_each(|name| source.done(&format!("DROP TRIGGER {name}")));
        source.done("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF");
        source.done(tampering);
        let target = Server::shared().database();
        let refused = copy(&shop, "shop.db", target.url());
        assert_eq!(could_not(&refused), "copy-refused", "{what}");
        assert!(refused.told.contains("nothing was copied"), "{}", refused.told);
        holds_nothing(&shop, target.url());
        if what != "a movement of nothing" {
            assert_eq!(could_not(&copy(&shop, "shop.db", "copy.db")), "copy-refused", "{what}");
            holds_nothing(&shop, "copy.db");
        }
    }
}

/// Such as one that somebody touched, or whose making was killed.
#[test]
fn a_file_without_anything_in_it_is_a_target() {
    let shop = full_shop();
    std::fs::write(shop.folder().join("copy.db"), "").unwrap();
    assert_eq!(shop.run(&["copy-db", "shop.db", "copy.db", "--dry-run"], "").ok()["copied"], false);
    copy(&shop, "shop.db", "copy.db").ok();
    assert_eq!(shown(&shop, "copy.db"), shown(&shop, "shop.db"));
    // Another program's file is none, whatever it marks its files with.
    rusqlite::Connection::open(shop.folder().join("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE mine (id)")
        .unwrap();
    let refused = copy(&shop, "shop.db", "other.db");
    assert_eq!(could_not(&refused), "not-a-database");
    assert!(refused.told.contains("another program made it"), "{}", refused.told);
}

/// More rows than are in memory at a time, so that pages follow each other.
fn large_shop() -> Shop {
    let shop = full_shop();
    let serials: String = (0..30_000).map(|unit| format!("L-{unit}\n")).collect();
    shop.run(&["receive", "--from", "ACME", "--to", "A"], &format!("LAP\n30000\n{serials}")).ok();
    shop
}

#[test]
fn many_units_arrive_whole_and_a_killed_copy_leaves_nothing() {
    let shop = large_shop();
    let target = Server::shared().database();
    let started = Instant::now();
    let told = copy(&shop, "shop.db", target.url()).ok();
    let needed = started.elapsed();
    assert_eq!(told["rows"]["serial"], shop.number("SELECT count(*) FROM serial"));
    assert_eq!(digest(&copy(&shop, target.url(), "back.db").ok()), digest(&told));
    is_sound(file(&shop, "back.db"), "back");

    let next = Server::shared().database();
    let mut empty = 0;
    let mut moments = Moments::new();
    for (from, to) in [("shop.db", next.url()), (target.url(), "copy.db")] {
        // Later and later, so that the first ones are killed in time however fast the machine is.
        for round in 1..=6 {
            kill_after(&shop, &["copy-db", from, to], moments.below(needed * round / 6));
            if !holds_operations(&shop, to) {
                empty += 1;
            } else {
                break;
            }
        }
        // What a killed copy left is in nobody's way.
        if !holds_operations(&shop, to) {
            copy(&shop, from, to).ok();
        }
        assert_eq!(digest(&copy(&shop, to, &format!("{}.db", from.len())).ok()), digest(&told));
    }
    assert!(!names(&shop).iter().any(|name| name.starts_with(".scantrail-")), "{:?}", names(&shop));
    eprintln!("{empty} copies were killed in time");
    assert!(empty > 0, "no copy was killed in time");
}

/// Random numbers from a seed that is told.
struct Moments(u64);

impl Moments {
    fn new() -> Moments {
        let given = std::env::var("SCANTRAIL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| getrandom::u64().unwrap() | 1);
        eprintln!("SCANTRAIL_SEED={seed} repeats these moments");
        Moments(seed)
    }

    fn below(&mut self, bound: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_micros(self.0 % (bound.as_micros() as u64).max(1))
    }
}

fn kill_after(shop: &Shop, arguments: &[&str], moment: Duration) {
    let mut child = shop.command(arguments).spawn().unwrap();
    std::thread::sleep(moment);
    // It may have ended already.
    let _ = child.kill();
    child.wait().unwrap();
}

/// True when a copy was done there; else there is no ledger.
fn holds_operations(shop: &Shop, address: &str) -> bool {
    if address.contains("://") {
        Inspector::of_url(address).wait_for_the_killed();
    }
    let looked = shop.run(&["--db", address, "log", "--all"], "");
    if looked.exit == Some(0) {
        assert!(!looked.document["operations"].as_array().unwrap().is_empty(), "an empty ledger");
        return true;
    }
    assert_eq!(could_not(&looked), "database-missing", "{}", looked.told);
    false
}

// ---- a copy as a backup ----------------------------------------------------------------------------------------------

/// One file, with nothing beside it that it needs, for whom the umask lets use it.
#[cfg(unix)]
#[test]
fn a_copy_is_one_whole_file() {
    use std::os::unix::fs::MetadataExt;
    let shop = full_shop();
    for (umask, mode) in [("022", 0o644), ("002", 0o664), ("077", 0o600)] {
        let to = format!("{umask}.db");
        let mut command = std::process::Command::new("/bin/sh");
        let copying = shop.command(&["copy-db", "shop.db", &to]);
        command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(copying.get_program());
        command.args(copying.get_args()).current_dir(shop.folder()).env_clear();
        command.envs(copying.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ended::of(command.output().unwrap()).ok();
        let beside: Vec<String> = names(&shop).into_iter().filter(|name| name.contains(&to)).collect();
        assert_eq!(beside, [to.clone(), format!("{to}-files")]);
        let found = std::fs::metadata(shop.folder().join(&to)).unwrap();
        assert_eq!((found.mode() & 0o777, found.nlink()), (mode, 1));
        // Taken somewhere else by itself, it is the ledger.
        std::fs::create_dir(shop.folder().join(umask)).unwrap();
        std::fs::copy(shop.folder().join(&to), shop.folder().join(umask).join("moved.db")).unwrap();
        let moved = shop.run(&["--db", &format!("{umask}/moved.db"), "log", "--all"], "").ok();
        assert_eq!(moved, shop.run(&["log", "--all"], "").ok());
    }
}

#[test]
fn a_backup_is_put_back() {
    let shop = full_shop();
    let before = shown(&shop, "shop.db");
    copy(&shop, "shop.db", "backup/monday.db").ok();
    shop.receive(&["BULK", "1"]);
    // The ledger is lost, but for its log.
    std::fs::remove_file(shop.folder().join("shop.db")).unwrap();
    std::fs::write(shop.folder().join("shop.db-wal"), "of another file").unwrap();
    let refused = copy(&shop, "backup/monday.db", "shop.db");
    assert_eq!(could_not(&refused), "file");
    assert!(refused.told.contains("shop.db-wal"), "{}", refused.told);
    assert!(!shop.folder().join("shop.db").exists());
    for log in ["shop.db-wal", "shop.db-shm"] {
        let _ = std::fs::remove_file(shop.folder().join(log));
    }
    // Its files are there still, and those of the backup come to them.
    copy(&shop, "backup/monday.db", "shop.db").ok();
    assert_eq!(shown(&shop, "shop.db"), before);
    goes_on(&shop, "shop.db");
}

#[test]
fn a_copy_has_no_name_that_belongs_to_a_database() {
    let shop = full_shop();
    copy(&shop, "shop.db", "other.db").ok();
    let before = names(&shop);
    for to in [
        "shop.db-wal",
        "shop.db-shm",
        "shop.db-journal",
        "./shop.db-journal",
        "other.db-journal",
        "shop.db-files/copy.db",
        "shop.db-files/new/copy.db",
    ] {
        for flag in ["--quiet", "--dry-run"] {
            let refused = shop.run(&["copy-db", "shop.db", to, flag], "");
            assert_eq!(could_not(&refused), "file", "{to}");
            assert!(refused.told.contains("belongs to the database"), "{}", refused.told);
        }
        assert_eq!(could_not(&shop.run(&["--db", to, "init"], "")), "file", "{to}");
        assert_eq!(names(&shop), before, "{to}");
    }
    assert!(!shop.folder().join("shop.db-files/new").exists());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.db", shop.folder().join("link.db")).unwrap();
        assert_eq!(could_not(&copy(&shop, "shop.db", "link.db")), "file");
        assert!(!shop.folder().join("nowhere.db").exists());
    }
}

#[test]
fn what_appears_while_a_copy_is_made_is_not_replaced() {
    let shop = large_shop();
    let building = shop.folder().join(".scantrail-copy.db.new");
    let child = shop.begin(&["copy-db", "shop.db", "copy.db"], "");
    while !building.exists() {
        std::thread::yield_now();
    }
    // Whoever makes the same copy waits for nobody, and is told.
    let second = copy(&shop, "shop.db", "copy.db");
    assert_eq!(could_not(&second), "file");
    assert!(second.told.contains("another command is making it"), "{}", second.told);
    std::fs::write(shop.folder().join("copy.db"), "somebody's").unwrap();
    let ended = Ended::of(child.wait_with_output().unwrap());
    assert_eq!(could_not(&ended), "database-not-empty");
    assert_eq!(std::fs::read(shop.folder().join("copy.db")).unwrap(), b"somebody's");
    assert!(!building.exists() && !shop.folder().join("copy.db-files").exists());
}

/// Eight stations receive while it is copied again and again: each copy is the ledger as it was after one of its operations.
#[test]
fn a_copy_made_while_stations_work_is_the_ledger_up_to_an_operation() {
    for engine in [Engine::Sqlite, Engine::Postgresql] {
        let shop = Shop::at(Ledger::empty(engine, "shop.db")).with_masters().stocked();
        let copies: Vec<String> = (0..4).map(|copy| format!("copy-{copy}.db")).collect();
        let is_done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for station in 0..8 {
                let (shop, is_done) = (&shop, &is_done);
                scope.spawn(move || {
                    let name = format!("dock-{station}");
                    let receive = ["receive", "--from", "ACME", "--to", "A", "--station", &name];
                    for unit in 0.. {
                        if is_done.load(std::sync::atomic::Ordering::Relaxed) {
                            return;
                        }
                        shop.run(&receive, &format!("LAP\n1\nS-{station}-{unit}\nBULK\n2\n")).ok();
                    }
                });
            }
            for to in &copies {
                // Some work is done before each.
                let last = last_operation(&shop, shop.address());
                while last_operation(&shop, shop.address()) < last + 8 {}
                copy(&shop, shop.address(), to).ok();
            }
            is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let all = shop.run(&["log", "--all"], "").ok()["operations"].as_array().unwrap().clone();
        for to in &copies {
            let copied = shop.run(&["--db", to, "log", "--all"], "").ok()["operations"].as_array().unwrap().clone();
            let last = copied.last().unwrap()["operation"].as_i64().unwrap();
            let until: Vec<Value> =
                all.iter().filter(|one| one["operation"].as_i64().unwrap() <= last).cloned().collect();
            assert!(copied.len() < all.len(), "nothing was recorded while it was copied");
            assert_eq!(copied, until, "{to} is not the ledger up to operation {last}");
            let mut database = file(&shop, to);
            match engine {
                Engine::Sqlite => invariants::check(&mut database, to),
                Engine::Postgresql => invariants::check_with_gaps(&mut database, to),
            }
            invariants::check_chains(&mut database, to);
            database.check_file();
            goes_on(&shop, to);
        }
    }
}

/// On a server the number of an operation is taken before it is committed: a copy lets whoever has one finish.
#[test]
fn a_copy_of_a_server_waits_for_writers_that_are_under_way() {
    let shop = Shop::at(Ledger::empty(Engine::Postgresql, "shop.db")).with_masters();
    let mut writer = shop.inspector();
    // What a station does first, and something that it writes.
    writer.done(
        "BEGIN; LOCK TABLE writers IN ROW SHARE MODE;
         INSERT INTO operation (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator, station,
                                fields, root, sign, station_sequence, hash)
         SELECT next, 'under-way', sha256('a'), 'item-add', 1, 0, 1, 0, 'ann', 'dock-9', '{}', next, 1, 1, sha256('a')
         FROM nextval('operation_number_seq') AS next",
    );
    let mut child = shop.begin(&["copy-db", shop.address(), "copy.db"], "");
    let waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'writers'::regclass AND NOT granted";
    let mut watcher = shop.inspector();
    while watcher.number(waiting) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    }
    writer.done("COMMIT");
    Ended::of(child.wait_with_output().unwrap()).ok();
    assert_eq!(file(&shop, "copy.db").number("SELECT count(*) FROM operation WHERE op_id = 'under-way'"), 1);
}

fn last_operation(shop: &Shop, address: &str) -> i64 {
    let log = shop.run(&["--db", address, "log", "--all"], "").ok();
    log["operations"].as_array().unwrap().last().unwrap()["operation"].as_i64().unwrap()
}

/// A field of more than an index of the server takes was taken by a file before fields had a limit.
#[test]
fn a_ledger_with_a_field_that_is_too_long_for_an_index_is_copied() {
    let source = Shop::at(Ledger::File("shop.db")).with_masters();
    source.run(&["item", "set", "LAP", "--field", "colour=red"], "").ok();
    let mut tables = source.inspector();
    tables.done("DROP TRIGGER setting_no_update");
    tables.done("UPDATE setting SET value = hex(randomblob(4000)) WHERE name = 'field:colour'");
    let target = Server::shared().database();
    copy(&source, "shop.db", target.url()).ok();
}
