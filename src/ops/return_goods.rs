//! Goods back from a customer.

use super::batch::Frame;
use super::settle::movements;
use super::{BatchOptions, Content, Draft, Result, ScanVerb, resolve};
use crate::ledger::{Code, Refusal, Spot, Verb};
use crate::model::{OrderKind, PartnerKind, PlaceKind};
use crate::scan::Line;
use crate::store::{View, Writer};

/// What becomes of goods that come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Disposition {
    /// They can be sold again.
    #[default]
    Restock,
    /// Somebody looks at them first.
    Quarantine,
    /// They are thrown away.
    Scrap,
}

impl Disposition {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Disposition::Restock => "restock",
            Disposition::Quarantine => "quarantine",
            Disposition::Scrap => "scrap",
        }
    }
}

/// `return`.
#[derive(Debug, Clone, Default)]
pub struct ReturnGoods {
    /// The sales order that sold them.
    pub sales_order: Option<String>,
    /// The customer.
    pub customer: Option<String>,
    /// Where they go.
    pub to: Option<String>,
    /// What becomes of them.
    pub disposition: Disposition,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ReturnGoods {
    fn destination(&self, view: &View<'_>) -> Result<Option<std::rc::Rc<crate::model::Place>>> {
        let named = resolve::place_if_named(view, self.to.as_deref())?;
        match (self.disposition, named) {
            (Disposition::Scrap, _) => Ok(view.place_named("@scrap")?),
            (Disposition::Quarantine, Some(place)) if place.kind != PlaceKind::Quarantine => {
                let message =
                    format!("{} is a {} place, and these goods go to quarantine", place.path, place.kind.word());
                Err(Refusal::new(Code::PlaceDoesNotFit, message, "name a quarantine place with --to").into())
            }
            (_, Some(place)) => Ok(Some(place)),
            (Disposition::Quarantine, None) => Ok(view.only_place(PlaceKind::Quarantine)?),
            (Disposition::Restock, None) => Ok(view.only_place(PlaceKind::Storage)?),
        }
    }
}

impl ScanVerb for ReturnGoods {
    fn verb(&self) -> Verb {
        Verb::Return
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        self.sales_order.as_deref()
    }

    fn describe(&self, content: &mut Content) {
        content.flag("so", self.sales_order.as_deref());
        content.flag("from", self.customer.as_deref());
        content.flag("to", self.to.as_deref());
        content.flag("disposition", Some(self.disposition.word()));
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        let order = self.sales_order.as_deref();
        let order = order.map(|text| resolve::order(view, OrderKind::Sales, text)).transpose()?;
        let customer = resolve::partner_of(view, PartnerKind::Customer, order.as_ref(), self.customer.as_deref())?;
        let order = order.map(|order| resolve::order_plan(view, &order, Verb::Return, false)).transpose()?;
        let to = self.destination(view)?;
        let to_kind = (self.disposition == Disposition::Quarantine).then_some(PlaceKind::Quarantine);
        Ok(Frame {
            from: customer.map(|customer| customer.place),
            to,
            to_kind,
            order,
            supplier: None,
            sources: Vec::new(),
        })
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let movements = movements(&lines, |line, standing| {
            let to = line.to.as_ref().filter(|_| self.disposition != Disposition::Scrap).or(frame.to.as_ref());
            to.map_or(standing.spot(), |to| Spot::free(to))
        });
        let mut origins = movements.iter().map(|movement| movement.from.place);
        let first = origins.next();
        let only = first.filter(|first| origins.all(|other| other == *first));
        Ok(Draft {
            kind: "return",
            order: frame.order.as_ref().map(|order| order.id),
            partner: only.map(|place| writer.partner_at(place)).transpose()?.flatten(),
            detail: Some(serde_json::json!({ "disposition": self.disposition.word() }).to_string()),
            movements,
            ..Draft::default()
        })
    }
}
