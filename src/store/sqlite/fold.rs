//! Folding the write-ahead log into the file.
//!
//! A command that writes waits for one sync of the log. Folding costs one more, of the file, and the next commit one for the
//! new header of the log: so not every command does it. Who folds, when nobody is beside it:
//!
//! - whoever finds the log longer than [`LONG_LOG_BYTES`], because every command that opens the database reads through it;
//! - a command that ends after one operation, when the operation before is [`QUIET_SECONDS`] older (nobody is in a hurry), or when
//!   the log is older than [`OLD_LOG_SECONDS`];
//! - a session that ends after several operations;
//! - a command that only looked, when nothing was recorded for [`QUIET_SECONDS`].
//!
//! After that the file alone is the whole ledger. Until then its tail says what it lacks.

use std::time::Duration;

use super::Sqlite;
use crate::store::Result;

/// The length from which the write-ahead log is folded into the file: about 1,000 pages.
const LONG_LOG_BYTES: u64 = 4 << 20;

/// How long folding waits for other stations; if they are busy, a later command does it.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

const QUIET_SECONDS: u64 = 10;
const OLD_LOG_SECONDS: u64 = 60;

/// Clocks of stations differ, and may go back.
fn seconds_between(one: i64, other: i64) -> u64 {
    one.abs_diff(other)
}

impl Sqlite {
    /// Folds the log into the file, waiting so long for others; false when they are in the way, and a part of it or nothing was
    /// folded. What is committed is safe before and after.
    pub(super) fn fold(&self, patience: Duration) -> Result<bool> {
        let before = self.tail();
        self.connection.busy_timeout(patience)?;
        let is_whole =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(!row.get::<_, bool>(0)?));
        self.connection.busy_timeout(super::open::BUSY_TIMEOUT)?;
        // Pages that were copied although not all could be may lie where the records were.
        if !matches!(is_whole, Ok(true)) && self.tail().length() < before.length() {
            let _ = before.append_to(&self.held);
        }
        Ok(is_whole?)
    }

    /// Folds a log that has become long. A failure changes nothing and is left to the next command.
    pub(super) fn fold_if_long(&self) {
        if self.log.length() > LONG_LOG_BYTES {
            let _ = self.fold(PATIENCE);
        }
    }

    /// Folds when this connection ends, if its work is done and nobody has to wait for it.
    pub(super) fn fold_at_the_end(&self) {
        let is_known = self.is_trusted.get() && self.unsecured.get().is_none();
        let is_possible = is_known && self.connection.is_autocommit() && self.log.length() > 0;
        if is_possible && self.is_time_to_fold().unwrap_or(false) {
            let _ = self.fold(Duration::ZERO);
        }
    }

    fn is_time_to_fold(&self) -> Result<bool> {
        let tail = self.tail();
        let times: Vec<i64> = tail.records().map(|record| record.recorded_at).collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return Ok(self.commits.get() > 1) };
        Ok(match (self.commits.get(), times.as_slice()) {
            (0, _) => seconds_between(*last, self.now.timestamp()) >= QUIET_SECONDS,
            (1, _) if seconds_between(*first, *last) >= OLD_LOG_SECONDS => true,
            (1, [.., before, last]) => seconds_between(*before, *last) >= QUIET_SECONDS,
            (1, _) => self.gap_before_the_last()? >= QUIET_SECONDS,
            _ => true,
        })
    }

    /// How many seconds lie between the last two operations.
    fn gap_before_the_last(&self) -> Result<u64> {
        let sql = "SELECT recorded_at FROM operation ORDER BY number DESC LIMIT 2";
        let mut statement = self.connection.prepare(sql)?;
        let times = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        Ok(match times.as_slice() {
            [last, before] => seconds_between(*last, *before),
            _ => QUIET_SECONDS,
        })
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.fold_at_the_end();
        }
    }
}
