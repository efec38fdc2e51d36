//! scantrail tracks goods by lot and serial number, driven by a barcode scanner.
//!
//! The floors, from below: [`model`] the nouns, `ledger` and [`codes`] the rules of stock and of barcodes, `scan` the
//! conversation, [`disk`] whole files, `store` and [`mod@print`] the world, `ops` the verbs, `cli` the people. Imports go down only.

pub mod cli;
pub mod codes;
pub mod disk;
pub mod ledger;
pub mod model;
pub mod ops;
pub mod print;
pub mod scan;
pub mod store;
