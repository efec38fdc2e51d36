//! Putting paper on disk after the stock is recorded.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::document;
use super::failure::Failure;
use super::output;
use crate::ops::{OpError, Paper, Recorded, Warning, sold_certificates, write_certificates};
use crate::print::file::write_whole;
use crate::store::{Address, Store, View};

/// Writes the files of a document: one under the given name, further ones with `-2`, `-3`, … before the ending.
///
/// # Errors
/// The file that could not be written, and why.
pub fn write(paper: &Paper, path: &Path, context: &Context) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for (index, bytes) in paper.files.iter().enumerate() {
        let path = numbered(path, index);
        refuse_database(&path, context)?;
        write_whole(&path, bytes).map_err(|error| Failure::file(&path.display().to_string(), &error))?;
        written.push(path.display().to_string());
    }
    if !paper.missing_characters.is_empty() {
        let characters: String = paper.missing_characters.iter().collect();
        context.tell(&format!("warning: no font has {}; they are printed as \u{FFFD}", output::safe(&characters)));
    }
    Ok(written)
}

/// No output takes the place of the database.
///
/// # Errors
/// The path is the one of the database.
pub fn refuse_database(path: &Path, context: &Context) -> Result<(), Failure> {
    match is_database(path, context) {
        true => {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is the database");
            Err(Failure::file(&path.display().to_string(), &error))
        }
        false => Ok(()),
    }
}

/// True for the file of the database and those that SQLite keeps beside it.
fn is_database(path: &Path, context: &Context) -> bool {
    let Ok(Address::File(database)) = context.database() else { return false };
    let (Ok(path), Ok(database)) = (path.canonicalize(), database.canonicalize()) else { return false };
    ["", "-wal", "-shm"].iter().any(|ending| {
        let mut name = database.clone().into_os_string();
        name.push(ending);
        path.as_os_str() == name
    })
}

fn numbered(path: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", index + 1));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Makes a document from a recorded operation.
pub type Maker<'m> = dyn Fn(&View<'_>, &crate::store::RecordedOperation) -> Result<Paper, OpError> + 'm;

/// Shows what was recorded, after its paper was written. Stock first, paper second: a failed file changes nothing of the
/// operation, and repeating the command with the same op id writes it again.
///
/// # Errors
/// [`Failure::Undelivered`] when the paper or the result did not get where it should.
pub fn deliver(
    context: &Context,
    store: &Store,
    recorded: &Recorded,
    papers: &[(Option<&PathBuf>, &Maker<'_>)],
) -> Result<(), Failure> {
    deliver_with(context, store, recorded, papers, None)
}

/// The same, with the certificates of what was sold, in an archive or a folder.
///
/// # Errors
/// As [`deliver`].
pub fn deliver_with(
    context: &Context,
    store: &Store,
    recorded: &Recorded,
    papers: &[(Option<&PathBuf>, &Maker<'_>)],
    certificates: Option<&PathBuf>,
) -> Result<(), Failure> {
    for warning in &recorded.warnings {
        let Warning { line, scan, code, message } = warning;
        let place = line.zip(scan.as_ref()).map(|(line, scan)| format!("line {line}, scan {scan}: "));
        context.tell(&format!("warning [{code}] {}{message}", place.unwrap_or_default()));
    }
    for hint in document::put_away(&recorded.operation) {
        context.tell(&hint);
    }
    let mut files = Vec::new();
    let mut undelivered = None;
    for (path, make) in papers {
        let Some(path) = path.filter(|_| !recorded.dry_run) else { continue };
        let made = store.read(|view| make(view, &recorded.operation)).map_err(Failure::from);
        match made.and_then(|paper| write(&paper, path, context)) {
            Ok(written) => files.extend(written),
            Err(failure) => undelivered = Some(why(&failure)),
        }
    }
    let mut other_way = "another file name, --stock or --symbology";
    if let Some(path) = certificates.filter(|_| !recorded.dry_run) {
        match write_all_certificates(context, store, recorded, path) {
            Ok(written) => files.extend(written),
            Err(failure) => {
                undelivered = Some(why(&failure));
                other_way = "another --certificates, or take single files with `scantrail attach get`";
            }
        }
    }
    let text = if context.globals.json {
        output::json(&store.read(|view| document::recorded(view, recorded, &files))?)
    } else {
        document::recorded_text(recorded, &files)
    };
    let number = recorded.operation.number.0;
    if recorded.dry_run {
        output::result(&text)?;
    } else {
        output::recorded(&text, &recorded.operation.op_id, number)?;
    }
    match undelivered {
        None => Ok(()),
        Some(why) => Err(Failure::Undelivered {
            message: format!(
                "recorded as operation {number}, but a file was not written: {why}\n  hint: repeat the command with --op-id {} \
                 and {other_way}; it is recorded once",
                recorded.operation.op_id
            ),
        }),
    }
}

fn write_all_certificates(
    context: &Context,
    store: &Store,
    recorded: &Recorded,
    path: &Path,
) -> Result<Vec<String>, Failure> {
    refuse_database(path, context)?;
    let written = store.read(|view| {
        let certificates = sold_certificates(view, &recorded.operation)?;
        Ok::<_, OpError>((certificates.is_empty(), write_certificates(view, &certificates, path)?))
    });
    let (has_none, written) = written?;
    if has_none {
        context.tell("warning: nothing that was sold has a certificate");
    }
    Ok(written)
}

fn why(failure: &Failure) -> String {
    match failure {
        Failure::Error { message, .. } => message.clone(),
        Failure::Refused(refused) => {
            refused.listed.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ")
        }
        other => format!("{other:?}"),
    }
}
