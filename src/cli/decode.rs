//! `decode`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::context::Context;
use super::failure::Failure;
use super::output::{self, safe};
use crate::codes::{self, Confidence, Decoded, EmbeddedRule, Kind, Profile, Reading, Rules, Scanned, title_of_element};
use crate::ops::{House, OpError, decoded_by_any, facts_for_scan};
use crate::scan::{Framed, Framer, MOST_BYTES, frames_by, repaired};
use crate::store::{Address, Store};

/// Show what scans say
///
/// Every element, what it means, how certain that is, and what else it may be. Nothing is written, and no database is needed; with one, known items and lots settle what a scan alone cannot.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  scantrail decode --scans delivery.txt
  printf ']d2010952123454321310B7\\n' | scantrail decode --json
  scantrail decode --setting 'gs=#' --setting 'prefix=~' --scans try.txt
  scantrail decode --ean-rule 'weight=21.....{NNDDD}' --today 2026-11-25
  echo '(01)09521234543213(10)B7' | scantrail decode --typed")]
pub struct Args {
    /// Read the scans from a file, one on each line, instead of stdin
    #[arg(long, value_name = "FILE")]
    scans: Option<PathBuf>,
    /// The day by which dates with two-digit years are read [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<NaiveDate>,
    /// Undo this too, beside the station's profile: prefix=, suffix=, gs=, caps=invert, case=lower, encoding=, char=, …
    #[arg(long = "setting", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// EAN codes of this form hold a weight, a price or a count
    #[arg(long = "ean-rule", value_name = "KIND=PATTERN", value_parser = ean_rule)]
    ean_rules: Vec<EmbeddedRule>,
    /// A word in front of lots that does not belong to them
    #[arg(long = "lot-word", value_name = "WORD")]
    lot_words: Vec<String>,
    /// Take texts such as Q2500 and 1TL240529A for data identifiers with their values
    #[arg(long)]
    data_identifiers: bool,
    /// The lines were typed from labels: elements may stand in brackets
    #[arg(long)]
    typed: bool,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    crate::model::limits::date(text).ok_or_else(|| "write a date as 2026-11-23".to_owned())
}

fn ean_rule(text: &str) -> Result<EmbeddedRule, String> {
    EmbeddedRule::parse(text).map_err(|fault| fault.to_string())
}

impl Args {
    /// What the command line says, before what the house says.
    fn rules(&self, house: &Rules) -> Rules {
        let further = |own: &[String], house: &[String]| own.iter().chain(house).cloned().collect();
        Rules {
            embedded: self.ean_rules.iter().chain(&house.embedded).cloned().collect(),
            data_identifiers: self.data_identifiers || house.data_identifiers,
            lot_words: further(&self.lot_words, &house.lot_words),
        }
    }
}

/// A scan, and what was made of it.
pub struct Entry {
    line: u32,
    raw: String,
    scanned: Scanned,
    refused: Option<(&'static str, String)>,
    /// What the patterns of makers say of its serial, or of a plain text.
    decoded: Vec<Decoded>,
}

/// Runs the command.
pub fn run(args: &Args, context: &Context) -> super::Result {
    let mut profile = context.profile()?;
    for setting in &args.settings {
        profile.set(setting).map_err(|fault| Failure::usage(format!("--setting: {fault}")))?;
    }
    let today = args.today.unwrap_or_else(|| context.now().date_naive());
    let store = known(context)?;
    let house = match &store {
        Some(store) => store.read(|view| House::of(view, today))?,
        None => House::without_rules(today),
    };
    let decoder = Decoder { rules: args.rules(house.rules()), profile, typed: args.typed, today, store };
    let entries = match &args.scans {
        Some(path) => {
            let name = path.display().to_string();
            let file = std::fs::File::open(path).map_err(|error| Failure::file(&name, &error))?;
            decoder.entries(BufReader::new(file), &name)?
        }
        None => decoder.entries(std::io::stdin().lock(), "stdin")?,
    };
    if context.globals.json {
        let scans: Vec<Value> = entries.iter().map(document).collect();
        return output::result(&output::json(&json!({ "scans": scans })));
    }
    output::result(&entries.iter().map(text).collect::<Vec<_>>().join("\n"))
}

/// The database, when there is one.
fn known(context: &Context) -> Result<Option<Store>, Failure> {
    let is_named = context.globals.db.is_some();
    match context.database() {
        Ok(_) if is_named => context.store().map(Some),
        Ok(Address::File(path)) if !path.exists() => Ok(None),
        Ok(Address::File(_)) => context.store().map(Some),
        Ok(server @ Address::Server(_)) => match context.store() {
            Ok(store) => Ok(Some(store)),
            Err(_) => {
                context.tell(&format!("warning: {server} cannot be asked, so nothing is known of items and lots"));
                Ok(None)
            }
        },
        Err(failure) if is_named => Err(failure),
        Err(_) => Ok(None),
    }
}

/// Reads scans by rules and a profile.
pub struct Decoder {
    rules: Rules,
    profile: Profile,
    typed: bool,
    today: NaiveDate,
    store: Option<Store>,
}

impl Decoder {
    /// One that knows nothing but a profile.
    pub fn of(profile: Profile, today: NaiveDate) -> Decoder {
        Decoder { rules: Rules::default(), profile, typed: false, today, store: None }
    }

