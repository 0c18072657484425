//! Whoever gives up what nobody answers is done with it: no row is left that only `resume` could try
//! again, and what is not there is named.

use crate::{
    by_hand, fast_withdraw,
    outside::record,
    stage::{Stage, order, out_no, tx, wallet_of},
    withdraw,
};
use fundflow_domain::{
    advance::{self, Advances},
    application::{FastTransferConfirmed, Outcome},
    case::{CaseId, Cases, Closing, How, Kind, State},
    ids::ApplicationNo,
    orders::Cause,
    payout::Transfer,
    text::Text,
    wallet::Command as WalletCommand,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply, process::Disposition, saga::Saga};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::{
        advance::{AdvanceAnswer, AdvanceSaid, notice as advance_notice},
        bank::{PayoutAnswer, payout_notice},
        registrar,
    },
    withdraw::Withdraw,
};

const ALL: [Disposition; 3] = [Disposition::Manual, Disposition::Suspense, Disposition::Refund];

fn cases<S: Saga>(played: &Stage<S>) -> Vec<(CaseId, State)> {
    let opened = played.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let ids = opened.map(|it| it.stream.id().parse().unwrap());
    ids.map(|id: CaseId| (id, played.fold(&Key::<Cases>::of(&id)).state)).collect()
}

fn ends<S: Saga>(played: &Stage<S>) -> Vec<String> {
    played.look().open_ends.iter().map(|it| format!("{} {}", it.name, it.worth)).collect()
}

/// Parked before its end, then given up with that of every end.
fn given_up<S: Saga>(mut stage: Stage<S>, what: Disposition) -> Stage<S> {
    assert!(stage.parked().is_some(), "{}", stage.text());
    assert!(matches!(stage.abandon_with(what), Reply::Acted), "{}", stage.text());
    stage.run();
    stage
}

/// The cash is out, and the registrar transferred 40,000 of 10,000 shares, as a person accepts; the
/// wallet has 12,000.
fn too_many() -> Stage<FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    let (shares, income) = ("40000".parse().unwrap(), "0".parse().unwrap());
    let more = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
    stage.outside.records.insert("transfer".into(), vec![record("c-1", "2026-02-04", true, more)]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    stage
}

fn accepted(stage: Stage<FastWithdraw>) -> Stage<FastWithdraw> {
    closed(stage, How::Accepted)
}

fn closed(mut stage: Stage<FastWithdraw>, how: How) -> Stage<FastWithdraw> {
    let case = cases(&stage)[0].0;
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar says so"));
    let closing = Box::new(Closing { how, by, reason });
    stage.command(Command::CloseCase { case, closing });
    stage.run();
    stage
}

#[test]
fn a_case_on_a_transfer_of_too_many_shares_says_how_many_are_in_dispute() {
    let stage = too_many();
    let disputed = cases(&stage)[0].1.disputed();
    assert_eq!(
        (disputed.shares, disputed.money),
        ("30000".parse().unwrap(), "30000".parse().unwrap())
    );
}

