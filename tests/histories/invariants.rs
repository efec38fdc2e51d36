//! What must hold in the file after every step, asked of the tables themselves.

use std::collections::BTreeMap;

use crate::inspector::Inspector;

use sha2::{Digest, Sha256};

const NO_GAPS: &str = "operations are numbered without gaps";

/// Queries that give no row when all is well.
const NEVER: [(&str, &str); 12] = [
    (
        "the sum over all places is zero",
        "SELECT item, lot, sum(quantity) FROM balance GROUP BY item, lot HAVING sum(quantity) <> 0",
    ),
    (
        "no bounded balance is below zero",
        "SELECT item, lot, quantity FROM balance b JOIN place p ON p.id = b.place
      WHERE b.quantity < 0 AND p.kind NOT IN ('supplier', 'adjust', 'work')",
    ),
    (
        "balances equal what recomputing gives",
        "WITH change AS (
           SELECT item, coalesce(lot, 0) AS lot, to_place AS place, to_claim AS claim, quantity FROM movement
           UNION ALL SELECT item, coalesce(lot, 0), from_place, from_claim, -quantity FROM movement),
         computed AS (SELECT item, lot, place, claim, sum(quantity) AS quantity FROM change GROUP BY 1, 2, 3, 4),
         cached AS (SELECT item, lot, place, claim, quantity FROM balance)
         SELECT item, lot, quantity FROM (
           SELECT * FROM (SELECT * FROM computed WHERE quantity <> 0 EXCEPT SELECT * FROM cached) AS one
           UNION ALL SELECT * FROM (SELECT * FROM cached WHERE quantity <> 0 EXCEPT SELECT * FROM computed) AS other)
           AS differs",
    ),
    (
        "the dates of a lot stand where its stock is counted",
        "SELECT b.item, b.lot, b.quantity FROM balance b
         LEFT JOIN lot_dates d ON d.lot = b.lot
              AND d.operation = (SELECT max(operation) FROM lot_dates WHERE lot = b.lot)
         WHERE b.expires <> coalesce(d.expires, '9999-99-99')
            OR b.first_out <> coalesce(d.expires, d.best_before, '9999-99-99')",
    ),
    (
        "a serial stands where its last hop arrived",
        "SELECT s.id, p.place, p.hop FROM serial s LEFT JOIN position p ON p.serial = s.id
         LEFT JOIN movement m ON m.serial = s.id AND m.hop = (SELECT max(hop) FROM movement WHERE serial = s.id)
         WHERE p.serial IS NULL OR m.serial IS NULL OR p.place <> m.to_place OR p.claim <> m.to_claim OR p.hop <> m.hop
            OR p.item <> m.item OR p.lot <> coalesce(m.lot, 0) OR p.item <> s.item",
    ),
    (
        "hops are numbered without gaps",
        "SELECT serial, count(*), max(hop) FROM movement WHERE serial IS NOT NULL
         GROUP BY serial HAVING count(*) <> max(hop) OR min(hop) <> 1",
    ),
    (
        "each hop leaves where the last one arrived",
        "SELECT later.serial, later.hop, 0 FROM movement later JOIN movement m
         ON m.serial = later.serial AND m.hop = later.hop - 1
         WHERE m.to_place <> later.from_place OR m.to_claim <> later.from_claim",
    ),
    (
        "nothing is set aside where nothing is picked",
        "SELECT b.item, b.place, b.quantity FROM balance b JOIN place p ON p.id = b.place
         WHERE b.claim > 0 AND b.quantity <> 0 AND p.kind NOT IN ('storage', 'staging')",
    ),
    (
        "the units on a spot measure what its balance says",
        "SELECT b.item, b.place, b.quantity FROM balance b JOIN item i ON i.id = b.item
         JOIN place p ON p.id = b.place AND p.kind NOT IN ('supplier', 'adjust', 'work')
         WHERE i.tracking IN ('serial', 'lot+serial') AND b.quantity <> (SELECT coalesce(sum(quantity), 0)
           FROM position s WHERE s.item = b.item AND s.lot = b.lot AND s.place = b.place AND s.claim = b.claim)",
    ),
    (
        "a unit measures what it did when it last moved, and one where nothing is measured",
        "SELECT s.serial, s.quantity, m.quantity FROM position s JOIN item i ON i.id = s.item
         JOIN movement m ON m.serial = s.serial AND m.hop = s.hop
         WHERE s.quantity <> m.quantity OR s.quantity <= 0 OR (i.sku <> 'SLATE' AND s.quantity <> 1)",
    ),
    (NO_GAPS, "SELECT count(*), max(number), min(number) FROM operation HAVING count(*) <> max(number)"),
    (
        "the operations of a station are numbered without gaps",
        "SELECT min(station_sequence), count(*), max(station_sequence) FROM operation GROUP BY station
         HAVING count(*) <> max(station_sequence) OR min(station_sequence) <> 1",
    ),
];

