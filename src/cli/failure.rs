//! How commands end when they do not end well: exit codes, messages for people, documents for scripts.

use serde_json::{Value, json};

use super::output;
use crate::ledger::{Refusal, Refused};
use crate::model::limits::{MOST_SHOWN, shortened};
use crate::ops::OpError;
use crate::store::StoreError;

/// Could not: file, disk, database. Nothing was written.
pub const EXIT_COULD_NOT: u8 = 1;
/// The command line was wrong.
pub const EXIT_USAGE: u8 = 2;
/// A rule refused it. Nothing was written.
pub const EXIT_REFUSED: u8 = 3;
/// A check found something.
pub const EXIT_FOUND: u8 = 4;
/// The outcome is not known: repeat with the same op id.
pub const EXIT_UNKNOWN: u8 = 5;
/// Recorded, but the output could not be delivered.
pub const EXIT_UNDELIVERED: u8 = 6;
/// A bug in scantrail.
pub const EXIT_BUG: u8 = 70;

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    /// The command line was wrong.
    Usage(String),
    /// A rule refused it.
    Refused(Refused),
    /// A code fits several things; the document lists them.
    Ambiguous(Value, String),
    /// Something outside failed.
    Error {
        /// The exit code.
        exit: u8,
        /// The stable code.
        code: &'static str,
        /// What and why.
        message: String,
        /// What to do.
        hint: String,
    },
    /// Recorded, but the output could not be delivered. The document was shown, or could not be.
    Undelivered {
        /// What was not delivered, and how to get it.
        message: String,
    },
    /// A check found something, and its document says what.
    Found {
        /// The same in a sentence.
        message: String,
    },
    /// Nobody reads any more, and nothing was to be written.
    Silent,
}

impl Failure {
    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::Usage(message.into())
    }

    /// A file or stream that could not be read or written.
    pub fn file(what: &str, error: &std::io::Error) -> Failure {
        Failure::Error {
            exit: EXIT_COULD_NOT,
            code: "file",
            message: format!("{what}: {error}"),
            hint: "check the path and its permissions".to_owned(),
        }
    }

    /// The same, naming the op id that was made up for the command, so that it can be repeated.
    pub fn repeat_with(self, op_id: &str) -> Failure {
        match self {
            Failure::Error { exit: EXIT_UNKNOWN, code, message, .. } => Failure::Error {
                exit: EXIT_UNKNOWN,
                code,
                message,
                hint: format!("repeat the command with --op-id {op_id}: it is recorded once"),
            },
            other => other,
        }
    }

    /// Shows it, and gives the exit code.
    pub fn report(&self, json: bool) -> u8 {
        match self {
            Failure::Usage(message) => error(json, EXIT_USAGE, "usage", message, "scantrail --help"),
            Failure::Refused(refused) => {
                if json {
                    output::document(&refusals(refused));
                }
                refused.listed.iter().for_each(|one| output::complain(&refusal_text(one)));
                if refused.more > 0 {
                    output::complain(&format!("{} more refusals are only counted", refused.more));
                }
                if refused.count() > 1 {
                    output::complain(&format!("{} refusals; nothing was written", refused.count()));
                }
                EXIT_REFUSED
            }
            Failure::Ambiguous(document, text) => {
                if json {
                    output::document(document);
                }
                output::complain(text);
                EXIT_REFUSED
            }
            Failure::Error { exit, code, message, hint } => error(json, *exit, code, message, hint),
            Failure::Undelivered { message } => {
                output::complain(message);
                EXIT_UNDELIVERED
            }
            Failure::Found { message } => {
                output::complain(message);
                EXIT_FOUND
            }
            Failure::Silent => EXIT_COULD_NOT,
        }
    }
}

fn error(json: bool, exit: u8, code: &str, message: &str, hint: &str) -> u8 {
    let message = &*shortened(message, MOST_SHOWN);
    if json {
        output::document(&json!({ "error": { "code": code, "message": message, "hint": hint } }));
    }
    output::complain(&format!("error: {message}"));
    if !message.contains("--help") {
        output::complain(&format!("  hint: {hint}"));
    }
    exit
}

/// All refusals as a document, with how many are only counted, where there are such.
fn refusals(refused: &Refused) -> Value {
    let mut document = json!({ "refused": refused.listed.iter().map(refusal).collect::<Vec<_>>() });
    if refused.more > 0 {
        document["more"] = refused.more.into();
    }
    document
}

/// A refusal as a document.
pub fn refusal(refusal: &Refusal) -> Value {
    let mut document = json!({
        "line": refusal.line, "scan": refusal.scan, "code": refusal.code.text(),
        "message": refusal.message, "hint": refusal.hint,
    });
    if !refusal.dependants.is_empty() {
        document["dependants"] = json!(refusal.dependants);
    }
    document
}

/// A refusal for people: code, what, why, and what to do.
pub fn refusal_text(refusal: &Refusal) -> String {
    let place = match (refusal.line, &refusal.scan) {
        (Some(line), Some(scan)) => format!("line {line}, scan {scan}: "),
        (Some(line), None) => format!("line {line}: "),
        _ => String::new(),
    };
    format!("refused [{}] {place}{}\n  hint: {}", refusal.code.text(), refusal.message, refusal.hint)
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let exit = match &error {
            StoreError::OutcomeUnknown(_) => EXIT_UNKNOWN,
            StoreError::Constraint(_) => EXIT_BUG,
            _ => EXIT_COULD_NOT,
        };
        Failure::Error { exit, code: error.code(), message: error.to_string(), hint: error.hint().to_owned() }
    }
}

impl From<OpError> for Failure {
    fn from(error: OpError) -> Failure {
        match error {
            OpError::Refused(refused) => Failure::Refused(refused),
            OpError::Store(error) => error.into(),
            OpError::File { what, why } => Failure::Error {
                exit: EXIT_COULD_NOT,
                code: "file",
                message: format!("{what}: {why}"),
                hint: "check the file; nothing was written".to_owned(),
            },
            OpError::Print(error) => Failure::Error {
                exit: EXIT_COULD_NOT,
                code: "print",
                message: error.to_string(),
                hint: "scantrail label --help".to_owned(),
            },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refused(refusal.into())
    }
}
