//! From a number to what it says.

use chrono::{Datelike, NaiveDate};

use super::made::{When, Years};
use super::{Decoded, MOST_NUMBER_BYTES, Mismatch, Pattern, shown};

pub(super) fn decode(pattern: &Pattern, number: &str, today: NaiveDate) -> Result<Decoded, Mismatch> {
    if number.len() > MOST_NUMBER_BYTES {
        return Err(Mismatch::OtherForm);
    }
    let captures = pattern.regex.captures(number).ok_or(Mismatch::OtherForm)?;
    let values = pattern.groups.values(&captures);
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());

    if let (Some(way), Some(found)) = (pattern.check, value("check")) {
        let rest = match value("checked") {
            Some(checked) => checked.to_owned(),
            None => pattern.groups.without("check", &captures, number),
        };
        let expected = way.of(&rest).map_err(Mismatch::NotCheckable)?;
        if !found.eq_ignore_ascii_case(&expected) {
            return Err(Mismatch::WrongCheck { found: shown(found.as_bytes()), expected });
        }
    }

    let definition = &pattern.definition;
    let maker = Some(definition.applies_to.clone()).filter(|maker| !matches!(maker.as_str(), "" | "*"));
    let mut decoded = Decoded { pattern: definition.name.clone(), maker, ..Decoded::default() };
    let mut when = When::default();
    for (name, text) in &values {
        let meaning = pattern.tables.meaning(name, text)?;
        match *name {
            "check" | "checked" => {}
            "maker" => decoded.maker = Some(meaning),
            "model" => decoded.model = Some(meaning),
            "plant" => decoded.plant = Some(meaning),
            "sequence" => decoded.sequence = Some(meaning),
            "year" => when.year = Some(meaning),
            "month" => when.month = Some(meaning),
            "week" => when.week = Some(meaning),
            "day" => when.day = Some(meaning),
            "model_year" => decoded.further.push(("model year".to_owned(), model_year(text, &meaning, today)?)),
            other => decoded.further.push((other.replace('_', " "), meaning)),
        }
    }
    decoded.made = when.made(today)?;
    Ok(decoded)
}

/// The latest year up to the next one: what is sold as next year's model is made this year.
fn model_year(text: &str, meaning: &str, today: NaiveDate) -> Result<String, Mismatch> {
    let latest = today.year().saturating_add(1);
    let years = Years::of(meaning, latest)
        .ok_or_else(|| Mismatch::NotADate { group: "model year", value: shown(text.as_bytes()) })?;
    years.up_to(latest).map(|year| year.to_string()).ok_or(Mismatch::NoSuchDay)
}
