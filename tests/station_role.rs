//! What the role of a station may do: everything that a day at the scanner asks for, with exactly the grants that `init`
//! prints, and nothing that changes history.
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
#[path = "proofs/sums.rs"]
mod sums;

use postgres::error::SqlState;
use serde_json::Value;

use fixed::FIXED;
use ledger::Ledger;
use postgresql::{Database, Role, Server, connect};
use shop::{Ended, Shop};

/// A database whose owner made the schema, and a station that was given what `init` printed.
struct Station {
    database: Database,
    role: Role,
    shop: Shop,
}

impl Station {
    fn new() -> Station {
        let database = Server::shared().database();
        let role = Server::shared().station_role();
        let owner = Shop::at(Ledger::Elsewhere(database.url().to_owned()));
        let grants = owner.run(&["init"], "").ok()["grants"].as_str().unwrap().to_owned();
        // The role that logs in is given directly what the grants give to all stations: roles are the server's, and tests
        // share one.
        let made = "CREATE ROLE scantrail_station NOLOGIN;\n";
        assert!(grants.starts_with(made), "{grants}");
        database.client().batch_execute(&grants[made.len()..].replace("scantrail_station", role.name())).unwrap();
        let shop = Shop::at(Ledger::Elsewhere(database.url_as(&role)));
        Station { database, role, shop }
    }

    /// A command line of words, and scans between spaces.
    #[track_caller]
    fn ok(&self, line: &str, scans: &str) -> Value {
        self.run(line, scans).ok()
    }

    fn run(&self, line: &str, scans: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.shop.run(&words, &scans.replace(' ', "\n"))
    }

    /// Goods come in, go out and come back: every command that a station gives in a day.
    fn work_for_a_day(&self) {
        self.ok("item add LAP --name Laptop --track serial --gtin 9506000134352", "");
        self.ok("item add MILK --name Milk --track lot --barcode M1", "");
        self.ok("item set LAP --name Notebook --barcode LAP15", "");
        self.ok("location add A", "");
        self.ok("location add B", "");
        self.ok("location add STG --kind staging", "");
        self.ok("partner add ACME --kind supplier --name Acme", "");
        self.ok("partner add BOB --kind customer --name Bob", "");
        self.ok("order add PO-1 --kind purchase --partner ACME --line LAP=30 --line MILK=10", "");
        self.ok("order add SO-1 --kind sales --partner BOB --line LAP=2 --line MILK=4", "");
        // Enough units that they are copied in, and not inserted one by one.
        let units: Vec<String> = (1..=30).map(|unit| format!("SN-{unit}")).collect();
        let received = format!("LAP 30 {} MILK 10 LOT-A", units.join(" "));
        let expires = "--expires 2099-01-31";
        self.ok(&format!("receive --po PO-1 --to A {expires} --dry-run"), &received);
        let first = self.ok(&format!("receive --po PO-1 --to A {expires} --op-id delivery"), &received);
        let again = self.ok(&format!("receive --po PO-1 --to A {expires} --op-id delivery"), &received);
        assert_eq!((&again["already_recorded"], &again["operation"]), (&Value::Bool(true), &first["operation"]));
        self.ok("transfer --from A --to B", "LAP 2 SN-1 SN-2 MILK 3 LOT-A");
        self.ok("allocate SO-1", "");
        self.ok("release SO-1", "");
        self.ok("allocate SO-1", "");
        self.ok("pick --so SO-1 --to STG", "LAP 1 SN-3 MILK 4 LOT-A");
        self.ok("sell --so SO-1 --picked", "");
        let sold = self.ok("sell --so SO-1", "LAP 1 SN-4");
        self.ok("return --so SO-1 --to A", "LAP 1 SN-4");
        self.ok("return --so SO-1 --disposition scrap", "LAP 1 SN-3");
        self.ok("return --to-supplier ACME", "LAP 1 SN-5");
        let moved = self.ok("transfer --to B", "1 SN-6");
        self.ok(&format!("undo {} --reason mistake", moved["operation"]), "");
        assert_eq!(sold["kind"], "sell");
        assert_eq!(self.ok("trace SN-3", "")["now"][0]["location"], "@scrap");
        assert_eq!(self.ok("stock --item MILK", "")["stock"][0]["lot"], "LOT-A");
        assert!(self.ok("log --all", "")["operations"].as_array().unwrap().len() > 20);
        assert_eq!(self.ok("order show SO-1", "")["lines"][0]["shipped"], "2");
        std::fs::write(self.shop.folder().join("cert.pdf"), "a certificate").unwrap();
        self.ok("item set MILK --require-certificate yes", "");
        assert_eq!(self.run("sell --to BOB --from B", "MILK 1 LOT-A").refused(), ["certificate-missing"]);
        let attached = self.ok("attach lot LOT-A cert.pdf", "");
        self.ok(&format!("attach get {} --out got.pdf", attached["operation"]), "");
        self.ok("sell --to BOB --from B --certificates out.zip", "MILK 1 LOT-A");
        let refused = self.run("sell --to BOB", "LAP 1 SN-3");
        assert_eq!(refused.refused(), ["serial-not-here"]);
    }
}

