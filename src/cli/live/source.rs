//! Where the scans of a live session come from: a terminal, a pipe or a file. Nothing is read ahead of what is answered.

use std::collections::VecDeque;
use std::io::Read;

use super::keyboard::{Choice, Event, Keyboard};
use super::screen::Screen;
use crate::cli::failure::Failure;
use crate::cli::terminal::{RawTerminal, read_stdin};
use crate::codes::Profile;
use crate::scan::{Framed, Framer, repaired};

/// Where scans come from.
pub struct Source {
    wire: Wire,
    /// Further scans of the last line.
    further: VecDeque<Framed>,
    /// What is undone in every scan.
    profile: Profile,
}

enum Wire {
    /// A terminal in raw mode.
    Terminal(Box<Keyboard<RawTerminal>>),
    /// A stream that has an end.
    Stream(Stream),
}

/// A pipe or a file.
struct Stream {
    reader: Box<dyn Read>,
    framer: Framer,
    is_at_end: bool,
    /// The scans are on disk already.
    is_file: bool,
}

/// Stdin byte by byte, so that what was not asked for is left for whoever comes after.
struct Stdin;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut byte = [0];
        match (read_stdin(&mut byte)?, buffer.first_mut()) {
            (1, Some(first)) => {
                *first = byte[0];
                Ok(1)
            }
            _ => Ok(0),
        }
    }
}

impl Source {
    /// The terminal on stdin.
    ///
    /// # Errors
    /// It cannot be put into raw mode.
    pub fn terminal() -> Result<Source, Failure> {
        let wire = RawTerminal::new().map_err(|error| Failure::file("the terminal", &error))?;
        Ok(Source::of(Wire::Terminal(Box::new(Keyboard::new(wire, 1)))))
    }

    /// A pipe on stdin.
    pub fn pipe() -> Source {
        Source::stream(Box::new(Stdin), false)
    }

    /// A file.
    pub fn file(reader: impl Read + 'static) -> Source {
        Source::stream(Box::new(reader), true)
    }

    fn stream(reader: Box<dyn Read>, is_file: bool) -> Source {
        Source::of(Wire::Stream(Stream { reader, framer: Framer::new(), is_at_end: false, is_file }))
    }

    fn of(wire: Wire) -> Source {
        Source { wire, further: VecDeque::new(), profile: Profile::default() }
    }

    /// Undoes what this station's scanner and host do to every scan.
    pub fn repairing(mut self, profile: Profile) -> Source {
        match &mut self.wire {
            Wire::Terminal(keyboard) => keyboard.keep_tabs(profile.keeps_tabs()),
            Wire::Stream(stream) => stream.framer = stream.framer.clone().keeping_tabs(profile.keeps_tabs()),
        }
        Source { profile, ..self }
    }

    /// True for a terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(self.wire, Wire::Terminal(_))
    }

    /// True when the scans are on disk already.
    pub fn is_file(&self) -> bool {
        matches!(&self.wire, Wire::Stream(stream) if stream.is_file)
    }

    /// Begins the counting of lines anew, before anything was read.
    pub fn begin_at_line(&mut self, line: u32) {
        match &mut self.wire {
            Wire::Terminal(keyboard) => keyboard.begin_at_line(line),
            Wire::Stream(stream) => stream.framer.begin_at_line(line),
        }
    }

    /// Waits for what is done next, and shows what is typed meanwhile.
    ///
    /// # Errors
    /// What the system says.
    pub fn next(&mut self, screen: &Screen) -> Result<Event, Failure> {
        if let Some(framed) = self.further.pop_front() {
            return Ok(Event::Scan(framed));
        }
        let event = self.next_line(screen)?;
        let Event::Scan(line) = event else { return Ok(event) };
        self.further.extend(repaired(line, &self.profile));
        Ok(self.further.pop_front().map_or(Event::Blank, Event::Scan))
    }

    fn next_line(&mut self, screen: &Screen) -> Result<Event, Failure> {
        let keyboard = match &mut self.wire {
            Wire::Terminal(keyboard) => keyboard,
            Wire::Stream(stream) => return stream.next(),
        };
        loop {
            let event = keyboard.next().map_err(|error| Failure::file("the terminal", &error))?;
            match &event {
                Event::Typed if keyboard.is_waiting() => continue,
                Event::Typed => {
                    screen.echo(keyboard.pending());
                    continue;
                }
                Event::Scan(framed @ Framed::Scan(_)) => screen.echo(framed.arrived()),
                _ => {}
            }
            screen.end_line();
            return Ok(event);
        }
    }

    /// Asks for one of these letters, until one is pressed. `None` where nobody can press any.
    ///
    /// # Errors
    /// What the system says.
    pub fn choice(&mut self, screen: &Screen, question: &str, letters: &[u8]) -> Result<Option<Choice>, Failure> {
        let Wire::Terminal(keyboard) = &mut self.wire else { return Ok(None) };
        loop {
            screen.ask(question);
            let choice = keyboard.choice(letters).map_err(|error| Failure::file("the terminal", &error))?;
            screen.end_line();
            if choice != Choice::Other {
                return Ok(Some(choice));
            }
            screen.warn("press one of these keys; a scan is no answer");
        }
    }

    /// Scans that have arrived at a terminal after the end of the batch. A shell would take them for commands.
    pub fn leftover(&mut self) -> Vec<Framed> {
        let mut scans: Vec<Framed> = self.further.drain(..).collect();
        if let Wire::Terminal(keyboard) = &mut self.wire {
            scans.extend(keyboard.leftover());
        }
        scans
    }
}

impl Stream {
    fn next(&mut self) -> Result<Event, Failure> {
        while !self.is_at_end {
            let mut byte = [0];
            match self.reader.read(&mut byte) {
                Ok(0) => {
                    self.is_at_end = true;
                    return Ok(self.framer.finish().map_or(Event::End, Event::Scan));
                }
                Ok(_) => {
                    if let Some(framed) = self.framer.push(byte[0]) {
                        return Ok(Event::Scan(framed));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::file("the scanner", &error)),
            }
        }
        Ok(Event::End)
    }
}
