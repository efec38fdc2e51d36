//! Cuts what a scanner sends into scans.
//!
//! A scan is the bytes up to CR, LF, CRLF or TAB; the last one may have no end. Scans that are empty or hold only spaces
//! are passed over. Nothing is decoded here and no byte is dropped without being counted. Memory does not grow with the
//! length of a line.

use std::io::{BufRead, ErrorKind, Result};

use crate::codes::{Profile, shown, take_apart};

/// The longest scan that is read, in bytes.
pub const MOST_BYTES: usize = 4_096;

/// How many bytes are kept of a scan that is too long.
pub const BEGINNING_BYTES: usize = 32;

/// Some scanners put NUL, SOH or STX in front of a scan and ETX behind it; marks around nothing are an empty line. UTF-16
/// sent as bytes leaves a NUL behind each line end.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | 0x00..=0x03)
}

/// A scan of at most [`MOST_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scan {
    /// The line it stands on, from 1. CR, LF and CRLF end a line, TAB does not; blank lines count.
    pub line: u32,
    /// What is read: its bytes without the end, after the profile of the station has undone what it can.
    pub bytes: Vec<u8>,
    /// What arrived, where the profile changed something.
    pub arrived: Option<Vec<u8>>,
    /// The reading that somebody chose, where there are several: its elements in brackets.
    pub chosen: Option<String>,
    /// The scanner turns all letters to one case, so that the case of these says nothing.
    pub is_case_lost: bool,
}

impl Scan {
    /// A scan as it arrived.
    pub fn new(line: u32, bytes: impl Into<Vec<u8>>) -> Scan {
        Scan { line, bytes: bytes.into(), ..Scan::default() }
    }

    /// What arrived.
    pub fn arrived(&self) -> &[u8] {
        self.arrived.as_deref().unwrap_or(&self.bytes)
    }
}

/// One scan as it was cut from the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    /// A scan that can be read.
    Scan(Scan),
    /// A scan that the profile of the station cannot repair.
    NotRepaired {
        /// The line it stands on.
        line: u32,
        /// What arrived.
        arrived: Vec<u8>,
        /// Why it cannot be repaired.
        why: String,
    },
    /// A longer scan, which was not stored.
    TooLong {
        /// The line it stands on.
        line: u32,
        /// Its first [`BEGINNING_BYTES`].
        beginning: Vec<u8>,
        /// How many bytes it has.
        length: u64,
    },
}

impl Framed {
    /// The line it stands on, from 1.
    pub fn line(&self) -> u32 {
        match self {
            Framed::Scan(scan) => scan.line,
            Framed::NotRepaired { line, .. } | Framed::TooLong { line, .. } => *line,
        }
    }

    /// What arrived: of a scan that is too long, its beginning.
    pub fn arrived(&self) -> &[u8] {
        match self {
            Framed::Scan(scan) => scan.arrived(),
            Framed::NotRepaired { arrived, .. } => arrived,
            Framed::TooLong { beginning, .. } => beginning,
        }
    }

    /// What is read: as [`Framed::arrived`] where nothing could be repaired.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Framed::Scan(scan) => &scan.bytes,
            other => other.arrived(),
        }
    }

    /// What is read, as it may be shown.
    pub fn shown(&self) -> String {
        let end = if matches!(self, Framed::TooLong { .. }) { "…" } else { "" };
        format!("{}{end}", shown(self.bytes()))
    }
}

/// The cutting itself, byte by byte: for a terminal, where every byte may be the last for a while.
#[derive(Debug, Clone)]
pub struct Framer {
    line: u32,
    /// The bytes of the scan that is under way, never more than [`MOST_BYTES`].
    bytes: Vec<u8>,
    /// How many bytes that scan has.
    length: u64,
    is_blank: bool,
    /// A LF belongs to the CR before it, however late it comes.
    after_carriage_return: bool,
    /// TAB belongs to the scan, because it arrives for the separator of GS1 data.
    keeps_tabs: bool,
}

impl Default for Framer {
    fn default() -> Framer {
        Framer::new()
    }
}

