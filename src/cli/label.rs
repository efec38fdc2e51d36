//! `label`.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::json;

use super::context::Context;
use super::failure::Failure;
use super::{output, paper, progress};
use crate::ops::{LabelRequest, Paper, badge_paper, command_paper, labels_for};
use crate::print::command_sheet::SheetSize;
use crate::print::label::LabelStock;
use crate::print::symbol::Symbology;

/// Print labels, badges, or the sheet of command scans
///
/// The barcode holds the plain code, so it scans straight into the next command. An existing file is replaced.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail label serial SN001 SN002 --out labels.pdf
  scantrail label location WH1/A-01 --out places.pdf --stock 5160 --start 5
  scantrail label lot B7 --item MILK-1L --out lot.pdf --stock 50x25 --copies 24
  scantrail label badge ANN BOB --out badges.pdf
  scantrail label partner @supplier/ACME --out acme.pdf
  scantrail label commands --out commands.pdf --paper letter")]
pub struct Args {
    /// What the labels are for
    #[arg(value_enum)]
    kind: Kind,
    /// Their codes
    #[arg(required_if_eq_any([
        ("kind", "serial"), ("kind", "lot"), ("kind", "item"), ("kind", "location"), ("kind", "order"), ("kind", "partner"),
        ("kind", "badge")]))]
    codes: Vec<String>,
    /// Of which item, where a serial or lot fits several
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// The file
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
    /// The paper of the sheet of command scans, and of badges
    #[arg(long, value_enum, default_value = "a4")]
    paper: SheetPaper,
    #[command(flatten)]
    label: LabelArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Serial,
    #[value(alias = "batch", alias = "code-number")]
    Lot,
    Item,
    #[value(alias = "place")]
    Location,
    Order,
    /// The badge of a supplier or customer
    Partner,
    /// The badge of an operator
    Badge,
    Commands,
}

/// The paper of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetPaper {
    /// 210 by 297 mm
    A4,
    /// 8.5 by 11 inches
    Letter,
}

impl SheetPaper {
    /// Its size.
    pub fn size(self) -> SheetSize {
        match self {
            SheetPaper::A4 => SheetSize::A4,
            SheetPaper::Letter => SheetSize::Letter,
        }
    }
}

/// The flags of labels.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Labels")]
pub struct LabelArgs {
    /// The label paper: L7160 (A4, 3 x 7), 5160 (Letter, 3 x 10), 50x25 (roll) [default: the config file, or L7160]
    #[arg(long, value_name = "NAME")]
    stock: Option<String>,
    /// The first free position on the first sheet, row by row from 1
    #[arg(long, value_name = "POSITION", default_value_t = 1)]
    start: usize,
    /// How many of each
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = copies)]
    copies: usize,
    /// The kind of barcode: code128 (the plain code), gs1-128, ean13
    #[arg(long, value_name = "NAME", default_value = "code128", value_parser = symbology)]
    symbology: String,
}

fn copies(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=10_000) => Ok(count),
        _ => Err("1 to 10000".to_owned()),
    }
}

fn symbology(text: &str) -> Result<String, String> {
    let words: Vec<&str> = Symbology::WORDS.iter().map(|(_, word)| *word).collect();
    Symbology::named(text).map(|found| found.word().to_owned()).ok_or_else(|| format!("one of {}", words.join(", ")))
}

impl LabelArgs {
    /// What is wanted, with the paper of this station where none is named.
    ///
    /// # Errors
    /// Paper that does not exist, or a position that it does not have.
    pub fn request(&self, context: &Context) -> Result<LabelRequest, Failure> {
        let name = self.stock.as_deref().or(context.config.label_stock.as_deref()).unwrap_or(LabelStock::DEFAULT);
        let stock = LabelStock::named(name).ok_or_else(|| {
            let known = LabelStock::NAMES.join(", ");
            Failure::usage(format!("there is no label paper {}: one of {known}", output::safe(name)))
        })?;
        if self.start == 0 || self.start > stock.positions() {
            let positions = stock.positions();
            return Err(Failure::usage(format!(
                "--start {} is not on {name}: its positions are 1 to {positions}",
                self.start
            )));
        }
        let symbology = Symbology::named(&self.symbology).unwrap_or(Symbology::Code128);
        Ok(LabelRequest { stock, start: self.start, copies: self.copies, symbology })
    }
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let request = args.label.request(context)?;
    if args.kind == Kind::Commands && !args.codes.is_empty() {
        return Err(Failure::usage("`label commands` prints the whole sheet and takes no codes"));
    }
    let size = args.paper.size();
    match args.kind {
        Kind::Commands => return deliver(&command_paper(size, context.now())?, &args.out, context),
        Kind::Badge => return deliver(&badge_paper(&args.codes, size, context.now())?, &args.out, context),
        _ => {}
    }
    let kind = args.kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let store = context.store()?;
    let bar = progress::bar(context, "labels");
    let made = store.read(|view| {
        let (item, show) = (args.item.as_deref(), |done, all| progress::show(&bar, done, all));
        labels_for(view, &kind, &args.codes, item, &request, context.now(), &show)
    });
    bar.finish_and_clear();
    deliver(&made?, &args.out, context)
}

/// Writes paper and says so.
///
/// # Errors
/// What cannot be written.
pub fn deliver(made: &Paper, out: &Path, context: &Context) -> super::Result {
    let files = if context.globals.dry_run { Vec::new() } else { paper::write(made, out, context)? };
    output::result(&if context.globals.json {
        output::json(&json!({ "files": files }))
    } else {
        files.iter().map(|file| format!("Wrote {}\n", output::safe(file))).collect()
    })
}
