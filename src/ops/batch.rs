//! A batch of scans as one operation: read whole, judged under the write lock, recorded all or nothing.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::rc::Rc;

use chrono::NaiveDate;
use serde_json::Value;

use super::held;
use super::house::House;
use super::lookup::Lookup;
use super::lot::typed_lot;
use super::numbers::{NewNumbers, Numbers};
use super::out_of_order::OutOfOrderPicks;
use super::put_away::put_away;
use super::record::{Content, Recorded, Request, Warning, record};
use super::{OpError, Result, resolve};
use crate::codes::{Command, Kind, Profile, Reading};
use crate::ledger::{Code, Movement, OrderPlan, Receipt, Refusal, Refused, Verb};
use crate::model::{LotDates, OperationNumber, OrderId, PartnerId, Place, PlaceId, PlaceKind, Stamp};
use crate::scan::range::Range;
use crate::scan::{
    Accepted, Conversation, Framed, Framer, Line, OutOfOrder, Plan, Scan, ScanRef, Scans, Stumble, Then, frames_by,
    repaired, shown,
};
use crate::store::{LotStatement, Store, View, Writer};

/// What is to be recorded, once it is decided.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The kind of the operation.
    pub kind: &'static str,
    /// On which order.
    pub order: Option<OrderId>,
    /// With whom.
    pub partner: Option<PartnerId>,
    /// Under which invoice.
    pub invoice: Option<String>,
    /// What else is recorded, as JSON.
    pub detail: Option<String>,
    /// The operation that is taken back.
    pub reverses: Option<OperationNumber>,
    /// What moves.
    pub movements: Vec<Movement>,
    /// The dates that are stated for lots.
    pub lot_dates: Vec<LotStatement>,
    /// The scans as they arrived, with a line feed between two.
    pub scans: Option<Vec<u8>>,
    /// What people should know although it is recorded.
    pub warnings: Vec<Warning>,
}

impl Draft {
    /// Adds rows to what else is recorded, where there are any.
    fn add_detail(&mut self, name: &str, rows: Vec<Value>) {
        if rows.is_empty() {
            return;
        }
        let detail = self.detail.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let mut detail: serde_json::Map<String, Value> = detail.unwrap_or_default();
        detail.insert(name.to_owned(), rows.into());
        self.detail = Some(Value::Object(detail).to_string());
    }
}

/// What all commands that take scans may be given for the whole batch.
#[derive(Debug, Clone, Default)]
pub struct BatchOptions {
    /// The only item.
    pub item: Option<String>,
    /// The only lot.
    pub lot: Option<String>,
    /// Its dates.
    pub dates: LotDates,
    /// Serials may look like the codes of items.
    pub allow_odd_serials: bool,
    /// Ranges such as `SN100..SN149` are taken without being asked for.
    pub ranges: bool,
    /// A scan with several readings is taken as its best one, and not refused.
    pub accept_guess: bool,
}

/// What a verb adds to the plan of a batch.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Where goods leave from; for a return, the customer's place.
    pub from: Option<Rc<Place>>,
    /// Where goods go.
    pub to: Option<Rc<Place>>,
    /// The only kind of place that they may go to.
    pub to_kind: Option<PlaceKind>,
    /// The only places that lots and untracked goods may leave, the first of them first.
    pub sources: Vec<PlaceId>,
    /// The order.
    pub order: Option<OrderPlan>,
    /// The customer that goods leave for.
    pub customer: Option<PartnerId>,
    /// The supplier that goods come from or go back to, and its end of the ledger.
    pub supplier: Option<(PartnerId, PlaceId)>,
    /// The customer takes only goods that are good for so many days more.
    pub minimum_life: u32,
    /// The day of the operation, where goods must be good on it.
    pub day: Option<NaiveDate>,
    /// Dates that differ from what is known of a lot are taken as its correction.
    pub correct_dates: bool,
}

