//! Copying a whole ledger from one database into another, and proving that it arrived.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use super::copy_target::CopyTarget;
use super::engine::{Engine, Purpose, Row, Value};
use super::own_names::check_free;
use super::{Address, OpenTransaction, Options, Result, Store, StoreError, copy_files};
use crate::model::FileHash;

/// The type of a column: the same on both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    Bytes,
}

use Kind::{Bytes, Integer, Text};

/// A table with its columns, the columns of its key first.
struct Table {
    name: &'static str,
    key: usize,
    columns: &'static [(&'static str, Kind)],
    /// So many rows are in memory at a time.
    page: usize,
    /// Every new database has the rows up to this key already.
    made_with_the_schema: Option<i64>,
}

/// All tables, in an order in which each row comes after those that it refers to, and those that need to be told from which
/// operation they are after all operations.
const TABLES: [Table; 26] = [
    Table {
        name: "place",
        key: 1,
        page: PAGE,
        columns: &[("id", Integer), ("path", Text), ("key", Text), ("kind", Text), ("operation", Integer)],
        made_with_the_schema: Some(2),
    },
    table(
        "partner",
        1,
        &[
            ("id", Integer),
            ("kind", Text),
            ("code", Text),
            ("key", Text),
            ("name", Text),
            ("place", Integer),
            ("operation", Integer),
        ],
    ),
    table(
        "item",
        1,
        &[
            ("id", Integer),
            ("sku", Text),
            ("key", Text),
            ("name", Text),
            ("tracking", Text),
            ("unit", Text),
            ("scale", Integer),
            ("operation", Integer),
            ("rules", Text),
        ],
    ),
    table("code", 1, &[("key", Text), ("text", Text), ("kind", Text), ("item", Integer), ("place", Integer)]),
    table("pack", 1, &[("key", Text), ("quantity", Integer), ("operation", Integer)]),
    table(
        "supplier_code",
        2,
        &[("partner", Integer), ("key", Text), ("text", Text), ("item", Integer), ("operation", Integer)],
    ),
    table("setting", 3, &[("subject", Text), ("name", Text), ("operation", Integer), ("value", Text)]),
    table(
        "trade_order",
        1,
        &[("id", Integer), ("code", Text), ("key", Text), ("kind", Text), ("partner", Integer), ("operation", Integer)],
    ),
    table("order_line", 2, &[("order_id", Integer), ("line", Integer), ("item", Integer), ("quantity", Integer)]),
    Table {
        name: "claim",
        key: 1,
        page: PAGE,
        columns: &[("id", Integer), ("order_id", Integer), ("stage", Text)],
        made_with_the_schema: Some(0),
    },
    table(
        "operation",
        1,
        &[
            ("number", Integer),
            ("op_id", Text),
            ("content", Bytes),
            ("kind", Text),
            ("at", Integer),
            ("at_offset", Integer),
            ("recorded_at", Integer),
            ("recorded_offset", Integer),
            ("operator", Text),
            ("station", Text),
            ("order_id", Integer),
            ("partner", Integer),
            ("invoice", Text),
            ("note", Text),
            ("reason", Text),
            ("fields", Text),
            ("detail", Text),
            ("reverses", Integer),
            ("root", Integer),
            ("sign", Integer),
            ("station_sequence", Integer),
            ("hash", Bytes),
        ],
    ),
    table("lot", 1, &[("id", Integer), ("item", Integer), ("code", Text)]),
    table("serial", 1, &[("id", Integer), ("item", Integer), ("code", Text)]),
    table("lot_name", 2, &[("lot", Integer), ("operation", Integer), ("item", Integer), ("code", Text)]),
    table(
        "supplier_lot",
        3,
        &[("lot", Integer), ("partner", Integer), ("operation", Integer), ("item", Integer), ("code", Text)],
    ),
    table(
        "hold",
        1,
        &[
            ("operation", Integer),
            ("item", Integer),
            ("lot", Text),
            ("serial", Text),
            ("supplier", Integer),
            ("received_from", Integer),
            ("received_until", Integer),
        ],
    ),
    table("hold_state", 2, &[("hold", Integer), ("operation", Integer), ("is_on", Integer)]),
    table(
        "ownership",
        2,
        &[
            ("operation", Integer),
            ("line", Integer),
            ("item", Integer),
            ("lot", Integer),
            ("serial", Integer),
            ("partner", Integer),
        ],
    ),
    table("sequence", 1, &[("scope", Text), ("last", Integer)]),
    Table {
        page: 1,
        ..table(FILES, 1, &[("hash", Bytes), ("size", Integer), ("content", Bytes), ("operation", Integer)])
    },
    table(
        "attachment",
        1,
        &[
            ("operation", Integer),
            ("kind", Text),
            ("name", Text),
            ("hash", Bytes),
            ("item", Integer),
            ("lot", Integer),
            ("serial", Integer),
            ("order_id", Integer),
        ],
    ),
    Table { page: PAGE / 200, ..table("scans", 1, &[("operation", Integer), ("stream", Bytes)]) },
    table(
        "lot_dates",
        2,
        &[
            ("lot", Integer),
            ("operation", Integer),
            ("expires", Text),
            ("best_before", Text),
            ("made", Text),
            ("said_expires", Text),
            ("said_best_before", Text),
            ("said_made", Text),
        ],
    ),
    table(
        "movement",
        2,
        &[
            ("operation", Integer),
            ("line", Integer),
            ("item", Integer),
            ("lot", Integer),
            ("serial", Integer),
            ("hop", Integer),
            ("quantity", Integer),
            ("from_place", Integer),
            ("from_claim", Integer),
            ("to_place", Integer),
            ("to_claim", Integer),
        ],
    ),
    table(
        "balance",
        4,
        &[
            ("item", Integer),
            ("lot", Integer),
            ("place", Integer),
            ("claim", Integer),
            ("quantity", Integer),
            ("bounded", Integer),
            ("expires", Text),
            ("first_out", Text),
        ],
    ),
    table(
        "position",
        1,
        &[
            ("serial", Integer),
            ("item", Integer),
            ("lot", Integer),
            ("place", Integer),
            ("claim", Integer),
            ("hop", Integer),
            ("quantity", Integer),
        ],
    ),
];

