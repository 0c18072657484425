//! The lanes beside the tables of a discount purchase, in no order.

use super::{AtLast, Call, Do, Fact, Saga, When};
use crate::parts::{compensation_lanes, occurrence::Tell, refund_lanes};
use fundflow_runtime::step::{Deed, Side, act, call, wait, word};

/// Of money that goes back, each part in a lane of its own.
const fn refund(lane: usize) -> Side<Saga> {
    refund_lanes::lane(
        lane,
        Call::RefundIn(lane),
        Fact::NothingOwedIn(lane),
        When::RefundOverdueIn(lane),
    )
}
/// Of earlier tables: the bank is asked about one refund at a time.
const REFUNDS: Side<Saga> =
    call("refund payment", Call::Refund, Fact::NothingOwed, When::RefundOverdue).beside();
const CANCEL_OUT: Side<Saga> =
    call("cancel conversion", Call::CancelOut, Fact::OutCancelSettled, When::OutOverdue)
        .beside()
        .unless(Fact::CancelRefused);
const CANCEL_BUY: Side<Saga> =
    call("cancel purchase", Call::CancelBuy, Fact::BuyCancelSettled, When::BuyOverdue)
        .beside()
        .unless(Fact::CancelRefused);

/// The target's own T does not take it, and the registrar has it already.
const CANCEL_TARGET: Side<Saga> =
    call("cancel target", Call::CancelTarget, Fact::TargetCancelSettled, When::TargetOverdue)
        .beside()
        .unless(Fact::CancelRefused);

/// What was given up without the registrar's word still has it coming, and what it says is booked.
const TARGET_AT_LAST: Deed<Saga> = word(
    "target at last",
    Call::Target,
    Fact::AtLast(AtLast::TargetHeard),
    When::TargetDue,
    When::TargetOverdue,
);
const OUT_AT_LAST: Deed<Saga> = word(
    "conversion at last",
    Call::Out,
    Fact::AtLast(AtLast::OutHeard),
    When::OutDue,
    When::OutOverdue,
);
const BUY_AT_LAST: Deed<Saga> = word(
    "purchase at last",
    Call::Buy,
    Fact::AtLast(AtLast::BuyHeard),
    When::BuyDue,
    When::BuyOverdue,
);

/// The money is the investor's also where the shares left after somebody had given up.
const PAY_AT_LAST: Deed<Saga> = Deed {
    asks: Some(When::MoneyDue),
    ..act("pay out at last", Do::RequestPayout, Fact::AtLast(AtLast::ProceedsRequested))
};

/// Nothing that a person who gave up leaves is reserved, in transit or asked for without an owner: an
/// order is closed where that person says that it goes back, and waited for otherwise.
const fn closing(deed: Deed<Saga>) -> Side<Saga> {
    deed.after_the_end()
}
/// What a person owes by closing a case is paid whenever they say so.
/// Of money of ours, what each case owes in a lane of its own.
const fn compensation(lane: usize) -> Side<Saga> {
    compensation_lanes::lane(
        lane,
        Call::Compensate(lane),
        Fact::Compensated(lane),
        When::CompensationOverdue(lane),
    )
}

/// The bank's word on money that a person took over while it was under way: it may have moved.
const BANK_AT_LAST: Side<Saga> = word(
    "bank at last",
    Call::AskBank,
    Fact::AtLast(AtLast::BankHeard),
    When::BankAsked,
    When::BankOverdue,
)
.after_the_end();