/// A command that takes scans.
pub trait ScanVerb {
    /// Its verb.
    fn verb(&self) -> Verb;
    /// What all such commands may be given.
    fn options(&self) -> &BatchOptions;
    /// The order that its flags name.
    fn order(&self) -> Option<&str>;
    /// True when held and expired goods are taken all the same.
    fn overrides_hold(&self) -> bool {
        false
    }
    /// Adds its own flags to the content of the op id.
    fn describe(&self, content: &mut Content);
    /// Resolves its flags.
    ///
    /// # Errors
    /// What is unknown or does not fit.
    fn frame(&self, view: &View<'_>) -> Result<Frame>;
    /// Which numbers it makes while goods are received, and the document that came with them.
    fn numbers(&self) -> Option<(&Numbers, Option<&str>)> {
        None
    }
    /// Turns accepted lines into movements.
    ///
    /// # Errors
    /// What the rules refuse for the batch as a whole.
    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft>;
}

/// Reads a stream to its end, cuts it into scans, and undoes what the station's scanner and host do to them.
///
/// # Errors
/// [`OpError::File`] when the stream fails.
pub fn read_scans(reader: impl BufRead, name: &str, profile: &Profile) -> Result<Scans> {
    let framer = Framer::new().keeping_tabs(profile.keeps_tabs());
    let mut scans = Scans::default();
    for (index, framed) in frames_by(reader, framer).enumerate() {
        let mut framed = framed.map_err(|error| OpError::File { what: name.to_owned(), why: error.to_string() })?;
        if let (0, Framed::Scan(first)) = (index, &mut framed)
            && first.bytes.starts_with(BYTE_ORDER_MARK)
        {
            first.bytes.drain(..BYTE_ORDER_MARK.len());
        }
        scans.extend(repaired(framed, profile));
    }
    Ok(scans)
}

/// What some editors put before the text of a file; it says how the file is encoded and belongs to no scan.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Records a batch of scans as one operation.
///
/// # Errors
/// Every refusal of the stream, each with its line; `op-id-reused`; what the database says.
pub fn record_batch(store: &Store, verb: &dyn ScanVerb, request: &Request, scans: &Scans) -> Result<Recorded> {
    let digest = content(verb, request, scans).digest();
    let mut warnings = Vec::new();
    let recorded = record(store, request, digest, |writer| {
        if let Some(order) = verb.order() {
            resolve::lock_order(writer, order)?;
        }
        let frame = Frame { day: Some(request.stamp.day()), ..verb.frame(writer)? };
        let house = House::of(writer, request.stamp.recorded_at.date_naive())?;
        let mut plan = plan(writer, verb, &frame, request, &house)?;
        let made = match verb.numbers().filter(|(numbers, _)| numbers.are_wanted()) {
            Some((numbers, document)) => numbers.make(writer, &plan, &frame, document, request)?,
            None => NewNumbers::default(),
        };
        plan.lot = made.lot.or(plan.lot);
        let (lines, found) =
            judge_stream(writer, plan, &frame, &Parts { made: &made.scans, scans }, &house, verb.options())?;
        warnings = found;
        warnings.extend(dates_of_several_lots(verb.options(), &lines));
        warnings.extend(repaired_scans(scans));
        let out_of_order = OutOfOrderPicks::of(&lines);
        warnings.extend(out_of_order.warnings);
        let mut draft = verb.post(writer, &frame, lines)?;
        draft.add_detail("out_of_order", out_of_order.rows);
        warnings.append(&mut draft.warnings);
        let mut put_away_warnings = Vec::new();
        if matches!(verb.verb(), Verb::Receive | Verb::Return | Verb::Transfer) {
            let found = put_away(writer, &draft.movements)?;
            if verb.verb() != Verb::Transfer {
                draft.add_detail("put_away", found.rows);
            }
            put_away_warnings = found.warnings;
        }
        warnings.extend(held::on_arrival(writer, receipt(verb, &frame, &request.stamp), &mut draft)?);
        warnings.extend(put_away_warnings);
        if verb.overrides_hold() {
            held::write_down(writer, &request.stamp, &mut draft)?;
        }
        Ok(Draft { scans: Some(raw(scans)), ..draft })
    })?;
    warnings.extend(recorded.warnings);
    Ok(Recorded { warnings, ..recorded })
}

/// How many scans the station's profile changed: people should know that what is recorded is not what arrived.
fn repaired_scans(scans: &Scans) -> Option<Warning> {
    let changed = |framed: &&Framed| matches!(framed, Framed::Scan(Scan { arrived: Some(_), .. }));
    let count = scans.others().filter(changed).count();
    let scans = if count == 1 { "1 scan was".to_owned() } else { format!("{count} scans were") };
    let message = format!("{scans} repaired by the profile of this station's scanner");
    (count > 0).then_some(Warning { code: "repaired-scans", line: None, scan: None, message })
}

/// How the goods of a receipt come in.
fn receipt(verb: &dyn ScanVerb, frame: &Frame, stamp: &Stamp) -> Option<Receipt> {
    let supplier = frame.supplier.map(|(partner, _)| partner);
    (verb.verb() == Verb::Receive).then(|| Receipt { supplier, at: stamp.at.timestamp() })
}

/// `--expires` and `--made` hold for the whole batch, which is seldom meant for more than one lot.
fn dates_of_several_lots(options: &BatchOptions, lines: &[Line]) -> Option<Warning> {
    let lots: BTreeSet<_> = lines.iter().filter_map(|line| Some((&line.item.sku, &line.lot.as_ref()?.code))).collect();
    if options.lot.is_some() || options.dates.is_empty() || lots.len() < 2 {
        return None;
    }
    let named: Vec<String> = lots.iter().map(|(sku, lot)| format!("{lot} of {sku}")).collect();
    let message = format!("the dates of the command line were given to {} lots: {}", lots.len(), named.join(", "));
    Some(Warning { code: "dates-of-several-lots", line: None, scan: None, message })
}

/// Scans as they are kept: what arrived, then, where that differs, what it was repaired to and the reading that was chosen.
/// Line feeds and carriage returns end scans, so that neither stands within one.
fn raw(scans: &Scans) -> Vec<u8> {
    let mut kept = Vec::new();
    for (index, framed) in scans.iter().enumerate() {
        if index > 0 {
            kept.push(b'\n');
        }
        kept.extend(framed.arrived());
        let Framed::Scan(scan) = framed else { continue };
        let repaired = (scan.arrived.is_some() || scan.chosen.is_some()).then_some(scan.bytes);
        for part in repaired.into_iter().chain(scan.chosen.map(String::into_bytes)) {
            kept.push(b'\r');
            kept.extend(part);
        }
    }
    kept
}

/// What a batch is apart from its scans: the digest that is the same for the same command and flags, and both in words.
pub fn command_of(verb: &dyn ScanVerb, request: &Request) -> ([u8; 32], String) {
    let content = content(verb, request, &Scans::default());
    let words = content.words().to_owned();
    (content.digest(), words)
}

fn content(verb: &dyn ScanVerb, request: &Request, scans: &Scans) -> Content {
    let command = match verb.verb() {
        Verb::ReturnToSupplier => "return --to-supplier",
        other => other.word(),
    };
    let mut content = Content::of(command, request);
    let options = verb.options();
    content.flag("item", options.item.as_deref());
    content.flag("lot", options.lot.as_deref());
    content.flag("expires", options.dates.expires.map(|date| date.to_string()).as_deref());
    content.flag("made", options.dates.made.map(|date| date.to_string()).as_deref());
    content.switch("allow-odd-serials", options.allow_odd_serials);
    content.switch("ranges", options.ranges);
    content.switch("accept-guess", options.accept_guess);
    verb.describe(&mut content);
    for scan in scans.iter() {
        content.bytes(scan.bytes());
        if let Framed::Scan(Scan { chosen: Some(chosen), .. }) = scan {
            content.flag("reading", Some(&chosen));
        }
    }
    content
}

pub(super) fn plan(
    view: &View<'_>,
    verb: &dyn ScanVerb,
    frame: &Frame,
    request: &Request,
    house: &House,
) -> Result<Plan> {
    let options = verb.options();
    let lot =
        options.lot.as_deref().map(|text| typed_lot(view, house, text)).transpose()?.transpose().map_err(|error| {
            Refusal::new(Code::NotValid, format!("--lot is not a lot: {error}"), "give the text on the label")
        })?;
    Ok(Plan {
        verb: verb.verb(),
        item: options.item.as_deref().map(|text| resolve::item(view, text)).transpose()?,
        lot,
        dates: options.dates,
        from: frame.from.clone(),
        to: frame.to.clone(),
        to_kind: frame.to_kind,
        sources: frame.sources.clone(),
        order: frame.order.clone(),
        day: request.stamp.day(),
        minimum_life: frame.minimum_life,
        correct_dates: frame.correct_dates,
        out_of_order: if house.enforces_picking_order() { OutOfOrder::Refused } else { OutOfOrder::Told },
        reason: request.reason.clone(),
        allow_odd_serials: options.allow_odd_serials,
        override_hold: verb.overrides_hold(),
    })
}

/// A stream under way: what is refused does not stop it, so that everything wrong is told at once.
struct Stream<'v, 'c> {
    lookup: Lookup<'v, 'c>,
    conversation: Conversation,
    options: &'v BatchOptions,
    refusals: Refused,
    warnings: Vec<Warning>,
    passed_over: usize,
}

/// The scans of a batch: those of numbers that are made for it, then those that were read.
struct Parts<'s> {
    made: &'s [Framed],
    scans: &'s Scans,
}

