//! From a code to its whole history: where it came from, where it has been, where it is, who has it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::attach::target_of;
use super::fields::{Bearer, bearers_of};
use super::owners::owners_of;
use super::sold_certificates::attached_to;
use super::{Attached, House, Result, held_by, resolve};
use crate::codes::{self, Reading};
use crate::ledger::{Code, HeldBy, Holding, LotRecord, Refusal, Stage, Standing};
use crate::model::{
    Item, ItemId, LotCode, LotId, OperationNumber, Order, OrderKind, PlaceKind, Quantity, SerialCode, SerialId,
};
use crate::store::{Event, Found, Target, View};

/// What sort of thing a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A serial.
    Serial,
    /// A lot.
    Lot,
    /// An order.
    Order,
}

impl SubjectKind {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            SubjectKind::Serial => "serial",
            SubjectKind::Lot => "lot",
            SubjectKind::Order => "order",
        }
    }
}

/// What is traced.
#[derive(Debug, Clone)]
pub struct Subject {
    /// What sort of thing.
    pub kind: SubjectKind,
    /// Of which item; orders have none.
    pub item: Option<String>,
    /// Its code.
    pub code: String,
}

/// Where some of it is now.
#[derive(Debug, Clone)]
pub struct TraceNow {
    /// What.
    pub item: Rc<Item>,
    /// Of which lot.
    pub lot: Option<Rc<LotRecord>>,
    /// Which unit.
    pub serial: Option<String>,
    /// The row of that unit.
    pub unit: Option<SerialId>,
    /// Where and for whom.
    pub standing: Standing,
    /// How much.
    pub quantity: Quantity,
    /// Why it may not be picked or sold.
    pub held: Option<HeldBy>,
    /// The code of the partner to whom it belongs, when it is not ours.
    pub owner: Option<String>,
}

impl TraceNow {
    /// The word for how it stands there.
    pub fn state(&self) -> &'static str {
        match (self.standing.place.kind, self.standing.claim.as_ref().map(|claim| claim.stage)) {
            (PlaceKind::Customer, _) => "sold",
            (PlaceKind::Transit, _) => "in-transit",
            (kind, _) if !kind.is_internal() => "gone",
            _ if self.held.is_some() => "held",
            (_, Some(Stage::Allocated)) => "allocated",
            (_, Some(Stage::Picked)) => "picked",
            (_, None) => "free",
        }
    }
}

/// A history.
#[derive(Debug, Clone)]
pub struct Trace {
    /// What is traced.
    pub subject: Subject,
    /// Where it is.
    pub now: Vec<TraceNow>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// The files that belong to it, also by its lot and by the orders on which it was received.
    pub attachments: Vec<Attached>,
}

/// What a code led to.
#[derive(Debug, Clone)]
pub enum Traced {
    /// One thing.
    One(Box<Trace>),
    /// Several things that the code fits.
    Several(Vec<Subject>),
}

/// A thing that a code names.
pub(super) enum Hit {
    /// A unit of an item.
    Serial(ItemId, SerialId),
    /// A lot of an item.
    Lot(ItemId, LotId),
    /// An order.
    Order(Order),
}

/// Traces a code, or a GS1 scan of a label. `item` and `kind` decide where several things fit.
///
/// # Errors
/// `unknown-code`, `unknown-item`.
pub fn trace(
    view: &View<'_>,
    code: &str,
    item: Option<&str>,
    kind: Option<SubjectKind>,
    today: chrono::NaiveDate,
) -> Result<Traced> {
    let named = item.map(|text| resolve::item(view, text)).transpose()?;
    let hits = find(view, code, named.as_ref().map(|item| item.id), kind, today)?;
    let mut subjects = Vec::new();
    for hit in &hits {
        subjects.push(subject(view, hit, code)?);
    }
    match (hits.as_slice(), subjects.pop()) {
        ([hit], Some(subject)) => Ok(Traced::One(Box::new(history(view, hit, subject, today)?))),
        ([], _) | (_, None) => {
            let shown = codes::shown(code.as_bytes());
            let kinds = match (kind, named.is_some()) {
                (Some(kind), _) => format!("no {}", kind.word()),
                (None, true) => "no serial and no lot of that item".to_owned(),
                (None, false) => "no serial, no lot and no order".to_owned(),
            };
            let message = format!("nothing has the code {shown}: {kinds}");
            Err(Refusal::new(Code::UnknownCode, message, "check the spelling; serials and lots are exact").into())
        }
        (_, Some(last)) => {
            subjects.push(last);
            Ok(Traced::Several(subjects))
        }
    }
}

