//! What a live session shows on stderr: prompts, answers, the bell, and what is being typed.

use std::cell::RefCell;
use std::io::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::context::Context;
use crate::cli::failure::refusal_text;
use crate::cli::output::{harmless, safe};
use crate::cli::terminal;
use crate::ledger::Refusal;
use crate::scan::Conversation;

/// The terminal's bell: once for a scan that does not count, twice for one that was scanned before.
const BELL: &str = "\x07";

/// Fewer columns than this leave no room for anything, so nothing is cut for them.
const FEWEST_COLUMNS: usize = 8;

/// A screen, or a file or pipe in its place.
pub struct Screen {
    quiet: bool,
    colour: bool,
    /// How wide it is, asked anew for each line, because windows change; `None` where nothing is to be cut.
    columns: fn() -> Option<usize>,
    /// What stands behind the prompt, and how wide the prompt is. Only a terminal in raw mode is echoed to.
    echo: Option<RefCell<Echo>>,
}

#[derive(Default)]
struct Echo {
    prompt_columns: usize,
    shown: String,
}

impl Screen {
    /// The screen of a command. `is_raw` for a terminal that does not echo by itself.
    pub fn new(context: &Context, is_raw: bool) -> Screen {
        let is_terminal = context.stderr_is_terminal();
        let columns = if is_terminal { terminal::columns } else { || None };
        let echo = (is_raw && is_terminal).then(RefCell::default);
        Screen { quiet: context.globals.quiet, colour: context.has_colour(), columns, echo }
    }

    fn columns(&self) -> usize {
        (self.columns)().filter(|columns| *columns >= FEWEST_COLUMNS).unwrap_or(usize::MAX)
    }

    /// There is nobody left to tell when stderr is gone.
    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = stderr.flush();
    }

    fn painted(&self, word: &str, colour: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
    }

    /// Says what is due.
    pub fn prompt(&self, due: &str) {
        let mut text = String::new();
        if !self.quiet {
            // A third of the line at least is left for what is typed.
            text = format!("{} > ", cut(&harmless(due), self.columns().saturating_mul(2) / 3 - 3));
            self.write(&text);
        }
        if let Some(echo) = &self.echo {
            echo.replace(Echo { prompt_columns: text.width(), shown: String::new() });
        }
    }

    /// Shows what is being typed, escaped, as far as it fits on the line.
    pub fn echo(&self, pending: &[u8]) {
        let Some(echo) = &self.echo else { return };
        let mut echo = echo.borrow_mut();
        let room = self.columns().saturating_sub(echo.prompt_columns + 1);
        // Four bytes at most are one column; what is longer is cut anyway.
        let seen = &pending[..pending.len().min(room.saturating_mul(4))];
        let text = cut(&safe(&String::from_utf8_lossy(whole_characters(seen))), room);
        self.write(&change(&echo.shown, &text));
        echo.shown = text;
    }

    /// Ends the line on which something was typed.
    pub fn end_line(&self) {
        if self.echo.is_some() {
            self.write("\n");
        }
    }

    /// Answers a scan that counts, or another one that needs no bell.
    pub fn answer(&self, word: &str, said: &str, colour: &str) {
        if !self.quiet {
            let room = self.columns().saturating_sub(word.width() + 4);
            self.write(&format!("  {}  {}\n", self.painted(word, colour), cut(&safe(said), room)));
        }
    }

    /// Answers a scan that does not count.
    pub fn refuse(&self, refusal: &Refusal) {
        self.say_refused(BELL, "refused", refusal);
    }

    /// Answers a scan that was scanned before.
    pub fn double(&self, refusal: &Refusal) {
        self.say_refused(&BELL.repeat(2), "double", refusal);
    }

    fn say_refused(&self, bells: &str, word: &str, refusal: &Refusal) {
        let text = harmless(&refusal_text(refusal)).replacen("refused", &self.painted(word, "31"), 1);
        self.write(&format!("{bells}  {text}\n"));
    }

    /// Says something that has to be known, also when less is wanted.
    pub fn warn(&self, text: &str) {
        self.write(&format!("{BELL}  {}\n", safe(text)));
    }

    /// Asks a question.
    pub fn ask(&self, text: &str) {
        self.write(&format!("{} ", safe(text)));
    }

    /// Shows what is about to be recorded.
    pub fn summary(&self, conversation: &Conversation) {
        if self.quiet {
            return;
        }
        for line in conversation.lines() {
            let lot = line.lot.as_ref().map(|lot| format!(" lot {}", safe(lot.code.as_str()))).unwrap_or_default();
            let quantity = line.quantity.display(line.item.scale);
            let text = format!("  {quantity} {} {}{lot}", line.item.unit, line.item.sku);
            self.write(&format!("{}\n", cut(&harmless(&text), self.columns())));
        }
    }
}

/// Bytes without the beginning of a character whose end has not come yet.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// The text, ended with … where it is wider than the room.
fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(1);
    let fits = |character: &char| {
        let width = character.width().unwrap_or(0);
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let mut text: String = text.chars().take_while(fits).collect();
    text.push('…');
    text
}

/// What turns one text at the cursor into another, with backspaces and spaces, which every terminal knows.
fn change(shown: &str, wanted: &str) -> String {
    let same: usize =
        shown.chars().zip(wanted.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let (old, new) = (&shown[same..], &wanted[same..]);
    let less = old.width().saturating_sub(new.width());
    format!("{}{new}{}{}", "\x08".repeat(old.width()), " ".repeat(less), "\x08".repeat(less))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_changes_on_any_terminal() {
        for (shown, wanted, written) in [
            ("", "A", "A"),
            ("A", "AB", "B"),
            ("AB", "A", "\x08 \x08"),
            ("A茶", "A", "\x08\x08  \x08\x08"),
            ("ABC", "AX", "\x08\x08X \x08"),
            ("AB", "AB", ""),
        ] {
            assert_eq!(change(shown, wanted), written, "{shown} {wanted}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_a_short_one_is_not() {
        for (text, room, expected) in
            [("ABC", 3, "ABC"), ("ABCD", 3, "AB…"), ("茶茶茶", 5, "茶茶…"), ("茶茶茶", 4, "茶…"), ("ABC", 1, "…")]
        {
            assert_eq!(cut(text, room), expected);
        }
    }

    #[test]
    fn half_a_character_is_not_shown_yet() {
        assert_eq!(whole_characters("AÄ".as_bytes()), "AÄ".as_bytes());
        assert_eq!(whole_characters(b"A\xC3"), b"A");
        assert_eq!(whole_characters(b"A\xFF"), b"A\xFF");
    }
}
