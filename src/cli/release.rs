//! `release`.

use super::context::Context;
use super::failure::Failure;
use super::paper;
use crate::ops::Release;

/// Give back what is set aside for a sales order
#[derive(clap::Args)]
#[command(after_help = "Example:
  scantrail release SO-2001")]
pub struct Args {
    /// The sales order
    code: String,
    /// Give back what was picked too; it stays where it waits, and is free there
    #[arg(long)]
    picked: bool,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let request = context.request()?;
    let verb = Release { sales_order: args.code, picked_too: args.picked };
    let recorded = verb.run(&store, &request).map_err(|error| Failure::from(error).repeat_with(&request.op_id))?;
    paper::deliver(context, &store, &recorded, &[])
}
