//! The PostgreSQL that tests use is what they take it for.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use certificates::TlsServer;
use cluster::Cluster;
use postgresql::{Server, connect};

/// One number from one row.
fn number(client: &mut postgres::Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0)
}

#[test]
fn the_shared_server_is_new_enough_and_on_loopback_only() {
    let mut client = Server::shared().client();
    assert!(number(&mut client, "SELECT current_setting('server_version_num')::bigint") >= 140_000);
    let shown = |client: &mut postgres::Client, name: &str| -> String {
        client.query_one("SELECT current_setting($1)", &[&name]).unwrap().get(0)
    };
    assert_eq!(shown(&mut client, "listen_addresses"), "127.0.0.1");
    assert_eq!(shown(&mut client, "synchronous_commit"), "on");
    assert_eq!(shown(&mut client, "server_encoding"), "UTF8");
    // A wrong password is refused: what tests say about passwords would mean nothing otherwise.
    let (_, rest) = Server::shared().url().split_once('@').unwrap();
    let refused = postgres::Client::connect(&format!("postgresql://tests:wrong@{rest}"), postgres::NoTls);
    let code = refused.err().and_then(|error| error.code().cloned());
    assert_eq!(code, Some(postgres::error::SqlState::INVALID_PASSWORD));
}

#[test]
fn databases_know_nothing_of_each_other() {
    let (one, other) = (Server::shared().database(), Server::shared().database());
    assert_ne!(one.name(), other.name());
    one.client().batch_execute("CREATE TABLE goods (code text); INSERT INTO goods VALUES ('SN1')").unwrap();
    let find = "SELECT count(*) FROM pg_tables WHERE tablename = 'goods'";
    assert_eq!((number(&mut one.client(), find), number(&mut other.client(), find)), (1, 0));
}

#[test]
fn a_dropped_database_is_gone_though_somebody_is_connected() {
    let database = Server::shared().database();
    let name = database.name().to_owned();
    let mut client = database.client();
    let find = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
    assert_eq!(number(&mut client, &find), 1);
    drop(database);
    assert_eq!(number(&mut Server::shared().client(), &find), 0);
    assert!(client.simple_query("SELECT 1").is_err());
}

#[test]
fn a_copy_has_the_rows_of_its_template_and_goes_its_own_way() {
    let shop = Server::shared().database();
    shop.client().batch_execute("CREATE TABLE goods (code text); INSERT INTO goods VALUES ('SN1'), ('SN2')").unwrap();
    let copies: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..4).map(|_| scope.spawn(|| Server::shared().copy_of(shop.name()))).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    copies[0].client().batch_execute("DELETE FROM goods").unwrap();
    let count = |database: &postgresql::Database| number(&mut database.client(), "SELECT count(*) FROM goods");
    assert_eq!(copies.iter().map(count).collect::<Vec<_>>(), [0, 2, 2, 2]);
    assert_eq!(count(&shop), 2);
}

