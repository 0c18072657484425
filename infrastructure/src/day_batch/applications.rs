//! File 03: what goes to the registrar.
//!
//! `TransactionDate` is the order's T and `TransactionTime` the order's own time of day; both together
//! are no instant. An order of an evening or a closed day has the date of the T that it belongs to, and the time
//! at which it came: nobody may shift its T by it. An order that was taken back is in no file.

use super::{Accounts, BatchError, Draft, Filler, Numbers, Parties, Published, publish};
use crate::exchange::{
    check::{Verified, open_verified},
    flow::trade_application::TradeApplication,
    index::IndexFile,
    version::FileType,
};
use chrono::Timelike as _;
use fundflow_domain::{
    application::{Ask, Designated, OnHuge, Terms},
    calendar::TradingDay,
    ids::{ApplicationNo, InvestorId},
    investor::CustomerType,
    time::Timestamp,
};
use fundflow_sagas::ports::registrar::Application;
use rust_decimal::Decimal;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// An application, and when it became ours.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// Number, order, fund, T and what is asked.
    pub terms: &'a Terms,
    /// The instant of the order.
    pub at: Timestamp,
}

impl<'a> From<&'a Application> for Applied<'a> {
    fn from(application: &'a Application) -> Self {
        Self { terms: &application.terms, at: application.applied_at }
    }
}

/// A batch that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The index that announces it.
    pub index: PathBuf,
    /// File name without directory.
    pub file: String,
    /// The applications' numbers, as the file has them, in the order of the records, which are counted from 1.
    pub records: Vec<String>,
    /// Applications that a record has no place for, and why.
    pub left_out: Vec<(ApplicationNo, String)>,
}

/// Why an application has no record.
const SEVERAL_LOTS: &str = "it names several lots, and a record takes one";

/// What a batch's records say of the investors.
#[derive(Clone, Copy)]
pub struct Investors<'a> {
    /// Whoever has no profile goes for a natural person.
    pub customers: Customers<'a>,
    /// Their accounts at registrars.
    pub accounts: &'a Accounts,
}

/// What is known of whose an order is, by the investor's profile.
pub type Customers<'a> = &'a dyn Fn(&InvestorId) -> Option<CustomerType>;

/// The application that a number in digits belongs to, of all that the registrar was or will be sent: of several the one
/// that had it first.
pub type FirstOf<'a> = &'a dyn Fn(&str) -> Option<ApplicationNo>;

/// Takes out what has the number of another order, and says so: the registrar would take both for one.
fn anothers(
    sorted: &mut Vec<Applied<'_>>,
    numbers: Numbers,
    first_of: FirstOf<'_>,
) -> Vec<(ApplicationNo, String)> {
    let mut seen: HashMap<String, ApplicationNo> = HashMap::new();
    let mut left_out = Vec::new();
    sorted.retain(|application| {
        let no = &application.terms.no;
        let number = numbers.application(no);
        let first = first_of(&number).unwrap_or_else(|| no.clone());
        let first = seen.entry(number.clone()).or_insert(first);
        if first != no {
            let why = format!("its number there, {number}, is that of {first}");
            left_out.push((no.clone(), why));
        }
        first == no
    });
    left_out
}

/// Writes the applications of a T for one registrar, and the index. What brings shares comes before
/// what takes them out, so that a registrar that reads downwards has them when they are to leave.
///
/// # Errors
/// [`BatchError`].
pub fn write_applications(
    directory: &Path,
    parties: &Parties,
    t: TradingDay,
    applications: &[Applied<'_>],
    investors: Investors<'_>,
    first_of: FirstOf<'_>,
) -> Result<Batch, BatchError> {
    let numbers = parties.filing.numbers;
    let (left_out, mut sorted): (Vec<Applied<'_>>, Vec<Applied<'_>>) =
        applications.iter().partition(|application| lots_of(&application.terms.ask).len() > 1);
    let no = |it: &Applied<'_>| it.terms.no.clone();
    let several = left_out.iter().map(|it| (no(it), SEVERAL_LOTS.to_owned()));
    let mut left_out: Vec<_> = several.collect();
    left_out.extend(anothers(&mut sorted, numbers, first_of));
    sorted.sort_by_key(|application| {
        (takes_out(&application.terms.ask), application.terms.order.clone())
    });
    let record_of = |application: Applied<'_>| {
        let investor = &application.terms.investor;
        let account = investors.accounts.of(investor);
        let mut record = application_of(application, &parties.distributor, numbers, account);
        let customer = (investors.customers)(investor);
        customer.map_or("1", flag_of).clone_into(&mut record.individual_or_institution);
        record
    };
    // Made when it is written: a record has forty texts, and a batch a million records.
    let record_of = &record_of;
    let fillers = sorted.iter().map(|&application| {
        Box::new(move |out: &mut _| record_of(application).to_record(out)) as Filler<'_>
    });
    let fillers = fillers.collect();
    let draft = Draft { file_type: FileType::TradeApplication, fillers };
    let between = (parties.distributor.as_str(), parties.registrar.as_str());
    let published = publish(directory, between, parties.filing.version, t.date(), &[draft])?;
    let Published { index, paths, unfit } = published;
    let file = paths.first().and_then(|path| path.file_name());
    let file = file.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut records: Vec<_> = sorted.iter().map(|it| Some(no(it))).collect();
    for (_, nth, why) in unfit {
        let taken = records.get_mut(nth).and_then(Option::take);
        left_out.extend(taken.map(|no| (no, why.to_string())));
    }
    let records = records.into_iter().flatten().map(|no| numbers.application(&no)).collect();
    Ok(Batch { index, file, records, left_out })
}

