//! Labels on sheets and rolls: a headline, a barcode, its code in clear, and details.

use super::error::PrintError;
use super::font;
use super::page::{Area, Bars, Element, Micrometres, Page, Shade, Style, Text, millimetres};
use super::symbol::{MODULE_WIDTHS, Symbol, Symbology, encode};

/// The most labels that one file holds. A label takes some 11 KB of memory while its file is built, so this keeps a
/// print below about 80 MB; print more in several files.
pub const MOST_LABELS_PER_FILE: usize = 5_000;

/// What stays white along the edges of a label, because printers do not hit the place exactly.
const EDGE: Micrometres = millimetres(2);

/// The smallest size at which the code in clear can still be read.
const SMALLEST_CODE_SIZE: Micrometres = 1_900;

/// The longest bars that a label gets: longer ones are no easier to hit.
const TALLEST_BARS: Micrometres = millimetres(22);

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// How the code is encoded.
    pub symbology: Symbology,
    /// What the barcode says, see [`encode`]. It is printed in clear below the bars, always in full.
    pub code: String,
    /// The line above the bars, for example what kind of thing it is. Shortened with … when it is too long.
    pub headline: String,
    /// The lines below, for example name, lot and expiry. When there are more than fit, short ones share a line, and the
    /// end is shortened with ….
    pub details: Vec<String>,
}

/// A kind of label paper. All lengths are [`Micrometres`].
#[derive(Debug, PartialEq, Eq)]
pub struct LabelStock {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// The width of the sheet; for rolls, of the label.
    pub page_width: Micrometres,
    /// The height of the sheet; for rolls, of the label.
    pub page_height: Micrometres,
    /// How many labels are side by side.
    pub columns: usize,
    /// How many labels are one below the other.
    pub rows: usize,
    /// The width of a label.
    pub width: Micrometres,
    /// The height of a label.
    pub height: Micrometres,
    /// From the left edge of the sheet to the first label.
    pub left: Micrometres,
    /// From the upper edge of the sheet to the first label.
    pub top: Micrometres,
    /// From the left edge of a label to that of the next one.
    pub horizontal_pitch: Micrometres,
    /// From the upper edge of a label to that of the one below.
    pub vertical_pitch: Micrometres,
}

/// Every stock, the default first: Avery L7160 on A4, Avery 5160 on US Letter, and a roll of 50 by 25 mm.
pub static LABEL_STOCKS: [LabelStock; 3] = [
    LabelStock {
        name: "L7160",
        page_width: 210_000,
        page_height: 297_000,
        columns: 3,
        rows: 7,
        width: 63_500,
        height: 38_100,
        left: 7_210,
        top: 15_150,
        horizontal_pitch: 66_040,
        vertical_pitch: 38_100,
    },
    LabelStock {
        name: "5160",
        page_width: 215_900,
        page_height: 279_400,
        columns: 3,
        rows: 10,
        width: 66_675,
        height: 25_400,
        left: 3_969,
        top: 12_700,
        horizontal_pitch: 70_644,
        vertical_pitch: 25_400,
    },
    LabelStock {
        name: "50x25",
        page_width: 50_000,
        page_height: 25_000,
        columns: 1,
        rows: 1,
        width: 50_000,
        height: 25_000,
        left: 0,
        top: 0,
        horizontal_pitch: 50_000,
        vertical_pitch: 25_000,
    },
];

impl LabelStock {
    /// The name of the stock that is used when none is named.
    pub const DEFAULT: &'static str = "L7160";

    /// The names of every stock, the default first.
    pub const NAMES: [&'static str; 3] = ["L7160", "5160", "50x25"];

    /// The stock of a name, ASCII case ignored, or `None`.
    pub fn named(name: &str) -> Option<&'static LabelStock> {
        LABEL_STOCKS.iter().find(|stock| stock.name.eq_ignore_ascii_case(name.trim()))
    }

    /// How many labels a sheet has.
    pub fn positions(&self) -> usize {
        self.columns * self.rows
    }

    /// Where a position is, counted from 0 along the rows.
    fn area(&self, position: usize) -> Area {
        let (row, column) = (position / self.columns, position % self.columns);
        Area {
            left: self.left + column as Micrometres * self.horizontal_pitch,
            top: self.top + row as Micrometres * self.vertical_pitch,
            width: self.width,
            height: self.height,
        }
    }

    /// The module width at which a symbol fits with its quiet zones. These may reach to the edge of the label, as they
    /// are white; the bars are then 2.5 mm inside.
    fn module_width(&self, symbol: &Symbol) -> Option<Micrometres> {
        symbol.module_width_for(self.width, &MODULE_WIDTHS)
    }
}

