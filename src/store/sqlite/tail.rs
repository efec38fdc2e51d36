//! The heads of the chain, behind the last page of the database file.
//!
//! What is committed stands in the write-ahead log until it is folded into the file. A log can be lost: deleted, left
//! behind by a copy, replaced by an older one, cut by a flipped bit. SQLite then opens the file as it was before, without a
//! word. So whoever commits adds a record to the end of the file, behind all pages, once the commit is on disk: its
//! operation is known where the log is not.
//!
//! SQLite writes pages at places of their own and never looks behind the last one; when the whole log is folded in, it cuts
//! the file to its pages, and the records, which are no longer needed, are gone with the same step. Records are only ever
//! added at the end (O_APPEND), so they can never be written over a page, whoever folds at the same time.
//!
//! A record is not synced: a power cut may take it, never the operation. It then says less than the ledger holds, which is
//! no harm; it never says more, because it is written after the log was synced.

use std::io;

use chrono::DateTime;
use serde_json::{Value, json};

use super::held_file::HeldFile;
use crate::store::Head;

/// What tells one log from another: the two salts of its header, which are new whenever it begins anew.
pub(super) type LogName = [u8; 8];

/// What stands behind the last page, or the end of it.
pub(super) struct Tail(Vec<u8>);

/// An operation that was committed to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record<'t> {
    pub log: LogName,
    /// The number of the operation.
    pub number: i64,
    /// Its seal.
    pub hash: [u8; 32],
    /// When it was recorded, in seconds since 1970.
    pub recorded_at: i64,
    /// What only people want to know of it.
    text: &'t [u8],
}

const MAGIC: [u8; 8] = *b"\0SCThead";

/// So many bytes from the end are looked at: more records than stations can have on their way at once.
const WINDOW: u64 = 64 << 10;

/// The part of SQLite's file header that says where the pages end.
const HEADER: usize = 32;

impl Tail {
    /// Reads the end of the file.
    pub fn of(file: &HeldFile) -> io::Result<Tail> {
        let length = file.length()?;
        let mut header = [0; HEADER];
        if file.read_at(&mut header, 0)? < HEADER {
            return Ok(Tail(Vec::new()));
        }
        let begins = end_of_pages(&header).max(length.saturating_sub(WINDOW));
        let mut found = vec![0; usize::try_from(length.saturating_sub(begins)).unwrap_or_default()];
        let read = file.read_at(&mut found, begins)?;
        found.truncate(read);
        Ok(Tail(found))
    }

    /// Nothing.
    pub fn empty() -> Tail {
        Tail(Vec::new())
    }

    /// How many bytes there are.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// Adds the same at the end of the file once more.
    pub fn append_to(&self, file: &HeldFile) -> io::Result<()> {
        file.append(&self.0)
    }

    /// The records, oldest first. A torn one is passed over.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            loop {
                let start = rest.windows(MAGIC.len()).position(|window| window == MAGIC)?;
                rest = &rest[start..];
                match decode(rest) {
                    Some((record, length)) => {
                        rest = &rest[length..];
                        return Some(record);
                    }
                    None => rest = &rest[1..],
                }
            }
        })
    }

    /// The record of the operation with the greatest number: stations add theirs in any order.
    pub fn newest(&self) -> Option<Record<'_>> {
        self.records().max_by_key(|record| record.number)
    }
}

/// Adds records for what was committed to a log.
pub(super) fn append<'h>(file: &HeldFile, log: LogName, heads: impl IntoIterator<Item = &'h Head>) -> io::Result<()> {
    let bytes: Vec<u8> = heads.into_iter().flat_map(|head| encode(log, head)).collect();
    file.append(&bytes)
}

/// The size of a page stands at offset 16, where 1 means 65,536, and the number of pages at offset 28 (the file format of
/// SQLite, section 1.3).
fn end_of_pages(header: &[u8; HEADER]) -> u64 {
    let size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    size * u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]))
}

