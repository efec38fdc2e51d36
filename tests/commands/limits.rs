//! How long texts may be and how far times reach: the same on both engines, so that every ledger can be copied; and what is too
//! long is shown short.

use std::ffi::OsString;

use serde_json::json;

use crate::world::World;

fn run(world: &World, words: &[&str]) -> crate::world::Outcome {
    world.run_words(&words.iter().map(OsString::from).collect::<Vec<_>>(), "")
}

/// Texts that no index and no page holds: they do not get smaller when they are compressed.
fn noise(length: usize) -> String {
    let mut seed: u64 = 7;
    let mut letter = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((seed >> 33) % 90).unwrap())
    };
    (0..length).map(|_| letter()).filter(|one| *one != '=').collect()
}

#[test]
fn times_outside_of_the_years_1_to_9999_are_refused() {
    let mut world = World::stocked();
    for time in ["+10000-01-01", "+262142-12-31T10:00", "0000-12-31", "-0001-05-05", "9999-12-31T23:30:00-01:00"] {
        for line in ["transfer --to WH1/A-02", "log"] {
            let flag = if line == "log" { "--since" } else { "--at" };
            let told = world.run(&format!("{line} {flag}={time} --json"), "BOLT\n1\n");
            assert_eq!(told.error_code(2), "usage", "{line} {time}");
        }
    }
    world.ok("transfer --from WH1/A-01 --to WH1/A-02 --at 9999-12-31", "BOLT\n1\n");
    world.ok("transfer --from WH1/A-01 --to WH1/A-02 --at 0001-01-01", "BOLT\n1\n");
    world.set_now("+10000-01-01T00:00:00+00:00");
    assert_eq!(world.run("transfer --to WH1/A-02 --json", "BOLT\n1\n").error_code(2), "usage");
}

#[test]
fn dates_of_goods_outside_of_the_years_1_to_9999_are_refused_wherever_they_come_in() {
    let world = World::stocked();
    for date in ["+10000-01-01", "0000-06-30", "-0001-06-30"] {
        for flag in ["--expires", "--made"] {
            let told =
                world.run(&format!("receive --from ACME --to WH1/A-01 {flag}={date} --json"), "MILK-1L\n1\nB9\n");
            assert_eq!(told.exit, 2, "{flag} {date}: {}", told.stderr);
            let told = world.run(&format!("lot set B7 {flag}={date} --reason typo --json"), "");
            assert_eq!(told.exit, 2, "{flag} {date}: {}", told.stderr);
        }
        assert_eq!(world.run(&format!("hold MILK-1L --received-between={date} 2026-01-01 --reason x"), "").exit, 2);
    }
    // A shelf life that ends after the year 9999.
    world.ok("item set MILK-1L --shelf-life 36500", "");
    let late = world.refused_codes("receive --from ACME --to WH1/A-01 --made 9990-01-01", "MILK-1L\n1\nB9\n");
    assert_eq!(late, ["not-valid"]);
    world.write("items.csv", "sku,name,track,shelf life\nA,One,lot,4000000000\n");
    assert_eq!(world.refused_codes("import items items.csv", ""), ["not-valid"]);
}

#[test]
fn texts_of_every_flag_have_a_limit() {
    let world = World::stocked();
    let (name, remark, field) = (noise(1_100), noise(4_300), noise(2_100));
    let field = format!("colour={field}");
    let field_name = format!("{}=red", "x".repeat(201));
    for flag in [
        ["--op-id", name.as_str()],
        ["--operator", &name],
        ["--station", &name],
        ["--note", &remark],
        ["--reason", &remark],
        ["--field", &field],
        ["--field", &field_name],
    ] {
        let told = run(&world, &[&["item", "set", "BOLT", "--json"], &flag[..]].concat());
        assert_eq!(told.error_code(2), "usage", "{}", flag[0]);
        assert!(told.stderr.contains("bytes long, and at most"), "{}", told.stderr);
    }
    let short = noise(1_950);
    run(&world, &["item", "set", "BOLT", "--field", &format!("colour={short}")]);
    let found = run(&world, &["stock", "--json", "--field", &format!("colour={short}")]).document();
    assert_eq!(found["stock"][0]["item"], json!("BOLT"));
}

#[test]
fn texts_of_master_data_have_a_limit() {
    let world = World::stocked();
    let (name, rule) = (noise(1_100), "S".repeat(4_200));
    let (template, lot) = (format!("{}{{seq:6}}", "S".repeat(1_000)), noise(17_000));
    for words in [
        &["item", "add", "NEW", "--track", "none", "--name", &name][..],
        &["item", "set", "BOLT", "--name", &name],
        &["item", "set", "BOLT", "--unit", &name],
        &["item", "set", "LAPTOP-15", "--serial-pattern", &rule],
        &["item", "set", "LAPTOP-15", "--serial-template", &template],
        &["partner", "add", "NEW", "--kind", "customer", "--name", &name],
        &["setting", "set", "lot-words", &rule],
        &["location", "set", "WH1", "--prefix", &name],
        &["sell", "--to", "BOB", "--invoice", &name, "--item", "BOLT"],
        &["receive", "--from", "ACME", "--to", "WH1/A-01", "--item", "MILK-1L", "--lot", &lot],
    ] {
        let told =
            world.run_words(&[words, &["--json"]].concat().iter().map(OsString::from).collect::<Vec<_>>(), "1\n");
        assert_eq!(told.exit, 3, "{words:?}: {}", told.stderr);
        assert!(told.stdout.len() + told.stderr.len() < 20_000, "{} bytes", told.stdout.len() + told.stderr.len());
    }
}

#[test]
fn what_is_too_long_is_shown_short_with_the_count_of_what_is_left_out() {
    let world = World::new();
    let rows: String = (0..20).map(|row| format!("A{row},{},none\n", "n".repeat(1_000_000))).collect();
    world.write("items.csv", format!("sku,name,track\n{rows}"));
    let told = world.run("import items items.csv --json", "");
    assert_eq!(told.exit, 3);
    assert!(told.stdout.len() + told.stderr.len() < 40_000, "{} bytes", told.stdout.len() + told.stderr.len());
    assert!(told.stderr.contains("characters left out)"), "{}", told.stderr);
    // A cell that is no word of the column.
    let rows: String = (0..20).map(|row| format!("A{row},N,{}\n", "t".repeat(1_000_000))).collect();
    world.write("items.csv", format!("sku,name,track\n{rows}"));
    let told = world.run("import items items.csv", "");
    assert!(told.stderr.len() < 60_000 && told.stderr.contains("characters left out)"), "{} bytes", told.stderr.len());
    // And in tables, where each row would be as wide as the widest.
    let name = "n".repeat(900);
    run(&world, &["item", "add", "LONG", "--track", "none", "--name", &name]);
    let listed = world.ok("item list", "");
    assert!(listed.stdout.len() < 1_000 && listed.stdout.contains("(700 characters left out)"), "{}", listed.stdout);
    assert_eq!(world.json("item show LONG", "")["name"], json!(name));
}
