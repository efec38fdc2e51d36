//! Our own lot and serial numbers, made from templates while goods are received.

use chrono::NaiveDate;

use super::batch::Frame;
use super::masters::not_valid;
use super::{Content, Request, Result, site};
use crate::codes::{NumberFault, Template, Values};
use crate::ledger::{Code, Refusal};
use crate::model::limits::{LONGEST_NAME, fits};
use crate::model::{Item, LotCode, SerialCode};
use crate::scan::{Framed, Plan, Scan};
use crate::store::{View, Writer};

/// The most serials that one operation makes.
pub const MOST_NEW_SERIALS: u32 = 100_000;

/// How many numbers that are taken are passed over before it is given up.
const MOST_PASSED_OVER: u64 = 1_000_000;

/// So many numbers are looked at together.
const FEWEST_AT_ONCE: usize = 64;

/// Which numbers are to be made.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// So many serials, one for each new unit.
    pub new_serials: Option<u32>,
    /// One lot for the whole batch.
    pub new_lot: bool,
    /// The size class of the units.
    pub size: Option<String>,
    /// How much each new unit measures.
    pub measure: Option<String>,
    /// How serials are made, if not as the item's rules say.
    pub serial_template: Option<String>,
    /// How lots are made, if not as the item's rules say.
    pub lot_template: Option<String>,
}

/// The numbers that were made.
#[derive(Debug, Clone, Default)]
pub(super) struct NewNumbers {
    /// The lot of the batch.
    pub lot: Option<LotCode>,
    /// What somebody would have scanned: the quantity, then each serial.
    pub scans: Vec<Framed>,
}

/// One serial by the template of an item, for goods that are at a place already.
///
/// # Errors
/// As [`Numbers::make`].
pub(super) fn one_serial(writer: &Writer<'_>, item: &Item, at: &str, request: &Request) -> Result<SerialCode> {
    let numbers = Numbers::default();
    let site = Some(site::of(writer, at)?);
    let day = request.stamp.day();
    let purpose = Purpose { item, order: None, site, supplier: None, document: None, size: None, day };
    let made = numbers.numbers(writer, &purpose, Kind::Serial, 1)?;
    made.first()
        .and_then(|text| SerialCode::new(text).ok())
        .ok_or_else(|| Refusal::new(Code::NotValid, "the template made no serial", "give it another template").into())
}

/// What the numbers of a batch are made for.
struct Purpose<'p> {
    item: &'p Item,
    order: Option<&'p str>,
    /// The root of the place where the goods go, and the prefix of that site.
    site: Option<(String, String)>,
    supplier: Option<String>,
    document: Option<&'p str>,
    size: Option<&'p str>,
    day: NaiveDate,
}

impl Purpose<'_> {
    fn values(&self) -> Values<'_> {
        Values {
            date: Some(self.day),
            order: self.order,
            item: Some(self.item.sku.as_str()),
            site: self.site.as_ref().map(|(_, prefix)| prefix.as_str()),
            size: self.size,
            supplier: self.supplier.as_deref(),
            document: self.document,
        }
    }
}

/// What a number is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lot,
    Serial,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Lot => "lot",
            Kind::Serial => "serial",
        }
    }
}

impl Numbers {
    /// True when any number is to be made.
    pub fn are_wanted(&self) -> bool {
        self.new_lot || self.new_serials.is_some()
    }

    /// Adds what was asked for to the content of the op id. The numbers themselves are not part of it: a repeated
    /// operation has those of the first time.
    pub fn describe(&self, content: &mut Content) {
        content.flag("new-serials", self.new_serials.map(|count| count.to_string()).as_deref());
        content.switch("new-lot", self.new_lot);
        content.flag("size", self.size.as_deref());
        content.flag("each-measure", self.measure.as_deref());
        content.flag("serial-template", self.serial_template.as_deref());
        content.flag("lot-template", self.lot_template.as_deref());
    }

