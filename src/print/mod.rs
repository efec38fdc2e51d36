//! Paper: labels, sheets and slips as PDF.
//!
//! Two steps, both pure functions. A kind of paper ([`label`], [`pick_sheet`], [`slip`], [`trace_report`],
//! [`command_sheet`], [`calibration_sheet`]) turns its content into [`Page`]s: plain data that says where every text and every barcode stands.
//! [`pdf::bytes`] turns pages into a file; the same pages and options give the same bytes.
//!
//! Lengths are whole [`Micrometres`]; the origin of a page is its top left corner and y grows downwards.
//!
//! Not promised: shaping and right-to-left text (Arabic, Hebrew, Indic). Such characters are printed as U+FFFD and
//! listed in [`pdf::Printed::missing_characters`].

mod attached;
pub mod calibration_sheet;
mod cell;
pub mod command_sheet;
pub mod data_matrix;
mod error;
mod font;
pub mod label;
pub mod page;
pub mod pdf;
pub mod pick_sheet;
mod sheet;
pub mod slip;
mod switching;
pub mod symbol;
mod table;
mod total;
pub mod trace_report;
pub mod zip;

pub use attached::AttachedFile;
pub use error::PrintError;
pub use page::{Micrometres, Page, millimetres};
pub use symbol::{Symbol, Symbology};
