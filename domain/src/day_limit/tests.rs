//! Given/when/then for a day's limit, and the text of its key.

use super::{Command, DayLimit, DayTally, Entry, Event, Refusal, stream_id};
use crate::{
    calendar::TradingDay,
    decider::{Decider, replay},
    ids::TransactionId,
    investor::{CustomerType, SalesChannel},
    limits::{DayMax, ExcessPolicy, LimitKey},
    money::{Amount, Money},
    testing::{each_once, given, history},
};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

fn tx(name: &str) -> TransactionId {
    name.parse().unwrap()
}

fn yuan(text: &str) -> Amount {
    text.parse().unwrap()
}

fn count_under(policy: ExcessPolicy, name: &str, amount: &str) -> Command {
    let cap = DayMax { amount: "100".parse().unwrap(), on_excess: policy };
    Command::Count { transaction: tx(name), amount: yuan(amount), cap: Some(cap) }
}

fn count(name: &str, amount: &str) -> Command {
    count_under(ExcessPolicy::RejectWhole, name, amount)
}

fn give_back(name: &str) -> Command {
    Command::GiveBack { transaction: tx(name) }
}

fn counted(name: &str, asked: &str, accepted: &str) -> Event {
    let limit = Some("100".parse().unwrap());
    Event::Counted { transaction: tx(name), asked: yuan(asked), accepted: yuan(accepted), limit }
}

fn after(commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    history::<DayLimit>(commands)
}

#[test]
fn an_order_counts_whole_and_what_is_given_back_is_free_again() {
    given::<DayLimit>([])
        .when(count("TX-1", "100"))
        .then([counted("TX-1", "100", "100")])
        .when(give_back("TX-1"))
        .then([Event::GivenBack { transaction: tx("TX-1") }])
        .when(count("TX-2", "100"))
        .then([counted("TX-2", "100", "100")]);
}

#[test]
fn a_history_that_accepts_more_than_was_asked_or_anything_after_the_day_was_refused_is_impossible()
{
    let over = DayLimit::evolve(super::State::default(), &counted("TX-1", "60", "60.01"));
    assert!(over.is_none());

    let policy = ExcessPolicy::RejectAllOfDay;
    let refused = after([count_under(policy, "TX-1", "60"), count_under(policy, "TX-2", "60")]);
    let then = counted("TX-3", "10", "10");
    assert!(replay::<DayLimit>(&[refused, vec![then]].concat()).is_err());
}

#[test]
fn an_order_is_cut_where_the_manager_accepts_up_to_the_limit() {
    let policy = ExcessPolicy::AcceptUpToLimit;
    let state = given::<DayLimit>(after([count("TX-1", "60")]))
        .when(count_under(policy, "TX-2", "50"))
        .then([counted("TX-2", "50", "40")])
        .state();

    assert_eq!(state.used(), "100".parse().unwrap());
    assert_eq!(state.tally(), DayTally::after("100".parse().unwrap()));
}

#[test]
fn a_day_that_is_refused_takes_the_earlier_orders_with_it() {
    let policy = ExcessPolicy::RejectAllOfDay;
    let state = given::<DayLimit>(after([count("TX-1", "60")]))
        .when(count_under(policy, "TX-2", "50"))
        .then([Event::DayRefused {
            transaction: tx("TX-2"),
            asked: yuan("50"),
            revoked: vec![tx("TX-1")],
        }])
        .when(give_back("TX-1"))
        .then([])
        .state();

    assert_eq!(state.used(), Money::ZERO);
    assert_eq!(state.entry(&tx("TX-1")), Some(&Entry::Refused { asked: yuan("60") }));
    assert_eq!(state.tally(), DayTally::refused(), "none of the day's orders may follow");
}

#[test]
fn a_repeated_count_is_no_new_order_even_under_a_lower_cap() {
    let cap = DayMax { amount: Money::ZERO, on_excess: ExcessPolicy::RejectAllOfDay };
    let again = Command::Count { transaction: tx("TX-1"), amount: yuan("60"), cap: Some(cap) };

    given::<DayLimit>(after([count("TX-1", "60")])).when(again).then([]);
}

