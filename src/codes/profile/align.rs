//! Lays the text of a barcode beside what arrived of it: the cheapest way from one to the other, by dynamic programming.
//!
//! A character of the barcode arrives as one character or as nothing; two of them arrive as one, or as nothing, where the
//! first is a dead key; the separator arrives as a text of some length, which is the same everywhere. Nothing is made up in
//! between, only in front and behind. What a character arrives as is learned: after each round, what most of its places
//! say costs nothing in the next one.

use std::collections::HashMap;

use super::accents::apart;
use crate::codes::elements::SEPARATOR;
use crate::codes::reader::inverted;

/// The longest prefix, suffix or stand-in for the separator that is looked for, in characters.
pub(super) const LONGEST: usize = 16;

/// More characters than this are not lost or merged in one scan: it is another one.
const MOST_LOST: usize = 120;

/// Rounds of learning. What has not settled by then does not.
const ROUNDS: usize = 6;

/// How many characters are aligned in rounds, over all lengths of the separator's stand-in that are tried.
const LOOKED_AT_CLOSELY: usize = 1_500;

const AROUND: u32 = 3;
/// Two characters that arrive as a letter with an accent.
const PAIR_WITH_ACCENT: u32 = 3;
const PAIR: u32 = 5;
const PAIR_SWALLOWED: u32 = 6;
const PAIR_MISSING: u32 = 8;
const IMPOSSIBLE: u32 = u32::MAX / 2;

/// What arrived for one or two characters of the barcode.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// For the separator.
    Separator(String),
    /// For a character.
    One(char, Option<char>),
    /// For two characters together.
    Two(char, char, Option<char>),
}

/// How the text of a barcode lies in what arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    pub prefix: String,
    pub parts: Vec<Part>,
    pub suffix: String,
    /// The symbology identifier was not sent.
    pub without_identifier: bool,
}

/// The cheapest alignment. `identifier` is how many characters of `expected` are the symbology identifier, which may be
/// sent or not.
pub(super) fn align(expected: &[char], identifier: usize, arrived: &[char]) -> Option<Alignment> {
    let separators = expected.iter().filter(|one| **one == SEPARATOR).count();
    let letters: &[Option<char>] = &arrived.iter().map(|one| apart(*one).map(|(letter, _)| letter)).collect::<Vec<_>>();
    let lengths = 0..=if separators == 0 { 0 } else { LONGEST };
    let mut found: Vec<(u32, usize, Way)> = Vec::new();
    for length in lengths {
        let table = Table { expected, identifier, arrived, length, separators, letters };
        let limit = found.iter().map(|(cost, ..)| cost + cost / 2).min().unwrap_or(IMPOSSIBLE);
        found.extend(table.way(&Costs::new(), limit).map(|way| (way.cost, length, way)));
    }
    found.sort_by_key(|(cost, ..)| *cost);
    let least = found.first().map_or(0, |(cost, ..)| *cost);
    found.retain(|(cost, ..)| *cost <= least + least / 2);
    // A short text may mislead at first sight; in a long one the right length is among the cheapest.
    found.truncate(LOOKED_AT_CLOSELY.checked_div(expected.len()).unwrap_or(0).clamp(4, LONGEST + 1));
    let learned = found.into_iter().map(|(_, length, way)| {
        let table = Table { expected, identifier, arrived, length, separators, letters };
        let way = table.learned(way);
        (burden(&way.alignment), way.alignment)
    });
    learned.min_by_key(|(burden, _)| *burden).map(|(_, alignment)| alignment)
}

/// How much an alignment has to explain: the fewer different things happen, the likelier it is.
fn burden(alignment: &Alignment) -> u32 {
    let mut burden = AROUND * (alignment.prefix.chars().count() + alignment.suffix.chars().count()) as u32;
    let mut known: HashMap<&Part, u32> = HashMap::new();
    let mut of_character: HashMap<char, Vec<Option<char>>> = HashMap::new();
    for part in &alignment.parts {
        let weight = match part {
            Part::Separator(text) if text.starts_with(SEPARATOR) => 0,
            Part::Separator(text) if text.is_empty() => 9,
            Part::Separator(text) => 2 + text.chars().count() as u32,
            Part::One(meant, Some(arrived)) if meant == arrived => 0,
            Part::One(meant, Some(arrived)) if inverted(*meant) == *arrived => 1,
            Part::One(_, Some(_)) => 2,
            Part::One(_, None) => 6,
            Part::Two(first, ..) if first.is_ascii_alphanumeric() => 9,
            Part::Two(_, _, Some(_)) => 3,
            Part::Two(_, _, None) => 6,
        };
        known.insert(part, weight);
        if let Part::One(meant, arrived) = part {
            let all = of_character.entry(*meant).or_default();
            if !all.contains(arrived) {
                all.push(*arrived);
            }
        }
    }
    burden += known.values().sum::<u32>();
    let separators = known.keys().filter(|part| matches!(part, Part::Separator(_))).count();
    let contradictions = of_character.values().map(|all| all.len() - 1).sum::<usize>() + separators.saturating_sub(1);
    burden + 20 * contradictions as u32
}

