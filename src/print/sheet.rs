//! What all sheets share: margins, the heading with its barcode, the running header, page breaks and page numbers.

use super::cell::{Cell, Looks};
use super::font;
use super::page::{Area, Element, Micrometres, Page, Shade, Style, Text, millimetres};
use super::symbol::MODULE_WIDTHS;

const TOP: Micrometres = millimetres(15);
/// What is kept free below, with the footer in it.
const BELOW: Micrometres = millimetres(18);
const FOOTER_BASELINE_ABOVE_EDGE: Micrometres = millimetres(11);
const HAIRLINE: Micrometres = 200;
/// Codes may be as long as a scan; the heading must not fill the page with one.
const MOST_HEADING_LINES: usize = 5;

/// The left edge of what is printed.
pub(super) const LEFT: Micrometres = millimetres(15);
/// The width of what is printed.
pub(super) const WIDTH: Micrometres = millimetres(180);
/// The right edge of what is printed.
pub(super) const RIGHT: Micrometres = LEFT + WIDTH;

const HEADING_BARCODE: Looks = Looks { module_widths: &MODULE_WIDTHS, bar_height: millimetres(12), text_size: 3_000 };

/// The size of a sheet. What is printed has the same width on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetSize {
    /// 210 by 297 mm.
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

impl SheetSize {
    fn width(self) -> Micrometres {
        match self {
            SheetSize::A4 => millimetres(210),
            SheetSize::Letter => 215_900,
        }
    }

    fn height(self) -> Micrometres {
        match self {
            SheetSize::A4 => millimetres(297),
            SheetSize::Letter => 279_400,
        }
    }
}

/// A face, a size and a shade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub style: Style,
    pub size: Micrometres,
    pub shade: Shade,
}

pub(super) const TITLE: Type = Type { style: Style::Bold, size: 6_500, shade: Shade::Black };
pub(super) const SECTION: Type = Type { style: Style::Bold, size: 4_200, shade: Shade::Black };
pub(super) const STRONG: Type = Type { style: Style::Bold, size: 3_200, shade: Shade::Black };
pub(super) const BODY: Type = Type { style: Style::Regular, size: 3_000, shade: Shade::Black };
pub(super) const SMALL: Type = Type { style: Style::Regular, size: 2_500, shade: Shade::Grey };

impl Type {
    /// From one line to the next.
    pub fn line(self) -> Micrometres {
        self.size * 7 / 5
    }

    /// The width of a text.
    pub fn width(self, text: &str) -> Micrometres {
        font::width(text, self.style, self.size)
    }

    /// The text, ended with … where it is wider.
    pub fn shortened(self, text: &str, available: Micrometres) -> String {
        font::shortened(text, self.style, self.size, available)
    }

    /// The text in at most so many lines, the last one ended with … where there are more.
    pub fn wrapped_to(self, text: &str, available: Micrometres, most: usize) -> Vec<String> {
        font::first_lines(self.wrapped(text, available), most, self.style, self.size, available)
    }

    /// The text in lines.
    pub fn wrapped(self, text: &str, available: Micrometres) -> Vec<String> {
        font::wrapped(text, self.style, self.size, available)
    }

    /// The text with the top of its line at `top`.
    pub fn at(self, left: Micrometres, top: Micrometres, text: impl Into<String>) -> Element {
        let Type { style, size, shade } = self;
        Element::Text(Text { left, baseline: top + size, size, style, shade, text: text.into() })
    }
}

/// The heading of the first page, and what the headers of the others say.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// What kind of paper it is.
    pub title: String,
    /// What it is about: the order or the code.
    pub number: String,
    /// The barcode of the number, with its caption.
    pub barcode: Option<Cell>,
    /// Name and value pairs below the title.
    pub fields: Vec<(String, String)>,
}

/// A growing document.
pub(super) struct Sheet {
    size: SheetSize,
    running_header: String,
    pages: Vec<Page>,
    next: Micrometres,
}

impl Sheet {
    /// A first page of A4 with its heading.
    pub fn new(heading: &Heading) -> Sheet {
        Sheet::of_size(SheetSize::A4, heading)
    }

    /// A first page with its heading.
    pub fn of_size(size: SheetSize, heading: &Heading) -> Sheet {
        let running_header = match heading.number.as_str() {
            "" => heading.title.clone(),
            number => format!("{} {number}", heading.title),
        };
        let mut sheet = Sheet { size, running_header, pages: vec![empty_page(size)], next: TOP };
        sheet.heading(heading);
        sheet
    }

