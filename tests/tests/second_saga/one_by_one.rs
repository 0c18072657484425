//! One input at a time: given what happened, when something comes, then this is sent and stored.

use super::world;
use fundflow_kernel::{cause::Cause, envelope::StreamName};
use fundflow_runtime::{
    liveness::Wait,
    message::{Action, Rest},
    process::Disposition,
    retry,
};
use fundflow_testkit::{
    explore::given::{
        Given, Happening, act, answered, asked, command, crash, given, silence, timer, unasked,
    },
    toy::{
        exchange::{Command, Exchange},
        parcel::News,
        shop::{Answer, Shop, name},
    },
};

const ORDER: &str = "TX-1.parcel.order";
const SHIP: &str = "TX-1.parcel.ship";

fn parcel() -> StreamName {
    "parcel-TX-1.parcel".parse().unwrap()
}

fn ordered() -> Happening {
    answered(ORDER, Answer::Parcel(News::Ordered))
}

fn exchange() -> Given<Exchange, Shop> {
    given(world(Exchange::default(), []))
}

#[test]
fn a_request_reserves_before_the_shop_hears_of_it() {
    exchange()
        .when(asked())
        .then_events(["exchange.prepared", "points.reserved", "parcel.requested"])
        .then_sends(["call TX-1.parcel.order at shop"]);
}

#[test]
fn silence_is_asked_about_and_never_called_again_unasked() {
    exchange()
        .after([asked()])
        .when(silence(ORDER))
        .then_events(["exchange.retry_scheduled"])
        .then_sends([])
        .when(timer())
        .then_events([])
        .then_sends(["query TX-1.parcel.order at shop"])
        .when(answered(ORDER, Answer::NotFound))
        .then_events([])
        .then_sends(["call TX-1.parcel.order at shop"]);
}

#[test]
fn after_a_restart_the_first_thing_sent_is_a_question() {
    exchange()
        .after([asked()])
        .when(crash())
        .then_events([])
        .then_sends(["query TX-1.parcel.order at shop"]);
}

#[test]
fn what_is_said_early_is_known_early() {
    exchange()
        .after([asked()])
        .when(unasked(parcel(), Answer::Parcel(News::Packed)))
        .then_events(["parcel.ordered", "parcel.packed", "points.spent"])
        .then_sends(["call TX-1.parcel.ship at shop"])
        .when(ordered())
        .then_events([])
        .then_sends([]);
}

#[test]
fn what_was_packed_cannot_be_withdrawn() {
    let packed = unasked(parcel(), Answer::Parcel(News::Packed));
    exchange()
        .after([asked(), ordered(), packed])
        .when(command(Command::Withdraw))
        .then_refused("it can be withdrawn only between its order and its packing");
}

#[test]
fn what_was_withdrawn_is_taken_apart_and_released() {
    exchange()
        .after([asked(), ordered()])
        .when(command(Command::Withdraw))
        .then_events(["parcel.withdrawn"])
        .then_sends(["call TX-1.parcel.cancel at shop"])
        .when(answered("TX-1.parcel.cancel", Answer::Parcel(News::Cancelled)))
        .then_events(["parcel.cancelled", "points.released", "exchange.failed"])
        .then_sends([]);
}

#[test]
fn who_gives_up_says_what_becomes_of_every_open_end() {
    let abandon = |named: &[&str]| {
        let one = |name: &&str| ((*name).into(), Disposition::Refund);
        let dispositions = named.iter().map(one).collect();
        act(Action::Abandon { reason: "the shop has closed".into(), dispositions })
    };
    exchange()
        .after([asked(), ordered()])
        .when(abandon(&["points"]))
        .then_refused("parcel (300) is open; give it a disposition: refund, suspense or manual")
        .when(abandon(&["points", "parcel"]))
        .then_events(["exchange.abandoned"])
        .then_sends([]);
}

#[test]
fn an_order_that_nobody_answers_can_be_closed_and_is_left() {
    exchange()
        .after([asked(), silence(ORDER)])
        .when(act(Action::SkipToLanding { reason: "the shop has closed".into() }))
        .then_events([
            "exchange.landing_chosen",
            "parcel.declined",
            "points.released",
            "exchange.failed",
        ])
        .then_sends([]);
}

#[test]
fn damaged_goods_are_apologised_for_after_the_end() {
    let packed = unasked(parcel(), Answer::Parcel(News::Packed));
    let shipped = answered(SHIP, Answer::Parcel(News::Shipped));
    exchange()
        .after([asked(), ordered(), packed, shipped])
        .when(unasked(parcel(), Answer::Parcel(News::Damaged)))
        .then_events(["parcel.damaged"])
        .then_sends(["query TX-1.parcel.apologise at shop"])
        .when(answered("TX-1.parcel.apologise", Answer::NotFound))
        .then_events([])
        .then_sends(["call TX-1.parcel.apologise at shop"])
        .when(answered("TX-1.parcel.apologise", Answer::Parcel(News::Apologised)))
        .then_events(["parcel.apologised"])
        .then_sends([]);
}

/// Silent until a person is called.
fn parked() -> fundflow_testkit::explore::given::When<Exchange, Shop> {
    let mut world = world(Exchange::default(), []);
    world.handle(world.request());
    while !world.is_parked() {
        match world.in_flight.pop() {
            Some(effect) => {
                let silence = Answer::Unknown(Cause::new("time_out", "no answer in time"));
                let answered = std::sync::Arc::new(silence);
                let input =
                    fundflow_testkit::explore::World::<Exchange, Shop>::answered(effect, answered);
                world.handle(input);
            }
            None => assert!(world.ring()),
        }
    }
    given(world).when(timer())
}

#[test]
fn who_is_parked_is_still_asked_for_slowly_and_goes_on_when_the_answer_comes() {
    let parked = parked().then_events([]).then_sends(["query TX-1.parcel.order at shop"]);
    let cause = Cause::new("time_out", "no answer in time");
    let waits = parked.world.waits();
    let asked = Some(name());
    assert_eq!(waits, [Wait::Operator { row: "order".into(), cause: cause.clone(), asked }]);
    assert_eq!(parked.world.rests, [Rest::Parked(cause)]);
    let calls = parked.world.transcript.iter().filter(|line| line.contains(" at shop"));
    assert!(calls.count() > retry::FAST.len(), "asked for often before a person is called");

    // The shop should have packed long ago, so it is asked at once.
    parked
        .when(ordered())
        .then_events(["parcel.ordered", "exchange.resumed"])
        .then_sends(["query TX-1.parcel.order at shop"]);
}
