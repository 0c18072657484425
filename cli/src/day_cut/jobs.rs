//! The jobs of a day-cut on a store that days are played into: each is found done, in the log and in the files
//! beside it.
//!
//! ```text
//! events.db                       what is sealed, the income jobs
//! exchange/2026-03-02/out/        files 03 and their index; of another registrar than the own, exchange/<T>/<code>/out
//! exchange/2026-03-02/in/, read   its answers, and the mark that says that they were read
//! exchange/2026-03-02/distributor-306/out, in, read    those of another distributor than the first
//! heads/cut.05.2026-03-02.head    the head that the last job keeps
//! ```
//!
//! 1. The played day seals, sends and reads. Whatever a job needs and is not there is *not yet*, so the same
//!    store says the same again, whoever asks and however often.
//! 2. Only the last job makes something: a head under the day-cut's own name, which is never written over. A store
//!    that keeps no tree has no such file; the job's figures then count the events alone.
//! 3. While a day is played, the income of its natural days is *not yet* there as long as a row of the folder is to
//!    give it.

use super::followed::{Batch, Followed};
use crate::{
    audit_command::{beside::DIRECTORY, heads},
    day::{
        head,
        sets::{READ, announced, of_distributor},
    },
    house::Terms,
    reading::{Failure, complain},
};
use chrono::NaiveDate;
use fundflow_application::read_models::catch_up;
use fundflow_domain::{
    fund::{FundKind, FundTerms},
    ids::{DistributorCode, FundCode, RegistrarCode},
    orders::Cause,
};
use fundflow_infrastructure::{
    exchange::index::{IndexError, IndexFile},
    sqlite::SqliteStore,
};
use fundflow_kernel::{counted::counted, loaded::with_sources, store::EventStore};
use fundflow_proofs::{HEAD_MAX, SignedHead};
use fundflow_sagas::{
    day_cut,
    house::House,
    ports::day_jobs::{DayJobs, Figures, FileFigure, FileHash, FileTitle, Job, JobCall, JobStand},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Mutex;

/// Where the jobs' inputs are.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// Of the store; exchanged files and heads stand below it.
    pub(crate) base: PathBuf,
    pub(crate) house: House,
    /// The registrar that keeps the funds which name none, and whose files lie one level higher.
    pub(crate) own: Option<RegistrarCode>,
    /// Every fund of the catalogue.
    pub(crate) funds: Arc<[FundCode]>,
}

impl Beside {
    /// Those below the directory of a store.
    pub(crate) fn of(base: &Path, terms: &Terms, house: House) -> Result<Self, Failure> {
        let base = base.to_owned();
        let own = terms.registrars()?.into_iter().next();
        Ok(Self { base, house, own, funds: terms.funds().collect() })
    }
}

/// Finds the jobs of any day done, or says what is missing.
pub(crate) struct FoundJobs<S> {
    store: Arc<S>,
    /// The same store, where it keeps the tree that heads stand for.
    heads: Option<Arc<SqliteStore>>,
    beside: Beside,
    /// The log is read once; each job reads only what is new.
    followed: Mutex<Followed>,
    income_to_come: IncomeToCome,
}

/// Whether the income of a fund is still to be given for a natural day after the one and until the other.
pub(crate) type IncomeToCome = Box<dyn Fn(FundCode, (NaiveDate, NaiveDate)) -> bool + Send + Sync>;

impl<S: EventStore> FoundJobs<S> {
    pub(crate) fn of(store: Arc<S>, heads: Option<Arc<SqliteStore>>, beside: Beside) -> Self {
        let income_to_come: IncomeToCome = Box::new(|_, _| false);
        Self { store, heads, beside, followed: Mutex::default(), income_to_come }
    }

    /// With what is still to be given as income by the folder that is played.
    pub(crate) fn awaiting(self, income_to_come: IncomeToCome) -> Self {
        Self { income_to_come, ..self }
    }

    async fn found(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let batch = self.batch(call).await?;
        match call.job {
            Job::Seal => sealed(call, &batch),
            Job::Applications => self.sent(call, &batch),
            Job::Prices => Ok(self.prices(call, &batch)),
            Job::Confirmations => self.read(call, &batch),
            Job::Income => self.income(call).await,
            Job::Head => self.head(call).await,
        }
    }

