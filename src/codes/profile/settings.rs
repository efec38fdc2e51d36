//! A profile as `KEY=VALUE` texts: for the command line, and for the file of a station.

use std::collections::btree_map::Entry;

use super::Profile;
use super::accents::{accent_of, mark_of};
use crate::codes::{Encoding, shown};

/// Why a text is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// Not `KEY=VALUE`.
    #[error("{0} is not KEY=VALUE, such as gs=#")]
    NotASetting(String),
    /// There is no such key.
    #[error("there is no setting {0}: there are prefix, suffix, gs, caps, case, encoding, char, dead, same and lost")]
    NoSuchKey(String),
    /// The key has no such value.
    #[error("{key} cannot be {value}")]
    NoSuchValue {
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// One character cannot arrive for two.
    #[error("{arrived} is set to arrive for {first} already, and cannot arrive for {second} too")]
    Contradiction {
        /// What arrives.
        arrived: String,
        /// What it was said to mean first.
        first: String,
        /// What it is said to mean now.
        second: String,
    },
}

/// Texts of one character that settings name by a word.
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

/// Suffixes that end a line anyway, and need no undoing.
const LINE_ENDS: [&str; 5] = ["CR", "LF", "CRLF", "TAB", "none"];

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
    /// | `dead=´=` | the dead key `´` is typed for `=`, so that `é` arrives for `=e` |
    /// | `same=ABC` | of the other characters only these arrive as themselves; any other one is refused |
    /// | `lost=#@` | these arrive for several characters, and are refused |
    ///
    /// In every value `\xHH` is a byte, so that anything can be written.
    ///
    /// # Errors
    /// See [`SettingFault`].
    pub fn set(&mut self, setting: &str) -> Result<(), SettingFault> {
        let (key, value) =
            setting.split_once('=').ok_or_else(|| SettingFault::NotASetting(shown(setting.as_bytes())))?;
        let wrong = || SettingFault::NoSuchValue { key: shown(key.as_bytes()), value: shown(value.as_bytes()) };
        let text = written_out(value).ok_or_else(wrong)?;
        let named = || NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value));
        let named = named().map_or(text.as_str(), |(_, character)| character);
        match key {
            "prefix" => named.clone_into(&mut self.prefix),
            "suffix" => {
                let is_line_end = LINE_ENDS.iter().any(|end| end.eq_ignore_ascii_case(value));
                self.suffix = if is_line_end { String::new() } else { named.to_owned() };
            }
            "gs" if !named.is_empty() => named.clone_into(&mut self.separator),
            "caps" if value == "invert" => self.is_case_inverted = true,
            "case" if matches!(value, "lower" | "upper") => self.is_case_lost = true,
            "encoding" => self.encoding = Encoding::from_word(value).ok_or_else(wrong)?,
            "char" => {
                let (arrived, meant) = pair(&text).ok_or_else(wrong)?;
                insert(self.characters.entry(arrived), meant)?;
            }
            "dead" => {
                let (accent, meant) = pair(&text).ok_or_else(wrong)?;
                insert(self.dead_keys.entry(mark_of(accent).ok_or_else(wrong)?), meant)?;
            }
            "same" if !text.is_empty() => self.same.extend(text.chars()),
            "lost" if !text.is_empty() => self.lost.extend(text.chars()),
            "gs" | "caps" | "case" | "same" | "lost" => return Err(wrong()),
            _ => return Err(SettingFault::NoSuchKey(shown(key.as_bytes()))),
        }
        Ok(())
    }

    /// Says which setting would take letters or digits out of codes, or waits for what ends a scan before it arrives.
    pub fn takes_data(&self) -> Option<String> {
        let is_data = |text: &str| !text.is_empty() && text.chars().all(|one| one.is_ascii_alphanumeric());
        let ends = |text: &str| text.contains(['\r', '\n']);
        if is_data(&self.separator) || ends(&self.separator) {
            return Some(format!("gs cannot be {}", value(&self.separator)));
        }
        let is_number = !self.prefix.is_empty() && self.prefix.bytes().all(|byte| byte.is_ascii_digit());
        (is_number || ends(&self.prefix)).then(|| format!("prefix cannot be {}", value(&self.prefix)))
    }

    /// The settings that make this profile of a default one. Names stand for single control characters, and nothing in
    /// them would steer a terminal.
    pub fn settings(&self) -> Vec<String> {
        let mut settings = Vec::new();
        for (key, text) in [("prefix", &self.prefix), ("suffix", &self.suffix), ("gs", &self.separator)] {
            match (key, text.as_str()) {
                (_, "") => {}
                // `suffix=TAB` is what ends a scan.
                ("suffix", "\t") => settings.push(r"suffix=\x09".to_owned()),
                _ => settings.push(format!("{key}={}", value(text))),
            }
        }
        if self.is_case_inverted {
            settings.push("caps=invert".to_owned());
        }
        if self.is_case_lost {
            settings.push("case=lower".to_owned());
        }
        if self.encoding != Encoding::default() {
            settings.push(format!("encoding={}", self.encoding.word()));
        }
        settings.extend(self.characters.iter().map(|(arrived, meant)| format!("char={}", both(*arrived, *meant))));
        settings.extend(self.dead_keys.iter().map(|(mark, meant)| format!("dead={}", both(accent_of(*mark), *meant))));
        for (key, characters) in [("same", &self.same), ("lost", &self.lost)] {
            if !characters.is_empty() {
                settings.push(format!("{key}={}", shown(String::from_iter(characters).as_bytes())));
            }
        }
        settings
    }
}

