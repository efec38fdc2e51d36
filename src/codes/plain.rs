//! Texts that say nothing of what they are, and what else they may be.

use chrono::NaiveDate;

use super::{Confidence, Gtin, Kind, Reading, brackets, check_digit, dates, disguise, gs1, hidden, shown};

/// The plain reading of a text behind this symbology identifier, with doubts and other readings.
pub(super) fn read(text: &str, identifier: Option<&str>, today: NaiveDate) -> Reading {
    let is_identified = identifier.is_some();
    let mut reading = Reading { text: text.to_owned(), gtin_candidate: Gtin::candidate(text), ..Reading::default() };
    if reading.gtin_candidate.is_some() && !is_identified {
        reading.doubt(Confidence::Guess);
    }
    if text.is_ascii() {
        match text.as_bytes().first() {
            Some(b'0'..=b'9') if is_identified => look_unmarked(&mut reading, today),
            Some(b'0'..=b'9') => look_like_gs1(&mut reading, today),
            Some(b'(') => look_like_brackets(&mut reading, today),
            _ => {}
        }
        look_like_number_of_item(&mut reading, identifier);
    } else {
        look_at_characters(&mut reading);
    }
    look_disguised(&mut reading, today);
    look_doubled(&mut reading);
    reading
}

/// GS1 data without an item in front whose separators are disguised.
fn look_disguised(reading: &mut Reading, today: NaiveDate) {
    if !reading.text.starts_with(|first: char| first.is_ascii_digit()) {
        return;
    }
    let Some((stand_in, elements)) = disguise::inside_text(&reading.text, today) else { return };
    let stand_in = if stand_in == " " { "a space".to_owned() } else { shown(stand_in.as_bytes()) };
    let message = format!("with {stand_in} for the separator (FNC1) it has the form of GS1 data");
    reading.warn("unmarked-gs1", message);
    reading.readings.insert(0, Reading { confidence: Confidence::Guess, readings: Vec::new(), ..elements });
    reading.doubt(Confidence::Ambiguous);
}

/// GS1 data in a symbol that does not say so, because whoever made the label left FNC1 out.
fn look_unmarked(reading: &mut Reading, today: NaiveDate) {
    let Some(elements) = gs1::guess(&reading.text, today).filter(|elements| elements.elements.len() > 1) else {
        return;
    };
    reading.warn("unmarked-gs1", "it has the form of GS1 data, in a symbol that is not marked as such");
    reading.readings.push(Reading { confidence: Confidence::Guess, readings: Vec::new(), ..elements });
    reading.doubt(Confidence::Ambiguous);
}

/// The text below a barcode inside of a barcode.
fn look_like_brackets(reading: &mut Reading, today: NaiveDate) {
    let Some(scanned) = brackets::read(&reading.text, today) else { return };
    match scanned.whole() {
        Ok(elements) => {
            reading.warn("in-brackets", "it may be GS1 elements in brackets, as they stand below a barcode");
            reading.doubt(Confidence::Ambiguous);
            reading.readings.push(Reading { confidence: Confidence::Guess, ..elements });
        }
        Err(fault) => {
            reading.warn("in-brackets-damaged", format!("it begins like GS1 elements in brackets, but {fault}"));
            reading.doubt(Confidence::Guess);
        }
    }
}

/// 14 digits, or those of ITF-14, whose check digit is wrong. Other numbers are too often something else, and so are
/// dates with a time.
fn look_like_number_of_item(reading: &mut Reading, identifier: Option<&str>) {
    let text = reading.text.as_str();
    let may_be_one = identifier.is_none_or(|identifier| identifier.starts_with("]I"));
    let is_one = may_be_one && text.len() == 14 && check_digit::is_digits(text) && reading.gtin_candidate.is_none();
    let is_time = text.get(..8).is_some_and(|day| day.starts_with("20") && dates::date_of_eight_digits(day).is_ok());
    if is_one && !is_time {
        reading
            .warn("wrong-check-digit", "it has as many digits as a GTIN, but the last one does not check the others");
        reading.doubt(Confidence::Guess);
    }
}

