//! Which of several readings is meant, by what is known: items, lots and codes that are there.

use std::collections::BTreeSet;

use super::{Confidence, Kind, Reading, Warning};

/// What is known of the things that a scan may name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Texts that are the whole code of an item, a place or an order.
    pub codes: BTreeSet<String>,
    /// The 14 digits of GTINs that an item has.
    pub items: BTreeSet<String>,
    /// Lots that are known.
    pub lots: BTreeSet<String>,
    /// Serials that are known.
    pub serials: BTreeSet<String>,
}

/// What must be looked up before the readings of a scan can be ranked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    /// Is this text the code of something?
    pub codes: BTreeSet<String>,
    /// Has an item this GTIN?
    pub items: BTreeSet<String>,
    /// Is there such a lot?
    pub lots: BTreeSet<String>,
    /// Is there such a serial?
    pub serials: BTreeSet<String>,
}

/// What can be said against booking a scan as it was read. A plain text that may also be GS1 data is not among them:
/// there the slot decides.
const DOUBTS: [&str; 8] = [
    "hidden-element",
    "separator-in-words",
    "doubled-text",
    "wrong-encoding",
    "other-layout",
    "identifier-inside",
    "in-brackets",
    "unmarked-gs1",
];

/// What says that a scan may have been read wrongly, or was repaired by guessing: whoever books it must be told. What may
/// also be GS1 data is not among it, because there the slot decides, nor what is only incomplete.
const TOLD: [&str; 20] = [
    "case-lost",
    "capitals",
    "caps-lock",
    "concatenated",
    "dates-differ",
    "foreign-character",
    "framed-number",
    "in-brackets-damaged",
    "invisible-character",
    "known-otherwise",
    "named-text",
    "no-envelope",
    "not-a-date",
    "not-a-quantity",
    "odd-end",
    "odd-symbology",
    "small-letters",
    "unknown-symbology",
    "web-address",
    "wrong-check-digit",
];

impl Reading {
    /// What should be looked up before [`Reading::settle`]; empty for a scan that is sure.
    pub fn questions(&self) -> Questions {
        let mut questions = Questions::default();
        if self.confidence == Confidence::Sure && self.readings.is_empty() {
            return questions;
        }
        questions.codes.insert(self.text.clone());
        for reading in std::iter::once(self).chain(&self.readings) {
            questions.items.extend(reading.item.iter().chain(&reading.gtin_candidate).map(ToString::to_string));
            questions.lots.extend(reading.lot.iter().map(ToString::to_string));
            questions.serials.extend(reading.serial.iter().map(ToString::to_string));
            questions.codes.extend(reading.plain().map(str::to_owned));
        }
        if self.plain().is_some() {
            questions.lots.insert(self.text.clone());
            questions.serials.insert(self.text.clone());
        }
        questions
    }

    /// Puts the readings in the order of what is known. A whole text that is the code of something, or a lot or serial, is
    /// that; a literal reading whose lot and serial are known is right; where they are unknown, and another reading names a lot or
    /// serial that is known, that one stands first among the others, and the scan stays ambiguous.
    pub fn settle(mut self, facts: &Facts) -> Reading {
        if self.is_guess && facts.codes.contains(&self.text) {
            return Reading { text: self.text, symbology: self.symbology, kind: Kind::Plain, ..Reading::default() };
        }
        let is_known = [&facts.codes, &facts.lots, &facts.serials].iter().any(|known| known.contains(&self.text));
        if self.plain().is_some() && is_known {
            self.confidence = Confidence::Sure;
            return self;
        }
        let literal = known(&self, facts);
        let best = self.readings.iter().map(|reading| known(reading, facts)).max().unwrap_or(0);
        let names_something = self.lot.is_some() || self.serial.is_some();
        if self.has_elements_of_gs1() && literal > 0 && literal >= best && names_something {
            self.confidence = Confidence::Sure;
            return self;
        }
        self.readings.sort_by_key(|reading| std::cmp::Reverse(known(reading, facts)));
        if best > literal {
            self.warn("known-otherwise", "another reading names a lot, serial or item that is known");
            self.confidence = Confidence::Ambiguous;
        }
        self
    }

    /// The warnings that say that the scan may have been read wrongly.
    pub fn doubts(&self) -> impl Iterator<Item = &Warning> {
        let is_guessed = self.confidence != Confidence::Sure;
        let is_told = move |code: &str| TOLD.contains(&code) || (is_guessed && code == "separator-disguised");
        self.warnings.iter().filter(move |warning| DOUBTS.contains(&warning.code) || is_told(warning.code))
    }

    /// True for a scan whose readings should be ranked before it is booked.
    pub fn is_doubtful(&self) -> bool {
        self.warnings.iter().any(|warning| DOUBTS.contains(&warning.code))
    }

    /// True for a scan that must not be booked before somebody has said which reading is meant.
    pub fn must_be_asked(&self) -> bool {
        self.confidence == Confidence::Ambiguous && self.is_doubtful()
    }

    /// All readings: this one, as the scan stands, then the others.
    pub fn each(&self) -> Vec<Reading> {
        let literal = Reading { readings: Vec::new(), ..self.clone() };
        std::iter::once(literal).chain(self.readings.iter().cloned()).collect()
    }

    /// The reading that somebody chose, by its elements in brackets; this one where it is none of the others.
    pub fn chosen(self, in_brackets: &str) -> Reading {
        let sure = |one: Reading| Reading { confidence: Confidence::Sure, readings: Vec::new(), ..one };
        let symbology = self.symbology.clone();
        match self.readings.iter().find(|one| one.in_brackets() == in_brackets) {
            Some(other) => sure(Reading { symbology, ..other.clone() }),
            None => {
                let warnings = self.warnings.iter().filter(|one| !DOUBTS.contains(&one.code)).cloned().collect();
                sure(Reading { warnings, ..self })
            }
        }
    }

    /// The reading to take when a guess is accepted: the first of the others where there are any, else this one.
    pub fn best_guess(self) -> Reading {
        match self.readings.first() {
            Some(first) => Reading { symbology: self.symbology.clone(), ..first.clone() },
            None => self,
        }
    }
}

/// How many of the lot and the serial of a reading are known.
fn known(reading: &Reading, facts: &Facts) -> usize {
    let lot = reading.lot.as_ref().is_some_and(|lot| facts.lots.contains(lot.as_str()));
    let serial = reading.serial.as_ref().is_some_and(|serial| facts.serials.contains(serial.as_str()));
    let code = reading.plain().is_some_and(|text| facts.codes.contains(text));
    usize::from(lot) + usize::from(serial) + usize::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::tests::today;

    #[test]
    fn a_text_that_is_a_known_lot_is_that() {
        let text = "10L7|17270131";
        let reading = crate::codes::read(text.as_bytes(), today()).unwrap();
        assert!(reading.must_be_asked() && reading.questions().lots.contains(text), "{reading:?}");
        let lots = BTreeSet::from([text.to_owned()]);
        let settled = reading.settle(&Facts { lots, ..Facts::default() });
        assert_eq!((settled.plain(), settled.must_be_asked()), (Some(text), false));
    }
}
