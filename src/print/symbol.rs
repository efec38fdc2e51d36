//! Bar symbologies: which modules are dark, how wide the quiet zones are, and what a scanner will send.
//!
//! Code 128 is ISO/IEC 15417, GS1-128 and EAN-13 are the GS1 General Specifications (sections 5.4 and 5.2). The code
//! sets of Code 128 are switched by ourselves ([`super::switching`]); the bars come from a crate, named only here.

use std::fmt;
use std::ops::Range;

use barcoders::sym::code128::Code128;
use barcoders::sym::ean13::EAN13;

use super::error::PrintError;
use super::page::Micrometres;
use super::switching::{CodeSet, Step, Token, shortest};

/// The separator of GS1 elements in a text, and what a scanner sends for FNC1 inside a symbol.
pub const GROUP_SEPARATOR: char = '\u{1d}';

/// One dot of a 203 dpi label printer (8 dots a millimetre). A module is a whole number of dots, else the printer rounds
/// some bars up and others down.
pub const PRINTER_DOT: Micrometres = 125;

/// The module widths that labels and sheets use, best first: three and two printer dots. At 1.5 dots scanners lost
/// symbols, at two they lost none.
pub const MODULE_WIDTHS: [Micrometres; 2] = [3 * PRINTER_DOT, 2 * PRINTER_DOT];

/// A kind of barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbology {
    /// Code 128 of a plain text: the default of everything that scantrail prints.
    Code128,
    /// Code 128 with GS1 elements: FNC1 first, and FNC1 after elements of variable length.
    Gs1Code128,
    /// The thirteen digits of retail.
    Ean13,
}

impl Symbology {
    /// Every symbology with its stable word.
    pub const WORDS: [(Symbology, &'static str); 3] =
        [(Symbology::Code128, "code128"), (Symbology::Gs1Code128, "gs1-128"), (Symbology::Ean13, "ean13")];

    /// The symbology of a word, or `None`.
    pub fn named(word: &str) -> Option<Symbology> {
        Symbology::WORDS.into_iter().find(|(_, known)| *known == word).map(|(symbology, _)| symbology)
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Symbology::Code128 => "code128",
            Symbology::Gs1Code128 => "gs1-128",
            Symbology::Ean13 => "ean13",
        }
    }
}

impl fmt::Display for Symbology {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// A barcode without a size: its modules and what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    symbology: Symbology,
    meaning: String,
    modules: Vec<bool>,
}

impl Symbol {
    /// How it is encoded.
    pub fn symbology(&self) -> Symbology {
        self.symbology
    }

    /// The text that a scanner sends: for GS1-128 with U+001D between elements and without the leading FNC1, for EAN-13
    /// all thirteen digits.
    pub fn meaning(&self) -> &str {
        &self.meaning
    }

    /// The meaning as people read it, see [`in_clear`].
    pub fn in_clear(&self) -> String {
        in_clear(self.symbology, &self.meaning)
    }

    /// From the first bar to the last one; `true` is dark.
    pub fn modules(&self) -> &[bool] {
        &self.modules
    }

    /// The light modules that must stay free on the left: 10 for Code 128, 11 for EAN-13.
    pub fn quiet_left(&self) -> i32 {
        match self.symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => 10,
            Symbology::Ean13 => 11,
        }
    }

    /// The light modules that must stay free on the right: 10 for Code 128, 7 for EAN-13.
    pub fn quiet_right(&self) -> i32 {
        match self.symbology {
            Symbology::Code128 | Symbology::Gs1Code128 => 10,
            Symbology::Ean13 => 7,
        }
    }

    /// The width with both quiet zones at a module width.
    pub fn width(&self, module_width: Micrometres) -> Micrometres {
        let modules = self.modules.len() as i32 + self.quiet_left() + self.quiet_right();
        modules.saturating_mul(module_width)
    }

    /// Whether the bar that begins at this module is a guard bar of an EAN-13, which is longer than the others.
    pub fn is_guard(&self, module: usize) -> bool {
        const GUARDS: [Range<usize>; 3] = [0..3, 45..50, 92..95];
        self.symbology == Symbology::Ean13 && GUARDS.iter().any(|guard| guard.contains(&module))
    }

    /// The best of some module widths, given best first, at which the symbol is no wider than `available`, or `None`.
    pub fn module_width_for(&self, available: Micrometres, widths: &[Micrometres]) -> Option<Micrometres> {
        widths.iter().copied().find(|module_width| self.width(*module_width) <= available)
    }
}

