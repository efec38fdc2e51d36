//! `attach`: files of lots, units and orders; goods that wait for their certificate; what goes along with a sale.

use std::fs::File;
use std::path::PathBuf;

use expect_test::expect;
use scantrail::codes::{Command, Mode};
use serde_json::{Value, json};

use crate::world::World;

/// The stocked shop, where milk, laptops and pumps need a certificate, and a file to attach.
fn strict() -> World {
    with_rules(World::stocked())
}

fn with_rules(world: World) -> World {
    for item in ["MILK-1L", "LAPTOP-15", "PUMP"] {
        world.ok(&format!("item set {item} --require-certificate"), "");
    }
    world.write("cert.pdf", "a certificate");
    world
}

/// Fills a file with so many bytes that do not repeat soon.
fn write_large(world: &World, name: &str, size: usize) -> Vec<u8> {
    let bytes: Vec<u8> = (0..size).map(|index| (index * 31 + index / 251) as u8).collect();
    world.write(name, &bytes);
    bytes
}

fn count(world: &World, table: &str) -> i64 {
    world.inspector().number(&format!("SELECT count(*) FROM {table}"))
}

/// The files of an archive that is stored and not packed, in order.
fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let number = |at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (mut at, mut files) = (0, Vec::new());
    while bytes[at..].starts_with(b"PK\x03\x04") {
        let (size, name) = (number(at + 18, 4), number(at + 26, 2));
        let start = at + 30 + name;
        let text = String::from_utf8(bytes[at + 30..start].to_vec()).unwrap();
        files.push((text, bytes[start..start + size].to_vec()));
        at = start + size;
    }
    assert!(bytes[at..].starts_with(b"PK\x01\x02"), "no directory after the files");
    files
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

