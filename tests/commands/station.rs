//! `station`: everything by scans, through a pipe and through a real terminal.

use scantrail::codes::{BadgeName, Command, Mode, Question};
use serde_json::json;

use crate::terminal::Terminal;
use crate::world::{World, words};

fn mode(mode: Mode) -> String {
    Command::Mode(mode).code()
}

fn question(question: Question) -> String {
    Command::Question(question).code()
}

fn badge(name: &str) -> String {
    Command::Badge(BadgeName::new(name).unwrap()).code()
}

fn quantity(count: u32) -> String {
    Command::Quantity(count).code()
}

fn digits(number: &str) -> Vec<String> {
    let digit = |digit: char| Command::Digit(digit.to_digit(10).unwrap() as u8).code();
    number.chars().map(digit).chain([Command::Enter.code()]).collect()
}

fn scans(parts: &[&str]) -> String {
    parts.iter().map(|part| format!("{part}\n")).collect()
}

fn begin(world: &World, line: &str) -> Terminal {
    let mut command = world.scantrail();
    command.args(words(line));
    let mut terminal = Terminal::start(command);
    terminal.wait_for(" > ");
    terminal
}

#[test]
fn a_shift_by_scanner_alone() {
    let world = World::stocked();
    let done = Command::Done.code();
    let twelve = digits("13");
    let outcome = world.json(
        "station",
        scans(&[
            &badge("BEA"),
            &mode(Mode::Receive),
            "PO-1001",
            "WH1/A-02",
            "LAPTOP-15",
            &quantity(2),
            "SN21",
            "SN22",
            &done,
            "MILK-1L",
            &twelve[0],
            &twelve[1],
            &twelve[2],
            "B9",
            &done,
            &mode(Mode::Transfer),
            "WH1/STAGING",
            &quantity(1),
            "SN21",
            &done,
            &mode(Mode::Sell),
            "@customer/BOB",
            &quantity(1),
            "SN21",
            &done,
            &mode(Mode::Return),
            "BOB",
            "WH1/A-01",
            &quantity(1),
            "SN21",
            &done,
            &mode(Mode::Pick),
            "SO-2003",
            "BOLT",
            &quantity(10),
            &done,
        ]),
    );
    let operations = outcome["operations"].as_array().unwrap();
    let kinds: Vec<&str> = operations.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["receive", "receive", "transfer", "sell", "return", "pick"]);
    assert!(operations.iter().all(|one| one["operator"] == "BEA" && one["station"] == "dock-1"), "{outcome}");
    assert_eq!(operations[0]["document"], "PO-1001");
    assert_eq!(operations[1]["lines"][0]["quantity"], json!("13"));
    assert_eq!(operations[3]["partner"], "BOB");
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN21 1".to_owned()));
    assert!(world.stock("BOLT").contains(&"WH1/STAGING 10 (10)".to_owned()), "{:?}", world.stock("BOLT"));
}

#[test]
fn what_a_station_needs_to_know_it_asks_for() {
    let world = World::stocked();
    let outcome = world.run(
        "station",
        scans(&[
            "LAPTOP-15",
            &mode(Mode::Receive),
            "LAPTOP-15",
            "SO-2001",
            "BOB",
            "ACME",
            "WH1/A-01",
            "BOLT",
            &mode(Mode::Sell),
            &quantity(5),
            &mode(Mode::Sell),
            &Command::Done.code(),
            &mode(Mode::Sell),
            "BOLT",
        ]),
    );
    assert_eq!(outcome.exit, 0, "{outcome}");
    for expected in [
        "refused [station-not-ready] line 1, scan LAPTOP-15: no mode was scanned yet",
        "refused [station-not-ready] line 3, scan LAPTOP-15: receive needs to know from whom: an order or a supplier",
        "refused [station-not-ready] line 4, scan SO-2001: SO-2001 is a sales order, and receive takes a purchase order",
        "refused [station-not-ready] line 5, scan BOB: BOB is a customer, and receive takes a supplier",
        "ok  supplier ACME",
        "ok  place WH1/A-01",
        "receive ACME WH1/A-01 > ",
        "receive ACME WH1/A-01: quantity of BOLT > ",
        "refused [command-not-here] line 9",
        "line 14, scan BOLT: sell needs to know to whom: an order or a customer",
    ] {
        assert!(outcome.stderr.contains(expected), "{expected:?} is missing: {outcome}");
    }
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 25"]);
    assert_eq!(world.run("station --op-id x", "").exit, 2);
}

