//! What every command has: the flags that stand everywhere, the config file, the environment and the clock.
//!
//! This is the only file that reads the environment, the clock and randomness.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime};

use super::config::Config;
use super::failure::Failure;
use super::profile::StationProfile;
use crate::codes::Profile;
use crate::model::Stamp;
use crate::model::limits::is_kept_time;
use crate::ops::{AcceptedLoss, Recorded, Request, open_accepting_loss};
use crate::store::{Address, Options, Store};

/// The flags that stand before or after every command.
#[derive(clap::Args, Debug, Clone)]
#[command(next_help_heading = "Everywhere")]
pub struct Globals {
    /// The database: a path, or postgresql://… [default: SCANTRAIL_DB, the config file, or scantrail.db in the user's data folder]
    #[arg(long, global = true, value_name = "PATH|URL")]
    pub db: Option<OsString>,
    /// Who does it
    #[arg(long, global = true, value_name = "NAME")]
    pub operator: Option<String>,
    /// At which station
    #[arg(long, global = true, value_name = "NAME")]
    pub station: Option<String>,
    /// Print the result as one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Say less on stderr: only refusals and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Name the operation, so that repeating it is safe
    #[arg(long, global = true, value_name = "TEXT", value_parser = not_blank)]
    pub op_id: Option<String>,
    /// When it happened, such as 2026-11-23T10:00 or 2026-11-23 [default: now]
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<String>,
    /// A remark on the operation
    #[arg(long, global = true, value_name = "TEXT")]
    pub note: Option<String>,
    /// Why it was done
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<String>,
    /// A free field on what is recorded; with stock, log and trace: only what has it
    #[arg(long = "field", global = true, value_name = "KEY=VALUE")]
    pub fields: Vec<String>,
    /// Check and answer, but write nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Go on, for good, without operations that were lost with the write-ahead log of an SQLite file
    #[arg(long, global = true)]
    pub accept_loss: bool,
    /// Take scans as they arrive, without this station's scanner profile
    #[arg(long, global = true)]
    pub as_scanned: bool,
}

fn not_blank(text: &str) -> Result<String, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() { Err("it is empty".to_owned()) } else { Ok(trimmed.to_owned()) }
}

/// A folder of the user, by the rules of the XDG base directory specification, and ours in it.
struct UserFolder {
    variable: &'static str,
    below_home: &'static str,
}

const CONFIGURATION: UserFolder = UserFolder { variable: "XDG_CONFIG_HOME", below_home: ".config" };
const DATA: UserFolder = UserFolder { variable: "XDG_DATA_HOME", below_home: ".local/share" };
const STATE: UserFolder = UserFolder { variable: "XDG_STATE_HOME", below_home: ".local/state" };

impl UserFolder {
    /// Where it is. A path that is empty or relative is none: it would be another folder wherever a command is started.
    ///
    /// # Errors
    /// Why there is none, as the beginning of a sentence.
    fn path(&self) -> Result<PathBuf, &'static str> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = variable("HOME");
        let why = if home.is_some() { "HOME is not an absolute path: there is no folder" } else { "there is no HOME" };
        let named = variable(self.variable).filter(|path| path.is_absolute());
        let below_home = || home.filter(|home| home.is_absolute()).map(|home| home.join(self.below_home));
        named.or_else(below_home).map(|folder| folder.join("scantrail")).ok_or(why)
    }
}

/// Everything that a command gets from outside.
pub struct Context {
    /// The flags that stand everywhere.
    pub globals: Globals,
    /// What is this station's own.
    pub config: Config,
    now: DateTime<FixedOffset>,
}

impl Context {
    /// Reads the config file and the clock.
    ///
    /// # Errors
    /// A config file that is not understood.
    pub fn new(globals: Globals) -> Result<Context, Failure> {
        let config = Config::read(CONFIGURATION.path().ok().map(|folder| folder.join("config.toml")).as_deref())?;
        let context = Context { globals, config, now: now()? };
        context.config.warning.iter().for_each(|warning| context.tell(warning));
        Ok(context)
    }

    /// The same at the time that it is now, for the next operation of a long session.
    ///
    /// # Errors
    /// A clock that is not understood.
    pub fn renewed(&self) -> Result<Context, Failure> {
        Ok(Context { globals: self.globals.clone(), config: self.config.clone(), now: now()? })
    }

