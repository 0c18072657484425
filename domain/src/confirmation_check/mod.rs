//! What a registrar confirmed, held against what must hold. Each difference is a finding.
//!
//! ```text
//! asked         = accepted + refund
//! interest      <= what money on demand can earn from T to the record
//! net           = accepted - fee             fee: what was promised, deducted from outside
//! shares        = net / NAV                  to 0.01, as the fund's contract rounds
//! NAV           = the published one of T, once it is known
//! gross out     = Σ lots half_up(shares × NAV) = net in + every fee
//! payout        = gross - fees + income
//! fund, investor, T, amount = as placed      in a record that names them
//! T's cut-off ≤ received;   T+lag ≤ confirmed on ≤ today, a trading day
//! ```
//!
//! 1. There is no tolerance: all of it is rounded by contract, so that a fen of difference is a
//!    difference.
//! 2. A root cause is reported once. Shares that follow from the stated NAV, fee or amount are
//!    explained by the finding on that NAV, fee or amount; only what follows from none is reported.
//! 3. What a finding disputes is measured against what would have been right in every respect, so
//!    the findings of one record never add up to more than the record.
//! 4. Nothing is refused here: the register is the truth, its numbers are booked, and what is found
//!    opens a case.
//! 5. What is not known yet (a NAV before it is published, a fee that was never promised) is not
//!    checked, and the numbers that it explains are checked against the stated one.

mod buying;
mod converting;
mod dates;
mod leaving;
mod naming;
mod of_order;
mod raising;

use crate::{
    application::PromisedFee,
    case::{Disputed, Figure, Finding, Kind, Measure},
    explain::plain,
    fees::tiers::{AmountTiers, Charge},
    money::{Money, Nav, ShareRounding, Shares},
    text::Text,
};

pub use converting::{ConversionExpected, ConversionNumbers, conversion};
pub use dates::{Dates, REGISTRATION_DAYS_MAX, When, dates, undated};
pub use leaving::{
    LotNumbers, LotTerms, PutOff, RedemptionExpected, RedemptionNumbers, redemption,
};
pub use naming::{allots_otherwise, confirms_another, of_another, takes_unpromised};
pub use of_order::of_order;
pub use raising::{most_interest, of_rejection};

/// What the investor was promised to pay at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promised {
    /// A rate or a fixed fee, after every discount, whatever is confirmed.
    Charge(Charge),
    /// The same, of the tier that the *confirmed* amount is in: that of the record and what else of the
    /// order is confirmed, or may be yet.
    Tiers {
        /// Rates by amount, after every discount.
        tiers: AmountTiers,
        /// Yuan that earlier records have confirmed, and that later ones may.
        beside: Money,
    },
    /// A fee to the fen, for exactly what was confirmed.
    Fee(Money),
    /// No promise; only that a fee cannot be more than what it is taken from.
    Unsaid,
}

impl Promised {
    /// No fee at all, as in a discount purchase.
    pub const FREE: Self = Self::Charge(Charge::FREE);

    /// As the order was placed, of a record beside which so much of it is confirmed or may be yet.
    pub fn of(fee: &PromisedFee, beside: Money) -> Self {
        match fee {
            PromisedFee::Open => Self::Unsaid,
            PromisedFee::Charge(charge) => Self::Charge(*charge),
            PromisedFee::Tiers(tiers) => Self::Tiers { tiers: tiers.clone(), beside },
            PromisedFee::Exact(fee) => Self::Fee(*fee),
        }
    }

    /// What a record of that amount is charged. `None` where nothing was promised.
    fn on(&self, amount: Money) -> Option<Charge> {
        match self {
            Promised::Unsaid => None,
            Promised::Fee(fee) => Some(Charge::Fixed(*fee)),
            Promised::Charge(charge) => Some(*charge),
            Promised::Tiers { tiers, beside } => Some(tiers.at(amount.plus(*beside)?).charge),
        }
    }
}

/// Money that becomes shares: what must hold comes first, then what else explains the record.
#[derive(Debug)]
struct Buying {
    /// What can have been meant as net amount; never empty.
    nets: Vec<Money>,
    /// The published price, then the stated one.
    navs: [Nav; 2],
    rounding: ShareRounding,
}

impl Buying {
    /// The shares that are right in every respect; none where they leave the range of shares.
    fn due(&self) -> Option<Shares> {
        self.nets.first()?.shares_at(self.navs[0], self.rounding)
    }

    fn explains(&self, shares: Shares) -> bool {
        let at = |nav: &Nav| {
            self.nets.iter().any(|net| net.shares_at(*nav, self.rounding) == Some(shares))
        };
        self.navs.iter().any(at)
    }

