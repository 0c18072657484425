//! What was redeemed for a bank and what was moved to it are corrected more than once, in between a process dies,
//! and an audit reads what is left of it.

use crate::{
    audited,
    checks::refused,
    fast_differs::{
        ENDS, End, POINTS, Point, accepts, adds_up, at, corrected, is_over, moves, open, redeems,
        speaks_again,
    },
    fast_given_up::cases,
    fast_overpaid::{Fast, close, closes_all, manual},
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed},
};
use fundflow_application::audit::Check;
use fundflow_domain::case::How;
use fundflow_runtime::message::Reply;

#[test]
fn each_correction_has_the_figures_of_its_own_time() {
    for point in [Point::Redeemed, Point::OnItsWay, Point::Repaid] {
        let mut stage = corrected(point, "4000");
        let (first, _) = open(&stage)[0].clone();
        moves(&mut stage, "t-10", "6000");
        let contested = open(&stage).into_iter().find(|(id, _)| *id != first).unwrap();
        accepts(&mut stage, contested.0);
        let context = format!("{point:?}\n{}", stage.text());
        let all = open(&stage);
        assert_eq!(all.len(), 1, "{all:?} {context}");
        assert_ne!(all[0].0, first, "{context}");
        assert_eq!(all[0].1.findings[0].disputed.shares.to_string(), "4000.00", "{context}");
        let wallet = stage.wallet();
        assert_eq!(wallet.disputed().to_string(), "4000.00", "{context}");
        assert_eq!(wallet.available().to_string(), "2000.00", "{context}");
        // The registrar redeems more than that as well, and then says what is right.
        redeems(&mut stage, "r-9", "11000");
        let contested = open(&stage).into_iter().find(|(id, _)| *id != all[0].0).unwrap();
        accepts(&mut stage, contested.0);
        // Whoever accepts that record accepts what it is more than the bank has, too.
        let said = contested.1.findings.last().unwrap().disputed.shares;
        assert_eq!((open(&stage).len(), said.to_string().as_str()), (0, "5000.00"));
        redeems(&mut stage, "r-10", "6000");
        closes_all(&mut stage);
        is_over(&stage, 6000, 6000, &format!("{point:?}\n{}", stage.text()));
    }
}

#[test]
fn more_redeemed_than_the_bank_has_is_a_case_at_once_and_one_only() {
    for (end, after) in ENDS.iter().flat_map(|end| [(*end, false), (*end, true)]) {
        if end == End::MovedAgain {
            continue;
        }
        let mut stage = stage("02-03 10:00");
        let all = record("r-1", "2026-02-05", true, redeemed("12000".parse().unwrap(), "0"));
        if !after {
            stage.outside.records.insert("redeem".into(), vec![all]);
        }
        stage.request(request("10000"), asked());
        stage.run();
        if after {
            redeems(&mut stage, "r-1", "12000");
        }
        let context = format!("{end:?} {after}\n{}", stage.text());
        let first = open(&stage);
        assert_eq!(first.len(), 1, "{context}");
        assert!(after || stage.count("advance.repayment_requested") == 0, "{context}");
        adds_up(&stage, &context);
        match end {
            End::RedeemedLess if after => {
                // It contradicts, and is as it was.
                close(&mut stage, first[0].0, How::Withdrawn);
                stage.run();
            }
            End::RedeemedLess => redeems(&mut stage, "r-2", "10000"),
            End::Accepted | End::Manual | End::MovedAgain => accepts(&mut stage, first[0].0),
        }
        let how = if end == End::Manual { manual() } else { How::Accepted };
        while let Some((case, _)) = open(&stage).first().cloned() {
            assert_eq!(open(&stage).len(), 1, "{}", stage.text());
            let reply = close(&mut stage, case, how.clone());
            assert!(matches!(reply, Reply::Acted), "{reply:?}");
            stage.run();
        }
        let brought = if end == End::RedeemedLess { 10000 } else { 12000 };
        is_over(&stage, 10000, brought, &format!("{end:?} {after}\n{}", stage.text()));
    }
}

#[test]
fn a_death_at_any_append_of_it_changes_nothing() {
    for (point, fuse) in POINTS.iter().flat_map(|point| (0..10).map(|fuse| (*point, fuse))) {
        for end in ENDS {
            let mut stage = at(point);
            let dies = |stage: &mut Fast, act: &dyn Fn(&mut Fast)| {
                stage.fuse = Some(fuse);
                act(stage);
                stage.fuse = None;
                stage.run();
                act(stage);
                stage.run();
            };
            dies(&mut stage, &|stage| moves(stage, "t-9", "4000"));
            let contested = cases(&stage)[0].0;
            dies(&mut stage, &|stage| {
                close(stage, contested, How::Accepted);
                stage.run();
            });
            speaks_again(&mut stage);
            let context = format!("{point:?} {end:?} dead after {fuse}\n{}", stage.text());
            let all = open(&stage);
            assert_eq!(all.len(), 1, "{all:?} {context}");
            assert_eq!(stage.wallet().disputed().to_string(), "6000.00", "{context}");
            let case = all[0].0;
            dies(&mut stage, &|stage| match end {
                End::Accepted => drop(close(stage, case, How::Accepted)),
                End::Manual => drop(close(stage, case, manual())),
                End::RedeemedLess => redeems(stage, "r-9", "4000"),
                End::MovedAgain => moves(stage, "t-10", "10000"),
            });
            closes_all(&mut stage);
            let moved = if end == End::MovedAgain { 10000 } else { 4000 };
            let brought = if end == End::RedeemedLess { 4000 } else { 10000 };
            let context = format!("{point:?} {end:?} dead after {fuse}\n{}", stage.text());
            is_over(&stage, moved, brought, &context);
        }
    }
}

#[test]
fn an_audit_finds_it_where_no_case_says_so() {
    for shares in ["4000", "0", "12000"] {
        let mut stage = corrected(Point::Repaid, shares);
        closes_all(&mut stage);
        let case = cases(&stage).pop().unwrap().0;
        adds_up(&stage, &stage.text());
        let id = case.to_string();
        let without: Vec<_> =
            stage.events.iter().filter(|it| it.stream.id() != id).cloned().collect();
        let report = audited::report(&without, stage.kinds());
        let found = |check| report.findings.iter().any(|it| it.check == check);
        assert!(found(Check::Saga), "{shares} {:#?}", report.findings);
    }
}

#[test]
fn it_is_closed_by_a_corrected_record_or_by_hand_and_in_no_other_way() {
    let mut stage = corrected(Point::Repaid, "4000");
    let (case, _) = open(&stage)[0].clone();
    for how in [How::Withdrawn, How::PaidByUs { amount: "1".parse().unwrap() }] {
        let before = stage.events.len();
        let said = refused(&close(&mut stage, case, how));
        assert!(said.contains("on two that do not fit"), "{said}");
        assert_eq!(stage.events.len(), before);
    }
}
