//! Files with damaged fields, and files that have a record twice: what is taken of them, and what is said.

use super::*;
use crate::exchange::{
    decisive,
    field_type::FieldType,
    flow::{
        dividend::Dividend, fund_day::FundDay, settlement::Settlement,
        trade_application::TradeApplication, trade_confirmation::TradeConfirmation,
    },
    layout::Slot,
    return_code::ReturnCodes,
};
use fundflow_domain::ids::ApplicationNo;
use std::fs;

const NO: &str = "305202602120000000000001";

/// Every field has a value, and the rest is as it is given.
fn filled(version: Version, kind: FileType, changes: &[(&str, &str)]) -> Record {
    let date = "2026-02-13".parse().unwrap();
    let header = Header::standard(kind, version, ("05", "305"), date);
    let mut record = Record::blank(&header.layout().unwrap());
    for slot in record.as_ref().layout().clone().slots() {
        match slot.kind {
            FieldType::A(8) => record.set_date(&slot.name, Some(date)),
            FieldType::A(width) => record.set_text(&slot.name, &"1".repeat(width)),
            FieldType::C(_) | FieldType::Text => record.set_text(&slot.name, "1"),
            FieldType::N { decimals, .. } => {
                record.set_decimal(&slot.name, rust_decimal::Decimal::new(11, decimals))
            }
        }
        .unwrap();
    }
    for (name, value) in changes {
        record.set_displayed(name, value).unwrap();
    }
    record
}

/// A set with one file of these records.
struct Files {
    directory: tempfile::TempDir,
    index: PathBuf,
    path: PathBuf,
}

impl Files {
    fn of(version: Version, kind: FileType, records: &[Record]) -> Self {
        let filler = |record: &Record| -> Filler<'_> {
            let record = record.clone();
            Box::new(move |out| {
                *out = record.clone();
                Ok(())
            })
        };
        let fillers = records.iter().map(filler).collect();
        let (directory, date) = (tempfile::tempdir().unwrap(), "2026-02-13".parse().unwrap());
        let drafts = [Draft { file_type: kind, fillers }];
        let published = publish(directory.path(), ("05", "305"), version, date, &drafts).unwrap();
        let (index, path) = (published.index, published.paths[0].clone());
        Self { directory, index, path }
    }

    fn read(&self) -> Answers {
        let codes = ReturnCodes::built_in().unwrap();
        // It contradicts every field that is compared.
        let record = TradeApplication {
            app_sheet_serial_no: "9".into(),
            business_code: "024".into(),
            currency_type: "999".into(),
            share_class: "9".into(),
            target_share_type: "9".into(),
            take_income_flag: "9".into(),
            ..TradeApplication::default()
        };
        let sent = |number: &str| {
            let no = ApplicationNo::new(number).ok()?;
            (number == NO).then(|| AsSent { no, record: record.clone() })
        };
        read_answers(&self.index, &codes, &sent, &|_, _| Whose::Nobodys).unwrap()
    }

    /// The same files with another byte in a field of a record.
    fn damaged(&self, nth: usize, slot: &Slot, width: usize) -> Answers {
        let whole = fs::read(&self.path).unwrap();
        let records = whole.len() - (2 * (width + 2) + "OFDCFEND\r\n".len());
        let mut bytes = whole.clone();
        bytes[records + nth * (width + 2) + slot.offset] = 0xff;
        fs::write(&self.path, bytes).unwrap();
        let read = self.read();
        fs::write(&self.path, whole).unwrap();
        read
    }
}

