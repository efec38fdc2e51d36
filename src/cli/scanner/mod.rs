//! `scanner`: what this station's scanner and host do to scans, and how that is undone.

mod calibrate;
mod forget;
mod listen;
mod set;
mod show;
mod test;

use clap::Subcommand;
use serde_json::{Value, json};

use super::context::Context;
use super::output::safe;
use super::profile::StationProfile;
use super::table::{Align, table};
use crate::codes::Profile;

/// Set up this station's scanner, and see what it sends
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Calibrate(calibrate::Args),
    Set(set::Args),
    Show(show::Args),
    Forget(forget::Args),
    Test(test::Args),
}

/// Runs the command.
pub fn run(args: Args, context: &Context) -> super::Result {
    match args.command {
        Command::Calibrate(args) => calibrate::run(&args, context),
        Command::Set(args) => set::run(&args, context),
        Command::Show(_) => show::run(context),
        Command::Forget(_) => forget::run(context),
        Command::Test(_) => test::run(context),
    }
}

/// A profile as a document.
fn document(kept: &StationProfile) -> Value {
    json!({
        "settings": kept.profile.settings(), "losses": kept.losses,
        "made": Some(&kept.made).filter(|text| !text.is_empty()), "by": Some(&kept.by).filter(|text| !text.is_empty()),
    })
}

/// What arrives, and what it means, as a table; a sentence where nothing is undone.
fn described(profile: &Profile) -> String {
    let rows = rows(profile);
    if rows.is_empty() {
        return "Scans are taken as they arrive.\n".to_owned();
    }
    table(&[("arrives", Align::Left), ("means", Align::Left)], &rows)
}

fn rows(profile: &Profile) -> Vec<Vec<String>> {
    let one = |character: char| match character {
        ' ' => "space".to_owned(),
        other => safe(&other.to_string()),
    };
    let row = |arrives: String, means: String| vec![arrives, means];
    let mut rows = Vec::new();
    for (text, means) in [(&profile.prefix, "prefix, taken off"), (&profile.suffix, "suffix, taken off")] {
        if !text.is_empty() {
            rows.push(row(safe(text), means.to_owned()));
        }
    }
    match profile.separator.as_str() {
        "" => {}
        " " => rows.push(row("space".to_owned(), "the separator (GS)".to_owned())),
        text => rows.push(row(safe(text), "the separator (GS)".to_owned())),
    }
    if profile.is_case_inverted {
        rows.push(row("a A".to_owned(), "A a (Caps Lock)".to_owned()));
    }
    if profile.is_case_lost {
        rows.push(row("letters".to_owned(), "capital or small ones".to_owned()));
    }
    if profile.encoding.word() != "utf-8" {
        rows.push(row("bytes".to_owned(), profile.encoding.word().to_owned()));
    }
    rows.extend(profile.characters.iter().map(|(arrived, meant)| row(one(*arrived), one(*meant))));
    for (mark, meant) in &profile.dead_keys {
        rows.push(row(format!("e{mark}"), format!("{}e (dead key)", one(*meant))));
    }
    rows.extend(profile.lost.iter().map(|arrived| row(one(*arrived), "refused: it may be several".to_owned())));
    if !profile.same.is_empty() {
        rows.push(row(
            "anything else".to_owned(),
            format!("itself, if it is one of {} known ones", profile.same.len()),
        ));
    }
    rows
}
