//! A live batch: every scan is answered before the next one, and the whole is recorded at its end.
//!
//! What was accepted is kept with the slot that it filled, so that it can be judged again: after "undo", when a draft is
//! resumed, and when another station was faster at the end. A scan that is refused then leaves a gap. The scans after it
//! go in again as far as each still fills the slot that it filled before; the others are held until the gap is filled,
//! because a quantity in the slot of a serial would be taken for one.

use std::collections::VecDeque;

use super::Result;
use super::batch::{Frame, ScanVerb, plain, plan, record_batch};
use super::house::House;
use super::lookup::Lookup;
use super::put_away::where_it_lies;
use super::question::{Asked, Choice};
use super::record::{Recorded, Request, unused_text};
use crate::codes::{Command, Kind, Reading};
use crate::ledger::{Code, Refusal, Verb};
use crate::model::{LotCode, SerialCode};
use crate::scan::draft::Kept;
use crate::scan::range::Range;
use crate::scan::{Accepted, Conversation, Due, Framed, Known, OutOfOrder, Scan, ScanRef, Scans, Stumble};
use crate::store::{Store, View};

/// The most digits of a quantity.
const MOST_DIGITS: usize = 6;

/// What a live station is told after a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The scan counts.
    Accepted {
        /// What it said, in words.
        said: String,
        /// How many scans it stands for: 1, or those of a range.
        scans: usize,
    },
    /// The scan does not count, and the same slot is due.
    Refused(Refusal),
    /// As refused, because the same was scanned before.
    Double(Refusal),
    /// The scan stands for several serials, which count once [`Session::take_range`] is called.
    Range(Range),
    /// The scan can be read in several ways: the number of one of them, scanned or typed, takes that one.
    Readings(Vec<Reading>),
    /// The label says other dates of a lot than are known: the number of an answer, scanned or typed, takes the scan.
    Dates {
        /// What differs.
        message: String,
        /// The answers, from number 1 on.
        answers: [&'static str; 2],
    },
    /// Other goods should go first: 1 takes these all the same, and asks why.
    OutOfOrder {
        /// Which ones.
        message: String,
        /// The same scan a second time takes them without a word.
        may_insist: bool,
    },
    /// The next text says why goods are taken out of order.
    Why,
    /// The range that was scanned last is not taken.
    NotTaken(Range),
    /// The last scan was taken back.
    Undone {
        /// The scan that no longer counts, as it may be shown.
        scan: String,
        /// What became of the others.
        rejudged: Rejudged,
    },
    /// The digits of a quantity so far; Enter is due.
    Digits(String),
    /// DONE was scanned: the batch is complete.
    Done,
    /// DONE was scanned a second time while scans were held: these no longer count, as they may be shown.
    LeftOut(Vec<String>),
    /// The batch was cancelled: nothing is recorded.
    Cancelled,
}

/// What became of scans that were judged again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejudged {
    /// How many were taken in.
    pub taken: usize,
    /// Those that are refused now, and no longer count.
    pub refused: Vec<Refusal>,
    /// Those that wait until a scan fills the gap before them, as they may be shown.
    pub held: Vec<String>,
}

impl Rejudged {
    /// True when everything counts as it did.
    pub fn is_clean(&self) -> bool {
        self.refused.is_empty() && self.held.is_empty()
    }
}

/// A live batch before it is recorded.
pub struct Session<'s> {
    store: &'s Store,
    verb: &'s dyn ScanVerb,
    request: &'s Request,
    house: House,
    frame: Frame,
    conversation: Conversation,
    accepted: Vec<Kept>,
    held: VecDeque<Kept>,
    /// The range that was scanned last, until it is taken or something else is scanned.
    range: Option<(Range, u32)>,
    /// What was asked about the last scan, until it is answered or something else is scanned.
    asked: Option<(Scan, Asked)>,
    /// The last scan answered what was asked about the one before it.
    was_chosen: bool,
    /// The digits of a quantity that were scanned so far.
    digits: String,
    /// DONE was scanned while scans were held, and nothing since.
    was_asked_for_held: bool,
    /// The op id is the one of a recorded operation: the scans are only compared with it, and no rule applies.
    is_recorded: bool,
}