/// Traces what carries free fields: the only lot, unit or order that has all of them, or all that have.
///
/// # Errors
/// `unknown-code`.
pub fn trace_by_fields(view: &View<'_>, fields: &BTreeMap<String, String>, today: chrono::NaiveDate) -> Result<Traced> {
    let mut hits = Vec::new();
    for bearer in bearers_of(view, fields)? {
        match bearer {
            Bearer::Lot(lot) => hits.push(Hit::Lot(view.item_of_lot(lot)?.id, lot)),
            Bearer::Unit(unit) => hits.extend(view.item_of_unit(unit)?.map(|item| Hit::Serial(item, unit))),
            Bearer::Order(order) => hits.push(Hit::Order(view.order(order)?)),
            Bearer::Item(_) => {}
        }
    }
    let mut subjects = hits.iter().map(|hit| subject(view, hit, "")).collect::<Result<Vec<Subject>>>()?;
    match (hits.as_slice(), subjects.pop()) {
        ([hit], Some(subject)) => Ok(Traced::One(Box::new(history(view, hit, subject, today)?))),
        (_, Some(last)) => {
            subjects.push(last);
            Ok(Traced::Several(subjects))
        }
        (_, None) => {
            let message = "no lot, no serial and no order has these fields";
            Err(Refusal::new(Code::UnknownCode, message, "scantrail stock --field KEY=VALUE finds items too").into())
        }
    }
}

/// What a code names, or a scan of a label.
pub(super) fn find(
    view: &View<'_>,
    text: &str,
    item: Option<ItemId>,
    kind: Option<SubjectKind>,
    today: chrono::NaiveDate,
) -> Result<Vec<Hit>> {
    let wanted = |one: SubjectKind| kind.is_none_or(|kind| kind == one);
    let of_item = |one: ItemId| item.is_none_or(|item| item == one);
    let mut hits = Vec::new();
    if let (Ok(code), true) = (SerialCode::new(text), wanted(SubjectKind::Serial)) {
        let found = view.serials_named(&code)?;
        hits.extend(found.into_iter().filter(|one| of_item(one.item)).map(|one| Hit::Serial(one.item, one.id)));
    }
    if let (Ok(code), true) = (LotCode::new(text), wanted(SubjectKind::Lot)) {
        let found = view.lots_named(&code)?;
        hits.extend(found.into_iter().filter(|(of, _)| of_item(*of)).map(|(of, lot)| Hit::Lot(of, lot)));
    }
    if wanted(SubjectKind::Order) && item.is_none() {
        hits.extend(view.order_named(text)?.map(Hit::Order));
    }
    if let (Ok(code), true, true) = (LotCode::new(text), hits.is_empty(), wanted(SubjectKind::Lot)) {
        let mut found: Vec<(ItemId, LotId)> =
            view.supplier_lots_named(&code)?.into_iter().map(|(_, of, lot)| (of, lot)).collect();
        found.sort_unstable_by_key(|(_, lot)| lot.0);
        found.dedup();
        hits.extend(found.into_iter().filter(|(of, _)| of_item(*of)).map(|(of, lot)| Hit::Lot(of, lot)));
    }
    if hits.is_empty() {
        let reading = House::of(view, today)?.read_text(text);
        hits.extend(reading.as_ref().map(|reading| find_label(view, reading, kind)).transpose()?.flatten());
        // The word in front of a lot does not belong to it.
        if let Some(code) = reading.as_ref().filter(|one| one.plain().is_some()).and_then(|one| one.lot.as_ref())
            && wanted(SubjectKind::Lot)
        {
            let found = view.lots_named(code)?;
            hits.extend(found.into_iter().filter(|(of, _)| of_item(*of)).map(|(of, lot)| Hit::Lot(of, lot)));
        }
    }
    Ok(hits)
}

