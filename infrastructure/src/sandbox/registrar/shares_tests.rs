use super::{
    tests::{Stage, confirmed, hour, name, names, stage},
    *,
};
use crate::sandbox::fixture::{bought, calendar, redeemed, t};
use fundflow_domain::{
    application::{Confirmation, Designated, OnHuge, Outcome, RedemptionConfirmed, Terms},
    money::Amount,
    orders::Serial,
};

fn redemption(confirmation: &Confirmation) -> &RedemptionConfirmed {
    let Outcome::Redemption(numbers) = &confirmation.outcome else { panic!("{confirmation:?}") };
    numbers
}

/// TX-0 has bought 1,000 shares a day before the others ask.
fn holding(scenario: &str) -> (Stage, Terms) {
    let stage = stage(scenario);
    stage.submit(bought("TX-0", "1000.00"));
    stage.says(hour());
    let next = calendar().plus(t(), 1).unwrap();
    (stage, Terms { trade_date: next, ..redeemed("TX-1", "1000.00") })
}

fn after_holiday() -> Timestamp {
    "2026-02-24T08:00:00+08:00".parse().unwrap()
}

#[test]
fn a_redemption_of_money_fund_shares_is_paid_in_full_and_names_its_lots() {
    let (stage, terms) = holding("");
    stage.submit(terms.clone());
    let answers = stage.says_of(&terms, after_holiday());
    let numbers = redemption(confirmed(&answers));

    assert_eq!((numbers.payout.to_string(), numbers.fee.is_zero()), ("1000.00".into(), true));
    assert_eq!(numbers.lots.len(), 1);
    assert_eq!(numbers.lots[0].shares.to_string(), "1000.00");
}

#[test]
fn what_is_not_there_or_is_frozen_does_not_leave() {
    let frozen = "[[frozen]]\ninvestor = \"I-1\"\nfund = \"000730\"\nshares = \"0.01\"";
    let rows = [
        ("", "1000.01", "0001", "1000.01 shares asked, 1000.00 there"),
        (frozen, "1000.00", "0002", "0.01 shares frozen, 1000.00 asked, 999.99 free"),
    ];
    for (scenario, shares, code, text) in rows {
        let (stage, terms) = holding(scenario);
        let terms = Terms { ask: redeemed("TX-1", shares).ask, ..terms };
        stage.submit(terms.clone());
        let answers = stage.says_of(&terms, after_holiday());
        let [ApplicationAnswer::Rejected(it)] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!((&*it.cause.code, &*it.cause.text), (code, text));
    }
}

#[test]
fn a_lot_that_is_named_leaves_and_one_that_is_not_there_does_not() {
    let serials = |stage: &Stage| -> Vec<Serial> {
        let all = stage.registrar.applications();
        all.iter().flat_map(|it| it.confirmations().map(|it| it.serial.clone())).collect()
    };
    let (stage, terms) = holding("");
    let known = serials(&stage).remove(0);
    let asked = [(known, "confirmed"), ("TA0".parse().unwrap(), "rejected")];
    let asked = asked.map(|(serial, answer)| {
        let lots = vec![Designated { serial, shares: "10.00".parse().unwrap() }];
        let Terms { ask: Ask::Redemption { on_huge, take_income, .. }, .. } = &terms else {
            panic!()
        };
        let (shares, on_huge, take_income) = ("10.00".parse().unwrap(), *on_huge, *take_income);
        let ask = Ask::Redemption { shares, lots, on_huge, take_income };
        let order = format!("{answer}.redeem").parse().unwrap();
        let no = fundflow_domain::ids::ApplicationNo::of(&order);
        (Terms { ask, order, no, ..terms.clone() }, answer)
    });
    for (terms, _) in &asked {
        drop(stage.submit(terms.clone()));
    }
    stage.says(after_holiday());
    for (terms, answer) in asked {
        assert_eq!(name(&stage.query(&terms)), answer);
    }
}

