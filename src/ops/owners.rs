//! Goods of others among our own: customers' goods and goods on consignment. They are kept, moved and shown apart, and leave
//! for their owner only.

use std::collections::BTreeMap;

use super::record::{Warning, record};
use super::{Content, Draft, OpError, Recorded, Request, Result, resolve};
use crate::codes::shown;
use crate::ledger::{Code, Holding, Movement, Refusal, SerialRecord, owned_by_other};
use crate::model::{Item, ItemId, LotCode, LotId, PartnerId, PartnerKind, SerialId};
use crate::store::{Owned, Partner, Store, View, Writer};

/// An item, and its lot and unit as far as they are known.
pub type Goods = (ItemId, Option<LotId>, Option<SerialId>);

/// The partner that a text names as an owner: `@customer/BOB`, `@supplier/ACME`, or a code that only one side has.
///
/// # Errors
/// `unknown-partner`, `ambiguous-scan`.
pub fn owner_named(view: &View<'_>, text: &str) -> Result<Partner> {
    let text = text.trim();
    for kind in [PartnerKind::Customer, PartnerKind::Supplier] {
        if text.starts_with(&format!("@{}/", kind.word())) {
            return resolve::partner(view, kind, text);
        }
    }
    let customer = view.partner_named(PartnerKind::Customer, text)?;
    match (customer, view.partner_named(PartnerKind::Supplier, text)?) {
        (Some(customer), None) => Ok(customer),
        (None, Some(supplier)) => Ok(supplier),
        (Some(_), Some(_)) => {
            let message = format!("{} is a customer and a supplier", shown(text.as_bytes()));
            let hint = format!("say which one owns the goods: @customer/{text} or @supplier/{text}");
            Err(Refusal::new(Code::AmbiguousScan, message, hint).into())
        }
        (None, None) => {
            let message = format!("no partner has the code {}", shown(text.as_bytes()));
            Err(Refusal::new(Code::UnknownPartner, message, "scantrail partner list").into())
        }
    }
}

/// May these goods leave for this customer? Whatever belongs to somebody else stays.
///
/// # Errors
/// `owned-by-other` for each lot and unit.
pub(super) fn judge_movements(view: &View<'_>, movements: &[Movement], customer: Option<PartnerId>) -> Result<()> {
    find_ahead(view, movements.iter().map(|one| (one.item, one.lot, one.serial.map(|hop| hop.serial))))?;
    let mut refusals = Vec::new();
    for one in movements {
        let unit = one.serial.map(|hop| hop.serial);
        if let Some(owner) = other_owner(view, one.item, one.lot, unit, customer)? {
            refusals.push(owned_by_other(&name_of(view, one.item, one.lot, unit)?, &owner));
        }
    }
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(OpError::Refused(refusals.into_iter().collect())),
    }
}

fn find_ahead(view: &View<'_>, goods: impl Iterator<Item = Goods>) -> Result<()> {
    let (mut lots, mut units) = (Vec::new(), Vec::new());
    for (item, lot, unit) in goods {
        if view.has_owners(item)? {
            lots.extend(lot);
            units.extend(unit);
        }
    }
    Ok(view.find_owners(&lots, &units)?)
}

/// The code of the owner of goods, when it is neither us nor this customer.
///
/// # Errors
/// What the database says.
pub(super) fn other_owner(
    view: &View<'_>,
    item: ItemId,
    lot: Option<LotId>,
    unit: Option<SerialId>,
    customer: Option<PartnerId>,
) -> Result<Option<String>> {
    match view.owner_of(item, lot, unit)? {
        Some(owner) if Some(owner) != customer => Ok(Some(view.partner(owner)?.code)),
        _ => Ok(None),
    }
}

fn name_of(view: &View<'_>, item: ItemId, lot: Option<LotId>, unit: Option<SerialId>) -> Result<String> {
    let sku = view.item(item)?.sku.to_string();
    Ok(match (unit, lot) {
        (Some(unit), _) => format!("{sku} {}", shown(view.serial_code(unit)?.unwrap_or_default().as_bytes())),
        (None, Some(lot)) => format!("lot {} of {sku}", view.lot_record(lot)?.code),
        (None, None) => sku,
    })
}

