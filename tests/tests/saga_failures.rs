//! What goes wrong on the way of a purchase, row by row, and where its money then is.

use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer};
use fundflow_domain::{
    calendar::TradingDay,
    discount_purchase::{Ending, Refusal, Request},
    ids::Leg,
    modes::ConversionMode::{self, LinkedSameDay, NextDay},
    money::{Money, Shares},
    wallet::Reservation,
};
use fundflow_sagas::runner::{Answer, Effect, Input, Reply};
use fundflow_testkit::{
    orders,
    saga_world::{
        Fate, World,
        counterparties::{Pay, Script, Take, purchase_numbers},
    },
    worlds::{self, amount, cause, day, money, shares},
};

fn script(pay: Pay, buy: Take, convert: Take) -> Script {
    Script { pay, buy, convert, breaks: false }
}

fn happy() -> Script {
    script(Pay::Pays, Take::Confirms, Take::Confirms)
}

fn run(mode: ConversionMode, script: Script) -> World {
    let mut world = World::new(mode, script);
    world.run();
    world
}

/// Taken from the account, sent back, and shares in the wallet.
fn books(world: &World) -> (Money, Money, Shares) {
    let wallet = world.log.wallet.state.registered();
    (world.channel.taken(), world.channel.returned(), wallet)
}

fn all() -> Money {
    money("10000.00")
}

const MODES: [ConversionMode; 2] = [LinkedSameDay, NextDay];

#[test]
fn a_request_repeated_under_its_id_has_the_first_outcome_and_no_event() {
    let mut world = run(LinkedSameDay, happy());
    let events = world.log.events.len();
    world.handle(world.request_input());

    let last = world.replies.last();
    assert!(
        matches!(last, Some(Reply::Placed { ending: Some(Ending::Completed), .. })),
        "{last:?}"
    );
    assert_eq!(world.log.events.len(), events);
}

#[test]
fn another_request_under_the_same_id_is_refused_by_the_names_of_its_fields() {
    let mut world = run(NextDay, happy());
    let events = world.log.events.len();
    let other = Request { amount: amount("1.00"), only_today: true, ..worlds::request(NextDay) };
    world.handle(world.place_input(other));

    let Some(Reply::Refused(refusal)) = world.replies.pop() else { panic!("it is refused") };
    let fields = vec!["amount", "only_today"];
    assert_eq!(refusal, Refusal::DiffersFromFirst { fields });
    assert_eq!(world.log.events.len(), events);
}

