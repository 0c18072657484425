//! What the log says that a person owes.

use fundflow_domain::case::Finding;
use fundflow_kernel::envelope::Recorded;
use fundflow_runtime::look::Look;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What each end was worth when a person was last said to have it. Yuan, or shares.
pub(crate) fn named(events: &[Recorded]) -> BTreeMap<String, Decimal> {
    let mut named = BTreeMap::new();
    for event in events.iter().filter(|it| it.event.event_type.ends_with(".abandoned")) {
        let said: serde_json::Value = serde_json::from_str(&event.event.data).unwrap();
        for end in said["ends"].as_array().unwrap() {
            let worth = end["worth"].as_str().unwrap().parse().unwrap();
            named.insert(end["name"].as_str().unwrap().to_owned(), worth);
        }
    }
    named
}

/// In words, what each case says that is owed by hand.
pub(crate) fn cases(events: &[Recorded]) -> Vec<String> {
    let opened = events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let said = opened.map(|it| serde_json::from_str::<serde_json::Value>(&it.event.data).unwrap());
    let found = said.map(|said| said["findings"][0].clone());
    let by_hand = found.filter(|found| found["kind"] == "owed_by_hand");
    by_hand.map(|found| found["what"].as_str().unwrap().to_owned()).collect()
}

/// What a finding says of our side, figure by figure.
pub(crate) fn figures(found: &Finding) -> Vec<String> {
    found.ours.iter().map(|it| format!("{} {}", it.name, it.value)).collect()
}

/// What each open end is counted in is said, and shares are not said to be money.
#[track_caller]
pub(crate) fn units_are_said(look: &Look) {
    for (end, unit) in look.open_ends.iter().zip(&look.units) {
        let unit = unit.as_deref().unwrap_or_else(|| panic!("{} has no unit", end.name));
        let of = |unit: &str| unit.strip_prefix("shares of ").is_some_and(|fund| fund.len() == 6);
        let sound = match &*end.name {
            "transfer" | "shares" | "redemption" | "conversion" | "missing" => of(unit),
            // Shares on their way to the target, or their money.
            "target" => of(unit) || unit == "yuan",
            "repayment" if end.worth.is_zero() => {
                unit.starts_with("yuan, as long as the bank keeps")
            }
            _ => unit == "yuan",
        };
        assert!(sound, "{} is counted in {unit}", end.name);
        let is_money = ["advance", "payout", "compensation", "interest", "income"];
        assert!(!end.worth.is_zero() || !is_money.contains(&&*end.name), "{} is nothing", end.name);
    }
    assert_eq!(look.open_ends.len(), look.units.len());
}
