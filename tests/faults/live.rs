//! The sweep of a live session: every scan that was answered is in the draft or recorded, also after a power cut, and a
//! session that is resumed is recorded once.

use scantrail::codes::Command;
use scantrail::scan::draft;

use crate::disk::{Snapshot, paths_below};
use crate::shim::{CLASSES, Fault, Honesty};
use crate::shop::Shop;
use crate::sweep::{Findings, faults, untrue};
use crate::trial::{FILE, Seen, Trial};

/// One group, so that nothing but all of it makes a batch.
const SCANS: [&str; 6] = ["LAP", "4", "N-1", "N-2", "N-3", "N-4"];
const SESSION: [&str; 8] = ["receive", "--from", "ACME", "--to", "A", "--live", "--op-id", "tried"];

/// What an accepted scan is answered with.
const ANSWER: &str = " >   ok  ";

/// The ledger before and after the session.
struct Sweep<'b> {
    base: &'b Snapshot,
    states: [Seen; 2],
}

/// Tries every fault, and the session without one.
pub fn run(base: &Snapshot) -> Findings {
    let mut findings = Findings::default();
    let mut trial = Trial::of(base, Honesty::True);
    let before = trial.seen(FILE);
    let (ended, _) = trial.run(&SESSION, &scans_from(0), None);
    findings.tried("no fault", &ended);
    assert_eq!(ended.told.matches(ANSWER).count(), SCANS.len(), "{}", ended.told);
    ended.ok();
    trial.disk.assert_complete();
    let counts: Vec<usize> = CLASSES.iter().map(|class| trial.disk.count(class)).collect();
    let sweep = Sweep { base, states: [before, trial.seen(FILE)] };
    sweep.is_recorded_on_disk(&trial, "a session without a fault", &mut findings);
    for fault in faults(&counts) {
        sweep.one(fault, &mut findings);
    }
    findings
}

/// The scans from one on, and DONE.
fn scans_from(first: usize) -> String {
    let done = Command::Done.code();
    let scans = SCANS.into_iter().chain([done.as_str()]).skip(first);
    scans.map(|scan| format!("{scan}\n")).collect()
}

/// How many scans a draft keeps; `None` without a draft.
fn kept(shop: &Shop) -> Option<usize> {
    let paths = paths_below(shop.folder());
    let path = paths.iter().find(|path| path.extension().is_some_and(|ending| ending == "draft"))?;
    Some(draft::read(&std::fs::read(path).unwrap()).map_or(0, |read| read.kept.len()))
}

impl Sweep<'_> {
    fn one(&self, fault: Fault, findings: &mut Findings) {
        let mut trial = Trial::of(self.base, Honesty::True);
        let (ended, has_struck) = trial.run(&SESSION, &scans_from(0), Some(fault));
        findings.tried(fault.way, &ended);
        let place = format!("{fault}, exit {:?} {}", ended.exit, ended.told.lines().last().unwrap_or_default());
        if !has_struck {
            return findings.add("the fault did not strike", place);
        }
        let now = trial.seen(FILE);
        let Some(is_done) = self.states.iter().position(|state| now == *state).map(|index| index == 1) else {
            return findings.add(format!("between before and after: {}", now.told()), place);
        };
        if let Some(wrong) = untrue(fault, &ended, is_done) {
            findings.add(wrong, &place);
        }
        if matches!(ended.exit, Some(0 | 6)) {
            self.is_recorded_on_disk(&trial, &place, findings);
        }
        let answered = ended.told.matches(ANSWER).count();
        self.is_kept(&trial, answered, &place, findings);
        let kept_now = kept(&trial.shop);
        if !is_done && kept_now.unwrap_or_default() > answered + 1 {
            findings.add("more is kept than was scanned", &place);
        }
        let next = kept_now.unwrap_or_default();
        if kept_now.is_some() && !is_done && next + 1 < SCANS.len() {
            self.one_more(&mut trial, next, &place, findings);
        }
        self.resumed(&mut trial, is_done, &place, findings);
    }

    /// The session goes on with one scan, and ends too early.
    fn one_more(&self, trial: &mut Trial, next: usize, place: &str, findings: &mut Findings) {
        let resume = [&SESSION[..], &["--resume"]].concat();
        let (ended, _) = trial.run(&resume, &format!("{}\n", SCANS[next]), None);
        if ended.exit != Some(3) || !ended.refused().contains(&"batch-incomplete") {
            findings.add(format!("a resumed session ends with {:?}: {}", ended.exit, ended.told), place);
        }
        let answered = next + ended.told.matches(ANSWER).count();
        self.is_kept(trial, answered, &format!("after one more scan, {place}"), findings);
    }

    /// The session goes on to its end; without a draft it begins anew.
    fn resumed(&self, trial: &mut Trial, is_done: bool, place: &str, findings: &mut Findings) {
        let (ended, _) = match kept(&trial.shop) {
            Some(next) => trial.run(&[&SESSION[..], &["--resume"]].concat(), &scans_from(next), None),
            None => trial.run(&SESSION, &scans_from(0), None),
        };
        if ended.exit != Some(0) || ended.document["already_recorded"] != is_done {
            return findings.add(format!("the session is not ended well: {:?}: {}", ended.exit, ended.told), place);
        }
        if trial.seen(FILE) != self.states[1] {
            findings.add("the resumed session leaves something else", place);
        }
        if kept(&trial.shop).is_some() {
            findings.add("a recorded session leaves a draft", place);
        }
        self.is_recorded_on_disk(trial, place, findings);
    }

    /// What was answered is in the draft or recorded, also without power.
    fn is_kept(&self, trial: &Trial, answered: usize, place: &str, findings: &mut Findings) {
        let cut = trial.after_power_cut();
        let in_draft = kept(&cut).unwrap_or_default();
        let left = Seen::in_shop(&cut, FILE);
        if left == self.states[0] && in_draft < answered {
            findings.add(format!("{answered} scans answered, {in_draft} in the draft after a power cut"), place);
        } else if !self.states.contains(&left) {
            findings.add(format!("between before and after a power cut: {}", left.told()), place);
        }
    }

    fn is_recorded_on_disk(&self, trial: &Trial, place: &str, findings: &mut Findings) {
        let cut = trial.after_power_cut();
        let in_draft = kept(&cut);
        let left = Seen::in_shop(&cut, FILE);
        if left != self.states[1] {
            let draft = in_draft.map_or("no draft".to_owned(), |kept| format!("a draft of {kept} scans"));
            findings.add(format!("recorded, and after a power cut there is {} and {draft}", left.told()), place);
        }
    }
}
