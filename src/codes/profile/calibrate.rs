//! From one barcode that is known to a profile.

use std::collections::{BTreeMap, BTreeSet};

use super::Profile;
use crate::codes::elements::SEPARATOR;
use crate::codes::reader::inverted;
use crate::codes::{Encoding, shown, symbology};

/// The longest prefix, suffix or stand-in for the separator that is looked for, in characters.
const LONGEST: usize = 16;

/// What a calibration found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// What is undone from now on.
    pub profile: Profile,
    /// What cannot be undone, and what to do about it.
    pub losses: Vec<Loss>,
}

/// Something that a station does to scans and that cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// The separator does not arrive at all.
    #[error("the separator (GS) does not arrive: set the scanner to send control characters, or to send GS as {{GS}}")]
    Separator,
    /// Several characters arrive as the same one.
    #[error("{meant} all arrive as {arrived}: set the scanner and the host to the same keyboard layout")]
    Same {
        /// What arrives, as shown.
        arrived: String,
        /// What it may be, as shown.
        meant: String,
    },
    /// Capital and small letters arrive alike.
    #[error("capital and small letters arrive alike: switch off the case conversion of the scanner")]
    Case,
}

/// Why nothing can be derived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationFault {
    /// Nothing arrived.
    #[error("nothing arrived: scan the calibration barcode")]
    Nothing,
    /// What arrived is not the expected code, or characters of it are missing or merged.
    #[error(
        "this is not the calibration barcode, or characters of it were lost or merged on the way (dead keys): set the \
             scanner and the host to the same keyboard layout, and scan it again"
    )]
    NotAligned,
}

/// Derives what a station does to scans from one that is known: `expected` is what the barcode holds, with its symbology
/// identifier and 0x1D for the separator; `arrived` is the scan as cut from the stream. Characters that should occur in
/// scans should occur in `expected`, and many of them more than once: what does not occur is taken to arrive as itself.
///
/// # Errors
/// See [`CalibrationFault`].
pub fn calibrate(expected: &str, arrived: &[u8]) -> Result<Calibration, CalibrationFault> {
    let (encoding, text) = match Encoding::Utf8.text(arrived) {
        Ok(text) => (Encoding::Utf8, text),
        Err(_) => match Encoding::Windows1252.text(arrived) {
            Ok(text) => (Encoding::Windows1252, text),
            Err(_) => return Err(CalibrationFault::NotAligned),
        },
    };
    let arrived: Vec<char> = text.chars().collect();
    if arrived.is_empty() {
        return Err(CalibrationFault::Nothing);
    }
    let without_identifier = symbology::split(expected).1;
    let found = [expected, without_identifier].iter().find_map(|expected| align(expected, &arrived));
    let alignment = found.ok_or(CalibrationFault::NotAligned)?;
    Ok(alignment.calibration(encoding))
}

/// How an expected text lies in an arrived one.
struct Alignment {
    prefix: String,
    suffix: String,
    /// What arrived for the separator, if there is one in the text.
    separator: Option<String>,
    /// What arrived for each character.
    arrived_for: BTreeMap<char, char>,
}

/// The alignment that changes the fewest characters, and among those the one with the least around it.
fn align(expected: &str, arrived: &[char]) -> Option<Alignment> {
    let separators = expected.matches(SEPARATOR).count();
    let others = expected.chars().count() - separators;
    let mut best: Option<((usize, usize), Alignment)> = None;
    for length in 0..=(if separators == 0 { 0 } else { LONGEST }) {
        let Some(around) = arrived.len().checked_sub(others + separators * length) else { continue };
        for before in 0..=around.min(LONGEST) {
            let behind = around - before;
            let Some(alignment) = (behind <= LONGEST).then(|| try_at(expected, arrived, before, length)).flatten()
            else {
                continue;
            };
            let changed = alignment.arrived_for.iter().filter(|(meant, arrived)| meant != arrived).count();
            if best.as_ref().is_none_or(|(cost, _)| (changed, around) < *cost) {
                best = Some(((changed, around), alignment));
            }
        }
    }
    best.map(|(_, alignment)| alignment)
}

