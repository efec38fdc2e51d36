//! Goods on hold: a rule on their identity, and what it does to what is there.

use std::rc::Rc;

use serde_json::{Value, json};

use super::held::{add_detail, is_allocated};
use super::lot::{lot_named, typed_lot};
use super::record::record_alone;
use super::settle::{reclaim, record_of};
use super::{Content, Draft, House, Recorded, Request, Result, resolve};
use crate::ledger::{Code, Hold, HoldRule, Holding, Movement, Refusal, SerialRecord};
use crate::model::{
    ClaimId, Item, ItemId, LotCode, LotId, OperationNumber, PartnerKind, PlaceKind, Quantity, SerialCode, SerialId,
};
use crate::store::{Found, Store, View, Writer};

/// What a hold is about, in the words of the command line.
#[derive(Debug, Clone, Default)]
pub struct HoldWords {
    /// The item: its SKU, a barcode or its GTIN, or a scan of a label, which may name the lot or the unit too.
    pub item: String,
    /// Only this lot.
    pub lot: Option<String>,
    /// Only this unit.
    pub serial: Option<String>,
    /// Only what this supplier delivered.
    pub supplier: Option<String>,
    /// Only what was received from the first time on and before the second, in seconds since 1970.
    pub received: Option<(i64, i64)>,
}

impl HoldWords {
    fn describe(&self, content: &mut Content) {
        content.flag("item", Some(&self.item));
        content.flag("lot", self.lot.as_deref());
        content.flag("serial", self.serial.as_deref());
        content.flag("from-supplier", self.supplier.as_deref());
        let received = self.received.map(|(from, until)| format!("{from} {until}"));
        content.flag("received-between", received.as_deref());
    }

    fn resolve(&self, view: &View<'_>, request: &Request) -> Result<(Rc<Item>, HoldRule)> {
        let mut rule = HoldRule::default();
        let item = match self.by_label(view, request)? {
            Some((item, lot, serial)) => {
                rule.lot = lot.filter(|_| serial.is_none());
                rule.serial = serial;
                item
            }
            None => resolve::item(view, &self.item)?,
        };
        let not_valid = |message: String, hint: &str| Refusal::new(Code::NotValid, message, hint);
        if let Some(lot) = &self.lot {
            let house = House::of(view, request.stamp.recorded_at.date_naive())?;
            let lot =
                typed_lot(view, &house, lot)?.map_err(|error| not_valid(error.to_string(), "look at the label"))?;
            (rule.lot, rule.serial) = (Some(lot), None);
        }
        if let Some(serial) = &self.serial {
            let serial = SerialCode::new(serial).map_err(|error| not_valid(error.to_string(), "look at the label"))?;
            (rule.lot, rule.serial) = (None, Some(serial));
        }
        let supplier = self.supplier.as_deref();
        let supplier = supplier.map(|text| resolve::partner(view, PartnerKind::Supplier, text)).transpose()?;
        rule.supplier = supplier.map(|partner| (partner.id, partner.code));
        rule.received = self.received;
        let sku = &item.sku;
        let fault = match (&rule, item.tracking) {
            (HoldRule { lot: Some(_), .. }, tracking) if !tracking.by_lot() => format!("{sku} has no lots"),
            (HoldRule { serial: Some(_), .. }, tracking) if !tracking.by_serial() => format!("{sku} has no serials"),
            (rule, tracking) if rule.asks_for_receipts() && !tracking.by_lot() && !tracking.by_serial() => {
                format!("{sku} has neither lots nor serials, so that one delivery cannot be told from another")
            }
            _ => return Ok((item, rule)),
        };
        Err(not_valid(fault, "leave that out: the whole item is then on hold").into())
    }

    /// A scan of a label that names more than an item.
    fn by_label(
        &self,
        view: &View<'_>,
        request: &Request,
    ) -> Result<Option<(Rc<Item>, Option<LotCode>, Option<SerialCode>)>> {
        if resolve::code(view, &self.item)?.is_some() {
            return Ok(None);
        }
        let house = House::of(view, request.stamp.recorded_at.date_naive())?;
        let Some(reading) = house.read_text(&self.item).filter(|reading| !reading.must_be_asked()) else {
            return Ok(None);
        };
        let Some(gtin) = &reading.item else { return Ok(None) };
        match resolve::code(view, gtin.as_str())? {
            Some(Found::Item(item) | Found::Pack(item, _)) => {
                let (lot, serial) = (reading.lot.clone(), reading.serial.clone());
                let lot = lot.filter(|_| item.tracking.by_lot());
                let serial = serial.filter(|_| item.tracking.by_serial());
                Ok(Some((item, lot, serial)))
            }
            _ => Ok(None),
        }
    }
}

