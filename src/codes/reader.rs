//! From the bytes of a scan to what they say.

use chrono::NaiveDate;

use super::elements::SEPARATOR;
use super::symbology::{self, Carries};
use super::{Command, Gtin, Kind, Reading, Unreadable, gs1, shown};

/// The marks that some scanners put around a scan.
const START_OF_TEXT: char = '\u{2}';
const END_OF_TEXT: char = '\u{3}';

/// Reads one scan, already cut from the stream. One leading STX, one trailing ETX, spaces at the ends and an AIM
/// symbology identifier are taken off.
///
/// With a symbology identifier of GS1 (`]C1` `]e0` `]d2` `]Q3` `]J1`) or with a separator (0x1D) and no identifier, the
/// scan is GS1 data, and a fault in it is an error. Without either it is GS1 data only when it begins with (01), (02)
/// or (00) and a whole number with a right check digit, and parses to its end; everything else is plain. `today`
/// decides the century of dates.
///
/// # Errors
/// See [`Unreadable`]; its code is `scan-not-readable`.
pub fn read(scan: &[u8], today: NaiveDate) -> Result<Reading, Unreadable> {
    let (symbology, data) = symbology::split(text_of(scan)?);
    let data = data.trim_matches(' ');
    if data.is_empty() {
        return Err(Unreadable::Empty);
    }
    let reading = match symbology.map(symbology::carries) {
        Some(Carries::Elements) => read_elements(data, today),
        Some(Carries::Ean) => read_ean(data),
        Some(Carries::Text) => read_plain(data),
        None if data.contains(SEPARATOR) => read_elements(data, today),
        None => gs1::guess(data, today).map_or_else(|| read_plain(data), Ok),
    }?;
    Ok(Reading { symbology: symbology.map(str::to_owned), ..reading })
}

fn text_of(scan: &[u8]) -> Result<&str, Unreadable> {
    let text = std::str::from_utf8(scan).map_err(|error| Unreadable::NotText { position: error.valid_up_to() + 1 })?;
    let text = text.trim_matches(' ');
    let text = text.strip_prefix(START_OF_TEXT).unwrap_or(text);
    let text = text.strip_suffix(END_OF_TEXT).unwrap_or(text);
    Ok(text.trim_matches(' '))
}

fn read_elements(data: &str, today: NaiveDate) -> Result<Reading, Unreadable> {
    refuse_controls(data, |character| character.is_control() && character != SEPARATOR)?;
    gs1::read(data, today)
}

fn read_ean(data: &str) -> Result<Reading, Unreadable> {
    refuse_controls(data, char::is_control)?;
    let item = Gtin::new(data).map_err(Unreadable::Ean)?;
    Ok(Reading { kind: Kind::Ean, text: data.to_owned(), item: Some(item), ..Reading::default() })
}

fn read_plain(data: &str) -> Result<Reading, Unreadable> {
    refuse_controls(data, char::is_control)?;
    let kind = match Command::from_scan(data) {
        Some(command) => Kind::Command(command?),
        None => Kind::Plain,
    };
    Ok(Reading { kind, text: data.to_owned(), gtin_candidate: Gtin::candidate(data), ..Reading::default() })
}

fn refuse_controls(data: &str, is_refused: fn(char) -> bool) -> Result<(), Unreadable> {
    if data.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    match data.chars().enumerate().find(|(_, character)| is_refused(*character)) {
        Some((index, character)) => Err(Unreadable::ControlCharacter {
            position: index + 1,
            shown: shown(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }),
        None => Ok(()),
    }
}
