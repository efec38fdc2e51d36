//! The `scantrail` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    scantrail::cli::run(std::env::args_os())
}
