//! Whole days of every shipped saga, with everything going wrong: all of it holds, and all of it can be played again.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_simulation::{
    days::{Coverage, Fault, PROFILES, Plan, Played, Rows, coverage::Way, profile},
    shipped, town,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

fn plays(plan: &Plan) -> Played {
    let days = town::days(plan).unwrap();
    let played = days.play(plan, profile(&plan.faults).unwrap());
    played.unwrap_or_else(|fallen| {
        let last = fallen.last.join("\n  ");
        panic!("house {} at {}: {fallen}\n  {last}", plan.house, fallen.at)
    })
}

#[test]
fn what_must_be_true_holds_under_every_profile() {
    for profile in PROFILES {
        for house in 0..2 {
            let played = plays(&Plan::of(20_260_212, house, 3, 5, profile.name));
            assert!(played.sagas >= 20, "{} {}", profile.name, played.sagas);
            let known: BTreeSet<Fault> = profile.rates.iter().map(|(fault, _)| *fault).collect();
            assert!(played.faults.keys().all(|it| known.contains(it)), "{:?}", played.faults);
        }
    }
}

#[test]
fn the_same_plan_plays_the_same_to_the_last_link() {
    let plan = Plan::of(7, 1, 3, 5, "heavy");
    assert_eq!(plays(&plan), plays(&plan));
    let other = plays(&Plan { seed: 8, ..plan.clone() });
    assert_ne!(plays(&plan).links, other.links);
}

#[test]
fn what_struck_by_chance_strikes_again_by_name() {
    let plan = Plan::of(9, 0, 3, 5, "heavy");
    let by_chance = plays(&plan);
    assert!(by_chance.struck.len() > 20, "{:?}", by_chance.faults);
    let named = Plan { strikes: Some(by_chance.struck.clone()), ..plan };
    assert_eq!(plays(&named), by_chance);
}

#[test]
fn a_plan_is_read_as_it_is_written() {
    let of = Plan::of(9, 3, 4, 5, "light");
    let plan = Plan {
        moments: Some(BTreeSet::from([1, 4])),
        strikes: Some(BTreeSet::from(["lost call: call TX-1.pay #1".to_owned()])),
        fails: Some("money and shares are conserved".into()),
        ..of
    };
    let text = plan.to_toml().unwrap();
    assert_eq!(Plan::from_toml(&text), Ok(plan));
    let wrong =
        Plan::from_toml("seed = 1\nhouse = 0\ndays = 1\nper_day = 1\nfaults = 'none'\nx = 1");
    assert!(wrong.is_err_and(|what| what.contains('x')));
}

fn named(plan: Plan, moments: &[usize], strikes: &[&str]) -> Plan {
    let strikes = strikes.iter().map(|it| (*it).to_owned()).collect();
    Plan { moments: Some(moments.iter().copied().collect()), strikes: Some(strikes), ..plan }
}

#[test]
fn a_confirmation_after_the_money_went_back_ends_with_a_person_and_not_twice() {
    let strikes = ["contradiction: call 5PVXECN2H7HBMEJACY1HK1RT #1", "operator: recharge W-3 #2"];
    let played = plays(&named(Plan::of(11, 50, 2, 6, "heavy"), &[6], &strikes));
    assert_eq!(played.struck.len(), 2, "{:?}", played.struck);
}

#[test]
fn whoever_writes_again_after_its_end_is_read_by_the_next_process() {
    let strikes =
        ["crash: case-f8c71821a2118a4bfabae88b26b7c4ec@0 #1", "operator: recharge D-0210-2 #1"];
    let played = plays(&named(Plan::of(11, 14, 4, 6, "heavy"), &[27], &strikes));
    assert_eq!(played.struck.len(), 2, "{:?}", played.struck);
}

#[test]
fn what_a_person_gave_up_may_wait_for_whoever_closes_its_case() {
    let strikes = [
        "no or in part: news of application-TTMV47SNYS5EE6DQ51HERECB #1",
        "operator: fast_withdraw D-0211-3 #2",
    ];
    let played = plays(&named(Plan::of(34, 20, 6, 6, "people"), &[35, 78, 79], &strikes));
    let ended = ("fast_withdraw", "fast_withdraw.abandoned, and waits for a person".to_owned());
    assert_eq!(played.endings.get(&ended), Some(&1), "{:?}", played.endings);
}

