//! `receive`: goods in, and the scan stream for goods that are not known yet.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// The lines of an operation as `quantity item lot expires serials from → to`.
fn lines(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = document["lines"].as_array().into_iter().flatten();
    lines
        .map(|line| {
            let serials: Vec<String> = line["serials"].as_array().into_iter().flatten().map(text).collect();
            let keys = ["quantity", "item", "lot", "expires"].map(|key| text(&line[key])).join(" ");
            format!("{keys} [{}] {} → {}", serials.join(" "), text(&line["from"]), text(&line["to"]))
        })
        .collect()
}

#[test]
fn the_whole_document_and_the_whole_text() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --po PO-1001 --to WH1/A-01 --invoice R-77 --op-id first --note 'one box was open' --field truck=7
        < LAPTOP-15\x0A3\x0ASN001\x0ASN002\x0ASN003\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM       SERIALS            FROM            TO
          3 each  LAPTOP-15  SN001 SN002 SN003  @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01 --op-id second --json --reason sample --field b=2 --field a=1 --at 2026-11-20
        < PUMP\x0A1\x0AL1\x0AP1\x0ABOLT\x0A10\x0A
        {"operation":6,"op_id":"second","kind":"receive","at":"2026-11-20T00:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":"ACME","invoice":null,"note":null,"reason":"sample","fields":{"a":"1","b":"2"},"reverses":null,"lines":[{"item":"PUMP","quantity":"1","lot":"L1","expires":null,"best_before":null,"serials":["P1"],"from":"@supplier/ACME","to":"WH1/A-01"},{"item":"BOLT","quantity":"10","lot":null,"expires":null,"best_before":null,"serials":[],"from":"@supplier/ACME","to":"WH1/A-01"}],"already_recorded":false,"files":[],"warnings":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        (
            "receive --po PO-1001 --to WH1/A-01 --invoice R-77 --op-id first --note 'one box was open' --field truck=7",
            "LAPTOP-15\n3\nSN001\nSN002\nSN003\n",
        ),
        (
            "receive --from ACME --to WH1/A-01 --op-id second --json --reason sample --field b=2 --field a=1 --at 2026-11-20",
            "PUMP\n1\nL1\nP1\nBOLT\n10\n",
        ),
    ]));
}

#[test]
fn every_tracking_has_its_group() {
    let world = World::shop();
    let document = world.json(
        RECEIVE,
        "BOLT\n100\nCABLE\n2.5\nMILK-1L\n24\nB7\nFLOUR\n0.125\nF1\nLAPTOP-15\n2\nSN1\nSN2\nPUMP\n2\nL1\nP1\nP2\n",
    );
    assert_eq!(
        lines(&document),
        [
            "100 BOLT - - [] @supplier/ACME → WH1/A-01",
            "2.50 CABLE - - [] @supplier/ACME → WH1/A-01",
            "24 MILK-1L B7 - [] @supplier/ACME → WH1/A-01",
            "0.125 FLOUR F1 - [] @supplier/ACME → WH1/A-01",
            "2 LAPTOP-15 - - [SN1 SN2] @supplier/ACME → WH1/A-01",
            "2 PUMP L1 - [P1 P2] @supplier/ACME → WH1/A-01",
        ]
    );
    assert_eq!(document["kind"], "receive");
    assert_eq!(document["partner"], "ACME");
    assert_eq!(world.stock("PUMP"), ["WH1/A-01 L1 P1 1", "WH1/A-01 L1 P2 1"]);
}

#[test]
fn a_scanned_place_is_where_the_groups_after_it_go() {
    let world = World::shop();
    let document = world
        .json("receive --from ACME", "WH1/A-01\nBOLT\n1\nwh1/a-02\nBOLT\n2\nLAPTOP-15\n1\nSN1\nWH1/QUAR\nBOLT\n4\n");
    assert_eq!(
        lines(&document),
        [
            "1 BOLT - - [] @supplier/ACME → WH1/A-01",
            "2 BOLT - - [] @supplier/ACME → WH1/A-02",
            "1 LAPTOP-15 - - [SN1] @supplier/ACME → WH1/A-02",
            "4 BOLT - - [] @supplier/ACME → WH1/QUAR",
        ]
    );
    // A scanned place wins over --to from there on.
    let document = world.json(RECEIVE, "BOLT\n1\nWH1/A-02\nBOLT\n2\n");
    assert_eq!(
        lines(&document),
        ["1 BOLT - - [] @supplier/ACME → WH1/A-01", "2 BOLT - - [] @supplier/ACME → WH1/A-02"]
    );
}

