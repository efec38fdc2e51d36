//! Data Matrix (ISO/IEC 16022, ECC 200). The modules come from a crate that is named only here.

use datamatrix::{DataMatrix, SymbolList};

use super::error::PrintError;
use super::page::{Area, Element, Micrometres, Shade};

/// The light modules that must stay free on every side.
const QUIET: Micrometres = 1;

/// A square Data Matrix without a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// How many modules a side has.
    side: usize,
    /// Row by row from the top; `true` is dark.
    modules: Vec<bool>,
}

impl Matrix {
    /// A plain symbol of an ASCII text; a separator in it is the character 0x1D, and not FNC1.
    ///
    /// # Errors
    /// [`PrintError::EmptyCode`]; [`PrintError::Pdf`] for a text that no symbol can hold, which is a bug.
    pub fn of(text: &str) -> Result<Matrix, PrintError> {
        if text.is_empty() {
            return Err(PrintError::EmptyCode);
        }
        let encoded = DataMatrix::encode(text.as_bytes(), SymbolList::default().enforce_square());
        let encoded =
            encoded.map_err(|error| PrintError::Pdf { reason: format!("no Data Matrix for {text:?} ({error:?})") })?;
        let bitmap = encoded.bitmap();
        Ok(Matrix { side: bitmap.width(), modules: bitmap.bits().to_vec() })
    }

    /// The length of a side with both quiet zones.
    pub fn width(&self, module: Micrometres) -> Micrometres {
        (self.side as Micrometres + 2 * QUIET).saturating_mul(module)
    }

    /// The dark modules as rectangles, with the corner of the quiet zone at `left` and `top`. Modules side by side are one
    /// rectangle, so that no seam shows between them.
    pub fn place(&self, left: Micrometres, top: Micrometres, module: Micrometres) -> Vec<Element> {
        let mut elements = Vec::new();
        for (row, modules) in self.modules.chunks(self.side.max(1)).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|first, second| first == second) {
                let area = Area {
                    left: left + (column as Micrometres + QUIET) * module,
                    top: top + (row as Micrometres + QUIET) * module,
                    width: run.len() as Micrometres * module,
                    height: module,
                };
                if run.first() == Some(&true) {
                    elements.push(Element::Fill(area, Shade::Black));
                }
                column += run.len();
            }
        }
        elements
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_has_its_finder_pattern_and_its_quiet_zone() {
        let matrix = Matrix::of("A\u{1d}B").unwrap();
        assert_eq!((matrix.side, matrix.width(500)), (10, 6_000));
        let elements = matrix.place(1_000, 2_000, 500);
        // The lowest row and the leftmost column are dark.
        let bottom = Area { left: 1_500, top: 7_000, width: 5_000, height: 500 };
        assert_eq!(elements.last(), Some(&Element::Fill(bottom, Shade::Black)));
        assert_eq!(Matrix::of(""), Err(PrintError::EmptyCode));
        assert!(Matrix::of(&"x".repeat(5_000)).is_err());
    }
}
