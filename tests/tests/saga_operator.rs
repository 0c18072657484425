//! What a person may do to a purchase that waits for one, and what comes of late answers then.

use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer, RefundAnswer};
use fundflow_domain::{
    discount_purchase::{Disposed, Disposition, Ending, Event},
    fund_order::Payment,
    ids::{Leg, OrderId, PaymentNo},
    modes::ConversionMode::{LinkedSameDay, NextDay},
    money::Shares,
};
use fundflow_sagas::runner::{Action, ActionError, Answer, Effect, Reply};
use fundflow_testkit::{
    saga_world::{
        Fate, World,
        counterparties::{Pay, Script, Take, purchase_numbers},
        truths,
    },
    worlds::{self, cause, instant, money, shares},
};

fn play(pay: Pay, buy: Take, convert: Take) -> Script {
    Script { pay, buy, convert, breaks: false }
}

fn happy() -> Script {
    play(Pay::Pays, Take::Confirms, Take::Confirms)
}

/// Placed, and so many calls answered as they should be.
fn after(mut world: World, answers: usize) -> World {
    world.handle(world.request_input());
    for _ in 0..answers {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    world
}

/// The call is answered "unknown" until the purchase is parked.
fn parked(mut world: World, fate: Fate) -> World {
    let mut fate = fate;
    while !world.is_parked() {
        if world.in_flight.is_empty() {
            assert!(world.ring(), "it waits");
        } else {
            let (input, _) = world.answer(0, fate);
            fate = Fate::Lost;
            world.handle(input);
        }
    }
    world
}

fn refused(reply: Reply) -> ActionError {
    match reply {
        Reply::NotActed(error) => error,
        other => panic!("it is refused, not {other:?}"),
    }
}

fn resume() -> Action {
    Action::Resume { reason: "looked at".into() }
}

fn skip() -> Action {
    Action::SkipToLanding { reason: "nobody answers".into() }
}

fn abandon(dispositions: &[(&str, Disposition)]) -> Action {
    let dispositions = dispositions.iter().map(|(leg, what)| ((*leg).into(), *what)).collect();
    Action::Abandon { reason: "case 17".into(), dispositions }
}

fn no(nth: Option<u32>) -> PaymentNo {
    let order = OrderId::of(&worlds::transaction("TX-1"), Leg::MoneyFund);
    nth.map_or_else(|| PaymentNo::pay(&order), |nth| PaymentNo::refund(&order, nth))
}

fn late_payment(serial: &str) -> Answer {
    let paid_at = instant("2026-02-13T10:00:05+08:00");
    let amount = money("10000.00");
    Answer::Charge(ChargeAnswer::Paid(Payment {
        no: no(None),
        serial: serial.into(),
        amount,
        paid_at,
    }))
}

#[test]
fn a_resumed_purchase_asks_first_and_then_completes() {
    let mut world = parked(after(World::new(LinkedSameDay, happy()), 0), Fate::Unheard);
    let sent = world.sent.len();
    assert!(matches!(world.act(resume()), Reply::Acted));
    world.run();

    assert_eq!(world.sent[sent..][..2], ["query TX-1.mmf.pay", "submit mmf"]);
    assert_eq!(world.ending(), Some(Ending::Completed));
    assert_eq!(world.channel.taken(), money("10000.00"));
}

#[test]
fn only_what_is_parked_can_be_resumed() {
    let mut world = after(World::new(LinkedSameDay, happy()), 0);

    assert_eq!(refused(world.act(resume())), ActionError::NotParked { at: "pay".into() });
    let mut nothing = World::new(LinkedSameDay, happy());
    let unknown = ActionError::Unknown(worlds::transaction("TX-1"));
    assert_eq!(refused(nothing.act(resume())), unknown);
}

#[test]
fn a_charge_that_is_given_up_is_fenced_and_its_late_money_goes_back() {
    let mut world = parked(after(World::new(NextDay, happy()), 0), Fate::Unheard);
    assert!(matches!(world.act(skip()), Reply::Acted));
    assert_eq!(world.ending(), Some(Ending::Failed));
    let events = world.log.events.len();

    world.handle(world.notice(late_payment("CH-1")));
    world.run();

    assert_eq!(
        world.log.types()[events..],
        ["fund_order.payment_unapplied", "fund_order.refund_requested", "fund_order.refunded"]
    );
    assert_eq!(world.channel.taken(), world.channel.returned());
    assert_eq!((world.ending(), world.runner.open()), (Some(Ending::Failed), 0));
}

#[test]
fn a_purchase_application_that_is_given_up_is_paid_back() {
    let mut world = parked(after(World::new(NextDay, happy()), 1), Fate::Lost);
    assert!(matches!(world.act(skip()), Reply::Acted));
    world.run();

    assert_eq!(world.ending(), Some(Ending::Failed));
    assert_eq!(world.channel.returned(), money("10000.00"));
}

#[test]
fn a_conversion_that_is_given_up_leaves_the_shares_in_the_wallet() {
    let mut world = parked(after(World::new(LinkedSameDay, happy()), 2), Fate::Lost);
    assert!(matches!(world.act(skip()), Reply::Acted));
    world.run();

    assert_eq!(world.ending(), Some(Ending::KeptInWallet));
    assert_eq!(world.log.wallet.state.available(), shares("10000"));
}

#[test]
fn what_only_the_registrar_can_say_cannot_be_skipped() {
    let mut world = after(World::new(NextDay, happy()), 2);
    let events = world.log.events.len();

    let error = ActionError::CannotSkip { at: "confirm buy".into() };
    assert_eq!(refused(world.act(skip())), error);
    assert_eq!(world.log.events.len(), events);
}

#[test]
fn nobody_gives_up_on_a_leg_that_has_no_owner() {
    let mut world = parked(after(World::new(NextDay, happy()), 1), Fate::Lost);
    let events = world.log.events.len();

    let words = "leg money_fund (10000.00 yuan) is open; \
                 give it a disposition: refund, suspense or manual";
    assert_eq!(refused(world.act(abandon(&[]))), ActionError::Refused(words.into()));
    assert_eq!((world.ending(), world.log.events.len()), (None, events));
}

#[test]
fn giving_up_stores_what_becomes_of_every_leg() {
    let mut world = parked(after(World::new(NextDay, happy()), 1), Fate::Lost);
    let reply = world.act(abandon(&[("money_fund", Disposition::Suspense)]));

    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    assert_eq!(world.ending(), Some(Ending::Abandoned));
    let legs = vec![Disposed {
        leg: "money_fund".into(),
        worth: money("10000.00"),
        disposition: Disposition::Suspense,
    }];
    let last = world.log.decoded::<fundflow_domain::discount_purchase::DiscountPurchase>().last();
    assert_eq!(last, Some(Event::Abandoned { reason: "case 17".into(), legs }));
}

#[test]
fn a_refund_that_was_given_to_a_person_is_never_sent_by_the_engine_as_well() {
    let world = World::new(NextDay, play(Pay::Pays, Take::Refuses, Take::Confirms));
    let mut world = after(world, 2);
    assert!(matches!(world.in_flight[..], [Effect::Refund(_)]));
    let (unknown, _) = world.answer(0, Fate::Lost);
    world.handle(unknown);

    let reply = world.act(abandon(&[("refund0", Disposition::Manual)]));
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    world.run();
    world.crash();
    world.run();

    assert_eq!(world.ending(), Some(Ending::Abandoned));
    assert_eq!(world.channel.returned(), money("0"), "a person pays it back");
    assert_eq!(world.runner.open(), 0, "it is nobody's business any more");
}

#[test]
fn money_that_comes_after_giving_up_still_goes_back() {
    let mut world = parked(after(World::new(NextDay, happy()), 0), Fate::Lost);
    let reply = world.act(abandon(&[("payment", Disposition::Manual)]));
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    world.alerts.clear();
    world.handle(world.notice(late_payment("CH-7")));
    let told = "payment CH-7 came after the purchase was abandoned; do what was decided about it";
    assert_eq!(world.alerts, [told]);
    world.handle(world.notice(late_payment("CH-8")));
    world.run();

    let refunds: Vec<&str> =
        world.sent.iter().filter(|name| name.starts_with("refund")).map(String::as_str).collect();
    assert_eq!(refunds, ["refund TX-1.mmf.refund1 10000.00"], "the second debit");
}

#[test]
fn an_account_that_takes_no_refund_stops_for_a_person_and_the_refund_can_be_tried_again() {
    let world = World::new(NextDay, play(Pay::Pays, Take::Refuses, Take::Confirms));
    let mut world = after(world, 2);
    world.in_flight.clear();
    let closed = RefundAnswer::Refused(cause("closed", "the account is closed"));
    world.handle(fundflow_sagas::runner::Input::Heard {
        transaction: worlds::transaction("TX-1"),
        answer: Answer::Refund(no(Some(0)), closed),
        asked: true,
    });
    assert_eq!(world.parked_at(), Some(("refund payment".into(), "closed".into())));

    assert!(matches!(world.act(resume()), Reply::Acted));
    world.run();
    assert_eq!(world.ending(), Some(Ending::Failed));
    assert_eq!(world.channel.returned(), money("10000.00"));
}

#[test]
fn a_refusal_of_a_refund_that_has_arrived_changes_nothing_and_is_shown() {
    let mut world = World::new(NextDay, play(Pay::Pays, Take::Refuses, Take::Confirms));
    world.run();
    let events = world.log.events.len();
    let closed = RefundAnswer::Refused(cause("closed", "the account is closed"));
    world.handle(world.notice(Answer::Refund(no(Some(0)), closed)));

    assert_eq!((world.log.events.len(), world.is_parked()), (events, false));
    assert_eq!(
        world.alerts,
        ["refund TX-1.mmf.refund0 refused, but nobody waits for it: the account is closed"]
    );
}

#[test]
fn what_is_heard_while_it_is_parked_is_kept_for_when_it_goes_on() {
    let mut world = parked(after(World::new(NextDay, happy()), 0), Fate::Unheard);
    world.handle(world.notice(late_payment("CH-1")));
    assert_eq!(world.log.types().last(), Some(&"fund_order.paid"));
    assert!(world.in_flight.is_empty(), "a parked purchase calls nobody");

    assert!(matches!(world.act(resume()), Reply::Acted));
    world.run();
    assert_eq!(world.ending(), Some(Ending::Completed));
    assert_eq!(truths::at_rest(&world), Ok(()));
}

#[test]
fn the_days_cut_seals_and_sends_what_was_accepted() {
    let mut world = after(World::new(NextDay, happy()), 2);
    for action in
        [Action::Seal(Leg::MoneyFund, "B-1".into()), Action::Send(Leg::MoneyFund, "F-1".into(), 3)]
    {
        assert!(matches!(world.act(action), Reply::Acted));
    }
    assert_eq!(
        world.log.types()[world.log.events.len() - 2..],
        ["fund_order.sealed", "fund_order.sent"]
    );
    let late = Action::Seal(Leg::Conversion, "B-1".into());
    assert_eq!(refused(world.act(late)), ActionError::Refused("the order was not placed".into()));
    world.run();
    assert_eq!(world.ending(), Some(Ending::Completed));
}

#[test]
fn a_registrar_that_speaks_after_its_row_was_given_up_is_shown_and_not_believed() {
    let mut world = parked(after(World::new(NextDay, happy()), 1), Fate::Unheard);
    assert!(matches!(world.act(skip()), Reply::Acted));
    world.run();
    world.alerts.clear();
    let accepted = ApplicationAnswer::Accepted("TA-1".into());
    world.handle(world.notice(Answer::Application(Leg::MoneyFund, accepted)));

    assert_eq!(
        world.alerts,
        ["registrar refused: the order is rejected; a late acceptance cannot change that"]
    );
    assert_eq!(world.log.wallet.state.registered(), Shares::ZERO);
}

#[test]
fn a_record_that_does_not_add_up_stops_no_purchase_that_was_abandoned() {
    let mut world = after(World::new(NextDay, happy()), 2);
    let wrong = || Answer::Application(Leg::MoneyFund, purchase_numbers("9000.00", "0.00", "9000"));
    world.handle(world.notice(wrong()));
    assert!(world.is_parked());
    let reply = world.act(abandon(&[("money_fund", Disposition::Manual)]));
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    world.alerts.clear();

    // A registrar that is asked again, or whose file is read again, tells the same record again.
    world.handle(world.notice(wrong()));

    assert!(!world.is_parked());
    assert_eq!(world.alerts.len(), 1, "it is shown: {:?}", world.alerts);
}
