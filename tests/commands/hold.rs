//! `hold` and `release-hold`: goods are kept back wherever they are and whenever they arrive.

use std::ffi::OsString;

use expect_test::expect;
use scantrail::codes::{Command, Mode};
use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

fn states(world: &World, code: &str) -> Vec<String> {
    let trace = world.json(&format!("trace {code}"), "");
    let now = trace["now"].as_array().unwrap().iter();
    now.map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

/// What of an item is shown as held, as `serial-or-lot because`.
fn held(world: &World, item: &str) -> Vec<String> {
    let stock = world.json(&format!("stock --item {item}"), "");
    let rows = stock["stock"].as_array().unwrap().iter().filter(|row| row["held"] == true);
    let name = |row: &Value| row["serial"].as_str().or(row["lot"].as_str()).unwrap_or("-").to_owned();
    rows.map(|row| format!("{} {}", name(row), row["held_because"].as_str().unwrap())).collect()
}

/// Glass was found in a lot of milk: some of it is set aside for one customer, some is picked, and one customer has some.
#[test]
fn a_lot_is_recalled() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "MILK-1L\n2\nB8\n");
    world.ok("sell --to CAROL", "MILK-1L\n3\nB8\n");
    expect![[r#"
        $ scantrail hold MILK-1L --lot B8 --reason 'glass found' --dry-run
        Dry run of hold: nothing was written.
        QUANTITY  ITEM     LOT  FROM      TO
          4 each  MILK-1L  B8   WH1/A-01  free again
        On hold: lot B8 of MILK-1L
        No longer set aside for SO-2001: 4 of MILK-1L lot B8. To find others: scantrail allocate SO-2001
        Picked for SO-2001, and cannot be sold: 2 of MILK-1L lot B8
        Here: 1 of MILK-1L lot B8 at WH1/A-01
        Here: 4 of MILK-1L lot B8 at WH1/A-01, was set aside for SO-2001
        Here: 2 of MILK-1L lot B8 at WH1/STAGING, picked for SO-2001
        With a customer: Carol & Co (CAROL) has 3 of MILK-1L lot B8
        exit 0

        $ scantrail hold MILK-1L --lot B8 --reason 'glass found'
        Operation 12 (hold) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          4 each  MILK-1L  B8   WH1/A-01  free again
        On hold: lot B8 of MILK-1L
        No longer set aside for SO-2001: 4 of MILK-1L lot B8. To find others: scantrail allocate SO-2001
        Picked for SO-2001, and cannot be sold: 2 of MILK-1L lot B8
        Here: 1 of MILK-1L lot B8 at WH1/A-01
        Here: 4 of MILK-1L lot B8 at WH1/A-01, was set aside for SO-2001
        Here: 2 of MILK-1L lot B8 at WH1/STAGING, picked for SO-2001
        With a customer: Carol & Co (CAROL) has 3 of MILK-1L lot B8
        exit 0

        $ scantrail hold MILK-1L --batch B8 --reason 'once more'
        ! refused [already-on-hold] lot B8 of MILK-1L is on hold since operation 12: glass found
        !   hint: to end it: scantrail release-hold --hold 12 --reason TEXT
        exit 3

        $ scantrail stock --item MILK-1L
        ITEM     LOCATION     LOT  EXPIRES     QUANTITY  UNIT  ALLOCATED  FOR      STATE
        MILK-1L  WH1/A-01     B7   2026-12-01        10  each
        MILK-1L  WH1/A-01     B8   2026-11-30         5  each                      held: glass found
        MILK-1L  WH1/STAGING  B8   2026-11-30         2  each          2  SO-2001  held: glass found
        exit 0

        $ scantrail sell --to BOB
        < MILK-1L\x0A1\x0AB8\x0A
        ! refused [lot-on-hold] line 3, scan B8: lot B8 of MILK-1L is on hold since operation 12: glass found
        !   hint: take another one, and move this one to a quarantine place; once it is good: scantrail release-hold --hold 12 --reason TEXT
        exit 3

        $ scantrail sell --so SO-2001 --picked
        ! refused [lot-on-hold] lot B8 of MILK-1L is on hold since operation 12: glass found
        !   hint: take another one, and move this one to a quarantine place; once it is good: scantrail release-hold --hold 12 --reason TEXT
        exit 3

        $ scantrail allocate SO-2001
        Operation 13 (allocate) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          4 each  MILK-1L  B7   WH1/A-01  allocated for SO-2001
        exit 0

        $ scantrail receive --from ACME --to WH1/A-01
        < MILK-1L\x0A5\x0AB8\x0A
        Operation 14 (receive) is recorded.
        QUANTITY  ITEM     LOT  FROM            TO
          5 each  MILK-1L  B8   @supplier/ACME  WH1/A-01
        ! warning [held-on-arrival] 5 of lot B8 of MILK-1L arrived, on hold since operation 12: glass found
        ! put away: lot B8 of MILK-1L is at WH1/A-01 (5)
        exit 0

        $ scantrail transfer --from WH1/A-01 --to WH1/QUAR
        < MILK-1L\x0A6\x0AB8\x0A
        Operation 15 (transfer) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          6 each  MILK-1L  B8   WH1/A-01  WH1/QUAR
        exit 0

        $ scantrail return --to-supplier ACME --from WH1/QUAR
        < MILK-1L\x0A6\x0AB8\x0A
        Operation 16 (return) is recorded.
        QUANTITY  ITEM     LOT  FROM      TO
          6 each  MILK-1L  B8   WH1/QUAR  @supplier/ACME
        exit 0

        $ scantrail release-hold MILK-1L --reason 'tested, good'
        ! refused [not-on-hold] all of MILK-1L is not on hold; on hold is lot B8 of MILK-1L (12)
        !   hint: the one that is meant, by its number: scantrail release-hold --hold NUMBER --reason TEXT
        exit 3

        $ scantrail release-hold MILK-1L --lot B8 --reason 'tested, good'
        Operation 17 (release-hold) is recorded.
        No longer on hold: lot B8 of MILK-1L
        exit 0

        $ scantrail log --limit 3
        OPERATION  WHEN              WHAT          PARTNER  GOODS              WHO  STATION  REMARK
               15  2026-11-23 10:00  transfer               6 MILK-1L lot B8   ann  dock-1
               16  2026-11-23 10:00  return        ACME     6 MILK-1L lot B8   ann  dock-1
               17  2026-11-23 10:00  release-hold           lot B8 of MILK-1L  ann  dock-1   tested, good
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("hold MILK-1L --lot B8 --reason 'glass found' --dry-run", ""),
        ("hold MILK-1L --lot B8 --reason 'glass found'", ""),
        ("hold MILK-1L --batch B8 --reason 'once more'", ""),
        ("stock --item MILK-1L", ""),
        ("sell --to BOB", "MILK-1L\n1\nB8\n"),
        ("sell --so SO-2001 --picked", ""),
        ("allocate SO-2001", ""),
        (RECEIVE, "MILK-1L\n5\nB8\n"),
        ("transfer --from WH1/A-01 --to WH1/QUAR", "MILK-1L\n6\nB8\n"),
        ("return --to-supplier ACME --from WH1/QUAR", "MILK-1L\n6\nB8\n"),
        ("release-hold MILK-1L --reason 'tested, good'", ""),
        ("release-hold MILK-1L --lot B8 --reason 'tested, good'", ""),
        ("log --limit 3", ""),
    ]));
}