/// `hold`.
///
/// # Errors
/// `unknown-item`, `unknown-partner`, `not-valid`, `already-on-hold`.
pub fn hold(store: &Store, words: &HoldWords, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("hold", request);
    words.describe(&mut content);
    record_alone(store, request, content.digest(), |writer| {
        let (item, rule) = words.resolve(writer, request)?;
        let named = named_lots(writer, &item, &rule, request)?;
        if let Some(same) = writer.holds_of(item.id)?.iter().find(|hold| is_same(hold, &rule, &named)) {
            let number = same.operation;
            let message =
                format!("{} is on hold since operation {number}: {}", rule.words(item.sku.as_str()), same.reason);
            let hint = format!("to end it: scantrail release-hold --hold {number} --reason TEXT");
            return Err(Refusal::new(Code::AlreadyOnHold, message, hint).into());
        }
        writer.add_hold(item.id, &rule)?;
        let number = writer.number()?;
        let made = writer.holds_of(item.id)?.iter().find(|hold| hold.operation == number).cloned();
        let mut draft = Draft { kind: "hold", ..Draft::default() };
        let made: Vec<Rc<Hold>> = made.into_iter().collect();
        tell_rules(writer, &made, request.dry_run.then_some(number), &mut draft)?;
        take_effect(writer, &made, &mut draft)?;
        Ok(draft)
    })
}

/// `release-hold`: by the words that made it, or by its operation.
#[derive(Debug, Clone)]
pub enum ReleaseHold {
    /// By its words.
    Words(HoldWords),
    /// By the operation that made it.
    Number(OperationNumber),
}

impl ReleaseHold {
    /// Ends a hold. What it covered is as good as before.
    ///
    /// # Errors
    /// `unknown-item`, `unknown-partner`, `unknown-operation`, `not-valid`, `not-on-hold`.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        let mut content = Content::of("release-hold", request);
        match self {
            ReleaseHold::Words(words) => words.describe(&mut content),
            ReleaseHold::Number(number) => content.flag("hold", Some(&number.to_string())),
        }
        record_alone(store, request, content.digest(), |writer| {
            let (item, what, ended) = self.find(writer, request)?;
            if ended.is_empty() {
                return Err(not_on_hold(writer, &item, &what)?.into());
            }
            for hold in &ended {
                writer.switch_hold(hold.operation, false)?;
            }
            let mut draft = Draft { kind: "release-hold", ..Draft::default() };
            tell_rules(writer, &ended, None, &mut draft)?;
            let left = rules(writer, &writer.holds_of(item.id)?, None)?;
            add_detail(&mut draft, "still_on_hold", left);
            Ok(draft)
        })
    }

    /// The item, what of it, and the holds that are meant.
    fn find(&self, view: &View<'_>, request: &Request) -> Result<(Rc<Item>, String, Vec<Rc<Hold>>)> {
        match self {
            ReleaseHold::Words(words) => {
                let (item, rule) = words.resolve(view, request)?;
                let (holds, named) = (view.holds_of(item.id)?, named_lots(view, &item, &rule, request)?);
                let meant = holds.iter().filter(|hold| is_same(hold, &rule, &named)).cloned().collect();
                let what = rule.words(item.sku.as_str());
                Ok((item, what, meant))
            }
            ReleaseHold::Number(number) => {
                let Some(item) = view.item_of_hold(*number)? else {
                    let message = format!("there is no hold {number}");
                    return Err(Refusal::new(Code::UnknownOperation, message, "scantrail log").into());
                };
                let holds = view.holds_of(item)?;
                let meant = holds.iter().filter(|hold| hold.operation == *number).cloned().collect();
                Ok((view.item(item)?, format!("hold {number}"), meant))
            }
        }
    }
}

/// The lots that the text of a rule means.
fn named_lots(view: &View<'_>, item: &Item, rule: &HoldRule, request: &Request) -> Result<Vec<LotId>> {
    let Some(text) = &rule.lot else { return Ok(Vec::new()) };
    lot_named(view, text.as_str(), Some(item), request.stamp.recorded_at.date_naive())
}

