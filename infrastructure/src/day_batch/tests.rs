use super::*;
use crate::{
    catalogue,
    exchange::{
        flow::{
            share_balance::ShareBalance, trade_application::TradeApplication,
            trade_confirmation::TradeConfirmation,
        },
        return_code::ReturnCodes,
    },
    sandbox::{
        fixture::{
            account_of, applied, bought, calendar, converted, handed_in, investors, redeemed,
        },
        registrar::{Confirming, DICTIONARY, Market, SandboxRegistrar},
        scenario::Scenario,
    },
};
use fundflow_domain::{
    application::{Ask, Designated, Misnamed, OnHuge, Outcome, RejectedFrozen, Terms},
    calendar::TradingDay,
    money::Shares,
};
use fundflow_kernel::clock::ManualClock;
use fundflow_sagas::ports::registrar::{Application, ApplicationAnswer, Registrar as _};
use std::{fs, sync::Arc};

fn t() -> TradingDay {
    TradingDay::recorded("2026-02-12".parse().unwrap())
}

fn parties() -> Parties {
    Parties { distributor: "305".into(), registrar: "05".into(), filing: Filing::default() }
}

fn written(directory: &Path, all: &[Application]) -> Batch {
    let nobody = investors(&|_| None);
    write_applications(directory, &parties(), t(), &applied(all), nobody, &|_| None).unwrap()
}

fn codes() -> ReturnCodes {
    ReturnCodes::built_in().unwrap().assign("05", DICTIONARY)
}

/// Its clock stands at eight in the morning of T+1, when the batch of T comes in.
fn registrar(scenario: &str) -> SandboxRegistrar {
    let catalogue = catalogue::shipped().unwrap();
    let funds = catalogue.codes().filter_map(|code| catalogue.on(code, t().date()));
    let market = Market::of(calendar(), funds);
    market.publish("011162".parse().unwrap(), t().date(), "1.2345".parse().unwrap());
    let clock = ManualClock::at("2026-02-13T08:00:00+08:00".parse().unwrap());
    let scenario = Scenario::from_toml(scenario).unwrap();
    SandboxRegistrar::in_memory(scenario, market, Arc::new(clock)).confirming(Confirming::ByBatch)
}

fn legs(transaction: &str) -> Vec<Terms> {
    vec![bought(transaction, "10000.00"), converted(transaction, "10000.00")]
}

/// Applications, in the wrong order, through the files and back.
async fn through_files(scenario: &str, terms: Vec<Terms>) -> (Answers, Vec<Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let registrar = registrar(scenario);
    let mut all = Vec::new();
    for terms in terms {
        let asked = handed_in(terms);
        if matches!(registrar.submit(asked.clone()).await, ApplicationAnswer::Accepted(_)) {
            all.insert(0, asked);
        }
    }
    let batch = written(&dir.path().join("out"), &all);
    assert_eq!(batch.file, "OFD_305_05_20260212_03.TXT");
    let night = || {
        registrar.run_batch(&batch.index, &dir.path().join("in"), &"305".parse().unwrap()).unwrap()
    };
    let first = night();
    let bytes = |files: &[PathBuf]| files.iter().map(|path| fs::read(path).unwrap()).collect();
    let before: Vec<Vec<u8>> = bytes(&first.files);
    let again = night();
    assert_eq!((&again.files, bytes(&again.files)), (&first.files, before.clone()), "{scenario}");
    (read_answers(&first.index, &codes(), &|_| None, &|_, _| Whose::Nobodys).unwrap(), before)
}

