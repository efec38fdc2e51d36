//! Orders, what was done on them, and the claims they have on stock.

use std::rc::Rc;

use super::engine::{Row, invalid, known};
use super::{Result, StoreError, View, Writer};
use crate::ledger::{Claim, Stage};
use crate::model::{
    ClaimId, ItemId, LotId, Order, OrderCode, OrderId, OrderKind, OrderLine, PartnerId, Quantity, folded,
};

/// What was done with goods on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgressKind {
    /// Came in.
    Received,
    /// Went to the customer.
    Shipped,
    /// Came back from the customer, or went back to the supplier.
    Returned,
}

/// So much of an item (and lot) was done on an order, net of undos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What was done.
    pub kind: ProgressKind,
    /// With what.
    pub item: ItemId,
    /// Of which lot, for items tracked by lot.
    pub lot: Option<LotId>,
    /// How much.
    pub quantity: Quantity,
    /// How much of it had been picked before it was shipped.
    pub from_picked: Quantity,
}

const ORDER: &str = "SELECT id, code, kind, partner FROM trade_order";

fn order(row: &Row<'_>) -> Result<Order> {
    let kind: String = row.get(2)?;
    Ok(Order {
        id: OrderId(row.get(0)?),
        code: OrderCode::new(row.get(1)?).map_err(invalid)?,
        kind: known("the kind of an order", &kind, OrderKind::from_word(&kind))?,
        partner: row.get::<Option<i64>>(3)?.map(PartnerId),
    })
}

