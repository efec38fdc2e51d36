//! Barcodes that steer the program: done, cancel, undo, quantities, modes. Printed once and hung up at the desk.

use super::cell::{Cell, Looks};
use super::page::{Micrometres, Page, millimetres};
use super::sheet::{BODY, Heading, LEFT, SECTION, STRONG, Sheet, TITLE, WIDTH};
use super::symbol::PRINTER_DOT;

pub use super::sheet::SheetSize;

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

/// Commands that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// What they are about; nothing for a sheet of one group.
    pub heading: String,
    /// The commands, in order.
    pub commands: Vec<Command>,
    /// Many short ones, three in a row: numbers.
    pub is_chart: bool,
}

/// Large bars: such a sheet is scanned from an arm's length.
const LARGE: Looks = Looks {
    module_widths: &[4 * PRINTER_DOT, 3 * PRINTER_DOT, 2 * PRINTER_DOT],
    bar_height: millimetres(17),
    text_size: 3_000,
};

/// The bars of a chart.
const SMALL_BARS: Looks =
    Looks { module_widths: &[3 * PRINTER_DOT, 2 * PRINTER_DOT], bar_height: millimetres(12), text_size: 2_500 };

/// How the commands of a group stand on the page.
struct Grid {
    looks: Looks,
    columns: usize,
    gap: Micrometres,
    between_rows: Micrometres,
}

const ROWS: Grid = Grid { looks: LARGE, columns: 2, gap: millimetres(20), between_rows: millimetres(10) };
const CHART: Grid = Grid { looks: SMALL_BARS, columns: 3, gap: millimetres(9), between_rows: millimetres(7) };

const ABOVE_BARS: Micrometres = 1_000;
const BELOW_HEADING: Micrometres = millimetres(4);

/// Lays out commands by groups, in the order given. A heading never stands alone at the end of a page.
pub fn pages(title: &str, groups: &[Group], size: SheetSize) -> Vec<Page> {
    let heading = Heading { title: title.to_owned(), number: String::new(), barcode: None, fields: Vec::new() };
    let mut sheet = Sheet::of_size(size, &heading);
    for group in groups {
        let grid = if group.is_chart { &CHART } else { &ROWS };
        for (index, commands) in group.commands.chunks(grid.columns).enumerate() {
            let row = Row::new(grid, commands);
            let is_first = index == 0 && !group.heading.is_empty();
            let whole = if is_first && group.is_chart { whole_height(grid, group) } else { row.height() };
            sheet.ensure(whole + if is_first { TITLE.line() + BELOW_HEADING } else { 0 });
            if is_first {
                sheet.line(SECTION, &group.heading);
                sheet.rule();
                sheet.advance(BELOW_HEADING);
            }
            row.place(&mut sheet);
        }
    }
    sheet.finish()
}

/// A chart is found at a glance when it stands on one page; none is higher than a page.
fn whole_height(grid: &Grid, group: &Group) -> Micrometres {
    let rows =
        group.commands.chunks(grid.columns).map(|commands| Row::new(grid, commands).height() + grid.between_rows);
    rows.sum::<Micrometres>() - grid.between_rows
}

/// Commands side by side.
struct Row<'g> {
    grid: &'g Grid,
    commands: &'g [Command],
    cells: Vec<Cell>,
    column: Micrometres,
}

impl<'g> Row<'g> {
    fn new(grid: &'g Grid, commands: &'g [Command]) -> Row<'g> {
        let gaps = grid.gap * (grid.columns as Micrometres - 1);
        let cells = commands.iter().map(|command| Cell::new("", &command.code)).collect();
        Row { grid, commands, cells, column: (WIDTH - gaps) / grid.columns as Micrometres }
    }

    fn text_height(&self) -> Micrometres {
        let lines = |command: &Command| match command.explanation.as_str() {
            "" => 0,
            text => BODY.wrapped(text, self.column).len() as Micrometres,
        };
        let most = self.commands.iter().map(lines).max().unwrap_or(0);
        STRONG.line() + most * BODY.line() + ABOVE_BARS
    }

    fn height(&self) -> Micrometres {
        let bars = self.cells.iter().map(|cell| cell.height(&self.grid.looks, self.column)).max().unwrap_or(0);
        self.text_height() + bars
    }

    fn place(&self, sheet: &mut Sheet) {
        for (index, (command, cell)) in self.commands.iter().zip(&self.cells).enumerate() {
            let left = LEFT + index as Micrometres * (self.column + self.grid.gap);
            let mut top = sheet.next();
            sheet.push([STRONG.at(left, top, STRONG.shortened(&command.title, self.column))]);
            top += STRONG.line();
            for line in BODY.wrapped(&command.explanation, self.column) {
                sheet.push([BODY.at(left, top, line)]);
                top += BODY.line();
            }
            let top = sheet.next() + self.text_height();
            sheet.push(cell.place(&self.grid.looks, left, top, self.column));
        }
        sheet.advance(self.height() + self.grid.between_rows);
    }
}
