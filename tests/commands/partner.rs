//! `partner add`, `partner list`.

use expect_test::expect;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::new();
    expect![[r#"
        $ scantrail partner add ACME --kind supplier --name 'Acme Ltd' --op-id one
        Operation 1 (partner-add) is recorded.
        exit 0

        $ scantrail partner add ACME --kind customer --name 'Acme Ltd' --op-id two --json
        {"operation":2,"op_id":"two","kind":"partner-add","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":"ACME","invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[],"already_recorded":false,"files":[],"partner_kind":"customer","warnings":[]}
        exit 0

        $ scantrail partner list
        PARTNER  KIND      NAME
        ACME     supplier  Acme Ltd
        ACME     customer  Acme Ltd
        exit 0

        $ scantrail partner list --json
        {"partners":[{"partner":"ACME","kind":"supplier","name":"Acme Ltd"},{"partner":"ACME","kind":"customer","name":"Acme Ltd"}]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("partner add ACME --kind supplier --name 'Acme Ltd' --op-id one", ""),
        ("partner add ACME --kind customer --name 'Acme Ltd' --op-id two --json", ""),
        ("partner list", ""),
        ("partner list --json", ""),
    ]));
}

#[test]
fn a_partner_is_found_in_any_case_and_by_its_end_of_the_ledger() {
    let world = World::shop();
    for name in ["acme", "ACME", "@supplier/ACME"] {
        let document = world.json(&format!("receive --from {name} --to WH1/A-01"), "BOLT\n1\n");
        assert_eq!(document["partner"], "ACME", "{name}");
    }
    assert_eq!(world.refused_codes("partner add @X --kind supplier --name x", ""), ["not-valid"]);
}
