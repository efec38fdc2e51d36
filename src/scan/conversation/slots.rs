//! What each slot does with a scan.

use std::rc::Rc;

use super::words::{not_readable, quantity_refusal, unknown, wrong_kind};
use super::{Conversation, Step, Stumble, Then, stumble};
use crate::codes::Reading;
use crate::ledger::{Code, Refusal, Verb, judge_item, judge_measure_from_scrap};
use crate::model::{Item, LotCode, Place, Quantity, Scale, SerialCode};
use crate::scan::group::{Count, GroupLot, LineSerial, OpenGroup};
use crate::scan::{Known, ScanRef};

/// How many or how much a scan states of an item. A measure is not how many measured units there are.
fn stated_count<'r>(reading: &'r Reading, item: &Item) -> Option<&'r str> {
    if item.rules.is_measured { reading.count.as_deref() } else { reading.amount_in(&item.unit) }
}

impl Conversation {
    pub(super) fn opening(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
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
        if self.is_typed_done(reading) {
            return self.done(scan);
        }
        if let Some(order) = self.plan.order.as_ref().filter(|order| order.code.eq_ignore_ascii_case(text)) {
            return Ok(format!("order {}", order.code));
        }
        if let Some(item) = self.plan.item.clone().filter(|_| reading.item.is_none() && reading.place.is_none()) {
            return self.open_item_group(item, scan, reading, known);
        }
        if self.plan.verb.moves_known_goods() && Quantity::looks_like_one(text) {
            return self.open_mixed_group(scan, text);
        }
        Err(stumble(unknown(reading, text), scan, Then::PassOver))
    }

