//! Conversions: shares of one fund out, shares of another in.
//!
//! `gross = half_up(shares out × NAV out)`, all lots together · `gross = net in + redemption fee + put-off fee +
//! top-up + owed` · `shares in = net in / NAV in`
//!
//! 1. A part of the shares may go out; never more than were asked.
//! 2. The redemption fee is that of the lots, less what leaving the target at 0 days costs where the
//!    pair of funds charges both differences.
//! 3. Income below zero that goes along is owed by the holder: it comes off what buys the target, after every fee.
//!    Income above zero is money beside the shares, and no part of these sums.

use super::{
    Buying, LotTerms, Promised, check_fee, check_nav, distance, found,
    leaving::{check_asked, leave},
    price,
};
use crate::{
    case::{Disputed, Figure, Finding, Kind, Measure},
    fees::tiers::Charge,
    money::{Amount, Money, Nav, Rate, ShareRounding, Shares, SignedMoney},
};

/// A conversion as the registrar confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConversionNumbers {
    /// Shares of the source fund, to 0.01.
    pub shares_out: Shares,
    /// The source's price of T.
    pub nav_out: Nav,
    /// Taken for leaving the source.
    pub redemption_fee: Money,
    /// The fee for buying the source that was put off until now.
    pub back_end_fee: Money,
    /// Taken for buying the target.
    pub topup_fee: Money,
    /// What bought shares of the target.
    pub net_in: Money,
    /// The target's price of T.
    pub nav_in: Nav,
    /// Registered of the target.
    pub shares_in: Shares,
    /// Unpaid income of a money fund that was to go along; of either sign.
    pub income: SignedMoney,
}

impl ConversionNumbers {
    fn owed(&self) -> Money {
        self.income.owed()
    }
}

/// What must hold for a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionExpected<'a> {
    /// Shares that the order asks for, to 0.01; a part of them may be confirmed.
    pub asked: Shares,
    /// In the order in which they leave; empty where no fee for leaving was promised.
    pub lots: &'a [LotTerms],
    /// What leaving the target at 0 days costs, where that is taken off the fee for leaving; else 0.
    pub leaving_target: Rate,
    /// The source's price as published for T; `None` until it is.
    pub nav_out: Option<Nav>,
    /// The top-up that the investor was promised: nothing in a discount purchase.
    pub topup: Promised,
    /// The target's price as published for T; `None` until it is.
    pub nav_in: Option<Nav>,
    /// As the target's contract says.
    pub rounding: ShareRounding,
    /// Yuan of top-up fees in earlier records of the order.
    pub charged: Money,
    /// No other record of the order follows.
    pub finished: bool,
    /// Other records precede it, or follow.
    pub in_portions: bool,
}

impl ConversionExpected<'_> {
    /// The top-up fee out of that base, where so much is stated. A fixed one is one of the whole order: what of it no
    /// record has charged yet is charged by the last one, and by one before it in whole, in part or not at all. What
    /// buying the source cost is taken off it: a fraction of all that is converted, which may be some fen more or less
    /// by the rounding of each record and lot, so that the difference is known to the fen only.
    fn topup_due(&self, base: Money, stated: Money) -> Option<Money> {
        let due = match (&self.topup, self.topup.on(base)?) {
            (Promised::Fee(fee), _) => *fee,
            (_, Charge::Rate(rate)) => return base.fee_within_half_up(rate),
            (_, Charge::Fixed(fee)) => {
                let left = fee.minus_or_zero(self.charged);
                let is_near = self.in_portions && distance(left, stated) <= Amount::FEN.into();
                if is_near || (!self.finished && stated < left) { stated } else { left }
            }
        };
        (due <= base).then_some(due)
    }
}

/// The source's side at one price.
struct Side {
    gross: Money,
    fee: Money,
    put_off: Money,
    /// What the top-up is reckoned from: by the fees due, and by those stated.
    bases: [Money; 2],
}

impl Side {
    fn at(
        shares: Shares,
        nav: Nav,
        it: &ConversionNumbers,
        due: &ConversionExpected<'_>,
    ) -> Option<Self> {
        let left = leave(due.lots, shares, nav)?;
        let fee = left.fee.minus_or_zero(left.at_rate(due.leaving_target)?);
        let (gross, put_off) = (shares.value_half_up(nav)?, left.put_off);
        let (fee, put_off) = match due.lots {
            [] => (it.redemption_fee, it.back_end_fee),
            [..] => (fee, put_off),
        };
        let after = |fee, put_off| gross.minus_or_zero(fee).minus_or_zero(put_off);
        let bases = [after(fee, put_off), after(it.redemption_fee, it.back_end_fee)];
        Some(Self { gross, fee, put_off, bases })
    }
}

