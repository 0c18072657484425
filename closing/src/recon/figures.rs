//! The figures of both sides, added up while they are joined: what files said is a fact once it is in the log.

use super::found::Found;
use chrono::NaiveDate;
use fundflow_domain::{
    ids::FundCode,
    money::{Shares, SignedMoney},
    reconciled_day::{Closing, Confirmed, Counted, Figures, Held},
    text::Text,
};
use fundflow_infrastructure::reconciled::Group;
use fundflow_reconciliation::{
    breaks::Break,
    row::{Row, Value},
    source::Source,
    words::CONFIRMED,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Hundredths that a sum can have at most, in whole ones: what is beyond has the most.
const MOST: Decimal = Decimal::from_parts(1_874_919_423, 2_328_306, 0, false, 2);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Sums {
    ours: Decimal,
    theirs: Decimal,
    ours_frozen: Decimal,
    theirs_frozen: Decimal,
    apart: u64,
}

/// Sums while a day is joined; as many as there are funds and kinds of business.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    held: BTreeMap<FundCode, Sums>,
    /// By fund and business.
    confirmed: BTreeMap<FundCode, BTreeMap<String, Sums>>,
    /// Breaks of files 04 and 25.
    apart: BTreeMap<FundCode, u64>,
    /// By statement: the last line that states a balance.
    closings: BTreeMap<String, (u64, Decimal)>,
}

impl Tally {
    /// Adds the rows of one key. `reached`: the date of the day's files.
    pub(super) fn add(&mut self, group: &Group, day: NaiveDate, reached: NaiveDate) {
        match group.source {
            Source::Holdings => self.holdings(&group.rows),
            Source::Confirmations => self.confirmations(&group.rows, (day, reached)),
            Source::Settlements => self.settlements(&group.rows, day),
            Source::Statement => group.rows.iter().for_each(|row| self.balance(row)),
            Source::FundDays => {}
        }
    }

    /// Adds what broke.
    pub(super) fn broken(&mut self, found: &Break) {
        // A record that names another fund than its order breaks the sums of both.
        let rows = [&found.record, &found.event].into_iter().flatten();
        let funds: BTreeSet<FundCode> = rows.filter_map(|row| row.fund).collect();
        for code in funds {
            match found.source {
                Source::Holdings => self.held.entry(code).or_default().apart += 1,
                Source::Confirmations | Source::Settlements => {
                    *self.apart.entry(code).or_default() += 1;
                }
                Source::FundDays | Source::Statement => {}
            }
        }
    }

    fn holdings(&mut self, rows: &[Row]) {
        // A bank that advances has an account of which no figure is ours.
        if rows.iter().any(|row| !row.is_record() && number(row, "registered").is_none()) {
            return;
        }
        // Each distributor that has applied for an account hears all of it: it counts once.
        let is_meant = of_first_recipient(rows);
        for row in rows.iter().filter(|row| !row.is_record() || is_meant(row)) {
            let Some(fund) = row.fund else { continue };
            let of = |name| number(row, name).unwrap_or_default();
            let sums = self.held.entry(fund).or_default();
            if row.is_record() {
                sums.theirs = sums.theirs.saturating_add(of("registered"));
                sums.theirs_frozen = sums.theirs_frozen.saturating_add(of("frozen"));
            } else {
                sums.ours = sums.ours.saturating_add(of("registered"));
                sums.ours_frozen = sums.ours_frozen.saturating_add(of("frozen"));
            }
        }
    }

    /// Records of T, and those of earlier orders that are confirmed with it, that move money; of a file that several hear,
    /// those of one of them.
    fn confirmations(&mut self, rows: &[Row], (day, reached): (NaiveDate, NaiveDate)) {
        let is_meant = of_first_recipient(rows);
        for row in rows.iter().filter(|row| is_meant(row)) {
            let is_confirmed = word(row, "status") == Some(CONFIRMED);
            let (moved_in, moved_out) = (number(row, "shares"), number(row, "shares_out"));
            let is_conversion = moved_in.is_some() && moved_out.is_some();
            let is_of_files = row.values.get("confirmed_on") == Some(&Value::Day(reached));
            if !is_confirmed || is_conversion || !(is_of_files || is_of(row, day)) {
                continue;
            }
            if let (Some(amount), Some(sums)) = (number(row, "amount"), self.sums_of(row)) {
                sums.ours = sums.ours.saturating_add(amount);
            }
        }
    }

    fn settlements(&mut self, rows: &[Row], day: NaiveDate) {
        for row in rows.iter().filter(|row| row.is_record() && is_of(row, day)) {
            if let (Some(amount), Some(sums)) = (number(row, "amount"), self.sums_of(row)) {
                sums.theirs = sums.theirs.saturating_add(amount);
            }
        }
    }

    fn sums_of(&mut self, row: &Row) -> Option<&mut Sums> {
        let (fund, business) = (row.fund?, word(row, "business")?.to_owned());
        Some(self.confirmed.entry(fund).or_default().entry(business).or_default())
    }

    fn balance(&mut self, row: &Row) {
        let line = row.record.trim_start_matches("line ").parse().ok();
        let balance = word(row, "balance").and_then(|it| it.parse::<SignedMoney>().ok());
        let (Some(line), Some(balance)) = (line, balance) else { return };
        let last = self.closings.entry(row.place.clone()).or_default();
        if line > last.0 {
            *last = (line, balance.decimal());
        }
    }

