//! The natural day whose quota it counts towards: that on which the cash goes out.
//!
//! ```text
//! never reached the bank by the end of its day, or of its T
//!                                              -> the day of now: there is room for it, or no cash goes out
//! paid on another day than it counted on       -> that day, also above its most: then a case says so
//! declined, given up before it was asked for   -> none
//! ```
//!
//! 1. While nobody knows what the bank did, it counts on the day on which it was asked for and on each later
//!    one that has begun, whether there is room or not: the cash may go out on any of them. Once it is known,
//!    the others have it back. Days that are over for a week have it back before: nobody asks for cash on them
//!    any more, and what turns out to be paid on one counts on it then. So a promise names few days, however
//!    long nobody knows.
//! 2. A day on which it counts no more has it back.
//! 3. Cash that the bank declined and paid all the same is out: it counts, and as many shares are held for
//!    its case, so that they cannot be paid for twice.

use super::{
    Promise,
    facts::{ADVANCE_END, BANK_END, is_unknown},
    saga::{FastWithdraw, Turn, View},
};
use crate::parts::{
    application::FundSaga,
    by_hand,
    cases::{self, About, Record, finding},
    disputes::Dispute,
    later::Unreachable,
    milestone::Milestone,
    wallet::{at_par, worth},
};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    admission::cash_out,
    advance::{Stage, Transfer},
    case::{CaseId, Disputed, Figure, Finding, Kind, SourceKind},
    fast_quota::{Command, Entry, FastQuota, QuotaKey, Refusal},
    ids::TransactionId,
    money::{Amount, Money},
    orders::Cause,
    spelling::Spelling,
    time::Timestamp,
};
use fundflow_kernel::{loaded::DecideError, streams::Key};
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

/// Natural days, today among them, on which it counts besides that of the promise while nobody knows.
const DAYS_COUNTED: u64 = 7;

/// What is promised now, its day among it.
pub(super) fn promise<'a>(view: &View<'a>) -> &'a Promise {
    view.open.notes.promise(&view.open.promise)
}

/// The case of a day that is above its most.
pub(super) fn case_of(id: &TransactionId, day: NaiveDate) -> Record {
    Record {
        source: SourceKind::Ledger,
        name: "fast quota".to_owned(),
        record: format!("{id} {day}"),
        said: Spelling::words(format!("paid on {day}")),
        again: 0,
        to_the_letter: None,
    }
}

/// Missing quota of a fast withdrawal.
enum Lack {
    /// It was paid on that day.
    PaidOn(NaiveDate),
    /// That is not known to the quota of that day.
    Counting,
    /// Nobody knows whether it is paid on that day.
    Unknown(Key<FastQuota>),
    /// It counts no more there.
    Giving(Key<FastQuota>),
    /// What is above the most has no case.
    Case { above: Money },
}

/// Whether each day has what counts towards it, and no other.
pub(super) fn is_balanced(view: &View<'_>) -> bool {
    lack(view).is_none()
}

fn lack(view: &View<'_>) -> Option<Lack> {
    let (plan, quota) = (view.plan, &promise(view).quota);
    let entry = |key: &Key<FastQuota>| view.state(key)?.entry(view.id).copied();
    let advance = plan.advance.advance(view);
    let now = entry(&plan.quota);
    if let Some(paid) = advance.and_then(|advance| advance.paid.as_ref()) {
        let day = paid.at.date();
        if day != quota.day && !view.open.notes.undated {
            return Some(Lack::PaidOn(day));
        }
        match now {
            None | Some(Entry::GivenBack) => return Some(Lack::Counting),
            Some(Entry::Paid { above, .. }) if !above.is_zero() && !has_case(view, quota.day) => {
                return Some(Lack::Case { above });
            }
            Some(Entry::Counted(_) | Entry::Paid { .. }) => {}
        }
    }
    let counts = |key: &&Key<FastQuota>| matches!(entry(key), Some(Entry::Counted(_)));
    if let Some(before) = plan.quotas_before.iter().find(counts) {
        return Some(Lack::Giving(before.clone()));
    }
    if is_unknown(view) {
        let (over, open) = plan.quotas_later.split_at(days_over(view));
        let over = over.iter().find(counts).map(|key| Lack::Giving(key.clone()));
        let later = open.iter().find(|key| entry(key).is_none());
        return over.or_else(|| later.map(|key| Lack::Unknown(key.clone())));
    }
    if let Some(later) = plan.quotas_later.iter().find(counts) {
        return Some(Lack::Giving(later.clone()));
    }
    let is_over = view.ending.is_some();
    let unpaid = advance.is_none_or(|advance| matches!(advance.stage, Stage::Declined(_)));
    (is_over && unpaid && counts(&&plan.quota)).then(|| Lack::Giving(plan.quota.clone()))
}

