//! Whatever is said of payments and applications, in whatever order: every entry balances.

use super::{
    Account, Balances, Class, Commodity, Posting, Source, imbalance, natural, of_application,
    of_application_so_far, of_payment, posts_nothing,
    tests::{
        Book, arrived, as_, bought, buy, confirm, convert, converted, paid, redeem, redeemed,
        request, says, send_back, tx,
    },
};
use crate::{
    application::{Applications, Command, Event, Outcome, Rejection, State},
    decider::Decider,
    orders::{Serial, own_cause},
    payment::{self, Payments, SentBack},
};
use fundflow_kernel::codec::Stored;
use proptest::{collection::vec, prelude::*, sample::select};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

fn any_money() -> impl Strategy<Value = &'static str> {
    select(vec!["0", "0.01", "600.00", "1000.00", "99999.99"])
}

fn any_payment() -> impl Strategy<Value = payment::Command> {
    let serials = || select(vec!["P1", "P2", "P3"]);
    let amounts = select(vec!["1000", "1000", "400"]);
    let difference = |amount: &str| SentBack::Difference { due_to: as_("C1"), amount: as_(amount) };
    prop_oneof![
        3 => (serials(), amounts).prop_map(|(serial, amount)| paid(serial, amount)),
        1 => Just(payment::Command::RecordDecline(own_cause("no", "in words"))),
        1 => Just(payment::Command::Close(own_cause("late", "in words"))),
        1 => Just(send_back(SentBack::Payback)),
        1 => select(vec!["400", "700"]).prop_map(move |amount| send_back(difference(amount))),
        2 => (1_usize..4).prop_map(arrived),
    ]
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let numbers = || (any_money(), any_money(), any_money());
    prop_oneof![
        numbers().prop_map(|(amount, fee, refund)| bought(amount, fee, refund)),
        numbers().prop_map(|(gross, fee, payout)| redeemed(gross, fee, payout)),
        (any_money(), any_money()).prop_map(|(net_in, topup)| converted(net_in, topup)),
    ]
}

/// What each class has; one that has nothing is as one that never had anything.
fn by_class(balances: &Balances) -> BTreeMap<(Class, Commodity), Decimal> {
    let mut classes = balances.by_class();
    classes.retain(|_, sum| !sum.is_zero());
    classes
}

/// Whoever posts a ledger leaves out what is said to post nothing; all that is named so is of that category.
fn may_be_silent<D: Stored>(event: &D::Event, entry: &[Posting]) -> bool {
    let silent = posts_nothing(D::CATEGORY);
    let named = silent.iter().all(|it| D::TYPES.contains(it)) && !silent.is_empty();
    named && (entry.is_empty() || !silent.contains(&D::type_of(event)))
}

/// What the state alone says that its events have booked.
fn so_far(source: Source, state: &State) -> Balances {
    let mut book = Book::default();
    book.post(of_application_so_far(&tx(), source, state).unwrap());
    book.balances
}

proptest! {
    #[test]
    fn no_message_about_a_payment_takes_more_than_came(commands in vec(any_payment(), 0..20)) {
        let (mut book, mut state) = (Book::default(), payment::State::default());
        for command in [request("1000")].iter().chain(&commands) {
            for event in Payments::decide(&state, command).unwrap_or_default() {
                let entry = of_payment(&state, &event).unwrap();
                prop_assert!(may_be_silent::<Payments>(&event, &entry), "{:?}", event);
                book.post(entry);
                state = Payments::evolve(state, &event).unwrap();
            }
            for (account, balance) in book.balances.iter() {
                let natural = natural(account, balance);
                prop_assert!(natural.is_sign_positive(), "{} {}", account, natural);
            }
        }
        let payment = state.payment().unwrap();
        let owed = payment.owed().map(|refund| refund.amount.decimal()).sum::<Decimal>();
        let refund = Account::Refund(payment.terms.account.clone());
        prop_assert_eq!(-book.balances.of(&refund), owed);
    }

    #[test]
    fn whatever_a_registrar_says_its_entry_balances_and_its_reversal_takes_it_back(
        said in vec((any_outcome(), any::<bool>()), 1..6),
        proceeds in any::<bool>(),
    ) {
        let source = if proceeds { Source::Proceeds } else { Source::Payment };
        let cause = own_cause("no", "in words");
        let rejected = Rejection::of(cause);
        for opening in [buy("1000"), redeem("6000"), convert("10000")] {
            let (mut book, mut state) = (Book::default(), State::default());
            let numbered = said.iter().zip(1..);
            let serials: Vec<Serial> = numbered.clone().map(|(_, n)| as_(&format!("C{n}"))).collect();
            let mut commands = vec![opening];
            for ((outcome, finished), n) in numbered {
                commands.push(confirm(&format!("C{n}"), *finished, outcome.clone()));
                let confirmation = Box::new(says(&format!("D{n}"), true, outcome.clone()));
                if n == 3 {
                    // The fourth is said of an order that was rejected, and holds after all.
                    commands.push(Command::Reject(rejected.clone()));
                    let late = says("L1", *finished, outcome.clone());
                    commands.push(Command::Contest(Box::new(late)));
                    commands.push(Command::Uphold(as_("L1")));
                }
                let late: Serial = as_("L1");
                commands.extend(serials.iter().chain([&late]).map(|was| {
                    Command::Correct { reverses: was.clone(), confirmation: confirmation.clone() }
                }));
            }
            for command in &commands {
                for event in Applications::decide(&state, command).unwrap_or_default() {
                    let entry = of_application(&tx(), source, &state, &event).unwrap();
                    prop_assert!(imbalance(&entry).is_empty(), "{:?} {:?}", event, entry);
                    prop_assert!(may_be_silent::<Applications>(&event, &entry), "{:?}", event);
                    let before = book.balances.clone();
                    book.post(entry);
                    let upholds = matches!(command, Command::Uphold(_));
                    if matches!(event, Event::Corrected { .. }) && !upholds {
                        // Reversed, and posted anew with the same numbers, under another record.
                        prop_assert_eq!(by_class(&book.balances), by_class(&before));
                    }
                    state = Applications::evolve(state, &event).unwrap();
                    prop_assert_eq!(&so_far(source, &state), &book.balances, "{:?}", event);
                }
            }
            // Whatever was booked, in parts, corrected or over a rejection, can be taken back.
            while let Some(last) = state.application().unwrap().confirmations().last() {
                let command = Command::Withdraw(last.serial.clone(), own_cause("x", "taken back"));
                for event in Applications::decide(&state, &command).unwrap() {
                    book.post(of_application(&tx(), source, &state, &event).unwrap());
                    state = Applications::evolve(state, &event).unwrap();
                    prop_assert_eq!(&so_far(source, &state), &book.balances, "{:?}", event);
                }
            }
            prop_assert_eq!(&book.balances, &Book::default().balances);
        }
    }
}
