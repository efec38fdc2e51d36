//! `location add`, `location list`.

use expect_test::expect;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::new();
    expect![[r#"
        $ scantrail location add WH1/A-01 --op-id one
        Operation 1 (location-add) is recorded.
        exit 0

        $ scantrail location add WH1/STAGING --kind staging --op-id two --json
        {"operation":2,"op_id":"two","kind":"location-add","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[],"already_recorded":false,"files":[],"location":"WH1/STAGING","warnings":[]}
        exit 0

        $ scantrail location list
        LOCATION     KIND
        WH1/A-01     storage
        WH1/STAGING  staging
        exit 0

        $ scantrail location list --json
        {"locations":[{"location":"WH1/A-01","kind":"storage"},{"location":"WH1/STAGING","kind":"staging"}],"sites":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("location add WH1/A-01 --op-id one", ""),
        ("location add WH1/STAGING --kind staging --op-id two --json", ""),
        ("location list", ""),
        ("location list --json", ""),
    ]));
}

#[test]
fn the_ends_of_the_ledger_are_not_made_by_hand() {
    let world = World::new();
    for code in ["@scrap", "@supplier/ACME", "/A", "A/", "''"] {
        assert_eq!(world.refused_codes(&format!("location add {code}"), ""), ["not-valid"], "{code}");
    }
    assert_eq!(world.run("location add X --kind customer", "").exit, 2);
    world.ok("location add wh1/a", "");
    assert_eq!(world.refused_codes("location add WH1/A", ""), ["code-taken"]);
}
