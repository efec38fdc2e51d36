//! EAN and UPC codes, with what may stand beside them: supplements, a second part with elements, weights and prices.

use super::reader::{Reader, control_character};
use super::{Confidence, Gtin, GtinError, Kind, Reading, Scanned, Unreadable, embedded};

impl Reader<'_> {
    pub(super) fn ean(&self, data: &str, has_supplement: bool) -> Scanned {
        if let Some((primary, second)) = data.split_once("|]e0") {
            return self.composite(primary, second);
        }
        if let Some(fault) = control_character(data, char::is_control) {
            return Scanned::unread(data, fault);
        }
        let is_whole = || Gtin::candidate(data).is_some() || expanded_upc_e(data).is_some();
        let is_main = |main: &str| has_supplement || (Gtin::candidate(main).is_some() && !is_whole());
        if let Some((main, supplement)) = supplement(data).filter(|(main, _)| is_main(main)) {
            let mut scanned = self.ean(main, false);
            scanned.reading.warn("supplement", format!("the supplement {supplement} is not used"));
            if !has_supplement {
                scanned.reading.doubt(Confidence::Guess);
            }
            return scanned;
        }
        if let Some(reading) = embedded::read(data, &self.rules.embedded) {
            return reading.into();
        }
        let item = match Gtin::new(data) {
            Ok(_) if data.len() > 13 => Err(GtinError::WrongLength { text: data.to_owned(), digits: data.len() }),
            Err(GtinError::WrongCheckDigit { text, fault }) => {
                expanded_upc_e(data).ok_or(GtinError::WrongCheckDigit { text, fault })
            }
            other => other,
        };
        match item {
            Ok(item) => {
                Reading { kind: Kind::Ean, text: data.to_owned(), item: Some(item), ..Reading::default() }.into()
            }
            Err(fault) => Scanned::unread(data, Unreadable::Ean(fault)),
        }
    }

    /// An EAN or UPC code with a second part above it that holds elements.
    fn composite(&self, primary: &str, second: &str) -> Scanned {
        let primary = self.ean(primary, false);
        let mut scanned = self.elements(second);
        let contradicts = |(one, other): (Gtin, Gtin)| {
            (one != other).then(|| Unreadable::Contradiction {
                identifier: "01".to_owned(),
                first: one.to_string(),
                second: other.to_string(),
            })
        };
        let contradiction = primary.reading.item.zip(scanned.reading.item).and_then(contradicts);
        scanned.reading.item = primary.reading.item;
        scanned.fault = primary.fault.or(scanned.fault).or(contradiction);
        scanned
    }
}

/// The number of a book or magazine, and the two or five digits beside it.
fn supplement(data: &str) -> Option<(&str, &str)> {
    let length = [13, 12, 8].into_iter().find(|length| matches!(data.len().checked_sub(*length), Some(2 | 5)))?;
    data.split_at_checked(length)
}

/// UPC-E with its check digit, which is that of the UPC-A number it stands for (GS1 General Specifications, section
/// 5.2.2.4.2).
fn expanded_upc_e(digits: &str) -> Option<Gtin> {
    let [system @ (b'0' | b'1'), one, two, three, four, five, six, check] = digits.as_bytes() else { return None };
    let body: Vec<u8> = match six {
        b'0'..=b'2' => vec![*one, *two, *six, b'0', b'0', b'0', b'0', *three, *four, *five],
        b'3' => vec![*one, *two, *three, b'0', b'0', b'0', b'0', b'0', *four, *five],
        b'4' => vec![*one, *two, *three, *four, b'0', b'0', b'0', b'0', b'0', *five],
        _ => vec![*one, *two, *three, *four, *five, b'0', b'0', b'0', b'0', *six],
    };
    let number = [&[*system], body.as_slice(), &[*check]].concat();
    Gtin::new(std::str::from_utf8(&number).ok()?).ok()
}
