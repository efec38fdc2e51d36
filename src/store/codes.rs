//! Codes that mean more than an item: packs of several units, and what suppliers call our items.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Result, View, Writer};
use crate::model::{Item, ItemId, PartnerId, Quantity, folded};

/// What one supplier calls our items, as far as it was looked up: by folded text, `None` where they have no such word.
pub type SupplierCodes = HashMap<String, Option<ItemId>>;

impl View<'_> {
    /// The packs of an item: the barcode of each, and how many units it holds.
    ///
    /// # Errors
    /// What the database says.
    pub fn packs(&self, item: ItemId) -> Result<Vec<(String, Quantity)>> {
        let sql = "SELECT code.text, pack.quantity FROM pack JOIN code ON code.key = pack.key WHERE code.item = $1
                   ORDER BY code.key";
        self.all(sql, [item.0], |row| Ok((row.get(0)?, Quantity::from_smallest_units(row.get(1)?))))
    }

    /// What suppliers call an item: the code of the supplier, and their word.
    ///
    /// # Errors
    /// What the database says.
    pub fn supplier_codes(&self, item: ItemId) -> Result<Vec<(String, String)>> {
        let sql = "SELECT partner.code, supplier_code.text FROM supplier_code
                   JOIN partner ON partner.id = supplier_code.partner
                   WHERE supplier_code.item = $1 ORDER BY partner.key, supplier_code.key";
        self.all(sql, [item.0], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Whether a supplier has words of their own for any of our items, and texts of their own for any of our lots.
    ///
    /// # Errors
    /// What the database says.
    pub fn supplier_has_texts(&self, supplier: PartnerId) -> Result<(bool, bool)> {
        let sql = "SELECT EXISTS (SELECT 1 FROM supplier_code WHERE partner = $1),
                          EXISTS (SELECT 1 FROM supplier_lot WHERE partner = $1)";
        Ok(self.one(sql, [supplier.0], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default())
    }

    /// The item that a supplier calls so.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_of_supplier(&self, supplier: PartnerId, text: &str) -> Result<Option<Rc<Item>>> {
        let sql = "SELECT item FROM supplier_code WHERE partner = $1 AND key = $2";
        let found = self.one(sql, (supplier.0, folded(text.trim())), |row| Ok(ItemId(row.get(0)?)))?;
        found.map(|item| self.item(item)).transpose()
    }

    /// Looks up many words of a supplier in one query.
    ///
    /// # Errors
    /// What the database says.
    pub fn items_of_supplier(&self, supplier: PartnerId, texts: &[String]) -> Result<SupplierCodes> {
        let keys: Vec<String> = texts.iter().map(|text| folded(text.trim())).collect();
        let wanted: Vec<&str> = keys.iter().map(String::as_str).collect();
        let sql = "SELECT key, item FROM supplier_code WHERE partner = $1 AND key = ANY($2)";
        let found =
            self.all(sql, (supplier.0, wanted.as_slice()), |row| Ok((row.get(0)?, Some(ItemId(row.get(1)?)))))?;
        let mut codes: SupplierCodes = keys.into_iter().map(|key| (key, None)).collect();
        codes.extend(found);
        Ok(codes)
    }

    /// The item that any supplier calls so, with that supplier.
    ///
    /// # Errors
    /// What the database says.
    pub fn any_supplier_code(&self, text: &str) -> Result<Option<(String, ItemId)>> {
        let sql = "SELECT partner.code, supplier_code.item FROM supplier_code
                   JOIN partner ON partner.id = supplier_code.partner WHERE supplier_code.key = $1 LIMIT 1";
        self.one(sql, [folded(text.trim())], |row| Ok((row.get(0)?, ItemId(row.get(1)?))))
    }
}

impl Writer<'_> {
    /// Says how many units the pack with a code holds. The code is one of an item.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_pack(&self, text: &str, quantity: Quantity) -> Result<()> {
        let key = folded(text);
        let sql = "INSERT INTO pack (key, quantity, operation) VALUES ($1, $2, $3)";
        self.execute(sql, (key.as_str(), quantity.smallest_units(), self.number()?.0))?;
        self.cache.codes.borrow_mut().remove(&key);
        Ok(())
    }

    /// Says what a supplier calls an item. The caller has checked that they call no other one so.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_supplier_code(&self, supplier: PartnerId, text: &str, item: ItemId) -> Result<()> {
        let sql = "INSERT INTO supplier_code (partner, key, text, item, operation) VALUES ($1, $2, $3, $4, $5)";
        self.execute(sql, (supplier.0, folded(text), text, item.0, self.number()?.0)).map(drop)
    }
}
