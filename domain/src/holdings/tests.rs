//! Given/when/then for holdings.

use super::{Command, Credit, Event, HoldingId, Holdings, Mark, Refusal};
use crate::{
    decider::Decider,
    freeze::{Frozen, FrozenBy, FrozenCause},
    fund::RedemptionSequence,
    money::Shares,
    orders::{LotTaken, Serial},
    testing::{given, history},
};

pub(super) fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

pub(super) fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

/// A lot that is called like its confirmation, at 2.00 yuan a share.
pub(super) fn lot(name: &str, registered_on: &str, count: &str) -> Credit {
    let shares: Shares = count.parse().unwrap();
    Credit {
        lot: name.parse().unwrap(),
        order: "TX-0.buy".parse().unwrap(),
        serial: serial(name),
        registered_on: registered_on.parse().unwrap(),
        shares,
        cost: shares.value_half_up("2".parse().unwrap()).unwrap(),
    }
}

pub(super) fn credit(lot: Credit) -> Command {
    Command::Credit(Box::new(lot))
}

pub(super) fn parts(parts: &[(&str, &str)]) -> Vec<LotTaken> {
    let part = |(lot, count): &(&str, &str)| LotTaken {
        lot: lot.parse().unwrap(),
        shares: count.parse().unwrap(),
    };
    parts.iter().map(part).collect()
}

pub(super) fn reserve(order: &str, count: &str, chosen: &[(&str, &str)]) -> Command {
    Command::Reserve {
        order: order.parse().unwrap(),
        shares: shares(count),
        sequence: RedemptionSequence::Fifo,
        designated: parts(chosen),
    }
}

pub(super) fn release(order: &str) -> Command {
    Command::Release(order.parse().unwrap())
}

pub(super) fn take(order: &str, name: &str, count: &str, finished: bool) -> Command {
    let (order, shares) = (order.parse().unwrap(), shares(count));
    let trade_date = "2026-02-24".parse().unwrap();
    Command::Take { order, serial: serial(name), shares, trade_date, named: vec![], finished }
}

pub(super) fn freeze(record: &str, count: &str) -> Command {
    Command::Freeze { record: serial(record), shares: shares(count), cause: FrozenCause::Judicial }
}

pub(super) fn hold(case: &str, count: &str) -> Command {
    Command::Hold { case: serial(case), shares: shares(count) }
}

pub(super) fn correct_credit(lot: &str, record: &str, with: Option<Credit>) -> Command {
    let lot = lot.parse().unwrap();
    Command::CorrectCredit { lot, record: serial(record), with: with.map(Box::new) }
}

pub(super) fn correct_take(order: &str, name: &str, record: &str, count: &str) -> Command {
    let (order, shares) = (order.parse().unwrap(), shares(count));
    let (serial, record) = (serial(name), serial(record));
    let trade_date = "2026-02-24".parse().unwrap();
    Command::CorrectTake { order, serial, record, shares, trade_date, named: vec![] }
}

/// 3,000.00 old, 2,500.55 middle and 1,000.00 young shares.
pub(super) fn three() -> Vec<Command> {
    vec![
        credit(lot("young", "2026-02-05", "1000.00")),
        credit(lot("old", "2025-01-06", "3000.00")),
        credit(lot("middle", "2026-01-21", "2500.55")),
    ]
}

pub(super) fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<Holdings>(commands)
}

fn with(more: impl IntoIterator<Item = Command>) -> Vec<Event> {
    after(three().into_iter().chain(more))
}

fn taken(order: &str, name: &str, lots: &[(&str, &str)], finished: bool) -> Event {
    let lots = parts(lots);
    let shares = lots.iter().fold(Shares::ZERO, |sum, part| sum.plus(part.shares).unwrap());
    Event::SharesTaken {
        order: order.parse().unwrap(),
        serial: serial(name),
        shares,
        lots,
        finished,
    }
}

