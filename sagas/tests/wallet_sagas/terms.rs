//! A money fund, another fund, a calendar, and an investor who may buy.

use fundflow_domain::{
    calendar::TradingCalendar,
    fund::{Closure, FundTerms},
    ids::FundCode,
    investor::InvestorProfile,
    money::Nav,
    status::Stops,
};
use fundflow_runtime::port::PortName;
use fundflow_sagas::house::House;
use std::sync::Arc;

pub(crate) const WALLET: &str = "000730";

pub(crate) fn money_fund() -> FundTerms {
    serde_json::from_str(
        r#"{ "code": "000730", "master": "000730", "name": "wallet", "kind": "money",
        "registrar": "05", "risk": "R1", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 1, "share_rounding": "half_up",
        "limits": {
            "individual": { "first_min": "100", "additional_min": "10", "step": null,
                "order_max": null, "conversion_in_max": null, "day_max": null },
            "institution": { "first_min": "100", "additional_min": "10", "step": null,
                "order_max": null, "conversion_in_max": null, "day_max": null },
            "shares": { "redemption_min": "1", "conversion_min": "1", "balance_min": "1" },
            "large_purchases": [], "fast_redemption_day_max": "10000" },
        "fees": { "version": "w-1", "fund": "000730", "share_class": "A",
            "fund_kind": "money_market", "charge_mode": "service_fee",
            "effective_from": "2014-09-19", "purchase": [{"from": "0", "rate": "0"}],
            "redemption": [{"from_days": 0, "rate": "0"}] },
        "discounts": [], "conversions": [], "linked_processing": true, "closures": [],
        "redemption_sequence": "fifo",
        "version": "w-1", "effective_from": "2014-09-19", "source": "a test" }"#,
    )
    .unwrap()
}

pub(crate) fn closed_on(mut fund: FundTerms, day: &str, stops: Stops) -> FundTerms {
    let (from, through) = (day.parse().unwrap(), day.parse().unwrap());
    let notice = "closed for a day".to_owned();
    fund.closures.push(Closure { from, through, stops, notice });
    fund
}

/// The shipped calendar and those funds.
pub(crate) fn house(funds: Vec<FundTerms>) -> House {
    let funds: Vec<Arc<FundTerms>> = funds.into_iter().map(Arc::new).collect();
    let find = move |code: FundCode, _| funds.iter().find(|fund| fund.code == code).cloned();
    House {
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
        funds: Arc::new(find),
        navs: Arc::new(|_, _| Some(Nav::ONE)),
        bank: "bank".parse().unwrap(),
        registrars: Arc::new(|code| PortName::new(format!("ta-{code}")).unwrap()),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

pub(crate) fn investor() -> InvestorProfile {
    serde_json::from_str(
        r#"{ "id": "i-1", "account": "acc-1", "risk": "C3", "questionnaire": "q-1",
        "questionnaire_valid_until": "2026-12-31", "kyc": "verified",
        "id_valid_until": "2030-01-01", "same_name_card": true, "customer_type": "individual" }"#,
    )
    .unwrap()
}
