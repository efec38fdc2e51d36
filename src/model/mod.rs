//! The nouns: values that cannot be wrong once they are made.
//!
//! Everything here is plain data without I/O. A value of these types has passed the checks of its constructor, so the
//! floors above never check it again.

mod code;
mod file_hash;
mod ids;
mod item;
mod item_rules;
pub mod limits;
mod order;
mod place;
mod quantity;
mod stamp;

pub use code::{CodeError, LotCode, PartnerCode, SerialCode, Sku, folded};
pub use file_hash::{FileHash, SHORT_HASH};
pub use ids::{ClaimId, ItemId, LotId, OperationNumber, OrderId, PartnerId, PlaceId, SerialId};
pub use item::{Item, Tracking};
pub use item_rules::{ItemRules, Picking};
pub use order::{Order, OrderCode, OrderKind, OrderLine};
pub use place::{PartnerKind, Place, PlaceKind, PlacePath};
pub use quantity::{Quantity, QuantityError, Scale};
pub use stamp::{LotDates, Stamp};
