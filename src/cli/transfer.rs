//! `transfer`.

use std::path::PathBuf;

use super::context::Context;
use super::paper;
use super::scans::{self, ScanArgs};
use crate::model::OperationNumber;
use crate::ops::{Transfer, shipment_told, slip_of};

/// Move goods from place to place
///
/// What is allocated to an order stays allocated, wherever it is moved, unless it goes to a quarantine or transit place.
/// Between two sites (see location set) goods are in transit until they are received by scan on the other side.
#[derive(clap::Args)]
#[command(after_help = "Scans: { place | item quantity [lot] [serial …] | quantity serial … } [done]

Examples:
  scantrail transfer --to WH1/A-02
  printf '2\\nSN001\\nSN002\\n' | scantrail transfer --to WH1/A-02
  scantrail transfer --to WH2/A-01 --slip slip.pdf --scans van.txt
  scantrail transfer --arrived 12
  scantrail transfer --to WH1/QUARANTINE --reason damaged --scans damaged.txt")]
pub struct Args {
    /// Where the goods leave from [default: where each unit is; for a lot, its only place]
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Where they go, until a place is scanned
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
    /// The transit place for goods to another site [default: TRANSIT/FROM-TO, made when it is needed]
    #[arg(long, value_name = "PLACE", conflicts_with = "arrived")]
    via: Option<String>,
    /// Goods to another site are there at once, without transit
    #[arg(long, conflicts_with_all = ["via", "arrived"])]
    direct: bool,
    /// Receive a transfer from another site by scan: its number stands on the slip
    #[arg(long, value_name = "OPERATION", value_parser = clap::value_parser!(i64).range(1..))]
    arrived: Option<i64>,
    /// Print a slip that goes along
    #[arg(long, value_name = "FILE.pdf")]
    slip: Option<PathBuf>,
    #[command(flatten)]
    scans: ScanArgs,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let request = context.request()?;
    let verb = Transfer {
        from: args.from,
        to: args.to,
        via: args.via,
        direct: args.direct,
        arrived: args.arrived.map(OperationNumber),
        options: args.scans.options(),
    };
    let recorded = scans::record(context, &store, &args.scans, &verb, &request)?;
    for line in shipment_told(&recorded.operation) {
        context.tell(&line);
    }
    paper::deliver(context, &store, &recorded, &[(args.slip.as_ref(), &slip_of)])
}
