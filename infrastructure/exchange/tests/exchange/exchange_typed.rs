//! The typed records: values go into a file and come out again, and what does not fit is named.

use std::io::Cursor;

use chrono::NaiveTime;
use fundflow_exchange::check;
use fundflow_exchange::field_error::FieldError;
use fundflow_exchange::flow::dividend::Dividend;
use fundflow_exchange::flow::fund_day::FundDay;
use fundflow_exchange::flow::settlement::Settlement;
use fundflow_exchange::flow::share_balance::ShareBalance;
use fundflow_exchange::flow::trade_application::TradeApplication;
use fundflow_exchange::flow::trade_confirmation::{Side, TradeConfirmation};
use fundflow_exchange::record::Record;
use fundflow_exchange::version::{FileType, Version};
use fundflow_exchange::writer::Writer;
use rust_decimal::Decimal;

use crate::samples;

fn blank(file_type: FileType, version: Version) -> Record {
    Record::blank(&samples::header(file_type, version).layout().expect("the standard's fields"))
}

fn number(text: &str) -> Decimal {
    text.parse().expect("a number")
}

fn purchase() -> TradeApplication {
    TradeApplication {
        app_sheet_serial_no: "305202602130000000000001".into(),
        business_code: "022".into(),
        fund_code: "000730".into(),
        transaction_date: Some(samples::day()),
        transaction_time: NaiveTime::from_hms_opt(14, 1, 0),
        transaction_account_id: "30500000000000001".into(),
        ta_account_id: "050000000001".into(),
        distributor_code: "305".into(),
        branch_code: "305".into(),
        application_amount: number("10000.00"),
        currency_type: "156".into(),
        share_class: "0".into(),
        charge_type: "1".into(),
        discount_rate_of_commission: number("0.0000"),
        specification: "优惠购".into(),
        ..TradeApplication::default()
    }
}

#[test]
fn a_purchase_goes_through_every_edition() {
    for version in Version::ALL {
        let mut record = blank(FileType::TradeApplication, version);
        purchase().to_record(&mut record).expect("complete");
        assert_eq!(TradeApplication::from_record(record.as_ref()), Ok(purchase()));
        assert_eq!(record.as_ref().raw("ApplicationAmount"), Ok(&b"0000000001000000"[..]));
    }
}

#[test]
fn an_application_without_a_column_its_business_needs_is_not_written() {
    let mut record = blank(FileType::TradeApplication, Version::V22);
    let required = |field: &str, business: &str| {
        Err(FieldError::Required { field: field.into(), business: business.into() })
    };
    let nothing = TradeApplication { application_amount: Decimal::ZERO, ..purchase() };
    assert_eq!(nothing.to_record(&mut record), required("ApplicationAmount", "022"));
    let conversion = TradeApplication {
        business_code: "036".into(),
        application_vol: number("10000"),
        ..purchase()
    };
    assert_eq!(conversion.to_record(&mut record), required("CodeOfTargetFund", "036"));
    let cancel = TradeApplication {
        business_code: "052".into(),
        transaction_time: None,
        branch_code: String::new(),
        original_app_sheet_no: "305202602130000000000000".into(),
        ..purchase()
    };
    assert_eq!(cancel.to_record(&mut record), Ok(()));
}

#[test]
fn a_conversion_is_confirmed_in_one_record_or_in_two() {
    let both = TradeConfirmation {
        app_sheet_serial_no: "305202602130000000000002".into(),
        business_code: "136".into(),
        fund_code: "000730".into(),
        code_of_target_fund: "011162".into(),
        return_code: "0000".into(),
        transaction_cfm_date: Some(samples::day()),
        confirmed_vol: number("10000.00"),
        nav: number("1.0000"),
        target_nav: number("1.2345"),
        cfm_vol_of_target_fund: number("8100.45"),
        undistribute_monetary_income: number("-0.12"),
        ..TradeConfirmation::default()
    };
    let mut record = blank(FileType::TradeConfirmation, Version::V21);
    both.to_record(&mut record).expect("complete");
    assert_eq!(record.as_ref().text("UndistributeMonetaryIncomeFlag").as_deref(), Ok("1"));
    assert_eq!(TradeConfirmation::from_record(record.as_ref()), Ok(both.clone()));
    let side = |business: &str, direction: &str| {
        let (business_code, transfer_direction) = (business.into(), direction.into());
        TradeConfirmation { business_code, transfer_direction, ..both.clone() }.conversion_side()
    };
    assert_eq!(side("136", ""), Ok(Some(Side::Both)));
    assert_eq!(side("138", "0"), Ok(Some(Side::Out)));
    assert_eq!(side("137", "1"), Ok(Some(Side::In)));
    assert_eq!(side("122", ""), Ok(None));
    assert!(side("137", "0").is_err());
}

