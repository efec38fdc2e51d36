//! `import`: masters and orders from CSV, all or nothing.

use expect_test::expect;
use serde_json::json;

use crate::world::World;

#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::new();
    world.write("items.csv", "sku,name,track\nA,One,none\nB,Two,lot\n");
    world.write(
        "bad.csv",
        "sku,name,track,gtin\nC,Three,none,\nA,Again,none,\nD,,none,\nE,Five,maybe,\nF,Six,none,4006381333932\n",
    );
    expect![[r#"
        $ scantrail import items items.csv --op-id one
        Operation 1 (import) is recorded.
        Imported items: 2 rows
        exit 0

        $ scantrail import items bad.csv
        ! refused [code-taken] line 3, scan A,Again,none,: the code A is the one of item A
        !   hint: take another code; items, barcodes and places share one namespace
        ! refused [not-valid] line 4, scan D,,none,: D has no name
        !   hint: say what people call it
        ! refused [not-valid] line 5, scan E,Five,maybe,: items are not tracked by maybe
        !   hint: one of none, lot, serial, lot+serial
        ! refused [not-valid] line 6, scan F,Six,none,4006381333932: 4006381333932 has check digit 2, it should be 1
        !   hint: look at the digits under the barcode again
        ! 4 refusals; nothing was written
        exit 3

        $ scantrail import items items.csv --op-id one --json
        {"operation":1,"op_id":"one","kind":"import","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":null,"fields":{},"reverses":null,"lines":[],"already_recorded":true,"files":[],"imported":"items","rows":2,"warnings":[]}
        exit 0

    "#]].assert_eq(&world.transcript(&[
        ("import items items.csv --op-id one", ""),
        ("import items bad.csv", ""),
        ("import items items.csv --op-id one --json", ""),
    ]));
}

#[test]
fn every_bad_row_is_named_with_its_line_and_none_is_taken() {
    let world = World::shop();
    world.write("items.csv", "sku;name;track;scale\r\nNEW;New;none;\r\nBOLT;Again;none;\r\n;Nothing;none;\r\nX;X;serial;2\r\nNEW;Twice;none;\r\nY;Y;none;many\r\n");
    assert_eq!(
        world.refused("import items items.csv", ""),
        [
            "3 BOLT,Again,none, code-taken",
            "4 ,Nothing,none, not-valid",
            "5 X,X,serial,2 not-valid",
            "6 NEW,Twice,none, code-taken",
            "7 Y,Y,none,many not-valid",
        ]
    );
    assert_eq!(world.refused_codes("item show NEW", ""), ["unknown-item"]);
    // Blank lines and line ends inside of quotes count; LF, CRLF and CR are line ends.
    for end in ["\n", "\r\n", "\r"] {
        let text = "sku,name,track\n\nN1,New,none\nN2,\"two\nlines\",none\nBOLT,Again,none\n\n\nCABLE,Again,none"
            .replace('\n', end);
        world.write("items.csv", text.as_str());
        let found = world.refused("import items items.csv", "");
        let lines: Vec<&str> = found.iter().filter_map(|one| one.split(' ').next()).collect();
        assert_eq!(lines, ["4", "6", "9"], "{text:?}");
    }
}

#[test]
fn orders_are_gathered_from_their_rows_and_every_bad_one_is_named() {
    let world = World::shop();
    world.write("orders.csv", "order\tkind\tcustomer\titem\tqty\nSO-7\tsales\tBOB\tBOLT\t3\nso-7\tsales\tBOB\tMILK-1L\t2\nSO-8\tsales\tCAROL\tBOLT\t1\n");
    world.ok("import orders orders.csv", "");
    let order = world.json("order show SO-7", "");
    assert_eq!((&order["lines"][0]["item"], &order["lines"][1]["ordered"]), (&json!("BOLT"), &json!("2")));
    world.write(
        "bad.csv",
        "code,kind,partner,item,quantity\nS1,sales,BOB,NOPE,1\nS1,sales,BOB,BOLT,0\nS2,sales,NOBODY,BOLT,1\nS3,sale,BOB,BOLT,1\nSO-7,sales,BOB,BOLT,1\nS4,sales,BOB,BOLT,1\nS4,sales,CAROL,BOLT,1\n",
    );
    assert_eq!(
        world.refused_codes("import orders bad.csv", ""),
        ["unknown-item", "quantity-not-positive", "unknown-partner", "not-valid", "code-taken", "not-valid"]
    );
}

