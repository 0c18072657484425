//! A person closes a case, or a bank says what nobody asked for, and the process dies in the middle of it: once
//! the word is stored, all that follows from it does, without anybody saying it again.

use crate::{
    fast_withdraw,
    outside::{record, redeemed},
    stage::{Stage, at, order, out_no},
    withdraw::{asked, request, stage},
};
use fundflow_domain::{
    advance::Transfer,
    application::Outcome,
    case::{CaseId, Closing, How},
    ids::ApplicationNo,
    orders::Cause,
    text::Text,
};
use fundflow_runtime::saga::Saga;
use fundflow_sagas::{
    fast_withdraw::FastWithdraw,
    ports::{
        advance::{AdvanceAnswer, AdvanceSaid, notice},
        registrar::{self, ApplicationAnswer},
    },
    withdraw::{Command, Withdraw},
};

fn says(stage: &mut Stage<Withdraw>, word: ApplicationAnswer) {
    stage.now = stage.now.max(at("02-04 09:00"));
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), word));
    stage.settle();
}

/// All 400 shares, and so much less money than they are worth.
fn confirmed(serial: &str, lacks: &str) -> ApplicationAnswer {
    let mut word = record(serial, "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    if let ApplicationAnswer::Confirmed(said) = &mut word
        && let Outcome::Redemption(numbers) = &mut said.outcome
    {
        numbers.payout = numbers.payout.minus(lacks.parse().unwrap()).unwrap();
    }
    word
}

/// Its record does not add up; `contested`: another one contradicts it as well.
fn disputed(contested: bool) -> (Stage<Withdraw>, CaseId) {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    stage.outside.down.insert("redeem".into());
    says(&mut stage, confirmed("c-1", "1"));
    if contested {
        says(&mut stage, confirmed("c-2", "3"));
    }
    let mut opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let case = opened.next_back().unwrap().stream.id().parse().unwrap();
    (stage, case)
}

fn closes(stage: &mut Stage<Withdraw>, case: CaseId, how: How) {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("they said so"));
    stage.command(Command::CloseCase { case, closing: Box::new(Closing { how, by, reason }) });
}

/// What was stored, how often, but for the waking of what was parked.
fn stored<S: Saga>(stage: &Stage<S>) -> Vec<String> {
    let all = stage.events.iter().map(|it| it.event.event_type.to_string());
    let mut all: Vec<String> =
        all.filter(|it| !it.ends_with(".parked") && !it.ends_with(".resumed")).collect();
    all.sort();
    all
}

#[test]
fn a_closing_that_is_stored_is_followed_whoever_dies_in_the_middle_of_it() {
    let manual = || How::Manual { text: Text::lossy("settled by telephone") };
    let ours = || How::PaidByUs { amount: "1".parse().unwrap() };
    for (contested, how) in [
        (false, How::Accepted),
        (false, How::Withdrawn),
        (false, manual()),
        (false, ours()),
        (true, How::Accepted),
        (true, How::Withdrawn),
        (true, manual()),
    ] {
        let (mut undisturbed, case) = disputed(contested);
        closes(&mut undisturbed, case, how.clone());
        let (expected, wallet) = (stored(&undisturbed), undisturbed.wallet());
        let mut deaths = 0;
        for fuse in 1..12 {
            let (mut stage, case) = disputed(contested);
            stage.fuse = Some(fuse);
            closes(&mut stage, case, how.clone());
            if stage.fuse.is_some() || stage.count("case.closed") == 0 {
                continue;
            }
            deaths += 1;
            let text = format!("{contested} {how:?} {fuse}\n{}", stage.text());
            assert_eq!(stored(&stage), expected, "{text}");
            assert_eq!(stage.wallet(), wallet, "{text}");
        }
        assert!(deaths > 0, "{how:?}: nothing follows from it");
    }
}

/// It declined, and says that it paid: on the day of the request, or on the next one.
fn paid_after_decline(fuse: Option<usize>, on: &str) -> Stage<FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.settle();
    let said = |it| notice(&out_no("transfer"), AdvanceSaid::Advance(it));
    stage.notice(said(AdvanceAnswer::Declined(Cause::new("61", "not today"))));
    stage.settle();
    assert_eq!(stage.last(), "fast_withdraw.kept_in_wallet", "{}", stage.text());
    stage.now = at(&format!("{on} 11:00"));
    let (serial, amount) = ("B-1".parse().unwrap(), "10000".parse().unwrap());
    stage.fuse = fuse;
    stage.notice(said(AdvanceAnswer::Advanced(Transfer { serial, amount, at: stage.now })));
    stage
}

#[test]
fn a_bank_that_declined_and_says_that_it_paid_is_followed_whoever_dies_in_the_middle_of_it() {
    for on in ["02-03", "02-04"] {
        let undisturbed = paid_after_decline(None, on);
        let (expected, wallet) = (stored(&undisturbed), undisturbed.wallet());
        assert_eq!(wallet.disputed().to_string(), "10000.00", "{}", undisturbed.text());
        let mut deaths = 0;
        for fuse in 1..12 {
            let stage = paid_after_decline(Some(fuse), on);
            if stage.fuse.is_some() {
                continue;
            }
            deaths += 1;
            let text = format!("{on} {fuse}\n{}", stage.text());
            assert_eq!(stored(&stage), expected, "{text}");
            assert_eq!(stage.wallet(), wallet, "{text}");
        }
        assert!(deaths >= 4, "{deaths}\n{}", undisturbed.text());
    }
}
