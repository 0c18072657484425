//! What a withdrawal stores and sends, in literals; refusals at each row, huge redemptions, income,
//! crashes, repetitions.

use crate::{
    checks::{refused, survives_every_crash},
    outside::{Fate, record, redeemed, rejected},
    stage::{Stage, at, order, out_no, tx, wallet_of},
    terms::{closed_on, house, investor, money_fund},
};
use fundflow_domain::{
    application::OnHuge,
    freeze::FrozenCause,
    ids::{ApplicationNo, RegisterRecord},
    money::PerTenThousand,
    money_fund::IncomeUnit,
    status::Stops,
    wallet::Command as WalletCommand,
};
use fundflow_runtime::message::{Noticed, Reply};
use fundflow_sagas::{
    ports::{
        bank::{PayoutAnswer, payout_notice},
        registrar,
    },
    withdraw::{Asked, Command, Request, Withdraw},
};

/// 1,000 shares in the wallet, on Tuesday 3 February.
pub(crate) fn stage(now: &str) -> Stage<Withdraw> {
    let mut stage = Stage::new(Withdraw { house: house(vec![money_fund()]) }, now);
    stage.holding("i-1", "1000");
    stage
}

pub(crate) fn request(shares: Option<&str>) -> Request {
    Request {
        investor: "i-1".parse().unwrap(),
        account: "acc-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        shares: shares.map(|shares| shares.parse().unwrap()),
        on_huge: OnHuge::CarryOver,
        distributor: None,
    }
}

pub(crate) fn asked() -> Asked {
    Asked { investor: investor(), at: None }
}

/// The lines of a run of that request, without what was given.
pub(crate) fn story(mut stage: Stage<Withdraw>, request: Request) -> Stage<Withdraw> {
    let reply = stage.request(request, asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.run();
    stage
}

#[test]
fn a_part_is_redeemed_on_t_and_paid_out_on_the_next_trading_day() {
    let stage = story(stage("02-03 10:00"), request(Some("400")));

    assert_eq!(
        stage.lines,
        [
            "withdraw.prepared",
            "wallet.shares_reserved",
            "application.placed",
            "call redeem",
            "application.accepted",
            "ask redeem",
            "application.confirmed",
            "wallet.shares_taken_out",
            "payout.requested",
            "call redeem.out",
            "payout.paid_out",
            "withdraw.paid_out",
        ]
    );
    let wallet = stage.wallet();
    assert_eq!(wallet.available().to_string(), "600.00");
    assert_eq!(stage.now, at("02-04 12:00"), "noon of T+1");
    let paid = stage.fold(&fundflow_kernel::streams::Key::<fundflow_domain::payout::Payouts>::of(
        &out_no("redeem"),
    ));
    let payout = paid.state.payout().unwrap();
    assert_eq!(payout.terms.amount.to_string(), "400.00");
    assert_eq!(payout.terms.due.to_string(), "2026-02-04");
}

#[test]
fn after_the_cut_off_it_belongs_to_the_next_trading_day() {
    let stage = story(stage("02-13 15:00"), request(Some("400")));

    assert_eq!(stage.last(), "withdraw.paid_out");
    assert_eq!(stage.now, at("02-25 12:00"), "T is the first day after the Spring Festival");
}

#[test]
fn what_the_registrar_refuses_stays_in_the_wallet() {
    let expected = ["wallet.shares_released", "withdraw.kept_in_wallet"];
    let mut front = stage("02-03 10:00");
    front.outside.fate("redeem", [Fate::Refused]);
    let front = story(front, request(Some("400")));
    assert_eq!(front.after("application.rejected"), expected);

    let mut batch = stage("02-03 10:00");
    batch.outside.records.insert("redeem".into(), vec![rejected("0002")]);
    let batch = story(batch, request(Some("400")));
    assert_eq!(batch.after("application.rejected"), expected);
    assert_eq!(batch.wallet().available().to_string(), "1000.00");
    assert_eq!(batch.look().failure.unwrap().code.as_ref(), "0002");
}

#[test]
fn a_refusal_leaves_nothing_behind_and_its_id_free() {
    let mut stage = stage("02-03 10:00");
    let record: RegisterRecord = "court-1".parse().unwrap();
    let (shares, cause) = ("700".parse().unwrap(), FrozenCause::Judicial);
    stage.given(&wallet_of("i-1"), &WalletCommand::Freeze { record, shares, cause });
    let before = stage.events.len();

    let said = refused(&stage.request(request(Some("400")), asked()));
    assert_eq!(
        said,
        "400.00 shares were asked for and 300.00 are available: 1000.00 are registered, 0.00 reserved, 700.00 frozen by the register, 0.00 in dispute"
    );
    assert_eq!(stage.events.len(), before);

    let stage = story(stage, request(None));
    assert_eq!(stage.wallet().registered().to_string(), "700.00", "only what is free has left");
    assert_eq!(stage.count("wallet.income_settled"), 0, "frozen shares stay, and income with them");
}

#[test]
fn what_differs_from_the_first_request_is_named_and_the_same_again_is_free() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    let before = stage.events.len();

    assert!(matches!(stage.request(request(Some("400")), asked()), Reply::Placed { .. }));
    let other = Request { on_huge: OnHuge::Cancel, ..request(Some("300")) };
    let said = refused(&stage.request(other, asked()));
    assert!(said.ends_with("it differs in shares, on_huge"), "{said}");
    assert_eq!(stage.events.len(), before);

    let used = refused(&stage.request_as("OLD", request(Some("400")), asked()));
    assert_eq!(used, "transaction OLD already moved this wallet; use a new transaction ID");
    let unknown = Request { fund: "999999".parse().unwrap(), ..request(None) };
    let said = refused(&stage.request_as("TX-2", unknown, asked()));
    assert_eq!(said, "the catalogue has no terms of fund 999999 for that day");
}

