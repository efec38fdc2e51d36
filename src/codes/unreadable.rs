//! Why a scan cannot be read.

use super::{CommandFault, DateFault, GtinError, WrongCheckDigit};
use crate::model::CodeError;

/// A scan that says nothing that could be used. The message says what is wrong and where. Positions count from 1;
/// in GS1 data they count from the first character behind the symbology identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nothing is left of it.
    #[error("there is nothing in the scan")]
    Empty,
    /// Bytes that are not text.
    #[error("byte {position} of the scan is not UTF-8 text")]
    NotText {
        /// The first such byte.
        position: usize,
    },
    /// A control character, which no code contains; 0x1D counts as one outside GS1 data.
    #[error("character {position} of the scan is the control character {shown}")]
    ControlCharacter {
        /// The first such character.
        position: usize,
        /// The character as `\xHH`.
        shown: String,
    },
    /// GS1 data in which no element begins where one should.
    #[error("at character {position} of the GS1 data no element begins with '{found}'")]
    NoIdentifier {
        /// Where.
        position: usize,
        /// The characters that stand there, four at most.
        found: String,
    },
    /// An element of GS1 data with a value that it cannot have.
    #[error("element ({identifier}) at character {position} of the GS1 data {fault}")]
    Element {
        /// Its application identifier, without brackets.
        identifier: String,
        /// Where the identifier begins.
        position: usize,
        /// What is wrong with it.
        fault: ElementFault,
    },
    /// The same element with two values.
    #[error("element ({identifier}) stands there twice, as {first} and as {second}")]
    Contradiction {
        /// Its application identifier.
        identifier: String,
        /// One value.
        first: String,
        /// The other.
        second: String,
    },
    /// Elements that GS1 forbids together (GS1 General Specifications, section 4.14).
    #[error("elements ({first}) and ({second}) cannot stand in one scan: {why}")]
    ForbiddenPair {
        /// One application identifier.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// What the two would say.
        why: &'static str,
    },
    /// A GS1 Digital Link whose path or query breaks the rules (GS1 Digital Link Standard, URI Syntax).
    #[error("the GS1 Digital Link {0}")]
    Link(String),
    /// A supplier label whose envelope or fields cannot be told apart.
    #[error("the supplier label {0}")]
    Label(&'static str),
    /// An HIBC code whose check character or fields are wrong (ANSI/HIBC 2).
    #[error("the HIBC code {0}")]
    Hibc(String),
    /// An ISBT 128 structure whose content is wrong (ISBT 128 Standard Technical Specification).
    #[error("the ISBT 128 code {0}")]
    Isbt(&'static str),
    /// Text in brackets that is no row of elements.
    #[error("the text in brackets {0}")]
    Brackets(String),
    /// GS1 data behind the rest of a symbology identifier.
    #[error(
        "the beginning of the GS1 code is damaged: scan it again, and if that happens often, let the scanner type slower"
    )]
    CutBeginning,
    /// The same row of elements twice.
    #[error("the same elements stand there twice over: two scans ran together, scan it again")]
    TwoScans,
    /// A symbol that holds EAN or UPC codes only holds something else.
    #[error("the scanner says it is an EAN or UPC code, but {0}")]
    Ean(GtinError),
    /// What was meant is clear, but not every character of it: the host has another keyboard layout than the scanner.
    #[error(
        "it looks like {what} that came through another keyboard layout, such as {layout}: set the scanner to the layout of \
         this computer, or calibrate it (scantrail scanner calibrate)"
    )]
    OtherLayout {
        /// What sort of code, with its article.
        what: &'static str,
        /// The first layout that explains the text.
        layout: &'static str,
    },
    /// A command scan behind something else.
    #[error("the command scan {0} stands inside of it: two scans ran together, scan them again one by one")]
    CommandInside(String),
    /// It begins like a command scan and is none.
    #[error("{text} begins like a command scan, but {fault}")]
    Command {
        /// The text as shown.
        text: String,
        /// What is wrong with it.
        fault: CommandFault,
    },
}

impl Unreadable {
    /// The refusal code of all of them.
    pub const CODE: &'static str = "scan-not-readable";
}

/// What is wrong with the value of a GS1 element (GS1 General Specifications, section 3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementFault {
    /// No value at all.
    #[error("is empty")]
    Empty,
    /// Fewer characters than its fixed length.
    #[error("has {found} characters, it must have {expected}")]
    TooShort {
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// More characters than it may have; often two elements without a separator between them.
    #[error("has {found} characters, at most {most} are allowed; is a separator missing?")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Something other than digits in a number.
    #[error("holds '{0}', only digits are allowed")]
    NotDigits(String),
    /// A character outside the GS1 character set 82 (figure 7.11-1).
    #[error("holds '{0}', which GS1 data cannot hold")]
    ForeignCharacter(String),
    /// A character that this element cannot hold.
    #[error("holds '{0}', which is not allowed in it")]
    NotAllowedHere(String),
    /// A rule of this element.
    #[error("{0}")]
    Rule(&'static str),
    /// A check digit that does not fit.
    #[error("{0}")]
    CheckDigit(#[from] WrongCheckDigit),
    /// Not a date.
    #[error("is no date: {0}")]
    Date(#[from] DateFault),
    /// Not a lot or serial number.
    #[error("is no code: {0}")]
    Code(#[from] CodeError),
}