/// L12 and L15, as a maker of metal parts works: rods arrive with their heat number, and leave with the mill's certificate.
#[test]
fn the_story_of_a_heat() {
    let world = World::shop();
    world.write("3.1 certificate.pdf", "EN 10204 type 3.1: heat H-4711, 42CrMo4");
    expect![[r#"
        $ scantrail item add ROD-20 --name 'Round bar 20 mm' --track lot --unit m --require-certificate yes --op-id 1
        Operation 5 (item-add) is recorded.
        exit 0

        $ scantrail order add SO-7 --kind sales --partner BOB --line ROD-20=6 --op-id 2
        Operation 6 (order-add) is recorded.
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --op-id 3
        < ROD-20\x0A24\x0AH-4711\x0A
        Operation 7 (receive) is recorded.
        QUANTITY  ITEM    LOT     FROM            TO
            24 m  ROD-20  H-4711  @supplier/ACME  WH1/A-01
        ! warning [certificate-missing] lot H-4711 of ROD-20 waits for its certificate, and is not set aside, picked or sold before it is there: scantrail attach lot H-4711 FILE --item ROD-20
        exit 0

        $ scantrail transfer --to WH1/A-02 --op-id 4
        < ROD-20\x0A24\x0AH-4711\x0A
        Operation 8 (transfer) is recorded.
        QUANTITY  ITEM    LOT     FROM      TO
            24 m  ROD-20  H-4711  WH1/A-01  WH1/A-02
        exit 0

        $ scantrail allocate SO-7 --op-id 5
        Operation 9 (allocate) is recorded.
        ! short: 6 of ROD-20 (24 wait for their certificate)
        exit 0

        $ scantrail pick --so SO-7
        < ROD-20\x0A6\x0AH-4711\x0A
        ! refused [certificate-missing] line 3, scan H-4711: lot H-4711 of ROD-20 waits for its certificate
        !   hint: when it is there: scantrail attach lot H-4711 FILE --item ROD-20
        exit 3

        $ scantrail sell --to BOB
        < ROD-20\x0A6\x0AH-4711\x0A
        ! refused [certificate-missing] line 3, scan H-4711: lot H-4711 of ROD-20 waits for its certificate
        !   hint: when it is there: scantrail attach lot H-4711 FILE --item ROD-20
        exit 3

        $ scantrail stock --item ROD-20
        ITEM    LOCATION  LOT     QUANTITY  UNIT  CERTIFICATE
        ROD-20  WH1/A-02  H-4711        24  m     missing
        exit 0

        $ scantrail attach lot H-4711 '3.1 certificate.pdf' --op-id 6
        Operation 10 (attach) is recorded.
        certificate 3.1 certificate.pdf is attached to lot H-4711 of ROD-20 (SHA-256 d29dfbdcc6eef78dd84fe156fc9282cc38fbbc95ccb8236fbc461736a049528f)
        exit 0

        $ scantrail stock --item ROD-20
        ITEM    LOCATION  LOT     QUANTITY  UNIT  CERTIFICATE
        ROD-20  WH1/A-02  H-4711        24  m     there
        exit 0

        $ scantrail allocate SO-7 --op-id 7
        Operation 11 (allocate) is recorded.
        QUANTITY  ITEM    LOT     FROM      TO
             6 m  ROD-20  H-4711  WH1/A-02  allocated for SO-7
        exit 0

        $ scantrail pick --so SO-7 --op-id 8
        < ROD-20\x0A6\x0AH-4711\x0A
        Operation 12 (pick) is recorded.
        QUANTITY  ITEM    LOT     FROM      TO
             6 m  ROD-20  H-4711  WH1/A-02  WH1/STAGING
        exit 0

        $ scantrail sell --so SO-7 --picked --slip slip.pdf --certificates papers.zip --op-id 9
        Operation 13 (sell) is recorded.
        QUANTITY  ITEM    LOT     FROM         TO
             6 m  ROD-20  H-4711  WH1/STAGING  @customer/BOB
        Wrote slip.pdf
        Wrote papers.zip
        exit 0

        $ scantrail attach list lot H-4711
        OPERATION  WHEN        ATTACHED TO           KIND         NAME                 BYTES  SHA-256
               10  2026-11-23  lot H-4711 of ROD-20  certificate  3.1 certificate.pdf     39  d29dfbdcc6ee
        exit 0

        $ scantrail attach get 10 --out again.pdf
        Wrote again.pdf: 39 bytes with the SHA-256 d29dfbdcc6eef78dd84fe156fc9282cc38fbbc95ccb8236fbc461736a049528f, as they were attached
        exit 0

        $ scantrail trace H-4711
        lot H-4711 of ROD-20

        Now
        ITEM    LOT     WHERE          QUANTITY  STATE
        ROD-20  H-4711  WH1/A-02             18  free
        ROD-20  H-4711  @customer/BOB         6  sold

        History
        OPERATION  WHEN              WHAT      ITEM    LOT     QUANTITY  FROM            TO             DOCUMENT  PARTNER
                7  2026-11-23 10:00  receive   ROD-20  H-4711        24  @supplier/ACME  WH1/A-01                 ACME
                8  2026-11-23 10:00  transfer  ROD-20  H-4711        24  WH1/A-01        WH1/A-02
               11  2026-11-23 10:00  allocate  ROD-20  H-4711         6  WH1/A-02        WH1/A-02       SO-7      BOB
               12  2026-11-23 10:00  pick      ROD-20  H-4711         6  WH1/A-02        WH1/STAGING    SO-7      BOB
               13  2026-11-23 10:00  sell      ROD-20  H-4711         6  WH1/STAGING     @customer/BOB  SO-7      BOB

        Files
        OPERATION  WHEN        ATTACHED TO           KIND         NAME                 BYTES  SHA-256
               10  2026-11-23  lot H-4711 of ROD-20  certificate  3.1 certificate.pdf     39  d29dfbdcc6ee
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("item add ROD-20 --name 'Round bar 20 mm' --track lot --unit m --require-certificate yes --op-id 1", ""),
        ("order add SO-7 --kind sales --partner BOB --line ROD-20=6 --op-id 2", ""),
        ("receive --from ACME --to WH1/A-01 --op-id 3", "ROD-20\n24\nH-4711\n"),
        // It may be moved, and nothing else.
        ("transfer --to WH1/A-02 --op-id 4", "ROD-20\n24\nH-4711\n"),
        ("allocate SO-7 --op-id 5", ""),
        ("pick --so SO-7", "ROD-20\n6\nH-4711\n"),
        ("sell --to BOB", "ROD-20\n6\nH-4711\n"),
        ("stock --item ROD-20", ""),
        // The certificate comes by mail.
        ("attach lot H-4711 '3.1 certificate.pdf' --op-id 6", ""),
        ("stock --item ROD-20", ""),
        ("allocate SO-7 --op-id 7", ""),
        ("pick --so SO-7 --op-id 8", "ROD-20\n6\nH-4711\n"),
        ("sell --so SO-7 --picked --slip slip.pdf --certificates papers.zip --op-id 9", ""),
        ("attach list lot H-4711", ""),
        ("attach get 10 --out again.pdf", ""),
        ("trace H-4711", ""),
    ]));
    let files = unzipped(&std::fs::read(world.path("papers.zip")).unwrap());
    assert_eq!(names(&files), ["ROD-20-H-4711-1.pdf", "certificates.csv"]);
    assert_eq!(files[0].1, std::fs::read(world.path("3.1 certificate.pdf")).unwrap());
    assert_eq!(std::fs::read(world.path("again.pdf")).unwrap(), files[0].1);
    expect![[r#"
        file,item,lot,serial,order,name,size,sha256
        "ROD-20-H-4711-1.pdf","ROD-20","H-4711","","","3.1 certificate.pdf","39","d29dfbdcc6eef78dd84fe156fc9282cc38fbbc95ccb8236fbc461736a049528f"
    "#]].assert_eq(&std::str::from_utf8(&files[1].1).unwrap().replace("\r\n", "\n"));
}

#[test]
fn no_way_out_without_the_certificate() {
    let world = strict();
    world.ok("item set MILK-1L --pack MILK-6=6", "");
    world.ok("item set LAPTOP-15 --pack LAP-2=2", "");
    for (command, scans, expected) in [
        ("sell --to BOB", "MILK-1L\n1\nB7\n", vec!["3 B7 certificate-missing"]),
        ("sell --to BOB --item MILK-1L", "1\nB7\n", vec!["2 B7 certificate-missing"]),
        ("sell --to BOB --lot B7", "MILK-1L\n1\n", vec!["1 MILK-1L certificate-missing"]),
        ("sell --to BOB --item MILK-1L --lot B7", "1\n", vec!["1 1 certificate-missing"]),
        ("sell --to BOB", "]d2010400638133393110B7\n1\n", vec!["1 ]d2010400638133393110B7 certificate-missing"]),
        ("sell --to BOB", "MILK-6\n1\nB7\n", vec!["3 B7 certificate-missing"]),
        ("sell --to BOB", "LAPTOP-15\n1\nSN1\n", vec!["3 SN1 certificate-missing"]),
        ("sell --to BOB", "2\nSN1\nSN2\n", vec!["2 SN1 certificate-missing", "3 SN2 certificate-missing"]),
        ("sell --to BOB", "LAP-2\nSN1\nSN2\n", vec!["2 SN1 certificate-missing", "3 SN2 certificate-missing"]),
        ("sell --to BOB", "]d2010950600013435221SN1\n", vec!["1 ]d2010950600013435221SN1 certificate-missing"]),
        ("sell --to BOB", "PUMP\n1\nL1\nP1\n", vec!["4 P1 certificate-missing"]),
        ("sell --to BOB", "1\nP1\n", vec!["2 P1 certificate-missing"]),
        ("pick --so SO-2001", "MILK-1L\n1\nB7\n", vec!["3 B7 certificate-missing"]),
        ("pick --so SO-2001", "1\nSN1\n", vec!["2 SN1 certificate-missing"]),
        ("pick --so SO-2003", "1\nP1\n", vec!["2 P1 certificate-missing"]),
        // Enough scans that they are looked up ahead.
        (
            "sell --to BOB",
            "4\nSN1\nSN2\nSN3\nSN4\n2\nP1\nP2\nBOLT\n1\n",
            ["2 SN1", "3 SN2", "4 SN3", "5 SN4", "7 P1", "8 P2"].map(|one| one).to_vec(),
        ),
    ] {
        let expected: Vec<String> = expected
            .into_iter()
            .map(|one| if one.contains("certificate") { one.to_owned() } else { format!("{one} certificate-missing") })
            .collect();
        assert_eq!(world.refused(command, scans), expected, "{command} {scans:?}");
    }
    // An expired lot is told so first.
    assert_eq!(world.refused("sell --to BOB --at 2026-12-20", "MILK-1L\n1\nB8\n"), ["3 B8 lot-expired"]);
    // Nothing is allocated, and the operation says why.
    let allocated = world.json("allocate SO-2001", "");
    assert_eq!(allocated["lines"], json!([]));
    assert_eq!(
        allocated["short"],
        json!([{"item": "MILK-1L", "quantity": "6", "waiting_for_certificate": "20"},
               {"item": "LAPTOP-15", "quantity": "2", "waiting_for_certificate": "4"}])
    );
    assert_eq!(world.refused_codes("allocate SO-2003 --all-or-nothing", ""), ["not-enough-stock"]);
    // Live, and by scanner alone.
    for line in ["sell --to BOB --live", "pick --so SO-2001 --live"] {
        let outcome = world.run(line, "1\nSN1\n");
        assert!(outcome.stderr.contains("[certificate-missing]"), "{outcome}");
        assert_ne!(outcome.exit, 0, "{outcome}");
    }
    world.run("sell --to BOB --live --discard-draft", "SCANTRAILCANCEL1\n");
    let scans = [Command::Mode(Mode::Sell).code(), "BOB".to_owned(), "1".to_owned(), "SN2".to_owned()].join("\n");
    let outcome = world.run("station", scans);
    assert!(outcome.stderr.contains("[certificate-missing]"), "{outcome}");
    // It may be moved, sent back, and come in.
    world.ok("transfer --to WH1/A-02", "MILK-1L\n10\nB7\n1\nSN1\n");
    world.ok("return --to-supplier ACME", "1\nSN4\n");
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nSN4\n");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-02 SN1 1".to_owned()));
}