/// A day's income of 0.4012 per 10,000 on 2 February, unpaid.
pub(crate) fn with_income(mut stage: Stage<Withdraw>) -> Stage<Withdraw> {
    let per_10_000: PerTenThousand = "0.4012".parse().unwrap();
    let (day, unit) = ("2026-02-02".parse().unwrap(), IncomeUnit::Fen);
    let key = wallet_of("i-1");
    stage.given(&key, &WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit });
    stage
}

#[test]
fn everything_together_takes_the_unpaid_income_along() {
    let mut stage = with_income(stage("02-03 10:00"));
    let all = record("c-1", "2026-02-04", true, redeemed("1000".parse().unwrap(), "0.04"));
    stage.outside.records.insert("redeem".into(), vec![all]);
    let stage = story(stage, request(Some("1000")));

    assert_eq!(
        stage.after("application.confirmed"),
        [
            "wallet.shares_taken_out",
            "wallet.income_settled",
            "payout.requested",
            "call redeem.out",
            "payout.paid_out",
            "withdraw.paid_out",
        ]
    );
    let wallet = stage.wallet();
    assert_eq!(
        (wallet.registered().to_string(), wallet.unpaid_income().to_string()),
        ("0.00".into(), "0.0000".into())
    );
    let key: fundflow_kernel::streams::Key<fundflow_domain::payout::Payouts> =
        fundflow_kernel::streams::Key::of(&out_no("redeem"));
    assert_eq!(stage.fold(&key).state.payout().unwrap().terms.amount.to_string(), "1000.04");
}

#[test]
fn a_part_leaves_its_income_behind_and_a_registrar_that_pays_it_opens_a_case() {
    let mut stage = with_income(stage("02-03 10:00"));
    let part = record("c-1", "2026-02-04", true, redeemed("400".parse().unwrap(), "0.04"));
    stage.outside.records.insert("redeem".into(), vec![part]);
    let stage = story(stage, request(Some("400")));

    assert_eq!(stage.parked().unwrap(), ("confirm redemption".into(), "does_not_add_up".into()));
    assert_eq!(stage.count("case.opened"), 1);
    // They left, as the register says; no money moves while it is in dispute.
    assert_eq!(stage.count("wallet.shares_taken_out"), 1);
    assert_eq!(stage.count("payout.requested"), 0);
}

