//! What holds of any wallet, whatever is asked of it in whatever order.

use super::{
    Command, Credit, Entry, Event, Portion, Reservation, State, Wallet,
    tests::{date, tx},
};
use crate::{
    decider::Decider,
    freeze::{Frozen, FrozenCause},
    money::{Income, PerTenThousand, Shares},
    money_fund::IncomeUnit,
};
use chrono::{Days, NaiveDate};
use proptest::{collection::vec, prelude::*};
use rust_decimal::Decimal;

/// Few transactions, days, records and cases, so that commands meet; figures of either sign that are
/// large enough to take every share.
pub(crate) fn any_command() -> impl Strategy<Value = Command> {
    use Command as C;
    let some = (0..2_000_i64).prop_map(|fen| Shares::new(Decimal::new(fen, 2)).unwrap());
    let figure = (-99_999_999..99_999_999_i64)
        .prop_map(|n| PerTenThousand::new(Decimal::new(n, 5)).unwrap());
    let paid = (-500..500_i64).prop_map(|fen| Income::new(Decimal::new(fen, 2)).unwrap());
    let unit = prop::sample::select(vec![IncomeUnit::Fen, IncomeUnit::HundredthOfFen]);
    let key = 1..4_u8;
    let day = (0..6_u64).prop_map(|n| date("2026-03-02") + Days::new(n));
    (0..24_u8, key.clone(), key, some, day, figure, paid, unit).prop_map(
        |(which, n, publication, shares, day, per_10_000, paid, unit)| {
            let transaction = tx(&format!("TX-{n}"));
            let record = || format!("R-{n}").parse().unwrap();
            let case = || format!("C-{n}").parse().unwrap();
            let later = day + Days::new(1);
            match which {
                0 | 1 => C::CreditInTransit(transaction, shares),
                2 | 3 => C::ConfirmCredit(transaction, shares, day),
                4 => C::ReverseCredit(transaction),
                5 | 6 => C::Reserve(transaction, shares),
                7..=9 => C::TakeOut { transaction, shares, earns_through: day },
                10 => C::Release(transaction),
                11 => correction(n, publication, (shares, day)),
                23 => C::ConfirmPortion(transaction, shares, day),
                12 if publication == 1 => {
                    C::Freeze { record: record(), shares, cause: FrozenCause::Pledge }
                }
                12 => {
                    let frozen = Frozen::InAll(shares);
                    C::FollowRegister { record: record(), on: day, frozen }
                }
                13 => C::Unfreeze { record: record(), by: record() },
                14 if publication == 1 => C::Unhold(case()),
                14 => C::Hold(case(), shares),
                15 | 16 => C::AccrueIncome { day, publication, per_10_000, unit },
                17 => {
                    if n == 1 {
                        C::ReverseIncome { day, publication }
                    } else {
                        C::SettleIncome(transaction, paid, u32::from(publication))
                    }
                }
                19 => C::TakePortion { transaction, shares, earns_through: day },
                20 => C::CorrectIncome { day, unit },
                22 => claimed(n, publication, shares),
                21 => C::CorrectSettlement(transaction, paid, u32::from(publication)),
                18 | 24.. => C::CarryIncome { through: day, registered: later },
            }
        },
    )
}

fn correction(n: u8, which: u8, (shares, day): (Shares, NaiveDate)) -> Command {
    let (transaction, record) = (tx(&format!("TX-{n}")), format!("R-{n}").parse().unwrap());
    if n != 2 {
        let (portions, waits) = (vec![Portion { shares, day }], which == 1);
        return Command::CorrectCredit { transaction, record, portions, waits };
    }
    let (shares, held) = if which == 1 { (Shares::ZERO, shares) } else { (shares, Shares::ZERO) };
    let portions = vec![Portion { shares, day }];
    Command::CorrectTakeOut { transaction, record, portions, held, earns_through: day }
}

fn claimed(n: u8, which: u8, shares: Shares) -> Command {
    let (order, transaction) = (format!("TX-{n}.out").parse().unwrap(), tx(&format!("TX-{n}")));
    match which {
        1 => Command::WaiveClaim(order),
        2 => Command::Claim(order, transaction, Shares::ZERO),
        3.. | 0 => Command::Claim(order, transaction, shares),
    }
}

/// Everything that was ever said of income, added up.
#[derive(Default)]
struct Sums {
    accrued: Decimal,
    paid: Decimal,
    carried: Decimal,
}

