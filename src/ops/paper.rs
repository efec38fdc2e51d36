//! Paper from the ledger: what was recorded prints again with the same bytes.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};

use super::owners::owner_named;
use super::sold_certificates::sold_certificates;
use super::told::{short_of, sites_left};
use super::trace::{Trace, TraceNow};
use super::{Attached, OpError, Result, resolve};
use crate::codes::{BadgeName, Command, Gtin, Mode, Question, sheet};
use crate::ledger::{Code, Refusal, Refused, Stage};
use crate::model::{Item, LotCode, LotId, PartnerKind, Quantity, SerialCode};
use crate::print::calibration_sheet::{self, CalibrationSheet};
use crate::print::command_sheet::{self, Group, SheetSize};
use crate::print::label::{Label, LabelStock, MOST_LABELS_PER_FILE, label_pages};
use crate::print::pdf::{PdfOptions, print};
use crate::print::pick_sheet::{self, PickLine, PickSheet};
use crate::print::slip::{self, LotLine, Slip, SlipLine};
use crate::print::symbol::{Symbology, gs1_element_string};
use crate::print::trace_report::{self, TraceReport};
use crate::print::{AttachedFile, Page};
use crate::store::{ItemCode, Partner, RecordedLine, RecordedOperation, View};

/// Finished documents: one, or several when there are more labels than one file holds.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    /// The files, in order.
    pub files: Vec<Vec<u8>>,
    /// The characters that no font has, and that stand as replacements on the paper.
    pub missing_characters: Vec<char>,
}

/// What labels are wanted.
#[derive(Debug, Clone)]
pub struct LabelRequest {
    /// The paper.
    pub stock: &'static LabelStock,
    /// The first free position on the first sheet, from 1.
    pub start: usize,
    /// How many of each.
    pub copies: usize,
    /// How codes are encoded.
    pub symbology: Symbology,
}