#[test]
fn what_a_huge_redemption_cancels_is_free_again() {
    let mut stage = stage("02-03 10:00");
    let part = record("c-1", "2026-02-04", true, redeemed("150".parse().unwrap(), "0"));
    stage.outside.records.insert("redeem".into(), vec![part]);
    let asked_for = Request { on_huge: OnHuge::Cancel, ..request(Some("400")) };
    let stage = story(stage, asked_for);

    assert_eq!(stage.last(), "withdraw.paid_out");
    assert_eq!(stage.wallet().available().to_string(), "850.00");
    assert_eq!(stage.wallet().reserved().to_string(), "0.00");
}

#[test]
fn everything_heard_twice_is_heard_once() {
    let mut stage = story(stage("02-03 10:00"), request(Some("400")));
    let before = stage.events.len();
    let redeem = ApplicationNo::of(&order("redeem"));
    let key =
        fundflow_kernel::streams::Key::<fundflow_domain::application::Applications>::of(&redeem);
    let application = stage.fold(&key).state;
    let said = application.application().unwrap().confirmations().last().unwrap().clone();

    let again = registrar::ApplicationAnswer::Confirmed(Box::new(said.clone()));
    let reply = stage.notice(registrar::notice(&redeem, again));
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    let transfer = fundflow_domain::payout::Transfer {
        no: out_no("redeem"),
        serial: "redeem.out.1".parse().unwrap(),
        amount: "400".parse().unwrap(),
        at: stage.now,
    };
    let paid = |transfer| {
        payout_notice(&out_no("redeem"), out_no("redeem"), PayoutAnswer::PaidOut(transfer))
    };
    let reply = stage.notice(paid(transfer.clone()));
    assert!(matches!(reply, Reply::Noticed(Noticed::Repeated)), "{reply:?}");
    assert_eq!(stage.events.len(), before);

    let twice = fundflow_domain::payout::Transfer { serial: "other".parse().unwrap(), ..transfer };
    let reply = stage.notice(paid(twice));
    assert!(matches!(reply, Reply::Noticed(Noticed::Contradicted(_))), "{reply:?}");
    assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
}

#[test]
fn a_process_that_dies_before_any_append_ends_the_same_way() {
    survives_every_crash(|fuse| {
        let mut stage = with_income(stage("02-03 10:00"));
        let all = record("c-1", "2026-02-04", true, redeemed("1000".parse().unwrap(), "0.04"));
        stage.outside.records.insert("redeem".into(), vec![all]);
        stage.fuse = fuse;
        for _ in 0..2 {
            stage.request(request(None), asked());
            stage.run();
        }
        stage
    });
}

#[test]
fn silence_is_asked_about_and_nothing_is_done_twice() {
    let mut stage = stage("02-03 10:00");
    stage.outside.fate("redeem", [Fate::Lost, Fate::Unheard]);
    stage.outside.fate("redeem.out", [Fate::Unheard, Fate::Lost]);
    let stage = story(stage, request(Some("400")));

    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "600.00");
}

#[test]
fn a_registrar_that_answers_after_the_cut_off_moves_it_to_the_next_t() {
    let mut stage = stage("02-03 14:59");
    stage.request(request(Some("400")), asked());
    stage.now = at("02-03 15:00:08");
    stage.run();

    assert_eq!(stage.count("application.moved"), 1);
    assert_eq!((stage.last(), stage.now), ("withdraw.paid_out", at("02-05 12:00")));
}

