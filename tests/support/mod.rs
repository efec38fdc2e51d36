//! What integration tests share.

pub mod barcodes;
