//! What a registrar's records confirmed of one order, all of them together: shares and money of either direction.

use fundflow_domain::{
    application::{Application, Outcome},
    money::{Money, Shares, SignedMoney},
};
use serde::Serialize;

/// Sums over the records that stand. What that kind of order does not move is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ConfirmedRow {
    /// Registered: of the fund, or of the one that is converted into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares_in: Option<Shares>,
    /// Gone from the fund, or to another holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares_out: Option<Shares>,
    /// Yuan that the registrar accepted, fee included; of a conversion, what bought shares of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Money>,
    /// Yuan that the investor is paid, income included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout: Option<Money>,
    /// Yuan that it cost, for buying and for leaving.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
    /// Yuan that come back since they were not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<Money>,
    /// Yuan that the money earned while the fund was raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Money>,
    /// Yuan of unpaid income that was settled with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub income: Option<SignedMoney>,
}

impl ConfirmedRow {
    /// `None` while no record stands.
    pub fn of(application: &Application) -> Option<Self> {
        let mut records = application.confirmations().map(|it| Self::of_one(&it.outcome));
        let first = records.next()?;
        Some(records.fold(first, Self::and))
    }

    /// Shares that came, or went where none come.
    pub const fn shares(&self) -> Option<Shares> {
        match self.shares_in {
            Some(shares) => Some(shares),
            None => self.shares_out,
        }
    }

    fn of_one(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Purchase(it) => Self {
                shares_in: Some(it.shares),
                accepted: Some(it.amount),
                fee: Some(it.fee),
                refund: Some(it.refund),
                ..Self::default()
            },
            Outcome::Subscription(it) => Self {
                shares_in: Some(it.shares),
                accepted: Some(it.amount),
                fee: Some(it.fee),
                refund: Some(it.refund),
                interest: Some(it.interest),
                ..Self::default()
            },
            Outcome::Redemption(it) => Self {
                shares_out: Some(it.shares),
                payout: Some(it.payout),
                fee: Some(it.fee),
                income: Some(it.income),
                ..Self::default()
            },
            Outcome::Conversion(it) => Self {
                shares_in: Some(it.shares_in),
                shares_out: Some(it.shares_out),
                accepted: Some(it.net_in),
                fee: it.redemption_fee.plus(it.topup_fee),
                income: Some(it.income),
                ..Self::default()
            },
            Outcome::FastTransfer(it) => {
                Self { shares_out: Some(it.shares), income: Some(it.income), ..Self::default() }
            }
        }
    }

    fn and(self, more: Self) -> Self {
        Self {
            shares_in: both(self.shares_in, more.shares_in, Shares::plus),
            shares_out: both(self.shares_out, more.shares_out, Shares::plus),
            accepted: both(self.accepted, more.accepted, Money::plus),
            payout: both(self.payout, more.payout, Money::plus),
            fee: both(self.fee, more.fee, Money::plus),
            refund: both(self.refund, more.refund, Money::plus),
            interest: both(self.interest, more.interest, Money::plus),
            income: both(self.income, more.income, |one, two| {
                SignedMoney::new(one.decimal().checked_add(two.decimal())?).ok()
            }),
        }
    }
}

fn both<N>(one: Option<N>, two: Option<N>, plus: impl Fn(N, N) -> Option<N>) -> Option<N> {
    match (one, two) {
        (Some(one), Some(two)) => plus(one, two),
        (one, two) => one.or(two),
    }
}
