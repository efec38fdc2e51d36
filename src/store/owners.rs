//! Whose goods are: lots and units of customers and of suppliers, among our own. The latest row of a lot or unit holds, and a
//! unit without one belongs to whom its lot belongs to.

use std::collections::HashMap;

use super::{Result, View, Writer};
use crate::model::{ItemId, LotId, OperationNumber, PartnerId, SerialId};

/// A lot or a unit that belongs to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owned {
    /// A whole lot.
    Lot(LotId),
    /// One unit.
    Unit(SerialId),
}

impl Owned {
    fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Owned::Lot(lot) => (Some(lot.0), None),
            Owned::Unit(unit) => (None, Some(unit.0)),
        }
    }
}

/// What was looked up already. `None` inside is what nobody said anything of, or what is ours.
#[derive(Default)]
pub(super) struct OwnerCache {
    /// Whether any lot or unit of an item was ever somebody else's.
    has: HashMap<ItemId, bool>,
    lots: HashMap<LotId, Option<PartnerId>>,
    units: HashMap<SerialId, Option<Option<PartnerId>>>,
}

impl View<'_> {
    /// True when any lot or unit of an item was ever somebody else's. An item for which that is not so costs one look.
    ///
    /// # Errors
    /// What the database says.
    pub fn has_owners(&self, item: ItemId) -> Result<bool> {
        if let Some(known) = self.cache.owners.borrow().has.get(&item) {
            return Ok(*known);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM ownership WHERE item = $1)";
        let has = self.one(sql, [item.0], |row| row.get(0))?.unwrap_or(false);
        self.cache.owners.borrow_mut().has.insert(item, has);
        Ok(has)
    }

    /// Whose a lot or unit of an item is; `None` when it is ours.
    ///
    /// # Errors
    /// What the database says.
    pub fn owner_of(&self, item: ItemId, lot: Option<LotId>, unit: Option<SerialId>) -> Result<Option<PartnerId>> {
        if !self.has_owners(item)? {
            return Ok(None);
        }
        self.find_owners(lot.as_slice(), unit.as_slice())?;
        let known = self.cache.owners.borrow();
        let of_unit = unit.and_then(|unit| known.units.get(&unit).copied().flatten());
        let of_lot = lot.and_then(|lot| known.lots.get(&lot).copied().flatten());
        Ok(of_unit.unwrap_or(of_lot))
    }

    /// Looks up whose these lots and units are, in one query each, for the calls of [`View::owner_of`] that follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_owners(&self, lots: &[LotId], units: &[SerialId]) -> Result<()> {
        let (lots, units): (Vec<i64>, Vec<i64>) = {
            let known = self.cache.owners.borrow();
            let lots = lots.iter().filter(|lot| !known.lots.contains_key(lot)).map(|lot| lot.0);
            let units = units.iter().filter(|unit| !known.units.contains_key(unit)).map(|unit| unit.0);
            (lots.collect(), units.collect())
        };
        let owner = |row: &super::engine::Row<'_>| Ok((row.get(0)?, row.get::<Option<i64>>(1)?.map(PartnerId)));
        let mut of_lots: Vec<(i64, Option<PartnerId>)> = Vec::new();
        if !lots.is_empty() {
            let sql = "SELECT lot, partner FROM ownership WHERE lot = ANY($1) ORDER BY operation";
            of_lots = self.all(sql, [lots.as_slice()], owner)?;
        }
        let mut of_units: Vec<(i64, Option<PartnerId>)> = Vec::new();
        if !units.is_empty() {
            let sql = "SELECT serial, partner FROM ownership WHERE serial = ANY($1) ORDER BY operation";
            of_units = self.all(sql, [units.as_slice()], owner)?;
        }
        let mut known = self.cache.owners.borrow_mut();
        known.lots.extend(lots.into_iter().map(|lot| (LotId(lot), None)));
        known.units.extend(units.into_iter().map(|unit| (SerialId(unit), None)));
        known.lots.extend(of_lots.into_iter().map(|(lot, owner)| (LotId(lot), owner)));
        known.units.extend(of_units.into_iter().map(|(unit, owner)| (SerialId(unit), Some(owner))));
        Ok(())
    }

    /// What an operation said of owners, with whose it was before.
    ///
    /// # Errors
    /// What the database says.
    pub fn owners_before(&self, operation: OperationNumber) -> Result<Vec<(ItemId, Owned, Option<PartnerId>)>> {
        let sql = "SELECT now.item, now.lot, now.serial,
                          (SELECT before.partner FROM ownership before
                           WHERE before.operation < now.operation AND (before.lot = now.lot OR before.serial = now.serial)
                           ORDER BY before.operation DESC LIMIT 1)
                   FROM ownership now WHERE now.operation = $1 ORDER BY now.line";
        let rows = self.all(sql, [operation.0], |row| {
            let owned = match (row.get::<Option<i64>>(1)?, row.get::<Option<i64>>(2)?) {
                (Some(lot), _) => Some(Owned::Lot(LotId(lot))),
                (None, unit) => unit.map(|unit| Owned::Unit(SerialId(unit))),
            };
            Ok((ItemId(row.get(0)?), owned, row.get::<Option<i64>>(3)?.map(PartnerId)))
        })?;
        Ok(rows.into_iter().filter_map(|(item, owned, owner)| Some((item, owned?, owner))).collect())
    }
}

impl Writer<'_> {
    /// Says whose lots and units are from this operation on; `None` is us. To be called once in an operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn set_owners(&self, owners: &[(ItemId, Owned, Option<PartnerId>)]) -> Result<()> {
        let operation = self.number()?.0;
        let sql = "INSERT INTO ownership (operation, line, item, lot, serial, partner) VALUES ($1, $2, $3, $4, $5, $6)";
        for (line, (item, owned, owner)) in (1_i64..).zip(owners) {
            let (lot, serial) = owned.columns();
            self.execute(sql, (operation, line, item.0, lot, serial, owner.map(|owner| owner.0)))?;
        }
        *self.cache.owners.borrow_mut() = OwnerCache::default();
        Ok(())
    }
}
