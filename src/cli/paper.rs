//! Putting paper on disk after the stock is recorded.

use std::path::{Path, PathBuf};

use super::context::Context;
use super::document;
use super::failure::{EXIT_COULD_NOT, Failure};
use super::output;
use crate::disk::write_whole;
use crate::model::limits::{MOST_SHOWN, shortened};
use crate::ops::{OpError, Paper, Recorded, Warning, sold_certificates, write_certificates};
use crate::store::{Address, OwnNames, Store, View, is_of_a_database};

/// Writes the files of a document: one under the given name, further ones with `-2`, `-3`, … before the ending.
///
/// # Errors
/// All files that could not be written, and why.
pub fn write(paper: &Paper, path: &Path, context: &Context) -> Result<Vec<String>, Failure> {
    let (written, mut failures) = write_each(paper, path, context);
    match failures.len() {
        0 => Ok(written),
        1 => Err(failures.remove(0)),
        _ => Err(Failure::Error {
            exit: EXIT_COULD_NOT,
            code: "file",
            message: failures.iter().map(why).collect::<Vec<_>>().join("; "),
            hint: "check the paths and their permissions".to_owned(),
        }),
    }
}

/// Writes what of it can be written.
fn write_each(paper: &Paper, path: &Path, context: &Context) -> (Vec<String>, Vec<Failure>) {
    let (mut written, mut failures) = (Vec::new(), Vec::new());
    for (index, bytes) in paper.files.iter().enumerate() {
        let path = numbered(path, index);
        let shown = path.display().to_string();
        let done = refuse_database(&path, context)
            .and_then(|()| write_whole(&path, bytes).map_err(|error| Failure::file(&shown, &error)));
        match done {
            Ok(()) => written.push(shown),
            Err(failure) => failures.push(failure),
        }
    }
    if !paper.missing_characters.is_empty() {
        let characters: String = paper.missing_characters.iter().collect();
        context.tell(&format!("warning: no font has {}; they are printed as \u{FFFD}", output::safe(&characters)));
    }
    (written, failures)
}

/// No output takes the place of the database, or a name that SQLite uses beside it: see [`OwnNames::has`]. Every command that
/// writes a file asks here.
///
/// # Errors
/// The path belongs to the database.
pub fn refuse_database(path: &Path, context: &Context) -> Result<(), Failure> {
    match context.database() {
        Ok(Address::File(database)) if OwnNames::of(&database).has(path) => {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it belongs to the database");
            Err(Failure::file(&path.display().to_string(), &error))
        }
        _ if is_of_a_database(path) => {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is a database, or the log of one");
            Err(Failure::file(&path.display().to_string(), &error))
        }
        _ => Ok(()),
    }
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
    tell(context, recorded);
    let (mut files, mut missing) = (Vec::new(), Missing::default());
    for (path, make) in papers {
        let Some(path) = path.filter(|_| !recorded.dry_run) else { continue };
        let (written, failures) = match store.read(|view| make(view, &recorded.operation)) {
            Ok(paper) => write_each(&paper, path, context),
            Err(error) => (Vec::new(), vec![Failure::from(error)]),
        };
        files.extend(written);
        failures.iter().for_each(|failure| missing.file(failure, "and another file name, --stock or --symbology"));
    }
    if let Some(path) = certificates.filter(|_| !recorded.dry_run) {
        match write_all_certificates(context, store, recorded, path) {
            Ok(written) => files.extend(written),
            Err(failure) => {
                missing.file(&failure, "and another --certificates, or take single files with `scantrail attach get`")
            }
        }
    }
    let document = match context.globals.json {
        true => store.read(|view| document::recorded(view, recorded, &files)).map(|document| output::json(&document)),
        false => Ok(document::recorded_text(recorded, &files)),
    };
    if recorded.dry_run {
        return output::result(&document?);
    }
    let shown = document
        .map_err(|error| why(&error.into()))
        .and_then(|text| output::write(&text).map_err(|error| error.to_string()));
    if let Err(why) = shown {
        missing.add(&format!("the result could not be written: {why}"), "to see it");
    }
    missing.told(recorded)
}

/// What is to be known of an operation besides its result.
fn tell(context: &Context, recorded: &Recorded) {
    for warning in &recorded.warnings {
        let Warning { line, scan, code, message } = warning;
        let place = line.zip(scan.as_ref()).map(|(line, scan)| format!("line {line}, scan {scan}: "));
        let message = format!("warning [{code}] {}{message}", place.unwrap_or_default());
        context.tell(&shortened(&message, MOST_SHOWN));
    }
    for hint in document::put_away(&recorded.operation) {
        context.tell(&hint);
    }
}

/// The outputs of a recorded operation that did not get where they should, and what would help.
#[derive(Default)]
struct Missing {
    outputs: Vec<String>,
    ways: Vec<&'static str>,
}

impl Missing {
    fn file(&mut self, failure: &Failure, way: &'static str) {
        self.add(&format!("a file was not written: {}", why(failure)), way);
    }

    fn add(&mut self, what: &str, way: &'static str) {
        self.outputs.push(what.to_owned());
        if !self.ways.contains(&way) {
            self.ways.push(way);
        }
    }

    /// One answer that names all of them.
    fn told(&self, recorded: &Recorded) -> Result<(), Failure> {
        if self.outputs.is_empty() {
            return Ok(());
        }
        let (number, op_id) = (recorded.operation.number, &recorded.operation.op_id);
        let (what, ways) = (self.outputs.join("; "), self.ways.join(" "));
        let message = format!(
            "recorded as operation {number}, but {what}\n  hint: repeat the command with --op-id {op_id} {ways}; it is recorded once"
        );
        Err(Failure::Undelivered { message })
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
