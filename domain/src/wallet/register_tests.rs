//! Whatever arrives when: a wallet's shares are the register's, each day's income is that of the shares that
//! earned on it, and what became shares of it is what would have, had everything arrived in the order of the days.
//!
//! What the registrar paid along with the last shares that leave is paid, also where an order for the others
//! is rejected after that, and the wallet is not emptied: what comes later is a new account.

use super::{
    Command, Portion, Reservation, State, Wallet,
    register_model::{DAYS, LONG_AGO, Portions, Register, day, fen, sum},
    tests::{date, tx},
};
use crate::{
    decider::Decider,
    freeze::FrozenCause,
    ids::TransactionId,
    money::{Income, PerTenThousand, Shares},
    money_fund::IncomeUnit,
};
use chrono::NaiveDate;
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

#[derive(Debug, Clone)]
enum News {
    /// Bought, with effect from that day; whether more is to come.
    Came(u8, i64, u64, bool),
    /// A corrected record of one portion of it, and its day.
    CameOtherwise(u8, i64, u64, bool),
    Asked(u8, i64),
    /// All that no other order takes, and the unpaid income with it.
    AskedAll(u8),
    /// Nothing of it leaves.
    Rejected(u8),
    /// The registrar paid what is unpaid, or so many fen, along with what left.
    Paid(u8, Option<i64>),
    Left(u8, i64, u64, bool),
    /// A corrected record of one portion; whether another word is waited for.
    LeftOtherwise(u8, i64, u64, bool),
    /// A corrected record of one portion that differs in nothing but its day.
    LeftAnotherDay(u8, u64, bool),
    /// The day's figure, or a corrected one.
    Published(u64, i64),
    /// Days up to that one are carried, and registered on it or on the day after.
    Carried(u64, bool),
    Frozen(i64),
}

fn news() -> impl Strategy<Value = News> {
    let (who, some, day) = (0..3_u8, 1..500_000_i64, 0..DAYS);
    // A corrected record may say that nothing came or left.
    let instead = |some: i64| if some % 5 == 0 { 0 } else { some };
    (0..19_u8, who, some, day, any::<bool>()).prop_map(move |(which, who, some, day, flag)| {
        match which {
            0 | 1 => News::Came(who, some / 2, day, flag),
            2 => News::CameOtherwise(who, instead(some), day, flag),
            3 | 4 => News::Asked(who, some),
            5 | 6 => News::Left(who, some / 2, day, flag),
            7 => News::LeftOtherwise(who, instead(some), day, flag),
            8..=10 => News::Published(day, some - 100_000),
            11 | 12 => News::Carried(day, flag),
            14 => News::AskedAll(who),
            15 => News::Rejected(who),
            16 | 17 => News::Paid(who, flag.then_some(some / 1_000)),
            13 => News::LeftAnotherDay(who, day, flag),
            _ => News::Frozen(some),
        }
    })
}

/// Carries a command out; whether it changed anything.
fn carry_out(wallet: &mut State, command: &Command) -> bool {
    let Ok(events) = Wallet::decide(wallet, command) else { return false };
    for event in &events {
        let next = Wallet::evolve(wallet.clone(), event);
        *wallet = next.unwrap_or_else(|| panic!("evolve rejects {event:?} on {wallet:?}"));
    }
    !events.is_empty()
}

fn name(who: u8) -> TransactionId {
    tx(&format!("TX-{who}"))
}

fn portions(all: &Portions) -> Vec<Portion> {
    all.iter().map(|(many, day)| Portion { shares: fen(*many), day: *day }).collect()
}

fn apply_news(wallet: &mut State, register: &mut Register, news: &News) {
    match *news {
        News::Came(who, many, nth, more) => came(wallet, register, (who, many), (nth, more)),
        News::CameOtherwise(who, many, nth, waits) => {
            let Some(mut all) = register.came.get(&who).cloned() else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            all[at] = (many, day(nth));
            let (transaction, record, portions) = (name(who), register.record(), portions(&all));
            let command = Command::CorrectCredit { transaction, record, portions, waits };
            if carry_out(wallet, &command) {
                register.came.insert(who, all);
            }
        }
        News::Asked(who, many) => {
            carry_out(wallet, &Command::Reserve(name(who), fen(many)));
        }
        News::AskedAll(who) => {
            let asked = wallet.available();
            if carry_out(wallet, &Command::ReserveAll(name(who), asked)) {
                let fen = (asked.decimal() * Decimal::ONE_HUNDRED).try_into().unwrap();
                register.exits.insert(who, fen);
            }
        }
        News::Rejected(who) => {
            carry_out(wallet, &Command::Release(name(who)));
        }
        News::Paid(who, fen) => paid(wallet, register, who, fen),
        News::Left(who, many, nth, last) => left(wallet, register, (who, many), (nth, last)),
        News::LeftOtherwise(who, many, nth, waits) => {
            let Some(all) = register.left.get(&who) else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            left_otherwise(wallet, register, (who, at), (many, day(nth)), waits);
        }
        News::LeftAnotherDay(who, nth, waits) => {
            let Some(all) = register.left.get(&who) else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            let many = all[at].0;
            left_otherwise(wallet, register, (who, at), (many, day(nth)), waits);
        }
        News::Published(nth, figure) => publish(wallet, register, nth, figure),
        News::Carried(nth, at_once) => {
            let registered = day(if at_once { nth } else { nth + 1 });
            // An income job carries nothing behind what is settled, and waits for who leaves with it.
            if register.settled_through < Some(nth) && !wallet.is_leaving() {
                register.carries.entry(nth).or_insert(registered);
            }
        }
        News::Frozen(many) => {
            let (record, cause) = (register.record(), FrozenCause::Judicial);
            carry_out(wallet, &Command::Freeze { record, shares: fen(many), cause });
        }
    }
}