fn short(answer: &ApplicationAnswer) -> String {
    match answer {
        ApplicationAnswer::Confirmed(it) => match &it.outcome {
            Outcome::Purchase(it) => format!("{} + {} back", it.shares, it.refund),
            Outcome::Conversion(it) => format!("{} -> {}", it.shares_out, it.shares_in),
            Outcome::Redemption(n) => format!("{} pays {}, {}", n.shares, n.payout, it.finished),
            Outcome::Subscription(it) => format!("{} with {}", it.shares, it.interest_shares),
            Outcome::FastTransfer(it) => format!("{} handed over", it.shares),
        },
        ApplicationAnswer::Received(it) => format!("received on {}", it.on),
        ApplicationAnswer::Rejected(it) => {
            format!("{}: {} ({} interest)", it.cause.code, it.cause.text, it.interest)
        }
        ApplicationAnswer::Cancelled => "taken back".to_owned(),
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
                "0010: the registrar's batch does not accept it (0.00 interest)",
                "0001: there are no shares to take (0.00 interest)",
            ],
        ),
        ("[override.TX-1]\nconversion_confirmation = \"missing\"", vec!["10000.00 + 0.00 back"]),
        (
            "[override.TX-1]\nbuy_confirmation = \"twice\"",
            vec!["10000.00 + 0.00 back", "10000.00 + 0.00 back", "10000.00 -> 8100.45"],
        ),
    ];
    for (scenario, expected) in rows {
        let (answers, _) = through_files(scenario, legs("TX-1")).await;
        let said: Vec<_> = answers.confirmations.iter().map(|(_, answer)| short(answer)).collect();
        assert_eq!(said, expected, "{scenario}");
        assert_eq!(answers.puzzles, []);
    }
}

