//! Drafts on disk: every accepted scan of a live session is in a file before it is answered.
//!
//! The file is in the user's state folder. Its name comes from a digest of the database and of the command with its flags,
//! never from a scan. A session holds a lock on its file, which ends with the process, so that a draft that nobody
//! holds is one of a session that was killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::context::Context;
use super::failure::{EXIT_COULD_NOT, Failure};
use crate::ledger::Chain;
use crate::scan::draft::{self, Header, Kept};
use crate::store::Address;

/// The bytes of the digest that name a file.
const NAME_BYTES: usize = 16;

/// The drafts of one command on one database.
pub struct Drafts {
    folder: PathBuf,
    name: String,
}

/// The draft of the session that is under way.
pub struct Draft {
    file: File,
    path: PathBuf,
    records: u64,
}

/// A draft that a killed session has left.
pub struct Waiting {
    /// What the batch is; `None` when the file cannot be read as a draft.
    pub header: Option<Header>,
    /// The scans that count.
    pub kept: Vec<Kept>,
    /// The last record was cut short.
    pub is_torn: bool,
    draft: Draft,
}

fn failed(what: &Path, error: &io::Error) -> Failure {
    Failure::Error {
        exit: EXIT_COULD_NOT,
        code: "draft",
        message: format!("the draft {} cannot be kept on disk: {error}", what.display()),
        hint: "the scan that was not answered does not count; make room on the disk, then repeat the command with --resume"
            .to_owned(),
    }
}

/// Which database it is, in the same words from whichever folder the command is started.
pub fn database_name(address: &Address) -> String {
    match address {
        Address::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string(),
        Address::Server(_) => address.to_string(),
    }
}

impl Drafts {
    /// The drafts of a command, told by the digest of its content.
    ///
    /// # Errors
    /// There is no home, or its folder cannot be made.
    pub fn of(context: &Context, content: &[u8; 32]) -> Result<Drafts, Failure> {
        let folder = context.drafts_folder()?;
        let mut digest = Chain::after(content);
        digest.text(Some(&database_name(&context.database()?)));
        let name = digest.finish()[..NAME_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        make_private(&folder).map_err(|error| failed(&folder, &error))?;
        Ok(Drafts { folder, name })
    }

    /// The draft of a session that was killed, if there is one, with its lock. Empty ones are removed.
    ///
    /// # Errors
    /// What the file system says.
    pub fn waiting(&self) -> Result<Option<Waiting>, Failure> {
        let mut paths = self.paths().map_err(|error| failed(&self.folder, &error))?;
        paths.sort();
        for path in paths {
            let found = locked(&path).map_err(|error| failed(&path, &error))?;
            let Some(waiting) = found else { continue };
            if waiting.header.is_some() && waiting.kept.is_empty() && !waiting.is_torn {
                waiting.remove();
                continue;
            }
            return Ok(Some(waiting));
        }
        Ok(None)
    }

    fn paths(&self) -> io::Result<Vec<PathBuf>> {
        let names = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&self.name) && name.ends_with(".draft")
        };
        Ok(names.into_iter().filter(is_ours).collect())
    }

    /// Begins a draft with its first scans.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(&self, header: &Header, kept: &[Kept]) -> Result<Draft, Failure> {
        let begun = (1..).find_map(|number| {
            let path = self.folder.join(format!("{}-{number}.draft", self.name));
            match publish(&path, header, kept.iter(), false) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                other => Some(other.map_err(|error| failed(&path, &error))),
            }
        });
        begun.unwrap_or_else(|| Err(failed(&self.folder, &io::ErrorKind::AlreadyExists.into())))
    }
}

/// A draft that somebody else holds, or that has just gone, is none to wait for.
fn locked(path: &Path) -> io::Result<Option<Waiting>> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    if !lock(&file)? || is_gone(&file)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (header, kept, records, is_torn) = match draft::read(&bytes) {
        Some(read) => {
            if read.is_torn {
                file.set_len(read.whole_bytes as u64)?;
                file.sync_all()?;
            }
            file.seek(SeekFrom::End(0))?;
            (Some(read.header), read.kept, read.records, read.is_torn)
        }
        None => (None, Vec::new(), 0, true),
    };
    Ok(Some(Waiting { header, kept, is_torn, draft: Draft { file, path: path.to_owned(), records } }))
}

/// Puts a whole draft on disk under its name, locked from the beginning. It takes the place of another one only where
/// that is asked for.
fn publish<'k>(path: &Path, header: &Header, kept: impl Iterator<Item = &'k Kept>, replace: bool) -> io::Result<Draft> {
    let mut bytes = draft::beginning(header);
    let mut records = 1;
    for one in kept {
        bytes.extend(draft::scan(records, one).unwrap_or_default());
        records += 1;
    }
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let _ = fs::remove_file(&temporary);
    let mut file = private_file(&temporary)?;
    let published = lock(&file)
        .and_then(|_| file.write_all(&bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| if replace { fs::rename(&temporary, path) } else { fs::hard_link(&temporary, path) });
    if !replace || published.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    published?;
    sync_folder(path)?;
    Ok(Draft { file, path: path.to_owned(), records })
}

impl Draft {
    /// Puts accepted scans on disk.
    ///
    /// # Errors
    /// What the file system says: then they are not kept.
    pub fn keep(&mut self, kept: &[Kept]) -> Result<(), Failure> {
        let records = (self.records..).zip(kept).map(|(number, one)| draft::scan(number, one).unwrap_or_default());
        let bytes: Vec<u8> = records.flatten().collect();
        self.append(&bytes)?;
        self.records += kept.len() as u64;
        Ok(())
    }

    /// Puts on disk that the last scan was taken back.
    ///
    /// # Errors
    /// What the file system says.
    pub fn take_back(&mut self) -> Result<(), Failure> {
        self.append(&draft::taken_back(self.records))?;
        self.records += 1;
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).and_then(|()| self.file.sync_data()).map_err(|error| failed(&self.path, &error))
    }

    /// Puts other scans in the place of those that are kept.
    ///
    /// # Errors
    /// What the file system says: then the draft is as it was.
    pub fn rewrite<'k>(&mut self, header: &Header, kept: impl Iterator<Item = &'k Kept>) -> Result<(), Failure> {
        *self = publish(&self.path, header, kept, true).map_err(|error| failed(&self.path, &error))?;
        Ok(())
    }

    /// Removes the draft. One that cannot be removed is found again as one of a recorded operation.
    pub fn remove(&self) {
        let _ = fs::remove_file(&self.path);
        let _ = sync_folder(&self.path);
    }
}

impl Waiting {
    /// Removes the draft.
    pub fn remove(&self) {
        self.draft.remove();
    }

    /// Goes on with the draft.
    pub fn into_draft(self) -> Draft {
        self.draft
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).open(path)
}

/// True for a file that was removed or replaced since it was opened: then its lock says nothing.
#[cfg(unix)]
fn is_gone(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() == 0)
}

#[cfg(not(unix))]
fn is_gone(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Locks a file for as long as it is open; false when somebody else has locked it.
#[cfg(unix)]
fn lock(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<bool> {
    Ok(true)
}