/// What a label is for.
enum Thing<'a> {
    Serial { item: &'a Item, code: &'a str, lot: Option<&'a crate::ledger::LotRecord>, quantity: Quantity },
    Lot { item: &'a Item, lot: &'a crate::ledger::LotRecord },
    Item { item: &'a Item },
    Plain { headline: String, code: String, details: Vec<String> },
}

fn paper(pages: &[Page], options: &PdfOptions) -> Result<Paper> {
    let printed = print(pages, options)?;
    Ok(Paper { files: vec![printed.bytes], missing_characters: printed.missing_characters })
}

fn options(title: String, created: DateTime<FixedOffset>, identity: String) -> PdfOptions {
    PdfOptions { title, created, identity }
}

fn of_operation(title: &str, operation: &RecordedOperation) -> PdfOptions {
    let identity = format!("{title} {} {}", operation.number, operation.op_id);
    options(format!("{title} {}", operation.number), operation.stamp.recorded_at, identity)
}

// ---- labels ----------------------------------------------------------------------------------------------------------

/// The labels of what an operation brought in: one for each serial, else one for each lot or item line. `progress` is
/// told how many of how many labels are laid out.
///
/// # Errors
/// What cannot be printed.
pub fn labels_of_operation(
    view: &View<'_>,
    operation: &RecordedOperation,
    request: &LabelRequest,
    progress: &dyn Fn(usize, usize),
) -> Result<Paper> {
    let mut labels = Vec::new();
    for line in &operation.lines {
        let thing = match (&line.serial, &line.lot) {
            (Some(code), lot) => Thing::Serial { item: &line.item, code, lot: lot.as_deref(), quantity: line.quantity },
            (None, Some(lot)) => Thing::Lot { item: &line.item, lot },
            (None, None) => Thing::Item { item: &line.item },
        };
        labels.push(label(view, &thing, request.symbology)?);
    }
    sheets(labels, request, &of_operation("Labels", operation), progress)
}

/// The labels of a piece that was cut off, and of the rest.
///
/// # Errors
/// What cannot be printed.
pub fn labels_of_cut(view: &View<'_>, operation: &RecordedOperation, request: &LabelRequest) -> Result<Paper> {
    let lines = operation.lines.iter().filter(|line| line.to.place.kind.is_internal()).cloned().collect();
    labels_of_operation(view, &RecordedOperation { lines, ..operation.clone() }, request, &|_, _| {})
}

/// The labels of things that are named by their codes. `kind` is a word of the command line.
///
/// # Errors
/// The unknown-codes of the kind, `ambiguous-scan`, and what cannot be printed.
pub fn labels_for(
    view: &View<'_>,
    kind: &str,
    codes: &[String],
    item: Option<&str>,
    request: &LabelRequest,
    now: DateTime<FixedOffset>,
    progress: &dyn Fn(usize, usize),
) -> Result<Paper> {
    let identity = format!("labels {kind} {}", codes.join("\n"));
    let options = options(format!("Labels: {kind}"), now, identity);
    let item = item.map(|text| resolve::item(view, text)).transpose()?;
    let mut labels = Vec::new();
    let mut refused = Refused::default();
    for code in codes {
        match label_named(view, kind, code, item.as_deref(), request.symbology) {
            Ok(label) => labels.push(label),
            Err(OpError::Refused(one)) => refused.extend(one.listed),
            Err(other) => return Err(other),
        }
    }
    if !refused.is_empty() {
        return Err(refused.into());
    }
    sheets(labels, request, &options, progress)
}

/// The sheet of command scans.
///
/// # Errors
/// What cannot be printed.
pub fn command_paper(size: SheetSize, now: DateTime<FixedOffset>) -> Result<Paper> {
    let word = if size == SheetSize::A4 { "a4" } else { "letter" };
    let options = options("Command scans".to_owned(), now, format!("commands {word}"));
    paper(&command_sheet::pages("Command scans", &command_groups(), size), &options)
}

/// The sheet that a scanner is calibrated with.
///
/// # Errors
/// What cannot be printed.
pub fn calibration_paper(size: SheetSize, now: DateTime<FixedOffset>) -> Result<Paper> {
    let word = if size == SheetSize::A4 { "a4" } else { "letter" };
    let options = options("Scanner calibration".to_owned(), now, format!("calibration {word}"));
    let content = CalibrationSheet {
        matrix: sheet::data_matrix().text,
        bars: sheet::bars().into_iter().map(|barcode| barcode.text).collect(),
    };
    paper(&calibration_sheet::pages(&content, size)?, &options)
}

/// A sheet with the badges of operators.
///
/// # Errors
/// `not-valid` for names that cannot stand on a badge, and what cannot be printed.
pub fn badge_paper(names: &[String], size: SheetSize, now: DateTime<FixedOffset>) -> Result<Paper> {
    let badge = |name: &String| {
        let name = BadgeName::new(name).ok_or_else(|| {
            let message = format!("{} cannot stand on a badge", crate::codes::shown(name.as_bytes()));
            Refusal::new(Code::NotValid, message, "a badge holds 1 to 12 letters A to Z and digits")
        })?;
        let explanation = "Operator".to_owned();
        Ok(command_sheet::Command { title: name.as_str().to_owned(), explanation, code: Command::Badge(name).code() })
    };
    let commands = names.iter().map(badge).collect::<Result<Vec<_>>>()?;
    let group = Group { heading: String::new(), commands, is_chart: false };
    let options = options("Badges".to_owned(), now, format!("badges {}", names.join("\n")));
    paper(&command_sheet::pages("Badges", &[group], size), &options)
}

fn command_groups() -> Vec<Group> {
    let group = |heading: &str, is_chart: bool, belongs: &dyn Fn(&Command) -> bool| Group {
        heading: heading.to_owned(),
        commands: Command::all().into_iter().filter(|command| belongs(command)).map(explained).collect(),
        is_chart,
    };
    vec![
        group("Batch", false, &|command| matches!(command, Command::Done | Command::Cancel | Command::UndoLastScan)),
        group("Station: what is done", false, &|command| matches!(command, Command::Mode(_))),
        group("Station: questions and corrections", false, &|command| {
            matches!(command, Command::Question(_) | Command::UndoLastOperation | Command::Repeat)
        }),
        group("Quantities", true, &|command| matches!(command, Command::Quantity(_))),
        group("Any other quantity: its digits, then enter", true, &|command| matches!(command, Command::Digit(_))),
        group("", false, &|command| *command == Command::Enter),
    ]
}

fn explained(command: Command) -> command_sheet::Command {
    let (title, explanation) = match command {
        Command::Done => ("Done", "The batch is complete and is recorded."),
        Command::Cancel => ("Cancel", "The batch is thrown away; nothing is recorded."),
        Command::UndoLastScan => ("Undo the last scan", "The scan before this one does not count."),
        Command::UndoLastOperation => ("Undo the last operation", "What this station recorded last is taken back."),
        Command::Repeat => ("Repeat", "The last answer is said again."),
        Command::Enter => ("Enter", "The digits before it are the quantity."),
        Command::Mode(mode) => return explained_mode(mode),
        Command::Question(Question::WhatIsThis) => ("What is this?", "Then scan anything."),
        Command::Question(Question::WhereIsThis) => ("Where is this?", "Then scan anything."),
        Command::Question(Question::PrintItsLabel) => ("Print its label", "Then scan what the label is for."),
        Command::Quantity(count) => return numbered(count, command),
        Command::Digit(digit) => return numbered(digit.into(), command),
        Command::Badge(_) => ("Badge", "This person works here."),
    };
    command_sheet::Command { title: title.to_owned(), explanation: explanation.to_owned(), code: command.code() }
}

fn explained_mode(mode: Mode) -> command_sheet::Command {
    let explanation = match mode {
        Mode::Receive => "Goods in. Then scan the purchase order or the supplier, and the place.",
        Mode::Transfer => "From place to place. Then scan where they go.",
        Mode::Pick => "Off the shelf. Then scan the sales order.",
        Mode::Sell => "Goods out. Then scan the sales order or the customer.",
        Mode::Return => "Goods back. Then scan the sales order or the customer, and the place.",
    };
    let title = capitalised(mode.word());
    command_sheet::Command { title, explanation: explanation.to_owned(), code: Command::Mode(mode).code() }
}

fn numbered(number: u32, command: Command) -> command_sheet::Command {
    command_sheet::Command { title: number.to_string(), explanation: String::new(), code: command.code() }
}

fn label_named(view: &View<'_>, kind: &str, code: &str, item: Option<&Item>, symbology: Symbology) -> Result<Label> {
    match kind {
        "serial" => {
            let text = SerialCode::new(code).map_err(|_| unknown(Code::UnknownSerial, "unit has the serial", code))?;
            let mut found = view.serials_named(&text)?;
            found.retain(|record| item.is_none_or(|item| item.id == record.item));
            let record = only(found, Code::UnknownSerial, "unit has the serial", code)?;
            let item = view.item(record.item)?;
            let (code, lot, quantity) = (record.code.as_str(), record.lot.as_deref(), record.quantity);
            let thing = Thing::Serial { item: &item, code, lot, quantity };
            label(view, &thing, symbology)
        }
        "lot" => {
            let text = LotCode::new(code).map_err(|_| unknown(Code::UnknownLot, "lot has the text", code))?;
            let mut found = view.lots_named(&text)?;
            found.retain(|(of, _)| item.is_none_or(|item| item.id == *of));
            let (of, lot) = only(found, Code::UnknownLot, "lot has the text", code)?;
            let (item, lot) = (view.item(of)?, view.lot_record(lot)?);
            label(view, &Thing::Lot { item: &item, lot: &lot }, symbology)
        }
        "item" => label(view, &Thing::Item { item: &*resolve::item(view, code)? }, symbology),
        "location" => {
            let place = resolve::place(view, code)?;
            let details = vec![place.kind.word().to_owned()];
            label(view, &Thing::Plain { headline: "Place".into(), code: place.path.clone(), details }, symbology)
        }
        "partner" => {
            let partner = owner_named(view, code)?;
            let headline = capitalised(partner.kind.word());
            let (code, details) = (badge_code(view, &partner)?, vec![partner.name]);
            label(view, &Thing::Plain { headline, code, details }, symbology)
        }
        _ => {
            let order =
                view.order_named(code)?.ok_or_else(|| unknown(Code::UnknownOrder, "order has the number", code))?;
            let partner = order.partner.map(|id| view.partner(id)).transpose()?;
            let details = partner.map(|partner| vec![partner.name]).unwrap_or_default();
            let headline = format!("{} order", capitalised(order.kind.word()));
            label(view, &Thing::Plain { headline, code: order.code.to_string(), details }, symbology)
        }
    }
}

/// What stands in the bars of a partner's badge: the code, or where that names anything else too, its end of the ledger.
fn badge_code(view: &View<'_>, partner: &Partner) -> Result<String> {
    let other = match partner.kind {
        PartnerKind::Supplier => PartnerKind::Customer,
        PartnerKind::Customer => PartnerKind::Supplier,
    };
    let is_taken = view.partner_named(other, &partner.code)?.is_some()
        || view.order_named(&partner.code)?.is_some()
        || resolve::code(view, &partner.code)?.is_some();
    Ok(if is_taken { partner.place.path.clone() } else { partner.code.clone() })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn unknown(code: Code, what: &str, text: &str) -> Refusal {
    let shown = crate::codes::shown(text.as_bytes());
    Refusal::new(code, format!("no {what} {shown}"), "check the spelling; serials and lots are exact")
}

fn only<T>(mut found: Vec<T>, code: Code, what: &str, text: &str) -> Result<T> {
    match found.len() {
        0 => Err(unknown(code, what, text).into()),
        1 => found.pop().ok_or_else(|| unknown(code, what, text).into()),
        _ => {
            let message = format!("{} is the code of several items' things", crate::codes::shown(text.as_bytes()));
            Err(Refusal::new(Code::AmbiguousScan, message, "name the item with --item").into())
        }
    }
}

fn label(view: &View<'_>, thing: &Thing<'_>, symbology: Symbology) -> Result<Label> {
    let expires = |lot: &crate::ledger::LotRecord| lot.dates.expires.map(|date| format!("Expires {date}"));
    let (headline, plain, details) = match thing {
        Thing::Serial { item, code, lot, quantity } => {
            let mut details = vec![item.name.clone()];
            details.extend(item.measured(*quantity).map(|measure| format!("{measure} {}", item.unit)));
            details.extend(lot.map(|lot| format!("Lot {}", lot.code)));
            details.extend(lot.and_then(expires));
            (item.sku.to_string(), (*code).to_owned(), details)
        }
        Thing::Lot { item, lot } => {
            let mut details = vec![item.name.clone()];
            details.extend(expires(lot));
            (format!("{}, lot", item.sku), lot.code.to_string(), details)
        }
        Thing::Item { item } => (item.name.clone(), item.sku.to_string(), vec![item.unit.clone()]),
        Thing::Plain { headline, code, details } => (headline.clone(), code.clone(), details.clone()),
    };
    let code = match symbology {
        Symbology::Code128 => plain,
        Symbology::Gs1Code128 => element_string(view, thing)?,
        Symbology::Ean13 => ean(view, thing)?,
    };
    Ok(Label { symbology, code, headline, details })
}

fn gtin(view: &View<'_>, item: &Item) -> Result<String> {
    let codes = view.item_codes(item.id)?;
    let found = codes.into_iter().find_map(|code| match code {
        ItemCode::Gtin(text) => Some(text),
        ItemCode::Barcode(_) => None,
    });
    found.ok_or_else(|| {
        let message = format!("{} has no GTIN, and this symbology prints one", item.sku);
        Refusal::new(
            Code::NotValid,
            message,
            format!("scantrail item set {} --gtin GTIN, or --symbology code128", item.sku),
        )
        .into()
    })
}

fn element_string(view: &View<'_>, thing: &Thing<'_>) -> Result<String> {
    let (item, lot, serial) = match thing {
        Thing::Serial { item, code, lot, .. } => (*item, *lot, Some(*code)),
        Thing::Lot { item, lot } => (*item, Some(*lot), None),
        Thing::Item { item } => (*item, None, None),
        Thing::Plain { .. } => return Err(only_items()),
    };
    let gtin = gtin(view, item)?;
    let expires = lot.and_then(|lot| lot.dates.expires).map(|date| date.format("%y%m%d").to_string());
    let mut elements = vec![("01", gtin.as_str())];
    elements.extend(expires.as_deref().map(|date| ("17", date)));
    elements.extend(lot.map(|lot| ("10", lot.code.as_str())));
    elements.extend(serial.map(|serial| ("21", serial)));
    Ok(gs1_element_string(&elements))
}

fn ean(view: &View<'_>, thing: &Thing<'_>) -> Result<String> {
    let Thing::Item { item } = thing else { return Err(only_items()) };
    let gtin = gtin(view, item)?;
    let found = Gtin::new(&gtin).ok().and_then(|gtin| gtin.ean13().map(str::to_owned));
    found.ok_or_else(|| {
        let message = format!("the GTIN {gtin} of {} has no EAN-13: it is the number of a case", item.sku);
        Refusal::new(Code::NotValid, message, "use --symbology gs1-128").into()
    })
}

fn only_items() -> OpError {
    let message = "this symbology prints the GTIN of an item, and this thing has none";
    Refusal::new(Code::NotValid, message, "use --symbology code128").into()
}

fn sheets(
    labels: Vec<Label>,
    request: &LabelRequest,
    options: &PdfOptions,
    progress: &dyn Fn(usize, usize),
) -> Result<Paper> {
    let copies = request.copies.max(1);
    let copied: Vec<Label> = labels.into_iter().flat_map(|label| std::iter::repeat_n(label, copies)).collect();
    let mut result = Paper::default();
    for (index, part) in copied.chunks(MOST_LABELS_PER_FILE).enumerate() {
        let start = if index == 0 { request.start } else { 1 };
        let identity = format!("{} part {index}", options.identity);
        let printed = print(&label_pages(part, request.stock, start)?, &PdfOptions { identity, ..options.clone() })?;
        result.files.push(printed.bytes);
        result.missing_characters.extend(printed.missing_characters);
        progress((index * MOST_LABELS_PER_FILE + part.len()).min(copied.len()), copied.len());
    }
    result.missing_characters.sort_unstable();
    result.missing_characters.dedup();
    Ok(result)
}

// ---- sheets and slips ------------------------------------------------------------------------------------------------

/// The pick sheet of an `allocate` (everything that is set aside for the order after it) or of a `pick` (what it took).
///
/// # Errors
/// What the database says, and what cannot be printed.
pub fn pick_sheet_of(view: &View<'_>, operation: &RecordedOperation) -> Result<Paper> {
    let order = operation.order.map(|order| view.order(order)).transpose()?;
    let lines = match &order {
        Some(order) if operation.kind == "allocate" => {
            view.claimed_after(view.claim_of(order.id, Stage::Allocated)?, operation.number)?
        }
        _ => {
            let mut lines: Vec<RecordedLine> = moved(operation).cloned().collect();
            lines.sort_by(|one, two| one.from.place.path.cmp(&two.from.place.path));
            lines
        }
    };
    let partner = partner_name(view, operation)?;
    let sheet = PickSheet {
        order: order.map(|order| order.code.to_string()).unwrap_or_default(),
        partner,
        operation: Some(operation.number.0),
        printed_for: vec![
            ("Operator".to_owned(), operation.stamp.operator.clone()),
            ("Date".to_owned(), operation.stamp.recorded_at.format("%Y-%m-%d %H:%M").to_string()),
        ],
        lines: grouped(&lines).into_iter().map(pick_line).collect(),
        short: short_of(operation),
    };
    paper(&pick_sheet::pages(&sheet), &of_operation("Pick sheet", operation))
}

/// The packing slip of a sale or the return slip of a return.
///
/// # Errors
/// What the database says, and what cannot be printed.
pub fn slip_of(view: &View<'_>, operation: &RecordedOperation) -> Result<Paper> {
    slip_with(view, operation, false)
}

/// The same, with a page of its own for the lots.
///
/// # Errors
/// What the database says, and what cannot be printed.
pub fn slip_with_lots_of(view: &View<'_>, operation: &RecordedOperation) -> Result<Paper> {
    slip_with(view, operation, true)
}

/// The lots of lines, each once, in the order of the lines.
fn lot_lines(lines: &[RecordedLine]) -> Vec<LotLine> {
    let mut lots: Vec<(&RecordedLine, Quantity)> = Vec::new();
    let mut index: HashMap<LotId, usize> = HashMap::new();
    for line in lines {
        let Some(lot) = &line.lot else { continue };
        match index.get(&lot.id).and_then(|at| lots.get_mut(*at)) {
            Some((_, quantity)) => *quantity = quantity.plus(line.quantity),
            None => {
                index.insert(lot.id, lots.len());
                lots.push((line, line.quantity));
            }
        }
    }
    let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let row = |(line, quantity): (&RecordedLine, Quantity)| {
        let lot = line.lot.as_ref()?;
        Some(LotLine {
            sku: line.item.sku.to_string(),
            name: line.item.name.clone(),
            lot: lot.code.to_string(),
            dates: [lot.dates.expires, lot.dates.best_before, lot.dates.made].map(date),
            quantity: format!("{} {}", quantity.display(line.item.scale), line.item.unit),
        })
    };
    lots.into_iter().filter_map(row).collect()
}

fn slip_with(view: &View<'_>, operation: &RecordedOperation, lots: bool) -> Result<Paper> {
    let slip = slip_content(view, operation, lots)?;
    paper(&slip::pages(&slip), &of_operation(&slip.heading, operation))
}

/// What a slip of an operation says, with the lots on a page of their own where that is wanted.
///
/// # Errors
/// What the database says.
pub fn slip_content(view: &View<'_>, operation: &RecordedOperation, lots: bool) -> Result<Slip> {
    let heading = match operation.kind.as_str() {
        "sell" => "Packing slip",
        "transfer" => "Transfer slip",
        _ => "Return slip",
    };
    let order = operation.order.map(|order| view.order(order)).transpose()?;
    let mut fields = vec![("Date".to_owned(), operation.stamp.at.format("%Y-%m-%d").to_string())];
    fields.push(("Operation".to_owned(), operation.number.to_string()));
    fields.extend(operation.invoice.iter().map(|invoice| ("Invoice".to_owned(), invoice.clone())));
    fields.extend(operation.reason.iter().map(|reason| ("Reason".to_owned(), reason.clone())));
    fields.extend(between_sites(operation));
    fields.extend(overridden(operation));
    let lines: Vec<RecordedLine> = moved(operation).cloned().collect();
    Ok(Slip {
        heading: heading.to_owned(),
        number: order.as_ref().map_or_else(|| operation.number.to_string(), |order| order.code.to_string()),
        number_of: if order.is_some() { "Order" } else { "Operation" }.to_owned(),
        partner: partner_name(view, operation)?,
        fields,
        lots: if lots { lot_lines(&lines) } else { Vec::new() },
        lines: grouped(&lines).into_iter().map(slip_line).collect(),
        certificates: match operation.kind.as_str() {
            "sell" => sold_certificates(view, operation)?.into_iter().map(|one| printed(&one.certificate)).collect(),
            _ => Vec::new(),
        },
    })
}

/// From which sites to which place a transfer is under way.
fn between_sites(operation: &RecordedOperation) -> Vec<(String, String)> {
    match operation.detail_document()["sent_to"].as_str() {
        Some(to) => vec![("From".to_owned(), sites_left(operation)), ("To".to_owned(), to.to_owned())],
        None => Vec::new(),
    }
}

/// What was sold although it was on hold or expired.
fn overridden(operation: &RecordedOperation) -> Vec<(String, String)> {
    let detail = operation.detail_document();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let row = |row: &serde_json::Value| {
        let lot = row["lot"].as_str().map(|lot| format!(" lot {lot}")).unwrap_or_default();
        let goods = format!("{} {}{lot}", text(row, "quantity"), text(row, "item"));
        ("Sold although held".to_owned(), format!("{goods}: {}", text(row, "held")))
    };
    detail["overridden"].as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
}

fn printed(attached: &Attached) -> AttachedFile {
    AttachedFile {
        name: crate::codes::shown(attached.name.as_bytes()),
        kind: attached.kind.clone(),
        to: attached.to(),
        hash: attached.hash.short(),
    }
}

fn partner_name(view: &View<'_>, operation: &RecordedOperation) -> Result<String> {
    let partner = operation.partner.map(|partner| view.partner(partner)).transpose()?;
    Ok(partner.map(|partner| format!("{} ({})", partner.name, partner.code)).unwrap_or_default())
}

/// The lines that moved goods, without those that only gave an allocation back.
fn moved(operation: &RecordedOperation) -> impl Iterator<Item = &RecordedLine> {
    operation.lines.iter().filter(|line| !line.gives_back())
}

/// Neighbouring lines of one item, lot and place are one line on paper.
struct Grouped<'l> {
    first: &'l RecordedLine,
    quantity: Quantity,
    serials: Vec<Rc<str>>,
}

fn grouped(lines: &[RecordedLine]) -> Vec<Grouped<'_>> {
    let mut groups: Vec<Grouped<'_>> = Vec::new();
    for line in lines {
        let same = |group: &Grouped<'_>| {
            let lot = |line: &RecordedLine| line.lot.as_ref().map(|lot| lot.id);
            group.first.item.id == line.item.id
                && lot(group.first) == lot(line)
                && group.first.from.place.id == line.from.place.id
        };
        match groups.last_mut().filter(|group| same(group)) {
            Some(group) => {
                group.quantity = group.quantity.plus(line.quantity);
                group.serials.extend(line.serial.clone());
            }
            None => groups.push(Grouped {
                first: line,
                quantity: line.quantity,
                serials: line.serial.iter().cloned().collect(),
            }),
        }
    }
    groups
}

