//! The jobs of the day's cut: seal, send, the registrars' night, their answers.
//!
//! 1. A batch is what was accepted by then, belongs to its T, and is in no batch yet. An application
//!    never goes into the batch of another T.
//! 2. The files are written before *sent* is recorded. If the process dies in between, the files
//!    are found, and *sent* is recorded then.
//! 3. A registrar's night runs once: where its index is, it is not run again. Its answers are read
//!    once: a mark beside them says so, as soon as all that they caused is durable.

use super::{
    Trouble,
    books::Placed,
    findings,
    play::Play,
    serials::Serials,
    statements::{self, Open},
    strays,
};
use fundflow::{Notice, Noticed};
use fundflow_domain::{
    application::{self as applications, Stage},
    calendar::TradingDay,
    ids::ApplicationNo,
    orders::Serial,
};
use fundflow_infrastructure::{
    day_batch::{
        Answers, AsSent, BatchError, ByDigits, Numbers, Parties, application_numbers,
        application_of, is_in_digits, read_answers, write_applications,
    },
    exchange::{file_name::IndexName, return_code::ReturnCodes},
    file_exchange::DirectoryExchange,
    files,
    sandbox::registrar::DICTIONARY,
};
use fundflow_kernel::counted::counted;
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_sagas::ports::{
    file_exchange::{FileExchange as _, FileSet, NotExchanged, Taken},
    registrar::{self, Application, ApplicationAnswer},
};
use std::{
    cell::OnceCell,
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Beside the answers, once they were read.
const READ: &str = "read";
/// Beside the directories of both ways: a batch, until it is put where its registrar takes it.
const MAKING: &str = "making";
/// Bytes of it.
const MARK_MOST: u64 = 1 << 26;

/// A registrar, and its applications by their numbers in digits, once one is asked for.
pub(super) type InDigits = (String, OnceCell<ByDigits>);

impl<S> Play<S> {
    /// The registrars by code, the manager's own first.
    fn registrars(&self) -> Vec<String> {
        self.with.sandbox.registrars.iter().map(|(code, _)| code.clone()).collect()
    }

    fn parties(&self, registrar: &str) -> Parties {
        let (distributor, registrar) =
            (self.day.settings.distributor.clone(), registrar.to_owned());
        let filing = self.day.settings.filing_of(&registrar);
        Parties { distributor, registrar, filing }
    }

    /// Where files of that T and registrar lie; those of the manager's own lie one level higher.
    fn directory(&self, t: TradingDay, registrar: &str, way: &str) -> PathBuf {
        let day = self.with.files.join(t.to_string());
        match self.with.sandbox.registrars.first() {
            Some((own, _)) if own == registrar => day.join(way),
            Some(_) | None => day.join(registrar).join(way),
        }
    }

    /// The way to that registrar's files of that T.
    fn exchange(&self, t: TradingDay, registrar: &str) -> DirectoryExchange {
        let way = |way: &str| self.directory(t, registrar, way);
        DirectoryExchange::of(way("out"), way("in"), way("taken"))
    }

    /// Makes a directory of files; below the store's none may be a link.
    fn make(&self, directory: &Path) -> Result<(), Trouble> {
        let failed = |source| Trouble::Directory { path: directory.to_owned(), source };
        files::make_directory(&self.with.base, directory).map_err(failed)
    }

    /// The applications of that T at that stage, for that registrar.
    fn of_batch(&self, t: TradingDay, registrar: &str, at: fn(&Stage) -> bool) -> Vec<Placed> {
        let placed = self.books.placed().filter(|placed| {
            let (terms, stage) = (&placed.application.terms, &placed.application.stage);
            terms.trade_date == t && at(stage) && self.is_his(registrar, &placed.application)
        });
        placed.collect()
    }

    /// Whether an application goes to that registrar.
    fn is_his(&self, registrar: &str, application: &applications::Application) -> bool {
        let own = self.with.sandbox.registrars.first().is_some_and(|(own, _)| own == registrar);
        let named = application.terms.registrar.as_str();
        named == registrar || (own && named == crate::house::OWN)
    }

    /// The application that file 03 has under that number, in whichever characters it went out.
    fn sent(&self, number: &str, by_digits: &InDigits) -> Option<AsSent> {
        let own = self.books.placed_under(number).map(|placed| (placed, Numbers::Letters));
        let (placed, numbers) = own.or_else(|| {
            let no = self.numbered(number, by_digits)?;
            Some((self.books.placed_under(no.as_str())?, Numbers::Digits))
        })?;
        let applied_at = placed.applied_at(&self.table.house);
        let application = Application { terms: placed.application.terms, applied_at };
        let record = application_of(&application, &self.day.settings.distributor, numbers);
        Some(AsSent { no: application.terms.no, record })
    }

    /// The application of a registrar that has that number in digits: of several the one that went out.
    pub(super) fn numbered(&self, number: &str, by_digits: &InDigits) -> Option<ApplicationNo> {
        if !is_in_digits(number) {
            return None;
        }
        let (registrar, known) = by_digits;
        let all = || ByDigits::of(self.books.numbers_sent_first(|it| self.is_his(registrar, it)));
        known.get_or_init(all).first(number).cloned()
    }

    /// The index of a directory, if its files are announced.
    fn index(directory: &Path) -> Result<Option<PathBuf>, Trouble> {
        let failed = |source| BatchError::Io { path: directory.to_owned(), source };
        let entries = match fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error).into()),
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name.is_some_and(|name| name.parse::<IndexName>().is_ok()) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

/// Seals what was accepted, writes the files, and records that it was sent.
pub(super) async fn send<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let (mut any, files) = (false, play.written.len());
    for registrar in play.registrars() {
        any |= send_to(play, t, &registrar).await?;
    }
    // What a registrar keeps although it was turned away goes out with no file.
    if play.written.len() > files && play.late.remove(&t) {
        let day = t.date();
        play.remarks.push(format!("orders of {day} were left behind and go out late"));
    }
    Ok(any)
}

