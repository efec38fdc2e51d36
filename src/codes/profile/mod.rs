//! The profile of a station: what its scanner and its host do to the characters of a barcode, and how that is undone
//! before a scan is read.

mod calibrate;

use std::collections::{BTreeMap, BTreeSet};

pub use calibrate::{Calibration, CalibrationFault, Loss, calibrate};

use super::elements::SEPARATOR;
use super::reader::inverted;
use super::{Encoding, shown};

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
}

/// Why a text is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// Not `KEY=VALUE`.
    #[error("{0} is not KEY=VALUE, such as gs=#")]
    NotASetting(String),
    /// There is no such key.
    #[error("there is no setting {0}: there are prefix, suffix, gs, caps, case, encoding and char")]
    NoSuchKey(String),
    /// The key has no such value.
    #[error("{key} cannot be {value}")]
    NoSuchValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
}

/// Characters that settings name by a word.
const NAMES: [(&str, &str); 9] = [
    ("space", " "),
    ("TAB", "\t"),
    ("STX", "\u{2}"),
    ("ETX", "\u{3}"),
    ("ESC", "\u{1b}"),
    ("NUL", "\0"),
    ("FS", "\u{1c}"),
    ("GS", "\u{1d}"),
    ("RS", "\u{1e}"),
];

impl Profile {
    /// Changes a profile by a setting:
    ///
    /// | setting | means |
    /// |---|---|
    /// | `prefix=~` | the scanner puts this in front |
    /// | `suffix=…` | and this behind; `CR`, `LF`, `CRLF`, `TAB` and `none` need no undoing |
    /// | `gs=#` | this arrives for the separator: any text, or `space`, `TAB`, `ESC`, `NUL`, `FS`, `RS` |
    /// | `caps=invert` | Caps Lock turns the case of letters |
    /// | `case=lower`, `case=upper` | the scanner sends all letters in one case |
    /// | `encoding=latin-1`, `encoding=windows-1252` | bytes that are not UTF-8 are text in this encoding |
    /// | `char=ß-` | `ß` arrives for `-` |
    ///
    /// # Errors
    /// See [`SettingFault`].
    pub fn set(&mut self, setting: &str) -> Result<(), SettingFault> {
        let (key, value) =
            setting.split_once('=').ok_or_else(|| SettingFault::NotASetting(shown(setting.as_bytes())))?;
        let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map_or(value, |(_, text)| text);
        let wrong = || SettingFault::NoSuchValue { key: shown(key.as_bytes()), value: shown(value.as_bytes()) };
        match key {
            "prefix" => named.clone_into(&mut self.prefix),
            "suffix" => {
                let is_line_end = ["CR", "LF", "CRLF", "TAB", "none"].iter().any(|end| end.eq_ignore_ascii_case(value));
                self.suffix = if is_line_end { String::new() } else { named.to_owned() };
            }
            "gs" if !named.is_empty() => named.clone_into(&mut self.separator),
            "caps" if value == "invert" => self.is_case_inverted = true,
            "case" if matches!(value, "lower" | "upper") => self.is_case_lost = true,
            "encoding" => self.encoding = Encoding::from_word(value).ok_or_else(wrong)?,
            "char" => {
                let mut characters = value.chars();
                match (characters.next(), characters.next(), characters.next()) {
                    (Some(arrived), Some(meant), None) => drop(self.characters.insert(arrived, meant)),
                    _ => return Err(wrong()),
                }
            }
            "gs" | "caps" | "case" => return Err(wrong()),
            _ => return Err(SettingFault::NoSuchKey(shown(key.as_bytes()))),
        }
        Ok(())
    }

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
            if let Some(behind) = self.after_separator(rest) {
                repaired.push(SEPARATOR);
                rest = behind;
                continue;
            }
            if self.lost.contains(&character) {
                let position = text.chars().count() - rest.chars().count() + 1;
                let shown = shown(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Err(ProfileFault::Lost { position, shown });
            }
            repaired.push(self.meant(character));
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        Ok(repaired.into_bytes())
    }

    fn after_separator<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.strip_prefix(&self.separator).filter(|_| !self.separator.is_empty())
    }

    fn meant(&self, character: char) -> char {
        let character = self.characters.get(&character).copied().unwrap_or(character);
        if self.is_case_inverted { inverted(character) } else { character }
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
        ] {
            let mut profile = Profile::default();
            settings.iter().for_each(|setting| profile.set(setting).unwrap());
            assert_eq!(profile.repaired(scan).unwrap(), repaired, "{settings:?}");
            assert_eq!(profile.keeps_tabs(), settings.contains(&"gs=TAB"));
        }
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for (setting, message) in [
            ("gs", "gs is not KEY=VALUE, such as gs=#"),
            ("gs=", "gs cannot be "),
            ("caps=on", "caps cannot be on"),
            ("encoding=ebcdic", "encoding cannot be ebcdic"),
            ("char=abc", "char cannot be abc"),
            ("color=\u{1b}", "there is no setting color: there are prefix, suffix, gs, caps, case, encoding and char"),
        ] {
            assert_eq!(Profile::default().set(setting).unwrap_err().to_string(), message);
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
}
