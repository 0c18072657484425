//! Each record in the spelling of the first format. A text that changes here renames the cases of every
//! store: a field that is new is left out where it says nothing.

use super::{Spelled, Spelling};
use crate::{
    application::{
        Confirmation, ConversionConfirmed, FastTransferConfirmed, LotConfirmed, Misnamed, Outcome,
        PurchaseConfirmed, Reception, RedemptionConfirmed, RejectedFrozen, Rejection,
        SubscriptionConfirmed,
    },
    case::CaseId,
    ids::PaymentNo,
    money::Money,
    orders::{Cause, Serial},
    payment::Receipt,
    payout::Transfer,
    time::Timestamp,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::{fmt::Debug, str::FromStr, sync::Arc};

fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn day() -> NaiveDate {
    of("2026-02-13")
}

#[track_caller]
fn reads(record: &impl Spelled, text: &str) {
    assert_eq!(Spelling::of(record).text(), text);
}

#[track_caller]
fn confirmed(outcome: Outcome, finished: bool, text: &str) {
    let (serial, confirmed_on, registered_on) = (of("TA-9"), day(), of("2026-02-16"));
    let misnamed = Vec::new();
    let record = Confirmation { serial, confirmed_on, registered_on, finished, outcome, misnamed };
    let dates = "confirmed_on: 2026-02-13, registered_on: 2026-02-16";
    reads(
        &record,
        &format!(
            "Confirmation {{ serial: Serial(\"TA-9\"), {dates}, finished: {finished}, outcome: {text} }}"
        ),
    );
}

fn purchase() -> Outcome {
    Outcome::Purchase(PurchaseConfirmed {
        amount: of("10000"),
        fee: of("147.78"),
        refund: Money::ZERO,
        nav: of("1.2345"),
        shares: of("7980.74"),
    })
}

#[test]
fn what_money_buys() {
    confirmed(
        purchase(),
        true,
        "Purchase(PurchaseConfirmed { amount: Money(10000.00), fee: Money(147.78), refund: Money(0.00), \
         nav: Nav(1.23450000), shares: Shares(7980.74) })",
    );
    let subscribed = Outcome::Subscription(SubscriptionConfirmed {
        amount: of("5000"),
        fee: of("1"),
        refund: of("2.5"),
        interest: of("0.02"),
        face: of("1"),
        shares: of("4999.02"),
        interest_shares: of("0.02"),
    });
    confirmed(
        subscribed,
        false,
        "Subscription(SubscriptionConfirmed { amount: Money(5000.00), fee: Money(1.00), refund: Money(2.50), \
         interest: Money(0.02), face: Nav(1.00000000), shares: Shares(4999.02), \
         interest_shares: Shares(0.02) })",
    );
}

#[test]
fn what_shares_bring() {
    let lot = |serial: &str| LotConfirmed {
        serial: of(serial),
        shares: of("1"),
        gross: of("1.5"),
        fee: of("0.01"),
    };
    let redeemed = Outcome::Redemption(RedemptionConfirmed {
        shares: of("3"),
        nav: of("1.5"),
        gross: of("4.5"),
        fee: of("0.02"),
        back_end_fee: of("0"),
        payout: of("4.47"),
        income: of("-0.01"),
        lots: vec![lot("L-1"), lot("L-2")],
    });
    confirmed(
        redeemed,
        true,
        "Redemption(RedemptionConfirmed { shares: Shares(3.00), nav: Nav(1.50000000), gross: Money(4.50), \
         fee: Money(0.02), payout: Money(4.47), income: SignedMoney(-0.01), lots: [LotConfirmed { \
         serial: Serial(\"L-1\"), shares: Shares(1.00), gross: Money(1.50), fee: Money(0.01) }, \
         LotConfirmed { serial: Serial(\"L-2\"), shares: Shares(1.00), gross: Money(1.50), \
         fee: Money(0.01) }] })",
    );
    let handed_over =
        Outcome::FastTransfer(FastTransferConfirmed { shares: of("3000"), income: of("0") });
    confirmed(
        handed_over,
        true,
        "FastTransfer(FastTransferConfirmed { shares: Shares(3000.00), income: SignedMoney(0.00) })",
    );
}

#[test]
fn what_becomes_of_another_fund() {
    let converted = Outcome::Conversion(ConversionConfirmed {
        shares_out: of("10000"),
        nav_out: of("1"),
        redemption_fee: of("0"),
        back_end_fee: of("0"),
        topup_fee: of("0.5"),
        net_in: of("9999.5"),
        nav_in: of("1.2345"),
        shares_in: of("8100.04"),
        income: of("1.2"),
        lots: vec![],
    });
    confirmed(
        converted,
        true,
        "Conversion(ConversionConfirmed { shares_out: Shares(10000.00), nav_out: Nav(1.00000000), \
         redemption_fee: Money(0.00), topup_fee: Money(0.50), net_in: Money(9999.50), \
         nav_in: Nav(1.23450000), shares_in: Shares(8100.04), income: SignedMoney(1.20), lots: [] })",
    );
}

#[test]
fn what_registrars_say_besides() {
    let reception = Reception { serial: of("TA-9"), on: day(), amount: None };
    reads(&reception, "Reception { serial: Serial(\"TA-9\"), on: 2026-02-13 }");
    let rejected = |frozen, by_us| Rejection {
        cause: Cause::new("0302", "the fund is \"full\""),
        interest: of("0.3"),
        frozen,
        by_us,
        stated: None,
        unearned: true,
    };
    let text = |rest: &str| {
        format!(
            "Rejection {{ cause: Cause {{ code: \"0302\", text: \"the fund is \\\"full\\\"\" }}, \
             interest: Money(0.30), {rest} }}"
        )
    };
    reads(&rejected(None, false), &text("frozen: None, by_us: false"));
    reads(&rejected(Some(RejectedFrozen::Asked), true), &text("frozen: Some(Asked), by_us: true"));
    let in_all = Some(RejectedFrozen::InAll(of("12.5")));
    reads(&rejected(in_all, false), &text("frozen: Some(InAll(Shares(12.50))), by_us: false"));
}

#[test]
fn what_banks_say() {
    let (no, serial): (PaymentNo, Serial) = (of("TX-1.mmf.pay"), of("B-7"));
    let at = Timestamp::from_micros(1_770_966_000_000_001);
    let receipt = Receipt { no: no.clone(), serial: serial.clone(), amount: of("10"), paid_at: at };
    reads(
        &receipt,
        "Receipt { no: PaymentNo(\"TX-1.mmf.pay\"), serial: Serial(\"B-7\"), amount: Money(10.00), \
         paid_at: Timestamp(1770966000000001) }",
    );
    reads(
        &Transfer { no, serial, amount: of("0.01"), at: Timestamp::from_micros(-5) },
        "Transfer { no: PaymentNo(\"TX-1.mmf.pay\"), serial: Serial(\"B-7\"), amount: Money(0.01), \
         at: Timestamp(-5) }",
    );
}

#[test]
fn numbers_and_days_stand_as_they_are() {
    for text in ["0", "0.00", "0.05", "12.30", "-0.01", "1000000", "79228162514264337593543950335"]
    {
        reads(&of::<Decimal>(text), text);
    }
    let days =
        [(2026, 2, 3, "2026-02-03"), (987, 12, 31, "0987-12-31"), (12026, 1, 2, "+12026-01-02")];
    for (year, month, date, text) in days {
        reads(&NaiveDate::from_ymd_opt(year, month, date).unwrap(), text);
    }
}

#[test]
fn a_text_is_quoted_on_one_line() {
    let quoted = [
        ("基金暂停申购", "\"基金暂停申购\""),
        ("it's \"so\"\\", "\"it's \\\"so\\\"\\\\\""),
        ("a\tb\r\n\0\u{7f}", "\"a\\tb\\r\\n\\0\\u{7f}\""),
        ("a\u{a0}b\u{3000}c\u{200b}", "\"a\\u{a0}b\\u{3000}c\\u{200b}\""),
        ("e\u{301}", "\"e\\u{301}\""),
    ];
    for (text, spelled) in quoted {
        reads(&Arc::<str>::from(text), spelled);
    }
}

#[test]
fn a_case_has_the_name_that_its_record_always_gave_it() {
    let record = Confirmation {
        serial: of("TA-9"),
        confirmed_on: day(),
        registered_on: day(),
        finished: true,
        misnamed: vec![],
        outcome: purchase(),
    };
    let said = Spelling::around("Confirmed", &record);
    let case = |again| CaseId::of_said("registrar", "0123456789AB", &said, again).to_string();
    assert_eq!(case(0), "42bbf97b79edfefc0e35771ef24dcd49");
    assert_eq!(case(1), "169ca0272c4c8d7d64b2812fb5c02fee");
}

/// A record that names its order as it was placed is spelled as before there was such a field.
#[test]
fn what_names_another_order_is_spelled_last() {
    let misnamed = Misnamed::unless_same("FundCode", "011162", "018145").into_iter().collect();
    let record = Confirmation {
        serial: of("TA-9"),
        confirmed_on: day(),
        registered_on: day(),
        finished: true,
        misnamed,
        outcome: Outcome::FastTransfer(FastTransferConfirmed { shares: of("3"), income: of("0") }),
    };
    reads(
        &record,
        "Confirmation { serial: Serial(\"TA-9\"), confirmed_on: 2026-02-13, registered_on: 2026-02-13, \
         finished: true, outcome: FastTransfer(FastTransferConfirmed { shares: Shares(3.00), \
         income: SignedMoney(0.00) }), misnamed: [Misnamed { field: \"FundCode\", placed: \"011162\", \
         said: \"018145\" }] }",
    );
}
