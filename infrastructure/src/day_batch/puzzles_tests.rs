//! Records that nobody takes: what is said of them, and what names their cases.

use super::*;
use crate::exchange::{
    flow::{dividend::Dividend, trade_confirmation::TradeConfirmation},
    return_code::ReturnCodes,
};
use fundflow_domain::case::Kind;
use fundflow_sagas::ports::registrar::ApplicationAnswer;

fn read(drafts: &[Draft<'_>]) -> Answers {
    let dir = tempfile::tempdir().unwrap();
    let date = "2026-02-13".parse().unwrap();
    let published = publish(dir.path(), ("05", "305"), Version::V22, date, drafts).unwrap();
    let codes = ReturnCodes::built_in().unwrap();
    read_answers(&published.index, &codes, &|_| None, &|_, _| Whose::Nobodys).unwrap()
}

fn confirmations(records: &[TradeConfirmation]) -> Answers {
    let filler = |record: &TradeConfirmation| -> Filler<'static> {
        let record = record.clone();
        // We would write no record whose number is blank.
        let (no, code) = (record.app_sheet_serial_no.clone(), record.business_code.clone());
        let (mut record, sound) = (record.clone(), ["A-1", "777"].map(str::to_owned));
        [record.app_sheet_serial_no, record.business_code] = sound;
        Box::new(move |out| {
            record.to_record(out)?;
            out.set_text("AppSheetSerialNo", &no)?;
            out.set_text("BusinessCode", &code)
        })
    };
    let fillers = records.iter().map(filler).collect();
    read(&[Draft { file_type: FileType::TradeConfirmation, fillers }])
}

fn record(code: &str, no: &str) -> TradeConfirmation {
    TradeConfirmation {
        app_sheet_serial_no: no.to_owned(),
        business_code: code.to_owned(),
        fund_code: "011162".to_owned(),
        transaction_date: "2026-02-12".parse().ok(),
        transaction_account_id: "I-1".to_owned(),
        ta_account_id: "012345678901".to_owned(),
        distributor_code: "305".to_owned(),
        share_register_date: "2026-02-13".parse().ok(),
        business_finish_flag: "1".to_owned(),
        transaction_cfm_date: "2026-02-13".parse().ok(),
        down_load_date: "2026-02-13".parse().ok(),
        return_code: "0000".to_owned(),
        ta_serial_no: "TA-1".to_owned(),
        confirmed_vol: "800.00".parse().unwrap(),
        confirmed_amount: "1000.00".parse().unwrap(),
        ..TradeConfirmation::default()
    }
}

fn figures(puzzle: &Puzzle) -> Vec<String> {
    puzzle.stray.figures.iter().map(|it| format!("{} {}", it.name, it.value)).collect()
}

#[test]
fn a_record_of_file_04_that_no_application_takes_has_its_figures_for_a_case() {
    let codes = ["142", "143", "144", "145", "777"].map(|code| record(code, "A-1"));
    let blank = record("122", "");
    let all: Vec<_> = codes.into_iter().chain([blank]).collect();
    let read = confirmations(&all);

    assert_eq!(read.confirmations, []);
    assert_eq!(read.puzzles.len(), 6);
    for puzzle in &read.puzzles {
        assert_eq!(puzzle.stray.kind, Kind::NotAssigned);
        assert_eq!(puzzle.stray.fund, "011162".parse().ok());
        assert_eq!(puzzle.stray.record, "file 04, number TA-1");
        assert_eq!(puzzle.stray.why, puzzle.problem);
    }
    let said = &read.puzzles[0].stray.said;
    assert!(said.contains("ConfirmedVol = 800.00; ") && !said.contains("= ;"), "{said}");
    assert_eq!(
        figures(&read.puzzles[0]),
        [
            "BusinessCode 142",
            "AppSheetSerialNo A-1",
            "TASerialNO TA-1",
            "ReturnCode 0000",
            "TransactionAccountID I-1",
            "TAAccountID 012345678901",
            "FundCode 011162",
            "TransactionDate 20260212",
            "TransactionCfmDate 20260213",
            "ConfirmedVol 800.00",
            "ConfirmedAmount 1000.00",
        ]
    );
}

#[test]
fn a_cancellation_is_of_the_original_application_or_of_its_own_where_it_names_none() {
    let of = |no: &str, original: &str| TradeConfirmation {
        original_app_sheet_no: original.to_owned(),
        ..record("152", no)
    };
    let read = confirmations(&[of("A-2", "A-1"), of("A-3", "")]);
    let said: Vec<_> = read.confirmations.iter().map(|(no, it)| (no.as_str(), it)).collect();
    assert_eq!(
        said,
        [("A-1", &ApplicationAnswer::Cancelled), ("A-3", &ApplicationAnswer::Cancelled)]
    );
}

#[test]
fn the_same_record_is_one_case_in_whichever_file_it_is_sent() {
    let later =
        TradeConfirmation { down_load_date: "2026-02-24".parse().ok(), ..record("142", "A-1") };
    let other =
        TradeConfirmation { confirmed_vol: "800.01".parse().unwrap(), ..record("142", "A-1") };
    let read = confirmations(&[record("142", "A-1"), later, other]);

    let [first, again, other] = &read.puzzles[..] else { panic!("{:?}", read.puzzles) };
    assert_eq!(first.stray.case(), again.stray.case());
    assert_ne!(first.stray.case(), other.stray.case());
}

#[test]
fn of_two_halves_of_one_side_neither_is_lost_and_a_repetition_is_none() {
    let of = |code: &str, serial: &str| TradeConfirmation {
        ta_serial_no: serial.to_owned(),
        nav: "1.25".parse().unwrap(),
        ..record(code, "A-1")
    };
    let (other, into, out) = (of("137", "1"), of("137", "2"), of("138", "3"));
    let read = confirmations(&[other, into.clone(), into.clone(), out.clone(), out, into]);

    assert_eq!(read.confirmations.len(), 1);
    let puzzles: Vec<_> = read.puzzles.iter().map(ToString::to_string).collect();
    assert_eq!(
        puzzles,
        [
            "record 1 of OFD_05_305_20260213_04.TXT: a conversion came as 137, and its 138 is missing"
        ]
    );
}

#[test]
fn both_halves_of_a_conversion_without_a_price_are_reported() {
    let read = confirmations(&[record("137", "A-1"), record("138", "A-1")]);

    assert_eq!(read.confirmations, []);
    let [into, out] = &read.puzzles[..] else { panic!("{:?}", read.puzzles) };
    assert_ne!(into.stray.case(), out.stray.case());
    assert_eq!((&into.problem, &into.stray.why), (&out.problem, &out.stray.why));
    assert!(!out.problem.contains("missing"), "{out}");
}

#[test]
fn a_dividend_of_file_06_is_not_passed_over() {
    let dividend = Dividend {
        ta_serial_no: "TA-6".to_owned(),
        fund_code: "011162".to_owned(),
        business_code: "143".to_owned(),
        dividend_amount: "12.34".parse().unwrap(),
        ..Dividend::default()
    };
    let filler: Filler<'static> = Box::new(move |out| dividend.to_record(out));
    let read = read(&[Draft { file_type: FileType::Dividend, fillers: vec![filler] }]);

    let [puzzle] = &read.puzzles[..] else { panic!("{:?}", read.puzzles) };
    assert_eq!(puzzle.stray.kind, Kind::NotAssigned);
    assert_eq!(
        figures(puzzle),
        ["BusinessCode 143", "TASerialNO TA-6", "FundCode 011162", "DividendAmount 12.34"]
    );
}
