//! Pages to a PDF file. The only place that knows the PDF crate.
//!
//! The crate numbers fonts and documents at random; here fonts have fixed names and the file's id comes from the options,
//! so that the same pages and options give the same bytes. Fonts are cut down to the characters used, which leaves some
//! 10 to 30 KB a file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset};
use printpdf::{
    Color, FontId, FontMetrics, Greyscale, OffsetDateTime, Op, PaintMode, ParsedFont, PdfDocument, PdfFont,
    PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, Rect, TextItem,
};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::error::PrintError;
use super::font;
use super::page::{Area, Element, Micrometres, Page, Shade, Style, Text};

/// How thick the outline of a frame is.
const FRAME_THICKNESS: Micrometres = 300;

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfOptions {
    /// The title that viewers show.
    pub title: String,
    /// When it was made; a reprint that is to have the same bytes has the same time.
    pub created: DateTime<FixedOffset>,
    /// What makes this document the one it is (for example the database's id, the operation's number and the kind of
    /// paper). The file's id is a digest of it; it is not printed.
    pub identity: String,
}

/// A PDF file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The file.
    pub bytes: Vec<u8>,
    /// The characters that stand as U+FFFD on the paper because the typeface lacks them or they need shaping, each once,
    /// in order. Barcodes are not concerned.
    pub missing_characters: Vec<char>,
}

/// Writes pages as a PDF file.
///
/// # Errors
/// [`PrintError::Pdf`] when the file cannot be built, which is a bug.
pub fn bytes(pages: &[Page], options: &PdfOptions) -> Result<Vec<u8>, PrintError> {
    print(pages, options).map(|printed| printed.bytes)
}

/// Writes pages as a PDF file and says which characters could not be printed.
///
/// # Errors
/// As [`bytes`].
pub fn print(pages: &[Page], options: &PdfOptions) -> Result<Printed, PrintError> {
    let mut document = PdfDocument::new(&options.title);
    describe(&mut document, options)?;
    for style in [Style::Regular, Style::Bold] {
        if let Some(subset) = subset(style, &characters(pages, style))? {
            document.resources.fonts.map.insert(font_id(style), PdfFont::new(subset));
        }
    }
    document.pages = pages.iter().map(pdf_page).collect();
    Ok(Printed { bytes: file(&document, options)?, missing_characters: missing_characters(pages) })
}

fn describe(document: &mut PdfDocument, options: &PdfOptions) -> Result<(), PrintError> {
    let created = OffsetDateTime::from_unix_timestamp(options.created.timestamp()).map_err(bug)?;
    let info = &mut document.metadata.info;
    info.creation_date = created;
    info.modification_date = created;
    info.metadata_date = created;
    info.creator = "scantrail".to_owned();
    info.producer = "scantrail".to_owned();
    Ok(())
}

/// The bytes of a document, with the random id replaced and the streams compressed.
fn file(document: &PdfDocument, options: &PdfOptions) -> Result<Vec<u8>, PrintError> {
    let save_options = PdfSaveOptions { subset_fonts: false, ..PdfSaveOptions::default() };
    let mut warnings = Vec::new();
    let mut raw = document.to_lopdf_document(&save_options, &mut warnings);
    let digest = Sha256::digest(options.identity.as_bytes());
    let id: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    for part in raw.trailer.get_mut(b"ID").and_then(|ids| ids.as_array_mut()).map_err(bug)? {
        *part.as_str_mut().map_err(bug)? = id.clone().into_bytes();
    }
    raw.compress();
    let mut bytes = Vec::new();
    raw.save_to(&mut bytes).map_err(bug)?;
    Ok(bytes)
}

fn bug(error: impl std::fmt::Display) -> PrintError {
    PrintError::Pdf { reason: error.to_string() }
}

fn font_id(style: Style) -> FontId {
    FontId(font_name(style).to_owned())
}

/// The tag before the plus sign says that the font is a subset (ISO 32000-1, 9.6.4).
fn font_name(style: Style) -> &'static str {
    match style {
        Style::Regular => "SCNTRR+DejaVuSans",
        Style::Bold => "SCNTRB+DejaVuSans-Bold",
    }
}

fn texts(pages: &[Page]) -> impl Iterator<Item = &Text> {
    pages.iter().flat_map(|page| &page.elements).filter_map(|element| match element {
        Element::Text(text) => Some(text),
        _ => None,
    })
}

fn characters(pages: &[Page], style: Style) -> BTreeSet<char> {
    let of_style = texts(pages).filter(|text| text.style == style);
    of_style.flat_map(|text| font::printable(&text.text, style).chars().collect::<Vec<_>>()).collect()
}

