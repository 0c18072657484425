//! Given/when/then for the wallet.

use super::{Command, Event, Refusal, State, Wallet};
use crate::{
    decider::Decider,
    ids::TransactionId,
    money::{Income, Shares},
};
use chrono::NaiveDate;

pub(super) fn tx(name: &str) -> TransactionId {
    name.parse().unwrap()
}

pub(super) fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

pub(super) fn income(text: &str) -> Income {
    text.parse().unwrap()
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Bought and registered.
pub(super) fn credited(name: &str, number: &str, registered: &str) -> Vec<Event> {
    let (transaction, shares, registered) = (tx(name), shares(number), date(registered));
    vec![
        Event::CreditedInTransit { transaction: transaction.clone(), shares },
        Event::CreditConfirmed { transaction, shares, registered },
    ]
}

pub(super) fn reserved(name: &str, number: &str) -> Event {
    Event::SharesReserved { transaction: tx(name), shares: shares(number), with_income: false }
}

fn after(commands: &[Command]) -> State {
    commands.iter().fold(State::default(), |state, command| {
        let events = Wallet::decide(&state, command).unwrap();
        events.iter().fold(state, |state, event| Wallet::evolve(state, event).unwrap())
    })
}

#[test]
fn shares_held_out_of_other_lots_do_not_become_free_by_a_credit_of_their_own() {
    let day = NaiveDate::from_ymd_opt(2026, 2, 13).unwrap();
    let state = after(&[
        Command::CreditInTransit(tx("TX-1"), shares("10.00")),
        Command::ConfirmCredit(tx("TX-1"), shares("10.00"), day),
        Command::Reserve(tx("TX-2"), shares("10.00")),
    ]);

    let refused = Wallet::decide(&state, &Command::CreditInTransit(tx("TX-2"), shares("5.00")));

    assert_eq!(refused, Err(Refusal::ContradictsEarlier(tx("TX-2"))));
    assert_eq!(state.available(), Shares::ZERO);
}