    /// The time at which the command began.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.now
    }

    /// Where the database is.
    ///
    /// # Errors
    /// No place is named and there is no home; or a URL that is not understood.
    pub fn database(&self) -> Result<Address, Failure> {
        let named =
            self.globals.db.clone().or_else(|| std::env::var_os("SCANTRAIL_DB").filter(|path| !path.is_empty()));
        let named = named.or_else(|| self.config.database.clone().map(OsString::from));
        if let Some(named) = named {
            return self.address(&named);
        }
        let folder = DATA.path().map_err(|why| {
            Failure::usage(format!("{why} to keep the database in: name it with --db or SCANTRAIL_DB"))
        })?;
        Ok(Address::File(folder.join("scantrail.db")))
    }

    /// Where drafts of live sessions are kept: in the user's state folder.
    ///
    /// # Errors
    /// There is no home.
    pub fn drafts_folder(&self) -> Result<PathBuf, Failure> {
        let folder = STATE.path().map_err(|why| {
            Failure::usage(format!("{why} to keep the scans of a live session in: set HOME or XDG_STATE_HOME"))
        })?;
        Ok(folder.join("drafts"))
    }

    /// Where this station's scanner profile is: beside the config file.
    ///
    /// # Errors
    /// There is no home.
    pub fn profile_path(&self) -> Result<PathBuf, Failure> {
        let folder = CONFIGURATION.path().map_err(|why| {
            Failure::usage(format!("{why} to keep the scanner profile in: set HOME or XDG_CONFIG_HOME"))
        })?;
        Ok(folder.join("scanner.toml"))
    }

    /// What this station's scanner and host do to scans, to be undone in every one; nothing where none was calibrated or
    /// scans are to be taken as they arrive.
    ///
    /// # Errors
    /// A profile that cannot be read or understood: it is never passed over.
    pub fn profile(&self) -> Result<Profile, Failure> {
        match self.profile_path() {
            Ok(path) if !self.globals.as_scanned => Ok(StationProfile::read(&path)?.unwrap_or_default().profile),
            _ => Ok(Profile::default()),
        }
    }

    /// A database that is named by a path or a URL.
    ///
    /// # Errors
    /// A URL that is not understood.
    pub fn address(&self, named: &OsStr) -> Result<Address, Failure> {
        Address::parse(named, &|name| std::env::var(name).ok()).map_err(|error| Failure::usage(error.to_string()))
    }

    /// What the store is handed in.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn store_options(&self) -> Result<Options, Failure> {
        let allowed = std::env::var_os("SCANTRAIL_ALLOW_NETWORK_FILE_SYSTEM");
        let tell: fn(&str) = if self.globals.quiet { |_| {} } else { super::output::complain };
        Ok(Options {
            allow_network_file_system: allowed.is_some_and(|value| value == "1"),
            seed: u64::from_ne_bytes(random()?),
            now: self.now,
            tell,
        })
    }

    /// Opens the database.
    ///
    /// # Errors
    /// That it is missing, damaged, newer, …
    pub fn store(&self) -> Result<Store, Failure> {
        self.globals.db.iter().for_each(|named| self.warn_of_password(named));
        let (address, options) = (self.database()?, self.store_options()?);
        if !self.globals.accept_loss {
            return Ok(Store::open(&address, &options)?);
        }
        if self.globals.dry_run {
            return Err(Failure::usage("--accept-loss records what is gone, and --dry-run records nothing"));
        }
        let (store, accepted) = open_accepting_loss(&address, &options, &self.request()?)?;
        self.tell(&accepted.as_ref().map_or_else(|| "nothing is lost".to_owned(), accepted_text));
        Ok(store)
    }

    /// Warns when a password stands on the command line.
    pub fn warn_of_password(&self, named: &OsStr) {
        if Address::holds_password(named) {
            self.tell(
                "warning: others on this machine can read a password in a command line; keep it in the file that PGPASSFILE \
                 names, or in SCANTRAIL_DB",
            );
        }
    }

    /// What every writing command is given.
    ///
    /// # Errors
    /// A time or a field that is not well formed.
    pub fn request(&self) -> Result<Request, Failure> {
        let at = self.globals.at.as_deref().map(|text| self.time(text)).transpose()?;
        let (operator, station) = (self.operator(), self.station());
        let request = Request {
            op_id: match &self.globals.op_id {
                Some(op_id) => op_id.clone(),
                None => made_up_op_id()?,
            },
            stamp: Stamp { at: at.unwrap_or(self.now), recorded_at: self.now, operator, station },
            at_is_given: at.is_some(),
            note: self.globals.note.clone(),
            reason: self.globals.reason.clone(),
            fields: self.fields()?,
            dry_run: self.globals.dry_run,
        };
        request.too_long().map_err(|error| Failure::usage(error.to_string()))?;
        Ok(request)
    }

    /// Why something is done that nobody does without a reason.
    ///
    /// # Errors
    /// No reason was given.
    pub fn reason_for(&self, what: &str) -> Result<(), Failure> {
        match self.globals.reason.as_deref() {
            Some(reason) if !reason.trim().is_empty() => Ok(()),
            _ => Err(Failure::usage(format!("{what} has a reason: give it with --reason TEXT"))),
        }
    }

    /// Carries out what records something; where its outcome is unknown, the op id to repeat it with is named.
    ///
    /// # Errors
    /// As `carry_out`, and as [`Context::request`].
    pub fn record<E: Into<Failure>>(
        &self,
        carry_out: impl FnOnce(&Request) -> Result<Recorded, E>,
    ) -> Result<Recorded, Failure> {
        let request = self.request()?;
        carry_out(&request).map_err(|error| error.into().repeat_with(&request.op_id))
    }

    /// A time: RFC 3339, or date and time of day, or a date, where this station is.
    ///
    /// # Errors
    /// Anything else.
    pub fn time(&self, text: &str) -> Result<DateTime<FixedOffset>, Failure> {
        let text = text.trim();
        let local = |naive: NaiveDateTime| naive.and_local_timezone(*self.now.offset()).single();
        let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
        let found = DateTime::parse_from_rfc3339(text)
            .ok()
            .or_else(|| {
                formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).and_then(local)
            })
            .or_else(|| text.parse::<NaiveDate>().ok().and_then(|date| local(date.and_time(NaiveTime::MIN))));
        found.filter(is_kept_time).ok_or_else(|| {
            Failure::usage(format!(
                "{} is not a time in the years 1 to 9999: write it as 2026-11-23T10:00 or 2026-11-23",
                super::output::safe(text)
            ))
        })
    }

    /// The free fields: of what is recorded, or to look for.
    ///
    /// # Errors
    /// One that is not KEY=VALUE, or is given twice.
    pub fn fields(&self) -> Result<BTreeMap<String, String>, Failure> {
        let split = |field: &String| match field.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
            _ => Err(Failure::usage(format!("--field {} is not KEY=VALUE", super::output::safe(field)))),
        };
        let mut fields = BTreeMap::new();
        for (key, value) in self.globals.fields.iter().map(split).collect::<Result<Vec<_>, _>>()? {
            if fields.insert(key.clone(), value).is_some() {
                return Err(Failure::usage(format!("--field {} is given twice", super::output::safe(&key))));
            }
        }
        Ok(fields)
    }

    /// Who does it.
    pub fn operator(&self) -> String {
        let user = || std::env::var_os("USER").map(|user| user.to_string_lossy().into_owned());
        let named = self.globals.operator.clone().or_else(|| self.config.operator.clone()).or_else(user);
        named.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "unknown".to_owned())
    }

    fn station(&self) -> String {
        let named = self.globals.station.clone().or_else(|| self.config.station.clone());
        named.filter(|name| !name.trim().is_empty()).unwrap_or_else(host_name)
    }

    /// Colour is never the only sign, and is left out where the terminal has none or nobody wants it.
    pub fn has_colour(&self) -> bool {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        std::io::stderr().is_terminal() && !is_dumb && !is_unwanted
    }

    /// True when a person sees stderr at once.
    pub fn stderr_is_terminal(&self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// Says something that is no error, unless less is wanted.
    pub fn tell(&self, text: &str) {
        if !self.globals.quiet {
            super::output::complain(text);
        }
    }
}

