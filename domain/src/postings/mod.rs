//! The sales ledger: which accounts a fact moves money or shares between.
//!
//! ```text
//! payment:     paid            A:CHANNEL:RECV   -> L:CUST:PENDING
//!              unapplied       A:CHANNEL:RECV   -> L:CUST:UNAPPLIED
//!              refund asked    L:CUST:PENDING, or UNAPPLIED by what it sends back -> L:CUST:REFUND
//!              refunded        L:CUST:REFUND    -> A:CHANNEL:RECV
//! application: purchase        L:CUST:PENDING, or REDEEM by what pays -> L:FUND:PAYABLE, I:FEE:PURCHASE
//!              redemption      A:FUND:RECV      -> L:CUST:REDEEM, L:FUND:REDEEMFEE, I:FEE:PURCHASE
//!              conversion      A:FUND:RECV      -> L:FUND:PAYABLE, I:FEE:CONV, L:FUND:REDEEMFEE,
//!                                                  I:FEE:PURCHASE
//!              fast transfer   A:FUND:RECV      -> A:CUST:ADVANCED
//!              corrected       the old entry with the same amounts, reversed, and the new one
//!              what does not add up goes to L:SUSPENSE, under the order and its case
//! case:        accepted, paid by us   L:SUSPENSE -> E:OVERSHORT, or A:BYHAND where the investor owes it
//!              manual          L:SUSPENSE       -> A:BYHAND
//!              reopened        back to L:SUSPENSE; withdrawn, corrected: the record's reversal takes it out
//! payout:      paid out        L:CUST:REDEEM    -> A:BANK:SETTLE
//! holdings:    dividend        A:FUND:RECV      -> L:CUST:REDEEM
//! advance:     advanced        A:CUST:ADVANCED  -> L:BANK:ADVANCE
//!              repaid          L:BANK:ADVANCE   -> A:BANK:SETTLE, and L:CUST:REDEEM -> A:CUST:ADVANCED
//!              recourse        L:BANK:ADVANCE   -> A:CUST:ADVANCED
//!              claim changed   the same, by what shares and recourse settle more or less than before
//!              overpaid        L:BANK:ADVANCE   -> L:CUST:REDEEM, by as much more or less as before
//!              returned        A:BANK:SETTLE    -> L:BANK:ADVANCE, and A:CUST:ADVANCED -> L:BANK:ADVANCE for
//!                              what is lent again
//! settlement:  channel         A:CHANNEL:RECV <-> A:BANK:SETTLE
//!              fund, set off   L:FUND:PAYABLE, L:FUND:REDEEMFEE -> A:FUND:RECV, as far as both owe
//!              fund, moved     A:FUND:RECV, or L:FUND:PAYABLE <-> A:BANK:SETTLE
//!              by hand         what a person settles outside: those accounts <-> A:SETTLE:BYHAND
//! shares:      come, leave     U:PENDING, AVAIL, FROZEN <-> U:REGISTER
//!              change hands    U:PENDING, AVAIL, FROZEN among one another
//! ```
//!
//! 1. An entry is the postings of one event, and balances per commodity. For money it does so by its
//!    making: what a registrar says and what does not follow from it meet in suspense. For shares it
//!    does so only if the state on both sides of the event agrees with the event's own numbers.
//! 2. Nothing is stored: postings are computed from the events, whenever somebody asks.
//! 3. Refunds go out of the channel's account: it nets them with what it collects. Payouts go out of the settlement
//!    account, whether the fund has paid yet or not.
//! 4. Shares are posted with the facts of wallets and holdings, their price with the application's.
//! 5. Unpaid income is the fund's until it is carried or leaves with shares, so accruing it posts
//!    nothing here. What the money of a subscription earns becomes shares and never is in our books.

mod account;
#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod advance_tests;
mod applications;
mod balances;
mod cash;
mod differences;
#[cfg(test)]
mod differences_tests;
#[cfg(test)]
mod income_tests;
#[cfg(test)]
mod lacking_tests;
#[cfg(test)]
mod overturned_tests;
#[cfg(test)]
mod properties;
mod remembered;
mod settled;
mod shares;
#[cfg(test)]
mod shares_tests;
mod silent;
#[cfg(test)]
mod tests;

pub use account::{Account, Class, Commodity, Differing, Part, Side};
pub use applications::{Source, of_application, of_application_so_far};
pub use balances::{Balances, Posted, natural};
pub use cash::{of_advance, of_payment, of_payout};
pub use differences::Differences;
pub use remembered::Remembered;
pub use settled::of_settlement;
pub use shares::{of_holdings, of_wallet};
pub use silent::posts_nothing;

use crate::money::Money;
use rust_decimal::Decimal;

/// One line of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The account that it changes.
    pub account: Account,
    /// How much; a credit is negative.
    pub debit: Decimal,
}

/// The commodities in which an entry does not balance, and by how much (debits positive).
pub fn imbalance(entry: &[Posting]) -> Vec<(Commodity, Decimal)> {
    // An entry has a handful of lines, and nearly always balances: no table is made for it.
    let mut sums = Vec::new();
    for (at, posting) in entry.iter().enumerate() {
        let commodity = posting.account.commodity();
        let is_of_it = |it: &&Posting| it.account.commodity() == commodity;
        if entry.iter().take(at).find(is_of_it).is_some() {
            continue;
        }
        let sum: Decimal = entry.iter().filter(is_of_it).map(|it| it.debit).sum();
        if !sum.is_zero() {
            sums.push((commodity, sum));
        }
    }
    sums.sort_unstable_by_key(|(commodity, _)| *commodity);
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

    /// What the lines so far lack goes to that account.
    fn rest(&mut self, account: impl FnOnce() -> Account) {
        let sum: Decimal = self.0.iter().map(|posting| posting.debit).sum();
        if !sum.is_zero() {
            self.line(account(), -sum);
        }
    }

    fn reversed(self) -> Self {
        let reverse = |it: Posting| Posting { debit: -it.debit, ..it };
        Self(self.0.into_iter().map(reverse).collect())
    }
}
