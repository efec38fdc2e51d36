//! The sweep of `copy-db`: the target is the whole ledger or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::disk::Snapshot;
use crate::shim::{CLASSES, Fault, Honesty};
use crate::shop::{Ended, Shop};
use crate::sweep::{Findings, faults};
use crate::trial::{FILE, Seen, Trial, code_of};

const TARGET: &str = "copy.db";
const COPY: [&str; 3] = ["copy-db", FILE, TARGET];

/// What a copy must be.
struct Whole {
    source: Seen,
    files: BTreeMap<PathBuf, Vec<u8>>,
    counts: Vec<usize>,
}

/// Tries every fault, and the copy without one.
pub fn run(base: &Snapshot) -> Findings {
    let mut findings = Findings::default();
    let mut trial = Trial::of(base, Honesty::True);
    let source = trial.seen(FILE);
    let (ended, _) = trial.run(&COPY, "", None);
    findings.tried("no fault", &ended);
    ended.ok();
    trial.disk.assert_complete();
    let counts = CLASSES.iter().map(|class| trial.disk.count(class)).collect();
    let whole = Whole { source, files: kept_files(trial.shop.folder(), FILE), counts };
    assert!(!whole.files.is_empty(), "no file beside the database");
    whole.is_on_disk(&trial, "a copy without a fault", &mut findings);
    for fault in faults(&whole.counts) {
        whole.one(base, fault, &mut findings);
    }
    findings
}

/// The files beside a database, by their path in that folder.
fn kept_files(folder: &Path, database: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let name = format!("{database}-files");
    let files = Snapshot::of(folder).files(&[&name]);
    files.into_iter().map(|(path, bytes)| (path.strip_prefix(&name).unwrap().to_owned(), bytes)).collect()
}

fn is_none(seen: &Seen) -> bool {
    matches!(seen, Seen::Refused(code) if code == "database-missing" || code == "not-a-database")
}

impl Whole {
    /// True for the whole ledger with its files.
    fn is(&self, shop: &Shop, seen: &Seen) -> bool {
        *seen == self.source && kept_files(shop.folder(), TARGET) == self.files
    }

    fn one(&self, base: &Snapshot, fault: Fault, findings: &mut Findings) {
        let mut trial = Trial::of(base, Honesty::True);
        let (ended, has_struck) = trial.run(&COPY, "", Some(fault));
        findings.tried(fault.way, &ended);
        let place = format!("{fault}, exit {:?} {}", ended.exit, ended.told.lines().next().unwrap_or_default());
        if !has_struck {
            return findings.add("the fault did not strike", place);
        }
        let target = trial.seen(TARGET);
        let is_whole = self.is(&trial.shop, &target);
        if !is_whole && !is_none(&target) {
            findings.add(format!("neither the whole ledger nor none: {}", target.told()), &place);
        }
        if let Some(wrong) = untrue(&ended, is_whole) {
            findings.add(wrong, &place);
        }
        if ended.exit == Some(0) {
            self.is_on_disk(&trial, &place, findings);
        }
        self.is_whole_or_none_after_a_power_cut(&trial, &place, findings);
        self.again(&mut trial, is_whole, &place, findings);
        if trial.seen(FILE) != self.source {
            findings.add("the source is not what it was", &place);
        }
    }

    /// What a fault has left is in nobody's way.
    fn again(&self, trial: &mut Trial, was_whole: bool, place: &str, findings: &mut Findings) {
        let (again, _) = trial.run(&COPY, "", None);
        match again.exit {
            Some(0) => self.is_on_disk(trial, place, findings),
            Some(1) if was_whole && code_of(&again) == "database-not-empty" => {}
            other => {
                let told = again.told.lines().next().unwrap_or_default();
                findings.add(format!("the repeat ends with {other:?}: {told}"), place);
            }
        }
    }

    fn is_on_disk(&self, trial: &Trial, place: &str, findings: &mut Findings) {
        let cut = trial.after_power_cut();
        let left = Seen::in_shop(&cut, TARGET);
        if !self.is(&cut, &left) {
            findings.add(format!("answered, and after a power cut there is {}", left.told()), place);
        }
    }

    fn is_whole_or_none_after_a_power_cut(&self, trial: &Trial, place: &str, findings: &mut Findings) {
        let cut = trial.after_power_cut();
        let left = Seen::in_shop(&cut, TARGET);
        if !is_none(&left) && !self.is(&cut, &left) {
            findings.add(format!("neither whole nor none after a power cut: {}", left.told()), place);
        }
        if Seen::in_shop(&cut, FILE) != self.source {
            findings.add("the source is not what it was after a power cut", place);
        }
    }
}

/// What is not true of how the command ended, if anything.
fn untrue(ended: &Ended, is_whole: bool) -> Option<String> {
    match (ended.exit, is_whole) {
        (None | Some(5), _) | (Some(0 | 6), true) | (Some(1), false) => None,
        (Some(exit), true) => Some(format!("exit {exit}, and the copy is whole")),
        (Some(exit), false) => Some(format!("exit {exit}, and there is no whole copy")),
    }
}
