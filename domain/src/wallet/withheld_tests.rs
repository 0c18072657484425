//! What is registered and not free, and confirmations that the registrar corrects.

use super::{
    Command, Event, LotTaken, Portion, Refusal, Wallet, WithheldRefusal,
    tests::{credited, date, income, reserved, shares, tx},
};
use crate::{
    claims::ClaimedByAnother,
    freeze::{Frozen, FrozenBy, FrozenCause},
    money::Shares,
    testing::{each_once, given},
};

fn freeze(record: &str, number: &str) -> Command {
    let (record, shares) = (record.parse().unwrap(), shares(number));
    Command::Freeze { record, shares, cause: FrozenCause::Judicial }
}

fn frozen(record: &str, number: &str) -> Event {
    let (record, shares) = (record.parse().unwrap(), shares(number));
    Event::SharesFrozen {
        record,
        shares,
        cause: FrozenCause::Judicial,
        by: FrozenBy::Order,
        in_all: None,
    }
}

fn unfrozen(record: &str) -> Event {
    Event::SharesUnfrozen { record: record.parse().unwrap() }
}

fn lift(record: &str) -> Command {
    Command::Unfreeze { record: record.parse().unwrap(), by: "LIFT".parse().unwrap() }
}

fn hold(case: &str, number: &str) -> Command {
    Command::Hold(case.parse().unwrap(), shares(number))
}

fn held(case: &str, number: &str) -> Event {
    Event::SharesHeld { case: case.parse().unwrap(), shares: shares(number) }
}

fn unheld(case: &str) -> Event {
    Event::SharesUnheld { case: case.parse().unwrap() }
}

fn taken(lot: &str, number: &str) -> LotTaken {
    LotTaken { lot: tx(lot), shares: shares(number) }
}

fn spent(name: &str, number: &str, lots: Vec<LotTaken>) -> Event {
    Event::SharesSpent { transaction: tx(name), shares: shares(number), lots }
}

fn correct(record: &str, number: &str) -> Command {
    Command::CorrectCredit {
        transaction: tx("TX-1"),
        record: record.parse().unwrap(),
        portions: vec![Portion { shares: shares(number), day: date("2026-03-03") }],
        waits: false,
    }
}

/// From, what the reversal takes, to, and what of it is in the new lot.
fn corrected(record: &str, from: &str, lots: Vec<LotTaken>, to: &str, left: &str) -> Event {
    Event::CreditCorrected {
        transaction: tx("TX-1"),
        record: record.parse().unwrap(),
        reversed: shares(from),
        lots,
        shares: shares(to),
        left: shares(left),
        registered: date("2026-03-03"),
        coming: shares("0"),
        portions: vec![],
    }
}

fn hundred() -> Vec<Event> {
    credited("TX-1", "100.00", "2026-03-02")
}

fn after(events: impl IntoIterator<Item = Event>) -> Vec<Event> {
    hundred().into_iter().chain(events).collect()
}

#[test]
fn frozen_shares_are_not_available_until_the_register_lifts_the_freeze() {
    let then =
        given::<Wallet>(hundred()).when(freeze("TA-7", "30.00")).then([frozen("TA-7", "30.00")]);
    let state = then.state();
    assert_eq!([state.available(), state.frozen()], [shares("70.00"), shares("30.00")]);

    let then = given::<Wallet>(after([frozen("TA-7", "30.00")]))
        .when(lift("TA-7"))
        .then([unfrozen("TA-7")])
        .when(freeze("TA-7", "30.00"))
        .then([]);
    assert_eq!(then.state().available(), shares("100.00"));
}

#[test]
fn an_order_on_more_than_can_be_counted_beside_another_freezes_everything() {
    let (pledge, all) = ("1.00", "99999999999999.99");
    let then = given::<Wallet>(after([frozen("TA-7", pledge)]))
        .when(freeze("TA-8", all))
        .then([frozen("TA-8", all)]);

    let state = then.state();
    let free = [state.available(), state.frozen(), state.frozen_by_orders()];
    assert_eq!(free, [Shares::ZERO, shares(all), shares(all)]);
    let then = given::<Wallet>(after([frozen("TA-7", pledge), frozen("TA-8", all)]))
        .when(follow("S-1", "2026-03-03", Frozen::InAll(shares("100.00"))))
        .then([frozen_by_register("S-1", "2026-03-03", ("0.00", Some(shares("100.00"))))]);
    assert_eq!(then.state().available(), Shares::ZERO);
}

