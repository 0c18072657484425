//! Many exchanges at once, with everything going wrong from a seed: the simulator on a saga that the kit does not
//! know, and one future of it as given, when, then.

use crate::{
    outside::{May, Outside, world},
    points::{PointsExchange, Request},
};
use fundflow::runtime::prelude::*;
use fundflow_testkit::{
    explore::given::{asked, crash, given, says},
    simulate::{Faults, Simulation, Stage, Truth},
    worlds,
};
use std::{collections::BTreeSet, sync::Arc};

const TRUTHS: [Truth<Outside>; 1] = [("whoever gave points has shares", points_or_shares)];

/// Points that are gone and shares that came, by exchange, once all is over.
fn points_or_shares(stage: &Stage<'_, Outside>) -> Result<(), String> {
    let taken = &stage.counterparties.taken;
    let done = |key: String| taken.get(key.as_str()) == Some(&Verdict::Done);
    let gone = (1..=EXCHANGES)
        .filter(|nth| done(format!("PX-{nth}.redeem")) && !done(format!("PX-{nth}.take_back")));
    let credited = stage.log.types().iter().filter(|it| **it == "holdings.credited").count();
    let gone = gone.count();
    if !stage.is_over || gone == credited {
        return Ok(());
    }
    Err(format!("points of {gone} exchanges are gone, and shares of {credited} came"))
}

const EXCHANGES: u32 = 6;

/// Exchanges of one member, of 10,000.00 yuan each.
fn storm() -> Simulation<Outside> {
    let may = [May::DeclinePoints, May::RefuseOrder, May::RejectInBatch];
    let outside = Outside { may: may.into_iter().collect(), ..Outside::default() };
    let mut storm = Simulation::new(outside, worlds::request_time())
        .saga(PointsExchange(worlds::house()))
        .truths(TRUTHS);
    for nth in 1..=EXCHANGES {
        let id = worlds::transaction(&format!("PX-{nth}"));
        let (member, fund) = (worlds::investor_id(), worlds::wallet_code());
        let request = Request { member, points: 1_000_000, fund };
        storm = storm.request::<PointsExchange>(&id, request, ());
    }
    storm
}

#[test]
fn exchanges_survive_faults_of_store_counterparties_clock_and_process() {
    let (mut faults, mut endings) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..24 {
        let found = storm().run(seed).unwrap();
        assert!(found.parked.is_empty(), "seed {seed}: {:?}", found.parked);
        faults.extend(found.faults.into_keys());
        endings.extend(found.endings.into_keys());
    }
    // Its counterparties say nothing unasked, so no news are missed.
    let all = ["again", "crash", "jump", "lost", "refused", "unheard"];
    assert_eq!(faults.into_iter().collect::<Vec<_>>(), all);
    let endings: Vec<_> = endings.into_iter().collect();
    assert_eq!(endings, ["points_exchange.exchanged", "points_exchange.kept"]);
}

#[test]
fn a_seed_plays_the_same_storm_again() {
    assert_eq!(storm().run(7), storm().run(7));
    assert_ne!(storm().run(7), storm().run(8));
    let calm = storm().faults(Faults::NONE).run(7).unwrap();
    assert!(calm.faults.is_empty(), "{:?}", calm.faults);
}

/// A truth that does not hold is found, and its seed finds it again.
#[test]
fn what_does_not_hold_is_reported_with_its_seed() {
    let nobody: Truth<Outside> = ("nobody exchanges anything", |stage| {
        let came = stage.log.types().contains(&"holdings.credited");
        if came { Err("shares came".to_owned()) } else { Ok(()) }
    });
    let simulation = storm().truths([nobody]);
    let failed = (0..8).find_map(|seed| simulation.run(seed).err()).unwrap();

    assert_eq!(simulation.run(failed.seed).unwrap_err(), failed);
    assert!(failed.what.contains("nobody exchanges anything"), "{failed}");
}

#[test]
fn given_points_that_were_taken_and_a_death_the_order_is_handed_in_under_its_number() {
    given(world([]))
        .when(asked())
        .then_events(["points_exchange.prepared", "points.reserved"])
        .then_sends(["call PX-1.redeem at points"])
        .when(says("PX-1.redeem", "Done"))
        .then_events(["points.spent", "payment.requested", "payment.paid", "application.placed"])
        .and_then([crash()])
        .when(says(&number(), "NotFound"))
        .then_sends([&*format!("call {} at ta-own", number())]);
}

/// The number of the order at the registrar.
fn number() -> String {
    let order = fundflow_sagas::prelude::OrderId::part(&worlds::transaction("PX-1"), "points");
    let no: Arc<str> = fundflow_domain::ids::ApplicationNo::of(&order).into();
    no.to_string()
}