fn samples() -> Vec<(FileType, Vec<(&'static str, &'static str)>)> {
    let confirmation = |business: &'static str, code: &'static str, original: &'static str| {
        let mut changes = vec![
            ("AppSheetSerialNo", NO),
            ("BusinessCode", business),
            ("ReturnCode", code),
            ("OriginalAppSheetNo", original),
            ("FundCode", "000730"),
            ("CodeOfTargetFund", "011162"),
        ];
        if business == "138" {
            changes.push(("TransferDirection", "0"));
        }
        (FileType::TradeConfirmation, changes)
    };
    let others =
        [FileType::ShareBalance, FileType::Dividend, FileType::FundDay, FileType::Settlement];
    let businesses = ["120", "122", "124", "130", "136", "138", "149", "198"]
        .map(|it| confirmation(it, "0000", "7"));
    let refused = [confirmation("122", "0001", "7"), confirmation("152", "0000", NO)];
    let others = others.map(|kind| match kind {
        // A sum: of lots, a row of nobody would hold all statements up.
        FileType::ShareBalance => (kind, vec![("FundCode", "000730"), ("DetailFlag", "0")]),
        _ => (kind, vec![("FundCode", "000730")]),
    });
    businesses.into_iter().chain(refused).chain(others).collect()
}

/// What hangs on the records of a set.
fn taken(answers: &Answers) -> String {
    let rows = |it: &Balance| {
        (it.fund_code.clone(), it.ta_account_id.clone(), it.total_vol, it.total_frozen_vol)
    };
    let balances: Vec<_> = answers.balances.iter().map(rows).collect();
    let day = |it: &FundDay| (it.fund_code.clone(), it.update_date, it.nav, it.fund_income);
    let days: Vec<_> = answers.fund_days.iter().map(day).collect();
    let row = |it: &Settlement| (it.sequence_no.clone(), it.confirmed_amount, it.pay_date);
    let settlements: Vec<_> = answers.settlements.iter().map(row).collect();
    format!(
        "{:?} {balances:?} {:?} {days:?} {settlements:?}",
        answers.confirmations, answers.frozen
    )
}

#[test]
fn a_field_that_cannot_be_read_sets_its_record_aside_or_nothing_and_never_the_file() {
    for version in Version::ALL {
        for (kind, changes) in samples() {
            let other = [("AppSheetSerialNo", "8"), ("SequenceNO", "8"), ("FundCode", "011162")];
            let (one, mut two) = (filled(version, kind, &changes), filled(version, kind, &changes));
            for (name, value) in other {
                if two.as_ref().has(name) {
                    two.set_text(name, value).unwrap();
                }
            }
            let files = Files::of(version, kind, &[one.clone(), two.clone()]);
            let alone = Files::of(version, kind, &[two]).read();
            let sound = files.read();
            assert_eq!(sound.findings, []);
            let layout = one.as_ref().layout().clone();
            for slot in layout.slots() {
                let read = files.damaged(0, slot, layout.width());
                let place = format!("{kind} {version} {} {changes:?}", slot.name);
                if decisive::fields_of(kind).contains(&&*slot.name) {
                    assert_eq!(taken(&read), taken(&alone), "{place}");
                    assert_eq!(read.puzzles.len(), alone.puzzles.len() + 1, "{place}");
                    assert_eq!(read.findings, [], "{place}");
                    let problem = &read.puzzles[0].problem;
                    assert!(problem.contains(&*slot.name), "{place}: {problem}");
                } else {
                    // The words of a refusal decide nothing.
                    let words = &*slot.name == "ErrorDetail";
                    assert!(words || taken(&read) == taken(&sound), "{place}");
                    assert_eq!(read.puzzles.len(), sound.puzzles.len(), "{place}");
                    let [Finding::Field(found)] = &read.findings[..] else {
                        panic!("{place}: {:?}", read.findings)
                    };
                    assert_eq!(found.field.as_deref(), Some(&*slot.name), "{place}");
                }
            }
        }
    }
}

