//! The draft of a live session: begun with its first scan, found again after a kill, removed once it is recorded.

use super::keyboard::Choice;
use super::screen::Screen;
use super::source::Source;
use crate::cli::context::Context;
use crate::cli::draft::{Draft, Drafts, Waiting, database_name};
use crate::cli::failure::{EXIT_COULD_NOT, Failure};
use crate::cli::output;
use crate::cli::scans::DraftArgs;
use crate::ledger::{Code, Refusal};
use crate::ops::{Request, ScanVerb, Session, command_of};
use crate::scan::draft::{Header, Kept};
use crate::store::Store;

/// Keeps the scans of a session on disk, or nothing where nothing can be lost.
pub struct Keeper {
    drafts: Option<Drafts>,
    header: Header,
    draft: Option<Draft>,
    scans: usize,
}

/// What a session is, as far as drafts are concerned.
pub struct Identity {
    /// The digest of the command and its flags.
    pub content: [u8; 32],
    /// The same in words.
    pub command: String,
    /// What a hands-free station knows, as JSON.
    pub state: String,
}

impl Identity {
    /// The identity of a command that is one batch.
    pub fn of(verb: &dyn ScanVerb, request: &Request) -> Identity {
        let (content, command) = command_of(verb, request);
        Identity { content, command, state: String::new() }
    }
}

/// How a session begins.
pub struct Beginning {
    /// Where its scans are kept.
    pub keeper: Keeper,
    /// The op id to record it under.
    pub op_id: String,
    /// The scans that a killed session has left, to be judged again.
    pub resumed: Option<Vec<Kept>>,
    /// What a hands-free station knew when that session began, as JSON.
    pub state: String,
}

impl Keeper {
    /// Looks for the draft of an earlier session, and decides what becomes of it.
    ///
    /// # Errors
    /// `draft-exists`, `no-draft`; what the file system and the database say; that the person stops here.
    pub fn begin(
        context: &Context,
        store: &Store,
        identity: Identity,
        request: &Request,
        source: &mut Source,
        screen: &Screen,
        wanted: DraftArgs,
    ) -> Result<Beginning, Failure> {
        let Identity { content, command, state } = identity;
        let header = Header {
            command,
            state: state.clone(),
            database: database_name(&context.database()?),
            op_id: request.op_id.clone(),
            since: request.stamp.recorded_at.to_rfc3339(),
            operator: request.stamp.operator.clone(),
            station: request.stamp.station.clone(),
        };
        let mut keeper = Keeper { drafts: None, header, draft: None, scans: 0 };
        let op_id = request.op_id.clone();
        if request.dry_run || source.is_file() {
            if wanted.resume {
                return Err(Failure::usage("--resume goes on with scans, and a dry run or a file of scans keeps none"));
            }
            return Ok(Beginning { keeper, op_id, resumed: None, state });
        }
        let drafts = Drafts::of(context, &content)?;
        let waiting = keeper.wanted(context, store, drafts.waiting()?, source, screen, wanted)?;
        keeper.drafts = Some(drafts);
        let Some((waiting, header)) = waiting else { return Ok(Beginning { keeper, op_id, resumed: None, state }) };
        if context.globals.op_id.as_ref().is_some_and(|named| *named != header.op_id) {
            let message = format!("the draft has the op id {}: leave --op-id out, or name that one", header.op_id);
            return Err(Failure::usage(message));
        }
        if waiting.is_torn {
            screen
                .warn("the last record of the draft was cut short: the scan in it was not answered, and is not in it");
        }
        let (kept, op_id, state) = (waiting.kept.clone(), header.op_id.clone(), header.state.clone());
        keeper.header = header;
        keeper.scans = kept.len();
        keeper.draft = Some(waiting.into_draft());
        Ok(Beginning { keeper, op_id, resumed: Some(kept), state })
    }

