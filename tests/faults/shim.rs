//! The shim of `shim.c`: how it is compiled, put before the program, and told what to do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The calls that are counted.
pub const CLASSES: [&str; 6] = ["write", "sync", "truncate", "open", "unlink", "name"];

/// What happens at one of them.
pub const WAYS: [&str; 5] = ["kill-before", "kill-after", "torn", "eio", "enospc"];

/// One fault: what happens at which call.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub class: &'static str,
    pub at: usize,
    pub way: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} at {} {}", self.way, self.class, self.at)
    }
}

/// Whether the disk does what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    True,
    /// It says that it has synced, and has not.
    DropsSyncs,
}

/// The library, compiled once in a test run.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/shim.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (library, making) = (folder.join("shim.so"), folder.join(format!("shim-{}.so", std::process::id())));
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut command = Command::new(compiler);
        command.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]).arg(&making).arg(source);
        let made = command.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::rename(&making, &library).unwrap();
        library
    })
}

/// Puts the shim before a command that has not begun: what it does inside of the folder is recorded, behind what is
/// recorded already.
pub fn watch(command: &mut Command, folder: &Path, record: &Path, fault: Option<Fault>, honesty: Honesty) {
    command.env("LD_PRELOAD", library()).env("FAULT_FOLDER", folder).env("FAULT_RECORD", record);
    if let Some(Fault { class, at, way }) = fault {
        command.env("FAULT_CLASS", class).env("FAULT_AT", at.to_string()).env("FAULT_HOW", way);
    }
    if honesty == Honesty::DropsSyncs {
        command.env("FAULT_LIES", "1");
    }
}
