//! What file 05 says is frozen, handed to the saga that freezes.
//!
//! 1. A line that says what is known already stores nothing. Lines without frozen shares are asked
//!    about only where shares were frozen before.
//! 2. Frozen shares of an account that no investor of the store has are named for a person.

use super::{Trouble, play::Play};
use fundflow::{Asking, RequestError};
use fundflow_domain::ids::{InvestorId, RegistrarCode};
use fundflow_infrastructure::day_batch::{Stated, fund_account};
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_sagas::freeze::{Freeze, Refusal, Request, Word, statement_id};
use std::collections::HashMap;

/// Asks for what those statements of that registrar change.
pub(super) async fn hear<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    registrar: &str,
    stated: Stated,
) -> Result<(), Trouble> {
    let registrar: RegistrarCode = registrar.parse().map_err(|error| {
        Trouble::Defect(format!("a registrar of the folder cannot be named: {error}"))
    })?;
    let accounts = accounts(play);
    let mut askings = Vec::new();
    for ((account, fund), said) in stated {
        let Some(investor) = accounts.get(&account).cloned() else {
            if !said.frozen.is_zero() {
                let frozen = said.frozen;
                play.remarks.push(format!(
                    "file 05: {frozen} shares of {fund} are frozen on account {account}, which no \
                     investor here has"
                ));
            }
            continue;
        };
        let was_frozen = play.books.frozen.contains(&format!("{investor}.{fund}"));
        let id = statement_id(said.on, fund, &investor);
        if let (Some(transaction), true) = (id, was_frozen || !said.frozen.is_zero()) {
            let (on, frozen) = (said.on, said.frozen);
            let word = Word::Statement { registrar: registrar.clone(), on, frozen };
            let request = Request { investor, fund, word };
            askings.push(Asking { transaction, request, asked: (), at: None, trace_parent: None });
        }
    }
    ask(play, askings).await
}

async fn ask<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    askings: Vec<Asking<Freeze>>,
) -> Result<(), Trouble> {
    let who: Vec<_> = askings.iter().map(|asking| asking.transaction.clone()).collect();
    let answers = play.engine.request_all(askings).await;
    for (transaction, answer) in who.into_iter().zip(answers) {
        match answer {
            Ok(_) | Err(RequestError::Refused(Refusal::NothingNew)) => {}
            Err(RequestError::Stopped(cause)) => return Err(fundflow::Stopped { cause }.into()),
            Err(error) => play.remarks.push(format!("{transaction}: {error}")),
        }
    }
    Ok(())
}

/// Investors by their account at the registrar: those whose shares an order bought or moved.
fn accounts<S>(play: &Play<S>) -> HashMap<String, InvestorId> {
    let investors = play.books.placed().map(|placed| placed.application.terms.investor);
    investors.map(|investor| (fund_account(&investor), investor)).collect()
}
