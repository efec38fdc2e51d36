//! Goods between two sites: a transfer that goes through transit, and its arrival by scan on the other side, with what is
//! missing and what came besides.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Result, resolve, site};
use crate::ledger::{Code, Movement, Refusal};
use crate::model::{ItemId, LotId, OperationNumber, Place, PlaceId, PlaceKind, PlacePath, Quantity, SerialId};
use crate::store::{View, Writer};

/// What is counted: an item, of a lot, or one unit.
type Goods = (ItemId, Option<LotId>, Option<SerialId>);

/// A transfer to another site, as far as it has not arrived.
#[derive(Debug, Clone)]
pub(super) struct Shipment {
    number: OperationNumber,
    /// Where it was going.
    pub to: String,
    /// Where it is under way, then where it was sent from.
    pub sources: Vec<PlaceId>,
    /// What has not arrived yet.
    left: BTreeMap<Goods, Quantity>,
}

const SENT: &str = "sent";

fn subject(number: OperationNumber) -> String {
    format!("shipment/{number}")
}

/// The setting of a shipment that an operation of arrival leaves.
fn arrival(number: OperationNumber) -> String {
    format!("arrived {number}")
}

impl Shipment {
    /// Loads a shipment.
    ///
    /// # Errors
    /// `unknown-operation`: there is none, it was no transfer between sites, or it was undone.
    pub fn of(view: &View<'_>, number: OperationNumber) -> Result<Shipment> {
        let Some(to) = view.setting_of(&subject(number), SENT)? else {
            let message = format!("operation {number} is no transfer to another site");
            return Err(
                Refusal::new(Code::UnknownOperation, message, "its number stands on the slip; scantrail log").into()
            );
        };
        if !view.counts(number)? {
            let message = format!("transfer {number} was undone");
            return Err(Refusal::new(Code::UnknownOperation, message, "scantrail log").into());
        }
        let (mut left, mut sources) = (BTreeMap::new(), Vec::new());
        let sent = view.movements(number)?;
        for one in sent.iter().filter(|one| !one.stays_in_place()) {
            if view.place(one.to.place)?.kind == PlaceKind::Transit {
                add(&mut left, one);
                sources.extend((!sources.contains(&one.to.place)).then_some(one.to.place));
            }
        }
        let origins = sent.iter().map(|one| one.from.place);
        for origin in origins {
            sources.extend((!sources.contains(&origin)).then_some(origin));
        }
        for (name, _) in view.settings_of(&subject(number))? {
            let Some(arrived) = name.strip_prefix("arrived ").and_then(|text| text.parse().ok()).map(OperationNumber)
            else {
                continue;
            };
            if view.counts(arrived)? {
                for one in view.movements(arrived)? {
                    subtract(&mut left, &one);
                }
            }
        }
        left.retain(|_, quantity: &mut Quantity| quantity.is_positive());
        Ok(Shipment { number, to, sources, left })
    }

    /// Compares what was scanned with what was sent: what is missing, and what came besides.
    ///
    /// # Errors
    /// What the database says.
    pub fn compared(&self, writer: &Writer<'_>, movements: &[Movement]) -> Result<serde_json::Value> {
        let (mut short, mut extra) = (self.left.clone(), BTreeMap::new());
        for one in movements.iter().filter(|one| !one.stays_in_place()) {
            let goods = goods(one);
            let expected = short.get(&goods).copied().unwrap_or_default();
            let surplus = one.quantity.less(expected);
            if surplus.is_positive() {
                let total: &mut Quantity = extra.entry(goods).or_default();
                *total = total.plus(surplus);
            }
            subtract(&mut short, one);
        }
        short.retain(|_, quantity| quantity.is_positive());
        writer.set_setting(&subject(self.number), &arrival(writer.number()?), "")?;
        Ok(serde_json::json!({
            "arrived": self.number.0, "short": listed(writer, &short)?, "extra": listed(writer, &extra)?,
        }))
    }
}

