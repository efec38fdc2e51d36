//! From the bytes of a scan to what they say.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::damaged::{self, Damage};
use super::elements::SEPARATOR;
use super::symbology::{self, Carries};
use super::{Command, Confidence, Kind, Reading, Rules, Scanned, Unreadable, shown};
use super::{
    data_identifiers, disguise, distributors, embedded, gs1, hibc, inside, isbt, label, link, misread, plain, rules,
};

/// Marks that scanners put in front of a scan: NUL, SOH and STX.
const MARKS_BEFORE: [char; 3] = ['\0', '\u{1}', '\u{2}'];
/// The mark that some scanners put behind a scan.
const END_OF_TEXT: char = '\u{3}';
/// The control characters of an envelope (ISO/IEC 15434), and the separators of GS1 data.
const ENVELOPE: [char; 4] = ['\u{1e}', '\u{1d}', '\u{1c}', '\u{4}'];
/// What editors put in front of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads one scan, already cut from the stream, without rules of the house. See [`read_by`].
///
/// # Errors
/// See [`Unreadable`]; its code is `scan-not-readable`.
pub fn read(scan: &[u8], today: NaiveDate) -> Result<Reading, Unreadable> {
    read_by(scan, &Rules::default(), today).whole()
}

/// Reads one scan, already cut from the stream: what it says, as far as it can be read, and what is wrong with it. One
/// leading NUL, SOH or STX, one trailing ETX, spaces at the ends and an AIM symbology identifier are taken off.
///
/// With a symbology identifier of GS1 (`]C1` `]e0` `]d2` `]Q3` `]J1`) or with a separator (0x1D) and no identifier, the
/// scan is GS1 data, and a fault in it is an error. Without either it is GS1 data only when it begins with (01), (02)
/// or (00) and a whole number with a right check digit, and parses to its end, disguised separators undone. Digital
/// Links, labels in an envelope, HIBC and ISBT 128 are recognised by their form; everything else is plain. `today`
/// decides the century of dates, and which dates are believed where a separator was lost.
pub fn read_by(scan: &[u8], rules: &Rules, today: NaiveDate) -> Scanned {
    let text = match text_of(scan) {
        Ok(text) => text,
        Err(fault) => return Scanned::unread(&String::from_utf8_lossy(scan), fault),
    };
    let (identifier, data) = symbology::split(unframed(&text));
    let data = data.trim_matches(' ');
    if data.is_empty() {
        return with_symbology(Scanned::unread("", Unreadable::Empty), identifier);
    }
    Reader { rules, today, is_repaired: false }.scan(identifier, data)
}

fn with_symbology(mut scanned: Scanned, identifier: Option<&str>) -> Scanned {
    if scanned.reading.symbology.is_none() {
        scanned.reading.symbology = identifier.map(str::to_owned);
    }
    scanned
}

/// The scan as text; UTF-16 sent as bytes is recognised by its zeros.
fn text_of(scan: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if let Some(text) = utf_16(scan) {
        return Ok(Cow::Owned(text));
    }
    let text = std::str::from_utf8(scan).map_err(|error| Unreadable::NotText { position: error.valid_up_to() + 1 })?;
    Ok(Cow::Borrowed(text))
}

/// A scan in which every second byte is zero and no other one: ASCII sent as UTF-16, in either order of bytes. The zero
/// that belongs to the line end may be missing, or be left over from the line before.
fn utf_16(scan: &[u8]) -> Option<String> {
    let scan = scan.strip_prefix(b"\xff\xfe").or_else(|| scan.strip_prefix(b"\xfe\xff")).unwrap_or(scan);
    if scan.len() < 4 || !scan[..4].contains(&0) {
        return None;
    }
    let is_zero = |from: usize| scan.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    let is_text = |from: usize| scan.iter().skip(from).step_by(2).all(|byte| *byte != 0 && byte.is_ascii());
    let from = [0, 1].into_iter().find(|from| is_text(*from) && is_zero(1 - *from))?;
    Some(scan.iter().skip(from).step_by(2).map(|byte| char::from(*byte)).collect())
}

fn unframed(text: &str) -> &str {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).trim_matches(' ');
    let text = text.strip_prefix(MARKS_BEFORE).unwrap_or(text);
    let text = text.strip_suffix(END_OF_TEXT).unwrap_or(text);
    text.trim_matches(' ')
}

/// Reads scans by the rules of a house, on a day.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    pub(super) rules: &'r Rules,
    today: NaiveDate,
    /// The text is what another text may have meant; it is not looked at in this way again.
    is_repaired: bool,
}

