//! `init`.

use serde_json::json;

use super::context::{Context, folder_of};
use super::failure::Failure;
use super::output;
use crate::disk::NewFolders;
use crate::store::{Address, Opened, STATION_GRANTS, Store, StoreError};

/// Make the database
///
/// Makes the database file, and the folder it is in; or, for a postgresql:// URL, the schema in a database that is there
/// and empty. A scantrail database that is there already is left as it is.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail init
  scantrail --db /srv/stock/scantrail.db init
  scantrail --db postgresql://owner@db1.example,db2.example/stock init")]
pub struct Args {}

/// Runs the command.
pub fn run(_args: &Args, context: &Context) -> super::Result {
    context.globals.db.iter().for_each(|named| context.warn_of_password(named));
    let address = context.database()?;
    let options = context.store_options()?;
    if context.globals.dry_run {
        return match Store::open(&address, &options) {
            Ok(_) => show(context, &address, Opened::WasThere),
            Err(StoreError::Missing(_) | StoreError::Empty(_)) => show(context, &address, Opened::Created),
            Err(error) => Err(error.into()),
        };
    }
    let mut folders = NewFolders::default();
    if let Address::File(path) = &address
        && let Some(folder) = folder_of(path).filter(|folder| !folder.exists())
    {
        context.tell(&format!("making the folder {}", folder.display()));
        folders = NewFolders::make(folder).map_err(|error| Failure::file(&folder.display().to_string(), &error))?;
    }
    let opened = Store::create(&address, &options)?;
    folders.keep().map_err(|error| Failure::from(StoreError::OutcomeUnknown(error.to_string())))?;
    show(context, &address, opened)
}

fn show(context: &Context, address: &Address, opened: Opened) -> super::Result {
    let created = opened == Opened::Created;
    let grants = matches!(address, Address::Server(_)).then_some(STATION_GRANTS);
    if context.globals.json {
        let mut document = json!({ "database": address.to_string(), "created": created });
        if opened == Opened::Updated {
            document["updated"] = true.into();
        }
        if let Some(grants) = grants {
            document["grants"] = grants.into();
        }
        return output::result(&output::json(&document));
    }
    let shown = output::safe(&address.to_string());
    let mut text = match opened {
        Opened::Created => format!("Made the database {shown}"),
        Opened::Updated => format!("Brought the database {shown} to the schema of this version"),
        Opened::WasThere => format!("{shown} is a scantrail database already; nothing was changed"),
    };
    if let Some(grants) = grants {
        text.push_str(&format!(
            "\n\nA station needs no more than this role, which can append and read, but not change history. The first line once \
             for a server, as whoever may make roles; the others as the owner:\n\n\
             {grants}\nThen, for each person or station:\n\n\
             CREATE ROLE dock_1 LOGIN IN ROLE scantrail_station;  -- then set its password: \\password dock_1\n"
        ));
    }
    output::result(&text)
}
