//! Whoever does the jobs of a T's day-cut: seals the batch, sends and fetches the registrar's files, posts, reconciles,
//! settles, and keeps the head of the log.
//!
//! 1. A job is called with all that names it: registrar, T, job, and how far it came. What was done before is
//!    found done, and answered with the same figures; so the same call may come at any time, and again after
//!    a crash.
//! 2. A job that takes long is done in pages: each is answered with a cursor, and called for behind it.
//! 3. Whoever delivers notices into the engine that calls does so before it answers
//!    (`Engine::deliver` answers when they are durable). A call is made outside of what decides, so nobody
//!    waits for anybody; it never waits for the engine to come to rest, which it keeps from doing so.
//! 4. *Not yet* is an answer: what is missing is asked for again until the job's time is over.

use fundflow_domain::{
    calendar::TradingDay,
    ids::RegistrarCode,
    money::{Money, Shares},
    orders::Cause,
};
use fundflow_kernel::identifier;
use fundflow_runtime::port::{Keyed, Port};
use serde::{Deserialize, Serialize};
use std::{fmt, future::Future, sync::Arc};

identifier!(
    /// How far a job came, in its own words: whoever does it reads it again.
    Cursor, "a cursor", 96, "1 to 96 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// Name of a file of the industry, or of a head.
    FileTitle, "a file's name", 120, "1 to 120 of A-Z a-z 0-9 . _ -"
);

/// A job of the day-cut, in the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// What was accepted for T becomes its batch, which nothing joins any more.
    Seal,
    /// Files 03 and their index go out, and each application is said to be sent.
    Applications,
    /// File 07 is read: prices and states of funds.
    Prices,
    /// Files 04 and 05 are read, each record by its saga.
    Confirmations,
    /// Every wallet has the income of the natural days that ended with T.
    Income,
    /// The ledger is posted up to the log's end, and its balances hold.
    Postings,
    /// The registrar's records are held against our events; each break has its case.
    Reconciliation,
    /// What counterparties and we owe each other of T is instructed.
    Settlement,
    /// What moved for each investor is in a file.
    Statements,
    /// The head of the log is in a file of its own.
    Head,
}

impl Job {
    /// All of them, first to last.
    pub const ALL: [Self; 10] = [
        Job::Seal,
        Job::Applications,
        Job::Prices,
        Job::Confirmations,
        Job::Income,
        Job::Postings,
        Job::Reconciliation,
        Job::Settlement,
        Job::Statements,
        Job::Head,
    ];

    /// As it is called everywhere: rows, keys, commands.
    pub const fn name(self) -> &'static str {
        match self {
            Job::Seal => "seal",
            Job::Applications => "applications",
            Job::Prices => "prices",
            Job::Confirmations => "confirmations",
            Job::Income => "income",
            Job::Postings => "postings",
            Job::Reconciliation => "reconciliation",
            Job::Settlement => "settlement",
            Job::Statements => "statements",
            Job::Head => "head",
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// SHA-256 of all bytes of a file; 64 digits of lower case where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "String")]
pub struct FileHash(pub [u8; 32]);

/// The text is no hash of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is no SHA-256 of a file; it has 64 of 0-9 a-f")]
pub struct NoFileHash {
    /// The refused text, cut to 80 characters.
    pub value: String,
}

impl fmt::Display for FileHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<Arc<str>> for FileHash {
    type Error = NoFileHash;

    fn try_from(text: Arc<str>) -> Result<Self, NoFileHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let refused = || NoFileHash { value: text.chars().take(80).collect() };
        if text.len() != 64 {
            return Err(refused());
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = [0, 1].map(|at| pair.get(at).copied().and_then(digit));
            *byte = high.zip(low).map(|(high, low)| high * 16 + low).ok_or_else(refused)?;
        }
        Ok(Self(hash))
    }
}

/// A file that went out, came in, or was archived.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileFigure {
    /// Its name, without a directory.
    pub name: FileTitle,
    /// Of all of its bytes.
    pub sha256: FileHash,
    /// Records in it; of a head, the events that it stands for.
    pub records: u64,
}