/// Lays out labels, the first one at position `start` of the first sheet, counted from 1 along the rows. On rolls every
/// label is a page and `start` is 1.
///
/// # Errors
/// [`PrintError::StartOutOfRange`], [`PrintError::TooManyLabels`], [`PrintError::TooWide`] with the stocks that would do,
/// [`PrintError::TextTooLong`], and what [`encode`] refuses.
pub fn label_pages(labels: &[Label], stock: &'static LabelStock, start: usize) -> Result<Vec<Page>, PrintError> {
    let positions = stock.positions();
    if !(1..=positions).contains(&start) {
        return Err(PrintError::StartOutOfRange { start, positions, stock: stock.name });
    }
    if labels.len() > MOST_LABELS_PER_FILE {
        return Err(PrintError::TooManyLabels { count: labels.len(), most: MOST_LABELS_PER_FILE });
    }
    let mut pages: Vec<Page> = Vec::new();
    for (label, position) in labels.iter().zip(start - 1..) {
        let elements = label_elements(label, stock, stock.area(position % positions))?;
        match pages.last_mut() {
            Some(page) if position % positions != 0 => page.elements.extend(elements),
            _ => pages.push(Page { width: stock.page_width, height: stock.page_height, elements }),
        }
    }
    Ok(pages)
}

/// The sizes of the texts on a label.
struct Sizes {
    headline: Micrometres,
    code: Micrometres,
    detail: Micrometres,
}

impl Sizes {
    fn of(stock: &LabelStock) -> Sizes {
        if stock.height < millimetres(30) {
            Sizes { headline: 2_700, code: 2_700, detail: 2_200 }
        } else {
            Sizes { headline: 3_300, code: 3_100, detail: 2_500 }
        }
    }
}

fn line_height(size: Micrometres) -> Micrometres {
    size * 5 / 4
}

/// The parts of a label before they get their height on it.
struct Parts {
    headline: Option<String>,
    code: Vec<String>,
    code_size: Micrometres,
    details: Vec<String>,
    bar_height: Micrometres,
}

fn label_elements(label: &Label, stock: &'static LabelStock, area: Area) -> Result<Vec<Element>, PrintError> {
    let symbol = encode(label.symbology, &label.code)?;
    let Some(module_width) = stock.module_width(&symbol) else { return Err(too_wide(&symbol, stock)) };
    let sizes = Sizes::of(stock);
    let parts = parts(label, &symbol, module_width, stock, &sizes)?;
    let mut column = Column { area, next: area.top + EDGE, elements: Vec::new() };
    if let Some(headline) = &parts.headline {
        column.text(headline, sizes.headline, Style::Bold);
        column.next += line_height(sizes.headline) / 4;
    }
    let bars = column.bars(symbol, module_width, parts.bar_height);
    column.next += line_height(parts.code_size) / 4;
    match bars.symbol.symbology() {
        Symbology::Ean13 => column.ean_digits(&bars, parts.code_size),
        _ => parts.code.iter().for_each(|line| column.text(line, parts.code_size, Style::Bold)),
    }
    column.elements.push(Element::Bars(bars));
    parts.details.iter().for_each(|detail| column.text(detail, sizes.detail, Style::Regular));
    Ok(column.elements)
}

impl Parts {
    fn height_without_bars(&self, sizes: &Sizes) -> Micrometres {
        let headline = if self.headline.is_some() { line_height(sizes.headline) * 5 / 4 } else { 0 };
        let code = line_height(self.code_size) / 4 + self.code.len() as Micrometres * line_height(self.code_size);
        headline + code + self.details.len() as Micrometres * line_height(sizes.detail)
    }

    fn height(&self, sizes: &Sizes) -> Micrometres {
        self.height_without_bars(sizes) + self.bar_height
    }
}

fn parts(
    label: &Label,
    symbol: &Symbol,
    module_width: Micrometres,
    stock: &'static LabelStock,
    sizes: &Sizes,
) -> Result<Parts, PrintError> {
    let (width, height) = (stock.width - 2 * EDGE, stock.height - 2 * EDGE);
    let (code, code_size) = code_lines(symbol, module_width, sizes.code, width);
    let headline = Some(label.headline.trim()).filter(|headline| !headline.is_empty());
    let headline = headline.map(|text| font::shortened(text, Style::Bold, sizes.headline, width));
    let mut parts =
        Parts { headline, code, code_size, details: Vec::new(), bar_height: least_bar_height(symbol, module_width) };
    let left = height - parts.height(sizes);
    if left < 0 {
        return Err(PrintError::TextTooLong { code: symbol.in_clear(), stock: stock.name });
    }
    let most_details = (left / line_height(sizes.detail)) as usize;
    parts.details = detail_lines(&label.details, sizes.detail, width, most_details);
    parts.bar_height = (height - parts.height_without_bars(sizes)).min(TALLEST_BARS);
    Ok(parts)
}

