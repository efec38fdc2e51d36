//! Opening and making the file, with the settings that keep acknowledged work through a power cut.

use std::cell::Cell;
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::held_file::{HeldFile, key_of};
use super::holder;
use super::log::Log;
use super::schema::{self, APPLICATION_ID};
use super::{Engine, Sqlite, unfit};
use crate::store::files::FileFolder;
use crate::store::own_names::left_behind;
use crate::store::{Opened, Options, Result, SCHEMA_VERSION, StoreError};

/// The oldest SQLite that does not lose commits when one connection checkpoints while another writes: 3.51.3.
pub const MIN_SQLITE_VERSION: i32 = 3_051_003;

/// How long a reader waits where others are in its way.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a writer looks whether it may write, and how long it waits between two looks: about thirty seconds in all.
const LOOKS: u32 = 6_800;
const OFTEN: u32 = 1_000;
const SHORT_PAUSE: Duration = Duration::from_millis(1);
const LONG_PAUSE: Duration = Duration::from_millis(5);

/// The look after which it is told who is waited for: about two seconds after the first one.
const TOLD_AFTER: u32 = 1_150;

/// Takes the only write lock, waiting for other stations if need be. SQLite would wait too, but for up to a tenth of a
/// second between two looks: then many stations do nothing for most of the time.
pub(super) fn begin_to_write(connection: &Connection, tell: fn(&str)) -> Result<()> {
    unfit::check_writable(connection)?;
    connection.busy_timeout(Duration::ZERO)?;
    let mut look = 1;
    let begun = loop {
        match connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from) {
            Err(StoreError::Busy) if look < LOOKS => {
                if look == TOLD_AFTER {
                    tell(&holder::told(connection));
                }
                std::thread::sleep(if look < OFTEN { SHORT_PAUSE } else { LONG_PAUSE });
                look += 1;
            }
            Err(StoreError::Busy) => break Err(holder::busy(connection)),
            other => break other,
        }
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    begun
}

/// How many statements a connection keeps prepared: more than any command uses.
const PREPARED_STATEMENTS: usize = 64;

impl Sqlite {
    /// Opens a database that exists.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Empty`], [`StoreError::NotOurs`], [`StoreError::Newer`], [`StoreError::LogLost`]
    /// and what the file system says.
    pub(in crate::store) fn open(path: &Path, options: &Options) -> Result<Sqlite> {
        let (engine, version) = Sqlite::recognised(path, options)?;
        engine.examine()?;
        if version < SCHEMA_VERSION {
            engine.update().map_err(|error| unfit::not_of_version(error, version))?;
        }
        Ok(engine)
    }

    /// A connection to a file that is one of ours, with the number of its schema, which is not newer than ours. Whether all
    /// of the ledger is there was not looked at.
    pub(super) fn recognised(path: &Path, options: &Options) -> Result<(Sqlite, i64)> {
        unfit::check_there(path)?;
        let engine = connect(path, options)?;
        let (application, version) = marks(&engine.connection).map_err(|error| unfit::explained(error, path))?;
        engine.log_key.set(key_of(engine.log.path()).filter(|key| *key != (0, 0)));
        if application != APPLICATION_ID {
            let path = path.display().to_string();
            return Err(match is_empty(&engine.connection)? {
                true => StoreError::Empty(path),
                false => StoreError::NotOurs { path, why: "another program made it".to_owned() },
            });
        }
        if version > SCHEMA_VERSION {
            return Err(StoreError::Newer { found: version, known: SCHEMA_VERSION });
        }
        if !engine.has_log() {
            use_log(&engine.connection)?;
        }
        Ok((engine, version))
    }

    /// True for a file with write-ahead logging. A copy that another tool made may have lost it.
    fn has_log(&self) -> bool {
        // The version of the file format for writing (the file format of SQLite, section 1.3.3): 1 is a rollback journal.
        let mut version = [0];
        self.held.read_at(&mut version, 18).is_ok() && version == [2]
    }

    /// Brings an older schema to the one of this program. Another station may have done it, or do it at the same time:
    /// which schema there is counts once nobody else may write.
    fn update(&self) -> Result<()> {
        begin_to_write(&self.connection, self.tell)?;
        let updated = marks(&self.connection).and_then(|(_, version)| {
            unfit::check_version(version)?;
            Ok(schema::update(&self.connection, version)?)
        });
        match updated {
            Ok(()) => self.commit(&[]),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Makes a database, or finds that it is there. Two stations may do this at once.
    ///
    /// # Errors
    /// As [`Sqlite::open`]; a file that holds anything else is left alone.
    pub(in crate::store) fn create(path: &Path, options: &Options) -> Result<Opened> {
        match Sqlite::recognised(path, options) {
            Ok((engine, version)) => {
                engine.examine()?;
                if version == SCHEMA_VERSION {
                    return Ok(Opened::WasThere);
                }
                engine.update().map_err(|error| unfit::not_of_version(error, version))?;
                Ok(Opened::Updated)
            }
            Err(StoreError::Missing(_) | StoreError::Empty(_)) => {
                check_left_behind(path)?;
                make_file(path)?;
                connect(path, options)?.make(path).map_err(|error| unfit::explained(error, path))
            }
            Err(error) => Err(error),
        }
    }

    /// Write-ahead logging is set before the schema is there, so that no half-made database stays behind without it.
    fn make(&mut self, path: &Path) -> Result<Opened> {
        if is_empty(&self.connection)? {
            use_log(&self.connection)?;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Somebody else may have made it at the same time.
        if marks(&transaction)? == (APPLICATION_ID, SCHEMA_VERSION) {
            return Ok(Opened::WasThere);
        }
        if !is_empty(&transaction)? {
            let why = "another program made it".to_owned();
            return Err(StoreError::NotOurs { path: path.display().to_string(), why });
        }
        schema::create(&transaction)?;
        transaction.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
        // The file is a whole database from the start, even without the log beside it.
        let _ = self.fold(super::fold::PATIENCE);
        self.is_trusted.set(true);
        Ok(Opened::Created)
    }
}

pub(super) fn is_empty(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}

/// Sets write-ahead logging, which stays with the file. SQLite keeps the mode it has, without an error, where it cannot: then a commit
/// would not survive a power cut, because the removal of a rollback journal is not synced.
pub(super) fn use_log(connection: &Connection) -> Result<()> {
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    match mode.as_str() {
        "wal" => Ok(()),
        other => Err(StoreError::Io(format!("write-ahead logging cannot be set up; the journal mode stays {other:?}"))),
    }
}

fn marks(connection: &Connection) -> Result<(i64, i64)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application, version))
}

