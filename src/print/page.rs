//! A page as plain data: what stands where.

use super::symbol::Symbol;

/// A length in thousandths of a millimetre.
pub type Micrometres = i32;

/// Whole millimetres as [`Micrometres`].
pub const fn millimetres(count: i32) -> Micrometres {
    count * 1_000
}

/// A length as people read it: `46` or `63.5`.
pub(super) fn in_millimetres(length: Micrometres) -> String {
    let text = format!("{}.{:03}", length / 1_000, length.abs() % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One page. The origin is the top left corner, y grows downwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The width of the paper.
    pub width: Micrometres,
    /// The height of the paper.
    pub height: Micrometres,
    /// What is printed, in painting order.
    pub elements: Vec<Element>,
}

impl Page {
    /// The barcodes in reading order: the order in which they were placed.
    pub fn barcodes(&self) -> impl Iterator<Item = &Bars> {
        self.elements.iter().filter_map(|element| match element {
            Element::Bars(bars) => Some(bars),
            _ => None,
        })
    }

    /// The texts in the order in which they were placed.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(|element| match element {
            Element::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
    }
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// One line of text.
    Text(Text),
    /// A barcode.
    Bars(Bars),
    /// A filled rectangle: a rule or a band.
    Fill(Area, Shade),
    /// The outline of a rectangle, 0.3 mm thick, drawn inside the area: a box to tick.
    Frame(Area),
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where the first glyph begins.
    pub left: Micrometres,
    /// The line that the letters stand on.
    pub baseline: Micrometres,
    /// The size of the font (its em).
    pub size: Micrometres,
    /// Which face.
    pub style: Style,
    /// How dark.
    pub shade: Shade,
    /// The characters.
    pub text: String,
}

/// A face of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Style {
    /// Upright.
    Regular,
    /// Upright and heavy.
    Bold,
}

/// How dark something is. Paper has no other colours: label printers know black only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// Black.
    Black,
    /// For captions, on sheets only.
    Grey,
    /// For hairlines, on sheets only.
    Light,
    /// For bands behind text, on sheets only.
    Pale,
}

impl Shade {
    /// The brightness in per cent, 0 for black.
    pub fn brightness(self) -> u8 {
        match self {
            Shade::Black => 0,
            Shade::Grey => 40,
            Shade::Light => 75,
            Shade::Pale => 94,
        }
    }
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The left edge.
    pub left: Micrometres,
    /// The upper edge.
    pub top: Micrometres,
    /// From the left edge to the right one.
    pub width: Micrometres,
    /// From the upper edge to the lower one.
    pub height: Micrometres,
}

/// A barcode on a page: bars only, its text in clear is a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// The left edge of the first bar; the quiet zone is to the left of it.
    pub left: Micrometres,
    /// The upper end of the bars.
    pub top: Micrometres,
    /// The length of the bars.
    pub height: Micrometres,
    /// By how much the guard bars of an EAN-13 are longer.
    pub guard_drop: Micrometres,
    /// The width of one module (X dimension).
    pub module_width: Micrometres,
    /// The modules and what they mean.
    pub symbol: Symbol,
}

impl Bars {
    /// The bars with their quiet zones.
    pub fn area(&self) -> Area {
        Area {
            left: self.left - self.symbol.quiet_left() * self.module_width,
            top: self.top,
            width: self.symbol.width(self.module_width),
            height: self.height,
        }
    }

    /// Each dark bar as a rectangle, from left to right.
    pub fn rectangles(&self) -> Vec<Area> {
        let mut rectangles = Vec::new();
        let mut start = 0;
        for run in self.symbol.modules().chunk_by(|first, second| first == second) {
            let guard = self.symbol.is_guard(start);
            let length = run.len() as i32;
            if run.first() == Some(&true) {
                rectangles.push(Area {
                    left: self.left + start as i32 * self.module_width,
                    top: self.top,
                    width: length * self.module_width,
                    height: self.height + if guard { self.guard_drop } else { 0 },
                });
            }
            start += run.len();
        }
        rectangles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_well() {
        assert_eq!(in_millimetres(46_000), "46");
        assert_eq!(in_millimetres(63_500), "63.5");
        assert_eq!(in_millimetres(250), "0.25");
    }
}
