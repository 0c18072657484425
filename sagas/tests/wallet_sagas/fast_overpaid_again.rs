//! The bank is asked for money back, and meanwhile, or after it has returned it, the registrar says something else.

use crate::{
    fast_given_up::{advance_of, cases},
    fast_overpaid::{LESS, When, close, closes_all, closes_the_last, manual, overpaid, says},
    fast_short::left,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed, rejected},
    stage::{order, tx},
};
use fundflow_domain::{case::How, ids::ApplicationNo, orders::Cause};
use fundflow_kernel::{envelope::Recorded, streams::Key};
use fundflow_runtime::{
    message::Reply,
    process::{self, Parked, Process},
};
use fundflow_sagas::{fast_withdraw::FastWithdraw, ports::registrar};
use std::collections::BTreeSet;

#[test]
fn shares_that_bring_it_after_all_leave_the_bank_what_it_has_and_end_the_case() {
    for fuse in [None].into_iter().chain((0..8).map(Some)) {
        for (then, over) in [(None, "0.00"), (Some(LESS[1]), "4000.00")] {
            let mut stage = overpaid(When::AfterTheEnd, LESS[0]);
            let all = record("c-10", "2026-02-05", true, redeemed("10000".parse().unwrap(), "0"));
            let word = then.map_or(all, |less| less.word("c-10"));
            says(&mut stage, word);
            // It is in dispute with the rejection that stands; a person says that it holds.
            let dispute = cases(&stage).last().unwrap().0;
            stage.fuse = fuse;
            close(&mut stage, dispute, How::Accepted);
            stage.run();
            stage.fuse = None;
            close(&mut stage, dispute, How::Accepted);
            stage.run();

            let context = format!("{fuse:?} {over}\n{}", stage.text());
            assert_eq!(advance_of(&stage).overpaid.to_string(), over, "{context}");
            assert_eq!(stage.count("advance.returned"), 0, "{context}");
            assert_eq!(stage.count("advance.repayment_requested"), 1, "{context}");
            assert_eq!(stage.look().finished, then.is_none(), "{context}");
            let open = cases(&stage).iter().filter(|(_, state)| state.is_open()).count();
            assert_eq!(open, usize::from(then.is_some()), "{context}");
            if then.is_some() {
                closes_the_last(&mut stage);
                assert_eq!(stage.count("advance.returned"), 1, "{}", stage.text());
            }
            assert!(stage.look().finished, "{}", stage.text());
            assert_eq!(left(&stage), Vec::<String>::new(), "{}", stage.text());
        }
    }
}

#[test]
fn a_closing_is_heard_once_what_else_is_in_dispute_is_settled() {
    let mut stage = overpaid(When::AfterTheEnd, LESS[0]);
    let all = record("c-10", "2026-02-05", true, redeemed("10000".parse().unwrap(), "0"));
    says(&mut stage, all);
    let [_, back, dispute] = cases(&stage).iter().map(|it| it.0).collect::<Vec<_>>()[..] else {
        panic!("{}", stage.text())
    };
    assert!(matches!(close(&mut stage, back, manual()), Reply::Acted));
    stage.run();
    assert_eq!(stage.count("advance.returned"), 0, "{}", stage.text());

    stage.crash();
    assert!(matches!(close(&mut stage, dispute, How::Accepted), Reply::Acted));
    stage.run();
    // It came back, and goes to the bank again.
    assert_eq!(stage.count("advance.returned"), 1, "{}", stage.text());
    assert_eq!(stage.count("advance.repaid"), 2, "{}", stage.text());
    assert_eq!(advance_of(&stage).got_back(), "10000".parse().ok());
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(left(&stage), Vec::<String>::new());
}

#[test]
fn what_comes_back_goes_to_the_bank_again_once_the_shares_bring_it_and_each_time_has_a_case() {
    let mut stage = overpaid(When::AfterTheEnd, LESS[0]);
    for time in 1..4 {
        closes_the_last(&mut stage);
        assert!(stage.look().finished, "{}", stage.text());
        let no = format!("c-1{time}");
        let all = record(&no, "2026-02-05", true, redeemed("10000".parse().unwrap(), "0"));
        says(&mut stage, all);
        let dispute = cases(&stage).last().unwrap().0;
        close(&mut stage, dispute, How::Accepted);
        stage.run();
        assert_eq!(advance_of(&stage).got_back().unwrap().to_string(), "10000.00");
        assert_eq!(stage.count("advance.repaid"), time + 1, "{}", stage.text());

        says(&mut stage, rejected(&format!("10{time}")));
        let dispute = cases(&stage).last().unwrap().0;
        close(&mut stage, dispute, How::Accepted);
        stage.run();
        assert_eq!(stage.count("advance.overpaid"), time + 1, "{}", stage.text());
        let all: BTreeSet<_> = cases(&stage).into_iter().map(|(id, _)| id).collect();
        assert_eq!(all.len(), cases(&stage).len(), "each has its own");
    }
    closes_the_last(&mut stage);
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(left(&stage), Vec::<String>::new());
}

#[test]
fn shares_that_went_back_to_the_investor_as_well_leave_the_bank_its_claim() {
    for first in ["transfer", "redeem"] {
        let mut stage = stage("02-03 10:00");
        stage.request(request("10000"), asked());
        stage.run();
        let then = if first == "transfer" { "redeem" } else { "transfer" };
        for leg in [first, then] {
            let word = registrar::notice(&ApplicationNo::of(&order(leg)), rejected("0010"));
            stage.notice(word);
            stage.run();
            closes_all(&mut stage);
        }
        assert!(stage.look().finished, "{first}: {:?}\n{}", stage.look().waits, stage.text());
        let advance = advance_of(&stage);
        assert_eq!(advance.recourse.to_string(), "10000.00", "{first}\n{}", stage.text());
        assert_eq!(stage.wallet().available().to_string(), "12000.00");
        assert_eq!(left(&stage), Vec::<String>::new(), "{first}");
    }
}

#[test]
fn what_an_earlier_program_left_parked_goes_on_by_itself() {
    let mut stage = overpaid(When::AfterTheEnd, LESS[0]);
    let before = |it: &Recorded| &*it.event.event_type == "advance.overpaid";
    let at = stage.events.iter().position(before).unwrap();
    stage.events.truncate(at);
    let text = "the bank got 10000.00 yuan back, and the shares brought 0.00";
    let cause = Cause::new("refused", text);
    let parked = Parked { row: "repay at last".into(), cause, lacks_answer: false };
    let process: Key<Process<FastWithdraw>> = Key::of(&tx("TX-1"));
    stage.given(&process, &process::Command::Park(parked));
    stage.crash();
    stage.run();
    assert_eq!(stage.count("advance.overpaid"), 1, "{}", stage.text());
    closes_the_last(&mut stage);
    assert!(stage.look().finished, "{:?}\n{}", stage.look(), stage.text());
}
