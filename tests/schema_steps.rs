//! A ledger of an older version: it is brought to the schema of this one, once, whoever comes first, and holds what it held.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/inspector.rs"]
mod inspector;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "proofs/shop.rs"]
mod shop;
#[path = "proofs/sums.rs"]
mod sums;

use inspector::Inspector;
use shop::{Ended, Shop};

/// A shop with goods as version 1 of the schema left it.
fn shop_of_schema_1() -> Shop {
    let shop = Shop::with_goods();
    let mut tables = shop.inspector();
    if tables.is_server() {
        without_the_guards_of_schema_4(&mut tables);
    }
    let newer = [
        "attachment",
        "file",
        "ownership",
        "hold_state",
        "hold",
        "supplier_lot",
        "lot_name",
        "sequence",
        "setting",
        "pack",
        "supplier_code",
        "scans",
    ];
    for table in newer {
        tables.done(&format!("DROP TABLE {table}"));
    }
    tables.done("ALTER TABLE item DROP COLUMN rules");
    tables.done("ALTER TABLE position DROP COLUMN quantity");
    tables.done("DROP INDEX balance_first_out");
    tables.done("DROP INDEX balance_place");
    tables.done("ALTER TABLE balance DROP COLUMN expires");
    tables.done("ALTER TABLE balance DROP COLUMN first_out");
    tables.done("CREATE INDEX balance_place ON balance (place, item) WHERE quantity > 0");
    match tables.is_server() {
        true => tables.done("UPDATE ledger_schema SET version = 1"),
        false => tables.done("PRAGMA user_version = 1"),
    }
    shop
}

/// Before schema 4 a station could add rows under operations of the past.
fn without_the_guards_of_schema_4(tables: &mut Inspector) {
    for function in [
        "remember_operation",
        "operation_made",
        "check_made",
        "check_number",
        "check_order",
        "check_code",
        "plain_unit",
        "check_counting",
        "check_item",
        "check_dates",
        "check_positions",
        "check_sequence",
    ] {
        tables.done(&format!("DROP FUNCTION {function} CASCADE"));
    }
    for table in ["place", "partner", "item", "trade_order"] {
        tables.done(&format!("DROP TRIGGER {table}_operation ON {table}"));
    }
    tables.done(
        "CREATE OR REPLACE FUNCTION check_serials() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
         BEGIN
             IF EXISTS (SELECT 1 FROM (SELECT DISTINCT item FROM added) one
                        WHERE NOT EXISTS (SELECT 1 FROM item WHERE id = one.item)) THEN
                 RAISE EXCEPTION 'scantrail: a serial refers to an item that is not there' USING ERRCODE = 'ST001';
             END IF;
             RETURN NULL;
         END $$",
    );
}

fn version(tables: &mut Inspector) -> i64 {
    match tables.is_server() {
        true => tables.number("SELECT version FROM ledger_schema"),
        false => tables.number("PRAGMA user_version"),
    }
}

/// Every table, column, index, constraint and trigger, in words that do not depend on when each was made.
fn schema(tables: &mut Inspector) -> Vec<Vec<Option<String>>> {
    if !tables.is_server() {
        let mut parts = tables.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema");
        parts.sort();
        return parts;
    }
    tables.rows(
        "SELECT 'column', table_name, column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = 'public'
         UNION ALL SELECT 'index', tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT 'rule', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint
                   WHERE connamespace = 'public'::regnamespace
         UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled::text
                   FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT 'function', proname, prosrc, provolatile::text, coalesce(array_to_string(proconfig, ' '), '')
                   FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         ORDER BY 1, 2, 3, 4",
    )
}

#[test]
fn after_its_steps_an_old_ledger_is_like_a_new_one() {
    let shop = shop_of_schema_1();
    // Before schema 3, texts of lots were never corrected, and all goods were ours.
    let stock = |shop: &Shop| {
        let told = shop.run(&["stock"], "").ok().to_string();
        told.replace("LOT-AA", "LOT-A").replace("\"owner\":\"BOB\"", "\"owner\":null")
    };
    if shop.inspector().is_server() {
        // A station may not change the schema, and says who may.
        let ended = shop.run(&["stock"], "");
        assert_eq!((ended.exit, ended.document["error"]["code"].as_str()), (Some(1), Some("database-older")));
        assert!(ended.told.contains("scantrail init"), "{}", ended.told);
        let made = shop.run(&["init"], "").ok();
        assert_eq!((&made["created"], &made["updated"]), (&false.into(), &true.into()));
    }
    let after = stock(&shop);
    assert_eq!(after, stock(&Shop::with_goods()), "what it held is there");
    let mut tables = shop.inspector();
    assert_eq!(version(&mut tables), version(&mut Shop::new().inspector()));
    assert_eq!(schema(&mut tables), schema(&mut Shop::new().inspector()));
    // New batches keep their scans, and history goes on being sealed.
    shop.receive(&["LAP", "1", "SN-NEW"]);
    assert_eq!(tables.number("SELECT count(*) FROM scans"), 1);
    shop.check("after the steps");
}

#[test]
fn many_stations_at_once_take_the_steps_once() {
    let shop = shop_of_schema_1();
    let first: &[&str] = if shop.inspector().is_server() { &["init"] } else { &["stock"] };
    let started: Vec<_> = (0..16).map(|_| shop.begin(first, "")).collect();
    let ended: Vec<Ended> = started.into_iter().map(|child| Ended::of(child.wait_with_output().unwrap())).collect();
    let updated = ended.into_iter().map(Ended::ok).filter(|document| document["updated"] == true).count();
    if shop.inspector().is_server() {
        assert_eq!(updated, 1, "one makes the steps, and the others find them made");
    }
    assert_eq!(schema(&mut shop.inspector()), schema(&mut Shop::new().inspector()));
    shop.check("after the steps");
}
