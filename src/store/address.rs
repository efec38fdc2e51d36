//! Where a database is: a file, or a PostgreSQL server.

use std::ffi::OsStr;
use std::fmt::{Display, Formatter};
use std::path::PathBuf;

use super::postgresql::Server;

/// A path is an SQLite file; a `postgresql://…` URL is a database on a PostgreSQL server.
#[derive(Debug, Clone)]
pub enum Address {
    /// An SQLite file.
    File(PathBuf),
    /// A database on a server.
    Server(Box<Server>),
}

/// An address that is not understood. It never shows a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(pub(super) String);

impl Address {
    /// Reads an address. For a URL, what it leaves out is taken from the variables that every client of PostgreSQL
    /// knows (`PGHOST`, `PGPASSFILE`, `PGSERVICE`, …), which `variable` looks up.
    ///
    /// # Errors
    /// A URL of another kind, or one that is not well formed; a service or password file that cannot be read.
    pub fn parse(text: &OsStr, variable: &dyn Fn(&str) -> Option<String>) -> Result<Address, AddressError> {
        let shown = text.to_string_lossy();
        let Some((scheme, _)) = shown.split_once("://") else {
            return match looks_like_a_server(&shown) {
                // Not shown: it may hold a password.
                true => {
                    Err(AddressError("a server is named by a URL such as postgresql://user@host/database".to_owned()))
                }
                false => Ok(Address::File(PathBuf::from(text))),
            };
        };
        if !matches!(scheme, "postgresql" | "postgres") {
            let scheme = crate::codes::shown(scheme.as_bytes());
            return Err(AddressError(format!("a database is a path or a postgresql:// URL, and not {scheme}://")));
        }
        let text = text.to_str().ok_or_else(|| AddressError("the URL is not valid UTF-8".to_owned()))?;
        Ok(Address::Server(Box::new(Server::parse(text, variable)?)))
    }

    /// True when the text of an address holds a password, which others can read where it stands on a command line.
    pub fn holds_password(text: &OsStr) -> bool {
        let shown = text.to_string_lossy();
        let Some((_, rest)) = shown.split_once("://") else { return false };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let in_user = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
        in_user || rest.split(['?', '&']).skip(1).any(|parameter| parameter.starts_with("password="))
    }
}

/// A mistyped URL, or the words of a connection as other programs take them: no name for a file.
fn looks_like_a_server(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    let begins = ["postgresql:", "postgres:", "postgresql;", "postgres;"].iter().any(|start| folded.starts_with(start));
    begins || ["host=", "password=", "dbname="].iter().any(|word| folded.contains(word))
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::File(path) => path.display().fmt(formatter),
            Address::Server(server) => server.fmt(formatter),
        }
    }
}