#[test]
fn questions_are_answered_in_one_line_also_inside_of_a_batch() {
    let world = World::stocked();
    world.ok("sell --to BOB", "1\nSN4\n");
    let (what, where_is) = (question(Question::WhatIsThis), question(Question::WhereIsThis));
    let outcome = world.run(
        "station",
        scans(&[
            &what,
            "SN1",
            &where_is,
            "SN4",
            &what,
            "LAP15",
            &where_is,
            "MILK-1L",
            &what,
            "B7",
            &where_is,
            "B7",
            &what,
            "WH1/QUAR",
            &what,
            "P1",
            &what,
            "SO-2001",
            &what,
            "NOPE",
            &mode(Mode::Transfer),
            "WH1/A-02",
            &quantity(2),
            "SN1",
            &where_is,
            "SN2",
            "SN2",
            &Command::Repeat.code(),
            &Command::Done.code(),
        ]),
    );
    assert_eq!(outcome.exit, 0, "{outcome}");
    for expected in [
        "answer  serial SN1 of LAPTOP-15 Laptop 15 inch",
        "answer  SN4: 1 at @customer/BOB, sold",
        "answer  item LAPTOP-15 Laptop 15 inch",
        "answer  MILK-1L: 20 at WH1/A-01",
        "answer  lot B7 of MILK-1L Milk 1 l",
        "answer  B7: 10 at WH1/A-01, free",
        "answer  quarantine place WH1/QUAR",
        "answer  serial P1 of PUMP Pump, lot L1",
        "answer  order SO-2001",
        "refused [unknown-code]",
        "answer  SN2: 1 at WH1/A-01, free",
        "ok  SN2, 2 of 2",
        "again  SN2: 1 at WH1/A-01, free",
    ] {
        assert!(outcome.stderr.contains(expected), "{expected:?} is missing: {outcome}");
    }
    let laptops = world.stock("LAPTOP-15");
    assert!(
        laptops.contains(&"WH1/A-02 SN1 1".to_owned()) && laptops.contains(&"WH1/A-02 SN2 1".to_owned()),
        "{laptops:?}"
    );
}

#[test]
fn a_label_is_written_into_the_folder_under_a_name_of_its_own() {
    let world = World::stocked();
    std::fs::create_dir(world.path("labels")).unwrap();
    let label = question(Question::PrintItsLabel);
    let stdin = scans(&[
        &label,
        "SN1",
        &label,
        "WH1/A-01",
        &label,
        "B7",
        &label,
        "LAPTOP-15",
        &label,
        "SO-2001",
        &label,
        "../x",
    ]);
    let outcome = world.run("station --labels-to labels", stdin);
    assert_eq!(outcome.exit, 0, "{outcome}");
    let mut names: Vec<_> =
        std::fs::read_dir(world.path("labels")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["label-0001.pdf", "label-0002.pdf", "label-0003.pdf", "label-0004.pdf", "label-0005.pdf"]);
    assert!(outcome.stderr.contains("answer  wrote labels/label-0005.pdf"), "{outcome}");
    assert!(outcome.stderr.contains("refused [unknown-code]"), "{outcome}");
    let outcome = world.run("station --labels-to nowhere", scans(&[&label, "SN1"]));
    assert!(outcome.exit == 0 && outcome.stderr.contains("nowhere/label-0001.pdf"), "{outcome}");
}

#[test]
fn the_last_operation_is_taken_back_once() {
    let world = World::stocked();
    let undo = Command::UndoLastOperation.code();
    let done = Command::Done.code();
    let outcome = world.ok(
        "station",
        scans(&[
            &undo,
            &mode(Mode::Transfer),
            "WH1/A-02",
            "BOLT",
            &quantity(3),
            &done,
            "BOLT",
            &Command::Cancel.code(),
            &undo,
            &undo,
            &Command::Repeat.code(),
            &undo,
        ]),
    );
    assert!(outcome.stderr.contains("refused [nothing-to-undo] this station has recorded nothing"), "{outcome}");
    assert!(outcome.stderr.contains("refused [cancelled]"), "{outcome}");
    assert!(outcome.stderr.contains("\x07\x07  double [command-not-here]"), "{outcome}");
    assert!(
        outcome.stdout.contains("(transfer) is recorded") && outcome.stdout.contains("(undo) is recorded"),
        "{outcome}"
    );
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 20"]);
}

