//! Lots as records: their texts, their dates, what suppliers call them, and how they are corrected.

use expect_test::expect;
use scantrail::codes::Command;
use serde_json::{Value, json};

use crate::world::World;

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

/// L2: a lot is a record of its own. It is listed, shown and corrected.
#[test]
fn the_whole_text_and_the_whole_document() {
    let world = World::stocked();
    expect![[r#"
        $ scantrail lot list
        ITEM     LOT  EXPIRES     IN STOCK
        MILK-1L  B7   2026-12-01   10 each
        MILK-1L  B8   2026-11-30   10 each
        PUMP     L1                 2 each
        exit 0

        $ scantrail lot list --item MILK-1L --json
        {"lots":[{"item":"MILK-1L","lot":"B7","also":[],"expires":"2026-12-01","best_before":null,"made":null,"supplier_lots":[],"in_stock":"10","now":[{"location":"WH1/A-01","quantity":"10","order":null}],"fields":{}},{"item":"MILK-1L","lot":"B8","also":[],"expires":"2026-11-30","best_before":null,"made":null,"supplier_lots":[],"in_stock":"10","now":[{"location":"WH1/A-01","quantity":"10","order":null}],"fields":{}}]}
        exit 0

        $ scantrail lot set B7 --item MILK-1L --code L-2026-07 --reason 'label was misread' --op-id one
        Operation 9 (lot-set) is recorded.
        exit 0

        $ scantrail lot set B7 --item MILK-1L --expires 2026-12-24 --reason 'label was misread' --op-id two --json
        {"operation":10,"op_id":"two","kind":"lot-set","at":"2026-11-23T10:00:00+00:00","recorded_at":"2026-11-23T10:00:00+00:00","operator":"ann","station":"dock-1","document":null,"partner":null,"invoice":null,"note":null,"reason":"label was misread","fields":{},"reverses":null,"lines":[],"already_recorded":false,"files":[],"item":"MILK-1L","lot":"L-2026-07","dates":{"before":{"expires":"2026-12-01"},"after":{"expires":"2026-12-24"}},"warnings":[]}
        exit 0

        $ scantrail lot set B7 --item MILK-1L --supplier-lot ACME=4711 --reason 'delivery note' --op-id three
        Operation 11 (lot-set) is recorded.
        exit 0

        $ scantrail lot show B7
        ITEM     LOT        EXPIRES     IN STOCK  ALSO CALLED
        MILK-1L  L-2026-07  2026-12-24   10 each  B7 ACME:4711

        WHERE     QUANTITY
        WH1/A-01        10
        exit 0

        $ scantrail lot show 4711 --json
        {"item":"MILK-1L","lot":"L-2026-07","also":["B7"],"expires":"2026-12-24","best_before":null,"made":null,"supplier_lots":[{"supplier":"ACME","lot":"4711"}],"in_stock":"10","now":[{"location":"WH1/A-01","quantity":"10","order":null}],"fields":{}}
        exit 0

        $ scantrail lot set B7 --item MILK-1L --code B9
        ! error: the correction of a lot has a reason: give it with --reason TEXT
        !   hint: scantrail --help
        exit 2

    "#]].assert_eq(&world.transcript(&[
        ("lot list", ""),
        ("lot list --item MILK-1L --json", ""),
        ("lot set B7 --item MILK-1L --code L-2026-07 --reason 'label was misread' --op-id one", ""),
        ("lot set B7 --item MILK-1L --expires 2026-12-24 --reason 'label was misread' --op-id two --json", ""),
        ("lot set B7 --item MILK-1L --supplier-lot ACME=4711 --reason 'delivery note' --op-id three", ""),
        ("lot show B7", ""),
        ("lot show 4711 --json", ""),
        ("lot set B7 --item MILK-1L --code B9", ""),
    ]));
}

