//! Names that steer terminals, through every command that shows them: nothing of them reaches stdout or stderr as it is.

use serde_json::Value;

use crate::world::{Outcome, World};

/// Marks that turn the direction of writing, isolate, hide and break lines, and controls of eight bits.
const MARKS: &str = "\u{202E}\u{2066}\u{200F}\u{61C}\u{200B}\u{2028}\u{AD}\u{E0041}";
const CONTROLS: &str = "\u{9B}2J\u{85}\u{7F}";

/// The world asserts of every outcome that nothing in it steers a terminal; what is shown of the name is escaped.
fn shows(outcome: &Outcome, name: &str) {
    let is_json = outcome.stdout.starts_with('{');
    let escaped = if is_json { r"\u202e" } else { r"\xE2\x80\xAE" };
    assert!(outcome.stdout.contains(&format!("{name}{escaped}")), "{name} is not shown:\n{outcome}");
}

fn hostile(world: &World) {
    let name = |text: &str| format!("{text}{MARKS}");
    let text = |text: &str| format!("{text}{MARKS}{CONTROLS}");
    for (line, scans) in [
        (format!("item add '{}' --name '{}' --track lot+serial --unit each", name("IT"), name("ITEM")), String::new()),
        (format!("partner add '{}' --kind supplier --name '{}'", name("SU"), name("SUPPLIER")), String::new()),
        (format!("partner add '{}' --kind customer --name '{}'", name("CU"), name("CUSTOMER")), String::new()),
        (format!("location add '{}'", name("PL")), String::new()),
        (
            format!("order add '{}' --kind purchase --partner '{}' --line '{}=2'", name("PO"), name("SU"), name("IT")),
            String::new(),
        ),
        (
            format!("order add '{}' --kind sales --partner '{}' --line '{}=1'", name("SO"), name("CU"), name("IT")),
            String::new(),
        ),
        (
            format!(
                "receive --po '{}' --to '{}' --lot '{}' --invoice '{}' --note '{}' --field '{}={}'",
                name("PO"),
                name("PL"),
                name("LO"),
                text("INVOICE"),
                text("NOTE"),
                text("KEY"),
                text("VALUE")
            ),
            format!("{}\n2\n{}\n{}\n", name("IT"), name("S1"), name("S2")),
        ),
        (format!("allocate '{}'", name("SO")), String::new()),
        (format!("hold '{}' --lot '{}' --reason '{}'", name("IT"), name("LO"), text("REASON")), String::new()),
    ] {
        let outcome = world.run(&format!("{line} --operator '{}' --station '{}'", name("OP"), name("ST")), scans);
        assert_eq!(outcome.exit, 0, "{outcome}");
    }
    world.write("file.pdf", "x");
    world.ok(&format!("attach lot '{}' file.pdf", name("LO")), "");
}

#[test]
fn every_command_that_reads_shows_them_escaped() {
    let world = World::stocked();
    hostile(&world);
    let name = |text: &str| format!("{text}{MARKS}");
    for (line, shown) in [
        ("item list".to_owned(), "IT"),
        (format!("item show '{}'", name("IT")), "ITEM"),
        ("location list".to_owned(), "PL"),
        ("partner list".to_owned(), "SUPPLIER"),
        ("order list".to_owned(), "PO"),
        (format!("order show '{}'", name("PO")), "PO"),
        (format!("order show '{}'", name("SO")), "SO"),
        ("lot list".to_owned(), "LO"),
        (format!("lot show '{}'", name("LO")), "LO"),
        ("stock".to_owned(), "S1"),
        (format!("stock --lot '{}'", name("LO")), "IT"),
        (format!("trace '{}'", name("S1")), "S1"),
        (format!("trace '{}'", name("LO")), "LO"),
        (format!("trace '{}'", name("PO")), "PO"),
        ("log --all".to_owned(), "REASON"),
        ("log".to_owned(), "NOTE"),
        ("attach list".to_owned(), "LO"),
    ] {
        shows(&world.ok(&line, ""), shown);
        let outcome = world.ok(&format!("{line} --json"), "");
        shows(&outcome, shown);
        let document: Value = outcome.document();
        assert!(document.to_string().contains(&name(shown)), "the document means the same: {line}");
    }
    for line in ["decode", "scanner test"] {
        for flag in ["", " --json"] {
            world.run(&format!("{line}{flag}"), format!("{}\n", name("LO")));
        }
    }
}

#[test]
fn answers_refusals_and_errors_show_them_escaped() {
    let world = World::stocked();
    hostile(&world);
    let name = |text: &str| format!("{text}{MARKS}");
    let (item, lot, place) = (name("IT"), name("LO"), name("PL"));
    for flag in ["", " --json", " --dry-run", " --live", " --live --json"] {
        let receive = format!("receive --from '{}' --to '{place}'{flag}", name("SU"));
        for scans in [
            format!("{item}\n1\n{lot}\n{}\n", name(&format!("N{}", flag.len()))),
            format!("{item}\n1\n{lot}\n{}\n", name("S1")),
            format!("{item}\n{}\n{lot}\n{place}\n", name("1")),
            format!("{}\n", name("UNKNOWN")),
            format!("{item}\n1\n{}\n", name("OTHER")),
        ] {
            world.run(&receive, scans);
        }
        world.run(&format!("{receive} --discard-draft"), format!("{item}\n"));
        world.run(&format!("sell --so '{}'{flag}", name("SO")), format!("1\n{}\n", name("S1")));
        world.run(&format!("allocate '{}'{flag}", name("SO")), "");
    }
    for line in [
        format!("item show '{}'", name("NOPE")),
        format!("order show '{}'", name("NOPE")),
        format!("trace '{}'", name("NOPE")),
        format!("stock --item '{}'", name("NOPE")),
        format!("stock '{}'", name("NOPE")),
        format!("stock --db '{}'", name("NOPE")),
        format!("stock --field '{}'", name("NOPE")),
        format!("log --since '{}'", name("NOPE")),
        format!("import items '{}'", name("NOPE")),
        format!("label item '{item}' --out '{}/x.pdf'", name("NOPE")),
        format!("setting set '{}' '{}'", name("NOPE"), name("NOPE")),
        format!("undo 1 --reason '{}'", name("WHY")),
    ] {
        for flag in ["", " --json"] {
            assert_ne!(world.run(&format!("{line}{flag}"), "").exit, 0, "{line}");
        }
    }
}
