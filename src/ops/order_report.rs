//! An order with what was done on it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Result;
use super::fields::{Bearer, fields_of};
use crate::ledger::Stage;
use crate::model::{Item, ItemId, Order, OrderKind, Quantity};
use crate::store::{ProgressKind, View};

/// An order as it is shown.
#[derive(Debug, Clone)]
pub struct OrderReport {
    /// The order.
    pub order: Order,
    /// The code of its partner.
    pub partner: Option<String>,
    /// Its lines.
    pub lines: Vec<OrderReportLine>,
    /// Its free fields.
    pub fields: BTreeMap<String, String>,
}

/// A line with what was done on it. Where an item stands on several lines, earlier lines are filled first; lots and
/// serials stand on the first.
#[derive(Debug, Clone)]
pub struct OrderReportLine {
    /// What.
    pub item: Rc<Item>,
    /// How much is ordered.
    pub ordered: Quantity,
    /// Set aside and not picked yet.
    pub allocated: Quantity,
    /// Picked, shipped since or not.
    pub picked: Quantity,
    /// Went to the customer.
    pub shipped: Quantity,
    /// Came from the supplier.
    pub received: Quantity,
    /// Came back, or went back.
    pub returned: Quantity,
    /// The lots that were set aside, shipped or received.
    pub lots: Vec<String>,
    /// The serials that were set aside, shipped or received.
    pub serials: Vec<String>,
}

/// What happened to one item on an order.
#[derive(Default, Clone)]
struct Done {
    allocated: Quantity,
    picked: Quantity,
    shipped: Quantity,
    received: Quantity,
    returned: Quantity,
    lots: Vec<String>,
    serials: Vec<String>,
}

/// The report of an order.
///
/// # Errors
/// What the database says.
pub fn order_report(view: &View<'_>, order: &Order) -> Result<OrderReport> {
    let partner = order.partner.map(|id| view.partner(id)).transpose()?.map(|partner| partner.code);
    let mut lines = Vec::new();
    let rows = view.order_lines(order.id)?;
    let mut items: Vec<ItemId> = rows.iter().map(|line| line.item).collect();
    items.sort_unstable();
    items.dedup();
    let mut done: std::collections::HashMap<ItemId, Done> = std::collections::HashMap::new();
    for item in items {
        done.insert(item, done_with(view, order, item)?);
    }
    for (index, row) in rows.iter().enumerate() {
        let is_last = !rows[index + 1..].iter().any(|other| other.item == row.item);
        let one = done.entry(row.item).or_default();
        let fill = |total: &mut Quantity| {
            let part = if is_last { *total } else { (*total).min(row.quantity) };
            *total = total.less(part);
            part
        };
        lines.push(OrderReportLine {
            item: view.item(row.item)?,
            ordered: row.quantity,
            allocated: fill(&mut one.allocated),
            picked: fill(&mut one.picked),
            shipped: fill(&mut one.shipped),
            received: fill(&mut one.received),
            returned: fill(&mut one.returned),
            lots: std::mem::take(&mut one.lots),
            serials: std::mem::take(&mut one.serials),
        });
    }
    let fields = fields_of(view, Bearer::Order(order.id))?;
    Ok(OrderReport { order: order.clone(), partner, lines, fields })
}

fn done_with(view: &View<'_>, order: &Order, item: ItemId) -> Result<Done> {
    let mut done = Done::default();
    for progress in view.progress(order.id)?.iter().filter(|progress| progress.item == item) {
        let total = match progress.kind {
            ProgressKind::Received => &mut done.received,
            ProgressKind::Shipped => {
                done.picked = done.picked.plus(progress.from_picked);
                &mut done.shipped
            }
            ProgressKind::Returned => &mut done.returned,
        };
        *total = total.plus(progress.quantity);
        if let Some(lot) =
            progress.lot.filter(|_| progress.kind != ProgressKind::Returned && progress.quantity.is_positive())
        {
            done.lots.push(view.lot_record(lot)?.code.to_string());
        }
    }
    done.serials.extend(view.order_serials(order.id)?.into_iter().filter(|(of, _)| *of == item).map(|(_, code)| code));
    if order.kind == OrderKind::Sales {
        for stage in [Stage::Allocated, Stage::Picked] {
            for holding in view.claimed(view.claim_of(order.id, stage)?)?.iter().filter(|one| one.item == item) {
                let total = if stage == Stage::Allocated { &mut done.allocated } else { &mut done.picked };
                *total = total.plus(holding.quantity);
                done.lots.extend(holding.lot.as_ref().map(|lot| lot.code.to_string()));
                done.serials.extend(view.units(holding, usize::MAX)?.into_iter().map(|unit| unit.code));
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    done.lots.retain(|lot| seen.insert(lot.clone()));
    let mut seen = std::collections::HashSet::new();
    done.serials.retain(|serial| seen.insert(serial.clone()));
    Ok(done)
}
