//! Holds, and what they need to know of goods.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::attachments::CUT_FROM;
use super::engine::{Row, invalid};
use super::stock::SerialRow;
use super::{Result, View, Writer};
use crate::ledger::{Hold, HoldRule, HoldSubject, Receipt};
use crate::model::{ItemId, LotCode, LotId, OperationNumber, PartnerId, SerialCode, SerialId};

/// What a view remembers of holds.
#[derive(Default)]
pub(super) struct HoldCache {
    /// The holds of an item that are on.
    holds: HashMap<ItemId, Rc<[Rc<Hold>]>>,
    /// How units came in.
    of_units: HashMap<SerialId, Rc<[Receipt]>>,
    /// How lots came in.
    of_lots: HashMap<LotId, Rc<[Receipt]>>,
}

/// Whether goods came by their lot or by their serial.
#[derive(Clone, Copy)]
enum Came {
    Unit,
    Lot,
}

/// The latest state of a hold counts; without one it is on.
const HOLDS: &str =
    "SELECT h.operation, h.item, h.lot, h.serial, h.supplier, p.code, h.received_from, h.received_until,
        l.id, s.id, o.reason
    FROM hold h
    LEFT JOIN operation o ON o.number = h.operation
    LEFT JOIN partner p ON p.id = h.supplier
    LEFT JOIN lot l ON l.code = h.lot AND l.item = h.item
    LEFT JOIN serial s ON s.code = h.serial AND s.item = h.item
    WHERE COALESCE((SELECT state.is_on FROM hold_state state WHERE state.hold = h.operation
                    ORDER BY state.operation DESC LIMIT 1), 1) = 1";

/// The units of the first parameter, all that was cut off them, and all that was cut off that.
const PIECES: &str = "WITH RECURSIVE piece (unit) AS (
        SELECT id FROM serial WHERE id = ANY($1)
        UNION
        SELECT cut_off.serial FROM piece
        JOIN movement whole ON whole.serial = piece.unit
        JOIN operation o ON o.number = whole.operation AND o.kind = 'cut'
        JOIN movement cut_off ON cut_off.operation = o.number AND cut_off.serial <> whole.serial AND cut_off.hop = 1
    ) SELECT unit FROM piece ORDER BY unit";

fn hold(row: &Row<'_>) -> Result<Hold> {
    let supplier = match (row.get::<Option<i64>>(4)?, row.get::<Option<String>>(5)?) {
        (Some(id), Some(code)) => Some((PartnerId(id), code)),
        _ => None,
    };
    Ok(Hold {
        operation: OperationNumber(row.get(0)?),
        item: ItemId(row.get(1)?),
        rule: HoldRule {
            lot: row.get::<Option<String>>(2)?.map(|text| LotCode::new(&text)).transpose().map_err(invalid)?,
            serial: row.get::<Option<String>>(3)?.map(|text| SerialCode::new(&text)).transpose().map_err(invalid)?,
            supplier,
            received: row.get::<Option<i64>>(6)?.zip(row.get::<Option<i64>>(7)?),
        },
        lots: row.get::<Option<i64>>(8)?.map(LotId).into_iter().collect(),
        units: row.get::<Option<i64>>(9)?.map(SerialId).into_iter().collect(),
        reason: row.get::<Option<String>>(10)?.unwrap_or_default(),
    })
}

