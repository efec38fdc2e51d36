//! What a hands-free station asks the ledger: what a scan names, what it is, where it is, and how its label is named.

use chrono::NaiveDate;

use super::trace::{SubjectKind, Traced, trace};
use super::{Disposition, House, OpError, Pick, Receive, Result, ReturnGoods, ScanVerb, Sell, Transfer, resolve};
use crate::codes::{Kind, Mode, Reading, shown};
use crate::ledger::{Code, Refusal};
use crate::model::{Item, PartnerKind, Quantity};
use crate::scan::Framed;
use crate::scan::station::{Named, Station};
use crate::store::{Found, StockFilter, View};

/// The command that a station's batch is.
///
/// # Errors
/// `station-not-ready`.
pub fn station_verb(station: &Station) -> std::result::Result<Box<dyn ScanVerb>, Refusal> {
    let mode = station.ready()?;
    let (order, partner) = (station.order().map(str::to_owned), station.partner().map(str::to_owned));
    let place = station.place().map(str::to_owned);
    Ok(match mode {
        Mode::Receive => {
            Box::new(Receive { purchase_order: order, supplier: partner, to: place, ..Receive::default() })
        }
        Mode::Transfer => Box::new(Transfer { to: place, ..Transfer::default() }),
        Mode::Pick => Box::new(Pick { sales_order: order.unwrap_or_default(), from: place, ..Pick::default() }),
        Mode::Sell => Box::new(Sell { sales_order: order, customer: partner, from: place, ..Sell::default() }),
        Mode::Return => Box::new(ReturnGoods {
            sales_order: order,
            customer: partner,
            to: place,
            disposition: Disposition::Restock,
            options: super::BatchOptions::default(),
        }),
    })
}

/// The text of a scan as a whole, whatever sort of code it is.
fn text_of(framed: &Framed) -> String {
    match framed {
        Framed::Scan(scan) => String::from_utf8_lossy(&scan.bytes).trim().to_owned(),
        Framed::TooLong { .. } | Framed::NotRepaired { .. } => String::new(),
    }
}

fn reading_of(view: &View<'_>, framed: &Framed, today: NaiveDate) -> Result<Option<Reading>> {
    match framed {
        Framed::Scan(scan) => Ok(House::of(view, today)?.read_scan(scan).whole().ok()),
        Framed::TooLong { .. } | Framed::NotRepaired { .. } => Ok(None),
    }
}

/// What a scan names. Inside of a batch only commands are told apart: all else is the batch's. The code of an item is never
/// anything else.
///
/// # Errors
/// What the database says.
pub fn station_scan(
    view: &View<'_>,
    framed: &Framed,
    station: &Station,
    is_open: bool,
    today: NaiveDate,
) -> Result<Named> {
    let Some(reading) = reading_of(view, framed, today)? else { return Ok(Named::Other) };
    if let Kind::Command(command) = reading.kind {
        return Ok(Named::Command(command));
    }
    let Some(text) = reading.plain().filter(|_| !is_open && station.question().is_none()) else {
        return Ok(Named::Other);
    };
    match resolve::code(view, text)? {
        Some(Found::Item(_) | Found::Pack(..)) => return Ok(Named::Other),
        Some(Found::Place(place)) => return Ok(Named::Place(place.path.clone())),
        None => {}
    }
    if let Some(order) = view.order_named(text)? {
        return Ok(Named::Order(order.code.to_string(), order.kind));
    }
    let wanted = station.partner_kind().unwrap_or(PartnerKind::Supplier);
    let other = if wanted == PartnerKind::Supplier { PartnerKind::Customer } else { PartnerKind::Supplier };
    for kind in [wanted, other] {
        let prefix = format!("@{}/", kind.word());
        let bare = text.strip_prefix(prefix.as_str());
        if let Some(partner) = view.partner_named(kind, bare.unwrap_or(text))? {
            return Ok(Named::Partner(partner.code, kind));
        }
    }
    Ok(Named::Other)
}

/// What a scan is, in one line.
///
/// # Errors
/// `unknown-code`; what the database says.
pub fn what_is(view: &View<'_>, framed: &Framed, today: NaiveDate) -> Result<String> {
    let text = text_of(framed);
    match find(view, framed, today)? {
        Some(Found::Item(item)) => Ok(format!("item {}", about(&item))),
        Some(Found::Pack(item, quantity)) => Ok(format!(
            "a pack of {} {} of item {}",
            quantity.display(item.scale),
            shown(item.unit.as_bytes()),
            about(&item)
        )),
        Some(Found::Place(place)) => Ok(format!("{} place {}", place.kind.word(), place.path)),
        None => match trace(view, &text, None, None, today)? {
            Traced::One(found) => {
                let kind = found.subject.kind.word();
                let of = match (&found.subject.item, found.now.first()) {
                    (Some(_), Some(now)) => format!(" of {}", about(&now.item)),
                    (Some(item), None) => format!(" of {item}"),
                    (None, _) => String::new(),
                };
                let lot = found.now.first().and_then(|now| now.lot.as_ref());
                let lot = lot.filter(|_| found.subject.kind == SubjectKind::Serial);
                let lot = lot.map(|lot| format!(", lot {}", shown(lot.code.as_str().as_bytes()))).unwrap_or_default();
                Ok(format!("{kind} {}{of}{lot}", shown(found.subject.code.as_bytes())))
            }
            Traced::Several(subjects) => Ok(several(&subjects)),
        },
    }
}

