use super::*;
use fundflow_domain::{fast_redemption::Advancer, time::Timestamp};
use fundflow_kernel::{envelope::Actor, loaded::Meta, store::Position, streams::Key};

#[test]
fn an_overpaid_case_explains_what_it_names_of_its_own_request_and_no_more() {
    let (request, other): (TransactionId, TransactionId) =
        ("W-1".parse().unwrap(), "W-2".parse().unwrap());
    let mut books = Books::default();
    books.explained.owes_back(&request, "0.01".parse().unwrap());
    let below = |of: &TransactionId, sum: &str| {
        Excuse::of(&Account::Redeem(of.clone()), sum.parse().unwrap())
    };

    assert!(books.is_excused(&below(&request, "-0.01")));
    assert!(!books.is_excused(&below(&request, "-400.00")), "paid out twice is no correction");
    assert!(!books.is_excused(&below(&other, "-0.01")));
    assert!(!books.is_excused(&Excuse::of(&Account::Settlement, "-1".parse().unwrap())));
}

/// 5,000 yuan are advanced, and the shares bring so much. The saga is over.
fn advanced_and_brought(brought: &str) -> Books {
    let (books, suspects) = advanced_and([brings(brought)]);
    assert!(suspects.is_empty(), "none moves money twice: {suspects:?}");
    books
}

fn brings(money: &str) -> advance::Command {
    let (money, kept) = (money.parse().unwrap(), Money::ZERO);
    advance::Command::RequestRepayment(advance::Brought { money, kept })
}

fn moved(serial: &str) -> advance::Transfer {
    let (serial, amount) = (serial.parse().unwrap(), "5000".parse().unwrap());
    advance::Transfer { serial, amount, at: Timestamp::default() }
}

/// 5,000 yuan are advanced, and that follows. The saga is over.
fn advanced_and(then: impl IntoIterator<Item = advance::Command>) -> (Books, Vec<Suspect>) {
    let request: TransactionId = "F-1".parse().unwrap();
    let no: fundflow_domain::ids::PaymentNo = "F-1.out".parse().unwrap();
    let terms = advance::Terms {
        no: no.clone(),
        by: Advancer::LicensedBank("bank-7".parse().unwrap()),
        account: "acc-1".parse().unwrap(),
        amount: "5000".parse().unwrap(),
        order: "F-1.transfer".parse().unwrap(),
        asked_at: None,
    };
    let advanced =
        [advance::Command::Request(terms), advance::Command::RecordAdvanced(moved("A1"))];
    let (mut books, mut loaded) = (Books::default(), Loaded::<Advances>::default());
    let (key, mut suspects) = (Key::<Advances>::of(&no), Vec::new());
    for command in advanced.into_iter().chain(then) {
        let before = loaded.clone();
        let mut batch = Vec::new();
        loaded.decide(key.stream(), &command, &meta(&request), &mut batch).unwrap();
        for event in batch.into_iter().flat_map(|append| append.events) {
            let (stream, version) = (key.stream().clone(), loaded.version);
            let event = Recorded { position: Position(1), stream, version, event };
            // Each of them is booked from the fold before the command.
            suspects.extend(books.hear(&event, &before, &loaded));
        }
    }
    books.ended(request, "fast_withdraw".into());
    (books, suspects)
}

#[test]
fn what_a_bank_got_out_of_other_money_is_a_finding_unless_it_is_said_to_have_it_too_much() {
    let repaid = || [brings("5000"), advance::Command::RecordRepaid(moved("R1"))];
    // Nothing is booked that the shares brought.
    let (books, suspects) = advanced_and(repaid());
    let said: Vec<&str> = suspects.iter().map(|suspect| &*suspect.what).collect();
    assert_eq!(said, ["L:CUST:REDEEM:F-1 falls to -5000.00"]);
    assert!(!books.is_excused(&suspects[0].excuse));

    let (books, suspects) = advanced_and(repaid().into_iter().chain([brings("0.01")]));
    assert!(!books.is_excused(&suspects[0].excuse), "it has not so much too much");
    let (books, suspects) = advanced_and(repaid().into_iter().chain([brings("0")]));
    assert!(books.is_excused(&suspects[0].excuse));

    let back = advance::Command::RecordReturned(fundflow_domain::case::CaseId::of(b"1"));
    let (books, suspects) = advanced_and(repaid().into_iter().chain([brings("0"), back]));
    assert!(books.is_excused(&suspects[0].excuse), "it is returned since");
    let left = books.balances.iter().filter(|(_, sum)| !sum.is_zero());
    let mut left: Vec<_> = left.map(|(account, sum)| format!("{account} {sum}")).collect();
    left.sort();
    assert_eq!(left, ["A:CUST:ADVANCED:F-1 5000.00", "L:BANK:ADVANCE:bank-7 -5000.00"]);
}

fn meta(request: &TransactionId) -> Meta {
    Meta {
        correlation: request.clone(),
        process: "fast_withdraw".into(),
        causation: "test".into(),
        actor: Actor::Engine,
        trace_parent: None,
        occurred_at: Timestamp::default(),
        recorded_at: Timestamp::default(),
        trade_date: None,
    }
}

fn recourses(books: &Books) -> Vec<(String, Check, String)> {
    let all = books.close().into_iter();
    all.filter(|(_, _, what)| what.contains("less than the bank advanced")).collect()
}

#[test]
fn what_a_bank_does_not_get_back_is_a_finding_unless_a_case_of_its_request_says_why() {
    let found = ("fast_withdraw F-1".to_owned(), Check::Saga);
    let what = "the shares brought 1000.00 yuan less than the bank advanced, and no case says why";

    let mut books = advanced_and_brought("4000");
    assert_eq!(recourses(&books), [(found.0, found.1, what.to_owned())]);
    let thousand = "1000".parse().unwrap();
    books.explained.says(&"F-2".parse().unwrap(), thousand);
    assert_eq!(recourses(&books).len(), 1, "another request's case explains nothing");
    books.explained.says(&"F-1".parse().unwrap(), "999.99".parse().unwrap());
    assert_eq!(recourses(&books).len(), 1, "a case about less explains it neither");
    books.explained.says(&"F-1".parse().unwrap(), thousand);
    assert_eq!(recourses(&books), []);

    let mut under_way = advanced_and_brought("4000");
    under_way.ended.clear();
    assert_eq!(recourses(&under_way), [], "it is not over");
    assert_eq!(recourses(&advanced_and_brought("5000")), [], "the bank has it all");
}