#[test]
fn a_station_that_is_killed_between_any_two_scans_goes_on() {
    let done = Command::Done.code();
    let shift = [
        badge("BEA"),
        mode(Mode::Receive),
        "ACME".to_owned(),
        "WH1/A-02".to_owned(),
        "LAPTOP-15".to_owned(),
        quantity(2),
        "SN8".to_owned(),
        "SN9".to_owned(),
    ];
    for killed_after in 5..=shift.len() {
        let world = World::stocked();
        let mut terminal = begin(&world, "station");
        for scan in &shift[..killed_after] {
            terminal.scan(scan);
        }
        terminal.kill();
        assert_eq!(world.refused("station", ""), ["- - draft-exists"], "killed after {killed_after}");
        let mut terminal = begin(&world, "station --resume");
        for scan in &shift[killed_after..] {
            terminal.scan(scan);
        }
        terminal.scan(&done);
        terminal.press(0x04);
        terminal.ends_with(0);
        let laptops = world.stock("LAPTOP-15");
        assert!(
            laptops.contains(&"WH1/A-02 SN8 1".to_owned()) && laptops.contains(&"WH1/A-02 SN9 1".to_owned()),
            "{laptops:?}"
        );
        let last = world.json("log", "")["operations"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["operator"].clone(), last["partner"].clone()), (json!("BEA"), json!("ACME")));
        world.ok("station", "");
    }
}

#[test]
fn a_queue_of_scans_faster_than_the_database_loses_none() {
    let world = World::stocked();
    let mut terminal = begin(&world, "station");
    let mut queue = vec![mode(Mode::Receive), "@supplier/ACME".to_owned(), "WH1/A-02".to_owned()];
    for group in 0..10 {
        queue.extend(["LAPTOP-15".to_owned(), quantity(20)]);
        queue.extend((0..20).map(|unit| format!("Q{group}-{unit}")));
        queue.push(Command::Done.code());
    }
    terminal.send(queue.iter().map(|scan| format!("{scan}\r")).collect::<String>());
    for _ in 0..10 {
        terminal.wait_for("(receive) is recorded");
    }
    terminal.wait_for(" > ");
    terminal.press(0x04);
    terminal.ends_with(0);
    assert_eq!(world.stock("LAPTOP-15").len(), 4 + 200);
}

#[test]
fn an_open_batch_at_the_end_is_recorded_or_kept() {
    let world = World::stocked();
    let open = scans(&[&mode(Mode::Transfer), "WH1/A-02", "BOLT", &quantity(3)]);
    world.ok("station", &open);
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 17", "WH1/A-02 3"]);
    let outcome = world.run("station", scans(&[&mode(Mode::Transfer), "WH1/A-02", "LAPTOP-15", &quantity(2), "SN1"]));
    assert_eq!(outcome.exit, 3, "{outcome}");
    assert!(
        outcome.stderr.contains("batch-incomplete") && outcome.stderr.contains("3 scans are kept as a draft"),
        "{outcome}"
    );
    let outcome = world.json("station --resume", "SN2\n");
    assert_eq!(outcome["operations"][0]["lines"][0]["serials"], json!(["SN1", "SN2"]));
}

#[test]
fn a_lost_race_at_the_end_of_input_keeps_the_draft() {
    let world = World::stocked();
    let mut terminal = begin(&world, "station");
    for scan in [&mode(Mode::Transfer), "WH1/A-02", &quantity(1), "SN1"] {
        terminal.scan(scan);
    }
    world.ok("sell --to BOB", "1\nSN1\n");
    terminal.press(0x04);
    let screen = terminal.ends_with(3);
    assert!(screen.contains("2 scans are kept as a draft"), "{screen}");
    let outcome = world.json("station --resume", "SN2\n");
    assert_eq!(outcome["operations"][0]["lines"][0]["serials"], json!(["SN2"]));
}

#[test]
fn a_badge_is_printed_and_a_name_that_cannot_stand_on_one_is_refused() {
    let world = World::stocked();
    world.ok("label badge ann BOB7 --out badges.pdf", "");
    assert!(world.path("badges.pdf").is_file());
    assert_eq!(world.refused("label badge Änne --out badges.pdf", ""), ["- - not-valid"]);
    for paper in ["a4", "letter"] {
        world.ok(&format!("label commands --paper {paper} --out {paper}.pdf"), "");
    }
    assert_ne!(std::fs::read(world.path("a4.pdf")).unwrap(), std::fs::read(world.path("letter.pdf")).unwrap());
}
