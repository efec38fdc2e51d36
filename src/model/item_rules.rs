//! What a house says of an item beside its identity: rules that may change at any time.

use serde::{Deserialize, Serialize};

/// Which stock of an item goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Picking {
    /// First expired, first out; where no date is known, first in, first out.
    Fefo,
    /// First in, first out, whatever the dates say.
    Fifo,
    /// By place, so that a picker walks the shortest way.
    Place,
    /// From as few lots as possible.
    FewestLots,
    /// Nothing by itself: people choose.
    Manual,
}

impl Picking {
    /// Every order of picking, with the word that commands use.
    pub const WORDS: [(Picking, &'static str); 5] = [
        (Picking::Fefo, "fefo"),
        (Picking::Fifo, "fifo"),
        (Picking::Place, "place"),
        (Picking::FewestLots, "fewest-lots"),
        (Picking::Manual, "manual"),
    ];

    /// The order of picking that a word names.
    pub fn from_word(word: &str) -> Option<Picking> {
        let word = word.trim().to_ascii_lowercase();
        Picking::WORDS.iter().find(|(_, text)| *text == word).map(|(picking, _)| *picking)
    }

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        Picking::WORDS.iter().find(|(picking, _)| *picking == self).map_or("fefo", |(_, word)| word)
    }
}

/// The rules of an item. What is not set is left out when they are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemRules {
    /// A new lot expires so many days after it was made, or else received, when nothing says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shelf_life_days: Option<u32>,
    /// Which stock goes first when nothing else is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picking: Option<Picking>,
    /// Nothing of a lot or unit is set aside, picked or sold before its certificate is there.
    #[serde(skip_serializing_if = "is_false")]
    pub requires_certificate: bool,
    /// How our own serials are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_template: Option<String>,
    /// How our own lots are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot_template: Option<String>,
    /// What every serial looks like, as a regular expression; others are refused as misread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_pattern: Option<String>,
    /// Each unit carries its own measure, in the item's unit and scale.
    #[serde(skip_serializing_if = "is_false")]
    pub is_measured: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl ItemRules {
    /// The rules as they are kept.
    ///
    /// # Errors
    /// A rule or a value that this version does not know: without it a duty, such as that of a certificate, would be passed over.
    pub fn from_json(text: &str) -> Result<ItemRules, serde_json::Error> {
        // A list would be taken for the rules in their order.
        let rules: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
        serde_json::from_value(rules.into())
    }

    /// As they are kept: one JSON object.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_kept_and_read_back() {
        let rules = ItemRules {
            shelf_life_days: Some(30),
            picking: Some(Picking::FewestLots),
            requires_certificate: true,
            serial_template: Some("S{seq}".to_owned()),
            is_measured: true,
            ..ItemRules::default()
        };
        let kept = "{\"shelf_life_days\":30,\"picking\":\"fewest-lots\",\"requires_certificate\":true,\
                    \"serial_template\":\"S{seq}\",\"is_measured\":true}";
        assert_eq!(rules.to_json(), kept);
        assert_eq!(ItemRules::from_json(kept).unwrap(), rules);
        assert_eq!(ItemRules::from_json("{}").unwrap(), ItemRules::default());
        for unknown in ["{\"unheard_of\":1}", "{\"picking\":\"lifo\",\"requires_certificate\":true}", "", "[]"] {
            assert!(ItemRules::from_json(unknown).is_err(), "{unknown}");
        }
        assert_eq!(ItemRules::default().to_json(), "{}");
    }

    #[test]
    fn every_word_names_its_order() {
        for (picking, word) in Picking::WORDS {
            assert_eq!((Picking::from_word(word), picking.word()), (Some(picking), word));
        }
        assert_eq!(Picking::from_word("lifo"), None);
    }
}
