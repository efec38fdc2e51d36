//! How a station finds its server and is let in, what it is told when that fails, and that nobody ever sees its password.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use expect_test::expect;
use serde_json::Value;

use certificates::TlsServer;
use cluster::Cluster;
use postgresql::{Database, Role, Server, encoded};

const STATION_GRANTS: &str = include_str!("../src/store/postgresql/grants.sql");

/// A ledger on the shared server, and the role of one station with its password.
struct Ledger {
    database: Database,
    role: Role,
}

impl Ledger {
    fn new() -> Ledger {
        Ledger::on(Server::shared())
    }

    fn on(server: &Server) -> Ledger {
        let database = server.database();
        let role = server.station_role();
        let made =
            Station::of("tests").secret(password_of(database.url())).set("SCANTRAIL_DB", database.url()).run("init");
        assert_eq!(made.exit, 0, "{made:?}");
        let grants = STATION_GRANTS.replace("CREATE ROLE scantrail_station NOLOGIN;", "");
        database.client().batch_execute(&grants.replace("scantrail_station", role.name())).unwrap();
        Ledger { database, role }
    }

    /// Host and port.
    fn host(&self) -> (&str, &str) {
        let (_, rest) = self.database.url().rsplit_once('@').unwrap();
        rest.split_once('/').unwrap().0.split_once(':').unwrap()
    }

    fn port(&self) -> &str {
        self.host().1
    }

    /// The address for the station, without a password, and with what stands behind a question mark.
    fn url(&self, parameters: &str) -> String {
        format!("postgresql://{}@127.0.0.1:{}/{}{parameters}", self.role.name(), self.port(), self.database.name())
    }

    /// A station that knows no password.
    fn stranger(&self) -> Station {
        Station::of(self.role.name()).secret(self.role.password())
    }

    /// A station with the password in its environment.
    fn station(&self) -> Station {
        self.stranger().set("PGPASSWORD", self.role.password())
    }

    /// The line of a password file.
    fn password_line(&self) -> String {
        let quoted = self.role.password().replace('\\', "\\\\").replace(':', "\\:");
        format!("127.0.0.1:{}:{}:{}:{quoted}\n", self.port(), self.database.name(), self.role.name())
    }
}

fn password_of(url: &str) -> &str {
    let (user, _) = url.rsplit_once('@').unwrap();
    user.rsplit_once(':').unwrap().1
}

/// A place to run commands at, with an environment of its own and a password that must not show.
struct Station {
    home: tempfile::TempDir,
    variables: Vec<(String, String)>,
    secrets: Vec<String>,
}

/// What a command told.
#[derive(Debug)]
struct Told {
    exit: i32,
    stdout: String,
    stderr: String,
}

impl Station {
    fn of(user: &str) -> Station {
        let variables = vec![("USER".to_owned(), user.to_owned())];
        Station { home: tempfile::tempdir().unwrap(), variables, secrets: Vec::new() }
    }

    fn secret(mut self, password: &str) -> Station {
        self.secrets.extend([password.to_owned(), encoded(password)]);
        self
    }

    fn set(mut self, name: &str, value: impl AsRef<std::path::Path>) -> Station {
        self.variables.push((name.to_owned(), value.as_ref().to_str().unwrap().to_owned()));
        self
    }

