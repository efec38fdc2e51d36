//! Why something was not done: stable codes in order of precedence, with words for people.

use std::borrow::Cow;

use crate::model::limits::{MOST_SHOWN, shortened};

/// The stable name of a refusal. The order is the precedence: where several apply to one scan, the first is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The op id was used for something else.
    OpIdReused,
    /// A live session has left a draft of the same command.
    DraftExists,
    /// There is no draft to go on with.
    NoDraft,
    /// The scan is longer than 4,096 bytes.
    ScanTooLong,
    /// Bytes that are not text, or a broken barcode.
    ScanNotReadable,
    /// The operator scanned "cancel".
    Cancelled,
    /// A command scan that means nothing here.
    CommandNotHere,
    /// The station has not been told yet what it needs to know.
    StationNotReady,
    /// Something was scanned after DONE.
    ScanAfterDone,
    /// "Undo the last scan" with no scan before it.
    NothingToUndo,
    /// The scan fits several things.
    AmbiguousScan,
    /// The value is not well formed.
    NotValid,
    /// The code is already the code of something else.
    CodeTaken,
    /// No item has this code.
    UnknownItem,
    /// No place has this code.
    UnknownLocation,
    /// No partner has this code.
    UnknownPartner,
    /// No order has this number.
    UnknownOrder,
    /// No operation has this number.
    UnknownOperation,
    /// Nothing has this code.
    UnknownCode,
    /// The partner named is not the order's.
    PartnerDiffers,
    /// The item scanned is not the one of `--item`.
    ItemDiffers,
    /// A change that goods in the ledger do not allow.
    ItemInUse,
    /// No rule of the house allows to sell goods that are on hold.
    OverrideNotAllowed,
    /// Not a plain decimal.
    QuantityNotANumber,
    /// Zero.
    QuantityNotPositive,
    /// Decimals of something that is counted whole.
    QuantityNotWhole,
    /// More decimals than the item keeps.
    QuantityTooPrecise,
    /// An item's code where a quantity is due.
    ItemWhereQuantityExpected,
    /// A place's code where a quantity is due.
    LocationWhereQuantityExpected,
    /// A container's code where a quantity is due.
    ContainerWhereQuantityExpected,
    /// A container where an item or a place is due.
    ContainerWhereItemExpected,
    /// An item's code where a serial is due.
    ItemWhereSerialExpected,
    /// A place's code where a serial is due.
    LocationWhereSerialExpected,
    /// A container's code where a serial is due.
    ContainerWhereSerialExpected,
    /// A lot is due, and the scan has none.
    LotRequired,
    /// A lot does not look as the lots of its item do.
    LotDoesNotFit,
    /// A serial does not look as the serials of its item do.
    SerialDoesNotFit,
    /// The same serial twice in one batch.
    DuplicateInBatch,
    /// The order did not sell it.
    NotSoldOnOrder,
    /// The item is not on the order.
    NotOnOrder,
    /// No lot of the item has this text.
    UnknownLot,
    /// No unit has this serial.
    UnknownSerial,
    /// The serial belongs to another item.
    SerialOfOtherItem,
    /// The serial is in stock already.
    SerialAlreadyInStock,
    /// The serial is with a customer.
    SerialSold,
    /// The serial is somewhere else.
    SerialNotHere,
    /// The goods are where they are to go.
    AlreadyAtPlace,
    /// The unit was picked for this order already.
    AlreadyPicked,
    /// The supplier did not deliver it.
    NotReceivedFromSupplier,
    /// A place is needed and does not follow from the stock.
    PlaceRequired,
    /// Goods in this place may not be picked or sold.
    PlaceNotPickable,
    /// The place is not of the kind that the disposition wants.
    PlaceDoesNotFit,
    /// The unit is set aside for another order.
    AllocatedToOtherOrder,
    /// The lot is not the one of the group, the flag or the record.
    LotDiffers,
    /// The dates are not those of the group, the flag or the record.
    ExpiryDiffers,
    /// A hold covers the unit, the lot or the item.
    LotOnHold,
    /// The lot's expiry has passed.
    LotExpired,
    /// The customer takes nothing that expires so soon.
    RemainingLifeTooShort,
    /// Another lot of the item should go first.
    OutOfOrder,
    /// The goods need a certificate, and none is attached.
    CertificateMissing,
    /// The goods belong to somebody else than who they would leave for.
    OwnedByOther,
    /// More than the order asks for.
    OverOrdered,
    /// Less is there than is asked for.
    NotEnoughStock,
    /// The order has nothing allocated.
    NothingAllocated,
    /// The order has nothing picked.
    NothingPicked,
    /// The units of the item carry no measure of their own.
    NotMeasured,
    /// More is to be cut off a unit than there is of it.
    MeasureTooLarge,
    /// The same hold is on.
    AlreadyOnHold,
    /// No such hold is on.
    NotOnHold,
    /// The batch ended before it was complete.
    BatchIncomplete,
    /// It was undone already.
    AlreadyUndone,
    /// It is not of a kind that can be undone.
    CannotUndo,
    /// Later operations build on it.
    HasDependants,
}

