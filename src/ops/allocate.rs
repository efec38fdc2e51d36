//! Setting stock aside for a sales order: exact lots and serials, first expired or first in first.

use std::collections::BTreeMap;

use super::record::record;
use super::settle::{reclaim, record_of};
use super::{Content, Draft, Recorded, Request, Result, certificates, resolve};
use crate::ledger::{
    Choice, Code, Holding, MeasuredStrategy, Movement, Refusal, Refused, SerialRecord, Stage, Strategy, allocate,
    choose, first_out_order,
};
use crate::model::{ClaimId, Item, ItemId, OrderId, OrderKind, Quantity};
use crate::store::{ProgressKind, Store, View, Writer};

/// `allocate`.
#[derive(Debug, Clone, Default)]
pub struct Allocate {
    /// The sales order.
    pub sales_order: String,
    /// In which order stock is set aside.
    pub strategy: Strategy,
    /// How measured units are chosen; with the least overshoot when nothing is said.
    pub measured: MeasuredStrategy,
    /// Refuse when not everything is there.
    pub all_or_nothing: bool,
}

impl Allocate {
    /// Sets aside what the order still needs and what there is.
    ///
    /// # Errors
    /// `unknown-order`; with `all_or_nothing`, `not-enough-stock` for each item that is short.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        let mut content = Content::of("allocate", request);
        content.flag("so", Some(&self.sales_order));
        content.switch("fifo", self.strategy == Strategy::FirstIn);
        content.switch("fewest-units", self.measured == MeasuredStrategy::FewestUnits);
        content.switch("in-order", self.measured == MeasuredStrategy::InOrder);
        content.switch("all-or-nothing", self.all_or_nothing);
        record(store, request, content.digest(), |writer| self.decide(writer, request))
    }

    fn decide(&self, writer: &Writer<'_>, request: &Request) -> Result<Draft> {
        resolve::lock_order(writer, &self.sales_order)?;
        let order = resolve::order(writer, OrderKind::Sales, &self.sales_order)?;
        let claim = writer.claim_of(order.id, Stage::Allocated)?;
        let mut movements = Vec::new();
        let (mut short, mut over) = (Vec::new(), Vec::new());
        for (item, need) in needs(writer, order.id)? {
            let item = writer.item(item)?;
            let left = if item.rules.is_measured {
                let choice = self.take_measured(writer, &item, need, claim, request, &mut movements)?;
                if choice.over.is_positive() {
                    over.push(serde_json::json!({
                        "item": item.sku.as_str(), "quantity": choice.over.display(item.scale),
                        "is_least": choice.is_proven,
                    }));
                }
                choice.short
            } else {
                self.take(writer, &item, need, claim, request, &mut movements)?
            };
            if left.is_positive() {
                let waiting = certificates::waiting_quantity(writer, &item, request.stamp.day())?;
                short.push((item, left, waiting));
            }
        }
        if self.all_or_nothing && !short.is_empty() {
            let refusals = short.iter().map(|(item, left, waiting)| {
                let why = match waiting {
                    Some(waiting) => format!(": {} wait for their certificate", waiting.display(item.scale)),
                    None => String::new(),
                };
                let message =
                    format!("{} of {} are missing for order {}{why}", left.display(item.scale), item.sku, order.code);
                Refusal::new(Code::NotEnoughStock, message, format!("scantrail stock --item {}", item.sku))
            });
            return Err(Refused(refusals.collect()).into());
        }
        let short: Vec<_> = short
            .iter()
            .map(|(item, left, waiting)| {
                let mut row = serde_json::json!({"item": item.sku.as_str(), "quantity": left.display(item.scale)});
                if let Some(waiting) = waiting {
                    row["waiting_for_certificate"] = waiting.display(item.scale).into();
                }
                row
            })
            .collect();
        Ok(Draft {
            kind: "allocate",
            order: Some(order.id),
            partner: order.partner,
            detail: Some(detail(&short, &over).to_string()),
            movements,
            ..Draft::default()
        })
    }

    /// Sets measured units aside until they reach `need`.
    fn take_measured(
        &self,
        view: &View<'_>,
        item: &Item,
        need: Quantity,
        claim: ClaimId,
        request: &Request,
        movements: &mut Vec<Movement>,
    ) -> Result<Choice<usize>> {
        let mut stock = self.usable_stock(view, item, request)?;
        first_out_order(self.strategy, &mut stock);
        let mut units = Vec::new();
        for holding in &stock {
            units.extend(
                view.units(holding, usize::MAX)?
                    .into_iter()
                    .filter_map(|unit| Some((holding, record_of(holding, unit)?))),
            );
        }
        let units = certificates::units_without_waiting(view, item, units)?;
        let measures: Vec<(usize, Quantity)> =
            units.iter().enumerate().map(|(index, (_, unit))| (index, unit.quantity)).collect();
        let choice = choose(&measures, need, self.measured);
        for (index, measure) in &choice.units {
            let (holding, unit) = &units[*index];
            movements.push(reclaim(holding, Some(unit), *measure, claim));
        }
        Ok(choice)
    }

    /// What may be set aside of an item.
    fn usable_stock(&self, view: &View<'_>, item: &Item, request: &Request) -> Result<Vec<Holding>> {
        let day = request.stamp.day();
        let mut stock = view.free_stock(item.id)?;
        stock.retain(|holding| holding.lot.as_ref().is_none_or(|lot| !lot.dates.expired_on(day)));
        certificates::without_waiting(view, item, stock)
    }

    /// Sets aside up to `need` of an item, and gives what is missing.
    fn take(
        &self,
        view: &View<'_>,
        item: &Item,
        need: Quantity,
        claim: ClaimId,
        request: &Request,
        movements: &mut Vec<Movement>,
    ) -> Result<Quantity> {
        let mut stock = self.usable_stock(view, item, request)?;
        first_out_order(self.strategy, &mut stock);
        if !item.tracking.by_serial() {
            let found = allocate(need, &stock);
            movements
                .extend(found.taken.iter().map(|(index, quantity)| reclaim(&stock[*index], None, *quantity, claim)));
            return Ok(found.short);
        }
        let mut left = need;
        for same_lot in stock.chunk_by(|one, two| lot_of(one) == lot_of(two)) {
            if left.is_zero() {
                break;
            }
            for (holding, unit) in oldest_units(view, item, same_lot, left.smallest_units())? {
                movements.push(reclaim(holding, Some(&unit), unit.quantity, claim));
                left = left.less(unit.quantity);
            }
        }
        Ok(left)
    }
}