/// Encodes a text.
///
/// For [`Symbology::Gs1Code128`] the text is an element string without brackets, with U+001D after elements of variable
/// length; [`gs1_element_string`] makes one.
///
/// # Errors
/// [`PrintError::EmptyCode`] for an empty text, [`PrintError::NotEncodable`] for a character that the symbology does not
/// have, [`PrintError::NotAnEan13`], [`PrintError::WrongCheckDigit`] and [`PrintError::TooLongForGs1`].
pub fn encode(symbology: Symbology, text: &str) -> Result<Symbol, PrintError> {
    if text.is_empty() {
        return Err(PrintError::EmptyCode);
    }
    match symbology {
        Symbology::Code128 => code_128(text),
        Symbology::Gs1Code128 => gs1_code_128(text),
        Symbology::Ean13 => ean_13(text),
    }
}

/// Encodes a text as plain Code 128 in which U+001D stands for FNC1, which scanners send as that character when it is
/// neither the first nor the second (ISO/IEC 15417).
///
/// # Errors
/// As [`encode`].
pub fn code_128_with_function_1(text: &str) -> Result<Symbol, PrintError> {
    let tokens = text.chars().map(|character| match u8::try_from(character) {
        Ok(0x1d) => Ok(Token::Function1),
        Ok(byte @ 0..=127) => Ok(Token::Ascii(byte)),
        _ => Err(not_encodable(Symbology::Code128, text, character)),
    });
    let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    if tokens.is_empty() {
        return Err(PrintError::EmptyCode);
    }
    code_128_symbol(Symbology::Code128, text, &tokens)
}

/// Joins GS1 elements, each an application identifier and its value, with U+001D after a value of variable length unless
/// it is the last one. Identifiers with these first two digits have a predefined length (GS1 General Specifications,
/// figure 7.8.5-2).
pub fn gs1_element_string(elements: &[(&str, &str)]) -> String {
    let mut joined = String::new();
    for (index, (identifier, value)) in elements.iter().enumerate() {
        joined.push_str(identifier);
        joined.push_str(value);
        if predefined_length(identifier).is_none() && index + 1 < elements.len() {
            joined.push(GROUP_SEPARATOR);
        }
    }
    joined
}

/// A code as it is printed below its bars: EAN-13 in its groups, GS1 elements with their identifiers in brackets, and
/// control characters as their pictures (U+2400 and on).
pub fn in_clear(symbology: Symbology, meaning: &str) -> String {
    match symbology {
        Symbology::Gs1Code128 => bracketed(meaning),
        Symbology::Ean13 if meaning.len() == 13 && meaning.is_ascii() => {
            format!("{} {} {}", &meaning[..1], &meaning[1..7], &meaning[7..])
        }
        Symbology::Code128 | Symbology::Ean13 => meaning.chars().map(visible).collect(),
    }
}

fn visible(character: char) -> char {
    match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(character),
        '\u{7f}' => '\u{2421}',
        other => other,
    }
}

/// Puts the identifiers of an element string into brackets. What is not one is left as it is.
fn bracketed(element_string: &str) -> String {
    let mut clear = String::new();
    for part in element_string.split(GROUP_SEPARATOR) {
        let mut rest = part;
        while let Some((identifier, after)) = identifier_length(rest).and_then(|length| rest.split_at_checked(length)) {
            let value_length = match predefined_length(identifier) {
                Some(length) => (length - identifier.len()).min(after.len()),
                None => after.len(),
            };
            let (value, next) = after.split_at_checked(value_length).unwrap_or((after, ""));
            clear.push_str(&format!("({identifier}){value}"));
            rest = next;
        }
        clear.extend(rest.chars().map(visible));
    }
    clear
}

/// The length of identifier and value together where the first two digits decide it.
fn predefined_length(identifier: &str) -> Option<usize> {
    match identifier.get(..2)? {
        "00" => Some(20),
        "01" | "02" | "03" => Some(16),
        "04" => Some(18),
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Some(8),
        "20" => Some(4),
        "31" | "32" | "33" | "34" | "35" | "36" => Some(10),
        "41" => Some(16),
        _ => None,
    }
}

/// How many digits the identifier at the start of a text has.
fn identifier_length(text: &str) -> Option<usize> {
    let length = match text.get(..2)? {
        "31" | "32" | "33" | "34" | "35" | "36" | "39" | "43" | "70" | "72" | "80" | "81" | "82" => 4,
        "23" | "24" | "25" | "40" | "41" | "42" | "71" => 3,
        _ => 2,
    };
    let digits = text.bytes().take(length).filter(u8::is_ascii_digit).count();
    (digits == length).then_some(length)
}

fn code_128(text: &str) -> Result<Symbol, PrintError> {
    let tokens = text.chars().map(|character| match u8::try_from(character) {
        Ok(byte @ 0..=127) => Ok(Token::Ascii(byte)),
        _ => Err(not_encodable(Symbology::Code128, text, character)),
    });
    let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    code_128_symbol(Symbology::Code128, text, &tokens)
}

