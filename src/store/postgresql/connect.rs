//! Finding the server among its hosts, and making a connection that keeps what it acknowledges.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};

use super::errors::explained;
use super::server::{Host, Isolation, Server, TlsMode};
use super::tls;
use crate::store::{Options, Result, StoreError};

/// How often all hosts are asked while a fail-over may be under way, and how long it is waited in between.
const ROUNDS: u32 = 40;
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
pub(super) fn connect(server: &Server, options: &Options, was_connected: bool) -> Result<Connection> {
    let is_patient = was_connected || server.hosts.len() > 1;
    let mut round = 1;
    loop {
        match connect_once(server) {
            Err(error) if is_patient && round < ROUNDS && error.may_pass() => {
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
        match connect_to(server, host) {
            Ok(connection) => return Ok(connection),
            Err(Refused::ForNow(why)) => said.push(format!("{}:{}: {why}", host.name, host.port)),
            Err(other) => return Err(other),
        }
    }
    Err(Refused::ForNow(said.join("; ")))
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
    let writable =
        prepare_session(&mut client, server.isolation).map_err(|error| Refused::ForNow(explained(&error)))?;
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
    config.connect_timeout(server.connect_timeout).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE / 2);
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
fn prepare_session(client: &mut Client, isolation: Isolation) -> std::result::Result<bool, postgres::Error> {
    let level = match isolation {
        Isolation::Serializable => "serializable",
        Isolation::ReadCommitted => "read committed",
    };
    let sql = "SELECT current_setting('transaction_read_only') = 'off' AND NOT pg_is_in_recovery(),
        set_config('default_transaction_isolation', $1, false),
        set_config('lock_timeout', $2, false),
        set_config('idle_in_transaction_session_timeout', '0', false),
        set_config('synchronous_commit',
            CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
        set_config('search_path', quote_ident(coalesce(current_schema(), 'public')) || ', pg_temp', false)";
    let text = postgres::types::Type::TEXT;
    let row = client.query_typed_one(sql, &[(&level, text.clone()), (&LOCK_TIMEOUT, text)])?;
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
