//! Where goods can be: real places, and the other ends of the ledger.

use super::code::people_code;
use super::{ClaimId, CodeError, PlaceId};

/// A place code such as `WH1/A-01`: a slash path without empty parts. Ignores ASCII case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlacePath(String);

impl PlacePath {
    /// Checks a path that people name.
    ///
    /// # Errors
    /// See [`CodeError`]; paths that begin with `@` are the virtual places and are refused here.
    pub fn new(text: &str) -> Result<PlacePath, CodeError> {
        let text = people_code(text)?;
        if text.split('/').any(|part| part.trim().is_empty()) {
            return Err(CodeError::EmptyPathPart);
        }
        Ok(PlacePath(text))
    }

    /// The path as it is kept and printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a place is for, and with it what the rules allow there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceKind {
    /// Shelves: goods are put away and allocated here.
    Storage,
    /// Where picked goods wait.
    Staging,
    /// Goods that may not be sold.
    Quarantine,
    /// Goods under way between sites.
    Transit,
    /// The world outside that goods come from: `@supplier/ACME`.
    Supplier,
    /// Who bought them: `@customer/BOB`.
    Customer,
    /// Thrown away: `@scrap`.
    Scrap,
    /// The other side of counting differences: `@adjust`.
    Adjust,
    /// The other side of a work order: `@work/WO-1`.
    Work,
}

impl PlaceKind {
    /// Every kind with its stable word.
    pub const WORDS: [(PlaceKind, &'static str); 9] = [
        (PlaceKind::Storage, "storage"),
        (PlaceKind::Staging, "staging"),
        (PlaceKind::Quarantine, "quarantine"),
        (PlaceKind::Transit, "transit"),
        (PlaceKind::Supplier, "supplier"),
        (PlaceKind::Customer, "customer"),
        (PlaceKind::Scrap, "scrap"),
        (PlaceKind::Adjust, "adjust"),
        (PlaceKind::Work, "work"),
    ];

    /// The stable word.
    pub fn word(self) -> &'static str {
        PlaceKind::WORDS.iter().find(|(kind, _)| *kind == self).map_or("storage", |(_, word)| word)
    }

    /// The kind for its word.
    pub fn from_word(word: &str) -> Option<PlaceKind> {
        PlaceKind::WORDS.iter().find(|(_, text)| *text == word).map(|(kind, _)| *kind)
    }

    /// True for places of our own, where goods are in stock.
    pub fn is_internal(self) -> bool {
        matches!(self, PlaceKind::Storage | PlaceKind::Staging | PlaceKind::Quarantine | PlaceKind::Transit)
    }

    /// True where goods may be allocated, picked and sold from.
    pub fn is_pickable(self) -> bool {
        matches!(self, PlaceKind::Storage | PlaceKind::Staging)
    }

    /// True where a balance may not go below zero. Goods come out of nothing only at suppliers, adjustments and work
    /// orders.
    pub fn is_bounded(self) -> bool {
        self.is_internal() || matches!(self, PlaceKind::Customer | PlaceKind::Scrap)
    }
}

/// A place as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its row.
    pub id: PlaceId,
    /// Its path, `@…` for the other ends of the ledger.
    pub path: String,
    /// What it is for.
    pub kind: PlaceKind,
}

impl Place {
    /// The spot in this place that is set aside for nobody.
    pub fn free(&self) -> (PlaceId, ClaimId) {
        (self.id, ClaimId::FREE)
    }
}

/// Which side of the trade a partner is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartnerKind {
    /// Goods come from them.
    Supplier,
    /// Goods go to them.
    Customer,
}

impl PartnerKind {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            PartnerKind::Supplier => "supplier",
            PartnerKind::Customer => "customer",
        }
    }

    /// The kind for its word.
    pub fn from_word(word: &str) -> Option<PartnerKind> {
        match word.trim().to_ascii_lowercase().as_str() {
            "supplier" => Some(PartnerKind::Supplier),
            "customer" => Some(PartnerKind::Customer),
            _ => None,
        }
    }

    /// The kind of the partner's place in the ledger.
    pub fn place_kind(self) -> PlaceKind {
        match self {
            PartnerKind::Supplier => PlaceKind::Supplier,
            PartnerKind::Customer => PlaceKind::Customer,
        }
    }
}
