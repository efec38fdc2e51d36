//! The profile of a station: what its scanner and its host do to the characters of a barcode, and how that is undone
//! before a scan is read.
//!
//! [`calibrate`] derives a profile from a barcode that is known: `align` lays what it holds beside what arrived,
//! `evidence` collects what arrives for each character, `conclude` makes a profile of it, and `loss` says what cannot be
//! undone. [`sheet`] has the barcodes that are printed for it, `settings` the words for a profile.

mod accents;
mod align;
mod calibrate;
mod conclude;
mod evidence;
mod loss;
mod settings;
pub mod sheet;

use std::collections::{BTreeMap, BTreeSet};

pub use calibrate::{Calibration, CalibrationFault, LineEnd, calibrate, calibrate_all};
pub use loss::Loss;
pub use settings::SettingFault;

use super::elements::SEPARATOR;
use super::reader::inverted;
use super::{Encoding, shown, symbology};

/// What is undone in every scan of a station. The default undoes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// How bytes are text.
    pub encoding: Encoding,
    /// What the scanner puts in front, as it arrives. It is taken off where it is there.
    pub prefix: String,
    /// What the scanner puts behind, as it arrives, without the line end.
    pub suffix: String,
    /// What arrives for the separator (0x1D); empty where the separator arrives as itself, or is only looked for by the
    /// rules for all stations.
    pub separator: String,
    /// The case of letters is turned, because Caps Lock is on.
    pub is_case_inverted: bool,
    /// All letters arrive in one case. That cannot be undone: lots and serials are compared without regard to it, or the
    /// scanner is set otherwise.
    pub is_case_lost: bool,
    /// The character of the barcode for each character that arrives as another one.
    pub characters: BTreeMap<char, char>,
    /// The character of the barcode for each dead key, by the mark (such as U+0301) that the key puts onto the character
    /// behind it.
    pub dead_keys: BTreeMap<char, char>,
    /// Where it is not empty, it is known what every character of barcodes arrives as: those that stand here arrive as
    /// themselves, and any other one that is no control character is refused.
    pub same: BTreeSet<char>,
    /// Characters that arrive for several characters of barcodes, so that nobody can say which one it was.
    pub lost: BTreeSet<char>,
}

/// Why a scan cannot be repaired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// Bytes that the encoding of the profile does not have.
    #[error("byte {position} of the scan is no {encoding} text")]
    NotText {
        /// The first such byte.
        position: usize,
        /// The encoding.
        encoding: &'static str,
    },
    /// A character that may be one of several.
    #[error(
        "character {position} of the scan, {shown}, arrives here for several characters of barcodes: set the scanner \
             or the keyboard layout as docs/scanners.md says"
    )]
    Lost {
        /// Where it stands, from 1.
        position: usize,
        /// The character as shown.
        shown: String,
    },
    /// A character that arrives for none of those that the calibration barcode holds.
    #[error(
        "character {position} of the scan, {shown}, arrived for nothing when the scanner was calibrated: if its settings, \
             the keyboard layout or Caps Lock have changed, calibrate it again (scantrail scanner calibrate)"
    )]
    Unknown {
        /// Where it stands, from 1.
        position: usize,
        /// The character as shown.
        shown: String,
    },
}

/// What a character that arrived means.
enum Meaning {
    One(char),
    /// A dead key and the character that it was put onto.
    Two(char, char),
    Lost,
    Unknown,
}

impl Profile {
    /// True when TAB belongs to the scan and does not end it, because it arrives for the separator.
    pub fn keeps_tabs(&self) -> bool {
        self.separator.contains('\t')
    }

    /// Undoes what this station does to a scan, as it was cut from the stream. The result is what [`super::read`] takes.
    ///
    /// # Errors
    /// See [`ProfileFault`]: what cannot be undone is never passed on.
    pub fn repaired(&self, scan: &[u8]) -> Result<Vec<u8>, ProfileFault> {
        if *self == Profile::default() {
            return Ok(scan.to_vec());
        }
        let encoding = self.encoding.word();
        let text = self.encoding.text(scan).map_err(|position| ProfileFault::NotText { position, encoding })?;
        let text = text.strip_prefix(&self.prefix).unwrap_or(&text);
        let text = text.strip_suffix(&self.suffix).unwrap_or(text);
        let mut repaired = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            // Where the bracket of identifiers arrives for the separator, the one in front is still that of an identifier.
            let is_identifier = rest.len() == text.len() && symbology::is_known_at(rest.as_bytes(), 0);
            if let Some(behind) = self.after_separator(rest).filter(|_| !is_identifier) {
                repaired.push(SEPARATOR);
                rest = behind;
                continue;
            }
            let position = || text.chars().count() - rest.chars().count() + 1;
            let shown = || shown(character.encode_utf8(&mut [0; 4]).as_bytes());
            match self.meaning(character) {
                Meaning::One(meant) => repaired.push(meant),
                Meaning::Two(dead_key, meant) => repaired.extend([dead_key, meant]),
                Meaning::Lost => return Err(ProfileFault::Lost { position: position(), shown: shown() }),
                Meaning::Unknown => return Err(ProfileFault::Unknown { position: position(), shown: shown() }),
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Ok(repaired.into_bytes())
    }

    fn after_separator<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.strip_prefix(&self.separator).filter(|_| !self.separator.is_empty())
    }

