//! `cut`.

use std::path::PathBuf;

use super::context::Context;
use super::label::LabelArgs;
use super::paper;
use crate::ops::{Cut, labels_of_cut};

/// Cut some off a measured unit; the rest keeps the unit's number
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail cut SL-0001 30
  scantrail cut SL-0001 30 --new-serial SL-0001-A --labels label.pdf")]
pub struct Args {
    /// The serial of the unit
    serial: String,
    /// How much is cut off, in the item's unit
    measure: String,
    /// The item, where several have a unit with this serial
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// The serial of the piece [default: by the item's template, else the unit's serial with a number behind it]
    #[arg(long, value_name = "SERIAL")]
    new_serial: Option<String>,
    /// Print labels for the piece and the rest
    #[arg(long, value_name = "FILE.pdf")]
    labels: Option<PathBuf>,
    #[command(flatten)]
    label: LabelArgs,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let labels = args.label.request(context)?;
    let store = context.store()?;
    let cut = Cut { serial: args.serial, measure: args.measure, item: args.item, new_serial: args.new_serial };
    let recorded = context.record(|request| cut.run(&store, request))?;
    paper::deliver(
        context,
        &store,
        &recorded,
        &[(args.labels.as_ref(), &|view, operation| labels_of_cut(view, operation, &labels))],
    )
}