/// L1: "lot", "batch" and "code number" mean one thing, in every command and in imports.
#[test]
fn all_three_words_work_everywhere() {
    let world = World::stocked();
    let listed = world.ok("lot list --json", "").stdout;
    assert_eq!(world.ok("batch list --json", "").stdout, listed);
    for word in ["lot", "batch", "code-number"] {
        let rows = world.json(&format!("stock --{word} B7"), "");
        assert_eq!(rows["stock"][0]["lot"], "B7", "{word}");
        for (command, scans) in [
            ("receive --from ACME --to WH1/A-01", "MILK-1L\n1\n"),
            ("transfer --from WH1/A-01 --to WH1/A-02", "MILK-1L\n1\n"),
            ("sell --to BOB --from WH1/A-01", "MILK-1L\n1\n"),
            ("return --from BOB --to WH1/A-01", "MILK-1L\n1\n"),
            ("pick --so SO-2001 --from WH1/A-01", "MILK-1L\n1\n"),
        ] {
            let done = world.json(&format!("{command} --{word} B7"), scans);
            assert_eq!(done["lines"][0]["lot"], "B7", "{command} --{word}");
        }
    }
    for (sku, word) in [("ONE", "lot"), ("TWO", "batch"), ("THREE", "code-number")] {
        world.ok(&format!("item add {sku} --name {sku} --track {word}"), "");
        world.write("items.csv", format!("sku,name,track\n{sku}-CSV,{sku},{word}\n"));
        world.ok("import items items.csv", "");
        assert_eq!(world.json(&format!("item show {sku}-CSV"), "")["track"], "lot", "{word}");
    }
}

/// L3: what came on an order stands there lot by lot, several lots on one line.
#[test]
fn a_purchase_order_says_how_much_of_which_lot_came() {
    let world = World::shop();
    world.ok("receive --po PO-1001 --to WH1/A-01", "MILK-1L\n10\nB7\nMILK-1L\n14\nB8\n");
    let report = world.json("order show PO-1001", "");
    let milk = report["lines"].as_array().unwrap().iter().find(|line| line["item"] == "MILK-1L").unwrap().clone();
    assert_eq!(milk["received"], "24");
    assert_eq!(milk["lots"], json!(["B7", "B8"]));
}

/// L5: the printed word may be there or not, also after the text of the lot was corrected.
#[test]
fn the_word_in_front_of_a_lot_does_not_belong_to_it() {
    let world = World::stocked();
    world.ok("setting set lot-words 'lot, lot no'", "");
    world.ok("lot set B7 --item MILK-1L --code 114321 --reason typo", "");
    for text in ["114321", "LOT 114321", "Lot114321", "B7", "lot B7"] {
        let done = world.json("sell --to BOB --from WH1/A-01", format!("MILK-1L\n1\n{text}\n"));
        assert_eq!(done["lines"][0]["lot"], "114321", "{text}");
        assert_eq!(world.json(&format!("lot show '{text}'"), "")["lot"], "114321", "{text}");
        let done = world.json(&format!("receive --from ACME --to WH1/A-01 --lot '{text}'"), "MILK-1L\n1\n");
        assert_eq!(done["lines"][0]["lot"], "114321", "{text}");
        let held = world.json(&format!("hold MILK-1L --lot '{text}' --reason x --dry-run"), "");
        assert_eq!(held["here"][0]["lot"], "114321", "{text}");
    }
    // A hold on what is not here yet, in the words of a notice.
    world.ok("hold MILK-1L --lot 'Lot no. 777' --reason recall", "");
    let done = world.json("receive --from ACME --to WH1/A-01", "MILK-1L\n1\n777\n");
    assert_eq!(done["warnings"][0]["code"], "held-on-arrival");
    // With a lot that is known by the whole text, that one is meant.
    world.ok("lot set B8 --item MILK-1L --code 'LOT 9' --reason x", "");
    let done = world.json("receive --from ACME --to WH1/A-01 --lot 'LOT 9'", "MILK-1L\n1\n");
    assert_eq!(done["lines"][0]["lot"], "LOT 9");
}

