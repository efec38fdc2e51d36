//! The second model of the ledger: stupid on purpose. It keeps every operation as it was made and computes everything
//! anew from the beginning, with plain vectors and texts. It shares no code with the ledger; it was written from the
//! contract.

use std::collections::{BTreeMap, BTreeSet};

/// The refusals that the model predicts, in the documented order of precedence.
const PRECEDENCE: [&str; 23] = [
    "partner-differs",
    "ambiguous-scan",
    "duplicate-in-batch",
    "not-sold-on-order",
    "not-on-order",
    "unknown-lot",
    "unknown-serial",
    "serial-of-other-item",
    "serial-already-in-stock",
    "serial-sold",
    "serial-not-here",
    "already-at-place",
    "already-picked",
    "not-received-from-supplier",
    "place-required",
    "place-not-pickable",
    "place-does-not-fit",
    "allocated-to-other-order",
    "lot-differs",
    "expiry-differs",
    "lot-on-hold",
    "lot-expired",
    "over-ordered",
];

pub const TODAY: &str = "2026-11-23";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub place: String,
    /// The order and `allocated` or `picked`.
    pub claim: Option<(String, String)>,
}

impl Spot {
    pub fn free(place: &str) -> Spot {
        Spot { place: place.to_owned(), claim: None }
    }

    pub fn of(place: &str, order: &str, stage: &str) -> Spot {
        Spot { place: place.to_owned(), claim: Some((order.to_owned(), stage.to_owned())) }
    }

    fn is_of(&self, order: &str) -> bool {
        self.claim.as_ref().is_some_and(|(of, _)| of == order)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    pub item: String,
    pub lot: Option<String>,
    pub serial: Option<String>,
    pub units: i64,
    pub from: Spot,
    pub to: Spot,
}

/// What a hold covers: all that is named must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub item: String,
    pub lot: Option<String>,
    pub serial: Option<String>,
    pub supplier: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Operation {
    pub number: i64,
    pub kind: String,
    pub order: Option<String>,
    pub partner: Option<String>,
    pub reverses: Option<i64>,
    /// Item, lot and expiry that it stated.
    pub dates: Vec<(String, String, String)>,
    pub moves: Vec<Move>,
    /// The hold that it made.
    pub rule: Option<Rule>,
    /// The hold that it ended.
    pub ends: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub sku: &'static str,
    pub by_lot: bool,
    pub by_serial: bool,
    pub scale: u32,
    /// Each unit carries its own measure, and orders are in it.
    pub is_measured: bool,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub code: &'static str,
    pub is_sales: bool,
    pub partner: &'static str,
    pub lines: Vec<(&'static str, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Receive,
    Transfer,
    Pick,
    Sell,
    Return,
    ReturnToSupplier,
}

#[derive(Clone, Debug)]
pub struct Group {
    /// None when the serials name their item.
    pub item: Option<String>,
    pub units: i64,
    pub lot: Option<String>,
    pub serials: Vec<String>,
    /// What each unit measures, where it is received and its item is measured.
    pub measures: Vec<i64>,
}

#[derive(Clone, Debug)]
pub struct Batch {
    pub verb: Verb,
    pub order: Option<String>,
    pub partner: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// A place that is scanned before the first group.
    pub scanned_place: Option<String>,
    /// `restock`, `quarantine` or `scrap`.
    pub disposition: &'static str,
    pub allow_over: bool,
    pub expires: Option<String>,
    pub lot_by_flag: bool,
    pub groups: Vec<Group>,
}

impl Batch {
    /// The scans, one for each line.
    pub fn scans(&self, model: &Model) -> Vec<String> {
        let mut scans: Vec<String> = self.scanned_place.iter().cloned().collect();
        for group in &self.groups {
            let item = group.item.as_ref().map(|sku| model.item(sku));
            scans.extend(group.item.clone());
            // Units are counted, measured or not.
            let scale = item.filter(|item| !item.by_serial).map_or(0, |item| item.scale);
            scans.push(shown(group.units, scale));
            if item.is_some_and(|item| item.by_lot) && !self.lot_by_flag {
                scans.extend(group.lot.clone());
            }
            for (index, serial) in group.serials.iter().enumerate() {
                scans.push(serial.clone());
                scans.extend(group.measures.get(index).map(|measure| shown(*measure, 2)));
            }
        }
        scans
    }
}

/// A quantity as it is written.
pub fn shown(units: i64, scale: u32) -> String {
    match scale {
        0 => units.to_string(),
        _ => {
            let whole = 10_i64.pow(scale);
            format!("{}.{:0width$}", units / whole, units % whole, width = scale as usize)
        }
    }
}

type Codes = BTreeSet<&'static str>;

/// What the model says about a batch before it is tried.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Refused before any scan, for one of these.
    pub whole: Codes,
    /// Each of these lines is refused, for one of these.
    pub lines: BTreeMap<u32, Codes>,
    /// That no place is known is told once, and what follows is judged without it.
    missing_place_is_told: bool,
}

impl Verdict {
    fn miss_place(&mut self, line: u32) {
        if !std::mem::replace(&mut self.missing_place_is_told, true) {
            self.refuse(line, "place-required");
        }
    }

    pub fn is_accepted(&self) -> bool {
        self.whole.is_empty() && self.lines.is_empty()
    }

    fn refuse(&mut self, line: u32, code: &'static str) {
        self.lines.entry(line).or_default().insert(code);
    }
}

/// The first of several codes in the order of precedence.
fn first_of(codes: Codes) -> Option<&'static str> {
    PRECEDENCE.into_iter().find(|code| codes.contains(code)).or_else(|| codes.into_iter().next())
}

#[derive(Clone, Debug)]
pub struct Model {
    pub items: Vec<Item>,
    /// Path and kind.
    pub places: Vec<(&'static str, &'static str)>,
    pub orders: Vec<Order>,
    pub operations: Vec<Operation>,
    /// Item and text, in the order in which they first came in.
    pub lots: Vec<(String, String)>,
    pub serials: Vec<(String, String)>,
}

impl Model {
    pub fn item(&self, sku: &str) -> &Item {
        self.items.iter().find(|item| item.sku == sku).unwrap()
    }

    pub fn order(&self, code: &str) -> &Order {
        self.orders.iter().find(|order| order.code == code).unwrap()
    }

    pub fn kind_of<'m>(&'m self, place: &'m str) -> &'m str {
        match self.places.iter().find(|(path, _)| *path == place) {
            Some((_, kind)) => kind,
            None => place.trim_start_matches('@').split('/').next().unwrap(),
        }
    }

    pub fn is_ours(&self, place: &str) -> bool {
        !place.starts_with('@')
    }

    pub fn is_pickable(&self, place: &str) -> bool {
        matches!(self.kind_of(place), "storage" | "staging")
    }

    fn only_place(&self, kind: &str) -> Option<String> {
        let found: Vec<_> = self.places.iter().filter(|(_, one)| *one == kind).collect();
        if let [only] = found.as_slice() { Some(only.0.to_owned()) } else { None }
    }

    // ---- what the operations add up to ------------------------------------------------------------------------------

    /// Where an item (and lot) is, and how much: only what is more than nothing.
    pub fn stock(&self, item: &str, lot: Option<&str>) -> BTreeMap<Spot, i64> {
        let mut stock: BTreeMap<Spot, i64> = BTreeMap::new();
        for one in self.operations.iter().flat_map(|operation| &operation.moves) {
            if one.item == item && one.lot.as_deref() == lot {
                *stock.entry(one.from.clone()).or_default() -= one.units;
                *stock.entry(one.to.clone()).or_default() += one.units;
            }
        }
        stock.retain(|_, units| *units != 0);
        stock
    }

