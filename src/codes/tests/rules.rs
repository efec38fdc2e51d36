//! The rules of reading, one row each.

use super::*;
use crate::codes::{Command, Kind};

#[test]
fn a_pharmacy_label_says_everything() {
    let reading = read_text("]d2010952123454321321SN0001\u{1d}17270131112602001526123110B7").unwrap();
    assert_eq!(reading.symbology.as_deref(), Some("]d2"));
    assert_eq!(reading.kind, Kind::Gs1);
    assert_eq!(reading.text, "010952123454321321SN0001\u{1d}17270131112602001526123110B7");
    assert_eq!(bracketed(&reading), "(01)09521234543213(21)SN0001(17)270131(11)260200(15)261231(10)B7");
    assert_eq!(reading.item.unwrap().as_str(), "09521234543213");
    assert_eq!(reading.lot.as_ref().unwrap().as_str(), "B7");
    assert_eq!(reading.serial.as_ref().unwrap().as_str(), "SN0001");
    assert_eq!(reading.dates.expires.unwrap().to_string(), "2027-01-31");
    assert_eq!(reading.dates.made.unwrap().to_string(), "2026-02-28");
    assert_eq!(reading.dates.best_before.unwrap().to_string(), "2026-12-31");
    assert!(reading.is_unit() && !reading.is_guess && reading.plain().is_none() && reading.warnings.is_empty());
    assert_eq!((reading.count, reading.container, reading.place), (None, None, None));
}

#[test]
fn a_scan_is_gs1_only_when_it_must_be() {
    for (scan, elements) in [
        ("]C110B7", Some("(10)B7")),
        ("]e03024", Some("(30)24")),
        ("]Q321S\u{1d}", Some("(21)S")),
        ("]J10109521234543213", Some("(01)09521234543213")),
        ("10B7\u{1d}21S", Some("(10)B7(21)S")),
        ("0109521234543213", Some("(01)09521234543213")),
        ("02095212345432133724", Some("(02)09521234543213(37)24")),
        ("00095212345000000018", Some("(00)095212345000000018")),
        (" \u{2} 0109521234543213 \u{3} ", Some("(01)09521234543213")),
        ("10B7", None),
        ("2112345", None),
        ("17270131", None),
        ("1727013110B7", None),
        ("01095212345432", None),
        // A wrong check digit, and something behind the number that does not parse.
        ("0109521234543214", None),
        ("00095212345000000019", None),
        ("0109521234543213X", None),
        ("0100000000000000", None),
        ("]C00109521234543213", None),
        ("]Q110B7", None),
        ("(01)09521234543213(10)B7", None),
        ("Käse", None),
    ] {
        let reading = read_text(scan).unwrap();
        let found = (reading.kind == Kind::Gs1).then(|| bracketed(&reading));
        assert_eq!(found.as_deref(), elements, "{scan}");
        assert_eq!(reading.plain().is_some(), elements.is_none(), "{scan}");
    }
}

#[test]
fn what_was_recognised_by_digits_alone_is_a_guess() {
    for (scan, is_guess) in
        [("0109521234543213", true), ("0109521234543213\u{1d}", false), ("]C10109521234543213", false), ("10B7", false)]
    {
        assert_eq!(read_text(scan).unwrap().is_guess, is_guess, "{scan}");
    }
}

#[test]
fn plain_texts_keep_what_they_may_be() {
    for (scan, symbology, text, candidate) in [
        ("LOT-0042", None, "LOT-0042", None),
        ("  A  B ", None, "A  B", None),
        ("\u{2}A\u{3}", None, "A", None),
        ("]C0 A ", Some("]C0"), "A", None),
        ("]A0", None, "", None),
        ("]C", None, "]C", None),
        ("]0A1", None, "]0A1", None),
        ("4006381333931", None, "4006381333931", Some("04006381333931")),
        ("4006381333932", None, "4006381333932", None),
        ("96385074", None, "96385074", Some("00000096385074")),
        ("036000291452", None, "036000291452", Some("00036000291452")),
        ("]I119521234543210", Some("]I1"), "19521234543210", Some("19521234543210")),
        ("00000000", None, "00000000", None),
        ("17270131", None, "17270131", None),
    ] {
        if text.is_empty() {
            assert_eq!(read_text(scan), Err(Unreadable::Empty), "{scan}");
            continue;
        }
        let reading = read_text(scan).unwrap();
        assert_eq!((reading.symbology.as_deref(), reading.plain()), (symbology, Some(text)), "{scan}");
        assert_eq!(reading.gtin_candidate.as_ref().map(|gtin| gtin.as_str()), candidate, "{scan}");
        assert_eq!((reading.kind, reading.item), (Kind::Plain, None), "{scan}");
    }
}

