//! The sweep: one command with one fault after another, and what must hold after each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::disk::Snapshot;
use crate::shim::{CLASSES, Fault, Honesty, WAYS};
use crate::shop::{Ended, Shop};
use crate::trial::{FILE, Seen, Trial, code_of};

/// A command that is tried.
pub struct Case {
    /// Its words, without `--op-id`.
    pub arguments: &'static [&'static str],
    pub scans: &'static str,
    /// The files and folders that it writes beside the ledger.
    pub papers: &'static [&'static str],
}

/// What follows a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The command once more, with the same op id.
    Repeat,
    /// Another command.
    Neighbour,
}

const OP_ID: [&str; 2] = ["--op-id", "tried"];
const NEIGHBOUR: [&str; 7] = ["receive", "--from", "ACME", "--to", "B", "--op-id", "neighbour"];
const NEIGHBOUR_SCANS: &str = "BULK\n9\n";

/// Whether every fault is to be tried.
pub fn is_long() -> bool {
    std::env::var_os("SCANTRAIL_LONG").is_some_and(|value| value == "1")
}

/// A command, and what the ledger and its papers are before it, after it, and each with a neighbour's receipt behind it.
pub struct Sweep<'c> {
    base: &'c Snapshot,
    case: &'c Case,
    honesty: Honesty,
    states: [Seen; 4],
    papers: BTreeMap<PathBuf, Vec<u8>>,
    counts: Vec<usize>,
}

/// What was found, and how much was tried.
#[derive(Default)]
pub struct Findings {
    tried: usize,
    exits: BTreeMap<String, usize>,
    found: BTreeMap<String, Vec<String>>,
}

impl Findings {
    /// Adds something wrong: what it is, and where it was seen.
    pub fn add(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.found.entry(what.into()).or_default().push(place.into());
    }

    /// Counts a trial.
    pub fn tried(&mut self, way: &str, ended: &Ended) {
        self.tried += 1;
        let exit = ended.exit.map_or("killed".to_owned(), |exit| format!("{way}: exit {exit} {}", error_of(ended)));
        *self.exits.entry(exit).or_default() += 1;
    }

    /// The kinds of what was found.
    pub fn kinds(&self) -> Vec<&str> {
        self.found.keys().map(String::as_str).collect()
    }

    /// Fails where something was found.
    #[track_caller]
    pub fn assert_none(&self, name: &str) {
        eprintln!("{name}: {} faults tried; {:?}", self.tried, self.exits);
        let lines = self.found.iter().map(|(what, places)| {
            let some: Vec<&str> = places.iter().take(6).map(String::as_str).collect();
            format!("{} times: {what}\n    {}\n", places.len(), some.join("\n    "))
        });
        let text: String = lines.collect();
        assert!(self.tried > 0, "{name}: nothing was tried");
        assert!(text.is_empty(), "{name}: {} faults tried, and found\n{text}", self.tried);
    }
}

fn error_of(ended: &Ended) -> &str {
    if ended.document["error"].is_object() { code_of(ended) } else { "" }
}

/// The faults of a command that makes so many calls of each class. The long form has all; the short form has some that are
/// spread evenly, the first and the last among them, but all syncs, on which everything hangs.
pub fn faults(counts: &[usize]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (class, count) in CLASSES.into_iter().zip(counts) {
        let (shown, ways) = match class {
            _ if is_long() => (*count, &WAYS[..]),
            "sync" => (*count, &["kill-before", "eio"][..]),
            "write" => (3.min(*count), &WAYS[..]),
            _ => (2.min(*count), &WAYS[..]),
        };
        let mut chosen: Vec<usize> = (0..shown).map(|index| 1 + index * (count - 1) / (shown - 1).max(1)).collect();
        chosen.dedup();
        for way in ways.iter().filter(|way| **way != "torn" || class == "write") {
            faults.extend(chosen.iter().map(|at| Fault { class, at: *at, way }));
        }
    }
    faults
}