#[test]
fn a_confirmation_registers_a_lot_with_its_date_and_cost() {
    let state = given::<Holdings>([])
        .when(credit(lot("L1", "2026-02-24", "8100.45")))
        .then([Event::Credited(Box::new(lot("L1", "2026-02-24", "8100.45")))])
        .state();

    let lot = state.lot_of(&serial("L1")).unwrap();
    assert_eq!((lot.left, lot.unit_cost()), (shares("8100.45"), "2".parse().ok()));
    assert_eq!(state.available(), shares("8100.45"));
    assert_eq!(state.value_half_up("1.2345".parse().unwrap()), "10000.01".parse().ok());
}

#[test]
fn the_oldest_lots_leave_first_when_the_registrar_takes_them() {
    let state = given::<Holdings>(after(three()))
        .when(reserve("TX-1.out", "6000.00", &[]))
        .then([Event::SharesReserved {
            order: "TX-1.out".parse().unwrap(),
            shares: shares("6000.00"),
            sequence: RedemptionSequence::Fifo,
            designated: vec![],
        }])
        .when(take("TX-1.out", "C1", "6000.00", true))
        .then([taken(
            "TX-1.out",
            "C1",
            &[("old", "3000.00"), ("middle", "2500.55"), ("young", "499.45")],
            true,
        )])
        .state();

    assert_eq!(state.registered(), shares("500.55"));
    assert_eq!(state.available(), shares("500.55"));
}

#[test]
fn the_youngest_leave_first_where_the_reservation_says_so() {
    let order: crate::ids::OrderId = "TX-1.out".parse().unwrap();
    let (shares, sequence) = (shares("1000.01"), RedemptionSequence::Lifo);
    let lifo = Command::Reserve { order, shares, sequence, designated: vec![] };

    given::<Holdings>(with([lifo])).when(take("TX-1.out", "C1", "1000.01", true)).then([taken(
        "TX-1.out",
        "C1",
        &[("young", "1000.00"), ("middle", "0.01")],
        true,
    )]);
}

/// An order of 24 February takes none of the shares that were registered on the 25th, unless it must.
#[test]
fn shares_that_were_not_there_on_t_leave_last_whatever_the_sequence() {
    let order: crate::ids::OrderId = "TX-1.out".parse().unwrap();
    let (all, sequence) = (shares("2500.00"), RedemptionSequence::Lifo);
    let lifo = Command::Reserve { order, shares: all, sequence, designated: vec![] };
    let late = [lifo, credit(lot("late", "2026-02-25", "500.00"))];
    let there = [("young", "1000.00"), ("middle", "0.01")];
    given::<Holdings>(with(late))
        .when(take("TX-1.out", "C1", "1000.01", true))
        .then([taken("TX-1.out", "C1", &there, true)]);
}

#[test]
fn lots_that_one_investor_chose_are_left_alone_by_other_orders() {
    let chosen = reserve("TX-1.out", "2000", &[("old", "2000")]);
    given::<Holdings>(with([chosen, reserve("TX-2.out", "1500", &[])]))
        .when(take("TX-2.out", "C2", "1500", true))
        .then([taken("TX-2.out", "C2", &[("old", "1000"), ("middle", "500")], true)])
        .when(take("TX-1.out", "C1", "2000", true))
        .then([taken("TX-1.out", "C1", &[("old", "2000")], true)]);
}

#[test]
fn a_carried_over_redemption_keeps_its_rest_reserved_until_it_is_finished() {
    let state = given::<Holdings>(with([reserve("TX-1.out", "1000", &[])]))
        .when(take("TX-1.out", "C1", "600", false))
        .then([taken("TX-1.out", "C1", &[("old", "600")], false)])
        .state();
    assert_eq!(state.reserved(), shares("400"));
    assert_eq!(state.available(), shares("5500.55"));

    let part = [reserve("TX-1.out", "1000", &[]), take("TX-1.out", "C1", "600", false)];
    let finished = given::<Holdings>(with(part.clone()))
        .when(take("TX-1.out", "C2", "300", true))
        .then([taken("TX-1.out", "C2", &[("old", "300")], true)])
        .state();
    assert_eq!((finished.reserved(), finished.available()), (Shares::ZERO, shares("5600.55")));

    let released = given::<Holdings>(with(part))
        .when(release("TX-1.out"))
        .then([Event::SharesReleased { order: "TX-1.out".parse().unwrap() }])
        .state();
    assert_eq!((released.reserved(), released.available()), (Shares::ZERO, shares("5900.55")));
}

