//! Appending an operation with its movements, and reading it back as it was recorded.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::{DateTime, FixedOffset, NaiveDate};
use rusqlite::Row;

use super::stock::lot_key;
use super::{Result, StoreError, View, Writer};
use crate::ledger::{Chain, GENESIS, LotRecord, Movement, SerialHop, Spot, Standing};
use crate::model::{
    ClaimId, Item, ItemId, LotDates, LotId, OperationNumber, OrderId, PartnerId, PlaceId, Quantity, SerialId, Stamp,
};

/// An operation to be appended.
#[derive(Debug, Clone)]
pub struct NewOperation {
    /// The name under which it may be repeated.
    pub op_id: String,
    /// The digest of what was asked for.
    pub content: [u8; 32],
    /// What was done: `receive`, `item-add`, …
    pub kind: String,
    /// Who, when, where.
    pub stamp: Stamp,
    /// On which order.
    pub order: Option<OrderId>,
    /// With whom.
    pub partner: Option<PartnerId>,
    /// Under which invoice.
    pub invoice: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Free fields.
    pub fields: BTreeMap<String, String>,
    /// What else the kind records, as JSON.
    pub detail: Option<String>,
    /// The operation that this one takes back.
    pub reverses: Option<OperationNumber>,
    /// What moved.
    pub movements: Vec<Movement>,
    /// The dates that were stated for lots.
    pub lot_dates: Vec<LotStatement>,
}

/// What an operation says of the dates of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotStatement {
    /// Which lot.
    pub lot: LotId,
    /// What the operation said itself; nothing for an undo. When it is undone, this no longer counts.
    pub said: LotDates,
    /// What is known after it.
    pub known: LotDates,
}

impl LotStatement {
    /// The dates in the order in which they are kept and sealed.
    fn dates(&self) -> [Option<NaiveDate>; 6] {
        let LotStatement { said, known, .. } = self;
        [known.expires, known.best_before, known.made, said.expires, said.best_before, said.made]
    }
}

/// A movement as it was recorded, with names instead of rows.
#[derive(Debug, Clone)]
pub struct RecordedLine {
    /// What.
    pub item: Rc<Item>,
    /// Of which lot, with the dates known at that time.
    pub lot: Option<Rc<LotRecord>>,
    /// Which unit.
    pub serial: Option<String>,
    /// How much.
    pub quantity: Quantity,
    /// From where.
    pub from: Standing,
    /// To where.
    pub to: Standing,
}

impl RecordedLine {
    /// True when goods stayed where they are and are set aside for nobody any more.
    pub fn gives_back(&self) -> bool {
        self.from.place.id == self.to.place.id && self.to.is_free()
    }
}

/// An operation as it was recorded.
#[derive(Debug, Clone)]
pub struct RecordedOperation {
    /// Its number.
    pub number: OperationNumber,
    /// The name under which it may be repeated.
    pub op_id: String,
    /// The digest of what was asked for.
    pub content: [u8; 32],
    /// What was done.
    pub kind: String,
    /// Who, when, where.
    pub stamp: Stamp,
    /// On which order.
    pub order: Option<OrderId>,
    /// With whom.
    pub partner: Option<PartnerId>,
    /// Under which invoice.
    pub invoice: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Free fields, as JSON.
    pub fields: String,
    /// What else the kind records, as JSON.
    pub detail: Option<String>,
    /// The operation that this one takes back.
    pub reverses: Option<OperationNumber>,
    /// The operation at the beginning of the chain of undos; itself when it is not an undo.
    pub root: OperationNumber,
    /// 1 when it acts as its root did, −1 when it takes that back.
    pub sign: i64,
    /// What moved.
    pub lines: Vec<RecordedLine>,
}

const OPERATION: &str = "SELECT number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
    station, order_id, partner, invoice, note, reason, fields, detail, reverses, root, sign FROM operation";

/// A time of so many seconds since 1970, at a place so many seconds east of Greenwich.
pub(super) fn time_at(seconds: i64, offset: i32) -> Option<DateTime<FixedOffset>> {
    Some(DateTime::from_timestamp(seconds, 0)?.with_timezone(&FixedOffset::east_opt(offset)?))
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<FixedOffset>> {
    let found = time_at(row.get(column)?, row.get(column + 1)?);
    found.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, 0))
}

