//! The sequences of our own numbers.

use super::{Result, StoreError, View, Writer};

impl View<'_> {
    /// The last number that a sequence gave; 0 before the first one.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_in_sequence(&self, scope: &str) -> Result<u64> {
        let last = self.one("SELECT last FROM sequence WHERE scope = $1", [scope], |row| row.get::<i64>(0))?;
        Ok(last.and_then(|last| u64::try_from(last).ok()).unwrap_or(0))
    }
}

impl Writer<'_> {
    /// Takes so many numbers out of a sequence, and gives the first of them, from 1. No other transaction that is committed
    /// is given any of them.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_from_sequence(&self, scope: &str, count: u32) -> Result<u64> {
        let sql = "INSERT INTO sequence (scope, last) VALUES ($1, $2)
                   ON CONFLICT (scope) DO UPDATE SET last = sequence.last + $2 RETURNING last";
        let count = i64::from(count);
        let last: i64 = self.insert(sql, (scope, count))?;
        let first = last.checked_sub(count).and_then(|before| u64::try_from(before + 1).ok());
        first.ok_or_else(|| StoreError::Damaged(format!("the sequence {scope} counts {last}")))
    }
}
