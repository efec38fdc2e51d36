//! History is fixed by the database itself: whoever opens the file with another program cannot change it, not even with
//! `INSERT OR REPLACE`, which runs no DELETE trigger while `recursive_triggers` is off.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "proofs/shop.rs"]
mod shop;

use rusqlite::Connection;
use shop::Shop;

/// The tables whose rows never change, with a column that is not part of a key.
const FIXED: [(&str, &str); 12] = [
    ("operation", "note"),
    ("movement", "quantity"),
    ("lot", "code"),
    ("lot_dates", "expires"),
    ("serial", "code"),
    ("order_line", "quantity"),
    ("trade_order", "code"),
    ("claim", "stage"),
    ("place", "path"),
    ("partner", "name"),
    ("code", "text"),
    ("item", "sku"),
];

/// A ledger with a row in every table, opened as another program would.
fn ledger() -> (Shop, Connection) {
    let shop = Shop::with_goods();
    let database = Connection::open(shop.database()).unwrap();
    database.execute_batch("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF;").unwrap();
    (shop, database)
}

/// Everything in a table, in the order of its rows.
fn contents(database: &Connection, table: &str) -> Vec<String> {
    let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?))).collect::<rusqlite::Result<Vec<_>>>()
    };
    statement.query_map([], row).unwrap().map(|row| row.unwrap().join("|")).collect()
}

/// The statement fails with words of ours, and the table is as it was.
fn is_refused(database: &Connection, table: &str, sql: &str) {
    let before = contents(database, table);
    assert!(!before.is_empty(), "{table} has no row to try it on");
    let outcome = database.execute_batch(sql);
    let message = outcome.map_err(|error| error.to_string());
    let said = message.expect_err(&format!("this was done: {sql}"));
    assert!(said.contains("scantrail: "), "{sql} was refused, but by chance: {said}");
    assert_eq!(contents(database, table), before, "{sql}");
}

fn columns(database: &Connection, table: &str) -> String {
    let statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
    statement.column_names().collect::<Vec<_>>().join(", ")
}

#[test]
fn rows_are_never_updated() {
    let (_shop, database) = ledger();
    for (table, column) in FIXED {
        is_refused(&database, table, &format!("UPDATE {table} SET {column} = {column}"));
        is_refused(&database, table, &format!("UPDATE OR REPLACE {table} SET {column} = {column}"));
    }
    is_refused(&database, "item", "UPDATE item SET key = 'OTHER'");
    is_refused(&database, "item", "UPDATE item SET id = id + 1000");
}

#[test]
fn rows_are_never_removed() {
    let (_shop, database) = ledger();
    for (table, _) in FIXED {
        is_refused(&database, table, &format!("DELETE FROM {table}"));
    }
}

#[test]
fn rows_are_never_replaced() {
    let (_shop, database) = ledger();
    for (table, _) in FIXED {
        let columns = columns(&database, table);
        is_refused(
            &database,
            table,
            &format!("INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1"),
        );
        is_refused(&database, table, &format!("REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"));
    }
}

/// Replacing through another key than the primary one: the row number is new, the name is not.
#[test]
fn rows_are_never_replaced_through_another_key() {
    let (_shop, database) = ledger();
    for (table, id) in [
        ("operation", "number"),
        ("lot", "id"),
        ("serial", "id"),
        ("trade_order", "id"),
        ("place", "id"),
        ("partner", "id"),
        ("item", "id"),
        ("claim", "id"),
    ] {
        let columns = columns(&database, table);
        let other = columns.replacen(id, &format!("{id} + 5000"), 1);
        let filter = if table == "claim" { "WHERE order_id IS NOT NULL" } else { "" };
        is_refused(
            &database,
            table,
            &format!("INSERT OR REPLACE INTO {table} ({columns}) SELECT {other} FROM {table} {filter} LIMIT 1"),
        );
    }
}

/// A reversal takes its target back once: replacing it through that key is refused too.
#[test]
fn a_reversal_is_never_replaced() {
    let (shop, database) = ledger();
    let received = shop.receive(&["LAP", "1", "SN-9"]);
    shop.run(&["undo", &received.to_string(), "--reason", "proof"], "").ok();
    let columns = columns(&database, "operation");
    let other = columns.replacen("number", "number + 5000", 1).replacen("op_id", "op_id || 'x'", 1);
    let other = other.replacen("station_sequence", "station_sequence + 5000", 1);
    is_refused(
        &database,
        "operation",
        &format!(
            "INSERT OR REPLACE INTO operation ({columns}) SELECT {other} FROM operation WHERE reverses IS NOT NULL"
        ),
    );
}

