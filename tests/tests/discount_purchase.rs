//! Given a purchase's history, when a command comes, then these facts follow, or this refusal.

#![allow(clippy::expect_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    admission::{self, admit},
    discount_purchase::{
        Command, DiscountPurchase, Disposed, Disposition, Ending, Event, Refusal, Request, Retry,
    },
    fund_order::Cause,
    ids::VersionTag,
    modes::ConversionMode,
    money::Money,
};
use fundflow_testkit::{
    decider::given,
    worlds::{self, amount, instant, money, read, wallet_code},
};
use std::sync::Arc;

fn request() -> Request {
    worlds::request(ConversionMode::LinkedSameDay)
}

fn table() -> VersionTag {
    read("linked.v1")
}

fn place(request: &Request) -> Command {
    let admission = Box::new(worlds::admission(request));
    Command::Place(Box::new(request.clone()), Ok(admission), table())
}

fn prepared() -> Event {
    let request = request();
    let admitted = admit(&worlds::admission(&request)).expect("the ready-made request");
    Event::Prepared { request: Box::new(request), admitted: Box::new(admitted), table: table() }
}

fn committed() -> Event {
    Event::Committed {}
}

fn parked() -> Event {
    Event::Parked { row: "pay".into(), cause: outage() }
}

fn outage() -> Cause {
    worlds::cause("timeout", "no answer from the channel")
}

fn retry(attempt: u32) -> Retry {
    let due = instant("2026-02-13T10:00:10+08:00");
    Retry { row: "pay".into(), attempt, cause: outage(), due }
}

fn text(text: &str) -> Arc<str> {
    text.into()
}

fn abandon(open: &[(&str, &str)], dispositions: &[(&str, Disposition)]) -> Command {
    Command::Abandon {
        reason: text("case 17"),
        open: open.iter().map(|(leg, worth)| (text(leg), money(worth))).collect(),
        dispositions: dispositions.iter().map(|(leg, what)| (text(leg), *what)).collect(),
    }
}

const REFUSALS: usize = 8;

const fn number_of(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::NotPrepared => 0,
        Refusal::DiffersFromFirst { .. } => 1,
        Refusal::SameFund(_) => 2,
        Refusal::UnknownFund(_) => 3,
        Refusal::NotAdmitted(_) => 4,
        Refusal::ContradictsEarlier { .. } => 5,
        Refusal::NotCommitted(_) => 6,
        Refusal::MissingDisposition { .. } => 7,
    }
}

