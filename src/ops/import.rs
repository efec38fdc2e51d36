//! Master data and orders from CSV: all rows or none, and every bad row is named.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::item::{AddItem, RuleChanges};
use super::masters::{AddLocation, AddOrder, AddPartner, Checked};
use super::record::record;
use super::{Content, Draft, OpError, Recorded, Request, Result, pattern};
use crate::codes::Definition;
use crate::ledger::{Code, Refusal, Refused};
use crate::model::limits::{MOST_SHOWN_IN_A_CELL, shortened};
use crate::store::{Store, Writer};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// Items.
    Items,
    /// Places.
    Locations,
    /// Partners.
    Partners,
    /// Orders, one row for each line.
    Orders,
    /// Patterns of makers' numbers.
    Patterns,
}

impl ImportKind {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            ImportKind::Items => "items",
            ImportKind::Locations => "locations",
            ImportKind::Partners => "partners",
            ImportKind::Orders => "orders",
            ImportKind::Patterns => "patterns",
        }
    }

    /// The columns, each with the words it may be called by, and whether it must be there.
    fn columns(self) -> &'static [(&'static str, &'static [&'static str], bool)] {
        match self {
            ImportKind::Items => &[
                ("sku", &["sku", "item", "code", "part number"], true),
                ("name", &["name", "description"], true),
                ("track", &["track", "tracking", "tracked by"], true),
                ("gtin", &["gtin", "gtins", "ean", "upc"], false),
                ("barcode", &["barcode", "barcodes"], false),
                ("pack", &["pack", "packs"], false),
                ("shelf life", &["shelf life", "shelf life days"], false),
                ("picking", &["picking", "picking order"], false),
                ("require certificate", &["require certificate", "certificate"], false),
                ("serial template", &["serial template"], false),
                ("lot template", &["lot template", "batch template"], false),
                ("serial pattern", &["serial pattern"], false),
                ("measure", &["measure"], false),
                ("supplier barcode", &["supplier barcode", "supplier barcodes", "supplier code"], false),
                ("unit", &["unit", "uom"], false),
                ("scale", &["scale", "decimals"], false),
            ],
            ImportKind::Locations => {
                &[("code", &["code", "location", "place"], true), ("kind", &["kind", "type"], false)]
            }
            ImportKind::Partners => &[
                ("code", &["code", "partner"], true),
                ("kind", &["kind", "type"], true),
                ("name", &["name", "description"], true),
            ],
            ImportKind::Patterns => &[
                ("name", &["name", "pattern"], true),
                ("applies_to", &["applies to", "item", "for"], true),
                ("of", &["of"], false),
                ("regex", &["regex", "expression"], true),
                ("tables", &["tables"], false),
                ("check", &["check"], false),
                ("example", &["example", "examples"], true),
                ("note", &["note", "source"], false),
            ],
            ImportKind::Orders => &[
                ("code", &["code", "order", "number", "order number"], true),
                ("kind", &["kind", "type"], true),
                ("partner", &["partner", "supplier", "customer"], false),
                ("item", &["item", "sku", "part number"], true),
                ("quantity", &["quantity", "qty"], true),
            ],
        }
    }
}

/// A row with its line in the file.
struct Row {
    line: u32,
    text: String,
    cells: HashMap<&'static str, String>,
}

impl Row {
    fn cell(&self, column: &str) -> Option<String> {
        self.cells.get(column).filter(|cell| !cell.is_empty()).cloned()
    }

    fn required(&self, column: &str) -> String {
        self.cell(column).unwrap_or_default()
    }

