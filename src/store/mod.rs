//! The world: the database. The only place with SQL.
//!
//! A [`Store`] is one connection, to a file of SQLite or to a PostgreSQL server. [`Store::read`] gives a [`View`] of one
//! consistent state. [`Store::write`] gives a [`Writer`], which decides and writes in one transaction: what it is given
//! is done whole or not at all, however many stations write at once.

mod address;
mod append;
mod attachments;
mod clock;
mod codes;
mod copy;
mod copy_files;
mod copy_target;
mod engine;
mod error;
mod files;
mod free_stock;
mod head;
mod history;
mod holds;
mod incoming;
mod lots;
mod masters;
mod numbers;
mod open;
mod operation;
mod orders;
mod ordinary;
mod own_names;
mod owners;
mod postgresql;
mod settings;
mod sqlite;
mod stock;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;
use std::time::Duration;

pub use address::{Address, AddressError};
pub use append::{LotStatement, NewOperation};
pub use attachments::{Attachment, CERTIFICATE, Target};
pub(crate) use clock::CLOCK_WENT_BACK;
pub use codes::SupplierCodes;
pub use copy::{Copied, copy_database};
pub use error::StoreError;
pub use files::{CopyFault, StoredFile};
pub use free_stock::{FreeStock, FreeStockOrder};
pub use head::{Head, Loss};
pub use history::{Event, LaterHop, SerialStep};
pub use incoming::Incoming;
pub use lots::StatedDates;
pub use masters::{Found, ItemCode, NewItem, Partner};
pub use open::{Opened, Options};
pub use operation::{RecordedLine, RecordedOperation};
pub use orders::{Progress, ProgressKind};
pub use ordinary::{is_open_to_others, open_ordinary, read_ordinary, read_ordinary_text};
pub use own_names::{OwnNames, is_of_a_database};
pub use owners::Owned;
pub use postgresql::STATION_GRANTS;
pub use sqlite::MIN_SQLITE_VERSION;
pub use stock::{StockFilter, StockRow, Unit};

use crate::ledger::{Claim, LotRecord};
use crate::model::{ClaimId, Item, ItemId, LotId, OperationNumber, Place, PlaceId};
use attachments::KnownCertificates;
use engine::{Engine, Parameters, Purpose, Row};
use holds::HoldCache;
use masters::CodeRow;
use owners::OwnerCache;
use stock::{SerialRow, SerialTexts};

/// What every call of the store gives.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The number of the schema that this program reads and writes, on both engines.
pub(crate) const SCHEMA_VERSION: i64 = 4;

/// A database that is open.
pub struct Store {
    engine: Box<dyn Engine>,
    /// The state of the random numbers that spread out repeated attempts.
    random: Cell<u64>,
}

/// What a piece of work in a transaction may fail with.
pub trait WorkError: From<StoreError> {
    /// What the database said, if that is why it failed.
    fn store_error(&self) -> Option<&StoreError>;
}

impl WorkError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// How often a piece of work is done beside others before it asks to be alone, and how often in all.
const ATTEMPTS_BESIDE_OTHERS: u32 = 2;
const ATTEMPTS: u32 = 8;

impl Store {
    fn new(engine: Box<dyn Engine>, options: &Options) -> Store {
        Store { engine, random: Cell::new(options.seed) }
    }

