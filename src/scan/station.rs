//! What a hands-free station knows between batches, as a state machine without I/O: what it does, for whom, where, and
//! who works there. Everything comes by scans.
//!
//! | scan | between batches | inside of a batch |
//! |---|---|---|
//! | mode | begins anew with that mode | refused |
//! | badge | changes the operator | refused |
//! | place, order, partner | kept for the batches that follow | part of the batch |
//! | question | asks about the next scan | asks about the next scan |
//! | undo the last operation | takes it back, once | refused |
//! | repeat | says it again | says it again |
//! | anything else | begins a batch | part of the batch |

use serde::{Deserialize, Serialize};

use crate::codes::{Command, Mode, Question};
use crate::ledger::{Code, Refusal};
use crate::model::{OrderKind, PartnerKind};

/// What a scan names, as far as a station cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A command scan.
    Command(Command),
    /// A place of ours, by its path.
    Place(String),
    /// An order, by its number.
    Order(String, OrderKind),
    /// A partner, by its code.
    Partner(String, PartnerKind),
    /// Something else: goods, or nothing that is known.
    Other,
}

/// What a station does about a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It knows something new; in words.
    Changed(String),
    /// The next scan is asked about.
    Ask(Question),
    /// This scan is asked about.
    Answer(Question),
    /// The last operation is to be taken back.
    UndoOperation,
    /// What was said last is to be said again.
    Repeat,
    /// The scan is one of the batch.
    ForBatch,
    /// It counts for nothing.
    Refused(Refusal),
    /// It was scanned just before, and is taken for a double read.
    Double(Refusal),
}

/// What a station knows. It is kept in the draft of its batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Station {
    /// The mode, as a word.
    mode: Option<String>,
    /// Where goods go, or leave from.
    place: Option<String>,
    /// The order.
    order: Option<String>,
    /// The supplier or customer.
    partner: Option<String>,
    /// Who works here, when a badge was scanned.
    operator: Option<String>,
    /// The next scan is asked about.
    #[serde(skip)]
    question: Option<Question>,
    /// An operation was taken back, and nothing was scanned since.
    #[serde(skip)]
    has_just_undone: bool,
}

impl Station {
    /// What it does.
    pub fn mode(&self) -> Option<Mode> {
        let word = self.mode.as_deref()?;
        Mode::WORDS.iter().find(|(_, text)| *text == word).map(|(mode, _)| *mode)
    }

    /// Where goods go, or leave from.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// The order.
    pub fn order(&self) -> Option<&str> {
        self.order.as_deref()
    }

    /// The supplier or customer.
    pub fn partner(&self) -> Option<&str> {
        self.partner.as_deref()
    }

    /// Who works here, when a badge was scanned.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// What the next scan is asked, for prompts.
    pub fn question(&self) -> Option<Question> {
        self.question
    }

