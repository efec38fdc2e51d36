//! What the parts of a GS1 value must obey beyond their length and characters (GS1 General Specifications, section 3).

use chrono::NaiveDate;

use super::check_digit::{self, is_digits};
use super::identifiers::{self, Part};
use super::{ElementFault, coupons, dates, lists, shown};

/// A rule for a part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// The last digit checks the others (section 7.9.1).
    Digit,
    /// A date.
    Date,
    /// A date whose day may be 00, for the whole month.
    DateOrMonth,
    /// A date with its century.
    LongDate,
    /// Hour and minute.
    HourMinute,
    /// An hour.
    Hour,
    /// A minute or a second.
    Minute,
    /// The number of a country.
    Country,
    /// The number of a country, or 999 for several.
    CountryOr999,
    /// The letters of a country.
    CountryLetters,
    /// The number of a currency.
    Currency,
    /// Which piece of how many, two digits each.
    PieceOfTotal,
    /// Which of how many, with a slash between.
    PlaceInSequence,
    /// Begins with four digits of a GS1 company prefix.
    CompanyPrefix,
    /// A GMN: begins with a company prefix, ends with a pair of check characters (section 7.9.5).
    Model,
    /// The same, with something other than digits in it.
    ModelWithLetter,
    /// `%` only in front of two hexadecimal digits.
    PercentEncoding,
    /// 0 or 1.
    ZeroOrOne,
    /// 0.
    Zero,
    /// Anything but zeros.
    NotZero,
    /// No 0 in front.
    NoLeadingZero,
    /// A minus sign.
    Hyphen,
    /// 0 and 1 for the direction of a roll, 9 for neither.
    Winding,
    /// The degree of latitude, as ten digits from 0 to 180 degrees.
    Latitude,
    /// The degree of longitude, as ten digits from 0 to 360 degrees.
    Longitude,
    /// The type of a medium.
    MediumType,
    /// The sex of a person (ISO/IEC 5218).
    Sex,
    /// The importer's index of an economic operator.
    ImporterIndex,
    /// A kind of package.
    PackageType,
    /// A bank account with its check digits (ISO 13616).
    Iban,
    /// Base 64 with its padding.
    Base64,
    /// A coupon code of North America.
    Coupon,
    /// A positive offer file coupon of North America.
    CouponOffer,
}

/// Checks the value of an assigned identifier.
///
/// # Errors
/// The first thing that is wrong: first characters, then length, then meaning.
pub(super) fn verify(value: &str, parts: &[Part], today: NaiveDate) -> Result<(), ElementFault> {
    if value.is_empty() {
        return Err(ElementFault::Empty);
    }
    refuse_foreign_characters(value, parts)?;
    let mut rest = value;
    for (index, part) in parts.iter().enumerate() {
        if rest.is_empty() && part.is_optional {
            break;
        }
        if rest.len() < part.least {
            let expected = value.len() - rest.len() + part.least;
            let mandatory: usize =
                parts[index + 1..].iter().filter(|part| !part.is_optional).map(|part| part.least).sum();
            return Err(ElementFault::TooShort { found: value.len(), expected: expected + mandatory });
        }
        let (piece, behind) = rest.split_at(part.most.min(rest.len()));
        if let Some(check) = part.check {
            obey(check, piece, today)?;
        }
        rest = behind;
    }
    if rest.is_empty() {
        return Ok(());
    }
    Err(ElementFault::TooLong { found: value.len(), most: parts.iter().map(|part| part.most).sum() })
}

