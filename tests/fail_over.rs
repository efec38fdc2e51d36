//! Losing the server: a primary and its synchronous standby, stations that scan, the primary killed, the standby promoted.
//! What was acknowledged is there, what was repeated is recorded once, and nobody starts a station again.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_macros)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/inspector.rs"]
mod inspector;
#[path = "histories/invariants.rs"]
#[allow(dead_code)]
mod invariants;
#[path = "support/ledger.rs"]
mod ledger;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "proofs/shop.rs"]
mod shop;
#[path = "proofs/sums.rs"]
mod sums;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cluster::Cluster;
use ledger::Ledger;
use serde_json::Value;
use shop::{Ended, Shop};

const STATIONS: usize = 4;

/// A shop whose ledger is on a cluster. All its commands are given the same address, which names both servers.
fn shop_on(cluster: &Cluster) -> Shop {
    Shop::at(Ledger::Elsewhere(cluster.url())).with_masters()
}

/// A station that scans on and on: units come in, go to another place, and every other one is sold.
struct Station<'s> {
    shop: &'s Shop,
    name: String,
    /// Op ids with the number that was told for each.
    acknowledged: BTreeMap<String, i64>,
    /// How often a command ended with the exit for an outcome that is not known, and how often with that for "could not".
    in_doubt: usize,
    failed: usize,
}

impl Station<'_> {
    fn work(&mut self, turns: &AtomicUsize, is_over: &AtomicBool) {
        let mut turn = 0;
        while !is_over.load(Ordering::Relaxed) {
            let unit = format!("{}-{turn}", self.name);
            self.submit(
                "in",
                &unit,
                &["receive", "--from", "ACME", "--to", "A"],
                &format!("LAP\n1\n{unit}\nBULK\n2\n"),
            );
            self.submit("on", &unit, &["transfer", "--to", "B"], &format!("1\n{unit}\n"));
            if turn % 2 == 0 {
                self.submit("out", &unit, &["sell", "--to", "BOB"], &format!("1\n{unit}\n"));
            }
            turn += 1;
            turns.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Gives a command until it is acknowledged: what a person or a script does on exits 1 and 5, and nothing else.
    fn submit(&mut self, step: &str, unit: &str, command: &[&str], scans: &str) {
        let op_id = format!("{unit}-{step}");
        let arguments = [command, &["--op-id", &op_id, "--station", &self.name]].concat();
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            let ended = self.shop.run(&arguments, scans);
            match ended.exit {
                Some(0) => {
                    assert_eq!(ended.document["op_id"], op_id.as_str());
                    let number = ended.document["operation"].as_i64().unwrap();
                    assert_eq!(self.acknowledged.insert(op_id, number), None);
                    return;
                }
                Some(5) => {
                    is_in_doubt(&ended, &op_id);
                    self.in_doubt += 1;
                }
                Some(1) => self.failed += 1,
                other => panic!("{op_id} ended with {other:?}: {}", ended.told),
            }
        }
        panic!("{op_id} was never acknowledged");
    }
}

/// The command says that its outcome is not known, and how to repeat it.
#[track_caller]
fn is_in_doubt(ended: &Ended, op_id: &str) {
    assert_eq!(ended.exit, Some(5), "{}", ended.told);
    assert_eq!(ended.document["error"]["code"], "outcome-unknown");
    let hint = ended.document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains(&format!("--op-id {op_id}")), "{hint}");
}

