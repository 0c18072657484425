//! A redemption whose money has bought the target, and which the registrar takes back or makes smaller after
//! that: nobody unwinds the target; what was too much is got back by a person.

use crate::{
    audited,
    books::{self, cases},
    held::wallet_key,
    late::closed,
    outside::{Fate, Verdict, rejection, serial},
    stage::Stage,
    terms::{FOREIGN, request},
};
use fundflow_domain::{
    application::{Confirmation, Outcome},
    case::{How, Kind, State},
    holdings::{HoldingId, Holdings},
    modes::ConversionMode as Mode,
    money::Shares,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::ports::registrar::ApplicationAnswer;

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn target_key() -> Key<Holdings> {
    let id = HoldingId { investor: "i-1".parse().unwrap(), fund: FOREIGN.parse().unwrap() };
    Key::of(&id)
}

/// Redeemed on the 3rd; the money is here, and buys the target, at noon of the 4th.
fn redeemed(until: &str, prepare: impl FnOnce(&mut Stage)) -> Stage {
    let mut stage = Stage::at("10:00");
    prepare(&mut stage);
    stage.request(&request(Mode::RedeemToPurchase));
    stage.clock(until);
    stage
}

fn rejects(stage: &mut Stage) {
    stage.deliver("redeem", ApplicationAnswer::Rejected(rejection("0009", "after all")));
}

/// Closes every case that is open; how many there were of that kind.
fn closes(stage: &mut Stage, kind: Kind, how: &How) -> usize {
    let open: Vec<_> = cases(stage).into_iter().filter(State::is_open).collect();
    let open: Vec<_> = open.iter().filter_map(State::case).filter(|it| it.kind() == kind).collect();
    for case in &open {
        let reply = stage.command(closed(case.id, how.clone()));
        assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    }
    open.len()
}

#[track_caller]
fn is_sound(stage: &Stage) {
    books::always(stage);
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}

/// What is too much is a case; once a person has it back nobody waits for anything.
#[track_caller]
fn is_got_back(stage: &mut Stage, yuan: &str) {
    is_sound(stage);
    // Who has the target's order hears that nothing is to be settled of it any more.
    closes(stage, Kind::OwedByHand, &How::Manual { text: Text::lossy("nothing was paid") });
    let open: Vec<_> = cases(stage).into_iter().filter(State::is_open).collect();
    let [open] = &open[..] else { panic!("{open:?}\n{}", stage.text()) };
    let kind = open.case().map(fundflow_domain::case::Case::kind);
    assert_eq!(kind, Some(Kind::Overpaid), "{}", stage.text());
    assert_eq!(open.disputed().money, yuan.parse().unwrap(), "{}", stage.text());
    closes(stage, Kind::Overpaid, &How::Manual { text: Text::lossy("got back") });
    stage.run();
    is_sound(stage);
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
}

#[test]
fn a_redemption_that_falls_after_its_money_bought_the_target_is_got_back_and_the_target_stays() {
    // Placed and not taken, taken, confirmed and not booked elsewhere, completed.
    let confirmed_at = ["03-04 12:30", "03-04 16:00", "03-05 08:00", "03-06 18:00"];
    for confirmed_at in confirmed_at {
        for late in [false, true] {
            for given_up in [false, true] {
                let mut stage = redeemed(confirmed_at, |_| ());
                rejects(&mut stage);
                if given_up {
                    stage.abandon();
                }
                if late {
                    stage.clock("03-09 10:00");
                }
                assert_eq!(closes(&mut stage, Kind::RejectedAfterConfirmed, &How::Accepted), 1);
                stage.run();
                let (text, wallet) = (stage.text(), stage.state(&wallet_key()));
                assert_eq!(wallet.available(), shares("1000"), "{confirmed_at} {late}\n{text}");
                let there = stage.state(&target_key());
                assert!(!there.available().is_zero(), "{confirmed_at} {late}\n{text}");
                let ending = stage.look().ending;
                if !given_up {
                    let completed = Some("discount_purchase.completed");
                    assert_eq!(ending, completed, "{confirmed_at} {late}\n{text}");
                }
                is_got_back(&mut stage, "1000.00");
            }
        }
    }
}

#[test]
fn a_redemption_that_falls_before_its_money_bought_anything_stays_in_the_wallet() {
    let refused = |stage: &mut Stage| stage.outside.fate("target", [Fate::Refused]);
    let rejected = |stage: &mut Stage| {
        stage.outside.verdicts.insert("target".to_owned(), Verdict::Rejected);
        stage.outside.down.insert("redeem.out".to_owned());
    };
    let stages = [
        redeemed("03-04 10:00", |_| ()),
        redeemed("03-04 11:00", refused),
        redeemed("03-04 16:00", rejected),
    ];
    for mut stage in stages {
        rejects(&mut stage);
        closes(&mut stage, Kind::RejectedAfterConfirmed, &How::Accepted);
        stage.run();
        let text = stage.text();
        assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{text}");
        assert_eq!(stage.state(&wallet_key()).available(), shares("1000"), "{text}");
        assert!(stage.state(&target_key()).registered().is_zero(), "{text}");
        assert!(stage.look().finished, "{text}");
        is_sound(&stage);
    }
}

#[test]
fn a_redemption_that_brought_less_after_its_money_bought_the_target_is_got_back_in_part() {
    for confirmed_at in ["03-04 16:00", "03-06 18:00"] {
        let mut stage = redeemed(confirmed_at, |_| ());
        let mut said = stage.confirmation("redeem");
        let Outcome::Redemption(numbers) = &mut said.outcome else { panic!("no redemption") };
        numbers.fee = "100".parse().unwrap();
        numbers.payout = "900".parse().unwrap();
        stage.confirmed("redeem", Confirmation { serial: serial("redeem.c2"), ..said });
        assert_eq!(closes(&mut stage, Kind::SecondConfirmationDiffers, &How::Accepted), 1);
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        is_got_back(&mut stage, "100.00");
    }
}

#[test]
fn a_rejection_that_is_not_accepted_leaves_the_target_and_the_money_as_they_are() {
    for how in [How::Withdrawn, How::Manual { text: Text::lossy("by letter") }] {
        let mut stage = redeemed("03-04 16:00", |_| ());
        rejects(&mut stage);
        closes(&mut stage, Kind::RejectedAfterConfirmed, &how);
        stage.act(Action::Resume { reason: "settled".into() });
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        books::at_the_end(&stage);
        is_sound(&stage);
    }
}

/// While a record of the redemption, or of the target that its money bought, is in dispute.
#[test]
fn a_case_about_a_redemption_that_bought_a_target_excuses_nothing_else_of_it() {
    type Says = fn(&mut Stage);
    let less: Says = |stage| {
        let mut said = stage.confirmation("redeem");
        let Outcome::Redemption(numbers) = &mut said.outcome else { panic!("no redemption") };
        numbers.fee = "100".parse().unwrap();
        numbers.payout = "900".parse().unwrap();
        stage.confirmed("redeem", Confirmation { serial: serial("redeem.c2"), ..said });
    };
    let target: Says = |stage| {
        let mut said = stage.confirmation("target");
        let Outcome::Purchase(numbers) = &mut said.outcome else { panic!("no purchase") };
        numbers.amount = "1000.02".parse().unwrap();
        stage.confirmed("target", Confirmation { serial: serial("target.c2"), ..said });
    };
    let sold: Says = |stage| {
        stage.deliver("target", ApplicationAnswer::Rejected(rejection("9", "no")));
    };
    for (confirmed_at, says) in
        ["03-04 16:00", "03-06 18:00"].into_iter().flat_map(|confirmed_at| {
            [rejects as Says, less, target, sold].map(|says| (confirmed_at, says))
        })
    {
        let mut stage = redeemed(confirmed_at, |_| ());
        says(&mut stage);
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
        if report.counts.open_cases == 0 {
            continue;
        }
        let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
        let excused = crate::planted::excused(&stage.events, named);
        assert!(excused.is_empty(), "{excused:?} {confirmed_at}\n{}", stage.text());
    }
}
