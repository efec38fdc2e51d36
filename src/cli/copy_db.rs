//! `copy-db`.

use std::ffi::OsString;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::context::{Context, folder_of};
use super::failure::Failure;
use super::{output, progress};
use crate::disk::NewFolders;
use crate::store::{Address, Copied, StoreError, copy_database};

/// Copy a whole ledger into another database
///
/// From an SQLite file to PostgreSQL, back, or within one of them. The copy holds the source as it was at one moment, with all
/// attached files, whoever works on it meanwhile: fit as a backup. It is compared row by row before it has its name or is
/// committed, and until then nobody sees any of it; the source stays as it is. The target must hold nothing; where there is no
/// database yet, it is made. To move a ledger, let nobody work on the source meanwhile: what is recorded there after the copy
/// began is not in the copy.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail copy-db stock.db postgresql://owner@db1.example/stock
  scantrail copy-db stock.db /backup/stock-2026-11-24.db
  scantrail copy-db postgresql://owner@db1.example/stock copy-of-today.db
  scantrail copy-db stock.db postgresql://owner@db1.example/stock --dry-run")]
pub struct Args {
    /// The database to copy: a path, or postgresql://…
    #[arg(value_name = "FROM")]
    from: OsString,
    /// The empty database to copy into: a path, or postgresql://…
    #[arg(value_name = "TO")]
    to: OsString,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let (from, to) = (context.address(&args.from)?, context.address(&args.to)?);
    [&args.from, &args.to].into_iter().for_each(|named| context.warn_of_password(named));
    let folders = match &to {
        Address::File(path) if !context.globals.dry_run => new_folders(path)?,
        _ => NewFolders::default(),
    };
    let bar = progress::bar(context, "rows, copied and compared");
    let copied = copy_database(&from, &to, &context.store_options()?, context.globals.dry_run, |done, all| {
        progress::show(&bar, usize::try_from(done).unwrap_or(usize::MAX), usize::try_from(all).unwrap_or(usize::MAX));
    });
    bar.finish_and_clear();
    let copied = copied.map_err(|error| not_known(error, &to))?;
    folders.keep().map_err(|error| not_known(StoreError::OutcomeUnknown(error.to_string()), &to))?;
    show(context, &from, &to, &copied)
}

/// Makes the folder that a file will be in.
fn new_folders(path: &Path) -> Result<NewFolders, Failure> {
    let Some(folder) = folder_of(path) else { return Ok(NewFolders::default()) };
    NewFolders::make(folder).map_err(|error| Failure::file(&folder.display().to_string(), &error))
}

/// A copy has no op id with which it could be repeated.
fn not_known(error: StoreError, to: &Address) -> Failure {
    let is_open = matches!(error, StoreError::OutcomeUnknown(_));
    match Failure::from(error) {
        Failure::Error { exit, code, message, .. } if is_open => {
            let to = to.to_string();
            let hint =
                format!("look whether the copy is there, and repeat the command where not: scantrail --db {to} log");
            Failure::Error { exit, code, message, hint }
        }
        other => other,
    }
}

fn show(context: &Context, from: &Address, to: &Address, copied: &Copied) -> super::Result {
    let digest: String = copied.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let count = |table: &str| copied.rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
    if context.globals.json {
        let rows: Map<String, Value> =
            copied.rows.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
        let document = json!({
            "from": from.to_string(), "to": to.to_string(), "operations": count("operation"), "rows": rows,
            "digest": digest, "copied": !copied.dry_run,
        });
        return output::result(&output::json(&document));
    }
    let (from, to) = (output::safe(&from.to_string()), output::safe(&to.to_string()));
    let what = format!("{} operations with {} movements", count("operation"), count("movement"));
    output::result(&match copied.dry_run {
        true => format!("Dry run: {what} would be copied from {from} to {to}; nothing was written."),
        false => format!("Copied {what} from {from} to {to}, and compared every row.\nDigest of the ledger: {digest}"),
    })
}
