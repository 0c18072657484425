//! Whatever is told when: a wallet's shares are the register's, and each day's income is that of the
//! shares that earned on it.

use super::{
    Command, Reservation, State, Wallet,
    tests::{date, tx},
};
use crate::{
    decider::Decider,
    freeze::FrozenCause,
    ids::TransactionId,
    money::{PerTenThousand, Shares},
    money_fund::{IncomeUnit, income},
};
use chrono::{Days, NaiveDate};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
enum Told {
    /// Bought, with effect from that day.
    Came(u8, i64, u64),
    /// A corrected record of that.
    CameOtherwise(u8, i64),
    Asked(u8, i64),
    Left(u8, i64, u64, bool),
    /// A corrected record of the last portion; whether another word is waited for.
    LeftOtherwise(u8, i64, bool),
    Published(u64),
    /// Days up to that one are carried, and registered on it or on the day after.
    Carried(u64, bool),
    Frozen(i64),
}

fn told() -> impl Strategy<Value = Told> {
    let (who, some, day) = (0..3_u8, 1..500_000_i64, 0..7_u64);
    (0..12_u8, who, some, day, any::<bool>()).prop_map(
        |(which, who, some, day, flag)| match which {
            0 | 1 => Told::Came(who, some, day),
            2 => Told::CameOtherwise(who, some),
            3 | 4 => Told::Asked(who, some),
            5 | 6 => Told::Left(who, some / 2, day, flag),
            7 => Told::LeftOtherwise(who, some, flag),
            8 | 9 => Told::Published(day),
            10 => Told::Carried(day, flag),
            _ => Told::Frozen(some),
        },
    )
}

fn first() -> NaiveDate {
    date("2026-03-02")
}

fn day(nth: u64) -> NaiveDate {
    first() + Days::new(nth)
}

fn fen(many: i64) -> Shares {
    Shares::new(Decimal::new(many, 2)).unwrap()
}

/// Another figure for each day.
fn figure(nth: u64) -> PerTenThousand {
    PerTenThousand::new(Decimal::new(40_000 + i64::try_from(nth).unwrap() * 1_111, 5)).unwrap()
}

/// What holds by the records, whatever their order: what came when, and what left after which day.
#[derive(Debug, Default)]
struct Register {
    came: BTreeMap<u8, (i64, NaiveDate)>,
    left: BTreeMap<u8, Vec<(i64, NaiveDate)>>,
    carried: Vec<(i64, NaiveDate)>,
    /// Whose purchase was corrected, and whose sale. Nobody's are both, where both are one transaction's:
    /// which of its shares came back is told to the day there, not to the fen.
    corrected: (BTreeSet<u8>, BTreeSet<u8>),
    records: u32,
}

const LONG_AGO: i64 = 10_000_000;

impl Register {
    fn held(&self) -> i64 {
        let came: i64 = self.came.values().map(|(many, _)| many).sum();
        let left: i64 = self.left.values().flatten().map(|(many, _)| many).sum();
        LONG_AGO + came - left + self.carried.iter().map(|(many, _)| many).sum::<i64>()
    }

    fn earns_on(&self, on: NaiveDate) -> i64 {
        let came = self.came.values().filter(|(_, from)| *from <= on);
        let left = self.left.values().flatten().filter(|(_, through)| *through < on);
        let carried = self.carried.iter().filter(|(_, from)| *from <= on);
        let sum = came.chain(carried).map(|(many, _)| many).sum::<i64>();
        LONG_AGO + sum - left.map(|(many, _)| many).sum::<i64>()
    }

    fn gone(&self, who: u8) -> i64 {
        self.left.get(&who).into_iter().flatten().map(|(many, _)| many).sum()
    }

