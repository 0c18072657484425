//! Postings of an investor's shares: what the register gives and takes, and who may use the rest.
//!
//! 1. How many shares come or leave is the event's own word; how they are parted before and after is
//!    the state's. An entry balances only if the two agree.
//! 2. Parts are read off both states because one fact alone does not say them: the register may
//!    freeze what is reserved, a correction may take what is in dispute.

use super::{Account, Entry, Part, Posting};
use crate::{
    holdings::{self, HoldingId, Lot, Taking},
    ids::{FundCode, InvestorId, TransactionId, WalletId},
    money::{Money, Shares},
    wallet::{self, Credit},
};
use rust_decimal::Decimal;

/// The postings of a wallet's event; `None` where the events before it lack what it speaks of.
pub fn of_wallet(
    id: &WalletId,
    before: &wallet::State,
    after: &wallet::State,
    event: &wallet::Event,
) -> Option<Vec<Posting>> {
    let came = wallet_came(before, event)?;
    let [was, is] = [parts_of_wallet(before)?, parts_of_wallet(after)?];
    moved((id.fund, &id.investor), [was, is], came)
}

/// The postings of an event of holdings; `None` where the events before it lack what it speaks of.
pub fn of_holdings(
    id: &HoldingId,
    before: &holdings::State,
    after: &holdings::State,
    event: &holdings::Event,
) -> Option<Vec<Posting>> {
    let came = holdings_came(before, event)?;
    let [was, is] = [parts_of_holdings(before)?, parts_of_holdings(after)?];
    let mut postings = moved((id.fund, &id.investor), [was, is], came)?;
    postings.extend(declared(id.fund, event));
    Some(postings)
}

/// What a fund owes as a dividend, and the investor is to be paid.
fn declared(fund: FundCode, event: &holdings::Event) -> Vec<Posting> {
    let mut entry = Entry::default();
    if let holdings::Event::DividendDeclared(said) = event {
        entry.debit(Account::FundReceivable(fund), Money::from(said.amount));
        entry.credit(Account::Redeem(said.transaction.clone()), Money::from(said.amount));
    }
    entry.0
}

fn moved(
    (fund, investor): (FundCode, &InvestorId),
    [was, is]: [[Shares; 3]; 2],
    came: Decimal,
) -> Option<Vec<Posting>> {
    let mut entry = Entry::default();
    let parts = [Part::Pending, Part::Available, Part::Frozen];
    for (part, (was, is)) in parts.into_iter().zip(was.into_iter().zip(is)) {
        let change = is.decimal().checked_sub(was.decimal())?;
        entry.line(Account::Holding(fund, investor.clone(), part), change);
    }
    entry.line(Account::Register(fund), -came);
    Some(entry.0)
}

/// Shares that came, by the event's own numbers; negative where they left.
fn wallet_came(before: &wallet::State, event: &wallet::Event) -> Option<Decimal> {
    use wallet::Event as E;
    match event {
        E::CreditedInTransit { shares, .. } => Some(shares.decimal()),
        E::CreditConfirmed { transaction, shares, .. } => {
            shares.decimal().checked_sub(coming(before, transaction)?.decimal())
        }
        E::PortionCredited { transaction, shares, .. } => {
            let coming = coming(before, transaction)?;
            shares.decimal().checked_sub(coming.min(*shares).decimal())
        }
        E::CreditReversed { transaction } => Some(-coming(before, transaction)?.decimal()),
        E::SharesSpent { shares, .. }
        | E::SharesTakenOut { shares, .. }
        | E::PortionTakenOut { shares, .. } => Some(-shares.decimal()),
        E::CreditCorrected { transaction, lots, left, coming: more, .. } => {
            let taken: Decimal = lots.iter().map(|part| part.shares.decimal()).sum();
            let coming = coming(before, transaction).unwrap_or_default();
            let more = more.decimal().checked_sub(coming.decimal())?;
            left.decimal().checked_sub(taken)?.checked_add(more)
        }
        E::TakeOutCorrected { reversed, shares, .. } => {
            reversed.decimal().checked_sub(shares.decimal())
        }
        // Whole fen; a share of a money fund is worth 1.00.
        E::IncomeCarried { amount, .. } => Some(amount.decimal().trunc_with_scale(2)),
        E::SharesReserved { .. }
        | E::SharesReleased { .. }
        | E::SharesFrozen { .. }
        | E::SharesUnfrozen { .. }
        | E::SharesHeld { .. }
        | E::SharesUnheld { .. }
        | E::SharesClaimed { .. }
        | E::ClaimLifted { .. }
        | E::ClaimWaived { .. }
        | E::IncomeAccrued { .. }
        | E::IncomeReversed { .. }
        | E::IncomeCorrected { .. }
        | E::IncomeSettled { .. }
        | E::IncomeSettlementCorrected { .. } => Some(Decimal::ZERO),
    }
}

fn coming(before: &wallet::State, transaction: &TransactionId) -> Option<Shares> {
    match before.entry(transaction).credit {
        Credit::InTransit(coming) | Credit::Arriving { coming, .. } => Some(coming),
        Credit::None | Credit::Confirmed(_) | Credit::Reversed => None,
    }
}

/// In transit and free, registered and free, and neither.
fn parts_of_wallet(state: &wallet::State) -> Option<[Shares; 3]> {
    let both = state.reserved_in_transit();
    let (pending, available) = (state.in_transit().minus(both)?, state.available());
    let frozen = state.registered().minus(available)?.plus(both)?;
    Some([pending, available, frozen])
}

/// Shares that came, by the event's own numbers; negative where they left.
fn holdings_came(before: &holdings::State, event: &holdings::Event) -> Option<Decimal> {
    use holdings::Event as E;
    match event {
        E::Credited(credit) => {
            // What had left the reversed lot is gone from the one in its place.
            let gone = before.replaced_by(&credit.lot).map_or(Shares::ZERO, Lot::taken);
            credit.shares.decimal().checked_sub(gone.decimal())
        }
        E::CreditReversed { lot, .. } => Some(-before.lot(lot)?.left.decimal()),
        E::SharesTaken { shares, .. } => Some(-shares.decimal()),
        E::TakeReversed { order, serial, .. } => {
            let known = |taking: &&Taking| taking.serial == *serial;
            let taking = before.reservation(order)?.takings.iter().find(known)?;
            Some(taking.shares.decimal())
        }
        E::SharesReserved { .. }
        | E::SharesReleased { .. }
        | E::SharesFrozen { .. }
        | E::SharesUnfrozen { .. }
        | E::SharesHeld { .. }
        | E::SharesUnheld { .. }
        | E::SharesClaimed { .. }
        | E::ClaimLifted { .. }
        | E::ClaimWaived { .. }
        | E::DividendDeclared(_)
        | E::MadeUp { .. } => Some(Decimal::ZERO),
    }
}

/// In transit (never), registered and free, and neither.
fn parts_of_holdings(state: &holdings::State) -> Option<[Shares; 3]> {
    let available = state.available();
    Some([Shares::ZERO, available, state.registered().minus(available)?])
}
