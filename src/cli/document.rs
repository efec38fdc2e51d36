//! Results as JSON documents and as sentences.

use serde_json::{Map, Value, json};

use super::hold_text;
use super::output::safe;
use super::table::{Align, table};
use crate::model::Quantity;
use crate::ops::{Recorded, Warning};
use crate::store::{RecordedLine, RecordedOperation, StoreError, View};

/// Neighbouring movements of one item, lot and direction are one line.
struct Line<'l> {
    first: &'l RecordedLine,
    quantity: Quantity,
    serials: Vec<&'l str>,
    /// How much each of the units is.
    measures: Vec<Quantity>,
}

fn lines<'l>(recorded: impl Iterator<Item = &'l RecordedLine>) -> Vec<Line<'l>> {
    let key =
        |line: &RecordedLine| (line.item.id, line.lot.as_ref().map(|lot| lot.id), line.from.place.id, line.to.place.id);
    let mut lines: Vec<Line<'l>> = Vec::new();
    for one in recorded {
        match lines.last_mut().filter(|line| key(line.first) == key(one)) {
            Some(line) => {
                line.quantity = line.quantity.plus(one.quantity);
                line.serials.extend(one.serial.as_deref());
                line.measures.extend(one.serial.as_ref().map(|_| one.quantity));
            }
            None => lines.push(Line {
                first: one,
                quantity: one.quantity,
                serials: one.serial.as_deref().into_iter().collect(),
                measures: one.serial.as_ref().map(|_| one.quantity).into_iter().collect(),
            }),
        }
    }
    lines
}

/// True for the movements that only give an allocation back while something else was done.
fn is_side_effect(kind: &str, line: &RecordedLine) -> bool {
    line.gives_back() && !matches!(kind, "release" | "hold" | "undo")
}

fn line(line: &Line<'_>) -> Value {
    let first = line.first;
    let mut document = json!({
        "item": first.item.sku.as_str(),
        "quantity": first.item.counted(line.quantity, line.serials.len()),
        "lot": first.lot.as_ref().map(|lot| lot.code.as_str()),
        "expires": first.lot.as_ref().and_then(|lot| lot.dates.expires).map(|date| date.to_string()),
        "best_before": first.lot.as_ref().and_then(|lot| lot.dates.best_before).map(|date| date.to_string()),
        "serials": line.serials,
        "from": first.from.place.path,
        "to": first.to.place.path,
    });
    if let Some(measure) = first.item.measured(line.quantity) {
        document["measure"] = measure.into();
        let measures = line.measures.iter().filter_map(|one| first.item.measured(*one));
        document["measures"] = measures.collect::<Vec<String>>().into();
    }
    document
}

/// An operation.
///
/// # Errors
/// What the database says.
pub fn operation(view: &View<'_>, operation: &RecordedOperation) -> Result<Map<String, Value>, StoreError> {
    let order = operation.order.map(|id| view.order(id)).transpose()?;
    let partner = operation.partner.map(|id| view.partner(id)).transpose()?;
    let kind = operation.kind.as_str();
    let main = lines(operation.lines.iter().filter(|line| !is_side_effect(kind, line)));
    let released = lines(operation.lines.iter().filter(|line| is_side_effect(kind, line)));
    let fields: Value = serde_json::from_str(&operation.fields).unwrap_or_default();
    let document = json!({
        "operation": operation.number.0,
        "op_id": operation.op_id,
        "kind": kind,
        "at": operation.stamp.at.to_rfc3339(),
        "recorded_at": operation.stamp.recorded_at.to_rfc3339(),
        "operator": operation.stamp.operator,
        "station": operation.stamp.station,
        "document": order.map(|order| order.code.to_string()),
        "partner": partner.map(|partner| partner.code),
        "invoice": operation.invoice,
        "note": operation.note,
        "reason": operation.reason,
        "fields": fields,
        "reverses": operation.reverses.map(|number| number.0),
        "lines": main.iter().map(line).collect::<Vec<_>>(),
    });
    let mut document = match document {
        Value::Object(document) => document,
        _ => Map::new(),
    };
    document.insert("already_recorded".to_owned(), false.into());
    document.insert("files".to_owned(), json!([]));
    if !released.is_empty() {
        document.insert("released".to_owned(), released.iter().map(line).collect());
    }
    if let Value::Object(detail) = operation.detail_document() {
        document.extend(detail);
    }
    Ok(document)
}

/// What a command recorded, with the files that it wrote.
///
/// # Errors
/// What the database says.
pub fn recorded(view: &View<'_>, recorded: &Recorded, files: &[String]) -> Result<Value, StoreError> {
    let mut document = operation(view, &recorded.operation)?;
    if recorded.dry_run {
        document.insert("operation".to_owned(), Value::Null);
    }
    document.insert("already_recorded".to_owned(), recorded.already_recorded.into());
    document.insert("files".to_owned(), json!(files));
    let warning =
        |one: &Warning| json!({ "line": one.line, "scan": one.scan, "code": one.code, "message": one.message });
    document.insert("warnings".to_owned(), recorded.warnings.iter().map(warning).collect());
    Ok(Value::Object(document))
}

/// How many lines a sentence may be followed by.
const MOST_LINES: usize = 40;

