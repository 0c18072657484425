//! What goes back of an order that brings no shares, and what the money of a raising can have earned.
//!
//! ```text
//! interest of a raising <= amount x 0.01% x natural days from T to the record, rounded up to a fen
//! sent back             =  asked - confirmed before - sent back before
//! ```
//!
//! 1. While a fund is raised its money lies in a bank on demand. 0.01% a day is 3.65% a year, ten times the
//!    benchmark rate of demand deposits (0.35%) and above every rate that a bank has paid on them, so more
//!    cannot have been earned. How much has been is the registrar's to say.
//! 2. A rejection confirms nothing: one that names confirmed shares or money contradicts itself.

use super::{distance, found, of_order};
use crate::{
    application::{Ask, Confirmation, Stated, Terms},
    case::{Disputed, Figure, Finding, Kind, Measure},
    money::{Money, Shares},
};
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

/// The most that money can earn on demand between those days; beyond the range of money there is no bound.
pub fn most_interest(amount: Money, from: NaiveDate, to: NaiveDate) -> Option<Money> {
    let days = to.signed_duration_since(from).num_days().max(0);
    // One ten-thousandth for each day.
    let exact =
        amount.decimal().checked_mul(Decimal::from(days))?.checked_mul(Decimal::new(1, 4))?;
    Money::checked(exact.round_dp_with_strategy(2, RoundingStrategy::ToPositiveInfinity))
}

/// Interest that is more than so much; in dispute are all of it and the shares that it bought, since nothing says
/// what would have been right.
pub(super) fn check_interest(
    interest: Money,
    most: Option<Money>,
    bought: Shares,
) -> Option<Finding> {
    let most = most.filter(|most| interest > *most)?;
    let what = format!("interest {interest} is more than the {most} that money on demand can earn");
    let ours = vec![Figure::of(Measure::Interest, format!("at most {most}"))];
    let theirs = vec![Figure::of(Measure::Interest, interest)];
    let disputed = Disputed { shares: bought, money: interest };
    Some(found(Kind::AmountDiffers, &what, ours, theirs, disputed))
}

/// What does not add up in what a rejection states, of an order of which those records hold.
pub fn of_rejection(terms: &Terms, before: &[Confirmation], said: &Stated) -> Vec<Finding> {
    let left = left_of(&terms.ask, before);
    let findings = [contradicts_itself(said, left), other_refund(said, left)];
    findings.into_iter().flatten().collect()
}

fn contradicts_itself(said: &Stated, left: Option<Money>) -> Option<Finding> {
    let Stated { amount, shares, .. } = *said;
    if amount.is_zero() && shares.is_zero() {
        return None;
    }
    let what =
        format!("it is rejected, and the same record confirms {shares} shares and {amount} yuan");
    let sides = |shares: Shares, amount: Money| {
        vec![Figure::new("confirmed shares", shares), Figure::new("confirmed amount", amount)]
    };
    let disputed = Disputed { shares: Shares::ZERO, money: left.unwrap_or(amount) };
    let (ours, theirs) = (sides(Shares::ZERO, Money::ZERO), sides(shares, amount));
    Some(found(Kind::AmountDiffers, &what, ours, theirs, disputed))
}

fn other_refund(said: &Stated, left: Option<Money>) -> Option<Finding> {
    let refund = said.refund;
    let due = left.filter(|due| !refund.is_zero() && *due != refund)?;
    let what = format!("it sends back {refund}, and {due} of what was paid for it is there");
    let side = |money: Money| vec![Figure::new("refund", money)];
    let disputed = Disputed { shares: Shares::ZERO, money: distance(due, refund) };
    Some(found(Kind::AmountDiffers, &what, side(due), side(refund), disputed))
}

