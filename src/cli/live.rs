//! A scanner at a terminal: a prompt says which scan is due, and every scan is answered before the next one.

use std::io::{BufRead, Write};

use super::context::Context;
use super::failure::{Failure, refusal_text};
use super::output::safe;
use crate::ledger::{Code, Refusal};
use crate::ops::{Answer, OpError, Recorded, Request, ScanVerb, Session};
use crate::scan::{Conversation, Due, Framed, Framer, taken_apart};
use crate::store::Store;

/// The terminal's bell, for scans that do not count.
const BELL: &str = "\x07";

/// Takes scans until DONE or the end of input, then records them.
///
/// # Errors
/// An incomplete batch, a cancelled one, and what fails.
pub fn record(
    context: &Context,
    store: &Store,
    verb: &dyn ScanVerb,
    request: &Request,
    input: &mut dyn BufRead,
) -> Result<Recorded, Failure> {
    let mut session = Session::new(store, verb, request)?;
    let screen = Screen { quiet: context.globals.quiet, colour: context.has_colour() };
    let mut scans = Scans { input, framer: Framer::new(), queue: Vec::new().into_iter(), is_at_end: false };
    screen.prompt(session.conversation());
    while let Some(framed) = scans.next()? {
        match session.scan(framed)? {
            Answer::Accepted(said) => screen.answer("ok", &said, "32"),
            Answer::Undone(said) => screen.answer("undone", &format!("{said} does not count"), "33"),
            Answer::Refused(refusal) => screen.refuse(&refusal),
            Answer::Cancelled => {
                let refusal =
                    Refusal::new(Code::Cancelled, "the batch was cancelled by scan", "begin again when ready");
                return Err(refusal.into());
            }
            Answer::Done => break,
        }
        screen.prompt(session.conversation());
    }
    session.finish().map_err(Failure::from)?;
    screen.summary(session.conversation());
    session.record().map_err(|error: OpError| Failure::from(error).repeat_with(&request.op_id))
}

/// Scans as they arrive: nothing is read ahead of what has arrived.
struct Scans<'i> {
    input: &'i mut dyn BufRead,
    framer: Framer,
    queue: std::vec::IntoIter<Framed>,
    is_at_end: bool,
}

impl Scans<'_> {
    fn next(&mut self) -> Result<Option<Framed>, Failure> {
        loop {
            if let Some(framed) = self.queue.next() {
                return Ok(Some(framed));
            }
            if self.is_at_end {
                return Ok(None);
            }
            let available = self.input.fill_buf().map_err(|error| Failure::file("the scanner", &error))?;
            if available.is_empty() {
                self.is_at_end = true;
                self.queue = self.framer.finish().into_iter().flat_map(taken_apart).collect::<Vec<_>>().into_iter();
                continue;
            }
            let framer = &mut self.framer;
            let found: Vec<Framed> =
                available.iter().filter_map(|byte| framer.push(*byte)).flat_map(taken_apart).collect();
            let length = available.len();
            self.input.consume(length);
            self.queue = found.into_iter();
        }
    }
}

struct Screen {
    quiet: bool,
    colour: bool,
}

impl Screen {
    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }

    fn painted(&self, word: &str, colour: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
    }

    fn prompt(&self, conversation: &Conversation) {
        if !self.quiet {
            self.write(&format!("{} > ", due(conversation)));
        }
    }

    fn answer(&self, word: &str, said: &str, colour: &str) {
        if !self.quiet {
            self.write(&format!("  {}  {}\n", self.painted(word, colour), safe(said)));
        }
    }

    fn refuse(&self, refusal: &Refusal) {
        let text = refusal_text(refusal);
        let text = text.replacen("refused", &self.painted("refused", "31"), 1);
        self.write(&format!("{BELL}  {text}\n"));
    }

    fn summary(&self, conversation: &Conversation) {
        if self.quiet {
            return;
        }
        for line in conversation.lines() {
            let lot = line.lot.as_ref().map(|lot| format!(" lot {}", safe(lot.code.as_str()))).unwrap_or_default();
            let quantity = line.quantity.display(line.item.scale);
            self.write(&format!("  {quantity} {} {}{lot}\n", line.item.unit, line.item.sku));
        }
    }
}

/// Which scan is due, for people.
fn due(conversation: &Conversation) -> String {
    let item = conversation.open_item().map(|item| item.sku.to_string());
    let item = item.or_else(|| conversation.plan().item.as_ref().map(|item| item.sku.to_string()));
    let of = item.as_ref().map(|item| format!(" of {item}")).unwrap_or_default();
    match conversation.due() {
        Due::Opening if conversation.plan().item.is_some() => format!("quantity{of}, place or done"),
        Due::Opening if conversation.plan().verb.moves_known_goods() => "item, quantity, place or done".to_owned(),
        Due::Opening => "item, place or done".to_owned(),
        Due::UnitOrQuantity => format!("quantity{of}, or the next item, place or done"),
        Due::Quantity => format!("quantity{of}"),
        Due::Lot => format!("lot{of}"),
        Due::Serial(number, wanted) => format!("serial{of}, {number} of {wanted}"),
        Due::Nothing => "nothing".to_owned(),
    }
}
