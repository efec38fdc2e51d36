//! What can go wrong with a database, in words that say what to do.

use super::Loss;

/// Why the database could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database at this path.
    #[error("there is no database at {0}")]
    Missing(String),
    /// The path is something else.
    #[error("{path} is not a scantrail database: {why}")]
    NotOurs {
        /// Where.
        path: String,
        /// What it is.
        why: String,
    },
    /// The file holds nothing, such as one whose making was broken off.
    #[error("{0} is not a scantrail database: it is empty")]
    Empty(String),
    /// The database was made by a newer scantrail.
    #[error("the database has schema {found}, and this scantrail knows schemas up to {known}")]
    Newer {
        /// The schema of the file.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The database was made by an older scantrail, and this connection may not change that.
    #[error("the database has schema {found}, and this scantrail works with schema {known}")]
    Older {
        /// The schema of the database.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Another station held the write lock too long.
    #[error("the database is busy: another station has been writing for a long time")]
    Busy,
    /// Another process held the write lock too long.
    #[error("the database is busy: {holder}, has been writing for a long time")]
    HeldBy {
        /// The process, in words.
        holder: String,
        /// What can be done about it.
        remedy: String,
    },
    /// The server cannot be reached, or does not let us in. Nothing was written.
    #[error("the database server cannot be used: {0}")]
    Unreachable(String),
    /// The connection was lost before a commit: nothing was written.
    #[error("the connection to the database server was lost: {0}")]
    Lost(String),
    /// Another station was faster; the transaction was taken back and may be done again.
    #[error("other stations wrote at the same time, again and again: {0}")]
    Conflict(String),
    /// The disk is full, or a size limit was reached.
    #[error("the disk is full")]
    Full,
    /// The user has no permission for the file or its folder.
    #[error("permission denied: {0}")]
    NoPermission(String),
    /// The file or its folder cannot be written.
    #[error("the database or its folder cannot be written: {0}")]
    ReadOnly(String),
    /// The file cannot be read or written.
    #[error("the database file could not be read or written: {0}")]
    Io(String),
    /// The file is damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The folder is on a network file system.
    #[error("{0} is on a network file system, where SQLite loses data")]
    NetworkFileSystem(String),
    /// The file has more than one name in the file system.
    #[error(
        "{path} has {names} names (hard links), and under each of them SQLite would keep a log of its own and lose commits"
    )]
    HardLinks {
        /// One of the names.
        path: String,
        /// How many there are.
        names: u64,
    },
    /// Operations that were recorded are not there any more, because the write-ahead log is not.
    #[error("{0}")]
    LogLost(Box<Loss>),
    /// Somebody removed or replaced the file or its log while it was in use.
    #[error("{0} or its write-ahead log was removed or replaced while it was in use")]
    Moved(String),
    /// The SQLite that is linked in is too old to be trusted.
    #[error("SQLite {0} is linked in, and it can lose commits")]
    TooOldSqlite(String),
    /// The commit failed: what was written may or may not be on disk.
    #[error("the commit failed, and it is not known whether it is on disk: {0}")]
    OutcomeUnknown(String),
    /// The database itself refused to break a rule of the ledger.
    #[error("the database refused a change that breaks a rule of the ledger: {0}")]
    Constraint(String),
    /// A ledger is to be copied into a database that has one.
    #[error("{0} is not empty")]
    NotEmpty(String),
    /// A copied row did not arrive as it was.
    #[error("a row did not arrive as it was, and nothing was copied: {0}")]
    CopyDiffers(String),
    /// A copied row breaks a rule that the target keeps, and that the source kept once.
    #[error("the target refuses a row that breaks a rule of the ledger, and nothing was copied: {0}")]
    CopyRefused(String),
    /// A file that is to be kept cannot be read.
    #[error("{0}")]
    File(String),
    /// A file that is to be kept is too large.
    #[error("{0}")]
    FileTooLarge(String),
    /// A kept file is not what was attached, or is gone.
    #[error("{0}")]
    FileDamaged(String),
    /// Anything else.
    #[error("the database reports: {0}")]
    Other(String),
}

