//! The one record of the ledger.

use super::Spot;
use crate::model::{ItemId, LotId, Quantity, SerialId};

/// A serial's step: its row and the number of this hop, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SerialHop {
    /// Which serial.
    pub serial: SerialId,
    /// Its how manieth hop this is.
    pub hop: u32,
}

/// What, how much, from where, to where. Double entry: what leaves one spot arrives at the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// What.
    pub item: ItemId,
    /// Of which lot, for items tracked by lot.
    pub lot: Option<LotId>,
    /// Which unit, for items tracked by serial; the quantity is then one.
    pub serial: Option<SerialHop>,
    /// How much; more than nothing.
    pub quantity: Quantity,
    /// From where.
    pub from: Spot,
    /// To where.
    pub to: Spot,
}

impl Movement {
    /// True when only the claim changes and the goods stay where they are.
    pub fn stays_in_place(&self) -> bool {
        self.from.place == self.to.place
    }
}