fn came(
    wallet: &mut State,
    register: &mut Register,
    (who, many): (u8, i64),
    (nth, more): (u64, bool),
) {
    // Who sells what it buys buys it first.
    if wallet.entry(&name(who)).reservation == Reservation::None {
        carry_out(wallet, &Command::CreditInTransit(name(who), fen(500_000)));
    }
    let before = sum(register.came.get(&who).into_iter().flatten());
    let (transaction, shares) = (name(who), fen(before + many));
    let command = if more {
        Command::ConfirmPortion(transaction, shares, day(nth))
    } else {
        Command::ConfirmCredit(transaction, shares, day(nth))
    };
    if carry_out(wallet, &command) {
        register.came.entry(who).or_default().push((many, day(nth)));
    }
}

fn left(
    wallet: &mut State,
    register: &mut Register,
    (who, many): (u8, i64),
    (nth, last): (u64, bool),
) {
    let before = sum(register.left.get(&who).into_iter().flatten());
    let (transaction, earns_through, shares) = (name(who), day(nth), fen(before + many));
    let command = if last {
        Command::TakeOut { transaction, shares, earns_through }
    } else {
        Command::TakePortion { transaction, shares, earns_through }
    };
    if carry_out(wallet, &command) && many > 0 {
        register.left.entry(who).or_default().push((many, earns_through));
    }
}

fn left_otherwise(
    wallet: &mut State,
    register: &mut Register,
    (who, at): (u8, usize),
    instead: (i64, NaiveDate),
    waits: bool,
) {
    let Some(mut all) = register.left.get(&who).cloned() else { return };
    all[at] = instead;
    let held = if waits { fen(LONG_AGO) } else { Shares::ZERO };
    let earns_through = all.last().unwrap().1;
    let (transaction, record, mut portions) = (name(who), register.record(), portions(&all));
    portions.retain(|portion| !portion.shares.is_zero());
    let command = Command::CorrectTakeOut { transaction, record, portions, held, earns_through };
    if carry_out(wallet, &command) {
        register.left.insert(who, all);
    }
}

fn paid(wallet: &mut State, register: &mut Register, who: u8, fen: Option<i64>) {
    if wallet.book().is_behind() {
        return;
    }
    // What nobody has carried yet leaves as money.
    let brought = register.brought.clone();
    register.carries.retain(|nth, _| brought.contains(nth));
    let (unpaid, reckoned) = (wallet.unpaid_income().decimal(), register.reckoned());
    let known = register.paid.get(&who).copied();
    let due = known.iter().flatten().fold(unpaid, |sum, was| sum + *was);
    let (whole, _) = Income::new(due).unwrap().whole_fen();
    let amount = fen.map_or(whole, |fen| Decimal::new(fen, 2));
    let gone = register.exits.get(&who).is_some_and(|asked| register.gone(who) >= *asked);
    let is_part_of_a_fen = (due - amount).abs() < Decimal::new(1, 2);
    let left_to_fund = if gone && is_part_of_a_fen { due - amount } else { Decimal::ZERO };
    let income = Income::new(amount).unwrap();
    let command = match known {
        Some(_) => Command::CorrectSettlement(name(who), income, 1),
        None => Command::SettleIncome(name(who), income, 1),
    };
    if !carry_out(wallet, &command) {
        return;
    }
    register.paid.insert(who, [amount, left_to_fund]);
    if known.is_none() {
        register.carried = reckoned.carried;
        let last = register.figures.keys().chain(register.carries.keys()).max().copied();
        register.settled_through = last.max(register.settled_through);
        register.carries.clear();
    }
}

