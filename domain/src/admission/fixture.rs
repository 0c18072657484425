//! A wallet, a target, an investor and a request that is admitted; each test changes one thing.

use super::{again::Readmission, *};
use crate::{
    fund::{Closure, FundTerms},
    investor::CustomerType,
    limits::{DayMax, ExcessPolicy, LargePurchaseNotice},
    money::Shares,
    status::Stops,
};

pub(super) const BEFORE_CUT_OFF: &str = "2026-02-13T14:59:59.999+08:00";

fn terms(json: &str) -> FundTerms {
    serde_json::from_str(json).unwrap()
}

const LIMITS: &str = r#"{
    "individual": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "institution": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "shares": { "redemption_min": "1", "conversion_min": "1", "balance_min": "1" },
    "large_purchases": [], "fast_redemption_day_max": "10000" }"#;

pub(crate) fn wallet() -> FundTerms {
    terms(&format!(
        r#"{{ "code": "000730", "master": "000730", "name": "wallet", "kind": "money",
        "registrar": "own", "risk": "R1", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 1, "share_rounding": "half_up", "limits": {LIMITS},
        "fees": {{ "version": "w-1", "fund": "000730", "share_class": "A",
            "fund_kind": "money_market", "charge_mode": "service_fee",
            "effective_from": "2014-09-19", "purchase": [{{"from": "0", "rate": "0"}}],
            "redemption": [{{"from_days": 0, "rate": "0"}}] }},
        "discounts": [], "conversions": [{{ "target": "011162", "method": "both_differences",
            "shares_min": "1", "days_min": 0, "topup_discount": "0", "rule": "wallet-0" }}],
        "linked_processing": true, "closures": [], "redemption_sequence": "fifo",
        "version": "w-1", "effective_from": "2014-09-19", "source": "a test" }}"#
    ))
}

pub(crate) fn target() -> FundTerms {
    terms(&format!(
        r#"{{ "code": "011162", "master": "011162", "name": "target", "kind": "hybrid",
        "registrar": "own", "risk": "R3", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 3, "share_rounding": "half_up", "limits": {LIMITS},
        "fees": {{ "version": "t-1", "fund": "011162", "share_class": "A",
            "fund_kind": "active_equity", "charge_mode": "front_end",
            "effective_from": "2021-02-01", "purchase": [{{"from": "0", "rate": "0.015"}},
                {{"from": "1000000", "rate": "0.012"}}, {{"from": "5000000", "fixed": "1000"}}],
            "redemption": [{{"from_days": 0, "rate": "0.015"}}, {{"from_days": 7, "rate": "0"}}] }},
        "discounts": [], "conversions": [], "linked_processing": true, "closures": [],
        "redemption_sequence": "fifo",
        "version": "t-1", "effective_from": "2021-02-01", "source": "a test" }}"#
    ))
}

pub(crate) fn investor() -> InvestorProfile {
    serde_json::from_str(
        r#"{ "id": "i-1", "account": "acc-1", "risk": "C3", "questionnaire": "q-1",
        "questionnaire_valid_until": "2026-12-31", "kyc": "verified",
        "id_valid_until": "2030-01-01", "same_name_card": true, "customer_type": "individual" }"#,
    )
    .unwrap()
}

/// 10,000 yuan on the last trading day before the Spring Festival, in time for it.
pub(super) fn request() -> Admission {
    Admission {
        amount: "10000".parse().unwrap(),
        at: BEFORE_CUT_OFF.parse().unwrap(),
        mode: None,
        investor: investor(),
        wallet_fund: Arc::new(wallet()),
        target_fund: Arc::new(target()),
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        used_today: DayUse::default(),
        balance: Balance::default(),
        lots: Vec::new(),
        later: Later::default(),
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
    }
}

/// So much of the target was bought on that T.
pub(super) fn used(day: &str, tally: DayTally) -> DayUse {
    let day = TradingDay::recorded(day.parse().unwrap());
    DayUse { target_fund: [(day, tally)].into(), ..DayUse::default() }
}

/// So many shares are registered and free, and so many frozen.
pub(super) fn held(free: &str, frozen: &str) -> Balance {
    let (available, frozen): (Shares, Shares) = (free.parse().unwrap(), frozen.parse().unwrap());
    let registered = available.plus(frozen).unwrap();
    Balance { registered, available, frozen, ..Balance::default() }
}

pub(super) fn with_wallet(change: impl FnOnce(&mut FundTerms)) -> Admission {
    let mut fund = wallet();
    change(&mut fund);
    Admission { wallet_fund: Arc::new(fund), ..request() }
}

pub(super) fn with_target(change: impl FnOnce(&mut FundTerms)) -> Admission {
    let mut fund = target();
    change(&mut fund);
    Admission { target_fund: Arc::new(fund), ..request() }
}

pub(super) fn with_investor(change: impl FnOnce(&mut InvestorProfile)) -> Admission {
    let mut investor = investor();
    change(&mut investor);
    Admission { investor, ..request() }
}

pub(crate) fn closed(from: &str, through: &str, stops: Stops) -> Closure {
    let notice = "a holiday abroad".to_owned();
    Closure { from: from.parse().unwrap(), through: through.parse().unwrap(), stops, notice }
}

pub(crate) fn cap(max: &str, customers: Vec<CustomerType>) -> LargePurchaseNotice {
    LargePurchaseNotice {
        from: "2026-01-01".parse().unwrap(),
        through: None,
        channels: vec![],
        customers,
        day_max: DayMax { amount: max.parse().unwrap(), on_excess: ExcessPolicy::RejectWhole },
        notice: "large purchases".to_owned(),
    }
}

/// What the promise of `a` is decided on again with, for a later T.
pub(super) fn again(a: &Admission, t: &str) -> Readmission {
    Readmission {
        later: Later::default(),
        trade_date: TradingDay::recorded(t.parse().unwrap()),
        amount: a.amount,
        investor: a.investor.id.clone(),
        holds: a.investor.holds.clone(),
        wallet_fund: a.wallet_fund.clone(),
        target_fund: a.target_fund.clone(),
        used: a.used_today.clone(),
        balance: a.balance,
        lots: a.lots.clone(),
        calendar: a.calendar.clone(),
    }
}
