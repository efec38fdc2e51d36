//! Appending an operation with its movements.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::clock::{self, Earlier};
use super::engine::{Bind, Position, Value};
use super::free_stock::dated;
use super::operation::{RecordedLine, RecordedOperation};
use super::stock::{lot_key, lot_of_key};
use super::{Head, Result, StoreError, Writer};
use crate::ledger::{Chain, GENESIS, Movement, Spot};
use crate::model::{LotDates, LotId, OperationNumber, OrderId, PartnerId, SerialId, Stamp};

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
    /// The scans of a batch as they arrived, with a line feed between two.
    pub scans: Option<Vec<u8>>,
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

/// So many movements are named in one go.
const NAMED_TOGETHER: usize = 1 << 16;

impl Writer<'_> {
    /// Appends an operation under the number of [`Writer::number`].
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the database sees a rule of the ledger broken.
    pub fn append(&self, new: NewOperation) -> Result<RecordedOperation> {
        self.append_to(new, None)
    }

    /// Appends an operation under a number of its own, behind one of its station that is lost: it is sealed over that one and
    /// has the next place in the chain. Without a lost one, behind the last that is there.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub fn append_after_loss(&self, new: NewOperation, number: i64, lost: Option<&Head>) -> Result<RecordedOperation> {
        self.number.set(Some(OperationNumber(number)));
        self.append_to(new, lost)
    }

    fn append_to(&self, mut new: NewOperation, lost: Option<&Head>) -> Result<RecordedOperation> {
        let number = self.number()?;
        self.append_lot_dates(number, &new.lot_dates)?;
        let (root, sign) = match new.reverses {
            None => (number, 1),
            Some(reversed) => self.root_of(reversed)?,
        };
        let last = self.last_row_of(&new.stamp.station)?;
        let before = [last.map(|last| last.operation), self.engine.newest_operation()?];
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
            detail: clock::marked(new.detail.as_deref(), new.stamp.recorded_at.timestamp(), before),
            reverses: new.reverses,
            root,
            sign,
            lines: self.named(number, std::mem::take(&mut new.movements))?,
        };
        self.append_row(&recorded, &new, last, lost)?;
        if let Some(scans) = new.scans.take() {
            let sql = "INSERT INTO scans (operation, stream) VALUES ($1, $2)";
            self.execute(sql, (number.0, scans.as_slice()))?;
        }
        self.append_movements(number, &recorded.lines)?;
        self.append_positions(&recorded.lines)?;
        self.change_balances(&recorded.lines)?;
        self.cache.serials.borrow_mut().clear();
        Ok(recorded)
    }

    /// The movements with the names that they are sealed with. There may be a million of them: those that are named are
    /// given up in parts.
    fn named(&self, number: OperationNumber, mut movements: Vec<Movement>) -> Result<Vec<RecordedLine>> {
        self.find_serial_codes_ahead(movements.iter().filter_map(|one| one.serial.map(|hop| hop.serial)))?;
        let text = |one: &Movement| one.serial.and_then(|hop| self.known_serial_code(hop.serial));
        let mut lines = Vec::with_capacity(movements.len());
        movements.reverse();
        while !movements.is_empty() {
            let part = movements.split_off(movements.len().saturating_sub(NAMED_TOGETHER));
            movements.shrink_to_fit();
            lines.extend(self.lines(number, part.iter().rev().map(|one| (*one, text(one))))?);
        }
        Ok(lines)
    }

    fn root_of(&self, reversed: OperationNumber) -> Result<(OperationNumber, i64)> {
        let found = self.one("SELECT root, sign FROM operation WHERE number = $1", [reversed.0], |row| {
            Ok((OperationNumber(row.get(0)?), -row.get::<i64>(1)?))
        })?;
        found.ok_or_else(|| StoreError::Damaged(format!("operation {reversed} is missing")))
    }

    fn append_movements(&self, number: OperationNumber, lines: &[RecordedLine]) -> Result<()> {
        let columns = [
            "operation",
            "line",
            "item",
            "lot",
            "serial",
            "hop",
            "quantity",
            "from_place",
            "from_claim",
            "to_place",
            "to_claim",
        ];
        let mut rows = lines.iter().map(RecordedLine::movement).enumerate().map(|(index, one)| {
            let all = [
                Some(number.0),
                Some(index as i64 + 1),
                Some(one.item.0),
                one.lot.map(|lot| lot.0),
                one.serial.map(|hop| hop.serial.0),
                one.serial.map(|hop| hop.hop.into()),
                Some(one.quantity.smallest_units()),
                Some(one.from.place.0),
                Some(one.from.claim.0),
                Some(one.to.place.0),
                Some(one.to.claim.0),
            ];
            all.map(Value::Integer).to_vec()
        });
        self.engine.insert("movement", &columns, &mut rows)
    }

    /// Where the serials stand after their last hop.
    fn append_positions(&self, lines: &[RecordedLine]) -> Result<()> {
        let mut hops: Vec<(SerialId, usize)> =
            lines.iter().enumerate().filter_map(|(index, line)| Some((line.unit?, index))).collect();
        hops.sort_unstable();
        let units = || hops.chunk_by(|one, other| one.0 == other.0);
        let is_new = |unit: &&[(SerialId, usize)]| lines[unit[0].1].hop == 1;
        let position = |unit: &[(SerialId, usize)]| {
            let (serial, last) = unit[unit.len() - 1];
            let one = lines[last].movement();
            let (place, claim, hop) = (one.to.place.0, one.to.claim.0, lines[last].hop);
            let (lot, quantity) = (lot_key(one.lot), one.quantity.smallest_units());
            Position { serial: serial.0, item: one.item.0, lot, place, claim, hop, quantity }
        };
        let moved: Vec<Position> = units().filter(|unit| !is_new(unit)).map(position).collect();
        let mut rows = units().filter(is_new).map(position).map(|one| {
            let all = [one.serial, one.item, one.lot, one.place, one.claim, one.hop.into(), one.quantity];
            all.map(|one| Value::Integer(Some(one))).to_vec()
        });
        self.engine.insert("position", &["serial", "item", "lot", "place", "claim", "hop", "quantity"], &mut rows)?;
        self.engine.move_positions(&moved)
    }

    fn change_balances(&self, lines: &[RecordedLine]) -> Result<()> {
        let mut changes: BTreeMap<(i64, i64, Spot), i64> = BTreeMap::new();
        for one in lines.iter().map(RecordedLine::movement) {
            let units = one.quantity.smallest_units();
            for (spot, change) in [(one.from, -units), (one.to, units)] {
                let total = changes.entry((one.item.0, lot_key(one.lot), spot)).or_default();
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
            "UPDATE balance SET quantity = quantity + $5 WHERE item = $1 AND lot = $2 AND place = $3 AND claim = $4",
            (item, lot, spot.place.0, spot.claim.0, change),
        )?;
        if changed == 0 {
            let bounded = i64::from(self.place(spot.place)?.kind.is_bounded());
            let dates = match lot_of_key(lot) {
                Some(lot) => self.lot_record(lot)?.dates,
                None => LotDates::default(),
            };
            let (expires, first_out) = (dated(dates.expires), dated(dates.first_out()));
            self.execute(
                "INSERT INTO balance (item, lot, place, claim, quantity, bounded, expires, first_out)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                (item, lot, spot.place.0, spot.claim.0, change, bounded, expires, first_out),
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
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                (statement.lot.0, number.0, expires, best_before, made, said_expires, said_best_before, said_made),
            )?;
            let is_new = self.cache.new_lots.borrow().contains(&statement.lot);
            let before = self.cache.lots.borrow_mut().remove(&statement.lot);
            if !is_new && before.is_none_or(|before| before.dates != statement.known) {
                self.date_balances(statement)?;
            }
        }
        Ok(())
    }

    /// The dates of a lot stand where its stock is counted, too.
    fn date_balances(&self, statement: &LotStatement) -> Result<()> {
        let (expires, first_out) = (dated(statement.known.expires), dated(statement.known.first_out()));
        self.execute(
            "UPDATE balance SET expires = $2, first_out = $3
             WHERE lot = $1 AND item = (SELECT item FROM lot WHERE id = $1) AND (expires <> $2 OR first_out <> $3)",
            (statement.lot.0, expires, first_out),
        )
        .map(drop)
    }

    /// The last row of a station.
    fn last_row_of(&self, station: &str) -> Result<Option<LastRow>> {
        let sql = "SELECT station_sequence, hash, number, recorded_at, recorded_offset, detail FROM operation
                   WHERE station = $1 ORDER BY station_sequence DESC LIMIT 1";
        self.one(sql, [station], |row| {
            let operation =
                Earlier::of(row.get(2)?, row.get(3)?, row.get(4)?, row.get::<Option<String>>(5)?.as_deref());
            Ok(LastRow { sequence: row.get(0)?, hash: row.get(1)?, operation })
        })
    }

    fn append_row(
        &self,
        new: &RecordedOperation,
        asked: &NewOperation,
        last: Option<LastRow>,
        lost: Option<&Head>,
    ) -> Result<()> {
        let last = last.map(|row| (row.sequence, row.hash));
        let lost = lost.map(|head| (head.station_sequence, head.hash));
        let (last_sequence, previous) = last.max(lost).unwrap_or((0, GENESIS));
        let hash = seal(&previous, last_sequence + 1, new, asked);
        self.execute(
            "INSERT INTO operation
             (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator, station, order_id,
              partner, invoice, note, reason, fields, detail, reverses, root, sign, station_sequence, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
              $22)",
            &[
                new.number.0.value(),
                new.op_id.value(),
                new.content.value(),
                new.kind.value(),
                new.stamp.at.timestamp().value(),
                new.stamp.at.offset().local_minus_utc().value(),
                new.stamp.recorded_at.timestamp().value(),
                new.stamp.recorded_at.offset().local_minus_utc().value(),
                new.stamp.operator.value(),
                new.stamp.station.value(),
                new.order.map(|id| id.0).value(),
                new.partner.map(|id| id.0).value(),
                new.invoice.value(),
                new.note.value(),
                new.reason.value(),
                new.fields.value(),
                new.detail.value(),
                new.reverses.map(|number| number.0).value(),
                new.root.0.value(),
                new.sign.value(),
                (last_sequence + 1).value(),
                hash.value(),
            ][..],
        )?;
        self.recorded.borrow_mut().push(Head {
            number: new.number.0,
            hash,
            station: new.stamp.station.clone(),
            station_sequence: last_sequence + 1,
            kind: new.kind.clone(),
            op_id: new.op_id.clone(),
            recorded_at: new.stamp.recorded_at,
        });
        Ok(())
    }
}

/// The last row of a station, which the next one follows.
#[derive(Clone, Copy)]
struct LastRow {
    sequence: i64,
    hash: [u8; 32],
    operation: Earlier,
}

/// The hash of a row over the row before it, its own content and its movements with the names they are known by.
fn seal(previous: &[u8; 32], sequence: i64, operation: &RecordedOperation, asked: &NewOperation) -> [u8; 32] {
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
        chain.text(line.lot.as_ref().map(|lot| lot.first_code().as_str()));
        chain.text(line.serial.as_deref());
        chain.number(line.quantity.smallest_units());
        for standing in [&line.from, &line.to] {
            chain.text(Some(&standing.place.path));
            chain.text(standing.claim.as_ref().map(|claim| claim.order_code.as_str()));
            chain.text(standing.claim.as_ref().map(|claim| claim.stage.word()));
        }
    }
    for statement in &asked.lot_dates {
        chain.number(statement.lot.0);
        for date in statement.dates() {
            chain.text(date.map(|date| date.to_string()).as_deref());
        }
    }
    // Operations of schema 1 have none, and keep their seal.
    if let Some(scans) = &asked.scans {
        chain.field(scans);
    }
    chain.finish()
}