    /// The shares above what is due, and what the difference on either side is worth.
    fn disputed(&self, shares: Shares) -> Disputed {
        let due = self.due().unwrap_or(shares);
        let excess = shares.minus(due).unwrap_or_default();
        let missing = due.minus(shares).unwrap_or_default();
        let money = excess.max(missing).value_half_up(self.navs[0]).unwrap_or_default();
        Disputed { shares: excess, money }
    }

    /// The last check of every purchase: do the shares follow?
    fn check(&self, name: &str, shares: Shares) -> Option<Finding> {
        let is_nothing = shares.is_zero() && self.nets.iter().all(|net| !net.is_zero());
        if !is_nothing && self.explains(shares) {
            return None;
        }
        let net = self.nets.first().copied().unwrap_or_default();
        let due = self.due().map_or_else(|| "out of range".to_owned(), |due| due.to_string());
        let (kind, what, disputed) = if is_nothing {
            let disputed = Disputed { shares: Shares::ZERO, money: net };
            (Kind::ZeroShares, format!("0.00 {name} were given for {net}"), disputed)
        } else {
            let what = format!("{name} {shares} are not {net} / {} = {due}", price(self.navs[0]));
            (Kind::SharesDoNotFollowFromNav, what, self.disputed(shares))
        };
        let ours = vec![
            Figure::new("net", net),
            Figure::of(Measure::Nav, price(self.navs[0])),
            Figure::new(name, due),
        ];
        let stated = self.nets.last().copied().unwrap_or_default();
        let theirs = vec![
            Figure::new("net", stated),
            Figure::of(Measure::Nav, price(self.navs[1])),
            Figure::new(name, shares),
        ];
        Some(found(kind, &what, ours, theirs, disputed))
    }
}

fn found(
    kind: Kind,
    what: &str,
    ours: Vec<Figure>,
    theirs: Vec<Figure>,
    disputed: Disputed,
) -> Finding {
    Finding { kind, what: Text::lossy(what), ours, theirs, disputed }
}

fn price(nav: Nav) -> String {
    plain(nav.decimal(), 4).to_string()
}

fn distance(one: Money, other: Money) -> Money {
    one.minus_or_zero(other).max(other.minus_or_zero(one))
}

/// The stated price against the published one, where that is known.
fn check_nav(
    name: &str,
    stated: Nav,
    published: Option<Nav>,
    disputed: Disputed,
) -> Option<Finding> {
    let published = published.filter(|nav| *nav != stated)?;
    let (ours, theirs) = (price(published), price(stated));
    let what = format!("{name} {theirs} is not the published {ours}");
    let (ours, theirs) = (vec![Figure::new(name, ours)], vec![Figure::new(name, theirs)]);
    Some(found(Kind::NavDiffersFromPublished, &what, ours, theirs, disputed))
}

/// A stated fee against those that would keep the promise; `of` is what it is taken from.
fn check_fee(
    name: &str,
    stated: Money,
    promised: &[Money],
    of: Money,
    shares: Shares,
) -> Option<Finding> {
    let (what, ours, money) = match promised.first() {
        Some(_) if promised.contains(&stated) => return None,
        Some(due) => {
            let what = format!("{name} {stated} is not the promised {due}");
            (what, Figure::new(name, due), distance(*due, stated))
        }
        None if stated <= of => return None,
        None => {
            let what = format!("{name} {stated} is more than the {of} that it is taken from");
            (what, Figure::new(name, format!("at most {of}")), stated.minus_or_zero(of))
        }
    };
    let theirs = vec![Figure::new(name, stated)];
    let disputed = Disputed { shares, money };
    Some(found(Kind::FeeDiffersFromPromise, &what, vec![ours], theirs, disputed))
}

/// A sum of money against those that would be right.
fn check_money(name: &str, stated: Money, right: &[Money], how: &str) -> Option<Finding> {
    if right.contains(&stated) {
        return None;
    }
    let due = right.first().copied();
    let shown = due.map_or_else(|| "out of range".to_owned(), |due| due.to_string());
    let what = format!("{name} {stated} is not {shown}, {how}");
    let (ours, theirs) = (vec![Figure::new(name, shown)], vec![Figure::new(name, stated)]);
    let money = due.map_or(stated, |due| distance(due, stated));
    let disputed = Disputed { shares: Shares::ZERO, money };
    Some(found(Kind::AmountDiffers, &what, ours, theirs, disputed))
}

#[cfg(test)]
mod tests;
