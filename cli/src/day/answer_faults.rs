//! Registrars' files that do not come whole in the morning, as `[[answers]]` of the scenario says.
//!
//! ```text
//! exchange/2026-02-12/withheld     what the registrar has made, until it is there
//! exchange/2026-02-12/in           what has come of it
//! ```
//!
//! 1. The registrar works through its batch as always; what it made waits aside.
//! 2. What has come whole stays as it is, however often the day is played.

use super::{
    Trouble,
    play::Play,
    sets::{index, unread},
};
use chrono::NaiveDate;
use fundflow_closing::Set;
use fundflow_domain::{calendar::TradingDay, time::Timestamp};
use fundflow_infrastructure::{
    day_batch::BatchError,
    exchange::{file_name::FileName, index::IndexFile, version::FileType},
    files,
    sandbox::scenario::{AnswerFault, Come},
};
use fundflow_kernel::{clock::Clock as _, store::EventStore};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Beside the directories of both ways.
const WITHHELD: &str = "withheld";

impl<S> Play<S> {
    /// When files of that T come that were not there in the morning.
    pub(super) fn come_later(&self, t: TradingDay) -> Vec<Timestamp> {
        let of_t = self.day.scenario.answers.iter().filter(|it| it.on == t.date());
        of_t.filter_map(|it| it.until).collect()
    }

    fn fault(&self, set: &Set, t: NaiveDate) -> Option<AnswerFault> {
        let all = self.day.scenario.answers.iter();
        let mut of = all.filter(|it| it.on == t && it.registrar == set.registrar);
        of.next().cloned()
    }

    /// Where the registrar puts the files of that set: aside, if something becomes of them.
    pub(super) fn made_in(&self, set: &Set, t: TradingDay) -> PathBuf {
        match self.fault(set, t.date()) {
            Some(_) => set.beside(WITHHELD),
            None => set.back(),
        }
    }
}

/// What has come in the morning of what was made aside.
pub(super) fn morning<S>(play: &Play<S>, set: &Set, t: TradingDay) -> Result<(), Trouble> {
    let Some(fault) = play.fault(set, t.date()) else { return Ok(()) };
    if set.answered().map_err(|error| unread(&set.back(), error))?.is_some() {
        return Ok(());
    }
    let Some(made) = made(set)? else { return Ok(()) };
    match fault.come {
        Come::Late => Ok(()),
        Come::InPart => put(play, set, &made, |name| {
            (kind(name) != Some(FileType::ShareBalance)).then_some(whole)
        }),
        Come::Damaged => put(play, set, &made, |name| {
            Some(if kind(name) == Some(FileType::TradeConfirmation) { half } else { whole })
        }),
        Come::DamagedIndex => {
            put(play, set, &made, |name| Some(if kind(name).is_none() { half } else { whole }))
        }
        Come::Repeated | Come::Changed => put(play, set, &made, |_| Some(whole)),
    }
}

/// What comes by now. Returns whether anything did.
pub(super) async fn rest<S: EventStore>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let now = play.table.clock.now();
    let mut any = false;
    for set in play.sets(t).await? {
        let Some(fault) = play.fault(&set, t.date()) else { continue };
        let Some(made) = made(&set)?.filter(|_| fault.until.is_some_and(|until| until <= now))
        else {
            continue;
        };
        any |= !fault.come.is_whole_at_first();
        let is_changed = fault.come == Come::Changed;
        put(play, &set, &made, |name| {
            let changes = is_changed && kind(name) == Some(FileType::TradeConfirmation);
            Some(if changes { other } else { whole })
        })?;
    }
    Ok(any)
}

/// The files that were made aside, the index last.
fn made(set: &Set) -> Result<Option<Vec<PathBuf>>, Trouble> {
    let aside = set.beside(WITHHELD);
    let Some(index) = index(&aside)? else { return Ok(None) };
    let named = IndexFile::open_complete(&index).map_err(BatchError::from)?;
    let files = named.index.files.iter().map(|name| aside.join(name));
    Ok(Some(files.chain([index.clone()]).collect()))
}

type Bytes = fn(Vec<u8>) -> Vec<u8>;

/// Puts them where the answers are looked for, each as `becomes` says, or not at all.
fn put<S>(
    play: &Play<S>,
    set: &Set,
    made: &[PathBuf],
    becomes: impl Fn(&str) -> Option<Bytes>,
) -> Result<(), Trouble> {
    let into = set.back();
    play.make(&into)?;
    for from in made {
        let name = from.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(becomes) = becomes(name) else { continue };
        let path = into.join(name);
        let failed = |source| BatchError::Io { path: path.clone(), source };
        let bytes = becomes(fs::read(from).map_err(failed)?);
        if fs::read(&path).ok().as_deref() != Some(&*bytes) {
            files::replace(&path, bytes).map_err(failed)?;
        }
    }
    Ok(())
}

/// `None` for an index.
fn kind(name: &str) -> Option<FileType> {
    let name = Path::new(name).file_name()?.to_str()?.parse::<FileName>().ok()?;
    FileType::from_code(&name.file_type)
}

fn whole(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

fn half(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// A line's end more.
fn other(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.extend_from_slice(b"\r\n");
    bytes
}
