//! `station`.

use std::io::IsTerminal;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::label::LabelArgs;
use super::live::keeper::{Identity, Keeper, stopped};
use super::live::keyboard::Event;
use super::live::screen::Screen;
use super::live::{Live, Source, end, tell_leftover};
use super::scans::DraftArgs;
use super::{document, output, paper};
use crate::codes::Question;
use crate::ledger::{Code, Refusal};
use crate::model::OperationNumber;
use crate::ops::{
    Content, LabelRequest, OpError, Recorded, Request, Session, label_of, labels_for, station_scan, station_verb, undo,
    what_is, where_is,
};
use crate::scan::Framed;
use crate::scan::draft::Kept;
use crate::scan::station::{Station, Step};
use crate::store::Store;

/// Work a whole shift by scanner alone, with the command sheet
///
/// Scan a mode (receive, transfer, pick, sell, return), then what it needs to know: the order, the supplier's or customer's
/// badge, a place. They hold until they are scanned anew. Then scan the goods, and done: each batch is one operation. "What is
/// this", "where is this" and "print its label" ask about the next scan, also inside of a batch. `label commands` prints the
/// sheet, `label badge NAME` an operator's badge.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail label commands --out commands.pdf
  scantrail label badge ANN BOB --out badges.pdf
  scantrail station --labels-to /srv/labels
  scantrail station --resume")]
pub struct Args {
    /// The folder that labels are put into [default: the current folder]
    #[arg(long, value_name = "DIR")]
    labels_to: Option<PathBuf>,
    #[command(flatten)]
    label: LabelArgs,
    #[command(flatten)]
    drafts: DraftArgs,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    if context.globals.op_id.is_some() {
        return Err(Failure::usage("--op-id names one operation, and a station records many"));
    }
    let label = args.label.request(context)?;
    let labels_to = args.labels_to.clone().unwrap_or_default();
    let store = context.store()?;
    let source = if std::io::stdin().is_terminal() { Source::terminal()? } else { Source::pipe() };
    let mut source = source.repairing(context.profile()?);
    let screen = Screen::new(context, source.is_terminal());
    let request = context.request()?;
    let begun = Keeper::begin(context, &store, identity(&request), &request, &mut source, &screen, args.drafts)?;
    let station: Station = serde_json::from_str(&begun.state).unwrap_or_default();
    let request = by_operator(Request { op_id: begun.op_id, ..request }, &station);
    let resumed = begun.resumed.map(|kept| (request, kept));
    let mut keeper = begun.keeper;
    let mut desk = Desk {
        context,
        store: &store,
        screen: &screen,
        source,
        station,
        recorded: Vec::new(),
        documents: Vec::new(),
        last_answer: String::new(),
        label,
        labels_to,
    };
    let ended = desk.run(&mut keeper, resumed);
    end(&mut keeper, &ended);
    tell_leftover(&screen, &mut desk.source);
    ended?;
    if context.globals.json {
        return output::result(&output::json(&json!({ "operations": desk.documents })));
    }
    Ok(())
}

/// A station has one draft: of the batch that is open.
fn identity(request: &Request) -> Identity {
    let mut content = Content::of("station", request);
    content.flag("station", Some(&request.stamp.station));
    let command = content.words().to_owned();
    Identity { content: content.digest(), command, state: String::new() }
}

/// The person whose badge was scanned does it.
fn by_operator(mut request: Request, station: &Station) -> Request {
    if let Some(operator) = station.operator() {
        operator.clone_into(&mut request.stamp.operator);
    }
    request
}

/// A station at work.
struct Desk<'d> {
    context: &'d Context,
    store: &'d Store,
    screen: &'d Screen,
    source: Source,
    station: Station,
    /// What this session has recorded and not taken back, the newest last.
    recorded: Vec<OperationNumber>,
    documents: Vec<Value>,
    last_answer: String,
    label: LabelRequest,
    labels_to: PathBuf,
}

/// What comes after a batch, or instead of one.
enum Next {
    /// The next batch.
    Batch,
    /// A batch that begins with this scan.
    BatchWith(Framed),
    /// Nothing: the input has ended.
    End,
}

