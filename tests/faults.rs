//! Faults of the disk at every call: a command that fails or is killed at any of them leaves the ledger as it was before or
//! after, says what is true, can be repeated, and what it acknowledged survives the loss of everything that was not synced.
//!
//! The short form tries some calls of each class; `SCANTRAIL_LONG=1` tries all. Linux only: the faults come from a library
//! that is loaded before the C library.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "faults/copying.rs"]
mod copying;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/disk.rs"]
mod disk;
#[path = "support/inspector.rs"]
mod inspector;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "faults/live.rs"]
mod live;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "faults/shim.rs"]
mod shim;
#[path = "proofs/shop.rs"]
mod shop;
#[path = "faults/sweep.rs"]
mod sweep;
#[path = "faults/trial.rs"]
mod trial;

use std::sync::OnceLock;

use damage::{Loss, Sound, Tally, Verdict};
use disk::Snapshot;
use shim::Honesty;
use sweep::{Case, Findings, Sweep};
use trial::{FILE, Numbers};

/// The receipt that is undone.
const MISTAKE: &str = "24";

/// A shop with goods, a certificate in the database, and files to be attached.
fn base() -> &'static Snapshot {
    static BASE: OnceLock<Snapshot> = OnceLock::new();
    BASE.get_or_init(|| {
        let shop = trial::empty().with_masters().stocked();
        assert_eq!(shop.receive(&["LAP", "1", "U-1", "BULK", "2"]).to_string(), MISTAKE);
        shop.receive(&["LAP", "1", "U-2"]);
        std::fs::write(shop.folder().join("large.pdf"), large()).unwrap();
        Snapshot::of(shop.folder())
    })
}

/// The same with a certificate that is kept beside the database.
fn base_with_large_file() -> &'static Snapshot {
    static BASE: OnceLock<Snapshot> = OnceLock::new();
    BASE.get_or_init(|| {
        let shop = trial::empty();
        base().lay(shop.folder());
        shop.run(&["attach", "lot", "LOT-A", "large.pdf"], "").ok();
        Snapshot::of(shop.folder())
    })
}

/// A file that is kept beside the database.
fn large() -> Vec<u8> {
    (0..1_050_000_usize).map(|index| (index * 31 + index / 251) as u8).collect()
}

fn swept(case: &Case, honesty: Honesty) -> Findings {
    Sweep::of(base(), case, honesty).run()
}

const RECEIPT: Case = Case {
    arguments: &["receive", "--from", "ACME", "--to", "A", "--expires", "2099-01-31"],
    scans: "LAP\n2\nN-1\nN-2\nMILK\n4\nLOT-N\n",
    papers: &[],
};

#[test]
fn a_receipt() {
    swept(&RECEIPT, Honesty::True).assert_none("receipt");
}

#[test]
fn a_receipt_with_labels() {
    let case = Case {
        arguments: &["receive", "--from", "ACME", "--to", "A", "--labels", "labels.pdf"],
        scans: "LAP\n1\nN-1\n",
        papers: &["labels.pdf"],
    };
    swept(&case, Honesty::True).assert_none("receipt with labels");
}

#[test]
fn a_sale() {
    let case = Case { arguments: &["sell", "--to", "BOB"], scans: "LAP\n1\nU-2\nBULK\n2\n", papers: &[] };
    swept(&case, Honesty::True).assert_none("sale");
}

#[test]
fn an_undo() {
    let case = Case { arguments: &["undo", MISTAKE, "--reason", "proof"], scans: "", papers: &[] };
    swept(&case, Honesty::True).assert_none("undo");
}

#[test]
fn an_attachment_in_the_database() {
    let case = Case { arguments: &["attach", "serial", "SN-2", "certificate.pdf"], scans: "", papers: &[] };
    swept(&case, Honesty::True).assert_none("small attachment");
}

#[test]
fn an_attachment_beside_the_database() {
    let case = Case { arguments: &["attach", "serial", "SN-2", "large.pdf"], scans: "", papers: &["shop.db-files"] };
    swept(&case, Honesty::True).assert_none("large attachment");
}

#[test]
fn a_pack_of_certificates() {
    let pack = Case {
        arguments: &["sell", "--to", "BOB", "--from", "A", "--certificates", "papers/pack"],
        scans: "MILK\n2\nLOT-A\n",
        papers: &["papers"],
    };
    Sweep::of(base_with_large_file(), &pack, Honesty::True).run().assert_none("pack of certificates");
    let archive = Case {
        arguments: &["sell", "--to", "BOB", "--from", "A", "--certificates", "pack.zip", "--slip", "slip.pdf"],
        papers: &["pack.zip", "slip.pdf"],
        ..pack
    };
    Sweep::of(base_with_large_file(), &archive, Honesty::True).run().assert_none("archive of certificates");
}

