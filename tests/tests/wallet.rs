//! Given a wallet's history, when a command comes, then these facts follow, or this refusal.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    ids::TransactionId,
    money::Shares,
    wallet::{Command, Event, IncomeRefusal, LotTaken, Refusal, Wallet, WithheldRefusal},
};
use fundflow_testkit::{
    decider::given,
    worlds::{date, shares, transaction},
};

fn tx() -> TransactionId {
    transaction("TX-1")
}

fn other() -> TransactionId {
    transaction("TX-2")
}

fn hundred() -> Shares {
    shares("100.00")
}

fn credited(transaction: TransactionId) -> Event {
    Event::CreditedInTransit { transaction, shares: hundred() }
}

fn confirmed(transaction: TransactionId, number: &str) -> Event {
    let registered = date("2026-02-24");
    Event::CreditConfirmed { transaction, shares: shares(number), registered }
}

fn reversed() -> Event {
    Event::CreditReversed { transaction: tx() }
}

fn reserved(transaction: TransactionId, number: &str) -> Event {
    Event::SharesReserved { transaction, shares: shares(number), with_income: false }
}

fn released(transaction: TransactionId) -> Event {
    Event::SharesReleased { transaction }
}

fn taken_out(number: &str) -> Event {
    let lots = vec![LotTaken { lot: tx(), shares: shares(number) }];
    taken_from(tx(), number, lots)
}

fn taken_from(transaction: TransactionId, number: &str, lots: Vec<LotTaken>) -> Event {
    let earns_through = date("2026-02-24");
    Event::SharesTakenOut { transaction, shares: shares(number), lots, earns_through }
}

fn take_out(transaction: TransactionId, number: &str) -> Command {
    let earns_through = date("2026-02-24");
    Command::TakeOut { transaction, shares: shares(number), earns_through }
}

fn confirm(number: &str) -> Command {
    Command::ConfirmCredit(tx(), shares(number), date("2026-02-24"))
}

/// How many variants the refusals have; the match stops the build when one is added.
const REFUSALS: usize = 10;

const fn number_of(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::ContradictsEarlier(_) => 0,
        Refusal::AlreadyReleased(_) => 1,
        Refusal::NothingInTransit(_) => 2,
        Refusal::NothingReserved(_) => 3,
        Refusal::StillReserved(_) => 4,
        Refusal::NotRegistered(_) => 5,
        Refusal::TooFew { .. } => 6,
        Refusal::Withheld(_) => 7,
        Refusal::Income(_) => 8,
        Refusal::OutOfRange(_) => 9,
    }
}

fn too_few(asked: &str, free: &str) -> Refusal {
    Refusal::TooFew { transaction: tx(), asked: shares(asked), free: shares(free) }
}

