//! Row numbers of the store, one type each so that they cannot be mixed up.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}

id! {
    /// An item: one thing that is stocked.
    ItemId,
    /// A lot of one item.
    LotId,
    /// A serial number of one item.
    SerialId,
    /// A place, real or virtual.
    PlaceId,
    /// A supplier or a customer.
    PartnerId,
    /// A purchase, sales, work or return order.
    OrderId,
    /// What a unit is set aside for: see `ledger::Claim`.
    ClaimId,
    /// The number of an operation: its position in the ledger, counted from 1.
    OperationNumber,
}

impl ClaimId {
    /// Stock that is set aside for nobody.
    pub const FREE: ClaimId = ClaimId(0);
}