impl Parts<'_> {
    fn len(&self) -> usize {
        self.made.len() + self.scans.len()
    }

    fn get(&self, index: usize) -> Option<Framed> {
        self.made.get(index).cloned().or_else(|| self.scans.get(index.checked_sub(self.made.len())?))
    }
}

/// So many scans are read and looked up together: what is known of them is given up before the next ones.
const LOOKED_UP_TOGETHER: usize = 8_192;

fn judge_stream(
    view: &View<'_>,
    plan: Plan,
    frame: &Frame,
    scans: &Parts<'_>,
    house: &House,
    options: &BatchOptions,
) -> Result<(Vec<Line>, Vec<Warning>)> {
    let lookup = Lookup::new(view, plan.verb, frame, house.today())?;
    let mut refusals = Refused::default();
    let kept = without_undone(scans, house, &mut refusals)?;
    let conversation = Conversation::new(plan);
    let mut stream = Stream { lookup, conversation, options, refusals, warnings: Vec::new(), passed_over: 0 };
    for (number, part) in kept.chunks(LOOKED_UP_TOGETHER).enumerate() {
        if number > 0 {
            view.forget_found();
        }
        let read: Vec<_> =
            part.iter().filter_map(|index| scans.get(*index)).map(|framed| house.read(&framed)).collect();
        stream.lookup.look_ahead(read.iter().filter_map(|(_, reading)| reading.as_ref().ok()))?;
        for (scan, reading) in read {
            stream.take(&scan, reading)?;
        }
    }
    stream.finish()
}

