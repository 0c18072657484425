//! Records with more to come that are said after the one that closed the order.

use super::{
    Applications, Command, Confirmation, Event, Refusal, Stage, State,
    tests::{after, bought, confirm, contest, out, purchase, redeemed, redemption, serial, uphold},
};
use crate::{decider::Decider as _, orders::Cause, testing::given};

fn correct(reverses: &str, by: Confirmation) -> Command {
    Command::Correct { reverses: serial(reverses), confirmation: Box::new(by) }
}

fn join(portion: Confirmation) -> Command {
    Command::Join(Box::new(portion))
}

fn part(name: &str, amount: &str) -> Confirmation {
    Confirmation { finished: false, ..bought(name, amount, "0") }
}

fn placed(name: &str) -> Event {
    let cause = Cause::new("corrected", "another record of the registrar took its place");
    Event::Withdrawn { serial: serial(name), cause, taken_back: false, overruled: true }
}

fn stage(state: &State) -> &Stage {
    &state.application().unwrap().stage
}

#[test]
fn a_correcting_record_with_more_to_come_opens_the_order_again() {
    let state = given::<Applications>(after(
        [out(purchase()), vec![confirm(bought("C1", "1000", "0"))]].concat(),
    ))
    .when(correct("C1", part("P1", "400")))
    .then([placed("C1"), Event::PortionConfirmed(Box::new(part("P1", "400")))])
    .when(correct("C1", part("P1", "400")))
    .then([])
    .when(confirm(bought("C1", "1000", "0")))
    .then([])
    .state();
    assert_eq!(stage(&state), &Stage::Confirming);
    let state = Applications::evolve(state, &Event::Confirmed(Box::new(bought("P2", "600", "0"))));
    assert!(matches!(stage(&state.unwrap()), Stage::Confirmed(_)));

    // A person who says that it holds says no more than that.
    let contested = [confirm(redeemed("C1", "100", true)), contest(redeemed("P1", "40", false))];
    let state = given::<Applications>(after([out(redemption()), contested.into()].concat()))
        .when(uphold("P1"))
        .then([placed("C1"), Event::PortionConfirmed(Box::new(redeemed("P1", "40", false)))])
        .state();
    assert_eq!(stage(&state), &Stage::Confirming);
    assert_eq!(state.application().unwrap().contested().count(), 0);
}

#[test]
fn a_portion_that_the_last_record_overtook_stands_beside_it() {
    let closed = || after([out(purchase()), vec![confirm(bought("C1", "600", "0"))]].concat());
    let state = given::<Applications>(closed())
        .when(join(part("P1", "400")))
        .then([Event::PortionConfirmed(Box::new(part("P1", "400")))])
        .when(join(part("P1", "400")))
        .then([])
        .state();
    assert!(matches!(stage(&state), Stage::Confirmed(last) if last.serial == serial("P1")));

    // Both cannot be true, or nothing closed it.
    given::<Applications>(closed())
        .when(join(part("P1", "400.01")))
        .then_refused(Refusal::TooEarly { stage: "partly confirmed", step: "a portion beside it" });
    given::<Applications>(after(out(purchase())))
        .when(join(part("P1", "400")))
        .then_refused(Refusal::TooEarly { stage: "sent", step: "a portion beside it" });

    // A person finds that it holds, and what was confirmed stays so.
    let contested = [confirm(redeemed("C1", "60", true)), contest(redeemed("P1", "40", false))];
    let state = given::<Applications>(after([out(redemption()), contested.into()].concat()))
        .when(uphold("P1"))
        .then([Event::PortionConfirmed(Box::new(redeemed("P1", "40", false)))])
        .state();
    let known = state.application().unwrap();
    assert!(matches!(&known.stage, Stage::Confirmed(last) if last.serial == serial("P1")));
    assert_eq!((known.contested().count(), known.unsettled()), (0, known.settled().none()));
}

#[test]
fn a_stored_correction_with_more_to_come_still_closes_its_order() {
    let (reverses, confirmation) = (serial("C1"), Box::new(part("P1", "400")));
    let before = given::<Applications>(after(
        [out(purchase()), vec![confirm(bought("C1", "1000", "0"))]].concat(),
    ))
    .state();
    let after = Applications::evolve(before, &Event::Corrected { reverses, confirmation }).unwrap();
    assert!(stage(&after).is_over());
}

#[test]
fn a_record_is_the_same_whether_it_parts_the_put_off_fee_or_not() {
    let with = |put_off: &str| {
        let mut record = redeemed("C1", "400.00", true);
        let crate::application::Outcome::Redemption(it) = &mut record.outcome else { panic!() };
        (it.fee, it.back_end_fee) = ("5".parse().unwrap(), put_off.parse().unwrap());
        record
    };
    assert!(with("0").says_the_same(&with("3")) && with("3").says_the_same(&with("0")));
    assert!(!with("2").says_the_same(&with("3")), "both part it");
}
