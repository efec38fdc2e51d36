//! A live session in a real terminal.

use scantrail::codes::Command;

use crate::terminal::Terminal;
use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

fn start(world: &World, line: &str) -> Terminal {
    let mut command = world.scantrail();
    command.args(words(line));
    Terminal::start(command)
}

/// A session that waits for its first scan.
fn begin(world: &World, line: &str) -> Terminal {
    let mut terminal = start(world, line);
    terminal.wait_for(" > ");
    terminal
}

#[test]
fn a_terminal_needs_no_flag_and_every_line_end_is_understood() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    assert!(terminal.scan("BOLT").contains("ok  BOLT Bolt M8"));
    assert!(terminal.scan("5").contains("ok  5 each"));
    assert!(terminal.scan("NOPE").contains("\x07  refused [unknown-item]"));
    terminal.send(b"MILK-1L\t3\tB9\r\nLAPTOP-15\n1\nSN8\r");
    for expected in ["ok  3 each", "ok  lot B9", "ok  LAPTOP-15", "ok  SN8, 1 of 1"] {
        terminal.wait_for(expected);
    }
    terminal.send(b"done\r");
    let screen = terminal.ends_with(0);
    assert!(screen.contains("5 each BOLT") && screen.contains("is recorded"), "{screen}");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 25"]);
    assert!(world.stock("LAPTOP-15").contains(&"WH1/A-01 SN8 1".to_owned()));
}

#[test]
fn control_characters_inside_a_scan_are_data_and_reach_no_terminal() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    let said = terminal.scan("\x04BO\x03\x1c\x13\x15LT");
    assert!(said.contains("scan-not-readable") && said.contains(r"\x04BO\x03\x1C\x13\x15LT"), "{said}");
    let said = terminal.scan("\x1b]0;title\x07\x1b[2J\x7f\x08");
    assert!(said.contains(r"\x1B]0;title\x07\x1B[2J\x7F\x08"), "{said}");
    // A cooked terminal would cut this at 4,095 bytes and say nothing.
    let said = terminal.scan(&"9".repeat(5_000));
    assert!(said.contains("scan-too-long") && said.contains("5000 bytes"), "{said}");
    let said = terminal.scan(&"8".repeat(4_096));
    assert!(said.contains("unknown-item"), "{said}");
    terminal.press(0x03);
    let screen = terminal.ends_with(1);
    let steers = |one: char| one.is_control() && !matches!(one, '\r' | '\n' | '\x07' | '\x08');
    assert!(!screen.contains(steers), "{}", scantrail::codes::shown(screen.as_bytes()));
}

#[test]
fn control_d_ends_the_input_and_control_c_stops() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    terminal.scan("BOLT");
    terminal.scan("7");
    terminal.press(0x04);
    assert!(terminal.ends_with(0).contains("is recorded"));
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 27"]);

    let mut terminal = begin(&world, RECEIVE);
    terminal.scan("BOLT");
    terminal.press(b'9');
    // With something typed it only drops the line.
    terminal.press(0x03);
    terminal.wait_for("quantity of BOLT > ");
    terminal.press(0x03);
    let screen = terminal.ends_with(1);
    assert!(screen.contains("error: the session was stopped, because Ctrl-C was pressed"), "{screen}");
    assert!(screen.contains("1 scan is kept as a draft"), "{screen}");

    let mut terminal = begin(&world, &format!("{RECEIVE} --resume"));
    terminal.press(0x04);
    let screen = terminal.ends_with(3);
    assert!(screen.contains("batch-incomplete") && screen.contains("the quantity of BOLT is missing"), "{screen}");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 27"]);
}

#[test]
fn what_is_typed_is_shown_and_can_be_corrected() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    for byte in "BOLÄ".bytes() {
        terminal.send([byte]);
    }
    terminal.wait_for("BOLÄ");
    terminal.press(0x7f);
    terminal.wait_for("\x08 \x08");
    terminal.send(b"T");
    let said = terminal.scan("");
    assert!(said.contains("ok  BOLT Bolt M8"), "{said}");
    // Enter alone asks again, and an escape sequence is shown and not obeyed.
    terminal.press(b'\r');
    terminal.wait_for("quantity of BOLT > ");
    let said = terminal.scan("\x1b[A");
    assert!(said.contains("quantity-not-a-number") || said.contains("scan-not-readable"), "{said}");
    assert!(terminal.screen().contains(r"> \x1B[A"), "{}", terminal.screen());
    terminal.send(b"1\rdone\r");
    terminal.ends_with(0);
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 21"]);
}

#[test]
fn a_signal_sets_the_terminal_back_and_keeps_the_draft() {
    let world = World::stocked();
    for (signal, flag) in [("TERM", ""), ("INT", " --resume"), ("HUP", " --resume"), ("QUIT", " --resume")] {
        let mut terminal = begin(&world, &format!("{RECEIVE}{flag}"));
        if flag.is_empty() {
            terminal.scan("BOLT");
        }
        terminal.signal(signal);
        let screen = terminal.ends_with(1);
        assert!(
            screen.contains("because a signal asked for it") && screen.contains("1 scan is kept as a draft"),
            "{signal}: {screen}"
        );
    }
}

