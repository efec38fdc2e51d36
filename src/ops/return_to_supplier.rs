//! Goods back to the supplier they came from.

use super::batch::Frame;
use super::settle::movements;
use super::{BatchOptions, Content, Draft, Result, ScanVerb, resolve};
use crate::ledger::{Spot, Verb};
use crate::model::{OrderKind, PartnerKind};
use crate::scan::Line;
use crate::store::{View, Writer};

/// `return --to-supplier`.
#[derive(Debug, Clone, Default)]
pub struct ReturnToSupplier {
    /// The supplier.
    pub supplier: String,
    /// The purchase order they came on.
    pub purchase_order: Option<String>,
    /// Where they leave from.
    pub from: Option<String>,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ScanVerb for ReturnToSupplier {
    fn verb(&self) -> Verb {
        Verb::ReturnToSupplier
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        self.purchase_order.as_deref()
    }

    fn describe(&self, content: &mut Content) {
        content.flag("to-supplier", Some(&self.supplier));
        content.flag("po", self.purchase_order.as_deref());
        content.flag("from", self.from.as_deref());
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        let order = self.purchase_order.as_deref();
        let order = order.map(|text| resolve::order(view, OrderKind::Purchase, text)).transpose()?;
        let supplier = resolve::partner_of(view, PartnerKind::Supplier, order.as_ref(), Some(&self.supplier))?;
        let from = resolve::place_if_named(view, self.from.as_deref())?;
        let order = order.map(|order| resolve::order_plan(view, &order, Verb::ReturnToSupplier, false)).transpose()?;
        let end = supplier.as_ref().map(|supplier| (supplier.id, supplier.place.id));
        Ok(Frame { from, to: supplier.map(|supplier| supplier.place), order, supplier: end, ..Frame::default() })
    }

    fn post(&self, _writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let movements = movements(&lines, |_, standing| match &frame.to {
            Some(to) => Spot::free(to),
            None => standing.spot(),
        });
        Ok(Draft {
            kind: "return",
            order: frame.order.as_ref().map(|order| order.id),
            partner: frame.supplier.map(|(partner, _)| partner),
            movements,
            ..Draft::default()
        })
    }
}