impl Code {
    /// Every code with its stable text, in order of precedence.
    pub const ALL: [(Code, &'static str); 73] = [
        (Code::OpIdReused, "op-id-reused"),
        (Code::DraftExists, "draft-exists"),
        (Code::NoDraft, "no-draft"),
        (Code::ScanTooLong, "scan-too-long"),
        (Code::ScanNotReadable, "scan-not-readable"),
        (Code::Cancelled, "cancelled"),
        (Code::CommandNotHere, "command-not-here"),
        (Code::StationNotReady, "station-not-ready"),
        (Code::ScanAfterDone, "scan-after-done"),
        (Code::NothingToUndo, "nothing-to-undo"),
        (Code::AmbiguousScan, "ambiguous-scan"),
        (Code::NotValid, "not-valid"),
        (Code::CodeTaken, "code-taken"),
        (Code::UnknownItem, "unknown-item"),
        (Code::UnknownLocation, "unknown-location"),
        (Code::UnknownPartner, "unknown-partner"),
        (Code::UnknownOrder, "unknown-order"),
        (Code::UnknownOperation, "unknown-operation"),
        (Code::UnknownCode, "unknown-code"),
        (Code::PartnerDiffers, "partner-differs"),
        (Code::ItemDiffers, "item-differs"),
        (Code::ItemInUse, "item-in-use"),
        (Code::OverrideNotAllowed, "override-not-allowed"),
        (Code::QuantityNotANumber, "quantity-not-a-number"),
        (Code::QuantityNotPositive, "quantity-not-positive"),
        (Code::QuantityNotWhole, "quantity-not-whole"),
        (Code::QuantityTooPrecise, "quantity-too-precise"),
        (Code::ItemWhereQuantityExpected, "item-where-quantity-expected"),
        (Code::LocationWhereQuantityExpected, "location-where-quantity-expected"),
        (Code::ContainerWhereQuantityExpected, "container-where-quantity-expected"),
        (Code::ContainerWhereItemExpected, "container-where-item-expected"),
        (Code::ItemWhereSerialExpected, "item-where-serial-expected"),
        (Code::LocationWhereSerialExpected, "location-where-serial-expected"),
        (Code::ContainerWhereSerialExpected, "container-where-serial-expected"),
        (Code::LotRequired, "lot-required"),
        (Code::LotDoesNotFit, "lot-does-not-fit"),
        (Code::SerialDoesNotFit, "serial-does-not-fit"),
        (Code::DuplicateInBatch, "duplicate-in-batch"),
        (Code::NotSoldOnOrder, "not-sold-on-order"),
        (Code::NotOnOrder, "not-on-order"),
        (Code::UnknownLot, "unknown-lot"),
        (Code::UnknownSerial, "unknown-serial"),
        (Code::SerialOfOtherItem, "serial-of-other-item"),
        (Code::SerialAlreadyInStock, "serial-already-in-stock"),
        (Code::SerialSold, "serial-sold"),
        (Code::SerialNotHere, "serial-not-here"),
        (Code::AlreadyAtPlace, "already-at-place"),
        (Code::AlreadyPicked, "already-picked"),
        (Code::NotReceivedFromSupplier, "not-received-from-supplier"),
        (Code::PlaceRequired, "place-required"),
        (Code::PlaceNotPickable, "place-not-pickable"),
        (Code::PlaceDoesNotFit, "place-does-not-fit"),
        (Code::AllocatedToOtherOrder, "allocated-to-other-order"),
        (Code::LotDiffers, "lot-differs"),
        (Code::ExpiryDiffers, "expiry-differs"),
        (Code::LotOnHold, "lot-on-hold"),
        (Code::LotExpired, "lot-expired"),
        (Code::RemainingLifeTooShort, "remaining-life-too-short"),
        (Code::OutOfOrder, "out-of-order"),
        (Code::CertificateMissing, "certificate-missing"),
        (Code::OwnedByOther, "owned-by-other"),
        (Code::OverOrdered, "over-ordered"),
        (Code::NotEnoughStock, "not-enough-stock"),
        (Code::NothingAllocated, "nothing-allocated"),
        (Code::NothingPicked, "nothing-picked"),
        (Code::NotMeasured, "not-measured"),
        (Code::MeasureTooLarge, "measure-too-large"),
        (Code::AlreadyOnHold, "already-on-hold"),
        (Code::NotOnHold, "not-on-hold"),
        (Code::BatchIncomplete, "batch-incomplete"),
        (Code::AlreadyUndone, "already-undone"),
        (Code::CannotUndo, "cannot-undo"),
        (Code::HasDependants, "has-dependants"),
    ];

    /// The stable text.
    pub fn text(self) -> &'static str {
        Code::ALL.iter().find(|(code, _)| *code == self).map_or("", |(_, text)| text)
    }
}

