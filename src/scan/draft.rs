//! The draft of a live batch: what was accepted so far, as the bytes of a file.
//!
//! ```text
//! file   := "scantrail draft 1\n" record …
//! record := length of the body (4 bytes) checksum (8 bytes) body
//! body   := 'H' JSON                                   what the batch is; always the first record
//!         | 'S' line (4) length of slot (2) slot scan  a scan that was accepted
//!         | 'U'                                        the last scan that counts was taken back
//! ```
//!
//! Numbers are big-endian. The checksum is the beginning of a SHA-256 over the record's number and its body. A file
//! that was cut short, or whose last record was half written when the power went, is read up to there.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Framed;

const MAGIC: &[u8] = b"scantrail draft 1\n";
const LENGTH_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 8;

/// What the batch of a draft is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The command with the flags that are part of what is recorded, for people.
    pub command: String,
    /// The database, for people.
    pub database: String,
    /// The op id under which the batch will be recorded.
    pub op_id: String,
    /// When the batch began, RFC 3339.
    pub since: String,
    /// Who began it.
    pub operator: String,
    /// Where.
    pub station: String,
    /// What a hands-free station knew when the batch began, as JSON; nothing for other sessions.
    #[serde(default)]
    pub state: String,
}

/// A scan that was accepted, and the slot that it filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The slot, in a word or two that do not change: when the scan is judged again, it must fill the same one.
    pub slot: String,
    /// The scan.
    pub framed: Framed,
}

/// A draft as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What the batch is.
    pub header: Header,
    /// The scans that count.
    pub kept: Vec<Kept>,
    /// How many records there are.
    pub records: u64,
    /// How many bytes are whole records.
    pub whole_bytes: usize,
    /// Something stands after them that is none.
    pub is_torn: bool,
}

/// The beginning of a draft.
pub fn beginning(header: &Header) -> Vec<u8> {
    let mut body = vec![b'H'];
    body.extend(serde_json::to_vec(header).unwrap_or_default());
    let mut bytes = MAGIC.to_vec();
    bytes.extend(record(0, &body));
    bytes
}

/// The record of a scan, as record number `number` from 0. `None` for a scan that was too long to be stored, which is never
/// accepted.
pub fn scan(number: u64, kept: &Kept) -> Option<Vec<u8>> {
    let Framed::Scan { line, bytes } = &kept.framed else { return None };
    let mut body = vec![b'S'];
    body.extend(line.to_be_bytes());
    body.extend(u16::try_from(kept.slot.len()).ok()?.to_be_bytes());
    body.extend(kept.slot.as_bytes());
    body.extend(bytes);
    Some(record(number, &body))
}

/// The record that takes the last scan back.
pub fn taken_back(number: u64) -> Vec<u8> {
    record(number, b"U")
}

fn record(number: u64, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(checksum(number, body));
    bytes.extend(body);
    bytes
}

fn checksum(number: u64, body: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest: [u8; 32] = Sha256::new().chain_update(number.to_be_bytes()).chain_update(body).finalize().into();
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&digest[..CHECKSUM_BYTES]);
    checksum
}

/// Reads a draft. `None` when not even its first record is whole.
pub fn read(bytes: &[u8]) -> Option<Draft> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let header = serde_json::from_slice(next_body(&mut rest, 0)?.strip_prefix(b"H")?).ok()?;
    let mut draft = Draft { header, kept: Vec::new(), records: 1, whole_bytes: 0, is_torn: false };
    let mut whole = rest;
    while draft.apply(&mut rest).is_some() {
        draft.records += 1;
        whole = rest;
    }
    draft.whole_bytes = bytes.len() - whole.len();
    draft.is_torn = !whole.is_empty();
    Some(draft)
}

