//! Each field of a record that may name another order than the one that it has the number of.

use super::naming::{contradicting, contradictions, misnamed, unpromised_fees};
use crate::exchange::flow::{
    trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
};
use rust_decimal::Decimal;

fn sent() -> TradeApplication {
    TradeApplication {
        app_sheet_serial_no: "A-1".to_owned(),
        business_code: "036".to_owned(),
        fund_code: "000730".to_owned(),
        code_of_target_fund: "011162".to_owned(),
        transaction_date: "2026-02-12".parse().ok(),
        transaction_account_id: "I-1".to_owned(),
        ta_account_id: "012345678901".to_owned(),
        distributor_code: "305".to_owned(),
        currency_type: "156".to_owned(),
        application_vol: 500.into(),
        share_class: "0".to_owned(),
        target_share_type: "0".to_owned(),
        ..TradeApplication::default()
    }
}

fn right() -> TradeConfirmation {
    let sent = sent();
    TradeConfirmation {
        app_sheet_serial_no: sent.app_sheet_serial_no,
        business_code: "136".to_owned(),
        fund_code: sent.fund_code,
        code_of_target_fund: sent.code_of_target_fund,
        transaction_date: sent.transaction_date,
        transaction_account_id: sent.transaction_account_id,
        ta_account_id: sent.ta_account_id,
        distributor_code: sent.distributor_code,
        currency_type: sent.currency_type,
        application_vol: sent.application_vol,
        share_class: sent.share_class,
        target_share_type: sent.target_share_type,
        ..TradeConfirmation::default()
    }
}

