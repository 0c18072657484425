//! The sales ledger: which accounts a fact moves money or shares between.
//!
//! ```text
//! purchase:   paid            A:CHANNEL:RECV   -> L:CUST:PENDING
//!             unapplied       A:CHANNEL:RECV   -> L:CUST:UNAPPLIED
//!             confirmed       L:CUST:PENDING   -> L:FUND:PAYABLE, I:FEE:PURCHASE, L:CUST:REFUND
//!             refund asked    L:CUST:PENDING or UNAPPLIED -> L:CUST:REFUND
//!             refunded        L:CUST:REFUND    -> A:CHANNEL:RECV
//! conversion: confirmed       A:FUND:RECV      -> L:FUND:PAYABLE, I:FEE:CONV, L:FUND:REDEEMFEE
//!                             U:target:AVAIL   -> U:target:REGISTER
//! wallet:     in transit      U:PENDING        -> U:REGISTER
//!             registered      U:AVAIL          -> U:PENDING (what did not come goes back)
//!             reserved        U:FROZEN         -> U:AVAIL, or U:PENDING before registration
//!             released        the reverse
//!             spent           U:REGISTER       -> U:FROZEN; what is left over becomes U:AVAIL
//!             taken out       the same
//!             frozen, held    U:FROZEN         -> U:AVAIL, as far as there are any; lifted: the reverse
//!             carried         U:AVAIL          -> U:REGISTER; negative income: the reverse
//!             corrected       both at once: what is registered changes by the difference
//! ```
//!
//! 1. An entry is the postings of one event. Of a sound event it balances per commodity; it is
//!    written as the event says all the same, so that an auditor sees by how much it does not.
//! 2. Nothing is stored: postings are computed from the events, whenever somebody asks.
//! 3. No event says yet that a channel or a fund settled. So refunds go out of the channel's
//!    account, and what funds owe and are owed stays there.
//! 4. Unpaid income is the fund's until it is carried or leaves with shares, so accruing it posts
//!    nothing here; the money that leaves is posted with the order that takes it.
//! 5. A share of what is bought appears with the wallet's fact, its price with the order's.

mod account;
mod balances;
#[cfg(test)]
mod tests;

pub use account::{Account, Class, Commodity, Part, Side};
pub use balances::{Balances, natural};

use crate::{
    decider::Decider,
    fund_order::{self, Ask, Confirmation, Order, Outcome},
    ids::{OrderId, WalletId},
    money::{Money, Shares},
    wallet::{self, Credit, Reservation, Wallet},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One line of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// How much; a credit is negative.
    pub debit: Decimal,
}

/// What the postings of an order's next event depend on.
#[derive(Debug, Clone, Copy)]
pub struct OrderSoFar<'a> {
    /// Folded from the events before it.
    pub state: &'a fund_order::State,
    /// The event just before it was a payment that no order wants: a refund that follows is its.
    pub after_unapplied: bool,
}

/// The postings of an order's event; `None` where the events before it lack what it speaks of.
pub fn of_order(
    id: &OrderId,
    before: OrderSoFar<'_>,
    event: &fund_order::Event,
) -> Option<Vec<Posting>> {
    use fund_order::Event as E;
    let order = || before.state.order();
    let mut entry = Entry::default();
    match event {
        E::Paid { payment, .. } => {
            entry.debit(Account::ChannelReceivable, payment.amount);
            entry.credit(Account::Pending(id.clone()), payment.amount);
        }
        E::PaymentUnapplied { payment, .. } => {
            let investor = order()?.terms.investor.clone();
            entry.debit(Account::ChannelReceivable, payment.amount);
            entry.credit(Account::Unapplied(investor), payment.amount);
        }
        E::RefundRequested { no, amount, .. } => {
            let from = match (is_payback(id, no), before.after_unapplied) {
                (true, _) => Account::Pending(id.clone()),
                (false, true) => Account::Unapplied(order()?.terms.investor.clone()),
                // The rest of a partial confirmation: the confirmation has moved it.
                (false, false) => return Some(Vec::new()),
            };
            entry.debit(from, *amount);
            entry.credit(Account::Refund(order()?.terms.investor.clone()), *amount);
        }
        E::Refunded { no, .. } => {
            let refund = order()?.refunds.iter().find(|refund| refund.no == *no)?;
            entry.debit(Account::Refund(order()?.terms.investor.clone()), refund.amount);
            entry.credit(Account::ChannelReceivable, refund.amount);
        }
        E::Confirmed(told) | E::PartlyConfirmed(told) => confirmed(&mut entry, id, order()?, told)?,
        E::Placed(_)
        | E::PaymentRequested { .. }
        | E::Declined { .. }
        | E::Accepted { .. }
        | E::Sealed { .. }
        | E::Sent { .. }
        | E::Rejected { .. }
        | E::Cancelled { .. } => {}
    }
    Some(entry.0)
}

