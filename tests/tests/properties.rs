//! What holds after any sequence of commands. A failing case prints its seed and is kept.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    decider::Decider,
    fund_order::{self, FundOrder, Outcome, Stage},
    money::{Money, Shares},
    wallet::{self, Credit, Reservation, Wallet},
};
use fundflow_testkit::{
    saga_world::counterparties::sum,
    strategies::{
        conversion_commands, purchase_order_commands, requests, transaction_ids, wallet_commands,
    },
    worlds::money,
};
use proptest::{collection::vec, prelude::*};
use std::fmt::Debug;

/// Decides each command; what is decided must be accepted by `evolve`, and not be decided again.
fn play<D>(commands: &[D::Command], mut after: impl FnMut(&D::State, &D::Event)) -> D::State
where
    D: Decider<State: Clone + Debug, Event: Debug + PartialEq, Refusal: Debug + PartialEq>,
    D::Command: Debug,
{
    let mut state = D::State::default();
    for command in commands {
        let Ok(events) = D::decide(&state, command) else { continue };
        for event in &events {
            let next = D::evolve(state.clone(), event);
            state = next.unwrap_or_else(|| panic!("evolve rejects {event:?} on {state:?}"));
            after(&state, event);
        }
        assert_eq!(D::decide(&state, command), Ok(vec![]), "{command:?} decides again");
    }
    state
}

fn total(parts: impl Iterator<Item = Shares>) -> Shares {
    parts.fold(Shares::ZERO, |sum, part| sum.plus(part).unwrap())
}

fn conserved(state: &wallet::State) {
    let entries = || state.entries().map(|(_, entry)| entry);
    let confirmed = total(entries().map(|entry| match entry.credit {
        Credit::Confirmed(shares) => shares,
        Credit::None | Credit::InTransit(_) | Credit::Reversed => Shares::ZERO,
    }));
    let spent = total(entries().map(|entry| match entry.reservation {
        Reservation::Spent(shares) => shares,
        Reservation::None | Reservation::Held(_) | Reservation::Released => Shares::ZERO,
    }));
    assert_eq!(state.registered().plus(spent), Some(confirmed), "{state:?}");
    let there = state.registered().plus(state.in_transit()).unwrap();
    assert!(state.reserved() <= there, "{state:?}");
    assert!(state.available() <= state.registered(), "{state:?}");
}

