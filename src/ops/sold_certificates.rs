//! The certificates that go along with goods: exactly those of what was sold, as they were at the sale.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::attach::{Attached, named};
use super::{OpError, Result};
use crate::codes::shown;
use crate::disk::{OutputFolder, write_whole_by};
use crate::model::{LotId, OperationNumber, SerialId};
use crate::print::zip::Zip;
use crate::store::{CERTIFICATE, CopyFault, RecordedOperation, StoredFile, Target, View};

/// The endings that a file keeps; another one becomes `bin`, so that nothing runs because somebody opened it.
const ENDINGS: [&str; 13] =
    ["asc", "csv", "gif", "jpeg", "jpg", "json", "p7m", "p7s", "pdf", "png", "tif", "tiff", "txt"];

/// The longest name before its number, in bytes.
const LONGEST_STEM: usize = 100;

/// The name of the list that goes along.
pub const INDEX: &str = "certificates.csv";

/// A certificate with the name under which it goes along.
#[derive(Debug, Clone)]
pub struct NamedCertificate {
    /// The name of the file, made from our own codes.
    pub file: String,
    /// The certificate.
    pub certificate: Attached,
}

/// The certificates of the lots and units of an operation and of the orders on which they were received, oldest first. What
/// was attached after it is left out, so that the same sale always gives the same files.
///
/// # Errors
/// What the database says.
pub fn sold_certificates(view: &View<'_>, operation: &RecordedOperation) -> Result<Vec<NamedCertificate>> {
    let (mut targets, mut lots, mut units) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    for movement in view.movements(operation.number)?.iter().filter(|movement| !movement.stays_in_place()) {
        if let Some(lot) = movement.lot.filter(|lot| targets.insert((Some(*lot), None))) {
            found.push(Target::Lot(movement.item, lot));
        }
        match (movement.serial.map(|hop| hop.serial), movement.lot) {
            (Some(serial), _) if targets.insert((None, Some(serial))) => {
                found.push(Target::Serial(movement.item, serial));
                units.insert(serial);
            }
            (None, Some(lot)) => drop(lots.insert(lot)),
            _ => {}
        }
    }
    // A piece goes with the papers of what it was cut from.
    for (item, source) in view.cut_from(&units.iter().copied().collect::<Vec<_>>())? {
        found.push(Target::Serial(item, source));
        units.insert(source);
    }
    let attached = attached_to(view, found, &lots, &units, operation.number)?;
    Ok(with_names(attached.into_iter().filter(|one| one.kind == CERTIFICATE).collect()))
}

/// What is attached to things, and to the orders on which these lots and units were received, as it was after an operation.
pub(super) fn attached_to(
    view: &View<'_>,
    mut targets: Vec<Target>,
    lots: &BTreeSet<LotId>,
    units: &BTreeSet<SerialId>,
    after: OperationNumber,
) -> Result<Vec<Attached>> {
    let (lots, units): (Vec<_>, Vec<_>) = (lots.iter().copied().collect(), units.iter().copied().collect());
    targets.extend(view.orders_received_on(&lots, &units, after)?.into_iter().map(Target::Order));
    view.attachments_of(&targets, after)?.into_iter().map(|one| named(view, one)).collect()
}

fn with_names(certificates: Vec<Attached>) -> Vec<NamedCertificate> {
    let mut used: HashMap<String, usize> = HashMap::new();
    let name = |certificate: Attached| {
        let stem = stem(&certificate);
        // Some file systems take `A` and `a` for the same name.
        let count = used.entry(stem.to_ascii_lowercase()).or_default();
        *count += 1;
        NamedCertificate { file: format!("{stem}-{count}.{}", ending(&certificate.name)), certificate }
    };
    certificates.into_iter().map(name).collect()
}

/// `MILK-1L-B7`, `PUMP-P1`, `order-PO-1001`.
fn stem(certificate: &Attached) -> String {
    let item = certificate.item.as_ref().map_or("order", |item| item.sku.as_str());
    let code = [&certificate.lot, &certificate.serial, &certificate.order].into_iter().flatten().next();
    let text = format!("{item}-{}", code.map_or("", String::as_str));
    let is_safe = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '_' | '-');
    let safe: String = text.chars().map(|one| if is_safe(one) { one } else { '_' }).take(LONGEST_STEM).collect();
    // A name that begins with a point is hidden, and one that begins with a hyphen is taken for a flag.
    if safe.starts_with(['.', '-']) { format!("_{safe}") } else { safe }
}

fn ending(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    ENDINGS.into_iter().find(|known| *known == ending).unwrap_or("bin")
}

/// Writes certificates and their list: into an archive when the path ends in `.zip`, else into a folder, which is made where
/// there is none. Gives the files that were written.
///
/// # Errors
/// [`crate::store::StoreError::FileDamaged`]; a name that belongs to the database; what the file system says.
pub fn write_certificates(view: &View<'_>, certificates: &[NamedCertificate], path: &Path) -> Result<Vec<String>> {
    let is_archive = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    let written = if is_archive { archive(view, certificates, path) } else { folder(view, certificates, path) };
    written.map_err(|fault| explained(fault, path))
}