/// The holdings that are ours, or this customer's. Units with serials may have an owner of their own, see [`own_units`].
pub(super) fn own_stock(
    view: &View<'_>,
    item: &Item,
    stock: Vec<Holding>,
    customer: Option<PartnerId>,
) -> Result<Vec<Holding>> {
    if item.tracking.by_serial() || !view.has_owners(item.id)? {
        return Ok(stock);
    }
    let lot_of = |holding: &Holding| holding.lot.as_ref().map(|lot| lot.id);
    view.find_owners(&stock.iter().filter_map(lot_of).collect::<Vec<_>>(), &[])?;
    let mut own = Vec::with_capacity(stock.len());
    for holding in stock {
        if other_owner(view, item.id, lot_of(&holding), None, customer)?.is_none() {
            own.push(holding);
        }
    }
    Ok(own)
}

/// The units that are ours, or this customer's.
pub(super) fn own_units<'h>(
    view: &View<'_>,
    item: &Item,
    units: Vec<(&'h Holding, SerialRecord)>,
    customer: Option<PartnerId>,
) -> Result<Vec<(&'h Holding, SerialRecord)>> {
    if !view.has_owners(item.id)? {
        return Ok(units);
    }
    find_ahead(view, units.iter().map(|(_, unit)| (item.id, unit.lot.as_ref().map(|lot| lot.id), Some(unit.id))))?;
    let mut own = Vec::with_capacity(units.len());
    for (holding, unit) in units {
        let lot = unit.lot.as_ref().map(|lot| lot.id);
        if other_owner(view, item.id, lot, Some(unit.id), customer)?.is_none() {
            own.push((holding, unit));
        }
    }
    Ok(own)
}

/// Goods that arrive belong to this owner. A lot that was here before stays whose it is, and a unit that comes again is
/// whose it is said to be now.
///
/// # Errors
/// `owned-by-other`: the lot is somebody else's; `not-valid`: goods without lot and serial cannot be told apart.
pub(super) fn arrive(writer: &Writer<'_>, movements: &[Movement], owner: Option<PartnerId>) -> Result<()> {
    let mut owners = BTreeMap::new();
    for one in movements {
        let item = writer.item(one.item)?;
        if owner.is_none() && !writer.has_owners(one.item)? {
            continue;
        }
        match (one.serial, one.lot) {
            (Some(hop), lot) => {
                if writer.owner_of(one.item, lot, Some(hop.serial))? != owner {
                    owners.insert((0, hop.serial.0), (one.item, Owned::Unit(hop.serial), owner));
                }
            }
            (None, Some(lot)) => arrive_in_lot(writer, &item, lot, owner, &mut owners)?,
            (None, None) if owner.is_some() => {
                let message =
                    format!("{} has neither lots nor serials, so goods of others cannot be told from ours", item.sku);
                return Err(Refusal::new(Code::NotValid, message, "track the item by lot or serial").into());
            }
            (None, None) => {}
        }
    }
    if owners.is_empty() {
        return Ok(());
    }
    Ok(writer.set_owners(&owners.into_values().collect::<Vec<_>>())?)
}

fn arrive_in_lot(
    writer: &Writer<'_>,
    item: &Item,
    lot: LotId,
    owner: Option<PartnerId>,
    owners: &mut BTreeMap<(i64, i64), (ItemId, Owned, Option<PartnerId>)>,
) -> Result<()> {
    let known = writer.owner_of(item.id, Some(lot), None)?;
    if known == owner {
        return Ok(());
    }
    // What was never anywhere is new, and becomes whose it is said to be.
    if writer.holdings(item.id, Some(lot))?.is_empty() {
        owners.insert((1, lot.0), (item.id, Owned::Lot(lot), owner));
        return Ok(());
    }
    let code = writer.lot_record(lot)?.code.clone();
    let whose = |owner: Option<PartnerId>| match owner {
        Some(owner) => Ok::<_, OpError>(format!("of {}", writer.partner(owner)?.code)),
        None => Ok("ours".to_owned()),
    };
    let message = format!("lot {code} of {} is {}, and these goods are {}", item.sku, whose(known)?, whose(owner)?);
    let hint = "one lot has one owner: receive these goods under a lot of their own (--lot, --new-lot)";
    Err(Refusal::new(Code::OwnedByOther, message, hint).into())
}