/// Magic, length of what follows up to the checksum, what everybody wants to know in bytes of fixed length, the rest as JSON,
/// and a checksum of everything before it.
fn encode(log: LogName, head: &Head) -> Vec<u8> {
    let text = json!({
        "station": head.station, "sequence": head.station_sequence, "kind": head.kind, "op_id": head.op_id,
        "recorded_at": head.recorded_at.to_rfc3339(),
    })
    .to_string();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(FIXED + text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(log);
    bytes.extend(head.number.to_be_bytes());
    bytes.extend(head.hash);
    bytes.extend(head.recorded_at.timestamp().to_be_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// The length of what stands before the text: log, number, seal, time.
const FIXED: usize = 8 + 8 + 32 + 8;

/// The record that bytes begin with, and its length.
fn decode(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let begins = MAGIC.len() + 4;
    let length = u32::from_be_bytes(array(bytes.get(MAGIC.len()..begins)?)?);
    let ends = begins.checked_add(usize::try_from(length).ok()?)?;
    let content = bytes.get(begins..ends)?;
    let checksum = u32::from_be_bytes(array(bytes.get(ends..ends + 4)?)?);
    if crc32fast::hash(&bytes[..ends]) != checksum {
        return None;
    }
    let record = Record {
        log: array(content.get(..8)?)?,
        number: i64::from_be_bytes(array(content.get(8..16)?)?),
        hash: array(content.get(16..48)?)?,
        recorded_at: i64::from_be_bytes(array(content.get(48..FIXED)?)?),
        text: &content[FIXED..],
    };
    Some((record, ends + 4))
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

impl Record<'_> {
    /// Everything that the record says of the operation.
    pub fn head(&self) -> Option<Head> {
        let fields: Value = serde_json::from_slice(self.text).ok()?;
        let text = |name: &str| fields[name].as_str().map(str::to_owned);
        Some(Head {
            number: self.number,
            hash: self.hash,
            station: text("station")?,
            station_sequence: fields["sequence"].as_i64()?,
            kind: text("kind")?,
            op_id: text("op_id")?,
            recorded_at: DateTime::parse_from_rfc3339(fields["recorded_at"].as_str()?).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogName = [1, 2, 3, 4, 5, 6, 7, 255];

    fn head(number: i64) -> Head {
        Head {
            number,
            hash: [7; 32],
            station: "dock \"1\"".to_owned(),
            station_sequence: 3,
            kind: "receive".to_owned(),
            op_id: "ä\n".to_owned(),
            recorded_at: DateTime::parse_from_rfc3339("2026-11-23T10:00:00+01:00").unwrap(),
        }
    }

    fn numbers(bytes: Vec<u8>) -> Vec<i64> {
        Tail(bytes).records().map(|record| record.number).collect()
    }

    #[test]
    fn records_come_back_as_they_were() {
        let heads = [head(1), head(30), head(2)];
        let tail = Tail(heads.iter().flat_map(|head| encode(LOG, head)).collect());
        let found: Vec<Head> = tail.records().filter_map(|record| record.head()).collect();
        assert_eq!(found, heads);
        assert!(tail.records().all(|record| record.log == LOG && record.recorded_at == 1_795_424_400));
        assert_eq!(tail.newest().map(|record| record.number), Some(30));
    }

    #[test]
    fn a_torn_or_changed_record_is_passed_over() {
        let [one, two, three] = [1, 2, 3].map(|number| encode(LOG, &head(number)));
        for kept in 0..two.len() {
            let torn = [&one[..], &two[..kept], &three[..]].concat();
            assert_eq!(numbers(torn), [1, 3], "{kept} bytes were kept");
        }
        for at in 0..two.len() {
            let mut changed = two.clone();
            changed[at] ^= 0x10;
            assert_eq!(numbers([&one[..], &changed[..], &three[..]].concat()), [1, 3], "byte {at} was changed");
        }
        assert_eq!(numbers(vec![0; 500]), [0; 0]);
    }

    #[test]
    fn the_pages_end_where_the_header_says() {
        let mut header = [0; HEADER];
        header[16..18].copy_from_slice(&4096_u16.to_be_bytes());
        header[28..32].copy_from_slice(&73_u32.to_be_bytes());
        assert_eq!(end_of_pages(&header), 73 * 4096);
        header[16..18].copy_from_slice(&1_u16.to_be_bytes());
        assert_eq!(end_of_pages(&header), 73 * 65_536);
    }
}
