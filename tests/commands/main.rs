//! What a person at a shell, a batch script and a scanner see of each command: black-box tests of the program.
//!
//! One file for each command, and files for what holds for all of them. Behaviour is asserted with JSON; whole outputs
//! are compared about once for each command and each kind of message.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::disallowed_methods, reason = "the environment says on which engine")]

#[path = "../support/inspector.rs"]
mod inspector;
#[path = "../support/ledger.rs"]
mod ledger;
#[path = "../support/postgresql.rs"]
mod postgresql;
#[path = "../support/world.rs"]
mod world;

mod allocate;
mod bad_input;
mod codes;
mod everywhere;
mod import;
mod init;
mod item;
mod label;
mod live;
mod location;
mod log;
mod order;
mod partner;
mod pick;
mod receive;
mod refusals;
mod release;
mod return_goods;
mod return_to_supplier;
mod sell;
mod stock;
mod trace;
mod transfer;
mod undo;