/// 1,000.00 shares of TX-0 and 1,000.00 of TX-9, and the serials of their records.
fn two_lots(scenario: &str) -> (Stage, [Serial; 2]) {
    let stage = stage(scenario);
    let orders = ["TX-0", "TX-9"].map(|it| bought(it, "1000.00"));
    for terms in &orders {
        stage.submit(terms.clone());
    }
    stage.says(hour());
    let serials = orders.map(|terms| confirmed(&[stage.query(&terms)]).serial.clone());
    (stage, serials)
}

/// On the T after those were bought.
fn naming(transaction: &str, shares: &str, lots: &[(&Serial, &str)]) -> Terms {
    let lot = |(serial, shares): &(&Serial, &str)| Designated {
        serial: (*serial).clone(),
        shares: shares.parse().unwrap(),
    };
    let named = lots.iter().map(lot).collect();
    let terms = redeemed(transaction, shares);
    let Ask::Redemption { shares, on_huge, take_income, .. } = terms.ask.clone() else { panic!() };
    let trade_date = calendar().plus(t(), 1).unwrap();
    let ask = Ask::Redemption { shares, lots: named, on_huge, take_income };
    Terms { ask, trade_date, ..terms }
}

fn lots(answers: &[ApplicationAnswer]) -> Vec<(Serial, String)> {
    let lots = &redemption(confirmed(answers)).lots;
    lots.iter().map(|lot| (lot.serial.clone(), lot.shares.to_string())).collect()
}

// Four of 100.00 each leave by the sequence. One of them at least has a smaller number than the one that names all
// of the first lot, and is handed in before it.
#[test]
fn what_names_its_lots_leaves_before_what_goes_by_the_sequence() {
    let (stage, [first, second]) = two_lots("");
    let others = ["TX-1", "TX-2", "TX-3", "TX-4"].map(|it| naming(it, "100.00", &[]));
    let all = naming("TX-5", "1000.00", &[(&first, "1000.00")]);
    for terms in others.iter().chain([&all]) {
        stage.submit(terms.clone());
    }
    stage.says(after_holiday());

    assert_eq!(lots(&[stage.query(&all)]), [(first, "1000.00".into())]);
    for terms in &others {
        assert_eq!(lots(&[stage.query(terms)]), [(second.clone(), "100.00".into())]);
    }
}

// 400.00 of 1,000.00 leave at once, all of them of the first lot; 100.00 of it are left to go, and 500.00 of the
// second.
#[test]
fn a_rest_that_is_carried_over_takes_what_is_left_of_the_lots_that_were_named() {
    let huge = "[[huge]]\nfund = \"000730\"\non = \"2026-02-13\"\npart_per_mille = 400";
    let (stage, [first, second]) = two_lots(huge);
    let terms = naming("TX-1", "1000.00", &[(&first, "500.00"), (&second, "500.00")]);
    stage.submit(terms.clone());

    let said = stage.says_of(&terms, after_holiday());
    assert_eq!(lots(&said), [(first.clone(), "400.00".into())]);
    let said = stage.says_of(&terms, "2026-02-25T08:00:00+08:00".parse().unwrap());
    assert_eq!(lots(&said), [(first, "100.00".into()), (second, "500.00".into())]);
}

#[test]
fn a_huge_redemption_is_confirmed_in_part_and_the_rest_on_the_next_t_or_never() {
    let huge = "[[huge]]\nfund = \"000730\"\non = \"2026-02-13\"\npart_per_mille = 400";
    let (stage, terms) = holding(huge);
    stage.submit(terms.clone());
    let first = stage.says_of(&terms, after_holiday());
    let second = stage.says_of(&terms, "2026-02-25T08:00:00+08:00".parse().unwrap());
    let said = |answers: &[ApplicationAnswer]| {
        let it = confirmed(answers);
        (redemption(it).shares.to_string(), it.finished)
    };
    assert_eq!(said(&first), ("400.00".into(), false));
    assert_eq!(said(&second), ("600.00".into(), true));
    assert_ne!(confirmed(&first).serial, confirmed(&second).serial);

    let (stage, terms) = holding(huge);
    let Ask::Redemption { shares, lots, take_income, .. } = terms.ask.clone() else { panic!() };
    let on_huge = OnHuge::Cancel;
    let terms = Terms { ask: Ask::Redemption { shares, lots, take_income, on_huge }, ..terms };
    stage.submit(terms.clone());
    assert_eq!(said(&stage.says_of(&terms, after_holiday())), ("400.00".into(), true));
    assert_eq!(stage.registrar.next_due(), None);
}