/// As whoever books the records does: what did not leave took no income along.
fn unpaid_again(wallet: &mut State, register: &mut Register) {
    let left = |who: &u8| matches!(wallet.entry(&name(*who)).reservation, Reservation::Spent(_));
    let stayed: Vec<u8> = register.paid.keys().copied().filter(|who| !left(who)).collect();
    for who in stayed {
        assert!(carry_out(wallet, &Command::CorrectSettlement(name(who), Income::ZERO, 1)));
        register.paid.remove(&who);
    }
}

fn publish(wallet: &mut State, register: &mut Register, nth: u64, figure: i64) {
    let per_10_000 = PerTenThousand::new(Decimal::new(figure, 5)).unwrap();
    let publication = register.figures.get(&nth).map(|(publication, _)| *publication);
    if let Some(publication) = publication {
        carry_out(wallet, &Command::ReverseIncome { day: day(nth), publication });
    }
    let publication = publication.map_or(0, |before| before + 1);
    let (day, unit) = (day(nth), register.unit);
    assert!(carry_out(wallet, &Command::AccrueIncome { day, publication, per_10_000, unit }));
    register.figures.insert(nth, (publication, per_10_000));
}

/// As whoever books a record does: day by day, and carries again what was carried. Whether anything changed.
fn reckon(wallet: &mut State, register: &mut Register) -> bool {
    let mut changed = false;
    for nth in 0..DAYS {
        let (day, unit) = (day(nth), register.unit);
        changed |= carry_out(wallet, &Command::CorrectIncome { day, unit });
        if let Some(registered) = register.carries.get(&nth).copied() {
            let carried = carry_out(wallet, &Command::CarryIncome { through: day, registered });
            if carried {
                register.brought.insert(nth);
            }
            changed |= carried;
        }
    }
    changed
}

/// The wallet is what the register says, after each word.
fn agree(all: &[News], parts_of_fen: bool) {
    let mut wallet = State::default();
    let old = tx("OLD");
    carry_out(&mut wallet, &Command::CreditInTransit(old.clone(), fen(LONG_AGO)));
    carry_out(&mut wallet, &Command::ConfirmCredit(old, fen(LONG_AGO), date("2026-01-05")));
    let unit = if parts_of_fen { IncomeUnit::HundredthOfFen } else { IncomeUnit::Fen };
    let mut register = Register { unit, ..Register::default() };
    for one in all {
        apply_news(&mut wallet, &mut register, one);
        unpaid_again(&mut wallet, &mut register);
        reckon(&mut wallet, &mut register);
        // What waits to leave with the unpaid income has none of it carried meanwhile.
        if wallet.is_leaving() {
            continue;
        }
        let reckoned = register.reckoned();
        assert!(!reckon(&mut wallet, &mut register), "{one:?} {wallet:?}");
        assert_eq!(wallet.registered(), fen(register.held(&reckoned)), "{one:?}");
        assert_eq!(wallet.unpaid_income().decimal(), reckoned.unpaid, "{one:?}");
        for nth in 0..DAYS {
            let at = usize::try_from(nth).unwrap();
            let is = (wallet.earning_on(day(nth)), wallet.income_on(day(nth)));
            let (earning, amount) = (fen(reckoned.earning[at]), reckoned.incomes[at]);
            assert_eq!(is.0, earning, "{one:?} {}", day(nth));
            assert_eq!(is.1.map(Income::decimal), amount, "{one:?} {}", day(nth));
        }
    }
}

#[test]
fn income_that_was_carried_after_a_settlement_follows_its_correction_and_so_do_the_days_after_it() {
    let all = [
        News::Asked(2, 68),
        News::Left(2, 1, 0, true),
        News::Paid(2, Some(16)),
        News::Carried(0, false),
        News::Published(1, 126_583),
        News::Paid(2, None),
    ];
    agree(&all, false);
}

#[test]
fn what_the_last_order_took_along_stays_paid_where_the_order_before_it_is_rejected() {
    for rejected_first in [false, true] {
        let (rejected, left) = (News::Rejected(0), News::Left(1, 500_000, 1, true));
        let both = if rejected_first { [rejected, left] } else { [left, rejected] };
        let [first, second] = both;
        let paid = News::Paid(1, None);
        let mut all = vec![News::Published(0, 100_000), News::Asked(0, LONG_AGO - 500_000)];
        all.extend([News::AskedAll(1), first]);
        // Nobody pays for shares that have not left yet.
        all.extend(if rejected_first { [second, paid] } else { [paid, second] });
        all.extend([
            News::Published(1, 100_000),
            News::Published(2, 100_000),
            News::Carried(2, true),
        ]);
        agree(&all, true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn shares_are_the_registers_and_income_is_that_of_the_shares_that_earned(
        all in vec(news(), 0..60), parts_of_fen in any::<bool>()
    ) {
        agree(&all, parts_of_fen);
    }
}
