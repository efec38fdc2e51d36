//! PostgreSQL: the same ledger for many stations on many machines. No server of ours is written.

mod connect;
mod errors;
mod files;
mod schema;
mod server;
mod tls;
mod values;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

use postgres::types::{ToSql, Type};
use postgres::{Client, Statement};

use connect::{Connection, connect};
pub use schema::STATION_GRANTS;
pub use server::Server;

use super::clock::Earlier;
use super::engine::{Columns, Engine, Position, Purpose, Value};
use super::files::FileFolder;
use super::{Head, Opened, Options, Result, StoreError};

/// A connection to a server. A broken one is made anew when the next transaction begins.
pub(super) struct Postgresql {
    server: Server,
    options: Options,
    session: RefCell<Option<Session>>,
    /// The newest operation when the connection was made.
    newest: Cell<Option<Earlier>>,
}

/// A connection with what was prepared on it.
struct Session {
    connection: Connection,
    /// How often a text was used, and its statement once that pays.
    statements: HashMap<String, (u32, Option<Statement>)>,
    /// A transaction is open.
    is_open: bool,
}

/// From its third use on a statement is prepared: before, one round trip without is faster than two with.
const USES_BEFORE_PREPARED: u32 = 2;

/// Up to so many rows go in one statement; more are copied.
const ROWS_IN_A_STATEMENT: usize = 24;

/// Every writer shares a lock, and one that must be alone takes it for itself. It is the lock of an empty table, because
/// only a statement that reads nothing can wait before what the transaction sees is fixed.
const BESIDE_OTHERS: &str = "LOCK TABLE writers IN ROW SHARE MODE";
const ALONE: &str = "LOCK TABLE writers IN EXCLUSIVE MODE";

impl Postgresql {
    /// Connects to a database that is there.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::Missing`], [`StoreError::Newer`].
    pub(super) fn open(server: &Server, options: &Options) -> Result<Postgresql> {
        let engine = Postgresql::connect(server, options)?;
        let newest = engine.with(|session| schema::check(&mut session.connection.client, &server.to_string()))?;
        engine.newest.set(newest);
        Ok(engine)
    }

    /// Makes the schema in an empty database, or finds that it is there.
    ///
    /// # Errors
    /// As [`Postgresql::open`]; a database with tables of the same names is left alone.
    pub(super) fn create(server: &Server, options: &Options) -> Result<Opened> {
        let engine = Postgresql::connect(server, options)?;
        engine.with(|session| schema::make(&mut session.connection.client, &server.to_string()))
    }

    /// Connects to a database in which there is nothing yet, and begins to write the schema into it and what follows: both
    /// are visible together, when that is committed. `None` when another station has just made one there.
    ///
    /// # Errors
    /// As [`Postgresql::create`].
    pub(super) fn begin_in_empty(server: &Server, options: &Options) -> Result<Option<Postgresql>> {
        let engine = Postgresql::connect(server, options)?;
        let begun = engine.with(|session| {
            session.is_open = true;
            schema::begin(&mut session.connection.client, &server.to_string())
        });
        if !matches!(begun, Ok(true)) {
            engine.roll_back();
        }
        Ok(begun?.then_some(engine))
    }

    fn connect(server: &Server, options: &Options) -> Result<Postgresql> {
        let session = Session::new(connect(server, options, false)?);
        Ok(Postgresql {
            server: server.clone(),
            options: *options,
            session: RefCell::new(Some(session)),
            newest: Cell::new(None),
        })
    }

    /// Works on the session. One that is lost, or whose server takes no writes any more, is given up.
    fn with<T>(&self, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let mut session = self.session.borrow_mut();
        let done = match session.as_mut() {
            Some(session) => work(session),
            None => return Err(StoreError::Lost("there is no connection".to_owned())),
        };
        if matches!(done, Err(StoreError::Lost(_) | StoreError::OutcomeUnknown(_))) {
            *session = None;
        }
        done
    }

    /// A session that works, made anew if the last one broke.
    fn revive(&self) -> Result<()> {
        let mut session = self.session.borrow_mut();
        if session.as_ref().is_none_or(|session| session.connection.client.is_closed()) {
            *session = None;
            let mut connection = connect(&self.server, &self.options, true)?;
            self.newest.set(schema::check(&mut connection.client, &self.server.to_string())?);
            *session = Some(Session::new(connection));
        }
        Ok(())
    }
}