fn is_payback(id: &OrderId, no: &crate::ids::PaymentNo) -> bool {
    *no == crate::ids::PaymentNo::refund(id, 0)
}

/// The whole ask goes out of the customer's account, whatever the answer adds up to.
fn confirmed(entry: &mut Entry, id: &OrderId, order: &Order, told: &Confirmation) -> Option<()> {
    let (investor, fund) = (&order.terms.investor, order.terms.fund);
    match (&told.outcome, &order.terms.ask) {
        (Outcome::Purchase(told), Ask::Purchase { amount, .. }) => {
            entry.debit(Account::Pending(id.clone()), Money::from(*amount));
            entry.line(
                Account::FundPayable(fund),
                told.fee.decimal().checked_sub(told.amount.decimal())?,
            );
            entry.credit(Account::PurchaseFee, told.fee);
            entry.credit(Account::Refund(investor.clone()), told.refund);
        }
        (Outcome::Conversion(told), Ask::Conversion { into, .. }) => {
            entry
                .debit(Account::FundReceivable(fund), told.shares_out.value_half_up(told.nav_out)?);
            entry.credit(Account::FundPayable(*into), told.net_in);
            entry.credit(Account::ConversionFee, told.topup_fee);
            entry.credit(Account::RedemptionFee(fund), told.redemption_fee);
            let bought = Account::Holding(*into, investor.clone(), Part::Available);
            entry.shares(bought, told.shares_in);
            entry.shares_out(Account::Register(*into), told.shares_in);
        }
        (Outcome::Purchase(_), Ask::Conversion { .. })
        | (Outcome::Conversion(_), Ask::Purchase { .. }) => return None,
    }
    Some(())
}

/// The postings of a wallet's event; `None` where the events before it lack what it speaks of.
pub fn of_wallet(
    id: &WalletId,
    before: &wallet::State,
    event: &wallet::Event,
) -> Option<Vec<Posting>> {
    use wallet::Event as E;
    let part = |part| Account::Holding(id.fund, id.investor.clone(), part);
    let register = || Account::Register(id.fund);
    let mut entry = Entry::default();
    if before.frozen() > Shares::ZERO || before.disputed() > Shares::ZERO {
        return moved(id, before, event);
    }
    match event {
        E::CreditedInTransit { shares, .. } => {
            entry.shares(part(Part::Pending), *shares);
            entry.shares_out(register(), *shares);
        }
        E::CreditConfirmed { transaction, shares, .. } => {
            let was = before.entry(transaction);
            let Credit::InTransit(coming) = was.credit else { return None };
            let held = held(was);
            let still_held = held.min(*shares);
            entry.shares_out(part(Part::Pending), coming.minus(held)?);
            entry.shares_out(part(Part::Frozen), held.minus(still_held)?);
            entry.shares(part(Part::Available), shares.minus(still_held)?);
            entry.line(register(), coming.decimal().checked_sub(shares.decimal())?);
        }
        E::CreditReversed { transaction } => {
            let Credit::InTransit(coming) = before.entry(transaction).credit else { return None };
            entry.shares(register(), coming);
            entry.shares_out(part(Part::Pending), coming);
        }
        E::SharesReserved { transaction, shares } => {
            entry.shares(part(Part::Frozen), *shares);
            entry.shares_out(part(source(before.entry(transaction))), *shares);
        }
        E::SharesReleased { transaction } => {
            let was = before.entry(transaction);
            entry.shares(part(source(was)), held(was));
            entry.shares_out(part(Part::Frozen), held(was));
        }
        E::SharesSpent { transaction, shares, .. } => {
            let held = held(before.entry(transaction));
            entry.shares(register(), *shares);
            entry.line(part(Part::Available), held.decimal().checked_sub(shares.decimal())?);
            entry.shares_out(part(Part::Frozen), held);
        }
        E::SharesTakenOut { .. }
        | E::CreditCorrected { .. }
        | E::SharesFrozen { .. }
        | E::SharesUnfrozen { .. }
        | E::SharesHeld { .. }
        | E::SharesUnheld { .. }
        | E::IncomeAccrued { .. }
        | E::IncomeReversed { .. }
        | E::IncomeCarried { .. }
        | E::IncomeSettled { .. } => return moved(id, before, event),
    }
    Some(entry.0)
}

