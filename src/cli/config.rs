//! The config file: what is this station's own.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;

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
}

impl Config {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// A file that cannot be read or understood.
    pub fn read(path: Option<&Path>) -> Result<Config, Failure> {
        let Some(path) = path else { return Ok(Config::default()) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(Failure::file(&path.display().to_string(), &error)),
        };
        toml::from_str(&text).map_err(|error| {
            let message = format!("the config file {} is not understood: {}", path.display(), error.message());
            Failure::usage(format!("{message}\n  known keys: database, operator, station, label_stock"))
        })
    }
}

/// A folder of the user, by the rules of the XDG base directory specification.
pub fn user_folder(variable: Option<PathBuf>, home: Option<PathBuf>, below_home: &str) -> Option<PathBuf> {
    variable.filter(|path| path.is_absolute()).or_else(|| home.map(|home| home.join(below_home)))
}
