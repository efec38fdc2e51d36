//! The newest operation of a station's chain, as it is known outside of the ledger's tables.

use chrono::{DateTime, FixedOffset};

/// An operation as its chain's head: enough to tell that it is missing, and to name it to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of the operation.
    pub number: i64,
    /// Its seal in the chain of its station.
    pub hash: [u8; 32],
    /// The station that recorded it.
    pub station: String,
    /// Its number in the chain of that station.
    pub station_sequence: i64,
    /// What was done.
    pub kind: String,
    /// The name under which it may be repeated.
    pub op_id: String,
    /// When it was recorded.
    pub recorded_at: DateTime<FixedOffset>,
}

/// What a ledger's file knows of and does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The file.
    pub database: String,
    /// The write-ahead log that belongs beside it.
    pub log: String,
    /// The number of the last operation that is there; 0 when there is none.
    pub last: i64,
    /// The operations that are known to be missing, oldest first.
    pub missing: Vec<Head>,
    /// Numbers between those that are missing too, and of which nothing else is known.
    pub unnamed: Vec<i64>,
    /// A log lies beside the file that is not of this file, or not of this state of it.
    pub log_is_foreign: bool,
}

/// So many missing operations are named in a message; a ledger that goes on without them keeps them all.
const NAMED: usize = 5;

impl std::fmt::Display for Loss {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Loss { database, log, last, missing, .. } = self;
        if self.log_is_foreign {
            write!(
                formatter,
                "{log} does not belong to {database} as it is now: one of the two was put there from elsewhere"
            )?;
        } else {
            write!(formatter, "the write-ahead log {log} is missing, too old or damaged")?;
        }
        let Some(newest) = missing.iter().map(|head| head.number).max() else { return Ok(()) };
        match *last {
            0 => write!(formatter, ": there are no operations, and {database} knows of operation {newest}.")?,
            last => write!(
                formatter,
                ": the ledger ends with operation {last}, and {database} knows of operation {newest}."
            )?,
        }
        let named: Vec<String> = missing.iter().rev().take(NAMED).rev().map(Head::told).collect();
        let older = missing.len().saturating_sub(NAMED);
        let older = if older > 0 { format!("{older} older ones and ") } else { String::new() };
        write!(formatter, " Missing: {older}{}", named.join(", "))?;
        if !self.unnamed.is_empty() {
            let numbers: Vec<String> = self.unnamed.iter().map(i64::to_string).collect();
            write!(formatter, "; and {}, of which only the number is known", numbers.join(", "))?;
        }
        Ok(())
    }
}

impl Head {
    /// The operation in a few words.
    fn told(&self) -> String {
        let when = self.recorded_at.format("%Y-%m-%d %H:%M");
        format!("{} ({} at {}, {when})", self.number, self.kind, self.station)
    }
}
