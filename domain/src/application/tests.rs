//! Given/when/then for an application.

use super::{
    Applications, Ask, Command, Confirmation, Event, LotConfirmed, Message, OnHuge, Outcome,
    Promise, PromisedFee, PurchaseConfirmed, Quantity, Reception, RedemptionConfirmed, Refusal,
    Rejection, SubscriptionConfirmed, Terms,
};
use crate::{
    calendar::TradingDay,
    decider::Decider,
    money::{Discount, Money, Nav, ShareRounding, SignedMoney},
    orders::{Cause, Serial, own_cause},
    testing::{given, history},
    time::Timestamp,
};

pub(super) fn day(text: &str) -> TradingDay {
    TradingDay::recorded(text.parse().unwrap())
}

pub(super) fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn at(time: &str) -> Timestamp {
    format!("2026-02-13T{time}:00+08:00").parse().unwrap()
}

pub(super) fn cause() -> Cause {
    own_cause("0010", "in words")
}

pub(super) fn promise(confirm_by: &str) -> Promise {
    let fee = PromisedFee::Exact(Money::ZERO);
    Promise { fee, discount: Discount::FREE, floor: None, confirm_by: day(confirm_by) }
}

fn terms(ask: Ask) -> Terms {
    Terms {
        order: "TX-1.mmf".parse().unwrap(),
        no: "APP1".parse().unwrap(),
        registrar: "own".parse().unwrap(),
        investor: "i-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        ask,
        trade_date: day("2026-02-13"),
        rounding: ShareRounding::HalfUp,
        promised: promise("2026-02-24"),
        distributor: None,
    }
}

pub(super) fn purchase() -> Terms {
    terms(Ask::Purchase { amount: "1000".parse().unwrap(), plan: None })
}

pub(super) fn redemption() -> Terms {
    let (shares, on_huge) = ("100".parse().unwrap(), OnHuge::CarryOver);
    terms(Ask::Redemption { shares, lots: vec![], on_huge, take_income: false })
}

pub(super) fn subscription() -> Terms {
    terms(Ask::Subscription { amount: "1000".parse().unwrap() })
}

pub(super) fn fast() -> Terms {
    terms(Ask::FastTransfer { shares: "100".parse().unwrap(), to: "bank-1".parse().unwrap() })
}

pub(super) fn place(terms: Terms) -> Command {
    Command::Place(Box::new(terms))
}

fn confirmation(name: &str, finished: bool, outcome: Outcome) -> Confirmation {
    let (on, serial, misnamed) = ("2026-02-24".parse().unwrap(), serial(name), vec![]);
    Confirmation { serial, confirmed_on: on, registered_on: on, finished, outcome, misnamed }
}

pub(super) fn bought(name: &str, amount: &str, refund: &str) -> Confirmation {
    let numbers = PurchaseConfirmed {
        amount: amount.parse().unwrap(),
        fee: Money::ZERO,
        refund: refund.parse().unwrap(),
        nav: Nav::ONE,
        shares: amount.parse().unwrap(),
    };
    confirmation(name, true, Outcome::Purchase(numbers))
}

pub(super) fn redeemed(name: &str, shares: &str, finished: bool) -> Confirmation {
    let numbers = RedemptionConfirmed {
        shares: shares.parse().unwrap(),
        nav: Nav::ONE,
        gross: shares.parse().unwrap(),
        fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        payout: shares.parse().unwrap(),
        income: SignedMoney::new(0.into()).unwrap(),
        lots: vec![],
    };
    confirmation(name, finished, Outcome::Redemption(numbers))
}

pub(super) fn founded() -> Confirmation {
    let numbers = SubscriptionConfirmed {
        amount: "1000".parse().unwrap(),
        fee: "10".parse().unwrap(),
        refund: Money::ZERO,
        interest: "0.37".parse().unwrap(),
        face: Nav::ONE,
        shares: "990.37".parse().unwrap(),
        interest_shares: "0.37".parse().unwrap(),
    };
    confirmation("C130", true, Outcome::Subscription(numbers))
}

