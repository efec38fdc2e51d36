//! Lots and serials, and where they stand.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::NaiveDate;

use super::engine::{Row, Value, invalid};
use super::{Result, StoreError, View, Writer};
use crate::ledger::{Holding, LotRecord, SerialRecord, Spot, Standing};
use crate::model::{
    ClaimId, Item, ItemId, LotCode, LotDates, LotId, OperationNumber, PlaceId, Quantity, SerialCode, SerialId,
};

/// What is asked of the stock. Nothing given means all of our own places.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    /// Only this item.
    pub item: Option<ItemId>,
    /// Only these places.
    pub places: Option<Vec<PlaceId>>,
    /// Only these lots.
    pub lots: Option<Vec<LotId>>,
}

/// One row of the stock: a unit with a serial, or so much of an item (and lot) in one place.
#[derive(Debug, Clone)]
pub struct StockRow {
    /// What.
    pub item: Rc<Item>,
    /// Of which lot.
    pub lot: Option<Rc<LotRecord>>,
    /// Which unit.
    pub serial: Option<String>,
    /// The row of that unit.
    pub unit: Option<SerialId>,
    /// Where and for whom.
    pub standing: Standing,
    /// How much.
    pub quantity: Quantity,
}

/// A serial on one spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its row.
    pub serial: SerialId,
    /// Its text.
    pub code: String,
    /// The number of its last hop.
    pub hop: u32,
    /// How much it is: one, or its measure.
    pub quantity: Quantity,
}

/// The row number that `balance` and `position` use for "not tracked by lot".
const NO_LOT: i64 = 0;

pub(super) fn lot_key(lot: Option<LotId>) -> i64 {
    lot.map_or(NO_LOT, |lot| lot.0)
}

pub(super) fn lot_of_key(key: i64) -> Option<LotId> {
    (key != NO_LOT).then_some(LotId(key))
}

pub(super) fn date(row: &Row<'_>, column: usize) -> Result<Option<NaiveDate>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(invalid)).transpose()
}

/// A balance row as it is read: item, lot, place, claim, quantity.
pub(super) struct Balance {
    item: ItemId,
    pub lot: Option<LotId>,
    pub spot: Spot,
    quantity: Quantity,
}

pub(super) fn balance(row: &Row<'_>) -> Result<Balance> {
    Ok(Balance {
        item: ItemId(row.get(0)?),
        lot: lot_of_key(row.get(1)?),
        spot: Spot { place: PlaceId(row.get(2)?), claim: ClaimId(row.get(3)?) },
        quantity: Quantity::from_smallest_units(row.get(4)?),
    })
}