#[test]
fn an_ean_by_its_identifier_is_the_item() {
    for (scan, item) in [
        ("]E04006381333931", "04006381333931"),
        ("]E0036000291452", "00036000291452"),
        ("]E496385074", "00000096385074"),
    ] {
        let reading = read_text(scan).unwrap();
        assert_eq!((reading.kind, reading.item.unwrap().as_str()), (Kind::Ean, item));
        assert_eq!(reading.plain(), Some(&scan[3..]));
        assert_eq!(reading.gtin_candidate, None);
    }
}

#[test]
fn command_scans_are_commands() {
    for command in Command::all() {
        for scan in [command.code(), format!("]C0{}", command.code()), format!("{} ", command.code())] {
            let reading = read_text(&scan).unwrap();
            assert_eq!((reading.kind, reading.plain()), (Kind::Command(command), None), "{scan}");
        }
    }
}

#[test]
fn counts_places_and_containers() {
    for (scan, count, item, place, container) in [
        ("]C13024", Some("24"), None, None, None),
        ("]C130000", Some("0"), None, None, None),
        ("]C1010952123454321330000010", Some("10"), Some("09521234543213"), None, None),
        ("]C102095212345432133724", Some("24"), Some("09521234543213"), None, None),
        ("]C10209521234543213302\u{1d}3724", Some("24"), Some("09521234543213"), None, None),
        ("]C10209521234543213", None, None, None, None),
        ("]C13724", None, None, None, None),
        ("]C14149521234123453", None, None, Some("9521234123453"), None),
        ("]C1254BIN-07\u{1d}4149521234123453", None, None, Some("9521234123453/BIN-07"), None),
        ("]C1254BIN-07", None, None, None, None),
        ("]C100095212345000000018", None, None, None, Some("095212345000000018")),
    ] {
        let reading = read_text(scan).unwrap();
        assert_eq!(reading.count.as_deref(), count, "{scan}");
        assert_eq!(reading.item.as_ref().map(|gtin| gtin.as_str()), item, "{scan}");
        assert_eq!(reading.place.as_deref(), place, "{scan}");
        assert_eq!(reading.container.as_deref(), container, "{scan}");
    }
}

#[test]
fn odd_scans_are_read_with_a_warning() {
    for (scan, elements, warnings) in [
        (
            "]C1010952123454321310B7\u{1d}\u{1d}17270131",
            "(01)09521234543213(10)B7(17)270131",
            &["doubled-separator"][..],
        ),
        ("]C1\u{1d}010952123454321310B7", "(01)09521234543213(10)B7", &[]),
        ("\u{1d}10B7", "(10)B7", &["missing-companion"]),
        ("]C10109521234543213422276\u{1d}21S", "(01)09521234543213(422)276(21)S", &[]),
        ("]C10109521234543213310300019510B7", "(01)09521234543213(3103)000195(10)B7", &[]),
        ("]C11812345610B7", "(18)123456(10)B7", &["unknown-element", "missing-companion"]),
        ("]C101095212345432138299X\u{1d}10B7", "(01)09521234543213(8299)X(10)B7", &["unknown-element"]),
        ("]C10100000000000000", "(01)00000000000000", &["item-all-zeros"]),
        ("]C13724", "(37)24", &["missing-companion", "missing-companion"]),
        ("]C10209521234543213", "(02)09521234543213", &["missing-companion"]),
        (
            "]C101095212345432133724",
            "(01)09521234543213(37)24",
            &["excluded-companion", "missing-companion", "missing-companion"],
        ),
        ("]C110B7\u{1d}10B7", "(10)B7(10)B7", &["missing-companion"]),
        ("]C121S\u{1d}21S\u{1d}21S\u{1d}21S", "(21)S(21)S(21)S(21)S", &["missing-companion"]),
        (
            "]C1010952123454321331030002003102000020",
            "(01)09521234543213(3103)000200(3102)000020",
            &["excluded-companion"],
        ),
    ] {
        let reading = read_text(scan).unwrap();
        assert_eq!(bracketed(&reading), elements, "{scan}");
        let codes: Vec<&str> = reading.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, warnings, "{scan}");
    }
}

