//! History is fixed by the database itself: whoever opens it with another program cannot change it. Not even, in SQLite, with
//! `INSERT OR REPLACE`, which runs no DELETE trigger while `recursive_triggers` is off; nor, on PostgreSQL, as the owner of
//! the tables or while replaying changes, when ordinary triggers are silent.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "proofs/fixed.rs"]
mod fixed;
#[path = "support/inspector.rs"]
mod inspector;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "proofs/shop.rs"]
mod shop;

use fixed::FIXED;
use inspector::Inspector;
use shop::Shop;

/// A ledger with a row in every table, opened as another program would.
fn ledger() -> (Shop, Inspector) {
    let shop = Shop::with_goods();
    let mut database = shop.inspector();
    if !database.is_server() {
        database.done("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF;");
    }
    (shop, database)
}

/// The statement fails with words of ours, and the table is as it was.
#[track_caller]
fn is_refused(database: &mut Inspector, table: &str, sql: &str) {
    let all = format!("SELECT * FROM {table}");
    let before = database.rows(&all);
    assert!(!before.is_empty(), "{table} has no row to try it on");
    let said = database.refusal(sql).unwrap_or_else(|| panic!("this was done: {sql}"));
    // The index that numbers hops is looked at before the trigger on PostgreSQL.
    let is_ours = said.contains("scantrail: ") || said.contains("\"movement_serial\"");
    assert!(is_ours, "{sql} was refused, but by chance: {said}");
    assert_eq!(database.rows(&all), before, "{sql}");
}

/// A row with a key that is there already is refused, by a trigger or by the key.
#[track_caller]
fn is_not_added(database: &mut Inspector, table: &str, sql: &str) {
    if !database.is_server() {
        return is_refused(database, table, sql);
    }
    let said = database.refusal(sql).unwrap_or_else(|| panic!("this was done: {sql}"));
    assert!(said.starts_with("23505"), "{sql}: {said}");
}

fn columns(database: &mut Inspector, table: &str) -> String {
    database.columns(table).join(", ")
}

#[test]
fn rows_are_never_updated() {
    let (_shop, mut database) = ledger();
    let never_updated = |database: &mut Inspector| {
        for (table, _, column) in FIXED {
            is_refused(database, table, &format!("UPDATE {table} SET {column} = {column}"));
        }
        is_refused(database, "item", "UPDATE item SET key = 'OTHER'");
        is_refused(database, "item", "UPDATE item SET id = id + 1000");
    };
    never_updated(&mut database);
    if database.is_server() {
        database.done("SET session_replication_role = replica");
        never_updated(&mut database);
    } else {
        for (table, _, column) in FIXED {
            is_refused(&mut database, table, &format!("UPDATE OR REPLACE {table} SET {column} = {column}"));
        }
    }
}

#[test]
fn rows_are_never_removed() {
    let (_shop, mut database) = ledger();
    for (table, _, _) in FIXED {
        is_refused(&mut database, table, &format!("DELETE FROM {table}"));
        if database.is_server() {
            is_refused(&mut database, table, &format!("TRUNCATE {table} CASCADE"));
        }
    }
}

/// SQLite alone has statements that replace rows.
#[test]
fn rows_are_never_replaced() {
    let (_shop, mut database) = ledger();
    for (table, key, _) in FIXED {
        let columns = columns(&mut database, table);
        let again = format!("({columns}) SELECT {columns} FROM {table} ORDER BY {key} LIMIT 1");
        if database.is_server() {
            let said = database.refusal(&format!("INSERT INTO {table} {again}")).unwrap();
            assert!(said.starts_with("23505"), "{table}: {said}");
        } else {
            is_refused(&mut database, table, &format!("INSERT OR REPLACE INTO {table} {again}"));
            is_refused(
                &mut database,
                table,
                &format!("REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"),
            );
        }
    }
}

/// Replacing through another key than the primary one: the row number is new, the name is not.
#[test]
fn rows_are_never_replaced_through_another_key() {
    let (_shop, mut database) = ledger();
    let verb = if database.is_server() { "INSERT" } else { "INSERT OR REPLACE" };
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
        let columns = columns(&mut database, table);
        let other = columns.replacen(id, &format!("{id} + 5000"), 1);
        let filter = if table == "claim" { "WHERE order_id IS NOT NULL" } else { "" };
        let sql = format!("{verb} INTO {table} ({columns}) SELECT {other} FROM {table} {filter} LIMIT 1");
        is_not_added(&mut database, table, &sql);
    }
}

