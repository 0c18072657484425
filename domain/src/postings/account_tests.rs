//! Whose an account is, what is counted on it, and out of whose money a payout is.

use super::{
    Account, Class, Commodity, Differing, Part, Posting, of_payout,
    tests::{as_, tx},
};
use crate::{calendar::TradingDay, case::CaseId, payout};
use rust_decimal::Decimal;

#[test]
fn what_compensates_comes_out_of_our_own_money_and_any_other_payout_out_of_what_shares_brought() {
    let terms = |compensates| {
        let terms = payout::Terms {
            no: as_("TX-1.out"),
            account: as_("acc-1"),
            amount: as_("12.34"),
            order: as_("TX-1.redeem"),
            due: TradingDay::recorded(as_("2026-02-25")),
            asked_at: None,
            compensates,
            record: None,
        };
        of_payout(&tx(), &payout::Event::Requested(Box::new(terms)))
    };
    assert_eq!(terms(None), []);
    let case = CaseId::of(b"APP1");
    let amount = Decimal::new(1234, 2);
    assert_eq!(
        terms(Some(case)),
        [
            Posting { account: Account::Compensation, debit: amount },
            Posting { account: Account::Redeem(tx()), debit: -amount },
        ]
    );
}

#[test]
fn a_customers_money_and_shares_are_told_from_all_other_accounts() {
    let customers = [
        Class::Pending,
        Class::Unapplied,
        Class::Refund,
        Class::Redeem,
        Class::Holding(Part::Pending),
        Class::Holding(Part::Available),
        Class::Holding(Part::Frozen),
    ];
    assert!(customers.into_iter().all(Class::is_customers));
    let others = [
        Class::ChannelReceivable,
        Class::Settlement,
        Class::FundReceivable,
        Class::Advanced,
        Class::Suspense,
        Class::OverShort,
        Class::ByHand,
        Class::SettledByHand,
        Class::BankAdvance,
        Class::FundPayable,
        Class::RedemptionFee,
        Class::PurchaseFee,
        Class::ConversionFee,
        Class::Compensation,
        Class::Register,
    ];
    assert!(!others.into_iter().any(Class::is_customers));

    let case = CaseId::of(b"APP1");
    let of = Differing { order: as_("TX-1.mmf"), case };
    for account in [Account::Suspense, Account::OverShort, Account::ByHand] {
        assert_eq!(account(of.clone()).differing(), Some(&of));
    }
    assert_eq!(Account::Pending(of.order.clone()).differing(), None);
    let commodities = [Commodity::Yuan, Commodity::SharesOf(as_("000730"))];
    assert_eq!(commodities.map(|it| it.to_string()), ["CNY", "shares of 000730"]);
}
