//! The night at the registrar: applications come in as file 03, answers go out as 04, 05, 07 and 25.
//!
//! 1. Only what the front took is confirmed; a record under a number that it never saw is rejected
//!    with the code for an illegal application number.
//! 2. Purchases are reckoned before conversions, whatever the order of the records.
//! 3. Late, missing and unpriced answers are not in the files. Late ones come as notices.

use super::{ApplicationEntry, SandboxRegistrar};
use crate::{
    day_batch::{BatchError, Draft, Filler, fund_account, publish, trading_account},
    exchange::{
        check::read_all_or_refuse,
        flow::{
            fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
            trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
        },
        index::IndexFile,
        version::FileType,
    },
    sandbox::journal::JournalError,
};
use chrono::NaiveDate;
use fundflow_application::counterparty::ApplicationAnswer;
use fundflow_domain::{
    fund::{FundKind, FundTerms},
    fund_order::{Cause, Confirmation, Outcome},
    ids::{FundCode, InvestorId},
    money::Shares,
    time::Timestamp,
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a night brought.
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
}

/// Why the night failed.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// A file.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The registrar's own books.
    #[error(transparent)]
    Books(#[from] JournalError),
    /// A day on which the registrar confirms is outside the calendar.
    #[error(transparent)]
    Day(#[from] fundflow_domain::calendar::CalendarError),
}

/// One answer: the application's record, and what is said to it.
type Told = (TradeApplication, ApplicationAnswer);

impl SandboxRegistrar {
    /// Reads the files that an index announces, decides, and answers with files in `out`.
    ///
    /// # Errors
    /// [`NightError`]; what was decided before stays decided.
    pub fn run_batch(&self, index: &Path, out: &Path) -> Result<BatchFiles, NightError> {
        let now = self.clock.now();
        let set = IndexFile::open_complete(index).map_err(BatchError::from)?;
        let asked = applications(index, &set.index)?;
        let (told, withheld) = self.answer_all(&asked, now)?;
        let t = self.market.calendar().day(set.index.date)?;
        let confirm_date = self.market.calendar().plus(t, 1)?.date();
        let pay_date = self.market.calendar().plus(t, 2)?.date();
        let days = Days { t: t.date(), confirm_date, pay_date };
        let drafts = [
            Draft {
                file_type: FileType::TradeConfirmation,
                fillers: told.iter().map(|told| confirmation_filler(told, days)).collect(),
            },
            Draft {
                file_type: FileType::ShareBalance,
                fillers: self.balances(&set.index.creator, days),
            },
            Draft {
                file_type: FileType::FundDay,
                fillers: self.fund_days(&set.index.receiver, days),
            },
            Draft { file_type: FileType::Settlement, fillers: settlements(&told, days) },
        ];
        let between = (set.index.receiver.as_str(), set.index.creator.as_str());
        let (index, files) = publish(out, between, set.index.version, confirm_date, &drafts)?;
        Ok(BatchFiles { index, files, answers: told.len(), withheld })
    }

    fn answer_all(
        &self,
        asked: &[TradeApplication],
        now: Timestamp,
    ) -> Result<(Vec<Told>, usize), NightError> {
        let conversions_last = |conversions| {
            asked.iter().filter(move |record| (record.business_code == "036") == conversions)
        };
        let (mut told, mut withheld) = (Vec::new(), 0);
        for record in conversions_last(false).chain(conversions_last(true)) {
            let Some(entry) = self.decide_in_batch(&record.app_sheet_serial_no, now)? else {
                let text = "the front never took an application under this number".into();
                let cause = Cause { code: "0139".into(), text };
                told.push((record.clone(), ApplicationAnswer::Rejected(cause)));
                continue;
            };
            let decided =
                entry.decided.as_ref().filter(|it| it.told_at.is_some_and(|at| at <= now));
            if let Some(decided) = decided {
                told.extend(decided.records().into_iter().map(|answer| (record.clone(), answer)));
            } else {
                self.plan(&entry);
                withheld += 1;
            }
        }
        Ok((told, withheld))
    }

    fn decide_in_batch(
        &self,
        no: &str,
        now: Timestamp,
    ) -> Result<Option<ApplicationEntry>, JournalError> {
        let Some(books) = &self.books else { return Ok(None) };
        let Some(known) = books.get(no).filter(ApplicationEntry::is_accepted) else {
            return Ok(None);
        };
        // Outside of the key's lock, because a conversion looks at its purchase.
        let decided = self.decided(known.clone(), now);
        let key: Arc<str> = known.no.clone().into();
        let first = |now: Option<&ApplicationEntry>| now.is_some_and(|now| now.decided.is_none());
        let journal = self.journal.as_ref().filter(|_| decided != known);
        let change = |now: Option<&ApplicationEntry>| first(now).then_some(decided);
        Ok(books.change(&key, journal, change, Clone::clone)?.0)
    }

    fn balances(&self, distributor: &str, days: Days) -> Vec<Filler<'_>> {
        let mut held: BTreeMap<(InvestorId, FundCode), (Shares, Shares)> = BTreeMap::new();
        for entry in self.applications() {
            for fund in [Some(entry.fund), entry.target()].into_iter().flatten() {
                let (came, went) = entry.moved(fund);
                let sum = held.entry((entry.investor.clone(), fund)).or_default();
                sum.0 = sum.0.plus(came).unwrap_or(sum.0);
                sum.1 = sum.1.plus(went).unwrap_or(sum.1);
            }
        }
        let rows =
            held.into_iter().filter_map(|(key, (came, went))| Some((key, came.minus(went)?)));
        let rows = rows.filter(|(_, shares)| !shares.is_zero());
        rows.map(|((investor, fund), shares)| {
            let balance = ShareBalance {
                fund_code: fund.to_string(),
                transaction_account_id: trading_account(&investor),
                ta_account_id: fund_account(&investor),
                distributor_code: distributor.to_owned(),
                branch_code: distributor.to_owned(),
                transaction_cfm_date: Some(days.confirm_date),
                available_vol: shares.decimal(),
                total_vol: shares.decimal(),
                share_class: "0".to_owned(),
                detail_flag: "0".to_owned(),
                account_status: "0".to_owned(),
                def_dividend_method: "0".to_owned(),
                ..ShareBalance::default()
            };
            Box::new(move |record: &mut _| balance.to_record(record)) as Filler<'_>
        })
        .collect()
    }

    fn fund_days(&self, registrar: &str, days: Days) -> Vec<Filler<'_>> {
        let row = |terms: &Arc<FundTerms>| {
            let nav = self.market.nav(terms.code, days.t)?;
            let day = FundDay {
                fund_code: terms.code.to_string(),
                fund_name: terms.name.clone(),
                fund_status: "0".to_owned(),
                convert_status: "0".to_owned(),
                nav: nav.decimal(),
                accumulative_nav: nav.decimal(),
                update_date: Some(days.t),
                net_value_type: "0".to_owned(),
                next_trade_date: Some(days.confirm_date),
                currency_type: "156".to_owned(),
                fund_type: fund_type(terms.kind).to_owned(),
                registrar_code: registrar.to_owned(),
                ..FundDay::default()
            };
            Some(Box::new(move |record: &mut _| day.to_record(record)) as Filler<'_>)
        };
        self.market.funds().into_iter().filter_map(row).collect()
    }
}

