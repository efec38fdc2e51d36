//! `item add`, `item set`, `item list`, `item show`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::table::{Align, table};
use super::{output, paper};
use crate::model::Quantity;
use crate::ops::{AddItem, ItemView, OpError, RuleChanges, add_item, item_view, set_item};

/// What is stocked, and how it is tracked
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make an item
    #[command(after_help = "Examples:
  scantrail item add LAPTOP-15 --name \"Laptop 15 inch\" --track serial --gtin 4006381333931
  scantrail item add MILK-1L --name \"Milk 1 l\" --track lot
  scantrail item add FLOUR --name \"Flour\" --track lot --unit kg --scale 3
  scantrail item add SLATE --name \"Slate pallet\" --track serial --measure sqft --scale 2")]
    Add {
        /// Its code
        sku: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// How its units are told apart: none, lot (batch), serial, lot+serial
        #[arg(long, value_name = "HOW", value_parser = tracking)]
        track: String,
        #[command(flatten)]
        more: More,
    },
    /// Change an item; what is not named stays as it is, and codes are added
    #[command(after_help = "Example:
  scantrail item set LAPTOP-15 --barcode OLD-LABEL-77
  scantrail item set MILK-1L --shelf-life 14 --picking fefo
  scantrail item set SCREW --pack 19506000134359=100
  scantrail item set SCREW --supplier-barcode ACME=4711")]
    Set {
        /// Its code
        sku: String,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
        /// How its units are told apart: none, lot (batch), serial, lot+serial
        #[arg(long, value_name = "HOW", value_parser = tracking)]
        track: Option<String>,
        #[command(flatten)]
        more: More,
    },
    /// List all items
    List,
    /// Show one item with its codes
    Show {
        /// Its SKU, a barcode or its GTIN
        code: String,
    },
}

#[derive(clap::Args)]
struct More {
    /// A GTIN (EAN, UPC) of 8, 12, 13 or 14 digits; may be given again
    #[arg(long = "gtin", value_name = "GTIN")]
    gtins: Vec<String>,
    /// Another barcode that is printed on it; may be given again
    #[arg(long = "barcode", value_name = "CODE")]
    barcodes: Vec<String>,
    /// A barcode that stands for several units, such as a case of 12; may be given again
    #[arg(long = "pack", value_name = "CODE=UNITS")]
    packs: Vec<String>,
    /// What a supplier calls it on labels; may be given again
    #[arg(long = "supplier-barcode", value_name = "SUPPLIER=CODE")]
    supplier_codes: Vec<String>,
    /// A new lot expires so many days after it was made, or else received; 0 takes the rule away
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(0..=36_500))]
    shelf_life: Option<u32>,
    /// Which stock goes first: fefo, fifo, place, fewest-lots or manual
    #[arg(long, value_name = "ORDER")]
    picking: Option<String>,
    /// Nothing is set aside, picked or sold before its certificate is there: yes or no
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, default_missing_value = "yes", value_parser = yes_or_no)]
    require_certificate: Option<bool>,
    /// How our own serials are made, such as S{yy}{seq:6}
    #[arg(long, value_name = "TEMPLATE")]
    serial_template: Option<String>,
    /// How our own lots are made, such as L{yyjjj}-{seq:2}
    #[arg(long, value_name = "TEMPLATE")]
    lot_template: Option<String>,
    /// What every serial looks like; others are refused as misread
    #[arg(long, value_name = "REGEX")]
    serial_pattern: Option<String>,
    /// Each unit with a serial carries its own measure in this unit
    #[arg(long, value_name = "UNIT")]
    measure: Option<String>,
    /// The word for its unit [default: each]
    #[arg(long, value_name = "WORD")]
    unit: Option<String>,
    /// Decimals of its quantity, 0 to 6 [default: 0]
    #[arg(long, value_name = "DECIMALS", value_parser = clap::value_parser!(u8).range(0..=6))]
    scale: Option<u8>,
}

