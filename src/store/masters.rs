//! Items, places and partners, and the one namespace of their codes.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::engine::{Row, invalid, known};
use super::{Result, StoreError, View, Writer};
use crate::model::{
    Item, ItemId, ItemRules, PartnerCode, PartnerId, PartnerKind, Place, PlaceId, PlaceKind, PlacePath, Quantity,
    Scale, Sku, Tracking, folded,
};

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An item, by its SKU, a barcode or a GTIN.
    Item(Rc<Item>),
    /// Several units of an item, by the barcode of a pack, such as a case of 12.
    Pack(Rc<Item>, Quantity),
    /// A place.
    Place(Rc<Place>),
}

/// A supplier or a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Its row.
    pub id: PartnerId,
    /// Its side of the trade.
    pub kind: PartnerKind,
    /// Its code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its end of the ledger.
    pub place: Rc<Place>,
}

/// One of the codes of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemCode {
    /// Any text that is printed on it.
    Barcode(String),
    /// A global trade item number, with 14 digits.
    Gtin(String),
}

impl ItemCode {
    fn text(&self) -> &str {
        match self {
            ItemCode::Barcode(text) | ItemCode::Gtin(text) => text,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            ItemCode::Barcode(_) => "barcode",
            ItemCode::Gtin(_) => "gtin",
        }
    }
}

/// An item to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Its code.
    pub sku: Sku,
    /// What people call it.
    pub name: String,
    /// How its units are told apart.
    pub tracking: Tracking,
    /// The word for its unit.
    pub unit: String,
    /// Decimals of its quantity.
    pub scale: Scale,
    /// What else the house says of it.
    pub rules: ItemRules,
    /// Its other codes.
    pub codes: Vec<ItemCode>,
}

/// The item or the place of a code, and how many units a pack with that code holds.
pub(super) type CodeRow = (Option<ItemId>, Option<PlaceId>, Option<Quantity>);

fn code_row(row: &Row<'_>, column: usize) -> Result<CodeRow> {
    let quantity = row.get::<Option<i64>>(column + 2)?.map(Quantity::from_smallest_units);
    Ok((row.get::<Option<i64>>(column)?.map(ItemId), row.get::<Option<i64>>(column + 1)?.map(PlaceId), quantity))
}

const CODE: &str =
    "SELECT code.key, code.item, code.place, pack.quantity FROM code LEFT JOIN pack ON pack.key = code.key";

const ITEM: &str = "SELECT id, sku, name, tracking, unit, scale, rules FROM item";
const PARTNER: &str = "SELECT id, kind, code, name, place FROM partner";

fn item(row: &Row<'_>) -> Result<Item> {
    let tracking: String = row.get(3)?;
    Ok(Item {
        id: ItemId(row.get(0)?),
        sku: Sku::new(row.get(1)?).map_err(invalid)?,
        name: row.get(2)?,
        tracking: known("the tracking of an item", &tracking, Tracking::from_word(&tracking))?,
        unit: row.get(4)?,
        scale: Scale::new(row.get(5)?).ok_or_else(|| invalid("the scale of an item is out of range"))?,
        rules: ItemRules::from_json(row.get(6)?).map_err(|error| invalid(format!("the rules of an item: {error}")))?,
    })
}

fn place(row: &Row<'_>) -> Result<Place> {
    let kind: String = row.get(2)?;
    Ok(Place {
        id: PlaceId(row.get(0)?),
        path: row.get(1)?,
        kind: known("the kind of a place", &kind, PlaceKind::from_word(&kind))?,
    })
}

