//! How the bytes of a scan are shown.

/// A scan as people, terminals and JSON may see it: text as it is, and as `\xHH` for each byte whatever is not text or
/// would not show itself: control characters, invisible characters, those that turn the direction of writing, and bytes
/// that are not UTF-8. The backslash is `\x5C`, so that the bytes can be had back.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if shows_itself(character) {
                text.push(character);
            } else {
                push_escaped(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        push_escaped(&mut text, chunk.invalid());
    }
    text
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        text.push_str("\\x");
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// True for a character that people see as itself and that does nothing to the text around it. The backslash is not, because
/// [`shown`] begins its escapes with it.
pub fn shows_itself(character: char) -> bool {
    match character {
        '\\' => false,
        ' '..='~' => true,
        // Direction marks, embeddings, overrides and isolates.
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        // Characters without width or ink, line and paragraph separators, annotation marks and tags.
        '\u{AD}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' => false,
        '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_reaches_a_terminal_raw() {
        for (bytes, text) in [
            (&b"SN-001 a"[..], "SN-001 a"),
            ("Käse 茶".as_bytes(), "Käse 茶"),
            (b"\x1b[2J\x1b]0;x\x07", r"\x1B[2J\x1B]0;x\x07"),
            (b"A\0B\x1dC\x7f", r"A\x00B\x1DC\x7F"),
            (b"\\", r"\x5C"),
            (b"S\xfcd", r"S\xFCd"),
            (b"\xe2\x82", r"\xE2\x82"),
            ("A\u{202E}B".as_bytes(), r"A\xE2\x80\xAEB"),
            ("A\u{9B}2J".as_bytes(), r"A\xC2\x9B2J"),
            ("LOT\u{200B}7".as_bytes(), r"LOT\xE2\x80\x8B7"),
            ("\u{FEFF}X".as_bytes(), r"\xEF\xBB\xBFX"),
        ] {
            assert_eq!(shown(bytes), text);
        }
    }

    proptest! {
        #[test]
        fn the_bytes_can_be_had_back(bytes: Vec<u8>) {
            let text = shown(&bytes);
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert_eq!(crate::codes::tests::unescaped(&text), bytes);
        }
    }
}
