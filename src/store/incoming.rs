//! Taking a file in: read once, hashed, and on its way to where it is kept.

use std::io::Write;
use std::path::Path;

use super::files::{Hashing, LARGEST, LARGEST_IN_DATABASE, LARGEST_ON_SERVER};
use super::ordinary::open_ordinary_itself;
use super::{Result, Store, StoreError, Writer};
use crate::disk::Temporary;
use crate::model::FileHash;

/// The most bytes that are kept of a file's name.
const LONGEST_NAME: usize = 255;

/// A file that was read, and is not kept yet.
#[derive(Debug)]
pub struct Incoming {
    /// The hash of its content.
    pub hash: FileHash,
    /// How many bytes it has.
    pub size: u64,
    /// What it is called, for people: the last part of its path, and never a path.
    pub name: String,
    body: Body,
}

/// Where the content is meanwhile.
#[derive(Debug)]
enum Body {
    /// It was only hashed: nothing is to be written.
    Hashed,
    Bytes(Vec<u8>),
    Staged(Temporary),
}

impl Store {
    /// Reads a file that is to be kept: an ordinary one that is neither empty nor too large nor the database. A large one
    /// goes to a temporary name beside the database at once, unless it is only looked at.
    ///
    /// # Errors
    /// [`StoreError::File`], [`StoreError::FileTooLarge`]; nothing was written.
    pub fn take_in(&self, path: &Path, only_look: bool) -> Result<Incoming> {
        let shown = path.display().to_string();
        let failed = |why: &dyn std::fmt::Display| StoreError::File(format!("{shown}: {why}"));
        let name = path.file_name().map(|name| cut(&name.to_string_lossy())).unwrap_or_default();
        let found = path.canonicalize().map_err(|error| failed(&error))?;
        let folder = self.engine.files();
        if folder.is_some_and(|folder| folder.is_database(&found)) {
            return Err(failed(&"it belongs to the database"));
        }
        let file = open_ordinary_itself(&found).map_err(|error| failed(&error))?;
        let largest = if folder.is_some() { LARGEST } else { LARGEST_ON_SERVER };
        if file.metadata().is_ok_and(|file| file.len() > largest) {
            return Err(StoreError::FileTooLarge(too_large(&shown, folder.is_some())));
        }
        let mut reading = Hashing::of(file);
        let mut bytes = Vec::new();
        let mut staged: Option<Temporary> = None;
        loop {
            let chunk = reading.next().map_err(|error| failed(&error))?;
            if chunk.is_empty() {
                break;
            }
            // It grows while it is read.
            if reading.size > largest {
                return Err(StoreError::FileTooLarge(too_large(&shown, folder.is_some())));
            }
            if let (Some(folder), None, true) = (folder, &staged, reading.size > LARGEST_IN_DATABASE && !only_look) {
                let begun = folder.begin().and_then(|begun| (&begun.file).write_all(&bytes).map(|()| begun));
                staged = Some(begun.map_err(|error| unwritten(&error))?);
                bytes = Vec::new();
            }
            match &staged {
                Some(temporary) => (&temporary.file).write_all(&chunk).map_err(|error| unwritten(&error))?,
                None if only_look => {}
                None => bytes.extend_from_slice(&chunk),
            }
        }
        if reading.size == 0 {
            return Err(failed(&"it is empty"));
        }
        let size = reading.size;
        let body = match staged {
            Some(temporary) => Body::Staged(temporary),
            None if only_look => Body::Hashed,
            None => Body::Bytes(bytes),
        };
        Ok(Incoming { hash: reading.hash(), size, name, body })
    }
}

pub(super) fn unwritten(error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::ReadOnly(format!("the folder of files: {error}")),
    }
}

pub(super) fn too_large(what: &str, has_folder: bool) -> String {
    match has_folder {
        true => format!("{what} has more than 1 GiB"),
        false => format!("{what} has more than 64 MiB, the most that a database on a server keeps"),
    }
}

/// The beginning of a name, in whole characters.
fn cut(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

impl Writer<'_> {
    /// Keeps a file: the same content once, however often it comes. A large one has its name on disk before this
    /// transaction can be committed. Where a kept one was damaged, it is whole again.
    ///
    /// # Errors
    /// What the database or the disk says.
    pub fn keep_file(&self, incoming: &Incoming) -> Result<()> {
        let sql = "SELECT content IS NULL FROM file WHERE hash = $1";
        let is_in_folder = self.one(sql, [incoming.hash.0], |row| row.get::<bool>(0))?;
        if let (Body::Staged(temporary), Some(folder), true) =
            (&incoming.body, self.engine.files(), is_in_folder != Some(false))
        {
            folder.settle(temporary, incoming.hash).map_err(|error| unwritten(&error))?;
        }
        if is_in_folder.is_some() {
            return Ok(());
        }
        let content = match &incoming.body {
            Body::Bytes(bytes) => Some(bytes.as_slice()),
            Body::Hashed | Body::Staged(_) => None,
        };
        let size = i64::try_from(incoming.size).unwrap_or(i64::MAX);
        let sql = "INSERT INTO file (hash, size, content, operation) VALUES ($1, $2, $3, $4)";
        self.execute(sql, (incoming.hash.0, size, content, self.number()?.0)).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(cut("a.pdf"), "a.pdf");
        assert_eq!(cut(&"ä".repeat(200)).len(), 254);
        assert_eq!(cut(&"a".repeat(300)).len(), 255);
    }
}