/// Fails where a log lies whose file is gone: SQLite would throw it away, and with it what only the log holds.
fn check_left_behind(path: &Path) -> Result<()> {
    match left_behind(path).filter(|_| !path.exists()) {
        None => Ok(()),
        Some(log) => {
            let (path, log) = (path.display(), log.display());
            let what = "is the log of a database that is gone. Put that file back beside it; to make a new one, move the log away";
            Err(StoreError::File(format!("{path}: {log} {what}")))
        }
    }
}

/// Makes an empty file where there is none, for whomever the umask lets use it. SQLite would make one that its group may not
/// write, whatever the umask; its log and index take the permissions of the file.
fn make_file(path: &Path) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(unopened(path, &error)),
    }
}

pub(super) fn connect(path: &Path, options: &Options) -> Result<Sqlite> {
    if rusqlite::version_number() < MIN_SQLITE_VERSION {
        return Err(StoreError::TooOldSqlite(rusqlite::version().to_owned()));
    }
    let shown = path.display().to_string();
    if path.is_dir() {
        return Err(StoreError::NotOurs { path: shown, why: "it is a folder".to_owned() });
    }
    if path.exists() && !path.is_file() {
        return Err(StoreError::NotOurs { path: shown, why: "it is no ordinary file".to_owned() });
    }
    if !options.allow_network_file_system && is_on_network(path) {
        return Err(StoreError::NetworkFileSystem(shown));
    }
    // A whole path is never taken for a URI, and has no symbolic link, beside which there would be no log.
    let whole = path.canonicalize().map_err(|error| unopened(path, &error))?;
    has_one_name(&whole)?;
    let held = HeldFile::open(&whole).map_err(|error| unopened(path, &error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&whole, flags)
        .map_err(|error| unfit::explained(StoreError::Io(error.to_string()), path))?;
    configure(&connection).map_err(|error| unfit::explained(error, path))?;
    Ok(Sqlite {
        connection,
        log: Log::beside(&whole),
        files: FileFolder::beside(&whole),
        path: whole,
        now: options.now,
        tell: options.tell,
        is_trusted: Cell::new(false),
        commits: Cell::new(0),
        log_key: Cell::new(None),
        unsecured: Cell::new(None),
        held,
    })
}

fn unopened(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(format!("{}: {error}", path.display())),
        _ => unfit::explained(StoreError::Io(error.to_string()), path),
    }
}

/// SQLite names the log after the file. Under a second name the same file would have a second log, and the commits in one
/// of them would be lost.
#[cfg(unix)]
fn has_one_name(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).map_err(|error| unopened(path, &error))?;
    match found.nlink() {
        0 | 1 => Ok(()),
        names => Err(StoreError::HardLinks { path: path.display().to_string(), names }),
    }
}

#[cfg(not(unix))]
fn has_one_name(_path: &Path) -> Result<()> {
    Ok(())
}

/// Every setting here belongs to the connection and not to the file, so each connection makes it anew and reads back
/// the one that durability hangs on.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    rusqlite::vtab::array::load_module(connection)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
         PRAGMA cell_size_check = ON;",
    )?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreError::Other("synchronous could not be set to FULL".to_owned()));
    }
    // A command that ends would otherwise checkpoint, with three more fsyncs. SQLite's own threshold does not help
    // commands that live for one transaction: each finds the whole log again and copies it again. See `fold`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A plan hangs on the query alone and never on what is bound: otherwise a statement is compiled anew for each scan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// File systems of Linux on which locks or fsync cannot be trusted, by the magic number of statfs(2).
#[cfg(target_os = "linux")]
fn is_on_network(path: &Path) -> bool {
    const NETWORK: [u64; 8] = [
        0x6969,      // NFS
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB2
        0x517B,      // SMB
        0x564C,      // NCP
        0x0102_1997, // 9P
        0x5346_414F, // AFS
        0x00C3_6400, // Ceph
    ];
    let existing = if path.exists() { Some(path) } else { path.parent() };
    let folder = existing.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The type is signed or unsigned by platform; the low 32 bits are the magic number on all of them.
    rustix::fs::statfs(folder).is_ok_and(|found| NETWORK.contains(&(found.f_type as u64 & 0xFFFF_FFFF)))
}

#[cfg(not(target_os = "linux"))]
fn is_on_network(_path: &Path) -> bool {
    false
}
