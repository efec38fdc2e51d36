//! Whole lines as they come from a stream: cut, taken apart and read.

use super::{Framed, Framer, Scan, frames, frames_by, repaired};
use crate::codes::{Profile, read};

fn elements(input: &[u8]) -> Vec<Option<String>> {
    let today = "2026-11-23".parse().unwrap();
    let scans = frames(input).flat_map(|framed| repaired(framed.unwrap(), &Profile::default()));
    let said = scans.map(|framed| match framed {
        Framed::Scan(scan) => read(&scan.bytes, today).ok().map(|reading| reading.in_brackets()),
        Framed::TooLong { .. } | Framed::NotRepaired { .. } => None,
    });
    said.collect()
}

#[test]
fn a_line_with_two_scans_gives_two() {
    let said = elements(b"]E04006381333931]C110B7\x1d21S\r\n]C110B8\n");
    let said: Vec<Option<&str>> = said.iter().map(Option::as_deref).collect();
    assert_eq!(said, [Some("4006381333931"), Some("(10)B7(21)S"), Some("(10)B8")]);
}

#[test]
fn utf_16_sent_as_bytes_is_read_and_its_last_zero_is_no_scan() {
    let line: Vec<u8> = "]C110B7\n]C110B8\n".bytes().flat_map(|byte| [byte, 0]).collect();
    assert_eq!(elements(&line), [Some("(10)B7".to_owned()), Some("(10)B8".to_owned())]);
    let line: Vec<u8> = "]C110B7\n]C110B8\n".bytes().flat_map(|byte| [0, byte]).collect();
    assert_eq!(elements(&line), [Some("(10)B7".to_owned()), Some("(10)B8".to_owned())]);
}

#[test]
fn a_station_whose_separator_is_tab_keeps_it_in_the_scan() {
    let framer = Framer::new().keeping_tabs(true);
    let framed: Vec<Framed> = frames_by(&b"10B7\t21S\nA"[..], framer).map(|framed| framed.unwrap()).collect();
    let expected = [(1, &b"10B7\t21S"[..]), (2, b"A")];
    assert_eq!(framed, expected.map(|(line, bytes)| Framed::Scan(Scan::new(line, bytes))));
}
