//! Which server, which database, as whom: from a URL and the variables that every client of PostgreSQL knows.
//!
//! The names and their meaning are those of libpq (PostgreSQL documentation, "Database Connection Control Functions"),
//! so that a URL that works with `psql` works here. What stands in the URL comes first, then the service file, then the
//! variables, then the defaults.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display, Formatter};
use std::path::PathBuf;
use std::time::Duration;

use super::files;
use crate::store::AddressError;

/// How a connection is protected, in the words of libpq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server can.
    Prefer,
    /// Always, to whoever answers.
    Require,
    /// Always, and the certificate is signed by an authority that is trusted.
    VerifyCa,
    /// Always, and the certificate is also one for this host.
    VerifyFull,
}

/// One of several hosts that may be the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Host {
    /// A name, an address, or the folder of a socket.
    pub name: String,
    /// Its port.
    pub port: u16,
    /// The password for it, from the URL, `PGPASSWORD` or the password file.
    pub password: Option<String>,
}

impl Host {
    /// True for a socket in a folder of this machine.
    pub fn is_socket(&self) -> bool {
        self.name.starts_with('/')
    }

    /// True when what is sent to it does not leave this machine.
    pub fn is_local(&self) -> bool {
        let address = self.name.parse::<std::net::IpAddr>();
        self.is_socket() || self.name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

/// A database on a PostgreSQL server, or on one of several.
#[derive(Clone)]
pub struct Server {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    /// What was asked for; else it depends on the host.
    pub(super) tls: Option<TlsMode>,
    pub(super) root_certificates: Option<PathBuf>,
    pub(super) client_certificate: Option<(PathBuf, PathBuf)>,
    pub(super) connect_timeout: Duration,
    /// Only a server that takes writes will do.
    pub(super) must_be_writable: bool,
    pub(super) options: Option<String>,
    pub(super) application_name: String,
    /// Whether the database itself checks that transactions did not cross each other.
    pub(super) isolation: Isolation,
}

/// How transactions that write at the same time are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// As if one came after the other.
    Serializable,
    /// Each statement sees what is committed; the constraints and locks of the schema hold alone.
    ReadCommitted,
}

impl Isolation {
    /// In SQL.
    pub(super) fn level(self) -> &'static str {
        match self {
            Isolation::Serializable => "SERIALIZABLE",
            Isolation::ReadCommitted => "READ COMMITTED",
        }
    }
}

