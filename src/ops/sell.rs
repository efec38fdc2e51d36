//! Goods out to a customer: scanned, or as they were picked.

use super::batch::Frame;
use super::held;
use super::partner::minimum_life;
use super::record::record;
use super::settle::{movements, record_of, swaps};
use super::{BatchOptions, Content, Draft, Recorded, Request, Result, ScanVerb, certificates, owners, resolve};
use crate::ledger::{Code, Movement, Refusal, Refused, SerialHop, Spot, Stage, Verb, judge_remaining_life};
use crate::model::{OrderKind, PartnerKind};
use crate::scan::Line;
use crate::store::{Store, View, Writer};

/// `sell`.
#[derive(Debug, Clone, Default)]
pub struct Sell {
    /// The sales order.
    pub sales_order: Option<String>,
    /// The customer; the one of the order when there is one.
    pub customer: Option<String>,
    /// Where the goods are taken from.
    pub from: Option<String>,
    /// Our invoice.
    pub invoice: Option<String>,
    /// Held and expired goods are sold all the same, where the house allows it.
    pub override_hold: bool,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ScanVerb for Sell {
    fn verb(&self) -> Verb {
        Verb::Sell
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        self.sales_order.as_deref()
    }

    fn overrides_hold(&self) -> bool {
        self.override_hold
    }

    fn describe(&self, content: &mut Content) {
        content.flag("so", self.sales_order.as_deref());
        content.flag("to", self.customer.as_deref());
        content.flag("from", self.from.as_deref());
        content.flag("invoice", self.invoice.as_deref());
        content.switch("override-hold", self.override_hold);
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        if self.override_hold {
            held::judge_override(view)?;
        }
        let order = self.sales_order.as_deref();
        let order = order.map(|text| resolve::order(view, OrderKind::Sales, text)).transpose()?;
        let customer = resolve::partner_of(view, PartnerKind::Customer, order.as_ref(), self.customer.as_deref())?;
        let from = resolve::place_if_named(view, self.from.as_deref())?;
        let order = order.map(|order| resolve::order_plan(view, &order, Verb::Sell, false)).transpose()?;
        let minimum_life = minimum_life(view, customer.as_ref())?;
        let id = customer.as_ref().map(|customer| customer.id);
        let to = customer.map(|customer| customer.place);
        Ok(Frame { from, to, order, customer: id, minimum_life, ..Frame::default() })
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let Some(to) = frame.to.as_ref() else { return Ok(Draft::default()) };
        let mut movements = movements(&lines, |_, _| Spot::free(to));
        certificates::judge_movements(writer, &movements)?;
        owners::judge_movements(writer, &movements, frame.customer)?;
        if let Some(order) = &frame.order {
            movements.extend(swaps(writer, Verb::Sell, order, &movements)?);
        }
        Ok(Draft {
            kind: "sell",
            order: frame.order.as_ref().map(|order| order.id),
            partner: writer.partner_at(to.id)?,
            invoice: self.invoice.clone(),
            movements,
            ..Draft::default()
        })
    }
}

/// Ships what was picked for the order, without scans.
///
/// # Errors
/// `override-not-allowed`, `unknown-order`, `partner-differs`, `lot-on-hold`, `lot-expired` and `remaining-life-too-short`, `certificate-missing` for
/// all that is not good, `nothing-picked`; what the database says.
pub fn ship_picked(store: &Store, sell: &Sell, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("sell --picked", request);
    sell.describe(&mut content);
    record(store, request, content.digest(), |writer| {
        if let Some(order) = &sell.sales_order {
            resolve::lock_order(writer, order)?;
        }
        let frame = sell.frame(writer)?;
        let Some((order, to)) = frame.order.as_ref().zip(frame.to.as_ref()) else {
            let message = "it is not said which order is shipped";
            return Err(Refusal::new(Code::UnknownOrder, message, "scantrail sell --so CODE --picked").into());
        };
        let (mut movements, mut refusals) = (Vec::new(), Refused::default());
        for holding in writer.claimed(writer.claim_of(order.id, Stage::Picked)?)? {
            if frame.from.as_ref().is_some_and(|from| from.id != holding.standing.place.id) {
                continue;
            }
            let item = writer.item(holding.item)?;
            let units = match item.tracking.by_serial() {
                true => writer.units(&holding, usize::MAX)?,
                false => Vec::new(),
            };
            if !sell.override_hold {
                refusals.extend(held::refusals(writer, &item, &holding, &units, request.stamp.day())?);
            }
            let life = holding
                .lot
                .as_ref()
                .map(|lot| judge_remaining_life(&item, lot, request.stamp.day(), frame.minimum_life));
            refusals.extend(life.and_then(|judged| judged.err()));
            let movement = Movement {
                item: holding.item,
                lot: holding.lot.as_ref().map(|lot| lot.id),
                serial: None,
                quantity: holding.quantity,
                from: holding.standing.spot(),
                to: Spot::free(to),
            };
            if item.tracking.by_serial() {
                movements.extend(units.into_iter().filter_map(|unit| record_of(&holding, unit)).map(|unit| Movement {
                    serial: Some(SerialHop { serial: unit.id, hop: unit.hop + 1 }),
                    quantity: unit.quantity,
                    ..movement
                }));
            } else {
                movements.push(movement);
            }
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        certificates::judge_movements(writer, &movements)?;
        owners::judge_movements(writer, &movements, frame.customer)?;
        if movements.is_empty() {
            let at = frame.from.as_ref().map(|from| format!(" at {}", from.path)).unwrap_or_default();
            let message = format!("nothing is picked for order {}{at}", order.code);
            let hint = format!("pick it first: scantrail pick --so {}", order.code);
            return Err(Refusal::new(Code::NothingPicked, message, hint).into());
        }
        let mut draft = Draft {
            kind: "sell",
            order: Some(order.id),
            partner: writer.partner_at(to.id)?,
            invoice: sell.invoice.clone(),
            movements,
            ..Draft::default()
        };
        if sell.override_hold {
            held::write_down(writer, &request.stamp, &mut draft)?;
        }
        Ok(draft)
    })
}
