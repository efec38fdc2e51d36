//! Two real PostgreSQL servers on loopback, a primary and its synchronous standby: what a shop has that may lose a
//! machine and no operation.
//!
//! Needs `postgresql.rs` beside it.
#![allow(dead_code)]

use std::time::{Duration, Instant};

use postgres::Client;

use crate::postgresql::{Server, connect, new_folder, run};

/// What makes every commit of a primary wait for its standby.
const WAITS_FOR_STANDBY: &str = "synchronous_standby_names=*";

/// A primary, its synchronous standby, and a database `scantrail` on both.
pub struct Cluster {
    primary: Server,
    standby: Server,
}

impl Cluster {
    /// A cluster at work: what is committed from now on is on the disk of both servers before it is answered. The files
    /// that are made here need not be on disk, since no test cuts the machine off: that saves 15 seconds.
    pub fn start() -> Cluster {
        let primary = Server::start(&[]);
        primary.client().batch_execute("CREATE DATABASE scantrail TEMPLATE template0").unwrap();
        let folder = new_folder();
        run("replica", [&folder, primary.folder()]);
        let standby = Server::start_in(&folder, &[WAITS_FOR_STANDBY]);
        for server in [&primary, &standby] {
            set(server, "fsync", "on");
            set(server, "full_page_writes", "on");
        }
        set(&primary, "synchronous_standby_names", "*");
        let cluster = Cluster { primary, standby };
        cluster.wait_until_synchronous();
        cluster
    }

    fn wait_until_synchronous(&self) {
        let mut client = self.primary.client();
        let deadline = Instant::now() + Duration::from_secs(30);
        let ask = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'";
        while client.query(ask, &[]).unwrap().len() != 1 {
            assert!(Instant::now() < deadline, "the standby does not follow");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of the database: both servers, and that it is the writable one that is meant.
    pub fn url(&self) -> String {
        let (user_and_host, _) = self.primary.url().rsplit_once('/').unwrap();
        let standby = self.standby.url().rsplit_once('@').unwrap().1;
        let (standby, _) = standby.split_once('/').unwrap();
        format!("{user_and_host},{standby}/scantrail?target_session_attrs=read-write")
    }

    /// A connection to the database on the server that takes writes now.
    pub fn client(&self) -> Client {
        connect(&self.url())
    }

    /// The server that was the primary at the start.
    pub fn primary(&self) -> &Server {
        &self.primary
    }

    /// The server that was the standby at the start.
    pub fn standby(&self) -> &Server {
        &self.standby
    }

    /// Halts the process that sends to the standby: what is committed from now on doesn't reach it, so nobody is told
    /// that it is committed. Without that, a standby on the same machine is so quick that even one for which nobody waits
    /// loses nothing.
    pub fn hold_replication(&self) {
        run("freeze", [self.primary.folder().as_os_str(), self.sender().as_ref()]);
    }

    /// Lets that process go on.
    pub fn release_replication(&self) {
        run("thaw", [self.primary.folder().as_os_str(), self.sender().as_ref()]);
    }

    fn sender(&self) -> String {
        // A standby that waited too long comes a second time.
        let oldest = "SELECT pid FROM pg_stat_replication ORDER BY backend_start LIMIT 1";
        self.primary.client().query_one(oldest, &[]).unwrap().get::<_, i32>(0).to_string()
    }

    /// Waits until a commit waits for the standby; gives the process on the server that does.
    pub fn wait_for_a_commit(&self) -> i32 {
        let mut client = self.primary.client();
        let deadline = Instant::now() + Duration::from_secs(30);
        let waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        loop {
            if let Some(row) = client.query(waits, &[]).unwrap().first() {
                return row.get(0);
            }
            let others = "SELECT wait_event_type, wait_event, state, query FROM pg_stat_activity";
            assert!(Instant::now() < deadline, "no commit waits for the standby: {:?}", client.simple_query(others));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills all processes of the primary at once, like a power cut: nobody is told, nothing is finished.
    pub fn kill_primary(&self) {
        run("stop", [self.primary.folder()]);
    }

    /// Halts all processes of the primary: it keeps its connections and takes new ones, and answers nobody.
    pub fn freeze_primary(&self) {
        run("freeze", [self.primary.folder()]);
    }

    /// Makes the standby the primary. It has no standby of its own, so it is told not to wait for one.
    pub fn promote_standby(&self) {
        let done: bool = self.standby.client().query_one("SELECT pg_promote()", &[]).unwrap().get(0);
        assert!(done, "the standby was not promoted in time");
        set(&self.standby, "synchronous_standby_names", "");
    }

    /// Ends both servers and removes what they had. Dropping the value does it too.
    pub fn stop(self) {}
}

/// Changes a setting of a running server, now and for its next start.
fn set(server: &Server, name: &str, value: &str) {
    let mut client = server.client();
    client.batch_execute(&format!("ALTER SYSTEM SET {name} = '{value}'")).unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while client.query_one("SELECT current_setting($1)", &[&name]).unwrap().get::<_, String>(0) != value {
        assert!(Instant::now() < deadline, "{name} is not {value}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
