//! Recording an operation once, however often it is asked for.

use std::collections::BTreeMap;

use super::masters::{check_length, not_valid};
use super::{Draft, Result};
use crate::codes::Reading;
use crate::ledger::{Chain, Code, Refusal};
use crate::model::Stamp;
use crate::model::limits::{
    LONGEST_FIELD, LONGEST_FIELD_NAME, LONGEST_NAME, LONGEST_REMARK, TooLong, fits, is_kept_time,
};
use crate::scan::ScanRef;
use crate::store::{CLOCK_WENT_BACK, NewOperation, RecordedOperation, Store, Writer};

/// What every writing command is given.
#[derive(Debug, Clone)]
pub struct Request {
    /// The name under which the operation may be repeated; made up when nobody gave one.
    pub op_id: String,
    /// Who, when, where.
    pub stamp: Stamp,
    /// The time was given, so it belongs to the content; a defaulted time does not.
    pub at_is_given: bool,
    /// A remark.
    pub note: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Free fields.
    pub fields: BTreeMap<String, String>,
    /// Decide and answer, but write nothing.
    pub dry_run: bool,
}

impl Request {
    /// Checks that all texts are short enough to be kept.
    ///
    /// # Errors
    /// The first that is not.
    pub fn too_long(&self) -> std::result::Result<(), TooLong> {
        fits("--op-id", &self.op_id, LONGEST_NAME)?;
        fits("--operator", &self.stamp.operator, LONGEST_NAME)?;
        fits("--station", &self.stamp.station, LONGEST_NAME)?;
        fits("--note", self.note.as_deref().unwrap_or_default(), LONGEST_REMARK)?;
        fits("--reason", self.reason.as_deref().unwrap_or_default(), LONGEST_REMARK)?;
        for (name, value) in &self.fields {
            fits("the name of a --field", name, LONGEST_FIELD_NAME)?;
            fits(&format!("the value of --field {name}"), value, LONGEST_FIELD)?;
        }
        Ok(())
    }
}

/// What was recorded, now or before.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The operation.
    pub operation: RecordedOperation,
    /// The same op id with the same content was recorded before.
    pub already_recorded: bool,
    /// Nothing was written.
    pub dry_run: bool,
    /// What people should know although everything was accepted.
    pub warnings: Vec<Warning>,
}

/// Something odd about a batch that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The stable name.
    pub code: &'static str,
    /// The line of the scan, where one is odd.
    pub line: Option<u32>,
    /// The scan as it may be shown.
    pub scan: Option<String>,
    /// What is odd.
    pub message: String,
}

impl Warning {
    /// Names what a scan holds and nobody uses.
    pub fn unused(scan: &ScanRef, unused: &[String]) -> Option<Warning> {
        let message = unused_text(unused)?;
        Some(Warning { code: "not-used", line: Some(scan.line), scan: Some(scan.shown.clone()), message })
    }
}

impl Warning {
    /// Names what says that a scan which was accepted may have been read wrongly.
    pub fn odd(scan: &ScanRef, reading: &Reading) -> Vec<Warning> {
        let warning = |odd: &crate::codes::Warning| Warning {
            code: odd.code,
            line: Some(scan.line),
            scan: Some(scan.shown.clone()),
            message: odd.message.clone(),
        };
        reading.doubts().map(warning).collect()
    }
}

impl Warning {
    /// Says that the clock of the station shows an earlier time than that of an operation before, which is named.
    fn of_clock(operation: &RecordedOperation) -> Option<Warning> {
        let detail = operation.detail_document();
        let mark = detail.get(CLOCK_WENT_BACK)?;
        let (number, recorded_at) = (mark["operation"].as_i64()?, mark["recorded_at"].as_str()?);
        let now = operation.stamp.recorded_at.to_rfc3339();
        let message = format!(
            "the clock of this station shows {now}, and operation {number} was recorded at {recorded_at} already: one of the two \
             clocks was wrong, and this operation is marked; look at the clock (date) before you go on"
        );
        Some(Warning { code: "clock-went-back", line: None, scan: None, message })
    }
}

/// What was not used, in words.
pub(super) fn unused_text(unused: &[String]) -> Option<String> {
    (!unused.is_empty()).then(|| format!("not used: {}", unused.join(" ")))
}

/// The digest of what is asked for: the command, the flags that change what is recorded, and the scans as read.
pub struct Content {
    chain: Chain,
    /// The command and its flags, for people.
    words: String,
}