/// Where a scan is, in one line.
///
/// # Errors
/// `unknown-code`; what the database says.
pub fn where_is(view: &View<'_>, framed: &Framed, today: NaiveDate) -> Result<String> {
    let text = text_of(framed);
    match find(view, framed, today)? {
        Some(Found::Item(item) | Found::Pack(item, _)) => {
            let here = view.stock_holdings(&StockFilter { item: Some(item.id), ..StockFilter::default() })?;
            let mut places: Vec<(String, Quantity)> = Vec::new();
            for holding in &here {
                let path = &holding.standing.place.path;
                match places.iter_mut().find(|(place, _)| place == path) {
                    Some((_, total)) => *total = total.plus(holding.quantity),
                    None => places.push((path.clone(), holding.quantity)),
                }
            }
            let rows = places.iter().map(|(path, total)| format!("{} at {path}", total.display(item.scale)));
            Ok(listed(&item.sku.to_string(), rows.collect()))
        }
        Some(Found::Place(place)) => Ok(format!("{} is a place", place.path)),
        None => match trace(view, &text, None, None, today)? {
            Traced::One(found) => {
                let rows = found.now.iter().map(|now| {
                    let order = now.standing.claim.as_ref().map(|claim| format!(" for {}", claim.order_code));
                    let (quantity, state) = (now.quantity.display(now.item.scale), now.state());
                    format!("{quantity} at {}, {state}{}", now.standing.place.path, order.unwrap_or_default())
                });
                Ok(listed(&shown(found.subject.code.as_bytes()), rows.collect()))
            }
            Traced::Several(subjects) => Ok(several(&subjects)),
        },
    }
}

/// How the label of a scan is named on the command line: its kind, its code, and the item where it is one of several.
///
/// # Errors
/// `unknown-code`, `ambiguous-scan`; what the database says.
pub fn label_of(view: &View<'_>, framed: &Framed, today: NaiveDate) -> Result<(&'static str, String, Option<String>)> {
    match find(view, framed, today)? {
        Some(Found::Item(item) | Found::Pack(item, _)) => Ok(("item", item.sku.to_string(), None)),
        Some(Found::Place(place)) => Ok(("location", place.path.clone(), None)),
        None => match trace(view, &text_of(framed), None, None, today)? {
            Traced::One(found) => {
                Ok((found.subject.kind.word(), found.subject.code.clone(), found.subject.item.clone()))
            }
            Traced::Several(subjects) => {
                let hint = "print it by hand: scantrail label KIND CODE --item ITEM";
                let refusal = Refusal::new(Code::AmbiguousScan, several(&subjects), hint);
                Err(OpError::from(refusal))
            }
        },
    }
}

/// The item or place of a scan. A label that names a lot or a unit is that, and not its item.
fn find(view: &View<'_>, framed: &Framed, today: NaiveDate) -> Result<Option<Found>> {
    let Some(reading) = reading_of(view, framed, today)? else { return Ok(None) };
    if reading.serial.is_some() || reading.lot.is_some() {
        return Ok(None);
    }
    match (reading.plain(), &reading.item) {
        (Some(text), _) => resolve::code(view, text),
        (None, Some(gtin)) => resolve::code(view, gtin.as_str()),
        (None, None) => Ok(None),
    }
}

fn about(item: &Item) -> String {
    format!("{} {}", item.sku, shown(item.name.as_bytes()))
}

fn several(subjects: &[super::Subject]) -> String {
    let one = |subject: &super::Subject| {
        let of = subject.item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
        format!("{} {}{of}", subject.kind.word(), shown(subject.code.as_bytes()))
    };
    format!("several things: {}", subjects.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// The most places that one line names.
const MOST_PLACES: usize = 5;

fn listed(what: &str, rows: Vec<String>) -> String {
    match rows.len() {
        0 => format!("{what} is nowhere"),
        count if count > MOST_PLACES => {
            format!("{what}: {} and {} more", rows[..MOST_PLACES].join("; "), count - MOST_PLACES)
        }
        _ => format!("{what}: {}", rows.join("; ")),
    }
}
