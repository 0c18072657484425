//! What the registrar confirms in portions leaves portion by portion, and a late record changes the
//! income of the days since.

use super::{
    Command, Event, LotTaken, Portion, Refusal, Reservation, State, Wallet,
    tests::{date, income, reserved, shares, tx},
};
use crate::{
    money_fund::IncomeUnit,
    testing::{given, history},
};

const MONDAY: &str = "2026-03-02";
const TUESDAY: &str = "2026-03-03";
const WEDNESDAY: &str = "2026-03-04";
const THURSDAY: &str = "2026-03-05";

fn portion(in_all: &str, through: &str) -> Command {
    let (transaction, shares) = (tx("TX-2"), shares(in_all));
    Command::TakePortion { transaction, shares, earns_through: date(through) }
}

fn last(in_all: &str, through: &str) -> Command {
    let (transaction, shares) = (tx("TX-2"), shares(in_all));
    Command::TakeOut { transaction, shares, earns_through: date(through) }
}

/// So many in all; up to 60,000.00 of them on Monday.
fn correct(record: &str, number: &str, held: &str, through: &str) -> Command {
    let first = shares("60000").min(shares(number));
    let mut portions = vec![Portion { shares: first, day: date(MONDAY) }];
    let more = shares(number).minus(first).filter(|more| !more.is_zero());
    portions.extend(more.map(|shares| Portion { shares, day: date(through) }));
    Command::CorrectTakeOut {
        transaction: tx("TX-2"),
        record: record.parse().unwrap(),
        portions,
        held: shares(held),
        earns_through: date(through),
    }
}

fn accrue(day: &str) -> Command {
    let (day, per_10_000, unit) = (date(day), "1".parse().unwrap(), IncomeUnit::Fen);
    Command::AccrueIncome { day, publication: 0, per_10_000, unit }
}

fn reckon(day: &str) -> Command {
    Command::CorrectIncome { day: date(day), unit: IncomeUnit::Fen }
}

fn corrected(day: &str, reversed: &str, basis: &str, amount: &str) -> Event {
    let (day, shares) = (date(day), shares(basis));
    let (reversed, amount) = (income(reversed), income(amount));
    Event::IncomeCorrected { day, publication: 0, reversed, shares, amount }
}

fn settle(amount: &str) -> Command {
    Command::SettleIncome(tx("TX-2"), income(amount), 1)
}

/// 100,000.00 shares long since, and what came of these commands.
fn held(commands: &[Command]) -> Vec<Event> {
    let bought = [
        Command::CreditInTransit(tx("TX-1"), shares("100000")),
        Command::ConfirmCredit(tx("TX-1"), shares("100000"), date("2026-02-02")),
    ];
    history::<Wallet>(bought.into_iter().chain(commands.iter().cloned()))
}

/// TX-2 reserved all of them, and what came of these commands.
fn and(commands: &[Command]) -> Vec<Event> {
    let all = Command::ReserveAll(tx("TX-2"), shares("100000"));
    held(&[&[all], commands].concat())
}

fn state(commands: &[Command]) -> State {
    given::<Wallet>(and(commands)).state()
}

#[test]
fn a_portion_leaves_when_it_is_confirmed_and_the_rest_stays_reserved() {
    let lots = vec![LotTaken { lot: tx("TX-1"), shares: shares("60000") }];
    let (transaction, earns_through) = (tx("TX-2"), date(MONDAY));
    let left = Event::PortionTakenOut { transaction, shares: shares("60000"), lots, earns_through };
    let then = given::<Wallet>(and(&[])).when(portion("60000", MONDAY)).then([left]);

    let wallet = then.state();
    assert_eq!(wallet.registered(), shares("40000"));
    assert_eq!(wallet.reserved(), shares("40000"));
    assert_eq!(wallet.available(), shares("0"));
    assert_eq!(wallet.earning_on(date(MONDAY)), shares("100000"));
    assert_eq!(wallet.earning_on(date(TUESDAY)), shares("40000"));
}

#[test]
fn the_last_portion_frees_what_nobody_took_and_one_of_nothing_does_so_as_well() {
    let wallet = state(&[portion("60000", MONDAY), last("70000", TUESDAY)]);
    assert_eq!(wallet.entry(&tx("TX-2")).reservation, Reservation::Spent(shares("70000")));
    assert_eq!(wallet.available(), shares("30000"));

    let wallet = state(&[portion("60000", MONDAY), last("60000", TUESDAY)]);
    assert_eq!(wallet.entry(&tx("TX-2")).reservation, Reservation::Spent(shares("60000")));
    assert_eq!(wallet.available(), shares("40000"));
}