    fn hops<'m>(&'m self, item: &str, serial: &str) -> Vec<(&'m Operation, &'m Move)> {
        let mut hops = Vec::new();
        for operation in &self.operations {
            for one in &operation.moves {
                if one.item == item && one.serial.as_deref() == Some(serial) {
                    hops.push((operation, one));
                }
            }
        }
        hops
    }

    /// Where a unit is and of which lot.
    pub fn standing(&self, item: &str, serial: &str) -> Option<(Spot, Option<String>)> {
        self.hops(item, serial).last().map(|(_, one)| (one.to.clone(), one.lot.clone()))
    }

    /// How much a unit is: its measure, as it last moved; else one.
    pub fn measure(&self, item: &str, serial: &str) -> i64 {
        self.hops(item, serial).last().map_or(1, |(_, one)| one.units)
    }

    pub fn operation(&self, number: i64) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.number == number)
    }

    pub fn is_undone(&self, number: i64) -> bool {
        self.operations.iter().any(|operation| operation.reverses == Some(number))
    }

    /// The operation at the beginning of a chain of undos, and whether this one acts as that did.
    fn root<'m>(&'m self, operation: &'m Operation) -> (&'m Operation, bool) {
        match operation.reverses {
            None => (operation, true),
            Some(number) => {
                let (root, acts) = self.root(self.operation(number).unwrap());
                (root, !acts)
            }
        }
    }

    /// It was not taken back, and does not take anything back.
    fn counts(&self, operation: &Operation) -> bool {
        !self.is_undone(operation.number) && self.root(operation).1
    }

    /// How much of an item was received, sold or returned on an order; of one lot, where one is named.
    fn done(&self, order: &str, kind: &str, item: &str, lot: Option<Option<&str>>) -> i64 {
        let mut done = 0;
        for operation in &self.operations {
            let of_order = operation.order.as_deref() == Some(order);
            if of_order && self.counts(operation) && self.root(operation).0.kind == kind {
                for one in &operation.moves {
                    let same = one.item == item && lot.is_none_or(|lot| one.lot.as_deref() == lot);
                    if same && one.from.place != one.to.place {
                        done += one.units;
                    }
                }
            }
        }
        done
    }

    pub fn ordered(&self, order: &str, item: &str) -> i64 {
        self.order(order).lines.iter().filter(|(of, _)| *of == item).map(|(_, units)| units).sum()
    }

    pub fn claimed(&self, order: &str, stage: &str, item: &str) -> i64 {
        let mut claimed = 0;
        for one in self.operations.iter().flat_map(|operation| &operation.moves).filter(|one| one.item == item) {
            let claim = Some((order.to_owned(), stage.to_owned()));
            claimed += if one.to.claim == claim { one.units } else { 0 };
            claimed -= if one.from.claim == claim { one.units } else { 0 };
        }
        claimed
    }

    pub fn shipped(&self, order: &str, item: &str) -> i64 {
        self.done(order, "sell", item, None)
    }

    /// The expiry of a lot: the first that was stated and not taken back.
    pub fn expiry(&self, item: &str, lot: &str) -> Option<String> {
        let counting = self.operations.iter().filter(|operation| self.counts(operation));
        // An undo of an undo acts as the operation at the beginning of the chain.
        let mut numbers: Vec<i64> = counting.map(|operation| self.root(operation).0.number).collect();
        numbers.sort_unstable();
        let roots = numbers.iter().filter_map(|number| self.operation(*number));
        let mut dates = roots.flat_map(|operation| &operation.dates);
        dates.find(|(of, text, _)| of == item && text == lot).map(|(_, _, date)| date.clone())
    }

    pub fn is_expired(&self, item: &str, lot: &str) -> bool {
        self.expiry(item, lot).is_some_and(|expiry| expiry.as_str() < TODAY)
    }

    /// The last time the unit was sold (or received) for good.
    fn last(&self, kind: &str, item: &str, serial: &str) -> Option<&Operation> {
        let hops = self.hops(item, serial);
        let found =
            hops.iter().rev().find(|(operation, _)| self.counts(operation) && self.root(operation).0.kind == kind);
        found.map(|(operation, _)| *operation)
    }

    // ---- holds ------------------------------------------------------------------------------------------------------

    /// The holds that are on: the latest operation that says so counts.
    pub fn holds(&self) -> Vec<(i64, Rule)> {
        let mut on: BTreeMap<i64, bool> = BTreeMap::new();
        for operation in &self.operations {
            let (root, acts) = self.root(operation);
            match root.kind.as_str() {
                "hold" => on.insert(root.number, acts),
                "release-hold" => root.ends.and_then(|hold| on.insert(hold, !acts)),
                _ => continue,
            };
        }
        let rule = |number: i64| (number, self.operation(number).unwrap().rule.clone().unwrap());
        on.into_iter().filter(|(_, is_on)| *is_on).map(|(number, _)| rule(number)).collect()
    }

    /// Who delivered a unit, or a lot of units that are not told apart, and was not undone.
    fn deliverers(&self, sku: &str, lot: Option<&str>, serial: Option<&str>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for operation in self.operations.iter().filter(|one| self.counts(one) && self.root(one).0.kind == "receive") {
            let is_of = |one: &&Move| {
                one.item == sku
                    && if serial.is_some() { one.serial.as_deref() == serial } else { one.lot.as_deref() == lot }
            };
            if operation.moves.iter().any(|one| is_of(&one)) {
                found.extend(self.root(operation).0.partner.clone());
            }
        }
        if let Some(whole) = serial.and_then(|serial| self.cut_off(sku, serial)) {
            found.extend(self.deliverers(sku, lot, Some(&whole)));
        }
        found
    }

    /// The unit that a piece was cut off.
    fn cut_off(&self, sku: &str, serial: &str) -> Option<String> {
        let first = self.hops(sku, serial).first().map(|(operation, _)| *operation)?;
        if first.kind == "cut" { first.moves[0].serial.clone() } else { None }
    }

    /// True for a unit, and for what was cut off it.
    fn is_of_unit(&self, sku: &str, serial: &str, unit: &str) -> bool {
        serial == unit || self.cut_off(sku, serial).is_some_and(|whole| self.is_of_unit(sku, &whole, unit))
    }

    fn covers(&self, rule: &Rule, sku: &str, lot: Option<&str>, serial: Option<&str>) -> bool {
        let by_unit = self.item(sku).by_serial;
        let came_so =
            |supplier: &String| (!by_unit || serial.is_some()) && self.deliverers(sku, lot, serial).contains(supplier);
        rule.item == sku
            && rule.lot.as_deref().is_none_or(|of| lot == Some(of))
            && rule.serial.as_deref().is_none_or(|of| serial.is_some_and(|serial| self.is_of_unit(sku, serial, of)))
            && rule.supplier.as_ref().is_none_or(came_so)
    }

    /// Is a unit on hold; without a serial, is all of a lot, or of an item without lots?
    pub fn is_held(&self, sku: &str, lot: Option<&str>, serial: Option<&str>) -> bool {
        self.holds().iter().any(|(_, rule)| self.covers(rule, sku, lot, serial))
    }

    /// What is allocated of the goods that a rule covers is given back.
    pub fn released_by(&self, rule: &Rule) -> Vec<Move> {
        let orders = self.orders.iter().filter(|order| order.is_sales);
        let allocated = orders.flat_map(|order| self.release(order.code, false));
        let is_covered = |one: &Move| self.covers(rule, &one.item, one.lot.as_deref(), one.serial.as_deref());
        allocated.filter(is_covered).collect()
    }

    /// The undo of what made, ended or restored a hold.
    fn undo_of_hold(&self, target: &Operation, after: &Model) -> Vec<Move> {
        let (root, _) = self.root(target);
        let number = if root.kind == "hold" { root.number } else { root.ends.unwrap() };
        let rule = self.operation(number).unwrap().rule.clone().unwrap();
        if after.holds().iter().any(|(hold, _)| *hold == number) {
            return after.released_by(&rule);
        }
        let mut then = after.clone();
        let mut moves = Vec::new();
        for one in target.moves.iter().filter(|one| one.from.place == one.to.place) {
            let (order, _) = one.from.claim.clone().unwrap();
            let is_bad = one.lot.as_ref().is_some_and(|lot| self.is_expired(&one.item, lot))
                || then.is_held(&one.item, one.lot.as_deref(), one.serial.as_deref());
            let needed = then.needed(&order, &one.item);
            let units = match &one.serial {
                // Whole or not at all, and as it measures now.
                Some(serial) if then.standing(&one.item, serial).unwrap().0 == one.to && needed > 0 => {
                    then.measure(&one.item, serial)
                }
                Some(_) => 0,
                None => {
                    let stock = then.stock(&one.item, one.lot.as_deref());
                    one.units.min(stock.get(&one.to).copied().unwrap_or(0)).min(needed)
                }
            };
            if !is_bad && units > 0 {
                let back = Move { units, from: one.to.clone(), to: one.from.clone(), ..one.clone() };
                then.operations.last_mut().unwrap().moves.push(back.clone());
                moves.push(back);
            }
        }
        moves
    }

    // ---- batches of scans -------------------------------------------------------------------------------------------

    fn partner(&self, batch: &Batch) -> Option<String> {
        batch.order.as_ref().map(|order| self.order(order).partner.to_owned()).or_else(|| batch.partner.clone())
    }

    fn is_destination_scanned(batch: &Batch) -> bool {
        matches!(batch.verb, Verb::Receive | Verb::Transfer | Verb::Return)
    }

    /// Where the goods of a batch go.
    pub fn destination(&self, batch: &Batch) -> Option<String> {
        let scanned = batch.scanned_place.clone().filter(|_| Model::is_destination_scanned(batch));
        let named = scanned.or_else(|| batch.to.clone());
        let partner = || self.partner(batch).unwrap();
        match (batch.verb, batch.disposition) {
            (Verb::Sell, _) => Some(format!("@customer/{}", partner())),
            (Verb::ReturnToSupplier, _) => Some(format!("@supplier/{}", partner())),
            (Verb::Return, "scrap") => Some("@scrap".to_owned()),
            (Verb::Return, "quarantine") => named.or_else(|| self.only_place("quarantine")),
            (Verb::Receive | Verb::Return, _) => named.or_else(|| self.only_place("storage")),
            (Verb::Pick, _) => named.or_else(|| self.only_place("staging")),
            (Verb::Transfer, _) => named,
        }
    }

    /// Where they must leave from, if that is said.
    fn origin(&self, batch: &Batch) -> Option<String> {
        if batch.verb == Verb::Return {
            return self.partner(batch).map(|partner| format!("@customer/{partner}"));
        }
        let scanned = batch.scanned_place.clone().filter(|_| !Model::is_destination_scanned(batch));
        scanned.or_else(|| batch.from.clone())
    }

    fn leaves_for_use(verb: Verb) -> bool {
        matches!(verb, Verb::Pick | Verb::Sell)
    }

    pub fn judge(&self, batch: &Batch) -> Verdict {
        let mut verdict = Verdict::default();
        if let (Some(order), Some(partner)) = (&batch.order, &batch.partner)
            && self.order(order).partner != partner
        {
            verdict.whole.insert("partner-differs");
        }
        if batch.verb == Verb::Transfer && batch.from.is_some() && batch.from == batch.to {
            verdict.whole.insert("already-at-place");
        }
        if batch.verb == Verb::Pick && batch.to.as_ref().is_some_and(|to| !self.is_pickable(to)) {
            verdict.whole.insert("place-does-not-fit");
        }
        let to_quarantine = batch.verb == Verb::Return && batch.disposition == "quarantine";
        if to_quarantine && batch.to.as_ref().is_some_and(|to| self.kind_of(to) != "quarantine") {
            verdict.whole.insert("place-does-not-fit");
        }
        if !verdict.whole.is_empty() {
            return verdict;
        }
        let mut batch = batch.clone();
        let mut line = 1;
        if let Some(place) = batch.scanned_place.clone() {
            if Model::leaves_for_use(batch.verb) && !self.is_pickable(&place) {
                verdict.refuse(line, "place-not-pickable");
                batch.scanned_place = None;
            } else if to_quarantine && self.kind_of(&place) != "quarantine" {
                verdict.refuse(line, "place-does-not-fit");
                // Nothing after it is blamed for having no place: as if it had been a fitting one.
                batch.scanned_place = self.places.iter().find(|one| one.1 == "quarantine").map(|one| one.0.to_owned());
            }
            line += 1;
        }
        // After a refused place, what names no item or place is passed over.
        let is_passing = !verdict.lines.is_empty();
        for group in &batch.groups {
            match &group.item {
                None if is_passing => {}
                Some(sku) => self.judge_group(&batch, group, sku, line, &mut verdict),
                None => self.judge_mixed(&batch, group, line, &mut verdict),
            }
            let one = Batch { groups: vec![group.clone()], scanned_place: None, ..batch.clone() };
            line += one.scans(self).len() as u32;
        }
        verdict
    }

    fn wants_destination(&self, batch: &Batch) -> bool {
        self.destination(batch).is_none()
    }

    fn judge_group(&self, batch: &Batch, group: &Group, sku: &str, line: u32, verdict: &mut Verdict) {
        let item = self.item(sku);
        if let Some(order) = &batch.order
            && self.ordered(order, sku) == 0
        {
            verdict.refuse(line, if batch.verb == Verb::Return { "not-sold-on-order" } else { "not-on-order" });
            return;
        }
        if self.wants_destination(batch) {
            verdict.miss_place(line);
        }
        let lot_fault = group.lot.as_ref().filter(|_| item.by_lot).and_then(|lot| self.lot_fault(batch, sku, lot));
        let for_use = Model::leaves_for_use(batch.verb);
        if for_use && !(item.by_lot && batch.lot_by_flag) && self.is_held(sku, None, None) {
            verdict.refuse(line, "lot-on-hold");
            return;
        }
        if let (Some(fault), true) = (lot_fault, batch.lot_by_flag) {
            verdict.refuse(line, fault);
            return;
        }
        if !item.is_measured && self.is_over_ordered(batch, sku, group.units) {
            verdict.refuse(line + 1, "over-ordered");
            return;
        }
        let mut next = line + 2;
        if item.by_lot && !batch.lot_by_flag {
            if let Some(fault) = lot_fault {
                verdict.refuse(next, fault);
            }
            next += 1;
        }
        if !item.by_serial {
            if lot_fault.is_none()
                && let Some(code) = self.count_fault(batch, sku, group)
            {
                verdict.refuse(line + 1, code);
            }
            return;
        }
        let group_lot = group.lot.clone().filter(|_| lot_fault.is_none());
        let lines_each = if group.measures.is_empty() { 1 } else { 2 };
        let mut in_batch = 0;
        let mut accepted: Vec<&String> = Vec::new();
        for (index, serial) in group.serials.iter().enumerate() {
            let mut codes = self.unit_faults(batch, sku, serial, group_lot.as_deref());
            // A refused unit was not scanned: only one that was accepted makes the next a double.
            if accepted.contains(&serial) {
                codes.insert("duplicate-in-batch");
            }
            if codes.is_empty() && item.is_measured && self.is_reached(batch, sku, in_batch) {
                codes.insert("over-ordered");
            }
            match first_of(codes) {
                Some(code) => verdict.refuse(next + lines_each * index as u32, code),
                None => {
                    accepted.push(serial);
                    in_batch += self.measure(sku, serial);
                    let stands = self.standing(sku, serial).map(|(spot, _)| spot.place);
                    let is_too_much =
                        group.measures.get(index).is_some_and(|measure| *measure > self.measure(sku, serial));
                    if is_too_much && stands.as_deref() == Some("@scrap") {
                        verdict.refuse(next + lines_each * index as u32 + 1, "measure-too-large");
                    }
                }
            }
        }
    }

    fn judge_mixed(&self, batch: &Batch, group: &Group, line: u32, verdict: &mut Verdict) {
        if self.wants_destination(batch) {
            verdict.miss_place(line);
        }
        let mut accepted: Vec<(String, String)> = Vec::new();
        for (index, serial) in group.serials.iter().enumerate() {
            let line = line + 1 + index as u32;
            let mut named: Vec<&(String, String)> = self.serials.iter().filter(|(_, text)| text == serial).collect();
            // Of several units with one serial, the one that stands where the verb takes units from is meant.
            let stands_right = |one: &(String, String)| {
                let place = self.standing(&one.0, &one.1).map(|(spot, _)| spot.place).unwrap_or_default();
                if batch.verb == Verb::Return { place.starts_with("@customer/") } else { !place.starts_with('@') }
            };
            if named.iter().any(|one| stands_right(one)) {
                named.retain(|one| stands_right(one));
            }
            let sku = match named.as_slice() {
                [] if batch.verb == Verb::Return && batch.order.is_some() => {
                    verdict.refuse(line, "not-sold-on-order");
                    continue;
                }
                [] => {
                    verdict.refuse(line, "unknown-serial");
                    continue;
                }
                [(sku, _)] => sku.as_str(),
                _ => {
                    verdict.refuse(line, "ambiguous-scan");
                    continue;
                }
            };
            if accepted.iter().any(|(of, text)| of == sku && text == serial) {
                verdict.refuse(line, "duplicate-in-batch");
                continue;
            }
            let mut codes = self.unit_faults(batch, sku, serial, None);
            if let Some(order) = &batch.order
                && self.ordered(order, sku) == 0
            {
                let is_return = batch.verb == Verb::Return;
                codes.insert(if is_return { "not-sold-on-order" } else { "not-on-order" });
            }
            let of_item: i64 =
                accepted.iter().filter(|(of, _)| of == sku).map(|(of, text)| self.measure(of, text)).sum();
            let is_over = match self.item(sku).is_measured {
                true => self.is_reached(batch, sku, of_item),
                false => self.is_over_ordered(batch, sku, of_item + 1),
            };
            if codes.is_empty() && is_over {
                codes.insert("over-ordered");
            }
            if codes.is_empty() {
                accepted.push((sku.to_owned(), serial.clone()));
            } else {
                verdict.lines.insert(line, codes);
            }
        }
    }

    fn lot_fault(&self, batch: &Batch, sku: &str, lot: &str) -> Option<&'static str> {
        let is_known = self.lots.iter().any(|(of, text)| of == sku && text == lot);
        if batch.verb == Verb::Return && batch.order.is_some() && !is_known {
            return Some("not-sold-on-order");
        }
        if batch.verb != Verb::Receive && !is_known {
            return Some("unknown-lot");
        }
        let known = self.expiry(sku, lot);
        if batch.expires.is_some() && known.is_some() && known != batch.expires {
            return Some("expiry-differs");
        }
        if Model::leaves_for_use(batch.verb) && self.is_held(sku, Some(lot), None) {
            return Some("lot-on-hold");
        }
        let is_expired = self.is_expired(sku, lot);
        (Model::leaves_for_use(batch.verb) && is_expired).then_some("lot-expired")
    }

    fn is_over_ordered(&self, batch: &Batch, sku: &str, units: i64) -> bool {
        let Some(order) = batch.order.as_deref().filter(|_| !batch.allow_over) else { return false };
        let done = match batch.verb {
            Verb::Receive => self.done(order, "receive", sku, None) - self.done(order, "return", sku, None),
            Verb::Pick => self.shipped(order, sku) + self.claimed(order, "picked", sku),
            Verb::Sell => self.shipped(order, sku),
            _ => return false,
        };
        done + units > self.ordered(order, sku)
    }

    /// The last measured unit may reach over what is ordered; after it there is no other.
    fn is_reached(&self, batch: &Batch, sku: &str, in_batch: i64) -> bool {
        let goes_out = Model::leaves_for_use(batch.verb);
        batch.order.as_ref().is_some_and(|order| {
            goes_out && self.ordered(order, sku) > 0 && self.is_over_ordered(batch, sku, in_batch + 1)
        })
    }

    fn unit_faults(&self, batch: &Batch, sku: &str, serial: &str, lot: Option<&str>) -> Codes {
        let mut codes = Codes::new();
        let order = batch.order.as_deref();
        let is_known = self.serials.iter().any(|(of, text)| of == sku && text == serial);
        if batch.verb == Verb::Return
            && order.is_some()
            && self.last("sell", sku, serial).is_none_or(|sold| sold.order.as_deref() != order)
        {
            codes.insert("not-sold-on-order");
        }
        if !is_known {
            if batch.verb != Verb::Receive {
                let is_of_other = self.serials.iter().any(|(_, text)| text == serial);
                codes.insert(if is_of_other { "serial-of-other-item" } else { "unknown-serial" });
            }
            return codes;
        }
        let (stands, recorded_lot) = self.standing(sku, serial).unwrap();
        let kind = self.kind_of(&stands.place);
        let is_ours = self.is_ours(&stands.place);
        let origin = self.origin(batch);
        let is_elsewhere = origin.as_ref().is_some_and(|origin| *origin != stands.place);
        let lot_binds =
            batch.verb != Verb::Receive || self.hops(sku, serial).iter().any(|(operation, _)| self.counts(operation));
        if let (Some(said), Some(recorded)) = (lot, &recorded_lot)
            && lot_binds
            && said != recorded
        {
            codes.insert("lot-differs");
        }
        match batch.verb {
            Verb::Receive => {
                if is_ours {
                    codes.insert("serial-already-in-stock");
                } else if kind == "customer" {
                    codes.insert("serial-sold");
                }
            }
            Verb::Return => {
                if is_ours {
                    codes.insert("serial-already-in-stock");
                } else if kind != "customer" || is_elsewhere {
                    codes.insert("serial-not-here");
                }
            }
            _ => {
                if !is_ours || is_elsewhere {
                    codes.insert("serial-not-here");
                }
            }
        }
        let claimed_by = stands.claim.as_ref().map(|(order, _)| order.as_str());
        match batch.verb {
            Verb::Transfer if self.destination(batch).as_ref() == Some(&stands.place) => {
                codes.insert("already-at-place");
            }
            Verb::Pick | Verb::Sell => {
                if is_ours && !self.is_pickable(&stands.place) {
                    codes.insert("place-not-pickable");
                }
                if claimed_by.is_some() && claimed_by != order {
                    codes.insert("allocated-to-other-order");
                } else if batch.verb == Verb::Pick && stands.claim.as_ref().is_some_and(|(_, stage)| stage == "picked")
                {
                    codes.insert("already-picked");
                }
                if self.is_held(sku, recorded_lot.as_deref(), Some(serial)) {
                    codes.insert("lot-on-hold");
                }
                if recorded_lot.as_ref().is_some_and(|lot| self.is_expired(sku, lot)) {
                    codes.insert("lot-expired");
                }
            }
            Verb::ReturnToSupplier => {
                // A piece came in with the unit that it was cut off.
                let mut units = vec![serial.to_owned()];
                while let Some(whole) = units.last().and_then(|unit| self.cut_off(sku, unit)) {
                    units.push(whole);
                }
                let is_theirs = |unit: &String| {
                    self.last("receive", sku, unit).is_some_and(|came| {
                        came.partner.as_deref() == self.partner(batch).as_deref()
                            && (order.is_none() || came.order.as_deref() == order)
                    })
                };
                if !units.iter().any(is_theirs) {
                    codes.insert("not-received-from-supplier");
                }
                if claimed_by.is_some() {
                    codes.insert("allocated-to-other-order");
                }
            }
            _ => {}
        }
        codes
    }

    /// The spots that a counted amount may leave from.
    pub fn usable(&self, batch: &Batch, sku: &str, lot: Option<&str>) -> (BTreeMap<Spot, i64>, BTreeMap<Spot, i64>) {
        let origin = self.origin(batch);
        let destination = self.destination(batch);
        let mut usable = BTreeMap::new();
        let mut blocked = BTreeMap::new();
        for (spot, units) in self.stock(sku, lot) {
            let fits = match batch.verb {
                Verb::Return => self.kind_of(&spot.place) == "customer",
                Verb::Pick | Verb::Sell => self.is_pickable(&spot.place),
                _ => self.is_ours(&spot.place),
            };
            let stays = batch.verb == Verb::Transfer && destination.as_ref() == Some(&spot.place);
            if units < 0 || !fits || stays || origin.as_ref().is_some_and(|origin| *origin != spot.place) {
                continue;
            }
            let is_own = batch.order.as_deref().is_some_and(|order| spot.is_of(order));
            let is_picked = spot.claim.as_ref().is_some_and(|(_, stage)| stage == "picked");
            let may = match batch.verb {
                _ if spot.claim.is_none() => true,
                Verb::Transfer => true,
                Verb::Sell => is_own,
                Verb::Pick => is_own && !is_picked,
                _ => false,
            };
            if may {
                usable.insert(spot, units)
            } else {
                blocked.insert(spot, units)
            };
        }
        (usable, blocked)
    }

    fn count_fault(&self, batch: &Batch, sku: &str, group: &Group) -> Option<&'static str> {
        if batch.verb == Verb::Receive {
            return None;
        }
        let item = self.item(sku);
        let lot = group.lot.as_deref().filter(|_| item.by_lot);
        let order = batch.order.as_deref();
        if let (Verb::Return, Some(order)) = (batch.verb, order)
            && self.done(order, "sell", sku, Some(lot)) - self.done(order, "return", sku, Some(lot)) < group.units
        {
            return Some("not-sold-on-order");
        }
        if batch.verb == Verb::ReturnToSupplier {
            let supplier = Spot::free(&format!("@supplier/{}", self.partner(batch).unwrap()));
            let mut delivered = -self.stock(sku, lot).get(&supplier).copied().unwrap_or(0);
            if let Some(order) = order {
                let net = self.done(order, "receive", sku, Some(lot)) - self.done(order, "return", sku, Some(lot));
                delivered = delivered.min(net);
            }
            if delivered < group.units {
                return Some("not-received-from-supplier");
            }
        }
        let (usable, blocked) = self.usable(batch, sku, lot);
        let total: i64 = usable.values().sum();
        if total < group.units {
            let with_blocked = total + blocked.values().sum::<i64>();
            if with_blocked >= group.units {
                let of_other = blocked.keys().any(|spot| !order.is_some_and(|order| spot.is_of(order)));
                // Where both stand in the way, either may be told.
                let own = blocked.keys().any(|spot| order.is_some_and(|order| spot.is_of(order)));
                return Some(match (own, of_other) {
                    (true, true) => "already-picked|allocated-to-other-order",
                    (true, false) => "already-picked",
                    _ => "allocated-to-other-order",
                });
            }
            let origin = self.origin(batch);
            let lies_badly = self.stock(sku, lot).iter().any(|(spot, units)| {
                *units > 0
                    && self.is_ours(&spot.place)
                    && !self.is_pickable(&spot.place)
                    && origin.as_ref().is_none_or(|origin| *origin == spot.place)
            });
            let for_use = Model::leaves_for_use(batch.verb);
            return Some(if for_use && total == 0 && lies_badly { "place-not-pickable" } else { "not-enough-stock" });
        }
        let is_own = |spot: &Spot| order.is_some_and(|order| spot.is_of(order));
        let own: i64 = usable.iter().filter(|(spot, _)| is_own(spot)).map(|(_, units)| units).sum();
        let missing = group.units - own;
        if missing <= 0 {
            return None;
        }
        let free: Vec<(&Spot, i64)> =
            usable.iter().filter(|(spot, _)| !is_own(spot)).map(|(spot, units)| (spot, *units)).collect();
        let own_places: BTreeSet<&str> =
            usable.keys().filter(|spot| is_own(spot)).map(|one| one.place.as_str()).collect();
        let beside: i64 =
            free.iter().filter(|(spot, _)| own_places.contains(spot.place.as_str())).map(|(_, units)| units).sum();
        let places: BTreeSet<&str> = free.iter().map(|(spot, _)| spot.place.as_str()).collect();
        (beside < missing && places.len() > 1).then_some("place-required")
    }

    // ---- the answers to accepted steps ------------------------------------------------------------------------------

    /// Is this what an accepted batch may have moved?
    pub fn check_batch(&self, batch: &Batch, moves: &[Move]) -> Result<(), String> {
        let to_place = self.destination(batch).ok_or("accepted without a destination")?;
        let is_side_effect = |one: &&Move| one.from.place == one.to.place && one.to.claim.is_none();
        let (given_back, main): (Vec<&Move>, Vec<&Move>) = moves.iter().partition(is_side_effect);
        let mut left = main.clone();
        for group in &batch.groups {
            if group.item.as_ref().is_none_or(|sku| self.item(sku).by_serial) {
                for serial in &group.serials {
                    let at = left
                        .iter()
                        .position(|one| {
                            one.serial.as_ref() == Some(serial)
                                && group.item.as_ref().is_none_or(|item| *item == one.item)
                        })
                        .ok_or(format!("{serial} did not move"))?;
                    self.check_unit(batch, group, left.remove(at), &to_place)?;
                }
            } else {
                let sku = group.item.as_deref().unwrap();
                let lot = group.lot.as_deref().filter(|_| self.item(sku).by_lot);
                let (mine, others): (Vec<&Move>, Vec<&Move>) =
                    left.into_iter().partition(|one| one.item == sku && one.lot.as_deref() == lot);
                left = others;
                self.check_count(batch, group, sku, lot, &mine, &to_place)?;
            }
        }
        if !left.is_empty() {
            return Err(format!("nobody asked for {left:?}"));
        }
        self.check_given_back(batch, &main, &given_back)
    }

    fn spot_after(&self, batch: &Batch, to_place: &str, from: &Spot) -> Spot {
        match batch.verb {
            Verb::Pick => Spot::of(to_place, batch.order.as_deref().unwrap(), "picked"),
            Verb::Transfer if self.is_pickable(to_place) => {
                Spot { place: to_place.to_owned(), claim: from.claim.clone() }
            }
            _ => Spot::free(to_place),
        }
    }

    fn check_unit(&self, batch: &Batch, group: &Group, one: &Move, to_place: &str) -> Result<(), String> {
        let serial = one.serial.as_deref().unwrap();
        let standing = self.standing(&one.item, serial);
        let from = match &standing {
            Some((stands, _)) => stands.clone(),
            None => Spot::free(&format!("@supplier/{}", self.partner(batch).unwrap())),
        };
        let lot = match (batch.verb, standing) {
            (Verb::Receive, _) | (_, None) => group.lot.clone().filter(|_| self.item(&one.item).by_lot),
            (_, Some((_, lot))) => lot,
        };
        let to = self.spot_after(batch, to_place, &from);
        let at = group.serials.iter().position(|of| of == serial).unwrap_or_default();
        let units = group.measures.get(at).copied().unwrap_or_else(|| self.measure(&one.item, serial));
        let units = if self.item(&one.item).is_measured { units } else { 1 };
        let expected = Move { from, to, units, lot, ..one.clone() };
        if expected == *one { Ok(()) } else { Err(format!("expected {expected:?}, and it was {one:?}")) }
    }

    fn check_count(
        &self,
        batch: &Batch,
        group: &Group,
        sku: &str,
        lot: Option<&str>,
        mine: &[&Move],
        to_place: &str,
    ) -> Result<(), String> {
        let total: i64 = mine.iter().map(|one| one.units).sum();
        if total != group.units {
            return Err(format!("{} of {sku} were asked for, and {total} moved", group.units));
        }
        for one in mine {
            if one.to != self.spot_after(batch, to_place, &one.from) {
                return Err(format!("{one:?} went to the wrong spot"));
            }
        }
        if batch.verb == Verb::Receive {
            let supplier = Spot::free(&format!("@supplier/{}", self.partner(batch).unwrap()));
            let from_supplier = mine.iter().all(|one| one.from == supplier);
            return if from_supplier { Ok(()) } else { Err(format!("{mine:?} did not come from {supplier:?}")) };
        }
        let (mut usable, _) = self.usable(batch, sku, lot);
        for one in mine {
            let there = usable.get_mut(&one.from).ok_or(format!("{one:?} may not leave there"))?;
            *there -= one.units;
            if *there < 0 {
                return Err(format!("{one:?} took more than there was"));
            }
        }
        // What is set aside for the order goes first; a transfer moves what is set aside for nobody first.
        let order = batch.order.as_deref();
        let goes_first = |spot: &Spot| match batch.verb {
            Verb::Transfer => spot.claim.is_none(),
            _ => order.is_some_and(|order| spot.is_of(order)),
        };
        let from_second = mine.iter().any(|one| !goes_first(&one.from));
        if from_second && usable.iter().any(|(spot, units)| goes_first(spot) && *units > 0) {
            return Err(format!("{mine:?} left behind what should have gone first: {usable:?}"));
        }
        let own_places: BTreeSet<&str> =
            mine.iter().filter(|one| one.from.claim.is_some()).map(|one| one.from.place.as_str()).collect();
        let free_places: BTreeSet<&str> =
            mine.iter().filter(|one| one.from.claim.is_none()).map(|one| one.from.place.as_str()).collect();
        if free_places.len() > 1 && !free_places.is_subset(&own_places) {
            return Err(format!("{mine:?} came from several places that nobody named"));
        }
        Ok(())
    }

    /// Another unit takes the place of what was set aside, and the allocation follows.
    fn check_given_back(&self, batch: &Batch, main: &[&Move], given_back: &[&Move]) -> Result<(), String> {
        let Some(order) = batch.order.as_deref().filter(|_| Model::leaves_for_use(batch.verb)) else {
            return self.check_given_back_by_arrival(batch, main, given_back);
        };
        for item in &self.items {
            if item.is_measured {
                self.check_measured_given_back(batch, order, item.sku, main, given_back)?;
                continue;
            }
            let sum = |moves: &[&Move], test: &dyn Fn(&Move) -> bool| -> i64 {
                moves.iter().filter(|one| one.item == item.sku && test(one)).map(|one| one.units).sum()
            };
            let new = sum(main, &|one| !one.from.is_of(order));
            let all = sum(main, &|_| true);
            let is_at = |one: &Move, stage: &str| one.from == Spot::of(&one.from.place, order, stage);
            let allocated = self.claimed(order, "allocated", item.sku) - sum(main, &|one| is_at(one, "allocated"));
            let picked = self.claimed(order, "picked", item.sku) - sum(main, &|one| is_at(one, "picked"));
            let (outstanding, done) = match batch.verb {
                Verb::Sell => (allocated + picked, self.shipped(order, item.sku)),
                _ => (allocated, self.shipped(order, item.sku) + self.claimed(order, "picked", item.sku)),
            };
            let room = self.ordered(order, item.sku) - done - all;
            let expected = if new == 0 { 0 } else { new.min(allocated).max(outstanding - room).max(0) };
            let found = sum(given_back, &|_| true);
            if found != expected {
                return Err(format!("{expected} of {} should be given back, and it was {given_back:?}", item.sku));
            }
            if sum(given_back, &|one| one.from.is_of(order)) != found {
                return Err(format!("{given_back:?} was not this order's"));
            }
        }
        Ok(())
    }

    /// Of measured units so many are given back as can be, while what stays set aside still reaches what is ordered.
    fn check_measured_given_back(
        &self,
        batch: &Batch,
        order: &str,
        sku: &str,
        main: &[&Move],
        given_back: &[&Move],
    ) -> Result<(), String> {
        let main: Vec<&&Move> = main.iter().filter(|one| one.item == sku).collect();
        let given_back: Vec<&&Move> = given_back.iter().filter(|one| one.item == sku).collect();
        let is_new = main.iter().any(|one| !one.from.is_of(order));
        let stages: &[&str] = if batch.verb == Verb::Sell { &["allocated", "picked"] } else { &["allocated"] };
        let mut stays: Vec<i64> = Vec::new();
        for (of, serial) in self.serials.iter().filter(|(of, _)| of == sku) {
            let claim = self.standing(of, serial).unwrap().0.claim;
            let is_outstanding = claim.is_some_and(|(of, stage)| of == order && stages.contains(&stage.as_str()));
            let moves = |one: &&&&Move| one.serial.as_ref() == Some(serial);
            if is_outstanding && !main.iter().any(|one| moves(&one)) && !given_back.iter().any(|one| moves(&one)) {
                stays.push(self.measure(of, serial));
            }
        }
        let done = match batch.verb {
            Verb::Sell => self.shipped(order, sku),
            _ => self.shipped(order, sku) + self.claimed(order, "picked", sku),
        };
        let room = self.ordered(order, sku) - done - main.iter().map(|one| one.units).sum::<i64>();
        let left: i64 = stays.iter().sum();
        let was_wanted = is_new && given_back.iter().all(|one| one.from.is_of(order));
        if !given_back.is_empty() && (!was_wanted || left < room.max(0)) {
            return Err(format!("{given_back:?} should have stayed set aside: {left} is left for {room}"));
        }
        if is_new && stays.iter().any(|one| left - one >= room.max(0)) {
            return Err(format!("more could be given back than {given_back:?}: {stays:?} is left for {room}"));
        }
        Ok(())
    }

    /// More of a lot came from somebody whose goods are on hold: now all of it is.
    fn check_given_back_by_arrival(&self, batch: &Batch, main: &[&Move], given_back: &[&Move]) -> Result<(), String> {
        let mut after = self.clone();
        after.operations.push(Operation {
            number: i64::MAX,
            kind: if batch.verb == Verb::Receive { "receive" } else { "other" }.to_owned(),
            order: None,
            partner: self.partner(batch),
            reverses: None,
            dates: Vec::new(),
            moves: main.iter().map(|one| (*one).clone()).collect(),
            rule: None,
            ends: None,
        });
        let mut expected = self.released_by_arrival(&after, main);
        let mut found: Vec<Move> = given_back.iter().map(|one| (*one).clone()).collect();
        expected.sort();
        found.sort();
        if expected == found { Ok(()) } else { Err(format!("expected to be given back {expected:?}: {found:?}")) }
    }

    /// What is allocated of lots that arrive and are held then.
    fn released_by_arrival(&self, after: &Model, arriving: &[&Move]) -> Vec<Move> {
        let arrives = |item: &str, lot: Option<&str>| {
            let is_of = |one: &&&Move| one.item == item && one.lot.as_deref() == lot;
            arriving.iter().filter(is_of).any(|one| !self.is_ours(&one.from.place) && self.is_ours(&one.to.place))
        };
        let orders = self.orders.iter().filter(|order| order.is_sales);
        let allocated = orders.flat_map(|order| self.release(order.code, false));
        allocated
            .filter(|one| one.serial.is_none() && one.lot.is_some())
            .filter(|one| arrives(&one.item, one.lot.as_deref()) && after.is_held(&one.item, one.lot.as_deref(), None))
            .collect()
    }

    /// What of an item may be set aside, in the order in which that is done: lot, place, units or the unit.
    fn free_stock(&self, sku: &str, by_date: bool) -> Vec<(Option<String>, Vec<(String, i64)>)> {
        let mut lots: Vec<Option<String>> = match self.item(sku).by_lot {
            true => self.lots.iter().filter(|(of, _)| of == sku).map(|(_, lot)| Some(lot.clone())).collect(),
            false => vec![None],
        };
        lots.retain(|lot| lot.as_ref().is_none_or(|lot| !self.is_expired(sku, lot)));
        lots.retain(|lot| !self.is_held(sku, lot.as_deref(), None));
        if by_date {
            // A stable sort: lots of the same date, and lots without one at the end, stay in the order of their age.
            lots.sort_by_key(|lot| {
                let date = lot.as_ref().and_then(|lot| self.expiry(sku, lot));
                (date.is_none(), date)
            });
        }
        lots.into_iter()
            .map(|lot| {
                let stock = self.stock(sku, lot.as_deref()).into_iter();
                let free = stock.filter(|(spot, units)| spot.claim.is_none() && *units > 0);
                let free = free.filter(|(spot, _)| self.is_pickable(&spot.place));
                let good = free.map(|(spot, units)| {
                    let held = self.held_at(sku, lot.as_deref(), &spot);
                    (spot.place, units - held)
                });
                let good: Vec<(String, i64)> = good.filter(|(_, units)| *units > 0).collect();
                (lot, good)
            })
            .collect()
    }

    /// How many units on a spot are on hold by themselves.
    fn held_at(&self, sku: &str, lot: Option<&str>, spot: &Spot) -> i64 {
        let units = self.serials.iter().filter(|(of, _)| of == sku);
        let is_held = |serial: &str| {
            let (stands, its_lot) = self.standing(sku, serial).unwrap();
            stands == *spot && its_lot.as_deref() == lot && self.is_held(sku, lot, Some(serial))
        };
        units.filter(|(_, serial)| is_held(serial)).map(|(of, serial)| self.measure(of, serial)).sum()
    }

    pub fn needed(&self, order: &str, sku: &str) -> i64 {
        let claimed = self.claimed(order, "allocated", sku) + self.claimed(order, "picked", sku);
        (self.ordered(order, sku) - self.shipped(order, sku) - claimed).max(0)
    }

    /// What an allocation leaves short, by item.
    pub fn short(&self, order: &str) -> BTreeMap<String, i64> {
        let mut short = BTreeMap::new();
        for item in &self.items {
            let stock = self.free_stock(item.sku, true);
            let there: i64 = stock.iter().flat_map(|(_, places)| places).map(|(_, units)| units).sum();
            let missing = self.needed(order, item.sku) - there;
            if missing > 0 {
                short.insert(item.sku.to_owned(), missing);
            }
        }
        short
    }

    /// Is this what an allocation may have set aside?
    pub fn check_allocation(&self, order: &str, by_date: bool, moves: &[Move]) -> Result<(), String> {
        for one in moves {
            let is_fitting = one.from == Spot::free(&one.to.place)
                && one.to == Spot::of(&one.from.place, order, "allocated")
                && self.is_pickable(&one.from.place);
            if !is_fitting {
                return Err(format!("{one:?} is no allocation"));
            }
        }
        for item in &self.items {
            if item.is_measured {
                self.check_measured_allocation(order, item.sku, by_date, moves)?;
                continue;
            }
            let mut left = self.needed(order, item.sku);
            for (lot, places) in self.free_stock(item.sku, by_date) {
                let there: i64 = places.iter().map(|(_, units)| units).sum();
                let expected = left.min(there);
                left -= expected;
                let mine: Vec<&Move> = moves.iter().filter(|one| one.item == item.sku && one.lot == lot).collect();
                let found: i64 = mine.iter().map(|one| one.units).sum();
                if found != expected {
                    return Err(format!("{expected} of {} {lot:?} should be set aside: {mine:?}", item.sku));
                }
                if item.by_serial {
                    let mut oldest: Vec<String> = Vec::new();
                    for (of, serial) in self.serials.iter().filter(|(of, _)| of == item.sku) {
                        let (stands, its_lot) = self.standing(of, serial).unwrap();
                        let is_held = self.is_held(of, its_lot.as_deref(), Some(serial));
                        if its_lot == lot && stands.claim.is_none() && self.is_pickable(&stands.place) && !is_held {
                            oldest.push(serial.clone());
                        }
                    }
                    let expected: BTreeSet<String> = oldest.into_iter().take(expected as usize).collect();
                    let found: BTreeSet<String> = mine.iter().filter_map(|one| one.serial.clone()).collect();
                    if found != expected {
                        return Err(format!("{expected:?} should be set aside, and {found:?} were"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Is there no better choice of measured units? Every choice is tried: the least total that reaches what is needed, and
    /// the fewest units of those; or the other way round. Among equals the newest unit is as old as can be.
    fn check_measured_allocation(&self, order: &str, sku: &str, least: bool, moves: &[Move]) -> Result<(), String> {
        let need = self.needed(order, sku);
        let units: Vec<&(String, String)> = self
            .serials
            .iter()
            .filter(|(of, serial)| {
                let (spot, lot) = self.standing(of, serial).unwrap();
                let is_free = spot.claim.is_none() && self.is_pickable(&spot.place);
                of == sku && is_free && !self.is_held(of, lot.as_deref(), Some(serial))
            })
            .collect();
        let measures: Vec<i64> = units.iter().map(|(of, serial)| self.measure(of, serial)).collect();
        let all: i64 = measures.iter().sum();
        let mut best: Option<((i64, i64), Vec<usize>)> = None;
        for choice in 0..1_u32 << units.len() {
            let newest_first: Vec<usize> = (0..units.len()).rev().filter(|at| choice >> at & 1 == 1).collect();
            let total: i64 = newest_first.iter().map(|at| measures[*at]).sum();
            let count = newest_first.len() as i64;
            let rank = (if least { (total, count) } else { (count, total) }, newest_first);
            if total >= need.min(all) && best.as_ref().is_none_or(|best| rank < *best) {
                best = Some(rank);
            }
        }
        let chosen = best.filter(|_| need > 0).map(|(_, chosen)| chosen).unwrap_or_default();
        let expected: BTreeMap<&str, i64> = chosen.into_iter().map(|at| (units[at].1.as_str(), measures[at])).collect();
        let mine = moves.iter().filter(|one| one.item == sku);
        let found: BTreeMap<&str, i64> =
            mine.map(|one| (one.serial.as_deref().unwrap_or_default(), one.units)).collect();
        if expected == found { Ok(()) } else { Err(format!("{expected:?} reach {need}, and {found:?} were taken")) }
    }

    /// What cutting some off a unit moves, or why not. The bench is `@adjust`.
    pub fn cut(&self, sku: &str, serial: &str, measure: i64) -> Result<Vec<Move>, &'static str> {
        let Some((spot, lot)) = self.standing(sku, serial) else { return Err("unknown-serial") };
        if !self.is_ours(&spot.place) {
            return Err("serial-not-here");
        }
        if self.is_held(sku, lot.as_deref(), Some(serial)) {
            return Err("lot-on-hold");
        }
        let whole = self.measure(sku, serial);
        if measure >= whole {
            return Err("measure-too-large");
        }
        let is_free = |piece: &String| !self.serials.iter().any(|(of, text)| of == sku && text == piece);
        let piece = (1..).map(|number| format!("{serial}-{number}")).find(is_free).unwrap();
        let bench = Spot::free("@adjust");
        let one = |serial: &str, units: i64, from: &Spot, to: &Spot| Move {
            item: sku.to_owned(),
            lot: lot.clone(),
            serial: Some(serial.to_owned()),
            units,
            from: from.clone(),
            to: to.clone(),
        };
        Ok(vec![
            one(serial, whole, &spot, &bench),
            one(serial, whole - measure, &bench, &spot),
            one(&piece, measure, &bench, &Spot::free(&spot.place)),
        ])
    }

    /// Everything that stands under a claim.
    fn under(&self, order: &str, stage: &str) -> Vec<(String, Option<String>, Option<String>, i64, Spot)> {
        let mut found = Vec::new();
        let claim = Some((order.to_owned(), stage.to_owned()));
        for item in self.items.iter().filter(|item| item.by_serial) {
            for (sku, serial) in self.serials.iter().filter(|(of, _)| of == item.sku) {
                let (spot, lot) = self.standing(sku, serial).unwrap();
                if spot.claim == claim {
                    found.push((sku.clone(), lot, Some(serial.clone()), self.measure(sku, serial), spot));
                }
            }
        }
        for item in self.items.iter().filter(|item| !item.by_serial) {
            for lot in self.lots_of(item.sku) {
                for (spot, units) in self.stock(item.sku, lot.as_deref()) {
                    if spot.claim == claim && units > 0 {
                        found.push((item.sku.to_owned(), lot.clone(), None, units, spot));
                    }
                }
            }
        }
        found
    }

    pub fn lots_of(&self, sku: &str) -> Vec<Option<String>> {
        match self.item(sku).by_lot {
            true => self.lots.iter().filter(|(of, _)| of == sku).map(|(_, lot)| Some(lot.clone())).collect(),
            false => vec![None],
        }
    }

    /// What giving back moves; nothing: refused.
    pub fn release(&self, order: &str, picked_too: bool) -> Vec<Move> {
        let mut found = self.under(order, "allocated");
        if picked_too {
            found.extend(self.under(order, "picked"));
        }
        let give_back = |(item, lot, serial, units, from): (String, _, _, _, Spot)| {
            let to = Spot::free(&from.place);
            Move { item, lot, serial, units, from, to }
        };
        found.into_iter().map(give_back).collect()
    }

    /// What shipping moves, or why not.
    pub fn ship_picked(&self, order: &str) -> Result<Vec<Move>, Vec<&'static str>> {
        let found = self.under(order, "picked");
        if found.is_empty() {
            return Err(vec!["nothing-picked"]);
        }
        // One for each unit or lot in a place that is held; where none is, one for the lot that has expired there.
        let mut faults: BTreeMap<(&str, Option<&str>, &Spot), (usize, bool)> = BTreeMap::new();
        for (item, lot, serial, _, spot) in &found {
            let entry = faults.entry((item, lot.as_deref(), spot)).or_default();
            entry.0 += usize::from(self.is_held(item, lot.as_deref(), serial.as_deref()));
            entry.1 |= lot.as_ref().is_some_and(|lot| self.is_expired(item, lot));
        }
        let mut codes = Vec::new();
        for (held, is_expired) in faults.into_values() {
            codes.extend(vec!["lot-on-hold"; held]);
            codes.extend((held == 0 && is_expired).then_some("lot-expired"));
        }
        if !codes.is_empty() {
            codes.sort_unstable();
            return Err(codes);
        }
        let to = Spot::free(&format!("@customer/{}", self.order(order).partner));
        let ship = |(item, lot, serial, units, from)| Move { item, lot, serial, units, from, to: to.clone() };
        Ok(found.into_iter().map(ship).collect())
    }

    /// What undoing moves, or why not.
    pub fn undo(&self, number: i64) -> Result<Vec<Move>, &'static str> {
        let Some(target) = self.operation(number) else { return Err("unknown-operation") };
        if self.is_undone(number) {
            return Err("already-undone");
        }
        let root = self.root(target).0.clone();
        if matches!(root.kind.as_str(), "hold" | "release-hold") {
            return Ok(self.undo_of_hold(target, &self.after_undo(target, Vec::new())));
        }
        let back = |one: &Move| Move { from: one.to.clone(), to: one.from.clone(), ..one.clone() };
        let moves: Vec<Move> = target.moves.iter().rev().map(back).collect();
        for (index, one) in moves.iter().enumerate() {
            let Some(serial) = &one.serial else { continue };
            // A unit that was cut moved twice: its last step is taken back first.
            if moves[..index].iter().any(|before| before.item == one.item && before.serial == one.serial) {
                continue;
            }
            let hops = self.hops(&one.item, serial);
            let moved_on = hops
                .iter()
                .any(|(later, hop)| later.number > number && self.counts(later) && hop.from.place != hop.to.place);
            if moved_on || hops.last().map(|(_, hop)| &hop.to) != Some(&one.from) {
                return Err("has-dependants");
            }
        }
        let after = self.after_undo(target, moves.clone());
        for one in moves.iter().filter(|one| one.serial.is_none()) {
            let stock = after.stock(&one.item, one.lot.as_deref());
            let is_bounded = |place: &str| !place.starts_with("@supplier/") && place != "@adjust";
            if stock.iter().any(|(spot, units)| *units < 0 && is_bounded(&spot.place)) {
                return Err("has-dependants");
            }
        }
        for order in self.orders.iter().filter(|order| order.is_sales) {
            for item in &self.items {
                let (before, then) = (self.set_aside(order.code, item.sku), after.set_aside(order.code, item.sku));
                let ordered = self.ordered(order.code, item.sku);
                // A unit that is measured may be more than was ordered; only what was done since is in its place.
                let is_in_place = !item.is_measured || self.acted_since(number, order.code, item.sku);
                if then > before && then > ordered && is_in_place {
                    return Err("has-dependants");
                }
            }
        }
        let mut moves = self.without_way_round(&root, moves)?;
        for (item, lot) in &self.lots {
            if let (Some(known), Some(restored)) = (self.expiry(item, lot), after.expiry(item, lot))
                && known != restored
            {
                return Err("expiry-differs");
            }
        }
        let arriving: Vec<&Move> = moves.iter().collect();
        let released = self.released_by_arrival(&after, &arriving);
        moves.extend(released);
        Ok(moves)
    }

    /// True when something was done on an order with an item after an operation, and not taken back since.
    fn acted_since(&self, number: i64, order: &str, item: &str) -> bool {
        let mut standing: Vec<i64> = Vec::new();
        let is_of_order = |one: &&Operation| {
            one.number > number && one.order.as_deref() == Some(order) && one.moves.iter().any(|one| one.item == item)
        };
        for operation in self.operations.iter().filter(is_of_order) {
            match standing.iter().position(|one| Some(*one) == operation.reverses) {
                Some(undone) => drop(standing.remove(undone)),
                None => standing.push(operation.number),
            }
        }
        !standing.is_empty()
    }

    fn after_undo(&self, target: &Operation, moves: Vec<Move>) -> Model {
        let mut after = self.clone();
        after.operations.push(Operation {
            number: i64::MAX,
            kind: "undo".to_owned(),
            order: target.order.clone(),
            partner: target.partner.clone(),
            reverses: Some(target.number),
            dates: Vec::new(),
            moves,
            rule: None,
            ends: None,
        });
        after
    }

    /// An undo sets nothing aside and ships nothing that is on hold; what comes back from a customer comes back free.
    fn without_way_round(&self, root: &Operation, moves: Vec<Move>) -> Result<Vec<Move>, &'static str> {
        let mut kept = Vec::new();
        for mut one in moves {
            let comes_back = !self.is_ours(&one.from.place);
            let is_shipped = root.kind == "sell" && one.to.place.starts_with("@customer/");
            let is_set_aside = one.to.claim.is_some() && one.to.claim != one.from.claim;
            let is_allocation = one.to.claim.as_ref().is_some_and(|(_, stage)| stage == "allocated");
            let is_held = self.is_held(&one.item, one.lot.as_deref(), one.serial.as_deref());
            if is_held && (is_shipped || is_set_aside) {
                if comes_back && is_allocation {
                    one.to.claim = None;
                } else if matches!(root.kind.as_str(), "receive" | "return") && one.from.place == one.to.place {
                    continue;
                } else if !comes_back {
                    return Err("lot-on-hold");
                }
            }
            kept.push(one);
        }
        Ok(kept)
    }

    /// What is set aside where it lies although it is on hold: nothing, ever.
    pub fn allocated_and_held(&self) -> Vec<Move> {
        self.holds().iter().flat_map(|(_, rule)| self.released_by(rule)).collect()
    }

    /// Shipped, or set aside to be shipped.
    pub fn set_aside(&self, order: &str, sku: &str) -> i64 {
        self.shipped(order, sku) + self.claimed(order, "allocated", sku) + self.claimed(order, "picked", sku)
    }

    /// Takes an operation into the history.
    pub fn apply(&mut self, operation: Operation) {
        for one in &operation.moves {
            if let Some(lot) = &one.lot
                && !self.lots.iter().any(|(of, text)| *of == one.item && text == lot)
            {
                self.lots.push((one.item.clone(), lot.clone()));
            }
            if let Some(serial) = &one.serial
                && !self.serials.iter().any(|(of, text)| *of == one.item && text == serial)
            {
                self.serials.push((one.item.clone(), serial.clone()));
            }
        }
        self.operations.push(operation);
    }
}
