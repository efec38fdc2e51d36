//! Finding the server among its hosts, and making a connection that keeps what it acknowledges.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};

use super::errors::explained;
use super::server::{Host, Server, TlsMode};
use super::tls;
use crate::store::{Options, Result, StoreError};

/// How long all hosts are asked again and again while a fail-over may be under way, and how long it is waited in between.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);

/// A server that is gone without a word is noticed after so long.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a writer waits for a lock that another station holds.
const LOCK_TIMEOUT: &str = "30s";

/// A connection, and whether the server warned of something since that was last asked.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) warned: Arc<AtomicBool>,
}

/// Connects to the first host that takes writes. Where there are several hosts, or where there was a connection before,
/// a fail-over may be under way, and they are asked again for about twenty seconds.
///
/// # Errors
/// [`StoreError::Unreachable`] with what each host said.
#[expect(clippy::disallowed_methods, reason = "patience has an end; no time of the ledger is taken here")]
pub(super) fn connect(server: &Server, options: &Options, was_connected: bool) -> Result<Connection> {
    let is_patient = was_connected || server.hosts.len() > 1;
    let begun = Instant::now();
    let mut round = 1;
    loop {
        match connect_once(server) {
            Err(error) if is_patient && begun.elapsed() < PATIENCE && error.may_pass() => {
                if round == 2 {
                    (options.tell)(&format!("waiting for a server that takes writes: {error}"));
                }
                std::thread::sleep(PAUSE);
                round += 1;
            }
            other => return other.map_err(Refused::into_store_error),
        }
    }
}

/// What the hosts said.
enum Refused {
    /// Nobody answered, or only servers that take no writes: this may pass.
    ForNow(String),
    /// A wrong password, no such database, a certificate that is not trusted: this stays.
    ForGood(StoreError),
}

impl Refused {
    fn may_pass(&self) -> bool {
        matches!(self, Refused::ForNow(_))
    }

    fn into_store_error(self) -> StoreError {
        match self {
            Refused::ForNow(why) => StoreError::Unreachable(why),
            Refused::ForGood(error) => error,
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refused::ForNow(why) => why.fmt(formatter),
            Refused::ForGood(error) => error.fmt(formatter),
        }
    }
}

fn connect_once(server: &Server) -> std::result::Result<Connection, Refused> {
    let mut said = Vec::new();
    for host in &server.hosts {
        match connect_in_time(server, host) {
            Ok(connection) => return Ok(connection),
            Err(Refused::ForNow(why)) => said.push(format!("{}:{}: {why}", host.name, host.port)),
            Err(other) => return Err(other),
        }
    }
    Err(Refused::ForNow(said.join("; ")))
}

/// Connects, or gives up after the time that is set for a host: also where one takes the connection and then says nothing,
/// which the client would wait for without end. The attempt itself is left alone then; it ends with the process.
fn connect_in_time(server: &Server, host: &Host) -> std::result::Result<Connection, Refused> {
    let (connected, answer) = mpsc::channel();
    let (server_there, host_there) = (server.clone(), host.clone());
    std::thread::spawn(move || drop(connected.send(connect_to(&server_there, &host_there))));
    answer.recv_timeout(server.connect_timeout).unwrap_or_else(|_| {
        Err(Refused::ForNow(format!("no answer within {} seconds", server.connect_timeout.as_secs())))
    })
}

fn connect_to(server: &Server, host: &Host) -> std::result::Result<Connection, Refused> {
    let warned = Arc::new(AtomicBool::new(false));
    let mode = server.tls_for(host);
    let config = config(server, host, mode, &warned);
    let connected = match mode {
        TlsMode::Disable => config.connect(NoTls),
        _ => config.connect(tls::connector(server, mode).map_err(Refused::ForGood)?),
    };
    let mut client = connected.map_err(|error| match is_for_now(&error) {
        true => Refused::ForNow(explained(&error)),
        false => {
            Refused::ForGood(StoreError::Unreachable(format!("{}:{}: {}", host.name, host.port, explained(&error))))
        }
    })?;
    let writable = prepare_session(&mut client).map_err(|error| Refused::ForNow(explained(&error)))?;
    if server.must_be_writable && !writable {
        return Err(Refused::ForNow("it takes no writes (a standby, or read-only)".to_owned()));
    }
    warned.store(false, Ordering::Relaxed);
    Ok(Connection { client, warned })
}

fn config(server: &Server, host: &Host, mode: TlsMode, warned: &Arc<AtomicBool>) -> Config {
    let mut config = Config::new();
    match host.is_socket() {
        true => config.host_path(&host.name),
        false => config.host(&host.name),
    };
    config.port(host.port).user(&server.user).dbname(&server.database).application_name(&server.application_name);
    if let Some(password) = &host.password {
        config.password(password);
    }
    if let Some(options) = &server.options {
        config.options(options);
    }
    // A name may have several addresses: one that is silent leaves time for the next.
    config.connect_timeout(server.connect_timeout / 2).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE / 2);
    config.keepalives_interval(SILENCE / 6).keepalives_retries(3);
    config.ssl_mode(match mode {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        _ => SslMode::Require,
    });
    let warned = warned.clone();
    config.notice_callback(move |notice| {
        if notice.severity() == "WARNING" {
            warned.store(true, Ordering::Relaxed);
        }
    });
    config
}

/// The settings of a session, in one round trip; gives whether it takes writes.
///
/// A commit is acknowledged when it is on disk, here and on the synchronous standby if there is one, whatever the
/// server's or the role's default. Names are looked up in the schema that is current and nowhere else, so that nobody
/// can put a table of the same name in front.
fn prepare_session(client: &mut Client) -> std::result::Result<bool, postgres::Error> {
    let sql = "SELECT current_setting('transaction_read_only') = 'off' AND NOT pg_is_in_recovery(),
        set_config('lock_timeout', $1, false),
        set_config('idle_in_transaction_session_timeout', '0', false),
        set_config('synchronous_commit',
            CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
        set_config('search_path', quote_ident(coalesce(current_schema(), 'public')) || ', pg_temp', false)";
    let row = client.query_typed_one(sql, &[(&LOCK_TIMEOUT, postgres::types::Type::TEXT)])?;
    row.try_get(0)
}

/// True for what a fail-over or a restart explains: nobody listens, the server starts or stops, the line broke.
fn is_for_now(error: &postgres::Error) -> bool {
    match error.code() {
        Some(code) => code.code().starts_with("57P") || code.code().starts_with("08") || code.code() == "53300",
        None => !is_about_trust(error),
    }
}

/// True when the certificate was not accepted, or the server speaks no TLS: another attempt ends in the same way.
fn is_about_trust(error: &postgres::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    let mut text = error.to_string();
    while let Some(inner) = source {
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text.contains("certificate") || text.contains("TLS") || text.contains("authentication")
}
