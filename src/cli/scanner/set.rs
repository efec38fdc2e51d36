//! `scanner set`.

use super::{described, document};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::profile::StationProfile;

/// Set by hand what is undone in every scan
///
/// prefix=~ and suffix=; are taken off; gs=# arrives for the separator (also gs=TAB, gs=space, gs=<GS>); caps=invert, case=lower, encoding=latin-1; char=ß- where ß arrives for -; dead=´= where the dead key ´ is typed for =. \xHH is a byte. It adds to what is set already; `scanner forget` begins anew. Put settings with signs into quotes: a shell reads ~ ; # | < > itself.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail scanner set 'gs=#'
  scantrail scanner set 'prefix=~' 'suffix=;' encoding=latin-1
  scantrail scanner set char=ß- char=-/ --dry-run")]
pub struct Args {
    /// What is undone
    #[arg(required = true, value_name = "KEY=VALUE")]
    settings: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> crate::cli::Result {
    let path = context.profile_path()?;
    let mut kept = StationProfile::read(&path)?.unwrap_or_default();
    for setting in &args.settings {
        kept.profile.set(setting).map_err(|fault| Failure::usage(fault.to_string()))?;
    }
    if let Some(why) = kept.profile.takes_data() {
        let message = format!("{why}: it would be taken out of codes that hold it; nothing was set");
        return Err(Failure::usage(message));
    }
    kept.made = context.now().to_rfc3339();
    kept.by = context.operator();
    if !context.globals.dry_run {
        kept.write(&path)?;
    }
    output::result(&if context.globals.json { output::json(&document(&kept)) } else { described(&kept.profile) })
}