    /// Several codes in one cell stand between spaces, semicolons, commas or bars.
    fn list(&self, column: &str) -> Vec<String> {
        let cell = self.required(column);
        cell.split([' ', ';', ',', '|']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }
}

/// Imports a file. `progress` is told how many rows are done.
///
/// # Errors
/// Every bad row, each with its line.
pub fn import(
    store: &Store,
    kind: ImportKind,
    bytes: &[u8],
    request: &Request,
    mut progress: impl FnMut(usize, usize),
) -> Result<Recorded> {
    let mut content = Content::of("import", request);
    content.flag("kind", Some(kind.word()));
    content.bytes(bytes);
    record(store, request, content.digest(), |writer| {
        let rows = rows(kind, bytes)?;
        let mut refusals = Refused::default();
        let count = rows.len();
        let today = request.stamp.recorded_at.date_naive();
        for (index, (line, text, outcome)) in make(kind, rows, writer, today).enumerate() {
            match outcome {
                Ok(()) => {}
                Err(OpError::Refused(found)) => {
                    let place = |one: Refusal| if one.line.is_some() { one } else { one.at(line, text.clone()) };
                    refusals.extend(found.listed.into_iter().map(place));
                    refusals.more += found.more;
                }
                Err(other) => return Err(other),
            }
            progress(index + 1, count);
        }
        if !refusals.is_empty() {
            refusals.listed.sort_by_key(|refusal| refusal.line);
            return Err(refusals.into());
        }
        let detail = serde_json::json!({ "imported": kind.word(), "rows": count }).to_string();
        Ok(Draft { kind: "import", detail: Some(detail), ..Draft::default() })
    })
}

type Made = (u32, String, Checked<()>);

fn make<'w>(
    kind: ImportKind,
    rows: Vec<Row>,
    writer: &'w Writer<'_>,
    today: NaiveDate,
) -> Box<dyn Iterator<Item = Made> + 'w> {
    match kind {
        ImportKind::Orders => Box::new(orders(rows).into_iter().map(move |(line, text, order)| {
            let outcome = order.and_then(|order| order.make(writer));
            (line, text, outcome)
        })),
        _ => Box::new(rows.into_iter().map(move |row| {
            let outcome = make_one(kind, &row, writer, today);
            (row.line, row.text, outcome)
        })),
    }
}

fn make_one(kind: ImportKind, row: &Row, writer: &Writer<'_>, today: NaiveDate) -> Checked<()> {
    match kind {
        ImportKind::Items => item(row)?.make(writer),
        ImportKind::Patterns => {
            let cell = |column: &str| row.cells.get(column).map_or("", String::as_str);
            let definition = Definition::from_row(cell)
                .map_err(|fault| bad(fault.to_string(), "docs/patterns.md says how patterns are written"))?;
            pattern::keep(writer, &definition, today)
        }
        ImportKind::Locations => AddLocation { code: row.required("code"), kind: row.cell("kind") }.make(writer),
        _ => AddPartner { code: row.required("code"), kind: row.required("kind"), name: row.required("name") }
            .make(writer),
    }
}

fn item(row: &Row) -> Checked<AddItem> {
    let scale = row.cell("scale").map(|text| text.parse::<u8>().map_err(|_| text)).transpose();
    let scale = scale
        .map_err(|text| bad(format!("{} is not a scale", crate::codes::shown(text.as_bytes())), "a scale is 0 to 6"))?;
    Ok(AddItem {
        sku: row.required("sku"),
        name: row.cell("name"),
        track: row.cell("track"),
        gtins: row.list("gtin"),
        barcodes: row.list("barcode"),
        unit: row.cell("unit"),
        scale,
        packs: row.list("pack"),
        supplier_codes: row.list("supplier barcode"),
        rules: rules(row)?,
    })
}

fn rules(row: &Row) -> Checked<RuleChanges> {
    let days = row.cell("shelf life").map(|text| text.parse::<u32>().map_err(|_| text)).transpose();
    let days = days.map_err(|text| {
        bad(format!("{} is no number of days", crate::codes::shown(text.as_bytes())), "write the shelf life as 14")
    })?;
    let certificate = row.cell("require certificate").map(|word| match word.to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(bad(
            format!("{} does not say whether a certificate is required", crate::codes::shown(word.as_bytes())),
            "write yes or no",
        )),
    });
    Ok(RuleChanges {
        shelf_life_days: days,
        picking: row.cell("picking"),
        requires_certificate: certificate.transpose()?,
        serial_template: row.cell("serial template"),
        lot_template: row.cell("lot template"),
        serial_pattern: row.cell("serial pattern"),
        measure: row.cell("measure"),
    })
}

/// Rows of one number become one order, in the order of their first rows.
fn orders(rows: Vec<Row>) -> Vec<(u32, String, Checked<AddOrder>)> {
    let mut found: Vec<(u32, String, Checked<AddOrder>)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let code = row.required("code");
        let line = (row.required("item"), row.required("quantity"), Some(row.line));
        let (kind, partner) = (row.required("kind"), row.cell("partner"));
        match index.get(&crate::model::folded(&code)) {
            None => {
                index.insert(crate::model::folded(&code), found.len());
                found.push((row.line, row.text, Ok(AddOrder { code, kind, partner, lines: vec![line] })));
            }
            Some(at) => {
                let Some((_, _, Ok(order))) = found.get_mut(*at) else { continue };
                let same = order.kind.eq_ignore_ascii_case(&kind) && (partner.is_none() || partner == order.partner);
                if same {
                    order.lines.push(line);
                } else {
                    let message = format!("order {code} has another kind or partner on an earlier line");
                    found.push((row.line, row.text, Err(bad(message, "give all lines of an order the same").into())));
                }
            }
        }
    }
    found
}