    /// Makes the numbers. Those that are taken already, because somebody typed them, are passed over.
    ///
    /// # Errors
    /// `not-valid`: there is no template, or it needs what is not known here.
    pub(super) fn make(
        &self,
        writer: &Writer<'_>,
        plan: &Plan,
        frame: &Frame,
        document: Option<&str>,
        request: &Request,
    ) -> Result<NewNumbers> {
        let purpose = self.purpose(writer, plan, frame, document, request)?;
        let mut made = NewNumbers::default();
        if self.new_lot {
            let lots = self.numbers(writer, &purpose, Kind::Lot, 1)?;
            made.lot = lots.first().and_then(|lot| LotCode::new(lot).ok());
        }
        if let Some(count) = self.new_serials {
            self.is_whole(&purpose, plan)?;
            let serials = self.numbers(writer, &purpose, Kind::Serial, count)?;
            let measure = self.measure.as_ref();
            let units = serials.into_iter().flat_map(|serial| std::iter::once(serial).chain(measure.cloned()));
            let texts = std::iter::once(count.to_string()).chain(units);
            made.scans = (1..).zip(texts).map(|(line, text)| Framed::Scan(Scan::new(line, text))).collect();
        }
        Ok(made)
    }

    /// New units need all that a scan would say of them.
    fn is_whole(&self, purpose: &Purpose<'_>, plan: &Plan) -> Result<()> {
        let item = purpose.item;
        let missing = if item.rules.is_measured && self.measure.is_none() {
            Some(("each unit has a measure", "how much each of them measures: --each-measure NUMBER"))
        } else if item.tracking.by_lot() && plan.lot.is_none() && !self.new_lot {
            Some(("each unit belongs to a lot", "which one: --lot LOT, or --new-lot"))
        } else {
            None
        };
        let Some((why, hint)) = missing else { return Ok(()) };
        let message = format!("new serials of {} are not enough: {why}", item.sku);
        Err(Refusal::new(Code::NotValid, message, format!("say {hint}")).into())
    }

    /// The lot that would be made now, for a live session: another station may take it until the batch is recorded.
    ///
    /// # Errors
    /// As [`Numbers::make`].
    pub(super) fn next_lot(
        &self,
        view: &View<'_>,
        plan: &Plan,
        frame: &Frame,
        document: Option<&str>,
        request: &Request,
    ) -> Result<Option<LotCode>> {
        if !self.new_lot {
            return Ok(None);
        }
        let purpose = self.purpose(view, plan, frame, document, request)?;
        let template = self.template(view, &purpose, Kind::Lot)?;
        let fault = |fault: NumberFault| not_made(&purpose, Kind::Lot, &fault);
        let scope = template.scope(&purpose.values()).map_err(fault)?;
        let next = view.last_in_sequence(&scope_of(Kind::Lot, &scope))? + 1;
        let number = template.number(&purpose.values(), next).map_err(fault)?;
        Ok(LotCode::new(&number).ok())
    }

