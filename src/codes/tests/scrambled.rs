//! Random scans.

use proptest::prelude::*;

use super::*;
use crate::codes::check_digit::check_digit;
use crate::codes::{Command, elements, identifiers};

const CHARACTER_SET_82: &str = "[!\"%&'()*+,./0-9:;<=>?A-Z_a-z-]{1,20}";

fn checked(body: String) -> String {
    let check = check_digit(body.as_bytes());
    body + &check.to_string()
}

fn date() -> impl Strategy<Value = String> {
    (0..100_u32, 1..13_u32, 0..29_u32).prop_map(|(year, month, day)| format!("{year:02}{month:02}{day:02}"))
}

/// Right elements without (02) and (37), each at most once, in any order.
fn right_elements() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let all = (
        "[0-9]{13}".prop_map(checked),
        CHARACTER_SET_82,
        date(),
        date(),
        date(),
        CHARACTER_SET_82,
        "[0-9]{1,8}",
        "[0-9]{17}".prop_map(checked),
        "[0-9]{12}".prop_map(checked),
        "[0-9]{6}",
    );
    let named = all.prop_map(|(item, lot, made, best, expires, serial, count, container, place, weight)| {
        let values = [item, lot, made, best, expires, serial, count, container, place, weight];
        ["01", "10", "11", "15", "17", "21", "30", "00", "414", "3103"].into_iter().zip(values).collect::<Vec<_>>()
    });
    named.prop_flat_map(|elements| prop::sample::subsequence(elements, 1..=10).prop_shuffle())
}

fn joined(elements: &[(&str, String)], always_separated: bool) -> String {
    let mut data = String::new();
    for (index, (identifier, value)) in elements.iter().enumerate() {
        data.extend([identifier, value.as_str()]);
        let is_last = index + 1 == elements.len();
        if always_separated || (!is_last && identifiers::predefined_length(identifier).is_none()) {
            data.push(elements::SEPARATOR);
        }
    }
    data
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(scan: Vec<u8>) {
        let _ = read(&scan, today());
    }

    #[test]
    fn no_almost_right_scan_makes_it_panic(scan in "(\\]C1|\\]E0|\\]d2|SCANTRAIL)?(\u{1d}|01|10|17|30|[0-9]{6}|[A-Zä ]{0,3}|.){0,12}") {
        if let Ok(reading) = read_text(&scan) {
            prop_assert!(!reading.text.is_empty());
            let changes_it = |code| ["separator-disguised", "caps-lock", "capitals"].contains(&code);
            let is_changed = reading.warnings.iter().any(|warning| changes_it(warning.code));
            prop_assert!(is_changed || scan.contains(&reading.text));
        }
    }

    #[test]
    fn no_today_makes_it_panic(days in any::<i32>(), digits in "[0-9]{6}") {
        if let Some(today) = NaiveDate::from_num_days_from_ce_opt(days) {
            let _ = crate::codes::date_of_six_digits(&digits, today);
        }
    }

    #[test]
    fn right_elements_read_back_the_same(elements in right_elements(), always_separated: bool) {
        let reading = read_text(&format!("]C1{}", joined(&elements, always_separated))).unwrap();
        let found: Vec<(&str, String)> = elements.iter().map(|(identifier, value)| (*identifier, value.clone())).collect();
        let expected: Vec<(&str, String)> =
            reading.elements.iter().map(|(identifier, value)| (identifier.as_str(), value.clone())).collect();
        prop_assert_eq!(found, expected);
        let value = |wanted| elements.iter().find(|(identifier, _)| *identifier == wanted).map(|(_, value)| value.as_str());
        prop_assert_eq!(reading.lot.as_ref().map(|lot| lot.as_str()), value("10"));
        prop_assert_eq!(reading.serial.as_ref().map(|serial| serial.as_str()), value("21"));
        prop_assert_eq!(reading.container.as_deref(), value("00"));
        prop_assert_eq!(reading.place.as_deref(), value("414"));
        prop_assert_eq!(reading.dates.expires.is_some(), value("17").is_some());
    }

    #[test]
    fn a_plain_text_stays_what_it_is(text in "[A-Z][A-Z0-9/.-]{0,30}") {
        prop_assume!(Command::from_scan(&text).is_none());
        let reading = read_text(&text).unwrap();
        prop_assert_eq!(reading.plain(), Some(text.as_str()));
    }
}
