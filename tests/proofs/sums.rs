//! What must hold in the file of a shop, whatever happened to it.
#![allow(dead_code)]

use crate::shop::Shop;

const NEVER: [(&str, &str); 8] = [
    ("the sum over all places is zero", "SELECT item FROM balance GROUP BY item, lot HAVING sum(quantity) <> 0"),
    ("no bounded balance is below zero", "SELECT item FROM balance WHERE bounded = 1 AND quantity < 0"),
    (
        "balances equal what recomputing gives",
        "WITH change AS (
           SELECT item, coalesce(lot, 0) AS lot, to_place AS place, to_claim AS claim, quantity FROM movement
           UNION ALL SELECT item, coalesce(lot, 0), from_place, from_claim, -quantity FROM movement)
         SELECT 1 FROM (
           SELECT * FROM (SELECT item, lot, place, claim, sum(quantity) FROM change GROUP BY 1, 2, 3, 4
                          HAVING sum(quantity) <> 0
                          EXCEPT SELECT item, lot, place, claim, quantity FROM balance) AS computed
           UNION ALL
           SELECT * FROM (SELECT item, lot, place, claim, quantity FROM balance WHERE quantity <> 0
                          EXCEPT SELECT item, lot, place, claim, sum(quantity) FROM change GROUP BY 1, 2, 3, 4)
                          AS cached) AS differs",
    ),
    (
        "the dates of a lot stand where its stock is counted",
        "SELECT b.lot FROM balance b
         LEFT JOIN lot_dates d ON d.lot = b.lot
              AND d.operation = (SELECT max(operation) FROM lot_dates WHERE lot = b.lot)
         WHERE b.expires <> coalesce(d.expires, '9999-99-99')
            OR b.first_out <> coalesce(d.expires, d.best_before, '9999-99-99')",
    ),
    (
        "every serial stands where its last hop arrived",
        "SELECT s.id FROM serial s LEFT JOIN position p ON p.serial = s.id
         LEFT JOIN movement m ON m.serial = s.id AND m.hop = (SELECT max(hop) FROM movement WHERE serial = s.id)
         WHERE p.serial IS NULL OR m.serial IS NULL OR p.place <> m.to_place OR p.claim <> m.to_claim OR p.hop <> m.hop
            OR p.quantity <> m.quantity",
    ),
    (
        "hops are numbered without gaps",
        "SELECT serial FROM movement WHERE serial IS NOT NULL GROUP BY serial HAVING count(*) <> max(hop)",
    ),
    (
        "the operations of a station are numbered without gaps",
        "SELECT 1 FROM operation GROUP BY station HAVING count(*) <> max(station_sequence)",
    ),
    (
        "what moved belongs to an operation",
        "SELECT 1 FROM movement WHERE operation NOT IN (SELECT number FROM operation)",
    ),
];

impl Shop {
    /// Asks for one number.
    pub fn number(&self, sql: &str) -> i64 {
        self.inspector().number(sql)
    }

    /// Fails where the file breaks a rule.
    #[track_caller]
    pub fn check(&self, when: &str) {
        let mut inspector = self.inspector();
        for (what, sql) in NEVER {
            assert!(inspector.rows(sql).is_empty(), "{when}: broken: {what}");
        }
        inspector.check_file();
    }
}