/// `owner set`.
#[derive(Debug, Clone, Default)]
pub struct SetOwner {
    /// A lot, and not a unit.
    pub is_lot: bool,
    /// The lot or serial.
    pub code: String,
    /// The item, where several have it.
    pub item: Option<String>,
    /// The new owner; nobody is us.
    pub owner: Option<String>,
}

impl SetOwner {
    /// Says whose a lot or unit is from now on. What is set aside of it for others stays set aside, and is told.
    ///
    /// # Errors
    /// `unknown-lot`, `unknown-serial`, `ambiguous-scan`, `unknown-partner`, `not-valid`.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        let mut content = Content::of("owner set", request);
        content.switch("lot", self.is_lot);
        content.flag("code", Some(&self.code));
        content.flag("item", self.item.as_deref());
        content.flag("owner", self.owner.as_deref());
        record(store, request, content.digest(), |writer| self.decide(writer))
    }

    fn decide(&self, writer: &Writer<'_>) -> Result<Draft> {
        let owner = self.owner.as_deref().map(|text| owner_named(writer, text)).transpose()?;
        let (item, owned, name, holdings) = if self.is_lot { self.lot(writer)? } else { self.unit(writer)? };
        let owner_id = owner.as_ref().map(|owner| owner.id);
        writer.set_owners(&[(item.id, owned, owner_id)])?;
        let aside = holdings.iter().filter_map(|holding| holding.standing.claim.as_ref()).map(|claim| {
            let message =
                format!("{name} is set aside for {}: scantrail release {}", claim.order_code, claim.order_code);
            Warning { code: "set-aside", line: None, scan: None, message }
        });
        let detail = serde_json::json!({ "owned": {
            "item": item.sku.as_str(), "what": name, "owner": owner.as_ref().map(|owner| owner.code.as_str()),
        }});
        let warnings = aside.collect();
        Ok(Draft { kind: "owner-set", detail: Some(detail.to_string()), warnings, ..Draft::default() })
    }

    fn unit(&self, view: &View<'_>) -> Result<(std::rc::Rc<Item>, Owned, String, Vec<Holding>)> {
        let (item, unit) = resolve::unit(view, &self.code, self.item.as_deref())?;
        let holding =
            Holding { item: item.id, lot: unit.lot.clone(), standing: unit.standing.clone(), quantity: unit.quantity };
        let name = format!("{} {}", item.sku, unit.code);
        Ok((item, Owned::Unit(unit.id), name, vec![holding]))
    }

    fn lot(&self, view: &View<'_>) -> Result<(std::rc::Rc<Item>, Owned, String, Vec<Holding>)> {
        let of = self.item.as_deref().map(|text| resolve::item(view, text)).transpose()?;
        let found = LotCode::new(&self.code).ok().map(|code| view.lots_named(&code)).transpose()?.unwrap_or_default();
        let found: Vec<_> = found.into_iter().filter(|(item, _)| of.as_ref().is_none_or(|of| of.id == *item)).collect();
        let shown = shown(self.code.as_bytes());
        match found.as_slice() {
            [(item, lot)] => {
                let item = view.item(*item)?;
                let name = format!("lot {} of {}", view.lot_record(*lot)?.code, item.sku);
                let holdings = view.holdings(item.id, Some(*lot))?;
                Ok((item, Owned::Lot(*lot), name, holdings))
            }
            [] => {
                let message = format!("no lot has the text {shown}");
                Err(Refusal::new(Code::UnknownLot, message, "lot texts are exact: scantrail lot list").into())
            }
            _ => {
                let message = format!("lot {shown} is one of several items");
                Err(Refusal::new(Code::AmbiguousScan, message, "name the item: --item SKU").into())
            }
        }
    }
}

/// The code of the owner of each of these goods; `None` for what is ours.
///
/// # Errors
/// What the database says.
pub fn owners_of(view: &View<'_>, goods: &[Goods]) -> Result<Vec<Option<String>>> {
    find_ahead(view, goods.iter().copied())?;
    goods.iter().map(|&(item, lot, unit)| other_owner(view, item, lot, unit, None)).collect()
}