    fn record(&mut self) -> crate::ids::RegisterRecord {
        self.records += 1;
        format!("R-{}", self.records).parse().unwrap()
    }
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

fn tell(wallet: &mut State, register: &mut Register, told: &Told) {
    match *told {
        Told::Came(who, many, nth) => {
            let on_its_way = Command::CreditInTransit(name(who), fen(many));
            let there = Command::ConfirmCredit(name(who), fen(many), day(nth));
            // Who sells what it buys buys it first.
            let first = wallet.entry(&name(who)).reservation == Reservation::None;
            if first && carry_out(wallet, &on_its_way) && carry_out(wallet, &there) {
                register.came.insert(who, (many, day(nth)));
            }
        }
        Told::CameOtherwise(who, many) => came_otherwise(wallet, register, who, many),
        Told::Asked(who, many) => {
            carry_out(wallet, &Command::Reserve(name(who), fen(many)));
        }
        Told::Left(who, many, nth, last) => left(wallet, register, (who, many), (nth, last)),
        Told::LeftOtherwise(who, many, waits) => {
            left_otherwise(wallet, register, (who, many), waits);
        }
        Told::Published(nth) => {
            let (day, per_10_000, unit) = (day(nth), figure(nth), IncomeUnit::Fen);
            let accrue = Command::AccrueIncome { day, publication: 0, per_10_000, unit };
            carry_out(wallet, &accrue);
        }
        Told::Carried(nth, at_once) => {
            let registered = day(if at_once { nth } else { nth + 1 });
            let before = wallet.registered();
            if carry_out(wallet, &Command::CarryIncome { through: day(nth), registered }) {
                let change = wallet.registered().decimal() - before.decimal();
                let change: i64 = (change * Decimal::ONE_HUNDRED).try_into().unwrap();
                register.carried.push((change, day(nth + 1)));
            }
        }
        Told::Frozen(many) => {
            let (record, cause) = (register.record(), FrozenCause::Judicial);
            carry_out(wallet, &Command::Freeze { record, shares: fen(many), cause });
        }
    }
}

fn came_otherwise(wallet: &mut State, register: &mut Register, who: u8, many: i64) {
    let Some((_, registered)) = register.came.get(&who).copied() else { return };
    if register.corrected.1.contains(&who) {
        return;
    }
    let (transaction, shares, record) = (name(who), fen(many), register.record());
    if carry_out(wallet, &Command::CorrectCredit { transaction, record, shares, registered }) {
        register.came.insert(who, (many, registered));
        register.corrected.0.insert(who);
    }
}

/// Nothing leaves before it was there, nor a portion before the one before it.
fn left(
    wallet: &mut State,
    register: &mut Register,
    (who, many): (u8, i64),
    (nth, last): (u64, bool),
) {
    let there = register.came.get(&who).map(|(_, from)| *from);
    let before = register.left.get(&who).and_then(|all| all.last()).map(|(_, on)| *on);
    let through = there.max(before).map_or(day(nth), |since| since.max(day(nth)));
    let (transaction, earns_through) = (name(who), through);
    let shares = fen(register.gone(who) + many);
    let command = if last {
        Command::TakeOut { transaction, shares, earns_through }
    } else {
        Command::TakePortion { transaction, shares, earns_through }
    };
    if carry_out(wallet, &command) && many > 0 {
        register.left.entry(who).or_default().push((many, through));
    }
}

fn left_otherwise(
    wallet: &mut State,
    register: &mut Register,
    (who, many): (u8, i64),
    waits: bool,
) {
    if register.corrected.0.contains(&who) {
        return;
    }
    let (gone, record) = (register.gone(who), register.record());
    let Some(portion) = register.left.get_mut(&who).and_then(|all| all.last_mut()) else { return };
    let shares = fen(gone - portion.0 + many);
    let held = if waits { fen(LONG_AGO) } else { Shares::ZERO };
    let (transaction, earns_through) = (name(who), portion.1);
    let command = Command::CorrectTakeOut { transaction, record, shares, held, earns_through };
    if carry_out(wallet, &command) {
        portion.0 = many;
        register.corrected.1.insert(who);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn shares_are_the_registers_and_income_is_that_of_the_shares_that_earned(
        all in vec(told(), 0..60)
    ) {
        let mut wallet = State::default();
        let old = tx("OLD");
        carry_out(&mut wallet, &Command::CreditInTransit(old.clone(), fen(LONG_AGO)));
        carry_out(&mut wallet, &Command::ConfirmCredit(old, fen(LONG_AGO), date("2026-01-05")));
        let mut register = Register::default();
        for one in &all {
            tell(&mut wallet, &mut register, one);
            prop_assert_eq!(wallet.registered(), fen(register.held()), "{:?}", one);
            for wrong in wallet.misreckoned_days() {
                let correct = Command::CorrectIncome { day: wrong, unit: IncomeUnit::Fen };
                carry_out(&mut wallet, &correct);
            }
            for nth in 0..7 {
                let earned = fen(register.earns_on(day(nth)));
                prop_assert_eq!(wallet.earning_on(day(nth)), earned, "{:?} {}", one, day(nth));
                if let Some(was) = wallet.income_on(day(nth)) {
                    let due = income(earned, figure(nth), IncomeUnit::Fen).unwrap();
                    prop_assert_eq!(was, due, "{:?} {}", one, day(nth));
                }
            }
        }
    }
}
