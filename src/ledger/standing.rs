//! Where stock stands, and for whom: the facts that the rules judge by.

use std::rc::Rc;

use crate::model::{
    ClaimId, ItemId, LotCode, LotDates, LotId, OrderId, Place, PlaceId, Quantity, SerialCode, SerialId,
};

/// How far an order has come with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Set aside where it lies.
    Allocated,
    /// Taken off the shelf.
    Picked,
}

impl Stage {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Allocated => "allocated",
            Stage::Picked => "picked",
        }
    }
}

/// What a unit is set aside for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// Its row.
    pub id: ClaimId,
    /// The order.
    pub order: OrderId,
    /// The order's number, for people.
    pub order_code: String,
    /// Allocated or picked.
    pub stage: Stage,
}

/// A place and a claim: where a movement begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Where.
    pub place: PlaceId,
    /// For whom; [`ClaimId::FREE`] for nobody.
    pub claim: ClaimId,
}

impl Spot {
    /// The spot in a place that is set aside for nobody.
    pub fn free(place: &Place) -> Spot {
        Spot { place: place.id, claim: ClaimId::FREE }
    }
}

/// A spot with what the rules and people need to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where.
    pub place: Rc<Place>,
    /// For whom, or `None` for nobody.
    pub claim: Option<Rc<Claim>>,
}

impl Standing {
    /// The spot.
    pub fn spot(&self) -> Spot {
        Spot { place: self.place.id, claim: self.claim.as_ref().map_or(ClaimId::FREE, |claim| claim.id) }
    }

    /// True when it is set aside for nobody.
    pub fn is_free(&self) -> bool {
        self.claim.is_none()
    }

    /// True when it is set aside for this order.
    pub fn is_claimed_by(&self, order: Option<OrderId>) -> bool {
        self.claim.as_ref().is_some_and(|claim| Some(claim.order) == order)
    }
}

/// A lot as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotRecord {
    /// Its row. Lots of an item are numbered in the order in which they first arrived.
    pub id: LotId,
    /// Its text, as it is called now.
    pub code: LotCode,
    /// Its dates as they are known now.
    pub dates: LotDates,
    /// The other texts that mean it: what it was called before, and in a batch with a supplier that one's own text.
    pub also: Vec<LotCode>,
    /// The text that it was made with, when that is not its name any more: what operations are sealed with.
    pub made_as: Option<LotCode>,
}

impl LotRecord {
    /// True when the text means this lot.
    pub fn is_called(&self, text: &LotCode) -> bool {
        self.code == *text || self.also.contains(text)
    }

    /// The text that it was made with, which never changes.
    pub fn first_code(&self) -> &LotCode {
        self.made_as.as_ref().unwrap_or(&self.code)
    }
}

/// A serial as it is recorded, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialRecord {
    /// Its row.
    pub id: SerialId,
    /// Of which item.
    pub item: ItemId,
    /// Its text.
    pub code: SerialCode,
    /// Its lot, for items tracked by both.
    pub lot: Option<Rc<LotRecord>>,
    /// Where it stands.
    pub standing: Standing,
    /// The number of its last hop, counted from 1.
    pub hop: u32,
    /// How much it is: one, or its measure.
    pub quantity: Quantity,
}

/// So much of an item (and lot) on one spot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Of which item.
    pub item: ItemId,
    /// Of which lot, for items tracked by lot.
    pub lot: Option<Rc<LotRecord>>,
    /// Where and for whom.
    pub standing: Standing,
    /// How much; more than nothing.
    pub quantity: Quantity,
}