async fn send_to<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
    registrar: &str,
) -> Result<bool, Trouble> {
    let out = play.directory(t, registrar, "out");
    let (file, records) = if let Some(index) = Play::<S>::index(&out)? {
        application_numbers(&index)?
    } else {
        let accepted = play.of_batch(t, registrar, |stage| matches!(stage, Stage::Accepted));
        let batch: Arc<str> = format!("T-{t}").into();
        announce(play, &accepted, |_| ApplicationAnswer::Sealed(batch.clone())).await?;
        play.settle().await?;
        let sealed = play.of_batch(t, registrar, |stage| matches!(stage, Stage::Sealed));
        if sealed.is_empty() {
            return Ok(false);
        }
        put(play, t, registrar, &sealed).await?
    };
    let numbers: HashMap<&str, u64> = records.iter().map(String::as_str).zip(1..).collect();
    // A file of an earlier program, or of a folder that said otherwise, has the other characters.
    let record_of = |placed: &Placed| {
        let no = &placed.application.terms.no;
        let own = numbers.get(no.as_str()).copied();
        own.or_else(|| numbers.get(&*Numbers::Digits.application(no)).copied())
    };
    let mut sealed = play.of_batch(t, registrar, |stage| matches!(stage, Stage::Sealed));
    sealed.retain(|placed| record_of(placed).is_some());
    let sent = |placed: &Placed| {
        let record = record_of(placed).unwrap_or(0);
        ApplicationAnswer::Sent { file: file.as_str().into(), record }
    };
    announce(play, &sealed, sent).await?;
    // Where the file had gone out before and all of it is known, nothing happened now.
    Ok(!sealed.is_empty())
}