/// A text as the value of a setting: by its name, or with `\xHH` for what cannot be written as it is.
pub(super) fn value(text: &str) -> String {
    if let Some((name, _)) = NAMES.iter().find(|(_, named)| *named == text) {
        return (*name).to_owned();
    }
    let is_word = NAMES.iter().map(|(name, _)| name).chain(&LINE_ENDS).any(|word| word.eq_ignore_ascii_case(text));
    match text.as_bytes().split_first() {
        Some((first, rest)) if is_word => format!("\\x{first:02X}{}", shown(rest)),
        _ => shown(text.as_bytes()),
    }
}

fn both(arrived: char, meant: char) -> String {
    shown(String::from_iter([arrived, meant]).as_bytes())
}

fn pair(text: &str) -> Option<(char, char)> {
    let mut characters = text.chars();
    match (characters.next(), characters.next(), characters.next()) {
        (Some(arrived), Some(meant), None) => Some((arrived, meant)),
        _ => None,
    }
}

fn insert(entry: Entry<'_, char, char>, meant: char) -> Result<(), SettingFault> {
    let one = |character: char| shown(character.encode_utf8(&mut [0; 4]).as_bytes());
    match entry {
        Entry::Occupied(known) if *known.get() != meant => Err(SettingFault::Contradiction {
            arrived: one(*known.key()),
            first: one(*known.get()),
            second: one(meant),
        }),
        other => {
            other.or_insert(meant);
            Ok(())
        }
    }
}

/// The text of a value, in which `\xHH` is a byte; `None` where the bytes are no text.
fn written_out(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let (byte, behind) = escape(rest).unwrap_or((*first, behind));
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}

/// The byte of an escape at the beginning of a text, and what stands behind it.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, behind) = text.strip_prefix(b"\\x")?.split_at_checked(2)?;
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(digits[0])? * 16 + digit(digits[1])?, behind))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_setting_is_refused() {
        for (setting, message) in [
            ("gs", "gs is not KEY=VALUE, such as gs=#"),
            ("gs=", "gs cannot be "),
            ("caps=on", "caps cannot be on"),
            ("encoding=ebcdic", "encoding cannot be ebcdic"),
            ("char=abc", "char cannot be abc"),
            ("dead=ab", "dead cannot be ab"),
            ("lost=", "lost cannot be "),
            (r"gs=\xFF", r"gs cannot be \x5CxFF"),
            (
                "color=\u{1b}",
                "there is no setting color: there are prefix, suffix, gs, caps, case, encoding, char, dead, same and lost",
            ),
        ] {
            assert_eq!(Profile::default().set(setting).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn one_character_means_one() {
        let mut profile = Profile::default();
        for setting in ["char=ß-", "char=ß-", "char=y-", "dead=´="] {
            profile.set(setting).unwrap();
        }
        let fault = profile.clone().set("char=ß/").unwrap_err();
        assert_eq!(fault.to_string(), "ß is set to arrive for - already, and cannot arrive for / too");
        assert!(profile.set("dead='+").is_err());
    }

    #[test]
    fn control_characters_have_names() {
        let profile = Profile {
            prefix: "\u{2}".to_owned(),
            suffix: "cr".to_owned(),
            separator: "\\\u{1b}[A".to_owned(),
            lost: BTreeSet::from(['\u{1b}', '#']),
            ..Profile::default()
        };
        assert_eq!(profile.settings(), ["prefix=STX", r"suffix=\x63r", r"gs=\x5C\x1B[A", r"lost=\x1B#"]);
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[\u{0}-\u{ff}]{0,6}",
            1 => any::<String>(),
            1 => prop::sample::select(vec!["TAB", "gs", "crlf", "None", "space", r"\x41", r"\x"]).prop_map(str::to_owned),
        ]
    }

    fn characters() -> impl Strategy<Value = BTreeSet<char>> {
        prop::collection::btree_set(prop_oneof![any::<char>(), prop::char::range('\0', 'ÿ')], 0..6)
    }

    fn profile() -> impl Strategy<Value = Profile> {
        let words = prop::sample::select(Encoding::WORDS.to_vec());
        let marks = prop::sample::select(vec!['\u{300}', '\u{301}', '\u{308}', '\u{328}', '\u{331}']);
        (
            (words, text(), text(), text(), any::<bool>(), any::<bool>()),
            prop::collection::btree_map(any::<char>(), any::<char>(), 0..6),
            prop::collection::btree_map(marks, any::<char>(), 0..3),
            (characters(), characters()),
        )
            .prop_map(
                |((encoding, prefix, suffix, separator, inverted, lost), characters, dead_keys, sets)| Profile {
                    encoding: encoding.0,
                    prefix,
                    suffix,
                    separator,
                    is_case_inverted: inverted,
                    is_case_lost: lost,
                    characters,
                    dead_keys: BTreeMap::from_iter(dead_keys),
                    same: sets.0,
                    lost: sets.1,
                },
            )
    }

    proptest! {
        #[test]
        fn settings_make_the_same_profile(profile in profile()) {
            let mut made = Profile::default();
            for setting in profile.settings() {
                prop_assert!(!setting.chars().any(char::is_control), "{}", setting);
                prop_assert_eq!(made.set(&setting), Ok(()), "{}", setting);
            }
            prop_assert_eq!(made, profile);
        }
    }
}