    /// What it knows, for prompts: `receive PO-1001 WH1/A-01`.
    pub fn words(&self) -> String {
        let words = [&self.mode, &self.order, &self.partner, &self.place];
        words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// What kind of partner its mode is about.
    pub fn partner_kind(&self) -> Option<PartnerKind> {
        match self.mode()? {
            Mode::Receive => Some(PartnerKind::Supplier),
            Mode::Sell | Mode::Return => Some(PartnerKind::Customer),
            Mode::Transfer | Mode::Pick => None,
        }
    }

    fn order_kind(&self) -> Option<OrderKind> {
        match self.mode()? {
            Mode::Receive => Some(OrderKind::Purchase),
            Mode::Pick | Mode::Sell | Mode::Return => Some(OrderKind::Sales),
            Mode::Transfer => None,
        }
    }

    /// What is missing before a batch can begin.
    ///
    /// # Errors
    /// `station-not-ready`.
    pub fn ready(&self) -> Result<Mode, Refusal> {
        let refusal = |message: &str, hint: &str| Refusal::new(Code::StationNotReady, message, hint);
        let Some(mode) = self.mode() else {
            return Err(refusal(
                "no mode was scanned yet",
                "scan receive, transfer, pick, sell or return from the sheet",
            ));
        };
        let knows_whom = self.order.is_some() || self.partner.is_some();
        match mode {
            Mode::Receive if !knows_whom => Err(refusal(
                "receive needs to know from whom: an order or a supplier",
                "scan the purchase order, or the supplier's badge",
            )),
            Mode::Sell if !knows_whom => Err(refusal(
                "sell needs to know to whom: an order or a customer",
                "scan the sales order, or the customer's badge",
            )),
            Mode::Pick if self.order.is_none() => {
                Err(refusal("pick needs to know for which order", "scan the sales order"))
            }
            mode => Ok(mode),
        }
    }

    /// Takes a scan. `is_open` is true inside of a batch, after its first accepted scan.
    pub fn step(&mut self, named: &Named, is_open: bool) -> Step {
        let has_just_undone = std::mem::take(&mut self.has_just_undone);
        let question = self.question.take();
        match named {
            Named::Command(command) => self.command(*command, is_open, has_just_undone),
            _ if question.is_some() => question.map_or(Step::Repeat, Step::Answer),
            Named::Place(path) if !is_open && self.mode.is_some() => {
                self.place = Some(path.clone());
                Step::Changed(format!("place {path}"))
            }
            Named::Order(code, kind) if !is_open => self.take_order(code, *kind),
            Named::Partner(code, kind) if !is_open => self.take_partner(code, *kind),
            _ => self.ready().map_or_else(Step::Refused, |_| Step::ForBatch),
        }
    }

    fn command(&mut self, command: Command, is_open: bool, has_just_undone: bool) -> Step {
        match command {
            Command::Question(question) => {
                self.question = Some(question);
                Step::Ask(question)
            }
            Command::Repeat => Step::Repeat,
            Command::Mode(_) | Command::Badge(_) | Command::UndoLastOperation if is_open => {
                let message = "a batch is open, and this would come between its scans";
                Step::Refused(Refusal::new(Code::CommandNotHere, message, "scan done or cancel first"))
            }
            Command::Mode(mode) => {
                let operator = self.operator.take();
                *self = Station { mode: Some(mode.word().to_owned()), operator, ..Station::default() };
                Step::Changed(mode.word().to_owned())
            }
            Command::Badge(name) => {
                self.operator = Some(name.as_str().to_owned());
                Step::Changed(format!("operator {}", name.as_str()))
            }
            Command::UndoLastOperation if has_just_undone => {
                let message = "this was scanned a moment ago, and would take back one operation more";
                Step::Double(Refusal::new(
                    Code::CommandNotHere,
                    message,
                    "if that is meant, scan repeat and then this again",
                ))
            }
            Command::UndoLastOperation => {
                self.has_just_undone = true;
                Step::UndoOperation
            }
            Command::Done | Command::Cancel | Command::UndoLastScan if !is_open && self.ready().is_err() => {
                let message = "no batch is open";
                Step::Refused(Refusal::new(Code::CommandNotHere, message, "scan a mode, then the goods"))
            }
            _ => self.ready().map_or_else(Step::Refused, |_| Step::ForBatch),
        }
    }

    fn take_order(&mut self, code: &str, kind: OrderKind) -> Step {
        match self.order_kind() {
            None if self.mode.is_none() => self.ready().map_or_else(Step::Refused, |_| Step::ForBatch),
            Some(wanted) if wanted == kind => {
                self.order = Some(code.to_owned());
                self.partner = None;
                Step::Changed(format!("order {code}"))
            }
            wanted => {
                let mode = self.mode.as_deref().unwrap_or_default();
                let takes = wanted.map_or("none".to_owned(), |wanted| format!("a {} order", wanted.word()));
                let message = format!("{code} is a {} order, and {mode} takes {takes}", kind.word());
                Step::Refused(Refusal::new(Code::StationNotReady, message, "scan another order, or another mode first"))
            }
        }
    }

    fn take_partner(&mut self, code: &str, kind: PartnerKind) -> Step {
        match self.partner_kind() {
            Some(wanted) if wanted == kind => {
                self.partner = Some(code.to_owned());
                self.order = None;
                Step::Changed(format!("{} {code}", kind.word()))
            }
            _ if self.mode.is_none() => self.ready().map_or_else(Step::Refused, |_| Step::ForBatch),
            wanted => {
                let mode = self.mode.as_deref().unwrap_or_default();
                let takes = wanted.map_or("no partner".to_owned(), |wanted| format!("a {}", wanted.word()));
                let message = format!("{code} is a {}, and {mode} takes {takes}", kind.word());
                Step::Refused(Refusal::new(Code::StationNotReady, message, "scan another badge, or another mode first"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::BadgeName;

    fn mode(mode: Mode) -> Named {
        Named::Command(Command::Mode(mode))
    }

    fn order(kind: OrderKind) -> Named {
        Named::Order("O-1".to_owned(), kind)
    }

    fn partner(kind: PartnerKind) -> Named {
        Named::Partner("P".to_owned(), kind)
    }

    fn place() -> Named {
        Named::Place("A".to_owned())
    }

    /// What the last of these scans does, in a word; all but the last are outside of a batch.
    fn last(scans: &[Named], is_open: bool) -> String {
        let mut station = Station::default();
        let mut word = String::new();
        for (index, scan) in scans.iter().enumerate() {
            word = match station.step(scan, is_open && index + 1 == scans.len()) {
                Step::Changed(said) => format!("{said}: {}", station.words()),
                Step::Ask(_) => "ask".to_owned(),
                Step::Answer(_) => "answer".to_owned(),
                Step::UndoOperation => "undo".to_owned(),
                Step::Repeat => "repeat".to_owned(),
                Step::ForBatch => "batch".to_owned(),
                Step::Refused(refusal) => format!("{}: {}", refusal.code.text(), refusal.message),
                Step::Double(refusal) => format!("double {}", refusal.code.text()),
            };
        }
        word
    }

    #[test]
    fn the_table() {
        let command = Named::Command;
        let badge = || command(Command::Badge(BadgeName::new("ANN").unwrap()));
        let what = || command(Command::Question(Question::WhatIsThis));
        let undo = || command(Command::UndoLastOperation);
        let cases: Vec<(Vec<Named>, bool, &str)> = vec![
            (vec![Named::Other], false, "station-not-ready: no mode was scanned yet"),
            (vec![place()], false, "station-not-ready: no mode was scanned yet"),
            (vec![order(OrderKind::Sales)], false, "station-not-ready: no mode was scanned yet"),
            (vec![command(Command::Done)], false, "command-not-here: no batch is open"),
            (vec![mode(Mode::Receive)], false, "receive: receive"),
            (
                vec![mode(Mode::Receive), Named::Other],
                false,
                "station-not-ready: receive needs to know from whom: an order or a supplier",
            ),
            (
                vec![mode(Mode::Sell), Named::Other],
                false,
                "station-not-ready: sell needs to know to whom: an order or a customer",
            ),
            (vec![mode(Mode::Pick), Named::Other], false, "station-not-ready: pick needs to know for which order"),
            (vec![mode(Mode::Receive), order(OrderKind::Purchase)], false, "order O-1: receive O-1"),
            (
                vec![mode(Mode::Receive), order(OrderKind::Sales)],
                false,
                "station-not-ready: O-1 is a sales order, and receive takes a purchase order",
            ),
            (
                vec![mode(Mode::Transfer), order(OrderKind::Sales)],
                false,
                "station-not-ready: O-1 is a sales order, and transfer takes none",
            ),
            (
                vec![mode(Mode::Sell), partner(PartnerKind::Supplier)],
                false,
                "station-not-ready: P is a supplier, and sell takes a customer",
            ),
            (
                vec![mode(Mode::Pick), partner(PartnerKind::Customer)],
                false,
                "station-not-ready: P is a customer, and pick takes no partner",
            ),
            (vec![mode(Mode::Receive), partner(PartnerKind::Supplier), place()], false, "place A: receive P A"),
            (
                vec![mode(Mode::Receive), partner(PartnerKind::Supplier), order(OrderKind::Purchase)],
                false,
                "order O-1: receive O-1",
            ),
            (vec![mode(Mode::Transfer), Named::Other], false, "batch"),
            (vec![mode(Mode::Transfer), place()], true, "batch"),
            (vec![mode(Mode::Transfer), place(), mode(Mode::Return)], false, "return: return"),
            (
                vec![mode(Mode::Transfer), mode(Mode::Sell)],
                true,
                "command-not-here: a batch is open, and this would come between its scans",
            ),
            (
                vec![mode(Mode::Transfer), badge()],
                true,
                "command-not-here: a batch is open, and this would come between its scans",
            ),
            (vec![badge()], false, "operator ANN: "),
            (vec![what()], false, "ask"),
            (vec![what(), Named::Other], false, "answer"),
            (vec![mode(Mode::Transfer), what(), Named::Other], true, "answer"),
            (vec![what(), Named::Other, Named::Other], false, "station-not-ready: no mode was scanned yet"),
            (vec![what(), command(Command::Repeat)], false, "repeat"),
            (vec![undo()], false, "undo"),
            (vec![undo(), undo()], false, "double command-not-here"),
            (vec![undo(), command(Command::Repeat), undo()], false, "undo"),
            (
                vec![mode(Mode::Transfer), undo()],
                true,
                "command-not-here: a batch is open, and this would come between its scans",
            ),
        ];
        for (scans, is_open, expected) in cases {
            assert_eq!(last(&scans, is_open), expected, "{scans:?}");
        }
    }

    #[test]
    fn a_change_of_mode_forgets_the_order_and_the_place_and_keeps_the_operator() {
        let mut station = Station::default();
        station.step(&Named::Command(Command::Badge(BadgeName::new("ANN").unwrap())), false);
        station.step(&mode(Mode::Receive), false);
        station.step(&order(OrderKind::Purchase), false);
        station.step(&place(), false);
        let text = serde_json::to_string(&station).unwrap();
        assert_eq!(serde_json::from_str::<Station>(&text).unwrap(), station);
        station.step(&mode(Mode::Transfer), false);
        assert_eq!((station.words(), station.operator()), ("transfer".to_owned(), Some("ANN")));
    }
}