#[test]
fn portions_of_before_are_old_news_and_more_than_is_reserved_is_refused() {
    let two = [portion("60000", MONDAY), portion("80000", TUESDAY)];
    given::<Wallet>(and(&two)).when(portion("60000", MONDAY)).then([]);
    let free = shares("20000");
    let (transaction, asked) = (tx("TX-2"), shares("30000"));
    let too_many = Refusal::TooFew { transaction, asked, free };
    given::<Wallet>(and(&two)).when(portion("110000", TUESDAY)).then_refused(too_many);
    let contradicts = || Refusal::ContradictsEarlier(tx("TX-2"));
    given::<Wallet>(and(&two)).when(last("70000", TUESDAY)).then_refused(contradicts());
    given::<Wallet>(and(&two)).when(Command::Release(tx("TX-2"))).then_refused(contradicts());
    let over = [portion("60000", MONDAY), last("80000", TUESDAY)];
    given::<Wallet>(and(&over)).when(portion("90000", TUESDAY)).then_refused(contradicts());
}

#[test]
fn a_portion_that_is_taken_back_is_reserved_again_and_a_corrected_one_replaces_it() {
    let two = [portion("60000", MONDAY), portion("80000", TUESDAY)];
    let back = [two.as_slice(), &[correct("R-1", "60000", "40000", TUESDAY)]].concat();
    let wallet = state(&back);
    let (gone, held) = (shares("60000"), shares("40000"));
    assert_eq!(wallet.entry(&tx("TX-2")).reservation, Reservation::Leaving { gone, held });
    assert_eq!((wallet.registered(), wallet.available()), (held, shares("0")));
    assert_eq!(wallet.earning_on(date(TUESDAY)), held, "it has never left");
    assert_eq!(wallet.earning_on(date(WEDNESDAY)), held);

    let more = [two.as_slice(), &[correct("R-1", "90000", "10000", TUESDAY)]].concat();
    let wallet = state(&more);
    assert_eq!(wallet.registered(), shares("10000"));
    assert_eq!(wallet.earning_on(date(TUESDAY)), shares("40000"));
    assert_eq!(wallet.earning_on(date(WEDNESDAY)), shares("10000"));
}

#[test]
fn a_late_record_takes_the_income_of_the_days_since_back() {
    let days = [accrue(MONDAY), accrue(TUESDAY), accrue(WEDNESDAY)];
    let late = [days.as_slice(), &[portion("60000", MONDAY)]].concat();
    assert_eq!(state(&late).misreckoned_days(), [date(TUESDAY), date(WEDNESDAY)]);

    let then = given::<Wallet>(and(&late))
        .when(reckon(TUESDAY))
        .then([corrected(TUESDAY, "10.00", "40000", "4.00")]);
    assert_eq!(then.state().unpaid_income(), income("24.00"));
    given::<Wallet>(and(&late)).when(reckon(MONDAY)).then([]);
    given::<Wallet>(and(&late)).when(reckon(THURSDAY)).then([]);
}

#[test]
fn what_was_carried_already_is_below_zero_and_the_next_carry_takes_it_back() {
    let carry = |through: &str, registered: &str| Command::CarryIncome {
        through: date(through),
        registered: date(registered),
    };
    let mut commands = vec![
        Command::Reserve(tx("TX-2"), shares("60000")),
        accrue(TUESDAY),
        carry(TUESDAY, WEDNESDAY),
        last("60000", MONDAY),
        reckon(TUESDAY),
    ];
    let wallet = given::<Wallet>(held(&commands)).state();
    assert_eq!(wallet.unpaid_income(), income("-6.00"));

    commands.push(carry(WEDNESDAY, THURSDAY));
    let wallet = given::<Wallet>(held(&commands)).state();
    assert_eq!((wallet.unpaid_income(), wallet.registered()), (income("0"), shares("40004.00")));
    assert_eq!(wallet.misreckoned_days(), [], "what the carry took had earned until then");
}

#[test]
fn what_came_with_effect_from_an_earlier_day_earns_the_days_since() {
    let commands = [
        Command::CreditInTransit(tx("TX-3"), shares("50000")),
        accrue(MONDAY),
        accrue(TUESDAY),
        Command::ConfirmCredit(tx("TX-3"), shares("50000"), date(TUESDAY)),
    ];
    let events = history::<Wallet>(commands);
    assert_eq!(events.len(), 4, "the figures are remembered: the shares may have been there");

    given::<Wallet>(events.clone()).when(reckon(MONDAY)).then([]);
    let then = given::<Wallet>(events)
        .when(reckon(TUESDAY))
        .then([corrected(TUESDAY, "0.00", "50000", "5.00")]);
    assert_eq!(then.state().unpaid_income(), income("5.00"));
}

