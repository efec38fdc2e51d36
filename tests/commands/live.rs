//! `--live`: every scan is answered at once, and a refused one changes nothing.

use std::io::{Read, Write};
use std::process::Stdio;

use expect_test::expect;
use scantrail::codes::Command;
use serde_json::json;

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01 --live";

#[test]
fn the_whole_conversation() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail receive --from ACME --live --op-id one
        < NOPE\x0ABOLT\x0AWH1/A-01\x0ALAPTOP-15\x0Amany\x0A0\x0A2\x0ASN1\x0ABOLT\x0ASN8\x0ASN8\x0ASN9\x0AMILK-1L\x0A5\x0AWH1/A-02\x0AB9\x0Adone\x0A
        Operation 9 (receive) is recorded.
        QUANTITY  ITEM       LOT  SERIALS  FROM            TO
          2 each  LAPTOP-15       SN8 SN9  @supplier/ACME  WH1/A-01
          5 each  MILK-1L    B9            @supplier/ACME  WH1/A-01
        ! item, place or done > <bell>  refused [unknown-item] line 1, scan NOPE: no item has the code NOPE
        !   hint: scantrail item list, or make it: scantrail item add
        ! item, place or done > <bell>  refused [place-required] line 2, scan BOLT: no place for BOLT was scanned or named, and there is not just one that fits
        !   hint: scan the place before the item, or name it with --to
        ! item, place or done >   ok  place WH1/A-01
        ! item, place or done >   ok  LAPTOP-15 Laptop 15 inch
        ! quantity of LAPTOP-15 > <bell>  refused [quantity-not-a-number] line 5, scan many: a quantity of LAPTOP-15 is due, and many is none: it is not a plain decimal number
        !   hint: scan or type how many, such as 3
        ! quantity of LAPTOP-15 > <bell>  refused [quantity-not-positive] line 6, scan 0: a quantity of LAPTOP-15 is due, and 0 is none: it is zero
        !   hint: scan or type how many, such as 3
        ! quantity of LAPTOP-15 >   ok  2 each
        ! serial of LAPTOP-15, 1 of 2 > <bell>  refused [serial-already-in-stock] line 8, scan SN1: LAPTOP-15 SN1 is in stock at WH1/A-01
        !   hint: scantrail trace SN1 --item LAPTOP-15
        ! serial of LAPTOP-15, 1 of 2 > <bell>  refused [item-where-serial-expected] line 9, scan BOLT: a serial of LAPTOP-15 is due, and this is the code of item BOLT
        !   hint: scan the right barcode on the label; this one counts for nothing
        ! serial of LAPTOP-15, 1 of 2 >   ok  SN8, 1 of 2
        ! serial of LAPTOP-15, 2 of 2 > <bell><bell>  double [duplicate-in-batch] line 11, scan SN8: LAPTOP-15 SN8 was scanned in this batch already
        !   hint: scan the next unit; count the pile again
        ! serial of LAPTOP-15, 2 of 2 >   ok  SN9, 2 of 2
        ! item, place or done >   ok  MILK-1L Milk 1 l
        ! quantity of MILK-1L >   ok  5 each
        ! lot of MILK-1L > <bell>  refused [lot-required] line 15, scan WH1/A-02: a lot of MILK-1L is due, and this is the place WH1/A-02
        !   hint: scan the lot on the label, or name it with --lot
        ! lot of MILK-1L >   ok  lot B9
        ! item, place or done >   2 each LAPTOP-15
        !   5 each MILK-1L lot B9
        exit 0

        $ scantrail sell --to BOB --live --op-id two
        < 2\x0ASN8\x0ASN99\x0ASN9\x0A
        Operation 10 (sell) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          2 each  LAPTOP-15  SN8 SN9  WH1/A-01  @customer/BOB
        ! item, quantity, place or done >   ok  2 by serial: the serials name their items
        ! serial, 1 of 2 >   ok  SN8, 1 of 2
        ! serial, 2 of 2 > <bell>  refused [unknown-serial] line 3, scan SN99: no unit has the serial SN99
        !   hint: scan the serial of the unit, or receive it first
        ! serial, 2 of 2 >   ok  SN9, 2 of 2
        ! item, quantity, place or done >   2 each LAPTOP-15
        exit 0

    "#]].assert_eq(&world.transcript(&[
        // Wrong things in every slot, each asked for again.
        (
            "receive --from ACME --live --op-id one",
            "NOPE\nBOLT\nWH1/A-01\nLAPTOP-15\nmany\n0\n2\nSN1\nBOLT\nSN8\nSN8\nSN9\nMILK-1L\n5\nWH1/A-02\nB9\ndone\n",
        ),
        ("sell --to BOB --live --op-id two", "2\nSN8\nSN99\nSN9\n"),
    ]));
}

#[test]
fn a_refused_scan_rings_and_the_same_slot_is_asked_again() {
    let world = World::stocked();
    let outcome = world.ok(&format!("{RECEIVE} --json"), "LAPTOP-15\n1\nSN1\nSN9\n");
    assert_eq!(outcome.stderr.matches('\x07').count(), 1, "{outcome}");
    assert_eq!(outcome.stderr.matches("serial of LAPTOP-15, 1 of 1 > ").count(), 2, "{outcome}");
    assert_eq!(outcome.document()["lines"][0]["serials"], json!(["SN9"]));
}