#[test]
fn shares_that_a_transfer_took_and_that_are_not_there_are_missing_until_they_are() {
    for what in ALL {
        let stage = accepted(too_many());
        let (row, code) = stage.parked().unwrap();
        assert_eq!((row.as_str(), code.as_str()), ("take out", "refused"), "{}", stage.text());
        // Nobody redeems what the bank has of it, so it keeps that.
        assert_eq!(ends(&stage), ["repayment 0.00", "missing 30000.00"]);
        // It is a matter all the same: what the registrar says yet may leave it less.
        let units = stage.look().units;
        let unit = "yuan, as long as the bank keeps shares of 000730 for its 10000.00";
        assert_eq!(units[0].as_deref(), Some(unit));

        let mut stage = given_up(stage, what);
        let look = stage.look();
        let missing = Wait::Others { row: "missing shares".into() };
        assert_eq!(look.waits, [missing], "{what:?}: {:?} {}", look.parked, stage.text());
        assert_eq!(by_hand::named(&stage.events)["missing"], "30000".parse().unwrap());
        let kinds: Vec<Kind> = cases(&stage).iter().map(|it| it.1.case().unwrap().kind()).collect();
        assert_eq!(kinds, [Kind::AmountDiffers, Kind::SharesMissing], "{what:?}");
        let case = cases(&stage).pop().unwrap().1;
        let found = &case.case().unwrap().findings[0];
        assert_eq!(by_hand::figures(found), ["missing 28000.00 shares", "moved 30000.00 shares"]);
        assert_eq!(found.disputed.shares, "28000".parse().unwrap(), "2,000 are withheld for it");
        assert_eq!(stage.wallet().registered(), "2000".parse().unwrap(), "none are made up");
        assert!(stage.wallet().available().is_zero(), "what there is, is the register's");

        // They are there at last, and are booked by themselves.
        let credit = WalletCommand::CreditInTransit(tx("NEW"), "30000".parse().unwrap());
        stage.given(&wallet_of("i-1"), &credit);
        let (shares, registered) = ("30000".parse().unwrap(), "2026-02-04".parse().unwrap());
        let confirm = WalletCommand::ConfirmCredit(tx("NEW"), shares, registered);
        stage.given(&wallet_of("i-1"), &confirm);
        stage.crash();
        stage.run();
        assert_eq!(stage.wallet().registered(), "2000".parse().unwrap(), "{}", stage.text());
        assert!(by_hand::named(&stage.events)["missing"].is_zero(), "{}", stage.text());
        assert!(stage.look().finished, "{what:?}");
        assert!(cases(&stage).iter().all(|it| !it.1.is_open()), "{}", stage.text());
    }
}

#[test]
fn a_redemption_of_the_bank_that_its_registrar_never_confirms_can_be_given_up_for_good() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.clock("02-04 13:00");
    stage.outside.down.insert("redeem".into());
    stage.run();
    assert_eq!(ends(&stage), ["repayment 10000.00", "redemption 0.00"], "{}", stage.text());

    let mut stage = given_up(stage, Disposition::Manual);
    assert!(!stage.look().finished, "the registrar's word is waited for");
    stage.abandon_as(&[("redemption", Disposition::Refund)]);
    stage.run();
    let look = stage.look();
    assert!(look.finished, "{:?}\n{}", look.parked, stage.text());
    let kinds = |stage: &Stage<FastWithdraw>| -> Vec<Kind> {
        cases(stage).iter().map(|it| it.1.case().unwrap().kind()).collect()
    };
    // The bank keeps the shares: a case calls the person who was to pay it.
    assert_eq!(kinds(&stage), [Kind::OwedByHand], "{}", stage.text());

    // Should it come after all, it is recorded, and a person sees it.
    let all = crate::outside::redeemed("10000".parse().unwrap(), "0");
    let said = record("c-9", "2026-02-05", true, all);
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), said));
    stage.run();
    assert_eq!(kinds(&stage), [Kind::OwedByHand, Kind::AfterTheEnd], "{}", stage.text());
    assert_eq!(stage.count("advance.repayment_requested"), 0, "a person has what comes of it");
}

#[test]
fn a_repayment_that_the_bank_never_answers_can_be_given_up() {
    use Disposition::{Manual, Suspense};
    for (what, again) in [(Manual, Suspense), (Suspense, Manual)] {
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.outside.down.insert("transfer.out.repay".into());
        stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
        stage.run();
        let stage = given_up(stage, what);
        assert!(!stage.look().finished, "{what:?}: nobody knows");
        let stage = given_up(stage, again);
        let look = stage.look();
        assert!(look.finished, "{what:?}: {:?}\n{}", look.parked, stage.text());
        let advance = stage.fold(&Key::<Advances>::of(&out_no("transfer"))).state;
        assert!(advance.advance().is_some());
    }
}