fn has_case(view: &View<'_>, day: NaiveDate) -> bool {
    let state = view.streams.state(&case_of(view.id, day).key());
    state.is_some_and(|state| state.case().is_some())
}

impl FastWithdraw {
    pub(super) fn keep_quotas(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        match lack(&view).ok_or(lacks("a day that lacks anything"))? {
            Lack::PaidOn(day) => {
                let (also, amount) = (promise(&view).counted_on.clone(), asked(&view)?);
                // It may not have fitted.
                let counted = match also.into_iter().find(|key| key.day == day) {
                    Some(key) => self.count_paid(turn, &Key::of(&key), (day, amount))?,
                    None => 0,
                };
                Ok(counted + move_to(turn, day, None)?)
            }
            Lack::Unknown(key) => {
                let (transaction, amount) = (turn.id().clone(), asked(&view)?);
                let by_code = promise(&view).by_code;
                Ok(turn.decide(&key, &Command::CountUnknown { transaction, amount, by_code })?)
            }
            Lack::Counting => {
                let (key, amount) = (turn.plan().quota.clone(), asked(&view)?);
                let day = promise(&view).quota.day;
                self.count_paid(turn, &key, (day, amount))
            }
            Lack::Giving(key) => {
                let command = Command::GiveBack { transaction: turn.id().clone() };
                Ok(turn.decide(&key, &command)?)
            }
            Lack::Case { above } => open_case(turn, above),
        }
    }

    pub(super) fn count_paid(
        &self,
        turn: &mut Turn<'_>,
        key: &Key<FastQuota>,
        (day, amount): (NaiveDate, Amount),
    ) -> Done {
        let fund = self.house.terms_on(turn.view()?.open.request.fund, day)?;
        let fund_max = fund.limits.fast_redemption_day_max;
        let (transaction, view) = (turn.id().clone(), turn.view()?);
        let (elsewhere, by_code) = (elsewhere(&view, day), promise(&view).by_code);
        let command = Command::CountPaid { transaction, amount, fund_max, elsewhere, by_code };
        Ok(turn.decide(key, &command)?)
    }

    /// Counts on the day of the promise. Where it has no room, no cash goes out.
    pub(super) fn count(&self, turn: &mut Turn<'_>) -> Done {
        let view = turn.view()?;
        let promised = promise(&view);
        let fund = self.house.terms(view.open.request.fund, promised.admitted.trade_date)?;
        let fund_max = fund.limits.fast_redemption_day_max;
        let (transaction, amount) = (turn.id().clone(), asked(&view)?);
        let (elsewhere, by_code) = (elsewhere(&view, promised.quota.day), promised.by_code);
        let command = Command::Count { transaction, amount, fund_max, elsewhere, by_code };
        let quota = &turn.plan().quota;
        match turn.decide(quota, &command) {
            Err(DecideError::Refused(
                refusal @ (Refusal::AboveDayMaximum { .. } | Refusal::NotOffered),
            )) => give_up(turn, Cause::new("above_day_limit", refusal.to_string())),
            done => Ok(done?),
        }
    }

    /// The bank never got it, and its T or the day on which it counts is over: decided again for now.
    pub(super) fn decide_again(&self, turn: &mut Turn<'_>) -> Done {
        let (view, now) = (turn.view()?, turn.now());
        let was = &promise(&view).admitted;
        let t = self.house.t_of(now)?;
        let fund = self.house.terms(view.open.request.fund, t)?;
        let not_admitted = |why: String| Cause::new("not_admitted", why);
        let admitted = match cash_out::readmit(was, &fund, (&self.house.calendar, now)) {
            Ok(admitted) => admitted,
            Err(refusal) => return give_up(turn, not_admitted(refusal.to_string())),
        };
        let least = if t > was.trade_date {
            view.plan.wallet.enough_on(&view, &fund, was.shares)
        } else {
            Ok(())
        };
        if let Err(too_few) = least {
            return give_up(turn, not_admitted(too_few));
        }
        let callees = self.house.to_registrars(&[fund.code], t.date());
        if let Err(nobody) = Unreachable::none_on(t, &callees, turn.ports()) {
            return give_up(turn, nobody.cause());
        }
        if let Err(full) = room_on(&view, now.date(), fund.limits.fast_redemption_day_max) {
            return give_up(turn, Cause::new("above_day_limit", full));
        }
        move_to(turn, now.date(), Some(admitted))
    }
}

