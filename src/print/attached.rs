//! The list of files that belong to what a paper is about.

use super::page::millimetres;
use super::sheet::{SECTION, Sheet};
use super::table::{Column, Row, table};

/// A file, as it is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttachedFile {
    /// What it was called.
    pub name: String,
    /// What sort of file it is.
    pub kind: String,
    /// What it is attached to, in words: `lot B7 of MILK-1L`.
    pub to: String,
    /// The first digits of its SHA-256.
    pub hash: String,
}

/// Prints the list; nothing where there are no files.
pub(super) fn files(sheet: &mut Sheet, title: &str, files: &[AttachedFile]) {
    if files.is_empty() {
        return;
    }
    sheet.advance(millimetres(8));
    // A title never stands alone at the end of a page.
    sheet.ensure(millimetres(30));
    sheet.line(SECTION, title);
    sheet.advance(millimetres(1));
    let columns = ["Name", "Kind", "Attached to", "SHA-256"].map(Column::text);
    let row = |file: &AttachedFile| Row {
        cells: vec![file.name.clone(), file.kind.clone(), file.to.clone(), file.hash.clone()],
        notes: Vec::new(),
    };
    table(sheet, &columns, &files.iter().map(row).collect::<Vec<_>>());
}
