//! A live batch: every scan is answered before the next one, and the whole is recorded at its end.

use super::Result;
use super::batch::{Frame, ScanVerb, plan, read_one, record_batch};
use super::lookup::Lookup;
use super::record::{Recorded, Request, unused_text};
use crate::codes::{Command, Kind, Reading};
use crate::ledger::{Code, Refusal};
use crate::scan::{Accepted, Conversation, Due, Framed};
use crate::store::{Store, View};

/// What a live station is told after a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The scan counts.
    Accepted(String),
    /// The scan does not count, and the same slot is due.
    Refused(Refusal),
    /// The last scan was taken back.
    Undone(String),
    /// DONE was scanned: the batch is complete.
    Done,
    /// The batch was cancelled: nothing is recorded.
    Cancelled,
}

/// A live batch before it is recorded.
pub struct Session<'s> {
    store: &'s Store,
    verb: &'s dyn ScanVerb,
    request: &'s Request,
    frame: Frame,
    conversation: Conversation,
    accepted: Vec<Framed>,
    /// The op id is the one of a recorded operation: the scans are only compared with it, and no rule applies.
    is_recorded: bool,
}

impl<'s> Session<'s> {
    /// Begins a batch.
    ///
    /// # Errors
    /// What the flags of the verb name and is not there.
    pub fn new(store: &'s Store, verb: &'s dyn ScanVerb, request: &'s Request) -> Result<Session<'s>> {
        let (frame, conversation) = store.read(|view| begin(view, verb, request))?;
        let is_recorded = store.read(|view| view.operation_with_id(&request.op_id))?.is_some();
        Ok(Session { store, verb, request, frame, conversation, accepted: Vec::new(), is_recorded })
    }

    /// Which scan is due.
    pub fn due(&self) -> Due {
        self.conversation.due()
    }

    /// The state of the batch, for prompts.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Takes one scan.
    ///
    /// # Errors
    /// What the database says; a refusal is an answer.
    pub fn scan(&mut self, framed: Framed) -> Result<Answer> {
        let (scan, reading) = read_one(&framed, self.request.stamp.recorded_at.date_naive());
        let reading = match reading {
            Ok(reading) => reading,
            Err(refusal) => return Ok(Answer::Refused(refusal.at(scan.line, scan.shown))),
        };
        match reading.kind {
            Kind::Command(Command::Cancel) => return Ok(Answer::Cancelled),
            Kind::Command(Command::UndoLastScan) => return self.undo_last(&scan.shown, scan.line),
            _ => {}
        }
        let ends_repetition = self.is_recorded
            && (reading.kind == Kind::Command(Command::Done)
                || reading.plain().is_some_and(|text| text.eq_ignore_ascii_case("done")));
        match self.judge(reading, &scan)? {
            Ok(said) => {
                self.accepted.push(framed);
                Ok(if ends_repetition || self.conversation.is_done() { Answer::Done } else { Answer::Accepted(said) })
            }
            Err(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    fn judge(&mut self, reading: Reading, scan: &crate::scan::ScanRef) -> Result<std::result::Result<String, Refusal>> {
        if self.is_recorded {
            return Ok(Ok("repeated: the op id is recorded already".to_owned()));
        }
        let order = self.frame.order.as_ref().map(|order| order.id);
        let (verb, supplier, conversation) = (self.verb.verb(), self.frame.supplier, &self.conversation);
        let accept_guess = self.verb.options().accept_guess;
        let known = self.store.read(|view| {
            let lookup = Lookup::new(view, verb, order, supplier)?;
            match lookup.certain(reading.clone(), accept_guess)? {
                Ok(reading) => lookup.know(conversation, reading).map(Ok),
                Err(refusal) => Ok(Err(refusal.at(scan.line, scan.shown.clone()))),
            }
        });
        let (reading, known) = match known? {
            Ok(known) => known,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let said = |accepted: Accepted| match unused_text(&accepted.unused) {
            Some(unused) => format!("{}; {unused}", accepted.said),
            None => accepted.said,
        };
        Ok(self.conversation.step(scan, &reading, &known).map(said).map_err(|stumble| stumble.refusal))
    }

    /// Takes the last scan back by going through all the others again.
    fn undo_last(&mut self, shown: &str, line: u32) -> Result<Answer> {
        let Some(taken_back) = self.accepted.pop() else {
            let refusal = Refusal::new(Code::NothingToUndo, "there is no scan before it", "go on scanning");
            return Ok(Answer::Refused(refusal.at(line, shown)));
        };
        let (frame, conversation) = self.store.read(|view| begin(view, self.verb, self.request))?;
        self.frame = frame;
        self.conversation = conversation;
        let today = self.request.stamp.recorded_at.date_naive();
        for framed in std::mem::take(&mut self.accepted) {
            let (scan, reading) = read_one(&framed, today);
            if let Ok(reading) = reading
                && self.judge(reading, &scan)?.is_ok()
            {
                self.accepted.push(framed);
            }
        }
        Ok(Answer::Undone(read_one(&taken_back, today).0.shown))
    }

    /// Checks that the batch is complete.
    ///
    /// # Errors
    /// `batch-incomplete`.
    pub fn finish(&mut self) -> std::result::Result<(), Refusal> {
        if self.is_recorded { Ok(()) } else { self.conversation.finish() }
    }

    /// Records what was accepted, judging it once more under the write lock.
    ///
    /// # Errors
    /// As [`record_batch`]: another station may have taken a unit in the meantime.
    pub fn record(self) -> Result<Recorded> {
        record_batch(self.store, self.verb, self.request, &self.accepted)
    }
}

fn begin(view: &View<'_>, verb: &dyn ScanVerb, request: &Request) -> Result<(Frame, Conversation)> {
    let frame = verb.frame(view)?;
    let plan = plan(view, verb, &frame, &request.stamp)?;
    Ok((frame, Conversation::new(plan)))
}
