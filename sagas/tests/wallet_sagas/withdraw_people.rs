//! A withdrawal that needs a person: accounts that take no money, wrong records, giving up.

use crate::{
    checks::refused,
    outside::{Fate, record, redeemed},
    stage::{Stage, at, out_no},
    withdraw::{asked, request, stage},
};
use fundflow_domain::{
    application::{LotConfirmed, Outcome},
    case::{CaseId, Closing, How},
    money::Money,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    message::{Action, Noticed, Reply},
    process::Disposition,
};
use fundflow_sagas::{
    ports::registrar::{self, ApplicationAnswer},
    withdraw::{Command, Withdraw},
};

fn redirect(account: &str, own_name: bool) -> Command {
    let (account, reason) = (account.parse().unwrap(), "the old card was closed".into());
    Command::Redirect { account, own_name, reason }
}

#[test]
fn an_account_that_takes_no_money_waits_for_another_one_of_the_same_name() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("redeem.out", [Fate::Refused]);
    stage.request(request(Some("400")), asked());
    let early = refused(&stage.command(redirect("acc-2", true)));
    assert!(early.starts_with("nothing is being paid out"), "{early}");
    stage.run();

    let (row, code) = stage.parked().unwrap();
    assert_eq!((row.as_str(), code.as_str()), ("payout refused", "refused"));
    let said = refused(&stage.command(redirect("acc-2", false)));
    assert_eq!(said, "account acc-2 is not in the investor's own name");

    assert!(matches!(stage.command(redirect("acc-2", true)), Reply::Acted));
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    let key: Key<fundflow_domain::payout::Payouts> = Key::of(&out_no("redeem"));
    let known = stage.fold(&key).state;
    let payout = known.payout().unwrap();
    assert_eq!(payout.attempt.account.as_str(), "acc-2");
    assert_eq!(payout.attempt.no.as_str(), "TX-1.redeem.out.2");
}

#[test]
fn asking_again_without_another_account_changes_nothing() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("redeem.out", [Fate::Refused]);
    stage.request(request(Some("400")), asked());
    stage.run();
    stage.act(Action::Resume { reason: "perhaps".into() });
    stage.run();

    assert_eq!(stage.parked().unwrap().0, "payout refused");
    assert_eq!(stage.count("payout.refused"), 1);
}

#[test]
fn a_record_that_names_the_lots_which_left_adds_up_and_one_whose_lines_do_not_is_disputed() {
    let line = |serial: &str, shares: &str, gross: &str| LotConfirmed {
        serial: serial.parse().unwrap(),
        shares: shares.parse().unwrap(),
        gross: gross.parse().unwrap(),
        fee: Money::ZERO,
    };
    for (second, adds_up) in [("300", true), ("299.99", false)] {
        let mut stage = stage("02-03 10:00");
        let mut outcome = redeemed("400".parse().unwrap(), "0");
        if let Outcome::Redemption(numbers) = &mut outcome {
            numbers.lots = vec![line("L-1", "100", "100"), line("L-2", "300", second)];
        }
        let said = record("c-1", "2026-02-04", true, outcome);
        stage.outside.records.insert("redeem".into(), vec![said]);
        stage.request(request(Some("400")), asked());
        stage.run();

        let ended = (stage.last() == "withdraw.paid_out", stage.parked().is_none());
        assert_eq!(ended, (adds_up, adds_up), "{second}: {}", stage.text());
    }
}

fn closing() -> Closing {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar is right"));
    Closing { how: How::Accepted, by, reason }
}

/// The registrar redeemed twice what was asked for.
fn disputed() -> Stage<Withdraw> {
    with_income("0.07")
}

/// Income that was to stay is paid along, or taken.
fn with_income(income: &str) -> Stage<Withdraw> {
    let mut stage = stage("02-03 10:00");
    let wrong = record("c-1", "2026-02-04", true, redeemed("300".parse().unwrap(), income));
    stage.outside.records.insert("redeem".into(), vec![wrong]);
    stage.request(request(Some("400")), asked());
    stage.run();
    stage
}

fn case_of(stage: &Stage<Withdraw>) -> CaseId {
    let opened = stage.events.iter().find(|it| *it.event.event_type == *"case.opened").unwrap();
    opened.stream.id().parse().unwrap()
}