/// Yuan that no record has settled; `None` for an ask of shares.
fn left_of(ask: &Ask, before: &[Confirmation]) -> Option<Money> {
    match ask {
        Ask::Purchase { amount, .. } | Ask::Subscription { amount } => {
            Some(of_order::left_of(*amount, before))
        }
        Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn money_on_demand_earns_no_more_than_a_ten_thousandth_a_day() {
        let most = |amount, to| most_interest(money(amount), day("2026-02-13"), day(to)).unwrap();
        assert_eq!(most("1000", "2026-02-25"), money("1.20"));
        assert_eq!(most("10", "2026-02-14"), money("0.01"), "rounded up");
        assert_eq!(most("1000", "2026-02-13"), Money::ZERO);
        assert_eq!(most("1000", "2020-01-01"), Money::ZERO, "a day before it earns nothing");
    }

    #[test]
    fn all_of_interest_that_is_too_much_is_in_dispute_with_what_it_bought() {
        let bought: Shares = "1.21".parse().unwrap();
        let check = |interest| check_interest(money(interest), Some(money("1.20")), bought);
        assert_eq!(check("1.20"), None);
        let found = check("1.21").unwrap();
        assert_eq!(found.kind, Kind::AmountDiffers);
        assert_eq!(found.disputed, Disputed { shares: bought, money: money("1.21") });
        assert_eq!(check_interest(money("1.21"), None, bought), None, "no bound is known");
    }

    #[test]
    fn a_rejection_that_confirms_something_contradicts_itself() {
        let nothing =
            Stated { on: None, refund: Money::ZERO, amount: Money::ZERO, shares: Shares::ZERO };
        assert_eq!(contradicts_itself(&nothing, None), None);
        let shares = Stated { shares: "997.01".parse().unwrap(), ..nothing };
        let found = contradicts_itself(&shares, Some(money("1000"))).unwrap();
        assert_eq!(found.disputed.money, money("1000"));
        let amount = Stated { amount: money("1000"), ..nothing };
        assert!(contradicts_itself(&amount, Some(money("1000"))).is_some());
    }

    #[test]
    fn what_goes_back_is_what_was_paid() {
        let sends = |refund: &str| {
            let (refund, amount, shares) = (money(refund), Money::ZERO, Shares::ZERO);
            let said = Stated { on: None, refund, amount, shares };
            other_refund(&said, Some(money("1000"))).map(|found| found.disputed.money)
        };
        assert_eq!(sends("1000"), None);
        assert_eq!(sends("0"), None, "it names none");
        assert_eq!(sends("400"), Some(money("600")));
        assert_eq!(sends("1000.50"), Some(money("0.50")));
    }

    /// 400.00 of the 1,000.00 are settled.
    #[test]
    fn a_rejection_is_held_against_what_no_record_has_settled() {
        use crate::application::{Promise, PromisedFee};
        let ask = |ask| Terms {
            order: "TX-1.buy".parse().unwrap(),
            no: "APP1".parse().unwrap(),
            registrar: "own".parse().unwrap(),
            investor: "i-1".parse().unwrap(),
            fund: "011162".parse().unwrap(),
            ask,
            trade_date: crate::calendar::TradingDay::recorded(day("2026-02-13")),
            rounding: crate::money::ShareRounding::HalfUp,
            promised: Promise {
                fee: PromisedFee::Open,
                discount: crate::money::Discount::NONE,
                floor: None,
                confirm_by: crate::calendar::TradingDay::recorded(day("2026-02-24")),
            },
            distributor: None,
        };
        let bought = crate::application::PurchaseConfirmed {
            amount: money("400"),
            fee: Money::ZERO,
            refund: Money::ZERO,
            nav: crate::money::Nav::ONE,
            shares: "400".parse().unwrap(),
        };
        let before = Confirmation {
            serial: "C1".parse().unwrap(),
            confirmed_on: day("2026-02-24"),
            registered_on: day("2026-02-24"),
            finished: false,
            outcome: crate::application::Outcome::Purchase(bought),
            misnamed: vec![],
        };
        let said = |refund: &str, shares: &str| Stated {
            on: None,
            refund: money(refund),
            amount: Money::ZERO,
            shares: shares.parse().unwrap(),
        };
        let purchase = ask(Ask::Purchase { amount: "1000".parse().unwrap(), plan: None });
        let disputed = |terms: &Terms, said: Stated| {
            let found = of_rejection(terms, std::slice::from_ref(&before), &said);
            found.iter().map(|it| it.disputed.money).collect::<Vec<_>>()
        };
        assert_eq!(disputed(&purchase, said("600", "0")), []);
        assert_eq!(disputed(&purchase, said("601", "0")), [money("1")]);
        assert_eq!(disputed(&purchase, said("601", "5")), [money("600"), money("1")]);
        // Shares that were to leave have no money that could go back.
        let fast = Ask::FastTransfer { shares: "5".parse().unwrap(), to: "b-1".parse().unwrap() };
        assert_eq!(disputed(&ask(fast), said("601", "0")), []);
    }
}
