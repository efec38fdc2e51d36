//! The proof that a temporary file is nobody's: a lock that ends with the process that holds it.
//!
//! A number of a process would prove less: it is given out again, and on a shared folder it is another machine's.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Locks a file or folder for as long as it is open; false when another process has locked it.
///
/// # Errors
/// What the file system says, which may know no locks.
#[cfg(unix)]
pub(super) fn lock(file: &File) -> io::Result<bool> {
    use rustix::fs::{FlockOperation, flock};
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
pub(super) fn lock(_file: &File) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

/// True when an open file or folder still has this name: if not, its lock says nothing about what has it.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = file.metadata().ok().zip(std::fs::symlink_metadata(path).ok());
    both.is_some_and(|(open, named)| open.dev() == named.dev() && open.ino() == named.ino())
}

#[cfg(not(unix))]
pub(super) fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// Opens a file or folder only to lock it. A link is not followed, and a pipe is not waited for.
pub(super) fn open_itself(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

/// True when a lock in this folder is seen by everybody who uses it. Through a network other machines may not see it.
#[cfg(target_os = "linux")]
pub(super) fn is_seen_by_all(folder: &Path) -> bool {
    /// By the magic number of statfs(2), whose type is signed or unsigned by platform.
    const NOT_CERTAIN: [u64; 7] = [
        0x6969,      // NFS
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB2
        0x517B,      // SMB
        0x564C,      // NCP
        0x5346_414F, // AFS
        0x6573_5546, // FUSE, such as sshfs
    ];
    rustix::fs::statfs(folder).is_ok_and(|found| !NOT_CERTAIN.contains(&(found.f_type as u64 & 0xFFFF_FFFF)))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_seen_by_all(_folder: &Path) -> bool {
    cfg!(unix)
}
