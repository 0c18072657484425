//! `navs.csv`: the price of each fund on each day.

use super::{
    Problem, funds_listed,
    headings::Columns,
    kinds::Kind,
    table::{Fields, Row, Table},
};
use chrono::NaiveDate;
use fundflow_domain::{
    admission::{later::Later, target::target_day},
    calendar::{TradingCalendar, TradingDay},
    catalogue::Catalogue,
    fund::FundKind,
    ids::FundCode,
    money::Nav,
    time::Timestamp,
    written,
};
use serde::{Deserialize, Serialize};

pub(super) const FILE: &str = "navs.csv";
pub(super) const COLUMNS: Columns =
    Columns { needed: &["fund", "date", "nav"], optional: &["note"], unless: None };

/// A fund's published net asset value of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Fund that the entry is about.
    pub fund: FundCode,
    /// Day that the price is of.
    #[serde(deserialize_with = "fundflow_kernel::written::read_date")]
    pub date: NaiveDate,
    /// Yuan per share.
    pub nav: Nav,
}

/// The instant from which the prices of a day are known: eight in the evening.
pub fn published_at(day: TradingDay) -> Timestamp {
    let hour = chrono::NaiveTime::from_hms_opt(20, 0, 0).unwrap_or_default();
    Timestamp::shanghai(day.date(), hour)
}

/// The prices that are published for T. After the last day that it has a price of, a fund keeps it:
/// what is bought with the money of a redemption is priced days after the folder's own. Orders of the folder's
/// own day are priced by a row of that day, and wait where there is none.
pub fn published_for(prices: &[Price], own: TradingDay, t: TradingDay) -> Vec<Price> {
    let newest_of = |fund| prices.iter().filter(move |it| it.fund == fund).map(|it| it.date).max();
    let past = prices.iter().filter(|price| price.date <= t.date());
    let keeps = |it: &Price| it.date >= own.date() && newest_of(it.fund) == Some(it.date);
    let of_t = past.filter(|it| it.date == t.date() || keeps(it));
    of_t.map(|price| Price { date: t.date(), ..*price }).collect()
}

/// Whether an order of the fund needs a price: a money-market fund always costs 1, and an order of a
/// fund that cannot be bought is refused.
pub(super) fn needs_price(catalogue: &Catalogue, fund: FundCode, date: NaiveDate) -> bool {
    let terms = catalogue.on(fund, date);
    terms.is_some_and(|terms| {
        terms.kind != FundKind::Money && terms.status_on(date).permits_purchase()
    })
}

/// Funds whose price the order needs, and of which day, for an order of that T. Where nobody says on
/// which day a target is bought, it is T's.
pub(super) fn prices_needed(
    kind: &Kind,
    t: TradingDay,
    (calendar, catalogue): (&TradingCalendar, &Catalogue),
) -> Vec<(FundCode, TradingDay)> {
    let of_t = |fund: FundCode| (fund, t);
    match kind {
        Kind::DiscountPurchase(it) => {
            let terms = |fund| catalogue.on(fund, t.date());
            let funds = terms(it.wallet_fund).zip(terms(it.target_fund));
            let day = it.mode.zip(funds).and_then(|(mode, (wallet, target))| {
                let on = |fund, day| catalogue.on(fund, day);
                let later = Later::of(calendar, t, (&wallet, &target), on);
                target_day(mode, (&wallet, &target, &later), calendar, t).ok()
            });
            vec![(it.target_fund, day.unwrap_or(t))]
        }
        Kind::Purchase(it) => vec![of_t(it.fund)],
        Kind::Redemption(it) => vec![of_t(it.fund)],
        Kind::Conversion(it, target) => vec![of_t(it.fund), of_t(*target)],
        Kind::Recharge(_)
        | Kind::Withdraw(_)
        | Kind::FastWithdraw(_)
        | Kind::Subscription(_)
        | Kind::Plan(_)
        | Kind::PlanWord { .. }
        | Kind::Income(_)
        | Kind::Cancel { .. } => Vec::new(),
    }
}

pub(super) fn rows(
    table: &Table,
    catalogue: &Catalogue,
    calendar: &TradingCalendar,
    problems: &mut Vec<Problem>,
) -> Vec<Price> {
    let mut prices: Vec<(usize, Price)> = Vec::new();
    for row in &table.rows {
        match price(table, row, catalogue, calendar) {
            Ok(price) => {
                let same =
                    |(_, was): &&(usize, Price)| (was.fund, was.date) == (price.fund, price.date);
                if let Some((line, _)) = prices.iter().find(same) {
                    let problem = format!("{} has a price on line {line} already", price.date);
                    problems.push(table.problem(row, "fund", problem));
                } else {
                    prices.push((row.line, price));
                }
            }
            Err(found) => problems.extend(found),
        }
    }
    prices.into_iter().map(|(_, price)| price).collect()
}

fn price(
    table: &Table,
    row: &Row,
    catalogue: &Catalogue,
    calendar: &TradingCalendar,
) -> Result<Price, Vec<Problem>> {
    let mut fields = Fields::of(table, row);
    let listed = format!("one of {}", funds_listed(catalogue));
    let fund = fields.parse("fund", &listed, |text| {
        text.parse().ok().filter(|code| !catalogue.history(*code).is_empty())
    });
    let date = fields.figure("date", "a trading day like 2026-02-12", |text| {
        written::date(text).filter(|date| calendar.day(*date).is_ok())
    });
    let allowed = "yuan per share: above 0, at most 8 decimals, like 1.2345";
    let nav = fields.figure("nav", allowed, |text| text.parse().ok());
    if let (Some(fund), Some(date), Some(nav)) = (fund, date, nav) {
        let terms = catalogue.on(fund, date).or_else(|| catalogue.history(fund).first().cloned());
        let is_money = terms.is_some_and(|terms| terms.kind == FundKind::Money);
        if is_money && nav != Nav::ONE {
            let one = Nav::ONE;
            let why = format!("{fund} is a money-market fund, whose share is always 1 yuan");
            fields.note("nav", format!("write {one}: {why}"));
        }
    }
    let build = || Some(Price { fund: fund?, date: date?, nav: nav? });
    let whole = build();
    fields.finish(whole)
}