impl View<'_> {
    /// A spot with its place and claim.
    ///
    /// # Errors
    /// What the database says.
    pub fn standing(&self, spot: Spot) -> Result<Standing> {
        Ok(Standing { place: self.place(spot.place)?, claim: self.claim(spot.claim)? })
    }

    /// The lot of an item with this text, now or before the text was corrected.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot(&self, item: ItemId, code: &LotCode) -> Result<Option<Rc<LotRecord>>> {
        let sql = "SELECT id FROM lot WHERE code = $1 AND item = $2
                   UNION SELECT lot FROM lot_name WHERE code = $1 AND item = $2";
        let found = self.one(sql, (code.as_str(), item.0), |row| Ok(LotId(row.get(0)?)))?;
        found.map(|id| self.lot_record(id)).transpose()
    }

    /// The lots of all items with this text, now or before the text was corrected.
    ///
    /// # Errors
    /// What the database says.
    pub fn lots_named(&self, code: &LotCode) -> Result<Vec<(ItemId, LotId)>> {
        let sql = "SELECT item, id FROM lot WHERE code = $1 UNION SELECT item, lot FROM lot_name WHERE code = $1
                   ORDER BY item";
        self.all(sql, [code.as_str()], |row| Ok((ItemId(row.get(0)?), LotId(row.get(1)?))))
    }

    /// A lot by its row, with its dates as they are known now.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot_record(&self, id: LotId) -> Result<Rc<LotRecord>> {
        if let Some(known) = self.cache.lots.borrow().get(&id) {
            return Ok(known.clone());
        }
        self.find_lots_ahead(&[id])?;
        let found = self.cache.lots.borrow().get(&id).cloned();
        found.ok_or_else(|| StoreError::Damaged(format!("lot {id} is missing")))
    }

    /// The item of a lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_of_lot(&self, id: LotId) -> Result<Rc<Item>> {
        let item = self.one("SELECT item FROM lot WHERE id = $1", [id.0], |row| Ok(ItemId(row.get(0)?)))?;
        self.item(item.ok_or_else(|| StoreError::Damaged(format!("lot {id} is missing")))?)
    }

    /// The dates of a lot as they were known after an operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot_dates(&self, id: LotId, after: OperationNumber) -> Result<LotDates> {
        let sql = "SELECT expires, best_before, made FROM lot_dates
                   WHERE lot = $1 AND operation <= $2 ORDER BY operation DESC LIMIT 1";
        let found = self.one(sql, (id.0, after.0), |row| {
            Ok(LotDates { expires: date(row, 0)?, best_before: date(row, 1)?, made: date(row, 2)? })
        })?;
        Ok(found.unwrap_or_default())
    }

    /// The lots for which an operation stated dates.
    ///
    /// # Errors
    /// What the database says.
    pub fn lots_dated_by(&self, operation: OperationNumber) -> Result<Vec<LotId>> {
        let sql = "SELECT lot FROM lot_dates WHERE operation = $1 ORDER BY lot";
        self.all(sql, [operation.0], |row| Ok(LotId(row.get(0)?)))
    }

    /// The serial of an item with this text, and where it stands.
    ///
    /// # Errors
    /// What the database says.
    pub fn serial(&self, item: ItemId, code: &SerialCode) -> Result<Option<SerialRecord>> {
        if let Some(rows) = self.cache.serials.borrow().get(code.as_str()) {
            let row = rows.iter().find(|row| row.item == item).cloned();
            return row.map(|row| self.serial_record(row)).transpose();
        }
        let sql = "SELECT s.id, s.item, s.code, p.lot, p.place, p.claim, p.hop, p.quantity
                   FROM serial s JOIN position p ON p.serial = s.id WHERE s.code = $1 AND s.item = $2";
        let row = self.one(sql, (code.as_str(), item.0), serial_row)?;
        row.map(|row| self.serial_record(row)).transpose()
    }

    /// The serials of all items with this text.
    ///
    /// # Errors
    /// What the database says.
    pub fn serials_named(&self, code: &SerialCode) -> Result<Vec<SerialRecord>> {
        let ahead = self.cache.serials.borrow().get(code.as_str()).cloned();
        let rows = match ahead {
            Some(rows) => rows,
            None => {
                let sql = "SELECT s.id, s.item, s.code, p.lot, p.place, p.claim, p.hop, p.quantity
                           FROM serial s JOIN position p ON p.serial = s.id WHERE s.code = $1 ORDER BY s.item";
                self.all(sql, [code.as_str()], serial_row)?
            }
        };
        rows.into_iter().map(|row| self.serial_record(row)).collect()
    }

    /// Looks up many serials of all items in one query, for the calls of [`View::serial`] and [`View::serials_named`]
    /// that follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_serials_ahead(&self, codes: &[SerialCode]) -> Result<()> {
        let wanted: Vec<&str> = codes.iter().map(SerialCode::as_str).collect();
        let sql = "SELECT s.id, s.item, s.code, p.lot, p.place, p.claim, p.hop, p.quantity
                   FROM serial s JOIN position p ON p.serial = s.id WHERE s.code = ANY($1) ORDER BY s.item";
        let rows = self.all(sql, [wanted.as_slice()], serial_row)?;
        let mut serials = self.cache.serials.borrow_mut();
        serials.extend(wanted.iter().map(|code| ((*code).to_owned(), Vec::new())));
        for row in rows {
            serials.entry(row.code.as_str().to_owned()).or_default().push(row);
        }
        Ok(())
    }

    /// Gives up what was looked up of codes and serials. A long batch is looked up in parts, which nobody asks for again.
    pub fn forget_found(&self) {
        self.cache.codes.borrow_mut().clear();
        self.cache.serials.borrow_mut().clear();
    }

    /// The item of a unit.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_of_unit(&self, unit: SerialId) -> Result<Option<ItemId>> {
        self.one("SELECT item FROM serial WHERE id = $1", [unit.0], |row| Ok(ItemId(row.get(0)?)))
    }

    /// The text of a serial.
    ///
    /// # Errors
    /// What the database says.
    pub fn serial_code(&self, id: SerialId) -> Result<Option<String>> {
        self.one("SELECT code FROM serial WHERE id = $1", [id.0], |row| row.get(0))
    }

    /// Looks up the texts of serials for [`View::known_serial_code`]. What was read or made under this view is not read
    /// again: the newest rows are where all stations write, and reading there is what makes their transactions cross.
    pub(super) fn find_serial_codes_ahead(&self, serials: impl Iterator<Item = SerialId>) -> Result<()> {
        let mut known = self.cache.serial_codes.borrow_mut();
        let unknown: Vec<i64> = serials.filter(|serial| known.get(*serial).is_none()).map(|serial| serial.0).collect();
        if !unknown.is_empty() {
            let sql = "SELECT id, code FROM serial WHERE id = ANY($1)";
            let read = |row: &Row<'_>| Ok((SerialId(row.get(0)?), row.get::<&str>(1)?.into()));
            known.found.extend(self.all(sql, [unknown.as_slice()], read)?);
        }
        Ok(())
    }

    /// The text of a serial that was looked up.
    pub(super) fn known_serial_code(&self, serial: SerialId) -> Option<Rc<str>> {
        self.cache.serial_codes.borrow().get(serial).cloned()
    }

    fn serial_record(&self, row: SerialRow) -> Result<SerialRecord> {
        let lot = row.lot.map(|lot| self.lot_record(lot)).transpose()?;
        self.cache.serial_codes.borrow_mut().found.insert(row.id, row.code.shared());
        Ok(SerialRecord {
            id: row.id,
            item: row.item,
            code: row.code,
            lot,
            standing: self.standing(row.spot)?,
            hop: row.hop,
            quantity: row.quantity,
        })
    }

    /// Balances with the names of what they count: their lots are looked up together.
    pub(super) fn holdings_of(&self, rows: Vec<Balance>) -> Result<Vec<Holding>> {
        self.find_lots_ahead(&rows.iter().filter_map(|row| row.lot).collect::<Vec<_>>())?;
        rows.into_iter().map(|row| self.holding(row)).collect()
    }

    fn holding(&self, row: Balance) -> Result<Holding> {
        Ok(Holding {
            item: row.item,
            lot: row.lot.map(|lot| self.lot_record(lot)).transpose()?,
            standing: self.standing(row.spot)?,
            quantity: row.quantity,
        })
    }

    /// Where an item (and lot) is, everywhere: our places, customers and scrap.
    ///
    /// # Errors
    /// What the database says.
    pub fn holdings(&self, item: ItemId, lot: Option<LotId>) -> Result<Vec<Holding>> {
        let sql = "SELECT item, lot, place, claim, quantity FROM balance
                   WHERE item = $1 AND lot = $2 AND quantity > 0 ORDER BY place, claim";
        self.holdings_of(self.all(sql, (item.0, lot_key(lot)), balance)?)
    }

    /// Where all lots of an item are, everywhere: our places, customers and scrap.
    ///
    /// # Errors
    /// What the database says.
    pub fn holdings_of_item(&self, item: ItemId) -> Result<Vec<Holding>> {
        let sql = "SELECT item, lot, place, claim, quantity FROM balance
                   WHERE item = $1 AND quantity > 0 ORDER BY lot, place, claim";
        self.holdings_of(self.all(sql, [item.0], balance)?)
    }

    /// The spot of a serial, the number of its last hop, and how much the unit is: one, or its measure.
    ///
    /// # Errors
    /// What the database says.
    pub fn position_of(&self, serial: SerialId) -> Result<Option<(Spot, u32, Quantity)>> {
        let sql = "SELECT place, claim, hop, quantity FROM position WHERE serial = $1";
        self.one(sql, [serial.0], |row| {
            let spot = Spot { place: PlaceId(row.get(0)?), claim: ClaimId(row.get(1)?) };
            Ok((spot, row.get(2)?, Quantity::from_smallest_units(row.get(3)?)))
        })
    }

    /// What stands under a claim.
    ///
    /// # Errors
    /// What the database says.
    pub fn claimed(&self, claim: ClaimId) -> Result<Vec<Holding>> {
        let sql = "SELECT item, lot, place, claim, quantity FROM balance
                   WHERE claim = $1 AND claim > 0 AND quantity > 0 ORDER BY item, lot, place";
        self.holdings_of(self.all(sql, [claim.0], balance)?)
    }

    /// How much of an item (and lot) a supplier delivered and did not get back.
    ///
    /// # Errors
    /// What the database says.
    pub fn delivered_by(&self, supplier: PlaceId, item: ItemId, lot: Option<LotId>) -> Result<Quantity> {
        let sql = "SELECT -quantity FROM balance WHERE item = $1 AND lot = $2 AND place = $3 AND claim = 0";
        let found = self.one(sql, (item.0, lot_key(lot), supplier.0), |row| row.get(0))?;
        Ok(Quantity::from_smallest_units(found.unwrap_or(0)))
    }

    /// The units of a holding, in the order of their first receipt, `limit` at the most.
    ///
    /// # Errors
    /// What the database says.
    pub fn units(&self, holding: &Holding, limit: usize) -> Result<Vec<Unit>> {
        let sql = "SELECT p.serial, s.code, p.hop, p.quantity FROM position p JOIN serial s ON s.id = p.serial
                   WHERE p.item = $1 AND p.lot = $2 AND p.place = $3 AND p.claim = $4
                   ORDER BY p.serial LIMIT $5";
        let spot = holding.standing.spot();
        let lot = lot_key(holding.lot.as_ref().map(|lot| lot.id));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(sql, (holding.item.0, lot, spot.place.0, spot.claim.0, limit), |row| {
            let quantity = Quantity::from_smallest_units(row.get(3)?);
            Ok(Unit { serial: SerialId(row.get(0)?), code: row.get(1)?, hop: row.get(2)?, quantity })
        })
    }

    /// The stock: one row for each serial, else one for each item, lot, place and claim.
    ///
    /// # Errors
    /// What the database says.
    pub fn stock(&self, filter: &StockFilter) -> Result<Vec<StockRow>> {
        let mut rows = Vec::new();
        for holding in self.stock_holdings(filter)? {
            let item = self.item(holding.item)?;
            let row = |unit: Option<Unit>, quantity| StockRow {
                item: item.clone(),
                lot: holding.lot.clone(),
                unit: unit.as_ref().map(|unit| unit.serial),
                serial: unit.map(|unit| unit.code),
                standing: holding.standing.clone(),
                quantity,
            };
            if item.tracking.by_serial() {
                let units = self.units(&holding, usize::MAX)?.into_iter();
                rows.extend(units.map(|unit| {
                    let quantity = unit.quantity;
                    row(Some(unit), quantity)
                }));
            } else {
                rows.push(row(None, holding.quantity));
            }
        }
        // What is set aside stands among the units beside it.
        rows.sort_by(|one, two| {
            let lot = |row: &StockRow| row.lot.as_ref().map(|lot| lot.id);
            (&one.item.sku, lot(one), &one.standing.place.path, &one.serial).cmp(&(
                &two.item.sku,
                lot(two),
                &two.standing.place.path,
                &two.serial,
            ))
        });
        Ok(rows)
    }

    /// The balances that a filter selects, by SKU, lot and place.
    ///
    /// # Errors
    /// What the database says.
    pub fn stock_holdings(&self, filter: &StockFilter) -> Result<Vec<Holding>> {
        let places: Vec<PlaceId> = match &filter.places {
            Some(places) => places.clone(),
            None => self.own_places()?.iter().map(|place| place.id).collect(),
        };
        let mut holdings = Vec::new();
        for place in places {
            let sql = "SELECT item, lot, place, claim, quantity FROM balance
                       WHERE place = $1 AND quantity > 0 AND ($2 IS NULL OR item = $2) ORDER BY item, lot, claim";
            let rows = self.all(sql, (place.0, filter.item.map(|item| item.0)), balance)?;
            holdings.extend(self.holdings_of(rows)?);
        }
        if let Some(lots) = &filter.lots {
            holdings.retain(|holding| holding.lot.as_ref().is_some_and(|one| lots.contains(&one.id)));
        }
        let mut keyed = Vec::with_capacity(holdings.len());
        for holding in holdings {
            let sku = self.item(holding.item)?.sku.clone();
            let lot = holding.lot.as_ref().map(|lot| lot.id);
            keyed.push(((sku, lot, holding.standing.place.path.clone(), holding.standing.spot().claim), holding));
        }
        keyed.sort_by(|one, two| one.0.cmp(&two.0));
        Ok(keyed.into_iter().map(|(_, holding)| holding).collect())
    }
}