#[test]
fn whoever_stops_the_program_gets_the_terminal_back_meanwhile() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    terminal.scan("BOLT");
    for _ in 0..2 {
        terminal.signal("TSTP");
        terminal.wait_until_stopped();
        assert!(terminal.is_as_people_use_it());
        terminal.signal("CONT");
        terminal.wait_until_raw();
    }
    // Nobody is asked before this one; a shell sets the terminal as it likes.
    terminal.signal("STOP");
    terminal.wait_until_stopped();
    terminal.set_back();
    terminal.signal("CONT");
    terminal.wait_until_raw();
    assert!(terminal.scan("5").contains("ok  5 each"));
    terminal.press(0x04);
    assert!(terminal.ends_with(0).contains("is recorded"));
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 25"]);
}

#[test]
fn narrow_resized_dumb_and_colourless_terminals_work() {
    let mut world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    terminal.resize(24);
    let said = terminal.scan("LAPTOP-15");
    assert!(said.contains("ok  LAPTOP-15 Laptop …\r\n") && said.ends_with("quantity of … > "), "{said}");
    terminal.resize(6);
    assert!(terminal.scan("1").ends_with("serial of LAPTOP-15, 1 of 1 > "), "a width that cannot be is none");
    terminal.resize(200);
    terminal.send(b"SN8\rdone\r");
    assert!(!terminal.ends_with(0).contains('\x1b'), "TERM is not set");

    for (name, value, is_coloured) in
        [("TERM", "xterm-256color", true), ("TERM", "dumb", false), ("TERM", "xterm", true), ("NO_COLOR", "1", false)]
    {
        world.set(name, value);
        let mut terminal = begin(&world, "transfer --to WH1/A-02");
        terminal.scan("BOLT");
        terminal.send(b"1\rdone\r");
        let screen = terminal.ends_with(0);
        assert_eq!(screen.contains("\x1b[32mok\x1b[0m"), is_coloured, "{name}={value}: {screen:?}");
        assert_eq!(screen.contains('\x1b'), is_coloured, "{name}={value}: {screen:?}");
    }
}

#[test]
fn what_was_scanned_after_done_is_named_and_left_to_no_shell() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    terminal.send(format!("BOLT\r5\r{}\rrm -rf /\rBOLT\r", Command::Done.code()));
    let screen = terminal.ends_with(0);
    assert!(screen.contains("refused [scan-after-done] line 4, scan rm -rf /"), "{screen}");
    assert!(screen.contains("refused [scan-after-done] line 5, scan BOLT"), "{screen}");
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 25"]);
}

#[test]
fn a_draft_is_asked_about_and_a_scan_is_no_answer() {
    let world = World::stocked();
    let mut terminal = begin(&world, RECEIVE);
    terminal.scan("LAPTOP-15");
    terminal.scan("2");
    terminal.scan("SN8");
    terminal.kill();

    let mut terminal = start(&world, RECEIVE);
    let said = terminal.wait_for("r resumes it, d discards it > ");
    assert!(
        said.contains(
            "3 scans are kept of `receive --from ACME --to WH1/A-01`, begun on 2026-11-23 at 10:00 by ann at dock-1"
        ),
        "{said}"
    );
    terminal.send(b"DONE\r");
    terminal.wait_for("a scan is no answer");
    terminal.wait_for("d discards it > ");
    terminal.press(b'r');
    terminal.wait_for("resumed  3 scans count");
    terminal.wait_for("serial of LAPTOP-15, 2 of 2 > ");
    terminal.press(0x03);
    terminal.ends_with(1);

    let mut terminal = start(&world, RECEIVE);
    terminal.wait_for("d discards it > ");
    terminal.press(0x03);
    terminal.ends_with(1);

    let mut terminal = start(&world, RECEIVE);
    terminal.wait_for("d discards it > ");
    terminal.press(b'd');
    terminal.wait_for("it is dropped");
    terminal.wait_for("item, place or done > ");
    terminal.press(0x04);
    assert!(terminal.ends_with(3).contains("nothing was scanned"));
    assert_eq!(world.stock("LAPTOP-15").len(), 4);
    // Nothing is left of it.
    assert_eq!(world.refused(&format!("{RECEIVE} --live --resume"), ""), ["- - no-draft"]);
}

