//! Places, partners and orders: made once, by hand or from a file; and what holds for all master data.

use super::fields::{self, Bearer};
use super::record::record;
use super::{Content, Draft, Recorded, Request, Result, resolve};
use crate::ledger::{Code, Refusal, Refused};
use crate::model::{
    OrderCode, OrderKind, OrderLine, PartnerCode, PartnerId, PartnerKind, PlaceKind, PlacePath, Quantity, limits,
};
use crate::store::{Found, Store, View, Writer};

/// What one row of master data may be refused for: all of it.
pub(super) type Checked<T> = std::result::Result<T, super::OpError>;

pub(super) fn not_valid(message: impl Into<String>, hint: &str) -> Refusal {
    Refusal::new(Code::NotValid, message, hint)
}

/// Refuses a text that is too long to be kept.
pub(super) fn check_length(what: &str, text: &str, most: usize) -> Checked<()> {
    limits::fits(what, text, most).map_err(|error| not_valid(error.to_string(), "write it shorter").into())
}

/// A name that people read: no control characters, and not too long.
pub(super) fn clean(text: &str) -> Checked<String> {
    check_length("a name", text, limits::LONGEST_NAME)?;
    if text.chars().any(char::is_control) {
        return Err(not_valid("a name holds a control character", "write it without").into());
    }
    Ok(text.to_owned())
}

/// One namespace: a code that scans as something already cannot be given again, in another length either.
pub(super) fn is_free(view: &View<'_>, text: &str) -> Checked<()> {
    if let Some((supplier, item)) = view.any_supplier_code(text)? {
        let item = view.item(item)?;
        let message = format!("{supplier} calls item {} {text}, and a scan of it could mean either", item.sku);
        return Err(Refusal::new(Code::CodeTaken, message, "take another code").into());
    }
    is_free_of_own(text, resolve::code(view, text)?)
}

pub(super) fn is_free_of_own(text: impl std::fmt::Display, own: Option<Found>) -> Checked<()> {
    let taken_by = match own {
        None => return Ok(()),
        Some(Found::Item(item) | Found::Pack(item, _)) => format!("item {}", item.sku),
        Some(Found::Place(place)) => format!("place {}", place.path),
    };
    let message = format!("the code {text} is the one of {taken_by}");
    Err(Refusal::new(Code::CodeTaken, message, "take another code; items, barcodes and places share one namespace")
        .into())
}

/// The operation of a change of master data.
pub(super) fn draft(kind: &'static str, detail: serde_json::Value) -> Draft {
    Draft { kind, detail: Some(detail.to_string()), ..Draft::default() }
}

/// `location add` and a row of `import locations`.
#[derive(Debug, Clone, Default)]
pub struct AddLocation {
    /// Its path.
    pub code: String,
    /// The word for what it is for; storage when nothing is said.
    pub kind: Option<String>,
}

impl AddLocation {
    pub(super) fn make(&self, writer: &Writer<'_>) -> Checked<()> {
        let path = PlacePath::new(&self.code).map_err(|error| {
            not_valid(format!("the place cannot be kept: {error}"), "give it a path such as WH1/A-01")
        })?;
        let word = self.kind.as_deref().map_or("storage", str::trim).to_ascii_lowercase();
        let kind =
            PlaceKind::from_word(if word.is_empty() { "storage" } else { &word }).filter(|kind| kind.is_internal());
        let kind = kind.ok_or_else(|| {
            not_valid(
                format!("there is no kind of place {}", crate::codes::shown(word.as_bytes())),
                "one of storage, staging, quarantine, transit",
            )
        })?;
        is_free(writer, path.as_str())?;
        writer.add_place(&path, kind)?;
        Ok(())
    }
}

/// `location add`.
///
/// # Errors
/// `not-valid`, `code-taken`.
pub fn add_location(store: &Store, new: &AddLocation, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("location add", request);
    content.flag("code", Some(&new.code));
    content.flag("kind", new.kind.as_deref());
    record(store, request, content.digest(), |writer| {
        new.make(writer)?;
        Ok(draft("location-add", serde_json::json!({ "location": new.code.trim() })))
    })
}

/// `partner add` and a row of `import partners`.
#[derive(Debug, Clone, Default)]
pub struct AddPartner {
    /// Its code.
    pub code: String,
    /// The word for its side of the trade.
    pub kind: String,
    /// What people call it.
    pub name: String,
}

impl AddPartner {
    pub(super) fn make(&self, writer: &Writer<'_>) -> Checked<()> {
        let code = PartnerCode::new(&self.code)
            .map_err(|error| not_valid(format!("the code cannot be kept: {error}"), "give it a short code"))?;
        let kind = PartnerKind::from_word(&self.kind).ok_or_else(|| {
            not_valid(
                format!("there is no kind of partner {}", crate::codes::shown(self.kind.as_bytes())),
                "one of supplier, customer",
            )
        })?;
        if writer.partner_named(kind, code.as_str())?.is_some() {
            let message = format!("there is a {} {code} already", kind.word());
            return Err(Refusal::new(Code::CodeTaken, message, "scantrail partner list").into());
        }
        let name = self.name.trim();
        let name = if name.is_empty() { code.as_str() } else { name };
        writer.add_partner(kind, &code, &clean(name)?)?;
        Ok(())
    }
}