fn operation(row: &Row<'_>) -> rusqlite::Result<RecordedOperation> {
    Ok(RecordedOperation {
        number: OperationNumber(row.get(0)?),
        op_id: row.get(1)?,
        content: row.get(2)?,
        kind: row.get(3)?,
        stamp: Stamp { at: time(row, 4)?, recorded_at: time(row, 6)?, operator: row.get(8)?, station: row.get(9)? },
        order: row.get::<_, Option<i64>>(10)?.map(OrderId),
        partner: row.get::<_, Option<i64>>(11)?.map(PartnerId),
        invoice: row.get(12)?,
        note: row.get(13)?,
        reason: row.get(14)?,
        fields: row.get(15)?,
        detail: row.get(16)?,
        reverses: row.get::<_, Option<i64>>(17)?.map(OperationNumber),
        root: OperationNumber(row.get(18)?),
        sign: row.get(19)?,
        lines: Vec::new(),
    })
}

impl View<'_> {
    /// An operation by its number, with its lines.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation(&self, number: OperationNumber) -> Result<Option<RecordedOperation>> {
        let found = self.one(&format!("{OPERATION} WHERE number = ?1"), [number.0], operation)?;
        found.map(|found| self.with_lines(found)).transpose()
    }

    /// An operation by its op id, with its lines.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation_with_id(&self, op_id: &str) -> Result<Option<RecordedOperation>> {
        let found = self.one(&format!("{OPERATION} WHERE op_id = ?1"), [op_id], operation)?;
        found.map(|found| self.with_lines(found)).transpose()
    }

    /// Operations that happened at a time or later, oldest first: those that move goods or claims, or all; the newest
    /// when there is a limit.
    ///
    /// # Errors
    /// What the database says.
    pub fn operations_since(
        &self,
        since: Option<DateTime<FixedOffset>>,
        with_master_data: bool,
        limit: Option<usize>,
    ) -> Result<Vec<RecordedOperation>> {
        let sql = format!(
            "SELECT * FROM ({OPERATION} WHERE at >= ?1 AND (?2 OR kind IN
             ('receive', 'transfer', 'allocate', 'release', 'pick', 'sell', 'return', 'undo'))
             ORDER BY number DESC LIMIT ?3) ORDER BY number"
        );
        let since = since.map_or(i64::MIN, |time| time.timestamp());
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let found = self.all(&sql, (since, with_master_data, limit), operation)?;
        found.into_iter().map(|found| self.with_lines(found)).collect()
    }

    /// The operation that took this one back.
    ///
    /// # Errors
    /// What the database says.
    pub fn reversal_of(&self, number: OperationNumber) -> Result<Option<OperationNumber>> {
        let sql = "SELECT number FROM operation WHERE reverses = ?1";
        self.one(sql, [number.0], |row| Ok(OperationNumber(row.get(0)?)))
    }

    fn with_lines(&self, operation: RecordedOperation) -> Result<RecordedOperation> {
        let lines = self.recorded_lines(operation.number)?;
        Ok(RecordedOperation { lines, ..operation })
    }

    /// The movements of an operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn movements(&self, number: OperationNumber) -> Result<Vec<Movement>> {
        let sql = "SELECT item, lot, serial, hop, quantity, from_place, from_claim, to_place, to_claim
                   FROM movement WHERE operation = ?1 ORDER BY line";
        self.all(sql, [number.0], movement)
    }

    fn recorded_lines(&self, number: OperationNumber) -> Result<Vec<RecordedLine>> {
        let sql = "SELECT m.item, m.lot, m.serial, m.hop, m.quantity, m.from_place, m.from_claim, m.to_place,
                          m.to_claim, s.code
                   FROM movement m LEFT JOIN serial s ON s.id = m.serial WHERE m.operation = ?1 ORDER BY m.line";
        let rows = self.all(sql, [number.0], |row| Ok((movement(row)?, row.get::<_, Option<String>>(9)?)))?;
        let mut lots: HashMap<LotId, Rc<LotRecord>> = HashMap::new();
        rows.into_iter()
            .map(|(movement, serial)| {
                let lot = match movement.lot {
                    None => None,
                    Some(id) => Some(match lots.get(&id) {
                        Some(known) => known.clone(),
                        None => {
                            let dates = self.lot_dates(id, number)?;
                            let record = Rc::new(LotRecord { dates, ..(*self.lot_record(id)?).clone() });
                            lots.insert(id, record.clone());
                            record
                        }
                    }),
                };
                Ok(RecordedLine {
                    item: self.item(movement.item)?,
                    lot,
                    serial,
                    quantity: movement.quantity,
                    from: self.standing(movement.from)?,
                    to: self.standing(movement.to)?,
                })
            })
            .collect()
    }
}

