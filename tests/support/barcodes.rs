//! Reads the barcodes of a PDF the way a scanner would: the page is rendered by a renderer and read by a decoder that are
//! not ours.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::ops::Range;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use rxing::helpers::detect_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

const DOTS_PER_INCH: f32 = 300.0;

/// What a decoder says of a GS1-128 before its first element.
const GS1_PREFIX: &str = "]C1";

/// What a scanner sends for FNC1 inside a symbol.
const GROUP_SEPARATOR: char = '\u{1d}';

/// A page in shades of grey, 300 dots to the inch.
pub struct Raster {
    width: usize,
    height: usize,
    /// 0 is black.
    brightness: Vec<u8>,
}

/// How many pages a PDF has.
pub fn page_count(pdf: &[u8]) -> usize {
    Pdf::new(pdf.to_vec()).expect("the file is a PDF").pages().len()
}

/// All barcodes of a page, counted from 0, found without knowing where they are, in reading order: from top to bottom, and
/// from left to right where they begin at one height. The separator of GS1 elements is U+001D; the leading FNC1 is not
/// shown.
pub fn decode_page_barcodes(pdf: &[u8], page: usize) -> Vec<String> {
    rendered(pdf, page).barcodes()
}

/// Renders a page, counted from 0.
pub fn rendered(pdf: &[u8], page: usize) -> Raster {
    let pdf = Pdf::new(pdf.to_vec()).expect("the file is a PDF");
    let page = pdf.pages().get(page).expect("the page is there");
    let scale = DOTS_PER_INCH / 72.0;
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let pixmap =
        render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings);
    Raster {
        width: usize::from(pixmap.width()),
        height: usize::from(pixmap.height()),
        // Everything printed is grey, so one channel says it all.
        brightness: pixmap.data().iter().map(|pixel| pixel.g).collect(),
    }
}

impl Raster {
    /// Reads the one barcode in an area that is given in micrometres; nothing around it helps or disturbs.
    pub fn decode(&self, left: i32, top: i32, width: i32, height: i32) -> Option<String> {
        let columns = pixels(left)..pixels(left + width).min(self.width);
        let rows = pixels(top)..pixels(top + height).min(self.height);
        self.decode_crop(columns, rows)
    }

    /// Reads the one Data Matrix in an area that is given in micrometres.
    pub fn decode_matrix(&self, left: i32, top: i32, width: i32, height: i32) -> Option<String> {
        let columns = pixels(left)..pixels(left + width).min(self.width);
        let rows = pixels(top)..pixels(top + height).min(self.height);
        let (width, height) = (columns.len() as u32, rows.len() as u32);
        let luma: Vec<u8> = rows.flat_map(|row| self.row(row)[columns.clone()].to_vec()).collect();
        let mut hints = DecodeHints::default();
        let result = detect_in_luma_with_hints(luma, width, height, Some(BarcodeFormat::DATA_MATRIX), &mut hints);
        Some(result.ok()?.getText().to_owned())
    }

    /// Whether nothing is printed in an area that is given in micrometres.
    pub fn is_white(&self, left: i32, top: i32, width: i32, height: i32) -> bool {
        let columns = pixels(left)..pixels(left + width).min(self.width);
        (pixels(top)..pixels(top + height).min(self.height))
            .all(|row| self.row(row)[columns.clone()].iter().all(|brightness| *brightness > 200))
    }

    /// Every barcode on the page.
    pub fn barcodes(&self) -> Vec<String> {
        let mut found: Vec<Found> = Vec::new();
        for row in (0..self.height).step_by(pixels(1_500)) {
            for columns in self.candidates(row) {
                if let Some(known) = found.iter_mut().find(|known| known.goes_on(row, &columns)) {
                    known.bottom = row;
                } else if let Some(text) = self.decode_crop(columns.clone(), row..(row + 3).min(self.height)) {
                    found.push(Found { top: row, bottom: row, columns, text });
                }
            }
        }
        in_reading_order(found).into_iter().map(|found| found.text).collect()
    }

    fn row(&self, row: usize) -> &[u8] {
        &self.brightness[row * self.width..(row + 1) * self.width]
    }

    /// The stretches of a row that may be barcodes: many bars, and no gap as wide as a quiet zone.
    fn candidates(&self, row: usize) -> Vec<Range<usize>> {
        let quiet = pixels(2_200);
        let mut candidates = Vec::new();
        let mut current: Option<(Range<usize>, usize)> = None;
        let mut was_dark = false;
        for (column, brightness) in self.row(row).iter().enumerate() {
            let dark = *brightness < 128;
            if dark {
                match &mut current {
                    Some((columns, edges)) if column - columns.end <= quiet => {
                        columns.end = column;
                        *edges += usize::from(!was_dark);
                    }
                    _ => candidates.extend(current.replace((column..column, 1))),
                }
            }
            was_dark = dark;
        }
        candidates.extend(current);
        // The shortest Code 128 has 13 bars.
        let long_enough = |(columns, bars): &(Range<usize>, usize)| *bars >= 10 && columns.len() > pixels(9_000);
        let widened = |(columns, _): (Range<usize>, usize)| {
            columns.start.saturating_sub(quiet)..(columns.end + quiet).min(self.width)
        };
        candidates.into_iter().filter(long_enough).map(widened).collect()
    }

    fn decode_crop(&self, columns: Range<usize>, rows: Range<usize>) -> Option<String> {
        let (width, height) = (columns.len() as u32, rows.len() as u32);
        let luma: Vec<u8> = rows.flat_map(|row| self.row(row)[columns.clone()].to_vec()).collect();
        // Given every format, the decoder finds barcodes in lines of text; given both of ours at once, it now and then sees
        // an EAN-13 in the midst of a Code 128.
        let result = [BarcodeFormat::CODE_128, BarcodeFormat::EAN_13].into_iter().find_map(|format| {
            let mut hints = DecodeHints { AssumeGs1: Some(true), ..DecodeHints::default() };
            detect_in_luma_with_hints(luma.clone(), width, height, Some(format), &mut hints).ok()
        })?;
        let text = result.getText();
        // The decoder reports a check character of value 102 as if it were FNC1.
        let text = text.trim_end_matches(GROUP_SEPARATOR);
        Some(text.strip_prefix(GS1_PREFIX).unwrap_or(text).to_owned())
    }
}

/// A barcode that was read, and the rows in which it was seen.
struct Found {
    top: usize,
    bottom: usize,
    columns: Range<usize>,
    text: String,
}

impl Found {
    /// Whether a stretch in a later row is the same barcode.
    fn goes_on(&self, row: usize, columns: &Range<usize>) -> bool {
        let near = |first: usize, second: usize| first.abs_diff(second) <= 3;
        row - self.bottom <= pixels(2_000)
            && near(self.columns.start, columns.start)
            && near(self.columns.end, columns.end)
    }
}

/// Barcodes that begin within 5 mm of each other are one row.
fn in_reading_order(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| found.top);
    let mut row_top = None;
    for barcode in &mut found {
        let top = *row_top.get_or_insert(barcode.top);
        if barcode.top - top > pixels(5_000) {
            row_top = Some(barcode.top);
        } else {
            barcode.top = top;
        }
    }
    found.sort_by_key(|found| (found.top, found.columns.start));
    found
}

fn pixels(micrometres: i32) -> usize {
    (micrometres as f32 * DOTS_PER_INCH / 25_400.0).round().max(0.0) as usize
}