fn gs1_code_128(text: &str) -> Result<Symbol, PrintError> {
    // Scanners and systems put the separator after the last element too; in a symbol it has no place there.
    let text = text.trim_matches(GROUP_SEPARATOR);
    if text.is_empty() {
        return Err(PrintError::EmptyCode);
    }
    let length = text.chars().count();
    if length > 48 {
        return Err(PrintError::TooLongForGs1 { code: text.to_owned(), length });
    }
    let elements = text.chars().map(|character| match character {
        GROUP_SEPARATOR => Ok(Token::Function1),
        '#' | '$' | '@' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~' => {
            Err(not_encodable(Symbology::Gs1Code128, text, character))
        }
        '!'..='z' => Ok(Token::Ascii(character as u8)),
        _ => Err(not_encodable(Symbology::Gs1Code128, text, character)),
    });
    let tokens = std::iter::once(Ok(Token::Function1)).chain(elements).collect::<Result<Vec<_>, _>>()?;
    code_128_symbol(Symbology::Gs1Code128, text, &tokens)
}

fn not_encodable(symbology: Symbology, code: &str, character: char) -> PrintError {
    PrintError::NotEncodable { code: code.to_owned(), character, symbology }
}

fn code_128_symbol(symbology: Symbology, meaning: &str, tokens: &[Token]) -> Result<Symbol, PrintError> {
    let written = shortest(tokens).into_iter().fold(String::new(), written);
    let encoded = Code128::new(&written).map_err(|error| crate_refused(meaning, error))?;
    Ok(symbol(symbology, meaning, &encoded.encode()))
}

/// Appends a step in the notation of the crate, in which letters with accents stand for the special characters.
fn written(mut text: String, step: Step) -> String {
    match step {
        Step::Set(CodeSet::A) => text.push('\u{c0}'),
        Step::Set(CodeSet::B) => text.push('\u{181}'),
        Step::Set(CodeSet::C) => text.push('\u{106}'),
        Step::Function1 => text.push('\u{179}'),
        // The crate writes DEL as a division sign.
        Step::Ascii(127) => text.push('\u{f7}'),
        Step::Ascii(byte) => text.push(char::from(byte)),
        Step::Pair(tens, ones) => text.extend([char::from(tens), char::from(ones)]),
    }
    text
}