/// The texts of serials by their rows.
#[derive(Default)]
pub(super) struct SerialTexts {
    /// Those that were looked up.
    found: HashMap<SerialId, Rc<str>>,
    /// Those that were made, in the order of their rows, which take less room so.
    made: Vec<(SerialId, Rc<str>)>,
}

impl SerialTexts {
    fn get(&self, serial: SerialId) -> Option<&Rc<str>> {
        let made = || self.made.binary_search_by_key(&serial, |(made, _)| *made).ok().map(|index| &self.made[index].1);
        self.found.get(&serial).or_else(made)
    }
}

#[derive(Clone)]
pub(super) struct SerialRow {
    id: SerialId,
    item: ItemId,
    code: SerialCode,
    lot: Option<LotId>,
    spot: Spot,
    hop: u32,
    quantity: Quantity,
}

impl SerialRow {
    /// Which unit of which item it is.
    pub(super) fn unit(&self) -> (ItemId, SerialId) {
        (self.item, self.id)
    }
}

fn serial_row(row: &Row<'_>) -> Result<SerialRow> {
    Ok(SerialRow {
        id: SerialId(row.get(0)?),
        item: ItemId(row.get(1)?),
        code: SerialCode::new(row.get(2)?).map_err(invalid)?,
        lot: lot_of_key(row.get(3)?),
        spot: Spot { place: PlaceId(row.get(4)?), claim: ClaimId(row.get(5)?) },
        hop: row.get(6)?,
        quantity: Quantity::from_smallest_units(row.get(7)?),
    })
}

impl Writer<'_> {
    /// Makes a lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_lot(&self, item: ItemId, code: &LotCode) -> Result<LotId> {
        let sql = "INSERT INTO lot (item, code) VALUES ($1, $2) RETURNING id";
        let lot = LotId(self.insert(sql, (item.0, code.as_str()))?);
        self.cache.new_lots.borrow_mut().insert(lot);
        Ok(lot)
    }

    /// Makes serials, and gives their rows in the same order. They have no position until a movement gives them one.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_serials(&self, item: ItemId, codes: &[SerialCode]) -> Result<Vec<SerialId>> {
        if codes.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.engine.new_serials(codes.len())?;
        let mut values = rows.iter().zip(codes).map(|(row, code)| {
            vec![Value::Integer(Some(*row)), Value::Integer(Some(item.0)), Value::Text(Some(code.as_str()))]
        });
        self.engine.insert("serial", &["id", "item", "code"], &mut values)?;
        let made: Vec<SerialId> = rows.into_iter().map(SerialId).collect();
        let texts = codes.iter().map(SerialCode::shared);
        self.cache.serial_codes.borrow_mut().made.extend(made.iter().copied().zip(texts));
        Ok(made)
    }
}