/// `partner add`.
///
/// # Errors
/// `not-valid`, `code-taken`.
pub fn add_partner(store: &Store, new: &AddPartner, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("partner add", request);
    content.flag("code", Some(&new.code));
    content.flag("kind", Some(&new.kind));
    content.flag("name", Some(&new.name));
    record(store, request, content.digest(), |writer| {
        new.make(writer)?;
        Ok(draft("partner-add", serde_json::json!({ "partner": new.code.trim(), "partner_kind": new.kind.trim() })))
    })
}

/// `order add` and the rows of one order in `import orders`.
#[derive(Debug, Clone, Default)]
pub struct AddOrder {
    /// Its number.
    pub code: String,
    /// The word for what it asks for.
    pub kind: String,
    /// With whom.
    pub partner: Option<String>,
    /// Items and quantities, as they were written, each with the line of the file it stands on.
    pub lines: Vec<(String, String, Option<u32>)>,
}

impl AddOrder {
    /// Makes the order, or gives everything that is wrong with it.
    pub(super) fn make(&self, writer: &Writer<'_>) -> Checked<()> {
        let code = OrderCode::new(&self.code).map_err(|error| {
            not_valid(format!("the number cannot be kept: {error}"), "give it a number such as SO-1001")
        })?;
        let kind = OrderKind::from_word(&self.kind).ok_or_else(|| {
            not_valid(
                format!("there is no kind of order {}", crate::codes::shown(self.kind.as_bytes())),
                "one of purchase, sales, work, return",
            )
        })?;
        if writer.order_named(code.as_str())?.is_some() {
            let message = format!("there is an order {code} already");
            return Err(Refusal::new(Code::CodeTaken, message, format!("scantrail order show {code}")).into());
        }
        let partner = self.partner_id(writer, kind)?;
        let mut refusals = Refused::default();
        let mut lines = Vec::new();
        for (sku, quantity, line) in &self.lines {
            match order_line(writer, sku, quantity) {
                Ok(found) => lines.push(found),
                Err(super::OpError::Refused(found)) => {
                    let place = |refusal: Refusal| match line {
                        Some(line) => refusal.at(*line, format!("{sku}={quantity}")),
                        None => refusal,
                    };
                    refusals.extend(found.listed.into_iter().map(place));
                    refusals.more += found.more;
                }
                Err(other) => return Err(other),
            }
        }
        if !refusals.is_empty() {
            return Err(refusals.into());
        }
        writer.add_order(&code, kind, partner, &lines)?;
        Ok(())
    }

    fn partner_id(&self, view: &View<'_>, kind: OrderKind) -> Checked<Option<PartnerId>> {
        let named = self.partner.as_deref().map(str::trim).filter(|partner| !partner.is_empty());
        let side = match kind {
            OrderKind::Purchase => PartnerKind::Supplier,
            _ => PartnerKind::Customer,
        };
        match named {
            Some(partner) => Ok(Some(resolve::partner(view, side, partner)?.id)),
            None if kind == OrderKind::Work => Ok(None),
            None => Err(not_valid(format!("a {} order has a {}", kind.word(), side.word()), "name the partner").into()),
        }
    }
}

fn order_line(view: &View<'_>, sku: &str, quantity: &str) -> Checked<OrderLine> {
    let item = resolve::item(view, sku)?;
    let quantity = Quantity::parse(quantity.trim(), item.scale).map_err(|error| {
        let code = resolve::quantity_code(error);
        let shown = crate::codes::shown(quantity.as_bytes());
        Refusal::new(code, format!("{shown} is no quantity of {}: {error}", item.sku), "write it as SKU=3")
    })?;
    Ok(OrderLine { item: item.id, quantity })
}

/// `order add`.
///
/// # Errors
/// `not-valid`, `code-taken`, `unknown-partner`, `unknown-item` and the quantity codes.
pub fn add_order(store: &Store, new: &AddOrder, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("order add", request);
    content.flag("code", Some(&new.code));
    content.flag("kind", Some(&new.kind));
    content.flag("partner", new.partner.as_deref());
    for (sku, quantity, _) in &new.lines {
        content.flag("line", Some(&format!("{sku}={quantity}")));
    }
    record(store, request, content.digest(), |writer| {
        new.make(writer)?;
        if let Some(order) = writer.order_named(&new.code)? {
            fields::keep(writer, Bearer::Order(order.id), &request.fields)?;
        }
        Ok(draft("order-add", serde_json::json!({ "order": new.code.trim(), "order_kind": new.kind.trim() })))
    })
}
