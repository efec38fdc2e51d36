//! `stock`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::context::Context;
use super::output;
use super::table::{Align, table};
use crate::ledger::{Code, HeldBy, Refusal};
use crate::model::{LotId, PlaceId, PlaceKind, Quantity, folded};
use crate::ops::{
    Bearer, OpError, bearers_of, certificates_of_stock, held_by, lot_named, owner_named, owners_of, resolve_item, sites,
};
use crate::store::{StockFilter, StockRow, View};

/// Show what is where
///
/// One row for each serial; other goods by item, lot and place. ALLOCATED is what is set aside for orders, picked or not.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail stock
  scantrail stock --item MILK-1L
  scantrail stock --location WH1 --json
  scantrail stock --split-lots")]
pub struct Args {
    /// Only this item
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// Only this place and those below it; @customer/CODE shows what a customer has
    #[arg(long, value_name = "PLACE")]
    location: Option<String>,
    /// Only goods of this customer or supplier; `ours` leaves out goods of others
    #[arg(long, value_name = "PARTNER")]
    owner: Option<String>,
    /// Only this lot
    #[arg(long, visible_aliases = ["batch", "code-number"], value_name = "LOT")]
    lot: Option<String>,
    /// Only lots that lie in more than one storage place
    #[arg(long)]
    split_lots: bool,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let (today, fields) = (context.now().date_naive(), context.fields()?);
    let rows = context.store()?.read(|view| {
        let filter = StockFilter {
            item: args.item.as_deref().map(|text| resolve_item(view, text)).transpose()?.map(|item| item.id),
            places: args.location.as_deref().map(|text| places(view, text)).transpose()?,
            lots: args.lot.as_deref().map(|text| lots(view, text, today)).transpose()?,
        };
        let rows = view.stock(&filter)?;
        let rows = if args.split_lots { of_split_lots(view, rows)? } else { rows };
        let certificates = certificates_of_stock(view, &rows)?;
        let goods = rows.iter().map(|row| (row.item.id, row.lot.as_ref().map(|lot| lot.id), row.unit));
        let owners = owners_of(view, &goods.collect::<Vec<_>>())?;
        let mut merged = merged(view, rows, &certificates, &owners, today)?;
        if let Some(wanted) = args.owner.as_deref() {
            let is_ours = wanted.eq_ignore_ascii_case("ours");
            let wanted = if is_ours { None } else { Some(owner_named(view, wanted)?.code) };
            merged.retain(|row| row.owner == wanted);
        }
        if !fields.is_empty() {
            let bearers = bearers_of(view, &fields)?;
            merged.retain(|row| row.carries_any_of(&bearers));
        }
        Ok::<_, OpError>(merged)
    })?;
    output::result(&if context.globals.json {
        output::json(&json!({ "stock": rows.iter().map(document).collect::<Vec<_>>() }))
    } else {
        text(&rows, args.split_lots)
    })
}

fn places(view: &View<'_>, text: &str) -> Result<Vec<PlaceId>, OpError> {
    let key = folded(text.trim().trim_end_matches('/'));
    let below = format!("{key}/");
    let mut found: Vec<PlaceId> = view
        .own_places()?
        .iter()
        .filter(|place| folded(&place.path) == key || folded(&place.path).starts_with(&below))
        .map(|place| place.id)
        .collect();
    if text.trim().starts_with('@') {
        found.extend(view.place_named(text)?.map(|place| place.id));
    }
    if found.is_empty() {
        let message = format!("no place has the code {}", output::safe(text));
        return Err(Refusal::new(Code::UnknownLocation, message, "scantrail location list").into());
    }
    Ok(found)
}

fn lots(view: &View<'_>, text: &str, today: NaiveDate) -> Result<Vec<LotId>, OpError> {
    let found = lot_named(view, text, None, today)?;
    if found.is_empty() {
        let message = format!("no lot has the text {}", output::safe(text));
        return Err(
            Refusal::new(Code::UnknownLot, message, "lot texts are exact, and stand in: scantrail stock").into()
        );
    }
    Ok(found)
}

/// The rows in storage places of lots that lie in more than one of them.
/// What lies at several sites lies where each of them needs it.
fn of_split_lots(view: &View<'_>, rows: Vec<StockRow>) -> Result<Vec<StockRow>, OpError> {
    let roots: BTreeSet<String> = sites(view)?.iter().map(|site| folded(&site.root)).collect();
    let site_of = |row: &StockRow| {
        let root = row.standing.place.path.split('/').next().map(folded);
        root.filter(|root| roots.contains(root))
    };
    let mut places: BTreeMap<(LotId, Option<String>), BTreeSet<PlaceId>> = BTreeMap::new();
    let kept = rows.into_iter().filter(|row| row.standing.place.kind == PlaceKind::Storage && row.lot.is_some());
    let mut kept: Vec<StockRow> = kept.collect();
    for row in &kept {
        if let Some(lot) = &row.lot {
            places.entry((lot.id, site_of(row))).or_default().insert(row.standing.place.id);
        }
    }
    let places_of = |row: &StockRow| places.get(&(row.lot.as_ref()?.id, site_of(row)));
    kept.retain(|row| places_of(row).is_some_and(|places| places.len() > 1));
    Ok(kept)
}

/// A row with what of it is set aside, and for which orders.
struct Row {
    stock: StockRow,
    allocated: Quantity,
    orders: Vec<String>,
    held: Option<HeldBy>,
    certificate: Option<&'static str>,
    /// Whose it is, when it is not ours.
    owner: Option<String>,
}

