//! Operations as they were recorded.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};

use super::engine::{Row, invalid};
use super::{Result, View};
use crate::ledger::{LotRecord, Movement, SerialHop, Spot, Standing};
use crate::model::{
    ClaimId, Item, ItemId, LotId, OperationNumber, OrderId, PartnerId, PlaceId, Quantity, SerialId, Stamp,
};

/// A movement as it was recorded, with names instead of rows.
#[derive(Debug, Clone)]
pub struct RecordedLine {
    /// What.
    pub item: Rc<Item>,
    /// Of which lot, with the dates known at that time.
    pub lot: Option<Rc<LotRecord>>,
    /// Which unit.
    pub serial: Option<Rc<str>>,
    /// The row of that unit.
    pub unit: Option<SerialId>,
    /// The number of its hop; 0 where there is no unit, or it does not move.
    pub hop: u32,
    /// How much.
    pub quantity: Quantity,
    /// From where.
    pub from: Standing,
    /// To where.
    pub to: Standing,
}

impl RecordedLine {
    /// The movement itself.
    pub(super) fn movement(&self) -> Movement {
        Movement {
            item: self.item.id,
            lot: self.lot.as_ref().map(|lot| lot.id),
            serial: self.unit.map(|serial| SerialHop { serial, hop: self.hop }),
            quantity: self.quantity,
            from: self.from.spot(),
            to: self.to.spot(),
        }
    }

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

impl RecordedOperation {
    /// What else its kind recorded, as a document; null where there is nothing.
    pub fn detail_document(&self) -> serde_json::Value {
        self.detail.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }
}

const OPERATION: &str = "SELECT number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
    station, order_id, partner, invoice, note, reason, fields, detail, reverses, root, sign FROM operation";

/// A time of so many seconds since 1970, at a place so many seconds east of Greenwich.
pub(super) fn time_at(seconds: i64, offset: i32) -> Option<DateTime<FixedOffset>> {
    Some(DateTime::from_timestamp(seconds, 0)?.with_timezone(&FixedOffset::east_opt(offset)?))
}

fn time(row: &Row<'_>, column: usize) -> Result<DateTime<FixedOffset>> {
    let found = time_at(row.get(column)?, row.get(column + 1)?);
    found.ok_or_else(|| invalid("a time is out of range"))
}

fn operation(row: &Row<'_>) -> Result<RecordedOperation> {
    Ok(RecordedOperation {
        number: OperationNumber(row.get(0)?),
        op_id: row.get(1)?,
        content: row.get(2)?,
        kind: row.get(3)?,
        stamp: Stamp { at: time(row, 4)?, recorded_at: time(row, 6)?, operator: row.get(8)?, station: row.get(9)? },
        order: row.get::<Option<i64>>(10)?.map(OrderId),
        partner: row.get::<Option<i64>>(11)?.map(PartnerId),
        invoice: row.get(12)?,
        note: row.get(13)?,
        reason: row.get(14)?,
        fields: row.get(15)?,
        detail: row.get(16)?,
        reverses: row.get::<Option<i64>>(17)?.map(OperationNumber),
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
        let found = self.one(&format!("{OPERATION} WHERE number = $1"), [number.0], operation)?;
        found.map(|found| self.with_lines(found)).transpose()
    }

    /// An operation by its op id, with its lines.
    ///
    /// # Errors
    /// What the database says.
    pub fn operation_with_id(&self, op_id: &str) -> Result<Option<RecordedOperation>> {
        let found = self.one(&format!("{OPERATION} WHERE op_id = $1"), [op_id], operation)?;
        found.map(|found| self.with_lines(found)).transpose()
    }

    /// Operations that happened at a time or later, oldest first: those that move goods or claims or attach files, or all; the newest
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
            "SELECT * FROM ({OPERATION} WHERE at >= $1 AND ($2 OR kind IN
             ('receive', 'transfer', 'allocate', 'release', 'pick', 'sell', 'return', 'cut', 'attach', 'hold', 'release-hold',
              'lot-set', 'owner-set', 'accept-loss', 'undo'))
             ORDER BY number DESC LIMIT $3) AS newest ORDER BY number"
        );
        let since = since.map_or(i64::MIN, |time| time.timestamp());
        let limit = limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        let found = self.all(&sql, (since, with_master_data, limit), operation)?;
        found.into_iter().map(|found| self.with_lines(found)).collect()
    }

    /// The operation that took this one back.
    ///
    /// # Errors
    /// What the database says.
    pub fn reversal_of(&self, number: OperationNumber) -> Result<Option<OperationNumber>> {
        let sql = "SELECT number FROM operation WHERE reverses = $1";
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
                   FROM movement WHERE operation = $1 ORDER BY line";
        self.all(sql, [number.0], movement)
    }

    fn recorded_lines(&self, number: OperationNumber) -> Result<Vec<RecordedLine>> {
        let sql = "SELECT m.item, m.lot, m.serial, m.hop, m.quantity, m.from_place, m.from_claim, m.to_place,
                          m.to_claim, s.code
                   FROM movement m LEFT JOIN serial s ON s.id = m.serial WHERE m.operation = $1 ORDER BY m.line";
        let rows =
            self.all(sql, [number.0], |row| Ok((movement(row)?, row.get::<Option<String>>(9)?.map(Rc::from))))?;
        self.lines(number, rows)
    }

    /// Movements, each with the text of its serial, with the names they are known by after an operation.
    pub(super) fn lines(
        &self,
        number: OperationNumber,
        movements: impl IntoIterator<Item = (Movement, Option<Rc<str>>)>,
    ) -> Result<Vec<RecordedLine>> {
        let mut lots: HashMap<LotId, Rc<LotRecord>> = HashMap::new();
        let mut lot_of = |id: LotId| -> Result<Rc<LotRecord>> {
            if let Some(known) = lots.get(&id) {
                return Ok(known.clone());
            }
            let dates = self.lot_dates(id, number)?;
            let record = Rc::new(LotRecord { dates, ..(*self.lot_record(id)?).clone() });
            lots.insert(id, record.clone());
            Ok(record)
        };
        let line = |(movement, serial): (Movement, Option<Rc<str>>)| {
            Ok(RecordedLine {
                item: self.item(movement.item)?,
                lot: movement.lot.map(&mut lot_of).transpose()?,
                serial,
                unit: movement.serial.map(|hop| hop.serial),
                hop: movement.serial.map_or(0, |hop| hop.hop),
                quantity: movement.quantity,
                from: self.standing(movement.from)?,
                to: self.standing(movement.to)?,
            })
        };
        movements.into_iter().map(line).collect()
    }
}

fn movement(row: &Row<'_>) -> Result<Movement> {
    let serial = match (row.get::<Option<i64>>(2)?, row.get::<Option<u32>>(3)?) {
        (Some(serial), Some(hop)) => Some(SerialHop { serial: SerialId(serial), hop }),
        _ => None,
    };
    Ok(Movement {
        item: ItemId(row.get(0)?),
        lot: row.get::<Option<i64>>(1)?.map(LotId),
        serial,
        quantity: Quantity::from_smallest_units(row.get(4)?),
        from: Spot { place: PlaceId(row.get(5)?), claim: ClaimId(row.get(6)?) },
        to: Spot { place: PlaceId(row.get(7)?), claim: ClaimId(row.get(8)?) },
    })
}
