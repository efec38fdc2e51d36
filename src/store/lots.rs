//! What lots are called: by us, by us before a text was corrected, and by those who deliver them.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::engine::invalid;
use super::stock::date;
use super::{Result, View, Writer};
use crate::ledger::{LotRecord, Reversal, effective_hops};
use crate::model::{Item, ItemId, LotCode, LotDates, LotId, OperationNumber, PartnerId};

/// Dates that an operation said of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedDates {
    /// The operation.
    pub operation: OperationNumber,
    /// What it takes back.
    pub reverses: Option<OperationNumber>,
    /// What was said at the beginning of its chain of undos.
    pub said: LotDates,
    /// That was said against what was known: it takes the place of what was said before it.
    pub is_correction: bool,
}

impl View<'_> {
    /// Looks up many lots with their names and dates in two queries, for the calls of [`View::lot_record`] that follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_lots_ahead(&self, lots: &[LotId]) -> Result<()> {
        let mut unknown: Vec<i64> = {
            let known = self.cache.lots.borrow();
            lots.iter().filter(|lot| !known.contains_key(lot)).map(|lot| lot.0).collect()
        };
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let dates = self.latest_dates(&unknown)?;
        let sql = "SELECT l.id, l.code, n.code FROM lot l LEFT JOIN lot_name n ON n.lot = l.id
                   WHERE l.id = ANY($1) ORDER BY l.id, n.operation";
        let mut texts: BTreeMap<i64, Vec<LotCode>> = BTreeMap::new();
        self.all(sql, [unknown.as_slice()], |row| {
            let of_lot = texts.entry(row.get(0)?).or_default();
            if of_lot.is_empty() {
                of_lot.push(LotCode::new(row.get(1)?).map_err(invalid)?);
            }
            if let Some(text) = row.get::<Option<String>>(2)? {
                of_lot.push(LotCode::new(&text).map_err(invalid)?);
            }
            Ok(())
        })?;
        let mut cache = self.cache.lots.borrow_mut();
        for (id, texts) in texts {
            let dates = dates.get(&id).copied().unwrap_or_default();
            cache.extend(record(LotId(id), texts, dates).map(|record| (record.id, Rc::new(record))));
        }
        Ok(())
    }

    fn latest_dates(&self, lots: &[i64]) -> Result<HashMap<i64, LotDates>> {
        let sql = "SELECT d.lot, d.expires, d.best_before, d.made FROM lot_dates d WHERE d.lot = ANY($1)
                   AND d.operation = (SELECT max(operation) FROM lot_dates WHERE lot = d.lot)";
        let found = self.all(sql, [lots], |row| {
            Ok((row.get(0)?, LotDates { expires: date(row, 1)?, best_before: date(row, 2)?, made: date(row, 3)? }))
        })?;
        Ok(found.into_iter().collect())
    }

    /// The lots of an item, or of all items, in the order in which they were made.
    ///
    /// # Errors
    /// What the database says.
    pub fn lots(&self, item: Option<ItemId>) -> Result<Vec<(Rc<Item>, Rc<LotRecord>)>> {
        let sql = "SELECT item, id FROM lot WHERE ($1 IS NULL OR item = $1) ORDER BY id";
        let rows = self.all(sql, [item.map(|item| item.0)], |row| Ok((ItemId(row.get(0)?), LotId(row.get(1)?))))?;
        self.find_lots_ahead(&rows.iter().map(|(_, lot)| *lot).collect::<Vec<_>>())?;
        rows.into_iter().map(|(item, lot)| Ok((self.item(item)?, self.lot_record(lot)?))).collect()
    }

    /// The dates that operations said of a lot, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn stated_dates(&self, id: LotId) -> Result<Vec<StatedDates>> {
        let sql = "SELECT d.operation, o.reverses, o.root, d.expires, d.best_before, d.made,
                          d.said_expires, d.said_best_before, d.said_made
                   FROM lot_dates d JOIN operation o ON o.number = d.operation
                   WHERE d.lot = $1 ORDER BY d.operation";
        let rows = self.all(sql, [id.0], |row| {
            let dates = |column| -> Result<LotDates> {
                let (expires, best_before) = (date(row, column)?, date(row, column + 1)?);
                Ok(LotDates { expires, best_before, made: date(row, column + 2)? })
            };
            let (operation, reverses) = (OperationNumber(row.get(0)?), row.get::<Option<i64>>(1)?);
            let root = OperationNumber(row.get(2)?);
            Ok((operation, reverses.map(OperationNumber), root, dates(3)?, dates(6)?))
        })?;
        // What an operation said against what was known before it is a correction.
        let mut known = LotDates::default();
        let mut said_by: HashMap<OperationNumber, (LotDates, bool)> = HashMap::new();
        let mut stated = Vec::with_capacity(rows.len());
        for (operation, reverses, root, after, said) in rows {
            if root == operation {
                said_by.insert(root, (said, known.contradicts(&said)));
            }
            let (said, is_correction) = said_by.get(&root).copied().unwrap_or_default();
            stated.push(StatedDates { operation, reverses, said, is_correction });
            known = after;
        }
        Ok(stated)
    }

    /// The lots whose text an operation corrected, each with the name that holds when the operation does not count.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot_names_without(&self, operation: OperationNumber) -> Result<Vec<(ItemId, LotId, LotCode)>> {
        let sql = "SELECT item, lot FROM lot_name WHERE operation = $1 ORDER BY lot";
        let lots = self.all(sql, [operation.0], |row| Ok((ItemId(row.get(0)?), LotId(row.get(1)?))))?;
        lots.into_iter().map(|(item, lot)| Ok((item, lot, self.lot_name_without(lot, operation)?))).collect()
    }

    fn lot_name_without(&self, lot: LotId, operation: OperationNumber) -> Result<LotCode> {
        let sql = "SELECT n.operation, o.reverses, s.code FROM lot_name n JOIN operation o ON o.number = n.operation
                   JOIN lot_name s ON s.lot = n.lot AND s.operation = o.root
                   WHERE n.lot = $1 AND n.operation <> $2 ORDER BY n.operation";
        let rows = self.all(sql, (lot.0, operation.0), |row| {
            let reverses = row.get::<Option<i64>>(1)?.map(OperationNumber);
            Ok((Reversal { operation: OperationNumber(row.get(0)?), reverses }, row.get::<String>(2)?))
        })?;
        let effective = effective_hops(&rows.iter().map(|(step, _)| *step).collect::<Vec<_>>());
        let last = rows.into_iter().rev().find(|(step, _)| effective.contains(&step.operation));
        match last {
            Some((_, text)) => LotCode::new(&text).map_err(invalid),
            None => Ok(self.lot_record(lot)?.first_code().clone()),
        }
    }

    /// The lot of an item that a supplier calls so.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot_of_supplier(&self, supplier: PartnerId, item: ItemId, text: &LotCode) -> Result<Option<LotId>> {
        let found = self.supplier_lots_named(text)?;
        Ok(found.into_iter().find(|(one, of, _)| *one == supplier && *of == item).map(|(_, _, lot)| lot))
    }

    /// The lots that any supplier calls so: the supplier, the item and the lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn supplier_lots_named(&self, text: &LotCode) -> Result<Vec<(PartnerId, ItemId, LotId)>> {
        let sql = "SELECT partner, item, lot, operation FROM supplier_lot WHERE code = $1 ORDER BY operation";
        let rows = self.all(sql, [text.as_str()], |row| {
            let (partner, item, lot) = (PartnerId(row.get(0)?), ItemId(row.get(1)?), LotId(row.get(2)?));
            Ok(((partner, item, lot), OperationNumber(row.get(3)?)))
        })?;
        self.that_count(rows)
    }

    /// What suppliers call a lot: the supplier, and their text.
    ///
    /// # Errors
    /// What the database says.
    pub fn supplier_texts(&self, lot: LotId) -> Result<Vec<(PartnerId, LotCode)>> {
        let sql = "SELECT partner, code, operation FROM supplier_lot WHERE lot = $1 ORDER BY partner, operation";
        let rows = self.all(sql, [lot.0], |row| {
            let text = LotCode::new(row.get(1)?).map_err(invalid)?;
            Ok(((PartnerId(row.get(0)?), text), OperationNumber(row.get(2)?)))
        })?;
        self.that_count(rows)
    }

    /// Rows whose operation was not undone, each once.
    pub(super) fn that_count<T: PartialEq>(&self, rows: Vec<(T, OperationNumber)>) -> Result<Vec<T>> {
        let mut found: Vec<T> = Vec::new();
        for (row, operation) in rows {
            if self.counts(operation)? && !found.contains(&row) {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// True when an operation was not undone, or its undo was.
    ///
    /// # Errors
    /// What the database says.
    pub fn counts(&self, operation: OperationNumber) -> Result<bool> {
        let (mut counts, mut last) = (true, operation);
        while let Some(undo) = self.reversal_of(last)? {
            (counts, last) = (!counts, undo);
        }
        Ok(counts)
    }
}

/// A lot with all the texts that it had, oldest first.
fn record(id: LotId, texts: Vec<LotCode>, dates: LotDates) -> Option<LotRecord> {
    let code = texts.last()?.clone();
    let made_as = texts.first().filter(|first| **first != code).cloned();
    let mut also: Vec<LotCode> = Vec::new();
    for text in texts {
        if text != code && !also.contains(&text) {
            also.push(text);
        }
    }
    Some(LotRecord { id, code, dates, also, made_as })
}

impl Writer<'_> {
    /// Says what a lot is called from this operation on. The caller has checked that the text is free.
    ///
    /// # Errors
    /// What the database says.
    pub fn name_lot(&self, item: ItemId, lot: LotId, code: &LotCode) -> Result<()> {
        let sql = "INSERT INTO lot_name (lot, operation, item, code) VALUES ($1, $2, $3, $4)";
        self.execute(sql, (lot.0, self.number()?.0, item.0, code.as_str()))?;
        self.cache.lots.borrow_mut().remove(&lot);
        Ok(())
    }

    /// Says what a supplier calls a lot. The caller has checked that they call no other lot of the item so.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_supplier_lot(&self, supplier: PartnerId, item: ItemId, lot: LotId, text: &LotCode) -> Result<()> {
        let sql = "INSERT INTO supplier_lot (lot, partner, operation, item, code) VALUES ($1, $2, $3, $4, $5)";
        self.execute(sql, (lot.0, supplier.0, self.number()?.0, item.0, text.as_str())).map(drop)
    }
}
