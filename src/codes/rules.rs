//! The rules of a house about its codes: what no standard says.

use super::EmbeddedRule;

/// The rules. Without any, only standards count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which EAN codes hold a weight, a price or a count; the first that fits counts.
    pub embedded: Vec<EmbeddedRule>,
    /// Linear codes with one data identifier each, such as `Q2500` and `1TL240529A`, are expected: otherwise such a text
    /// is plain.
    pub data_identifiers: bool,
    /// Words in front of a lot that do not belong to it, such as `Lot` or `Batch no`.
    pub lot_words: Vec<String>,
}

/// What may stand between the word for a lot and the lot, in the languages of labels.
const NUMBER_WORDS: [&str; 7] = ["number", "nummer", "num", "nr", "no", "n°", "№"];

/// A lot without the word in front of it: `Lot 114321`, `LOT114321`, `Lot no. 114321` and `Lot-Nr. 114321` are lot 114321
/// when `words` has `lot`. `None` where none of the words stands there, in either case, or nothing is left behind it.
/// Without anything between, only a digit may follow, so that `LOTUS` stays what it is; a minus belongs to the lot
/// (`LOT-7`).
pub fn without_lot_word<'t>(text: &'t str, words: &[String]) -> Option<&'t str> {
    let text = text.trim();
    let fitting = words.iter().filter(|word| !word.is_empty()).filter_map(|word| {
        let (before, behind) = text.split_at_checked(word.len())?;
        let behind = without_number_word(behind);
        let rest = behind.trim_start_matches(SEPARATORS);
        let is_separated = rest.len() < behind.len() || rest.starts_with(|one: char| one.is_ascii_digit());
        (before.eq_ignore_ascii_case(word) && is_separated && !rest.is_empty()).then_some(rest)
    });
    fitting.min_by_key(|rest| rest.len())
}

const SEPARATORS: [char; 5] = [' ', ':', '.', '#', '='];

/// What follows a word such as `no.`, when something separates that word on both sides.
fn without_number_word(behind: &str) -> &str {
    let begin = behind.trim_start_matches([' ', '-']);
    let is_separated = |rest: &&str| rest.starts_with(SEPARATORS) && !rest.trim_start_matches(SEPARATORS).is_empty();
    let strip = |word: &&str| {
        let (first, rest) = begin.split_at_checked(word.len())?;
        Some(rest).filter(|rest| first.eq_ignore_ascii_case(word) && is_separated(rest))
    };
    let rest = (begin.len() < behind.len()).then(|| NUMBER_WORDS.iter().find_map(strip)).flatten();
    rest.unwrap_or(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_a_lot_is_taken_off() {
        let words = ["lot".to_owned(), "Lot no".to_owned(), "Charge".to_owned(), "ł".to_owned()];
        for (text, lot) in [
            ("Lot 114321", Some("114321")),
            ("LOT114321", Some("114321")),
            ("lot: A-7", Some("A-7")),
            ("Lot no. 114321", Some("114321")),
            (" Charge#7 ", Some("7")),
            ("Lot no 114321", Some("114321")),
            ("Lot-Nr. 5", Some("5")),
            ("Charge Nr: 77", Some("77")),
            ("Lot Nr", Some("Nr")),
            ("LOT-7", None),
            ("LOTUS", None),
            ("Lot", None),
            ("Lot :", None),
            ("114321", None),
            ("é7", None),
        ] {
            assert_eq!(without_lot_word(text, &words), lot, "{text}");
        }
        assert_eq!(without_lot_word("Lot 7", &[]), None);
    }
}
