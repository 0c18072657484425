//! What a fast withdrawal stores and sends, in literals; the quota, the bank that declines or says
//! nothing, the registrar that rejects when the cash is out.

use crate::{
    checks::{refused, survives_every_crash},
    outside::{Fate, record, redeemed, rejected},
    stage::{Stage, at, out_no},
    terms::{house, investor, money_fund},
};
use fundflow_domain::{
    advance,
    application::{FastTransferConfirmed, Outcome},
    fast_redemption::Advancer,
    fund::FundTerms,
};
use fundflow_runtime::message::{Action, Noticed, Reply};
use fundflow_sagas::{
    fast_withdraw::{Asked, Command, FastWithdraw, Request},
    ports::advance::{AdvanceAnswer, AdvanceSaid, notice},
};

pub(crate) fn saga(by: Advancer) -> FastWithdraw {
    FastWithdraw {
        house: house(vec![money_fund()]),
        distributor: "shop".parse().unwrap(),
        counted_under: None,
        by,
        holder: "bank-7".parse().unwrap(),
        bank: "advance".parse().unwrap(),
    }
}

pub(crate) fn licensed() -> Advancer {
    Advancer::LicensedBank("bank-7".parse().unwrap())
}

/// 12,000 shares in the wallet.
pub(crate) fn stage(now: &str) -> Stage<FastWithdraw> {
    let mut stage = Stage::new(saga(licensed()), now);
    stage.holding("i-1", "12000");
    stage
}

pub(crate) fn request(shares: &str) -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        shares: shares.parse().ok(),
        distributor: None,
    }
}

pub(crate) fn asked() -> Asked {
    Asked { investor: investor(), at: None }
}

fn story(mut stage: Stage<FastWithdraw>, shares: &str) -> Stage<FastWithdraw> {
    let reply = stage.request(request(shares), asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
    stage
}

#[test]
fn the_cash_is_there_at_once_and_the_bank_has_its_money_back_when_the_fund_pays() {
    let stage = story(stage("02-03 10:00"), "10000");

    assert_eq!(
        stage.lines,
        [
            "fast_withdraw.prepared",
            "fast_quota.counted",
            "wallet.shares_reserved",
            "advance.requested",
            "call transfer.out",
            "advance.advanced",
            "application.placed",
            "call transfer",
            "application.accepted",
            "ask transfer",
            "application.confirmed",
            "wallet.shares_taken_out",
            "application.placed",
            "call redeem",
            "application.accepted",
            "ask redeem",
            "application.confirmed",
            "advance.repayment_requested",
            "call transfer.out.repay",
            "advance.repaid",
            "fast_withdraw.paid_out",
        ]
    );
    let advanced = stage.events.iter().find(|it| *it.event.event_type == *"advance.advanced");
    assert_eq!(advanced.unwrap().event.recorded_at, at("02-03 10:00"));
    assert_eq!(stage.wallet().available().to_string(), "2000.00");
}

/// The bank's redemption is placed on Wednesday 4 February. Its rest is carried over to the 5th, and paid two
/// trading days after that.
#[test]
fn the_bank_has_its_money_back_once_the_fund_has_paid_the_part_that_was_carried_over_too() {
    let slow = FundTerms { payout_lag: 2, ..money_fund() };
    let saga = FastWithdraw { house: house(vec![slow]), ..saga(licensed()) };
    let mut stage = Stage::new(saga, "02-03 10:00");
    stage.holding("i-1", "12000");
    let part = |serial, on, last, shares: &str| {
        record(serial, on, last, redeemed(shares.parse().unwrap(), "0"))
    };
    let parts =
        vec![part("c-1", "2026-02-05", false, "3000"), part("c-2", "2026-02-06", true, "7000")];
    stage.outside.records.insert("redeem".into(), parts);
    stage.request(request("10000"), asked());
    stage.clock("02-09 11:59");
    assert_eq!(stage.count("application.confirmed"), 2, "{}", stage.text());
    assert_eq!(stage.count("advance.repayment_requested"), 0, "{}", stage.text());

    stage.clock("02-09 12:00");
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
}

#[test]
fn on_a_saturday_the_cash_is_there_and_the_transfer_belongs_to_monday() {
    let mut stage = stage("02-07 10:00");
    stage.request(request("500"), asked());
    stage.settle();
    assert_eq!(stage.count("advance.advanced"), 1, "{}", stage.text());
    stage.run();

    assert_eq!(stage.last(), "fast_withdraw.paid_out");
    assert_eq!(stage.now, at("02-11 12:00"), "transferred on T = 9, redeemed on T = 10");
}

#[test]
fn ten_thousand_yuan_are_the_most_of_a_natural_day_and_the_next_day_is_another() {
    let mut stage = stage("02-03 10:00");
    stage.request_as("A", request("9600"), asked());
    let said = refused(&stage.request_as("B", request("400.01"), asked()));
    assert_eq!(
        said,
        "400.01 yuan at once after 9600.00 on this day are above 10000.00; 400.00 would fit, and an ordinary withdrawal is not limited"
    );
    assert!(matches!(stage.request_as("B", request("400"), asked()), Reply::Placed { .. }));

    stage.now = at("02-03 23:59");
    refused(&stage.request_as("C", request("1"), asked()));
    stage.now = at("02-04 00:00");
    assert!(matches!(stage.request_as("C", request("1000"), asked()), Reply::Placed { .. }));
}

#[test]
fn a_bank_that_declines_frees_the_shares_and_the_quota() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("transfer.out", [Fate::Refused]);
    let mut stage = story(stage, "10000");

    assert_eq!(
        stage.after("advance.declined"),
        ["wallet.shares_released", "fast_quota.given_back", "fast_withdraw.kept_in_wallet"]
    );
    assert_eq!(stage.wallet().available().to_string(), "12000.00");
    assert_eq!(stage.look().failure.unwrap().code.as_ref(), "0001");
    assert!(matches!(stage.request_as("TX-2", request("10000"), asked()), Reply::Placed { .. }));
}

