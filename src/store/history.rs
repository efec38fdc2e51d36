//! What happened to a serial, a lot or an order, and what builds on an operation.

use std::collections::HashSet;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};

use super::engine::{Parameters, Row};
use super::operation::{RecordedLine, time_at};
use super::stock::lot_key;
use super::{Result, StoreError, View};
use crate::ledger::{LotRecord, Reversal, Spot, Standing};
use crate::model::{ClaimId, Item, ItemId, LotId, OperationNumber, OrderId, PartnerId, PlaceId, Quantity, SerialId};

/// One movement of a history, with what its operation says.
#[derive(Debug, Clone)]
pub struct Event {
    /// The operation.
    pub operation: OperationNumber,
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<FixedOffset>,
    /// What moved.
    pub item: Rc<Item>,
    /// Of which lot.
    pub lot: Option<Rc<LotRecord>>,
    /// Which unit.
    pub serial: Option<String>,
    /// How much.
    pub quantity: Quantity,
    /// From where.
    pub from: Standing,
    /// To where.
    pub to: Standing,
    /// On which order.
    pub document: Option<String>,
    /// Under which invoice.
    pub invoice: Option<String>,
    /// With whom.
    pub partner: Option<String>,
    /// The operation that it takes back.
    pub reverses: Option<OperationNumber>,
    /// Why, and what else was remarked.
    pub remark: Option<String>,
    /// The unit that some was cut off, and the piece.
    pub cut: Option<[String; 2]>,
}

/// A hop of a serial, as far as the rules for returns ask.
#[derive(Debug, Clone)]
pub struct SerialStep {
    /// The operation and what it takes back.
    pub reversal: Reversal,
    /// The kind of the operation at the beginning of its chain of undos.
    pub root_kind: String,
    /// The order of the operation.
    pub order: Option<OrderId>,
    /// The partner of the operation.
    pub partner: Option<PartnerId>,
}

/// A hop that came after an operation, for each serial of it.
#[derive(Debug, Clone)]
pub struct LaterHop {
    /// Which serial.
    pub serial: SerialId,
    /// The operation of the hop and what it takes back.
    pub reversal: Reversal,
    /// False when only the claim changed.
    pub changes_place: bool,
    /// The number of the hop.
    pub hop: u32,
    /// Where it arrived.
    pub to: Spot,
}

impl Event {
    /// What happened, in a word or two: the kind, what an undo takes back, and whether a unit was only given back because
    /// another one took its place.
    pub fn what(&self) -> String {
        let stayed = self.from.place.id == self.to.place.id;
        let gave_back = stayed && self.to.is_free() && matches!(self.kind.as_str(), "pick" | "sell");
        match self.reverses {
            Some(reversed) => format!("{} of {reversed}", self.kind),
            None if gave_back => format!("{}, given back", self.kind),
            None if self.cut.is_some() => self.what_of_cut(),
            None => self.kind.clone(),
        }
    }
}

impl Event {
    fn what_of_cut(&self) -> String {
        match &self.cut {
            Some([unit, piece]) if self.serial.as_ref() == Some(piece) => format!("cut off {unit}"),
            Some([_, piece]) => format!("cut: {piece} came off"),
            None => self.kind.clone(),
        }
    }
}

/// The unit and the piece, by what an operation says of itself.
fn cut_of(detail: &str) -> Option<[String; 2]> {
    let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
    let word = |key: &str| detail["cut"][key].as_str().map(str::to_owned);
    Some([word("serial")?, word("piece")?])
}

const EVENT: &str = "SELECT o.number, o.kind, o.at, o.at_offset, m.item, m.lot, s.code, m.quantity, m.from_place,
        m.from_claim, m.to_place, m.to_claim, t.code, o.invoice, p.code, o.reverses, o.reason, o.note,
        CASE WHEN o.kind = 'cut' THEN o.detail END
    FROM movement m
    JOIN operation o ON o.number = m.operation
    LEFT JOIN serial s ON s.id = m.serial
    LEFT JOIN trade_order t ON t.id = o.order_id
    LEFT JOIN partner p ON p.id = o.partner";

