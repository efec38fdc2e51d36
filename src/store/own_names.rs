//! Which names belong to a database file: the one place that is asked before anything is written somewhere.
//!
//! Besides its own, they are those of the files that SQLite keeps beside it, also while they do not exist: SQLite makes, reads
//! and removes them as its own. Nothing here opens one of them: closing it again would give up SQLite's locks.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{Result, StoreError};

/// What SQLite puts after the name of a database for the files beside it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What is put after the name of a database for the folder of its files.
pub(super) const FILES: &str = "-files";

/// The names that belong to one database.
#[derive(Debug)]
pub struct OwnNames {
    /// The file as it is named, and the file that this leads to. Both whole, with no link on the way.
    databases: Vec<PathBuf>,
}

impl OwnNames {
    /// Those of a database, which need not be there.
    pub fn of(database: &Path) -> OwnNames {
        OwnNames { databases: locations(database) }
    }

    /// True for the database, for what SQLite keeps beside it and for all in its folder of files: by any spelling, through
    /// symbolic links, by a hard link, and whether it exists or not.
    pub fn has(&self, path: &Path) -> bool {
        let places = locations(path);
        self.databases.iter().any(|database| {
            let is_named = places.iter().any(|place| is_own(place, database));
            is_named || beside(database).any(|own| is_same_file(path, &own))
        })
    }

    /// True for what belongs to the database and is not the file itself.
    pub fn has_beside_it(&self, path: &Path) -> bool {
        let is_database = locations(path).iter().any(|place| self.databases.contains(place));
        self.has(path) && !is_database
    }
}

/// True for any SQLite database, for the log of one, and for what lies beside one under its name. For files of databases that this
/// process has not opened: one that is opened here loses its locks.
pub fn is_of_a_database(path: &Path) -> bool {
    begins_with(path, b"SQLite format 3\0")
        || begins_with(path, &[0x37, 0x7F, 0x06])
        || owner_of(path).is_some_and(|owner| begins_with(&owner, b"SQLite format 3\0"))
}

/// The magic numbers of the file format of SQLite, sections 1.3.1 and 4.1.
fn begins_with(path: &Path, magic: &[u8]) -> bool {
    use std::io::Read;
    let mut begins = vec![0; magic.len()];
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    is_file && fs::File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok() && begins == magic
}

