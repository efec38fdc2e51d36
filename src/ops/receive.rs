//! Goods in from a supplier.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::batch::Frame;
use super::lot::{self, dates_document};
use super::masters::not_valid;
use super::record::Warning;
use super::{BatchOptions, Content, Draft, House, Numbers, Result, ScanVerb, certificates, owners, resolve};
use crate::ledger::{Code, LotRecord, Movement, Refusal, SerialHop, Spot, Verb};
use crate::model::limits::is_kept_day;
use crate::model::{Item, ItemId, LotCode, LotDates, LotId, OrderKind, PartnerId, PartnerKind, PlaceKind};
use crate::scan::{Line, LineLot};
use crate::store::{LotStatement, View, Writer};

/// `receive`.
#[derive(Debug, Clone, Default)]
pub struct Receive {
    /// The purchase order.
    pub purchase_order: Option<String>,
    /// The supplier; the one of the order when there is one.
    pub supplier: Option<String>,
    /// Where the goods go.
    pub to: Option<String>,
    /// The supplier's invoice.
    pub invoice: Option<String>,
    /// More than ordered is fine.
    pub allow_over: bool,
    /// Which lots and serials are made.
    pub numbers: Numbers,
    /// Whose the goods are, when they do not become ours.
    pub owner: Option<String>,
    /// What the supplier calls the lot of the batch.
    pub supplier_lot: Option<String>,
    /// Dates that differ from what is known of a lot are taken as its correction.
    pub correct_dates: bool,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ScanVerb for Receive {
    fn verb(&self) -> Verb {
        Verb::Receive
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        self.purchase_order.as_deref()
    }

    fn describe(&self, content: &mut Content) {
        content.flag("po", self.purchase_order.as_deref());
        content.flag("from", self.supplier.as_deref());
        content.flag("to", self.to.as_deref());
        content.flag("invoice", self.invoice.as_deref());
        content.switch("allow-over", self.allow_over);
        content.flag("owner", self.owner.as_deref());
        content.flag("supplier-lot", self.supplier_lot.as_deref());
        content.switch("correct-dates", self.correct_dates);
        self.numbers.describe(content);
    }

    fn numbers(&self) -> Option<(&Numbers, Option<&str>)> {
        Some((&self.numbers, self.invoice.as_deref()))
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        let order = self.purchase_order.as_deref();
        let order = order.map(|text| resolve::order(view, OrderKind::Purchase, text)).transpose()?;
        let partner = resolve::partner_of(view, PartnerKind::Supplier, order.as_ref(), self.supplier.as_deref())?;
        let to = match resolve::place_if_named(view, self.to.as_deref())? {
            Some(place) => Some(place),
            None => view.only_place(PlaceKind::Storage)?,
        };
        let order = order.map(|order| resolve::order_plan(view, &order, Verb::Receive, self.allow_over)).transpose()?;
        let supplier = partner.as_ref().map(|partner| (partner.id, partner.place.id));
        let correct_dates = self.correct_dates;
        Ok(Frame { from: partner.map(|partner| partner.place), to, order, supplier, correct_dates, ..Frame::default() })
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let mut arrivals = Arrivals { day: frame.day, ..Arrivals::default() };
        let from = frame.from.as_ref().map(|place| Spot::free(place));
        for line in lines {
            let to = line.to.as_ref().or(frame.to.as_ref()).map(|place| Spot::free(place));
            if let (Some(from), Some(to)) = (from, to) {
                arrivals.line(writer, line, from, to)?;
            }
        }
        let owner = self.owner.as_deref().map(|text| owners::owner_named(writer, text)).transpose()?;
        owners::arrive(writer, &arrivals.movements, owner.map(|owner| owner.id))?;
        let order = frame.order.as_ref().map(|order| (order.id, order.code.as_str()));
        let warnings = certificates::warn_of_arrivals(writer, order, &arrivals.movements)?;
        let partner: Option<PartnerId> = frame.supplier.map(|(partner, _)| partner);
        if let (Some(text), Some(supplier)) = (&self.supplier_lot, partner) {
            arrivals.name_by_supplier(writer, supplier, text)?;
        }
        let detail = self.detail(&arrivals);
        Ok(Draft {
            kind: "receive",
            order: frame.order.as_ref().map(|order| order.id),
            partner,
            invoice: self.invoice.clone(),
            movements: arrivals.movements,
            detail,
            lot_dates: arrivals.dates.into_values().collect(),
            warnings: arrivals.warnings.into_iter().chain(warnings).collect(),
            ..Draft::default()
        })
    }
}

impl Receive {
    fn detail(&self, arrivals: &Arrivals) -> Option<String> {
        let mut detail = serde_json::Map::new();
        if self.allow_over {
            detail.insert("allow_over".to_owned(), true.into());
        }
        for (name, rows) in [("corrected_dates", &arrivals.corrected), ("shelf_life", &arrivals.by_shelf_life)] {
            if !rows.is_empty() {
                detail.insert(name.to_owned(), rows.iter().cloned().collect());
            }
        }
        if let Some(text) = &self.supplier_lot {
            detail.insert("supplier_lot".to_owned(), text.trim().into());
        }
        (!detail.is_empty()).then(|| serde_json::Value::Object(detail).to_string())
    }
}

/// Goods that arrive, with the lots and serials that they bring.
#[derive(Default)]
struct Arrivals {
    movements: Vec<Movement>,
    lots: HashMap<(ItemId, LotCode), LotId>,
    dates: BTreeMap<LotId, LotStatement>,
    /// The day of the operation.
    day: Option<NaiveDate>,
    /// Lots whose dates were corrected, with what held before.
    corrected: Vec<Value>,
    /// Lots whose expiry follows from the shelf life of their item.
    by_shelf_life: Vec<Value>,
    warnings: Vec<Warning>,
}

impl Arrivals {
    fn line(&mut self, writer: &Writer<'_>, line: Line, from: Spot, to: Spot) -> Result<()> {
        let item = line.item.id;
        let lot = line.lot.as_ref().map(|lot| self.lot(writer, &line.item, lot)).transpose()?;
        if !line.item.tracking.by_serial() {
            self.movements.push(Movement { item, lot, serial: None, quantity: line.quantity, from, to });
            return Ok(());
        }
        let new = line.serials.iter().filter(|serial| serial.record.is_none()).map(|serial| serial.code.clone());
        let mut new = writer.add_serials(item, &new.collect::<Vec<_>>())?.into_iter();
        for serial in line.serials {
            let quantity = serial.quantity();
            // A unit that was here before comes back from wherever it stands.
            let (hop, from) = match &serial.record {
                Some(record) => (SerialHop { serial: record.id, hop: record.hop + 1 }, record.standing.spot()),
                None => match new.next() {
                    Some(serial) => (SerialHop { serial, hop: 1 }, from),
                    None => break,
                },
            };
            self.movements.push(Movement { item, lot, serial: Some(hop), quantity, from, to });
        }
        Ok(())
    }

