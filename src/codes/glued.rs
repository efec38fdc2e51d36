//! Two scans in one line, because the end of the first one was lost.

use super::{hibc, symbology};

/// Takes a line apart where an AIM symbology identifier stands inside it: when it begins with one, and another one
/// follows. GS1 data cannot hold `]`, and the scanner sends the identifier only in front of a scan. A composite code,
/// whose second part comes as `|]e0`, is one scan. Two HIBC codes of one item are taken apart at the link between them.
///
/// Gives the whole line as one piece when there is no seam.
pub fn take_apart(scan: &[u8]) -> Vec<&[u8]> {
    let begins = scan.iter().position(|byte| !is_frame(*byte)).unwrap_or(scan.len());
    if !symbology::at(scan, begins) {
        return match std::str::from_utf8(scan).ok().and_then(hibc::seam) {
            Some(at) => <[&[u8]; 2]>::from(scan.split_at(at)).to_vec(),
            None => vec![scan],
        };
    }
    let mut pieces = Vec::new();
    let (mut rest, mut from) = (scan, begins + 3);
    while let Some(at) = seam(rest, from) {
        // The mark in front of a scan belongs to the next one.
        let marks = rest[..at].iter().rev().take_while(|byte| matches!(byte, 0x01 | 0x02)).count();
        let (piece, behind) = rest.split_at(at - marks);
        pieces.push(piece);
        (rest, from) = (behind, marks + 3);
    }
    pieces.push(rest);
    pieces
}

fn is_frame(byte: u8) -> bool {
    matches!(byte, b' ' | 0x00 | 0x01 | 0x02)
}

/// Where the next scan begins.
fn seam(scan: &[u8], from: usize) -> Option<usize> {
    let is_composite = |at: usize| scan.get(at.wrapping_sub(1)) == Some(&b'|');
    (from + 1..scan.len()).find(|at| symbology::is_known_at(scan, *at) && !is_composite(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart_at_identifiers_only() {
        for (line, pieces) in [
            (&b"]E04006381333931]E04006381333931"[..], &[&b"]E04006381333931"[..], b"]E04006381333931"][..]),
            (b"\x02]C110B7\x03\x02]Q1A\x03]C110B8", &[b"\x02]C110B7\x03", b"\x02]Q1A\x03", b"]C110B8"]),
            (b"]E04006381333931|]e010B7\x1d21S1", &[b"]E04006381333931|]e010B7\x1d21S1"]),
            (b"]C110AB]17270131", &[b"]C110AB]17270131"]),
            (b"A]C1B", &[b"A]C1B"]),
            (b"]C1]C110B7", &[b"]C1]C110B7"]),
            (b"+A123BJC5D6E71G+$$+52001510X3GB", &[b"+A123BJC5D6E71G", b"+$$+52001510X3GB"]),
            (b"", &[b""]),
            (b"]C1", &[b"]C1"]),
        ] {
            assert_eq!(take_apart(line), pieces, "{}", crate::codes::shown(line));
        }
    }
}
