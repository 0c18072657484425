//! What file 05 says is frozen, handed to the saga that freezes.
//!
//! 1. A line that says what is known already stores nothing. Lines without frozen shares are asked
//!    about only where shares were frozen before.
//! 2. What is refused although the register says it is a mistake that a person must look at: the shares would
//!    leave.
//! 3. Frozen shares of an account that no investor of the store has are named for a person.
//! 4. What a person must look at is named each time that the folder is played, until it is mended: the mark of
//!    the files that are read holds it.

use super::{
    Trouble,
    play::Play,
    requests::named::{self, Named},
};
use crate::folded;
use fundflow::RequestError;
use fundflow::runtime::saga::Clash;
use fundflow_domain::{
    holdings::{HoldingId, Holdings},
    ids::{FundCode, RegistrarCode, TransactionId, WalletId},
    wallet::Wallet,
};
use fundflow_infrastructure::{day_batch::Stated, day_folder::Problem};
use fundflow_kernel::{
    store::{Checkpoints, EventStore},
    streams::Key,
};
use fundflow_sagas::freeze::{Freeze, Refusal, Request, Word, statement_ids};
use std::collections::BTreeSet;

/// An account at a registrar, and a fund.
type Of = (String, FundCode);

/// What of a registrar's files a person must still look at, as it stands in their mark.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    /// Frozen shares that are not followed.
    not_followed: BTreeSet<Of>,
    /// Records that nobody can make sense of.
    pub(super) puzzles: bool,
}

/// The line of a mark that says so.
const PUZZLES: &str = "records";

impl Open {
    /// What a mark holds; nothing open where it is empty, as it is where an earlier program wrote it.
    pub(super) fn of(mark: &str) -> Self {
        let of = |line: &str| {
            let (account, fund) = line.split_once('\t')?;
            Some((account.to_owned(), fund.parse().ok()?))
        };
        let not_followed = mark.lines().filter_map(of).collect();
        Self { not_followed, puzzles: mark.lines().any(|line| line == PUZZLES) }
    }

    /// Text of the statement.
    pub(super) fn text(&self) -> String {
        let lines = self.not_followed.iter().map(|(account, fund)| format!("{account}\t{fund}\n"));
        let puzzles = if self.puzzles { format!("{PUZZLES}\n") } else { String::new() };
        lines.chain([puzzles]).collect()
    }

    /// Whether anybody has to look at anything.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Of all statements those that were not followed.
    pub(super) fn among(&self, mut stated: Stated) -> Stated {
        stated.retain(|of, _| self.not_followed.contains(of));
        stated
    }
}

/// Asks for what those statements of that registrar change. Returns what a person must look at.
pub(super) async fn hear<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    registrar: &str,
    stated: Stated,
) -> Result<Open, Trouble> {
    let registrar: RegistrarCode = registrar.parse().map_err(|error| {
        Trouble::Defect(format!("a registrar of the folder cannot be named: {error}"))
    })?;
    let (mut askings, mut of, mut open) = (Vec::new(), Vec::new(), Open::default());
    for ((account, fund), said) in stated {
        let Some(investor) = play.books.accounts.whose(&account).cloned() else {
            if !said.frozen.is_zero() {
                let frozen = said.frozen;
                play.remarks.push(format!(
                    "file 05: {frozen} shares of {fund} are frozen on account {account}, which no \
                     investor here has"
                ));
                open.not_followed.insert((account, fund));
            }
            continue;
        };
        let was_frozen = play.books.frozen.contains(&format!("{investor}.{fund}"));
        let names = statement_ids(said.on, fund, &investor);
        if let (Some(names), true) = (names, was_frozen || !said.frozen.is_zero()) {
            let (on, frozen) = (said.on, said.frozen);
            let word = Word::Statement { registrar: registrar.clone(), on, frozen };
            let request = Request { investor, fund, word };
            askings.push(Named { names, request, at: None });
            of.push((account, fund));
        }
    }
    let followed = ask(play, askings).await?;
    let failed = of.into_iter().zip(followed).filter(|(_, followed)| !followed);
    open.not_followed.extend(failed.map(|(of, _)| of));
    Ok(open)
}

/// Returns which of them are followed.
async fn ask<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    askings: Vec<Named<Request>>,
) -> Result<Vec<bool>, Trouble> {
    let requests: Vec<_> = askings.iter().map(|asking| asking.request.clone()).collect();
    let is_taken = |refusal: &Refusal| matches!(refusal, Refusal::Clash(Clash::Taken { .. }));
    let answers = named::ask::<S, Freeze>(play, askings, is_taken).await?;
    let mut followed = Vec::new();
    for (request, (transaction, answer)) in requests.into_iter().zip(answers) {
        followed.push(match answer {
            Ok(_) | Err(RequestError::Refused(Refusal::NothingNew)) => true,
            Err(RequestError::Stopped(cause)) => return Err(fundflow::Stopped { cause }.into()),
            // A person has entered it under another name.
            Err(_) if is_frozen_so(play, &request).await? => true,
            Err(error) => {
                play.mistakes.push(not_followed(&request, &transaction, &error));
                false
            }
        });
    }
    Ok(followed)
}

/// Whether so many shares are frozen here as the register states.
async fn is_frozen_so<S: EventStore>(play: &Play<S>, request: &Request) -> Result<bool, Trouble> {
    let Word::Statement { frozen, .. } = &request.word else { return Ok(false) };
    let (investor, fund) = (request.investor.clone(), request.fund);
    let wallet = Key::<Wallet>::of(&WalletId { investor: investor.clone(), fund });
    if let Some(wallet) = folded::one::<Wallet, _>(&*play.store, wallet.stream()).await? {
        return Ok(wallet.fold.loaded.state.frozen() == *frozen);
    }
    let holding = Key::<Holdings>::of(&HoldingId { investor, fund });
    let holding = folded::one::<Holdings, _>(&*play.store, holding.stream()).await?;
    Ok(holding.is_some_and(|it| it.fold.loaded.state.frozen() == *frozen))
}

/// What the register states and nobody follows waits for a person: the shares are free here.
fn not_followed(
    request: &Request,
    transaction: &TransactionId,
    error: &RequestError<Refusal>,
) -> Problem {
    let Request { investor, fund, word } = request;
    let stated = match word {
        Word::Statement { frozen, .. } => format!("{frozen} shares of {fund} of {investor} frozen"),
        Word::Order { .. } | Word::Lift { .. } => String::new(),
    };
    let problem = format!(
        "the register has {stated}, which is not followed here ({transaction}: {error}); enter it with \
         `fundflow freeze order`, and lift what it no longer has with `fundflow freeze lift`"
    );
    let (field, value) = (String::new(), String::new());
    Problem { file: "file 05".to_owned(), line: None, field, value, problem }
}
