//! Dead keys: the accents that a host holds back until it has seen the character behind them, and then puts onto it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

/// The accents of keyboard layouts that stand alone, each with the mark that Unicode puts onto a letter for it. The first
/// one of a mark is the one that settings name it by.
const ACCENTS: &[(char, char)] = &[
    ('`', '\u{300}'),
    ('´', '\u{301}'),
    ('\'', '\u{301}'),
    ('΄', '\u{301}'),
    ('^', '\u{302}'),
    ('~', '\u{303}'),
    ('¯', '\u{304}'),
    ('˘', '\u{306}'),
    ('˙', '\u{307}'),
    ('¨', '\u{308}'),
    ('"', '\u{308}'),
    ('°', '\u{30a}'),
    ('˚', '\u{30a}'),
    ('˝', '\u{30b}'),
    ('ˇ', '\u{30c}'),
    ('¸', '\u{327}'),
    ('˛', '\u{328}'),
];

/// The mark that an accent puts onto letters; a mark is its own.
pub(super) fn mark_of(accent: char) -> Option<char> {
    let known = ACCENTS.iter().find(|(alone, mark)| *alone == accent || *mark == accent);
    known.map(|(_, mark)| *mark).or_else(|| is_mark(accent).then_some(accent))
}

fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// The accent that names a mark; the mark itself where none does.
pub(super) fn accent_of(mark: char) -> char {
    ACCENTS.iter().find(|(_, known)| *known == mark).map_or(mark, |(alone, _)| *alone)
}

/// The one character that a letter and a mark are together, if there is one.
pub(super) fn together(letter: char, mark: char) -> Option<char> {
    compose(letter, mark)
}

/// The letter and the mark that a character is made of, if it is made of two.
pub(super) fn apart(character: char) -> Option<(char, char)> {
    let parts: Vec<char> = std::iter::once(character).nfd().collect();
    let (mark, rest) = parts.split_last().filter(|(mark, rest)| is_mark(**mark) && !rest.is_empty())?;
    let mut letter = rest.iter().copied().nfc();
    let first = letter.next()?;
    (letter.next().is_none() && together(first, *mark) == Some(character)).then_some((first, *mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_letters_come_together_and_apart() {
        for (letter, accent, character) in
            [('e', '´', 'é'), ('o', '¨', 'ö'), ('A', '^', 'Â'), ('α', '΄', 'ά'), ('ü', 'ˇ', 'ǚ'), ('a', '°', 'å')]
        {
            let mark = mark_of(accent).unwrap();
            assert_eq!(together(letter, mark), Some(character));
            assert_eq!(apart(character), Some((letter, mark)));
            assert_eq!(mark_of(accent_of(mark)), Some(mark));
        }
        for alone in ['e', 'ß', '´', '\u{301}', '7', 'ø'] {
            assert_eq!(apart(alone), None, "{alone}");
        }
        assert_eq!((mark_of('e'), together('7', '\u{301}')), (None, None));
    }
}