    /// Where the next thing goes.
    pub fn next(&self) -> Micrometres {
        self.next
    }

    /// What is left of the page.
    pub fn room(&self) -> Micrometres {
        self.size.height() - BELOW - self.next
    }

    /// Moves on.
    pub fn advance(&mut self, height: Micrometres) {
        self.next += height;
    }

    /// Prints on the current page.
    pub fn push(&mut self, elements: impl IntoIterator<Item = Element>) {
        if let Some(page) = self.pages.last_mut() {
            page.elements.extend(elements);
        }
    }

    /// A line of text across the page, shortened if need be.
    pub fn line(&mut self, text_type: Type, text: &str) {
        self.push([text_type.at(LEFT, self.next, text_type.shortened(text, WIDTH))]);
        self.next += text_type.line();
    }

    /// A hairline across the page.
    pub fn rule(&mut self) {
        let area = Area { left: LEFT, top: self.next, width: WIDTH, height: HAIRLINE };
        self.push([Element::Fill(area, Shade::Light)]);
        self.next += HAIRLINE;
    }

    /// Starts a page if the current one has less room than this; says whether it did.
    pub fn ensure(&mut self, height: Micrometres) -> bool {
        let full = self.room() < height;
        if full {
            self.new_page();
        }
        full
    }

    /// Starts a page.
    pub fn new_page(&mut self) {
        self.pages.push(empty_page(self.size));
        self.next = TOP;
        let header = self.running_header.clone();
        self.line(SMALL, &header);
        self.next += millimetres(1);
        self.rule();
        self.next += millimetres(6);
    }

    fn heading(&mut self, heading: &Heading) {
        let barcode_width = WIDTH / 2 - millimetres(5);
        let text_width = match &heading.barcode {
            Some(_) => WIDTH - barcode_width - millimetres(10),
            None => WIDTH,
        };
        let mut top = self.next;
        if let Some(cell) = &heading.barcode {
            self.push(cell.place(&HEADING_BARCODE, RIGHT - barcode_width, top, barcode_width));
            self.next = top + cell.height(&HEADING_BARCODE, barcode_width);
        }
        for (text_type, text) in [(TITLE, &heading.title), (SECTION, &heading.number)] {
            for line in text_type.wrapped_to(text, text_width, MOST_HEADING_LINES) {
                self.push([text_type.at(LEFT, top, line)]);
                top += text_type.line();
            }
        }
        self.next = self.next.max(top) + millimetres(5);
        self.fields(&heading.fields);
        self.next += millimetres(2);
        self.rule();
        self.next += millimetres(6);
    }

    /// Names and values in two columns.
    fn fields(&mut self, fields: &[(String, String)]) {
        let gap = millimetres(10);
        let width = (WIDTH - gap) / 2;
        for pair in fields.chunks(2) {
            let mut height = 0;
            for (index, (name, value)) in pair.iter().enumerate() {
                let left = LEFT + index as Micrometres * (width + gap);
                self.push([SMALL.at(left, self.next, SMALL.shortened(name, width))]);
                let mut top = self.next + SMALL.line();
                for line in BODY.wrapped_to(value, width, MOST_HEADING_LINES) {
                    self.push([BODY.at(left, top, line)]);
                    top += BODY.line();
                }
                height = height.max(top - self.next);
            }
            self.next += height + millimetres(2);
        }
    }

    /// The pages, with their numbers.
    pub fn finish(mut self) -> Vec<Page> {
        let count = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            let number = format!("page {} of {count}", index + 1);
            let top = self.size.height() - FOOTER_BASELINE_ABOVE_EDGE - SMALL.size;
            page.elements.push(SMALL.at(LEFT, top, SMALL.shortened(&self.running_header, WIDTH - millimetres(40))));
            page.elements.push(SMALL.at(RIGHT - SMALL.width(&number), top, number));
        }
        self.pages
    }
}

fn empty_page(size: SheetSize) -> Page {
    Page { width: size.width(), height: size.height(), elements: Vec::new() }
}

/// A field of a heading, left out when there is nothing to say.
pub(super) fn field(name: &str, value: &str) -> Option<(String, String)> {
    (!value.trim().is_empty()).then(|| (name.to_owned(), value.to_owned()))
}
