//! A barcode with a caption above it and its text in clear below: what all sheets are made of.

use super::font;
use super::page::{Bars, Element, Micrometres, Shade, Style, Text, millimetres};
use super::symbol::{MODULE_WIDTHS, Symbol, Symbology, encode};

/// How a cell looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looks {
    /// The module widths that may be used, best first.
    pub module_widths: &'static [Micrometres],
    /// The length of the bars.
    pub bar_height: Micrometres,
    /// The size of the text in clear.
    pub text_size: Micrometres,
}

/// What lists on sheets look like.
pub(super) const LIST: Looks = Looks { module_widths: &MODULE_WIDTHS, bar_height: millimetres(10), text_size: 3_000 };

const CAPTION_SIZE: Micrometres = 2_300;
const CAPTION_LINE: Micrometres = 3_400;
const BELOW_BARS: Micrometres = 1_000;
/// A serial may be as long as a scan, 4,096 characters, which nobody types: then its beginning must do.
const MOST_LINES: usize = 8;

/// Something to scan: a caption and a code.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    caption: String,
    code: String,
    /// `None` when Code 128 has no bars for the code: it is then printed to be typed.
    symbol: Option<Symbol>,
}

impl Cell {
    /// A cell in Code 128, the default symbology of everything on sheets.
    pub fn new(caption: &str, code: &str) -> Cell {
        Cell { caption: caption.to_owned(), code: code.to_owned(), symbol: encode(Symbology::Code128, code).ok() }
    }

    /// The narrowest width at which its barcode can be printed, quiet zones included.
    pub fn least_width(&self, looks: &Looks) -> Micrometres {
        let narrowest = looks.module_widths.iter().min().copied().unwrap_or_default();
        self.symbol.as_ref().map_or(0, |symbol| symbol.width(narrowest))
    }

    fn lines(&self, looks: &Looks, width: Micrometres) -> Vec<String> {
        let clear = super::symbol::in_clear(Symbology::Code128, &self.code);
        let lines = font::pieces(&clear, Style::Bold, looks.text_size, width);
        font::first_lines(lines, MOST_LINES, Style::Bold, looks.text_size, width)
    }

    /// From the top of the caption to the bottom of the text.
    pub fn height(&self, looks: &Looks, width: Micrometres) -> Micrometres {
        let lines = self.lines(looks, width).len() as Micrometres;
        CAPTION_LINE + self.bars_height(looks, width) + lines * line_height(looks)
    }

    /// Places the cell. The first bar, the caption and the text begin at the same left edge; the left quiet zone is the
    /// free space before it, which the caller keeps.
    pub fn place(&self, looks: &Looks, left: Micrometres, top: Micrometres, width: Micrometres) -> Vec<Element> {
        let bars = self.bars(looks, left, top + CAPTION_LINE, width);
        let caption = match bars {
            Some(_) => self.caption.clone(),
            None => format!("{}: no barcode, type it", self.caption),
        };
        let text_top = top + CAPTION_LINE + self.bars_height(looks, width);
        let caption = Text {
            left,
            baseline: top + CAPTION_SIZE,
            size: CAPTION_SIZE,
            style: Style::Regular,
            shade: Shade::Grey,
            text: font::shortened(&caption, Style::Regular, CAPTION_SIZE, width),
        };
        let texts = self.lines(looks, width).into_iter().enumerate().map(|(index, text)| Text {
            left,
            baseline: text_top + looks.text_size + index as Micrometres * line_height(looks),
            size: looks.text_size,
            style: Style::Bold,
            shade: Shade::Black,
            text,
        });
        let mut elements = vec![Element::Text(caption)];
        elements.extend(bars.map(Element::Bars));
        elements.extend(texts.map(Element::Text));
        elements
    }

    /// The height of the bars and of the gap below them, nothing when they do not fit.
    fn bars_height(&self, looks: &Looks, width: Micrometres) -> Micrometres {
        if self.bars(looks, 0, 0, width).is_some() { looks.bar_height + BELOW_BARS } else { 0 }
    }

    fn bars(&self, looks: &Looks, left: Micrometres, top: Micrometres, width: Micrometres) -> Option<Bars> {
        let symbol = self.symbol.clone()?;
        let module_width = symbol.module_width_for(width, looks.module_widths)?;
        Some(Bars { left, top, height: looks.bar_height, guard_drop: 0, module_width, symbol })
    }
}

fn line_height(looks: &Looks) -> Micrometres {
    looks.text_size * 5 / 4
}
