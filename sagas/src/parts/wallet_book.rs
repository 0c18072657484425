//! Brings a wallet to what the registrar's records say: a lot for what came, and out of it what left.
//! A corrected or withdrawn record reverses what was booked and posts anew.

use super::{
    application::{ApplicationLeg, FundSaga},
    disputes::{self, Dispute},
    lacking,
    share_book::ShareBook,
    wallet::WalletPart,
};
use chrono::NaiveDate;
use fundflow_domain::{
    decider::Decider,
    ids::RegisterRecord,
    money::Shares,
    wallet::{Command, Credit, Refusal, Reservation, Wallet},
};
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

impl WalletPart {
    /// The wallet as a book of shares, for what is in dispute.
    fn book(&self) -> ShareBook {
        ShareBook::Wallet(self.key.clone())
    }

    /// What the leg's records registered is a lot, what open cases dispute of it is held, and nothing
    /// of closed ones.
    pub fn is_booked_in<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let held = || disputes::are_held(view, &self.book(), &leg.disputed_in(view));
        let done = matches!(self.next_credit(view, leg), Ok(None))
            || lacking::is_a_persons(view, || self.lack_in(view, leg));
        done && (disputes::is_quiet(view) || held())
    }

    /// Shares that came by the leg's records once, do no more, and are others' by now.
    pub fn lack_in<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Shares {
        self.lack(view, self.next_credit(view, leg))
    }

    /// Shares that left by the leg's records, and are not there.
    pub fn lack_out<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Shares {
        self.lack(view, self.next_taking(view, leg, NaiveDate::MIN))
    }

    fn lack<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        next: Result<Option<Command>, NotDone>,
    ) -> Shares {
        let (Ok(Some(command)), Some(state)) = (next, self.state(view.streams)) else {
            return Shares::ZERO;
        };
        let refused = Wallet::decide(state, &command).err();
        refused.as_ref().and_then(lacking::in_wallet).unwrap_or_default()
    }

    /// Books that. What is in dispute is held before it is there.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_in<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        if !disputes::is_quiet(&turn.view()?) {
            let due = leg.disputed_in(&turn.view()?);
            events += disputes::hold(turn, &self.book(), &due)?;
        }
        while let Some(command) = self.next_credit(&turn.view()?, leg)? {
            let view = turn.view()?;
            if lacking::is_a_persons(&view, || self.lack_in(&view, leg)) {
                break;
            }
            let followed = self.decide(turn, &command)?;
            if followed == 0 {
                break;
            }
            events += followed;
        }
        Ok(events)
    }

    fn next_credit<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let credit = self.entry(view).credit;
        let was = match credit {
            Credit::Confirmed(was) => was,
            Credit::Reversed | Credit::None | Credit::InTransit(_) => Shares::ZERO,
        };
        let waits = !matches!(credit, Credit::Confirmed(_)) && !leg.is_confirmed(view);
        let Some(application) = leg.application(view).filter(|_| !waits) else { return Ok(None) };
        let shares = leg.shares_in(view).ok_or(NotDone::Lacks("shares within range"))?;
        let transaction = view.id.clone();
        let registered = leg.confirmation(view).map(|said| said.registered_on);
        let registered = registered.unwrap_or_else(|| application.terms.trade_date.date());
        Ok(match credit {
            Credit::None => Some(Command::CreditInTransit(transaction, shares)),
            Credit::InTransit(_) => Some(Command::ConfirmCredit(transaction, shares, registered)),
            Credit::Confirmed(_) | Credit::Reversed if was == shares => None,
            Credit::Confirmed(_) | Credit::Reversed => {
                let correct = |record| {
                    let transaction = transaction.clone();
                    Command::CorrectCredit { transaction, record, shares, registered }
                };
                Some(self.first_time(view, &leg.correcting(view)?, correct))
            }
        })
    }

    /// A record corrects once. Where several of them are settled one after the other, the same one may be
    /// the last of them each time: then the correction is numbered.
    fn first_time<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        record: &RegisterRecord,
        correct: impl Fn(RegisterRecord) -> Command,
    ) -> Command {
        let used = |command: &Command| {
            let decided = self.state(view.streams).map(|state| Wallet::decide(state, command));
            match decided {
                Some(Ok(events)) => events.is_empty(),
                Some(Err(refusal)) => matches!(refusal, Refusal::ContradictsEarlier(_)),
                None => false,
            }
        };
        let numbered = |nth: u32| RegisterRecord::new(format!("{record}.{nth}")).ok();
        let mut others = (2..100).filter_map(numbered).map(&correct);
        let first = correct(record.clone());
        if used(&first) { others.find(|it| !used(it)).unwrap_or(first) } else { first }
    }

    /// What the leg's records took is out, what they took beyond it is held, and nothing of closed
    /// cases.
    pub fn is_booked_out<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let next = self.next_taking(view, leg, NaiveDate::MIN);
        let held = || disputes::are_held(view, &self.book(), &self.beyond(view, leg));
        let done =
            matches!(next, Ok(None)) || lacking::is_a_persons(view, || self.lack_out(view, leg));
        done && (disputes::is_quiet(view) || held())
    }

    /// Books that; what leaves earns through that natural day.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_out<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
        earns_through: NaiveDate,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        while let Some(command) = self.next_taking(&turn.view()?, leg, earns_through)? {
            let view = turn.view()?;
            if lacking::is_a_persons(&view, || self.lack_out(&view, leg)) {
                break;
            }
            let followed = match self.decide(turn, &command) {
                Ok(followed) => followed,
                // What cannot be taken is held, so that nobody else takes it meanwhile.
                Err(error) => {
                    self.hold_beyond(turn, leg)?;
                    return Err(error);
                }
            };
            if followed == 0 {
                break;
            }
            events += followed;
        }
        Ok(events + self.hold_beyond(turn, leg)?)
    }

    fn hold_beyond<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        if disputes::is_quiet(&turn.view()?) {
            return Ok(0);
        }
        let beyond = self.beyond(&turn.view()?, leg);
        disputes::hold(turn, &self.book(), &beyond)
    }

    /// What records say that left, beyond what is out or reserved for them.
    fn beyond<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Vec<Dispute> {
        leg.disputed_out(view, self.covered(view))
    }

    fn covered<S: FundSaga>(&self, view: &View<'_, S>) -> Shares {
        match self.entry(view).reservation {
            Reservation::Spent(shares) | Reservation::Held(shares) => shares,
            Reservation::None | Reservation::Released => Shares::ZERO,
        }
    }

    fn next_taking<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        earns_through: NaiveDate,
    ) -> Result<Option<Command>, NotDone> {
        let Some(application) = leg.application(view) else { return Ok(None) };
        if leg.was_never_confirmed(view) {
            return Ok(None);
        }
        let due = leg.due_out(view).ok_or(NotDone::Lacks("shares within range"))?;
        let transaction = view.id.clone();
        let entry = self.entry(view);
        // What is in transit must be registered before it can leave.
        let there = !matches!(entry.credit, Credit::InTransit(_));
        let final_word = there && leg.is_confirmed(view) && !due.is_zero();
        Ok(match entry.reservation {
            // Nothing came of the purchase that it hung on; what left is not out of it.
            Reservation::Held(held) if final_word && held.is_zero() => {
                Some(Command::Release(transaction))
            }
            Reservation::Held(held) if final_word => {
                Some(Command::TakeOut { transaction, shares: due.min(held), earns_through })
            }
            Reservation::None | Reservation::Held(_) => None,
            Reservation::Spent(was) if was == due => None,
            // What never came leaves the investor's other shares, or is missing.
            Reservation::Released if !final_word => None,
            Reservation::Spent(_) | Reservation::Released => {
                let waits = due.is_zero() && !application.stage.is_over();
                let held = if waits { self.covered(view) } else { Shares::ZERO };
                let shares = due;
                let correct = |record| {
                    let transaction = transaction.clone();
                    Command::CorrectTakeOut { transaction, record, shares, held, earns_through }
                };
                Some(self.first_time(view, &leg.correcting(view)?, correct))
            }
        })
    }
}

impl ApplicationLeg {
    /// The record that corrects what was booked: the last one that holds, the case of one that was
    /// settled in another way, or the one that was taken back.
    fn correcting<S: FundSaga>(&self, view: &View<'_, S>) -> Result<RegisterRecord, NotDone> {
        let application = self.application(view).ok_or(NotDone::Lacks("the application"))?;
        let settled = |case: &_| view.open.notes.settled.contains(case);
        let name = match (application.confirmations().last(), self.case_of_withdrawn(application)) {
            (Some(last), _) => {
                let case = self.case_of(application, last);
                if settled(&case) {
                    case.to_string()
                } else {
                    Self::booked_as(application, last).to_string()
                }
            }
            (None, Some(withdrawn)) => withdrawn.to_string(),
            (None, None) => return Err(NotDone::Lacks("a record that says otherwise")),
        };
        RegisterRecord::new(name).map_err(|_| NotDone::Lacks("a name for the record"))
    }
}
