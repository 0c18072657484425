use super::*;
use fundflow_domain::{
    application::{Ask, Confirmation, Outcome, Promise, PromisedFee, PurchaseConfirmed, Terms},
    calendar::TradingDay,
    case::{self, CaseId, Closing, Disputed, Finding, How, Kind, Report, SourceKind},
    fast_redemption::Advancer,
    ids::PaymentNo,
    money::{Discount, Income, Nav, ShareRounding},
    money_fund::IncomeUnit,
    text::Text,
    time::Timestamp,
};
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
    let (money, retained) = (money.parse().unwrap(), Money::ZERO);
    advance::Command::RequestRepayment(advance::Brought { money, retained })
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
    let mut books = Books::default();
    let commands = advanced.into_iter().chain(then);
    let (_, suspects) = heard::<Advances>(&mut books, &Key::of(&no), commands, &request);
    books.ended(request, "fast_withdraw".into());
    (books, suspects)
}

/// The fold after those commands, all of which the books hear, and what they found wrong.
fn heard<D>(
    books: &mut Books,
    key: &Key<D>,
    commands: impl IntoIterator<Item = D::Command>,
    request: &TransactionId,
) -> (Loaded<D>, Vec<Suspect>)
where
    D: Stored<State: Clone + Send + Sync> + 'static,
{
    let (mut loaded, mut suspects) = (Loaded::<D>::default(), Vec::new());
    for command in commands {
        let before = loaded.clone();
        let mut batch = Vec::new();
        loaded.decide(key.stream(), &command, &meta(request), &mut batch).unwrap();
        for event in batch.into_iter().flat_map(|append| append.events) {
            let (stream, version) = (key.stream().clone(), loaded.version);
            let event = Recorded { position: Position(1), stream, version, event };
            // Each of them is booked from the fold before the command.
            suspects.extend(books.hear(&event, &before, &loaded));
        }
    }
    (loaded, suspects)
}

/// An order of 10,000 yuan that is paid, and of which the registrar confirms 10,000.02; a person has accepted that.
fn bought_too_much() -> Books {
    let (request, mut books) = ("P-1".parse().unwrap(), Books::default());
    let no: PaymentNo = "P-1.buy.pay".parse().unwrap();
    let (serial, amount) = ("CH1".parse().unwrap(), "10000".parse().unwrap());
    let receipt =
        payment::Receipt { no: no.clone(), serial, amount, paid_at: Timestamp::default() };
    let terms = payment::Terms {
        no: no.clone(),
        account: "acc-1".parse().unwrap(),
        amount: "10000".parse().unwrap(),
        order: "P-1.buy".parse().unwrap(),
        trade_date: day("2026-02-13"),
        asked_at: None,
    };
    let said = [payment::Command::Request(terms), payment::Command::RecordPaid(receipt)];
    heard::<Payments>(&mut books, &Key::of(&no), said, &request);

    let (terms, confirmed) = (order(), too_much());
    let key = Key::of(&terms.no);
    let said = [
        application::Command::Place(Box::new(terms)),
        application::Command::Accept("A1".parse().unwrap()),
        application::Command::Confirm(Box::new(confirmed.clone())),
    ];
    let (known, _) = heard::<Applications>(&mut books, &key, said, &request);
    let id = known.state.application().unwrap().case_of(&confirmed);

    let (by, reason) = (Text::lossy("chen"), Text::lossy("it is so"));
    let closing = Closing { how: How::Accepted, by, reason };
    let opened = case::Command::Open(Box::new(report(id, &request)));
    heard::<Cases>(&mut books, &Key::of(&id), [opened, case::Command::Close(closing)], &request);
    books.finished(request);
    books
}

fn day(text: &str) -> TradingDay {
    TradingDay::recorded(text.parse().unwrap())
}

fn order() -> Terms {
    let (fee, confirm_by) = (PromisedFee::Open, day("2026-02-24"));
    Terms {
        order: "P-1.buy".parse().unwrap(),
        no: "APP1".parse().unwrap(),
        registrar: "own".parse().unwrap(),
        investor: "i-1".parse().unwrap(),
        fund: "011162".parse().unwrap(),
        ask: Ask::Purchase { amount: "10000".parse().unwrap(), plan: None },
        trade_date: day("2026-02-13"),
        rounding: ShareRounding::HalfUp,
        promised: Promise { fee, discount: Discount::NONE, floor: None, confirm_by },
        distributor: None,
    }
}

