//! `scanner`: a station is calibrated, and scans are repaired.

use scantrail::codes::{sheet, shown};
use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::world::{World, words};

const LABEL: &str = "]d2010952123454321310AB-123\u{1d}17270131";

/// A scanner on a German host that sends `{GS}` and puts `~` in front.
fn german(text: &str) -> String {
    let typed: String = text
        .chars()
        .map(|one| match one {
            '\u{1d}' => "#".to_owned(),
            '#' => "§".to_owned(),
            '\\' => "\u{1}".to_owned(),
            ']' => "+".to_owned(),
            '+' => "`".to_owned(),
            '`' => "^".to_owned(),
            '^' => "&".to_owned(),
            '&' => "/".to_owned(),
            '/' => "-".to_owned(),
            '-' => "ß".to_owned(),
            'y' => "z".to_owned(),
            'z' => "y".to_owned(),
            'Y' => "Z".to_owned(),
            'Z' => "Y".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("~{typed}")
}

fn sheet_text() -> String {
    sheet::data_matrix().expected()
}

fn kept(world: &World) -> Value {
    world.json("scanner show", "")
}

#[test]
fn a_station_is_calibrated_and_decode_reads_what_it_sends() {
    let world = World::empty();
    let line = format!("{}\r", german(LABEL));
    let before = world.json("decode", &line);
    assert_ne!(before["scans"][0]["lot"], "AB-123");
    let found = world.json("scanner calibrate", format!("{}\r", german(&sheet_text())));
    assert_eq!((&found["losses"], &found["end"]), (&json!([]), &json!("CR")));
    let settings = found["settings"].as_array().unwrap();
    for setting in ["prefix=~", "gs=#", "char=ß-", "char=+]", "char=-/"] {
        assert!(settings.contains(&json!(setting)), "{setting} in {settings:?}");
    }
    assert_eq!(kept(&world)["settings"], found["settings"]);
    let scan = &world.json("decode", &line)["scans"][0];
    assert_eq!(
        (&scan["lot"], &scan["symbology"], &scan["confidence"]),
        (&json!("AB-123"), &json!("]d2"), &json!("sure"))
    );
    assert_eq!(world.json("decode --as-scanned", &line), before);
    // A character that nothing arrives as is refused, and not taken for itself.
    let refused = &world.json("decode", "~AB\u{e4}\r")["scans"][0]["refused"];
    assert_eq!(refused["code"], "scan-not-readable");
    assert_eq!(world.json("scanner forget", "")["removed"], true);
    assert_eq!(world.json("scanner forget", "")["removed"], false);
    assert_eq!(world.json("decode", &line), before);
}

#[test]
fn what_needs_no_repair_is_said_and_a_dry_run_saves_nothing() {
    let world = World::empty();
    let said = world.ok("scanner calibrate --dry-run", format!("{}\r\n", sheet_text())).stdout;
    assert!(said.contains("Nothing needs repairing") && said.contains("CR LF ends each scan"), "{said}");
    assert!(said.contains("Nothing was saved"), "{said}");
    assert_eq!(kept(&world)["made"], Value::Null);
    let said = world.ok("scanner calibrate", sheet::data_matrix().text).stdout;
    assert!(said.contains("No line end is sent") && said.contains("Saved in"), "{said}");
    assert_ne!(kept(&world)["made"], Value::Null);
}

#[test]
fn what_cannot_be_repaired_is_exit_4_and_refused_later() {
    let world = World::empty();
    let lost = |text: &str| text.replace('\u{1d}', "").replace('/', "-");
    let outcome = world.run("scanner calibrate --json", format!("{}\n", lost(&sheet_text())));
    assert_eq!(outcome.exit, 4, "{outcome}");
    let codes: Vec<Value> =
        outcome.document()["losses"].as_array().unwrap().iter().map(|loss| loss["code"].clone()).collect();
    assert_eq!(codes, ["separator", "same"]);
    let scan = &world.json("decode", "A-1\n")["scans"][0];
    assert_eq!(scan["refused"]["code"], "scan-not-readable");
    assert_eq!(world.json("decode", "A1\n")["scans"][0]["refused"], Value::Null);
    assert!(world.ok("scanner show", "").stdout.contains("Cannot be repaired: the separator (GS) does not arrive"));
}

#[test]
fn a_separator_may_arrive_as_what_ends_other_scans() {
    let world = World::empty();
    let tabs = |text: &str| text.replace('\u{1d}', "\t");
    let found = world.json("scanner calibrate", format!("{}\r", tabs(&sheet_text())));
    assert_eq!(found["settings"], json!(["gs=TAB"]));
    assert_eq!(world.json("decode", format!("{}\r", tabs(LABEL)))["scans"][0]["expires"], "2027-01-31");
    for (stand_in, end) in [("\t", "\t"), ("\r", "\r"), ("\n", "\r\n")] {
        let arrived = sheet_text().replace('\u{1d}', stand_in);
        let outcome = world.run("scanner calibrate --json", format!("{arrived}{end}"));
        assert_eq!(outcome.exit, 4, "{outcome}");
        assert_eq!(outcome.document()["losses"][0]["code"], "separator-ends-scan");
    }
}

#[test]
fn bars_are_scanned_one_after_the_other() {
    let world = World::empty();
    let bars: Vec<String> = sheet::bars().iter().map(|bar| german(&bar.expected())).collect();
    let found = world.json("scanner calibrate", bars.join("\r\n"));
    assert!(found["settings"].as_array().unwrap().contains(&json!("gs=#")), "{found}");
    let outcome = world.run("scanner calibrate --dry-run", bars[1..4].join("\r"));
    assert_eq!(outcome.exit, 1, "{outcome}");
    assert!(outcome.stderr.contains("still to be scanned: the bars 1, 5"), "{outcome}");
}

#[test]
fn another_scan_is_no_calibration() {
    let world = World::empty();
    for scan in ["", "4006381333931\n", LABEL, "\r\n\r\n"] {
        let outcome = world.run("scanner calibrate --json", scan);
        assert_eq!(outcome.exit, 3, "{outcome}");
    }
    assert_eq!(kept(&world)["made"], Value::Null);
}

#[test]
fn settings_are_made_by_hand() {
    let world = World::empty();
    world.ok("scanner set gs=# prefix=~", "");
    world.ok("scanner set char=ß- --dry-run", "");
    assert_eq!(kept(&world)["settings"], json!(["prefix=~", "gs=#"]));
    let said = world.ok("scanner show", "").stdout;
    assert!(said.contains("ARRIVES  MEANS") && said.contains("#        the separator (GS)"), "{said}");
    for (settings, message) in
        [("colour=1", "there is no setting colour"), ("char=ab char=ac", "a is set to arrive for b already")]
    {
        let outcome = world.run(&format!("scanner set {settings}"), "");
        assert!(outcome.exit == 2 && outcome.stderr.contains(message), "{outcome}");
    }
    assert_eq!(world.json("decode --setting suffix=;", "~]C110B7#21S;\n")["scans"][0]["serial"], "S");
}

#[test]
fn a_damaged_profile_is_never_passed_over() {
    let world = World::empty();
    world.ok("scanner set gs=#", "");
    let saved = world.json("scanner calibrate", sheet_text())["saved"].as_str().unwrap().to_owned();
    std::fs::write(&saved, "settings = [\"gs=\"]").unwrap();
    for line in ["scanner show", "scanner test", "decode", "scanner set gs=#"] {
        let outcome = world.run(line, "A\n");
        assert!(outcome.exit == 2 && outcome.stderr.contains("is not understood: gs cannot be"), "{line} {outcome}");
    }
    world.ok("decode --as-scanned", "A\n");
    world.ok("scanner forget", "");
    world.ok("decode", "A\n");
}

#[test]
fn the_sheet_is_one_file() {
    let world = World::empty();
    for paper in ["a4", "letter"] {
        let path = world.path("sheet.pdf");
        let line = format!("scanner calibrate --sheet {} --paper {paper}", path.display());
        world.ok(&line, "");
        let first = std::fs::read(&path).unwrap();
        world.ok(&line, "");
        assert!(first.starts_with(b"%PDF") && first == std::fs::read(&path).unwrap());
    }
}

#[test]
fn a_test_shows_every_byte_and_what_is_understood() {
    let world = World::empty();
    world.ok("scanner set gs=#", "");
    let said = world.ok("scanner test", "]C110B7#21S\x1b[2J\r").stdout;
    for expected in
        ["16 bytes, ended by CR", "5D ]", "1B ESC", "0D CR", r"repaired: ]C110B7\x1D21S\x1B[2J", "refused ["]
    {
        assert!(said.contains(expected), "{expected:?} in {said}");
    }
    assert!(!said.contains('\x1b'));
    let document = world.json("scanner test", "]C110B7#21S\rA1");
    let scans = document["scans"].as_array().unwrap();
    assert_eq!((&scans[0]["read"][0]["lot"], &scans[0]["end"]), (&json!("B7"), &json!("CR")));
    assert_eq!((&scans[1]["raw"], &scans[1]["end"], &scans[1]["bytes"][1]), (&json!("A1"), &json!(""), &json!("31")));
}

fn start(world: &World, line: &str) -> Terminal {
    let mut command = world.scantrail();
    command.args(words(line));
    Terminal::start(command)
}

#[test]
fn at_a_terminal_a_pause_ends_a_scan() {
    let world = World::empty();
    let mut terminal = start(&world, "scanner calibrate");
    terminal.wait_for("Ctrl-C stops.");
    terminal.send("4006381333931\r");
    terminal.wait_for("not the calibration barcode");
    terminal.send(german(&sheet_text()).replace('#', "\t"));
    let screen = terminal.ends_with(0);
    assert!(screen.contains("No line end is sent"), "{}", shown(screen.as_bytes()));
    assert!(kept(&world)["settings"].as_array().unwrap().contains(&json!("gs=TAB")));
    let mut terminal = start(&world, "scanner calibrate");
    terminal.wait_for("Ctrl-C stops.");
    terminal.press(0x03);
    terminal.wait_for("Ctrl-C was pressed");
    terminal.ends_with(1);
}

#[test]
fn a_test_at_a_terminal_is_live() {
    let world = World::empty();
    let mut terminal = start(&world, "scanner test");
    terminal.wait_for("Ctrl-C ends it.");
    terminal.send("]C110B7\x1d21S\x1b[2J\r\n");
    terminal.wait_for("ended by CR LF");
    terminal.wait_for("refused [");
    terminal.send("]C110B7\x1d21S");
    terminal.wait_for("no line end was sent");
    terminal.wait_for("serial");
    std::thread::sleep(std::time::Duration::from_millis(400));
    terminal.press(0x04);
    let screen = terminal.ends_with(0);
    assert!(!screen.contains('\x1b') && !screen.contains('\x1d'), "{}", shown(screen.as_bytes()));
}

#[test]
fn the_profile_counts_in_every_command_and_what_arrived_is_kept() {
    let world = World::shop();
    world.ok("scanner set gs=# prefix=~ char=ß- caps=invert", "");
    let receive = "receive --from ACME --to WH1/A-01";
    let document = world.json(receive, "~]c1010400638133393110b7#17270131\n5\n~laptopß15\n1\n~sn9\n");
    assert_eq!(document["lines"][0]["lot"], "B7", "{document}");
    assert_eq!(document["lines"][1]["serials"][0], "SN9");
    assert_eq!(document["warnings"][0]["code"], "repaired-scans");
    let kept = world.inspector().rows("SELECT stream FROM scans ORDER BY operation DESC LIMIT 1");
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let stream = kept[0][0].as_deref().unwrap();
    assert!(
        stream.contains(&hex("~]c1010400638133393110b7#17270131\r]C1010400638133393110B7\x1d17270131\n5\n")),
        "{stream}"
    );
    // Live sessions and stations too, and what is wanted as it arrives is.
    let outcome = world.ok(&format!("{receive} --live --json"), "~bolt\n3\nDONE\n");
    assert_eq!(outcome.document()["lines"][0]["item"], "BOLT");
    assert_eq!(world.refused_codes(&format!("{receive} --as-scanned"), "~bolt\n3\n"), ["unknown-item"]);
    assert_eq!(world.json("decode", "~sn9\n")["scans"][0]["raw"], "SN9");
}

#[test]
fn what_cannot_be_repaired_is_refused_with_its_line() {
    let world = World::shop();
    world.ok("scanner set encoding=windows-1252 lost=`", "");
    let receive = "receive --from ACME --to WH1/A-01";
    let refused = world.refused(receive, "LAPTOP-15\n2\nSN`1\nSN2\n");
    assert_eq!(refused, ["3 SN`1 scan-not-readable"]);
    let outcome = world.run(&format!("{receive} --live"), "LAPTOP-15\n1\nSN`1\nSN1\nDONE\n");
    assert!(outcome.stderr.contains("refused [scan-not-readable]"), "{outcome}");
    assert_eq!(world.stock("LAPTOP-15"), ["WH1/A-01 SN1 1"]);
}

#[test]
fn letters_whose_case_is_lost_are_known_in_the_case_in_which_they_were_kept() {
    let world = World::shop();
    let receive = "receive --from ACME --to WH1/A-01";
    world.ok(receive, "MILK-1L\n10\nB7x\nMILK-1L\n10\nq1\nLAPTOP-15\n1\nSN9\n");
    world.ok("scanner set case=lower", "");
    // Capitals are the most likely, small letters are known as such, and a new one is kept as capitals and told.
    world.ok("sell --to BOB", "milk-1l\n1\nq1\n1\nsn9\n");
    let document = world.json(receive, "milk-1l\n5\nnew-1\n");
    assert_eq!(document["lines"][0]["lot"], "NEW-1");
    let codes: Vec<&str> =
        document["warnings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"case-lost"), "{codes:?}");
    // Mixed case cannot be told from another lot: it is not found, and nothing is booked.
    assert_eq!(world.refused_codes("sell --to BOB", "milk-1l\n1\nb7x\n"), ["unknown-lot"]);
}

#[test]
fn what_codes_hold_is_no_separator_and_no_prefix() {
    let world = World::shop();
    for setting in ["gs=A", "gs=29", r"gs=\x0D", "prefix=1", r"prefix=\x0A"] {
        let run = world.run(&format!("scanner set {setting} --dry-run"), "");
        assert!(run.exit != 0 && run.stderr.contains("nothing was set"), "{setting} {}", run.stderr);
    }
    world.ok("scanner set gs=<GS> prefix=~ --dry-run", "");
}
