//! Files that somebody named and that are read to their end. Only ordinary ones are: a pipe or a device would be waited
//! for, perhaps for ever.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// Opens an ordinary file, or a link to one, and nothing else.
///
/// # Errors
/// What the file system says, and [`io::ErrorKind::InvalidInput`] for what is no ordinary file.
pub fn open_ordinary(path: &Path) -> io::Result<File> {
    open(path, true)
}

/// As [`open_ordinary`], without following a link.
pub(super) fn open_ordinary_itself(path: &Path) -> io::Result<File> {
    open(path, false)
}

/// The bytes of an ordinary file.
///
/// # Errors
/// As [`open_ordinary`].
pub fn read_ordinary(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_ordinary(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of an ordinary file.
///
/// # Errors
/// As [`open_ordinary`], and [`io::ErrorKind::InvalidData`] for what is no text.
pub fn read_ordinary_text(path: &Path) -> io::Result<String> {
    io::read_to_string(open_ordinary(path)?)
}

/// True when others than the owner of an open file may read or write it, where the file system knows permissions.
pub fn is_open_to_others(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// What it is, is looked at once it is open: nobody can put a pipe in its place between the two.
fn open(path: &Path, follows_links: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    without_waiting(&mut options, follows_links);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no ordinary file")),
    }
}

#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions, follows_links: bool) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let link = if follows_links { OFlags::empty() } else { OFlags::NOFOLLOW };
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY | link).bits().cast_signed());
}

#[cfg(not(unix))]
fn without_waiting(_options: &mut OpenOptions, _follows_links: bool) {}