/// What the wallet says afterwards less what it said before. Shares that the register or a case keeps
/// back may be reserved as well, so one fact alone does not say which part they come out of.
fn moved(id: &WalletId, before: &wallet::State, event: &wallet::Event) -> Option<Vec<Posting>> {
    let after = Wallet::evolve(before.clone(), event)?;
    let [was, is] = [parts(before)?, parts(&after)?];
    let mut entry = Entry::default();
    let mut register = Decimal::ZERO;
    for (part, (was, is)) in
        [Part::Pending, Part::Available, Part::Frozen].into_iter().zip(was.into_iter().zip(is))
    {
        let change = is.decimal().checked_sub(was.decimal())?;
        entry.line(Account::Holding(id.fund, id.investor.clone(), part), change);
        register = register.checked_sub(change)?;
    }
    entry.line(Account::Register(id.fund), register);
    Some(entry.0)
}

/// In transit and free, registered and free, and neither.
fn parts(state: &wallet::State) -> Option<[Shares; 3]> {
    let bought = state.entries().try_fold(Shares::ZERO, |sum, (_, entry)| match entry.credit {
        Credit::InTransit(_) => sum.plus(held(*entry)),
        Credit::None | Credit::Confirmed(_) | Credit::Reversed => Some(sum),
    })?;
    let pending = state.in_transit().minus(bought)?;
    let available = state.available();
    let frozen = state.registered().minus(available)?.plus(bought)?;
    Some([pending, available, frozen])
}

/// Shares that are bought with the same transaction are reserved before they are registered.
fn source(entry: wallet::Entry) -> Part {
    match entry.credit {
        Credit::InTransit(_) => Part::Pending,
        Credit::None | Credit::Confirmed(_) | Credit::Reversed => Part::Available,
    }
}

fn held(entry: wallet::Entry) -> Shares {
    match entry.reservation {
        Reservation::Held(shares) => shares,
        Reservation::None | Reservation::Spent(_) | Reservation::Released => Shares::ZERO,
    }
}

/// The commodities in which an entry does not balance, and by how much (debits positive).
pub fn imbalance(entry: &[Posting]) -> BTreeMap<Commodity, Decimal> {
    let mut sums = BTreeMap::new();
    for posting in entry {
        *sums.entry(posting.account.commodity()).or_insert(Decimal::ZERO) += posting.debit;
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums
}

/// An entry in the making. Lines of nothing are left out.
#[derive(Debug, Default)]
struct Entry(Vec<Posting>);

impl Entry {
    fn line(&mut self, account: Account, debit: Decimal) {
        if !debit.is_zero() {
            self.0.push(Posting { account, debit });
        }
    }

    fn debit(&mut self, account: Account, money: Money) {
        self.line(account, money.decimal());
    }

    fn credit(&mut self, account: Account, money: Money) {
        self.line(account, -money.decimal());
    }

    fn shares(&mut self, account: Account, shares: Shares) {
        self.line(account, shares.decimal());
    }

    fn shares_out(&mut self, account: Account, shares: Shares) {
        self.line(account, -shares.decimal());
    }
}
