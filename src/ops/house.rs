//! The rules of a house: what no standard says, kept in the ledger for all stations, and the reading of scans by them.

use chrono::NaiveDate;

use super::masters::check_length;
use super::record::record;
use super::{Content, Draft, Recorded, Request, Result};
use crate::codes::{self, Decided, EmbeddedRule, Reading, Rules, Scanned, shown};
use crate::ledger::{Code, Refusal};
use crate::model::limits::LONGEST_REMARK;
use crate::scan::{Framed, Scan, ScanRef};
use crate::store::{Store, View};

/// A rule that a house may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// The value it has until somebody sets it.
    pub default: &'static str,
    /// A value to look at.
    pub example: &'static str,
}

/// All rules that a house may set.
pub const SETTINGS: [Setting; 5] = [
    Setting {
        name: "lot-words",
        about: "words in front of a lot that do not belong to it, with commas between",
        default: "",
        example: "lot, lot no, batch",
    },
    Setting {
        name: "ean-rules",
        about: "EAN codes that hold a weight, a price or a count, with semicolons between",
        default: "",
        example: "weight=21.....{NNDDD}",
    },
    Setting {
        name: "data-identifiers",
        about: "texts such as Q2500 and 1TL240529A are data identifiers with their values: yes or no",
        default: "no",
        example: "yes",
    },
    Setting {
        name: "enforce-picking-order",
        about: "a lot is picked before one that should go first only with a reason: yes or no",
        default: "no",
        example: "yes",
    },
    Setting {
        name: "override-hold",
        about: "held and expired goods may be sold with --override-hold and a reason: yes or no",
        default: "no",
        example: "yes",
    },
];

/// Whose settings they are: those of the whole house.
const HOUSE: &str = "";

/// The rules of a house on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    rules: Rules,
    today: NaiveDate,
    may_override_hold: bool,
    enforces_picking_order: bool,
}

impl House {
    /// A house without rules of its own.
    pub fn without_rules(today: NaiveDate) -> House {
        House { rules: Rules::default(), today, may_override_hold: false, enforces_picking_order: false }
    }

    /// The rules as they are set.
    ///
    /// # Errors
    /// What the database says.
    pub fn of(view: &View<'_>, today: NaiveDate) -> Result<House> {
        let mut house = House::without_rules(today);
        for (name, value) in view.settings_of(HOUSE)? {
            // A value that this version does not understand was refused when it was set; a later version may know more.
            let _ = house.take(&name, &value);
        }
        Ok(house)
    }

    /// What scans are read by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The day by which dates with two digits for the year are read.
    pub fn today(&self) -> NaiveDate {
        self.today
    }

    /// Held and expired goods may be sold when somebody says why.
    pub fn may_override_hold(&self) -> bool {
        self.may_override_hold
    }

    /// A lot is picked before one that should go first only when somebody says why.
    pub fn enforces_picking_order(&self) -> bool {
        self.enforces_picking_order
    }

    fn take(&mut self, name: &str, value: &str) -> std::result::Result<(), String> {
        match name {
            "lot-words" => self.rules.lot_words = listed(value, ',').map(str::to_owned).collect(),
            "ean-rules" => {
                let rules = listed(value, ';').map(EmbeddedRule::parse).collect::<std::result::Result<_, _>>();
                self.rules.embedded = rules.map_err(|fault| fault.to_string())?;
            }
            "data-identifiers" => self.rules.data_identifiers = yes_or_no(value)?,
            "enforce-picking-order" => self.enforces_picking_order = yes_or_no(value)?,
            "override-hold" => self.may_override_hold = yes_or_no(value)?,
            _ => return Err(format!("there is no setting {}", shown(name.as_bytes()))),
        }
        Ok(())
    }

    /// What a scan says by the rules of the house, and the reading of it that somebody chose where there are several.
    pub fn read_scan(&self, scan: &Scan) -> Scanned {
        let mut scanned = codes::read_by(&scan.bytes, &self.rules, self.today);
        if let Some(chosen) = &scan.chosen {
            let (reading, decided) = Decided::split(chosen);
            if !reading.is_empty() {
                scanned.reading = scanned.reading.chosen(reading);
            }
            scanned.reading.decided = decided;
        }
        scanned.reading.is_case_lost = scan.is_case_lost;
        scanned
    }

    /// What a line of a stream says, or why it says nothing.
    pub(super) fn read(&self, framed: &Framed) -> (ScanRef, std::result::Result<Reading, Refusal>) {
        let scan = ScanRef { line: framed.line(), shown: framed.shown() };
        let not_readable = |why: String| {
            Refusal::new(Code::ScanNotReadable, why, "scan it again, and look at the label; `scantrail scanner test`")
        };
        let reading = match framed {
            Framed::Scan(scan) => self.read_scan(scan).whole().map_err(|fault| {
                Refusal::new(Code::ScanNotReadable, fault.to_string(), "scan it again, and look at the label")
            }),
            Framed::NotRepaired { why, .. } => Err(not_readable(why.clone())),
            Framed::TooLong { length, .. } => {
                let most = crate::scan::MOST_BYTES;
                let message = format!("the scan has {length} bytes, and a barcode has at most {most}");
                Err(Refusal::new(Code::ScanTooLong, message, "is this a file of scans, one on each line?"))
            }
        };
        (scan, reading)
    }

    /// What a text that somebody typed or scanned as one argument says.
    pub fn read_text(&self, text: &str) -> Option<Reading> {
        codes::read_by(text.as_bytes(), &self.rules, self.today).whole().ok()
    }
}

fn listed(value: &str, separator: char) -> impl Iterator<Item = &str> {
    value.split(separator).map(str::trim).filter(|one| !one.is_empty())
}

fn yes_or_no(value: &str) -> std::result::Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("{} is neither yes nor no", shown(value.as_bytes()))),
    }
}

/// Every setting with its value.
///
/// # Errors
/// What the database says.
pub fn settings(view: &View<'_>) -> Result<Vec<(Setting, String)>> {
    let set = view.settings_of(HOUSE)?;
    let value = |setting: &Setting| {
        let found = set.iter().find(|(name, _)| name == setting.name);
        found.map_or_else(|| setting.default.to_owned(), |(_, value)| value.clone())
    };
    Ok(SETTINGS.iter().map(|setting| (*setting, value(setting))).collect())
}

/// `setting set`.
///
/// # Errors
/// `not-valid`; what the database says.
pub fn set_setting(store: &Store, name: &str, value: &str, request: &Request) -> Result<Recorded> {
    let mut content = Content::of("setting set", request);
    content.flag("name", Some(name));
    content.flag("value", Some(value));
    record(store, request, content.digest(), |writer| {
        let (name, value) = (name.trim(), value.trim());
        check_length("a setting", value, LONGEST_REMARK)?;
        let mut house = House::of(writer, request.stamp.recorded_at.date_naive())?;
        house.take(name, value).map_err(|why| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name);
            let hint = match setting {
                Some(Setting { name, example, .. }) => format!("scantrail setting set {name} \"{example}\""),
                None => "scantrail setting list".to_owned(),
            };
            Refusal::new(Code::NotValid, why, hint)
        })?;
        let before = settings(writer)?.into_iter().find(|(setting, _)| setting.name == name);
        let before = before.map(|(_, value)| value).unwrap_or_default();
        writer.set_setting(HOUSE, name, value)?;
        let detail = serde_json::json!({ "setting": name, "before": before, "after": value });
        Ok(Draft { kind: "setting-set", detail: Some(detail.to_string()), ..Draft::default() })
    })
}
