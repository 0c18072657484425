//! What the register and orders of courts freeze and free, in literals; what is known already,
//! contradictions, crashes.

use crate::{
    checks::refused,
    outside::rejected,
    stage::{Stage, tx, wallet_of},
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::{
    application::{RejectedFrozen, Rejection},
    freeze::FrozenCause,
    ids::TransactionId,
    text::Text,
    wallet::{Event, Wallet},
};
use fundflow_kernel::codec::decode;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    freeze::{Freeze, Request, Word, statement_id},
    ports::registrar,
    withdraw::Withdraw,
};

/// 1,000 shares in the wallet, on Tuesday 3 February.
fn stage() -> Stage<Freeze> {
    let mut stage = Stage::new(Freeze { house: house(vec![money_fund()]) }, "02-03 10:00");
    stage.holding("i-1", "1000");
    stage
}

fn said(word: Word) -> Request {
    let (investor, fund) = ("i-1".parse().unwrap(), "000730".parse().unwrap());
    Request { investor, fund, word }
}

/// The register's statement of that day of February.
fn statement(day: u32, frozen: &str) -> (String, Request) {
    let on = format!("2026-02-{day:02}").parse().unwrap();
    let (registrar, frozen) = ("05".parse().unwrap(), frozen.parse().unwrap());
    let request = said(Word::Statement { registrar, on, frozen });
    let id = statement_id(on, request.fund, &request.investor).unwrap();
    (id.to_string(), request)
}

fn text(words: &str) -> Text {
    Text::new("text", words).unwrap()
}

fn order(shares: &str) -> Request {
    said(Word::Order {
        shares: shares.parse().unwrap(),
        cause: FrozenCause::Judicial,
        source: text("court of Futian, 2026-17"),
        reason: text("served on 3 February"),
        by: text("chen"),
    })
}

fn lift(order: &str) -> Request {
    said(Word::Lift {
        order: tx(order),
        source: text("court of Futian, 2026-44"),
        reason: text("settled"),
        by: text("chen"),
    })
}

