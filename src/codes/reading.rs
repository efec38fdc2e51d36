//! What one scan says.

use super::{Command, Decided, Gtin, Unreadable, shown};
use crate::model::{LotCode, LotDates, SerialCode};

/// What sort of code was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// GS1 elements.
    Gs1,
    /// GS1 elements in a GS1 Digital Link URI.
    DigitalLink,
    /// An EAN or UPC code, because the scanner said so.
    Ean,
    /// A supplier's label: data identifiers of MH10.8.2, or the fields of a supplier who has names of his own.
    SupplierLabel,
    /// An HIBC code.
    Hibc,
    /// An ISBT 128 code.
    Isbt,
    /// Any other text: an item, lot, serial, place or quantity, as whoever asked for it decides.
    #[default]
    Plain,
    /// One of scantrail's command scans.
    Command(Command),
}

/// How certain it is that a scan says what it was read to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Confidence {
    /// The code says itself what it is, or a profile does.
    #[default]
    Sure,
    /// It was recognised by its looks, or repaired, or something about it is suspicious.
    Guess,
    /// It can be read in several ways, and nothing in it says which one is meant.
    Ambiguous,
}

/// Something about a scan that people should know, although it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable word in kebab case.
    pub code: &'static str,
    /// What is odd, as a sentence without a full stop.
    pub message: String,
}

/// A measure, such as a net weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// A plain decimal with the decimals that the code has, such as `0.195`.
    pub value: String,
    /// The unit as items are counted in it, such as `kg`; empty where the code does not say.
    pub unit: &'static str,
}

/// What one scan says. What it does not say is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The AIM symbology identifier that the scanner sent, such as `]d2`.
    pub symbology: Option<String>,
    /// What sort of code it is.
    pub kind: Kind,
    /// How certain that is.
    pub confidence: Confidence,
    /// True when the kind was recognised by its looks alone, without symbology identifier or separator: a text that is
    /// known as a whole should win over it.
    pub is_guess: bool,
    /// The scanner turns all letters to one case: a text that is known in another case may be meant.
    pub is_case_lost: bool,
    /// The scan without symbology identifier, transmission marks and surrounding spaces. Separators of GS1 data are
    /// still in it.
    pub text: String,
    /// The elements in the order of the scan, repeated ones too: application identifier, data identifier or name of the
    /// field, and value, as scanned.
    pub elements: Vec<(String, String)>,
    /// The item: from (01), from (02) when (37) counts it, or the number of an EAN or UPC code.
    pub item: Option<Gtin>,
    /// The GTIN that a plain text of 8, 12, 13 or 14 digits with a right check digit may be. It may as well be a SKU, a
    /// lot or a serial that looks so.
    pub gtin_candidate: Option<Gtin>,
    /// The texts under which a supplier or maker names the item, the most likely first.
    pub item_codes: Vec<String>,
    /// The lot, from (10).
    pub lot: Option<LotCode>,
    /// The serial, from (21).
    pub serial: Option<SerialCode>,
    /// The dates: expiry from (17) or (7003), best before from (15), made from (11).
    pub dates: LotDates,
    /// How many: from (37) when (02) is there, else from (30); from Q of a supplier's label. A plain decimal without
    /// leading zeros, which may be `0`; to be read with `Quantity::parse`.
    pub count: Option<String>,
    /// The measure of the goods, from 31nn to 36nn, or the weight inside an EAN code.
    pub measure: Option<Measure>,
    /// The price inside an EAN code, a plain decimal without currency.
    pub price: Option<String>,
    /// The container, from (00): the 18 digits of its SSCC; or a licence plate of a supplier's label.
    pub container: Option<String>,
    /// The place, from (414): the 13 digits of its GLN, and after a slash the extension from (254) when that is there.
    pub place: Option<String>,
    /// What a person decided about it when they were asked.
    pub decided: Decided,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
    /// What else it may say, the most likely first. These have no readings of their own.
    pub readings: Vec<Reading>,
}

