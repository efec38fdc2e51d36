//! `serial set`.

use clap::Subcommand;

use super::context::Context;
use super::paper;
use crate::ops::set_serial;

/// What the house keeps beside a unit
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set free fields of a unit
    #[command(after_help = "Examples:
  scantrail serial set SN-4711 --field colour=red --field shelf=B
  scantrail serial set SN-4711 --field colour=
  scantrail stock --field colour=red")]
    Set {
        /// The serial
        serial: String,
        /// The item, where several have a unit with this serial
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    let Command::Set { serial, item } = args.command;
    let recorded = context.record(|request| set_serial(&store, &serial, item.as_deref(), request))?;
    paper::deliver(context, &store, &recorded, &[])
}
