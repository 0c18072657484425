//! Every refusal of an application, and what no sequence of commands may do.

use super::{
    Applications, Command, Event, Refusal,
    tests::{
        accept, after, cancel, cause, confirm, contest, contest_rejection, day, fast, out, place,
        promise, purchase, redeemed, redemption, reject, seal, send, serial, uphold, withdraw,
    },
};
use crate::{
    decider::{Decider, replay},
    money::ShareRounding,
    testing::{each_once, given},
};
use proptest::prelude::*;

fn place_of(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotPlaced => 0,
        Refusal::PlacedDifferently => 1,
        Refusal::WrongKind { .. } => 2,
        Refusal::Contradicts { .. } => 3,
        Refusal::NotContested(_) => 4,
        Refusal::NoRejectionContested => 5,
        Refusal::NotLast(_) => 6,
        Refusal::TooEarly { .. } => 7,
        Refusal::TooLate { .. } => 8,
        Refusal::SealedDifferently { .. } => 9,
        Refusal::MovesBack { .. } => 10,
        Refusal::PromisedDifferently(_) => 11,
        Refusal::AskFixed { .. } => 12,
        Refusal::Irrevocable => 13,
        Refusal::AlreadySealed { .. } => 14,
        Refusal::CutOffPassed { .. } => 15,
    }
}

const BACK: &str = "the application belongs to 2026-02-13 and cannot move back to 2026-02-12";

/// What comes before, the command, and what is said.
fn refused() -> Vec<(Vec<Command>, Command, &'static str)> {
    let open = || vec![place(purchase()), accept("A1")];
    let to = |t: &str, by: &str| Command::MoveTo(day(t), promise(by), ShareRounding::HalfUp);
    vec![
        (vec![], seal(), "the application was not placed"),
        (open(), place(redemption()), "the application was already placed on other terms"),
        (
            out(purchase()),
            confirm(redeemed("C1", "1", true)),
            "a redemption does not answer a purchase",
        ),
        (
            open(),
            accept("A2"),
            "the acceptance took effect; the acceptance that came now says otherwise",
        ),
        (out(purchase()), uphold("C9"), "no record C9 is contested"),
        (out(purchase()), Command::UpholdRejection(cause()), "no rejection is contested"),
        (out(purchase()), withdraw("C9"), "record C9 is not the last one that holds"),
        (vec![place(purchase())], seal(), "the application is placed; sealing must wait"),
        (
            out(purchase()),
            to("2026-02-24", "2026-02-25"),
            "the application is sent; moving to another T comes too late",
        ),
        (
            out(purchase()),
            Command::Seal("other".into()),
            "the application is sealed in batch batch-0213, not in other",
        ),
        (open(), to("2026-02-12", "2026-02-13"), BACK),
        (
            open(),
            to("2026-02-13", "2026-02-25"),
            "the application belongs to 2026-02-13 already, on another promise",
        ),
        (
            vec![place(purchase())],
            Command::AskFor("1".parse().unwrap()),
            "what a purchase asks for does not change",
        ),
        (vec![place(fast())], cancel("10:00"), "a fast transfer cannot be taken back"),
        (
            out(purchase()),
            cancel("14:59"),
            "asked at 2026-02-13T14:59:00+08:00, with the cut-off at 2026-02-13T15:00:00+08:00, \
             but the application is sealed",
        ),
        (
            open(),
            cancel("15:00"),
            "asked at 2026-02-13T15:00:00+08:00, but applications of this T could be taken back \
             only before 2026-02-13T15:00:00+08:00",
        ),
    ]
}

#[test]
fn every_refusal_has_its_case() {
    let mut places = Vec::new();
    for (before, command, says) in refused() {
        let state = given::<Applications>(after(before)).state();
        let refusal = Applications::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(place_of(&refusal));
    }
    each_once(places, 16);
}

fn any_command() -> impl Strategy<Value = Command> {
    let name = || prop::sample::select(vec!["S1", "S2", "S3"]);
    let shares = || prop::sample::select(vec!["40", "60"]);
    prop_oneof![
        name().prop_map(accept),
        Just(seal()),
        Just(send()),
        Just(Command::MoveTo(day("2026-02-24"), promise("2026-02-25"), ShareRounding::HalfUp)),
        prop::sample::select(vec!["40", "50"])
            .prop_map(|shares| Command::AskFor(shares.parse().unwrap())),
        (name(), any::<bool>()).prop_map(|(name, last)| confirm(redeemed(name, "40", last))),
        (name(), shares(), any::<bool>())
            .prop_map(|(name, shares, last)| contest(redeemed(name, shares, last))),
        (name(), name(), shares()).prop_map(|(reverses, name, shares)| Command::Correct {
            reverses: serial(reverses),
            confirmation: Box::new(redeemed(name, shares, true)),
        }),
        name().prop_map(uphold),
        name().prop_map(withdraw),
        Just(reject("0")),
        Just(contest_rejection()),
        Just(Command::UpholdRejection(cause())),
        any::<bool>().prop_map(|taken_back| Command::DropRejection { cause: cause(), taken_back }),
        prop::sample::select(vec!["14:00", "15:00"]).prop_map(cancel),
    ]
}

proptest! {
    #[test]
    fn one_outcome_and_every_repetition_decides_nothing(commands in prop::collection::vec(any_command(), 0..25)) {
        let mut events = after([place(redemption())]);
        for command in commands {
            let state = replay::<Applications>(&events).unwrap();
            let Ok(decided) = Applications::decide(&state, &command) else { continue };
            events.extend(decided);
            let state = replay::<Applications>(&events).unwrap();
            prop_assert_eq!(Applications::decide(&state, &command), Ok(vec![]));
        }
        let overruled = events.iter().any(|event| matches!(
            event,
            Event::Upheld(_) | Event::Withdrawn { .. }
        ));
        let outcomes = events.iter().filter(|event| matches!(
            event,
            Event::Confirmed(_) | Event::PartlyConfirmed(_) | Event::RestRejected(_)
                | Event::Rejected(_) | Event::Cancelled { .. }
        ));
        prop_assert!(overruled || outcomes.count() <= 1);
    }
}
