//! The night at the registrar: applications come in as file 03, answers go out as 04, 05, 07 and 25.
//!
//! 1. Only what the front took is confirmed; a record under a number that it never saw is rejected
//!    with the code for an illegal application number.
//! 2. Purchases are reckoned before what takes shares out, and what names its lots before what takes them by the
//!    fund's sequence, whatever the order of the records.
//! 3. Late, missing and unpriced answers are not in the files. Late ones come as notices, unless they are as late as
//!    the files of a [later morning](super::filed).
//! 4. Each distributor has files of its own, about its own applications: a number of another one's is one that
//!    the front never saw. The register keeps one account for an investor, whoever applies for it, and file 05 shows
//!    it whole to each of them.

use super::{
    ApplicationEntry, SandboxRegistrar,
    records::{Said, confirmation_of, settlements},
};
use crate::{
    day_batch::{
        BatchError, ByDigits, Draft, Filing, Filler, Parties, Published, each_application,
        is_in_digits, publish,
    },
    exchange::{
        field_error::FieldError, flow::trade_application::TradeApplication, index::IndexFile,
        version::FileType,
    },
    sandbox::journal::JournalError,
};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Ask, Promise, PromisedFee, Terms},
    calendar::TradingDay,
    ids::{DistributorCode, FundCode},
    money::Discount,
    time::Timestamp,
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Files of a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFiles {
    /// The index that announces the answers.
    pub index: PathBuf,
    /// The answers: 04, 05, 07, 25.
    pub files: Vec<PathBuf>,
    /// Records of file 04.
    pub answers: usize,
    /// Applications without an answer in the files: late, missing, or without a price.
    pub withheld: usize,
    /// Funds that have no price of that T, and how many applications wait for it.
    pub unpriced: BTreeMap<FundCode, usize>,
    /// What has no room in its record and was left out of the files, in words.
    pub unfit: Vec<String>,
}

/// The number under which the front has an application, and its record.
type Keyed = (Arc<str>, TradeApplication);

/// What is answered, and what is not.
struct Answers {
    said: Vec<Said>,
    withheld: usize,
    unpriced: BTreeMap<FundCode, usize>,
}

/// Reasons why a night failed.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// A file of the night could not be read or written.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The registrar's own books.
    #[error(transparent)]
    Books(#[from] JournalError),
    /// A day on which the registrar confirms is outside the calendar.
    #[error(transparent)]
    Day(#[from] fundflow_domain::calendar::CalendarError),
}

/// The days of a night.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days {
    pub(super) t: NaiveDate,
    pub(super) confirm_date: NaiveDate,
}

impl SandboxRegistrar {
    /// Decides what the files that an index announces ask for, and writes nothing: where several distributors have
    /// files of one T, all of them are decided before any of them hears what the register holds.
    ///
    /// # Errors
    /// [`NightError`]; what was decided before stays decided.
    pub fn decide_batch(&self, index: &Path) -> Result<(), NightError> {
        let set = IndexFile::open_complete(index).map_err(BatchError::from)?;
        let asked = self.keyed(applications(index, &set.index)?);
        let t = self.market.calendar().day(set.index.date)?;
        self.answer_all(&asked, t, self.clock.now()).map(drop)
    }

    /// Reads the files that an index announces, decides, and answers with files in `out`. `own`: the distributor
    /// whose are applications that name none.
    ///
    /// # Errors
    /// [`NightError`]; what was decided before stays decided.
    pub fn run_batch(
        &self,
        index: &Path,
        out: &Path,
        own: &DistributorCode,
    ) -> Result<BatchFiles, NightError> {
        let set = IndexFile::open_complete(index).map_err(BatchError::from)?;
        let asked = self.keyed(applications(index, &set.index)?);
        let t = self.market.calendar().day(set.index.date)?;
        let answers = self.answer_all(&asked, t, self.clock.now())?;
        let filing = Filing { version: set.index.version, numbers: self.numbers };
        let (distributor, registrar) = (set.index.creator, set.index.receiver);
        self.write(answers, t, &Parties { distributor, registrar, filing }, (out, own))
    }

