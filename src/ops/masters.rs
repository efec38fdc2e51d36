//! Items, places, partners and orders: made once, by hand or from a file.

use std::rc::Rc;

use super::record::record;
use super::{Content, Draft, Recorded, Request, Result, resolve};
use crate::codes::Gtin;
use crate::ledger::{Code, Refusal, Refused};
use crate::model::{
    Item, ItemId, OrderCode, OrderKind, OrderLine, PartnerCode, PartnerId, PartnerKind, PlaceKind, PlacePath, Quantity,
    Scale, Sku, Tracking,
};
use crate::store::{Found, ItemCode, NewItem, Store, View, Writer};

/// What one row of master data may be refused for: all of it.
pub(super) type Checked<T> = std::result::Result<T, super::OpError>;

/// An item with its codes, as it is shown.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// The item.
    pub item: Rc<Item>,
    /// Its GTINs, with 14 digits.
    pub gtins: Vec<String>,
    /// Its other barcodes, those of packs left out.
    pub barcodes: Vec<String>,
    /// The barcodes of its packs, each with how many units it holds.
    pub packs: Vec<(String, Quantity)>,
    /// What suppliers call it: the supplier, and their word.
    pub supplier_codes: Vec<(String, String)>,
    /// The holds that are on, as JSON.
    pub holds: Vec<serde_json::Value>,
}

/// `item add`, `item set` and a row of `import items`. What is not given is `None`, and stays as it is with `item set`.
#[derive(Debug, Clone, Default)]
pub struct AddItem {
    /// Its code.
    pub sku: String,
    /// What people call it.
    pub name: Option<String>,
    /// The word for how its units are told apart.
    pub track: Option<String>,
    /// GTINs of 8, 12, 13 or 14 digits.
    pub gtins: Vec<String>,
    /// Other barcodes.
    pub barcodes: Vec<String>,
    /// The word for its unit.
    pub unit: Option<String>,
    /// Decimals of its quantity.
    pub scale: Option<u8>,
    /// Barcodes of packs with the units that each holds, as `CODE=12`.
    pub packs: Vec<String>,
    /// What suppliers call it, as `SUPPLIER=CODE`.
    pub supplier_codes: Vec<String>,
}

fn not_valid(message: impl Into<String>, hint: &str) -> Refusal {
    Refusal::new(Code::NotValid, message, hint)
}

impl AddItem {
    fn content(&self, command: &str, request: &Request) -> [u8; 32] {
        let mut content = Content::of(command, request);
        content.flag("sku", Some(&self.sku));
        content.flag("name", self.name.as_deref());
        content.flag("track", self.track.as_deref());
        self.gtins.iter().for_each(|gtin| content.flag("gtin", Some(gtin)));
        self.barcodes.iter().for_each(|barcode| content.flag("barcode", Some(barcode)));
        content.flag("unit", self.unit.as_deref());
        content.flag("scale", self.scale.map(|scale| scale.to_string()).as_deref());
        self.packs.iter().for_each(|pack| content.flag("pack", Some(pack)));
        self.supplier_codes.iter().for_each(|code| content.flag("supplier-barcode", Some(code)));
        content.digest()
    }

    fn tracking(&self) -> Checked<Option<Tracking>> {
        let Some(word) = self.track.as_deref() else { return Ok(None) };
        match Tracking::from_word(word) {
            Some(tracking) => Ok(Some(tracking)),
            None => Err(not_valid(
                format!("items are not tracked by {}", crate::codes::shown(word.as_bytes())),
                "one of none, lot, serial, lot+serial",
            )
            .into()),
        }
    }

    fn scale(&self, tracking: Tracking) -> Checked<Option<Scale>> {
        let Some(decimals) = self.scale else { return Ok(None) };
        let scale = Scale::new(decimals)
            .ok_or_else(|| not_valid(format!("{decimals} decimals are too many"), "a scale is 0 to 6"))?;
        if tracking.by_serial() && scale != Scale::WHOLE {
            let message = "units with serials are counted whole, so their scale is 0";
            return Err(not_valid(message, "leave the scale out").into());
        }
        Ok(Some(scale))
    }

    /// The codes beside the SKU, checked and in the form in which they are kept.
    fn codes(&self) -> Checked<Vec<ItemCode>> {
        let mut codes = Vec::new();
        for text in &self.gtins {
            let gtin = Gtin::new(text)
                .map_err(|error| not_valid(error.to_string(), "look at the digits under the barcode again"))?;
            codes.push(ItemCode::Gtin(gtin.as_str().to_owned()));
        }
        for text in &self.barcodes {
            let barcode = Sku::new(text)
                .map_err(|error| not_valid(format!("a barcode cannot be kept: {error}"), "give the text as scanned"))?;
            codes.push(ItemCode::Barcode(barcode.as_str().to_owned()));
        }
        codes.dedup();
        Ok(codes)
    }