impl Row {
    /// True when its item, its lot or its unit is one of these.
    fn carries_any_of(&self, bearers: &BTreeSet<Bearer>) -> bool {
        let lot = self.stock.lot.as_ref().map(|lot| Bearer::Lot(lot.id));
        let own = [Some(Bearer::Item(self.stock.item.id)), lot, self.stock.unit.map(Bearer::Unit)];
        own.iter().flatten().any(|bearer| bearers.contains(bearer))
    }
}

/// Free and claimed stock of one item, lot and place is one row.
fn merged(
    view: &View<'_>,
    rows: Vec<StockRow>,
    certificates: &[Option<bool>],
    owners: &[Option<String>],
    today: NaiveDate,
) -> Result<Vec<Row>, OpError> {
    look_ahead(view, &rows)?;
    let mut index: BTreeMap<(i64, Option<i64>, i64), usize> = BTreeMap::new();
    let mut merged: Vec<Row> = Vec::new();
    for ((row, certificate), owner) in rows.into_iter().zip(certificates).zip(owners) {
        let claimed = if row.standing.is_free() { Quantity::ZERO } else { row.quantity };
        let order = row.standing.claim.as_ref().map(|claim| claim.order_code.clone());
        let key = (row.item.id.0, row.lot.as_ref().map(|lot| lot.id.0), row.standing.place.id.0);
        match index.get(&key).filter(|_| row.serial.is_none()) {
            Some(at) => {
                let before = &mut merged[*at];
                before.stock.quantity = before.stock.quantity.plus(row.quantity);
                before.allocated = before.allocated.plus(claimed);
                before.orders.extend(order);
                before.orders.dedup();
            }
            None => {
                index.insert(key, merged.len());
                let lot = row.lot.as_deref();
                let held = held_by(view, row.item.id, lot, row.unit, &row.standing.place, today)?;
                let certificate = certificate.map(|is_there| if is_there { "there" } else { "missing" });
                let orders = order.into_iter().collect();
                merged.push(Row { stock: row, allocated: claimed, orders, held, certificate, owner: owner.clone() });
            }
        }
    }
    Ok(merged)
}

/// Looks up what all rows need to know of holds.
fn look_ahead(view: &View<'_>, rows: &[StockRow]) -> Result<(), OpError> {
    view.find_holds_ahead(&rows.iter().map(|row| row.item.id).collect::<Vec<_>>())?;
    let units = rows.iter().filter_map(|row| Some((row.item.id, row.unit?)));
    Ok(view.find_receipts_ahead(&units.collect::<Vec<_>>())?)
}

fn document(row: &Row) -> Value {
    let stock = &row.stock;
    let allocated = usize::from(!row.allocated.is_zero());
    let mut document = json!({
        "item": stock.item.sku.as_str(), "location": stock.standing.place.path,
        "lot": stock.lot.as_ref().map(|lot| lot.code.as_str()), "serial": stock.serial,
        "quantity": stock.item.counted(stock.quantity, 1), "allocated": stock.item.counted(row.allocated, allocated),
        "expires": stock.lot.as_ref().and_then(|lot| lot.dates.expires).map(|date| date.to_string()),
        "best_before": stock.lot.as_ref().and_then(|lot| lot.dates.best_before).map(|date| date.to_string()),
        "orders": row.orders, "held": row.held.is_some(), "held_because": row.held.as_ref().map(HeldBy::reason),
        "hold": row.held.as_ref().and_then(HeldBy::operation).map(|number| number.0),
        "certificate": row.certificate, "owner": row.owner,
    });
    if let Some(measure) = stock.item.measured(stock.quantity) {
        document["measure"] = measure.into();
    }
    document
}

fn text(rows: &[Row], split_lots: bool) -> String {
    if rows.is_empty() {
        let nothing = if split_lots { "no lot lies in more than one place" } else { "nothing is in stock" };
        return format!("{nothing}\n");
    }
    // The column stands there where any item requires one.
    let has_certificates = rows.iter().any(|row| row.certificate.is_some());
    let mut cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let stock = &row.stock;
            let show = |quantity: Quantity| quantity.display(stock.item.scale);
            vec![
                stock.item.sku.to_string(),
                stock.standing.place.path.clone(),
                stock.lot.as_ref().map(|lot| output::safe(lot.code.as_str())).unwrap_or_default(),
                stock.lot.as_ref().and_then(|lot| lot.dates.expires).map(|date| date.to_string()).unwrap_or_default(),
                stock
                    .lot
                    .as_ref()
                    .and_then(|lot| lot.dates.best_before)
                    .map(|date| date.to_string())
                    .unwrap_or_default(),
                stock.serial.as_deref().map(output::safe).unwrap_or_default(),
                show(stock.quantity),
                stock.item.unit.clone(),
                if row.allocated.is_zero() { String::new() } else { show(row.allocated) },
                row.orders.join(" "),
                row.held.as_ref().map(|held| format!("held: {}", output::safe(&held.reason()))).unwrap_or_default(),
            ]
        })
        .collect();
    let mut columns = vec![
        ("item", Align::Left),
        ("location", Align::Left),
        ("lot", Align::Left),
        ("expires", Align::Left),
        ("best before", Align::Left),
        ("serial", Align::Left),
        ("quantity", Align::Right),
        ("unit", Align::Left),
        ("allocated", Align::Right),
        ("for", Align::Left),
        ("state", Align::Left),
    ];
    if rows.iter().any(|row| row.owner.is_some()) {
        columns.push(("owner", Align::Left));
        cells.iter_mut().zip(rows).for_each(|(cells, row)| cells.push(row.owner.clone().unwrap_or_default()));
    }
    if has_certificates {
        columns.push(("certificate", Align::Left));
        cells.iter_mut().zip(rows).for_each(|(cells, row)| cells.push(row.certificate.unwrap_or_default().to_owned()));
    }
    table(&columns, &cells)
}
