//! The draft of a live batch: what was accepted so far, as the bytes of a file.
//!
//! ```text
//! file   := "scantrail draft 2\n" record …
//! record := length of the body (4 bytes) checksum (8 bytes) body
//! body   := 'H' JSON                                   what the batch is; always the first record
//!         | 'S' line (4) flags (1) text … scan         a scan that was accepted; the texts are its slot, what arrived
//!                                                      where that differs, and the reading that was chosen
//! text   := length (2) bytes
//!         | 'U'                                        the last scan that counts was taken back
//! ```
//!
//! Numbers are big-endian. The checksum is the beginning of a SHA-256 over the record's number and its body. A file
//! that was cut short, or whose last record was half written when the power went, is read up to there.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Framed, Scan};

const MAGIC: &[u8] = b"scantrail draft 2\n";
const LENGTH_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 8;

/// Flags of a scan: what arrived is kept beside it, a reading was chosen, its case says nothing.
const ARRIVED: u8 = 1;
const CHOSEN: u8 = 2;
const CASE_LOST: u8 = 4;

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
    let Framed::Scan(scan) = &kept.framed else { return None };
    let mut body = vec![b'S'];
    body.extend(scan.line.to_be_bytes());
    let flags = [(scan.arrived.is_some(), ARRIVED), (scan.chosen.is_some(), CHOSEN), (scan.is_case_lost, CASE_LOST)];
    body.push(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum());
    let texts = [Some(kept.slot.as_bytes()), scan.arrived.as_deref(), scan.chosen.as_ref().map(String::as_bytes)];
    for text in texts.into_iter().flatten() {
        body.extend(u16::try_from(text.len()).ok()?.to_be_bytes());
        body.extend(text);
    }
    body.extend(&scan.bytes);
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
                self.kept.push(kept(content)?);
                Some(())
            }
            (b'U', []) => self.kept.pop().map(drop),
            _ => None,
        }
    }
}

fn kept(content: &[u8]) -> Option<Kept> {
    let (line, content) = content.split_first_chunk::<4>()?;
    let (flags, mut rest) = content.split_first()?;
    let slot = String::from_utf8(next_text(&mut rest)?.to_vec()).ok()?;
    let arrived = if flags & ARRIVED == 0 { None } else { Some(next_text(&mut rest)?.to_vec()) };
    let chosen = if flags & CHOSEN == 0 { None } else { Some(String::from_utf8(next_text(&mut rest)?.to_vec()).ok()?) };
    let (line, is_case_lost) = (u32::from_be_bytes(*line), flags & CASE_LOST != 0);
    Some(Kept { slot, framed: Framed::Scan(Scan { line, bytes: rest.to_vec(), arrived, chosen, is_case_lost }) })
}

fn next_text<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (length, after) = rest.split_first_chunk::<2>()?;
    let (text, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *rest = after;
    Some(text)
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
        Kept { slot: "serial LAPTOP-15".to_owned(), framed: Framed::Scan(Scan::new(line, bytes)) }
    }

    fn written(scans: &[Kept]) -> Vec<u8> {
        let mut bytes = beginning(&header());
        scans.iter().zip(1..).for_each(|(kept, number)| bytes.extend(scan(number, kept).unwrap()));
        bytes
    }

    #[test]
    fn what_is_kept_is_read_and_what_was_taken_back_is_not() {
        let repaired = Scan {
            arrived: Some(b"sn3\xff".to_vec()),
            chosen: Some("(10)B7(17)270131".to_owned()),
            is_case_lost: true,
            ..Scan::new(3, *b"SN3")
        };
        let repaired = Kept { framed: Framed::Scan(repaired), ..kept(3, b"") };
        let scans = [kept(1, b"SN1"), kept(2, b"\xff\0\n"), repaired, kept(9, b"")];
        let mut bytes = written(&scans);
        let draft = read(&bytes).unwrap();
        assert_eq!((draft.header, draft.records, draft.is_torn), (header(), 5, false));
        assert_eq!((draft.kept, draft.whole_bytes), (scans.to_vec(), bytes.len()));
        (5..8).for_each(|number| bytes.extend(taken_back(number)));
        bytes.extend(scan(8, &kept(10, b"SN9")).unwrap());
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