/// What was not done, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable name.
    pub code: Code,
    /// The line of the scan stream or file, where one is to blame.
    pub line: Option<u32>,
    /// The scan as it may be shown.
    pub scan: Option<String>,
    /// What and why.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// The operations that stand in the way (only for `has-dependants`).
    pub dependants: Vec<i64>,
}

impl Refusal {
    /// A refusal that no scan is to blame for. Of long texts the middle is left out, so that one bad file does not fill a
    /// screen or a disk with what it holds.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        let (message, hint) = (short(message.into()), short(hint.into()));
        Refusal { code, line: None, scan: None, message, hint, dependants: Vec::new() }
    }

    /// The same, blaming a scan.
    pub fn at(self, line: u32, scan: impl Into<String>) -> Refusal {
        Refusal { line: Some(line), scan: Some(short(scan.into())), ..self }
    }
}

fn short(text: String) -> String {
    match shortened(&text, MOST_SHOWN) {
        Cow::Borrowed(_) => text,
        Cow::Owned(short) => short,
    }
}

/// One or more refusals: nothing was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("refused: {}", .listed.iter().map(|refusal| refusal.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Refused {
    /// The first of them, [`MOST_LISTED`] at the most.
    pub listed: Vec<Refusal>,
    /// How many more there are, which are only counted.
    pub more: usize,
}

/// So many refusals are listed; nobody reads more, and a stream may have a million of them.
pub const MOST_LISTED: usize = 5_000;

impl Refused {
    /// Adds one.
    pub fn push(&mut self, refusal: Refusal) {
        if self.listed.len() < MOST_LISTED {
            self.listed.push(refusal);
        } else {
            self.more += 1;
        }
    }

    /// True when nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many there are, listed or not.
    pub fn count(&self) -> usize {
        self.listed.len() + self.more
    }
}

impl Extend<Refusal> for Refused {
    fn extend<I: IntoIterator<Item = Refusal>>(&mut self, refusals: I) {
        refusals.into_iter().for_each(|refusal| self.push(refusal));
    }
}

impl FromIterator<Refusal> for Refused {
    fn from_iter<I: IntoIterator<Item = Refusal>>(refusals: I) -> Refused {
        let mut all = Refused::default();
        all.extend(refusals);
        all
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused { listed: vec![refusal], more: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_in_order_of_precedence() {
        assert!(Code::ALL.is_sorted_by(|one, two| one.0 < two.0), "the list and the enum disagree");
        let mut texts: Vec<_> = Code::ALL.iter().map(|(_, text)| text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
    }
}
