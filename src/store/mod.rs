//! The world: the database. The only place with SQL.
//!
//! A [`Store`] is one connection. [`Store::read`] gives a [`View`] of one consistent state; [`Store::begin`] gives a
//! [`Writer`], which holds the only write lock from its first statement on and is undone when it is dropped without
//! [`Writer::commit`].

mod append;
mod error;
mod history;
mod masters;
mod open;
mod orders;
mod schema;
mod stock;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior};

pub use append::{LotStatement, NewOperation, RecordedLine, RecordedOperation};
pub use error::StoreError;
pub use history::{Event, LaterHop, SerialStep};
pub use masters::{Found, ItemCode, NewItem, Partner};
pub use open::{MIN_SQLITE_VERSION, Opened};
pub use orders::{Progress, ProgressKind};
pub use stock::{StockFilter, StockRow, Unit};

use crate::ledger::{Claim, LotRecord};
use crate::model::{ClaimId, Item, ItemId, LotId, Place, PlaceId};

/// What every call of the store gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A database that is open.
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Reads from one consistent state.
    ///
    /// # Errors
    /// What the database says, or what `look` says.
    pub fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&View<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let begun = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred);
        let _snapshot = begun.map_err(StoreError::from)?;
        look(&View::of(&self.connection))
    }

    /// Takes the write lock, waiting for other stations if need be.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another station holds it too long.
    pub fn begin(&self) -> Result<Writer<'_>> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        Ok(Writer { transaction, view: View::of(&self.connection) })
    }
}

/// Rows that do not change while a view lives.
#[derive(Default)]
struct Cache {
    items: RefCell<HashMap<ItemId, Rc<Item>>>,
    places: RefCell<HashMap<PlaceId, Rc<Place>>>,
    claims: RefCell<HashMap<ClaimId, Option<Rc<Claim>>>>,
    lots: RefCell<HashMap<LotId, Rc<LotRecord>>>,
}

/// One consistent state of the ledger, to be read.
pub struct View<'c> {
    connection: &'c Connection,
    cache: Cache,
}

impl<'c> View<'c> {
    fn of(connection: &'c Connection) -> View<'c> {
        View { connection, cache: Cache::default() }
    }

    /// The first row of a query that is prepared once per connection.
    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.connection.prepare_cached(sql)?.query_row(parameters, read).optional()?)
    }

    /// All rows of a query that is prepared once per connection.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, read)?.collect::<rusqlite::Result<Vec<T>>>()?;
        Ok(rows)
    }

    /// Runs a statement that gives no rows.
    fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(parameters)?)
    }
}

/// The write lock, and one consistent state under it. Dropping it undoes everything.
pub struct Writer<'c> {
    transaction: Transaction<'c>,
    view: View<'c>,
}

impl<'c> Deref for Writer<'c> {
    type Target = View<'c>;

    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl Writer<'_> {
    /// Makes everything durable.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`]: a failed commit may or may not be on disk.
    pub fn commit(self) -> Result<()> {
        let Writer { transaction, view } = self;
        transaction.commit().map_err(|error| StoreError::OutcomeUnknown(error.to_string()))?;
        open::shorten_log(view.connection);
        Ok(())
    }
}