/// A label with (01) and (21) or (10) names the unit or the lot.
fn find_label(view: &View<'_>, reading: &Reading, kind: Option<SubjectKind>) -> Result<Option<Hit>> {
    let Some(gtin) = &reading.item else { return Ok(None) };
    let Some(Found::Item(item) | Found::Pack(item, _)) = resolve::code(view, gtin.as_str())? else { return Ok(None) };
    if let Some(code) = reading.serial.as_ref().filter(|_| kind != Some(SubjectKind::Lot))
        && let Some(record) = view.serial(item.id, code)?
    {
        return Ok(Some(Hit::Serial(item.id, record.id)));
    }
    match reading.lot.as_ref() {
        Some(code) => Ok(view.lot(item.id, code)?.map(|lot| Hit::Lot(item.id, lot.id))),
        None => Ok(None),
    }
}

fn subject(view: &View<'_>, hit: &Hit, code: &str) -> Result<Subject> {
    let (kind, item, code) = match hit {
        Hit::Serial(item, serial) => {
            (SubjectKind::Serial, Some(*item), view.serial_code(*serial)?.unwrap_or_else(|| code.to_owned()))
        }
        Hit::Lot(item, lot) => (SubjectKind::Lot, Some(*item), view.lot_record(*lot)?.code.to_string()),
        Hit::Order(order) => (SubjectKind::Order, None, order.code.to_string()),
    };
    let item = item.map(|item| view.item(item)).transpose()?.map(|item| item.sku.to_string());
    Ok(Subject { kind, item, code })
}

fn held_now(view: &View<'_>, row: &TraceNow, today: chrono::NaiveDate) -> Result<Option<HeldBy>> {
    if !row.standing.place.kind.is_internal() {
        return Ok(None);
    }
    let has_holds = !view.holds_of(row.item.id)?.is_empty();
    let serial = row.serial.as_deref().filter(|_| has_holds).and_then(|serial| SerialCode::new(serial).ok());
    let unit = match serial {
        Some(code) => view.serial(row.item.id, &code)?.map(|record| record.id),
        None => None,
    };
    held_by(view, row.item.id, row.lot.as_deref(), unit, &row.standing.place, today)
}

fn attachments(view: &View<'_>, hit: &Hit, now: &[TraceNow]) -> Result<Vec<Attached>> {
    let mut targets = vec![target_of(hit)];
    let (mut lots, mut units) = (BTreeSet::new(), BTreeSet::new());
    match hit {
        Hit::Serial(item, serial) => {
            let lot = now.first().and_then(|now| now.lot.as_ref());
            targets.extend(lot.map(|lot| Target::Lot(*item, lot.id)));
            units.insert(*serial);
            for (item, source) in view.cut_from(&[*serial])? {
                targets.push(Target::Serial(item, source));
                units.insert(source);
            }
        }
        Hit::Lot(_, lot) => drop(lots.insert(*lot)),
        Hit::Order(_) => {}
    }
    attached_to(view, targets, &lots, &units, OperationNumber(i64::MAX))
}

fn history(view: &View<'_>, hit: &Hit, subject: Subject, today: chrono::NaiveDate) -> Result<Trace> {
    let (mut now, events) = match hit {
        Hit::Serial(item, serial) => {
            let code = SerialCode::new(&subject.code).ok();
            let record = code.map(|code| view.serial(*item, &code)).transpose()?.flatten();
            let item = view.item(*item)?;
            let now = record.map(|record| TraceNow {
                quantity: record.quantity,
                item,
                lot: record.lot,
                serial: Some(record.code.to_string()),
                unit: Some(record.id),
                standing: record.standing,
                held: None,
                owner: None,
            });
            (now.into_iter().collect(), view.serial_events(*serial)?)
        }
        Hit::Lot(item, lot) => (holdings_now(view, view.holdings(*item, Some(*lot))?)?, view.lot_events(*lot)?),
        Hit::Order(order) => (order_now(view, order)?, order_history(view, order)?),
    };
    let attachments = attachments(view, hit, &now)?;
    for row in &mut now {
        row.held = held_now(view, row, today)?;
    }
    let goods = now.iter().map(|row| (row.item.id, row.lot.as_ref().map(|lot| lot.id), row.unit)).collect::<Vec<_>>();
    for (row, owner) in now.iter_mut().zip(owners_of(view, &goods)?) {
        row.owner = owner;
    }
    Ok(Trace { subject, now, events, attachments })
}

