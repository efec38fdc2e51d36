//! What a person at a shell, a batch script and a scanner see of each command: black-box tests of the program.
//!
//! One file for each command, and files for what holds for all of them. Behaviour is asserted with JSON; whole outputs
//! are compared about once for each command and each kind of message.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and reads what steers the run"
)]

#[path = "../support/inspector.rs"]
mod inspector;
#[path = "../support/ledger.rs"]
mod ledger;
#[path = "../support/postgresql.rs"]
mod postgresql;
#[path = "../support/terminal.rs"]
mod terminal;
#[path = "../support/world.rs"]
mod world;

mod allocate;
mod attach;
mod bad_input;
mod busy;
mod clock;
mod codes;
mod drafts;
mod everywhere;
mod fields;
mod hold;
mod hostile_names;
mod import;
mod init;
mod item;
mod label;
mod limits;
mod live;
mod live_terminal;
mod location;
mod log;
mod log_lost;
mod lot;
mod many_scans;
mod measured;
mod numbers;
mod order;
mod outputs;
mod owner;
mod packs;
mod partner;
mod pattern;
mod permissions;
mod pick;
mod picking_order;
mod put_away;
mod ranges;
mod receive;
mod refusals;
mod release;
mod return_goods;
mod return_to_supplier;
mod scanner;
mod sell;
mod setting;
mod sites;
mod station;
mod stock;
mod stories;
mod surroundings;
mod trace;
mod transfer;
mod undo;
