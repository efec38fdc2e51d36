//! The keyboard layouts of the reference data, where `SCANTRAIL_REFERENCE_VECTORS` names its folder: a calibration from the
//! sheet repairs every text, or refuses it, and never makes another one of it.

use std::collections::HashMap;
use std::path::PathBuf;

use scantrail::codes::{Calibration, Loss, calibrate, calibrate_all, sheet};
use unicode_normalization::char::compose;

use super::Table;

const SEPARATOR: char = '\u{1d}';

/// What a key of the host does.
#[derive(Debug, Clone, Copy)]
enum Key {
    Types(char),
    /// Shows this accent when nothing can be put under it.
    Dead(char),
}

/// What hosts do with dead keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    /// They leave no trace.
    Swallowed,
    /// They are put onto the letter behind them where there is such a letter.
    Combined,
    /// The same; before a space the accent stands alone and the space is gone.
    CombinedAndSpaces,
    /// They are typed as accents.
    Accents,
}

const MODELS: [Model; 4] = [Model::Swallowed, Model::Combined, Model::CombinedAndSpaces, Model::Accents];

/// A scanner and its host.
struct Station<'s> {
    name: &'s str,
    keys: &'s HashMap<char, Key>,
    model: Model,
    around: (&'s str, &'s str),
    sends_identifier: bool,
    caps_lock: bool,
}

impl Station<'_> {
    /// What arrives for a barcode.
    fn types(&self, identifier: &str, text: &str) -> String {
        let sent = if self.sends_identifier { format!("{identifier}{text}") } else { text.to_owned() };
        let mut typed = String::new();
        let mut held: Option<char> = None;
        for character in sent.chars() {
            match (self.key(character), held.take()) {
                (Key::Types(one), Some(accent)) => typed.push_str(&self.together(accent, one)),
                (Key::Types(one), None) => typed.push(one),
                (Key::Dead(_), _) if self.model == Model::Swallowed => {}
                (Key::Dead(accent), _) if self.model == Model::Accents => typed.push(accent),
                (Key::Dead(accent), None) => held = Some(accent),
                (Key::Dead(accent), Some(before)) => typed.extend([before, accent]),
            }
        }
        typed.extend(held);
        format!("{}{typed}{}", self.around.0, self.around.1)
    }

    fn key(&self, character: char) -> Key {
        match self.keys.get(&character).copied().unwrap_or(Key::Types(character)) {
            Key::Types(one) if self.caps_lock && character.is_ascii_alphabetic() => Key::Types(turned(one)),
            key => key,
        }
    }

    fn together(&self, accent: char, one: char) -> String {
        match mark(accent).and_then(|mark| compose(one, mark)) {
            Some(both) => both.to_string(),
            None if one == ' ' && self.model == Model::CombinedAndSpaces => accent.to_string(),
            None => String::from_iter([accent, one]),
        }
    }

    fn calibration(&self) -> Result<Calibration, String> {
        let sheet = sheet::data_matrix();
        let arrived = self.types(sheet.identifier, &sheet.text);
        calibrate(&sheet.expected(), arrived.as_bytes()).map_err(|fault| format!("{self}: {fault}: {arrived}"))
    }

    /// The same from the bars.
    fn calibration_from_bars(&self) -> Result<Calibration, String> {
        let scan = |bar: &sheet::SheetBarcode| (bar.expected(), self.types(bar.identifier, &bar.text));
        let scans: Vec<(String, String)> = sheet::bars().iter().map(scan).collect();
        let scans: Vec<(&str, &[u8])> =
            scans.iter().map(|(expected, arrived)| (expected.as_str(), arrived.as_bytes())).collect();
        calibrate_all(&scans).map_err(|fault| format!("{self}: bars: {fault}: {scans:?}"))
    }

    /// A text is repaired or refused; what does not arrive at all was said to be missing.
    fn check(&self, calibration: &Calibration, text: &str) -> Result<bool, String> {
        let arrived = self.types("]C1", text);
        let Ok(repaired) = calibration.profile.repaired(arrived.as_bytes()) else {
            assert!(!calibration.losses.is_empty() || !calibration.profile.same.is_empty(), "{self} {text}");
            return Ok(false);
        };
        let expected = if self.sends_identifier { format!("]C1{text}") } else { text.to_owned() };
        let repaired = String::from_utf8(repaired).unwrap();
        let is_missing = |one: char| {
            calibration.losses.iter().any(|loss| match loss {
                Loss::Missing { characters } => characters.split(' ').any(|known| known == shown(one)),
                Loss::Separator => one == SEPARATOR,
                _ => false,
            })
        };
        let whole: String = expected.chars().filter(|one| !is_missing(*one)).collect();
        if repaired != whole {
            return Err(format!("{self}: {text} arrives as {arrived} and becomes {repaired}: {calibration:?}"));
        }
        Ok(repaired == expected)
    }
}

impl std::fmt::Display for Station<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Station { name, model, around, sends_identifier, caps_lock, .. } = self;
        write!(formatter, "{name} {model:?} {around:?} identifier {sends_identifier} caps {caps_lock}")
    }
}

fn shown(character: char) -> String {
    scantrail::codes::shown(character.to_string().as_bytes())
}

