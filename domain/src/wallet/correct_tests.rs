//! What was taken out by a record that the registrar corrects or takes back.

use super::{
    Command, Event, LotTaken, Portion, Refusal, Reservation, Wallet,
    tests::{credited, date, reserved, shares, tx},
};
use crate::{money::Shares, testing::given};

const FRIDAY: &str = "2026-03-06";

/// TX-1 bought 100.00; TX-2 reserved 60.00 and the registrar took 50.00 of them.
fn fifty_out() -> Vec<Event> {
    let out = Event::SharesTakenOut {
        transaction: tx("TX-2"),
        shares: shares("50.00"),
        lots: vec![LotTaken { lot: tx("TX-1"), shares: shares("50.00") }],
        earns_through: date(FRIDAY),
    };
    let bought = credited("TX-1", "100.00", "2026-03-02");
    bought.into_iter().chain([reserved("TX-2", "60.00"), out]).collect()
}

fn correct(record: &str, number: &str, held: &str) -> Command {
    Command::CorrectTakeOut {
        transaction: tx("TX-2"),
        record: record.parse().unwrap(),
        portions: vec![Portion { shares: shares(number), day: date(FRIDAY) }],
        held: shares(held),
        earns_through: date(FRIDAY),
    }
}

#[test]
fn too_many_come_back_as_a_lot_that_earns_from_the_day_after() {
    let after = given::<Wallet>(fifty_out()).when(correct("R-1", "40.00", "0")).then([
        Event::TakeOutCorrected {
            transaction: tx("TX-2"),
            record: "R-1".parse().unwrap(),
            reversed: shares("50.00"),
            shares: shares("40.00"),
            returned: shares("10.00"),
            lots: vec![],
            held: Shares::ZERO,
            earns_through: date(FRIDAY),
            portions: vec![],
        },
    ]);

    let state = after.state();
    assert_eq!(state.registered(), shares("60.00"));
    // 50.00 left to earn through Friday, and the 10.00 that came back earn from Saturday on.
    assert_eq!(state.earning_on(date(FRIDAY)), shares("100.00"));
    assert_eq!(state.earning_on(date("2026-03-07")), shares("60.00"));
}

#[test]
fn too_few_leave_out_of_what_is_there() {
    let after = given::<Wallet>(fifty_out()).when(correct("R-1", "55.00", "0")).then([
        Event::TakeOutCorrected {
            transaction: tx("TX-2"),
            record: "R-1".parse().unwrap(),
            reversed: shares("50.00"),
            shares: shares("55.00"),
            returned: Shares::ZERO,
            lots: vec![LotTaken { lot: tx("TX-1"), shares: shares("5.00") }],
            held: Shares::ZERO,
            earns_through: date(FRIDAY),
            portions: vec![],
        },
    ]);

    let state = after.state();
    assert_eq!(state.registered(), shares("45.00"));
    assert_eq!(state.earning_on(date(FRIDAY)), shares("100.00"));
}

#[test]
fn a_record_that_is_taken_back_leaves_its_shares_earmarked_for_the_next_one() {
    let after = given::<Wallet>(fifty_out()).when(correct("R-1", "0.00", "50.00")).then([
        Event::TakeOutCorrected {
            transaction: tx("TX-2"),
            record: "R-1".parse().unwrap(),
            reversed: shares("50.00"),
            shares: Shares::ZERO,
            returned: shares("50.00"),
            lots: vec![],
            held: shares("50.00"),
            earns_through: date(FRIDAY),
            portions: vec![],
        },
    ]);

    let state = after.state();
    assert_eq!(state.entry(&tx("TX-2")).reservation, Reservation::Held(shares("50.00")));
    assert_eq!(state.available(), shares("50.00"));
}

#[test]
fn the_register_may_have_taken_what_was_released() {
    let released = Event::SharesReleased { transaction: tx("TX-2") };
    let bought = credited("TX-1", "100.00", "2026-03-02");
    let events = bought.into_iter().chain([reserved("TX-2", "60.00"), released]);
    let after = given::<Wallet>(events).when(correct("R-1", "60.00", "0")).then([
        Event::TakeOutCorrected {
            transaction: tx("TX-2"),
            record: "R-1".parse().unwrap(),
            reversed: Shares::ZERO,
            shares: shares("60.00"),
            returned: Shares::ZERO,
            lots: vec![LotTaken { lot: tx("TX-1"), shares: shares("60.00") }],
            held: Shares::ZERO,
            earns_through: date(FRIDAY),
            portions: vec![],
        },
    ]);

    assert_eq!(after.state().available(), shares("40.00"));
}

#[test]
fn what_others_have_reserved_is_not_taken_for_a_correction() {
    let others = reserved("TX-3", "48.00");
    given::<Wallet>(fifty_out().into_iter().chain([others]))
        .when(correct("R-1", "55.00", "0"))
        .then_refused(Refusal::TooFew {
            transaction: tx("TX-2"),
            asked: shares("5.00"),
            free: shares("2.00"),
        });
}

#[test]
fn a_record_corrects_once_and_needs_something_to_correct() {
    let first = Event::TakeOutCorrected {
        transaction: tx("TX-2"),
        record: "R-1".parse().unwrap(),
        reversed: shares("50.00"),
        shares: shares("40.00"),
        returned: shares("10.00"),
        lots: vec![],
        held: Shares::ZERO,
        earns_through: date(FRIDAY),
        portions: vec![],
    };
    given::<Wallet>(fifty_out().into_iter().chain([first]))
        .when(correct("R-1", "39.00", "0"))
        .then_refused(Refusal::ContradictsEarlier(tx("TX-2")));
    given::<Wallet>(credited("TX-1", "100.00", "2026-03-02"))
        .when(correct("R-1", "40.00", "0"))
        .then_refused(Refusal::NothingReserved(tx("TX-2")));
}

#[test]
fn the_register_may_register_more_than_was_on_its_way() {
    let coming = Event::CreditedInTransit { transaction: tx("TX-1"), shares: shares("10.00") };
    let day = date("2026-03-02");
    let confirm = Command::ConfirmCredit(tx("TX-1"), shares("1000.00"), day);

    let after = given::<Wallet>([coming]).when(confirm).then([Event::CreditConfirmed {
        transaction: tx("TX-1"),
        shares: shares("1000.00"),
        registered: day,
    }]);

    assert_eq!(after.state().registered(), shares("1000.00"));
}
