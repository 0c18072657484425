//! Customers' shares: they come and leave as the register's records say.

use super::{Broken, judge::Step, request::Request};
use fundflow_domain::{
    application::{Ask, Outcome, Terms},
    holdings::{self, Holdings},
    ids::FundCode,
    wallet::{self, Credit, Wallet},
};
use rust_decimal::Decimal;

/// Shares of a fund.
type OfFund = Option<(FundCode, Decimal)>;

/// What a record brings of which fund, and what it takes. Shares that change hands are taken when the bank that has
/// them redeems them.
pub(super) fn moved(terms: &Terms, outcome: &Outcome) -> (OfFund, OfFund) {
    let fund = terms.fund;
    match (outcome, &terms.ask) {
        (Outcome::Subscription(it), _) => (Some((fund, it.shares.decimal())), None),
        (Outcome::Purchase(it), _) => (Some((fund, it.shares.decimal())), None),
        (Outcome::Redemption(it), _) => (None, Some((fund, it.shares.decimal()))),
        (Outcome::Conversion(it), Ask::Conversion { into, .. }) => {
            (Some((*into, it.shares_in.decimal())), Some((fund, it.shares_out.decimal())))
        }
        (
            Outcome::Conversion(_),
            Ask::Subscription { .. }
            | Ask::Purchase { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. },
        )
        | (Outcome::FastTransfer(_), _) => (None, None),
    }
}

/// No more comes for a request than its registrar has confirmed by then.
pub(super) fn of_wallet(
    request: &Request<'_>,
    fund: FundCode,
    step: &Step<'_, Wallet>,
) -> Result<(), Broken> {
    let (wallet::Event::CreditConfirmed { transaction, .. }
    | wallet::Event::PortionCredited { transaction, .. }) = step.said
    else {
        return Ok(());
    };
    if transaction != request.id() || request.is_in_doubt() {
        return Ok(());
    }
    let came = match step.after.entry(transaction).credit {
        Credit::Confirmed(there) | Credit::Arriving { there, .. } => there.decimal(),
        Credit::None | Credit::InTransit(_) | Credit::Reversed => return Ok(()),
    };
    let due = request.registered(fund);
    if came <= due {
        return Ok(());
    }
    let what = format!("{fund} for {transaction}");
    Err(Broken::OtherShares { what, came, due })
}

/// A lot is its record's, to the last share and fen; what is taken is what the record took.
pub(super) fn of_holdings(request: &Request<'_>, step: &Step<'_, Holdings>) -> Result<(), Broken> {
    match step.said {
        holdings::Event::Credited(credit) => {
            let Some((known, record)) = request.record(&credit.order, &credit.serial) else {
                return Ok(());
            };
            let (came, _) = moved(&known.terms, &record.outcome);
            let due = came.map_or(Decimal::ZERO, |(_, shares)| shares);
            same(&credit.order, credit.shares.decimal(), due)?;
            match record.outcome.cost() {
                Some(cost) if cost != credit.cost => Err(Broken::OtherSum {
                    what: format!("what lot {} cost", credit.lot),
                    came: credit.cost.decimal(),
                    due: cost.decimal(),
                }),
                Some(_) | None => Ok(()),
            }
        }
        holdings::Event::SharesTaken { order, serial, shares, .. } => {
            let Some((known, record)) = request.record(order, serial) else { return Ok(()) };
            let (_, left) = moved(&known.terms, &record.outcome);
            let due = left.map_or(Decimal::ZERO, |(_, shares)| shares);
            if request.is_in_doubt() { Ok(()) } else { same(order, shares.decimal(), due) }
        }
        holdings::Event::SharesReserved { .. }
        | holdings::Event::SharesReleased { .. }
        | holdings::Event::SharesFrozen { .. }
        | holdings::Event::SharesUnfrozen { .. }
        | holdings::Event::SharesHeld { .. }
        | holdings::Event::SharesUnheld { .. }
        | holdings::Event::CreditReversed { .. }
        | holdings::Event::TakeReversed { .. }
        | holdings::Event::SharesClaimed { .. }
        | holdings::Event::ClaimLifted { .. }
        | holdings::Event::ClaimWaived { .. }
        | holdings::Event::DividendDeclared(_)
        | holdings::Event::MadeUp { .. } => Ok(()),
    }
}

fn same(order: &fundflow_domain::ids::OrderId, came: Decimal, due: Decimal) -> Result<(), Broken> {
    if came == due {
        return Ok(());
    }
    Err(Broken::OtherShares { what: format!("order {order}"), came, due })
}