fn turned(character: char) -> char {
    let other: Vec<char> = match character.is_lowercase() {
        true => character.to_uppercase().collect(),
        false => character.to_lowercase().collect(),
    };
    if let [other] = other[..] { other } else { character }
}

fn mark(accent: char) -> Option<char> {
    let marks = [
        ('`', '\u{300}'),
        ('´', '\u{301}'),
        ('\'', '\u{301}'),
        ('΄', '\u{301}'),
        ('^', '\u{302}'),
        ('~', '\u{303}'),
        ('˘', '\u{306}'),
        ('˙', '\u{307}'),
        ('¨', '\u{308}'),
        ('"', '\u{308}'),
        ('°', '\u{30a}'),
        ('ˇ', '\u{30c}'),
        ('¸', '\u{327}'),
        ('˛', '\u{328}'),
    ];
    marks.iter().find(|(known, _)| *known == accent).map(|(_, mark)| *mark)
}

/// Each layout with its name and its keys, or `None`, which says that the test was not run.
fn layouts() -> Option<Vec<(String, HashMap<char, Key>)>> {
    let folder = std::env::var_os("SCANTRAIL_REFERENCE_VECTORS").map(PathBuf::from);
    let path = folder.map(|folder| folder.join("../../data/keyboard-layouts.tsv")).filter(|path| path.exists());
    let Some(path) = path else {
        println!("not run: SCANTRAIL_REFERENCE_VECTORS names no folder with ../../data/keyboard-layouts.tsv");
        return None;
    };
    let table = Table::read(&path);
    let layouts = table.rows.iter().map(|row| {
        let changed: HashMap<String, String> = serde_json::from_str(&row[5]).unwrap();
        let mut keys: HashMap<char, Key> =
            changed.iter().map(|(character, typed)| (only(character), key(typed))).collect();
        let separator = u32::from_str_radix(row[2].strip_prefix("U+").unwrap(), 16).unwrap();
        keys.insert(SEPARATOR, Key::Types(char::from_u32(separator).unwrap()));
        (row[0].clone(), keys)
    });
    Some(layouts.collect())
}

fn key(typed: &str) -> Key {
    match typed.strip_prefix("DEAD:") {
        Some(accent) => Key::Dead(only(accent)),
        None => Key::Types(only(typed)),
    }
}

fn only(text: &str) -> char {
    let mut characters = text.chars();
    let first = characters.next().unwrap();
    assert_eq!(characters.next(), None, "{text}");
    first
}

/// Texts with everything in them, and each character beside each other one.
fn texts() -> Vec<String> {
    let all: Vec<char> = (' '..='~').chain([SEPARATOR]).collect();
    let mut texts: Vec<String> = all.iter().map(|one| format!("A{one}1{one}e")).collect();
    texts.extend(all.iter().flat_map(|first| all.iter().map(move |second| format!("X{first}{second}7"))));
    texts.extend(
        ["010952123454321310AB-123\u{1d}17270131", "SN-2024/A+7", "https://id.gs1.org/01/09521234543213"]
            .map(str::to_owned),
    );
    texts
}

#[test]
fn every_layout_is_calibrated_and_no_text_becomes_another_one() {
    let Some(layouts) = layouts() else { return };
    let (mut whole, mut all, mut calibrated) = (0_usize, 0_usize, 0_usize);
    let (mut refused, mut wrong) = (Vec::new(), Vec::new());
    let texts = texts();
    for (number, (name, keys)) in layouts.iter().enumerate() {
        for model in MODELS {
            // Each layout and model once, with one of all prefixes, identifiers and states of Caps Lock in turn.
            let variant = (number + 3 * model as usize) % 8;
            let around = if variant & 1 == 0 { ("", "") } else { ("K~", ";E1") };
            let (sends_identifier, caps_lock) = (variant & 2 != 0, variant & 4 != 0);
            let station = Station { name, keys, model, around, sends_identifier, caps_lock };
            let mut calibrations = vec![station.calibration()];
            if (number + model as usize).is_multiple_of(4) {
                calibrations.push(station.calibration_from_bars());
            }
            for calibration in calibrations {
                let checks: Vec<Result<bool, String>> = match calibration {
                    Ok(calibration) => {
                        // Another part of all pairs of characters each time.
                        let texts = texts.iter().skip(number).step_by(67);
                        texts.map(|text| station.check(&calibration, text)).collect()
                    }
                    Err(fault) => {
                        refused.push(fault);
                        continue;
                    }
                };
                calibrated += 1;
                all += checks.len();
                whole += checks.iter().filter(|check| **check == Ok(true)).count();
                wrong.extend(checks.into_iter().filter_map(Result::err).take(1));
            }
        }
    }
    println!("{whole} of {all} texts were repaired, the others refused or said to be incomplete");
    // Swallowed dead keys leave so little of a text that it may lie in what arrived in several ways: then the host needs
    // another layout before anything can be calibrated.
    println!("{} of {} calibrations were refused", refused.len(), refused.len() + calibrated);
    assert!(refused.len() * 25 < calibrated, "{}", refused.join("\n"));
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
    assert!(whole * 10 > all * 8, "{whole} of {all}");
}