/// What it costs that something arrives for something.
struct Costs {
    /// For the characters about which something was learned: each arrival that was seen, and whether most places say so.
    learned: HashMap<char, Vec<(Option<char>, bool)>>,
    separator: Option<String>,
}

impl Costs {
    fn new() -> Costs {
        Costs { learned: HashMap::new(), separator: None }
    }

    fn from(alignment: &Alignment) -> Costs {
        let mut counts: HashMap<char, HashMap<Option<char>, usize>> = HashMap::new();
        let mut separators: HashMap<&str, usize> = HashMap::new();
        for part in &alignment.parts {
            match part {
                Part::One(meant, arrived) => *counts.entry(*meant).or_default().entry(*arrived).or_default() += 1,
                Part::Separator(text) => *separators.entry(text).or_default() += 1,
                Part::Two(..) => {}
            }
        }
        let learned = counts.into_iter().map(|(meant, counts)| {
            let all: usize = counts.values().sum();
            (meant, counts.into_iter().map(|(arrived, count)| (arrived, 2 * count > all)).collect())
        });
        let separator =
            separators.into_iter().max_by_key(|(text, count)| (*count, *text)).map(|(text, _)| text.to_owned());
        Costs { learned: learned.collect(), separator }
    }

    /// What was learned of one character.
    fn of(&self, meant: char) -> CostsOfOne<'_> {
        CostsOfOne { meant, seen: self.learned.get(&meant).map(Vec::as_slice) }
    }

    fn of_separator(&self, arrived: &[char]) -> u32 {
        match &self.separator {
            Some(text) if text.chars().eq(arrived.iter().copied()) => 0,
            Some(_) => 8,
            None if arrived == [SEPARATOR] => 0,
            None => 3,
        }
    }
}

struct CostsOfOne<'c> {
    meant: char,
    seen: Option<&'c [(Option<char>, bool)]>,
}

impl CostsOfOne<'_> {
    fn of(&self, arrived: Option<char>) -> u32 {
        let is_same = arrived == Some(self.meant);
        match self.seen {
            None if is_same => 0,
            None if arrived == Some(inverted(self.meant)) => 1,
            None if arrived.is_some() => 2,
            None => 3,
            Some(seen) => {
                let is_settled = seen.iter().any(|(_, is_most)| *is_most);
                match seen.iter().find(|(one, _)| *one == arrived) {
                    Some((_, true)) => 0,
                    Some((_, false)) if !is_settled => 2,
                    None if arrived.is_none() => 7,
                    Some(_) | None => 5,
                }
            }
        }
    }
}

/// One alignment and what it costs.
struct Way {
    cost: u32,
    alignment: Alignment,
}

/// The texts, and how long the stand-in of the separator is.
struct Table<'t> {
    expected: &'t [char],
    identifier: usize,
    arrived: &'t [char],
    length: usize,
    separators: usize,
    /// For the characters that arrived and are letters with accents: the letters.
    letters: &'t [Option<char>],
}

/// How many characters of both texts a step takes.
type Step = (u8, u8);

/// A row of the table: the costs and last steps from one column on.
struct Row {
    first: usize,
    cells: Vec<(u32, Step)>,
}

impl Row {
    fn cost(&self, column: usize) -> u32 {
        column.checked_sub(self.first).and_then(|at| self.cells.get(at)).map_or(IMPOSSIBLE, |cell| cell.0)
    }

    fn offer(&mut self, column: usize, cost: u32, step: Step) {
        let cell = column.checked_sub(self.first).and_then(|at| self.cells.get_mut(at));
        if let Some(cell) = cell.filter(|cell| cost < cell.0) {
            *cell = (cost, step);
        }
    }
}

