//! `import`.

use std::path::PathBuf;

use super::context::Context;
use super::failure::Failure;
use super::{paper, progress};
use crate::ops::{ImportKind, import};
use crate::store::read_ordinary;
use clap::ValueEnum;

/// Read items, locations, partners, orders or patterns from a CSV file
///
/// The first line names the columns; comma, semicolon or TAB separates. All rows are taken or none, and every bad row is
/// named.
///
/// items: sku, name, track, gtin, barcode, unit, scale · locations: code, kind · partners: code, kind, name ·
/// orders: code, kind, partner, item, quantity (one row for each line) · patterns: name, applies to, of, regex, tables,
/// check, example, note
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail import items catalogue.csv
  scantrail import orders orders.csv --dry-run
  scantrail import patterns makers.csv")]
pub struct Args {
    /// What the file holds
    #[arg(value_enum)]
    kind: Kind,
    /// The file
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Items,
    Locations,
    Partners,
    Orders,
    Patterns,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let bytes = read_ordinary(&args.file).map_err(|error| Failure::file(&args.file.display().to_string(), &error))?;
    let store = context.store()?;
    let request = context.request()?;
    let kind = match args.kind {
        Kind::Items => ImportKind::Items,
        Kind::Locations => ImportKind::Locations,
        Kind::Partners => ImportKind::Partners,
        Kind::Orders => ImportKind::Orders,
        Kind::Patterns => ImportKind::Patterns,
    };
    let bar = progress::bar(context, "rows");
    let outcome = import(&store, kind, &bytes, &request, |done, all| progress::show(&bar, done, all));
    bar.finish_and_clear();
    let recorded = outcome.map_err(|error| Failure::from(error).repeat_with(&request.op_id))?;
    paper::deliver(context, &store, &recorded, &[])
}