#[test]
fn what_a_certificate_counts_for() {
    let world = strict();
    world.ok("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nSN9\nMILK-1L\n4\nB9\nPUMP\n1\nL1\nP9\n");
    let certified = || -> Vec<String> {
        let document = world.json("stock", "");
        let rows = document["stock"].as_array().unwrap().iter().filter(|row| row["certificate"] == "there");
        let mut codes: Vec<String> =
            rows.map(|row| row["serial"].as_str().or(row["lot"].as_str()).unwrap().to_owned()).collect();
        codes.sort();
        codes
    };
    assert_eq!(certified(), [""; 0]);
    // Another sort of file is no certificate.
    world.ok("attach lot B7 cert.pdf --kind photo", "");
    assert_eq!(certified(), [""; 0]);
    // The one of an order counts for what was received on it: the pumps that came before are of the same lot.
    let order = world.json("attach order po-1001 cert.pdf", "");
    assert_eq!(certified(), ["B9", "P9", "SN9"]);
    let lot = world.json("attach batch B7 cert.pdf", "")["operation"].clone();
    assert_eq!(certified(), ["B7", "B9", "P9", "SN9"]);
    world.ok("attach serial SN1 cert.pdf", "");
    assert_eq!(certified(), ["B7", "B9", "P9", "SN1", "SN9"]);
    world.ok("attach lot L1 cert.pdf --item PUMP", "");
    assert_eq!(certified(), ["B7", "B9", "P1", "P2", "P9", "SN1", "SN9"]);
    world.ok("sell --to BOB", "MILK-1L\n1\nB7\nMILK-1L\n1\nB9\n4\nSN1\nSN9\nP1\nP9\n");
    // Undone it no longer counts, and the undo of the undo brings it back.
    let undone = world.ok(&format!("undo {lot} --reason wrong"), "");
    assert!(undone.stderr.contains("[certificate-missing] lot B7 has no certificate"), "{undone}");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nB7\n"), ["certificate-missing"]);
    assert_eq!(world.json("attach list lot B7", "")["attachments"].as_array().unwrap().len(), 1);
    let undo = world.json("log --all", "")["operations"].as_array().unwrap().last().unwrap()["operation"].clone();
    let again = world.ok(&format!("undo {undo} --reason right"), "");
    assert!(!again.stderr.contains("certificate-missing"), "{again}");
    world.ok("sell --to BOB", "MILK-1L\n1\nB7\n");
    assert_eq!(world.refused_codes(&format!("undo {lot} --reason twice"), ""), ["already-undone"]);
    // What was received on the order waits when its certificate is undone.
    world.ok(&format!("undo {} --reason wrong", order["operation"]), "");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nB9\n"), ["certificate-missing"]);
    // A receipt that was undone is none.
    world.ok("attach order PO-1001 cert.pdf", "");
    let receipt = world.json("receive --po PO-1001 --to WH1/A-01", "MILK-1L\n4\nB8\n")["operation"].clone();
    world.ok("sell --to BOB", "MILK-1L\n1\nB8\n");
    world.ok(&format!("undo {receipt} --reason miscounted"), "");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nB8\n"), ["certificate-missing"]);
}