#[test]
fn an_unreadable_scan_says_what_is_wrong_and_where() {
    let too_long = format!("]C110{}", "1".repeat(21));
    for (scan, message) in [
        ("", "there is nothing in the scan"),
        (" \u{2} \u{3} ", "there is nothing in the scan"),
        ("]C1", "there is nothing in the scan"),
        ("\u{1d}", "there is nothing in the scan"),
        ("SN\u{1b}[2J", r"character 3 of the scan is the control character \x1B"),
        ("SN\u{9b}2J", r"character 3 of the scan is the control character \xC2\x9B"),
        ("\u{2}\u{2}A", r"character 1 of the scan is the control character \x02"),
        (
            "010952123454321317270231",
            "element (17) at character 17 of the GS1 data is no date: there is no day 31 in 2027-02",
        ),
        (
            "2010952123454321310B7",
            "the beginning of the GS1 code is damaged: scan it again, and if that happens often, let the scanner type slower",
        ),
        ("]C0A\u{1d}B", r"character 2 of the scan is the control character \x1D"),
        ("]C110A\0B", r"character 4 of the scan is the control character \x00"),
        ("A\u{1d}B", r"at character 1 of the GS1 data no element begins with 'A\x1DB'"),
        ("]C10109521234543213(10)B7", "at character 17 of the GS1 data no element begins with '(10)'"),
        ("]C1010952123454321389X", "at character 17 of the GS1 data no element begins with '89X'"),
        ("]C13106000001", "at character 1 of the GS1 data no element begins with '3106'"),
        ("]C1ä", "at character 1 of the GS1 data no element begins with 'ä'"),
        ("]C10109521234543213\u{1d}10", "element (10) at character 18 of the GS1 data is empty"),
        ("]C11727013", "element (17) at character 1 of the GS1 data has 5 characters, it must have 6"),
        ("]C117270\u{1d}31", "element (17) at character 1 of the GS1 data has 3 characters, it must have 6"),
        (
            &too_long,
            "element (10) at character 1 of the GS1 data has 21 characters, at most 20 are allowed; is a separator missing?",
        ),
        (
            "]C130123456789",
            "element (30) at character 1 of the GS1 data has 9 characters, at most 8 are allowed; is a separator missing?",
        ),
        ("]C117270131301X", "element (30) at character 9 of the GS1 data holds 'X', only digits are allowed"),
        ("]C11727O131", "element (17) at character 1 of the GS1 data holds 'O', only digits are allowed"),
        ("]C117270131ä", "at character 9 of the GS1 data no element begins with 'ä'"),
        ("]C11727013ä", "element (17) at character 1 of the GS1 data holds 'ä', only digits are allowed"),
        ("]C110AB\\1", r"element (10) at character 1 of the GS1 data holds '\x5C', which GS1 data cannot hold"),
        ("]C110A B", "element (10) at character 1 of the GS1 data holds ' ', which GS1 data cannot hold"),
        ("]C10109521234543214", "element (01) at character 1 of the GS1 data has check digit 4, it should be 3"),
        ("]C117260230", "element (17) at character 1 of the GS1 data is no date: there is no day 30 in 2026-02"),
        ("]C117261301", "element (17) at character 1 of the GS1 data is no date: there is no month 13"),
        ("]C110A\u{1d}10B", "element (10) stands there twice, as A and as B"),
        (
            "]C101095212345432130209521234543213",
            "elements (01) and (02) cannot stand in one scan: one names the thing itself, the other what is inside it",
        ),
        (
            "10B7\u{1d}21S\u{1d}10B7\u{1d}21S",
            "the same elements stand there twice over: two scans ran together, scan it again",
        ),
        (
            "]E04006381333932",
            "the scanner says it is an EAN or UPC code, but 4006381333932 has check digit 2, it should be 1",
        ),
        (
            "SCANTRAILDONE",
            "SCANTRAILDONE begins like a command scan, but its check character E should be W; scan it again",
        ),
    ] {
        assert_eq!(read_text(scan).unwrap_err().to_string(), message, "{scan:?}");
    }
    let invalid = read(b"S\xfcd", today()).unwrap_err();
    assert_eq!(invalid.to_string(), "byte 2 of the scan is not UTF-8 text");
}
