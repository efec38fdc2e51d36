//! How a host turns characters into bytes.

/// An encoding that a station's profile may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8; anything else is refused.
    #[default]
    Utf8,
    /// ISO 8859-1: each byte is the character with its number.
    Latin1,
    /// Windows code page 1252: Latin-1 with letters and signs at 0x80 to 0x9F.
    Windows1252,
}

/// The characters of Windows-1252 from 0x80 on; U+FFFD where there is none.
const FROM_80: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Every encoding, with the word of the settings.
    pub const WORDS: [(Encoding, &'static str); 3] =
        [(Encoding::Utf8, "utf-8"), (Encoding::Latin1, "latin-1"), (Encoding::Windows1252, "windows-1252")];

    /// The encoding of a word, in either case.
    pub fn from_word(word: &str) -> Option<Encoding> {
        Encoding::WORDS.into_iter().find(|(_, text)| text.eq_ignore_ascii_case(word)).map(|(encoding, _)| encoding)
    }

    /// The word of the settings.
    pub fn word(self) -> &'static str {
        Encoding::WORDS.into_iter().find(|(encoding, _)| *encoding == self).map_or("", |(_, word)| word)
    }

    /// The text of bytes, or the place of the first byte that is none, from 1.
    ///
    /// # Errors
    /// That place.
    pub fn text(self, bytes: &[u8]) -> Result<String, usize> {
        let decode = |byte: u8| match (self, byte) {
            (Encoding::Windows1252, 0x80..=0x9f) => FROM_80[usize::from(byte - 0x80)],
            _ => char::from(byte),
        };
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.valid_up_to() + 1),
            _ => {
                let text: String = bytes.iter().map(|byte| decode(*byte)).collect();
                match text.chars().position(|character| character == '\u{fffd}') {
                    Some(at) => Err(at + 1),
                    None => Ok(text),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_text() {
        for (encoding, bytes, text) in [
            (Encoding::Utf8, &b"S\xc3\xbcd"[..], Ok("Süd")),
            (Encoding::Utf8, b"S\xfcd", Err(2)),
            (Encoding::Latin1, b"S\xfcd\x80", Ok("Süd\u{80}")),
            (Encoding::Windows1252, b"S\xfcd \x80", Ok("Süd €")),
            (Encoding::Windows1252, b"A\x81", Err(2)),
        ] {
            assert_eq!(encoding.text(bytes), text.map(str::to_owned));
        }
        for (encoding, word) in Encoding::WORDS {
            assert_eq!((Encoding::from_word(word), encoding.word()), (Some(encoding), word));
        }
    }
}
