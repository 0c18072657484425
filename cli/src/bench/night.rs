//! The registrar's night of a day that is measured: each record of file 03 is answered as it is read, so that a million of
//! them take no more memory than one.
//!
//! ```text
//! 03 ─► 04  a confirmation of each, at the day's price and the fund's fee
//!    └► 05  the shares that it brought: each investor has one order
//!       07  the price, 25  the sum
//! ```

use super::load::Trouble;
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    fees::tiers::Charge,
    ids::FundCode,
    money::{Amount, Discount, Nav},
    purchase,
};
use fundflow_infrastructure::{
    exchange::{
        check::{Verified, open_verified},
        file_name::FileName,
        flow::{
            fund_day::FundDay, settlement::Settlement, share_balance::ShareBalance,
            trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
        },
        header::Header,
        index::IndexFile,
        record::Record,
        version::FileType,
        writer::Writer,
    },
    files,
};
use fundflow_sagas::house::House;
use rust_decimal::Decimal;
use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

/// A file that is written record by record.
struct Sheet {
    name: String,
    writer: Writer<BufWriter<File>>,
    record: Record,
}

/// Of whom the files are, for whom, and of which day.
struct Set<'a> {
    directory: &'a Path,
    sent: &'a IndexFile,
    day: NaiveDate,
}

impl Set<'_> {
    fn sheet(&self, file_type: FileType, records: u64) -> Result<Sheet, Trouble> {
        let (creator, receiver) = (self.sent.receiver.clone(), self.sent.creator.clone());
        let between = (creator.as_str(), receiver.as_str());
        let header = Header::standard(file_type, self.sent.version, between, self.day);
        let file_type = file_type.code().to_owned();
        let name =
            FileName { creator, receiver, date: self.day, file_type, part: None }.to_string();
        let file = BufWriter::new(File::create(self.directory.join(&name))?);
        let writer = Writer::new(file, Header { records, ..header })?;
        let record = writer.blank();
        Ok(Sheet { name, writer, record })
    }
}

impl Sheet {
    fn write(&mut self) -> Result<(), Trouble> {
        Ok(self.writer.write(self.record.as_ref())?)
    }

    fn finish(self) -> Result<String, Trouble> {
        self.writer.finish()?;
        Ok(self.name)
    }
}

/// What every record has in common.
struct Night<'a> {
    house: &'a House,
    t: TradingDay,
    confirmed_on: NaiveDate,
    fund: FundCode,
    nav: Nav,
}

/// Answers the files that an index announces, in that directory.
pub(super) fn answer(
    house: &House,
    (t, fund, nav): (TradingDay, FundCode, Nav),
    (index, into): (&Path, &Path),
) -> Result<PathBuf, Trouble> {
    let confirmed_on = house.calendar.plus(t, 1)?.date();
    let night = Night { house, t, confirmed_on, fund, nav };
    let sent = IndexFile::open_complete(index)?.index;
    files::make_directory(into, into)?;
    let files = Set { directory: into, sent: &sent, day: confirmed_on };
    let name = sent.files.first().ok_or("the index names no file")?;
    let from = index.parent().unwrap_or(Path::new(".")).join(name);
    let Verified { mut reader, .. } = open_verified(&from)?;
    let records = reader.header().records;
    let mut confirmations = files.sheet(FileType::TradeConfirmation, records)?;
    let mut balances = files.sheet(FileType::ShareBalance, records)?;
    let mut sum = Decimal::ZERO;
    while let Some(record) = reader.next_record()? {
        let asked = TradeApplication::from_record(record)?;
        let said = night.confirmation(&asked)?;
        sum += said.confirmed_amount;
        said.to_record(&mut confirmations.record)?;
        confirmations.write()?;
        night.balance(&said).to_record(&mut balances.record)?;
        balances.write()?;
    }
    let mut day = files.sheet(FileType::FundDay, 1)?;
    night.fund_day(&sent.receiver).to_record(&mut day.record)?;
    day.write()?;
    let mut due = files.sheet(FileType::Settlement, 1)?;
    night.settlement(&sent.creator, sum)?.to_record(&mut due.record)?;
    due.write()?;
    let names = [confirmations, balances, day, due].map(Sheet::finish);
    let files = names.into_iter().collect::<Result<Vec<_>, _>>()?;
    let IndexFile { version, creator: receiver, receiver: creator, .. } = sent;
    Ok(IndexFile { version, creator, receiver, date: confirmed_on, files }.publish(into)?)
}

