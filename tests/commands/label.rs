//! `label`: what is written where. What the labels hold is read back by the tests of the paper.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail label serial SN1 SN2 --out labels.pdf
        Wrote labels.pdf
        exit 0

        $ scantrail label lot B7 --item MILK-1L --out labels.pdf --stock 50x25 --copies 3 --json
        {"files":["labels.pdf"]}
        exit 0

        $ scantrail label serial SN1 SN99 NOPE --out none.pdf
        ! refused [unknown-serial] no unit has the serial SN99
        !   hint: check the spelling; serials and lots are exact
        ! refused [unknown-serial] no unit has the serial NOPE
        !   hint: check the spelling; serials and lots are exact
        ! 2 refusals; nothing was written
        exit 3

        $ scantrail label item BOLT --out none.pdf --symbology ean13
        ! refused [not-valid] BOLT has no GTIN, and this symbology prints one
        !   hint: scantrail item set BOLT --gtin GTIN, or --symbology code128
        exit 3

    "#]]
    .assert_eq(&world.transcript(&[
        ("label serial SN1 SN2 --out labels.pdf", ""),
        ("label lot B7 --item MILK-1L --out labels.pdf --stock 50x25 --copies 3 --json", ""),
        ("label serial SN1 SN99 NOPE --out none.pdf", ""),
        ("label item BOLT --out none.pdf --symbology ean13", ""),
    ]));
    assert!(!world.path("none.pdf").exists());
}

#[test]
fn every_kind_and_every_paper() {
    let world = World::stocked();
    for kind in [
        "serial SN1",
        "lot B7",
        "batch B7",
        "item BOLT LAP15",
        "location WH1/A-01 VAN-1",
        "order SO-2001",
        "partner ACME @customer/BOB",
        "commands",
    ] {
        for stock in ["L7160", "5160", "50x25"] {
            let document = world.json(&format!("label {kind} --out out.pdf --stock {stock}"), "");
            assert_eq!(document["files"], json!(["out.pdf"]), "{kind}");
            assert!(std::fs::read(world.path("out.pdf")).unwrap().starts_with(b"%PDF-"), "{kind}");
        }
    }
    for symbology in ["code128", "gs1-128", "ean13"] {
        world.ok(&format!("label item MILK-1L --out out.pdf --symbology {symbology}"), "");
    }
    world.ok("label serial P1 --out out.pdf --symbology gs1-128 --start 21 --copies 30", "");
}

#[test]
fn an_existing_file_is_replaced_and_the_same_input_gives_the_same_bytes() {
    let world = World::stocked();
    world.write("out.pdf", "something else");
    world.ok("label serial SN1 --out out.pdf", "");
    let first = std::fs::read(world.path("out.pdf")).unwrap();
    world.ok("label serial SN1 --out out.pdf", "");
    assert_eq!(std::fs::read(world.path("out.pdf")).unwrap(), first);
    let names: Vec<_> = std::fs::read_dir(world.folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .collect();
    assert!(
        names.iter().all(|name| name.starts_with("scantrail.db") || name == "out.pdf"),
        "nothing is left behind: {names:?}"
    );
}

#[test]
fn wrong_words_are_told_before_anything_is_written() {
    let world = World::stocked();
    for line in [
        "label serial --out x.pdf",
        "label serial SN1",
        "label thing SN1 --out x.pdf",
        "label serial SN1 --out x.pdf --stock A4",
        "label serial SN1 --out x.pdf --start 0",
        "label serial SN1 --out x.pdf --start 22",
        "label serial SN1 --out x.pdf --copies 0",
        "label serial SN1 --out x.pdf --symbology qr9",
    ] {
        assert_eq!(world.run(&format!("{line} --json"), "").error_code(2), "usage", "{line}");
    }
    assert_eq!(world.refused_codes("label item BOLT --out x.pdf --symbology gs1-128", ""), ["not-valid"]);
    assert_eq!(world.run("label serial SN1 --out missing/folder/x.pdf --json", "").error_code(1), "file");
    assert_eq!(world.run("label serial SN1 --out . --json", "").error_code(1), "file");
    assert!(!world.path("x.pdf").exists());
    let dry = world.json("label serial SN1 --out x.pdf --dry-run", "");
    assert_eq!(dry["files"], json!([]));
    assert!(!world.path("x.pdf").exists());
}
