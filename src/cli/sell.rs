//! `sell`.

use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::paper;
use super::scans::{self, ScanArgs};
use crate::ops::{Sell, ship_picked, slip_of, slip_with_lots_of};

/// Send goods out to a customer
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("destination").args(["so", "to"]).required(true).multiple(true),
    after_help = "Scans: { place | item quantity [lot] [serial …] | quantity serial … } [done]

Examples:
  scantrail sell --so SO-2001 --picked --invoice R-77 --slip slip.pdf
  printf '1\\nSN001\\n' | scantrail sell --to BOB"
)]
pub struct Args {
    /// The sales order
    #[arg(long, value_name = "CODE")]
    so: Option<String>,
    /// The customer
    #[arg(long, value_name = "CUSTOMER")]
    to: Option<String>,
    /// Where the goods are taken from, until a place is scanned
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Ship what was picked for the order, without scans
    #[arg(long, requires = "so", conflicts_with_all = ["scans", "live", "item", "lot"])]
    picked: bool,
    /// Our invoice
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// Sell goods although they are on hold or expired, with --reason; a rule of the house must allow it
    #[arg(long)]
    override_hold: bool,
    /// Print the packing slip
    #[arg(long, value_name = "FILE.pdf")]
    slip: Option<PathBuf>,
    /// Print the lots on the slip, as a page of its own
    #[arg(long, requires = "slip")]
    lots: bool,
    #[command(flatten)]
    scans: ScanArgs,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    if args.override_hold {
        context.reason_for("an override")?;
    }
    let store = context.store()?;
    let request = context.request()?;
    let verb = Sell {
        sales_order: args.so,
        customer: args.to,
        from: args.from,
        invoice: args.invoice,
        override_hold: args.override_hold,
        options: args.scans.options(),
    };
    let recorded = if args.picked {
        ship_picked(&store, &verb, &request).map_err(|error| Failure::from(error).repeat_with(&request.op_id))?
    } else {
        scans::record(context, &store, &args.scans, &verb, &request)?
    };
    let make: &paper::Maker<'_> = if args.lots { &slip_with_lots_of } else { &slip_of };
    paper::deliver(context, &store, &recorded, &[(args.slip.as_ref(), make)])
}
