//! What no sequence of commands may do to holdings.

use super::{
    Command, Event, Holdings, Mark, State,
    tests::{
        after, correct_credit, correct_take, credit, follow, freeze, hold, lot, release, reserve,
        serial, take,
    },
};
use crate::{
    decider::{Decider, replay},
    money::Shares,
    orders::LotTaken,
};
use chrono::NaiveDate;
use proptest::prelude::*;

pub(crate) fn any_command() -> impl Strategy<Value = Command> {
    let one_of = |names: &'static [&'static str]| prop::sample::select(names);
    let lots = move || one_of(&["L1", "L2", "L3", "L4"]);
    let orders = move || one_of(&["TX-1", "TX-2", "TX-3"]);
    let records = move || one_of(&["C1", "C2", "C3", "C4"]);
    let counts = move || one_of(&["10", "25.5", "0.01", "100"]);
    let days = move || one_of(&["2026-01-05", "2026-02-05"]);
    let choice = prop::option::of(lots());
    let credits =
        || (lots(), days(), counts()).prop_map(|(name, day, count)| lot(name, day, count));
    prop_oneof![
        3 => credits().prop_map(credit),
        3 => (orders(), counts(), choice).prop_map(|(order, count, lot)| match lot {
            Some(lot) => reserve(order, count, &[(lot, count)]),
            None => reserve(order, count, &[]),
        }),
        1 => orders().prop_map(release),
        3 => (orders(), records(), counts(), any::<bool>())
            .prop_map(|(order, name, count, last)| take(order, name, count, last)),
        1 => (records(), counts()).prop_map(|(record, count)| freeze(record, count)),
        1 => (records(), records()).prop_map(|(record, by)| {
            Command::Unfreeze { record: serial(record), by: serial(by) }
        }),
        1 => (records(), days(), counts()).prop_map(|(record, on, count)| follow(record, on, count)),
        1 => (records(), counts()).prop_map(|(case, count)| hold(case, count)),
        1 => records().prop_map(|case| Command::Unhold(serial(case))),
        2 => (orders(), counts(), any::<bool>()).prop_map(|(order, count, none)| {
            let (order, transaction) = (order.parse().unwrap(), "TX-0".parse().unwrap());
            let shares = if none { Shares::ZERO } else { count.parse().unwrap() };
            Command::Claim { order, transaction, shares }
        }),
        1 => orders().prop_map(|order| Command::WaiveClaim(order.parse().unwrap())),
        2 => (lots(), records(), prop::option::of(credits()))
            .prop_map(|(lot, record, with)| correct_credit(lot, record, with)),
        2 => (orders(), records(), records(), counts())
            .prop_map(|(order, name, record, count)| correct_take(order, name, record, count)),
        1 => (orders(), records(), records()).prop_map(|(order, name, record)| {
            let order = order.parse().unwrap();
            Command::WithdrawTake { order, serial: serial(name), record: serial(record) }
        }),
    ]
}

fn sum(shares: impl Iterator<Item = Shares>) -> Shares {
    shares.fold(Shares::ZERO, |sum, one| sum.plus(one).unwrap())
}

/// Counted from the facts alone, without any state: credited and not reversed, less taken and not
/// reversed.
fn registered(events: &[Event]) -> Option<Shares> {
    let reversed_lot =
        |id| events.iter().any(|it| matches!(it, Event::CreditReversed { lot, .. } if *lot == id));
    let reversed_take = |of, by| {
        events.iter().any(|it| {
            matches!(it, Event::TakeReversed { order, serial, .. } if *order == of && *serial == by)
        })
    };
    let credited = events.iter().filter_map(|it| {
        let Event::Credited(credit) = it else { return None };
        (!reversed_lot(credit.lot.clone())).then_some(credit.shares)
    });
    let taken = events.iter().filter_map(|it| {
        let Event::SharesTaken { order, serial, shares, .. } = it else { return None };
        (!reversed_take(order.clone(), serial.clone())).then_some(*shares)
    });
    sum(credited).minus(sum(taken))
}

fn claims(state: &State) -> Shares {
    let marks = state.freezes().chain(state.disputes()).map(|(_, mark)| match mark {
        Mark::Set(shares) => *shares,
        Mark::Lifted => Shares::ZERO,
    });
    let marks = marks.chain([state.claims().standing()]);
    sum(marks.chain(state.reservations().map(|(_, it)| it.reserved())))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_commands_make_more_shares_available_than_were_credited_and_all_of_them_add_up(
        commands in prop::collection::vec(any_command(), 0..40)
    ) {
        let mut events = after([credit(lot("L1", "2026-01-05", "100"))]);
        for command in commands {
            let state = replay::<Holdings>(&events).unwrap();
            let Ok(decided) = Holdings::decide(&state, &command) else { continue };
            events.extend(decided);

            let state = replay::<Holdings>(&events).unwrap();
            prop_assert_eq!(Holdings::decide(&state, &command), Ok(vec![]), "{:?}", command);
            prop_assert_eq!(Some(state.registered()), registered(&events));
            let free = state.registered().minus(claims(&state)).unwrap_or_default();
            prop_assert_eq!(state.available(), free);
            let left = state.lots().into_iter().filter(|lot| lot.stands()).map(|lot| lot.left);
            prop_assert_eq!(state.registered(), sum(left));
            prop_assert_eq!(state.reserved(), sum(state.reservations().map(|(_, it)| it.reserved())));
            for lot in state.lots() {
                prop_assert!(lot.left <= lot.credit.shares);
            }
            // What left a lot is what standing takings say that left it.
            for lot in state.lots().into_iter().filter(|lot| lot.stands()) {
                let same = |part: &&LotTaken| {
                    state.standing(&part.lot).is_some_and(|it| it.credit.lot == lot.credit.lot)
                };
                let takings = state.reservations().flat_map(|(_, it)| &it.takings);
                let parts = takings.filter(|taking| taking.stands()).flat_map(|it| &it.lots);
                prop_assert_eq!(lot.taken(), sum(parts.filter(same).map(|part| part.shares)));
            }
        }
    }

    #[test]
    fn without_corrections_and_freezes_every_order_gets_its_shares_and_the_lots_it_chose(
        commands in prop::collection::vec(any_command(), 0..40)
    ) {
        let mut events = after([credit(lot("L1", "2026-01-05", "100"))]);
        for command in commands {
            let ordinary = matches!(
                command,
                Command::Credit(_) | Command::Reserve { .. } | Command::Release(_) | Command::Take { .. }
            );
            let state = replay::<Holdings>(&events).unwrap();
            if let (true, Ok(decided)) = (ordinary, Holdings::decide(&state, &command)) {
                events.extend(decided);
            }
        }
        let state = replay::<Holdings>(&events).unwrap();
        prop_assert!(state.reserved() <= state.registered());
        for (order, reservation) in state.reservations() {
            let left = reservation.reserved();
            if left.is_zero() {
                continue;
            }
            let (order, serial) = (order.clone(), serial("last"));
            let (trade_date, finished) = (NaiveDate::MAX, true);
            let take = Command::Take { order, serial, shares: left, trade_date, named: vec![], finished };
            let now = replay::<Holdings>(&events).unwrap();
            let decided = Holdings::decide(&now, &take).unwrap();
            if let ([Event::SharesTaken { lots, .. }], true) =
                (decided.as_slice(), reservation.takings.is_empty() && !reservation.designated.is_empty())
            {
                prop_assert_eq!(lots, &reservation.designated);
            }
            events.extend(decided);
        }
    }
}
