//! `transfer`.

use super::context::Context;
use super::paper;
use super::scans::{self, ScanArgs};
use crate::ops::Transfer;

/// Move goods from place to place
///
/// What is allocated to an order stays allocated, wherever it is moved, unless it goes to a quarantine or transit place.
#[derive(clap::Args)]
#[command(after_help = "Scans: { place | item quantity [lot] [serial …] | quantity serial … } [done]

Examples:
  scantrail transfer --to WH1/A-02
  printf '2\\nSN001\\nSN002\\n' | scantrail transfer --to WH1/A-02
  scantrail transfer --to WH1/QUARANTINE --reason damaged --scans damaged.txt")]
pub struct Args {
    /// Where the goods leave from [default: where each unit is; for a lot, its only place]
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Where they go, until a place is scanned
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
    #[command(flatten)]
    scans: ScanArgs,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let request = context.request()?;
    let verb = Transfer { from: args.from, to: args.to, options: args.scans.options() };
    let recorded = scans::record(context, &store, &args.scans, &verb, &request)?;
    paper::deliver(context, &store, &recorded, &[])
}
