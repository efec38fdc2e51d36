//! What files are attached to, and which goods have their certificate.
//!
//! An attachment counts while its operation does: the undo of an undo brings it back. Rows stay; the chain of undos decides.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, FixedOffset};

use super::engine::{Row, invalid};
use super::files::{StoredBody, StoredFile};
use super::operation::time_at;
use super::{Result, View, Writer};
use crate::model::{FileHash, ItemId, LotId, OperationNumber, OrderId, SerialId};

/// The kind of attachment that an item may require.
pub const CERTIFICATE: &str = "certificate";

/// What a file is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// A lot of an item.
    Lot(ItemId, LotId),
    /// A unit of an item.
    Serial(ItemId, SerialId),
    /// An order: it counts for the lots and units that were received on it.
    Order(OrderId),
}

/// A file that is attached to something.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The operation that attached it.
    pub operation: OperationNumber,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// What sort of file it is: `certificate`, or any other word.
    pub kind: String,
    /// What it was called.
    pub name: String,
    /// What it holds.
    pub hash: FileHash,
    /// How many bytes it has.
    pub size: u64,
    /// To what.
    pub target: Target,
}

const ATTACHMENT: &str =
    "SELECT a.operation, o.at, o.at_offset, a.kind, a.name, a.hash, f.size, a.item, a.lot, a.serial,
        a.order_id
    FROM attachment a JOIN file f ON f.hash = a.hash JOIN operation o ON o.number = a.operation";

/// A condition: the operation with this number counts, as far as operations up to the last one say.
fn counts(number: &str, last: &str) -> String {
    format!(
        "{number} <= {last} AND (WITH RECURSIVE chain (number) AS (
             SELECT {number} UNION ALL
             SELECT undo.number FROM operation undo JOIN chain ON undo.reverses = chain.number
             WHERE undo.number <= {last}
         ) SELECT count(*) FROM chain) % 2 = 1"
    )
}

/// The units of the first parameter, each with itself and with what it was cut from: a piece begins in the operation that cut
/// it, together with the unit whose rest went on.
pub(super) const CUT_FROM: &str = "WITH RECURSIVE origin (unit, source) AS (
        SELECT id, id FROM serial WHERE id = ANY($1)
        UNION
        SELECT origin.unit, whole.serial FROM origin
        JOIN movement piece ON piece.serial = origin.source AND piece.hop = 1
        JOIN operation o ON o.number = piece.operation AND o.kind = 'cut'
        JOIN movement whole ON whole.operation = o.number AND whole.serial <> piece.serial
    )";