pub(super) fn confirm(confirmation: Confirmation) -> Command {
    Command::Confirm(Box::new(confirmation))
}

pub(super) fn contest(confirmation: Confirmation) -> Command {
    Command::Contest(Box::new(confirmation))
}

pub(super) fn uphold(name: &str) -> Command {
    Command::Uphold(serial(name))
}

pub(super) fn withdraw(name: &str) -> Command {
    Command::Withdraw(serial(name), cause())
}

pub(super) fn accept(name: &str) -> Command {
    Command::Accept(serial(name))
}

pub(super) fn seal() -> Command {
    Command::Seal("batch-0213".into())
}

pub(super) fn send() -> Command {
    Command::Send("OFD_03".into(), 7)
}

fn reception(name: &str) -> Reception {
    Reception { serial: serial(name), on: day("2026-02-24").date(), amount: None }
}

pub(super) fn rejection(interest: &str) -> Rejection {
    Rejection { interest: interest.parse().unwrap(), ..Rejection::of(cause()) }
}

pub(super) fn reject(interest: &str) -> Command {
    Command::Reject(rejection(interest))
}

/// A rejection of what was confirmed.
pub(super) fn contest_rejection() -> Command {
    Command::ContestRejection(rejection("0"))
}

pub(super) fn cancel(time: &str) -> Command {
    Command::Cancel { at: at(time), cut_off: at("15:00"), cause: cause() }
}

pub(super) fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<Applications>(commands)
}

pub(super) fn out(terms: Terms) -> Vec<Command> {
    vec![place(terms), accept("A1"), seal(), send()]
}

#[test]
fn a_purchase_goes_its_way_and_is_confirmed_as_the_registrar_says() {
    given::<Applications>([])
        .when(place(purchase()))
        .then([Event::Placed(Box::new(purchase()))])
        .when(accept("A1"))
        .then([Event::Accepted { serial: Some(serial("A1")) }])
        .when(seal())
        .then([Event::Sealed { batch: "batch-0213".into() }])
        .when(send())
        .then([Event::Sent { file: "OFD_03".into(), record: 7 }])
        .when(confirm(bought("C1", "1000", "0")))
        .then([Event::Confirmed(Box::new(bought("C1", "1000", "0")))]);
}

#[test]
fn a_confirmation_that_overtakes_its_acceptance_implies_it() {
    let early = confirm(bought("C1", "400", "600"));
    given::<Applications>(after([place(purchase())]))
        .when(early)
        .then([
            Event::Accepted { serial: None },
            Event::PartlyConfirmed(Box::new(bought("C1", "400", "600"))),
        ])
        .when(accept("A1"))
        .then([])
        .when(seal())
        .then([])
        .when(send())
        .then([]);
}

#[test]
fn numbers_that_do_not_add_up_are_recorded_as_they_came() {
    let absurd = bought("C1", "1000000", "5");

    given::<Applications>(after(out(purchase())))
        .when(confirm(absurd.clone()))
        .then([Event::Confirmed(Box::new(absurd))]);
}

