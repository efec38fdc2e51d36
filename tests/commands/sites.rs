//! Several sites: prefixes and sequences of their own, and transfers between them that take time.

use expect_test::expect;
use scantrail::model::OperationNumber;
use scantrail::ops::slip_content;
use scantrail::store::{Address, Options, Store};
use serde_json::{Value, json};

use crate::world::World;

/// Two bakeries: flour by lot and trays by serial at the first.
fn bakeries() -> World {
    let world = World::shop();
    world.ok("location add EAST/A-01", "");
    world.ok("location add EAST/A-02", "");
    world.ok("location set WH1 --prefix W", "");
    world.ok("location set EAST --prefix E --lot-template '{site}{yyjjj}{seq:2}'", "");
    world.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n3\nSN1\nSN2\nSN3\nMILK-1L\n10\nB7\nBOLT\n20\n");
    world
}

fn rows(value: &Value) -> Vec<String> {
    let text = |row: &Value| {
        ["quantity", "item", "lot", "serial"].map(|key| row[key].as_str().unwrap_or("-").to_owned()).join(" ")
    };
    value.as_array().unwrap().iter().map(text).collect()
}

#[test]
fn goods_between_sites_are_in_transit_until_they_are_received_by_scan() {
    let world = bakeries();
    let sent =
        world.json("transfer --to EAST/A-01 --slip slip.pdf", "LAPTOP-15\n2\nSN1\nSN2\nMILK-1L\n6\nB7\nBOLT\n5\n");
    assert_eq!((&sent["sent_to"], &sent["lines"][0]["to"]), (&json!("EAST/A-01"), &json!("TRANSIT/WH1-EAST")));
    assert!(world.path("slip.pdf").exists());
    let number = sent["operation"].as_i64().unwrap();
    let now = world.json("trace SN1", "")["now"][0].clone();
    assert_eq!((&now["state"], &now["location"]), (&json!("in-transit"), &json!("TRANSIT/WH1-EAST")));
    // Nothing under way is sold or allocated.
    assert_eq!(world.refused_codes("sell --to BOB", "1\nSN1\n"), ["place-not-pickable"]);
    // On the other side one laptop and a bolt are missing, and one laptop came along by mistake.
    let outcome =
        world.ok(&format!("transfer --arrived {number} --json"), "LAPTOP-15\n2\nSN1\nSN3\nMILK-1L\n6\nB7\nBOLT\n4\n");
    let arrived = outcome.document();
    assert_eq!(rows(&arrived["short"]), ["1 BOLT - -", "1 LAPTOP-15 - SN2"]);
    assert_eq!(rows(&arrived["extra"]), ["1 LAPTOP-15 - SN3"]);
    assert!(outcome.stderr.contains("short: 1 of LAPTOP-15 SN2 did not arrive"), "{outcome}");
    assert!(outcome.stderr.contains("extra: 1 of LAPTOP-15 SN3 came besides"), "{outcome}");
    assert_eq!(world.stock("LAPTOP-15"), ["EAST/A-01 SN1 1", "EAST/A-01 SN3 1", "TRANSIT/WH1-EAST SN2 1"]);
    assert_eq!(world.stock("BOLT"), ["EAST/A-01 4", "TRANSIT/WH1-EAST 1", "WH1/A-01 15"]);
    // The rest comes the next day, put away elsewhere.
    let rest = world.json(&format!("transfer --arrived {number} --to EAST/A-02"), "LAPTOP-15\n1\nSN2\nBOLT\n1\n");
    assert_eq!((rows(&rest["short"]), rows(&rest["extra"])), (vec![], vec![]));
    assert_eq!(world.stock("BOLT"), ["EAST/A-01 4", "EAST/A-02 1", "WH1/A-01 15"]);
}

/// The paper that goes along says from where to where, and under which number it is received.
#[test]
fn the_slip_names_both_sites_and_the_number_of_the_transfer() {
    let world = bakeries();
    let sent = world.json("transfer --to EAST/A-01", "BOLT\n5\n")["operation"].as_i64().unwrap();
    let address = world.folder().join(world.address());
    let address = if world.address().contains("://") { world.address().into() } else { address.into_os_string() };
    let address = Address::parse(&address, &|_| None).unwrap();
    let store = Store::open(
        &address,
        &Options { allow_network_file_system: true, seed: 1, now: chrono::DateTime::default(), tell: |_| {} },
    )
    .unwrap();
    let slip = store.read(|view| {
        let operation = view.operation(OperationNumber(sent))?.unwrap();
        slip_content(view, &operation, false)
    });
    let slip = slip.unwrap();
    let field = |name: &str| slip.fields.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
    assert_eq!((field("From"), field("To")), (Some("WH1"), Some("EAST/A-01")));
    assert_eq!((slip.heading.as_str(), slip.number_of.as_str()), ("Transfer slip", "Operation"));
    assert_eq!(slip.number, sent.to_string());
}

#[test]
fn more_of_a_lot_than_was_sent_is_taken_from_where_it_was_sent() {
    let world = bakeries();
    let number = world.json("transfer --to EAST/A-01", "MILK-1L\n6\nB7\n")["operation"].clone();
    let arrived = world.json(&format!("transfer --arrived {number}"), "MILK-1L\n8\nB7\n");
    assert_eq!(rows(&arrived["extra"]), ["2 MILK-1L B7 -"]);
    assert_eq!(world.stock("MILK-1L"), ["EAST/A-01 B7 8", "WH1/A-01 B7 2"]);
    assert_eq!(world.refused_codes(&format!("transfer --arrived {number}"), "MILK-1L\n3\nB7\n"), ["not-enough-stock"]);
}

