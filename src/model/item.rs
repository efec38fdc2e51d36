//! What is stocked.

use super::{ItemId, ItemRules, Quantity, Scale, Sku};

/// How units of an item are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tracking {
    /// Not at all: only the quantity counts.
    None,
    /// By lot.
    Lot,
    /// By serial number, one for each unit.
    Serial,
    /// By both: each unit has a serial and belongs to a lot.
    LotAndSerial,
}

impl Tracking {
    /// Every way of tracking, with the word that commands and imports use.
    pub const WORDS: [(Tracking, &'static str); 4] = [
        (Tracking::None, "none"),
        (Tracking::Lot, "lot"),
        (Tracking::Serial, "serial"),
        (Tracking::LotAndSerial, "lot+serial"),
    ];

    /// The word of the command line; `batch` and `code number` mean lot.
    pub fn from_word(word: &str) -> Option<Tracking> {
        let word = word
            .trim()
            .to_ascii_lowercase()
            .replace("batch", "lot")
            .replace("code number", "lot")
            .replace("code-number", "lot");
        let word = if word == "serial+lot" { "lot+serial" } else { word.as_str() };
        Tracking::WORDS.iter().find(|(_, text)| *text == word).map(|(tracking, _)| *tracking)
    }

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Tracking::None => "none",
            Tracking::Lot => "lot",
            Tracking::Serial => "serial",
            Tracking::LotAndSerial => "lot+serial",
        }
    }

    /// True when units belong to lots.
    pub fn by_lot(self) -> bool {
        matches!(self, Tracking::Lot | Tracking::LotAndSerial)
    }

    /// True when every unit has its own serial.
    pub fn by_serial(self) -> bool {
        matches!(self, Tracking::Serial | Tracking::LotAndSerial)
    }
}

/// An item as the rules need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its row.
    pub id: ItemId,
    /// Its code.
    pub sku: Sku,
    /// What people call it.
    pub name: String,
    /// How its units are told apart.
    pub tracking: Tracking,
    /// The word for its unit, such as `each` or `kg`.
    pub unit: String,
    /// Decimals of its quantity; 0 for serialised items whose units are only counted.
    pub scale: Scale,
    /// What else the house says of it.
    pub rules: ItemRules,
}

impl Item {
    /// How many or how much, as it is written: of measured units how many, of all others how much.
    pub fn counted(&self, quantity: Quantity, units: usize) -> String {
        if self.rules.is_measured { units.to_string() } else { quantity.display(self.scale) }
    }

    /// What measured units are together, at the item's scale; `None` for items without a measure.
    pub fn measured(&self, quantity: Quantity) -> Option<String> {
        self.rules.is_measured.then(|| quantity.display(self.scale))
    }

    /// How much, with its unit, for people: `3 each`, or `350.00 sqft in 2 units`.
    pub fn amount(&self, quantity: Quantity, units: usize) -> String {
        let amount = format!("{} {}", quantity.display(self.scale), self.unit);
        match (self.rules.is_measured, units) {
            (false, _) => amount,
            (true, 1) => format!("{amount} in 1 unit"),
            (true, units) => format!("{amount} in {units} units"),
        }
    }
}
