//! People: the command line, the terminal, the clock, the environment and the exit codes. No rule of stock is here.
//!
//! One file for each command. Its doc comments are its help; `run` turns words into model values, calls the use case of
//! the same name in [`crate::ops`], and shows the result as text or JSON.

mod allocate;
mod attach;
mod config;
mod context;
mod copy_db;
mod cut;
mod decode;
mod document;
mod draft;
mod failure;
mod hold;
mod hold_text;
mod import;
mod init;
mod item;
mod label;
mod live;
mod location;
mod log;
mod lot;
mod order;
mod output;
mod owner;
mod paper;
mod partner;
mod pattern;
mod pick;
mod profile;
mod progress;
mod receive;
mod release;
mod release_hold;
mod return_goods;
mod scanner;
mod scans;
mod sell;
mod serial;
mod setting;
mod station;
mod stock;
mod table;
mod terminal;
mod trace;
mod transfer;
mod undo;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use context::{Context, Globals};
use failure::{EXIT_BUG, EXIT_USAGE, Failure};

/// Tracks goods by lot and serial number with a barcode scanner, from the first purchase to the last sale and back.
///
/// Scan into the prompt, or pipe a file of scans in. Every batch is one operation: it is recorded whole or not at all,
/// and it can be undone.
#[derive(Parser)]
#[command(
    name = "scantrail",
    version,
    max_term_width = 120,
    after_help = "First steps:
  scantrail init
  scantrail item add LAPTOP-15 --name \"Laptop 15 inch\" --track serial
  scantrail location add WH1/A-01
  scantrail partner add ACME --kind supplier --name \"Acme Ltd\"
  printf 'LAPTOP-15\\n2\\nSN001\\nSN002\\n' | scantrail receive --from ACME
  scantrail stock
  scantrail trace SN001

Exit codes: 0 done · 1 could not · 2 wrong command line · 3 refused by a rule · 4 a check found something ·
5 outcome unknown, repeat with the same --op-id · 6 recorded, but the output was not delivered · 70 a bug"
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Args),
    Item(item::Args),
    Location(location::Args),
    #[command(visible_alias = "batch")]
    Lot(lot::Args),
    Partner(partner::Args),
    Order(order::Args),
    Import(import::Args),
    Receive(receive::Args),
    Transfer(transfer::Args),
    Allocate(allocate::Args),
    Release(release::Args),
    Pick(pick::Args),
    Sell(sell::Args),
    Return(return_goods::Args),
    Cut(cut::Args),
    Hold(hold::Args),
    ReleaseHold(release_hold::Args),
    Trace(trace::Args),
    Stock(stock::Args),
    Attach(attach::Args),
    Owner(owner::Args),
    Serial(serial::Args),
    Label(label::Args),
    Decode(decode::Args),
    Scanner(scanner::Args),
    Station(station::Args),
    Pattern(pattern::Args),
    Setting(setting::Args),
    Undo(undo::Args),
    Log(log::Args),
    CopyDb(copy_db::Args),
}

type Result = std::result::Result<(), Failure>;

/// Runs the program: parses the arguments, carries out the command, and gives the exit code.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        terminal::restore();
        output::complain(&format!("bug: scantrail stopped: {panic}"));
        output::complain("hint: nothing more was written; please report this with the command that caused it");
        std::process::exit(EXIT_BUG.into());
    }));
    let arguments: Vec<OsString> = arguments.collect();
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let outcome = match Cli::try_parse_from(arguments) {
        Ok(cli) => Context::new(cli.globals).and_then(|context| dispatch(cli.command, &context)),
        Err(error) if !error.use_stderr() => output::result(&error.render().to_string()),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !wants_json => {
            output::complain(&error.render().to_string());
            return ExitCode::from(EXIT_USAGE);
        }
        Err(error) => Err(Failure::usage(usage_message(&error))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.report(wants_json)),
    }
}

fn usage_message(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.trim_start_matches("error: ").trim_end().to_owned()
}

fn dispatch(command: Command, context: &Context) -> Result {
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::Item(args) => item::run(args, context),
        Command::Location(args) => location::run(args, context),
        Command::Lot(args) => lot::run(args, context),
        Command::Partner(args) => partner::run(args, context),
        Command::Order(args) => order::run(args, context),
        Command::Import(args) => import::run(&args, context),
        Command::Receive(args) => receive::run(args, context),
        Command::Transfer(args) => transfer::run(args, context),
        Command::Allocate(args) => allocate::run(args, context),
        Command::Release(args) => release::run(args, context),
        Command::Pick(args) => pick::run(args, context),
        Command::Sell(args) => sell::run(args, context),
        Command::Return(args) => return_goods::run(args, context),
        Command::Cut(args) => cut::run(args, context),
        Command::Hold(args) => hold::run(args, context),
        Command::ReleaseHold(args) => release_hold::run(args, context),
        Command::Trace(args) => trace::run(&args, context),
        Command::Stock(args) => stock::run(&args, context),
        Command::Attach(args) => attach::run(args, context),
        Command::Owner(args) => owner::run(args, context),
        Command::Serial(args) => serial::run(args, context),
        Command::Label(args) => label::run(&args, context),
        Command::Decode(args) => decode::run(&args, context),
        Command::Scanner(args) => scanner::run(args, context),
        Command::Station(args) => station::run(&args, context),
        Command::Pattern(args) => pattern::run(args, context),
        Command::Setting(args) => setting::run(args, context),
        Command::Undo(args) => undo::run(&args, context),
        Command::Log(args) => log::run(&args, context),
        Command::CopyDb(args) => copy_db::run(&args, context),
    }
}
