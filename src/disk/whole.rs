//! Putting a finished document on disk so that a power cut leaves the old file or the new one, never half of one.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::temporary::{OUTPUT, Temporary};

/// Writes a file under a temporary name in the same folder, syncs it, renames it, and syncs the folder. A file that is
/// there is replaced; a symbolic link is replaced and not followed.
///
/// # Errors
/// What the file system says; the temporary file is removed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole_by(path, |file| file.write_all(bytes))
}

/// The same for what `write` writes into the file that has no name yet.
///
/// # Errors
/// What `write` or the file system says; the temporary file is removed.
pub fn write_whole_by<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it names no file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    OutputFolder::at(folder).write_by(name, write)
}

/// A folder that files are written into.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// One that is there. What killed commands left in it is removed.
    pub fn at(path: &Path) -> OutputFolder {
        OUTPUT.sweep(path);
        OutputFolder { path: path.to_owned() }
    }

    /// As [`write_whole`], into this folder.
    ///
    /// # Errors
    /// As [`write_whole`].
    pub fn write(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> io::Result<()> {
        self.write_by(name, |file| file.write_all(bytes))
    }

    /// As [`write_whole_by`], into this folder.
    ///
    /// # Errors
    /// As [`write_whole_by`].
    pub fn write_by<E: From<io::Error>>(
        &self,
        name: impl AsRef<OsStr>,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<(), E> {
        let path = self.path.join(name.as_ref());
        may_be_replaced(&path)?;
        let mut temporary = Temporary::make(&self.path, OUTPUT)?;
        write(&mut temporary.file)?;
        temporary.settle(&path)?;
        Ok(sync_folder(&self.path)?)
    }
}

fn may_be_replaced(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is a device or a pipe, which a file cannot replace",
        ));
    }
    Ok(())
}

/// Sees to it that the names in a folder are there after a power cut.
///
/// # Errors
/// What the file system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Gives a file another name on the same disk, and replaces nothing.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when something has that name; what the file system says.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // This system or this file system cannot do it.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return Ok(done?),
        }
    }
    rename_by_link(from, to)
}

/// A second name that is new, and then the first one goes. After a kill in between, the folder of temporary files still has
/// the first, and the next sweep removes it.
fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from).inspect_err(|_| drop(fs::remove_file(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_replaces_nothing() {
        for rename in [rename_new, rename_by_link] {
            let folder = tempfile::tempdir().unwrap();
            let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
            fs::write(&one, "1").unwrap();
            rename(&one, &two).unwrap();
            assert!(!one.exists());
            fs::write(&one, "another").unwrap();
            assert_eq!(rename(&one, &two).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!((fs::read(&one).unwrap(), fs::read(&two).unwrap()), (b"another".to_vec(), b"1".to_vec()));
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::MetadataExt::nlink(&fs::metadata(&two).unwrap()), 1);
        }
    }
}