fn ean_13(text: &str) -> Result<Symbol, PrintError> {
    let digits = text.chars().map(|character| character.to_digit(10)).collect::<Option<Vec<_>>>();
    let Some(digits) = digits.filter(|digits| matches!(digits.len(), 12 | 13)) else {
        return Err(PrintError::NotAnEan13 { code: text.to_owned() });
    };
    // Weights 1 and 3 from the left (GS1 General Specifications 7.9.1).
    let sum: u32 = digits.iter().take(12).zip([1, 3].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    let expected = char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0');
    let meaning = match text.chars().nth(12) {
        None => format!("{text}{expected}"),
        Some(found) if found == expected => text.to_owned(),
        Some(found) => return Err(PrintError::WrongCheckDigit { code: text.to_owned(), expected, found }),
    };
    let encoded = EAN13::new(&meaning).map_err(|error| crate_refused(&meaning, error))?;
    Ok(symbol(Symbology::Ean13, &meaning, &encoded.encode()))
}

fn symbol(symbology: Symbology, meaning: &str, modules: &[u8]) -> Symbol {
    Symbol { symbology, meaning: meaning.to_owned(), modules: modules.iter().map(|module| *module == 1).collect() }
}

/// The crate refuses what was checked before: a bug.
fn crate_refused(code: &str, error: barcoders::error::Error) -> PrintError {
    PrintError::Pdf { reason: format!("no bars for {code:?} ({error})") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rxing::{BarcodeFormat, DecodeHints};

    use super::*;

    /// What a decoder that is not ours reads, three dots a module, in a row of 40.
    fn read(symbol: &Symbol) -> Option<String> {
        const DOTS: usize = 3;
        let quiet = |modules: i32| vec![255; modules as usize * DOTS];
        let bars = symbol.modules().iter().flat_map(|dark| [if *dark { 0 } else { 255 }; DOTS]);
        let row: Vec<u8> =
            quiet(symbol.quiet_left()).into_iter().chain(bars).chain(quiet(symbol.quiet_right())).collect();
        let (width, height) = (row.len() as u32, 40);
        // One format at a time: given both, the decoder now and then sees an EAN-13 in the midst of a Code 128.
        let result = [BarcodeFormat::CODE_128, BarcodeFormat::EAN_13].into_iter().find_map(|format| {
            let luma = row.repeat(height as usize);
            let mut hints = DecodeHints { AssumeGs1: Some(true), ..DecodeHints::default() };
            rxing::helpers::detect_in_luma_with_hints(luma, width, height, Some(format), &mut hints).ok()
        })?;
        let text = result.getText();
        Some(text.strip_prefix("]C1").unwrap_or(text).to_owned())
    }

    #[test]
    fn words_are_read_back() {
        for (symbology, word) in Symbology::WORDS {
            assert_eq!(Symbology::named(word), Some(symbology));
            assert_eq!(symbology.to_string(), word);
        }
        assert_eq!(Symbology::named("qr"), None);
    }

    #[test]
    fn symbols_are_as_narrow_as_they_can_be() {
        let modules = |symbology, text: &str| encode(symbology, text).unwrap().modules().len();
        assert_eq!(modules(Symbology::Code128, "SN-2024A000123"), 167);
        assert_eq!(modules(Symbology::Code128, "1"), 46);
        assert_eq!(modules(Symbology::Ean13, "9501101531000"), 95);
    }

    #[test]
    fn ean_13_gets_its_check_digit() {
        let symbol = encode(Symbology::Ean13, "950110153100").unwrap();
        assert_eq!(symbol.meaning(), "9501101531000");
        assert_eq!(symbol.in_clear(), "9 501101 531000");
        assert_eq!(read(&symbol).as_deref(), Some("9501101531000"));
        assert_eq!(symbol.width(375), 113 * 375);
        assert_eq!(symbol.module_width_for(30_000, &MODULE_WIDTHS), Some(250));
        assert_eq!(symbol.module_width_for(28_000, &MODULE_WIDTHS), None);
    }

    #[test]
    fn gs1_elements_are_separated_where_they_must_be() {
        let text = gs1_element_string(&[("01", "09521234543213"), ("10", "B7"), ("17", "270131"), ("21", "S1")]);
        assert_eq!(text, "010952123454321310B7\u{1d}1727013121S1");
        let symbol = encode(Symbology::Gs1Code128, &text).unwrap();
        assert_eq!(symbol.in_clear(), "(01)09521234543213(10)B7(17)270131(21)S1");
        assert_eq!(read(&symbol).as_deref(), Some(text.as_str()));
        assert_eq!(in_clear(Symbology::Gs1Code128, "3103001250\u{1d}400X1"), "(3103)001250(400)X1");
        assert_eq!(in_clear(Symbology::Gs1Code128, "01095\u{1d}?"), "(01)095?");
    }

    #[test]
    fn an_odd_digit_before_a_separator_stays_alone() {
        let text = "101\u{1d}212";
        assert_eq!(read(&encode(Symbology::Gs1Code128, text).unwrap()).as_deref(), Some(text));
    }

    #[test]
    fn control_characters_are_shown_as_pictures() {
        assert_eq!(in_clear(Symbology::Code128, "A\t\u{7f}"), "A␉␡");
    }

    proptest! {
        #[test]
        fn every_ascii_text_reads_back(text in "[\u{0}-\u{1c}\u{1e}-\u{7f}]{1,12}") {
            let read = read(&encode(Symbology::Code128, &text).unwrap()).unwrap();
            // The decoder reports a check character of value 102 as if it were FNC1.
            prop_assert_eq!(read.trim_end_matches(GROUP_SEPARATOR), text);
        }

        #[test]
        fn codes_of_letters_and_digits_read_back(text in "[0-9]{0,5}[A-Z0-9/-]{1,12}[0-9]{0,5}") {
            let read = read(&encode(Symbology::Code128, &text).unwrap()).unwrap();
            prop_assert_eq!(read.trim_end_matches(GROUP_SEPARATOR), text);
        }

        #[test]
        fn element_strings_read_back(lot in "[0-9A-Z]{1,8}", serial in "[0-9A-Z]{1,8}") {
            let text = gs1_element_string(&[("10", &lot), ("21", &serial)]);
            let read = read(&encode(Symbology::Gs1Code128, &text).unwrap()).unwrap();
            prop_assert_eq!(read.trim_end_matches(GROUP_SEPARATOR), text);
        }

        #[test]
        fn what_is_not_ascii_is_named(text in "[a-z]{0,3}[à-ž][à-ž]?") {
            let first = text.chars().find(|character| !character.is_ascii()).unwrap();
            let error = encode(Symbology::Code128, &text).unwrap_err();
            prop_assert_eq!(error, PrintError::NotEncodable { code: text, character: first, symbology: Symbology::Code128 });
        }
    }
}
