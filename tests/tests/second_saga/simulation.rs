//! Many sagas of two kinds on one account, with everything going wrong at random.

use super::kettle;
use fundflow_testkit::{
    simulate::{Faults, Simulation, Stage, Truth},
    toy::{
        MEMBER, MORNING, account,
        account::{Account, Hold, Points},
        award::{self, Award},
        exchange::{Exchange, FORGETS_TO_CANCEL},
        given_points,
        shop::{May, Shop},
        transaction,
    },
};
use proptest::prelude::*;

const TRUTHS: [Truth<Shop>; 2] = [
    ("the account is never below zero", never_below_zero),
    ("nothing is ordered twice", nothing_is_ordered_twice),
];

fn never_below_zero(stage: &Stage<'_, Shop>) -> Result<(), String> {
    let account = stage.log.loaded(&account()).state;
    let taken = account.holds.values().map(|hold| match hold {
        Hold::Held(points) | Hold::Spent(points) => points.0,
        Hold::Released => 0,
    });
    let taken: u64 = taken.sum();
    if taken <= account.earned { Ok(()) } else { Err(format!("{taken} of {}", account.earned)) }
}

fn nothing_is_ordered_twice(stage: &Stage<'_, Shop>) -> Result<(), String> {
    let twice = stage.counterparties.orders.iter().find(|(_, times)| **times > 1);
    twice.map_or(Ok(()), |(number, times)| Err(format!("{number} was ordered {times} times")))
}

fn simulation(saga: Exchange, exchanges: u64, awards: u64) -> Simulation<Shop> {
    let may = [May::Decline, May::FailToPack, May::FailToShip, May::Damage, May::DenyPoints];
    let mut simulation = Simulation::new(Shop::that(may), MORNING)
        .saga(saga)
        .saga(Award)
        .with::<Account>(&account(), given_points(1000))
        .truths(TRUTHS);
    for at in 1..=exchanges {
        let id = transaction(&format!("EX-{at}"));
        simulation = simulation.request::<Exchange>(&id, kettle(100 + at), ());
    }
    for at in 1..=awards {
        let id = transaction(&format!("AW-{at}"));
        let award = award::Request { member: MEMBER.into(), points: Points(50) };
        simulation = simulation.request::<Award>(&id, award, ());
    }
    simulation
}

/// Calls and answers get lost and the clock jumps over deadlines, but nobody is refused for good.
fn silence(exchanges: u64) -> Simulation<Shop> {
    let mut simulation = Simulation::new(Shop::that([]), MORNING)
        .saga(Exchange::default())
        .with::<Account>(&account(), given_points(1000))
        .truths(TRUTHS)
        .faults(Faults { lost: 500, unheard: 100, jump: 200, ..Faults::default() })
        .without_operator();
    for at in 1..=exchanges {
        let id = transaction(&format!("EX-{at}"));
        simulation = simulation.request::<Exchange>(&id, kettle(100 + at), ());
    }
    simulation
}

#[test]
fn who_is_parked_for_want_of_an_answer_alone_needs_no_person() {
    let mut ended = 0;
    for seed in 0..40 {
        let found = silence(4).run(seed).unwrap();
        assert_eq!(found.parked, std::collections::BTreeMap::new(), "seed {seed}");
        ended += found.endings.values().sum::<usize>();
    }
    assert!(ended > 120, "{ended}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn many_sagas_of_two_kinds_survive_everything(
        seed in any::<u64>(), exchanges in 1..12u64, awards in 0..6u64,
    ) {
        let found = simulation(Exchange::default(), exchanges, awards).run(seed);
        let found = found.map_err(|failed| TestCaseError::fail(failed.to_string()))?;

        prop_assert!(found.parked.is_empty(), "{:?}", found.parked);
        let ended: usize = found.endings.values().sum();
        prop_assert!(ended + found.refused >= usize::try_from(exchanges + awards).unwrap());
    }
}

#[test]
fn the_same_seed_plays_the_same() {
    let simulation = simulation(Exchange::default(), 5, 3);

    assert_eq!(simulation.run(7), simulation.run(7));
    assert_ne!(simulation.run(7), simulation.run(8));
}

#[test]
fn without_faults_nothing_is_asked_twice() {
    let found = simulation(Exchange::default(), 5, 3).faults(Faults::NONE).run(1).unwrap();

    assert!(found.faults.is_empty(), "{:?}", found.faults);
}

#[test]
fn every_fault_strikes_and_every_ending_is_met() {
    let (mut faults, mut endings) =
        (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for seed in 0..12 {
        let found = simulation(Exchange::default(), 8, 4).run(seed).unwrap();
        faults.extend(found.faults.into_keys());
        endings.extend(found.endings.into_keys());
    }

    let all = ["again", "crash", "jump", "lost", "missed", "refused", "unheard"];
    assert_eq!(faults.into_iter().collect::<Vec<_>>(), all);
    let all = [
        "award.credited",
        "award.denied",
        "exchange.collected",
        "exchange.completed",
        "exchange.failed",
    ];
    assert_eq!(endings.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn a_wrong_cell_is_found_with_its_seed() {
    let failed = (0..20)
        .find_map(|seed| simulation(Exchange { table: &FORGETS_TO_CANCEL }, 5, 0).run(seed).err());
    let failed = failed.unwrap();

    assert!(failed.what.contains("and parcel (10"), "{failed}");
    assert!(failed.to_string().starts_with(&format!("seed {}, ", failed.seed)), "{failed}");
}

#[test]
fn who_died_between_the_late_answer_and_its_waking_is_over_after_the_next_start() {
    let found = simulation(Exchange::default(), 7, 3).run(8_281_008_390_443_193_029).unwrap();

    assert_eq!(found.parked, std::collections::BTreeMap::new());
}
