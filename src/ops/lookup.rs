//! What the store knows of a scan: the answers to what the conversation wants to know.

use std::cell::RefCell;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::{Days, NaiveDate};

use super::batch::Frame;
use super::{Result, owners, pattern, resolve};
use crate::codes::{Decoded, Facts, Gtin, Kind, Made, Numbered, Pattern, Questions, Reading, shown};
use crate::ledger::{
    Code, Holding, LotRecord, PartnerFacts, Refusal, SerialRecord, Stage, Strategy, Verb, effective_hops,
    first_out_order, passed_over,
};
use crate::model::{
    Item, ItemId, LotCode, LotId, OrderId, PartnerId, Picking, PlaceId, PlaceKind, Quantity, SerialCode, folded,
};
use crate::scan::{Conversation, Known, Wants};
use crate::store::{Found, FreeStockOrder, Progress, ProgressKind, SerialStep, SupplierCodes, View};

/// With fewer scans, looking each up when it is its turn is faster.
const FEWEST_TO_LOOK_AHEAD: usize = 8;

/// So many lots are looked at that should go before the one that was scanned. A batch that empties more of them than these is
/// not told of the next one.
const MOST_LOTS_AHEAD: usize = 64;

/// Looks up scans for one batch.
pub struct Lookup<'v, 'c> {
    view: &'v View<'c>,
    verb: Verb,
    order: Option<OrderId>,
    /// The supplier that goods come from or go back to, and its end of the ledger.
    supplier: Option<(PartnerId, PlaceId)>,
    /// What was done on the order of a return.
    progress: Vec<Progress>,
    /// The words of the supplier that were looked up; `None` where they have no words of their own.
    words: Option<RefCell<SupplierCodes>>,
    /// The customer that goods leave for.
    customer: Option<PartnerId>,
    /// The patterns of the items of the batch.
    patterns: RefCell<HashMap<ItemId, Vec<Pattern>>>,
    today: NaiveDate,
    /// The supplier has texts of their own for lots.
    has_lot_texts: bool,
    /// Goods leave for a customer: on this day, for whom they must be good so many days more.
    leaves: Option<(NaiveDate, u32)>,
}

impl<'v, 'c> Lookup<'v, 'c> {
    /// Prepares for a batch.
    pub fn new(view: &'v View<'c>, verb: Verb, frame: &Frame, today: NaiveDate) -> Result<Lookup<'v, 'c>> {
        let (order, supplier) = (frame.order.as_ref().map(|order| order.id), frame.supplier);
        let is_return = matches!(verb, Verb::Return | Verb::ReturnToSupplier);
        let progress = match order.filter(|_| is_return) {
            Some(order) => view.progress(order)?,
            None => Vec::new(),
        };
        let (has_words, has_lot_texts) = match supplier {
            Some((supplier, _)) => view.supplier_has_texts(supplier)?,
            None => (false, false),
        };
        let words = has_words.then(RefCell::default);
        let leaves = frame.day.filter(|_| verb.needs_good_goods()).map(|day| (day, frame.minimum_life));
        let patterns = RefCell::default();
        Ok(Lookup {
            view,
            verb,
            order,
            supplier,
            progress,
            words,
            customer: frame.customer,
            patterns,
            today,
            has_lot_texts,
            leaves,
        })
    }

