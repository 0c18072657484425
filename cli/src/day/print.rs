//! The report of a day, for people and for programs.

use super::{Trouble, tally::DayReport};
use crate::reading::{self, quoted, typed};
use crate::safe::shown;
use fundflow_domain::ids::TransactionId;
use fundflow_kernel::counted::counted;
use std::{io::Write, path::Path};

/// Transactions that are named in a line; the rest is counted.
const NAMED: usize = 3;
/// Characters of a reason in a table; JSON has all of it.
const REASON: usize = 90;

pub(super) fn json(report: &DayReport, out: &mut impl Write) -> Result<(), Trouble> {
    let failed = |error: serde_json::Error| Trouble::Output(error.into());
    serde_json::to_writer_pretty(&mut *out, report).map_err(failed)?;
    Ok(writeln!(out)?)
}

pub(super) fn table(
    report: &DayReport,
    folder: &Path,
    store: &Path,
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let DayReport { trade_date, requests, repeats, virtual_end, took_ms, .. } = report;
    let requests = counted(*requests, "request", "requests");
    writeln!(out, "{trade_date}: {requests}, of these {repeats} repeated")?;
    if report.events_added == 0 {
        writeln!(out, "nothing was left to do; no event was added")?;
    }
    writeln!(out)?;
    endings(report, out)?;
    cases(report, out)?;
    money(report, out)?;
    for remark in &report.remarks {
        writeln!(out, "note: {}", shown(remark))?;
    }
    if report.findings > 0 {
        let findings = counted(report.findings, "finding", "findings");
        writeln!(out, "the audit has {findings}; see `fundflow audit verify`")?;
    }
    if !report.bad_rows.is_empty() {
        let mistakes = counted(report.bad_rows.len(), "mistake", "mistakes");
        writeln!(out, "{mistakes} in the folder, named above")?;
    }
    let added = counted(report.events_added, "event", "events");
    writeln!(
        out,
        "{added} added, {} in all; played until {virtual_end} in {took_ms} ms\n",
        report.events
    )?;
    next(report, folder, store, out)
}

fn endings(report: &DayReport, out: &mut impl Write) -> Result<(), Trouble> {
    let cells = report.endings.iter().map(|row| {
        let named: Vec<_> =
            row.transactions.iter().take(NAMED).map(TransactionId::to_string).collect();
        let more = row.transactions.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        vec![
            row.transactions.len().to_string(),
            row.ending.clone(),
            if row.reason.is_empty() { "-".to_owned() } else { short(&row.reason) },
            format!("{}{more}", named.join(", ")),
        ]
    });
    lines(out, &["ORDERS ", "ENDING", "REASON", "TRANSACTIONS"], cells)
}

fn cases(report: &DayReport, out: &mut impl Write) -> Result<(), Trouble> {
    let cells = report.open_cases.iter().map(|case| {
        let transaction = reading::or_dash(case.transaction.as_ref());
        vec![case.case.clone(), case.kind.clone(), transaction, short(&case.what)]
    });
    lines(out, &["OPEN CASE", "KIND", "TRANSACTION", "WHAT"], cells)
}

fn money(report: &DayReport, out: &mut impl Write) -> Result<(), Trouble> {
    let balances = report.money.iter().map(|held| {
        let words = words(&held.class).to_owned();
        vec![words, held.class.clone(), held.commodity.clone(), held.balance.to_string()]
    });
    lines(out, &["MONEY AND SHARES", "ACCOUNTS", "OF", "BALANCE "], balances)?;
    let shares = report.shares.iter().map(|row| {
        vec![
            row.fund.to_string(),
            row.orders.to_string(),
            row.paid.to_string(),
            row.shares.to_string(),
        ]
    });
    lines(out, &["TARGET", "ORDERS ", "YUAN ", "SHARES "], shares)?;
    let incomes = report.incomes.iter().map(|row| {
        let sums = [row.accrued, row.carried, row.settled, row.unpaid];
        std::iter::once(row.fund.to_string()).chain(sums.map(|sum| sum.to_string())).collect()
    });
    lines(out, &["INCOME OF", "YUAN ", "TO SHARES ", "PAID OUT ", "UNPAID "], incomes)?;
    let fees = &report.fees;
    writeln!(
        out,
        "fees: {} for purchases, {} for redemptions, {} for conversions",
        fees.purchase, fees.redemption, fees.topup
    )?;
    let channel = &report.channel;
    writeln!(
        out,
        "the channel's books: {} of {} yuan, {} of {} yuan",
        counted(channel.debits, "debit", "debits"),
        channel.charged,
        counted(channel.refunds, "refund", "refunds"),
        channel.refunded
    )?;
    Ok(())
}