impl Framer {
    /// At the beginning of line 1.
    pub fn new() -> Framer {
        Framer {
            line: 1,
            bytes: Vec::new(),
            length: 0,
            is_blank: true,
            after_carriage_return: false,
            keeps_tabs: false,
        }
    }

    /// The same for a station whose scanner sends TAB inside scans.
    pub fn keeping_tabs(mut self, keeps_tabs: bool) -> Framer {
        self.keeps_tabs = keeps_tabs;
        self
    }

    /// The line on which the next byte stands, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// At the beginning of a later line: for a stream that goes on with an earlier one.
    pub fn from_line(line: u32) -> Framer {
        Framer { line, ..Framer::new() }
    }

    /// The same before anything was read, at the beginning of another line.
    pub fn begin_at_line(&mut self, line: u32) {
        *self = Framer::from_line(line).keeping_tabs(self.keeps_tabs);
    }

    /// The bytes of the scan that is under way, at most [`MOST_BYTES`].
    pub fn pending(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the last character of the scan that is under way back, as somebody who types does.
    pub fn take_back(&mut self) {
        let is_continuation = |byte: &u8| byte & 0b1100_0000 == 0b1000_0000;
        while let Some(byte) = self.bytes.pop() {
            self.length = self.length.saturating_sub(1);
            if !is_continuation(&byte) {
                break;
            }
        }
        self.is_blank = self.bytes.iter().all(|byte| is_blank(*byte));
    }

    /// Drops the scan that is under way.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.length = 0;
        self.is_blank = true;
    }

    /// Takes one byte, and gives the scan that it ends. A CR ends a scan at once.
    pub fn push(&mut self, byte: u8) -> Option<Framed> {
        let belongs_to_carriage_return = std::mem::take(&mut self.after_carriage_return) && byte == b'\n';
        match byte {
            b'\n' if belongs_to_carriage_return => None,
            b'\n' | b'\r' => {
                self.after_carriage_return = byte == b'\r';
                let scan = self.finish();
                self.line = self.line.saturating_add(1);
                scan
            }
            b'\t' if !self.keeps_tabs => self.finish(),
            _ => {
                self.keep(byte);
                None
            }
        }
    }

    /// Ends the stream: the scan that had no end, if there is one.
    pub fn finish(&mut self) -> Option<Framed> {
        let mut bytes = std::mem::take(&mut self.bytes);
        let length = std::mem::take(&mut self.length);
        if std::mem::replace(&mut self.is_blank, true) {
            return None;
        }
        let line = self.line;
        if usize::try_from(length).is_ok_and(|length| length <= MOST_BYTES) {
            return Some(Framed::Scan(Scan::new(line, bytes)));
        }
        bytes.truncate(BEGINNING_BYTES);
        bytes.shrink_to_fit();
        Some(Framed::TooLong { line, beginning: bytes, length })
    }

    fn keep(&mut self, byte: u8) {
        self.length = self.length.saturating_add(1);
        self.is_blank &= is_blank(byte);
        if self.bytes.len() < MOST_BYTES {
            self.bytes.push(byte);
        }
    }

    /// Takes bytes until one of them ends a scan: how many were taken, and the scan.
    fn push_until_scan(&mut self, bytes: &[u8]) -> (usize, Option<Framed>) {
        for (index, byte) in bytes.iter().enumerate() {
            if let Some(framed) = self.push(*byte) {
                return (index + 1, Some(framed));
            }
        }
        (bytes.len(), None)
    }
}

/// The scans of a stream that has an end. See [`frames`].
#[derive(Debug)]
pub struct Frames<R> {
    reader: R,
    framer: Framer,
    has_ended: bool,
}

/// Cuts a whole stream, such as a file or a pipe, into scans.
///
/// An error of the reader is given once and ends the iteration; the scan that was under way is not given, because
/// nobody knows whether it was whole.
pub fn frames<R: BufRead>(reader: R) -> Frames<R> {
    frames_by(reader, Framer::new())
}

/// The same with a framer of one's own.
pub fn frames_by<R: BufRead>(reader: R, framer: Framer) -> Frames<R> {
    Frames { reader, framer, has_ended: false }
}

