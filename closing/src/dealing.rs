//! What a distributor does itself: it seals, sends and reads. A service does it as its day-cuts ask for it, a played day
//! at its hours; both by this.
//!
//! 1. Whatever is done is told to the application's own saga, and the job answers once that is durable.
//! 2. A batch is what was accepted by then and belongs to its T. Nothing joins one whose file has gone out.
//! 3. The files are written before *sent* is recorded. Whoever dies in between finds the files, and records it then.
//! 4. Nobody seals, sends or reads while somebody else does.

use crate::{
    followed::{Followed, Named},
    jobs::{Jobs, unknown},
    place::unread,
    sets::Set,
};
use fundflow::{ActError, Engine, Notice, Noticed};
use fundflow_domain::{
    application::Stage,
    calendar::TradingDay,
    ids::{AccountRef, DistributorCode, InvestorId, RegistrarCode},
    investor::CustomerType,
    orders::Cause,
};
use fundflow_infrastructure::{
    day_batch::{
        Applied, BatchError, ByDigits, Filing, Investors, Numbers, application_numbers,
        write_applications,
    },
    files,
};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::ports::{
    day_jobs::JobCall,
    file_exchange::{FileExchange as _, NotExchanged},
    registrar::{self, ApplicationAnswer},
};
use std::{collections::HashMap, fs, path::PathBuf, sync::Arc};

/// Notices in one delivery.
const AT_ONCE: usize = 512;

/// Something that is known of an investor, or is not.
pub type OfInvestor<T> = Arc<dyn Fn(&InvestorId) -> Option<T> + Send + Sync>;

/// Whether the answers of a T may be read by now.
pub type MayRead = Arc<dyn Fn(TradingDay) -> bool + Send + Sync>;

/// Whoever hears what was done of batches and answers.
pub type Hearer = Arc<dyn Fn(Remark) + Send + Sync>;

/// What a distributor knows that no log says.
#[derive(Clone)]
pub struct Dealing {
    /// The codes under which files go out. The first has the applications that name none.
    pub distributors: Vec<DistributorCode>,
    /// How the files of a registrar are written.
    pub filing: Arc<dyn Fn(&RegistrarCode) -> Filing + Send + Sync>,
    /// Person or institution; a person where nothing is known.
    pub customers: OfInvestor<CustomerType>,
    /// The account to which a dividend in cash goes.
    pub accounts: OfInvestor<AccountRef>,
    /// Where files lie before their hour, as a played day's do, they wait for it, also for a process that starts anew; a
    /// service reads whatever has come.
    pub may_read: MayRead,
    /// Who hears of it; [`logged`] where nobody else does.
    pub hears: Hearer,
}

/// What was done of a batch or of answers, beside the figures of the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A file of applications was made.
    Written(PathBuf),
    /// Applications are said to be sent.
    Sent,
    /// Answers that nobody had read were handed on.
    Read,
    /// Something at which a person should look.
    Look(String),
    /// What the register states and nobody follows: the shares are free here.
    NotFollowed(String),
}

/// Whoever has no other place for remarks: they are in the service's log.
pub fn logged() -> Hearer {
    Arc::new(|remark| match remark {
        Remark::Written(path) => tracing::info!(path = %path.display(), "a batch has gone out"),
        Remark::Sent | Remark::Read => {}
        Remark::Look(text) | Remark::NotFollowed(text) => tracing::warn!("{text}"),
    })
}

impl std::fmt::Debug for Dealing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Dealing")
            .field("distributors", &self.distributors)
            .finish_non_exhaustive()
    }
}

impl Dealing {
    pub(crate) fn look(&self, text: String) {
        (self.hears)(Remark::Look(text));
    }
}

impl<S: EventStore> Jobs<S> {
    /// What was accepted for T joins its batch, unless the file of that has gone out.
    pub(crate) async fn seal(&self, dealing: &Dealing, call: &JobCall) -> Result<(), Cause> {
        let batch: Arc<str> = format!("T-{}", call.t).into();
        for set in self.sets(call.t, &call.registrar).await? {
            if sent(&set)?.is_some() {
                continue;
            }
            let is_accepted = |stage: &Stage| matches!(stage, Stage::Accepted);
            let accepted = self.of_set((dealing, call), &set, is_accepted).await?;
            self.tell(dealing, &accepted, |_| ApplicationAnswer::Sealed(batch.clone())).await?;
        }
        Ok(())
    }

    /// The batch goes out, unless it has, and each application in it is said to be sent.
    pub(crate) async fn send(&self, dealing: &Dealing, call: &JobCall) -> Result<(), Cause> {
        for set in self.sets(call.t, &call.registrar).await? {
            self.send_one((dealing, call), &set).await?;
        }
        Ok(())
    }

