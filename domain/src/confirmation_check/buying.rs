//! Purchases and subscriptions: money in, shares out.
//!
//! `asked = accepted + refund` · `net = accepted - fee` · `shares = (net + interest) / NAV or face`
//!
//! 1. A part may be accepted; the rest is the refund, or still to come where the record is not the
//!    last. The promise is checked on what was accepted.
//! 2. Interest of the raising period buys shares too, and `shares` counts them.

use super::{Buying, Promised, check_fee, check_nav, found, raising::check_interest};
use crate::{
    case::{Disputed, Figure, Finding, Kind, Measure},
    fees::tiers::Charge,
    money::{Amount, Money, Nav, ShareRounding, Shares},
};

/// A purchase as the registrar confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PurchaseNumbers {
    /// Yuan that were accepted, fee included.
    pub(super) amount: Money,
    /// Taken out of the accepted amount.
    pub(super) fee: Money,
    /// Sent back: what was asked but not accepted.
    pub(super) refund: Money,
    /// The price of T.
    pub(super) nav: Nav,
    /// Shares that the register says came of it.
    pub(super) shares: Shares,
    /// Nothing of the order is still to come (`BusinessFinishFlag` 1).
    pub(super) finished: bool,
}

/// An order for money, as a record of it finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// Yuan that were asked for, fee included.
    pub(super) asked: Amount,
    /// Yuan of it that no earlier record has confirmed or sent back.
    pub(super) left: Money,
    /// Yuan of fees in earlier records.
    pub(super) charged: Money,
}

/// What must hold for a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PurchaseExpected {
    /// What the record may settle.
    pub(super) order: Order,
    /// The cost that the investor was promised.
    pub(super) fee: Promised,
    /// As published for T; `None` until it is.
    pub(super) nav: Option<Nav>,
    /// As the fund's contract says.
    pub(super) rounding: ShareRounding,
}

/// A subscription as the registrar confirmed it when the fund began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SubscriptionNumbers {
    /// Accepted, fee included and interest not.
    pub(super) amount: Money,
    /// Taken out of the accepted amount.
    pub(super) fee: Money,
    /// Sent back: what was asked but not accepted.
    pub(super) refund: Money,
    /// What the money earned while the fund was raised.
    pub(super) interest: Money,
    /// The price of a share: its face value.
    pub(super) nav: Nav,
    /// Registered, those for interest included.
    pub(super) shares: Shares,
    /// Shares bought by the interest of a raising, to 0.01.
    pub(super) interest_shares: Shares,
    /// Nothing of the order is still to come (`BusinessFinishFlag` 1).
    pub(super) finished: bool,
}

/// What must hold for a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubscriptionExpected {
    /// What the record may settle.
    pub(super) order: Order,
    /// The cost that the investor was promised.
    pub(super) fee: Promised,
    /// The most that the money can have earned; how much it has is the registrar's to say.
    pub(super) most_interest: Option<Money>,
    /// The face value of a share, usually 1.00.
    pub(super) face: Nav,
    /// As the fund's contract says.
    pub(super) rounding: ShareRounding,
}

/// Holds a confirmed purchase against its order: price, fee, sums, shares.
pub(super) fn purchase(theirs: &PurchaseNumbers, expected: &PurchaseExpected) -> Vec<Finding> {
    let PurchaseNumbers { amount, fee, refund, nav, shares, finished } = *theirs;
    let interest = Money::ZERO;
    let navs = [expected.nav.unwrap_or(nav), nav];
    let PurchaseExpected { order, rounding, .. } = *expected;
    let promised = &expected.fee;
    bought(&Bought {
        order,
        amount,
        refund,
        fee,
        promised,
        interest,
        navs,
        rounding,
        shares,
        finished,
    })
}

