//! Giving back what was set aside for a sales order.

use super::record::record;
use super::settle::{reclaim, record_of};
use super::{Content, Draft, Recorded, Request, Result, resolve};
use crate::ledger::{Code, Movement, Refusal, Stage};
use crate::model::{ClaimId, OrderKind};
use crate::store::{Store, View};

/// `release`.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// The sales order.
    pub sales_order: String,
    /// Give back what was picked too. It stays where it waits, and is free there.
    pub picked_too: bool,
}

impl Release {
    /// Gives everything back.
    ///
    /// # Errors
    /// `unknown-order`, `nothing-allocated`.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        let mut content = Content::of("release", request);
        content.flag("so", Some(&self.sales_order));
        content.switch("picked", self.picked_too);
        record(store, request, content.digest(), |writer| {
            resolve::lock_order(writer, &self.sales_order)?;
            let order = resolve::order(writer, OrderKind::Sales, &self.sales_order)?;
            let mut movements = give_back(writer, writer.claim_of(order.id, Stage::Allocated)?)?;
            let picked = writer.claim_of(order.id, Stage::Picked)?;
            if self.picked_too {
                movements.extend(give_back(writer, picked)?);
            }
            if movements.is_empty() {
                let message = format!("nothing is allocated for order {}", order.code);
                let hint = match writer.claimed(picked)?.is_empty() {
                    true => format!("scantrail order show {}", order.code),
                    false => format!("what is picked is given back by: scantrail release {} --picked", order.code),
                };
                return Err(Refusal::new(Code::NothingAllocated, message, hint).into());
            }
            Ok(Draft { kind: "release", order: Some(order.id), partner: order.partner, movements, ..Draft::default() })
        })
    }
}

fn give_back(view: &View<'_>, claim: ClaimId) -> Result<Vec<Movement>> {
    let mut movements = Vec::new();
    for holding in view.claimed(claim)? {
        let item = view.item(holding.item)?;
        if item.tracking.by_serial() {
            let units = view.units(&holding, usize::MAX)?.into_iter().filter_map(|unit| record_of(&holding, unit));
            movements.extend(units.map(|unit| reclaim(&holding, Some(&unit), unit.quantity, ClaimId::FREE)));
        } else {
            movements.push(reclaim(&holding, None, holding.quantity, ClaimId::FREE));
        }
    }
    Ok(movements)
}