fn too_much() -> Confirmation {
    let (on, sum) = ("2026-02-24".parse().unwrap(), "10000.02");
    let (amount, shares) = (sum.parse().unwrap(), sum.parse().unwrap());
    let (fee, refund) = (Money::ZERO, Money::ZERO);
    Confirmation {
        serial: "C1".parse().unwrap(),
        confirmed_on: on,
        registered_on: on,
        finished: true,
        misnamed: vec![],
        outcome: Outcome::Purchase(PurchaseConfirmed {
            amount,
            fee,
            refund,
            nav: Nav::ONE,
            shares,
        }),
    }
}

fn report(id: CaseId, request: &TransactionId) -> Report {
    let (name, record) = (Text::lossy("registrar"), Text::lossy("C1"));
    let disputed = Disputed { money: "0.02".parse().unwrap(), ..Disputed::default() };
    let (kind, what) = (Kind::AmountDiffers, Text::lossy("0.02 too much"));
    Report {
        id,
        at: Timestamp::default(),
        source: case::Source { kind: SourceKind::RegistrarCallback, name, record },
        transaction: Some(request.clone()),
        order: None,
        fund: None,
        findings: vec![Finding { kind, what, ours: vec![], theirs: vec![], disputed }],
        evidence: Text::lossy("C1"),
    }
}

#[test]
fn what_nobody_paid_for_is_reported_to_a_person_to_the_fen() {
    let request: TransactionId = "P-1".parse().unwrap();
    let findings = |reported: Option<&str>| {
        let mut books = bought_too_much();
        if let Some(reported) = reported {
            books.explained.is_overpaid(request.clone(), reported.parse().unwrap());
        }
        let found = books.close().into_iter().map(|(_, _, what)| what);
        let found = found.filter(|what| what.contains("a person was told"));
        found.collect::<Vec<_>>()
    };
    let other = |reported| {
        vec![format!(
            "0.02 yuan at A:BYHAND are the customer's debt, and a person was told {reported}"
        )]
    };

    assert_eq!(findings(Some("0.02")), Vec::<String>::new());
    assert_eq!(findings(None), other("0"));
    assert_eq!(findings(Some("0.01")), other("0.01"));
    assert_eq!(findings(Some("0.03")), other("0.03"));
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

/// 100.00 shares earn 0.0142 and leave in two records that pay nothing. An engine of before left the whole
/// of it unpaid.
#[test]
fn a_part_of_a_fen_that_stays_unpaid_when_every_share_has_left_is_found() {
    let (request, mut books): (TransactionId, _) = ("W-1".parse().unwrap(), Books::default());
    let key = Key::<Wallet>::of(&WalletId {
        investor: "I-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
    });
    let (day, per_10_000) = ("2026-03-02".parse().unwrap(), "1.42".parse().unwrap());
    let shares = |text: &str| text.parse().unwrap();
    let commands = [
        wallet::Command::CreditInTransit(request.clone(), shares("100")),
        wallet::Command::ConfirmCredit(request.clone(), shares("100"), day),
        wallet::Command::AccrueIncome {
            day,
            publication: 0,
            per_10_000,
            unit: IncomeUnit::HundredthOfFen,
        },
        wallet::Command::ReserveAll(request.clone(), shares("100")),
        wallet::Command::TakePortion {
            transaction: request.clone(),
            shares: shares("60"),
            earns_through: day,
        },
        wallet::Command::TakeOut {
            transaction: request.clone(),
            shares: shares("100"),
            earns_through: day,
        },
    ];
    let (gone, suspects) = heard::<Wallet>(&mut books, &key, commands, &request);
    // No registrar is heard here.
    let unsaid = "100.00 shares came, 100.00 more than the registrar has confirmed by then";
    assert_eq!(suspects.iter().map(|it| &*it.what).collect::<Vec<_>>(), [unsaid]);

    let settled = |left: &str| wallet::Event::IncomeSettled {
        transaction: request.clone(),
        amount: Income::ZERO,
        left_to_fund: left.parse().unwrap(),
    };
    let mut said = |left: &str| {
        let event = settled(left);
        let after = Wallet::evolve(gone.state.clone(), &event).unwrap();
        let fund = "000730".parse().unwrap();
        books.exits.hear((&request, fund), &event, &after).map(|it| it.what)
    };
    assert_eq!(said("0.0142"), None, "two records of less than a fen each");
    let left = "every share has left, and 0.0142 yuan of income are unpaid";
    assert_eq!(said("0").as_deref(), Some(left));
}
