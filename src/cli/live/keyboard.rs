//! From the bytes of a terminal to scans and keys.
//!
//! A scanner sends its bytes close together, a person presses keys one by one. So Ctrl-C, Ctrl-D and backspace are keys
//! only where no other byte came within [`PAUSE`] before or comes after; inside a scan they are data like any other.

use std::io;
use std::time::Duration;

use crate::scan::{Framed, Framer};

/// A key stands alone for as long, before and after.
pub const PAUSE: Duration = Duration::from_millis(50);

const CONTROL_C: u8 = 0x03;
const CONTROL_D: u8 = 0x04;
const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7F;

/// What came over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// A byte.
    Byte {
        /// Which.
        byte: u8,
        /// Nothing came within [`PAUSE`] before it.
        was_quiet: bool,
    },
    /// The terminal is gone.
    Gone,
    /// Somebody wants the program to end.
    Signal,
}

/// Where bytes come from.
pub trait Wire {
    /// Waits for what comes next.
    ///
    /// # Errors
    /// What the system says.
    fn next(&mut self) -> io::Result<Arrived>;

    /// Waits [`PAUSE`] for a further byte, without taking it: true when none came.
    ///
    /// # Errors
    /// What the system says.
    fn stays_quiet(&mut self) -> io::Result<bool>;

    /// True when a byte is there.
    ///
    /// # Errors
    /// What the system says.
    fn is_waiting(&mut self) -> io::Result<bool>;
}

/// What a person or a scanner did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A scan, or a line that was typed.
    Scan(Framed),
    /// Enter, and nothing before it.
    Blank,
    /// The line that is being typed has changed.
    Typed,
    /// The line that was being typed was dropped.
    Cleared,
    /// The end of input.
    End,
    /// The session is to end without being recorded, for this reason.
    Stop(&'static str),
}

/// A terminal with a scanner.
pub struct Keyboard<W> {
    wire: W,
    framer: Framer,
    last: Option<u8>,
    last_was_erasing: bool,
    ahead: Option<u8>,
}

impl<W: Wire> Keyboard<W> {
    /// Begins at a line, from 1.
    pub fn new(wire: W, line: u32) -> Keyboard<W> {
        Keyboard { wire, framer: Framer::from_line(line), last: None, last_was_erasing: false, ahead: None }
    }

    /// Begins the counting of lines anew, before anything was read.
    pub fn begin_at_line(&mut self, line: u32) {
        self.framer.begin_at_line(line);
    }

    /// TAB belongs to scans, because it arrives for the separator of GS1 data. To be said before anything was read.
    pub fn keep_tabs(&mut self, keeps_tabs: bool) {
        self.framer = self.framer.clone().keeping_tabs(keeps_tabs);
    }

    /// What was typed since the last scan.
    pub fn pending(&self) -> &[u8] {
        self.framer.pending()
    }

    /// True when more has arrived already.
    pub fn is_waiting(&mut self) -> bool {
        self.ahead.is_some() || self.wire.is_waiting().unwrap_or(false)
    }

    /// Waits for what is done next.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self) -> io::Result<Event> {
        loop {
            let (byte, was_quiet) = match self.ahead.take() {
                Some(byte) => (byte, false),
                None => match self.wire.next()? {
                    Arrived::Byte { byte, was_quiet } => (byte, was_quiet),
                    Arrived::Gone => return Ok(Event::Stop("the terminal went away")),
                    Arrived::Signal => return Ok(Event::Stop("a signal asked for it")),
                },
            };
            let was_erasing = std::mem::take(&mut self.last_was_erasing);
            if let Some(event) = self.key(byte, was_quiet, was_erasing)? {
                self.last = None;
                return Ok(event);
            }
            let last = self.last.replace(byte);
            if let Some(framed) = self.framer.push(byte) {
                return Ok(Event::Scan(framed));
            }
            match byte {
                b'\n' if last == Some(b'\r') => {}
                b'\r' | b'\n' => return Ok(Event::Blank),
                b'\t' => {}
                _ => return Ok(Event::Typed),
            }
        }
    }

    fn key(&mut self, byte: u8, was_quiet: bool, was_erasing: bool) -> io::Result<Option<Event>> {
        match byte {
            CONTROL_C | CONTROL_D if was_quiet && self.wire.stays_quiet()? => Ok(Some(self.control(byte))),
            BACKSPACE | DELETE if (was_quiet || was_erasing) && self.is_erasing()? => {
                self.last_was_erasing = true;
                self.framer.take_back();
                Ok(Some(Event::Typed))
            }
            _ => Ok(None),
        }
    }

    fn control(&mut self, byte: u8) -> Event {
        let is_empty = self.framer.pending().is_empty();
        match (byte, is_empty) {
            (CONTROL_C, true) => Event::Stop("Ctrl-C was pressed"),
            (CONTROL_C, false) => {
                self.framer.clear();
                Event::Cleared
            }
            (_, true) => Event::End,
            (_, false) => self.framer.finish().map_or(Event::Blank, Event::Scan),
        }
    }

    /// A backspace stands alone, or before another one: a key that is held repeats faster than [`PAUSE`].
    fn is_erasing(&mut self) -> io::Result<bool> {
        if self.wire.stays_quiet()? {
            return Ok(true);
        }
        if let Arrived::Byte { byte, .. } = self.wire.next()? {
            self.ahead = Some(byte);
            return Ok(matches!(byte, BACKSPACE | DELETE));
        }
        Ok(true)
    }

    /// Waits for one of these letters, in either case, alone or followed by Enter. What a scanner sends is none.
    ///
    /// # Errors
    /// What the system says.
    pub fn choice(&mut self, letters: &[u8]) -> io::Result<Choice> {
        let mut typed = Vec::new();
        loop {
            match self.wire.next()? {
                Arrived::Byte { byte, .. } if typed.len() < 8 => typed.push(byte),
                Arrived::Byte { .. } => {}
                Arrived::Gone => return Ok(Choice::Stop("the terminal went away")),
                Arrived::Signal => return Ok(Choice::Stop("a signal asked for it")),
            }
            if self.wire.stays_quiet()? {
                break;
            }
        }
        Ok(match typed.trim_ascii() {
            [CONTROL_C] => Choice::Stop("Ctrl-C was pressed"),
            [CONTROL_D] => Choice::Stop("Ctrl-D was pressed"),
            [letter] if letters.contains(&letter.to_ascii_lowercase()) => Choice::Letter(letter.to_ascii_lowercase()),
            _ => Choice::Other,
        })
    }

    /// The scans that have arrived already.
    pub fn leftover(&mut self) -> Vec<Framed> {
        let mut scans = Vec::new();
        while self.is_waiting() {
            match self
                .ahead
                .take()
                .map_or_else(|| self.wire.next(), |byte| Ok(Arrived::Byte { byte, was_quiet: false }))
            {
                Ok(Arrived::Byte { byte, .. }) => scans.extend(self.framer.push(byte)),
                _ => break,
            }
        }
        scans.extend(self.framer.finish());
        scans
    }
}