/// What a command recorded, for people: one sentence and the lines.
pub fn recorded_text(recorded: &Recorded, files: &[String]) -> String {
    let operation = &recorded.operation;
    let mut text = match (recorded.dry_run, recorded.already_recorded) {
        (true, _) => format!("Dry run of {}: nothing was written.\n", operation.kind),
        (_, true) => format!("Operation {} ({}) was recorded before.\n", operation.number, operation.kind),
        _ => format!("Operation {} ({}) is recorded.\n", operation.number, operation.kind),
    };
    let cut = cut_text(operation);
    if cut.is_empty() {
        let main = lines(operation.lines.iter().filter(|line| !is_side_effect(&operation.kind, line)));
        text.push_str(&line_table(&main));
    }
    text.push_str(&cut);
    text.push_str(&imported_text(operation));
    let released = lines(operation.lines.iter().filter(|line| is_side_effect(&operation.kind, line)));
    if !released.is_empty() {
        text.push_str(match operation.kind.as_str() {
            "receive" | "return" => "Given back, because it is on hold now:\n",
            _ => "Given back, because other units took their place:\n",
        });
        text.push_str(&line_table(&released));
    }
    text.push_str(&unclaimed_text(operation));
    text.push_str(&hold_text::of(operation));
    text.push_str(&attached_text(operation));
    files.iter().for_each(|file| text.push_str(&format!("Wrote {}\n", safe(file))));
    text
}

fn line_table(lines: &[Line<'_>]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .take(MOST_LINES)
        .map(|line| {
            let first = line.first;
            vec![
                first.item.amount(line.quantity, line.serials.len()),
                first.item.sku.to_string(),
                first.lot.as_ref().map(|lot| lot.code.to_string()).unwrap_or_default(),
                serials_text(&line.serials),
                first.from.place.path.clone(),
                destination(first),
            ]
        })
        .collect();
    let columns = [
        ("quantity", Align::Right),
        ("item", Align::Left),
        ("lot", Align::Left),
        ("serials", Align::Left),
        ("from", Align::Left),
        ("to", Align::Left),
    ];
    let mut text = table(&columns, &rows);
    if lines.len() > MOST_LINES {
        text.push_str(&format!("… and {} more lines\n", lines.len() - MOST_LINES));
    }
    text
}

/// Where the lots of arriving goods lie already, one hint for each lot.
pub fn put_away(operation: &RecordedOperation) -> Vec<String> {
    let detail = operation.detail_document();
    let rows = detail["put_away"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| safe(row[key].as_str().unwrap_or_default());
    let lot = |row: &Value| (text(row, "item"), text(row, "lot"));
    let hints = rows.chunk_by(|one, two| lot(one) == lot(two)).map(|rows| {
        let places = rows.iter().map(|row| format!("{} ({})", text(row, "location"), text(row, "quantity")));
        let (item, lot) = rows.first().map(lot).unwrap_or_default();
        format!("put away: lot {lot} of {item} is at {}", places.collect::<Vec<_>>().join(", "))
    });
    hints.collect()
}

/// What a transfer took from orders.
fn unclaimed_text(operation: &RecordedOperation) -> String {
    let detail = operation.detail_document();
    let rows = detail["unclaimed"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| safe(row[key].as_str().unwrap_or_default());
    rows.iter()
        .map(|row| {
            let (quantity, item, order) = (text(row, "quantity"), text(row, "item"), text(row, "order"));
            format!(
                "No longer set aside for {order}: {quantity} of {item}. To find others: scantrail allocate {order}\n"
            )
        })
        .collect()
}

/// What became of a unit that some was cut off. Its way over the bench would tell people less.
fn cut_text(operation: &RecordedOperation) -> String {
    let detail = operation.detail_document();
    let cut = &detail["cut"];
    let (Some(first), true) = (operation.lines.first(), cut.is_object()) else { return String::new() };
    let text = |key: &str| safe(cut[key].as_str().unwrap_or_default());
    let (unit, serial, piece) = (&first.item.unit, text("serial"), text("piece"));
    format!(
        "{} {unit} were cut off {serial} of {} and are {piece} now, at {}\n{serial} keeps {} {unit} of {}\n",
        text("measure"),
        text("item"),
        first.from.place.path,
        text("rest"),
        text("was")
    )
}

/// How many rows of a file were taken.
fn imported_text(operation: &RecordedOperation) -> String {
    let detail = operation.detail_document();
    match (detail["imported"].as_str(), detail["rows"].as_u64()) {
        (Some(kind), Some(rows)) => format!("Imported {kind}: {rows} rows\n").replace(": 1 rows", ": 1 row"),
        _ => String::new(),
    }
}

/// What a file was attached to.
fn attached_text(operation: &RecordedOperation) -> String {
    let detail = operation.detail_document();
    let attached = &detail["attached"];
    let text = |key: &str| attached[key].as_str().map(safe);
    let named = ["lot", "serial", "order"].into_iter().find_map(|kind| Some((kind, text(kind)?)));
    let Some((kind, code)) = named else { return String::new() };
    let of = text("item").map(|item| format!(" of {item}")).unwrap_or_default();
    let (what, name) = (text("kind").unwrap_or_default(), text("name").unwrap_or_default());
    let hash = text("sha256").unwrap_or_default();
    format!("{what} {name} is attached to {kind} {code}{of} (SHA-256 {hash})\n")
}

/// Where goods went; when they stayed, for which order they are set aside now.
fn destination(line: &RecordedLine) -> String {
    match &line.to.claim {
        _ if line.from.place.id != line.to.place.id => line.to.place.path.clone(),
        Some(claim) => format!("{} for {}", claim.stage.word(), claim.order_code),
        None => "free again".to_owned(),
    }
}

fn serials_text(serials: &[&str]) -> String {
    match serials {
        [first, .., last] if serials.len() > 3 => format!("{} … {} ({})", safe(first), safe(last), serials.len()),
        few => few.iter().map(|serial| safe(serial)).collect::<Vec<_>>().join(" "),
    }
}
