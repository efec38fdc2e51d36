//! The typeface that scantrail prints with: DejaVu Sans, which covers Latin, Greek and Cyrillic, in two weights.

use std::sync::LazyLock;

use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;

use super::page::{Micrometres, Style};

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");
static REGULAR_FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(REGULAR, 0).ok());
static BOLD_FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(BOLD, 0).ok());

/// What is printed for a character that cannot be printed.
pub(super) const REPLACEMENT: char = '\u{fffd}';

/// What stands for the rest of a text that was shortened.
const ELLIPSIS: char = '…';

/// The file of a face.
pub(super) fn file(style: Style) -> &'static [u8] {
    match style {
        Style::Regular => REGULAR,
        Style::Bold => BOLD,
    }
}

/// The parsed face, `None` if the file in the program is damaged.
pub(super) fn face(style: Style) -> Option<&'static Face<'static>> {
    match style {
        Style::Regular => REGULAR_FACE.as_ref(),
        Style::Bold => BOLD_FACE.as_ref(),
    }
}

/// A text as it is printed: composed (NFC), and with a replacement for what the face does not cover or what needs
/// shaping.
pub(super) fn printable(text: &str, style: Style) -> String {
    text.nfc().map(|character| if covers(style, character) { character } else { REPLACEMENT }).collect()
}

/// The characters of a text that [`printable`] replaces.
pub(super) fn missing(text: &str, style: Style) -> Vec<char> {
    text.nfc().filter(|character| !covers(style, *character)).collect()
}

fn covers(style: Style, character: char) -> bool {
    !needs_shaping(character) && face(style).is_some_and(|face| face.glyph_index(character).is_some())
}

/// Hebrew to Arabic Extended-A, and their presentation forms: written from right to left, most of them in joined forms.
/// The face has glyphs for some, but one by one from left to right they would be another text.
fn needs_shaping(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The width of a text as it will be printed.
pub(super) fn width(text: &str, style: Style, size: Micrometres) -> Micrometres {
    let Some(face) = face(style) else { return 0 };
    length(text.nfc().map(|character| advance(face, style, character)).sum(), face, size)
}

/// How far a character moves on, in units of the face.
fn advance(face: &Face<'_>, style: Style, character: char) -> i64 {
    let printed = if covers(style, character) { character } else { REPLACEMENT };
    face.glyph_index(printed).and_then(|glyph| face.glyph_hor_advance(glyph)).map_or(0, i64::from)
}

fn length(units: i64, face: &Face<'_>, size: Micrometres) -> Micrometres {
    let length = units * i64::from(size) / i64::from(face.units_per_em()).max(1);
    Micrometres::try_from(length).unwrap_or(Micrometres::MAX)
}

/// The text, cut and ended with … where it is wider than `available`.
pub(super) fn shortened(text: &str, style: Style, size: Micrometres, available: Micrometres) -> String {
    if width(text, style, size) <= available {
        return text.to_owned();
    }
    ellipsed(text, style, size, available)
}

/// As much of a text as fits with a … after it.
pub(super) fn ellipsed(text: &str, style: Style, size: Micrometres, available: Micrometres) -> String {
    let with_ellipsis = format!("{text}{ELLIPSIS}");
    if width(&with_ellipsis, style, size) <= available {
        return with_ellipsis;
    }
    let first = pieces(text, style, size, available - width(&ELLIPSIS.to_string(), style, size)).into_iter().next();
    format!("{}{ELLIPSIS}", first.unwrap_or_default().trim_end())
}

/// The first of some lines; where there are more, the last one ends with ….
pub(super) fn first_lines(
    mut lines: Vec<String>,
    most: usize,
    style: Style,
    size: Micrometres,
    available: Micrometres,
) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = ellipsed(last, style, size, available);
        }
    }
    lines
}

/// The text in lines that are no wider than `available`: broken at spaces, and inside a word only where the word alone is
/// too wide. Nothing is left out.
pub(super) fn wrapped(text: &str, style: Style, size: Micrometres, available: Micrometres) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match joined.filter(|joined| width(joined, style, size) <= available) {
            Some(joined) => {
                lines.pop();
                lines.push(joined);
            }
            None => lines.extend(pieces(word, style, size, available)),
        }
    }
    lines
}

/// A text in pieces that are no wider than `available`, broken anywhere, each of at least one character: for codes, in
/// which every space counts.
pub(super) fn pieces(text: &str, style: Style, size: Micrometres, available: Micrometres) -> Vec<String> {
    let Some(face) = face(style) else { return vec![text.to_owned()] };
    let mut pieces: Vec<String> = Vec::new();
    let mut units = 0;
    for character in text.nfc() {
        let advance = advance(face, style, character);
        units += advance;
        match pieces.last_mut() {
            Some(piece) if length(units, face, size) <= available => piece.push(character),
            _ => {
                units = advance;
                pieces.push(character.to_string());
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Micrometres = 3_000;

    #[test]
    fn both_faces_have_the_alphabets_that_names_are_written_in() {
        for style in [Style::Regular, Style::Bold] {
            assert!(missing("Łódź Příliš žluťoučký Größe Ελλάδα Москва Ünïcödé · … × €", style).is_empty());
            assert!(covers(style, REPLACEMENT));
            assert_eq!(printable("a漢\u{627}", style), "a\u{fffd}\u{fffd}");
            assert_eq!(missing("a漢\u{627}", style), ['漢', '\u{627}']);
        }
    }

    #[test]
    fn text_is_composed_before_it_is_measured_and_printed() {
        assert_eq!(printable("Ka\u{308}se", Style::Regular), "Käse");
        assert_eq!(width("Ka\u{308}se", Style::Regular, SIZE), width("Käse", Style::Regular, SIZE));
    }

    #[test]
    fn short_text_stays_and_long_text_ends_with_an_ellipsis_inside_the_width() {
        assert_eq!(shortened("Laptop", Style::Regular, SIZE, 40_000), "Laptop");
        let long = shortened("Laptop of a length that nobody needs", Style::Bold, SIZE, 40_000);
        assert!(long.starts_with("Laptop of") && long.ends_with('…'), "{long}");
        assert!(width(&long, Style::Bold, SIZE) <= 40_000);
    }

    #[test]
    fn lines_keep_every_character_and_the_width() {
        let text = "one two Donaudampfschifffahrtsgesellschaftskapitän three";
        let lines = wrapped(text, Style::Regular, SIZE, 30_000);
        assert!(lines.iter().all(|line| width(line, Style::Regular, SIZE) <= 30_000), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(pieces("A  B", Style::Regular, SIZE, 1).concat(), "A  B");
        assert_eq!(first_lines(lines.clone(), 1, Style::Regular, SIZE, 30_000).len(), 1);
        assert_eq!(first_lines(lines.clone(), 9, Style::Regular, SIZE, 30_000), lines);
    }
}