    /// Reads from one consistent state. A connection that was lost is made anew, and `look` begins again.
    ///
    /// # Errors
    /// What the database says, or what `look` says.
    pub fn read<T, E: WorkError>(
        &self,
        mut look: impl FnMut(&View<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut attempt = 1;
        loop {
            let looked = self.engine.begin(Purpose::Read).map_err(E::from).and_then(|()| {
                let open = OpenTransaction(&*self.engine);
                look(&View::of(open.0))
            });
            match &looked {
                Err(error) if attempt < ATTEMPTS && self.may_pass(error) => {
                    self.pause(attempt);
                    attempt += 1;
                }
                _ => return looked,
            }
        }
    }

    /// Decides and writes in one transaction, which is committed when `work` ends well, unless it is a dry run.
    ///
    /// Where other stations got in between, or the connection was lost before the commit, everything is taken back and
    /// `work` begins again, a bounded number of times, in the end with nobody beside it. So `work` must not keep
    /// anything of an attempt that failed.
    ///
    /// # Errors
    /// What `work` says; [`StoreError::Busy`] when other stations were always faster; [`StoreError::OutcomeUnknown`]
    /// when the commit itself failed, which is never tried again here: it may be on disk.
    pub fn write<T, E: WorkError>(
        &self,
        dry_run: bool,
        work: impl FnMut(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.write_after(ATTEMPTS_BESIDE_OTHERS, dry_run, work)
    }

    /// As [`Store::write`], with nobody beside it from the first attempt on: for what changes the rules that all others
    /// judge by.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_alone<T, E: WorkError>(
        &self,
        dry_run: bool,
        work: impl FnMut(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.write_after(0, dry_run, work)
    }

    fn write_after<T, E: WorkError>(
        &self,
        beside_others: u32,
        dry_run: bool,
        mut work: impl FnMut(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut attempt = 1;
        loop {
            let purpose = if attempt > beside_others { Purpose::WriteAlone } else { Purpose::Write };
            let done = self.attempt(purpose, dry_run, &mut work);
            match &done {
                Err(error) if attempt < ATTEMPTS && self.may_pass(error) => {
                    self.pause(attempt);
                    attempt += 1;
                }
                _ => return done,
            }
        }
    }

    fn attempt<T, E: WorkError>(
        &self,
        purpose: Purpose,
        dry_run: bool,
        work: &mut impl FnMut(&Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.engine.begin(purpose)?;
        let open = OpenTransaction(&*self.engine);
        let writer = Writer::of(open.0, dry_run);
        let done = work(&writer)?;
        if dry_run {
            self.engine.roll_back();
            self.engine.secure()?;
        } else {
            self.engine.commit(&writer.recorded.into_inner())?;
            self.engine.secure()?;
            self.engine.tidy();
        }
        Ok(done)
    }

    /// Sees to it that an operation which was found survives a power cut: whoever recorded it may have been killed before it
    /// was on disk.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when it may not be on disk.
    pub fn confirm(&self, number: OperationNumber) -> Result<()> {
        self.write(false, |writer| writer.confirm(number))
    }

    fn may_pass(&self, error: &impl WorkError) -> bool {
        error.store_error().is_some_and(|error| self.engine.may_pass(error))
    }

    /// Waits a little, longer after each attempt, and never as long as the station beside it.
    fn pause(&self, attempt: u32) {
        // splitmix64
        let state = self.random.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let most_micros = 2_000_u64 << attempt.min(6);
        std::thread::sleep(Duration::from_micros((mixed ^ (mixed >> 31)) % most_micros));
    }
}

/// A transaction that is taken back when it is dropped; after a commit there is nothing to take back.
struct OpenTransaction<'c>(&'c dyn Engine);

impl Drop for OpenTransaction<'_> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}

/// Rows that do not change while a view lives, or that were looked up ahead.
#[derive(Default)]
struct Cache {
    items: RefCell<HashMap<ItemId, Rc<Item>>>,
    places: RefCell<HashMap<PlaceId, Rc<Place>>>,
    claims: RefCell<HashMap<ClaimId, Option<Rc<Claim>>>>,
    lots: RefCell<HashMap<LotId, Rc<LotRecord>>>,
    /// Lots that were made under this view.
    new_lots: RefCell<HashSet<LotId>>,
    /// By folded text; `None` where no code has the text.
    codes: RefCell<HashMap<String, Option<CodeRow>>>,
    /// By text, for all items.
    serials: RefCell<HashMap<String, Vec<SerialRow>>>,
    /// The texts of serials that were read or made.
    serial_codes: RefCell<SerialTexts>,
    /// Holds, and how goods came in.
    holds: RefCell<HoldCache>,
    owners: RefCell<OwnerCache>,
    certificates: RefCell<KnownCertificates>,
}

/// One consistent state of the ledger, to be read.
pub struct View<'c> {
    engine: &'c dyn Engine,
    cache: Cache,
}

impl<'c> View<'c> {
    fn of(engine: &'c dyn Engine) -> View<'c> {
        View { engine, cache: Cache::default() }
    }

    /// The first row of a query.
    fn one<T>(
        &self,
        sql: &str,
        parameters: impl Parameters,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.engine.query(sql, &parameters.values(), &mut |columns| {
            if found.is_none() {
                found = Some(read(&Row(columns))?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// All rows of a query.
    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Parameters,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.engine.query(sql, &parameters.values(), &mut |columns| {
            found.push(read(&Row(columns))?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Runs a statement that gives no rows.
    fn execute(&self, sql: &str, parameters: impl Parameters) -> Result<u64> {
        self.engine.execute(sql, &parameters.values())
    }

    /// Runs a statement that makes one row, and gives its number.
    fn insert(&self, sql: &str, parameters: impl Parameters) -> Result<i64> {
        let made = self.one(sql, parameters, |row| row.get(0))?;
        made.ok_or_else(|| StoreError::Other("a new row has no number".to_owned()))
    }
}

/// A transaction that writes, and one consistent state under it.
pub struct Writer<'c> {
    view: View<'c>,
    number: Cell<Option<OperationNumber>>,
    dry_run: bool,
    /// What was appended.
    recorded: RefCell<Vec<Head>>,
}

impl<'c> Deref for Writer<'c> {
    type Target = View<'c>;

    fn deref(&self) -> &View<'c> {
        &self.view
    }
}

impl<'c> Writer<'c> {
    fn of(engine: &'c dyn Engine, dry_run: bool) -> Writer<'c> {
        Writer { view: View::of(engine), number: Cell::new(None), dry_run, recorded: RefCell::default() }
    }

    /// The number of the operation that this transaction records. It is taken when it is first asked for, so that what
    /// is refused uses none.
    ///
    /// # Errors
    /// What the database says.
    pub fn number(&self) -> Result<OperationNumber> {
        if let Some(number) = self.number.get() {
            return Ok(number);
        }
        let number = OperationNumber(self.engine.next_operation(self.dry_run)?);
        self.number.set(Some(number));
        Ok(number)
    }

    /// An operation that was found is to be as durable as what is written, before the transaction is answered.
    ///
    /// # Errors
    /// What the database says.
    pub fn confirm(&self, number: OperationNumber) -> Result<()> {
        self.engine.confirm(number.0)
    }

    /// Keeps other stations from working on the same order until this transaction ends.
    ///
    /// # Errors
    /// What the database says.
    pub fn lock_order(&self, order: crate::model::OrderId) -> Result<()> {
        self.engine.lock_order(order.0)
    }
}