#[test]
fn allocation_passes_over_what_waits() {
    let world = strict();
    // B8 expires first, and SN1 and SN2 came first.
    world.ok("attach lot B7 cert.pdf", "");
    world.ok("attach serial SN3 cert.pdf", "");
    let allocated = world.json("allocate SO-2001", "");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 10 (6)", "WH1/A-01 B8 10"]);
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN3 1 (1)".to_owned()));
    let short = json!([{"item": "LAPTOP-15", "quantity": "1", "waiting_for_certificate": "3"}]);
    assert_eq!(allocated["short"], short);
    // A swap to a unit that waits is refused; one that has its certificate goes.
    assert_eq!(world.refused("pick --so SO-2001", "1\nSN1\n"), ["2 SN1 certificate-missing"]);
    world.ok("attach serial SN4 cert.pdf", "");
    world.ok("pick --so SO-2001", "1\nSN4\n");
}

/// Slabs that are sold by the square foot: what is cut off a slab has the slab's certificate.
#[test]
fn measured_units_and_their_pieces() {
    let world = with_rules(World::shop());
    world.ok("item add SLAB --name Slab --track serial --measure sqft --scale 2 --require-certificate", "");
    world.ok("order add SO-9 --kind sales --partner BOB --line SLAB=12", "");
    world.ok("receive --from ACME --to WH1/A-01", "SLAB\n2\nS1\n20.00\nS2\n30.00\n");
    let allocated = world.json("allocate SO-9", "");
    assert_eq!(allocated["short"], json!([{"item": "SLAB", "quantity": "12.00", "waiting_for_certificate": "50.00"}]));
    world.ok("attach serial S2 cert.pdf", "");
    world.ok("cut S2 12 --new-serial P1", "");
    world.ok("cut P1 2 --new-serial P2", "");
    world.ok("cut S1 5 --new-serial P3", "");
    let allocated = world.json("allocate SO-9", "");
    assert_eq!((&allocated["short"], &allocated["over"]), (&json!([]), &json!(null)), "{allocated}");
    assert_eq!(world.refused_codes("sell --to BOB", "1\nP3\n"), ["certificate-missing"]);
    assert_eq!(world.json("trace P2", "")["attachments"][0]["serial"], "S2");
    world.ok("pick --so SO-9", "2\nP1\nP2\n");
    world.ok("sell --so SO-9 --picked --certificates out.zip", "");
    let files = unzipped(&std::fs::read(world.path("out.zip")).unwrap());
    assert_eq!(names(&files), ["SLAB-S2-1.pdf", "certificates.csv"]);
}