/// What labels have for people and telephones, beside the code that is meant, and a number with a sign before or behind.
pub(super) fn look_like_other_text(reading: &mut Reading) {
    const ADDRESSES: [&str; 4] = ["www.", "urn:epc:", "id.gs1.org/", "mailto:"];
    const NAMES: [&str; 16] = [
        "item", "sku", "article", "part", "pn", "p/n", "qty", "quantity", "exp", "serial", "sn", "s/n", "lot", "batch",
        "charge", "lot no",
    ];
    let is = |beginning: &&str, text: &str| {
        text.get(..beginning.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(beginning))
    };
    let text = reading.text.as_str();
    let names_itself = text.split_once(':').is_some_and(|(name, rest)| {
        !rest.trim().is_empty() && NAMES.iter().any(|one| name.trim().eq_ignore_ascii_case(one))
    });
    let has_scheme = text.as_bytes().windows(4).any(|four| four.eq_ignore_ascii_case(b"http"));
    if has_scheme || text.contains("//") || text.contains("/01/") || ADDRESSES.iter().any(|address| is(address, text)) {
        reading.warn("web-address", "it is an address of the web: is it the barcode that was meant?");
        reading.doubt(Confidence::Guess);
    } else if names_itself {
        reading.warn("named-text", "it says itself what it is, and the word in front was read as a part of it");
        reading.doubt(Confidence::Guess);
    } else if is_framed_number(text) {
        reading.warn("framed-number", "a sign stands beside the number of an item: is a prefix or a suffix set?");
        reading.doubt(Confidence::Guess);
    }
}

/// Shorter texts are counts far more often than elements.
const SHORTEST_ELEMENT: usize = 4;

fn look_like_gs1(reading: &mut Reading, today: NaiveDate) {
    let text = reading.text.as_str();
    if text.len() < SHORTEST_ELEMENT {
        return;
    }
    if let Ok(elements) = gs1::read_literally(text, today).whole() {
        let is_formed = begins_with_a_date(&elements, today);
        let is_number = reading.gtin_candidate.is_some();
        reading.readings.push(Reading { confidence: Confidence::Guess, is_guess: true, ..elements });
        if !is_number {
            reading.doubt(Confidence::Ambiguous);
            let message = "it may also be GS1 data whose symbology identifier was not sent";
            reading.warn(if is_formed { "unmarked-gs1" } else { "may-be-gs1" }, message);
        }
    } else if is_cut_short(text) && reading.gtin_candidate.is_none() {
        reading.doubt(Confidence::Ambiguous);
        reading.warn("may-be-cut", "it may also be GS1 data that was cut short");
    }
}

/// True for a date near today with a lot or serial behind it, which is seldom how a text begins by chance.
fn begins_with_a_date(elements: &Reading, today: NaiveDate) -> bool {
    let first = elements
        .elements
        .first()
        .filter(|(identifier, _)| matches!(identifier.as_str(), "11" | "13" | "15" | "16" | "17"));
    let date = first.and_then(|(_, six)| dates::date_of_six_digits(six, today).ok());
    date.is_some_and(|date| hidden::is_near(date, today)) && (elements.lot.is_some() || elements.serial.is_some())
}

/// True for digits that begin with an element of predefined length and have not enough of them.
fn is_cut_short(text: &str) -> bool {
    const SHORTEST: usize = 7;
    let length = match text.get(..2) {
        Some("00") => 20,
        Some("01" | "02" | "03") => 16,
        Some("31" | "32" | "33" | "34" | "35" | "36") => 10,
        _ => return false,
    };
    (SHORTEST..length).contains(&text.len()) && check_digit::is_digits(text)
}

/// Characters that cannot be seen, and letters that were written in one encoding and read in another.
fn look_at_characters(reading: &mut Reading) {
    let is_invisible = |character: char| matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    if reading.text.chars().any(is_invisible) {
        reading.warn("invisible-character", "it holds a character that cannot be seen");
        reading.doubt(Confidence::Guess);
    }
    let bytes: Option<Vec<u8>> = reading.text.chars().map(|character| u8::try_from(character).ok()).collect();
    if let Some(meant) =
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| !text.contains(char::is_control))
    {
        reading.readings.push(Reading {
            text: meant,
            kind: Kind::Plain,
            confidence: Confidence::Guess,
            ..Reading::default()
        });
        reading.doubt(Confidence::Ambiguous);
        reading.warn("wrong-encoding", "its letters look like UTF-8 that was read as Latin-1");
    }
}