fn goods(movement: &Movement) -> Goods {
    (movement.item, movement.lot, movement.serial.map(|hop| hop.serial))
}

fn add(total: &mut BTreeMap<Goods, Quantity>, movement: &Movement) {
    let entry = total.entry(goods(movement)).or_default();
    *entry = entry.plus(movement.quantity);
}

fn subtract(total: &mut BTreeMap<Goods, Quantity>, movement: &Movement) {
    if let Some(entry) = total.get_mut(&goods(movement)) {
        *entry = entry.less(movement.quantity);
    }
}

fn listed(view: &View<'_>, goods: &BTreeMap<Goods, Quantity>) -> Result<Vec<serde_json::Value>> {
    let row = |((item, lot, serial), quantity): (&Goods, &Quantity)| {
        let item = view.item(*item)?;
        let lot = lot.map(|lot| view.lot_record(lot)).transpose()?.map(|lot| lot.code.to_string());
        let serial = serial.map(|serial| view.serial_code(serial)).transpose()?.flatten();
        Ok(serde_json::json!({
            "item": item.sku.as_str(), "lot": lot, "serial": serial, "quantity": item.counted(*quantity, 1),
        }))
    };
    goods.iter().map(row).collect()
}

/// Sends what goes to another site through transit instead. Gives where it goes, if anything does.
///
/// # Errors
/// `place-does-not-fit`: the place named for it is no transit place; what the database says.
pub(super) fn send(writer: &Writer<'_>, movements: &mut [Movement], via: Option<&Rc<Place>>) -> Result<Option<String>> {
    let mut destination = None;
    let mut between: BTreeMap<(String, String), PlaceId> = BTreeMap::new();
    for one in movements.iter_mut() {
        let (from, to) = (writer.place(one.from.place)?, writer.place(one.to.place)?);
        let (here, there) = (site::root_of(&from.path).to_owned(), site::root_of(&to.path).to_owned());
        if !site::are_apart(writer, &from.path, &to.path)? {
            continue;
        }
        let key = (here, there);
        let transit = match between.get(&key) {
            Some(known) => *known,
            None => transit_between(writer, &key.0, &key.1, via)?,
        };
        between.insert(key, transit);
        destination.get_or_insert_with(|| to.path.clone());
        one.to = crate::ledger::Spot { place: transit, claim: crate::model::ClaimId::FREE };
    }
    if let Some(to) = &destination {
        writer.set_setting(&subject(writer.number()?), SENT, to)?;
    }
    Ok(destination)
}

/// The place that is named, else one that is made for goods from this site to that one.
fn transit_between(writer: &Writer<'_>, from: &str, to: &str, via: Option<&Rc<Place>>) -> Result<PlaceId> {
    if let Some(place) = via {
        return Ok(place.id);
    }
    let path = format!("TRANSIT/{from}-{to}");
    if let Some(known) = writer.place_named(&path)? {
        return Ok(known.id);
    }
    let path = PlacePath::new(&path).map_err(|error| {
        Refusal::new(
            Code::NotValid,
            format!("no place can be made for goods under way: {error}"),
            "name one: --via PLACE",
        )
    })?;
    super::masters::is_free(writer, path.as_str())?;
    Ok(writer.add_place(&path, PlaceKind::Transit)?)
}

/// A place for goods under way, if one is named.
///
/// # Errors
/// `unknown-location`, `place-does-not-fit`.
pub(super) fn via(view: &View<'_>, named: Option<&str>) -> Result<Option<Rc<Place>>> {
    match resolve::place_if_named(view, named)? {
        Some(place) if place.kind != PlaceKind::Transit => {
            let message =
                format!("{} is a {} place, and goods under way are in a transit place", place.path, place.kind.word());
            Err(Refusal::new(Code::PlaceDoesNotFit, message, "scantrail location list").into())
        }
        other => Ok(other),
    }
}
