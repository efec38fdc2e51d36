//! `owner set`.

use clap::{Subcommand, ValueEnum};

use super::context::Context;
use super::paper;
use crate::ops::SetOwner;

/// Whose goods are, when they are not ours
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// A whole lot
    #[value(alias = "batch")]
    Lot,
    /// One unit
    Serial,
}

#[derive(Subcommand)]
enum Command {
    /// Say whose a lot or a unit is from now on
    #[command(after_help = "Examples:
  scantrail owner set serial SN-4711 BOB
  scantrail owner set lot L-77 @supplier/ACME --item ROD-20
  scantrail owner set serial SN-4711 --ours --reason \"bought\"")]
    Set {
        /// What it is
        #[arg(value_enum)]
        kind: Kind,
        /// The lot or serial
        code: String,
        /// The customer or supplier that it belongs to
        #[arg(required_unless_present = "ours", conflicts_with = "ours")]
        owner: Option<String>,
        /// It is ours
        #[arg(long)]
        ours: bool,
        /// The item, where several have it
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let Command::Set { kind, code, owner, ours: _, item } = args.command;
    let change = SetOwner { is_lot: matches!(kind, Kind::Lot), code, item, owner };
    let recorded = context.record(|request| change.run(&store, request))?;
    paper::deliver(context, &store, &recorded, &[])
}
