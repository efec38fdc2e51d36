//! Pick sheets: what to fetch from where, with everything to scan in the order in which it is asked for.
//!
//! Place, item, quantity, lot, serials: a line is scanned from left to right and from top to bottom, and that is a valid
//! stream of scans for the command that picks.

use super::cell::{Cell, LIST};
use super::page::{Area, Element, Micrometres, Page, Shade, millimetres};
use super::sheet::{BODY, Heading, LEFT, RIGHT, SECTION, SMALL, STRONG, Sheet, Type, WIDTH, field};
use super::table::{Column, Row, table};
use super::total::totals;

/// What a pick sheet says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PickSheet {
    /// The order's code, printed with its barcode.
    pub order: String,
    /// Who the goods are for.
    pub partner: String,
    /// The number of the operation that allocated them.
    pub operation: Option<i64>,
    /// More names and values for the heading.
    pub printed_for: Vec<(String, String)>,
    /// What to fetch. Lines of one place are printed together, places in the order in which they first come.
    pub lines: Vec<PickLine>,
    /// What is missing: items and quantities.
    pub short: Vec<(String, String)>,
}

/// One item, of one lot, from one place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PickLine {
    /// Where it is.
    pub place: String,
    /// The item's code.
    pub sku: String,
    /// The item's name.
    pub name: String,
    /// The decimal text of the quantity.
    pub quantity: String,
    /// The unit of the quantity.
    pub unit: String,
    /// The lot, if the item has lots.
    pub lot: Option<String>,
    /// When the lot expires, as it is to be read.
    pub expires: Option<String>,
    /// The serial numbers, if the item has them.
    pub serials: Vec<String>,
}

/// The free space between columns of barcodes, quiet zones not counted: a scanner must not hit two at once.
const COLUMN_GAP: Micrometres = millimetres(10);
/// Between rows of cells; with the texts the bars are then more than 10 mm apart.
const ROW_GAP: Micrometres = millimetres(5);
const BAND_HEIGHT: Micrometres = millimetres(8);
const AFTER_BAND: Micrometres = millimetres(4);
const TICK_BOX: Micrometres = millimetres(5);
const TITLE_INDENT: Micrometres = millimetres(9);
const AFTER_BLOCK: Micrometres = millimetres(6);

/// Lays out a pick sheet on A4.
pub fn pages(pick_sheet: &PickSheet) -> Vec<Page> {
    let mut sheet = Sheet::new(&heading(pick_sheet));
    let layout = Layout::of(&pick_sheet.lines);
    for group in groups(&pick_sheet.lines) {
        place_group(&mut sheet, &layout, &group);
    }
    if pick_sheet.lines.is_empty() {
        sheet.line(BODY, "Nothing is allocated: there is nothing to pick.");
    }
    short(&mut sheet, &pick_sheet.short);
    sheet.finish()
}

fn heading(pick_sheet: &PickSheet) -> Heading {
    let units = totals(pick_sheet.lines.iter().map(|line| (line.quantity.as_str(), line.unit.as_str())));
    let operation = pick_sheet.operation.map(|number| number.to_string()).unwrap_or_default();
    let lines = pick_sheet.lines.len().to_string();
    let fields =
        [("Partner", pick_sheet.partner.as_str()), ("Total", &units), ("Lines", &lines), ("Operation", &operation)];
    let fields = fields.into_iter().filter_map(|(name, value)| field(name, value));
    Heading {
        title: "Pick sheet".to_owned(),
        number: pick_sheet.order.clone(),
        barcode: (!pick_sheet.order.is_empty()).then(|| Cell::new("Order", &pick_sheet.order)),
        fields: fields.chain(pick_sheet.printed_for.iter().cloned()).collect(),
    }
}

