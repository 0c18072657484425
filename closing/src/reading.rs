//! What a registrar's files say, each record with the application that it is about, and what they say unasked: dividends,
//! frozen shares, records that nobody takes.

use crate::{
    dealing::{Dealing, deliver},
    followed::Followed,
    jobs::Jobs,
    serials::Serials,
};
use fundflow::{Asking, Engine, Notice, RequestError};
use fundflow_domain::{
    ids::{ApplicationNo, InvestorId, TransactionId},
    orders::{Cause, Serial},
};
use fundflow_infrastructure::{
    day_batch::{
        Answers, AsSent, BatchError, ByDigits, Gives, Numbers, Puzzle, StatedDividend,
        application_of, is_in_digits, read_answers,
    },
    exchange::return_code::ReturnCodes,
    sandbox::registrar::DICTIONARY,
};
use fundflow_kernel::store::EventStore;
use fundflow_sagas::{
    dividend::{self, Dividends, Given},
    freeze::{self, Freeze, statement_ids},
    ports::{day_jobs::JobCall, registrar::Application},
};
use std::path::Path;

impl<S: EventStore> Jobs<S> {
    /// Everything that the files of an index say. Nothing of it is handed on yet.
    pub(crate) async fn said(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        index: &Path,
        codes: ReturnCodes,
    ) -> Result<Answers, BatchError> {
        let by_digits = self.by_digits(call).await;
        let followed = self.followed.lock().await;
        let codes = codes.assign(call.registrar.as_str(), DICTIONARY);
        let his = followed.placed().map(|placed| placed.application);
        let his = his.filter(|it| self.place.keeps(&call.registrar, &it.terms.registrar));
        let serials = Serials::of(his);
        let sent = |number: &str| self.sent_as(dealing, (&followed, &by_digits), number);
        let serial_of = |no: &ApplicationNo, serial: &Serial| serials.whose(no, serial);
        read_answers(index, &codes, &sent, &serial_of)
    }

    /// The application that file 03 has under that number, in whichever characters it went out.
    fn sent_as(
        &self,
        dealing: &Dealing,
        (followed, by_digits): (&Followed, &ByDigits),
        number: &str,
    ) -> Option<AsSent> {
        let own = followed.placed_under(number).map(|placed| (placed, Numbers::Letters));
        let (placed, numbers) = own.or_else(|| {
            let no = by_digits.first(number).filter(|_| is_in_digits(number))?;
            Some((followed.placed_under(no.as_str())?, Numbers::Digits))
        })?;
        let applied_at = placed.applied_at(&self.place.house);
        let application = Application { terms: placed.application.terms, applied_at };
        let distributor = application.terms.distributor.as_ref().unwrap_or(&dealing.distributor);
        let account = followed.accounts().of(&application.terms.investor);
        let record = application_of(&application, distributor.as_str(), numbers, account);
        Some(AsSent { no: application.terms.no, record })
    }

    /// Dividends and frozen shares, each asked of its saga, and what nobody takes, each a case.
    pub(crate) async fn unasked(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        engine: &Engine,
        answers: &Answers,
    ) -> Result<(), Cause> {
        let mut puzzles = self.dividends((dealing, call), engine, &answers.dividends).await?;
        puzzles.extend(answers.puzzles.iter().cloned());
        let by_digits = self.by_digits(call).await;
        let notices = {
            let followed = self.followed.lock().await;
            let notice = |puzzle: &Puzzle| {
                let (stream, news) = owned(puzzle, (&followed, &by_digits)).notice();
                Notice { stream, news }
            };
            puzzles.iter().map(notice).collect()
        };
        deliver(engine, notices).await?;
        self.frozen(call, engine, answers).await
    }