#[track_caller]
fn placed(stage: &mut Stage<Freeze>, (id, request): (String, Request)) {
    let reply = stage.request_as(&id, request, ());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

#[track_caller]
fn refusal(stage: &mut Stage<Freeze>, (id, request): (String, Request)) -> String {
    let before = stage.events.len();
    let said = refused(&stage.request_as(&id, request, ()));
    assert_eq!(stage.events.len(), before, "a refusal stores nothing");
    said
}

/// Frozen and available.
fn figures(stage: &Stage<Freeze>) -> [String; 2] {
    let wallet = stage.wallet();
    [wallet.frozen(), wallet.available()].map(|shares| shares.to_string())
}

#[test]
fn the_register_freezes_the_difference_and_frees_it() {
    let mut stage = stage();
    placed(&mut stage, statement(2, "600"));
    assert_eq!(
        stage.lines,
        [
            "freeze.prepared",
            "freeze.opened",
            "wallet.shares_frozen",
            "freeze.booked",
            "freeze.completed"
        ]
    );
    assert_eq!(figures(&stage), ["600.00", "400.00"]);

    placed(&mut stage, statement(3, "650"));
    assert_eq!(figures(&stage), ["650.00", "350.00"]);
    let frozen =
        stage.events.iter().rev().find(|it| &*it.event.event_type == "wallet.shares_frozen");
    let event = &frozen.unwrap().event;
    let Ok(Event::SharesFrozen { record, shares, .. }) =
        decode::<Wallet>(&event.event_type, event.schema, &event.data)
    else {
        panic!("{event:?}")
    };
    assert_eq!(
        (record.as_str(), shares.to_string().as_str()),
        ("frozen.20260203.000730.i-1", "50.00")
    );
    assert_eq!(event.actor.to_string(), "counterparty:05");
    assert_eq!(&*event.process, "freeze");

    stage.now = crate::stage::at("02-04 10:00");
    placed(&mut stage, statement(4, "0"));
    assert_eq!(stage.count("wallet.shares_unfrozen"), 2);
    assert_eq!(figures(&stage), ["0.00", "1000.00"]);
}

#[test]
fn what_is_known_is_refused_and_nothing_is_stored() {
    let mut stage = stage();
    let known = "that is known already: nothing is to be frozen or lifted";
    assert_eq!(refusal(&mut stage, statement(2, "0")), known);

    placed(&mut stage, statement(3, "600"));
    let before = stage.events.len();
    placed(&mut stage, statement(3, "600"));
    assert_eq!(stage.events.len(), before, "the same statement again");
    assert_eq!(refusal(&mut stage, statement(2, "700")), known, "an older one");
    assert_eq!(
        refusal(&mut stage, statement(3, "500")),
        "the transaction ID already stands for another word; it differs in word"
    );
}

#[test]
fn what_a_court_ordered_stays_until_the_order_is_lifted() {
    let mut stage = stage();
    placed(&mut stage, ("COURT-1".to_owned(), order("300")));
    assert_eq!(figures(&stage), ["300.00", "700.00"]);

    // The register does not know of it yet, and then counts it.
    let known = "that is known already: nothing is to be frozen or lifted";
    assert_eq!(refusal(&mut stage, statement(2, "0")), known);
    placed(&mut stage, statement(3, "350"));
    assert_eq!(figures(&stage), ["350.00", "650.00"]);

    let none = "no order COURT-2 freezes shares of this investor and fund; it may have been lifted";
    assert_eq!(refusal(&mut stage, ("LIFT-0".to_owned(), lift("COURT-2"))), none);
    // Its last word counts them, and may have counted others: they stay until its next one.
    placed(&mut stage, ("LIFT-1".to_owned(), lift("COURT-1")));
    assert_eq!(figures(&stage), ["350.00", "650.00"]);
    let again =
        "no order COURT-1 freezes shares of this investor and fund; it may have been lifted";
    assert_eq!(refusal(&mut stage, ("LIFT-2".to_owned(), lift("COURT-1"))), again);
    let first = stage.events.iter().find(|it| &*it.event.event_type == "freeze.prepared").unwrap();
    assert_eq!(first.event.actor.to_string(), "operator:chen");
    stage.now = crate::stage::at("02-04 10:00");
    placed(&mut stage, statement(4, "50"));
    assert_eq!(figures(&stage), ["50.00", "950.00"]);
}

/// The register's own freeze may hide behind an order on everything: its word counts no more than the order froze.
#[test]
fn what_orders_explain_of_the_registers_word_stays_too_until_its_next_one() {
    for (ordered, said) in [("1000", "1000"), ("1000", "600"), ("300", "300")] {
        let mut stage = stage();
        placed(&mut stage, ("COURT-1".to_owned(), order(ordered)));
        placed(&mut stage, statement(3, said));
        assert_eq!(stage.wallet().frozen(), ordered.parse().unwrap());
        placed(&mut stage, ("LIFT-1".to_owned(), lift("COURT-1")));
        assert_eq!(stage.wallet().frozen(), said.parse().unwrap(), "{}", stage.text());

        stage.now = crate::stage::at("02-04 10:00");
        placed(&mut stage, statement(4, "0"));
        assert_eq!(figures(&stage), ["0.00", "1000.00"]);
    }
}

/// A later word of it that says no more than the order does takes the place of one that said more.
#[test]
fn the_registers_last_word_is_what_a_lifted_order_leaves() {
    let mut stage = stage();
    placed(&mut stage, ("COURT-1".to_owned(), order("300")));
    placed(&mut stage, statement(2, "800"));
    placed(&mut stage, statement(3, "300"));
    placed(&mut stage, ("LIFT-1".to_owned(), lift("COURT-1")));
    assert_eq!(figures(&stage), ["300.00", "700.00"]);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let mut stage = stage();
    let (_, request) = statement(3, "1");
    let expected = "the transaction ID of this statement is frozen.20260203.000730.i-1";
    assert_eq!(refusal(&mut stage, ("S-1".to_owned(), request.clone())), expected);
    assert_eq!(
        refusal(&mut stage, statement(4, "1")),
        "2026-02-04 has not come yet; today is 2026-02-03"
    );
    assert_eq!(
        refusal(&mut stage, ("COURT-1".to_owned(), order("0"))),
        "COURT-1 would keep back 0.00 shares; at least 0.01 must be"
    );
    let unknown = Request { fund: "999999".parse().unwrap(), ..request };
    let id: TransactionId = "frozen.20260203.999999.i-1".parse().unwrap();
    assert_eq!(
        refusal(&mut stage, (id.to_string(), unknown)),
        "the catalogue has no terms of fund 999999 for that day"
    );
}

#[test]
fn whoever_dies_in_the_middle_freezes_once() {
    let mut whole = stage();
    placed(&mut whole, statement(3, "600"));
    let appends = whole.lines.len();

    for fuse in 0..appends {
        let mut stage = stage();
        stage.fuse = Some(fuse);
        let (id, request) = statement(3, "600");
        stage.request_as(&id, request.clone(), ());
        placed(&mut stage, (id, request));
        assert_eq!(figures(&stage), ["600.00", "400.00"], "died after {fuse} appends");
        assert_eq!(stage.count("wallet.shares_frozen"), 1);
        assert_eq!(stage.count("freeze.completed"), 1, "{}", stage.text());
    }
    assert_eq!(whole.fold(&wallet_of("i-1")).version.0, 3);
}

/// The registrar rejects it since the account is frozen; how many shares are, as it says.
fn rejected_as_frozen(frozen: RejectedFrozen) -> Stage<Withdraw> {
    dying(frozen, None)
}

fn dying(frozen: RejectedFrozen, fuse: Option<usize>) -> Stage<Withdraw> {
    let mut stage = withdraw::stage("02-03 10:00");
    stage.fuse = fuse;
    let word = rejected("0002");
    let registrar::ApplicationAnswer::Rejected(rejection) = word else { unreachable!() };
    let word = Rejection { frozen: Some(frozen), ..rejection };
    let word = registrar::ApplicationAnswer::Rejected(word);
    stage.outside.records.insert("redeem".into(), vec![word]);
    for _ in 0..2 {
        stage.request(withdraw::request(Some("400")), withdraw::asked());
        stage.run();
    }
    stage
}

#[test]
fn what_a_rejection_says_is_frozen_is_frozen_whoever_dies_in_the_middle_of_it() {
    for frozen in [RejectedFrozen::Asked, RejectedFrozen::InAll("950".parse().unwrap())] {
        let expected = rejected_as_frozen(frozen).wallet().frozen();
        for fuse in 1..10 {
            let stage = dying(frozen, Some(fuse));
            let text = format!("{fuse}\n{}", stage.text());
            assert_eq!(stage.last(), "withdraw.kept_in_wallet", "{text}");
            assert_eq!(stage.wallet().frozen(), expected, "{text}");
        }
    }
}

#[test]
fn shares_that_the_registrar_says_are_frozen_stay_and_are_not_available() {
    let stage = rejected_as_frozen(RejectedFrozen::Asked);
    assert_eq!(
        stage.after("wallet.shares_frozen"),
        ["application.rejected", "wallet.shares_released", "withdraw.kept_in_wallet"]
    );
    let wallet = stage.wallet();
    assert_eq!(
        [wallet.frozen(), wallet.available()].map(|it| it.to_string()),
        ["400.00", "600.00"]
    );

    let stage = rejected_as_frozen(RejectedFrozen::InAll("950".parse().unwrap()));
    let wallet = stage.wallet();
    assert_eq!([wallet.frozen(), wallet.available()].map(|it| it.to_string()), ["950.00", "50.00"]);

    let mut later = stage;
    let said = later.request_as("TX-2", withdraw::request(Some("400")), withdraw::asked());
    assert!(refused(&said).contains("50.00 are available"), "{said:?}");
}
