//! Money that a registrar sends and nobody is owed, with each order of a wallet's sagas: a case has its figures, and
//! it is in suspense until that is closed.

use crate::{audited, fast_withdraw, outside::record, recharge, stage::Stage, withdraw};
use fundflow_domain::{
    application::{FastTransferConfirmed, Outcome, Rejection},
    case::{Case, CaseId, Cases, Closing, How, Kind, State},
    orders::Cause,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{message::Reply, saga::Saga};
use fundflow_sagas::{
    fast_withdraw::{Command as Fast, FastWithdraw},
    ports::registrar::ApplicationAnswer,
    recharge::{Command as In, Recharge},
    withdraw::{Command as Out, Withdraw},
};

fn rejected() -> ApplicationAnswer {
    let cause = Cause::new("0106", "the registrar does not want it");
    let interest = "2.35".parse().unwrap();
    ApplicationAnswer::Rejected(Rejection { interest, ..Rejection::of(cause) })
}

fn open_case<S: Saga>(stage: &Stage<S>) -> Option<(CaseId, Case)> {
    let ids = stage.events.iter().filter(|it| it.stream.category() == "case");
    ids.filter_map(|it| it.stream.id().parse::<CaseId>().ok()).find_map(|id| {
        match stage.fold(&Key::<Cases>::of(&id)).state {
            State::Open(case) => Some((id, *case)),
            State::Absent | State::Closed(..) => None,
        }
    })
}

fn in_class<S: Saga>(stage: &Stage<S>, class: &str) -> String {
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    let sum = report.balances.iter().filter(|it| it.class == class).map(|it| it.balance);
    sum.sum::<rust_decimal::Decimal>().to_string()
}

/// So much is in suspense while its case is open, and ours once that is accepted.
fn is_in_suspense<S: Saga<Command: 'static>>(
    mut stage: Stage<S>,
    sum: &str,
    close: fn(CaseId, Box<Closing>) -> S::Command,
) {
    let (_, case) = open_case(&stage).unwrap_or_else(|| panic!("{}", stage.text()));
    let found = case.findings.iter().find(|it| it.kind == Kind::AmountDiffers);
    let found = found.unwrap_or_else(|| panic!("{case:?}"));
    assert_eq!(found.disputed.money, sum.parse().unwrap(), "{found:?}");
    assert_eq!(in_class(&stage, "L:SUSPENSE"), sum, "{}", stage.text());
    while let Some((id, _)) = open_case(&stage) {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        let mut closing = Closing { how: How::Accepted, by, reason };
        if !matches!(stage.command(close(id, Box::new(closing.clone()))), Reply::Acted) {
            closing.how = How::Manual { text: Text::lossy("by letter") };
            let reply = stage.command(close(id, Box::new(closing)));
            assert!(matches!(reply, Reply::Acted), "{reply:?}");
        }
        stage.run();
    }
    assert!(stage.look().finished, "{:?}\n{}", stage.look().waits, stage.text());
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "0", "{}", stage.text());
    assert_eq!(in_class(&stage, "E:OVERSHORT"), format!("-{sum}"), "{}", stage.text());
}

#[test]
fn interest_with_a_rejection_has_a_case_and_is_in_suspense() {
    let mut stage = recharge::stage("02-03 10:00");
    stage.outside.records.insert("mmf".into(), vec![rejected()]);
    let stage = recharge::story(stage, recharge::request());
    assert!(stage.look().finished, "the money is back\n{}", stage.text());
    let close: fn(_, _) -> _ = |case, closing| In::CloseCase { case, closing };
    is_in_suspense::<Recharge>(stage, "2.35", close);

    let mut stage = withdraw::stage("02-03 10:00");
    stage.outside.records.insert("redeem".into(), vec![rejected()]);
    let stage = withdraw::story(stage, withdraw::request(Some("400")));
    assert!(stage.look().finished, "the shares are free\n{}", stage.text());
    let close: fn(_, _) -> _ = |case, closing| Out::CloseCase { case, closing };
    is_in_suspense::<Withdraw>(stage, "2.35", close);

    for leg in ["transfer", "redeem"] {
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.outside.records.insert(leg.into(), vec![rejected()]);
        stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
        stage.run();
        let close: fn(_, _) -> _ = |case, closing| Fast::CloseCase { case, closing };
        is_in_suspense::<FastWithdraw>(stage, "2.35", close);
    }
}

#[test]
fn income_that_comes_with_a_fast_transfer_is_in_suspense() {
    let mut stage = fast_withdraw::stage("02-03 10:00");
    let (shares, income) = ("10000".parse().unwrap(), "0.40".parse().unwrap());
    let it = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
    stage.outside.records.insert("transfer".into(), vec![record("t-1", "2026-02-04", true, it)]);
    stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
    stage.run();
    let close: fn(_, _) -> _ = |case, closing| Fast::CloseCase { case, closing };
    is_in_suspense::<FastWithdraw>(stage, "0.40", close);
}
