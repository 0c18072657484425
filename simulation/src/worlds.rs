//! Ready-made funds, investors, requests and numbers, for tests that are about something else.
//!
//! One world: investor `INV-7` pays from account `ACC-7`, the wallet is money-market fund 000009,
//! the target is hybrid fund 011162 (1.5 % published, free out of the wallet), and the request is
//! made on Friday 2026-02-13 at 10:00 in Shanghai, so that T is that day and T+1 is 2026-02-24.
//! Take what fits and change the fields that the test is about.

use chrono::NaiveDate;
use fundflow_domain::{
    admission::{Admission, DayUse},
    calendar::{TradingCalendar, TradingDay},
    conversion::TierBase,
    fees::{
        ChargeMode, FundKind as FeeKind, ShareClass,
        schedule::FeeSchedule,
        tiers::{AmountTiers, Charge, DaysTiers},
    },
    fund::{
        ConversionFeeMethod as Method, ConversionPair, FundKind, FundTerms, ProductRisk,
        RedemptionSequence,
    },
    ids::{AccountRef, FundCode, InvestorId, TransactionId, VersionTag},
    investor::{CustomerType, InvestorProfile, InvestorRisk, SalesChannel},
    kyc::KycState,
    limits::{Limits, OrderLimits, ShareLimits},
    modes::ConversionMode,
    money::{Amount, Discount, Money, Nav, Rate, ShareRounding, Shares},
    money_fund::{Carry, IncomeUnit},
    orders::Cause,
    status::{ConvertStatus, FundStatus},
    text::Text,
    time::Timestamp,
};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Request},
    house::House,
};
use std::sync::{Arc, OnceLock};

/// Reads a value of this world.
///
/// # Panics
/// If the text is not one.
#[track_caller]
pub fn read<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

/// Yuan of an order.
#[track_caller]
pub fn amount(yuan: &str) -> Amount {
    read(yuan)
}

/// An amount of money, written in yuan.
#[track_caller]
pub fn money(yuan: &str) -> Money {
    read(yuan)
}

/// A number of shares, written with two decimals.
#[track_caller]
pub fn shares(number: &str) -> Shares {
    read(number)
}

/// Yuan per share.
#[track_caller]
pub fn nav(yuan: &str) -> Nav {
    read(yuan)
}

/// A transaction ID.
#[track_caller]
pub fn transaction(id: &str) -> TransactionId {
    read(id)
}

/// An instant, written like `2026-02-13T10:00:00+08:00`.
#[track_caller]
pub fn instant(text: &str) -> Timestamp {
    read(text)
}

/// A date, written like `2026-02-13`.
#[track_caller]
pub fn date(text: &str) -> NaiveDate {
    read(text)
}

/// A date that is known to be a trading day.
#[track_caller]
pub fn day(text: &str) -> TradingDay {
    TradingDay::recorded(date(text))
}

/// A line of text, cut to what its field takes.
pub fn text<const MAX: usize>(line: &str) -> Text<MAX> {
    Text::lossy(line)
}

/// A reason of a refusal.
pub fn cause(code: &str, text: &str) -> Cause {
    Cause::new(code, text)
}

/// The shipped calendar.
///
/// # Panics
/// Never: the list is compiled in and tested.
pub fn calendar() -> Arc<TradingCalendar> {
    static SHIPPED: OnceLock<Arc<TradingCalendar>> = OnceLock::new();
    let read = || Arc::new(TradingCalendar::xshg().expect("the shipped calendar"));
    SHIPPED.get_or_init(read).clone()
}

/// When the request is made: 10:00 on T.
pub fn request_time() -> Timestamp {
    instant("2026-02-13T10:00:00+08:00")
}

/// The money-market fund.
pub fn wallet_code() -> FundCode {
    read("000009")
}

/// The code of the target fund of these worlds.
pub fn target_code() -> FundCode {
    read("011162")
}

/// The money-market fund: R1, confirms on T+1, converts into the target at no fee.
pub fn wallet_fund() -> FundTerms {
    let pair = ConversionPair {
        target: target_code(),
        method: Method::RateDifference,
        tier_base: TierBase::AfterRedemptionFee,
        shares_min: shares("1.00"),
        days_min: 0,
        topup_discount: Discount::FREE,
        rule: tag("wallet-free-1"),
    };
    let mut fund = fund(wallet_code(), FundKind::Money, ProductRisk::R1, Rate::ZERO);
    fund.conversions = vec![pair];
    fund
}

/// The target: R3, 1.5 % published, confirms on T+1.
pub fn target_fund() -> FundTerms {
    fund(target_code(), FundKind::Hybrid, ProductRisk::R3, Rate::basis_points(150))
}

