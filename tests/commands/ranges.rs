//! Serial ranges: in a pipe with `--ranges`, in a live session after a look at them.

use scantrail::codes::Command;
use serde_json::json;

use crate::terminal::Terminal;
use crate::world::{World, words};

const RECEIVE: &str = "receive --from ACME --to WH1/A-01";

#[test]
fn a_pipe_takes_ranges_only_with_the_flag() {
    let world = World::stocked();
    let document = world.json(&format!("{RECEIVE} --ranges"), "LAPTOP-15\n5\nA1\nSN098..SN100\nB7+0\n");
    assert_eq!(document["lines"][0]["serials"], json!(["A1", "SN098", "SN099", "SN100", "B7+0"]));
    let document = world.json(&format!("{RECEIVE} --ranges"), "TABLET\n50\nT100A+49\nBOLT\n1\n");
    assert_eq!(document["lines"][0]["serials"].as_array().map(Vec::len), Some(50));
    assert_eq!(document["lines"][0]["serials"][49], "T149A");

    let refused = world.refused_document(RECEIVE, "LAPTOP-15\n3\nSN200..SN202\nBOLT\n1\n");
    assert_eq!(refused["refused"].as_array().map(Vec::len), Some(1), "{refused}");
    assert_eq!(refused["refused"][0]["code"], "ambiguous-scan");
    assert_eq!(refused["refused"][0]["message"], "this is one serial, or the 3 serials SN200 to SN202");
    let document = world.json(&format!("{RECEIVE} --allow-odd-serials"), "LAPTOP-15\n1\nSN200..SN202\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN200..SN202"]));
    // What is known with this text wins.
    let document = world.json("transfer --to WH1/A-02 --ranges", "LAPTOP-15\n1\nSN200..SN202\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN200..SN202"]));
    // Where so many are not due, a plus is a character like any other.
    let document = world.json(RECEIVE, "LAPTOP-15\n1\nX12+3\n");
    assert_eq!(document["lines"][0]["serials"], json!(["X12+3"]));
}

#[test]
fn what_is_wrong_in_a_range_is_named() {
    let world = World::stocked();
    let with_ranges = format!("{RECEIVE} --ranges");
    for (range, expected) in [
        ("SN9..SN8", "this is written like a range of serials, but it ends before it begins"),
        (
            "SN08..SN102",
            "this is written like a range of serials, but its first and its last serial have not the same number of digits",
        ),
        ("SN0..SN10000", "this is written like a range of serials, but it stands for more than 10000 serials"),
        ("SN10..SN19", "this is a range of 10 serials, and 2 are due"),
    ] {
        let refused = world.refused_document(&with_ranges, format!("LAPTOP-15\n2\n{range}\nX\n"));
        assert_eq!(refused["refused"][0]["message"], expected);
        assert_eq!(refused["refused"][0]["code"], "not-valid");
    }
    // Every serial of a range is judged.
    let refused = world.refused(&with_ranges, "LAPTOP-15\n4\nSN3..SN6\n");
    assert_eq!(refused, ["3 SN3 serial-already-in-stock", "3 SN4 serial-already-in-stock"]);
}

#[test]
fn a_live_session_shows_the_range_before_it_counts() {
    let world = World::stocked();
    let mut command = world.scantrail();
    command.args(words(RECEIVE));
    let mut terminal = Terminal::start(command);
    terminal.wait_for(" > ");
    terminal.scan("LAPTOP-15");
    terminal.scan("7");
    let said = terminal.scan("SN100..SN102");
    assert!(said.contains("\x07  3 serials, SN100 to SN102: Enter or done takes them, undo does not"), "{said}");
    let said = terminal.scan(&Command::UndoLastScan.code());
    assert!(
        said.contains("undone  SN100 to SN102 are not taken") && said.contains("serial of LAPTOP-15, 1 of 7"),
        "{said}"
    );
    terminal.scan("SN100..SN102");
    let said = terminal.scan("");
    assert!(said.contains("ok  3 serials SN100 to SN102") && said.contains("serial of LAPTOP-15, 4 of 7"), "{said}");
    terminal.scan("SN110+1");
    let said = terminal.scan(&Command::Done.code());
    assert!(said.contains("ok  2 serials SN110 to SN111") && said.contains("6 of 7"), "{said}");
    terminal.scan("SN1..SN2");
    let said = terminal.scan("");
    assert!(said.contains("serial-already-in-stock") && said.contains("nothing of the range counts"), "{said}");
    terminal.scan("SN120..SN121");
    let said = terminal.scan("SN130");
    assert!(said.contains("the range SN120 to SN121 was not taken") && said.contains("ok  SN130, 6 of 7"), "{said}");
    terminal.kill();
    // The serials of a range are in the draft one by one.
    let document = world.json(&format!("{RECEIVE} --live --resume"), "SN131\n");
    let serials = json!(["SN100", "SN101", "SN102", "SN110", "SN111", "SN130", "SN131"]);
    assert_eq!(document["lines"][0]["serials"], serials);
    // With the flag nobody is asked.
    let document = world.json(&format!("{RECEIVE} --live --ranges"), "LAPTOP-15\n2\nSN140..SN141\n");
    assert_eq!(document["lines"][0]["serials"], json!(["SN140", "SN141"]));
}
