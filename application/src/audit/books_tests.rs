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
    let (serial, amount, at) =
        ("A1".parse().unwrap(), "5000".parse().unwrap(), Timestamp::default());
    let commands = [
        advance::Command::Request(terms),
        advance::Command::RecordAdvanced(advance::Transfer { serial, amount, at }),
        advance::Command::RequestRepayment(advance::Brought {
            money: brought.parse().unwrap(),
            kept: Money::ZERO,
        }),
    ];
    let (mut books, mut loaded) = (Books::default(), Loaded::<Advances>::default());
    let key = Key::<Advances>::of(&no);
    for command in commands {
        let before = loaded.clone();
        let mut batch = Vec::new();
        loaded.decide(key.stream(), &command, &meta(&request), &mut batch).unwrap();
        for event in batch.into_iter().flat_map(|append| append.events) {
            let (stream, version) = (key.stream().clone(), loaded.version);
            let event = Recorded { position: Position(1), stream, version, event };
            // Each of them is booked from the fold before the command: none moves money twice.
            assert!(books.hear(&event, &before, &loaded).is_empty());
        }
    }
    books.ended(request, "fast_withdraw".into());
    books
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