proptest! {
    #[test]
    fn a_wallet_neither_makes_nor_loses_shares(commands in vec(wallet_commands(), 0..40)) {
        play::<Wallet>(&commands, |state, _| conserved(state));
    }

    #[test]
    fn a_reservation_ends_only_by_release_or_spending(commands in vec(wallet_commands(), 0..40)) {
        let mut before = Vec::new();
        play::<Wallet>(&commands, |state, event| {
            for (tx, was) in &before {
                let held = matches!(state.entry(tx).reservation, Reservation::Held(_));
                let ends = matches!(
                    event,
                    wallet::Event::SharesReleased { transaction }
                    | wallet::Event::SharesSpent { transaction, .. } if transaction == tx
                );
                assert_eq!(*was && !held, *was && ends, "{event:?} on {state:?}");
            }
            let held = |reservation| matches!(reservation, Reservation::Held(_));
            let entries = state.entries();
            before = entries.map(|(tx, it)| (tx.clone(), held(it.reservation))).collect();
        });
    }

    #[test]
    fn registered_shares_that_are_reserved_can_always_be_spent(
        commands in vec(wallet_commands(), 0..40)
    ) {
        let state = play::<Wallet>(&commands, |_, _| {});
        for (tx, entry) in state.entries() {
            let Reservation::Held(held) = entry.reservation else { continue };
            if matches!(entry.credit, Credit::InTransit(_)) || held.is_zero() {
                continue;
            }
            let spent = Wallet::decide(&state, &wallet::Command::Spend(tx.clone(), held));
            prop_assert!(spent.is_ok_and(|events| events.len() == 1), "{:?}", state);
        }
    }

    #[test]
    fn an_order_pays_back_what_it_does_not_keep(
        commands in vec(purchase_order_commands(), 0..40)
    ) {
        let mut paid = Money::ZERO;
        play::<FundOrder>(&commands, |state, event| {
            if let fund_order::Event::Paid { payment, .. }
            | fund_order::Event::PaymentUnapplied { payment, .. } = event
            {
                paid = paid.plus(payment.amount).unwrap();
            }
            // The events of one decision belong together: the refund follows its payment.
            if !matches!(event, fund_order::Event::PaymentUnapplied { .. }
                | fund_order::Event::PartlyConfirmed(_))
            {
                balanced(state, paid);
            }
        });
    }

    #[test]
    fn an_order_has_one_outcome(commands in vec(purchase_order_commands(), 0..40)) {
        let mut outcome = None;
        play::<FundOrder>(&commands, |state, _| {
            let now = state.order().map(|order| order.stage.clone()).filter(is_final);
            if outcome.is_some() {
                assert_eq!(now, outcome);
            }
            outcome = now;
        });
    }

    #[test]
    fn a_conversion_has_one_outcome(commands in vec(conversion_commands(), 0..30)) {
        let mut outcome = None;
        play::<FundOrder>(&commands, |state, _| {
            let now = state.order().map(|order| order.stage.clone()).filter(is_final);
            if outcome.is_some() {
                assert_eq!(now, outcome);
            }
            outcome = now;
        });
    }

    #[test]
    fn a_request_differs_from_another_in_the_fields_that_differ(a in requests(), b in requests()) {
        let mut fields = Vec::new();
        fields.extend((a.amount != b.amount).then_some("amount"));
        fields.extend((a.mode != b.mode).then_some("mode"));
        fields.extend((a.only_today != b.only_today).then_some("only_today"));

        prop_assert_eq!(a.differences(&b), fields);
    }

    #[test]
    fn what_is_derived_from_a_transaction_leads_back_to_it(id in transaction_ids()) {
        use fundflow_domain::ids::{Leg, OrderId, PaymentNo};
        for leg in [Leg::MoneyFund, Leg::Conversion] {
            let order = OrderId::of(&id, leg);
            prop_assert_eq!(order.parent(), Some((id.clone(), leg)));
            prop_assert_eq!(PaymentNo::pay(&order).order(), Some(order));
        }
    }
}

fn is_final(stage: &Stage) -> bool {
    match stage {
        Stage::Declined(_) | Stage::Confirmed(_) | Stage::Rejected(_) | Stage::Cancelled(_) => true,
        Stage::Placed
        | Stage::PaymentRequested
        | Stage::Paid
        | Stage::Accepted(_)
        | Stage::Sealed
        | Stage::Sent => false,
    }
}

/// Paid is refunded, accepted by the registrar, or still with the order.
fn balanced(state: &fund_order::State, paid: Money) {
    let Some(order) = state.order() else { return assert_eq!(paid, Money::ZERO) };
    let refunds = sum(order.refunds.iter().map(|refund| refund.amount));
    let gross = money("10000.00");
    let kept = match &order.stage {
        Stage::Placed | Stage::PaymentRequested | Stage::Declined(_) => Money::ZERO,
        Stage::Paid | Stage::Accepted(_) | Stage::Sealed | Stage::Sent => gross,
        Stage::Confirmed(told) => match &told.outcome {
            Outcome::Purchase(told) => told.amount,
            Outcome::Conversion(_) => panic!("a conversion's numbers"),
        },
        Stage::Rejected(_) | Stage::Cancelled(_) if order.payback().is_some() => Money::ZERO,
        Stage::Rejected(_) | Stage::Cancelled(_) if order.payment.is_some() => gross,
        Stage::Rejected(_) | Stage::Cancelled(_) => Money::ZERO,
    };
    assert_eq!(refunds.plus(kept), Some(paid), "{order:?}");
}
