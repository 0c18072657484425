//! The cash is out, and the registrar moves less, more or nothing: what the shares bring goes to the
//! bank, what they do not bring is its own claim, and nothing is left on either side of the books.

use crate::{
    audited,
    checks::refused,
    fast_withdraw::{asked, request, stage},
    outside::{Fate, record, redeemed, rejected},
    stage::{Stage, order, out_no, tx},
};
use fundflow_domain::{
    advance::Advances,
    application::{Applications, FastTransferConfirmed, Outcome},
    case::{CaseId, Closing, How},
    decider::Decider,
    ids::ApplicationNo,
    postings::{Balances, Class, Source, of_advance, of_application},
    text::Text,
};
use fundflow_kernel::{codec, streams::Key};
use fundflow_runtime::{
    message::{Action, Reply},
    process::Disposition,
};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::registrar::{self, ApplicationAnswer},
};

type Fast = Stage<FastWithdraw>;

fn transferred(shares: &str) -> Outcome {
    let (shares, income) = (shares.parse().unwrap(), "0".parse().unwrap());
    Outcome::FastTransfer(FastTransferConfirmed { shares, income })
}

fn closing(how: How) -> Closing {
    Closing { how, by: Text::lossy("chen"), reason: Text::lossy("talked to the bank") }
}

fn manual() -> How {
    How::Manual { text: Text::lossy("settled by telephone") }
}