/// What a question was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One of the letters, in lower case.
    Letter(u8),
    /// Something else.
    Other,
    /// The session is to end, for this reason.
    Stop(&'static str),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Scan;
    use std::collections::VecDeque;

    /// Plays bytes; `None` is a pause.
    struct Played(VecDeque<Option<u8>>);

    impl Wire for Played {
        fn next(&mut self) -> io::Result<Arrived> {
            let mut was_quiet = false;
            while self.0.front() == Some(&None) {
                self.0.pop_front();
                was_quiet = true;
            }
            Ok(match self.0.pop_front().flatten() {
                Some(byte) => Arrived::Byte { byte, was_quiet },
                None => Arrived::Gone,
            })
        }

        fn stays_quiet(&mut self) -> io::Result<bool> {
            Ok(self.0.front().is_none_or(Option::is_none))
        }

        fn is_waiting(&mut self) -> io::Result<bool> {
            Ok(self.0.front().is_some_and(Option::is_some))
        }
    }

    /// `_` is a pause, all else stands for itself.
    fn keyboard(played: &str) -> Keyboard<Played> {
        let bytes = std::iter::once(None).chain(played.bytes().map(|byte| (byte != b'_').then_some(byte)));
        Keyboard::new(Played(bytes.collect()), 1)
    }

    fn events(played: &str) -> String {
        let mut keyboard = keyboard(played);
        let mut text = String::new();
        loop {
            match keyboard.next().unwrap() {
                Event::Scan(framed) => text.push_str(&format!("[{}]", framed.shown())),
                Event::Blank => text.push_str("blank "),
                Event::Typed => {}
                Event::Cleared => text.push_str("cleared "),
                Event::End => text.push_str("end "),
                Event::Stop(_) => return text.trim().to_owned(),
            }
        }
    }

    #[test]
    fn keys_stand_alone_and_scans_hold_anything() {
        for (played, expected) in [
            ("SN1\r_SN2\r\nSN3\tSN4\n_", "[SN1][SN2][SN3][SN4]"),
            ("_\u{4}_", "end"),
            ("A\u{4}B\u{3}\u{1c}\u{13}\u{15}C\r", r"[A\x04B\x03\x1C\x13\x15C]"),
            ("SN1\r\u{4}SN2\r", r"[SN1][\x04SN2]"),
            ("SN1\r_\u{4}SN2\r", r"[SN1][\x04SN2]"),
            ("SN1\r\u{4}_SN2\r", r"[SN1][\x04SN2]"),
            ("S_N_1_\u{4}_", "[SN1]"),
            ("S_N_\u{3}_X_\r", "cleared [X]"),
            ("\r_\r_\n_A\r\n", "blank blank [A]"),
            ("S_N_X_\u{7f}_1_\r", "[SN1]"),
            ("S_N_X_Y_\u{7f}\u{7f}\u{8}\u{7f}_\u{7f}_1_\r", "[1]"),
            ("S\u{7f}N\r", r"[S\x7FN]"),
            ("_\u{7f}N\r", r"[\x7FN]"),
            ("Ä_\u{7f}_B_\r", "[B]"),
        ] {
            assert_eq!(events(played), expected, "{played:?}");
        }
    }

    #[test]
    fn a_question_is_answered_by_a_key_and_not_by_a_scan() {
        for (played, expected) in [
            ("r_", Choice::Letter(b'r')),
            ("D\r_", Choice::Letter(b'd')),
            ("DONE\r_", Choice::Other),
            ("x_", Choice::Other),
            ("\u{3}_", Choice::Stop("Ctrl-C was pressed")),
            ("", Choice::Stop("the terminal went away")),
        ] {
            assert_eq!(keyboard(played).choice(b"rd").unwrap(), expected, "{played:?}");
        }
    }

    #[test]
    fn what_has_arrived_can_be_had_at_the_end() {
        let mut keyboard = keyboard("A\rB\nC_D\r");
        assert!(matches!(keyboard.next().unwrap(), Event::Typed));
        let scan = |line, text: &str| Framed::Scan(Scan::new(line, text));
        assert_eq!(keyboard.leftover(), [scan(1, "A"), scan(2, "B"), scan(3, "C")]);
    }
}
