//! A scanner at a terminal: a prompt says which scan is due, and every scan is on disk and answered before the next one.

pub mod keeper;
pub mod keyboard;
pub mod screen;
mod source;

pub use source::Source;

use super::context::Context;
use super::failure::{EXIT_UNKNOWN, Failure};
use super::output::safe;
use super::scans::DraftArgs;
use crate::ledger::{Code, Refusal, Refused};
use crate::ops::{Answer, OpError, Recorded, Rejudged, Request, ScanVerb, Session};
use crate::scan::draft::Kept;
use crate::scan::range::Range;
use crate::scan::{Conversation, Due, Framed, shown};
use crate::store::Store;
use keeper::{Identity, Keeper, stopped};
use keyboard::Event;
use screen::Screen;

const GREEN: &str = "32";
const YELLOW: &str = "33";

/// What was asked about, when it was not a scan with several readings.
const DATES: &str = "\u{0}dates";
const GOODS: &str = "\u{0}goods";

/// Takes scans until DONE or the end of input, then records them.
///
/// # Errors
/// An incomplete batch, a cancelled one, and what fails.
pub fn record(
    context: &Context,
    store: &Store,
    verb: &dyn ScanVerb,
    request: &Request,
    mut source: Source,
    drafts: DraftArgs,
) -> Result<Recorded, Failure> {
    let screen = Screen::new(context, source.is_terminal());
    let identity = Identity::of(verb, request);
    let begun = Keeper::begin(context, store, identity, request, &mut source, &screen, drafts)?;
    let request = Request { op_id: begun.op_id, ..request.clone() };
    let mut keeper = begun.keeper;
    let mut live = Live::new(Session::new(store, verb, &request)?, &mut keeper, &screen);
    let recorded = live.resume(&mut source, begun.resumed).and_then(|()| live.run(&mut source));
    end(&mut keeper, &recorded);
    tell_leftover(&screen, &mut source);
    recorded
}

/// Removes the draft of what was recorded, and says where the scans of anything else are.
pub fn end<T>(keeper: &mut Keeper, recorded: &Result<T, Failure>) {
    match recorded {
        Ok(_) => keeper.remove(),
        Err(_) => keeper.tell_what_is_kept(),
    }
}

/// What was scanned after the end counts for nothing, and a shell must not take it for a command.
pub fn tell_leftover(screen: &Screen, source: &mut Source) {
    for framed in source.leftover() {
        let refusal = Refusal::new(Code::ScanAfterDone, "the batch had ended before it", "begin a new batch for it");
        screen.refuse(&refusal.at(framed.line(), framed.shown()));
    }
}

/// A batch that is under way.
pub struct Live<'s, 'e> {
    session: Session<'s>,
    keeper: &'e mut Keeper,
    screen: &'e Screen,
    /// The range that Enter or DONE takes.
    was_asked: Option<Range>,
    /// The scan that has several readings, until one of them is chosen.
    asked_reading: Option<String>,
}

impl<'s, 'e> Live<'s, 'e> {
    /// Begins with a session, whose scans are kept and answered there.
    pub fn new(session: Session<'s>, keeper: &'e mut Keeper, screen: &'e Screen) -> Live<'s, 'e> {
        Live { session, keeper, screen, was_asked: None, asked_reading: None }
    }

