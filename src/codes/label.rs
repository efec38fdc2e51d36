//! Supplier labels in an envelope of ISO/IEC 15434: `[)>`, then formats separated by RS, each with its number and with
//! fields separated by GS, then EOT. Format 06 holds data identifiers of ANSI MH10.8.2, format 05 elements of GS1. Many
//! suppliers leave parts of the envelope out, and scanners disguise the control characters; `[)>` itself proves it.

use chrono::NaiveDate;

use super::elements::{self, Element};
use super::{Confidence, Kind, Reading, Scanned, Unreadable, data_identifiers, gs1, identifiers, reader};

const RECORD: char = '\u{1e}';
const FIELD: char = '\u{1d}';
const END: char = '\u{4}';

/// What arrives in place of a control character of the envelope.
const STAND_INS: &[(&str, char)] = &[
    ("{RS}", RECORD),
    ("<RS>", RECORD),
    ("[RS]", RECORD),
    ("\\x1E", RECORD),
    ("\\x1e", RECORD),
    ("\u{241e}", RECORD),
    ("{GS}", FIELD),
    ("<GS>", FIELD),
    ("[GS]", FIELD),
    ("\\x1D", FIELD),
    ("\\x1d", FIELD),
    ("^]", FIELD),
    ("\u{241d}", FIELD),
    ("\u{f70b}", FIELD),
    ("{EOT}", END),
    ("<EOT>", END),
    ("[EOT]", END),
    ("\\x04", END),
    ("\u{2404}", END),
];

/// Reads a label in an envelope; `None` for a text that does not begin with one.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Scanned> {
    // One large supplier puts a `>` in front.
    let content = text.strip_prefix('>').unwrap_or(text).strip_prefix("[)>")?;
    let mut content = content.to_owned();
    for (stand_in, control) in STAND_INS {
        if content.contains(stand_in) {
            content = content.replace(stand_in, &control.to_string());
        }
    }
    Some(match formats(&content) {
        Ok((formats, separator)) => {
            let mut scanned = of_formats(text, &formats, today);
            if let Some(inverted) = with_other_case(&scanned.reading, &formats, today) {
                scanned = inverted;
            }
            if !is_separator_for_sure(separator) {
                let shown = super::shown(separator.to_string().as_bytes());
                scanned.reading.warn("separator-disguised", format!("'{shown}' was read as the separator of fields"));
                scanned.reading.doubt(Confidence::Guess);
            }
            scanned
        }
        Err(fault) => Scanned {
            reading: Reading { kind: Kind::SupplierLabel, ..Scanned::unread(text, fault.clone()).reading },
            fault: Some(fault),
        },
    })
}

/// The label as Caps Lock found it, where no field has an identifier as it stands and all have one in the other case.
fn with_other_case(read: &Reading, formats: &[Format], today: NaiveDate) -> Option<Scanned> {
    let is_unknown = |reading: &Reading| reading.elements.iter().all(|(identifier, _)| identifier.is_empty());
    if read.elements.is_empty() || !is_unknown(read) {
        return None;
    }
    let inverted = |field: &String| field.chars().map(reader::inverted).collect();
    let formats: Vec<Format> = formats
        .iter()
        .map(|format| Format { number: format.number.clone(), fields: format.fields.iter().map(inverted).collect() })
        .collect();
    let mut scanned = of_formats(&read.text, &formats, today);
    if scanned.reading.elements.iter().any(|(identifier, _)| identifier.is_empty()) {
        return None;
    }
    scanned.reading.warn("caps-lock", "its identifiers came in small letters: Caps Lock was on, and is undone");
    scanned.reading.doubt(Confidence::Guess);
    Some(scanned)
}

/// True for what fields cannot hold: control characters, and signs that no part number has.
fn is_separator_for_sure(separator: char) -> bool {
    separator.is_control() || matches!(separator, '|' | '~' | '^' | ']' | '\u{2194}')
}

/// Reads a label whose envelope was lost, and with it at least the `[)>`: a format and fields, or fields alone, of which
/// each has a data identifier and one names an item or a lot.
pub(super) fn without_envelope(text: &str, today: NaiveDate) -> Option<Reading> {
    let content = text.trim_start_matches(['[', ')', '>']).trim_matches([RECORD, FIELD, END]);
    let content = content.strip_prefix("06").and_then(|rest| rest.strip_prefix(FIELD)).unwrap_or(content);
    let content = content.trim_end_matches([FIELD, RECORD, END]);
    let fields: Vec<&str> = content.split(FIELD).filter(|field| !field.is_empty()).collect();
    let identifiers: Vec<&str> =
        fields.iter().map(|field| Some(data_identifiers::split(field)?.0)).collect::<Option<_>>()?;
    let names_something = identifiers.iter().any(|identifier| matches!(*identifier, "P" | "1P" | "30P" | "1T" | "Q"));
    let is_clean = !content.contains(|one: char| one.is_control() && one != FIELD);
    if fields.len() < 2 || !names_something || !is_clean {
        return None;
    }
    let mut scanned = of_formats(
        text,
        &[Format { number: "06".to_owned(), fields: fields.into_iter().map(str::to_owned).collect() }],
        today,
    );
    scanned.reading.warn("no-envelope", "the beginning of the supplier label was lost");
    scanned.reading.doubt(Confidence::Guess);
    scanned.whole().ok()
}

