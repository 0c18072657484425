//! Days of income and changes of shares that are too old for a word on them, and those that are not.
//!
//! 100,000.00 shares at 1.00 per 10,000 earn 10.00 a day; 2026-03-02 is the first day.

use super::{
    Command, DAYS_REMEMBERED, Event, IncomeRefusal, Portion, State, Wallet,
    tests::{credited, date, income, reserved, shares, tx},
};
use crate::{
    decider::Decider,
    money_fund::IncomeUnit,
    testing::{given, history},
};
use chrono::{Days, NaiveDate};

fn nth(day: u64) -> NaiveDate {
    date("2026-03-02").checked_add_days(Days::new(day)).unwrap()
}

fn bought(name: &str, number: &str, day: NaiveDate) -> Vec<Command> {
    vec![
        Command::CreditInTransit(tx(name), shares(number)),
        Command::ConfirmCredit(tx(name), shares(number), day),
    ]
}

fn accrue_at(day: NaiveDate, figure: &str) -> Command {
    let per_10_000 = figure.parse().unwrap();
    Command::AccrueIncome { day, publication: 0, per_10_000, unit: IncomeUnit::Fen }
}

fn accrue(day: NaiveDate) -> Command {
    accrue_at(day, "1")
}

fn carry(day: u64) -> Command {
    Command::CarryIncome { through: nth(day), registered: nth(day + 1) }
}

fn after(commands: &[Command]) -> State {
    given::<Wallet>(history::<Wallet>(commands.iter().cloned())).state()
}

fn holding() -> Vec<Command> {
    bought("TX-1", "100000", date("2026-02-02"))
}

/// So many days, each carried on the next one.
fn carried_daily(days: u64) -> Vec<Command> {
    (0..days).flat_map(|day| [accrue(nth(day)), carry(day)]).collect()
}

/// So many days that nothing is carried of.
fn unpaid(days: u64) -> Vec<Command> {
    (0..days).map(|day| accrue(nth(day))).collect()
}

fn on_other_days(wallet: &State, name: &str, number: &str) -> bool {
    let portion = Portion { shares: shares(number), day: nth(1) };
    wallet.came_on_other_days(&tx(name), &[portion])
}

#[test]
fn days_that_are_paid_are_known_for_forty_days_and_what_became_shares_earns_on() {
    let wallet = after(&[holding(), carried_daily(60)].concat());
    assert_eq!(DAYS_REMEMBERED, 40);
    assert_eq!(wallet.days_of_income().first(), Some(&nth(19)));
    assert_eq!(wallet.days_of_income().len(), 41, "the latest one and forty before it");
    assert_eq!(wallet.earning_on(nth(60)), wallet.registered());
    assert_eq!(wallet.unpaid_income(), income("0"));
    assert!(!on_other_days(&wallet, "TX-1", "100000"), "nobody can say it any more");
}

#[test]
fn days_that_are_unpaid_are_known_however_old_and_one_of_nothing_is_not() {
    let mut days = unpaid(60);
    days[3] = accrue_at(nth(3), "0");
    let wallet = after(&[holding(), days].concat());
    let known = wallet.days_of_income();
    assert_eq!((known.len(), known.contains(&nth(3))), (59, false));
    assert_eq!(wallet.unpaid_income(), income("590.00"));
}

#[test]
fn a_settled_day_is_known_for_forty_days_like_one_that_was_carried() {
    let all = [
        Command::ReserveAll(tx("TX-2"), shares("100000")),
        Command::TakeOut {
            transaction: tx("TX-2"),
            shares: shares("100000"),
            earns_through: nth(4),
        },
        Command::SettleIncome(tx("TX-2"), income("50.00"), 1),
    ];
    let again = bought("TX-3", "100000", nth(5));
    let later: Vec<Command> = (5..60).map(|day| accrue(nth(day))).collect();
    let wallet = after(&[holding(), unpaid(5), all.to_vec(), again, later].concat());
    assert_eq!(wallet.days_of_income().first(), Some(&nth(5)));
}

/// They left through the sixth day, and it is the sixtieth.
#[test]
fn a_late_record_changes_unpaid_days_however_old() {
    let late = [
        Command::Reserve(tx("TX-2"), shares("60000")),
        Command::TakePortion {
            transaction: tx("TX-2"),
            shares: shares("60000"),
            earns_through: nth(5),
        },
    ];
    let wallet = after(&[holding(), unpaid(60), late.to_vec()].concat());
    let wrong = wallet.misreckoned_days();
    assert_eq!((wrong.first(), wrong.len()), (Some(&nth(6)), 54));
}