fn said(record: &TradeConfirmation) -> String {
    let misnamed = misnamed(record, &sent());
    let words = misnamed
        .iter()
        .map(|it| format!("{} is {}, and {} was sent", it.field, it.said, it.placed));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_record_that_names_its_application_as_it_was_sent_or_leaves_it_blank_is_right() {
    assert_eq!(said(&right()), "");
    let blank = TradeConfirmation { business_code: "136".to_owned(), ..Default::default() };
    assert_eq!(said(&blank), "");
}

#[test]
fn each_field_that_names_another_order_is_said_with_both_values() {
    let rows: [(Change, &str); 13] = [
        // Only of two records each may be of its own side.
        (|it| it.fund_code = "011162".into(), "FundCode is 011162, and 000730 was sent"),
        (
            |it| it.business_code = "122".into(),
            "BusinessCode is 122, and 136, 137, 138, 152 was sent",
        ),
        (|it| it.fund_code = "000891".into(), "FundCode is 000891, and 000730 was sent"),
        (
            |it| it.code_of_target_fund = "050027".into(),
            "CodeOfTargetFund is 050027, and 011162 was sent",
        ),
        (
            |it| it.transaction_date = "2026-02-13".parse().ok(),
            "TransactionDate is 2026-02-13, and 2026-02-12 was sent",
        ),
        (
            |it| it.transaction_account_id = "I-2".into(),
            "TransactionAccountID is I-2, and I-1 was sent",
        ),
        (
            |it| it.ta_account_id = "012345678902".into(),
            "TAAccountID is 012345678902, and 012345678901 was sent",
        ),
        (|it| it.distributor_code = "999".into(), "DistributorCode is 999, and 305 was sent"),
        (|it| it.currency_type = "840".into(), "CurrencyType is 840, and 156 was sent"),
        (|it| it.application_vol = 5000.into(), "ApplicationVol is 5000.00, and 500.00 was sent"),
        (|it| it.share_class = "1".into(), "ShareClass is 1, and 0 was sent"),
        (|it| it.target_share_type = "1".into(), "TargetShareType is 1, and 0 was sent"),
        (|it| it.interest = 5.into(), "Interest is 5.00, and 0.00 was sent"),
    ];
    for (change, words) in rows {
        let mut record = right();
        change(&mut record);
        assert_eq!(said(&record), words);
    }
}

#[test]
fn what_was_sent_blank_contradicts_nothing() {
    let sent = TradeApplication {
        share_class: String::new(),
        target_share_type: String::new(),
        take_income_flag: String::new(),
        ..sent()
    };
    let record = TradeConfirmation { take_income_flag: "1".to_owned(), ..right() };
    assert_eq!(misnamed(&record, &sent), []);
}

#[test]
fn each_half_of_a_conversion_may_name_the_funds_from_its_own_side() {
    let half = |code: &str, fund: &str, other: &str| TradeConfirmation {
        business_code: code.to_owned(),
        fund_code: fund.to_owned(),
        code_of_target_fund: other.to_owned(),
        // That of its own fund, by its own side.
        share_class: "1".to_owned(),
        ..right()
    };
    assert_eq!(said(&half("138", "000730", "011162")), "");
    assert_eq!(said(&half("137", "011162", "000730")), "");
    assert_eq!(said(&half("137", "050027", "")), "FundCode is 050027, and 000730 was sent");
}

#[test]
fn a_subscription_has_interest_and_a_failed_one_is_an_answer_to_it() {
    let sent = TradeApplication { business_code: "020".to_owned(), ..TradeApplication::default() };
    for code in ["120", "130", "149", "152"] {
        let business_code = code.to_owned();
        let record = TradeConfirmation { business_code, interest: 5.into(), ..Default::default() };
        assert_eq!(misnamed(&record, &sent), []);
    }
}

#[test]
fn a_record_of_a_raising_that_contradicts_itself_is_named_unless_a_return_code_refuses_it() {
    let record = TradeConfirmation {
        refund_amount: 5.into(),
        business_code: "120".to_owned(),
        ..Default::default()
    };
    assert_eq!(contradictions(&record, None, true)[0].field.as_str(), "RefundAmount");
    assert_eq!(contradictions(&record, None, false), []);
}

type Change = fn(&mut TradeConfirmation);

#[test]
fn a_fee_that_nobody_promised_is_reported_and_a_part_of_one_that_is_held_against_the_promise_is_not()
 {
    let fees = |record: &TradeConfirmation| {
        let words = unpromised_fees(record).into_iter().map(|it| {
            assert!(it.is_fee());
            format!("{} {} of {}", it.field, it.said, it.placed)
        });
        words.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(fees(&right()), "");
    let both =
        TradeConfirmation { transfer_fee: 5.into(), other_fee1: Decimal::new(25, 2), ..right() };
    assert_eq!(fees(&both), "TransferFee 5.00 of 0.00; OtherFee1 0.25 of 0.00");
    let more: [(Change, &str); 11] = [
        (|it| it.other_fee2 = 5.into(), "OtherFee2 5.00 of 0.00"),
        (|it| it.stamp_duty = 5.into(), "StampDuty 5.00 of 0.00"),
        (|it| it.tax = 5.into(), "Tax 5.00 of 0.00"),
        (|it| it.breach_fee = 5.into(), "BreachFee 5.00 of 0.00"),
        (|it| it.punish_fee = 5.into(), "PunishFee 5.00 of 0.00"),
        (|it| it.achievement_pay = 5.into(), "AchievementPay 5.00 of 0.00"),
        (|it| it.refund_amount = 5.into(), "RefundAmount 5.00 of 0.00"),
        (|it| it.total_trans_fee = 5.into(), "TotalTransFee 5.00 of 0.00"),
        (|it| it.agency_fee = 5.into(), "AgencyFee 5.00 of 0.00"),
        (|it| it.change_agency_fee = 5.into(), "ChangeAgencyFee 5.00 of 0.00"),
        (|it| it.recuperate_agency_fee = 5.into(), "RecuperateAgencyFee 5.00 of 0.00"),
    ];
    for (change, words) in more {
        let mut record = right();
        change(&mut record);
        assert_eq!(fees(&record), words);
    }
    for business in ["122", "130", "139"] {
        let bought = TradeConfirmation {
            business_code: business.to_owned(),
            charge: 15.into(),
            total_trans_fee: 15.into(),
            agency_fee: 4.into(),
            refund_amount: 100.into(),
            ..TradeConfirmation::default()
        };
        assert_eq!(fees(&bought), "", "{business}");
    }
    let charged = |business: &str, charge: i64| TradeConfirmation {
        business_code: business.to_owned(),
        change_fee: 10.into(),
        recuperate_fee: 20.into(),
        charge: charge.into(),
        ..right()
    };
    for charge in [0, 10, 20, 30] {
        assert_eq!(fees(&charged("136", charge)), "", "{charge}");
    }
    for business in ["136", "137", "138"] {
        assert_eq!(fees(&charged(business, 31)), "Charge 31.00 of 30.00", "{business}");
    }
    // Of other businesses it is the fee itself, and all of it.
    assert_eq!(fees(&charged("122", 31)), "");
    let all = TradeConfirmation { total_trans_fee: 10.into(), ..charged("122", 31) };
    assert_eq!(fees(&all), "TotalTransFee 10.00 of 31.00");
}

/// A purchase of 10,000.00 that was declared at a tenth of the fee, and its confirmation at 1.5% less nine tenths.
fn bought() -> (TradeApplication, TradeConfirmation) {
    let sent = TradeApplication {
        app_sheet_serial_no: "OURS".to_owned(),
        business_code: "022".to_owned(),
        application_amount: 10_000.into(),
        discount_rate_of_commission: Decimal::new(1, 1),
        ..TradeApplication::default()
    };
    let record = TradeConfirmation {
        business_code: "122".to_owned(),
        application_amount: 10_000.into(),
        confirmed_amount: 10_000.into(),
        charge: Decimal::new(14_98, 2),
        ..TradeConfirmation::default()
    };
    (sent, record)
}

fn contradicted(sent: &TradeApplication, record: &TradeConfirmation) -> String {
    let words = contradicting(record, sent).into_iter().map(|it| {
        assert!(it.is_fee() || it.is_part(), "{it:?}");
        format!("{} {} of {}", it.field, it.said, it.placed)
    });
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_discount_a_rate_or_an_allotment_that_contradicts_the_order_or_the_amounts_is_reported_with_both_values()
 {
    let rows: [(Change, &str); 14] = [
        (|_| {}, ""),
        // The column is 0 in every record of many files.
        (|it| it.discount_rate_of_commission = Decimal::ZERO, ""),
        (|it| it.discount_rate_of_commission = Decimal::new(1, 1), ""),
        (
            |it| it.discount_rate_of_commission = Decimal::ONE,
            "DiscountRateOfCommission 1.0000 of 0.1000",
        ),
        // Before the discount, and after it.
        (|it| it.rate_fee = Decimal::new(15, 3), ""),
        (|it| it.rate_fee = Decimal::new(15, 4), ""),
        // So it is where the record has another discount: that alone is reported.
        (
            |it| {
                (it.rate_fee, it.discount_rate_of_commission) =
                    (Decimal::new(3, 3), Decimal::new(5, 1));
            },
            "DiscountRateOfCommission 0.5000 of 0.1000",
        ),
        (|it| it.rate_fee = Decimal::new(12, 3), "RateFee 0.01200000 of 0.00150024"),
        (|it| it.rate_fee = Decimal::ONE, "RateFee 1.00000000 of 0.00150024"),
        (|it| it.sale_percent = Decimal::ONE, ""),
        (|it| it.sale_percent = Decimal::new(5, 1), "SalePercent 0.50000000 of 1.00000000"),
        (|it| it.sale_percent = Decimal::new(99_999, 5), ""),
        (|it| (it.confirmed_amount, it.refund_amount) = (7_500.into(), 2_500.into()), ""),
        // What comes in several records is not known from one of them.
        (|it| (it.confirmed_amount, it.sale_percent) = (7_500.into(), Decimal::ONE), ""),
    ];
    for (nth, (change, words)) in rows.into_iter().enumerate() {
        let (sent, mut record) = bought();
        change(&mut record);
        assert_eq!(contradicted(&sent, &record), words, "row {nth}");
    }
}

#[test]
fn an_allotment_is_the_part_that_is_confirmed_to_the_fen() {
    let number = |text: &str| -> Decimal { text.parse().unwrap() };
    let (sent, record) = bought();
    let part = TradeConfirmation {
        confirmed_amount: number("7500"),
        refund_amount: number("2500"),
        ..record.clone()
    };
    for (said, words) in [
        ("0.75", ""),
        ("0.7", "SalePercent 0.70000000 of 0.75000000"),
        ("1", "SalePercent 1.00000000 of 0.75000000"),
    ] {
        let record = TradeConfirmation { sale_percent: number(said), ..part.clone() };
        assert_eq!(contradicted(&sent, &record), words);
    }
    // A part is rounded to the fen.
    let third = TradeConfirmation {
        confirmed_amount: number("3.33"),
        refund_amount: number("6.67"),
        sale_percent: number("0.33333"),
        charge: Decimal::ZERO,
        ..record
    };
    let ten = TradeApplication { application_amount: 10.into(), ..sent };
    assert_eq!(contradicted(&ten, &third), "");
}

#[test]
fn whatever_buys_is_held_against_its_discount_and_its_amounts_and_what_leaves_is_not() {
    let (sent, record) = bought();
    for (asks, answers) in [("020", "130"), ("022", "122"), ("039", "139")] {
        let sent = TradeApplication { business_code: asks.to_owned(), ..sent.clone() };
        let record = TradeConfirmation {
            business_code: answers.to_owned(),
            discount_rate_of_commission: Decimal::ONE,
            rate_fee: Decimal::ONE,
            sale_percent: Decimal::new(5, 1),
            ..record.clone()
        };
        let words = "DiscountRateOfCommission 1.0000 of 0.1000; RateFee 1.00000000 of 0.00150024; \
                     SalePercent 0.50000000 of 1.00000000";
        assert_eq!(contradicted(&sent, &record), words, "{asks}");
    }
    let converted = TradeApplication { business_code: "036".to_owned(), ..sent.clone() };
    let into = TradeConfirmation {
        business_code: "136".to_owned(),
        discount_rate_of_commission: Decimal::ONE,
        rate_fee: Decimal::ONE,
        ..record.clone()
    };
    assert_eq!(contradicted(&converted, &into), "DiscountRateOfCommission 1.0000 of 0.1000");
    // Of shares that leave each lot has a rate of its own, and nobody declares a discount.
    let leaving = TradeApplication { business_code: "024".to_owned(), ..sent };
    let record = TradeConfirmation {
        business_code: "124".to_owned(),
        rate_fee: Decimal::ONE,
        sale_percent: Decimal::new(5, 1),
        discount_rate_of_commission: Decimal::new(5, 1),
        ..record
    };
    assert_eq!(contradicted(&leaving, &record), "");
}

#[test]
fn a_record_that_refers_to_another_application_or_settles_income_otherwise_is_of_another_order() {
    let (sent, record) = bought();
    for (refers, words) in
        [("", ""), ("OURS", ""), ("OTHER", "OriginalAppSheetNo is OTHER, and OURS was sent")]
    {
        let record =
            TradeConfirmation { original_app_sheet_no: refers.to_owned(), ..record.clone() };
        let found = misnamed(&record, &sent).into_iter();
        let found =
            found.map(|it| format!("{} is {}, and {} was sent", it.field, it.said, it.placed));
        assert_eq!(found.collect::<Vec<_>>().join("; "), words);
    }
    let leaving = TradeApplication {
        business_code: "024".to_owned(),
        take_income_flag: "1".to_owned(),
        ..TradeApplication::default()
    };
    for (flag, count) in [("", 0), ("1", 0), ("0", 1)] {
        let record = TradeConfirmation {
            business_code: "124".to_owned(),
            take_income_flag: flag.to_owned(),
            ..TradeConfirmation::default()
        };
        let found = misnamed(&record, &leaving);
        assert_eq!(found.len(), count, "{found:?}");
        assert!(found.iter().all(|it| it.field.as_str() == "TakeIncomeFlag"));
    }
}
