//! What a distributor does itself where nobody else seals, sends and reads: a service that embeds the engine.
//!
//! 1. Whatever is done is told to the application's own saga, and the job answers once that is durable.
//! 2. The files are written before *sent* is recorded. Whoever dies in between finds the files, and records it then.
//! 3. Answers are read once: a mark beside them says so, as soon as all that they caused is durable.

use crate::{
    followed::Placed,
    jobs::{Jobs, not_yet, unknown},
    place::{READ, index, unread},
};
use fundflow::{Engine, Notice};
use fundflow_domain::{
    application::Stage,
    ids::{AccountRef, DistributorCode, InvestorId, RegistrarCode},
    investor::CustomerType,
    orders::Cause,
};
use fundflow_infrastructure::{
    day_batch::{
        BatchError, ByDigits, Filing, Investors, Numbers, Parties, application_numbers,
        write_applications,
    },
    exchange::return_code::ReturnCodes,
    file_exchange::DirectoryExchange,
    files,
};
use fundflow_kernel::{loaded::with_sources, store::EventStore};
use fundflow_sagas::ports::{
    day_jobs::{JobCall, JobStand},
    file_exchange::{FileExchange as _, NotExchanged},
    registrar::{self, Application, ApplicationAnswer},
};
use std::{collections::HashMap, fs, path::Path, sync::Arc};

/// Notices in one delivery.
const AT_ONCE: usize = 512;

/// What a distributor knows that no log says.
#[derive(Clone)]
pub struct Dealing {
    /// The code under which it files, and whose are applications that name none.
    pub distributor: DistributorCode,
    /// How the files of a registrar are written.
    pub filing: Arc<dyn Fn(&RegistrarCode) -> Filing + Send + Sync>,
    /// Person or institution; a person where nothing is known.
    pub customers: Arc<dyn Fn(&InvestorId) -> Option<CustomerType> + Send + Sync>,
    /// The account to which a dividend in cash goes.
    pub accounts: Arc<dyn Fn(&InvestorId) -> Option<AccountRef> + Send + Sync>,
}

impl std::fmt::Debug for Dealing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Dealing").field("distributor", &self.distributor).finish_non_exhaustive()
    }
}

impl<S: EventStore> Jobs<S> {
    /// What was accepted for T joins its batch.
    pub(crate) async fn seal(&self, call: &JobCall) -> Result<(), Cause> {
        let accepted = self.placed(call, |stage| matches!(stage, Stage::Accepted)).await?;
        let batch: Arc<str> = format!("T-{}", call.t).into();
        self.tell(&accepted, |_| ApplicationAnswer::Sealed(batch.clone())).await
    }

    /// The batch goes out, unless it has, and each application in it is said to be sent.
    pub(crate) async fn send(&self, dealing: &Dealing, call: &JobCall) -> Result<(), Cause> {
        let directory = self.place.plain(call.t, &call.registrar);
        let out = directory.join("out");
        let sealed = self.placed(call, |stage| matches!(stage, Stage::Sealed)).await?;
        let (file, records) = match index(&out)? {
            Some(index) => application_numbers(&index).map_err(|error| of_batch(&error))?,
            None if sealed.is_empty() => return Ok(()),
            None => self.put(dealing, call, (&directory, &sealed)).await?,
        };
        let numbers: HashMap<&str, u64> = records.iter().map(String::as_str).zip(1..).collect();
        let record_of = |placed: &Placed| {
            let no = &placed.application.terms.no;
            let own = numbers.get(no.as_str()).copied();
            own.or_else(|| numbers.get(&*Numbers::Digits.application(no)).copied())
        };
        let sealed = sealed.into_iter();
        let out: Vec<Placed> = sealed.filter(|placed| record_of(placed).is_some()).collect();
        let sent = |placed: &Placed| {
            let record = record_of(placed).unwrap_or(0);
            ApplicationAnswer::Sent { file: file.as_str().into(), record }
        };
        self.tell(&out, sent).await
    }

    async fn put(
        &self,
        dealing: &Dealing,
        call: &JobCall,
        (directory, sealed): (&Path, &[Placed]),
    ) -> Result<(String, Vec<String>), Cause> {
        let parties = Parties {
            distributor: dealing.distributor.to_string(),
            registrar: call.registrar.to_string(),
            filing: (dealing.filing)(&call.registrar),
        };
        let in_digits = parties.filing.numbers == Numbers::Digits;
        let all = if in_digits { Some(self.by_digits(call).await) } else { None };
        let first_of = |number: &str| all.as_ref().and_then(|all| all.first(number).cloned());
        let making = directory.join("making");
        let of = |placed: &Placed| Application {
            terms: placed.application.terms.clone(),
            applied_at: placed.applied_at(&self.place.house),
        };
        let applications: Vec<Application> = sealed.iter().map(of).collect();
        for made in [directory.join("out"), making.clone()] {
            files::make_directory(&self.place.base, &made)
                .map_err(|error| unread(&made, &error))?;
        }
        let batch = {
            let accounts = self.followed.lock().await.accounts().clone();
            let investors = Investors { customers: &*dealing.customers, accounts: &accounts };
            write_applications(&making, &parties, call.t, &applications, investors, &first_of)
        };
        let batch = batch.map_err(|error| of_batch(&error))?;
        for (no, why) in &batch.left_out {
            tracing::warn!(%no, %why, "an application is in no file");
        }
        let exchange = exchange(directory);
        exchange.put(batch.index.clone()).await.map_err(|error| of_exchange(&error))?;
        fs::remove_dir_all(&making).map_err(|error| unread(&making, &error))?;
        Ok((batch.file, batch.records))
    }

