//! `undo`.

use super::context::Context;
use super::failure::Failure;
use super::paper;
use crate::model::OperationNumber;
use crate::ops::undo;

/// Take an operation back by a linked reversal
///
/// Nothing is erased: the reversal is an operation of its own, and can be undone too. When later operations build on it,
/// they are listed and nothing changes.
#[derive(clap::Args)]
#[command(after_help = "Example:
  scantrail undo 12 --reason \"wrong delivery note\"")]
pub struct Args {
    /// The number of the operation, as `scantrail log` shows it
    operation: i64,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    if context.globals.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("an undo has a reason: give it with --reason TEXT"));
    }
    let store = context.store()?;
    let request = context.request()?;
    let recorded = undo(&store, OperationNumber(args.operation), &request)
        .map_err(|error| Failure::from(error).repeat_with(&request.op_id))?;
    paper::deliver(context, &store, &recorded, &[])
}
