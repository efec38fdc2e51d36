//! `scanner show`.

use super::{described, document};
use crate::cli::context::Context;
use crate::cli::output::{self, safe};
use crate::cli::profile::StationProfile;

/// Show what is undone in every scan
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail scanner show
  scantrail scanner show --json")]
pub struct Args {}

/// Runs the command.
pub fn run(context: &Context) -> crate::cli::Result {
    let kept = StationProfile::read(&context.profile_path()?)?.unwrap_or_default();
    if context.globals.json {
        return output::result(&output::json(&document(&kept)));
    }
    let mut text = described(&kept.profile);
    text.extend(kept.losses.iter().map(|loss| format!("Cannot be repaired: {}\n", safe(loss).replace(r"\x5C", "\\"))));
    if !kept.made.is_empty() {
        text.push_str(&format!("Made {} by {}.\n", safe(&kept.made), safe(&kept.by)));
    }
    output::result(&text)
}