fn holdings_now(view: &View<'_>, holdings: Vec<Holding>) -> Result<Vec<TraceNow>> {
    let mut now = Vec::new();
    for holding in holdings {
        let item = view.item(holding.item)?;
        let one = |serial, unit, quantity| TraceNow {
            item: item.clone(),
            lot: holding.lot.clone(),
            serial,
            unit,
            standing: holding.standing.clone(),
            quantity,
            held: None,
            owner: None,
        };
        if item.tracking.by_serial() {
            let units = view.units(&holding, usize::MAX)?.into_iter();
            now.extend(units.map(|unit| one(Some(unit.code), Some(unit.serial), unit.quantity)));
        } else {
            now.push(one(None, None, holding.quantity));
        }
    }
    Ok(now)
}

/// Everything that was done on the order, and everything else that happened to its units; for lots, how they came in.
fn order_history(view: &View<'_>, order: &Order) -> Result<Vec<Event>> {
    let mut events = view.order_events(order.id)?;
    let mut lots: BTreeSet<LotId> = BTreeSet::new();
    let mut serials: BTreeSet<(ItemId, String)> = BTreeSet::new();
    for event in events.iter().filter(|event| event.from.place.id != event.to.place.id) {
        match (&event.serial, &event.lot) {
            (Some(serial), _) => drop(serials.insert((event.item.id, serial.clone()))),
            (None, Some(lot)) => drop(lots.insert(lot.id)),
            (None, None) => {}
        }
    }
    let on_order: BTreeSet<OperationNumber> = events.iter().map(|event| event.operation).collect();
    for (item, serial) in serials {
        let Ok(code) = SerialCode::new(&serial) else { continue };
        if let Some(record) = view.serial(item, &code)? {
            events.extend(
                view.serial_events(record.id)?.into_iter().filter(|event| !on_order.contains(&event.operation)),
            );
        }
    }
    for lot in lots {
        let came_in =
            |event: &Event| event.from.place.kind == PlaceKind::Supplier && !on_order.contains(&event.operation);
        events.extend(view.lot_events(lot)?.into_iter().filter(came_in));
    }
    // A stable sort: movements of one operation stay in their order.
    events.sort_by_key(|event| event.operation);
    Ok(events)
}

/// Where the goods of an order are: what is set aside for it, and wherever its units and lots are now.
fn order_now(view: &View<'_>, order: &Order) -> Result<Vec<TraceNow>> {
    let mut now = Vec::new();
    if order.kind == OrderKind::Sales {
        for stage in [Stage::Allocated, Stage::Picked] {
            now.extend(holdings_now(view, view.claimed(view.claim_of(order.id, stage)?)?)?);
        }
    }
    for (item, serial) in view.order_serials(order.id)? {
        let Ok(code) = SerialCode::new(&serial) else { continue };
        if let Some(record) = view.serial(item, &code)? {
            let item = view.item(item)?;
            let quantity = record.quantity;
            now.push(TraceNow {
                item,
                lot: record.lot,
                serial: Some(serial),
                unit: Some(record.id),
                standing: record.standing,
                quantity,
                held: None,
                owner: None,
            });
        }
    }
    let mut lots: BTreeMap<(ItemId, Option<LotId>), ()> = BTreeMap::new();
    for progress in view.progress(order.id)? {
        if !view.item(progress.item)?.tracking.by_serial() {
            lots.insert((progress.item, progress.lot), ());
        }
    }
    let customer = order.partner.map(|partner| view.partner(partner)).transpose()?.map(|partner| partner.place.id);
    for (item, lot) in lots.into_keys() {
        let mut holdings = view.holdings(item, lot)?;
        if order.kind == OrderKind::Sales {
            holdings.retain(|holding| Some(holding.standing.place.id) == customer);
        }
        now.extend(holdings_now(view, holdings)?);
    }
    Ok(now)
}
