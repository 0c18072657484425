//! The jobs of a day, with everything going wrong: what is lost, late, refused; deaths; people.

use crate::{
    day_jobs::{Exchange, world},
    house::ends,
};
use fundflow_domain::text::Text;
use fundflow_sagas::{
    day_cut::{Command, DayCut, done_type},
    ports::day_jobs::Job,
};
use fundflow_testkit::explore::{Explored, Explorer, World, search::Truth};

/// Each job is over once, and none before those before it.
fn in_order(world: &World<DayCut, Exchange>) -> Result<(), String> {
    let of = |line: &&str| Job::ALL.into_iter().position(|job| done_type(job) == *line);
    let all = world.log().types();
    let done: Vec<usize> = all.iter().filter_map(of).collect();
    if done.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(format!("{all:?}")) }
}

/// What the log says was done is done outside.
fn done_outside(world: &World<DayCut, Exchange>) -> Result<(), String> {
    let types = world.log().types();
    for job in Job::ALL {
        let said = types.contains(&done_type(job));
        let key = format!("cut.05.2026-02-13.{job}");
        if said && !world.counterparties.done.contains(&*key) {
            return Err(format!("{job} is said to be done"));
        }
    }
    Ok(())
}

const TRUTHS: [Truth<DayCut, Exchange>; 2] = [
    ("each job is done once, in its turn", in_order),
    ("what is said to be done was done", done_outside),
];

fn explore(explorer: Explorer<DayCut, Exchange>) -> Explored {
    let found = explorer.truths(TRUTHS).faults(1).states(400_000).run().unwrap();
    println!("{found:?}");
    found
}

#[test]
fn a_day_whose_files_come_in_time() {
    ends(&explore(Explorer::new(world(Exchange::default()))), &["completed"]);
}

#[test]
fn a_day_whose_files_come_after_noon() {
    let late = Exchange::default().with(Job::Confirmations, "2026-02-24T13:00:00+08:00");
    // A person is called, and may have nothing to do: it goes on by itself.
    let parked = ["parked at confirmations (no_index)", "parked at confirmations (time_out)"];
    ends(&explore(Explorer::new(world(late))), &["completed", parked[0], parked[1]]);
}

#[test]
fn a_day_whose_files_are_damaged_waits_for_a_person() {
    let damaged = Exchange::default().refusing(Job::Confirmations);
    let found = explore(Explorer::new(world(damaged)));
    ends(&found, &["parked at confirmations (files_damaged)"]);
}

#[test]
fn a_day_among_people_who_stop_it_or_leave_a_job_out() {
    let damaged = Exchange::default().refusing(Job::Confirmations);
    let reason = Text::new("reason", "read by hand").unwrap();
    let skip = Command::Skip { job: Job::Confirmations, reason };
    let found = explore(Explorer::new(world(damaged)).acts(1).operators().command(skip));
    ends(&found, &["abandoned", "completed", "parked at confirmations (files_damaged)", "stopped"]);
}
