//! The sheet that a scanner is calibrated with: one Data Matrix, and bars for scanners that read nothing else.

use super::data_matrix::Matrix;
use super::error::PrintError;
use super::page::{Bars, Element, Micrometres, Page, millimetres};
use super::sheet::{BODY, Heading, LEFT, SECTION, STRONG, Sheet, SheetSize, WIDTH};
use super::symbol::{PRINTER_DOT, code_128_with_function_1};

/// What is printed on the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibrationSheet {
    /// What the Data Matrix holds.
    pub matrix: String,
    /// What the bars hold, U+001D for FNC1.
    pub bars: Vec<String>,
}

const TITLE: &str = "Scanner calibration";

const STEPS: [&str; 5] = [
    "1. Plug in the scanner and choose the keyboard layout that is used every day. Switch Caps Lock off.",
    "2. Run: scantrail scanner calibrate",
    "3. Scan this code, or all bars below it if the scanner reads bars only.",
    "4. Do what it says cannot be repaired, and calibrate again.",
    "5. Run: scantrail scanner test, and scan a label of your own.",
];

const MODULE: Micrometres = 4 * PRINTER_DOT;
const BAR_MODULE: Micrometres = 2 * PRINTER_DOT;
const BAR_HEIGHT: Micrometres = millimetres(12);
const GAP: Micrometres = millimetres(5);

/// Lays out the sheet, which is one page.
///
/// # Errors
/// [`PrintError`] for a text that cannot be encoded.
pub fn pages(content: &CalibrationSheet, size: SheetSize) -> Result<Vec<Page>, PrintError> {
    let heading = Heading { title: TITLE.to_owned(), number: String::new(), barcode: None, fields: Vec::new() };
    let mut sheet = Sheet::of_size(size, &heading);
    let matrix = Matrix::of(&content.matrix)?;
    let side = matrix.width(MODULE);
    sheet.push(matrix.place(LEFT, sheet.next(), MODULE));
    let left = LEFT + side + GAP;
    let mut top = sheet.next() + MODULE;
    for step in STEPS {
        for line in BODY.wrapped(step, LEFT + WIDTH - left) {
            sheet.push([BODY.at(left, top, line)]);
            top += BODY.line();
        }
        top += BODY.line() / 2;
    }
    sheet.advance(side.max(top - sheet.next()) + GAP);
    sheet.line(SECTION, "For scanners that read bars only: scan every one of these, in any order");
    sheet.rule();
    sheet.advance(GAP);
    for (index, text) in content.bars.iter().enumerate() {
        sheet.line(STRONG, &format!("{} of {}", index + 1, content.bars.len()));
        let symbol = code_128_with_function_1(text)?;
        let left = LEFT + symbol.quiet_left() * BAR_MODULE;
        let bars =
            Bars { left, top: sheet.next(), height: BAR_HEIGHT, guard_drop: 0, module_width: BAR_MODULE, symbol };
        sheet.push([Element::Bars(bars)]);
        sheet.advance(BAR_HEIGHT + GAP);
    }
    Ok(sheet.finish())
}
