//! Damage to the files of a ledger: it is noticed or harmless, and nothing is recorded over what was acknowledged.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::disk::Snapshot;
use crate::shop::Ended;
use crate::trial::{code_of, empty};

/// What is asked of a damaged ledger.
const QUESTIONS: [&[&str]; 3] = [&["log", "--all"], &["stock"], &["trace", "SN-1"]];
const RECEIVE: [&str; 7] = ["receive", "--from", "ACME", "--to", "B", "--op-id", "after-damage"];
const SCANS: &str = "BULK\n1\n";

/// What became of one damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Every answer is what it was, and the receipt is recorded behind all that was there.
    Harmless,
    /// A command ended with exit 1 and a reason, and no other answer was wrong.
    Noticed,
    /// Something else was answered, as if nothing were wrong.
    Wrong,
    /// A receipt was acknowledged, and operations that were acknowledged before are not what they were, or are gone.
    RecordedOver(Loss),
}

/// What was recorded over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    Changed,
    Gone,
}

/// The ledger whose files are damaged, and what it says.
pub struct Sound {
    files: Snapshot,
    answers: Vec<Value>,
}

impl Sound {
    /// Asks a ledger that is whole.
    pub fn of(files: Snapshot) -> Sound {
        let shop = empty();
        files.lay(shop.folder());
        let answers = QUESTIONS.iter().map(|question| shop.run(question, "").ok()).collect();
        Sound { files, answers }
    }

    /// The bytes of a file.
    pub fn file(&self, name: &str) -> &[u8] {
        self.files.file(name)
    }

    /// Puts other bytes in the place of a file, or none, and sees what becomes of it.
    pub fn with(&self, name: &str, bytes: Option<&[u8]>) -> (Verdict, String) {
        let shop = empty();
        self.files.lay(shop.folder());
        match bytes {
            Some(bytes) => std::fs::write(shop.folder().join(name), bytes).unwrap(),
            None => std::fs::remove_file(shop.folder().join(name)).unwrap(),
        }
        let (mut worst, mut why) = (Verdict::Harmless, String::new());
        let mut found = |verdict: Verdict, told: String| {
            if verdict > worst {
                (worst, why) = (verdict, told);
            }
        };
        for (question, answer) in QUESTIONS.iter().zip(&self.answers) {
            let ended = shop.run(question, "");
            found(judged(&ended, ended.document == *answer), told(question, &ended));
        }
        let recorded = shop.run(&RECEIVE, SCANS);
        found(judged(&recorded, true), told(&RECEIVE, &recorded));
        if recorded.exit == Some(0) {
            let log = shop.run(QUESTIONS[0], "");
            found(self.continued(&log), told(QUESTIONS[0], &log));
        }
        (worst, why)
    }

    /// The log after a receipt: everything that was there, and the receipt.
    fn continued(&self, log: &Ended) -> Verdict {
        let operations = |document: &Value| document["operations"].as_array().cloned().unwrap_or_default();
        if log.exit != Some(0) {
            return judged(log, false);
        }
        let (before, now) = (operations(&self.answers[0]), operations(&log.document));
        let numbers = |operations: &[Value]| -> Vec<Value> {
            operations.iter().map(|operation| operation["operation"].clone()).collect()
        };
        match now.len() == before.len() + 1 && numbers(&now).starts_with(&numbers(&before)) {
            true if now.starts_with(&before) => Verdict::Harmless,
            true => Verdict::RecordedOver(Loss::Changed),
            false => Verdict::RecordedOver(Loss::Gone),
        }
    }
}

fn judged(ended: &Ended, is_right: bool) -> Verdict {
    match ended.exit {
        Some(0) if is_right => Verdict::Harmless,
        Some(1) if code_of(ended) != "no code" && !ended.told.is_empty() => Verdict::Noticed,
        _ => Verdict::Wrong,
    }
}

fn told(question: &[&str], ended: &Ended) -> String {
    format!("{} exit {:?} {}", question[0], ended.exit, ended.told.lines().next().unwrap_or_default())
}

/// How often each verdict was given, with some places for each.
#[derive(Default)]
pub struct Tally(BTreeMap<Verdict, Vec<String>>);

impl Tally {
    /// Adds one.
    pub fn add(&mut self, (verdict, why): (Verdict, String), place: &str) {
        self.0.entry(verdict).or_default().push(format!("{place}: {why}"));
    }

    /// How often a verdict was given.
    pub fn count(&self, verdict: &Verdict) -> usize {
        self.0.get(verdict).map_or(0, Vec::len)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (verdict, places) in &self.0 {
            let some: Vec<&str> = places.iter().take(4).map(String::as_str).collect();
            writeln!(formatter, "{} times {verdict:?}, such as\n    {}", places.len(), some.join("\n    "))?;
        }
        Ok(())
    }
}