    async fn batch(&self, call: &JobCall) -> Result<Batch, Cause> {
        let mut followed = self.followed.lock().await;
        let caught_up = catch_up(&*self.store, &mut *followed).await;
        caught_up.map_err(|error| Cause::new("log_unread", with_sources(&error)))?;
        Ok(followed.batch(call.t, &call.registrar, self.is_own(call)))
    }

    fn is_own(&self, call: &JobCall) -> bool {
        self.beside.own.as_ref() == Some(&call.registrar)
    }

    /// Where the files of each distributor lie that has some in the batch; those of the first where there are any.
    fn directories(&self, call: &JobCall, batch: &Batch) -> BTreeSet<PathBuf> {
        let day = self.beside.base.join("exchange").join(call.t.to_string());
        let plain = if self.is_own(call) { day } else { day.join(call.registrar.as_str()) };
        let of = |distributor: &Option<DistributorCode>| {
            let own = distributor.as_ref().map(|code| of_distributor(&plain, code));
            own.filter(|it| it.is_dir()).unwrap_or_else(|| plain.clone())
        };
        batch.distributors.iter().map(of).collect()
    }

    fn sent(&self, call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
        self.each(call, batch, |directory| {
            let out = directory.join("out");
            match index(&out)? {
                Some(path) => whole(&path),
                None => Ok(not_yet("no_index", format!("no index is in {}", out.display()))),
            }
        })
    }

    /// The figures of all directories, or what the first lacks that is not as it should be.
    fn each(
        &self,
        call: &JobCall,
        batch: &Batch,
        look: impl Fn(&Path) -> Result<JobStand, Cause>,
    ) -> Result<JobStand, Cause> {
        let mut figures = Figures::default();
        for directory in self.directories(call, batch) {
            match look(&directory)? {
                JobStand::Done(done) => {
                    figures.count += done.count;
                    figures.files.extend(done.files);
                }
                lacking => return Ok(lacking),
            }
        }
        Ok(JobStand::Done(figures))
    }

    /// Of the funds of its batch those whose price of T is out on the evening of T: whoever confirms later than
    /// on the next day is priced later, too.
    fn prices(&self, call: &JobCall, batch: &Batch) -> JobStand {
        let House { funds, navs, calendar, .. } = &self.beside.house;
        let day = call.t.date();
        let next = calendar.plus(call.t, 1).ok();
        let due = |terms: &FundTerms| {
            let by = terms.confirmed_by(calendar, call.t).ok();
            terms.kind != FundKind::Money && by.is_some() && by == next
        };
        let wanted =
            batch.funds.iter().filter(|fund| funds(**fund, day).is_some_and(|it| due(&it)));
        let (there, missing): (Vec<_>, Vec<_>) =
            wanted.partition(|fund| navs(**fund, day).is_some());
        if missing.is_empty() {
            return JobStand::Done(Figures::counting(there.len() as u64));
        }
        let missing: Vec<String> = missing.into_iter().map(ToString::to_string).collect();
        not_yet("no_price", format!("no price of {day} is known of {}", missing.join(", ")))
    }

    fn read(&self, call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
        self.each(call, batch, |directory| {
            let into = directory.join("in");
            let Some(path) = index(&into)? else {
                return Ok(not_yet("no_index", format!("no index is in {}", into.display())));
            };
            if directory.join(READ).is_file() {
                return whole(&path);
            }
            let text =
                format!("the files of {} are there, and nobody has read them", into.display());
            Ok(not_yet("not_read", text))
        })
    }

    /// The natural days that ended with T, of the money funds that the registrar keeps.
    async fn income(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let House { funds, calendar, .. } = &self.beside.house;
        let day = call.t.date();
        let before = calendar.before(call.t).map_err(|error| unknown("calendar", &error))?;
        let keeps = |terms: &FundTerms| {
            let named = terms.registrar.as_str();
            let his = named == call.registrar.as_str();
            terms.kind == FundKind::Money
                && (his || (self.is_own(call) && named == crate::house::OWN))
        };
        let kept = |fund: &&FundCode| funds(**fund, day).is_some_and(|terms| keeps(&terms));
        let followed = self.followed.lock().await;
        let mut waiting = Vec::new();
        let mut count = 0;
        for fund in self.beside.funds.iter().filter(kept) {
            let days = (before.date(), day);
            let jobs: Vec<bool> = followed.incomes(*fund, days).collect();
            count += jobs.len() as u64;
            if jobs.contains(&false) || (self.income_to_come)(*fund, days) {
                waiting.push(fund.to_string());
            }
        }
        if waiting.is_empty() {
            return Ok(JobStand::Done(Figures::counting(count)));
        }
        let text = format!("the income of {} is not booked in every wallet", waiting.join(", "));
        Ok(not_yet("income_under_way", text))
    }