/// A parameter with its type, as the client takes it.
type Typed<'v> = (&'v (dyn ToSql + Sync), Type);

fn typed<'v>(parameters: &'v [Value<'_>]) -> Vec<Typed<'v>> {
    parameters.iter().map(|one| (one as _, one.postgresql_type())).collect()
}

fn untyped<'v>(parameters: &[Typed<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    parameters.iter().map(|(one, _)| *one).collect()
}

impl Session {
    fn new(connection: Connection) -> Session {
        Session { connection, statements: HashMap::new(), is_open: false }
    }

    fn client(&mut self) -> &mut Client {
        &mut self.connection.client
    }

    /// The statement of a text that is used often.
    fn prepared(&mut self, sql: &str, parameters: &[Typed<'_>]) -> Result<Option<Statement>> {
        match self.statements.get_mut(sql) {
            Some((_, Some(statement))) => Ok(Some(statement.clone())),
            Some((uses, _)) if *uses < USES_BEFORE_PREPARED => {
                *uses += 1;
                Ok(None)
            }
            Some(_) => {
                let types: Vec<Type> = parameters.iter().map(|(_, kind)| kind.clone()).collect();
                let statement = self.connection.client.prepare_typed(sql, &types)?;
                self.statements.insert(sql.to_owned(), (0, Some(statement.clone())));
                Ok(Some(statement))
            }
            None => {
                self.statements.insert(sql.to_owned(), (1, None));
                Ok(None)
            }
        }
    }

    fn rows(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<postgres::Row>> {
        let typed = typed(parameters);
        Ok(match self.prepared(sql, &typed)? {
            Some(statement) => self.client().query(&statement, &untyped(&typed))?,
            None => self.client().query_typed(sql, &typed)?,
        })
    }

    fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        let typed = typed(parameters);
        Ok(match self.prepared(sql, &typed)? {
            Some(statement) => self.client().execute(&statement, &untyped(&typed))?,
            None => self.client().execute_typed(sql, &typed)?,
        })
    }
}

impl Engine for Postgresql {
    /// Every writer shares a lock, so that one whose work was taken back again and again can wait until it is alone.
    fn begin(&self, purpose: Purpose) -> Result<()> {
        self.revive()?;
        let level = self.server.isolation.level();
        let sql = match purpose {
            Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY".to_owned(),
            Purpose::Write => format!("BEGIN ISOLATION LEVEL {level}; {BESIDE_OTHERS}"),
            Purpose::WriteAlone => format!("BEGIN ISOLATION LEVEL {level}; {ALONE}"),
        };
        let begun = self.with(|session| {
            session.is_open = true;
            Ok(session.client().batch_execute(&sql)?)
        });
        if begun.is_err() {
            self.roll_back();
        }
        begun
    }

    fn commit(&self, _recorded: &[Head]) -> Result<()> {
        self.with(|session| {
            session.connection.warned.store(false, Ordering::Relaxed);
            session.is_open = false;
            session.client().batch_execute("COMMIT").map_err(errors::of_commit)?;
            // The server warns when it no longer waits for the synchronous standby: then it is on one disk only.
            if session.connection.warned.load(Ordering::Relaxed) {
                let why = "the server stopped waiting for its standby".to_owned();
                return Err(StoreError::OutcomeUnknown(why));
            }
            Ok(())
        })
    }

    /// A connection on which that fails is given up: the server then does it.
    fn roll_back(&self) {
        let ended = self.with(|session| match std::mem::take(&mut session.is_open) {
            true => Ok(session.client().batch_execute("ROLLBACK")?),
            false => Ok(()),
        });
        if ended.is_err() {
            *self.session.borrow_mut() = None;
        }
    }

    fn query(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Result<()>,
    ) -> Result<()> {
        // All rows are here before the first is looked at, because looking may ask for more.
        let rows = self.with(|session| session.rows(sql, parameters))?;
        rows.iter().try_for_each(|row| each(row))
    }

    fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        self.with(|session| session.execute(sql, parameters))
    }

