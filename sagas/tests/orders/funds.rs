//! Funds of the domain reference (2.3), prices, an investor who may buy.

use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingCalendar,
    fund::{ConversionFeeMethod, FundTerms},
    ids::FundCode,
    investor::{InvestorProfile, SalesChannel},
    money::Nav,
};
use fundflow_runtime::port::PortName;
use fundflow_sagas::{discount_purchase::Asked, house::House};
use std::{collections::BTreeMap, sync::Arc};

const LIMITS: &str = r#"{
    "individual": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "institution": { "first_min": "100", "additional_min": "10", "step": null, "order_max": null,
        "conversion_in_max": null, "day_max": null },
    "shares": { "redemption_min": "1", "conversion_min": "1", "balance_min": "1" },
    "large_purchases": [], "fast_redemption_day_max": null }"#;

fn fund(code: &str, kind: &str, fee_kind: &str, purchase: &str, redemption: &str) -> FundTerms {
    let text = format!(
        r#"{{ "code": "{code}", "master": "{code}", "name": "{code}", "kind": "{kind}",
        "registrar": "05", "risk": "R2", "status": "open", "convert_status": "both",
        "confirm_lag": 1, "payout_lag": 3, "share_rounding": "half_up", "limits": {LIMITS},
        "fees": {{ "version": "{code}-1", "fund": "{code}", "share_class": "A",
            "fund_kind": "{fee_kind}", "charge_mode": "front_end",
            "effective_from": "2021-02-01", "purchase": {purchase}, "redemption": {redemption} }},
        "discounts": [], "conversions": [], "linked_processing": true, "closures": [],
        "redemption_sequence": "fifo", "version": "{code}-1", "effective_from": "2021-02-01",
        "source": "a test" }}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// 011162 of the reference.
pub(crate) fn equity() -> FundTerms {
    fund(
        "011162",
        "hybrid",
        "active_equity",
        r#"[{"from":"0","rate":"0.015"},{"from":"1000000","rate":"0.012"},{"from":"5000000","fixed":"1000"}]"#,
        r#"[{"from_days":0,"rate":"0.015"},{"from_days":7,"rate":"0.0075"},{"from_days":30,"rate":"0.005"},{"from_days":180,"rate":"0"}]"#,
    )
}

/// 000730 of the reference, which converts into 011162 without a fee.
pub(crate) fn wallet() -> FundTerms {
    let (free, at_once) = (r#"[{"from":"0","rate":"0"}]"#, r#"[{"from_days":0,"rate":"0"}]"#);
    let mut wallet = fund("000730", "money", "money_market", free, at_once);
    wallet.payout_lag = 1;
    wallet.conversions = vec![
        serde_json::from_str(
            r#"{ "target": "011162", "method": "both_differences", "shares_min": "1", "days_min": 0,
            "topup_discount": "0", "rule": "wallet-0" }"#,
        )
        .unwrap(),
    ];
    wallet
}

/// 001546 of the reference, which converts into the other by the given method.
pub(crate) fn bond(method: ConversionFeeMethod) -> FundTerms {
    let mut bond = fund(
        "001546",
        "bond",
        "bond",
        r#"[{"from":"0","rate":"0.008"}]"#,
        r#"[{"from_days":0,"rate":"0.015"},{"from_days":7,"rate":"0.001"},{"from_days":90,"rate":"0"}]"#,
    );
    bond.conversions = vec![
        serde_json::from_str(
            r#"{ "target": "011162", "method": "fee_difference", "shares_min": "1", "days_min": 0,
            "topup_discount": "1", "rule": "pair-1" }"#,
        )
        .unwrap(),
    ];
    bond.conversions[0].method = method;
    bond
}

/// Raised until 27 February 2026, until five in the afternoon, founded on 4 March.
pub(crate) fn raised() -> FundTerms {
    let mut fund = equity();
    fund.code = "018145".parse().unwrap();
    (fund.master, fund.fees.fund) = (fund.code, fund.code);
    fund.status = serde_json::from_str("\"raising\"").unwrap();
    fund.raising = serde_json::from_str(
        r#"{"from":"2026-02-02","through":"2026-02-27","cut_off":"17:00:00","founded_on":"2026-03-04"}"#,
    )
    .unwrap();
    fund.fees.subscription = serde_json::from_str(r#"[{"from":"0","rate":"0.012"}]"#).unwrap();
    fund
}

/// Every price that was published.
pub(crate) fn prices() -> BTreeMap<(FundCode, NaiveDate), Nav> {
    let rows = [
        ("011162", "2026-02-12", "1.3"),
        ("011162", "2026-02-13", "1.2345"),
        ("011162", "2026-02-24", "1.3071"),
        ("011162", "2026-02-25", "1.31"),
        ("001546", "2026-02-12", "1.05"),
        ("001546", "2026-02-13", "1.0523"),
    ];
    let row = |(fund, day, nav): (&str, &str, &str)| {
        ((fund.parse().unwrap(), day.parse().unwrap()), nav.parse().unwrap())
    };
    rows.map(row).into()
}

pub(crate) fn house(funds: Vec<FundTerms>) -> House {
    let prices = prices();
    House {
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
        funds: Arc::new(move |code, day| {
            let of = funds.iter().filter(|it| it.code == code && it.effective_from <= day);
            of.max_by_key(|it| it.effective_from).cloned().map(Arc::new)
        }),
        navs: Arc::new(move |code, day| prices.get(&(code, day)).copied()),
        bank: PortName::new("bank").unwrap(),
        registrars: Arc::new(|code| PortName::new(format!("ta-{code}")).unwrap()),
        accounts: Arc::new(|_| None),
        foreseen: Vec::new(),
        classes: fundflow_sagas::house::Classes::new(),
        distributor: None,
    }
}

pub(crate) fn asked() -> Asked {
    let investor: InvestorProfile = serde_json::from_str(
        r#"{ "id": "i-1", "account": "acc-1", "risk": "C3", "questionnaire": "q-1",
        "questionnaire_valid_until": "2026-12-31", "kyc": "verified",
        "id_valid_until": "2030-01-01", "same_name_card": true, "customer_type": "individual" }"#,
    )
    .unwrap();
    Asked { investor, channel: SalesChannel::DirectOnline, warning_confirmed: None, at: None }
}