fn missing_characters(pages: &[Page]) -> Vec<char> {
    let missing: BTreeSet<char> = texts(pages).flat_map(|text| font::missing(&text.text, text.style)).collect();
    missing.into_iter().collect()
}

/// The face with the glyphs of these characters only, or `None` when there are none.
fn subset(style: Style, characters: &BTreeSet<char>) -> Result<Option<ParsedFont>, PrintError> {
    if characters.is_empty() {
        return Ok(None);
    }
    let face = font::face(style).ok_or_else(|| bug("the typeface is damaged"))?;
    let mut remapper = GlyphRemapper::new();
    let mut glyphs = BTreeMap::new();
    let mut widths = BTreeMap::new();
    for character in characters {
        let original = face.glyph_index(*character).unwrap_or_default();
        let glyph = remapper.remap(original.0);
        glyphs.insert(u32::from(*character), glyph);
        widths.insert(glyph, face.glyph_hor_advance(original).unwrap_or(0));
    }
    let program = subsetter::subset(font::file(style), 0, &remapper).map_err(bug)?;
    let metrics = FontMetrics { ascent: face.ascender(), descent: face.descender() };
    let name = Some(font_name(style).to_owned());
    let mut parsed = ParsedFont::with_glyph_data(program, 0, name, glyphs, widths, face.units_per_em(), metrics);
    let bounds = face.global_bounding_box();
    let descriptor = &mut parsed.pdf_font_metrics;
    (descriptor.x_min, descriptor.y_min) = (bounds.x_min, bounds.y_min);
    (descriptor.x_max, descriptor.y_max) = (bounds.x_max, bounds.y_max);
    descriptor.us_weight_class = face.weight().to_number();
    Ok(Some(parsed))
}

fn points(length: Micrometres) -> Pt {
    Pt((f64::from(length) * 72.0 / 25_400.0) as f32)
}

fn pdf_page(page: &Page) -> PdfPage {
    let mut operations = Vec::new();
    let mut shade = None;
    for element in &page.elements {
        let wanted = element_shade(element);
        // Grey levels are set only where they change: most of a page is black.
        if shade.replace(wanted) != Some(wanted) {
            operations.push(fill_shade(wanted));
        }
        operations.extend(element_operations(page, element));
    }
    let paper = Rect::from_wh(points(page.width), points(page.height));
    PdfPage { media_box: paper.clone(), trim_box: paper.clone(), crop_box: paper, ops: operations }
}

fn element_shade(element: &Element) -> Shade {
    match element {
        Element::Text(text) => text.shade,
        Element::Fill(_, shade) => *shade,
        Element::Bars(_) | Element::Frame(_) => Shade::Black,
    }
}

fn fill_shade(shade: Shade) -> Op {
    let greyscale = Greyscale { percent: f32::from(shade.brightness()) / 100.0, icc_profile: None };
    Op::SetFillColor { col: Color::Greyscale(greyscale) }
}

fn element_operations(page: &Page, element: &Element) -> Vec<Op> {
    match element {
        Element::Text(text) => text_operations(page, text),
        Element::Bars(bars) => bars.rectangles().iter().map(|bar| rectangle(page, bar)).collect(),
        Element::Fill(area, _) => vec![rectangle(page, area)],
        Element::Frame(area) => frame(area).iter().map(|side| rectangle(page, side)).collect(),
    }
}

fn text_operations(page: &Page, text: &Text) -> Vec<Op> {
    let position = Point { x: points(text.left), y: points(page.height - text.baseline) };
    let items = vec![TextItem::Text(font::printable(&text.text, text.style))];
    vec![
        // The cursor is relative to the last one, so every text has a section of its own.
        Op::StartTextSection,
        Op::SetFont { font: PdfFontHandle::External(font_id(text.style)), size: points(text.size) },
        Op::SetTextCursor { pos: position },
        Op::ShowText { items },
        Op::EndTextSection,
    ]
}

fn rectangle(page: &Page, area: &Area) -> Op {
    let mut rectangle = Rect::from_wh(points(area.width), points(area.height));
    rectangle.x = points(area.left);
    rectangle.y = points(page.height - area.top - area.height);
    // Without a mode nothing is painted.
    rectangle.mode = Some(PaintMode::Fill);
    Op::DrawRectangle { rectangle }
}

fn frame(area: &Area) -> [Area; 4] {
    let thickness = FRAME_THICKNESS.min(area.width).min(area.height);
    [
        Area { height: thickness, ..*area },
        Area { height: thickness, top: area.top + area.height - thickness, ..*area },
        Area { width: thickness, ..*area },
        Area { width: thickness, left: area.left + area.width - thickness, ..*area },
    ]
}