/// A format: its number, and its fields.
struct Format {
    number: String,
    fields: Vec<String>,
}

/// Cuts the content into formats and fields. Behind the number of the first format stands the separator of its fields,
/// whatever it is.
fn formats(content: &str) -> Result<(Vec<Format>, char), Unreadable> {
    let start = content.find(|character: char| character.is_ascii_digit());
    let start = start.filter(|at| *at <= 3).ok_or(Unreadable::Label("has no format behind its beginning"))?;
    let number = content.get(start..start + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.ok_or(Unreadable::Label("has no format behind its beginning"))?;
    let separator = content.get(start + 2..).and_then(|behind| behind.chars().next());
    let separator = separator.ok_or(Unreadable::Label("is cut short behind its format"))?;
    let may_be_in_a_field = separator != ' ' && identifiers::is_in_character_set_82(separator);
    if separator.is_alphanumeric() || may_be_in_a_field {
        return Err(Unreadable::Label(
            "has lost the control characters between its fields, which cannot be told apart without them: set the \
             scanner to send GS, RS and EOT",
        ));
    }
    let content = content.get(start..).unwrap_or_default().trim_end_matches([END, RECORD, '\n', '\r']);
    if content.contains(END) || content.contains("[)>") {
        return Err(Unreadable::Label("goes on behind its end: two scans ran together, scan it again"));
    }
    let records: Vec<&str> = content.split(RECORD).filter(|record| !record.is_empty()).collect();
    let format = |record: &str| {
        let (number, fields) = record.split_at_checked(2).unwrap_or((record, ""));
        let fields = fields.strip_prefix(separator).unwrap_or(fields).trim_end_matches(END);
        let fields = fields.strip_suffix(separator).unwrap_or(fields);
        Format { number: number.to_owned(), fields: fields.split(separator).map(str::to_owned).collect() }
    };
    Ok((records.into_iter().map(format).collect(), separator))
}

fn of_formats(text: &str, formats: &[Format], today: NaiveDate) -> Scanned {
    let mut reading = Reading { kind: Kind::SupplierLabel, text: text.to_owned(), ..Reading::default() };
    let mut fault = None;
    let is_mixed = formats.len() > 1;
    for format in formats {
        let fields = format.fields.iter().filter(|field| !field.is_empty());
        match format.number.as_str() {
            "05" => fault = fault.or(elements_of_gs1(&mut reading, &format.fields, is_mixed, today)),
            "06" => fields.for_each(|field| data_identifiers::put(&mut reading, field)),
            other => {
                for field in fields {
                    reading.elements.push((format!("format {other}"), field.clone()));
                }
                reading.warn("unknown-format", format!("format {} is not understood", super::shown(other.as_bytes())));
                reading.doubt(Confidence::Guess);
            }
        }
    }
    if reading.elements.is_empty() && fault.is_none() {
        fault = Some(Unreadable::Label("has no fields"));
    }
    fault = fault.or_else(|| data_identifiers::contradiction(&reading));
    data_identifiers::settle(&mut reading, today);
    Scanned { reading, fault }
}

fn elements_of_gs1(reading: &mut Reading, fields: &[String], is_mixed: bool, today: NaiveDate) -> Option<Unreadable> {
    let data = fields.join("\u{1d}");
    let cut = elements::cut(&data, today);
    let read = gs1::of_elements(&cut.elements, today);
    let name = |element: &Element<'_>| {
        let identifier = element.identifier;
        if is_mixed { format!("AI {identifier}") } else { identifier.to_owned() }
    };
    reading.elements.extend(cut.elements.iter().map(|element| (name(element), element.value.to_owned())));
    let said = read.reading;
    reading.item = reading.item.or(said.item);
    reading.lot = reading.lot.take().or(said.lot);
    reading.serial = reading.serial.take().or(said.serial);
    reading.dates = reading.dates.or(said.dates);
    reading.count = reading.count.take().or(said.count);
    cut.fault.or(read.fault)
}