/// An event as it is read, with rows instead of names.
struct EventRow {
    operation: OperationNumber,
    kind: String,
    at: (i64, i32),
    item: ItemId,
    lot: Option<LotId>,
    serial: Option<String>,
    quantity: Quantity,
    from: Spot,
    to: Spot,
    document: Option<String>,
    invoice: Option<String>,
    partner: Option<String>,
    reverses: Option<OperationNumber>,
    remarks: [Option<String>; 2],
    detail: Option<String>,
}

fn event(row: &Row<'_>) -> Result<EventRow> {
    Ok(EventRow {
        operation: OperationNumber(row.get(0)?),
        kind: row.get(1)?,
        at: (row.get(2)?, row.get(3)?),
        item: ItemId(row.get(4)?),
        lot: row.get::<Option<i64>>(5)?.map(LotId),
        serial: row.get(6)?,
        quantity: Quantity::from_smallest_units(row.get(7)?),
        from: Spot { place: PlaceId(row.get(8)?), claim: ClaimId(row.get(9)?) },
        to: Spot { place: PlaceId(row.get(10)?), claim: ClaimId(row.get(11)?) },
        document: row.get(12)?,
        invoice: row.get(13)?,
        partner: row.get(14)?,
        reverses: row.get::<Option<i64>>(15)?.map(OperationNumber),
        remarks: [row.get(16)?, row.get(17)?],
        detail: row.get(18)?,
    })
}

