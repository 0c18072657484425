//! The jobs of the day's cut: seal, send, the registrars' night, their answers.
//!
//! 1. A batch is what was accepted by then, belongs to its T, and is in no batch yet. An application
//!    never goes into the batch of another T.
//! 2. The files are written before *sent* is recorded. If the process dies in between, the files
//!    are found, and *sent* is recorded then.
//! 3. Files are of one distributor and one registrar: see [`sets`](super::sets). Where several distributors have
//!    files for a registrar, it decides all of them before it answers any.
//! 4. A registrar's night runs once: where its index is, it is not run again. Its answers are read
//!    once: a mark beside them says so, as soon as all that they caused is durable.

use super::{
    Trouble, answer_faults,
    books::Placed,
    channel_statements, dividends, findings,
    play::Play,
    sets::{Set, index},
    statements::{self, Open},
    strays,
};
use fundflow::{Notice, Noticed};
use fundflow_closing::Serials;
use fundflow_domain::{
    application::{self as applications, Stage},
    calendar::TradingDay,
    ids::ApplicationNo,
    orders::Serial,
};
use fundflow_infrastructure::{
    day_batch::{
        Answers, BatchError, ByDigits, Investors, Numbers, application_numbers, read_answers,
        write_applications,
    },
    exchange::{index::IndexError, return_code::ReturnCodes},
    file_exchange::DirectoryExchange,
    files,
    sandbox::registrar::DICTIONARY,
};
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_kernel::{counted::counted, loaded::with_sources};
use fundflow_sagas::ports::{
    file_exchange::{FileExchange as _, FileSet, NotExchanged, Taken},
    registrar::{self, Application, ApplicationAnswer},
};
use std::{cell::OnceCell, collections::HashMap, fs, io, path::PathBuf, sync::Arc};

/// Bytes of the mark that answers were read.
const MARK_MOST: u64 = 1 << 26;

/// Seals what was accepted, writes the files, and records that it was sent.
pub(super) async fn send<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let (mut any, files) = (false, play.written.len());
    for set in play.sets(t)? {
        any |= send_one(play, t, &set).await?;
    }
    // What a registrar keeps although it was turned away goes out with no file.
    if play.written.len() > files && play.late.remove(&t) {
        let day = t.date();
        play.remarks.push(format!("orders of {day} were left behind and go out late"));
    }
    Ok(any)
}

async fn send_one<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
    set: &Set,
) -> Result<bool, Trouble> {
    let (file, records) = if let Some(index) = set.sent()? {
        application_numbers(&index)?
    } else {
        let accepted = play.of_batch(t, set, |stage| matches!(stage, Stage::Accepted));
        let batch: Arc<str> = format!("T-{t}").into();
        announce(play, &accepted, |_| ApplicationAnswer::Sealed(batch.clone())).await?;
        play.settle().await?;
        let sealed = play.of_batch(t, set, |stage| matches!(stage, Stage::Sealed));
        if sealed.is_empty() {
            return Ok(false);
        }
        put(play, t, set, &sealed).await?
    };
    let numbers: HashMap<&str, u64> = records.iter().map(String::as_str).zip(1..).collect();
    // A file of an earlier program, or of a folder that said otherwise, has the other characters.
    let record_of = |placed: &Placed| {
        let no = &placed.application.terms.no;
        let own = numbers.get(no.as_str()).copied();
        own.or_else(|| numbers.get(&*Numbers::Digits.application(no)).copied())
    };
    let mut sealed = play.of_batch(t, set, |stage| matches!(stage, Stage::Sealed));
    sealed.retain(|placed| record_of(placed).is_some());
    let out = |placed: &Placed| {
        let record = record_of(placed).unwrap_or(0);
        ApplicationAnswer::Sent { file: file.as_str().into(), record }
    };
    announce(play, &sealed, out).await?;
    // Where the file had gone out before and all of it is known, nothing happened now.
    Ok(!sealed.is_empty())
}

