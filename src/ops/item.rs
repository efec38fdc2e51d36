//! Items: their codes, packs and rules, made and changed by hand or from a file.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::fields::{self, Bearer};
use super::masters::{Checked, check_length, clean, draft, is_free, is_free_of_own, not_valid};
use super::record::record;
use super::{Content, Recorded, Request, Result, Warning, numbers, pattern, resolve};
use crate::codes::{Gtin, Template, TemplateWarning, is_same_unit};
use crate::ledger::{Code, Refusal};
use crate::model::limits::{LONGEST_REMARK, LONGEST_SHELF_LIFE};
use crate::model::{Item, ItemId, ItemRules, PartnerKind, Picking, Quantity, Scale, Sku, Tracking};
use crate::store::{Found, ItemCode, NewItem, Store, View, Writer};

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
    /// Its free fields.
    pub fields: BTreeMap<String, String>,
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
    /// What else is said of it.
    pub rules: RuleChanges,
}

/// Changes of an item's rules. What is not given stays as it is; an empty text takes a rule away.
#[derive(Debug, Clone, Default)]
pub struct RuleChanges {
    /// Days of shelf life; 0 takes the rule away.
    pub shelf_life_days: Option<u32>,
    /// The word for the order in which stock goes out.
    pub picking: Option<String>,
    /// Nothing goes out without a certificate.
    pub requires_certificate: Option<bool>,
    /// How our own serials are made.
    pub serial_template: Option<String>,
    /// How our own lots are made.
    pub lot_template: Option<String>,
    /// What every serial looks like.
    pub serial_pattern: Option<String>,
    /// The unit in which each unit is measured.
    pub measure: Option<String>,
}

impl RuleChanges {
    fn describe(&self, content: &mut Content) {
        content.flag("shelf-life", self.shelf_life_days.map(|days| days.to_string()).as_deref());
        content.flag("picking", self.picking.as_deref());
        content.flag("require-certificate", self.requires_certificate.map(|yes| if yes { "yes" } else { "no" }));
        content.flag("serial-template", self.serial_template.as_deref());
        content.flag("lot-template", self.lot_template.as_deref());
        content.flag("serial-pattern", self.serial_pattern.as_deref());
        content.flag("measure", self.measure.as_deref());
    }

    /// What is allowed in the templates and may still be regretted.
    fn warnings(&self) -> Vec<Warning> {
        let templates = [&self.serial_template, &self.lot_template].into_iter().flatten();
        let found = templates.filter_map(|text| Template::parse(text).ok()).flat_map(|template| template.warnings());
        let warning =
            |odd: TemplateWarning| Warning { code: "template", line: None, scan: None, message: odd.to_string() };
        found.map(warning).collect()
    }

    /// The rules after the changes.
    fn applied(&self, before: &ItemRules, tracking: Tracking) -> Checked<ItemRules> {
        let mut rules = before.clone();
        if let Some(days) = self.shelf_life_days {
            if days > LONGEST_SHELF_LIFE {
                let message = format!("a shelf life of {days} days is too long");
                return Err(not_valid(message, &format!("0 to {LONGEST_SHELF_LIFE}")).into());
            }
            rules.shelf_life_days = (days > 0).then_some(days);
        }
        if let Some(word) = self.picking.as_deref() {
            rules.picking = picking(word)?;
        }
        rules.requires_certificate = self.requires_certificate.unwrap_or(rules.requires_certificate);
        set_text(&mut rules.serial_template, self.serial_template.as_deref());
        set_text(&mut rules.lot_template, self.lot_template.as_deref());
        set_text(&mut rules.serial_pattern, self.serial_pattern.as_deref());
        if let Some(unit) = self.measure.as_deref() {
            rules.is_measured = !unit.trim().is_empty();
        }
        check_length("the pattern", self.serial_pattern.as_deref().unwrap_or_default(), LONGEST_REMARK)?;
        for (text, word) in [(&self.serial_template, "serial"), (&self.lot_template, "lot")] {
            if let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
                numbers::parsed(text, word)?;
            }
        }
        let wrong = [
            (
                rules.shelf_life_days.is_some() && !tracking.by_lot(),
                "shelf life is the one of a lot, and it has no lots",
            ),
            (
                rules.requires_certificate && tracking == Tracking::None,
                "certificates belong to lots and units, and it has neither",
            ),
            (rules.serial_template.is_some() && !tracking.by_serial(), "it has no serials to make"),
            (rules.lot_template.is_some() && !tracking.by_lot(), "it has no lots to make"),
            (rules.serial_pattern.is_some() && !tracking.by_serial(), "it has no serials"),
            (rules.is_measured && !tracking.by_serial(), "only units with serials carry a measure each"),
        ];
        match wrong.iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, why)) => Err(not_valid(*why, "--track says how its units are told apart").into()),
            None => Ok(rules),
        }
    }
}

fn picking(word: &str) -> Checked<Option<Picking>> {
    if word.trim().is_empty() {
        return Ok(None);
    }
    match Picking::from_word(word) {
        Some(picking) => Ok(Some(picking)),
        None => {
            let words: Vec<&str> = Picking::WORDS.iter().map(|(_, word)| *word).collect();
            let message = format!("stock does not go out by {}", crate::codes::shown(word.as_bytes()));
            Err(not_valid(message, &format!("one of {}", words.join(", "))).into())
        }
    }
}

