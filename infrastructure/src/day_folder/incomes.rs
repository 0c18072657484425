//! A money fund's income as a row of `orders.csv`: published, and given to every wallet of the fund.
//!
//! | column | |
//! |---|---|
//! | `transaction` | `{fund}.{day}`; of a correction `{fund}.{day}.{publication}` |
//! | `time` | when it is published: from 15:00 of its day on, and no later than a week after T |
//! | `fund` | a money-market fund |
//! | `day` | the natural day that the income is of, closed days too |
//! | `per_10_000` | yuan of 10,000 shares, of either sign |
//! | `publication` | 1 for the first correction of a day, 2 for the second; nothing for the first figure |

use super::{
    kinds::Reader,
    orders::Known,
    table::{Fields, instant},
};
use fundflow_domain::{
    calendar::TradingDay,
    catalogue::Catalogue,
    fund::FundKind,
    ids::{FundCode, TransactionId},
    money_fund::Publication,
    time::Timestamp,
    written,
};

/// As the column `kind` names it.
pub(super) const INCOME: &str = "income";
/// Trading days after T on which incomes are published at the latest.
const LATEST: u32 = 5;

pub(super) fn income(
    row: &mut Reader<'_>,
    (transaction, time): (Option<&TransactionId>, Option<Timestamp>),
) -> Option<Publication> {
    row.only(INCOME, &["fund", "day", "per_10_000", "publication"]);
    let fund = money_fund(row);
    let a_date = "the natural day of the income, like 2026-02-14";
    let day = row.fields.figure("day", a_date, written::date);
    let figure = "yuan of 10,000 shares: -999.99999 to 999.99999, at most 5 decimals";
    let per_10_000 = row.fields.figure("per_10_000", figure, |text| text.parse().ok());
    let publication = row.fields.figure("publication", "1 to 255, or nothing for 0", |text| {
        if text.is_empty() { Some(0) } else { written::whole(text) }
    });
    let income =
        Publication { fund: fund?, day: day?, per_10_000: per_10_000?, publication: publication? };
    if let Some(job) = income.job().filter(|job| transaction.is_some_and(|it| it != job)) {
        row.fields.note("transaction", format!("write {job}: an income has one name"));
    }
    if time.is_some_and(|time| time < income.given_from()) {
        let from = income.given_from();
        row.fields.note("time", format!("an income is published from 15:00 of its day on: {from}"));
    }
    Some(income)
}

fn money_fund(row: &mut Reader<'_>) -> Option<FundCode> {
    let (catalogue, t) = (row.known.catalogue, row.known.trade_date);
    let is_money = |code: &FundCode| of_money(catalogue, *code, t);
    let listed: Vec<_> = catalogue.codes().filter(is_money).map(|it| it.to_string()).collect();
    let allowed = format!("a money-market fund: {}", listed.join(", "));
    row.fields.parse("fund", &allowed, |text| text.parse().ok().filter(is_money))
}

fn of_money(catalogue: &Catalogue, code: FundCode, t: TradingDay) -> bool {
    catalogue.on(code, t.date()).is_some_and(|terms| terms.kind == FundKind::Money)
}

/// When it is published, and the T that the instant belongs to.
pub(super) fn income_time(
    fields: &mut Fields<'_>,
    known: &Known<'_>,
) -> Option<(Timestamp, TradingDay)> {
    let (t, calendar) = (known.trade_date, known.calendar);
    let allowed = "a time of T like 20:00:00, or an instant like 2026-02-14T20:00:00+08:00";
    let time = fields.figure("time", allowed, |text| instant(text, t.date()))?;
    let latest = calendar.plus(t, LATEST).unwrap_or(known.next);
    match calendar.t_of(time) {
        Ok(of) if (t..=latest).contains(&of) => return Some((time, of)),
        Ok(_) => {
            let until = calendar.cut_off(latest);
            fields.note("time", format!("incomes of this day are published until {until}"));
        }
        Err(error) => fields.note("time", error.to_string()),
    }
    None
}