fn pick_line(group: Grouped<'_>) -> PickLine {
    let line = group.first;
    // What is scanned of measured units is how many they are; what they measure stands beside the name.
    let (name, unit) = match line.item.measured(group.quantity) {
        Some(measure) => (format!("{}, {measure} {}", line.item.name, line.item.unit), "each".to_owned()),
        None => (line.item.name.clone(), line.item.unit.clone()),
    };
    PickLine {
        place: line.from.place.path.clone(),
        sku: line.item.sku.to_string(),
        name,
        quantity: line.item.counted(group.quantity, group.serials.len()),
        unit,
        lot: line.lot.as_ref().map(|lot| lot.code.to_string()),
        expires: line.lot.as_ref().and_then(|lot| lot.dates.expires).map(|date| date.to_string()),
        serials: group.serials.iter().map(|serial| serial.as_ref().to_owned()).collect(),
    }
}

fn slip_line(group: Grouped<'_>) -> SlipLine {
    let line = pick_line(group);
    SlipLine {
        sku: line.sku,
        name: line.name,
        quantity: line.quantity,
        unit: line.unit,
        lot: line.lot,
        expires: line.expires,
        serials: line.serials,
    }
}

/// The report of a trace.
///
/// # Errors
/// What cannot be printed.
pub fn trace_paper(trace: &Trace, now: DateTime<FixedOffset>) -> Result<Paper> {
    let subject = match &trace.subject.item {
        Some(item) => format!("{} of {item}", capitalised(trace.subject.kind.word())),
        None => capitalised(trace.subject.kind.word()),
    };
    let is_one_item = trace.subject.item.is_some();
    let (now_columns, now_rows) = filled(&NOW_COLUMNS, trace.now.iter().map(now_row).collect(), is_one_item);
    let (event_columns, events) = filled(&EVENT_COLUMNS, trace.events.iter().map(event_row).collect(), is_one_item);
    let report = TraceReport {
        subject,
        code: trace.subject.code.clone(),
        now_columns,
        now: now_rows,
        event_columns,
        events,
        files: trace.attachments.iter().map(printed).collect(),
        printed: now.format("%Y-%m-%d %H:%M").to_string(),
    };
    let identity = format!("trace {} {}", trace.subject.kind.word(), trace.subject.code);
    paper(&trace_report::pages(&report), &options(format!("Trace of {}", trace.subject.code), now, identity))
}

