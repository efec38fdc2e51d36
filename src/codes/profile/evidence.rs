//! What alignments say of each character.

use std::collections::{BTreeMap, BTreeSet};

use super::CalibrationFault;
use super::align::{Alignment, Part};
use crate::codes::elements::SEPARATOR;

/// What was seen in all barcodes of a calibration.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    barcodes: Vec<Vec<Part>>,
    around: Option<(String, String)>,
    separator: Option<String>,
    /// What each character arrives as when it stands for itself.
    pub arrivals: BTreeMap<char, Option<char>>,
    /// What arrives for a character and the one behind it together.
    pub pairs: BTreeMap<(char, char), Option<char>>,
    /// Characters that stand side by side and arrive one by one.
    neighbours: BTreeSet<(char, char)>,
}

impl Evidence {
    /// Adds an alignment. A station does the same to every scan, so there is no contradiction between two places.
    pub fn take(&mut self, alignment: Alignment) -> Result<(), CalibrationFault> {
        let around = (alignment.prefix, alignment.suffix);
        if *self.around.get_or_insert_with(|| around.clone()) != around {
            return Err(CalibrationFault::NotAligned);
        }
        for part in &alignment.parts {
            let agrees = match part {
                Part::Separator(text) => self.separator.get_or_insert_with(|| text.clone()) == text,
                Part::One(meant, arrived) => self.arrivals.entry(*meant).or_insert(*arrived) == arrived,
                Part::Two(first, second, arrived) => self.pairs.entry((*first, *second)).or_insert(*arrived) == arrived,
            };
            if !agrees {
                return Err(CalibrationFault::NotAligned);
            }
        }
        self.neighbours.extend(alignment.parts.windows(2).filter_map(|parts| match parts {
            [Part::One(first, Some(_)), Part::One(second, _)] => Some((*first, *second)),
            _ => None,
        }));
        self.barcodes.push(alignment.parts);
        match self.pairs.keys().any(|pair| self.neighbours.contains(pair)) {
            true => Err(CalibrationFault::NotAligned),
            false => Ok(()),
        }
    }

    /// What the scanner puts in front.
    pub fn prefix(&self) -> &str {
        self.around.as_ref().map_or("", |(prefix, _)| prefix)
    }

    /// What the scanner puts behind.
    pub fn suffix(&self) -> &str {
        self.around.as_ref().map_or("", |(_, suffix)| suffix)
    }

    /// What arrives for the separator; `None` where no barcode holds one.
    pub fn separator(&self) -> Option<&str> {
        self.separator.as_deref()
    }

    /// What arrives for a character that stands for itself; `None` where nothing does.
    pub fn arrival(&self, meant: char) -> Option<char> {
        self.arrivals.get(&meant).copied().flatten()
    }

    /// Every character that was seen.
    pub fn characters(&self) -> BTreeSet<char> {
        self.arrivals.keys().copied().chain(self.pairs.keys().flat_map(|(first, second)| [*first, *second])).collect()
    }

    /// Characters that stand for themselves and do not arrive.
    pub fn missing(&self) -> BTreeSet<char> {
        self.arrivals.iter().filter(|(_, arrived)| arrived.is_none()).map(|(meant, _)| *meant).collect()
    }

    /// What is left of each barcode when all that arrives is undone, in the order of the scans.
    pub fn remainders(&self) -> impl Iterator<Item = String> {
        self.barcodes.iter().map(|parts| parts.iter().fold(String::new(), |text, part| text + &self.remainder(part)))
    }

    fn remainder(&self, part: &Part) -> String {
        match part {
            // What is not undone stays as it is.
            Part::Separator(arrived) if arrived.is_empty() || arrived.contains(['\r', '\n']) => arrived.clone(),
            Part::Separator(_) => SEPARATOR.to_string(),
            Part::One(_, None) | Part::Two(_, _, None) => String::new(),
            Part::One(meant, Some(_)) => meant.to_string(),
            Part::Two(_, second, arrived) if *arrived == self.arrival(*second) => second.to_string(),
            Part::Two(first, second, _) => String::from_iter([*first, *second]),
        }
    }
}
