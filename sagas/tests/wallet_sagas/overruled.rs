//! A registrar rejects what it had confirmed, and a person accepts that: the confirmation is settled, and the
//! withdrawal goes to its end without anybody else.

use crate::{
    audited, fast_overpaid,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed, rejected},
    stage::{Stage, order, out_no},
};
use fundflow_domain::{
    advance::Advances,
    application::{Applications, Confirmation},
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::registrar::{ApplicationAnswer, notice},
};

fn confirmed(stage: &Stage<FastWithdraw>, leg: &'static str) -> Option<Confirmation> {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(leg)));
    stage.fold(&key).state.application()?.confirmations().last().cloned()
}

/// Hears it, and whatever follows at once.
fn says(stage: &mut Stage<FastWithdraw>, leg: &'static str, word: ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&order(leg)), word));
    stage.settle();
}

fn accepts(stage: &mut Stage<FastWithdraw>, case: CaseId) {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    let reply = stage.command(Command::CloseCase { case, closing });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
}

#[test]
fn a_rejection_that_is_accepted_after_the_cash_was_out_ends_with_the_cash() {
    // Before the bank's redemption is confirmed, once it is (by a callback, before its hour), and after that.
    let whens = [("02-04 12:30", false), ("02-05 10:00", false), ("02-05 10:00", true)];
    let whens = whens.into_iter().chain([("02-06 08:00", false), ("02-09 18:00", false)]);
    for (leg, (when, early)) in whens.flat_map(|when| ["transfer", "redeem"].map(|leg| (leg, when)))
    {
        let mut stage = stage("02-03 10:00");
        stage.request(request("10000"), asked());
        stage.clock(when);
        if early {
            let brought = redeemed("10000".parse().unwrap(), "0");
            says(&mut stage, "redeem", record("c-2", "2026-02-05", true, brought));
            assert_eq!(stage.count("advance.repayment_requested"), 0);
        }
        let Some(said) = confirmed(&stage, leg) else { continue };
        says(&mut stage, leg, rejected("0010"));
        let context =
            |stage: &Stage<FastWithdraw>| format!("{leg} {when} {early}\n{}", stage.text());
        assert_eq!(stage.count("case.opened"), 1, "{}", context(&stage));
        let case = stage.events.iter().find(|it| &*it.event.event_type == "case.opened");
        let case = case.unwrap().stream.id().parse().unwrap();
        accepts(&mut stage, case);
        stage.run();
        // What the bank has already got back for shares that bring nothing comes back first.
        let is_overpaid = stage.count("advance.overpaid") > 0;
        assert_eq!(is_overpaid, leg == "redeem" && stage.count("advance.repaid") > 0);
        if is_overpaid {
            assert!(!stage.look().finished, "{}", context(&stage));
            fast_overpaid::closes_the_last(&mut stage);
            assert_eq!(stage.count("advance.returned"), 1, "{}", context(&stage));
        }
        if leg == "transfer" {
            // What is redeemed all the same is none of the bank's by that.
            let look = stage.look();
            assert!(!look.finished, "{:?}\n{}", look.waits, context(&stage));
            assert_eq!(stage.count("case.opened"), 2, "{}", context(&stage));
            assert_eq!(stage.wallet().available().to_string(), "2000.00", "{}", context(&stage));
            fast_overpaid::closes_all(&mut stage);
        }

        let look = stage.look();
        assert!(look.finished, "{:?} {:?}\n{}", look.parked, look.open_ends, context(&stage));
        let key: Key<Advances> = Key::of(&out_no("transfer"));
        let advance = stage.fold(&key).state.advance().cloned().unwrap();
        let settled = matches!(advance.stage, fundflow_domain::advance::Stage::Settled);
        assert!(settled, "the bank knows what it gets: {advance:?}\n{}", context(&stage));

        let before = stage.events.len();
        for _ in 0..2 {
            says(&mut stage, leg, ApplicationAnswer::Confirmed(Box::new(said.clone())));
            says(&mut stage, leg, rejected("0010"));
            stage.crash();
            stage.settle();
        }
        assert_eq!(stage.events.len(), before, "it is settled\n{}", context(&stage));
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || context(&stage));
    }
}
