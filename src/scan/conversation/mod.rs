//! The conversation between a scanner and the ledger, as a state machine without I/O.
//!
//! Each step takes one scan with what the store knows of it, and either changes the state or gives a [`Stumble`] and
//! changes nothing, so that a live station asks for the same slot again. In a pipe nobody can scan again: there
//! [`Conversation::go_on`] says how a stumble affects the slots, and the rest of the stream is still checked.
//!
//! | due | what may come | next |
//! |---|---|---|
//! | opening | place, item, quantity (known goods), DONE | opening, quantity, lot, serial |
//! | unit or quantity | quantity of the group that one unit opened, its lot, else as opening | lot, serial, opening |
//! | quantity | plain decimal, GS1 (30) | lot, serial, opening |
//! | lot | text, GS1 (10) | serial, opening |
//! | serial | text, GS1 (21) | serial, opening |

mod close;
mod judge;
mod slots;
#[cfg(test)]
mod tests;
mod unused;
mod words;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::group::{Count, GroupLot, Line, OpenGroup};
use super::range::Range;
use super::{Known, Plan, ScanRef, Wants};
use crate::codes::{Command, Kind, Reading};
use crate::ledger::{Code, Refusal, Spot};
use crate::model::{Item, ItemId, LotCode, LotDates, LotId, Place, Quantity, SerialCode};

/// Which scan is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A place, an item, or DONE.
    Opening,
    /// The quantity of a group that one unit opened, or what may come at an opening.
    UnitOrQuantity,
    /// A quantity.
    Quantity,
    /// A lot.
    Lot,
    /// The serial with this number, of so many.
    Serial(usize, usize),
    /// The measure of the unit with this number, of so many.
    Measure(usize, usize),
    /// Nothing: DONE was scanned.
    Nothing,
}

/// How a refused scan affects the slots when nobody can scan again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The slot stays open: it was a scan of the wrong kind.
    Stay,
    /// It takes the slot: it was of the right kind.
    TakeSlot,
    /// It takes so many slots: it stands for as many units.
    TakeSlots(u16),
    /// The scans up to the next known item or place are passed over.
    PassOver,
    /// What was refused does not hang on this scan alone: it is told once, and the scan is judged again without it.
    Again,
    /// The batch ends.
    End,
}

/// A refused scan, and what follows from it in a pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stumble {
    /// What was refused.
    pub refusal: Refusal,
    /// What follows.
    pub then: Then,
}

/// What an accepted scan said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// In words.
    pub said: String,
    /// What it holds, or what was said for the whole batch, and its group has no use for.
    pub unused: Vec<String>,
}

/// DONE as people type it. It is no lot and no serial either, unless odd serials are allowed: a batch that ends too early
/// would otherwise be recorded with a unit called DONE.
const DONE: &str = "done";

type Step = Result<String, Stumble>;

fn stumble(refusal: Refusal, scan: &ScanRef, then: Then) -> Stumble {
    Stumble { refusal: refusal.at(scan.line, scan.shown.clone()), then }
}

/// The state of a batch that is being scanned.
#[derive(Clone)]
pub struct Conversation {
    plan: Plan,
    lines: Vec<Line>,
    open: Option<OpenGroup>,
    place: Option<Rc<Place>>,
    /// A place was refused: the groups after it are not blamed for having none.
    place_was_refused: bool,
    passing_over: bool,
    /// A serial was refused, and its measure is to be passed over, also where it was the last one of its group.
    passes_measure: bool,
    is_done: bool,
    seen: HashSet<(ItemId, SerialCode)>,
    counted: HashMap<ItemId, Quantity>,
    taken: HashMap<(ItemId, Option<LotId>, Spot), Quantity>,
    /// What was said of lots, and whether it corrects what is known.
    stated: HashMap<(ItemId, LotCode), (LotDates, bool)>,
}

impl Conversation {
    /// Begins a batch.
    pub fn new(plan: Plan) -> Conversation {
        Conversation {
            plan,
            lines: Vec::new(),
            open: None,
            place: None,
            place_was_refused: false,
            passing_over: false,
            passes_measure: false,
            is_done: false,
            seen: HashSet::new(),
            counted: HashMap::new(),
            taken: HashMap::new(),
            stated: HashMap::new(),
        }
    }