#[test]
fn a_station_role_may_do_what_it_is_given_and_no_more() {
    let database = Server::shared().database();
    let role = Server::shared().station_role();
    let grant = format!("GRANT INSERT, SELECT ON goods TO {}", role.name());
    database.client().batch_execute(&format!("CREATE TABLE goods (code text); {grant}")).unwrap();
    let mut station = connect(&database.url_as(&role));
    station.batch_execute("INSERT INTO goods VALUES ('SN1')").unwrap();
    assert_eq!(number(&mut station, "SELECT count(*) FROM goods"), 1);
    for sql in ["DELETE FROM goods", "CREATE ROLE other", "CREATE DATABASE other", "DROP TABLE goods"] {
        let refused = station.batch_execute(sql).unwrap_err();
        assert_eq!(refused.code(), Some(&postgres::error::SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
    drop((station, database));
    drop(role);
}

/// Commits one row after the other until the server is gone, and tells each one that was answered.
fn commit_until_lost(cluster: &Cluster, answered: &mpsc::Sender<i64>) {
    let mut client = cluster.client();
    for row in 1.. {
        if client.execute("INSERT INTO goods VALUES ($1)", &[&row]).is_err() {
            return;
        }
        answered.send(row).unwrap();
    }
}

/// The rows of a table that has one column.
fn rows(client: &mut postgres::Client) -> Vec<i64> {
    let rows = client.query("SELECT number FROM goods ORDER BY number", &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn what_was_answered_before_the_power_cut_is_on_the_standby() {
    let cluster = Cluster::start();
    cluster.client().batch_execute("CREATE TABLE goods (number bigint PRIMARY KEY)").unwrap();
    let (answered, answers) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            commit_until_lost(&cluster, &answered);
            drop(answered);
        });
        // It is killed in the middle of the work, when the standby has been cut off for a while.
        assert_eq!(answers.iter().take(100).count(), 100);
        cluster.hold_replication();
        std::thread::sleep(Duration::from_millis(200));
        cluster.kill_primary();
    });
    assert!(postgres::Client::connect(cluster.primary().url(), postgres::NoTls).is_err());
    cluster.promote_standby();
    // The address is the same, and now leads to the other server.
    let mut client = cluster.client();
    let last = 100 + answers.iter().count() as i64;
    let kept = rows(&mut client);
    // The one that was on its way may be there too.
    assert!(kept.len() as i64 == last || kept.len() as i64 == last + 1, "{last} were answered, {} kept", kept.len());
    assert_eq!(kept, (1..=kept.len() as i64).collect::<Vec<_>>());
    // It takes writes, and waits for nobody.
    client.execute("INSERT INTO goods VALUES (1000000)", &[]).unwrap();
    assert_eq!(number(&mut client, "SELECT inet_server_port()::bigint"), port(cluster.standby()));
}

fn port(server: &Server) -> i64 {
    server.url().rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap()
}

#[test]
fn the_cluster_spares_nothing_and_waits_for_its_standby() {
    let cluster = Cluster::start();
    for server in [cluster.primary(), cluster.standby()] {
        for (setting, value) in [
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("synchronous_standby_names", "*"),
        ] {
            let shown: String = server.client().query_one("SELECT current_setting($1)", &[&setting]).unwrap().get(0);
            assert_eq!(shown, value, "{setting}");
        }
    }
    let mut client = cluster.client();
    client.batch_execute("CREATE TABLE goods (number bigint PRIMARY KEY)").unwrap();
    // Without the standby, a commit is not answered.
    postgresql::run("stop", [cluster.standby().folder()]);
    let (answered, answers) = mpsc::channel();
    std::thread::spawn(move || answered.send(client.execute("INSERT INTO goods VALUES (1)", &[]).is_ok()));
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    let deadline = Instant::now() + Duration::from_secs(30);
    while number(&mut cluster.primary().client(), waits) == 0 {
        assert!(Instant::now() < deadline, "nobody waits for the standby");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(answers.try_recv(), Err(mpsc::TryRecvError::Empty));
}

#[test]
fn a_frozen_primary_is_silent_and_its_standby_takes_over() {
    let cluster = Cluster::start();
    cluster.client().batch_execute("CREATE TABLE goods (number bigint); INSERT INTO goods VALUES (1)").unwrap();
    cluster.freeze_primary();
    // The port takes a connection and nobody answers: a client has to bound its own patience.
    let url = cluster.primary().url().to_owned();
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || told.send(postgres::Client::connect(&url, postgres::NoTls).is_ok()));
    assert_eq!(hears.recv_timeout(Duration::from_secs(1)), Err(mpsc::RecvTimeoutError::Timeout));
    cluster.promote_standby();
    let mut client = connect(&cluster.standby().url_of("scantrail"));
    client.execute("INSERT INTO goods VALUES (2)", &[]).unwrap();
    assert_eq!(rows(&mut client), [1, 2]);
}

/// Asks a server over the network with PostgreSQL's own client.
fn ask(server: &TlsServer, mode: &str, authority: &Path) -> Output {
    let url = server.url_of("postgres");
    let (_, password) = url.split_once("tests:").unwrap();
    let (password, _) = password.split_once('@').unwrap();
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgresql.sh"))
        .args(["run", "psql", "-XAtc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"])
        .envs([("PGHOST", "localhost"), ("PGPORT", server.port()), ("PGUSER", "tests"), ("PGDATABASE", "postgres")])
        .envs([("PGPASSWORD", password), ("PGSSLMODE", mode)])
        .env("PGSSLROOTCERT", authority)
        .output()
        .unwrap()
}

/// The client was refused, and says this.
#[track_caller]
fn is_refused(output: &Output, why: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains(why), "{told}");
}

#[test]
fn tls_is_verified_by_authority_and_by_name() {
    let server = TlsServer::start();
    let good = ask(&server, "verify-full", &server.authority_file());
    assert_eq!(String::from_utf8_lossy(&good.stdout), "t\n", "{}", String::from_utf8_lossy(&good.stderr));
    is_refused(&ask(&server, "verify-full", &server.foreign_authority_file()), "certificate verify failed");
    is_refused(&ask(&server, "disable", &server.authority_file()), "no pg_hba.conf entry");
    // Its databases are made through the socket.
    let database = server.server().database();
    assert_eq!(number(&mut database.client(), "SELECT 1::bigint"), 1);

    let other = TlsServer::of_another_name();
    let by_authority = ask(&other, "verify-ca", &other.authority_file());
    assert_eq!(String::from_utf8_lossy(&by_authority.stdout), "t\n");
    is_refused(&ask(&other, "verify-full", &other.authority_file()), "does not match host name");
}
