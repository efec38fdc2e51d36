//! The schema as a whole, and the triggers that keep history as it was written.

use rusqlite::Connection;

use crate::store::SCHEMA_VERSION;

/// "SCTR": marks the file as ours.
pub const APPLICATION_ID: i64 = 0x5343_5452;

const TABLES: &str = include_str!("schema.sql");

/// The tables whose rows are never changed or removed, with the conditions under which a new row has a key of an old
/// one. `INSERT OR REPLACE` deletes the old row without running DELETE triggers unless `recursive_triggers` is on, so
/// an insert whose key is there already is refused before it begins. Each condition is one look into one index; joined
/// by OR in one query they would cost a temporary table for each row.
const APPEND_ONLY: [(&str, &[&str]); 22] = [
    (
        "operation",
        &[
            "number = NEW.number",
            "op_id = NEW.op_id",
            "station = NEW.station AND station_sequence = NEW.station_sequence",
            "reverses = NEW.reverses",
        ],
    ),
    ("scans", &["operation = NEW.operation"]),
    ("movement", &["operation = NEW.operation AND line = NEW.line", "serial = NEW.serial AND hop = NEW.hop"]),
    ("lot", &["id = NEW.id", "code = NEW.code AND item = NEW.item"]),
    ("lot_dates", &["lot = NEW.lot AND operation = NEW.operation"]),
    ("serial", &["id = NEW.id", "code = NEW.code AND item = NEW.item"]),
    ("trade_order", &["id = NEW.id", "key = NEW.key"]),
    ("order_line", &["order_id = NEW.order_id AND line = NEW.line"]),
    ("place", &["id = NEW.id", "key = NEW.key"]),
    ("partner", &["id = NEW.id", "place = NEW.place", "kind = NEW.kind AND key = NEW.key"]),
    ("code", &["key = NEW.key"]),
    ("claim", &["id = NEW.id", "order_id = NEW.order_id AND stage = NEW.stage"]),
    ("setting", &["subject = NEW.subject AND name = NEW.name AND operation = NEW.operation"]),
    ("pack", &["key = NEW.key"]),
    ("supplier_code", &["partner = NEW.partner AND key = NEW.key"]),
    ("lot_name", &["lot = NEW.lot AND operation = NEW.operation"]),
    ("supplier_lot", &["lot = NEW.lot AND partner = NEW.partner AND operation = NEW.operation"]),
    ("hold", &["operation = NEW.operation"]),
    ("hold_state", &["hold = NEW.hold AND operation = NEW.operation"]),
    ("ownership", &["operation = NEW.operation AND line = NEW.line"]),
    ("file", &["hash = NEW.hash"]),
    ("attachment", &["operation = NEW.operation"]),
];

/// The tables that schema 3 brought and whose rows are never changed.
const NEW_IN_3: [&str; 10] = [
    "setting",
    "pack",
    "supplier_code",
    "lot_name",
    "supplier_lot",
    "hold",
    "hold_state",
    "ownership",
    "file",
    "attachment",
];

/// An item's attributes change, its identity does not.
const ITEM_IDENTITY: &str = "
CREATE TRIGGER item_no_other_identity BEFORE UPDATE OF id, sku, key ON item
BEGIN SELECT RAISE(ABORT, 'scantrail: the identity of an item is never changed'); END;
CREATE TRIGGER item_no_delete BEFORE DELETE ON item
BEGIN SELECT RAISE(ABORT, 'scantrail: rows of item are never removed'); END;
CREATE TRIGGER item_no_replace BEFORE INSERT ON item
WHEN EXISTS (SELECT 1 FROM item WHERE id = NEW.id OR key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'scantrail: rows of item are never replaced'); END;
";

/// Makes all tables and triggers in an empty database. The caller owns the transaction.
pub fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    for (table, same_keys) in APPEND_ONLY {
        connection.execute_batch(&append_only(table, same_keys))?;
    }
    connection.execute_batch(ITEM_IDENTITY)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)
}

/// Brings an older schema to the one of this program, step by step. The caller owns the transaction and has looked under
/// its lock which schema there is.
pub fn update(connection: &Connection, from: i64) -> rusqlite::Result<()> {
    for step in from + 1..=SCHEMA_VERSION {
        let (tables, new): (&str, &[&str]) = match step {
            2 => (include_str!("step_2.sql"), &["scans"]),
            3 => (include_str!("step_3.sql"), &NEW_IN_3),
            4 => (include_str!("step_4.sql"), &[]),
            _ => continue,
        };
        connection.execute_batch(tables)?;
        for (table, same_keys) in APPEND_ONLY.iter().filter(|(table, _)| new.contains(table)) {
            connection.execute_batch(&append_only(table, same_keys))?;
        }
    }
    connection.pragma_update(None, "user_version", SCHEMA_VERSION)
}

fn append_only(table: &str, same_keys: &[&str]) -> String {
    let refuse = |name: &str, event: &str, condition: &str| {
        format!(
            "CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {condition} BEGIN \
             SELECT RAISE(ABORT, 'scantrail: rows of {table} are never changed or removed'); END;\n"
        )
    };
    let exists = same_keys.iter().map(|key| format!("EXISTS (SELECT 1 FROM {table} WHERE {key})"));
    let replaces = format!("WHEN {}", exists.collect::<Vec<_>>().join(" OR "));
    [refuse("no_update", "UPDATE", ""), refuse("no_delete", "DELETE", ""), refuse("no_replace", "INSERT", &replaces)]
        .concat()
}