    /// The files of a T of which that distributor has sent none: what the registrar says of earlier applications.
    ///
    /// # Errors
    /// [`NightError`].
    pub fn run_night(
        &self,
        t: TradingDay,
        parties: &Parties,
        out: &Path,
        own: &DistributorCode,
    ) -> Result<BatchFiles, NightError> {
        let answers = Answers { said: Vec::new(), withheld: 0, unpriced: BTreeMap::new() };
        self.write(answers, t, parties, (out, own))
    }

    fn write(
        &self,
        answers: Answers,
        t: TradingDay,
        parties: &Parties,
        (out, own): (&Path, &DistributorCode),
    ) -> Result<BatchFiles, NightError> {
        let Answers { mut said, withheld, unpriced } = answers;
        said.extend(self.filed(parties, own));
        let confirm_date = self.market.calendar().plus(t, 1)?.date();
        let days = Days { t: t.date(), confirm_date };
        // Past the end of the calendar: no earlier than that.
        let pays = |fund: &str, out| self.pays_on(fund, t, out).unwrap_or(confirm_date);
        let drafts = [
            Draft {
                file_type: FileType::TradeConfirmation,
                fillers: said.iter().map(|said| confirmation(said, days)).collect(),
            },
            Draft {
                file_type: FileType::ShareBalance,
                fillers: self.balances(&parties.distributor, own, days),
            },
            Draft {
                file_type: FileType::FundDay,
                fillers: self.fund_days(&parties.registrar, days),
            },
            Draft { file_type: FileType::Settlement, fillers: settlements(&said, days, pays) },
        ];
        let between = (parties.registrar.as_str(), parties.distributor.as_str());
        let published = publish(out, between, parties.filing.version, confirm_date, &drafts)?;
        let Published { index, paths: files, unfit } = published;
        let about = |(draft, nth, why): &(usize, usize, FieldError)| {
            let file = drafts.get(*draft).map_or("", |draft| draft.file_type.code());
            let answer = said.get(*nth).filter(|_| *draft == 0);
            let of = answer.map(|(asked, _)| format!(" on {}", asked.app_sheet_serial_no));
            format!("a record{} is not in file {file}: {why}", of.unwrap_or_default())
        };
        let unfit = unfit.iter().map(about).collect();
        Ok(BatchFiles { index, files, answers: said.len(), withheld, unpriced, unfit })
    }

    /// Each application with the number under which the front has it: a file may number it in digits.
    fn keyed(&self, asked: Vec<TradeApplication>) -> Vec<Keyed> {
        let mut in_digits = None;
        let mut key = |number: &str| -> Arc<str> {
            if !is_in_digits(number) || self.books.get(number).is_some() {
                return number.into();
            }
            let all = || {
                let entries = self.applications().into_iter();
                ByDigits::of(entries.map(|entry| entry.terms.no))
            };
            let known = in_digits.get_or_insert_with(all).only(number);
            known.map_or_else(|| number.into(), |no| no.as_str().into())
        };
        let keys: Vec<_> =
            asked.iter().map(|it| it.app_sheet_serial_no.as_str()).map(&mut key).collect();
        keys.into_iter().zip(asked).collect()
    }

