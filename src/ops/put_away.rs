//! Where a lot already lies when more of it arrives, so that all of it is kept in one place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Result;
use super::record::Warning;
use super::site;
use crate::ledger::{Holding, Movement};
use crate::model::{ItemId, LotId, PlaceId, PlaceKind, Quantity};
use crate::store::View;

/// What is said of the lots of a batch before it is recorded.
#[derive(Debug, Clone, Default)]
pub struct PutAway {
    /// One row for each lot and storage place where some of it lies.
    pub rows: Vec<Value>,
    /// Lots that are in more than one storage place by this batch.
    pub warnings: Vec<Warning>,
}

/// Looks where the lots of moving goods lie, apart from what moves. Staging, quarantine and transit places do not count: nothing is kept there.
pub fn put_away(view: &View<'_>, movements: &[Movement]) -> Result<PutAway> {
    let mut arriving: BTreeMap<ItemId, BTreeMap<LotId, BTreeSet<PlaceId>>> = BTreeMap::new();
    for one in movements {
        if let Some(lot) = one.lot {
            arriving.entry(one.item).or_default().entry(lot).or_default().insert(one.to.place);
        }
    }
    let mut found = PutAway::default();
    for (item, lots) in arriving {
        let there = view.holdings_of_lots(item, &lots.keys().copied().collect::<Vec<_>>())?;
        for (lot, places) in lots {
            let mut places_of = lies(&there, lot);
            leave(&mut places_of, movements, lot);
            keep_near(view, &mut places_of, &places)?;
            let item = view.item(item)?;
            let code = view.lot_record(lot)?.code.clone();
            for (place, quantity) in &places_of {
                found.rows.push(json!({
                    "item": item.sku.as_str(), "lot": code.as_str(),
                    "location": view.place(*place)?.path, "quantity": quantity.display(item.scale),
                }));
            }
            let mut new = Vec::new();
            for place in places {
                let place = view.place(place)?;
                if place.kind == PlaceKind::Storage && !places_of.contains_key(&place.id) {
                    new.push(place.path.clone());
                }
            }
            if !new.is_empty() && new.len() + places_of.len() > 1 {
                let known = places_of.keys().map(|place| Ok(view.place(*place)?.path.clone()));
                let known = known.collect::<Result<Vec<_>>>()?;
                let all: Vec<String> = known.into_iter().chain(new).collect();
                let message = format!("lot {code} of {} lies in more than one place now: {}", item.sku, all.join(", "));
                found.warnings.push(Warning { code: "lot-split", line: None, scan: None, message });
            }
        }
    }
    Ok(found)
}

/// What the batch itself takes away does not lie there any more.
fn leave(places: &mut BTreeMap<PlaceId, Quantity>, movements: &[Movement], lot: LotId) {
    for one in movements.iter().filter(|one| one.lot == Some(lot) && one.from.place != one.to.place) {
        if let Some(there) = places.get_mut(&one.from.place) {
            *there = there.less(one.quantity);
        }
    }
    places.retain(|_, there| !there.is_zero());
}

/// Leaves out what lies at another site than where the goods go: each site keeps a lot for itself.
fn keep_near(
    view: &View<'_>,
    places: &mut BTreeMap<PlaceId, Quantity>,
    destinations: &BTreeSet<PlaceId>,
) -> Result<()> {
    for known in places.keys().copied().collect::<Vec<_>>() {
        let path = view.place(known)?.path.clone();
        let mut is_far = true;
        for destination in destinations {
            is_far &= site::are_apart(view, &path, &view.place(*destination)?.path)?;
        }
        if is_far {
            places.remove(&known);
        }
    }
    Ok(())
}

/// How much of a lot lies in each storage place.
fn lies(holdings: &[Holding], lot: LotId) -> BTreeMap<PlaceId, Quantity> {
    let mut places: BTreeMap<PlaceId, Quantity> = BTreeMap::new();
    for holding in holdings {
        let is_kept = holding.standing.place.kind == PlaceKind::Storage;
        if is_kept && holding.lot.as_ref().is_some_and(|one| one.id == lot) {
            let there = places.entry(holding.standing.place.id).or_default();
            *there = there.plus(holding.quantity);
        }
    }
    places
}

/// The most places that a live answer names.
const MOST_PLACES: usize = 3;

/// Where a lot lies, in a few words for a live answer: `lot B7 is at WH1/A-03 (10)`; `None` where it lies nowhere.
pub fn where_it_lies(view: &View<'_>, item: ItemId, lot: LotId) -> Result<Option<String>> {
    let places = lies(&view.holdings_of_lots(item, &[lot])?, lot);
    let scale = view.item(item)?.scale;
    let mut words = Vec::new();
    for (place, quantity) in places.iter().take(MOST_PLACES) {
        words.push(format!("{} ({})", view.place(*place)?.path, quantity.display(scale)));
    }
    if places.len() > MOST_PLACES {
        words.push(format!("{} more places", places.len() - MOST_PLACES));
    }
    if words.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!("lot {} is at {}", view.lot_record(lot)?.code, words.join(", "))))
}