fn movement(row: &Row<'_>) -> rusqlite::Result<Movement> {
    let serial = match (row.get::<_, Option<i64>>(2)?, row.get::<_, Option<u32>>(3)?) {
        (Some(serial), Some(hop)) => Some(SerialHop { serial: SerialId(serial), hop }),
        _ => None,
    };
    Ok(Movement {
        item: ItemId(row.get(0)?),
        lot: row.get::<_, Option<i64>>(1)?.map(LotId),
        serial,
        quantity: Quantity::from_smallest_units(row.get(4)?),
        from: Spot { place: PlaceId(row.get(5)?), claim: ClaimId(row.get(6)?) },
        to: Spot { place: PlaceId(row.get(7)?), claim: ClaimId(row.get(8)?) },
    })
}

impl Writer<'_> {
    /// The number that the next operation will have.
    ///
    /// # Errors
    /// What the database says.
    pub fn next_number(&self) -> Result<OperationNumber> {
        let last = self.one("SELECT max(number) FROM operation", [], |row| row.get::<_, Option<i64>>(0))?;
        Ok(OperationNumber(last.flatten().unwrap_or(0) + 1))
    }

    /// Appends an operation under the number of [`Writer::next_number`], and reads it back.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the database sees a rule of the ledger broken.
    pub fn append(&self, new: &NewOperation) -> Result<RecordedOperation> {
        let number = self.next_number()?;
        self.append_movements(number, &new.movements)?;
        self.append_lot_dates(number, &new.lot_dates)?;
        let (root, sign) = match new.reverses {
            None => (number, 1),
            Some(reversed) => self.root_of(reversed)?,
        };
        let recorded = RecordedOperation {
            number,
            op_id: new.op_id.clone(),
            content: new.content,
            kind: new.kind.clone(),
            stamp: new.stamp.clone(),
            order: new.order,
            partner: new.partner,
            invoice: new.invoice.clone(),
            note: new.note.clone(),
            reason: new.reason.clone(),
            fields: serde_json::to_string(&new.fields).unwrap_or_default(),
            detail: new.detail.clone(),
            reverses: new.reverses,
            root,
            sign,
            lines: self.recorded_lines(number)?,
        };
        self.append_row(&recorded, &new.lot_dates)?;
        Ok(recorded)
    }

    fn root_of(&self, reversed: OperationNumber) -> Result<(OperationNumber, i64)> {
        let found = self.one("SELECT root, sign FROM operation WHERE number = ?1", [reversed.0], |row| {
            Ok((OperationNumber(row.get(0)?), -row.get::<_, i64>(1)?))
        })?;
        found.ok_or_else(|| StoreError::Damaged(format!("operation {reversed} is missing")))
    }

    fn append_movements(&self, number: OperationNumber, movements: &[Movement]) -> Result<()> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO movement
             (operation, line, item, lot, serial, hop, quantity, from_place, from_claim, to_place, to_claim)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        let mut place = self.connection.prepare_cached(
            "INSERT INTO position (serial, item, lot, place, claim, hop) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (serial) DO UPDATE SET lot = ?3, place = ?4, claim = ?5, hop = ?6",
        )?;
        let mut changes: BTreeMap<(i64, i64, Spot), i64> = BTreeMap::new();
        for (index, one) in movements.iter().enumerate() {
            let (item, units) = (one.item.0, one.quantity.smallest_units());
            insert.execute((
                number.0,
                index as i64 + 1,
                item,
                one.lot.map(|lot| lot.0),
                one.serial.map(|hop| hop.serial.0),
                one.serial.map(|hop| hop.hop),
                units,
                one.from.place.0,
                one.from.claim.0,
                one.to.place.0,
                one.to.claim.0,
            ))?;
            if let Some(SerialHop { serial, hop }) = one.serial {
                place.execute((serial.0, item, lot_key(one.lot), one.to.place.0, one.to.claim.0, hop))?;
            }
            for (spot, change) in [(one.from, -units), (one.to, units)] {
                let total = changes.entry((item, lot_key(one.lot), spot)).or_default();
                let sum = total.checked_add(change);
                *total = sum.ok_or_else(|| StoreError::Constraint("a quantity is too large".to_owned()))?;
            }
        }
        changes.into_iter().try_for_each(|((item, lot, spot), change)| self.change_balance(item, lot, spot, change))
    }

    /// The constraint `balance_not_below_zero` is checked by the database on each change.
    fn change_balance(&self, item: i64, lot: i64, spot: Spot, change: i64) -> Result<()> {
        if change == 0 {
            return Ok(());
        }
        let changed = self.execute(
            "UPDATE balance SET quantity = quantity + ?5 WHERE item = ?1 AND lot = ?2 AND place = ?3 AND claim = ?4",
            (item, lot, spot.place.0, spot.claim.0, change),
        )?;
        if changed == 0 {
            let bounded = self.place(spot.place)?.kind.is_bounded();
            self.execute(
                "INSERT INTO balance (item, lot, place, claim, quantity, bounded) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (item, lot, spot.place.0, spot.claim.0, change, bounded),
            )?;
        }
        Ok(())
    }

    fn append_lot_dates(&self, number: OperationNumber, stated: &[LotStatement]) -> Result<()> {
        for statement in stated {
            let [expires, best_before, made, said_expires, said_best_before, said_made] =
                statement.dates().map(|date| date.map(|date| date.to_string()));
            self.execute(
                "INSERT INTO lot_dates
                 (lot, operation, expires, best_before, made, said_expires, said_best_before, said_made)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (statement.lot.0, number.0, expires, best_before, made, said_expires, said_best_before, said_made),
            )?;
            self.cache.lots.borrow_mut().remove(&statement.lot);
        }
        Ok(())
    }

    fn append_row(&self, new: &RecordedOperation, lot_dates: &[LotStatement]) -> Result<()> {
        let last = self.one(
            "SELECT station_sequence, hash FROM operation WHERE station = ?1 ORDER BY station_sequence DESC LIMIT 1",
            [&new.stamp.station],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)),
        )?;
        let (last_sequence, previous) = last.unwrap_or((0, GENESIS));
        let hash = seal(&previous, last_sequence + 1, new, lot_dates);
        self.execute(
            "INSERT INTO operation
             (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator, station, order_id,
              partner, invoice, note, reason, fields, detail, reverses, root, sign, station_sequence, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
              ?22)",
            rusqlite::params![
                new.number.0,
                new.op_id,
                new.content,
                new.kind,
                new.stamp.at.timestamp(),
                new.stamp.at.offset().local_minus_utc(),
                new.stamp.recorded_at.timestamp(),
                new.stamp.recorded_at.offset().local_minus_utc(),
                new.stamp.operator,
                new.stamp.station,
                new.order.map(|id| id.0),
                new.partner.map(|id| id.0),
                new.invoice,
                new.note,
                new.reason,
                new.fields,
                new.detail,
                new.reverses.map(|number| number.0),
                new.root.0,
                new.sign,
                last_sequence + 1,
                hash,
            ],
        )?;
        Ok(())
    }
}