/// The shortest bars that a hand scanner still hits: 15 % of the symbol's width, and not below 6.35 mm.
fn least_bar_height(symbol: &Symbol, module_width: Micrometres) -> Micrometres {
    (symbol.width(module_width) * 15 / 100).max(6_350)
}

/// The code in clear and its size: on one line, smaller if need be, else on several lines.
fn code_lines(
    symbol: &Symbol,
    module_width: Micrometres,
    size: Micrometres,
    width: Micrometres,
) -> (Vec<String>, Micrometres) {
    let clear = symbol.in_clear();
    if symbol.symbology() == Symbology::Ean13 {
        // Six digits stand below the 42 modules of a half.
        return (vec![clear], size.min(9 * module_width));
    }
    let full = font::width(&clear, Style::Bold, size).max(1);
    let fitting = (i64::from(size) * i64::from(width) / i64::from(full)) as Micrometres;
    if fitting >= SMALLEST_CODE_SIZE {
        return (vec![clear], size.min(fitting));
    }
    (font::pieces(&clear, Style::Bold, SMALLEST_CODE_SIZE, width), SMALLEST_CODE_SIZE)
}

/// The details in at most so many lines: long ones are wrapped as long as there are lines for it; where there are more
/// details than lines, neighbours share one.
fn detail_lines(details: &[String], size: Micrometres, width: Micrometres, most: usize) -> Vec<String> {
    let details: Vec<&str> = details.iter().map(|detail| detail.trim()).filter(|detail| !detail.is_empty()).collect();
    let wrapped = details.iter().flat_map(|detail| font::wrapped(detail, Style::Regular, size, width));
    let wrapped: Vec<String> = wrapped.collect();
    if wrapped.len() <= most {
        return wrapped;
    }
    let lines = shared_lines(&details, size, width, most);
    lines.iter().map(|line| font::shortened(line, Style::Regular, size, width)).collect()
}

/// The details in at most so many lines, of which some may be too long.
fn shared_lines(details: &[&str], size: Micrometres, width: Micrometres, most: usize) -> Vec<String> {
    let mut too_many = details.len().saturating_sub(most);
    let mut lines: Vec<String> = Vec::new();
    for detail in details {
        let shared = lines.last().map(|line| format!("{line} · {detail}"));
        let fits = shared.filter(|shared| too_many > 0 && font::width(shared, Style::Regular, size) <= width);
        match (fits, lines.last_mut()) {
            (Some(shared), Some(line)) => {
                *line = shared;
                too_many -= 1;
            }
            _ => lines.push((*detail).to_owned()),
        }
    }
    let rest = lines.split_off(most.min(lines.len()));
    if let (Some(last), false) = (lines.last_mut(), rest.is_empty()) {
        *last = format!("{last} · {}", rest.join(" · "));
    }
    lines
}

fn too_wide(symbol: &Symbol, stock: &'static LabelStock) -> PrintError {
    let narrowest = MODULE_WIDTHS.iter().min().copied().unwrap_or_default();
    let fits = |other: &&LabelStock| other.module_width(symbol).is_some();
    PrintError::TooWide {
        code: symbol.in_clear(),
        symbology: symbol.symbology(),
        stock: stock.name,
        needed: symbol.width(narrowest),
        available: stock.width,
        fitting: LABEL_STOCKS.iter().filter(fits).map(|stock| stock.name).collect(),
    }
}

/// A label that is filled from above, everything centred.
struct Column {
    area: Area,
    next: Micrometres,
    elements: Vec<Element>,
}

impl Column {
    fn text(&mut self, text: &str, size: Micrometres, style: Style) {
        let middle = self.area.left + self.area.width / 2;
        self.text_around(middle, text, size, style);
        self.next += line_height(size);
    }

    fn text_around(&mut self, middle: Micrometres, text: &str, size: Micrometres, style: Style) {
        let left = middle - font::width(text, style, size) / 2;
        let text = Text { left, baseline: self.next + size, size, style, shade: Shade::Black, text: text.to_owned() };
        self.elements.push(Element::Text(text));
    }

    /// Centres the symbol with its quiet zones, which differ for EAN-13.
    fn bars(&mut self, symbol: Symbol, module_width: Micrometres, height: Micrometres) -> Bars {
        let free = self.area.width - symbol.width(module_width);
        let left = self.area.left + free / 2 + symbol.quiet_left() * module_width;
        let top = self.next;
        self.next += height;
        Bars { left, top, height, guard_drop: 5 * module_width, module_width, symbol }
    }