#[test]
fn a_conflict_does_not_become_an_update() {
    let (_shop, database) = ledger();
    for (table, column) in FIXED {
        let columns = columns(&database, table);
        is_refused(
            &database,
            table,
            &format!(
                "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true LIMIT 1
                 ON CONFLICT DO UPDATE SET {column} = 'other'"
            ),
        );
    }
}

/// The insert of a second last hop, with the columns changed that are named.
fn forged(set: &[(&str, &str)]) -> String {
    let columns = [
        "operation",
        "line",
        "item",
        "lot",
        "serial",
        "hop",
        "quantity",
        "from_place",
        "from_claim",
        "to_place",
        "to_claim",
    ];
    let value =
        |column: &&str| set.iter().find(|(name, _)| name == column).map_or(*column, |(_, value)| *value).to_owned();
    let values: Vec<String> = columns.iter().map(value).collect();
    format!(
        "INSERT INTO movement ({}) SELECT {} FROM movement WHERE serial IS NOT NULL ORDER BY serial, hop DESC LIMIT 1",
        columns.join(", "),
        values.join(", ")
    )
}

#[test]
fn a_broken_hop_is_refused() {
    let (_shop, database) = ledger();
    // The same goods go on to place 1 from where they stand: this is how a true hop looks.
    let onward = [
        ("line", "9000"),
        ("hop", "hop + 1"),
        ("from_place", "to_place"),
        ("from_claim", "to_claim"),
        ("to_place", "1"),
    ];
    let with = |changes: &[(&'static str, &'static str)]| {
        let kept = onward.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        forged(&kept.chain(changes).copied().collect::<Vec<_>>())
    };
    is_refused(&database, "movement", &with(&[("from_place", "2"), ("to_place", "3")]));
    is_refused(&database, "movement", &with(&[("from_claim", "to_claim + 1")]));
    is_refused(&database, "movement", &with(&[("hop", "hop + 2")]));
    is_refused(&database, "movement", &with(&[("hop", "1")]));
    // A first hop comes from outside.
    let unit = "INSERT INTO serial (item, code) SELECT item, 'FORGED' FROM serial LIMIT 1";
    database.execute_batch(unit).unwrap();
    let new_unit = "(SELECT id FROM serial WHERE code = 'FORGED')";
    let shelf = "(SELECT id FROM place WHERE kind = 'storage' LIMIT 1)";
    is_refused(&database, "movement", &with(&[("serial", new_unit), ("hop", "1"), ("from_place", shelf)]));
    is_refused(&database, "movement", &with(&[("serial", new_unit), ("hop", "2")]));
    // The onward hop itself is one that the database takes, so it was the change that was refused.
    database.execute_batch(&with(&[])).unwrap();
}

/// A claim on a first hop, a quantity of nothing, a movement to where it came from: refused by checks of the table.
#[test]
fn a_movement_of_nothing_is_refused() {
    let (_shop, database) = ledger();
    let onward = [("line", "9000"), ("serial", "NULL"), ("hop", "NULL")];
    for change in [("quantity", "0"), ("quantity", "-1"), ("to_place", "from_place"), ("line", "0"), ("hop", "1")] {
        let kept = onward.iter().filter(|(name, _)| *name != change.0);
        let mut set: Vec<_> = kept.chain([&change]).copied().collect();
        if change.0 == "to_place" {
            set.push(("to_claim", "from_claim"));
        }
        let outcome = database.execute_batch(&forged(&set));
        let said = outcome.map_err(|error| error.to_string()).expect_err(&format!("{change:?} was taken"));
        assert!(said.contains("CHECK constraint failed"), "{change:?}: {said}");
    }
}

#[test]
fn a_balance_below_zero_is_refused() {
    let (_shop, database) = ledger();
    let said = database.execute_batch("UPDATE balance SET quantity = -1 WHERE bounded = 1").unwrap_err().to_string();
    assert!(said.contains("balance_not_below_zero"), "{said}");
    let insert = "INSERT INTO balance (item, lot, place, claim, quantity, bounded) VALUES (1, 77, 3, 0, -1, 1)";
    let said = database.execute_batch(insert).unwrap_err().to_string();
    assert!(said.contains("balance_not_below_zero"), "{said}");
}
