//! Where scans come from: a pipe, a file, or a scanner at a terminal.

use std::io::{BufReader, IsTerminal};
use std::path::PathBuf;

use chrono::NaiveDate;

use super::context::Context;
use super::failure::Failure;
use super::live::{self, Source};
use crate::model::LotDates;
use crate::ops::{BatchOptions, Recorded, Request, ScanVerb, read_scans, record_batch};
use crate::store::Store;

/// The flags of all commands that take scans.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Scans")]
pub struct ScanArgs {
    /// Read the scans from a file, one on each line, instead of stdin
    #[arg(long, value_name = "FILE")]
    pub scans: Option<PathBuf>,
    /// Answer every scan at once, also when stdin is not a terminal
    #[arg(long)]
    pub live: bool,
    /// The item of the whole batch: its SKU, a barcode or its GTIN
    #[arg(long, value_name = "ITEM")]
    pub item: Option<String>,
    /// The lot of the whole batch
    #[arg(long, visible_aliases = ["batch", "code-number"], value_name = "LOT")]
    pub lot: Option<String>,
    /// When that lot expires
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub expires: Option<NaiveDate>,
    /// When that lot was made
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub made: Option<NaiveDate>,
    /// Take serials that look like the code of an item or a place
    #[arg(long)]
    pub allow_odd_serials: bool,
    /// Take ranges such as SN100..SN149 or SN100+49 where a serial is due; a live session asks without this flag
    #[arg(long)]
    pub ranges: bool,
    /// Take a scan that can be read in several ways as the likeliest one, instead of refusing it
    #[arg(long)]
    pub accept_guess: bool,
    #[command(flatten)]
    pub drafts: DraftArgs,
}

/// What becomes of the draft that a killed live session has left.
#[derive(clap::Args, Debug, Clone, Copy)]
pub struct DraftArgs {
    /// Go on with the draft of a live session that was stopped or killed
    #[arg(long)]
    pub resume: bool,
    /// Drop that draft, and begin anew
    #[arg(long, conflicts_with = "resume")]
    pub discard_draft: bool,
}

pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    crate::model::limits::date(text).ok_or_else(|| "write a date as 2026-11-23".to_owned())
}

impl ScanArgs {
    /// Checks what the flags say together.
    ///
    /// # Errors
    /// A lot that expires before it was made; flags of live sessions for another stream.
    pub fn check(&self) -> Result<(), Failure> {
        match (self.made, self.expires) {
            (Some(made), Some(expires)) if expires < made => {
                Err(Failure::usage(format!("the lot expires on {expires}, before it was made on {made}")))
            }
            _ if (self.drafts.resume || self.drafts.discard_draft) && self.is_read_whole() => {
                Err(Failure::usage("--resume and --discard-draft are for live sessions: at a terminal, or with --live"))
            }
            _ => Ok(()),
        }
    }

    /// True for a stream that is one batch, read to its end before it is judged.
    fn is_read_whole(&self) -> bool {
        !self.live && (self.scans.is_some() || !std::io::stdin().is_terminal())
    }

    /// What holds for the whole batch.
    pub fn options(&self) -> BatchOptions {
        BatchOptions {
            item: self.item.clone(),
            lot: self.lot.clone(),
            dates: LotDates { expires: self.expires, best_before: None, made: self.made },
            allow_odd_serials: self.allow_odd_serials,
            ranges: self.ranges,
            accept_guess: self.accept_guess,
        }
    }
}

/// Reads scans and records them as one operation.
///
/// # Errors
/// What is refused or fails.
pub fn record(
    context: &Context,
    store: &Store,
    scans: &ScanArgs,
    verb: &dyn ScanVerb,
    request: &Request,
) -> Result<Recorded, Failure> {
    scans.check()?;
    let profile = context.profile()?;
    let outcome = match &scans.scans {
        Some(path) => {
            let name = path.display().to_string();
            if path.is_dir() {
                return Err(Failure::file(&name, &std::io::Error::from(std::io::ErrorKind::IsADirectory)));
            }
            let file = std::fs::File::open(path).map_err(|error| Failure::file(&name, &error))?;
            if scans.live {
                return live::record(
                    context,
                    store,
                    verb,
                    request,
                    Source::file(BufReader::new(file)).repairing(profile),
                    scans.drafts,
                );
            }
            record_batch(store, verb, request, &read_scans(BufReader::new(file), &name, &profile)?)
        }
        None => {
            let stdin = std::io::stdin();
            let source = if stdin.is_terminal() { Some(Source::terminal()?) } else { scans.live.then(Source::pipe) };
            if let Some(source) = source {
                return live::record(context, store, verb, request, source.repairing(profile), scans.drafts);
            }
            record_batch(store, verb, request, &read_scans(stdin.lock(), "stdin", &profile)?)
        }
    };
    outcome.map_err(|error| Failure::from(error).repeat_with(&request.op_id))
}
