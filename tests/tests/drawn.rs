//! What strategies draw: every command, every request, every notice, every action of an operator. The names are
//! those of matches without a wildcard, so that a variant that is new stops the build until it stands here.

#![allow(clippy::unwrap_used, reason = "what a test cannot make or find fails it")]

use fundflow_domain::{
    advance, application,
    application::Outcome,
    case::{self, How},
    day_limit, fast_quota, holdings,
    modes::ConversionMode,
    payment, payout, plan, wallet,
};
use fundflow_runtime::{port::Payload, process::Disposition};
use fundflow_sagas::{
    discount_purchase,
    freeze::Word,
    ports::{
        advance::{AdvanceAnswer, AdvanceNotice, AdvanceSaid, RepaymentAnswer},
        bank::{BankAnswer, BankNotice, ChargeAnswer, PayoutAnswer, RefundAnswer},
        registrar::{ApplicationAnswer, RegistrarNotice},
        stray::Stray,
    },
};
use fundflow_testkit::{
    strategies::{
        Operates, advance_commands, asks, case_commands, conversion_commands, day_limit_commands,
        fast_quota_commands, holdings_commands, notices, operations, payment_commands,
        payout_commands, plan_commands, purchase_commands, requests, wallet_commands,
    },
    wanted::Wanted,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use std::{collections::BTreeSet, fmt::Debug};

/// What a strategy draws, by name.
fn drawn<C: Debug>(
    commands: impl Strategy<Value = C>,
    name: impl Fn(&C) -> &'static str,
) -> BTreeSet<&'static str> {
    let mut runner = TestRunner::deterministic();
    let mut draw = || commands.new_tree(&mut runner).unwrap().current();
    (0..2_000).map(|_| name(&draw())).collect()
}

/// Every command of an aggregate is drawn. The names are those of a match without a wildcard, so that a
/// command that is new to the aggregate stops the build until it stands here.
macro_rules! all_drawn {
    ($commands:expr, $aggregate:ident: $($kind:ident)+) => {
        let name = |command: &$aggregate::Command| match command {
            $($aggregate::Command::$kind { .. } => stringify!($kind),)+
        };
        let all = BTreeSet::from([$(stringify!($kind)),+]);
        assert_eq!(drawn($commands, name), all, stringify!($commands));
    };
}

#[test]
fn every_command_to_money_is_drawn() {
    all_drawn!(payment_commands(), payment: At Request RecordPaid RecordDecline Close CloseLate
        SendBack RecordReturned);
    all_drawn!(payout_commands(), payout: Request RecordPaidOut RecordRefusal Redirect At);
    all_drawn!(advance_commands(), advance: Request RecordAdvanced RecordDecline Close GiveUp Contest
        RequestRepayment KeepShares RecordRepaid RecordReturned At);
    all_drawn!(day_limit_commands(), day_limit: Count GiveBack);
    all_drawn!(fast_quota_commands(), fast_quota: Count CountUnknown GiveBack CountPaid);
}

#[test]
fn every_command_to_shares_is_drawn() {
    all_drawn!(wallet_commands(), wallet: CreditInTransit ConfirmPortion ConfirmCredit ReverseCredit
        Reserve ReserveAll Release TakePortion TakeOut CorrectCredit CorrectTakeOut Freeze Unfreeze
        FollowRegister Hold Unhold Claim WaiveClaim AccrueIncome ReverseIncome CorrectIncome
        CarryIncome SettleIncome CorrectSettlement);
    all_drawn!(holdings_commands(), holdings: Credit Reserve Release Take Freeze Unfreeze
        FollowRegister Hold Unhold Claim WaiveClaim CorrectCredit CorrectTake WithdrawTake
        Declare);
}

#[test]
fn every_command_to_orders_cases_and_plans_is_drawn() {
    for commands in [purchase_commands().boxed(), conversion_commands().boxed()] {
        all_drawn!(commands, application: Place MoveTo AskFor Accept Seal Send Receive Confirm Correct
            Contest Overrule Uphold Withdraw TakeBack Reject ContestRejection UpholdRejection
            DropRejection Cancel);
    }
    all_drawn!(case_commands(), case: Open Restate Assign Note Close Reopen);
    all_drawn!(plan_commands(), plan: Open Change Pause Resume End Finish Begin Done Miss);
}

#[test]
fn requests_are_of_every_mode() {
    use ConversionMode as M;
    let name = |request: &discount_purchase::Request| match request.mode {
        Some(M::Held) => "held",
        Some(M::LinkedSameDay) => "linked_same_day",
        Some(M::NextDay) => "next_day",
        Some(M::RedeemToPurchase) => "redeem_to_purchase",
        None => "chosen by the engine",
    };
    let all = ["held", "linked_same_day", "next_day", "redeem_to_purchase"];
    assert_eq!(drawn(requests(), name), BTreeSet::from(all));
}

/// Every variant of a type is drawn, but for those behind a `!`, which another strategy draws.
macro_rules! all_told {
    ($told:expr, $said:ident: $($variant:ident)+ $(! $other:ident)*) => {
        let name = |said: &$said| match said {
            $($said::$variant { .. } => stringify!($variant),)+
            $($said::$other { .. } => stringify!($other),)*
        };
        let names: BTreeSet<_> = $told.iter().map(name).collect();
        assert_eq!(names, BTreeSet::from([$(stringify!($variant)),+]), stringify!($said));
    };
}

