//! Tables that say what a group means: `year: A=2010 B=2011; plant: U=Utsunomiya, Japan F=Fukushima, Japan`.

use super::groups::Groups;
use super::made::{Years, is_within};
use super::{Mismatch, PatternFault, shown};

/// The key of an entry for everything that has none of its own.
const ANYTHING: &str = "*";

/// The tables of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tables(Vec<Table>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    group: String,
    /// Sorted by key.
    entries: Vec<(String, String)>,
}

impl Tables {
    /// Reads tables. Tables are separated by semicolons, entries by spaces; a word without `=` belongs to the value
    /// before it, so that values may have spaces. `*=` lets everything else stand as it is.
    pub(super) fn parse(text: &str) -> Result<Tables, PatternFault> {
        let mut tables: Vec<Table> = Vec::new();
        for written in text.split(';').map(str::trim).filter(|written| !written.is_empty()) {
            let table = Table::parse(written)?;
            if tables.iter().any(|known| known.group == table.group) {
                return Err(PatternFault::SecondTable(shown(table.group.as_bytes())));
            }
            tables.push(table);
        }
        Ok(Tables(tables))
    }

    /// Whether each table has its group.
    pub(super) fn must_fit(&self, groups: &Groups) -> Result<(), PatternFault> {
        match self.0.iter().find(|table| !groups.has(&table.group)) {
            Some(table) => {
                Err(PatternFault::TableWithoutGroup { group: shown(table.group.as_bytes()), groups: groups.listed() })
            }
            None => Ok(()),
        }
    }

    /// What the text in a group means; the text itself where there is no table.
    pub(super) fn meaning(&self, group: &str, text: &str) -> Result<String, Mismatch> {
        let Some(table) = self.0.iter().find(|table| table.group == group) else { return Ok(text.to_owned()) };
        if let Some(value) = table.value(text) {
            return Ok(value.to_owned());
        }
        let unknown = || Mismatch::NotInTable { group: group.to_owned(), value: shown(text.as_bytes()) };
        let anything = table.value(ANYTHING).ok_or_else(unknown)?;
        Ok(if anything.is_empty() { text } else { anything }.to_owned())
    }
}

impl Table {
    fn parse(written: &str) -> Result<Table, PatternFault> {
        let form = || PatternFault::TableForm(shown(written.as_bytes()));
        let (group, rest) = written.split_once(':').ok_or_else(form)?;
        let group = group.trim().to_owned();
        let mut entries: Vec<(String, String)> = Vec::new();
        for word in rest.split_whitespace() {
            match (word.split_once('='), entries.last_mut()) {
                (Some(("", _)), _) | (None, None) => return Err(form()),
                (Some((key, value)), _) => entries.push((key.to_owned(), value.to_owned())),
                (None, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(word);
                }
            }
        }
        if group.is_empty() || entries.is_empty() {
            return Err(form());
        }
        for (key, value) in &entries {
            must_be_sensible(&group, key, value)?;
        }
        entries.sort();
        match entries.windows(2).find(|pair| matches!(pair, [one, two] if one.0 == two.0)) {
            Some([(key, _), _]) => {
                Err(PatternFault::SecondKey { group: shown(group.as_bytes()), key: shown(key.as_bytes()) })
            }
            _ => Ok(Table { group, entries }),
        }
    }

    fn value(&self, key: &str) -> Option<&str> {
        let found = self.entries.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.entries.get(found).map(|(_, value)| value.as_str())
    }
}

/// Whether a value of a table can be what its group is for.
fn must_be_sensible(group: &str, key: &str, value: &str) -> Result<(), PatternFault> {
    let (is_sensible, expected) = match group {
        "year" | "model_year" => {
            (Years::of_table(value).is_some(), "a year in four digits, several as 1986/2012, or with weeks as 2010+26,")
        }
        "month" => (is_within(value, 12).is_some(), "a month from 1 to 12"),
        "week" => (is_within(value, 54).is_some(), "a week from 1 to 54"),
        "day" => (is_within(value, 366).is_some(), "a day from 1 to 366"),
        _ => return Ok(()),
    };
    if is_sensible || (key == ANYTHING && value.is_empty()) {
        return Ok(());
    }
    let text = |text: &str| shown(text.as_bytes());
    Err(PatternFault::TableValue { group: text(group), key: text(key), value: text(value), expected })
}