fn attachment(row: &Row<'_>) -> Result<Attachment> {
    let (item, lot): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    let (serial, order): (Option<i64>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let target = match (item, lot, serial, order) {
        (Some(item), Some(lot), None, None) => Target::Lot(ItemId(item), LotId(lot)),
        (Some(item), None, Some(serial), None) => Target::Serial(ItemId(item), SerialId(serial)),
        (None, None, None, Some(order)) => Target::Order(OrderId(order)),
        _ => return Err(invalid("an attachment to several things, or to none")),
    };
    Ok(Attachment {
        operation: OperationNumber(row.get(0)?),
        at: time_at(row.get(1)?, row.get(2)?).ok_or_else(|| invalid("a time is out of range"))?,
        kind: row.get(3)?,
        name: row.get(4)?,
        hash: FileHash(row.get(5)?),
        size: row.get::<i64>(6)?.unsigned_abs(),
        target,
    })
}

/// What of the goods have a certificate, as far as it was looked up.
#[derive(Debug, Default)]
pub(super) struct KnownCertificates {
    lots: HashMap<LotId, bool>,
    units: HashMap<SerialId, bool>,
}

impl View<'_> {
    /// All attachments that count, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn attachments(&self) -> Result<Vec<Attachment>> {
        let sql = format!("{ATTACHMENT} WHERE {} ORDER BY a.operation", counts("a.operation", "$1"));
        self.all(&sql, [i64::MAX], attachment)
    }

    /// The attachment of an operation, whether it still counts or not.
    ///
    /// # Errors
    /// What the database says.
    pub fn attachment(&self, operation: OperationNumber) -> Result<Option<Attachment>> {
        self.one(&format!("{ATTACHMENT} WHERE a.operation = $1"), [operation.0], attachment)
    }

    /// What is attached to lots, units and orders, as it was after an operation, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub fn attachments_of(&self, targets: &[Target], after: OperationNumber) -> Result<Vec<Attachment>> {
        let (mut lots, mut serials, mut orders) = (Vec::new(), Vec::new(), Vec::new());
        for target in targets {
            match target {
                Target::Lot(_, lot) => lots.push(lot.0),
                Target::Serial(_, serial) => serials.push(serial.0),
                Target::Order(order) => orders.push(order.0),
            }
        }
        let sql = format!(
            "{ATTACHMENT} WHERE a.operation IN (SELECT operation FROM attachment WHERE lot = ANY($1)
                 UNION ALL SELECT operation FROM attachment WHERE serial = ANY($2)
                 UNION ALL SELECT operation FROM attachment WHERE order_id = ANY($3))
             AND {} ORDER BY a.operation",
            counts("a.operation", "$4")
        );
        self.all(&sql, (lots.as_slice(), serials.as_slice(), orders.as_slice(), after.0), attachment)
    }

    /// The orders with attachments on which lots and units were received, up to an operation.
    ///
    /// # Errors
    /// What the database says.
    pub fn orders_received_on(
        &self,
        lots: &[LotId],
        serials: &[SerialId],
        until: OperationNumber,
    ) -> Result<Vec<OrderId>> {
        // Mostly no order has any, and then no history is looked through.
        let any = "SELECT order_id FROM attachment WHERE order_id IS NOT NULL LIMIT 1";
        if self.one(any, (), |row| row.get::<i64>(0))?.is_none() {
            return Ok(Vec::new());
        }
        let lots: Vec<i64> = lots.iter().map(|lot| lot.0).collect();
        let serials: Vec<i64> = serials.iter().map(|serial| serial.0).collect();
        let receipts = |column: &str, set: &str| {
            format!(
                "SELECT o.order_id FROM movement m JOIN operation o ON o.number = m.operation
                 WHERE m.{column} = ANY({set}) AND o.kind = 'receive'
                   AND EXISTS (SELECT 1 FROM attachment a WHERE a.order_id = o.order_id) AND {}",
                counts("o.number", "$3")
            )
        };
        let sql = format!("{} UNION {} ORDER BY 1", receipts("lot", "$1"), receipts("serial", "$2"));
        self.all(&sql, (lots.as_slice(), serials.as_slice(), until.0), |row| Ok(OrderId(row.get(0)?)))
    }

    /// Which of these lots have a certificate: their own, or the one of an order on which they were received. One that has
    /// neither cannot be sold, so it has a short history; for one that has, the first receipt is mostly the answer.
    ///
    /// # Errors
    /// What the database says.
    pub fn certified_lots(&self, lots: &[LotId]) -> Result<HashSet<LotId>> {
        if lots.is_empty() {
            return Ok(HashSet::new());
        }
        let wanted: Vec<i64> = lots.iter().map(|lot| lot.0).collect();
        let sql = format!(
            "SELECT l.id FROM lot l WHERE l.id = ANY($1) AND (
                 EXISTS (SELECT 1 FROM attachment a WHERE a.lot = l.id AND a.kind = $2 AND {own})
                 OR EXISTS (SELECT 1 FROM movement m JOIN operation o ON o.number = m.operation
                            JOIN attachment a ON a.order_id = o.order_id
                            WHERE m.lot = l.id AND o.kind = 'receive' AND a.kind = $2 AND {received} AND {own}))",
            own = counts("a.operation", "$3"),
            received = counts("o.number", "$3")
        );
        let found = self.all(&sql, (wanted.as_slice(), CERTIFICATE, i64::MAX), |row| Ok(LotId(row.get(0)?)))?;
        Ok(found.into_iter().collect())
    }

    /// The units that these were cut from, and those that they were cut from, each with its item.
    ///
    /// # Errors
    /// What the database says.
    pub fn cut_from(&self, units: &[SerialId]) -> Result<Vec<(ItemId, SerialId)>> {
        let wanted: Vec<i64> = units.iter().map(|unit| unit.0).collect();
        let sql = format!(
            "{CUT_FROM} SELECT DISTINCT s.item, s.id FROM origin JOIN serial s ON s.id = origin.source
             WHERE origin.source <> origin.unit ORDER BY s.id"
        );
        self.all(&sql, [wanted.as_slice()], |row| Ok((ItemId(row.get(0)?), SerialId(row.get(1)?))))
    }

    /// Which of these units have a certificate: their own, the one of the unit that they were cut from, the one of their lot, or the one of an order on which they were
    /// received themselves.
    ///
    /// # Errors
    /// What the database says.
    pub fn certified_units(&self, units: &[SerialId]) -> Result<HashSet<SerialId>> {
        if units.is_empty() {
            return Ok(HashSet::new());
        }
        let wanted: Vec<i64> = units.iter().map(|unit| unit.0).collect();
        let sql = format!(
            "{CUT_FROM} SELECT DISTINCT origin.unit FROM origin JOIN position p ON p.serial = origin.source WHERE (
                 EXISTS (SELECT 1 FROM attachment a WHERE a.serial = p.serial AND a.kind = $2 AND {own})
                 OR EXISTS (SELECT 1 FROM attachment a WHERE a.lot = p.lot AND a.kind = $2 AND {own})
                 OR EXISTS (SELECT 1 FROM movement m JOIN operation o ON o.number = m.operation
                            JOIN attachment a ON a.order_id = o.order_id
                            WHERE m.serial = p.serial AND o.kind = 'receive' AND a.kind = $2 AND {received} AND {own}))",
            own = counts("a.operation", "$3"),
            received = counts("o.number", "$3")
        );
        let found = self.all(&sql, (wanted.as_slice(), CERTIFICATE, i64::MAX), |row| Ok(SerialId(row.get(0)?)))?;
        Ok(found.into_iter().collect())
    }

    /// True when a lot has a certificate. It is asked once for each lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_lot_certified(&self, lot: LotId) -> Result<bool> {
        self.find_certificates_of(&BTreeSet::from([lot]), &BTreeSet::new())?;
        Ok(self.cache.certificates.borrow().lots.get(&lot).copied().unwrap_or(false))
    }

    /// True when a unit has a certificate. It is asked once for each unit.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_unit_certified(&self, unit: SerialId) -> Result<bool> {
        self.find_certificates_of(&BTreeSet::new(), &BTreeSet::from([unit]))?;
        Ok(self.cache.certificates.borrow().units.get(&unit).copied().unwrap_or(false))
    }

    /// Looks up whether these lots and units have certificates, in one query each, for the calls that follow. What is known
    /// is not asked again.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_certificates_of(&self, lots: &BTreeSet<LotId>, units: &BTreeSet<SerialId>) -> Result<()> {
        let (lots, units): (Vec<LotId>, Vec<SerialId>) = {
            let known = self.cache.certificates.borrow();
            let lots = lots.iter().filter(|lot| !known.lots.contains_key(lot));
            let units = units.iter().filter(|unit| !known.units.contains_key(unit));
            (lots.copied().collect(), units.copied().collect())
        };
        let (certified_lots, certified_units) = (self.certified_lots(&lots)?, self.certified_units(&units)?);
        let mut known = self.cache.certificates.borrow_mut();
        known.lots.extend(lots.into_iter().map(|lot| (lot, certified_lots.contains(&lot))));
        known.units.extend(units.into_iter().map(|unit| (unit, certified_units.contains(&unit))));
        Ok(())
    }

    /// The same for the units that were looked up ahead and whose item requires a certificate.
    ///
    /// # Errors
    /// What the database says.
    pub fn find_certificates_ahead(&self) -> Result<()> {
        let ahead: Vec<(SerialId, ItemId)> = self
            .cache
            .serials
            .borrow()
            .values()
            .flatten()
            .map(|row| row.unit())
            .map(|(item, unit)| (unit, item))
            .collect();
        let mut units = BTreeSet::new();
        for (unit, item) in ahead {
            if self.item(item)?.rules.requires_certificate {
                units.insert(unit);
            }
        }
        self.find_certificates_of(&BTreeSet::new(), &units)
    }

    /// The kept files whose hash lies between two.
    ///
    /// # Errors
    /// What the database says.
    pub fn files_between(&self, first: FileHash, last: FileHash) -> Result<Vec<FileHash>> {
        let sql = "SELECT hash FROM file WHERE hash >= $1 AND hash <= $2 ORDER BY hash LIMIT 2";
        self.all(sql, (first.0, last.0), |row| Ok(FileHash(row.get(0)?)))
    }

    /// True for a name that belongs to the database: nothing may be written there.
    pub fn owns(&self, path: &Path) -> bool {
        self.engine.files().is_some_and(|folder| folder.is_database(path))
    }

    /// A kept file.
    ///
    /// # Errors
    /// [`super::StoreError::FileDamaged`] when it is not where it was put; what the database says.
    pub fn file(&self, hash: FileHash) -> Result<StoredFile> {
        let sql = "SELECT size, content FROM file WHERE hash = $1";
        let found = self.one(sql, [hash.0], |row| Ok((row.get::<i64>(0)?, row.get::<Option<Vec<u8>>>(1)?)))?;
        let (size, content) = found.ok_or_else(|| invalid(format!("the file {} is missing", hash.short())))?;
        let body = match (content, self.engine.files()) {
            (Some(bytes), _) => StoredBody::Bytes(bytes),
            (None, Some(folder)) => StoredBody::File(folder.open(hash)?),
            (None, None) => return Err(invalid(format!("the file {} has no content", hash.short()))),
        };
        Ok(StoredFile { hash, size: size.unsigned_abs(), body })
    }
}

impl Writer<'_> {
    /// Attaches a file that is kept.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_attachment(&self, kind: &str, name: &str, hash: FileHash, target: Target) -> Result<()> {
        let (item, lot, serial, order) = match target {
            Target::Lot(item, lot) => (Some(item.0), Some(lot.0), None, None),
            Target::Serial(item, serial) => (Some(item.0), None, Some(serial.0), None),
            Target::Order(order) => (None, None, None, Some(order.0)),
        };
        let sql = "INSERT INTO attachment (operation, kind, name, hash, item, lot, serial, order_id)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        self.execute(sql, (self.number()?.0, kind, name, hash.0, item, lot, serial, order)).map(drop)
    }
}
