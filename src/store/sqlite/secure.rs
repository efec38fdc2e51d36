//! What it takes that an operation which can be seen is on disk.
//!
//! Whoever committed it may have been killed before the sync, or been told that the sync failed. After a sync that failed, Linux
//! takes the pages for written: another sync of the same file succeeds and writes nothing. So the log is written again, byte for
//! byte, and then synced. Until that is done the log must not be folded either: a power cut would leave pages of the operation
//! in the file, and beside it a log that ends before the operation and has older ones.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use super::Sqlite;
use super::held_file::{read_at, write_at};
use super::open::{BUSY_TIMEOUT, begin_to_write};
use super::tail::{self, Tail};
use crate::store::engine::Engine;
use crate::store::operation::time_at;
use crate::store::{Head, Result, StoreError};

/// So much of the log is in memory at a time.
const CHUNK: usize = 256 << 10;

impl Sqlite {
    /// What the end of the file tells of. One that cannot be read tells of nothing.
    pub(super) fn tail(&self) -> Tail {
        Tail::of(&self.held).unwrap_or_else(|_| Tail::empty())
    }

    /// True when an operation that can be seen survives a power cut: it is in the file, or whoever committed it has said, after
    /// its sync, that it is in the log.
    fn is_secured(&self, number: i64) -> bool {
        self.log.length() == 0 || self.tail().newest().is_some_and(|newest| newest.number >= number)
    }

    /// Notes that an operation was found of which it is not known whether it is on disk.
    pub(super) fn note_unsecured(&self, number: i64) {
        if !self.is_secured(number) {
            self.unsecured.set(self.unsecured.get().max(Some(number)));
        }
    }

    /// Sees to it that what was found is on disk, and says so at the end of the file.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when somebody else writes for so long; what the disk says.
    pub(super) fn secure_within(&self, patience: Duration) -> Result<()> {
        let Some(number) = self.unsecured.get() else { return Ok(()) };
        // Whoever committed it may have been about to say so.
        if !self.is_secured(number) {
            self.begin_within(patience)?;
            let written = self.write_log_again();
            self.roll_back();
            written?;
        }
        self.unsecured.set(None);
        Ok(())
    }

    fn begin_within(&self, patience: Duration) -> Result<()> {
        if patience >= BUSY_TIMEOUT {
            return begin_to_write(&self.connection, self.tell);
        }
        self.connection.busy_timeout(patience)?;
        let begun = self.connection.execute_batch("BEGIN IMMEDIATE");
        self.connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(begun?)
    }

    /// Nobody else writes meanwhile.
    fn write_log_again(&self) -> Result<()> {
        // It may have been folded in since.
        let Some(log) = self.log.name() else { return Ok(()) };
        let untold = self.heads_after(self.tail().newest().map_or(0, |newest| newest.number))?;
        write_again(self.log.path()).map_err(|error| unsynced(self.log.path(), &error))?;
        let _ = tail::append(&self.held, log, &untold);
        Ok(())
    }

    /// The newest operations after one, oldest first.
    fn heads_after(&self, number: i64) -> Result<Vec<Head>> {
        let sql =
            "SELECT * FROM (SELECT number, hash, station, station_sequence, kind, op_id, recorded_at, recorded_offset
                   FROM operation WHERE number > ?1 ORDER BY number DESC LIMIT 200) ORDER BY number";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([number])?;
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            let recorded_at = time_at(row.get(6)?, row.get(7)?);
            heads.push(Head {
                number: row.get(0)?,
                hash: row.get(1)?,
                station: row.get(2)?,
                station_sequence: row.get(3)?,
                kind: row.get(4)?,
                op_id: row.get(5)?,
                recorded_at: recorded_at.ok_or_else(|| StoreError::Damaged("a time is out of range".to_owned()))?,
            });
        }
        Ok(heads)
    }
}

/// Writes a file over itself and syncs it, and its name with it.
fn write_again(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut bytes = vec![0; CHUNK];
    let mut offset = 0;
    loop {
        let read = read_at(&file, &mut bytes, offset)?;
        if read == 0 {
            break;
        }
        write_at(&file, &bytes[..read], offset)?;
        offset += read as u64;
    }
    file.sync_all()?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn unsynced(log: &Path, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Io(format!("{}: {error}", log.display())),
    }
}
