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

/// An operation that was committed to a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub log: LogName,
    pub head: Head,
}

const MAGIC: [u8; 8] = *b"\0SCThead";

/// So many bytes from the end are looked at: more records than stations can have on their way at once.
const WINDOW: u64 = 64 << 10;

/// The part of SQLite's file header that says where the pages end.
const HEADER: usize = 32;

/// The records at the end of the file, oldest first. A torn one is passed over.
pub(super) fn read(file: &HeldFile) -> io::Result<Vec<Record>> {
    Ok(records(&bytes(file)?))
}

/// What stands behind the last page, or the end of it.
pub(super) fn bytes(file: &HeldFile) -> io::Result<Vec<u8>> {
    let length = file.length()?;
    let mut header = [0; HEADER];
    if file.read_at(&mut header, 0)? < HEADER {
        return Ok(Vec::new());
    }
    let begins = end_of_pages(&header).max(length.saturating_sub(WINDOW));
    let mut found = vec![0; usize::try_from(length.saturating_sub(begins)).unwrap_or_default()];
    let read = file.read_at(&mut found, begins)?;
    found.truncate(read);
    Ok(found)
}

/// Adds records for what was committed to a log.
pub(super) fn append<'h>(file: &HeldFile, log: LogName, heads: impl IntoIterator<Item = &'h Head>) -> io::Result<()> {
    let bytes: Vec<u8> = heads.into_iter().flat_map(|head| encode(&Record { log, head: head.clone() })).collect();
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

/// Magic, length of the text, the text as JSON, and a checksum of everything before it.
fn encode(record: &Record) -> Vec<u8> {
    let Record { log, head } = record;
    let text = json!({
        "log": hex(log), "number": head.number, "hash": hex(&head.hash), "station": head.station,
        "sequence": head.station_sequence, "kind": head.kind, "op_id": head.op_id,
        "recorded_at": head.recorded_at.to_rfc3339(),
    })
    .to_string();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(start) = rest.windows(MAGIC.len()).position(|window| window == MAGIC) {
        rest = &rest[start..];
        match decode(rest) {
            Some((record, length)) => {
                found.push(record);
                rest = &rest[length..];
            }
            None => rest = &rest[1..],
        }
    }
    found
}

/// The record that bytes begin with, and its length.
fn decode(bytes: &[u8]) -> Option<(Record, usize)> {
    let begins = MAGIC.len() + 4;
    let length = u32::from_be_bytes(bytes.get(MAGIC.len()..begins)?.try_into().ok()?);
    let ends = begins.checked_add(usize::try_from(length).ok()?)?;
    let text = bytes.get(begins..ends)?;
    let checksum = u32::from_be_bytes(bytes.get(ends..ends + 4)?.try_into().ok()?);
    if crc32fast::hash(&bytes[..ends]) != checksum {
        return None;
    }
    let fields: Value = serde_json::from_slice(text).ok()?;
    let text = |name: &str| fields[name].as_str().map(str::to_owned);
    let head = Head {
        number: fields["number"].as_i64()?,
        hash: unhex(fields["hash"].as_str()?)?,
        station: text("station")?,
        station_sequence: fields["sequence"].as_i64()?,
        kind: text("kind")?,
        op_id: text("op_id")?,
        recorded_at: DateTime::parse_from_rfc3339(fields["recorded_at"].as_str()?).ok()?,
    };
    Some((Record { log: unhex(fields["log"].as_str()?)?, head }, ends + 4))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Option<Vec<u8>> = (0..text.len().div_ceil(2))
        .map(|index| u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok())
        .collect();
    digits?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: i64) -> Record {
        let recorded_at = DateTime::parse_from_rfc3339("2026-11-23T10:00:00+01:00").unwrap();
        let head = Head {
            number,
            hash: [7; 32],
            station: "dock \"1\"".to_owned(),
            station_sequence: 3,
            kind: "receive".to_owned(),
            op_id: "ä\n".to_owned(),
            recorded_at,
        };
        Record { log: [1, 2, 3, 4, 5, 6, 7, 255], head }
    }

    #[test]
    fn records_come_back_as_they_were() {
        let all = [record(1), record(2), record(30)];
        let bytes: Vec<u8> = all.iter().flat_map(encode).collect();
        assert_eq!(records(&bytes), all);
    }

    #[test]
    fn a_torn_or_changed_record_is_passed_over() {
        let (one, two, three) = (encode(&record(1)), encode(&record(2)), encode(&record(3)));
        for kept in 0..two.len() {
            let torn = [&one[..], &two[..kept], &three[..]].concat();
            assert_eq!(records(&torn), [record(1), record(3)], "{kept} bytes were kept");
        }
        for at in 0..two.len() {
            let mut changed = two.clone();
            changed[at] ^= 0x10;
            let found = records(&[&one[..], &changed[..], &three[..]].concat());
            assert_eq!(found, [record(1), record(3)], "byte {at} was changed");
        }
        assert_eq!(records(&[0; 500]), []);
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
