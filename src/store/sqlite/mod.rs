//! SQLite: the ledger in one file, for one machine with any number of stations.

mod examine;
mod fold;
mod held_file;
mod holder;
mod log;
mod loss;
mod new_file;
mod open;
mod schema;
mod secure;
mod tail;
mod translate;
mod unfit;

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::vtab::array::Array;
use rusqlite::{CachedStatement, Connection, ErrorCode, OptionalExtension};

pub(super) use new_file::NewFile;
pub use open::MIN_SQLITE_VERSION;
use translate::translate;

use super::clock::Earlier;
use super::engine::{Columns, Engine, Position, Purpose, Value, invalid};
use super::files::FileFolder;
use super::{Head, Result, StoreError};
use held_file::{HeldFile, Key, key_of};
use log::Log;

/// A connection to a file. The connection is closed first, the descriptor beside it last.
pub(super) struct Sqlite {
    connection: Connection,
    /// Where the file is; no symbolic link.
    path: PathBuf,
    log: Log,
    files: FileFolder,
    /// When the command began.
    now: DateTime<FixedOffset>,
    /// The file and the log are the ledger that was acknowledged: until that is known, nothing is written.
    is_trusted: Cell<bool>,
    /// How many transactions were committed on this connection.
    commits: Cell<u32>,
    /// Which file the log was when it was opened.
    log_key: Cell<Option<Key>>,
    /// The newest operation that was found and may not be on disk.
    unsecured: Cell<Option<i64>>,
    /// Told what is waited for, when it takes long.
    tell: fn(&str),
    held: HeldFile,
}

impl Engine for Sqlite {
    /// A writer takes the only write lock from its first statement on, waiting for other stations if need be.
    fn begin(&self, purpose: Purpose) -> Result<()> {
        match purpose {
            Purpose::Read => Ok(self.connection.execute_batch("BEGIN DEFERRED")?),
            Purpose::Write | Purpose::WriteAlone => {
                self.secure_within(open::BUSY_TIMEOUT)?;
                open::begin_to_write(&self.connection, self.tell)?;
                self.check_names().inspect_err(|_| self.roll_back())
            }
        }
    }

    /// A disk that is full takes no whole commit, and SQLite takes back what it wrote of it. After any other error the
    /// commit may be in the log.
    fn commit(&self, recorded: &[Head]) -> Result<()> {
        self.check_names()?;
        self.connection.execute_batch("COMMIT").map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::OutcomeUnknown(error.to_string()),
        })?;
        self.commits.set(self.commits.get().saturating_add(1));
        self.check_names().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
        self.tell_of(recorded);
        Ok(())
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn query(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepared(sql, parameters)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        Ok(self.prepared(sql, parameters)?.raw_execute()? as u64)
    }

    fn insert(
        &self,
        table: &'static str,
        columns: &[&'static str],
        rows: &mut dyn Iterator<Item = Vec<Value<'_>>>,
    ) -> Result<()> {
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let mut statement = self.connection.prepare_cached(&sql)?;
        for row in rows {
            bind(&mut statement, &row)?;
            statement.raw_execute()?;
        }
        Ok(())
    }

    fn move_positions(&self, positions: &[Position]) -> Result<()> {
        let sql = "UPDATE position SET item = ?2, lot = ?3, place = ?4, claim = ?5, hop = ?6, quantity = ?7
                   WHERE serial = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        for one in positions {
            statement.execute((one.serial, one.item, one.lot, one.place, one.claim, one.hop, one.quantity))?;
        }
        Ok(())
    }

    fn new_serials(&self, count: usize) -> Result<Vec<i64>> {
        let mut last = self.connection.prepare_cached("SELECT coalesce(max(id), 0) FROM serial")?;
        let last: i64 = last.query_row([], |row| row.get(0))?;
        Ok((last + 1..).take(count).collect())
    }

    fn next_operation(&self, _dry_run: bool) -> Result<i64> {
        let mut last = self.connection.prepare_cached("SELECT coalesce(max(number), 0) FROM operation")?;
        let last: i64 = last.query_row([], |row| row.get(0))?;
        last.checked_add(1).ok_or_else(|| invalid("the number of the last operation is the largest there is"))
    }

    fn newest_operation(&self) -> Result<Option<Earlier>> {
        let sql = "SELECT number, recorded_at, recorded_offset, detail FROM operation ORDER BY number DESC LIMIT 1";
        let mut newest = self.connection.prepare_cached(sql)?;
        let found = newest.query_row([], |row| {
            let detail: Option<String> = row.get(3)?;
            Ok(Earlier::of(row.get(0)?, row.get(1)?, row.get(2)?, detail.as_deref()))
        });
        Ok(found.optional()?)
    }

    /// New rows are always numbered after those that are there.
    fn follow_numbers(&self) -> Result<()> {
        Ok(())
    }

    /// There is one writer at a time.
    fn lock_order(&self, _order: i64) -> Result<()> {
        Ok(())
    }

    /// What can be seen is in the log, and perhaps not on disk: see `secure`.
    fn confirm(&self, number: i64) -> Result<()> {
        self.note_unsecured(number);
        Ok(())
    }

    fn secure(&self) -> Result<()> {
        self.secure_within(open::BUSY_TIMEOUT).map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
    }

    /// Whoever has the write lock is alone.
    fn may_pass(&self, _error: &StoreError) -> bool {
        false
    }

    fn files(&self) -> Option<&FileFolder> {
        Some(&self.files)
    }

    fn tidy(&self) {
        self.fold_if_long();
    }
}

