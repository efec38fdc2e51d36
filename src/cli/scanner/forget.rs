//! `scanner forget`.

use std::io::ErrorKind;

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output;

/// Take scans as they arrive again
///
/// It removes this station's scanner profile, also a damaged one.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail scanner forget")]
pub struct Args {}

/// Runs the command.
pub fn run(context: &Context) -> crate::cli::Result {
    let path = context.profile_path()?;
    let wrong = |error: std::io::Error| Failure::file(&path.display().to_string(), &error);
    let removed = match std::fs::symlink_metadata(&path) {
        Ok(_) if context.globals.dry_run => true,
        Ok(_) => std::fs::remove_file(&path).map(|()| true).map_err(wrong)?,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(wrong(error)),
    };
    if context.globals.json {
        return output::result(&output::json(&json!({ "removed": removed })));
    }
    output::result(if removed { "The scanner profile is removed.\n" } else { "There is no scanner profile.\n" })
}