#[test]
fn a_later_t_on_which_nothing_may_leave_takes_it_back() {
    let fund = closed_on(money_fund(), "2026-02-04", Stops::Redemption);
    let mut stage = Stage::new(Withdraw { house: house(vec![fund]) }, "02-03 14:59");
    stage.holding("i-1", "1000");
    stage.request(request(Some("400")), asked());
    stage.now = at("02-03 15:00:08");
    stage.run();

    assert_eq!(stage.last(), "withdraw.kept_in_wallet", "{}", stage.text());
    assert_eq!(stage.wallet().available().to_string(), "1000.00");
}

#[test]
fn an_instant_of_the_request_that_is_older_than_the_cut_off_is_no_earlier_t() {
    let mut stage = stage("02-03 15:00");
    let early = Asked { at: Some(at("02-03 14:59")), ..asked() };
    stage.request(request(Some("400")), early);
    stage.run();

    let key = fundflow_kernel::streams::Key::<fundflow_domain::application::Applications>::of(
        &ApplicationNo::of(&order("redeem")),
    );
    let t = stage.fold(&key).state.application().unwrap().terms.trade_date;
    assert_eq!(t.to_string(), "2026-02-04");
    assert_eq!(tx("TX-1"), stage.look().id.transaction);
}

#[test]
fn until_the_cut_off_it_can_be_taken_back_and_not_after_it() {
    let mut stage = stage("02-03 10:00");
    stage.request(request(Some("400")), asked());
    stage.settle();
    stage.now = at("02-03 14:59");
    assert!(matches!(stage.command(Command::Cancel { at: at("02-03 14:59") }), Reply::Acted));
    stage.run();
    assert_eq!(
        stage.after("withdraw.cancel_asked"),
        [
            "call redeem.cancel",
            "application.cancelled",
            "wallet.shares_released",
            "withdraw.kept_in_wallet"
        ]
    );
    let before = stage.events.len();
    assert!(matches!(stage.command(Command::Cancel { at: at("02-03 14:59") }), Reply::Acted));
    assert_eq!(stage.events.len(), before, "asked again, it changes nothing");

    let mut late = self::stage("02-03 10:00");
    late.request(request(Some("400")), asked());
    late.settle();
    late.now = at("02-03 15:00");
    let said = refused(&late.command(Command::Cancel { at: at("02-03 14:59") }));
    assert_eq!(
        said,
        "asked at 2026-02-03T14:59:00+08:00, and heard only at 2026-02-03T15:00:00+08:00, which counts, but \
         this could be taken back only before 2026-02-03T15:00:00+08:00"
    );
    late.run();
    let said = refused(&late.command(Command::Cancel { at: at("02-03 14:59") }));
    assert_eq!(
        said,
        "it is over: paid out; it could be taken back only before 2026-02-03T15:00:00+08:00"
    );
}

#[test]
fn all_of_a_fund_that_carries_daily_leaves_nothing_behind_of_what_came_meanwhile() {
    let mut stage = with_income(stage("02-03 10:00"));
    let all = record("c-1", "2026-02-04", true, redeemed("1000".parse().unwrap(), "0.09"));
    stage.outside.records.insert("redeem".into(), vec![all]);
    stage.request(request(None), asked());
    stage.settle();
    // That day's income is published in the evening, and what is owed would become shares.
    let (day, per_10_000) = ("2026-02-03".parse().unwrap(), "0.5".parse().unwrap());
    let unit = fundflow_domain::money_fund::IncomeUnit::Fen;
    let accrue = WalletCommand::AccrueIncome { day, publication: 0, per_10_000, unit };
    stage.given(&wallet_of("i-1"), &accrue);
    let registered = "2026-02-04".parse().unwrap();
    stage.given(&wallet_of("i-1"), &WalletCommand::CarryIncome { through: day, registered });
    stage.crash();
    stage.run();

    assert_eq!(stage.last(), "withdraw.paid_out", "{}", stage.text());
    let wallet = stage.wallet();
    assert_eq!(
        (wallet.registered().to_string(), wallet.unpaid_income().to_string()),
        ("0.00".into(), "0.0000".into())
    );
}