fn follow(record: &str, on: &str, frozen: Frozen) -> Command {
    Command::FollowRegister { record: record.parse().unwrap(), on: date(on), frozen }
}

fn said(record: &str, on: &str, number: &str) -> Event {
    frozen_by_register(record, on, (number, None))
}

fn frozen_by_register(record: &str, on: &str, (number, in_all): (&str, Option<Shares>)) -> Event {
    let (record, shares) = (record.parse().unwrap(), shares(number));
    let by = FrozenBy::Register(date(on));
    Event::SharesFrozen { record, shares, cause: FrozenCause::Unstated, by, in_all }
}

#[test]
fn a_rejection_freezes_what_was_asked_until_the_register_says_how_many_are_frozen_in_all() {
    let (t, next) = ("2026-03-03", "2026-03-04");
    let then = given::<Wallet>(after([frozen("TA-7", "10.00")]))
        .when(follow("NO-1", t, Frozen::Besides(shares("60.00"))))
        .then([said("NO-1", t, "60.00")]);
    assert_eq!(then.state().available(), shares("30.00"));

    let then = given::<Wallet>(after([frozen("TA-7", "10.00"), said("NO-1", t, "60.00")]))
        .when(follow("S-1", next, Frozen::InAll(shares("15.00"))))
        .then([unfrozen("NO-1"), said("S-1", next, "5.00")])
        .when(follow("S-0", t, Frozen::InAll(shares("80.00"))))
        .then([])
        .when(follow("S-2", next, Frozen::InAll(Shares::ZERO)))
        .then([unfrozen("S-1")]);
    assert_eq!(then.state().available(), shares("90.00"));
}

#[test]
fn what_the_register_said_beside_an_order_stays_frozen_when_that_is_lifted_until_it_says_less() {
    let (t, next) = ("2026-03-03", "2026-03-04");
    let then = given::<Wallet>(after([frozen("TA-7", "50.00")]))
        .when(follow("S-1", t, Frozen::InAll(shares("100.00"))))
        .then([said("S-1", t, "50.00")])
        .when(lift("TA-7"))
        .then([unfrozen("TA-7"), said("LIFT", t, "50.00")])
        .when(lift("TA-7"))
        .then([])
        .when(follow("S-2", next, Frozen::InAll(shares("80.00"))))
        .then([unfrozen("S-1"), said("S-2", next, "30.00")]);
    assert_eq!(then.state().available(), shares("20.00"));
}

#[test]
fn a_lifted_order_frees_nothing_that_the_registers_last_word_counts_though_orders_explain_it() {
    let (t, next) = ("2026-03-03", "2026-03-04");
    let then = given::<Wallet>(after([frozen("TA-7", "50.00")]))
        .when(follow("S-1", t, Frozen::InAll(shares("100.00"))))
        .then([said("S-1", t, "50.00")])
        .when(follow("S-2", next, Frozen::InAll(shares("50.00"))))
        .then([unfrozen("S-1"), frozen_by_register("S-2", next, ("0", Some(shares("50"))))])
        .when(lift("TA-7"))
        .then([unfrozen("TA-7"), said("LIFT", next, "50.00")]);
    assert_eq!(then.state().available(), shares("50.00"));
}

#[test]
fn shares_in_dispute_are_not_available_until_the_case_lets_them_go() {
    let then = given::<Wallet>(hundred()).when(hold("C-1", "40.00")).then([held("C-1", "40.00")]);
    let state = then.state();
    assert_eq!([state.available(), state.disputed()], [shares("60.00"), shares("40.00")]);

    let then = given::<Wallet>(after([held("C-1", "40.00")]))
        .when(Command::Unhold("C-1".parse().unwrap()))
        .then([unheld("C-1")]);
    assert_eq!(then.state().available(), shares("100.00"));
}

#[test]
fn the_register_may_freeze_what_is_reserved_already() {
    let then = given::<Wallet>(after([reserved("TX-2", "80.00")]))
        .when(freeze("TA-7", "50.00"))
        .then([frozen("TA-7", "50.00")]);

    assert_eq!(then.state().available(), Shares::ZERO);
}

