//! Goods off the shelf for a sales order.

use super::batch::Frame;
use super::partner::minimum_life;
use super::settle::{movements, swaps};
use super::{BatchOptions, Content, Draft, Result, ScanVerb, certificates, owners, resolve};
use crate::ledger::{Code, Refusal, Spot, Stage, Verb};
use crate::model::{OrderKind, PlaceKind};
use crate::scan::Line;
use crate::store::{View, Writer};

/// `pick`.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    /// The sales order.
    pub sales_order: String,
    /// Where the goods are taken from.
    pub from: Option<String>,
    /// Where they wait.
    pub to: Option<String>,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ScanVerb for Pick {
    fn verb(&self) -> Verb {
        Verb::Pick
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        Some(&self.sales_order)
    }

    fn describe(&self, content: &mut Content) {
        content.flag("so", Some(&self.sales_order));
        content.flag("from", self.from.as_deref());
        content.flag("to", self.to.as_deref());
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        let order = resolve::order(view, OrderKind::Sales, &self.sales_order)?;
        let to = match resolve::place_if_named(view, self.to.as_deref())? {
            Some(place) if !place.kind.is_pickable() => {
                let message = format!(
                    "{} is a {} place, and picked goods wait in a staging place",
                    place.path,
                    place.kind.word()
                );
                return Err(Refusal::new(Code::PlaceDoesNotFit, message, "scantrail location list").into());
            }
            Some(place) => Some(place),
            None => view.only_place(PlaceKind::Staging)?,
        };
        let from = resolve::place_if_named(view, self.from.as_deref())?;
        let minimum_life = minimum_life(view, order.partner.map(|id| view.partner(id)).transpose()?.as_ref())?;
        let customer = order.partner;
        let order = resolve::order_plan(view, &order, Verb::Pick, false)?;
        Ok(Frame { from, to, order: Some(order), customer, minimum_life, ..Frame::default() })
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let Some((order, to)) = frame.order.as_ref().zip(frame.to.as_ref()) else { return Ok(Draft::default()) };
        let spot = Spot { place: to.id, claim: writer.claim_of(order.id, Stage::Picked)? };
        let mut movements = movements(&lines, |_, _| spot);
        certificates::judge_movements(writer, &movements)?;
        owners::judge_movements(writer, &movements, frame.customer)?;
        movements.extend(swaps(writer, Verb::Pick, order, &movements)?);
        let partner = writer.order(order.id)?.partner;
        Ok(Draft { kind: "pick", order: Some(order.id), partner, movements, ..Draft::default() })
    }
}
