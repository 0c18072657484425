//! Registrars that take digits alone, through the files and back; and who an order is of, in a record.

use super::*;
use crate::{
    catalogue,
    exchange::{
        check::read_all_or_refuse, flow::trade_application::TradeApplication,
        return_code::ReturnCodes,
    },
    sandbox::{
        fixture::{
            account_of, applied, bought, calendar, converted, handed_in, investors, redeemed, t,
        },
        registrar::{Confirming, DICTIONARY, Market, SandboxRegistrar},
        scenario::Scenario,
    },
};
use fundflow_domain::{
    application::{Ask, Designated, Outcome},
    ids::ApplicationNo,
    investor::CustomerType,
};
use fundflow_kernel::clock::ManualClock;
use fundflow_sagas::ports::registrar::{Application, ApplicationAnswer, Registrar as _};
use std::sync::Arc;

fn parties(version: Version) -> Parties {
    let filing = Filing { version, numbers: Numbers::of(version) };
    Parties { distributor: "305".into(), registrar: "05".into(), filing }
}

/// Its clock stands at eight in the morning of T+1, when the batch of T comes in.
fn registrar(numbers: Numbers) -> SandboxRegistrar {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    market.publish("011162".parse().unwrap(), t().date(), "1.2345".parse().unwrap());
    let clock = Arc::new(ManualClock::at("2026-02-13T08:00:00+08:00".parse().unwrap()));
    let registrar = SandboxRegistrar::in_memory(Scenario::default(), market, clock);
    registrar.confirming(Confirming::ByBatch).numbering(numbers)
}

/// What comes back of applications that the registrar takes at its front and gets in a file.
async fn answered(
    registrar: &SandboxRegistrar,
    version: Version,
    all: &[Application],
    sent: &dyn Fn(&str) -> Option<AsSent>,
) -> (Batch, Answers) {
    for asked in all {
        let taken = registrar.submit(asked.clone()).await;
        assert!(matches!(taken, ApplicationAnswer::Accepted(_)), "{taken:?}");
    }
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let batch = write_applications(
        &out,
        &parties(version),
        t(),
        &applied(all),
        investors(&|_| None),
        &|_| None,
    )
    .unwrap();
    let night =
        registrar.run_batch(&batch.index, &dir.path().join("in"), &"305".parse().unwrap()).unwrap();
    assert_eq!(night.unfit, [""; 0]);
    let codes = ReturnCodes::built_in().unwrap().assign("05", DICTIONARY);
    let answers = read_answers(&night.index, &codes, sent, &|_, _| Whose::Nobodys).unwrap();
    (batch, answers)
}

fn knows(all: &[Application]) -> impl Fn(&str) -> Option<AsSent> {
    let by_digits = ByDigits::of(all.iter().map(|it| it.terms.no.clone()));
    let all = all.to_vec();
    move |number: &str| {
        let no = by_digits.only(number)?;
        let application = all.iter().find(|it| it.terms.no == *no)?;
        let record =
            application_of(application.into(), "305", Numbers::Digits, account_of(application));
        Some(AsSent { no: no.clone(), record })
    }
}

#[tokio::test]
async fn an_order_goes_out_in_digits_and_its_answer_comes_back_to_it_in_every_edition_of_digits() {
    for version in [Version::V20, Version::V21] {
        let all = [bought("TX-1", "10000.00"), converted("TX-1", "10000.00")].map(handed_in);
        let (batch, answers) =
            answered(&registrar(Numbers::Digits), version, &all, &knows(&all)).await;

        assert_eq!((batch.left_out.len(), batch.records.len()), (0, 2));
        assert!(batch.records.iter().all(|number| is_in_digits(number)), "{:?}", batch.records);
        assert_eq!((answers.puzzles.len(), answers.findings.len()), (0, 0));
        let said: Vec<_> = answers.confirmations.iter().map(|(no, _)| no.clone()).collect();
        assert_eq!(said, all.clone().map(|it| it.terms.no), "under the orders' own numbers");
        for (_, answer) in &answers.confirmations {
            let ApplicationAnswer::Confirmed(said) = answer else { panic!("{answer:?}") };
            assert_eq!(said.misnamed, []);
            assert!(said.serial.as_str().bytes().all(|byte| byte.is_ascii_digit()));
        }
        assert!(!answers.balances.is_empty() && !answers.settlements.is_empty());
    }
}