/// Holds a confirmed conversion against its order: both prices, fees, sums, shares.
pub fn conversion(theirs: &ConversionNumbers, expected: &ConversionExpected<'_>) -> Vec<Finding> {
    let it = theirs;
    let navs_out = [expected.nav_out.unwrap_or(it.nav_out), it.nav_out];
    let side = |nav: &Nav| Side::at(it.shares_out, *nav, it, expected);
    // Most often both say the same price.
    let distinct = if navs_out[0] == navs_out[1] { &navs_out[..1] } else { &navs_out[..] };
    let sides: Vec<Side> = distinct.iter().filter_map(side).collect();
    let promised = |of: fn(&Side) -> Money| match expected.lots {
        [] => Vec::new(),
        [..] => sides.iter().map(of).collect::<Vec<Money>>(),
    };
    let bases = || sides.iter().flat_map(|side| side.bases);
    let topups: Vec<Money> =
        bases().filter_map(|base| expected.topup_due(base, it.topup_fee)).collect();
    let gross = sides.first().map_or(it.net_in, |side| side.gross);
    let buying = buying(it, expected, navs_out[0]);
    let disputed = buying.disputed(it.shares_in);
    let shares = disputed.shares;
    let findings = [
        check_asked(expected.asked, it.shares_out, navs_out[0]).map(|finding| Finding {
            disputed: Disputed { shares, ..finding.disputed },
            ..finding
        }),
        check_nav("nav out", it.nav_out, expected.nav_out, disputed),
        check_parts(it, &sides, shares),
        check_fee("redemption fee", it.redemption_fee, &promised(|it| it.fee), gross, shares),
        check_fee("put-off fee", it.back_end_fee, &promised(|it| it.put_off), gross, shares),
        check_fee("top-up fee", it.topup_fee, &topups, gross, shares),
        check_nav("nav in", it.nav_in, expected.nav_in, disputed),
        buying.check("shares in", it.shares_in),
    ];
    findings.into_iter().flatten().collect()
}

/// What is due for no more shares than were asked, then what was stated.
fn buying(it: &ConversionNumbers, due: &ConversionExpected<'_>, nav_out: Nav) -> Buying {
    let net_of = |shares: Shares, nav: Nav| {
        let [base, _] = Side::at(shares, nav, it, due)?.bases;
        let net = base.minus_or_zero(due.topup_due(base, it.topup_fee).unwrap_or(it.topup_fee));
        Some(net.minus_or_zero(it.owed()))
    };
    let right = net_of(it.shares_out.min(due.asked), nav_out);
    let nets = right.into_iter().chain([it.net_in]).collect();
    Buying { nets, navs: [due.nav_in.unwrap_or(it.nav_in), it.nav_in], rounding: due.rounding }
}

/// Shares that were bought with more than left the source are in dispute with it.
fn check_parts(it: &ConversionNumbers, sides: &[Side], shares: Shares) -> Option<Finding> {
    let fees = it.redemption_fee.plus(it.back_end_fee).and_then(|sum| sum.plus(it.topup_fee));
    let parts = fees.and_then(|fees| fees.plus(it.net_in)?.plus(it.owed()));
    if sides.iter().any(|side| Some(side.gross) == parts) {
        return None;
    }
    let shown = |money: Option<Money>| money.map_or("out of range".to_owned(), |it| it.to_string());
    let gross = sides.first().map(|side| side.gross);
    let owed = Some(it.owed()).filter(|owed| !owed.is_zero());
    let owed = owed.map(|owed| format!(", with {owed} of income that was owed,"));
    let what = format!(
        "net in {} and fees {}{} are not {}, {} shares × {}",
        it.net_in,
        shown(fees),
        owed.unwrap_or_default(),
        shown(gross),
        it.shares_out,
        price(it.nav_out),
    );
    let theirs = vec![
        Figure::new("net in", it.net_in),
        Figure::new("fees", shown(fees)),
        Figure::of(Measure::Gross, shown(parts)),
    ];
    let money = distance(gross.unwrap_or_default(), parts.unwrap_or_default());
    let disputed = Disputed { shares, money };
    let ours = vec![Figure::of(Measure::Gross, shown(gross))];
    Some(found(Kind::AmountDiffers, &what, ours, theirs, disputed))
}