/// What a job, or a page of it, came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Applications, records, prices, wallets, settlements: what the job is about.
    pub count: u64,
    /// Their sum in yuan, where they have one.
    pub amount: Money,
    /// Their sum in shares, of all funds together: a check sum.
    pub shares: Shares,
    /// The files of it, in the order of their index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileFigure>,
}

impl Figures {
    /// So many, without sums and files.
    pub fn counting(count: u64) -> Self {
        Self { count, ..Self::default() }
    }

    /// Both together; `None` where a sum is out of range.
    pub fn plus(mut self, more: &Self) -> Option<Self> {
        self.count = self.count.checked_add(more.count)?;
        self.amount = self.amount.plus(more.amount)?;
        self.shares = self.shares.plus(more.shares)?;
        self.files.extend_from_slice(&more.files);
        Some(self)
    }
}

/// A job, or the next page of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobCall {
    /// The registrar whose batch and files they are.
    pub registrar: RegistrarCode,
    /// The trading day that is cut.
    pub t: TradingDay,
    /// What is to be done.
    pub job: Job,
    /// The pages up to this one are done; none where nothing is said.
    pub after: Option<Cursor>,
}

impl Keyed for JobCall {
    fn key(&self) -> Arc<str> {
        let Self { registrar, t, job, after } = self;
        match after {
            Some(after) => format!("cut.{registrar}.{t}.{job}.{after}").into(),
            None => format!("cut.{registrar}.{t}.{job}").into(),
        }
    }
}

/// State of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStand {
    /// A page is done, and more are to come.
    Paged {
        /// What to call for next is behind it.
        through: Cursor,
        /// Figures of that page alone.
        figures: Figures,
    },
    /// All of it is done; the figures are those of the last page.
    Done(Figures),
    /// What it needs is not there, in words.
    NotYet(Cause),
    /// It will not be done by that call: a person decides.
    Refused(Cause),
    /// Nobody knows what became of the call, in words.
    Unknown(Cause),
}

/// What is said of a job, and of which call of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobAnswer {
    /// The call, as it was made.
    pub call: JobCall,
    /// State of the job after the call.
    pub stand: JobStand,
}

/// Whoever does the jobs. Implement this and register it as [`Jobs`].
pub trait DayJobs: Send + Sync + 'static {
    /// Does that page of the job, or finds it done.
    fn work(&self, call: JobCall) -> impl Future<Output = JobStand> + Send;
}

/// The jobs as a port.
#[derive(Debug)]
pub struct Jobs<W>(pub Arc<W>);

impl<W: DayJobs> Port for Jobs<W> {
    type Call = JobCall;
    type Answer = JobAnswer;

    async fn call(&self, call: JobCall) -> JobAnswer {
        let stand = self.0.work(call.clone()).await;
        JobAnswer { call, stand }
    }

    fn silence(call: &JobCall, cause: Cause) -> JobAnswer {
        JobAnswer { call: call.clone(), stand: JobStand::Unknown(cause) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_64_digits_and_nothing_else_is_read_as_one() {
        let hash = FileHash(std::array::from_fn(|at| u8::try_from(at * 8).unwrap()));
        let text: Arc<str> = hash.to_string().into();
        assert_eq!(text.len(), 64);
        assert_eq!(FileHash::try_from(text.clone()), Ok(hash));
        for wrong in ["", "ab", &text.to_uppercase(), &text[1..], &text.replace('f', "ü")] {
            assert!(FileHash::try_from(Arc::from(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sums_out_of_range_are_none() {
        let most = Figures { count: u64::MAX, ..Figures::default() };
        assert_eq!(most.clone().plus(&Figures::default()), Some(most.clone()));
        assert_eq!(most.plus(&Figures::counting(1)), None);
    }
}