impl Desk<'_> {
    fn run(&mut self, keeper: &mut Keeper, resumed: Option<(Request, Vec<Kept>)>) -> Result<(), Failure> {
        if let Some((request, kept)) = resumed {
            let done = self.batch(keeper, &request, Err(kept));
            if let Next::End = self.survive(keeper, done)? {
                return Ok(());
            }
        }
        loop {
            let next = match self.between_batches()? {
                Next::BatchWith(framed) => {
                    let request = self.request()?;
                    keeper.renew(&request, serde_json::to_string(&self.station).unwrap_or_default());
                    let done = self.batch(keeper, &request, Ok(framed));
                    self.survive(keeper, done)?
                }
                other => other,
            };
            if let Next::End = next {
                return Ok(());
            }
        }
    }

    /// What is refused ends a batch, and not the shift; unless scans are kept that nobody would come back to.
    fn survive(&mut self, keeper: &Keeper, done: Result<Next, Failure>) -> Result<Next, Failure> {
        match done {
            Err(Failure::Refused(refused)) if !keeper.has_draft() => {
                refused.listed.iter().for_each(|one| self.refuse(one));
                Ok(Next::Batch)
            }
            other => other,
        }
    }

    fn request(&self) -> Result<Request, Failure> {
        Ok(by_operator(self.context.renewed()?.request()?, &self.station))
    }

    fn between_batches(&mut self) -> Result<Next, Failure> {
        loop {
            let words = self.station.words();
            self.screen.prompt(if words.is_empty() { "mode" } else { &words });
            match self.source.next(self.screen)? {
                Event::Scan(framed) => {
                    if self.interpret(&framed, false)? {
                        return Ok(Next::BatchWith(framed));
                    }
                }
                Event::Blank | Event::Cleared | Event::Typed => {}
                // Nothing is open: the shift is over.
                Event::End | Event::Stop(_) => return Ok(Next::End),
            }
        }
    }

    /// One batch: from its first scan, or from those of a draft.
    fn batch(
        &mut self,
        keeper: &mut Keeper,
        request: &Request,
        begin: Result<Framed, Vec<Kept>>,
    ) -> Result<Next, Failure> {
        let verb = station_verb(&self.station)?;
        let session = Session::new(self.store, &*verb, request)?;
        let mut live = Live::new(session, keeper, self.screen);
        let mut is_done = match begin {
            Ok(framed) => live.take(framed)?,
            Err(kept) => {
                live.resume(&mut self.source, Some(kept))?;
                live.is_complete()
            }
        };
        let (recorded, next) = loop {
            if is_done && let Some(recorded) = live.record(false)? {
                break (recorded, Next::Batch);
            }
            if live.session().is_untouched() {
                return Ok(Next::Batch);
            }
            live.prompt(&format!("{}: ", self.station.words()));
            is_done = match self.source.next(self.screen)? {
                Event::Scan(framed) => self.interpret(&framed, true)? && live.take(framed)?,
                Event::Blank => live.enter()?,
                Event::Cleared | Event::Typed => false,
                Event::Stop(why) => return Err(stopped(why)),
                Event::End => match live.record(true)? {
                    Some(recorded) => break (recorded, Next::End),
                    None => false,
                },
            };
        };
        keeper.remove();
        self.deliver(&recorded)?;
        Ok(next)
    }

    /// Says what was recorded, and remembers it.
    fn deliver(&mut self, recorded: &Recorded) -> Result<(), Failure> {
        let operation = &recorded.operation;
        if !recorded.dry_run && operation.reverses.is_none() {
            self.recorded.push(operation.number);
        }
        for warning in &recorded.warnings {
            self.say("warning", &warning.message);
        }
        self.documents.push(self.store.read(|view| document::recorded(view, recorded, &[]))?);
        self.last_answer = format!("operation {} ({}) is recorded", operation.number, operation.kind);
        if self.context.globals.json {
            return Ok(());
        }
        output::recorded(&document::recorded_text(recorded, &[]), &operation.op_id, operation.number.0)
    }

    fn say(&mut self, word: &str, text: &str) {
        self.screen.answer(word, text, "32");
        text.clone_into(&mut self.last_answer);
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.screen.refuse(refusal);
        self.last_answer.clone_from(&refusal.message);
    }

    /// Does what a scan asks of the station; true when it is one of a batch.
    fn interpret(&mut self, framed: &Framed, is_open: bool) -> Result<bool, Failure> {
        let today = self.context.now().date_naive();
        let named = self.store.read(|view| station_scan(view, framed, &self.station, is_open, today))?;
        let at = |refusal: Refusal| refusal.at(framed.line(), framed.shown());
        match self.station.step(&named, is_open) {
            Step::ForBatch => return Ok(true),
            Step::Changed(said) => self.say("ok", &said),
            Step::Ask(Question::WhatIsThis) => self.screen.answer("what is this?", "scan it", "33"),
            Step::Ask(Question::WhereIsThis) => self.screen.answer("where is this?", "scan it", "33"),
            Step::Ask(Question::PrintItsLabel) => self.screen.answer("print its label", "scan it", "33"),
            Step::Answer(question) => self.answer(question, framed)?,
            Step::UndoOperation => self.undo_operation()?,
            Step::Repeat => {
                let said = self.last_answer.clone();
                self.say("again", if said.is_empty() { "nothing was said yet" } else { &said });
            }
            Step::Refused(refusal) => self.refuse(&at(refusal)),
            Step::Double(refusal) => self.screen.double(&at(refusal)),
        }
        Ok(false)
    }

    fn answer(&mut self, question: Question, framed: &Framed) -> Result<(), Failure> {
        let today = self.context.now().date_naive();
        let said = match question {
            Question::WhatIsThis => self.store.read(|view| what_is(view, framed, today)).map_err(Failure::from),
            Question::WhereIsThis => self.store.read(|view| where_is(view, framed, today)).map_err(Failure::from),
            Question::PrintItsLabel => self.print_label(framed),
        };
        match said {
            Ok(said) => self.say("answer", &said),
            Err(Failure::Refused(refused)) => refused.listed.iter().for_each(|one| self.refuse(one)),
            // Paper is second: what cannot be printed is told, and the shift goes on.
            Err(Failure::Error { message, .. }) if question == Question::PrintItsLabel => self.screen.warn(&message),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    fn print_label(&self, framed: &Framed) -> Result<String, Failure> {
        let now = self.context.renewed()?.now();
        let made = self.store.read(|view| {
            let (kind, code, item) = label_of(view, framed, now.date_naive())?;
            labels_for(view, kind, &[code], item.as_deref(), &self.label, now, &|_, _| {})
        });
        let made = made.map_err(|error: OpError| Failure::from(error))?;
        let free =
            (1..).map(|number| self.labels_to.join(format!("label-{number:04}.pdf"))).find(|path| !path.exists());
        let path = free.unwrap_or_default();
        if self.context.globals.dry_run {
            return Ok(format!("would write {}", path.display()));
        }
        Ok(format!("wrote {}", paper::write(&made, &path, self.context)?.join(", ")))
    }

    fn undo_operation(&mut self) -> Result<(), Failure> {
        let Some(number) = self.recorded.last().copied() else {
            let message = "this station has recorded nothing since it was started, or all of it is taken back";
            self.refuse(&Refusal::new(Code::NothingToUndo, message, "scantrail undo OPERATION --reason TEXT"));
            return Ok(());
        };
        let mut request = self.request()?;
        request.reason.get_or_insert_with(|| "taken back at the station".to_owned());
        match undo(self.store, number, &request) {
            Ok(recorded) => {
                self.recorded.pop();
                self.deliver(&recorded)
            }
            Err(OpError::Refused(refused)) => {
                refused.listed.iter().for_each(|one| self.refuse(one));
                Ok(())
            }
            Err(error) => Err(Failure::from(error).repeat_with(&request.op_id)),
        }
    }
}