    /// Which scan is due.
    pub fn due(&self) -> Due {
        if self.is_done {
            return Due::Nothing;
        }
        match &self.open {
            None => Due::Opening,
            Some(group) if group.may_be_counted() => Due::UnitOrQuantity,
            Some(group) if group.count == Count::Due => Due::Quantity,
            Some(group) if group.needs_lot() => Due::Lot,
            Some(group) if group.is_measure_due() => Due::Measure(group.filled_slots(), group.wanted_serials()),
            Some(group) => Due::Serial(group.filled_slots() + 1, group.wanted_serials()),
        }
    }

    /// What the batch is about.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The item of the open group, for prompts.
    pub fn open_item(&self) -> Option<&Rc<Item>> {
        self.open.as_ref().and_then(|group| group.item.as_ref())
    }

    /// The finished groups.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The finished groups, taking the conversation apart.
    pub fn into_lines(self) -> (Plan, Vec<Line>) {
        (self.plan, self.lines)
    }

    /// True inside a group.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// True after DONE.
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// True while scans are passed over after a refused item or quantity.
    pub fn is_passing_over(&self) -> bool {
        self.passing_over
    }

    /// What must be looked up for a scan that names `item`, if any.
    pub fn wants(&self, reading: &Reading, item: Option<&Rc<Item>>) -> Wants {
        let due = self.due();
        let opens = matches!(due, Due::Opening | Due::UnitOrQuantity);
        let group_item = self.open_item().cloned();
        let target = match item {
            Some(item) if opens => Some(item.clone()),
            _ if due == Due::Opening => self.plan.item.clone(),
            _ => group_item,
        };
        let continues = !(opens && item.is_some());
        let slot_text = |is_due: bool| reading.plain().filter(|_| is_due && continues);
        let is_lot_due = due == Due::Lot || (due == Due::UnitOrQuantity && self.is_lot_open());
        let by_lot = target.as_ref().is_some_and(|item| item.tracking.by_lot());
        let by_serial = target.as_ref().is_some_and(|item| item.tracking.by_serial());
        let lot = reading
            .lot
            .clone()
            .or_else(|| slot_text(is_lot_due).and_then(|text| LotCode::new(text).ok()))
            .or_else(|| self.open.as_ref().filter(|_| continues).and_then(OpenGroup::known_lot))
            .or_else(|| self.plan.lot.clone());
        let serial = reading.serial.clone().or_else(|| {
            slot_text(matches!(due, Due::Serial(..)) || self.is_serial_open())
                .and_then(|text| SerialCode::new(text).ok())
        });
        let any_item = target.is_none() && matches!(due, Due::Serial(..));
        Wants {
            lot: lot.filter(|_| by_lot),
            serial: serial.filter(|_| by_serial || any_item),
            stock: target.is_some() && !by_serial && self.plan.verb.moves_known_goods(),
            item: target,
        }
    }

    /// The slot that the next scan fills, in a word that does not change, with the item of the open group. A scan that is
    /// judged again must fill the same one.
    pub fn slot(&self) -> String {
        let word = match self.due() {
            Due::Opening => "opening",
            Due::UnitOrQuantity => "unit",
            Due::Quantity => "quantity",
            Due::Lot => "lot",
            Due::Serial(..) => "serial",
            Due::Measure(..) => "measure",
            Due::Nothing => "nothing",
        };
        match self.open_item() {
            Some(item) => format!("{word} {}", item.sku),
            None => word.to_owned(),
        }
    }

    /// The serials that a scan stands for, where a serial is due and it is written like a range. A text that is known as
    /// a whole is none, and `FIRST+MORE` only where so many serials are due: other serials look so too.
    ///
    /// # Errors
    /// A range that is not well formed or has more serials than are due.
    pub fn range(&self, scan: &ScanRef, reading: &Reading, known: &Known) -> Option<Result<Range, Stumble>> {
        let Due::Serial(next, wanted) = self.due() else { return None };
        if self.open.as_ref().is_some_and(|group| group.needs_measures) {
            return None;
        }
        let text = reading.plain().filter(|_| !self.plan.allow_odd_serials)?;
        if !known.serials.is_empty() || known.item.is_some() || known.place.is_some() {
            return None;
        }
        let left = (wanted + 1).saturating_sub(next);
        let found = Range::parse(text)?;
        let fits = found.as_ref().is_ok_and(|range| (2..=left).contains(&range.count()));
        if !fits && !Range::is_plain_to_see(text) {
            return None;
        }
        let hint = "look at both ends; if it is one serial with this text, allow it: --allow-odd-serials";
        let refused = |message: String| stumble(Refusal::new(Code::NotValid, message, hint), scan, Then::TakeSlot);
        Some(match found {
            Ok(range) if fits || range.count() <= left => Ok(range),
            Ok(range) => Err(refused(format!("this is a range of {} serials, and {left} are due", range.count()))),
            Err(fault) => Err(refused(format!("this is written like a range of serials, but {fault}"))),
        })
    }

