//! `partner add`, `partner list`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::ops::{AddPartner, OpError, add_partner};
use crate::store::Partner;

/// Suppliers and customers
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Goods come from them
    Supplier,
    /// Goods go to them
    Customer,
}

#[derive(Subcommand)]
enum Command {
    /// Make a partner
    #[command(after_help = "Examples:
  scantrail partner add ACME --kind supplier --name \"Acme Ltd\"
  scantrail partner add BOB --kind customer --name \"Bob's Bikes\"")]
    Add {
        /// Its code
        code: String,
        /// Its side of the trade
        #[arg(long, value_enum)]
        kind: Kind,
        /// What people call it
        #[arg(long)]
        name: String,
    },
    /// List all partners
    List,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    match args.command {
        Command::Add { code, kind, name } => {
            let kind = kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            let change = AddPartner { code, kind, name };
            let recorded = context.record(|request| add_partner(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let partners = store.read(|view| view.partners().map_err(OpError::from))?;
            output::result(&if context.globals.json {
                let row = |one: &Partner| json!({ "partner": one.code, "kind": one.kind.word(), "name": one.name });
                json!({ "partners": partners.iter().map(row).collect::<Vec<_>>() }).to_string()
            } else {
                let row = |one: &Partner| vec![one.code.clone(), one.kind.word().to_owned(), one.name.clone()];
                let columns = [("partner", Align::Left), ("kind", Align::Left), ("name", Align::Left)];
                table(&columns, &partners.iter().map(row).collect::<Vec<_>>())
            })
        }
    }
}
