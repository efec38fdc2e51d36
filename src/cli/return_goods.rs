//! `return`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::context::Context;
use super::paper;
use super::scans::{self, ScanArgs};
use crate::ops::{ReturnGoods, ReturnToSupplier, ScanVerb, slip_of};

/// Take goods back from a customer, or send them back to a supplier
///
/// With --so, only what that order sold comes back; without it, what the customer (or any customer) has.
#[derive(clap::Args)]
#[command(after_help = "Scans: { place | item quantity [lot] [serial …] | quantity serial … } [done]

Examples:
  printf '1\\nSN001\\n' | scantrail return --so SO-2001 --to WH1/A-01
  scantrail return --from BOB --disposition quarantine --reason broken --scans back.txt
  printf '1\\nSN001\\n' | scantrail return --to-supplier ACME --po PO-1001")]
pub struct Args {
    /// The sales order that sold them
    #[arg(long, value_name = "CODE", conflicts_with = "to_supplier")]
    so: Option<String>,
    /// The customer; with --to-supplier, the place they leave from
    #[arg(long, value_name = "CUSTOMER|PLACE")]
    from: Option<String>,
    /// Where they go, until a place is scanned [default: the only fitting place]
    #[arg(long, value_name = "PLACE", conflicts_with = "to_supplier")]
    to: Option<String>,
    /// What becomes of them
    #[arg(long, value_enum, default_value = "restock", conflicts_with = "to_supplier")]
    disposition: Disposition,
    /// Send them back to this supplier
    #[arg(long, value_name = "CODE")]
    to_supplier: Option<String>,
    /// The purchase order they came on
    #[arg(long, value_name = "CODE", requires = "to_supplier")]
    po: Option<String>,
    /// Print the return slip
    #[arg(long, value_name = "FILE.pdf")]
    slip: Option<PathBuf>,
    #[command(flatten)]
    scans: ScanArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Disposition {
    /// They can be sold again
    Restock,
    /// Somebody looks at them first
    Quarantine,
    /// They are thrown away; they go nowhere else
    Scrap,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    if args.disposition == Disposition::Scrap && args.to.is_some() {
        return Err(super::Failure::usage("--disposition scrap ends at @scrap: leave out --to"));
    }
    let store = context.store()?;
    let request = context.request()?;
    let options = args.scans.options();
    let verb: Box<dyn ScanVerb> = match args.to_supplier {
        Some(supplier) => Box::new(ReturnToSupplier { supplier, purchase_order: args.po, from: args.from, options }),
        None => Box::new(ReturnGoods {
            sales_order: args.so,
            customer: args.from,
            to: args.to,
            disposition: match args.disposition {
                Disposition::Restock => crate::ops::Disposition::Restock,
                Disposition::Quarantine => crate::ops::Disposition::Quarantine,
                Disposition::Scrap => crate::ops::Disposition::Scrap,
            },
            options,
        }),
    };
    let recorded = scans::record(context, &store, &args.scans, verb.as_ref(), &request)?;
    paper::deliver(context, &store, &recorded, &[(args.slip.as_ref(), &slip_of)])
}
