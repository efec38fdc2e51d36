//! A second oracle: reference vectors that are not part of the project, where `SCANTRAIL_REFERENCE_VECTORS` names their
//! folder.

use std::collections::HashMap;
use std::path::PathBuf;

use scantrail::codes::{Reading, Rules, Scanned, Unreadable, read, read_by, read_typed};

use super::{Table, today, unescaped};

/// The table with this name, or `None`, which says that the test was not run.
fn table(name: &str) -> Option<Table> {
    let Some(folder) = std::env::var_os("SCANTRAIL_REFERENCE_VECTORS").map(PathBuf::from) else {
        println!("not run: SCANTRAIL_REFERENCE_VECTORS names no folder with {name}");
        return None;
    };
    Some(Table::read(&folder.join(name)))
}

fn fields(reading: &Reading) -> HashMap<String, String> {
    reading.elements.iter().cloned().collect()
}

#[test]
fn gs1s_own_cases() {
    let Some(table) = table("vectors.tsv") else { return };
    let mut compared = 0;
    for row in table.rows().filter(|row| row["settings"] == "default") {
        let input = String::from_utf8(unescaped(row["input"])).unwrap();
        let found = match row["kind"] {
            // Composite codes come as two scans, which the engine writes as one.
            "raw" if !input.contains('|') => {
                read(format!("]C1{}", input[1..].replace('^', "\u{1d}")).as_bytes(), today())
            }
            "bracketed" if input.starts_with('(') => read_typed(&input, today()),
            "dl" => read(input.as_bytes(), today()),
            "scan" => read(input.as_bytes(), today()),
            _ => continue,
        };
        compared += 1;
        if row["syntax_ok"] == "1" {
            let expected: Vec<(String, String)> = serde_json::from_str(row["ais"]).unwrap();
            // The engine takes a plain symbol without data; here nothing is nothing.
            if row["id"] == "E489" {
                assert_eq!(found, Err(Unreadable::Empty));
                continue;
            }
            assert_eq!(found.as_ref().map(|reading| &reading.elements), Ok(&expected), "{row:?}");
            continue;
        }
        let class = row["error_class"];
        // What the engine refuses and a stock room need not.
        let is_more_lenient = class == "INVALID_AI_PAIRS"
            || class == "SERIAL_NOT_PRESENT"
            || class == "TOO_MANY_AIS"
            || class == "MISSING_SYMBOLOGY_IDENTIFIER"
            || class == "UNSUPPORTED_SYMBOLOGY_IDENTIFIER"
            || class == "NO_GS1_DL_KEYS_FOUND_IN_PATH_INFO"
            || class.starts_with("URI_")
            || class.starts_with("DOMAIN_")
            // A `~` at the end, which is a disguise of the separator.
            || row["id"] == "E187"
            // A UPC and two digits more, which is a supplement.
            || row["id"] == "E503"
            || row["id"] == "E512";
        if is_more_lenient {
            let is_doubted = found.as_ref().is_err()
                || found.as_ref().is_ok_and(|reading| !reading.warnings.is_empty() || reading.elements.is_empty());
            assert!(is_doubted || class == "TOO_MANY_AIS", "{row:?} gives {found:?}");
        } else {
            // What stands in brackets without being an identifier is a text.
            let is_text = |reading: &Reading| row["kind"] == "bracketed" && reading.elements.is_empty();
            assert!(found.as_ref().map_or(true, is_text), "{row:?} gives {found:?}");
        }
    }
    assert!(compared > 300, "{compared}");
}

/// An element whose value is checked by one of the rules of GS1's syntax tests, with what must stand around the text.
fn element_with(rule: &str, text: &str) -> Option<String> {
    Some(match rule {
        "iso3166" => format!("422{text}"),
        "iso3166999" if text.len() == 3 => format!("7030{text}X"),
        "iso3166alpha2" => format!("4307{text}"),
        "iso4217" if text.len() == 3 => format!("3910{text}1"),
        "packagetype" => format!("7041{text}"),
        "mediatype" => format!("7241{text}"),
        "iso5218" => format!("7252{text}"),
        "yesno" => format!("4321{text}"),
        "winding" => format!("8001123412345123{text}1"),
        "hhmi" => format!("7011270131{text}"),
        "yymmdd" => format!("7006{text}"),
        "yymmd0" => format!("17{text}"),
        "yyyymmdd" => format!("7250{text}"),
        "latitude" => format!("4309{text}0000000000"),
        "longitude" => format!("43090000000000{text}"),
        "iban" => format!("8007{text}"),
        "couponcode" => format!("8110{text}"),
        "couponposoffer" => format!("8112{text}"),
        "pcenc" => format!("4300{text}"),
        "nozeroprefix" => format!("8011{text}"),
        "importeridx" => format!("70401AB{text}"),
        "hyphen" => format!("4330000000{text}"),
        "posinseqslash" if text.len() == 3 => format!("7258{text}"),
        "pieceoftotal" if text.len() == 4 => format!("800609521234543213{text}"),
        _ => return None,
    })
}

