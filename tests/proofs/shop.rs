//! A small shop in a temporary folder, driven through the program itself in a sealed world.
#![allow(dead_code)]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::inspector::Inspector;
use crate::ledger::{Engine, Ledger};

/// A folder with a ledger, or one with a ledger on the server, as the engine of the test run says.
pub struct Shop {
    folder: tempfile::TempDir,
    ledger: Ledger,
    variables: Vec<(&'static str, String)>,
}

/// How a command ended.
pub struct Ended {
    pub exit: Option<i32>,
    pub document: Value,
    pub told: String,
}

impl Ended {
    pub fn of(output: Output) -> Ended {
        Ended {
            exit: output.status.code(),
            document: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            told: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Fails unless it was done.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.exit, Some(0), "{}", self.told);
        self.document
    }

    /// The codes of a refusal.
    pub fn refused(&self) -> Vec<&str> {
        let refused = self.document["refused"].as_array();
        refused.into_iter().flatten().filter_map(|one| one["code"].as_str()).collect()
    }
}

impl Shop {
    /// With items of every tracking, places, partners and orders, and no goods.
    pub fn new() -> Shop {
        Shop::with(&[])
    }

    /// Without a database.
    pub fn unmade() -> Shop {
        Shop::at(Ledger::empty(Engine::of_this_run(), "shop.db"))
    }

    /// Without a database, and with a place for one.
    pub fn at(ledger: Ledger) -> Shop {
        Shop { folder: tempfile::tempdir().unwrap(), ledger, variables: Vec::new() }
    }

    /// The same, with variables in the environment of every command.
    pub fn with(variables: &[(&'static str, &str)]) -> Shop {
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Shop { variables, ..Shop::unmade() }.with_masters()
    }

    /// The same, with a variable in the environment of every command.
    pub fn given(mut self, name: &'static str, value: &str) -> Shop {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The same, with a database, items of every tracking, places, partners and orders.
    pub fn with_masters(self) -> Shop {
        let shop = self;
        shop.run(&["init"], "").ok();
        for (sku, track) in [("BULK", "none"), ("MILK", "lot"), ("LAP", "serial"), ("VIAL", "lot+serial")] {
            shop.run(&["item", "add", sku, "--name", sku, "--track", track], "").ok();
        }
        for (path, kind) in [("A", "storage"), ("B", "storage"), ("STG", "staging")] {
            shop.run(&["location", "add", path, "--kind", kind], "").ok();
        }
        shop.run(&["partner", "add", "ACME", "--kind", "supplier", "--name", "Acme"], "").ok();
        shop.run(&["partner", "add", "BOB", "--kind", "customer", "--name", "Bob"], "").ok();
        for (code, line) in [("SO-1", "LAP=4"), ("SO-2", "LAP=4"), ("SO-3", "MILK=40")] {
            shop.run(&["order", "add", code, "--kind", "sales", "--partner", "BOB", "--line", line], "").ok();
        }
        shop
    }

    /// With masters, with goods of every tracking, an allocation and a sale.
    pub fn with_goods() -> Shop {
        Shop::new().stocked()
    }

    /// The same with goods of every tracking, an allocation and a sale.
    pub fn stocked(self) -> Shop {
        let shop = self;
        shop.receive(&["LAP", "3", "SN-1", "SN-2", "SN-3", "BULK", "20"]);
        let milk = ["receive", "--from", "ACME", "--to", "A", "--expires", "2099-01-31"];
        shop.run(&milk, "MILK\n30\nLOT-A\nVIAL\n1\nLOT-B\nV-1\n").ok();
        shop.run(&["allocate", "SO-1"], "").ok();
        shop.run(&["sell", "--to", "BOB", "--from", "A"], "MILK\n5\nLOT-A\n").ok();
        shop.run(&["setting", "set", "lot-words", "lot"], "").ok();
        let lot = ["lot", "set", "LOT-A", "--item", "MILK", "--code", "LOT-AA", "--supplier-lot", "ACME=4712"];
        shop.run(&[&lot[..], &["--expires", "2099-02-28", "--reason", "misread"]].concat(), "").ok();
        shop.run(&["item", "set", "BULK", "--pack", "BULK-CASE=12", "--supplier-barcode", "ACME=4711"], "").ok();
        shop.run(&["hold", "VIAL", "--lot", "LOT-Z", "--reason", "recall"], "").ok();
        shop.run(&["release-hold", "VIAL", "--lot", "LOT-Z", "--reason", "good"], "").ok();
        shop.run(&["owner", "set", "serial", "V-1", "BOB"], "").ok();
        shop.attach("LOT-A", "certificate.pdf", b"a certificate");
        shop
    }

    /// Attaches a file to a lot.
    pub fn attach(&self, lot: &str, name: &str, content: &[u8]) -> Value {
        std::fs::write(self.folder().join(name), content).unwrap();
        self.run(&["attach", "lot", lot, name], "").ok()
    }

    /// True when its commands find this in their environment.
    pub fn is_given(&self, name: &str, value: &str) -> bool {
        self.variables.iter().any(|(given, its)| *given == name && its == value)
    }

    /// The folder in which its commands run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `--db` is given in that folder.
    pub fn address(&self) -> &str {
        self.ledger.address()
    }

    /// A look at its tables.
    pub fn inspector(&self) -> Inspector {
        self.ledger.inspector(self.folder.path())
    }

    /// A command in a world of its own: no environment, own home, a fixed station.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("SCANTRAIL_DB", self.address())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM", "1")
            .args(["--json", "--operator", "ann", "--station", "dock-1"])
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Begins a command and hands it its scans.
    pub fn begin(&self, arguments: &[&str], scans: &str) -> Child {
        let mut child = self.command(arguments).spawn().unwrap();
        // A command that is refused early may close its input first.
        let _ = child.stdin.take().unwrap().write_all(scans.as_bytes());
        child
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str], scans: &str) -> Ended {
        Ended::of(self.begin(arguments, scans).wait_with_output().unwrap())
    }

    /// Receives into place A and gives the number of the operation.
    pub fn receive(&self, scans: &[&str]) -> i64 {
        let done = self.run(&["receive", "--from", "ACME", "--to", "A"], &scans.join("\n")).ok();
        done["operation"].as_i64().unwrap()
    }
}