#[test]
fn a_timer_that_the_clock_jumped_over_rings_before_the_day_is_closed() {
    let strikes = ["clock jump: 2026-02-10 #1"];
    let played = plays(&named(Plan::of(11, 17, 3, 6, "clock"), &[30], &strikes));
    assert_eq!(played.struck.len(), 1, "{:?}", played.struck);
}

#[test]
fn a_further_record_of_a_purchase_whose_money_went_back_has_its_own_case() {
    let strikes = [
        "contradiction: call 4TEB6YRES84MB1ZDGWRVRT8B #1",
        "no or in part: news of application-4TEB6YRES84MB1ZDGWRVRT8B #1",
    ];
    let played = plays(&named(Plan::of(2, 41, 2, 6, "heavy"), &[1], &strikes));
    assert_eq!(played.struck.len(), 2, "{:?}", played.struck);
}

#[test]
fn what_a_person_says_of_the_ends_of_a_saga_that_is_over_is_no_other_end_of_it() {
    let strikes = [
        "contradiction: call D-0210-2.20260212.buy.pay #1",
        "no or in part: call D-0210-2.20260212.buy.pay #1",
        "operator: purchase D-0210-2.20260212 #1",
        "slow call: query D-0210-2.20260212.buy.pay.refund1 #1",
    ];
    let played = plays(&named(Plan::of(3, 78, 5, 6, "heavy"), &[31], &strikes));
    assert_eq!(played.struck.len(), 4, "{:?}", played.struck);
}

/// A day was closed before it was asked for, and its record was corrected after that.
#[test]
fn who_looks_at_the_log_goes_by_the_calendar_that_it_has_by_then() {
    let strikes = ["no or in part: query G047BNKCZZT85GJDYR04AR7C #1"];
    let played = plays(&named(Plan::of(48, 9, 5, 6, "heavy"), &[2, 21, 66], &strikes));
    assert_eq!(played.struck.len(), 1, "{:?}", played.struck);
}

#[test]
fn what_another_earns_in_a_wallet_that_all_has_left_keeps_nobody_waiting() {
    let played = plays(&named(Plan::of(39, 32, 6, 6, "heavy"), &[58, 93, 100], &[]));
    assert_eq!(played.sagas, 5, "{played:?}");
}

/// The other one counts against the same day, and is read into memory first.
#[test]
fn who_stands_still_for_what_was_read_for_another_goes_on() {
    let strikes = [
        "crash: application-4X24VEA9XDRWYYX1PD0DSYRH@2 #1",
        "operator: discount_purchase E-0210-0 #2",
    ];
    let played = plays(&named(Plan::of(44, 15, 6, 6, "heavy"), &[14, 42, 80, 91, 104], &strikes));
    assert_eq!(played.struck.len(), 2, "{:?}", played.struck);
}

#[test]
fn another_record_under_the_number_of_a_contested_one_is_a_contradiction_and_no_defect() {
    let strikes = ["no or in part: news of application-32MVTND3R3WCBZMETQJT7CDB #1"];
    let played = plays(&named(Plan::of(25, 22, 4, 6, "heavy"), &[9, 57], &strikes));
    assert_eq!(played.struck.len(), 1, "{:?}", played.struck);
}

#[test]
fn why_a_record_is_not_booked_is_the_same_for_the_next_process() {
    let strikes = [
        "missed news: application-3DTEW7EJAEGYZ81C0GWC9F88 #1",
        "no or in part: query 3DTEW7EJAEGYZ81C0GWC9F88 #1",
        "no or in part: query TFNJ4NWYQD8X51VX8WCAC122 #1",
        "unheard answer: query 3DTEW7EJAEGYZ81C0GWC9F88 #2",
    ];
    let played = plays(&named(Plan::of(32, 15, 2, 6, "outside"), &[12], &strikes));
    assert_eq!(played.struck.len(), 4, "{:?}", played.struck);
}

