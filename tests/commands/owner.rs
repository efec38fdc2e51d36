//! Goods of others among our own: customers' goods, and goods on consignment.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

/// Laptops of ours (SN1, SN2), one that is Bob's (BOB-1), and milk of Carol's lot C1 beside our lot B9.
fn service_desk() -> World {
    let world = World::shop();
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n2\nSN1\nSN2\nMILK-1L\n5\nB9\n");
    world.ok("receive --from ACME --to WH1/A-01 --owner BOB", "LAPTOP-15\n1\nBOB-1\n");
    world.ok("receive --from ACME --to WH1/A-01 --owner CAROL", "MILK-1L\n9\nC1\n");
    world
}

/// The story of a service desk: customer-owned goods are kept apart from our own.
#[test]
fn the_story() {
    let world = World::shop();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01 --op-id one
        < LAPTOP-15\x0A1\x0ASN1\x0A
        Operation 5 (receive) is recorded.
        QUANTITY  ITEM       SERIALS  FROM            TO
          1 each  LAPTOP-15  SN1      @supplier/ACME  WH1/A-01
        exit 0

        $ scantrail receive --from ACME --to WH1/A-02 --owner BOB --op-id two
        < LAPTOP-15\x0A1\x0ABOB-1\x0A
        Operation 6 (receive) is recorded.
        QUANTITY  ITEM       SERIALS  FROM            TO
          1 each  LAPTOP-15  BOB-1    @supplier/ACME  WH1/A-02
        exit 0

        $ scantrail stock
        ITEM       LOCATION  SERIAL  QUANTITY  UNIT  OWNER
        LAPTOP-15  WH1/A-01  SN1            1  each
        LAPTOP-15  WH1/A-02  BOB-1          1  each  BOB
        exit 0

        $ scantrail stock --owner ours
        ITEM       LOCATION  SERIAL  QUANTITY  UNIT
        LAPTOP-15  WH1/A-01  SN1            1  each
        exit 0

        $ scantrail allocate SO-2002 --op-id three
        Operation 7 (allocate) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          1 each  LAPTOP-15  SN1      WH1/A-01  allocated for SO-2002
        ! short: 6 of MILK-1L
        exit 0

        $ scantrail pick --so SO-2002
        < 1\x0ABOB-1\x0A
        ! refused [owned-by-other] line 2, scan BOB-1: LAPTOP-15 BOB-1 belongs to BOB
        !   hint: take goods of ours; once it is ours: scantrail owner set serial CODE --ours --reason TEXT
        exit 3

        $ scantrail sell --to CAROL
        < 1\x0ABOB-1\x0A
        ! refused [owned-by-other] line 2, scan BOB-1: LAPTOP-15 BOB-1 belongs to BOB
        !   hint: take goods of ours; once it is ours: scantrail owner set serial CODE --ours --reason TEXT
        exit 3

        $ scantrail sell --to BOB --op-id four
        < 1\x0ABOB-1\x0A
        Operation 8 (sell) is recorded.
        QUANTITY  ITEM       SERIALS  FROM      TO
          1 each  LAPTOP-15  BOB-1    WH1/A-02  @customer/BOB
        exit 0

        $ scantrail receive --from ACME --to WH1/A-02 --owner NOBODY
        < LAPTOP-15\x0A1\x0AX\x0A
        ! refused [unknown-partner] no partner has the code NOBODY
        !   hint: scantrail partner list
        exit 3

        $ scantrail receive --from ACME --to WH1/A-02 --owner BOB
        < BOLT\x0A1\x0A
        ! refused [not-valid] BOLT has neither lots nor serials, so goods of others cannot be told from ours
        !   hint: track the item by lot or serial
        exit 3

    "#]]
    .assert_eq(&world.transcript(&[
        ("receive --from ACME --to WH1/A-01 --op-id one", "LAPTOP-15\n1\nSN1\n"),
        ("receive --from ACME --to WH1/A-02 --owner BOB --op-id two", "LAPTOP-15\n1\nBOB-1\n"),
        ("stock", ""),
        ("stock --owner ours", ""),
        ("allocate SO-2002 --op-id three", ""),
        ("pick --so SO-2002", "1\nBOB-1\n"),
        ("sell --to CAROL", "1\nBOB-1\n"),
        ("sell --to BOB --op-id four", "1\nBOB-1\n"),
        ("receive --from ACME --to WH1/A-02 --owner NOBODY", "LAPTOP-15\n1\nX\n"),
        ("receive --from ACME --to WH1/A-02 --owner BOB", "BOLT\n1\n"),
    ]));
}