/// True when a hold has these words, or names the same lot by another of its names.
fn is_same(hold: &Hold, rule: &HoldRule, named: &[LotId]) -> bool {
    let without_lot = |rule: &HoldRule| HoldRule { lot: None, ..rule.clone() };
    let is_same_lot = hold.rule.lot.is_some() && named.iter().any(|lot| hold.lots.contains(lot));
    hold.rule == *rule || (is_same_lot && without_lot(&hold.rule) == without_lot(rule))
}

fn not_on_hold(view: &View<'_>, item: &Item, what: &str) -> Result<Refusal> {
    let holds = view.holds_of(item.id)?;
    let others: Vec<String> =
        holds.iter().map(|hold| format!("{} ({})", hold.rule.words(item.sku.as_str()), hold.operation)).collect();
    let message = match others.is_empty() {
        true => format!("{what} is not on hold, and nothing of {} is", item.sku),
        false => format!("{what} is not on hold; on hold is {}", others.join(", ")),
    };
    let hint = match holds.is_empty() {
        false => "the one that is meant, by its number: scantrail release-hold --hold NUMBER --reason TEXT".to_owned(),
        true => format!("scantrail item show {}", item.sku),
    };
    Ok(Refusal::new(Code::NotOnHold, message, hint))
}

/// The undo of a hold, of its release, or of such an undo. A hold that is on again takes effect as a new one does; one
/// that is off gives what it took from orders back to them, as far as that is still there and still wanted.
pub fn undone(writer: &Writer<'_>, number: OperationNumber, request: &Request) -> Result<Draft> {
    let mut draft = Draft { kind: "undo", reverses: Some(number), ..Draft::default() };
    let Some(target) = writer.operation(number)? else { return Ok(draft) };
    let Some(root) = writer.operation(target.root)? else { return Ok(draft) };
    let numbers = match root.kind.as_str() {
        "hold" => vec![root.number],
        _ => writer.holds_switched_by(root.number)?,
    };
    let acts_as_root = target.sign < 0;
    let is_on = acts_as_root == (root.kind == "hold");
    let mut before = Vec::new();
    for hold in &numbers {
        before.extend(hold_numbered(writer, *hold)?);
    }
    for hold in &numbers {
        writer.switch_hold(*hold, is_on)?;
    }
    if is_on {
        let mut holds = Vec::new();
        for hold in &numbers {
            holds.extend(hold_numbered(writer, *hold)?);
        }
        tell_rules(writer, &holds, None, &mut draft)?;
        take_effect(writer, &holds, &mut draft)?;
    } else {
        tell_rules(writer, &before, None, &mut draft)?;
        draft.movements = given_back(writer, number, request)?;
    }
    Ok(draft)
}

fn hold_numbered(view: &View<'_>, number: OperationNumber) -> Result<Option<Rc<Hold>>> {
    let Some(item) = view.item_of_hold(number)? else { return Ok(None) };
    Ok(view.holds_of(item)?.iter().find(|hold| hold.operation == number).cloned())
}

/// The allocations that a hold took away, where the goods are still there and free, good, and wanted.
fn given_back(view: &View<'_>, number: OperationNumber, request: &Request) -> Result<Vec<Movement>> {
    let mut movements: Vec<Movement> = Vec::new();
    for one in view.movements(number)?.into_iter().filter(Movement::stays_in_place) {
        let unit = one.serial.map(|hop| hop.serial);
        let lot = one.lot.map(|lot| view.lot_record(lot)).transpose()?;
        let is_expired = lot.is_some_and(|lot| lot.dates.expired_on(request.stamp.day()));
        let Some(claim) = view.claim(one.from.claim)? else { continue };
        if is_expired || view.hold_over(one.item, one.lot, unit, None)?.is_some() {
            continue;
        }
        let given: Quantity = movements
            .iter()
            .filter(|other| other.item == one.item && other.to.claim == one.from.claim)
            .map(|other| other.quantity)
            .sum();
        let wanted = super::allocate::needs(view, claim.order)?.get(&one.item).copied().unwrap_or_default().less(given);
        let there = match unit {
            Some(unit) => match view.position_of(unit)? {
                Some((spot, hop, whole)) if spot == one.to => Some((whole, hop)),
                _ => None,
            },
            None => {
                let taken =
                    movements.iter().filter(|other| (other.item, other.lot, other.from) == (one.item, one.lot, one.to));
                let taken: Quantity = taken.map(|other| other.quantity).sum();
                Some((view.balance(one.item, one.lot, one.to)?.less(taken), 0))
            }
        };
        let Some((there, hop)) = there else { continue };
        // A unit is set aside whole or not at all; a measured one may reach over what is wanted.
        let quantity = match unit {
            Some(_) if wanted.is_positive() => there,
            Some(_) => Quantity::ZERO,
            None => one.quantity.min(there).min(wanted),
        };
        if quantity.is_positive() {
            let serial = one.serial.map(|before| crate::ledger::SerialHop { hop: hop + 1, ..before });
            movements.push(Movement { quantity, serial, from: one.to, to: one.from, ..one });
        }
    }
    Ok(movements)
}

