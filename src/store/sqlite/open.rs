//! Opening and making the file, with the settings that keep acknowledged work through a power cut.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::schema::{self, APPLICATION_ID};
use super::{Engine, Sqlite, unfit};
use crate::store::files::FileFolder;
use crate::store::{Opened, Result, SCHEMA_VERSION, StoreError};

/// The oldest SQLite that does not lose commits when one connection checkpoints while another writes: 3.51.3.
pub const MIN_SQLITE_VERSION: i32 = 3_051_003;

/// How long a reader waits where others are in its way.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How often a writer looks whether it may write, and how long it waits between two looks: about thirty seconds in all.
const LOOKS: u32 = 6_800;
const OFTEN: u32 = 1_000;
const SHORT_PAUSE: Duration = Duration::from_millis(1);
const LONG_PAUSE: Duration = Duration::from_millis(5);

/// Takes the only write lock, waiting for other stations if need be. SQLite would wait too, but for up to a tenth of a
/// second between two looks: then many stations do nothing for most of the time.
pub(super) fn begin_to_write(connection: &Connection) -> Result<()> {
    unfit::check_writable(connection)?;
    connection.busy_timeout(Duration::ZERO)?;
    let mut look = 1;
    let begun = loop {
        match connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from) {
            Err(StoreError::Busy) if look < LOOKS => {
                std::thread::sleep(if look < OFTEN { SHORT_PAUSE } else { LONG_PAUSE });
                look += 1;
            }
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
    /// [`StoreError::Missing`], [`StoreError::Empty`], [`StoreError::NotOurs`], [`StoreError::Newer`] and what the file system
    /// says.
    pub(in crate::store) fn open(path: &Path, allow_network_file_system: bool) -> Result<Sqlite> {
        unfit::check_there(path)?;
        let engine = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, allow_network_file_system)?;
        let (application, version) = marks(&engine.connection).map_err(|error| unfit::explained(error, path))?;
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
        if version < SCHEMA_VERSION {
            engine.update().map_err(|error| unfit::not_of_version(error, version))?;
        }
        Ok(engine)
    }

    /// Brings an older schema to the one of this program. Another station may have done it, or do it at the same time:
    /// which schema there is counts once nobody else may write.
    fn update(&self) -> Result<()> {
        begin_to_write(&self.connection)?;
        let updated = marks(&self.connection).and_then(|(_, version)| {
            unfit::check_version(version)?;
            Ok(schema::update(&self.connection, version)?)
        });
        match updated {
            Ok(()) => self.commit(),
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
    pub(in crate::store) fn create(path: &Path, allow_network_file_system: bool) -> Result<Opened> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut engine = connect(path, flags, allow_network_file_system)?;
        engine.make(path).map_err(|error| unfit::explained(error, path))
    }

    /// Write-ahead logging is set before the schema is there, so that no half-made database stays behind without it.
    fn make(&mut self, path: &Path) -> Result<Opened> {
        if is_empty(&self.connection)? {
            self.connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match marks(&transaction)? {
            (APPLICATION_ID, version) if version > SCHEMA_VERSION => {
                return Err(StoreError::Newer { found: version, known: SCHEMA_VERSION });
            }
            (APPLICATION_ID, SCHEMA_VERSION) => return Ok(Opened::WasThere),
            (APPLICATION_ID, older) => {
                unfit::check_version(older)?;
                schema::update(&transaction, older).map_err(|error| unfit::not_of_version(error.into(), older))?;
                transaction.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
                return Ok(Opened::Updated);
            }
            _ => {}
        }
        if !is_empty(&transaction)? {
            let why = "another program made it".to_owned();
            return Err(StoreError::NotOurs { path: path.display().to_string(), why });
        }
        schema::create(&transaction)?;
        transaction.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
        // The file is a whole database from the start, even without the log beside it.
        let _ = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(Opened::Created)
    }
}

fn is_empty(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?)
}

fn marks(connection: &Connection) -> Result<(i64, i64)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application, version))
}

fn connect(path: &Path, flags: OpenFlags, allow_network_file_system: bool) -> Result<Sqlite> {
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
    if !allow_network_file_system && is_on_network(path) {
        return Err(StoreError::NetworkFileSystem(shown));
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| unfit::explained(StoreError::Io(error.to_string()), path))?;
    configure(&connection).map_err(|error| unfit::explained(error, path))?;
    Ok(Sqlite { connection, files: FileFolder::beside(path) })
}

/// Every setting here belongs to the connection and not to the file, so each connection makes it anew and reads back
/// the one that durability hangs on.
fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    rusqlite::vtab::array::load_module(connection)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreError::Other("synchronous could not be set to FULL".to_owned()));
    }
    // A command that ends would otherwise checkpoint, with three more fsyncs. SQLite's own threshold does not help
    // commands that live for one transaction: each finds the whole log again and copies it again. See `shorten_log`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // A plan hangs on the query alone and never on what is bound: otherwise a statement is compiled anew for each scan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// The length from which the write-ahead log is copied into the database and cut: about 1,000 pages.
const LONG_LOG_BYTES: u64 = 4 << 20;

/// How long cutting the log waits for other stations; if they are busy, a later command does it.
const SHORTEN_TIMEOUT: Duration = Duration::from_millis(100);

/// Keeps the write-ahead log short, because every command that opens the database reads through it. What is committed
/// is safe before and after; a failure here changes nothing and is left to the next command.
pub(super) fn shorten_log(connection: &Connection) {
    let Some(path) = connection.path() else { return };
    let is_long = std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > LONG_LOG_BYTES);
    if is_long && connection.busy_timeout(SHORTEN_TIMEOUT).is_ok() {
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        let _ = connection.busy_timeout(BUSY_TIMEOUT);
    }
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
