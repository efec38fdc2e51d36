//! What holds for every command: the flags of all, op ids, dry runs, exit codes.

use expect_test::expect;
use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// One of every kind of command that records, each possible in the stocked shop.
pub const WRITING: &[(&str, &str)] = &[
    ("receive --from ACME --to WH1/A-01", "LAPTOP-15\n1\nNEW\n"),
    ("transfer --to WH1/A-02", "1\nSN1\n"),
    ("allocate SO-2001", ""),
    ("pick --so SO-2001", "1\nSN1\n"),
    ("sell --to BOB", "1\nSN1\n"),
    ("return --to-supplier ACME", "1\nSN1\n"),
    ("undo 8 --reason wrong", ""),
    ("item add NEW --name New --track none", ""),
    ("item set BOLT --name New", ""),
    ("location add NEW", ""),
    ("partner add NEW --kind customer --name New", ""),
    ("order add NEW --kind sales --partner BOB --line BOLT=1", ""),
    ("import locations places.csv", ""),
];

fn shop() -> World {
    let world = World::stocked();
    world.write("places.csv", "code\nFROM-FILE\n");
    world
}

/// A document without what may differ between a dry run, the first run and a repetition.
fn content(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(map) = document.as_object_mut() {
        map.retain(|key, _| {
            !["operation", "op_id", "already_recorded", "files", "recorded_at"].contains(&key.as_str())
        });
    }
    document
}

#[test]
fn a_dry_run_answers_the_same_and_writes_nothing() {
    for (line, scans) in WRITING {
        let world = shop();
        let before = world.state();
        let dry = world.json(&format!("{line} --dry-run --op-id x"), scans);
        assert_eq!(dry["operation"], json!(null), "{line}");
        assert_eq!(world.state(), before, "{line}");
        // The op id is not used up, and the same happens.
        let done = world.json(&format!("{line} --op-id x"), scans);
        assert!(done["operation"].is_i64(), "{line}");
        assert_eq!((&done["op_id"], &done["already_recorded"]), (&json!("x"), &json!(false)), "{line}");
        assert_eq!(content(&dry), content(&done), "{line}");
    }
    let world = World::stocked();
    let dry = world.refused(&format!("{RECEIVE} --dry-run"), "LAPTOP-15\n1\nSN1\nNOPE\n");
    assert_eq!(dry, world.refused(RECEIVE, "LAPTOP-15\n1\nSN1\nNOPE\n"), "a dry run refuses the same");
}

#[test]
fn the_same_op_id_with_the_same_content_gives_the_first_result_again() {
    for (line, scans) in WRITING {
        let mut world = shop();
        let first = world.json(&format!("{line} --op-id x"), scans);
        let state = world.state();
        world.set_now("2026-11-25T12:00:00+00:00");
        // The rules would refuse it now (the unit is there, the name is taken, …), but the op id is looked up before.
        let again = world.json(&format!("{line} --op-id x --quiet"), scans);
        assert_eq!(again["already_recorded"], true, "{line}");
        let mut expected = first.clone();
        expected["already_recorded"] = true.into();
        assert_eq!(again, expected, "{line}");
        assert_eq!(world.state(), state, "{line}");
        let text = world.ok(&format!("{line} --op-id x"), scans);
        assert!(text.stdout.contains("was recorded before"), "{text}");
        // Other content.
        assert_eq!(world.refused(&format!("{line} --op-id x --note other"), scans), ["- - op-id-reused"], "{line}");
    }
}

#[test]
fn what_is_content_and_what_is_not() {
    let world = shop();
    let line = format!("{RECEIVE} --op-id x");
    world.ok(&line, "LAPTOP-15\n2\nA\nB\n");
    // The same scans, as another scanner ends them; other outputs; another station and operator; elsewhere on the line.
    for (same, scans) in [
        (format!("{line} --labels new.pdf"), "LAPTOP-15\r\n2\r\nA\r\nB"),
        (format!("{line} --operator bea --station dock-2"), "LAPTOP-15\t2\tA\tB\n\n"),
        (format!("--op-id x --json {RECEIVE}"), "LAPTOP-15\n2\nA\nB\n"),
    ] {
        let again = world.json(&same.replace(" --json", ""), scans);
        assert_eq!(again["already_recorded"], true, "{same}");
        assert_eq!((&again["operator"], &again["station"]), (&json!("ann"), &json!("dock-1")), "{same}");
    }
    assert!(world.path("new.pdf").exists(), "output files are written again");
    for (other, scans) in [
        (line.clone(), "LAPTOP-15\n2\nA\nC\n"),
        (line.clone(), "LAPTOP-15\n2\nB\nA\n"),
        (format!("{line} --at 2026-11-23T10:00:00+00:00"), "LAPTOP-15\n2\nA\nB\n"),
        (format!("{line} --reason x"), "LAPTOP-15\n2\nA\nB\n"),
        (format!("{line} --field a=b"), "LAPTOP-15\n2\nA\nB\n"),
        (format!("{line} --invoice 1"), "LAPTOP-15\n2\nA\nB\n"),
        ("receive --from ACME --to WH1/A-02 --op-id x".to_owned(), "LAPTOP-15\n2\nA\nB\n"),
        ("transfer --to WH1/A-02 --op-id x".to_owned(), "LAPTOP-15\n2\nA\nB\n"),
    ] {
        assert_eq!(world.refused(&other, scans), ["- - op-id-reused"], "{other}");
    }
}

