//! `init`.

use serde_json::json;

use super::context::{Context, folder_of};
use super::failure::Failure;
use super::output;
use crate::store::{Opened, Store};

/// Make the database
///
/// Makes the database file, and the folder it is in. A database that is there already is left as it is.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail init
  scantrail --db /srv/stock/scantrail.db init")]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args, context: &Context) -> super::Result {
    let path = context.database()?;
    let shown = path.display().to_string();
    if context.globals.dry_run {
        return show(context, &shown, if path.exists() { Opened::WasThere } else { Opened::Created });
    }
    if let Some(folder) = folder_of(&path).filter(|folder| !folder.exists()) {
        context.tell(&format!("making the folder {}", folder.display()));
        std::fs::create_dir_all(folder).map_err(|error| Failure::file(&folder.display().to_string(), &error))?;
    }
    let opened = Store::create(&path, context.allows_network_file_system())?;
    show(context, &shown, opened)
}

fn show(context: &Context, path: &str, opened: Opened) -> super::Result {
    let created = opened == Opened::Created;
    if context.globals.json {
        return output::result(&json!({ "database": path, "created": created }).to_string());
    }
    let path = output::safe(path);
    output::result(&match created {
        true => format!("Made the database {path}"),
        false => format!("{path} is a scantrail database already; nothing was changed"),
    })
}
