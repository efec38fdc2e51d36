//! Patterns of makers' numbers: kept for the house, and which of them count for an item.

use chrono::NaiveDate;

use super::Result;
use super::masters::{Checked, check_length};
use crate::codes::{Decoded, Definition, Numbered, Pattern, shown};
use crate::ledger::{Code, Refusal};
use crate::model::limits::{LONGEST_NAME, LONGEST_PATTERN};
use crate::model::{Item, SerialCode, folded};
use crate::store::{View, Writer};

/// Where the settings of a pattern are kept.
fn subject(name: &str) -> String {
    format!("pattern/{}", folded(name.trim()))
}

/// The setting that holds the pattern, and the one that says for which item it counts by itself.
const DEFINITION: &str = "definition";
const APPLIES_TO: &str = "applies to";

/// Keeps a pattern, after its examples have proven it. One of the same name is replaced.
pub(super) fn keep(writer: &Writer<'_>, definition: &Definition, today: NaiveDate) -> Checked<()> {
    definition.proven(today).map_err(|fault| {
        Refusal::new(Code::NotValid, fault.to_string(), "docs/patterns.md says how patterns are written")
    })?;
    let (subject, written) = (subject(&definition.name), written(definition));
    check_length("the name of a pattern", &definition.name, LONGEST_NAME)?;
    check_length("what a pattern applies to", &definition.applies_to, LONGEST_NAME)?;
    check_length("a pattern", &written, LONGEST_PATTERN)?;
    writer.set_setting(&subject, DEFINITION, &written)?;
    writer.set_setting(&subject, APPLIES_TO, &folded(definition.applies_to.trim()))?;
    Ok(())
}

fn written(definition: &Definition) -> String {
    let Definition { name, applies_to, of, regex, tables, check, example, note } = definition;
    serde_json::json!({
        "name": name, "applies_to": applies_to, "of": of.word(), "regex": regex, "tables": tables, "check": check,
        "example": example, "note": note,
    })
    .to_string()
}

fn read(text: &str) -> Option<Pattern> {
    let kept: serde_json::Value = serde_json::from_str(text).ok()?;
    let cell = |column: &str| kept[column].as_str().unwrap_or_default();
    Pattern::parse(&Definition::from_row(cell).ok()?).ok()
}

/// All patterns, by name.
///
/// # Errors
/// What the database says.
pub fn patterns(view: &View<'_>) -> Result<Vec<Pattern>> {
    let kept = view.subjects_with("pattern/", DEFINITION)?;
    Ok(kept.iter().filter_map(|text| read(text)).collect())
}

/// The patterns that count for an item: those that were imported for it, and the one that its rules name or hold.
///
/// # Errors
/// What the database says.
pub(super) fn of_item(view: &View<'_>, item: &Item) -> Result<Vec<Pattern>> {
    let mut found = Vec::new();
    for subject in view.subjects_where(APPLIES_TO, &folded(item.sku.as_str()))? {
        found.extend(view.setting_of(&subject, DEFINITION)?.as_deref().and_then(read));
    }
    if let Some(rule) = &item.rules.serial_pattern {
        let named = view.setting_of(&subject(rule), DEFINITION)?.as_deref().and_then(read);
        found.extend(named.or_else(|| by_expression(rule).ok()));
    }
    Ok(found)
}

/// A pattern that is only an expression.
pub(super) fn by_expression(regex: &str) -> std::result::Result<Pattern, crate::codes::PatternFault> {
    let (name, regex) = ("the pattern of the item".to_owned(), regex.to_owned());
    Pattern::parse(&Definition { name, regex, applies_to: "*".to_owned(), ..Definition::default() })
}

/// Checks what `--serial-pattern` gives: the name of a kept pattern, or an expression.
pub(super) fn checked(view: &View<'_>, rule: &str) -> Checked<()> {
    if view.setting_of(&subject(rule), DEFINITION)?.is_some_and(|text| read(&text).is_some()) {
        return Ok(());
    }
    by_expression(rule).map(drop).map_err(|fault| {
        let message = format!("{} is neither a kept pattern nor an expression: {fault}", shown(rule.as_bytes()));
        Refusal::new(Code::NotValid, message, "scantrail pattern list; or an expression such as SN[0-9]{6}").into()
    })
}

/// What a new number says by the patterns of its item: the first that fits, or why none does; nothing where there is
/// no pattern for such numbers.
pub(super) fn decoded(
    patterns: &[Pattern],
    of: Numbered,
    number: &str,
    today: NaiveDate,
) -> Option<std::result::Result<Decoded, String>> {
    let mut why = None;
    for pattern in patterns.iter().filter(|pattern| pattern.definition().of == of) {
        match pattern.decode(number, today) {
            Ok(decoded) => return Some(Ok(decoded)),
            Err(mismatch) => why = why.or(Some(mismatch.to_string())),
        }
    }
    why.map(Err)
}

/// What any kept pattern says of a text.
///
/// # Errors
/// What the database says.
pub fn decoded_by_any(view: &View<'_>, text: &str, today: NaiveDate) -> Result<Vec<Decoded>> {
    if SerialCode::new(text).is_err() {
        return Ok(Vec::new());
    }
    Ok(patterns(view)?.iter().filter_map(|pattern| pattern.decode(text, today).ok()).collect())
}
