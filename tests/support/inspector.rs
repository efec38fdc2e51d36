//! What stands in the tables, asked of the database itself and not of the program: by SQLite's library or by a client of
//! PostgreSQL. The same questions are asked of both.
#![allow(dead_code)]

use std::path::Path;
use std::time::Duration;

/// A connection beside the program's.
pub enum Inspector {
    File(rusqlite::Connection),
    Server(Box<postgres::Client>),
}

impl Inspector {
    /// Looks into a file.
    pub fn of_file(path: &Path) -> Inspector {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(60)).unwrap();
        Inspector::File(connection)
    }

    /// Looks into a database on a server.
    pub fn of_url(url: &str) -> Inspector {
        Inspector::Server(Box::new(postgres::Client::connect(url, postgres::NoTls).unwrap()))
    }

    /// The rows of an answer, each value as text: true is 1, false is 0, and bytes are hexadecimal digits.
    pub fn rows(&mut self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The same, or why there is no answer.
    pub fn try_rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        match self {
            Inspector::File(connection) => {
                let mut statement = connection.prepare(sql).map_err(|error| error.to_string())?;
                let width = statement.column_count();
                let row = |row: &rusqlite::Row<'_>| (0..width).map(|column| Ok(shown(row.get_ref(column)?))).collect();
                let rows = statement.query_map([], row).map_err(|error| error.to_string())?;
                rows.collect::<rusqlite::Result<_>>().map_err(|error| error.to_string())
            }
            Inspector::Server(client) => {
                let said = client.simple_query(sql).map_err(|error| told(&error))?;
                let row = |message| match message {
                    postgres::SimpleQueryMessage::Row(row) => Some(row),
                    _ => None,
                };
                let value = |text: &str| match text {
                    "t" => "1".to_owned(),
                    "f" => "0".to_owned(),
                    text => text.strip_prefix("\\x").unwrap_or(text).to_owned(),
                };
                let values =
                    |row: postgres::SimpleQueryRow| (0..row.len()).map(|index| row.get(index).map(value)).collect();
                Ok(said.into_iter().filter_map(row).map(values).collect())
            }
        }
    }

    /// One number; nothing counts as 0.
    pub fn number(&mut self, sql: &str) -> i64 {
        let found = self.rows(sql).into_iter().flatten().flatten().next();
        found.map_or(0, |text| text.parse().unwrap_or_else(|error| panic!("{sql}: {text}: {error}")))
    }

    /// Runs statements that must be taken.
    pub fn done(&mut self, sql: &str) {
        if let Some(said) = self.refusal(sql) {
            panic!("{sql}: {said}");
        }
    }

    /// What the database says when it refuses statements; nothing when it takes them.
    pub fn refusal(&mut self, sql: &str) -> Option<String> {
        match self {
            Inspector::File(connection) => connection.execute_batch(sql).err().map(|error| error.to_string()),
            Inspector::Server(client) => client.batch_execute(sql).err().map(|error| told(&error)),
        }
    }

    /// The columns of a table.
    pub fn columns(&mut self, table: &str) -> Vec<String> {
        let sql = match self {
            Inspector::File(_) => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
            Inspector::Server(_) => format!(
                "SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum"
            ),
        };
        self.rows(&sql).into_iter().flatten().flatten().collect()
    }

    /// The database's own check of its files says that all is well; a server checks its own.
    pub fn check_file(&mut self) {
        if let Inspector::File(_) = self {
            assert_eq!(self.rows("PRAGMA integrity_check"), [[Some("ok".to_owned())]]);
            assert!(self.rows("PRAGMA foreign_key_check").is_empty(), "a foreign key points nowhere");
        }
    }

    /// True while somebody else has the right to write, or has written and not yet committed.
    pub fn is_being_written(&mut self) -> bool {
        match self {
            Inspector::File(connection) => {
                connection.busy_timeout(Duration::ZERO).unwrap();
                let is_held = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err();
                connection.busy_timeout(Duration::from_secs(60)).unwrap();
                is_held
            }
            Inspector::Server(_) => {
                let sql = "SELECT count(*) FROM pg_locks WHERE mode = 'RowExclusiveLock'
                           AND relation = 'movement'::regclass AND pid <> pg_backend_pid()";
                self.number(sql) > 0
            }
        }
    }

    /// Waits until the server has noticed that a killed command is gone: until then it may still commit what that one
    /// sent. A file notices at once.
    pub fn wait_for_the_killed(&mut self) {
        while self.is_server()
            && self.number(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            ) > 0
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// True for PostgreSQL.
    pub fn is_server(&self) -> bool {
        matches!(self, Inspector::Server(_))
    }
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> Option<String> {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

fn told(error: &postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |said| format!("{}: {}", said.code().code(), said.message()))
}
