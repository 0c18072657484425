//! Missing shares that others bring: nobody uses them meanwhile, and the saga that lacks them books them in
//! the batch that brings them, whoever dies when.

use crate::{
    fast_withdraw,
    outside::record,
    recharge,
    stage::{Stage, tx},
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome},
    case::{Case, CaseId, Cases, Closing, How, Kind, State},
    money::Shares,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{liveness::Wait, message::Reply, process::Disposition};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    recharge::{Recharge, Request},
    withdraw::Withdraw,
};

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

/// Of 12,000 shares the registrar transferred 13,000 where 10,000 were asked for, as a person accepts: the
/// record cannot be booked.
fn lacking() -> Stage<FastWithdraw> {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    stage.beside(Recharge { house: house(vec![money_fund()]) });
    stage.beside(Withdraw { house: house(vec![money_fund()]) });
    let (took, income) = (shares("13000"), "0".parse().unwrap());
    let more = Outcome::FastTransfer(FastTransferConfirmed { shares: took, income });
    stage.outside.records.insert("transfer".into(), vec![record("c-1", "2026-02-04", true, more)]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    let case = cases(&stage)[0].0;
    close(&mut stage, case, How::Accepted);
    assert_eq!(stage.parked().map(|it| it.0), Some("take out".to_owned()), "{}", stage.text());
    stage
}

fn close(stage: &mut Stage<FastWithdraw>, case: CaseId, how: How) -> Reply {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("a test"));
    let reply =
        stage.command(Command::CloseCase { case, closing: Box::new(Closing { how, by, reason }) });
    stage.run();
    reply
}

fn cases(stage: &Stage<FastWithdraw>) -> Vec<(CaseId, State)> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let ids = opened.map(|it| it.stream.id().parse().unwrap());
    ids.map(|id: CaseId| (id, stage.fold(&Key::<Cases>::of(&id)).state)).collect()
}

fn given_up(mut stage: Stage<FastWithdraw>) -> Stage<FastWithdraw> {
    assert!(matches!(stage.abandon_with(Disposition::Manual), Reply::Acted), "{}", stage.text());
    stage.run();
    let waits = stage.look().waits;
    assert_eq!(waits, [Wait::Others { row: "missing shares".into() }], "{}", stage.text());
    stage
}

/// The same investor puts so much into the wallet.
fn recharge(stage: &mut Stage<FastWithdraw>, id: &str, amount: &str) {
    let request = Request { amount: amount.parse().unwrap(), ..recharge::request() };
    let reply = stage.request_beside::<Recharge>(id, request, recharge::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

fn done(stage: &mut Stage<FastWithdraw>) {
    for _ in 0..50 {
        stage.settle();
        if !stage.ring() {
            return;
        }
    }
    panic!("it does not come to rest:\n{}", stage.text());
}

/// 3,000 shares more were taken than were reserved, and are claimed; 2,000 were there besides.
#[track_caller]
fn nobody_uses_them(stage: &Stage<FastWithdraw>) {
    let wallet = stage.wallet();
    let booked = stage.count("wallet.take_out_corrected") > 0;
    let free = if booked { wallet.registered() } else { Shares::ZERO };
    assert!(wallet.available() <= free, "{wallet:?}\n{}", stage.text());
}

#[test]
fn what_others_bring_is_booked_in_the_batch_that_brings_it_and_the_case_is_closed() {
    let mut stage = given_up(lacking());
    assert_eq!(stage.wallet().available(), Shares::ZERO);
    recharge(&mut stage, "NEW-1", "400");
    done(&mut stage);
    assert_eq!(stage.wallet().available(), Shares::ZERO, "{}", stage.text());
    let missing = |stage: &Stage<FastWithdraw>| cases(stage).last().unwrap().1.clone();
    assert_eq!(missing(&stage).case().map(Case::kind), Some(Kind::SharesMissing));
    assert!(missing(&stage).is_open());

    recharge(&mut stage, "NEW-2", "1000");
    done(&mut stage);
    let wallet = stage.wallet();
    assert_eq!((wallet.registered(), wallet.available()), (shares("400"), shares("400")));
    assert!(wallet.claims().waiting().is_empty() && !missing(&stage).is_open(), "{}", stage.text());
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
    let lines = stage.after("wallet.credit_confirmed");
    let brought = lines.iter().rposition(|it| it == "wallet.credit_confirmed").unwrap();
    let booked = lines.iter().position(|it| it == "wallet.take_out_corrected").unwrap();
    let sent = |line: &String| line.starts_with("call") || line.starts_with("ask");
    assert!(!lines[brought..booked].iter().any(sent), "one batch has both\n{}", stage.text());
}

#[test]
fn who_is_parked_for_want_of_shares_goes_on_when_others_bring_them() {
    let mut stage = lacking();
    assert_eq!(stage.wallet().available(), Shares::ZERO, "{}", stage.text());
    recharge(&mut stage, "NEW-1", "300");
    done(&mut stage);
    let (row, cause) = stage.look().parked.unwrap();
    assert_eq!(&*row, "take out");
    assert!(cause.text.ends_with("asks for 3000.00 shares; 2300.00 are free for it"), "{cause}");
    recharge(&mut stage, "NEW-2", "700");
    done(&mut stage);
    assert_eq!(stage.parked(), None, "{}", stage.text());
    assert_eq!(stage.wallet().registered(), Shares::ZERO);
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
}

#[test]
fn whoever_dies_while_shares_come_loses_nothing_and_frees_nothing() {
    for fuse in 0..40 {
        let mut stage = given_up(lacking());
        recharge(&mut stage, "NEW-1", "1500");
        stage.fuse = Some(fuse);
        for _ in 0..50 {
            stage.settle();
            nobody_uses_them(&stage);
            if !stage.ring() {
                break;
            }
            nobody_uses_them(&stage);
        }
        stage.fuse = None;
        done(&mut stage);
        assert_eq!(
            stage.wallet().available(),
            shares("500"),
            "dead after {fuse}\n{}",
            stage.text()
        );
        let look = stage.look();
        assert!(look.finished, "dead after {fuse}: {:?}\n{}", look.waits, stage.text());
        assert!(cases(&stage).iter().all(|it| !it.1.is_open()), "dead after {fuse}");
    }
}

#[test]
fn what_is_missing_is_paid_out_to_nobody_before_the_person_has_settled_it() {
    let mut stage = given_up(lacking());
    recharge(&mut stage, "NEW-1", "500");
    done(&mut stage);
    let ask = |stage: &mut Stage<FastWithdraw>, id: &str| {
        stage.request_beside::<Withdraw>(id, withdraw::request(Some("500")), withdraw::asked())
    };
    let refused = ask(&mut stage, "OUT-1");
    assert!(matches!(refused, Reply::Refused(..)), "{refused:?}");

    let case = cases(&stage).last().unwrap().0;
    let how = How::Manual { text: Text::lossy("the investor has sent them back") };
    let closed = close(&mut stage, case, how);
    assert!(!matches!(closed, Reply::Refused(..)), "{closed:?}");
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
    assert_eq!(stage.wallet().available(), shares("2500"), "{}", stage.text());
    stage.crash();
    recharge(&mut stage, "NEW-2", "5000");
    done(&mut stage);
    assert_eq!(stage.wallet().available(), shares("7500"), "{}", stage.text());
    assert!(matches!(ask(&mut stage, "OUT-2"), Reply::Placed { .. }));
    assert_eq!(stage.wallet().entry(&tx("OUT-2")).reservation.open(), Some(shares("500")));
}