/// A supplier recalls what it delivered in one week. Of one item only those units are held that came then and from there.
#[test]
fn a_delivery_is_recalled() {
    let mut world = World::stocked();
    world.set_now("2026-11-25T09:00:00+00:00");
    world.ok("receive --from ZENITH --to WH1/A-01", "LAPTOP-15\n1\nSN5\n");
    world.set_now("2026-12-02T09:00:00+00:00");
    world.ok(RECEIVE, "LAPTOP-15\n1\nSN6\n");
    world.ok("allocate SO-2001", "");
    let hold =
        world.json("hold LAP15 --from-supplier ACME --received-between 2026-11-23 2026-11-30 --reason 'recall 17'", "");
    assert_eq!(hold["holds"][0]["received_from"], "2026-11-23T00:00:00+00:00");
    assert_eq!(hold["holds"][0]["received_until"], "2026-12-01T00:00:00+00:00");
    assert_eq!(
        hold["released"],
        json!([
            {"order": "SO-2001", "item": "LAPTOP-15", "lot": null, "serial": "SN1", "quantity": "1"},
            {"order": "SO-2001", "item": "LAPTOP-15", "lot": null, "serial": "SN2", "quantity": "1"},
        ])
    );
    assert_eq!(held(&world, "LAPTOP-15"), ["SN1", "SN2", "SN3", "SN4"].map(|serial| format!("{serial} recall 17")));
    // What is good is found behind what is not.
    let allocated = world.json("allocate SO-2001", "");
    assert_eq!(allocated["lines"][0]["serials"], json!(["SN5", "SN6"]));
    // A late entry of that week is held as it is entered, and one of this week is not.
    let late = world.json("receive --from ACME --to WH1/A-01 --at 2026-11-30T23:00", "LAPTOP-15\n1\nSN7\n");
    assert_eq!(late["warnings"][0]["code"], "held-on-arrival");
    let new = world.json(RECEIVE, "LAPTOP-15\n1\nSN8\n");
    assert_eq!(new["warnings"], json!([]));
    assert_eq!(states(&world, "SN7"), ["held"]);
    assert_eq!(states(&world, "SN8"), ["free"]);
    // An undone receipt counts for nothing: the unit comes anew, and from somebody else.
    world.ok(&format!("undo {} --reason wrong", late["operation"]), "");
    world.ok("receive --from ZENITH --to WH1/A-01", "LAPTOP-15\n1\nSN7\n");
    assert_eq!(states(&world, "SN7"), ["free"]);
    // Where units of a lot cannot be told apart, all of the lot is held, and none of the lot that came from others.
    world.ok("receive --from ZENITH --to WH1/A-01", "MILK-1L\n5\nZ1\n");
    world.ok("hold MILK-1L --from-supplier ZENITH --reason dirty", "");
    assert_eq!(held(&world, "MILK-1L"), ["B7 expired on 2026-12-01", "B8 expired on 2026-11-30", "Z1 dirty"]);
}