#[test]
fn a_carried_over_redemption_stays_open_until_its_last_portion() {
    let state = given::<Applications>(after(out(redemption())))
        .when(confirm(redeemed("C1", "60", false)))
        .then([Event::PortionConfirmed(Box::new(redeemed("C1", "60", false)))])
        .when(confirm(redeemed("C2", "30", false)))
        .then([Event::PortionConfirmed(Box::new(redeemed("C2", "30", false)))])
        .state();
    let open = state.application().unwrap();
    assert_eq!(open.settled(), Quantity::Shares("90".parse().unwrap()));
    assert_eq!(open.unsettled(), Quantity::Shares("10".parse().unwrap()));
    assert!(!open.stage.is_over());

    let portions = [confirm(redeemed("C1", "60", false)), confirm(redeemed("C2", "30", false))];
    let way: Vec<_> = out(redemption()).into_iter().chain(portions).collect();
    given::<Applications>(after(way.clone()))
        .when(confirm(redeemed("C3", "10", true)))
        .then([Event::Confirmed(Box::new(redeemed("C3", "10", true)))]);
    given::<Applications>(after(way.clone()))
        .when(confirm(redeemed("C3", "9.99", true)))
        .then([Event::PartlyConfirmed(Box::new(redeemed("C3", "9.99", true)))]);
    given::<Applications>(after(way)).when(reject("0")).then([Event::RestRejected(rejection("0"))]);
}

#[test]
fn a_portion_of_all_that_was_asked_for_is_not_the_last_word() {
    let state = given::<Applications>(after(out(redemption())))
        .when(confirm(redeemed("C1", "100", false)))
        .then([Event::PortionConfirmed(Box::new(redeemed("C1", "100", false)))])
        .state();

    assert!(!state.application().unwrap().stage.is_over());
}

#[test]
fn a_subscription_is_received_and_becomes_shares_when_the_fund_is_founded() {
    given::<Applications>(after(out(subscription())))
        .when(Command::Receive(reception("R120")))
        .then([Event::Received(reception("R120"))])
        .when(confirm(founded()))
        .then([Event::Confirmed(Box::new(founded()))])
        .when(Command::Receive(reception("R120")))
        .then([]);
}

#[test]
fn a_raising_that_fails_sends_the_subscription_back_with_interest() {
    let way = out(subscription()).into_iter().chain([Command::Receive(reception("R120"))]);

    given::<Applications>(after(way))
        .when(reject("0.37"))
        .then([Event::Rejected(rejection("0.37"))]);
}

#[test]
fn t_moves_with_its_promise_until_the_application_is_sealed() {
    let to = Command::MoveTo(day("2026-02-24"), promise("2026-02-25"), ShareRounding::HalfUp);
    let moved = Event::Moved {
        from: day("2026-02-13"),
        to: day("2026-02-24"),
        promised: promise("2026-02-25"),
        topup_discount: None,
        rounding: None,
    };
    let state = given::<Applications>(after([place(purchase()), accept("A1")]))
        .when(to)
        .then([moved])
        .when(place(purchase()))
        .then([])
        .state();

    assert_eq!(state.application().unwrap().terms.trade_date, day("2026-02-24"));
}

#[test]
fn a_redemption_that_nobody_has_taken_yet_may_be_of_other_shares_and_no_later_one() {
    let ask = |shares: &str| Command::AskFor(shares.parse().unwrap());
    let (all, less) = ("100".parse().unwrap(), "40".parse().unwrap());
    given::<Applications>(after([place(redemption())]))
        .when(ask("40"))
        .then([Event::AskChanged { from: all, to: less }])
        .when(ask("100"))
        .then([Event::AskChanged { from: less, to: all }]);
    given::<Applications>(after([place(redemption())]))
        .when(ask("0"))
        .then_refused(Refusal::AskFixed { asked: "redemption" });
    let step = "asking for other shares";
    let later = [(vec![accept("A1")], "accepted"), (vec![accept("A1"), seal()], "sealed")];
    for (way, stage) in later.into_iter().chain([(vec![reject("0")], "rejected")]) {
        let way = [place(redemption())].into_iter().chain(way);
        given::<Applications>(after(way))
            .when(ask("40"))
            .then_refused(Refusal::TooLate { stage, step });
    }
}

#[test]
fn resending_a_sealed_batch_changes_nothing() {
    let again = Command::Send("OFD_03_again".into(), 1);
    let state = given::<Applications>(after(out(purchase()))).when(again).then([]).state();
    let sent = state.application().unwrap();

    assert_eq!(sent.sent, Some(("OFD_03".into(), 7)));
    assert_eq!(sent.terms.trade_date, day("2026-02-13"));
}