#[test]
fn a_refusal_says_that_shares_are_frozen_or_in_dispute() {
    let history = after([frozen("TA-7", "30.00"), held("C-1", "20.00")]);
    let refused = WithheldRefusal::NotFree {
        transaction: tx("TX-2"),
        asked: shares("60.00"),
        free: shares("50.00"),
        frozen: shares("30.00"),
        disputed: shares("20.00"),
    };
    assert_eq!(
        refused.to_string(),
        "transaction TX-2 asks for 60.00 shares; 50.00 are free for it, 30.00 are frozen by the \
         register and 20.00 are in dispute"
    );
    given::<Wallet>(history.clone())
        .when(Command::Reserve(tx("TX-2"), shares("60.00")))
        .then_refused(Refusal::Withheld(refused));
    given::<Wallet>(history).when(Command::Reserve(tx("TX-2"), shares("101.00"))).then_refused(
        Refusal::TooFew { transaction: tx("TX-2"), asked: shares("101.00"), free: shares("50.00") },
    );
}

#[test]
fn a_corrected_confirmation_replaces_the_lot() {
    let event = corrected("R-2", "100.00", vec![taken("TX-1", "100.00")], "1.00", "1.00");
    let then = given::<Wallet>(hundred()).when(correct("R-2", "1.00")).then([event]);
    let state = then.state();

    assert_eq!(state.registered(), shares("1.00"));
    assert_eq!(state.lots()[0].registered, date("2026-03-03"));
}

#[test]
fn what_left_before_the_correction_comes_out_of_the_new_lot() {
    let history =
        || after([reserved("TX-2", "60.00"), spent("TX-2", "60.00", vec![taken("TX-1", "60.00")])]);
    let then = given::<Wallet>(history()).when(correct("R-2", "80.00")).then([corrected(
        "R-2",
        "100.00",
        vec![taken("TX-1", "40.00")],
        "80.00",
        "20.00",
    )]);
    assert_eq!(then.state().registered(), shares("20.00"));

    let more = history().into_iter().chain(credited("TX-3", "30.00", "2026-03-04"));
    let lots = vec![taken("TX-1", "40.00"), taken("TX-3", "10.00")];
    let then = given::<Wallet>(more)
        .when(correct("R-2", "50.00"))
        .then([corrected("R-2", "100.00", lots, "50.00", "0.00")]);
    assert_eq!(then.state().registered(), shares("20.00"));
}

#[test]
fn a_correction_that_others_reserved_on_waits_for_a_person() {
    given::<Wallet>(after([reserved("TX-2", "60.00")])).when(correct("R-2", "50.00")).then_refused(
        Refusal::TooFew { transaction: tx("TX-1"), asked: shares("50.00"), free: shares("40.00") },
    );
}

#[test]
fn the_own_reservation_shrinks_to_what_is_confirmed_now() {
    let lots = vec![taken("TX-1", "100.00")];
    let then = given::<Wallet>(after([reserved("TX-1", "100.00")]))
        .when(correct("R-2", "60.00"))
        .then([corrected("R-2", "100.00", lots, "60.00", "60.00")]);

    assert_eq!(then.state().reserved(), shares("60.00"));
}

#[test]
fn a_rejection_that_the_registrar_corrects_becomes_a_lot() {
    let transaction = tx("TX-1");
    let history = [
        Event::CreditedInTransit { transaction: transaction.clone(), shares: shares("100.00") },
        Event::CreditReversed { transaction },
    ];
    given::<Wallet>(history)
        .when(correct("R-2", "100.00"))
        .then([corrected("R-2", "0.00", vec![], "100.00", "100.00")])
        .when(Command::ReverseCredit(tx("TX-1")))
        .then([]);
}

#[test]
fn a_lot_of_nothing_does_not_keep_its_date_when_it_is_corrected() {
    let none = credited("TX-1", "0.00", "2026-03-02");
    let then = given::<Wallet>(none).when(correct("R-2", "5.00")).then([corrected(
        "R-2",
        "0.00",
        vec![],
        "5.00",
        "5.00",
    )]);

    assert_eq!(then.state().lots()[0].registered, date("2026-03-03"));
}

