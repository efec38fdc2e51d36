//! The kept corpus of the fuzz targets on stable Rust: every file as it is, and with changes that are the same in every
//! run. `SCANTRAIL_FUZZ_ROUNDS` says how many changes of each file are tried (default 300).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test asks the environment")]

#[path = "../fuzz/checks.rs"]
mod checks;

use std::path::Path;

/// Random numbers that are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// Pieces that are put in: separators, disguises, identifiers, beginnings of syntaxes, bytes that are no text.
const PIECES: &[&[u8]] = &[
    b"\x1d",
    b"\x1e",
    b"\x04",
    b"\0",
    b"\x1b[B",
    b"{GS}",
    b"|",
    b"]C1",
    b"]e0",
    b"01",
    b"10",
    b"17270131",
    b"3103",
    b"%00",
    b"%",
    b"/10/",
    b"?",
    b"&",
    b"[)>",
    b"+",
    b"=",
    b"\xff",
    b"\xe2\x80\x8b",
    b"\xc3",
    b"(",
    b")",
    b"\\(",
    b"\t",
    b"\r\n",
    b" ",
];

fn changed(data: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = data.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(5) {
            0 => drop(bytes.splice(at..at, PIECES[numbers.below(PIECES.len())].iter().copied())),
            1 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            2 => bytes.truncate(at),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            _ => {
                let half = bytes[..at].to_vec();
                bytes.extend(half);
            }
        }
    }
    bytes.truncate(600);
    bytes
}

fn run(name: &str, check: fn(&[u8])) {
    let rounds = std::env::var("SCANTRAIL_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{name} has {} files", files.len());
    let mut numbers = Numbers(0x5ca7_7a11);
    for file in files {
        let data = std::fs::read(&file).unwrap();
        check(&data);
        for _ in 0..rounds {
            let bytes = changed(&data, &mut numbers);
            let outcome = std::panic::catch_unwind(|| check(&bytes));
            assert!(outcome.is_ok(), "{} changed to {}", file.display(), scantrail::codes::shown(&bytes));
        }
    }
}

#[test]
fn framing() {
    run("framing", checks::framing);
}

#[test]
fn gs1() {
    run("gs1", checks::gs1);
}

#[test]
fn link() {
    run("link", checks::link);
}

#[test]
fn labels() {
    run("labels", checks::labels);
}

#[test]
fn calibration() {
    run("calibration", checks::calibration);
}
