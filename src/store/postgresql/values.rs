//! Values and rows as PostgreSQL sends and receives them.

use bytes::BytesMut;
use postgres::Client;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::engine::{Columns, Value, invalid};
use crate::store::{Result, StoreError};

impl Value<'_> {
    pub(super) fn postgresql_type(&self) -> Type {
        match self {
            Value::Integer(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Bytes(_) => Type::BYTEA,
            Value::Truth(_) => Type::BOOL,
            Value::Integers(_) => Type::INT8_ARRAY,
            Value::Texts(_) => Type::TEXT_ARRAY,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Integer(value) => value.to_sql(kind, out),
            Value::Text(value) => value.to_sql(kind, out),
            Value::Bytes(value) => value.to_sql(kind, out),
            Value::Truth(value) => value.to_sql(kind, out),
            Value::Integers(value) => value.to_sql(kind, out),
            Value::Texts(value) => value.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA, Type::BOOL, Type::INT8_ARRAY, Type::TEXT_ARRAY].contains(kind)
    }

    to_sql_checked!();
}

/// `INSERT INTO … VALUES ($1, $2), ($3, $4)`: the names are those of our own tables.
pub(super) fn insert_text(table: &'static str, columns: &[&'static str], rows: usize) -> String {
    let width = columns.len();
    let row = |row: usize| {
        let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), rows.join(", "))
}

/// Copies rows in, which checks them as an insert does.
pub(super) fn copy<'v>(
    client: &mut Client,
    table: &'static str,
    columns: &[&'static str],
    rows: impl Iterator<Item = Vec<Value<'v>>>,
) -> Result<()> {
    let mut rows = rows.peekable();
    let Some(first) = rows.peek() else { return Ok(()) };
    let types: Vec<Type> = first.iter().map(Value::postgresql_type).collect();
    let sql = format!("COPY {table} ({}) FROM STDIN BINARY", columns.join(", "));
    let mut writer = BinaryCopyInWriter::new(client.copy_in(&sql)?, &types);
    for row in rows {
        let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|one| one as _).collect();
        writer.write(&row)?;
    }
    writer.finish()?;
    Ok(())
}

impl Columns for postgres::Row {
    fn integer(&self, column: usize) -> Result<Option<i64>> {
        self.try_get(column).map_err(read_wrong)
    }

    fn text(&self, column: usize) -> Result<Option<&str>> {
        self.try_get(column).map_err(read_wrong)
    }

    fn bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        self.try_get(column).map_err(read_wrong)
    }

    fn truth(&self, column: usize) -> Result<bool> {
        self.try_get(column).map_err(read_wrong)
    }
}

fn read_wrong(error: postgres::Error) -> StoreError {
    invalid(super::errors::explained(&error))
}