#[test]
fn nothing_of_others_is_allocated_picked_or_sold() {
    let world = service_desk();
    world.ok("order add SO-9 --kind sales --partner CAROL --line LAPTOP-15=3 --line MILK-1L=20", "");
    let document = world.json("allocate SO-9", "");
    // Carol gets goods of ours and of her own, and none of Bob's.
    let serials: Vec<&str> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|line| line["serials"].as_array().unwrap())
        .map(|serial| serial.as_str().unwrap())
        .collect();
    assert_eq!(serials, ["SN1", "SN2"]);
    assert_eq!(
        document["short"],
        json!([{"item": "MILK-1L", "quantity": "6"}, {"item": "LAPTOP-15", "quantity": "1"}])
    );
    let refused = world.refused("pick --so SO-9 --to WH1/STAGING", "LAPTOP-15\n1\nBOB-1\n");
    assert_eq!(refused, ["3 BOB-1 owned-by-other"]);
    world.ok("release SO-9", "");
    assert_eq!(world.refused("sell --to BOB", "MILK-1L\n1\nC1\n"), ["3 C1 owned-by-other"]);
    assert_eq!(world.refused("sell --to BOB", "1\nSN1\nMILK-1L\n1\nC1\n"), ["5 C1 owned-by-other"]);
    world.ok("sell --to CAROL", "MILK-1L\n1\nC1\n");
    // It is moved like all goods, and stays whose it is.
    world.ok("transfer --to WH1/A-02", "1\nBOB-1\n");
    let owners: Vec<String> = world.json("stock --owner BOB", "")["stock"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["serial"].as_str().unwrap(), row["location"].as_str().unwrap()))
        .collect();
    assert_eq!(owners, ["BOB-1 WH1/A-02"]);
    assert_eq!(world.json("stock --owner @customer/CAROL", "")["stock"][0]["lot"], "C1");
    let owner = |code: &str| world.json(&format!("trace {code}"), "")["now"][0]["owner"].clone();
    assert_eq!((owner("BOB-1"), owner("C1"), owner("SN2")), (json!("BOB"), json!("CAROL"), json!(null)));
}

#[test]
fn goods_that_become_somebody_elses_after_they_were_picked_stay() {
    let world = service_desk();
    world.ok("order add SO-9 --kind sales --partner CAROL --line LAPTOP-15=1", "");
    world.ok("pick --so SO-9 --to WH1/STAGING", "1\nSN1\n");
    let outcome = world.ok("owner set serial SN1 BOB", "");
    assert!(outcome.stderr.contains("LAPTOP-15 SN1 is set aside for SO-9"), "{outcome}");
    assert_eq!(world.refused_codes("sell --so SO-9 --picked", ""), ["owned-by-other"]);
    let number = world.json("log --all --limit 1", "")["operations"][0]["operation"].clone();
    world.ok(&format!("undo {number} --reason wrong"), "");
    world.ok("sell --so SO-9 --picked", "");
}

#[test]
fn owners_change_and_are_undone() {
    let world = service_desk();
    world.ok("owner set serial BOB-1 --ours --reason bought", "");
    world.ok("sell --to CAROL", "1\nBOB-1\n");
    world.ok("owner set lot B9 @supplier/ACME", "");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nB9\n"), ["owned-by-other"]);
    world.ok("owner set lot B9 --ours", "");
    world.ok("sell --to BOB", "MILK-1L\n1\nB9\n");
    // A receipt that is undone leaves no owner behind.
    let received =
        world.json("receive --from ACME --to WH1/A-01 --owner BOB", "LAPTOP-15\n1\nX-1\n")["operation"].clone();
    world.ok(&format!("undo {received} --reason wrong"), "");
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nX-1\n");
    world.ok("sell --to CAROL", "1\nX-1\n");
    for (line, code) in [
        ("owner set serial NOPE BOB", "unknown-serial"),
        ("owner set lot NOPE BOB", "unknown-lot"),
        ("owner set serial SN1 NOBODY", "unknown-partner"),
    ] {
        assert_eq!(world.refused_codes(line, ""), [code], "{line}");
    }
    assert_eq!(world.run("owner set serial SN1", "").exit, 2);
}

#[test]
fn one_lot_has_one_owner() {
    let world = service_desk();
    let receive = "receive --from ACME --to WH1/A-01";
    assert_eq!(world.refused_codes(&format!("{receive} --owner BOB"), "MILK-1L\n1\nB9\n"), ["owned-by-other"]);
    assert_eq!(world.refused_codes(receive, "MILK-1L\n1\nC1\n"), ["owned-by-other"]);
    world.ok(&format!("{receive} --owner CAROL"), "MILK-1L\n1\nC1\n");
    // Units of a customer in a lot that is not his.
    world.ok(&format!("{receive} --owner BOB"), "PUMP\n1\nL9\nP-BOB\n");
    world.ok(receive, "PUMP\n1\nL9\nP-OURS\n");
    assert_eq!(world.refused_codes("sell --to CAROL", "1\nP-BOB\n"), ["owned-by-other"]);
    world.ok("sell --to CAROL", "1\nP-OURS\n");
}