/// A text that was corrected goes on to scan, in every command; what is shown is the newest one.
#[test]
fn a_corrected_text_still_scans_everywhere() {
    let world = World::stocked();
    world.ok("lot set L1 --item PUMP --code PL-1 --reason 'typed by hand'", "");
    world.ok("lot set B7 --item MILK-1L --code B-0007 --reason 'typed by hand'", "");
    // Old operations show the newest name, too.
    let log = world.json("log", "");
    let lines = log["operations"].as_array().unwrap().iter().flat_map(|one| one["lines"].as_array().unwrap());
    let texts: Vec<&Value> = lines.map(|line| &line["lot"]).filter(|lot| lot.is_string()).collect();
    assert_eq!(texts, ["B-0007", "B8", "PL-1"]);
    for text in ["B7", "B-0007"] {
        assert_eq!(world.json(&format!("trace {text} --kind lot"), "")["subject"]["code"], "B-0007", "{text}");
        assert_eq!(world.json(&format!("stock --lot {text}"), "")["stock"][0]["lot"], "B-0007", "{text}");
        let moved = world.json("transfer --from WH1/A-01 --to WH1/A-02", format!("MILK-1L\n1\n{text}\n"));
        assert_eq!(moved["lines"][0]["lot"], "B-0007", "{text}");
        world.ok(&format!("label lot {text} --out {text}.pdf"), "");
        // A label with its dates.
        let label = format!("]d201040063813339311726120110{text}\n");
        assert_eq!(world.json(RECEIVE, format!("{label}2\n"))["lines"][0]["lot"], "B-0007", "{text}");
        let flag = world.json(&format!("{RECEIVE} --lot {text}"), "MILK-1L\n1\n");
        assert_eq!(flag["lines"][0]["lot"], "B-0007", "{text}");
        // --lot by one text, the scan by the other.
        let both = world.json(&format!("{RECEIVE} --lot {text}"), "]d2010400638133393110B7\n1\n");
        assert_eq!(both["lines"][0]["lot"], "B-0007", "{text}");
    }
    // A unit whose label says the old text.
    let unit = world.json("transfer --from WH1/A-02 --to WH1/A-01", "]d2010590123412345710L1\u{1d}21P1\n");
    assert_eq!(unit["lines"][0]["lot"], "PL-1");
    world.ok(&format!("undo {} --reason again", unit["operation"]), "");
    let moved = world.json("transfer --from WH1/A-02 --to WH1/A-01 --lot L1", "PUMP\n1\nP1\n");
    assert_eq!(moved["lines"][0]["lot"], "PL-1");
    let moved = world.json("transfer --from WH1/A-02 --to WH1/A-01", "PUMP\n1\nL1\nP2\n");
    assert_eq!(moved["lines"][0]["lot"], "PL-1");
}

/// A batch of many scans, which are looked up ahead, knows the old texts as well.
#[test]
fn a_long_batch_with_old_and_new_texts_is_one_lot() {
    let world = World::stocked();
    world.ok("lot set B7 --item MILK-1L --code NEW --reason typo", "");
    let scans: String = (0..10).map(|index| format!("MILK-1L\n1\n{}\n", ["B7", "NEW"][index % 2])).collect();
    let done = world.json(RECEIVE, scans);
    assert_eq!(done["lines"].as_array().unwrap().len(), 1);
    assert_eq!((&done["lines"][0]["lot"], &done["lines"][0]["quantity"]), (&json!("NEW"), &json!("10")));
    assert_eq!(world.json("lot list --item MILK-1L", "")["lots"].as_array().unwrap().len(), 2);
}

#[test]
fn corrected_back_and_forth_both_texts_scan_and_the_last_one_is_the_name() {
    let world = World::stocked();
    for (from, to) in [("B7", "X7"), ("X7", "B7"), ("B7", "X7")] {
        world.ok(&format!("lot set {from} --item MILK-1L --code {to} --reason typo"), "");
        for text in ["B7", "X7"] {
            let lot = world.json(&format!("lot show {text} --item MILK-1L"), "");
            assert_eq!(lot["lot"], to);
            assert_eq!(lot["also"], json!([if to == "B7" { "X7" } else { "B7" }]));
        }
    }
    world.ok("undo 11 --reason wrong", "");
    assert_eq!(world.json("lot show X7", "")["lot"], "B7", "what held before");
    world.ok("undo 12 --reason after-all", "");
    assert_eq!(world.json("lot show B7", "")["lot"], "X7");
}