impl View<'_> {
    /// The holds of an item that are on, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn holds_of(&self, item: ItemId) -> Result<Rc<[Rc<Hold>]>> {
        self.find_holds_ahead(&[item])?;
        Ok(self.cache.holds.borrow().holds.get(&item).cloned().unwrap_or_default())
    }

    /// Looks up the holds of many items in one query, or in three where there are some, for the calls of
    /// [`View::holds_of`] and [`View::hold_over`] that follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_holds_ahead(&self, items: &[ItemId]) -> Result<()> {
        let known = |item: &ItemId| self.cache.holds.borrow().holds.contains_key(item);
        let wanted: BTreeSet<i64> = items.iter().filter(|item| !known(item)).map(|item| item.0).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted: Vec<i64> = wanted.into_iter().collect();
        let mut found = self.holds_made(&wanted)?;
        self.add_other_names(&mut found)?;
        self.add_pieces(&mut found)?;
        let mut holds: HashMap<ItemId, Vec<Rc<Hold>>> =
            wanted.into_iter().map(|item| (ItemId(item), Vec::new())).collect();
        for one in found {
            holds.entry(one.item).or_default().push(Rc::new(one));
        }
        let holds = holds.into_iter().map(|(item, holds)| (item, holds.into()));
        self.cache.holds.borrow_mut().holds.extend(holds);
        Ok(())
    }

    /// The holds of items that are on. Most items have none: then nothing is read but the empty end of an index, so that
    /// transactions of many stations do not cross there.
    fn holds_made(&self, items: &[i64]) -> Result<Vec<Hold>> {
        let sql = "SELECT operation FROM hold WHERE item = ANY($1) ORDER BY operation";
        let made: Vec<i64> = self.all(sql, [items], |row| row.get(0))?;
        if made.is_empty() {
            return Ok(Vec::new());
        }
        self.all(&format!("{HOLDS} AND h.operation = ANY($1) ORDER BY h.operation"), [made.as_slice()], hold)
    }

    /// Looks up the holds over everything that was looked up ahead by its code or serial.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_holds_of_found(&self) -> Result<()> {
        let mut items: Vec<ItemId> =
            self.cache.codes.borrow().values().filter_map(|row| row.as_ref().and_then(|row| row.0)).collect();
        let units: Vec<(ItemId, SerialId)> =
            self.cache.serials.borrow().values().flatten().map(SerialRow::unit).collect();
        items.extend(units.iter().map(|(item, _)| *item));
        self.find_holds_ahead(&items)?;
        self.find_receipts_ahead(&units)
    }

    /// What was cut off the units of holds, and off these pieces.
    fn add_pieces(&self, holds: &mut [Hold]) -> Result<()> {
        for hold in holds.iter_mut().filter(|hold| !hold.units.is_empty()) {
            if self.item(hold.item)?.rules.is_measured {
                let whole: Vec<i64> = hold.units.iter().map(|unit| unit.0).collect();
                hold.units = self.all(PIECES, [whole.as_slice()], |row| Ok(SerialId(row.get(0)?)))?;
            }
        }
        Ok(())
    }

    /// The lots that have the text of a hold among their other names: those that were renamed, and those that the supplier
    /// of the hold, or any supplier where it names none, calls so.
    fn add_other_names(&self, holds: &mut [Hold]) -> Result<()> {
        let texts: Vec<String> = holds.iter().filter_map(|hold| Some(hold.rule.lot.as_ref()?.to_string())).collect();
        if texts.is_empty() {
            return Ok(());
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (text, item, lot, supplier) in self.other_names(&texts)? {
            for hold in holds.iter_mut().filter(|hold| hold.item == item && hold.rule.is_of_lot(&text, supplier)) {
                if !hold.lots.contains(&lot) {
                    hold.lots.push(lot);
                }
            }
        }
        Ok(())
    }

    /// The lots that are called so besides their first text, and by which supplier.
    fn other_names(&self, texts: &[&str]) -> Result<Vec<(String, ItemId, LotId, Option<PartnerId>)>> {
        let ours = "SELECT DISTINCT code, item, lot FROM lot_name WHERE code = ANY($1) ORDER BY lot";
        let mut names =
            self.all(ours, [texts], |row| Ok((row.get(0)?, ItemId(row.get(1)?), LotId(row.get(2)?), None)))?;
        let theirs = "SELECT code, item, lot, partner, operation FROM supplier_lot WHERE code = ANY($1)
                      ORDER BY operation";
        let stated = self.all(theirs, [texts], |row| {
            let name = (row.get(0)?, ItemId(row.get(1)?), LotId(row.get(2)?), Some(PartnerId(row.get(3)?)));
            Ok((name, OperationNumber(row.get(4)?)))
        })?;
        names.extend(self.that_count(stated)?);
        Ok(names)
    }

    /// The first hold over a unit; without a unit, over all that there is of a lot, or of an item without lots. `arriving`
    /// is how it comes in just now.
    ///
    /// # Errors
    /// What the database says.
    pub fn hold_over(
        &self,
        item: ItemId,
        lot: Option<LotId>,
        unit: Option<SerialId>,
        arriving: Option<Receipt>,
    ) -> Result<Option<Rc<Hold>>> {
        let holds = self.holds_of(item)?;
        if holds.is_empty() {
            return Ok(None);
        }
        let mut receipts: Vec<Receipt> = arriving.into_iter().collect();
        if holds.iter().any(|hold| hold.rule.asks_for_receipts()) {
            receipts.extend(self.receipts(item, lot, unit)?.iter());
        }
        let goods = HoldSubject { item, lot, unit, receipts: &receipts };
        Ok(holds.iter().find(|hold| hold.covers(&goods)).cloned())
    }

    /// Does this hold cover a unit, or without one a lot, or an item without lots?
    ///
    /// # Errors
    /// What the database says.
    pub fn is_covered(&self, hold: &Hold, lot: Option<LotId>, unit: Option<SerialId>) -> Result<bool> {
        let receipts = match hold.rule.asks_for_receipts() {
            true => self.receipts(hold.item, lot, unit)?,
            false => Rc::default(),
        };
        Ok(hold.covers(&HoldSubject { item: hold.item, lot, unit, receipts: &receipts }))
    }

    /// How goods came in. Units are told apart by it, so a lot of units has none as a whole.
    fn receipts(&self, item: ItemId, lot: Option<LotId>, unit: Option<SerialId>) -> Result<Rc<[Receipt]>> {
        let by_serial = self.item(item)?.tracking.by_serial();
        let found = match (unit, lot) {
            (Some(unit), _) => {
                self.find_receipts_of_units(&[unit])?;
                self.cache.holds.borrow().of_units.get(&unit).cloned()
            }
            (None, Some(lot)) if !by_serial => {
                self.find_receipts_of_lots(&[lot])?;
                self.cache.holds.borrow().of_lots.get(&lot).cloned()
            }
            _ => None,
        };
        Ok(found.unwrap_or_default())
    }

    /// Looks up how many units came in, where a hold of their item asks for that, in one query.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_receipts_ahead(&self, units: &[(ItemId, SerialId)]) -> Result<()> {
        let mut wanted = Vec::new();
        for (item, unit) in units {
            if self.holds_of(*item)?.iter().any(|hold| hold.rule.asks_for_receipts()) {
                wanted.push(*unit);
            }
        }
        self.find_receipts_of_units(&wanted)
    }

    fn find_receipts_of_units(&self, units: &[SerialId]) -> Result<()> {
        let cache = &self.cache.holds;
        let wanted: Vec<i64> =
            units.iter().filter(|unit| !cache.borrow().of_units.contains_key(unit)).map(|unit| unit.0).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let wholes = self.wholes_of(&wanted)?;
        let asked: Vec<i64> = wanted.iter().chain(wholes.iter().map(|(_, whole)| whole)).copied().collect();
        let mut found = self.effective_receipts(Came::Unit, &asked)?;
        for (piece, whole) in wholes {
            let of_whole = found.get(&whole).cloned().unwrap_or_default();
            let all = found.get(&piece).iter().flat_map(|own| own.iter()).chain(of_whole.iter()).copied().collect();
            found.insert(piece, all);
        }
        let wanted: HashSet<i64> = wanted.into_iter().collect();
        let of_wanted = found.into_iter().filter(|(id, _)| wanted.contains(id));
        cache.borrow_mut().of_units.extend(of_wanted.map(|(id, receipts)| (SerialId(id), receipts)));
        Ok(())
    }

    /// The units that pieces were cut off, and those that these were cut off before: a piece came in as its whole did.
    fn wholes_of(&self, units: &[i64]) -> Result<Vec<(i64, i64)>> {
        let sql = format!("{CUT_FROM} SELECT unit, source FROM origin WHERE source <> unit ORDER BY unit, source");
        self.all(&sql, [units], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Looks up how many lots came in, in one query.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_receipts_of_lots(&self, lots: &[LotId]) -> Result<()> {
        let cache = &self.cache.holds;
        let wanted: Vec<i64> =
            lots.iter().filter(|lot| !cache.borrow().of_lots.contains_key(lot)).map(|lot| lot.0).collect();
        let found = self.effective_receipts(Came::Lot, &wanted)?;
        cache.borrow_mut().of_lots.extend(found.into_iter().map(|(id, receipts)| (LotId(id), receipts)));
        Ok(())
    }

    /// The receipts that were not undone: the operations of a chain of undos cancel each other out.
    fn effective_receipts(&self, came: Came, ids: &[i64]) -> Result<HashMap<i64, Rc<[Receipt]>>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let column = match came {
            Came::Unit => "serial",
            Came::Lot => "lot",
        };
        let sql = format!(
            "SELECT step.subject, first.partner, first.at
             FROM (SELECT DISTINCT m.{column} AS subject, o.number, o.root, o.sign
                   FROM movement m JOIN operation o ON o.number = m.operation WHERE m.{column} = ANY($1)) AS step
             JOIN operation first ON first.number = step.root
             WHERE first.kind = 'receive'
             GROUP BY step.subject, first.number, first.partner, first.at HAVING sum(step.sign) > 0
             ORDER BY step.subject, first.number"
        );
        let rows = self.all(&sql, [ids], |row| {
            let supplier = row.get::<Option<i64>>(1)?.map(PartnerId);
            Ok((row.get::<i64>(0)?, Receipt { supplier, at: row.get(2)? }))
        })?;
        let mut found: HashMap<i64, Vec<Receipt>> = ids.iter().map(|id| (*id, Vec::new())).collect();
        for (id, receipt) in rows {
            found.entry(id).or_default().push(receipt);
        }
        Ok(found.into_iter().map(|(id, receipts)| (id, receipts.into())).collect())
    }

    /// The hold that an operation made, on or not.
    ///
    /// # Errors
    /// What the database says.
    pub fn item_of_hold(&self, operation: OperationNumber) -> Result<Option<ItemId>> {
        self.one("SELECT item FROM hold WHERE operation = $1", [operation.0], |row| Ok(ItemId(row.get(0)?)))
    }

    /// The holds that an operation put on or off, besides making one.
    ///
    /// # Errors
    /// What the database says.
    pub fn holds_switched_by(&self, operation: OperationNumber) -> Result<Vec<OperationNumber>> {
        let sql = "SELECT hold FROM hold_state WHERE operation = $1 ORDER BY hold";
        self.all(sql, [operation.0], |row| Ok(OperationNumber(row.get(0)?)))
    }
}

impl Writer<'_> {
    /// Makes a hold, which is on.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_hold(&self, item: ItemId, rule: &HoldRule) -> Result<()> {
        let sql = "INSERT INTO hold (operation, item, lot, serial, supplier, received_from, received_until)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (lot, serial) =
            (rule.lot.as_ref().map(LotCode::to_string), rule.serial.as_ref().map(SerialCode::to_string));
        let supplier = rule.supplier.as_ref().map(|(id, _)| id.0);
        let (from, until) = rule.received.unzip();
        self.execute(sql, (self.number()?.0, item.0, lot, serial, supplier, from, until))?;
        self.cache.holds.borrow_mut().holds.remove(&item);
        Ok(())
    }

    /// Puts a hold on or off from this operation on.
    ///
    /// # Errors
    /// What the database says.
    pub fn switch_hold(&self, hold: OperationNumber, is_on: bool) -> Result<()> {
        let sql = "INSERT INTO hold_state (hold, operation, is_on) VALUES ($1, $2, $3)";
        self.execute(sql, (hold.0, self.number()?.0, i64::from(is_on)))?;
        self.cache.holds.borrow_mut().holds.clear();
        Ok(())
    }
}
