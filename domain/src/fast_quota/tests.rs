//! Given/when/then for the quota of fast redemptions, and the text of its key.

use super::{Command, DAY_MAX, Entry, Event, FastQuota, QuotaKey, Refusal};
use crate::{
    decider::{Decider, replay},
    ids::TransactionId,
    money::{Amount, Money},
    testing::{each_once, given, history},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn tx(name: &str) -> TransactionId {
    name.parse().unwrap()
}

fn count_up_to(max: Option<&str>, name: &str, amount: &str) -> Command {
    let fund_max = max.map(|max| max.parse().unwrap());
    let (transaction, elsewhere) = (tx(name), Money::ZERO);
    let amount = amount.parse().unwrap();
    Command::Count { transaction, amount, fund_max, elsewhere, by_code: true }
}

fn count(name: &str, amount: &str) -> Command {
    count_up_to(Some("10000"), name, amount)
}

fn give_back(name: &str) -> Command {
    Command::GiveBack { transaction: tx(name) }
}

fn count_paid(name: &str, amount: &str) -> Command {
    let fund_max = Some(DAY_MAX);
    let (transaction, elsewhere) = (tx(name), Money::ZERO);
    let amount = amount.parse().unwrap();
    Command::CountPaid { transaction, amount, fund_max, elsewhere, by_code: true }
}

fn paid(name: &str, amount: &str, above: &str) -> Event {
    let (amount, above) = (amount.parse().unwrap(), above.parse().unwrap());
    Event::Paid { transaction: tx(name), amount, above, by_code: true }
}

fn counted(name: &str, amount: &str) -> Event {
    Event::Counted { transaction: tx(name), amount: amount.parse().unwrap(), by_code: true }
}

fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<FastQuota>(commands)
}

#[test]
fn ten_thousand_yuan_may_be_reached_and_a_declined_advance_is_free_again() {
    given::<FastQuota>(after([count("TX-1", "9999.99")]))
        .when(count("TX-2", "0.01"))
        .then([counted("TX-2", "0.01")])
        .when(give_back("TX-1"))
        .then([Event::GivenBack { transaction: tx("TX-1") }])
        .when(count("TX-3", "9999.99"))
        .then([counted("TX-3", "9999.99")]);
}

#[test]
fn what_a_share_class_counts_under_a_key_of_its_own_leaves_less_room() {
    let elsewhere: Money = "9000".parse().unwrap();
    let (fund_max, amount) = (Some(DAY_MAX), "1000.01".parse().unwrap());
    let transaction = tx("TX-1");
    let by_code = true;
    let count =
        Command::Count { transaction: transaction.clone(), amount, fund_max, elsewhere, by_code };
    given::<FastQuota>([]).when(count).then_refused(Refusal::AboveDayMaximum {
        asked: amount,
        used: elsewhere,
        max: DAY_MAX,
        room: "1000".parse().unwrap(),
    });
    given::<FastQuota>([])
        .when(Command::CountPaid { transaction, amount, fund_max, elsewhere, by_code })
        .then([paid("TX-1", "1000.01", "0.01")]);
}