#[test]
fn a_bank_that_says_nothing_is_asked_and_nothing_is_assumed() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("transfer.out", [Fate::Unheard]);
    stage.request(request("10000"), asked());
    stage.settle();
    assert_eq!(stage.wallet().reserved().to_string(), "10000.00");
    assert_eq!(stage.count("advance.advanced") + stage.count("application.placed"), 0);
    stage.run();
    assert_eq!(stage.last(), "fast_withdraw.paid_out");
    assert!(stage.lines.contains(&"ask transfer.out".to_owned()), "{}", stage.text());

    let mut lost = self::stage("02-03 10:00");
    lost.outside.fate("transfer.out", [Fate::Lost, Fate::Refused]);
    let lost = story(lost, "10000");
    assert_eq!(lost.last(), "fast_withdraw.kept_in_wallet", "{}", lost.text());
}

#[test]
fn a_person_who_knows_that_nothing_was_paid_frees_the_shares_and_a_late_payment_is_a_case() {
    let mut stage = stage("02-03 10:00");
    stage.request(request("10000"), asked());
    let reply = stage.act(Action::SkipToLanding { reason: "the bank's day file".into() });
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    assert_eq!(stage.last(), "fast_withdraw.kept_in_wallet", "{}", stage.text());

    let (serial, amount) = ("late".parse().unwrap(), "10000".parse().unwrap());
    let transfer = advance::Transfer { serial, amount, at: stage.now };
    let said = AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer));
    let reply = stage.notice(notice(&out_no("transfer"), said));
    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert_eq!(stage.count("case.opened"), 1);
}

#[test]
fn when_the_cash_is_out_a_rejected_transfer_waits_for_a_person() {
    for in_the_batch in [false, true] {
        let mut stage = stage("02-03 10:00");
        if in_the_batch {
            stage.outside.records.insert("transfer".into(), vec![rejected("0002")]);
        } else {
            stage.outside.fate("transfer", [Fate::Refused]);
        }
        let mut stage = story(stage, "10000");
        assert_eq!(stage.parked().unwrap(), ("cash is out".into(), "does_not_add_up".into()));
        let ends: Vec<String> = stage
            .look()
            .open_ends
            .iter()
            .map(|end| format!("{} {}", end.name, end.worth))
            .collect();
        assert_eq!(ends, ["transfer 10000.00", "repayment 10000.00"]);
        assert_eq!(stage.wallet().available().to_string(), "2000.00", "they are not free");

        let why = stage.look().parked;
        for _ in 0..2 {
            stage.act(Action::Resume { reason: "again".into() });
            stage.run();
            assert_eq!(stage.look().parked, why, "nothing is settled by letting it go on");
        }
        stage.crash();
        stage.act(Action::Resume { reason: "once more".into() });
        assert_eq!(stage.look().parked, why);

        stage.abandon();
        assert_eq!(stage.wallet().reserved().to_string(), "0.00");
    }
}