/// More of a lot comes from a supplier whose goods are on hold: the lot is, and what was set aside of it is given back.
#[test]
fn a_lot_that_becomes_held_is_given_back() {
    let world = World::stocked();
    world.ok("hold MILK-1L --from-supplier ZENITH --reason dirty", "");
    world.ok("allocate SO-2001", "");
    let received = world.json("receive --from ZENITH --to WH1/A-02", "MILK-1L\n5\nB8\n");
    assert_eq!(received["warnings"][0]["code"], "held-on-arrival");
    assert_eq!(received["released"][0]["quantity"], "6");
    assert_eq!(received["lines"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 10", "WH1/A-01 B8 10", "WH1/A-02 B8 5"]);
    assert_eq!(held(&world, "MILK-1L"), ["B8 dirty", "B8 dirty"]);
}

/// What is on hold, in whichever words, and then every way out by every way of scanning it.
#[test]
fn no_way_out_for_what_is_on_hold() {
    let holds: [&[&str]; 4] = [
        // By lot, by serial, by item.
        &["hold MILK-1L --lot B8", "hold LAPTOP-15 --serial SN1", "hold PUMP --lot L1", "hold BOLT"],
        // By the scan of a label.
        &["hold ]d2010400638133393110B8", "hold ]d2010950600013435221SN1", "hold 5901234123457", "hold BOLT"],
        // By delivery.
        &[
            "hold MILK-1L --from-supplier ACME",
            "hold LAPTOP-15 --received-between 2026-11-23 2026-11-23",
            "hold PUMP --from-supplier ACME --lot L1",
            "hold BOLT",
        ],
        &["hold MILK-1L", "hold LAPTOP-15", "hold PUMP", "hold BOLT"],
    ];
    let ways: [(&str, &str); 16] = [
        ("sell --to BOB", "1\nSN1\n"),
        ("sell --to BOB", "LAPTOP-15\n1\nSN1\n"),
        ("sell --to BOB --item LAPTOP-15", "1\nSN1\n"),
        ("sell --to BOB", "]d2010950600013435221SN1\n"),
        ("sell --so SO-2001", "LAP15\n1\nSN1\n"),
        ("pick --so SO-2001", "1\nSN1\n"),
        ("pick --so SO-2001", "LAPTOP-15\n1\nSN1\n"),
        ("sell --to BOB", "MILK-1L\n1\nB8\n"),
        ("sell --to BOB --lot B8", "MILK-1L\n1\n"),
        ("sell --to BOB", "]d2010400638133393110B8\n1\n"),
        ("pick --so SO-2001", "MILK-1L\n1\nB8\n"),
        ("sell --to BOB", "1\nP1\n"),
        ("pick --so SO-2003", "PUMP\n1\nL1\nP1\n"),
        ("sell --to BOB", "BOLT\n1\n"),
        ("sell --to BOB", "BOLT-CASE\n1\n"),
        ("pick --so SO-2003", "BOLT\n1\n"),
    ];
    for holds in holds {
        let world = World::stocked();
        world.ok("item set BOLT --pack BOLT-CASE=5", "");
        for hold in holds {
            world.ok(&format!("{hold} --reason bad"), "");
        }
        for (command, scans) in ways {
            let refused = world.run(&format!("{command} --json"), scans);
            assert_eq!(refused.exit, 3, "{holds:?}\n{refused}");
            let document = refused.document();
            let codes: Vec<&str> =
                document["refused"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
            // Where a lot is refused, so is each unit of it.
            assert!(codes.iter().all(|code| *code == "lot-on-hold"), "{holds:?}\n{refused}");
            let live = world.run(&format!("{command} --live --discard-draft --json"), scans);
            assert!(live.stderr.contains("[lot-on-hold]"), "{holds:?}\n{live}");
        }
        let allocated = world.json("allocate SO-2003", "");
        assert_eq!(allocated["lines"], json!([]), "{holds:?}");
        assert_eq!(allocated["short"].as_array().map(Vec::len), Some(2), "{holds:?}");
        // It may be moved, go back to where it came from, and be brought in again.
        world.ok("transfer --to WH1/STAGING", "1\nSN1\nMILK-1L\n2\nB8\nBOLT\n3\nPUMP\n1\nL1\nP1\n");
        assert_eq!(world.refused_codes("sell --to BOB", "1\nSN1\n"), ["lot-on-hold"], "{holds:?}");
        world.ok("return --to-supplier ACME --from WH1/STAGING", "1\nSN1\nMILK-1L\n1\nB8\n");
        let again = world.json(RECEIVE, "LAPTOP-15\n1\nSN1\n");
        assert_eq!(again["warnings"][0]["code"], "held-on-arrival", "{holds:?}");
    }
}

/// A hold on what is not there yet catches it as it arrives.
#[test]
fn what_arrives_later_is_held() {
    let world = World::stocked();
    world.ok("hold LAPTOP-15 --serial SN77 --reason stolen", "");
    world.ok("hold MILK-1L --lot B99 --reason recall", "");
    let received = world.json(RECEIVE, "LAPTOP-15\n2\nSN77\nSN78\nMILK-1L\n4\nB99\n");
    let codes: Vec<&Value> =
        received["warnings"].as_array().unwrap().iter().map(|warning| &warning["message"]).collect();
    assert_eq!(
        codes,
        [
            "4 of lot B99 of MILK-1L arrived, on hold since operation 10: recall",
            "1 of LAPTOP-15 arrived, on hold since operation 9: stolen",
        ]
    );
    assert_eq!(world.refused("sell --to BOB", "2\nSN77\nSN78\n"), ["2 SN77 lot-on-hold"]);
    assert_eq!((states(&world, "SN77"), states(&world, "SN78")), (vec!["held".to_owned()], vec!["free".to_owned()]));
    // From a customer too.
    world.ok("sell --to BOB", "1\nSN1\n");
    let hold = world.json("hold LAPTOP-15 --serial SN1 --reason smoke", "");
    let with_bob = json!([{"partner": "BOB", "name": "Bob's Bikes", "item": "LAPTOP-15", "lot": null, "serials": ["SN1"],
                           "quantity": "1"}]);
    assert_eq!((&hold["here"], &hold["elsewhere"]), (&json!([]), &with_bob));
    assert_eq!(states(&world, "SN1"), ["sold"]);
    let back = world.json("return --from BOB --to WH1/A-01", "1\nSN1\n");
    assert_eq!(back["warnings"][0]["code"], "held-on-arrival");
    assert_eq!(states(&world, "SN1"), ["held"]);
}

#[test]
fn a_hands_free_station_and_a_swap() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("hold LAPTOP-15 --serial SN3 --reason dropped", "");
    // Another unit of the item would do, but not this one.
    assert_eq!(world.refused("pick --so SO-2001", "1\nSN3\n"), ["2 SN3 lot-on-hold"]);
    let scans = [Command::Mode(Mode::Pick).code(), "SO-2001".to_owned(), "LAPTOP-15".to_owned(), "1".to_owned()];
    let scans = scans.join("\n") + "\nSN3\nSN4\n" + &Command::Done.code() + "\n";
    let station = world.run("station", scans);
    assert!(station.stderr.contains("[lot-on-hold] "), "{station}");
    assert_eq!(states(&world, "SN4"), ["picked"]);
    assert_eq!(states(&world, "SN3"), ["held"]);
}

#[test]
fn a_hold_is_shown_wherever_goods_are() {
    let world = World::stocked();
    world.ok("hold PUMP --lot L1 --reason leaks", "");
    let stock = world.json("stock --item PUMP", "");
    let row = &stock["stock"][0];
    assert_eq!((&row["held"], &row["held_because"], &row["hold"]), (&json!(true), &json!("leaks"), &json!(9)));
    let trace = world.json("trace P1", "");
    let row = &trace["now"][0];
    assert_eq!((&row["state"], &row["held_because"], &row["hold"]), (&json!("held"), &json!("leaks"), &json!(9)));
    let item = world.json("item show PUMP", "");
    assert_eq!(
        item["holds"],
        json!([{"hold": 9, "item": "PUMP", "lot": "L1", "serial": null, "supplier": null, "received_from": null,
                "received_until": null, "what": "lot L1 of PUMP", "reason": "leaks"}])
    );
    assert!(world.ok("item show PUMP", "").stdout.contains("On hold since operation 9: lot L1 of PUMP: leaks"));
    let good = &world.json("stock --item BOLT", "")["stock"][0];
    assert_eq!((&good["held"], &good["held_because"], &good["hold"]), (&json!(false), &json!(null), &json!(null)));
}

#[test]
fn sold_all_the_same() {
    let world = World::stocked();
    world.ok("hold MILK-1L --lot B8 --reason 'label torn'", "");
    world.ok("receive --from ACME --to WH1/A-01 --lot OLD --expires 2026-11-22", "MILK-1L\n5\n");
    let sell = "sell --to BOB --override-hold --reason 'for the pigs'";
    let scans = "MILK-1L\n2\nB8\nMILK-1L\n1\nOLD\nBOLT\n1\n";
    assert_eq!(world.refused(sell, scans), ["- - override-not-allowed"]);
    world.ok("setting set override-hold yes", "");
    assert_eq!(world.run("sell --to BOB --override-hold", scans).exit, 2);
    assert_eq!(world.run("sell --to BOB --override-hold --reason ' '", scans).exit, 2);
    assert_eq!(world.refused("sell --to BOB", scans), ["3 B8 lot-on-hold", "6 OLD lot-expired"]);
    let sold = world.json(&format!("{sell} --slip slip.pdf"), scans);
    let overridden = json!([
        {"item": "MILK-1L", "lot": "B8", "serials": [], "quantity": "2", "hold": 9, "held": "label torn"},
        {"item": "MILK-1L", "lot": "OLD", "serials": [], "quantity": "1", "hold": null, "held": "expired on 2026-11-22"},
    ]);
    assert_eq!((&sold["overridden"], &sold["reason"]), (&overridden, &json!("for the pigs")));
    let log = world.ok("log --limit 1", "");
    assert!(log.stdout.contains("for the pigs; sold although held"), "{log}");
    let trace = world.json("trace B8 --kind lot", "");
    assert_eq!(trace["events"].as_array().unwrap().last().unwrap()["remark"], "for the pigs");
    // A quarantine place stays closed, and what is picked is shipped with it too.
    world.ok("transfer --to WH1/QUAR", "MILK-1L\n1\nB8\n");
    assert_eq!(world.refused_codes(&format!("{sell} --from WH1/QUAR"), "MILK-1L\n1\nB8\n"), ["place-not-pickable"]);
    world.ok("pick --so SO-2001", "1\nSN1\n");
    world.ok("hold LAPTOP-15 --serial SN1 --reason scratched", "");
    assert_eq!(world.refused("sell --so SO-2001 --picked", ""), ["- - lot-on-hold"]);
    let sold = world.json("sell --so SO-2001 --picked --override-hold --reason 'the customer agrees'", "");
    assert_eq!(sold["overridden"][0]["serials"], json!(["SN1"]));
    // Nothing but sales.
    assert_eq!(world.run("pick --so SO-2001 --override-hold --reason x", "1\nSN2\n").exit, 2);
    assert_eq!(world.run("allocate SO-2001 --override-hold --reason x", "").exit, 2);
}

#[test]
fn an_undone_hold_gives_back_what_it_took() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("hold LAPTOP-15 --reason recall", "");
    world.ok("hold MILK-1L --lot B8 --reason glass", "");
    assert_eq!(world.refused("undo 9 --reason wrong", ""), ["- - has-dependants"]);
    // One of the two is set aside for somebody else by the time that the hold was a mistake.
    world.ok("release-hold LAPTOP-15 --reason good", "");
    world.ok("sell --to CAROL", "1\nSN1\n");
    let undone = world.json("undo 10 --reason mistake", "");
    assert_eq!(undone["lines"][0]["serials"], json!(["SN2"]));
    assert_eq!(states(&world, "SN2"), ["allocated"]);
    let undone = world.json("undo 11 --reason mistake", "");
    assert_eq!((&undone["lines"][0]["quantity"], &undone["lines"][0]["lot"]), (&json!("6"), &json!("B8")));
    assert_eq!(world.stock("MILK-1L"), ["WH1/A-01 B7 10", "WH1/A-01 B8 10 (6)"]);
    // The mistake was none: the hold is on again, and takes again.
    let again = world.json(&format!("undo {} --reason 'no mistake'", undone["operation"]), "");
    assert_eq!((&again["lines"][0]["quantity"], &again["released"][0]["order"]), (&json!("6"), &json!("SO-2001")));
    assert_eq!(held(&world, "MILK-1L"), ["B8 glass"]);
    assert_eq!(world.refused_codes("hold MILK-1L --lot B8 --reason twice", ""), ["already-on-hold"]);
}

#[test]
fn the_undo_of_a_release_puts_the_hold_on_again() {
    let world = World::stocked();
    world.ok("hold LAPTOP-15 --reason recall", "");
    world.ok("release-hold --hold 9 --reason good", "");
    world.ok("allocate SO-2001", "");
    let undone = world.json("undo 10 --reason 'not good'", "");
    assert_eq!(undone["lines"][0]["serials"], json!(["SN1", "SN2"]));
    assert_eq!(states(&world, "SN1"), ["held"]);
    world.ok(&format!("undo {} --reason 'good after all'", undone["operation"]), "");
    assert_eq!(states(&world, "SN1"), ["allocated"]);
}

/// An undo is no way round a hold: it sets nothing aside and ships nothing that is held since.
#[test]
fn an_undo_is_no_way_out() {
    let world = World::stocked();
    world.ok("allocate SO-2001", "");
    world.ok("pick --so SO-2001", "1\nSN1\n");
    world.ok("sell --to CAROL", "1\nSN3\n");
    world.ok("sell --so SO-2001", "1\nSN2\n");
    world.ok("undo 11 --reason mistake", "");
    world.ok("hold LAPTOP-15 --reason recall", "");
    assert_eq!(world.refused("undo 10 --reason wrong", ""), ["- - lot-on-hold"]);
    assert_eq!(world.refused("undo 13 --reason wrong", ""), ["- - lot-on-hold"]);
    // A sale that never was is taken back; what it took from the order's allocation comes back free.
    world.ok("undo 12 --reason mistake", "");
    assert_eq!(world.stock("LAPTOP-15")[0], "WH1/A-01 SN2 1");
    assert_eq!(states(&world, "SN2"), ["held"]);
    // What is picked is given back by `release`.
    world.ok("release SO-2001 --picked", "");
    assert_eq!(world.refused("allocate SO-2001 --all-or-nothing", ""), ["- - not-enough-stock"]);
}

/// Expired goods are held by themselves, by the day of the operation; those with a best-before date are not.
#[test]
fn expired_goods_are_held_by_themselves() {
    let mut world = World::stocked();
    world.ok("pick --so SO-2001", "MILK-1L\n1\nB8\n");
    world.ok("allocate SO-2002", "");
    world.set_now("2026-12-01T08:00:00+00:00");
    assert_eq!(held(&world, "MILK-1L"), ["B8 expired on 2026-11-30", "B8 expired on 2026-11-30"]);
    assert_eq!(states(&world, "B8"), ["held"; 3]);
    for (command, scans) in [
        ("sell --to BOB", "MILK-1L\n1\nB8\n"),
        ("sell --to BOB --lot B8", "MILK-1L\n1\n"),
        ("sell --to BOB", "]d2010400638133393110B8\n1\n"),
        ("sell --so SO-2002", "MILK-1L\n1\nB8\n"),
        ("pick --so SO-2002", "MILK-1L\n1\nB8\n"),
        ("sell --so SO-2001 --picked", ""),
    ] {
        assert_eq!(world.refused_codes(command, scans), ["lot-expired"], "{command}");
    }
    let allocated = world.json("allocate SO-2001", "");
    assert_eq!(allocated["lines"][0]["lot"], "B7");
    // An operation of the day before is judged by that day.
    world.ok("sell --to BOB --at 2026-11-30", "MILK-1L\n1\nB8\n");
    world.ok(RECEIVE, "]d20104006381333931152611011032BB\n5\n");
    world.ok("sell --to BOB", "MILK-1L\n1\n32BB\n");
}

#[test]
fn words_that_make_no_hold() {
    let world = World::stocked();
    let no_reason = [
        "hold BOLT",
        "hold BOLT --reason ' '",
        "release-hold BOLT",
        "release-hold --reason x",
        "release-hold BOLT --hold 3 --reason x",
        "release-hold --hold 3 --lot B7 --reason x",
        "hold MILK-1L --lot B7 --serial X --reason x",
        "hold MILK-1L --received-between 2026-11-30 2026-11-01 --reason x",
        "hold MILK-1L --received-between yesterday today --reason x",
        "hold MILK-1L --received-between 2026-11-30 --reason x",
    ];
    for line in no_reason {
        assert_eq!(world.run(line, "").exit, 2, "{line}");
    }
    let refused = [
        ("hold NOPE --reason x", "unknown-item"),
        ("hold WH1/A-01 --reason x", "unknown-item"),
        ("hold BOLT --lot B7 --reason x", "not-valid"),
        ("hold BOLT --serial SN1 --reason x", "not-valid"),
        ("hold BOLT --from-supplier ACME --reason x", "not-valid"),
        ("hold MILK-1L --serial SN1 --reason x", "not-valid"),
        ("hold MILK-1L --lot ' ' --reason x", "not-valid"),
        ("hold LAPTOP-15 --lot B7 --reason x", "not-valid"),
        ("hold MILK-1L --from-supplier BOB --reason x", "unknown-partner"),
        ("release-hold MILK-1L --reason x", "not-on-hold"),
        ("release-hold --hold 5 --reason x", "unknown-operation"),
    ];
    for (line, code) in refused {
        assert_eq!(world.refused(line, ""), [format!("- - {code}")], "{line}");
    }
    // Nothing of a scan or a reason steers a terminal; the whole is repeated by its op id.
    let words =
        ["hold", "LAPTOP-15", "--serial", "SN1", "--reason", "bad\x1b[2J", "--op-id", "one"].map(OsString::from);
    for _ in 0..2 {
        assert_eq!(world.run_words(&words, "").exit, 0);
    }
    assert_eq!(world.refused_codes("hold LAPTOP-15 --serial SN1 --reason x --op-id one", ""), ["op-id-reused"]);
    world.ok("stock", "");
    world.ok("trace SN1", "");
    world.run("sell --to BOB", "1\nSN1\n");
    world.ok("release-hold LAPTOP-15 --serial SN1 --reason x", "");
    assert_eq!(world.refused_codes("release-hold --hold 9 --reason x", ""), ["not-on-hold"]);
}

#[test]
fn a_lot_is_held_by_all_its_names() {
    let world = World::stocked();
    world.ok("hold MILK-1L --lot X7 --reason dirty", "");
    world.ok("allocate SO-2001", "");
    // The lot that is on hold turns out to be this one: what was allocated of it is given back.
    let renamed = world.json("lot set B8 --item MILK-1L --code X7 --reason misread", "");
    assert_eq!(renamed["released"][0]["quantity"], "6", "{renamed}");
    for name in ["X7", "B8"] {
        assert_eq!(world.refused_codes("sell --to BOB", format!("MILK-1L\n1\n{name}\n")), ["lot-on-hold"]);
    }
    // Corrected once more, it stays on hold, and a new hold by an old name is the same lot.
    world.ok("lot set X7 --item MILK-1L --code X8 --reason misread", "");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nX8\n"), ["lot-on-hold"]);
    assert_eq!(world.refused_codes("hold MILK-1L --lot X8 --reason dirty", ""), ["already-on-hold"]);
    world.ok("release-hold MILK-1L --lot X8 --reason clean", "");
    world.ok("sell --to BOB", "MILK-1L\n1\nX8\n");
    // What is not on hold ends no other hold.
    world.ok("hold MILK-1L --lot B7 --reason glass", "");
    let refused = world.refused_document("release-hold MILK-1L --lot X8 --reason clean", "");
    assert_eq!(refused["refused"][0]["code"], "not-on-hold");
    assert!(refused["refused"][0]["hint"].as_str().unwrap().contains("--hold NUMBER"), "{refused}");
}

/// Letters of recall name the maker's lot: what the supplier calls it.
#[test]
fn a_lot_is_held_by_what_its_supplier_calls_it() {
    let world = World::shop();
    let receive = "receive --from ACME --to WH1/A-01 --item MILK-1L";
    world.ok(&format!("{receive} --lot M-1 --supplier-lot 114321"), "5\n");
    let held = world.json("hold MILK-1L --from-supplier ACME --lot 114321 --reason recall", "");
    assert_eq!(held["here"][0]["lot"], "M-1", "{held}");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n5\nM-1\n"), ["lot-on-hold"]);
    // So is what comes later under the same text of the supplier.
    world.ok("hold MILK-1L --lot 99 --reason recall", "");
    world.ok(&format!("{receive} --lot M-2 --supplier-lot 99"), "5\n");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n5\nM-2\n"), ["lot-on-hold"]);
    // The word before it is no part of the lot, in theirs as in ours.
    world.ok("setting set lot-words lot", "");
    world.ok(&format!("{receive} --lot M-3 --supplier-lot 'Lot 777'"), "5\n");
    world.ok("hold MILK-1L --lot 777 --reason recall", "");
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n5\nM-3\n"), ["lot-on-hold"]);
    let told = world.ok("hold MILK-1L --lot NEVER-SEEN --reason recall", "").stdout;
    assert!(told.contains("Nothing of it is here or with a customer."), "{told}");
}