    /// What was made of every scan of a stream.
    ///
    /// # Errors
    /// The stream or the database cannot be read.
    pub fn entries(&self, reader: impl BufRead, name: &str) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        for framed in frames_by(reader, Framer::new().keeping_tabs(self.profile.keeps_tabs())) {
            let framed = framed.map_err(|error| Failure::file(name, &error))?;
            for framed in repaired(framed, &self.profile) {
                entries.push(self.entry(&framed)?);
            }
        }
        Ok(entries)
    }

    fn entry(&self, framed: &Framed) -> Result<Entry, Failure> {
        let nothing = || Scanned { reading: Reading::default(), fault: None };
        let (scanned, refused) = match framed {
            Framed::Scan(scan) => {
                let mut scanned = self.scanned(&scan.bytes);
                scanned.reading = self.settled(scanned.reading)?;
                let refused = scanned.fault.as_ref().map(|fault| (codes::Unreadable::CODE, fault.to_string()));
                (scanned, refused)
            }
            Framed::NotRepaired { why, .. } => (nothing(), Some((codes::Unreadable::CODE, why.clone()))),
            Framed::TooLong { length, .. } => {
                let message = format!("the scan has {length} bytes, and a barcode has at most {MOST_BYTES}");
                (nothing(), Some(("scan-too-long", message)))
            }
        };
        let decoded = self.decoded(&scanned.reading)?;
        Ok(Entry { line: framed.line(), raw: framed.shown(), scanned, refused, decoded })
    }