#[derive(Debug, Clone, Copy)]
struct Days {
    t: NaiveDate,
    confirm_date: NaiveDate,
    pay_date: NaiveDate,
}

const fn fund_type(kind: FundKind) -> &'static str {
    match kind {
        FundKind::Equity | FundKind::Index | FundKind::Qdii => "01",
        FundKind::Bond => "02",
        FundKind::Hybrid | FundKind::Fof => "03",
        FundKind::Money => "04",
    }
}

fn applications(index: &Path, told: &IndexFile) -> Result<Vec<TradeApplication>, BatchError> {
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut all = Vec::new();
    for name in &told.files {
        let (_, records) = read_all_or_refuse(&directory.join(name))?;
        for (nth, record) in records.iter().enumerate() {
            let read = TradeApplication::from_record(record.as_ref());
            let file = name.clone();
            all.push(read.map_err(|source| BatchError::Field { file, record: nth + 1, source })?);
        }
    }
    Ok(all)
}

fn confirmation_filler(told: &Told, days: Days) -> Filler<'_> {
    let record = confirmation_of(told, days);
    Box::new(move |out| record.to_record(out))
}

fn confirmation_of((asked, answer): &Told, days: Days) -> TradeConfirmation {
    let mut record = TradeConfirmation {
        app_sheet_serial_no: asked.app_sheet_serial_no.clone(),
        business_code: if asked.business_code == "036" { "136" } else { "122" }.to_owned(),
        fund_code: asked.fund_code.clone(),
        transaction_date: asked.transaction_date,
        transaction_time: asked.transaction_time,
        transaction_account_id: asked.transaction_account_id.clone(),
        ta_account_id: asked.ta_account_id.clone(),
        distributor_code: asked.distributor_code.clone(),
        branch_code: asked.branch_code.clone(),
        application_vol: asked.application_vol,
        application_amount: asked.application_amount,
        currency_type: "156".to_owned(),
        share_class: "0".to_owned(),
        large_redemption_flag: asked.large_redemption_flag.clone(),
        code_of_target_fund: asked.code_of_target_fund.clone(),
        target_share_type: asked.target_share_type.clone(),
        transaction_cfm_date: Some(days.confirm_date),
        return_code: "0000".to_owned(),
        business_finish_flag: "1".to_owned(),
        from_ta_flag: "0".to_owned(),
        down_load_date: Some(days.confirm_date),
        ..TradeConfirmation::default()
    };
    // A registrar numbers its refusals too.
    record.ta_serial_no = super::entry::record_serial(&asked.app_sheet_serial_no).to_string();
    match answer {
        ApplicationAnswer::Confirmed(told) => fill_confirmed(&mut record, told),
        ApplicationAnswer::Rejected(cause) => {
            record.return_code = cause.code.to_string();
            record.error_detail = cause.text.chars().take(60).collect();
        }
        ApplicationAnswer::Accepted(_)
        | ApplicationAnswer::NotFound
        | ApplicationAnswer::Unknown(_) => "9999".clone_into(&mut record.return_code),
    }
    record
}