impl Reader<'_> {
    pub(super) fn scan(&self, identifier: Option<&str>, data: &str) -> Scanned {
        if let Some(command) = Command::inside(data) {
            return with_symbology(Scanned::unread(data, Unreadable::CommandInside(command)), identifier);
        }
        if let Some(scanned) = identifier.and_then(|identifier| self.in_other_case(identifier, data)) {
            return scanned;
        }
        let scanned = match identifier.map(symbology::carries) {
            Some(Carries::Elements) => self.elements(data),
            Some(Carries::Ean) => self.ean(data, identifier == Some("]E3")),
            Some(Carries::Text) => self.text(data, identifier),
            None => self.unidentified(data),
        };
        with_symbology(scanned, identifier)
    }

    /// Reads what another text may have meant.
    fn of_repaired(&self) -> Reader<'_> {
        Reader { is_repaired: true, ..*self }
    }

    /// Looks whether the sign in front of a text was the bracket of a symbology identifier.
    fn misread_identifier(&self, data: &str) -> Option<Unreadable> {
        let identifier = format!("]{}", data.get(1..3)?);
        if symbology::carries(&identifier) == Carries::Text { None } else { self.misread(data, None) }
    }

    /// Looks whether a text that was not understood came through another keyboard layout.
    fn misread(&self, data: &str, plain: Option<&mut Reading>) -> Option<Unreadable> {
        if self.is_repaired {
            return None;
        }
        let reader = self.of_repaired();
        misread::look(data, plain, |meant| {
            let (identifier, data) = symbology::split(meant);
            reader.scan(identifier, data)
        })
    }

    pub(super) fn elements(&self, data: &str) -> Scanned {
        if let Some(scanned) = self.of_another_syntax(data) {
            return scanned;
        }
        if let Some(fault) = damaged::doubled_modifier(data) {
            return Scanned::unread(data, fault);
        }
        let disguised = disguise::read(data, true, self.today);
        disguised.unwrap_or_else(|| self.literal_elements(data))
    }

    /// A link or a label in a symbol that says that it holds GS1 elements: encoders set FNC1 where it does not belong.
    fn of_another_syntax(&self, data: &str) -> Option<Scanned> {
        let is_one = data.starts_with("[)>") || data.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        let mut scanned = self.by_its_form(data).filter(|_| is_one)?;
        scanned
            .reading
            .warn("odd-symbology", "its symbology identifier promises GS1 elements, and it holds something else");
        scanned.reading.doubt(Confidence::Guess);
        Some(scanned)
    }

    fn literal_elements(&self, data: &str) -> Scanned {
        match control_character(data, |character| character.is_control() && character != SEPARATOR) {
            Some(fault) => Scanned::unread(data, fault),
            None => gs1::read(data, self.today),
        }
    }

    fn unidentified(&self, data: &str) -> Scanned {
        if let Some(scanned) = self.by_its_form(data) {
            return scanned;
        }
        if let Some(fault) = damaged::cut_beginning(data, self.today) {
            return Scanned::unread(data, fault);
        }
        if data.contains(SEPARATOR) {
            return self.separated(data);
        }
        if let Some(reading) = gs1::guess(data, self.today) {
            return disguise::beside_words(reading, data, self.today).into();
        }
        if begins_like_elements(data)
            && let Some(scanned) = disguise::read(data, false, self.today)
        {
            return scanned;
        }
        match damaged::look(data, self.today) {
            Some(Damage::Certain(fault)) => {
                let fault = self.misread(data, None).unwrap_or(fault);
                Scanned { reading: gs1::read_literally(data, self.today).reading, fault: Some(fault) }
            }
            Some(Damage::Possible(code, message)) => {
                let mut scanned = self.plain(data, None);
                scanned.reading.warn(code, message);
                scanned.reading.doubt(Confidence::Guess);
                scanned
            }
            None => self.plain(data, None),
        }
    }

    /// A text without symbology identifier in which a separator stands: GS1 data, or a label that lost its envelope.
    fn separated(&self, data: &str) -> Scanned {
        let mut scanned = self.literal_elements(data);
        let is_announced = data.starts_with(SEPARATOR) || gs1::begins_with_a_number(data);
        if !is_announced {
            scanned.reading.doubt(Confidence::Guess);
        }
        if scanned.fault.is_none() || gs1::begins_with_a_number(data.trim_start_matches(SEPARATOR)) {
            return scanned;
        }
        if let Some(fault) = self.misread(data, None) {
            return Scanned::unread(data, fault);
        }
        label::without_envelope(data, self.today).map_or(scanned, Scanned::from)
    }

    fn text(&self, data: &str, identifier: Option<&str>) -> Scanned {
        self.by_its_form(data).unwrap_or_else(|| self.plain(data, identifier))
    }

    /// What shows by its first characters what it is. A control character in a field of it is refused.
    fn by_its_form(&self, data: &str) -> Option<Scanned> {
        let mut scanned = self.form(data)?;
        let is_clean = |(_, value): &(String, String)| !value.contains(char::is_control);
        if !scanned.reading.elements.iter().all(is_clean) {
            let Reading { kind, text, mut elements, .. } = scanned.reading;
            elements.retain(is_clean);
            scanned.reading = Reading { kind, text, elements, ..Reading::default() };
            let wrong = control_character(data, |character| character.is_control() && !ENVELOPE.contains(&character));
            scanned.fault = scanned.fault.or(wrong).or(Some(Unreadable::Label("has a control character in a field")));
        }
        Some(scanned)
    }

    fn form(&self, data: &str) -> Option<Scanned> {
        match data.as_bytes().first()? {
            b'[' | b'>' => label::read(data, self.today),
            b'h' | b'H' => link::read(data, self.today),
            b'+' => match self.misread_identifier(data) {
                Some(fault) => Some(Scanned::unread(data, fault)),
                None => hibc::read(data, self.today),
            },
            0x1e => label::without_envelope(data, self.today).map(Scanned::from),
            b'=' | b'&' => isbt::read(data),
            b'{' | b'P' | b'Q' | b'1' => distributors::read(data, self.today),
            _ => None,
        }
    }

    fn plain(&self, data: &str, identifier: Option<&str>) -> Scanned {
        if let Some(fault) = control_character(data, char::is_control) {
            let fault = self.misread(data, None).unwrap_or(fault);
            return Scanned::unread(data, fault);
        }
        match Command::from_scan(data) {
            Some(Ok(command)) => {
                return Reading { kind: Kind::Command(command), text: data.to_owned(), ..Reading::default() }.into();
            }
            Some(Err(fault)) => return Scanned::unread(data, fault),
            None => {}
        }
        if let Some(reading) = data_identifiers::read_bare(data, self.rules.data_identifiers) {
            return reading.into();
        }
        if identifier.is_none()
            && let Some(reading) = embedded::read(data, &self.rules.embedded)
        {
            return Reading { confidence: Confidence::Guess, ..reading }.into();
        }
        let mut reading = plain::read(data, identifier, self.today);
        if let Some(unknown) = identifier.filter(|identifier| !symbology::is_known_at(identifier.as_bytes(), 0)) {
            reading.warn("unknown-symbology", format!("{unknown} is no symbology identifier that there is"));
            reading.doubt(Confidence::Guess);
        }
        let lot = rules::without_lot_word(data, &self.rules.lot_words);
        reading.lot = lot.and_then(|lot| crate::model::LotCode::new(lot).ok());
        if reading.lot.is_none() {
            plain::look_like_other_text(&mut reading);
        }
        if !self.is_repaired {
            inside::look(&mut reading, self.of_repaired());
        }
        if let Some(fault) = self.misread(data, Some(&mut reading)) {
            return Scanned::unread(data, fault);
        }
        reading.into()
    }

    /// A scan whose symbology identifier came in the wrong case: with Caps Lock on, or through a scanner or host that
    /// turns all letters to one case.
    fn in_other_case(&self, identifier: &str, data: &str) -> Option<Scanned> {
        let meant = symbology::with_other_case(identifier)?;
        // Without the number of an item it is an EAN or UPC code, or a damaged one.
        if identifier == "]E0" && (!gs1::begins_with_a_number(data) || data.contains("|]e0")) {
            return None;
        }
        let letters = || identifier.chars().chain(data.chars()).filter(char::is_ascii_alphabetic);
        let is_upper = letters().all(|letter| letter.is_ascii_uppercase());
        let inverted: String = if is_upper { data.to_owned() } else { data.chars().map(inverted).collect() };
        let mut scanned = match symbology::carries(meant) {
            Carries::Elements => self.elements(&inverted),
            _ => self.text(&inverted, Some(meant)),
        };
        if scanned.fault.is_some() {
            return None;
        }
        if is_upper {
            scanned
                .reading
                .warn("capitals", format!("{identifier} came for {meant}: all letters were turned to capitals"));
        } else {
            scanned
                .reading
                .warn("caps-lock", format!("{identifier} came for {meant}: Caps Lock was on, and is undone"));
        }
        scanned.reading.doubt(Confidence::Guess);
        scanned.reading.symbology = Some(meant.to_owned());
        Some(scanned)
    }
}

/// A letter in its other case.
pub(super) fn inverted(character: char) -> char {
    if character.is_ascii_lowercase() { character.to_ascii_uppercase() } else { character.to_ascii_lowercase() }
}

/// True for a text that may hold elements with disguised separators: it begins with (00), (01) or (02), or with a
/// character that no plain code of digits and letters begins with, or with one of the words for the separator.
fn begins_like_elements(data: &str) -> bool {
    let mut bytes = data.bytes();
    match (bytes.next(), bytes.next()) {
        (Some(b'0'), Some(b'0'..=b'2')) => true,
        (Some(first), _) => !first.is_ascii_alphanumeric() || data.starts_with("Alt0") || data.starts_with("ALT0"),
        (None, _) => false,
    }
}

pub(super) fn control_character(data: &str, is_refused: fn(char) -> bool) -> Option<Unreadable> {
    if data.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let (index, character) = data.chars().enumerate().find(|(_, character)| is_refused(*character))?;
    let shown = shown(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(Unreadable::ControlCharacter { position: index + 1, shown })
}