/// True for the number of an EAN, UPC or ITF-14 code with one sign in front or behind, or behind what is left of its
/// symbology identifier.
fn is_framed_number(text: &str) -> bool {
    let signs = |one: char| !one.is_alphanumeric();
    let rest_of_identifier = || ["E0", "]0", "]E"].into_iter().find_map(|rest| text.strip_prefix(rest));
    let number = rest_of_identifier().or_else(|| text.strip_prefix(signs)).or_else(|| text.strip_suffix(signs));
    number.is_some_and(|number| number.len() >= 12 && Gtin::candidate(number).is_some())
}

/// The same text twice or more: scans without an end between them. Short ones and counts are left alone.
fn look_doubled(reading: &mut Reading) {
    let text = std::mem::take(&mut reading.text);
    let mut pieces: Vec<Reading> = repeated(&text).map(plain).into_iter().collect();
    if pieces.is_empty() {
        pieces.extend(two_numbers(&text).into_iter().flat_map(|(first, second)| [plain(first), plain(second)]));
    }
    if !pieces.is_empty() {
        reading.readings.splice(0..0, pieces);
        reading.doubt(Confidence::Ambiguous);
        reading.warn("doubled-text", "it looks like scans that ran together");
    } else if are_alike(&text) {
        reading.doubt(Confidence::Guess);
        reading.warn("doubled-text", "it looks like two scans of the same kind that ran together");
    }
    reading.text = text;
}

/// The text that a line repeats, with or without a space between.
fn repeated(text: &str) -> Option<&str> {
    const SHORTEST_TEXT: usize = 4;
    const SHORTEST_DIGITS: usize = 6;
    const MOST: usize = 4;
    let is_one = |one: &str| {
        let shortest = if check_digit::is_digits(one) { SHORTEST_DIGITS } else { SHORTEST_TEXT };
        one.len() >= shortest && one.bytes().any(|byte| byte != one.as_bytes()[0])
    };
    (2..=MOST).find_map(|times| {
        let (one, _) = text.split_at_checked(text.len() / times)?;
        let spaced = text.split(' ').next().unwrap_or_default();
        let is_repeated = one.len() * times == text.len()
            && text.as_bytes().chunks(one.len().max(1)).all(|piece| piece == one.as_bytes());
        let is_spaced = text.split(' ').count() == times && text.split(' ').all(|piece| piece == spaced);
        let one = if is_repeated { Some(one) } else { is_spaced.then_some(spaced) };
        one.filter(|one| is_one(one))
    })
}

/// Two different numbers of EAN or UPC codes.
fn two_numbers(text: &str) -> Option<(&str, &str)> {
    if text.len() < 24 || !check_digit::is_digits(text) {
        return None;
    }
    [12, 13].into_iter().filter_map(|length| text.split_at_checked(length)).find(|(first, second)| {
        let is_number = |half: &str| matches!(half.len(), 12 | 13) && Gtin::candidate(half).is_some();
        is_number(first) && is_number(second)
    })
}

/// True for two halves with the same letters in front of as many digits, such as `SN0001SN0002`.
fn are_alike(text: &str) -> bool {
    const FEWEST: usize = 2;
    let Some((first, second)) = text.split_at_checked(text.len() / 2) else { return false };
    let letters = first.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits =
        |half: &str| half.get(letters..).is_some_and(|rest| rest.len() > FEWEST && check_digit::is_digits(rest));
    first.len() == second.len()
        && letters >= FEWEST
        && first.get(..letters) == second.get(..letters)
        && digits(first)
        && digits(second)
}

fn plain(text: &str) -> Reading {
    Reading {
        text: text.to_owned(),
        gtin_candidate: Gtin::candidate(text),
        confidence: Confidence::Guess,
        ..Reading::default()
    }
}
