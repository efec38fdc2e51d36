//! The codes of distributors who have a form of their own: LCSC's names in braces, and TME's two forms.

use chrono::NaiveDate;

use super::{Confidence, Kind, Reading, Scanned, Unreadable, data_identifiers, shown};

/// Reads one of these codes; `None` for any other text.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Scanned> {
    if text.starts_with("{pbn:") && !text.contains('}') {
        let reading = label(text, Vec::new());
        return Some(Scanned { reading, fault: Some(Unreadable::Label("is cut short")) });
    }
    let reading = lcsc(text).or_else(|| tme_names(text)).or_else(|| tme_identifiers(text, today));
    reading.map(Scanned::from)
}

fn label(text: &str, elements: Vec<(String, String)>) -> Reading {
    Reading { kind: Kind::SupplierLabel, text: text.to_owned(), elements, ..Reading::default() }
}

/// The values of a name that are not empty.
fn value<'r>(reading: &'r Reading, name: &str) -> Option<&'r str> {
    let found = reading.elements.iter().find(|(one, _)| one == name);
    found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

fn name_item(reading: &mut Reading, names: &[&str], count: &str) {
    reading.item_codes = names.iter().filter_map(|name| value(reading, name)).map(str::to_owned).collect();
    let stated = value(reading, count).map(str::to_owned);
    reading.count = stated.as_deref().and_then(data_identifiers::decimal);
    if let Some(stated) = stated.filter(|_| reading.count.is_none()) {
        data_identifiers::not_a_quantity(reading, count, &stated);
    }
    let is_doubled = |one: &&str| reading.elements.iter().filter(|(name, _)| name == one).count() > 1;
    if let Some(name) = names.iter().chain([&count]).find(|name| is_doubled(name)) {
        let message = format!("{name} stands there twice; the first one is used");
        reading.warn("not-used", message);
        reading.doubt(Confidence::Guess);
    }
}

/// `{pbn:…,on:…,pc:…,pm:…,qty:…}`: not JSON, because nothing is quoted. A piece without a colon belongs to the value
/// before it.
fn lcsc(text: &str) -> Option<Reading> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut elements: Vec<(String, String)> = Vec::new();
    for piece in inside.split(',') {
        match (piece.split_once(':'), elements.last_mut()) {
            (Some((name, value)), _) if is_name(name) => elements.push((name.to_owned(), value.to_owned())),
            (_, Some((_, value))) => {
                value.push(',');
                value.push_str(piece);
            }
            _ => return None,
        }
    }
    let mut reading = label(text, elements);
    let is_one = value(&reading, "pc").is_some() && reading.elements.iter().any(|(name, _)| name == "qty");
    is_one.then(|| {
        name_item(&mut reading, &["pc", "pm"], "qty");
        reading
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// `QTY:1 PN:… PO:… MPN:… RoHS https://…`
fn tme_names(text: &str) -> Option<Reading> {
    if !text.contains("PN:") || !text.contains("QTY:") {
        return None;
    }
    let mut elements: Vec<(String, String)> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match word.split_once(':') {
            Some((name, value)) if name.len() <= 5 && name.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                elements.push((name.to_owned(), value.to_owned()));
            }
            Some(("https" | "http", _)) => elements.push(("URL".to_owned(), word.to_owned())),
            _ => elements.push((word.to_owned(), String::new())),
        }
    }
    let mut reading = label(text, elements);
    name_item(&mut reading, &["PN", "MPN"], "QTY");
    (!reading.item_codes.is_empty()).then_some(reading)
}

/// `P… 1P… Q… K…`: data identifiers with spaces between, without an envelope.
fn tme_identifiers(text: &str, today: NaiveDate) -> Option<Reading> {
    let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
    let identifiers: Vec<&str> =
        fields.iter().map(|field| Some(data_identifiers::split(field)?.0)).collect::<Option<_>>()?;
    let is_one = identifiers.len() >= 3
        && identifiers.contains(&"Q")
        && (identifiers.contains(&"P") || identifiers.contains(&"1P"));
    if !is_one {
        return None;
    }
    let mut reading = label(text, Vec::new());
    fields.iter().for_each(|field| data_identifiers::put(&mut reading, field));
    data_identifiers::settle(&mut reading, today);
    if let Some(other) = value(&reading, "K").filter(|value| !is_packing_list(value)).map(str::to_owned) {
        let message =
            format!("the K of TME is a number and a line, such as 19361337/1, and not {}", shown(other.as_bytes()));
        reading.warn("foreign-character", message);
    }
    reading.is_guess = true;
    reading.doubt(Confidence::Guess);
    reading.count.is_some().then_some(reading)
}

/// A number, with or without `/` and a line: a sign that is no `/` came through another keyboard layout.
fn is_packing_list(value: &str) -> bool {
    let (number, line) = value.split_once('/').unwrap_or((value, "1"));
    [number, line].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
