//! What holds after any sequence of commands. A failing case prints what it was shrunk to.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    advance::Advances,
    application::{self, Applications},
    case::Cases,
    day_limit::DayLimit,
    fast_quota::{self, FastQuota},
    holdings::Holdings,
    ids::{ApplicationNo, OrderId, PaymentNo},
    money::{Money, Shares},
    payment::{self, Payments},
    payout::{self, Payouts},
    plan::RegularPlan,
    wallet::{self, Reservation, Wallet},
};
use fundflow_kernel::codec::{Stored, decode, encode, schema_of};
use fundflow_runtime::saga::Saga as _;
use fundflow_sagas::discount_purchase::DiscountPurchase;
use fundflow_testkit::{
    strategies::{
        advance_commands, case_commands, conversion_commands, day_limit_commands,
        fast_quota_commands, holdings_commands, payment_commands, payout_commands, plan_commands,
        purchase_commands, requests, transaction_ids, wallet_commands,
    },
    worlds::money,
};
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeSet, fmt::Debug};

/// Decides each command; what is decided must be accepted by `evolve`, be read back as it was
/// stored, and not be decided again.
fn play<D>(commands: &[D::Command], mut after: impl FnMut(&D::State, &D::Event)) -> D::State
where
    D: Stored<State: Clone + Debug, Event: Debug + PartialEq, Refusal: Debug + PartialEq>,
    D::Command: Debug,
{
    let mut state = D::State::default();
    for command in commands {
        let Ok(events) = D::decide(&state, command) else { continue };
        for event in &events {
            let (name, body) = encode::<D>(event).unwrap();
            assert_eq!(&decode::<D>(name, schema_of::<D>(name), &body).unwrap(), event);
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

fn sum(parts: impl Iterator<Item = Money>) -> Money {
    parts.fold(Money::ZERO, |sum, part| sum.plus(part).unwrap())
}

proptest! {
    #[test]
    fn no_share_of_a_wallet_is_available_twice(commands in vec(wallet_commands(), 0..40)) {
        play::<Wallet>(&commands, |state, _| {
            assert!(state.available() <= state.registered(), "{state:?}");
            let held = state.entries().map(|(_, entry)| match entry.reservation {
                Reservation::Held(held) | Reservation::Leaving { held, .. } => held,
                Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
            });
            assert_eq!(state.reserved(), total(held), "{state:?}");
        });
    }

    #[test]
    fn a_reservation_ends_only_by_release_by_leaving_or_by_a_corrected_record(
        commands in vec(wallet_commands(), 0..40)
    ) {
        let mut before = Vec::new();
        play::<Wallet>(&commands, |state, event| {
            for (tx, was) in &before {
                let held = state.entry(tx).reservation.open().is_some();
                let ends = matches!(
                    event,
                    wallet::Event::SharesReleased { transaction }
                    | wallet::Event::SharesSpent { transaction, .. }
                    | wallet::Event::SharesTakenOut { transaction, .. }
                    | wallet::Event::TakeOutCorrected { transaction, .. } if transaction == tx
                );
                assert!(!was || held || ends, "{event:?} ended the reservation of {tx}");
            }
            let held = |it: &wallet::Entry| it.reservation.open().is_some();
            before = state.entries().map(|(tx, it)| (tx.clone(), held(it))).collect();
        });
    }

    #[test]
    fn holdings_give_no_share_twice(commands in vec(holdings_commands(), 0..40)) {
        play::<Holdings>(&commands, |state, _| {
            assert!(state.available() <= state.registered(), "{state:?}");
            let stands = state.lots().into_iter().filter(|lot| lot.reversed.is_none());
            let left = stands.map(|lot| lot.left);
            assert_eq!(state.registered(), total(left), "{state:?}");
        });
    }

    #[test]
    fn a_payment_never_sends_back_more_than_arrived(commands in vec(payment_commands(), 0..40)) {
        let mut arrived = Money::ZERO;
        play::<Payments>(&commands, |state, event| {
            if let payment::Event::Paid(receipt)
            | payment::Event::ReceiptUnapplied { receipt, .. } = event
            {
                arrived = arrived.plus(receipt.amount).unwrap();
            }
            let payment = state.payment().unwrap();
            let back = sum(payment.refunds.iter().map(|refund| refund.amount.into()));
            assert!(back <= arrived, "{payment:?}");
        });
    }

    #[test]
    fn what_nobody_wants_goes_back_in_the_decision_that_heard_of_it(
        commands in vec(payment_commands(), 0..40)
    ) {
        let state = play::<Payments>(&commands, |_, _| {});
        for receipt in state.payment().into_iter().flat_map(|payment| &payment.unapplied) {
            let mine = |of: &payment::Of| {
                matches!(of, payment::Of::Unapplied { serial } if *serial == receipt.serial)
            };
            let back = state.payment().unwrap().refunds.iter().filter(|it| mine(&it.of));
            prop_assert_eq!(back.count(), 1, "{:?}", receipt);
        }
    }

    #[test]
    fn a_payout_reaches_the_investor_at_most_once(commands in vec(payout_commands(), 0..40)) {
        let mut paid = 0;
        play::<Payouts>(&commands, |_, event| {
            paid += u8::from(matches!(event, payout::Event::PaidOut(_)));
            assert!(paid <= 1);
        });
    }

    #[test]
    fn nobody_has_anything_of_an_advance_that_was_declined(commands in vec(advance_commands(), 0..30)) {
        let state = play::<Advances>(&commands, |_, _| {});
        if let Some(advance) = state.advance()
            && matches!(advance.stage, fundflow_domain::advance::Stage::Declined(_))
        {
            prop_assert_eq!(&advance.paid, &None);
            prop_assert!(advance.repaid.is_empty(), "{:?}", advance);
        }
    }

    #[test]
    fn an_application_has_one_outcome_that_only_a_correction_changes(
        purchase in vec(purchase_commands(), 0..40),
        conversion in vec(conversion_commands(), 0..40)
    ) {
        for commands in [purchase, conversion] {
            let mut over = None;
            play::<Applications>(&commands, |state, event| {
                let application = state.application().unwrap();
                let stage = application.stage.is_over().then(|| application.stage.clone());
                let corrected = matches!(
                    event,
                    application::Event::Corrected { .. }
                        | application::Event::Upheld(_)
                        | application::Event::Withdrawn { .. }
                );
                assert!(over.is_none() || corrected || stage == over, "{event:?}: {state:?}");
                over = stage;
            });
        }
    }

    #[test]
    fn a_days_limit_is_never_exceeded_by_what_counts(
        commands in vec(day_limit_commands(), 0..30)
    ) {
        // Orders without a cap may exceed it; those under one never leave the day above it.
        let state = play::<DayLimit>(&commands, |_, _| {});
        let uncapped = commands.iter().any(|command| {
            matches!(command, fundflow_domain::day_limit::Command::Count { cap: None, .. })
        });
        prop_assert!(uncapped || state.used() <= money("10000.00"), "{:?}", state);
    }

    #[test]
    fn nobody_cashes_out_more_than_the_quota_at_once(
        commands in vec(fast_quota_commands(), 0..30)
    ) {
        // What the bank paid on another day than was asked for counts all the same, and says how much of
        // it is above the most; nothing more is let in then. What nobody knows of counts whether it fits.
        let is_unknown = |tx: &_| {
            commands.iter().any(|command| {
                matches!(command, fast_quota::Command::CountUnknown { transaction, .. } if transaction == tx)
            })
        };
        play::<FastQuota>(&commands, |state, event| {
            assert!(state.used_uncoded() <= state.used());
            match event {
            fast_quota::Event::Counted { transaction, .. } => {
                assert!(state.used() <= fast_quota::DAY_MAX || is_unknown(transaction));
            }
            fast_quota::Event::Paid { above, .. } => {
                assert!(state.used() <= fast_quota::DAY_MAX || !above.is_zero());
            }
            fast_quota::Event::GivenBack { .. } => {}
            }
        });
    }

    #[test]
    fn a_case_is_open_until_somebody_closes_it(commands in vec(case_commands(), 0..30)) {
        use fundflow_domain::case::Event as E;
        let mut open = false;
        play::<Cases>(&commands, |state, event| {
            open = match event {
                E::Opened(_) | E::Reopened(_) => true,
                E::Closed(_) => false,
                E::SeenAgain { .. }
                | E::Widened { .. }
                | E::FiguresChanged { .. }
                | E::Assigned { .. }
                | E::Proposed(_)
                | E::Noted(_) => open,
            };
            assert_eq!(state.is_open(), open, "{event:?}");
        });
    }

    #[test]
    fn a_plan_does_each_date_once(commands in vec(plan_commands(), 0..40)) {
        use fundflow_domain::plan::Event as E;
        let mut begun = BTreeSet::new();
        play::<RegularPlan>(&commands, |_, event| {
            if let E::OccurrenceBegun { nominal, .. } = event {
                assert!(begun.insert(*nominal), "{nominal} began twice");
            }
        });
    }

    #[test]
    fn a_request_differs_from_another_in_the_fields_that_differ(a in requests(), b in requests()) {
        let mut fields = Vec::new();
        fields.extend((a.amount != b.amount).then_some("amount"));
        fields.extend((a.mode != b.mode).then_some("mode"));
        fields.extend((a.only_today != b.only_today).then_some("only_today"));

        prop_assert_eq!(DiscountPurchase::differences(&a, &b), fields);
    }

    #[test]
    fn what_is_derived_from_a_transaction_names_one_thing(
        a in transaction_ids(),
        b in transaction_ids()
    ) {
        let order = |id| OrderId::part(id, "mmf");
        prop_assert_eq!(PaymentNo::pay(&order(&a)).order(), Some(order(&a)));
        prop_assert_eq!(order(&a) == order(&b), a == b);
        let (mine, theirs) = (ApplicationNo::of(&order(&a)), ApplicationNo::of(&order(&b)));
        prop_assert_eq!(mine == theirs, a == b);
    }
}