#[test]
fn gs1s_own_rules_for_values() {
    let Some(table) = table("linters.tsv") else { return };
    let mut compared = 0;
    for row in table.rows() {
        let input = unescaped(row["input"].trim_end());
        let Ok(text) = String::from_utf8(input) else { continue };
        // What is empty or longer than the element allows is refused before the rule; so is what would be disguised.
        // GS1's tests ask a data source for company prefixes.
        if row["error"].contains("GCP_PREFIX") || row["error"].contains("GCP_DATASOURCE") {
            continue;
        }
        let is_whole = !text.is_empty() && text.is_ascii() && !text.contains('\u{1d}');
        let Some(data) = element_with(row["linter"], &text).filter(|_| is_whole) else { continue };
        let found = read(format!("]C1{data}\u{1d}").as_bytes(), today());
        if row["expect"] == "pass" {
            let is_too_long = found.as_ref().is_err_and(|fault| fault.to_string().contains("at most"));
            assert!(found.is_ok() || is_too_long, "{row:?}: {found:?}");
        } else {
            assert!(found.is_err(), "{row:?} gives {found:?}");
        }
        compared += 1;
    }
    assert!(compared > 3_000, "{compared}");
}

#[test]
fn supplier_labels() {
    let Some(table) = table("vectors-di.tsv") else { return };
    let rules = Rules { data_identifiers: true, ..Rules::default() };
    let mut compared = 0;
    for row in table.rows() {
        let expects_rule = row["format"] == "bare-di";
        let input = unescaped(row["input"]);
        let input = input.strip_suffix(b"\n").unwrap_or(&input);
        let rules = if expects_rule { &rules } else { &Rules::default() };
        let Scanned { reading, fault } = read_by(input, rules, today());
        if row["pairs"].is_empty() {
            assert!(fault.is_some(), "{row:?}");
        } else {
            let expected: Vec<(String, String)> = serde_json::from_str(row["pairs"]).unwrap();
            assert_eq!((reading.elements, fault), (expected, None), "{row:?}");
        }
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

#[test]
fn hibc_codes() {
    let Some(table) = table("vectors-hibc.tsv") else { return };
    for row in table.rows() {
        let pieces = scantrail::codes::take_apart(row["input"].as_bytes());
        if row["check_ok"] != "1" {
            assert!(read(row["input"].as_bytes(), today()).is_err(), "{row:?}");
        } else if row["fields"].is_empty() {
            assert_eq!(pieces.len(), 2, "{row:?}");
            let second = read(pieces[1], today()).unwrap();
            assert!(second.lot.is_some() || second.serial.is_some(), "{row:?} gives {second:?}");
        } else {
            let expected: HashMap<String, String> = serde_json::from_str(row["fields"]).unwrap();
            assert_eq!(fields(&read(pieces[0], today()).unwrap()), expected, "{row:?}");
        }
    }
}

#[test]
fn isbt_128_codes() {
    let Some(table) = table("vectors-isbt128.tsv") else { return };
    for row in table.rows() {
        let found = read(row["input"].as_bytes(), today());
        if row["ok"] == "1" {
            let expected: HashMap<String, String> = serde_json::from_str(row["fields"]).unwrap();
            // Some rows leave the flags out where they only hold the check.
            let mut found = fields(&found.unwrap());
            found.retain(|name, _| name != "flags" || expected.contains_key(name));
            assert_eq!(found, expected, "{row:?}");
        } else {
            assert!(found.is_err(), "{row:?} gives {found:?}");
        }
    }
}
