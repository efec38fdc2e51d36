//! Tables across a sheet: columns as wide as they need to be, wrapped cells, and the header again on every page.

use super::page::{Area, Element, Micrometres, Shade, millimetres};
use super::sheet::{BODY, LEFT, SMALL, STRONG, Sheet, Type, WIDTH};

const PADDING: Micrometres = 1_300;
const HEADER_HEIGHT: Micrometres = millimetres(6);
/// No column is made narrower than this for the sake of others.
const LEAST_WIDTH: Micrometres = millimetres(12);

/// Between columns; many columns stand closer, so that their texts wrap less.
fn gap(columns: usize) -> Micrometres {
    if columns > 7 { millimetres(2) } else { millimetres(4) }
}

/// The head of a column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// Numbers end at the right edge.
    pub right: bool,
    /// Printed heavy.
    pub strong: bool,
}

impl Column {
    /// A column of texts.
    pub fn text(name: &str) -> Column {
        Column { name: name.to_owned(), right: false, strong: false }
    }

    /// A column of heavy texts.
    pub fn strong(name: &str) -> Column {
        Column { strong: true, ..Column::text(name) }
    }

    /// A column of heavy numbers.
    pub fn number(name: &str) -> Column {
        Column { right: true, strong: true, ..Column::text(name) }
    }

    fn cell_type(&self) -> Type {
        if self.strong { Type { size: BODY.size, ..STRONG } } else { BODY }
    }
}

/// A row: one text for each column, and notes below them across the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The texts in the order of the columns.
    pub cells: Vec<String>,
    /// Paragraphs below, for example serial numbers.
    pub notes: Vec<String>,
}

/// Prints a table from the current place on.
pub(super) fn table(sheet: &mut Sheet, columns: &[Column], rows: &[Row]) {
    let grid = grid(columns, rows);
    sheet.ensure(HEADER_HEIGHT + 3 * BODY.line());
    header(sheet, columns, &grid);
    for row in rows {
        let lines = cell_lines(columns, &grid, row);
        let count = lines.iter().map(Vec::len).max().unwrap_or(0);
        let height = count as Micrometres * BODY.line() + 2 * PADDING;
        // A row stays together, unless it is longer than a page.
        if height < millimetres(200) && sheet.ensure(height) {
            header(sheet, columns, &grid);
        }
        sheet.advance(PADDING);
        for index in 0..count {
            body_line(sheet, columns, &grid, |column| lines.get(column).and_then(|cell| cell.get(index)));
        }
        notes(sheet, columns, &grid, row);
        sheet.advance(PADDING);
        sheet.rule();
    }
}

/// The left edge and the width of each column.
type Grid = Vec<(Micrometres, Micrometres)>;

fn grid(columns: &[Column], rows: &[Row]) -> Grid {
    let gap = gap(columns.len());
    let available = WIDTH - gap * (columns.len() as Micrometres - 1).max(0);
    let natural = columns.iter().enumerate().map(|(index, column)| {
        let cells = rows.iter().filter_map(|row| row.cells.get(index)).map(|cell| column.cell_type().width(cell));
        cells.chain([SMALL.width(&column.name)]).max().unwrap_or(0) + 100
    });
    let mut left = LEFT;
    let place = |width| {
        let cell = (left, width);
        left += width + gap;
        cell
    };
    fitted(&natural.collect::<Vec<_>>(), available).into_iter().map(place).collect()
}

/// Widths that fill `available`: what is left over goes to the widest column; what is missing is taken from the widest
/// ones, down to one common width.
fn fitted(natural: &[Micrometres], available: Micrometres) -> Vec<Micrometres> {
    let sum = |limit: Micrometres| natural.iter().map(|width| i64::from((*width).min(limit))).sum::<i64>();
    let widest = natural.iter().copied().max().unwrap_or(0);
    if sum(widest) <= i64::from(available) {
        let spare = available - natural.iter().sum::<Micrometres>();
        let position = natural.iter().position(|width| *width == widest);
        let spread = |(index, width): (usize, &Micrometres)| width + if Some(index) == position { spare } else { 0 };
        return natural.iter().enumerate().map(spread).collect();
    }
    let (mut low, mut high) = (LEAST_WIDTH, widest);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if sum(middle) <= i64::from(available) { low = middle } else { high = middle }
    }
    natural.iter().map(|width| (*width).min(low)).collect()
}

fn header(sheet: &mut Sheet, columns: &[Column], grid: &Grid) {
    let top = sheet.next();
    let band = Area { left: LEFT - millimetres(2), top, width: WIDTH + millimetres(4), height: HEADER_HEIGHT };
    sheet.push([Element::Fill(band, Shade::Pale)]);
    let text_top = top + (HEADER_HEIGHT - SMALL.size) / 2 - 200;
    for (column, (left, width)) in columns.iter().zip(grid) {
        let name = SMALL.shortened(&column.name, *width);
        let left = aligned(column, SMALL, &name, *left, *width);
        sheet.push([SMALL.at(left, text_top, name)]);
    }
    sheet.advance(HEADER_HEIGHT);
}

fn aligned(column: &Column, text_type: Type, text: &str, left: Micrometres, width: Micrometres) -> Micrometres {
    if column.right { left + width - text_type.width(text) } else { left }
}

fn cell_lines(columns: &[Column], grid: &Grid, row: &Row) -> Vec<Vec<String>> {
    let cells = columns.iter().zip(grid).zip(&row.cells);
    cells.map(|((column, (_, width)), cell)| column.cell_type().wrapped(cell, *width)).collect()
}

fn body_line<'a>(sheet: &mut Sheet, columns: &[Column], grid: &Grid, text: impl Fn(usize) -> Option<&'a String>) {
    if sheet.ensure(BODY.line() + PADDING) {
        header(sheet, columns, grid);
        sheet.advance(PADDING);
    }
    for (index, (column, (left, width))) in columns.iter().zip(grid).enumerate() {
        if let Some(text) = text(index) {
            let left = aligned(column, column.cell_type(), text, *left, *width);
            sheet.push([column.cell_type().at(left, sheet.next(), text)]);
        }
    }
    sheet.advance(BODY.line());
}

fn notes(sheet: &mut Sheet, columns: &[Column], grid: &Grid, row: &Row) {
    let note_type = Type { shade: Shade::Black, ..SMALL };
    let left = grid.get(1).map_or(LEFT, |(left, _)| *left);
    sheet.advance(if row.notes.is_empty() { 0 } else { PADDING / 2 });
    for line in row.notes.iter().flat_map(|note| note_type.wrapped(note, LEFT + WIDTH - left)) {
        if sheet.ensure(note_type.line() + PADDING) {
            header(sheet, columns, grid);
            sheet.advance(PADDING);
        }
        sheet.push([note_type.at(left, sheet.next(), line)]);
        sheet.advance(note_type.line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fill_the_page() {
        assert_eq!(fitted(&[20_000, 30_000], 100_000), [20_000, 80_000]);
        let shrunk = fitted(&[20_000, 300_000, 400_000], 180_000);
        assert_eq!(shrunk.first(), Some(&20_000));
        assert!((179_990..=180_000).contains(&shrunk.iter().sum::<i32>()), "{shrunk:?}");
    }
}
