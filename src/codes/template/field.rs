//! The fields of a template, and the values that fill them.

use chrono::{Datelike, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use super::NumberFault;

/// What a number is made for. A template asks only for what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Values<'v> {
    /// The day of the operation.
    pub date: Option<NaiveDate>,
    /// The order's number.
    pub order: Option<&'v str>,
    /// The item's code.
    pub item: Option<&'v str>,
    /// The site's prefix.
    pub site: Option<&'v str>,
    /// The size class of the unit.
    pub size: Option<&'v str>,
    /// The supplier's code.
    pub supplier: Option<&'v str>,
    /// The number of the document that came with the goods.
    pub document: Option<&'v str>,
}

/// A field that a value fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Year, month and day in six digits.
    YearMonthDay,
    /// The same with four digits of the year.
    FullYearMonthDay,
    /// Year and day of the year in five digits.
    YearDayOfYear,
    /// Two digits of the year.
    Year,
    /// Four digits of the year.
    FullYear,
    /// Month, `01` to `12`.
    Month,
    /// Day of the month, `01` to `31`.
    Day,
    /// Day of the year, `001` to `366`.
    DayOfYear,
    /// Week by ISO 8601, `01` to `53`.
    Week,
    /// The year that the week belongs to by ISO 8601, which is another one in a few days around New Year.
    WeekYear,
    /// The order.
    Order,
    /// The item.
    Item,
    /// The site.
    Site,
    /// The size class.
    Size,
    /// The supplier.
    Supplier,
    /// The document.
    Document,
}

impl Field {
    /// Every field with its words; `po` is `order`.
    pub const WORDS: [(Field, &'static str); 17] = [
        (Field::YearMonthDay, "yymmdd"),
        (Field::FullYearMonthDay, "yyyymmdd"),
        (Field::YearDayOfYear, "yyjjj"),
        (Field::Year, "yy"),
        (Field::FullYear, "yyyy"),
        (Field::Month, "mm"),
        (Field::Day, "dd"),
        (Field::DayOfYear, "jjj"),
        (Field::Week, "ww"),
        (Field::WeekYear, "gggg"),
        (Field::Order, "po"),
        (Field::Order, "order"),
        (Field::Item, "item"),
        (Field::Site, "site"),
        (Field::Size, "size"),
        (Field::Supplier, "supplier"),
        (Field::Document, "document"),
    ];

    /// The field that a word names.
    pub fn from_word(word: &str) -> Option<Field> {
        Field::WORDS.iter().find(|(_, text)| *text == word).map(|(field, _)| *field)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Field::WORDS.iter().find(|(field, _)| *field == self).map_or("", |(_, word)| word)
    }

    /// The flag of the command line that gives its value.
    pub fn flag(self) -> &'static str {
        match self {
            Field::Order => "--po",
            Field::Item => "--item",
            Field::Site => "--to",
            Field::Size => "--size",
            Field::Supplier => "--from",
            Field::Document => "--invoice",
            _ => "--at",
        }
    }

    /// How many digits it always has; `None` for texts.
    pub(super) fn digits(self) -> Option<usize> {
        match self {
            Field::FullYearMonthDay => Some(8),
            Field::YearMonthDay => Some(6),
            Field::YearDayOfYear => Some(5),
            Field::FullYear | Field::WeekYear => Some(4),
            Field::DayOfYear => Some(3),
            Field::Year | Field::Month | Field::Day | Field::Week => Some(2),
            _ => None,
        }
    }

    /// The text that stands in its place.
    pub(super) fn filled(self, values: &Values<'_>) -> Result<String, NumberFault> {
        self.value(values).ok_or(NumberFault::MissingValue { field: self.word(), flag: self.flag() })
    }

    /// The text of its value; `None` when that is not there or empty. Composed as codes are (NFC).
    pub(super) fn value(self, values: &Values<'_>) -> Option<String> {
        let text = match self {
            Field::Order => values.order,
            Field::Item => values.item,
            Field::Site => values.site,
            Field::Size => values.size,
            Field::Supplier => values.supplier,
            Field::Document => values.document,
            _ => return values.date.map(|date| self.of_date(date)),
        };
        text.map(str::trim).filter(|text| !text.is_empty()).map(|text| text.nfc().collect())
    }

    fn of_date(self, date: NaiveDate) -> String {
        let (year, month, day, of_year) = (date.year().rem_euclid(10_000), date.month(), date.day(), date.ordinal());
        let short = year % 100;
        match self {
            Field::YearMonthDay => format!("{short:02}{month:02}{day:02}"),
            Field::FullYearMonthDay => format!("{year:04}{month:02}{day:02}"),
            Field::YearDayOfYear => format!("{short:02}{of_year:03}"),
            Field::Year => format!("{short:02}"),
            Field::FullYear => format!("{year:04}"),
            Field::Month => format!("{month:02}"),
            Field::Day => format!("{day:02}"),
            Field::DayOfYear => format!("{of_year:03}"),
            Field::Week => format!("{:02}", date.iso_week().week()),
            _ => format!("{:04}", date.iso_week().year().rem_euclid(10_000)),
        }
    }

    /// True for digits that can stand in the place of a date field.
    pub(super) fn could_be(self, digits: &str) -> bool {
        let number = |from: usize| digits.get(from..).and_then(|part| part.parse::<u32>().ok());
        let is_within = |number: Option<u32>, most| number.is_some_and(|number| (1..=most).contains(&number));
        let is_day = |from: usize| {
            number(from).is_some_and(|both| (1..=12).contains(&(both / 100)) && (1..=31).contains(&(both % 100)))
        };
        match self {
            Field::YearMonthDay => is_day(2),
            Field::FullYearMonthDay => is_day(4),
            Field::YearDayOfYear => is_within(number(2), 366),
            Field::DayOfYear => is_within(number(0), 366),
            Field::Month => is_within(number(0), 12),
            Field::Day => is_within(number(0), 31),
            Field::Week => is_within(number(0), 53),
            _ => true,
        }
    }
}
