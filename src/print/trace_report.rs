//! What is known about one lot, serial, order or container: where it is, and everything that happened to it.

use super::attached::{AttachedFile, files};
use super::cell::Cell;
use super::page::{Page, millimetres};
use super::sheet::{BODY, Heading, SECTION, Sheet, field};
use super::table::{Column, Row, table};

/// What a trace report says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceReport {
    /// What it is about, in words: `Serial SN002 of LAPTOP-15`.
    pub subject: String,
    /// The code that a scanner reads for it.
    pub code: String,
    /// The names of the columns of `now`.
    pub now_columns: Vec<String>,
    /// Where it is: one row for each place.
    pub now: Vec<Vec<String>>,
    /// The names of the columns of `events`.
    pub event_columns: Vec<String>,
    /// What happened, oldest first.
    pub events: Vec<Vec<String>>,
    /// The files that belong to it.
    pub files: Vec<AttachedFile>,
    /// When and by whom it was printed, as it is to be read.
    pub printed: String,
}

/// Lays out a report on A4. The code has a barcode when Code 128 can hold it, else it is printed to be typed.
pub fn pages(report: &TraceReport) -> Vec<Page> {
    let heading = Heading {
        title: "Trace report".to_owned(),
        number: report.subject.clone(),
        barcode: (!report.code.is_empty()).then(|| Cell::new("Code", &report.code)),
        fields: field("Printed", &report.printed).into_iter().collect(),
    };
    let mut sheet = Sheet::new(&heading);
    section(&mut sheet, "Now", &report.now_columns, &report.now, "Nothing is left of it.");
    sheet.advance(millimetres(8));
    section(&mut sheet, "History", &report.event_columns, &report.events, "Nothing has happened to it.");
    files(&mut sheet, "Files", &report.files);
    sheet.finish()
}

fn section(sheet: &mut Sheet, title: &str, columns: &[String], rows: &[Vec<String>], nothing: &str) {
    // A title never stands alone at the end of a page.
    sheet.ensure(millimetres(30));
    sheet.line(SECTION, title);
    sheet.advance(millimetres(1));
    if rows.is_empty() {
        return sheet.line(BODY, nothing);
    }
    let columns: Vec<Column> = columns.iter().map(|name| Column::text(name)).collect();
    let rows: Vec<Row> = rows.iter().map(|cells| Row { cells: cells.clone(), notes: Vec::new() }).collect();
    table(sheet, &columns, &rows);
}
