//! A sealed world for the program: its own folder, environment and clock, so that whole outputs can be compared.
#![allow(dead_code)]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::inspector::Inspector;
use crate::ledger::{Engine, Kept, Ledger};

/// What the clock of a world shows at first.
pub const NOW: &str = "2026-11-23T10:00:00+00:00";

/// Exits that only a bug gives: the one the program gives for its own bugs, and the one of a panic.
const BUGS: [i32; 2] = [70, 101];

/// The masters of the shop that most tests happen in.
const ITEMS: &str = "sku,name,track,gtin,barcode,unit,scale
BOLT,Bolt M8,none,,,each,0
CABLE,Cable,none,,,m,2
MILK-1L,Milk 1 l,lot,4006381333931,,each,0
FLOUR,Flour,lot,,,kg,3
LAPTOP-15,Laptop 15 inch,serial,9506000134352,LAP15,each,0
TABLET,Tablet,serial,,,each,0
PUMP,Pump,lot+serial,5901234123457,,each,0
";
const LOCATIONS: &str = "code,kind
WH1/A-01,storage
WH1/A-02,storage
WH1/STAGING,staging
WH1/QUAR,quarantine
VAN-1,transit
";
const PARTNERS: &str = "code,kind,name
ACME,supplier,Acme Ltd
ZENITH,supplier,Zenith GmbH
BOB,customer,Bob's Bikes
CAROL,customer,Carol & Co
";
const ORDERS: &str = "code,kind,partner,item,quantity
PO-1001,purchase,ACME,LAPTOP-15,3
PO-1001,purchase,ACME,MILK-1L,24
PO-1001,purchase,ACME,PUMP,2
SO-2001,sales,BOB,LAPTOP-15,2
SO-2001,sales,BOB,MILK-1L,6
SO-2002,sales,CAROL,LAPTOP-15,1
SO-2002,sales,CAROL,MILK-1L,6
SO-2003,sales,BOB,PUMP,1
SO-2003,sales,BOB,BOLT,10
";