impl<'c> Sweep<'c> {
    /// Runs the command without a fault, and everything else that is compared with.
    pub fn of(base: &'c Snapshot, case: &'c Case, honesty: Honesty) -> Sweep<'c> {
        let mut states = Vec::new();
        let (mut papers, mut counts) = (BTreeMap::new(), Vec::new());
        for (is_done, has_neighbour) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut trial = Trial::of(base, honesty);
            if is_done {
                trial.run(&arguments(case), case.scans, None).0.ok();
                papers = Snapshot::of(trial.shop.folder()).files(case.papers);
                counts = CLASSES.iter().map(|class| trial.disk.count(class)).collect();
            }
            if has_neighbour {
                trial.run(&NEIGHBOUR, NEIGHBOUR_SCANS, None).0.ok();
            }
            trial.disk.assert_complete();
            states.push(trial.seen(FILE));
        }
        let states: [Seen; 4] = states.try_into().unwrap();
        for (index, seen) in states.iter().enumerate() {
            assert!(matches!(seen, Seen::Ledger { .. }), "{seen:?}");
            assert!(!states[..index].contains(seen), "states {index} cannot be told apart");
        }
        assert!(case.papers.is_empty() || !papers.is_empty(), "no papers");
        Sweep { base, case, honesty, states, papers, counts }
    }

    fn state(&self, is_done: bool, has_neighbour: bool) -> &Seen {
        &self.states[usize::from(is_done) + 2 * usize::from(has_neighbour)]
    }

    /// Tries every fault, and the command without one.
    pub fn run(&self) -> Findings {
        let mut findings = Findings::default();
        self.without_fault(&mut findings);
        for fault in faults(&self.counts) {
            // A failing sync is what the next command, whoever's it is, has to cope with.
            let both = is_long() || fault.class == "sync";
            self.one(fault, Next::Repeat, &mut findings);
            if both {
                self.one(fault, Next::Neighbour, &mut findings);
            }
        }
        findings
    }

    fn without_fault(&self, findings: &mut Findings) {
        let mut trial = Trial::of(self.base, self.honesty);
        let (ended, _) = trial.run(&arguments(self.case), self.case.scans, None);
        findings.tried("no fault", &ended);
        self.is_on_disk(&trial, true, "a command without a fault", findings);
    }

    fn one(&self, fault: Fault, next: Next, findings: &mut Findings) {
        let mut trial = Trial::of(self.base, self.honesty);
        let (ended, has_struck) = trial.run(&arguments(self.case), self.case.scans, Some(fault));
        findings.tried(fault.way, &ended);
        let place = format!("{fault}, exit {:?} {}", ended.exit, ended.told.lines().next().unwrap_or_default());
        if !has_struck {
            return findings.add("the fault did not strike", place);
        }
        let now = trial.seen(FILE);
        let Some(is_done) = [false, true].into_iter().find(|is_done| now == *self.state(*is_done, false)) else {
            return findings.add(format!("between before and after: {}", now.told()), place);
        };
        if let Some(wrong) = untrue(fault, &ended, is_done) {
            findings.add(wrong, &place);
        }
        self.papers_are_whole(&Snapshot::of(trial.shop.folder()), ended.exit == Some(0), &place, findings);
        if matches!(ended.exit, Some(0 | 6)) {
            self.is_on_disk(&trial, ended.exit == Some(0), &format!("acknowledged despite {place}"), findings);
        } else {
            self.is_before_or_after(&trial.after_power_cut(), "everything", &place, findings);
            if is_long() || fault.class == "sync" {
                self.is_before_or_after(&trial.after_lucky_power_cut(fault.at as u64), "half", &place, findings);
            }
        }
        match next {
            Next::Repeat => self.repeat(&mut trial, is_done, &place, findings),
            Next::Neighbour => self.neighbour(&mut trial, is_done, &place, findings),
        }
    }

    fn is_before_or_after(&self, cut: &Shop, lost: &str, place: &str, findings: &mut Findings) {
        let left = Seen::in_shop(cut, FILE);
        if ![false, true].iter().any(|is_done| left == *self.state(*is_done, false)) {
            let told = left.told();
            findings.add(
                format!("between before and after a power cut that lost {lost} of what was not synced: {told}"),
                place,
            );
        }
    }

    fn repeat(&self, trial: &mut Trial, is_done: bool, place: &str, findings: &mut Findings) {
        let (again, _) = trial.run(&arguments(self.case), self.case.scans, None);
        if again.exit != Some(0) {
            let told = again.told.lines().next().unwrap_or_default();
            return findings.add(format!("the repeat ends with {:?}: {told}", again.exit), place);
        }
        if again.document["already_recorded"] != is_done {
            findings.add("the repeat does not know whether it was recorded", place);
        }
        let now = trial.seen(FILE);
        if now != *self.state(true, false) {
            findings.add(format!("the repeat leaves something else: {}", now.told()), place);
        }
        self.papers_are_whole(&Snapshot::of(trial.shop.folder()), true, place, findings);
        self.is_on_disk(trial, true, place, findings);
    }

    fn neighbour(&self, trial: &mut Trial, is_done: bool, place: &str, findings: &mut Findings) {
        let (ended, _) = trial.run(&NEIGHBOUR, NEIGHBOUR_SCANS, None);
        if ended.exit != Some(0) {
            let told = ended.told.lines().next().unwrap_or_default();
            return findings.add(format!("the next command ends with {:?}: {told}", ended.exit), place);
        }
        let left = Seen::in_shop(&trial.after_power_cut(), FILE);
        if left != *self.state(is_done, true) {
            findings.add(format!("a power cut after the next command was answered leaves {}", left.told()), place);
        }
    }

    /// What was acknowledged survives the loss of everything that was not synced, and so do its papers.
    fn is_on_disk(&self, trial: &Trial, with_papers: bool, place: &str, findings: &mut Findings) {
        let cut = trial.after_power_cut();
        let papers = Snapshot::of(cut.folder());
        self.papers_are_whole(&papers, with_papers, &format!("after a power cut, {place}"), findings);
        let left = Seen::in_shop(&cut, FILE);
        if left != *self.state(true, false) {
            findings.add(format!("acknowledged, and after a power cut there is {}", left.told()), place);
        }
    }

    fn papers_are_whole(&self, folder: &Snapshot, are_all: bool, place: &str, findings: &mut Findings) {
        let found = folder.files(self.case.papers);
        for (path, bytes) in found.iter().filter(|(path, bytes)| self.papers.get(*path) != Some(*bytes)) {
            findings.add(format!("{} is not whole, with {} bytes", path.display(), bytes.len()), place);
        }
        if are_all && found.len() < self.papers.len() {
            findings.add("a paper is missing", place);
        }
    }
}

fn arguments(case: &Case) -> Vec<&'static str> {
    [case.arguments, &OP_ID].concat()
}

/// What is not true of how a command ended, if anything.
pub fn untrue(fault: Fault, ended: &Ended, is_done: bool) -> Option<String> {
    let is_told = !ended.told.is_empty() && (ended.exit == Some(6) || error_of(ended) != "no code");
    match (ended.exit, is_done) {
        (None, _) => (!fault.way.starts_with("kill") && fault.way != "torn").then(|| "it was killed".to_owned()),
        (Some(0), true) => None,
        (Some(1), false) | (Some(5), _) | (Some(6), true) => (!is_told).then(|| "no reason is told".to_owned()),
        (Some(exit), _) => {
            Some(format!("exit {exit}, and it is {}", if is_done { "recorded" } else { "not recorded" }))
        }
    }
}
