//! Scans that came through another keyboard layout: a scanner that types like a US keyboard on a host with another layout.
//! `]d2` becomes `+d2` in German and `$dé` in French, and a lot turns into another plausible one. What was meant is looked
//! for by going back through the layouts; a text is only doubted when what was meant has a form of its own.

use super::elements::SEPARATOR;
use super::host_layouts::{LAYOUTS, Layout};
use super::{Confidence, Gtin, Kind, Reading, Scanned, Unreadable, gs1, symbology};

/// How much a text looks like one of these scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Looks {
    /// An identifier of a plain symbology, which a plain text may begin with by chance.
    Possible,
    /// A check character fits, or a form that seldom stands there by chance.
    Likely,
    /// A check digit and a form, or a beginning that nothing else has.
    Certain,
}

/// What a text was before it went through a layout.
struct Meant {
    looks: Looks,
    layout: &'static Layout,
    reading: Reading,
    what: &'static str,
}

/// What a text looks like that was not understood: `Some` with a fault when it certainly came through another layout. A
/// plain reading of it is doubted where that is likely. `read` reads what was meant.
pub(super) fn look(text: &str, plain: Option<&mut Reading>, read: impl Fn(&str) -> Scanned) -> Option<Unreadable> {
    if is_ordinary(text) || text.starts_with("http://") || text.starts_with("https://") {
        return None;
    }
    let meant = LAYOUTS.iter().filter_map(|layout| meant(text, layout, &read));
    // Of equals the first counts, which is the most common layout.
    let best = meant.reduce(|best, other| if other.looks > best.looks { other } else { best })?;
    if best.looks == Looks::Certain {
        return Some(Unreadable::OtherLayout { what: best.what, layout: best.layout.name });
    }
    let reading = plain?;
    let message = format!(
        "it looks like {} that came through another keyboard layout, such as {}: set the scanner to the layout of this \
         computer, or calibrate it",
        best.what, best.layout.name
    );
    reading.warn("other-layout", message);
    if best.looks == Looks::Likely {
        reading.doubt(Confidence::Ambiguous);
        let readings = Vec::new();
        reading.readings.insert(0, Reading { confidence: Confidence::Guess, readings, ..best.reading });
    } else {
        reading.doubt(Confidence::Guess);
    }
    None
}

/// True for a text that no layout made of something that begins like a code. It spares most plain texts the search.
fn is_ordinary(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -./_".contains(byte);
    let begins = |one: fn(&u8) -> bool, other: fn(&u8) -> bool| {
        bytes.first().is_some_and(one) && bytes.get(1).is_some_and(other)
    };
    // `SCANTRAIL` on a French keyboard, and the symbology identifier where a letter arrives for its bracket.
    let is_suspect = text.starts_with("SCQ") || begins(u8::is_ascii_lowercase, u8::is_ascii_uppercase);
    bytes.first().is_some_and(u8::is_ascii_alphanumeric) && bytes.iter().all(is_plain) && !is_suspect
}

fn meant(text: &str, layout: &'static Layout, read: &impl Fn(&str) -> Scanned) -> Option<Meant> {
    let character = text.chars().next()?;
    if !layout.may_give(character, begins_a_code) {
        return None;
    }
    let (first, rest) = text.split_at_checked(character.len_utf8())?;
    let second = rest.chars().next().and_then(|second| layout.meant(second));
    // A dead key may have merged with the character behind it, so that the first one stands for two.
    let is_one = |begin: &String| begin.starts_with(begins_a_code) && may_go_on(begin, second);
    let begins: Vec<String> = layout.meanings(first).filter(is_one).collect();
    if begins.is_empty() {
        return None;
    }
    // The beginning decides for most layouts, and spares them the rest of a long text.
    let head = rest.char_indices().nth(LONGEST_BEGINNING).map_or(rest, |(end, _)| rest.split_at(end).0);
    let head = layout.text_meant(head)?;
    let begins: Vec<String> = begins.into_iter().filter(|begin| begins_as_one(&format!("{begin}{head}"))).collect();
    if begins.is_empty() {
        return None;
    }
    let rest = layout.text_meant(rest)?;
    begins.into_iter().find_map(|begin| {
        let meant = begin + &rest;
        if meant == text || !may_be_one(&meant) {
            return None;
        }
        let Scanned { reading, fault } = read(&meant);
        let (looks, what) = looks(&meant, &reading, fault.as_ref())?;
        Some(Meant { looks, layout, reading, what })
    })
}

/// As many characters as the identifier and the number of a container have, and a few more.
const LONGEST_BEGINNING: usize = 24;

/// True for a beginning of one of the codes that can be told.
fn begins_as_one(head: &str) -> bool {
    let begins = |word: &str| head.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    match head.as_bytes() {
        [b']', ..] => symbology::split(head).0.is_some_and(symbology::is_common),
        [b'{', ..] => head.starts_with("{pbn:"),
        [b'S', ..] => begins("SCANTRAIL"),
        [b'h' | b'H', ..] => begins("http"),
        [b'[', ..] => begins("[)>"),
        [b'>', ..] => begins(">[)>"),
        _ => true,
    }
}

fn begins_a_code(first: char) -> bool {
    first.is_ascii_digit() || "][>{+=&hHSP".contains(first)
}

/// True when the second character fits the first; it spares most texts the rest.
fn may_go_on(begin: &str, second: Option<char>) -> bool {
    match (begin, second) {
        ("]", Some(second)) => second.is_ascii_alphabetic(),
        ("S", Some(second)) => second == 'C',
        ("h" | "H", Some(second)) => second.eq_ignore_ascii_case(&'t'),
        ("[", Some(second)) => second == ')',
        ("+", Some(second)) => second.is_ascii_alphanumeric() || second == '$',
        (_, second) => begin.len() > 1 || second.is_some(),
    }
}