fn set_text(rule: &mut Option<String>, given: Option<&str>) {
    if let Some(text) = given.map(str::trim) {
        *rule = (!text.is_empty()).then(|| text.to_owned());
    }
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
        self.rules.describe(&mut content);
        content.digest()
    }

    /// The unit, which is the one of the measure where there is one.
    fn unit(&self) -> Option<&str> {
        let given = [self.rules.measure.as_deref(), self.unit.as_deref()].into_iter().flatten();
        given.map(str::trim).find(|unit| !unit.is_empty())
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

    fn scale(&self, tracking: Tracking, rules: &ItemRules) -> Checked<Option<Scale>> {
        let Some(decimals) = self.scale else { return Ok(None) };
        let scale = Scale::new(decimals)
            .ok_or_else(|| not_valid(format!("{decimals} decimals are too many"), "a scale is 0 to 6"))?;
        if tracking.by_serial() && !rules.is_measured && scale != Scale::WHOLE {
            let message = "units with serials are counted whole, so their scale is 0";
            return Err(not_valid(message, "leave the scale out, or say in what each is measured: --measure kg").into());
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
        let rules = self.rules.applied(&ItemRules::default(), tracking)?;
        rules.serial_pattern.iter().try_for_each(|rule| pattern::checked(view, rule))?;
        let scale = self.scale(tracking, &rules)?.unwrap_or_default();
        let codes = self.codes()?;
        is_free(view, sku.as_str())?;
        let unit = self.unit().unwrap_or("each");
        Ok(NewItem { sku, name: clean(name)?, tracking, unit: clean(unit)?, scale, rules, codes })
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

fn code_text(code: &ItemCode) -> &str {
    match code {
        ItemCode::Barcode(text) | ItemCode::Gtin(text) => text,
    }
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
    let fields = fields::fields_of(view, Bearer::Item(item.id))?;
    Ok(ItemView { item, gtins, barcodes, packs, supplier_codes, holds, fields })
}

/// `item add`.
///
/// # Errors
/// `not-valid`, `code-taken`.
pub fn add_item(store: &Store, new: &AddItem, request: &Request) -> Result<Recorded> {
    let recorded = record(store, request, new.content("item add", request), |writer| {
        new.make(writer)?;
        fields::keep(writer, Bearer::Item(resolve::item(writer, &new.sku)?.id), &request.fields)?;
        Ok(draft("item-add", serde_json::json!({ "item": new.sku.trim() })))
    })?;
    Ok(Recorded { warnings: new.rules.warnings(), ..recorded })
}

/// `item set`: changes what is given and adds codes.
///
/// # Errors
/// `unknown-item`, `not-valid`, `code-taken`, `item-in-use`.
pub fn set_item(store: &Store, change: &AddItem, request: &Request) -> Result<Recorded> {
    let recorded = record(store, request, change.content("item set", request), |writer| {
        let before = resolve::item(writer, &change.sku)?;
        let tracking = change.tracking()?.unwrap_or(before.tracking);
        let rules = change.rules.applied(&before.rules, tracking)?;
        rules.serial_pattern.iter().try_for_each(|rule| pattern::checked(writer, rule))?;
        let is_counted_whole = tracking.by_serial() && !rules.is_measured;
        let scale = change.scale(tracking, &rules)?;
        let scale = scale.unwrap_or(if is_counted_whole { Scale::WHOLE } else { before.scale });
        let changes_counting =
            tracking != before.tracking || scale != before.scale || rules.is_measured != before.rules.is_measured;
        if changes_counting && writer.item_is_used(before.id)? {
            let message =
                format!("{} has movements or stands on orders, so its tracking and scale stay as they are", before.sku);
            return Err(Refusal::new(Code::ItemInUse, message, "make a new item with another SKU").into());
        }
        let mut after = Item { tracking, scale, rules, ..(*before).clone() };
        if let Some(name) = change.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            after.name = clean(name)?;
        }
        if let Some(unit) = change.unit() {
            after.unit = clean(unit)?;
        }
        let is_amount = after.rules.is_measured || after.scale != Scale::WHOLE;
        if is_amount && !is_same_unit(&before.unit, &after.unit) && writer.item_is_used(before.id)? {
            let message = format!(
                "{} has movements or stands on orders, and what is in {} is no amount in {}",
                before.sku, before.unit, after.unit
            );
            return Err(Refusal::new(Code::ItemInUse, message, "make a new item with another SKU").into());
        }
        writer.set_item(&after)?;
        let known = writer.item_codes(before.id)?;
        for code in change.codes()?.iter().filter(|code| !known.contains(code)) {
            is_free(writer, code_text(code))?;
            writer.add_item_code(before.id, code)?;
        }
        change.add_packs(writer, before.id, after.scale)?;
        change.add_supplier_codes(writer, before.id)?;
        fields::keep(writer, Bearer::Item(before.id), &request.fields)?;
        let attributes = |item: &Item| {
            serde_json::json!({"name": item.name, "track": item.tracking.word(), "unit": item.unit,
                               "scale": item.scale.decimals(), "rules": item.rules})
        };
        Ok(draft(
            "item-set",
            serde_json::json!({
                "item": before.sku.as_str(), "before": attributes(&before), "after": attributes(&after),
                "gtins": change.gtins, "barcodes": change.barcodes, "packs": change.packs,
                "supplier_barcodes": change.supplier_codes,
            }),
        ))
    })?;
    Ok(Recorded { warnings: change.rules.warnings(), ..recorded })
}
