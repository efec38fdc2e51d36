//! Free fields: what a house keeps beside items, lots, units and orders is found again.

use crate::world::World;

fn with_fields() -> World {
    let world = World::stocked();
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n2\nSN-1\nSN-2\n");
    world.ok("serial set SN-1 --field colour=red --field owner-tag=7", "");
    world.ok("serial set SN-2 --field colour=blue", "");
    world.ok("lot set B7 --item MILK-1L --field silo=3 --reason 'came from the third silo'", "");
    world.ok("item set MILK-1L --field aisle=cold", "");
    world.ok("order add SO-1 --kind sales --partner BOB --line LAPTOP-15=1 --field route=north", "");
    world
}

/// Each of them keeps its fields, shows them, and is found by them in stock, log and trace.
#[test]
fn fields_are_kept_shown_and_found() {
    let world = with_fields();
    assert_eq!(world.json("item show MILK-1L", "")["fields"]["aisle"], "cold");
    assert_eq!(world.json("lot show B7", "")["fields"]["silo"], "3");
    assert_eq!(world.json("order show SO-1", "")["fields"]["route"], "north");

    let serials = |command: &str| {
        let answer = world.json(command, "");
        let rows = answer["stock"].as_array().unwrap().clone();
        rows.iter().map(|row| row["serial"].as_str().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(serials("stock --field colour=red"), ["SN-1"]);
    assert_eq!(serials("stock --field colour=red --field owner-tag=7"), ["SN-1"]);
    assert!(serials("stock --field colour=blue --field owner-tag=7").is_empty());
    assert!(!serials("stock --field silo=3").is_empty());
    assert!(!serials("stock --field aisle=cold").is_empty());
    assert!(serials("stock --field aisle=warm").is_empty());

    world.ok("pick --so SO-1 --field helper=joe", "1\nSN-1\n");
    let kinds = |command: &str| {
        let answer = world.json(command, "");
        let all = answer["operations"].as_array().unwrap().clone();
        all.iter().map(|operation| operation["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds("log --field helper=joe"), ["pick"]);
    assert_eq!(kinds("log --field colour=red"), ["receive", "pick"]);
    assert_eq!(kinds("log --field colour=blue"), ["receive"]);
    assert_eq!(kinds("log --field colour=red --limit 1"), ["pick"]);
    assert!(kinds("log --field route=north").contains(&"pick".to_owned()));

    assert_eq!(world.json("trace --field colour=red", "")["subject"]["code"], "SN-1");
    assert_eq!(world.json("trace --field silo=3", "")["subject"]["code"], "B7");
}

/// An empty value takes a field away; undo is a matter of setting it again.
#[test]
fn a_field_is_taken_away_with_an_empty_value() {
    let world = with_fields();
    world.ok("serial set SN-1 --field colour=", "");
    assert!(world.json("stock --field colour=red", "")["stock"].as_array().unwrap().is_empty());
}

/// What does not fit is refused with what to do.
#[test]
fn refusals_say_what_to_do() {
    let world = with_fields();
    expect_test::expect![[r#"
        $ scantrail serial set SN-1
        ! refused [not-valid] nothing of the unit is to be changed
        !   hint: scantrail serial set SN-1 --field colour=red
        exit 3

        $ scantrail serial set SN-9 --field colour=red
        ! refused [unknown-serial] no unit has the serial SN-9
        !   hint: serials are exact; look at: scantrail stock
        exit 3

        $ scantrail trace
        ! error: name a code, or what to look for with --field KEY=VALUE, and not both
        !   hint: scantrail --help
        exit 2

        $ scantrail trace SN-1 --field colour=red
        ! error: name a code, or what to look for with --field KEY=VALUE, and not both
        !   hint: scantrail --help
        exit 2

        $ scantrail trace --field colour=green
        ! refused [unknown-code] no lot, no serial and no order has these fields
        !   hint: scantrail stock --field KEY=VALUE finds items too
        exit 3

    "#]]
    .assert_eq(&world.transcript(&[
        ("serial set SN-1", ""),
        ("serial set SN-9 --field colour=red", ""),
        ("trace", ""),
        ("trace SN-1 --field colour=red", ""),
        ("trace --field colour=green", ""),
    ]));
}
