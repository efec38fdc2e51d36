//! The conversation: from the bytes of a scanner to what is asked next.

pub mod draft;
pub mod framing;

mod conversation;
mod group;
mod plan;
pub mod range;
pub mod station;
mod stream;

#[cfg(test)]
mod tests;

pub use crate::codes::shown;
pub use conversation::{Accepted, Conversation, Due, Stumble, Then};
pub use framing::{Framed, Framer, Frames, MOST_BYTES, Scan, frames, frames_by, repaired};
pub use group::{Line, LineLot, LineSerial};
pub use plan::{Known, OutOfOrder, Plan, ScanRef, Wants};
pub use stream::Scans;