    /// Looks up all scans of a batch in a few queries, so that a batch takes no more trips to a server than it must.
    pub fn look_ahead<'r>(&self, readings: impl Iterator<Item = &'r Reading> + Clone) -> Result<()> {
        if readings.clone().count() < FEWEST_TO_LOOK_AHEAD {
            return Ok(());
        }
        let (mut codes, mut serials) = (Vec::new(), Vec::new());
        for reading in readings {
            let text = reading.plain().or(reading.is_guess.then_some(reading.text.as_str()));
            codes.extend(text.map(str::to_owned));
            let gtin = reading.item.as_ref().or(reading.gtin_candidate.as_ref());
            codes.extend(gtin.into_iter().flat_map(|gtin| resolve::spellings(gtin.as_str())));
            codes.extend(reading.place.clone());
            codes.extend(reading.item_codes.iter().cloned());
            serials.extend(reading.serial.clone());
            serials.extend(text.and_then(|text| SerialCode::new(text).ok()));
        }
        if let (Some((supplier, _)), Some(words)) = (self.supplier, &self.words) {
            *words.borrow_mut() = self.view.items_of_supplier(supplier, &codes)?;
        }
        self.view.find_codes_ahead(&codes.iter().map(String::as_str).collect::<Vec<_>>())?;
        self.view.find_serials_ahead(&serials)?;
        if self.verb.needs_good_goods() {
            self.view.find_holds_of_found()?;
            self.view.find_certificates_ahead()?;
        }
        Ok(())
    }

    /// Everything that is known of a scan. A text that is known as a whole wins over a guess that it is GS1 data, so the
    /// reading may change.
    pub fn know(&self, conversation: &Conversation, reading: Reading) -> Result<(Reading, Known)> {
        let (reading, found) = self.named(reading)?;
        let mut known = Known::default();
        match found {
            Some(Found::Item(item)) => known.item = Some(item),
            Some(Found::Pack(item, quantity)) => {
                known.item = Some(item);
                known.pack = Some(quantity);
            }
            Some(Found::Place(place)) => known.place = Some(place),
            None => {}
        }
        let mut reading = reading;
        let mut wants = conversation.wants(&reading, known.item.as_ref());
        if self.is_lot_with_its_word(&reading, &wants)? {
            reading.lot = LotCode::new(&reading.text).ok();
            wants.lot.clone_from(&reading.lot);
        }
        self.find_lot(&wants, &mut known)?;
        self.find_serial(&wants, &mut known)?;
        if wants.stock && (known.lot.is_some() || wants.lot.is_none()) {
            self.find_stock(&wants, &mut known)?;
        }
        known.glued = self.glued(&reading, &wants, &known)?;
        self.find_holds(&wants, &mut known)?;
        if self.verb.needs_good_goods() {
            known.facts.lacks_certificate = self.lacks_certificate(&wants, &known)?;
            known.other_owner = self.other_owner(&wants, &known)?;
        }
        Ok((reading, known))
    }

    /// A reading that may be booked, and everything that is known of it: what is known has settled which one is meant, or
    /// a guess is accepted.
    ///
    /// The refusal is `ambiguous-scan`, with the readings listed.
    ///
    /// # Errors
    /// What the database says.
    pub fn certain(
        &self,
        conversation: &Conversation,
        reading: Reading,
        accept_guess: bool,
    ) -> Result<std::result::Result<(Reading, Known), Refusal>> {
        let reading = self.settled(reading)?;
        let reading = match (reading.must_be_asked(), accept_guess) {
            (false, _) => reading,
            (true, true) => Reading { decided: reading.decided.clone(), ..reading.best_guess() },
            (true, false) => return Ok(Err(ambiguous(&reading))),
        };
        let reading = match reading.is_case_lost {
            false => reading,
            true => match self.in_known_case(conversation, reading)? {
                Ok(reading) => reading,
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let (reading, known) = self.know(conversation, reading)?;
        match known.glued.as_ref().filter(|_| !accept_guess && !conversation.plan().allow_odd_serials) {
            Some(what) => Ok(Err(two_scans(what))),
            None => Ok(Ok((reading, known))),
        }
    }

    /// Says that the new lot or serial of a scan ends with what is the code of something by itself. A text without such an
    /// end costs no look into the database.
    fn glued(&self, reading: &Reading, wants: &Wants, known: &Known) -> Result<Option<String>> {
        let is_whole = |text: &str| reading.plain().is_some_and(|plain| plain.trim() == text);
        let lot = wants.lot.as_ref().filter(|lot| known.lot.is_none() && reading.lot.as_ref() == Some(*lot));
        let lot = lot.or(wants.lot.as_ref().filter(|lot| known.lot.is_none() && is_whole(lot.as_str())));
        let serial = wants.serial.as_ref().filter(|_| known.serials.is_empty()).map(SerialCode::as_str);
        let lot = lot.map(LotCode::as_str);
        let ends: Vec<CodeAtEnd<'_>> = [lot, serial].into_iter().flatten().flat_map(codes_at_end).collect();
        let texts: Vec<String> = ends.iter().flat_map(CodeAtEnd::spellings).collect();
        if texts.is_empty() {
            return Ok(None);
        }
        self.view.find_codes_ahead(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
        for end in &ends {
            for text in end.spellings() {
                let what = match (end, self.view.find_code(&text)?) {
                    (CodeAtEnd::Number(..), Some(Found::Item(item) | Found::Pack(item, _))) => {
                        format!("the number {text} of {}", item.sku)
                    }
                    (CodeAtEnd::Path(..), Some(Found::Place(place))) => format!("the place {}", place.path),
                    _ => continue,
                };
                return Ok(Some(format!("{} ends with {what}", shown(end.whole().as_bytes()))));
            }
        }
        Ok(None)
    }

    /// The readings of a doubtful scan in the order of what is known.
    pub fn settled(&self, reading: Reading) -> Result<Reading> {
        if !reading.is_doubtful() {
            return Ok(reading);
        }
        let facts = facts(self.view, &reading.questions())?;
        let decided = reading.decided.clone();
        Ok(Reading { decided, ..reading.settle(&facts) })
    }

    /// A lot or serial whose case was lost on the way, in the case in which it is known; as capitals where it is not known,
    /// because most labels are.
    fn in_known_case(
        &self,
        conversation: &Conversation,
        reading: Reading,
    ) -> Result<std::result::Result<Reading, Refusal>> {
        let (capitals, small) = (reading.in_case(str::to_ascii_uppercase), reading.in_case(str::to_ascii_lowercase));
        let mut known = Vec::new();
        for spelled in [&capitals, &small, &reading] {
            let (_, found) = self.know(conversation, spelled.clone())?;
            let is_known = found.lot.is_some() || !found.serials.is_empty();
            if is_known && known.iter().all(|other: &&Reading| other.in_brackets() != spelled.in_brackets()) {
                known.push(spelled);
            }
        }
        Ok(match known.as_slice() {
            [] => Ok(capitals),
            [only] => Ok((*only).clone()),
            [one, other, ..] => {
                let spelled = |one: &Reading| shown(one.in_brackets().as_bytes());
                let (one, other) = (spelled(one), spelled(other));
                let message =
                    format!("the scanner turns all letters to one case, and both {one} and {other} are known");
                Err(Refusal::new(Code::AmbiguousScan, message, "switch off the case conversion of the scanner"))
            }
        })
    }

    fn named(&self, reading: Reading) -> Result<(Reading, Option<Found>)> {
        if reading.is_guess
            && let Some(found) = self.view.find_code(&reading.text)?
        {
            return Ok((
                Reading { text: reading.text, kind: Kind::Plain, decided: reading.decided, ..Reading::default() },
                Some(found),
            ));
        }
        if let Some(text) = reading.plain() {
            let found = self.view.find_code(text)?;
            let found = match found {
                None => self.by_word_of_supplier(text)?.map(Found::Item),
                found => found,
            };
            if found.is_some() {
                return Ok((reading, found));
            }
        }
        let gtin = reading.item.as_ref().or(reading.gtin_candidate.as_ref());
        let found = match (gtin, &reading.place) {
            (Some(gtin), _) => resolve::code(self.view, gtin.as_str())?,
            (None, Some(place)) => self.view.find_code(place)?,
            (None, None) => None,
        };
        let found = if found.is_some() { found } else { self.by_item_code(&reading)? };
        Ok((reading, found))
    }

    /// What a new number says by the patterns of its item.
    fn decoded(
        &self,
        item: &Rc<Item>,
        of: Numbered,
        number: &str,
    ) -> Result<Option<std::result::Result<Decoded, String>>> {
        let mut patterns = self.patterns.borrow_mut();
        let patterns = match patterns.entry(item.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(pattern::of_item(self.view, item)?),
        };
        Ok(pattern::decoded(patterns, of, number, self.today))
    }

    /// The item that the supplier of the batch calls so.
    fn by_word_of_supplier(&self, text: &str) -> Result<Option<Rc<Item>>> {
        let (Some((supplier, _)), Some(words)) = (self.supplier, &self.words) else { return Ok(None) };
        let known = words.borrow().get(&folded(text.trim())).copied();
        match known {
            Some(item) => Ok(item.map(|item| self.view.item(item)).transpose()?),
            None => Ok(self.view.item_of_supplier(supplier, text)?),
        }
    }

    /// The item of a supplier's label, by the first of the names on it that we have.
    fn by_item_code(&self, reading: &Reading) -> Result<Option<Found>> {
        for code in &reading.item_codes {
            match self.view.find_code(code)? {
                Some(found @ (Found::Item(_) | Found::Pack(..))) => return Ok(Some(found)),
                Some(Found::Place(_)) => {}
                None => {
                    if let Some(item) = self.by_word_of_supplier(code)? {
                        return Ok(Some(Found::Item(item)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// A lot that is known as the whole text, with the word that the house takes off, is that one.
    fn is_lot_with_its_word(&self, reading: &Reading, wants: &Wants) -> Result<bool> {
        let (Some(item), Some(lot), Some(text)) = (&wants.item, &wants.lot, reading.plain()) else { return Ok(false) };
        let Some(whole) = LotCode::new(text).ok().filter(|whole| reading.lot.is_some() && whole != lot) else {
            return Ok(false);
        };
        Ok(self.view.lot(item.id, lot)?.is_none() && self.view.lot(item.id, &whole)?.is_some())
    }

    fn find_lot(&self, wants: &Wants, known: &mut Known) -> Result<()> {
        let (Some(item), Some(text)) = (&wants.item, &wants.lot) else { return Ok(()) };
        known.lot = self.view.lot(item.id, text)?;
        if let Some((supplier, _)) = self.supplier.filter(|_| self.has_lot_texts)
            && let Some(theirs) = self.view.lot_of_supplier(supplier, item.id, text)?
        {
            let theirs = self.view.lot_record(theirs)?;
            match &known.lot {
                Some(own) if own.id != theirs.id => known.other_lot = Some(theirs),
                Some(_) => {}
                None => {
                    let mut theirs = (*theirs).clone();
                    theirs.also.push(text.clone());
                    known.lot = Some(Rc::new(theirs));
                }
            }
        }
        if known.lot.is_none() && self.verb == Verb::Receive {
            match self.decoded(item, Numbered::Lot, text.as_str())? {
                Some(Ok(decoded)) => known.lot_made = decoded.made.and_then(Made::day),
                Some(Err(why)) => known.lot_misfit = Some(why),
                None => {}
            }
        }
        self.find_ahead(item, known.lot.clone(), known)
    }

    /// What should go before a lot by the rule of its item: of what is free, and of what is set aside for the order.
    fn find_ahead(&self, item: &Item, lot: Option<Rc<LotRecord>>, known: &mut Known) -> Result<()> {
        let (Some((day, life)), Some(lot)) = (self.leaves, lot) else { return Ok(()) };
        let order = match item.rules.picking {
            Some(Picking::Fefo) => FreeStockOrder::FirstExpired,
            Some(Picking::Fifo) => FreeStockOrder::FirstIn,
            _ => return Ok(()),
        };
        let strategy = if order == FreeStockOrder::FirstIn { Strategy::FirstIn } else { Strategy::FirstExpired };
        let good_until = day.checked_add_days(Days::new(life.into())).unwrap_or(day);
        let (mut ahead, mut blocked): (Vec<Holding>, HashSet<LotId>) = Default::default();
        if let Some(order) = self.order {
            let claimed = self.view.claimed(self.view.claim_of(order, Stage::Allocated)?)?;
            // What is set aside for the order is what it was meant to get.
            if claimed.iter().any(|holding| is_of(holding, lot.id)) {
                return Ok(());
            }
            ahead.extend(claimed.into_iter().filter(|holding| holding.item == item.id));
        }
        let mut stock = self.view.free_stock(item.id, order, good_until);
        for _ in 0..MOST_LOTS_AHEAD {
            match stock.next_lot()? {
                Some(holdings) if !holdings.iter().any(|holding| is_of(holding, lot.id)) => ahead.extend(holdings),
                _ => break,
            }
        }
        // What is on hold lets others go first.
        if !self.view.holds_of(item.id)?.is_empty() {
            for lot in ahead.iter().filter_map(|holding| holding.lot.as_ref()) {
                if self.view.hold_over(item.id, Some(lot.id), None, None)?.is_some() {
                    blocked.insert(lot.id);
                }
            }
        }
        ahead.retain(|holding| holding.lot.as_ref().is_none_or(|lot| !blocked.contains(&lot.id)));
        ahead.retain(|holding| {
            let picked = Holding { lot: Some(lot.clone()), ..holding.clone() };
            passed_over(strategy, &picked, std::slice::from_ref(holding)).is_some()
        });
        first_out_order(strategy, &mut ahead);
        known.ahead = ahead;
        Ok(())
    }

    fn find_serial(&self, wants: &Wants, known: &mut Known) -> Result<()> {
        let Some(code) = &wants.serial else { return Ok(()) };
        let Some(item) = &wants.item else {
            for record in self.view.serials_named(code)? {
                known.serials.push((self.view.item(record.item)?, record));
            }
            if known.serials.iter().any(|(_, record)| self.takes_from(record)) {
                known.serials.retain(|(_, record)| self.takes_from(record));
            }
            if let [(item, record)] = known.serials.as_slice() {
                known.facts = self.facts_of_unit(item, record)?;
                let (item, lot) = (item.clone(), record.lot.clone());
                self.find_ahead(&item, lot, known)?;
            }
            return Ok(());
        };
        match self.view.serial(item.id, code)? {
            Some(record) => {
                known.facts = self.facts_of_unit(item, &record)?;
                if known.ahead.is_empty() {
                    self.find_ahead(item, record.lot.clone(), known)?;
                }
                known.serials.push((item.clone(), record));
            }
            None if self.verb == Verb::Receive => {
                if let Some(Err(why)) = self.decoded(item, Numbered::Serial, code.as_str())? {
                    known.misfit = Some(why);
                }
            }
            None if self.verb.moves_known_goods() => {
                for other in self.view.serials_named(code)? {
                    known.other_items.push(self.view.item(other.item)?.sku.to_string());
                }
            }
            None => {}
        }
        Ok(())
    }

    fn find_holds(&self, wants: &Wants, known: &mut Known) -> Result<()> {
        if !self.verb.needs_good_goods() {
            return Ok(());
        }
        if let Some(item) = wants.item.as_ref().filter(|_| known.lot.is_some() || wants.lot.is_none()) {
            let lot = known.lot.as_ref().map(|lot| lot.id);
            known.hold = self.view.hold_over(item.id, lot, None, None)?;
        }
        for (item, unit) in &known.serials {
            let lot = unit.lot.as_ref().map(|lot| lot.id);
            known.held_units.extend(self.view.hold_over(item.id, lot, Some(unit.id), None)?);
        }
        Ok(())
    }

    /// Whose the lot or unit is, when it is neither ours nor the customer's.
    fn other_owner(&self, wants: &Wants, known: &Known) -> Result<Option<String>> {
        let named = known.item.as_ref().filter(|_| wants.item.is_none());
        let units = known.serials.iter().filter(|(item, _)| named.is_none_or(|named| named.id == item.id));
        match (units.collect::<Vec<_>>().as_slice(), &wants.item, &known.lot) {
            ([(item, unit)], _, _) => {
                let lot = unit.lot.as_ref().map(|lot| lot.id);
                owners::other_owner(self.view, item.id, lot, Some(unit.id), self.customer)
            }
            ([], Some(item), Some(lot)) if !item.tracking.by_serial() => {
                owners::other_owner(self.view, item.id, Some(lot.id), None, self.customer)
            }
            _ => Ok(None),
        }
    }

    /// Goods wait for their certificate.
    /// An item without the rule costs no look into the database.
    fn lacks_certificate(&self, wants: &Wants, known: &Known) -> Result<bool> {
        // A label may name the item of a unit whose serial several items have.
        let named = known.item.as_ref().filter(|_| wants.item.is_none());
        let units = known.serials.iter().filter(|(item, _)| named.is_none_or(|named| named.id == item.id));
        match (units.collect::<Vec<_>>().as_slice(), &wants.item, &known.lot) {
            ([(item, unit)], _, _) if item.rules.requires_certificate => Ok(!self.view.is_unit_certified(unit.id)?),
            ([], Some(item), Some(lot)) if item.rules.requires_certificate && !item.tracking.by_serial() => {
                Ok(!self.view.is_lot_certified(lot.id)?)
            }
            _ => Ok(false),
        }
    }

    /// Where several items have a unit with one serial, the one that stands where the verb takes units from is meant.
    fn takes_from(&self, record: &SerialRecord) -> bool {
        let kind = record.standing.place.kind;
        if self.verb == Verb::Return { kind == PlaceKind::Customer } else { kind.is_internal() }
    }

    fn facts_of_unit(&self, item: &Rc<Item>, record: &SerialRecord) -> Result<PartnerFacts> {
        let mut facts = PartnerFacts::default();
        match self.verb {
            Verb::Return if self.order.is_some() => {
                let steps = self.view.serial_steps(record.id)?;
                let sold = last_effective(&steps, "sell");
                let on_order = sold.is_some_and(|step| step.order == self.order);
                if on_order && !record.standing.place.kind.is_internal() {
                    facts.sold_on_order = record.quantity;
                }
                facts.came_back_on_order = on_order && record.standing.place.kind.is_internal();
            }
            Verb::ReturnToSupplier => {
                // A piece came in with the unit that it was cut off.
                let wholes = if item.rules.is_measured { self.view.cut_from(&[record.id])? } else { Vec::new() };
                for unit in std::iter::once(record.id).chain(wholes.into_iter().map(|(_, unit)| unit)) {
                    let steps = self.view.serial_steps(unit)?;
                    let received = last_effective(&steps, "receive");
                    let from_them = received.is_some_and(|step| {
                        step.partner == self.supplier.map(|(partner, _)| partner)
                            && (self.order.is_none() || step.order == self.order)
                    });
                    if from_them {
                        facts.received_from_supplier = record.quantity;
                    }
                }
            }
            Verb::Receive if item.tracking.by_lot() => {
                let steps = self.view.serial_steps(record.id)?;
                let history: Vec<_> = steps.iter().map(|step| step.reversal).collect();
                facts.history_is_undone = effective_hops(&history).is_empty();
            }
            _ => {}
        }
        Ok(facts)
    }

    fn find_stock(&self, wants: &Wants, known: &mut Known) -> Result<()> {
        let Some(item) = &wants.item else { return Ok(()) };
        let lot = known.lot.as_ref().map(|lot| lot.id);
        known.stock = self.view.holdings(item.id, lot)?;
        match (self.verb, self.supplier) {
            (Verb::Return, _) if self.order.is_some() => {
                known.facts.sold_on_order = self.net(ProgressKind::Shipped, item, lot);
            }
            (Verb::ReturnToSupplier, Some((_, place))) => {
                let delivered = self.view.delivered_by(place, item.id, lot)?;
                known.facts.received_from_supplier = match self.order {
                    Some(_) => delivered.min(self.net(ProgressKind::Received, item, lot)),
                    None => delivered,
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// How much was shipped or received on the order and did not go back.
    fn net(&self, kind: ProgressKind, item: &Item, lot: Option<LotId>) -> Quantity {
        let done = |kind: ProgressKind| -> Quantity {
            let rows = self.progress.iter().filter(|row| row.kind == kind && row.item == item.id && row.lot == lot);
            rows.map(|row| row.quantity).sum()
        };
        done(kind).less(done(ProgressKind::Returned))
    }
}

/// What the database knows of the things that a doubtful scan may name.
///
/// # Errors
/// What the database says.
pub fn facts(view: &View<'_>, questions: &Questions) -> Result<Facts> {
    let mut facts = Facts::default();
    for text in &questions.codes {
        if view.find_code(text)?.is_some() {
            facts.codes.insert(text.clone());
        }
    }
    for gtin in &questions.items {
        if matches!(resolve::code(view, gtin)?, Some(Found::Item(_) | Found::Pack(..))) {
            facts.items.insert(gtin.clone());
        }
    }
    for text in &questions.lots {
        if LotCode::new(text).ok().map(|lot| view.lots_named(&lot)).transpose()?.is_some_and(|lots| !lots.is_empty()) {
            facts.lots.insert(text.clone());
        }
    }
    for text in &questions.serials {
        let serial = SerialCode::new(text).ok();
        if serial.map(|serial| view.serials_named(&serial)).transpose()?.is_some_and(|units| !units.is_empty()) {
            facts.serials.insert(text.clone());
        }
    }
    Ok(facts)
}

fn is_of(holding: &Holding, lot: LotId) -> bool {
    holding.lot.as_ref().is_some_and(|one| one.id == lot)
}

/// The end of a text that may be a scan of its own.
enum CodeAtEnd<'t> {
    /// The number of an item or a pack, and the text that it ends.
    Number(&'t str, &'t str),
    /// The path of a place, and the text that it ends.
    Path(&'t str, &'t str),
}

impl CodeAtEnd<'_> {
    fn spellings(&self) -> Vec<String> {
        match self {
            CodeAtEnd::Number(number, _) => resolve::spellings(number),
            CodeAtEnd::Path(path, _) => vec![(*path).to_owned()],
        }
    }

    fn whole(&self) -> &str {
        match self {
            CodeAtEnd::Number(_, whole) | CodeAtEnd::Path(_, whole) => whole,
        }
    }
}

/// What a text may end with behind at least one other character: 12 to 14 digits with a right check digit, and paths of
/// several parts.
fn codes_at_end(text: &str) -> Vec<CodeAtEnd<'_>> {
    let end = |length: usize| text.len().checked_sub(length).filter(|at| *at > 0).and_then(|at| text.get(at..));
    let is_number = |end: &&str| end.bytes().all(|byte| byte.is_ascii_digit()) && Gtin::new(end).is_ok();
    let mut ends: Vec<CodeAtEnd<'_>> =
        [14, 13, 12].into_iter().filter_map(end).filter(is_number).map(|end| CodeAtEnd::Number(end, text)).collect();
    if let Some(slash) = text.find('/') {
        let starts = text.char_indices().map(|(at, _)| at).filter(|at| (1..slash).contains(at));
        ends.extend(starts.filter_map(|at| text.get(at..)).map(|end| CodeAtEnd::Path(end, text)));
    }
    ends
}

/// A text that ends with what is known as a code of its own.
fn two_scans(what: &str) -> Refusal {
    let message = format!("{what}: it looks like two scans that ran together");
    let hint = "scan them one by one; if it is one lot or serial, take it as it stands with --accept-guess";
    Refusal::new(Code::AmbiguousScan, message, hint)
}

fn ambiguous(reading: &Reading) -> Refusal {
    let literal = shown(reading.in_brackets().as_bytes());
    let others: Vec<String> = reading.readings.iter().map(|one| shown(one.in_brackets().as_bytes())).collect();
    // Text in brackets looks like the elements that it may be.
    let message = match others.as_slice() {
        [only] if *only == literal => format!("the scan is the text {literal}, or the elements that it names"),
        _ => format!("the scan can be read in several ways: {literal}, or {}", others.join(", or ")),
    };
    let first = others.first().map_or("the first one", String::as_str);
    let hint = format!("type the lot or serial from the label, or repeat with --accept-guess for {first}");
    Refusal::new(Code::AmbiguousScan, message, hint)
}

/// The last step of a kind that was not undone.
fn last_effective<'s>(steps: &'s [SerialStep], kind: &str) -> Option<&'s SerialStep> {
    let history: Vec<_> = steps.iter().map(|step| step.reversal).collect();
    let effective = effective_hops(&history);
    steps.iter().rev().find(|step| step.root_kind == kind && effective.contains(&step.reversal.operation))
}