/// A folder, an environment and a clock of its own. The ledger is `scantrail.db` in the folder, or a database on the
/// server, as the engine of the test run says.
pub struct World {
    folder: TempDir,
    ledger: Ledger,
    now: String,
    variables: Vec<(&'static str, OsString)>,
}

/// The ledger's file, where it is one.
const FILE: &str = "scantrail.db";

/// How one run of the program went.
pub struct Outcome {
    command: String,
    stdin: Vec<u8>,
    /// The exit code; negative for a signal.
    pub exit: i32,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl World {
    /// A world without a database.
    pub fn empty() -> World {
        World::of(Engine::of_this_run())
    }

    /// A world without a database, and where it will be a file, for what only files have.
    pub fn of_files() -> World {
        World::of(Engine::Sqlite)
    }

    /// A world without a database, on one of the engines.
    pub fn of(engine: Engine) -> World {
        World::on(Ledger::empty(engine, FILE))
    }

    fn on(ledger: Ledger) -> World {
        let folder = TempDir::with_prefix("scantrail-").unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        World { folder, ledger, now: NOW.to_owned(), variables: Vec::new() }
    }

    /// A world like one that is kept.
    fn like(kept: &Kept) -> World {
        let mut world = World::on(Ledger::File(FILE));
        world.ledger = kept.copy(world.folder.path(), FILE);
        world
    }

    fn kept(self) -> Kept {
        let World { folder, ledger, .. } = self;
        Kept::of(ledger, folder.path())
    }

    /// A world with an empty database.
    pub fn new() -> World {
        let world = World::empty();
        world.ok("init", "");
        world
    }

    /// A world with items, places, partners and orders, and no goods. It is made once and copied.
    pub fn shop() -> World {
        static SHOP: OnceLock<Kept> = OnceLock::new();
        World::like(SHOP.get_or_init(|| World::empty().with_masters().kept()))
    }

    /// The shop with goods in it: laptops SN1 to SN4 and 20 bolts at A-01, milk of lot B7 (10 until 2026-12-01) and B8
    /// (10 until 2026-11-30) at A-01, pumps P1 and P2 of lot L1 at A-02.
    pub fn stocked() -> World {
        static STOCKED: OnceLock<Kept> = OnceLock::new();
        World::like(STOCKED.get_or_init(|| World::shop().with_goods().kept()))
    }

    /// The stocked shop in a file, for what only files have.
    pub fn stocked_in_a_file() -> World {
        static STOCKED: OnceLock<Kept> = OnceLock::new();
        World::like(STOCKED.get_or_init(|| World::of_files().with_masters().with_goods().kept()))
    }

    fn with_masters(self) -> World {
        self.ok("init", "");
        for (kind, text) in [("items", ITEMS), ("locations", LOCATIONS), ("partners", PARTNERS), ("orders", ORDERS)] {
            self.write("masters.csv", text);
            self.ok(&format!("import {kind} masters.csv"), "");
        }
        self
    }

    fn with_goods(self) -> World {
        self.ok("receive --from ACME --to WH1/A-01", "LAPTOP-15\n4\nSN1\nSN2\nSN3\nSN4\nBOLT\n20\n");
        self.ok("receive --from ACME --to WH1/A-01 --lot B7 --expires 2026-12-01", "MILK-1L\n10\n");
        self.ok("receive --from ACME --to WH1/A-01 --lot B8 --expires 2026-11-30", "MILK-1L\n10\n");
        self.ok("receive --from ACME --to WH1/A-02", "PUMP\n2\nL1\nP1\nP2\n");
        self
    }

    /// What `--db` is given for this world's ledger.
    pub fn address(&self) -> &str {
        self.ledger.address()
    }

    /// A look at the tables of the ledger.
    pub fn inspector(&self) -> Inspector {
        self.ledger.inspector(self.folder.path())
    }

    /// Sets the clock.
    pub fn set_now(&mut self, now: &str) {
        self.now = now.to_owned();
    }

    /// Sets a variable of the environment.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.variables.push((name, value.into()));
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// A program to be started in this world.
    pub fn sealed(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.folder.path());
        command.env("HOME", self.folder.path()).env("SCANTRAIL_NOW", &self.now).env("SCANTRAIL_DB", self.address());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The program, with the flags that every test gives.
    pub fn scantrail(&self) -> Command {
        let mut command = self.sealed(env!("CARGO_BIN_EXE_scantrail"));
        command.args(["--operator", "ann", "--station", "dock-1"]);
        command
    }

    /// Runs a command line with scans on stdin. Words stand between spaces, or in single quotes.
    pub fn run(&self, line: &str, stdin: impl AsRef<[u8]>) -> Outcome {
        let mut command = self.scantrail();
        command.args(words(line));
        finish(command, &format!("scantrail {line}"), stdin.as_ref())
    }

    /// Runs words that need not be text.
    pub fn run_words(&self, words: &[OsString], stdin: impl AsRef<[u8]>) -> Outcome {
        let mut command = self.scantrail();
        command.args(words);
        finish(command, &format!("scantrail {words:?}"), stdin.as_ref())
    }

    /// Runs a command that must end well.
    pub fn ok(&self, line: &str, stdin: impl AsRef<[u8]>) -> Outcome {
        let outcome = self.run(line, stdin);
        assert_eq!(outcome.exit, 0, "should end well:\n{outcome}");
        outcome
    }

    /// The document of a command that must end well.
    pub fn json(&self, line: &str, stdin: impl AsRef<[u8]>) -> Value {
        self.ok(&format!("{line} --json"), stdin).document()
    }

    /// The document of a command that must be refused and must have changed nothing.
    pub fn refused_document(&self, line: &str, stdin: impl AsRef<[u8]>) -> Value {
        let before = self.state();
        let outcome = self.run(&format!("{line} --json"), stdin);
        assert_eq!(outcome.exit, 3, "should be refused:\n{outcome}");
        let document = outcome.document();
        assert_eq!(self.state(), before, "a refused command changed something:\n{outcome}");
        document
    }

    /// What a command is refused for, as `line scan code` (`-` where there is no line or scan). The document must be
    /// whole, and nothing may have changed.
    pub fn refused(&self, line: &str, stdin: impl AsRef<[u8]>) -> Vec<String> {
        refusals_of(&self.refused_document(line, stdin))
    }

    /// The codes a command is refused for.
    pub fn refused_codes(&self, line: &str, stdin: impl AsRef<[u8]>) -> Vec<String> {
        let refused = self.refused(line, stdin);
        refused.iter().map(|one| one.rsplit(' ').next().unwrap_or_default().to_owned()).collect()
    }

    /// Everything that the ledger holds, as far as commands show it.
    pub fn state(&self) -> Value {
        if self.run("stock", "").exit == 1 {
            return Value::Null;
        }
        let show = |line: &str| self.json(line, "");
        json!([show("log --all"), show("stock")])
    }

    /// The stock of an item as `place[ lot][ serial] quantity[ (allocated)]`, sorted.
    pub fn stock(&self, item: &str) -> Vec<String> {
        let document = self.json(&format!("stock --item {item}"), "");
        let rows = document["stock"].as_array().unwrap_or_else(|| panic!("no stock: {document}"));
        let mut rows: Vec<String> = rows.iter().map(one_row).collect();
        rows.sort();
        rows
    }

    /// Runs commands, each with its scans, and shows them as they would stand on a screen.
    pub fn transcript(&self, lines: &[(&str, &str)]) -> String {
        let mut text = String::new();
        for (line, stdin) in lines {
            let outcome = self.run(line, stdin);
            let _ = writeln!(text, "{outcome}");
        }
        self.redacted(&text)
    }

    /// Without what differs from run to run: the folder, and op ids that nobody gave.
    pub fn redacted(&self, text: &str) -> String {
        let text = text.replace(&self.folder.path().display().to_string(), "<folder>");
        // The one difference between the engines is where the ledger is.
        let text = text.replace(&without_password(self.address()), FILE);
        let mut redacted = String::new();
        let mut run = String::new();
        let flush = |run: &mut String, redacted: &mut String| {
            redacted.push_str(if run.len() == 32 { "<op-id>" } else { run });
            run.clear();
        };
        for character in text.chars() {
            if matches!(character, '0'..='9' | 'a'..='f') {
                run.push(character);
            } else {
                flush(&mut run, &mut redacted);
                redacted.push(character);
            }
        }
        flush(&mut run, &mut redacted);
        redacted
    }
}

/// An address as the program shows it.
fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) => {
            let user = rest.split([':', '@']).next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        _ => address.to_owned(),
    }
}