/// A text that means another lot of the item is refused, whatever it is called now; of another item it is free.
#[test]
fn a_text_of_another_lot_is_taken() {
    let world = World::stocked();
    world.ok("lot set B8 --item MILK-1L --code C8 --reason typo", "");
    for text in ["B8", "C8"] {
        let line = format!("lot set B7 --item MILK-1L --code {text} --reason typo");
        assert_eq!(world.refused_codes(&line, ""), ["code-taken"], "{text}");
    }
    world.ok("lot set B7 --item MILK-1L --code L1 --reason 'the pump has one too'", "");
    // A new receipt under an old text is the same lot, never a new one beside it.
    world.ok(RECEIVE, "MILK-1L\n3\nB8\n");
    assert_eq!(world.json("lot list --item MILK-1L", "")["lots"].as_array().unwrap().len(), 2);
    for (line, code) in [
        ("lot set NOPE --item MILK-1L --code X --reason typo", "unknown-lot"),
        ("lot set B7 --item NOPE --code X --reason typo", "unknown-item"),
        ("lot set B7 --item MILK-1L --reason typo", "not-valid"),
        ("lot set B7 --item MILK-1L --code L1 --reason typo", "not-valid"),
        ("lot set B7 --item MILK-1L --expires 2026-12-01 --reason typo", "not-valid"),
        ("lot set B7 --item MILK-1L --made 2027-01-01 --reason typo", "not-valid"),
        ("lot set B7 --item MILK-1L --supplier-lot NOPE=1 --reason typo", "unknown-partner"),
        ("lot set B7 --item MILK-1L --supplier-lot ACME --reason typo", "not-valid"),
        ("lot show L1", "ambiguous-scan"),
        ("lot show NOPE", "unknown-lot"),
    ] {
        assert_eq!(world.refused_codes(line, ""), [code], "{line}");
    }
    let usage = world.run("lot set B7 --item MILK-1L --code X", "");
    assert_eq!(usage.exit, 2, "{usage}");
}

fn dates(world: &World, lot: &str) -> Value {
    let lot = world.json(&format!("lot show {lot} --item MILK-1L"), "");
    json!([lot["expires"], lot["best_before"], lot["made"]])
}

/// The dates of a lot are corrected with a reason, and an undo brings back what held before.
#[test]
fn a_corrected_date_holds_until_it_is_undone() {
    let mut world = World::stocked();
    world.ok("lot set B7 --item MILK-1L --expires 2026-12-24 --made 2026-11-01 --reason misread", "");
    assert_eq!(dates(&world, "B7"), json!(["2026-12-24", null, "2026-11-01"]));
    // It decides who goes first, and who goes at all.
    world.ok("lot set B8 --item MILK-1L --expires 2026-12-31 --reason misread", "");
    assert_eq!(world.json("allocate SO-2001", "")["lines"][0]["lot"], "B7");
    world.ok("release SO-2001", "");
    world.ok("undo 10 --reason 'was right'", "");
    assert_eq!(dates(&world, "B8"), json!(["2026-11-30", null, null]));
    assert_eq!(world.json("allocate SO-2001", "")["lines"][0]["lot"], "B8");
    world.ok("undo 9 --reason 'was right'", "");
    assert_eq!(dates(&world, "B7"), json!(["2026-12-01", null, null]));
    world.ok("undo 15 --reason 'was wrong'", "");
    assert_eq!(dates(&world, "B7"), json!(["2026-12-24", null, "2026-11-01"]));
    // The receipt that said the old date does not count any more: the correction does.
    world.set_now("2026-12-20T10:00:00+00:00");
    world.ok("sell --to BOB --from WH1/A-01", "MILK-1L\n1\nB7\n");
}

/// L13, in a pipe: the second receipt of a lot with another date is refused, unless it is said that it corrects.
#[test]
fn another_date_is_refused_or_taken_as_a_correction() {
    let world = World::stocked();
    let scans = "]d201040063813339311726120510B7\n1\n";
    assert_eq!(world.refused_codes(RECEIVE, scans), ["expiry-differs"]);
    assert_eq!(world.run(&format!("{RECEIVE} --correct-dates"), scans).exit, 2, "it needs a reason");
    let twice = format!("{scans}{scans}");
    let done = world.json(&format!("{RECEIVE} --correct-dates --reason 'first label was wrong'"), twice);
    let before_and_after = json!([{
        "item": "MILK-1L", "lot": "B7",
        "before": {"expires": "2026-12-01"}, "after": {"expires": "2026-12-05"},
    }]);
    assert_eq!(done["corrected_dates"], before_and_after);
    assert_eq!(dates(&world, "B7")[0], "2026-12-05");
    // The date holds from now on, and so does its undo.
    assert_eq!(world.refused_codes(RECEIVE, "]d201040063813339311726120110B7\n1\n"), ["expiry-differs"]);
    world.ok("undo 9 --reason wrong", "");
    assert_eq!(dates(&world, "B7")[0], "2026-12-01");
}

