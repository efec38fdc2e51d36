//! Goods in from a supplier.

use std::collections::{BTreeMap, HashMap};

use super::batch::Frame;
use super::{BatchOptions, Content, Draft, Numbers, Result, ScanVerb, certificates, resolve};
use crate::ledger::{Movement, SerialHop, Spot, Verb};
use crate::model::{ItemId, LotCode, LotDates, LotId, OrderKind, PartnerId, PartnerKind, PlaceKind};
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
        Ok(Frame { from: partner.map(|partner| partner.place), to, order, supplier, ..Frame::default() })
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let mut arrivals = Arrivals::default();
        let from = frame.from.as_ref().map(|place| Spot::free(place));
        for line in lines {
            let to = line.to.as_ref().or(frame.to.as_ref()).map(|place| Spot::free(place));
            if let (Some(from), Some(to)) = (from, to) {
                arrivals.line(writer, line, from, to)?;
            }
        }
        let order = frame.order.as_ref().map(|order| (order.id, order.code.as_str()));
        let warnings = certificates::warn_of_arrivals(writer, order, &arrivals.movements)?;
        let partner: Option<PartnerId> = frame.supplier.map(|(partner, _)| partner);
        Ok(Draft {
            kind: "receive",
            order: frame.order.as_ref().map(|order| order.id),
            partner,
            invoice: self.invoice.clone(),
            movements: arrivals.movements,
            detail: self.allow_over.then(|| serde_json::json!({ "allow_over": true }).to_string()),
            lot_dates: arrivals.dates.into_values().collect(),
            warnings,
            ..Draft::default()
        })
    }
}

/// Goods that arrive, with the lots and serials that they bring.
#[derive(Default)]
struct Arrivals {
    movements: Vec<Movement>,
    lots: HashMap<(ItemId, LotCode), LotId>,
    dates: BTreeMap<LotId, LotStatement>,
}

impl Arrivals {
    fn line(&mut self, writer: &Writer<'_>, line: Line, from: Spot, to: Spot) -> Result<()> {
        let item = line.item.id;
        let lot = line.lot.as_ref().map(|lot| self.lot(writer, item, lot)).transpose()?;
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

    fn lot(&mut self, writer: &Writer<'_>, item: ItemId, lot: &LineLot) -> Result<LotId> {
        let key = (item, lot.code.clone());
        let id = match (&lot.record, self.lots.get(&key)) {
            (Some(record), _) => record.id,
            (None, Some(id)) => *id,
            (None, None) => writer.add_lot(item, &lot.code)?,
        };
        self.lots.insert(key, id);
        if !lot.said.is_empty() {
            let known = lot.record.as_ref().map(|record| record.dates).unwrap_or_default();
            let new = LotStatement { lot: id, said: LotDates::default(), known };
            let statement = self.dates.entry(id).or_insert(new);
            statement.said = statement.said.or(lot.said);
            statement.known = statement.known.or(lot.said);
        }
        Ok(id)
    }
}
