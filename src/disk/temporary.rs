//! What has no name yet.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::lock::{is_at, is_seen_by_all, lock, open_itself};

/// How temporary names begin and end: no other program makes such.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    begin: &'static str,
    end: &'static str,
}

/// What is written for people: paper, and copies of a ledger.
pub const OUTPUT: Naming = Naming { begin: ".scantrail-", end: ".new" };

/// What comes into the folder of files beside a database.
pub const INCOMING: Naming = Naming { begin: ".incoming-", end: "" };

/// So many names are tried.
const ATTEMPTS: u32 = 1_000;

impl Naming {
    fn name(self, middle: &OsStr) -> OsString {
        let mut name = OsString::from(self.begin);
        name.push(middle);
        name.push(self.end);
        name
    }

    fn fits(self, name: &OsStr) -> bool {
        let name = name.as_encoded_bytes();
        name.starts_with(self.begin.as_bytes()) && name.ends_with(self.end.as_bytes())
    }

    /// Removes what killed processes left in a folder. What somebody is writing at this moment is locked, and stays; so does
    /// everything where locks are not seen by all. A failure is left to the next sweep.
    pub fn sweep(self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten().filter(|entry| self.fits(&entry.file_name())) {
            let _ = remove_if_left(&entry.path());
        }
    }
}

/// Removes a temporary file or folder of a process that no longer runs; false when it stays.
fn remove_if_left(path: &Path) -> io::Result<bool> {
    let file = open_itself(path)?;
    let found = file.metadata()?;
    let is_certain = is_seen_by_all(path) && (found.is_file() || found.is_dir());
    if !is_certain || !lock(&file)? || !is_at(&file, path) {
        return Ok(false);
    }
    if found.is_dir() {
        fs::remove_dir_all(path)?
    } else {
        fs::remove_file(path)?
    }
    Ok(true)
}

/// Locks what was just made. False when a sweep was faster. A file system without locks is never swept either.
fn keep(file: &File, path: &Path) -> bool {
    lock(file).unwrap_or(true) && is_at(file, path)
}

fn in_the_way() -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, "temporary files of earlier runs are in the way")
}

/// A file under a temporary name. When it is dropped, it is removed, unless it was given its name.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    /// The file, open for writing.
    pub file: File,
}

impl Temporary {
    /// Makes one that was not there (O_EXCL).
    ///
    /// # Errors
    /// What the file system says.
    pub fn make(folder: &Path, naming: Naming) -> io::Result<Temporary> {
        for attempt in 0..ATTEMPTS {
            let middle = format!("{}-{attempt}", std::process::id());
            let path = folder.join(naming.name(OsStr::new(&middle)));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) if keep(&file, &path) => return Ok(Temporary { path, file }),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Err(in_the_way())
    }

    /// Where it is meanwhile.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it on disk, and gives it its name in the same folder or one below. What has the name is replaced.
    ///
    /// # Errors
    /// What the file system says.
    pub fn settle(&self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // One that got its name is no longer there.
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A folder under a temporary name, for its maker alone. When it is dropped, it is removed with all that is in it.
#[derive(Debug)]
pub struct TemporaryFolder {
    path: PathBuf,
    /// Holds the lock.
    _folder: File,
}

impl TemporaryFolder {
    /// Makes the one in which something with this name is built: only one process at a time can.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when another process has it; what the file system says.
    pub fn make(folder: &Path, name: &OsStr) -> io::Result<TemporaryFolder> {
        let path = folder.join(OUTPUT.name(name));
        for _ in 0..ATTEMPTS {
            match private_folder(&path) {
                Ok(()) => {
                    let made = open_itself(&path)?;
                    if keep(&made, &path) {
                        return Ok(TemporaryFolder { path, _folder: made });
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if matches!(remove_if_left(&path), Ok(false)) {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(in_the_way())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn private_folder(path: &Path) -> io::Result<()> {
    #[allow(unused_mut)]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_what_nobody_holds_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let held = Temporary::make(here, OUTPUT).unwrap();
        let building = TemporaryFolder::make(here, OsStr::new("stock.db")).unwrap();
        let held_names = names(here);
        fs::write(here.join(".scantrail-1-0.new"), "left").unwrap();
        fs::create_dir_all(here.join(".scantrail-other.db.new/ledger.db-files/ab")).unwrap();
        fs::write(here.join(".scantrail-other.db.new/ledger.db"), "left").unwrap();
        for other in [".scantrail-1-0.old", "scantrail-1-0.new", ".labels.pdf.1-0.new"] {
            fs::write(here.join(other), "another program's").unwrap();
        }
        OUTPUT.sweep(here);
        let others = [".labels.pdf.1-0.new", ".scantrail-1-0.old", "scantrail-1-0.new"].map(str::to_owned);
        let mut expected: Vec<String> = held_names.into_iter().chain(others).collect();
        expected.sort();
        assert_eq!(names(here), expected);
        drop((held, building));
        assert_eq!(names(here).len(), 3);
    }

    #[test]
    fn one_at_a_time_builds_and_takes_over_from_the_dead() {
        let folder = tempfile::tempdir().unwrap();
        let name = OsStr::new("stock.db");
        fs::create_dir(folder.path().join(".scantrail-stock.db.new")).unwrap();
        fs::write(folder.path().join(".scantrail-stock.db.new/ledger.db"), "left").unwrap();
        let first = TemporaryFolder::make(folder.path(), name).unwrap();
        assert_eq!(names(first.path()), Vec::<String>::new());
        let second = TemporaryFolder::make(folder.path(), name);
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        drop(first);
        TemporaryFolder::make(folder.path(), name).unwrap();
    }

    #[test]
    fn what_got_its_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdf");
        Temporary::make(folder.path(), OUTPUT).unwrap().settle(&path).unwrap();
        assert_eq!(names(folder.path()), ["a.pdf"]);
    }
}
