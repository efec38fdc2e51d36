//! `release-hold`.

use super::context::Context;
use super::failure::Failure;
use super::hold::Words;
use super::paper;
use crate::model::OperationNumber;
use crate::ops::ReleaseHold;

/// End a hold, by the words that made it or by its operation
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail release-hold MILK-1L --lot B7 --reason \"tested, good\"
  scantrail release-hold --hold 12 --reason \"tested, good\"")]
pub struct Args {
    /// The item, or a scan of a label
    #[arg(required_unless_present = "hold", conflicts_with = "hold")]
    item: Option<String>,
    /// The operation that made the hold
    #[arg(long, value_name = "OPERATION")]
    hold: Option<i64>,
    #[command(flatten)]
    words: Words,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    context.reason_for("the end of a hold")?;
    let verb = match (args.item, args.hold) {
        (Some(item), _) => ReleaseHold::Words(args.words.with(item, context)?),
        (None, Some(number)) if args.words.are_none() => ReleaseHold::Number(OperationNumber(number)),
        _ => return Err(Failure::usage("--hold names the whole hold: leave the other flags out")),
    };
    let store = context.store()?;
    let recorded = context.record(|request| verb.run(&store, request))?;
    paper::deliver(context, &store, &recorded, &[])
}
