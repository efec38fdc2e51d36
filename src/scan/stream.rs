//! The scans of a whole stream, kept close together: a batch may have a million of them.

use std::collections::BTreeMap;

use super::{Framed, Scan};

/// Scans in the order in which they arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scans {
    /// The bytes of all that are as they arrived, one behind the other.
    bytes: Vec<u8>,
    /// For each scan, where its bytes end, and its line.
    ends: Vec<(usize, u32)>,
    /// The scans that are more than bytes on a line.
    others: BTreeMap<usize, Framed>,
}

impl Scans {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when nothing was scanned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The scan with this number, from 0.
    pub fn get(&self, index: usize) -> Option<Framed> {
        let (end, line) = *self.ends.get(index)?;
        if let Some(other) = self.others.get(&index) {
            return Some(other.clone());
        }
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before].0);
        Some(Framed::Scan(Scan::new(line, &self.bytes[begin..end])))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Framed> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Those that are more than bytes on a line: repaired, chosen, or not to be read.
    pub fn others(&self) -> impl Iterator<Item = &Framed> {
        self.others.values()
    }

    /// Adds one at the end.
    pub fn push(&mut self, framed: Framed) {
        let line = framed.line();
        match framed {
            Framed::Scan(Scan { bytes, arrived: None, chosen: None, is_case_lost: false, .. }) => {
                self.bytes.extend(bytes);
            }
            other => drop(self.others.insert(self.ends.len(), other)),
        }
        self.ends.push((self.bytes.len(), line));
    }
}

impl Extend<Framed> for Scans {
    fn extend<I: IntoIterator<Item = Framed>>(&mut self, scans: I) {
        scans.into_iter().for_each(|framed| self.push(framed));
    }
}

impl FromIterator<Framed> for Scans {
    fn from_iter<I: IntoIterator<Item = Framed>>(scans: I) -> Scans {
        let mut all = Scans::default();
        all.extend(scans);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scan_comes_back_as_it_was() {
        let scans = vec![
            Framed::Scan(Scan::new(1, *b"A")),
            Framed::NotRepaired { line: 2, arrived: b"B".to_vec(), why: "why".to_owned() },
            Framed::Scan(Scan { arrived: Some(b"c".to_vec()), ..Scan::new(4, *b"C") }),
            Framed::Scan(Scan::new(4, *b"")),
            Framed::Scan(Scan { chosen: Some("x".to_owned()), ..Scan::new(5, *b"DE") }),
            Framed::Scan(Scan { is_case_lost: true, ..Scan::new(6, *b"F") }),
            Framed::TooLong { line: 7, beginning: b"G".to_vec(), length: 9_999 },
            Framed::Scan(Scan::new(8, [0xFF])),
        ];
        let kept: Scans = scans.iter().cloned().collect();
        assert_eq!(kept.iter().collect::<Vec<_>>(), scans);
        assert_eq!((kept.len(), kept.others().count(), kept.get(8)), (8, 5, None));
    }
}