#[test]
fn a_refusal_does_not_use_the_op_id_up() {
    let world = World::stocked();
    assert_eq!(
        world.refused_codes(&format!("{RECEIVE} --op-id x"), "LAPTOP-15\n1\nSN1\n"),
        ["serial-already-in-stock"]
    );
    let done = world.json(&format!("{RECEIVE} --op-id x"), "LAPTOP-15\n1\nSN9\n");
    assert_eq!(done["already_recorded"], false);
}

#[test]
fn a_dry_run_of_what_is_recorded_already_writes_no_file() {
    let world = World::stocked();
    world.ok(&format!("{RECEIVE} --op-id x"), "LAPTOP-15\n1\nSN9\n");
    let dry = world.json(&format!("{RECEIVE} --op-id x --labels dry.pdf --dry-run"), "LAPTOP-15\n1\nSN9\n");
    assert!(!world.path("dry.pdf").exists());
    assert_eq!((&dry["operation"], &dry["already_recorded"]), (&json!(null), &json!(true)));
}

#[test]
fn a_made_up_op_id_is_another_each_time() {
    let world = World::stocked();
    let one = world.json(RECEIVE, "BOLT\n1\n");
    let two = world.json(RECEIVE, "BOLT\n1\n");
    assert_ne!(one["op_id"], two["op_id"]);
    assert_ne!(one["operation"], two["operation"]);
    assert_eq!(world.run(&format!("{RECEIVE} --op-id ' '"), "BOLT\n1\n").exit, 2);
}

#[test]
fn flags_stand_before_or_after_and_are_kept_on_the_operation() {
    let world = World::stocked();
    let line = "--note 'a box' --reason why --field truck=7 --field 'by=Mr. X' --at 2026-11-20T08:30 --json";
    let before = world.ok(&format!("{line} {RECEIVE}"), "BOLT\n1\n").document();
    let after = world.ok(&format!("{RECEIVE} {line}"), "BOLT\n1\n").document();
    assert_eq!(content(&before), content(&after));
    for (key, value) in [
        ("note", json!("a box")),
        ("reason", json!("why")),
        ("fields", json!({"by": "Mr. X", "truck": "7"})),
        ("at", json!("2026-11-20T08:30:00+00:00")),
        ("recorded_at", json!("2026-11-23T10:00:00+00:00")),
        ("operator", json!("ann")),
        ("station", json!("dock-1")),
    ] {
        assert_eq!(after[key], value, "{key}");
    }
    for wrong in ["--field nothing", "--field a=1 --field a=2", "--field =x", "--at yesterday", "--at 2026-13-01"] {
        assert_eq!(world.run(&format!("{RECEIVE} {wrong} --json"), "BOLT\n1\n").error_code(2), "usage", "{wrong}");
    }
}

#[test]
fn times_are_understood_in_several_forms() {
    let mut world = World::stocked();
    world.set_now("2026-11-23T10:00:00+01:00");
    for (at, expected) in [
        ("2026-11-20", "2026-11-20T00:00:00+01:00"),
        ("2026-11-20T08:30", "2026-11-20T08:30:00+01:00"),
        ("'2026-11-20 08:30:15'", "2026-11-20T08:30:15+01:00"),
        ("2026-11-20T08:30:00Z", "2026-11-20T08:30:00+00:00"),
        ("2026-11-20T08:30:00-05:00", "2026-11-20T08:30:00-05:00"),
    ] {
        let document = world.json(&format!("{RECEIVE} --at {at}"), "BOLT\n1\n");
        assert_eq!(document["at"], expected, "{at}");
        assert_eq!(document["recorded_at"], "2026-11-23T10:00:00+01:00");
    }
}