#[test]
fn the_only_storage_place_needs_no_naming() {
    let world = World::new();
    world.ok("item add BOLT --name Bolt --track none", "");
    world.ok("partner add ACME --kind supplier --name Acme", "");
    assert_eq!(world.refused("receive --from ACME", "BOLT\n1\n"), ["1 BOLT place-required"]);
    world.ok("location add SHELF", "");
    world.ok("location add DOCK --kind staging", "");
    assert_eq!(lines(&world.json("receive --from ACME", "BOLT\n1\n")), ["1 BOLT - - [] @supplier/ACME → SHELF"]);
}

#[test]
fn an_item_is_named_by_any_of_its_codes() {
    let world = World::shop();
    // SKU in another case, barcode, GTIN as EAN-13 and as GTIN-14.
    for (index, code) in ["laptop-15", "LAP15", "lap15", "9506000134352", "09506000134352"].iter().enumerate() {
        let document = world.json(RECEIVE, format!("{code}\n1\nSN{index}\n"));
        assert_eq!(document["lines"][0]["item"], "LAPTOP-15", "{code}");
    }
    let document = world.json("receive --from acme --to wh1/a-01 --item lap15", "2\nA\nB\n1\nC\n");
    assert_eq!(lines(&document), ["3 LAPTOP-15 - - [A B C] @supplier/ACME → WH1/A-01",]);
    // The item may be scanned although it is given.
    world.ok("receive --from ACME --to WH1/A-01 --item LAPTOP-15", "LAPTOP-15\n1\nD\n");
}

#[test]
fn the_lot_and_its_dates_may_be_given_for_the_batch() {
    let world = World::shop();
    for (flag, lot) in [("--lot", "B1"), ("--batch", "B2"), ("--code-number", "B3")] {
        let document =
            world.json(&format!("{RECEIVE} {flag} {lot} --expires 2027-01-31 --made 2026-11-01"), "MILK-1L\n5\n");
        assert_eq!(lines(&document), [format!("5 MILK-1L {lot} 2027-01-31 [] @supplier/ACME → WH1/A-01")]);
    }
    let document = world.json(&format!("{RECEIVE} --item PUMP --lot L7"), "2\nP1\nP2\n1\nP3\n");
    assert_eq!(lines(&document), ["3 PUMP L7 - [P1 P2 P3] @supplier/ACME → WH1/A-01"]);
    // Dates that come later complete the record; dates that differ are refused.
    world.ok(&format!("{RECEIVE} --lot B9"), "MILK-1L\n1\n");
    world.ok(&format!("{RECEIVE} --lot B9 --expires 2027-03-01"), "MILK-1L\n1\n");
    assert_eq!(
        world.refused_codes(&format!("{RECEIVE} --lot B9 --expires 2027-03-02"), "MILK-1L\n1\n"),
        ["expiry-differs"]
    );
    assert_eq!(
        world.refused_codes(&format!("{RECEIVE} --lot B1 --made 2026-11-02"), "MILK-1L\n1\n"),
        ["expiry-differs"]
    );
    // The lot may be scanned although it is given, if it is the same.
    world.ok(&format!("{RECEIVE} --lot B9"), "]d2010400638133393110B9\n1\n");
}

