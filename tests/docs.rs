//! The documentation and the fixtures say what the program does: every refusal, every command, every refused line.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use scantrail::ledger::Code;
use serde_json::Value;
use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A database of its own, without environment, configuration or clock.
struct World {
    folder: TempDir,
}

impl World {
    fn empty() -> World {
        World { folder: tempfile::tempdir().unwrap() }
    }

    /// With the masters and orders of the fixtures.
    fn of_the_fixtures() -> World {
        let world = World::empty();
        world.done(&["init"]);
        for (kind, file) in
            [("items", "catalogue"), ("locations", "locations"), ("partners", "partners"), ("orders", "orders")]
        {
            let rows = text(&format!("fixtures/{file}.csv")).lines().count() - 1;
            let document = world.done(&["import", kind, &format!("fixtures/{file}.csv")]);
            assert_eq!(document["rows"], rows, "{file}");
        }
        world
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
        command.current_dir(root()).env_clear().env("HOME", self.folder.path());
        command.env("SCANTRAIL_DB", self.folder.path().join("stock.db"));
        command.env("SCANTRAIL_NOW", "2026-11-23T08:00:00+01:00");
        command.args(arguments).output().unwrap()
    }

    /// The document of a command that ends with this exit code.
    fn document(&self, exit: i32, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn done(&self, arguments: &[&str]) -> Value {
        self.document(0, arguments)
    }
}

/// The commands that a help text lists.
fn commands_of(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.take_while(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The rows of the table in `fixtures/README.md` that begins with this header, as cells without backticks.
fn table(page: &str, header: &str) -> Vec<Vec<String>> {
    let rows = page.lines().skip_while(|line| !line.starts_with(header)).skip(2);
    let cells = |row: &str| row.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    rows.take_while(|row| row.starts_with('|')).map(|row| cells(row)[1..].to_vec()).collect()
}

#[test]
fn every_refusal_has_a_section_in_order_of_precedence() {
    let page = text("docs/refusals.md");
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`')).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|(_, text)| *text).collect();
    assert_eq!(sections, codes);
}

#[test]
fn every_command_is_in_the_table_of_commands() {
    let world = World::empty();
    let help = |arguments: &[&str]| String::from_utf8(world.run(arguments).stdout).unwrap();
    let page = text("docs/commands.md");
    let documented: Vec<String> = table(&page, "| command | does |")
        .iter()
        .flat_map(|row| row[0].split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect();
    let mut commands = Vec::new();
    for command in commands_of(&help(&["--help"])) {
        let below = commands_of(&help(&[&command, "--help"]));
        commands.extend(below.iter().map(|below| format!("{command} {below}")));
        if below.is_empty() {
            commands.push(command);
        }
    }
    assert!(commands.len() > 20, "the help is not understood: {commands:?}");
    assert_eq!(documented, commands);
}

#[test]
fn every_fixture_is_described() {
    let page = text("fixtures/README.md");
    let described: Vec<String> =
        table(&page, "| file |").into_iter().chain(table(&page, "| file | for |")).map(|row| row[0].clone()).collect();
    for folder in ["fixtures", "fixtures/scans"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root().join("fixtures")).unwrap().to_str().unwrap().to_owned();
            if path.is_file() && name != "README.md" {
                assert!(described.contains(&name), "fixtures/README.md does not describe {name}");
            }
        }
    }
}

#[test]
fn one_delivery_scanned_in_three_ways_is_the_same() {
    let received = |ending: &str| {
        let scans = format!("fixtures/scans/receive-po-1001{ending}.txt");
        let mut document = World::of_the_fixtures().done(&["receive", "--po", "PO-1001", "--scans", &scans]);
        // Only the GS1 labels carry the expiry.
        for line in document["lines"].as_array_mut().unwrap() {
            line["expires"] = Value::Null;
        }
        document["lines"].clone()
    };
    let plain = received("");
    assert_eq!(plain.as_array().unwrap().len(), 3);
    assert_eq!(received("-crlf"), plain);
    assert_eq!(received("-gs1"), plain);
}

#[test]
fn the_stream_of_every_refusal_is_refused_line_by_line() {
    let world = World::of_the_fixtures();
    let scans = |name: &str| format!("fixtures/scans/{name}.txt");
    world.done(&["receive", "--po", "PO-1001", "--scans", &scans("receive-po-1001")]);
    world.done(&["receive", "--po", "PO-1002", "--scans", &scans("receive-po-1002-gs1")]);
    world.done(&["sell", "--so", "SO-2002", "--scans", &scans("sell-so-2002")]);
    let stock = world.done(&["stock"]);

    let document = world.document(3, &["receive", "--po", "PO-1003", "--scans", &scans("every-refusal")]);
    let refused: Vec<(String, String)> = document["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["line"].to_string(), one["code"].as_str().unwrap().to_owned()))
        .collect();
    let expected: Vec<(String, String)> = table(&text("fixtures/README.md"), "| line | code |")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(refused, expected);
    let mut codes: Vec<&String> = refused.iter().map(|(_, code)| code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), refused.len(), "each line shows another refusal");
    assert_eq!(world.done(&["stock"]), stock, "a refused stream writes nothing");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = [
        "README.md",
        "docs/README.md",
        "docs/commands.md",
        "docs/refusals.md",
        "docs/architecture.md",
        "docs/scanners.md",
        "docs/numbers.md",
        "docs/patterns.md",
    ];
    for page in pages.into_iter().chain(["docs/decisions.md", "CHANGELOG.md", "fixtures/README.md"]) {
        let text = text(page);
        let folder: PathBuf = root().join(page).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") {
                assert!(folder.join(path).exists(), "{page} links to {target}");
            }
        }
    }
}