impl View<'_> {
    /// What a code stands for, ignoring ASCII case.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_code(&self, text: &str) -> Result<Option<Found>> {
        let key = folded(text);
        let ahead = self.cache.codes.borrow().get(&key).copied();
        let row = match ahead {
            Some(row) => row,
            None => self.one(&format!("{CODE} WHERE code.key = $1"), [key], |row| code_row(row, 1))?,
        };
        match row {
            Some((Some(id), _, Some(quantity))) => Ok(Some(Found::Pack(self.item(id)?, quantity))),
            Some((Some(id), _, None)) => Ok(Some(Found::Item(self.item(id)?))),
            Some((_, Some(id), _)) => Ok(Some(Found::Place(self.place(id)?))),
            _ => Ok(None),
        }
    }

    /// Looks up what many codes stand for in one query, for the calls of [`View::find_code`] that follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_codes_ahead(&self, texts: &[&str]) -> Result<()> {
        let keys: BTreeSet<String> = texts.iter().map(|text| folded(text)).collect();
        let wanted: Vec<&str> = keys.iter().map(String::as_str).collect();
        let sql = format!("{CODE} WHERE code.key = ANY($1)");
        let found = self.all(&sql, [wanted.as_slice()], |row| Ok((row.get::<String>(0)?, code_row(row, 1)?)))?;
        let mut codes = self.cache.codes.borrow_mut();
        codes.extend(keys.into_iter().map(|key| (key, None)));
        codes.extend(found.into_iter().map(|(key, row)| (key, Some(row))));
        Ok(())
    }

    /// An item by its row.
    ///
    /// # Errors
    /// What the database says.
    pub fn item(&self, id: ItemId) -> Result<Rc<Item>> {
        if let Some(known) = self.cache.items.borrow().get(&id) {
            return Ok(known.clone());
        }
        let found = self.one(&format!("{ITEM} WHERE id = $1"), [id.0], item)?;
        let found = Rc::new(found.ok_or_else(|| StoreError::Damaged(format!("item {id} is missing")))?);
        self.cache.items.borrow_mut().insert(id, found.clone());
        Ok(found)
    }

    /// All items, by SKU.
    ///
    /// # Errors
    /// What the database says.
    pub fn items(&self) -> Result<Vec<Item>> {
        self.all(&format!("{ITEM} ORDER BY key"), (), item)
    }

    /// The codes of an item beside its SKU.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_codes(&self, id: ItemId) -> Result<Vec<ItemCode>> {
        let sql = "SELECT kind, text FROM code WHERE item = $1 AND kind <> 'sku' ORDER BY kind, key";
        self.all(sql, [id.0], |row| {
            let text = row.get(1)?;
            Ok(if row.get::<&str>(0)? == "gtin" { ItemCode::Gtin(text) } else { ItemCode::Barcode(text) })
        })
    }

    /// True when an item has movements or stands on orders.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_is_used(&self, id: ItemId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM balance WHERE item = $1)
                       OR EXISTS (SELECT 1 FROM order_line WHERE item = $1)";
        Ok(self.one(sql, [id.0], |row| row.get(0))?.unwrap_or(false))
    }

    /// A place by its row.
    ///
    /// # Errors
    /// What the database says.
    pub fn place(&self, id: PlaceId) -> Result<Rc<Place>> {
        if let Some(known) = self.cache.places.borrow().get(&id) {
            return Ok(known.clone());
        }
        let found = self.one("SELECT id, path, kind FROM place WHERE id = $1", [id.0], place)?;
        let found = Rc::new(found.ok_or_else(|| StoreError::Damaged(format!("place {id} is missing")))?);
        self.cache.places.borrow_mut().insert(id, found.clone());
        Ok(found)
    }

    /// A place by its path, the other ends of the ledger included.
    ///
    /// # Errors
    /// What the database says.
    pub fn place_named(&self, path: &str) -> Result<Option<Rc<Place>>> {
        let found = self.one("SELECT id, path, kind FROM place WHERE key = $1", [folded(path.trim())], place)?;
        Ok(found.map(Rc::new))
    }

    /// All places of our own, by path.
    ///
    /// # Errors
    /// What the database says.
    pub fn own_places(&self) -> Result<Vec<Place>> {
        let sql = "SELECT id, path, kind FROM place
                   WHERE kind IN ('storage', 'staging', 'quarantine', 'transit') ORDER BY key";
        self.all(sql, (), place)
    }

    /// The only place of a kind, or `None` when there is none or more than one.
    ///
    /// # Errors
    /// What the database says.
    pub fn only_place(&self, kind: PlaceKind) -> Result<Option<Rc<Place>>> {
        let mut found = self.all("SELECT id, path, kind FROM place WHERE kind = $1 LIMIT 2", [kind.word()], place)?;
        Ok(if found.len() == 1 { found.pop().map(Rc::new) } else { None })
    }

    fn partner_row(&self, row: &Row<'_>) -> Result<(i64, String, String, String, i64)> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    }

    fn partner_of(&self, (id, kind, code, name, place): (i64, String, String, String, i64)) -> Result<Partner> {
        let kind = known("the kind of a partner", &kind, PartnerKind::from_word(&kind))?;
        Ok(Partner { id: PartnerId(id), kind, code, name, place: self.place(PlaceId(place))? })
    }

    /// A partner by its row.
    ///
    /// # Errors
    /// What the database says.
    pub fn partner(&self, id: PartnerId) -> Result<Partner> {
        let row = self.one(&format!("{PARTNER} WHERE id = $1"), [id.0], |row| self.partner_row(row))?;
        self.partner_of(row.ok_or_else(|| StoreError::Damaged(format!("partner {id} is missing")))?)
    }

    /// The partner whose end of the ledger a place is.
    ///
    /// # Errors
    /// What the database says.
    pub fn partner_at(&self, place: PlaceId) -> Result<Option<PartnerId>> {
        self.one("SELECT id FROM partner WHERE place = $1", [place.0], |row| Ok(PartnerId(row.get(0)?)))
    }

    /// A partner by its code.
    ///
    /// # Errors
    /// What the database says.
    pub fn partner_named(&self, kind: PartnerKind, code: &str) -> Result<Option<Partner>> {
        let sql = format!("{PARTNER} WHERE kind = $1 AND key = $2");
        let row = self.one(&sql, (kind.word(), folded(code.trim())), |row| self.partner_row(row))?;
        row.map(|row| self.partner_of(row)).transpose()
    }

    /// All partners, suppliers first, by code.
    ///
    /// # Errors
    /// What the database says.
    pub fn partners(&self) -> Result<Vec<Partner>> {
        let rows = self.all(&format!("{PARTNER} ORDER BY kind DESC, key"), (), |row| self.partner_row(row))?;
        rows.into_iter().map(|row| self.partner_of(row)).collect()
    }
}