#[test]
fn a_station_does_its_work_and_cannot_change_history() {
    let station = Station::new();
    station.work_for_a_day();
    Shop::at(Ledger::Elsewhere(station.database.url().to_owned())).check("after a day");
    let mut client = connect(&station.database.url_as(&station.role));
    for sql in [forbidden_changes(), forbidden_replacements(&station), forbidden_tables()].concat() {
        let said = client.batch_execute(&sql).err().unwrap_or_else(|| panic!("this was done: {sql}"));
        assert_eq!(said.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}: {said:?}");
    }
}

fn forbidden_changes() -> Vec<String> {
    let of_table = |(table, _, column): (&str, &str, &str)| {
        [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ]
    };
    let mut changes: Vec<String> = FIXED.into_iter().flat_map(of_table).collect();
    // What follows from history may change only in the columns that change with it.
    for sql in [
        "DELETE FROM balance",
        "DELETE FROM position",
        "UPDATE balance SET bounded = 0",
        "UPDATE balance SET item = item + 1",
        "UPDATE position SET serial = serial + 1",
        "UPDATE item SET key = 'OTHER'",
        "UPDATE ledger_schema SET version = 0",
        "INSERT INTO writers VALUES (1)",
    ] {
        changes.push(sql.to_owned());
    }
    changes
}

fn forbidden_replacements(station: &Station) -> Vec<String> {
    let mut database = station.shop.inspector();
    let mut replacement = |(table, key, column): (&str, &str, &str)| {
        let columns = database.columns(table).join(", ");
        format!(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1
             ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
        )
    };
    FIXED.into_iter().map(&mut replacement).collect()
}

