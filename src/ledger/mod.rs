//! The rules of stock: pure functions over facts that somebody else has loaded.
//!
//! The one record is a [`Movement`]: what, how much, from a [`Spot`], to a [`Spot`]. A spot is a place together with
//! what the stock there is set aside for, so an allocation is a movement too (from "free" to "for order SO-1" in the
//! same place) and there is no second reserved number that could drift. Nothing here reads a database, a clock or the
//! environment.

mod allocate;
mod chain;
mod hold;
mod measured;
mod movement;
mod picking;
mod refusal;
mod reverse;
mod rules;
mod settle;
mod standing;
mod take;
#[cfg(test)]
mod tests;
mod verb;

pub use allocate::{Allocation, Need, Strategy, allocate, first_out_order};
pub use chain::{Chain, GENESIS};
pub use hold::{HeldBy, Hold, HoldRule, HoldSubject, Receipt, judge_hold};
pub use measured::{Choice, MeasuredStrategy, choose};
pub use movement::{Movement, SerialHop};
pub use picking::{allocate_by, fewest_first, passed_over, picking_order, walking_order};
pub use refusal::{Code, Refusal, Refused};
pub use reverse::{Reversal, effective_hops, reversed};
pub use rules::{
    OrderPlan, PartnerFacts, SerialContext, certificate_missing, judge_arriving_dates, judge_certificate, judge_expiry,
    judge_item, judge_measure_from_scrap, judge_order_quantity, judge_remaining_life, judge_serial, owned_by_other,
};
pub use settle::{Outstanding, measured_released_by_swap, released_by_swap};
pub use standing::{Claim, Holding, LotRecord, SerialRecord, Spot, Stage, Standing};
pub use take::{Taken, Taking, take};
pub use verb::Verb;
