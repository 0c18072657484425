//! Whatever a scenario plants is written to file 04 and read from it: a wrong record is one that
//! contradicts, never one that nobody can read.

use super::{
    batch::Days,
    decide::rejection_of,
    entry::{Final, record_serial},
    records::confirmation_of,
    words::words,
    *,
};
use crate::{
    day_batch::{
        Answers, AsSent, Draft, Filler, Numbers, Published, Whose, application_of, fund_account,
        publish, read_answers,
    },
    exchange::{
        return_code::ReturnCodes,
        version::{FileType, Version},
    },
    sandbox::{
        fixture::{bought, converted, handed_in, redeemed, start, t},
        scenario::ConfirmFate,
    },
};
use fundflow_domain::{
    application::{
        Confirmation, ConversionConfirmed, FastTransferConfirmed, Outcome, PurchaseConfirmed,
        Reception, RedemptionConfirmed, SubscriptionConfirmed, Terms,
    },
    money::{Money, Nav, Shares, SignedMoney},
};

const MOST: &str = "99999999999999.99";

/// As the reader of a scenario knows them, so that a new one is never left out here.
fn every_fate() -> Vec<ConfirmFate> {
    let unknown = serde_json::from_str::<ConfirmFate>("\"no such fate\"").unwrap_err().to_string();
    let (_, known) = unknown.split_once("expected one of ").unwrap();
    let names = known.split('`').skip(1).step_by(2);
    names.map(|name| serde_json::from_str(&format!("\"{name}\"")).unwrap()).collect()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn signed(text: &str) -> SignedMoney {
    text.parse().unwrap()
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn nav(text: &str) -> Nav {
    text.parse().unwrap()
}

/// What a registrar says of one kind of order when nothing is planted.
type Right = (Terms, Outcome);

fn purchases(right: &mut Vec<Right>) {
    let rows = [
        ("0.01", "1", "0.01"),
        ("10000.00", "1.2345", "8100.45"),
        (MOST, "1", MOST),
        ("99999999.99", "99999999.99999999", "1.00"),
    ];
    for (amount, price, bought_shares) in rows {
        let outcome = Outcome::Purchase(PurchaseConfirmed {
            amount: money(amount),
            fee: Money::ZERO,
            refund: Money::ZERO,
            nav: nav(price),
            shares: shares(bought_shares),
        });
        let single = bought("TX-1", amount);
        let plan = Some("PLAN-1".parse().unwrap());
        let ask = Ask::Purchase { amount: amount.parse().unwrap(), plan };
        right.push((Terms { ask, ..single.clone() }, outcome.clone()));
        right.push((single, outcome));
    }
}

fn subscriptions(right: &mut Vec<Right>) {
    for (amount, interest, registered) in
        [("0.01", "0.00", "0.01"), ("500.00", "3.17", "503.17"), (MOST, "0.00", MOST)]
    {
        let outcome = Outcome::Subscription(SubscriptionConfirmed {
            amount: money(amount),
            fee: Money::ZERO,
            refund: Money::ZERO,
            interest: money(interest),
            face: Nav::ONE,
            shares: shares(registered),
            interest_shares: shares(interest),
        });
        let ask = Ask::Subscription { amount: amount.parse().unwrap() };
        right.push((Terms { ask, ..bought("TX-1", "1.00") }, outcome));
    }
}

fn redemptions(right: &mut Vec<Right>) {
    let rows = [
        // shares, price, gross, fee, income, payout
        ("10000.00", "1", "10000.00", "0.00", "0.00", "10000.00"),
        ("10000.00", "1", "10000.00", "5.00", "123.45", "10118.45"),
        ("10000.00", "1", "10000.00", "0.00", "-3.21", "9996.79"),
        ("0.01", "1", "0.01", "0.00", "80.00", "80.01"),
        ("0.01", "1", "0.01", "0.00", "8.00", "8.01"),
        ("0.01", "0.4", "0.00", "0.00", "80.00", "80.00"),
        ("0.01", "1", "0.01", "0.01", "0.00", "0.00"),
        ("0.01", "1", "0.01", "0.00", "-0.01", "0.00"),
        (MOST, "1", MOST, "0.00", "0.00", MOST),
        ("1.00", "99999999.99999999", "100000000.00", "0.00", "0.00", "100000000.00"),
    ];
    for (left, price, gross, fee, income, payout) in rows {
        let outcome = Outcome::Redemption(RedemptionConfirmed {
            shares: shares(left),
            nav: nav(price),
            gross: money(gross),
            fee: money(fee),
            back_end_fee: Money::ZERO,
            payout: money(payout),
            income: signed(income),
            lots: Vec::new(),
        });
        right.push((redeemed("TX-1", left), outcome));
    }
}

fn conversions(right: &mut Vec<Right>) {
    let rows = [
        // shares out, net in, price in, shares in, income
        ("10000.00", "10000.00", "1.2345", "8100.45", "12.34"),
        ("0.01", "0.01", "1", "0.01", "0.00"),
        (MOST, MOST, "1", MOST, "0.00"),
        ("10.00", "10.00", "1", "10.00", "-0.50"),
    ];
    for (left, net_in, price, came, income) in rows {
        let outcome = Outcome::Conversion(ConversionConfirmed {
            shares_out: shares(left),
            nav_out: Nav::ONE,
            redemption_fee: Money::ZERO,
            back_end_fee: Money::ZERO,
            topup_fee: Money::ZERO,
            net_in: money(net_in),
            nav_in: nav(price),
            shares_in: shares(came),
            income: signed(income),
            lots: Vec::new(),
        });
        right.push((converted("TX-1", left), outcome));
    }
}

fn transfers(right: &mut Vec<Right>) {
    for (handed_over, income) in [("100.00", "0.00"), ("0.01", "7.00"), (MOST, "0.00")] {
        let (shares, income) = (shares(handed_over), signed(income));
        let ask = Ask::FastTransfer { shares, to: "BANK-1".parse().unwrap() };
        let outcome = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
        right.push((Terms { ask, ..redeemed("TX-1", handed_over) }, outcome));
    }
}

fn every_kind() -> Vec<Right> {
    let mut right = Vec::new();
    for add in [purchases, subscriptions, redemptions, conversions, transfers] {
        add(&mut right);
    }
    right
}

fn confirmation((terms, outcome): &Right) -> Confirmation {
    let on = "2026-02-13".parse().unwrap();
    Confirmation {
        serial: record_serial(terms.no.as_str(), 1),
        confirmed_on: on,
        registered_on: on,
        finished: true,
        misnamed: vec![],
        outcome: outcome.clone(),
    }
}

/// These answers as records of a file, and what its reader makes of them.
fn through_a_file(terms: &Terms, answers: &[ApplicationAnswer]) -> Answers {
    let day = |text: &str| text.parse().unwrap();
    let days = Days { t: t().date(), confirm_date: day("2026-02-13") };
    let asked = application_of(
        (&handed_in(terms.clone())).into(),
        "305",
        Numbers::Letters,
        fund_account(&terms.investor),
    );
    let filler = |answer: &ApplicationAnswer| -> Filler<'static> {
        let record = confirmation_of(&(asked.clone(), answer.clone()), days);
        Box::new(move |out| record.to_record(out))
    };
    let file_type = FileType::TradeConfirmation;
    let draft = Draft { file_type, fillers: answers.iter().map(filler).collect() };
    let dir = tempfile::tempdir().unwrap();
    let (between, on) = (("05", "305"), days.confirm_date);
    let published = publish(dir.path(), between, Version::V22, on, &[draft]).unwrap();
    let Published { index, unfit, .. } = published;
    let unfit: Vec<_> = unfit.iter().map(|(_, nth, why)| format!("{nth}: {why}")).collect();
    assert_eq!(unfit, [""; 0], "{answers:?}");
    let codes = ReturnCodes::built_in().unwrap().assign("05", DICTIONARY);
    let sent = |_: &str| Some(AsSent { no: terms.no.clone(), record: asked.clone() });
    read_answers(&index, &codes, &sent, &|_, _| Whose::Nobodys).unwrap()
}

fn said_of(right: &Right, fate: ConfirmFate, says: &Final) -> Vec<ApplicationAnswer> {
    let entry = ApplicationEntry::of(handed_in(right.0.clone()), FrontFate::Accepted, None);
    let said = words(&entry, says, fate, (start(), 0));
    said.into_iter().map(|word| word.says.into()).collect()
}

#[test]
fn every_fault_of_every_kind_of_order_is_a_record_that_the_reader_takes() {
    for right in every_kind() {
        for fate in every_fate() {
            let says = Final::Confirmed(Box::new(confirmation(&right)));
            let said = said_of(&right, fate, &says);
            let read = through_a_file(&right.0, &said);
            let about = format!("{fate:?} of {:?}", right.1);
            assert_eq!(read.puzzles, [], "{about}");
            assert_eq!(read.confirmations.len(), said.len(), "{about}");
        }
    }
}

/// A transfer's record has neither a fee nor a price, and nothing is no wrong payout where the fee takes
/// it all.
fn says_no_such_number(fate: ConfirmFate, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::FastTransfer(_) => matches!(fate, ConfirmFate::WrongFee | ConfirmFate::WrongNav),
        Outcome::Redemption(it) => fate == ConfirmFate::ZeroShares && it.gross == it.fee,
        Outcome::Purchase(_) | Outcome::Subscription(_) | Outcome::Conversion(_) => false,
    }
}

