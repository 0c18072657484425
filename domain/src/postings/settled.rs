//! Postings of what counterparties and we settle by the day.
//!
//! 1. A fund's two sides are set off when the settlement is instructed, and what is left is on one account: on what
//!    it owes where that is more, else on what it is owed. Redemption fees are left in the fund.
//! 2. A channel has one account for both sides.

use super::{Account, Entry, Posting};
use crate::{
    money::SignedMoney,
    settlement::{Event, Party, State, Terms},
};
use rust_decimal::Decimal;

/// The postings of a settlement's event; `None` where the events before it lack what it speaks of, or a sum leaves
/// every range.
pub fn of_settlement(before: &State, event: &Event) -> Option<Vec<Posting>> {
    let mut entry = Entry::default();
    match event {
        Event::Instructed(terms) => set_off(&mut entry, terms)?,
        Event::Moved(part) => {
            entry.line(Account::Settlement, part.signed());
            entry.line(left_on(&before.settlement()?.terms)?, -part.signed());
        }
        Event::WrittenOff { rest, .. } => {
            entry.line(Account::SettledByHand, rest.decimal());
            entry.line(left_on(&before.settlement()?.terms)?, -rest.decimal());
        }
    }
    Some(entry.0)
}

fn set_off(entry: &mut Entry, terms: &Terms) -> Option<()> {
    let Party::Fund(fund) = terms.party else { return Some(()) };
    let [receivable, payable, fees] =
        [terms.receivable, terms.payable, terms.fees].map(SignedMoney::decimal);
    let owes = terms.net()? >= Decimal::ZERO;
    let set_off = if owes { payable.checked_add(fees)? } else { receivable };
    entry.line(Account::FundReceivable(fund), -set_off);
    entry.line(Account::RedemptionFee(fund), fees);
    entry.line(Account::FundPayable(fund), set_off.checked_sub(fees)?);
    Some(())
}

/// The account with what is still to move.
fn left_on(terms: &Terms) -> Option<Account> {
    let owes = terms.net()? >= Decimal::ZERO;
    Some(match terms.party {
        Party::Channel => Account::ChannelReceivable,
        Party::Fund(fund) if owes => Account::FundReceivable(fund),
        Party::Fund(fund) => Account::FundPayable(fund),
    })
}
