//! Random runs: whatever those outside do and whenever the process dies, no money and no share is
//! lost, and nothing stays open without an owner.

use crate::{
    fast_withdraw, outside,
    outside::{Fate, purchased, record, redeemed, rejected},
    paid, recharge,
    stage::{Stage, out_no, pay_no},
    withdraw,
};
use fundflow_domain::{
    advance::{Advances, Stage as Lent},
    money::Money,
    payment::Payments,
    wallet::State,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::saga::Saga;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        4 => Just(Fate::Done),
        1 => Just(Fate::Refused),
        2 => Just(Fate::Lost),
        2 => Just(Fate::Unheard),
    ];
    prop::collection::vec(fate, 0..4)
}

/// When the process dies, counted in appends; seldom after more than there are.
fn deaths() -> impl Strategy<Value = Option<usize>> {
    prop::option::of(1usize..14)
}

/// All of it, a part of it, two parts, or none. The registrar of these tests says each record once,
/// so nobody dies between two of them.
#[derive(Debug, Clone, Copy)]
enum Batch {
    Whole,
    Part,
    TwoParts,
    Rejected,
}

fn batches() -> impl Strategy<Value = Batch> {
    prop_oneof![
        4 => Just(Batch::Whole),
        1 => Just(Batch::Part),
        1 => Just(Batch::TwoParts),
        1 => Just(Batch::Rejected),
    ]
}

fn redemption(batch: Batch) -> Option<Vec<outside::Word>> {
    let part =
        |no, on, last, shares: &str| record(no, on, last, redeemed(shares.parse().unwrap(), "0"));
    Some(match batch {
        Batch::Whole => return None,
        Batch::Part => vec![part("c-1", "2026-02-04", true, "150")],
        Batch::TwoParts => {
            vec![part("c-1", "2026-02-04", false, "150"), part("c-2", "2026-02-05", true, "250")]
        }
        Batch::Rejected => vec![rejected("0002")],
    })
}

fn purchase(batch: Batch) -> Option<Vec<outside::Word>> {
    let part = |no, last, yuan: &str, rest: &str| {
        record(no, "2026-02-04", last, purchased(yuan.parse().unwrap(), rest.parse().unwrap()))
    };
    Some(match batch {
        Batch::Whole => return None,
        Batch::Part => vec![part("c-1", true, "600", "400")],
        Batch::TwoParts => vec![part("c-1", false, "600", "0"), part("c-2", true, "400", "0")],
        Batch::Rejected => vec![rejected("0002")],
    })
}

/// Nothing of an ended saga is open, and its wallet keeps nothing back for it.
fn is_closed<S: Saga>(stage: &Stage<S>, wallet: &State) -> Result<(), TestCaseError> {
    let look = stage.look();
    prop_assert!(look.ending.is_some(), "not over, at {}\n{}", look.stands_at, stage.text());
    prop_assert_eq!(look.open_ends, vec![], "{}", stage.text());
    prop_assert_eq!(wallet.reserved().to_string(), "0.00");
    prop_assert_eq!(wallet.in_transit().to_string(), "0.00");
    Ok(())
}

fn sum(parts: impl IntoIterator<Item = Money>) -> Decimal {
    parts.into_iter().map(Money::decimal).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_was_paid_is_in_shares_or_back(
        pay in fates(), buy in fates(), refund in fates(), batch in batches(), fuse in deaths(),
    ) {
        let mut stage = recharge::stage("02-03 10:00");
        stage.outside.fate("mmf.pay", pay);
        stage.outside.fate("mmf", buy);
        stage.outside.fate("mmf.pay.refund1", refund.into_iter().filter(|it| *it != Fate::Refused));
        stage.outside.records.extend(purchase(batch).map(|said| ("mmf".to_owned(), said)));
        stage.fuse = fuse.filter(|_| !matches!(batch, Batch::TwoParts));
        for _ in 0..2 {
            stage.request(recharge::request(), recharge::asked());
            stage.run();
        }
        let wallet = stage.wallet();
        is_closed(&stage, &wallet)?;
        let key: Key<Payments> = Key::of(&pay_no("mmf"));
        let state = stage.fold(&key).state;
        let payment = state.payment().unwrap();
        let paid = sum(payment.applied().map(|receipt| receipt.amount));
        let back = sum(payment.refunds.iter().map(|it| it.amount.into()));
        prop_assert_eq!(paid, back + wallet.registered().decimal(), "{}", stage.text());
        prop_assert_eq!(payment.owed().count(), 0);
    }

    #[test]
    fn shares_that_left_are_money_that_arrived(
        redeem in fates(), out in fates(), batch in batches(), fuse in deaths(),
    ) {
        let mut stage = withdraw::stage("02-03 10:00");
        stage.outside.fate("redeem", redeem);
        let out: Vec<Fate> = out.into_iter().filter(|it| *it != Fate::Refused).collect();
        stage.outside.fate("redeem.out", out.clone());
        stage.outside.fate("redeem.part2.out", out);
        stage.outside.records.extend(redemption(batch).map(|said| ("redeem".to_owned(), said)));
        stage.fuse = fuse.filter(|_| !matches!(batch, Batch::TwoParts));
        for _ in 0..2 {
            stage.request(withdraw::request(Some("400")), withdraw::asked());
            stage.run();
        }
        let wallet = stage.wallet();
        is_closed(&stage, &wallet)?;
        let arrived = paid::in_all(&stage.events);
        prop_assert_eq!(Decimal::from(1000), arrived + wallet.registered().decimal());
    }

    #[test]
    fn cash_at_once_is_paid_for_in_shares_and_repaid_and_none_leaves_all_as_it_was(
        advance in fates(), transfer in fates(), redeem in fates(), repay in fates(),
        fuse in deaths(),
    ) {
        let done = |fates: Vec<Fate>| fates.into_iter().filter(|it| *it != Fate::Refused);
        let mut stage = fast_withdraw::stage("02-03 10:00");
        stage.outside.fate("transfer.out", advance);
        stage.outside.fate("transfer", done(transfer));
        stage.outside.fate("redeem", done(redeem));
        stage.outside.fate("transfer.out.repay", done(repay));
        stage.fuse = fuse;
        for _ in 0..2 {
            stage.request(fast_withdraw::request("10000"), fast_withdraw::asked());
            stage.run();
        }
        let wallet = stage.wallet();
        is_closed(&stage, &wallet)?;
        let key: Key<Advances> = Key::of(&out_no("transfer"));
        let state = stage.fold(&key).state;
        let advance = state.advance().unwrap();
        let cash = sum(advance.paid.as_ref().map(|it| it.amount));
        prop_assert_eq!(Decimal::from(12000), cash + wallet.registered().decimal());
        prop_assert!(matches!(advance.stage, Lent::Settled | Lent::Declined(_)), "{advance:?}");
        let counted = stage.count("fast_quota.counted") - stage.count("fast_quota.given_back");
        prop_assert_eq!(counted, usize::from(!cash.is_zero()));
    }
}
