//! File 03: what goes to the registrar.

use super::{BatchError, Draft, Filler, Parties, fund_account, publish, trading_account};
use crate::exchange::{
    check::read_all_or_refuse, flow::trade_application::TradeApplication, index::IndexFile,
    version::FileType,
};
use chrono::Timelike as _;
use fundflow_application::counterparty::Application;
use fundflow_domain::{calendar::TradingDay, fund_order::Ask, ids::ApplicationNo};
use rust_decimal::Decimal;
use std::path::{Path, PathBuf};

/// A batch that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The index that announces it.
    pub index: PathBuf,
    /// Its name without directory.
    pub file: String,
    /// The applications in the order of the records, which are counted from 1.
    pub records: Vec<ApplicationNo>,
}

/// Writes the applications of a T for one registrar, and the index. Purchases come before
/// conversions, so that a registrar that reads downwards has the shares when they are to leave.
///
/// # Errors
/// [`BatchError`].
pub fn write_applications(
    directory: &Path,
    parties: &Parties,
    t: TradingDay,
    applications: &[Application],
) -> Result<Batch, BatchError> {
    let mut sorted: Vec<&Application> = applications.iter().collect();
    sorted.sort_by_key(|application| {
        (matches!(application.ask, Ask::Conversion { .. }), application.order.clone())
    });
    let record_of = |application: &&Application| -> Filler<'static> {
        let told = application_of(application, &parties.distributor);
        Box::new(move |record| told.to_record(record))
    };
    let fillers = sorted.iter().map(record_of).collect();
    let draft = Draft { file_type: FileType::TradeApplication, fillers };
    let between = (parties.distributor.as_str(), parties.registrar.as_str());
    let (index, paths) = publish(directory, between, parties.version, t.date(), &[draft])?;
    let file = paths.first().and_then(|path| path.file_name());
    let file = file.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let records = sorted.iter().map(|application| application.no.clone()).collect();
    Ok(Batch { index, file, records })
}

/// The file that an index announces, and the applications of its records, in their order.
///
/// # Errors
/// [`BatchError`].
pub fn application_numbers(index: &Path) -> Result<(String, Vec<ApplicationNo>), BatchError> {
    let set = IndexFile::open_complete(index)?;
    let directory = index.parent().unwrap_or(Path::new("."));
    let mut numbers = Vec::new();
    for name in &set.index.files {
        let (_, records) = read_all_or_refuse(&directory.join(name))?;
        for (nth, record) in records.iter().enumerate() {
            let field = |source| BatchError::Field { file: name.clone(), record: nth + 1, source };
            let read = TradeApplication::from_record(record.as_ref()).map_err(field)?;
            // A number that is none of ours stands for no application that could be sent.
            numbers.extend(ApplicationNo::new(read.app_sheet_serial_no.as_str()));
        }
    }
    Ok((set.index.files.into_iter().next().unwrap_or_default(), numbers))
}

/// An application as its record.
pub fn application_of(application: &Application, distributor: &str) -> TradeApplication {
    let mut record = TradeApplication {
        app_sheet_serial_no: application.no.to_string(),
        fund_code: application.fund.to_string(),
        transaction_date: Some(application.trade_date.date()),
        // The column has whole seconds; a fraction must not turn into the next one.
        transaction_time: application.applied_at.time_of_day().with_nanosecond(0),
        transaction_account_id: trading_account(&application.investor),
        ta_account_id: fund_account(&application.investor),
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
    match &application.ask {
        Ask::Purchase { amount, .. } => {
            "022".clone_into(&mut record.business_code);
            record.application_amount = amount.decimal();
        }
        Ask::Conversion { shares, into, topup_discount } => {
            "036".clone_into(&mut record.business_code);
            record.application_vol = shares.decimal();
            record.code_of_target_fund = into.to_string();
            "0".clone_into(&mut record.target_share_type);
            record.discount_rate_of_commission = topup_discount.decimal();
            record.backenload_discount = topup_discount.decimal();
            "0".clone_into(&mut record.take_income_flag);
        }
    }
    record
}
