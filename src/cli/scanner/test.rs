//! `scanner test`.

use std::io::IsTerminal;

use serde_json::{Value, json};

use super::listen::{self, Heard};
use crate::cli::context::Context;
use crate::cli::decode::{self, Decoder};
use crate::cli::failure::Failure;
use crate::cli::output::{self, safe};
use crate::cli::terminal::RawTerminal;
use crate::codes::{LineEnd, Profile, shown};

/// Show every byte that arrives, and what is understood
///
/// Scan; Ctrl-C or Ctrl-D ends it. Each scan is shown as it arrives, then as this station's profile repairs it, then as `decode` reads it. Nothing is written, and no database is needed.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail scanner test
  scantrail scanner test --as-scanned
  printf ']d2010952123454321310B7\\r' | scantrail scanner test --json")]
pub struct Args {}

/// Bytes in one row.
const ROW: usize = 8;

/// The names of the control characters from 0x00 on.
const NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI", "DLE",
    "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
];

/// Runs the command.
pub fn run(context: &Context) -> crate::cli::Result {
    let tester = Tester { context, profile: context.profile()? };
    let mut documents = Vec::new();
    if std::io::stdin().is_terminal() {
        let mut terminal = RawTerminal::new().map_err(|error| Failure::file("the terminal", &error))?;
        context.tell("Scan something; Ctrl-C ends it.");
        while let Heard::Bytes(bytes) = listen::terminal(&mut terminal)? {
            documents.extend(tester.heard(&bytes)?);
        }
    } else {
        loop {
            let bytes = listen::line(tester.profile.keeps_tabs())?;
            if bytes.is_empty() {
                break;
            }
            documents.extend(tester.heard(&bytes)?);
        }
    }
    if context.globals.json {
        return output::result(&output::json(&json!({ "scans": documents })));
    }
    Ok(())
}

struct Tester<'c> {
    context: &'c Context,
    profile: Profile,
}

impl Tester<'_> {
    /// Shows what was heard; a document of it where one is wanted.
    fn heard(&self, bytes: &[u8]) -> Result<Option<Value>, Failure> {
        let (scan, end) = LineEnd::cut(bytes);
        let decoder = Decoder::of(self.profile.clone(), self.context.now().date_naive());
        let entries = decoder.entries(bytes, "the scan")?;
        let repaired = self.profile.repaired(scan);
        if self.context.globals.json {
            let (repaired, fault) = match &repaired {
                Ok(repaired) => (Some(shown(repaired)), None),
                Err(fault) => (None, Some(fault.to_string())),
            };
            return Ok(Some(json!({
                "bytes": bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>(),
                "raw": shown(scan), "end": end.names(), "repaired": repaired, "not_repaired": fault,
                "read": entries.iter().map(decode::document).collect::<Vec<_>>(),
            })));
        }
        let mut text = format!("arrived: {} bytes, {}\n", bytes.len(), ended_by(&end));
        text.extend(bytes.chunks(ROW).map(row));
        match &repaired {
            Ok(repaired) if repaired == scan => text.push_str("repaired: nothing to do\n"),
            Ok(repaired) => text.push_str(&format!("repaired: {}\n", shown(repaired))),
            Err(fault) => text.push_str(&format!("not repaired: {fault}\n")),
        }
        if entries.is_empty() {
            text.push_str("read: nothing is in it\n");
        }
        text.extend(entries.iter().map(|entry| format!("read: {}", decode::text(entry))));
        output::result(&format!("{text}\n"))?;
        Ok(None)
    }
}

fn ended_by(end: &LineEnd) -> String {
    match end.names().as_str() {
        "" => "ended by a pause: no line end was sent".to_owned(),
        names => format!("ended by {names}"),
    }
}

/// Bytes as numbers, and what they are.
fn row(bytes: &[u8]) -> String {
    let cell = |byte: &u8| {
        let name = match byte {
            0x00..=0x1f => NAMES[usize::from(*byte)].to_owned(),
            b' ' => "space".to_owned(),
            0x21..=0x7e => char::from(*byte).to_string(),
            0x7f => "DEL".to_owned(),
            _ => "·".to_owned(),
        };
        format!("{byte:02X} {name:<5}")
    };
    let cells: Vec<String> = bytes.iter().map(cell).collect();
    format!("  {}\n", safe(cells.join("  ").trim_end()).replace(r"\x5C", "\\"))
}
