//! `allocate`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::context::Context;
use super::failure::Failure;
use super::{output, paper};
use crate::ledger::MeasuredStrategy;
use crate::ops::{Allocate, pick_sheet_of};

/// Set exact lots and serials aside for a sales order, and print its pick sheet
///
/// Takes what there is and lists what is short. Run it again when more has come in; the sheet then lists all that is set
/// aside and not picked.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail allocate SO-2001 --sheet pick.pdf
  scantrail allocate SO-2001 --all-or-nothing
  scantrail allocate SO-2001 --strategy fewest-lots
  scantrail allocate SO-2001 --strategy least-overshoot")]
pub struct Args {
    /// The sales order
    code: String,
    /// Which stock goes first [default: as each item's --picking says, else fefo; for measured units least-overshoot]
    #[arg(long, value_enum)]
    strategy: Option<Strategy>,
    /// Refuse when not everything is there
    #[arg(long)]
    all_or_nothing: bool,
    /// Print the pick sheet
    #[arg(long, value_name = "FILE.pdf")]
    sheet: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Strategy {
    /// First expired, first out; without dates, first in, first out
    Fefo,
    /// First in, first out
    Fifo,
    /// Measured units that reach what is ordered with the least left over
    LeastOvershoot,
    /// As few measured units as possible
    FewestUnits,
    /// Along the places, so that the way is short
    Place,
    /// From as few lots as possible
    FewestLots,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let request = context.request()?;
    let measured = match args.strategy {
        None | Some(Strategy::LeastOvershoot) => MeasuredStrategy::LeastOvershoot,
        Some(Strategy::FewestUnits) => MeasuredStrategy::FewestUnits,
        Some(_) => MeasuredStrategy::InOrder,
    };
    let strategy = args.strategy.and_then(|strategy| match strategy {
        Strategy::Fefo => Some(crate::ledger::Strategy::FirstExpired),
        Strategy::Fifo => Some(crate::ledger::Strategy::FirstIn),
        Strategy::Place => Some(crate::ledger::Strategy::Place),
        Strategy::FewestLots => Some(crate::ledger::Strategy::FewestLots),
        Strategy::LeastOvershoot | Strategy::FewestUnits => None,
    });
    let verb = Allocate { sales_order: args.code, strategy, measured, all_or_nothing: args.all_or_nothing };
    let recorded = verb.run(&store, &request).map_err(|error| Failure::from(error).repeat_with(&request.op_id))?;
    for (sku, quantity) in crate::ops::short_of(&recorded.operation) {
        context.tell(&format!("short: {} of {}", quantity, output::safe(&sku)));
    }
    for (sku, quantity) in crate::ops::over_of(&recorded.operation) {
        context.tell(&format!("over: {} of {} more than is ordered", quantity, output::safe(&sku)));
    }
    for sku in crate::ops::by_hand(&recorded.operation) {
        context.tell(&format!("{} is picked by hand: scan it with pick, or name a --strategy", output::safe(&sku)));
    }
    paper::deliver(context, &store, &recorded, &[(args.sheet.as_ref(), &pick_sheet_of)])
}