    async fn send_one(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        set: &Set,
    ) -> Result<(), Cause> {
        let is_sealed = |stage: &Stage| matches!(stage, Stage::Sealed);
        let mut sealed = self.of_set((dealing, call), set, is_sealed).await?;
        let (file, records) = match sent(set)? {
            Some(index) => application_numbers(&index).map_err(|error| of_batch(&error))?,
            None if sealed.is_empty() => return Ok(()),
            None => self.put((dealing, call), set, &sealed).await?,
        };
        let numbers: HashMap<&str, u64> = records.iter().map(String::as_str).zip(1..).collect();
        // A file of an earlier program, or of a configuration that said otherwise, has the other characters.
        let record_of = |named: &Named| {
            let own = numbers.get(named.no.as_str()).copied();
            own.or_else(|| numbers.get(&*Numbers::Digits.application(&named.no)).copied())
        };
        sealed.retain(|named| record_of(named).is_some());
        let gone_out = |named: &Named| {
            let record = record_of(named).unwrap_or(0);
            ApplicationAnswer::Sent { file: file.as_str().into(), record }
        };
        self.tell(dealing, &sealed, gone_out).await?;
        if !sealed.is_empty() {
            (dealing.hears)(Remark::Sent);
        }
        Ok(())
    }

    /// Makes the files of a batch and puts them where their registrar takes them. Returns the file's name, and the
    /// numbers of its records.
    async fn put(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        set: &Set,
        sealed: &[Named],
    ) -> Result<(String, Vec<String>), Cause> {
        let parties = set.parties(dealing);
        let in_digits = parties.filing.numbers == Numbers::Digits;
        let (out, making) = (set.out(), set.making());
        for made in [&out, &making] {
            files::make_directory(&self.place.base, made).map_err(|error| unread(made, &error))?;
        }
        let batch = {
            let followed = self.followed.lock().await;
            let all = in_digits.then(|| self.by_digits(&followed, call));
            let first_of = |number: &str| all.as_ref().and_then(|all| all.first(number).cloned());
            let accounts = followed.accounts();
            let investors = Investors { customers: &*dealing.customers, accounts };
            let house = &self.place.house;
            let of = |named: &Named| followed.applied(named.no.as_str(), house);
            let applications: Vec<Applied<'_>> = sealed.iter().filter_map(of).collect();
            write_applications(&making, &parties, call.t, &applications, investors, &first_of)
        };
        let batch = batch.map_err(|error| of_batch(&error))?;
        let put = set.exchange().put(batch.index.clone()).await;
        put.map_err(|error| of_exchange(&error))?;
        fs::remove_dir_all(&making).map_err(|error| unread(&making, &error))?;
        for (no, why) in &batch.left_out {
            dealing.look(format!("application {no} is in no file: {why}"));
        }
        (dealing.hears)(Remark::Written(out.join(&batch.file)));
        Ok((batch.file, batch.records))
    }

    /// Tells each application's saga, whichever it is, what became of it.
    async fn tell(
        &self,
        dealing: &Dealing,
        all: &[Named],
        what: impl Fn(&Named) -> ApplicationAnswer,
    ) -> Result<(), Cause> {
        if all.is_empty() {
            return Ok(());
        }
        let notice = |named: &Named| {
            let (stream, news) = registrar::notice(&named.no, what(named));
            Notice { stream, news }
        };
        let engine = self.engine().await?;
        let mut told = all.iter();
        deliver(&engine, dealing, all.iter().map(notice), |noticed| {
            let Some(Named { no, transaction, .. }) = told.next() else { return };
            // It moved on in the meantime; the batch goes without it.
            if matches!(noticed, Some(Noticed::Contradicted(_) | Noticed::Unclaimed(_))) {
                dealing.look(format!("{transaction}: application {no} is not in the batch"));
            }
        })
        .await
    }

    /// The registrar's applications by their numbers in digits, those first that went out.
    pub(crate) fn by_digits(&self, followed: &Followed, call: &JobCall) -> ByDigits {
        let his = followed
            .applications()
            .filter(|it| self.place.keeps(&call.registrar, &it.terms.registrar));
        let is_sent =
            |stage: &Stage| !matches!(stage, Stage::Placed | Stage::Accepted | Stage::Sealed);
        let (sent, others): (Vec<_>, Vec<_>) = his.partition(|it| is_sent(&it.stage));
        ByDigits::of(sent.into_iter().chain(others).map(|it| it.terms.no.clone()))
    }
}

/// Hands them to the engine, a page at a time; each answer is durable then, and `hears` hears it. What an engine cannot
/// act on is named.
pub(crate) async fn deliver(
    engine: &Engine,
    dealing: &Dealing,
    notices: impl IntoIterator<Item = Notice>,
    mut hears: impl FnMut(Option<Noticed>),
) -> Result<(), Cause> {
    let mut notices = notices.into_iter().peekable();
    while notices.peek().is_some() {
        let page: Vec<Notice> = notices.by_ref().take(AT_ONCE).collect();
        for heard in engine.deliver(page).await {
            match heard {
                Ok(what) => hears(Some(what)),
                Err(ActError::NotActed(error)) => {
                    dealing.look(error.to_string());
                    hears(None);
                }
                Err(error) => return Err(Cause::new("not_delivered", error.to_string())),
            }
        }
    }
    Ok(())
}

fn sent(set: &Set) -> Result<Option<PathBuf>, Cause> {
    set.sent().map_err(|error| unread(&set.out(), &error))
}

pub(crate) fn of_batch(error: &BatchError) -> Cause {
    unknown("files_unread", error)
}

pub(crate) fn of_exchange(error: &NotExchanged) -> Cause {
    unknown("not_exchanged", error)
}