/// The hash of a row over the row before it, its own content and its movements with the names they are known by.
fn seal(previous: &[u8; 32], sequence: i64, operation: &RecordedOperation, lot_dates: &[LotStatement]) -> [u8; 32] {
    let mut chain = Chain::after(previous);
    chain.number(sequence);
    chain.number(operation.number.0);
    chain.field(&operation.content);
    for text in [&operation.op_id, &operation.kind, &operation.stamp.operator, &operation.stamp.station] {
        chain.text(Some(text));
    }
    for time in [&operation.stamp.at, &operation.stamp.recorded_at] {
        chain.number(time.timestamp());
        chain.number(time.offset().local_minus_utc().into());
    }
    for id in [operation.order.map(|id| id.0), operation.partner.map(|id| id.0), operation.reverses.map(|id| id.0)] {
        chain.number(id.unwrap_or(0));
    }
    for text in [&operation.invoice, &operation.note, &operation.reason, &operation.detail] {
        chain.text(text.as_deref());
    }
    chain.text(Some(&operation.fields));
    chain.number(operation.lines.len() as i64);
    for line in &operation.lines {
        chain.text(Some(line.item.sku.as_str()));
        chain.text(line.lot.as_ref().map(|lot| lot.code.as_str()));
        chain.text(line.serial.as_deref());
        chain.number(line.quantity.smallest_units());
        for standing in [&line.from, &line.to] {
            chain.text(Some(&standing.place.path));
            chain.text(standing.claim.as_ref().map(|claim| claim.order_code.as_str()));
            chain.text(standing.claim.as_ref().map(|claim| claim.stage.word()));
        }
    }
    for statement in lot_dates {
        chain.number(statement.lot.0);
        for date in statement.dates() {
            chain.text(date.map(|date| date.to_string()).as_deref());
        }
    }
    chain.finish()
}
