//! Given/when/then for a settlement.

use super::{Command, Event, Part, Party, Refusal, SettlementId, Settlements, Terms, Way};
use crate::{
    calendar::TradingDay,
    case::CaseId,
    decider::replay,
    postings::{Posting, imbalance, of_settlement},
    testing::{given, history},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(text: &str) -> TradingDay {
    TradingDay::recorded(text.parse().unwrap())
}

fn terms(party: &str, [receivable, payable, fees]: [&str; 3]) -> Terms {
    Terms {
        party: party.parse().unwrap(),
        t: day("2026-02-13"),
        due_on: "2026-02-24".parse().unwrap(),
        receivable: receivable.parse().unwrap(),
        payable: payable.parse().unwrap(),
        fees: fees.parse().unwrap(),
    }
}

fn channel() -> Terms {
    terms("channel", ["1000.00", "0", "0"])
}

fn part(serial: &str, way: Way, amount: &str) -> Part {
    let (serial, amount) = (serial.parse().unwrap(), amount.parse().unwrap());
    Part { serial, way, amount, on: "2026-02-24".parse().unwrap() }
}

fn came(serial: &str, amount: &str) -> Command {
    Command::Record(part(serial, Way::In, amount))
}

fn off(rest: &str) -> Command {
    Command::WriteOff { case: CaseId::of(b"rest"), rest: rest.parse().unwrap() }
}

fn remains(commands: Vec<Command>) -> Decimal {
    let state = replay::<Settlements>(&history::<Settlements>(commands)).unwrap();
    state.settlement().unwrap().remains().unwrap()
}

#[test]
fn what_is_due_comes_in_parts_until_nothing_remains() {
    given::<Settlements>([])
        .when(Command::Instruct(channel()))
        .then([Event::Instructed(Box::new(channel()))])
        .when(came("S1", "600.00"))
        .then([Event::Moved(part("S1", Way::In, "600.00"))]);
    let all = vec![Command::Instruct(channel()), came("S1", "600.00"), came("S2", "400.00")];
    assert_eq!(remains(all), Decimal::ZERO);
}

#[test]
fn a_transfer_counts_once_and_has_one_sum() {
    let before = || history::<Settlements>([Command::Instruct(channel()), came("S1", "600.00")]);
    given::<Settlements>(before()).when(came("S1", "600.00")).then([]);
    given::<Settlements>(before()).when(came("S1", "601.00")).then_refused(
        Refusal::SerialDiffers {
            known: Box::new(part("S1", Way::In, "600.00")),
            came: Box::new(part("S1", Way::In, "601.00")),
        },
    );
}

#[test]
fn more_than_is_due_leaves_less_than_nothing_until_some_goes_back() {
    let over = vec![Command::Instruct(channel()), came("S1", "1000.00"), came("S2", "1000.00")];
    assert_eq!(remains(over.clone()), "-1000".parse().unwrap());
    let back = Command::Record(part("S3", Way::Out, "1000.00"));
    assert_eq!(remains([over, vec![back]].concat()), Decimal::ZERO);
}

#[test]
fn a_person_takes_over_what_remains_and_nothing_else() {
    let before = || history::<Settlements>([Command::Instruct(channel()), came("S1", "990.00")]);
    let rest = "10.00".parse().unwrap();
    given::<Settlements>(before())
        .when(off("10.00"))
        .then([Event::WrittenOff { case: CaseId::of(b"rest"), rest }]);
    given::<Settlements>(before()).when(off("9.00")).then_refused(Refusal::OtherRest {
        remains: "10.00".parse().unwrap(),
        seen: "9.00".parse().unwrap(),
    });
}

#[test]
fn every_refusal_once() {
    let fixed = history::<Settlements>([Command::Instruct(channel())]);
    given::<Settlements>([]).when(came("S1", "1")).then_refused(Refusal::NotInstructed);
    let other = terms("channel", ["999.00", "0", "0"]);
    let id = other.id();
    given::<Settlements>(fixed)
        .when(Command::Instruct(other))
        .then_refused(Refusal::InstructedDifferently(id));
    given::<Settlements>([])
        .when(Command::Instruct(terms("fund.000730", ["0", "0", "0"])))
        .then_refused(Refusal::NothingDue("fund.000730".parse().unwrap()));
    // The last part that there may be, and one more.
    let part = |nth: usize| match came(&format!("S{nth}"), "0.01") {
        Command::Record(part) => part,
        _ => panic!("it is one"),
    };
    let parts = |count: usize| (0..count).map(|nth| Event::Moved(part(nth)));
    let with = |count| std::iter::once(Event::Instructed(Box::new(channel()))).chain(parts(count));
    let last = super::PARTS_MAX - 1;
    let full = given::<Settlements>(with(last))
        .when(Command::Record(part(last)))
        .then([Event::Moved(part(last))]);
    drop(full);
    given::<Settlements>(with(super::PARTS_MAX))
        .when(came("S-more", "0.01"))
        .then_refused(Refusal::TooManyParts);
}

#[test]
fn names_are_read_back_and_others_are_refused() {
    for text in ["channel.2026-02-13", "fund.000730.2026-02-13"] {
        assert_eq!(SettlementId::parse(text).unwrap().to_string(), text);
    }
    for text in ["channel", "bank.2026-02-13", "fund.73.2026-02-13", "channel.2026-02-30"] {
        assert_eq!(SettlementId::parse(text), None, "{text}");
    }
    assert!("bank".parse::<Party>().is_err());
}

fn postings(commands: Vec<Command>) -> Vec<Vec<Posting>> {
    let (events, mut state) = (history::<Settlements>(commands), super::State::default());
    let mut all = Vec::new();
    for event in &events {
        all.push(of_settlement(&state, event).unwrap());
        state = <Settlements as crate::decider::Decider>::evolve(state, event).unwrap();
    }
    all
}

fn sums(entries: &[Vec<Posting>]) -> Vec<String> {
    let mut sums = std::collections::BTreeMap::<String, Decimal>::new();
    for line in entries.iter().flatten() {
        *sums.entry(line.account.to_string()).or_default() += line.debit;
    }
    sums.into_iter().map(|(account, sum)| format!("{account} {sum}")).collect()
}

#[test]
fn a_fund_that_owes_more_pays_the_net_and_keeps_its_fees() {
    let fund = terms("fund.000730", ["800.00", "300.00", "20.00"]);
    let entries = postings(vec![Command::Instruct(fund), came("S1", "480.00")]);
    let expected = [
        "A:BANK:SETTLE 480.00",
        "A:FUND:RECV:000730 -800.00",
        "L:FUND:PAYABLE:000730 300.00",
        "L:FUND:REDEEMFEE:000730 20.00",
    ];
    assert_eq!(sums(&entries), expected);
}

#[test]
fn a_fund_that_is_owed_more_gets_the_net() {
    let fund = terms("fund.000730", ["300.00", "800.00", "20.00"]);
    let out = Command::Record(part("S1", Way::Out, "520.00"));
    let expected = [
        "A:BANK:SETTLE -520.00",
        "A:FUND:RECV:000730 -300.00",
        "L:FUND:PAYABLE:000730 800.00",
        "L:FUND:REDEEMFEE:000730 20.00",
    ];
    assert_eq!(sums(&postings(vec![Command::Instruct(fund), out])), expected);
}

#[test]
fn what_a_person_takes_over_of_a_channel_leaves_its_account() {
    let entries = postings(vec![Command::Instruct(channel()), came("S1", "990.00"), off("10.00")]);
    let expected = ["A:BANK:SETTLE 990.00", "A:CHANNEL:RECV -1000.00", "A:SETTLE:BYHAND 10.00"];
    assert_eq!(sums(&entries), expected);
}

proptest! {
    #[test]
    fn entries_balance_and_accounts_end_at_what_was_due(
        receivable in 0..1_000_000_u32, payable in 0..1_000_000_u32, fees in 0..1_000_u32,
        parts in proptest::collection::vec((any::<bool>(), 1..1_000_000_u32), 0..5),
    ) {
        let yuan = |fen: u32| Decimal::new(i64::from(fen), 2).to_string();
        prop_assume!(receivable + payable + fees > 0);
        let due = terms("fund.000730", [&yuan(receivable), &yuan(payable), &yuan(fees)]);
        let net = due.net().unwrap();
        let mut commands = vec![Command::Instruct(due)];
        for (nth, (comes, fen)) in parts.iter().enumerate() {
            let way = if *comes { Way::In } else { Way::Out };
            commands.push(Command::Record(part(&format!("S{nth}"), way, &yuan(*fen))));
        }
        let rest = remains(commands.clone());
        if !rest.is_zero() {
            commands.push(off(&rest.to_string()));
        }
        let entries = postings(commands);
        for entry in &entries {
            prop_assert!(imbalance(entry).is_empty(), "{entry:?}");
        }
        let of = |code: &str| -> Decimal {
            let lines = entries.iter().flatten().filter(|it| it.account.to_string() == code);
            lines.map(|it| it.debit).sum()
        };
        let [recv, pay] = ["A:FUND:RECV:000730", "L:FUND:PAYABLE:000730"].map(of);
        let due = Decimal::new(i64::from(receivable), 2) - Decimal::new(i64::from(payable), 2);
        prop_assert_eq!(-(recv + pay), due);
        let moved = of("A:BANK:SETTLE");
        prop_assert_eq!(moved + of("A:SETTLE:BYHAND"), net);
        // Each side is what it was.
        prop_assert_eq!(recv, -Decimal::new(i64::from(receivable), 2));
    }
}
