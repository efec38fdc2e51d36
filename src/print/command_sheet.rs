//! Barcodes that steer the program: done, cancel, undo, quantities, modes. Printed once and hung up at the desk.

use super::cell::{Cell, Looks};
use super::page::{Micrometres, Page, millimetres};
use super::sheet::{BODY, Heading, LEFT, SECTION, Sheet, WIDTH};
use super::symbol::PRINTER_DOT;

/// One command to scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    /// What it does, in a word or two.
    pub title: String,
    /// What it does, in a sentence.
    pub explanation: String,
    /// What the barcode says.
    pub code: String,
}

/// Large bars: such a sheet is scanned from an arm's length.
const LARGE: Looks = Looks {
    module_widths: &[4 * PRINTER_DOT, 3 * PRINTER_DOT, 2 * PRINTER_DOT],
    bar_height: millimetres(20),
    text_size: 3_000,
};

const GAP: Micrometres = millimetres(20);
const COLUMN: Micrometres = (WIDTH - GAP) / 2;
const BETWEEN_ROWS: Micrometres = millimetres(14);
const ABOVE_BARS: Micrometres = 1_000;

/// Lays out commands on A4, two in a row, in the order given.
pub fn pages(title: &str, commands: &[Command]) -> Vec<Page> {
    let heading = Heading { title: title.to_owned(), number: String::new(), barcode: None, fields: Vec::new() };
    let mut sheet = Sheet::new(&heading);
    for row in commands.chunks(2) {
        let text_height = row.iter().map(text_height).max().unwrap_or(0);
        let cells: Vec<Cell> = row.iter().map(|command| Cell::new("", &command.code)).collect();
        let bars_height = cells.iter().map(|cell| cell.height(&LARGE, COLUMN)).max().unwrap_or(0);
        sheet.ensure(text_height + bars_height);
        for (index, (command, cell)) in row.iter().zip(&cells).enumerate() {
            let left = LEFT + index as Micrometres * (COLUMN + GAP);
            text(&mut sheet, command, left);
            let top = sheet.next() + text_height;
            sheet.push(cell.place(&LARGE, left, top, COLUMN));
        }
        sheet.advance(text_height + bars_height + BETWEEN_ROWS);
    }
    sheet.finish()
}

fn text_height(command: &Command) -> Micrometres {
    let lines = BODY.wrapped(&command.explanation, COLUMN).len() as Micrometres;
    SECTION.line() + lines * BODY.line() + ABOVE_BARS
}

fn text(sheet: &mut Sheet, command: &Command, left: Micrometres) {
    let mut top = sheet.next();
    sheet.push([SECTION.at(left, top, SECTION.shortened(&command.title, COLUMN))]);
    top += SECTION.line();
    for line in BODY.wrapped(&command.explanation, COLUMN) {
        sheet.push([BODY.at(left, top, line)]);
        top += BODY.line();
    }
}
