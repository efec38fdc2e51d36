//! Lots as records: what is known of them, and their correction. A text that was corrected goes on to scan.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::fields::{self, Bearer};
use super::masters::not_valid;
use super::record::{Warning, record};
use super::{Content, Draft, House, Recorded, Request, Result, held, resolve};
use crate::codes::shown;
use crate::ledger::{Code, Holding, LotRecord, Refusal};
use crate::model::{Item, LotCode, LotDates, LotId, PartnerKind, Quantity};
use crate::store::{LotStatement, Store, View, Writer};

/// A lot with all that is known of it.
#[derive(Debug, Clone)]
pub struct LotView {
    /// Of which item.
    pub item: Rc<Item>,
    /// The lot.
    pub lot: Rc<LotRecord>,
    /// What suppliers call it: the supplier, and their text.
    pub supplier_lots: Vec<(String, LotCode)>,
    /// Where it is, everywhere.
    pub holdings: Vec<Holding>,
    /// Its free fields.
    pub fields: BTreeMap<String, String>,
}

impl LotView {
    /// How much of it is in places of our own.
    pub fn in_stock(&self) -> Quantity {
        let ours = self.holdings.iter().filter(|holding| holding.standing.place.kind.is_internal());
        ours.map(|holding| holding.quantity).sum()
    }
}

/// All that is known of a lot.
///
/// # Errors
/// What the database says.
pub fn lot_view(view: &View<'_>, item: &Rc<Item>, lot: &Rc<LotRecord>) -> Result<LotView> {
    let texts = view.supplier_texts(lot.id)?.into_iter();
    let supplier_lots = texts.map(|(supplier, text)| Ok((view.partner(supplier)?.code, text)));
    Ok(LotView {
        item: item.clone(),
        lot: lot.clone(),
        supplier_lots: supplier_lots.collect::<Result<_>>()?,
        holdings: view.holdings(item.id, Some(lot.id))?,
        fields: fields::fields_of(view, Bearer::Lot(lot.id))?,
    })
}

