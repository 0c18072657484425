//! What a rejection sends, and what becomes of it when something else holds in its place.

use super::{
    Balances, Source,
    differences_tests::{Audited, manual},
    of_application_so_far,
    tests::{Book, as_, bought, buy, confirm, place, redeem, redeemed, says, tx},
};
use crate::{
    application::{Applications, Ask, Command, Outcome, Rejection, SubscriptionConfirmed},
    case::How,
    money::{Money, Nav},
    orders::own_cause,
    testing::{given, history},
};

fn sends(interest: &str) -> Rejection {
    Rejection { interest: as_(interest), ..Rejection::of(own_cause("149", "failed")) }
}

fn subscribe() -> Command {
    place(Ask::Subscription { amount: as_("1000") })
}

fn founded() -> Outcome {
    Outcome::Subscription(SubscriptionConfirmed {
        amount: as_("1000"),
        fee: as_("10"),
        refund: Money::ZERO,
        interest: Money::ZERO,
        face: Nav::ONE,
        shares: as_("990"),
        interest_shares: as_("0"),
    })
}

/// The registrar carries it out all the same.
fn upheld(outcome: Outcome) -> [Command; 2] {
    [Command::Contest(Box::new(says("L1", true, outcome))), Command::Uphold(as_("L1"))]
}

fn sends_instead(interest: &str) -> [Command; 2] {
    let cause = own_cause("x", "so the registrar says");
    [Command::ContestRejection(sends(interest)), Command::UpholdRejection(cause)]
}

/// What all of it left on the books; what is folded of it says the same.
#[track_caller]
fn booked(said: &[Command]) -> Balances {
    let state = given::<Applications>(history::<Applications>(said.to_vec())).state();
    let mut folded = Book::default();
    folded.post(of_application_so_far(&tx(), Source::Payment, &state).unwrap());
    let book = Book::default().apply(Source::Payment, said);
    assert_eq!(folded.balances, book.balances);
    book.balances
}

/// Of all that was asked for, of the rest, and by another rejection.
#[test]
fn interest_that_a_rejection_sent_is_booked_no_more_once_something_holds_in_its_place() {
    let raised = |interest: &str| vec![subscribe(), Command::Reject(sends(interest))];
    let in_part = |interest: &str| {
        let portion = confirm("C1", false, redeemed("7842.60", "34.30", "7808.30"));
        vec![redeem("6000"), portion, Command::Reject(sends(interest))]
    };
    let carried_out = |before: Vec<Command>, outcome: Outcome| {
        booked(&[before, upheld(outcome).to_vec()].concat())
    };
    let more = || redeemed("10.00", "0", "10.00");
    assert_ne!(booked(&raised("0.42")), booked(&raised("0")));
    assert_eq!(carried_out(raised("0.42"), founded()), carried_out(raised("0"), founded()));
    assert_ne!(booked(&in_part("0.42")), booked(&in_part("0")));
    assert_eq!(carried_out(in_part("0.42"), more()), carried_out(in_part("0"), more()));

    let anew = [raised("0.42"), sends_instead("0.50").to_vec()].concat();
    assert_eq!(booked(&anew), booked(&raised("0.50")));
}

/// Only the money of a raising earns any, so what the rejection of another order sends is nobody's.
#[test]
fn interest_that_nobody_is_owed_goes_the_way_of_its_case_and_leaves_with_its_rejection() {
    let rejected = || {
        let said = [buy("1000"), Command::Reject(sends("0.42"))];
        let audited = Audited::of(Source::Payment).money("1000.00").says(said);
        audited.opened_on(&sends("0.42"))
    };
    let pending = "L:CUST:PENDING:TX-1.mmf -1000.00";
    let with = |line: &str| vec![pending.to_owned(), format!("{line} TX-1.mmf -0.42")];
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    for (how, line) in [(How::Accepted, "E:OVERSHORT"), (manual(), "A:BYHAND")] {
        assert_eq!(rejected().left(), with("L:SUSPENSE"));
        let closed = rejected().closed(how.clone());
        assert_eq!(closed.left(), sorted(with(line)), "none of the customer's money pays it");

        let instead = closed.says(sends_instead("0.50"));
        assert_eq!(instead.left(), [pending, "L:SUSPENSE TX-1.mmf -0.50"], "another case's");
        let earned_none = rejected().closed(how.clone()).says(sends_instead("0"));
        assert_eq!(earned_none.left(), [pending]);

        let held = rejected().closed(how).says(upheld(bought("1000", "0", "0")));
        assert_eq!(held.left(), [pending, "L:SUSPENSE TX-1.mmf 1000.00"], "only the record's");
    }
}

#[test]
fn interest_on_the_rest_of_an_order_goes_the_way_of_its_case_and_leaves_with_its_rejection() {
    let portion = confirm("C1", false, redeemed("7842.60", "34.30", "7808.30"));
    let said = [redeem("6000"), portion, Command::Reject(sends("0.42"))];
    let audited = || Audited::of(Source::Payment).says(said.clone()).opened_on(&sends("0.42"));
    let owed = "L:CUST:REDEEM:TX-1 -7808.30";
    assert_eq!(audited().left(), [owed, "L:SUSPENSE TX-1.mmf -0.42"]);
    let closed = audited().closed(How::Accepted);
    assert_eq!(closed.left(), ["E:OVERSHORT TX-1.mmf -0.42", owed]);

    let held = closed.says(upheld(redeemed("10.00", "0", "10.00")));
    assert_eq!(held.left(), ["L:CUST:REDEEM:TX-1 -7818.30"]);
}
