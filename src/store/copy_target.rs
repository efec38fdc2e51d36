//! What a ledger is copied into: nobody sees anything of it there before it is whole.

use super::engine::{Engine, Purpose};
use super::postgresql::Postgresql;
use super::sqlite::{NewFile, Sqlite};
use super::{Address, Options, Result, Store, StoreError};

/// A database with nothing in it but the schema, and an open transaction. When it is dropped, it is as it was before.
pub(super) enum CopyTarget {
    /// It is there, and others may use it.
    There(Filling),
    /// There is no file of its name yet.
    New(Box<NewFile>),
}

/// A connection whose transaction is taken back when it is dropped; after a commit there is nothing to take back.
pub(super) struct Filling(Box<dyn Engine>);

impl Drop for Filling {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}

impl CopyTarget {
    /// One that is there, only to be looked at. `None` where there is none yet.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn look(address: &Address, options: &Options) -> Result<Option<CopyTarget>> {
        match Store::open(address, options) {
            Ok(store) => CopyTarget::of(store).map(Some),
            Err(StoreError::Missing(_) | StoreError::Empty(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Begins to write. Where there is no schema, it is made in the same transaction; where there is no file, under a
    /// temporary name.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn begin(address: &Address, options: &Options) -> Result<CopyTarget> {
        let there = match (Store::open(address, options), address) {
            (Ok(store), _) => return CopyTarget::of(store),
            (Err(StoreError::Missing(_)), Address::File(path)) => {
                return NewFile::begin(path, options).map(|file| CopyTarget::New(Box::new(file)));
            }
            (Err(StoreError::Empty(_)), Address::File(path)) => {
                Sqlite::begin_in_empty(path, options)?.map(|engine| Box::new(engine) as Box<dyn Engine>)
            }
            (Err(StoreError::Missing(_)), Address::Server(server)) => {
                Postgresql::begin_in_empty(server, options)?.map(|engine| Box::new(engine) as Box<dyn Engine>)
            }
            (Err(error), _) => return Err(error),
        };
        match there {
            Some(engine) => Ok(CopyTarget::There(Filling(engine))),
            // Another station was faster.
            None => CopyTarget::of(Store::open(address, options)?),
        }
    }

    fn of(store: Store) -> Result<CopyTarget> {
        store.engine.begin(Purpose::WriteAlone)?;
        Ok(CopyTarget::There(Filling(store.engine)))
    }

    /// The connection.
    pub fn engine(&self) -> &dyn Engine {
        match self {
            CopyTarget::There(filling) => &*filling.0,
            CopyTarget::New(file) => file.engine(),
        }
    }

    /// Commits.
    ///
    /// # Errors
    /// [`StoreError::OutcomeUnknown`] when it may or may not be there; any other error: it is not.
    pub fn finish(self) -> Result<()> {
        match self {
            CopyTarget::There(filling) => {
                filling.0.commit(&[])?;
                filling.0.tidy();
                Ok(())
            }
            CopyTarget::New(file) => file.finish(),
        }
    }
}
