//! Writing to stdout and stderr without ever stopping the program: both may be closed or full.

use std::io::{ErrorKind, Write};

use serde_json::Value;

use super::failure::{EXIT_COULD_NOT, Failure};

/// Writes the result of a command that wrote nothing.
///
/// # Errors
/// [`Failure::Silent`] when nobody reads any more, else that stdout could not be written.
pub fn result(text: &str) -> Result<(), Failure> {
    write(text).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Silent,
        _ => Failure::Error {
            exit: EXIT_COULD_NOT,
            code: "stdout",
            message: format!("the result could not be written: {error}"),
            hint: "check where stdout goes".to_owned(),
        },
    })
}

/// Writes the result of a command that recorded an operation.
///
/// # Errors
/// [`Failure::Undelivered`], which says how to get it.
pub fn recorded(text: &str, op_id: &str, number: i64) -> Result<(), Failure> {
    write(text).map_err(|error| Failure::Undelivered {
        message: format!(
            "recorded as operation {number}, but the result could not be written: {error}\n  hint: repeat the command with \
             --op-id {op_id} to see it; it is recorded once"
        ),
    })
}

/// Writes to stdout, whole.
///
/// # Errors
/// Nobody reads any more, it is closed, or it is full.
pub fn write(text: &str) -> std::io::Result<()> {
    if was_closed() {
        return Err(std::io::Error::new(ErrorKind::NotConnected, "stdout is closed"));
    }
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

/// A program that is started with stdout closed gets the null device there before `main`, opened for reading too, which
/// no redirection to it does: so that what was written to nobody is not taken for delivered.
#[cfg(unix)]
fn was_closed() -> bool {
    let stdout = std::io::stdout();
    let is_null = rustix::fs::fstat(&stdout).ok().zip(rustix::fs::stat("/dev/null").ok());
    let is_null = is_null.is_some_and(|(one, null)| one.st_rdev == null.st_rdev && one.st_ino == null.st_ino);
    is_null && rustix::fs::fcntl_getfl(&stdout).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::RDWR))
}

#[cfg(not(unix))]
fn was_closed() -> bool {
    false
}

/// Writes a document of a failed command; there is nobody left to tell if that fails too.
pub fn document(document: &Value) {
    let _ = write(&document.to_string());
}

/// Writes to stderr; there is nobody left to tell if that fails too.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Text of several lines, of which a file name, a flag or a scan may be a part as it is or as [`safe`] shows it, without what
/// would steer a terminal.
pub fn harmless(text: &str) -> String {
    let shown =
        |one: char| if matches!(one, '\n' | '\\') { one.to_string() } else { safe(one.encode_utf8(&mut [0; 4])) };
    text.chars().map(shown).collect()
}

/// Text that somebody typed or scanned, without what would steer a terminal.
pub fn safe(text: &str) -> String {
    crate::codes::shown(text.as_bytes())
}
