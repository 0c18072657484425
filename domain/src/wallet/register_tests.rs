//! Whatever is told when: a wallet's shares are the register's, each day's income is that of the shares that
//! earned on it, and what became shares of it is what would have, had all been told in the order of the days.

use super::{
    Command, Portion, Reservation, State, Wallet,
    tests::{date, tx},
};
use crate::{
    decider::Decider,
    freeze::FrozenCause,
    ids::{RegisterRecord, TransactionId},
    money::{Income, PerTenThousand, Shares},
    money_fund::{IncomeUnit, income},
};
use chrono::{Days, NaiveDate};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Told {
    /// Bought, with effect from that day; whether more is to come.
    Came(u8, i64, u64, bool),
    /// A corrected record of one portion of it, and its day.
    CameOtherwise(u8, i64, u64, bool),
    Asked(u8, i64),
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

fn told() -> impl Strategy<Value = Told> {
    let (who, some, day) = (0..3_u8, 1..500_000_i64, 0..DAYS);
    // A corrected record may say that nothing came or left.
    let instead = |some: i64| if some % 5 == 0 { 0 } else { some };
    (0..15_u8, who, some, day, any::<bool>()).prop_map(move |(which, who, some, day, flag)| {
        match which {
            0 | 1 => Told::Came(who, some / 2, day, flag),
            2 => Told::CameOtherwise(who, instead(some), day, flag),
            3 | 4 => Told::Asked(who, some),
            5 | 6 => Told::Left(who, some / 2, day, flag),
            7 => Told::LeftOtherwise(who, instead(some), day, flag),
            8..=10 => Told::Published(day, some - 100_000),
            11 | 12 => Told::Carried(day, flag),
            13 => Told::LeftAnotherDay(who, day, flag),
            _ => Told::Frozen(some),
        }
    })
}

const DAYS: u64 = 7;

fn day(nth: u64) -> NaiveDate {
    date("2026-03-02") + Days::new(nth)
}

fn fen(many: i64) -> Shares {
    Shares::new(Decimal::new(many, 2)).unwrap()
}

type Portions = Vec<(i64, NaiveDate)>;

/// What holds by the records, whatever their order: what came when, and what left after which day.
#[derive(Debug, Default)]
struct Register {
    unit: IncomeUnit,
    came: BTreeMap<u8, Portions>,
    left: BTreeMap<u8, Portions>,
    figures: BTreeMap<u64, (u8, PerTenThousand)>,
    /// Through which days income became shares, and when they were registered.
    carries: BTreeMap<u64, NaiveDate>,
    records: u32,
}

/// What follows of the records, day by day.
#[derive(Debug, Default)]
struct Reckoned {
    earning: Vec<i64>,
    incomes: Vec<Option<Decimal>>,
    /// From which day on they earn.
    carried: Portions,
    unpaid: Decimal,
}

const LONG_AGO: i64 = 1_000_000_000;

fn sum<'a>(all: impl Iterator<Item = &'a (i64, NaiveDate)>) -> i64 {
    all.map(|(many, _)| many).sum()
}

impl Register {
    fn reckoned(&self) -> Reckoned {
        let mut all = Reckoned::default();
        for nth in 0..DAYS {
            let on = day(nth);
            let came = self.came.values().flatten().filter(|(_, from)| *from <= on);
            let left = self.left.values().flatten().filter(|(_, through)| *through < on);
            let carried = all.carried.iter().filter(|(_, from)| *from <= on);
            let earning = LONG_AGO + sum(came) - sum(left) + sum(carried);
            all.earning.push(earning);
            let figure = self.figures.get(&nth).map(|(_, figure)| *figure);
            let amount = figure.map(|it| income(fen(earning), it, self.unit).unwrap().decimal());
            all.incomes.push(amount);
            all.unpaid += amount.unwrap_or_default();
            if let Some(registered) = self.carries.get(&nth) {
                let whole = (all.unpaid * Decimal::ONE_HUNDRED).trunc();
                all.unpaid -= whole / Decimal::ONE_HUNDRED;
                all.carried.push((whole.try_into().unwrap(), day(nth + 1).max(*registered)));
            }
        }
        all
    }