fn fund(code: FundCode, kind: FundKind, risk: ProductRisk, rate: Rate) -> FundTerms {
    FundTerms {
        code,
        master: code,
        name: format!("Fund {code}"),
        kind,
        registrar: read("own"),
        risk,
        status: FundStatus::Open,
        convert_status: ConvertStatus::Both,
        confirm_lag: 1,
        payout_lag: 1,
        carry: Carry::default(),
        income_unit: IncomeUnit::default(),
        share_rounding: ShareRounding::HalfUp,
        limits: limits(),
        fees: fees(code, kind, rate),
        discounts: vec![],
        conversions: vec![],
        linked_processing: true,
        closures: vec![],
        foreign_holidays: vec![],
        redemption_sequence: RedemptionSequence::Fifo,
        raising: None,
        version: tag(&format!("terms-{code}-1")),
        effective_from: date("2021-02-01"),
        source: "test kit".into(),
    }
}

fn fees(fund: FundCode, kind: FundKind, rate: Rate) -> FeeSchedule {
    let is_money = kind == FundKind::Money;
    FeeSchedule {
        version: tag(&format!("fees-{fund}-1")),
        fund,
        share_class: ShareClass::A,
        fund_kind: if is_money { FeeKind::MoneyMarket } else { FeeKind::ActiveEquity },
        charge_mode: if is_money { ChargeMode::ServiceFee } else { ChargeMode::FrontEnd },
        effective_from: date("2021-02-01"),
        channel: None,
        customer_type: None,
        service_fee: Rate::ZERO,
        subscription: None,
        purchase: AmountTiers::flat(Charge::Rate(rate)),
        redemption: DaysTiers::flat(Rate::ZERO),
        back_end: None,
    }
}

fn limits() -> Limits {
    let orders = OrderLimits {
        first_min: amount("0.01"),
        additional_min: amount("0.01"),
        step: None,
        order_max: None,
        conversion_in_max: None,
        day_max: None,
    };
    let least = shares("0.01");
    let shares =
        ShareLimits { redemption_min: least, conversion_min: least, balance_min: Shares::ZERO };
    Limits {
        individual: orders.clone(),
        institution: orders,
        shares,
        large_purchases: vec![],
        fast_redemption_day_max: None,
    }
}

fn tag(text: &str) -> VersionTag {
    read(text)
}

/// The investor of this world.
pub fn investor_id() -> InvestorId {
    read("INV-7")
}

/// The account that pays.
pub fn account() -> AccountRef {
    read("ACC-7")
}

/// Verified, balanced (C3), everything in date.
pub fn investor() -> InvestorProfile {
    InvestorProfile {
        id: investor_id(),
        account: account(),
        risk: InvestorRisk::C3,
        questionnaire_valid_until: date("2026-12-31"),
        questionnaire: tag("questionnaire-1"),
        kyc: KycState::Verified,
        id_valid_until: date("2036-12-31"),
        same_name_card: true,
        customer_type: CustomerType::Individual,
        holds: std::collections::BTreeSet::new(),
    }
}

/// A request over 10,000.00 yuan in that mode.
pub fn request(mode: ConversionMode) -> Request {
    Request {
        investor: investor_id(),
        account: account(),
        wallet_fund: wallet_code(),
        target_fund: target_code(),
        amount: amount("10000.00"),
        mode: Some(mode),
        only_today: false,
        by_plan: false,
        distributor: None,
    }
}

/// What the decision on that request looks at besides: through the manager's own online channel.
pub fn asked() -> Asked {
    Asked {
        investor: investor(),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        at: None,
    }
}

/// Calendar, both funds, and the ports `bank` and `ta-own`.
pub fn house() -> House {
    let funds = [Arc::new(wallet_fund()), Arc::new(target_fund())];
    House {
        calendar: calendar(),
        funds: Arc::new(move |code, _| funds.iter().find(|fund| fund.code == code).cloned()),
        navs: Arc::new(|_, _| None),
        bank: read("bank"),
        registrars: Arc::new(|code| read(&format!("ta-{code}"))),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

/// The discount purchase in that house.
pub fn discount_purchase() -> DiscountPurchase {
    DiscountPurchase { house: house() }
}

/// What the decision on that request looks at; it is admitted.
pub fn admission(request: &Request) -> Admission {
    Admission {
        amount: request.amount,
        at: request_time(),
        mode: request.mode,
        investor: investor(),
        wallet_fund: Arc::new(wallet_fund()),
        target_fund: Arc::new(target_fund()),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        used_today: DayUse::default(),
        balance: fundflow_domain::admission::cash_out::Balance::default(),
        lots: Vec::new(),
        later: fundflow_domain::admission::later::Later::default(),
        calendar: calendar(),
    }
}
