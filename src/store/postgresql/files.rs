//! The files of a user of PostgreSQL: passwords and services, in the formats of libpq.

use std::path::{Path, PathBuf};

use super::server::Parameters;
use crate::store::{AddressError, is_open_to_others, open_ordinary, read_ordinary_text};

/// A line of a password file; `*` fits everything.
pub(super) struct PasswordLine {
    host: String,
    port: String,
    database: String,
    user: String,
    pub(super) password: String,
}

impl PasswordLine {
    pub(super) fn fits(&self, host: &str, port: u16, database: &str, user: &str) -> bool {
        let fits = |wanted: &str, is: &str| wanted == "*" || wanted == is;
        fits(&self.host, host)
            && fits(&self.port, &port.to_string())
            && fits(&self.database, database)
            && fits(&self.user, user)
    }
}

/// The lines of a password file. One that nobody named need not be there.
///
/// # Errors
/// A file that was named and cannot be read; one that others may read, which libpq does not use either.
pub(super) fn passwords(path: Option<PathBuf>, is_named: bool) -> Result<Vec<PasswordLine>, AddressError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let shown = crate::codes::shown(path.to_string_lossy().as_bytes());
    let failed = |error: std::io::Error| AddressError(format!("the password file {shown}: {error}"));
    let file = match open_ordinary(&path) {
        Ok(file) => file,
        Err(_) if !is_named => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    if is_open_to_others(&file) {
        return Err(AddressError(format!(
            "others can read the password file {shown}: make it yours alone with chmod 0600 {shown}"
        )));
    }
    let text = match std::io::read_to_string(file) {
        Ok(text) => text,
        Err(_) if !is_named => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    Ok(text.lines().filter(|line| !line.starts_with('#')).filter_map(password_line).collect())
}

/// `host:port:database:user:password`, where a backslash takes the meaning from a colon or a backslash.
fn password_line(line: &str) -> Option<PasswordLine> {
    let mut fields = vec![String::new()];
    let mut characters = line.trim_end_matches('\r').chars();
    while let Some(one) = characters.next() {
        let is_last = fields.len() == 5;
        match one {
            '\\' => fields.last_mut()?.extend(characters.next()),
            ':' if !is_last => fields.push(String::new()),
            other => fields.last_mut()?.push(other),
        }
    }
    let [host, port, database, user, password] = <[String; 5]>::try_from(fields).ok()?;
    Some(PasswordLine { host, port, database, user, password })
}

/// The parameters of a service: from the file that is named, the one of the user, or the one of the machine.
///
/// # Errors
/// No file has a section of that name.
pub(super) fn service(
    name: &str,
    named: Option<PathBuf>,
    home: Option<&Path>,
    machine: Option<String>,
) -> Result<Parameters, AddressError> {
    let of_user = named.or_else(|| home.map(|home| home.join(".pg_service.conf")));
    let of_machine = PathBuf::from(machine.unwrap_or_else(|| "/etc/postgresql-common".to_owned()));
    for path in of_user.into_iter().chain([of_machine.join("pg_service.conf")]) {
        let text = read_ordinary_text(&path).unwrap_or_default();
        if let Some(found) = section(&text, name) {
            return Ok(found);
        }
    }
    Err(AddressError(format!("no service file has a section [{}]", crate::codes::shown(name.as_bytes()))))
}

fn section(text: &str, name: &str) -> Option<Parameters> {
    let mut lines = text.lines().map(str::trim);
    lines.find(|line| line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(name))?;
    let inside = lines.take_while(|line| !line.starts_with('['));
    let pairs = inside.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    Some(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_line_may_escape_its_colons() {
        let line = password_line(r"db.example:*:stock:ann:a\:b\\c:d").unwrap();
        assert_eq!(line.password, r"a:b\c:d");
        assert!(line.fits("db.example", 5433, "stock", "ann"));
        assert!(!line.fits("db.example", 5433, "stock", "bob"));
        assert!(!line.fits("other", 5433, "stock", "ann"));
        assert!(password_line("too:few:fields").is_none());
    }

    #[test]
    fn a_service_is_one_section() {
        let text = "[other]\nhost=wrong\n\n[stock]\n# ours\nhost = db1,db2\ndbname=stock\n[last]\nuser=nobody\n";
        let found = section(text, "stock").unwrap();
        assert_eq!(found.get("host").map(String::as_str), Some("db1,db2"));
        assert_eq!(found.get("dbname").map(String::as_str), Some("stock"));
        assert_eq!(found.len(), 2);
        assert!(section(text, "none").is_none());
    }
}
