//! `scanner calibrate`.

use std::io::IsTerminal;
use std::path::PathBuf;

use serde_json::json;

use super::listen::{self, Heard};
use super::{described, document};
use crate::cli::context::Context;
use crate::cli::failure::{EXIT_COULD_NOT, Failure};
use crate::cli::label::{self, SheetPaper};
use crate::cli::output;
use crate::cli::profile::StationProfile;
use crate::cli::terminal::RawTerminal;
use crate::codes::sheet::Scanned;
use crate::codes::{Calibration, CalibrationFault, LineEnd, shown};
use crate::ledger::{Code, Refusal};
use crate::ops::calibration_paper;

/// Find out what scanner and host do to scans, and undo it
///
/// Print the sheet with --sheet, then run it again without and scan the Data Matrix, or all bars of the sheet if the scanner reads bars only. It finds the prefix and the suffix, what arrives for the separator (GS), the keyboard layout, dead keys, Caps Lock and the encoding, and says what cannot be repaired and which setting of the scanner to change (exit 4). Scans with characters that cannot be repaired are refused from then on.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail scanner calibrate --sheet calibration.pdf
  scantrail scanner calibrate
  scantrail scanner calibrate --dry-run --json < scan.txt")]
pub struct Args {
    /// Print the sheet to scan instead
    #[arg(long, value_name = "FILE.pdf")]
    sheet: Option<PathBuf>,
    /// The paper of the sheet
    #[arg(long, value_enum, default_value = "a4", requires = "sheet")]
    paper: SheetPaper,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> crate::cli::Result {
    if let Some(path) = &args.sheet {
        return label::deliver(&calibration_paper(args.paper.size(), context.now())?, path, context);
    }
    let (calibration, end) = if std::io::stdin().is_terminal() { by_hand(context)? } else { from_pipe()? };
    keep(&calibration, &end, context)
}

/// Asks for scans until they are enough.
fn by_hand(context: &Context) -> Result<(Calibration, LineEnd), Failure> {
    let mut terminal = RawTerminal::new().map_err(|error| Failure::file("the terminal", &error))?;
    let mut scanned = Scanned::default();
    context.tell("Scan the Data Matrix of the calibration sheet, or all of its bars; Ctrl-C stops.");
    loop {
        let bytes = match listen::terminal(&mut terminal)? {
            Heard::Bytes(bytes) => bytes,
            Heard::End => return Err(stopped("Ctrl-D was pressed")),
            Heard::Stop(why) => return Err(stopped(why)),
        };
        match take(&mut scanned, &bytes) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => context.tell(&still_missing(&scanned)),
            Err(fault) => output::complain(&format!("{fault}; {} bytes arrived, and are passed over", bytes.len())),
        }
    }
}

/// A pipe holds one scan, whatever is in it, or a bar on each line.
fn from_pipe() -> Result<(Calibration, LineEnd), Failure> {
    let bytes = listen::pipe()?;
    let mut scanned = Scanned::default();
    let fault = match take(&mut scanned, &bytes) {
        Ok(Some(found)) => return Ok(found),
        Ok(None) => return Err(stopped(&still_missing(&scanned))),
        Err(fault) => fault,
    };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').flat_map(lines_of_carriage_returns).collect();
    let mut last = None;
    for line in lines.into_iter().filter(|line| !LineEnd::cut(line).0.is_empty()) {
        last = Some(line);
        match take(&mut scanned, line) {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(fault) => return Err(refused(&fault, line)),
        }
    }
    match last {
        Some(_) if scanned.missing().len() < 5 => Err(stopped(&still_missing(&scanned))),
        _ => Err(refused(&fault, &bytes)),
    }
}

/// Lines that end with a CR alone; one that ends with CR and LF is whole.
fn lines_of_carriage_returns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = line.strip_suffix(b"\r\n").map_or(line.len(), <[u8]>::len);
    let (before, end) = line.split_at(whole);
    let parts = before.split_inclusive(|byte| *byte == b'\r');
    parts.chain((!end.is_empty() && before.is_empty()).then_some(end))
}

fn take(scanned: &mut Scanned, bytes: &[u8]) -> Result<Option<(Calibration, LineEnd)>, CalibrationFault> {
    let (scan, end) = LineEnd::cut(bytes);
    let found = scanned.take(scan)?;
    Ok(found.map(|mut calibration| {
        end.judge(&mut calibration);
        (calibration, end)
    }))
}

fn still_missing(scanned: &Scanned) -> String {
    let missing: Vec<String> = scanned.missing().iter().map(ToString::to_string).collect();
    format!("still to be scanned: the bars {}", missing.join(", "))
}

fn stopped(why: &str) -> Failure {
    Failure::Error {
        exit: EXIT_COULD_NOT,
        code: "stopped",
        message: format!("nothing was calibrated: {why}"),
        hint: "scantrail scanner calibrate --sheet FILE.pdf prints what is to be scanned".to_owned(),
    }
}

fn refused(fault: &CalibrationFault, scan: &[u8]) -> Failure {
    let beginning = shown(scan.get(..40).unwrap_or(scan));
    let hint = "scantrail scanner calibrate --sheet FILE.pdf prints it";
    Refusal::new(Code::ScanNotReadable, fault.to_string(), hint).at(1, beginning).into()
}

/// Saves what was found and says it.
fn keep(calibration: &Calibration, end: &LineEnd, context: &Context) -> crate::cli::Result {
    let losses: Vec<String> = calibration.losses.iter().map(ToString::to_string).collect();
    let profile = calibration.profile.clone();
    let kept = StationProfile { profile, made: context.now().to_rfc3339(), by: context.operator(), losses };
    let path = context.profile_path()?;
    if !context.globals.dry_run {
        kept.write(&path)?;
    }
    let text = if context.globals.json {
        let mut document = document(&kept);
        let losses = calibration.losses.iter().map(|loss| json!({ "code": loss.code(), "message": loss.to_string() }));
        document["losses"] = losses.collect();
        document["end"] = json!(end.names());
        document["saved"] = json!((!context.globals.dry_run).then(|| path.display().to_string()));
        output::json(&document)
    } else {
        said(&kept, end, &path.display().to_string(), context.globals.dry_run)
    };
    output::result(&text)?;
    match kept.losses.len() {
        0 => Ok(()),
        count => Err(Failure::Found {
            message: format!(
                "{count} of what this station does to scans cannot be repaired; see above for what to set"
            ),
        }),
    }
}

fn said(kept: &StationProfile, end: &LineEnd, path: &str, dry_run: bool) -> String {
    let mut text = match kept.profile.settings().is_empty() && kept.losses.is_empty() {
        true => "Nothing needs repairing: scans arrive as they are.\n".to_owned(),
        false => described(&kept.profile),
    };
    match end.names().as_str() {
        "" => text.push_str(
            "No line end is sent: set the scanner to send CR (Enter) behind each scan, or live sessions cannot tell where one \
             ends.\n",
        ),
        names => text.push_str(&format!("{names} ends each scan.\n")),
    }
    text.extend(kept.losses.iter().map(|loss| format!("Cannot be repaired: {loss}\n")));
    text.push_str(&match dry_run {
        true => "Nothing was saved.\n".to_owned(),
        false => format!("Saved in {}\n", output::safe(path)),
    });
    text
}