impl Table<'_> {
    fn learned(&self, mut way: Way) -> Way {
        for _ in 0..ROUNDS {
            let Some(next) = self.way(&Costs::from(&way.alignment), IMPOSSIBLE) else { break };
            let is_settled = next.alignment == way.alignment;
            way = next;
            if is_settled {
                break;
            }
        }
        way
    }

    /// The cheapest way, unless it costs more than the limit.
    fn way(&self, costs: &Costs, limit: u32) -> Option<Way> {
        let mut rows = self.rows()?;
        for index in 0..self.expected.len() {
            let (done, open) = rows.split_at_mut(index + 1);
            let row = done.last_mut()?;
            if index == 0 || index == self.identifier {
                (0..=LONGEST).for_each(|column| row.offer(column, AROUND * column as u32, (0, 0)));
            }
            if index >= self.identifier && row.cells.iter().all(|cell| cell.0 > limit) {
                return None;
            }
            let costs_of_one = self
                .expected
                .get(index..index + 2)
                .or(self.expected.get(index..))
                .unwrap_or_default()
                .iter()
                .map(|meant| costs.of(*meant))
                .collect::<Vec<_>>();
            for at in 0..row.cells.len() {
                let (cost, column) = (row.cells[at].0, row.first + at);
                if cost < IMPOSSIBLE {
                    self.steps(column, cost, (costs, &costs_of_one), open);
                }
            }
        }
        let last = rows.last()?;
        let ends = (self.arrived.len().saturating_sub(LONGEST)..=self.arrived.len())
            .map(|column| (last.cost(column) + AROUND * (self.arrived.len() - column) as u32, column));
        let (cost, column) = ends.min()?;
        (cost <= limit && cost < IMPOSSIBLE).then(|| Way { cost, alignment: self.trace(&rows, column) })
    }

    /// Empty rows, of the columns that can be on a way.
    fn rows(&self) -> Option<Vec<Row>> {
        let all = self.expected.len() + self.separators * self.length - self.separators;
        let most_lost =
            (all + 2 * LONGEST).checked_sub(self.arrived.len()).filter(|lost| *lost <= MOST_LOST + 2 * LONGEST)?;
        let mut column = 0_usize;
        let mut rows = Vec::with_capacity(self.expected.len() + 1);
        for index in 0..=self.expected.len() {
            let first = column.saturating_sub(most_lost);
            let last = (column + LONGEST).min(self.arrived.len());
            rows.push(Row { first, cells: vec![(IMPOSSIBLE, (0, 0)); (last + 1).saturating_sub(first)] });
            column += match self.expected.get(index) {
                Some(&SEPARATOR) => self.length,
                _ => 1,
            };
        }
        Some(rows)
    }

    fn steps(&self, column: usize, cost: u32, (costs, of_next): (&Costs, &[CostsOfOne<'_>]), open: &mut [Row]) {
        let mut offer = |taken: u8, arrived: u8, more: u32| {
            if let Some(row) = open.get_mut(usize::from(taken) - 1) {
                row.offer(column + usize::from(arrived), cost + more, (taken, arrived));
            }
        };
        let Some(of_one) = of_next.first() else { return };
        if of_one.meant == SEPARATOR {
            if let Some(stand_in) = self.arrived.get(column..column + self.length) {
                offer(1, self.length as u8, costs.of_separator(stand_in));
            }
            return;
        }
        let next = self.arrived.get(column).copied();
        offer(1, 0, of_one.of(None));
        if next.is_some() {
            offer(1, 1, of_one.of(next));
        }
        if let Some(second) = of_next.get(1).filter(|second| second.meant != SEPARATOR) {
            // Few layouts have dead keys for letters, and none for digits.
            let more = if of_one.meant.is_ascii_alphanumeric() { 2 } else { 0 };
            offer(2, 0, PAIR_MISSING + more);
            if next.is_some() {
                let pair = match second.of(next) {
                    0 => PAIR_SWALLOWED,
                    _ if self.letters[column].is_some_and(|letter| second.of(Some(letter)) <= 1) => PAIR_WITH_ACCENT,
                    _ => PAIR,
                };
                offer(2, 1, pair + more);
            }
        }
    }

    /// The way back from the end.
    fn trace(&self, rows: &[Row], end: usize) -> Alignment {
        let (mut index, mut column) = (self.expected.len(), end);
        let mut parts = Vec::new();
        let text =
            |range: std::ops::Range<usize>| self.arrived.get(range).unwrap_or_default().iter().collect::<String>();
        while let Some((taken, arrived)) = rows.get(index).and_then(|row| {
            let cell = column.checked_sub(row.first).and_then(|at| row.cells.get(at))?;
            Some(cell.1).filter(|step| step.0 > 0)
        }) {
            index -= usize::from(taken);
            let from = column - usize::from(arrived);
            let one = self.arrived.get(from).copied().filter(|_| arrived > 0);
            parts.push(match (taken, self.expected[index]) {
                (1, SEPARATOR) => Part::Separator(text(from..column)),
                (1, meant) => Part::One(meant, one),
                (_, meant) => Part::Two(meant, self.expected[index + 1], one),
            });
            column = from;
        }
        parts.reverse();
        Alignment {
            prefix: text(0..column),
            parts,
            suffix: text(end..self.arrived.len()),
            without_identifier: self.identifier > 0 && index == self.identifier,
        }
    }
}
