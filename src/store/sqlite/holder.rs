//! Who holds the write lock of a file, so that whoever waits for it can be told whom to look at.
//!
//! SQLite's writers lock byte 120 of the file `-shm` beside a database (SQLite documentation, "WAL-mode File Format": the
//! first of its eight locks is the one to write). Linux lists such locks with their processes in `/proc/locks`, proc(5).
//! The file is only looked at: opening and closing it here would give up SQLite's own locks.

use rusqlite::Connection;

use crate::store::StoreError;

/// A process that has the write lock.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Holder {
    process: u32,
    /// Its program, never its arguments: they may hold secrets.
    program: String,
    is_stopped: bool,
}

/// What is told while another station is waited for.
pub(super) fn told(connection: &Connection) -> String {
    match holder(connection) {
        Some(holder) => format!("another station is writing: {}; {}", holder.words(), holder.remedy()),
        None => "another station is writing: waiting for it".to_owned(),
    }
}

/// What is said when it was waited for in vain.
pub(super) fn busy(connection: &Connection) -> StoreError {
    match holder(connection) {
        Some(holder) => StoreError::HeldBy { holder: holder.words(), remedy: holder.remedy() },
        None => StoreError::Busy,
    }
}

impl Holder {
    fn words(&self) -> String {
        let state = if self.is_stopped { "stopped" } else { "running" };
        format!("process {} ({}), which is {state}", self.process, self.program)
    }

    fn remedy(&self) -> String {
        let process = self.process;
        match self.is_stopped {
            true => format!("to let it go on: kill -CONT {process}"),
            false => format!("if it does not end by itself, look at what it does: ps -p {process}"),
        }
    }
}

#[cfg(target_os = "linux")]
fn holder(connection: &Connection) -> Option<Holder> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(format!("{}-shm", connection.path()?)).ok()?;
    let (major, minor) = (rustix::fs::major(found.dev()), rustix::fs::minor(found.dev()));
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let processes: Vec<(u32, bool)> = locks
        .lines()
        .filter_map(|line| writer_of(line, found.ino()))
        .map(|(process, device)| (process, device == format!("{major:02x}:{minor:02x}")))
        .collect();
    // Some file systems show one device to stat(2) and another one there: then the process must have the file open.
    let has_it_open = |process: u32| {
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        files
            .filter_map(|file| std::fs::metadata(file.path()).ok())
            .any(|file| file.dev() == found.dev() && file.ino() == found.ino())
    };
    let named = processes.iter().find(|(_, is_same_device)| *is_same_device);
    let process = named.or_else(|| processes.iter().find(|(process, _)| has_it_open(*process)))?.0;
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}")).ok();
    let program = crate::codes::shown(read("comm")?.trim_end().as_bytes());
    Some(Holder { process, program, is_stopped: is_stopped(&read("stat")?) })
}

#[cfg(not(target_os = "linux"))]
fn holder(_connection: &Connection) -> Option<Holder> {
    None
}

/// The byte of the file `-shm` that a writer locks.
#[cfg(target_os = "linux")]
const WRITE_LOCK: u64 = 120;

/// The process and the device of a line of `/proc/locks`, where it is the write lock of a file with this inode:
/// `7: POSIX  ADVISORY  WRITE 4242 fd:01:525061 120 120`. A line with an arrow is of one that waits.
#[cfg(target_os = "linux")]
fn writer_of(line: &str, inode: u64) -> Option<(u32, &str)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, "POSIX", _, "WRITE", process, file, first, last] = words.as_slice() else { return None };
    let (device, number) = file.rsplit_once(':')?;
    let covers =
        first.parse::<u64>().ok()? <= WRITE_LOCK && last.parse().map_or(*last == "EOF", |last: u64| last >= WRITE_LOCK);
    (number.parse() == Ok(inode) && covers).then_some((process.parse().ok()?, device))
}

/// The state of a process in `/proc/PID/stat`, behind its name in brackets: `T` stopped by a signal, `t` by a debugger.
#[cfg(target_os = "linux")]
fn is_stopped(stat: &str) -> bool {
    stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['T', 't']))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_write_lock_of_the_file_counts() {
        let is = |line: &'static str| writer_of(line, 525_061);
        assert_eq!(is("7: POSIX  ADVISORY  WRITE 4242 fd:01:525061 120 120"), Some((4242, "fd:01")));
        assert_eq!(is("7: POSIX  ADVISORY  WRITE 4242 fd:01:525061 120 121"), Some((4242, "fd:01")));
        assert_eq!(is("7: POSIX  ADVISORY  WRITE 4242 fd:01:525061 0 EOF"), Some((4242, "fd:01")));
        for other in [
            "7: POSIX  ADVISORY  READ  4242 fd:01:525061 120 120",
            "7: -> POSIX  ADVISORY  WRITE 4242 fd:01:525061 120 120",
            "7: POSIX  ADVISORY  WRITE 4242 fd:01:525062 120 120",
            "7: POSIX  ADVISORY  WRITE 4242 fd:01:525061 123 123",
            "7: FLOCK  ADVISORY  WRITE 4242 fd:01:525061 0 EOF",
            "7: POSIX  ADVISORY  WRITE -1 fd:01:525061 120 120",
            "nonsense",
        ] {
            assert_eq!(is(other), None, "{other}");
        }
    }

    #[test]
    fn a_program_may_have_any_name() {
        assert!(is_stopped("42 (a) S b) T 1 42"));
        assert!(!is_stopped("42 (a T) S 1 42"));
    }
}
