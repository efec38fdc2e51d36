//! What a batch of scans does with goods.

/// The verbs that take scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Goods in from a supplier.
    Receive,
    /// From place to place.
    Transfer,
    /// Off the shelf for an order.
    Pick,
    /// Out to a customer.
    Sell,
    /// Back from a customer.
    Return,
    /// Back to a supplier.
    ReturnToSupplier,
}

impl Verb {
    /// The word of the command line and of the operation's kind.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Receive => "receive",
            Verb::Transfer => "transfer",
            Verb::Pick => "pick",
            Verb::Sell => "sell",
            Verb::Return | Verb::ReturnToSupplier => "return",
        }
    }

    /// True when only goods that are known already can be scanned.
    pub fn moves_known_goods(self) -> bool {
        self != Verb::Receive
    }

    /// True when a place in the stream is where the goods go; else it is where they come from.
    pub fn place_is_destination(self) -> bool {
        matches!(self, Verb::Receive | Verb::Transfer | Verb::Return)
    }

    /// True when goods leave a place of our own.
    pub fn leaves_our_places(self) -> bool {
        matches!(self, Verb::Transfer | Verb::Pick | Verb::Sell | Verb::ReturnToSupplier)
    }

    /// True when goods go to somebody who may use them: only good ones from pickable places may.
    pub fn needs_good_goods(self) -> bool {
        matches!(self, Verb::Pick | Verb::Sell)
    }
}
