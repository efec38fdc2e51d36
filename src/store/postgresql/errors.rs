//! What PostgreSQL says, in words that say what to do.

use postgres::Error;
use postgres::error::SqlState;

use crate::store::StoreError;

/// The state that the triggers of the schema raise.
const RULE_BROKEN: &str = "ST001";

/// An error with its cause and detail, in one line; the library's own text often names neither.
pub(super) fn explained(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail}", said.message());
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

impl From<Error> for StoreError {
    fn from(error: Error) -> StoreError {
        let text = explained(&error);
        let Some(code) = error.code() else {
            return if is_lost(&error) { StoreError::Lost(text) } else { StoreError::Other(text) };
        };
        match code.code() {
            "40001" | "40P01" => StoreError::Conflict(text),
            state if state.starts_with("23") || state == RULE_BROKEN => StoreError::Constraint(text),
            "55P03" => StoreError::Busy,
            "53100" => StoreError::Full,
            "25006" => StoreError::Lost(text),
            "42501" => StoreError::ReadOnly(text),
            "58030" => StoreError::Io(text),
            // A table, a column or a function is not there: something else has changed the schema.
            "XX001" | "XX002" | "42P01" | "42703" | "42883" => StoreError::Damaged(text),
            state if state.starts_with("08") || state.starts_with("57P") => StoreError::Lost(text),
            state if state.starts_with("53") => StoreError::Unreachable(text),
            _ => StoreError::Other(text),
        }
    }
}

/// True when the line broke, and not a value that could not be sent or read.
fn is_lost(error: &Error) -> bool {
    let is_io = std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
    error.is_closed() || is_io
}

/// Why a commit did not end well. Only where the server says that it took everything back is that certain.
pub(super) fn of_commit(error: Error) -> StoreError {
    let is_certain = error.code().is_some_and(|code| {
        let class = &code.code()[..2];
        class == "40" && *code != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
            || class == "23"
            || class == "22"
            || code.code() == RULE_BROKEN
    });
    match is_certain {
        true => error.into(),
        false => StoreError::OutcomeUnknown(explained(&error)),
    }
}
