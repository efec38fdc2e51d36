//! Where the ledger of a test is: in a file, or, with `SCANTRAIL_TEST_ENGINE=postgresql`, on a server. A test that is the
//! same on both runs once on each.
#![allow(dead_code)]

use std::path::Path;

use crate::inspector::Inspector;
use crate::postgresql::{Database, Server};

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgresql,
}

impl Engine {
    /// The engine of this test run.
    pub fn of_this_run() -> Engine {
        match std::env::var("SCANTRAIL_TEST_ENGINE").as_deref() {
            Ok("postgresql") => Engine::Postgresql,
            Ok("sqlite") | Err(_) => Engine::Sqlite,
            Ok(other) => panic!("SCANTRAIL_TEST_ENGINE is sqlite or postgresql, not {other}"),
        }
    }
}

/// A place for one ledger.
pub enum Ledger {
    /// A file of this name in the folder of the test.
    File(&'static str),
    /// A database of the test's own.
    Server(Database),
    /// A database that somebody else looks after.
    Elsewhere(String),
}

impl Ledger {
    /// An empty place.
    pub fn empty(engine: Engine, name: &'static str) -> Ledger {
        match engine {
            Engine::Sqlite => Ledger::File(name),
            Engine::Postgresql => Ledger::Server(Server::shared().database()),
        }
    }

    /// What `--db` is given, in the folder of the test.
    pub fn address(&self) -> &str {
        match self {
            Ledger::File(name) => name,
            Ledger::Server(database) => database.url(),
            Ledger::Elsewhere(url) => url,
        }
    }

    /// True for a file.
    pub fn is_file(&self) -> bool {
        matches!(self, Ledger::File(_))
    }

    /// A look at its tables.
    pub fn inspector(&self, folder: &Path) -> Inspector {
        match self {
            Ledger::File(name) => Inspector::of_file(&folder.join(name)),
            Ledger::Server(_) | Ledger::Elsewhere(_) => Inspector::of_url(self.address()),
        }
    }
}

/// A ledger that is kept, to be copied for one test after another. Nobody works on it meanwhile: only so may its file be
/// copied like any other, and only together with the log beside it.
pub enum Kept {
    Files(Vec<(String, Vec<u8>)>),
    Template(Database),
}

impl Kept {
    /// Keeps the ledger of a test.
    pub fn of(ledger: Ledger, folder: &Path) -> Kept {
        match ledger {
            Ledger::File(name) => {
                let names = [name.to_owned(), format!("{name}-wal")];
                let read = |name: String| std::fs::read(folder.join(&name)).ok().map(|bytes| (name, bytes));
                Kept::Files(names.into_iter().filter_map(read).collect())
            }
            Ledger::Server(database) => Kept::Template(database),
            Ledger::Elsewhere(url) => panic!("{url} is not ours to keep"),
        }
    }

    /// A ledger like it.
    pub fn copy(&self, folder: &Path, name: &'static str) -> Ledger {
        match self {
            Kept::Files(files) => {
                files.iter().for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes).unwrap());
                Ledger::File(name)
            }
            Kept::Template(database) => Ledger::Server(Server::shared().copy_of(database.name())),
        }
    }
}
