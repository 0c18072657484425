//! What file 05 says is frozen, handed to the saga that freezes.
//!
//! 1. A line that says what is known already stores nothing. Lines without frozen shares are asked about only where shares
//!    were frozen before.
//! 2. What is refused although the register says it is a mistake that a person must look at: the shares would leave.
//! 3. Frozen shares of an account that no investor of the store has are named for a person.
//! 4. What a person must look at is named each time that somebody asks, until it is mended: the mark of the files that
//!    are read holds it.

use crate::{
    dealing::{Dealing, Remark},
    jobs::{Jobs, log_unread},
    reading::{not_asked, passes},
};
use fundflow::{Asking, Engine, RequestError, runtime::saga::Clash};
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{FundCode, TransactionId, WalletId},
    money::Shares,
    orders::Cause,
    wallet::Wallet,
};
use fundflow_infrastructure::day_batch::{Stated, StatedFrozen};
use fundflow_kernel::{store::EventStore, streams::Key};
use fundflow_sagas::{
    freeze::{Freeze, Refusal, Request, Word, statement_ids},
    ports::day_jobs::JobCall,
};
use std::collections::BTreeSet;

/// An account at a registrar, and a fund.
type Of = (String, FundCode);

/// What of a registrar's files a person must still look at, as it stands in their mark.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// Frozen shares that are not followed.
    pub(crate) not_followed: BTreeSet<Of>,
    /// Records that nobody can make sense of.
    pub(crate) puzzles: bool,
}

/// The line of a mark that says so.
const PUZZLES: &str = "records";

impl Open {
    /// What a mark holds; nothing open where it is empty, as it is where an earlier program wrote it.
    pub(crate) fn of(mark: &str) -> Self {
        let of = |line: &str| {
            let (account, fund) = line.split_once('\t')?;
            Some((account.to_owned(), fund.parse().ok()?))
        };
        let not_followed = mark.lines().filter_map(of).collect();
        Self { not_followed, puzzles: mark.lines().any(|line| line == PUZZLES) }
    }

    /// As the mark has it.
    pub(crate) fn text(&self) -> String {
        let lines = self.not_followed.iter().map(|(account, fund)| format!("{account}\t{fund}\n"));
        let puzzles = if self.puzzles { format!("{PUZZLES}\n") } else { String::new() };
        lines.chain([puzzles]).collect()
    }

    /// Whether nobody has to look at anything.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Of all statements those that were not followed.
    pub(crate) fn among(&self, mut stated: Stated) -> Stated {
        stated.retain(|of, _| self.not_followed.contains(of));
        stated
    }
}

/// A statement that is asked for, and the names that it may have, the first before the second: a store of before may have
/// the first in other use.
struct Statement {
    of: Of,
    names: [TransactionId; 2],
    request: Request,
}

impl Statement {
    fn asking(&self, nth: usize) -> Asking<Freeze> {
        let [first, second] = &self.names;
        let name = if nth == 0 { first } else { second };
        Asking::of(name.clone(), self.request.clone(), ())
    }
}

impl<S: EventStore> Jobs<S> {
    /// Asks for what those statements of the registrar change. Returns what is not followed.
    pub(crate) async fn frozen(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        engine: &Engine,
        stated: Stated,
    ) -> Result<BTreeSet<Of>, Cause> {
        let (news, mut open) = self.news((dealing, call), stated).await;
        let askings = news.iter().map(|it| it.asking(0)).collect();
        let answers = engine.request_all(askings).await;
        for (statement, answer) in news.into_iter().zip(answers) {
            let (mut name, mut answer) = (0, answer);
            if let Err(RequestError::Refused(Refusal::Clash(Clash::Taken { .. }))) = &answer
                && let Some(again) = engine.request_all(vec![statement.asking(1)]).await.pop()
            {
                (name, answer) = (1, again);
                if answer.is_ok() {
                    let [first, second] = &statement.names;
                    dealing.look(format!(
                        "{first} is the name of another request; booked as {second}"
                    ));
                }
            }
            let error = match answer {
                Ok(_) | Err(RequestError::Refused(Refusal::NothingNew)) => continue,
                Err(error) if passes(&error) => return Err(not_asked(&error)),
                Err(error) => error,
            };
            // A person has entered it under another name.
            if self.is_frozen_so(&statement.request).await? {
                continue;
            }
            let [first, second] = &statement.names;
            let name = if name == 0 { first } else { second };
            let text = not_followed(&statement.request, name, &error);
            (dealing.hears)(Remark::NotFollowed(text));
            open.insert(statement.of);
        }
        Ok(open)
    }

    /// The statements that may be news, and those of accounts that nobody here has.
    async fn news(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        stated: Stated,
    ) -> (Vec<Statement>, BTreeSet<Of>) {
        let followed = self.followed.lock().await;
        let (mut news, mut open) = (Vec::new(), BTreeSet::new());
        for ((account, fund), StatedFrozen { on, frozen }) in stated {
            let Some(investor) = followed.accounts().whose(&account).cloned() else {
                if !frozen.is_zero() {
                    dealing.look(format!(
                        "file 05: {frozen} shares of {fund} are frozen on account {account}, which no investor here \
                         has"
                    ));
                    open.insert((account, fund));
                }
                continue;
            };
            let is_news = !frozen.is_zero() || followed.was_frozen(&investor, fund);
            let names = statement_ids(on, fund, &investor).filter(|_| is_news);
            if let Some(names) = names {
                let word = Word::Statement { registrar: call.registrar.clone(), on, frozen };
                let request = Request { investor, fund, word };
                news.push(Statement { of: (account, fund), names, request });
            }
        }
        (news, open)
    }

    /// Whether so many shares are frozen here as the register states.
    async fn is_frozen_so(&self, request: &Request) -> Result<bool, Cause> {
        let Word::Statement { frozen, .. } = &request.word else { return Ok(false) };
        let (investor, fund) = (request.investor.clone(), request.fund);
        let wallet = Key::<Wallet>::of(&WalletId { investor: investor.clone(), fund });
        let read = StreamFold::<Wallet>::load(&*self.store, wallet.stream()).await;
        let (wallet, events) = read.map_err(|error| log_unread(&error))?;
        let held: Shares = if events.is_empty() {
            let holding = Key::<Holdings>::of(&HoldingId { investor, fund });
            let read = StreamFold::<Holdings>::load(&*self.store, holding.stream()).await;
            read.map_err(|error| log_unread(&error))?.0.loaded.state.frozen()
        } else {
            wallet.loaded.state.frozen()
        };
        Ok(held == *frozen)
    }
}

/// What the register states and nobody follows waits for a person: the shares are free here.
fn not_followed(
    request: &Request,
    transaction: &TransactionId,
    error: &RequestError<Refusal>,
) -> String {
    let Request { investor, fund, word } = request;
    let stated = match word {
        Word::Statement { frozen, .. } => format!("{frozen} shares of {fund} of {investor} frozen"),
        Word::Order { .. } | Word::Lift { .. } => String::new(),
    };
    format!(
        "the register has {stated}, which is not followed here ({transaction}: {error}); enter it with \
         `fundflow freeze order`, and lift what it no longer has with `fundflow freeze lift`"
    )
}