/// L13, live: it is asked which date holds, by a number that is scanned or typed.
#[test]
fn a_live_session_asks_which_date_holds() {
    let label = "]d201040063813339311726120510B7";
    for (answer, expected) in [
        ("1".to_owned(), "2026-12-01"),
        ("2".to_owned(), "2026-12-05"),
        (Command::Digit(1).code(), "2026-12-01"),
        (Command::Digit(2).code(), "2026-12-05"),
    ] {
        let world = World::stocked();
        let outcome = world.ok(&format!("{RECEIVE} --live --json"), format!("{label}\n{answer}\n3\ndone\n"));
        assert!(outcome.stderr.contains("1  keep the known dates"), "{outcome}");
        assert_eq!(outcome.document()["lines"][0]["expires"], expected, "{outcome}");
        assert_eq!(dates(&world, "B7")[0], expected);
        assert_eq!(outcome.document()["corrected_dates"].is_array(), expected == "2026-12-05");
    }
    // Something else is scanned: the label does not count.
    let world = World::stocked();
    let outcome = world.ok(&format!("{RECEIVE} --live --json"), format!("{label}\nBOLT\n2\ndone\n"));
    assert!(outcome.stderr.contains("nobody said which dates hold"), "{outcome}");
    assert_eq!(outcome.document()["lines"].as_array().unwrap().len(), 1);
}

/// A hands-free station asks the same.
#[test]
fn a_station_asks_which_date_holds() {
    let world = World::stocked();
    let mode = Command::Mode(scantrail::codes::Mode::Receive).code();
    let (second, done) = (Command::Digit(2).code(), Command::Done.code());
    let label = "]d201040063813339311726120510B7";
    let outcome = world.ok("station", format!("{mode}\nACME\nWH1/A-01\n{label}\n{second}\n3\n{done}\n"));
    assert!(outcome.stderr.contains("2  take those of the label"), "{outcome}");
    assert_eq!(dates(&world, "B7")[0], "2026-12-05");
}

/// The answer is part of what is recorded: with another one the op id is reused, with the same one it is repeated.
#[test]
fn the_answer_belongs_to_the_op_id_and_survives_a_kill() {
    let world = World::stocked();
    let label = "]d201040063813339311726120510B7";
    let live = format!("{RECEIVE} --live --op-id dates");
    // The input ends inside of a group: what was answered is kept.
    let scans = format!("{label}\n2\n3\nLAPTOP-15\n");
    world.refused(&live, scans);
    let outcome = world.ok(&format!("{live} --resume --json"), "1\nSN77\ndone\n");
    assert_eq!(outcome.document()["corrected_dates"][0]["after"]["expires"], "2026-12-05", "{outcome}");
}