    fn meaning(&self, character: char) -> Meaning {
        if self.lost.contains(&character) {
            return Meaning::Lost;
        }
        if let Some(meant) = self.meant(character) {
            return Meaning::One(meant);
        }
        let parts = accents::apart(character);
        let known = parts.and_then(|(letter, mark)| self.dead_keys.get(&mark).copied().zip(self.meant(letter)));
        known.map_or(Meaning::Unknown, |(dead_key, meant)| Meaning::Two(dead_key, meant))
    }

    /// What a character means by itself.
    fn meant(&self, character: char) -> Option<char> {
        let meant = match self.characters.get(&character) {
            Some(meant) => Some(*meant),
            None if self.lost.contains(&character) => None,
            None if self.arrives_as_itself(character) => Some(character),
            None => None,
        };
        meant.map(|meant| if self.is_case_inverted { inverted(meant) } else { meant })
    }

    fn arrives_as_itself(&self, character: char) -> bool {
        let is_merged = || accents::apart(character).is_some_and(|(_, mark)| self.dead_keys.contains_key(&mark));
        match self.same.is_empty() {
            true => !is_merged(),
            false => character.is_control() || self.same.contains(&character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_undone() {
        for (settings, scan, repaired) in [
            (&["prefix=~"][..], &b"~]C110B7"[..], &b"]C110B7"[..]),
            (&["prefix=~"], b"]C110B7", b"]C110B7"),
            (&["gs=<GS>", "suffix=;;"], b"10B7<GS>21S;;", b"10B7\x1d21S"),
            (&["gs=space"], b"10B7 21S", b"10B7\x1d21S"),
            (&["gs=TAB"], b"10B7\t21S", b"10B7\x1d21S"),
            (&["caps=invert"], b"sn-0001X", b"SN-0001x"),
            (&["encoding=latin-1"], b"S\xfcd", "Süd".as_bytes()),
            (&["encoding=windows-1252"], b"\x80", "€".as_bytes()),
            (&["char=ß-", "char=yz", "char=zy"], "Aßyz".as_bytes(), b"A-zy"),
            (&["suffix=TAB", "case=lower"], b"a", b"a"),
            (&["char=´=", "dead=´=", "char=yz"], "é´7ýöÁ".as_bytes(), "=e=7=zö=A".as_bytes()),
            (&["dead=¨[", "caps=invert"], "äÄ".as_bytes(), b"[A[a"),
            (&["same=AB1", "char=ß-"], b"\x1dB-1".get(..2).unwrap(), b"\x1dB"),
        ] {
            let mut profile = Profile::default();
            settings.iter().for_each(|setting| profile.set(setting).unwrap());
            assert_eq!(profile.repaired(scan).unwrap(), repaired, "{settings:?}");
            assert_eq!(profile.keeps_tabs(), settings.contains(&"gs=TAB"));
        }
    }

    #[test]
    fn what_cannot_be_undone_is_refused() {
        let profile = Profile { lost: BTreeSet::from(['`']), ..Profile::default() };
        assert_eq!(profile.repaired(b"AB").unwrap(), b"AB");
        let shown = "`".to_owned();
        assert_eq!(profile.repaired(b"AB`1"), Err(ProfileFault::Lost { position: 3, shown }));
        let fault = ProfileFault::NotText { position: 2, encoding: "utf-8" };
        assert_eq!(profile.repaired(b"A\xfc"), Err(fault));
    }

    #[test]
    fn where_all_characters_are_known_no_other_one_passes() {
        let profile = Profile {
            same: BTreeSet::from(['A', 'e']),
            characters: BTreeMap::from([('ß', '-')]),
            dead_keys: BTreeMap::from([('\u{301}', '=')]),
            ..Profile::default()
        };
        assert_eq!(profile.repaired("Aßé\u{1e}".as_bytes()).unwrap(), b"A-=e\x1e");
        for (scan, position) in [("AB", 2), ("-", 1), ("éá", 2), ("´", 1), ("è", 1)] {
            let shown = scan.chars().nth(position - 1).unwrap().to_string();
            assert_eq!(profile.repaired(scan.as_bytes()), Err(ProfileFault::Unknown { position, shown }));
        }
    }
}