#[test]
fn what_was_sent_before_its_rejection_may_be_named_again_and_what_was_not_is_never_sent() {
    let rejected = |way: Vec<Command>| after(way.into_iter().chain([reject("0")]));

    given::<Applications>(rejected(out(purchase()))).when(send()).then([]);
    given::<Applications>(rejected(vec![place(purchase()), accept("A1"), seal()]))
        .when(send())
        .then_refused(Refusal::TooLate { stage: "rejected", step: "sending" });
}

#[test]
fn an_application_is_taken_back_up_to_the_last_instant_before_the_cut_off() {
    for before in [vec![place(purchase())], vec![place(purchase()), accept("A1")]] {
        given::<Applications>(after(before))
            .when(cancel("14:59"))
            .then([Event::Cancelled { cause: cause() }]);
    }
}

#[test]
fn a_second_confirmation_that_differs_carries_both_into_the_refusal() {
    let way = || out(purchase()).into_iter().chain([confirm(bought("C1", "1000", "0"))]);
    for (name, amount) in [("C1", "999"), ("C2", "1000")] {
        let came = bought(name, amount, "0");
        given::<Applications>(after(way())).when(confirm(came.clone())).then_refused(
            Refusal::Contradicts {
                stands: Box::new(Message::Confirmation(bought("C1", "1000", "0"))),
                came: Box::new(Message::Confirmation(came)),
            },
        );
    }
}

/// A file leaves the gross and the lots out; what it lets be reckoned must not stand against what was stated.
#[test]
fn a_redemption_is_one_record_whether_its_gross_is_stated_or_reckoned() {
    let with = |gross: &str, payout: &str, lots: &[&str]| {
        let mut record = redeemed("C1", "400.00", true);
        let Outcome::Redemption(it) = &mut record.outcome else { panic!("a redemption") };
        (it.gross, it.payout) = (gross.parse().unwrap(), payout.parse().unwrap());
        let lot = |shares: &&str| LotConfirmed {
            serial: serial("L1"),
            shares: shares.parse().unwrap(),
            gross: shares.parse().unwrap(),
            fee: Money::ZERO,
        };
        it.lots = lots.iter().map(lot).collect();
        record
    };
    let stated = with("400.00", "399.99", &["400.00"]);
    let reckoned = with("399.99", "399.99", &[]);
    assert!(stated.says_the_same(&reckoned) && reckoned.says_the_same(&stated));
    assert!(!stated.says_the_same(&with("400.00", "400.00", &[])), "the payout was stated twice");
    assert!(!stated.says_the_same(&with("399.99", "399.99", &["400.00"])), "both were stated");
}

#[test]
fn an_outcome_stands_against_every_other_one() {
    let ends = [confirm(bought("C1", "1000", "0")), reject("0"), cancel("14:00")];
    let says = |first: usize, then: usize| {
        let before = [place(purchase()), accept("A1"), ends[first].clone()];
        let state = given::<Applications>(after(before)).state();
        match Applications::decide(&state, &ends[then]) {
            Ok(events) => format!("{} events", events.len()),
            Err(refusal) => refusal.to_string(),
        }
    };
    let but = |stood: &str, came: &str| {
        format!("the {stood} took effect; the {came} that came now says otherwise")
    };
    assert_eq!(says(0, 1), but("confirmation", "rejection"));
    assert_eq!(says(0, 2), but("confirmation", "cancellation"));
    assert_eq!(says(1, 0), but("rejection", "confirmation"));
    assert_eq!(says(1, 2), but("rejection", "cancellation"));
    assert_eq!(says(2, 0), but("cancellation", "confirmation"));
    // The registrar's answer to a cancellation may be a rejection of the application.
    assert_eq!(says(2, 1), "0 events");
}