    /// The batch itself.
    pub fn session(&self) -> &Session<'s> {
        &self.session
    }

    /// Begins with the scans of a draft.
    ///
    /// # Errors
    /// What the database and the file system say.
    pub fn resume(&mut self, source: &mut Source, kept: Option<Vec<Kept>>) -> Result<(), Failure> {
        let Some(kept) = kept else { return Ok(()) };
        let line = kept.last().map_or(1, |last| last.framed.line().saturating_add(1));
        source.begin_at_line(line);
        let rejudged = self.session.resume(kept)?;
        self.tell_rejudged("resumed", &rejudged);
        self.keeper.rewrite(&self.session)
    }

    fn run(&mut self, source: &mut Source) -> Result<Recorded, Failure> {
        loop {
            let is_at_end = if self.is_complete() { false } else { self.scan_until_done(source)? };
            if let Some(recorded) = self.record(is_at_end)? {
                return Ok(recorded);
            }
        }
    }

    /// Records the batch; `None` when another station was faster, and the batch goes on.
    ///
    /// # Errors
    /// What is missing; at the end of input, where nothing can be set right any more, what is refused; what fails.
    pub fn record(&mut self, is_at_end: bool) -> Result<Option<Recorded>, Failure> {
        self.session.finish()?;
        self.screen.summary(self.session.conversation());
        match self.session.record() {
            Ok(recorded) => Ok(Some(recorded)),
            Err(OpError::Refused(refused)) => self.reopen(refused, is_at_end).map(|()| None),
            Err(error) => Err(self.with_hint(error.into())),
        }
    }

    /// True when nothing is to be asked: DONE was said before the session was killed, or all of it is recorded already.
    pub fn is_complete(&self) -> bool {
        let is_repeated = self.session.is_recorded() && !self.session.accepted().is_empty();
        self.session.conversation().is_done() || is_repeated
    }

    /// The outcome is unknown, or the database could not: the draft has everything.
    fn with_hint(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Error { exit, code, message, .. } if exit == EXIT_UNKNOWN && self.keeper.has_draft() => {
                let hint = "repeat the command with --resume: it is recorded once".to_owned();
                Failure::Error { exit, code, message, hint }
            }
            other => other,
        }
    }

    /// Another station was faster: what is refused now is told, and the batch goes on without it.
    fn reopen(&mut self, refused: Refused, is_at_end: bool) -> Result<(), Failure> {
        let is_ours_to_settle = !is_at_end && refused.listed.iter().all(|one| one.code != Code::OpIdReused);
        if !is_ours_to_settle {
            return Err(Failure::Refused(refused));
        }
        let rejudged = self.session.reopen()?;
        self.keeper.rewrite(&self.session)?;
        if rejudged.refused.is_empty() {
            refused.listed.iter().for_each(|one| self.screen.refuse(one));
        }
        self.tell_rejudged("not recorded", &rejudged);
        Ok(())
    }

    /// Takes scans; true at the end of input, where nothing can be set right any more.
    fn scan_until_done(&mut self, source: &mut Source) -> Result<bool, Failure> {
        loop {
            self.prompt("");
            let is_done = match source.next(self.screen)? {
                Event::Scan(framed) => self.take(framed)?,
                Event::Blank => self.enter()?,
                Event::Cleared | Event::Typed => false,
                Event::End => return Ok(true),
                Event::Stop(why) => return Err(stopped(why)),
            };
            if is_done {
                return Ok(false);
            }
        }
    }

    /// Says which scan is due, after what is to be known besides.
    pub fn prompt(&self, before: &str) {
        self.screen.prompt(&format!("{before}{}", due(self.session.conversation())));
    }

    /// Takes one scan and answers it; true for DONE.
    ///
    /// # Errors
    /// That the batch was cancelled; what the database and the file system say.
    pub fn take(&mut self, framed: Framed) -> Result<bool, Failure> {
        let answer = self.session.scan(framed)?;
        self.settle(answer)
    }

    /// Enter was pressed: it takes the range that was asked about.
    ///
    /// # Errors
    /// What the database and the file system say.
    pub fn enter(&mut self) -> Result<bool, Failure> {
        if self.was_asked.is_none() {
            return Ok(false);
        }
        let answer = self.session.take_range()?;
        self.settle(answer)
    }

    fn settle(&mut self, answer: Answer) -> Result<bool, Failure> {
        self.tell_range_is_dropped(&answer);
        self.tell_scan_is_dropped();
        if matches!(answer, Answer::Done) {
            self.keeper.keep(&self.session, 1)?;
            return Ok(true);
        }
        self.answer(answer)?;
        Ok(false)
    }

    fn answer(&mut self, answer: Answer) -> Result<(), Failure> {
        match answer {
            Answer::Accepted { said, scans } => {
                self.keeper.keep(&self.session, scans)?;
                self.screen.answer("ok", &said, GREEN);
                self.take_held()?;
            }
            Answer::Undone { scan, rejudged } => {
                if rejudged.is_clean() {
                    self.keeper.take_back(&self.session)?;
                } else {
                    self.keeper.rewrite(&self.session)?;
                }
                self.screen.answer("undone", &format!("{scan} does not count"), YELLOW);
                if !rejudged.refused.is_empty() {
                    self.tell_rejudged("judged again", &rejudged);
                }
            }
            Answer::Range(range) => {
                let (count, first, last) = (range.count(), range.first(), range.last());
                self.screen
                    .warn(&format!("{count} serials, {first} to {last}: Enter or done takes them, undo does not"));
                self.was_asked = Some(range);
            }
            Answer::Readings(readings) => {
                self.asked_reading = readings.first().map(|one| shown(one.text.as_bytes()));
                self.screen.warn("this can be read in several ways; scan or type the number of the one that is meant:");
                for (number, reading) in (1..).zip(&readings) {
                    self.screen.warn(&format!("  {number}  {}", shown(reading.in_brackets().as_bytes())));
                }
            }
            Answer::Dates { message, answers } => {
                self.asked_reading = Some(DATES.to_owned());
                self.screen.warn(&format!("{}; scan or type the number of what holds:", safe(&message)));
                for (number, answer) in (1..).zip(answers) {
                    self.screen.warn(&format!("  {number}  {answer}"));
                }
            }
            Answer::OutOfOrder { message, may_insist } => {
                self.asked_reading = Some(GOODS.to_owned());
                let insist = if may_insist { "; the same scan once more takes it without a word" } else { "" };
                self.screen.warn(&format!("{}; 1 takes it and asks why{insist}", safe(&message)));
            }
            Answer::Why => {
                self.asked_reading = Some(GOODS.to_owned());
                self.screen.warn("why? Type or scan a few words");
            }
            Answer::LeftOut(scans) => {
                self.keeper.rewrite(&self.session)?;
                self.screen.warn(&format!("left out: {}", scans.join(", ")));
            }
            Answer::NotTaken(range) => {
                self.screen.answer("undone", &format!("{} to {} are not taken", range.first(), range.last()), YELLOW);
            }
            Answer::Digits(digits) => self.screen.answer("digits", &format!("{digits}, then enter"), YELLOW),
            Answer::Refused(refusal) => self.screen.refuse(&refusal),
            Answer::Double(refusal) => self.screen.double(&refusal),
            Answer::Cancelled => {
                self.keeper.remove();
                let message = "the batch was cancelled by scan";
                return Err(Refusal::new(Code::Cancelled, message, "begin again when ready").into());
            }
            Answer::Done => {}
        }
        Ok(())
    }

    /// Something else was scanned than what takes the range that was asked about.
    fn tell_range_is_dropped(&mut self, answer: &Answer) {
        let Some(range) = self.was_asked.take() else { return };
        let is_taken = matches!(answer, Answer::Accepted { scans, .. } if *scans == range.count());
        if !is_taken && !matches!(answer, Answer::NotTaken(_)) {
            self.screen.warn(&format!("the range {} to {} was not taken", range.first(), range.last()));
        }
    }

    /// Something else was scanned than the number of a reading that was asked about.
    fn tell_scan_is_dropped(&mut self) {
        let Some(scan) = self.asked_reading.take() else { return };
        if !self.session.was_chosen() {
            self.screen.warn(&match scan.as_str() {
                DATES => "the lot was not taken: nobody said which dates hold".to_owned(),
                GOODS => "the goods that should not go first were not taken".to_owned(),
                _ => format!("{scan} was not taken: no reading of it was chosen"),
            });
        }
    }

    fn take_held(&mut self) -> Result<(), Failure> {
        if self.session.holds() {
            let rejudged = self.session.take_held()?;
            if rejudged != Rejudged::default() {
                self.keeper.rewrite(&self.session)?;
                self.tell_rejudged("taken in again", &rejudged);
            }
        }
        Ok(())
    }

    fn tell_rejudged(&self, word: &str, rejudged: &Rejudged) {
        rejudged.refused.iter().for_each(|refusal| self.screen.refuse(refusal));
        self.screen.answer(word, &format!("{} count", scans(rejudged.taken)), YELLOW);
        if let Some(first) = rejudged.held.first() {
            let count = scans(rejudged.held.len());
            self.screen.warn(&format!("{count} from {first} on wait until the gap before them is filled"));
        }
    }
}