/// As earlier programs stored it.
#[test]
fn what_an_earlier_program_counted_may_be_any_distributors_until_it_is_given_back() {
    let stored = |text: &str| -> Event { serde_json::from_str(text).unwrap() };
    let counted = stored(r#"{"counted":{"transaction":"TX-1","amount":"9000.00"}}"#);
    let paid_then = stored(r#"{"paid":{"transaction":"TX-2","amount":"500.00","above":"0.00"}}"#);
    let uncoded = |events: &[Event]| replay::<FastQuota>(events).unwrap().used_uncoded();
    let mut events = vec![counted, paid_then];
    assert_eq!(uncoded(&events), "9500".parse().unwrap());
    for command in [count("TX-3", "400"), count_paid("TX-1", "9000"), count_paid("TX-4", "200")] {
        let state = replay::<FastQuota>(&events).unwrap();
        events.extend(FastQuota::decide(&state, &command).unwrap());
        assert_eq!(uncoded(&events), "9500".parse().unwrap(), "{command:?}");
    }
    for command in [give_back("TX-1"), count_paid("TX-1", "9000")] {
        let state = replay::<FastQuota>(&events).unwrap();
        events.extend(FastQuota::decide(&state, &command).unwrap());
        assert_eq!(uncoded(&events), "500".parse().unwrap(), "{command:?}");
    }
    assert_eq!(replay::<FastQuota>(&events).unwrap().used(), "10100".parse().unwrap());
}

/// The fund's own most was lowered between the two.
#[test]
fn what_was_counted_and_is_paid_above_a_most_of_less_is_said_and_in_no_other_amount() {
    let paid_under = |name: &str, amount: &str, max: &str| {
        let (fund_max, elsewhere) = (Some(max.parse().unwrap()), Money::ZERO);
        let (transaction, amount) = (tx(name), amount.parse().unwrap());
        Command::CountPaid { transaction, amount, fund_max, elsewhere, by_code: true }
    };
    let counted = || given::<FastQuota>(after([count("TX-1", "9000")]));
    counted().when(paid_under("TX-1", "9000", "9000")).then([]);
    let above = paid_under("TX-1", "9000", "5000");
    counted().when(above).then([paid("TX-1", "9000", "4000")]);
    let differs = Refusal::CountedDifferently {
        transaction: tx("TX-1"),
        known: "9000".parse().unwrap(),
        asked: "8000".parse().unwrap(),
    };
    counted().when(paid_under("TX-1", "8000", "5000")).then_refused(differs);
}

#[test]
fn what_was_paid_on_a_day_counts_on_it_above_the_most_too_and_is_never_given_back() {
    given::<FastQuota>(after([count("TX-1", "9000"), give_back("TX-2")]))
        .when(count_paid("TX-1", "9000"))
        .then([])
        .when(count_paid("TX-2", "1000"))
        .then([paid("TX-2", "1000", "0")])
        .when(count_paid("TX-3", "0.01"))
        .then([paid("TX-3", "0.01", "0.01")])
        .when(count("TX-3", "0.01"))
        .then([])
        .when(give_back("TX-3"))
        .then_refused(Refusal::PaidOut(tx("TX-3")));
    given::<FastQuota>(after([count_paid("TX-1", "9000")]))
        .when(count("TX-2", "1000.01"))
        .then_refused(Refusal::AboveDayMaximum {
            asked: "1000.01".parse().unwrap(),
            used: "9000".parse().unwrap(),
            max: DAY_MAX,
            room: "1000".parse().unwrap(),
        });
}

#[test]
fn every_refusal_has_its_case() {
    let rows = [
        (
            vec![give_back("TX-1")],
            count("TX-1", "1"),
            "transaction TX-1 was given back and cannot count on this day any more",
        ),
        (
            vec![count("TX-1", "60")],
            count("TX-1", "61"),
            "transaction TX-1 counts with 60.00 yuan on this day, not with 61.00",
        ),
        (
            vec![count_paid("TX-1", "60")],
            give_back("TX-1"),
            "transaction TX-1 was paid on this day and stays counted",
        ),
        (vec![], count_up_to(None, "TX-1", "1"), "the fund has no fast redemption"),
        (
            vec![count("TX-1", "9999.99")],
            // A fund that allows more than the guidance does is held to the guidance.
            count_up_to(Some("500000"), "TX-2", "0.02"),
            "0.02 yuan after 9999.99 on this day are above 10000.00; 0.01 would fit",
        ),
    ];
    let mut places = Vec::new();
    for (before, command, says) in rows {
        let state = given::<FastQuota>(after(before)).state();
        let refusal = FastQuota::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(match refusal {
            Refusal::AlreadyGivenBack(_) => 0,
            Refusal::CountedDifferently { .. } => 1,
            Refusal::PaidOut(_) => 2,
            Refusal::NotOffered => 3,
            Refusal::AboveDayMaximum { .. } => 4,
        });
    }
    each_once(places, 5);
}

#[test]
fn a_fund_may_allow_less_than_the_guidance() {
    given::<FastQuota>([]).when(count_up_to(Some("100"), "TX-1", "100.01")).then_refused(
        Refusal::AboveDayMaximum {
            asked: "100.01".parse().unwrap(),
            used: Money::ZERO,
            max: "100".parse().unwrap(),
            room: "100".parse().unwrap(),
        },
    );
}

fn key(investor: &str, distributor: &str) -> QuotaKey {
    QuotaKey {
        investor: investor.parse().unwrap(),
        fund: "000730".parse().unwrap(),
        distributor: distributor.parse().unwrap(),
        day: "2026-02-13".parse().unwrap(),
    }
}

#[test]
fn two_keys_never_share_a_text_and_each_fits_into_a_streams_name() {
    let long = "x".repeat(40);
    let parts = ["a", "a.b", "a.b.c", "b", "b.c", "3.a", "1.a", &long];
    let all = parts.iter().flat_map(|one| parts.iter().map(move |two| key(one, two).to_string()));
    let texts: BTreeSet<String> = all.collect();

    assert_eq!(texts.len(), parts.len() * parts.len());
    assert_eq!(texts.iter().map(String::len).max(), Some(102));
    assert_eq!(key("i-1", "direct").to_string(), "000730.2026-02-13.3.i-1.direct");
}

proptest! {
    #[test]
    fn nobody_cashes_out_more_than_the_day_allows(
        orders in prop::collection::vec((0..6u8, 1..600_000i64, any::<bool>()), 0..30)
    ) {
        let mut events = Vec::new();
        for (n, fen, back) in orders {
            let transaction = tx(&format!("TX-{n}"));
            let amount = Amount::new(rust_decimal::Decimal::new(fen, 2)).unwrap();
            let command = if back {
                Command::GiveBack { transaction }
            } else {
                let (fund_max, elsewhere) = (Some(DAY_MAX), Money::ZERO);
                Command::Count { transaction, amount, fund_max, elsewhere, by_code: true }
            };
            let state = replay::<FastQuota>(&events).unwrap();
            let Ok(decided) = FastQuota::decide(&state, &command) else { continue };
            events.extend(decided);
            let state = replay::<FastQuota>(&events).unwrap();
            prop_assert_eq!(FastQuota::decide(&state, &command), Ok(vec![]));
            prop_assert!(state.used() <= DAY_MAX);
            let counts = state.entries.entries().values().filter_map(Entry::amount);
            let sum = counts.map(Amount::decimal).sum::<rust_decimal::Decimal>();
            prop_assert_eq!(state.used().decimal(), sum);
        }
    }
}

#[test]
fn what_counts_fits_up_to_the_funds_own_limit_and_that_of_the_law() {
    let counted = given::<FastQuota>(after([count("TX-1", "6000")])).state();
    let fits = |max: Option<&str>, elsewhere: &str| {
        counted.fits(max.map(|max| max.parse().unwrap()), elsewhere.parse().unwrap())
    };
    assert!(fits(Some("6000"), "0") && !fits(Some("5999.99"), "0"));
    assert!(fits(Some("8000"), "2000") && !fits(Some("8000"), "2000.01"));
    // Ten thousand a day, whatever the fund would let go.
    assert!(fits(Some("50000"), "4000") && !fits(Some("50000"), "4000.01"));
    assert!(!fits(None, "0"), "the fund has no fast redemption");
}
