//! Brings a wallet to what the registrar's records say: a lot for what came, and out of it what left.
//! A corrected or withdrawn record reverses what was booked and posts anew.
//!
//! 1. Each record is booked when it is there, more to come or not, whether shares come or leave; what is on
//!    its way or reserved beside it stays so until the last word.
//! 2. What leaves earns up to the T of its record. Where that comes late, the days since are reckoned
//!    anew in the same batch. What a person has of a record in dispute is not taken before its case is closed.
//! 3. What was settled of unpaid income is what the records say that hold.

use super::{
    application::{ApplicationLeg, FundSaga},
    disputes::{self, Dispute},
    lacking::{self, Lack},
    record_days::RecordDays,
    share_book::ShareBook,
    wallet::{WalletPart, correct_income},
    wallet_portions::{Earns, last_day, next_arrival, next_portion, portions_in, portions_out},
};
use crate::house::House;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Application, Confirmation},
    decider::Decider,
    ids::RegisterRecord,
    money::{Income, Shares},
    wallet::{Command, Credit, Refusal, Reservation, Wallet},
};
use fundflow_runtime::{
    saga::View,
    turn::{NotDone, Turn},
};

/// Where only how many shares leave is asked.
#[allow(clippy::unnecessary_wraps, reason = "it stands where a calendar may end")]
pub(super) const fn whenever(_: &Application, _: &Confirmation) -> Result<NaiveDate, NotDone> {
    Ok(NaiveDate::MIN)
}

impl WalletPart {
    /// The wallet as a book of shares, for what is in dispute.
    pub(super) fn book(&self) -> ShareBook {
        ShareBook::Wallet(self.key.clone())
    }

    /// What the leg's records registered is a lot, what open cases dispute of it is held, and nothing
    /// of closed ones.
    pub fn is_booked_in<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> bool {
        let held = || disputes::are_held(view, &self.book(), &leg.disputed_in(view));
        let next = self.next_credit(view, leg);
        self.is_done(view, leg, next, true) && (disputes::is_quiet(view) || held())
    }