    fn insert(
        &self,
        table: &'static str,
        columns: &[&'static str],
        rows: &mut dyn Iterator<Item = Vec<Value<'_>>>,
    ) -> Result<()> {
        let mut few: Vec<Vec<Value<'_>>> = rows.take(ROWS_IN_A_STATEMENT).collect();
        if few.is_empty() {
            return Ok(());
        }
        let next = if few.len() == ROWS_IN_A_STATEMENT { rows.next() } else { None };
        let Some(next) = next else {
            let sql = values::insert_text(table, columns, few.len());
            let parameters: Vec<Value<'_>> = few.drain(..).flatten().collect();
            return self.with(|session| session.execute(&sql, &parameters)).map(drop);
        };
        let all = few.into_iter().chain([next]).chain(rows);
        self.with(|session| values::copy(session.client(), table, columns, all))
    }

    fn move_positions(&self, positions: &[Position]) -> Result<()> {
        if positions.is_empty() {
            return Ok(());
        }
        let sql = "UPDATE position SET item = new.item, lot = new.lot, place = new.place, claim = new.claim,
                          hop = new.hop, quantity = new.quantity
                   FROM unnest($1, $2, $3, $4, $5, $6, $7) AS new (serial, item, lot, place, claim, hop, quantity)
                   WHERE position.serial = new.serial";
        let column = |value: fn(&Position) -> i64| positions.iter().map(value).collect::<Vec<i64>>();
        let columns = [
            column(|one| one.serial),
            column(|one| one.item),
            column(|one| one.lot),
            column(|one| one.place),
            column(|one| one.claim),
            column(|one| one.hop.into()),
            column(|one| one.quantity),
        ];
        let parameters: Vec<Value<'_>> = columns.iter().map(|column| Value::Integers(column)).collect();
        self.with(|session| session.execute(sql, &parameters)).map(drop)
    }

    fn new_serials(&self, count: usize) -> Result<Vec<i64>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let sql = "SELECT nextval('serial_id_seq') FROM generate_series(1, $1)";
        let rows = self.with(|session| session.rows(sql, &[Value::Integer(Some(count))]))?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// From a sequence, so that no station waits for another one's number. What is taken back leaves a gap; a dry run
    /// takes the last number that there is.
    fn next_operation(&self, dry_run: bool) -> Result<i64> {
        if dry_run {
            return Ok(i64::MAX);
        }
        let rows = self.with(|session| session.rows("SELECT nextval('operation_number_seq')", &[]))?;
        rows.first().map_or(Err(StoreError::Other("no number".to_owned())), |row| Ok(row.try_get(0)?))
    }

    /// Looked up when the connection was made: a transaction that reads the newest row crosses all others that add one.
    fn newest_operation(&self) -> Result<Option<Earlier>> {
        Ok(self.newest.get())
    }

    fn follow_numbers(&self) -> Result<()> {
        const NEXT: &str = "SELECT setval('place_id_seq', coalesce((SELECT max(id) FROM place), 0) + 1, false),
            setval('partner_id_seq', coalesce((SELECT max(id) FROM partner), 0) + 1, false),
            setval('item_id_seq', coalesce((SELECT max(id) FROM item), 0) + 1, false),
            setval('trade_order_id_seq', coalesce((SELECT max(id) FROM trade_order), 0) + 1, false),
            setval('claim_id_seq', coalesce((SELECT max(id) FROM claim), 0) + 1, false),
            setval('lot_id_seq', coalesce((SELECT max(id) FROM lot), 0) + 1, false),
            setval('serial_id_seq', coalesce((SELECT max(id) FROM serial), 0) + 1, false),
            setval('operation_number_seq', coalesce((SELECT max(number) FROM operation), 0) + 1, false)";
        self.with(|session| session.rows(NEXT, &[])).map(drop)
    }

    fn lock_order(&self, order: i64) -> Result<()> {
        let sql = "SELECT pg_advisory_xact_lock(hashtextextended('scantrail order', $1))";
        self.with(|session| session.execute(sql, &[Value::Integer(Some(order))])).map(drop)
    }

    /// The commit has seen to it.
    fn secure(&self) -> Result<()> {
        Ok(())
    }

    /// A message in the log of the server, so that the commit has something to wait for.
    fn confirm(&self, _number: i64) -> Result<()> {
        let sql = "SELECT pg_logical_emit_message(true, 'scantrail', CAST('' AS text))";
        self.with(|session| session.execute(sql, &[])).map(drop)
    }

    /// A rule of the schema that held against a station that was faster is a refusal when it is decided anew.
    fn may_pass(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Conflict(_) | StoreError::Lost(_) | StoreError::Constraint(_))
    }

    fn files(&self) -> Option<&FileFolder> {
        None
    }

    fn tidy(&self) {}
}
