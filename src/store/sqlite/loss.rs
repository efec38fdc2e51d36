//! Opening a database of which a part is missing, for whoever accepts that.

use std::path::{Path, PathBuf};

use super::Sqlite;
use super::examine::unnamed;
use crate::store::{Loss, Options, Result, StoreError};

impl Sqlite {
    /// Opens a database, also when operations are missing: then what they are, and where the log is kept that was found. A log
    /// of this file stays in use as far as it is whole, and is copied; a foreign one is moved away.
    ///
    /// # Errors
    /// As [`Sqlite::open`], but for [`StoreError::LogLost`].
    pub(in crate::store) fn open_after_loss(
        path: &Path,
        options: &Options,
        suffix: &str,
    ) -> Result<(Sqlite, Option<(Loss, Option<String>)>)> {
        let found = match Sqlite::open(path, options) {
            Err(StoreError::LogLost(loss)) => *loss,
            other => return Ok((other?, None)),
        };
        let kept = set_aside(Path::new(&found.log), found.log_is_foreign, suffix)?;
        let (engine, _) = Sqlite::recognised(path, options)?;
        engine.is_trusted.set(true);
        let (last, _) = engine.last_and_hash(0)?;
        let missing = engine.missing(&engine.tail(), last)?;
        let unnamed = unnamed(&missing, last);
        Ok((engine, Some((Loss { last, missing, unnamed, ..found }, kept.map(|path| path.display().to_string())))))
    }
}

/// Keeps the log under another name: it may be all that is left of an operation.
fn set_aside(log: &Path, is_foreign: bool, suffix: &str) -> Result<Option<PathBuf>> {
    if std::fs::metadata(log).map_or(0, |found| found.len()) == 0 {
        return Ok(None);
    }
    let mut kept = log.as_os_str().to_owned();
    kept.push(format!(".lost-{suffix}"));
    let kept = PathBuf::from(kept);
    let done = match is_foreign {
        true => std::fs::rename(log, &kept),
        false => std::fs::copy(log, &kept).map(drop),
    };
    done.map_err(|error| StoreError::Io(format!("{}: {error}", kept.display())))?;
    Ok(Some(kept))
}