    /// The digits of an EAN-13 where people look for them: the first one before the bars, six below each half (GS1
    /// General Specifications 5.2.5).
    fn ean_digits(&mut self, bars: &Bars, size: Micrometres) {
        let at = |module: i32| bars.left + module * bars.module_width;
        let digits = bars.symbol.meaning().to_owned();
        let groups = [(digits.get(..1), at(-7)), (digits.get(1..7), at(24)), (digits.get(7..), at(71))];
        for (group, middle) in groups {
            self.text_around(middle, group.unwrap_or_default(), size, Style::Bold);
        }
        self.next += line_height(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(code: &str, details: &[&str]) -> Label {
        let details = details.iter().map(|detail| (*detail).to_owned()).collect();
        Label { symbology: Symbology::Code128, code: code.to_owned(), headline: "Serial".to_owned(), details }
    }

    fn texts(pages: &[Page]) -> Vec<&str> {
        pages.iter().flat_map(Page::texts).collect()
    }

    #[test]
    fn names_and_stocks_are_the_same_list() {
        assert_eq!(LABEL_STOCKS.each_ref().map(|stock| stock.name), LabelStock::NAMES);
        assert_eq!(LabelStock::named("l7160").map(LabelStock::positions), Some(21));
        assert_eq!(LabelStock::named("5160").map(LabelStock::positions), Some(30));
        assert!(LabelStock::named(LabelStock::DEFAULT).is_some());
        assert_eq!(LabelStock::named("L7161"), None);
    }

    #[test]
    fn every_label_of_every_stock_is_on_its_sheet() {
        for stock in &LABEL_STOCKS {
            let last = stock.area(stock.positions() - 1);
            assert!(last.left + last.width <= stock.page_width, "{}", stock.name);
            assert!(last.top + last.height <= stock.page_height, "{}", stock.name);
        }
    }

    #[test]
    fn the_first_sheet_begins_where_it_is_told() {
        let stock = &LABEL_STOCKS[0];
        let pages = label_pages(&[label("A1", &[]), label("A2", &[])], stock, 21).unwrap();
        let tops: Vec<_> = pages.iter().flat_map(Page::barcodes).map(|bars| bars.top).collect();
        assert_eq!(pages.len(), 2);
        assert!(tops[0] > 240_000 && tops[1] < 30_000, "{tops:?}");
        assert!(label_pages(&[], stock, 1).unwrap().is_empty());
    }

    #[test]
    fn everything_stays_two_millimetres_inside_the_label() {
        let details =
            ["A name that is much too long for one line of such a label", "Lot B7", "expires 2027-01-31", "more"];
        for stock in &LABEL_STOCKS {
            for code in ["A", "ABCDEFGHIJKLM", "12345678901234567890123456"] {
                let pages = label_pages(&[label(code, &details)], stock, 1).unwrap();
                let area = stock.area(0);
                for element in &pages[0].elements {
                    let (left, top, right, bottom) = match element {
                        Element::Text(text) => {
                            let width = font::width(&text.text, text.style, text.size);
                            (text.left, text.baseline - text.size, text.left + width, text.baseline + text.size / 4)
                        }
                        Element::Bars(bars) => {
                            let width = bars.symbol.modules().len() as Micrometres * bars.module_width;
                            (bars.left, bars.top, bars.left + width, bars.top + bars.height)
                        }
                        other => panic!("{other:?}"),
                    };
                    let inside = left >= area.left + EDGE - 1 && right <= area.left + area.width - EDGE + 1;
                    assert!(inside, "{}: {element:?}", stock.name);
                    assert!(
                        top >= area.top + EDGE && bottom <= area.top + area.height - EDGE,
                        "{}: {element:?}",
                        stock.name
                    );
                }
            }
        }
    }

    #[test]
    fn the_code_is_never_shortened() {
        let pages = label_pages(&[label("123456789012345678901234567890123456", &[])], &LABEL_STOCKS[0], 1).unwrap();
        assert!(texts(&pages).concat().contains("123456789012345678901234567890123456"), "{:?}", texts(&pages));
    }

    #[test]
    fn details_share_lines_only_where_there_are_too_many() {
        let lines = |details: &[&str], most| {
            let details: Vec<String> = details.iter().map(|detail| (*detail).to_owned()).collect();
            detail_lines(&details, 2_500, millimetres(40), most)
        };
        assert_eq!(lines(&["a", "b", ""], 2), ["a", "b"]);
        assert_eq!(lines(&["a", "b", "c"], 2), ["a · b", "c"]);
        let long = "one that is much too long for a line";
        assert_eq!(lines(&[long], 2), ["one that is much too long for a", "line"]);
        assert_eq!(lines(&[long], 1), ["one that is much too long for…"]);
        assert!(lines(&["a"], 0).is_empty());
    }

    #[test]
    fn too_many_labels_are_refused() {
        let labels = vec![label("A", &[]); MOST_LABELS_PER_FILE + 1];
        let refused = label_pages(&labels, &LABEL_STOCKS[2], 1);
        assert_eq!(refused, Err(PrintError::TooManyLabels { count: 5_001, most: 5_000 }));
    }
}