#[test]
fn shares_that_left_without_a_last_earning_day_leave_the_days_as_they_were() {
    let spent = Event::SharesSpent {
        transaction: tx("TX-2"),
        shares: shares("50"),
        lots: vec![LotTaken { lot: tx("TX-1"), shares: shares("50") }],
    };
    let events = held(&[accrue(MONDAY)]).into_iter().chain([reserved("TX-2", "50"), spent]);
    let wallet = given::<Wallet>(events).state();
    assert_eq!(wallet.misreckoned_days(), []);
}

#[test]
fn an_exit_that_is_taken_back_waits_to_leave_again_although_nothing_was_unpaid() {
    let through = date(MONDAY);
    let out = [last("100000", MONDAY), correct("R-1", "0", "100000", MONDAY)];
    let waits = [out.as_slice(), &[accrue(MONDAY)]].concat();
    let carry = Command::CarryIncome { through, registered: date(TUESDAY) };
    given::<Wallet>(and(&waits)).when(carry.clone()).then([]);

    let again = [waits.as_slice(), &[last("100000", MONDAY)]].concat();
    given::<Wallet>(and(&again)).when(carry).then([]);
    let amount = income("10.00");
    let (transaction, left_to_fund) = (tx("TX-2"), income("0"));
    given::<Wallet>(and(&again)).when(settle("10.00")).then([Event::IncomeSettled {
        transaction,
        amount,
        left_to_fund,
    }]);
}

#[test]
fn what_a_corrected_record_paid_along_replaces_what_was_settled_however_often() {
    let out = [accrue(MONDAY), last("100000", MONDAY), settle("10.00")];
    let resettle = |amount: &str| Command::CorrectSettlement(tx("TX-2"), income(amount), 1);
    let change = |reversed: &str, amount: &str| Event::IncomeSettlementCorrected {
        transaction: tx("TX-2"),
        reversed: income(reversed),
        from_fund: income("0"),
        amount: income(amount),
        left_to_fund: income("0"),
    };
    given::<Wallet>(and(&out)).when(resettle("10.00")).then([]);
    let then = given::<Wallet>(and(&out)).when(resettle("9.00")).then([change("10.00", "9.00")]);
    assert_eq!(then.state().unpaid_income(), income("1.00"));

    // The record is taken back: nothing is settled until the next one.
    let back = [out.as_slice(), &[correct("R-1", "0", "100000", MONDAY)]].concat();
    let then = given::<Wallet>(and(&back)).when(resettle("9.00")).then([change("10.00", "0")]);
    let wallet = then.state();
    assert_eq!(wallet.unpaid_income(), income("10.00"));
    assert_eq!(wallet.settled_income(&tx("TX-2")), None);
    let again = [resettle("0"), last("100000", MONDAY), settle("10.00")];
    let again = [back.as_slice(), &again].concat();
    let wallet = state(&again);
    assert_eq!(wallet.unpaid_income(), income("0"));
    assert_eq!(wallet.settled_income(&tx("TX-2")), Some(income("10.00")));
}

#[test]
fn as_many_that_came_on_other_days_differ_from_more_and_from_fewer() {
    let came = |portions: &[(&str, &str)]| -> Vec<Portion> {
        let portion =
            |(number, day): &(&str, &str)| Portion { shares: shares(number), day: date(day) };
        portions.iter().map(portion).collect()
    };
    let credited = [
        Command::CreditInTransit(tx("TX-1"), shares("100")),
        Command::ConfirmCredit(tx("TX-1"), shares("100"), date(MONDAY)),
    ];
    let state = given::<Wallet>(history::<Wallet>(credited)).state();
    let rows: [(&[(&str, &str)], bool); 6] = [
        (&[("100", MONDAY)], false),
        (&[("100", TUESDAY)], true),
        (&[("99", TUESDAY)], false),
        (&[("0", TUESDAY)], false),
        (&[("60", MONDAY), ("40", TUESDAY)], true),
        (&[("60", MONDAY), ("40", MONDAY)], false),
    ];
    for (portions, on_others) in rows {
        assert_eq!(
            state.came_on_other_days(&tx("TX-1"), &came(portions)),
            on_others,
            "{portions:?}"
        );
    }
    assert!(
        !state.came_on_other_days(&tx("TX-9"), &came(&[("100", MONDAY)])),
        "nothing came by it"
    );
}