fn bad(message: impl Into<String>, hint: &str) -> Refusal {
    Refusal::new(Code::NotValid, message, hint)
}

/// The rows of a file: a header line, then values; separated by comma, semicolon or TAB, whichever the header has most.
fn rows(kind: ImportKind, bytes: &[u8]) -> Result<Vec<Row>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|one| (header.iter().filter(|byte| *byte == one).count(), *one == b','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let columns = columns(kind, reader.byte_headers().map_err(broken)?)?;
    let mut rows = Vec::new();
    let mut refusals = Refused::default();
    let mut counted = (0, 1);
    for record in reader.byte_records() {
        let record = record.map_err(broken)?;
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        let line = line_at(bytes, start, &mut counted);
        let raw: Vec<u8> = record.iter().collect::<Vec<_>>().join(&b","[..]);
        let text = shortened(&crate::codes::shown(&raw), MOST_SHOWN_IN_A_CELL).into_owned();
        if record.len() != columns.len() {
            let message = format!("the row has {} cells, and the header has {}", record.len(), columns.len());
            refusals.push(bad(message, "quote cells that hold the separator").at(line, text));
            continue;
        }
        let mut cells = HashMap::new();
        let mut is_text = true;
        for (column, cell) in columns.iter().zip(record.iter()) {
            match (column, std::str::from_utf8(cell)) {
                (Some(column), Ok(cell)) => {
                    cells.insert(*column, cell.to_owned());
                }
                (None, Ok(_)) => {}
                (_, Err(_)) => is_text = false,
            }
        }
        if is_text {
            rows.push(Row { line, text, cells });
        } else {
            refusals.push(bad("the row is not UTF-8 text", "save the file as CSV UTF-8").at(line, text));
        }
    }
    if refusals.is_empty() && rows.is_empty() {
        refusals.push(bad("the file has no rows", "a header line and one row for each thing are wanted"));
    }
    if refusals.is_empty() { Ok(rows) } else { Err(refusals.into()) }
}

/// The line on which a row begins: `start` may lie before the line ends above it. `counted` is a position up to which
/// lines were counted, and its line.
fn line_at(bytes: &[u8], start: usize, counted: &mut (usize, u32)) -> u32 {
    let rest = bytes.get(start..).unwrap_or_default();
    let start = bytes.len() - rest.trim_ascii_start().len();
    let new = bytes.get(counted.0..start).unwrap_or_default();
    let is_end = |(index, byte): (usize, &u8)| *byte == b'\n' || (*byte == b'\r' && new.get(index + 1) != Some(&b'\n'));
    let ends = new.iter().enumerate().filter(|one| is_end(*one)).count();
    *counted = (start, counted.1.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX)));
    counted.1
}

fn columns(kind: ImportKind, header: &csv::ByteRecord) -> Result<Vec<Option<&'static str>>> {
    let mut found = Vec::new();
    let mut refusals = Refused::default();
    for cell in header {
        let name = String::from_utf8_lossy(cell).trim().to_ascii_lowercase().replace('_', " ");
        let column =
            kind.columns().iter().find(|(_, words, _)| words.contains(&name.as_str())).map(|(name, _, _)| *name);
        if column.is_none() {
            let known: Vec<&str> = kind.columns().iter().map(|(name, _, _)| *name).collect();
            let shown = crate::codes::shown(cell);
            refusals.push(
                bad(format!("{} have no column {shown}", kind.word()), &format!("columns are {}", known.join(", ")))
                    .at(1, shown),
            );
        }
        if column.is_some() && found.contains(&column) {
            let shown = crate::codes::shown(cell);
            refusals.push(bad(format!("the column {shown} stands there twice"), "take one of them out").at(1, shown));
        }
        found.push(column);
    }
    for (name, _, _) in kind.columns().iter().filter(|(_, _, is_required)| *is_required) {
        if !found.contains(&Some(*name)) {
            refusals
                .push(bad(format!("the column {name} is missing"), "the first line names the columns").at(1, *name));
        }
    }
    if refusals.is_empty() { Ok(found) } else { Err(refusals.into()) }
}

fn broken(error: csv::Error) -> OpError {
    bad(format!("the file is not CSV: {error}"), "save it as CSV UTF-8").into()
}