    fn purpose<'p>(
        &'p self,
        view: &View<'_>,
        plan: &'p Plan,
        frame: &'p Frame,
        document: Option<&'p str>,
        request: &Request,
    ) -> Result<Purpose<'p>> {
        let Some(item) = plan.item.as_deref() else {
            let message = "numbers are made for one item, and none is named";
            return Err(Refusal::new(Code::NotValid, message, "name it: --item SKU").into());
        };
        let site = frame.to.as_ref().map(|place| site::of(view, &place.path)).transpose()?;
        let supplier = frame.supplier.map(|(partner, _)| view.partner(partner)).transpose()?;
        Ok(Purpose {
            item,
            order: plan.order.as_ref().map(|order| order.code.as_str()),
            site,
            supplier: supplier.map(|partner| partner.code),
            document: document.or_else(|| plan.order.as_ref().map(|order| order.code.as_str())),
            size: self.size.as_deref(),
            day: request.stamp.day(),
        })
    }

    /// The template on the command line, else the one of the item, else the one of the site.
    fn template(&self, view: &View<'_>, purpose: &Purpose<'_>, kind: Kind) -> Result<Template> {
        let item = purpose.item;
        let (given, of_item, fits) = match kind {
            Kind::Lot => (&self.lot_template, &item.rules.lot_template, item.tracking.by_lot()),
            Kind::Serial => (&self.serial_template, &item.rules.serial_template, item.tracking.by_serial()),
        };
        let word = kind.word();
        if !fits {
            let message = format!("{} has no {word}s", item.sku);
            return Err(Refusal::new(Code::NotValid, message, format!("scantrail item show {}", item.sku)).into());
        }
        let of_site = match (given, of_item, &purpose.site) {
            (None, None, Some((root, _))) => site::template_of(view, root, word)?,
            _ => None,
        };
        let text = given.as_ref().or(of_item.as_ref()).or(of_site.as_ref()).ok_or_else(|| {
            let message = format!("nothing says how {word}s of {} are made", item.sku);
            let example = if kind == Kind::Lot { "L{yyjjj}-{seq:2}" } else { "S{yy}{seq:6}" };
            Refusal::new(
                Code::NotValid,
                message,
                format!("scantrail item set {} --{word}-template \"{example}\"", item.sku),
            )
        })?;
        parsed(text, word).map_err(Into::into)
    }

    fn numbers(&self, writer: &Writer<'_>, purpose: &Purpose<'_>, kind: Kind, count: u32) -> Result<Vec<String>> {
        let template = self.template(writer, purpose, kind)?;
        let values = purpose.values();
        let fault = |fault: NumberFault| not_made(purpose, kind, &fault);
        let scope = scope_of(kind, &template.scope(&values).map_err(fault)?);
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        // The first number is taken at once, so that no other station looks for free ones at the same time.
        let first = writer.take_from_sequence(&scope, 1)?;
        let (mut next, mut made) = (first, Vec::new());
        while made.len() < wanted && next - first < MOST_PASSED_OVER {
            let chunk = next..next + (wanted - made.len()).max(FEWEST_AT_ONCE) as u64;
            let numbers = chunk.clone().map(|sequence| template.number(&values, sequence));
            let numbers = numbers.collect::<std::result::Result<Vec<String>, _>>().map_err(fault)?;
            let is_free = free(writer, purpose.item, kind, &numbers)?;
            for ((sequence, number), is_free) in chunk.zip(numbers).zip(is_free) {
                if made.len() < wanted {
                    next = sequence + 1;
                    made.extend(is_free.then_some(number));
                }
            }
        }
        if made.len() < wanted {
            let message = format!("the next {MOST_PASSED_OVER} numbers of {} are taken already", purpose.item.sku);
            return Err(Refusal::new(Code::NotValid, message, "give it another template").into());
        }
        if let Some(more) = u32::try_from(next - first - 1).ok().filter(|more| *more > 0) {
            writer.take_from_sequence(&scope, more)?;
        }
        Ok(made)
    }
}

/// Lots and serials are counted apart, also by templates that look alike.
fn scope_of(kind: Kind, scope: &str) -> String {
    format!("{} {scope}", kind.word())
}

/// Reads a template.
///
/// # Errors
/// `not-valid`, with what is wrong with it.
pub(super) fn parsed(text: &str, word: &str) -> std::result::Result<Template, Refusal> {
    // The numbers of a template are counted under its text.
    fits("the template", text, LONGEST_NAME).map_err(|error| not_valid(error.to_string(), "write it shorter"))?;
    Template::parse(text).map_err(|fault| {
        let message = format!("the {word} template {} is none: {fault}", crate::codes::shown(text.as_bytes()));
        Refusal::new(Code::NotValid, message, "docs/numbers.md lists the fields; such as S{yy}{seq:6}")
    })
}

fn not_made(purpose: &Purpose<'_>, kind: Kind, fault: &NumberFault) -> Refusal {
    let message = format!("no {} of {} can be made: {fault}", kind.word(), purpose.item.sku);
    Refusal::new(Code::NotValid, message, "give what the template needs, or change the template: scantrail item set")
}

/// Which of the numbers nothing of the item has yet.
fn free(view: &View<'_>, item: &Item, kind: Kind, numbers: &[String]) -> Result<Vec<bool>> {
    if kind == Kind::Lot {
        let is_free = |number: &String| match LotCode::new(number) {
            Ok(lot) => Ok(view.lot(item.id, &lot)?.is_none()),
            Err(_) => Ok(true),
        };
        return numbers.iter().map(is_free).collect();
    }
    let codes: Vec<Option<SerialCode>> = numbers.iter().map(|number| SerialCode::new(number).ok()).collect();
    view.find_serials_ahead(&codes.iter().flatten().cloned().collect::<Vec<_>>())?;
    let is_free = |code: &Option<SerialCode>| match code {
        Some(code) => Ok(view.serial(item.id, code)?.is_none()),
        None => Ok(true),
    };
    codes.iter().map(is_free).collect()
}