    fn answer_all(
        &self,
        asked: &[Keyed],
        t: TradingDay,
        now: Timestamp,
    ) -> Result<Answers, NightError> {
        let mut ranked = Vec::with_capacity(asked.len());
        for (key, record) in asked {
            let known = self.batched(key, record, t)?;
            let rank = known.as_ref().map_or(u8::MAX, |known| self.rank(known));
            ranked.push((rank, (key, record)));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        let (mut said, mut withheld, mut unpriced) = (Vec::new(), 0, BTreeMap::new());
        for (_, (key, record)) in ranked {
            let is_its = |it: &ApplicationEntry| is_through(it, record);
            let known = self.books.get(key).filter(is_its);
            let decided = match &known {
                Some(_) => self.decide_on(key, now)?,
                None => None,
            };
            let Some((entry, _)) = decided else {
                let cancelled = known;
                let answer = match cancelled.filter(ApplicationEntry::is_cancelled) {
                    Some(_) => ApplicationAnswer::Cancelled,
                    None => ApplicationAnswer::Rejected(super::entry::rejection(
                        "0139",
                        "the front never took an application under this number",
                    )),
                };
                said.push((record.clone(), answer));
                continue;
            };
            let words = entry.decided.iter().flat_map(|decided| decided.said_by(now));
            let words: Vec<_> = words.map(|word| word.says.clone().into()).collect();
            self.say(&entry, words.len());
            self.wait_for_hour(&entry);
            withheld += usize::from(words.is_empty());
            for fund in self.waits_for_prices(&entry) {
                *unpriced.entry(fund).or_default() += 1;
            }
            said.extend(words.into_iter().map(|answer| (record.clone(), answer)));
        }
        Ok(Answers { said, withheld, unpriced })
    }

    /// The funds without whose price of its T an application cannot be decided.
    fn waits_for_prices(&self, entry: &ApplicationEntry) -> Vec<FundCode> {
        let funds = [Some(entry.terms.fund), entry.target()].into_iter().flatten();
        let day = entry.terms.trade_date.date();
        let waits = |fund: &_| entry.decided.is_none() && self.market.nav(*fund, day).is_none();
        funds.filter(waits).collect()
    }

    /// Notes that the file of that T has named the application: it is of that T, on the discount of its
    /// record, and is not taken back any more.
    fn batched(
        &self,
        key: &Arc<str>,
        record: &TradeApplication,
        trade_date: TradingDay,
    ) -> Result<Option<ApplicationEntry>, JournalError> {
        let change = |known: Option<&ApplicationEntry>| {
            let known = known.filter(|known| known.is_accepted() && !known.batched)?;
            let known = Some(known).filter(|known| is_through(known, record))?;
            let undecided = known.decided.is_none();
            let terms = if undecided {
                self.as_applied(known, record, trade_date)
            } else {
                known.terms.clone()
            };
            let entry = ApplicationEntry { terms, batched: true, ..known.clone() };
            Some(entry.under_account_of(record))
        };
        let (entry, _) = self.books.change(key, self.journal.as_ref(), change, Clone::clone)?;
        Ok(entry.filter(ApplicationEntry::is_accepted))
    }

    /// The application as the file of that T has it. Where that is not what the front accepted, the fee and
    /// the rounding follow from the funds' terms of that T.
    fn as_applied(
        &self,
        known: &ApplicationEntry,
        record: &TradeApplication,
        t: TradingDay,
    ) -> Terms {
        let announced = &known.terms;
        let mut terms = Terms { trade_date: t, ..announced.clone() };
        let column = match announced.ask {
            Ask::Conversion { .. } => record.backenload_discount,
            Ask::Purchase { .. } | Ask::Subscription { .. } => record.discount_rate_of_commission,
            Ask::Redemption { .. } | Ask::FastTransfer { .. } => return terms,
        };
        let Ok(discount) = Discount::new(column) else { return terms };
        let on = |day: TradingDay| {
            let listed = |fund| self.market.terms(fund, day.date()).ok().flatten();
            [listed(announced.fund), listed(known.entered_fund())]
        };
        let (first, now) = (known.too_late_for.unwrap_or(announced.trade_date), on(t));
        if on(first) == now && discount == announced.promised.discount {
            return terms;
        }
        terms.promised = Promise { fee: PromisedFee::Open, discount, ..terms.promised };
        if let Ask::Conversion { topup_discount, .. } = &mut terms.ask {
            *topup_discount = discount;
        }
        if let [_, Some(entered)] = now {
            terms.rounding = entered.share_rounding;
        }
        terms
    }
}

/// Whether a record is in a file of the application's distributor; an application that names none is in its house's.
fn is_through(entry: &ApplicationEntry, record: &TradeApplication) -> bool {
    let named = entry.terms.distributor.as_ref();
    named.is_none_or(|code| code.as_str() == record.distributor_code)
}

/// Made when it is written: a night has a million of them.
fn confirmation(said: &Said, days: Days) -> Filler<'_> {
    Box::new(move |out| confirmation_of(said, days).to_record(out))
}

fn applications(index: &Path, named: &IndexFile) -> Result<Vec<TradeApplication>, BatchError> {
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut all = Vec::new();
    for name in &named.files {
        each_application(directory, name, |read| all.push(read))?;
    }
    Ok(all)
}
