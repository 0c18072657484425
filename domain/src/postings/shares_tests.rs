//! Shares: the chart's examples, and that books and states agree whatever happens.

use super::{Account, Part, imbalance, of_holdings, of_wallet, tests::Book};
use crate::{
    decider::Decider,
    holdings::{self, HoldingId, Holdings},
    ids::{TransactionId, WalletId},
    money::Shares,
    wallet::{self, Command as C, Event, Wallet},
};
use proptest::{collection::vec, prelude::*};

fn wallet_id() -> WalletId {
    WalletId { investor: "INV-1".parse().unwrap(), fund: "000009".parse().unwrap() }
}

fn holding_id() -> HoldingId {
    HoldingId { investor: "INV-1".parse().unwrap(), fund: "050002".parse().unwrap() }
}

fn tx() -> TransactionId {
    "TX-1".parse().unwrap()
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn registered() -> chrono::NaiveDate {
    "2026-02-24".parse().unwrap()
}

fn of_commands(commands: &[C]) -> Book {
    let (mut book, mut state) = (Book::default(), wallet::State::default());
    for command in commands {
        for event in Wallet::decide(&state, command).unwrap() {
            let after = Wallet::evolve(state.clone(), &event).unwrap();
            book.post(of_wallet(&wallet_id(), &state, &after, &event).unwrap());
            state = after;
        }
    }
    book
}

#[test]
fn linked_shares_are_frozen_before_they_are_registered_and_leave_the_register_when_spent() {
    let mut commands = vec![
        C::CreditInTransit(tx(), shares("10000.00")),
        C::Reserve(tx(), shares("10000.00")),
        C::ConfirmCredit(tx(), shares("10000.00"), registered()),
    ];
    assert_eq!(
        of_commands(&commands).left(),
        ["U:000009:INV-1:FROZEN 10000.00", "U:000009:REGISTER -10000.00"]
    );

    commands.push(C::TakeOut {
        transaction: tx(),
        shares: shares("9000.00"),
        earns_through: registered(),
    });
    assert_eq!(
        of_commands(&commands).left(),
        ["U:000009:INV-1:AVAIL 1000.00", "U:000009:REGISTER -1000.00"]
    );
}

#[test]
fn a_released_reservation_leaves_its_shares_available() {
    let commands = [
        C::CreditInTransit(tx(), shares("10000.00")),
        C::ConfirmCredit(tx(), shares("6000.00"), registered()),
        C::Reserve(tx(), shares("6000.00")),
        C::Release(tx()),
    ];

    assert_eq!(
        of_commands(&commands).left(),
        ["U:000009:INV-1:AVAIL 6000.00", "U:000009:REGISTER -6000.00"]
    );
}

#[test]
fn an_event_whose_numbers_are_not_those_of_its_states_does_not_balance() {
    let before = wallet::State::default();
    let credited = |count| Event::CreditedInTransit { transaction: tx(), shares: shares(count) };
    let after = Wallet::evolve(before.clone(), &credited("100")).unwrap();

    let entry = of_wallet(&wallet_id(), &before, &after, &credited("99.99")).unwrap();

    let by: Vec<_> = imbalance(&entry).into_iter().map(|(_, by)| by).collect();
    assert_eq!(by, ["0.01".parse().unwrap()]);
}

proptest! {
    #[test]
    fn whatever_a_wallet_does_its_books_balance_and_agree_with_it(
        commands in vec(wallet::property_tests::any_command(), 1..60)
    ) {
        let (mut book, mut state) = (Book::default(), wallet::State::default());
        for command in &commands {
            for event in Wallet::decide(&state, command).unwrap_or_default() {
                let after = Wallet::evolve(state.clone(), &event).unwrap();
                book.post(of_wallet(&wallet_id(), &state, &after, &event).unwrap());
                state = after;
            }
            let id = wallet_id();
            let part = |part| {
                book.balances.of(&Account::Holding(id.fund, id.investor.clone(), part))
            };
            let all = state.registered().decimal() + state.in_transit().decimal();
            prop_assert_eq!(part(Part::Available), state.available().decimal());
            prop_assert!(part(Part::Pending).is_sign_positive());
            prop_assert!(part(Part::Frozen) >= state.reserved().decimal());
            prop_assert_eq!(-book.balances.of(&Account::Register(id.fund)), all);
        }
    }

    #[test]
    fn whatever_holdings_do_their_books_balance_and_agree_with_them(
        commands in vec(holdings::properties::any_command(), 1..60)
    ) {
        let (mut book, mut state) = (Book::default(), holdings::State::default());
        for command in &commands {
            for event in Holdings::decide(&state, command).unwrap_or_default() {
                let after = Holdings::evolve(state.clone(), &event).unwrap();
                book.post(of_holdings(&holding_id(), &state, &after, &event).unwrap());
                state = after;
            }
            let id = holding_id();
            let free = Account::Holding(id.fund, id.investor, Part::Available);
            prop_assert_eq!(book.balances.of(&free), state.available().decimal());
            let register = -book.balances.of(&Account::Register(id.fund));
            prop_assert_eq!(register, state.registered().decimal());
        }
    }
}