/// The file that an index announces, and the applications' numbers of its records, in their order.
///
/// # Errors
/// [`BatchError`].
pub fn application_numbers(index: &Path) -> Result<(String, Vec<String>), BatchError> {
    let set = IndexFile::open_complete(index)?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut numbers = Vec::new();
    for name in &set.index.files {
        each_application(directory, name, |read| numbers.push(read.app_sheet_serial_no))?;
    }
    Ok((set.index.files.into_iter().next().unwrap_or_default(), numbers))
}

/// Hands on every record of a file of applications, one after the other.
pub(crate) fn each_application(
    directory: &Path,
    name: &str,
    mut take: impl FnMut(TradeApplication),
) -> Result<(), BatchError> {
    let Verified { mut reader, .. } = open_verified(&directory.join(name))?;
    let mut nth = 0;
    while let Some(record) = reader.next_record()? {
        nth += 1;
        let field = |source| BatchError::Field { file: name.to_owned(), record: nth, source };
        take(TradeApplication::from_record(record).map_err(field)?);
    }
    Ok(())
}

/// An application as its record, with the investor's fund account. Of several designated lots it holds the first.
pub fn application_of(
    application: Applied<'_>,
    distributor: &str,
    numbers: Numbers,
    account: String,
) -> TradeApplication {
    let terms = &application.terms;
    let mut record = TradeApplication {
        app_sheet_serial_no: numbers.application(&terms.no),
        business_code: terms.ask.code().to_owned(),
        fund_code: terms.fund.to_string(),
        transaction_date: Some(terms.trade_date.date()),
        // The column has whole seconds; a fraction must not turn into the next one.
        transaction_time: application.at.time_of_day().with_nanosecond(0),
        transaction_account_id: numbers.trading_account(&terms.investor),
        ta_account_id: account,
        distributor_code: distributor.to_owned(),
        branch_code: distributor.to_owned(),
        currency_type: "156".to_owned(),
        share_class: "0".to_owned(),
        large_redemption_flag: "0".to_owned(),
        discount_rate_of_commission: Decimal::ONE,
        individual_or_institution: "1".to_owned(),
        charge_type: "1".to_owned(),
        accept_method: "2".to_owned(),
        ..TradeApplication::default()
    };
    match &terms.ask {
        Ask::Subscription { amount } | Ask::Purchase { amount, .. } => {
            record.application_amount = amount.decimal();
            record.discount_rate_of_commission = terms.promised.discount.decimal();
        }
        Ask::Redemption { shares, lots, on_huge, take_income } => {
            record.application_vol = shares.decimal();
            leaving(&mut record, lots, *on_huge, *take_income);
        }
        Ask::Conversion { shares, into, lots, topup_discount, on_huge, take_income } => {
            record.application_vol = shares.decimal();
            record.code_of_target_fund = into.to_string();
            "0".clone_into(&mut record.target_share_type);
            record.discount_rate_of_commission = topup_discount.decimal();
            record.backenload_discount = topup_discount.decimal();
            leaving(&mut record, lots, *on_huge, *take_income);
        }
        Ask::FastTransfer { shares, to } => {
            record.application_vol = shares.decimal();
            record.deposit_acct = to.to_string();
        }
    }
    record
}

fn leaving(record: &mut TradeApplication, lots: &[Designated], on_huge: OnHuge, take_income: bool) {
    let flag = match on_huge {
        OnHuge::Cancel => "0",
        OnHuge::CarryOver => "1",
    };
    flag.clone_into(&mut record.large_redemption_flag);
    if take_income { "1" } else { "0" }.clone_into(&mut record.take_income_flag);
    if let Some(lot) = lots.first() {
        record.original_serial_no = lot.serial.to_string();
        "1".clone_into(&mut record.detail_flag);
    }
}

/// As the standard has it.
const fn flag_of(customer: CustomerType) -> &'static str {
    match customer {
        CustomerType::Institution => "0",
        CustomerType::Individual => "1",
        CustomerType::Product => "2",
    }
}

fn lots_of(ask: &Ask) -> &[Designated] {
    match ask {
        Ask::Redemption { lots, .. } | Ask::Conversion { lots, .. } => lots,
        Ask::Subscription { .. } | Ask::Purchase { .. } | Ask::FastTransfer { .. } => &[],
    }
}

fn takes_out(ask: &Ask) -> bool {
    match ask {
        Ask::Subscription { .. } | Ask::Purchase { .. } => false,
        Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => true,
    }
}