#[tokio::test]
async fn the_registrar_also_tells_holdings_prices_and_the_money_that_is_due() {
    let (answers, files) = through_files("", [legs("TX-1"), legs("TX-2")].concat()).await;
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
async fn what_the_register_froze_is_in_files_05_and_04() {
    let frozen = |shares: &str| {
        format!("[[frozen]]\ninvestor = \"I-1\"\nfund = \"000730\"\nshares = \"{shares}\"")
    };
    let buys = || vec![bought("TX-1", "10000.00")];
    let (answers, _) = through_files(&frozen("9500.00"), buys()).await;
    let of = (fund_account(&"I-1".parse().unwrap()), "000730".parse().unwrap());
    let on = "2026-02-13".parse().unwrap();
    let stated = StatedFrozen { on, frozen: "9500.00".parse().unwrap() };
    assert_eq!(answers.frozen, Stated::from([(of.clone(), stated)]));
    let row = &answers.balances[0];
    let parts = [row.available_vol, row.total_frozen_vol, row.total_vol];
    assert_eq!(parts.map(|it| it.to_string()), ["500.00", "9500.00", "10000.00"]);
    assert_eq!(answers.puzzles, []);

    let (lifted, _) =
        through_files(&format!("{}\nthrough = \"2026-02-12\"", frozen("9500.00")), buys()).await;
    assert_eq!(lifted.frozen[&of].frozen, Shares::ZERO);

    let out = vec![bought("TX-1", "10000.00"), redeemed("TX-2", "600.00")];
    let (answers, _) = through_files(&frozen("9500.00"), out).await;
    let rejected = answers.confirmations.iter().find_map(|(_, answer)| match answer {
        ApplicationAnswer::Rejected(rejection) => Some(rejection.clone()),
        _ => None,
    });
    let rejected = rejected.unwrap();
    assert_eq!(&*rejected.cause.code, "0002");
    assert_eq!(rejected.frozen, Some(RejectedFrozen::InAll("9500.00".parse().unwrap())));
}

#[test]
fn rows_of_one_account_are_added_up_and_one_that_does_not_add_up_is_a_puzzle() {
    let row = |available: i64, frozen: i64, total: i64| ShareBalance {
        fund_code: "000730".into(),
        ta_account_id: "123456789012".into(),
        available_vol: available.into(),
        total_frozen_vol: frozen.into(),
        total_vol: total.into(),
        ..ShareBalance::default()
    };
    let (mut all, date) = (balances::Statements::default(), "2026-02-13".parse().unwrap());
    assert_eq!(all.add(&row(70, 30, 100), date), Ok(()));
    assert_eq!(
        all.add(&row(0, 5, 4), date).unwrap_err(),
        "AvailableVol 0 and TotalFrozenVol 5 are not TotalVolOfDistributorInTA 4; what is frozen \
         counts as stated"
    );
    let sum = all.whole().into_values().map(|it| it.frozen.to_string()).collect::<Vec<_>>();
    assert_eq!(sum, ["35.00"]);
}

#[tokio::test]
async fn an_application_that_the_front_never_saw_is_rejected_by_its_number() {
    let dir = tempfile::tempdir().unwrap();
    let all = [handed_in(bought("TX-1", "10000.00"))];
    let batch = written(dir.path(), &all);
    let night = registrar("")
        .run_batch(&batch.index, &dir.path().join("in"), &"305".parse().unwrap())
        .unwrap();
    let answers = read_answers(&night.index, &codes(), &|_| None, &|_, _| Whose::Nobodys).unwrap();

    let said: Vec<_> = answers.confirmations.iter().map(|(_, answer)| short(answer)).collect();
    assert_eq!(
        said,
        ["0139: the front never took an application under this number (0.00 interest)"]
    );
}

#[tokio::test]
async fn a_rejection_that_names_another_order_is_handed_on_with_what_it_names() {
    let dir = tempfile::tempdir().unwrap();
    let all = [handed_in(bought("TX-1", "10000.00"))];
    let batch = written(dir.path(), &all);
    let night = registrar("")
        .run_batch(&batch.index, &dir.path().join("in"), &"305".parse().unwrap())
        .unwrap();
    let was = application_of((&all[0]).into(), "305", Numbers::Letters, account_of(&all[0]));
    let other = |_: &str| {
        let no = all[0].terms.no.clone();
        let record = TradeApplication { fund_code: "018145".to_owned(), ..was.clone() };
        Some(AsSent { no, record })
    };
    let answers = read_answers(&night.index, &codes(), &other, &|_, _| Whose::Nobodys).unwrap();

    assert_eq!(answers.puzzles, []);
    let [(no, ApplicationAnswer::OfAnother(said))] = &answers.confirmations[..] else {
        panic!("{:?}", answers.confirmations)
    };
    assert_eq!(*no, all[0].terms.no);
    assert!(matches!(said.said, ApplicationAnswer::Rejected(_)), "{said:?}");
    let misnamed = Misnamed::unless_same("FundCode", "018145", &was.fund_code);
    assert_eq!(said.misnamed, misnamed.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn redemptions_transfers_and_subscriptions_come_back_as_they_were() {
    let huge = "[override.TX-1]\nredemption_confirmation = \"carried\"\npart_per_mille = 400";
    let raised = "[[raising]]\nfund = \"000730\"\nfounded_on = \"2026-02-13\"";
    let failed = "[[raising]]\nfund = \"000730\"\nfounded_on = \"2026-02-13\"\nfails = true";
    let buy = || bought("TX-1", "10000.00");
    let out = || redeemed("TX-1", "10000.00");
    let shares = || "100.00".parse().unwrap();
    let transfer = Ask::FastTransfer { shares: shares(), to: "BANK-1".parse().unwrap() };
    let subscription =
        || Terms { ask: Ask::Subscription { amount: "500.00".parse().unwrap() }, ..buy() };
    let rows = [
        ("", out(), vec!["10000.00 pays 10000.00, true"]),
        (huge, out(), vec!["4000.00 pays 4000.00, false"]),
        ("", Terms { ask: transfer, ..out() }, vec!["100.00 handed over"]),
    ];
    for (scenario, terms, expected) in rows {
        let (answers, _) = through_files(scenario, vec![buy(), terms]).await;
        let said: Vec<_> = answers.confirmations.iter().skip(1).map(|(_, it)| short(it)).collect();
        assert_eq!(
            (said, answers.puzzles),
            (expected.iter().map(|it| (*it).to_owned()).collect(), vec![])
        );
    }
    let rows = [
        (raised, vec!["received on 2026-02-13", "500.00 with 0.00"]),
        (
            failed,
            vec![
                "received on 2026-02-13",
                "149: the raising of the fund has failed (0.00 interest)",
            ],
        ),
    ];
    for (scenario, expected) in rows {
        let (answers, _) = through_files(scenario, vec![subscription()]).await;
        let said: Vec<_> = answers.confirmations.iter().map(|(_, it)| short(it)).collect();
        assert_eq!(said, expected);
    }
}

#[test]
fn a_redemption_says_its_lot_what_becomes_of_a_rest_and_whether_income_goes_along() {
    let lots = |count: usize| -> Vec<Designated> {
        let lot = |nth| Designated {
            serial: format!("TA{nth}").parse().unwrap(),
            shares: "1.00".parse().unwrap(),
        };
        (1..=count).map(lot).collect()
    };
    let asked = |count, on_huge| {
        let ask = Ask::Redemption {
            shares: "1.00".parse().unwrap(),
            lots: lots(count),
            on_huge,
            take_income: true,
        };
        handed_in(Terms { ask, ..redeemed("TX-1", "1.00") })
    };
    let of = |application: &Application| {
        let it =
            application_of(application.into(), "305", Numbers::Letters, account_of(application));
        let flags =
            [it.business_code, it.large_redemption_flag, it.take_income_flag, it.detail_flag];
        (flags.join(" "), it.original_serial_no)
    };
    assert_eq!(of(&asked(1, OnHuge::CarryOver)), ("024 1 1 1".into(), "TA1".into()));
    assert_eq!(of(&asked(0, OnHuge::Cancel)), ("024 0 1 ".into(), String::new()));

    let dir = tempfile::tempdir().unwrap();
    let several = asked(2, OnHuge::Cancel);
    let batch = written(dir.path(), std::slice::from_ref(&several));
    assert_eq!(batch.records, [""; 0]);
    assert_eq!(batch.left_out.iter().map(|(no, _)| no).collect::<Vec<_>>(), [&several.terms.no]);
}

#[test]
fn a_record_that_has_no_room_for_something_is_left_out_and_stops_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let all = [bought("TX-1", "10.00"), bought("TX-2", "20.00"), bought("TX-3", "30.00")];
    let all = all.map(handed_in);
    let filler = |application: &Application| -> Filler<'static> {
        let mut record =
            application_of(application.into(), "305", Numbers::Letters, account_of(application));
        if application.terms == all[1].terms {
            record.application_amount = 1_000_000_000_000_000_i64.into();
        }
        Box::new(move |out| record.to_record(out))
    };
    let fillers = all.iter().map(filler).collect();
    let draft = Draft { file_type: FileType::TradeApplication, fillers };
    let published = publish(dir.path(), ("305", "05"), Version::V22, t().date(), &[draft]).unwrap();

    let unfit: Vec<_> = published.unfit.iter().map(|(draft, nth, _)| (*draft, *nth)).collect();
    assert_eq!(unfit, [(0, 1)]);
    let (_, numbers) = application_numbers(&published.index).unwrap();
    assert_eq!(numbers, [&all[0], &all[2]].map(|it| it.terms.no.to_string()));
}

#[test]
fn a_conversion_in_two_records_is_one_and_a_lonely_half_is_a_puzzle() {
    let half = |code: &str, no: &str| TradeConfirmation {
        app_sheet_serial_no: no.to_owned(),
        business_code: code.to_owned(),
        fund_code: if code == "138" { "000730" } else { "011162" }.to_owned(),
        transaction_date: Some(t().date()),
        transaction_account_id: "I-1".to_owned(),
        ta_account_id: "012345678901".to_owned(),
        distributor_code: "305".to_owned(),
        transaction_cfm_date: "2026-02-13".parse().ok(),
        share_register_date: "2026-02-13".parse().ok(),
        down_load_date: "2026-02-13".parse().ok(),
        return_code: "0000".to_owned(),
        ta_serial_no: format!("TA{code}"),
        business_finish_flag: "1".to_owned(),
        confirmed_vol: if code == "138" { 10_000 } else { 8_000 }.into(),
        confirmed_amount: 10_000.into(),
        nav: if code == "138" { "1" } else { "1.25" }.parse().unwrap(),
        ..TradeConfirmation::default()
    };
    let records = [half("137", "A-1"), half("138", "A-2"), half("138", "A-1")];
    let filler = |record: &TradeConfirmation| -> Filler<'static> {
        let record = record.clone();
        Box::new(move |out| record.to_record(out))
    };
    let draft = Draft {
        file_type: FileType::TradeConfirmation,
        fillers: records.iter().map(filler).collect(),
    };
    let dir = tempfile::tempdir().unwrap();
    let between = ("05", "305");
    let published = publish(dir.path(), between, Version::V22, t().date(), &[draft]).unwrap();
    let index = published.index;
    let answers = read_answers(&index, &codes(), &|_| None, &|_, _| Whose::Nobodys).unwrap();

    let said: Vec<_> =
        answers.confirmations.iter().map(|(no, it)| format!("{no} {}", short(it))).collect();
    assert_eq!(said, ["A-1 10000.00 -> 8000.00"]);
    let puzzles: Vec<_> = answers.puzzles.iter().map(ToString::to_string).collect();
    assert_eq!(
        puzzles,
        [
            "record 2 of OFD_05_305_20260212_04.TXT: a conversion came as 138, and its 137 is missing"
        ]
    );
}