fn scans(count: usize) -> String {
    if count == 1 { "1 scan".to_owned() } else { format!("{count} scans") }
}

/// Which scan is due, for people.
fn due(conversation: &Conversation) -> String {
    let item = conversation.open_item().map(|item| item.sku.to_string());
    let item = item.or_else(|| conversation.plan().item.as_ref().map(|item| item.sku.to_string()));
    let of = item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
    match conversation.due() {
        Due::Opening if conversation.plan().item.is_some() => format!("quantity{of}, place or done"),
        Due::Opening if conversation.plan().verb.moves_known_goods() => "item, quantity, place or done".to_owned(),
        Due::Opening => "item, place or done".to_owned(),
        Due::UnitOrQuantity => match (conversation.open_pack(), conversation.open_item()) {
            (Some(pack), Some(item)) => {
                let pack = format!("{} {}", pack.display(item.scale), shown(item.unit.as_bytes()));
                format!("how many packs of {pack}{of}, or what comes after one pack")
            }
            _ => format!("quantity{of}, or the next item, place or done"),
        },
        Due::Quantity => format!("quantity{of}"),
        Due::Lot => format!("lot{of}"),
        Due::Serial(number, wanted) => format!("serial{of}, {number} of {wanted}"),
        Due::Measure(number, wanted) => {
            let unit = conversation.open_item().map(|item| shown(item.unit.as_bytes())).unwrap_or_default();
            format!("measure{of} in {unit}, {number} of {wanted}")
        }
        Due::Nothing => "nothing".to_owned(),
    }
}
