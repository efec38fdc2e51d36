//! The seam between the store and the two databases: a few plain verbs, values and rows.
//!
//! A query is written once, in the words that both databases understand: parameters are `$1`, `$2`, …; a set is
//! `= ANY($1)`; a type is stated by `CAST(… AS …)`. Each engine translates what its database says otherwise.

use std::fmt::Display;

use super::clock::Earlier;
use super::files::FileFolder;
use super::{Head, Result, StoreError};

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To read from one consistent state.
    Read,
    /// To write.
    Write,
    /// To write while nobody else does, after attempts beside others failed.
    WriteAlone,
}

/// One connection to a database. At most one transaction is open at a time.
pub(super) trait Engine {
    /// Opens a transaction.
    fn begin(&self, purpose: Purpose) -> Result<()>;

    /// Makes everything since `begin` durable, the operations `recorded` among it.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when it may or may not be durable; any other error: it is not.
    fn commit(&self, recorded: &[Head]) -> Result<()>;

    /// Takes back everything since `begin`. A connection that is lost has done so already.
    fn roll_back(&self);

    /// Runs a query and hands each row to `each`.
    fn query(
        &self,
        sql: &str,
        parameters: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Columns) -> Result<()>,
    ) -> Result<()>;

    /// Runs a statement that gives no rows, and tells how many rows it changed.
    fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64>;

    /// Inserts many rows in the fastest way that checks everything. Every row has a value for each column.
    fn insert(
        &self,
        table: &'static str,
        columns: &[&'static str],
        rows: &mut dyn Iterator<Item = Vec<Value<'_>>>,
    ) -> Result<()>;

    /// Moves serials that have a position to another one.
    fn move_positions(&self, positions: &[Position]) -> Result<()>;

    /// So many row numbers for new serials, in ascending order.
    fn new_serials(&self, count: usize) -> Result<Vec<i64>>;

    /// The number of the next operation. With `dry_run` nothing is used up by it.
    fn next_operation(&self, dry_run: bool) -> Result<i64>;

    /// The operation with the greatest number, as far as it is known without getting in the way of other stations.
    fn newest_operation(&self) -> Result<Option<Earlier>>;

    /// After rows with numbers of their own were inserted: new ones are numbered after them.
    fn follow_numbers(&self) -> Result<()>;

    /// Keeps others from working on the same order until the transaction ends. What the database guarantees by itself
    /// is not locked again.
    fn lock_order(&self, order: i64) -> Result<()>;

    /// The operation with this number, which this transaction found, must be as durable as what it writes before the
    /// transaction is answered: a commit may be seen that a standby does not have yet, or that was never synced.
    fn confirm(&self, number: i64) -> Result<()>;

    /// Sees to what `confirm` was told, where that takes more than a commit. No transaction is open.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when it may not be durable.
    fn secure(&self) -> Result<()>;

    /// True when the same work, begun again at once, may well succeed: another station was faster, or the connection
    /// was lost before anything was committed.
    fn may_pass(&self, error: &StoreError) -> bool;

    /// The folder beside the database for large files; a server has none.
    fn files(&self) -> Option<&FileFolder>;

    /// Work after a commit that nobody has to wait for and that may fail.
    fn tidy(&self);
}

/// Where a serial stands: a row of the table of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub serial: i64,
    pub item: i64,
    pub lot: i64,
    pub place: i64,
    pub claim: i64,
    pub hop: u32,
    pub quantity: i64,
}

/// A value of a parameter. The type is known also where there is no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'v> {
    Integer(Option<i64>),
    Text(Option<&'v str>),
    Bytes(Option<&'v [u8]>),
    Truth(bool),
    Integers(&'v [i64]),
    Texts(&'v [&'v str]),
}

/// What can be handed to a query.
pub(super) trait Bind {
    fn value(&self) -> Value<'_>;
}

macro_rules! bind {
    ($($kind:ty => |$one:ident| $value:expr;)+) => {$(
        impl Bind for $kind {
            fn value(&self) -> Value<'_> {
                let $one = self;
                $value
            }
        }
    )+};
}

bind! {
    i64 => |one| Value::Integer(Some(*one));
    i32 => |one| Value::Integer(Some((*one).into()));
    u32 => |one| Value::Integer(Some((*one).into()));
    u8 => |one| Value::Integer(Some((*one).into()));
    Option<i64> => |one| Value::Integer(*one);
    Option<u32> => |one| Value::Integer(one.map(i64::from));
    bool => |one| Value::Truth(*one);
    &str => |one| Value::Text(Some(one));
    String => |one| Value::Text(Some(one));
    &String => |one| Value::Text(Some(one));
    Option<&str> => |one| Value::Text(*one);
    Option<String> => |one| Value::Text(one.as_deref());
    [u8; 32] => |one| Value::Bytes(Some(one));
    &[u8] => |one| Value::Bytes(Some(one));
    Option<&[u8]> => |one| Value::Bytes(*one);
    &[i64] => |one| Value::Integers(one);
    &[&str] => |one| Value::Texts(one);
}

