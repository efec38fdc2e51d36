//! The config file: what is this station's own.

use std::ffi::OsStr;
use std::path::Path;

use serde::Deserialize;

use super::failure::Failure;
use crate::store::{Address, is_open_to_others, open_ordinary};

/// `config.toml` in the folder `scantrail` of the user's configuration folder.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database: a path.
    pub database: Option<String>,
    /// Who works here.
    pub operator: Option<String>,
    /// What this station is called.
    pub station: Option<String>,
    /// The label paper in the printer.
    pub label_stock: Option<String>,
    /// What is to be known of the file itself.
    #[serde(skip)]
    pub warning: Option<String>,
}

impl Config {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn read(path: Option<&Path>) -> Result<Config, Failure> {
        let Some(path) = path else { return Ok(Config::default()) };
        let shown = path.display().to_string();
        let file = match open_ordinary(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(Failure::file(&shown, &error)),
        };
        let is_shared = is_open_to_others(&file);
        let text = std::io::read_to_string(file).map_err(|error| Failure::file(&shown, &error))?;
        let mut config: Config = toml::from_str(&text).map_err(|error| {
            let message = format!("the config file {shown} is not understood: {}", error.message());
            Failure::usage(format!("{message}\n  known keys: database, operator, station, label_stock"))
        })?;
        let holds_password = |database: &String| Address::holds_password(OsStr::new(database));
        config.warning = config.database.as_ref().filter(|database| is_shared && holds_password(database)).map(|_| {
            format!(
                "warning: others on this machine can read the password in {shown}: make it yours alone with chmod 0600 \
                 {shown}, or keep the password in ~/.pgpass"
            )
        });
        Ok(config)
    }
}
