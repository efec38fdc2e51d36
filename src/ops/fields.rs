//! Free fields: whatever a house wants to keep beside items, lots, units and orders, and find again.

use std::collections::{BTreeMap, BTreeSet};

use super::record::record;
use super::{Content, Draft, Recorded, Request, Result, resolve};
use crate::codes::shown;
use crate::ledger::{Code, Refusal};
use crate::model::{ItemId, LotId, OrderId, SerialId};
use crate::store::{Store, View, Writer};

/// What carries free fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bearer {
    /// An item.
    Item(ItemId),
    /// A lot.
    Lot(LotId),
    /// A unit with a serial.
    Unit(SerialId),
    /// An order.
    Order(OrderId),
}

/// What the names of fields begin with among all settings of a bearer.
const BEGINNING: &str = "field:";

impl Bearer {
    fn subject(self) -> String {
        match self {
            Bearer::Item(id) => format!("item/{id}"),
            Bearer::Lot(id) => format!("lot/{id}"),
            Bearer::Unit(id) => format!("serial/{id}"),
            Bearer::Order(id) => format!("order/{id}"),
        }
    }

    fn from_subject(subject: &str) -> Option<Bearer> {
        let (kind, id) = subject.split_once('/')?;
        let id = id.parse().ok()?;
        match kind {
            "item" => Some(Bearer::Item(ItemId(id))),
            "lot" => Some(Bearer::Lot(LotId(id))),
            "serial" => Some(Bearer::Unit(SerialId(id))),
            "order" => Some(Bearer::Order(OrderId(id))),
            _ => None,
        }
    }
}

/// Keeps fields; an empty value takes a field away.
///
/// # Errors
/// `not-valid`: a control character in a name or value.
pub(super) fn keep(writer: &Writer<'_>, bearer: Bearer, fields: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in fields {
        if name.chars().chain(value.chars()).any(char::is_control) {
            let message = format!("the field {} holds a control character", shown(name.as_bytes()));
            return Err(Refusal::new(Code::NotValid, message, "write it without").into());
        }
        writer.set_setting(&bearer.subject(), &format!("{BEGINNING}{name}"), value.trim())?;
    }
    Ok(())
}

/// The fields that something carries.
///
/// # Errors
/// What the database says.
pub fn fields_of(view: &View<'_>, bearer: Bearer) -> Result<BTreeMap<String, String>> {
    let all = view.settings_of(&bearer.subject())?.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(all.filter_map(|(name, value)| Some((name.strip_prefix(BEGINNING)?.to_owned(), value))).collect())
}

/// All that carries all of these fields with these values.
///
/// # Errors
/// What the database says.
pub fn bearers_of(view: &View<'_>, fields: &BTreeMap<String, String>) -> Result<BTreeSet<Bearer>> {
    let mut found: Option<BTreeSet<Bearer>> = None;
    for (name, value) in fields {
        let subjects = view.subjects_where(&format!("{BEGINNING}{name}"), value.trim())?;
        let bearers: BTreeSet<Bearer> = subjects.iter().filter_map(|subject| Bearer::from_subject(subject)).collect();
        found = Some(match found {
            Some(before) => before.intersection(&bearers).copied().collect(),
            None => bearers,
        });
    }
    Ok(found.unwrap_or_default())
}

/// `serial set`: fields of a unit.
///
/// # Errors
/// `unknown-serial`, `ambiguous-scan`, `not-valid`.
pub fn set_serial(store: &Store, serial: &str, item: Option<&str>, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("serial set", request);
    content.flag("serial", Some(serial));
    content.flag("item", item);
    record(store, request, content.digest(), |writer| {
        let (item, unit) = resolve::unit(writer, serial, item)?;
        if request.fields.is_empty() {
            let hint = format!("scantrail serial set {} --field colour=red", unit.code);
            return Err(Refusal::new(Code::NotValid, "nothing of the unit is to be changed", hint).into());
        }
        keep(writer, Bearer::Unit(unit.id), &request.fields)?;
        let detail = serde_json::json!({ "item": item.sku.as_str(), "serial": unit.code.as_str() });
        Ok(Draft { kind: "serial-set", detail: Some(detail.to_string()), ..Draft::default() })
    })
}
