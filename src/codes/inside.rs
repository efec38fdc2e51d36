//! A symbology identifier inside of a plain text.

use super::reader::Reader;
use super::{Confidence, Reading, symbology};

/// A symbology identifier inside of a text: two scans ran together, or the scanner puts something in front of every
/// scan.
pub(super) fn look(reading: &mut Reading, reader: Reader<'_>) {
    if !reading.text.contains(']') {
        return;
    }
    let text = reading.text.clone();
    let mut places = text.match_indices(']').map(|(at, _)| at).filter(|at| *at > 0);
    let Some((at, behind)) = places.find_map(|at| Some((at, behind_identifier(text.get(at..)?, reader)?))) else {
        return;
    };
    let before = text.get(..at).unwrap_or_default();
    reading.readings.insert(0, behind);
    if before.chars().count() > 1 {
        let before = reader.scan(None, before).whole();
        let before = before.map(|before| Reading { readings: Vec::new(), confidence: Confidence::Guess, ..before });
        reading.readings.splice(0..0, before.ok());
    }
    let message = "a symbology identifier stands inside of it: two scans ran together, or a prefix is set that scantrail \
                   does not know (prefix=)";
    reading.warn("identifier-inside", message);
    reading.doubt(Confidence::Ambiguous);
}

/// What stands behind an identifier at the beginning of a piece of text, when it can be read.
fn behind_identifier(piece: &str, reader: Reader<'_>) -> Option<Reading> {
    let (identifier, data) = symbology::split(piece);
    if !identifier.is_some_and(symbology::is_common) || data.trim_matches(' ').is_empty() {
        return None;
    }
    let reading = reader.scan(identifier, data).whole().ok()?;
    Some(Reading { readings: Vec::new(), confidence: Confidence::Guess, ..reading })
}