#[test]
fn a_rejected_redemption_of_the_bank_waits_for_a_person_too() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("redeem", [Fate::Refused]);
    let stage = story(stage, "10000");
    assert_eq!(stage.parked().unwrap().0, "cash is out");
    assert_eq!(stage.look().open_ends.len(), 1, "the bank waits for its money");
}

#[test]
fn fewer_shares_than_the_cash_was_advanced_on_open_a_case() {
    let mut stage = stage("02-03 10:00");
    let shares = "9000".parse().unwrap();
    let income = "0".parse().unwrap();
    let outcome = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
    stage
        .outside
        .records
        .insert("transfer".into(), vec![record("c-1", "2026-02-04", true, outcome)]);
    let stage = story(stage, "10000");
    assert_eq!(stage.parked().unwrap(), ("confirm transfer".into(), "does_not_add_up".into()));
    assert_eq!(stage.count("case.opened"), 1);
    assert_eq!(stage.count("advance.repayment_requested"), 0);

    let mut stage = self::stage("02-03 10:00");
    let with_income = redeemed("10000".parse().unwrap(), "0.40");
    stage
        .outside
        .records
        .insert("redeem".into(), vec![record("c-2", "2026-02-05", true, with_income)]);
    let stage = story(stage, "10000");
    assert_eq!(stage.parked().unwrap().0, "confirm redemption");
}

#[test]
fn it_cannot_be_taken_back_at_any_row() {
    let mut stage = stage("02-03 10:00");
    stage.request(request("10000"), asked());
    let says = "a fast withdrawal cannot be taken back";
    assert_eq!(refused(&stage.command(Command::Cancel)), says);
    stage.settle();
    assert_eq!(refused(&stage.command(Command::Cancel)), says);
    stage.run();
    assert_eq!(refused(&stage.command(Command::Cancel)), says);
}

#[test]
fn only_a_licensed_bank_advances_and_nothing_is_stored_otherwise() {
    let mut stage = Stage::new(saga(Advancer::Distributor), "02-03 10:00");
    stage.holding("i-1", "12000");
    let before = stage.events.len();
    let said = refused(&stage.request(request("100"), asked()));
    assert_eq!(
        said,
        "the distributor may not advance money; only a bank with a licence to sell funds may"
    );
    assert_eq!(stage.events.len(), before);
}

#[test]
fn the_day_on_which_the_shares_change_hands_is_the_banks() {
    let stage = story(stage("02-03 10:00"), "10000");
    let earning = |day: &str| stage.wallet().earning_on(day.parse().unwrap()).to_string();
    assert_eq!(earning("2026-02-02"), "12000.00");
    assert_eq!(earning("2026-02-03"), "2000.00");
}

#[test]
fn a_process_that_dies_before_any_append_ends_the_same_way() {
    survives_every_crash(|fuse| {
        let mut stage = stage("02-03 10:00");
        stage.fuse = fuse;
        for _ in 0..2 {
            stage.request(request("10000"), asked());
            stage.run();
        }
        stage
    });
}

#[test]
fn what_the_bank_says_twice_is_heard_once_and_two_payments_are_a_case() {
    let mut stage = story(stage("02-03 10:00"), "10000");
    let before = stage.events.len();
    let said = |serial: &str| {
        let (serial, amount) = (serial.parse().unwrap(), "10000".parse().unwrap());
        let transfer = advance::Transfer { serial, amount, at: at("02-03 10:00") };
        notice(&out_no("transfer"), AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer)))
    };
    let reply = stage.notice(said("transfer.out.1"));
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    assert_eq!(stage.events.len(), before);
    let reply = stage.notice(said("another"));
    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert_eq!(stage.count("case.opened"), 1);
}
