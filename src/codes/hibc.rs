//! HIBC, the codes of the health industry (ANSI/HIBC 2, Supplier Labeling Standard): `+`, then who makes it and what it
//! is, then lot, serial, dates and quantity, then a check character modulo 43 over all of it.

use chrono::NaiveDate;

use super::{Kind, Reading, Scanned, Unreadable, check_digit, dates, shown};
use crate::model::{LotCode, SerialCode};

const CHARACTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%";

fn value(character: char) -> Option<usize> {
    CHARACTERS.find(character)
}

/// The check character of a text without it.
fn check_character(body: &str) -> Option<char> {
    let sum: usize = body.chars().map(value).sum::<Option<usize>>()?;
    CHARACTERS.chars().nth(sum % 43)
}

fn is_checked(text: &str) -> bool {
    let mut characters = text.chars();
    let check = characters.next_back();
    check.is_some() && check_character(characters.as_str()) == check
}

/// True for the beginning of a primary code: the labeler's four characters, of which the first is a letter.
fn is_primary(text: &str) -> bool {
    let mut labeler = text.bytes().skip(1).take(4);
    let first = labeler.next().is_some_and(|byte| byte.is_ascii_uppercase());
    first && labeler.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) && text.len() >= 8
}

/// True for the beginning of a secondary code that stands alone.
fn is_secondary(text: &str) -> bool {
    let mut after = text.bytes().skip(1);
    let is_formed = match after.next() {
        Some(b'$') => true,
        Some(byte) if byte.is_ascii_digit() => after.take(4).filter(u8::is_ascii_digit).count() == 4,
        _ => false,
    };
    is_formed && text.len() >= 4
}

/// Where the second of two codes of one item begins: both have right check characters, and the second one is linked to
/// the first by that one's check character.
pub(super) fn seam(line: &str) -> Option<usize> {
    let text = line.trim_end();
    if !text.starts_with('+') {
        return None;
    }
    let mut seams = text.match_indices('+').map(|(at, _)| at).skip(1);
    seams.find(|at| {
        let (first, second) = text.split_at(*at);
        let link = second.chars().rev().nth(1);
        is_primary(first)
            && is_secondary(second)
            && is_checked(first)
            && is_checked(second)
            && first.chars().next_back() == link
    })
}

