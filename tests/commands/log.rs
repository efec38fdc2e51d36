//! `log`: operations, newest last.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text() {
    let mut world = World::stocked();
    world.set_now("2026-11-24T08:15:00+00:00");
    world.ok("transfer --to WH1/A-02 --note 'to the light' --reason tidy", "1\nSN1\n");
    world.ok("undo 9 --reason 'too bright' --operator bea", "");
    expect![[r#"
        $ scantrail log
        OPERATION  WHEN              WHAT       PARTNER  GOODS                 WHO  STATION  REMARK
                5  2026-11-23 10:00  receive    ACME     4 LAPTOP-15, 20 BOLT  ann  dock-1
                6  2026-11-23 10:00  receive    ACME     10 MILK-1L lot B7     ann  dock-1
                7  2026-11-23 10:00  receive    ACME     10 MILK-1L lot B8     ann  dock-1
                8  2026-11-23 10:00  receive    ACME     2 PUMP lot L1         ann  dock-1
                9  2026-11-24 08:15  transfer            1 LAPTOP-15           ann  dock-1   tidy; to the light
               10  2026-11-24 08:15  undo of 9           1 LAPTOP-15           bea  dock-1   too bright
        exit 0

        $ scantrail log --since 2026-11-24 --json
        {"operations":[{"operation":9,"op_id":"<op-id>","kind":"transfer","at":"2026-11-24T08:15:00+00:00","recorded_at":"2026-11-24T08:15:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":"to the light","reason":"tidy","fields":{},"reverses":null,"lines":[{"item":"LAPTOP-15","quantity":"1","lot":null,"expires":null,"best_before":null,"serials":["SN1"],"from":"WH1/A-01","to":"WH1/A-02"}],"already_recorded":false,"files":[]},{"operation":10,"op_id":"<op-id>","kind":"undo","at":"2026-11-24T08:15:00+00:00","recorded_at":"2026-11-24T08:15:00+00:00","operator":"bea","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":"too bright","fields":{},"reverses":9,"lines":[{"item":"LAPTOP-15","quantity":"1","lot":null,"expires":null,"best_before":null,"serials":["SN1"],"from":"WH1/A-02","to":"WH1/A-01"}],"already_recorded":false,"files":[]}]}
        exit 0

    "#]].assert_eq(&world.transcript(&[("log", ""), ("log --since 2026-11-24 --json", "")]));
    expect![[r#"
        $ scantrail log
        no operations yet
        exit 0

        $ scantrail log --json
        {"operations":[]}
        exit 0

    "#]]
    .assert_eq(&World::new().transcript(&[("log", ""), ("log --json", "")]));
}

#[test]
fn filters_by_time_and_count_and_shows_masters_on_request() {
    let mut world = World::stocked();
    world.set_now("2026-11-24T08:15:00+00:00");
    world.ok("transfer --to WH1/A-02", "1\nSN1\n");
    let numbers = |line: &str| -> Vec<i64> {
        let document = world.json(line, "");
        document["operations"].as_array().unwrap().iter().filter_map(|one| one["operation"].as_i64()).collect()
    };
    assert_eq!(numbers("log"), [5, 6, 7, 8, 9]);
    assert_eq!(numbers("log --all"), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(numbers("log --limit 2"), [8, 9]);
    assert_eq!(numbers("log --since 2026-11-24T00:00"), [9]);
    assert_eq!(numbers("log --since 2026-11-24T10:15:00+02:00"), [9]);
    assert_eq!(numbers("log --since 2026-11-25"), [] as [i64; 0]);
    assert_eq!(world.run("log --since yesterday", "").exit, 2);
}

#[test]
fn every_operation_has_the_form_of_its_command() {
    let world = World::stocked();
    let mut done = world.json("sell --to BOB --invoice R-9 --field a=b", "1\nSN1\n");
    // Warnings are about the scans of the moment, and are not recorded.
    assert_eq!(done.as_object_mut().unwrap().remove("warnings"), Some(json!([])));
    let document = world.json("log --limit 1", "");
    assert_eq!(document["operations"], json!([done]));
}
