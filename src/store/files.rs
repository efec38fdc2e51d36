//! The folder beside an SQLite file, for files that are too large for the database itself.
//!
//! A file lies under the SHA-256 of its content, in a folder of the first two digits: `stock.db-files/ab/abcdef…`. No name
//! that somebody typed or scanned is ever a part of a path.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::ordinary::open_ordinary_itself;
use super::own_names::{FILES, OwnNames};
use super::{Result, StoreError};
use crate::disk::{INCOMING, Temporary, sync_folder};
use crate::model::FileHash;

/// Files up to this size, 1 MiB, are kept in the database itself.
pub(super) const LARGEST_IN_DATABASE: u64 = 1 << 20;

/// Where a server keeps the ledger, no folder is beside it: files up to this size, 64 MiB, are kept in the database.
pub(super) const LARGEST_ON_SERVER: u64 = 64 << 20;

/// No file larger than this, 1 GiB, is kept at all.
pub(super) const LARGEST: u64 = 1 << 30;

const CHUNK: usize = 64 << 10;

/// The folder beside a database. It is made when the first large file comes.
#[derive(Debug, Clone)]
pub(super) struct FileFolder {
    database: PathBuf,
    folder: PathBuf,
}

impl FileFolder {
    /// The one of a database that is there. A symbolic link to it has no folder of its own.
    pub fn beside(database: &Path) -> FileFolder {
        let database = database.canonicalize().unwrap_or_else(|_| database.to_owned());
        let mut folder = database.clone().into_os_string();
        folder.push(FILES);
        FileFolder { database, folder: folder.into() }
    }

    /// True for what belongs to the database: [`OwnNames::has`].
    pub fn is_database(&self, path: &Path) -> bool {
        OwnNames::of(&self.database).has(path)
    }

    fn path(&self, hash: FileHash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join(name.get(..2).unwrap_or_default()).join(name)
    }

    /// A new file with a temporary name in the folder. What killed commands left there is removed.
    pub fn begin(&self) -> io::Result<Temporary> {
        self.make(&self.folder)?;
        INCOMING.sweep(&self.folder);
        let temporary = Temporary::make(&self.folder, INCOMING)?;
        share_like(&self.database, temporary.path(), false);
        Ok(temporary)
    }

    /// Gives a finished file its name, so that it is there after a power cut. One that has the name already is replaced:
    /// it holds the same, or is damaged.
    pub fn settle(&self, temporary: &Temporary, hash: FileHash) -> io::Result<()> {
        let path = self.path(hash);
        let folder = path.parent().unwrap_or(&self.folder);
        self.make(folder)?;
        temporary.settle(&path)?;
        sync_folder(folder)
    }

    /// True when a file of this hash has its name, whatever is in it.
    pub fn has(&self, hash: FileHash) -> bool {
        fs::symlink_metadata(self.path(hash)).is_ok()
    }

    /// Removes files that were settled for nothing, and folders that are empty then. Nobody else may settle any meanwhile.
    pub fn take_back(&self, hashes: &[FileHash]) {
        for path in hashes.iter().map(|hash| self.path(*hash)) {
            let _ = fs::remove_file(&path);
            let _ = path.parent().map(fs::remove_dir);
        }
        if !hashes.is_empty() {
            let _ = fs::remove_dir(&self.folder);
        }
    }

    /// Opens a file by its hash.
    pub fn open(&self, hash: FileHash) -> Result<File> {
        let path = self.path(hash);
        open_ordinary_itself(&path).map_err(|error| damaged(hash, &format!("{}: {error}", path.display())))
    }

    /// Makes a folder, and sees to it that it is there after a power cut.
    fn make(&self, folder: &Path) -> io::Result<()> {
        match fs::create_dir(folder) {
            Ok(()) => {
                share_like(&self.database, folder, true);
                sync_folder(folder.parent().unwrap_or(Path::new(".")))
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// A kept file that is not what it was when it was attached.
pub(super) fn damaged(hash: FileHash, why: &str) -> StoreError {
    StoreError::FileDamaged(format!("the file {} cannot be used: {why}", hash.short()))
}

/// Whoever may use the database may use its files, and nobody else. Where a file system knows no permissions, those of the
/// database are the same for all.
#[cfg(unix)]
fn share_like(database: &Path, path: &Path, is_folder: bool) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = fs::metadata(database) else { return };
    let mode = found.permissions().mode() & 0o666;
    // Who may read a folder may also enter it.
    let mode = if is_folder { mode | (mode & 0o444) >> 2 } else { mode };
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn share_like(_database: &Path, _path: &Path, _is_folder: bool) {}

/// A stream that is hashed and counted while it is read.
pub(super) struct Hashing<R> {
    stream: R,
    digest: Sha256,
    /// How many bytes were read.
    pub size: u64,
}

impl<R: Read> Hashing<R> {
    /// Begins.
    pub fn of(stream: R) -> Hashing<R> {
        Hashing { stream, digest: Sha256::new(), size: 0 }
    }

    /// The next bytes, none at the end.
    pub fn next(&mut self) -> io::Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(CHUNK);
        self.stream.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        self.digest.update(&chunk);
        self.size += chunk.len() as u64;
        Ok(chunk)
    }

    /// The hash of all that was read.
    pub fn hash(self) -> FileHash {
        FileHash(self.digest.finalize().into())
    }
}

/// Why a kept file was not written somewhere else.
#[derive(Debug)]
pub enum CopyFault {
    /// What is kept is not what was attached.
    Kept(StoreError),
    /// It could not be written.
    Output(io::Error),
}

impl From<io::Error> for CopyFault {
    fn from(error: io::Error) -> CopyFault {
        CopyFault::Output(error)
    }
}

/// A kept file, to be read once.
#[derive(Debug)]
pub struct StoredFile {
    /// Its name.
    pub hash: FileHash,
    /// How many bytes it has.
    pub size: u64,
    pub(super) body: StoredBody,
}

/// Where the content of a kept file is.
#[derive(Debug)]
pub(super) enum StoredBody {
    Bytes(Vec<u8>),
    File(File),
}

impl StoredFile {
    /// Writes it, and compares what it wrote with the hash. What was written before a fault is to be thrown away.
    ///
    /// # Errors
    /// [`CopyFault::Kept`] when it is no longer what was attached; [`CopyFault::Output`] when it cannot be written.
    pub fn copy_to(self, out: &mut dyn Write) -> std::result::Result<(), CopyFault> {
        let (hash, size) = (self.hash, self.size);
        let unreadable = |error: io::Error| CopyFault::Kept(damaged(hash, &error.to_string()));
        let stream: Box<dyn Read> = match self.body {
            StoredBody::Bytes(bytes) => Box::new(io::Cursor::new(bytes)),
            StoredBody::File(file) => Box::new(file),
        };
        let mut reading = Hashing::of(stream);
        loop {
            let chunk = reading.next().map_err(unreadable)?;
            if chunk.is_empty() || reading.size > size {
                break;
            }
            out.write_all(&chunk)?;
        }
        let has_its_size = reading.size == size;
        match reading.hash() {
            found if found == hash && has_its_size => Ok(()),
            _ => Err(CopyFault::Kept(damaged(hash, "it is not what was attached"))),
        }
    }
}