/// All parameters of a query.
pub(super) trait Parameters {
    fn values(&self) -> Vec<Value<'_>>;
}

impl<T: Bind, const N: usize> Parameters for [T; N] {
    fn values(&self) -> Vec<Value<'_>> {
        self.iter().map(Bind::value).collect()
    }
}

impl Parameters for &[Value<'_>] {
    fn values(&self) -> Vec<Value<'_>> {
        self.to_vec()
    }
}

impl Parameters for () {
    fn values(&self) -> Vec<Value<'_>> {
        Vec::new()
    }
}

macro_rules! parameters {
    ($($name:ident)+) => {
        impl<$($name: Bind),+> Parameters for ($($name,)+) {
            #[allow(non_snake_case)]
            fn values(&self) -> Vec<Value<'_>> {
                let ($($name,)+) = self;
                vec![$($name.value()),+]
            }
        }
    };
}

parameters!(A B);
parameters!(A B C);
parameters!(A B C D);
parameters!(A B C D E);
parameters!(A B C D E F);
parameters!(A B C D E F G);
parameters!(A B C D E F G H);

/// The columns of a row, counted from 0, as the engine reads them.
pub(super) trait Columns {
    fn integer(&self, column: usize) -> Result<Option<i64>>;
    fn text(&self, column: usize) -> Result<Option<&str>>;
    fn bytes(&self, column: usize) -> Result<Option<&[u8]>>;
    fn truth(&self, column: usize) -> Result<bool>;
}

/// A row of an answer.
#[derive(Clone, Copy)]
pub(super) struct Row<'r>(pub(super) &'r dyn Columns);

impl<'r> Row<'r> {
    /// The value of a column, counted from 0.
    pub(super) fn get<T: FromRow<'r>>(&self, column: usize) -> Result<T> {
        T::from_row(self.0, column)
    }
}

/// What can be read from a column.
pub(super) trait FromRow<'r>: Sized {
    fn from_row(row: &'r dyn Columns, column: usize) -> Result<Self>;
}

/// A row that no version of scantrail writes.
pub(super) fn invalid(why: impl Display) -> StoreError {
    StoreError::Damaged(why.to_string())
}

/// A word of the database as this version knows it; another one is never taken for a default.
pub(super) fn known<T>(what: &str, word: &str, found: Option<T>) -> Result<T> {
    found.ok_or_else(|| invalid(format!("{what} is {word:?}, which this version does not know")))
}

fn present<T>(found: Option<T>, column: usize) -> Result<T> {
    found.ok_or_else(|| invalid(format!("column {column} of a row is empty")))
}

fn narrowed<T: TryFrom<i64>>(found: i64) -> Result<T> {
    T::try_from(found).map_err(|_| invalid(format!("the number {found} is out of range")))
}

impl FromRow<'_> for i64 {
    fn from_row(row: &dyn Columns, column: usize) -> Result<i64> {
        present(row.integer(column)?, column)
    }
}

impl FromRow<'_> for Option<i64> {
    fn from_row(row: &dyn Columns, column: usize) -> Result<Option<i64>> {
        row.integer(column)
    }
}

macro_rules! narrow {
    ($($kind:ty)+) => {$(
        impl FromRow<'_> for $kind {
            fn from_row(row: &dyn Columns, column: usize) -> Result<$kind> {
                narrowed(present(row.integer(column)?, column)?)
            }
        }

        impl FromRow<'_> for Option<$kind> {
            fn from_row(row: &dyn Columns, column: usize) -> Result<Option<$kind>> {
                row.integer(column)?.map(narrowed).transpose()
            }
        }
    )+};
}

narrow!(i32 u32 u8);

impl FromRow<'_> for bool {
    fn from_row(row: &dyn Columns, column: usize) -> Result<bool> {
        row.truth(column)
    }
}

impl<'r> FromRow<'r> for &'r str {
    fn from_row(row: &'r dyn Columns, column: usize) -> Result<&'r str> {
        present(row.text(column)?, column)
    }
}

impl FromRow<'_> for String {
    fn from_row(row: &dyn Columns, column: usize) -> Result<String> {
        Ok(present(row.text(column)?, column)?.to_owned())
    }
}

impl FromRow<'_> for Option<String> {
    fn from_row(row: &dyn Columns, column: usize) -> Result<Option<String>> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

impl FromRow<'_> for Option<Vec<u8>> {
    fn from_row(row: &dyn Columns, column: usize) -> Result<Option<Vec<u8>>> {
        Ok(row.bytes(column)?.map(<[u8]>::to_vec))
    }
}

impl FromRow<'_> for [u8; 32] {
    fn from_row(row: &dyn Columns, column: usize) -> Result<[u8; 32]> {
        let bytes = present(row.bytes(column)?, column)?;
        bytes.try_into().map_err(|_| invalid(format!("a digest has {} bytes", bytes.len())))
    }
}