fn forbidden_tables() -> Vec<String> {
    [
        "CREATE TABLE mine (nothing bigint)",
        "CREATE FUNCTION mine() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE movement",
        "ALTER TABLE movement DISABLE TRIGGER movement_no_change",
        "ALTER TABLE operation ADD COLUMN mine bigint",
        "DROP TRIGGER movement_no_change ON movement",
        "DROP FUNCTION refuse_change() CASCADE",
        "CREATE INDEX mine ON movement (line)",
        "SET session_replication_role = replica",
        "SELECT setval('operation_number_seq', 1)",
        "CREATE ROLE other",
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn init_by_a_station_changes_nothing() {
    let station = Station::new();
    let told = station.ok("init", "");
    assert_eq!(told["created"], false);
    let shown = told["database"].as_str().unwrap();
    assert!(shown.contains(station.role.name()) && !shown.contains("p@ss"), "{shown}");
}

#[test]
fn a_station_cannot_make_the_schema() {
    let database = Server::shared().database();
    let role = Server::shared().station_role();
    let station = Shop::at(Ledger::Elsewhere(database.url_as(&role)));
    let told = station.run(&["init"], "");
    assert_eq!(told.exit, Some(1), "{}", told.told);
    assert!(told.told.contains("permission denied"), "{}", told.told);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(connect(database.url()).query_one(tables, &[]).unwrap().get::<_, i64>(0), 0);
}

/// Rows that are there after a day's work.
const OLD: &str = "(SELECT max(number) FROM operation)";
const LAP: &str = "(SELECT id FROM item WHERE key = 'LAP')";
const MILK: &str = "(SELECT id FROM item WHERE key = 'MILK')";
const LOT: &str = "(SELECT min(id) FROM lot)";
const ACME: &str = "(SELECT id FROM partner WHERE key = 'ACME')";
const ORDER: &str = "(SELECT id FROM trade_order WHERE key = 'PO-1')";
const PLACE: &str = "(SELECT id FROM place WHERE key = 'A')";

/// For every table what a station must not add to the past or change without an operation.
fn changes_of_the_past() -> Vec<(&'static str, String)> {
    [
        (
            "movement",
            "INSERT INTO movement (operation, line, item, lot, quantity, from_place, from_claim, to_place, to_claim)
             SELECT operation, 900, item, lot, 1, from_place, from_claim, to_place, to_claim FROM movement
             WHERE serial IS NULL LIMIT 1"
                .to_owned(),
        ),
        (
            "operation",
            "INSERT INTO operation (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
                                    station, fields, root, sign, station_sequence, hash)
             SELECT 900, 'x', content, 'sell', at, at_offset, recorded_at, recorded_offset, operator, 'other', fields, 900, 1, 1,
                    hash FROM operation WHERE nextval('operation_number_seq') > 0 LIMIT 1"
                .to_owned(),
        ),
        ("lot_dates", format!("INSERT INTO lot_dates (lot, operation, expires) SELECT {LOT}, {OLD}, '2020-01-01'")),
        (
            "scans",
            "INSERT INTO scans (operation, stream) SELECT number, 'x' FROM operation
             WHERE NOT EXISTS (SELECT 1 FROM scans WHERE operation = number) LIMIT 1"
                .to_owned(),
        ),
        ("place", format!("INSERT INTO place (path, key, kind, operation) SELECT 'X', 'X', 'storage', {OLD}")),
        ("place", "INSERT INTO place (path, key, kind) VALUES ('X', 'X', 'storage')".to_owned()),
        (
            "partner",
            format!(
                "INSERT INTO partner (kind, code, key, name, place, operation)
                 SELECT 'customer', 'X', 'X', 'X', {PLACE}, {OLD}"
            ),
        ),
        (
            "item",
            format!(
                "INSERT INTO item (sku, key, name, tracking, unit, scale, operation)
                 SELECT 'X', 'X', 'X', 'none', 'each', 0, {OLD}"
            ),
        ),
        ("item", "UPDATE item SET name = 'Other' WHERE key = 'LAP'".to_owned()),
        ("item", "UPDATE item SET scale = 2 WHERE key = 'MILK'".to_owned()),
        ("item", "UPDATE item SET tracking = 'none' WHERE key = 'MILK'".to_owned()),
        ("item", "UPDATE item SET rules = '{}' WHERE key = 'MILK'".to_owned()),
        ("code", format!("INSERT INTO code (key, text, kind, item) SELECT 'X', 'X', 'barcode', {LAP}")),
        ("code", format!("INSERT INTO code (key, text, kind, place) SELECT 'X', 'X', 'place', {PLACE}")),
        ("setting", format!("INSERT INTO setting (subject, name, operation, value) SELECT '', 'x', {OLD}, 'y'")),
        ("pack", format!("INSERT INTO pack (key, quantity, operation) SELECT 'M1', 12, {OLD}")),
        (
            "supplier_code",
            format!("INSERT INTO supplier_code (partner, key, text, item, operation) SELECT {ACME}, 'X', 'X', {LAP}, {OLD}"),
        ),
        ("trade_order", format!("INSERT INTO trade_order (code, key, kind, operation) SELECT 'X', 'X', 'work', {OLD}")),
        ("order_line", format!("INSERT INTO order_line (order_id, line, item, quantity) SELECT {ORDER}, 99, {LAP}, 1")),
        ("claim", format!("INSERT INTO claim (order_id, stage) SELECT {ORDER}, 'allocated'")),
        ("lot", format!("INSERT INTO lot (item, code) SELECT {MILK}, 'X'")),
        ("lot_name", format!("INSERT INTO lot_name (lot, operation, item, code) SELECT {LOT}, {OLD}, {MILK}, 'X'")),
        (
            "supplier_lot",
            format!(
                "INSERT INTO supplier_lot (item, partner, code, lot, operation) SELECT {MILK}, {ACME}, 'X', {LOT}, {OLD}"
            ),
        ),
        ("serial", format!("INSERT INTO serial (id, item, code) SELECT nextval('serial_id_seq'), {LAP}, 'X'")),
        (
            "serial",
            format!(
                "SELECT nextval('serial_id_seq');
                 INSERT INTO serial (id, item, code) SELECT 900000 + n, {LAP}, 'X' || n FROM generate_series(1, 3) n"
            ),
        ),
        ("hold", format!("INSERT INTO hold (operation, item) SELECT min(number), {LAP} FROM operation")),
        ("hold_state", format!("INSERT INTO hold_state (hold, operation, is_on) SELECT operation, {OLD}, 0 FROM hold")),
        ("ownership", format!("INSERT INTO ownership (operation, line, item, lot) SELECT {OLD}, 1, {MILK}, {LOT}")),
        (
            "file",
            format!(
                "INSERT INTO file (hash, size, content, operation)
                 SELECT decode(md5('x') || md5('y'), 'hex'), 1, 'x', {OLD}"
            ),
        ),
        (
            "attachment",
            format!("INSERT INTO attachment (operation, kind, name, hash, lot) SELECT {OLD}, 'x', 'x', hash, {LOT} FROM file"),
        ),
        (
            "balance",
            format!(
                "INSERT INTO balance (item, lot, place, claim, quantity, bounded) SELECT {MILK}, 900, {PLACE}, 0, 5, 1"
            ),
        ),
        ("balance", "UPDATE balance SET quantity = quantity + 1 WHERE bounded = 1".to_owned()),
        ("balance", "UPDATE balance SET expires = '9998-01-01', first_out = '9998-01-01'".to_owned()),
        (
            "position",
            format!(
                "INSERT INTO position (serial, item, lot, place, claim, hop) SELECT 900000, {LAP}, 0, {PLACE}, 0, 1"
            ),
        ),
        ("position", "UPDATE position SET place = place + 1".to_owned()),
        ("position", "UPDATE position SET hop = hop - 1 WHERE hop > 1".to_owned()),
        ("sequence", "INSERT INTO sequence (scope, last) VALUES ('x', 1)".to_owned()),
    ]
    .into()
}

/// It may append, but only to an operation that it makes in the same transaction.
#[test]
fn a_station_cannot_add_to_the_past_in_any_table() {
    let station = Station::new();
    station.work_for_a_day();
    station.ok("hold MILK --lot LOT-A --reason recall", "");
    let mut client = connect(&station.database.url_as(&station.role));
    let mut tables: Vec<&str> = Vec::new();
    for (table, sql) in changes_of_the_past() {
        let error = client.batch_execute(&sql).err().unwrap_or_else(|| panic!("this was done: {sql}"));
        assert_eq!(error.code().map(SqlState::code), Some("ST001"), "{sql}: {error:?}");
        tables.push(table);
    }
    let granted = "SELECT DISTINCT table_name::text FROM information_schema.role_table_grants
                   WHERE grantee = $1 AND privilege_type = 'INSERT'";
    for row in database_rows(&station, granted) {
        assert!(tables.contains(&row.as_str()), "nothing was tried with {row}");
    }
    assert_eq!(station.run("sell --to BOB --from B", "MILK 1 LOT-A").refused(), ["lot-on-hold"]);
}

fn database_rows(station: &Station, sql: &str) -> Vec<String> {
    let rows = station.database.client().query(sql, &[&station.role.name()]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// An operation of its own helps it to no more than what the operation says.
#[test]
fn a_station_cannot_change_an_item_in_use_with_an_operation_either() {
    let station = Station::new();
    station.work_for_a_day();
    let mut client = connect(&station.database.url_as(&station.role));
    let with_operation = |detail: &str, change: &str| {
        format!(
            "INSERT INTO operation (number, op_id, content, kind, at, at_offset, recorded_at, recorded_offset, operator,
                                    station, fields, detail, root, sign, station_sequence, hash)
             SELECT nextval('operation_number_seq'), 'x', content, 'item-set', at, at_offset, recorded_at, recorded_offset,
                    operator, 'other', '{{}}', '{detail}', number, 1, 1, hash FROM operation LIMIT 1;
             {change}"
        )
    };
    let said = |name: &str, track: &str, scale: u8| {
        format!(
            r#"{{"item":"MILK","after":{{"name":"{name}","track":"{track}","unit":"each","scale":{scale},"rules":{{}}}}}}"#
        )
    };
    let rules = "rules = '{}'";
    for sql in [
        with_operation(
            &said("Milk", "none", 0),
            &format!("UPDATE item SET tracking = 'none', {rules} WHERE key = 'MILK'"),
        ),
        with_operation(&said("Milk", "lot", 2), &format!("UPDATE item SET scale = 2, {rules} WHERE key = 'MILK'")),
        with_operation(
            &said("Cream", "lot", 0),
            &format!("UPDATE item SET name = 'Butter', {rules} WHERE key = 'MILK'"),
        ),
        with_operation(&said("Milk", "lot", 0), "UPDATE item SET name = 'Other' WHERE key = 'LAP'"),
        with_operation("{}", "UPDATE position SET place = place + 1"),
    ] {
        let error = client.batch_execute(&sql).err().unwrap_or_else(|| panic!("this was done: {sql}"));
        assert_eq!(error.code().map(SqlState::code), Some("ST001"), "{sql}: {error:?}");
    }
    let told = with_operation(
        &said("Cream", "lot", 0),
        &format!("UPDATE item SET name = 'Cream', {rules} WHERE key = 'MILK'"),
    );
    client.batch_execute(&told).unwrap();
}

/// Numbers that were handed out are not handed out again.
#[test]
fn a_station_cannot_count_back() {
    let station = Station::new();
    station.ok("item add LAP --name Laptop --track serial --serial-template S{seq}", "");
    station.ok("location add A", "");
    station.ok("partner add ACME --kind supplier --name Acme", "");
    station.ok("receive --from ACME --to A --item LAP --new-serials 3", "");
    let mut client = connect(&station.database.url_as(&station.role));
    for sql in ["UPDATE sequence SET last = 1", "UPDATE sequence SET last = last + 1"] {
        let error = client.batch_execute(sql).err().unwrap_or_else(|| panic!("this was done: {sql}"));
        assert_eq!(error.code().map(SqlState::code), Some("ST001"), "{sql}: {error:?}");
    }
}

/// A copy writes rows with numbers of their own, and moves the sequences after them: that is for the owner.
#[test]
fn a_station_cannot_copy_a_ledger_in() {
    let source = Shop::at(Ledger::File("shop.db")).with_masters();
    let station = Station::new();
    let told = source.run(&["copy-db", "shop.db", &station.database.url_as(&station.role)], "");
    assert_eq!(told.exit, Some(1), "{}", told.told);
    assert!(told.told.contains("permission denied"), "{}", told.told);
    assert_eq!(station.shop.number("SELECT count(*) FROM operation"), 0);
    assert_eq!(station.ok("log --all", "")["operations"], Value::Array(Vec::new()));
}