#[test]
fn a_record_that_does_not_add_up_pays_nothing_until_its_case_is_closed() {
    let mut stage = disputed();
    assert_eq!(stage.parked().unwrap().1, "does_not_add_up");
    assert_eq!(stage.count("payout.requested"), 0);
    let case = case_of(&stage);

    let other = CaseId::of(b"another record");
    let said =
        refused(&stage.command(Command::CloseCase { case: other, closing: Box::new(closing()) }));
    assert_eq!(said, format!("no case {other} is open on this transaction"));

    let reply = stage.command(Command::CloseCase { case, closing: Box::new(closing()) });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
}

#[test]
fn a_corrected_record_needs_nobody() {
    let mut stage = disputed();
    let right = record("c-2", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
    let reply = stage.notice(registrar::notice(&no, right));
    assert!(matches!(reply, Reply::Noticed(Noticed::Recorded(_))), "{reply:?}");
    stage.run();

    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(stage.count("application.corrected"), 1);
    assert_eq!(stage.wallet().available().to_string(), "600.00");
}

#[test]
fn who_gives_up_has_shares_reserved_until_the_word_comes_and_a_person_can_take_them_back() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    let ends = stage.look().open_ends;
    let named: Vec<(&str, String)> =
        ends.iter().map(|end| (end.name.as_ref(), end.worth.to_string())).collect();
    assert_eq!(named, [("redemption", "400.00".to_owned())]);

    assert!(matches!(stage.abandon(), Reply::Acted));
    assert_eq!(stage.wallet().available().to_string(), "600.00");
    assert!(matches!(stage.abandon_with(Disposition::Refund), Reply::Acted));
    assert_eq!(stage.wallet().available().to_string(), "1000.00");
    assert_eq!(stage.look().open_ends, []);
    stage.now = at("02-04 09:00");
    let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
    let late = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    let reply = stage.notice(registrar::notice(&no, late));
    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert_eq!(stage.count("case.opened"), 1);
    let wallet = stage.wallet();
    assert_eq!(wallet.registered().to_string(), "600.00", "the register has taken them");
    let end = &stage.look().open_ends[0];
    assert_eq!((&*end.name, end.worth.to_string()), ("proceeds", "400.00".to_owned()));
}

#[test]
fn money_of_a_late_withdrawal_is_paid_by_the_engine_or_named_as_owed_by_hand_and_never_both() {
    for what in [Disposition::Refund, Disposition::Manual, Disposition::Suspense] {
        let mut stage = stage("02-03 10:00");
        stage.request(request(Some("400")), asked());
        stage.settle();
        assert!(matches!(stage.abandon_with(what), Reply::Acted));
        stage.run();
        stage.now = at("02-04 13:00");
        let late = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
        let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
        stage.notice(registrar::notice(&no, late));
        stage.run();
        if what == Disposition::Refund {
            let (case, closing) = (case_of(&stage), Box::new(closing()));
            stage.command(Command::CloseCase { case, closing });
            stage.run();
        }

        let paid = stage.count("payout.paid_out");
        assert_eq!(paid, usize::from(what == Disposition::Refund), "{what:?}\n{}", stage.text());
        let named = crate::by_hand::named(&stage.events).get("proceeds").map(ToString::to_string);
        let by_hand = (what != Disposition::Refund).then(|| "400.00".to_owned());
        assert_eq!(named, by_hand, "{what:?}\n{}", stage.text());
        assert_eq!(crate::by_hand::cases(&stage.events).len(), usize::from(paid == 0), "{what:?}");
        assert_eq!(stage.wallet().registered().to_string(), "600.00");
        assert!(stage.look().finished, "{}", stage.text());
    }
}

#[test]
fn a_withdrawal_that_was_rejected_and_is_confirmed_is_taken_at_once_and_paid_when_it_is_settled() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
    stage.now = at("02-03 15:00");
    stage.notice(registrar::notice(&no, crate::outside::rejected("0002")));
    stage.run();
    assert_eq!(stage.last(), "withdraw.kept_in_wallet", "{}", stage.text());
    stage.now = at("02-04 13:00");
    let late = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    stage.notice(registrar::notice(&no, late));
    stage.run();
    assert_eq!(stage.wallet().registered().to_string(), "600.00", "{}", stage.text());
    assert_eq!((stage.count("case.opened"), stage.count("payout.requested")), (1, 0));

    let (case, closing) = (case_of(&stage), Box::new(closing()));
    stage.command(Command::CloseCase { case, closing });
    stage.run();
    assert_eq!(stage.count("payout.paid_out"), 1, "{}", stage.text());
    assert!(stage.look().finished && stage.look().open_ends.is_empty(), "{}", stage.text());
}