/// Makes the files of a batch and puts them where their registrar takes them. Returns the file's name, and the numbers
/// of its records.
async fn put<S>(
    play: &mut Play<S>,
    t: TradingDay,
    set: &Set,
    sealed: &[Placed],
) -> Result<(String, Vec<String>), Trouble> {
    let house = &play.table.house;
    let of = |placed: &Placed| Application {
        terms: placed.application.terms.clone(),
        applied_at: placed.applied_at(house),
    };
    let applications: Vec<_> = sealed.iter().map(of).collect();
    let profiles = &play.day.investors;
    let customers = |id: &_| profiles.get(id).map(|it| it.profile.customer_type);
    let investors = Investors { customers: &customers, accounts: &play.books.accounts };
    let parties = set.parties(&play.day.settings);
    let in_digits = parties.filing.numbers == Numbers::Digits;
    let is_his = |it: &applications::Application| play.is_at(&it.terms, &set.registrar);
    let of_registrar = || play.books.numbers_sent_first(is_his);
    let all = in_digits.then(|| ByDigits::of(of_registrar()));
    let first_of = |number: &str| all.as_ref().and_then(|all| all.first(number).cloned());
    let (out, making) = (set.out(), set.making());
    play.make(&out)?;
    play.make(&making)?;
    let batch = write_applications(&making, &parties, t, &applications, investors, &first_of)?;
    set.exchange().put(batch.index.clone()).await?;
    let failed = |source| Trouble::Directory { path: making.clone(), source };
    fs::remove_dir_all(&making).map_err(failed)?;
    for (no, why) in &batch.left_out {
        play.remarks.push(format!("application {no} is in no file: {why}"));
    }
    play.written.push(out.join(&batch.file));
    Ok((batch.file, batch.records))
}

/// Tells each application's saga, whichever it is, what became of it.
async fn announce<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    placed: &[Placed],
    what: impl Fn(&Placed) -> ApplicationAnswer,
) -> Result<(), Trouble> {
    let notice = |placed: &Placed| {
        let (stream, news) = registrar::notice(&placed.application.terms.no, what(placed));
        Notice { stream, news }
    };
    let heard = play.deliver(placed.iter().map(notice).collect()).await?;
    for (placed, noticed) in placed.iter().zip(heard) {
        // It moved on in the meantime; the batch goes without it.
        if matches!(noticed, Some(Noticed::Contradicted(_) | Noticed::Unclaimed(_))) {
            let (no, transaction) = (&placed.application.terms.no, &placed.transaction);
            play.remarks.push(format!("{transaction}: application {no} is not in the batch"));
        }
    }
    Ok(())
}

/// Lets the registrars answer the files of that day, and the channel write its statements.
pub(super) fn night<S>(play: &mut Play<S>, t: TradingDay) -> Result<bool, Trouble> {
    channel_statements::write(play, t)?;
    let mut any = false;
    let own = play.day.settings.distributor.clone();
    let sets = play.sets(t)?;
    for (code, registrar) in play.with.sandbox.registrars.clone() {
        let mut waiting = Vec::new();
        for set in sets.iter().filter(|set| set.registrar == code) {
            let into = play.made_in(set, t);
            let is_made = set.answered()?.is_some() || index(&into)?.is_some();
            if is_made {
                registrar.leave_filed(&set.distributor, &own);
            } else {
                waiting.push((set, set.sent()?, into));
            }
        }
        let sent: Vec<&PathBuf> = waiting.iter().filter_map(|(_, sent, _)| sent.as_ref()).collect();
        if sent.len() > 1 {
            sent.into_iter().try_for_each(|index| registrar.decide_batch(index))?;
        }
        for (set, sent, into) in waiting {
            if sent.is_none() && !registrar.has_filed(&set.distributor, &own) {
                continue;
            }
            play.make(&into)?;
            let parties = set.parties(&play.day.settings);
            let night = match sent {
                Some(index) => registrar.run_batch(&index, &into, &own)?,
                None => registrar.run_night(t, &parties, &into, &own)?,
            };
            play.written.extend(night.files);
            play.remarks.extend(night.unfit);
            let t = t.date();
            for (fund, orders) in night.unpriced {
                let wait = counted(orders, "order waits", "orders wait");
                play.remarks.push(format!("navs.csv has no price of {fund} on {t}: {wait}"));
            }
            any = true;
        }
    }
    for set in &sets {
        answer_faults::morning(play, set, t)?;
    }
    Ok(any)
}