fn detail(short: &[serde_json::Value], over: &[serde_json::Value]) -> serde_json::Value {
    match over.is_empty() {
        true => serde_json::json!({ "short": short }),
        false => serde_json::json!({ "short": short, "over": over }),
    }
}

fn lot_of(holding: &Holding) -> Option<crate::model::LotId> {
    holding.lot.as_ref().map(|lot| lot.id)
}

/// The units that came in first, over all places of one lot.
fn oldest_units<'h>(
    view: &View<'_>,
    item: &Item,
    holdings: &'h [Holding],
    most: i64,
) -> Result<Vec<(&'h Holding, SerialRecord)>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    // Units that wait for their certificate are passed over, however many there are.
    let waits = item.rules.requires_certificate;
    let mut units = Vec::new();
    for holding in holdings {
        for unit in view.units(holding, if waits { usize::MAX } else { most })? {
            units.extend(record_of(holding, unit).map(|record| (holding, record)));
        }
    }
    let mut units = certificates::units_without_waiting(view, item, units)?;
    units.sort_by_key(|(_, record)| record.id);
    units.truncate(most);
    Ok(units)
}

/// What an order still needs: ordered, less shipped, less set aside already. By item, in the order of the rows.
fn needs(view: &View<'_>, order: OrderId) -> Result<BTreeMap<ItemId, Quantity>> {
    let mut needs: BTreeMap<ItemId, Quantity> = BTreeMap::new();
    for line in view.order_lines(order)? {
        let need = needs.entry(line.item).or_default();
        *need = need.plus(line.quantity);
    }
    let mut subtract = |item: ItemId, quantity: Quantity| {
        if let Some(need) = needs.get_mut(&item) {
            *need = need.less(quantity);
        }
    };
    for done in view.progress(order)?.iter().filter(|done| done.kind == ProgressKind::Shipped) {
        subtract(done.item, done.quantity);
    }
    for stage in [Stage::Allocated, Stage::Picked] {
        for holding in view.claimed(view.claim_of(order, stage)?)? {
            subtract(holding.item, holding.quantity);
        }
    }
    needs.retain(|_, need| need.is_positive());
    Ok(needs)
}
