//! From barcodes that are known to a profile.

use super::align::align;
use super::conclude::conclude;
use super::evidence::Evidence;
use super::{Loss, Profile};
use crate::codes::elements::SEPARATOR;
use crate::codes::{Encoding, symbology};

/// What a calibration found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// What is undone from now on.
    pub profile: Profile,
    /// What cannot be undone, and what to do about it.
    pub losses: Vec<Loss>,
}

/// Why nothing can be derived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationFault {
    /// Nothing arrived.
    #[error("nothing arrived: scan the calibration barcode")]
    Nothing,
    /// What arrived is not the expected code, or it arrived differently at different places.
    #[error(
        "this is not the calibration barcode, or characters of it were lost on the way: scan it again; if that does not \
             help, set the scanner to send characters more slowly"
    )]
    NotAligned,
}

/// What a scanner puts behind a scan to end it: any row of CR, LF and TAB, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineEnd(String);

impl LineEnd {
    /// Takes the end off a scan.
    pub fn cut(scan: &[u8]) -> (&[u8], LineEnd) {
        let behind = scan.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n' | b'\t')).count();
        let (scan, end) = scan.split_at(scan.len() - behind);
        (scan, LineEnd(String::from_utf8_lossy(end).into_owned()))
    }

    /// The names of its characters, such as `CR LF`; empty for none.
    pub fn names(&self) -> String {
        let name = |character: char| match character {
            '\r' => "CR",
            '\n' => "LF",
            _ => "TAB",
        };
        self.0.chars().map(name).collect::<Vec<_>>().join(" ")
    }

    /// A separator that arrives as what ends scans cuts them, and cannot be undone.
    pub fn judge(&self, calibration: &mut Calibration) {
        if self.0.starts_with('\t') && calibration.profile.keeps_tabs() {
            calibration.profile.separator.clear();
            calibration.losses.push(Loss::SeparatorEndsScan { arrived: "TAB".to_owned() });
        }
    }
}

/// Derives what a station does to scans from one that is known: `expected` is what the barcode holds, with its symbology
/// identifier and 0x1D for the separator; `arrived` is the scan as cut from the stream. Characters that should occur in
/// scans should occur in `expected`, and many of them more than once.
///
/// Where there are no losses, the profile repairs `arrived` to exactly `expected`, with or without the identifier.
///
/// # Errors
/// See [`CalibrationFault`].
pub fn calibrate(expected: &str, arrived: &[u8]) -> Result<Calibration, CalibrationFault> {
    calibrate_all(&[(expected, arrived)])
}

/// The same from several barcodes that together hold what one alone cannot: each with what arrived for it.
///
/// # Errors
/// See [`CalibrationFault`].
pub fn calibrate_all(scans: &[(&str, &[u8])]) -> Result<Calibration, CalibrationFault> {
    if scans.iter().all(|(_, arrived)| arrived.is_empty()) {
        return Err(CalibrationFault::Nothing);
    }
    let (encoding, texts) = decoded(scans).ok_or(CalibrationFault::NotAligned)?;
    let mut evidence = Evidence::default();
    for ((expected, _), arrived) in scans.iter().zip(&texts) {
        let identifier = symbology::split(expected).0.map_or(0, str::len);
        let characters: Vec<char> = expected.chars().collect();
        let alignment = align(&characters, identifier, arrived).ok_or(CalibrationFault::NotAligned)?;
        evidence.take(alignment)?;
    }
    let calibration = conclude(&evidence, encoding)?;
    let is_lossless = calibration.losses.is_empty();
    for ((expected, arrived), remainder) in scans.iter().zip(evidence.remainders()) {
        let remainder = with_separators(remainder, &calibration.losses);
        let is_whole = remainder == *expected || remainder == symbology::split(expected).1;
        let is_right = match calibration.profile.repaired(arrived) {
            Ok(repaired) => repaired == remainder.as_bytes() && (is_whole || !is_lossless),
            Err(_) => !is_lossless,
        };
        if !is_right {
            return Err(CalibrationFault::NotAligned);
        }
    }
    Ok(calibration)
}

/// What is left of a barcode where a character that it holds is read as the separator.
fn with_separators(remainder: String, losses: &[Loss]) -> String {
    let Some(meant) = losses.iter().find_map(|loss| match loss {
        Loss::SeparatorIsCharacter { meant, .. } => Some(meant),
        _ => None,
    }) else {
        return remainder;
    };
    let (identifier, data) = symbology::split(&remainder);
    let replaced = data.chars().map(|one| if meant.contains(&one) { SEPARATOR } else { one });
    identifier.unwrap_or_default().chars().chain(replaced).collect()
}

