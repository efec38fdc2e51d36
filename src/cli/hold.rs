//! `hold`.

use chrono::Days;

use super::context::Context;
use super::failure::Failure;
use super::paper;
use crate::model::limits;
use crate::ops::{HoldWords, hold};

/// What a hold is about.
#[derive(clap::Args)]
pub struct Words {
    /// Only this lot
    #[arg(long, visible_aliases = ["batch", "code-number"], value_name = "LOT", conflicts_with = "serial")]
    lot: Option<String>,
    /// Only this unit
    #[arg(long, value_name = "SERIAL")]
    serial: Option<String>,
    /// Only what this supplier delivered
    #[arg(long, value_name = "SUPPLIER")]
    from_supplier: Option<String>,
    /// Only what was received in this time, both ends included
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    received_between: Option<Vec<String>>,
}

impl Words {
    /// Together with the item.
    ///
    /// # Errors
    /// A time that is none, or one that ends before it begins.
    pub fn with(self, item: String, context: &Context) -> Result<HoldWords, Failure> {
        let received = match self.received_between.as_deref() {
            Some([from, to]) => Some((context.time(from)?.timestamp(), end_of(to, context)?)),
            _ => None,
        };
        if received.is_some_and(|(from, until)| until <= from) {
            return Err(Failure::usage("--received-between ends before it begins"));
        }
        Ok(HoldWords { item, lot: self.lot, serial: self.serial, supplier: self.from_supplier, received })
    }

    /// True when nothing is named beside the item.
    pub fn are_none(&self) -> bool {
        self.lot.is_none() && self.serial.is_none() && self.from_supplier.is_none() && self.received_between.is_none()
    }
}

/// The first second after a day or a time.
fn end_of(text: &str, context: &Context) -> Result<i64, Failure> {
    let next_day = limits::date(text).and_then(|day| day.checked_add_days(Days::new(1)));
    match next_day {
        Some(day) => Ok(context.time(&day.to_string())?.timestamp()),
        None => Ok(context.time(text)?.timestamp() + 1),
    }
}

/// Keep goods back: what is there, what is set aside, and what arrives later
///
/// A hold is a rule on an item, a lot, a unit or a delivery. What is allocated of it is given back; nothing of it can be
/// allocated, picked or sold; it may be moved, returned to its supplier and counted.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail hold MILK-1L --lot B7 --reason \"glass found\"
  scantrail hold LAPTOP-15 --serial SN001 --reason \"dropped\"
  scantrail hold LAPTOP-15 --from-supplier ACME --received-between 2026-11-01 2026-11-07 --reason \"recall 17\"")]
pub struct Args {
    /// The item, or a scan of a label: the lot or the unit on it is held
    item: String,
    #[command(flatten)]
    words: Words,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    context.reason_for("a hold")?;
    let words = args.words.with(args.item, context)?;
    let store = context.store()?;
    let recorded = context.record(|request| hold(&store, &words, request))?;
    paper::deliver(context, &store, &recorded, &[])
}