/// How many rows the record has.
pub fn count(database: &mut Inspector) -> Vec<Vec<Option<String>>> {
    database.rows(
        "SELECT (SELECT count(*) FROM operation), (SELECT count(*) FROM movement),
                (SELECT count(*) FROM serial), (SELECT count(*) FROM lot)",
    )
}

pub fn check(database: &mut Inspector, log: &str) {
    check_those(database, log, |_| true);
}

/// The same where stations worked at once on a server: what it takes back leaves a gap.
#[allow(dead_code)]
pub fn check_with_gaps(database: &mut Inspector, log: &str) {
    check_those(database, log, |what| what != NO_GAPS);
}

fn check_those(database: &mut Inspector, log: &str, wanted: impl Fn(&str) -> bool) {
    for (what, sql) in NEVER.into_iter().filter(|(what, _)| wanted(what)) {
        let rows = database.rows(sql);
        assert!(rows.is_empty(), "broken: {what}: {rows:?}\n{log}");
    }
}

/// The seal of a row, written again from its description: SHA-256 over length-prefixed fields.
struct Seal(Sha256);

impl Seal {
    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.field(&number.to_be_bytes());
    }

    fn text(&mut self, text: Option<String>) {
        self.0.update([u8::from(text.is_some())]);
        if let Some(text) = text {
            self.field(text.as_bytes());
        }
    }
}

fn number_of(text: &Option<String>) -> i64 {
    text.as_deref().map_or(0, |text| text.parse().unwrap())
}

fn bytes_of(text: &Option<String>) -> Vec<u8> {
    let digits = text.as_deref().unwrap();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

/// Every station's operations form a chain, each row sealed over the row before it and its own content.
pub fn check_chains(database: &mut Inspector, log: &str) {
    let rows = database.rows(
        "SELECT station_sequence, number, content, op_id, kind, operator, station, at, at_offset, recorded_at,
                recorded_offset, order_id, partner, reverses, invoice, note, reason, detail, fields, hash
         FROM operation ORDER BY station, station_sequence",
    );
    let mut previous: BTreeMap<Option<String>, Vec<u8>> = BTreeMap::new();
    for row in rows {
        let number = number_of(&row[1]);
        let before = previous.get(&row[6]).cloned().unwrap_or_else(|| vec![0; 32]);
        let mut seal = Seal(Sha256::new());
        seal.field(&before);
        seal.number(number_of(&row[0]));
        seal.number(number);
        seal.field(&bytes_of(&row[2]));
        row[3..7].iter().for_each(|text| seal.text(text.clone()));
        row[7..14].iter().for_each(|text| seal.number(number_of(text)));
        row[14..19].iter().for_each(|text| seal.text(text.clone()));
        seal_movements(database, number, &mut seal);
        seal_dates(database, number, &mut seal);
        for scans in database.rows(&format!("SELECT stream FROM scans WHERE operation = {number}")) {
            seal.field(&bytes_of(&scans[0]));
        }
        let hash = bytes_of(&row[19]);
        assert_eq!(seal.0.finalize().to_vec(), hash, "the seal of operation {number} is broken\n{log}");
        previous.insert(row[6].clone(), hash);
    }
}

fn seal_movements(database: &mut Inspector, number: i64, seal: &mut Seal) {
    let rows = database.rows(&format!(
        "SELECT i.sku, l.code, s.code, m.quantity, f.path, fo.code, nullif(fc.stage, 'free'), t.path, too.code,
                nullif(tc.stage, 'free')
         FROM movement m JOIN item i ON i.id = m.item LEFT JOIN lot l ON l.id = m.lot
         LEFT JOIN serial s ON s.id = m.serial
         JOIN place f ON f.id = m.from_place JOIN claim fc ON fc.id = m.from_claim
         LEFT JOIN trade_order fo ON fo.id = fc.order_id
         JOIN place t ON t.id = m.to_place JOIN claim tc ON tc.id = m.to_claim
         LEFT JOIN trade_order too ON too.id = tc.order_id
         WHERE m.operation = {number} ORDER BY m.line"
    ));
    seal.number(rows.len() as i64);
    for row in rows {
        row[..3].iter().for_each(|text| seal.text(text.clone()));
        seal.number(number_of(&row[3]));
        row[4..].iter().for_each(|text| seal.text(text.clone()));
    }
}

fn seal_dates(database: &mut Inspector, number: i64, seal: &mut Seal) {
    let rows = database.rows(&format!(
        "SELECT lot, expires, best_before, made, said_expires, said_best_before, said_made
         FROM lot_dates WHERE operation = {number} ORDER BY lot"
    ));
    for row in rows {
        seal.number(number_of(&row[0]));
        row[1..].iter().for_each(|text| seal.text(text.clone()));
    }
}