#[test]
fn another_request_does_not_disturb_the_first_one_after_a_restart() {
    let mut world = World::new(LinkedSameDay, happy());
    world.handle(world.request_input());
    for _ in 0..2 {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    let place = world.place();
    // A process that has not woken the purchase yet is asked for it.
    world.runner = fundflow_sagas::runner::Runner::new(worlds::calendar());
    let other = Request { amount: amount("1.00"), ..world.request.clone() };
    world.handle(world.place_input(other));

    assert_eq!((world.place(), world.parked_at()), (place, None));
}

#[test]
fn a_declined_payment_rolls_back_and_nothing_moved() {
    for mode in MODES {
        let world = run(mode, script(Pay::Declines, Take::Confirms, Take::Confirms));

        assert_eq!(world.ending(), Some(Ending::Failed));
        assert_eq!(books(&world), (Money::ZERO, Money::ZERO, Shares::ZERO));
    }
}

#[test]
fn an_unknown_payment_is_asked_for_and_nothing_goes_to_the_registrar_meanwhile() {
    for (fate, asked_next) in [
        (Fate::Unheard, vec!["query TX-1.mmf.pay", "submit mmf"]),
        (Fate::Lost, vec!["query TX-1.mmf.pay", "charge TX-1.mmf.pay", "submit mmf"]),
    ] {
        let mut world = World::new(LinkedSameDay, happy());
        world.handle(world.request_input());
        let (input, _) = world.answer(0, fate);
        world.handle(input);
        assert_eq!(world.sent, ["charge TX-1.mmf.pay"], "nothing is assumed");
        world.run();

        assert_eq!(world.sent[1..=asked_next.len()], asked_next, "{fate:?}");
        assert_eq!(world.ending(), Some(Ending::Completed));
        assert_eq!(world.channel.taken(), all());
    }
}

#[test]
fn an_unknown_payment_that_was_declined_rolls_back() {
    let mut world = World::new(NextDay, script(Pay::Declines, Take::Confirms, Take::Confirms));
    world.handle(world.request_input());
    let (input, _) = world.answer(0, Fate::Unheard);
    world.handle(input);
    world.run();

    assert_eq!(world.sent, ["charge TX-1.mmf.pay", "query TX-1.mmf.pay"]);
    assert_eq!(world.ending(), Some(Ending::Failed));
}

#[test]
fn a_payment_after_the_cut_off_moves_both_orders_to_the_next_t() {
    let world = run(LinkedSameDay, script(Pay::PaysLate, Take::Confirms, Take::Confirms));

    assert_eq!(world.ending(), Some(Ending::Completed));
    let t = |state: &fundflow_domain::fund_order::State| -> Option<TradingDay> {
        state.order().map(|order| order.terms.trade_date)
    };
    let next = Some(day("2026-02-24"));
    assert_eq!([t(&world.log.buy.state), t(&world.log.convert.state)], [next, next]);
}

#[test]
fn a_moved_t_moves_the_day_on_which_the_registrar_is_asked() {
    let mut world =
        World::new(LinkedSameDay, script(Pay::PaysLate, Take::Confirms, Take::Confirms));
    world.handle(world.request_input());
    while !world.in_flight.is_empty() {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    let due = world.runner.next_timer().map(|due| due.to_string());

    assert_eq!(due.as_deref(), Some("2026-02-25T12:00:00+08:00"));
}

#[test]
fn money_for_today_only_that_comes_after_the_cut_off_goes_back() {
    for mode in MODES {
        let request = Request { only_today: true, ..worlds::request(mode) };
        let mut world = World::of(request, script(Pay::PaysLate, Take::Confirms, Take::Confirms));
        world.run();

        assert_eq!(world.ending(), Some(Ending::Failed));
        assert_eq!(books(&world), (all(), all(), Shares::ZERO));
        assert_eq!(
            world.sent,
            ["charge TX-1.mmf.pay", "refund TX-1.mmf.refund0 10000.00"],
            "the registrar never hears of it"
        );
    }
}

#[test]
fn money_of_another_amount_goes_back_before_the_purchase_ends() {
    let world = run(LinkedSameDay, script(Pay::PaysLess, Take::Confirms, Take::Confirms));

    let less = money("9999.99");
    assert_eq!(books(&world), (less, less, Shares::ZERO));
    let last = world.log.types().split_off(world.log.types().len() - 2);
    assert_eq!(last, ["fund_order.refunded", "discount_purchase.rolled_back"]);
}

#[test]
fn a_second_debit_goes_back_and_the_purchase_goes_on() {
    for mode in MODES {
        let world = run(mode, script(Pay::PaysTwice, Take::Confirms, Take::Confirms));

        assert_eq!(world.ending(), Some(Ending::Completed));
        assert_eq!(books(&world), (money("20000.00"), all(), Shares::ZERO));
    }
}

#[test]
fn a_purchase_refused_at_the_front_is_paid_back() {
    for mode in MODES {
        let world = run(mode, script(Pay::Pays, Take::Refuses, Take::Confirms));

        assert_eq!(world.ending(), Some(Ending::Failed));
        assert_eq!(books(&world), (all(), all(), Shares::ZERO));
    }
}

#[test]
fn a_purchase_rejected_after_its_linked_conversion_was_accepted_is_compensated_in_full() {
    let world = run(LinkedSameDay, script(Pay::Pays, Take::Rejects, Take::Confirms));

    assert_eq!(world.ending(), Some(Ending::Failed));
    assert_eq!(books(&world), (all(), all(), Shares::ZERO));
    assert_eq!(world.log.types().last(), Some(&"discount_purchase.compensated"));
}

#[test]
fn a_conversion_confirmed_although_its_purchase_was_rejected_stops_for_a_person() {
    let play = Script { breaks: true, ..script(Pay::Pays, Take::Rejects, Take::Confirms) };
    let world = run(LinkedSameDay, play);

    let parked = ("conversion falls".to_owned(), "blocked".to_owned());
    assert_eq!((world.ending(), world.parked_at()), (None, Some(parked)));
    assert_eq!(books(&world), (all(), Money::ZERO, Shares::ZERO), "nothing is moved");
}

#[test]
fn a_rejected_conversion_leaves_free_shares_in_the_wallet() {
    for mode in MODES {
        let world = run(mode, script(Pay::Pays, Take::Confirms, Take::Rejects));

        assert_eq!(world.ending(), Some(Ending::KeptInWallet));
        assert_eq!(books(&world), (all(), Money::ZERO, shares("10000")));
        assert_eq!(world.log.wallet.state.available(), shares("10000"));
    }
}

#[test]
fn a_conversion_refused_at_t_waits_for_the_purchase_and_keeps_its_shares() {
    for mode in MODES {
        let world = run(mode, script(Pay::Pays, Take::Confirms, Take::Refuses));

        assert_eq!(world.ending(), Some(Ending::KeptInWallet));
        assert_eq!(world.log.wallet.state.available(), shares("10000"));
    }
}

#[test]
fn a_conversion_refused_at_t_ends_in_a_refund_when_the_purchase_is_rejected_too() {
    let world = run(LinkedSameDay, script(Pay::Pays, Take::Rejects, Take::Refuses));

    assert_eq!(world.ending(), Some(Ending::Failed));
    assert_eq!(books(&world), (all(), all(), Shares::ZERO));
}

#[test]
fn what_a_partial_conversion_leaves_is_free_in_the_wallet() {
    for mode in MODES {
        let world = run(mode, script(Pay::Pays, Take::Confirms, Take::Partly));

        assert_eq!(world.ending(), Some(Ending::Completed));
        assert_eq!(books(&world), (all(), Money::ZERO, shares("6400")));
        assert_eq!(world.log.wallet.state.available(), shares("6400"));
    }
}

#[test]
fn a_partial_purchase_returns_the_difference_and_limits_the_conversion() {
    for mode in MODES {
        let world = run(mode, script(Pay::Pays, Take::Partly, Take::Confirms));

        assert_eq!(world.ending(), Some(Ending::Completed));
        assert_eq!(books(&world), (all(), money("4000"), Shares::ZERO));
        let entry = world.log.wallet.state.entry(world.transaction());
        assert_eq!(entry.reservation, Reservation::Spent(shares("6000")));
    }
}

#[test]
fn a_confirmation_that_overtakes_everything_is_kept() {
    let mut world = World::new(LinkedSameDay, happy());
    world.handle(world.request_input());
    let (paid, _) = world.answer(0, Fate::Told);
    world.handle(paid);
    let effect = world.in_flight[0].clone();
    world.act_on(&effect);
    for answer in world.batch() {
        world.handle(world.notice(answer));
    }
    world.run();

    assert_eq!(world.ending(), Some(Ending::Completed));
    assert_eq!(world.sent, ["charge TX-1.mmf.pay", "submit mmf", "submit convert"]);
}

#[test]
fn numbers_that_do_not_add_up_stop_the_purchase_and_change_nothing() {
    let mut world = World::new(NextDay, happy());
    world.handle(world.request_input());
    for _ in 0..2 {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    let stage = world.log.buy.state.clone();
    let odd = Answer::Application(Leg::MoneyFund, purchase_numbers("9000", "999", "9000"));
    world.handle(world.notice(odd));

    let parked = ("confirmation".to_owned(), "does_not_add_up".to_owned());
    assert_eq!(world.parked_at(), Some(parked));
    assert_eq!(world.log.buy.state, stage);
}

#[test]
fn a_confirmation_without_an_answer_is_asked_for_on_its_day_under_the_same_number() {
    let mut world = World::new(NextDay, happy());
    world.handle(world.request_input());
    for _ in 0..2 {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    let due = world.runner.next_timer().map(|due| due.to_string());
    assert_eq!(due.as_deref(), Some("2026-02-24T12:00:00+08:00"));
    world.ring();
    assert!(matches!(world.in_flight[..], [Effect::QueryApplication(Leg::MoneyFund, _)]));

    let (input, _) = world.answer(0, Fate::Told);
    world.handle(input);
    assert_eq!(world.log.types().last(), Some(&"discount_purchase.retry_scheduled"));
    world.run();
    assert_eq!(world.ending(), Some(Ending::Completed));
}

#[test]
fn a_word_about_an_unknown_purchase_is_shown_and_not_stored() {
    let mut world = World::new(NextDay, happy());
    let told = ChargeAnswer::Declined(cause("51", "no money"));
    world.handle(world.notice(Answer::Charge(told)));

    assert_eq!((world.log.events.len(), world.alerts.len()), (0, 1));
    assert_eq!(world.runner.open(), 0, "and not kept in memory");
}

#[test]
fn a_confirmation_after_the_refund_changes_nothing_and_is_shown() {
    let mut world = run(NextDay, script(Pay::Pays, Take::Rejects, Take::Confirms));
    let events = world.log.events.len();
    let late = ApplicationAnswer::Confirmed(Box::new(orders::bought("10000.00", "0.00")));
    let input: Input = world.notice(Answer::Application(Leg::MoneyFund, late));
    world.handle(input);

    assert_eq!((world.log.events.len(), world.ending()), (events, Some(Ending::Failed)));
    assert_eq!(
        world.alerts,
        ["registrar refused: the order is rejected; a late confirmation cannot change that"]
    );
}
