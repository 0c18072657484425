//! A registrar's answers, handed on.
//!
//! 1. They are read once: a mark beside them says so, as soon as all that they caused is durable. What a person had to look
//!    at is in the mark, and is looked at once more each time that somebody asks.
//! 2. Where the frame of a set is broken, nothing of it is handed on. A set that is not as it should be keeps no other one
//!    waiting.
//! 3. Files that were read and have other bytes by now are not heard: a corrected file has a name of its own.

use crate::{
    dealing::{Dealing, Remark, deliver, of_batch, of_exchange},
    frozen::Open,
    jobs::{Jobs, not_yet},
    place::unread,
    sets::Set,
};
use fundflow::Notice;
use fundflow_domain::orders::Cause;
use fundflow_infrastructure::{
    day_batch::{Answers, BatchError, Finding},
    exchange::{index::IndexError, return_code::ReturnCodes},
    file_exchange::DirectoryExchange,
    files,
};
use fundflow_kernel::{counted::counted, loaded::with_sources, store::EventStore};
use fundflow_sagas::ports::{
    day_jobs::{JobCall, JobStand},
    file_exchange::{FileExchange as _, FileSet, NotExchanged, Taken},
    registrar::{self, ApplicationAnswer},
};
use std::{io, path::Path};

/// Bytes of the mark that answers were read.
const MARK_MOST: u64 = 1 << 26;
/// Beside the answers, where there is anything to say of their records.
const FINDINGS: &str = "findings.txt";
/// Findings that are said one by one.
const SHOWN: usize = 10;

/// Why a set is not handed on.
enum NotTaken {
    /// It is not there, or not whole: others may come.
    Files(JobStand),
    /// Nobody can say.
    Unknown(Cause),
}

impl From<Cause> for NotTaken {
    fn from(cause: Cause) -> Self {
        Self::Unknown(cause)
    }
}

impl<S: EventStore> Jobs<S> {
    /// The registrar's answers to each distributor are handed on, unless they were. Returns what the first set lacks that is
    /// not as it should be.
    pub(crate) async fn take(
        &self,
        dealing: &Dealing,
        call: &JobCall,
    ) -> Result<Option<JobStand>, Cause> {
        if !(dealing.may_read)(call.t) {
            return Ok(None);
        }
        let mut lacks = None;
        for set in self.sets(call.t, &call.registrar).await? {
            match self.take_one((dealing, call), &set).await {
                Ok(()) => {}
                Err(NotTaken::Files(stand)) => {
                    if let JobStand::NotYet(why) | JobStand::Refused(why) = &stand {
                        dealing.look(format!(
                            "the answers of registrar {} for {} are not read: {}; have the files sent again, and put \
                             them into {}",
                            set.registrar,
                            call.t,
                            why.text,
                            set.back().display()
                        ));
                    }
                    lacks.get_or_insert(stand);
                }
                Err(NotTaken::Unknown(cause)) => return Err(cause),
            }
        }
        Ok(lacks)
    }

    async fn take_one(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        set: &Set,
    ) -> Result<(), NotTaken> {
        let mark = set.mark();
        let answered = set.answered().map_err(|error| unread(&set.back(), &error))?;
        let Some(index) = answered else { return Ok(()) };
        let read = mark_of(&mark)?;
        let exchange = set.exchange();
        if read.is_none() {
            // Nothing is read without its mark, whatever was taken before somebody took the mark away.
            exchange.forget().map_err(|error| of_exchange(&error))?;
        }
        if is_another(dealing, &exchange).await? || read.as_ref().is_some_and(Open::is_empty) {
            return Ok(());
        }
        let name = index.file_name().unwrap_or_default().to_string_lossy();
        let arrived = exchange.get(name.into()).await.map_err(|error| of_set(&error))?;
        let answers = self.said((dealing, call), &index, codes()?).await;
        let answers = answers.map_err(|error| of_files(&error))?;
        unchanged(&arrived, &answers).map_err(|error| of_set(&error))?;
        found(dealing, &set.back(), &answers.findings)?;
        let open = self.hand_on((dealing, call), answers, read.as_ref()).await?;
        files::replace(&mark, open.text()).map_err(|error| unread(&mark, &error))?;
        exchange.taken(arrived).await.map_err(|error| of_exchange(&error))?;
        if read.is_none() {
            (dealing.hears)(Remark::Read);
        }
        Ok(())
    }