fn refuse_foreign_characters(value: &str, parts: &[Part]) -> Result<(), ElementFault> {
    let mut sets = parts.iter().flat_map(|part| std::iter::repeat_n(part.characters, part.most));
    let Some(last) = parts.last() else { return Ok(()) };
    for character in value.chars() {
        let set = sets.next().unwrap_or(last.characters);
        if !set.contain(character) {
            let shown = shown(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Err(match set {
                identifiers::Characters::Digits => ElementFault::NotDigits(shown),
                identifiers::Characters::Set82 => ElementFault::ForeignCharacter(shown),
                _ => ElementFault::NotAllowedHere(shown),
            });
        }
    }
    Ok(())
}

fn obey(check: Check, text: &str, today: NaiveDate) -> Result<(), ElementFault> {
    match check {
        Check::Digit => Ok(check_digit::verify(text)?),
        Check::DateOrMonth => Ok(dates::date_of_six_digits(text, today).map(|_| ())?),
        Check::Date if text.ends_with("00") => Err(ElementFault::Rule("must name the day, 00 is none")),
        Check::Date => Ok(dates::date_of_six_digits(text, today).map(|_| ())?),
        Check::LongDate => Ok(dates::date_of_eight_digits(text).map(|_| ())?),
        other => {
            let (is_obeyed, rule) = simple_rule(other, text, today);
            if is_obeyed { Ok(()) } else { Err(ElementFault::Rule(rule)) }
        }
    }
}

/// True when the rule holds, and what to say when it does not.
fn simple_rule(check: Check, text: &str, today: NaiveDate) -> (bool, &'static str) {
    match check {
        Check::HourMinute => {
            let (hour, minute) = text.split_at(text.len().min(2));
            (hour <= "23" && minute <= "59", "holds no time of day")
        }
        Check::Hour => (text <= "23", "holds no hour"),
        Check::Minute => (text <= "59", "holds no minute or second"),
        Check::Country => (lists::is_country(text), "names no country"),
        Check::CountryOr999 => (text == "999" || lists::is_country(text), "names no country"),
        Check::CountryLetters => (lists::is_country_letters(text), "names no country"),
        Check::Currency => (lists::is_currency(text), "names no currency"),
        Check::PieceOfTotal => {
            let (piece, total) = text.split_at(text.len() / 2);
            (is_above_zero(piece) && is_above_zero(total) && piece <= total, "is no piece of a total")
        }
        Check::PlaceInSequence => (is_place_in_sequence(text), "is no place in a sequence, such as 1/3"),
        Check::CompanyPrefix => (has_company_prefix(text), "must begin with a company prefix of digits"),
        Check::Model => (has_company_prefix(text) && has_check_pair(text), "has wrong check characters"),
        Check::ModelWithLetter => {
            let is_right = has_company_prefix(text) && has_check_pair(text) && !is_digits(text);
            (is_right, "has wrong check characters, or digits only")
        }
        Check::PercentEncoding => (is_percent_encoded(text), "holds a % without two hexadecimal digits"),
        Check::ZeroOrOne => (matches!(text, "0" | "1"), "must be 0 or 1"),
        Check::Zero => (text == "0", "must begin with 0"),
        Check::NotZero => (is_above_zero(text), "must not be zero"),
        Check::NoLeadingZero => (!text.starts_with('0'), "must not begin with 0"),
        Check::Hyphen => (text == "-", "may only end with a minus sign"),
        Check::Winding => (matches!(text, "0" | "1" | "9"), "has no direction 0, 1 or 9"),
        Check::Latitude => (text <= "1800000000", "lies beyond the poles"),
        Check::Longitude => (text <= "3600000000", "lies beyond 360 degrees"),
        Check::MediumType => (("01"..="10").contains(&text) || ("80"..="99").contains(&text), "names no medium"),
        Check::Sex => (matches!(text, "0" | "1" | "2" | "9"), "is none of 0, 1, 2 and 9"),
        Check::ImporterIndex => {
            let is_index = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            (is_index, "has no index of the importer")
        }
        Check::PackageType => (lists::is_package(text), "names no kind of package"),
        Check::Iban => (is_iban(text), "is no bank account"),
        Check::Base64 => (is_base64(text), "is padded wrongly"),
        Check::Coupon => (coupons::is_coupon(text, today), "is no coupon"),
        Check::CouponOffer => (coupons::is_offer(text), "is no coupon"),
        Check::Digit | Check::Date | Check::DateOrMonth | Check::LongDate => (true, ""),
    }
}

fn is_above_zero(digits: &str) -> bool {
    digits.bytes().any(|digit| digit != b'0')
}

fn is_place_in_sequence(text: &str) -> bool {
    let number = |digits: &str| {
        let is_number = is_digits(digits) && !digits.starts_with('0');
        is_number.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let place_and_end = text.split_once('/').and_then(|(place, end)| Some((number(place)?, number(end)?)));
    place_and_end.is_some_and(|(place, end)| place <= end)
}

fn has_company_prefix(text: &str) -> bool {
    text.get(..4).is_some_and(is_digits)
}

/// The check pair of a GMN (GS1 General Specifications, section 7.9.5): each character's number in set 82, times a prime
/// that grows from the right, modulo 1021, as two characters of 32.
fn has_check_pair(text: &str) -> bool {
    const PRIMES: [u32; 23] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
    const PAIR: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let Some((body, pair)) = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at)) else { return false };
    if body.len() > PRIMES.len() {
        return false;
    }
    let numbers = body.chars().rev().map(|character| {
        ('!'..='z').filter(|one| identifiers::is_in_character_set_82(*one)).zip(0..).find(|(one, _)| *one == character)
    });
    let weighted = numbers.zip(PRIMES).map(|(number, prime)| number.map(|(_, number): (char, u32)| number * prime));
    let Some(sum) = weighted.sum::<Option<u32>>() else { return false };
    let sum = sum % 1021;
    let at = |index: u32| usize::try_from(index).ok().and_then(|index| PAIR.get(index)).copied();
    let expected = [at(sum >> 5), at(sum & 31)];
    pair.bytes().map(Some).eq(expected)
}

fn is_percent_encoded(text: &str) -> bool {
    let mut pieces = text.split('%');
    pieces.next();
    pieces.all(|piece| piece.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)))
}

/// ISO 13616: country, two check digits, 10 characters at least; as a number modulo 97 it is 1.
fn is_iban(text: &str) -> bool {
    let Some((country, rest)) = text.split_at_checked(2) else { return false };
    let is_formed = text.len() >= 15
        && lists::is_country_letters(country)
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    if !is_formed {
        return false;
    }
    let Some((check, account)) = rest.split_at_checked(2) else { return false };
    let characters = account.chars().chain(country.chars()).chain(check.chars());
    let remainder = characters.filter_map(|character| character.to_digit(36)).fold(0, |sum, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (sum * shift + value) % 97
    });
    remainder == 1
}

/// Padding stands at the end only, and fills up to a multiple of three characters, as the digital signature has it.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    !body.is_empty() && !body.contains('=') && (padding == 0 || (padding <= 2 && text.len().is_multiple_of(3)))
}
