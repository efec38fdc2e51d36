//! From a number back to its sequence.

use super::{MOST_CHARACTERS, Part, Values, sequence_text};

/// Goes through the parts and tries each length that a part can have, the longest first. A place in the text where a part
/// has failed once is not tried again, so that a long text costs little.
struct Search<'s> {
    parts: &'s [Part],
    /// The values of the fields, where they are known.
    known: Vec<Option<String>>,
    text: &'s str,
    has_failed: Vec<bool>,
}

pub(super) fn recognise(parts: &[Part], values: &Values<'_>, text: &str) -> Option<u64> {
    if text.chars().count() > MOST_CHARACTERS {
        return None;
    }
    let known = |part: &Part| if let Part::Field(field) = part { field.value(values) } else { None };
    let known = parts.iter().map(known).collect();
    let mut search = Search { parts, known, text, has_failed: vec![false; parts.len() * (text.len() + 1)] };
    search.sequence_from(0, 0).flatten()
}

impl Search<'_> {
    /// Whether the parts from `index` on make up the text from `at` on, and the sequence if it is among them.
    fn sequence_from(&mut self, index: usize, at: usize) -> Option<Option<u64>> {
        let (parts, text) = (self.parts, self.text);
        let Some(part) = parts.get(index) else { return (at == text.len()).then_some(None) };
        let place = index * (text.len() + 1) + at;
        if self.has_failed.get(place).copied().unwrap_or(true) {
            return None;
        }
        let rest = text.get(at..)?;
        for length in self.lengths(index, part, at, rest) {
            let Some(taken) = rest.get(..length) else { continue };
            let sequence = match part {
                Part::Sequence(digits) => match canonical(taken, *digits) {
                    Some(sequence) => Some(sequence),
                    None => continue,
                },
                _ => None,
            };
            if let Some(later) = self.sequence_from(index + 1, at + length) {
                return Some(sequence.or(later));
            }
        }
        if let Some(failed) = self.has_failed.get_mut(place) {
            *failed = true;
        }
        None
    }

    /// How many bytes of the rest a part can take, the most first.
    fn lengths(&self, index: usize, part: &Part, at: usize, rest: &str) -> Vec<usize> {
        let fixed = |text: &str| if rest.starts_with(text) { vec![text.len()] } else { Vec::new() };
        match part {
            Part::Text(text) => fixed(text),
            Part::Check(way) => {
                self.text.get(..at).and_then(|body| way.of(body).ok()).map_or(Vec::new(), |check| fixed(&check))
            }
            Part::Sequence(_) => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                (1..=digits).rev().collect()
            }
            Part::Field(field) => match (self.known.get(index), field.digits()) {
                (Some(Some(value)), _) => fixed(value),
                (_, None) => (1..=rest.len()).rev().filter(|length| rest.is_char_boundary(*length)).collect(),
                (_, Some(digits)) => match rest.get(..digits) {
                    Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) && field.could_be(text) => {
                        vec![digits]
                    }
                    _ => Vec::new(),
                },
            },
        }
    }
}

/// The sequence that is written like this, and only like this.
fn canonical(text: &str, digits: usize) -> Option<u64> {
    let sequence = text.parse().ok()?;
    (sequence_text(sequence, digits) == text).then_some(sequence)
}
