//! `trace`: where it came from, where it has been, where it is, who has it.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

/// The events as `kind quantity from → to document invoice partner`.
fn events(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let events = document["events"].as_array().into_iter().flatten();
    let one = |event: &Value| {
        let more = ["document", "invoice", "partner"].map(|key| text(&event[key])).join(" ");
        format!(
            "{} {} {} → {} {more}",
            text(&event["kind"]),
            text(&event["quantity"]),
            text(&event["from"]),
            text(&event["to"])
        )
    };
    events.map(one).collect()
}

/// Where it is now, as `location quantity state`.
fn now(document: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let rows = document["now"].as_array().into_iter().flatten();
    rows.map(|row| ["location", "quantity", "state"].map(|key| text(&row[key])).join(" ")).collect()
}

/// The whole life of one laptop and one lot.
fn lived() -> World {
    let mut world = World::shop();
    world.ok("receive --po PO-1001 --to WH1/A-01 --invoice R-1", "LAPTOP-15\n2\nSN1\nSN2\nMILK-1L\n20\nB7\n");
    world.ok("transfer --to WH1/A-02", "1\nSN1\nMILK-1L\n5\nB7\n");
    world.ok("allocate SO-2001", "");
    world.set_now("2026-11-24T09:30:00+01:00");
    world.ok("pick --so SO-2001", "2\nSN1\nSN2\nWH1/A-01\nMILK-1L\n6\nB7\n");
    world.ok("sell --so SO-2001 --picked --invoice R-77", "");
    world.ok("return --so SO-2001 --disposition quarantine", "1\nSN1\n");
    world
}

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = lived();
    expect![[r#"
        $ scantrail trace SN1
        serial SN1 of LAPTOP-15

        Now
        ITEM       SERIAL  WHERE     QUANTITY  STATE
        LAPTOP-15  SN1     WH1/QUAR         1  held: in a quarantine place

        History
        OPERATION  WHEN              WHAT      ITEM       SERIAL  QUANTITY  FROM            TO             DOCUMENT      PARTNER
                5  2026-11-23 10:00  receive   LAPTOP-15  SN1            1  @supplier/ACME  WH1/A-01       PO-1001 R-1   ACME
                6  2026-11-23 10:00  transfer  LAPTOP-15  SN1            1  WH1/A-01        WH1/A-02
                7  2026-11-23 10:00  allocate  LAPTOP-15  SN1            1  WH1/A-02        WH1/A-02       SO-2001       BOB
                8  2026-11-24 09:30  pick      LAPTOP-15  SN1            1  WH1/A-02        WH1/STAGING    SO-2001       BOB
                9  2026-11-24 09:30  sell      LAPTOP-15  SN1            1  WH1/STAGING     @customer/BOB  SO-2001 R-77  BOB
               10  2026-11-24 09:30  return    LAPTOP-15  SN1            1  @customer/BOB   WH1/QUAR       SO-2001       BOB
        exit 0

        $ scantrail trace B7
        lot B7 of MILK-1L

        Now
        ITEM     LOT  WHERE          QUANTITY  STATE
        MILK-1L  B7   WH1/A-01              9  free
        MILK-1L  B7   WH1/A-02              5  free
        MILK-1L  B7   @customer/BOB         6  sold

        History
        OPERATION  WHEN              WHAT      ITEM     LOT  QUANTITY  FROM            TO             DOCUMENT      PARTNER
                5  2026-11-23 10:00  receive   MILK-1L  B7         20  @supplier/ACME  WH1/A-01       PO-1001 R-1   ACME
                6  2026-11-23 10:00  transfer  MILK-1L  B7          5  WH1/A-01        WH1/A-02
                7  2026-11-23 10:00  allocate  MILK-1L  B7          6  WH1/A-01        WH1/A-01       SO-2001       BOB
                8  2026-11-24 09:30  pick      MILK-1L  B7          6  WH1/A-01        WH1/STAGING    SO-2001       BOB
                9  2026-11-24 09:30  sell      MILK-1L  B7          6  WH1/STAGING     @customer/BOB  SO-2001 R-77  BOB
        exit 0

        $ scantrail trace SO-2001
        order SO-2001

        Now
        ITEM       LOT  SERIAL  WHERE          QUANTITY  STATE
        LAPTOP-15       SN1     WH1/QUAR              1  held: in a quarantine place
        LAPTOP-15       SN2     @customer/BOB         1  sold
        MILK-1L    B7           @customer/BOB         6  sold

        History
        OPERATION  WHEN              WHAT      ITEM       LOT  SERIAL  QUANTITY  FROM            TO             DOCUMENT      PARTNER
                5  2026-11-23 10:00  receive   LAPTOP-15       SN1            1  @supplier/ACME  WH1/A-01       PO-1001 R-1   ACME
                5  2026-11-23 10:00  receive   LAPTOP-15       SN2            1  @supplier/ACME  WH1/A-01       PO-1001 R-1   ACME
                5  2026-11-23 10:00  receive   MILK-1L    B7                 20  @supplier/ACME  WH1/A-01       PO-1001 R-1   ACME
                6  2026-11-23 10:00  transfer  LAPTOP-15       SN1            1  WH1/A-01        WH1/A-02
                7  2026-11-23 10:00  allocate  MILK-1L    B7                  6  WH1/A-01        WH1/A-01       SO-2001       BOB
                7  2026-11-23 10:00  allocate  LAPTOP-15       SN1            1  WH1/A-02        WH1/A-02       SO-2001       BOB
                7  2026-11-23 10:00  allocate  LAPTOP-15       SN2            1  WH1/A-01        WH1/A-01       SO-2001       BOB
                8  2026-11-24 09:30  pick      LAPTOP-15       SN1            1  WH1/A-02        WH1/STAGING    SO-2001       BOB
                8  2026-11-24 09:30  pick      LAPTOP-15       SN2            1  WH1/A-01        WH1/STAGING    SO-2001       BOB
                8  2026-11-24 09:30  pick      MILK-1L    B7                  6  WH1/A-01        WH1/STAGING    SO-2001       BOB
                9  2026-11-24 09:30  sell      MILK-1L    B7                  6  WH1/STAGING     @customer/BOB  SO-2001 R-77  BOB
                9  2026-11-24 09:30  sell      LAPTOP-15       SN1            1  WH1/STAGING     @customer/BOB  SO-2001 R-77  BOB
                9  2026-11-24 09:30  sell      LAPTOP-15       SN2            1  WH1/STAGING     @customer/BOB  SO-2001 R-77  BOB
               10  2026-11-24 09:30  return    LAPTOP-15       SN1            1  @customer/BOB   WH1/QUAR       SO-2001       BOB
        exit 0

        $ scantrail trace SN2 --json
        {"subject":{"kind":"serial","item":"LAPTOP-15","code":"SN2"},"now":[{"item":"LAPTOP-15","lot":null,"serial":"SN2","location":"@customer/BOB","quantity":"1","state":"sold","order":null,"held":false,"held_because":null,"hold":null,"expires":null,"best_before":null,"owner":null}],"events":[{"operation":5,"kind":"receive","at":"2026-11-23T10:00:00+00:00","from":"@supplier/ACME","to":"WH1/A-01","quantity":"1","item":"LAPTOP-15","lot":null,"serial":"SN2","document":"PO-1001","invoice":"R-1","partner":"ACME","reverses":null,"remark":null},{"operation":7,"kind":"allocate","at":"2026-11-23T10:00:00+00:00","from":"WH1/A-01","to":"WH1/A-01","quantity":"1","item":"LAPTOP-15","lot":null,"serial":"SN2","document":"SO-2001","invoice":null,"partner":"BOB","reverses":null,"remark":null},{"operation":8,"kind":"pick","at":"2026-11-24T09:30:00+01:00","from":"WH1/A-01","to":"WH1/STAGING","quantity":"1","item":"LAPTOP-15","lot":null,"serial":"SN2","document":"SO-2001","invoice":null,"partner":"BOB","reverses":null,"remark":null},{"operation":9,"kind":"sell","at":"2026-11-24T09:30:00+01:00","from":"WH1/STAGING","to":"@customer/BOB","quantity":"1","item":"LAPTOP-15","lot":null,"serial":"SN2","document":"SO-2001","invoice":"R-77","partner":"BOB","reverses":null,"remark":null}],"attachments":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("trace SN1", ""),
        ("trace B7", ""),
        ("trace SO-2001", ""),
        ("trace SN2 --json", ""),
    ]));
}