/// 40 days before 2026-03-02 is 2026-01-21.
#[test]
fn what_came_forty_days_before_the_next_change_is_one_sum() {
    let known = |day: &str| {
        let two = [bought("TX-1", "100", date(day)), bought("TX-2", "50", nth(0))];
        let wallet = after(&two.concat());
        assert_eq!(wallet.earning_on(nth(0)), shares("150"));
        assert!(on_other_days(&wallet, "TX-2", "50"));
        on_other_days(&wallet, "TX-1", "100")
    };
    assert!(known("2026-01-22"));
    assert!(!known("2026-01-21") && !known("2026-01-01"));
}

#[test]
fn no_income_is_of_a_day_before_the_sum_of_what_is_old() {
    let two = [bought("TX-1", "100", date("2026-01-01")), bought("TX-2", "50", nth(0))].concat();
    let day = date("2025-12-31");
    let long_past = IncomeRefusal::LongPast { day, since: date("2026-01-01") };
    given::<Wallet>(history::<Wallet>(two)).when(accrue(day)).then_refused(long_past.into());
}

#[test]
fn what_a_corrected_record_brought_moves_to_its_day_and_what_others_brought_stays() {
    let two = [bought("TX-1", "100", nth(0)), bought("TX-2", "50", nth(0))].concat();
    let portions = vec![Portion { shares: shares("90"), day: nth(2) }];
    let record = "R-1".parse().unwrap();
    let corrected =
        Command::CorrectCredit { transaction: tx("TX-1"), record, portions, waits: false };
    let wallet = after(&[two, vec![corrected]].concat());
    assert_eq!([0, 1, 2].map(|day| wallet.earning_on(nth(day))), ["50", "50", "140"].map(shares));
    let nothing = after(&bought("TX-1", "100", nth(0)));
    assert_eq!(nothing.earning_on(date("2026-03-01")), shares("0"));
}

/// What Monday earned earns on Tuesday, once it is carried.
#[test]
fn a_day_that_is_taken_back_changes_the_days_after_it() {
    let days = [accrue(nth(0)), carry(0), accrue(nth(1))];
    let back = Command::ReverseIncome { day: nth(0), publication: 0 };
    let wallet = after(&[holding(), days.to_vec()].concat());
    assert_eq!((wallet.misreckoned_days(), wallet.earning_on(nth(1))), (vec![], shares("100010")));
    let wallet = after(&[holding(), days.to_vec(), vec![back]].concat());
    assert_eq!(wallet.misreckoned_days(), [nth(1)]);
    assert_eq!(wallet.earning_on(nth(1)), shares("100000"));
}

fn accrued(publication: u8) -> Event {
    let (shares, amount) = (shares("100000"), income("10.00"));
    let per_10_000 = "1".parse().unwrap();
    Event::IncomeAccrued { day: nth(0), publication, per_10_000, shares, amount }
}

fn reversed(publication: u8, amount: &str) -> Event {
    Event::IncomeReversed { day: nth(0), publication, amount: income(amount) }
}

fn corrected(publication: u8, was: &str) -> Event {
    Event::IncomeCorrected {
        day: nth(0),
        publication,
        reversed: income(was),
        shares: shares("40000"),
        amount: income("4.00"),
    }
}

fn carried(through: u64, amount: &str) -> Event {
    let (through, registered) = (nth(through), nth(through + 1));
    Event::IncomeCarried { through, amount: income(amount), registered, lots: vec![] }
}

/// Whether a decider could have written that history of the shares' owner.
fn possible(events: &[Event]) -> bool {
    let all = credited("TX-1", "100000", "2026-02-02").into_iter().chain(events.iter().cloned());
    let fold = |state, event: Event| Wallet::evolve(state, &event);
    all.into_iter().try_fold(State::default(), fold).is_some()
}

#[test]
fn a_history_that_accrues_reverses_or_corrects_what_does_not_stand_is_impossible() {
    assert!(possible(&[accrued(0), reversed(0, "10.00"), accrued(1)]));
    assert!(!possible(&[accrued(0), accrued(1)]), "not reversed");
    assert!(!possible(&[accrued(0), reversed(0, "10.00"), accrued(0)]), "the same publication");
    assert!(!possible(&[accrued(1), reversed(1, "10.00"), accrued(0)]), "an older one");
    for word in [reversed, corrected] {
        assert!(possible(&[accrued(1), word(1, "10.00")]));
        assert!(!possible(&[accrued(1), word(0, "10.00")]), "another publication");
        assert!(!possible(&[accrued(1), word(1, "9.99")]), "another amount");
        assert!(!possible(&[accrued(1), reversed(1, "10.00"), word(1, "10.00")]), "not any more");
    }
}