impl<'s> Session<'s> {
    /// Begins a batch.
    ///
    /// # Errors
    /// What the flags of the verb name and is not there.
    pub fn new(store: &'s Store, verb: &'s dyn ScanVerb, request: &'s Request) -> Result<Session<'s>> {
        let house = store.read(|view| House::of(view, request.stamp.recorded_at.date_naive()))?;
        let (frame, conversation) = store.read(|view| begin(view, verb, request, &house))?;
        let is_recorded = store.read(|view| view.operation_with_id(&request.op_id))?.is_some();
        Ok(Session {
            store,
            verb,
            request,
            house,
            frame,
            conversation,
            accepted: Vec::new(),
            held: VecDeque::new(),
            range: None,
            asked: None,
            was_chosen: false,
            digits: String::new(),
            was_asked_for_held: false,
            is_recorded,
        })
    }

    /// Which scan is due.
    pub fn due(&self) -> Due {
        self.conversation.due()
    }

    /// The state of the batch, for prompts.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// True when the op id is the one of a recorded operation.
    pub fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// The scans that count, in order.
    pub fn accepted(&self) -> &[Kept] {
        &self.accepted
    }

    /// The scans that count, then those that are held: what a draft keeps.
    pub fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.accepted.iter().chain(&self.held)
    }

    /// True before anything was scanned that counts or is half said.
    pub fn is_untouched(&self) -> bool {
        self.accepted.is_empty()
            && self.held.is_empty()
            && self.digits.is_empty()
            && self.range.is_none()
            && self.asked.is_none()
    }

    /// True when the last scan answered what was asked about the scan before it.
    pub fn was_chosen(&self) -> bool {
        self.was_chosen
    }

    /// True while scans are held until the gap before them is filled.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes one scan.
    ///
    /// # Errors
    /// What the database says; a refusal is an answer.
    pub fn scan(&mut self, framed: Framed) -> Result<Answer> {
        let range = self.range.take();
        let was_asked_for_held = std::mem::take(&mut self.was_asked_for_held);
        let asked = self.asked.take();
        self.was_chosen = false;
        let (scan, reading) = self.house.read(&framed);
        let reading = match reading {
            Ok(reading) => reading,
            Err(refusal) => return Ok(Answer::Refused(refusal.at(scan.line, scan.shown))),
        };
        if let Some((scan, asked)) = asked {
            let is_goods = matches!(asked, Asked::Why) && self.names_goods(&reading)?;
            match asked.answered_by(&scan, &framed, &reading).filter(|_| !is_goods) {
                Some(Choice::Taken(chosen)) => {
                    let answer = self.scan(Framed::Scan(Scan { chosen: Some(chosen), ..scan }));
                    self.was_chosen = true;
                    return answer;
                }
                Some(Choice::Why) => {
                    self.asked = Some((scan, Asked::Why));
                    self.was_chosen = true;
                    return Ok(Answer::Why);
                }
                None => {}
            }
        }
        let digits = std::mem::take(&mut self.digits);
        match reading.kind {
            Kind::Command(Command::Digit(digit)) if digits.len() < MOST_DIGITS => {
                self.digits = format!("{digits}{digit}");
                return Ok(Answer::Digits(self.digits.clone()));
            }
            Kind::Command(Command::Enter) if range.is_some() => {
                self.range = range;
                return self.take_range();
            }
            Kind::Command(Command::Enter) if digits.parse::<u32>().is_ok_and(|count| count > 0) => {
                let count = Command::Quantity(digits.parse().unwrap_or_default());
                return self.scan(Framed::Scan(Scan::new(scan.line, count.code())));
            }
            _ => {}
        }
        let is_done = reading.kind == Kind::Command(Command::Done)
            || reading.plain().is_some_and(|text| text.eq_ignore_ascii_case("done"));
        match (reading.kind, range) {
            (Kind::Command(Command::Cancel), _) => return Ok(Answer::Cancelled),
            (Kind::Command(Command::UndoLastScan), None) => return self.undo_last(&scan),
            (Kind::Command(Command::UndoLastScan), Some((range, _))) => return Ok(Answer::NotTaken(range)),
            (_, Some(range)) if is_done => {
                self.range = Some(range);
                return self.take_range();
            }
            _ => {}
        }
        if is_done && self.holds() && self.is_done_taken(&reading) {
            return Ok(self.done_while_held(&scan, was_asked_for_held));
        }
        self.take(framed, reading, &scan, is_done)
    }