#[test]
fn a_serial_from_the_purchase_to_the_last_return() {
    let world = lived();
    let document = world.json("trace SN1", "");
    assert_eq!(document["subject"], json!({"kind": "serial", "item": "LAPTOP-15", "code": "SN1"}));
    assert_eq!(now(&document), ["WH1/QUAR 1 held"]);
    assert_eq!(
        events(&document),
        [
            "receive 1 @supplier/ACME → WH1/A-01 PO-1001 R-1 ACME",
            "transfer 1 WH1/A-01 → WH1/A-02 - - -",
            "allocate 1 WH1/A-02 → WH1/A-02 SO-2001 - BOB",
            "pick 1 WH1/A-02 → WH1/STAGING SO-2001 - BOB",
            "sell 1 WH1/STAGING → @customer/BOB SO-2001 R-77 BOB",
            "return 1 @customer/BOB → WH1/QUAR SO-2001 - BOB",
        ]
    );
    let numbers: Vec<i64> =
        document["events"].as_array().unwrap().iter().filter_map(|event| event["operation"].as_i64()).collect();
    assert!(numbers.is_sorted(), "oldest first: {numbers:?}");
    assert_eq!(document["events"][0]["at"], "2026-11-23T10:00:00+00:00");
    assert_eq!(document["events"][4]["at"], "2026-11-24T09:30:00+01:00");
}