fn tracking(word: &str) -> Result<String, String> {
    let found = crate::model::Tracking::from_word(word);
    found.map(|tracking| tracking.word().to_owned()).ok_or_else(|| "one of none, lot, serial, lot+serial".to_owned())
}

fn yes_or_no(word: &str) -> Result<bool, String> {
    match word.trim().to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

fn new_item(sku: String, name: Option<String>, track: Option<String>, more: More) -> AddItem {
    AddItem {
        sku,
        name,
        track,
        gtins: more.gtins,
        barcodes: more.barcodes,
        unit: more.unit,
        scale: more.scale,
        packs: more.packs,
        supplier_codes: more.supplier_codes,
        rules: RuleChanges {
            shelf_life_days: more.shelf_life,
            picking: more.picking,
            requires_certificate: more.require_certificate,
            serial_template: more.serial_template,
            lot_template: more.lot_template,
            serial_pattern: more.serial_pattern,
            measure: more.measure,
        },
    }
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let store = context.store()?;
    match args.command {
        Command::Add { sku, name, track, more } => {
            let change = new_item(sku, Some(name), Some(track), more);
            let recorded = context.record(|request| add_item(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::Set { sku, name, track, more } => {
            let change = new_item(sku, name, track, more);
            let recorded = context.record(|request| set_item(&store, &change, request))?;
            paper::deliver(context, &store, &recorded, &[])
        }
        Command::List => {
            let items = store.read(|view| {
                let items = view.items()?;
                items.iter().map(|item| item_view(view, item.sku.as_str())).collect::<Result<Vec<ItemView>, OpError>>()
            })?;
            output::result(&if context.globals.json {
                output::json(&json!({ "items": items.iter().map(document).collect::<Vec<_>>() }))
            } else {
                text(&items)
            })
        }
        Command::Show { code } => {
            let item = store.read(|view| item_view(view, &code))?;
            let holds = super::hold_text::holds(&item.holds);
            let shown = if context.globals.json { output::json(&document(&item)) } else { text(&[item]) + &holds };
            output::result(&shown)
        }
    }
}

fn document(view: &ItemView) -> Value {
    json!({
        "item": view.item.sku.as_str(), "name": view.item.name, "track": view.item.tracking.word(),
        "gtins": view.gtins, "barcodes": view.barcodes, "packs": packs(view), "supplier_barcodes": supplier_codes(view),
        "unit": view.item.unit, "scale": view.item.scale.decimals(),
        "rules": view.item.rules, "holds": view.holds, "fields": view.fields,
    })
}

fn packs(view: &ItemView) -> Value {
    let pack =
        |(code, quantity): &(String, Quantity)| json!({"barcode": code, "quantity": quantity.display(view.item.scale)});
    view.packs.iter().map(pack).collect()
}

fn supplier_codes(view: &ItemView) -> Value {
    view.supplier_codes.iter().map(|(supplier, code)| json!({"supplier": supplier, "barcode": code})).collect()
}

fn text(items: &[ItemView]) -> String {
    let row = |view: &ItemView| {
        let packs = view.packs.iter().map(|(code, quantity)| format!("{code}={}", quantity.display(view.item.scale)));
        let words = view.supplier_codes.iter().map(|(supplier, code)| format!("{supplier}:{code}"));
        let codes: Vec<String> = view.gtins.iter().chain(&view.barcodes).cloned().chain(packs).chain(words).collect();
        let decimals = view.item.scale.decimals();
        vec![
            view.item.sku.to_string(),
            view.item.name.clone(),
            view.item.tracking.word().to_owned(),
            view.item.unit.clone(),
            if decimals == 0 { String::new() } else { decimals.to_string() },
            codes.join(" "),
        ]
    };
    let columns = [
        ("item", Align::Left),
        ("name", Align::Left),
        ("tracked by", Align::Left),
        ("unit", Align::Left),
        ("decimals", Align::Right),
        ("barcodes", Align::Left),
    ];
    table(&columns, &items.iter().map(row).collect::<Vec<_>>())
}
