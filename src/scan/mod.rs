//! The conversation: from the bytes of a scanner to what is asked next.

pub mod framing;

#[cfg(test)]
mod tests;

pub use crate::codes::shown;
pub use framing::{Framed, Framer, Frames, frames};
