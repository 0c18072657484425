//! Commands to what is counted against a limit.

use super::transactions;
use crate::worlds::{amount, money};
use fundflow_domain::{
    day_limit, fast_quota,
    limits::{DayMax, ExcessPolicy},
    money::Money,
};
use proptest::{prelude::*, sample::select};

const YUAN: [&str; 3] = ["1.00", "4000.00", "6000.00"];

/// Commands to a day's limit of 10,000 yuan, of three transactions, under every policy.
pub fn day_limit_commands() -> impl Strategy<Value = day_limit::Command> {
    use day_limit::Command as C;
    let policies = vec![
        ExcessPolicy::RejectWhole,
        ExcessPolicy::AcceptUpToLimit,
        ExcessPolicy::RejectAllOfDay,
    ];
    let cap = move |on_excess| DayMax { amount: money("10000.00"), on_excess };
    let caps = proptest::option::of(select(policies).prop_map(cap));
    (transactions(), select(YUAN.to_vec()), caps, any::<bool>()).prop_map(
        |(transaction, yuan, cap, back)| {
            if back {
                return C::GiveBack { transaction };
            }
            C::Count { transaction, amount: amount(yuan), cap }
        },
    )
}

/// Commands to a fast-redemption quota of three transactions.
pub fn fast_quota_commands() -> impl Strategy<Value = fast_quota::Command> {
    use fast_quota::Command as C;
    let most = select(vec![None, Some("5000.00"), Some("20000.00")]);
    (transactions(), select(YUAN.to_vec()), most, 0..4u8, any::<bool>()).prop_map(
        |(transaction, yuan, most, which, by_code)| {
            let (amount, fund_max) = (amount(yuan), most.map(money));
            let elsewhere = Money::ZERO;
            match which {
                0 => C::GiveBack { transaction },
                1 => C::CountUnknown { transaction, amount, by_code },
                2 => C::CountPaid { transaction, amount, fund_max, elsewhere, by_code },
                _ => C::Count { transaction, amount, fund_max, elsewhere, by_code },
            }
        },
    )
}