const fn table(name: &'static str, key: usize, columns: &'static [(&'static str, Kind)]) -> Table {
    Table { name, key, columns, page: PAGE, made_with_the_schema: None }
}

/// The table whose content may lie outside of the database.
const FILES: &str = "file";

/// So many rows of most tables are in memory at a time; each of `scans` and `file` may be large.
const PAGE: usize = 20_000;

/// A value of a row, with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Cell::Integer(value) => Value::Integer(*value),
            Cell::Text(value) => Value::Text(value.as_deref()),
            Cell::Bytes(value) => Value::Bytes(value.as_deref()),
        }
    }

    /// Adds it to a digest, preceded by its length, so that no two different rows give the same bytes.
    fn seal(&self, digest: &mut Sha256) {
        let mut field = |bytes: Option<&[u8]>| {
            digest.update(bytes.map_or(u64::MAX, |bytes| bytes.len() as u64).to_be_bytes());
            digest.update(bytes.unwrap_or_default());
        };
        match self {
            Cell::Integer(value) => field(value.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
            Cell::Text(value) => field(value.as_deref().map(str::as_bytes)),
            Cell::Bytes(value) => field(value.as_deref()),
        }
    }
}

pub(super) type Cells = Vec<Cell>;

impl Table {
    fn read(&self, row: &Row<'_>) -> Result<Cells> {
        let cell = |(index, (_, kind)): (usize, &(&str, Kind))| {
            Ok(match kind {
                Integer => Cell::Integer(row.get(index)?),
                Text => Cell::Text(row.get(index)?),
                Bytes => Cell::Bytes(row.get(index)?),
            })
        };
        self.columns.iter().enumerate().map(cell).collect()
    }

    fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }

    /// The rows after one, in the order of their key.
    fn page(&self, engine: &dyn Engine, after: Option<&Cells>) -> Result<Vec<Cells>> {
        let names = self.names();
        let key = names[..self.key].join(", ");
        let places: Vec<String> = (1..=self.key).map(|number| format!("${number}")).collect();
        let condition = match after {
            Some(_) => format!("WHERE ({key}) > ({})", places.join(", ")),
            None => String::new(),
        };
        let sql =
            format!("SELECT {} FROM {} {condition} ORDER BY {key} LIMIT {}", names.join(", "), self.name, self.page);
        let parameters: Vec<Value<'_>> = after.iter().flat_map(|row| row[..self.key].iter().map(Cell::value)).collect();
        let mut rows = Vec::new();
        engine.query(&sql, &parameters, &mut |columns| {
            rows.push(self.read(&Row(columns))?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Hands all rows to `each`, a page at a time.
    fn pages(&self, engine: &dyn Engine, mut each: impl FnMut(Vec<Cells>) -> Result<()>) -> Result<()> {
        let mut last: Option<Cells> = None;
        loop {
            let page = self.page(engine, last.as_ref())?;
            let is_last = page.len() < self.page;
            last = page.last().cloned();
            each(page)?;
            if is_last {
                return Ok(());
            }
        }
    }

    fn count(&self, engine: &dyn Engine) -> Result<u64> {
        let mut count = 0;
        engine.query(&format!("SELECT count(*) FROM {}", self.name), &[], &mut |columns| {
            count = Row(columns).get::<i64>(0)?.unsigned_abs();
            Ok(())
        })?;
        Ok(count)
    }

    /// Rows as they are compared: the content of files, which may lie outside of the database, is proven by its hash.
    fn comparable(&self, engine: &dyn Engine, page: Vec<Cells>) -> Result<Vec<Cells>> {
        match self.name {
            FILES => page.iter().map(|row| copy_files::proven(row, engine)).collect(),
            _ => Ok(page),
        }
    }

    /// The rows of a page that a new database does not have already.
    fn is_copied(&self, row: &Cells) -> bool {
        match (self.made_with_the_schema, row.first()) {
            (Some(last), Some(Cell::Integer(Some(id)))) => *id > last,
            _ => true,
        }
    }
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// How many rows each table has.
    pub rows: Vec<(&'static str, u64)>,
    /// SHA-256 over all rows of all tables in a fixed order: two databases with the same one hold the same ledger.
    pub digest: [u8; 32],
    /// Nothing was written.
    pub dry_run: bool,
}

/// Copies everything that the source holds into a target that holds nothing, in one transaction, and compares both row
/// by row before it is committed: others see the whole ledger there, or what they saw before. The source is read in one
/// consistent state, whoever works on it meanwhile: its operations up to a number, and none after it. `progress` is told how
/// many rows are done of how many, where a row counts when it is copied and again when it is compared.
///
/// # Errors
/// [`StoreError::NotEmpty`] when the target has operations; [`StoreError::File`] when it cannot have that name;
/// [`StoreError::FileTooLarge`] and [`StoreError::FileDamaged`] for files; [`StoreError::CopyDiffers`] when a row did not
/// arrive as it was, after which nothing was written; [`StoreError::OutcomeUnknown`] when the commit failed.
pub fn copy_database(
    source: &Address,
    target: &Address,
    options: &Options,
    dry_run: bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<Copied> {
    if let Address::File(path) = target {
        check_free(path)?;
    }
    let from = Store::open(source, options)?;
    begin_to_read(source, &from, options)?;
    let reading = OpenTransaction(&*from.engine);
    if let Address::Server(_) = target {
        copy_files::check_sizes(reading.0)?;
    }
    let into = if dry_run { CopyTarget::look(target, options)? } else { Some(CopyTarget::begin(target, options)?) };
    let counts = TABLES.iter().map(|table| Ok((table.name, table.count(reading.0)?)));
    let counts: Vec<(&'static str, u64)> = counts.collect::<Result<_>>()?;
    let all: u64 = counts.iter().map(|(_, count)| count * 2).sum();
    let mut done = 0;
    let mut tell = |rows: usize| {
        done += rows as u64;
        progress(done, all);
    };
    if let Some(into) = &into {
        check_empty(into.engine(), &target.to_string())?;
    }
    let digest = match into {
        Some(into) if !dry_run => copy_all(reading.0, into, &mut tell).map_err(|error| match error {
            StoreError::Constraint(why) => StoreError::CopyRefused(why),
            other => other,
        })?,
        _ => digest(reading.0)?,
    };
    Ok(Copied { rows: counts, digest, dry_run })
}

/// Begins to read one state of everything. On a server operations may be committed in another order than that of their
/// numbers; so its writers are let finish, and the next ones wait until the state is fixed, which is a moment. Who may not
/// ask them to, such as whoever reads from a standby, has a consistent state too, in which a number before the last may be
/// missing that comes later.
fn begin_to_read(address: &Address, store: &Store, options: &Options) -> Result<()> {
    let beside = match address {
        Address::Server(_) => Some(Store::open(address, options)?),
        Address::File(_) => None,
    };
    let alone =
        beside.as_ref().map(|beside| (beside.engine.begin(Purpose::WriteAlone), OpenTransaction(&*beside.engine)));
    if let Some((Err(StoreError::Busy), _)) = alone {
        return Err(StoreError::Busy);
    }
    store.engine.begin(Purpose::Read)?;
    // The first look fixes the state.
    TABLES[0].count(&*store.engine).map(drop)
}

fn copy_all(from: &dyn Engine, target: CopyTarget, tell: &mut impl FnMut(usize)) -> Result<[u8; 32]> {
    let mut placed = Vec::new();
    let filled = fill(from, target.engine(), &mut placed, tell);
    if let (Err(_), Some(folder)) = (&filled, target.engine().files()) {
        // Before the transaction ends, so that nobody else has begun to use them.
        folder.take_back(&placed);
    }
    let digest = filled?;
    target.finish()?;
    Ok(digest)
}

/// Writes all rows and compares them, and tells which files it put into a folder for that.
fn fill(
    from: &dyn Engine,
    to: &dyn Engine,
    placed: &mut Vec<FileHash>,
    tell: &mut impl FnMut(usize),
) -> Result<[u8; 32]> {
    // A server looks at each serial whether it is the one whose number this connection has drawn last.
    to.new_serials(1)?;
    TABLES.iter().try_for_each(|table| copy_table(table, from, to, placed, tell))?;
    to.follow_numbers()?;
    let mut sealed = Sha256::new();
    TABLES.iter().try_for_each(|table| compare_table(table, from, to, &mut sealed, tell))?;
    Ok(sealed.finalize().into())
}

/// Only what every new database has may be there.
fn check_empty(engine: &dyn Engine, shown: &str) -> Result<()> {
    for table in &TABLES {
        let there = table.page(engine, None)?;
        if there.iter().any(|row| table.is_copied(row)) {
            return Err(StoreError::NotEmpty(shown.to_owned()));
        }
    }
    Ok(())
}

fn copy_table(
    table: &Table,
    from: &dyn Engine,
    to: &dyn Engine,
    placed: &mut Vec<FileHash>,
    tell: &mut impl FnMut(usize),
) -> Result<()> {
    table.pages(from, |page| {
        let page = match table.name {
            FILES => page.iter().map(|row| copy_files::placed(row, from, to, placed)).collect::<Result<_>>()?,
            _ => page,
        };
        let mut rows = page.iter().filter(|row| table.is_copied(row)).map(|row| row.iter().map(Cell::value).collect());
        to.insert(table.name, &table.names(), &mut rows)?;
        tell(page.len());
        Ok(())
    })
}

/// Compares each row with the one that arrived, and seals it.
fn compare_table(
    table: &Table,
    from: &dyn Engine,
    to: &dyn Engine,
    sealed: &mut Sha256,
    tell: &mut impl FnMut(usize),
) -> Result<()> {
    let mut last: Option<Cells> = None;
    table.pages(from, |page| {
        let arrived = table.comparable(to, table.page(to, last.as_ref())?)?;
        let page = table.comparable(from, page)?;
        if let Some(row) = first_difference(&page, &arrived) {
            let key: Vec<String> = row[..table.key].iter().map(|cell| format!("{:?}", cell.value())).collect();
            return Err(StoreError::CopyDiffers(format!("{} {}", table.name, key.join(" "))));
        }
        for row in &page {
            row.iter().for_each(|cell| cell.seal(sealed));
        }
        tell(page.len());
        last = page.last().cloned().or(last.take());
        Ok(())
    })
}

fn first_difference<'p>(page: &'p [Cells], arrived: &'p [Cells]) -> Option<&'p Cells> {
    let pair = page.iter().zip(arrived).find(|(one, other)| one != other).map(|(one, _)| one);
    pair.or_else(|| match page.len().cmp(&arrived.len()) {
        Ordering::Greater => page.get(arrived.len()),
        Ordering::Less => arrived.get(page.len()),
        Ordering::Equal => None,
    })
}

/// The digest of a whole ledger.
fn digest(engine: &dyn Engine) -> Result<[u8; 32]> {
    let mut sealed = Sha256::new();
    for table in &TABLES {
        table.pages(engine, |page| {
            let page = table.comparable(engine, page)?;
            page.iter().flatten().for_each(|cell| cell.seal(&mut sealed));
            Ok(())
        })?;
    }
    Ok(sealed.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: i64, text: &str) -> Cells {
        vec![Cell::Integer(Some(number)), Cell::Text(Some(text.to_owned()))]
    }

    #[test]
    fn every_difference_is_found() {
        let page = vec![row(1, "a"), row(2, "b")];
        assert_eq!(first_difference(&page, &page), None);
        assert_eq!(first_difference(&page, &[row(1, "a"), row(2, "c")]), Some(&page[1]));
        assert_eq!(first_difference(&page, &page[..1]), Some(&page[1]));
        assert_eq!(first_difference(&page[..1], &page), Some(&page[1]));
    }

    #[test]
    fn cells_cannot_flow_into_each_other() {
        let seal = |cells: &[Cell]| {
            let mut digest = Sha256::new();
            cells.iter().for_each(|cell| cell.seal(&mut digest));
            digest.finalize()
        };
        let text = |text: &str| Cell::Text(Some(text.to_owned()));
        assert_ne!(seal(&[text("ab"), text("c")]), seal(&[text("a"), text("bc")]));
        assert_ne!(seal(&[Cell::Text(None)]), seal(&[text("")]));
    }
}