/// Whether there is room on that day for what counts on it already; a day on which it does not count is asked
/// when it is to.
fn room_on(view: &View<'_>, day: NaiveDate, fund_max: Option<Money>) -> Result<(), String> {
    let promised = promise(view);
    let mut named = std::iter::once(&promised.quota).chain(&promised.counted_on);
    let on_it = named.find(|key| key.day == day);
    let state = on_it.and_then(|key| view.state(&Key::<FastQuota>::of(key)));
    let elsewhere = elsewhere(view, day);
    match state.filter(|state| !state.fits(fund_max, elsewhere)) {
        None => Ok(()),
        Some(full) => Err(format!(
            "{} yuan of cash at once may go out on {day}, and that is above the day's most",
            full.used().plus_or_most(elsewhere)
        )),
    }
}

/// What counts on that day under other keys, as earlier programs counted.
fn elsewhere(view: &View<'_>, day: NaiveDate) -> Money {
    let on_it = view.plan.others.iter().filter(|other| other.day == day);
    on_it.map(|other| other.used(view.streams)).fold(Money::ZERO, Money::plus_or_most)
}

/// The quota of the day that the bank states, if it can be right, of the promised one otherwise.
pub(super) fn key_of(view: &View<'_>, transfer: &Transfer, heard_at: Timestamp) -> QuotaKey {
    let at = view.plan.advance.check_instant(view, transfer.at, heard_at);
    let quota = &promise(view).quota;
    QuotaKey { day: at.map_or(quota.day, Timestamp::date), ..quota.clone() }
}

/// Whether the promise names it as one that it counts, or counted, towards.
pub(super) fn is_named(view: &View<'_>, key: &QuotaKey) -> bool {
    let promised = promise(view);
    let mut others = promised.counted_before.iter().chain(&promised.counted_on);
    promised.quota.day == key.day || others.any(|it| it.day == key.day)
}

/// From now on the promise names it, besides the others.
pub(super) fn name(turn: &mut Turn<'_>, key: QuotaKey) -> Done {
    let mut promised = promise(&turn.view()?).clone();
    promised.counted_before.push(key);
    turn.reach(Milestone::readmitted(promised))
}

/// From now on it counts on that day.
fn move_to(turn: &mut Turn<'_>, day: NaiveDate, admitted: Option<cash_out::Admitted>) -> Done {
    let mut promised = promise(&turn.view()?).clone();
    promised.counted_before.retain(|before| before.day != day);
    promised.counted_on.retain(|later| later.day != day);
    if promised.quota.day != day {
        promised.counted_before.push(promised.quota.clone());
        promised.quota.day = day;
    }
    promised.admitted = admitted.unwrap_or(promised.admitted);
    turn.reach(Milestone::readmitted(promised))
}

/// The last day that it counts on.
pub(super) fn last_counted(view: &View<'_>) -> NaiveDate {
    let promised = promise(view);
    let later = promised.counted_on.iter().map(|key| key.day);
    later.fold(promised.quota.day, NaiveDate::max)
}

/// The first of the days that ends with the last one.
fn first_counted(last: NaiveDate) -> NaiveDate {
    last.checked_sub_days(Days::new(DAYS_COUNTED - 1)).unwrap_or(last)
}

/// How many of the later days, which are named first to last, are over for so long that they need not count.
fn days_over(view: &View<'_>) -> usize {
    let (days, first) = (&promise(view).counted_on, first_counted(last_counted(view)));
    days.partition_point(|key| key.day < first)
}