/// The first encoding in which all of them are text.
fn decoded(scans: &[(&str, &[u8])]) -> Option<(Encoding, Vec<Vec<char>>)> {
    [Encoding::Utf8, Encoding::Windows1252, Encoding::Latin1].into_iter().find_map(|encoding| {
        let texts = scans.iter().map(|(_, arrived)| Some(encoding.text(arrived).ok()?.chars().collect()));
        Some((encoding, texts.collect::<Option<Vec<Vec<char>>>>()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::reader::inverted;

    const EXPECTED: &str = "]Q3ABCabc012-/AB\u{1d}ABCabc012-/]C\u{1d}21";

    fn sent(change: impl Fn(char) -> String) -> String {
        EXPECTED.chars().map(change).collect()
    }

    fn found(arrived: &str) -> Calibration {
        calibrate(EXPECTED, arrived.as_bytes()).unwrap_or_else(|fault| panic!("{fault}: {arrived}"))
    }

    #[test]
    fn a_station_that_changes_nothing_has_nothing_to_undo() {
        assert_eq!(found(EXPECTED), Calibration { profile: Profile::default(), losses: Vec::new() });
        let without_identifier = EXPECTED.strip_prefix("]Q3").unwrap();
        assert_eq!(found(without_identifier).profile, Profile::default());
    }

    #[test]
    fn what_is_changed_is_undone() {
        for (stand_in, prefix, suffix, layout) in [
            ("\u{1d}", "", "", &[][..]),
            ("{GS}", "~", "", &[]),
            ("\0", "", ";", &[(']', '+'), ('-', 'ß')]),
            (
                "^",
                "<<",
                ">>",
                &[
                    ('0', 'à'),
                    ('1', '&'),
                    ('2', 'é'),
                    ('a', 'q'),
                    ('A', 'Q'),
                    ('Q', 'A'),
                    ('/', '!'),
                    ('-', ')'),
                    (']', '$'),
                ],
            ),
        ] {
            let change = |character| match layout.iter().find(|(meant, _)| *meant == character) {
                _ if character == SEPARATOR => stand_in.to_owned(),
                Some((_, arrived)) => arrived.to_string(),
                None => character.to_string(),
            };
            let arrived = format!("{prefix}{}{suffix}", sent(change));
            let calibration = found(&arrived);
            assert_eq!(calibration.losses, [], "{arrived}");
            assert_eq!(calibration.profile.repaired(arrived.as_bytes()).unwrap(), EXPECTED.as_bytes(), "{arrived}");
        }
    }

    #[test]
    fn the_case_of_letters() {
        let inverted = found(&sent(|character| inverted(character).to_string()));
        assert!(inverted.profile.is_case_inverted && inverted.losses.is_empty());
        let small = found(&sent(|character| character.to_ascii_lowercase().to_string()));
        assert!(small.profile.is_case_lost && !small.profile.is_case_inverted);
        assert_eq!(small.losses, [Loss::Case]);
    }

    #[test]
    fn what_cannot_be_undone_is_said() {
        let dropped =
            found(&sent(|character| if character == SEPARATOR { String::new() } else { character.to_string() }));
        assert_eq!(dropped.losses, [Loss::Separator]);
        let same = found(&sent(|character| if character == '/' { "-".to_owned() } else { character.to_string() }));
        let loss = Loss::Same { arrived: "-".to_owned(), meant: "- /".to_owned() };
        assert_eq!(same.losses, [loss]);
        assert!(same.profile.repaired(b"AB-1").is_err());
        let separator =
            found(&sent(|character| if character == SEPARATOR { "-".to_owned() } else { character.to_string() }));
        assert_eq!(separator.losses, [Loss::Same { arrived: "-".to_owned(), meant: r"\x1D -".to_owned() }]);
        assert!(separator.profile.repaired(b"10AB-17").is_err());
    }

    #[test]
    fn what_gs1_data_does_not_hold_is_the_separator_although_it_is_a_character_too() {
        for (stand_in, scan) in [
            ("|", "]d20109521234543213"),
            ("#", "0109521234543213"),
            (" ", "01"),
            ("^", "01"),
            ("]", "]d20109521234543213"),
        ] {
            let (expected, change) = (format!("{EXPECTED}{stand_in}/A"), |one| {
                if one == SEPARATOR { stand_in.to_owned() } else { String::from(one) }
            });
            let arrived: String = expected.chars().map(change).collect();
            let calibration = calibrate(&expected, arrived.as_bytes()).unwrap();
            let profile = &calibration.profile;
            assert!(matches!(calibration.losses.as_slice(), [Loss::SeparatorIsCharacter { .. }]), "{calibration:?}");
            assert_eq!(profile.separator, stand_in);
            let repaired = profile.repaired(format!("{scan}10L1{stand_in}17280131").as_bytes()).unwrap();
            assert_eq!(repaired, format!("{scan}10L1\u{1d}17280131").as_bytes());
        }
    }

    #[test]
    fn another_scan_is_no_calibration() {
        assert_eq!(calibrate(EXPECTED, b""), Err(CalibrationFault::Nothing));
        for arrived in [&b"4006381333931"[..], b"]Q3ABCabc012-/AB", &[0x81]] {
            assert_eq!(calibrate(EXPECTED, arrived), Err(CalibrationFault::NotAligned));
        }
        // What merges at one place does so at the other too.
        let merged = EXPECTED.replacen("-/", "ã", 1);
        assert_eq!(calibrate(EXPECTED, merged.as_bytes()), Err(CalibrationFault::NotAligned));
    }
}
