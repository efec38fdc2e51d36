//! What is expected: purchase, sales, work and return orders.

use super::code::{code, people_code};
use super::{CodeError, ItemId, OrderId, PartnerId, Quantity};

code! {
    /// The number of an order. Ignores ASCII case.
    OrderCode by people_code,
}

/// What an order asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// Goods that a supplier will deliver.
    Purchase,
    /// Goods that a customer will get.
    Sales,
    /// Goods that are made or repaired.
    Work,
    /// Goods that a customer sends back.
    Return,
}

impl OrderKind {
    /// Every kind with its stable word.
    pub const WORDS: [(OrderKind, &'static str); 4] = [
        (OrderKind::Purchase, "purchase"),
        (OrderKind::Sales, "sales"),
        (OrderKind::Work, "work"),
        (OrderKind::Return, "return"),
    ];

    /// The stable word.
    pub fn word(self) -> &'static str {
        OrderKind::WORDS.iter().find(|(kind, _)| *kind == self).map_or("work", |(_, word)| word)
    }

    /// The kind for its word.
    pub fn from_word(word: &str) -> Option<OrderKind> {
        let word = word.trim().to_ascii_lowercase();
        OrderKind::WORDS.iter().find(|(_, text)| *text == word).map(|(kind, _)| *kind)
    }
}

/// An order as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its row.
    pub id: OrderId,
    /// Its number.
    pub code: OrderCode,
    /// What it asks for.
    pub kind: OrderKind,
    /// With whom, where there is somebody.
    pub partner: Option<PartnerId>,
}

/// So much of one item on an order. An item may stand on several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLine {
    /// What.
    pub item: ItemId,
    /// How much.
    pub quantity: Quantity,
}