/// So much of what a hold covers, on one spot.
struct Covered {
    item: Rc<Item>,
    holding: Holding,
    /// Which units; none where they have no serials.
    units: Vec<SerialRecord>,
}

impl Covered {
    fn quantity(&self) -> Quantity {
        match self.units.len() {
            0 => self.holding.quantity,
            _ => self.units.iter().map(|unit| unit.quantity).sum(),
        }
    }
}

/// A unit that a hold names, where it fits all else that the hold says.
fn covered_unit(view: &View<'_>, hold: &Hold, item: &Rc<Item>, unit: SerialId) -> Result<Option<Covered>> {
    let code = view.serial_code(unit)?.and_then(|code| SerialCode::new(&code).ok());
    let Some(record) = code.map(|code| view.serial(item.id, &code)).transpose()?.flatten() else { return Ok(None) };
    let lot = record.lot.as_ref().map(|lot| lot.id);
    if !view.is_covered(hold, lot, Some(unit))? {
        return Ok(None);
    }
    let (lot, standing) = (record.lot.clone(), record.standing.clone());
    let holding = Holding { item: item.id, lot, standing, quantity: record.quantity };
    Ok(Some(Covered { item: item.clone(), holding, units: vec![record] }))
}

fn covered(view: &View<'_>, hold: &Hold) -> Result<Vec<Covered>> {
    let item = view.item(hold.item)?;
    let mut found = Vec::new();
    if hold.rule.serial.is_some() {
        for unit in &hold.units {
            found.extend(covered_unit(view, hold, &item, *unit)?);
        }
        return Ok(found);
    }
    for holding in view.holdings_of_item(item.id)? {
        let lot = holding.lot.as_ref().map(|lot| lot.id);
        if hold.rule.lot.is_some() && !lot.is_some_and(|lot| hold.lots.contains(&lot)) {
            continue;
        }
        if !item.tracking.by_serial() {
            if view.is_covered(hold, lot, None)? {
                found.push(Covered { item: item.clone(), holding, units: Vec::new() });
            }
            continue;
        }
        let units = view.units(&holding, usize::MAX)?;
        view.find_receipts_ahead(&units.iter().map(|unit| (item.id, unit.serial)).collect::<Vec<_>>())?;
        let mut records = Vec::new();
        for unit in units {
            if view.is_covered(hold, lot, Some(unit.serial))? {
                records.extend(record_of(&holding, unit));
            }
        }
        if !records.is_empty() {
            found.push(Covered { item: item.clone(), holding, units: records });
        }
    }
    Ok(found)
}