impl Sqlite {
    /// Fails when somebody has removed or replaced the file or its log under this connection: SQLite would go on writing into
    /// what nobody can open any more.
    fn check_names(&self) -> Result<()> {
        let is_same_log = self.log_key.get().is_none_or(|key| key_of(self.log.path()) == Some(key));
        match self.held.is_at(&self.path) && is_same_log {
            true => Ok(()),
            false => Err(StoreError::Moved(self.path.display().to_string())),
        }
    }

    /// Adds to the end of the file what was committed. The operation is on disk; where this cannot be written, only its loss
    /// could not be told.
    fn tell_of(&self, recorded: &[Head]) {
        let Some(log) = self.log.name() else { return };
        let Some(last) = recorded.last() else { return };
        if let Err(error) = tail::append(&self.held, log, recorded) {
            (self.tell)(&format!(
                "warning: operation {} is recorded, but {} cannot be told of it ({error}): if {} were lost now, nobody would notice",
                last.number,
                self.path.display(),
                self.log.path().display()
            ));
        }
    }

    fn prepared(&self, sql: &str, parameters: &[Value<'_>]) -> Result<CachedStatement<'_>> {
        let mut statement = self.connection.prepare_cached(&translate(sql))?;
        bind(&mut statement, parameters)?;
        Ok(statement)
    }
}

fn bind(statement: &mut CachedStatement<'_>, parameters: &[Value<'_>]) -> Result<()> {
    for (index, value) in parameters.iter().enumerate() {
        match *value {
            Value::Integers(set) => bind_set(statement, index + 1, set.iter().map(|one| (*one).into()))?,
            Value::Texts(set) => bind_set(statement, index + 1, set.iter().map(|one| (*one).to_owned().into()))?,
            _ => statement.raw_bind_parameter(index + 1, value)?,
        }
    }
    Ok(())
}

fn bind_set(
    statement: &mut CachedStatement<'_>,
    index: usize,
    values: impl Iterator<Item = rusqlite::types::Value>,
) -> Result<()> {
    let values: Array = Rc::new(values.collect());
    Ok(statement.raw_bind_parameter(index, values)?)
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let one = match *self {
            Value::Integer(Some(number)) => ValueRef::Integer(number),
            Value::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Value::Truth(truth) => ValueRef::Integer(truth.into()),
            Value::Integer(None) | Value::Text(None) | Value::Bytes(None) => ValueRef::Null,
            // Sets are bound in `bind`, which keeps them alive.
            Value::Integers(_) | Value::Texts(_) => return Err(rusqlite::Error::InvalidParameterCount(0, 1)),
        };
        Ok(ToSqlOutput::Borrowed(one))
    }
}

impl Columns for rusqlite::Row<'_> {
    fn integer(&self, column: usize) -> Result<Option<i64>> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(invalid(format!("a number is a {}", other.data_type()))),
        }
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Some).map_err(invalid),
            other => Err(invalid(format!("a text is a {}", other.data_type()))),
        }
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        match self.get_ref(column)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            other => Err(invalid(format!("bytes are a {}", other.data_type()))),
        }
    }

    fn truth(&self, column: usize) -> Result<bool> {
        Ok(self.integer(column)? == Some(1))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let text = match &error {
            // Without the statement, which says nothing to people.
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            other => other.to_string(),
        };
        if text.starts_with("no such table") || text.starts_with("no such column") {
            return StoreError::Damaged(text);
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly(text),
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => StoreError::Io(text),
            Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(text),
            Some(ErrorCode::NotADatabase) => {
                StoreError::NotOurs { path: "the file".to_owned(), why: "it is not an SQLite file".to_owned() }
            }
            Some(ErrorCode::ConstraintViolation) => StoreError::Constraint(text),
            _ => StoreError::Other(text),
        }
    }
}
