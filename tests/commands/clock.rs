//! Clocks that go back are told, and the operations that they stamp are marked.

use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

fn warnings(document: &Value) -> Vec<&str> {
    document["warnings"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect()
}

#[test]
fn a_clock_that_goes_back_is_told_and_marked() {
    let mut world = World::stocked();
    world.set_now("2026-11-23T09:56:00+00:00");
    let document = world.json(RECEIVE, "BOLT\n1\n");
    assert!(warnings(&document).is_empty(), "the clocks of two stations differ a little: {document}");
    let before = document["operation"].as_i64().unwrap();

    world.set_now("2016-11-23T10:00:00+00:00");
    // Whichever station it is, and whatever it does.
    for (line, scans) in [
        (RECEIVE.to_owned(), "BOLT\n1\n"),
        (format!("{RECEIVE} --station dock-9"), "BOLT\n1\n"),
        ("undo 5 --reason wrong".to_owned(), ""),
        ("location add NEW".to_owned(), ""),
    ] {
        let dry = world.json(&format!("{line} --dry-run"), scans);
        let document = world.json(&line, scans);
        for document in [dry, document.clone()] {
            assert_eq!(warnings(&document), ["clock-went-back"], "{line}");
            let mark = json!({ "operation": before, "recorded_at": "2026-11-23T09:56:00+00:00" });
            assert_eq!(document["clock_went_back"], mark, "{line}");
        }
        let number = document["operation"].as_i64().unwrap();
        let log = world.json("log --all", "");
        let logged = log["operations"].as_array().unwrap().iter().find(|one| one["operation"] == number).unwrap();
        assert_eq!(logged["clock_went_back"]["operation"], before, "{line}: it is kept with the operation");
    }
    let outcome = world.ok(RECEIVE, "BOLT\n1\n");
    let told = format!(
        "warning [clock-went-back] the clock of this station shows 2016-11-23T10:00:00+00:00, and operation {before} was \
         recorded at 2026-11-23T09:56:00+00:00 already"
    );
    assert!(outcome.stderr.contains(&told), "{outcome}");
    assert!(world.ok("log", "").stdout.contains("the clock went back"));
}

#[test]
fn after_a_clock_far_ahead_the_operation_with_the_later_time_is_named() {
    let mut world = World::stocked();
    world.set_now("2036-01-01T00:00:00+00:00");
    let ahead = world.json(RECEIVE, "BOLT\n1\n");
    assert!(warnings(&ahead).is_empty(), "{ahead}");
    world.set_now("2026-11-23T10:01:00+00:00");
    for station in ["dock-1", "dock-1", "dock-2", "dock-2", "dock-1"] {
        let document = world.json(&format!("{RECEIVE} --station {station}"), "BOLT\n1\n");
        let mark = json!({ "operation": ahead["operation"], "recorded_at": "2036-01-01T00:00:00+00:00" });
        assert_eq!(document["clock_went_back"], mark, "{station}");
    }
    world.set_now("2036-01-01T00:00:00+00:00");
    assert!(warnings(&world.json(RECEIVE, "BOLT\n1\n")).is_empty());
}
