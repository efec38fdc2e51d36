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

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::group::{Count, GroupLot, Line, LineLot, LineSerial, OpenGroup};
use super::{Known, Plan, ScanRef, Wants};
use crate::codes::{Command, Kind, Reading};
use crate::ledger::{
    Code, Holding, LotRecord, Refusal, SerialContext, Spot, Taken, Taking, judge_arriving_dates, judge_expiry,
    judge_item, judge_order_quantity, judge_serial, take,
};
use crate::model::{
    Item, ItemId, LotCode, LotDates, LotId, OrderId, Place, Quantity, QuantityError, Scale, SerialCode,
};

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
    /// The scans up to the next known item or place are passed over.
    PassOver,
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

type Step = Result<String, Stumble>;

fn stumble(refusal: Refusal, scan: &ScanRef, then: Then) -> Stumble {
    Stumble { refusal: refusal.at(scan.line, scan.shown.clone()), then }
}

/// The state of a batch that is being scanned.
pub struct Conversation {
    plan: Plan,
    lines: Vec<Line>,
    open: Option<OpenGroup>,
    place: Option<Rc<Place>>,
    /// A place was refused: the groups after it are not blamed for having none.
    place_was_refused: bool,
    passing_over: bool,
    is_done: bool,
    seen: HashSet<(ItemId, SerialCode)>,
    counted: HashMap<ItemId, Quantity>,
    taken: HashMap<(ItemId, Option<LotId>, Spot), Quantity>,
    stated: HashMap<(ItemId, LotCode), LotDates>,
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
            Some(group) if group.count == Count::OneUnit => Due::UnitOrQuantity,
            Some(group) if group.count == Count::Due => Due::Quantity,
            Some(group) if group.needs_lot() => Due::Lot,
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
            .or_else(|| self.open.as_ref().filter(|_| continues).and_then(known_lot))
            .or_else(|| self.plan.lot.clone());
        let serial = reading
            .serial
            .clone()
            .or_else(|| slot_text(matches!(due, Due::Serial(..))).and_then(|text| SerialCode::new(text).ok()));
        let any_item = target.is_none() && matches!(due, Due::Serial(..));
        Wants {
            lot: lot.filter(|_| by_lot),
            serial: serial.filter(|_| by_serial || any_item),
            stock: target.is_some() && !by_serial && self.plan.verb.moves_known_goods(),
            item: target,
        }
    }

    fn is_lot_open(&self) -> bool {
        self.open.as_ref().is_some_and(OpenGroup::needs_lot)
    }

    /// Takes one scan.
    ///
    /// # Errors
    /// A [`Stumble`]; nothing has changed.
    pub fn step(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        if self.is_done {
            let refusal = Refusal::new(Code::ScanAfterDone, "DONE was scanned before it", "begin a new batch for it");
            return Err(stumble(refusal, scan, Then::Stay));
        }
        if reading.kind == Kind::Command(Command::Done) {
            return self.done(scan);
        }
        if self.passing_over {
            if known.item.is_none() && known.place.is_none() {
                return Ok("passed over".to_owned());
            }
            self.passing_over = false;
        }
        match self.due() {
            Due::UnitOrQuantity => self.after_unit(scan, reading, known),
            Due::Quantity => self.quantity(scan, reading, known),
            Due::Lot => self.lot(scan, reading, known),
            Due::Serial(..) => self.serial(scan, reading, known),
            Due::Opening | Due::Nothing => self.opening(scan, reading, known),
        }
    }

    /// What a scan that cannot be read does to the slots.
    pub fn unreadable(&self, refusal: Refusal, scan: &ScanRef) -> Stumble {
        let then = match self.due() {
            _ if self.passing_over => Then::Stay,
            Due::Serial(..) | Due::Lot => Then::TakeSlot,
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
            Then::PassOver => {
                self.place_was_refused |=
                    matches!(stumble.refusal.code, Code::UnknownLocation | Code::PlaceDoesNotFit);
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
        } else {
            group.refused_slots += 1;
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
            (Some(group), Due::Lot) => format!("the lot of {} is missing", group.name()),
            (Some(group), Due::UnitOrQuantity) => format!("the lot of {} is missing", group.name()),
            (Some(group), Due::Serial(_, wanted)) => {
                format!("{} is incomplete: serials {} of {wanted}", group.name(), group.filled_slots())
            }
            _ if self.lines.is_empty() && !self.passing_over => "nothing was scanned".to_owned(),
            _ => return None,
        };
        Some(Refusal::new(Code::BatchIncomplete, message, "scan what is missing, then send the whole batch again"))
    }

    // ---- the slots -------------------------------------------------------------------------------------------------

    fn opening(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        if let Some(item) = &known.item {
            return self.open_item_group(item.clone(), scan, reading, known);
        }
        if let Some(place) = &known.place {
            return self.set_place(place, scan);
        }
        if reading.container.is_some() {
            let hint = "scan the item, or the units one by one";
            let refusal = Refusal::new(Code::ContainerWhereItemExpected, "this is the code of a container", hint);
            return Err(stumble(refusal, scan, Then::PassOver));
        }
        let text = reading.plain().unwrap_or_default();
        if text.eq_ignore_ascii_case("done") {
            return self.done(scan);
        }
        if let Some(item) = self.plan.item.clone().filter(|_| reading.item.is_none() && reading.place.is_none()) {
            return self.open_item_group(item, scan, reading, known);
        }
        if self.plan.verb.moves_known_goods() && Quantity::looks_like_one(text) {
            return self.open_mixed_group(scan, text);
        }
        Err(stumble(unknown(reading, text), scan, Then::PassOver))
    }

    fn set_place(&mut self, place: &Rc<Place>, scan: &ScanRef) -> Step {
        if !place.kind.is_internal() {
            let refusal = Refusal::new(
                Code::UnknownLocation,
                format!("{} is not a place of ours", place.path),
                "scan the code of a shelf or room",
            );
            return Err(stumble(refusal, scan, Then::PassOver));
        }
        if self.plan.verb.needs_good_goods() && !place.kind.is_pickable() {
            let message = format!("{} is a {} place that nothing is picked from", place.path, place.kind.word());
            let refusal = Refusal::new(Code::PlaceNotPickable, message, "scan another place");
            return Err(stumble(refusal, scan, Then::PassOver));
        }
        if self.plan.verb.place_is_destination()
            && let Some(wanted) = self.plan.to_kind.filter(|wanted| *wanted != place.kind)
        {
            let (kind, wanted) = (place.kind.word(), wanted.word());
            let message = format!("{} is a {kind} place, and these goods go to a {wanted} place", place.path);
            let refusal = Refusal::new(Code::PlaceDoesNotFit, message, format!("scan a {wanted} place"));
            return Err(stumble(refusal, scan, Then::PassOver));
        }
        self.place = Some(place.clone());
        self.place_was_refused = false;
        Ok(format!("place {}", place.path))
    }

    fn open_item_group(&mut self, item: Rc<Item>, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let refused = |refusal| stumble(refusal, scan, Then::PassOver);
        if let Some(only) = self.plan.item.as_ref().filter(|only| only.id != item.id) {
            let message = format!("this is {}, and the batch is only for {}", item.sku, only.sku);
            return Err(refused(Refusal::new(Code::ItemDiffers, message, "put it aside, or leave out --item")));
        }
        judge_item(self.plan.verb, self.plan.order.as_ref(), &item).map_err(refused)?;
        self.judge_destination(&item).map_err(refused)?;
        let mut group = OpenGroup::new(Some(item.clone()), scan.clone());
        if let Some(lot) = reading.lot.clone().or_else(|| self.plan.lot.clone()).filter(|_| item.tracking.by_lot()) {
            group.lot = GroupLot::Known(self.judge_lot(&item, &lot, reading, known).map_err(refused)?);
        }
        if let Some(count) = self.count_of(reading, &item, known) {
            let quantity = self.judge_quantity(&item, &count, Quantity::ZERO).map_err(refused)?;
            group.count = Count::Said(quantity, scan.clone());
        } else if reading.is_unit() || (reading.serial.is_some() && item.tracking.by_serial()) {
            self.judge_more(&item, Quantity::one(item.scale)).map_err(refused)?;
            group.count = Count::OneUnit;
        }
        if let Some(code) = reading.serial.clone().filter(|_| item.tracking.by_serial()) {
            let serial = self.judge_unit(&group, &code, reading, known).map_err(refused)?;
            self.take_lot_of(&mut group, &serial.1);
            group.serials.push(serial);
        }
        let said = format!("{} {}", item.sku, item.name);
        self.put_or_close(group, &known.stock, known)?;
        Ok(said)
    }

    /// The quantity that a GS1 scan states with (30) or (37), or that a plain scan of `--item` is.
    fn count_of(&self, reading: &Reading, item: &Item, known: &Known) -> Option<String> {
        let plain = || {
            let only = self.plan.item.as_ref().is_some_and(|only| only.id == item.id);
            reading.plain().filter(|_| only && known.item.is_none()).map(str::to_owned)
        };
        reading.count.clone().or_else(plain)
    }

    fn open_mixed_group(&mut self, scan: &ScanRef, text: &str) -> Step {
        let refused = |refusal| stumble(refusal, scan, Then::PassOver);
        let quantity = Quantity::parse(text, Scale::WHOLE)
            .map_err(|error| refused(quantity_refusal(text, error, "units with serials")))?;
        let mut group = OpenGroup::new(None, scan.clone());
        group.count = Count::Said(quantity, scan.clone());
        self.judge_destination_of("these units").map_err(refused)?;
        self.open = Some(group);
        Ok(format!("{text} units: their serials name the item"))
    }

    fn after_unit(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let text = reading.plain().unwrap_or_default();
        let is_new = known.item.is_some() || known.place.is_some();
        if !is_new && (Quantity::looks_like_one(text) || reading.count.is_some()) {
            return self.quantity(scan, reading, known);
        }
        if !is_new && self.is_lot_open() {
            return self.lot(scan, reading, known);
        }
        self.close_unit()?;
        self.opening(scan, reading, known)
    }

    /// Closes a group that one unit opened and that no quantity followed.
    fn close_unit(&mut self) -> Result<(), Stumble> {
        match self.open.take() {
            Some(group) if group.count == Count::OneUnit && group.is_complete() => self.close(group, &[], None),
            other => {
                self.open = other;
                Ok(())
            }
        }
    }

    fn quantity(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let Some(mut group) = self.open.clone() else { return self.opening(scan, reading, known) };
        let text = reading.count.as_deref().or(reading.plain()).unwrap_or_default();
        if reading.count.is_none() && !Quantity::looks_like_one(text) {
            wrong_kind(
                reading,
                known,
                "a quantity",
                Code::ItemWhereQuantityExpected,
                Code::LocationWhereQuantityExpected,
            )
            .map_err(|refusal| stumble(refusal, scan, Then::Stay))?;
        }
        let item = group.item.clone();
        let refused = |refusal| stumble(refusal, scan, Then::PassOver);
        let quantity = match &item {
            Some(item) => self.judge_quantity(item, text, Quantity::ZERO).map_err(refused)?,
            None => Quantity::ZERO,
        };
        group.count = Count::Said(quantity, scan.clone());
        let said = item.map_or(String::new(), |item| format!("{} {}", quantity.display(item.scale), item.unit));
        self.put_or_close(group, &known.stock, known)?;
        Ok(said)
    }

    fn lot(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let Some(mut group) = self.open.clone() else { return self.opening(scan, reading, known) };
        let Some(item) = group.item.clone() else { return self.serial(scan, reading, known) };
        let refused = |refusal, then| stumble(refusal, scan, then);
        let what = match (&known.item, &known.place, &reading.container) {
            (Some(other), _, _) => Some(format!("the code of item {}", other.sku)),
            (_, Some(place), _) => Some(format!("the place {}", place.path)),
            (_, _, Some(_)) => Some("a container".to_owned()),
            _ if reading.lot.is_none() && reading.plain().is_none() => Some("a code without a lot".to_owned()),
            _ => None,
        };
        if let (Some(what), None) = (what, &reading.lot) {
            let message = format!("a lot of {} is due, and this is {what}", item.sku);
            let hint = "scan the lot on the label, or name it with --lot";
            return Err(refused(Refusal::new(Code::LotRequired, message, hint), Then::Stay));
        }
        let code = match &reading.lot {
            Some(code) => code.clone(),
            None => LotCode::new(reading.plain().unwrap_or_default())
                .map_err(|error| refused(not_readable("a lot", &error.to_string()), Then::TakeSlot))?,
        };
        let lot = self.judge_lot(&item, &code, reading, known).map_err(|refusal| refused(refusal, Then::TakeSlot))?;
        group.lot = GroupLot::Known(lot);
        self.put_or_close(group, &known.stock, known)?;
        Ok(format!("lot {code}"))
    }

    fn serial(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let Some(group) = self.open.as_ref() else { return self.opening(scan, reading, known) };
        self.judge_serial_kind(group, reading, known).map_err(|refusal| stumble(refusal, scan, Then::Stay))?;
        let refused = |refusal| stumble(refusal, scan, Then::TakeSlot);
        let code = match &reading.serial {
            Some(code) => code.clone(),
            None => SerialCode::new(reading.plain().unwrap_or_default())
                .map_err(|error| refused(not_readable("a serial", &error.to_string())))?,
        };
        let serial = self.judge_unit(group, &code, reading, known).map_err(refused)?;
        let is_mixed = group.item.is_none();
        if is_mixed {
            judge_item(self.plan.verb, self.plan.order.as_ref(), &serial.0).map_err(refused)?;
            self.judge_more(&serial.0, Quantity::one(serial.0.scale)).map_err(refused)?;
            self.count_more(serial.0.id, Quantity::one(serial.0.scale));
        }
        self.seen.insert((serial.0.id, code.clone()));
        let Some(group) = self.open.as_mut() else { return Ok(String::new()) };
        group.serials.push(serial);
        let said = format!("{code}, {} of {}", group.filled_slots(), group.wanted_serials());
        if group.is_complete()
            && let Some(group) = self.open.take()
        {
            self.close(group, &[], None)?;
        }
        Ok(said)
    }

    // ---- the rules, with what the batch has said so far --------------------------------------------------------------

    fn judge_destination(&self, item: &Item) -> Result<(), Refusal> {
        self.judge_destination_of(item.sku.as_str())
    }

    fn judge_destination_of(&self, what: &str) -> Result<(), Refusal> {
        let is_wanted = self.plan.verb.place_is_destination() || self.plan.verb == crate::ledger::Verb::Pick;
        if !is_wanted || self.place_was_refused || self.destination().is_some() {
            return Ok(());
        }
        let hint = if self.plan.verb.place_is_destination() {
            "scan the place before the item, or name it with --to"
        } else {
            "name the staging place with --to, or make one: scantrail location add STAGING --kind staging"
        };
        Err(Refusal::new(
            Code::PlaceRequired,
            format!("where does {what} go? No place was scanned or named, and there is not just one that fits"),
            hint,
        ))
    }

    fn destination(&self) -> Option<&Rc<Place>> {
        let scanned = self.place.as_ref().filter(|_| self.plan.verb.place_is_destination());
        scanned.or(self.plan.to.as_ref())
    }

    fn origin(&self) -> Option<&Rc<Place>> {
        let scanned = self.place.as_ref().filter(|_| !self.plan.verb.place_is_destination());
        scanned.or(self.plan.from.as_ref())
    }

    fn order(&self) -> Option<(OrderId, &str)> {
        self.plan.order.as_ref().map(|order| (order.id, order.code.as_str()))
    }

    fn judge_quantity(&self, item: &Item, text: &str, already: Quantity) -> Result<Quantity, Refusal> {
        let scale = if item.tracking.by_serial() { Scale::WHOLE } else { item.scale };
        let quantity =
            Quantity::parse(text, scale).map_err(|error| quantity_refusal(text, error, item.sku.as_str()))?;
        self.judge_more(item, quantity.less(already))?;
        Ok(quantity)
    }

    fn judge_more(&self, item: &Item, more: Quantity) -> Result<(), Refusal> {
        let in_batch = self.counted.get(&item.id).copied().unwrap_or_default();
        judge_order_quantity(self.plan.verb, self.plan.order.as_ref(), item, in_batch, more)
    }

    fn count_more(&mut self, item: ItemId, more: Quantity) {
        let counted = self.counted.entry(item).or_default();
        *counted = counted.plus(more);
    }

    fn judge_lot(&self, item: &Item, code: &LotCode, reading: &Reading, known: &Known) -> Result<LineLot, Refusal> {
        if let Some(only) = self.plan.lot.as_ref().filter(|only| *only != code) {
            let message = format!("this is lot {code} of {}, and the batch is only for lot {only}", item.sku);
            return Err(Refusal::new(Code::LotDiffers, message, "put it aside, or leave out --lot"));
        }
        let record = known.lot.clone().filter(|record| record.code == *code);
        if record.is_none() && self.plan.verb.moves_known_goods() {
            let message = format!("{} has no lot {code}", item.sku);
            return Err(Refusal::new(Code::UnknownLot, message, format!("scantrail stock --item {}", item.sku)));
        }
        judge_arriving_dates(item.sku.as_str(), code.as_str(), &self.plan.dates, &reading.dates)?;
        let said = reading.dates.or(self.plan.dates);
        let before = record.as_ref().map(|record| record.dates).unwrap_or_default();
        let before = before.or(self.stated.get(&(item.id, code.clone())).copied().unwrap_or_default());
        judge_arriving_dates(item.sku.as_str(), code.as_str(), &before, &said)?;
        let as_known_now = LotRecord { id: LotId(0), code: code.clone(), dates: before.or(said) };
        judge_expiry(self.plan.verb, item, &as_known_now, self.plan.day)?;
        Ok(LineLot { code: code.clone(), record, said })
    }

    /// A code of the wrong kind where a serial is due.
    fn judge_serial_kind(&self, group: &OpenGroup, reading: &Reading, known: &Known) -> Result<(), Refusal> {
        if reading.serial.is_some() {
            return Ok(());
        }
        let odd_is_fine = self.plan.allow_odd_serials && reading.plain().is_some();
        if odd_is_fine {
            return Ok(());
        }
        let due = format!("a serial of {}", group.name());
        wrong_kind(reading, known, &due, Code::ItemWhereSerialExpected, Code::LocationWhereSerialExpected)
    }

    /// May this unit stand in the group? Gives its item and what is known of it.
    fn judge_unit(
        &self,
        group: &OpenGroup,
        code: &SerialCode,
        reading: &Reading,
        known: &Known,
    ) -> Result<(Rc<Item>, LineSerial), Refusal> {
        let item = self.item_of_unit(group, code, reading, known)?;
        let is_double = self.seen.contains(&(item.id, code.clone()))
            || group
                .serials
                .iter()
                .any(|(other, serial)| other.id == item.id && serial.code == *code && group.count == Count::OneUnit);
        if is_double {
            let message = format!("{} {code} was scanned in this batch already", item.sku);
            return Err(Refusal::new(Code::DuplicateInBatch, message, "scan the next unit; count the pile again"));
        }
        let record = known.serials.iter().find(|(other, _)| other.id == item.id).map(|(_, record)| record);
        let context = SerialContext {
            verb: self.plan.verb,
            item: &item,
            code: code.as_str(),
            from: self.origin(),
            to: self.destination(),
            order: self.order(),
            day: self.plan.day,
            other_items: &known.other_items,
            facts: known.facts,
        };
        judge_serial(&context, record)?;
        self.judge_lot_of_unit(group, &item, code, reading, record.and_then(|record| record.lot.as_ref()), known)?;
        Ok((item.clone(), LineSerial { code: code.clone(), record: record.cloned() }))
    }

    fn item_of_unit(
        &self,
        group: &OpenGroup,
        code: &SerialCode,
        reading: &Reading,
        known: &Known,
    ) -> Result<Rc<Item>, Refusal> {
        if let Some(item) = &group.item {
            return match &known.item {
                Some(other) if reading.serial.is_some() && other.id != item.id => Err(other_item(code, other, item)),
                None if reading.item.is_some() => {
                    let message = format!("the GTIN of this unit is not one of {}", item.sku);
                    Err(Refusal::new(Code::SerialOfOtherItem, message, "put the unit aside; look at its label"))
                }
                _ => Ok(item.clone()),
            };
        }
        let named = known.serials.iter().filter(|(item, _)| known.item.as_ref().is_none_or(|one| one.id == item.id));
        match named.map(|(item, _)| item).collect::<Vec<_>>().as_slice() {
            [] if self.plan.verb == crate::ledger::Verb::Return && self.plan.order.is_some() => {
                let order = self.order().map_or("", |(_, code)| code);
                Err(Refusal::new(
                    Code::NotSoldOnOrder,
                    format!("order {order} did not sell {code}"),
                    format!("scantrail trace {order} --kind order"),
                ))
            }
            [] => Err(Refusal::new(
                Code::UnknownSerial,
                format!("no unit has the serial {code}"),
                "scan the serial of the unit, or receive it first",
            )),
            [only] => Ok((*only).clone()),
            several => {
                let skus: Vec<&str> = several.iter().map(|item| item.sku.as_str()).collect();
                let message = format!("serial {code} is one of {}", skus.join(" and of "));
                Err(Refusal::new(Code::AmbiguousScan, message, "scan the item first, then the quantity and the serial"))
            }
        }
    }

    fn judge_lot_of_unit(
        &self,
        group: &OpenGroup,
        item: &Item,
        code: &SerialCode,
        reading: &Reading,
        recorded: Option<&Rc<LotRecord>>,
        known: &Known,
    ) -> Result<(), Refusal> {
        if !item.tracking.by_lot() {
            return Ok(());
        }
        let group_lot = known_lot(group);
        let mut names = [group_lot.clone(), reading.lot.clone(), self.plan.lot.clone()].into_iter().flatten();
        let first = names.next();
        let must_be = recorded.filter(|_| !known.facts.history_is_undone).map(|lot| lot.code.clone());
        let differing = first.iter().cloned().chain(names).find(|name| {
            must_be.as_ref().is_some_and(|lot| lot != name) || first.as_ref().is_some_and(|lot| lot != name)
        });
        if let Some(said) = differing {
            let message = match &must_be {
                Some(lot) if *lot != said => format!("{} {code} is of lot {lot}, and not of {said}", item.sku),
                _ => format!(
                    "the label of {code} says lot {said}, and the group is of lot {}",
                    first.map_or_else(String::new, |lot| lot.to_string())
                ),
            };
            return Err(Refusal::new(
                Code::LotDiffers,
                message,
                "put the unit aside, or scan it in a group of its own lot",
            ));
        }
        let said = match &group.lot {
            GroupLot::Known(lot) => lot.said.or(lot.record.as_ref().map(|record| record.dates).unwrap_or_default()),
            _ => recorded.map(|lot| lot.dates).unwrap_or_default(),
        };
        let lot = group_lot.map_or_else(String::new, |lot| lot.to_string());
        judge_arriving_dates(item.sku.as_str(), &lot, &said, &reading.dates)
    }

    // ---- closing -----------------------------------------------------------------------------------------------------

    /// Goods that are known bring their lot along.
    fn take_lot_of(&self, group: &mut OpenGroup, serial: &LineSerial) {
        let recorded = serial.record.as_ref().and_then(|record| record.lot.clone());
        if let (GroupLot::None, Some(record), true) = (&group.lot, recorded, self.plan.verb.moves_known_goods()) {
            group.lot =
                GroupLot::Known(LineLot { code: record.code.clone(), said: LotDates::default(), record: Some(record) });
        }
    }

    fn put_or_close(&mut self, group: OpenGroup, stock: &[Holding], known: &Known) -> Result<(), Stumble> {
        if group.is_complete() && group.count != Count::OneUnit {
            return self.close(group, stock, Some(known));
        }
        // A unit that is not tracked by serial must be there even if no quantity follows.
        if group.is_complete() && !group.needs_serials() {
            let taken = self.take(&group, stock, Some(known))?;
            drop(taken);
        }
        self.open = Some(group);
        Ok(())
    }

    fn take(&self, group: &OpenGroup, stock: &[Holding], known: Option<&Known>) -> Result<Vec<Taken>, Stumble> {
        let Some(item) = group.item.as_ref().filter(|item| !item.tracking.by_serial()) else { return Ok(Vec::new()) };
        if !self.plan.verb.moves_known_goods() {
            return Ok(Vec::new());
        }
        let lot = known_lot(group);
        let left: Vec<Holding> = stock.iter().filter_map(|holding| self.left_of(holding)).collect();
        let lot_id = stock.first().and_then(|holding| holding.lot.as_ref().map(|lot| lot.id));
        let in_batch = self.taken.iter().filter(|((one, lot, _), _)| *one == item.id && *lot == lot_id);
        let taking = Taking {
            verb: self.plan.verb,
            item,
            lot: lot.as_ref().map(LotCode::as_str),
            quantity: group.quantity(),
            from: self.origin(),
            to: self.destination(),
            order: self.order(),
            facts: known.map(|known| known.facts).unwrap_or_default(),
            in_batch: in_batch.map(|(_, quantity)| *quantity).sum(),
        };
        take(&taking, &left).map_err(|refusal| stumble(refusal, group.counted_by(), Then::PassOver))
    }

    fn left_of(&self, holding: &Holding) -> Option<Holding> {
        let key = (holding.item, holding.lot.as_ref().map(|lot| lot.id), holding.standing.spot());
        let quantity = holding.quantity.less(self.taken.get(&key).copied().unwrap_or_default());
        quantity.is_positive().then(|| Holding { quantity, ..holding.clone() })
    }

    fn close(&mut self, group: OpenGroup, stock: &[Holding], known: Option<&Known>) -> Result<(), Stumble> {
        let taken = self.take(&group, stock, known)?;
        for one in &taken {
            let holding = &one.holding;
            let key = (holding.item, holding.lot.as_ref().map(|lot| lot.id), holding.standing.spot());
            let total = self.taken.entry(key).or_default();
            *total = total.plus(one.quantity);
        }
        self.seen.extend(group.serials.iter().map(|(item, serial)| (item.id, serial.code.clone())));
        let to = self.destination().cloned();
        let quantity = group.quantity();
        match group.item {
            Some(item) => {
                self.count_more(item.id, quantity);
                let lot = if let GroupLot::Known(lot) = group.lot { Some(lot) } else { None };
                if let Some(lot) = &lot {
                    let stated = self.stated.entry((item.id, lot.code.clone())).or_default();
                    *stated = stated.or(lot.said);
                }
                let serials = group.serials.into_iter().map(|(_, serial)| serial).collect();
                self.lines.push(Line { item, lot, quantity, serials, taken, to });
            }
            None => self.close_mixed(group.serials, to),
        }
        self.open = None;
        Ok(())
    }

    /// Units that name their item themselves become one line for each item, in the order of their first scan.
    fn close_mixed(&mut self, serials: Vec<(Rc<Item>, LineSerial)>, to: Option<Rc<Place>>) {
        let mut lines: Vec<Line> = Vec::new();
        for (item, serial) in serials {
            let one = Quantity::one(item.scale);
            match lines.iter_mut().find(|line| line.item.id == item.id) {
                Some(line) => {
                    line.quantity = line.quantity.plus(one);
                    line.serials.push(serial);
                }
                None => lines.push(Line {
                    item,
                    lot: None,
                    quantity: one,
                    serials: vec![serial],
                    taken: Vec::new(),
                    to: to.clone(),
                }),
            }
        }
        self.lines.append(&mut lines);
    }
}

