//! The PostgreSQL that tests use is what they take it for.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "support/postgresql.rs"]
mod postgresql;

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
