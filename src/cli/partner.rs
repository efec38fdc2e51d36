//! `partner add`, `partner set`, `partner list`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::ops::{AddPartner, OpError, SetPartner, add_partner, minimum_life, set_partner};
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
    /// Change what is said of a partner
    #[command(after_help = "Example:
  scantrail partner set BOB --minimum-life 30")]
    Set {
        /// Its code
        code: String,
        /// Its side of the trade, where a supplier and a customer have the code
        #[arg(long, value_enum)]
        kind: Option<Kind>,
        /// The customer takes only goods that are good for so many days more; 0 takes the rule away
        #[arg(long, value_name = "DAYS")]
        minimum_life: Option<u32>,
    },
    /// List all partners
    List,
}

fn word(kind: Kind) -> String {
    kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    match args.command {
        Command::Add { code, kind, name } => {
            let change = AddPartner { code, kind: word(kind), name };
            let recorded = context.record(|request| add_partner(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::Set { code, kind, minimum_life } => {
            let change = SetPartner { code, kind: kind.map(word), minimum_life };
            let recorded = context.record(|request| set_partner(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let partners = store.read(|view| {
                let partners = view.partners()?.into_iter();
                let with_life = |one: Partner| minimum_life(view, Some(&one)).map(|life| (one, life));
                partners.map(with_life).collect::<Result<Vec<_>, OpError>>()
            })?;
            output::result(&if context.globals.json {
                let row = |(one, life): &(Partner, u32)| {
                    let mut row = json!({ "partner": one.code, "kind": one.kind.word(), "name": one.name });
                    if *life > 0 {
                        row["minimum_life"] = (*life).into();
                    }
                    row
                };
                output::json(&json!({ "partners": partners.iter().map(row).collect::<Vec<_>>() }))
            } else {
                let any_life = partners.iter().any(|(_, life)| *life > 0);
                let row = |(one, life): &(Partner, u32)| {
                    let mut row = vec![one.code.clone(), one.kind.word().to_owned(), one.name.clone()];
                    let shown = if *life > 0 { format!("{life} days") } else { String::new() };
                    row.extend(any_life.then_some(shown));
                    row
                };
                let mut columns = vec![("partner", Align::Left), ("kind", Align::Left), ("name", Align::Left)];
                columns.extend(any_life.then_some(("minimum life", Align::Right)));
                table(&columns, &partners.iter().map(row).collect::<Vec<_>>())
            })
        }
    }
}