#[test]
fn a_release_before_its_reservation_refuses_it_for_ever() {
    given::<Holdings>(after(three()))
        .when(release("TX-1.out"))
        .then([Event::SharesReleased { order: "TX-1.out".parse().unwrap() }])
        .when(reserve("TX-1.out", "1", &[]))
        .then_refused(super::Refusal::AlreadyReleased("TX-1.out".parse().unwrap()));
}

#[test]
fn frozen_and_disputed_shares_are_registered_and_not_available() {
    let state = given::<Holdings>(after(three()))
        .when(freeze("F1", "6000"))
        .then([frozen("F1", "6000", FrozenCause::Judicial, FrozenBy::Order)])
        .when(hold("case-1", "500"))
        .then([Event::SharesHeld { case: serial("case-1"), shares: shares("500") }])
        .state();
    assert_eq!(state.registered(), shares("6500.55"));
    assert_eq!((state.frozen(), state.held()), (shares("6000"), shares("500")));
    assert_eq!(state.available(), shares("0.55"));

    let state = given::<Holdings>(with([freeze("F1", "6000"), hold("case-1", "500")]))
        .when(Command::Unfreeze { record: serial("F1"), by: serial("L1") })
        .then([Event::SharesUnfrozen { record: serial("F1") }])
        .when(Command::Unhold(serial("case-1")))
        .then([Event::SharesUnheld { case: serial("case-1") }])
        .state();
    assert_eq!(state.available(), shares("6500.55"));
}

pub(super) fn follow(record: &str, on: &str, in_all: &str) -> Command {
    let frozen = Frozen::InAll(shares(in_all));
    Command::FollowRegister { record: serial(record), on: on.parse().unwrap(), frozen }
}

fn said(record: &str, on: &str, count: &str) -> Event {
    frozen(record, count, FrozenCause::Unstated, FrozenBy::Register(on.parse().unwrap()))
}

fn frozen(record: &str, count: &str, cause: FrozenCause, by: FrozenBy) -> Event {
    let (record, shares) = (serial(record), shares(count));
    Event::SharesFrozen { record, shares, cause: cause.into(), by, in_all: None }
}

#[test]
fn what_the_register_says_in_all_is_frozen_beside_orders_and_lifted_when_it_says_less() {
    let (first, next, last) = ("2026-02-13", "2026-02-24", "2026-02-25");
    let state = given::<Holdings>(with([freeze("F1", "1000")]))
        .when(follow("S1", first, "4000"))
        .then([said("S1", first, "3000")])
        .when(follow("S2", next, "4500.55"))
        .then([said("S2", next, "500.55")])
        .when(follow("S3", last, "1200"))
        .then([
            Event::SharesUnfrozen { record: serial("S2") },
            Event::SharesUnfrozen { record: serial("S1") },
            said("S3", last, "200"),
        ])
        .when(follow("S0", first, "6000"))
        .then([])
        .state();

    assert_eq!((state.frozen(), state.available()), (shares("1200"), shares("5300.55")));
    let set = state.freezes().filter(|(_, mark)| matches!(mark, Mark::Set(_)));
    let set: Vec<_> = set.map(|(record, _)| record.as_str()).collect();
    assert_eq!(set, ["F1", "S3"]);
}

#[test]
fn a_court_freezes_reserved_shares_too_and_nothing_falls_below_zero() {
    let state =
        given::<Holdings>(with([reserve("TX-1.out", "6500.55", &[]), freeze("F1", "9000")]))
            .state();

    assert_eq!(state.available(), Shares::ZERO);
}

#[test]
fn a_corrected_credit_is_a_reversal_and_a_new_lot_that_has_given_what_the_first_gave() {
    let right = lot("old-2", "2025-01-07", "2900.00");
    let state = given::<Holdings>(with([
        reserve("TX-1.out", "600", &[]),
        take("TX-1.out", "C1", "600", true),
    ]))
    .when(correct_credit("old", "K1", Some(right.clone())))
    .then([
        Event::CreditReversed {
            lot: "old".parse().unwrap(),
            record: serial("K1"),
            replaced_by: Some("old-2".parse().unwrap()),
        },
        Event::Credited(Box::new(right)),
    ])
    .state();

    assert_eq!(state.lot(&"old-2".parse().unwrap()).unwrap().left, shares("2300"));
    assert_eq!(state.registered(), shares("5800.55"));
}