fn cases(played: &Fast) -> Vec<CaseId> {
    let opened = played.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

fn close(stage: &mut Fast, nth: usize, how: How) -> Reply {
    let case = cases(stage)[nth];
    stage.command(Command::CloseCase { case, closing: Box::new(closing(how)) })
}

fn says(stage: &mut Fast, name: &'static str, word: ApplicationAnswer) {
    stage.notice(registrar::notice(&ApplicationNo::of(&order(name)), word));
    stage.run();
}

/// The same of a story with whose books nothing is wrong.
pub(crate) fn left(played: &Fast) -> Vec<String> {
    let report = audited::report(&played.events, played.kinds());
    audited::adds_up(&report, || played.text());
    left_on_the_books(played)
}

/// What is left of it on the books, besides what the fund owes and what left the settlement account.
pub(crate) fn left_on_the_books(played: &Fast) -> Vec<String> {
    let mut books = Balances::default();
    let advance = Key::<Advances>::of(&out_no("transfer"));
    let mut state = fundflow_domain::advance::State::default();
    for event in played.events.iter().filter(|it| it.stream == *advance.stream()) {
        let new = &event.event;
        let said = codec::decode::<Advances>(&new.event_type, new.schema, &new.data).unwrap();
        for posting in of_advance(&tx("TX-1"), &state, &said).unwrap() {
            books.post(&posting).unwrap();
        }
        state = Advances::evolve(state, &said).unwrap();
    }
    for leg in ["transfer", "redeem"] {
        let key = Key::<Applications>::of(&ApplicationNo::of(&order(leg)));
        let mut state = fundflow_domain::application::State::default();
        for event in played.events.iter().filter(|it| it.stream == *key.stream()) {
            let new = &event.event;
            let said = codec::decode::<Applications>(&new.event_type, new.schema, &new.data);
            let said = said.unwrap();
            let entry = of_application(&tx("TX-1"), Source::Proceeds, &state, &said).unwrap();
            for posting in entry {
                books.post(&posting).unwrap();
            }
            state = Applications::evolve(state, &said).unwrap();
        }
    }
    let house = [Class::FundReceivable, Class::Settlement];
    let left = books.iter().filter(|(account, _)| !house.contains(&account.class()));
    let mut left: Vec<String> = left.map(|(account, sum)| format!("{account} {sum}")).collect();
    left.sort();
    left
}

fn repaid(played: &Fast) -> String {
    let state = played.fold(&Key::<Advances>::of(&out_no("transfer"))).state;
    state.advance().unwrap().got_back().unwrap().to_string()
}

fn begun() -> Fast {
    let mut stage = stage("02-03 10:00");
    stage.request(request("10000"), asked());
    stage
}

/// What goes wrong, which shares are with the investor then, and what the bank gets.
fn short() -> Vec<(&'static str, Fast, &'static str, &'static str)> {
    let with = |leg: &str, said: ApplicationAnswer| {
        let mut stage = begun();
        stage.outside.records.insert(leg.into(), vec![said]);
        stage
    };
    let refusing = |leg: &str| {
        let mut stage = begun();
        stage.outside.fate(leg, [Fate::Refused]);
        stage
    };
    let all = || "10000".parse().unwrap();
    let less = |payout: &str| match redeemed(all(), "0") {
        Outcome::Redemption(mut it) => {
            (it.payout, it.gross) = (payout.parse().unwrap(), payout.parse().unwrap());
            Outcome::Redemption(it)
        }
        other => panic!("{other:?}"),
    };
    let said = |leg: &str, outcome| with(leg, record("c-1", "2026-02-05", true, outcome));
    let one = |it| with("transfer", record("c-1", "2026-02-04", true, transferred(it)));
    vec![
        ("less is transferred", one("9000"), "3000.00", "9000.00"),
        ("nothing is transferred", one("0"), "12000.00", "0.00"),
        ("the front refuses the transfer", refusing("transfer"), "12000.00", "0.00"),
        ("the transfer is rejected", with("transfer", rejected("0002")), "12000.00", "0.00"),
        ("the front refuses the redemption", refusing("redeem"), "2000.00", "0.00"),
        ("the redemption is rejected", with("redeem", rejected("0002")), "2000.00", "0.00"),
        ("the redemption brings less", said("redeem", less("9999.99")), "2000.00", "9999.99"),
        ("it brings income", said("redeem", redeemed(all(), "0.40")), "2000.00", "10000.40"),
    ]
}

/// The same of a transfer of which 3,000 shares were moved first.
fn short_in_parts() -> Vec<(&'static str, Fast, &'static str, &'static str)> {
    let twice = |last: ApplicationAnswer| {
        let first = record("c-1", "2026-02-04", false, transferred("3000"));
        let mut stage = begun();
        stage.outside.records.insert("transfer".into(), vec![first, last]);
        stage
    };
    let more = record("c-2", "2026-02-05", true, transferred("6000"));
    vec![
        ("less is transferred in two parts", twice(more), "3000.00", "9000.00"),
        ("the rest of it is rejected", twice(rejected("0002")), "9000.00", "3000.00"),
    ]
}

#[test]
fn whatever_the_registrar_does_not_move_a_case_says_so_and_its_closing_ends_it() {
    for how in [How::Accepted, manual()] {
        for (what, mut stage, shares, back) in short().into_iter().chain(short_in_parts()) {
            stage.run();
            assert_eq!(stage.parked().unwrap().1, "does_not_add_up", "{what}\n{}", stage.text());
            assert_eq!(stage.count("case.opened"), 1, "{what}");
            assert_eq!(stage.count("advance.repayment_requested"), 0, "{what}");
            // The cash is out: what did not move for it is nobody's to use before a person has said whose it is.
            let free = stage.wallet().available();
            assert_eq!(free.to_string(), "2000.00", "{what}\n{}", stage.text());

            let reply = close(&mut stage, 0, how.clone());
            assert!(matches!(reply, Reply::Acted), "{what}: {reply:?}");
            stage.run();

            assert_eq!(stage.last(), "fast_withdraw.paid_out", "{what}\n{}", stage.text());
            let look = stage.look();
            assert!(look.finished && look.open_ends.is_empty(), "{what}: {:?}", look.waits);
            let wallet = stage.wallet();
            assert_eq!(wallet.available().to_string(), shares, "{what}");
            assert_eq!(wallet.registered().to_string(), shares, "{what}");
            assert_eq!(repaid(&stage), back, "{what}");
            assert_eq!(left(&stage), Vec::<String>::new(), "{what}");
            assert_eq!(look.failure.is_some(), back != "10000.40", "{what}");
        }
    }
}

#[test]
fn who_has_the_banks_cash_is_not_paid_by_us_as_well() {
    let garbled = record("c-1", "2026-02-04", true, transferred("1000000"));
    let mut too_many = begun();
    too_many.outside.records.insert("transfer".into(), vec![garbled]);
    let all = short().into_iter().chain(short_in_parts()).map(|(what, stage, ..)| (what, stage));
    for (what, mut stage) in all.chain([("more is transferred", too_many)]) {
        stage.run();
        let before = stage.events.len();
        let said =
            refused(&close(&mut stage, 0, How::PaidByUs { amount: "0.01".parse().unwrap() }));
        assert!(said.contains("must not have it twice"), "{what}: {said}");
        assert_eq!(stage.events.len(), before, "{what}\n{}", stage.text());
        assert!(matches!(close(&mut stage, 0, manual()), Reply::Acted), "{what}");
        stage.run();
        assert_eq!(stage.count("payout.requested"), 0, "{what}");
    }
}

#[test]
fn the_very_same_closing_is_done_already_and_another_one_says_who_closed_it() {
    for how in [How::Accepted, manual()] {
        for (what, mut stage, ..) in short() {
            stage.run();
            assert!(matches!(close(&mut stage, 0, how.clone()), Reply::Acted), "{what}");
            stage.run();
            let before = stage.events.len();
            let again = close(&mut stage, 0, how.clone());
            assert!(matches!(again, Reply::Acted), "{what}: {again:?}");
            assert_eq!(stage.events.len(), before, "{what}\n{}", stage.text());
            let other = refused(&close(&mut stage, 0, How::Withdrawn));
            assert!(other.contains("already closed by chen"), "{what}: {other}");
        }
    }
}

#[test]
fn a_death_at_any_append_before_or_in_the_closing_changes_nothing_of_that() {
    for fuse in 0..12 {
        for (what, mut stage, shares, back) in short() {
            stage.fuse = Some(fuse);
            stage.run();
            stage.fuse = None;
            stage.run();
            for closes in 0..4 {
                stage.fuse = Some(closes);
                close(&mut stage, 0, How::Accepted);
                stage.fuse = None;
                stage.run();
            }
            close(&mut stage, 0, How::Accepted);
            stage.run();

            let context = format!("{what}, dead after {fuse}\n{}", stage.text());
            assert!(stage.look().finished, "{context}");
            assert_eq!(stage.wallet().available().to_string(), shares, "{context}");
            assert_eq!(repaid(&stage), back, "{context}");
            assert_eq!(left(&stage), Vec::<String>::new(), "{context}");
        }
    }
}

#[test]
fn a_rejection_cannot_be_taken_back_but_carried_out_after_all() {
    let mut stage = begun();
    stage.outside.records.insert("transfer".into(), vec![rejected("0002")]);
    stage.run();
    let said = refused(&close(&mut stage, 0, How::Withdrawn));
    assert!(said.contains("its confirmation opens a case of its own"), "{said}");

    says(&mut stage, "transfer", record("c-1", "2026-02-04", true, transferred("10000")));
    assert_eq!(stage.count("case.opened"), 2, "{}", stage.text());
    assert!(stage.is_parked());
    for nth in [1, 0] {
        assert!(matches!(close(&mut stage, nth, How::Accepted), Reply::Acted));
        stage.run();
    }

    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "2000.00");
    assert_eq!((repaid(&stage).as_str(), left(&stage)), ("10000.00", vec![]));
}