#[test]
fn gs1_scans_fill_the_slots_that_they_carry() {
    let world = World::shop();
    // Item, then quantity, then lot with its dates.
    let document = world.json(RECEIVE, "]d20104006381333931\n5\n]d21726121510B1\n");
    assert_eq!(lines(&document), ["5 MILK-1L B1 2026-12-15 [] @supplier/ACME → WH1/A-01"]);
    // Item, lot and dates at once, with each symbology identifier, with none, with a GS, and with fixed lengths first.
    for (index, prefix) in ["]C1", "]d2", "]Q3", ""].iter().enumerate() {
        let scan = format!("{prefix}0104006381333931172612311526120111261101\u{1d}10GS{index}\n7\n");
        let scan = if index % 2 == 0 { scan.replace('\u{1d}', "") } else { scan };
        let document = world.json(RECEIVE, &scan);
        assert_eq!(
            lines(&document),
            [format!("7 MILK-1L GS{index} 2026-12-31 [] @supplier/ACME → WH1/A-01")],
            "{scan:?}"
        );
    }
    // (30) and (37) with (02) are the quantity; (10) is ended by a GS.
    let document = world.json(RECEIVE, "]C1010400638133393110B2\u{1d}3012\n");
    assert_eq!(lines(&document), ["12 MILK-1L B2 - [] @supplier/ACME → WH1/A-01"]);
    let document = world.json(RECEIVE, "]C102040063813339313724\u{1d}10B3\n");
    assert_eq!(lines(&document), ["24 MILK-1L B3 - [] @supplier/ACME → WH1/A-01"]);
    // (37) without (02) is no quantity of this item.
    let document = world.json(RECEIVE, "]C101040063813339313724\u{1d}10B3\n5\n");
    assert_eq!(lines(&document), ["5 MILK-1L B3 - [] @supplier/ACME → WH1/A-01"]);
    // A quantity scanned as (30) alone.
    let document = world.json(RECEIVE, "MILK-1L\n]C13006\nB4\n");
    assert_eq!(lines(&document), ["6 MILK-1L B4 - [] @supplier/ACME → WH1/A-01"]);
    // The day 00 is the last of its month.
    let document = world.json(RECEIVE, "]d201040063813339311727020010B5\n1\n");
    assert_eq!(document["lines"][0]["expires"], "2027-02-28");
}

#[test]
fn a_unit_scan_counts_one_unless_a_quantity_follows() {
    let world = World::shop();
    let unit = |serial: &str| format!("]d2010950600013435221{serial}\n");
    // Each unit opens a group of its own.
    let document = world.json(RECEIVE, format!("{}{}{}", unit("A1"), unit("A2"), unit("A3")));
    assert_eq!(document["lines"][0]["serials"], json!(["A1", "A2", "A3"]), "{document}");
    // A quantity after the first: the others are due, as plain text or as units.
    let document = world.json(RECEIVE, format!("{}3\nB2\n{}BOLT\n1\n", unit("B1"), unit("B3")));
    assert_eq!(
        lines(&document),
        ["3 LAPTOP-15 - - [B1 B2 B3] @supplier/ACME → WH1/A-01", "1 BOLT - - [] @supplier/ACME → WH1/A-01"]
    );
    // A unit in a serial slot counts as one serial.
    let document = world.json(RECEIVE, format!("LAPTOP-15\n2\n{}C2\n", unit("C1")));
    assert_eq!(lines(&document), ["2 LAPTOP-15 - - [C1 C2] @supplier/ACME → WH1/A-01"]);
    // A place, DONE or the end closes the group.
    world.ok(RECEIVE, format!("{}WH1/A-02\n{}SCANTRAILDONER\n", unit("D1"), unit("D2")));
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-02 D2 1".to_owned()));
    // The item of a unit must be the group's.
    assert_eq!(world.refused_codes(RECEIVE, format!("PUMP\n1\nL1\n{}", unit("E1"))), ["serial-of-other-item"]);
    // Twice the same unit.
    assert_eq!(world.refused_codes(RECEIVE, format!("{}{}", unit("F1"), unit("F1"))), ["duplicate-in-batch"]);
    assert_eq!(world.refused_codes(RECEIVE, format!("{}2\nG1\n", unit("G1"))), ["duplicate-in-batch"]);
    assert_eq!(world.refused_codes(RECEIVE, "]d2010950600013435221G1\u{1d}302\nG1\n"), ["duplicate-in-batch"]);
    // The unit counts against the order.
    let scans = format!("{}4\nH2\nH3\nH4\n", unit("H1"));
    assert_eq!(world.refused_codes("receive --po PO-1001 --to WH1/A-01", scans), ["over-ordered"]);
}