#[test]
fn a_credit_that_should_not_have_been_is_reversed_and_its_shares_are_gone() {
    let state = given::<Holdings>(after(three()))
        .when(correct_credit("young", "K1", None))
        .then([Event::CreditReversed {
            lot: "young".parse().unwrap(),
            record: serial("K1"),
            replaced_by: None,
        }])
        .state();

    assert_eq!(state.registered(), shares("5500.55"));
}

#[test]
fn a_corrected_taking_is_a_reversal_and_a_new_taking() {
    let reversed = Event::TakeReversed {
        order: "TX-1.out".parse().unwrap(),
        serial: serial("C1"),
        record: serial("K1"),
        awaited: false,
    };
    let way = [reserve("TX-1.out", "600", &[]), take("TX-1.out", "C1", "600", true)];
    for (count, rest) in [("500", "6000.55"), ("700", "5800.55")] {
        let state = given::<Holdings>(with(way.clone()))
            .when(correct_take("TX-1.out", "C1", "K1", count))
            .then([reversed.clone(), taken("TX-1.out", "K1", &[("old", count)], true)])
            .state();
        assert_eq!(state.available(), shares(rest));
    }
    let state = given::<Holdings>(with(way))
        .when(correct_take("TX-1.out", "C1", "K1", "0"))
        .then([reversed])
        .state();
    assert_eq!(state.available(), shares("6500.55"));
}

#[test]
fn a_taking_that_the_registrar_takes_back_is_reserved_again_until_its_next_word() {
    let withdraw = Command::WithdrawTake {
        order: "TX-1.out".parse().unwrap(),
        serial: serial("C1"),
        record: serial("K1"),
    };
    let way = [reserve("TX-1.out", "600", &[]), take("TX-1.out", "C1", "600", true)];
    let before = given::<Holdings>(with(way.clone())).state();
    let state = given::<Holdings>(with(way.into_iter().chain([withdraw]))).state();

    assert_eq!(state.available(), before.available());
    assert_eq!(state.reserved(), shares("600"));
    let again = Holdings::decide(&state, &take("TX-1.out", "C2", "590", true)).unwrap();
    assert!(matches!(&again[..], [Event::SharesTaken { .. }]), "{again:?}");
}

#[test]
fn the_register_may_take_what_was_released_as_far_as_it_is_free() {
    let way = [reserve("TX-1.out", "600", &[]), release("TX-1.out")];
    let state = given::<Holdings>(with(way)).state();
    let free = state.available();

    let taken = Holdings::decide(&state, &take("TX-1.out", "C1", "600", true)).unwrap();
    assert!(matches!(&taken[..], [Event::SharesTaken { .. }]), "{taken:?}");
    let too_many = free.plus(shares("0.01")).unwrap().to_string();
    let refused = Holdings::decide(&state, &take("TX-1.out", "C1", &too_many, true));
    assert!(matches!(refused, Err(Refusal::TooFew { .. })), "{refused:?}");
}

#[test]
fn shares_that_come_back_after_their_lot_was_corrected_are_in_the_lot_in_its_place() {
    let state = given::<Holdings>(with([
        reserve("TX-1.out", "600", &[]),
        take("TX-1.out", "C1", "600", true),
        correct_credit("old", "K1", Some(lot("old-2", "2025-01-07", "2900.00"))),
        correct_take("TX-1.out", "C1", "K2", "100"),
    ]))
    .state();

    assert_eq!(state.lot(&"old-2".parse().unwrap()).unwrap().left, shares("2800"));
}

#[test]
fn a_streams_id_reads_back() {
    for investor in ["i-1", "a.b", "a.000730"] {
        let id = HoldingId { investor: investor.parse().unwrap(), fund: "011162".parse().unwrap() };
        assert_eq!(HoldingId::parse(&id.to_string()), Some(id));
    }
}