/// The parameters that are understood, each with the variable that stands in for it.
const PARAMETERS: [(&str, &str); 17] = [
    ("host", "PGHOST"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("dbname", "PGDATABASE"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
    ("passfile", "PGPASSFILE"),
    ("service", "PGSERVICE"),
    ("servicefile", "PGSERVICEFILE"),
    ("isolation", "SCANTRAIL_POSTGRESQL_ISOLATION"),
];

/// Parameters by name.
pub(super) type Parameters = BTreeMap<String, String>;

const DEFAULT_PORT: u16 = 5432;
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

fn wrong(message: impl Into<String>) -> AddressError {
    AddressError(message.into())
}

impl Server {
    pub(in crate::store) fn parse(
        url: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Server, AddressError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut given = parameters_of(url)?;
        // A home that is not absolute would be another folder wherever the command is started.
        let home = variable("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
        let found = |given: &Parameters, name: &str| {
            let stand_in = PARAMETERS.iter().find(|(known, _)| *known == name).and_then(|(_, name)| variable(name));
            given.get(name).cloned().or(stand_in)
        };
        if let Some(service) = found(&given, "service") {
            let file = found(&given, "servicefile").map(PathBuf::from);
            for (name, value) in files::service(&service, file, home.as_deref(), variable("PGSYSCONFDIR"))? {
                known(&name)?;
                given.entry(name).or_insert(value);
            }
        }
        let value = |name: &str| found(&given, name);
        let user = value("user").or_else(|| variable("USER")).unwrap_or_else(|| "postgres".to_owned());
        let database = value("dbname").unwrap_or_else(|| user.clone());
        let mut hosts = hosts(value("host"), value("port"))?;
        let passwords = Passwords { given: value("password"), file: value("passfile").map(PathBuf::from), home: &home };
        passwords.find(&mut hosts, &database, &user)?;
        let postgresql = |name: &str| home.as_ref().map(|home| home.join(".postgresql").join(name));
        let kept = |name: &str| postgresql(name).filter(|path| path.is_file());
        let certificate = value("sslcert").map(PathBuf::from).or_else(|| kept("postgresql.crt"));
        let key = value("sslkey").map(PathBuf::from).or_else(|| kept("postgresql.key"));
        Ok(Server {
            hosts,
            user,
            database,
            tls: value("sslmode").map(|word| tls_mode(&word)).transpose()?,
            root_certificates: match value("sslrootcert").as_deref() {
                Some("system") => None,
                Some(path) => Some(PathBuf::from(path)),
                None => kept("root.crt"),
            },
            client_certificate: certificate.zip(key),
            connect_timeout: value("connect_timeout").map_or(Ok(DEFAULT_CONNECT_TIMEOUT), |text| timeout(&text))?,
            must_be_writable: must_be_writable(value("target_session_attrs").as_deref())?,
            options: value("options"),
            application_name: value("application_name").unwrap_or_else(|| "scantrail".to_owned()),
            isolation: isolation(value("isolation").as_deref())?,
        })
    }

    /// How connections to a host are protected: as asked for, else fully unless nothing leaves this machine.
    pub(super) fn tls_for(&self, host: &Host) -> TlsMode {
        match self.tls {
            _ if host.is_socket() => TlsMode::Disable,
            Some(mode) => mode,
            None if host.is_local() => TlsMode::Prefer,
            None => TlsMode::VerifyFull,
        }
    }
}

/// The parameters that stand in a URL, in its parts and behind its question mark.
fn parameters_of(url: &str) -> Result<Parameters, AddressError> {
    let (_, rest) = url.split_once("://").ok_or_else(|| wrong("a URL begins with postgresql://"))?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    if database.contains('@') || query.contains('@') {
        // Else the rest of a password that ends the authority early would be taken for a name, and shown.
        return Err(wrong("in a password, @ / ? # % and : are written %40 %2F %3F %23 %25 and %3A"));
    }
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut found = Parameters::new();
    let mut put = |name: &str, value: String| {
        if !value.is_empty() {
            found.insert(name.to_owned(), value);
        }
    };
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    put("user", decoded(user)?);
    put("password", decoded(password)?);
    put("dbname", decoded(database)?);
    let (names, ports) = split_hosts(hosts)?;
    put("host", names);
    put("port", ports);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| wrong("a parameter of the URL has no value"))?;
        let name = if name == "ssl" { "sslmode" } else { name };
        known(name)?;
        put(name, decoded(value)?);
    }
    Ok(found)
}

fn known(name: &str) -> Result<(), AddressError> {
    if PARAMETERS.iter().any(|(known, _)| *known == name) || IGNORED.contains(&name) {
        return Ok(());
    }
    let names: Vec<&str> = PARAMETERS.iter().map(|(name, _)| *name).collect();
    let name = crate::codes::shown(name.as_bytes());
    Err(wrong(format!("the parameter {name} is not understood; these are: {}", names.join(", "))))
}

/// Parameters of libpq that change nothing here.
const IGNORED: [&str; 7] = [
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "fallback_application_name",
    "client_encoding",
    "gssencmode",
];

/// `a:1,b,[::1]:2` as names and as ports, each joined by commas; no port is an empty one.
fn split_hosts(text: &str) -> Result<(String, String), AddressError> {
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in text.split(',') {
        let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((name, port)) => (name, port.strip_prefix(':').unwrap_or_default()),
            None => host.rsplit_once(':').unwrap_or((host, "")),
        };
        names.push(decoded(name)?);
        ports.push(port);
    }
    let ports = ports.join(",");
    Ok((names.join(","), if ports.chars().all(|one| one == ',') { String::new() } else { ports }))
}

fn decoded(text: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            bytes.push(byte.ok_or_else(|| wrong("a % in the URL is not followed by two hexadecimal digits"))?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong("the URL is not valid UTF-8"))
}

