//! What a registrar's files say, each record with the application that it is about, and what they say unasked: dividends,
//! and records that nobody takes.
//!
//! A file that is read for the first time tells all of these records; one that is read again only those whose case is not
//! there, because a program before this one opened none.

use crate::{
    dealing::{Dealing, deliver},
    followed::Followed,
    jobs::{Jobs, log_unread},
    serials::Serials,
};
use fundflow::{Asking, Engine, Notice, RequestError};
use fundflow_application::read_models::StreamFold;
use fundflow_domain::{
    case::{Cases, State},
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
use fundflow_kernel::{store::EventStore, streams::Key};
use fundflow_sagas::{
    dividend::{self, Dividends, Given},
    ports::{day_jobs::JobCall, stray::Stray},
};
use std::{cell::OnceCell, path::Path};

impl<S: EventStore> Jobs<S> {
    /// Everything that the files of an index say. Nothing of it is handed on yet.
    pub(crate) async fn said(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        index: &Path,
        codes: ReturnCodes,
    ) -> Result<Answers, BatchError> {
        let followed = self.followed.lock().await;
        let by_digits = OnceCell::new();
        let codes = codes.assign(call.registrar.as_str(), DICTIONARY);
        let his = followed.applications();
        let his = his.filter(|it| self.place.keeps(&call.registrar, &it.terms.registrar));
        let serials = Serials::of(his);
        let sent = |number: &str| self.sent_as(dealing, (&followed, &by_digits), (call, number));
        let serial_of = |no: &ApplicationNo, serial: &Serial| serials.whose(no, serial);
        read_answers(index, &codes, &sent, &serial_of)
    }

    /// The application that file 03 has under that number, in whichever characters it went out.
    fn sent_as(
        &self,
        dealing: &Dealing,
        (followed, all): (&Followed, &OnceCell<ByDigits>),
        (call, number): (&JobCall, &str),
    ) -> Option<AsSent> {
        let house = &self.place.house;
        let own = followed.applied(number, house).map(|applied| (applied, Numbers::Letters));
        let (applied, numbers) = own.or_else(|| {
            // Made for the first that nobody has in letters: a registrar that takes these needs none.
            let is_one = Some(number).filter(|number| is_in_digits(number))?;
            let no = all.get_or_init(|| self.by_digits(followed, call)).first(is_one)?;
            Some((followed.applied(no.as_str(), house)?, Numbers::Digits))
        })?;
        let distributor = dealing.whose(applied.terms)?.as_str();
        let account = followed.accounts().of(&applied.terms.investor);
        let record = application_of(applied, distributor, numbers, account);
        Some(AsSent { no: applied.terms.no.clone(), record })
    }

    /// Opens the cases of those records, and names those that are open. Returns whether there is one.
    pub(crate) async fn strays(
        &self,
        (dealing, call): (&Dealing, &JobCall),
        engine: &Engine,
        puzzles: &[Puzzle],
        is_new: bool,
    ) -> Result<bool, Cause> {
        if puzzles.is_empty() {
            return Ok(false);
        }
        let by_digits = self.by_digits(&*self.followed.lock().await, call);
        let mut notices = Vec::new();
        for puzzle in puzzles {
            if is_new || matches!(self.case_of(puzzle).await?, State::Absent) {
                let followed = self.followed.lock().await;
                let (stream, news) = owned(puzzle, (&followed, &by_digits)).notice();
                notices.push(Notice { stream, news });
            }
        }
        deliver(engine, dealing, notices, |_| {}).await?;
        let mut any = false;
        for puzzle in puzzles {
            if !matches!(self.case_of(puzzle).await?, State::Closed(..)) {
                dealing.look(format!("{puzzle}; case {}", puzzle.stray.case()));
                any = true;
            }
        }
        Ok(any)
    }

    async fn case_of(&self, puzzle: &Puzzle) -> Result<State, Cause> {
        let key = Key::<Cases>::of(&puzzle.stray.case());
        let read = StreamFold::<Cases>::load(&*self.store, key.stream()).await;
        Ok(read.map_err(|error| log_unread(&error))?.0.loaded.state)
    }

    /// Returns the records that are not booked.
    pub(crate) async fn dividends(
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
                Err(error) if passes(&error) => return Err(not_asked(&error)),
                Err(error) => puzzles.push(said.puzzle(&error.to_string())),
            }
        }
        Ok(puzzles)
    }
}

/// Whether the same may be asked once more with another result: nothing was decided.
pub(crate) const fn passes<R>(error: &RequestError<R>) -> bool {
    matches!(
        error,
        RequestError::Busy { .. }
            | RequestError::Unsure
            | RequestError::ClockSetBack(_)
            | RequestError::Stopped(_)
    )
}

pub(crate) fn not_asked(error: &dyn std::fmt::Display) -> Cause {
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
fn owned(puzzle: &Puzzle, (followed, by_digits): (&Followed, &ByDigits)) -> Stray {
    let placed = |no: &ApplicationNo| {
        let own = followed.placed_under(no.as_str());
        own.or_else(|| followed.placed_under(by_digits.first(no.as_str())?.as_str()))
    };
    let placed = puzzle.stray.no.as_ref().and_then(placed);
    let no = placed.as_ref().map(|it| it.application.terms.no.clone());
    let of = placed.map(|it| (it.transaction, it.application.terms.order));
    let no = no.or_else(|| puzzle.stray.no.clone());
    Stray { of, no, ..puzzle.stray.clone() }
}
