//! `pattern list`, `pattern show`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, harmless, safe};
use super::table::{Align, table};
use crate::codes::Pattern;
use crate::ledger::{Code, Refusal};
use crate::ops::{OpError, patterns};

/// Patterns of makers' serials and lots; `import patterns` brings them in
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List all patterns
    List,
    /// Show one pattern
    #[command(after_help = "Example:
  scantrail pattern show imei")]
    Show {
        /// Its name
        name: String,
    },
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    let all = context.store()?.read(patterns).map_err(|error: OpError| error)?;
    match args.command {
        Command::List if context.globals.json => {
            output::result(&output::json(&json!({ "patterns": all.iter().map(document).collect::<Vec<_>>() })))
        }
        Command::List => {
            let row = |pattern: &Pattern| {
                let of = pattern.definition();
                vec![safe(&of.name), of.of.word().to_owned(), safe(&of.applies_to), safe(&of.example)]
            };
            let columns =
                [("pattern", Align::Left), ("of", Align::Left), ("for", Align::Left), ("example", Align::Left)];
            let rows: Vec<_> = all.iter().map(row).collect();
            output::result(&if rows.is_empty() { "no patterns yet\n".to_owned() } else { table(&columns, &rows) })
        }
        Command::Show { name } => {
            let found = all.iter().find(|pattern| pattern.definition().name.eq_ignore_ascii_case(name.trim()));
            let found = found.ok_or_else(|| {
                let message = format!("there is no pattern {}", safe(&name));
                OpError::from(Refusal::new(Code::NotValid, message, "scantrail pattern list"))
            })?;
            output::result(&if context.globals.json { output::json(&document(found)) } else { text(found) })
        }
    }
}

fn document(pattern: &Pattern) -> Value {
    let of = pattern.definition();
    json!({
        "pattern": of.name, "of": of.of.word(), "applies_to": of.applies_to, "regex": of.regex, "tables": of.tables,
        "check": of.check, "example": of.example, "note": of.note,
    })
}

fn text(pattern: &Pattern) -> String {
    let of = pattern.definition();
    let rows = [
        ("pattern", &of.name),
        ("for", &of.applies_to),
        ("expression", &of.regex),
        ("tables", &of.tables),
        ("check", &of.check),
        ("example", &of.example),
        ("note", &of.note),
    ];
    let rows = rows.iter().filter(|(_, value)| !value.is_empty());
    // An expression is copied: its backslashes stay.
    rows.map(|(name, value)| format!("{name:<10}  {}\n", harmless(value))).collect()
}