impl View<'_> {
    fn events(&self, condition: &str, parameters: impl Parameters) -> Result<Vec<Event>> {
        let rows = self.all(&format!("{EVENT} {condition}"), parameters, event)?;
        rows.into_iter().map(|row| self.event(row)).collect()
    }

    fn event(&self, row: EventRow) -> Result<Event> {
        let at = time_at(row.at.0, row.at.1).ok_or_else(|| StoreError::Damaged("a time is out of range".to_owned()))?;
        Ok(Event {
            operation: row.operation,
            kind: row.kind,
            at,
            item: self.item(row.item)?,
            lot: row.lot.map(|lot| self.lot_record(lot)).transpose()?,
            serial: row.serial,
            quantity: row.quantity,
            from: self.standing(row.from)?,
            to: self.standing(row.to)?,
            document: row.document,
            invoice: row.invoice,
            partner: row.partner,
            reverses: row.reverses,
            remark: row.remarks.into_iter().flatten().reduce(|reason, note| format!("{reason}; {note}")),
            cut: row.detail.as_deref().and_then(cut_of),
        })
    }

    /// Every hop of a serial, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn serial_events(&self, serial: SerialId) -> Result<Vec<Event>> {
        self.events("WHERE m.serial = $1 ORDER BY m.hop", [serial.0])
    }

    /// Every movement of a lot, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn lot_events(&self, lot: LotId) -> Result<Vec<Event>> {
        self.events("WHERE m.lot = $1 ORDER BY m.operation, m.line", [lot.0])
    }

    /// Every movement on an order, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn order_events(&self, order: OrderId) -> Result<Vec<Event>> {
        self.events("WHERE o.order_id = $1 ORDER BY m.operation, m.line", [order.0])
    }

    /// The hops of a serial, oldest first, as far as the rules for returns ask.
    ///
    /// # Errors
    /// What the database says.
    pub fn serial_steps(&self, serial: SerialId) -> Result<Vec<SerialStep>> {
        let sql = "SELECT o.number, o.reverses, r.kind, o.order_id, o.partner
                   FROM movement m JOIN operation o ON o.number = m.operation JOIN operation r ON r.number = o.root
                   WHERE m.serial = $1 ORDER BY m.hop";
        self.all(sql, [serial.0], |row| {
            Ok(SerialStep {
                reversal: reversal(row, 0)?,
                root_kind: row.get(2)?,
                order: row.get::<Option<i64>>(3)?.map(OrderId),
                partner: row.get::<Option<i64>>(4)?.map(PartnerId),
            })
        })
    }

    /// The hops that came after an operation, for each of its serials, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub fn hops_since(&self, operation: OperationNumber) -> Result<Vec<LaterHop>> {
        let sql = "SELECT later.operation, o.reverses, later.serial, later.from_place <> later.to_place, later.hop,
                          later.to_place, later.to_claim
                   FROM movement m
                   JOIN movement later ON later.serial = m.serial AND later.hop > m.hop
                   JOIN operation o ON o.number = later.operation
                   WHERE m.operation = $1 AND later.operation <> $1 ORDER BY m.line, later.hop";
        let mut hops = self.all(sql, [operation.0], |row| {
            Ok(LaterHop {
                reversal: reversal(row, 0)?,
                serial: SerialId(row.get(2)?),
                changes_place: row.get(3)?,
                hop: row.get(4)?,
                to: Spot { place: PlaceId(row.get(5)?), claim: ClaimId(row.get(6)?) },
            })
        })?;
        // An operation that moved a serial twice, such as a cut, finds them twice.
        let mut seen = HashSet::new();
        hops.retain(|hop| seen.insert((hop.serial, hop.hop)));
        Ok(hops)
    }

    /// The operations after this one that moved an item (and lot) to or from a spot, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn operations_at_spot(
        &self,
        after: OperationNumber,
        item: ItemId,
        lot: Option<LotId>,
        spot: Spot,
    ) -> Result<Vec<Reversal>> {
        let sql = "SELECT DISTINCT o.number, o.reverses
                   FROM movement m JOIN operation o ON o.number = m.operation
                   WHERE m.operation > $1 AND m.item = $2 AND coalesce(m.lot, 0) = $3
                     AND ((m.from_place = $4 AND m.from_claim = $5) OR (m.to_place = $4 AND m.to_claim = $5))
                   ORDER BY o.number";
        self.all(sql, (after.0, item.0, lot_key(lot), spot.place.0, spot.claim.0), |row| reversal(row, 0))
    }

    /// What stood under a claim after an operation: item, lot, serial, place and how much, by place.
    ///
    /// # Errors
    /// What the database says.
    pub fn claimed_after(&self, claim: ClaimId, operation: OperationNumber) -> Result<Vec<RecordedLine>> {
        let sql = "SELECT c.item, c.lot, s.code, c.place, CAST(sum(c.units) AS BIGINT), c.serial
                   FROM (SELECT item, lot, serial, to_place AS place, quantity AS units FROM movement
                         WHERE to_claim = $1 AND to_claim > 0 AND operation <= $2
                         UNION ALL
                         SELECT item, lot, serial, from_place, -quantity FROM movement
                         WHERE from_claim = $1 AND from_claim > 0 AND operation <= $2) c
                   JOIN place p ON p.id = c.place
                   LEFT JOIN serial s ON s.id = c.serial
                   GROUP BY c.item, c.lot, c.serial, s.code, c.place, p.key HAVING sum(c.units) > 0
                   ORDER BY p.key, c.item, c.lot, c.serial";
        let rows = self.all(sql, (claim.0, operation.0), |row| {
            let lot = row.get::<Option<i64>>(1)?.map(LotId);
            let spot = Spot { place: PlaceId(row.get(3)?), claim };
            let units = Quantity::from_smallest_units(row.get(4)?);
            let serial = (row.get::<Option<String>>(2)?.map(Rc::from), row.get::<Option<i64>>(5)?.map(SerialId));
            Ok((ItemId(row.get(0)?), lot, serial, spot, units))
        })?;
        let line = |(item, lot, (serial, unit), spot, quantity)| {
            let (item, standing) = (self.item(item)?, self.standing(spot)?);
            let lot = match lot {
                Some(id) => {
                    let dates = self.lot_dates(id, operation)?;
                    Some(Rc::new(LotRecord { dates, ..(*self.lot_record(id)?).clone() }))
                }
                None => None,
            };
            Ok(RecordedLine { item, lot, serial, unit, hop: 0, quantity, from: standing.clone(), to: standing })
        };
        rows.into_iter().map(line).collect()
    }

    /// How much of an item (and lot) stands on a spot.
    ///
    /// # Errors
    /// What the database says.
    pub fn balance(&self, item: ItemId, lot: Option<LotId>, spot: Spot) -> Result<Quantity> {
        let sql = "SELECT quantity FROM balance WHERE item = $1 AND lot = $2 AND place = $3 AND claim = $4";
        let found = self.one(sql, (item.0, lot_key(lot), spot.place.0, spot.claim.0), |row| row.get(0))?;
        Ok(Quantity::from_smallest_units(found.unwrap_or(0)))
    }
}

fn reversal(row: &Row<'_>, column: usize) -> Result<Reversal> {
    Ok(Reversal {
        operation: OperationNumber(row.get(column)?),
        reverses: row.get::<Option<i64>>(column + 1)?.map(OperationNumber),
    })
}