impl Sums {
    fn add(&mut self, event: &Event) {
        match event {
            Event::IncomeAccrued { amount, .. } => self.accrued += amount.decimal(),
            Event::IncomeReversed { amount, .. } => self.accrued -= amount.decimal(),
            Event::IncomeCorrected { reversed, amount, .. } => {
                self.accrued += amount.decimal() - reversed.decimal();
            }
            Event::IncomeSettlementCorrected {
                reversed, from_fund, amount, left_to_fund, ..
            } => {
                self.paid -= reversed.decimal() + from_fund.decimal();
                self.paid += amount.decimal() + left_to_fund.decimal();
            }
            Event::IncomeCarried { amount, .. } => {
                self.paid += amount.decimal();
                self.carried += amount.decimal();
            }
            Event::IncomeSettled { amount, left_to_fund, .. } => {
                self.paid += amount.decimal() + left_to_fund.decimal();
            }
            Event::CreditedInTransit { .. }
            | Event::CreditConfirmed { .. }
            | Event::PortionCredited { .. }
            | Event::CreditReversed { .. }
            | Event::SharesReserved { .. }
            | Event::SharesReleased { .. }
            | Event::SharesSpent { .. }
            | Event::SharesTakenOut { .. }
            | Event::PortionTakenOut { .. }
            | Event::CreditCorrected { .. }
            | Event::TakeOutCorrected { .. }
            | Event::SharesFrozen { .. }
            | Event::SharesUnfrozen { .. }
            | Event::SharesHeld { .. }
            | Event::SharesUnheld { .. }
            | Event::SharesClaimed { .. }
            | Event::ClaimLifted { .. }
            | Event::ClaimWaived { .. } => {}
        }
    }
}

fn holds(state: &State, sums: &Sums) {
    assert_eq!(state.unpaid_income().decimal(), sums.accrued - sums.paid, "{state:?}");
    let mut registered = sums.carried;
    for (_, entry) in state.entries() {
        if let Credit::Confirmed(shares) | Credit::Arriving { there: shares, .. } = entry.credit {
            registered += shares.decimal();
        }
        match entry.reservation {
            Reservation::Spent(gone) | Reservation::Leaving { gone, .. } => {
                registered -= gone.decimal();
            }
            Reservation::None | Reservation::Held(_) | Reservation::Released => {}
        }
    }
    assert_eq!(state.registered().decimal(), registered, "{state:?}");
    assert!(state.available() <= state.registered(), "{state:?}");
    assert!(state.reserved_of_registered() <= state.registered(), "{state:?}");
    let withheld = [state.reserved_of_registered(), state.frozen(), state.disputed()];
    let withheld =
        withheld.iter().fold(state.available(), |sum, withheld| sum.plus(*withheld).unwrap());
    assert!(state.available().is_zero() || withheld == state.registered(), "{state:?}");
    assert!(state.claims().standing() <= state.disputed(), "{state:?}");
}

/// The stored figures are those of the entries and lots, added up one by one.
fn adds_up(state: &State) {
    let sum = |shares_of: fn(&Entry) -> Shares| {
        let all = state.entries().map(|(_, entry)| shares_of(entry).decimal());
        all.sum::<Decimal>()
    };
    let coming = sum(|entry| match entry.credit {
        Credit::InTransit(coming) | Credit::Arriving { coming, .. } => coming,
        Credit::None | Credit::Confirmed(_) | Credit::Reversed => Shares::ZERO,
    });
    let held = sum(|entry| match entry.reservation {
        Reservation::Held(held) | Reservation::Leaving { held, .. } => held,
        Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
    });
    let of_coming = sum(|entry| match (entry.reservation, entry.credit) {
        (Reservation::Held(held), Credit::InTransit(_)) => held,
        (Reservation::Held(held), Credit::Arriving { there, .. }) => {
            held.minus(there).unwrap_or_default()
        }
        (_, _) => Shares::ZERO,
    });
    let lots = state.lots().into_iter().map(|lot| lot.shares.decimal()).sum::<Decimal>();
    assert_eq!(state.in_transit().decimal(), coming, "{state:?}");
    assert_eq!(state.reserved().decimal(), held, "{state:?}");
    assert_eq!(state.reserved_in_transit().decimal(), of_coming, "{state:?}");
    assert_eq!(state.reserved_of_registered().decimal(), held - of_coming, "{state:?}");
    assert_eq!(state.registered().decimal(), lots, "{state:?}");
    assert_eq!(state.counted().map(Shares::decimal), Some(lots + coming), "{state:?}");
    let by: Decimal = state.reserved_by().iter().map(|(_, held)| held.decimal()).sum();
    assert_eq!(by, held, "{state:?}");
    for (transaction, entry) in state.entries() {
        assert_eq!(state.entry(transaction), *entry);
    }
}

proptest! {
    #[test]
    fn nothing_is_made_or_lost_and_nothing_happens_twice(commands in vec(any_command(), 0..80)) {
        let (mut state, mut sums) = (State::default(), Sums::default());
        for command in &commands {
            let Ok(events) = Wallet::decide(&state, command) else { continue };
            for event in &events {
                let next = Wallet::evolve(state.clone(), event);
                prop_assert!(next.is_some(), "evolve rejects {:?} on {:?}", event, state);
                state = next.unwrap();
                sums.add(event);
            }
            prop_assert_eq!(Wallet::decide(&state, command), Ok(vec![]), "{:?}", command);
            holds(&state, &sums);
            adds_up(&state);
        }
    }
}