/// So many notices that each variant is among them.
fn told() -> Vec<Payload> {
    let mut runner = TestRunner::deterministic();
    let strategy = notices();
    (0..4_000).map(|_| strategy.new_tree(&mut runner).unwrap().current().1).collect()
}

#[test]
fn every_answer_of_banks_comes_unasked_too() {
    let (mut charges, mut refunds, mut payouts) = (vec![], vec![], vec![]);
    let (mut advances, mut repayments) = (vec![], vec![]);
    for news in told() {
        match news.downcast_ref::<BankNotice>() {
            Some(BankNotice(BankAnswer::Charge(said))) => charges.push(said.clone()),
            Some(BankNotice(BankAnswer::Refund(_, said))) => refunds.push(said.clone()),
            Some(BankNotice(BankAnswer::Payout(_, said))) => payouts.push(said.clone()),
            None => {}
        }
        match news.downcast_ref::<AdvanceNotice>() {
            Some(AdvanceNotice(AdvanceSaid::Advance(said))) => advances.push(said.clone()),
            Some(AdvanceNotice(AdvanceSaid::Repayment(said))) => repayments.push(said.clone()),
            None => {}
        }
    }
    all_told!(charges, ChargeAnswer: Paid Declined NotFound Pending Unknown);
    all_told!(refunds, RefundAnswer: Refunded Refused NotFound Pending Unknown);
    all_told!(payouts, PayoutAnswer: PaidOut Refused NotFound Pending Unknown);
    all_told!(advances, AdvanceAnswer: Advanced Declined NotFound Pending Unknown);
    all_told!(repayments, RepaymentAnswer: Repaid Refused NotFound Pending Unknown);
}

#[test]
fn every_word_of_a_registrar_comes_unasked_too_with_every_kind_of_figures() {
    let all = told();
    let said = all.iter().filter_map(|news| news.downcast_ref::<RegistrarNotice>());
    let said: Vec<ApplicationAnswer> = said.map(|RegistrarNotice(said)| said.clone()).collect();
    let confirmed: Vec<_> = said
        .iter()
        .filter_map(|said| match said {
            ApplicationAnswer::Confirmed(said) => Some(said.as_ref().clone()),
            _ => None,
        })
        .collect();
    assert!(confirmed.iter().any(|it| !it.finished), "portions");
    assert!(confirmed.iter().any(|it| !it.misnamed.is_empty()), "money that nobody promised");
    all_told!(said, ApplicationAnswer: Accepted Received Rejected Confirmed Cancelled NotCancelled
        OfAnother NotFound Pending Unknown Sealed Sent);
    let outcomes: Vec<_> = confirmed.into_iter().map(|it| it.outcome).collect();
    all_told!(outcomes, Outcome: Subscription Purchase Redemption Conversion FastTransfer);
    let strays: BTreeSet<_> =
        all.iter().filter_map(|it| Some(it.downcast_ref::<Stray>()?.registrar.as_str())).collect();
    assert_eq!(
        strays,
        BTreeSet::from(["98", "own"]),
        "records that no saga takes, of two registrars"
    );
}

#[test]
fn nothing_is_told_of_which_this_file_knows_nothing() {
    for news in told() {
        let known = news.is::<BankNotice>()
            || news.is::<AdvanceNotice>()
            || news.is::<RegistrarNotice>()
            || news.is::<Stray>();
        assert!(known, "a type of notice that no test here holds against its variants");
    }
}

/// Whatever a strategy draws, so many times that each variant is among it.
fn some<T: Debug>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..2_000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn an_operator_uses_every_door_with_every_disposition_and_closes_cases_in_every_way_of_a_person() {
    let all = some(operations());
    let (mut given_up, mut closed) = (vec![], BTreeSet::new());
    for operates in &all {
        match operates {
            Operates::Abandon(disposition) => given_up.push(*disposition),
            Operates::CloseCase(how) => {
                closed.insert(match how {
                    How::Corrected { .. } => "by a record, which is no person's",
                    How::Accepted => "accepted",
                    How::PaidByUs { .. } => "paid by us",
                    How::Withdrawn => "withdrawn",
                    How::Manual { .. } => "manual",
                });
            }
            Operates::Resume
            | Operates::SkipToLanding
            | Operates::Date(_)
            | Operates::Redirect(_) => {}
        }
    }
    all_told!(all, Operates: Resume SkipToLanding Abandon CloseCase Date Redirect);
    all_told!(given_up, Disposition: Refund Suspense Manual);
    assert_eq!(closed, BTreeSet::from(["accepted", "manual", "paid by us", "withdrawn"]));
}

#[test]
fn an_investor_asks_for_everything() {
    let wanted = some(asks::wanted());
    all_told!(wanted, Wanted: DiscountPurchase Recharge Withdraw FastWithdraw Purchase Redemption
        Conversion ! Plan);
    let ways: BTreeSet<&str> = wanted.iter().map(Wanted::name).collect();
    assert!(ways.contains("subscription"), "{ways:?}");
    let frozen: Vec<_> =
        some(asks::freezes()).into_iter().chain(some(asks::lifts())).map(|it| it.word).collect();
    all_told!(frozen, Word: Order Statement Lift);
}