    /// Writes a file at home, which only its owner can read.
    fn write(self, name: &str, text: &str) -> Station {
        std::fs::write(self.path(name), text).unwrap();
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
        self
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    /// Runs a command line without spaces inside of its words.
    #[track_caller]
    fn run(&self, line: &str) -> Told {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs a command. Whatever it tells, the password is not in it.
    #[track_caller]
    fn run_words(&self, words: &[&str]) -> Told {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scantrail"));
        command.env_clear().env("HOME", self.home.path()).current_dir(self.home.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).args(words);
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let told =
            Told { exit: output.status.code().unwrap(), stdout: text(&output.stdout), stderr: text(&output.stderr) };
        for secret in &self.secrets {
            assert!(!told.stdout.contains(secret) && !told.stderr.contains(secret), "the password is shown: {told:?}");
        }
        told
    }

    /// A command at this address is done, and nothing is said beside it.
    #[track_caller]
    fn is_let_in(&self, url: &str) {
        let told = self.run(&format!("--db {url} stock --json"));
        assert_eq!((told.exit, told.stderr.as_str()), (0, ""), "{told:?}");
        assert_eq!(told.document()["stock"], Value::Array(Vec::new()));
    }

    /// A command at this address ends with this exit, this code, and a message that says this.
    #[track_caller]
    fn is_refused(&self, url: &str, exit: i32, code: &str, why: &str) {
        let told = self.run_words(&["--db", url, "stock", "--json"]);
        assert_eq!(told.exit, exit, "{told:?}");
        let error = &told.document()["error"];
        assert_eq!(error["code"], code, "{told:?}");
        assert!(error["message"].as_str().unwrap().contains(why), "{told:?}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{told:?}");
        assert!(told.stderr.contains(why), "people are told too: {told:?}");
    }
}

impl Told {
    fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

const UNREACHABLE: &str = "database-unreachable";

// ---- the password ---------------------------------------------------------------------------------------------------

#[test]
fn a_password_on_the_command_line_works_and_is_warned_of() {
    let ledger = Ledger::new();
    let station = ledger.stranger();
    let url = ledger.database.url_as(&ledger.role);
    let parameter = ledger.url(&format!("?password={}", encoded(ledger.role.password())));
    let copy = format!("copy-db {url} copy.db --dry-run");
    for line in [format!("--db {url} stock"), format!("--db {parameter} stock"), format!("--db {url} init"), copy] {
        let told = station.run(&line);
        assert_eq!(told.exit, 0, "{told:?}");
        assert!(told.stderr.contains("warning: others on this machine can read a password"), "{told:?}");
    }
    // Where it does not stand in a command line, nobody is warned.
    let told = ledger.stranger().set("SCANTRAIL_DB", url).run("stock");
    assert_eq!((told.exit, told.stderr.as_str()), (0, ""), "{told:?}");
}

#[test]
fn a_password_comes_from_the_environment_or_from_a_file() {
    let ledger = Ledger::new();
    ledger.station().is_let_in(&ledger.url(""));
    let line = ledger.password_line();
    let others = "# a comment\nelsewhere:*:*:*:wrong\n127.0.0.1:1:*:*:wrong\n";
    ledger.stranger().write(".pgpass", &format!("{others}{line}")).is_let_in(&ledger.url(""));
    let station = ledger.stranger().write("passwords", &line);
    let named = station.path("passwords");
    station.set("PGPASSFILE", &named).is_let_in(&ledger.url(""));
    let station = ledger.stranger().write("passwords", &line);
    station.is_let_in(&ledger.url(&format!("?passfile={}", station.path("passwords").display())));
    let anywhere = format!("*:*:*:*:{}", line.splitn(5, ':').last().unwrap());
    ledger.stranger().write(".pgpass", &anywhere).is_let_in(&ledger.url(""));
    // The first line that fits counts.
    let wrong = ledger.stranger().write(".pgpass", &format!("*:*:*:*:wrong\n{line}"));
    wrong.is_refused(&ledger.url(""), 1, UNREACHABLE, "password authentication failed");
}

#[test]
fn a_password_file_that_others_can_read_is_not_used() {
    let ledger = Ledger::new();
    let station = ledger.stranger().write(".pgpass", &ledger.password_line());
    std::fs::set_permissions(station.path(".pgpass"), std::fs::Permissions::from_mode(0o644)).unwrap();
    station.is_refused(&ledger.url(""), 2, "usage", "chmod 0600");
    let missing = ledger.stranger().set("PGPASSFILE", "nowhere");
    missing.is_refused(&ledger.url(""), 2, "usage", "the password file nowhere");
}

/// What a station has recorded holds no password either.
#[test]
fn no_password_is_in_the_database() {
    let ledger = Ledger::new();
    let station = ledger.stranger().set("SCANTRAIL_DB", ledger.database.url_as(&ledger.role));
    for line in [
        "item add BOLT --name Bolt --track none",
        "location add A",
        "partner add ACME --kind supplier --name Acme",
        "order add PO-1 --kind purchase --partner ACME --line BOLT=5 --note n --field key=value",
    ] {
        assert_eq!(station.run(line).exit, 0, "{line}");
    }
    let log = station.run("log --all --json");
    assert_eq!(log.document()["operations"].as_array().unwrap().len(), 4);
    let mut client = ledger.database.client();
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns
                   WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')";
    let columns = client.query(columns, &[]).unwrap();
    assert!(columns.len() > 20, "{} columns", columns.len());
    for row in columns {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let sql =
            format!("SELECT count(*) FROM {table} WHERE position($1 IN {column}) > 0 OR position($2 IN {column}) > 0");
        let (plain, in_url) = (ledger.role.password(), encoded(ledger.role.password()));
        let count: i64 = client.query_one(&sql, &[&plain, &in_url]).unwrap().get(0);
        assert_eq!(count, 0, "{table}.{column}");
    }
}

// ---- where the server is --------------------------------------------------------------------------------------------

#[test]
fn the_variables_of_every_client_name_the_server() {
    let ledger = Ledger::new();
    let (host, port) = ledger.host();
    let station = ledger.station().set("PGHOST", host).set("PGPORT", port).set("PGDATABASE", ledger.database.name());
    // The role is called like the user.
    station.is_let_in("postgresql://");
    let other = Station::of("somebody").secret(ledger.role.password()).set("PGPASSWORD", ledger.role.password());
    other
        .set("PGUSER", ledger.role.name())
        .is_let_in(&format!("postgresql://{host}:{port}/{}", ledger.database.name()));
    // The URL wins over the variables.
    ledger.station().set("PGHOST", "nowhere.invalid").set("PGPORT", "1").is_let_in(&ledger.url(""));
    let everything = format!("?host={host}&port={port}&user={}&dbname={}", ledger.role.name(), ledger.database.name());
    ledger.station().is_let_in(&format!("postgresql:///{everything}"));
}

#[test]
fn a_service_names_the_server_and_the_url_wins_over_it() {
    let ledger = Ledger::new();
    let service = format!(
        "[other]\nhost=nowhere.invalid\n\n[stock]\n# the hall\nhost=127.0.0.1\nport={}\nuser={}\ndbname={}\npassword={}\n",
        ledger.port(),
        ledger.role.name(),
        ledger.database.name(),
        ledger.role.password()
    );
    let station = ledger.stranger().write("services", &service);
    let file = station.path("services");
    station.set("PGSERVICEFILE", file).set("PGSERVICE", "stock").is_let_in("postgresql://");
    let station = ledger.stranger().write(".pg_service.conf", &service);
    station.is_let_in("postgresql:///?service=stock");
    station.is_refused("postgresql:///?service=nothing", 2, "usage", "no service file has a section [nothing]");
    station.is_refused("postgresql:///gone?service=stock", 1, UNREACHABLE, "\"gone\" does not exist");
}

#[test]
fn of_several_hosts_the_first_that_answers_is_taken() {
    let ledger = Ledger::new();
    let dead = dead_port();
    let hosts = format!("127.0.0.1:{dead},127.0.0.1:{}", ledger.port());
    let url = format!("postgresql://{}@{hosts}/{}", ledger.role.name(), ledger.database.name());
    ledger.station().is_let_in(&url);
    let told = ledger.station().run(&format!("--db {url} init --json"));
    assert_eq!(told.document()["database"], url, "all hosts are shown");
}

/// A port that nobody listens on.
fn dead_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn who_is_not_let_in_is_told_why() {
    let ledger = Ledger::new();
    let url = ledger.url("");
    ledger.stranger().set("PGPASSWORD", "wrong").is_refused(&url, 1, UNREACHABLE, "password authentication failed");
    ledger.stranger().is_refused(&url, 1, UNREACHABLE, "password");
    let elsewhere = url.replace(ledger.database.name(), "nothing_here");
    ledger.station().is_refused(&elsewhere, 1, UNREACHABLE, "\"nothing_here\" does not exist");
    let nobody = url.replace(&format!(":{}", ledger.port()), &format!(":{}", dead_port()));
    ledger.station().is_refused(&nobody, 1, UNREACHABLE, "onnection refused");
    ledger.station().is_refused("postgresql://nowhere.invalid/stock", 1, UNREACHABLE, "nowhere.invalid:5432");
}

#[test]
fn a_url_that_is_not_understood_is_a_wrong_command_line() {
    let ledger = Ledger::new();
    let station = ledger.station();
    for (url, why) in [
        (ledger.url("?colour=red"), "the parameter colour is not understood"),
        (ledger.url("?sslmode=maybe"), "sslmode maybe is not one of"),
        (ledger.url("?target_session_attrs=standby"), "target_session_attrs standby is not one of"),
        (ledger.url("?isolation=none"), "isolation none is not one of"),
        (ledger.url("?connect_timeout=soon"), "connect_timeout is a number of seconds"),
        (ledger.url("?sslmode"), "has no value"),
        (ledger.url("?options=%zz"), "two hexadecimal digits"),
        ("mysql://root@127.0.0.1/stock".to_owned(), "and not mysql://"),
        ("postgresql:/ann:p@ss@127.0.0.1/stock".to_owned(), "a server is named by a URL"),
        ("postgres;//ann:p@ss@127.0.0.1/stock".to_owned(), "a server is named by a URL"),
        ("host=127.0.0.1,password=p@ss".to_owned(), "a server is named by a URL"),
        ("postgresql://a,b:1,c:2,d/stock?port=1,2".to_owned(), "there are 4 hosts and 2 ports"),
    ] {
        station.is_refused(&url, 2, "usage", why);
    }
}

/// A password that is not encoded ends the user's part early. What is left of it is not taken for a name and shown.
#[test]
fn a_password_that_is_not_encoded_is_not_shown_in_parts() {
    let station = Station::of("ann").secret("s3cr").secret("ets");
    for url in [
        "postgresql://ann:s3cr/ets@127.0.0.1:1/stock",
        "postgresql://ann:x@s3cr/ets@127.0.0.1:1/stock",
        "postgresql://ann:s3cr?ets=1@127.0.0.1:1/stock",
        "postgresql://ann:s3cr/stock",
    ] {
        let told = station.run(&format!("--db {url} stock --json"));
        assert_eq!(told.exit, 2, "{told:?}");
    }
}

// ---- servers that will not do ---------------------------------------------------------------------------------------

#[test]
fn a_standby_alone_will_not_do() {
    let cluster = Cluster::start();
    let station = Station::of("tests").secret(password_of(cluster.primary().url()));
    let made = station.run(&format!("--db {} init --quiet", cluster.url()));
    assert_eq!(made.exit, 0, "{made:?}");
    let standby = cluster.standby().url_of("scantrail");
    let password = password_of(&standby).to_owned();
    let standby = standby.replace(&format!(":{password}@"), "@");
    let station = station.set("PGPASSWORD", &password);
    station.is_refused(&standby, 1, UNREACHABLE, "it takes no writes");
    station.is_refused(&format!("{standby}?target_session_attrs=read-write"), 1, UNREACHABLE, "it takes no writes");
    // Whoever only wants to look may say so. What is on the standby's disk is seen there a little later.
    let mut client = postgresql::connect(&cluster.standby().url_of("scantrail"));
    while client.query("SELECT version FROM ledger_schema", &[]).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
    station.is_let_in(&format!("{standby}?target_session_attrs=any"));
}

/// A server that takes the connection and then says nothing: a machine that hangs, or something else on that port.
#[test]
fn a_silent_server_is_given_up_and_another_one_is_taken() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap();
    let ledger = Ledger::new();
    let name = ledger.database.name();
    let started = Instant::now();
    for mode in ["disable", "require"] {
        let url = format!("postgresql://{silent}/{name}?connect_timeout=1&sslmode={mode}");
        ledger.station().is_refused(&url, 1, UNREACHABLE, "no answer within 1 s");
    }
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    let both = format!("postgresql://{silent},127.0.0.1:{}/{name}?connect_timeout=1", ledger.port());
    ledger.station().is_let_in(&both);
}

#[test]
fn a_frozen_server_is_given_up() {
    let cluster = Cluster::start();
    cluster.freeze_primary();
    let url = cluster.primary().url_of("scantrail");
    let station =
        Station::of("tests").secret(password_of(&url)).set("SCANTRAIL_DB", format!("{url}?connect_timeout=1"));
    let started = Instant::now();
    let told = station.run("stock --json");
    assert_eq!((told.exit, told.document()["error"]["code"].as_str()), (1, Some(UNREACHABLE)), "{told:?}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

// ---- TLS ------------------------------------------------------------------------------------------------------------

/// The address of a ledger on a server that speaks TLS, by the name `localhost`.
fn tls_url(ledger: &Ledger, server: &TlsServer, mode: &str) -> String {
    let name = ledger.database.name();
    format!("postgresql://{}@localhost:{}/{name}?sslmode={mode}", ledger.role.name(), server.port())
}

#[test]
fn tls_takes_the_right_server_only() {
    let server = TlsServer::start();
    let ledger = Ledger::on(server.server());
    let url = |mode: &str| tls_url(&ledger, &server, mode);
    let trusting = |file: std::path::PathBuf| ledger.station().set("PGSSLROOTCERT", file);
    for mode in ["verify-full", "verify-ca", "require", "prefer"] {
        trusting(server.authority_file()).is_let_in(&url(mode));
    }
    // The usual place of the file.
    let station = ledger.station();
    std::fs::create_dir(station.path(".postgresql")).unwrap();
    std::fs::copy(server.authority_file(), station.path(".postgresql/root.crt")).unwrap();
    station.is_let_in(&url("verify-full"));
    for mode in ["verify-full", "verify-ca"] {
        let foreign = trusting(server.foreign_authority_file());
        foreign.is_refused(&url(mode), 1, UNREACHABLE, "certificate");
        // Nobody whom the machine trusts has signed it.
        ledger.station().is_refused(&url(mode), 1, UNREACHABLE, "certificate");
        trusting("nowhere.pem".into()).is_refused(&url(mode), 1, UNREACHABLE, "nowhere.pem cannot be used");
    }
    // Whom it does not verify is not asked for; a line without TLS is what this server refuses.
    trusting(server.foreign_authority_file()).is_let_in(&url("require"));
    ledger.station().is_refused(&url("disable"), 1, UNREACHABLE, "no pg_hba.conf entry");
}

#[test]
fn a_certificate_for_another_name_is_refused_where_the_name_counts() {
    let server = TlsServer::of_another_name();
    let ledger = Ledger::on(server.server());
    let station = ledger.station().set("PGSSLROOTCERT", server.authority_file());
    station.is_refused(&tls_url(&ledger, &server, "verify-full"), 1, UNREACHABLE, "not valid for name");
    station.is_let_in(&tls_url(&ledger, &server, "verify-ca"));
    station.is_let_in(&tls_url(&ledger, &server, "require"));
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_wanted() {
    let ledger = Ledger::new();
    for mode in ["require", "verify-ca", "verify-full"] {
        ledger.station().is_refused(&ledger.url(&format!("?sslmode={mode}")), 1, UNREACHABLE, "TLS");
    }
    ledger.station().is_let_in(&ledger.url("?sslmode=prefer"));
}

// ---- databases that are none of ours --------------------------------------------------------------------------------

/// The superuser of the shared server, at a database.
fn owner_of(database: &Database) -> Station {
    Station::of("tests").secret(password_of(database.url())).set("SCANTRAIL_DB", database.url())
}

/// The code and the message of a command that could not.
#[track_caller]
fn error_of(told: &Told) -> (String, String) {
    assert_eq!(told.exit, 1, "{told:?}");
    let error = &told.document()["error"];
    let text = |key: &str| error[key].as_str().unwrap().to_owned();
    (text("code"), format!("{}; {}", text("message"), text("hint")))
}

#[test]
fn a_database_without_tables_is_missing_and_init_makes_it() {
    let database = Server::shared().database();
    let station = owner_of(&database);
    let (code, told) = error_of(&station.run("stock --json"));
    assert_eq!(code, "database-missing");
    assert!(told.contains("scantrail init"), "{told}");
    let shown = database.url().replace(&format!(":{}@", password_of(database.url())), "@");
    for created in [true, false] {
        let made = station.run("init --json").document();
        assert_eq!((&made["database"], &made["created"]), (&Value::from(shown.clone()), &Value::Bool(created)));
        assert_eq!(made["grants"], STATION_GRANTS);
    }
    assert_eq!(station.run("stock").stdout, "nothing is in stock\n");
}

#[test]
fn a_dry_run_of_init_makes_nothing() {
    let database = Server::shared().database();
    let told = owner_of(&database).run("init --dry-run --json");
    assert_eq!(told.document()["created"], true);
    assert_eq!(error_of(&owner_of(&database).run("stock --json")).0, "database-missing");
}

#[test]
fn the_whole_text_of_init() {
    let database = Server::shared().database();
    let port = database.url().rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
    let tell = || {
        let told = owner_of(&database).run("init");
        assert_eq!((told.exit, told.stderr.as_str()), (0, ""));
        told.stdout.replace(&port, "<port>").replace(database.name(), "<name>")
    };
    expect![[r#"
        Made the database postgresql://tests@127.0.0.1:<port>/<name>

        A station needs no more than this role, which can append and read, but not change history. The first line once for a server, as whoever may make roles; the others as the owner:

        CREATE ROLE scantrail_station NOLOGIN;
        GRANT UPDATE ON writers TO scantrail_station;
        GRANT SELECT ON ledger_schema TO scantrail_station;
        GRANT SELECT, INSERT ON operation, scans, movement, lot, lot_dates, serial TO scantrail_station;
        GRANT SELECT, INSERT ON place, partner, item, code, trade_order, order_line, claim, balance, position TO scantrail_station;
        GRANT SELECT, INSERT ON setting, pack, supplier_code, lot_name, supplier_lot TO scantrail_station;
        GRANT SELECT, INSERT ON hold, hold_state, ownership, file, attachment, sequence TO scantrail_station;
        GRANT UPDATE (name, tracking, unit, scale, rules) ON item TO scantrail_station;
        GRANT UPDATE (last) ON sequence TO scantrail_station;
        GRANT UPDATE (quantity, expires, first_out) ON balance TO scantrail_station;
        GRANT UPDATE (item, lot, place, claim, hop, quantity) ON position TO scantrail_station;
        GRANT USAGE ON SEQUENCE operation_number_seq, serial_id_seq TO scantrail_station;

        Then, for each person or station:

        CREATE ROLE dock_1 LOGIN IN ROLE scantrail_station;  -- then set its password: \password dock_1
    "#]].assert_eq(&tell());
    let again = tell();
    assert!(again.contains("is a scantrail database already; nothing was changed"), "{again}");
    assert!(again.contains(STATION_GRANTS), "the grants are told again: {again}");
}

#[test]
fn a_database_that_is_not_in_utf_8_is_refused() {
    let mut server = Server::shared().client();
    let database = Server::shared().database();
    let make = format!(
        "DROP DATABASE {0}; CREATE DATABASE {0} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc",
        database.name()
    );
    make.split("; ").for_each(|sql| server.batch_execute(sql).unwrap());
    let (code, told) = error_of(&owner_of(&database).run("init --json"));
    assert_eq!(code, "not-a-database");
    assert!(told.contains("its encoding is not UTF8"), "{told}");
}

#[test]
fn tables_of_another_program_are_left_alone() {
    let database = Server::shared().database();
    database.client().batch_execute("CREATE TABLE item (mine text); INSERT INTO item VALUES ('kept')").unwrap();
    let (code, told) = error_of(&owner_of(&database).run("init --json"));
    assert_eq!(code, "not-a-database");
    assert!(told.contains("tables of another program"), "{told}");
    let kept: String = database.client().query_one("SELECT mine FROM item", &[]).unwrap().get(0);
    assert_eq!(kept, "kept");
    let tables: i64 =
        database.client().query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[]).unwrap().get(0);
    assert_eq!(tables, 1);
}

#[test]
fn a_newer_schema_is_refused() {
    let ledger = Ledger::new();
    ledger.database.client().batch_execute("UPDATE ledger_schema SET version = 99").unwrap();
    let copy = format!("copy-db {} copy.db --json", ledger.url(""));
    let read = format!("--db {} stock --json", ledger.url(""));
    let write = format!("--db {} location add A --json", ledger.url(""));
    let init = format!("--db {} init --json", ledger.url(""));
    for line in [copy, read, write, init] {
        let (code, told) = error_of(&ledger.station().run(&line));
        assert_eq!(code, "database-newer", "{line}");
        assert!(told.contains("schema 99"), "{told}");
    }
}