type Row = (&'static str, Vec<Event>, Command, Refusal);

#[test]
fn every_refusal_of_the_wallet_has_its_case() {
    let mut seen = [false; REFUSALS];
    let cases = [contradictions(), nothing_there(), too_much()].concat();
    for (case, history, command, refusal) in cases {
        println!("{case}");
        seen[number_of(&refusal)] = true;
        given::<Wallet>(history).when(command).then_refused(refusal);
    }
    assert_eq!(seen, [true; REFUSALS], "a refusal without a case");
}

fn contradictions() -> Vec<Row> {
    let contradicts = || Refusal::ContradictsEarlier(tx());
    let all_spent =
        || vec![credited(tx()), confirmed(tx(), "100"), reserved(tx(), "100"), taken_out("100")];
    vec![
        (
            "credited before, over another number",
            vec![credited(tx())],
            Command::CreditInTransit(tx(), shares("99")),
            contradicts(),
        ),
        (
            "credited after the reversal",
            vec![credited(tx()), reversed()],
            Command::CreditInTransit(tx(), hundred()),
            contradicts(),
        ),
        (
            "confirmed before, over another number",
            vec![credited(tx()), confirmed(tx(), "100")],
            confirm("99"),
            contradicts(),
        ),
        (
            "confirmed after the reversal",
            vec![credited(tx()), reversed()],
            confirm("100"),
            contradicts(),
        ),
        (
            "reversed after the confirmation",
            vec![credited(tx()), confirmed(tx(), "100")],
            Command::ReverseCredit(tx()),
            contradicts(),
        ),
        (
            "reserved before, over more",
            vec![credited(tx()), reserved(tx(), "100")],
            Command::Reserve(tx(), shares("50")),
            contradicts(),
        ),
        ("spent before, over another number", all_spent(), take_out(tx(), "50"), contradicts()),
        (
            "spent after the release",
            vec![credited(tx()), confirmed(tx(), "100"), reserved(tx(), "100"), released(tx())],
            take_out(tx(), "100"),
            contradicts(),
        ),
        ("released after it was spent", all_spent(), Command::Release(tx()), contradicts()),
    ]
}

fn nothing_there() -> Vec<Row> {
    vec![
        (
            "reserved after its own release",
            vec![credited(tx()), released(tx())],
            Command::Reserve(tx(), hundred()),
            Refusal::AlreadyReleased(tx()),
        ),
        (
            "confirmed without a credit",
            vec![credited(other())],
            confirm("100"),
            Refusal::NothingInTransit(tx()),
        ),
        (
            "reversed without a credit",
            vec![],
            Command::ReverseCredit(tx()),
            Refusal::NothingInTransit(tx()),
        ),
        (
            "spent without a reservation",
            vec![credited(tx()), confirmed(tx(), "100")],
            take_out(tx(), "100"),
            Refusal::NothingReserved(tx()),
        ),
        (
            "reversed while reserved",
            vec![credited(tx()), reserved(tx(), "100")],
            Command::ReverseCredit(tx()),
            Refusal::StillReserved(tx()),
        ),
        (
            "spent before the registrar confirmed",
            vec![credited(tx()), reserved(tx(), "100")],
            take_out(tx(), "100"),
            Refusal::NotRegistered(tx()),
        ),
    ]
}

fn too_much() -> Vec<Row> {
    vec![
        (
            "more shares than can be counted",
            vec![credited(other())],
            Command::CreditInTransit(tx(), shares("99999999999900")),
            Refusal::OutOfRange(shares("99999999999900")),
        ),
        (
            "more reserved than is free",
            vec![credited(tx()), confirmed(tx(), "100"), reserved(other(), "60")],
            Command::Reserve(tx(), shares("40.01")),
            too_few("40.01", "40"),
        ),
        (
            "another's shares in transit reserved",
            vec![credited(other())],
            Command::Reserve(tx(), shares("0.01")),
            too_few("0.01", "0"),
        ),
        (
            "nothing at all reserved",
            vec![credited(tx())],
            Command::Reserve(tx(), Shares::ZERO),
            too_few("0", "100"),
        ),
        (
            "more spent than is reserved",
            vec![credited(tx()), confirmed(tx(), "100"), reserved(tx(), "60")],
            take_out(tx(), "60.01"),
            too_few("60.01", "60"),
        ),
        (
            "a freeze lifted that there never was",
            vec![credited(tx())],
            Command::Unfreeze { record: "TA-7".parse().unwrap(), by: "TA-8".parse().unwrap() },
            Refusal::Withheld(WithheldRefusal::NotWithheld { key: "TA-7".into() }),
        ),
        (
            "income reversed that never accrued",
            vec![credited(tx()), confirmed(tx(), "100")],
            Command::ReverseIncome { day: date("2026-02-24"), publication: 0 },
            Refusal::Income(IncomeRefusal::NotAccrued { day: date("2026-02-24"), publication: 0 }),
        ),
    ]
}

#[test]
fn a_purchase_is_in_transit_until_the_registrar_confirms_it() {
    let then =
        given::<Wallet>([]).when(Command::CreditInTransit(tx(), hundred())).then([credited(tx())]);
    assert_eq!([then.state.in_transit(), then.state.available()], [hundred(), Shares::ZERO]);

    let then = then.when(confirm("100")).then([confirmed(tx(), "100")]);
    assert_eq!([then.state.in_transit(), then.state.available()], [Shares::ZERO, hundred()]);
}

#[test]
fn shares_in_transit_can_be_reserved_by_the_transaction_that_bought_them() {
    given::<Wallet>([credited(tx())])
        .when(Command::Reserve(tx(), hundred()))
        .then([reserved(tx(), "100")]);
}

#[test]
fn a_reservation_shrinks_to_what_the_registrar_confirmed() {
    let then = given::<Wallet>([credited(tx()), reserved(tx(), "100")])
        .when(confirm("60"))
        .then([confirmed(tx(), "60")]);
    assert_eq!(then.state.reserved(), shares("60"));

    then.when(Command::Reserve(tx(), hundred())).then([]);
}

#[test]
fn what_was_reserved_above_the_spent_shares_is_free_again() {
    let history = [credited(tx()), confirmed(tx(), "100"), reserved(tx(), "100")];
    let then = given::<Wallet>(history).when(take_out(tx(), "60")).then([taken_out("60")]);

    assert_eq!([then.state.available(), then.state.reserved()], [shares("40"), Shares::ZERO]);
}

#[test]
fn shares_are_spent_out_of_the_own_lot_first_and_then_out_of_the_oldest() {
    let early = Event::CreditConfirmed {
        transaction: other(),
        shares: hundred(),
        registered: date("2026-01-05"),
    };
    let third = transaction("TX-3");
    let late = confirmed(third.clone(), "100");
    let history =
        [credited(third.clone()), late, credited(other()), early, reserved(third.clone(), "150")];
    let lots = vec![
        LotTaken { lot: third.clone(), shares: hundred() },
        LotTaken { lot: other(), shares: shares("50") },
    ];
    given::<Wallet>(history)
        .when(take_out(third.clone(), "150"))
        .then([taken_from(third, "150", lots)]);
}

#[test]
fn a_lot_of_nothing_does_not_hide_the_lots_behind_it() {
    let none = Event::CreditConfirmed {
        transaction: other(),
        shares: Shares::ZERO,
        registered: date("2026-01-05"),
    };
    let third = transaction("TX-3");
    let history = [
        credited(other()),
        none,
        credited(tx()),
        confirmed(tx(), "100"),
        reserved(third.clone(), "10"),
    ];
    let lots = vec![LotTaken { lot: tx(), shares: shares("10") }];
    given::<Wallet>(history)
        .when(take_out(third.clone(), "10"))
        .then([taken_from(third, "10", lots)]);
}

#[test]
fn what_version_0_2_stored_as_spent_has_left_and_is_not_taken_out_again() {
    let lots = vec![LotTaken { lot: tx(), shares: hundred() }];
    let spent = Event::SharesSpent { transaction: tx(), shares: hundred(), lots };
    let history = [credited(tx()), confirmed(tx(), "100"), reserved(tx(), "100"), spent];
    let then = given::<Wallet>(history).when(take_out(tx(), "100")).then([]);

    assert_eq!([then.state.registered(), then.state.reserved()], [Shares::ZERO, Shares::ZERO]);
}

#[test]
fn a_release_before_its_reservation_refuses_the_reservation_for_ever() {
    let then =
        given::<Wallet>([credited(tx())]).when(Command::Release(tx())).then([released(tx())]);

    then.when(Command::Reserve(tx(), hundred())).then_refused(Refusal::AlreadyReleased(tx()));
}

#[test]
fn shares_that_never_come_are_gone_once_nothing_is_reserved() {
    let history = [credited(tx()), reserved(tx(), "100"), released(tx())];
    let then = given::<Wallet>(history).when(Command::ReverseCredit(tx())).then([reversed()]);

    assert_eq!([then.state.in_transit(), then.state.registered()], [Shares::ZERO, Shares::ZERO]);
}

#[test]
fn a_wallets_stream_is_named_after_investor_and_fund() {
    let named = fundflow_domain::wallet::parse_id("INV.7.000009");

    assert_eq!(named, Some(("INV.7".parse().unwrap(), "000009".parse().unwrap())));
    assert_eq!(fundflow_domain::wallet::parse_id("INV-7"), None);
}
