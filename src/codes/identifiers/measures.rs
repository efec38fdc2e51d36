//! The measures: 31nn to 36nn, six digits whose decimals the last digit of the identifier counts (GS1 General
//! Specifications, sections 3.6.2 to 3.6.4).

use super::{Identifier, Part, digits};

const SIX: &[Part] = &[digits(6)];
const TRADE: &[&str] = &["01 02"];
const LOGISTIC: &[&str] = &["00 01"];

macro_rules! measures {
    ($($family:literal $title:literal in $unit:literal for $needs:ident;)+) => {
        /// A row for each family, with the unit of its value.
        const FAMILIES: &[(Identifier, &str)] = &[$((
            Identifier {
                first: concat!($family, "0"),
                last: concat!($family, "5"),
                excludes: $family,
                ..Identifier::new("", $title, SIX).needs($needs)
            },
            $unit,
        )),+];
    };
}

measures! {
    "310" "net weight" in "kg" for TRADE;
    "311" "length" in "m" for TRADE;
    "312" "width" in "m" for TRADE;
    "313" "height" in "m" for TRADE;
    "314" "area" in "m²" for TRADE;
    "315" "net volume" in "l" for TRADE;
    "316" "net volume" in "m³" for TRADE;
    "320" "net weight" in "lb" for TRADE;
    "321" "length" in "in" for TRADE;
    "322" "length" in "ft" for TRADE;
    "323" "length" in "yd" for TRADE;
    "324" "width" in "in" for TRADE;
    "325" "width" in "ft" for TRADE;
    "326" "width" in "yd" for TRADE;
    "327" "height" in "in" for TRADE;
    "328" "height" in "ft" for TRADE;
    "329" "height" in "yd" for TRADE;
    "330" "gross weight" in "kg" for LOGISTIC;
    "331" "length of the logistic unit" in "m" for LOGISTIC;
    "332" "width of the logistic unit" in "m" for LOGISTIC;
    "333" "height of the logistic unit" in "m" for LOGISTIC;
    "334" "area of the logistic unit" in "m²" for LOGISTIC;
    "335" "volume of the logistic unit" in "l" for LOGISTIC;
    "336" "volume of the logistic unit" in "m³" for LOGISTIC;
    "337" "weight per area" in "kg/m²" for ONE_ITEM;
    "340" "gross weight" in "lb" for LOGISTIC;
    "341" "length of the logistic unit" in "in" for LOGISTIC;
    "342" "length of the logistic unit" in "ft" for LOGISTIC;
    "343" "length of the logistic unit" in "yd" for LOGISTIC;
    "344" "width of the logistic unit" in "in" for LOGISTIC;
    "345" "width of the logistic unit" in "ft" for LOGISTIC;
    "346" "width of the logistic unit" in "yd" for LOGISTIC;
    "347" "height of the logistic unit" in "in" for LOGISTIC;
    "348" "height of the logistic unit" in "ft" for LOGISTIC;
    "349" "height of the logistic unit" in "yd" for LOGISTIC;
    "350" "area" in "in²" for TRADE;
    "351" "area" in "ft²" for TRADE;
    "352" "area" in "yd²" for TRADE;
    "353" "area of the logistic unit" in "in²" for LOGISTIC;
    "354" "area of the logistic unit" in "ft²" for LOGISTIC;
    "355" "area of the logistic unit" in "yd²" for LOGISTIC;
    "356" "net weight" in "tr oz" for TRADE;
    "357" "net volume" in "oz" for TRADE;
    "360" "net volume" in "qt" for TRADE;
    "361" "net volume" in "gal" for TRADE;
    "362" "volume of the logistic unit" in "qt" for LOGISTIC;
    "363" "volume of the logistic unit" in "gal" for LOGISTIC;
    "364" "net volume" in "in³" for TRADE;
    "365" "net volume" in "ft³" for TRADE;
    "366" "net volume" in "yd³" for TRADE;
    "367" "volume of the logistic unit" in "in³" for LOGISTIC;
    "368" "volume of the logistic unit" in "ft³" for LOGISTIC;
    "369" "volume of the logistic unit" in "yd³" for LOGISTIC;
}

const ONE_ITEM: &[&str] = &["01"];

fn family(number: &str) -> Option<&'static (Identifier, &'static str)> {
    if number.len() != 4 || !matches!(number.as_bytes()[0..2], [b'3', b'1'..=b'6']) {
        return None;
    }
    let (family, decimals) = number.split_at_checked(3)?;
    let index = FAMILIES.binary_search_by(|(row, _)| row.first[..3].cmp(family)).ok()?;
    FAMILIES.get(index).filter(|_| decimals.as_bytes()[0].wrapping_sub(b'0') <= 5)
}

/// The row of a measure.
pub(super) fn find(number: &str) -> Option<&'static Identifier> {
    family(number).map(|(row, _)| row)
}

/// The unit of a measure.
pub(super) fn unit(number: &str) -> Option<&'static str> {
    family(number).map(|(_, unit)| *unit)
}

/// All rows.
#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Identifier> {
    FAMILIES.iter().map(|(row, _)| row)
}
