//! One try: a ledger, commands on it with and without faults, and what the disk has once the power is gone.

use std::io::Write;
use std::process::Stdio;

use tempfile::TempDir;

use crate::disk::{Disk, Snapshot};
use crate::inspector::Inspector;
use crate::ledger::{Engine, Ledger};
use crate::shim::{self, Fault, Honesty};
use crate::shop::{Ended, Shop};

/// What the clock of all commands shows, so that repeated commands make equal ledgers.
const NOW: &str = "2026-12-01T10:00:00+00:00";

/// The ledger's file.
pub const FILE: &str = "shop.db";

/// An empty folder for a shop.
pub fn empty() -> Shop {
    Shop::at(Ledger::empty(Engine::Sqlite, FILE)).given("SCANTRAIL_NOW", NOW)
}

/// What a ledger says when it is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Every row of every table.
    Ledger(String),
    /// The code of the error with which the program refuses it.
    Refused(String),
    /// It opens, and something is wrong with it.
    Wrong(String),
}

impl Seen {
    /// Looks at a database of a shop that nobody needs any more: looking may change it. The program is asked first, and what
    /// it answers must be what the tables say.
    pub fn in_shop(shop: &Shop, name: &str) -> Seen {
        let log = shop.run(&["--db", name, "log", "--all"], "");
        match log.exit {
            Some(0) => {}
            Some(1) => return Seen::Refused(code_of(&log).to_owned()),
            other => return Seen::Wrong(format!("log ends with {other:?}: {}", log.told)),
        }
        let mut database = Inspector::of_file(&shop.folder().join(name));
        let counted = database.try_rows("SELECT count(*) FROM operation WHERE kind <> 'init'");
        let shown = log.document["operations"].as_array().map_or(0, Vec::len).to_string();
        match (tables(&mut database), counted) {
            (Ok(_), Ok(counted)) if counted != [[Some(shown.clone())]] => {
                Seen::Wrong(format!("log shows {shown} operations of {counted:?}"))
            }
            (Ok(tables), _) => Seen::Ledger(tables),
            (Err(wrong), _) => Seen::Wrong(wrong),
        }
    }

    /// What it is, in a few words.
    pub fn told(&self) -> String {
        match self {
            Seen::Ledger(tables) => format!("a ledger of {} bytes", tables.len()),
            Seen::Refused(code) => format!("no ledger ({code})"),
            Seen::Wrong(wrong) => format!("a broken ledger ({wrong})"),
        }
    }
}

/// The code of an error document.
pub fn code_of(ended: &Ended) -> &str {
    ended.document["error"]["code"].as_str().unwrap_or("no code")
}

/// Every row of every table; or what is wrong with the file.
fn tables(database: &mut Inspector) -> Result<String, String> {
    for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
        let said = database.try_rows(check)?;
        if said.iter().any(|row| row != &[Some("ok".to_owned())]) {
            return Err(format!("{check}: {said:?}"));
        }
    }
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut text = String::new();
    for table in database.try_rows(sql)?.into_iter().flatten().flatten() {
        let rows = database.try_rows(&format!("SELECT * FROM {table} ORDER BY 1, 2"))?;
        text.push_str(&format!("{table}: {rows:?}\n"));
    }
    Ok(text)
}

/// A ledger under trial.
pub struct Trial {
    pub shop: Shop,
    pub disk: Disk,
    record: TempDir,
    honesty: Honesty,
}

impl Trial {
    /// A ledger like one that is kept, all of it on disk.
    pub fn of(base: &Snapshot, honesty: Honesty) -> Trial {
        let (shop, record) = (empty(), tempfile::tempdir().unwrap());
        base.lay(shop.folder());
        let disk = Disk::of(shop.folder(), &record.path().join("record"));
        Trial { shop, disk, record, honesty }
    }

    /// Runs a command to its end, and gives whether the fault struck.
    pub fn run(&mut self, arguments: &[&str], scans: &str, fault: Option<Fault>) -> (Ended, bool) {
        let mut command = self.shop.command(arguments);
        shim::watch(&mut command, self.shop.folder(), &self.record.path().join("record"), fault, self.honesty);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // A command that is killed or refused early may close its input first.
        let _ = child.stdin.take().unwrap().write_all(scans.as_bytes());
        let ended = Ended::of(child.wait_with_output().unwrap());
        (ended, self.disk.follow())
    }

    /// What the ledger says now.
    pub fn seen(&self, name: &str) -> Seen {
        let copy = empty();
        Snapshot::of(self.shop.folder()).lay(copy.folder());
        Seen::in_shop(&copy, name)
    }

    /// The folder as a power cut would leave it now, if all is lost that can be.
    pub fn after_power_cut(&self) -> Shop {
        let shop = empty();
        self.disk.after_power_cut(shop.folder(), || false);
        shop
    }

    /// The same, if the disk had come to write about half of it, of which a seed says which.
    pub fn after_lucky_power_cut(&self, seed: u64) -> Shop {
        let shop = empty();
        let mut numbers = Numbers::new(seed);
        self.disk.after_power_cut(shop.folder(), || numbers.below(2) == 0);
        shop
    }
}

/// Random numbers from a seed.
pub struct Numbers(u64);

impl Numbers {
    /// Those of a seed; neighbouring seeds have nothing in common.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// The next one, below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}