    /// Returns the records that are not booked.
    async fn dividends(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        engine: &Engine,
        stated: &[StatedDividend],
    ) -> Result<Vec<Puzzle>, Cause> {
        let (mut askings, mut of, mut puzzles) = (Vec::new(), Vec::new(), Vec::new());
        {
            let followed = self.followed.lock().await;
            for said in stated {
                let whose = followed.accounts().whose(&said.account);
                match dividend((dealing, call), said, whose) {
                    Ok((id, request)) => {
                        askings.push(Asking::<Dividends>::of(id, request, ()));
                        of.push(said);
                    }
                    Err(why) => puzzles.push(said.puzzle(&why)),
                }
            }
        }
        for (said, answer) in of.iter().zip(engine.request_all(askings).await) {
            match answer {
                Ok(_) => {}
                Err(error @ (RequestError::Refused(_) | RequestError::NoSuch(_))) => {
                    puzzles.push(said.puzzle(&error.to_string()));
                }
                Err(error) => return Err(not_asked(&error)),
            }
        }
        Ok(puzzles)
    }

    /// What file 05 says is frozen, where that is news.
    async fn frozen(
        &self,
        call: &JobCall,
        engine: &Engine,
        answers: &Answers,
    ) -> Result<(), Cause> {
        let mut askings = Vec::new();
        {
            let followed = self.followed.lock().await;
            for ((account, fund), said) in &answers.frozen {
                let Some(investor) = followed.accounts().whose(account).cloned() else {
                    if !said.frozen.is_zero() {
                        tracing::warn!(account, %fund, frozen = %said.frozen, "nobody here has that account");
                    }
                    continue;
                };
                let is_news = !said.frozen.is_zero() || followed.was_frozen(&investor, *fund);
                let names = statement_ids(said.on, *fund, &investor).filter(|_| is_news);
                let Some([id, _]) = names else { continue };
                let (registrar, on, frozen) = (call.registrar.clone(), said.on, said.frozen);
                let word = freeze::Word::Statement { registrar, on, frozen };
                let request = freeze::Request { investor, fund: *fund, word };
                askings.push(Asking::<Freeze>::of(id, request, ()));
            }
        }
        for answer in engine.request_all(askings).await {
            match answer {
                Ok(_) | Err(RequestError::Refused(freeze::Refusal::NothingNew)) => {}
                Err(RequestError::Refused(why)) => {
                    tracing::warn!(%why, "frozen shares are not followed");
                }
                Err(error) => return Err(not_asked(&error)),
            }
        }
        Ok(())
    }
}

fn not_asked(error: &dyn std::fmt::Display) -> Cause {
    Cause::new("not_asked", error.to_string())
}

fn dividend(
    (dealing, call): (&Dealing, &JobCall),
    said: &StatedDividend,
    investor: Option<&InvestorId>,
) -> Result<(TransactionId, dividend::Request), String> {
    let id = dividend::id(&call.registrar, &said.serial);
    let id = id.ok_or_else(|| format!("its number {} names no transaction", said.serial))?;
    let investor =
        investor.ok_or_else(|| format!("no investor here has account {}", said.account))?;
    let given = match said.gives.clone() {
        Gives::Shares { shares, nav, amount } => Given::Reinvested { shares, nav, amount },
        Gives::Cash { amount, paid_on } => {
            let account = (dealing.accounts)(investor).ok_or_else(|| {
                format!("no account of {investor} is known that money could go to")
            })?;
            Given::Cash { amount, paid_on, account }
        }
    };
    let request = dividend::Request {
        registrar: call.registrar.clone(),
        serial: said.serial.clone(),
        investor: investor.clone(),
        fund: said.fund,
        record_date: said.record_date,
        confirmed_on: said.confirmed_on,
        basis: said.basis,
        given,
    };
    Ok((id, request))
}

/// The record, with the transaction that has its number.
fn owned(
    puzzle: &Puzzle,
    (followed, by_digits): (&Followed, &ByDigits),
) -> fundflow_sagas::ports::stray::Stray {
    let placed = |no: &ApplicationNo| {
        let own = followed.placed_under(no.as_str());
        own.or_else(|| followed.placed_under(by_digits.first(no.as_str())?.as_str()))
    };
    let placed = puzzle.stray.no.as_ref().and_then(placed);
    let no = placed.as_ref().map(|it| it.application.terms.no.clone());
    let of = placed.map(|it| (it.transaction, it.application.terms.order));
    let no = no.or_else(|| puzzle.stray.no.clone());
    fundflow_sagas::ports::stray::Stray { of, no, ..puzzle.stray.clone() }
}
