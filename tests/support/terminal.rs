//! A real pseudo-terminal with the program in it: bytes go in, the screen comes out.
#![allow(dead_code)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Termios, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

/// How long an answer may take before the test fails: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal that a program runs in.
pub struct Terminal {
    master: File,
    /// Kept open, so that the terminal stays when the program has ended.
    slave: OwnedFd,
    before: Termios,
    child: Child,
    screen: Arc<(Mutex<Vec<u8>>, Condvar)>,
    /// How much of the screen was looked at.
    seen: usize,
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let pause = Duration::from_millis(10);
    let looks = PATIENCE.as_millis() / pause.as_millis();
    assert!(
        (0..looks).any(|_| is_so() || {
            std::thread::sleep(pause);
            false
        }),
        "{what}"
    );
}

impl Terminal {
    /// Starts a program with a terminal on stdin, stdout and stderr.
    pub fn start(mut command: Command) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let slave = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let before = tcgetattr(&slave).unwrap();
        let end = || Stdio::from(slave.try_clone().unwrap());
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let screen = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let master = File::from(master);
        let (mut reader, shared) = (master.try_clone().unwrap(), screen.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                shared.0.lock().unwrap().extend(&bytes[..count]);
                shared.1.notify_all();
            }
        });
        Terminal { master, slave, before, child, screen, seen: 0 }
    }

    /// Sends bytes as a scanner does: all at once.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.master.write_all(bytes.as_ref()).unwrap();
    }

    /// Presses a key: nothing comes shortly before or after it.
    pub fn press(&mut self, byte: u8) {
        std::thread::sleep(Duration::from_millis(120));
        self.send([byte]);
        std::thread::sleep(Duration::from_millis(120));
    }

    /// Waits until the screen shows a text that was not seen yet, and gives what stands before its end.
    pub fn wait_for(&mut self, text: &str) -> String {
        let (bytes, changed) = &*self.screen;
        let mut bytes = bytes.lock().unwrap();
        loop {
            let unseen = &bytes[self.seen..];
            if let Some(at) = unseen.windows(text.len()).position(|window| window == text.as_bytes()) {
                let found = String::from_utf8_lossy(&unseen[..at + text.len()]).into_owned();
                self.seen += at + text.len();
                return found;
            }
            let (next, waited) = changed.wait_timeout(bytes, PATIENCE).unwrap();
            bytes = next;
            assert!(!waited.timed_out(), "{text:?} does not come: {}", scantrail::codes::shown(&bytes));
        }
    }

    /// Sends a scan and waits for the next prompt; gives what stands between.
    pub fn scan(&mut self, text: &str) -> String {
        self.send(format!("{text}\r"));
        self.wait_for("\n");
        self.wait_for(" > ")
    }

    /// Everything that the screen was sent.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.0.lock().unwrap()).into_owned()
    }

    /// Changes the size of the window.
    pub fn resize(&self, columns: u16) {
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.slave, size).unwrap();
    }

    /// Kills the program at once.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Sends the program a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until the program is stopped.
    pub fn wait_until_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.child.id());
        wait_until("the program does not stop", || std::fs::read_to_string(&stat).unwrap().contains(") T "));
    }

    /// Waits until every byte reaches the program as it is sent.
    pub fn wait_until_raw(&self) {
        wait_until("the terminal is not raw", || !self.is_as_people_use_it());
    }

    /// True when the terminal puts lines together and shows what is typed.
    pub fn is_as_people_use_it(&self) -> bool {
        tcgetattr(&self.slave).unwrap().local_modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Sets the terminal as a shell does that gets it back.
    pub fn set_back(&self) {
        tcsetattr(&self.slave, OptionalActions::Now, &self.before).unwrap();
    }

    /// Waits for the end of the program; the terminal must be set as it was before.
    pub fn end(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        let now = tcgetattr(&self.slave).unwrap();
        assert_eq!(
            (self.before.local_modes, self.before.input_modes, self.before.output_modes),
            (now.local_modes, now.input_modes, now.output_modes),
            "the terminal is not set back"
        );
        status
    }

    /// Waits for an end with this exit code, and gives the screen.
    pub fn ends_with(mut self, exit: i32) -> String {
        let status = self.end();
        // What the program wrote last may still be on its way.
        std::thread::sleep(Duration::from_millis(100));
        let screen = self.screen();
        assert_eq!(status.code(), Some(exit), "{}", scantrail::codes::shown(screen.as_bytes()));
        screen
    }
}