    fn decoded(&self, reading: &Reading) -> Result<Vec<Decoded>, Failure> {
        let text = reading.serial.as_ref().map(|serial| serial.as_str()).or(reading.plain());
        match (&self.store, text) {
            (Some(store), Some(text)) => {
                Ok(store.read(|view| decoded_by_any(view, text, self.today)).map_err(|error: OpError| error)?)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn scanned(&self, bytes: &[u8]) -> Scanned {
        let typed = std::str::from_utf8(bytes).ok().filter(|_| self.typed);
        match typed.map(|text| codes::read_typed(text, self.today)) {
            Some(Ok(reading)) => reading.into(),
            Some(Err(fault)) => Scanned { reading: Reading::default(), fault: Some(fault) },
            None => codes::read_by(bytes, &self.rules, self.today),
        }
    }

    fn settled(&self, reading: Reading) -> Result<Reading, Failure> {
        let questions = reading.questions();
        match &self.store {
            Some(store) if questions != codes::Questions::default() => {
                let facts = store.read(|view| facts_for_scan(view, &questions)).map_err(|error: OpError| error)?;
                Ok(reading.settle(&facts))
            }
            _ => Ok(reading),
        }
    }
}

/// A plain number with a right check digit is most likely an EAN, UPC or ITF-14 code whose identifier was not sent.
fn is_number_of_item(reading: &Reading) -> bool {
    let is_number_symbol = reading.symbology.as_deref().is_none_or(|one| one.starts_with("]I"));
    reading.kind == Kind::Plain && reading.gtin_candidate.is_some() && is_number_symbol
}

fn kind(reading: &Reading) -> &'static str {
    match reading.kind {
        Kind::Gs1 => "gs1",
        Kind::DigitalLink => "digital-link",
        Kind::Ean => "ean",
        Kind::Plain if is_number_of_item(reading) => "ean",
        Kind::SupplierLabel => "mh10",
        Kind::Hibc => "hibc",
        Kind::Isbt => "isbt",
        Kind::Plain => "plain",
        Kind::Command(_) => "command",
    }
}

fn item(reading: &Reading) -> Option<String> {
    let number = reading.item.as_ref().or(reading.gtin_candidate.as_ref().filter(|_| is_number_of_item(reading)));
    number.map(ToString::to_string).or_else(|| reading.item_codes.first().cloned())
}

fn confidence(entry: &Entry) -> &'static str {
    match entry.scanned.reading.confidence {
        Confidence::Ambiguous => "ambiguous",
        Confidence::Guess => "guess",
        Confidence::Sure if entry.refused.is_some() => "guess",
        Confidence::Sure => "sure",
    }
}

/// What a reading says, as far as the readings beside the literal one have it too.
fn said(reading: &Reading) -> Value {
    json!({
        "kind": kind(reading), "elements": reading.elements, "text": reading.text, "item": item(reading),
        "lot": reading.lot.as_ref().map(|lot| lot.as_str()),
        "serial": reading.serial.as_ref().map(|serial| serial.as_str()),
        "expires": reading.dates.expires.map(|date| date.to_string()),
        "quantity": reading.count, "measure": reading.measure.as_ref().map(|measure| &measure.value),
    })
}

/// One scan as a document.
pub fn document(entry: &Entry) -> Value {
    let reading = &entry.scanned.reading;
    let refused = entry.refused.as_ref().map(|(code, message)| {
        json!({ "code": code, "message": message, "hint": "scan it again, and look at the label; docs/scanners.md" })
    });
    let warnings: Vec<Value> =
        reading.warnings.iter().map(|warning| json!({ "code": warning.code, "message": warning.message })).collect();
    json!({
        "line": entry.line, "raw": entry.raw, "symbology": reading.symbology, "kind": kind(reading),
        "elements": reading.elements, "readings": reading.readings.iter().map(said).collect::<Vec<_>>(),
        "item": item(reading), "lot": reading.lot.as_ref().map(|lot| lot.as_str()),
        "serial": reading.serial.as_ref().map(|serial| serial.as_str()),
        "expires": reading.dates.expires.map(|date| date.to_string()),
        "quantity": reading.count, "measure": reading.measure.as_ref().map(|measure| &measure.value),
        "confidence": confidence(entry), "warnings": warnings, "refused": refused,
        "unit": reading.measure.as_ref().map(|measure| measure.unit).filter(|unit| !unit.is_empty()),
        "price": reading.price, "container": reading.container, "place": reading.place,
        "best_before": reading.dates.best_before.map(|date| date.to_string()),
        "made": reading.dates.made.map(|date| date.to_string()), "item_codes": reading.item_codes,
        "patterns": entry.decoded.iter().map(pattern_document).collect::<Vec<_>>(),
    })
}

/// One scan for people: a line that says what it is, then a row for each element, then what it means.
pub fn text(entry: &Entry) -> String {
    let reading = &entry.scanned.reading;
    let symbology = reading.symbology.as_deref().map(|one| format!(" {}", safe(one))).unwrap_or_default();
    let mut text = format!("{}: {}\n", entry.line, entry.raw);
    text.push_str(&format!("  {}{symbology}, {}\n", kind(reading), confidence(entry)));
    let elements = reading.elements.iter().map(|(identifier, value)| {
        let title = title_of_element(identifier).filter(|_| reading.has_elements_of_gs1()).unwrap_or_default();
        [format!("({})", safe(identifier)), safe(value), title.to_owned()]
    });
    text.push_str(&aligned(&elements.collect::<Vec<_>>()));
    text.push_str(&aligned(&meanings(reading)));
    for decoded in &entry.decoded {
        text.push_str(&format!("  pattern {}\n", safe(&decoded.pattern)));
        text.push_str(&aligned(&facts(decoded)));
    }
    for other in &reading.readings {
        text.push_str(&format!("  or  {}\n", safe(&other.in_brackets())));
    }
    for warning in &reading.warnings {
        text.push_str(&format!("  warning [{}] {}\n", warning.code, warning.message));
    }
    if let Some((code, message)) = &entry.refused {
        text.push_str(&format!("  refused [{code}] {message}\n"));
    }
    text
}

/// What a pattern says, as rows.
fn facts(decoded: &Decoded) -> Vec<[String; 3]> {
    let known = [
        ("maker", decoded.maker.clone()),
        ("model", decoded.model.clone()),
        ("made", decoded.made.map(|made| made.to_string())),
        ("plant", decoded.plant.clone()),
        ("number", decoded.sequence.clone()),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let all = known.chain(decoded.further.iter().cloned());
    all.map(|(name, value)| [format!("  {}", safe(&name)), safe(&value), String::new()]).collect()
}

fn pattern_document(decoded: &Decoded) -> Value {
    let further: serde_json::Map<String, Value> =
        decoded.further.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({
        "pattern": decoded.pattern, "maker": decoded.maker, "model": decoded.model,
        "made": decoded.made.map(|made| made.to_string()), "plant": decoded.plant, "sequence": decoded.sequence,
        "further": further,
    })
}

fn meanings(reading: &Reading) -> Vec<[String; 3]> {
    let measure = reading.measure.as_ref().map(|measure| format!("{} {}", measure.value, measure.unit));
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
    [
        ("item", item(reading)),
        ("lot", reading.lot.as_ref().map(ToString::to_string)),
        ("serial", reading.serial.as_ref().map(ToString::to_string)),
        ("expires", date(reading.dates.expires)),
        ("best before", date(reading.dates.best_before)),
        ("made", date(reading.dates.made)),
        ("quantity", reading.count.clone()),
        ("measure", measure.map(|text| text.trim_end().to_owned())),
        ("price", reading.price.clone()),
        ("container", reading.container.clone()),
        ("place", reading.place.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some([name.to_owned(), safe(&value?), String::new()]))
    .collect()
}

/// Rows of three columns, without a header.
fn aligned(rows: &[[String; 3]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths = [width(0), width(1)];
    let pad = |cell: &str, width: usize| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())));
    let line = |row: &[String; 3]| {
        let line = format!("  {}  {}  {}", pad(&row[0], widths[0]), pad(&row[1], widths[1]), row[2]);
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}
