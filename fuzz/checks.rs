//! What must hold for any bytes. The fuzz targets and the test of the kept corpus share it.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use chrono::NaiveDate;
use scantrail::codes::{
    Confidence, Profile, Reading, Rules, Scanned, calibrate, read, read_by, read_typed, shown, take_apart,
};
use scantrail::scan::{Framed, Framer, MOST_BYTES, Scan, frames_by};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).expect("a date")
}

/// Cutting a stream into scans: no byte is lost, none is made up, and no scan is longer than allowed.
pub fn framing(data: &[u8]) {
    for keeps_tabs in [false, true] {
        let mut last_line = 0;
        for framed in frames_by(data, Framer::new().keeping_tabs(keeps_tabs)) {
            let framed = framed.expect("a slice can be read");
            assert!(framed.line() >= last_line);
            last_line = framed.line();
            match framed {
                Framed::Scan(Scan { bytes, .. }) => {
                    assert!(!bytes.is_empty() && bytes.len() <= MOST_BYTES);
                    assert!(data.windows(bytes.len()).any(|window| window == bytes));
                    assert_eq!(take_apart(&bytes).concat(), bytes);
                    scan(&bytes);
                }
                Framed::NotRepaired { .. } => unreachable!("nothing is repaired here"),
                Framed::TooLong { length, .. } => assert!(length > MOST_BYTES as u64),
            }
        }
    }
}

/// GS1 data with and without an identifier, in brackets, and as a setting of a profile.
pub fn gs1(data: &[u8]) {
    scan(data);
    scan(&[b"]C1", data].concat());
    scan(&[b"]E0", data].concat());
    if let Ok(text) = std::str::from_utf8(data) {
        let typed = read_typed(text, today());
        typed.iter().for_each(no_control_characters);
    }
    let mut profile = Profile::default();
    let is_set = std::str::from_utf8(data).is_ok_and(|text| profile.set(text).is_ok());
    assert!(is_set || profile == Profile::default());
}

/// What a calibration expects.
pub fn calibration(data: &[u8]) {
    if let Ok(calibration) = calibrate("]d201AB\u{1d}10AB", data) {
        let repaired = calibration.profile.repaired(data);
        assert!(!calibration.losses.is_empty() || repaired.is_ok());
    }
}

/// GS1 Digital Link URIs.
pub fn link(data: &[u8]) {
    scan(data);
    scan(&[b"https://id.gs1.org/", data].concat());
    scan(&[b"https://id.gs1.org/01/09521234543213?", data].concat());
}

/// Labels of suppliers, HIBC and ISBT 128.
pub fn labels(data: &[u8]) {
    scan(data);
    scan(&[b"[)>\x1e06\x1d", data].concat());
    for before in [b"[)>".as_slice(), b"+", b"=", b"&", b"{"] {
        scan(&[before, data].concat());
    }
}

/// One scan: nothing in the answer is a control character but the separator, faults and warnings can be shown as they are,
/// and reading it again gives the same.
fn scan(bytes: &[u8]) {
    let rules = Rules { data_identifiers: true, lot_words: vec!["lot".to_owned()], ..Rules::default() };
    for rules in [&Rules::default(), &rules] {
        let scanned = read_by(bytes, rules, today());
        assert_eq!(scanned, read_by(bytes, rules, today()));
        let Scanned { reading, fault } = &scanned;
        no_control_characters(reading);
        reading.readings.iter().for_each(no_control_characters);
        assert!(
            reading.readings.is_empty() || reading.readings.iter().all(|other| other.confidence != Confidence::Sure)
        );
        if let Some(fault) = fault {
            assert!(!fault.to_string().contains(char::is_control), "{fault}");
        }
        assert!(!shown(reading.text.as_bytes()).contains(char::is_control));
    }
    assert_eq!(read(bytes, today()), read_by(bytes, &Rules::default(), today()).whole());
}

fn no_control_characters(reading: &Reading) {
    let texts = reading.elements.iter().map(|(_, value)| value.as_str());
    let texts = texts.chain(reading.item_codes.iter().map(String::as_str));
    let texts =
        texts.chain(reading.count.as_deref()).chain(reading.place.as_deref()).chain(reading.container.as_deref());
    for text in texts.chain(reading.warnings.iter().map(|warning| warning.message.as_str())) {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}