#[test]
fn a_confirmation_after_a_rejection_holds_whoever_dies_once_it_is_stored() {
    for fuse in 1..10 {
        let mut stage = stage("02-03 10:00");
        stage.request(request(Some("400")), asked());
        stage.settle();
        let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
        stage.now = at("02-03 15:00");
        stage.notice(registrar::notice(&no, crate::outside::rejected("0002")));
        stage.run();
        stage.now = at("02-04 13:00");
        stage.fuse = Some(fuse);
        let late = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
        stage.notice(registrar::notice(&no, late));
        stage.fuse = None;
        stage.run();
        let said = stage.count("application.contested");
        let text = format!("{fuse}\n{}", stage.text());
        assert_eq!(stage.count("application.upheld"), said, "{text}");
        let left = if said == 1 { "600.00" } else { "1000.00" };
        assert_eq!(stage.wallet().registered().to_string(), left, "{text}");
    }
}

#[test]
fn deadlines_park_and_a_usable_answer_wakes() {
    let mut stage = stage("02-13 10:00");
    let silent = ApplicationAnswer::Unknown(fundflow_domain::orders::Cause::new("busy", "later"));
    stage.outside.records.insert("redeem".into(), vec![silent]);
    stage.request(request(Some("400")), asked());
    stage.clock("02-25 11:59");
    assert_eq!(stage.parked(), None, "a holiday calls nobody: {}", stage.text());
    stage.clock("02-25 12:00");
    assert_eq!(stage.parked().unwrap(), ("confirm redemption".into(), "busy".into()));

    stage.outside.records.clear();
    let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
    let late = record("c-1", "2026-02-24", true, redeemed("400".parse().unwrap(), "0"));
    stage.notice(registrar::notice(&no, late));
    stage.run();
    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
}

#[test]
fn what_we_bear_is_paid_to_the_investors_own_account() {
    let mut stage = with_income("-0.07");
    let case = case_of(&stage);
    let how = || How::PaidByUs { amount: "0.05".parse().unwrap() };
    let close =
        |case| Command::CloseCase { case, closing: Box::new(Closing { how: how(), ..closing() }) };
    assert!(matches!(stage.command(close(case)), Reply::Acted));
    stage.run();
    assert_eq!(stage.count("payout.paid_out"), 2, "{}", stage.text());
    assert!(stage.look().finished && stage.look().open_ends.is_empty(), "{}", stage.text());

    // What the record pays along goes out with it.
    let mut stage = disputed();
    let case = case_of(&stage);
    let said = refused(&stage.command(close(case)));
    assert!(said.contains("must not go out twice"), "{said}");
}

#[test]
fn a_registrar_that_keeps_it_is_believed() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("redeem.cancel", [Fate::Refused]);
    stage.request(request(Some("400")), asked());
    stage.settle();
    stage.command(Command::Cancel { at: at("02-03 10:00") });
    stage.run();

    assert_eq!(stage.count("withdraw.cancel_refused"), 1);
    assert_eq!(stage.last(), "withdraw.paid_out");
}

#[test]
fn what_a_person_owes_by_hand_is_not_paid_by_the_engine_as_well() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    stage.abandon_with(Disposition::Manual);
    stage.run();
    let late = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0"));
    let no = fundflow_domain::ids::ApplicationNo::of(&crate::stage::order("redeem"));
    stage.now = at("02-04 13:00");
    stage.notice(registrar::notice(&no, late));
    stage.run();
    assert_eq!(crate::by_hand::cases(&stage.events).len(), 1);

    let how = How::PaidByUs { amount: "400".parse().unwrap() };
    let (case, closing) = (case_of(&stage), Box::new(Closing { how, ..closing() }));
    let said = refused(&stage.command(Command::CloseCase { case, closing }));
    assert!(said.contains("must not go out twice"), "{said}");
    stage.run();
    assert_eq!(stage.count("payout.requested"), 0, "{}", stage.text());
}
