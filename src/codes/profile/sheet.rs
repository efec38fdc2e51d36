//! The barcodes of the calibration sheet: a Data Matrix with everything, and bars that hold it together.
//!
//! Every printable ASCII character is there, and the separator. What is a dead key on some keyboard stands before a letter
//! that takes accents, before a digit, before itself and before a space, because hosts do something else with each.

use super::{Calibration, CalibrationFault, calibrate, calibrate_all};

/// A barcode of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetBarcode {
    /// The AIM symbology identifier that scanners may send before it.
    pub identifier: &'static str,
    /// What it holds.
    pub text: String,
}

impl SheetBarcode {
    /// The whole that a scanner sends which changes nothing.
    pub fn expected(&self) -> String {
        format!("{}{}", self.identifier, self.text)
    }
}

/// Characters that are dead keys in some layout of Windows.
const DEAD_SOMEWHERE: &str = "+=~`]'}\"[{\\:;|^-/?_";
/// Letters that are dead keys in the Greek layouts.
const DEAD_IN_GREEK: &str = "QqW";
/// What is left of the signs.
const OTHERS: &str = "!#$%&()*,.<>@";
/// Dead keys for the ring, which the letter e does not take.
const RINGS: &str = "~a`a\"a\\a";
const LETTERS_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
const MIXED: &str = "Z0zY1yX2xW3wV4vU5uT6tS7sR8rQ9qPpOoNnMmLlKkJjIiHhGgFfEeDdCcBbAa";

/// The Data Matrix, a plain one (`]d1`) with 0x1D in it.
pub fn data_matrix() -> SheetBarcode {
    let dead = |signs: &str| signs.chars().map(|one| format!("{one}e{one}{one}7{one} ")).collect::<String>();
    let plain: String = OTHERS.chars().map(|one| format!("{one}7{one}e")).collect();
    let (first, second) = DEAD_SOMEWHERE.split_at(DEAD_SOMEWHERE.len() / 2);
    let parts = [
        LETTERS_AND_DIGITS.to_owned(),
        format!("7{}0", dead(first)),
        format!("{plain}{RINGS}0"),
        format!("7{}0", dead(second)),
        format!("{}0", dead(DEAD_IN_GREEK)),
        MIXED.to_owned(),
    ];
    SheetBarcode { identifier: "]d1", text: parts.join("\u{1d}") }
}

/// How many bars hold everything.
const BARS: usize = 5;

/// The bars, Code 128 (`]C0`) with FNC1 inside for the separator. All of them are needed.
pub fn bars() -> Vec<SheetBarcode> {
    let dead = DEAD_SOMEWHERE.chars().chain(DEAD_IN_GREEK.chars());
    let dead: Vec<String> = dead.map(|one| format!("{one}e{one}7{one} ")).collect();
    let plain: Vec<String> = OTHERS.chars().map(|one| format!("{one}7{one}e")).collect();
    let letters: Vec<String> = LETTERS_AND_DIGITS.chars().map(String::from).collect();
    let share = |parts: &[String], bar: usize| parts.iter().skip(bar).step_by(BARS).cloned().collect::<String>();
    let bar = |bar: usize| SheetBarcode {
        identifier: "]C0",
        text: format!("{}7\u{1d}e{}{}0", share(&letters, bar), share(&dead, bar), share(&plain, bar)),
    };
    (0..BARS).map(bar).collect()
}

/// What was scanned of the sheet so far.
#[derive(Debug, Default)]
pub struct Scanned {
    bars: Vec<(usize, Vec<u8>)>,
}

impl Scanned {
    /// Takes a scan, without its line end. The Data Matrix is enough; of the bars all are needed, in any order, and
    /// `None` says that some are missing.
    ///
    /// # Errors
    /// It is no barcode of the sheet, or those that were scanned contradict each other; then it is dropped.
    pub fn take(&mut self, scan: &[u8]) -> Result<Option<Calibration>, CalibrationFault> {
        let fault = match calibrate(&data_matrix().expected(), scan) {
            Ok(calibration) => return Ok(Some(calibration)),
            Err(fault) => fault,
        };
        let texts: Vec<String> = bars().iter().map(SheetBarcode::expected).collect();
        let found = texts.iter().enumerate().filter_map(|(bar, expected)| Some((bar, calibrate(expected, scan).ok()?)));
        let (bar, _) = found.min_by_key(|(_, calibration)| changes(calibration)).ok_or(fault)?;
        let mut bars: Vec<_> = self.bars.iter().filter(|(known, _)| *known != bar).cloned().collect();
        bars.push((bar, scan.to_vec()));
        let scans: Vec<(&str, &[u8])> =
            bars.iter().map(|(bar, scan)| (texts[*bar].as_str(), scan.as_slice())).collect();
        let calibration = calibrate_all(&scans)?;
        self.bars = bars;
        Ok((self.bars.len() == texts.len()).then_some(calibration))
    }

    /// How many bars are still missing.
    pub fn missing(&self) -> Vec<usize> {
        (1..=BARS).filter(|bar| !self.bars.iter().any(|(known, _)| known + 1 == *bar)).collect()
    }
}

/// How much a station would have to change for a scan to be this barcode: of several, the likeliest changes least.
fn changes(calibration: &Calibration) -> usize {
    let profile = &calibration.profile;
    profile.characters.len()
        + profile.lost.len()
        + profile.prefix.len()
        + profile.suffix.len()
        + calibration.losses.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn characters(texts: &[SheetBarcode]) -> BTreeSet<char> {
        texts.iter().flat_map(|barcode| barcode.text.chars()).collect()
    }

    #[test]
    fn the_sheet_holds_all_that_barcodes_hold() {
        let all: BTreeSet<char> = (' '..='~').chain(['\u{1d}']).collect();
        assert_eq!(characters(&[data_matrix()]), all);
        assert_eq!(characters(&bars()), all);
        for barcode in bars() {
            assert!(barcode.text.len() <= 59, "{}", barcode.text.len());
        }
    }

    #[test]
    fn the_data_matrix_is_enough_and_of_the_bars_all_are_needed() {
        let whole = Scanned::default().take(data_matrix().text.as_bytes());
        assert!(whole.unwrap().is_some_and(|one| one.losses.is_empty() && one.profile.settings().is_empty()));
        let mut scanned = Scanned::default();
        for (count, bar) in [3, 1, 1, 0, 4, 2].into_iter().enumerate() {
            let calibration = scanned.take(bars()[bar].expected().as_bytes()).unwrap();
            assert_eq!(calibration.is_some(), count == 5);
        }
        assert!(scanned.missing().is_empty());
        assert!(Scanned::default().take(b"]C0SN-2024A000123").is_err());
    }

    #[test]
    fn bars_of_two_scanners_are_no_calibration() {
        let mut scanned = Scanned::default();
        scanned.take(bars()[0].text.as_bytes()).unwrap();
        let other = bars()[1].text.replace('e', "x");
        assert!(scanned.take(other.as_bytes()).is_err());
        assert_eq!(scanned.missing(), [2, 3, 4, 5]);
    }
}
