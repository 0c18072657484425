//! Given/when/then for the wallet.

use super::{Command, Refusal, State, Wallet};
use crate::{decider::Decider, ids::TransactionId, money::Shares};
use chrono::NaiveDate;

fn tx(name: &str) -> TransactionId {
    name.parse().unwrap()
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
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
