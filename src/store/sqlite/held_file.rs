//! The database file, held open beside SQLite for what stands behind its last page.
//!
//! A POSIX lock belongs to the process: closing any descriptor of a file drops the locks that SQLite has on it. So each
//! file is opened once for a process, whoever asks, and closed when the last connection to it is gone.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

/// The files that are open, by device and inode, and for how many connections.
static OPEN: LazyLock<Mutex<BTreeMap<Key, (Arc<File>, usize)>>> = LazyLock::new(Mutex::default);

/// Device and inode.
pub(super) type Key = (u64, u64);

/// A database file that stays open as long as a connection to it.
pub(super) struct HeldFile {
    key: Key,
    file: Option<Arc<File>>,
}

impl HeldFile {
    /// Opens the file, or shares the descriptor that this process has already.
    pub fn open(path: &Path) -> io::Result<HeldFile> {
        let mut open = lock();
        let expected = key(&std::fs::metadata(path)?);
        if let Some((file, uses)) = open.get_mut(&expected) {
            *uses += 1;
            return Ok(HeldFile { key: expected, file: Some(file.clone()) });
        }
        let file = open_to_append(path)?;
        let key = key(&file.metadata()?);
        let file = match open.get_mut(&key) {
            // The path was given to another file in between. This descriptor must not be closed.
            Some((held, uses)) => {
                *uses += 1;
                std::mem::forget(file);
                held.clone()
            }
            None => {
                let file = Arc::new(file);
                open.insert(key, (file.clone(), 1));
                file
            }
        };
        Ok(HeldFile { key, file: Some(file) })
    }

    /// True as long as the path leads to this file.
    pub fn is_at(&self, path: &Path) -> bool {
        key_of(path).is_none_or(|key| key == self.key)
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_deref().ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// How many bytes the file has.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file()?.metadata()?.len())
    }

    /// The bytes from `offset` on, as many as fit and are there.
    pub fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        read_at(self.file()?, bytes, offset)
    }

    /// Adds bytes at the end of the file, wherever that is at this moment, and never over what is there.
    pub fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.file()?.write_all(bytes)
    }
}

impl Drop for HeldFile {
    /// Closed under the lock: nobody opens the file between the look and the closing.
    fn drop(&mut self) {
        let mut open = lock();
        self.file = None;
        if let Some((_, uses)) = open.get_mut(&self.key) {
            *uses -= 1;
            if *uses == 0 {
                open.remove(&self.key);
            }
        }
    }
}

fn lock() -> MutexGuard<'static, BTreeMap<Key, (Arc<File>, usize)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that may only be read is held all the same; then nothing can be added to it.
fn open_to_append(path: &Path) -> io::Result<File> {
    match OpenOptions::new().read(true).append(true).open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            File::open(path)
        }
        other => other,
    }
}

/// Which file a path leads to; (0, 0) when there is none. Nothing where the system does not say.
#[cfg(unix)]
pub(super) fn key_of(path: &Path) -> Option<Key> {
    Some(std::fs::metadata(path).map_or((0, 0), |found| key(&found)))
}

#[cfg(not(unix))]
pub(super) fn key_of(_path: &Path) -> Option<Key> {
    None
}

#[cfg(unix)]
fn key(found: &std::fs::Metadata) -> Key {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}

/// Elsewhere a lock belongs to a descriptor, and nothing needs to be shared.
#[cfg(not(unix))]
fn key(_found: &std::fs::Metadata) -> Key {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    (NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed), 0)
}

/// Reads without moving the position, which threads of this process share.
#[cfg(unix)]
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    let mut read = 0;
    while read < bytes.len() {
        match file.read_at(&mut bytes[read..], offset + read as u64) {
            Ok(0) => break,
            Ok(count) => read += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(not(unix))]
pub(super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    let mut read = Vec::new();
    file.take(bytes.len() as u64).read_to_end(&mut read)?;
    bytes[..read.len()].copy_from_slice(&read);
    Ok(read.len())
}

/// Writes without moving the position.
#[cfg(unix)]
pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.write_all_at(bytes, offset)
}

#[cfg(not(unix))]
pub(super) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}