#[test]
fn a_payout_that_the_bank_never_answers_can_be_given_up_and_a_late_word_has_a_case() {
    for what in ALL {
        let mut stage: Stage<Withdraw> = withdraw::stage("02-03 10:00");
        stage.outside.down.insert("redeem.out".into());
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.run();
        let mut stage = given_up(stage, what);
        assert!(!stage.look().finished, "{what:?}: nobody knows");

        let no = out_no("redeem");
        let (amount, at) = ("400".parse().unwrap(), stage.now);
        let transfer = Transfer { no: no.clone(), serial: "B-9".parse().unwrap(), amount, at };
        stage.notice(payout_notice(&no, no.clone(), PayoutAnswer::PaidOut(transfer)));
        stage.run();
        let said = by_hand::cases(&stage.events);
        assert_eq!(said, ["0.00 yuan (payout) are owed by hand, where 400.00 were named before"]);
        assert!(stage.look().finished, "{what:?}");
    }
}

#[test]
fn cash_that_the_bank_pays_after_it_was_given_up_is_a_case_and_the_bank_is_a_persons() {
    for what in ALL {
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.outside.down.insert("transfer.out".into());
        stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
        stage.run();
        let ends: Vec<String> = ends(&stage);
        assert_eq!(ends, ["transfer 10000.00", "advance 10000.00"], "{}", stage.text());
        let mut stage = given_up(stage, what);
        let reserved = if what == Disposition::Refund { "0" } else { "10000" };
        assert_eq!(stage.wallet().reserved(), reserved.parse().unwrap(), "{what:?}: it may be out");
        assert!(!stage.look().finished, "{what:?}: the bank has not spoken");
        let calls = stage.lines.iter().filter(|it| *it == "call transfer.out").count();
        assert_eq!(calls, 1, "{what:?}: it is asked about, and never asked for again");

        let (amount, at) = ("10000".parse().unwrap(), stage.now);
        let transfer = advance::Transfer { serial: "B-9".parse().unwrap(), amount, at };
        let said = AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer));
        stage.notice(advance_notice(&out_no("transfer"), said));
        stage.run();

        assert_eq!(cases(&stage).len(), 1, "{what:?}\n{}", stage.text());
        assert_eq!(stage.count("advance.recourse"), 0, "{what:?}: nobody has closed it");
        assert_eq!(stage.count("advance.repayment_requested"), 0, "{what:?}");
        let by_hand = by_hand::cases(&stage.events);
        if what == Disposition::Refund {
            // Nothing was to come of it: what comes contradicts.
            assert!(by_hand.is_empty(), "{by_hand:?}");
        } else {
            let said = "10000.00 yuan (repayment) are owed by hand: they came of advance, which a person has";
            assert_eq!(by_hand, [said]);
        }
        assert!(stage.look().finished, "{what:?}: {:?}", stage.look().parked);
        let available = stage.wallet().available();
        assert_eq!(available, "2000".parse().unwrap(), "{what:?}: their cash is out");
        let how = How::Manual { text: Text::lossy("settled with the bank") };
        let mut stage = closed(stage, how);
        assert_eq!(
            stage.wallet().available(),
            "12000".parse().unwrap(),
            "{what:?}: a person did it"
        );
        stage.crash();
        stage.run();
        assert!(stage.look().finished, "{what:?}: {}", stage.text());
    }
}

#[test]
fn an_advance_that_the_bank_declines_late_frees_the_shares_and_nobody_owes_anything() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    let mut stage = given_up(stage, Disposition::Manual);
    let no = Cause::new("no", "not today");
    let said = AdvanceSaid::Advance(AdvanceAnswer::Declined(no));
    stage.notice(advance_notice(&out_no("transfer"), said));
    stage.run();
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(stage.wallet().available(), "12000".parse().unwrap());
    assert!(by_hand::cases(&stage.events).is_empty());
}