impl Draft {
    fn apply(&mut self, rest: &mut &[u8]) -> Option<()> {
        let body = next_body(rest, self.records)?;
        match body.split_first()? {
            (b'S', content) => {
                let (line, content) = content.split_first_chunk::<4>()?;
                let (length, content) = content.split_first_chunk::<2>()?;
                let (slot, bytes) = content.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                let slot = String::from_utf8(slot.to_vec()).ok()?;
                let framed = Framed::Scan { line: u32::from_be_bytes(*line), bytes: bytes.to_vec() };
                self.kept.push(Kept { slot, framed });
                Some(())
            }
            (b'U', []) => self.kept.pop().map(drop),
            _ => None,
        }
    }
}

fn next_body<'b>(rest: &mut &'b [u8], number: u64) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk::<LENGTH_BYTES>()?;
    let (found, after) = after.split_first_chunk::<CHECKSUM_BYTES>()?;
    let (body, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if *found != checksum(number, body) {
        return None;
    }
    *rest = after;
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn header() -> Header {
        let text = |text: &str| text.to_owned();
        Header {
            command: text("receive --from ACME"),
            database: text("/tmp/scantrail.db"),
            op_id: text("0123"),
            since: text("2026-11-23T10:00:00+00:00"),
            operator: text("ann"),
            station: text("dock-1"),
            state: String::new(),
        }
    }

    fn kept(line: u32, bytes: &[u8]) -> Kept {
        Kept { slot: "serial LAPTOP-15".to_owned(), framed: Framed::Scan { line, bytes: bytes.to_vec() } }
    }

    fn written(scans: &[Kept]) -> Vec<u8> {
        let mut bytes = beginning(&header());
        scans.iter().zip(1..).for_each(|(kept, number)| bytes.extend(scan(number, kept).unwrap()));
        bytes
    }

    #[test]
    fn what_is_kept_is_read_and_what_was_taken_back_is_not() {
        let scans = [kept(1, b"SN1"), kept(2, b"\xff\0\n"), kept(9, b"")];
        let mut bytes = written(&scans);
        let draft = read(&bytes).unwrap();
        assert_eq!((draft.header, draft.records, draft.is_torn), (header(), 4, false));
        assert_eq!((draft.kept, draft.whole_bytes), (scans.to_vec(), bytes.len()));
        bytes.extend(taken_back(4));
        bytes.extend(taken_back(5));
        bytes.extend(scan(6, &kept(10, b"SN9")).unwrap());
        assert_eq!(read(&bytes).unwrap().kept, [kept(1, b"SN1"), kept(10, b"SN9")]);
        assert!(
            scan(1, &Kept { framed: Framed::TooLong { line: 1, beginning: vec![], length: 9 }, ..kept(1, b"") })
                .is_none()
        );
    }

    #[test]
    fn a_draft_that_is_cut_anywhere_keeps_the_records_before_the_cut() {
        let scans = [kept(1, b"SN1"), kept(2, b"SN2")];
        let whole = written(&scans);
        let ends: Vec<usize> = (0..=2).map(|count| written(&scans[..count]).len()).collect();
        for length in 0..=whole.len() {
            let found = read(&whole[..length]);
            let Some(last) = ends.iter().rposition(|end| *end <= length) else {
                assert_eq!(found, None, "{length}");
                continue;
            };
            let found = found.unwrap();
            assert_eq!(found.kept, scans[..last], "{length}");
            assert_eq!((found.whole_bytes, found.is_torn), (ends[last], ends[last] != length), "{length}");
        }
    }

    #[test]
    fn a_damaged_or_misplaced_record_ends_the_draft() {
        let scans = [kept(1, b"SN1"), kept(2, b"SN2")];
        let mut bytes = written(&scans);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(read(&bytes).unwrap().kept, scans[..1]);
        let mut bytes = written(&scans[..1]);
        bytes.extend(scan(1, &scans[1]).unwrap());
        assert_eq!(read(&bytes).unwrap().kept, scans[..1], "a record with another one's number");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_crash(bytes: Vec<u8>, cut in 0_usize..200) {
            read(&bytes);
            let mut draft = written(&[kept(1, b"SN1"), kept(2, b"SN2")]);
            draft.truncate(cut);
            draft.extend(bytes);
            read(&draft);
        }
    }
}