#[test]
fn an_arrival_is_undone_and_then_it_is_open_again() {
    let world = bakeries();
    let sent = world.json("transfer --to EAST/A-01", "BOLT\n5\n")["operation"].clone();
    let line = format!("transfer --arrived {sent}");
    let arrived = world.json(&line, "BOLT\n5\n")["operation"].clone();
    assert_eq!(world.refused_codes(&format!("undo {sent} --reason wrong"), ""), ["has-dependants"]);
    world.ok(&format!("undo {arrived} --reason wrong"), "");
    let again = world.json(&line, "BOLT\n4\n");
    assert_eq!(rows(&again["short"]), ["1 BOLT - -"]);
    // So is a transfer whose undo was undone.
    world.ok(&format!("undo {} --reason wrong", again["operation"]), "");
    let undone = world.json(&format!("undo {sent} --reason wrong"), "")["operation"].clone();
    assert_eq!(world.refused_codes(&line, "BOLT\n5\n"), ["unknown-operation"]);
    world.ok(&format!("undo {undone} --reason 'sent after all'"), "");
    assert!(rows(&world.json(&line, "BOLT\n5\n")["short"]).is_empty());
}

#[test]
fn within_a_site_or_without_sites_goods_are_there_at_once() {
    let world = bakeries();
    world.ok("transfer --to WH1/A-02", "BOLT\n5\n");
    world.ok("transfer --direct --to EAST/A-01 --from WH1/A-02", "BOLT\n5\n");
    assert_eq!(world.stock("BOLT"), ["EAST/A-01 5", "WH1/A-01 15"]);
    world.ok("location add NORTH", "");
    world.ok("transfer --from WH1/A-01 --to NORTH", "BOLT\n5\n");
    assert_eq!(world.stock("BOLT"), ["EAST/A-01 5", "NORTH 5", "WH1/A-01 10"]);
    // A van of one's own.
    let sent = world.json("transfer --from WH1/A-01 --to EAST/A-01 --via VAN-1", "BOLT\n2\n");
    assert_eq!(sent["lines"][0]["to"], "VAN-1");
    assert_eq!(
        world.refused_codes("transfer --from WH1/A-01 --to EAST/A-01 --via WH1/A-02", "BOLT\n2\n"),
        ["place-does-not-fit"]
    );
}

#[test]
fn each_site_makes_numbers_of_its_own() {
    let world = bakeries();
    let lot = |line: &str| world.json(line, "5\n")["lines"][0]["lot"].as_str().unwrap().to_owned();
    let line = "receive --from ACME --item MILK-1L --new-lot";
    assert_eq!(lot(&format!("{line} --to EAST/A-02")), "E2632701");
    assert_eq!(lot(&format!("{line} --to EAST/A-01")), "E2632702");
    let template = "--lot-template '{site}-{seq}'";
    assert_eq!(lot(&format!("{line} --to WH1/A-01 {template}")), "W-1");
    assert_eq!(lot(&format!("{line} --to EAST/A-01 {template}")), "E-1");
    assert_eq!(lot(&format!("{line} --to WH1/A-02 {template}")), "W-2");
    assert_eq!(world.refused_codes(&format!("{line} --to WH1/A-01"), "5\n"), ["not-valid"]);
}

#[test]
fn sites_are_shown_and_what_is_none_is_refused() {
    let world = bakeries();
    expect![[r#"
        $ scantrail location list
        LOCATION     KIND
        EAST/A-01    storage
        EAST/A-02    storage
        VAN-1        transit
        WH1/A-01     storage
        WH1/A-02     storage
        WH1/QUAR     quarantine
        WH1/STAGING  staging

        SITE  PREFIX  LOTS
        EAST  E       {site}{yyjjj}{seq:2}
        WH1   W
        exit 0

        $ scantrail location set WH1/A-01
        ! refused [not-valid] WH1/A-01 is a place within WH1, and a site is a root of places
        !   hint: scantrail location set WH1
        exit 3

        $ scantrail location set SOUTH
        ! refused [unknown-location] no place begins with SOUTH
        !   hint: make one first: scantrail location add SOUTH/A-01
        exit 3

        $ scantrail location set EAST --lot-template X
        ! refused [not-valid] the lot template X is none: it has no {seq}, so all of its numbers would be the same
        !   hint: docs/numbers.md lists the fields; such as S{yy}{seq:6}
        exit 3

        $ scantrail transfer --arrived 1
        < BOLT\x0A1\x0A
        ! refused [unknown-operation] operation 1 is no transfer to another site
        !   hint: its number stands on the slip; scantrail log
        exit 3

    "#]]
    .assert_eq(&world.transcript(&[
        ("location list", ""),
        ("location set WH1/A-01", ""),
        ("location set SOUTH", ""),
        ("location set EAST --lot-template X", ""),
        ("transfer --arrived 1", "BOLT\n1\n"),
    ]));
    let sites = world.json("location list", "")["sites"].clone();
    assert_eq!(sites[0]["prefix"], "E");
    world.ok("location set EAST --prefix '' --lot-template ''", "");
    let sites = world.json("location list", "")["sites"].clone();
    assert_eq!((&sites[0]["prefix"], &sites[0]["lot_template"]), (&json!("EAST"), &Value::Null));
}
