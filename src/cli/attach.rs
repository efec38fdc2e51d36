//! `attach lot`, `attach serial`, `attach order`, `attach list`, `attach get`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::failure::Failure;
use super::table::{Align, table};
use super::{output, paper};
use crate::ops::{Attach, Attached, OpError, SubjectKind, attachments, kept_file, write_kept_file};

/// Files that belong to lots, units and orders, such as certificates
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Attach a file to a lot
    #[command(
        visible_alias = "batch",
        after_help = "The content is kept once, under its SHA-256: up to 1 MiB in the database,
larger files in the folder DATABASE-files beside it; on a server all in the
database, up to 64 MiB each.

Examples:
  scantrail attach lot H-4711 mill-certificate.pdf
  scantrail attach lot H-4711 photo.jpg --item ROD-20 --kind photo"
    )]
    Lot(FileArgs),
    /// Attach a file to a unit with a serial
    #[command(after_help = "Example:
  scantrail attach serial P-1001 test-report.pdf --item PUMP")]
    Serial(FileArgs),
    /// Attach a file to an order; a certificate counts for what was received on it
    #[command(after_help = "Example:
  scantrail attach order PO-1001 certificate.pdf")]
    Order(OrderArgs),
    /// List what is attached
    #[command(after_help = "Examples:
  scantrail attach list
  scantrail attach list lot H-4711")]
    List(ListArgs),
    /// Write an attached file to disk, and prove that it is what was attached
    #[command(after_help = "Examples:
  scantrail attach get 12 --out certificate.pdf
  scantrail attach get 9f86d081884c --out certificate.pdf")]
    Get(GetArgs),
}

#[derive(clap::Args)]
struct FileArgs {
    /// The lot or serial
    #[arg(value_name = "CODE")]
    code: String,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Of which item, where the code fits several
    #[arg(long, value_name = "ITEM")]
    item: Option<String>,
    /// What sort of file it is
    #[arg(long, value_name = "WORD", default_value = crate::store::CERTIFICATE)]
    kind: String,
}

#[derive(clap::Args)]
struct OrderArgs {
    /// The order
    #[arg(value_name = "CODE")]
    code: String,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What sort of file it is
    #[arg(long, value_name = "WORD", default_value = crate::store::CERTIFICATE)]
    kind: String,
}

#[derive(clap::Args)]
struct ListArgs {
    /// Only what is attached to a thing of this sort
    #[arg(value_enum, value_name = "lot|serial|order", requires = "code", hide_possible_values = true)]
    of: Option<Of>,
    /// Its code
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// Of which item, where the code fits several
    #[arg(long, value_name = "ITEM", requires = "code")]
    item: Option<String>,
}

#[derive(clap::Args)]
struct GetArgs {
    /// The operation that attached it, or the first 12 digits or more of its SHA-256
    #[arg(value_name = "OPERATION|SHA-256")]
    name: String,
    /// Where to write it; a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    #[value(alias = "batch")]
    Lot,
    Serial,
    Order,
}

impl Of {
    fn kind(self) -> SubjectKind {
        match self {
            Of::Lot => SubjectKind::Lot,
            Of::Serial => SubjectKind::Serial,
            Of::Order => SubjectKind::Order,
        }
    }
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    match args.command {
        Command::Lot(args) => attach(context, SubjectKind::Lot, args),
        Command::Serial(args) => attach(context, SubjectKind::Serial, args),
        Command::Order(OrderArgs { code, file, kind }) => {
            attach(context, SubjectKind::Order, FileArgs { code, file, item: None, kind })
        }
        Command::List(args) => list(context, &args),
        Command::Get(args) => get(context, &args),
    }
}

fn attach(context: &Context, to: SubjectKind, args: FileArgs) -> super::Result {
    let store = context.store()?;
    let attach = Attach { to, code: args.code, item: args.item, file: args.file, kind: args.kind };
    let recorded = context.record(|request| attach.run(&store, request))?;
    paper::deliver(context, &store, &recorded, &[])
}

fn list(context: &Context, args: &ListArgs) -> super::Result {
    let today = context.now().date_naive();
    let of = args.of.map(Of::kind).zip(args.code.as_deref());
    let found = context.store()?.read(|view| attachments(view, of, args.item.as_deref(), today))?;
    if context.globals.json {
        return output::result(&output::json(&json!({ "attachments": found.iter().map(document).collect::<Value>() })));
    }
    output::result(&if found.is_empty() { "nothing is attached\n".to_owned() } else { text(&found) })
}

/// An attachment as a document.
pub fn document(one: &Attached) -> Value {
    json!({
        "kind": one.kind, "name": one.name, "sha256": one.hash.to_string(), "size": one.size,
        "operation": one.operation.0, "at": one.at.to_rfc3339(),
        "item": one.item.as_ref().map(|item| item.sku.as_str()),
        "lot": one.lot, "serial": one.serial, "order": one.order,
    })
}

/// Attachments as a table.
pub fn text(attached: &[Attached]) -> String {
    let row = |one: &Attached| {
        vec![
            one.operation.to_string(),
            one.at.format("%Y-%m-%d").to_string(),
            one.to(),
            one.kind.clone(),
            output::safe(&one.name),
            one.size.to_string(),
            one.hash.short(),
        ]
    };
    let columns = [
        ("operation", Align::Right),
        ("when", Align::Left),
        ("attached to", Align::Left),
        ("kind", Align::Left),
        ("name", Align::Left),
        ("bytes", Align::Right),
        ("sha-256", Align::Left),
    ];
    table(&columns, &attached.iter().map(row).collect::<Vec<_>>())
}

fn get(context: &Context, args: &GetArgs) -> super::Result {
    paper::refuse_database(&args.out, context)?;
    let shown = args.out.display().to_string();
    let written = context.store()?.read(|view| {
        let file = kept_file(view, &args.name)?;
        let (hash, size) = (file.hash, file.size);
        write_kept_file(file, &args.out)?;
        Ok::<_, OpError>((hash, size))
    });
    let (hash, size) = written.map_err(Failure::from)?;
    output::result(&if context.globals.json {
        output::json(&json!({ "file": shown, "sha256": hash.to_string(), "size": size }))
    } else {
        format!("Wrote {}: {size} bytes with the SHA-256 {hash}, as they were attached", output::safe(&shown))
    })
}