fn may_be_one(meant: &str) -> bool {
    let is_plate = |text: &str| text.as_bytes().get(1) == Some(&b'J');
    match meant.as_bytes() {
        [b']' | b'[' | b'>' | b'{' | b'+' | b'=' | b'&' | b'S' | b'h' | b'H', ..] => true,
        [b'P', ..] => meant.contains(" Q"),
        [first, ..] if first.is_ascii_digit() => {
            gs1::begins_with_a_number(meant) || Gtin::candidate(meant).is_some() || is_plate(meant)
        }
        _ => false,
    }
}

fn looks(meant: &str, reading: &Reading, fault: Option<&Unreadable>) -> Option<(Looks, &'static str)> {
    if meant.starts_with("[)>") || meant.starts_with(">[)>") {
        return Some((Looks::Certain, "a supplier label"));
    }
    if meant.starts_with("{pbn:") {
        return Some((Looks::Certain, "a supplier label"));
    }
    let (identifier, data) = symbology::split(meant);
    let is_announced =
        identifier.is_some_and(|identifier| symbology::carries(identifier) == symbology::Carries::Elements);
    // A sign that was taken for the separator proves nothing about a layout.
    let is_guessed = reading.warnings.iter().any(|warning| warning.code == "separator-disguised")
        && !meant.contains(char::is_control);
    if gs1::begins_with_a_number(data) && (is_announced || (fault.is_none() && !is_guessed)) {
        return Some((Looks::Certain, "a GS1 code"));
    }
    match fault {
        None => {}
        Some(Unreadable::Link(_)) => return Some((Looks::Certain, "a GS1 Digital Link")),
        Some(Unreadable::Command { .. }) => return Some((Looks::Certain, "a command of scantrail")),
        Some(_) => return None,
    }
    Some(match reading.kind {
        Kind::Gs1 if identifier.is_some() && data.contains(SEPARATOR) => (Looks::Certain, "a GS1 code"),
        Kind::Gs1 => (Looks::Likely, "a GS1 code"),
        Kind::Ean => (Looks::Certain, "an EAN or UPC code"),
        Kind::DigitalLink => (Looks::Certain, "a GS1 Digital Link"),
        Kind::Command(_) => (Looks::Certain, "a command of scantrail"),
        Kind::SupplierLabel if data.starts_with('{') => (Looks::Certain, "a supplier label"),
        Kind::SupplierLabel => (Looks::Likely, "a supplier label"),
        Kind::Hibc => (Looks::Likely, "an HIBC code"),
        Kind::Isbt if reading.elements.iter().any(|(name, _)| name == "check") => (Looks::Likely, "an ISBT 128 code"),
        Kind::Isbt => (Looks::Possible, "an ISBT 128 code"),
        Kind::Plain if identifier.is_some_and(symbology::is_common) => {
            (Looks::Possible, "a code with its symbology identifier")
        }
        Kind::Plain if identifier.is_none() && reading.gtin_candidate.is_some() => {
            (if data.len() > 8 { Looks::Likely } else { Looks::Possible }, "an EAN or UPC code")
        }
        Kind::Plain => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::codes::tests::today;
    use crate::codes::{Confidence, read};

    #[test]
    fn plain_texts_with_odd_signs_stay_what_they_are() {
        for text in [
            "+A123",
            "+$5",
            "$5",
            "$A",
            "(A)",
            "A/B-C",
            "é",
            "+491701234567",
            "*AB123*",
            "'A12",
            "Käse",
            "ŁÓDŹ-7",
            "ЛОТ-0042",
            "½ inch",
            "A+B",
            "12-345/6",
            "=abc",
            "&x",
            "-5",
            "*",
            "w1",
            "hA",
            "üb",
            "ß",
            "§12",
            "à la carte",
            "№ 5",
        ] {
            let reading = read(text.as_bytes(), today()).unwrap();
            assert_eq!((reading.plain(), reading.confidence), (Some(text), Confidence::Sure), "{reading:?}");
        }
    }

    #[test]
    fn what_another_layout_made_of_a_code_is_told() {
        for (text, what) in [
            (
                "+d2010952123454321321SN0001\u{1d}1727013110B7",
                "a GS1 code that came through another keyboard layout, such as German",
            ),
            (
                "à&àç(é&é\"'('\"é&\"&èéèà&\"&&àQB!è",
                "a GS1 code that came through another keyboard layout, such as French",
            ),
            ("010952123454321310ABß7", "a GS1 code that came through another keyboard layout, such as German"),
            ("¨E04006381333931", "an EAN or UPC code"),
            ("Ë04006381333931", "an EAN or UPC code"),
            ("httpsÖ--id.gs1.org-01-09521234543213-10-ABC123", "a GS1 Digital Link"),
            ("ü=:06&1PNE555DR&Q2500&", "a supplier label"),
            ("SCQNTRQILDONEZ", "a command of scantrail"),
        ] {
            let fault = read(text.as_bytes(), today()).unwrap_err().to_string();
            assert!(fault.starts_with(&format!("it looks like {what}")), "{text}: {fault}");
        }
        for (text, confidence) in [
            ("`B123ITEM0010-$$0228LOTß72", Confidence::Ambiguous),
            ("´W00002600792070", Confidence::Ambiguous),
            ("+Q1LOTß0042", Confidence::Guess),
        ] {
            let reading = read(text.as_bytes(), today()).unwrap();
            assert_eq!((reading.plain(), reading.confidence), (Some(text), confidence), "{reading:?}");
            assert_eq!(reading.warnings[0].code, "other-layout");
        }
    }
}
