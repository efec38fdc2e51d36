//! `location add`, `location list`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::model::Place;
use crate::ops::{AddLocation, OpError, SetSite, Site, add_location, set_site, sites};

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
    /// Make the root of places a site with numbers of its own
    #[command(after_help = "Examples:
  scantrail location set WH1 --prefix W1
  scantrail location set BAKERY --lot-template B{yyjjj}{seq:3}")]
    Set {
        /// The root of its places, such as WH1 of WH1/A-01
        code: String,
        /// What stands for {site} in its numbers [default: the root]
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        /// How lots are made there, where the item does not say
        #[arg(long, value_name = "TEMPLATE")]
        lot_template: Option<String>,
        /// How serials are made there, where the item does not say
        #[arg(long, value_name = "TEMPLATE")]
        serial_template: Option<String>,
    },
    /// List all places and sites
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
        Command::Set { code, prefix, lot_template, serial_template } => {
            let change = SetSite { root: code, prefix, lot_template, serial_template };
            let recorded = context.record(|request| set_site(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let (places, sites) =
                store.read(|view| Ok::<_, OpError>((view.own_places().map_err(OpError::from)?, sites(view)?)))?;
            output::result(&if context.globals.json {
                let row = |place: &Place| json!({ "location": place.path, "kind": place.kind.word() });
                let site = |site: &Site| {
                    json!({
                        "site": site.root, "prefix": site.prefix, "lot_template": site.lot_template,
                        "serial_template": site.serial_template,
                    })
                };
                output::json(&json!({
                    "locations": places.iter().map(row).collect::<Vec<_>>(),
                    "sites": sites.iter().map(site).collect::<Vec<_>>(),
                }))
            } else {
                let rows: Vec<Vec<String>> =
                    places.iter().map(|place| vec![place.path.clone(), place.kind.word().to_owned()]).collect();
                let places = table(&[("location", Align::Left), ("kind", Align::Left)], &rows);
                format!("{places}{}", site_table(&sites))
            })
        }
    }
}

fn site_table(sites: &[Site]) -> String {
    if sites.is_empty() {
        return String::new();
    }
    let template = |text: &Option<String>| text.as_deref().map(output::safe).unwrap_or_default();
    let row = |site: &Site| {
        let (lots, serials) = (template(&site.lot_template), template(&site.serial_template));
        vec![site.root.clone(), output::safe(&site.prefix), lots, serials]
    };
    let columns = [("site", Align::Left), ("prefix", Align::Left), ("lots", Align::Left), ("serials", Align::Left)];
    format!("\n{}", table(&columns, &sites.iter().map(row).collect::<Vec<_>>()))
}