/// Holds a confirmed subscription against its order: fee, sums, interest, shares.
pub(super) fn subscription(
    theirs: &SubscriptionNumbers,
    expected: &SubscriptionExpected,
) -> Vec<Finding> {
    let SubscriptionNumbers { amount, fee, refund, nav, shares, finished, .. } = *theirs;
    let interest = theirs.interest;
    let navs = [expected.face, nav];
    let SubscriptionExpected { order, rounding, .. } = *expected;
    let promised = &expected.fee;
    let mut findings = bought(&Bought {
        order,
        amount,
        refund,
        fee,
        promised,
        interest,
        navs,
        rounding,
        shares,
        finished,
    });
    findings.extend(check_interest(
        interest,
        expected.most_interest,
        theirs.interest_shares.min(theirs.shares),
    ));
    let of_interest = Buying { nets: vec![interest], navs, rounding };
    if !of_interest.explains(theirs.interest_shares) {
        findings.extend(of_interest.check("interest shares", theirs.interest_shares));
    }
    findings
}

/// Either of the two. They differ by interest and price; of two figures the first must hold, the
/// second is stated.
struct Bought<'a> {
    order: Order,
    amount: Money,
    refund: Money,
    fee: Money,
    promised: &'a Promised,
    interest: Money,
    navs: [Nav; 2],
    rounding: ShareRounding,
    shares: Shares,
    finished: bool,
}

impl Bought<'_> {
    /// What may have been accepted: of the last record what is left of the payment after the refund, of another one no
    /// more than that; and what was stated to be.
    fn grosses(&self) -> [Money; 2] {
        let left = self.order.left.minus_or_zero(self.refund);
        [if self.finished { left } else { left.min(self.amount) }, self.amount]
    }

    /// What the promise makes of that amount. A fixed fee is one of the whole order: what of it no record has charged
    /// yet is charged by the last one, and by one before it in whole, in part or not at all.
    fn fee_due(&self, gross: Money) -> Option<Money> {
        let left = match self.promised.on(gross)? {
            Charge::Fixed(fee) => fee.minus_or_zero(self.order.charged),
            Charge::Rate(rate) => return gross.minus(gross.net_of_half_up(rate)?),
        };
        let due = if self.finished { left } else { left.min(self.fee) };
        (due <= gross).then_some(due)
    }

    fn buying(&self) -> Buying {
        let mut nets = Vec::with_capacity(4);
        for gross in self.grosses() {
            for fee in [self.fee_due(gross).unwrap_or(self.fee), self.fee] {
                let net = gross.minus_or_zero(fee);
                nets.push(net.plus_or_most(self.interest));
            }
        }
        Buying { nets, navs: self.navs, rounding: self.rounding }
    }
}

fn bought(it: &Bought<'_>) -> Vec<Finding> {
    let buying = it.buying();
    let disputed = buying.disputed(it.shares);
    let fees: Vec<Money> = it.grosses().iter().filter_map(|gross| it.fee_due(*gross)).collect();
    let findings = [
        check_asked(it, disputed.shares),
        check_fee("fee", it.fee, &fees, it.amount, disputed.shares),
        check_nav(Measure::Nav.name(), it.navs[1], Some(it.navs[0]), disputed),
        buying.check("shares", it.shares),
    ];
    findings.into_iter().flatten().collect()
}

/// Shares that were bought with more than is left of the order are in dispute with it: nobody paid for them.
fn check_asked(it: &Bought<'_>, shares: Shares) -> Option<Finding> {
    let Order { asked, left, .. } = it.order;
    let all = it.amount.plus(it.refund);
    let holds = |all| if it.finished { all == left } else { all <= left };
    if all.is_some_and(holds) {
        return None;
    }
    let (amount, refund) = (it.amount, it.refund);
    let (name, how) =
        if left == asked.into() { ("asked", "asked") } else { ("left", "left of what was asked") };
    let what = format!("accepted {amount} and refund {refund} are not the {left} {how}");
    let theirs = vec![Figure::new("accepted", amount), Figure::new("refund", refund)];
    let money = all.map_or(amount, |all| super::distance(all, left));
    let disputed = Disputed { shares, money };
    Some(found(Kind::AmountDiffers, &what, vec![Figure::new(name, left)], theirs, disputed))
}