    /// The draft to go on with, if that is wanted.
    fn wanted(
        &self,
        context: &Context,
        store: &Store,
        waiting: Option<Waiting>,
        source: &mut Source,
        screen: &Screen,
        wanted: DraftArgs,
    ) -> Result<Option<(Waiting, Header)>, Failure> {
        let Some(waiting) = waiting else {
            return if wanted.resume { Err(no_draft(&self.header).into()) } else { Ok(None) };
        };
        let Some(header) = waiting.header.clone() else {
            if wanted.discard_draft {
                waiting.remove();
                return Ok(None);
            }
            let message = "a draft of this command is there, and cannot be read: nothing of it is left";
            return Err(Refusal::new(Code::DraftExists, message, "--discard-draft drops it").into());
        };
        let recorded = store.read(|view| view.operation_with_id(&header.op_id))?;
        if let (Some(operation), false) = (recorded, wanted.resume) {
            store.confirm(operation.number)?;
            context.tell(&format!(
                "the session before was recorded, as operation {}; its draft is dropped",
                operation.number
            ));
            waiting.remove();
            return Ok(None);
        }
        let told = told(&header, waiting.kept.len());
        let resume = match (wanted.resume, wanted.discard_draft) {
            (true, _) => true,
            (_, true) => false,
            _ => {
                let question = format!("{told}: r resumes it, d discards it >");
                match source.choice(screen, &question, b"rd")? {
                    Some(Choice::Letter(letter)) => letter == b'r',
                    Some(Choice::Stop(why)) => return Err(stopped(why)),
                    Some(Choice::Other) | None => {
                        let hint = "--resume goes on with it, --discard-draft drops it";
                        return Err(Refusal::new(Code::DraftExists, told, hint).into());
                    }
                }
            }
        };
        if resume {
            return Ok(Some((waiting, header)));
        }
        context.tell(&format!("{told}; it is dropped"));
        waiting.remove();
        Ok(None)
    }

    /// Begins the draft of a further batch of a long session with its first scan.
    pub fn renew(&mut self, request: &Request, state: String) {
        self.header.op_id.clone_from(&request.op_id);
        self.header.since = request.stamp.recorded_at.to_rfc3339();
        self.header.operator.clone_from(&request.stamp.operator);
        self.header.state = state;
    }

    /// Puts the last accepted scans of a session on disk; all that it keeps, where they are not the last ones.
    ///
    /// # Errors
    /// What the file system says: then they must not be answered.
    pub fn keep(&mut self, session: &Session<'_>, scans: usize) -> Result<(), Failure> {
        if session.is_recorded() {
            return Ok(());
        }
        if session.holds() {
            return self.rewrite(session);
        }
        let Some(drafts) = &self.drafts else { return Ok(()) };
        let accepted = session.accepted();
        let new = &accepted[accepted.len().saturating_sub(scans)..];
        match &mut self.draft {
            Some(draft) => draft.keep(new)?,
            None => self.draft = Some(drafts.begin(&self.header, new)?),
        }
        self.scans = accepted.len();
        Ok(())
    }

    /// Puts on disk that the last scan was taken back.
    ///
    /// # Errors
    /// What the file system says.
    pub fn take_back(&mut self, session: &Session<'_>) -> Result<(), Failure> {
        let Some(draft) = &mut self.draft else { return Ok(()) };
        draft.take_back()?;
        self.scans = session.kept().count();
        Ok(())
    }

    /// Puts on disk what a session keeps, in the place of what was there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn rewrite(&mut self, session: &Session<'_>) -> Result<(), Failure> {
        let Some(draft) = &mut self.draft else { return Ok(()) };
        draft.rewrite(&self.header, session.kept())?;
        self.scans = session.kept().count();
        Ok(())
    }

    /// True when something is on disk.
    pub fn has_draft(&self) -> bool {
        self.draft.is_some()
    }

    /// Removes the draft: it is recorded, or given up.
    pub fn remove(&mut self) {
        self.draft.take().iter().for_each(Draft::remove);
        self.scans = 0;
    }

    /// Says that scans are kept, when a session ends without being recorded.
    pub fn tell_what_is_kept(&self) {
        if self.draft.is_none() || self.scans == 0 {
            self.draft.iter().for_each(Draft::remove);
            return;
        }
        let scans = scans(self.scans);
        output::complain(&format!(
            "{scans} kept as a draft: repeat the command with --resume to go on, or with --discard-draft to begin anew"
        ));
    }
}

/// The session ends without being recorded, because somebody wants it to.
pub fn stopped(why: &str) -> Failure {
    Failure::Error {
        exit: EXIT_COULD_NOT,
        code: "stopped",
        message: format!("the session was stopped, because {why}; nothing was recorded"),
        hint: "repeat the command, with --resume where scans are kept".to_owned(),
    }
}

fn no_draft(header: &Header) -> Refusal {
    let message = format!("there is no draft of `{}` on this database", header.command);
    Refusal::new(Code::NoDraft, message, "give the same flags as before, or leave --resume out")
}

/// `1 scan is`, `3 scans are`.
fn scans(count: usize) -> String {
    if count == 1 { "1 scan is".to_owned() } else { format!("{count} scans are") }
}

fn told(header: &Header, count: usize) -> String {
    let Header { command, since, operator, station, .. } = header;
    let (day, time) = (since.get(..10).unwrap_or_default(), since.get(11..16).unwrap_or_default());
    format!("{} kept of `{command}`, begun on {day} at {time} by {operator} at {station}", scans(count))
}
