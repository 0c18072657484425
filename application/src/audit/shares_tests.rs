use super::*;
use fundflow_domain::{
    application::{
        Applications, Command, OnHuge, Promise, PromisedFee, RedemptionConfirmed, Terms,
    },
    calendar::TradingDay,
    decider::Decider as _,
    money::{Discount, Money, Nav, ShareRounding},
    wallet::Event as InWallet,
};

fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn terms() -> Terms {
    let day = TradingDay::recorded(read("2026-02-13"));
    let on_huge = OnHuge::Cancel;
    Terms {
        order: read("W-1.redeem"),
        no: read("APP1"),
        registrar: read("own"),
        investor: read("i-1"),
        fund: read("000730"),
        ask: Ask::Redemption { shares: read("100"), lots: vec![], on_huge, take_income: true },
        trade_date: day,
        distributor: None,
        rounding: ShareRounding::HalfUp,
        promised: Promise {
            fee: PromisedFee::Open,
            discount: Discount::NONE,
            floor: None,
            confirm_by: day,
        },
    }
}

fn record(income: &str) -> Confirmation {
    let numbers = RedemptionConfirmed {
        shares: read("100"),
        nav: Nav::ONE,
        gross: read("100"),
        fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        payout: read("101.25"),
        income: read(income),
        lots: vec![],
    };
    Confirmation {
        serial: read("C1"),
        confirmed_on: read("2026-02-24"),
        registered_on: read("2026-02-24"),
        finished: true,
        misnamed: vec![],
        outcome: Outcome::Redemption(numbers),
    }
}

/// What was said of a redemption by the registrar, who paid that income along.
fn said(request: &TransactionId, income: &str) -> SharesSaid {
    let mut said = SharesSaid::default();
    let commands = [
        Command::Place(Box::new(terms())),
        Command::Accept(read("A1")),
        Command::Confirm(Box::new(record(income))),
    ];
    commands.iter().fold(State::default(), |state, command| {
        let events = Applications::decide(&state, command).unwrap();
        events.iter().fold(state, |state, event| {
            said.said(request, &state, event);
            Applications::evolve(state, event).unwrap()
        })
    });
    said
}

#[test]
fn income_is_settled_as_the_records_say_and_in_no_other_sum() {
    let (request, money): (TransactionId, FundCode) = (read("W-1"), read("000730"));
    let mut said = said(&request, "1.25");
    let settled = |amount: &str| InWallet::IncomeSettled {
        transaction: request.clone(),
        amount: read(amount),
        left_to_fund: read("0"),
    };
    let corrected = |amount: &str| InWallet::IncomeSettlementCorrected {
        transaction: request.clone(),
        reversed: read("1.25"),
        from_fund: read("0"),
        amount: read(amount),
        left_to_fund: read("0"),
    };
    let found = |said: &SharesSaid, event| said.settled(&request, money, &event).map(|it| it.what);

    assert_eq!(found(&said, settled("1.25")), None);
    let what = "900.0000 yuan of income were settled, and its records say 1.25";
    assert_eq!(found(&said, settled("900")).as_deref(), Some(what));
    assert!(found(&said, settled("0")).is_some());
    assert!(found(&said, corrected("1.26")).is_some());
    assert_eq!(found(&said, corrected("0")), None, "the shares came back");
    said.lose(&request);
    assert_eq!(found(&said, settled("900")), None, "nobody knows what its records say");
}
