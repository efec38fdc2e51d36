//! Files that cannot be used, told from disks that fail: what SQLite calls "unable to open" is most often a permission.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::store::{Result, StoreError};

/// Fails when there is no file, or when nobody may say whether there is.
///
/// # Errors
/// [`StoreError::Missing`], [`StoreError::NoPermission`].
pub(super) fn check_there(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(StoreError::NoPermission(format!("this user may not look into the folder of {}", path.display())))
        }
        Err(_) => Err(StoreError::Missing(path.display().to_string())),
        Ok(_) => Ok(()),
    }
}

/// What SQLite said, with the path, and with the permission that is missing where that is why.
pub(super) fn explained(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::NotOurs { why, .. } => StoreError::NotOurs { path: path.display().to_string(), why },
        StoreError::Io(why) => match missing_permission(path) {
            Some(what) => StoreError::NoPermission(what),
            None => StoreError::Io(format!("{}: {why}", path.display())),
        },
        StoreError::ReadOnly(why) => StoreError::ReadOnly(missing_permission(path).unwrap_or(why)),
        other => other,
    }
}

/// Fails when SQLite has opened the file for reading only, as it does where it may not write.
///
/// # Errors
/// [`StoreError::ReadOnly`].
pub(super) fn check_writable(connection: &Connection) -> Result<()> {
    match connection.is_readonly("main")? {
        true => {
            let path = Path::new(connection.path().unwrap_or_default());
            Err(explained(StoreError::ReadOnly("it is open for reading only".to_owned()), path))
        }
        false => Ok(()),
    }
}

/// Fails when no scantrail has ever written a schema of this version.
///
/// # Errors
/// [`StoreError::Damaged`].
pub(super) fn check_version(version: i64) -> Result<()> {
    match version {
        1.. => Ok(()),
        _ => Err(StoreError::Damaged(format!("it says that it has schema {version}, and there is none"))),
    }
}

/// A schema step that did not go: the tables are not those of the version that the file names.
pub(super) fn not_of_version(error: StoreError, version: i64) -> StoreError {
    match error {
        StoreError::Other(why) | StoreError::Damaged(why) => {
            StoreError::Damaged(format!("it says that it has schema {version}, and its tables are others ({why})"))
        }
        other => other,
    }
}

/// SQLite reads and writes the file, and makes two more beside it. Only asked: opening the file here would drop its locks.
#[cfg(unix)]
fn missing_permission(path: &Path) -> Option<String> {
    use rustix::fs::{Access, AtFlags, CWD, accessat};
    let may = |path: &Path, what: Access| {
        !matches!(accessat(CWD, path, what, AtFlags::EACCESS), Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM))
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = |end: &str| -> PathBuf { PathBuf::from(format!("{}{end}", path.display())) };
    for one in [path.to_owned(), beside("-wal"), beside("-shm")].iter().filter(|one| one.exists()) {
        if !may(one, Access::READ_OK | Access::WRITE_OK) {
            return Some(format!("this user may not read and write {}", one.display()));
        }
    }
    let is_denied = !may(folder, Access::WRITE_OK | Access::EXEC_OK);
    is_denied.then(|| format!("this user may not make files in {}, and SQLite keeps its log there", folder.display()))
}

#[cfg(not(unix))]
fn missing_permission(_path: &Path) -> Option<String> {
    None
}
