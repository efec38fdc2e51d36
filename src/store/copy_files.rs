//! Copying the files of a ledger: each goes to where its new database keeps files of its size, and is read again there.

use std::io::Write;

use super::copy::{Cell, Cells};
use super::engine::{Engine, Row, invalid};
use super::files::{LARGEST_IN_DATABASE, LARGEST_ON_SERVER, StoredBody, StoredFile};
use super::incoming::{too_large, unwritten};
use super::{CopyFault, Result, StoreError};
use crate::model::FileHash;

/// The column of the content in the rows of the table `file`, which begin with the hash and the size.
const CONTENT: usize = 2;

/// A server has no folder beside it: what it cannot keep is told before anything is written.
///
/// # Errors
/// [`StoreError::FileTooLarge`].
pub(super) fn check_sizes(from: &dyn Engine) -> Result<()> {
    let sql = format!("SELECT count(*) FROM file WHERE size > {LARGEST_ON_SERVER}");
    let mut count = 0;
    from.query(&sql, &[], &mut |columns| {
        count = Row(columns).get::<i64>(0)?;
        Ok(())
    })?;
    match count {
        0 => Ok(()),
        1 => Err(StoreError::FileTooLarge(too_large("a file", false))),
        many => Err(StoreError::FileTooLarge(format!("{many} files are too large: {}", too_large("each", false)))),
    }
}

/// The file of a row, as the database of the row keeps it.
fn stored(row: &Cells, engine: &dyn Engine) -> Result<StoredFile> {
    let (Some(Cell::Bytes(Some(hash))), Some(Cell::Integer(Some(size)))) = (row.first(), row.get(1)) else {
        return Err(invalid("a file has no hash or no size"));
    };
    let hash = hash.as_slice().try_into().map(FileHash).map_err(|_| invalid("a hash has not 32 bytes"))?;
    let body = match (row.get(CONTENT), engine.files()) {
        (Some(Cell::Bytes(Some(bytes))), _) => StoredBody::Bytes(bytes.clone()),
        (_, Some(folder)) => StoredBody::File(folder.open(hash)?),
        _ => return Err(invalid(format!("the file {} has no content", hash.short()))),
    };
    Ok(StoredFile { hash, size: size.unsigned_abs(), body })
}

fn with_content(row: &Cells, content: Option<Vec<u8>>) -> Cells {
    let mut row = row.clone();
    if let Some(cell) = row.get_mut(CONTENT) {
        *cell = Cell::Bytes(content);
    }
    row
}

/// A row as the target keeps it. A large file is in the target's folder before its row is written; if it was not there
/// before, it is added to `new`.
pub(super) fn placed(row: &Cells, from: &dyn Engine, to: &dyn Engine, new: &mut Vec<FileHash>) -> Result<Cells> {
    let file = stored(row, from)?;
    let (hash, size) = (file.hash, file.size);
    match to.files().filter(|_| size > LARGEST_IN_DATABASE) {
        Some(folder) => {
            let temporary = folder.begin().map_err(|error| unwritten(&error))?;
            file.copy_to(&mut &temporary.file).map_err(fault)?;
            if !folder.has(hash) {
                new.push(hash);
            }
            folder.settle(&temporary, hash).map_err(|error| unwritten(&error))?;
            Ok(with_content(row, None))
        }
        None => {
            let mut bytes = Vec::new();
            file.copy_to(&mut bytes).map_err(fault)?;
            Ok(with_content(row, Some(bytes)))
        }
    }
}

/// A row without its content, which is read and compared with its hash: so rows are the same wherever the content is.
pub(super) fn proven(row: &Cells, engine: &dyn Engine) -> Result<Cells> {
    stored(row, engine)?.copy_to(&mut std::io::sink() as &mut dyn Write).map_err(fault)?;
    Ok(with_content(row, None))
}

fn fault(fault: CopyFault) -> StoreError {
    match fault {
        CopyFault::Kept(error) => error,
        CopyFault::Output(error) => unwritten(&error),
    }
}