#[test]
fn a_record_in_dispute_and_what_others_bring_are_explained_before_and_after_it_is_given_up() {
    let half = "no or in part: news of application-VVHCPNPQD476MDZWYA79Y997 #1";
    for (seed, house, (days, per_day), moments, operator) in [
        (28, 24, (5, 12), [90, 115], "operator: discount_purchase P-0210.20260210 #2"),
        (34, 20, (6, 6), [58, 97], "operator: discount_purchase P-0210.20260210 #4"),
    ] {
        let plan = Plan::of(seed, house, days, per_day, "people");
        let played = plays(&named(plan, &moments, &[half, operator]));
        assert_eq!(played.struck.len(), 2, "{:?}", played.struck);
    }
}

#[test]
fn only_the_newest_tables_are_within_reach() {
    let rows = Rows::of_all(&shipped::kinds());
    let is_whole = |table: &str| {
        let cells = rows.iter().flat_map(Rows::cells).filter(|cell| cell.table == table);
        let mut reasons = cells.map(|cell| shipped::out_of_reach(&cell));
        reasons.all(|why| why.is_some_and(|why| why.contains("an earlier program")))
    };
    assert!(
        ["linked.v2", "plan_next_day.v1", "redemption.v1", "withdraw.v2", "day_cut.v1"]
            .into_iter()
            .all(is_whole)
    );
    assert!(!["linked.v3", "plan_held.v1", "withdraw.v3", "day_cut.v2"].into_iter().any(is_whole));
}

/// A little of everything: a longer run of the command has the rest.
#[test]
fn the_days_have_every_kind_and_every_fault_strikes() {
    let (mut kinds, mut faults) = (BTreeSet::new(), BTreeMap::new());
    let mut coverage = Coverage::default();
    for house in 0..8 {
        let played = plays(&Plan::of(1, house, 4, 6, "heavy"));
        kinds.extend(played.endings.keys().map(|(kind, _)| *kind));
        coverage.add(&played.coverage);
        for (fault, times) in played.faults {
            *faults.entry(fault).or_insert(0) += times;
        }
    }
    let all: BTreeSet<_> = shipped::kinds().iter().map(|kind| kind.name()).collect();
    assert_eq!(kinds, all);
    assert_eq!(faults.keys().copied().collect::<Vec<_>>(), Fault::ALL, "{faults:?}");
    let beyond: Vec<_> =
        coverage.met.keys().filter(|cell| shipped::out_of_reach(cell).is_some()).collect();
    assert!(beyond.is_empty(), "what is met is not out of reach: {beyond:?}");
    let left = coverage.met.keys().filter(|cell| matches!(cell.way, Way::Left(_))).count();
    let refused = coverage.met.keys().filter(|cell| cell.way == Way::Refused).count();
    assert!(left > 25 && refused > 10, "{left} exits, {refused} refusals");
    let modes: BTreeSet<_> = coverage
        .met
        .keys()
        .filter(|it| it.kind == "discount_purchase")
        .map(|it| it.table)
        .collect();
    assert!(modes.len() >= 4, "{modes:?}");
}

/// Alarms that stood in the logs of the test below.
static ALARMS: AtomicUsize = AtomicUsize::new(0);

/// By seconds that are tolerated or far beyond them: what is asked for meanwhile is asked for again, and placed.
#[test]
fn a_clock_that_is_set_back_is_stored_and_whoever_asks_meanwhile_is_placed_later() {
    let mut struck = 0;
    for seed in 0..8 {
        let strikes = BTreeSet::from(["clock set back: 2026-02-06 #1".to_owned()]);
        let plan = Plan { strikes: Some(strikes), ..Plan::of(seed, 0, 1, 6, "none") };
        let mut days = town::days(&plan).unwrap();
        days.truths.push(("alarms are counted", |log, _| {
            let alarms = log.types().iter().filter(|it| **it == "engine_clock.set_back").count();
            ALARMS.fetch_max(alarms, Ordering::Relaxed);
            Ok(())
        }));
        let played = days.play(&plan, profile("none").unwrap()).unwrap();
        struck += played.struck.len();
        // Those at least who bring in what the house begins with.
        assert!(played.sagas >= 10, "seed {seed}: {}", played.sagas);
    }
    assert_eq!(struck, 8);
    assert_eq!(ALARMS.load(Ordering::Relaxed), 1, "no more than one a day, and not for seconds");
}

#[test]
fn days_past_the_end_of_the_calendar_are_refused() {
    assert!(town::days(&Plan::of(1, 0, 230, 1, "none")).is_err());
}