/// Shelf life: a new lot of which no expiry is said expires so many days after it was made, or else received.
#[test]
fn the_shelf_life_of_an_item_says_when_a_new_lot_expires() {
    let world = World::shop();
    world.ok("item set MILK-1L --shelf-life 14", "");
    let done = world.json(RECEIVE, "MILK-1L\n10\nB7\n");
    assert_eq!(done["lines"][0]["expires"], "2026-12-07");
    assert_eq!(done["shelf_life"], json!([{"item": "MILK-1L", "lot": "B7", "days": 14, "expires": "2026-12-07"}]));
    assert_eq!(done["warnings"][0]["code"], "expiry-from-shelf-life");
    let made = world.json(&format!("{RECEIVE} --made 2026-11-20 --lot B8"), "MILK-1L\n10\n");
    assert_eq!(made["lines"][0]["expires"], "2026-12-04");
    // What the label says holds, and a known lot keeps what is known.
    let said = world.json(&format!("{RECEIVE} --expires 2027-01-31 --lot B9"), "MILK-1L\n10\n");
    assert_eq!((&said["lines"][0]["expires"], &said["warnings"]), (&json!("2027-01-31"), &json!([])));
    let again = world.json(&format!("{RECEIVE} --at 2026-11-25T08:00:00+00:00"), "MILK-1L\n1\nB7\n");
    assert_eq!(again["lines"][0]["expires"], "2026-12-07");
    // Taken back, nothing is known of it any more.
    world.ok(&format!("undo {} --reason wrong", again["operation"]), "");
    world.ok(&format!("undo {} --reason wrong", done["operation"]), "");
    assert_eq!(world.json("lot show B7", "")["expires"], Value::Null);
    // Goods that had expired when they came are taken in, and told.
    let old = world.json(&format!("{RECEIVE} --made 2026-11-01 --lot OLD"), "MILK-1L\n10\n");
    let codes: Vec<&Value> = old["warnings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["expiry-from-shelf-life", "expired-on-arrival"]);
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\nOLD\n"), ["lot-expired"]);
}

/// A customer takes only what is good for so many days more.
#[test]
fn a_customer_may_want_goods_that_last() {
    let world = World::stocked();
    let set = world.json("partner set BOB --minimum-life 8", "");
    assert_eq!((&set["kind"], &set["minimum_life"]), (&json!("partner-set"), &json!(8)));
    let bob = world.json("partner list", "")["partners"][2].clone();
    assert_eq!((&bob["partner"], &bob["minimum_life"]), (&json!("BOB"), &json!(8)));
    // B8 has seven days left, B7 eight.
    let allocated = world.json("allocate SO-2001", "");
    assert_eq!(allocated["lines"][0]["lot"], "B7");
    for command in ["pick --so SO-2001", "sell --so SO-2001", "sell --to BOB"] {
        assert_eq!(world.refused_codes(command, "MILK-1L\n1\nB8\n"), ["remaining-life-too-short"], "{command}");
    }
    // The day of the operation counts, others take it, and it comes back whatever is left.
    let earlier = "sell --to BOB --at 2026-11-22T10:00:00+00:00";
    world.ok(earlier, "MILK-1L\n1\nB8\n");
    world.ok("sell --to CAROL", "MILK-1L\n1\nB8\n");
    world.ok("return --from BOB --to WH1/A-01", "MILK-1L\n1\nB8\n");
    // What was picked before the rule is looked at when it is shipped.
    world.ok("partner set BOB --minimum-life 0", "");
    assert!(world.json("partner list", "")["partners"][2]["minimum_life"].is_null());
    world.ok("pick --so SO-2001", "MILK-1L\n1\nB8\n");
    world.ok("partner set bob --kind customer --minimum-life 300", "");
    assert_eq!(world.refused_codes("sell --so SO-2001 --picked", ""), ["remaining-life-too-short"]);
    for (line, code) in [
        ("partner set ACME --minimum-life 3", "not-valid"),
        ("partner set BOB", "not-valid"),
        ("partner set BOB --minimum-life 40000", "not-valid"),
        ("partner set NOBODY --minimum-life 3", "unknown-partner"),
    ] {
        assert_eq!(world.refused_codes(line, ""), [code], "{line}");
    }
    world.ok("partner add BOB --kind supplier --name Bob", "");
    assert_eq!(world.refused_codes("partner set BOB --minimum-life 3", ""), ["ambiguous-scan"]);
}

/// L10: two suppliers may use one text, each for a lot of its own. Ours is kept beside theirs.
#[test]
fn what_a_supplier_calls_a_lot_scans_in_what_comes_from_them() {
    let world = World::shop();
    world.ok(&format!("{RECEIVE} --lot OURS-1 --supplier-lot 114321"), "MILK-1L\n10\n");
    let zenith = "receive --from ZENITH --to WH1/A-02";
    world.ok(&format!("{zenith} --lot OURS-2 --supplier-lot 114321"), "MILK-1L\n10\n");
    // From each supplier their text is their lot.
    assert_eq!(world.json(RECEIVE, "MILK-1L\n1\n114321\n")["lines"][0]["lot"], "OURS-1");
    assert_eq!(world.json(zenith, "MILK-1L\n1\n114321\n")["lines"][0]["lot"], "OURS-2");
    let back = world.json("return --to-supplier ZENITH", "MILK-1L\n1\n114321\n");
    assert_eq!(back["lines"][0]["lot"], "OURS-2");
    // Elsewhere it is found where it is looked up, and sold under our own text only.
    assert_eq!(world.refused_codes("sell --to BOB", "MILK-1L\n1\n114321\n"), ["unknown-lot"]);
    assert_eq!(world.json("stock --lot 114321", "")["stock"].as_array().unwrap().len(), 2);
    assert_eq!(world.refused_codes("lot show 114321", ""), ["ambiguous-scan"]);
    let traced = world.refused_document("trace 114321", "");
    assert_eq!(traced["ambiguous"].as_array().map(Vec::len), Some(2), "{traced}");
    // One text of one supplier is one lot of an item, and saying it again changes nothing.
    let line = format!("{RECEIVE} --lot OURS-3 --supplier-lot 114321");
    assert_eq!(world.refused_codes(&line, "MILK-1L\n10\n"), ["code-taken"]);
    world.ok(&format!("{RECEIVE} --lot OURS-1 --supplier-lot 114321"), "MILK-1L\n1\n");
    let shown = world.json("lot show OURS-1", "");
    assert_eq!(shown["supplier_lots"], json!([{"supplier": "ACME", "lot": "114321"}]));
}

#[test]
fn a_text_that_means_two_lots_is_refused_and_never_guessed() {
    let world = World::stocked();
    // ACME calls B8 what we call B7.
    let set = world.json("lot set B8 --item MILK-1L --supplier-lot ACME=B7 --reason 'delivery note'", "");
    assert_eq!(set["warnings"][0]["code"], "text-of-two-lots");
    assert_eq!(world.refused_codes(RECEIVE, "MILK-1L\n1\nB7\n"), ["ambiguous-scan"]);
    // From others, and in other commands, our own text wins; and named with --lot it is ours.
    let zenith = world.json("receive --from ZENITH --to WH1/A-01", "MILK-1L\n1\nB7\n");
    assert_eq!(zenith["lines"][0]["lot"], "B7");
    assert_eq!(world.json("sell --to BOB", "MILK-1L\n1\nB7\n")["lines"][0]["lot"], "B7");
    assert_eq!(world.json(&format!("{RECEIVE} --lot B7"), "MILK-1L\n1\n")["lines"][0]["lot"], "B7");
    // An undo takes the text away, and it can be given to the right lot.
    world.ok("undo 9 --reason wrong", "");
    assert_eq!(world.json(RECEIVE, "MILK-1L\n1\nB7\n")["lines"][0]["lot"], "B7");
    world.ok("lot set B8 --item MILK-1L --supplier-lot ACME=X --reason note", "");
    let taken = "lot set B7 --item MILK-1L --supplier-lot ACME=X --reason note";
    assert_eq!(world.refused_codes(taken, ""), ["code-taken"]);
}

/// L6: the lots of an order stay on it as a record, and a return starts from them. L15: they stand on a page of their own.
#[test]
fn the_lots_of_an_order_stay_on_it_and_stand_on_the_slip() {
    let world = World::stocked();
    world.ok("allocate SO-2001 --sheet pick.pdf", "");
    world.ok("pick --so SO-2001", "MILK-1L\n6\nB8\nLAPTOP-15\n2\nSN1\nSN2\n");
    let sold = world.json("sell --so SO-2001 --picked --slip slip.pdf --lots", "");
    assert_eq!(sold["files"], json!(["slip.pdf"]));
    let milk = |world: &World| {
        let report = world.json("order show SO-2001", "");
        report["lines"].as_array().unwrap().iter().find(|line| line["item"] == "MILK-1L").unwrap().clone()
    };
    assert_eq!((&milk(&world)["shipped"], &milk(&world)["lots"]), (&json!("6"), &json!(["B8"])));
    assert_eq!(world.refused_codes("return --so SO-2001 --to WH1/A-01", "MILK-1L\n1\nB7\n"), ["not-sold-on-order"]);
    world.ok("return --so SO-2001 --to WH1/A-01", "MILK-1L\n1\nB8\n");
    assert_eq!((&milk(&world)["returned"], &milk(&world)["lots"]), (&json!("1"), &json!(["B8"])));
    let usage = world.run("sell --to BOB --lots", "");
    assert_eq!(usage.exit, 2, "{usage}");
}