#[test]
fn what_is_scanned_twice_rings_twice() {
    let world = World::stocked();
    // A label that is read twice by the scanner: the item, a serial, and the last serial of a group.
    let outcome = world.ok(RECEIVE, "LAPTOP-15\nLAPTOP-15\n2\nSN8\nSN8\nSN9\nSN9\nBOLT\n5\n5\n");
    let doubles: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("\x07\x07  double [")).collect();
    let of = |line: &str| line.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
    let codes: Vec<String> = doubles.iter().map(|line| of(line)).collect();
    let expected = ["item-where-quantity-expected", "duplicate-in-batch", "unknown-item", "unknown-item"];
    assert_eq!(codes, expected, "{outcome}");
    assert_eq!(outcome.stderr.matches('\x07').count(), 8, "accepted scans are silent: {outcome}");
}

#[test]
fn quiet_keeps_only_the_refusals() {
    let world = World::stocked();
    let outcome = world.ok(&format!("{RECEIVE} --quiet"), "LAPTOP-15\n1\nSN1\nSN9\n");
    assert!(outcome.stderr.starts_with('\x07') && outcome.stderr.contains("serial-already-in-stock"), "{outcome}");
    assert!(!outcome.stderr.contains('>'), "{outcome}");
}

#[test]
fn the_last_scan_is_taken_back_as_often_as_wanted() {
    let world = World::stocked();
    let undo = Command::UndoLastScan.code();
    let scans =
        format!("{undo}\nLAPTOP-15\n3\n{undo}\n2\nSN8\nSN9\n{undo}\n{undo}\nSN7\nSN6\n{}\n", Command::Done.code());
    let outcome = world.ok(&format!("{RECEIVE} --json"), scans);
    assert_eq!(outcome.stderr.matches("nothing-to-undo").count(), 1, "{outcome}");
    assert_eq!(outcome.document()["lines"][0]["serials"], json!(["SN7", "SN6"]));
}

#[test]
fn a_cancelled_batch_records_nothing() {
    let world = World::stocked();
    let scans = format!("BOLT\n5\n{}\nBOLT\n1\n", Command::Cancel.code());
    assert_eq!(world.refused(RECEIVE, scans), ["- - cancelled"]);
}

#[test]
fn what_is_scanned_after_done_is_not_read_and_what_is_missing_is_named() {
    let world = World::stocked();
    let document = world.json(RECEIVE, "BOLT\n5\nDONE\nNOPE\n");
    assert_eq!(document["lines"][0]["quantity"], "5");
    let refused = world.refused_document(RECEIVE, "LAPTOP-15\n3\nA\nB\n");
    let anew = format!("{RECEIVE} --discard-draft --json");
    assert_eq!(refused["refused"][0]["code"], "batch-incomplete");
    assert!(refused["refused"][0]["message"].as_str().is_some_and(|text| text.contains("serials 2 of 3")), "{refused}");
    // DONE inside of a group is refused like any scan that is not due, and the session goes on.
    let outcome = world.ok(&anew, format!("LAPTOP-15\n2\nA\n{}\nB\n", Command::Done.code()));
    assert_eq!(outcome.document()["lines"][0]["serials"], json!(["A", "B"]));
}

#[test]
fn an_operation_that_was_recorded_is_not_asked_for_again() {
    let world = World::stocked();
    world.ok(&format!("{RECEIVE} --op-id x"), "LAPTOP-15\n1\nSN9\n");
    // The scans of the first time: every one was accepted then.
    let again = world.run(&format!("{RECEIVE} --op-id x --json"), "LAPTOP-15\n1\nSN9\n");
    assert_eq!(again.document()["already_recorded"], true, "{again}");
}

#[test]
fn every_scan_is_answered_before_the_next_one() {
    let world = World::stocked();
    let mut command = world.scantrail();
    command.args(crate::world::words(RECEIVE)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut scanner, mut screen) = (child.stdin.take().unwrap(), child.stderr.take().unwrap());
    let mut read_until = |end: &str| {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            let mut byte = [0];
            assert_eq!(screen.read(&mut byte).unwrap(), 1, "ended before {end:?}: {}", String::from_utf8_lossy(&text));
            text.push(byte[0]);
        }
        String::from_utf8(text).unwrap()
    };
    assert_eq!(read_until(" > "), "item, place or done > ");
    scanner.write_all(b"LAPTOP-15\r").unwrap();
    assert_eq!(read_until(" > "), "  ok  LAPTOP-15 Laptop 15 inch\nquantity of LAPTOP-15 > ");
    scanner.write_all(b"1\r").unwrap();
    assert_eq!(read_until(" > "), "  ok  1 each\nserial of LAPTOP-15, 1 of 1 > ");
    scanner.write_all(b"SN1\r").unwrap();
    assert!(read_until(" > ").starts_with("\x07  refused [serial-already-in-stock]"));
    scanner.write_all(b"SN9\rdone\r").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN9 1".to_owned()));
}