/// The lines of each place together, in the order in which the places first come.
fn groups(lines: &[PickLine]) -> Vec<Vec<&PickLine>> {
    let mut groups: Vec<Vec<&PickLine>> = Vec::new();
    for line in lines {
        let same_place = |group: &&mut Vec<&PickLine>| group.iter().all(|other| other.place == line.place);
        match groups.iter_mut().find(same_place) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    groups
}

fn place_group(sheet: &mut Sheet, layout: &Layout, group: &[&PickLine]) {
    for (index, line) in group.iter().enumerate() {
        let block = Block::new(line, layout);
        let band = if index == 0 { BAND_HEIGHT + AFTER_BAND } else { 0 };
        let new_page = sheet.ensure(band + block.least_height());
        if index == 0 {
            place_band(sheet, line, group.len(), false);
        } else if new_page {
            place_band(sheet, line, group.len(), true);
        }
        block.print(sheet);
        sheet.advance(AFTER_BLOCK);
    }
}

/// The name of a place as a band across the page.
fn place_band(sheet: &mut Sheet, line: &PickLine, count: usize, continued: bool) {
    let top = sheet.next();
    let band = Area { left: LEFT - millimetres(3), top, width: WIDTH + millimetres(6), height: BAND_HEIGHT };
    let note = match (continued, count) {
        (true, _) => "continued".to_owned(),
        (false, 1) => "1 line".to_owned(),
        (false, count) => format!("{count} lines"),
    };
    let note_left = RIGHT - SMALL.width(&note);
    let name = SECTION.shortened(&line.place, note_left - LEFT - millimetres(5));
    sheet.push([
        Element::Fill(band, Shade::Pale),
        SECTION.at(LEFT, top + (BAND_HEIGHT - SECTION.size) / 2 - 300, name),
        SMALL.at(note_left, top + (BAND_HEIGHT - SMALL.size) / 2 - 100, note),
    ]);
    sheet.advance(BAND_HEIGHT + AFTER_BAND);
}

/// Left edges and widths for cells that stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Columns(Vec<(Micrometres, Micrometres)>);

impl Columns {
    fn equal(count: usize) -> Columns {
        let count = count.max(1) as Micrometres;
        let width = (WIDTH - COLUMN_GAP * (count - 1)) / count;
        Columns((0..count).map(|index| (LEFT + index * (width + COLUMN_GAP), width)).collect())
    }

    /// Columns that are as wide as they must be, and what is left over shared out, or `None` if there is too little room.
    fn needed(widths: &[Micrometres]) -> Option<Columns> {
        let count = widths.len() as Micrometres;
        let spare = WIDTH - COLUMN_GAP * (count - 1).max(0) - widths.iter().sum::<Micrometres>();
        if spare < 0 || count == 0 {
            return None;
        }
        let mut left = LEFT;
        let place = |width: &Micrometres| {
            let column = (left, width + spare / count);
            left += column.1 + COLUMN_GAP;
            column
        };
        Some(Columns(widths.iter().map(place).collect()))
    }

    /// The most equal columns, of at most so many, in which every cell has room for its bars.
    fn widest_for(cells: &[Cell], most: usize) -> Columns {
        let needed = cells.iter().map(|cell| cell.least_width(&LIST)).max().unwrap_or(0);
        let fits = |columns: &Columns| columns.0.iter().all(|(_, width)| needed <= *width);
        (1..=most).rev().map(Columns::equal).find(fits).unwrap_or_else(|| Columns::equal(1))
    }

    fn row_height(&self, row: &[Cell]) -> Micrometres {
        row.iter().zip(&self.0).map(|(cell, (_, width))| cell.height(&LIST, *width)).max().unwrap_or(0)
    }

    fn print_row(&self, sheet: &mut Sheet, row: &[Cell]) {
        let top = sheet.next();
        for (cell, (left, width)) in row.iter().zip(&self.0) {
            sheet.push(cell.place(&LIST, *left, top, *width));
        }
        sheet.advance(self.row_height(row));
    }
}

/// Where the cells of all lines stand, so that they are below each other.
struct Layout {
    /// Place, item, quantity and lot in one row, if that fits for every line.
    one_row: Option<Columns>,
}

impl Layout {
    fn of(lines: &[PickLine]) -> Layout {
        let cells: Vec<Vec<Cell>> = lines.iter().map(line_cells).collect();
        let most = cells.iter().map(Vec::len).max().unwrap_or(0);
        let needed =
            |column: usize| cells.iter().filter_map(|line| line.get(column)).map(|cell| cell.least_width(&LIST)).max();
        let widths: Vec<Micrometres> = (0..most).filter_map(needed).collect();
        Layout { one_row: Columns::needed(&widths) }
    }

    fn columns(&self, cells: &[Cell]) -> Columns {
        self.one_row.clone().unwrap_or_else(|| Columns::widest_for(cells, 2))
    }
}

fn line_cells(line: &PickLine) -> Vec<Cell> {
    let mut cells =
        vec![Cell::new("Place", &line.place), Cell::new("Item", &line.sku), Cell::new("Quantity", &line.quantity)];
    cells.extend(line.lot.iter().map(|lot| Cell::new("Lot", lot)));
    cells
}

/// One line of the sheet.
struct Block<'a> {
    line: &'a PickLine,
    cells: Vec<Cell>,
    columns: Columns,
    serials: Vec<Cell>,
    serial_columns: Columns,
}

