//! A command that is killed at any moment leaves the ledger as it was before or after, never between; repeating it with
//! the same op id records it once.
//!
//! The moments are random; the seed is printed, and `SCANTRAIL_SEED` repeats it. `SCANTRAIL_LONG=1` tries many more.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

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

use std::process::Child;
use std::time::{Duration, Instant};

use shop::{Ended, Shop};

/// Random numbers from a seed that is told.
struct Moments(u64);

impl Moments {
    fn new() -> Moments {
        let given = std::env::var("SCANTRAIL_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = || {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            u64::from(now.subsec_nanos()) | 1
        };
        let seed = given.unwrap_or_else(clock);
        eprintln!("SCANTRAIL_SEED={seed} repeats these moments");
        Moments(seed)
    }

    fn below(&mut self, bound: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_micros(self.0 % (bound.as_micros() as u64).max(1))
    }
}

fn rounds(short: usize) -> usize {
    if std::env::var_os("SCANTRAIL_LONG").is_some_and(|value| value == "1") { short * 20 } else { short }
}

fn kill(mut child: Child) {
    // It may have ended already.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Everything that one receipt of a round writes.
fn written(shop: &Shop, round: usize) -> Vec<i64> {
    let sql = [
        format!("SELECT count(*) FROM operation WHERE op_id = 'round-{round}'"),
        format!(
            "SELECT count(*) FROM movement WHERE operation IN (SELECT number FROM operation WHERE op_id = 'round-{round}')"
        ),
        format!("SELECT count(*) FROM serial WHERE code LIKE 'R{round}-%'"),
        format!("SELECT count(*) FROM position p JOIN serial s ON s.id = p.serial WHERE s.code LIKE 'R{round}-%'"),
        format!("SELECT count(*) FROM lot WHERE code = 'LOT-{round}'"),
        format!("SELECT count(*) FROM lot_dates d JOIN lot l ON l.id = d.lot WHERE l.code = 'LOT-{round}'"),
        format!(
            "SELECT coalesce(sum(b.quantity), 0) FROM balance b JOIN lot l ON l.id = b.lot WHERE l.code = 'LOT-{round}' AND b.bounded = 1"
        ),
    ];
    sql.iter().map(|sql| shop.number(sql)).collect()
}

const NOTHING: [i64; 7] = [0; 7];
const EVERYTHING: [i64; 7] = [1, 41, 40, 40, 1, 1, 7];

#[test]
fn a_killed_receipt_is_there_or_not() {
    let shop = Shop::new();
    let mut moments = Moments::new();
    let begin = |round: usize| {
        let op_id = format!("round-{round}");
        let serials: String = (0..40).map(|unit| format!("R{round}-{unit}\n")).collect();
        let scans = format!("MILK\n7\nLOT-{round}\nLAP\n40\n{serials}");
        let receive = ["receive", "--from", "ACME", "--to", "A", "--expires", "2099-01-31", "--op-id", &op_id];
        shop.begin(&receive, &scans)
    };
    // One that nobody disturbs shows how long it takes; the moments lie in that time and a little after it.
    let started = Instant::now();
    let undisturbed = Ended::of(begin(0).wait_with_output().unwrap());
    let bound = started.elapsed() * 5 / 4;
    undisturbed.ok();
    let (mut before, mut after) = (0, 0);
    for round in 1..=rounds(60) {
        let child = begin(round);
        std::thread::sleep(moments.below(bound));
        kill(child);
        shop.inspector().wait_for_the_killed();
        let left = written(&shop, round);
        assert!(left == NOTHING || left == EVERYTHING, "round {round} left {left:?}");
        if left == NOTHING {
            before += 1
        } else {
            after += 1
        }
        let again = Ended::of(begin(round).wait_with_output().unwrap()).ok();
        assert_eq!(again["already_recorded"], left == EVERYTHING, "round {round}");
        assert_eq!(written(&shop, round), EVERYTHING, "round {round}");
    }
    eprintln!("{before} were killed before the commit, {after} after it");
    assert!(before > 0, "nothing was killed in time");
    shop.check("after all kills");
}

#[test]
fn a_killed_undo_is_there_or_not() {
    let shop = Shop::new();
    let mut moments = Moments::new();
    let mut bound = Duration::from_millis(40);
    for round in 0..rounds(15) {
        let unit = format!("U-{round}");
        let number = shop.receive(&["LAP", "1", &unit, "BULK", "3"]).to_string();
        let op_id = format!("undo-{round}");
        let undo = ["undo", &number, "--reason", "proof", "--op-id", &op_id];
        let child = shop.begin(&undo, "");
        std::thread::sleep(moments.below(bound));
        kill(child);
        shop.inspector().wait_for_the_killed();
        let units = format!(
            "SELECT count(*) FROM position p JOIN serial s ON s.id = p.serial JOIN place l ON l.id = p.place
             WHERE s.code = '{unit}' AND l.kind = 'storage'"
        );
        let operations = format!("SELECT count(*) FROM operation WHERE op_id = '{op_id}'");
        let left = (shop.number(&units), shop.number(&operations));
        assert!(left == (1, 0) || left == (0, 1), "round {round} left {left:?}");
        let started = Instant::now();
        let again = shop.run(&undo, "").ok();
        bound = started.elapsed() * 5 / 4;
        assert_eq!(again["already_recorded"], left.1 == 1, "round {round}");
        assert_eq!((shop.number(&units), shop.number(&operations)), (0, 1), "round {round}");
    }
    shop.check("after all kills");
}

/// The lock dies with the process that holds it.
#[test]
fn a_killed_holder_of_the_lock_blocks_nobody() {
    let shop = Shop::new();
    // A receipt so large that it holds the lock for long.
    let serials: String = (0..20_000).map(|unit| format!("L-{unit}\n")).collect();
    let scans = format!("LAP\n20000\n{serials}");
    let mut was_held = false;
    for round in 0..6 {
        let op_id = format!("large-{round}");
        let child = shop.begin(&["receive", "--from", "ACME", "--to", "A", "--op-id", &op_id], &scans);
        // Waits until somebody else cannot have the lock, or the receipt is done.
        let mut probe = shop.inspector();
        let started = Instant::now();
        let mut is_held = false;
        while !is_held && started.elapsed() < Duration::from_secs(5) {
            is_held = probe.is_being_written();
        }
        was_held |= is_held;
        kill(child);
        drop(probe);
        let unit = format!("AFTER-{round}");
        shop.receive(&["LAP", "1", &unit]);
        shop.inspector().wait_for_the_killed();
        let large = shop.number("SELECT count(*) FROM serial WHERE code LIKE 'L-%'");
        assert!(large == 0 || large == 20_000, "{large} of 20000 units are left");
        if large > 0 {
            break;
        }
    }
    assert!(was_held, "the lock was never seen held");
    shop.check("after the kills");
}