/// Waits until all stations together have done so many turns more.
fn wait_for_turns(turns: &AtomicUsize, more: usize) {
    let wanted = turns.load(Ordering::Relaxed) + more;
    let deadline = Instant::now() + Duration::from_secs(120);
    while turns.load(Ordering::Relaxed) < wanted {
        assert!(Instant::now() < deadline, "the stations do not go on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn four_stations_go_on_through_a_fail_over() {
    let cluster = Cluster::start();
    let shop = shop_on(&cluster);
    let (turns, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let station = |index| Station {
        shop: &shop,
        name: format!("dock-{index}"),
        acknowledged: BTreeMap::new(),
        in_doubt: 0,
        failed: 0,
    };
    let mut stations: Vec<Station<'_>> = (0..STATIONS).map(station).collect();
    std::thread::scope(|scope| {
        for station in &mut stations {
            scope.spawn(|| station.work(&turns, &is_over));
        }
        // Ends the stations too when something below fails.
        let _over = Over(&is_over);
        wait_for_turns(&turns, 3 * STATIONS);
        // From here on nobody is told that something is recorded, and a commit is under way.
        cluster.hold_replication();
        cluster.wait_for_a_commit();
        cluster.kill_primary();
        cluster.promote_standby();
        wait_for_turns(&turns, 3 * STATIONS);
    });

    let sum = |count: fn(&Station<'_>) -> usize| stations.iter().map(count).sum::<usize>();
    let (in_doubt, failed) = (sum(|one| one.in_doubt), sum(|one| one.failed));
    assert!((1..=STATIONS).contains(&in_doubt), "{in_doubt} commits were in doubt");
    assert_eq!(failed, 0, "the standby was promoted in time for everybody else");
    let told: BTreeMap<String, i64> = stations.into_iter().flat_map(|station| station.acknowledged).collect();
    assert_eq!(recorded(&shop), told, "what is there is what was acknowledged, each once, by the number that was told");
    shop.check("after the fail-over");
    invariants::check_chains(&mut shop.inspector(), "after the fail-over");
}

/// Says that it is over when it is dropped.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The operations of stations, by op id; that an op id is there twice would show in the count.
fn recorded(shop: &Shop) -> BTreeMap<String, i64> {
    let rows = shop.inspector().rows("SELECT op_id, number FROM operation WHERE op_id LIKE 'dock-%'");
    let count = rows.len();
    let number = |text: &Option<String>| text.as_ref().unwrap().parse().unwrap();
    let found: BTreeMap<String, i64> = rows.into_iter().map(|row| (row[0].clone().unwrap(), number(&row[1]))).collect();
    assert_eq!(found.len(), count, "an op id is recorded twice");
    found
}

const RECEIVE: [&str; 5] = ["receive", "--from", "ACME", "--to", "A"];

/// Begins a receipt of some goods.
fn begin(shop: &Shop, op_id: &str, quantity: &str) -> Child {
    shop.begin(&[&RECEIVE[..], &["--op-id", op_id]].concat(), &format!("BULK\n{quantity}\n"))
}

fn end(child: Child) -> Ended {
    Ended::of(child.wait_with_output().unwrap())
}

/// How often an op id is recorded.
fn times(shop: &Shop, op_id: &str) -> i64 {
    shop.number(&format!("SELECT count(*) FROM operation WHERE op_id = '{op_id}'"))
}

/// Repeats a receipt until it has been done, and gives what it tells: once more changes nothing.
fn repeated(shop: &Shop, op_id: &str, quantity: &str) -> Value {
    let told = end(begin(shop, op_id, quantity)).ok();
    assert_eq!(times(shop, op_id), 1);
    let again = end(begin(shop, op_id, quantity)).ok();
    assert_eq!((&again["already_recorded"], &again["operation"]), (&Value::Bool(true), &told["operation"]));
    assert_eq!(times(shop, op_id), 1);
    told
}

#[test]
fn a_commit_that_waits_when_the_primary_dies_is_in_doubt_and_its_repetition_is_true() {
    let cluster = Cluster::start();
    let shop = shop_on(&cluster);
    cluster.hold_replication();
    // Nobody named the operation: the program did, and tells the name.
    let child = shop.begin(&RECEIVE, "BULK\n5\n");
    cluster.wait_for_a_commit();
    cluster.kill_primary();
    cluster.promote_standby();
    let ended = end(child);
    let hint = ended.document["error"]["hint"].as_str().unwrap_or_default().to_owned();
    let op_id = hint.split_whitespace().find(|word| word.len() == 33).unwrap().trim_end_matches(':');
    is_in_doubt(&ended, op_id);
    // The standby did not have it.
    assert_eq!(repeated(&shop, op_id, "5")["already_recorded"], false);
    assert_eq!(shop.number("SELECT sum(quantity) FROM balance WHERE bounded = 1"), 5);
    shop.check("after the fail-over");
}

/// Whoever sees the server stop waiting for the standby may find the operation there, on one machine. That is no answer
/// until the standby has it too.
#[test]
fn what_only_the_primary_has_is_not_acknowledged_to_a_repetition() {
    let cluster = Cluster::start();
    let shop = shop_on(&cluster);
    let abandon = |op_id: &str| {
        cluster.hold_replication();
        let child = begin(&shop, op_id, "5");
        let process = cluster.wait_for_a_commit();
        cluster.primary().client().execute("SELECT pg_cancel_backend($1)", &[&process]).unwrap();
        is_in_doubt(&end(child), op_id);
        assert_eq!(cluster.primary_times(op_id), 1);
        let again = begin(&shop, op_id, "5");
        cluster.wait_for_a_commit();
        again
    };

    let again = abandon("kept");
    cluster.release_replication();
    let told = end(again).ok();
    assert_eq!(told["already_recorded"], true);
    assert_eq!(repeated(&shop, "kept", "5")["operation"], told["operation"]);

    let again = abandon("lost");
    cluster.kill_primary();
    cluster.promote_standby();
    is_in_doubt(&end(again), "lost");
    assert_eq!((times(&shop, "kept"), times(&shop, "lost")), (1, 0));
    assert_eq!(repeated(&shop, "lost", "5")["already_recorded"], false);
    shop.check("after the fail-over");
}

impl Cluster {
    /// How often the first primary has an op id.
    fn primary_times(&self, op_id: &str) -> i64 {
        let mut client = postgresql::connect(&self.primary().url_of("scantrail"));
        client.query_one("SELECT count(*) FROM operation WHERE op_id = $1", &[&op_id]).unwrap().get(0)
    }
}

/// A session whose answers are read as they come.
struct Session {
    child: Child,
    answers: BufReader<std::process::ChildStderr>,
}

impl Session {
    fn begin(shop: &Shop, arguments: &[&str]) -> Session {
        let mut child = shop.command(arguments).spawn().unwrap();
        let answers = BufReader::new(child.stderr.take().unwrap());
        Session { child, answers }
    }

    /// Scans, and reads until the scan is accepted with these words.
    #[track_caller]
    fn scan(&mut self, scan: &str, accepted: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{scan}").unwrap();
        let mut heard = String::new();
        while !heard.contains(&format!("ok  {accepted}")) {
            assert!(self.answers.read_line(&mut heard).unwrap() > 0, "the session ended: {heard}");
        }
        assert!(!heard.contains("refused ["), "{heard}");
    }
}

#[test]
fn a_live_session_goes_on_through_a_fail_over() {
    let cluster = Cluster::start();
    let shop = shop_on(&cluster);
    let mut session = Session::begin(&shop, &[&RECEIVE[..], &["--live", "--op-id", "pallet-7"]].concat());
    session.scan("LAP", "LAP");
    session.scan("3", "3 each");
    session.scan("SN-1", "SN-1, 1 of 3");
    cluster.kill_primary();
    // The scan is answered when there is a server again.
    let promoted = std::thread::scope(|scope| {
        let promoter = scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(1));
            cluster.promote_standby();
            Instant::now()
        });
        session.scan("SN-2", "SN-2, 2 of 3");
        promoter.join().unwrap()
    });
    assert!(promoted.elapsed() < Duration::from_secs(10), "the session noticed the new primary late");
    session.scan("SN-3", "SN-3, 3 of 3");
    let Session { mut child, mut answers } = session;
    drop(child.stdin.take());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut answers, &mut rest).unwrap();
    let told = Ended::of(child.wait_with_output().unwrap());
    assert_eq!(told.exit, Some(0), "{rest}");
    assert_eq!(told.document["lines"][0]["serials"], serde_json::json!(["SN-1", "SN-2", "SN-3"]));
    assert_eq!(times(&shop, "pallet-7"), 1);
    assert_eq!(shop.number("SELECT count(*) FROM position"), 3);
    shop.check("after the fail-over");
}