#[test]
fn a_unit_with_its_lot_needs_no_lot_and_one_without_asks_for_it() {
    let world = World::shop();
    let whole = "]d201059012341234571727063010L1\u{1d}21P1\n";
    let document = world.json(RECEIVE, format!("{whole}2\nP2\n"));
    assert_eq!(lines(&document), ["2 PUMP L1 2027-06-30 [P1 P2] @supplier/ACME → WH1/A-01"]);
    let document = world.json(RECEIVE, "]d2010590123412345721P3\nL1\n");
    assert_eq!(lines(&document), ["1 PUMP L1 2027-06-30 [P3] @supplier/ACME → WH1/A-01"]);
    // A unit whose label says another lot than its group.
    let scans = "PUMP\n2\nL1\nP4\n]d2010590123412345710L2\u{1d}21P5\n";
    assert_eq!(world.refused_codes(RECEIVE, scans), ["lot-differs"]);
}

#[test]
fn stx_and_etx_are_taken_off() {
    let world = World::shop();
    let document = world.json(RECEIVE, "\x02LAPTOP-15\x03\r\n\x021\x03\r\n\x02SN1\x03\r\n");
    assert_eq!(lines(&document), ["1 LAPTOP-15 - - [SN1] @supplier/ACME → WH1/A-01"]);
}

#[test]
fn command_scans_end_and_take_back() {
    let world = World::shop();
    let undo = scantrail::codes::Command::UndoLastScan.code();
    let done = scantrail::codes::Command::Done.code();
    let cancel = scantrail::codes::Command::Cancel.code();
    // Wrong item taken back, a wrong serial taken back, two scans taken back.
    let scans =
        format!("NOPE\n{undo}\nLAPTOP-15\n2\nSN1\nSNX\n{undo}\nSN2\nBOLT\n9\n{undo}\n{undo}\nBOLT\n1\n{done}\n");
    let document = world.json(RECEIVE, scans);
    assert_eq!(
        lines(&document),
        ["2 LAPTOP-15 - - [SN1 SN2] @supplier/ACME → WH1/A-01", "1 BOLT - - [] @supplier/ACME → WH1/A-01"]
    );
    // Lower case, as with Caps Lock on; and the plain word.
    world.ok(RECEIVE, format!("BOLT\n1\n{}\n", done.to_lowercase()));
    world.ok(RECEIVE, "BOLT\n1\ndone\n");
    // A cancelled batch is refused with nothing but that.
    assert_eq!(world.refused(RECEIVE, format!("NOPE\n{cancel}\nBOLT\n1\n")), [format!("2 {cancel} cancelled")]);
}

#[test]
fn digits_are_codes_and_quantities() {
    let world = World::shop();
    world.ok("item add 4711 --name Cologne --track none", "");
    world.ok("item add 12345678 --name Numbers --track none", "");
    // At an opening the item wins; in a quantity slot up to six digits are the quantity.
    let document = world.json(RECEIVE, "4711\n4711\n");
    assert_eq!(lines(&document), ["4711 4711 - - [] @supplier/ACME → WH1/A-01"]);
    // Longer digits that are a known item are refused as such, and the slot stays open.
    assert_eq!(
        world.refused(RECEIVE, "BOLT\n12345678\n3\nBOLT\n0\n"),
        ["2 12345678 item-where-quantity-expected", "5 0 quantity-not-positive"]
    );
    // A serial slot takes digits that name nothing.
    world.ok(RECEIVE, "LAPTOP-15\n2\n3\n000123\n");
    assert_eq!(world.stock("LAPTOP-15"), ["WH1/A-01 000123 1", "WH1/A-01 3 1"]);
    assert_eq!(world.refused_codes(RECEIVE, "LAPTOP-15\n1\n4711\n9\n"), ["item-where-serial-expected"]);
    world.ok(&format!("{RECEIVE} --allow-odd-serials"), "LAPTOP-15\n1\n4711\n");
}

#[test]
fn an_order_is_filled_and_not_more() {
    let world = World::shop();
    let receive = "receive --po po-1001 --to WH1/A-01";
    let document = world.json(receive, "LAPTOP-15\n2\nSN1\nSN2\n");
    assert_eq!(document["document"], "PO-1001");
    assert_eq!(document["partner"], "ACME");
    assert_eq!(world.refused(receive, "LAPTOP-15\n2\nSN3\nSN4\n"), ["2 2 over-ordered"]);
    // The batch itself is counted too, over several groups.
    assert_eq!(world.refused(receive, "MILK-1L\n20\nB1\nMILK-1L\n5\nB2\n"), ["5 5 over-ordered"]);
    world.ok(&format!("{receive} --allow-over"), "LAPTOP-15\n2\nSN3\nSN4\n");
    let shown = world.json("order show PO-1001", "");
    assert_eq!(shown["lines"][0]["received"], "4");
    assert_eq!(shown["lines"][0]["serials"], json!(["SN1", "SN2", "SN3", "SN4"]));
}