type Row = (&'static str, Vec<Event>, Command, Refusal);

#[test]
fn every_refusal_of_the_purchase_has_its_case() {
    let mut seen = [false; REFUSALS];
    for (case, history, command, refusal) in of_placing().into_iter().chain(of_ending()) {
        println!("{case}");
        seen[number_of(&refusal)] = true;
        given::<DiscountPurchase>(history).when(command).then_refused(refusal);
    }
    assert_eq!(seen, [true; REFUSALS], "a refusal without a case");
}

fn of_placing() -> Vec<Row> {
    let circle = Request { target_fund: wallet_code(), ..request() };
    let dearer = Request { amount: amount("10000.01"), only_today: true, ..request() };
    let mut frozen = worlds::admission(&request());
    frozen.investor.kyc = fundflow_domain::kyc::KycState::Frozen;
    let not_admitted = admission::Refusal::KycForbids { state: frozen.investor.kyc };
    let on = |admission| Command::Place(Box::new(request()), admission, table());
    vec![
        ("nothing was prepared", vec![], Command::Commit, Refusal::NotPrepared),
        (
            "the same ID for another request",
            vec![prepared()],
            place(&dearer),
            Refusal::DiffersFromFirst { fields: vec!["amount", "only_today"] },
        ),
        (
            "the same ID for another request after the end",
            vec![prepared(), committed(), Event::Completed {}],
            place(&dearer),
            Refusal::DiffersFromFirst { fields: vec!["amount", "only_today"] },
        ),
        ("into itself", vec![], place(&circle), Refusal::SameFund(wallet_code())),
        (
            "a fund without terms",
            vec![],
            on(Err(wallet_code())),
            Refusal::UnknownFund(wallet_code()),
        ),
        (
            "an investor who may not buy",
            vec![],
            on(Ok(Box::new(frozen))),
            Refusal::NotAdmitted(not_admitted),
        ),
    ]
}

fn of_ending() -> Vec<Row> {
    let over = |event| vec![prepared(), committed(), event];
    let late = |now, message| Refusal::ContradictsEarlier { now, message };
    let kept = || Event::KeptInWallet { cause: None };
    let failed = || vec![prepared(), Event::RolledBack { cause: None }];
    let leg = || Refusal::MissingDisposition { leg: text("wallet"), worth: money("60") };
    vec![
        ("committed after the roll-back", failed(), Command::Commit, late("failed", "commit")),
        (
            "ended otherwise after it was completed",
            over(Event::Completed {}),
            Command::End(Ending::KeptInWallet, None),
            late("completed", "end"),
        ),
        (
            "left after it was kept in the wallet",
            over(kept()),
            Command::ChooseLanding(text("case 17")),
            late("kept in wallet", "choice of landing"),
        ),
        (
            "abandoned after the end",
            over(kept()),
            abandon(&[], &[]),
            late("kept in wallet", "abandonment"),
        ),
        (
            "abandoned by the saga itself",
            vec![prepared()],
            Command::End(Ending::Abandoned, None),
            late("open", "end without dispositions"),
        ),
        (
            "completed before the purchase stands",
            vec![prepared()],
            Command::End(Ending::Completed, None),
            Refusal::NotCommitted("completed"),
        ),
        (
            "kept before the purchase stands",
            vec![prepared()],
            Command::End(Ending::KeptInWallet, None),
            Refusal::NotCommitted("kept in wallet"),
        ),
        (
            "abandoned with a leg that nobody owns",
            vec![prepared(), committed()],
            abandon(&[("refund", "40"), ("wallet", "60")], &[("refund", Disposition::Refund)]),
            leg(),
        ),
    ]
}

#[test]
fn a_request_is_prepared_once() {
    given::<DiscountPurchase>([]).when(place(&request())).then([prepared()]);
}

#[test]
fn a_repeated_request_decides_nothing_whatever_the_rules_say_today() {
    let mut closed = worlds::admission(&request());
    closed.investor.kyc = fundflow_domain::kyc::KycState::Closed;
    let place = |admission| Command::Place(Box::new(request()), admission, table());

    let then = given::<DiscountPurchase>([prepared()]).when(place(Ok(Box::new(closed)))).then([]);
    then.when(place(Err(wallet_code()))).then([]);
}

#[test]
fn each_field_that_differs_is_named() {
    let other = Request {
        investor: read("INV-8"),
        account: read("ACC-8"),
        wallet_fund: read("000010"),
        target_fund: read("011163"),
        amount: amount("1"),
        mode: None,
        only_today: true,
    };
    let fields =
        vec!["investor", "account", "wallet_fund", "target_fund", "amount", "mode", "only_today"];
    given::<DiscountPurchase>([prepared()])
        .when(place(&other))
        .then_refused(Refusal::DiffersFromFirst { fields });
}

#[test]
fn before_the_commit_a_failure_rolls_back_and_after_it_compensates() {
    let end = || Command::End(Ending::Failed, Some(outage()));

    given::<DiscountPurchase>([prepared()])
        .when(end())
        .then([Event::RolledBack { cause: Some(outage()) }]);
    given::<DiscountPurchase>([prepared(), committed()])
        .when(end())
        .then([Event::Compensated { cause: Some(outage()) }]);
}

#[test]
fn a_committed_purchase_completes_or_stays_in_the_wallet() {
    let given =
        || given::<DiscountPurchase>([prepared()]).when(Command::Commit).then([committed()]);

    given().when(Command::End(Ending::Completed, None)).then([Event::Completed {}]);
    given()
        .when(Command::End(Ending::KeptInWallet, Some(outage())))
        .then([Event::KeptInWallet { cause: Some(outage()) }]);
}

#[test]
fn a_retry_is_remembered_once_per_attempt() {
    let then = given::<DiscountPurchase>([prepared()])
        .when(Command::ScheduleRetry(retry(1)))
        .then([Event::RetryScheduled(retry(1))])
        .when(Command::ScheduleRetry(retry(2)))
        .then([Event::RetryScheduled(retry(2))]);
    let remembered = then.state.known().map(|open| open.retries.clone());
    assert_eq!(remembered, Some(vec![retry(2)]));

    then.when(Command::ScheduleRetry(retry(1))).then([]);
}

#[test]
fn a_person_lets_a_parked_purchase_go_on_and_its_retries_start_over() {
    let then = given::<DiscountPurchase>([prepared(), Event::RetryScheduled(retry(16))])
        .when(Command::Park(text("pay"), outage()))
        .then([parked()])
        .when(Command::Resume(text("case 17")))
        .then([Event::Resumed { reason: text("case 17") }]);

    let open = then.state.known().map(|open| (open.parked.clone(), open.retries.clone()));
    assert_eq!(open, Some((None, vec![])));
}

#[test]
fn a_person_sends_it_to_the_nearest_landing_once() {
    let then = given::<DiscountPurchase>([prepared(), parked()])
        .when(Command::ChooseLanding(text("case 17")))
        .then([Event::LandingChosen { reason: text("case 17") }]);

    let open = then.state.known().map(|open| (open.parked.clone(), open.landing_chosen));
    assert_eq!(open, Some((None, true)));
}

#[test]
fn giving_up_says_what_becomes_of_every_leg() {
    let legs = vec![
        Disposed { leg: text("wallet"), worth: money("60"), disposition: Disposition::Manual },
        Disposed { leg: text("refund"), worth: Money::ZERO, disposition: Disposition::Suspense },
    ];
    let dispositions = [("refund", Disposition::Suspense), ("wallet", Disposition::Manual)];
    let then = given::<DiscountPurchase>([prepared(), committed(), parked()])
        .when(abandon(&[("wallet", "60"), ("refund", "0")], &dispositions))
        .then([Event::Abandoned { reason: text("case 17"), legs }]);

    assert_eq!(then.state.ending(), Some(Ending::Abandoned));
}

#[test]
fn what_came_too_late_can_still_be_retried_and_parked_after_the_end() {
    given::<DiscountPurchase>([prepared(), Event::RolledBack { cause: None }])
        .when(Command::ScheduleRetry(retry(1)))
        .then([Event::RetryScheduled(retry(1))])
        .when(Command::Park(text("pay"), outage()))
        .then([parked()])
        .when(Command::Resume(text("case 17")))
        .then([Event::Resumed { reason: text("case 17") }]);
}