/// What the profile of the station makes of a line, and two scans in one line taken apart where that is certain.
pub fn repaired(framed: Framed, profile: &Profile) -> Vec<Framed> {
    let Framed::Scan(scan) = framed else { return vec![framed] };
    if *profile == Profile::default() {
        return taken_apart(scan);
    }
    match profile.repaired(&scan.bytes) {
        Ok(bytes) => {
            let arrived = (bytes != scan.bytes).then_some(scan.bytes);
            taken_apart(Scan { bytes, arrived, is_case_lost: profile.is_case_lost, ..scan })
        }
        Err(fault) => vec![Framed::NotRepaired { line: scan.line, arrived: scan.bytes, why: fault.to_string() }],
    }
}

fn taken_apart(scan: Scan) -> Vec<Framed> {
    match take_apart(&scan.bytes).as_slice() {
        [_] => vec![Framed::Scan(scan)],
        // What arrived is kept once, with the first of them.
        pieces => pieces
            .iter()
            .enumerate()
            .map(|(index, piece)| {
                let arrived = scan.arrived.as_ref().map(|all| if index == 0 { all.clone() } else { Vec::new() });
                Framed::Scan(Scan { bytes: piece.to_vec(), arrived, ..scan.clone() })
            })
            .collect(),
    }
}

impl<R: BufRead> Iterator for Frames<R> {
    type Item = Result<Framed>;

