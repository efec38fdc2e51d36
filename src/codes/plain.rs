//! Texts that say nothing of what they are, and what else they may be.

use chrono::NaiveDate;

use super::{Confidence, Gtin, Kind, Reading, brackets, check_digit, gs1};

/// The plain reading of a text, with doubts and other readings.
pub(super) fn read(text: &str, is_identified: bool, today: NaiveDate) -> Reading {
    let mut reading = Reading { text: text.to_owned(), gtin_candidate: Gtin::candidate(text), ..Reading::default() };
    if reading.gtin_candidate.is_some() && !is_identified {
        reading.doubt(Confidence::Guess);
    }
    if text.is_ascii() {
        if text.as_bytes().first().is_some_and(u8::is_ascii_digit) && !is_identified {
            look_like_gs1(&mut reading, today);
        } else if text.starts_with('(') {
            let elements = brackets::read(text, today).and_then(|scanned| scanned.whole().ok());
            let guess = elements.map(|elements| Reading { confidence: Confidence::Guess, ..elements });
            reading.readings.extend(guess);
        }
    } else {
        look_at_characters(&mut reading);
    }
    look_doubled(&mut reading);
    reading
}

/// Shorter texts are counts far more often than elements.
const SHORTEST_ELEMENT: usize = 4;

fn look_like_gs1(reading: &mut Reading, today: NaiveDate) {
    let text = reading.text.as_str();
    if text.len() < SHORTEST_ELEMENT {
        return;
    }
    if let Ok(elements) = gs1::read_literally(text, today).whole() {
        let is_number = reading.gtin_candidate.is_some();
        reading.readings.push(Reading { confidence: Confidence::Guess, is_guess: true, ..elements });
        if !is_number {
            reading.doubt(Confidence::Ambiguous);
            reading.warn("may-be-gs1", "it may also be GS1 data whose symbology identifier was not sent");
        }
    } else if is_cut_short(text) && reading.gtin_candidate.is_none() {
        reading.doubt(Confidence::Ambiguous);
        reading.warn("may-be-cut", "it may also be GS1 data that was cut short");
    }
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

/// The same text twice over: two scans without an end between them. Short ones and counts are left alone.
fn look_doubled(reading: &mut Reading) {
    const SHORTEST_TEXT: usize = 4;
    const SHORTEST_DIGITS: usize = 6;
    let text = reading.text.as_str();
    let Some((first, second)) = text.split_at_checked(text.len() / 2) else { return };
    let shortest = if check_digit::is_digits(first) { SHORTEST_DIGITS } else { SHORTEST_TEXT };
    let is_doubled =
        first == second && first.len() >= shortest && first.bytes().any(|byte| byte != first.as_bytes()[0]);
    let are_two_numbers = [first, second].iter().all(|half| half.len() == 13 && Gtin::candidate(half).is_some());
    if !(is_doubled || are_two_numbers) {
        return;
    }
    let mut halves = vec![plain(first)];
    if !is_doubled {
        halves.push(plain(second));
    }
    reading.readings.splice(0..0, halves);
    reading.doubt(Confidence::Ambiguous);
    reading.warn("doubled-text", "it looks like two scans that ran together");
}

fn plain(text: &str) -> Reading {
    Reading {
        text: text.to_owned(),
        gtin_candidate: Gtin::candidate(text),
        confidence: Confidence::Guess,
        ..Reading::default()
    }
}