#[test]
fn a_unit_that_went_back_may_come_in_again_and_a_sold_one_may_not() {
    let world = World::stocked();
    world.ok("return --to-supplier ACME", "1\nSN1\n");
    let document = world.json(RECEIVE, "LAPTOP-15\n1\nSN1\n");
    assert_eq!(document["lines"][0]["from"], "@supplier/ACME");
    world.ok("sell --to BOB", "1\nSN1\n");
    assert_eq!(world.refused_codes(RECEIVE, "LAPTOP-15\n1\nSN1\n"), ["serial-sold"]);
    world.ok("return --from BOB --disposition scrap", "1\nSN1\n");
    let document = world.json(RECEIVE, "LAPTOP-15\n1\nSN1\n");
    assert_eq!(document["lines"][0]["from"], "@scrap", "it comes from where it stands");
    // From another supplier than the one who has it: its hop leaves where the last one arrived.
    world.ok("return --to-supplier ACME", "1\nSN2\n");
    world.ok("receive --from ZENITH --to WH1/A-01", "LAPTOP-15\n1\nSN2\n");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN2 1".to_owned()));
}

#[test]
fn the_same_lot_text_on_two_items_are_two_lots() {
    let world = World::shop();
    world.ok(RECEIVE, "MILK-1L\n5\nSAME\nFLOUR\n2.5\nSAME\n");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 SAME 5"]);
    assert_eq!(world.stock("FLOUR"), ["WH1/A-01 SAME 2.500"]);
    world.ok("transfer --to WH1/A-02", "FLOUR\n1\nSAME\n");
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 SAME 5"]);
}

#[test]
fn lots_and_serials_are_exact_trimmed_and_composed() {
    let world = World::shop();
    // a + combining diaeresis, with spaces around.
    world.ok(RECEIVE, "LAPTOP-15\n2\n  Ka\u{308}se 1 \nsn1\n");
    assert_eq!(world.refused_codes(RECEIVE, "LAPTOP-15\n1\nK\u{e4}se 1\n"), ["serial-already-in-stock"]);
    // Another case is another serial.
    world.ok(RECEIVE, "LAPTOP-15\n1\nSN1\n");
    assert_eq!(world.stock("LAPTOP-15"), ["WH1/A-01 K\u{e4}se 1 1", "WH1/A-01 SN1 1", "WH1/A-01 sn1 1"]);
}

#[test]
fn labels_are_written_and_their_files_named() {
    let world = World::shop();
    let document = world.json(&format!("{RECEIVE} --labels labels.pdf"), "LAPTOP-15\n2\nSN1\nSN2\n");
    assert_eq!(document["files"], json!(["labels.pdf"]));
    let bytes = std::fs::read(world.path("labels.pdf")).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let document = world.json(&format!("{RECEIVE} --labels dry.pdf --dry-run"), "LAPTOP-15\n1\nSN3\n");
    assert_eq!(document["files"], json!([]));
    assert!(!world.path("dry.pdf").exists());
    assert_eq!(world.run(&format!("{RECEIVE} --labels x.pdf --stock NOPE"), "BOLT\n1\n").exit, 2);
    assert_eq!(world.run(&format!("{RECEIVE} --labels x.pdf --start 22"), "BOLT\n1\n").exit, 2);
}

#[test]
fn an_order_or_a_supplier_must_be_named() {
    let world = World::shop();
    assert_eq!(world.run("receive --to WH1/A-01", "BOLT\n1\n").exit, 2);
    assert_eq!(world.run("receive --to WH1/A-01 --json", "BOLT\n1\n").error_code(2), "usage");
}

#[test]
fn scans_may_come_from_a_file() {
    let world = World::shop();
    world.write("delivery.txt", "LAPTOP-15\r\n1\r\nSN1\r\n");
    let document = world.json(&format!("{RECEIVE} --scans delivery.txt"), "BOLT\n9\n");
    assert_eq!(lines(&document), ["1 LAPTOP-15 - - [SN1] @supplier/ACME → WH1/A-01"]);
}