#[test]
fn what_is_carried_over_meets_the_ratio_of_each_day_that_is_huge_again() {
    let day = |on: &str| {
        format!("[[huge]]\nfund = \"000730\"\non = \"2026-02-{on}\"\npart_per_mille = 400\n")
    };
    let (stage, terms) = holding(&["13", "24", "25"].map(day).concat());
    stage.submit(terms.clone());
    let mut serials = Vec::new();
    for (on, shares, finished) in [
        ("24", "400.00", false),
        ("25", "240.00", false),
        ("26", "144.00", false),
        ("27", "216.00", true),
    ] {
        let answers =
            stage.says_of(&terms, format!("2026-02-{on}T08:00:00+08:00").parse().unwrap());
        let it = confirmed(&answers);
        assert_eq!((redemption(it).shares.to_string().as_str(), it.finished), (shares, finished));
        assert!(!serials.contains(&it.serial));
        serials.push(it.serial.clone());
    }
    assert_eq!(stage.registrar.next_due(), None);

    // A part of next to nothing is no rejection.
    let (stage, terms) = holding(&["13", "24"].map(day).concat());
    let Ask::Redemption { on_huge, lots, take_income, .. } = terms.ask.clone() else { panic!() };
    let ask = Ask::Redemption { shares: "0.02".parse().unwrap(), on_huge, lots, take_income };
    let terms = Terms { ask, ..terms };
    stage.submit(terms.clone());
    for (on, finished) in [("24", false), ("25", true)] {
        let answers =
            stage.says_of(&terms, format!("2026-02-{on}T08:00:00+08:00").parse().unwrap());
        let it = confirmed(&answers);
        assert_eq!((redemption(it).shares.to_string().as_str(), it.finished), ("0.01", finished));
    }
}

#[test]
fn a_fast_transfer_takes_shares_out_and_cannot_be_taken_back() {
    let (stage, terms) = holding("");
    let ask =
        Ask::FastTransfer { shares: "100.00".parse().unwrap(), to: "BANK-1".parse().unwrap() };
    let terms = Terms { ask, ..terms };
    stage.submit(terms.clone());
    assert_eq!(name(&stage.cancel(terms.clone())), "not cancelled");
    assert_eq!(names(&stage.says_of(&terms, after_holiday())), ["confirmed"]);

    let register = stage.registrar.register();
    let left: Vec<_> =
        register.holders().iter().map(|it| (it.0.to_string(), it.2.to_string())).collect();
    assert_eq!(left, [("BANK-1".into(), "100.00".into()), ("I-1".into(), "900.00".into())]);
}

#[test]
fn a_subscription_counts_at_once_and_becomes_shares_or_goes_back_with_its_interest() {
    let amount: Amount = "100000.00".parse().unwrap();
    let terms = Terms { ask: Ask::Subscription { amount }, ..bought("TX-1", "1.00") };
    let raising = |fails: bool| {
        format!(
            "[[raising]]\nfund = \"000730\"\nfounded_on = \"2026-02-27\"\nrate = \"0.0036\"\n\
             fails = {fails}"
        )
    };
    let founded: Timestamp = "2026-02-27T08:00:00+08:00".parse().unwrap();

    let founding = stage(&raising(false));
    founding.submit(terms.clone());
    assert_eq!(names(&founding.says_of(&terms, hour())), ["received"]);
    let answers = founding.says_of(&terms, founded);
    let Outcome::Subscription(it) = &confirmed(&answers).outcome else { panic!() };
    // 100,000 × 0.0036 × 14 / 360.
    assert_eq!(
        (it.interest.to_string(), it.shares.to_string()),
        ("14.00".into(), "100014.00".into())
    );

    let failing = stage(&raising(true));
    failing.submit(terms.clone());
    assert_eq!(names(&failing.says_of(&terms, hour())), ["received"]);
    let answers = failing.says_of(&terms, founded);
    let [ApplicationAnswer::Rejected(it)] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(it.interest.to_string(), "14.00");
}