fn short(text: &str) -> String {
    if text.chars().count() <= REASON {
        return text.to_owned();
    }
    let cut: String = text.chars().take(REASON - 1).collect();
    format!("{cut}…")
}

/// The ledger's accounts in words.
fn words(class: &str) -> &'static str {
    match class {
        "A:CHANNEL:RECV" => "taken by the channel, not yet settled",
        "A:FUND:RECV" => "owed by funds for shares that left them",
        "L:CUST:PENDING" => "paid for orders that are not confirmed",
        "L:CUST:UNAPPLIED" => "paid for no order",
        "L:CUST:REFUND" => "on its way back to investors",
        "L:FUND:PAYABLE" => "owed to funds for confirmed shares",
        "A:BANK:SETTLE" => "of the settlement account",
        "A:CUST:ADVANCED" => "advanced to investors",
        "L:CUST:REDEEM" => "redeemed, on its way to investors or into a fund",
        "L:BANK:ADVANCE" => "owed to the bank that advances",
        "L:SUSPENSE" => "what does not add up, under an open case",
        "E:OVERSHORT" => "over and short: differences that were accepted",
        "E:COMPENSATION" => "paid by us where what was promised did not come",
        "A:BYHAND" => "settled by hand",
        "L:FUND:REDEEMFEE" => "redemption fees of the funds",
        "I:FEE:PURCHASE" | "I:FEE:CONV" => "fees of the seller",
        "U:PENDING" => "investors' shares, not yet registered",
        "U:AVAIL" => "investors' shares, free",
        "U:FROZEN" => "investors' shares, earmarked",
        "U:REGISTER" => "the register's side of these shares",
        _ => "-",
    }
}

fn lines(
    out: &mut impl Write,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Trouble> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    reading::table(out, header, rows).map_err(|failure| match failure {
        reading::Failure::Output(error) => Trouble::Output(error),
        other => Trouble::Defect(other.to_string()),
    })?;
    Ok(writeln!(out)?)
}

/// What one may want to type now.
fn next(
    report: &DayReport,
    folder: &Path,
    store: &Path,
    out: &mut impl Write,
) -> Result<(), Trouble> {
    let at = reading::Place { store, folder: None }.typed();
    writeln!(out, "next:")?;
    let of = |ending: &str| {
        let row = report.endings.iter().find(|row| row.ending == ending);
        row.and_then(|row| row.transactions.first())
    };
    if let Some(stuck) = of("stuck") {
        writeln!(out, "  fundflow saga ls --stuck{at}")?;
        writeln!(out, "  {}", typed("fundflow saga show", stuck.as_str(), &at))?;
    } else if let Some(any) = of("completed") {
        writeln!(out, "  {}", typed("fundflow saga show", any.as_str(), &at))?;
    }
    if let Some(case) = report.open_cases.first() {
        writeln!(out, "  fundflow case show {}{at}", case.case)?;
    }
    if let Some(file) = report.files.first() {
        writeln!(out, "  fundflow file show {}", quoted(file))?;
    }
    writeln!(out, "  fundflow audit verify{at}")?;
    Ok(writeln!(out, "  fundflow day {}{at}    (adds nothing)", quoted(folder))?)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn every_account_of_the_ledger_has_words() {
        for class in [
            "A:CHANNEL:RECV",
            "A:BANK:SETTLE",
            "A:FUND:RECV",
            "A:CUST:ADVANCED",
            "L:CUST:PENDING",
            "L:CUST:UNAPPLIED",
            "L:CUST:REFUND",
            "L:CUST:REDEEM",
            "L:SUSPENSE",
            "E:OVERSHORT",
            "A:BYHAND",
            "L:BANK:ADVANCE",
            "L:FUND:PAYABLE",
            "L:FUND:REDEEMFEE",
            "I:FEE:PURCHASE",
            "I:FEE:CONV",
            "E:COMPENSATION",
            "U:PENDING",
            "U:AVAIL",
            "U:FROZEN",
            "U:REGISTER",
        ] {
            assert_ne!(words(class), "-", "{class}");
        }
    }
}