/// A reversal takes its target back once: replacing it through that key is refused too.
#[test]
fn a_reversal_is_never_replaced() {
    let (shop, mut database) = ledger();
    let received = shop.receive(&["LAP", "1", "SN-9"]);
    shop.run(&["undo", &received.to_string(), "--reason", "proof"], "").ok();
    let columns = columns(&mut database, "operation");
    let other = columns.replacen("number", "number + 5000", 1).replacen("op_id", "op_id || 'x'", 1);
    let other = other.replacen("station_sequence", "station_sequence + 5000", 1);
    let verb = if database.is_server() { "INSERT" } else { "INSERT OR REPLACE" };
    let sql = format!("{verb} INTO operation ({columns}) SELECT {other} FROM operation WHERE reverses IS NOT NULL");
    is_not_added(&mut database, "operation", &sql);
}

#[test]
fn a_conflict_does_not_become_an_update() {
    let (_shop, mut database) = ledger();
    for (table, key, column) in FIXED {
        let columns = columns(&mut database, table);
        is_refused(
            &mut database,
            table,
            &format!(
                "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true ORDER BY {key} LIMIT 1
                 ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
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

/// The statement together with a new operation, where the database adds nothing to an old one. Both are one transaction.
fn in_a_new_operation(database: &mut Inspector, after: i64, sql: &str) -> String {
    if !database.is_server() {
        return sql.to_owned();
    }
    let columns = columns(database, "operation");
    let other = columns.replacen("number", &format!("number + {after}"), 1);
    let other = other.replacen("op_id", &format!("op_id || '{after}'"), 1);
    let other = other.replacen("station_sequence", &format!("station_sequence + {after}"), 1);
    format!("INSERT INTO operation ({columns}) SELECT {other} FROM operation ORDER BY number LIMIT 1; {sql}")
}

#[test]
fn a_broken_hop_is_refused() {
    let (_shop, mut database) = ledger();
    // The same goods go on to place 1 from where they stand: this is how a true hop looks.
    let onward = [
        ("operation", "(SELECT max(number) FROM operation)"),
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
    let refused = |database: &mut Inspector, changes: &[(&'static str, &'static str)]| {
        let sql = in_a_new_operation(database, 9_000, &with(changes));
        is_refused(database, "movement", &sql);
    };
    refused(&mut database, &[("from_place", "2"), ("to_place", "3")]);
    refused(&mut database, &[("from_claim", "to_claim + 1")]);
    refused(&mut database, &[("hop", "hop + 2")]);
    refused(&mut database, &[("hop", "1")]);
    // A first hop comes from outside.
    let unit = "INSERT INTO serial (item, code) SELECT item, 'FORGED' FROM serial LIMIT 1";
    let unit = in_a_new_operation(&mut database, 8_000, unit);
    database.done(&unit);
    let new_unit = "(SELECT id FROM serial WHERE code = 'FORGED')";
    let shelf = "(SELECT id FROM place WHERE kind = 'storage' LIMIT 1)";
    refused(&mut database, &[("serial", new_unit), ("hop", "1"), ("from_place", shelf)]);
    refused(&mut database, &[("serial", new_unit), ("hop", "2")]);
    // The onward hop itself is one that the database takes, so it was the change that was refused.
    let sql = in_a_new_operation(&mut database, 9_000, &with(&[]));
    database.done(&sql);
}

/// A claim on a first hop, a quantity of nothing, a movement to where it came from: refused by checks of the table.
#[test]
fn a_movement_of_nothing_is_refused() {
    let (_shop, mut database) = ledger();
    let onward = [("line", "9000"), ("serial", "NULL"), ("hop", "NULL")];
    for change in [("quantity", "0"), ("quantity", "-1"), ("to_place", "from_place"), ("line", "0"), ("hop", "1")] {
        let kept = onward.iter().filter(|(name, _)| *name != change.0);
        let mut set: Vec<_> = kept.chain([&change]).copied().collect();
        if change.0 == "to_place" {
            set.push(("to_claim", "from_claim"));
        }
        let said = database.refusal(&forged(&set)).unwrap_or_else(|| panic!("{change:?} was taken"));
        let is_checked = said.contains("CHECK constraint failed") || said.contains("violates check constraint");
        assert!(is_checked, "{change:?}: {said}");
    }
}

#[test]
fn a_balance_below_zero_is_refused() {
    let (_shop, mut database) = ledger();
    let said = database.refusal("UPDATE balance SET quantity = -1 WHERE bounded = 1").unwrap();
    assert!(said.contains("balance_not_below_zero"), "{said}");
    let insert = "INSERT INTO balance (item, lot, place, claim, quantity, bounded) VALUES (1, 77, 3, 0, -1, 1)";
    let said = database.refusal(insert).unwrap();
    assert!(said.contains("balance_not_below_zero"), "{said}");
}