#[test]
fn a_lot_lists_every_place_and_every_customer() {
    let world = lived();
    world.ok("sell --to CAROL", "WH1/A-02\nMILK-1L\n1\nB7\n");
    let document = world.json("trace B7 --kind lot", "");
    let mut places = now(&document);
    places.sort();
    assert_eq!(places, ["@customer/BOB 6 sold", "@customer/CAROL 1 sold", "WH1/A-01 9 free", "WH1/A-02 4 free"]);
    assert!(events(&document).contains(&"sell 6 WH1/STAGING → @customer/BOB SO-2001 R-77 BOB".to_owned()));
}

#[test]
fn an_order_lists_its_goods_wherever_they_are() {
    let world = lived();
    let document = world.json("trace so-2001", "");
    assert_eq!(document["subject"]["kind"], "order");
    assert_eq!(document["subject"]["code"], "SO-2001");
    let mut places = now(&document);
    places.sort();
    assert_eq!(places, ["@customer/BOB 1 sold", "@customer/BOB 6 sold", "WH1/QUAR 1 held"]);
    let kinds: Vec<&str> =
        document["events"].as_array().unwrap().iter().filter_map(|event| event["kind"].as_str()).collect();
    assert!(
        kinds.contains(&"allocate") && kinds.contains(&"pick") && kinds.contains(&"sell") && kinds.contains(&"return")
    );
    assert!(kinds.contains(&"receive"), "where it came from: {kinds:?}");
    let purchase = world.json("trace PO-1001", "");
    assert!(events(&purchase)[0].starts_with("receive "), "{purchase}");
    assert!(events(&purchase).iter().any(|event| event.starts_with("sell ")), "where it went: {purchase}");
}