#[test]
fn a_person_who_closes_the_transfer_without_the_registrars_word_must_give_it_up() {
    let mut stage = begun();
    stage.outside.down.insert("transfer".into());
    stage.settle();
    stage.act(Action::SkipToLanding { reason: "not known there".into() });
    assert_eq!(stage.parked().unwrap(), ("cash is out".into(), "blocked".into()));
    assert_eq!(stage.wallet().available().to_string(), "2000.00", "they are not free");

    stage.act(Action::Resume { reason: "again".into() });
    assert_eq!(stage.parked().unwrap(), ("cash is out".into(), "blocked".into()));
    stage.abandon_with(Disposition::Refund);
    stage.run();
    assert_eq!(left(&stage), Vec::<String>::new(), "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "12000.00");
}

#[test]
fn what_the_redemption_brings_by_a_later_record_goes_to_the_bank_too() {
    let mut stage = begun();
    stage.run();
    let more = record("c-2", "2026-02-05", true, redeemed("10000".parse().unwrap(), "0.40"));
    says(&mut stage, "redeem", more);
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
    assert_eq!(repaid(&stage), "10000.00", "not before a person has said so");

    close(&mut stage, 0, How::Accepted);
    stage.run();
    assert_eq!(repaid(&stage), "10000.40", "{}", stage.text());
    assert_eq!(left(&stage), Vec::<String>::new());
    assert!(stage.look().finished);
}

#[test]
fn whoever_gives_it_up_says_whether_the_engine_or_a_person_settles_with_the_bank() {
    use Disposition::{Manual, Refund};
    for (transfer, repayment, late, back) in [
        (Manual, Refund, "confirmed", "0.00"),
        (Manual, Refund, "rejected", "0.00"),
        (Refund, Refund, "silent", "0.00"),
    ] {
        let mut stage = begun();
        for _ in 0..2 {
            stage.settle();
        }
        stage.outside.down.insert("transfer".into());
        assert_eq!(stage.count("advance.advanced"), 1);
        stage.abandon_as(&[("transfer", transfer), ("repayment", repayment)]);
        match late {
            "confirmed" => {
                let all = record("c-1", "2026-02-04", true, transferred("10000"));
                stage.clock("02-04 12:30");
                says(&mut stage, "transfer", all);
            }
            "rejected" => {
                stage.clock("02-04 12:30");
                says(&mut stage, "transfer", rejected("0002"));
            }
            _ => stage.run(),
        }
        if late == "confirmed" {
            // Its claim was left to the bank, and now it has the shares: a person decides first.
            assert!(matches!(close(&mut stage, 0, manual()), Reply::Acted), "{}", stage.text());
            stage.run();
        }

        let context = format!("{transfer:?} {late}\n{}", stage.text());
        assert!(stage.look().open_ends.is_empty(), "{:?} {context}", stage.look().open_ends);
        assert_eq!((repaid(&stage).as_str(), left(&stage)), (back, vec![]), "{context}");
        let shares = if late == "confirmed" { "2000.00" } else { "12000.00" };
        assert_eq!(stage.wallet().available().to_string(), shares, "{context}");
    }
}

#[test]
fn what_the_transfer_left_is_held_after_the_saga_was_given_up_too_until_its_case_is_closed() {
    let mut stage = begun();
    let less = record("c-1", "2026-02-04", true, transferred("3000"));
    stage.outside.records.insert("transfer".into(), vec![less]);
    stage.run();
    stage.abandon_as(&[("repayment", Disposition::Refund)]);
    stage.run();
    assert_eq!(stage.wallet().available().to_string(), "2000.00", "{}", stage.text());

    assert!(matches!(close(&mut stage, 0, How::Accepted), Reply::Acted));
    stage.run();
    assert_eq!(stage.wallet().available().to_string(), "9000.00", "{}", stage.text());
}

#[test]
fn a_case_on_the_transfer_says_nothing_of_a_redemption_that_a_person_closes() {
    let mut stage = begun();
    let less = record("c-1", "2026-02-04", true, transferred("9000"));
    stage.outside.records.insert("transfer".into(), vec![less]);
    stage.outside.down.insert("redeem".into());
    stage.run();
    close(&mut stage, 0, How::Accepted);
    stage.settle();
    stage.act(Action::SkipToLanding { reason: "not known there".into() });
    stage.run();

    assert_eq!(stage.parked().unwrap(), ("cash is out".into(), "blocked".into()));
    assert_eq!(stage.count("advance.recourse"), 0, "{}", stage.text());
}

#[test]
fn a_rejection_that_is_said_again_changes_nothing() {
    let mut stage = begun();
    stage.outside.records.insert("transfer".into(), vec![rejected("0002")]);
    stage.run();
    let before = stage.events.len();
    stage.now = stage.now.plus_millis(2 * 86_400_000);
    says(&mut stage, "transfer", rejected("0002"));
    assert_eq!(stage.events.len(), before, "{}", stage.text());

    close(&mut stage, 0, How::Accepted);
    stage.run();
    let before = stage.events.len();
    says(&mut stage, "transfer", rejected("0002"));
    assert_eq!(stage.events.len(), before, "{}", stage.text());
}