#[test]
fn a_fault_in_the_numbers_of_a_record_is_still_there_once_it_is_read() {
    let wrong = [
        ConfirmFate::Garbled,
        ConfirmFate::WrongShares,
        ConfirmFate::ZeroShares,
        ConfirmFate::WrongFee,
        ConfirmFate::WrongNav,
        ConfirmFate::AnotherFund,
        ConfirmFate::Corrected,
    ];
    for right in every_kind() {
        let says = Final::Confirmed(Box::new(confirmation(&right)));
        let truth = through_a_file(&right.0, &[says.clone().into()]);
        for fate in wrong {
            if says_no_such_number(fate, &right.1) {
                continue;
            }
            let read = through_a_file(&right.0, &said_of(&right, fate, &says));
            assert_ne!(read.confirmations[0], truth.confirmations[0], "{fate:?} of {:?}", right.1);
        }
    }
}

#[test]
fn a_refusal_and_a_reception_are_records_that_the_reader_takes_whatever_is_planted() {
    let on = "2026-02-13".parse().unwrap();
    let refused = rejection_of(&NotPriced::NotThere("there are no shares to take".to_owned()));
    for right in every_kind() {
        let serial = record_serial(right.0.no.as_str(), 1);
        let received = matches!(right.0.ask, Ask::Subscription { .. })
            .then_some(Final::Received(Reception { serial, on, amount: None }));
        for says in received.into_iter().chain([Final::Rejected(refused.clone())]) {
            for fate in every_fate() {
                let said = said_of(&right, fate, &says);
                let read = through_a_file(&right.0, &said);
                assert_eq!(read.puzzles, [], "{fate:?} of {says:?}");
                assert_eq!(read.confirmations.len(), said.len(), "{fate:?} of {says:?}");
            }
        }
    }
}
