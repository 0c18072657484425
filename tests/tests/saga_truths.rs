//! The bug classes that long-lived transactions are known for, each excluded by name.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what a test cannot make or find fails it"
)]

use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer};
use fundflow_domain::{
    discount_purchase::Ending,
    ids::{Leg, WalletId},
    modes::ConversionMode::{self, LinkedSameDay, NextDay},
    time::Timestamp,
};
use fundflow_kernel::{
    codec::Stored,
    envelope::StreamName,
    loaded::Loaded,
    memory_store::MemoryStore,
    store::{AppendError, EventStore, Position, StreamAppend},
};
use fundflow_sagas::{
    retry::WAITS,
    runner::{
        Action, Answer, Effect, Input, Reply, Runner, order_stream, purchase_stream, wallet_stream,
    },
};
use fundflow_testkit::{
    orders,
    saga_world::{
        Fate, World,
        counterparties::{Pay, Script, Take},
        truths, unknown,
    },
    worlds::{self, calendar, cause, instant, money, request_time, shares},
};

fn happy() -> Script {
    Script { pay: Pay::Pays, buy: Take::Confirms, convert: Take::Confirms, breaks: false }
}

fn placed(mode: ConversionMode, script: Script) -> World {
    let mut world = World::new(mode, script);
    world.handle(world.request_input());
    world
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

fn loaded<D: Stored>(store: &MemoryStore, stream: &StreamName) -> Loaded<D> {
    block_on(Loaded::load(store, stream)).expect("a stream that reads")
}

/// A process of its own over the shared store.
fn recoverer(store: &MemoryStore) -> Runner {
    let (tx, request) = (worlds::transaction("TX-1"), worlds::request(LinkedSameDay));
    let wallet = WalletId { investor: request.investor, fund: request.wallet_fund };
    let mut runner = Runner::new(calendar());
    runner.provide_saga(
        tx.clone(),
        loaded(store, &purchase_stream(&tx)),
        loaded(store, &order_stream(&tx, Leg::MoneyFund)),
        loaded(store, &order_stream(&tx, Leg::Conversion)),
    );
    runner.provide_wallet(wallet.clone(), loaded(store, &wallet_stream(&wallet)));
    runner.wake(&tx, request_time());
    runner
}

fn append(store: &MemoryStore, batch: Vec<StreamAppend>) -> Result<(), AppendError> {
    block_on(store.append(batch)).map(|_| ())
}

#[test]
fn two_recoverers_run_one_saga_once() {
    let store = MemoryStore::new();
    let mut world = World::new(LinkedSameDay, happy());
    let mut first = Runner::new(calendar());
    while first.needs(&world.request_input()).is_some() {
        first = recoverer(&store);
    }
    first.handle(world.request_input(), request_time());
    append(&store, first.take().appends).expect("the first to append");

    // Both believe that they own it; both ask before they charge, and are told the same.
    let mut both = [recoverer(&store), recoverer(&store)];
    let charge = charge_after_the_question(&mut both[0]);
    let again = charge_after_the_question(&mut both[1]);
    assert_eq!(charge, again, "one number, one charge");
    let (told, _) = world.act_on(&Effect::Charge(charge));
    let (repeated, _) = world.act_on(&Effect::Charge(again));
    assert_eq!(world.channel.taken(), money("10000.00"));

    hear(&mut both[0], told);
    let batch = both[0].take();
    append(&store, batch.appends).expect("the faster one");
    hear(&mut both[1], repeated);
    let slower = both[1].take();
    let conflict = append(&store, slower.appends.clone()).map_err(|error| error.to_string());

    // The same answer under the same cause is the same event; what follows from it is, too.
    let facts = |store: &MemoryStore| {
        block_on(store.read_all(Position::START, 100)).expect("a store that reads")
    };
    assert_eq!(conflict, Ok(()), "the same facts are recognised, not written again");
    let paid = facts(&store).iter().filter(|it| it.event.event_type == "fund_order.paid").count();
    assert_eq!((paid, facts(&store).len()), (1, 4));

    // As soon as they know different things, only one can write.
    let accepted = |serial: &str| {
        Answer::Application(Leg::MoneyFund, ApplicationAnswer::Accepted(serial.into()))
    };
    hear(&mut both[0], accepted("TA-1"));
    append(&store, both[0].take().appends).expect("the faster one");
    let refused = ApplicationAnswer::Rejected(cause("0009", "the fund is closed"));
    hear(&mut both[1], Answer::Application(Leg::MoneyFund, refused));
    let refused = append(&store, both[1].take().appends).map_err(|error| error.to_string());
    assert_eq!(refused, Err("fund_order-TX-1.mmf is not at version 3".to_owned()));
}

fn hear(runner: &mut Runner, answer: Answer) {
    let transaction = worlds::transaction("TX-1");
    runner.handle(Input::Heard { transaction, answer, asked: true }, request_time());
}

fn charge_after_the_question(runner: &mut Runner) -> fundflow_application::counterparty::Charge {
    let asked = runner.take().effects;
    assert!(matches!(asked[..], [(_, Effect::QueryCharge(_))]), "{asked:?}");
    hear(runner, Answer::Charge(ChargeAnswer::NotFound));
    let mut sent = runner.take().effects;
    match sent.pop() {
        Some((_, Effect::Charge(charge))) => charge,
        other => panic!("a charge, not {other:?}"),
    }
}

#[test]
fn no_saga_is_stranded_between_steps() {
    for (mode, crashes) in [(LinkedSameDay, 30), (NextDay, 36)] {
        let script = Script { buy: Take::Partly, ..happy() };
        let mut world = World::new(mode, script);
        world.handle(world.request_input());
        let mut points = 0;
        loop {
            for appended in 0..6 {
                let mut dead = world.clone();
                if let Some(input) = next_input(&mut dead) {
                    dead.handle_and_crash(input, appended);
                    assert_eq!(truths::not_stranded(&dead), Ok(()), "{:?}", dead.log.types());
                    dead.run();
                    assert_eq!(dead.ending(), Some(Ending::Completed), "after {appended}");
                    assert_eq!(truths::at_rest(&dead), Ok(()));
                    points += 1;
                }
            }
            let Some(input) = next_input(&mut world) else { break };
            world.handle(input);
        }
        println!("{mode:?}: {points} crashes");
        assert_eq!(points, crashes, "{mode:?}");
    }
}

/// What happens next when all goes well.
fn next_input(world: &mut World) -> Option<Input> {
    if !world.in_flight.is_empty() {
        return Some(world.answer(0, Fate::Told).0);
    }
    let mut records = world.batch();
    let last = records.pop()?;
    for record in records {
        world.handle(world.notice(record));
    }
    Some(world.notice(last))
}

/// Every call is answered "unknown" until nothing is waited for.
fn drown(world: &mut World) -> Vec<Timestamp> {
    let mut asked_at = Vec::new();
    for _ in 0..100 {
        if world.in_flight.is_empty() {
            if world.is_parked() || !world.ring() {
                return asked_at;
            }
        } else {
            asked_at.push(world.now);
            let (input, _) = world.answer(0, Fate::Lost);
            world.handle(input);
        }
    }
    panic!("it asks for ever");
}

#[test]
fn compensation_never_storms() {
    let mut world = placed(NextDay, Script { buy: Take::Refuses, ..happy() });
    for _ in 0..2 {
        let (input, _) = world.answer(0, Fate::Told);
        world.handle(input);
    }
    let asked_at = drown(&mut world);

    assert_eq!(world.parked_at(), Some(("refund payment".to_owned(), "timeout".to_owned())));
    assert_eq!(asked_at.len(), 17, "sixteen waits");
    let micros = |at: &Timestamp| at.micros();
    for (pair, seconds) in asked_at.windows(2).zip(WAITS) {
        let waited = (micros(&pair[1]) - micros(&pair[0])) / 1000;
        assert!((seconds * 900..=seconds * 1100).contains(&waited), "{seconds}: {waited} ms");
    }
    assert!(!world.ring() || world.in_flight.is_empty(), "a parked purchase asks nobody");

    let reply = world.act(Action::Resume { reason: "the bank is back".into() });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    world.run();
    assert_eq!(world.ending(), Some(Ending::Failed));
    assert_eq!(world.channel.returned(), money("10000.00"));
}

#[test]
fn an_unknown_charge_is_asked_for_sixteen_times_and_then_by_a_person() {
    let mut world = placed(LinkedSameDay, happy());
    let asked_at = drown(&mut world);

    assert_eq!(asked_at.len(), 17);
    assert_eq!(world.parked_at(), Some(("pay".to_owned(), "timeout".to_owned())));
    assert_eq!(world.alerts, ["parked at pay: no answer (timeout)"]);
    assert_eq!(world.channel.taken(), money("0"), "nothing was assumed");
}

#[test]
fn late_confirmation_cannot_contradict() {
    let confirmed = || {
        let told = orders::bought("10000.00", "0.00");
        Answer::Application(Leg::MoneyFund, ApplicationAnswer::Confirmed(Box::new(told)))
    };
    let rejected = |leg| {
        let why = cause("0009", "the fund is closed");
        Answer::Application(leg, ApplicationAnswer::Rejected(why))
    };
    let declined = Answer::Charge(ChargeAnswer::Declined(cause("51", "no money")));
    let rolled_back = Script { buy: Take::Refuses, ..happy() };
    let compensated = Script { buy: Take::Rejects, ..happy() };
    let kept = Script { convert: Take::Rejects, ..happy() };
    let converted = || {
        let told = Box::new(orders::converted("10000.00"));
        Answer::Application(Leg::Conversion, ApplicationAnswer::Confirmed(told))
    };
    let cases = [
        (rolled_back, Ending::Failed, confirmed(), "rejected; a late confirmation"),
        (compensated, Ending::Failed, confirmed(), "rejected; a late confirmation"),
        (kept, Ending::KeptInWallet, converted(), "rejected; a late confirmation"),
        (kept, Ending::KeptInWallet, rejected(Leg::MoneyFund), "confirmed; a late rejection"),
        (happy(), Ending::Completed, rejected(Leg::Conversion), "confirmed; a late rejection"),
        (happy(), Ending::Completed, declined, "confirmed; a late decline"),
    ];
    for mode in [LinkedSameDay, NextDay] {
        for (script, ending, late, words) in cases.clone() {
            let mut world = World::new(mode, script);
            world.run();
            let events = world.log.events.len();
            world.alerts.clear();
            world.handle(world.notice(late));

            assert_eq!((world.ending(), world.log.events.len()), (Some(ending), events));
            let [alert] = &world.alerts[..] else { panic!("one alert: {:?}", world.alerts) };
            assert!(alert.contains(words), "{alert}");
        }
    }
}

#[test]
fn idempotency_outlives_the_order() {
    let mut world = World::new(LinkedSameDay, happy());
    world.run();
    let (events, first) = (world.log.events.len(), admitted(&world.replies[0]));
    assert_eq!(world.runner.open(), 0, "nothing is kept in memory");
    let sent = world.sent.len();

    world.crash();
    world.now = instant("2027-11-24T10:00:00+08:00");
    world.handle(world.request_input());

    assert_eq!(world.log.events.len(), events);
    assert_eq!(admitted(world.replies.last().expect("a reply")), first);
    assert_eq!((world.sent.len(), world.runner.open()), (sent, 0));
    let wallet = &world.log.wallet.state;
    assert_eq!(wallet.registered(), shares("0"));
}

fn admitted(reply: &Reply) -> String {
    let Reply::Placed { admitted, .. } = reply else { panic!("{reply:?}") };
    format!("{admitted:?}")
}

#[test]
fn an_unasked_word_of_not_knowing_is_no_news() {
    let mut world = placed(NextDay, Script { buy: Take::Refuses, ..happy() });
    world.run();
    let events = world.log.events.len();
    for effect in [
        Effect::QueryCharge(fundflow_domain::ids::PaymentNo::pay(
            &fundflow_domain::ids::OrderId::of(&worlds::transaction("TX-1"), Leg::MoneyFund),
        )),
        refund_effect(),
    ] {
        world.handle(world.notice(unknown(&effect)));
    }

    assert_eq!((world.log.events.len(), world.is_parked()), (events, false));
}

fn refund_effect() -> Effect {
    let order = fundflow_domain::ids::OrderId::of(&worlds::transaction("TX-1"), Leg::MoneyFund);
    Effect::Refund(fundflow_application::counterparty::Refund {
        no: fundflow_domain::ids::PaymentNo::refund(&order, 0),
        account: worlds::account(),
        amount: money("10000.00"),
        order,
    })
}

#[test]
fn an_answer_that_changes_nothing_is_not_asked_for_again_at_once() {
    let mut world = placed(LinkedSameDay, happy());
    let (Input::Heard { transaction, .. }, _) = world.answer(0, Fate::Lost) else {
        panic!("no call")
    };

    // "Never heard of it", said to the charge itself, is nonsense.
    let answer = Answer::Charge(ChargeAnswer::NotFound);
    world.handle(Input::Heard { transaction, answer, asked: true });

    assert!(world.in_flight.is_empty(), "{:?}", world.in_flight);
    let open = world.log.purchase.state.known().expect("a purchase");
    let retry = open.retries.first().expect("a retry");
    assert_eq!((retry.row.as_ref(), retry.cause.code.as_ref()), ("pay", "no_effect"));
}