    fn to_new(&self, view: &View<'_>) -> Checked<NewItem> {
        let sku = Sku::new(&self.sku)
            .map_err(|error| not_valid(format!("the SKU cannot be kept: {error}"), "give it a short code"))?;
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| not_valid(format!("{sku} has no name"), "say what people call it"))?;
        let tracking = self.tracking()?;
        let tracking = tracking.ok_or_else(|| {
            not_valid(format!("it is not said how {sku} is tracked"), "one of none, lot, serial, lot+serial")
        })?;
        let scale = self.scale(tracking)?.unwrap_or_default();
        let codes = self.codes()?;
        is_free(view, sku.as_str())?;
        let unit = self.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty()).unwrap_or("each");
        Ok(NewItem { sku, name: clean(name)?, tracking, unit: clean(unit)?, scale, codes })
    }

    /// Makes the item.
    pub(super) fn make(&self, writer: &Writer<'_>) -> Checked<()> {
        let mut new = self.to_new(writer)?;
        // One by one, because they must differ from each other too.
        let codes = std::mem::take(&mut new.codes);
        let item = writer.add_item(&new)?;
        for code in &codes {
            is_free(writer, code_text(code))?;
            writer.add_item_code(item, code)?;
        }
        self.add_packs(writer, item, new.scale)?;
        self.add_supplier_codes(writer, item)
    }

    fn add_packs(&self, writer: &Writer<'_>, item: ItemId, scale: Scale) -> Checked<()> {
        let known = writer.packs(item)?;
        for text in &self.packs {
            let (code, quantity) = pack(text, scale)?;
            if known.contains(&(code_text(&code).to_owned(), quantity)) {
                continue;
            }
            is_free(writer, code_text(&code))?;
            writer.add_item_code(item, &code)?;
            writer.add_pack(code_text(&code), quantity)?;
        }
        Ok(())
    }

    fn add_supplier_codes(&self, writer: &Writer<'_>, item: ItemId) -> Checked<()> {
        for text in &self.supplier_codes {
            let Some((supplier, word)) = text.split_once('=') else {
                let shown = crate::codes::shown(text.as_bytes());
                let message = format!("{shown} is not SUPPLIER=CODE");
                return Err(not_valid(message, "write it as ACME=4711: the supplier, and their word").into());
            };
            let supplier = resolve::partner(writer, PartnerKind::Supplier, supplier.trim())?;
            let word = Sku::new(word).map_err(|error| {
                not_valid(format!("a supplier's code cannot be kept: {error}"), "give the text as scanned")
            })?;
            match writer.item_of_supplier(supplier.id, word.as_str())? {
                Some(known) if known.id == item => continue,
                Some(known) => {
                    let message = format!("{} calls item {} {word} already", supplier.code, known.sku);
                    return Err(Refusal::new(Code::CodeTaken, message, "look at the supplier's label again").into());
                }
                None => {}
            }
            let own = resolve::code(writer, word.as_str())?;
            if !matches!(&own, Some(Found::Item(own) | Found::Pack(own, _)) if own.id == item) {
                is_free_of_own(&word, own)?;
            }
            writer.add_supplier_code(supplier.id, word.as_str(), item)?;
        }
        Ok(())
    }
}

/// The barcode of a pack, and how many units it holds: `CODE=12`.
fn pack(text: &str, scale: Scale) -> Checked<(ItemCode, Quantity)> {
    let hint = "write it as CODE=12: the barcode on the pack, and how many units are in it";
    let shown = || crate::codes::shown(text.as_bytes());
    let (code, quantity) =
        text.rsplit_once('=').ok_or_else(|| not_valid(format!("{} is not CODE=12", shown()), hint))?;
    let quantity = Quantity::parse(quantity.trim(), scale)
        .map_err(|error| not_valid(format!("{} names no quantity: {error}", shown()), hint))?;
    let barcode = Sku::new(code)
        .map_err(|error| not_valid(format!("a barcode cannot be kept: {error}"), "give the text as scanned"))?;
    let code = match Gtin::new(barcode.as_str()) {
        Ok(gtin) => ItemCode::Gtin(gtin.as_str().to_owned()),
        Err(_) => ItemCode::Barcode(barcode.as_str().to_owned()),
    };
    Ok((code, quantity))
}

/// A name that people read: no control characters.
fn clean(text: &str) -> Checked<String> {
    if text.chars().any(char::is_control) {
        return Err(not_valid("a name holds a control character", "write it without").into());
    }
    Ok(text.to_owned())
}

fn code_text(code: &ItemCode) -> &str {
    match code {
        ItemCode::Barcode(text) | ItemCode::Gtin(text) => text,
    }
}

/// One namespace: a code that scans as something already cannot be given again, in another length either.
fn is_free(view: &View<'_>, text: &str) -> Checked<()> {
    if let Some((supplier, item)) = view.any_supplier_code(text)? {
        let item = view.item(item)?;
        let message = format!("{supplier} calls item {} {text}, and a scan of it could mean either", item.sku);
        return Err(Refusal::new(Code::CodeTaken, message, "take another code").into());
    }
    is_free_of_own(text, resolve::code(view, text)?)
}

