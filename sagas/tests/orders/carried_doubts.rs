//! Portions of a redemption of which one is in dispute: that one waits for its case, and each of the others is paid on
//! its own day.

use crate::{
    audited, by_hand,
    carried::{RECORDS, asked_for, due, is_over, says},
    carried_gaps::closes,
    funds,
    outside::{redeemed, rejected},
    paid,
    redemption::{request, stage_with},
    stage::Stage,
};
use fundflow_domain::{
    case::{CaseId, How},
    ids::ApplicationNo,
};
use fundflow_runtime::process::Disposition;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    redemption::{Redemption, Request},
};

/// A fee of 10.00 where leaving costs nothing.
const DEAR: [&str; 5] = ["500", "1.3100", "655.00", "10.00", "645.00"];

fn tell(stage: &mut Stage, on: &str, said: ApplicationAnswer) {
    stage.until(on);
    stage.notice(notice(&ApplicationNo::of(&"R.redeem".parse().unwrap()), said));
}

fn opened(stage: &Stage) -> Vec<CaseId> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

fn ends(stage: &Stage) -> Vec<String> {
    let ends = stage.look::<Redemption>("R").open_ends;
    ends.iter().map(|end| format!("{} {}", end.name, end.worth)).collect()
}

#[track_caller]
fn adds_up(stage: &Stage) {
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

/// The second of six portions, which says more than it may have cost.
fn doubted() -> Stage {
    let mut stage = asked_for();
    doubts_the_second(&mut stage);
    for of in &RECORDS[2..] {
        says(&mut stage, *of);
    }
    stage
}

/// The first two portions, of which the second says more than it may have cost.
pub(crate) fn doubts_the_second(stage: &mut Stage) {
    says(stage, RECORDS[0]);
    tell(stage, "02-26 09:00", redeemed("C2", "2026-02-26", false, DEAR, &[]));
}

const OTHERS: [&str; 5] = [
    "R.redeem.out 653.55 2026-02-27 C1",
    "R.redeem.part3.out 655.00 2026-03-02 C3",
    "R.redeem.part4.out 660.00 2026-03-03 C4",
    "R.redeem.part5.out 665.00 2026-03-04 C5",
    "R.redeem.part6.out 670.00 2026-03-05 C6",
];

#[test]
fn only_the_one_in_dispute_waits_for_its_case() {
    let mut stage = doubted();
    stage.until("03-06 18:00");
    assert_eq!(due(&stage), OTHERS, "{}", stage.text());
    assert_eq!(paid::in_all(&stage.events), "3303.55".parse().unwrap());
    assert_eq!(ends(&stage), ["payout 645.00"]);
    assert_eq!(stage.look::<Redemption>("R").ending, None);
    adds_up(&stage);

    let [case] = opened(&stage)[..] else { panic!("{}", stage.text()) };
    closes(&mut stage, case, How::Accepted);
    stage.until("03-09 18:00");
    assert!(is_over(&stage), "{}", stage.text());
    assert_eq!(paid::in_all(&stage.events), "3948.55".parse().unwrap());
}

#[test]
fn who_dies_while_one_is_in_dispute_pays_each_once() {
    for fuse in (0..60).step_by(3) {
        let mut stage = asked_for();
        stage.fuse = Some(fuse);
        for of in RECORDS {
            let said = redeemed("C2", "2026-02-26", false, DEAR, &[]);
            for _ in 0..2 {
                match of[0] {
                    "C2" => tell(&mut stage, "02-26 09:00", said.clone()),
                    _ => says(&mut stage, of),
                }
            }
        }
        stage.until("03-06 18:00");
        for _ in 0..2 {
            let case = opened(&stage)[0];
            closes(&mut stage, case, How::Accepted);
            stage.until("03-09 18:00");
        }
        assert!(is_over(&stage), "dead after {fuse}\n{}", stage.text());
        assert_eq!(paid::in_all(&stage.events), "3948.55".parse().unwrap(), "dead after {fuse}");
    }
}

#[test]
fn who_gives_up_while_one_is_in_dispute_has_that_one() {
    for what in [Disposition::Manual, Disposition::Suspense] {
        let mut stage = doubted();
        stage.until("03-06 18:00");
        stage.abandon_with::<Redemption>("R", what);
        let case = opened(&stage)[0];
        closes(&mut stage, case, How::Accepted);
        stage.until("03-09 18:00");
        assert_eq!(by_hand::named(&stage.events)["payout"], "645".parse().unwrap());
        assert_eq!(paid::in_all(&stage.events), "3303.55".parse().unwrap(), "{}", stage.text());
        assert!(stage.look::<Redemption>("R").finished, "{}", stage.text());
        adds_up(&stage);
    }
}

/// Only the last record that holds can fall. Where it does after its money went out, what is sure by then is not paid
/// on top of that: the difference is a person's.
#[test]
fn money_of_a_later_one_that_falls_is_not_paid_twice() {
    for (how, hand) in [(How::Accepted, "2631.45"), (How::Withdrawn, "")] {
        let mut stage = asked_for();
        let dear = ["500", "1.3071", "653.55", "10.00", "643.55"];
        tell(&mut stage, "02-25 09:00", redeemed("C1", "2026-02-25", false, dear, &[]));
        let rest = ["2500", "1.3100", "3275.00", "0", "3275.00"];
        tell(&mut stage, "02-26 09:00", redeemed("C2", "2026-02-26", true, rest, &[]));
        stage.until("03-04 18:00");
        assert_eq!(paid::in_all(&stage.events), "3275".parse().unwrap(), "{}", stage.text());

        tell(&mut stage, "03-05 09:00", rejected("0"));
        let [doubted, contested] = opened(&stage)[..] else { panic!("{}", stage.text()) };
        closes(&mut stage, contested, how.clone());
        closes(&mut stage, doubted, How::Accepted);
        stage.until("03-13 18:00");
        let look = stage.look::<Redemption>("R");
        assert!(look.finished, "{how:?} {:?}\n{}", look.waits, stage.text());
        let named = by_hand::named(&stage.events);
        if hand.is_empty() {
            assert_eq!(paid::in_all(&stage.events), "3918.55".parse().unwrap(), "{}", stage.text());
            assert!(named.is_empty(), "{named:?}");
        } else {
            assert_eq!(paid::in_all(&stage.events), "3275".parse().unwrap(), "{}", stage.text());
            assert_eq!(named["overpaid"], hand.parse().unwrap());
        }
        adds_up(&stage);
    }
}

/// The fund pays four trading days after each T, and its registrar is silent by then.
#[test]
fn what_is_confirmed_is_paid_on_its_day_while_the_registrar_is_overdue() {
    let mut late = funds::equity();
    late.payout_lag = 4;
    let mut stage = stage_with(late);
    let shares = Some("3000".parse().unwrap());
    stage.request::<Redemption>("R", Request { shares, ..request() });
    for of in &RECORDS[..2] {
        says(&mut stage, *of);
    }
    stage.until("03-02 18:00");
    let (row, _) = stage.look::<Redemption>("R").parked.unwrap();
    assert_eq!(&*row, "confirm");
    assert_eq!(paid::in_all(&stage.events), "653.55".parse().unwrap(), "{}", stage.text());
    stage.until("03-03 18:00");
    assert_eq!(paid::in_all(&stage.events), "1308.55".parse().unwrap(), "{}", stage.text());
}
