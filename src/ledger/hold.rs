//! Holds: rules that keep goods back, wherever they are and whenever they arrive.
//!
//! A hold names an item and, where it is narrower, a lot, a unit, a supplier or a time of receipt. It is a rule on the
//! identity of goods and not a mark on what is there: nothing has to be written when goods arrive that it covers.

use chrono::{DateTime, NaiveDate};

use super::{Code, Refusal};
use crate::model::{ItemId, LotCode, LotId, OperationNumber, PartnerId, SerialCode, SerialId};

/// What a hold covers of its item. All that is given must fit; nothing given covers the whole item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HoldRule {
    /// A lot, by any of its names. There may be none with this text yet.
    pub lot: Option<LotCode>,
    /// A unit. There may be none with this serial yet.
    pub serial: Option<SerialCode>,
    /// Only what this supplier delivered; with its code, for people.
    pub supplier: Option<(PartnerId, String)>,
    /// Only what was received from the first time on and before the second, in seconds since 1970.
    pub received: Option<(i64, i64)>,
}

/// A hold that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The operation that made it, which is its name.
    pub operation: OperationNumber,
    /// Of which item.
    pub item: ItemId,
    /// What of it.
    pub rule: HoldRule,
    /// The lots that have the text of the rule among their names.
    pub lots: Vec<LotId>,
    /// The unit with the serial of the rule, and all that was cut off it.
    pub units: Vec<SerialId>,
    /// Why.
    pub reason: String,
}

/// One delivery in which goods came, and that was not undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// From whom.
    pub supplier: Option<PartnerId>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// Goods that a hold may cover: a unit, or a lot, or an item that has neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldSubject<'a> {
    /// Of which item.
    pub item: ItemId,
    /// Of which lot.
    pub lot: Option<LotId>,
    /// Which unit; none for all units together.
    pub unit: Option<SerialId>,
    /// How it came in; nothing where units of a lot came in different ways.
    pub receipts: &'a [Receipt],
}

impl HoldRule {
    /// True when it covers goods by how they came in.
    pub fn asks_for_receipts(&self) -> bool {
        self.supplier.is_some() || self.received.is_some()
    }

    /// True when it names a lot by this text, which is ours, or what this supplier calls it.
    pub fn is_of_lot(&self, text: &str, supplier: Option<PartnerId>) -> bool {
        let is_theirs = |supplier: PartnerId| self.supplier.as_ref().is_none_or(|(id, _)| *id == supplier);
        self.lot.as_ref().is_some_and(|lot| lot.as_str() == text) && supplier.is_none_or(is_theirs)
    }

    /// True when it may cover one unit and not the one beside it.
    pub fn tells_units_apart(&self) -> bool {
        self.serial.is_some() || self.asks_for_receipts()
    }

    fn takes_receipt(&self, receipt: &Receipt) -> bool {
        let from = self.supplier.as_ref().is_none_or(|(supplier, _)| receipt.supplier == Some(*supplier));
        from && self.received.is_none_or(|(from, until)| (from..until).contains(&receipt.at))
    }

    /// The rule in words, such as "lot B7 of MILK-1L from ACME". Times are in UTC.
    pub fn words(&self, sku: &str) -> String {
        let mut words = match (&self.lot, &self.serial) {
            (_, Some(serial)) => format!("{sku} {serial}"),
            (Some(lot), None) => format!("lot {lot} of {sku}"),
            (None, None) => format!("all of {sku}"),
        };
        if let Some((_, supplier)) = &self.supplier {
            words.push_str(&format!(" from {supplier}"));
        }
        if let Some((from, until)) = self.received {
            words.push_str(&format!(" received from {} to before {}", minute(from), minute(until)));
        }
        words
    }
}

fn minute(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds, 0);
    time.map_or_else(|| seconds.to_string(), |time| time.format("%Y-%m-%d %H:%M UTC").to_string())
}

impl Hold {
    /// Does it cover these goods?
    pub fn covers(&self, goods: &HoldSubject<'_>) -> bool {
        let of_lot = self.rule.lot.is_none() || goods.lot.is_some_and(|lot| self.lots.contains(&lot));
        let is_unit = self.rule.serial.is_none() || goods.unit.is_some_and(|unit| self.units.contains(&unit));
        let came_so =
            !self.rule.asks_for_receipts() || goods.receipts.iter().any(|receipt| self.rule.takes_receipt(receipt));
        self.item == goods.item && of_lot && is_unit && came_so
    }
}

/// May goods that this hold covers be picked or sold?
///
/// # Errors
/// `lot-on-hold`.
pub fn judge_hold(what: &str, hold: &Hold) -> Result<(), Refusal> {
    let number = hold.operation;
    let message = format!("{what} is on hold since operation {number}: {}", hold.reason);
    let hint = format!(
        "take another one, and move this one to a quarantine place; once it is good: scantrail release-hold --hold \
         {number} --reason TEXT"
    );
    Err(Refusal::new(Code::LotOnHold, message, hint))
}

