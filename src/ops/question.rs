//! What a live session asks about a scan, and what the next scan answers. The answer is kept with the scan it is about.

use crate::codes::{Command, DatesChoice, Decided, Kind, Reading};
use crate::scan::{Framed, Scan};

/// What a session asked about a scan.
pub enum Asked {
    /// Which of these readings is meant.
    Readings(Vec<String>),
    /// Whether the known dates of a lot count, or those of the label.
    Dates,
    /// Whether goods are taken although others should go first.
    OutOfOrder {
        /// The same scan a second time takes them without a reason.
        may_insist: bool,
    },
    /// Why they are.
    Why,
}

/// How a question was answered.
pub enum Choice {
    /// The scan counts, with this choice.
    Taken(String),
    /// A reason is due.
    Why,
}

impl Asked {
    /// The answer that a scan gives to the question about the scan before it; `None` where it is none.
    pub fn answered_by(&self, asked: &Scan, framed: &Framed, reading: &Reading) -> Option<Choice> {
        let (chosen, decided) = Decided::split(asked.chosen.as_deref().unwrap_or_default());
        match self {
            Asked::Readings(readings) => {
                let reading = readings.get(number(reading)?.checked_sub(1)?)?;
                Some(Choice::Taken(decided.join(reading)))
            }
            Asked::Dates => {
                let dates = match number(reading)? {
                    1 => DatesChoice::Known,
                    2 => DatesChoice::New,
                    _ => return None,
                };
                Some(Choice::Taken(Decided { dates: Some(dates), ..decided }.join(chosen)))
            }
            Asked::OutOfOrder { .. } if number(reading) == Some(1) => Some(Choice::Why),
            Asked::OutOfOrder { may_insist } => {
                let insists = *may_insist && framed.bytes() == asked.bytes.as_slice();
                let decided = Decided { out_of_order: Some(String::new()), ..decided };
                insists.then(|| Choice::Taken(decided.join(chosen)))
            }
            Asked::Why => {
                let why = reading.plain().map(str::trim).filter(|why| !why.is_empty())?;
                Some(Choice::Taken(Decided { out_of_order: Some(why.to_owned()), ..decided }.join(chosen)))
            }
        }
    }
}

/// The number of an answer that was scanned or typed, from 1.
fn number(reading: &Reading) -> Option<usize> {
    match reading.kind {
        Kind::Command(Command::Digit(digit)) => Some(usize::from(digit)),
        Kind::Command(Command::Quantity(count)) => usize::try_from(count).ok(),
        _ => reading.plain().filter(|text| text.len() == 1)?.parse().ok(),
    }
}
