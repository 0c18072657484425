//! Who stands in the files: two distributors at one registrar, each in files of its own, and customers by their profile.

use super::*;
use crate::{
    catalogue,
    exchange::{
        check::read_all_or_refuse,
        flow::{
            share_balance::ShareBalance, trade_application::TradeApplication,
            trade_confirmation::TradeConfirmation,
        },
    },
    sandbox::{
        fixture::{applied, bought, calendar, handed_in, investors, t},
        registrar::{Confirming, Market, SandboxRegistrar},
        scenario::Scenario,
    },
};
use fundflow_domain::{application::Terms, ids::DistributorCode, investor::CustomerType};
use fundflow_kernel::clock::ManualClock;
use fundflow_sagas::ports::registrar::Registrar as _;
use std::{fs, sync::Arc};

fn registrar(books: &Path) -> SandboxRegistrar {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    let clock = Arc::new(ManualClock::at("2026-02-13T08:00:00+08:00".parse().unwrap()));
    let registrar = SandboxRegistrar::open(Scenario::default(), market, clock, books).unwrap();
    registrar.confirming(Confirming::ByBatch)
}

fn code(text: &str) -> DistributorCode {
    text.parse().unwrap()
}

/// 100.00 yuan of an investor through that distributor; an empty one is not named.
fn order(transaction: &str, investor: &str, through: &str) -> Terms {
    let distributor = Some(through).filter(|it| !it.is_empty()).map(code);
    Terms { investor: investor.parse().unwrap(), distributor, ..bought(transaction, "100.00") }
}

fn write(directory: &Path, distributor: &str, orders: &[Terms]) -> PathBuf {
    let (distributor, registrar) = (distributor.to_owned(), "05".to_owned());
    let parties = Parties { distributor, registrar, filing: Filing::default() };
    let all: Vec<_> = orders.iter().cloned().map(handed_in).collect();
    write_applications(directory, &parties, t(), &applied(&all), investors(&|_| None), &|_| None)
        .unwrap()
        .index
}

/// The investors of file 05, and the investors and return codes of file 04.
fn answers(files: &[PathBuf]) -> (Vec<String>, Vec<String>) {
    let of = |end: &str| files.iter().find(|it| it.to_str().unwrap().ends_with(end)).unwrap();
    let (balances, confirmations) = (of("_05.TXT"), of("_04.TXT"));
    let (_, rows) = read_all_or_refuse(balances).unwrap();
    let held = rows.iter().map(|row| {
        let row = ShareBalance::from_record(row.as_ref()).unwrap();
        format!("{} {} {}", row.distributor_code, row.transaction_account_id, row.total_vol)
    });
    let (_, rows) = read_all_or_refuse(confirmations).unwrap();
    let said = rows.iter().map(|row| {
        let row = TradeConfirmation::from_record(row.as_ref()).unwrap();
        format!("{} {} {}", row.distributor_code, row.transaction_account_id, row.return_code)
    });
    (held.collect(), said.collect())
}

#[tokio::test]
async fn each_distributor_is_answered_by_files_of_its_own_and_hears_of_its_own_accounts() {
    let (dir, books) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let orders = [
        order("A", "I-1", ""),
        order("B", "I-2", "305"),
        order("C", "I-1", "306"),
        order("D", "I-3", "306"),
    ];
    let (mine, others) = orders.split_at(2);
    let at = |name: &str| dir.path().join(name);
    let (own, index) = (code("305"), write(&at("out"), "305", mine));
    let other = write(&at("distributor-306/out"), "306", others);
    // The second time by a program that opens the books anew.
    for nth in 0..2 {
        let registrar = registrar(books.path());
        for terms in &orders {
            registrar.submit(handed_in(terms.clone())).await;
        }
        registrar.decide_batch(&index).unwrap();
        registrar.decide_batch(&other).unwrap();
        let first = registrar.run_batch(&index, &at("in"), &own).unwrap();
        let second = registrar.run_batch(&other, &at("distributor-306/in"), &own).unwrap();

        assert!(first.index.ends_with("OFI_05_305_20260213.TXT"), "{first:?}");
        assert!(second.index.ends_with("OFI_05_306_20260213.TXT"), "{second:?}");
        let (held, said) = answers(&first.files);
        assert_eq!(said, ["305 I-1 0000", "305 I-2 0000"], "{nth}");
        assert_eq!(held, ["305 I-1 200.00", "305 I-2 100.00"], "an account is shown whole");
        let (held, said) = answers(&second.files);
        assert_eq!(said, ["306 I-1 0000", "306 I-3 0000"], "{nth}");
        assert_eq!(held, ["306 I-1 200.00", "306 I-3 100.00"]);
    }
}

#[tokio::test]
async fn a_number_of_another_distributor_is_one_that_the_front_never_saw() {
    let (dir, books) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let registrar = registrar(books.path());
    let order = order("A", "I-1", "306");
    registrar.submit(handed_in(order.clone())).await;
    let index = write(&dir.path().join("out"), "305", std::slice::from_ref(&order));
    let night = registrar.run_batch(&index, &dir.path().join("in"), &code("305")).unwrap();
    assert_eq!(answers(&night.files).1, ["305 I-1 0139"]);

    let index = write(&dir.path().join("306"), "306", &[order]);
    let night = registrar.run_batch(&index, &dir.path().join("306/in"), &code("305")).unwrap();
    assert_eq!(answers(&night.files).1, ["306 I-1 0000"], "its own file has it all the same");
    assert!(fs::exists(&night.index).unwrap());
}

#[test]
fn each_record_says_what_kind_of_customer_orders_by_the_profile() {
    let dir = tempfile::tempdir().unwrap();
    let customers = [Some(CustomerType::Institution), Some(CustomerType::Product), None];
    for (customer, flag) in customers.into_iter().zip(["0", "2", "1"]) {
        let all = [handed_in(bought("TX-1", "10.00"))];
        let (distributor, registrar) = ("305".to_owned(), "05".to_owned());
        let parties = Parties { distributor, registrar, filing: Filing::default() };
        let batch = write_applications(
            dir.path(),
            &parties,
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
