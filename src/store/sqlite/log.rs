//! The write-ahead log beside the database file, as bytes: which one it is, and how many commits it holds. SQLite alone
//! writes it.
//!
//! Looking at it is safe while others work: SQLite keeps its locks on the file and on the index, and none on the log.

use std::fs::File;
use std::io::Result;
use std::path::{Path, PathBuf};

use super::held_file::read_at;
use super::tail::LogName;

/// The length of the log's header and of the header of a frame in it (the file format of SQLite, section 4.1).
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The log of one database file.
#[derive(Debug, Clone)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    /// The log beside a file, whose path must not be a symbolic link.
    pub fn beside(database: &Path) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has; none when it is not there.
    pub fn length(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |found| found.len())
    }

    /// Which log it is; nothing when it is empty, not there, or no log.
    pub fn name(&self) -> Option<LogName> {
        Header::of(&File::open(&self.path).ok()?).ok().flatten().map(|header| header.name)
    }

    /// How many commits its frames tell of, also behind a damaged one.
    pub fn commits(&self) -> Result<u64> {
        let file = File::open(&self.path)?;
        let Some(header) = Header::of(&file)? else { return Ok(0) };
        let (mut commits, mut offset) = (0, HEADER as u64);
        let mut frame = [0; FRAME_HEADER];
        while read_at(&file, &mut frame, offset)? == FRAME_HEADER && frame[8..16] == header.name {
            // The size of the database stands in the last frame of a commit, and zero in the others.
            commits += u64::from(frame[4..8] != [0; 4]);
            offset += FRAME_HEADER as u64 + header.page_size;
        }
        Ok(commits)
    }
}

struct Header {
    name: LogName,
    page_size: u64,
}

impl Header {
    fn of(file: &File) -> Result<Option<Header>> {
        let mut bytes = [0; HEADER];
        if read_at(file, &mut bytes, 0)? < HEADER {
            return Ok(None);
        }
        let (mut name, mut size) = ([0; 8], [0; 4]);
        name.copy_from_slice(&bytes[16..24]);
        size.copy_from_slice(&bytes[8..12]);
        Ok(Some(Header { name, page_size: u32::from_be_bytes(size).into() }))
    }
}