#[tokio::test]
async fn what_a_front_says_and_what_a_file_says_have_one_number() {
    let registrar = registrar(Numbers::Digits);
    let all = [handed_in(bought("TX-1", "10000.00"))];
    let (_, answers) = answered(&registrar, Version::V21, &all, &knows(&all)).await;

    let [(_, by_file)] = &answers.confirmations[..] else { panic!("{answers:?}") };
    assert_eq!(&registrar.query(all[0].clone()).await, by_file);
}

#[tokio::test]
async fn a_lot_is_named_by_the_number_that_its_record_had() {
    let registrar = registrar(Numbers::Digits);
    let all = [handed_in(bought("TX-1", "10000.00"))];
    let (_, answers) = answered(&registrar, Version::V20, &all, &knows(&all)).await;
    let ApplicationAnswer::Confirmed(bought) = &answers.confirmations[0].1 else { panic!() };
    let lot = Designated { serial: bought.serial.clone(), shares: "100.00".parse().unwrap() };
    let mut terms = redeemed("TX-2", "100.00");
    if let Ask::Redemption { lots, .. } = &mut terms.ask {
        lots.push(lot);
    }
    let all = [handed_in(terms)];
    let (batch, answers) = answered(&registrar, Version::V20, &all, &knows(&all)).await;

    assert_eq!(batch.left_out, []);
    let ApplicationAnswer::Confirmed(said) = &answers.confirmations[0].1 else {
        panic!("{answers:?}")
    };
    assert!(matches!(&said.outcome, Outcome::Redemption(it) if it.shares.to_string() == "100.00"));
}

#[test]
fn an_order_with_the_number_of_another_one_is_in_no_file() {
    let all = ["TX-1", "TX-2", "TX-3"].map(|it| handed_in(bought(it, "10.00")));
    let number = |nth: usize| Numbers::Digits.application(&all[nth].terms.no);
    let earlier: ApplicationNo = "EARLIER".parse().unwrap();
    // One of them has the number of an order that went out before.
    let first_of = |it: &str| (it == number(1)).then(|| earlier.clone());
    let dir = tempfile::tempdir().unwrap();
    let parties = parties(Version::V21);
    let batch = write_applications(
        dir.path(),
        &parties,
        t(),
        &applied(&all),
        investors(&|_| None),
        &first_of,
    )
    .unwrap();

    let why = format!("its number there, {}, is that of EARLIER", number(1));
    assert_eq!(batch.left_out, [(all[1].terms.no.clone(), why)]);
    let (_, numbers) = application_numbers(&batch.index).unwrap();
    assert_eq!((&numbers, &numbers), (&batch.records, &vec![number(0), number(2)]));
}

#[test]
fn a_long_investor_id_gets_an_account_of_the_width_that_the_file_has() {
    let long = "investor-with-a-very-long-key".parse().unwrap();

    assert_eq!(Numbers::Letters.trading_account(&long).len(), 17);
    assert_eq!(fund_account(&long).len(), 12);
}

#[test]
fn each_record_says_what_kind_of_customer_orders_by_the_profile() {
    let dir = tempfile::tempdir().unwrap();
    let customers = [Some(CustomerType::Institution), Some(CustomerType::Product), None];
    for (customer, flag) in customers.into_iter().zip(["0", "2", "1"]) {
        let all = [handed_in(bought("TX-1", "10.00"))];
        let batch = write_applications(
            dir.path(),
            &parties(Version::V22),
            t(),
            &applied(&all),
            investors(&|_| customer),
            &|_| None,
        )
        .unwrap();
        let (_, records) = read_all_or_refuse(&dir.path().join(&batch.file)).unwrap();
        let read = TradeApplication::from_record(records[0].as_ref()).unwrap();
        assert_eq!(read.individual_or_institution, flag);
    }
}