    pub(super) fn set_place(&mut self, place: &Rc<Place>, scan: &ScanRef) -> Step {
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

    pub(super) fn open_item_group(&mut self, item: Rc<Item>, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let refused = |refusal| stumble(refusal, scan, Then::PassOver);
        if let Some(only) = self.plan.item.as_ref().filter(|only| only.id != item.id) {
            let message = format!("this is {}, and the batch is only for {}", item.sku, only.sku);
            return Err(refused(Refusal::new(Code::ItemDiffers, message, "put it aside, or leave out --item")));
        }
        judge_item(self.plan.verb, self.plan.order.as_ref(), &item).map_err(refused)?;
        self.judge_destination(item.sku.as_str()).map_err(|refusal| stumble(refusal, scan, Then::Again))?;
        let mut group = OpenGroup::new(Some(item.clone()), scan.clone());
        group.needs_measures = item.rules.is_measured && self.plan.verb == Verb::Receive;
        if let Some(lot) = reading.lot.clone().or_else(|| self.plan.lot.clone()).filter(|_| item.tracking.by_lot()) {
            group.lot = GroupLot::Known(self.judge_lot(&item, &lot, reading, known).map_err(refused)?);
        } else if reading.serial.is_none() {
            self.judge_held(item.sku.as_str(), known.hold.as_ref()).map_err(refused)?;
        }
        if let Some(count) = self.count_of(reading, &item, known) {
            // A label with a serial stands for one unit or pack that is numbered, and counts what is in it.
            let pack = known.pack.filter(|_| reading.count.is_some() && reading.serial.is_none());
            let quantity = match pack {
                Some(pack) => self.judge_packs(&item, pack, &count),
                None => self.judge_quantity(&item, &count, Quantity::ZERO),
            };
            group.count = Count::Said(quantity.map_err(refused)?, scan.clone());
        } else if reading.is_unit() || (reading.serial.is_some() && item.tracking.by_serial()) {
            let one = if item.tracking.by_serial() { Quantity::one(Scale::WHOLE) } else { Quantity::one(item.scale) };
            self.judge_more(&item, one).map_err(refused)?;
            group.count = Count::Implied(one);
        } else if let Some(pack) = known.pack {
            self.judge_more(&item, pack).map_err(refused)?;
            (group.count, group.pack) = (Count::Implied(pack), Some(pack));
        }
        if let Some(code) = reading.serial.clone().filter(|_| item.tracking.by_serial()) {
            let mut serial = self.judge_unit(&group, &code, reading, known).map_err(refused)?;
            self.take_lot_of(&mut group, &serial.1);
            self.take_measure_of(&mut serial, reading).map_err(refused)?;
            group.serials.push(serial);
        }
        let said = format!("{} {}", item.sku, item.name);
        self.put_or_close(group, &known.stock, known)?;
        Ok(said)
    }

    /// The quantity that a scan states, with (30) or (37) or as a measure in the item's unit, or that a plain scan of
    /// `--item` is.
    pub(super) fn count_of(&self, reading: &Reading, item: &Item, known: &Known) -> Option<String> {
        let plain = || {
            let only = self.plan.item.as_ref().is_some_and(|only| only.id == item.id);
            reading.plain().filter(|_| only && known.item.is_none()).map(str::to_owned)
        };
        stated_count(reading, item).map(str::to_owned).or_else(plain)
    }

    pub(super) fn open_mixed_group(&mut self, scan: &ScanRef, text: &str) -> Step {
        let refused = |refusal| stumble(refusal, scan, Then::PassOver);
        let quantity = Quantity::parse(text, Scale::WHOLE)
            .map_err(|error| refused(quantity_refusal(text, error, "units with serials")))?;
        let mut group = OpenGroup::new(None, scan.clone());
        group.count = Count::Said(quantity, scan.clone());
        self.judge_destination("these units").map_err(|refusal| stumble(refusal, scan, Then::Again))?;
        self.open = Some(group);
        Ok(format!("{text} by serial: the serials name their items"))
    }

    pub(super) fn after_unit(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let text = reading.plain().unwrap_or_default();
        let is_new = known.item.is_some() || known.place.is_some();
        let states = self.open_item().is_some_and(|item| stated_count(reading, item).is_some());
        if !is_new && (Quantity::looks_like_one(text) || states) {
            return self.quantity(scan, reading, known);
        }
        if !is_new && self.is_lot_open() {
            return self.lot(scan, reading, known);
        }
        if !is_new && self.is_serial_open() {
            return self.serial(scan, reading, known);
        }
        self.close_unit()?;
        if let Some(missing) = self.open.as_ref().and_then(|_| self.missing()) {
            return Err(stumble(missing, scan, Then::PassOver));
        }
        self.opening(scan, reading, known)
    }

    /// Closes a group that one unit opened and that no quantity followed.
    pub(super) fn close_unit(&mut self) -> Result<(), Stumble> {
        match self.open.take() {
            Some(mut group) if group.may_be_counted() && group.is_complete() => {
                let known = std::mem::take(&mut group.known);
                self.close(group, &known.stock, Some(&known))
            }
            other => {
                self.open = other;
                Ok(())
            }
        }
    }

    pub(super) fn quantity(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        let Some(mut group) = self.open.clone() else { return self.opening(scan, reading, known) };
        let stated = match &group.item {
            Some(item) => stated_count(reading, item),
            None => reading.count.as_deref(),
        };
        let text = stated.or(reading.plain()).unwrap_or_default();
        if stated.is_none() && !Quantity::looks_like_one(text) {
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
        // A measure is of the goods, whatever they are packed in.
        let counts_packs = stated.is_none() || reading.count.is_some();
        let quantity = match (&item, group.pack.filter(|_| counts_packs)) {
            (Some(item), Some(pack)) => self.judge_packs(item, pack, text).map_err(refused)?,
            (Some(item), None) => self.judge_quantity(item, text, Quantity::ZERO).map_err(refused)?,
            (None, _) => Quantity::ZERO,
        };
        group.count = Count::Said(quantity, scan.clone());
        let said = item.map_or(String::new(), |item| format!("{} {}", quantity.display(item.scale), item.unit));
        self.put_or_close(group, &known.stock, known)?;
        Ok(said)
    }

    pub(super) fn lot(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
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
        if let Some(other) = known.item.as_ref().filter(|other| other.id != item.id) {
            let message = format!("a lot of {} is due, and this is the label of {}", item.sku, other.sku);
            return Err(refused(
                Refusal::new(Code::ItemDiffers, message, "scan the label on the right box"),
                Then::TakeSlot,
            ));
        }
        if self.is_typed_done(reading) {
            return self.done(scan);
        }
        let code = match &reading.lot {
            Some(code) => code.clone(),
            None => LotCode::new(reading.plain().unwrap_or_default())
                .map_err(|error| refused(not_readable("a lot", &error.to_string()), Then::TakeSlot))?,
        };
        let lot = self.judge_lot(&item, &code, reading, known).map_err(|refusal| refused(refusal, Then::TakeSlot))?;
        let said = if lot.code == code {
            format!("lot {code}")
        } else {
            format!("lot {}, which is called {code} too", lot.code)
        };
        group.lot = GroupLot::Known(lot);
        self.put_or_close(group, &known.stock, known)?;
        Ok(said)
    }

    pub(super) fn serial(&mut self, scan: &ScanRef, reading: &Reading, known: &Known) -> Step {
        if self.is_typed_done(reading) {
            return self.done(scan);
        }
        let Some(group) = self.open.as_ref() else { return self.opening(scan, reading, known) };
        self.judge_serial_kind(group, reading, known).map_err(|refusal| stumble(refusal, scan, Then::Stay))?;
        let refused = |refusal| stumble(refusal, scan, Then::TakeSlot);
        let code = match &reading.serial {
            Some(code) => code.clone(),
            None => SerialCode::new(reading.plain().unwrap_or_default())
                .map_err(|error| refused(not_readable("a serial", &error.to_string())))?,
        };
        let mut serial = self.judge_unit(group, &code, reading, known).map_err(refused)?;
        let is_mixed = group.item.is_none();
        if is_mixed {
            judge_item(self.plan.verb, self.plan.order.as_ref(), &serial.0).map_err(refused)?;
        }
        if is_mixed && !serial.0.rules.is_measured {
            self.judge_more(&serial.0, serial.1.quantity()).map_err(refused)?;
            self.count_more(serial.0.id, serial.1.quantity());
        }
        self.take_measure_of(&mut serial, reading).map_err(refused)?;
        self.seen.insert((serial.0.id, code.clone()));
        let Some(group) = self.open.as_mut() else { return Ok(String::new()) };
        if let Count::Implied(quantity) = group.count {
            group.count = Count::Said(quantity, group.opened_by.clone());
        }
        group.serials.push(serial);
        let said = format!("{code}, {} of {}", group.filled_slots(), group.wanted_serials());
        if group.is_complete()
            && let Some(group) = self.open.take()
        {
            self.close(group, &[], None)?;
        }
        Ok(said)
    }

    /// The measure of the unit that was scanned last: a plain decimal, or a measure in the item's unit.
    pub(super) fn measure(&mut self, scan: &ScanRef, reading: &Reading) -> Step {
        if self.is_typed_done(reading) {
            return self.done(scan);
        }
        let Some((item, code)) = self.open.as_ref().and_then(|group| {
            Some((group.item.clone()?, group.serials.last().map(|(_, serial)| serial.code.to_string())?))
        }) else {
            return Ok(String::new());
        };
        let refused = |refusal, then| stumble(refusal, scan, then);
        let stated = reading.amount_in(&item.unit);
        let text = stated.or(reading.plain()).unwrap_or_default();
        let what = format!("{code} in {}", item.unit);
        let is_number = Quantity::looks_like_one(text);
        let then = if is_number { Then::TakeSlot } else { Then::Stay };
        let measure =
            Quantity::parse(text, item.scale).map_err(|error| refused(quantity_refusal(text, error, &what), then))?;
        self.judge_amount(&item, measure).map_err(|refusal| refused(refusal, Then::TakeSlot))?;
        let unit = self.open.as_ref().and_then(|group| group.serials.last());
        let judged = unit.map_or(Ok(()), |(_, unit)| judge_measure_from_scrap(&item, unit.record.as_deref(), measure));
        judged.map_err(|refusal| refused(refusal, Then::TakeSlot))?;
        self.count_more(item.id, measure);
        let Some(group) = self.open.as_mut() else { return Ok(String::new()) };
        if let Some((_, serial)) = group.serials.last_mut() {
            serial.measure = Some(measure);
        }
        let (number, wanted) = (group.filled_slots(), group.wanted_serials());
        if group.is_complete()
            && let Some(group) = self.open.take()
        {
            self.close(group, &[], None)?;
        }
        Ok(format!("{code} {} {}, {number} of {wanted}", measure.display(item.scale), item.unit))
    }

    /// What a measured unit brings along: the measure on its label where it is received, else what is recorded of it.
    fn take_measure_of(&mut self, serial: &mut (Rc<Item>, LineSerial), reading: &Reading) -> Result<(), Refusal> {
        let (item, unit) = serial;
        if !item.rules.is_measured {
            return Ok(());
        }
        if self.plan.verb == Verb::Receive {
            let Some(text) = reading.amount_in(&item.unit) else { return Ok(()) };
            let what = format!("{} in {}", unit.code, item.unit);
            let measure = Quantity::parse(text, item.scale).map_err(|error| quantity_refusal(text, error, &what))?;
            judge_measure_from_scrap(item, unit.record.as_deref(), measure)?;
            unit.measure = Some(measure);
        }
        self.judge_amount(item, unit.quantity())?;
        self.count_more(item.id, unit.quantity());
        Ok(())
    }
}
