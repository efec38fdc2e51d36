//! The named groups of an expression.

use regex_lite::{Captures, Regex};

/// The groups under the names that people mean: `year1` and `year2` are two pieces of `year`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groups {
    /// Each name with the full names of its pieces, in the order in which they are joined.
    named: Vec<(String, Vec<String>)>,
}

impl Groups {
    pub(super) fn of(regex: &Regex) -> Groups {
        let mut named: Vec<(String, Vec<String>)> = Vec::new();
        for full in regex.capture_names().flatten() {
            let name = base(full);
            match named.iter_mut().find(|(known, _)| known == name) {
                Some((_, pieces)) => pieces.push(full.to_owned()),
                None => named.push((name.to_owned(), vec![full.to_owned()])),
            }
        }
        for (name, pieces) in &mut named {
            pieces.sort_by_key(|full| full.get(name.len()..).and_then(|number| number.parse::<u32>().ok()));
        }
        Groups { named }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.named.iter().any(|(known, _)| known == name)
    }

    /// All names for people.
    pub(super) fn listed(&self) -> String {
        match self.named.is_empty() {
            true => "no named groups".to_owned(),
            false => format!(
                "the groups {}",
                self.named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
            ),
        }
    }

    /// Each name with its text in a number, without the groups that stand for nothing in it.
    pub(super) fn values(&self, captures: &Captures<'_>) -> Vec<(&str, String)> {
        let text = |pieces: &[String]| -> String {
            pieces.iter().filter_map(|full| captures.name(full)).map(|found| found.as_str()).collect()
        };
        let values = self.named.iter().map(|(name, pieces)| (name.as_str(), text(pieces)));
        values.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// A number without the characters that stand in a group.
    pub(super) fn without(&self, name: &str, captures: &Captures<'_>, number: &str) -> String {
        let pieces = self.named.iter().filter(|(known, _)| known == name).flat_map(|(_, pieces)| pieces);
        let spans: Vec<_> = pieces.filter_map(|full| captures.name(full)).map(|found| found.range()).collect();
        let is_outside = |at: &usize| !spans.iter().any(|span| span.contains(at));
        number.char_indices().filter(|(at, _)| is_outside(at)).map(|(_, character)| character).collect()
    }
}

/// `year1` → `year`.
fn base(full: &str) -> &str {
    let name = full.trim_end_matches(|character: char| character.is_ascii_digit());
    if name.is_empty() { full } else { name }
}
