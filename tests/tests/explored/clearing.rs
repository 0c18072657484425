//! A settlement by the day, with everything going wrong: what is lost, late, short, doubled; deaths; people.

use crate::house::ends;
use fundflow_domain::{
    decider::Decider as _,
    ids::TransactionId,
    orders::Cause,
    settlement::{Part, Settlement, Settlements, Terms, Way},
    time::Timestamp,
};
use fundflow_kernel::{envelope::StreamName, streams::Key};
use fundflow_runtime::{message::Effect, port::Payload};
use fundflow_sagas::{
    clearing::{self, Clearing},
    ports::statements::{Stated, StatementAnswer, StatementCall},
};
use fundflow_testkit::{
    at_par,
    explore::{Counterparties, Explored, Explorer, Said, World, search::Truth},
    worlds::{date, day, instant, read},
};
use std::sync::Arc;

/// Statements that come one after the other: from when on, and how much in all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Bank {
    now: Timestamp,
    said: Vec<(Timestamp, &'static str)>,
}

impl Bank {
    fn of(said: &[(&str, &'static str)]) -> Self {
        let said = said.iter().map(|(from, yuan)| (instant(from), *yuan)).collect();
        Self { now: Timestamp::default(), said }
    }

    fn stated(&self) -> Stated {
        let said = self.said.iter().filter(|(from, _)| *from <= self.now);
        let part = |(nth, (_, yuan)): (usize, &(Timestamp, &'static str))| Part {
            serial: read(&format!("B-{nth}")),
            way: Way::In,
            amount: read(yuan),
            on: date("2026-02-13"),
        };
        let parts: Vec<Part> = said.enumerate().map(part).collect();
        if parts.is_empty() {
            return Stated::NotYet(Cause::new("no_statement", "none is there"));
        }
        Stated::Parts(parts)
    }
}

impl Counterparties for Bank {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        let Some(call) = effect.call_as::<StatementCall>() else { return Vec::new() };
        let answer = StatementAnswer { call: call.clone(), stated: self.stated() };
        vec![Said::of(answer, self.clone())]
    }

    fn silence(&self, effect: &Effect) -> Payload {
        let call = effect.call_as::<StatementCall>().unwrap().clone();
        let cause = Cause::new("time_out", "no answer in time");
        Arc::new(StatementAnswer { call, stated: Stated::Unknown(cause) })
    }

    fn notes(&mut self, now: Timestamp) {
        // Only which statements are there: else every instant were another world.
        let passed = self.said.iter().map(|(from, _)| *from).filter(|from| *from <= now);
        self.now = passed.max().unwrap_or_default();
    }

    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        Vec::new()
    }
}

fn due() -> Terms {
    Terms {
        party: read("channel"),
        t: day("2026-02-12"),
        due_on: date("2026-02-13"),
        receivable: read("1000.00"),
        payable: read("0.00"),
        fees: read("0.00"),
    }
}

fn id() -> TransactionId {
    clearing::id(due().id()).unwrap()
}

fn world(bank: Bank) -> World<Clearing, Bank> {
    let saga = Clearing { house: at_par::house(), statements: read("statements") };
    World::new(saga, bank, (id(), due(), ()), at_par::morning())
}

/// What the log says moved is what statements say, each transfer once.
fn booked_once(world: &World<Clearing, Bank>) -> Result<(), String> {
    let moved = world.log().types().iter().filter(|it| **it == "settlement.moved").count();
    let said = world.counterparties.said.len();
    if moved <= said {
        Ok(())
    } else {
        Err(format!("{moved} transfers are booked, {said} were said"))
    }
}

/// It is over only when nothing remains.
fn nothing_remains_at_the_end(world: &World<Clearing, Bank>) -> Result<(), String> {
    let key = Key::<Settlements>::of(&due().id());
    let view = world.replayed.view();
    let state = view.as_ref().and_then(|view| view.state(&key));
    let rest = state.and_then(|it| it.settlement()).and_then(Settlement::remains);
    let over = world.log().types().contains(&"clearing.completed");
    match rest {
        Some(rest) if over && !rest.is_zero() => Err(format!("{rest} remain")),
        _ => Ok(()),
    }
}

const TRUTHS: [Truth<Clearing, Bank>; 2] = [
    ("each transfer is booked once", booked_once),
    ("nothing remains at the end", nothing_remains_at_the_end),
];

fn explore(explorer: Explorer<Clearing, Bank>) -> Explored {
    assert_eq!(Settlements::CATEGORY, "settlement");
    let found = explorer.truths(TRUTHS).faults(1).states(400_000).run().unwrap();
    println!("{found:?}");
    found
}

/// With what remains, or without an answer where the last one was lost.
const PARKED: [&str; 2] = ["parked at settle (rest_remains)", "parked at settle (time_out)"];
const IN_TIME: &str = "2026-02-13T10:00:00+08:00";
const NEXT_DAY: &str = "2026-02-24T10:00:00+08:00";

#[test]
fn money_that_comes_on_the_day_of_pay() {
    let bank = Bank::of(&[(IN_TIME, "1000.00")]);
    ends(&explore(Explorer::new(world(bank))), &["completed"]);
}

#[test]
fn money_that_comes_in_two_parts_the_second_of_them_late() {
    let bank = Bank::of(&[(IN_TIME, "400.00"), (NEXT_DAY, "600.00")]);
    ends(&explore(Explorer::new(world(bank))), &PARKED);
}

#[test]
fn money_that_never_comes_waits_for_a_person() {
    let found = explore(Explorer::new(world(Bank::default())));
    ends(&found, &["parked at settle (no_statement)", "parked at settle (time_out)"]);
}

#[test]
fn money_that_comes_twice_waits_for_a_person() {
    let bank = Bank::of(&[(IN_TIME, "1000.00"), (IN_TIME, "1000.00")]);
    ends(&explore(Explorer::new(world(bank))), &PARKED);
}

#[test]
fn a_person_who_stops_it() {
    let found = explore(Explorer::new(world(Bank::default())).acts(1).operators());
    ends(
        &found,
        &["abandoned", "parked at settle (no_statement)", "parked at settle (time_out)", "stopped"],
    );
}