/// Gives back what is allocated of the goods that holds cover, and tells of all of them.
fn take_effect(view: &View<'_>, holds: &[Rc<Hold>], draft: &mut Draft) -> Result<()> {
    let (mut released, mut picked, mut here, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for hold in holds {
        for one in covered(view, hold)? {
            let standing = &one.holding.standing;
            if standing.place.kind == PlaceKind::Customer {
                elsewhere.push(with_customer(view, &one)?);
                continue;
            }
            if !standing.place.kind.is_internal() {
                continue;
            }
            here.push(in_place(&one));
            match &standing.claim {
                Some(_) if is_allocated(&one.holding) => {
                    released.extend(of_order(&one));
                    draft.movements.extend(releases(&one));
                }
                Some(_) => picked.extend(of_order(&one)),
                None => {}
            }
        }
    }
    for (key, rows) in [("released", released), ("picked", picked), ("here", here), ("elsewhere", elsewhere)] {
        add_detail(draft, key, rows.into());
    }
    Ok(())
}

fn releases(one: &Covered) -> Vec<Movement> {
    if one.units.is_empty() {
        return vec![reclaim(&one.holding, None, one.holding.quantity, ClaimId::FREE)];
    }
    one.units.iter().map(|unit| reclaim(&one.holding, Some(unit), unit.quantity, ClaimId::FREE)).collect()
}

fn serials(one: &Covered) -> Vec<&str> {
    one.units.iter().map(|unit| unit.code.as_str()).collect()
}

fn lot_text(one: &Covered) -> Option<&str> {
    one.holding.lot.as_ref().map(|lot| lot.code.as_str())
}

fn in_place(one: &Covered) -> Value {
    let claim = one.holding.standing.claim.as_ref();
    json!({
        "item": one.item.sku.as_str(), "lot": lot_text(one), "serials": serials(one),
        "location": one.holding.standing.place.path, "quantity": one.quantity().display(one.item.scale),
        "state": claim.map_or("free", |claim| claim.stage.word()),
        "order": claim.map(|claim| claim.order_code.as_str()),
    })
}

fn with_customer(view: &View<'_>, one: &Covered) -> Result<Value> {
    let partner = view.partner_at(one.holding.standing.place.id)?.map(|id| view.partner(id)).transpose()?;
    Ok(json!({
        "partner": partner.as_ref().map(|partner| partner.code.as_str()),
        "name": partner.as_ref().map(|partner| partner.name.as_str()),
        "item": one.item.sku.as_str(), "lot": lot_text(one), "serials": serials(one),
        "quantity": one.quantity().display(one.item.scale),
    }))
}

/// What an order has of it: a row for each unit, or one for a lot.
fn of_order(one: &Covered) -> Vec<Value> {
    let order = one.holding.standing.claim.as_ref().map(|claim| claim.order_code.as_str());
    let row = |serial: Option<&str>, quantity: Quantity| {
        json!({
            "order": order, "item": one.item.sku.as_str(), "lot": lot_text(one), "serial": serial,
            "quantity": quantity.display(one.item.scale),
        })
    };
    match one.units.is_empty() {
        true => vec![row(None, one.holding.quantity)],
        false => one.units.iter().map(|unit| row(Some(unit.code.as_str()), unit.quantity)).collect(),
    }
}

/// Writes down which holds an operation is about. The number of a dry run is none.
fn tell_rules(view: &View<'_>, holds: &[Rc<Hold>], nameless: Option<OperationNumber>, draft: &mut Draft) -> Result<()> {
    add_detail(draft, "holds", rules(view, holds, nameless)?);
    Ok(())
}

/// Holds as rows.
fn rules(view: &View<'_>, holds: &[Rc<Hold>], nameless: Option<OperationNumber>) -> Result<Value> {
    let mut rows = Vec::new();
    for hold in holds {
        let item = view.item(hold.item)?;
        let mut row = hold_row(hold, item.sku.as_str());
        if nameless == Some(hold.operation) {
            row["hold"] = Value::Null;
        }
        rows.push(row);
    }
    Ok(rows.into())
}

/// A hold as it is shown everywhere.
pub fn hold_row(hold: &Hold, sku: &str) -> Value {
    let rule = &hold.rule;
    json!({
        "hold": hold.operation.0, "item": sku, "lot": rule.lot.as_ref().map(LotCode::as_str),
        "serial": rule.serial.as_ref().map(SerialCode::as_str),
        "supplier": rule.supplier.as_ref().map(|(_, code)| code.as_str()),
        "received_from": rule.received.map(|(from, _)| time(from)),
        "received_until": rule.received.map(|(_, until)| time(until)),
        "what": rule.words(sku),
    })
}

fn time(seconds: i64) -> Option<String> {
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.to_rfc3339())
}

/// The holds of an item that are on, each with its reason.
pub fn holds_on_item(view: &View<'_>, item: ItemId) -> Result<Vec<Value>> {
    let sku = view.item(item)?.sku.to_string();
    let row = |hold: &Rc<Hold>| {
        let mut row = hold_row(hold, &sku);
        row["reason"] = hold.reason.as_str().into();
        row
    };
    Ok(view.holds_of(item)?.iter().map(row).collect())
}