    /// Everything that the answers say; `read`: what was open of them when they were read before. Returns what is open now.
    async fn hand_on(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        answers: Answers,
        read: Option<&Open>,
    ) -> Result<Open, Cause> {
        let engine = self.engine().await?;
        let frozen = if let Some(open) = read {
            open.among(answers.frozen)
        } else {
            let notice = |(no, answer): (_, ApplicationAnswer)| {
                let (stream, news) = registrar::notice(&no, answer);
                Notice { stream, news }
            };
            // Of those that are handed on nothing is kept.
            let notices = answers.confirmations.into_iter().map(notice);
            deliver(&engine, dealing, notices, |_| {}).await?;
            answers.frozen
        };
        self.catch_up().await?;
        let mut puzzles = answers.puzzles;
        puzzles.extend(self.dividends((dealing, call), &engine, &answers.dividends).await?);
        let puzzles = self.strays((dealing, call), &engine, &puzzles, read.is_none()).await?;
        let not_followed = self.frozen((dealing, call), &engine, frozen).await?;
        Ok(Open { not_followed, puzzles })
    }
}

/// What was open when the answers were read; `None` where they were not.
fn mark_of(mark: &Path) -> Result<Option<Open>, Cause> {
    match files::text(mark, MARK_MOST) {
        Ok(text) => Ok(Some(Open::of(&text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unread(mark, &error)),
    }
}

fn codes() -> Result<ReturnCodes, Cause> {
    ReturnCodes::built_in().map_err(|error| Cause::new("no_codes", error.to_string()))
}

/// What is read was looked at by the exchange.
fn unchanged(set: &FileSet, answers: &Answers) -> Result<(), NotExchanged> {
    let looked_at = |name: &str| set.files.iter().find(|it| *it.name == *name);
    let another = |(name, sha256): &&(String, [u8; 32])| {
        looked_at(name).is_none_or(|file| file.sha256 != *sha256)
    };
    let Some((name, _)) = answers.files.iter().find(another) else { return Ok(()) };
    let why = "it changed while it was read".to_owned();
    Err(NotExchanged::Incomplete { name: name.clone(), why })
}

/// Whether files that were read have other bytes by now.
async fn is_another(dealing: &Dealing, exchange: &DirectoryExchange) -> Result<bool, Cause> {
    let mut any = false;
    for arrived in exchange.arrived().await.map_err(|error| of_exchange(&error))? {
        let Taken::Otherwise(names) = arrived.taken else { continue };
        any = true;
        dealing.look(format!(
            "{} was read and has other bytes by now, which are not heard: put back what was read, and have corrections \
             sent under another name",
            names.join(", ")
        ));
    }
    Ok(any)
}

/// Names what is wrong with records that are taken all the same, and puts all of it beside the answers: before anything is
/// handed on, and with the same bytes again by whoever was killed before they were read to their end.
fn found(dealing: &Dealing, answers: &Path, findings: &[Finding]) -> Result<(), Cause> {
    if findings.is_empty() {
        return Ok(());
    }
    let path = answers.with_file_name(FINDINGS);
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    files::replace(&path, lines.join("\n") + "\n").map_err(|error| unread(&path, &error))?;
    let rest = lines.len().saturating_sub(SHOWN);
    lines.into_iter().take(SHOWN).for_each(|line| dealing.look(line));
    if rest > 0 {
        let more = counted(rest, "more finding", "more findings");
        dealing.look(format!("{more} in {}", path.display()));
    }
    Ok(())
}

/// A set that is not whole is waited for; what keeps the exchange from looking is another matter.
fn of_set(error: &NotExchanged) -> NotTaken {
    match error {
        NotExchanged::Incomplete { .. } => {
            NotTaken::Files(not_yet("files_missing", with_sources(error)))
        }
        NotExchanged::Unreachable { .. }
        | NotExchanged::Otherwise { .. }
        | NotExchanged::Refused { .. } => NotTaken::Unknown(of_exchange(error)),
    }
}

/// Whether the files themselves are not as they should be, so that others may come.
fn of_files(error: &BatchError) -> NotTaken {
    let is_of_files = matches!(
        error,
        BatchError::Read(_)
            | BatchError::Index(
                IndexError::Damaged(_)
                    | IndexError::Missing { .. }
                    | IndexError::DamagedFiles { .. }
            )
    );
    if !is_of_files {
        return NotTaken::Unknown(of_batch(error));
    }
    NotTaken::Files(JobStand::Refused(Cause::new("files_damaged", with_sources(error))))
}