fn try_at(expected: &str, arrived: &[char], before: usize, length: usize) -> Option<Alignment> {
    let mut at = before;
    let mut separator: Option<String> = None;
    let mut arrived_for = BTreeMap::new();
    for character in expected.chars() {
        if character == SEPARATOR {
            let stand_in: String = arrived.get(at..at + length)?.iter().collect();
            at += length;
            if separator.get_or_insert_with(|| stand_in.clone()) != &stand_in {
                return None;
            }
            continue;
        }
        let found = *arrived.get(at)?;
        at += 1;
        if *arrived_for.entry(character).or_insert(found) != found {
            return None;
        }
    }
    let text = |characters: &[char]| characters.iter().collect();
    Some(Alignment { prefix: text(&arrived[..before]), suffix: text(&arrived[at..]), separator, arrived_for })
}

impl Alignment {
    fn calibration(self, encoding: Encoding) -> Calibration {
        let mut losses = Vec::new();
        let mut profile = Profile { encoding, prefix: self.prefix, suffix: self.suffix, ..Profile::default() };
        match self.separator.as_deref() {
            Some("") => losses.push(Loss::Separator),
            Some(stand_in) if !stand_in.starts_with(SEPARATOR) => stand_in.clone_into(&mut profile.separator),
            _ => {}
        }
        let letters = || self.arrived_for.iter().filter(|(meant, _)| meant.is_ascii_alphabetic());
        let is_inverted = letters().count() > 0 && letters().all(|(meant, arrived)| *arrived == inverted(*meant));
        let is_one_case = letters().any(|(meant, arrived)| *arrived == inverted(*meant))
            && letters().all(|(meant, arrived)| arrived.eq_ignore_ascii_case(meant))
            && !is_inverted;
        profile.is_case_inverted = is_inverted;
        profile.is_case_lost = is_one_case;
        if is_one_case {
            losses.push(Loss::Case);
        }
        let mut meant_by: BTreeMap<char, BTreeSet<char>> = BTreeMap::new();
        for (meant, arrived) in self.arrived_for {
            let is_case = meant.is_ascii_alphabetic() && (is_inverted || is_one_case);
            if !is_case {
                meant_by.entry(arrived).or_default().insert(meant);
            }
        }
        if let Some(character) = only_character(&profile.separator).filter(|one| meant_by.contains_key(one)) {
            meant_by.entry(character).or_default().insert(SEPARATOR);
        }
        for (arrived, meant) in meant_by {
            match only_one(&meant) {
                Some(one) if one == arrived => {}
                Some(one) => drop(profile.characters.insert(arrived, one)),
                None => {
                    let list = meant.iter().map(|one| shown(one.encode_utf8(&mut [0; 4]).as_bytes()));
                    let meant = list.collect::<Vec<_>>().join(" ");
                    losses.push(Loss::Same { arrived: shown(arrived.encode_utf8(&mut [0; 4]).as_bytes()), meant });
                    profile.lost.insert(arrived);
                    if only_character(&profile.separator) == Some(arrived) {
                        profile.separator.clear();
                    }
                }
            }
        }
        Calibration { profile, losses }
    }
}

fn only_character(text: &str) -> Option<char> {
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

fn only_one(set: &BTreeSet<char>) -> Option<char> {
    set.first().copied().filter(|_| set.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = "]Q3ABCabc012-/AB\u{1d}ABCabc012-/]C\u{1d}21";

    fn sent(change: impl Fn(char) -> String) -> String {
        EXPECTED.chars().map(change).collect()
    }

    fn found(arrived: &str) -> Calibration {
        calibrate(EXPECTED, arrived.as_bytes()).unwrap()
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
        let inverted = found(&sent(|character| super::inverted(character).to_string()));
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
    fn another_scan_is_no_calibration() {
        assert_eq!(calibrate(EXPECTED, b""), Err(CalibrationFault::Nothing));
        for arrived in [&b"4006381333931"[..], b"]Q3ABCabc012-/AB", &[0x81]] {
            assert_eq!(calibrate(EXPECTED, arrived), Err(CalibrationFault::NotAligned));
        }
        let merged = EXPECTED.replacen("-/", "ã", 1);
        assert_eq!(calibrate(EXPECTED, merged.as_bytes()), Err(CalibrationFault::NotAligned));
    }
}
