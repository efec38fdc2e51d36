//! The disguises of the separator. FNC1 arrives as 0x1D when all is well; scanners and hosts make many other things of
//! it. A stand-in is believed only when no real separator is there and the whole scan then parses.

use chrono::NaiveDate;

use super::elements::SEPARATOR;
use super::{Confidence, Reading, Scanned, gs1, hidden, identifiers, shown};

/// How much a stand-in proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// GS1 data cannot hold it, and scanners are known to send it.
    Sure,
    /// GS1 data cannot hold it, but it may as well be a damaged character.
    Guess,
    /// GS1 data can hold it.
    Text,
}

/// What arrives in place of the separator. Longer ones stand before those that they contain.
const STAND_INS: &[(&str, Proof)] = &[
    // Alt+029, typed by a scanner on a keypad, as a terminal passes it on.
    ("\u{1b}0\u{1b}2\u{1b}9", Proof::Sure),
    // F8, the arrows, and other keys as terminals send them.
    ("\u{1b}[19~", Proof::Sure),
    ("\u{1b}[18~", Proof::Sure),
    ("\u{1b}[20~", Proof::Sure),
    ("\u{1b}[A", Proof::Sure),
    ("\u{1b}[B", Proof::Sure),
    ("\u{1b}[C", Proof::Sure),
    ("\u{1b}[D", Proof::Sure),
    ("\u{1b}OA", Proof::Sure),
    ("\u{1b}OB", Proof::Sure),
    ("\u{1b}OC", Proof::Sure),
    ("\u{1b}OD", Proof::Sure),
    // Names in brackets that GS1 data cannot hold, and other ways of writing a control character.
    ("{GS}", Proof::Sure),
    ("{FNC1}", Proof::Sure),
    ("{gs}", Proof::Sure),
    ("{fnc1}", Proof::Sure),
    ("[GS]", Proof::Sure),
    ("[FNC1]", Proof::Sure),
    ("[gs]", Proof::Sure),
    ("\\x1D", Proof::Sure),
    ("\\x1d", Proof::Sure),
    ("\\u001D", Proof::Sure),
    ("\\u001d", Proof::Sure),
    ("\\035", Proof::Sure),
    ("\\029", Proof::Sure),
    ("^]", Proof::Sure),
    ("~d029", Proof::Sure),
    // Pictures of control characters, and a private character of a tablet's keyboard.
    ("\u{241d}", Proof::Sure),
    ("\u{f70b}", Proof::Sure),
    ("\u{2194}", Proof::Sure),
    // Other control characters.
    ("\0", Proof::Sure),
    ("\u{1b}", Proof::Sure),
    ("\u{1c}", Proof::Sure),
    ("\u{1e}", Proof::Sure),
    ("\u{1f}", Proof::Sure),
    // Characters that GS1 data cannot hold.
    ("]", Proof::Sure),
    ("|", Proof::Sure),
    ("~", Proof::Sure),
    ("^", Proof::Sure),
    ("#", Proof::Guess),
    ("@", Proof::Guess),
    (" ", Proof::Guess),
    ("$", Proof::Guess),
    ("[", Proof::Guess),
    ("\\", Proof::Guess),
    ("`", Proof::Guess),
    ("{", Proof::Guess),
    ("}", Proof::Guess),
    // What stands for it in words, which GS1 data can hold.
    ("<GS>", Proof::Text),
    ("<FNC1>", Proof::Text),
    ("<gs>", Proof::Text),
    ("<0x1D>", Proof::Text),
    ("&#29;", Proof::Text),
    ("%1D", Proof::Text),
    ("Alt029", Proof::Text),
    ("ALT029", Proof::Text),
    ("(GS)", Proof::Text),
];

/// True when a stand-in may be in the data.
fn is_possible(data: &str) -> bool {
    data.bytes().any(|byte| !byte.is_ascii_alphanumeric()) || data.contains("Alt029") || data.contains("ALT029")
}

