//! GS1 Digital Link URIs (GS1 Digital Link Standard: URI Syntax): a key with its qualifiers in the path, attributes in
//! the query. Links in which the elements have names instead of numbers are plain
//! text; compressed ones are refused where they show.

use chrono::NaiveDate;

use super::elements::{self, Element};
use super::identifiers::{self, InLink};
use super::{Confidence, Kind, Scanned, Unreadable, gs1, shown};

/// Reads a Digital Link; `None` for any other text, web addresses that are none among them.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Scanned> {
    let (domain, path_and_query) = behind_the_domain(text)?;
    let without_fragment = path_and_query.split('#').next().unwrap_or_default();
    let (path, query) = without_fragment.split_once('?').unwrap_or((without_fragment, ""));
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    if path.contains("://") {
        return Some(Scanned::unread(text, wrong("holds two addresses: two scans ran together, scan it again")));
    }
    let Some(root) = root(&segments) else {
        let why = is_compressed(domain, &segments).then(|| {
            wrong(
                "is compressed, which scantrail does not read: scan the barcode with the lot or serial in plain digits",
            )
        });
        return why.map(|why| Scanned::unread(text, why));
    };
    Some(match pairs(&segments[root..], query) {
        Ok((pairs, fault)) => {
            let mut scanned = of_pairs(&pairs, today);
            scanned.fault = scanned.fault.or(fault);
            text.clone_into(&mut scanned.reading.text);
            let scheme = text.split(':').next().unwrap_or_default();
            if !matches!(scheme, "http" | "https" | "HTTP" | "HTTPS") {
                let message =
                    "its beginning is in mixed case: is Caps Lock on? Lots and serials may be in the wrong case";
                scanned.reading.warn("caps-lock", message);
                scanned.reading.doubt(Confidence::Guess);
            }
            scanned
        }
        Err(fault) => Scanned::unread(text, fault),
    })
}

/// The domain, and the path with all behind it, when the text is a web address with a domain and only characters that
/// URIs may hold. A scheme is the same in either case (RFC 3986, section 3.1).
fn behind_the_domain(text: &str) -> Option<(&str, &str)> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let (begin, rest) = text.split_at_checked(scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let (domain, _) = rest.split_once('/')?;
    let is_domain =
        !domain.is_empty() && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]@".contains(&byte));
    (is_domain && rest.bytes().all(is_legal)).then(|| rest.split_at(domain.len()))
}

/// True for a path that ends in one piece of compressed elements (GS1 Digital Link: Compression), as far as that shows:
/// behind a key, or at GS1's own domain.
fn is_compressed(domain: &str, segments: &[&str]) -> bool {
    const SHORTEST: usize = 10;
    let Some((last, before)) = segments.split_last() else { return false };
    let is_packed = last.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_at_gs1 = domain.eq_ignore_ascii_case("id.gs1.org") && before.is_empty() && last.len() >= SHORTEST;
    is_packed && (is_at_gs1 || (!last.is_empty() && root(before).is_some()))
}

/// Where the key stands: the last pair of key and value, with only pairs of identifier and value behind it.
fn root(segments: &[&str]) -> Option<usize> {
    let mut at = segments.len().checked_sub(2)?;
    loop {
        let row = identifiers::assigned(segments.get(at)?)?;
        if matches!(row.in_link, InLink::Key(_)) {
            return Some(at);
        }
        at = at.checked_sub(2)?;
    }
}

/// Identifier and decoded value.
type Pair<'a> = (&'a str, String);

fn wrong(what: impl Into<String>) -> Unreadable {
    Unreadable::Link(what.into())
}

/// The pairs of path and query, and what is wrong with the query.
fn pairs<'a>(path: &[&'a str], query: &'a str) -> Result<(Vec<Pair<'a>>, Option<Unreadable>), Unreadable> {
    let mut pairs = Vec::new();
    for pair in path.chunks(2) {
        let [identifier, value] = pair else { continue };
        if value.is_empty() {
            return Err(wrong(format!("has no value for ({identifier})")));
        }
        pairs.push((*identifier, decoded(value, false)?));
    }
    let qualifiers: Vec<&str> = pairs.iter().skip(1).map(|(identifier, _)| *identifier).collect();
    let allowed = pairs.first().and_then(|(key, _)| identifiers::assigned(key)).map_or("", |row| match row.in_link {
        InLink::Key(qualifiers) => qualifiers,
        _ => "",
    });
    if !is_in_order(&qualifiers, allowed) {
        let found = qualifiers.join(", ");
        return Err(wrong(format!("has qualifiers that may not stand there, or not in this order: {found}")));
    }
    let mut fault = None;
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let Some((identifier, value)) = parameter.split_once('=') else { continue };
        if identifier.is_empty() || !identifier.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        match attribute(identifier, value, &pairs, &qualifiers, allowed) {
            Ok(value) => pairs.push((identifier, value)),
            Err(wrong) => fault = fault.or(Some(wrong)),
        }
    }
    Ok((pairs, fault))
}

fn attribute(
    identifier: &str,
    value: &str,
    pairs: &[Pair<'_>],
    qualifiers: &[&str],
    allowed: &str,
) -> Result<String, Unreadable> {
    let Some(row) = identifiers::assigned(identifier) else {
        return Err(wrong(format!(
            "has an element that is not assigned in its query: {}",
            shown(identifier.as_bytes())
        )));
    };
    if pairs.iter().any(|(other, _)| *other == identifier) {
        return Err(wrong(format!("has ({identifier}) twice")));
    }
    if row.in_link == InLink::Qualifier || belongs_in_path(identifier, qualifiers, allowed) {
        return Err(wrong(format!("has ({identifier}) in its query, where it cannot stand")));
    }
    if value.is_empty() {
        return Err(wrong(format!("has no value for ({identifier})")));
    }
    decoded(value, true)
}

/// True when the qualifiers are some of an alternative, in its order.
fn is_in_order(qualifiers: &[&str], allowed: &str) -> bool {
    allowed.split('|').any(|alternative| {
        let mut listed = alternative.split(' ');
        qualifiers.iter().all(|qualifier| listed.any(|one| one == *qualifier))
    })
}

/// True for an identifier that could stand in the path, somewhere between the qualifiers.
fn belongs_in_path(identifier: &str, qualifiers: &[&str], allowed: &str) -> bool {
    (0..=qualifiers.len()).any(|at| {
        let (before, behind) = qualifiers.split_at(at);
        is_in_order(&[before, &[identifier], behind].concat(), allowed)
    })
}

/// Percent signs undone; in the query `+` is a space.
fn decoded(text: &str, is_query: bool) -> Result<String, Unreadable> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' if is_query => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let number = digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high * 16 + low);
                number
                    .and_then(|number| u8::try_from(number).ok())
                    .ok_or_else(|| wrong("has a % without two digits"))?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong("holds bytes that are not text"))
}

fn of_pairs(pairs: &[Pair<'_>], today: NaiveDate) -> Scanned {
    let mut fault = None;
    let mut right = Vec::new();
    for (identifier, value) in pairs {
        let element = Element { identifier, value, position: 0 };
        match elements::verify(&element, today) {
            Ok(()) => right.push(element),
            Err(wrong) => {
                fault = fault.or_else(|| Some(self::wrong(format!("has element ({identifier}), which {wrong}"))))
            }
        }
    }
    let mut scanned = gs1::of_elements(&right, today);
    scanned.fault = fault.or(scanned.fault);
    scanned.reading.kind = Kind::DigitalLink;
    scanned
}