/// The lots that a text means: our own text, now or before it was corrected; else the word before it taken off; else the
/// text of a supplier.
///
/// # Errors
/// What the database says.
pub fn lot_named(view: &View<'_>, text: &str, item: Option<&Item>, today: NaiveDate) -> Result<Vec<LotId>> {
    let is_wanted = |of: crate::model::ItemId| item.is_none_or(|item| item.id == of);
    let without_word = House::of(view, today)?.read_text(text).and_then(|reading| reading.lot);
    let texts: Vec<LotCode> = LotCode::new(text).ok().into_iter().chain(without_word).collect();
    for code in &texts {
        let found: Vec<LotId> =
            view.lots_named(code)?.into_iter().filter(|(of, _)| is_wanted(*of)).map(|(_, lot)| lot).collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let mut found = Vec::new();
    if let Some(code) = texts.first() {
        let named = view.supplier_lots_named(code)?.into_iter().filter(|(_, of, _)| is_wanted(*of));
        found.extend(named.map(|(_, _, lot)| lot));
    }
    found.sort_unstable_by_key(|lot| lot.0);
    found.dedup();
    Ok(found)
}

/// A lot that is typed on a command line: as it stands where a lot has this text, else without the word of the house before
/// it, as in a scan.
///
/// # Errors
/// The text is no lot; what the database says.
pub(super) fn typed_lot(
    view: &View<'_>,
    house: &House,
    text: &str,
) -> Result<std::result::Result<LotCode, crate::model::CodeError>> {
    let whole = match LotCode::new(text) {
        Ok(whole) => whole,
        Err(error) => return Ok(Err(error)),
    };
    let without_word =
        house.read_text(text).filter(|reading| reading.plain().is_some()).and_then(|reading| reading.lot);
    let is_known = without_word.is_none() || !view.lots_named(&whole)?.is_empty();
    Ok(Ok(without_word.filter(|_| !is_known).unwrap_or(whole)))
}

/// The one lot that a text means.
///
/// # Errors
/// `unknown-lot`, `ambiguous-scan`; what the database says.
pub(super) fn only_lot(
    view: &View<'_>,
    text: &str,
    item: Option<&Item>,
    today: NaiveDate,
) -> Result<(Rc<Item>, Rc<LotRecord>)> {
    match lot_named(view, text, item, today)?.as_slice() {
        [only] => Ok((view.item_of_lot(*only)?, view.lot_record(*only)?)),
        [] => {
            let of = item.map(|item| format!(" of {}", item.sku)).unwrap_or_default();
            let message = format!("no lot{of} has the text {}", shown(text.as_bytes()));
            Err(Refusal::new(Code::UnknownLot, message, "scantrail lot list").into())
        }
        several => {
            let names = several
                .iter()
                .map(|lot| Ok(format!("{} of {}", view.lot_record(*lot)?.code, view.item_of_lot(*lot)?.sku)));
            let names = names.collect::<Result<Vec<_>>>()?.join(", ");
            let message = format!("{} is the text of several lots: {names}", shown(text.as_bytes()));
            Err(Refusal::new(Code::AmbiguousScan, message, "name the item with --item").into())
        }
    }
}

impl LotView {
    /// The one lot that a text means, with all that is known of it.
    ///
    /// # Errors
    /// `unknown-item`, `unknown-lot`, `ambiguous-scan`; what the database says.
    pub fn named(view: &View<'_>, text: &str, item: Option<&str>, today: NaiveDate) -> Result<LotView> {
        let item = item.map(|text| resolve::item(view, text)).transpose()?;
        let (item, lot) = only_lot(view, text, item.as_deref(), today)?;
        lot_view(view, &item, &lot)
    }
}

/// `lot set`.
#[derive(Debug, Clone, Default)]
pub struct SetLot {
    /// The lot, by any of its texts.
    pub lot: String,
    /// Its item.
    pub item: String,
    /// What it is called from now on.
    pub code: Option<String>,
    /// The dates that are right.
    pub dates: LotDates,
    /// What suppliers call it, each as `SUPPLIER=TEXT`.
    pub supplier_lots: Vec<String>,
}

/// Corrects a lot.
///
/// # Errors
/// `not-valid`, `unknown-item`, `unknown-lot`, `unknown-partner`, `code-taken`.
pub fn set_lot(store: &Store, change: &SetLot, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("lot set", request);
    content.flag("lot", Some(&change.lot));
    content.flag("item", Some(&change.item));
    content.flag("code", change.code.as_deref());
    let LotDates { expires, best_before, made } = change.dates;
    for (name, date) in [("expires", expires), ("best-before", best_before), ("made", made)] {
        content.flag(name, date.map(|date| date.to_string()).as_deref());
    }
    for text in &change.supplier_lots {
        content.flag("supplier-lot", Some(text));
    }
    let mut warnings = Vec::new();
    let recorded = record(store, request, content.digest(), |writer| {
        let (draft, found) = change.decide(writer, request)?;
        warnings = found;
        Ok(draft)
    })?;
    Ok(Recorded { warnings, ..recorded })
}

impl SetLot {
    fn decide(&self, writer: &Writer<'_>, request: &Request) -> Result<(Draft, Vec<Warning>)> {
        if request.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(not_valid("the correction of a lot has a reason", "give it with --reason TEXT").into());
        }
        let item = resolve::item(writer, &self.item)?;
        let (item, lot) = only_lot(writer, &self.lot, Some(&item), request.stamp.recorded_at.date_naive())?;
        let mut detail = json!({ "item": item.sku.as_str(), "lot": lot.code.as_str() });
        let mut is_changed = !request.fields.is_empty();
        fields::keep(writer, Bearer::Lot(lot.id), &request.fields)?;
        if let Some(code) = self.new_code(writer, &item, &lot)? {
            writer.name_lot(item.id, lot.id, &code)?;
            detail["code"] = json!({ "before": lot.code.as_str(), "after": code.as_str() });
            is_changed = true;
        }
        let movements = if is_changed { held::after_renaming(writer, &item, lot.id)? } else { Vec::new() };
        let lot_dates = self.new_dates(&item, &lot)?;
        if let Some(statement) = &lot_dates {
            detail["dates"] =
                json!({ "before": dates_document(&lot.dates), "after": dates_document(&statement.known) });
            is_changed = true;
        }
        let mut warnings = Vec::new();
        for text in &self.supplier_lots {
            let today = request.stamp.recorded_at.date_naive();
            let (supplier, text, warning) = self.supplier_lot(writer, &item, &lot, text, today)?;
            warnings.extend(warning);
            let rows = detail["supplier_lots"].as_array().cloned().unwrap_or_default();
            let row = json!({ "supplier": supplier, "lot": text.as_str() });
            detail["supplier_lots"] = rows.into_iter().chain([row]).collect();
            is_changed = true;
        }
        if !is_changed {
            let hint = format!("scantrail lot show {} --item {}", lot.code, item.sku);
            return Err(not_valid("nothing of the lot is to be changed", &hint).into());
        }
        let lot_dates = lot_dates.into_iter().collect();
        let detail = Some(detail.to_string());
        Ok((Draft { kind: "lot-set", detail, movements, lot_dates, ..Draft::default() }, warnings))
    }

    fn new_code(&self, view: &View<'_>, item: &Item, lot: &LotRecord) -> Result<Option<LotCode>> {
        let Some(text) = &self.code else { return Ok(None) };
        let code = LotCode::new(text)
            .map_err(|error| not_valid(format!("the text cannot be kept: {error}"), "give the text on the label"))?;
        if code == lot.code {
            return Ok(None);
        }
        match view.lot(item.id, &code)? {
            Some(other) if other.id != lot.id => {
                let now = if other.code == code { String::new() } else { format!(", which was called {code}") };
                let message = format!("{code} is lot {} of {}{now}", other.code, item.sku);
                let hint = format!("two lots stay two: scantrail lot show {} --item {}", other.code, item.sku);
                Err(Refusal::new(Code::CodeTaken, message, hint).into())
            }
            _ => Ok(Some(code)),
        }
    }

    fn new_dates(&self, item: &Item, lot: &LotRecord) -> Result<Option<LotStatement>> {
        let known = self.dates.or(lot.dates);
        if known == lot.dates {
            return Ok(None);
        }
        if let (Some(made), Some(expires)) = (known.made, known.expires)
            && expires < made
        {
            let message =
                format!("lot {} of {} would expire on {expires}, before it was made on {made}", lot.code, item.sku);
            return Err(not_valid(message, "look at the label again").into());
        }
        Ok(Some(LotStatement { lot: lot.id, said: self.dates, known }))
    }

    fn supplier_lot(
        &self,
        writer: &Writer<'_>,
        item: &Item,
        lot: &LotRecord,
        text: &str,
        today: NaiveDate,
    ) -> Result<(String, LotCode, Option<Warning>)> {
        let house = House::of(writer, today)?;
        let Some((supplier, text)) = text.split_once('=') else {
            let message = format!("{} does not name a supplier and a text", shown(text.as_bytes()));
            return Err(not_valid(message, "write it as ACME=114321").into());
        };
        let supplier = resolve::partner(writer, PartnerKind::Supplier, supplier)?;
        let text = typed_lot(writer, &house, text)?
            .map_err(|error| not_valid(format!("the text cannot be kept: {error}"), "give the text on the label"))?;
        let warning = name_by_supplier(writer, &supplier, item, lot, &text)?;
        Ok((supplier.code, text, warning))
    }
}