fn is_free_of_own(text: impl std::fmt::Display, own: Option<Found>) -> Checked<()> {
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
fn draft(kind: &'static str, detail: serde_json::Value) -> Draft {
    Draft { kind, detail: Some(detail.to_string()), ..Draft::default() }
}

/// An item with its codes.
///
/// # Errors
/// `unknown-item`.
pub fn item_view(view: &View<'_>, text: &str) -> Result<ItemView> {
    let item = resolve::item(view, text)?;
    view_of(view, item)
}

fn view_of(view: &View<'_>, item: Rc<Item>) -> Result<ItemView> {
    let (packs, supplier_codes) = (view.packs(item.id)?, view.supplier_codes(item.id)?);
    let (mut gtins, mut barcodes) = (Vec::new(), Vec::new());
    let codes = view.item_codes(item.id)?.into_iter();
    for code in codes.filter(|code| packs.iter().all(|(text, _)| text != code_text(code))) {
        match code {
            ItemCode::Gtin(text) => gtins.push(text),
            ItemCode::Barcode(text) => barcodes.push(text),
        }
    }
    let holds = super::holds_on_item(view, item.id)?;
    Ok(ItemView { item, gtins, barcodes, packs, supplier_codes, holds })
}

/// `item add`.
///
/// # Errors
/// `not-valid`, `code-taken`.
pub fn add_item(store: &Store, new: &AddItem, request: &Request) -> Result<Recorded> {
    record(store, request, new.content("item add", request), |writer| {
        new.make(writer)?;
        Ok(draft("item-add", serde_json::json!({ "item": new.sku.trim() })))
    })
}

/// `item set`: changes what is given and adds codes.
///
/// # Errors
/// `unknown-item`, `not-valid`, `code-taken`, `item-in-use`.
pub fn set_item(store: &Store, change: &AddItem, request: &Request) -> Result<Recorded> {
    record(store, request, change.content("item set", request), |writer| {
        let before = resolve::item(writer, &change.sku)?;
        let tracking = change.tracking()?.unwrap_or(before.tracking);
        let scale = change.scale(tracking)?.unwrap_or(if tracking.by_serial() { Scale::WHOLE } else { before.scale });
        let changes_counting = tracking != before.tracking || scale != before.scale;
        if changes_counting && writer.item_is_used(before.id)? {
            let message =
                format!("{} has movements or stands on orders, so its tracking and scale stay as they are", before.sku);
            return Err(Refusal::new(Code::ItemInUse, message, "make a new item with another SKU").into());
        }
        let mut after = Item { tracking, scale, ..(*before).clone() };
        if let Some(name) = change.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            after.name = clean(name)?;
        }
        if let Some(unit) = change.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty()) {
            after.unit = clean(unit)?;
        }
        writer.set_item(&after)?;
        let known = writer.item_codes(before.id)?;
        for code in change.codes()?.iter().filter(|code| !known.contains(code)) {
            is_free(writer, code_text(code))?;
            writer.add_item_code(before.id, code)?;
        }
        change.add_packs(writer, before.id, after.scale)?;
        change.add_supplier_codes(writer, before.id)?;
        let attributes = |item: &Item| {
            serde_json::json!({"name": item.name, "track": item.tracking.word(), "unit": item.unit,
                               "scale": item.scale.decimals()})
        };
        Ok(draft(
            "item-set",
            serde_json::json!({
                "item": before.sku.as_str(), "before": attributes(&before), "after": attributes(&after),
                "gtins": change.gtins, "barcodes": change.barcodes, "packs": change.packs,
                "supplier_barcodes": change.supplier_codes,
            }),
        ))
    })
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
        let mut refusals = Vec::new();
        let mut lines = Vec::new();
        for (sku, quantity, line) in &self.lines {
            match order_line(writer, sku, quantity) {
                Ok(found) => lines.push(found),
                Err(super::OpError::Refused(Refused(found))) => {
                    let place = |refusal: Refusal| match line {
                        Some(line) => refusal.at(*line, format!("{sku}={quantity}")),
                        None => refusal,
                    };
                    refusals.extend(found.into_iter().map(place));
                }
                Err(other) => return Err(other),
            }
        }
        if !refusals.is_empty() {
            return Err(Refused(refusals).into());
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
        let code = match error {
            crate::model::QuantityError::NotWhole => Code::QuantityNotWhole,
            crate::model::QuantityError::TooPrecise(_) => Code::QuantityTooPrecise,
            crate::model::QuantityError::NotPositive => Code::QuantityNotPositive,
            _ => Code::QuantityNotANumber,
        };
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
        Ok(draft("order-add", serde_json::json!({ "order": new.code.trim(), "order_kind": new.kind.trim() })))
    })
}