/// Reads GS1 data whose separators may be disguised. `declared` says that the scanner called it GS1 data; otherwise it
/// must begin with the number of an item or a container, or the disguise must stand at its beginning too.
pub(super) fn read(data: &str, declared: bool, today: NaiveDate) -> Option<Scanned> {
    if data.contains(SEPARATOR) || !is_possible(data) {
        return None;
    }
    let literal = declared.then(|| gs1::read(data, today));
    let mut literal = match literal {
        Some(literal) if literal.fault.is_none() => literal,
        _ => return undisguised(data, declared, false, today).map(Scanned::from),
    };
    literal.reading = beside_words(literal.reading, data, today);
    Some(literal)
}

/// The reading of data that parses as it stands, with a second one beside it where words for the separator stand in a value.
pub(super) fn beside_words(mut literal: Reading, data: &str, today: NaiveDate) -> Reading {
    let may_hold_words = is_possible(data) && !data.contains(SEPARATOR);
    let Some(other) = may_hold_words.then(|| undisguised(data, true, true, today)).flatten() else { return literal };
    let message = format!("it may also be {}", shown(other.in_brackets().as_bytes()));
    literal.warn("separator-in-words", message);
    literal.doubt(Confidence::Ambiguous);
    literal.readings.insert(0, other);
    literal
}

/// What a text without symbology identifier and without a number in front says, when some stand-in for the separator
/// makes GS1 data of all of it. It must name a lot, a serial or an item beside a date that goods may well have, or an
/// item beside something else: texts such as `10-44` or `A#1` are lots.
pub(super) fn inside_text(data: &str, today: NaiveDate) -> Option<(&'static str, Reading)> {
    if !is_possible(data) {
        return None;
    }
    let separates = |stand_in: &str| data.trim_matches(|one| stand_in.contains(one)).contains(stand_in);
    let mut stand_ins = STAND_INS.iter().map(|(stand_in, _)| *stand_in).filter(|stand_in| separates(stand_in));
    stand_ins.find_map(|stand_in| {
        let reading = gs1::read_literally(&data.replace(stand_in, "\u{1d}"), today).whole().ok()?;
        is_of_goods(&reading, today).then_some((stand_in, reading))
    })
}

fn is_of_goods(reading: &Reading, today: NaiveDate) -> bool {
    let is_assigned = |(identifier, _): &(String, String)| identifiers::assigned(identifier).is_some();
    let has_date = [reading.dates.expires, reading.dates.best_before, reading.dates.made]
        .into_iter()
        .flatten()
        .any(|date| hidden::is_near(date, today));
    let names_goods = reading.lot.is_some() || reading.serial.is_some();
    let is_formed = reading.item.is_some() || (has_date && names_goods);
    is_formed && reading.elements.len() > 1 && reading.elements.iter().all(is_assigned)
}

/// The reading with the first stand-in that makes the whole scan right; with `only_text`, of those that GS1 data can
/// hold.
fn undisguised(data: &str, declared: bool, only_text: bool, today: NaiveDate) -> Option<Reading> {
    let wanted =
        STAND_INS.iter().filter(|(stand_in, proof)| (!only_text || *proof == Proof::Text) && data.contains(stand_in));
    for (stand_in, proof) in wanted {
        let leads = data.starts_with(stand_in);
        let candidate = data.replace(stand_in, "\u{1d}");
        let is_known = declared || gs1::begins_with_a_number(candidate.trim_start_matches(SEPARATOR));
        // A stray character at the end separates nothing; one that GS1 data cannot hold, and words, end a value there.
        let separates = candidate.trim_end_matches(SEPARATOR).contains(SEPARATOR);
        let is_visible = stand_in.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let is_at_the_end = is_visible && !separates;
        if is_at_the_end && *proof == Proof::Guess {
            continue;
        }
        let is_announced = leads && candidate.trim_matches(SEPARATOR).contains(SEPARATOR);
        if !is_known && !is_announced {
            continue;
        }
        let Ok(mut reading) = gs1::read_literally(&candidate, today).whole() else { continue };
        let shown = shown(stand_in.as_bytes());
        reading.warn("separator-disguised", format!("{shown} was read as the separator (FNC1)"));
        let is_stray = is_at_the_end && stand_in.len() == 1;
        if *proof != Proof::Sure || !is_known || is_stray {
            reading.doubt(Confidence::Guess);
        }
        reading.is_guess = !declared;
        return Some(reading);
    }
    None
}
