//! Files that belong to lots, units and orders: attached, listed, and given back as they were.

use std::path::PathBuf;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset};

use super::record::{Warning, record};
use super::trace::{Hit, find};
use super::{Content, Draft, Recorded, Request, Result, SubjectKind, resolve};
use crate::codes::shown;
use crate::ledger::{Code, Refusal};
use crate::model::{FileHash, Item, OperationNumber, OrderId, OrderKind, SHORT_HASH};
use crate::store::{Attachment, CERTIFICATE, Store, StoredFile, Target, View, Writer};

/// The longest word for a kind of file.
const LONGEST_KIND: usize = 40;

/// `attach lot`, `attach serial`, `attach order`.
#[derive(Debug, Clone)]
pub struct Attach {
    /// To what sort of thing.
    pub to: SubjectKind,
    /// Its code.
    pub code: String,
    /// Of which item, where the code fits several.
    pub item: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// What sort of file it is.
    pub kind: String,
}

/// A file that is attached to something, with the names of things.
#[derive(Debug, Clone)]
pub struct Attached {
    /// The operation that attached it.
    pub operation: OperationNumber,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// What sort of file it is.
    pub kind: String,
    /// What it was called.
    pub name: String,
    /// What it holds.
    pub hash: FileHash,
    /// How many bytes it has.
    pub size: u64,
    /// To a lot or unit of which item.
    pub item: Option<Rc<Item>>,
    /// To which lot.
    pub lot: Option<String>,
    /// To which unit.
    pub serial: Option<String>,
    /// To which order.
    pub order: Option<String>,
}

impl Attached {
    /// To what, for people: `lot B7 of MILK-1L`.
    pub fn to(&self) -> String {
        let of = self.item.as_ref().map(|item| format!(" of {}", item.sku)).unwrap_or_default();
        let named = [("lot", &self.lot), ("serial", &self.serial), ("order", &self.order)];
        let named = named.into_iter().find_map(|(kind, code)| Some((kind, code.as_ref()?)));
        named.map(|(kind, code)| format!("{kind} {}{of}", shown(code.as_bytes()))).unwrap_or_default()
    }
}

impl Attach {
    /// Attaches the file. What it holds is on disk before the operation is.
    ///
    /// # Errors
    /// `not-valid` for the kind, `unknown-lot`, `unknown-serial`, `unknown-order`, `unknown-item`, `ambiguous-scan`; a file
    /// that cannot be kept.
    pub fn run(&self, store: &Store, request: &Request) -> Result<Recorded> {
        judge_kind(&self.kind)?;
        let incoming = store.take_in(&self.file, request.dry_run)?;
        let mut content = Content::of("attach", request);
        content.flag(self.to.word(), Some(&self.code));
        content.flag("item", self.item.as_deref());
        content.flag("kind", Some(&self.kind));
        content.flag("name", Some(&incoming.name));
        content.bytes(&incoming.hash.0);
        record(store, request, content.digest(), |writer| {
            let target = self.target(writer, request)?;
            writer.keep_file(&incoming)?;
            writer.add_attachment(&self.kind, &incoming.name, incoming.hash, target)?;
            let order = if let Target::Order(order) = target { Some(order) } else { None };
            let attached = named(
                writer,
                Attachment {
                    operation: writer.number()?,
                    at: request.stamp.at,
                    kind: self.kind.clone(),
                    name: incoming.name.clone(),
                    hash: incoming.hash,
                    size: incoming.size,
                    target,
                },
            )?;
            let detail = serde_json::json!({ "attached": {
                "kind": attached.kind, "name": attached.name, "sha256": attached.hash.to_string(), "size": attached.size,
                "item": attached.item.as_ref().map(|item| item.sku.as_str()), "lot": attached.lot,
                "serial": attached.serial, "order": attached.order,
            }});
            Ok(Draft {
                kind: "attach",
                order,
                detail: Some(detail.to_string()),
                warnings: order
                    .map(|order| self.for_nothing(writer, order))
                    .transpose()?
                    .flatten()
                    .into_iter()
                    .collect(),
                ..Draft::default()
            })
        })
    }

    fn target(&self, writer: &Writer<'_>, request: &Request) -> Result<Target> {
        let item = self.item.as_deref().map(|text| resolve::item(writer, text)).transpose()?.map(|item| item.id);
        let today = request.stamp.recorded_at.date_naive();
        let mut hits = find(writer, &self.code, item, Some(self.to), today)?;
        match (hits.pop(), hits.is_empty()) {
            (Some(hit), true) => Ok(target_of(&hit)),
            (Some(_), false) => {
                let message = format!("{} is a {} of several items", shown(self.code.as_bytes()), self.to.word());
                Err(Refusal::new(Code::AmbiguousScan, message, "name the item with --item").into())
            }
            (None, _) => Err(unknown(self.to, &self.code).into()),
        }
    }

