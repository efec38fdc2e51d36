//! The schema as a whole, and what `init` and every start do about it.

use postgres::Client;
use postgres::error::SqlState;

use crate::store::clock::Earlier;
use crate::store::engine::invalid;
use crate::store::{Opened, Result, SCHEMA_VERSION, StoreError};

const TABLES: &str = include_str!("schema.sql");

/// What a role that may append and read, and not change history, is granted. The owner of the tables runs it once.
pub const STATION_GRANTS: &str = include_str!("grants.sql");

/// Stations that make or update the schema at the same time do it one after the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('scantrail schema', 0))";

/// Fails unless the database has the schema that this program knows; gives its newest operation.
///
/// # Errors
/// [`StoreError::Missing`], [`StoreError::Newer`], [`StoreError::Older`]: a station may not change the schema, `init` does.
pub(super) fn check(client: &mut Client, shown: &str) -> Result<Option<Earlier>> {
    let found = version(client)?;
    match found.map(|(version, _)| version) {
        Some(found) if found > SCHEMA_VERSION => Err(StoreError::Newer { found, known: SCHEMA_VERSION }),
        Some(found) if found < SCHEMA_VERSION => Err(StoreError::Older { found, known: SCHEMA_VERSION }),
        Some(_) => Ok(found.and_then(|(_, newest)| newest)),
        None => Err(StoreError::Missing(shown.to_owned())),
    }
}

/// Makes the schema where there is none. Whole or not at all, also when several stations do it at once.
///
/// # Errors
/// [`StoreError::NotOurs`] when there are tables of the same names, or another encoding than UTF-8.
pub(super) fn make(client: &mut Client, shown: &str) -> Result<Opened> {
    begin_locked(client)?;
    let made = make_locked(client, shown);
    match &made {
        Ok(Opened::Created | Opened::Updated) => client.batch_execute("COMMIT").map_err(super::errors::of_commit)?,
        _ => client.batch_execute("ROLLBACK")?,
    }
    made
}

/// Read committed, because whoever waited for the lock must see what the one before made.
fn begin_locked(client: &mut Client) -> Result<()> {
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")?;
    Ok(client.batch_execute(LOCK)?)
}

/// Makes the schema in a transaction that stays open: nobody sees it before that is committed, and whoever else would make
/// one waits until then. False when there is one already.
///
/// # Errors
/// As [`make`].
pub(super) fn begin(client: &mut Client, shown: &str) -> Result<bool> {
    begin_locked(client)?;
    Ok(make_locked(client, shown)? == Opened::Created)
}

fn make_locked(client: &mut Client, shown: &str) -> Result<Opened> {
    let not_ours = |why: &str| StoreError::NotOurs { path: shown.to_owned(), why: why.to_owned() };
    let sql =
        "SELECT current_setting('server_encoding') = 'UTF8', current_setting('server_version_num')::int >= 140000,
                      to_regclass('ledger_schema') IS NOT NULL,
                      EXISTS (SELECT 1 FROM unnest(ARRAY['operation', 'scans', 'movement', 'item', 'lot', 'serial', 'place',
                              'partner', 'code', 'setting', 'pack', 'supplier_code', 'lot_name',
                              'supplier_lot', 'hold', 'hold_state', 'ownership', 'file', 'attachment', 'sequence', 'trade_order', 'order_line', 'claim', 'balance', 'position']) AS name
                              WHERE to_regclass(name) IS NOT NULL)";
    let row = client.query_typed_one(sql, &[])?;
    let (is_utf8, is_new_enough, is_there, is_taken): (bool, bool, bool, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    if is_there {
        return match check(client, shown) {
            Ok(_) => Ok(Opened::WasThere),
            Err(StoreError::Older { found, .. }) => update(client, found),
            Err(error) => Err(error),
        };
    }
    if !is_utf8 {
        return Err(not_ours(
            "its encoding is not UTF8; make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        ));
    }
    if !is_new_enough {
        return Err(not_ours("the server is older than PostgreSQL 14"));
    }
    if is_taken {
        return Err(not_ours("it has tables of another program with the same names"));
    }
    client.batch_execute(TABLES)?;
    let version = postgres::types::Type::INT8;
    client.execute_typed("INSERT INTO ledger_schema (version) VALUES ($1)", &[(&SCHEMA_VERSION, version)])?;
    Ok(Opened::Created)
}

/// Brings an older schema to the one of this program, step by step.
fn update(client: &mut Client, from: i64) -> Result<Opened> {
    if from < 1 {
        return Err(StoreError::Damaged(format!("it says that it has schema {from}, and there is none")));
    }
    for step in from + 1..=SCHEMA_VERSION {
        match step {
            2 => client.batch_execute(include_str!("step_2.sql"))?,
            3 => client.batch_execute(include_str!("step_3.sql"))?,
            4 => client.batch_execute(include_str!("step_4.sql"))?,
            _ => {}
        }
    }
    client.execute_typed("UPDATE ledger_schema SET version = $1", &[(&SCHEMA_VERSION, postgres::types::Type::INT8)])?;
    Ok(Opened::Updated)
}

/// The version of the schema that is there, and the newest operation.
fn version(client: &mut Client) -> Result<Option<(i64, Option<Earlier>)>> {
    let sql = "SELECT version, number, recorded_at, recorded_offset, detail FROM ledger_schema LEFT JOIN
               (SELECT number, recorded_at, recorded_offset, detail FROM operation ORDER BY number DESC LIMIT 1) AS newest ON true";
    match client.query_typed(sql, &[]) {
        Ok(rows) => Ok(rows.first().map(|row| Ok::<_, StoreError>((row.try_get(0)?, newest(row)?))).transpose()?),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn newest(row: &postgres::Row) -> Result<Option<Earlier>> {
    let number: Option<i64> = row.try_get(1)?;
    let Some(number) = number else { return Ok(None) };
    let offset: i64 = row.try_get(3)?;
    let offset = i32::try_from(offset).map_err(|_| invalid("a time is out of range"))?;
    Ok(Some(Earlier::of(number, row.try_get(2)?, offset, row.try_get(4)?)))
}