fn fill_confirmed(record: &mut TradeConfirmation, told: &Confirmation) {
    record.ta_serial_no = told.serial.to_string();
    record.transaction_cfm_date = Some(told.confirmed_on);
    record.share_register_date = Some(told.registered_on);
    match &told.outcome {
        Outcome::Purchase(told) => {
            record.confirmed_amount = told.amount.decimal();
            record.charge = told.fee.decimal();
            record.total_trans_fee = told.fee.decimal();
            record.refund_amount = told.refund.decimal();
            record.nav = told.nav.decimal();
            record.confirmed_vol = told.shares.decimal();
        }
        Outcome::Conversion(told) => {
            record.confirmed_vol = told.shares_out.decimal();
            record.nav = told.nav_out.decimal();
            record.change_fee = told.redemption_fee.decimal();
            record.recuperate_fee = told.topup_fee.decimal();
            record.confirmed_amount = told.net_in.decimal();
            record.target_nav = told.nav_in.decimal();
            record.cfm_vol_of_target_fund = told.shares_in.decimal();
        }
    }
}

/// One row per fund and business: what the distributor owes for purchases.
fn settlements(told: &[Told], days: Days) -> Vec<Filler<'_>> {
    let mut sums: BTreeMap<&str, (Decimal, &TradeApplication)> = BTreeMap::new();
    // A record that comes twice is due once.
    let mut seen = BTreeSet::new();
    for (asked, answer) in told.iter().filter(|(asked, _)| asked.business_code == "022") {
        if seen.insert(&asked.app_sheet_serial_no)
            && let ApplicationAnswer::Confirmed(told) = answer
            && let Outcome::Purchase(told) = &told.outcome
        {
            let sum = sums.entry(&asked.fund_code).or_insert((Decimal::ZERO, asked));
            sum.0 += told.amount.decimal();
        }
    }
    let rows = (1..).zip(sums).map(|(nth, (fund, (sum, asked)))| {
        let row = Settlement {
            sequence_no: format!("{}{nth:04}", days.confirm_date.format("%Y%m%d")),
            fund_code: fund.to_owned(),
            distributor_code: asked.distributor_code.clone(),
            branch_code: asked.branch_code.clone(),
            transaction_date: Some(days.t),
            transaction_cfm_date: Some(days.confirm_date),
            business_code: "122".to_owned(),
            capital_type: "001".to_owned(),
            confirmed_amount: sum,
            currency_type: "156".to_owned(),
            receive_or_pay_flag: "0".to_owned(),
            calculate_date: Some(days.confirm_date),
            pay_date: Some(days.pay_date),
            detail_flag: "0".to_owned(),
            down_load_date: Some(days.confirm_date),
            ..Settlement::default()
        };
        Box::new(move |record: &mut _| row.to_record(record)) as Filler<'_>
    });
    rows.collect()
}
