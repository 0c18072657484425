//! What the log says beside its postings, for the invariants that are about more than sums.
//!
//! | of | in | for |
//! |---|---|---|
//! | wallets and holdings as they are shown, and the last price of a fund that a record states | `shown`, `prices` | I13 |
//! | a record whose fee is not the one that was promised | `fees_apart` | I15 |
//! | a T that is not the calendar's | `days_apart` | I16 |
//! | what counts towards a day's limit, and the limit that was in force then | `counts` | I20 |
//!
//! A fee and a T are computed anew when their event is booked; only those that differ are in the tables.

use crate::{LedgerError, amount::hundredths, sql};
use fundflow_domain::{
    application::{Application, Confirmation, Event, Outcome, State},
    case::Kind,
    confirmation_check::of_order,
    day_limit,
    ids::{FundCode, InvestorId, TransactionId},
    money::{Amount, Money, Nav, Shares},
};
use fundflow_kernel::{envelope::Recorded, store::ReadError};
use rusqlite::{Transaction, params};
use rust_decimal::Decimal;

/// Something that an event says.
#[derive(Debug)]
pub(crate) enum Fact {
    /// So many shares of a fund are an investor's, as a fold of his own stream shows them.
    Shown { investor: InvestorId, fund: FundCode, shares: Shares },
    /// A registrar's record states a price of a fund.
    Price { fund: FundCode, nav: Nav },
    /// The fee of a record is not the one that was promised, in words.
    FeeApart { what: String },
    /// The T of a promise is not the calendar's, in words.
    DayApart { what: String },
    /// An order counts towards its day's limit.
    Counted { transaction: TransactionId, accepted: Amount, limit: Option<Money> },
    /// Orders do not count any more.
    Uncounted { transactions: Vec<TransactionId> },
}

/// What is shown of a wallet or a holding.
pub(crate) fn of_shown((investor, fund): (&InvestorId, FundCode), shares: Shares) -> Fact {
    Fact::Shown { investor: investor.clone(), fund, shares }
}

/// What a day's limit has counted.
pub(crate) fn of_day_limit(event: day_limit::Event) -> Fact {
    match event {
        day_limit::Event::Counted { transaction, accepted, limit, .. } => {
            Fact::Counted { transaction, accepted, limit }
        }
        day_limit::Event::DayRefused { revoked, .. } => Fact::Uncounted { transactions: revoked },
        day_limit::Event::GivenBack { transaction } => {
            Fact::Uncounted { transactions: vec![transaction] }
        }
    }
}

/// Final records that hold.
pub(crate) fn finals(state: &State) -> i64 {
    let known = state.application();
    let finals = known.into_iter().flat_map(|it| it.confirmations().filter(|said| said.finished));
    i64::try_from(finals.count()).unwrap_or(i64::MAX)
}

/// The price that a record states, and whether its fee is the one that was promised. Records that others replace are
/// looked at where they are: what corrects one has its own.
pub(crate) fn of_application(before: &State, said: &Event, known: &Application) -> Vec<Fact> {
    let record = match said {
        Event::PortionConfirmed(record)
        | Event::Confirmed(record)
        | Event::PartlyConfirmed(record) => record,
        Event::Placed(_)
        | Event::Moved { .. }
        | Event::AskChanged { .. }
        | Event::Accepted { .. }
        | Event::Sealed { .. }
        | Event::Sent { .. }
        | Event::Received(_)
        | Event::Corrected { .. }
        | Event::Contested(_)
        | Event::Upheld(_)
        | Event::Withdrawn { .. }
        | Event::RestRejected(_)
        | Event::Rejected(_)
        | Event::RejectionContested(_)
        | Event::RejectionDropped { .. }
        | Event::Cancelled { .. } => return Vec::new(),
    };
    let earlier = before.application().map_or(&[][..], |known| &known.portions);
    let found = of_order(&known.terms, earlier, record, None).into_iter();
    let mut apart = found.filter(|it| it.kind == Kind::FeeDiffersFromPromise);
    let fee = apart.next().map(|it| Fact::FeeApart { what: it.what.to_string() });
    price(known, record).into_iter().chain(fee).collect()
}

fn price(known: &Application, record: &Confirmation) -> Option<Fact> {
    let fund = known.terms.fund;
    match &record.outcome {
        Outcome::Purchase(it) => Some(Fact::Price { fund, nav: it.nav }),
        Outcome::Redemption(it) => Some(Fact::Price { fund, nav: it.nav }),
        Outcome::Subscription(_) | Outcome::Conversion(_) | Outcome::FastTransfer(_) => None,
    }
}

/// Writes it, as said by that event.
pub(crate) fn write(
    tables: &Transaction<'_>,
    event: &Recorded,
    request: &str,
    fact: &Fact,
) -> Result<(), LedgerError> {
    let finer = || ReadError::Damaged {
        place: format!("{} (position {})", event.stream, event.position),
        what: "an amount is beyond what a table holds".to_owned(),
    };
    let whole = |number: Decimal| hundredths(number).ok_or_else(finer);
    let position = crate::entry::number(event.position)?;
    match fact {
        Fact::Shown { investor, fund, shares } => {
            let shares = whole(shares.decimal())?;
            let statement = sql::SHOWN;
            tables.prepare_cached(statement)?.execute(params![
                investor.as_str(),
                fund.to_string(),
                shares
            ])?;
        }
        Fact::Price { fund, nav } => {
            let t = event.event.trade_date.map(|t| t.to_string());
            let (fund, nav) = (fund.to_string(), nav.decimal().to_string());
            tables.prepare_cached(sql::PRICE)?.execute(params![fund, t, nav])?;
        }
        Fact::FeeApart { what } => {
            let (statement, stream) = (sql::FEE_APART, event.stream.id());
            tables.prepare_cached(statement)?.execute(params![position, stream, request, what])?;
        }
        Fact::DayApart { what } => {
            tables.prepare_cached(sql::DAY_APART)?.execute(params![position, request, what])?;
        }
        Fact::Counted { transaction, accepted, limit } => {
            let limit = limit.map(|limit| whole(limit.decimal())).transpose()?;
            let (key, accepted) = (event.stream.id(), whole(accepted.decimal())?);
            tables.prepare_cached(sql::COUNT)?.execute(params![
                key,
                transaction.as_str(),
                position,
                accepted,
                limit
            ])?;
        }
        Fact::Uncounted { transactions } => {
            for transaction in transactions {
                let statement = sql::UNCOUNT;
                let with = params![event.stream.id(), transaction.as_str()];
                tables.prepare_cached(statement)?.execute(with)?;
            }
        }
    }
    Ok(())
}
