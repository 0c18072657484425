//! Withdrawals that began under an earlier program: they pay all in one sum, once the registrar's last record is
//! there. Their table and what its words mean stay as they were.

use super::{
    AT_LAST, BANK_AT_LAST, BOOK, CANCEL, CLOSE, COMPENSATION_REFUSED, CONFIRM, Call, Do, Ending,
    Fact, HAND_OVER, MISSING, ORDER, REDEEM, REFUSED, RELEASE_AT_LAST, RESERVE, SETTLE,
    SETTLE_AT_LAST, Saga, TAKE_OUT, When, compensation, facts,
    saga::{Turn, View},
};
use crate::parts::{by_hand, payout::PayoutLeg};
use fundflow_domain::{
    calendar::TradingDay,
    money::{Amount, Money},
    payout,
};
use fundflow_runtime::{
    saga::OpenEnd,
    step::{Deed, Exit, Move, Side, Step, Table, act, call},
    turn::NotDone,
};
use rust_decimal::Decimal;
use std::sync::Arc;

const PAY_OUT: &[Move<Saga>] = &[
    Deed { asks: Some(When::MoneyDue), ..act("pay out", Do::RequestPayout, Fact::PayoutRequested) }
        .to(),
    call("paid out", Call::PayOut, Fact::PayoutAnswered, When::MoneyOverdue).to(),
    act("paid out: another account", Do::AskForAccount, Fact::PaidOut).to(),
    act("end with the money", Do::End(Ending::PaidOut), Fact::Ended).to(),
];

/// The money is the investor's also where the shares left after somebody had given up.
const PAY_AT_LAST: Side<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out at last", Do::RequestPayout, Fact::ProceedsRequested)
}
.after_the_end();
const PAID_AT_LAST: Side<Saga> =
    call("paid out at last", Call::PayOut, Fact::ProceedsAnswered, When::MoneyOverdue)
        .after_the_end();

/// The table of those that began before `withdraw.v2`.
pub(super) const TABLE: Table<Saga> = Table {
    version: "withdraw.v1",
    title: "Withdraw, as begun under an earlier program: all is paid out in one sum, after the last record",
    steps: &[
        RESERVE,
        ORDER,
        REDEEM,
        CONFIRM,
        Step { exit: Exit::Landing(PAY_OUT, None), ..TAKE_OUT },
        Step { exit: Exit::Landing(PAY_OUT, None), ..SETTLE },
    ],
    beside: &[
        CANCEL,
        BOOK,
        CLOSE,
        AT_LAST,
        RELEASE_AT_LAST,
        SETTLE_AT_LAST,
        PAY_AT_LAST,
        PAID_AT_LAST,
        Side { only_after_the_end: true, ..REFUSED },
        BANK_AT_LAST,
        HAND_OVER,
        MISSING,
        compensation(1),
        compensation(2),
        compensation(3),
        compensation(4),
        COMPENSATION_REFUSED,
    ],
};

/// Whether it is one of those.
pub(super) fn pays_at_once(view: &View<'_>) -> bool {
    view.open.table.as_str() == TABLE.version
}

/// What each of its own words means; no other word holds.
pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let Some(payout) = leg(view) else { return false };
    match fact {
        Fact::PayoutRequested => payout.is_requested(view) || nothing_to_pay(view),
        Fact::PayoutAnswered => payout.is_answered(view) || nothing_to_pay(view),
        Fact::PaidOut => payout.is_paid_out(view) || nothing_to_pay(view),
        Fact::ProceedsRequested => payout.is_requested(view) || !owed(view),
        Fact::ProceedsAnswered => {
            !payout.is_requested(view) || payout.is_answered(view) || is_given_up(view)
        }
        _ => false,
    }
}

/// The payout of all that it brings.
fn leg<'a>(view: &View<'a>) -> Option<&'a PayoutLeg> {
    view.plan.payouts.legs.iter().next()
}

fn is_requested(view: &View<'_>) -> bool {
    leg(view).is_some_and(|leg| leg.is_requested(view))
}

/// A person pays it out.
fn is_given_up(view: &View<'_>) -> bool {
    by_hand::is_by_hand(view, if is_requested(view) { facts::PAYOUT } else { facts::PROCEEDS })
}

/// Shares have left, nothing of it is in dispute, and the money is nobody's yet.
fn owed(view: &View<'_>) -> bool {
    let left = view.plan.wallet.spent(view).is_some() && view.plan.out.is_over(view);
    left && !view.open.notes.is_disputed() && !is_given_up(view) && !nothing_to_pay(view)
}

/// The shares left and brought nothing, as a person has accepted.
fn nothing_to_pay(view: &View<'_>) -> bool {
    let (plan, left) = (view.plan, view.plan.wallet.spent(view).is_some());
    left && !is_requested(view) && plan.out.proceeds(view).is_some_and(Money::is_zero)
}

/// The money of all that it brought, as open ends name it.
pub(super) fn open_ends(view: &View<'_>) -> Vec<(Arc<str>, Decimal)> {
    let plan = view.plan;
    let mut ends = Vec::new();
    if let Some(shares) = plan.wallet.open(view) {
        ends.push((facts::END.into(), shares.decimal()));
    } else if !plan.out.is_over(view) {
        ends.push((facts::END.into(), by_hand::NOTHING));
    }
    match leg(view).and_then(|leg| leg.open_end(view)) {
        Some(end) => ends.push(end),
        None if nothing_to_pay(view) && !view.open.notes.is_disputed() => {}
        None if !is_requested(view) && plan.wallet.spent(view).is_some() => {
            let proceeds = plan.out.proceeds(view).unwrap_or_default();
            ends.push((facts::PROCEEDS.into(), proceeds.decimal()));
        }
        None => {}
    }
    ends
}

/// What the payout does not carry any more, or carried too much of.
pub(super) fn difference(view: &View<'_>) -> Option<OpenEnd> {
    let asked = leg(view)?.payout(view)?.terms.amount;
    let settled = view.plan.out.is_over(view) && !view.open.notes.is_disputed();
    let brought = view.plan.out.proceeds(view).filter(|_| settled)?;
    by_hand::difference(brought, asked.into())
}

impl Saga {
    /// The day on which all of the fund's money is here: so many trading days after T, or after the T of the
    /// last part that was confirmed.
    pub(super) fn all_here(&self, view: &View<'_>) -> Result<TradingDay, NotDone> {
        let of = (view.open.request.fund, facts::trade_date(view));
        self.house.all_paid_by(of, view.plan.out.confirmation(view))
    }

    /// Announces all of it.
    pub(super) fn request_all(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let lacks = NotDone::Lacks;
        let proceeds = plan.out.proceeds(&view).ok_or(lacks("what the redemption brought"))?;
        let leg = leg(&view).ok_or(lacks("the payout"))?.clone();
        let here = self.all_here(&view)?;
        let terms = payout::Terms {
            no: leg.no.clone(),
            account: view.open.request.account.clone(),
            amount: Amount::new(proceeds.decimal()).map_err(|_| lacks("money to pay out"))?,
            order: leg.order.clone(),
            due: PayoutLeg::due(&self.house, turn, here)?,
            asked_at: None,
            compensates: None,
            record: None,
        };
        leg.request(turn, terms)
    }
}