    fn take(&mut self, framed: Framed, reading: Reading, scan: &ScanRef, is_done: bool) -> Result<Answer> {
        let slot = self.conversation.slot();
        match self.judge(reading, scan)? {
            Judged::Accepted(said) => {
                self.accepted.push(Kept { slot, framed });
                let ends = (self.is_recorded && is_done) || self.conversation.is_done();
                Ok(if ends { Answer::Done } else { Answer::Accepted { said, scans: 1 } })
            }
            Judged::Range(range) => {
                let takes_at_once = self.verb.options().ranges;
                self.range = Some((range.clone(), scan.line));
                if takes_at_once { self.take_range() } else { Ok(Answer::Range(range)) }
            }
            Judged::Several(readings) => {
                let choices = readings.iter().map(Reading::in_brackets).collect();
                self.ask(framed, Asked::Readings(choices));
                Ok(Answer::Readings(readings))
            }
            Judged::Dates(refusal) => {
                self.ask(framed, Asked::Dates);
                Ok(Answer::Dates {
                    message: refusal.message,
                    answers: ["keep the known dates", "take those of the label"],
                })
            }
            Judged::OutOfOrder(refusal) => {
                let may_insist = !self.house.enforces_picking_order();
                self.ask(framed, Asked::OutOfOrder { may_insist });
                Ok(Answer::OutOfOrder { message: refusal.message, may_insist })
            }
            Judged::Refused(refusal) if self.is_double(&framed, &refusal) => Ok(Answer::Double(refusal)),
            Judged::Refused(refusal) => Ok(Answer::Refused(refusal)),
        }
    }

    /// True for the code of goods or of a place, and for the end of the batch: none of them says why.
    fn names_goods(&self, reading: &Reading) -> Result<bool> {
        let Some(text) = reading.plain() else { return Ok(true) };
        self.store.read(|view| {
            let lot = LotCode::new(text).ok().map(|lot| view.lots_named(&lot)).transpose()?;
            let serial = SerialCode::new(text).ok().map(|serial| view.serials_named(&serial)).transpose()?;
            let is_unit = lot.is_some_and(|lots| !lots.is_empty()) || serial.is_some_and(|units| !units.is_empty());
            Ok(is_unit || text.eq_ignore_ascii_case("done") || view.find_code(text)?.is_some())
        })
    }

    /// Where the lot that was scanned lies, so that more of it is put there.
    fn where_it_lies(&self, is_lot_named: bool, known: &Known) -> Result<Option<String>> {
        let arrives = matches!(self.verb.verb(), Verb::Receive | Verb::Return);
        let Some(lot) = known.lot.as_ref().filter(|_| arrives && is_lot_named) else { return Ok(None) };
        self.store.read(|view| where_it_lies(view, view.item_of_lot(lot.id)?.id, lot.id))
    }

    fn ask(&mut self, framed: Framed, asked: Asked) {
        if let Framed::Scan(scan) = framed {
            self.asked = Some((scan, asked));
        }
    }

    /// A scanner that reads a label twice, or a person who does.
    fn is_double(&self, framed: &Framed, refusal: &Refusal) -> bool {
        let is_last = self.accepted.last().is_some_and(|kept| kept.framed.bytes() == framed.bytes());
        refusal.code == Code::DuplicateInBatch || is_last
    }

    /// Would DONE be heard as such, and not as the text of a serial?
    fn is_done_taken(&self, reading: &Reading) -> bool {
        matches!(reading.kind, Kind::Command(_)) || !self.verb.options().allow_odd_serials
    }