    fn held(&self, reckoned: &Reckoned) -> i64 {
        let (came, left) = (self.came.values().flatten(), self.left.values().flatten());
        LONG_AGO + sum(came) - sum(left) + sum(reckoned.carried.iter())
    }

    fn record(&mut self) -> RegisterRecord {
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

fn portions(all: &Portions) -> Vec<Portion> {
    all.iter().map(|(many, day)| Portion { shares: fen(*many), day: *day }).collect()
}

fn tell(wallet: &mut State, register: &mut Register, told: &Told) {
    match *told {
        Told::Came(who, many, nth, more) => came(wallet, register, (who, many), (nth, more)),
        Told::CameOtherwise(who, many, nth, waits) => {
            let Some(mut all) = register.came.get(&who).cloned() else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            all[at] = (many, day(nth));
            let (transaction, record, portions) = (name(who), register.record(), portions(&all));
            let command = Command::CorrectCredit { transaction, record, portions, waits };
            if carry_out(wallet, &command) {
                register.came.insert(who, all);
            }
        }
        Told::Asked(who, many) => {
            carry_out(wallet, &Command::Reserve(name(who), fen(many)));
        }
        Told::Left(who, many, nth, last) => left(wallet, register, (who, many), (nth, last)),
        Told::LeftOtherwise(who, many, nth, waits) => {
            let Some(all) = register.left.get(&who) else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            left_otherwise(wallet, register, (who, at), (many, day(nth)), waits);
        }
        Told::LeftAnotherDay(who, nth, waits) => {
            let Some(all) = register.left.get(&who) else { return };
            let at = usize::try_from(nth).unwrap() % all.len();
            let many = all[at].0;
            left_otherwise(wallet, register, (who, at), (many, day(nth)), waits);
        }
        Told::Published(nth, figure) => publish(wallet, register, nth, figure),
        Told::Carried(nth, at_once) => {
            let registered = day(if at_once { nth } else { nth + 1 });
            register.carries.entry(nth).or_insert(registered);
        }
        Told::Frozen(many) => {
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
fn reckon(wallet: &mut State, register: &Register) -> bool {
    let mut changed = false;
    for nth in 0..DAYS {
        let (day, unit) = (day(nth), register.unit);
        changed |= carry_out(wallet, &Command::CorrectIncome { day, unit });
        if let Some(registered) = register.carries.get(&nth).copied() {
            changed |= carry_out(wallet, &Command::CarryIncome { through: day, registered });
        }
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn shares_are_the_registers_and_income_is_that_of_the_shares_that_earned(
        all in vec(told(), 0..60), parts_of_fen in any::<bool>()
    ) {
        let mut wallet = State::default();
        let old = tx("OLD");
        carry_out(&mut wallet, &Command::CreditInTransit(old.clone(), fen(LONG_AGO)));
        carry_out(&mut wallet, &Command::ConfirmCredit(old, fen(LONG_AGO), date("2026-01-05")));
        let unit = if parts_of_fen { IncomeUnit::HundredthOfFen } else { IncomeUnit::Fen };
        let mut register = Register { unit, ..Register::default() };
        for one in &all {
            tell(&mut wallet, &mut register, one);
            reckon(&mut wallet, &register);
            let reckoned = register.reckoned();
            prop_assert!(!reckon(&mut wallet, &register), "{:?} {:?}", one, wallet);
            prop_assert_eq!(wallet.registered(), fen(register.held(&reckoned)), "{:?}", one);
            prop_assert_eq!(wallet.unpaid_income().decimal(), reckoned.unpaid, "{:?}", one);
            for nth in 0..DAYS {
                let at = usize::try_from(nth).unwrap();
                let is = (wallet.earning_on(day(nth)), wallet.income_on(day(nth)));
                let (earning, amount) = (fen(reckoned.earning[at]), reckoned.incomes[at]);
                prop_assert_eq!(is.0, earning, "{:?} {}", one, day(nth));
                prop_assert_eq!(is.1.map(Income::decimal), amount, "{:?} {}", one, day(nth));
            }
        }
    }
}
