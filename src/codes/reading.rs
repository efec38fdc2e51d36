//! What one scan says.

use super::{Command, Gtin};
use crate::model::{LotCode, LotDates, SerialCode};

/// What sort of code was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// GS1 elements.
    Gs1,
    /// An EAN or UPC code, because the scanner said so.
    Ean,
    /// Any other text: an item, lot, serial, place or quantity, as whoever asked for it decides.
    #[default]
    Plain,
    /// One of scantrail's command scans.
    Command(Command),
}

/// Something about a scan that people should know, although it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable word in kebab case.
    pub code: &'static str,
    /// What is odd, as a sentence without a full stop.
    pub message: String,
}

/// What one scan says. What it does not say is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The AIM symbology identifier that the scanner sent, such as `]d2`.
    pub symbology: Option<String>,
    /// What sort of code it is.
    pub kind: Kind,
    /// True when GS1 data was recognised by its digits alone, without symbology identifier or separator: a text that
    /// is known as a whole should win over it.
    pub is_guess: bool,
    /// The scan without symbology identifier, transmission marks and surrounding spaces. Separators of GS1 data are
    /// still in it.
    pub text: String,
    /// The GS1 elements in the order of the scan, repeated ones too: application identifier and value, as scanned.
    pub elements: Vec<(String, String)>,
    /// The item: from (01), from (02) when (37) counts it, or the number of an EAN or UPC code.
    pub item: Option<Gtin>,
    /// The GTIN that a plain text of 8, 12, 13 or 14 digits with a right check digit may be. It may as well be a SKU, a
    /// lot or a serial that looks so.
    pub gtin_candidate: Option<Gtin>,
    /// The lot, from (10).
    pub lot: Option<LotCode>,
    /// The serial, from (21).
    pub serial: Option<SerialCode>,
    /// The dates: expiry from (17), best before from (15), made from (11).
    pub dates: LotDates,
    /// How many: from (37) when (02) is there, else from (30). One to eight digits without leading zeros, which may be
    /// `0`; to be read with `Quantity::parse`.
    pub count: Option<String>,
    /// The container, from (00): the 18 digits of its SSCC.
    pub container: Option<String>,
    /// The place, from (414): the 13 digits of its GLN, and after a slash the extension from (254) when that is there.
    pub place: Option<String>,
    /// What is odd about it.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// True for one unit: an item together with its serial.
    pub fn is_unit(&self) -> bool {
        let has = |identifier| self.elements.iter().any(|(digits, _)| digits == identifier);
        has("01") && has("21")
    }

    /// The text, when it is one code as a whole: not for GS1 elements, and not for command scans.
    pub fn plain(&self) -> Option<&str> {
        match self.kind {
            Kind::Plain | Kind::Ean => Some(&self.text),
            Kind::Gs1 | Kind::Command(_) => None,
        }
    }
}
