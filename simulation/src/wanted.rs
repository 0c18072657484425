//! Whatever investors may ask for, as one value, and a house in which all of it can be had: for tests
//! that mix everything.

use crate::worlds::{self, read};
use fundflow_domain::{
    admission::buying::Way,
    fund::{ConversionFeeMethod, ConversionPair, FundTerms},
    ids::{FundCode, InvestorId},
    investor::{InvestorProfile, SalesChannel},
    money::Discount,
    plan,
    status::FundStatus,
};
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw, house::House, purchase, recharge, redemption,
    regular_plan::Buys, withdraw,
};
use std::sync::Arc;

/// A request to any shipped saga that an investor asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Bought by way of the wallet.
    DiscountPurchase(discount_purchase::Request),
    /// Money into the wallet.
    Recharge(recharge::Request),
    /// Money out of the wallet on T+n.
    Withdraw(withdraw::Request),
    /// Cash at once.
    FastWithdraw(fast_withdraw::Request),
    /// Bought at the price of T, subscribed to, or the occurrence of a plan.
    Purchase(purchase::Request),
    /// Shares for money.
    Redemption(redemption::Request),
    /// Shares for shares of another fund.
    Conversion(conversion::Request),
    /// A plan that asks for purchases itself.
    Plan(plan::Terms),
}

impl Wanted {
    /// The investor who asks.
    pub const fn investor(&self) -> &InvestorId {
        match self {
            Wanted::DiscountPurchase(it) => &it.investor,
            Wanted::Recharge(it) => &it.investor,
            Wanted::Withdraw(it) => &it.investor,
            Wanted::FastWithdraw(it) => &it.investor,
            Wanted::Purchase(it) => &it.investor,
            Wanted::Redemption(it) => &it.investor,
            Wanted::Conversion(it) => &it.investor,
            Wanted::Plan(it) => &it.investor,
        }
    }

    /// The kind of saga that carries it, and for a purchase in which way.
    pub const fn name(&self) -> &'static str {
        match self {
            Wanted::DiscountPurchase(it) if it.by_plan => "plan_by_wallet",
            Wanted::DiscountPurchase(_) => "discount_purchase",
            Wanted::Recharge(_) => "recharge",
            Wanted::Withdraw(_) => "withdraw",
            Wanted::FastWithdraw(_) => "fast_withdraw",
            Wanted::Purchase(it) => match it.way {
                Way::Purchase => "purchase",
                Way::Subscription => "subscription",
                Way::RegularPlan => "plan_occurrence",
            },
            Wanted::Redemption(_) => "redemption",
            Wanted::Conversion(_) => "conversion",
            Wanted::Plan(_) => "regular_plan",
        }
    }

    /// What a plan asks for on a date, under the name of both.
    pub fn occurrence(plan: &plan::Terms) -> Self {
        match Buys::by(plan) {
            Buys::Plainly(request) => Wanted::Purchase(request),
            Buys::ThroughWallet(request) => Wanted::DiscountPurchase(request),
        }
    }
}

/// The ready-made investor under another name.
pub fn profile(id: &InvestorId) -> InvestorProfile {
    InvestorProfile { id: id.clone(), ..worlds::investor() }
}

/// What a decision on a purchase looks at: through the manager's own online channel.
pub fn asked(id: &InvestorId) -> discount_purchase::Asked {
    discount_purchase::Asked { investor: profile(id), ..worlds::asked() }
}

/// The same for a recharge.
pub fn asked_recharge(id: &InvestorId) -> recharge::Asked {
    let channel = SalesChannel::DirectOnline;
    recharge::Asked { investor: profile(id), channel, warning_confirmed: None, at: None }
}

/// What the target converts into.
pub fn other_code() -> FundCode {
    read("050027")
}

/// Code of a fund that is being raised.
pub fn raised_code() -> FundCode {
    read("018145")
}

/// The wallet fund, the target, another fund that the target converts into, and one that is raised
/// until 24 February 2026, until five in the afternoon, and founded on the 26th.
pub fn funds() -> Vec<FundTerms> {
    let mut target = worlds::target_fund();
    target.conversions.push(ConversionPair {
        target: other_code(),
        method: ConversionFeeMethod::RateDifference,
        topup_discount: Discount::NONE,
        rule: read("pair-1"),
        ..worlds::wallet_fund().conversions.remove(0)
    });
    let named = |code: FundCode| {
        let mut fund = worlds::target_fund();
        (fund.code, fund.master, fund.fees.fund) = (code, code, code);
        fund.name = format!("Fund {code}");
        (fund.version, fund.fees.version) =
            (read(&format!("terms-{code}-1")), read(&format!("fees-{code}-1")));
        fund
    };
    let mut raised = named(raised_code());
    raised.status = FundStatus::Raising;
    raised.fees.subscription = Some(raised.fees.purchase.clone());
    raised.raising = Some(fundflow_domain::fund::Raising {
        from: worlds::date("2026-02-02"),
        through: worlds::date("2026-02-24"),
        cut_off: chrono::NaiveTime::from_hms_opt(17, 0, 0),
        founded_on: Some(worlds::date("2026-02-26")),
    });
    let mut wallet = worlds::wallet_fund();
    wallet.limits.fast_redemption_day_max = Some(worlds::money("10000.00"));
    vec![wallet, target, named(other_code()), raised]
}

/// The ready-made house with these funds.
pub fn house() -> House {
    let funds: Vec<Arc<FundTerms>> = funds().into_iter().map(Arc::new).collect();
    let find = move |code, _| funds.iter().find(|fund| fund.code == code).cloned();
    House { funds: Arc::new(find), ..worlds::house() }
}