/// The refusals of a document as `line scan code`; each must be whole.
pub fn refusals_of(document: &Value) -> Vec<String> {
    let refused = document["refused"].as_array().unwrap_or_else(|| panic!("not a refusal: {document}"));
    assert!(!refused.is_empty(), "refused without a reason");
    refused.iter().map(one_refusal).collect()
}

fn one_refusal(refusal: &Value) -> String {
    for key in ["code", "message", "hint"] {
        assert!(refusal[key].as_str().is_some_and(|text| !text.trim().is_empty()), "no {key}: {refusal}");
    }
    assert!(
        refusal.get("line").is_some() && refusal.get("scan").is_some(),
        "line and scan always stand there: {refusal}"
    );
    let line = refusal["line"].as_u64().map_or_else(|| "-".to_owned(), |line| line.to_string());
    format!("{line} {} {}", refusal["scan"].as_str().unwrap_or("-"), refusal["code"].as_str().unwrap_or_default())
}

fn one_row(row: &Value) -> String {
    let mut text = row["location"].as_str().unwrap_or_default().to_owned();
    for key in ["lot", "serial"] {
        row[key].as_str().iter().for_each(|part| {
            text.push(' ');
            text.push_str(part);
        });
    }
    text.push(' ');
    text.push_str(row["quantity"].as_str().unwrap_or("?"));
    let allocated = row["allocated"].as_str().unwrap_or("?");
    if allocated.chars().any(|one| !matches!(one, '0' | '.')) {
        text.push_str(&format!(" ({allocated})"));
    }
    text
}

/// Cuts a command line into words.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, piece) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Runs a program to its end. It must not stop by a bug, and nothing may steer the terminal.
pub fn finish(mut command: Command, shown: &str, stdin: &[u8]) -> Outcome {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
    let mut pipe = child.stdin.take().unwrap_or_else(|| panic!("{shown}: no stdin"));
    let output = std::thread::scope(|scope| {
        // A command that refuses its arguments does not read its stdin: then the pipe breaks, which is fine.
        scope.spawn(move || drop(pipe.write_all(stdin)));
        child.wait_with_output().unwrap_or_else(|error| panic!("{shown}: {error}"))
    });
    let outcome = Outcome {
        command: shown.to_owned(),
        stdin: stdin.to_owned(),
        exit: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("{shown}: stdout is not text: {error}")),
        stderr: String::from_utf8(output.stderr).unwrap_or_else(|error| panic!("{shown}: stderr is not text: {error}")),
    };
    assert!(!BUGS.contains(&outcome.exit) && outcome.exit >= 0, "stopped by a bug:\n{outcome}");
    let steers = |text: &str| {
        text.chars().any(|one| !scantrail::codes::shows_itself(one) && !matches!(one, '\n' | '\x07' | '\\'))
    };
    assert!(!steers(&outcome.stdout) && !steers(&outcome.stderr), "steers the terminal: {:?}", outcome.to_string());
    outcome
}

impl Outcome {
    /// Exactly one JSON document.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not one JSON document ({error}):\n{self}"))
    }

    /// Asserts the exit code, and gives the code of the error document of a command with `--json`.
    pub fn error_code(&self, exit: i32) -> String {
        assert_eq!(self.exit, exit, "{self}");
        let document = self.document();
        for key in ["code", "message", "hint"] {
            assert!(document["error"][key].as_str().is_some_and(|text| !text.is_empty()), "no {key}: {document}");
        }
        assert!(!self.stderr.is_empty(), "an error is told to people too:\n{self}");
        document["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "$ {}", self.command)?;
        if !self.stdin.is_empty() {
            writeln!(formatter, "< {}", scantrail::codes::shown(&self.stdin))?;
        }
        formatter.write_str(&self.stdout)?;
        for line in self.stderr.lines() {
            writeln!(formatter, "{}", format!("! {}", line.replace('\x07', "<bell>")).trim_end())?;
        }
        writeln!(formatter, "exit {}", self.exit)
    }
}
