//! What one event writes into the tables: its entry, and what else they know of payments, applications and cases.

use crate::{
    LedgerError,
    amount::hundredths,
    facts, figures,
    hot::Buffer,
    poster::{Heard, Note},
    sql,
};
use fundflow_domain::{
    ids::TransactionId,
    postings::{Account, Side},
    settlement::{Settlement, SettlementId},
};
use fundflow_kernel::{
    envelope::Recorded,
    store::{Position, ReadError},
};
use rusqlite::{Transaction, params};
use rust_decimal::Decimal;

/// Writes what was heard of an event.
pub(crate) fn entry(
    tables: &Transaction<'_>,
    hot: &mut Buffer,
    event: &Recorded,
    heard: &Heard,
) -> Result<(), LedgerError> {
    if let Some(note) = &heard.note {
        write_note(tables, event, heard, note)?;
    }
    let new = &event.event;
    let request = heard.request.as_ref().unwrap_or(&new.correlation).as_str();
    for fact in &heard.facts {
        facts::write(tables, event, request, fact)?;
    }
    if heard.lines.is_empty() {
        return Ok(());
    }
    let (t, day) = (new.trade_date.map(|t| t.to_string()), new.occurred_at.date().to_string());
    let position = number(event.position)?;
    let statement = sql::ENTRY;
    let stream = event.stream.as_str();
    tables.prepare_cached(statement)?.execute(params![
        position,
        new.event_id.0,
        &*new.event_type,
        stream,
        request,
        t,
        day
    ])?;
    for (line, posting) in (0_i64..).zip(&heard.lines) {
        let unfit = |why: &str| ReadError::Damaged {
            place: format!("{stream} (position {position})"),
            what: format!("{} of {} {why}", posting.debit, posting.account),
        };
        let amount = hundredths(posting.debit).ok_or_else(|| unfit("is finer than a hundredth"))?;
        let account = if is_hot(&posting.account) {
            let number = hot_account(tables, hot, &posting.account)?;
            hot.add(number, request, amount).ok_or_else(|| unfit("makes too large a sum"))?;
            number
        } else {
            account(tables, &posting.account, amount, request)?
        };
        let statement = sql::POSTING;
        tables.prepare_cached(statement)?.execute(params![position, line, account, amount])?;
    }
    Ok(())
}

/// Whether it is nobody's own: each order posts on it.
const fn is_hot(account: &Account) -> bool {
    let is_advanced = matches!(account, Account::Advanced(_));
    !account.class().is_customers() && account.differing().is_none() && !is_advanced
}

/// The number of a hot account, whose balance waits for the day-cut.
fn hot_account(
    tables: &Transaction<'_>,
    hot: &mut Buffer,
    of: &Account,
) -> Result<i64, LedgerError> {
    let code = of.to_string();
    if let Some(number) = hot.number(&code) {
        return Ok(number);
    }
    let number = account(tables, of, 0, "")?;
    hot.remember(code, number);
    Ok(number)
}

/// Adds to the account's balance, and returns its number.
fn account(
    tables: &Transaction<'_>,
    account: &Account,
    amount: i64,
    request: &str,
) -> Result<i64, LedgerError> {
    let class = account.class();
    let side = if class.side() == Side::Debit { 1 } else { -1 };
    let of_request = class.is_customers() && !matches!(account, Account::Holding(..));
    let is_of_one =
        of_request || account.differing().is_some() || matches!(account, Account::Advanced(_));
    let investor = match account {
        Account::Holding(_, investor, _) => Some(investor.to_string()),
        _ => None,
    };
    let case = account.differing().map(|it| it.case.to_string());
    Ok(tables.prepare_cached(sql::ACCOUNT)?.query_row(
        params![
            account.to_string(),
            class.to_string(),
            account.commodity().to_string(),
            side,
            class.is_customers(),
            is_of_one.then_some(request),
            investor,
            case,
            amount
        ],
        |row| row.get(0),
    )?)
}

fn write_note(
    tables: &Transaction<'_>,
    event: &Recorded,
    heard: &Heard,
    note: &Note,
) -> Result<(), LedgerError> {
    let request = heard.request.as_ref().unwrap_or(&event.event.correlation).as_str();
    match note {
        Note::Placed { application, order, investor, process } => {
            let statement = sql::APPLICATION;
            tables.execute(statement, params![application.as_str(), order.as_str(), request])?;
            let statement = sql::REQUEST;
            tables.execute(statement, params![request, investor.as_str(), &**process])?;
        }
        Note::Final { application, more } => {
            let statement = sql::FINAL;
            tables.execute(statement, params![application.as_str(), more])?;
        }
        Note::Payment { order } => {
            let statement = sql::PAYMENT;
            tables.execute(statement, params![event.stream.id(), order.as_str(), request])?;
        }
        Note::Case { case, request, is_open } => {
            let statement = sql::CASE;
            let request = request.as_ref().map(TransactionId::as_str);
            tables.execute(statement, params![case.to_string(), request, is_open])?;
        }
        Note::Compared(figures) => figures::write(tables, event, figures)?,
        Note::Counts(counts) => counts.write(tables, event)?,
        Note::Settlement { id, known } => settlement(tables, event, (*id, known), request)?,
    }
    Ok(())
}

fn settlement(
    tables: &Transaction<'_>,
    event: &Recorded,
    (id, known): (SettlementId, &Settlement),
    request: &str,
) -> Result<(), LedgerError> {
    let out_of_range = || ReadError::Damaged {
        place: format!("{} (position {})", event.stream, event.position),
        what: "a sum of the settlement is beyond what a table holds".to_owned(),
    };
    let whole = |sum: Option<Decimal>| sum.and_then(hundredths).ok_or_else(out_of_range);
    let terms = &known.terms;
    let [receivable, payable, fees] =
        [terms.receivable, terms.payable, terms.fees].map(|sum| whole(Some(sum.decimal())));
    tables.prepare_cached(sql::SETTLEMENT)?.execute(params![
        id.to_string(),
        id.party.to_string(),
        id.t.to_string(),
        terms.due_on.to_string(),
        receivable?,
        payable?,
        fees?,
        whole(terms.net())?,
        whole(known.moved())?,
        whole(known.remains())?,
        request
    ])?;
    Ok(())
}

/// A position as the tables hold it.
pub(crate) fn number(at: Position) -> Result<i64, LedgerError> {
    let beyond = || ReadError::Damaged {
        place: format!("position {at}"),
        what: "it is beyond what a table holds".to_owned(),
    };
    Ok(i64::try_from(at.0).map_err(|_| beyond())?)
}