#[test]
fn the_confirmation_that_was_corrected_is_old_news() {
    let first = corrected("R-2", "100.00", vec![taken("TX-1", "100.00")], "1.00", "1.00");
    let second = corrected("R-3", "1.00", vec![taken("TX-1", "1.00")], "120.00", "120.00");
    let confirm = Command::ConfirmCredit(tx("TX-1"), shares("100.00"), date("2026-03-02"));
    let then = given::<Wallet>(after([first, second]))
        .when(confirm)
        .then([])
        .when(Command::CreditInTransit(tx("TX-1"), shares("100.00")))
        .then([])
        .when(correct("R-2", "1.00"))
        .then([]);
    assert_eq!(then.state().registered(), shares("120.00"));
}

#[test]
fn a_correction_needs_a_confirmation_and_says_one_thing() {
    given::<Wallet>([])
        .when(correct("R-2", "1.00"))
        .then_refused(Refusal::NotRegistered(tx("TX-1")));
    let event = corrected("R-2", "100.00", vec![taken("TX-1", "100.00")], "1.00", "1.00");
    given::<Wallet>(after([event]))
        .when(correct("R-2", "2.00"))
        .then_refused(Refusal::ContradictsEarlier(tx("TX-1")));
}

/// The place of each variant in the enum; a new one stops the build.
const fn place(refusal: &WithheldRefusal) -> usize {
    match refusal {
        WithheldRefusal::NotFree { .. } => 0,
        WithheldRefusal::Nothing { .. } => 1,
        WithheldRefusal::Differs { .. } => 2,
        WithheldRefusal::NotWithheld { .. } => 3,
        WithheldRefusal::OfAnother(_) => 4,
    }
}

#[test]
fn every_refusal_of_withheld_shares_has_its_case() {
    let key = || "TA-7".to_owned();
    let order = || "TX-1.convert".parse().unwrap();
    let claimed =
        Event::SharesClaimed { order: order(), transaction: tx("TX-1"), shares: shares("5.00") };
    let not_free = WithheldRefusal::NotFree {
        transaction: tx("TX-2"),
        asked: shares("100.00"),
        free: shares("70.00"),
        frozen: shares("30.00"),
        disputed: Shares::ZERO,
    };
    let rows = [
        (
            after([frozen("TA-7", "30.00")]),
            Command::Reserve(tx("TX-2"), shares("100.00")),
            not_free,
        ),
        (hundred(), freeze("TA-7", "0.00"), WithheldRefusal::Nothing { key: key() }),
        (
            after([frozen("TA-7", "30.00")]),
            freeze("TA-7", "31.00"),
            WithheldRefusal::Differs { key: key(), was: shares("30.00") },
        ),
        (hundred(), lift("TA-7"), WithheldRefusal::NotWithheld { key: key() }),
        (
            after([claimed]),
            Command::Claim(order(), tx("TX-2"), shares("5.00")),
            WithheldRefusal::OfAnother(ClaimedByAnother {
                order: order(),
                earlier: tx("TX-1"),
                transaction: tx("TX-2"),
            }),
        ),
    ];
    each_once(rows.iter().map(|(_, _, refusal)| place(refusal)), 5);
    for (history, command, refusal) in rows {
        given::<Wallet>(history).when(command).then_refused(Refusal::Withheld(refusal));
    }
}

#[test]
fn what_shares_in_dispute_earn_becomes_no_free_shares_before_a_person_has_decided() {
    let (day, registered) = (date("2026-03-02"), date("2026-03-03"));
    let accrued = Event::IncomeAccrued {
        day,
        publication: 0,
        per_10_000: "0.4012".parse().unwrap(),
        shares: shares("10000.00"),
        amount: income("0.40"),
    };
    let carry = Command::CarryIncome { through: day, registered };
    let case = "000000000000000000000000000000c1";
    let before = credited("TX-1", "10000.00", "2026-03-02").into_iter().chain([accrued]);
    let before: Vec<Event> = before.chain([held(case, "1")]).collect();
    let then = given::<Wallet>(before.clone()).when(carry.clone()).then([]);
    assert_eq!(then.state().unpaid_income(), income("0.40"));

    let (through, lots) = (day, vec![]);
    let carried = Event::IncomeCarried { through, amount: income("0.40"), registered, lots };
    given::<Wallet>([before, vec![unheld(case)]].concat()).when(carry).then([carried]);
}
