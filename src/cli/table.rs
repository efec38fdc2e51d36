//! Aligned tables for people.

use unicode_width::UnicodeWidthStr;

use super::output::harmless;
use crate::model::limits::{MOST_SHOWN, MOST_SHOWN_IN_A_CELL, shortened};

/// Which side a column is flush with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A table with a header, its columns as wide as their widest cell. Empty columns are left out. Nothing in a cell steers a
/// terminal.
pub fn table(columns: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    // Every row is as wide as the widest cell, but for the last column, which is not padded.
    let last = columns.len().saturating_sub(1);
    let cell = |(column, cell): (usize, &String)| {
        let most = if column == last { MOST_SHOWN } else { MOST_SHOWN_IN_A_CELL };
        shortened(&harmless(cell).replace('\n', r"\x0A"), most).into_owned()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().enumerate().map(cell).collect()).collect();
    let shown: Vec<usize> = (0..columns.len())
        .filter(|column| {
            rows.is_empty() || rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()))
        })
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain([columns[column].0.width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = shown.iter().map(|column| width(*column)).collect();
    let line = |cells: &dyn Fn(usize) -> String| {
        let mut line = String::new();
        for (index, column) in shown.iter().enumerate() {
            let cell = cells(*column);
            let padding = " ".repeat(widths[index].saturating_sub(cell.width()));
            match columns[*column].1 {
                Align::Left if index + 1 == shown.len() => line.push_str(&cell),
                Align::Left => line.extend([cell.as_str(), padding.as_str()]),
                Align::Right => line.extend([padding.as_str(), cell.as_str()]),
            }
            line.push_str("  ");
        }
        line.trim_end().to_owned() + "\n"
    };
    let mut text = line(&|column| columns[column].0.to_uppercase());
    for row in &rows {
        text.push_str(&line(&|column| row.get(column).cloned().unwrap_or_default()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_are_left_out() {
        let rows = vec![
            vec!["Łódź".to_owned(), String::new(), "3".to_owned()],
            vec!["A".to_owned(), String::new(), "150".to_owned()],
        ];
        let columns = [("place", Align::Left), ("lot", Align::Left), ("quantity", Align::Right)];
        assert_eq!(table(&columns, &rows), "PLACE  QUANTITY\nŁódź          3\nA           150\n");
    }

    #[test]
    fn nothing_in_a_cell_turns_the_direction_of_writing() {
        for character in
            "\u{200E}\u{200F}\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}".chars()
        {
            let text = table(&[("lot", Align::Left)], &[vec![format!("A{character}B")], vec![r"\x5C".to_owned()]]);
            assert!(text.contains(r"A\xE2\x8") && !text.contains(character) && text.ends_with("\n\\x5C\n"), "{text:?}");
        }
    }
}
