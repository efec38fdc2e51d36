//! The terminal in raw mode: every byte arrives as it was sent, whatever it is, and nothing is cut or swallowed. It is
//! set back on every way out.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::context::moment;
use super::live::keyboard::{Arrived, PAUSE, Wire};

#[cfg(unix)]
use {
    rustix::event::{PollFd, PollFlags, Timespec, poll},
    rustix::termios::{InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios},
    signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP},
    std::io::Read,
    std::os::unix::net::UnixStream,
};

/// How the terminal was set before, while it is in raw mode.
#[cfg(unix)]
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Sets the terminal back, if it is in raw mode. For the way out that runs no destructors, too.
pub fn restore() {
    #[cfg(unix)]
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = rustix::termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &before);
    }
}

/// How many columns the terminal on stderr has now; `None` when there is none or it does not say.
pub fn columns() -> Option<usize> {
    #[cfg(unix)]
    {
        let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }
    #[cfg(not(unix))]
    None
}

/// Reads from stdin without reading ahead: what was not asked for stays where it is for whoever comes after.
pub fn read_stdin(byte: &mut [u8; 1]) -> io::Result<usize> {
    #[cfg(unix)]
    {
        Ok(rustix::io::retry_on_intr(|| rustix::io::read(std::io::stdin(), &mut *byte))?)
    }
    #[cfg(not(unix))]
    {
        std::io::Read::read(&mut std::io::stdin(), byte)
    }
}

/// The terminal on stdin in raw mode, until it is dropped.
pub struct RawTerminal {
    /// Tells that somebody wants the program to end.
    #[cfg(unix)]
    signals: UnixStream,
    /// A signal kills at once: it came for the second time, or nothing is in raw mode any more.
    is_last_warning: Arc<AtomicBool>,
    /// Somebody wants the program to stop for a while.
    is_to_stop: Arc<AtomicBool>,
    /// Nothing is in raw mode any more: what stops a program does so at once.
    is_over: Arc<AtomicBool>,
    last_byte: Option<Instant>,
}

impl RawTerminal {
    /// Puts the terminal on stdin into raw mode. Output is not changed: a line end still goes to the left edge.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(unix)]
    pub fn new() -> io::Result<RawTerminal> {
        let (signals, teller) = UnixStream::pair()?;
        signals.set_nonblocking(true)?;
        let [is_last_warning, is_to_stop, is_over] = [(); 3].map(|()| Arc::new(AtomicBool::new(false)));
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            signal_hook::flag::register_conditional_default(signal, is_last_warning.clone())?;
            signal_hook::flag::register(signal, is_last_warning.clone())?;
            signal_hook::low_level::pipe::register(signal, teller.try_clone()?)?;
        }
        signal_hook::flag::register_conditional_default(SIGTSTP, is_over.clone())?;
        signal_hook::flag::register(SIGTSTP, is_to_stop.clone())?;
        for signal in [SIGTSTP, SIGCONT] {
            signal_hook::low_level::pipe::register(signal, teller.try_clone()?)?;
        }
        let terminal = RawTerminal { signals, is_last_warning, is_to_stop, is_over, last_byte: None };
        take_raw()?;
        Ok(terminal)
    }

    #[cfg(not(unix))]
    pub fn new() -> io::Result<RawTerminal> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits for a byte or a signal to end: which of the two is there.
    #[cfg(unix)]
    fn wait(&self, most: Option<Duration>) -> io::Result<(bool, bool)> {
        let stdin = std::io::stdin();
        let most = most.and_then(|most| Timespec::try_from(most).ok());
        loop {
            let mut both = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.signals, PollFlags::IN)];
            rustix::io::retry_on_intr(|| poll(&mut both, most.as_ref()))?;
            let (has_byte, has_signal) = (!both[0].revents().is_empty(), !both[1].revents().is_empty());
            if !has_signal || self.is_last_warning.load(Ordering::SeqCst) {
                return Ok((has_byte, has_signal));
            }
            let _ = (&self.signals).read(&mut [0; 16]);
            self.pause()?;
        }
    }

    /// Stops where that is asked for, with the terminal as it was, and takes it again when the program goes on. A shell
    /// sets it to what it likes meanwhile, also where the program was stopped without being asked.
    #[cfg(unix)]
    fn pause(&self) -> io::Result<()> {
        if self.is_to_stop.swap(false, Ordering::SeqCst) {
            restore();
            signal_hook::low_level::raise(SIGSTOP)?;
        }
        take_raw()
    }

    #[cfg(not(unix))]
    fn wait(&self, _: Option<Duration>) -> io::Result<(bool, bool)> {
        Ok((true, false))
    }
}

/// Puts the terminal into raw mode, and remembers how it was, unless it is in raw mode already.
#[cfg(unix)]
fn take_raw() -> io::Result<()> {
    let now = rustix::termios::tcgetattr(std::io::stdin())?;
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    if before.is_none() || now.local_modes.contains(LocalModes::ICANON) {
        *before = Some(now.clone());
    }
    drop(before);
    Ok(rustix::termios::tcsetattr(std::io::stdin(), OptionalActions::Now, &raw(now))?)
}

#[cfg(unix)]
fn raw(mut termios: Termios) -> Termios {
    termios.input_modes -= InputModes::BRKINT
        | InputModes::ICRNL
        | InputModes::IGNCR
        | InputModes::INLCR
        | InputModes::INPCK
        | InputModes::ISTRIP
        | InputModes::IXOFF
        | InputModes::IXON
        | InputModes::PARMRK;
    termios.local_modes -=
        LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG;
    termios.special_codes[SpecialCodeIndex::VMIN] = 1;
    termios.special_codes[SpecialCodeIndex::VTIME] = 0;
    termios
}

impl RawTerminal {
    /// Waits so long for a further byte or a signal, without taking it: true when none came.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_quiet_for(&self, pause: Duration) -> io::Result<bool> {
        let (has_byte, has_signal) = self.wait(Some(pause))?;
        Ok(!has_byte && !has_signal)
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        restore();
        self.is_last_warning.store(true, Ordering::SeqCst);
        self.is_over.store(true, Ordering::SeqCst);
        #[cfg(unix)]
        if self.is_to_stop.swap(false, Ordering::SeqCst) {
            let _ = signal_hook::low_level::raise(SIGSTOP);
        }
    }
}

impl Wire for RawTerminal {
    fn next(&mut self) -> io::Result<Arrived> {
        let was_waiting = self.is_waiting()?;
        let (has_byte, has_signal) = self.wait(None)?;
        #[cfg(unix)]
        if has_signal && !has_byte {
            let _ = self.signals.read(&mut [0; 16]);
            return Ok(Arrived::Signal);
        }
        let _ = (has_byte, has_signal);
        // Of a byte that was there already nobody knows when it came.
        let was_quiet = self.last_byte.is_none_or(|last| !was_waiting && moment().duration_since(last) >= PAUSE);
        let mut byte = [0];
        match read_stdin(&mut byte) {
            Ok(1) => {
                self.last_byte = Some(moment());
                Ok(Arrived::Byte { byte: byte[0], was_quiet })
            }
            // A terminal that hangs up ends, or fails with an I/O error.
            _ => Ok(Arrived::Gone),
        }
    }

    fn stays_quiet(&mut self) -> io::Result<bool> {
        Ok(!self.wait(Some(PAUSE))?.0)
    }

    fn is_waiting(&mut self) -> io::Result<bool> {
        Ok(self.wait(Some(Duration::ZERO))?.0)
    }
}
