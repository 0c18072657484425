//! Three funds, a calendar, prices that anybody can compute, and an investor who may buy.
//!
//! The price of T is 1.00 and a hundredth for every day of the month: on the 3rd it is 1.03.

use chrono::{Datelike, NaiveDate};
use fundflow_domain::{
    calendar::TradingCalendar,
    fund::{Closure, FundTerms},
    ids::FundCode,
    investor::{InvestorProfile, SalesChannel},
    limits::{DayMax, ExcessPolicy, LargePurchaseNotice},
    modes::ConversionMode,
    money::Nav,
    status::Stops,
};
use fundflow_runtime::port::PortName;
use fundflow_sagas::{
    discount_purchase::{Asked, Request},
    house::House,
};
use std::sync::Arc;

pub(crate) const WALLET: &str = "000730";
pub(crate) const TARGET: &str = "011162";
pub(crate) const FOREIGN: &str = "050001";

const LIMITS: &str = r#"{
    "individual": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "institution": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "shares": { "redemption_min": "1", "conversion_min": "1", "balance_min": "1" },
    "large_purchases": [], "fast_redemption_day_max": "10000" }"#;

/// The money fund, which converts into the first target without a fee.
pub(crate) fn wallet() -> FundTerms {
    let text = format!(
        r#"{{ "code": "000730", "master": "000730", "name": "wallet", "kind": "money",
        "registrar": "05", "risk": "R1", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 1, "share_rounding": "half_up", "limits": {LIMITS},
        "fees": {{ "version": "w-1", "fund": "000730", "share_class": "A",
            "fund_kind": "money_market", "charge_mode": "service_fee",
            "effective_from": "2014-09-19", "purchase": [{{"from": "0", "rate": "0"}}],
            "redemption": [{{"from_days": 0, "rate": "0"}}] }},
        "discounts": [], "conversions": [{{ "target": "011162", "method": "both_differences",
            "shares_min": "1", "days_min": 0, "topup_discount": "0", "rule": "wallet-0" }}],
        "linked_processing": true, "closures": [], "redemption_sequence": "fifo",
        "version": "w-1", "effective_from": "2014-09-19", "source": "a test" }}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// A fund of the same registrar.
pub(crate) fn target() -> FundTerms {
    of_registrar("011162", "05", "0.015")
}

/// A fund of another registrar, without a fee.
pub(crate) fn foreign() -> FundTerms {
    of_registrar("050001", "06", "0")
}

fn of_registrar(code: &str, registrar: &str, rate: &str) -> FundTerms {
    let text = format!(
        r#"{{ "code": "{code}", "master": "{code}", "name": "target", "kind": "hybrid",
        "registrar": "{registrar}", "risk": "R3", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 3, "share_rounding": "half_up", "limits": {LIMITS},
        "fees": {{ "version": "t-1", "fund": "{code}", "share_class": "A",
            "fund_kind": "active_equity", "charge_mode": "front_end",
            "effective_from": "2021-02-01", "purchase": [{{"from": "0", "rate": "{rate}"}}],
            "redemption": [{{"from_days": 0, "rate": "0.015"}}, {{"from_days": 7, "rate": "0"}}] }},
        "discounts": [], "conversions": [], "linked_processing": true, "closures": [],
        "redemption_sequence": "fifo",
        "version": "t-1", "effective_from": "2021-02-01", "source": "a test" }}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// The fund is closed for purchases on that day.
pub(crate) fn closed_on(mut fund: FundTerms, day: &str) -> FundTerms {
    let (from, through) = (day.parse().unwrap(), day.parse().unwrap());
    let notice = "closed for a day".to_owned();
    fund.closures.push(Closure { from, through, stops: Stops::Purchase, notice });
    fund
}

/// So much may be bought of the fund on a day.
pub(crate) fn capped(mut fund: FundTerms, max: &str, on_excess: ExcessPolicy) -> FundTerms {
    fund.limits.large_purchases.push(LargePurchaseNotice {
        from: "2026-01-01".parse().unwrap(),
        through: None,
        channels: vec![],
        customers: vec![],
        day_max: DayMax { amount: max.parse().unwrap(), on_excess },
        notice: "large purchases".to_owned(),
    });
    fund
}

/// The price of every fund but money funds on a day.
pub(crate) fn price(day: NaiveDate) -> Nav {
    format!("1.{:02}", day.day()).parse().unwrap()
}

/// The shipped calendar and those funds.
pub(crate) fn house(funds: Vec<FundTerms>) -> House {
    let funds: Vec<Arc<FundTerms>> = funds.into_iter().map(Arc::new).collect();
    let find = move |code: FundCode, on: NaiveDate| {
        let in_force = funds.iter().filter(|fund| fund.code == code && fund.effective_from <= on);
        in_force.max_by_key(|fund| fund.effective_from).cloned()
    };
    House {
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
        funds: Arc::new(find),
        navs: Arc::new(|_, day| Some(price(day))),
        bank: "bank".parse().unwrap(),
        registrars: Arc::new(|code| PortName::new(format!("ta-{code}")).unwrap()),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

/// 1,000 yuan by way of the wallet.
pub(crate) fn request(mode: ConversionMode) -> Request {
    let target = match mode {
        ConversionMode::RedeemToPurchase => FOREIGN,
        ConversionMode::Held | ConversionMode::LinkedSameDay | ConversionMode::NextDay => TARGET,
    };
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        wallet_fund: WALLET.parse().unwrap(),
        target_fund: target.parse().unwrap(),
        amount: "1000".parse().unwrap(),
        mode: Some(mode),
        only_today: false,
        by_plan: false,
        distributor: None,
    }
}

/// What is known of the investor.
pub(crate) fn asked() -> Asked {
    let investor: InvestorProfile = serde_json::from_str(
        r#"{ "id": "i-1", "account": "acc-1", "risk": "C3", "questionnaire": "q-1",
        "questionnaire_valid_until": "2026-12-31", "kyc": "verified",
        "id_valid_until": "2030-01-01", "same_name_card": true, "customer_type": "individual" }"#,
    )
    .unwrap();
    let channel = SalesChannel::DirectOnline;
    Asked { investor, channel, warning_confirmed: None, at: None }
}