/// Fails for a path at which no database can be made: another one is there, and keeps its log or its files under that name.
///
/// # Errors
/// [`StoreError::File`].
pub(super) fn check_free(path: &Path) -> Result<()> {
    match owner_of(path) {
        Some(owner) => {
            Err(StoreError::File(format!("{}: it belongs to the database {}", path.display(), owner.display())))
        }
        None if has_ending_of_sqlite(path) => Err(StoreError::File(format!(
            "{}: SQLite gives such names to what it keeps beside a database; take another one",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn has_ending_of_sqlite(path: &Path) -> bool {
    let name = path.as_os_str().to_string_lossy();
    BESIDE.iter().any(|ending| name.ends_with(ending))
}

fn owner_of(path: &Path) -> Option<PathBuf> {
    let owners = locations(path).into_iter().flat_map(|place| {
        let logs: Vec<PathBuf> = BESIDE.iter().filter_map(|ending| without(&place, ending)).collect();
        let folders: Vec<PathBuf> = place.ancestors().filter_map(|folder| without(folder, FILES)).collect();
        [logs, folders].concat()
    });
    owners.into_iter().find(|owner| owner.is_file())
}

/// The log of a database that is gone, where its name is to be a new one's: SQLite would take it for the new one's log.
pub(super) fn left_behind(database: &Path) -> Option<PathBuf> {
    let logs = [with(database, "-wal"), with(database, "-journal")];
    logs.into_iter().find(|log| fs::metadata(log).is_ok_and(|found| found.len() > 0))
}

pub(super) fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn without(path: &Path, ending: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_suffix(ending).filter(|name| !name.is_empty())?;
    Some(path.with_file_name(name))
}

fn beside(database: &Path) -> impl Iterator<Item = PathBuf> {
    ["", BESIDE[0], BESIDE[1], BESIDE[2]].into_iter().map(|ending| with(database, ending))
}

fn is_own(place: &Path, database: &Path) -> bool {
    let folder = with(database, FILES);
    beside(database).any(|own| is_same_name(place, &own)) || place.ancestors().any(|one| is_same_name(one, &folder))
}

/// Some file systems take `A` and `a` for the same name.
fn is_same_name(one: &Path, other: &Path) -> bool {
    match cfg!(any(windows, target_vendor = "apple")) {
        true => one.as_os_str().eq_ignore_ascii_case(other.as_os_str()),
        false => one == other,
    }
}

/// Where a path is: its name in the folder it leads to, and where that leads if it is a link itself. Whole paths without links.
fn locations(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut next = Some(path.to_owned());
    // No more links than the system follows.
    while let Some(path) = next.take().filter(|_| found.len() < 40) {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let place = match path.file_name() {
            Some(name) => whole(parent).join(name),
            None => whole(&path),
        };
        next = fs::read_link(&place).ok().map(|to| place.parent().unwrap_or(Path::new("/")).join(to));
        found.push(place);
    }
    found
}

/// A path without links and dots. What of it is not there has no links.
fn whole(path: &Path) -> PathBuf {
    let there = path.ancestors().find_map(|one| {
        let one = if one.as_os_str().is_empty() { Path::new(".") } else { one };
        one.canonicalize().ok().map(|whole| (one.to_owned(), whole))
    });
    let Some((found, mut whole)) = there else { return path.to_owned() };
    for part in path.strip_prefix(&found).unwrap_or(path).components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    whole
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = fs::metadata(one).ok().zip(fs::metadata(other).ok());
    both.is_some_and(|(one, other)| one.dev() == other.dev() && one.ino() == other.ino())
}

#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_name_is_found_by_every_way_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let path = |name: &str| here.join(name);
        fs::create_dir_all(path("sub/deep")).unwrap();
        fs::write(path("stock.db"), "").unwrap();
        fs::write(path("other.pdf"), "").unwrap();
        fs::hard_link(path("stock.db"), path("hard.pdf")).unwrap();
        symlink("stock.db", path("soft.pdf")).unwrap();
        symlink("soft.pdf", path("softer.pdf")).unwrap();
        symlink("stock.db-journal", path("dangling.pdf")).unwrap();
        symlink("round.pdf", path("round.pdf")).unwrap();
        symlink("..", path("sub/up")).unwrap();
        symlink("stock.db", path("linked.db")).unwrap();
        let own = [
            "stock.db",
            "./stock.db",
            "sub/../stock.db-wal",
            "sub/up/stock.db-shm",
            "sub/deep/../up/stock.db-journal",
            "stock.db-journal",
            "stock.db-files",
            "stock.db-files/ab/file",
            "stock.db-files/missing/../file",
            "sub/../stock.db-files/x",
            "hard.pdf",
            "soft.pdf",
            "softer.pdf",
            "dangling.pdf",
        ];
        let free = [
            "other.pdf",
            "sub/stock.db",
            "stock.db-wal2",
            "stock.db-filesx",
            "missing/stock.db",
            "round.pdf",
            "sub/deep",
        ];
        for database in ["stock.db", "sub/../stock.db", "linked.db"] {
            let names = OwnNames::of(&path(database));
            for name in own {
                assert!(names.has(&path(name)), "{name} of {database}");
            }
            for name in free {
                assert!(!names.has(&path(name)), "{name} of {database}");
            }
        }
        // A link has names of its own too: SQLite may have been given it.
        assert!(OwnNames::of(&path("linked.db")).has(&path("linked.db-journal")));
        let names = OwnNames::of(&path("stock.db"));
        assert!(names.has_beside_it(&path("stock.db-wal")) && !names.has_beside_it(&path("soft.pdf")));
    }

    #[test]
    fn the_owner_of_a_log_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("stock.db"), "").unwrap();
        let owner = |name: &str| owner_of(&path(name)).is_some();
        for name in ["stock.db-wal", "./stock.db-journal", "stock.db-shm", "stock.db-files", "stock.db-files/a/b.db"] {
            assert!(owner(name), "{name}");
        }
        for name in ["stock.db", "other.db-wal", "-wal", "stock.db-files2/a.db"] {
            assert!(!owner(name), "{name}");
        }
        assert_eq!(left_behind(&path("stock.db")), None);
        fs::write(path("stock.db-wal"), "").unwrap();
        assert_eq!(left_behind(&path("stock.db")), None);
        fs::write(path("stock.db-wal"), "frames").unwrap();
        assert_eq!(left_behind(&path("stock.db")), Some(path("stock.db-wal")));
    }
}