    fn next(&mut self) -> Option<Result<Framed>> {
        while !self.has_ended {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(error));
                }
            };
            if buffer.is_empty() {
                self.has_ended = true;
                return self.framer.finish().map(Ok);
            }
            let (taken, framed) = self.framer.push_until_scan(buffer);
            self.reader.consume(taken);
            if framed.is_some() {
                return framed.map(Ok);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scans(input: &[u8]) -> Vec<(u32, String)> {
        let text = |framed| match framed {
            Framed::Scan(scan) => (scan.line, String::from_utf8(scan.bytes).unwrap()),
            Framed::TooLong { line, length, .. } => (line, format!("<{length}>")),
            Framed::NotRepaired { .. } => unreachable!(),
        };
        frames(input).map(|framed| text(framed.unwrap())).collect()
    }

    #[test]
    fn every_end_ends_a_scan_and_every_line_counts() {
        for (input, expected) in [
            (&b""[..], &[][..]),
            (b"A", &[(1, "A")]),
            (b"A\nB\n", &[(1, "A"), (2, "B")]),
            (b"A\rB\r", &[(1, "A"), (2, "B")]),
            (b"A\r\nB\r\n", &[(1, "A"), (2, "B")]),
            (b"A\tB\tC\nD", &[(1, "A"), (1, "B"), (1, "C"), (2, "D")]),
            (b"A\t\nB", &[(1, "A"), (2, "B")]),
            (b"A\r\r\nB", &[(1, "A"), (3, "B")]),
            (b"A\n\rB", &[(1, "A"), (3, "B")]),
            (b"\n\n  \nA\n", &[(4, "A")]),
            (b"\tA", &[(1, "A")]),
            (b"A\r\t\nB", &[(1, "A"), (3, "B")]),
            (b" A \n", &[(1, " A ")]),
            (b"A\0\x1d\x0bB\x0c\n", &[(1, "A\0\x1d\x0bB\x0c")]),
        ] {
            let expected: Vec<(u32, String)> = expected.iter().map(|(line, text)| (*line, text.to_string())).collect();
            assert_eq!(scans(input), expected, "{:?}", crate::scan::shown(input));
        }
    }

    #[test]
    fn a_carriage_return_ends_a_scan_at_once_and_its_line_feed_may_come_late() {
        let mut framer = Framer::new();
        assert_eq!(framer.push(b'A'), None);
        assert_eq!(framer.push(b'\r'), Some(Framed::Scan(Scan::new(1, *b"A"))));
        assert_eq!(framer.push(b'\n'), None);
        assert_eq!(framer.line(), 2);
        assert_eq!(framer.push(b'B'), None);
        assert_eq!(framer.finish(), Some(Framed::Scan(Scan::new(2, *b"B"))));
        assert_eq!(framer.finish(), None);
    }

    #[test]
    fn what_is_typed_can_be_taken_back() {
        let mut framer = Framer::from_line(7);
        "AÄ茶".bytes().for_each(|byte| assert_eq!(framer.push(byte), None));
        framer.take_back();
        framer.take_back();
        assert_eq!(framer.pending(), b"A");
        assert_eq!(framer.push(b'\r'), Some(Framed::Scan(Scan::new(7, *b"A"))));
        assert_eq!(framer.push(b'B'), None);
        framer.take_back();
        framer.take_back();
        assert_eq!(framer.push(b'\n'), None);
        assert_eq!(framer.push(b'C'), None);
        framer.clear();
        assert_eq!(framer.finish(), None);
    }

    #[test]
    fn a_scan_that_is_too_long_is_named_and_not_stored() {
        let longest = vec![b'9'; MOST_BYTES];
        let mut input = longest.clone();
        input.extend(b"\n9");
        input.extend(&longest);
        input.extend(b"\nA\n");
        input.extend(vec![b' '; MOST_BYTES * 2]);
        let framed: Vec<Framed> = frames(&input[..]).map(|framed| framed.unwrap()).collect();
        assert_eq!(
            framed,
            [
                Framed::Scan(Scan::new(1, longest)),
                Framed::TooLong { line: 2, beginning: vec![b'9'; 32], length: 4_097 },
                Framed::Scan(Scan::new(3, *b"A")),
            ]
        );
    }

    #[test]
    fn a_very_long_line_takes_no_more_memory_than_a_long_one() {
        let mut framer = Framer::new();
        for _ in 0..10_000_000 {
            assert_eq!(framer.push(b'9'), None);
        }
        assert!(framer.bytes.capacity() <= 2 * MOST_BYTES);
        let beginning = vec![b'9'; BEGINNING_BYTES];
        assert_eq!(framer.push(b'\n'), Some(Framed::TooLong { line: 1, beginning, length: 10_000_000 }));
    }

    /// Gives its bytes one at a time, with interruptions, then breaks.
    struct Stutterer(Vec<u8>, bool);

    impl std::io::Read for Stutterer {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            if self.0.is_empty() {
                return Err(ErrorKind::BrokenPipe.into());
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }

    #[test]
    fn a_broken_reader_is_an_error_and_not_an_end() {
        let reader = std::io::BufReader::new(Stutterer(b"A\r\nB\r\nhalf".to_vec(), false));
        let mut scans = frames(reader);
        assert_eq!(scans.next().unwrap().unwrap(), Framed::Scan(Scan::new(1, *b"A")));
        assert_eq!(scans.next().unwrap().unwrap(), Framed::Scan(Scan::new(2, *b"B")));
        assert_eq!(scans.next().unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert!(scans.next().is_none());
    }

    fn scanner_bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![3 => prop::sample::select(b"\r\n\t \x1dA".to_vec()), 1 => any::<u8>()];
        prop::collection::vec(byte, 0..200)
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(input in scanner_bytes()) {
            let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'\t');
            let is_blank = |byte: &u8| is_blank(*byte);
            let pieces = input.split(is_end).filter(|piece| !piece.iter().all(is_blank));
            let expected: Vec<Vec<u8>> = pieces.map(<[u8]>::to_vec).collect();
            let mut found = Vec::new();
            for framed in frames(&input[..]) {
                match framed.unwrap() {
                    Framed::Scan(scan) => found.push(scan.bytes),
                    Framed::NotRepaired { .. } => unreachable!(),
                    Framed::TooLong { .. } => prop_assert!(false, "200 bytes are not too long"),
                }
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn reading_in_pieces_makes_no_difference(input in scanner_bytes(), capacity in 1_usize..9) {
            let whole: Vec<Framed> = frames(&input[..]).map(|framed| framed.unwrap()).collect();
            let pieces = std::io::BufReader::with_capacity(capacity, &input[..]);
            let pieces: Vec<Framed> = frames(pieces).map(|framed| framed.unwrap()).collect();
            prop_assert_eq!(whole, pieces);
        }
    }
}