#[test]
fn a_day_that_is_none_in_a_field_on_which_nothing_hangs_is_a_finding() {
    let changes =
        [("TransactionTime", "996000"), ("DownLoaddate", "20260231"), ("AppSheetSerialNo", NO)];
    let record = filled(Version::V22, FileType::TradeConfirmation, &changes);
    let mut record = record;
    for (name, value) in [("BusinessCode", "122"), ("ReturnCode", "0000"), ("FundCode", "000730")] {
        record.set_text(name, value).unwrap();
    }
    let read = Files::of(Version::V22, FileType::TradeConfirmation, &[record]).read();

    assert_eq!((read.confirmations.len(), read.puzzles.len()), (1, 0));
    let found: Vec<_> = read.findings.iter().map(ToString::to_string).collect();
    let of = |field: &str| found.iter().find(|it| it.contains(field)).unwrap();
    assert_eq!(found.len(), 2);
    assert!(
        of("TransactionTime").contains(
            "TransactionTime = \"996000\": it must be a time of day as HHMMSS, or blank; nothing hangs on it"
        ),
        "{found:?}"
    );
    assert!(of("DownLoaddate").contains("= \"20260231\": it must be a day"), "{found:?}");
}

fn balance(account: &str, frozen: &str, changes: &[(&str, &str)]) -> Record {
    let mut record = filled(
        Version::V21,
        FileType::ShareBalance,
        &[
            ("FundCode", "000730"),
            ("TAAccountID", account),
            ("AvailableVol", "10.00"),
            ("TotalFrozenVol", frozen),
            ("DetailFlag", "0"),
            ("TASerialNO", ""),
        ],
    );
    let total: rust_decimal::Decimal = frozen.parse().unwrap();
    record
        .set_decimal("TotalVolOfDistributorInTA", total + rust_decimal::Decimal::from(10))
        .unwrap();
    for (name, value) in changes {
        record.set_displayed(name, value).unwrap();
    }
    record
}

fn frozen(answers: &Answers) -> Vec<String> {
    answers.frozen.iter().map(|((account, _), it)| format!("{account} {}", it.frozen)).collect()
}

#[test]
fn a_row_of_balances_that_comes_twice_counts_once_and_of_two_that_differ_the_most_is_frozen() {
    let read = |records: &[Record]| Files::of(Version::V21, FileType::ShareBalance, records).read();
    let twice = read(&[balance("A", "5.00", &[]), balance("A", "5.00", &[])]);
    assert_eq!((frozen(&twice), twice.balances.len()), (vec!["A 5.00".to_owned()], 1));
    assert_eq!(
        twice.findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "OFD_05_305_20260213_05.TXT: record 2 is record 1 of OFD_05_305_20260213_05.TXT once more; \
          it counts once"
        ]
    );

    for (first, second) in [("5.00", "7.00"), ("7.00", "5.00")] {
        let differ = read(&[balance("A", first, &[]), balance("A", second, &[])]);
        assert_eq!((frozen(&differ), differ.balances.len()), (vec!["A 7.00".to_owned()], 0));
        let problem = &differ.puzzles[0].problem;
        assert!(problem.starts_with("it says otherwise than record 1 of"), "{problem}");
    }

    // Lots of one account, alike but for what nobody says, are two.
    let lot = [("DetailFlag", "1")];
    let lots = read(&[balance("A", "5.00", &lot), balance("A", "5.00", &lot)]);
    assert_eq!((frozen(&lots), lots.findings.len()), (vec!["A 10.00".to_owned()], 0));
}

#[test]
fn a_row_of_balances_that_cannot_be_read_lowers_no_statement() {
    let lot = [("DetailFlag", "1")];
    let rows = [balance("A", "5.00", &lot), balance("A", "3.00", &lot), balance("B", "1.00", &[])];
    let layout = rows[0].as_ref().layout().clone();
    let files = Files::of(Version::V21, FileType::ShareBalance, &rows);
    let damaged = |field: &str| {
        let slot = &layout.slots()[layout.position(field).unwrap()];
        let whole = fs::read(&files.path).unwrap();
        let begins = whole.len() - (3 * (layout.width() + 2) + "OFDCFEND\r\n".len());
        let mut bytes = whole.clone();
        bytes[begins + slot.offset] = 0xff;
        fs::write(&files.path, bytes).unwrap();
        let read = files.read();
        fs::write(&files.path, whole).unwrap();
        read
    };
    assert_eq!(frozen(&files.read()), ["A 8.00", "B 1.00"]);
    for field in ["TotalFrozenVol", "TAAccountID"] {
        let read = damaged(field);
        assert_eq!(frozen(&read), ["B 1.00"], "{field}");
        let problem = &read.puzzles[0].problem;
        assert!(problem.ends_with("is not followed by this file"), "{problem}");
    }
    assert!(files.directory.path().is_dir());
}