impl Content {
    /// Begins with the command and what every command may be given.
    pub fn of(command: &str, request: &Request) -> Content {
        let mut content = Content { chain: Chain::alone(), words: command.to_owned() };
        content.chain.text(Some(command));
        content.flag("at", request.at_is_given.then(|| request.stamp.at.to_rfc3339()).as_deref());
        content.flag("note", request.note.as_deref());
        content.flag("reason", request.reason.as_deref());
        for (key, value) in &request.fields {
            content.flag("field", Some(&format!("{key}={value}")));
        }
        content
    }

    /// Adds a flag with a value, if it was given.
    pub fn flag(&mut self, name: &str, value: Option<&str>) {
        if let Some(text) = value {
            self.chain.text(Some(name));
            self.chain.text(value);
            self.words.push_str(&format!(" --{name}{}{text}", if text.is_empty() { "" } else { " " }));
        }
    }

    /// Adds a flag without a value, if it was given.
    pub fn switch(&mut self, name: &str, is_given: bool) {
        self.flag(name, is_given.then_some(""));
    }

    /// Adds bytes as they were read.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.chain.field(bytes);
    }

    /// The digest.
    pub fn digest(self) -> [u8; 32] {
        self.chain.finish()
    }

    /// The command and its flags, for people.
    pub fn words(&self) -> &str {
        &self.words
    }
}

/// Records an operation: in one transaction, the op id is looked up before any rule, then `decide` says what happens, and
/// everything is written. Where another station got in between, all of that is done again.
///
/// # Errors
/// `op-id-reused`, what `decide` refuses, and what the database says.
pub fn record(
    store: &Store,
    request: &Request,
    content: [u8; 32],
    mut decide: impl FnMut(&Writer<'_>) -> Result<Draft>,
) -> Result<Recorded> {
    store.write(request.dry_run, |writer| record_in(writer, request, content, &mut decide))
}

/// As [`record`], while nobody else writes: for what changes the rules that all others judge by.
///
/// # Errors
/// As [`record`].
pub fn record_alone(
    store: &Store,
    request: &Request,
    content: [u8; 32],
    mut decide: impl FnMut(&Writer<'_>) -> Result<Draft>,
) -> Result<Recorded> {
    store.write_alone(request.dry_run, |writer| record_in(writer, request, content, &mut decide))
}

/// What the flags of every command give must be kept by every engine. The command line says the same of each flag before.
fn check_texts(request: &Request) -> Result<()> {
    request.too_long().map_err(|error| not_valid(error.to_string(), "write it shorter"))?;
    match [request.stamp.at, request.stamp.recorded_at].iter().all(is_kept_time) {
        true => Ok(()),
        false => Err(not_valid("the time is not in the years 1 to 9999", "write it as 2026-11-23T10:00").into()),
    }
}

fn record_in(
    writer: &Writer<'_>,
    request: &Request,
    content: [u8; 32],
    decide: &mut impl FnMut(&Writer<'_>) -> Result<Draft>,
) -> Result<Recorded> {
    if let Some(operation) = writer.operation_with_id(&request.op_id)? {
        if operation.content != content {
            let message = format!(
                "op id {} is the one of operation {} ({}), which was something else",
                request.op_id, operation.number, operation.kind
            );
            return Err(Refusal::new(Code::OpIdReused, message, "take a new --op-id for new work").into());
        }
        writer.confirm(operation.number)?;
        return Ok(Recorded { operation, already_recorded: true, dry_run: request.dry_run, warnings: Vec::new() });
    }
    check_texts(request)?;
    let draft = decide(writer)?;
    check_length("the invoice", draft.invoice.as_deref().unwrap_or_default(), LONGEST_NAME)?;
    let operation = writer.append(NewOperation {
        op_id: request.op_id.clone(),
        content,
        kind: draft.kind.to_owned(),
        stamp: request.stamp.clone(),
        order: draft.order,
        partner: draft.partner,
        invoice: draft.invoice,
        note: request.note.clone(),
        reason: request.reason.clone(),
        fields: request.fields.clone(),
        detail: draft.detail,
        reverses: draft.reverses,
        movements: draft.movements,
        lot_dates: draft.lot_dates,
        scans: draft.scans,
    })?;
    let mut warnings = draft.warnings;
    warnings.extend(Warning::of_clock(&operation));
    Ok(Recorded { operation, already_recorded: false, dry_run: request.dry_run, warnings })
}