fn known_lot(group: &OpenGroup) -> Option<LotCode> {
    match &group.lot {
        GroupLot::Known(lot) => Some(lot.code.clone()),
        _ => None,
    }
}

fn unknown(reading: &Reading, text: &str) -> Refusal {
    if let Some(gtin) = &reading.item {
        let hint = format!("scantrail item set SKU --gtin {gtin}");
        return Refusal::new(Code::UnknownItem, format!("no item has the GTIN {gtin}"), hint);
    }
    if text.contains('/') || reading.place.is_some() {
        let shown = reading.place.as_deref().unwrap_or(text);
        return Refusal::new(
            Code::UnknownLocation,
            format!("no item or place has the code {shown}"),
            "scantrail location list",
        );
    }
    let message =
        if text.is_empty() { "this code names no item".to_owned() } else { format!("no item has the code {text}") };
    Refusal::new(Code::UnknownItem, message, "scantrail item list, or make it: scantrail item add")
}

fn wrong_kind(reading: &Reading, known: &Known, due: &str, item: Code, place: Code) -> Result<(), Refusal> {
    let hint = "scan the right barcode on the label; this one counts for nothing";
    if let Some(found) = &known.item {
        return Err(Refusal::new(item, format!("{due} is due, and this is the code of item {}", found.sku), hint));
    }
    if let Some(found) = &known.place {
        return Err(Refusal::new(place, format!("{due} is due, and this is the place {}", found.path), hint));
    }
    let is_serial = item == Code::ItemWhereSerialExpected;
    if reading.container.is_some() && is_serial {
        return Err(Refusal::new(
            Code::ContainerWhereSerialExpected,
            format!("{due} is due, and this is a container"),
            hint,
        ));
    }
    if reading.item.is_some() || (is_serial && reading.plain().is_none()) {
        return Err(Refusal::new(item, format!("{due} is due, and this is the code of an item or a lot"), hint));
    }
    Ok(())
}

fn other_item(code: &SerialCode, other: &Item, item: &Item) -> Refusal {
    Refusal::new(
        Code::SerialOfOtherItem,
        format!("serial {code} belongs to {}, not to {}", other.sku, item.sku),
        "put the unit aside and scan it in a group of its own item",
    )
}

fn quantity_refusal(text: &str, error: QuantityError, what: &str) -> Refusal {
    let code = match error {
        QuantityError::NotANumber | QuantityError::TooLarge => Code::QuantityNotANumber,
        QuantityError::NotPositive => Code::QuantityNotPositive,
        QuantityError::NotWhole => Code::QuantityNotWhole,
        QuantityError::TooPrecise(_) => Code::QuantityTooPrecise,
    };
    let shown = crate::codes::shown(text.as_bytes());
    Refusal::new(
        code,
        format!("a quantity of {what} is due, and {shown} is none: {error}"),
        "scan or type how many, such as 3",
    )
}

fn not_readable(what: &str, why: &str) -> Refusal {
    Refusal::new(Code::ScanNotReadable, format!("{what} is due, and this is none: {why}"), "scan it again")
}
