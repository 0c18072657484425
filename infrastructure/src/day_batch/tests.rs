use super::*;
use crate::{
    catalogue,
    sandbox::{
        registrar::{Confirming, Market, SandboxRegistrar},
        scenario::Scenario,
    },
};
use fundflow_application::counterparty::{Application, ApplicationAnswer, Registrar as _};
use fundflow_domain::{
    calendar::{TradingCalendar, TradingDay},
    fund_order::{Ask, Outcome},
    ids::{ApplicationNo, Leg, OrderId},
};
use fundflow_kernel::clock::ManualClock;
use std::sync::Arc;

fn t() -> TradingDay {
    TradingDay::recorded("2026-02-12".parse().unwrap())
}

fn parties() -> Parties {
    Parties { distributor: "305".into(), registrar: "05".into(), version: Version::V22 }
}

fn application(transaction: &str, leg: Leg) -> Application {
    let order = OrderId::of(&transaction.parse().unwrap(), leg);
    let ask = match leg {
        Leg::MoneyFund => {
            Ask::Purchase { amount: "10000.00".parse().unwrap(), account: "A-1".parse().unwrap() }
        }
        Leg::Conversion => Ask::Conversion {
            shares: "10000.00".parse().unwrap(),
            into: "011162".parse().unwrap(),
            topup_discount: "0".parse().unwrap(),
        },
    };
    Application {
        no: ApplicationNo::of(&order),
        order,
        investor: "I-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        ask,
        trade_date: t(),
        applied_at: "2026-02-12T10:00:00+08:00".parse().unwrap(),
    }
}

fn registrar(scenario: &str) -> SandboxRegistrar {
    let calendar = Arc::new(TradingCalendar::xshg().unwrap());
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar, funds);
    market.publish("011162".parse().unwrap(), t().date(), "1.2345".parse().unwrap());
    let clock = ManualClock::at("2026-02-12T10:00:00+08:00".parse().unwrap());
    let scenario = Scenario::from_toml(scenario).unwrap();
    SandboxRegistrar::in_memory(scenario, market, Arc::new(clock)).confirming(Confirming::ByBatch)
}

/// Both legs of each transaction, in the wrong order, through the files and back.
async fn through_files(scenario: &str, transactions: &[&str]) -> (Answers, Vec<Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let registrar = registrar(scenario);
    let mut all = Vec::new();
    for transaction in transactions {
        for leg in [Leg::MoneyFund, Leg::Conversion] {
            let asked = application(transaction, leg);
            if matches!(registrar.submit(asked.clone()).await, ApplicationAnswer::Accepted(_)) {
                all.insert(0, asked);
            }
        }
    }
    let batch = write_applications(&dir.path().join("out"), &parties(), t(), &all).unwrap();
    assert_eq!(batch.file, "OFD_305_05_20260212_03.TXT");
    let night = || registrar.run_batch(&batch.index, &dir.path().join("in")).unwrap();
    let first = night();
    let bytes = |files: &[PathBuf]| files.iter().map(|path| fs::read(path).unwrap()).collect();
    let before: Vec<Vec<u8>> = bytes(&first.files);
    let again = night();
    assert_eq!((&again.files, bytes(&again.files)), (&first.files, before.clone()), "{scenario}");
    (read_answers(&first.index).unwrap(), before)
}

fn short(answer: &ApplicationAnswer) -> String {
    match answer {
        ApplicationAnswer::Confirmed(told) => match &told.outcome {
            Outcome::Purchase(told) => format!("{} + {} back", told.shares, told.refund),
            Outcome::Conversion(told) => format!("{} -> {}", told.shares_out, told.shares_in),
        },
        ApplicationAnswer::Rejected(cause) => format!("{}: {}", cause.code, cause.text),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_registrar_confirms_comes_back_through_the_files_as_it_was() {
    let rows = [
        ("", vec!["10000.00 + 0.00 back", "10000.00 -> 8100.45"]),
        (
            "[override.TX-1]\nbuy_confirmation = \"partial\"\npart_per_mille = 250",
            vec!["2500.00 + 7500.00 back", "2500.00 -> 2025.11"],
        ),
        (
            "[override.TX-1]\nbuy_confirmation = \"rejected\"",
            vec![
                "0010: the registrar's batch does not accept it",
                "0010: there are no shares to convert",
            ],
        ),
        ("[override.TX-1]\nconversion_confirmation = \"missing\"", vec!["10000.00 + 0.00 back"]),
        (
            "[override.TX-1]\nbuy_confirmation = \"twice\"",
            vec!["10000.00 + 0.00 back", "10000.00 + 0.00 back", "10000.00 -> 8100.45"],
        ),
    ];
    for (scenario, expected) in rows {
        let (answers, _) = through_files(scenario, &["TX-1"]).await;
        let told: Vec<_> = answers.confirmations.iter().map(|(_, answer)| short(answer)).collect();
        assert_eq!(told, expected, "{scenario}");
        assert_eq!(answers.puzzles, []);
    }
}

#[tokio::test]
async fn the_registrar_also_tells_holdings_prices_and_the_money_that_is_due() {
    let (answers, files) = through_files("", &["TX-1", "TX-2"]).await;
    let holdings: Vec<_> = answers
        .balances
        .iter()
        .map(|row| format!("{} {} {}", row.transaction_account_id, row.fund_code, row.total_vol))
        .collect();
    let price = answers.fund_days.iter().find(|day| day.fund_code == "011162").unwrap();
    let due = answers.settlements.first().unwrap();

    assert_eq!(holdings, ["I-1 011162 16200.90"]);
    assert_eq!(price.nav.normalize().to_string(), "1.2345");
    assert_eq!(
        (due.fund_code.as_str(), due.confirmed_amount.to_string()),
        ("000730", "20000.00".into())
    );
    assert_eq!(due.pay_date.unwrap().to_string(), "2026-02-24");
    assert_eq!(files.len(), 4);
}

#[tokio::test]
async fn an_application_that_the_front_never_saw_is_rejected_by_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let all = [application("TX-1", Leg::MoneyFund)];
    let batch = write_applications(dir.path(), &parties(), t(), &all).unwrap();
    let night = registrar("").run_batch(&batch.index, &dir.path().join("in")).unwrap();
    let answers = read_answers(&night.index).unwrap();

    let told: Vec<_> = answers.confirmations.iter().map(|(_, answer)| short(answer)).collect();
    assert_eq!(told, ["0139: the front never took an application under this number"]);
}

#[test]
fn a_long_investor_id_gets_an_account_of_the_width_that_the_file_has() {
    let long = "investor-with-a-very-long-key".parse().unwrap();

    assert_eq!(trading_account(&"I-1".parse().unwrap()), "I-1");
    assert_eq!(trading_account(&long).len(), 17);
    assert_eq!(fund_account(&long).len(), 12);
}
