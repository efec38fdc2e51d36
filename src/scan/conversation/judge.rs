//! The rules of the ledger, together with what the batch has said so far.

use std::rc::Rc;

use super::Conversation;
use super::words::{other_item, quantity_refusal, wrong_kind};
use crate::codes::{DatesChoice, Reading};
use crate::ledger::{
    Code, Hold, Holding, LotRecord, Refusal, SerialContext, Verb, judge_arriving_dates, judge_certificate,
    judge_expiry, judge_hold, judge_order_quantity, judge_remaining_life, judge_serial, owned_by_other,
};
use crate::model::{
    Item, ItemId, LotCode, LotDates, LotId, OrderId, Place, Quantity, QuantityError, Scale, SerialCode,
};
use crate::scan::group::{GroupLot, LineLot, LineSerial, OpenGroup};
use crate::scan::{Known, OutOfOrder};

/// What may be done in a pipe about dates that differ.
const CORRECT_DATES: &str = "look at the label again; if it is right, --correct-dates --reason TEXT takes its dates";

impl Conversation {
    pub(super) fn judge_destination(&self, what: &str) -> Result<(), Refusal> {
        let is_wanted = self.plan.verb.place_is_destination() || self.plan.verb == Verb::Pick;
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
            format!("no place for {what} was scanned or named, and there is not just one that fits"),
            hint,
        ))
    }

    pub(super) fn destination(&self) -> Option<&Rc<Place>> {
        let scanned = self.place.as_ref().filter(|_| self.plan.verb.place_is_destination());
        scanned.or(self.plan.to.as_ref())
    }

    pub(super) fn origin(&self) -> Option<&Rc<Place>> {
        let scanned = self.place.as_ref().filter(|_| !self.plan.verb.place_is_destination());
        scanned.or(self.plan.from.as_ref())
    }

    pub(super) fn order(&self) -> Option<(OrderId, &str)> {
        self.plan.order.as_ref().map(|order| (order.id, order.code.as_str()))
    }

    pub(super) fn judge_quantity(&self, item: &Item, text: &str, already: Quantity) -> Result<Quantity, Refusal> {
        let scale = if item.tracking.by_serial() { Scale::WHOLE } else { item.scale };
        let quantity =
            Quantity::parse(text, scale).map_err(|error| quantity_refusal(text, error, item.sku.as_str()))?;
        self.judge_more(item, quantity.less(already))?;
        Ok(quantity)
    }

    /// So many packs of so many units each.
    pub(super) fn judge_packs(&self, item: &Item, pack: Quantity, text: &str) -> Result<Quantity, Refusal> {
        let what = format!("packs of {} {}", pack.display(item.scale), item.sku);
        let packs =
            Quantity::parse(text, Scale::WHOLE).map_err(|error| quantity_refusal(text, error, &what))?.smallest_units();
        let quantity = pack.smallest_units().checked_mul(packs).map(Quantity::from_smallest_units);
        let quantity = quantity.ok_or_else(|| quantity_refusal(text, QuantityError::TooLarge, &what))?;
        self.judge_more(item, quantity)?;
        Ok(quantity)
    }

    /// May so much more of an item stand in the batch? How much measured units are is known unit by unit.
    pub(super) fn judge_more(&self, item: &Item, more: Quantity) -> Result<(), Refusal> {
        if item.rules.is_measured { Ok(()) } else { self.judge_amount(item, more) }
    }

    pub(super) fn judge_amount(&self, item: &Item, more: Quantity) -> Result<(), Refusal> {
        let in_batch = self.counted.get(&item.id).copied().unwrap_or_default();
        judge_order_quantity(self.plan.verb, self.plan.order.as_ref(), item, in_batch, more)
    }

    /// Goods on hold leave no shelf for an order or a customer, unless that is overridden.
    pub(super) fn judge_held(&self, what: &str, hold: Option<&Rc<Hold>>) -> Result<(), Refusal> {
        match hold {
            Some(hold) if self.plan.verb.needs_good_goods() && !self.plan.override_hold => judge_hold(what, hold),
            _ => Ok(()),
        }
    }

    fn judge_expired(&self, item: &Item, lot: &LotRecord) -> Result<(), Refusal> {
        if self.plan.override_hold { Ok(()) } else { judge_expiry(self.plan.verb, item, lot, self.plan.day) }
    }

    pub(super) fn count_more(&mut self, item: ItemId, more: Quantity) {
        let counted = self.counted.entry(item).or_default();
        *counted = counted.plus(more);
    }

    pub(super) fn judge_lot(
        &self,
        item: &Item,
        code: &LotCode,
        reading: &Reading,
        known: &Known,
    ) -> Result<LineLot, Refusal> {
        let record = known.lot.clone().filter(|record| record.is_called(code));
        let is_same = |one: &LotCode| one == code || record.as_ref().is_some_and(|record| record.is_called(one));
        if let Some(only) = self.plan.lot.as_ref().filter(|only| !is_same(only)) {
            let message = format!("this is lot {code} of {}, and the batch is only for lot {only}", item.sku);
            return Err(Refusal::new(Code::LotDiffers, message, "put it aside, or leave out --lot"));
        }
        if let Some(other) = known.other_lot.as_ref().filter(|_| self.plan.lot.as_ref() != Some(code)) {
            let own = record.as_ref().map_or(code, |record| &record.code);
            let message =
                format!("{code} is our lot {own} of {}, and the supplier calls lot {} so", item.sku, other.code);
            return Err(Refusal::new(
                Code::AmbiguousScan,
                message,
                "scan or type our own text of the lot, or name it with --lot",
            ));
        }
        if let (None, Verb::Return, Some((_, order))) = (&record, self.plan.verb, self.order()) {
            let message = format!("order {order} did not sell lot {code} of {}", item.sku);
            return Err(Refusal::new(Code::NotSoldOnOrder, message, format!("scantrail order show {order}")));
        }
        if record.is_none() && self.plan.verb.moves_known_goods() {
            let message = format!("{} has no lot {code}", item.sku);
            return Err(Refusal::new(Code::UnknownLot, message, format!("scantrail stock --item {}", item.sku)));
        }
        if let (Some(why), None) = (&known.lot_misfit, &record) {
            let message = format!("{code} is no lot of {}: {why}", item.sku);
            return Err(Refusal::new(Code::LotDoesNotFit, message, "scan the lot on the label"));
        }
        judge_arriving_dates(item.sku.as_str(), code.as_str(), &self.plan.dates, &reading.dates).map_err(
            |refusal| {
                let message = format!("the label and the command line disagree: {}", refusal.message);
                Refusal { message: message.replace("is known with", "was given with"), ..refusal }
            },
        )?;
        let told = LotDates { made: known.lot_made.filter(|_| record.is_none()), ..LotDates::default() };
        let code = record.as_ref().map_or(code, |record| &record.code);
        let (said, corrects, before) = self.judge_dates(item, code, reading, record.as_deref(), told)?;
        let as_known_now =
            LotRecord { id: LotId(0), code: code.clone(), dates: before.or(said), also: Vec::new(), made_as: None };
        self.judge_held(&format!("lot {code} of {}", item.sku), known.hold.as_ref())?;
        self.judge_expired(item, &as_known_now)?;
        judge_remaining_life(item, &as_known_now, self.plan.day, self.plan.minimum_life)?;
        // A unit may have a certificate of its own.
        if !item.tracking.by_serial() {
            judge_certificate(self.plan.verb, item, "lot", code.as_str(), &known.facts)?;
            judge_owner(&format!("lot {code} of {}", item.sku), known)?;
        }
        let passed_over = record.as_ref().map(|record| self.judge_order_of_picking(item, record, reading, known));
        let passed_over = passed_over.transpose()?.flatten();
        Ok(LineLot { code: code.clone(), record, said, corrects, passed_over })
    }

    /// What is said of a lot, whether it corrects what is known, and what was known before it.
    fn judge_dates(
        &self,
        item: &Item,
        code: &LotCode,
        reading: &Reading,
        record: Option<&LotRecord>,
        told: LotDates,
    ) -> Result<(LotDates, bool, LotDates), Refusal> {
        let said = reading.dates.or(self.plan.dates).or(told);
        let recorded = record.map(|record| record.dates).unwrap_or_default();
        let before = match self.stated.get(&(item.id, code.clone())) {
            Some((stated, true)) => stated.or(recorded),
            Some((stated, false)) => recorded.or(*stated),
            None => recorded,
        };
        if !before.contradicts(&said) {
            return Ok((said, false, before));
        }
        match reading.decided.dates {
            Some(DatesChoice::Known) => Ok((said.agreeing_with(&before), false, before)),
            Some(DatesChoice::New) => Ok((said, true, said.or(before))),
            None if self.plan.correct_dates => Ok((said, true, said.or(before))),
            None => {
                let told = judge_arriving_dates(item.sku.as_str(), code.as_str(), &before, &said).err();
                let refusal = told.unwrap_or_else(|| {
                    Refusal::new(Code::ExpiryDiffers, format!("the dates of lot {code} differ"), "look at the label")
                });
                Err(match self.plan.verb {
                    Verb::Receive => Refusal { hint: CORRECT_DATES.to_owned(), ..refusal },
                    _ => refusal,
                })
            }
        }
    }

    /// May a lot be picked while others should go first? Gives the one that is passed over, and why.
    fn judge_order_of_picking(
        &self,
        item: &Item,
        record: &Rc<LotRecord>,
        reading: &Reading,
        known: &Known,
    ) -> Result<Option<(Rc<LotRecord>, String)>, Refusal> {
        let first = known.ahead.iter().find_map(|holding| self.left_of(&self.without_units(holding)?));
        let Some(first) = first.and_then(|holding| holding.lot).filter(|first| first.id != record.id) else {
            return Ok(None);
        };
        let why = reading.decided.out_of_order.clone().or_else(|| self.plan.reason.clone());
        let refused = match self.plan.out_of_order {
            OutOfOrder::Told => false,
            OutOfOrder::Asked => why.is_none(),
            OutOfOrder::Refused | OutOfOrder::AskedWhy => why.as_ref().is_none_or(|why| why.trim().is_empty()),
        };
        if !refused {
            return Ok(Some((first, why.unwrap_or_default())));
        }
        let dated = |lot: &LotRecord| match lot.dates.first_out() {
            Some(date) => format!("{} ({date})", lot.code),
            None => lot.code.to_string(),
        };
        let message = format!("lot {} of {} should go before {}", dated(&first), item.sku, dated(record));
        Err(Refusal::new(Code::OutOfOrder, message, "take that one, or say why not with --reason TEXT"))
    }

    /// What is left of a holding after the units that were scanned of it.
    fn without_units(&self, holding: &Holding) -> Option<Holding> {
        let open = self.open.iter().flat_map(|group| group.serials.iter().map(|(_, unit)| unit));
        let units = self.lines.iter().flat_map(|line| &line.serials).chain(open);
        let is_of_it = |unit: &&LineSerial| {
            let record = unit.record.as_ref().filter(|record| record.item == holding.item);
            record.is_some_and(|record| record.lot == holding.lot && record.standing == holding.standing)
        };
        let taken: Quantity = units.filter(is_of_it).map(|unit| unit.quantity()).sum();
        let quantity = holding.quantity.less(taken);
        quantity.is_positive().then(|| Holding { quantity, ..holding.clone() })
    }

    /// A code of the wrong kind where a serial is due.
    pub(super) fn judge_serial_kind(&self, group: &OpenGroup, reading: &Reading, known: &Known) -> Result<(), Refusal> {
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
    pub(super) fn judge_unit(
        &self,
        group: &OpenGroup,
        code: &SerialCode,
        reading: &Reading,
        known: &Known,
    ) -> Result<(Rc<Item>, LineSerial), Refusal> {
        let item = self.item_of_unit(group, code, reading, known)?;
        // The unit that opened a group is only remembered when the group is closed.
        let opened_by_it =
            || group.serials.first().is_some_and(|(other, first)| other.id == item.id && first.code == *code);
        if let Some(why) = known.misfit.as_ref().filter(|_| !self.plan.allow_odd_serials) {
            let message = format!("{code} is no serial of {}: {why}", item.sku);
            let hint = "scan the serial on the label; --allow-odd-serials takes this one";
            return Err(Refusal::new(Code::SerialDoesNotFit, message, hint));
        }
        let is_double = self.seen.contains(&(item.id, code.clone())) || opened_by_it();
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
        // That the unit is of another lot is told before that it is held, or that its lot has expired.
        let hold = known.held_units.iter().find(|hold| hold.item == item.id);
        self.judge_held(&format!("{} {code}", item.sku), hold)?;
        if let Some(lot) = record.and_then(|record| record.lot.as_ref()) {
            self.judge_expired(&item, lot)?;
            judge_remaining_life(&item, lot, self.plan.day, self.plan.minimum_life)?;
        }
        judge_certificate(self.plan.verb, &item, "serial", code.as_str(), &known.facts)?;
        judge_owner(&format!("{} {code}", item.sku), known)?;
        // Where a lot was scanned, it has been judged by it.
        let lot = record.and_then(|record| record.lot.as_ref()).filter(|_| group.known_lot().is_none());
        let passed_over = lot.map(|lot| self.judge_order_of_picking(&item, lot, reading, known)).transpose()?.flatten();
        let (record, passed_over) = (record.cloned().map(Box::new), passed_over.map(Box::new));
        Ok((item.clone(), LineSerial { code: code.clone(), record, measure: None, passed_over }))
    }

    pub(super) fn item_of_unit(
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
            [] if self.plan.verb == Verb::Return && self.plan.order.is_some() => {
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

    pub(super) fn judge_lot_of_unit(
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
        let group_lot = group.known_lot();
        let mut names = [group_lot.clone(), reading.lot.clone(), self.plan.lot.clone()].into_iter().flatten();
        let first = names.next();
        let must_be = recorded.filter(|_| !known.facts.history_is_undone);
        let record = must_be.or(known.lot.as_ref());
        let is_same = |one: &LotCode, name: &LotCode| {
            one == name || record.is_some_and(|lot| lot.is_called(one) && lot.is_called(name))
        };
        let differing = first.iter().cloned().chain(names).find(|name| {
            must_be.is_some_and(|lot| !lot.is_called(name)) || first.as_ref().is_some_and(|one| !is_same(one, name))
        });
        let must_be = must_be.map(|lot| lot.code.clone());
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
}

/// Goods of others leave for their owner only.
fn judge_owner(what: &str, known: &Known) -> Result<(), Refusal> {
    match &known.other_owner {
        Some(owner) => Err(owned_by_other(what, owner)),
        None => Ok(()),
    }
}