/// Why goods of ours may not be picked or sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBy {
    /// A hold.
    Hold(std::rc::Rc<Hold>),
    /// Their lot expired on this day.
    Expired(NaiveDate),
    /// They are in a quarantine place.
    Quarantine,
}

impl HeldBy {
    /// Why, for people.
    pub fn reason(&self) -> String {
        match self {
            HeldBy::Hold(hold) => hold.reason.clone(),
            HeldBy::Expired(day) => format!("expired on {day}"),
            HeldBy::Quarantine => "in a quarantine place".to_owned(),
        }
    }

    /// The operation that made the hold.
    pub fn operation(&self) -> Option<OperationNumber> {
        match self {
            HeldBy::Hold(hold) => Some(hold.operation),
            HeldBy::Expired(_) | HeldBy::Quarantine => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(rule: HoldRule) -> Hold {
        Hold {
            operation: OperationNumber(7),
            item: ItemId(1),
            lots: if rule.lot.is_some() { vec![LotId(5)] } else { Vec::new() },
            units: rule.serial.iter().map(|_| SerialId(9)).collect(),
            rule,
            reason: "glass".to_owned(),
        }
    }

    fn goods(lot: Option<i64>, unit: Option<i64>, receipts: &[Receipt]) -> HoldSubject<'_> {
        HoldSubject { item: ItemId(1), lot: lot.map(LotId), unit: unit.map(SerialId), receipts }
    }

    #[test]
    fn a_hold_covers_what_fits_all_that_it_names() {
        let acme = Some((PartnerId(3), "ACME".to_owned()));
        let from_acme = [Receipt { supplier: Some(PartnerId(3)), at: 100 }];
        let from_other = [Receipt { supplier: Some(PartnerId(4)), at: 150 }];
        let lot = || HoldRule { lot: LotCode::new("B7").ok(), ..HoldRule::default() };
        let unit = HoldRule { serial: SerialCode::new("SN1").ok(), ..HoldRule::default() };
        let supplier = HoldRule { supplier: acme.clone(), ..HoldRule::default() };
        let early = HoldRule { received: Some((50, 100)), ..HoldRule::default() };
        let just = HoldRule { received: Some((100, 101)), ..HoldRule::default() };
        let both = HoldRule { supplier: acme, ..lot() };
        let cases = [
            (HoldRule::default(), goods(None, None, &[]), true),
            (HoldRule::default(), goods(Some(6), Some(9), &[]), true),
            (lot(), goods(Some(5), None, &[]), true),
            (lot(), goods(Some(5), Some(1), &[]), true),
            (lot(), goods(Some(6), None, &[]), false),
            (lot(), goods(None, None, &[]), false),
            (unit.clone(), goods(Some(5), Some(9), &[]), true),
            (unit.clone(), goods(None, Some(8), &[]), false),
            (unit, goods(Some(5), None, &[]), false),
            (supplier.clone(), goods(None, Some(8), &from_acme), true),
            (supplier.clone(), goods(None, Some(8), &from_other), false),
            (supplier, goods(None, Some(8), &[]), false),
            (early, goods(None, Some(8), &from_acme), false),
            (just, goods(None, Some(8), &from_acme), true),
            (both.clone(), goods(Some(5), None, &from_acme), true),
            (both.clone(), goods(Some(6), None, &from_acme), false),
            (both, goods(Some(5), None, &from_other), false),
        ];
        for (rule, goods, expected) in cases {
            assert_eq!(hold(rule.clone()).covers(&goods), expected, "{rule:?} {goods:?}");
        }
        let other_item = HoldSubject { item: ItemId(2), ..goods(None, None, &[]) };
        assert!(!hold(HoldRule::default()).covers(&other_item));
    }

    /// A hold with a serial that nobody has yet covers no unit, and no goods without units either.
    #[test]
    fn an_unknown_serial_covers_nothing_yet() {
        let rule = HoldRule { serial: SerialCode::new("SN1").ok(), ..HoldRule::default() };
        let unknown = Hold { units: Vec::new(), ..hold(rule) };
        assert!(!unknown.covers(&goods(None, None, &[])));
        assert!(!unknown.covers(&goods(None, Some(9), &[])));
    }

    #[test]
    fn words_say_all_that_is_named() {
        let rule = HoldRule {
            lot: LotCode::new("B7").ok(),
            serial: None,
            supplier: Some((PartnerId(3), "ACME".to_owned())),
            received: Some((0, 86_400)),
        };
        assert_eq!(
            rule.words("MILK-1L"),
            "lot B7 of MILK-1L from ACME received from 1970-01-01 00:00 UTC to before 1970-01-02 00:00 UTC"
        );
        assert_eq!(HoldRule::default().words("MILK-1L"), "all of MILK-1L");
    }
}