    /// A certificate counts for what was received on an order, and nothing is received on a sales order.
    fn for_nothing(&self, view: &View<'_>, order: OrderId) -> Result<Option<Warning>> {
        let order = view.order(order)?;
        let counts = order.kind == OrderKind::Purchase || self.kind != CERTIFICATE;
        let message = format!(
            "{} is a {} order: a certificate counts for the goods that were received on a purchase order",
            order.code,
            order.kind.word()
        );
        Ok((!counts).then_some(Warning { code: "not-counted", line: None, scan: None, message }))
    }
}

fn unknown(kind: SubjectKind, code: &str) -> Refusal {
    let shown = shown(code.as_bytes());
    match kind {
        SubjectKind::Lot => Refusal::new(
            Code::UnknownLot,
            format!("no lot has the text {shown}"),
            "lots are exact; a certificate that comes before the goods can be attached to their order",
        ),
        SubjectKind::Serial => Refusal::new(
            Code::UnknownSerial,
            format!("no unit has the serial {shown}"),
            "serials are exact; a certificate that comes before the goods can be attached to their order",
        ),
        SubjectKind::Order => {
            Refusal::new(Code::UnknownOrder, format!("no order has the number {shown}"), "scantrail order list")
        }
    }
}

/// Kinds are words in kebab case, so that nobody has to guess how one is spelled.
fn judge_kind(kind: &str) -> Result<()> {
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit());
    if kind.len() <= LONGEST_KIND && kind.split('-').all(is_part) {
        return Ok(());
    }
    let message = format!("{} is no kind of file", shown(kind.as_bytes()));
    let hint = format!(
        "small letters a to z, digits and hyphens, {LONGEST_KIND} at the most: certificate, test-report, photo"
    );
    Err(Refusal::new(Code::NotValid, message, hint).into())
}

pub(super) fn target_of(hit: &Hit) -> Target {
    match hit {
        Hit::Serial(item, serial) => Target::Serial(*item, *serial),
        Hit::Lot(item, lot) => Target::Lot(*item, *lot),
        Hit::Order(order) => Target::Order(order.id),
    }
}

/// An attachment with the names of things.
pub(super) fn named(view: &View<'_>, one: Attachment) -> Result<Attached> {
    let (item, lot, serial, order) = match one.target {
        Target::Lot(item, lot) => (Some(item), Some(view.lot_record(lot)?.code.to_string()), None, None),
        Target::Serial(item, serial) => (Some(item), None, view.serial_code(serial)?, None),
        Target::Order(order) => (None, None, None, Some(view.order(order)?.code.to_string())),
    };
    Ok(Attached {
        operation: one.operation,
        at: one.at,
        kind: one.kind,
        name: one.name,
        hash: one.hash,
        size: one.size,
        item: item.map(|item| view.item(item)).transpose()?,
        lot,
        serial,
        order,
    })
}

/// What is attached to a lot, a unit or an order itself, or to anything.
///
/// # Errors
/// `unknown-lot`, `unknown-serial`, `unknown-order`, `unknown-item`; what the database says.
pub fn attachments(
    view: &View<'_>,
    of: Option<(SubjectKind, &str)>,
    item: Option<&str>,
    today: chrono::NaiveDate,
) -> Result<Vec<Attached>> {
    let item = item.map(|text| resolve::item(view, text)).transpose()?.map(|item| item.id);
    let found = match of {
        None => view.attachments()?,
        Some((kind, code)) => {
            let targets: Vec<Target> = find(view, code, item, Some(kind), today)?.iter().map(target_of).collect();
            if targets.is_empty() {
                return Err(unknown(kind, code).into());
            }
            view.attachments_of(&targets, OperationNumber(i64::MAX))?
        }
    };
    found.into_iter().map(|one| named(view, one)).collect()
}

/// A kept file, by the number of the operation that attached it or by the first digits of its hash. It is also given when
/// the attachment was undone.
///
/// # Errors
/// `unknown-code`, `ambiguous-scan`; [`crate::store::StoreError::FileDamaged`].
pub fn kept_file(view: &View<'_>, text: &str) -> Result<StoredFile> {
    let text = text.trim();
    if let Some(attached) =
        text.parse().ok().map(|number| view.attachment(OperationNumber(number))).transpose()?.flatten()
    {
        return Ok(view.file(attached.hash)?);
    }
    let found = match FileHash::range(text) {
        Some((first, last)) => view.files_between(first, last)?,
        None => Vec::new(),
    };
    match found.as_slice() {
        [hash] => Ok(view.file(*hash)?),
        [] => {
            let message = format!(
                "{} is neither an operation that attached a file nor the SHA-256 of one, of which the first {SHORT_HASH} digits are \
                 enough",
                shown(text.as_bytes())
            );
            Err(Refusal::new(Code::UnknownCode, message, "scantrail attach list").into())
        }
        _ => {
            let message = format!("several files begin with {text}");
            Err(Refusal::new(Code::AmbiguousScan, message, "give more digits: scantrail attach list --json").into())
        }
    }
}