    async fn head(&self, call: &JobCall) -> Result<JobStand, Cause> {
        let name = day_cut::id(&call.registrar, call.t)
            .ok_or_else(|| Cause::new("no_name", "this day has no name for a head"))?;
        let directory = self.beside.base.join(DIRECTORY);
        let name = format!("{name}.head");
        let path = directory.join(&name);
        if !path.exists() {
            let Some(store) = &self.heads else {
                return Ok(JobStand::Done(Figures::counting(self.store.head().borrow().0)));
            };
            let head = heads::of_now(store).await;
            let head = head.map_err(|failure| Cause::new("no_head", failure.to_string()))?;
            let Some(head) = head else {
                return Ok(not_yet("empty_log", "the log has no event".to_owned()));
            };
            let text = SignedHead { head, signatures: Vec::new() }.to_string();
            head::write(&self.beside.base, &directory, &path, &text)
                .map_err(|error| unread(&path, &error))?;
        }
        let bytes = heads::bytes_of(&path, HEAD_MAX);
        let bytes = bytes.map_err(|failure| Cause::new("no_head", failure.to_string()))?;
        let kept = SignedHead::read(&bytes);
        let kept = kept.map_err(|refused| Cause::new("no_head", refused.to_string()))?.head;
        let file = file(&name, Sha256::digest(&bytes).into(), kept.tree.size)?;
        Ok(JobStand::Done(Figures { files: vec![file], ..Figures::counting(kept.tree.size) }))
    }
}

impl<S: EventStore> DayJobs for FoundJobs<S> {
    async fn work(&self, call: JobCall) -> JobStand {
        match self.found(&call).await {
            Ok(stand) => stand,
            Err(cause) => {
                complain(&format!("job {} of {}: {cause}\n", call.job, call.t));
                JobStand::Unknown(cause)
            }
        }
    }
}

fn sealed(call: &JobCall, batch: &Batch) -> Result<JobStand, Cause> {
    if batch.unsealed > 0 {
        let orders = counted(batch.unsealed, "application", "applications");
        let text = format!("{orders} of {} with registrar {}: in no batch", call.t, call.registrar);
        return Ok(not_yet("not_sealed", text));
    }
    let figures = batch.sealed.clone();
    let figures =
        figures.ok_or_else(|| Cause::new("sum", "the sum of the batch is out of range"))?;
    Ok(JobStand::Done(figures))
}

fn index(directory: &Path) -> Result<Option<PathBuf>, Cause> {
    let found = announced(directory).map_err(|error| unread(directory, &error))?;
    Ok(found.map(|(path, _)| path))
}

/// The files that an index names, each whole.
fn whole(index: &Path) -> Result<JobStand, Cause> {
    let set = match IndexFile::open_complete(index) {
        Ok(set) => set,
        Err(error @ IndexError::Missing { .. }) => {
            return Ok(not_yet("files_missing", error.to_string()));
        }
        Err(error) => {
            return Ok(JobStand::Refused(Cause::new("files_damaged", with_sources(&error))));
        }
    };
    let mut figures = Figures::default();
    for report in &set.reports {
        figures.count += report.records;
        let name = Path::new(&*report.file).file_name().and_then(|name| name.to_str());
        figures.files.push(file(name.unwrap_or_default(), report.sha256, report.records)?);
    }
    Ok(JobStand::Done(figures))
}

fn file(name: &str, sha256: [u8; 32], records: u64) -> Result<FileFigure, Cause> {
    let name = FileTitle::new(name).map_err(|error| unknown("file_name", &error))?;
    Ok(FileFigure { name, sha256: FileHash(sha256), records })
}

fn not_yet(code: &str, text: String) -> JobStand {
    JobStand::NotYet(Cause::new(code, text))
}

fn unknown(code: &str, error: &dyn std::error::Error) -> Cause {
    Cause::new(code, with_sources(error))
}

fn unread(path: &Path, error: &io::Error) -> Cause {
    Cause::new("files_unread", format!("{}: {error}", path.display()))
}
