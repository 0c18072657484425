//! Dividends of file 06, each handed to its saga. One that nobody can book becomes a case.

use super::{Trouble, play::Play};
use fundflow::{Asking, RequestError, runtime::saga::Saga as _};
use fundflow_domain::ids::{InvestorId, RegistrarCode, TransactionId};
use fundflow_infrastructure::day_batch::{Gives, Puzzle, StatedDividend};
use fundflow_kernel::store::{Checkpoints, EventStore};
use fundflow_sagas::dividend::{self, Dividends, Given, Request};

/// Asks for those dividends; one that was asked for before changes nothing. Returns the records that are not booked.
pub(super) async fn hear<S: EventStore + Checkpoints>(
    play: &mut Play<S>,
    registrar: &str,
    stated: Vec<StatedDividend>,
) -> Result<Vec<Puzzle>, Trouble> {
    let registrar: RegistrarCode = registrar.parse().map_err(|error| {
        Trouble::Defect(format!("a registrar of the folder cannot be named: {error}"))
    })?;
    let (mut askings, mut of, mut puzzles) = (Vec::new(), Vec::new(), Vec::new());
    for said in stated {
        match request(play, &registrar, &said) {
            Ok((id, request)) => {
                askings.push(Asking::<Dividends>::of(id, request, ()));
                of.push(said);
            }
            Err(why) => puzzles.push(said.puzzle(&why)),
        }
    }
    for (said, answer) in of.iter().zip(play.engine.request_all(askings).await) {
        match answer {
            Ok(_) => {}
            Err(RequestError::Stopped(cause)) => return Err(fundflow::Stopped { cause }.into()),
            Err(error) => puzzles.push(said.puzzle(&error.to_string())),
        }
    }
    play.settle().await?;
    Ok(puzzles)
}

fn request<S>(
    play: &Play<S>,
    registrar: &RegistrarCode,
    said: &StatedDividend,
) -> Result<(TransactionId, Request), String> {
    if play.table.sagas.desk.get(Dividends::KIND).is_none() {
        return Err("no saga of this program books dividends".to_owned());
    }
    let id = dividend::id(registrar, &said.serial);
    let id = id.ok_or_else(|| format!("its number {} names no transaction", said.serial))?;
    let account = &said.account;
    let investor = play.books.accounts.whose(account).cloned();
    let investor = investor.ok_or_else(|| format!("no investor here has account {account}"))?;
    let given = given(play, &investor, &said.gives)?;
    let request = Request {
        registrar: registrar.clone(),
        serial: said.serial.clone(),
        investor,
        fund: said.fund,
        record_date: said.record_date,
        confirmed_on: said.confirmed_on,
        basis: said.basis,
        given,
    };
    Ok((id, request))
}

fn given<S>(play: &Play<S>, investor: &InvestorId, gives: &Gives) -> Result<Given, String> {
    match gives {
        Gives::Shares { shares, nav, amount } => {
            Ok(Given::Reinvested { shares: *shares, nav: *nav, amount: *amount })
        }
        Gives::Cash { amount, paid_on } => {
            let known = play.day.investors.get(investor);
            let known = known.ok_or_else(|| {
                format!("investors.csv has no account of {investor} that money could go to")
            })?;
            let account = known.profile.account.clone();
            Ok(Given::Cash { amount: *amount, paid_on: *paid_on, account })
        }
    }
}