#[test]
fn what_was_picked_waits_when_its_certificate_is_undone() {
    let world = strict();
    let first = world.json("attach lot B7 cert.pdf", "")["operation"].clone();
    let second = world.json("attach serial SN1 cert.pdf", "")["operation"].clone();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "MILK-1L\n6\nB7\n1\nSN1\n");
    for number in [&first, &second] {
        world.ok(&format!("undo {number} --reason wrong"), "");
    }
    let refused = world.refused("sell --so SO-2001 --picked", "");
    assert_eq!(refused, ["- - certificate-missing", "- - certificate-missing"]);
    world.ok("attach lot B7 cert.pdf", "");
    world.ok("attach serial SN1 cert.pdf", "");
    world.ok("sell --so SO-2001 --picked", "");
}

#[test]
fn a_receipt_tells_what_waits() {
    let world = strict();
    let warned = |line: &str, scans: &str| -> Vec<String> {
        let document = world.json(line, scans);
        let warnings = document["warnings"].as_array().unwrap().iter();
        let waiting = warnings.filter(|one| one["code"] == "certificate-missing");
        waiting.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
    };
    let receive = "receive --from ACME --to WH1/A-01";
    assert_eq!(warned(receive, "BOLT\n1\n"), [""; 0]);
    let told = warned(receive, "MILK-1L\n1\nB7\nPUMP\n1\nL1\nP5\nLAPTOP-15\n4\nA1\nA2\nA3\nA4\n");
    assert_eq!(told.len(), 3);
    assert!(told[0].contains("scantrail attach lot B7 FILE --item MILK-1L"), "{told:?}");
    assert!(told[1].contains("4 units of LAPTOP-15 (A1, A2, A3, …)"), "{told:?}");
    assert!(told[2].contains("scantrail attach lot L1 FILE --item PUMP"), "{told:?}");
    world.ok("attach lot B7 cert.pdf", "");
    assert_eq!(warned(receive, "MILK-1L\n1\nB7\n"), [""; 0]);
    let told = warned("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nA5\n");
    assert!(told[0].contains("scantrail attach order PO-1001 FILE"), "{told:?}");
    // The certificate may come before the goods.
    world.ok("attach order PO-1001 cert.pdf", "");
    assert_eq!(warned("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nA6\nPUMP\n1\nL2\nP6\n"), [""; 0]);
    world.ok("sell --to BOB", "2\nA6\nP6\n");
}

#[test]
fn the_same_content_is_kept_once() {
    let world = strict();
    world.write("copy.pdf", "a certificate");
    world.ok("attach lot B7 cert.pdf", "");
    world.ok("attach lot B8 copy.pdf", "");
    world.ok("attach serial SN1 cert.pdf", "");
    assert_eq!((count(&world, "file"), count(&world, "attachment")), (1, 3));
    let line = "attach lot B7 cert.pdf --op-id same";
    let first = world.json(line, "");
    let second = world.json(line, "");
    assert_eq!((&second["already_recorded"], &second["operation"]), (&json!(true), &first["operation"]));
    assert_eq!(count(&world, "attachment"), 4);
    world.write("cert.pdf", "another certificate");
    assert_eq!(world.refused_codes(line, ""), ["op-id-reused"]);
    assert_eq!(first["attached"]["sha256"], world.json("attach list", "")["attachments"][0]["sha256"]);
    // A dry run keeps nothing.
    world.ok("attach lot B7 cert.pdf --dry-run", "");
    assert_eq!((count(&world, "file"), count(&world, "attachment")), (1, 4));
}