/// The sweep can find something: a disk that drops its syncs loses what was acknowledged.
#[test]
fn a_disk_that_lies_is_found_out() {
    let findings = swept(&RECEIPT, Honesty::DropsSyncs);
    let found = findings.kinds();
    assert!(found.iter().any(|kind| kind.starts_with("acknowledged, and after a power cut")), "{found:?}");
}

#[test]
fn a_copy_of_the_ledger() {
    copying::run(base_with_large_file()).assert_none("copy-db");
}

#[test]
fn a_live_session() {
    live::run(base()).assert_none("live session");
}

/// The name of the write-ahead log.
const LOG: &str = "shop.db-wal";

/// A ledger of a few dozen operations, the first of them folded into the file and the later ones in the log; and the same a
/// few operations earlier.
fn half_folded() -> (Sound, Snapshot) {
    let shop = trial::empty();
    base().lay(shop.folder());
    for delivery in 0..8 {
        let units: String = (0..100).map(|unit| format!("D{delivery}-{unit}\n")).collect();
        shop.run(&["receive", "--from", "ACME", "--to", "A"], &format!("LAP\n100\n{units}")).ok();
    }
    // Whoever opens and closes the file last folds the log into it.
    shop.inspector().done("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut earlier = None;
    for index in 0..12 {
        let (unit, lot) = (format!("F-{index}"), format!("LOT-F{index}"));
        shop.receive(&["LAP", "1", &unit, "BULK", "3", "MILK", "2", &lot]);
        shop.run(&["sell", "--to", "BOB"], &format!("LAP\n1\n{unit}\n")).ok();
        if index == 8 {
            earlier = Some(Snapshot::of(shop.folder()));
        }
    }
    let sound = Sound::of(Snapshot::of(shop.folder()));
    for name in [FILE, LOG] {
        assert_eq!(sound.with(name, Some(sound.file(name))).0, Verdict::Harmless, "nothing was changed");
    }
    (sound, earlier.unwrap())
}

/// The same positions in every run, unless `SCANTRAIL_SEED` gives others.
fn positions() -> Numbers {
    let seed = std::env::var("SCANTRAIL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    eprintln!("SCANTRAIL_SEED={seed} repeats these positions");
    Numbers::new(seed)
}

/// Half of the bits that are flipped.
const FLIPS: usize = 250;

fn flipped(name: &str) -> Tally {
    let (sound, _) = half_folded();
    let mut positions = positions();
    let mut tally = Tally::default();
    for _ in 0..FLIPS {
        let mut bytes = sound.file(name).to_owned();
        let (byte, bit) = (positions.below(bytes.len()), positions.below(8));
        bytes[byte] ^= 1 << bit;
        tally.add(sound.with(name, Some(&bytes)), &format!("byte {byte}, bit {bit}"));
    }
    eprintln!("{FLIPS} flips in {name}:\n{tally}");
    tally
}

#[test]
fn a_bit_that_flips_in_the_log_is_noticed_or_harmless() {
    let tally = flipped(LOG);
    let good = tally.count(&Verdict::Harmless) + tally.count(&Verdict::Noticed);
    assert_eq!(good, FLIPS, "{tally}");
}

/// Pages have no checksums: what a flip makes of a row may be a good row. But nothing vanishes behind a receipt.
#[test]
fn nothing_is_recorded_over_a_bit_that_flips_in_the_file() {
    let tally = flipped(FILE);
    assert_eq!(tally.count(&Verdict::RecordedOver(Loss::Gone)), 0, "{tally}");
}

#[test]
fn a_log_that_is_missing_older_or_cut_is_noticed() {
    let (sound, earlier) = half_folded();
    let mut tally = Tally::default();
    tally.add(sound.with(LOG, None), "missing");
    tally.add(sound.with(LOG, Some(earlier.file(LOG))), "older");
    let log = sound.file(LOG).to_owned();
    (0..20).for_each(|part| {
        let length = log.len() * part / 20;
        tally.add(sound.with(LOG, Some(&log[..length])), &format!("cut after {length} bytes of {}", log.len()));
    });
    eprintln!("{tally}");
    let good = tally.count(&Verdict::Harmless) + tally.count(&Verdict::Noticed);
    assert_eq!(good, 22, "{tally}");
}