impl Reading {
    /// True for one unit: an item together with its serial.
    pub fn is_unit(&self) -> bool {
        let has = |identifier| self.elements.iter().any(|(digits, _)| digits == identifier);
        self.has_elements_of_gs1() && has("01") && has("21")
    }

    /// How many or how much in a unit: the count, else the measure when it is in that unit.
    pub fn amount_in(&self, unit: &str) -> Option<&str> {
        let measure = self.measure.as_ref().filter(|measure| plain_unit(measure.unit) == plain_unit(unit));
        self.count.as_deref().or(measure.map(|measure| measure.value.as_str()))
    }

    /// The text, when it is one code as a whole: not for elements, and not for command scans.
    pub fn plain(&self) -> Option<&str> {
        match self.kind {
            Kind::Plain | Kind::Ean => Some(&self.text),
            _ => None,
        }
    }

    /// True when its elements are those of GS1.
    pub fn has_elements_of_gs1(&self) -> bool {
        matches!(self.kind, Kind::Gs1 | Kind::DigitalLink)
    }

    /// The elements as they stand below a barcode, such as `(01)09521234543213(10)B7`; for others the text. Not escaped.
    pub fn in_brackets(&self) -> String {
        if self.elements.is_empty() {
            return self.text.clone();
        }
        self.elements.iter().map(|(identifier, value)| format!("({identifier}){value}")).collect()
    }

    /// The same with its lot, serial and text in another case, and a warning where that changes anything.
    pub fn in_case(&self, turned: fn(&str) -> String) -> Reading {
        let mut other = self.clone();
        other.lot = self.lot.as_ref().and_then(|lot| LotCode::new(&turned(lot.as_str())).ok());
        other.serial = self.serial.as_ref().and_then(|serial| SerialCode::new(&turned(serial.as_str())).ok());
        other.text = turned(&self.text);
        let turned_elements = self.elements.iter().map(|(identifier, value)| (identifier.clone(), turned(value)));
        other.elements = turned_elements.collect();
        if other.text != self.text {
            other.warn(
                "case-lost",
                format!("the scanner turns all letters to one case; taken as {}", shown(other.text.as_bytes())),
            );
        }
        other
    }

    /// Adds a warning.
    pub(super) fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        self.warnings.push(Warning { code, message: message.into() });
    }

    /// Makes it no more certain than this.
    pub(super) fn doubt(&mut self, confidence: Confidence) {
        self.confidence = self.confidence.max(confidence);
    }
}

/// True for two words for one unit, such as `sqft` and `ft²`.
pub fn is_same_unit(one: &str, other: &str) -> bool {
    plain_unit(one) == plain_unit(other)
}

/// A unit as it is compared: people write `sqft`, `sq ft` and `ft2` for `ft²`.
fn plain_unit(unit: &str) -> String {
    let unit = unit.trim().to_lowercase().replace('²', "2").replace('³', "3").replace('^', "");
    match unit.strip_prefix("sq").or(unit.strip_prefix("cu")) {
        Some(rest) => {
            let power = if unit.starts_with("sq") { '2' } else { '3' };
            format!("{}{power}", rest.trim_start_matches(['.', ' ']))
        }
        None => unit,
    }
}

/// What was read of one scan, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What it says. With a fault, as much of it as could be read: nothing may be booked on it.
    pub reading: Reading,
    /// Why it cannot be used.
    pub fault: Option<Unreadable>,
}

impl Scanned {
    /// What it says, if nothing is wrong with it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn whole(self) -> Result<Reading, Unreadable> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.reading),
        }
    }

    /// A scan that says nothing because of this.
    pub(super) fn unread(text: &str, fault: Unreadable) -> Scanned {
        Scanned { reading: Reading { text: text.to_owned(), ..Reading::default() }, fault: Some(fault) }
    }
}

impl From<Reading> for Scanned {
    fn from(reading: Reading) -> Scanned {
        Scanned { reading, fault: None }
    }
}