#[test]
fn of_two_prices_or_sums_that_contradict_each_other_neither_is_believed() {
    let days = |navs: &[&str]| {
        let record = |nav: &&str| {
            let keys = [("FundCode", "000730"), ("NAV", *nav)];
            filled(Version::V22, FileType::FundDay, &keys)
        };
        let records: Vec<_> = navs.iter().map(record).collect();
        Files::of(Version::V22, FileType::FundDay, &records).read()
    };
    let same = days(&["1.0", "1.0"]);
    assert_eq!((same.fund_days.len(), same.findings.len(), same.puzzles.len()), (1, 1, 0));
    let differ = days(&["1.0", "1.1", "1.0"]);
    assert_eq!((differ.fund_days.len(), differ.findings.len(), differ.puzzles.len()), (0, 1, 1));
    assert!(differ.puzzles[0].problem.ends_with("; neither is believed"));

    let sums = |sums: &[&str]| {
        let record = |sum: &&str| {
            let keys = [("SequenceNO", "7"), ("ConfirmedAmount", *sum)];
            filled(Version::V20, FileType::Settlement, &keys)
        };
        let records: Vec<_> = sums.iter().map(record).collect();
        Files::of(Version::V20, FileType::Settlement, &records).read()
    };
    let same = sums(&["1.00", "1.00"]);
    assert_eq!((same.settlements.len(), same.findings.len(), same.puzzles.len()), (1, 1, 0));
    let differ = sums(&["1.00", "2.00"]);
    assert_eq!((differ.settlements.len(), differ.findings.len(), differ.puzzles.len()), (0, 0, 1));
}

#[test]
fn an_application_that_is_confirmed_twice_in_one_file_is_found_whatever_the_records_say() {
    let read = |second: &[(&str, &str)]| {
        let changes = [
            ("AppSheetSerialNo", NO),
            ("OriginalAppSheetNo", ""),
            ("BusinessCode", "122"),
            ("ReturnCode", "0000"),
        ];
        let one = filled(Version::V20, FileType::TradeConfirmation, &changes);
        let mut two = one.clone();
        for (name, value) in second {
            two.set_displayed(name, value).unwrap();
        }
        Files::of(Version::V20, FileType::TradeConfirmation, &[one, two]).read()
    };
    let said = |answers: &Answers| -> Vec<String> {
        answers.findings.iter().map(ToString::to_string).collect()
    };
    let same = read(&[]);
    assert_eq!(said(&same).len(), 1);
    assert!(said(&same)[0].ends_with("once more; it counts once"), "{:?}", said(&same));
    assert_eq!(same.confirmations[0], same.confirmations[1]);
    let otherwise = read(&[("ConfirmedVol", "9.00")]);
    assert!(said(&otherwise)[0].ends_with("and says otherwise"), "{:?}", said(&otherwise));
    assert_eq!(otherwise.confirmations.len(), 2, "the order has a case of them");
    // A portion has a number of its own.
    assert_eq!(read(&[("TASerialNO", "2")]).findings, []);
}

#[test]
fn a_dividend_that_comes_twice_is_one_puzzle() {
    let record = filled(Version::V20, FileType::Dividend, &[("FundCode", "000730")]);
    assert!(Dividend::from_record(record.as_ref()).is_ok());
    assert!(TradeConfirmation::from_record(record.as_ref()).is_err());
    let read = Files::of(Version::V20, FileType::Dividend, &[record.clone(), record]).read();
    assert_eq!((read.puzzles.len(), read.findings.len()), (1, 1));
}
