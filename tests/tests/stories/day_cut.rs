//! The day-cut of a T with a registrar.

use crate::{
    day_jobs::{Exchange, call, id, world},
    table,
};
use fundflow_domain::text::Text;
use fundflow_kernel::{
    envelope::{Chain, StreamName},
    store::Version,
};
use fundflow_runtime::{message::Action, saga::Saga as _};
use fundflow_sagas::{
    day_cut::{Command, DayCut},
    ports::day_jobs::{Figures, Job, JobAnswer, JobCall, JobStand},
};
use fundflow_testkit::{
    explore::{
        World,
        given::{When, act, asked, command, crash, given, says, silence, timer, unasked},
        refusal::Refused,
        refused_by_a_person,
    },
    story,
    worlds::day,
};

const SEAL: &str = "cut.05.2026-02-13.seal";
const APPLICATIONS: &str = "cut.05.2026-02-13.applications";
const PRICES: &str = "cut.05.2026-02-13.prices";
const CONFIRMATIONS: &str = "cut.05.2026-02-13.confirmations";
const INCOME: &str = "cut.05.2026-02-13.income";
const POSTINGS: &str = "cut.05.2026-02-13.postings";
const RECONCILIATION: &str = "cut.05.2026-02-13.reconciliation";
const SETTLEMENT: &str = "cut.05.2026-02-13.settlement";
const STATEMENTS: &str = "cut.05.2026-02-13.statements";
const HEAD: &str = "cut.05.2026-02-13.head";

/// The files are out, and the evening's prices are there.
fn until_prices(exchange: Exchange) -> When<DayCut, Exchange> {
    given(world(exchange))
        .when(asked())
        .then_events(["day_cut.prepared"])
        .then_sends([])
        .when(timer())
        .then_events(["day_cut.opened"])
        .then_sends(["call cut.05.2026-02-13.seal at day-jobs"])
        .when(says(SEAL, "Done"))
        .then_events(["day_cut.sealed"])
        .then_sends(["call cut.05.2026-02-13.applications at day-jobs"])
        .when(says(APPLICATIONS, "Paged"))
        .then_events(["day_cut.paged"])
        .then_sends(["query cut.05.2026-02-13.applications.p1 at day-jobs"])
        .when(says("cut.05.2026-02-13.applications.p1", "Done"))
        .then_events(["day_cut.applications_sent"])
        .then_sends([])
        .when(timer())
        .then_sends(["query cut.05.2026-02-13.prices at day-jobs"])
        .when(says(PRICES, "Done"))
        .then_events(["day_cut.prices_in"])
        .then_sends([])
}

#[test]
fn given_everybody_does_their_part_each_job_is_done_in_its_turn_and_hour() {
    until_prices(Exchange::default())
        .when(timer())
        .then_sends(["query cut.05.2026-02-13.confirmations at day-jobs"])
        .when(says(CONFIRMATIONS, "Done"))
        .then_events(["day_cut.confirmations_in"])
        .then_sends(["call cut.05.2026-02-13.income at day-jobs"])
        .when(says(INCOME, "Done"))
        .then_events(["day_cut.income_booked"])
        .then_sends(["call cut.05.2026-02-13.postings at day-jobs"])
        .when(says(POSTINGS, "Done"))
        .then_events(["day_cut.posted"])
        .then_sends(["call cut.05.2026-02-13.reconciliation at day-jobs"])
        .when(says(RECONCILIATION, "Done"))
        .then_events(["day_cut.reconciled"])
        .then_sends(["call cut.05.2026-02-13.settlement at day-jobs"])
        .when(says(SETTLEMENT, "Done"))
        .then_events(["day_cut.settlement_instructed"])
        .then_sends(["call cut.05.2026-02-13.statements at day-jobs"])
        .when(says(STATEMENTS, "Done"))
        .then_events(["day_cut.statements_made"])
        .then_sends(["call cut.05.2026-02-13.head at day-jobs"])
        .when(says(HEAD, "Done"))
        .then_events(["day_cut.head_kept", "day_cut.completed"]);
}

#[test]
fn given_it_dies_within_a_job_it_goes_on_behind_the_last_page() {
    given(world(Exchange::default()))
        .when(asked())
        .when(timer())
        .when(says(SEAL, "Done"))
        .when(says(APPLICATIONS, "Paged"))
        .then_sends(["query cut.05.2026-02-13.applications.p1 at day-jobs"])
        .when(crash())
        .then_events([])
        .then_sends(["query cut.05.2026-02-13.applications.p1 at day-jobs"])
        .when(says("cut.05.2026-02-13.applications.p1", "Done"))
        .then_events(["day_cut.applications_sent"]);
}

#[test]
fn given_nobody_answers_it_asks_again_under_the_same_key() {
    given(world(Exchange::default()))
        .when(asked())
        .when(timer())
        .when(silence(SEAL))
        .then_events(["day_cut.retry_scheduled"])
        .when(timer())
        .then_sends(["query cut.05.2026-02-13.seal at day-jobs"])
        .when(says(SEAL, "Done"))
        .then_events(["day_cut.sealed"]);
}

/// Until its time is over.
fn parked_for_files() -> When<DayCut, Exchange> {
    let exchange = Exchange::default().with(Job::Confirmations, "2026-02-25T10:00:00+08:00");
    let mut story = until_prices(exchange).when(timer());
    for _ in 0..40 {
        story = story.when(says(CONFIRMATIONS, "NotYet"));
        if story.world.log().types().last() == Some(&"day_cut.parked") {
            return story;
        }
        story = story.when(timer());
    }
    panic!("its files are missing, and nobody is called")
}