#[test]
fn a_session_that_is_killed_between_any_two_scans_is_resumed() {
    let undo = Command::UndoLastScan.code();
    let scans = ["LAPTOP-15", "3", "SN8", &undo, "SN8", "SN9", "SN8", "SN10", "MILK-1L", "4", "B9"];
    for killed_after in 1..=scans.len() {
        let world = World::stocked();
        let mut terminal = begin(&world, RECEIVE);
        for scan in &scans[..killed_after] {
            terminal.scan(scan);
        }
        terminal.kill();
        let mut terminal = begin(&world, &format!("{RECEIVE} --resume"));
        for scan in &scans[killed_after..] {
            terminal.scan(scan);
        }
        terminal.send(format!("{}\r", Command::Done.code()));
        let screen = terminal.ends_with(0);
        assert!(screen.contains("is recorded"), "killed after {killed_after}: {screen}");
        let stock = world.stock("LAPTOP-15");
        let received = stock.iter().filter(|row| ["SN8", "SN9", "SN10"].iter().any(|one| row.contains(one))).count();
        assert_eq!((stock.len(), received), (7, 3), "killed after {killed_after}: {stock:?}");
        assert!(world.stock("MILK-1L").contains(&"WH1/A-01 B9 4".to_owned()), "killed after {killed_after}");
        let operations = world.inspector().rows("SELECT count(*) FROM operation WHERE kind = 'receive'");
        assert_eq!(operations, [[Some("5".to_owned())]], "killed after {killed_after}");
        assert_eq!(world.run(&format!("{RECEIVE} --live --resume"), "").exit, 3, "the draft is gone");
    }
}

#[test]
fn a_lost_race_at_the_end_loses_nothing() {
    let world = World::stocked();
    let mut terminal = begin(&world, "transfer --to WH1/A-02");
    for scan in ["LAPTOP-15", "3", "SN1", "SN2", "SN3", "BOLT", "5"] {
        terminal.scan(scan);
    }
    world.ok("sell --to BOB", "1\nSN2\n");
    terminal.send(format!("{}\r", Command::Done.code()));
    let said = terminal.wait_for("serial of LAPTOP-15, 3 of 3 > ");
    assert!(said.contains("refused [serial-sold] line 4, scan SN2") || said.contains("line 4, scan SN2"), "{said}");
    assert!(said.contains("2 scans from BOLT on wait until the gap before them is filled"), "{said}");
    // Killed now, it still knows.
    terminal.kill();
    let mut terminal = begin(&world, "transfer --to WH1/A-02 --resume");
    let said = terminal.scan(&Command::Done.code());
    assert!(said.contains("batch-incomplete"), "{said}");
    let said = terminal.scan("SN4");
    assert!(said.contains("ok  SN4, 3 of 3") && said.contains("taken in again  2 scans count"), "{said}");
    terminal.send(format!("{}\r", Command::Done.code()));
    assert!(terminal.ends_with(0).contains("is recorded"));
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 15", "WH1/A-02 5"]);
    let laptops = world.stock("LAPTOP-15");
    assert!(
        laptops.contains(&"WH1/A-02 SN4 1".to_owned()) && laptops.contains(&"WH1/A-02 SN1 1".to_owned()),
        "{laptops:?}"
    );
}

#[test]
fn a_gap_can_be_taken_back_and_what_waits_can_be_left_out() {
    let world = World::stocked();
    let done = Command::Done.code();
    let undo = Command::UndoLastScan.code();
    let mut terminal = begin(&world, "transfer --to WH1/A-02");
    for scan in ["LAPTOP-15", "2", "SN1", "SN2", "BOLT", "5"] {
        terminal.scan(scan);
    }
    world.ok("sell --to BOB", "1\nSN1\n");
    terminal.send(format!("{done}\r"));
    terminal.wait_for("serial of LAPTOP-15, 2 of 2 > ");
    // The count was two, and one is left: back to the quantity. SN2 has to be scanned again.
    terminal.scan(&undo);
    terminal.scan(&undo);
    terminal.scan("1");
    let said = terminal.scan("SN2");
    assert!(said.contains("taken in again  2 scans count"), "{said}");
    terminal.send(format!("{done}\r"));
    terminal.ends_with(0);
    assert_eq!(world.stock("BOLT"), ["WH1/A-01 15", "WH1/A-02 5"]);

    let mut terminal = begin(&world, "transfer --from WH1/A-01 --to WH1/STAGING");
    for scan in ["LAPTOP-15", "1", "SN3", "BOLT", "2"] {
        terminal.scan(scan);
    }
    world.ok("sell --to BOB", "1\nSN3\n");
    terminal.send(format!("{done}\r"));
    terminal.wait_for("serial of LAPTOP-15, 1 of 1 > ");
    terminal.scan(&undo);
    terminal.scan(&undo);
    let said = terminal.scan(&done);
    assert!(said.contains("2 scans that were taken before wait for the gap before them: BOLT, 2"), "{said}");
    let said = terminal.scan(&done);
    assert!(said.contains("left out: BOLT, 2"), "{said}");
    terminal.send(format!("MILK-1L\r1\rB7\r{done}\r"));
    terminal.ends_with(0);
    assert!(world.stock("MILK-1L").contains(&"WH1/STAGING B7 1".to_owned()));
}
