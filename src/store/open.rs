//! Opening and making a database, whichever engine it is on.

use chrono::{DateTime, FixedOffset};

use super::own_names::check_free;
use super::postgresql::Postgresql;
use super::sqlite::Sqlite;
use super::{Address, Loss, Result, Store};

/// What is handed in from outside for a connection.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// A database file may lie on a network file system.
    pub allow_network_file_system: bool,
    /// A random number: stations that wait for each other must not all wait equally long.
    pub seed: u64,
    /// When the command began.
    pub now: DateTime<FixedOffset>,
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
            Address::File(path) => Store::new(Box::new(Sqlite::open(path, options)?), options),
            Address::Server(server) => Store::new(Box::new(Postgresql::open(server, options)?), options),
        })
    }

    /// Opens a database, also when operations that were recorded are missing: then what they are, and where the log is kept
    /// that was found, under a name that ends in `suffix`. A server keeps its own log.
    ///
    /// # Errors
    /// As [`Store::open`], but for [`super::StoreError::LogLost`].
    pub fn open_after_loss(
        address: &Address,
        options: &Options,
        suffix: &str,
    ) -> Result<(Store, Option<(Loss, Option<String>)>)> {
        let Address::File(path) = address else { return Ok((Store::open(address, options)?, None)) };
        let (engine, loss) = Sqlite::open_after_loss(path, options, suffix)?;
        Ok((Store::new(Box::new(engine), options), loss))
    }

    /// Makes a database, or finds that it is there. Two stations may do this at once.
    ///
    /// # Errors
    /// As [`Store::open`]; a database that holds anything else is left alone.
    pub fn create(address: &Address, options: &Options) -> Result<Opened> {
        match address {
            Address::File(path) => {
                check_free(path)?;
                Sqlite::create(path, options)
            }
            Address::Server(server) => Postgresql::create(server, options),
        }
    }
}
