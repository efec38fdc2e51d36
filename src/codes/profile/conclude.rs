//! From what was seen to a profile, and to what no profile can undo.

use std::collections::{BTreeMap, BTreeSet};

use super::accents::{apart, together};
use super::evidence::Evidence;
use super::loss::{Loss, listed};
use super::{Calibration, CalibrationFault, Profile};
use crate::codes::elements::SEPARATOR;
use crate::codes::identifiers::Characters;
use crate::codes::reader::inverted;
use crate::codes::{Encoding, shown};

/// The profile of a station.
pub(super) fn conclude(evidence: &Evidence, encoding: Encoding) -> Result<Calibration, CalibrationFault> {
    let mut conclusion = Conclusion::new(evidence);
    conclusion.profile.encoding = encoding;
    conclusion.around();
    conclusion.dead_keys();
    conclusion.missing();
    conclusion.case();
    conclusion.separator();
    conclusion.characters();
    if !conclusion.is_believable() {
        return Err(CalibrationFault::NotAligned);
    }
    Ok(Calibration { profile: conclusion.profile, losses: conclusion.losses })
}

struct Conclusion<'e> {
    evidence: &'e Evidence,
    profile: Profile,
    losses: Vec<Loss>,
    /// All texts that a character may mean that arrives.
    meant_by: BTreeMap<char, BTreeSet<String>>,
    /// How many characters of barcodes cannot be told any more, apart from their case.
    lost: BTreeSet<char>,
}

