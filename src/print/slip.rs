//! Packing slips, return slips and goods-received notes: who gets what, lot by lot and serial by serial.

use super::attached::{AttachedFile, files};
use super::cell::Cell;
use super::page::{Page, millimetres};
use super::sheet::{Heading, RIGHT, SECTION, STRONG, Sheet, field};
use super::table::{Column, Row, table};
use super::total::totals;

/// What a slip says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slip {
    /// What kind of slip it is: `Packing slip`, `Return slip`, `Transfer slip`.
    pub heading: String,
    /// The number of its order or operation, printed with its barcode. May be empty.
    pub number: String,
    /// Whose number that is: `Order`, `Operation`.
    pub number_of: String,
    /// Who the goods go to or come from.
    pub partner: String,
    /// More names and values for the heading.
    pub fields: Vec<(String, String)>,
    /// What goes or comes, in the order in which it is printed.
    pub lines: Vec<SlipLine>,
    /// The lots, for a page of their own; none where nobody asked for it.
    pub lots: Vec<LotLine>,
    /// The certificates that belong to it.
    pub certificates: Vec<AttachedFile>,
}

/// One lot on the page of lots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LotLine {
    /// The item's code.
    pub sku: String,
    /// The item's name.
    pub name: String,
    /// The lot.
    pub lot: String,
    /// When it expires, its best-before date and when it was made, as they are to be read; empty where unknown.
    pub dates: [String; 3],
    /// How much of it, with the unit.
    pub quantity: String,
}

/// One item, and one lot of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlipLine {
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

/// Lays out a slip on A4.
pub fn pages(slip: &Slip) -> Vec<Page> {
    let heading = Heading {
        title: slip.heading.clone(),
        number: slip.number.clone(),
        barcode: (!slip.number.is_empty()).then(|| Cell::new(&slip.number_of, &slip.number)),
        fields: field("Partner", &slip.partner).into_iter().chain(slip.fields.iter().cloned()).collect(),
    };
    let mut sheet = Sheet::new(&heading);
    let lots = slip.lines.iter().any(|line| line.lot.is_some());
    let dates = slip.lines.iter().any(|line| line.expires.is_some());
    table(&mut sheet, &columns(lots, dates), &rows(&slip.lines, lots, dates));
    total(&mut sheet, &slip.lines);
    files(&mut sheet, "Certificates", &slip.certificates);
    if !slip.lots.is_empty() {
        sheet.new_page();
        sheet.line(SECTION, "Lots");
        sheet.advance(millimetres(3));
        lots_table(&mut sheet, &slip.lots);
    }
    sheet.finish()
}

/// The lots with their dates; columns that no lot fills are left out.
fn lots_table(sheet: &mut Sheet, lots: &[LotLine]) {
    let titles = ["Expires", "Best before", "Made"];
    let kept: Vec<usize> =
        (0..titles.len()).filter(|date| lots.iter().any(|lot| !lot.dates[*date].is_empty())).collect();
    let mut columns = vec![Column::strong("Lot"), Column::text("Item"), Column::text("Name")];
    columns.extend(kept.iter().map(|date| Column::text(titles[*date])));
    columns.push(Column::number("Quantity"));
    let row = |lot: &LotLine| {
        let mut cells = vec![lot.lot.clone(), lot.sku.clone(), lot.name.clone()];
        cells.extend(kept.iter().map(|date| lot.dates[*date].clone()));
        cells.push(lot.quantity.clone());
        Row { cells, notes: Vec::new() }
    };
    table(sheet, &columns, &lots.iter().map(row).collect::<Vec<_>>());
}

/// Columns that no line fills are left out.
fn columns(lots: bool, dates: bool) -> Vec<Column> {
    let mut columns = vec![Column::text("#"), Column::strong("Item"), Column::text("Name")];
    columns.extend(lots.then(|| Column::text("Lot")));
    columns.extend(dates.then(|| Column::text("Expires")));
    columns.extend([Column::number("Quantity"), Column::text("Unit")]);
    columns
}

fn rows(lines: &[SlipLine], lots: bool, dates: bool) -> Vec<Row> {
    let row = |(index, line): (usize, &SlipLine)| {
        let mut cells = vec![(index + 1).to_string(), line.sku.clone(), line.name.clone()];
        cells.extend(lots.then(|| line.lot.clone().unwrap_or_default()));
        cells.extend(dates.then(|| line.expires.clone().unwrap_or_default()));
        cells.extend([line.quantity.clone(), line.unit.clone()]);
        let serials = (!line.serials.is_empty()).then(|| format!("Serials: {}", line.serials.join(", ")));
        Row { cells, notes: serials.into_iter().collect() }
    };
    lines.iter().enumerate().map(row).collect()
}

fn total(sheet: &mut Sheet, lines: &[SlipLine]) {
    let sums = totals(lines.iter().map(|line| (line.quantity.as_str(), line.unit.as_str())));
    if sums.is_empty() {
        return;
    }
    sheet.ensure(millimetres(10));
    sheet.advance(millimetres(3));
    let text = format!("Total: {sums}");
    sheet.push([STRONG.at(RIGHT - STRONG.width(&text), sheet.next(), text)]);
    sheet.advance(STRONG.line());
}