/// Makes the files of a batch and puts them where their registrar takes them. Returns the file's name, and the numbers
/// of its records.
async fn put<S>(
    play: &mut Play<S>,
    t: TradingDay,
    registrar: &str,
    sealed: &[Placed],
) -> Result<(String, Vec<String>), Trouble> {
    let house = &play.table.house;
    let of = |placed: &Placed| Application {
        terms: placed.application.terms.clone(),
        applied_at: placed.applied_at(house),
    };
    let applications: Vec<_> = sealed.iter().map(of).collect();
    let investors = &play.day.investors;
    let customers = |id: &_| investors.get(id).map(|it| it.profile.customer_type);
    let parties = play.parties(registrar);
    let in_digits = parties.filing.numbers == Numbers::Digits;
    let of_registrar = || play.books.numbers_sent_first(|it| play.is_his(registrar, it));
    let all = in_digits.then(|| ByDigits::of(of_registrar()));
    let first_of = |number: &str| all.as_ref().and_then(|all| all.first(number).cloned());
    let out = play.directory(t, registrar, "out");
    let making = out.with_file_name(MAKING);
    play.make(&out)?;
    play.make(&making)?;
    let batch = write_applications(&making, &parties, t, &applications, &customers, &first_of)?;
    play.exchange(t, registrar).put(batch.index.clone()).await?;
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

/// Lets the registrars answer the files of that day.
pub(super) fn night<S>(play: &mut Play<S>, t: TradingDay) -> Result<bool, Trouble> {
    let mut any = false;
    for (code, registrar) in play.with.sandbox.registrars.clone() {
        let (out, into) = (play.directory(t, &code, "out"), play.directory(t, &code, "in"));
        if let (Some(index), None) = (Play::<S>::index(&out)?, Play::<S>::index(&into)?) {
            play.make(&into)?;
            let night = registrar.run_batch(&index, &into)?;
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
    Ok(any)
}

/// Reads the registrars' answers and hands them to the engine. One about a number that nobody handed
/// out becomes a case, and so does one that no order takes.
pub(super) async fn answers<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    t: TradingDay,
) -> Result<bool, Trouble> {
    let mut any = false;
    for code in play.registrars() {
        let directory = play.directory(t, &code, "in");
        let mark = directory.with_file_name(READ);
        let Some(index) = Play::<S>::index(&directory)? else { continue };
        // What a person had to look at then is looked at once more, and named.
        let read = match files::text(&mark, MARK_MOST) {
            Ok(text) => Some(Open::of(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Trouble::Mark { path: mark, source }),
        };
        let exchange = play.exchange(t, &code);
        if read.is_none() {
            // Nothing is read without its mark, whatever was taken before somebody took the mark away.
            exchange.forget()?;
        }
        if is_another(play, &exchange).await? || read.as_ref().is_some_and(Open::is_empty) {
            continue;
        }
        let name = index.file_name().unwrap_or_default().to_string_lossy();
        let arrived = exchange.get(name.into()).await?;
        let codes = ReturnCodes::built_in().map_err(|error| Trouble::Codes(error.to_string()))?;
        let by_digits = (code.clone(), OnceCell::new());
        let sent = |number: &str| play.sent(number, &by_digits);
        let serials = Serials::of(&play.books, &code);
        let serial_of = |no: &ApplicationNo, serial: &Serial| serials.whose(no, serial);
        let codes = codes.assign(&code, DICTIONARY);
        let answers = read_answers(&index, &codes, &sent, &serial_of)?;
        unchanged(&arrived, &answers)?;
        findings::tell(play, &directory, &answers.findings)?;
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
        let puzzles = strays::hear(play, &code, answers.puzzles, read.is_none()).await?;
        let mut open = statements::hear(play, &code, frozen).await?;
        open.puzzles = puzzles;
        play.settle().await?;
        files::replace(&mark, open.text())
            .map_err(|source| Trouble::Mark { path: mark, source })?;
        exchange.taken(arrived).await?;
        any |= read.is_none();
    }
    Ok(any)
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
