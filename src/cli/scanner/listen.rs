//! What a scanner sends, byte by byte: from a terminal, where a pause ends a scan, and from a pipe.

use std::io::Read;
use std::time::Duration;

use crate::cli::failure::Failure;
use crate::cli::live::keyboard::{Arrived, Wire};
use crate::cli::terminal::{RawTerminal, read_stdin};

/// After so long without a byte a scan is over. Slow radio scanners leave some 100 ms between two characters.
pub const PAUSE: Duration = Duration::from_millis(300);

/// More bytes than this are no scan.
const MOST_BYTES: usize = 16_384;

const CONTROL_C: u8 = 0x03;
const CONTROL_D: u8 = 0x04;

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Bytes, and a pause behind them.
    Bytes(Vec<u8>),
    /// The person or the stream is done.
    End,
    /// The person, a signal or the terminal stops it.
    Stop(&'static str),
}

/// Waits for the bytes up to the next pause.
///
/// # Errors
/// What the system says.
pub fn terminal(terminal: &mut RawTerminal) -> Result<Heard, Failure> {
    let wrong = |error: std::io::Error| Failure::file("the terminal", &error);
    let mut bytes = Vec::new();
    loop {
        match terminal.next().map_err(wrong)? {
            Arrived::Byte { byte, .. } => bytes.push(byte),
            Arrived::Gone => return Ok(Heard::Stop("the terminal went away")),
            Arrived::Signal => return Ok(Heard::Stop("a signal asked for it")),
        }
        if bytes.len() >= MOST_BYTES || terminal.is_quiet_for(PAUSE).map_err(wrong)? {
            break;
        }
    }
    Ok(match bytes[..] {
        [CONTROL_C] => Heard::Stop("Ctrl-C was pressed"),
        [CONTROL_D] => Heard::End,
        _ => Heard::Bytes(bytes),
    })
}

/// Everything that a pipe holds.
///
/// # Errors
/// What the system says; more than a scanner sends.
pub fn pipe() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let wrong = |error: std::io::Error| Failure::file("stdin", &error);
    std::io::stdin().lock().take(1 << 20).read_to_end(&mut bytes).map_err(wrong)?;
    Ok(bytes)
}

/// The next line of a pipe with its end, as soon as it is there; empty at the end of the stream. A LF behind a CR comes
/// as a line of its own, because nobody knows whether one will come.
///
/// # Errors
/// What the system says.
pub fn line(keeps_tabs: bool) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while bytes.len() < MOST_BYTES && read_stdin(&mut byte).map_err(|error| Failure::file("stdin", &error))? == 1 {
        bytes.push(byte[0]);
        if matches!(byte[0], b'\r' | b'\n') || (byte[0] == b'\t' && !keeps_tabs) {
            break;
        }
    }
    Ok(bytes)
}
