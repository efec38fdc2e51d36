//! Whether the file and the log beside it are the ledger that was acknowledged. Asked whenever a database is opened, before
//! anything is read from it or written to it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::tail::Tail;
use super::{Sqlite, fold};
use crate::store::{Head, Loss, Result, StoreError};

impl Sqlite {
    /// Looks whether everything is there that the end of the file tells of, and whether the log belongs to the file.
    ///
    /// # Errors
    /// [`StoreError::LogLost`].
    pub(super) fn examine(&self) -> Result<()> {
        // In this order: whatever was told before is in a later view.
        let log = self.log.name();
        let tail = self.tail();
        let newest = tail.newest();
        let is_bound = log.is_none_or(|log| tail.records().any(|record| record.log == log));
        let looked = self.last_and_hash(newest.map_or(0, |newest| newest.number));
        let (last, hash) = match looked {
            Err(StoreError::Damaged(_)) if !is_bound => return Err(self.lost(0, Vec::new(), true)),
            looked => looked?,
        };
        if let Some(newest) = newest
            && Some(newest.hash) != hash
            && !self.is_accepted(newest.number)?
        {
            return Err(self.lost(last, self.missing(&tail, last)?, !is_bound));
        }
        if !is_bound && !self.is_own_log() {
            return Err(self.lost(last, Vec::new(), true));
        }
        self.is_trusted.set(true);
        if log.is_some() && newest.is_none_or(|newest| newest.number < last) {
            self.note_unsecured(last);
        }
        // Whoever only reads need not wait for it; whoever writes tries again.
        let _ = self.secure_within(fold::PATIENCE);
        if !is_bound && self.unsecured.get().is_none() {
            let _ = self.fold(fold::PATIENCE);
        }
        Ok(())
    }

    fn lost(&self, last: i64, missing: Vec<Head>, log_is_foreign: bool) -> StoreError {
        let (database, log) = (self.path.display().to_string(), self.log.path().display().to_string());
        let unnamed = unnamed(&missing, last);
        StoreError::LogLost(Box::new(Loss { database, log, last, missing, unnamed, log_is_foreign }))
    }

    /// True when somebody has gone on without an operation, and was killed before the file could tell.
    fn is_accepted(&self, number: i64) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM operation WHERE number > ?1 AND kind = 'accept-loss')";
        Ok(self.connection.query_row(sql, [number], |row| row.get(0))?)
    }

    /// The number of the last operation, and the seal of one with a number.
    pub(super) fn last_and_hash(&self, number: i64) -> Result<(i64, Option<[u8; 32]>)> {
        let sql = "SELECT coalesce(max(number), 0), (SELECT hash FROM operation WHERE number = ?1) FROM operation";
        Ok(self.connection.query_row(sql, [number], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// What the end of the file tells of and the ledger does not hold, oldest first.
    pub(super) fn missing(&self, tail: &Tail, last: i64) -> Result<Vec<Head>> {
        let mut missing = Vec::new();
        for record in tail.records() {
            if record.number > last || self.last_and_hash(record.number)?.1 != Some(record.hash) {
                missing.extend(record.head());
            }
        }
        missing.sort_by_key(|head| head.number);
        missing.dedup();
        Ok(missing)
    }

    /// True for a log whose first commit was killed before it could be told of, and for one whose records a power cut took.
    /// False for one that was put beside another file, or beside an older state of this one.
    ///
    /// Each commit brings one operation. So the log is this file's when what the file has alone is also in what both have
    /// together, and no more operations came than the log has commits. Where that does not say, everything is looked
    /// through: copying brings many operations in one commit.
    fn is_own_log(&self) -> bool {
        let alone = last_alone(&self.path);
        let fits = || -> Result<bool> {
            let Ok(alone) = alone else { return Ok(false) };
            let (number, hash) = alone.unwrap_or((0, [0; 32]));
            let (last, found) = self.last_and_hash(number)?;
            let commits = self.log.commits().unwrap_or(0);
            let came = u64::try_from(last.saturating_sub(number)).ok();
            Ok((number == 0 || found == Some(hash)) && came.is_some_and(|came| came <= commits))
        };
        fits().unwrap_or(false) || self.is_consistent().unwrap_or(false)
    }

    /// Looks through the whole database: its structure, what refers to what, and whether the balances are the sums of the
    /// movements.
    fn is_consistent(&self) -> Result<bool> {
        let sound: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if sound != "ok" || self.connection.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Ok(false);
        }
        let sql = "
            WITH flow AS (
                SELECT item, coalesce(lot, 0) AS lot, to_place AS place, to_claim AS claim, quantity FROM movement
                UNION ALL
                SELECT item, coalesce(lot, 0), from_place, from_claim, -quantity FROM movement
            ), total AS (
                SELECT item, lot, place, claim, sum(quantity) AS quantity FROM flow GROUP BY item, lot, place, claim
            )
            SELECT EXISTS (
                SELECT 1 FROM total t LEFT JOIN balance b USING (item, lot, place, claim)
                WHERE t.quantity <> coalesce(b.quantity, 0)
            ) OR EXISTS (
                SELECT 1 FROM balance b LEFT JOIN total t USING (item, lot, place, claim)
                WHERE b.quantity <> coalesce(t.quantity, 0)
            )";
        Ok(!self.connection.query_row(sql, [], |row| row.get::<_, bool>(0))?)
    }
}

/// So many numbers are named at the most.
const MOST_UNNAMED: usize = 1_000;

/// The numbers that were given between the last operation that is there and the newest that is known, but for the known ones.
pub(super) fn unnamed(missing: &[Head], last: i64) -> Vec<i64> {
    let newest = missing.iter().map(|head| head.number).max().unwrap_or(last);
    let is_known = |number: &i64| missing.iter().any(|head| head.number == *number);
    (last.saturating_add(1)..newest).filter(|number| !is_known(number)).take(MOST_UNNAMED).collect()
}

/// The last operation that the file has without its log, and its seal.
fn last_alone(path: &Path) -> Result<Option<(i64, [u8; 32])>> {
    let escaped: String = path.to_string_lossy().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Whoever says that nothing can change is given the file without the log, and needs no locks.
    let alone = Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)?;
    let sql = "SELECT number, hash FROM operation ORDER BY number DESC LIMIT 1";
    Ok(alone.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