/// Reads an HIBC code; `None` for a text that does not look like one.
pub(super) fn read(text: &str, today: NaiveDate) -> Option<Scanned> {
    if !text.starts_with('+') {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let is_formed = upper.chars().all(|character| value(character).is_some());
    if !is_formed || !(is_primary(&upper) || is_secondary(&upper)) {
        return None;
    }
    if upper != text {
        let message = "holds small letters, which it cannot: is Caps Lock on, or the scanner set to another case?";
        let is_one = is_checked(&upper) || is_checked(text);
        return is_one.then(|| Scanned::unread(text, Unreadable::Hibc(message.to_owned())));
    }
    if !is_checked(text) {
        let expected = text.get(..text.len() - 1).and_then(check_character);
        // A text that is plainly something else, such as a telephone number, has no labeler and no `$$`.
        let fault = (is_primary(text) || text.starts_with("+$$")).then(|| {
            let found = text.chars().next_back().unwrap_or_default();
            let expected = expected.map_or_else(String::new, |expected| format!(", it should be {expected}"));
            Unreadable::Hibc(format!("has check character {}{expected}", shown(found.to_string().as_bytes())))
        });
        return fault.map(|fault| Scanned::unread(text, fault));
    }
    Some(checked(text, today))
}

fn checked(text: &str, today: NaiveDate) -> Scanned {
    let body = text.get(1..text.len() - 1).unwrap_or_default();
    let mut code = Code { reading: Reading { kind: Kind::Hibc, text: text.to_owned(), ..Reading::default() }, today };
    let read = if is_primary(text) {
        let mut fields = body.split('/');
        code.primary(fields.next().unwrap_or_default()).and_then(|()| fields.try_for_each(|field| code.field(field)))
    } else {
        // The last character before the check character links it to its primary code.
        let linked = body.get(..body.len() - 1).unwrap_or_default();
        linked.split('/').try_for_each(|field| code.field(field))
    };
    Scanned { reading: code.reading, fault: read.err() }
}

struct Code {
    reading: Reading,
    today: NaiveDate,
}

type Outcome = Result<(), Unreadable>;

fn wrong(what: impl Into<String>) -> Unreadable {
    Unreadable::Hibc(what.into())
}

impl Code {
    fn put(&mut self, name: &str, value: &str) {
        self.reading.elements.push((name.to_owned(), value.to_owned()));
    }

    fn primary(&mut self, field: &str) -> Outcome {
        let cut = field.split_at_checked(4).and_then(|(labeler, rest)| {
            let (product, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
            Some((labeler, product, unit))
        });
        let Some((labeler, product, unit)) =
            cut.filter(|(_, product, unit)| (1..=18).contains(&product.len()) && check_digit::is_digits(unit))
        else {
            return Err(wrong("names no product and unit"));
        };
        self.put("lic", labeler);
        self.put("pcn", product);
        self.put("uom", unit);
        self.reading.item_codes = vec![field.to_owned(), product.to_owned(), self.reading.text.clone()];
        Ok(())
    }

    fn field(&mut self, field: &str) -> Outcome {
        if let Some(rest) = field.strip_prefix("$$") {
            return match rest.strip_prefix('+') {
                Some(rest) => self.dated(rest, true),
                None => self.dated(rest, false),
            };
        }
        if let Some(rest) = field.strip_prefix('$') {
            return match rest.strip_prefix('+') {
                Some(serial) => self.serial(serial),
                None => self.lot(rest),
            };
        }
        if let Some(date) = field.strip_prefix("16D") {
            return self.long_date("mfg", date);
        }
        if let Some(date) = field.strip_prefix("14D") {
            return self.long_date("expiry", date);
        }
        if let Some(serial) = field.strip_prefix('S') {
            return self.serial(serial);
        }
        if let Some(count) = field.strip_prefix('Q') {
            return self.quantity(count);
        }
        match field.split_at_checked(5) {
            Some((days, lot)) if check_digit::is_digits(days) => {
                self.day_of_year(days, None)?;
                self.lot(lot)
            }
            _ => Err(wrong(format!("has a field that is not known: {}", shown(field.as_bytes())))),
        }
    }

    /// Behind `$$`: perhaps a quantity, perhaps a date in one of six forms, then the lot or the serial.
    fn dated(&mut self, field: &str, is_serial: bool) -> Outcome {
        let mut rest = field;
        for (flag, digits) in [("8", 2), ("9", 5)] {
            if let Some(behind) = field.strip_prefix(flag) {
                let (count, behind) = behind.split_at_checked(digits).ok_or_else(|| wrong("is cut short"))?;
                self.quantity(count)?;
                rest = behind;
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        let text = self.date(rest)?;
        if is_serial { self.serial(text) } else { self.lot(text) }
    }

    /// Takes the date off the front and gives the rest.
    fn date<'t>(&mut self, rest: &'t str) -> Result<&'t str, Unreadable> {
        let (flag, behind) = rest.split_at_checked(1).unwrap_or((rest, ""));
        let short = || wrong("has a date that is cut short");
        let take = |length: usize| behind.split_at_checked(length).ok_or_else(short);
        match flag {
            "0" | "1" => {
                let (date, text) = rest.split_at_checked(4).ok_or_else(short)?;
                self.month(date)?;
                Ok(text)
            }
            "2" => {
                let (date, text) = take(6)?;
                let (month_day, year) = date.split_at(4);
                self.day(&format!("{year}{month_day}"), None)?;
                Ok(text)
            }
            "3" => {
                let (date, text) = take(6)?;
                self.day(date, None)?;
                Ok(text)
            }
            "4" => {
                let (date, text) = take(8)?;
                let (day, hour) = date.split_at(6);
                self.day(day, Some(hour))?;
                Ok(text)
            }
            "5" => {
                let (date, text) = take(5)?;
                self.day_of_year(date, None)?;
                Ok(text)
            }
            "6" => {
                let (date, text) = take(7)?;
                let (day, hour) = date.split_at(5);
                self.day_of_year(day, Some(hour))?;
                Ok(text)
            }
            "7" => Ok(behind),
            _ => Err(wrong("has a date in a form that is not known")),
        }
    }

    /// `MMYY`: the whole month.
    fn month(&mut self, text: &str) -> Outcome {
        let (month, year) = text.split_at(2);
        let date = dates::date_of_six_digits(&format!("{year}{month}00"), self.today);
        let date = date.map_err(|fault| wrong(format!("has no date: {fault}")))?;
        self.put("expiry", &date.format("%Y-%m").to_string());
        self.reading.dates.expires = Some(date);
        Ok(())
    }

    /// `YYMMDD`.
    fn day(&mut self, text: &str, hour: Option<&str>) -> Outcome {
        if text.ends_with("00") {
            return Err(wrong("has a date without a day"));
        }
        let date = dates::date_of_six_digits(text, self.today);
        let date = date.map_err(|fault| wrong(format!("has no date: {fault}")))?;
        self.expires(date, hour)
    }

    /// `YYJJJ`, with the day of the year.
    fn day_of_year(&mut self, text: &str, hour: Option<&str>) -> Outcome {
        let date = dates::date_of_year_and_day(text, self.today).ok_or_else(|| wrong("has no date"))?;
        self.expires(date, hour)
    }

    fn expires(&mut self, date: NaiveDate, hour: Option<&str>) -> Outcome {
        match hour {
            Some(hour) if !check_digit::is_digits(hour) || hour > "23" => return Err(wrong("has no hour")),
            Some(hour) => self.put("expiry", &format!("{date}T{hour}")),
            None => self.put("expiry", &date.to_string()),
        }
        self.reading.dates.expires = Some(date);
        Ok(())
    }

    fn long_date(&mut self, name: &str, text: &str) -> Outcome {
        let date = dates::date_of_eight_digits(text).map_err(|fault| wrong(format!("has no date: {fault}")))?;
        self.put(name, &date.to_string());
        let dates = &mut self.reading.dates;
        let slot = if name == "mfg" { &mut dates.made } else { &mut dates.expires };
        *slot = Some(date);
        Ok(())
    }

    fn quantity(&mut self, digits: &str) -> Outcome {
        if !check_digit::is_digits(digits) {
            return Err(wrong("has a quantity that is no number"));
        }
        let count = digits.trim_start_matches('0');
        let count = if count.is_empty() { "0" } else { count };
        self.put("quantity", count);
        self.reading.count = Some(count.to_owned());
        Ok(())
    }

    /// An empty lot is none.
    fn lot(&mut self, text: &str) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        self.put("lot", text);
        let lot = LotCode::new(text).map_err(|error| wrong(format!("has no lot: {error}")))?;
        self.reading.lot = Some(lot);
        Ok(())
    }

    fn serial(&mut self, text: &str) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        self.put("serial", text);
        let serial = SerialCode::new(text).map_err(|error| wrong(format!("has no serial: {error}")))?;
        self.reading.serial = Some(serial);
        Ok(())
    }
}
