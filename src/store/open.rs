//! Opening and making a database, whichever engine it is on.

use super::postgresql::Postgresql;
use super::sqlite::Sqlite;
use super::{Address, Result, Store};

/// What is handed in from outside for a connection.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// A database file may lie on a network file system.
    pub allow_network_file_system: bool,
    /// A random number: stations that wait for each other must not all wait equally long.
    pub seed: u64,
    /// Told what is waited for, when it takes long.
    pub tell: fn(&str),
}

/// What `init` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The database was made.
    Created,
    /// It was there already, and nothing was changed.
    WasThere,
    /// It was there with an older schema, and has the one of this program now.
    Updated,
}

impl Store {
    /// Opens a database that exists.
    ///
    /// # Errors
    /// [`super::StoreError::Missing`], [`super::StoreError::NotOurs`], [`super::StoreError::Newer`] and what the file
    /// system or the server says.
    pub fn open(address: &Address, options: &Options) -> Result<Store> {
        Ok(match address {
            Address::File(path) => {
                let sqlite = Sqlite::open(path, options.allow_network_file_system)?;
                Store::new(Box::new(sqlite.telling(options.tell)), options)
            }
            Address::Server(server) => Store::new(Box::new(Postgresql::open(server, options)?), options),
        })
    }

    /// Makes a database, or finds that it is there. Two stations may do this at once.
    ///
    /// # Errors
    /// As [`Store::open`]; a database that holds anything else is left alone.
    pub fn create(address: &Address, options: &Options) -> Result<Opened> {
        match address {
            Address::File(path) => Sqlite::create(path, options.allow_network_file_system),
            Address::Server(server) => Postgresql::create(server, options),
        }
    }
}

/// A database that is made where there is none.
pub(super) fn make_and_open(address: &Address, options: &Options) -> Result<Store> {
    Store::create(address, options)?;
    Store::open(address, options)
}