const NOW_COLUMNS: [&str; 7] = ["Where", "Item", "Lot", "Serial", "Quantity", "State", "Owner"];
const EVENT_COLUMNS: [&str; 10] =
    ["Operation", "When", "What", "Item", "Lot", "Serial", "From", "To", "Quantity", "Document"];

/// A table without the columns that say nothing: empty ones, and the item where all rows are of one.
fn filled(columns: &[&str], rows: Vec<Vec<String>>, is_one_item: bool) -> (Vec<String>, Vec<Vec<String>>) {
    let says = |column: &usize| {
        let is_item = columns[*column] == "Item";
        !(is_item && is_one_item) && (rows.is_empty() || rows.iter().any(|row| !row[*column].is_empty()))
    };
    let kept: Vec<usize> = (0..columns.len()).filter(says).collect();
    let cells = rows.iter().map(|row| kept.iter().map(|column| row[*column].clone()).collect());
    (kept.iter().map(|column| columns[*column].to_owned()).collect(), cells.collect())
}

fn now_row(row: &TraceNow) -> Vec<String> {
    vec![
        row.standing.place.path.clone(),
        row.item.sku.to_string(),
        row.lot.as_ref().map(|lot| lot.code.to_string()).unwrap_or_default(),
        row.serial.clone().unwrap_or_default(),
        row.quantity.display(row.item.scale),
        row.state().to_owned(),
        row.owner.clone().unwrap_or_default(),
    ]
}

fn event_row(event: &crate::store::Event) -> Vec<String> {
    let document = event.document.iter().chain(&event.invoice).cloned().collect::<Vec<_>>().join(", ");
    vec![
        event.operation.to_string(),
        event.at.format("%Y-%m-%d %H:%M").to_string(),
        event.what(),
        event.item.sku.to_string(),
        event.lot.as_ref().map(|lot| lot.code.to_string()).unwrap_or_default(),
        event.serial.clone().unwrap_or_default(),
        event.from.place.path.clone(),
        event.to.place.path.clone(),
        event.quantity.display(event.item.scale),
        document,
    ]
}
