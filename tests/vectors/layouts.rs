//! Codes of every kind through every keyboard layout, without a profile: what is sure is right.

use std::collections::HashMap;

use scantrail::codes::{Confidence, Kind, Profile, Scanned};

use super::lines::read_line;

/// A code of each kind, and what it may turn into that nothing can tell: a value with other signs in it, or a plain text.
const CODES: &[(&str, &str)] = &[
    ("GS1", "]d2010952123454321321SN0001\u{1d}1727013110B7"),
    ("GS1, lot with a sign", "]C1010952123454321310AB-123\u{1d}17270131"),
    ("GS1 without identifier", "010952123454321321SN0001\u{1d}1727013110B7"),
    ("GS1 without identifier, lot with a sign", "010952123454321310AB-123\u{1d}17270131"),
    ("GS1 without identifier and separator", "01095212345432131727013110ZA7"),
    ("GTIN without identifier", "0109521234543213"),
    ("SSCC without identifier", "00095212345000000018"),
    ("EAN", "]E04006381333931"),
    ("EAN without identifier", "4006381333931"),
    ("Digital Link", "https://id.gs1.org/01/09521234543213/10/ABC123/21/SN0001?17=270131"),
    ("Digital Link with identifier", "]Q1https://id.gs1.org/01/09521234543213/10/ABC123"),
    ("supplier label", "[)>\u{1e}06\u{1d}1PNE555DR\u{1d}Q2500\u{1d}1TL240529A\u{1e}\u{4}"),
    ("supplier label with identifier", "]d1[)>\u{1e}06\u{1d}1PNE555DR\u{1d}Q2500\u{1d}1TL240529A\u{1e}\u{4}"),
    ("LCSC", "{pbn:PICK1,on:SO1,pc:C312270,pm:ST-1,qty:2,mc:,cc:1,pdi:3}"),
    ("TME", "PWBP-302 1PMPNWBP-302 Q1 K19361337/1"),
    ("HIBC", "+A123BJC5D6E71G"),
    ("HIBC with lot", "+B123ITEM0010/$$0228LOT-72"),
    ("HIBC secondary", "+$$+52001510X3GB"),
    ("ISBT 128", "=W00002600792070"),
    ("licence plate", "1JUN123456789A2B4C6D8E"),
    ("plain with identifier", "]Q1LOT-0042"),
    ("command", "SCANTRAILDONEW"),
];

/// A layout of the reference: its name, what it makes of GS and RS, and of characters.
struct Layout {
    name: String,
    group: Option<char>,
    record: Option<char>,
    changes: HashMap<String, String>,
}

fn layouts() -> Option<Vec<Layout>> {
    let folder = std::env::var_os("SCANTRAIL_REFERENCE_VECTORS").map(std::path::PathBuf::from);
    let path = folder.map(|folder| folder.join("../../data/keyboard-layouts.tsv")).filter(|path| path.is_file());
    let Some(path) = path else {
        println!("not run: SCANTRAIL_REFERENCE_VECTORS names no folder with keyboard layouts beside it");
        return None;
    };
    let control =
        |text: &str| text.strip_prefix("U+").and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?));
    let layout = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let (group, record) = (control(cells[2]), control(cells[4]));
        Layout { name: cells[0].to_owned(), group, record, changes: serde_json::from_str(cells[5]).unwrap() }
    };
    Some(std::fs::read_to_string(path).unwrap().lines().skip(1).map(layout).collect())
}

impl Layout {
    /// What arrives; dead keys show their own character.
    fn typed(&self, code: &str) -> String {
        let mut text = String::new();
        for character in code.chars() {
            match (character, self.changes.get(&character.to_string())) {
                ('\u{1d}', _) => text.extend(self.group),
                ('\u{1e}', _) => text.extend(self.record),
                (_, Some(change)) => text.push_str(change.strip_prefix("DEAD:").unwrap_or(change)),
                (other, None) => text.push(other),
            }
        }
        text
    }
}

/// Kind, elements, and the text where there are none; `None` for a scan that is refused.
type Said = Option<(Kind, Vec<(String, String)>, String)>;

fn said(scans: &[Option<Scanned>]) -> Vec<Said> {
    let one = |scan: &Option<Scanned>| {
        let reading = &scan.as_ref().filter(|scanned| scanned.fault.is_none())?.reading;
        let text = if reading.elements.is_empty() { reading.text.clone() } else { String::new() };
        Some((reading.kind, reading.elements.clone(), text))
    };
    scans.iter().map(one).collect()
}

/// The identifiers of elements, and the digits of their values: signs and letters may have changed.
fn form(said: &[Said]) -> Vec<(String, String)> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let elements = said.iter().flatten().flat_map(|(_, elements, _)| elements);
    elements.map(|(identifier, value)| (identifier.clone(), digits(value))).collect()
}

/// What a layout does to a code that nothing in it can tell. Where identifier and form are right, one sign of a lot for
/// another is a lot. Greek layouts give one character for two keys at places that would tell.
fn cannot_be_told(layout: &str, name: &str, right: &[Said], found: &[Said]) -> bool {
    let changes_a_value = name.starts_with("GS1") && form(right) == form(found);
    let is_plain_text = layout == "Greek319Latin" && name == "plain with identifier";
    let is_greek = ["LCSC", "Digital Link with identifier", "plain with identifier"].contains(&name);
    changes_a_value || is_plain_text || (layout.starts_with("Greek220") && is_greek)
}

#[test]
fn no_layout_makes_a_code_surely_wrong() {
    let Some(layouts) = layouts() else { return };
    let (mut wrong, mut refused, mut told) = (Vec::new(), 0, 0);
    for layout in &layouts {
        for (name, code) in CODES {
            let typed = layout.typed(code);
            let found = read_line(typed.as_bytes(), &Profile::default());
            let right = said(&read_line(code.as_bytes(), &Profile::default()));
            let readings = || found.iter().flatten().map(|scanned| &scanned.reading);
            if said(&found) == right {
                continue;
            }
            if found.iter().flatten().any(|scanned| scanned.fault.is_some()) {
                refused += 1;
            } else if readings().all(|reading| reading.confidence != Confidence::Sure && !reading.warnings.is_empty()) {
                told += 1;
            } else if !cannot_be_told(&layout.name, name, &right, &said(&found)) {
                wrong.push(format!("{} {name}: {typed:?} gives {found:?}", layout.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} codes:\n{}", wrong.len(), wrong.join("\n"));
    assert!(layouts.len() > 60 && refused > 400 && told > 100, "{} {refused} {told}", layouts.len());
}
