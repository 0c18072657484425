//! The bank's shares, as the records of both orders have them: what the transfer gave it, against what its
//! redemption took, and what it keeps for its advance.
//!
//! ```text
//! records that hold do not come to the same -> a case with both sides' figures -> closed by a person
//!                                                   `- a record makes them the same, or others: closed by it
//! ```
//!
//! 1. Each record is booked as it came, and may be right by itself: only together they do not add up.
//! 2. Shares that came back to the investor, and were redeemed for the bank all the same, are held while its
//!    case is open; the bank gets nothing more meanwhile, and the saga is not over.
//! 3. A case on the record itself that says the same is that case, and no other follows it.
//! 4. What nobody has taken yet is asked for in other figures instead, and is no difference.
//! 5. What the transfer left with the investor is paid for all the same: it is held while the case that says so
//!    is open, so that nobody has both the shares and their cash.
//! 6. A record that makes the shares the same takes the place of the last one at once, and closes the case.

use super::{
    day,
    own_cases::SHARES,
    saga::{FastWithdraw, Turn, View},
};
use crate::parts::{
    application::{ApplicationLeg, FundSaga},
    by_hand::ENGINE,
    cases::finding,
    disputes::{self, Dispute},
    milestone::Milestone,
    share_book::ShareBook,
    wallet::{at_par, worth},
};
use fundflow_domain::{
    application::{Confirmation, Quantity, Stage},
    case::{self, CaseId, Cases, Closing, Disputed, Figure, Finding, How, Kind},
    money::{Money, Shares},
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::turn::NotDone;

type Done = Result<usize, NotDone>;

/// Cases that one turn closes and opens; more would be a circle.
const ROUNDS: usize = 4;

/// What the records that hold say together.
#[derive(Debug, Clone, Copy)]
struct Sums {
    /// Shares that became the bank's.
    moved: Shares,
    /// Those that were redeemed for it.
    redeemed: Shares,
    /// Yuan that these brought.
    money: Money,
}

/// What of them does not add up.
#[derive(Debug, Clone, Copy)]
enum Beyond {
    /// So many shares were redeemed that the transfer did not give it.
    Redeemed(Shares),
    /// It keeps so many that it has lent nothing on.
    Retained(Shares),
}

/// Next step of its case.
enum Step {
    /// It is reported to nobody yet.
    Open(Finding),
    /// A record has changed what it says.
    Close(CaseId, Closing),
    /// It is closed, and the saga does not know.
    Settle(CaseId),
}

impl Beyond {
    const fn shares(self) -> Shares {
        match self {
            Beyond::Redeemed(shares) | Beyond::Retained(shares) => shares,
        }
    }
}

impl Sums {
    fn of(view: &View<'_>) -> Self {
        let plan = view.plan;
        Self {
            moved: plan.transfer.shares_out(view).unwrap_or_default(),
            redeemed: plan.redemption.shares_out(view).unwrap_or_default(),
            money: plan.redemption.proceeds(view).unwrap_or_default(),
        }
    }

    /// With that record in the place of the leg's last one; `None` where nothing of it holds.
    fn with(self, view: &View<'_>, leg: &ApplicationLeg, said: &Confirmation) -> Option<Self> {
        let shares = |it: &Confirmation| ApplicationLeg::shares_out_of(it);
        let last = leg.confirmation(view)?;
        let instead = |sum: Shares| sum.minus(shares(last)?)?.plus(shares(said)?);
        if leg.key == view.plan.transfer.key {
            return Some(Self { moved: instead(self.moved)?, ..self });
        }
        let paid = |it: &Confirmation| ApplicationLeg::proceeds_of(it);
        let money = self.money.minus(paid(last)?)?.plus(paid(said)?)?;
        Some(Self { redeemed: instead(self.redeemed)?, money, ..self })
    }

    /// What does not add up of them, as far as it is known: what the bank keeps is, once its redemption is over.
    fn beyond(self, view: &View<'_>) -> Option<Beyond> {
        let plan = view.plan;
        if !plan.transfer.is_placed(view) || !plan.transfer.is_over(view) {
            return None;
        }
        let Some(rest) = self.moved.minus(self.redeemed) else {
            return self.redeemed.minus(self.moved).map(Beyond::Redeemed);
        };
        let asked = plan.redemption.is_placed(view) || view.ending.is_some();
        let advance = plan.advance.advance(view).filter(|it| it.paid.is_some())?;
        if !asked || !plan.redemption.is_over(view) {
            return None;
        }
        let lent = Money::from(advance.terms.amount).minus(self.money).unwrap_or_default();
        let retained = worth(rest).map(Money::from).unwrap_or_default();
        let too_many =
            retained.minus(lent).and_then(|it| at_par(it.decimal().try_into().ok()?).ok());
        too_many.map(Beyond::Retained)
    }

    fn found(self, view: &View<'_>, beyond: Beyond) -> Finding {
        let Self { moved, redeemed, money } = self;
        let too_many = beyond.shares();
        let text = match beyond {
            Beyond::Redeemed(_) => format!(
                "{redeemed} shares were redeemed for the bank, and the transfer gave it {moved}: {too_many} \
                 of them were not its own by that"
            ),
            Beyond::Retained(_) => format!(
                "the transfer gave the bank {moved} shares, and {redeemed} were redeemed for it: it has lent \
                 nothing on {too_many} of them"
            ),
        };
        let shares = |name: &str, sum: Shares| Figure::new(name, format!("{sum} shares"));
        let yuan = |name: &str, sum: Money| Figure::new(name, format!("{sum} yuan"));
        let advance = view.plan.advance.advance(view);
        let advanced = advance.map(|it| yuan("advanced", Money::from(it.terms.amount)));
        let asked = shares("asked for", asked(view));
        let ours = advanced.into_iter().chain([asked]).collect();
        let theirs = vec![
            shares("transferred", moved),
            shares("redeemed", redeemed),
            yuan("money that they brought", money),
        ];
        let differ = worth(too_many).map(Money::from).unwrap_or_default();
        let disputed = Disputed { shares: too_many, money: differ };
        Finding { disputed, ..finding(Kind::BankSharesDiffer, &text, ours, theirs) }
    }
}

fn asked(view: &View<'_>) -> Shares {
    day::promise(view).admitted.shares
}

/// What the redemption is to be of, where that is not what it was placed for and nobody has taken it yet: what
/// the transfer gave the bank, and no more than it was to have.
pub(super) fn fitting(view: &View<'_>) -> Option<Shares> {
    let plan = view.plan;
    let known = plan.redemption.application(view)?;
    let Quantity::Shares(placed) = known.terms.ask.quantity() else { return None };
    let is_waited_for = matches!(known.stage, Stage::Placed) && plan.transfer.is_over(view);
    let moved = plan.transfer.shares_out(view).filter(|_| is_waited_for)?;
    let fitting = moved.min(placed.max(asked(view)));
    (!fitting.is_zero() && fitting != placed).then_some(fitting)
}

fn now(view: &View<'_>) -> Option<Finding> {
    let sums = Sums::of(view);
    Some(sums.found(view, sums.beyond(view)?))
}

/// Whether a person is still to close its case.
pub(super) fn is_waited_for(view: &View<'_>) -> bool {
    SHARES.is_waited_for(view)
}

/// Whether what does not add up has its case, and no case says what is none.
pub(super) fn is_said(view: &View<'_>) -> bool {
    step(view).is_none()
}

fn step(view: &View<'_>) -> Option<Step> {
    let notes = &view.open.notes;
    if notes.disputes.is_empty() && notes.settled.is_empty() {
        return None;
    }
    let (last, now) = (SHARES.last(view), now(view));
    let open = |known: Option<&Finding>, now: Option<Finding>| {
        let news = now.filter(|found| Some(found) != known && !is_on_a_record(view, found));
        news.map(Step::Open)
    };
    match last {
        Some((case, case::State::Absent)) => Some(match now {
            Some(now) => Step::Open(now),
            None => Step::Settle(case),
        }),
        Some((case, case::State::Open(known))) => {
            let said = known.findings.first();
            (said != now.as_ref()).then(|| Step::Close(case, replaced(view, said)))
        }
        Some((case, case::State::Closed(..))) if notes.disputes.contains(&case) => {
            Some(Step::Settle(case))
        }
        Some((_, case::State::Closed(known, closing))) => {
            let by_a_person = closing.by.as_str() != ENGINE;
            let stands = by_a_person && !matches!(closing.how, How::Corrected { .. });
            open(known.findings.first().filter(|_| stands), now)
        }
        None => open(None, now),
    }
}

/// Whether a case on a record that holds says the same: whoever closed or closes it, knows.
fn is_on_a_record(view: &View<'_>, found: &Finding) -> bool {
    let says = |leg: &ApplicationLeg| {
        let state = view.streams.state(&Key::<Cases>::of(&case_of_last(view, leg)?))?;
        let mut known = state.case()?.findings.iter();
        let same = |it: &Finding| {
            it.kind == Kind::AmountDiffers && it.disputed.shares == found.disputed.shares
        };
        known.any(same).then_some(())
    };
    FastWithdraw::legs(view.plan).into_iter().any(|leg| says(leg).is_some())
}

fn case_of_last(view: &View<'_>, leg: &ApplicationLeg) -> Option<CaseId> {
    Some(leg.application(view)?.case_of(leg.confirmation(view)?))
}

/// The case that a record ends in the place of that leg's last one: it makes the shares the same.
pub(super) fn ended_by(
    view: &View<'_>,
    leg: &ApplicationLeg,
    said: &Confirmation,
) -> Option<CaseId> {
    let (case, state) = SHARES.last(view)?;
    let sums = Sums::of(view).with(view, leg, said)?;
    let ends = state.is_open() && view.open.notes.disputes.contains(&case);
    (ends && said.finished && sums.beyond(view).is_none()).then_some(case)
}

/// Closed by the record that made it another one.
fn replaced(view: &View<'_>, was: Option<&Finding>) -> Closing {
    let figure = |of: Option<&Finding>, name: &str| {
        let of = of.and_then(|it| it.theirs.iter().find(|figure| figure.name.as_str() == name));
        of.map(|figure| figure.value.as_str().to_owned())
    };
    let redeemed = format!("{} shares", Sums::of(view).redeemed);
    let plan = view.plan;
    let is_redemption = figure(was, "redeemed") != Some(redeemed);
    let leg = if is_redemption { &plan.redemption } else { &plan.transfer };
    let text = if now(view).is_some() {
        "the registrar's records say something else by now, which has a case of its own"
    } else {
        "what was transferred, redeemed and kept adds up now"
    };
    let record = case_of_last(view, leg).or_else(|| leg.rejection_case(view));
    let how = match record {
        Some(by_record) => How::Corrected { by_record },
        None => How::Manual { text: Text::lossy(text) },
    };
    Closing { how, by: Text::lossy(ENGINE), reason: Text::lossy(text) }
}

/// Opens, closes or hears of its case, until it says what is so.
///
/// # Errors
/// [`NotDone`]; what was decided before it stands.
pub(super) fn say(turn: &mut Turn<'_>) -> Done {
    let mut events = 0;
    for _ in 0..ROUNDS {
        let Some(step) = step(&turn.view()?) else { break };
        events += match step {
            Step::Open(found) => SHARES.open(turn, found)?,
            Step::Close(case, closing) => SHARES.close(turn, case, closing)?,
            Step::Settle(case) => turn.reach(Milestone::Undisputed { case })?,
        };
    }
    Ok(events)
}

/// Shares that came back to the investor, or never left, and were redeemed for the bank all the same: they are
/// held for each open case that says so.
fn in_dispute(view: &View<'_>) -> Vec<Dispute> {
    let (plan, sums) = (view.plan, Sums::of(view));
    let back = asked(view).minus(sums.moved).unwrap_or_default();
    let Some(Beyond::Redeemed(beyond)) = sums.beyond(view) else { return Vec::new() };
    let own = SHARES.last(view).filter(|(_, state)| state.is_open()).map(|(case, _)| case);
    let of_record = case_of_last(view, &plan.redemption).filter(|_| own.is_none());
    let open = |case: &CaseId| view.open.notes.disputes.contains(case);
    let case = own.or(of_record).filter(open).filter(|_| !back.is_zero());
    case.map(|case| (case, back.min(beyond))).into_iter().collect()
}

/// Shares that the transfer left with the investor, whose cash is out: they are held for its open case once
/// nothing reserves them any more.
fn paid_for(view: &View<'_>) -> Option<Dispute> {
    let (transfer, open) = (&view.plan.transfer, &view.open.notes.disputes);
    if open.is_empty() || !transfer.is_confirmed(view) {
        return None;
    }
    let reserved = view.plan.wallet.held(view).unwrap_or_default();
    let rest = asked(view).minus(transfer.shares_out(view)?)?.minus(reserved)?;
    let case = transfer.rejection_case(view).or_else(|| case_of_last(view, transfer))?;
    (open.contains(&case) && !rest.is_zero()).then_some((case, rest))
}

fn held(view: &View<'_>) -> Vec<Dispute> {
    let own = SHARES.last(view).map(|(case, _)| case);
    let of_bank = day::held(view).into_iter().filter(|(case, _)| Some(*case) != own);
    of_bank.chain(in_dispute(view)).chain(paid_for(view)).collect()
}

fn book(view: &View<'_>) -> ShareBook {
    ShareBook::Wallet(view.plan.wallet.key.clone())
}

/// Whether as many are held as closed and open cases say.
pub(super) fn is_held(view: &View<'_>) -> bool {
    disputes::are_held(view, &book(view), &held(view))
}

/// Holds as many, and lets go what closed cases held.
///
/// # Errors
/// [`NotDone`]; what was decided before it stands.
pub(super) fn hold(turn: &mut Turn<'_>) -> Done {
    let view = turn.view()?;
    let (book, due) = (book(&view), held(&view));
    disputes::hold(turn, &book, &due)
}
