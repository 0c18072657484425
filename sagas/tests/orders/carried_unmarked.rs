//! Portions that are all of an order, none of them marked as the last: only the registrar's mark ends it, and who
//! parks says that.

use crate::{
    audited,
    carried::{RECORDS, asked_for, due, is_over, record, says},
    carried_gaps::closes,
    outside::redeemed,
    paid, planted,
    stage::Stage,
};
use fundflow_domain::{case::How, ids::ApplicationNo};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    redemption::Redemption,
};

fn tell(stage: &mut Stage, said: ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), said));
}

/// All 3,000 shares, by six portions; all of it is paid.
fn used_up() -> Stage {
    let mut stage = used_up_on_its_last_day();
    stage.until("03-09 18:00");
    stage
}

/// The same while the money of the last two is not here.
fn used_up_on_its_last_day() -> Stage {
    let mut stage = asked_for();
    for of in &RECORDS[..5] {
        says(&mut stage, *of);
    }
    stage.until("03-03 09:00");
    let ApplicationAnswer::Confirmed(mut last) = record(RECORDS[5]) else { unreachable!() };
    last.finished = false;
    tell(&mut stage, ApplicationAnswer::Confirmed(last));
    stage.until("03-03 18:00");
    stage
}

fn last_of_nothing() -> ApplicationAnswer {
    redeemed("C7", "2026-03-04", true, ["0", "1.3400", "0", "0", "0"], &[])
}

#[test]
fn it_waits_for_the_mark_and_says_so() {
    let mut stage = used_up();
    assert_eq!(due(&stage).len(), 6);
    let look = stage.look::<Redemption>("R");
    let (row, cause) = look.parked.unwrap();
    assert_eq!((&*row, &*cause.code), ("confirm", "overdue"));
    assert_eq!(
        &*cause.text,
        "its records are all that was asked for, and none is marked as the last: a last record (BusinessFinishFlag 1) \
         for 0.00 is missing"
    );
    tell(&mut stage, last_of_nothing());
    stage.until("03-10 18:00");
    assert!(is_over(&stage), "{}", stage.text());
}

#[test]
fn who_gives_up_what_only_lacks_its_mark_waits_for_nobody() {
    for how in [Disposition::Manual, Disposition::Suspense, Disposition::Refund] {
        let mut stage = used_up();
        stage.abandon_with::<Redemption>("R", how);
        let look = stage.look::<Redemption>("R");
        assert!(look.finished && look.waits.is_empty(), "{how:?}: {:?}", look.waits);
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
        assert_eq!(paid::in_all(&stage.events), "3958.55".parse().unwrap());
    }
}

/// Programs before this one named the order all the same.
#[test]
fn whoever_saw_the_order_in_an_earlier_program_gave_up_on_good_grounds() {
    let mut stage = used_up();
    stage.abandon_with::<Redemption>("R", Disposition::Manual);
    for (worth, is_known) in [("0.00", true), ("500.00", false)] {
        let mut log = stage.events.clone();
        let given_up = log.iter_mut().find(|it| &*it.event.event_type == "redemption.abandoned");
        let event = &mut given_up.unwrap().event;
        let mut said: serde_json::Value = serde_json::from_str(&event.data).unwrap();
        let end = serde_json::json!({"name": "shares", "worth": worth, "disposition": "manual"});
        said["ends"] = vec![end].into();
        event.data = said.to_string().into();
        planted::seal(&mut log);
        let report = audited::report(&log, stage.kinds());
        assert_eq!(audited::is_named(&report), !is_known, "{worth} {:?}", report.findings);
    }
}

#[test]
fn the_mark_that_comes_after_that_closes_the_order() {
    let mut stage = used_up();
    stage.abandon_with::<Redemption>("R", Disposition::Manual);
    tell(&mut stage, last_of_nothing());
    let look = stage.look::<Redemption>("R");
    assert!(stage.has("application.confirmed") && !stage.has("case.opened"), "{}", stage.text());
    assert!(look.finished && look.open_ends.is_empty(), "{:?}", look.open_ends);
}

#[test]
fn money_of_it_that_is_not_here_yet_is_theirs_who_gave_it_up() {
    let mut stage = used_up_on_its_last_day();
    stage.abandon_with::<Redemption>("R", Disposition::Manual);
    stage.until("03-20 18:00");
    let look = stage.look::<Redemption>("R");
    assert!(look.finished, "{:?}", look.waits);
    let ends: Vec<String> =
        look.open_ends.iter().map(|it| format!("{} {}", it.name, it.worth)).collect();
    assert_eq!(ends, ["payout 1335.00"]);
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

#[test]
fn shares_beyond_all_of_it_that_a_person_accepts_leave_before_the_mark_comes() {
    let mut stage = used_up();
    let before = stage.shares("011162").registered();
    let beyond = redeemed("C7", "2026-03-10", false, ["500", "1.3400", "670", "0", "670"], &[]);
    stage.until("03-10 10:00");
    tell(&mut stage, beyond);
    let opened = stage.events.iter().rfind(|it| &*it.event.event_type == "case.opened");
    let case = opened.unwrap().stream.id().parse().unwrap();
    closes(&mut stage, case, How::Accepted);
    stage.until("03-12 18:00");
    assert_eq!(before.minus(stage.shares("011162").registered()), "500".parse().ok());
}