#[test]
fn broken_files_are_named_for_what_they_are() {
    let world = World::shop();
    for (text, expected) in [
        (&b""[..], &["not-valid"][..]),
        (b"sku,name,track\n", &["not-valid"]),
        (b"sku,name\nA,B\n", &["not-valid"]),
        (b"sku,name,track,colour\nA,B,none,red\n", &["not-valid"]),
        (b"sku,name,track\nA,B\n", &["not-valid"]),
        (b"sku,name,track\nA,B\xFF,none\n", &["not-valid"]),
        (b"sku,name,track\nA\x00,B,none\n", &["not-valid"]),
        (b"sku,name,track\nA,\x1b[31mB,none\n", &["not-valid"]),
        (b"\x00\x01\x02\xFF\xFE", &["not-valid"]),
    ] {
        world.write("bad.csv", text);
        let found = world.refused_codes("import items bad.csv", "");
        assert!(!found.is_empty() && found.iter().all(|code| expected.contains(&code.as_str())), "{text:?}: {found:?}");
    }
    assert_eq!(world.run("import items missing.csv --json", "").error_code(1), "file");
    assert_eq!(world.run("import items . --json", "").error_code(1), "file");
    assert_eq!(world.run("import things bad.csv", "").exit, 2);
}

#[test]
fn a_byte_order_mark_quotes_and_line_breaks_in_cells_are_understood() {
    let world = World::new();
    world.write(
        "items.csv",
        "\u{feff}SKU,Description,Tracked by,Barcodes\r\n\"A,1\",\"Name, \"\"quoted\"\"\",Batch,X1 X2\r\n",
    );
    world.ok("import items items.csv", "");
    let item = world.json("item show X2", "");
    assert_eq!(
        (&item["item"], &item["name"], &item["track"]),
        (&json!("A,1"), &json!("Name, \"quoted\""), &json!("lot"))
    );
}

#[test]
fn a_dry_run_names_the_same_and_takes_nothing() {
    let world = World::new();
    world.write("items.csv", "sku,name,track\nA,One,none\n");
    let document = world.json("import items items.csv --dry-run", "");
    assert_eq!((&document["operation"], &document["rows"]), (&json!(null), &json!(1)));
    assert_eq!(world.refused_codes("item show A", ""), ["unknown-item"]);
    let document = world.json("import items items.csv", "");
    assert_eq!((&document["operation"], &document["kind"]), (&json!(1), &json!("import")));
}

/// The rules of items are columns too, and a word that says neither yes nor no is refused.
#[test]
fn rules_of_items_are_imported() {
    let world = World::new();
    world.write(
        "items.csv",
        "sku;name;track;pack;shelf_life;picking;require_certificate;lot_template;measure;scale\n\
         MILK;Milk;lot;CASE-12=12;14;fifo;yes;L{seq:3};;\n\
         SLATE;Slate;serial;;;;no;;sqft;2\n",
    );
    world.ok("import items items.csv", "");
    let milk = world.json("item show MILK", "");
    assert_eq!(
        (&milk["packs"][0]["quantity"], &milk["rules"]["shelf_life_days"]),
        (&json!("12"), &json!(14)),
        "{milk}"
    );
    assert_eq!((&milk["rules"]["picking"], &milk["rules"]["requires_certificate"]), (&json!("fifo"), &json!(true)));
    assert_eq!(world.json("item show SLATE", "")["rules"]["is_measured"], true);
    world.write("bad.csv", "sku,name,track,require certificate\nA,One,lot,maybe\n");
    assert_eq!(world.refused_codes("import items bad.csv", ""), ["not-valid"]);
    world.write("unknown.csv", "sku,name,track,colour\nA,One,lot,red\n");
    assert_eq!(world.refused_codes("import items unknown.csv", ""), ["not-valid"]);
}
