//! A plan's terms in a line: as they were asked for, and as they were changed.

use crate::parts::names::through;
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingCalendar,
    plan::{Plan, Terms},
};
use fundflow_runtime::look::Agreed;

pub(super) fn of(terms: &Terms, from: NaiveDate) -> String {
    let Terms { investor, fund, amount, frequency, wallet_fund, distributor, .. } = terms;
    let way = wallet_fund.map(|wallet| format!(" by way of {wallet}")).unwrap_or_default();
    format!(
        "{investor}: {amount}{way} into {fund} from {from} on, {frequency}{}",
        through(distributor.as_ref())
    )
}

/// Of a plan that was changed. An account is named where others are of another one.
pub(super) fn agreed(plan: &Plan, calendar: &TradingCalendar) -> Vec<Agreed> {
    let all: Vec<_> = plan.agreed().collect();
    let [(_, first), _, ..] = &all[..] else { return Vec::new() };
    let pays = all.iter().any(|(_, terms)| terms.account != first.account);
    let now = plan.terms_in_force(calendar);
    let one = |(from, terms): &(NaiveDate, &Terms)| {
        let account = if pays { format!(", paid from {}", terms.account) } else { String::new() };
        let from = terms.start.max(*from);
        let what = of(terms, from) + &account;
        Agreed { from, what, in_force: std::ptr::eq(*terms, now) }
    };
    all.iter().map(one).collect()
}
