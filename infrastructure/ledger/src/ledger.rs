//! One ledger: opened, brought to the log's end, and made anew.

use crate::{
    LedgerError,
    amount::hundredths,
    place,
    poster::{Heard, Note, Poster},
    sql,
};
use fundflow_domain::{
    ids::TransactionId,
    postings::{Account, Posting, Side},
};
use fundflow_kernel::{
    envelope::Recorded,
    store::{EventStore, Position, ReadError},
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};

const PAGE: u32 = 1024;

/// The tables, as far as the log was followed.
pub struct Ledger {
    pub(crate) tables: Connection,
    path: PathBuf,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Ledger").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Ledger {
    /// The ledger in the directory of a store; an empty one where there is none, and one in memory where nothing can
    /// be written.
    ///
    /// # Errors
    /// [`LedgerError`], which says what to do.
    pub fn open(directory: &Path) -> Result<Self, LedgerError> {
        let path = place::of(directory);
        Ok(Self { tables: place::open(&path)?, path })
    }

    /// The last event that is in it.
    ///
    /// # Errors
    /// [`LedgerError::Tables`].
    pub fn at(&self) -> Result<Position, LedgerError> {
        Ok(checkpoint(&self.tables)?.0)
    }

    /// Books everything that was committed when it was called, a page at a time. Returns how many events were new.
    ///
    /// # Errors
    /// [`LedgerError::AnotherLog`] where it was made of another one; the log's errors.
    pub async fn follow<S: EventStore>(&mut self, store: &S) -> Result<u64, LedgerError> {
        let head = *store.head().borrow();
        let (at, _) = checkpoint(&self.tables)?;
        if at > head {
            return Err(LedgerError::AnotherLog(at));
        }
        let mut poster = Poster::default();
        let (mut read, mut new) = (Position::START, 0);
        while read < head {
            let page = store.read_all(read, PAGE).await?;
            let mut booked = Vec::with_capacity(page.len());
            for event in page.iter().filter(|event| event.position <= head) {
                booked.push((event, poster.hear(store, event).await?));
            }
            let Some((last, _)) = booked.last() else { break };
            read = last.position;
            new += self.book(&booked)?;
        }
        Ok(new)
    }

    /// Makes it anew beside the one that is there, and takes its place once it is whole.
    ///
    /// # Errors
    /// As [`Self::follow`]; where nothing can be written the file's.
    pub async fn rebuild<S: EventStore>(
        directory: &Path,
        store: &S,
    ) -> Result<(Self, u64), LedgerError> {
        let path = place::of(directory);
        let (tables, aside) = place::aside(&path)?;
        let mut anew = Self { tables, path: aside.clone() };
        let events = anew.follow(store).await?;
        place::swap(anew.tables, &aside, &path)?;
        Ok((Self::open(directory)?, events))
    }

    /// One page and the checkpoint behind it, as one transaction. What is in the tables is only compared.
    fn book(&mut self, page: &[(&Recorded, Heard)]) -> Result<u64, LedgerError> {
        let begun = self.tables.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (at, link) = checkpoint(&begun)?;
        let mut new = 0;
        for (event, heard) in page {
            if event.position == at && event.event.chain.0[..] != link[..] {
                return Err(LedgerError::AnotherLog(at));
            }
            // Another process may have been here meanwhile.
            if event.position > at {
                entry(&begun, event, heard)?;
                new += 1;
            }
        }
        if new > 0
            && let Some((last, _)) = page.last()
        {
            let statement = sql::MOVE_CHECKPOINT;
            begun.execute(statement, params![number(last.position)?, last.event.chain.0])?;
        }
        begun.commit()?;
        Ok(new)
    }
}

fn checkpoint(tables: &Connection) -> Result<(Position, Vec<u8>), LedgerError> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let (at, link) = tables.query_row(sql::CHECKPOINT, (), row)?;
    Ok((Position(u64::try_from(at).unwrap_or_default()), link))
}

fn entry(tables: &Transaction<'_>, event: &Recorded, heard: &Heard) -> Result<(), LedgerError> {
    if let Some(note) = &heard.note {
        write_note(tables, event, heard, note)?;
    }
    if heard.lines.is_empty() {
        return Ok(());
    }
    let new = &event.event;
    let request = heard.request.as_ref().unwrap_or(&new.correlation).as_str();
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
        let finer = || ReadError::Damaged {
            place: format!("{stream} (position {position})"),
            what: format!("{} of {} is finer than a hundredth", posting.debit, posting.account),
        };
        let amount = hundredths(posting.debit).ok_or_else(finer)?;
        let account = account(tables, posting, amount, request)?;
        let statement = sql::POSTING;
        tables.prepare_cached(statement)?.execute(params![position, line, account, amount])?;
    }
    Ok(())
}

/// Adds to the account's balance, and returns its number.
fn account(
    tables: &Transaction<'_>,
    posting: &Posting,
    amount: i64,
    request: &str,
) -> Result<i64, LedgerError> {
    let account = &posting.account;
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
        Note::Placed { application, order, investor } => {
            let statement = sql::APPLICATION;
            tables.execute(statement, params![application.as_str(), order.as_str(), request])?;
            let statement = sql::REQUEST;
            tables.execute(statement, params![request, investor.as_str()])?;
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
    }
    Ok(())
}

fn number(at: Position) -> Result<i64, LedgerError> {
    let beyond = || ReadError::Damaged {
        place: format!("position {at}"),
        what: "it is beyond what a table holds".to_owned(),
    };
    Ok(i64::try_from(at.0).map_err(|_| beyond())?)
}