    /// The figures of the day; `None` where no file was there.
    pub(super) fn figures(&self, found: &Found, day: NaiveDate) -> Option<Figures> {
        let counted = |(source, both): (&Source, &fundflow_reconciliation::coverage::Both)| {
            let (records, events) = (both.records, both.events);
            let loose = records.loose().saturating_add(events.loose());
            let source = Text::lossy(source.name());
            Counted { source, records: records.all, events: events.all, loose }
        };
        let held = self.held.iter().map(|(fund, it)| Held {
            fund: *fund,
            ours: shares(it.ours),
            stated: shares(it.theirs),
            ours_frozen: shares(it.ours_frozen),
            stated_frozen: shares(it.theirs_frozen),
            apart: it.apart,
        });
        // One file alone says nothing about the other; that it is not there is a break of its own.
        let sources = &found.coverage.sources;
        let is_there = |source| sources.get(&source).is_some_and(|both| !both.absent);
        let is_both = is_there(Source::Confirmations) && is_there(Source::Settlements);
        let of_fund = |(fund, all): (&FundCode, &BTreeMap<String, Sums>)| {
            all.iter()
                .map(|(business, it)| (*fund, business.clone(), it.clone()))
                .collect::<Vec<_>>()
        };
        let confirmed = self.confirmed.iter().filter(|_| is_both).flat_map(of_fund);
        let confirmed = confirmed.map(|(fund, business, it)| Confirmed {
            fund,
            business: Text::lossy(business),
            records: yuan(it.ours),
            stated: yuan(it.theirs),
            apart: self.apart.get(&fund).copied().unwrap_or_default(),
        });
        let closings = self.closings.iter().map(|(file, (_, balance))| Closing {
            file: Text::lossy(file),
            balance: yuan(*balance),
        });
        (!found.files.is_empty()).then(|| Figures {
            day,
            files: found.files.iter().map(Text::lossy).collect(),
            counted: sources.iter().map(counted).collect(),
            held: held.collect(),
            confirmed: confirmed.collect(),
            closings: closings.collect(),
        })
    }
}

fn number(row: &Row, name: &str) -> Option<Decimal> {
    match row.values.get(name)? {
        Value::Number(number) => Some(*number),
        Value::Day(_) | Value::Word(_) => None,
    }
}

fn word<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    match row.values.get(name)? {
        Value::Word(word) => Some(word),
        Value::Day(_) | Value::Number(_) => None,
    }
}

fn is_of(row: &Row, day: NaiveDate) -> bool {
    row.values.get("trade_date") == Some(&Value::Day(day))
}

fn shares(sum: Decimal) -> Shares {
    Shares::checked(sum.clamp(Decimal::ZERO, MOST)).unwrap_or_default()
}

fn yuan(sum: Decimal) -> SignedMoney {
    SignedMoney::checked(sum.clamp(-MOST, MOST)).unwrap_or(SignedMoney::ZERO)
}

/// Whether a row is a record of whichever recipient comes first among those that hear of it.
fn of_first_recipient(rows: &[Row]) -> impl Fn(&Row) -> bool {
    let first = rows.iter().find(|row| row.is_record()).map(|row| row.recipient.clone());
    move |row| row.is_record() && Some(&row.recipient) == first.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_reconciliation::row::Stand;

    #[test]
    fn the_most_is_what_money_and_shares_can_be_at_most() {
        assert_eq!(MOST.to_string(), "99999999999999.99");
        assert_eq!(shares(Decimal::MAX).to_string(), "99999999999999.99");
        assert_eq!(yuan(Decimal::MIN).to_string(), "-99999999999999.99");
    }

    #[test]
    fn the_balance_of_a_statement_is_that_of_its_last_line_in_whichever_order_lines_come() {
        let line = |nth: u64, balance: &str| {
            let row = Row::of(Source::Statement, Stand::Record, "bank.csv", format!("line {nth}"));
            row.word("balance", balance)
        };
        let mut tally = Tally::default();
        for row in [line(3, "7.00"), line(10, "-1.50"), line(9, "8.00"), line(11, "much")] {
            tally.balance(&row);
        }
        let closing = tally.closings.get("bank.csv").map(|(_, balance)| balance.to_string());
        assert_eq!(closing.as_deref(), Some("-1.50"));
    }

    #[test]
    fn an_account_of_which_two_distributors_hear_counts_once() {
        let fund: FundCode = "050003".parse().unwrap();
        let row = |stand: Stand, recipient: &str| {
            let row = Row::of(Source::Holdings, stand, "file 05", "record 1");
            let row = row.number("registered", "100.00".parse().unwrap());
            Row { fund: Some(fund), recipient: recipient.into(), ..row }
        };
        let mut tally = Tally::default();
        tally.holdings(&[
            row(Stand::Known { due: None }, ""),
            row(Stand::Record, "05/305"),
            row(Stand::Record, "05/306"),
        ]);
        let sums = tally.held.get(&fund).unwrap();
        assert_eq!(
            (sums.ours, sums.theirs),
            ("100.00".parse().unwrap(), "100.00".parse().unwrap())
        );
    }
}