impl Stream<'_, '_> {
    fn take(&mut self, scan: &ScanRef, reading: std::result::Result<Reading, Refusal>) -> Result<()> {
        let was_passing = self.conversation.is_passing_over();
        match self.step(scan, reading)? {
            Ok(_) if was_passing && self.conversation.is_passing_over() => self.passed_over += 1,
            Ok(accepted) => {
                self.tell_passed_over();
                self.warnings.extend(Warning::unused(scan, &accepted.unused));
            }
            Err(stumble) => self.refuse(stumble, was_passing),
        }
        Ok(())
    }

    fn step(
        &mut self,
        scan: &ScanRef,
        reading: std::result::Result<Reading, Refusal>,
    ) -> Result<std::result::Result<Accepted, Stumble>> {
        let reading = match reading {
            Ok(reading) => reading,
            Err(refusal) => return Ok(Err(self.conversation.unreadable(refusal, scan))),
        };
        let (reading, known) = match self.lookup.certain(&self.conversation, reading, self.options.accept_guess)? {
            Ok(certain) => certain,
            Err(refusal) => return Ok(Err(self.conversation.unreadable(refusal, scan))),
        };
        self.warnings.extend(Warning::odd(scan, &reading));
        match self.conversation.range(scan, &reading, &known) {
            Some(Ok(range)) if self.options.ranges => return self.take_range(scan, &range),
            Some(Ok(range)) => {
                return Ok(Err(Stumble {
                    refusal: range_refusal(&range).at(scan.line, scan.shown.clone()),
                    then: Then::TakeSlots(u16::try_from(range.count()).unwrap_or(u16::MAX)),
                }));
            }
            Some(Err(stumble)) => return Ok(Err(stumble)),
            None => {}
        }
        match self.conversation.step(scan, &reading, &known) {
            Err(stumble) if stumble.then == Then::Again => {
                self.refuse(stumble, false);
                Ok(self.conversation.step(scan, &reading, &known))
            }
            other => Ok(other),
        }
    }