    /// The registrar's answers are handed on, unless they were.
    pub(crate) async fn take(
        &self,
        dealing: &Dealing,
        call: &JobCall,
    ) -> Result<Option<JobStand>, Cause> {
        let directory = self.place.plain(call.t, &call.registrar);
        let mark = directory.join(READ);
        let Some(index) = index(&directory.join("in"))?.filter(|_| !mark.is_file()) else {
            return Ok(None);
        };
        let exchange = exchange(&directory);
        let name = index.file_name().unwrap_or_default().to_string_lossy();
        let arrived = match exchange.get(name.into()).await {
            Ok(arrived) => arrived,
            Err(error @ NotExchanged::Incomplete { .. }) => {
                return Ok(Some(not_yet("files_missing", with_sources(&error))));
            }
            Err(error) => return Err(of_exchange(&error)),
        };
        let codes = ReturnCodes::built_in();
        let codes = codes.map_err(|error| Cause::new("no_codes", error.to_string()))?;
        let answers = match self.said((dealing, call), &index, codes).await {
            Ok(answers) => answers,
            // The frame is broken: nothing of the set is handed on.
            Err(error) => {
                let text = format!("{}; have it sent again", with_sources(&error));
                return Ok(Some(JobStand::Refused(Cause::new("files_damaged", text))));
            }
        };
        let engine = self.engine().await?;
        let notices = answers.confirmations.iter().map(|(no, answer)| {
            let (stream, news) = registrar::notice(no, answer.clone());
            Notice { stream, news }
        });
        deliver(&engine, notices.collect()).await?;
        self.unasked((dealing, call), &engine, &answers).await?;
        files::replace(&mark, "").map_err(|error| unread(&mark, &error))?;
        exchange.taken(arrived).await.map_err(|error| of_exchange(&error))?;
        Ok(None)
    }

    async fn tell(
        &self,
        placed: &[Placed],
        what: impl Fn(&Placed) -> ApplicationAnswer,
    ) -> Result<(), Cause> {
        if placed.is_empty() {
            return Ok(());
        }
        let notice = |placed: &Placed| {
            let (stream, news) = registrar::notice(&placed.application.terms.no, what(placed));
            Notice { stream, news }
        };
        deliver(&*self.engine().await?, placed.iter().map(notice).collect()).await
    }

    /// The applications of the batch that stand there.
    async fn placed(&self, call: &JobCall, at: fn(&Stage) -> bool) -> Result<Vec<Placed>, Cause> {
        self.batch(call).await?;
        let followed = self.followed.lock().await;
        let his = followed.placed().filter(|placed| {
            let (terms, stage) = (&placed.application.terms, &placed.application.stage);
            terms.trade_date == call.t
                && at(stage)
                && self.place.keeps(&call.registrar, &terms.registrar)
        });
        Ok(his.collect())
    }

    /// The registrar's applications by their numbers in digits, those first that went out.
    pub(crate) async fn by_digits(&self, call: &JobCall) -> ByDigits {
        let followed = self.followed.lock().await;
        let his = followed.placed().map(|placed| placed.application);
        let his = his.filter(|it| self.place.keeps(&call.registrar, &it.terms.registrar));
        let is_sent =
            |stage: &Stage| !matches!(stage, Stage::Placed | Stage::Accepted | Stage::Sealed);
        let (sent, others): (Vec<_>, Vec<_>) = his.partition(|it| is_sent(&it.stage));
        ByDigits::of(sent.into_iter().chain(others).map(|it| it.terms.no))
    }
}

/// Hands them to the engine; each answer is durable then.
pub(crate) async fn deliver(engine: &Engine, notices: Vec<Notice>) -> Result<(), Cause> {
    let mut notices = notices.into_iter().peekable();
    while notices.peek().is_some() {
        let page: Vec<Notice> = notices.by_ref().take(AT_ONCE).collect();
        for heard in engine.deliver(page).await {
            match heard {
                Ok(_) | Err(fundflow::ActError::NotActed(_)) => {}
                Err(error) => return Err(Cause::new("not_delivered", error.to_string())),
            }
        }
    }
    Ok(())
}

fn exchange(directory: &Path) -> DirectoryExchange {
    let [out, back, taken] = ["out", "in", "taken"].map(|name| directory.join(name));
    DirectoryExchange::of(out, back, taken)
}

pub(crate) fn of_batch(error: &BatchError) -> Cause {
    unknown("files_unread", error)
}

fn of_exchange(error: &NotExchanged) -> Cause {
    unknown("not_exchanged", error)
}
