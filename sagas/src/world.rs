//! What a discount purchase's saga looks at: the states of its four aggregates, and the facts that
//! can be read off them.
//!
//! The saga keeps nothing of its own. A fact holds or does not hold of the aggregates' states, and
//! these are folded from the log; so hearing an event twice, late or in another order cannot move
//! the saga to a place where the log is not.

use fundflow_domain::{
    discount_purchase as purchase,
    fund_order::{self, Order, Refund, Stage},
    wallet::{Credit, Entry, Reservation},
};

/// The four states, at one point of the log.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The purchase itself.
    pub purchase: &'a purchase::State,
    /// Its money-fund order.
    pub buy: &'a fund_order::State,
    /// Its conversion order.
    pub convert: &'a fund_order::State,
    /// What it did to the wallet.
    pub entry: Entry,
}

/// Something the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The money-fund order is placed.
    BuyPlaced,
    /// A charge may be on its way.
    PaymentRequested,
    /// The full amount arrived.
    Paid,
    /// No money came and none will.
    Declined,
    /// The registrar's front took the money-fund order.
    BuyAccepted,
    /// The money-fund order is over without shares.
    BuyRejected,
    /// The registrar confirmed the money-fund order, in full or in part.
    BuyConfirmed,
    /// The wallet shows its shares in transit.
    Credited,
    /// The wallet holds its lot.
    CreditConfirmed,
    /// The shares in transit are gone again.
    CreditReversed,
    /// The money-fund purchase stands.
    Committed,
    /// Shares are (or were) earmarked.
    Reserved,
    /// The earmark is gone without conversion.
    Released,
    /// The conversion order is placed.
    ConvertPlaced,
    /// The registrar's front took the conversion.
    ConvertAccepted,
    /// The conversion is over without target shares.
    ConvertRejected,
    /// The registrar confirmed the conversion, in full or in part.
    ConvertConfirmed,
    /// The wallet handed the converted shares over.
    Spent,
    /// The payment is being sent back.
    RefundRequested,
    /// Every requested refund has arrived.
    NothingOwed,
    /// The purchase is over.
    Ended,
}

/// The next refund that the engine sends: the first that has not arrived, unless a person took it
/// over when the purchase was abandoned.
pub fn owed<'a>(purchase: &'a purchase::State, buy: &'a fund_order::State) -> Option<&'a Refund> {
    let (open, order) = (purchase.known()?, buy.order()?);
    order.owed_except(&open.given_up).next()
}

impl World<'_> {
    /// Whether the log says so.
    pub fn holds(&self, fact: Fact) -> bool {
        let (buy, convert) = (self.buy.order(), self.convert.order());
        match fact {
            Fact::BuyPlaced => buy.is_some(),
            Fact::PaymentRequested => buy.is_some_and(|order| order.payment_no.is_some()),
            Fact::Paid => buy.is_some_and(|order| order.payment.is_some()),
            Fact::Declined => stage_is(buy, |stage| matches!(stage, Stage::Declined(_))),
            Fact::BuyAccepted => buy.is_some_and(|order| order.accepted),
            Fact::BuyRejected => stage_is(buy, is_over_without_shares),
            Fact::BuyConfirmed => stage_is(buy, |stage| matches!(stage, Stage::Confirmed(_))),
            Fact::Credited => self.entry.credit != Credit::None,
            Fact::CreditConfirmed => matches!(self.entry.credit, Credit::Confirmed(_)),
            Fact::CreditReversed => self.entry.credit == Credit::Reversed,
            Fact::Committed => self.purchase.known().is_some_and(|open| open.committed),
            Fact::Reserved => self.entry.reservation != Reservation::None,
            Fact::Released => self.entry.reservation == Reservation::Released,
            Fact::ConvertPlaced => convert.is_some(),
            Fact::ConvertAccepted => convert.is_some_and(|order| order.accepted),
            Fact::ConvertRejected => stage_is(convert, is_over_without_shares),
            Fact::ConvertConfirmed => {
                stage_is(convert, |stage| matches!(stage, Stage::Confirmed(_)))
            }
            Fact::Spent => matches!(self.entry.reservation, Reservation::Spent(_)),
            Fact::RefundRequested => buy.is_some_and(|order| order.payback().is_some()),
            Fact::NothingOwed => buy.is_none_or(|order| order.owed().is_none()),
            Fact::Ended => self.purchase.ending().is_some(),
        }
    }
}

fn stage_is(order: Option<&Order>, wanted: impl Fn(&Stage) -> bool) -> bool {
    order.is_some_and(|order| wanted(&order.stage))
}

fn is_over_without_shares(stage: &Stage) -> bool {
    matches!(stage, Stage::Rejected(_) | Stage::Cancelled(_))
}