    /// True when a pack was scanned, and the first of its serials may come as well as a quantity.
    fn is_serial_open(&self) -> bool {
        let is_open = |group: &OpenGroup| group.may_be_counted() && !group.needs_lot() && !group.is_complete();
        self.open.as_ref().is_some_and(is_open)
    }

    /// How many units are in the pack that was scanned last, while a quantity may follow.
    pub fn open_pack(&self) -> Option<Quantity> {
        self.open.as_ref().filter(|group| group.may_be_counted()).and_then(|group| group.pack)
    }

    fn is_lot_open(&self) -> bool {
        self.open.as_ref().is_some_and(OpenGroup::needs_lot)
    }

    /// Takes one scan.
    ///
    /// # Errors
    /// A [`Stumble`]; nothing has changed.
    pub fn step(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Result<Accepted, Stumble> {
        let due = self.due();
        let group_item = self.open_item().cloned();
        let was_passing = self.passing_over;
        let said = self.judge_scan(scan, reading, known)?;
        let item = known.item.as_ref().filter(|_| matches!(due, Due::Opening | Due::UnitOrQuantity));
        let item = item.or(group_item.as_ref()).or(self.plan.item.as_ref());
        let item = item.or(known.serials.first().map(|(item, _)| item));
        if was_passing && self.passing_over {
            return Ok(Accepted { said, unused: Vec::new() });
        }
        let mut unused = unused::unused(reading, due, item.map(Rc::as_ref), known.item.is_some());
        let opened = self.open_item().is_some() && group_item.is_none() || known.item.is_some();
        if let Some(item) = item.filter(|item| opened && !item.tracking.by_lot()) {
            unused.extend(self.plan.lot.as_ref().map(|lot| format!("--lot {lot}, because {} has no lots", item.sku)));
            if !self.plan.dates.is_empty() {
                unused.push(format!("--expires and --made, because {} has no lots", item.sku));
            }
        }
        Ok(Accepted { said, unused })
    }

    fn judge_scan(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        if self.is_done {
            let refusal = Refusal::new(Code::ScanAfterDone, "DONE was scanned before it", "begin a new batch for it");
            return Err(stumble(refusal, scan, Then::Stay));
        }
        if reading.kind == Kind::Command(Command::Done) {
            return self.done(scan);
        }
        if self.passing_over {
            if known.item.is_none() && known.place.is_none() && !self.is_typed_done(reading) {
                return Ok("passed over".to_owned());
            }
            self.passing_over = false;
        }
        if let Kind::Command(command) = reading.kind {
            return self.command(command, scan, known);
        }
        let due = self.due();
        let is_measure = reading.plain().is_some_and(Quantity::looks_like_one)
            && (matches!(due, Due::Serial(..)) || (known.item.is_none() && known.place.is_none()));
        if std::mem::take(&mut self.passes_measure) && is_measure {
            return Ok("the measure of the refused unit is passed over".to_owned());
        }
        match due {
            Due::UnitOrQuantity => self.after_unit(scan, reading, known),
            Due::Quantity => self.quantity(scan, reading, known),
            Due::Lot => self.lot(scan, reading, known),
            Due::Serial(..) => self.serial(scan, reading, known),
            Due::Measure(..) => self.measure(scan, reading),
            Due::Opening | Due::Nothing => self.opening(scan, reading, known),
        }
    }

    /// A quantity that was scanned as a command; every other command means nothing inside of a batch.
    fn command(&mut self, command: Command, scan: &ScanRef, known: &Known) -> Step {
        let due = self.due();
        if let (Command::Quantity(count), Due::Opening | Due::UnitOrQuantity | Due::Quantity) = (command, due) {
            let reading = Reading { text: count.to_string(), ..Reading::default() };
            return match due {
                Due::Opening => self.opening(scan, &reading, known),
                Due::Quantity => self.quantity(scan, &reading, known),
                _ => self.after_unit(scan, &reading, known),
            };
        }
        let what = match command {
            Command::Quantity(_) | Command::Digit(_) | Command::Enter => "a quantity",
            Command::Mode(_)
            | Command::Question(_)
            | Command::Badge(_)
            | Command::Repeat
            | Command::UndoLastOperation => "a command of `scantrail station`",
            Command::Done | Command::Cancel | Command::UndoLastScan => "a command",
        };
        let due = match due {
            Due::Serial(..) => "a serial is due",
            Due::Measure(..) => "a measure is due",
            Due::Lot => "a lot is due",
            _ => "a scan of the batch is due",
        };
        let hint = "scan the label on the goods; this one counts for nothing";
        Err(stumble(Refusal::new(Code::CommandNotHere, format!("{due}, and this is {what}"), hint), scan, Then::Stay))
    }

    /// What a scan that cannot be read does to the slots.
    pub fn unreadable(&self, refusal: Refusal, scan: &ScanRef) -> Stumble {
        let then = match self.due() {
            _ if self.passing_over => Then::Stay,
            Due::Serial(..) | Due::Measure(..) | Due::Lot => Then::TakeSlot,
            Due::Nothing => Then::Stay,
            Due::Opening | Due::UnitOrQuantity | Due::Quantity => Then::PassOver,
        };
        stumble(refusal, scan, then)
    }

    /// Goes on after a stumble when nobody can scan again.
    pub fn go_on(&mut self, stumble: &Stumble) {
        match stumble.then {
            Then::Stay => {}
            Then::TakeSlot => self.take_slot(),
            Then::TakeSlots(count) => (0..count).for_each(|_| self.take_slot()),
            Then::Again => self.place_was_refused = true,
            Then::PassOver => {
                self.place_was_refused |= matches!(stumble.refusal.code, Code::UnknownLocation | Code::PlaceDoesNotFit);
                self.open = None;
                self.passing_over = true;
            }
            Then::End => {
                self.open = None;
                self.is_done = true;
            }
        }
    }

    fn take_slot(&mut self) {
        let Some(group) = self.open.as_mut() else { return };
        if group.needs_lot() && !matches!(group.count, Count::Due) {
            group.lot = GroupLot::Refused;
        } else if group.is_measure_due() {
            group.serials.pop();
            group.refused_slots += 1;
        } else {
            group.refused_slots += 1;
            self.passes_measure = group.needs_measures;
        }
        if group.is_complete() {
            self.open = None;
        }
    }

    /// Ends the batch at the end of the stream.
    ///
    /// # Errors
    /// `batch-incomplete`.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        if self.is_done {
            return Ok(());
        }
        self.close_unit().map_err(|stumble| stumble.refusal)?;
        if let Some(missing) = self.missing() {
            return Err(missing);
        }
        self.is_done = true;
        Ok(())
    }

    fn is_typed_done(&self, reading: &Reading) -> bool {
        !self.plan.allow_odd_serials && reading.plain().is_some_and(|text| text.eq_ignore_ascii_case(DONE))
    }

    fn done(&mut self, scan: &ScanRef) -> Step {
        self.close_unit()?;
        if let Some(missing) = self.missing() {
            return Err(stumble(missing, scan, Then::End));
        }
        self.passing_over = false;
        self.is_done = true;
        Ok("done".to_owned())
    }

    /// What is missing before the batch can be recorded.
    fn missing(&self) -> Option<Refusal> {
        let message = match (&self.open, self.due()) {
            (Some(group), Due::Quantity) => format!("the quantity of {} is missing", group.name()),
            (Some(group), Due::Lot | Due::UnitOrQuantity) if group.needs_lot() => {
                format!("the lot of {} is missing", group.name())
            }
            (Some(group), Due::Measure(..)) => {
                let serial = group.serials.last().map_or_else(String::new, |(_, serial)| serial.code.to_string());
                format!("the measure of {} {serial} is missing", group.name())
            }
            (Some(group), Due::Serial(..) | Due::UnitOrQuantity) => {
                let (name, filled, wanted) = (group.name(), group.filled_slots(), group.wanted_serials());
                format!("{name} is incomplete: serials {filled} of {wanted}")
            }
            _ if self.lines.is_empty() && !self.passing_over => "nothing was scanned".to_owned(),
            _ => return None,
        };
        Some(Refusal::new(Code::BatchIncomplete, message, "scan what is missing, then send the whole batch again"))
    }
}