/// Says what a supplier calls a lot, unless that is known. Warns where the text is the one of another lot of ours.
pub(super) fn name_by_supplier(
    writer: &Writer<'_>,
    supplier: &crate::store::Partner,
    item: &Item,
    lot: &LotRecord,
    text: &LotCode,
) -> Result<Option<Warning>> {
    match writer.lot_of_supplier(supplier.id, item.id, text)? {
        Some(known) if known == lot.id => return Ok(None),
        Some(other) => {
            let other = writer.lot_record(other)?;
            let message = format!("{} calls lot {} of {} {text} already", supplier.code, other.code, item.sku);
            let hint = format!("look at both labels: scantrail lot show {} --item {}", other.code, item.sku);
            return Err(Refusal::new(Code::CodeTaken, message, hint).into());
        }
        None => {}
    }
    writer.add_supplier_lot(supplier.id, item.id, lot.id, text)?;
    let own = writer.lot(item.id, text)?.filter(|own| own.id != lot.id);
    Ok(own.map(|own| Warning {
        code: "text-of-two-lots",
        line: None,
        scan: None,
        message: format!(
            "{text} is our lot {} of {}, and {} calls lot {} so: from them a scan of it is refused as ambiguous",
            own.code, item.sku, supplier.code, lot.code
        ),
    }))
}

/// Dates as JSON, without those that nobody knows.
pub(super) fn dates_document(dates: &LotDates) -> Value {
    let all = [("expires", dates.expires), ("best_before", dates.best_before), ("made", dates.made)];
    let known = all.into_iter().filter_map(|(name, date)| Some((name.to_owned(), Value::from(date?.to_string()))));
    Value::Object(known.collect())
}