/// Nobody knows, and days have begun on which the cash may go out. Days that were over long ago, and have it
/// back, are named no more.
pub(super) fn count_on(turn: &mut Turn<'_>) -> Done {
    let view = turn.view()?;
    let (last, today) = (last_counted(&view), turn.now().date());
    let mut promised = promise(&view).clone();
    let first = last.succ_opt().unwrap_or(last).max(first_counted(today));
    let days = first.iter_days().take_while(|day| *day <= today);
    let keys: Vec<_> = days.map(|day| QuotaKey { day, ..promised.quota.clone() }).collect();
    if keys.is_empty() {
        return Err(lacks("a day that has begun"));
    }
    let counts = |key: &QuotaKey| {
        let state = view.state(&Key::<FastQuota>::of(key));
        matches!(state.and_then(|state| state.entry(view.id)), Some(Entry::Counted(_)))
    };
    promised.counted_on.retain(|key| key.day >= first_counted(today) || counts(key));
    promised.counted_on.extend(keys);
    turn.reach(Milestone::readmitted(promised))
}

/// No cash goes out: none has.
fn give_up(turn: &mut Turn<'_>, cause: Cause) -> Done {
    let plan = turn.plan();
    if plan.advance.is_requested(&turn.view()?) {
        return plan.advance.give_up(turn, cause);
    }
    turn.reach(Milestone::TurnedAway { cause })
}

fn open_case(turn: &mut Turn<'_>, above: Money) -> Done {
    let (id, view) = (turn.id().clone(), turn.view()?);
    let (day, amount) = (promise(&view).quota.day, asked(&view)?);
    let (order, fund) = (view.plan.advance.order.clone(), view.open.request.fund);
    let text = format!(
        "{amount} yuan of cash at once were paid on {day}, and that day is {above} above its most"
    );
    let theirs = vec![Figure::new("paid on that day", amount)];
    let ours = vec![Figure::new("above the most", above)];
    let disputed = Disputed { money: above, ..Disputed::default() };
    let exceeded = Finding { disputed, ..finding(Kind::FastQuotaExceeded, &text, ours, theirs) };
    let about = About { order: Some(order), fund: Some(fund), ..About::default() };
    cases::open(turn, &case_of(&id, day), about, vec![exceeded])
}

/// Shares that are held because their cash is out, although the bank declined.
pub(super) fn held(view: &View<'_>) -> Vec<Dispute> {
    let plan = view.plan;
    let declined = plan.advance.advance(view).filter(|it| matches!(it.stage, Stage::Declined(_)));
    let shares = declined.and_then(|advance| at_par(advance.terms.amount).ok());
    let open = cases_of_cash(view).filter(|case| view.open.notes.disputes.contains(case));
    open.filter_map(|case| Some((case, shares?))).collect()
}

/// The cases, open and closed, of cash that went out although the advance was declined.
pub(super) fn cases_of_cash<'a>(view: &'a View<'_>) -> impl Iterator<Item = CaseId> + 'a {
    let notes = &view.open.notes;
    let of_leg = |case: &CaseId| {
        FastWithdraw::legs(view.plan).into_iter().any(|leg| leg.is_about(view, *case))
    };
    notes.disputes.iter().chain(&notes.settled).copied().filter(move |case| !of_leg(case))
}

/// The cash of an advance that a person has is out, and nothing has moved its shares: nobody may use them
/// before that person has closed its case.
pub(super) fn are_paid_for(view: &View<'_>) -> bool {
    let plan = view.plan;
    let unmoved = plan.advance.is_advanced(view) && !plan.transfer.is_placed(view);
    unmoved && view.open.disposed(ADVANCE_END).is_some() && !is_settled(view)
}

fn is_settled(view: &View<'_>) -> bool {
    let case = by_hand::case_of(view, BANK_END);
    case.is_some_and(|case| view.open.notes.settled.contains(&case))
}

/// Yuan: each share is one.
fn asked(view: &View<'_>) -> Result<Amount, NotDone> {
    worth(promise(view).admitted.shares).ok_or(lacks("shares that are worth anything"))
}

const fn lacks(what: &'static str) -> NotDone {
    NotDone::Lacks(what)
}

#[cfg(test)]
mod tests {
    /// Cases of every store have these names.
    #[test]
    fn the_case_of_a_days_quota_is_named_by_the_day() {
        let case = super::case_of(&"TX-1".parse().unwrap(), "2026-02-13".parse().unwrap()).case();
        assert_eq!(case.to_string(), "e3f4673a689c8faab325a809bebe6551");
    }
}