    /// Books that. What is in dispute is held before it is there.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_in<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let booked = self.credit(turn, house, leg);
        let lack = self.lack_in(&turn.view()?, leg);
        let claimed = lacking::claim(turn, (&self.book(), &leg.order), lack)?;
        Ok(booked? + claimed)
    }

    fn credit<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
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
        Ok(events + correct_income(turn, house, &self.key))
    }

    pub(super) fn next_credit<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Result<Option<Command>, NotDone> {
        let credit = self.entry(view).credit;
        let Some(application) = leg.application(view) else { return Ok(None) };
        let (last, transaction) = (leg.is_confirmed(view), || view.id.clone());
        let portions = || portions_in(application);
        let shares = leg.shares_in(view).ok_or(NotDone::Lacks("shares within range"))?;
        let otherwise = || {
            let state = self.state(view.streams);
            state.is_some_and(|it| it.came_on_other_days(view.id, &portions()))
        };
        Ok(match credit {
            Credit::None | Credit::Reversed if !last => None,
            Credit::None => Some(Command::CreditInTransit(transaction(), shares)),
            Credit::InTransit(_) if !last && shares.is_zero() => None,
            Credit::InTransit(_) => next_arrival(transaction(), Shares::ZERO, &portions(), last),
            Credit::Arriving { there, .. } if there == shares && !last && !otherwise() => None,
            Credit::Arriving { there, .. } if there < shares || (there == shares && last) => {
                next_arrival(transaction(), there, &portions(), last)
            }
            Credit::Confirmed(was) if was == shares && !otherwise() => None,
            Credit::Reversed if shares.is_zero() => None,
            Credit::Arriving { .. } | Credit::Confirmed(_) | Credit::Reversed => {
                let (transaction, portions) = (transaction(), portions());
                let correct = |record| {
                    let (transaction, portions) = (transaction.clone(), portions.clone());
                    Command::CorrectCredit { transaction, record, portions, waits: !last }
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
        let next = self.next_taking(view, leg, &whenever);
        let next = next.map(|next| next.or_else(|| self.otherwise(view, leg)));
        let held = || disputes::are_held(view, &self.book(), &self.beyond(view, leg));
        // While its case is open, all that left is held by that.
        let done = self.is_done(view, leg, next, leg.is_sound(view));
        let settled = self.next_settlement(view, leg).is_none();
        done && settled && (disputes::is_quiet(view) || held())
    }

    /// Books that, portion by portion.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn book_out<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let booked = self.take_out(turn, house, leg);
        let view = turn.view()?;
        let lack = if leg.is_sound(&view) { self.lack_out(&view, leg) } else { Lack::NONE };
        let claimed = lacking::claim(turn, (&self.book(), &leg.order), lack)?;
        Ok(booked? + claimed)
    }

    fn take_out<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        house: &House,
        leg: &ApplicationLeg,
    ) -> Result<usize, NotDone> {
        let mut events = 0;
        let days = house.record_days();
        let earns = |known: &Application, said: &Confirmation| days.earns_through(known, said);
        loop {
            let view = turn.view()?;
            let next = self.next_taking(&view, leg, &earns)?;
            let next =
                next.map_or_else(|| self.on_other_days(&view, leg, &days), |it| Ok(Some(it)));
            let Some(command) = next? else { break };
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
        if let Some(command) = self.next_settlement(&turn.view()?, leg) {
            events += self.decide(turn, &command)?;
        }
        events += correct_income(turn, house, &self.key);
        Ok(events + self.hold_beyond(turn, leg)?)
    }

    /// What is settled of unpaid income is not what the leg's records say.
    fn next_settlement<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Option<Command> {
        let was = self.state(view.streams)?.settled_income(view.id)?;
        let left = self.spent(view).is_some();
        let is = if left { leg.income(view)? } else { Income::ZERO };
        let due = (!left || was != is) && leg.is_sound(view);
        due.then(|| Command::CorrectSettlement(view.id.clone(), is, leg.records(view)))
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
    pub(super) fn beyond<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
    ) -> Vec<Dispute> {
        leg.disputed_out(view, self.covered(view))
    }

    fn covered<S: FundSaga>(&self, view: &View<'_, S>) -> Shares {
        let reservation = self.entry(view).reservation;
        self.spent(view).or_else(|| reservation.open()).unwrap_or_default()
    }

    pub(super) fn next_taking<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        earns: &Earns<'_>,
    ) -> Result<Option<Command>, NotDone> {
        let Some(application) = leg.application(view) else { return Ok(None) };
        if leg.was_never_confirmed(view) {
            return Ok(None);
        }
        let due = leg.due_out(view).ok_or(NotDone::Lacks("shares within range"))?;
        let entry = self.entry(view);
        // What is in transit must be registered before it can leave.
        let coming = matches!(entry.credit, Credit::InTransit(_) | Credit::Arriving { .. });
        let said = !coming && !due.is_zero();
        let last = leg.is_confirmed(view);
        // Nothing is reserved any more that a further record could take.
        let all = || last || leg.lacks_only_its_mark(view);
        match entry.reservation {
            Reservation::None => Ok(None),
            Reservation::Held(_) if !said => Ok(None),
            // Nothing came of the purchase that it hung on; what left is not out of it.
            Reservation::Held(held) if held.is_zero() => {
                Ok(all().then(|| Command::Release(view.id.clone())))
            }
            Reservation::Held(held) => {
                next_portion(view, leg, (Shares::ZERO, held), earns).map(Some)
            }
            Reservation::Leaving { gone, .. } if gone == due && !last => Ok(None),
            Reservation::Leaving { gone, held }
                if gone == due || (gone < due && !held.is_zero()) =>
            {
                next_portion(view, leg, (gone, held), earns).map(Some)
            }
            Reservation::Spent(was) if was == due => Ok(None),
            // What never came leaves the investor's other shares, or is missing.
            Reservation::Released if !(said && all()) => Ok(None),
            Reservation::Leaving { .. } | Reservation::Spent(_) | Reservation::Released => {
                self.corrected(view, (leg, application), due, earns).map(Some)
            }
        }
    }

    /// The same as far as the fund's terms are known here: whoever died in the middle of a correction books
    /// it without hearing the record again.
    fn otherwise<S: FundSaga>(&self, view: &View<'_, S>, leg: &ApplicationLeg) -> Option<Command> {
        let days = self.days.as_ref()?;
        leg.application(view)?.withdrawn().next()?;
        self.on_other_days(view, leg, days).ok().flatten()
    }

    /// As many left as the records say, and they earn through other days: a corrected record changed its T. What was
    /// booked by an earlier version of the calendar stands: whoever comes later does not book it anew.
    fn on_other_days<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        leg: &ApplicationLeg,
        days: &RecordDays,
    ) -> Result<Option<Command>, NotDone> {
        let (Some(application), Some(state)) = (leg.application(view), self.state(view.streams))
        else {
            return Ok(None);
        };
        let (Reservation::Spent(gone) | Reservation::Leaving { gone, .. }) =
            state.entry(view.id).reservation
        else {
            return Ok(None);
        };
        let otherwise = |days: &RecordDays| {
            let earns = |known: &Application, said: &Confirmation| days.earns_through(known, said);
            let portions = portions_out(view, leg, application, &earns)?;
            Ok::<_, NotDone>(state.left_on_other_days(view.id, &portions))
        };
        if leg.due_out(view) != Some(gone) || is_same_day(application, days) || !otherwise(days)? {
            return Ok(None);
        }
        if days.versions().skip(1).any(|former| matches!(otherwise(&former), Ok(false))) {
            return Ok(None);
        }
        let earns = |known: &Application, said: &Confirmation| days.earns_through(known, said);
        self.corrected(view, (leg, application), gone, &earns).map(Some)
    }

    fn corrected<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        (leg, application): (&ApplicationLeg, &Application),
        shares: Shares,
        earns: &Earns<'_>,
    ) -> Result<Command, NotDone> {
        let waits = !application.stage.is_over();
        let rest = self.covered(view).minus(shares).unwrap_or_default();
        let held = if waits { rest } else { Shares::ZERO };
        let earns_through = last_day(view, leg, application, earns)?;
        let portions = portions_out(view, leg, application, earns)?;
        let correct = |record| {
            let (transaction, portions) = (view.id.clone(), portions.clone());
            Command::CorrectTakeOut { transaction, record, portions, held, earns_through }
        };
        Ok(self.first_time(view, &leg.correcting(view)?, correct))
    }
}

/// One record holds, and says of shares and day what those that it took the place of said, by whichever calendar.
fn is_same_day(application: &Application, days: &RecordDays) -> bool {
    let mut holds = application.confirmations();
    let (Some(one), None) = (holds.next(), holds.next()) else { return false };
    let of = |said: &Confirmation| {
        let day = days.earns_through(application, said).ok()?;
        Some((ApplicationLeg::shares_out_of(said)?, day))
    };
    let now = of(one);
    now.is_some() && application.withdrawn().all(|was| of(was) == now)
}

impl ApplicationLeg {
    /// The record that corrects what was booked: the last one that holds, the case of one that was
    /// settled in another way, or the one that was taken back.
    fn correcting<S: FundSaga>(&self, view: &View<'_, S>) -> Result<RegisterRecord, NotDone> {
        let application = self.application(view).ok_or(NotDone::Lacks("the application"))?;
        let settled = |case: &_| view.open.notes.settled.contains(case);
        let name = match (application.confirmations().last(), self.case_of_withdrawn(application)) {
            (Some(last), _) => {
                let case = application.case_of(last);
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
