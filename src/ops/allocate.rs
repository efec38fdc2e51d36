//! Setting stock aside for a sales order: exact lots and serials, in the order of picking of each item.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::partner::minimum_life;
use super::record::record;
use super::settle::{reclaim, record_of};
use super::{Content, Draft, Recorded, Request, Result, certificates, owners, resolve};
use crate::ledger::{
    Choice, Code, Holding, MeasuredStrategy, Movement, Refusal, Refused, SerialRecord, Stage, Strategy, allocate,
    choose, fewest_first, walking_order,
};
use crate::model::{ClaimId, Item, ItemId, OrderId, OrderKind, PartnerId, Quantity};
use crate::store::{FreeStock, FreeStockOrder, ProgressKind, Store, Unit, View, Writer};

/// `allocate`.
#[derive(Debug, Clone, Default)]
pub struct Allocate {
    /// The sales order.
    pub sales_order: String,
    /// In which order stock is set aside; by the rule of each item where nothing is said.
    pub strategy: Option<Strategy>,
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
        content.switch("fifo", self.strategy == Some(Strategy::FirstIn));
        let other = self.strategy.filter(|strategy| *strategy != Strategy::FirstIn);
        content.flag("strategy", other.map(Strategy::word));
        content.switch("fewest-units", self.measured == MeasuredStrategy::FewestUnits);
        content.switch("in-order", self.measured == MeasuredStrategy::InOrder);
        content.switch("all-or-nothing", self.all_or_nothing);
        record(store, request, content.digest(), |writer| self.decide(writer, request))
    }

    fn decide(&self, writer: &Writer<'_>, request: &Request) -> Result<Draft> {
        resolve::lock_order(writer, &self.sales_order)?;
        let order = resolve::order(writer, OrderKind::Sales, &self.sales_order)?;
        let claim = writer.claim_of(order.id, Stage::Allocated)?;
        let customer = order.partner.map(|id| writer.partner(id)).transpose()?;
        let life = Days::new(minimum_life(writer, customer.as_ref())?.into());
        let day = request.stamp.day();
        let good_until = day.checked_add_days(life).unwrap_or(day);
        let mut taking = Taking { view: writer, claim, customer: order.partner, good_until, movements: Vec::new() };
        let (mut short, mut over) = (Vec::new(), Vec::new());
        for (item, need) in needs(writer, order.id)? {
            let item = writer.item(item)?;
            let left = if item.rules.is_measured {
                let choice = self.take_measured(&mut taking, &item, need)?;
                if choice.over.is_positive() {
                    over.push(serde_json::json!({
                        "item": item.sku.as_str(), "quantity": choice.over.display(item.scale),
                        "is_least": choice.is_proven,
                    }));
                }
                choice.short
            } else {
                self.take(&mut taking, &item, need)?
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
            return Err(refusals.collect::<Refused>().into());
        }
        let short: Vec<_> = short
            .iter()
            .map(|(item, left, waiting)| {
                let mut row = self.short(item, *left);
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
            movements: taking.movements,
            ..Draft::default()
        })
    }

    fn short(&self, item: &Item, left: Quantity) -> serde_json::Value {
        let mut row = serde_json::json!({"item": item.sku.as_str(), "quantity": left.display(item.scale)});
        if self.strategy_for(item) == Strategy::Manual {
            row["why"] = "picked by hand: scan it with pick, or name a --strategy".into();
        }
        row
    }

    /// Sets aside up to `need` of an item, and gives what is missing. Lots are read in the order in which they go, and no
    /// further than the need reaches.
    fn take(&self, taking: &mut Taking<'_, '_>, item: &Item, need: Quantity) -> Result<Quantity> {
        let (view, good_until) = (taking.view, taking.good_until);
        let mut left = need;
        match self.strategy_for(item) {
            Strategy::Manual => {}
            Strategy::FirstExpired => {
                left = taking.lots(view.free_stock(item.id, FreeStockOrder::FirstExpired, good_until), item, left)?;
            }
            Strategy::FirstIn => {
                left = taking.lots(view.free_stock(item.id, FreeStockOrder::FirstIn, good_until), item, left)?;
            }
            Strategy::Place => {
                let mut places = view.places_of(item.id)?;
                places.sort_by(walking_order);
                for place in places {
                    left =
                        taking.lots(view.free_stock(item.id, FreeStockOrder::At(place.id), good_until), item, left)?;
                }
            }
            Strategy::FewestLots => {
                let mut lots = view.free_lots(item.id, good_until)?;
                fewest_first(left, &mut lots, |(_, quantity)| *quantity);
                for (lot, _) in lots {
                    if left.is_zero() {
                        break;
                    }
                    let mut holdings = view.free_stock_of(item.id, lot)?;
                    fewest_first(left, &mut holdings, |holding| holding.quantity);
                    left = taking.from(&holdings, item, left)?;
                }
            }
        }
        Ok(left)
    }

    /// Sets measured units aside until they reach `need`. All of them are looked at, because the last one decides how far over
    /// the measure is.
    fn take_measured(&self, taking: &mut Taking<'_, '_>, item: &Item, need: Quantity) -> Result<Choice<usize>> {
        let order = match self.strategy_for(item) {
            Strategy::FirstIn => FreeStockOrder::FirstIn,
            _ => FreeStockOrder::FirstExpired,
        };
        let mut stock = taking.view.free_stock(item.id, order, taking.good_until);
        let mut holdings = Vec::new();
        while let Some(lot) = stock.next_lot()? {
            holdings.extend(good_stock(taking.view, item, lot)?);
        }
        let units = oldest_units(taking.view, item, &holdings, i64::MAX, taking.customer)?;
        let measures: Vec<(usize, Quantity)> =
            units.iter().enumerate().map(|(index, (_, unit))| (index, unit.quantity)).collect();
        let choice = choose(&measures, need, self.measured);
        for (index, measure) in &choice.units {
            let (holding, unit) = &units[*index];
            taking.movements.push(reclaim(holding, Some(unit), *measure, taking.claim));
        }
        Ok(choice)
    }

    /// What the command line says, else the rule of the item.
    fn strategy_for(&self, item: &Item) -> Strategy {
        let of_item = item.rules.picking.and_then(|picking| Strategy::from_word(picking.word()));
        self.strategy.or(of_item).unwrap_or_default()
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

/// Stock that is being set aside under one claim.
struct Taking<'v, 'c> {
    view: &'v View<'c>,
    claim: ClaimId,
    /// The customer, who may get goods of their own.
    customer: Option<PartnerId>,
    /// Lots that expire before this day are passed over.
    good_until: NaiveDate,
    movements: Vec<Movement>,
}

impl Taking<'_, '_> {
    /// Takes lot by lot until nothing is missing, and gives what is.
    fn lots(&mut self, mut stock: FreeStock<'_, '_>, item: &Item, need: Quantity) -> Result<Quantity> {
        let mut left = need;
        while left.is_positive()
            && let Some(lot) = stock.next_lot()?
        {
            left = self.from(&lot, item, left)?;
        }
        Ok(left)
    }

    /// Takes from the places of one lot, and gives what is missing.
    fn from(&mut self, lot: &[Holding], item: &Item, need: Quantity) -> Result<Quantity> {
        let lot = good_stock(self.view, item, lot.to_vec())?;
        let lot = certificates::without_waiting(self.view, item, lot)?;
        let lot = owners::own_stock(self.view, item, lot, self.customer)?;
        if !item.tracking.by_serial() {
            let found = allocate(need, &lot);
            let taken = found.taken.iter().map(|(index, quantity)| reclaim(&lot[*index], None, *quantity, self.claim));
            self.movements.extend(taken);
            return Ok(found.short);
        }
        let mut left = need;
        for (holding, unit) in oldest_units(self.view, item, &lot, left.smallest_units(), self.customer)? {
            self.movements.push(reclaim(holding, Some(&unit), unit.quantity, self.claim));
            left = left.less(unit.quantity);
        }
        Ok(left)
    }
}

/// Stock without what is on hold as a whole.
fn good_stock(view: &View<'_>, item: &Item, stock: Vec<Holding>) -> Result<Vec<Holding>> {
    let holds = view.holds_of(item.id)?;
    if holds.is_empty() {
        return Ok(stock);
    }
    if !item.tracking.by_serial() && holds.iter().any(|hold| hold.rule.asks_for_receipts()) {
        view.find_receipts_of_lots(&stock.iter().filter_map(lot_of).collect::<Vec<_>>())?;
    }
    let mut good = Vec::with_capacity(stock.len());
    for holding in stock {
        if view.hold_over(item.id, lot_of(&holding), None, None)?.is_none() {
            good.push(holding);
        }
    }
    Ok(good)
}

/// How many units may be held although the units beside them are good.
fn most_held_apart(view: &View<'_>, item: ItemId) -> Result<usize> {
    let holds = view.holds_of(item)?;
    if holds.iter().any(|hold| hold.rule.asks_for_receipts()) {
        return Ok(usize::MAX);
    }
    Ok(holds.iter().filter(|hold| hold.rule.tells_units_apart()).count())
}

/// Units without those on hold.
fn good_units(view: &View<'_>, holding: &Holding, units: Vec<Unit>) -> Result<Vec<Unit>> {
    view.find_receipts_ahead(&units.iter().map(|unit| (holding.item, unit.serial)).collect::<Vec<_>>())?;
    let mut good = Vec::with_capacity(units.len());
    for unit in units {
        if view.hold_over(holding.item, lot_of(holding), Some(unit.serial), None)?.is_none() {
            good.push(unit);
        }
    }
    Ok(good)
}

/// The units that came in first, over all places of one lot.
fn oldest_units<'h>(
    view: &View<'_>,
    item: &Item,
    holdings: &'h [Holding],
    most: i64,
    customer: Option<PartnerId>,
) -> Result<Vec<(&'h Holding, SerialRecord)>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    // Units that wait for their certificate or belong to others are passed over, however many there are.
    let waits = item.rules.requires_certificate || view.has_owners(item.id)?;
    let mut units = Vec::new();
    for holding in holdings {
        let looked_at = if waits { usize::MAX } else { most.saturating_add(most_held_apart(view, holding.item)?) };
        let mut found = view.units(holding, looked_at)?;
        if looked_at > most {
            found = good_units(view, holding, found)?;
        }
        units.extend(found.into_iter().filter_map(|unit| record_of(holding, unit)).map(|record| (holding, record)));
    }
    let units = certificates::units_without_waiting(view, item, units)?;
    let mut units = owners::own_units(view, item, units, customer)?;
    units.sort_by_key(|(_, record)| record.id);
    units.truncate(most);
    Ok(units)
}

/// What an order still needs: ordered, less shipped, less set aside already. By item, in the order of the rows.
pub(super) fn needs(view: &View<'_>, order: OrderId) -> Result<BTreeMap<ItemId, Quantity>> {
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