macro_rules! beside {
    ([$($refunds:expr),*], [$($more:expr),*]) => {
        &[
            $($refunds,)*
            act("fall with the day", Do::FallWithDay, Fact::StandsOnDay).beside(),
            CANCEL_OUT,
            CANCEL_BUY,
            CANCEL_TARGET,
            act("give back target", Do::GiveBackTarget, Fact::TargetGivenBack).beside(),
            act("book", Do::Book, Fact::Booked).beside(),
            // A conversion that does not come keeps no shares, also while a person is waited for.
            act("free", Do::Release, Fact::NoneInDispute).beside().while_parked(),
            closing(act("close payment", Do::ClosePayment, Fact::AtLast(AtLast::PaymentClosed))),
            closing(act("close target", Do::CloseTarget, Fact::AtLast(AtLast::TargetClosed))),
            closing(act("close conversion", Do::CloseOut, Fact::AtLast(AtLast::OutClosed))),
            closing(act("close purchase", Do::CloseBuy, Fact::AtLast(AtLast::BuyClosed))),
            closing(TARGET_AT_LAST),
            closing(OUT_AT_LAST),
            closing(BUY_AT_LAST),
            closing(act("release at last", Do::Release, Fact::AtLast(AtLast::NothingReserved))),
            closing(act("reverse at last", Do::ReverseCredit, Fact::AtLast(AtLast::NothingInTransit))),
            closing(act("return at last", Do::ReturnRest, Fact::AtLast(AtLast::RestReturned))),
            $($more,)*
            BANK_AT_LAST,
            compensation(1),
            compensation(2),
            compensation(3),
            compensation(4),
            act("compensation refused", Do::AskForCompensation, Fact::CompensationTaken).beside().while_parked(),
            closing(act("count no more", Do::GiveBackBuy, Fact::AtLast(AtLast::NothingCounts))),
            closing(act("hand over", Do::HandOver, Fact::AtLast(AtLast::HandedOver))),
            closing(wait("missing shares", Fact::AtLast(AtLast::NothingMissing))),
        ]
    };
}
const PAID_OUT_AT_LAST: Deed<Saga> = call(
    "paid out at last",
    Call::Payout,
    Fact::AtLast(AtLast::ProceedsAnswered),
    When::PayoutOverdue,
);
const PAYOUT_REFUSED: Deed<Saga> =
    act("payout refused", Do::AskForAccount, Fact::AtLast(AtLast::NoneRefused));
/// A person who gives an occurrence up leaves no date of its plan without an outcome.
const SETTLE_DATE: Deed<Saga> =
    act("miss at last", Do::TellPlan(Tell::GivenUp), Fact::PlanKnows(Tell::GivenUp));
pub(super) const BESIDE: &[Side<Saga>] = beside!([refund(1), refund(2), refund(3), refund(4)], []);
pub(super) const BESIDE_FOR_MONEY: &[Side<Saga>] = beside!(
    [refund(1), refund(2), refund(3), refund(4)],
    [closing(PAY_AT_LAST), closing(PAID_OUT_AT_LAST), closing(PAYOUT_REFUSED)]
);
pub(super) const PLAN_BESIDE: &[Side<Saga>] =
    beside!([refund(1), refund(2), refund(3), refund(4)], [closing(SETTLE_DATE)]);
pub(super) const PLAN_BESIDE_FOR_MONEY: &[Side<Saga>] = beside!(
    [refund(1), refund(2), refund(3), refund(4)],
    [
        closing(PAY_AT_LAST),
        closing(PAID_OUT_AT_LAST),
        closing(PAYOUT_REFUSED),
        closing(SETTLE_DATE)
    ]
);

/// Those of earlier tables, and of shares that the wallet held: nothing is paid for these, and nothing goes back.
pub(super) const EARLIER_BESIDE: &[Side<Saga>] = beside!([REFUNDS], []);
pub(super) const EARLIER_BESIDE_FOR_MONEY: &[Side<Saga>] =
    beside!([REFUNDS], [closing(PAY_AT_LAST), closing(PAID_OUT_AT_LAST), closing(PAYOUT_REFUSED)]);
pub(super) const EARLIER_PLAN_BESIDE: &[Side<Saga>] = beside!([REFUNDS], [closing(SETTLE_DATE)]);
pub(super) const EARLIER_PLAN_BESIDE_FOR_MONEY: &[Side<Saga>] = beside!(
    [REFUNDS],
    [
        closing(PAY_AT_LAST),
        closing(PAID_OUT_AT_LAST),
        closing(PAYOUT_REFUSED),
        closing(SETTLE_DATE)
    ]
);
