//! A real PostgreSQL for tests: one server of its own, and a fresh database for each test.
//!
//! `tests/run.sh` starts the server for a whole run and names it in `SCANTRAIL_TEST_POSTGRESQL`. Without that variable
//! each test process starts one, so that `cargo test --test x` works by hand too.
#![allow(dead_code)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};

/// The script that knows how PostgreSQL is found, started and stopped.
fn script(action: &str) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgresql.sh"));
    command.arg(action);
    command
}

/// Runs the script to its end, which must be a good one, and gives what it printed.
pub fn run(action: &str, arguments: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> String {
    let output = script(action).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tests/postgresql.sh {action}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// A server and the process that attends to it: that one stops the server and removes its folder when this value is
/// dropped, or when the test process is gone, however it ended.
pub struct Server {
    url: String,
    attendant: Option<(Child, PathBuf)>,
}

impl Server {
    /// The server of this test run.
    pub fn shared() -> &'static Server {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var("SCANTRAIL_TEST_POSTGRESQL") {
            Ok(url) => Server { url, attendant: None },
            Err(_) => Server::start(&[]),
        })
    }

    /// A server of its own, with settings as `name=value` that stand above those for tests.
    pub fn start(settings: &[&str]) -> Server {
        Server::start_in(&new_folder(), settings)
    }

    /// A server on the data in a folder, or on new data there. The folder is the server's from now on.
    pub fn start_in(folder: &Path, settings: &[&str]) -> Server {
        let mut command = script("attend");
        command.arg(folder).args(settings).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C is for the test; the attendant sees its end and still has to tidy up.
        let mut child = command.process_group(0).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(!url.is_empty(), "the PostgreSQL server did not start");
        Server { url: url.trim_end().to_owned(), attendant: Some((child, folder.to_owned())) }
    }

    /// The same server, whose addresses lead through its socket from now on.
    pub fn by_socket(mut self) -> Server {
        let (user, rest) = self.url.rsplit_once('@').unwrap();
        let (_, port_and_database) = rest.split_once(':').unwrap();
        let socket = encoded(&self.folder().display().to_string());
        self.url = format!("{user}@{socket}:{port_and_database}");
        self
    }

    /// The folder of a server of one's own.
    pub fn folder(&self) -> &Path {
        let (_, folder) = self.attendant.as_ref().expect("the shared server is nobody's own");
        folder
    }

    /// The address of its database `postgres`, as its superuser, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of another of its databases.
    pub fn url_of(&self, database: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{database}")
    }

    /// A connection to its database `postgres`, as its superuser.
    pub fn client(&self) -> Client {
        connect(&self.url)
    }

    /// A fresh database without tables.
    pub fn database(&self) -> Database {
        self.make("template0")
    }

    /// A database with all that stands in another one. Nobody may be connected to that one; the server waits five
    /// seconds for those who are about to go.
    pub fn copy_of(&self, template: &str) -> Database {
        self.make(template)
    }

    fn make(&self, template: &str) -> Database {
        let name = unique("scantrail");
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        self.client().batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        Database { server: self.url.clone(), url: self.url_of(&name), name }
    }

    /// A role that may log in, and nothing else.
    pub fn station_role(&self) -> Role {
        let name = unique("station");
        // What has to be encoded in an address, and quoted in a password file.
        let password = format!("p@ss/w:rd %?#\\&-{}", unique("x"));
        let sql = format!("CREATE ROLE {name} LOGIN PASSWORD '{password}'");
        self.client().batch_execute(&sql).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        Role { server: self.url.clone(), name, password }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.attendant {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// A database of a test's own. It goes when this value is dropped, with those who are still connected.
pub struct Database {
    server: String,
    url: String,
    name: String,
}

impl Database {
    /// Its address, as the server's superuser, with the password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its address, as a role.
    pub fn url_as(&self, role: &Role) -> String {
        let (_, host) = self.url.rsplit_once('@').unwrap();
        format!("postgresql://{}:{}@{host}", role.name, encoded(&role.password))
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection to it, as the server's superuser.
    pub fn client(&self) -> Client {
        connect(&self.url)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        tidy(&self.server, &sql);
    }
}

/// A login role of a station. Drop the databases in which it was given something first.
pub struct Role {
    server: String,
    name: String,
    password: String,
}

impl Role {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its password, with characters that have to be encoded in an address.
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        tidy(&self.server, &format!("DROP ROLE IF EXISTS {}", self.name));
    }
}

/// Removes something from the server. A test that fails is not to fail twice; the server goes soon anyway.
fn tidy(server: &str, sql: &str) {
    let outcome = Client::connect(server, NoTls).and_then(|mut client| client.batch_execute(sql));
    if let Err(error) = outcome
        && !std::thread::panicking()
    {
        panic!("{sql}: {error:?}");
    }
}

/// A connection by an address without TLS.
pub fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap_or_else(|error| panic!("can't connect to PostgreSQL: {error:?}"))
}

/// A new folder with a short name: the path of a socket has little room.
pub fn new_folder() -> PathBuf {
    tempfile::Builder::new().prefix("pg-").tempdir().unwrap().keep()
}

/// A name that no other test, process or earlier run has given.
fn unique(kind: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static PROCESS: OnceLock<u64> = OnceLock::new();
    let process = PROCESS.get_or_init(|| getrandom::u64().unwrap());
    format!("{kind}_{process:016x}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Text as it stands in an address.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut done, byte| {
        if byte.is_ascii_alphanumeric() {
            done.push(char::from(byte));
        } else {
            let _ = write!(done, "%{byte:02X}");
        }
        done
    })
}