/// What was given up, and where that stands.
fn accepted_text(accepted: &AcceptedLoss) -> String {
    let numbers = |all: Vec<String>| if all.is_empty() { "none that is known".to_owned() } else { all.join(", ") };
    let mut lost: Vec<i64> = accepted.loss.missing.iter().map(|head| head.number).collect();
    lost.extend(&accepted.loss.unnamed);
    lost.sort_unstable();
    let lost = numbers(lost.iter().map(i64::to_string).collect());
    let recorded = numbers(accepted.recorded.iter().map(|one| one.number.to_string()).collect());
    let kept = accepted.kept_log.iter().map(|path| format!("; the log that was there is kept as {path}"));
    format!("lost for good: operations {lost}; recorded as operation {recorded}{}", kept.collect::<String>())
}

#[cfg(unix)]
fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "station".to_owned() } else { name }
}

#[cfg(not(unix))]
fn host_name() -> String {
    "station".to_owned()
}

/// The clock, in whole seconds, which is what the ledger keeps. `SCANTRAIL_NOW` stands in for it, so that whole runs can
/// be repeated to the byte.
fn now() -> Result<DateTime<FixedOffset>, Failure> {
    let time = match std::env::var("SCANTRAIL_NOW") {
        Ok(text) => DateTime::parse_from_rfc3339(&text)
            .ok()
            .filter(is_kept_time)
            .ok_or_else(|| Failure::usage("SCANTRAIL_NOW is not a time such as 2026-11-23T10:00:00+00:00"))?,
        Err(_) => Local::now().fixed_offset(),
    };
    Ok(chrono::SubsecRound::trunc_subsecs(time, 0))
}

/// A moment, for telling how long the pauses between bytes are.
pub fn moment() -> std::time::Instant {
    std::time::Instant::now()
}

/// A name for an operation that nobody named: 128 random bits.
fn made_up_op_id() -> Result<String, Failure> {
    Ok(random::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::Error {
        exit: super::failure::EXIT_COULD_NOT,
        code: "randomness",
        message: format!("the system gives no random numbers: {error}"),
        hint: "name the operation with --op-id".to_owned(),
    })?;
    Ok(bytes)
}

/// The folder that a new database is made in.
pub fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}
