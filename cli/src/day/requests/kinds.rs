//! What a row of each kind asks of its saga. `None`: the row is of another kind, or its investor is
//! none of the folder's, which the folder's reading has refused.

use fundflow_domain::{
    admission::{buying::Way, leaving},
    ids::AccountRef,
    ids::InvestorId,
    ids::VersionTag,
    investor::{InvestorProfile, SalesChannel},
    plan,
};
use fundflow_infrastructure::day_folder::{Buying, Day, Kind, Leaving, Order};
use fundflow_sagas::{
    conversion, discount_purchase, fast_withdraw, purchase, recharge, redemption, withdraw,
};

fn profile(day: &Day, investor: &InvestorId) -> Option<InvestorProfile> {
    Some(day.investors.get(investor)?.profile.clone())
}

fn account(named: Option<&AccountRef>, investor: &InvestorProfile) -> AccountRef {
    named.unwrap_or(&investor.account).clone()
}

fn asked(
    investor: InvestorProfile,
    warning: Option<&VersionTag>,
    order: &Order,
) -> discount_purchase::Asked {
    discount_purchase::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: warning.cloned(),
        at: Some(order.time),
    }
}

pub(super) fn discount_purchase(
    day: &Day,
    order: &Order,
) -> Option<(discount_purchase::Request, discount_purchase::Asked)> {
    let Kind::DiscountPurchase(it) = &order.kind else { return None };
    let investor = profile(day, &it.investor)?;
    let request = discount_purchase::Request {
        investor: investor.id.clone(),
        account: investor.account.clone(),
        wallet_fund: it.wallet_fund,
        target_fund: it.target_fund,
        amount: it.amount,
        mode: it.mode,
        only_today: it.only_today,
        by_plan: false,
        distributor: order.distributor.clone(),
    };
    Some((request, asked(investor, it.warning_confirmed.as_ref(), order)))
}

pub(super) fn recharge(day: &Day, order: &Order) -> Option<(recharge::Request, recharge::Asked)> {
    let Kind::Recharge(it) = &order.kind else { return None };
    let investor = profile(day, &it.investor)?;
    let request = recharge::Request {
        investor: investor.id.clone(),
        account: account(it.account.as_ref(), &investor),
        fund: it.fund,
        amount: it.amount,
        only_today: it.only_today,
        distributor: order.distributor.clone(),
    };
    let asked = recharge::Asked {
        investor,
        channel: SalesChannel::DirectOnline,
        warning_confirmed: it.warning_confirmed.clone(),
        at: Some(order.time),
    };
    Some((request, asked))
}

pub(super) fn withdraw(day: &Day, order: &Order) -> Option<(withdraw::Request, withdraw::Asked)> {
    let Kind::Withdraw(it) = &order.kind else { return None };
    let investor = profile(day, &it.investor)?;
    let request = withdraw::Request {
        investor: investor.id.clone(),
        account: account(it.account.as_ref(), &investor),
        fund: it.fund,
        shares: it.shares,
        on_huge: it.on_huge,
        distributor: order.distributor.clone(),
    };
    Some((request, withdraw::Asked { investor, at: Some(order.time) }))
}

pub(super) fn fast_withdraw(
    day: &Day,
    order: &Order,
) -> Option<(fast_withdraw::Request, fast_withdraw::Asked)> {
    let Kind::FastWithdraw(it) = &order.kind else { return None };
    let investor = profile(day, &it.investor)?;
    let request = fast_withdraw::Request {
        investor: investor.id.clone(),
        account: account(it.account.as_ref(), &investor),
        fund: it.fund,
        shares: it.shares,
        distributor: order.distributor.clone(),
    };
    Some((request, fast_withdraw::Asked { investor, at: Some(order.time) }))
}

pub(super) fn purchase(day: &Day, order: &Order) -> Option<(purchase::Request, purchase::Asked)> {
    let (it, way): (&Buying, Way) = match &order.kind {
        Kind::Purchase(it) => (it, Way::Purchase),
        Kind::Subscription(it) => (it, Way::Subscription),
        Kind::DiscountPurchase(_)
        | Kind::Recharge(_)
        | Kind::Withdraw(_)
        | Kind::FastWithdraw(_)
        | Kind::Redemption(_)
        | Kind::Conversion(..)
        | Kind::Plan(_)
        | Kind::PlanWord { .. }
        | Kind::Income(_)
        | Kind::Cancel { .. } => return None,
    };
    let investor = profile(day, &it.investor)?;
    let request = purchase::Request {
        investor: investor.id.clone(),
        account: account(it.account.as_ref(), &investor),
        fund: it.fund,
        amount: it.amount,
        way,
        only_today: it.only_today,
        distributor: order.distributor.clone(),
    };
    Some((request, asked(investor, it.warning_confirmed.as_ref(), order)))
}

pub(super) fn redemption(
    day: &Day,
    order: &Order,
) -> Option<(redemption::Request, redemption::Asked)> {
    let Kind::Redemption(it) = &order.kind else { return None };
    let Leaving { fund, shares, lots, on_huge, .. } = it;
    let investor = profile(day, &it.investor)?;
    let request = redemption::Request {
        investor: investor.id.clone(),
        account: account(it.account.as_ref(), &investor),
        fund: *fund,
        shares: *shares,
        lots: lots.clone(),
        on_huge: *on_huge,
        only_today: false,
        distributor: order.distributor.clone(),
    };
    Some((request, asked(investor, None, order)))
}

pub(super) fn conversion(
    day: &Day,
    order: &Order,
) -> Option<(conversion::Request, conversion::Asked)> {
    let Kind::Conversion(it, into) = &order.kind else { return None };
    let investor = profile(day, &it.investor)?;
    let request = conversion::Request {
        investor: investor.id.clone(),
        fund: it.fund,
        into: *into,
        shares: it.shares,
        lots: it.lots.clone(),
        only_today: false,
        distributor: order.distributor.clone(),
    };
    Some((request, asked(investor, None, order)))
}

/// That nobody knows what the shares of a conversion are worth, so that it met no limit of its target.
pub(super) fn without_price(order: &Order, promised: &leaving::Admitted) -> Option<String> {
    let Kind::Conversion(it, into) = &order.kind else { return None };
    let unknown = promised.into.as_ref().is_some_and(|into| into.worth.is_none());
    unknown.then(|| {
        format!(
            "{}: no price of fund {} is known of the days before, so that the shares were held against no \
             limit of fund {into} and count towards none; add the latest one to navs.csv",
            order.transaction, it.fund
        )
    })
}

pub(super) fn plan(day: &Day, order: &Order) -> Option<(plan::Terms, discount_purchase::Asked)> {
    let Kind::Plan(terms) = &order.kind else { return None };
    let investor = profile(day, &terms.investor)?;
    Some((terms.as_ref().clone(), asked(investor, None, order)))
}