#[test]
fn a_history_that_carries_what_was_settled_is_impossible() {
    let leave = |amount: &str| {
        let lots = vec![super::LotTaken { lot: tx("TX-1"), shares: shares("100000") }];
        let (transaction, earns_through) = (tx("TX-2"), nth(1));
        let shares = shares("100000");
        let out = Event::SharesTakenOut { transaction, shares, lots, earns_through };
        let (transaction, amount) = (tx("TX-2"), income(amount));
        let settled = Event::IncomeSettled { transaction, amount, left_to_fund: income("0") };
        [accrued(0), carried(0, "10.00"), reserved("TX-2", "100000"), out, settled]
    };
    let then = |through: u64| [leave("0").as_slice(), &[carried(through, "0")]].concat();
    assert!(possible(&then(1)));
    assert!(!possible(&then(0)), "its account was closed through that day");
}

/// Lots of carried income that no remembered day can tell apart are one, and one of nothing is none.
#[test]
fn carried_income_makes_a_lot_of_each_remembered_day_and_one_of_all_before() {
    let wallet = after(&[holding(), carried_daily(60)].concat());
    let lots = wallet.lots();
    let registered: Vec<NaiveDate> = lots.iter().map(|lot| lot.registered).collect();
    let each = (19..=60).map(nth);
    let expected: Vec<NaiveDate> = [date("2026-02-02"), nth(1)].into_iter().chain(each).collect();
    assert_eq!(registered, expected);
    assert_eq!(lots[1].shares, shares("180.08"), "18 days of 10.00, and 8 of them a fen more");

    let nothing = [accrued(0), carried(0, "10.00"), carried(1, "0")];
    let first = credited("TX-1", "100000", "2026-02-02");
    let wallet = given::<Wallet>(first.into_iter().chain(nothing)).state();
    assert_eq!(wallet.lots().len(), 2);
}

#[test]
fn the_first_remembered_day_may_still_be_said_and_the_one_before_it_not() {
    let mut days = carried_daily(60);
    // Of neither of them was anything said. A day has two commands.
    days.drain(2 * 18..2 * 20);
    let history = history::<Wallet>([holding(), days].concat());
    let (day, since) = (nth(18), nth(19));
    let long_past = IncomeRefusal::LongPast { day, since };
    given::<Wallet>(history.clone()).when(accrue(day)).then_refused(long_past.into());
    let decided = Wallet::decide(&given::<Wallet>(history).state(), &accrue(since)).unwrap();
    assert!(matches!(decided[..], [Event::IncomeAccrued { .. }]), "{decided:?}");
}

/// They left through the sixth day, which is unpaid, and it is the sixtieth.
#[test]
fn what_earns_on_an_unpaid_day_is_known_however_old() {
    let out = [
        Command::Reserve(tx("TX-2"), shares("60000")),
        Command::TakePortion {
            transaction: tx("TX-2"),
            shares: shares("60000"),
            earns_through: nth(5),
        },
    ];
    let later: Vec<Command> = (6..60).map(|day| accrue(nth(day))).collect();
    let wallet = after(&[holding(), unpaid(6), out.to_vec(), later].concat());
    assert_eq!([5, 6].map(|day| wallet.earning_on(nth(day))), ["100000", "40000"].map(shares));
}

#[test]
fn of_what_came_in_portions_only_those_of_remembered_days_are_known() {
    let portion =
        |number: &str, day: u64| Command::ConfirmPortion(tx("TX-1"), shares(number), nth(day));
    let first = [Command::CreditInTransit(tx("TX-1"), shares("100000")), portion("60000", 0)];
    let days = carried_daily(60);
    let (before, since) = days.split_at(2 * 30);
    let wallet = after(&[first.as_slice(), before, &[portion("100000", 30)], since].concat());
    let other_days = |number: &str, day: u64| {
        let portion = Portion { shares: shares(number), day: nth(day) };
        wallet.came_on_other_days(&tx("TX-1"), &[portion])
    };
    assert_eq!([29, 30].map(|day| other_days("40000", day)), [true, false]);
    assert!(!other_days("60000", 1), "nobody can say it any more");
}

/// As version 0.2 stored it: nobody knows how long they earned.
#[test]
fn shares_that_were_spent_have_earned_on_no_day() {
    let lots = vec![super::LotTaken { lot: tx("TX-1"), shares: shares("60000") }];
    let (transaction, count) = (tx("TX-2"), shares("60000"));
    let spent = Event::SharesSpent { transaction, shares: count, lots };
    let first = credited("TX-1", "100000", "2026-02-02");
    let all = first.into_iter().chain([reserved("TX-2", "60000"), spent]);
    let wallet = given::<Wallet>(all).state();
    let days = [date("2026-02-02"), nth(0)];
    assert_eq!(days.map(|day| wallet.earning_on(day)), ["40000", "40000"].map(shares));
}