impl View<'_> {
    /// An order by its number, ignoring ASCII case.
    ///
    /// # Errors
    /// What the database says.
    pub fn order_named(&self, code: &str) -> Result<Option<Order>> {
        self.one(&format!("{ORDER} WHERE key = $1"), [folded(code.trim())], order)
    }

    /// An order by its row.
    ///
    /// # Errors
    /// What the database says.
    pub fn order(&self, id: OrderId) -> Result<Order> {
        let found = self.one(&format!("{ORDER} WHERE id = $1"), [id.0], order)?;
        found.ok_or_else(|| StoreError::Damaged(format!("order {id} is missing")))
    }

    /// All orders, in the order in which they were made.
    ///
    /// # Errors
    /// What the database says.
    pub fn orders(&self) -> Result<Vec<Order>> {
        self.all(&format!("{ORDER} ORDER BY id"), (), order)
    }

    /// The lines of an order.
    ///
    /// # Errors
    /// What the database says.
    pub fn order_lines(&self, id: OrderId) -> Result<Vec<OrderLine>> {
        self.all("SELECT item, quantity FROM order_line WHERE order_id = $1 ORDER BY line", [id.0], |row| {
            Ok(OrderLine { item: ItemId(row.get(0)?), quantity: Quantity::from_smallest_units(row.get(1)?) })
        })
    }

    /// What was done on an order, net of undos, by item and lot.
    ///
    /// # Errors
    /// What the database says.
    pub fn progress(&self, id: OrderId) -> Result<Vec<Progress>> {
        let sql = "SELECT r.kind, m.item, m.lot, CAST(sum(m.quantity * o.sign) AS BIGINT),
                          CAST(sum(CASE WHEN c.stage = 'picked' THEN m.quantity * o.sign ELSE 0 END) AS BIGINT)
                   FROM operation o
                   JOIN operation r ON r.number = o.root
                   JOIN movement m ON m.operation = o.number
                   JOIN claim c ON c.id = CASE o.sign WHEN 1 THEN m.from_claim ELSE m.to_claim END
                   WHERE o.order_id = $1 AND r.kind IN ('receive', 'sell', 'return') AND m.from_place <> m.to_place
                   GROUP BY r.kind, m.item, m.lot ORDER BY r.kind, m.item, m.lot";
        self.all(sql, [id.0], |row| {
            let kind: String = row.get(0)?;
            Ok(Progress {
                kind: match kind.as_str() {
                    "receive" => ProgressKind::Received,
                    "sell" => ProgressKind::Shipped,
                    _ => ProgressKind::Returned,
                },
                item: ItemId(row.get(1)?),
                lot: row.get::<Option<i64>>(2)?.map(LotId),
                quantity: Quantity::from_smallest_units(row.get(3)?),
                from_picked: Quantity::from_smallest_units(row.get(4)?),
            })
        })
    }

    /// The serials that were received or shipped on an order, net of undos, in the order of their first receipt.
    ///
    /// # Errors
    /// What the database says.
    pub fn order_serials(&self, id: OrderId) -> Result<Vec<(ItemId, String)>> {
        let sql = "SELECT m.item, s.code
                   FROM operation o
                   JOIN operation r ON r.number = o.root
                   JOIN movement m ON m.operation = o.number
                   JOIN serial s ON s.id = m.serial
                   WHERE o.order_id = $1 AND r.kind IN ('receive', 'sell') AND m.from_place <> m.to_place
                   GROUP BY m.item, s.id, s.code HAVING sum(o.sign) > 0
                   ORDER BY s.id";
        self.all(sql, [id.0], |row| Ok((ItemId(row.get(0)?), row.get(1)?)))
    }

    /// What a claim is for; `None` for [`ClaimId::FREE`].
    ///
    /// # Errors
    /// What the database says.
    pub fn claim(&self, id: ClaimId) -> Result<Option<Rc<Claim>>> {
        if id == ClaimId::FREE {
            return Ok(None);
        }
        if let Some(known) = self.cache.claims.borrow().get(&id) {
            return Ok(known.clone());
        }
        let sql = "SELECT c.order_id, o.code, c.stage FROM claim c JOIN trade_order o ON o.id = c.order_id
                   WHERE c.id = $1";
        let found = self.one(sql, [id.0], |row| {
            let stage: String = row.get(2)?;
            Ok(Claim {
                id,
                order: OrderId(row.get(0)?),
                order_code: row.get(1)?,
                stage: if stage == "picked" { Stage::Picked } else { Stage::Allocated },
            })
        })?;
        let found = found.map(Rc::new);
        self.cache.claims.borrow_mut().insert(id, found.clone());
        Ok(found)
    }

    /// The claim of a sales order at a stage.
    ///
    /// # Errors
    /// What the database says.
    pub fn claim_of(&self, order: OrderId, stage: Stage) -> Result<ClaimId> {
        let sql = "SELECT id FROM claim WHERE order_id = $1 AND stage = $2";
        let found = self.one(sql, (order.0, stage.word()), |row| Ok(ClaimId(row.get(0)?)))?;
        found.ok_or_else(|| StoreError::Damaged(format!("order {order} has no claim")))
    }
}

impl Writer<'_> {
    /// Makes an order with its lines; a sales order with its claims. The caller has checked that the number is free.
    ///
    /// # Errors
    /// What the database says.
    pub fn add_order(
        &self,
        code: &OrderCode,
        kind: OrderKind,
        partner: Option<PartnerId>,
        lines: &[OrderLine],
    ) -> Result<OrderId> {
        let sql = "INSERT INTO trade_order (code, key, kind, partner, operation)
                   VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let key = folded(code.as_str());
        let partner = partner.map(|id| id.0);
        let id = OrderId(self.insert(sql, (code.as_str(), key, kind.word(), partner, self.number()?.0))?);
        for (index, line) in lines.iter().enumerate() {
            self.execute(
                "INSERT INTO order_line (order_id, line, item, quantity) VALUES ($1, $2, $3, $4)",
                (id.0, index as i64 + 1, line.item.0, line.quantity.smallest_units()),
            )?;
        }
        if kind == OrderKind::Sales {
            for stage in [Stage::Allocated, Stage::Picked] {
                self.execute("INSERT INTO claim (order_id, stage) VALUES ($1, $2)", (id.0, stage.word()))?;
            }
        }
        Ok(id)
    }
}
