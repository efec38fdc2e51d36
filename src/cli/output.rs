//! Writing to stdout and stderr without ever stopping the program: both may be closed or full.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

use serde_json::Value;

use super::failure::{EXIT_COULD_NOT, Failure};
use crate::codes::{shown, shows_itself};

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

/// Writes to stdout, whole. Everything that goes there passes here.
///
/// # Errors
/// Nobody reads any more, it is not open for writing, or it is full.
pub fn write(text: &str) -> std::io::Result<()> {
    if takes_nothing() {
        return Err(std::io::Error::new(ErrorKind::NotConnected, "stdout is not open for writing"));
    }
    let text = harmless(text);
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    stdout.flush()
}

/// True for a stdout that was opened for reading only: the standard library passes such an error of `write` over. A stdout
/// that was closed when the program was started cannot be told from the null device: the standard library opens that in
/// its place before `main`, with the same flags as other programs that start this one with their output thrown away.
#[cfg(unix)]
fn takes_nothing() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl};
    !fcntl_getfl(std::io::stdout()).is_ok_and(|flags| flags & OFlags::RWMODE != OFlags::RDONLY)
}

#[cfg(not(unix))]
fn takes_nothing() -> bool {
    false
}

/// A document as text in which nothing steers a terminal, wherever it is shown: what would not show itself is `\uXXXX`, which
/// means the same to whoever reads the document.
pub fn json(document: &Value) -> String {
    let text = document.to_string();
    if is_plain(&text) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        if shows_itself(one) || one == '\\' {
            escaped.push(one);
            continue;
        }
        for unit in one.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// Writes a document of a failed command; there is nobody left to tell if that fails too.
pub fn document(document: &Value) {
    let _ = write(&json(document));
}

/// Writes to stderr; there is nobody left to tell if that fails too.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(text));
}

/// Text of several lines, of which a file name, a flag or a scan may be a part as it is or as [`safe`] shows it, without what
/// would steer a terminal.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut harmless = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '\n' | '\\' => harmless.push(one),
            _ if shows_itself(one) => harmless.push(one),
            _ => harmless.push_str(&safe(one.encode_utf8(&mut [0; 4]))),
        }
    }
    Cow::Owned(harmless)
}

/// True for text that needs no look at each character.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
}

/// Text that somebody typed or scanned, without what would steer a terminal.
pub fn safe(text: &str) -> String {
    shown(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_means_the_same_and_steers_nothing() {
        let texts = (0..=u32::from(char::MAX)).filter_map(char::from_u32).map(|one| format!("a{one}\\\""));
        let document = Value::Array(texts.map(Value::String).collect());
        let text = json(&document);
        assert!(text.chars().all(|one| shows_itself(one) || one == '\\'));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
        assert_eq!(harmless(&text), text);
    }

    #[test]
    fn text_keeps_its_lines_and_its_escapes() {
        assert_eq!(harmless("A\u{202E}B\n\\x1B\u{9B}\r"), "A\\xE2\\x80\\xAEB\n\\x1B\\xC2\\x9B\\x0D");
    }
}
