//! `receive`.

use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::label::LabelArgs;
use super::scans::{self, ScanArgs};
use super::{paper, progress};
use crate::ops::{MOST_NEW_SERIALS, Numbers, Receive, labels_of_operation, record_batch};
use crate::scan::Scans;

/// Take goods in from a supplier
///
/// Scan the item, how many, then the lot and the serials of each unit; scan a place to say where the next goods go.
#[derive(clap::Args)]
#[command(
    group = clap::ArgGroup::new("origin").args(["po", "from"]).required(true).multiple(true),
    after_help = "Scans: { place | item quantity [lot] [serial …] } [done]

Examples:
  scantrail receive --po PO-1001
  scantrail receive --po PO-1001 --item PALLET --new-serials 48 --labels labels.pdf
  printf '500\\n' | scantrail receive --from MILL --item FLOUR --new-lot
  scantrail receive --from ACME --to WH1/A-01 --scans delivery.txt --labels labels.pdf
  printf 'LAPTOP-15\\n2\\nSN001\\nSN002\\n' | scantrail receive --po PO-1001 --dry-run"
)]
pub struct Args {
    /// The purchase order
    #[arg(long, value_name = "CODE")]
    po: Option<String>,
    /// The supplier
    #[arg(long, value_name = "SUPPLIER")]
    from: Option<String>,
    /// Where the goods go, until a place is scanned [default: the only storage place]
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
    /// The supplier's invoice
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// Take more than was ordered
    #[arg(long)]
    allow_over: bool,
    /// What the supplier calls the lot that --lot names
    #[arg(long, value_name = "TEXT", requires = "lot")]
    supplier_lot: Option<String>,
    /// Take dates that differ from what is known of a lot as its correction; needs --reason
    #[arg(long)]
    correct_dates: bool,
    /// Print a label for each serial, else for each lot or item
    #[arg(long, value_name = "FILE.pdf")]
    labels: Option<PathBuf>,
    /// Whose the goods are, when they do not become ours: a customer, or a supplier who leaves them on consignment
    #[arg(long, value_name = "PARTNER")]
    owner: Option<String>,
    #[command(flatten)]
    numbers: NumberArgs,
    #[command(flatten)]
    label: LabelArgs,
    #[command(flatten)]
    scans: ScanArgs,
}

/// Numbers that are made while goods are received.
#[derive(clap::Args)]
#[command(next_help_heading = "New numbers")]
struct NumberArgs {
    /// Make so many serials of --item from its template, and receive a unit for each; nothing is scanned
    #[arg(long, value_name = "COUNT", requires = "item", conflicts_with_all = ["scans", "live"], value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_NEW_SERIALS)))]
    new_serials: Option<u32>,
    /// Make a lot of --item from its template for the whole batch
    #[arg(long, requires = "item", conflicts_with = "lot")]
    new_lot: bool,
    /// The size class, for templates with {size}
    #[arg(long, value_name = "CLASS")]
    size: Option<String>,
    /// How much each new unit measures, for items with a measure
    #[arg(long, value_name = "MEASURE", requires = "new_serials")]
    each_measure: Option<String>,
    /// How serials are made this time
    #[arg(long, value_name = "TEMPLATE", requires = "new_serials")]
    serial_template: Option<String>,
    /// How lots are made this time
    #[arg(long, value_name = "TEMPLATE", requires = "new_lot")]
    lot_template: Option<String>,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let labels = args.label.request(context)?;
    if args.correct_dates && context.globals.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("the correction of a lot has a reason: give it with --reason TEXT"));
    }
    let store = context.store()?;
    let request = context.request()?;
    let verb = Receive {
        purchase_order: args.po,
        supplier: args.from,
        to: args.to,
        invoice: args.invoice,
        allow_over: args.allow_over,
        owner: args.owner,
        numbers: Numbers {
            new_serials: args.numbers.new_serials,
            new_lot: args.numbers.new_lot,
            size: args.numbers.size,
            measure: args.numbers.each_measure,
            serial_template: args.numbers.serial_template,
            lot_template: args.numbers.lot_template,
        },
        supplier_lot: args.supplier_lot,
        correct_dates: args.correct_dates,
        options: args.scans.options(),
    };
    let recorded = if verb.numbers.new_serials.is_some() {
        args.scans.check()?;
        record_batch(&store, &verb, &request, &Scans::default())
            .map_err(|error| Failure::from(error).repeat_with(&request.op_id))?
    } else {
        scans::record(context, &store, &args.scans, &verb, &request)?
    };
    paper::deliver(
        context,
        &store,
        &recorded,
        &[(args.labels.as_ref(), &|view, operation| {
            let bar = progress::bar(context, "labels");
            let made = labels_of_operation(view, operation, &labels, &|done, all| progress::show(&bar, done, all));
            bar.finish_and_clear();
            made
        })],
    )
}
