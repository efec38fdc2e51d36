//! Filling a database that nobody sees before it is whole.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::fold::PATIENCE;
use super::open::{begin_to_write, connect, is_empty, use_log};
use super::{Engine, Sqlite, schema};
use crate::disk::{OUTPUT, TemporaryFolder, rename_new, sync_folder};
use crate::store::own_names::{FILES, left_behind, with};
use crate::store::{Options, Result, StoreError};

/// What the database is called while it is built.
const NAME: &str = "ledger.db";

impl Sqlite {
    /// Opens a database in which there is nothing yet, and begins to write the schema into it and what follows: both are
    /// visible together, when that is committed. `None` when another station has just made one there.
    ///
    /// # Errors
    /// What the file system says.
    pub(in crate::store) fn begin_in_empty(path: &Path, options: &Options) -> Result<Option<Sqlite>> {
        let engine = connect(path, options)?;
        Ok(engine.begin_with_schema()?.then_some(engine))
    }

    /// False when there is something already; then no transaction is open.
    fn begin_with_schema(&self) -> Result<bool> {
        if is_empty(&self.connection)? {
            use_log(&self.connection)?;
        }
        begin_to_write(&self.connection, self.tell)?;
        let made = is_empty(&self.connection).and_then(|is_empty| match is_empty {
            true => Ok(schema::create(&self.connection).map(|()| true)?),
            false => Ok(false),
        });
        if !matches!(made, Ok(true)) {
            self.roll_back();
        }
        made
    }
}

/// A database under a temporary name, in a folder of its own beside its place, with its log, its index and its files. A
/// killed command leaves only that folder, which the next one that writes there removes.
pub(in crate::store) struct NewFile {
    // Dropped in this order: the connection is closed before its files go.
    engine: Sqlite,
    building: TemporaryFolder,
    path: PathBuf,
}

impl NewFile {
    /// Makes one, with the schema, and with a transaction open.
    ///
    /// # Errors
    /// [`StoreError::File`] when the name cannot be a new database's; what the file system says.
    pub fn begin(path: &Path, options: &Options) -> Result<NewFile> {
        let shown = path.display();
        if fs::symlink_metadata(path).is_ok() {
            return Err(StoreError::File(format!("{shown}: it is a symbolic link that leads nowhere")));
        }
        if let Some(log) = left_behind(path) {
            let log = log.display();
            return Err(StoreError::File(format!(
                "{shown}: {log} is the log of a database that is gone, and would be taken for the log of the new one; move it away"
            )));
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(StoreError::File(format!("{shown}: it names no file")));
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        OUTPUT.sweep(folder);
        let building = TemporaryFolder::make(folder, name).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::File(format!("{shown}: another command is making it")),
            _ => unwritten(path, &error),
        })?;
        let file = building.path().join(NAME);
        // SQLite would make one that its group may not write, whatever the umask says.
        OpenOptions::new().write(true).create_new(true).open(&file).map_err(|error| unwritten(path, &error))?;
        let engine = connect(&file, options);
        let engine = engine.map_err(|error| match error {
            StoreError::NetworkFileSystem(_) => StoreError::NetworkFileSystem(shown.to_string()),
            other => other,
        })?;
        engine.begin_with_schema()?;
        Ok(NewFile { engine, building, path: path.to_owned() })
    }

    /// The connection.
    pub fn engine(&self) -> &Sqlite {
        &self.engine
    }

    /// Commits, puts everything on disk and gives it its name.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when something has that name by now; [`StoreError::OutcomeUnknown`] when the name may not
    /// survive a power cut. After any other error there is nothing.
    pub fn finish(self) -> Result<()> {
        let NewFile { engine, building, path } = self;
        // A commit that failed is no question here: nobody has seen the file, and nobody will.
        engine.commit(&[]).map_err(|error| match error {
            StoreError::OutcomeUnknown(why) => StoreError::Io(why),
            other => other,
        })?;
        engine.close_whole()?;
        let failed = |error: io::Error| unwritten(&path, &error);
        let file = building.path().join(NAME);
        File::open(&file).and_then(|file| file.sync_all()).map_err(failed)?;
        if left_behind(&path).is_some() || fs::symlink_metadata(&path).is_ok() {
            return Err(appeared(&path));
        }
        let files = Files::place(&with(&file, FILES), &with(&path, FILES)).map_err(failed)?;
        if let Err(error) = rename_new(&file, &path) {
            return Err(match error.kind() {
                // What has the name now may have taken the folder of files for its own.
                io::ErrorKind::AlreadyExists => appeared(&path),
                _ => {
                    files.take_back();
                    failed(error)
                }
            });
        }
        let synced = sync_folder(path.parent().unwrap_or(Path::new(".")));
        synced.map_err(|error| StoreError::OutcomeUnknown(error.to_string()))
    }
}

impl Sqlite {
    /// Folds the whole log into the file, and closes it: the file alone is the database then.
    fn close_whole(self) -> Result<()> {
        match self.fold(PATIENCE)? {
            true => Ok(()),
            false => Err(StoreError::Busy),
        }
    }
}

/// The folder of files of a new database, under the name that goes with the database's. It is there before the database
/// has its name: a file that nobody names does no harm, and one that is missing does.
enum Files {
    None,
    /// It came as a whole.
    Moved {
        from: PathBuf,
        to: PathBuf,
    },
    /// A database that is gone left one, and each file was put there under its hash.
    Joined,
}

impl Files {
    fn place(from: &Path, to: &Path) -> io::Result<Files> {
        if !from.exists() {
            return Ok(Files::None);
        }
        if fs::symlink_metadata(to).is_err() {
            fs::rename(from, to)?;
            let placed = Files::Moved { from: from.to_owned(), to: to.to_owned() };
            return match sync_folder(to.parent().unwrap_or(Path::new("."))) {
                Ok(()) => Ok(placed),
                Err(error) => {
                    placed.take_back();
                    Err(error)
                }
            };
        }
        for folder in fs::read_dir(from)? {
            join(&folder?.path(), to)?;
        }
        sync_folder(to)?;
        Ok(Files::Joined)
    }

    fn take_back(&self) {
        if let Files::Moved { from, to } = self {
            let _ = fs::rename(to, from);
        }
    }
}

/// Moves what is in one of the folders of a folder of files. What has the same hash there is replaced: it is the same.
fn join(folder: &Path, to: &Path) -> io::Result<()> {
    let to = to.join(folder.file_name().unwrap_or(OsStr::new(".")));
    match fs::create_dir(&to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    for file in fs::read_dir(folder)? {
        let file = file?;
        fs::rename(file.path(), to.join(file.file_name()))?;
    }
    sync_folder(&to)
}

fn appeared(path: &Path) -> StoreError {
    StoreError::NotEmpty(format!("{}, which appeared while the copy was made,", path.display()))
}

fn unwritten(path: &Path, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(format!("{}: {error}", path.display()))
        }
        _ => StoreError::Io(format!("{}: {error}", path.display())),
    }
}
