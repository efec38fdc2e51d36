//! `location add`, `location list`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::model::Place;
use crate::ops::{AddLocation, OpError, add_location};

/// Places where goods can be
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Shelves: goods are put away and allocated here
    Storage,
    /// Where picked goods wait
    Staging,
    /// Goods that may not be sold
    Quarantine,
    /// Goods under way between sites
    Transit,
}

#[derive(Subcommand)]
enum Command {
    /// Make a place
    #[command(after_help = "Examples:
  scantrail location add WH1/A-01
  scantrail location add WH1/STAGING --kind staging")]
    Add {
        /// Its path
        code: String,
        /// What it is for
        #[arg(long, value_enum, default_value = "storage")]
        kind: Kind,
    },
    /// List all places
    List,
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    match args.command {
        Command::Add { code, kind } => {
            let kind = kind.to_possible_value().map(|value| value.get_name().to_owned());
            let change = AddLocation { code, kind };
            let recorded = context.record(|request| add_location(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let places = store.read(|view| view.own_places().map_err(OpError::from))?;
            output::result(&if context.globals.json {
                let row = |place: &Place| json!({ "location": place.path, "kind": place.kind.word() });
                json!({ "locations": places.iter().map(row).collect::<Vec<_>>() }).to_string()
            } else {
                let rows: Vec<Vec<String>> =
                    places.iter().map(|place| vec![place.path.clone(), place.kind.word().to_owned()]).collect();
                table(&[("location", Align::Left), ("kind", Align::Left)], &rows)
            })
        }
    }
}