#[test]
fn names_are_only_words() {
    let world = strict();
    let odd = ["=cmd|calc.pdf", "\u{1b}[2Jesc.pdf", "-rf.PDF", "..pdf", "a\"b,c.exe", "line\nfeed.pdf"];
    for name in odd {
        world.write(name, format!("content of {name:?}"));
        world.run_words(&["attach", "lot", "B7", "--", name].map(Into::into), "");
    }
    std::fs::create_dir_all(world.path("deep/er")).unwrap();
    world.write("deep/er/x.pdf", "deep");
    world.ok("attach lot B7 deep/er/../er/x.pdf", "");
    let document = world.json("attach list lot B7", "");
    let kept: Vec<&str> =
        document["attachments"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(kept, [&odd[..], &["x.pdf"]].concat());
    // No byte of a name reaches a terminal or a path.
    world.ok("attach list", "");
    world.ok("trace B7", "");
    world.ok("sell --to BOB --certificates out --slip slip.pdf", "MILK-1L\n1\nB7\n");
    let mut files: Vec<String> = std::fs::read_dir(world.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let numbered = |number: usize| {
        let ending = if number == 5 { "bin" } else { "pdf" };
        format!("MILK-1L-B7-{number}.{ending}")
    };
    let expected: Vec<String> = (1..=7).map(numbered).chain(["certificates.csv".to_owned()]).collect();
    assert_eq!(files, expected);
    let index = std::fs::read_to_string(world.path("out/certificates.csv")).unwrap();
    assert!(index.contains("\"'=cmd|calc.pdf\"") && index.contains("\"a\"\"b,c.exe\""), "{index}");
    assert!(index.contains("\"\\x1B[2Jesc.pdf\"") && index.contains("\"'-rf.PDF\""), "{index}");
}

#[test]
fn what_cannot_be_attached() {
    let world = strict();
    world.write("empty.pdf", "");
    std::fs::create_dir(world.path("folder")).unwrap();
    for (line, code) in [
        ("attach lot B7 nothing.pdf", "file"),
        ("attach lot B7 empty.pdf", "file"),
        ("attach lot B7 folder", "file"),
        ("attach lot B7 /dev/null", "file"),
        ("attach lot B7 /dev/zero", "file"),
    ] {
        assert_eq!(world.run(&format!("{line} --json"), "").error_code(1), code, "{line}");
    }
    for (line, code) in [
        ("attach lot NOPE cert.pdf", "unknown-lot"),
        ("attach serial NOPE cert.pdf", "unknown-serial"),
        ("attach order NOPE cert.pdf", "unknown-order"),
        ("attach lot B7 cert.pdf --item NOPE", "unknown-item"),
        ("attach lot B7 cert.pdf --item PUMP", "unknown-lot"),
        ("attach lot B7 cert.pdf --kind 'Mill Certificate'", "not-valid"),
        ("attach lot B7 cert.pdf --kind ''", "not-valid"),
        ("attach lot B7 cert.pdf --kind a--b", "not-valid"),
        ("attach list lot NOPE", "unknown-lot"),
        ("attach get 1 --out x.pdf", "unknown-code"),
        ("attach get abcdefabcdef --out x.pdf", "unknown-code"),
    ] {
        assert_eq!(world.refused_codes(line, ""), [code], "{line}");
    }
    world.ok("receive --from ACME --to WH1/A-01", "FLOUR\n1\nB7\n");
    assert_eq!(world.refused_codes("attach lot B7 cert.pdf", ""), ["ambiguous-scan"]);
    world.ok("attach lot B7 cert.pdf --item FLOUR", "");
    assert_eq!(world.run("attach lot B7", "").exit, 2);
    assert_eq!(world.run("attach list lot", "").exit, 2);
    // It would count for nothing, which is told.
    let told = world.json("attach order SO-2001 cert.pdf", "");
    assert_eq!(told["warnings"][0]["code"], "not-counted");
    let (file, attachment) = (count(&world, "file"), count(&world, "attachment"));
    assert_eq!((file, attachment), (1, 2));
}

#[cfg(unix)]
#[test]
fn a_file_is_what_it_is_whatever_its_path_is() {
    let world = with_rules(World::stocked_in_a_file());
    let database = world.address().to_owned();
    for path in [database.clone(), format!("{database}-wal"), format!("./{database}")] {
        let outcome = world.run(&format!("attach lot B7 {path} --json"), "");
        assert_eq!(outcome.error_code(1), "file", "{path}");
    }
    std::os::unix::fs::symlink(world.path(&database), world.path("symbolic.pdf")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", world.path("zero.pdf")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, world.path("pipe.pdf"), rustix::fs::Mode::RUSR).unwrap();
    for name in ["symbolic.pdf", "zero.pdf", "pipe.pdf"] {
        assert_eq!(world.run(&format!("attach lot B7 {name} --json"), "").error_code(1), "file", "{name}");
    }
    // A database with a second name is not opened at all.
    std::fs::hard_link(world.path(&database), world.path("linked.pdf")).unwrap();
    assert_eq!(world.run("attach lot B7 linked.pdf --json", "").error_code(1), "hard-links");
    std::fs::remove_file(world.path("linked.pdf")).unwrap();
    // A link to an ordinary file is that file, under its own name.
    std::os::unix::fs::symlink(world.path("cert.pdf"), world.path("link to it.pdf")).unwrap();
    let attached = world.json("attach lot B7 'link to it.pdf'", "");
    assert_eq!(attached["attached"]["name"], "link to it.pdf");
    // The outputs do not take the place of the database either.
    assert_eq!(world.run(&format!("attach get 10 --out {database} --json"), "").error_code(1), "file");
}

#[test]
fn a_file_may_be_too_large() {
    let (world, most) = match crate::ledger::Engine::of_this_run() {
        crate::ledger::Engine::Sqlite => (strict(), 1_u64 << 30),
        _ => (strict(), 64 << 20),
    };
    File::create(world.path("huge.pdf")).unwrap().set_len(most + 1).unwrap();
    let outcome = world.run("attach lot B7 huge.pdf --json", "");
    assert_eq!(outcome.error_code(1), "file-too-large");
    assert_eq!(count(&world, "file"), 0);
}

/// Where a large file lies.
fn path_of(world: &World, attached: &Value) -> PathBuf {
    let hash = attached["attached"]["sha256"].as_str().unwrap();
    world.path(&format!("{}-files/{}/{hash}", world.address(), &hash[..2]))
}

#[test]
fn a_large_file_goes_and_comes_on_every_engine() {
    let world = strict();
    for size in [1 << 20, (1 << 20) + 1, 3_000_000] {
        let bytes = write_large(&world, "large.pdf", size);
        let number = world.json("attach lot B7 large.pdf", "")["operation"].clone();
        let got = world.json(&format!("attach get {number} --out got.pdf"), "");
        assert_eq!(got["size"], json!(size));
        assert_eq!(std::fs::read(world.path("got.pdf")).unwrap(), bytes);
        let hash = got["sha256"].as_str().unwrap();
        world.ok(&format!("attach get {} --out by-hash.pdf", &hash[..12].to_uppercase()), "");
        assert_eq!(std::fs::read(world.path("by-hash.pdf")).unwrap(), bytes);
    }
    world.ok("sell --to BOB --certificates out.zip", "MILK-1L\n1\nB7\n");
    let sizes: Vec<usize> =
        unzipped(&std::fs::read(world.path("out.zip")).unwrap()).iter().map(|(_, bytes)| bytes.len()).take(3).collect();
    assert_eq!(sizes, [1 << 20, (1 << 20) + 1, 3_000_000]);
}

#[test]
fn large_files_lie_in_a_folder_beside_the_file() {
    let world = with_rules(World::stocked_in_a_file());
    let bytes = write_large(&world, "large.pdf", (1 << 20) + 1);
    world.ok("attach lot B7 large.pdf --dry-run", "");
    assert!(!world.path(&format!("{}-files", world.address())).exists());
    // A refused one leaves nothing behind.
    assert_eq!(world.refused_codes("attach lot NOPE large.pdf", ""), ["unknown-lot"]);
    let attached = world.json("attach lot B7 large.pdf", "");
    let path = path_of(&world, &attached);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let inside = std::fs::read_dir(path.parent().unwrap().parent().unwrap()).unwrap().count();
    assert_eq!(inside, 1, "temporary files stayed behind");
    assert_eq!(world.inspector().number("SELECT count(*) FROM file WHERE content IS NULL"), 1);
    world.ok("attach lot B8 large.pdf", "");
    assert_eq!((count(&world, "file"), count(&world, "attachment")), (1, 2));
    // Whoever may read the database may read its files.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o666;
        assert_eq!(mode(&path), mode(&world.path(world.address())));
    }
}

#[test]
fn a_damaged_file_is_told_and_can_be_mended() {
    let world = with_rules(World::stocked_in_a_file());
    let bytes = write_large(&world, "large.pdf", 2_000_000);
    let attached = world.json("attach lot B7 large.pdf", "");
    let (number, path) = (attached["operation"].clone(), path_of(&world, &attached));
    let line = "sell --to BOB --certificates out.zip --op-id sale";
    let mut damaged = bytes.clone();
    damaged[1_000_000] ^= 1;
    let longer = [bytes.as_slice(), b"x"].concat();
    for content in [Some(damaged.as_slice()), Some(&bytes[..1_999_999]), Some(&longer), Some(b""), None] {
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let outcome = world.run(&format!("attach get {number} --out got.pdf --json"), "");
        assert_eq!(outcome.error_code(1), "file-damaged");
        assert!(!world.path("got.pdf").exists(), "what is wrong was written");
        // The goods are sold, and the message says what to do.
        let outcome = world.run(line, "MILK-1L\n1\nB7\n");
        assert_eq!(outcome.exit, 6, "{outcome}");
        assert!(outcome.stderr.contains("--op-id sale") && outcome.stderr.contains("attach get"), "{outcome}");
        assert!(!world.path("out.zip").exists());
    }
    // Attached once more, it is whole again, and the sale gives its files.
    world.ok("attach lot B7 large.pdf", "");
    world.ok(&format!("attach get {number} --out got.pdf"), "");
    assert_eq!(std::fs::read(world.path("got.pdf")).unwrap(), bytes);
    assert_eq!(world.json(line, "MILK-1L\n1\nB7\n")["already_recorded"], true);
    assert_eq!(unzipped(&std::fs::read(world.path("out.zip")).unwrap())[0].1, bytes);
}

#[test]
fn exactly_what_was_sold_goes_along_and_always_the_same() {
    let world = strict();
    world.ok("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nSN9\n");
    for (line, content) in [
        ("attach lot B7 a.pdf", "of B7"),
        ("attach lot B8 a.pdf", "of B8"),
        ("attach lot B7 a.PNG", "photo, and a certificate"),
        ("attach lot B7 a.pdf --kind photo", "no certificate"),
        ("attach serial SN1 a.pdf", "of SN1"),
        ("attach serial SN2 a.pdf", "of SN2"),
        ("attach order PO-1001 a.txt", "of PO-1001"),
        ("attach lot L1 a.pdf", "of L1"),
    ] {
        world.write(
            if line.contains("PNG") {
                "a.PNG"
            } else if line.contains("txt") {
                "a.txt"
            } else {
                "a.pdf"
            },
            content,
        );
        world.ok(line, "");
    }
    let sale = "sell --to BOB --op-id sale --certificates";
    let scans = "MILK-1L\n1\nB7\n3\nSN1\nSN9\nP1\nBOLT\n1\n";
    let told = world.json(&format!("{sale} one.zip --slip one.pdf"), scans);
    assert_eq!(told["files"], json!(["one.pdf", "one.zip"]));
    let files = unzipped(&std::fs::read(world.path("one.zip")).unwrap());
    let expected = [
        "MILK-1L-B7-1.pdf",
        "MILK-1L-B7-2.png",
        "LAPTOP-15-SN1-1.pdf",
        "order-PO-1001-1.txt",
        "PUMP-L1-1.pdf",
        "certificates.csv",
    ];
    assert_eq!(names(&files), expected);
    assert_eq!(files[3].1, b"of PO-1001");
    // What comes later, and what is undone later, changes nothing of it.
    world.write("a.pdf", "later");
    world.ok("attach lot B7 a.pdf", "");
    let first = world.json("attach list lot B7", "")["attachments"][0]["operation"].clone();
    world.ok(&format!("undo {first} --reason wrong"), "");
    world.ok(&format!("{sale} two.zip --slip two.pdf"), scans);
    for (one, two) in [("one.zip", "two.zip"), ("one.pdf", "two.pdf")] {
        assert_eq!(std::fs::read(world.path(one)).unwrap(), std::fs::read(world.path(two)).unwrap(), "{one}");
    }
    // The same in a folder.
    let told = world.json(&format!("{sale} out/folder"), scans);
    assert_eq!(told["files"].as_array().unwrap().len(), 6);
    for (name, bytes) in &files {
        assert_eq!(std::fs::read(world.path(&format!("out/folder/{name}"))).unwrap(), *bytes, "{name}");
    }
    // Nothing to send is told; a dry run writes nothing.
    let outcome = world.ok("sell --to BOB --certificates none.zip", "BOLT\n1\n");
    assert!(outcome.stderr.contains("nothing that was sold has a certificate"), "{outcome}");
    assert_eq!(names(&unzipped(&std::fs::read(world.path("none.zip")).unwrap())), ["certificates.csv"]);
    world.ok("sell --to BOB --certificates dry.zip --dry-run", "BOLT\n1\n");
    assert!(!world.path("dry.zip").exists());
}

#[test]
fn a_sale_stands_when_its_certificates_cannot_be_written() {
    let world = strict();
    world.ok("attach lot B7 cert.pdf", "");
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "MILK-1L\n6\nB7\n");
    world.write("in-the-way", "");
    for target in ["no/such/out.zip", "in-the-way", "in-the-way/out.zip", "/dev/full/x"] {
        let outcome = world.run(&format!("sell --so SO-2001 --picked --op-id sale --certificates {target}"), "");
        assert_eq!(outcome.exit, 6, "{outcome}");
        assert!(outcome.stderr.contains("--op-id sale"), "{outcome}");
    }
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 4", "WH1/A-01 B8 10"]);
    let told = world.json("sell --so SO-2001 --picked --op-id sale --certificates out.zip", "");
    assert_eq!((&told["already_recorded"], &told["files"]), (&json!(true), &json!(["out.zip"])));
}

#[test]
fn papers_and_histories_name_them() {
    let world = strict();
    world.ok("receive --po PO-1001 --to WH1/A-01", "LAPTOP-15\n1\nSN9\n");
    world.ok("attach order PO-1001 cert.pdf", "");
    world.ok("attach lot L1 cert.pdf --kind photo", "");
    let attached = |line: &str| -> Vec<String> {
        let document = world.json(line, "");
        let rows = document["attachments"].as_array().unwrap().iter();
        rows.map(|row| {
            format!("{} {} {}", row["operation"], row["kind"].as_str().unwrap(), row["name"].as_str().unwrap())
        })
        .collect()
    };
    assert_eq!(attached("trace SN9"), ["13 certificate cert.pdf"]);
    assert_eq!(attached("trace P1"), ["14 photo cert.pdf"]);
    assert_eq!(attached("trace L1"), ["14 photo cert.pdf"]);
    assert_eq!(attached("trace PO-1001"), ["13 certificate cert.pdf"]);
    assert_eq!(attached("trace SN1"), [""; 0]);
    world.ok("trace SN9 --pdf with.pdf", "");
    world.ok("trace SN1 --pdf without.pdf", "");
    world.ok("sell --to BOB --slip slip.pdf", "1\nSN9\n");
    let kinds: Vec<Value> = world.json("log", "")["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["kind"].clone())
        .filter(|kind| kind == "attach")
        .collect();
    assert_eq!(kinds.len(), 2);
}