fn hosts(names: Option<String>, ports: Option<String>) -> Result<Vec<Host>, AddressError> {
    let names = names.unwrap_or_else(default_host);
    let ports: Vec<u16> = match &ports {
        None => vec![DEFAULT_PORT],
        Some(ports) => ports
            .split(',')
            .map(|port| match port.trim() {
                "" => Ok(DEFAULT_PORT),
                // Not shown: it may be the password of a URL without a host.
                digits => digits.parse().map_err(|_| wrong("a port is a number up to 65535")),
            })
            .collect::<Result<_, _>>()?,
    };
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    if ports.len() != 1 && ports.len() != names.len() {
        return Err(wrong(format!("there are {} hosts and {} ports", names.len(), ports.len())));
    }
    let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
    let host = |(index, name): (usize, &&str)| Host {
        name: if name.is_empty() { default_host() } else { (*name).to_owned() },
        port: port(index),
        password: None,
    };
    Ok(names.iter().enumerate().map(host).collect())
}

/// The folder of the socket of a server on this machine, where Debian puts it or where PostgreSQL does, else loopback.
fn default_host() -> String {
    let folder = ["/var/run/postgresql", "/tmp"]
        .into_iter()
        .find(|folder| std::path::Path::new(folder).join(format!(".s.PGSQL.{DEFAULT_PORT}")).exists());
    folder.unwrap_or("localhost").to_owned()
}

struct Passwords<'h> {
    given: Option<String>,
    file: Option<PathBuf>,
    home: &'h Option<PathBuf>,
}

impl Passwords<'_> {
    /// What is given comes first, then the line of the password file that fits the host.
    fn find(&self, hosts: &mut [Host], database: &str, user: &str) -> Result<(), AddressError> {
        let at_home = || self.home.as_ref().map(|home| home.join(".pgpass"));
        let lines = match &self.given {
            Some(_) => Vec::new(),
            None => files::passwords(self.file.clone().or_else(at_home), self.file.is_some())?,
        };
        for host in hosts {
            let name = if host.is_socket() { "localhost" } else { &host.name };
            let fits = |line: &&files::PasswordLine| line.fits(name, host.port, database, user);
            host.password = self.given.clone().or_else(|| lines.iter().find(fits).map(|line| line.password.clone()));
        }
        Ok(())
    }
}

fn tls_mode(word: &str) -> Result<TlsMode, AddressError> {
    Ok(match word {
        "disable" | "false" => TlsMode::Disable,
        "allow" | "prefer" => TlsMode::Prefer,
        "require" | "true" => TlsMode::Require,
        "verify-ca" => TlsMode::VerifyCa,
        "verify-full" => TlsMode::VerifyFull,
        other => {
            let other = crate::codes::shown(other.as_bytes());
            return Err(wrong(format!(
                "sslmode {other} is not one of disable, prefer, require, verify-ca, verify-full"
            )));
        }
    })
}

fn timeout(text: &str) -> Result<Duration, AddressError> {
    let seconds: u64 = text.trim().parse().map_err(|_| wrong("connect_timeout is a number of seconds"))?;
    // As in libpq, 0 is to wait for ever; an hour is as good as that.
    Ok(Duration::from_secs(if seconds == 0 { 3_600 } else { seconds }))
}

fn must_be_writable(word: Option<&str>) -> Result<bool, AddressError> {
    match word {
        // A station writes, and a standby would refuse that later and less clearly.
        None | Some("read-write" | "primary") => Ok(true),
        Some("any") => Ok(false),
        Some(other) => {
            let other = crate::codes::shown(other.as_bytes());
            Err(wrong(format!("target_session_attrs {other} is not one of read-write, primary, any")))
        }
    }
}

fn isolation(word: Option<&str>) -> Result<Isolation, AddressError> {
    match word {
        None | Some("serializable") => Ok(Isolation::Serializable),
        Some("read-committed") => Ok(Isolation::ReadCommitted),
        Some(other) => {
            let other = crate::codes::shown(other.as_bytes());
            Err(wrong(format!("isolation {other} is not one of serializable, read-committed")))
        }
    }
}

/// Without the password, and without what is not needed to know which database is meant.
impl Display for Server {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        let host = |host: &Host| match host.name.contains(':') {
            true => format!("[{}]:{}", host.name, host.port),
            false => format!("{}:{}", host.name.replace('/', "%2F"), host.port),
        };
        let hosts: Vec<String> = self.hosts.iter().map(host).collect();
        write!(formatter, "postgresql://{}@{}/{}", self.user, hosts.join(","), self.database)
    }
}

impl Debug for Server {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(self, formatter)
    }
}
