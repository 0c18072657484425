//! `quote purchase` and `quote subscribe`.

use super::{
    answer::{Answer, Failure, needed},
    args::{Purchase, Subscribe},
    terms::{case, charged, price_of, resolve, typed},
};
use fundflow_domain::{
    explain::{plain, residual},
    fees::Business,
    fund::FundTerms,
    money::{Money, Nav, ShareRounding},
    purchase,
};

const AMOUNT: &str = "0.01 to 99999999999999.99 yuan, fee included";
const NAV: &str = "the net asset value of T, like 1.2345";

/// Prices a purchase.
pub(super) fn purchase(args: &Purchase) -> Result<Answer, Failure> {
    let amount = needed(args.amount, "amount", AMOUNT)?;
    let fund = resolve(args.fund, args.on, args.catalogue.as_deref())?;
    let nav = price_of(fund.as_deref(), ("nav", args.nav, NAV))?;
    let typed = typed(("rate", args.rate), ("fixed-fee", args.fixed_fee))?;
    let case = case(Business::Purchase, args.channel, args.on);
    let charged = charged(typed, args.discount, fund.as_deref(), amount.into(), case)?;
    let rounding = rounding(args.share_rounding.map(Into::into), fund.as_deref());
    let priced = purchase::price(amount, charged.charge, nav, rounding)?;
    Ok(answer(&priced, charged.explain))
}

/// Prices a subscription.
pub(super) fn subscribe(args: &Subscribe) -> Result<Answer, Failure> {
    let amount = needed(args.amount, "amount", AMOUNT)?;
    let fund = resolve(args.fund, args.on, args.catalogue.as_deref())?;
    let typed = typed(("rate", args.rate), ("fixed-fee", args.fixed_fee))?;
    let case = case(Business::Subscription, args.channel, args.on);
    let charged = charged(typed, args.discount, fund.as_deref(), amount.into(), case)?;
    let rounding = rounding(args.share_rounding.map(Into::into), fund.as_deref());
    let interest = args.interest.unwrap_or(Money::ZERO);
    let face = args.face.unwrap_or(Nav::ONE);
    let priced = purchase::subscribe(amount, charged.charge, interest, face, rounding)?;
    Ok(answer(&priced, charged.explain).with("interest", priced.interest))
}

/// As typed, as the fund's contract says, or half up.
pub(super) fn rounding(typed: Option<ShareRounding>, fund: Option<&FundTerms>) -> ShareRounding {
    typed.or(fund.map(|fund| fund.share_rounding)).unwrap_or_default()
}

fn answer(priced: &purchase::Purchase, mut explain: Vec<String>) -> Answer {
    explain.extend(priced.explain());
    Answer::new(explain)
        .with("gross", priced.gross)
        .with("charge", priced.charge)
        .with("net", priced.net)
        .with("fee", priced.fee)
        .with("nav", plain(priced.nav.decimal(), 4))
        .with("shares", priced.shares)
        .with("residual", residual(priced.residual))
}