impl Writer<'_> {
    /// Makes an item with its codes. The caller has checked that they are free.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_item(&self, new: &NewItem) -> Result<ItemId> {
        let key = folded(new.sku.as_str());
        let sql = "INSERT INTO item (sku, key, name, tracking, unit, scale, rules, operation)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
        let (tracking, operation) = (new.tracking.word(), self.number()?.0);
        let id = ItemId(self.insert(
            sql,
            (
                new.sku.as_str(),
                &key,
                &new.name,
                tracking,
                &new.unit,
                new.scale.decimals(),
                new.rules.to_json(),
                operation,
            ),
        )?);
        self.add_code(new.sku.as_str(), "sku", Some(id), None)?;
        new.codes.iter().try_for_each(|code| self.add_item_code(id, code))?;
        Ok(id)
    }

    /// Gives an item another code. The caller has checked that it is free.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_item_code(&self, item: ItemId, code: &ItemCode) -> Result<()> {
        self.add_code(code.text(), code.kind(), Some(item), None)
    }

    fn add_code(&self, text: &str, kind: &str, item: Option<ItemId>, place: Option<PlaceId>) -> Result<()> {
        self.execute(
            "INSERT INTO code (key, text, kind, item, place) VALUES ($1, $2, $3, $4, $5)",
            (folded(text), text, kind, item.map(|id| id.0), place.map(|id| id.0)),
        )?;
        self.cache.codes.borrow_mut().remove(&folded(text));
        Ok(())
    }

    /// Changes the attributes of an item.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_item(&self, item: &Item) -> Result<()> {
        self.execute(
            "UPDATE item SET name = $2, tracking = $3, unit = $4, scale = $5, rules = $6 WHERE id = $1",
            (item.id.0, &item.name, item.tracking.word(), &item.unit, item.scale.decimals(), item.rules.to_json()),
        )?;
        self.cache.items.borrow_mut().remove(&item.id);
        Ok(())
    }

    /// Makes a place with its code. The caller has checked that it is free.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_place(&self, path: &PlacePath, kind: PlaceKind) -> Result<PlaceId> {
        let id = self.add_place_row(path.as_str(), kind)?;
        self.add_code(path.as_str(), "place", None, Some(id))?;
        Ok(id)
    }

    fn add_place_row(&self, path: &str, kind: PlaceKind) -> Result<PlaceId> {
        let sql = "INSERT INTO place (path, key, kind, operation) VALUES ($1, $2, $3, $4) RETURNING id";
        Ok(PlaceId(self.insert(sql, (path, folded(path), kind.word(), self.number()?.0))?))
    }

    /// Makes a partner with its end of the ledger. The caller has checked that the code is free.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_partner(&self, kind: PartnerKind, code: &PartnerCode, name: &str) -> Result<PartnerId> {
        let path = format!("@{}/{code}", kind.word());
        let place = self.add_place_row(&path, kind.place_kind())?;
        let sql = "INSERT INTO partner (kind, code, key, name, place, operation)
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let key = folded(code.as_str());
        Ok(PartnerId(self.insert(sql, (kind.word(), code.as_str(), key, name, place.0, self.number()?.0))?))
    }
}
