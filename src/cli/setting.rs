//! `setting list`, `setting set`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::ops::{OpError, set_setting, settings};

/// Rules of the house, for all stations
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List all rules with their values
    List,
    /// Set one rule
    #[command(after_help = "Examples:
  scantrail setting set lot-words \"lot, lot no, batch\"
  scantrail setting set ean-rules \"weight=21.....{NNDDD}\"
  scantrail setting set data-identifiers yes
  scantrail setting set override-hold yes")]
    Set {
        /// Its name
        name: String,
        /// Its value; an empty one takes the rule away
        value: String,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    match args.command {
        Command::Set { name, value } => {
            let recorded = context.record(|request| set_setting(&store, &name, &value, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let all = store.read(settings).map_err(|error: OpError| error)?;
            if context.globals.json {
                let row = |(setting, value): &(crate::ops::Setting, String)| json!({"name": setting.name, "value": value, "about": setting.about});
                return output::result(&output::json(&json!({"settings": all.iter().map(row).collect::<Value>()})));
            }
            let columns = [("setting", Align::Left), ("value", Align::Left), ("what it does", Align::Left)];
            let row = |(setting, value): &(crate::ops::Setting, String)| {
                vec![setting.name.to_owned(), output::safe(value), setting.about.to_owned()]
            };
            output::result(&table(&columns, &all.iter().map(row).collect::<Vec<_>>()))
        }
    }
}