impl Block<'_> {
    fn new<'a>(line: &'a PickLine, layout: &Layout) -> Block<'a> {
        let cells = line_cells(line);
        let count = line.serials.len();
        let caption = |index: usize| format!("Serial {index} of {count}");
        let serials: Vec<Cell> =
            line.serials.iter().zip(1..).map(|(serial, index)| Cell::new(&caption(index), serial)).collect();
        Block {
            line,
            columns: layout.columns(&cells),
            serial_columns: Columns::widest_for(&serials, 3),
            cells,
            serials,
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(self.columns.0.len())
    }

    fn serial_rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.serials.chunks(self.serial_columns.0.len())
    }

    fn title_height(&self) -> Micrometres {
        let name = if self.line.name.is_empty() { 0 } else { BODY.line() };
        STRONG.line().max(TICK_BOX - name) + name + millimetres(3)
    }

    /// What stays together: from the title to the first row of serials.
    fn least_height(&self) -> Micrometres {
        let rows: Micrometres = self.rows().map(|row| self.columns.row_height(row) + ROW_GAP).sum();
        let serials = self.serial_rows().next().map_or(0, |row| self.serial_columns.row_height(row) + ROW_GAP);
        self.title_height() + rows + serials
    }

    fn print(&self, sheet: &mut Sheet) {
        self.title(sheet);
        for row in self.rows() {
            self.columns.print_row(sheet, row);
            sheet.advance(ROW_GAP);
        }
        for row in self.serial_rows() {
            if sheet.ensure(self.serial_columns.row_height(row)) {
                self.continued(sheet);
            }
            self.serial_columns.print_row(sheet, row);
            sheet.advance(ROW_GAP);
        }
        sheet.rule();
    }

    fn title(&self, sheet: &mut Sheet) {
        let top = sheet.next();
        let tick = Area { left: LEFT, top: top - 300, width: TICK_BOX, height: TICK_BOX };
        sheet.push([Element::Frame(tick)]);
        let left = LEFT + TITLE_INDENT;
        let expires = self.line.expires.as_ref().map(|date| format!("expires {date}")).unwrap_or_default();
        let expires_left = RIGHT - STRONG.width(&expires);
        let room = expires_left - left - millimetres(4);
        let title = format!("{} {}   {}", self.line.quantity, self.line.unit, self.line.sku);
        sheet.push([STRONG.at(left, top, STRONG.shortened(&title, room))]);
        if !expires.is_empty() {
            sheet.push([STRONG.at(expires_left, top, expires)]);
        }
        let name = BODY.shortened(&self.line.name, RIGHT - left);
        sheet.push([BODY.at(left, top + STRONG.line(), name)]);
        sheet.advance(self.title_height());
    }

    /// What a page begins with when the serials of a line go on there.
    fn continued(&self, sheet: &mut Sheet) {
        let text = format!("{}   {}, continued", self.line.place, self.line.sku);
        sheet.line(Type { shade: Shade::Black, ..STRONG }, &text);
        sheet.advance(millimetres(3));
    }
}

fn short(sheet: &mut Sheet, short: &[(String, String)]) {
    if short.is_empty() {
        return;
    }
    sheet.ensure(millimetres(30));
    sheet.line(SECTION, "Short: not allocated");
    sheet.advance(millimetres(1));
    let columns = [Column::strong("Item"), Column::number("Missing")];
    let rows: Vec<Row> = short
        .iter()
        .map(|(sku, quantity)| Row { cells: vec![sku.clone(), quantity.clone()], notes: Vec::new() })
        .collect();
    table(sheet, &columns, &rows);
}
