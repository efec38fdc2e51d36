//! The shared text of a query as SQLite understands it.

/// `$1` becomes `?1` (in SQLite `$1` is a name that is numbered by its first appearance), and `= ANY($1)` becomes
/// `IN rarray(?1)`.
pub(super) fn translate(sql: &str) -> String {
    let mut translated = String::with_capacity(sql.len() + 16);
    for (index, piece) in sql.split('$').enumerate() {
        if index > 0 {
            if let Some(before) = translated.strip_suffix("= ANY(").map(str::len) {
                translated.truncate(before);
                translated.push_str("IN rarray(");
            }
            translated.push('?');
        }
        translated.push_str(piece);
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn numbers_and_sets() {
        assert_eq!(translate("SELECT $2 || $1"), "SELECT ?2 || ?1");
        assert_eq!(translate("a = ANY($12) AND b = $3"), "a IN rarray(?12) AND b = ?3");
        assert_eq!(translate("SELECT 1"), "SELECT 1");
    }
}