    fn take_range(&mut self, scan: &ScanRef, range: &Range) -> Result<std::result::Result<Accepted, Stumble>> {
        for serial in range.serials() {
            let scan = ScanRef { line: scan.line, shown: shown(serial.as_bytes()) };
            let (reading, known) = self.lookup.know(&self.conversation, plain(serial))?;
            if let Err(stumble) = self.conversation.step(&scan, &reading, &known) {
                self.refuse(stumble, false);
            }
        }
        Ok(Ok(Accepted { said: String::new(), unused: Vec::new() }))
    }

    fn refuse(&mut self, stumble: Stumble, was_passing: bool) {
        if !was_passing || !self.conversation.is_passing_over() {
            self.tell_passed_over();
        }
        self.conversation.go_on(&stumble);
        self.refusals.push(stumble.refusal);
    }

    fn tell_passed_over(&mut self) {
        let last = self.refusals.listed.last_mut().filter(|_| self.refusals.more == 0);
        if let (Some(last), 1..) = (last, self.passed_over) {
            let scans = match self.passed_over {
                1 => "1 scan after it was".to_owned(),
                many => format!("{many} scans after it were"),
            };
            last.message = format!("{} ({scans} passed over)", last.message);
        }
        self.passed_over = 0;
    }

    fn finish(mut self) -> Result<(Vec<Line>, Vec<Warning>)> {
        self.tell_passed_over();
        if let Err(missing) = self.conversation.finish()
            && (self.refusals.is_empty() || self.conversation.is_open())
        {
            self.refusals.push(missing);
        }
        if self.refusals.is_empty() {
            return Ok((self.conversation.into_lines().1, self.warnings));
        }
        Err(self.refusals.into())
    }
}

/// A plain text that nobody scanned as such: a serial of a range.
pub(super) fn plain(text: String) -> Reading {
    Reading { text, ..Reading::default() }
}

/// A range in a pipe, where nobody can look at it before it counts.
fn range_refusal(range: &Range) -> Refusal {
    let (count, first, last) = (range.count(), range.first(), range.last());
    let message =
        format!("this is one serial, or the {count} serials {} to {}", shown(first.as_bytes()), shown(last.as_bytes()));
    Refusal::new(Code::AmbiguousScan, message, "--ranges takes it as a range, --allow-odd-serials as one serial")
}

/// The numbers of the scans that count, after "undo the last scan" took others back.
fn without_undone(scans: &Parts<'_>, house: &House, refusals: &mut Refused) -> Result<Vec<usize>> {
    let mut kept: Vec<usize> = Vec::with_capacity(scans.len());
    for (index, framed) in (0..scans.len()).filter_map(|index| Some((index, scans.get(index)?))) {
        match command(&framed, house) {
            Some(Command::UndoLastScan) => {
                if kept.pop().is_none() {
                    let (scan, _) = house.read(&framed);
                    let refusal = Refusal::new(Code::NothingToUndo, "there is no scan before it", "go on scanning");
                    refusals.push(refusal.at(scan.line, scan.shown));
                }
            }
            Some(Command::Cancel) => {
                let (scan, _) = house.read(&framed);
                let refusal =
                    Refusal::new(Code::Cancelled, "the batch was cancelled by scan", "begin again when ready");
                return Err(refusal.at(scan.line, scan.shown).into());
            }
            _ => kept.push(index),
        }
    }
    Ok(kept)
}

/// The command of a scan. Most scans are none, which their first letters tell.
fn command(framed: &Framed, house: &House) -> Option<Command> {
    let Framed::Scan(scan) = framed else { return None };
    if !scan.bytes.windows(4).take(8).any(|window| window.eq_ignore_ascii_case(b"SCAN")) {
        return None;
    }
    match house.read_scan(scan).whole() {
        Ok(Reading { kind: Kind::Command(command), .. }) => Some(command),
        _ => None,
    }
}