#[test]
fn quiet_says_less_but_still_refuses() {
    let world = World::stocked();
    world.ok("order add SO-9 --kind sales --partner BOB --line TABLET=1", "");
    assert_eq!(world.ok("allocate SO-9 --quiet", "").stderr, "");
    assert_ne!(world.ok("allocate SO-9", "").stderr, "");
    assert!(world.run(&format!("{RECEIVE} -q"), "NOPE\n").stderr.contains("unknown-item"));
}

#[test]
fn a_wrong_command_line_says_what_is_right() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail recieve --po PO-1001
        ! error: unrecognized subcommand 'recieve'
        !
        !   tip: some similar subcommands exist: 'release', 'receive'
        !
        ! Usage: scantrail [OPTIONS] <COMMAND>
        !
        ! For more information, try '--help'.
        exit 2

        $ scantrail receive
        ! error: the following required arguments were not provided:
        !   <--po <CODE>|--from <SUPPLIER>>
        !
        ! Usage: scantrail receive <--po <CODE>|--from <SUPPLIER>>
        !
        ! For more information, try '--help'.
        exit 2

        $ scantrail sell --to BOB --picked --json
        {"error":{"code":"usage","message":"the following required arguments were not provided:\n  --so <CODE>\n\nUsage: scantrail sell --picked --json <--so <CODE>|--to <CUSTOMER>>\n\nFor more information, try '--help'.","hint":"scantrail --help"}}
        ! error: the following required arguments were not provided:
        !   --so <CODE>
        !
        ! Usage: scantrail sell --picked --json <--so <CODE>|--to <CUSTOMER>>
        !
        ! For more information, try '--help'.
        exit 2

        $ scantrail receive --from ACME --expires tomorrow
        ! error: invalid value 'tomorrow' for '--expires <DATE>': write a date as 2026-11-23
        !
        ! For more information, try '--help'.
        exit 2

    "#]].assert_eq(&world.transcript(&[
        ("recieve --po PO-1001", ""),
        ("receive", ""),
        ("sell --to BOB --picked --json", ""),
        ("receive --from ACME --expires tomorrow", ""),
    ]));
    assert_eq!(world.run("", "").exit, 2);
    assert_eq!(world.ok("--help", "").stderr, "");
    assert!(world.ok("--version", "").stdout.starts_with("scantrail "));
    for command in ["receive", "item add", "trace", "label", "undo"] {
        assert!(world.ok(&format!("{command} --help"), "").stdout.contains("Example"), "{command}");
    }
}

#[test]
fn several_refusals_are_told_to_people_one_by_one() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail receive --from ACME --to WH1/A-01
        < NOPE\x0A3\x0AA\x0ALAPTOP-15\x0A2\x0ASN1\x0A\x1B[2J\x0AMILK-1L\x0A5\x0A
        ! refused [unknown-item] line 1, scan NOPE: no item has the code NOPE (2 scans after it were passed over)
        !   hint: scantrail item list, or make it: scantrail item add
        ! refused [serial-already-in-stock] line 6, scan SN1: LAPTOP-15 SN1 is in stock at WH1/A-01
        !   hint: scantrail trace SN1 --item LAPTOP-15
        ! refused [scan-not-readable] line 7, scan \x1B[2J: character 1 of the scan is the control character \x1B
        !   hint: scan it again, and look at the label
        ! refused [batch-incomplete] the lot of MILK-1L is missing
        !   hint: scan what is missing, then send the whole batch again
        ! 4 refusals; nothing was written
        exit 3

        $ scantrail receive --from ACME --to WH1/A-01 --json
        < LAPTOP-15\x0A1\x0ASN1\x0A
        {"refused":[{"line":3,"scan":"SN1","code":"serial-already-in-stock","message":"LAPTOP-15 SN1 is in stock at WH1/A-01","hint":"scantrail trace SN1 --item LAPTOP-15"}]}
        ! refused [serial-already-in-stock] line 3, scan SN1: LAPTOP-15 SN1 is in stock at WH1/A-01
        !   hint: scantrail trace SN1 --item LAPTOP-15
        exit 3

        $ scantrail trace B7 --item BOLT
        ! refused [unknown-code] nothing has the code B7: no serial and no lot of that item
        !   hint: check the spelling; serials and lots are exact
        exit 3

    "#]].assert_eq(&world.transcript(&[
        (RECEIVE, "NOPE\n3\nA\nLAPTOP-15\n2\nSN1\n\x1b[2J\nMILK-1L\n5\n"),
        (&format!("{RECEIVE} --json"), "LAPTOP-15\n1\nSN1\n"),
        ("trace B7 --item BOLT", ""),
    ]));
}