#[test]
fn the_other_records_come_back_as_they_went() {
    let mut record = blank(FileType::ShareBalance, Version::V21);
    let balance = ShareBalance {
        fund_code: "000730".into(),
        available_vol: number("7.00"),
        total_frozen_vol: number("3.00"),
        total_vol: number("10.00"),
        ..ShareBalance::default()
    };
    balance.to_record(&mut record).expect("fits");
    assert_eq!(ShareBalance::from_record(record.as_ref()), Ok(balance.clone()));
    assert!(balance.adds_up());

    let mut record = blank(FileType::FundDay, Version::V22);
    let day = FundDay {
        fund_code: "011162".into(),
        fund_name: "某某混合型证券投资基金".into(),
        nav: number("1.23456789"),
        fund_income: number("-0.12345"),
        update_date: Some(samples::day()),
        ..FundDay::default()
    };
    day.to_record(&mut record).expect("fits");
    assert_eq!(FundDay::from_record(record.as_ref()), Ok(day));

    let mut record = blank(FileType::Settlement, Version::V20);
    let settlement = Settlement { confirmed_amount: number("5.00"), ..Settlement::default() };
    settlement.to_record(&mut record).expect("fits");
    assert_eq!(Settlement::from_record(record.as_ref()), Ok(settlement));

    let mut record = blank(FileType::Dividend, Version::V20);
    let dividend = Dividend { dividend_amount: number("0.01"), ..Dividend::default() };
    dividend.to_record(&mut record).expect("fits");
    assert_eq!(Dividend::from_record(record.as_ref()), Ok(dividend));
}

#[test]
fn what_does_not_fit_is_named_with_its_limit() {
    let mut record = blank(FileType::TradeConfirmation, Version::V21);
    let mut refused = |name: &str, value: &str| {
        record.set_displayed(name, value).expect_err("it does not fit").to_string()
    };
    assert_eq!(
        refused("NAV", "1.23456"),
        "NAV = 1.23456 has more than the 4 decimals of the field; round it first"
    );
    assert_eq!(
        refused("NAV", "1000.0000"),
        "NAV = 1000.0000 has more digits than N7(4) holds; split the amount"
    );
    assert_eq!(
        refused("Charge", "-0.01"),
        "Charge = -0.01 is negative, but the field has no sign; write it as signed"
    );
    assert_eq!(
        refused("FundCode", "基金代码"),
        "FundCode = \"基金代码\" takes 8 bytes of GB18030, the limit is 6; shorten it"
    );
    assert_eq!(refused("ReturnCode", "00A1"), "ReturnCode = \"00A1\" must consist of digits");
    assert_eq!(
        refused("TransferReason", "1"),
        "field TransferReason is not in the header of this file; ask for a file that has it"
    );
}

fn redemption() -> TradeConfirmation {
    let day = Some(samples::day());
    TradeConfirmation {
        app_sheet_serial_no: "305202602130000000000002".into(),
        business_code: "124".into(),
        fund_code: "000730".into(),
        return_code: "0000".into(),
        transaction_date: day,
        transaction_account_id: "30500000000000001".into(),
        ta_account_id: "050000000001".into(),
        distributor_code: "305".into(),
        ta_serial_no: "05202602130000000001".into(),
        transaction_cfm_date: day,
        down_load_date: day,
        large_redemption_flag: "0".into(),
        business_finish_flag: "1".into(),
        confirmed_vol: number("100.00"),
        nav: number("1.2345"),
        charge: number("0.50"),
        undistribute_monetary_income: number("-0.12"),
        ..TradeConfirmation::default()
    }
}

/// A record of each kind with the values that differ in meaning, and what its file is.
macro_rules! through_files {
    ($($record:expr => $kind:ty),* $(,)?) => {$(
        for version in Version::ALL {
            let record: $kind = $record;
            let mut header = samples::header(<$kind>::FILE_TYPE, version);
            header.records = 1;
            let mut writer = Writer::new(Vec::new(), header).expect("a standard header");
            let mut room = writer.blank();
            record.to_record(&mut room).expect("complete");
            writer.write(room.as_ref()).expect("the only one");
            let bytes = writer.finish().expect("one record").0;
            let (report, taken) = check::take_all("f", Cursor::new(&bytes)).expect("sound");
            assert!(report.is_sound() && report.header_as_standard);
            assert_eq!(<$kind>::from_record(taken[0].record.as_ref()), Ok(record.clone()));
            assert_eq!(<$kind>::oddities(taken[0].record.as_ref()), []);
        }
    )*};
}

#[test]
fn a_record_of_every_kind_goes_through_a_file_of_every_edition_and_back() {
    let day = Some(samples::day());
    let balance = ShareBalance {
        fund_code: "000730".into(),
        ta_account_id: "050000000001".into(),
        available_vol: number("7.00"),
        total_frozen_vol: number("3.00"),
        total_vol: number("10.00"),
        undistribute_monetary_income: number("-0.01"),
        detail_flag: "0".into(),
        transaction_cfm_date: day,
        ..ShareBalance::default()
    };
    let dividend = Dividend {
        fund_code: "000730".into(),
        ta_serial_no: "05202602130000000003".into(),
        business_code: "143".into(),
        return_code: "0000".into(),
        dividend_amount: number("0.01"),
        dividend_date: day,
        ..Dividend::default()
    };
    let fund_day = FundDay {
        fund_code: "011162".into(),
        fund_name: "某某混合型证券投资基金".into(),
        nav: number("1.2345"),
        fund_income: number("-0.12345"),
        update_date: day,
        ..FundDay::default()
    };
    let settlement = Settlement {
        sequence_no: "202602130001".into(),
        fund_code: "000730".into(),
        confirmed_amount: number("5.00"),
        pay_date: day,
        receive_or_pay_flag: "1".into(),
        ..Settlement::default()
    };
    through_files! {
        purchase() => TradeApplication,
        redemption() => TradeConfirmation,
        balance.clone() => ShareBalance,
        dividend.clone() => Dividend,
        fund_day.clone() => FundDay,
        settlement.clone() => Settlement,
    }
}
