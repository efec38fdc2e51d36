//! Progress bars for work that takes a while: on stderr, and only when that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use super::context::Context;

/// A bar that counts `what`; it hides itself where stderr is no terminal or less is wanted.
pub fn bar(context: &Context, what: &str) -> ProgressBar {
    let bar = if context.globals.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    match ProgressStyle::with_template(&format!("{{bar:40}} {{pos}} of {{len}} {what}")) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Tells a bar how far the work is.
pub fn show(bar: &ProgressBar, done: usize, all: usize) {
    bar.set_length(all as u64);
    bar.set_position(done as u64);
}