fn archive(
    view: &View<'_>,
    certificates: &[NamedCertificate],
    path: &Path,
) -> std::result::Result<Vec<String>, CopyFault> {
    write_whole_by(path, |file| {
        let mut zip = Zip::new(file);
        for one in certificates {
            let kept = view.file(one.certificate.hash).map_err(CopyFault::Kept)?;
            zip.add(&one.file, |out| kept.copy_to(out))?;
        }
        zip.add(INDEX, |out| Ok::<_, CopyFault>(out.write_all(&index(certificates))?))?;
        Ok::<_, CopyFault>(zip.finish()?)
    })?;
    Ok(vec![path.display().to_string()])
}

fn folder(
    view: &View<'_>,
    certificates: &[NamedCertificate],
    path: &Path,
) -> std::result::Result<Vec<String>, CopyFault> {
    std::fs::create_dir_all(path)?;
    let folder = OutputFolder::at(path);
    let mut written = Vec::new();
    let mut free = |name: &str| {
        let path = path.join(name);
        if view.owns(&path) {
            let why = format!("{name} belongs to the database");
            return Err(CopyFault::Output(std::io::Error::new(std::io::ErrorKind::InvalidInput, why)));
        }
        written.push(path.display().to_string());
        Ok(())
    };
    for one in certificates {
        let kept = view.file(one.certificate.hash).map_err(CopyFault::Kept)?;
        free(&one.file)?;
        folder.write_by(&one.file, |out| kept.copy_to(out))?;
    }
    free(INDEX)?;
    folder.write(INDEX, &index(certificates))?;
    Ok(written)
}

/// Writes a kept file to disk.
///
/// # Errors
/// [`crate::store::StoreError::FileDamaged`]; what the file system says.
pub fn write_kept_file(file: StoredFile, path: &Path) -> Result<()> {
    write_whole_by(path, |out| file.copy_to(out)).map_err(|fault| explained(fault, path))
}

fn explained(fault: CopyFault, path: &Path) -> OpError {
    match fault {
        CopyFault::Kept(error) => OpError::Store(error),
        CopyFault::Output(error) => OpError::File { what: path.display().to_string(), why: error.to_string() },
    }
}

/// The list that goes along: a table with a row for each file, in CSV (RFC 4180).
pub fn index(certificates: &[NamedCertificate]) -> Vec<u8> {
    let mut text = String::from("file,item,lot,serial,order,name,size,sha256\r\n");
    for NamedCertificate { file, certificate } in certificates {
        let item = certificate.item.as_ref().map(|item| item.sku.to_string());
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            file.clone(),
            item.unwrap_or_default(),
            of(&certificate.lot),
            of(&certificate.serial),
            of(&certificate.order),
            shown(certificate.name.as_bytes()),
            certificate.size.to_string(),
            certificate.hash.to_string(),
        ];
        text.push_str(&cells.map(|cell| csv_cell(&cell)).join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// A cell in quotes. A spreadsheet takes one that begins with = + - @ TAB or CR for a formula, unless an apostrophe stands
/// before it.
fn csv_cell(text: &str) -> String {
    let as_text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{as_text}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(code: &str, name: &str) -> Attached {
        Attached {
            operation: OperationNumber(1),
            at: chrono::DateTime::UNIX_EPOCH.fixed_offset(),
            kind: CERTIFICATE.to_owned(),
            name: name.to_owned(),
            hash: crate::model::FileHash([0xAB; 32]),
            size: 3,
            item: None,
            lot: Some(code.to_owned()),
            serial: None,
            order: None,
        }
    }

    #[test]
    fn names_are_made_from_our_own_codes() {
        let cases = [
            ("B7", "x.pdf", "order-B7-1.pdf"),
            ("b7", "x.PDF", "order-b7-2.pdf"),
            ("../../etc/passwd", "../../etc", "order-.._.._etc_passwd-1.bin"),
            ("B/7", "run.exe", "order-B_7-1.bin"),
            ("B_7", "no ending", "order-B_7-2.bin"),
            ("Ä\u{1b}", ".pdf", "order-__-1.pdf"),
        ];
        let named = with_names(cases.iter().map(|(code, name, _)| lot(code, name)).collect());
        let files: Vec<&str> = named.iter().map(|one| one.file.as_str()).collect();
        assert_eq!(files, cases.map(|(_, _, file)| file));
        let long = with_names(vec![lot(&"x".repeat(500), "a.png")]);
        assert_eq!(long[0].file.len(), LONGEST_STEM + "-1.png".len());
    }

    #[test]
    fn no_cell_of_the_index_is_a_formula() {
        for begin in ["=", "+", "-", "@", "\t", "\r"] {
            assert_eq!(csv_cell(&format!("{begin}cmd")), format!("\"'{begin}cmd\""));
        }
        assert_eq!(csv_cell("a\"b,c"), "\"a\"\"b,c\"");
    }
}
