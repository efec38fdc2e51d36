//! What a person decided about a scan when a live station asked: kept with the scan, so that it is asked once.

/// Stands between the parts of a choice. No barcode that is read holds it.
const SEPARATOR: char = '\u{1e}';
const KNOWN_DATES: &str = "dates=known";
const NEW_DATES: &str = "dates=new";
const ORDER: &str = "order=";

/// Which dates of a lot count, when the label says others than are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatesChoice {
    /// Those that are known.
    Known,
    /// Those on the label: a correction.
    New,
}

/// What was decided about one scan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Decided {
    /// Which dates count.
    pub dates: Option<DatesChoice>,
    /// The goods are taken although others should go first; the text says why, and may be empty.
    pub out_of_order: Option<String>,
}

impl Decided {
    /// A choice as it is kept: the reading that was chosen, which may be none, and what was decided.
    pub fn split(chosen: &str) -> (&str, Decided) {
        let mut parts = chosen.split(SEPARATOR);
        let reading = parts.next().unwrap_or_default();
        let mut decided = Decided::default();
        for part in parts {
            match part {
                KNOWN_DATES => decided.dates = Some(DatesChoice::Known),
                NEW_DATES => decided.dates = Some(DatesChoice::New),
                other => decided.out_of_order = other.strip_prefix(ORDER).map(str::to_owned).or(decided.out_of_order),
            }
        }
        (reading, decided)
    }

    /// The text that [`Decided::split`] reads.
    pub fn join(&self, reading: &str) -> String {
        let mut text = reading.to_owned();
        let dates = self.dates.map(|dates| match dates {
            DatesChoice::Known => KNOWN_DATES.to_owned(),
            DatesChoice::New => NEW_DATES.to_owned(),
        });
        let order = self.out_of_order.as_ref().map(|why| format!("{ORDER}{}", why.replace(SEPARATOR, " ")));
        for part in dates.into_iter().chain(order) {
            text.push(SEPARATOR);
            text.push_str(&part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let all = [
            ("", Decided::default()),
            ("(10)B7(17)270131", Decided::default()),
            ("(10)B7", Decided { dates: Some(DatesChoice::New), out_of_order: None }),
            ("", Decided { dates: Some(DatesChoice::Known), out_of_order: Some(String::new()) }),
            ("", Decided { dates: None, out_of_order: Some("the other one leaks".to_owned()) }),
        ];
        for (reading, decided) in all {
            let kept = decided.join(reading);
            assert_eq!(Decided::split(&kept), (reading, decided));
        }
    }
}