/// Reads the registrars' answers and hands them to the engine. One about a number that nobody handed
/// out becomes a case, and so does one that no order takes.
pub(super) async fn answers<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let mut any = false;
    for set in play.sets(t)? {
        match answers_of(play, &set).await {
            Ok(read) => any |= read,
            // Nothing of them was handed on: the day-cut waits for what is whole.
            Err(error @ (Trouble::Exchange(_) | Trouble::Files(_))) if is_of_files(&error) => {
                let (code, why) = (&set.registrar, with_sources(&error));
                play.remarks.push(format!(
                    "the answers of registrar {code} for {t} are not read: {why}; have the files sent again, put them \
                     into {}, and play the folder again",
                    set.back().display()
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(any)
}

/// Whether the files themselves are not as they should be, so that others may come.
const fn is_of_files(error: &Trouble) -> bool {
    match error {
        Trouble::Exchange(error) => matches!(error, NotExchanged::Incomplete { .. }),
        Trouble::Files(error) => matches!(
            error,
            BatchError::Read(_)
                | BatchError::Index(
                    IndexError::Damaged(_)
                        | IndexError::Missing { .. }
                        | IndexError::DamagedFiles { .. }
                )
        ),
        _ => false,
    }
}

/// The same of one set. Returns whether it was read now.
async fn answers_of<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    set: &Set,
) -> Result<bool, Trouble> {
    let (mark, code) = (set.mark(), &set.registrar);
    let Some(index) = set.answered()? else { return Ok(false) };
    // What a person had to look at then is looked at once more, and named.
    let read = match files::text(&mark, MARK_MOST) {
        Ok(text) => Some(Open::of(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(Trouble::Mark { path: mark, source }),
    };
    let exchange = set.exchange();
    if read.is_none() {
        // Nothing is read without its mark, whatever was taken before somebody took the mark away.
        exchange.forget()?;
    }
    if is_another(play, &exchange).await? || read.as_ref().is_some_and(Open::is_empty) {
        return Ok(false);
    }
    let name = index.file_name().unwrap_or_default().to_string_lossy();
    let arrived = exchange.get(name.into()).await?;
    let codes = ReturnCodes::built_in().map_err(|error| Trouble::Codes(error.to_string()))?;
    let by_digits = (code.clone(), OnceCell::new());
    let as_sent = |number: &str| play.sent(number, &by_digits);
    let his = play.books.placed().map(|placed| placed.application);
    let serials = Serials::of(his.filter(|it| play.is_at(&it.terms, code)));
    let serial_of = |no: &ApplicationNo, serial: &Serial| serials.whose(no, serial);
    let codes = codes.assign(code, DICTIONARY);
    let answers = read_answers(&index, &codes, &as_sent, &serial_of)?;
    unchanged(&arrived, &answers)?;
    findings::tell(play, &set.back(), &answers.findings)?;
    let notice = |(no, answer): (ApplicationNo, _)| {
        let (stream, news) = registrar::notice(&no, answer);
        Notice { stream, news }
    };
    let frozen = if let Some(open) = &read {
        open.among(answers.frozen)
    } else {
        play.deliver(answers.confirmations.into_iter().map(notice).collect()).await?;
        play.settle().await?;
        answers.frozen
    };
    let mut puzzles = answers.puzzles;
    puzzles.extend(dividends::hear(play, code, answers.dividends).await?);
    let puzzles = strays::hear(play, code, puzzles, read.is_none()).await?;
    let mut open = statements::hear(play, code, frozen).await?;
    open.puzzles = puzzles;
    play.settle().await?;
    files::replace(&mark, open.text()).map_err(|source| Trouble::Mark { path: mark, source })?;
    exchange.taken(arrived).await?;
    Ok(read.is_none())
}

/// What was read is what the exchange had looked at.
fn unchanged(set: &FileSet, answers: &Answers) -> Result<(), NotExchanged> {
    let looked_at = |name: &str| set.files.iter().find(|it| *it.name == *name);
    let another = |(name, sha256): &&(String, [u8; 32])| {
        looked_at(name).is_none_or(|file| file.sha256 != *sha256)
    };
    let Some((name, _)) = answers.files.iter().find(another) else { return Ok(()) };
    let why = "it changed while it was read".to_owned();
    Err(NotExchanged::Incomplete { name: name.clone(), why })
}

/// Whether files that were read have other bytes by now. What they say is not heard: a corrected file has a name of
/// its own.
async fn is_another<S>(play: &mut Play<S>, exchange: &DirectoryExchange) -> Result<bool, Trouble> {
    let mut any = false;
    for arrived in exchange.arrived().await? {
        let Taken::Otherwise(names) = arrived.taken else { continue };
        any = true;
        play.remarks.push(format!(
            "{} was read and has other bytes by now, which are not heard: put back what was read, and have \
             corrections sent under another name",
            names.join(", ")
        ));
    }
    Ok(any)
}