impl Night<'_> {
    fn confirmation(&self, asked: &TradeApplication) -> Result<TradeConfirmation, Trouble> {
        let terms = (self.house.funds)(self.fund, self.t.date()).ok_or("the fund has no terms")?;
        let amount: Amount = asked.application_amount.to_string().parse()?;
        let charge = match terms.fees.purchase.at(amount.into()).charge {
            Charge::Rate(rate) => {
                let discount = Discount::new(asked.discount_rate_of_commission)?;
                Charge::Rate(rate.discounted_half_up(discount))
            }
            fixed @ Charge::Fixed(_) => fixed,
        };
        let priced = purchase::price(amount, charge, self.nav, terms.share_rounding)?;
        Ok(TradeConfirmation {
            app_sheet_serial_no: asked.app_sheet_serial_no.clone(),
            business_code: "122".to_owned(),
            fund_code: asked.fund_code.clone(),
            transaction_date: asked.transaction_date,
            transaction_time: asked.transaction_time,
            transaction_account_id: asked.transaction_account_id.clone(),
            ta_account_id: asked.ta_account_id.clone(),
            distributor_code: asked.distributor_code.clone(),
            branch_code: asked.branch_code.clone(),
            application_amount: asked.application_amount,
            currency_type: "156".to_owned(),
            share_class: "0".to_owned(),
            transaction_cfm_date: Some(self.confirmed_on),
            share_register_date: Some(self.confirmed_on),
            return_code: "0000".to_owned(),
            business_finish_flag: "1".to_owned(),
            from_ta_flag: "0".to_owned(),
            down_load_date: Some(self.confirmed_on),
            // The record has twenty bytes for it, as it has for that of the application.
            ta_serial_no: asked.app_sheet_serial_no.chars().take(20).collect(),
            confirmed_amount: asked.application_amount,
            charge: priced.fee.decimal(),
            total_trans_fee: priced.fee.decimal(),
            nav: self.nav.decimal(),
            confirmed_vol: priced.shares.decimal(),
            ..TradeConfirmation::default()
        })
    }

    fn balance(&self, said: &TradeConfirmation) -> ShareBalance {
        ShareBalance {
            fund_code: said.fund_code.clone(),
            transaction_account_id: said.transaction_account_id.clone(),
            ta_account_id: said.ta_account_id.clone(),
            distributor_code: said.distributor_code.clone(),
            branch_code: said.branch_code.clone(),
            transaction_cfm_date: Some(self.confirmed_on),
            available_vol: said.confirmed_vol,
            total_vol: said.confirmed_vol,
            share_class: "0".to_owned(),
            detail_flag: "0".to_owned(),
            account_status: "0".to_owned(),
            def_dividend_method: "0".to_owned(),
            ..ShareBalance::default()
        }
    }

    fn fund_day(&self, registrar: &str) -> FundDay {
        FundDay {
            fund_code: self.fund.to_string(),
            fund_name: "a fund".to_owned(),
            fund_status: "0".to_owned(),
            convert_status: "0".to_owned(),
            nav: self.nav.decimal(),
            accumulative_nav: self.nav.decimal(),
            update_date: Some(self.t.date()),
            net_value_type: "0".to_owned(),
            next_trade_date: Some(self.confirmed_on),
            currency_type: "156".to_owned(),
            registrar_code: registrar.to_owned(),
            ..FundDay::default()
        }
    }

    fn settlement(&self, distributor: &str, sum: Decimal) -> Result<Settlement, Trouble> {
        let calendar = &self.house.calendar;
        let terms = (self.house.funds)(self.fund, self.t.date()).ok_or("the fund has no terms")?;
        let pays = calendar.plus(terms.confirmed_by(calendar, self.t)?, 1)?;
        Ok(Settlement {
            sequence_no: format!("{}0001", self.confirmed_on.format("%Y%m%d")),
            fund_code: self.fund.to_string(),
            distributor_code: distributor.to_owned(),
            branch_code: distributor.to_owned(),
            transaction_date: Some(self.t.date()),
            transaction_cfm_date: Some(self.confirmed_on),
            business_code: "122".to_owned(),
            capital_type: "001".to_owned(),
            confirmed_amount: sum,
            currency_type: "156".to_owned(),
            receive_or_pay_flag: "0".to_owned(),
            calculate_date: Some(self.confirmed_on),
            pay_date: Some(pays.date()),
            detail_flag: "0".to_owned(),
            down_load_date: Some(self.confirmed_on),
            ..Settlement::default()
        })
    }
}