#[test]
fn every_refusal_has_its_case() {
    let refused_day = vec![count_under(ExcessPolicy::RejectAllOfDay, "TX-1", "101")];
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
            refused_day,
            count("TX-2", "1"),
            "all orders of this day are refused since one exceeded its limit",
        ),
        (
            vec![count("TX-1", "60")],
            count("TX-2", "40.01"),
            "40.01 yuan exceed the day's limit, of which 40.00 are left",
        ),
    ];
    let mut places = Vec::new();
    for (before, command, says) in rows {
        let state = given::<DayLimit>(after(before)).state();
        let refusal = DayLimit::decide(&state, &command).unwrap_err();
        assert_eq!(refusal.to_string(), says);
        places.push(match refusal {
            Refusal::AlreadyGivenBack(_) => 0,
            Refusal::CountedDifferently { .. } => 1,
            Refusal::DayRefused => 2,
            Refusal::AboveDayMax { .. } => 3,
        });
    }
    each_once(places, 4);
}

#[test]
fn no_decider_counts_one_transaction_twice() {
    let twice = [counted("TX-1", "60", "60"), counted("TX-1", "60", "60")];

    assert!(replay::<DayLimit>(&twice).is_err());
}

fn keys() -> Vec<LimitKey> {
    let mut keys = Vec::new();
    let longest = "x".repeat(40);
    let channels = [SalesChannel::DirectOnline, SalesChannel::DirectCounter, SalesChannel::Agency];
    for master in ["000730", "000731"] {
        for investor in ["i", "i.2026-02-13", "000730.i", "i.individual.agency", &longest] {
            for day in ["2026-02-13", "2026-02-24"] {
                for customer in CustomerType::ALL {
                    for channel in channels {
                        keys.push(LimitKey {
                            master: master.parse().unwrap(),
                            investor: investor.parse().unwrap(),
                            day: TradingDay::recorded(day.parse().unwrap()),
                            customer,
                            channel,
                        });
                    }
                }
            }
        }
    }
    keys
}

#[test]
fn two_keys_never_share_a_text_and_each_fits_into_a_streams_name() {
    let texts: BTreeSet<String> = keys().iter().map(stream_id).collect();

    assert_eq!(texts.len(), keys().len());
    assert_eq!(texts.iter().map(String::len).max(), Some(85));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    assert!(texts.iter().all(|text| text.bytes().all(plain)));
    assert!(texts.contains("000730.i.2026-02-13.individual.direct_online"));
}

fn any_command() -> impl Strategy<Value = Command> {
    let name = || prop::sample::select(vec!["TX-1", "TX-2", "TX-3", "TX-4"]);
    let policy = prop::sample::select(vec![
        ExcessPolicy::RejectWhole,
        ExcessPolicy::AcceptUpToLimit,
        ExcessPolicy::RejectAllOfDay,
    ]);
    let amount = prop::sample::select(vec!["0.01", "40", "60", "100.01"]);
    prop_oneof![
        3 => (policy, name(), amount).prop_map(|(policy, name, sum)| count_under(policy, name, sum)),
        1 => name().prop_map(give_back),
    ]
}

proptest! {
    #[test]
    fn what_counts_never_exceeds_the_limit(commands in prop::collection::vec(any_command(), 0..25)) {
        let mut events = Vec::new();
        for command in commands {
            let state = replay::<DayLimit>(&events).unwrap();
            let Ok(decided) = DayLimit::decide(&state, &command) else { continue };
            events.extend(decided);
            let state = replay::<DayLimit>(&events).unwrap();
            prop_assert_eq!(DayLimit::decide(&state, &command), Ok(vec![]));
            prop_assert!(state.used() <= "100".parse().unwrap());
            let counts = state.entries.entries().values().map(|entry| match entry {
                Entry::Counted { accepted, .. } => accepted.decimal(),
                Entry::Refused { .. } | Entry::GivenBack => Decimal::ZERO,
            });
            prop_assert_eq!(state.used().decimal(), counts.sum::<Decimal>());
        }
    }
}