#[test]
fn every_state_has_its_word() {
    let world = World::stocked();
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n4\nSN5\nSN6\nSN7\nSN8\n");
    world.ok("order add SO-9 --kind sales --partner BOB --line LAPTOP-15=2", "");
    world.ok("allocate SO-9", "");
    world.ok("pick --so SO-9", "1\nSN2\n");
    world.ok("transfer", "WH1/QUAR\n1\nSN3\nVAN-1\n1\nSN4\n");
    world.ok("sell --to BOB", "2\nSN5\nSN6\n");
    world.ok("return --from BOB --disposition scrap", "1\nSN6\n");
    world.ok("return --to-supplier ACME", "1\nSN7\n");
    for (serial, state) in [
        ("SN1", "allocated"),
        ("SN2", "picked"),
        ("SN3", "held"),
        ("SN4", "in-transit"),
        ("SN5", "sold"),
        ("SN6", "gone"),
        ("SN7", "gone"),
        ("SN8", "free"),
    ] {
        assert_eq!(world.json(&format!("trace {serial}"), "")["now"][0]["state"], state, "{serial}");
    }
}

#[test]
fn a_code_that_fits_several_things_lists_them() {
    let world = World::stocked();
    world.ok("receive --from ACME --to WH1/A-01", "TABLET\n1\nSN1\nMILK-1L\n1\nSN1\n");
    world.ok("order add SN1 --kind sales --partner BOB --line BOLT=1", "");
    expect![[r#"
        $ scantrail trace SN1
        ! refused [ambiguous] SN1 is the code of several things:
        !   serial SN1 of LAPTOP-15
        !   serial SN1 of TABLET
        !   lot SN1 of MILK-1L
        !   order SN1
        !   hint: name the item with --item, or the kind with --kind
        exit 3

    "#]]
    .assert_eq(&world.transcript(&[("trace SN1", "")]));
    let outcome = world.run("trace SN1 --json", "");
    assert_eq!(outcome.exit, 3, "{outcome}");
    let document = outcome.document();
    let mut found: Vec<String> = document["ambiguous"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["kind"], one["item"]))
        .collect();
    found.sort();
    assert_eq!(found, ["\"lot\" \"MILK-1L\"", "\"order\" null", "\"serial\" \"LAPTOP-15\"", "\"serial\" \"TABLET\""]);
    assert_eq!(world.run("trace SN1 --kind serial", "").exit, 3);
    assert_eq!(world.json("trace SN1 --kind serial --item TABLET", "")["subject"]["item"], "TABLET");
    assert_eq!(world.json("trace SN1 --item laptop-15", "")["subject"]["item"], "LAPTOP-15");
    assert_eq!(world.json("trace SN1 --kind lot", "")["subject"]["kind"], "lot");
    assert_eq!(world.json("trace SN1 --kind order", "")["subject"]["kind"], "order");
    assert_eq!(world.refused("trace SN1 --item PUMP", ""), ["- - unknown-code"]);
}

#[test]
fn a_label_is_traced_like_its_code() {
    let world = lived();
    assert_eq!(world.json("trace ]d2010950600013435221SN1", "")["subject"]["code"], "SN1");
    assert_eq!(world.json("trace ]C1010400638133393110B7", "")["subject"]["code"], "B7");
}

#[test]
fn an_undo_is_an_event_that_names_what_it_reverses() {
    let world = World::stocked();
    world.ok("sell --to BOB", "1\nSN1\n");
    world.ok("undo 9 --reason wrong", "");
    let document = world.json("trace SN1", "");
    assert_eq!(document["events"][2]["kind"], "undo");
    assert_eq!(document["events"][2]["reverses"], 9);
    assert_eq!(now(&document), ["WH1/A-01 1 free"]);
}

#[test]
fn the_report_is_written() {
    let world = lived();
    let document = world.json("trace SN1 --pdf trace.pdf", "");
    assert_eq!(document["files"], json!(["trace.pdf"]));
    assert!(std::fs::read(world.path("trace.pdf")).unwrap().starts_with(b"%PDF-"));
}