#[test]
fn files_that_are_missing_at_noon_call_a_person_and_wake_it_when_they_come() {
    let cut = StreamName::of(DayCut::KIND, &id());
    let answer =
        |figures| JobAnswer { call: call(Job::Confirmations), stand: JobStand::Done(figures) };
    parked_for_files()
        .when(unasked(cut, answer(Figures::counting(206))))
        .then_events(["day_cut.confirmations_in", "day_cut.resumed"])
        .then_sends(["call cut.05.2026-02-13.income at day-jobs"]);
}

#[test]
fn a_person_who_lets_it_go_on_has_it_ask_at_once() {
    parked_for_files()
        .when(act(Action::Resume { reason: "the registrar sends them again".into() }))
        .then_events(["day_cut.resumed"])
        .then_sends(["query cut.05.2026-02-13.confirmations at day-jobs"]);
}

const NEVER: &str = "job postings is not left out: no day is closed on books that do not hold; mend them and \
     `retry`, or stop the day-cut with `saga skip-to-landing`";

#[test]
fn a_person_leaves_out_the_job_at_which_it_stands_and_no_other() {
    let skip = |job| {
        let reason = Text::new("reason", "read by hand, case 17").unwrap();
        command(Command::Skip { job, reason })
    };
    parked_for_files()
        .when(skip(Job::Head))
        .then_refused("job head is not left out: the day-cut stands at confirmations")
        .when(skip(Job::Confirmations))
        .then_events(["day_cut.skipped", "day_cut.resumed"])
        .then_sends(["query cut.05.2026-02-13.income at day-jobs"])
        .when(says(INCOME, "Done"))
        .when(skip(Job::Postings))
        .then_refused(NEVER)
        .when(says(POSTINGS, "Done"))
        .when(skip(Job::Reconciliation))
        .then_events(["day_cut.skipped"])
        .when(says(SETTLEMENT, "Done"))
        .when(says(STATEMENTS, "Done"))
        .when(says(HEAD, "Done"))
        .then_events(["day_cut.head_kept", "day_cut.completed"]);
}

#[test]
fn what_comes_before_it_is_asked_for_is_recorded_and_asked_for_no_more() {
    let cut = || StreamName::of(DayCut::KIND, &id());
    let of = |job| JobAnswer { call: call(job), stand: JobStand::Done(Figures::counting(206)) };
    given(world(Exchange::default()))
        .when(asked())
        .when(timer())
        .when(unasked(cut(), of(Job::Confirmations)))
        .then_events(["day_cut.confirmations_in"])
        .when(says(SEAL, "Done"))
        .when(says(APPLICATIONS, "Paged"))
        .when(says("cut.05.2026-02-13.applications.p1", "Done"))
        .when(timer())
        .when(says(PRICES, "Done"))
        .then_events(["day_cut.prices_in"])
        .then_sends(["call cut.05.2026-02-13.income at day-jobs"])
        .when(unasked(cut(), of_another_day()))
        .then_events([]);
}

fn of_another_day() -> JobAnswer {
    let call = JobCall { t: day("2026-02-12"), ..call(Job::Income) };
    JobAnswer { call, stand: JobStand::Done(Figures::default()) }
}

#[test]
fn a_job_that_is_refused_waits_for_a_person() {
    given(world(Exchange::default().refusing(Job::Seal)))
        .when(asked())
        .when(timer())
        .when(says(SEAL, "Refused"))
        .then_events(["day_cut.parked"]);
}

fn refused(row: &str) -> Refused<DayCut, Exchange> {
    refused_by_a_person(world(Exchange::default()), row)
}

/// One that an earlier program began: nobody begins one on that table now.
fn earlier(exchange: Exchange) -> World<DayCut, Exchange> {
    let mut world = world(exchange);
    let asked = world.request();
    let mut decided = world.decide(asked);
    let append = &mut decided.appends[0];
    let prepared = &mut append.events[0];
    assert!(prepared.data.contains("day_cut.v2"), "{}", prepared.data);
    prepared.data = prepared.data.replace("day_cut.v2", "day_cut.v1").into();
    prepared.chain = prepared.link(Chain::START, &append.stream, Version(1));
    world.commit_and_crash(decided, 1);
    world
}

#[test]
fn given_a_day_cut_of_an_earlier_program_it_goes_from_the_income_to_the_head() {
    given(earlier(Exchange::default()))
        .when(timer())
        .then_events(["day_cut.opened"])
        .when(says(SEAL, "Done"))
        .when(says(APPLICATIONS, "Paged"))
        .when(says("cut.05.2026-02-13.applications.p1", "Done"))
        .when(timer())
        .when(says(PRICES, "Done"))
        .when(timer())
        .when(says(CONFIRMATIONS, "Done"))
        .when(says(INCOME, "Done"))
        .then_events(["day_cut.income_booked"])
        .then_sends(["call cut.05.2026-02-13.head at day-jobs"])
        .when(says(HEAD, "Done"))
        .then_events(["day_cut.head_kept", "day_cut.completed"]);
}

#[test]
fn the_story_of_a_day_cut_that_an_earlier_program_began() {
    let on_v1 = |row: &str| refused_by_a_person(earlier(Exchange::default()), row);
    story!(table::<DayCut>("day_cut.v1"), on_v1, {
        "seal" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "applications" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "prices" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "confirmations" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "income" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "head" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
    });
}

#[test]
fn the_story_of_a_day_cut() {
    story!(table::<DayCut>("day_cut.v2"), refused, {
        "seal" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "applications" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "prices" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "confirmations" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "income" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "postings" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "reconciliation" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "settlement" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "statements" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
        "head" => ["day_cut.landing_chosen", "day_cut.halted", "day_cut.stopped"],
    });
}