    fn done_while_held(&mut self, scan: &ScanRef, was_asked: bool) -> Answer {
        let held: Vec<String> = self.held.iter().map(|kept| self.shown(kept)).collect();
        if was_asked {
            self.held.clear();
            return Answer::LeftOut(held);
        }
        self.was_asked_for_held = true;
        let message = format!(
            "{} that were taken before wait for the gap before them: {}",
            count_of(held.len(), "scan"),
            held.join(", ")
        );
        let hint = "fill the gap, or take it back with undo; to leave these scans out, scan done again";
        Answer::Refused(Refusal::new(Code::BatchIncomplete, message, hint).at(scan.line, scan.shown.clone()))
    }

    fn shown(&self, kept: &Kept) -> String {
        kept.framed.shown()
    }

    fn judge(&mut self, reading: Reading, scan: &ScanRef) -> Result<Judged> {
        if self.is_recorded {
            return Ok(Judged::Accepted("repeated: the op id is recorded already".to_owned()));
        }
        let (verb, frame, conversation, today) =
            (self.verb.verb(), &self.frame, &self.conversation, self.house.today());
        let accept_guess = self.verb.options().accept_guess;
        let known = self.store.read(|view| {
            let lookup = Lookup::new(view, verb, frame, today)?;
            let settled = lookup.settled(reading.clone())?;
            if settled.must_be_asked() && !accept_guess && !settled.readings.is_empty() {
                return super::Result::Ok(Err(Judged::Several(settled.each())));
            }
            let certain = lookup.certain(conversation, settled, accept_guess)?;
            Ok(certain.map_err(|refusal| Judged::Refused(refusal.at(scan.line, scan.shown.clone()))))
        });
        let (reading, known) = match known? {
            Ok(known) => known,
            Err(judged) => return Ok(judged),
        };
        match self.conversation.range(scan, &reading, &known) {
            Some(Ok(range)) => return Ok(Judged::Range(range)),
            Some(Err(stumble)) => return Ok(Judged::Refused(stumble.refusal)),
            None => {}
        }
        let is_lot_named = !matches!(self.conversation.due(), Due::Serial(..))
            && (reading.lot.is_some() || self.conversation.due() == Due::Lot);
        let may_ask = !matches!(self.conversation.due(), Due::Serial(..)) && reading.decided.dates.is_none();
        let differ = known
            .lot
            .as_ref()
            .is_some_and(|lot| lot.dates.contradicts(&reading.dates.or(self.conversation.plan().dates)));
        Ok(match self.conversation.step(scan, &reading, &known) {
            Ok(Accepted { said, unused }) => {
                let lies = self.where_it_lies(is_lot_named, &known)?;
                let parts = [Some(said), lies, unused_text(&unused)];
                Judged::Accepted(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
            }
            Err(Stumble { refusal, .. }) if refusal.code == Code::ExpiryDiffers && may_ask && differ => {
                Judged::Dates(refusal)
            }
            Err(Stumble { refusal, .. }) if refusal.code == Code::OutOfOrder => Judged::OutOfOrder(refusal),
            Err(stumble) => Judged::Refused(stumble.refusal),
        })
    }

    /// Takes the serials of the range that was scanned last, all or none of them.
    ///
    /// # Errors
    /// What the database says; a refusal is an answer.
    pub fn take_range(&mut self) -> Result<Answer> {
        let Some((range, line)) = self.range.take() else {
            let refusal = Refusal::new(Code::NotValid, "there is no range to take", "type it again");
            return Ok(Answer::Refused(refusal));
        };
        let (verb, frame, conversation, today) =
            (self.verb.verb(), &self.frame, &self.conversation, self.house.today());
        let (trial, kept, refused) = self.store.read(|view| {
            let lookup = Lookup::new(view, verb, frame, today)?;
            let readings: Vec<Reading> = range.serials().map(plain).collect();
            lookup.look_ahead(readings.iter())?;
            let (mut trial, mut kept) = (conversation.clone(), Vec::new());
            for reading in readings {
                let slot = trial.slot();
                let scan = ScanRef { line, shown: crate::scan::shown(reading.text.as_bytes()) };
                let framed = Framed::Scan(Scan::new(line, reading.text.as_str()));
                let (reading, known) = lookup.know(&trial, reading)?;
                if let Err(stumble) = trial.step(&scan, &reading, &known) {
                    return super::Result::Ok((trial, Vec::new(), Some(stumble.refusal)));
                }
                kept.push(Kept { slot, framed });
            }
            Ok((trial, kept, None))
        })?;
        if let Some(refusal) = refused {
            let message = format!("{}; nothing of the range counts", refusal.message);
            return Ok(Answer::Refused(Refusal { message, ..refusal }));
        }
        self.conversation = trial;
        let scans = kept.len();
        self.accepted.extend(kept);
        let said = format!("{} {} to {}", count_of(scans, "serial"), range.first(), range.last());
        Ok(Answer::Accepted { said, scans })
    }

    /// Takes the last scan back.
    fn undo_last(&mut self, scan: &ScanRef) -> Result<Answer> {
        let Some(taken_back) = self.accepted.pop().or_else(|| self.held.pop_back()) else {
            let refusal = Refusal::new(Code::NothingToUndo, "there is no scan before it", "go on scanning");
            return Ok(Answer::Refused(refusal.at(scan.line, scan.shown.clone())));
        };
        let scan = self.shown(&taken_back);
        Ok(Answer::Undone { scan, rejudged: self.judge_all_again(false)? })
    }

    /// Begins with the scans of a draft, each judged again.
    ///
    /// # Errors
    /// What the database says.
    pub fn resume(&mut self, kept: Vec<Kept>) -> Result<Rejudged> {
        self.accepted = kept;
        self.held.clear();
        // DONE was said of a whole batch: it does not end one with a gap.
        let done = if self.ends_with_done() { self.accepted.pop() } else { None };
        let rejudged = self.judge_all_again(true)?;
        if let Some(done) = done.filter(|_| rejudged.is_clean()) {
            self.scan(done.framed)?;
        }
        Ok(rejudged)
    }

    /// Opens the batch again after it was refused at its end: another station was faster. DONE no longer counts.
    ///
    /// # Errors
    /// What the database says.
    pub fn reopen(&mut self) -> Result<Rejudged> {
        if self.conversation.is_done() && self.ends_with_done() {
            self.accepted.pop();
        }
        self.judge_all_again(true)
    }

    /// True when the last scan that counts is DONE.
    pub fn ends_with_done(&self) -> bool {
        let Some(last) = self.accepted.last() else { return false };
        let reading = self.house.read(&last.framed).1;
        let opens = last.slot.starts_with("opening") || last.slot.starts_with("unit");
        reading.is_ok_and(|reading| {
            let is_typed = reading.plain().is_some_and(|text| text.eq_ignore_ascii_case("done"));
            reading.kind == Kind::Command(Command::Done) || (opens && is_typed)
        })
    }

    /// Takes held scans in once the gap before them is filled; to be called after an accepted scan.
    ///
    /// # Errors
    /// What the database says.
    pub fn take_held(&mut self) -> Result<Rejudged> {
        if self.held.front().is_none_or(|kept| kept.slot != self.conversation.slot()) {
            return Ok(Rejudged::default());
        }
        let before = self.accepted.len();
        let rejudged = self.judge_all_again(true)?;
        Ok(Rejudged { taken: rejudged.taken.saturating_sub(before), ..rejudged })
    }

    /// Judges everything again from the beginning, in one look at the ledger; with the held scans or without.
    fn judge_all_again(&mut self, with_held: bool) -> Result<Rejudged> {
        if self.is_recorded {
            return Ok(Rejudged { taken: self.accepted.len(), ..Rejudged::default() });
        }
        let mut all = std::mem::take(&mut self.accepted);
        if with_held {
            all.extend(std::mem::take(&mut self.held));
        }
        let again = match self.store.read(|view| judge_again(view, self.verb, self.request, &self.house, &all)) {
            Ok(again) => again,
            Err(error) => {
                self.accepted = all;
                return Err(error);
            }
        };
        (self.frame, self.conversation, self.accepted) = (again.frame, again.conversation, again.accepted);
        again.held.into_iter().rev().for_each(|kept| self.held.push_front(kept));
        let held = self.held.iter().map(|kept| self.shown(kept)).collect();
        Ok(Rejudged { taken: self.accepted.len(), refused: again.refused, held })
    }

    /// Checks that the batch is complete.
    ///
    /// # Errors
    /// `batch-incomplete`.
    pub fn finish(&mut self) -> std::result::Result<(), Refusal> {
        if self.is_recorded {
            return Ok(());
        }
        if let Some(first) = self.held.front() {
            let (count, first) = (count_of(self.held.len(), "scan"), self.shown(first));
            let message = format!("{count} from {first} on wait for the gap before them");
            return Err(Refusal::new(Code::BatchIncomplete, message, "fill the gap, or take it back with undo"));
        }
        self.conversation.finish()
    }

    /// Records what was accepted, judging it once more under the write lock.
    ///
    /// # Errors
    /// As [`record_batch`]: another station may have taken a unit in the meantime. The batch is as it was; see
    /// [`Session::reopen`].
    pub fn record(&self) -> Result<Recorded> {
        let scans: Scans = self.accepted.iter().map(|kept| kept.framed.clone()).collect();
        record_batch(self.store, self.verb, self.request, &scans)
    }
}

/// What the rules say of one scan.
enum Judged {
    Accepted(String),
    Range(Range),
    Several(Vec<Reading>),
    Dates(Refusal),
    OutOfOrder(Refusal),
    Refused(Refusal),
}

/// `3 scans`, `1 scan`.
fn count_of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn begin(view: &View<'_>, verb: &dyn ScanVerb, request: &Request, house: &House) -> Result<(Frame, Conversation)> {
    let frame = Frame { day: Some(request.stamp.day()), ..verb.frame(view)? };
    let mut plan = plan(view, verb, &frame, request, house)?;
    plan.out_of_order = if house.enforces_picking_order() { OutOfOrder::AskedWhy } else { OutOfOrder::Asked };
    if let Some((numbers, document)) = verb.numbers() {
        plan.lot = numbers.next_lot(view, &plan, &frame, document, request)?.or(plan.lot);
    }
    Ok((frame, Conversation::new(plan)))
}

/// A batch that was judged from its beginning.
struct Again {
    frame: Frame,
    conversation: Conversation,
    accepted: Vec<Kept>,
    refused: Vec<Refusal>,
    held: Vec<Kept>,
}

fn judge_again(view: &View<'_>, verb: &dyn ScanVerb, request: &Request, house: &House, all: &[Kept]) -> Result<Again> {
    let (frame, mut conversation) = begin(view, verb, request, house)?;
    let lookup = Lookup::new(view, verb.verb(), &frame, house.today())?;
    let read: Vec<_> = all.iter().map(|kept| house.read(&kept.framed)).collect();
    lookup.look_ahead(read.iter().filter_map(|(_, reading)| reading.as_ref().ok()))?;
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    let mut index = 0;
    for (kept, (scan, reading)) in all.iter().zip(read) {
        if kept.slot != conversation.slot() {
            break;
        }
        index += 1;
        let judged = match reading {
            Ok(reading) => lookup.certain(&conversation, reading, verb.options().accept_guess)?,
            Err(refusal) => Err(refusal),
        };
        let judged = match judged {
            Ok((reading, known)) => {
                conversation.step(&scan, &reading, &known).map_err(|Stumble { refusal, .. }| refusal)
            }
            Err(refusal) => Err(refusal.at(scan.line, scan.shown)),
        };
        match judged {
            Ok(_) => accepted.push(kept.clone()),
            Err(refusal) => {
                refused.push(refusal);
                // Goods after a refused place would go to the place before it.
                if !kept.slot.starts_with("serial") {
                    break;
                }
            }
        }
    }
    Ok(Again { frame, conversation, accepted, refused, held: all[index..].to_vec() })
}
