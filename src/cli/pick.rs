//! `pick`.

use std::path::PathBuf;

use super::context::Context;
use super::paper;
use super::scans::{self, ScanArgs};
use crate::ops::{Pick, pick_sheet_of};

/// Take goods off the shelf for a sales order
///
/// What was allocated is expected; another good unit of the same item takes its place, and the allocation follows.
#[derive(clap::Args)]
#[command(after_help = "Scans: { place | item quantity [lot] [serial …] | quantity serial … } [done]

Examples:
  scantrail pick --so SO-2001
  printf 'LAPTOP-15\\n1\\nSN001\\n' | scantrail pick --so SO-2001 --to WH1/STAGING")]
pub struct Args {
    /// The sales order
    #[arg(long, value_name = "CODE")]
    so: String,
    /// Where the goods are taken from, until a place is scanned
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// Where they wait [default: the only staging place]
    #[arg(long, value_name = "STAGING")]
    to: Option<String>,
    /// Print what was picked
    #[arg(long, value_name = "FILE.pdf")]
    sheet: Option<PathBuf>,
    #[command(flatten)]
    scans: ScanArgs,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let request = context.request()?;
    let verb = Pick { sales_order: args.so, from: args.from, to: args.to, options: args.scans.options() };
    let recorded = scans::record(context, &store, &args.scans, &verb, &request)?;
    paper::deliver(context, &store, &recorded, &[(args.sheet.as_ref(), &pick_sheet_of)])
}
