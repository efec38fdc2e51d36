//! Goods from place to place.

use std::collections::BTreeMap;

use super::batch::Frame;
use super::settle::{claim_after_move, movements};
use super::shipment::{self, Shipment};
use super::{BatchOptions, Content, Draft, Result, ScanVerb, resolve};
use crate::ledger::{Code, Movement, Refusal, Spot, Verb};
use crate::model::{ClaimId, OperationNumber, Quantity, Scale};
use crate::scan::Line;
use crate::store::{View, Writer};

/// `transfer`.
#[derive(Debug, Clone, Default)]
pub struct Transfer {
    /// Where the goods leave from.
    pub from: Option<String>,
    /// Where they go, unless the stream says otherwise.
    pub to: Option<String>,
    /// The transit place for goods to another site; one is made when none is named.
    pub via: Option<String>,
    /// Goods to another site are there at once, without transit.
    pub direct: bool,
    /// The transfer from another site whose goods arrive.
    pub arrived: Option<OperationNumber>,
    /// What holds for the whole batch.
    pub options: BatchOptions,
}

impl ScanVerb for Transfer {
    fn verb(&self) -> Verb {
        Verb::Transfer
    }

    fn options(&self) -> &BatchOptions {
        &self.options
    }

    fn order(&self) -> Option<&str> {
        None
    }

    fn describe(&self, content: &mut Content) {
        content.flag("from", self.from.as_deref());
        content.flag("to", self.to.as_deref());
        content.flag("via", self.via.as_deref());
        content.switch("direct", self.direct);
        content.flag("arrived", self.arrived.map(|number| number.to_string()).as_deref());
    }

    fn frame(&self, view: &View<'_>) -> Result<Frame> {
        let from = resolve::place_if_named(view, self.from.as_deref())?;
        let shipment = self.arrived.map(|number| Shipment::of(view, number)).transpose()?;
        let to = self.to.as_deref().or(shipment.as_ref().map(|shipment| shipment.to.as_str()));
        let to = resolve::place_if_named(view, to)?;
        shipment::via(view, self.via.as_deref())?;
        let sources = shipment.map(|shipment| shipment.sources).unwrap_or_default();
        match (&from, &to) {
            (Some(from), Some(to)) if from.id == to.id => {
                let message = format!("{} is both where the goods leave and where they go", to.path);
                Err(Refusal::new(Code::AlreadyAtPlace, message, "name two different places").into())
            }
            _ => Ok(Frame { from, to, sources, ..Frame::default() }),
        }
    }

    fn post(&self, writer: &Writer<'_>, frame: &Frame, lines: Vec<Line>) -> Result<Draft> {
        let mut movements = movements(&lines, |line, standing| match line.to.as_ref().or(frame.to.as_ref()) {
            Some(to) => Spot { place: to.id, claim: claim_after_move(standing, to.kind.is_pickable()) },
            None => standing.spot(),
        });
        let mut detail = serde_json::Map::new();
        match self.arrived {
            Some(number) => {
                if let serde_json::Value::Object(compared) =
                    Shipment::of(writer, number)?.compared(writer, &movements)?
                {
                    detail.extend(compared);
                }
            }
            None if self.direct => {}
            None => {
                let via = shipment::via(writer, self.via.as_deref())?;
                let sent = shipment::send(writer, &mut movements, via.as_ref())?;
                detail.extend(sent.map(|to| ("sent_to".to_owned(), to.into())));
            }
        }
        detail.extend(unclaimed(writer, &movements)?.map(|rows| ("unclaimed".to_owned(), rows.into())));
        let detail = (!detail.is_empty()).then(|| serde_json::Value::Object(detail).to_string());
        Ok(Draft { kind: "transfer", detail, movements, ..Draft::default() })
    }
}

/// What is no longer set aside after the move, by order and item, so that somebody finds other goods for the order.
fn unclaimed(view: &View<'_>, movements: &[Movement]) -> Result<Option<Vec<serde_json::Value>>> {
    let mut lost: BTreeMap<(String, String), (Quantity, Scale)> = BTreeMap::new();
    for movement in movements.iter().filter(|one| one.to.claim == ClaimId::FREE) {
        if let Some(claim) = view.claim(movement.from.claim)? {
            let item = view.item(movement.item)?;
            let key = (claim.order_code.clone(), item.sku.to_string());
            let (total, _) = lost.entry(key).or_insert((Quantity::ZERO, item.scale));
            *total = total.plus(movement.quantity);
        }
    }
    let row = |((order, item), (quantity, scale)): ((String, String), (Quantity, Scale))| serde_json::json!({ "order": order, "item": item, "quantity": quantity.display(scale) });
    Ok((!lost.is_empty()).then(|| lost.into_iter().map(row).collect()))
}