    fn lot(&mut self, writer: &Writer<'_>, item: &Item, lot: &LineLot) -> Result<LotId> {
        let key = (item.id, lot.code.clone());
        let id = match (&lot.record, self.lots.get(&key)) {
            (Some(record), _) => record.id,
            (None, Some(id)) => *id,
            (None, None) => writer.add_lot(item.id, &lot.code)?,
        };
        let is_new = lot.record.is_none() && !self.lots.contains_key(&key);
        self.lots.insert(key, id);
        let mut said = lot.said;
        if let Some(expires) = self.expiry_of_new(item, &said)?.filter(|_| is_new) {
            said.expires = Some(expires);
            self.tell_shelf_life(item, lot, expires);
        }
        if !said.is_empty() {
            let known = lot.record.as_ref().map(|record| record.dates).unwrap_or_default();
            if lot.corrects {
                self.corrected.push(json!({
                    "item": item.sku.as_str(), "lot": lot.code.as_str(),
                    "before": dates_document(&known), "after": dates_document(&said.or(known)),
                }));
            }
            let new = LotStatement { lot: id, said: LotDates::default(), known };
            let statement = self.dates.entry(id).or_insert(new);
            if lot.corrects {
                (statement.said, statement.known) = (said.or(statement.said), said.or(statement.known));
            } else {
                (statement.said, statement.known) = (statement.said.or(said), statement.known.or(said));
            }
        }
        self.tell_expired(item, lot, &said);
        Ok(id)
    }

    /// When a new lot expires by the rule of its item: so many days after it was made, or else after it arrived. Nothing is
    /// concluded where the label says an expiry or a best-before date.
    fn expiry_of_new(&self, item: &Item, said: &LotDates) -> Result<Option<NaiveDate>> {
        let days = item.rules.shelf_life_days.filter(|_| said.first_out().is_none());
        let Some((days, since)) = days.zip(said.made.or(self.day)) else { return Ok(None) };
        match since.checked_add_days(Days::new(days.into())).filter(|day| is_kept_day(*day)) {
            Some(day) => Ok(Some(day)),
            None => Err(not_valid(
                format!("a lot of {} expires {days} days after {since}, and that is after the year 9999", item.sku),
                "say when it expires: --expires DATE",
            )
            .into()),
        }
    }

    fn tell_shelf_life(&mut self, item: &Item, lot: &LineLot, expires: NaiveDate) {
        let days = item.rules.shelf_life_days.unwrap_or_default();
        let since = if lot.said.made.is_some() { "it was made" } else { "its receipt" };
        let message = format!("lot {} of {} expires on {expires}, {days} days after {since}", lot.code, item.sku);
        self.warnings.push(Warning { code: "expiry-from-shelf-life", line: None, scan: None, message });
        self.by_shelf_life.push(json!({
            "item": item.sku.as_str(), "lot": lot.code.as_str(), "days": days, "expires": expires.to_string(),
        }));
    }

    fn tell_expired(&mut self, item: &Item, lot: &LineLot, said: &LotDates) {
        let known = lot.record.as_ref().map(|record| record.dates).unwrap_or_default();
        let known = if lot.corrects { said.or(known) } else { known.or(*said) };
        let expired = known.expires.filter(|_| self.day.is_some_and(|day| known.expired_on(day)));
        if let Some(expires) = expired {
            let message = format!("lot {} of {} arrived when it had expired on {expires}", lot.code, item.sku);
            let warning = Warning { code: "expired-on-arrival", line: None, scan: None, message };
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// The lots of the batch, by the text of their supplier too.
    fn name_by_supplier(&mut self, writer: &Writer<'_>, supplier: PartnerId, text: &str) -> Result<()> {
        // A word before a lot is the same on every day.
        let house = House::of(writer, self.day.unwrap_or_default())?;
        let text = lot::typed_lot(writer, &house, text)?.map_err(|error| {
            let message = format!("--supplier-lot is not a lot: {error}");
            Refusal::new(Code::NotValid, message, "give the text on the label")
        })?;
        let supplier = writer.partner(supplier)?;
        for ((item, code), lot) in &self.lots {
            let item = writer.item(*item)?;
            // A lot that was made just now has no record yet.
            let record =
                LotRecord { id: *lot, code: code.clone(), dates: LotDates::default(), also: Vec::new(), made_as: None };
            self.warnings.extend(lot::name_by_supplier(writer, &supplier, &item, &record, &text)?);
        }
        Ok(())
    }
}