impl Conclusion<'_> {
    fn new(evidence: &Evidence) -> Conclusion<'_> {
        let mut meant_by: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
        for (meant, arrived) in &evidence.arrivals {
            if let Some(arrived) = arrived {
                meant_by.entry(*arrived).or_default().insert(meant.to_string());
            }
        }
        let (profile, losses, lost) = Default::default();
        Conclusion { evidence, profile, losses, meant_by, lost }
    }

    fn around(&mut self) {
        // What ends a scan cuts a prefix: only what stands behind the cut is in front of the scan.
        let ends = ['\r', '\n', '\t'];
        let prefix = self.evidence.prefix();
        prefix.rsplit(ends).next().unwrap_or_default().clone_into(&mut self.profile.prefix);
        let suffix = self.evidence.suffix();
        suffix.split(ends).next().unwrap_or_default().clone_into(&mut self.profile.suffix);
    }

    /// Dead keys: what they are put onto can be taken apart again, unless that is something else too.
    fn dead_keys(&mut self) {
        let mut by_mark: BTreeMap<char, BTreeSet<char>> = BTreeMap::new();
        let mut merged = BTreeSet::new();
        for ((first, second), arrived) in &self.evidence.pairs {
            let Some(arrived) = *arrived else { continue };
            let letter = self.evidence.arrival(*second);
            match apart(arrived).filter(|(base, _)| Some(*base) == letter) {
                Some((_, mark)) => drop(by_mark.entry(mark).or_default().insert(*first)),
                None if letter == Some(arrived) => {}
                None => {
                    self.meant_by.entry(arrived).or_default().insert(format!("{first}{second}"));
                    merged.insert(*first);
                }
            }
        }
        for (mark, keys) in by_mark {
            match keys.first().filter(|_| keys.len() == 1) {
                Some(key) => drop(self.profile.dead_keys.insert(mark, *key)),
                // Two keys with one accent: nobody can say which one it was, and no letter with it is known.
                None => merged.extend(keys),
            }
        }
        let marks: Vec<(char, char)> = self.profile.dead_keys.iter().map(|(mark, meant)| (*mark, *meant)).collect();
        for (mark, dead_key) in marks {
            let typed = self.evidence.arrivals.iter().filter_map(|(meant, arrived)| Some((*meant, (*arrived)?)));
            for (meant, arrived) in typed.collect::<Vec<_>>() {
                if let Some(known) = together(arrived, mark).and_then(|both| self.meant_by.get_mut(&both)) {
                    known.insert(format!("{dead_key}{meant}"));
                }
            }
        }
        if !merged.is_empty() {
            self.lost.extend(&merged);
            self.losses.push(Loss::DeadKeys { characters: listed(&merged) });
        }
    }

    /// Characters that never arrive, and dead keys that swallow the character behind them or are swallowed by it.
    fn missing(&mut self) {
        let mut missing = self.evidence.missing();
        for ((first, second), arrived) in &self.evidence.pairs {
            if arrived.is_none() || *arrived == self.evidence.arrival(*second) {
                missing.insert(*first);
            }
        }
        if !missing.is_empty() {
            self.lost.extend(&missing);
            self.losses.push(Loss::Missing { characters: listed(&missing) });
        }
    }

    /// Caps Lock turns the case of letters; a conversion makes two letters one.
    fn case(&mut self) {
        let arrival = |letter: char| self.evidence.arrival(letter);
        let letters = || ('a'..='z').chain('A'..='Z').filter(|letter| arrival(*letter).is_some());
        let turned = letters().filter(|letter| arrival(*letter) == Some(inverted(*letter))).count();
        self.profile.is_case_inverted = 2 * turned > letters().count();
        let both = || ('a'..='z').filter(|letter| arrival(*letter).and(arrival(inverted(*letter))).is_some());
        let alike = both().filter(|letter| arrival(*letter) == arrival(inverted(*letter))).count();
        self.profile.is_case_lost = 2 * alike > both().count();
        if self.profile.is_case_lost {
            self.profile.is_case_inverted = false;
            self.losses.push(Loss::Case);
        }
    }

    fn separator(&mut self) {
        let arrived = match self.evidence.separator() {
            None => return,
            Some("") => return self.losses.push(Loss::Separator),
            Some(arrived) if arrived.contains(['\r', '\n']) => {
                let arrived = shown(arrived.as_bytes());
                return self.losses.push(Loss::SeparatorEndsScan { arrived });
            }
            Some(arrived) => arrived,
        };
        let mut characters = arrived.chars();
        match (characters.next(), characters.next()) {
            (Some(SEPARATOR), None) => {}
            (Some(one), None) if self.is_foreign_to_gs1(one) => {
                arrived.clone_into(&mut self.profile.separator);
                let meant = self.meant_by.remove(&one).unwrap_or_default();
                let meant = meant.iter().filter_map(|text| text.chars().next()).collect();
                self.losses.push(Loss::SeparatorIsCharacter { arrived: listed(&BTreeSet::from([one])), meant });
            }
            (Some(one), None) if self.meant_by.contains_key(&one) => {
                self.meant_by.entry(one).or_default().insert(SEPARATOR.to_string());
            }
            _ => arrived.clone_into(&mut self.profile.separator),
        }
    }

    /// True for what arrives for characters too that GS1 data does not hold, so that it is the separator there.
    fn is_foreign_to_gs1(&self, arrived: char) -> bool {
        let is_foreign =
            |text: &String| text.chars().count() == 1 && !text.chars().any(|one| Characters::Set82.contain(one));
        self.meant_by.get(&arrived).is_some_and(|meant| meant.iter().all(is_foreign))
    }

    fn characters(&mut self) {
        let mut same = BTreeSet::new();
        for (arrived, meant) in &self.meant_by {
            match only_character(meant) {
                Some(one) => {
                    let one = if self.profile.is_case_inverted { inverted(one) } else { one };
                    if one == *arrived {
                        same.insert(one);
                    } else {
                        self.profile.characters.insert(*arrived, one);
                    }
                }
                None => {
                    self.profile.lost.insert(*arrived);
                    if self.profile.is_case_lost && is_one_letter(meant) {
                        continue;
                    }
                    self.lost.extend(meant.iter().filter_map(|text| text.chars().next()));
                    // What merges is said to be a dead key already.
                    let is_said = meant.iter().any(|text| text.chars().count() > 1) && !self.has_keys_of_its_own(meant);
                    if !is_said {
                        let texts = meant.iter().map(|text| shown(text.replace(' ', "space").as_bytes()));
                        let meant = texts.collect::<Vec<_>>().join(" ");
                        let arrived = shown(arrived.encode_utf8(&mut [0; 4]).as_bytes()).replace(' ', "space");
                        self.losses.push(Loss::Same { arrived, meant });
                    }
                }
            }
        }
        let is_changed = !(self.profile.characters.is_empty()
            && self.profile.dead_keys.is_empty()
            && self.profile.lost.is_empty()
            && self.lost.is_empty());
        if is_changed {
            self.profile.same = same;
        }
    }

    /// True when it is not only one dead key, alone and with something behind it.
    fn has_keys_of_its_own(&self, meant: &BTreeSet<String>) -> bool {
        let firsts: BTreeSet<char> = meant.iter().filter_map(|text| text.chars().next()).collect();
        firsts.len() > 1
    }

    /// A station that loses more than a third of all characters is none: what arrived was another scan.
    fn is_believable(&self) -> bool {
        self.lost.len() * 3 <= self.evidence.characters().len()
    }
}

fn only_character(meant: &BTreeSet<String>) -> Option<char> {
    let text = meant.first().filter(|_| meant.len() == 1)?;
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// True for `A` and `a` and nothing else.
fn is_one_letter(meant: &BTreeSet<String>) -> bool {
    let mut letters = meant.iter();
    let (first, second) = (letters.next(), letters.next());
    letters.next().is_none() && first.zip(second).is_some_and(|(first, second)| first.eq_ignore_ascii_case(second))
}