impl StoreError {
    /// The stable code of the error document.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Missing(_) => "database-missing",
            StoreError::NotOurs { .. } | StoreError::Empty(_) => "not-a-database",
            StoreError::Newer { .. } => "database-newer",
            StoreError::Older { .. } => "database-older",
            StoreError::Busy | StoreError::HeldBy { .. } => "database-busy",
            StoreError::Unreachable(_) => "database-unreachable",
            StoreError::Lost(_) => "database-lost",
            StoreError::Conflict(_) => "database-busy",
            StoreError::Full => "disk-full",
            StoreError::NoPermission(_) => "no-permission",
            StoreError::ReadOnly(_) => "database-read-only",
            StoreError::Io(_) => "database-io",
            StoreError::Damaged(_) => "database-damaged",
            StoreError::NetworkFileSystem(_) => "network-file-system",
            StoreError::HardLinks { .. } => "hard-links",
            StoreError::LogLost(_) => "log-lost",
            StoreError::Moved(_) => "database-moved",
            StoreError::TooOldSqlite(_) => "sqlite-too-old",
            StoreError::OutcomeUnknown(_) => "outcome-unknown",
            StoreError::Constraint(_) => "constraint",
            StoreError::NotEmpty(_) => "database-not-empty",
            StoreError::CopyDiffers(_) => "copy-differs",
            StoreError::CopyRefused(_) => "copy-refused",
            StoreError::File(_) => "file",
            StoreError::FileTooLarge(_) => "file-too-large",
            StoreError::FileDamaged(_) => "file-damaged",
            StoreError::Other(_) => "database-error",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &str {
        match self {
            StoreError::Missing(_) => {
                "name the right file with --db or SCANTRAIL_DB, or make a new one: scantrail init"
            }
            StoreError::Empty(_) => {
                "name the right file with --db or SCANTRAIL_DB, or make a database of it: scantrail init"
            }
            StoreError::NotOurs { .. } => "name the right file with --db or SCANTRAIL_DB",
            StoreError::Newer { .. } => "install the scantrail that made it; nothing was changed",
            StoreError::Older { .. } => "as the owner of the tables, once: scantrail init",
            StoreError::Busy => "try again; if it stays so, look for a scantrail that hangs",
            StoreError::HeldBy { remedy, .. } => remedy,
            StoreError::Unreachable(_) => {
                "check the URL, the network and the server, then repeat the command; docs/many-stations.md"
            }
            StoreError::Lost(_) => "repeat the command with the same --op-id; nothing was written",
            StoreError::Conflict(_) => "repeat the command; nothing was written",
            StoreError::Full => "free some space and repeat the command; nothing was written",
            StoreError::NoPermission(_) => {
                "work as the user who made it, or have the file and its folder given to you: chown, or chmod g+rw with a common \
                 group; nothing was written"
            }
            StoreError::ReadOnly(_) => {
                "check the permissions of the file and its folder, and whether the disk is mounted read-only; on a server, check \
                 what the role was granted: scantrail init shows it"
            }
            StoreError::Io(_) => "check the disk, then repeat the command with the same --op-id",
            StoreError::Damaged(_) => "stop writing to it and restore the last backup",
            StoreError::NetworkFileSystem(_) => {
                "put the file on a disk of this machine, or set SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM=1 at your own risk"
            }
            StoreError::HardLinks { .. } => {
                "keep one name, and remove the others: find . -samefile FILE; a symbolic link does no harm"
            }
            StoreError::Moved(_) => {
                "nothing was written. Put back the file and its log as they were, then repeat the command; a live session keeps its \
                 scans (--resume)"
            }
            StoreError::LogLost(loss) if loss.log_is_foreign => {
                "nothing was written. Put back the two files that belong together, or restore a backup. Only if there is no other way, \
                 go on with the file alone, for good: scantrail log --accept-loss"
            }
            StoreError::LogLost(_) => {
                "nothing was written. Put the log back beside the file it was left behind from, or restore a backup. Only if it is gone, \
                 go on without these operations, for good: scantrail log --accept-loss"
            }
            StoreError::TooOldSqlite(_) => "build scantrail with the SQLite it brings along",
            StoreError::OutcomeUnknown(_) => "repeat the command with the same --op-id: it is recorded once",
            StoreError::NotEmpty(_) => "name an empty database, or a file that is not there yet",
            StoreError::CopyDiffers(_) => "the source may be damaged; keep it, and report this",
            StoreError::CopyRefused(_) => {
                "something else than scantrail has changed the source; keep it, and copy the last good backup"
            }
            StoreError::File(_) => "check the path and the file; nothing was written",
            StoreError::FileTooLarge(_) => "attach a smaller file, such as a scan with fewer dots; nothing was written",
            StoreError::FileDamaged(_) => {
                "restore the folder of files beside the database from a backup, or attach the original once more: scantrail attach \
                 --help"
            }
            StoreError::Constraint(_) | StoreError::Other(_) => "this is a bug in scantrail; nothing was written",
        }
    }
}
